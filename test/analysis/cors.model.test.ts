/** What `libraries/cors.ts` claims, policy by policy, beside what the real package answers on both Express majors. */
import { runInThisContext } from 'node:vm';
import { parse } from '@typescript-eslint/parser';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { surroundings } from '../../src/analysis/intrinsics/index.ts';
import { corsLibrary, CorsLayer } from '../../src/analysis/libraries/cors.ts';
import { expressLibrary } from '../../src/analysis/libraries/express.ts';
import { lower } from '../../src/analysis/lower.ts';
import { Run } from '../../src/analysis/run.ts';
import { madeBy } from '../../src/analysis/value.ts';
import { productionWorld } from '../../src/analysis/world.ts';
import type { FaultCode, Outcome, Request } from '../../src/policy/policy.ts';
import {
  briefly,
  corsWith,
  majors,
  serveInChild,
  withApp,
  type Answer,
  type Ask,
  type Major,
} from '../facts/server.ts';

vi.setConfig({ testTimeout: 60_000 });

const A = 'https://a.example';
const B = 'http://localhost:3000';
const STRANGER = 'https://stranger.example';
const ASKED = 'content-type,x-a';
const DEFAULT_METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';
const HEADERS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
  'vary',
] as const;

// ---- the two sides

function layerOf(source: string): CorsLayer {
  const program = parse(`const cors = require('cors');\ncors(${source});`, { range: true, loc: true });
  const run = new Run(productionWorld(), surroundings([corsLibrary, expressLibrary]));
  run.module(lower(program as Parameters<typeof lower>[0]));
  const layer = run.made.map((object) => madeBy(object, CorsLayer)).find((one) => one !== undefined);
  if (!layer) throw new Error(`no layer: ${source}`);
  return layer;
}

const argumentsOf = (source: string): readonly unknown[] => runInThisContext(`[${source}]`) as unknown[];

interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

const origin = (value: string): Sent => ({ method: 'GET', headers: { origin: value } });
const options = (headers: Readonly<Record<string, string>>): Sent => ({ method: 'OPTIONS', headers });
const asks = (method: string): Record<string, string> => ({ 'access-control-request-method': method });

const requests: readonly Sent[] = [
  { method: 'GET', headers: {} },
  origin(A),
  origin(STRANGER),
  origin('null'),
  origin('*'),
  { method: 'POST', headers: { origin: B } },
  options({ origin: STRANGER, ...asks('PUT') }),
  options({ origin: A, ...asks('POST'), 'access-control-request-headers': ASKED }),
  options({}),
];

/** Where the origin is not written, it is not asked at length about it. */
const requestsFor = (source: string): readonly Sent[] =>
  source.includes('origin') ? requests : requests.filter((sent, index) => index === 1 || isOptions(sent));

const requestOf = ({ method, headers }: Sent): Request => ({
  method,
  path: '/',
  headers: new Map(Object.entries(headers)),
});

const isOptions = ({ method }: Sent): boolean => method === 'OPTIONS';

/** `undefined`: it hung. */
type Answered = { readonly sent: Sent; readonly answer: Answer | undefined };

/** What the real package answers, all policies on one server. */
async function answersOf(
  major: Major,
  sources: readonly string[],
  layers: readonly CorsLayer[],
): Promise<readonly (readonly Answered[])[]> {
  const answers: Answered[][] = [];
  await withApp(
    major,
    (app) => {
      const policies = sources.map((source) => corsWith(...argumentsOf(source)));
      // One mount for all: Express tries its mounts one after another.
      app.use((req, res, next) => {
        policies[Number(req.path.slice(2))]?.(req, res, next);
      });
      app.use((_req, res) => {
        res.setHeader('X-Passed', 'yes').end('ok');
      });
    },
    async (send) => {
      // Some at a time.
      for (let start = 0; start < sources.length; start += 40) {
        const some = sources.slice(start, start + 40).map((source, index) =>
          Promise.all(
            requestsFor(source).map(async (sent) => {
              const hangs = layers[start + index]?.ask(requestOf(sent)).some(({ end }) => end.is === 'hangs');
              const ask: Ask = {
                ...sent,
                path: `/p${start + index}`,
                ...(hangs && { patience: 2 * briefly }),
              };
              // An interim answer ends with the connection.
              const answer = await send(ask).catch(() => undefined);
              return { sent, answer: answer?.hung ? undefined : answer };
            }),
          ),
        );
        answers.push(...(await Promise.all(some)));
      }
    },
  );
  return answers;
}

// ---- comparing them

const isPreflight = ({ sent }: Answered): boolean => isOptions(sent);

/** Where the model and the server disagree. */
function disagreements(source: string, layer: CorsLayer, answered: readonly Answered[]): string[] {
  const found: string[] = [];
  for (const { sent, answer } of answered) {
    const outcomes = layer.ask(requestOf(sent));
    const tell = (what: string, claimed: unknown, real: unknown): void => {
      found.push(
        `cors(${source}), ${JSON.stringify(sent)}: ${what} should be ${JSON.stringify(real)}, claimed ${JSON.stringify(claimed)}`,
      );
    };
    if (outcomes.some(({ unclear }) => unclear)) {
      if (!/=>|function|\/\^|unknown/.test(source)) tell('it', 'unclear', 'clear');
      continue;
    }
    const [outcome] = outcomes;
    if (outcomes.length !== 1 || !outcome) {
      tell('the number of outcomes', outcomes.length, 1);
      continue;
    }
    const [claimed, real] = [endOf(outcome), endSeen(answer)];
    if (claimed !== 'answers undefined' && claimed !== real) tell('the end', claimed, real);
    if (!answer) continue;
    for (const name of HEADERS) {
      const said = outcome.headers.get(name);
      if (said && said.value === undefined) continue;
      if (said?.value !== answer.headers.get(name)) tell(name, said?.value, answer.headers.get(name));
    }
  }
  return found;
}

function endOf({ end }: Outcome<unknown>): string {
  return end.is === 'answers' ? `answers ${end.status}` : end.is;
}

function endSeen(answer: Answer | undefined): string {
  if (!answer) return 'hangs';
  if (answer.headers.has('x-passed')) return 'passes';
  return answer.status === 500 ? 'fails' : `answers ${answer.status}`;
}

/** What each fault claims, of every answer that does not fail for another reason. */
const claims: Partial<
  Record<FaultCode, (data: Readonly<Record<string, string>>, header: Header, one: Answered) => boolean>
> = {
  'methods-missing': (_data, _header, one) => !isPreflight(one) || one.answer?.status === 500,
  'status-not-ok': (_data, _header, one) =>
    !isPreflight(one) || !one.answer || one.answer.status < 200 || one.answer.status > 299,
  'options-not-object': (_data, header) => header('allow-origin') === '*',
  'credentials-not-boolean': (_data, header) => header('allow-credentials') === undefined,
  'not-a-list': ({ option, given, effect }, header, one) => {
    if (!isPreflight(one)) return true;
    if (option === 'methods')
      return effect === `the text \`${header('allow-methods')}\`` && /Set|Map/.test(given ?? '');
    return (
      effect === 'empty' &&
      header(option === 'allowedHeaders' ? 'allow-headers' : 'expose-headers') === undefined
    );
  },
  'max-age-in-milliseconds': ({ given, days, seconds }, header, one) =>
    !isPreflight(one) ||
    (header('max-age') === given &&
      String(Math.round(Number(given) / 86_400)) === days &&
      Number(seconds) * 1000 === Number(given)),
  // What browsers do not read as a number of seconds: https://fetch.spec.whatwg.org/#http-new-header-syntax
  'max-age-not-a-number': (_data, header, one) =>
    !isPreflight(one) || !/^-?\d+$/.test(header('max-age') ?? ''),
  'unknown-option': ({ effect = '' }, header, one) => {
    const claim = effects.find(([text]) => text === effect)?.[1];
    return (
      claim !== undefined &&
      (effect.includes('every website') || isPreflight(one) ? claim(header, one) : true)
    );
  },
};

type Header = (name: string) => string | undefined;

const effects: readonly (readonly [string, (header: Header, one: Answered) => boolean])[] = [
  ['', () => true],
  [', and without `origin` every website is let in', (header) => header('allow-origin') === '*'],
  [', so requests with cookies fail', (header) => header('allow-credentials') === undefined],
  [', and the usual methods are allowed', (header) => header('allow-methods') === DEFAULT_METHODS],
  [
    ', and whatever headers are asked for are allowed',
    (header, { sent }) => header('allow-headers') === sent.headers['access-control-request-headers'],
  ],
  // None of the lists here is what the preflight asks for.
  [
    ', and `headers` counts instead',
    (header) =>
      header('allow-headers') !== ASKED && !(header('vary') ?? '').includes('Access-Control-Request-Headers'),
  ],
  [', so pages cannot read those headers', (header) => header('expose-headers') === undefined],
  [', so browsers ask again before nearly every request', (header) => header('max-age') === undefined],
  [', and preflights are answered 204', (_header, { answer }) => answer?.status === 204],
];

/** The faults of a policy that claim what is not so. */
function untruths(
  source: string,
  layer: CorsLayer,
  answered: readonly Answered[],
  seen: Set<string>,
): string[] {
  return layer.faults.flatMap(({ code, data }) => {
    seen.add(code).add(`effect${data['effect'] ?? ''}`);
    const claim = claims[code];
    const failing = code === 'methods-missing' || code === 'status-not-ok';
    const wrong = answered.filter(
      (one) =>
        (failing || (one.answer !== undefined && one.answer.status !== 500)) &&
        !claim?.(
          data,
          (name) =>
            one.answer?.headers.get(`access-control-${name}`) ??
            (name === 'vary' ? one.answer?.headers.get(name) : undefined),
          one,
        ),
    );
    return wrong.map(
      ({ sent, answer }) =>
        `cors(${source}), ${JSON.stringify(sent)}: ${code} ${JSON.stringify(data)} is not so: ${answer?.status} ${JSON.stringify([...(answer?.headers ?? [])])}`,
    );
  });
}

async function compare(major: Major, sources: readonly string[]): Promise<Set<string>> {
  const layers = sources.map(layerOf);
  const answers = await answersOf(major, sources, layers);
  const seen = new Set<string>();
  const wrong = sources.flatMap((source, index) => {
    const [layer, answered] = [layers[index], answers[index]];
    if (!layer || !answered) return [`cors(${source}) was not asked`];
    return [...disagreements(source, layer, answered), ...untruths(source, layer, answered, seen)];
  });
  expect(wrong).toEqual([]);
  return seen;
}

// ---- what people write, and what they should not

const texts = (...values: readonly string[]): readonly string[] =>
  values.map((value) => JSON.stringify(value));

const nothings = ['undefined', 'null', 'false', '0', '0n', "''", 'NaN'] as const;
const strange = [
  'true',
  '1',
  '-1',
  '2n',
  '[]',
  '{}',
  '[[]]',
  'new Set()',
  'new Map()',
  'Promise.resolve(true)',
  `new URL('${A}')`,
  'Infinity',
] as const;
const origins = texts(
  A,
  B,
  '*',
  'null',
  `${A}/`,
  ` ${A}`,
  `${A} `,
  `\t${A} `,
  ' * ',
  ' ',
  'a.example',
  'https://*.example',
  `${A},${B}`,
  'https://é.example',
  'https://例.example',
  `${A}\r\nX-B: c`,
  'true',
);
const names = texts(
  'X-A',
  'Content-Type, X-B',
  '*',
  ' ',
  ',',
  'X-A\nX-B',
  'GET',
  'GET,PUT',
  'patch',
  'TRACE',
);
const elements = [...origins, ...nothings, ...strange, '() => false', 'function () {}'] as const;

const one = (...lists: readonly (readonly string[])[]): fc.Arbitrary<string> =>
  fc.constantFrom(...lists.flat());
const listOf = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(element, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`);
const setOf = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  listOf(element).map((list) => `new Set(${list})`);

const originList = fc.oneof(
  listOf(one(origins)),
  listOf(fc.oneof(one(origins), listOf(one(origins)), listOf(listOf(one(elements))))),
  listOf(one(elements)),
);
const originValue = fc.oneof(
  { weight: 3, arbitrary: one(origins) },
  { weight: 4, arbitrary: originList },
  { weight: 2, arbitrary: one(nothings, strange) },
  { weight: 2, arbitrary: fc.constant('true') },
  { weight: 1, arbitrary: setOf(one(origins)) },
  { weight: 1, arbitrary: one(['/^https:\\/\\/a\\.example$/', '(o, callback) => callback(null, true)']) },
);
const namesValue = fc.oneof(
  { weight: 2, arbitrary: one(names) },
  { weight: 4, arbitrary: listOf(one(names)) },
  { weight: 1, arbitrary: listOf(fc.oneof(one(names, nothings), listOf(one(names)))) },
  { weight: 2, arbitrary: one(nothings, strange) },
  { weight: 1, arbitrary: setOf(one(names)) },
);
const credentialsValue = fc.oneof(
  fc.constant('true'),
  one(nothings, strange, texts('true', 'false', 'include')),
);
const ageValue = fc.oneof(
  one(['0', '600', '86400', '31536000', '600000', '3600000', '10 * 60 * 1000', '-1', '-0', '1.5', '1e21']),
  one(nothings, strange, texts('600', ' 600 ', '1h', '1\n2', '-1'), ['[600]', '[6, 0]']),
);
const continueValue = one(nothings, strange, ["'false'"]);
/** Without `NaN`, of which the process dies: see below. */
const noStatus = nothings.filter((value) => value !== 'NaN');
const statusValue = fc.oneof(
  one(['200', '204', '299', '200.7', '404', '302', '999', '1000', '99', '-1', '2 ** 32 + 200']),
  one(noStatus, strange, texts('200', ' 204 ', '2e2', '0xC8', 'abc'), ['[200]', '[200, 204]', '100', '150']),
);

const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
  origin: originValue,
  origins: originValue,
  methods: namesValue,
  method: namesValue,
  allowedHeaders: namesValue,
  allowedHeader: namesValue,
  headers: namesValue,
  exposedHeaders: namesValue,
  exposeHeaders: namesValue,
  credentials: credentialsValue,
  credential: credentialsValue,
  maxAge: ageValue,
  maxage: ageValue,
  preflightContinue: continueValue,
  optionsSuccessStatus: statusValue,
  optionSuccessStatus: statusValue,
};
/** How often an option is written, in a hundred. */
const often: Readonly<Record<string, number>> = {
  origin: 85,
  preflightContinue: 12,
  optionsSuccessStatus: 20,
};

const written = fc
  .tuple(
    ...Object.entries(values).map(([key, value]) =>
      fc
        .tuple(fc.integer({ min: 0, max: 99 }), value)
        .map(([chance, text]) =>
          chance < (often[key] ?? (key.endsWith('s') ? 30 : 15)) ? `${key}: ${text}` : '',
        ),
    ),
  )
  .map((properties) => `{ ${properties.filter(Boolean).join(', ')} }`);

/** Spread, copied, frozen: it is the same object of options. */
const program = fc.oneof(
  { weight: 6, arbitrary: written },
  { weight: 1, arbitrary: fc.tuple(written, written).map(([a, b]) => `{ ...${a}, ...${b} }`) },
  { weight: 1, arbitrary: fc.tuple(written, written).map(([a, b]) => `Object.assign(${a}, ${b})`) },
  { weight: 1, arbitrary: written.map((text) => `Object.freeze(${text})`) },
);

const table: readonly string[] = [
  '',
  'undefined',
  'null',
  'true',
  '5',
  "''",
  `'${A}'`,
  `['${A}']`,
  '/^never$/',
  'new Set()',
  'Promise.resolve({ origin: false })',
  '{}',
  '{ unknown: 1 }',
  ...elements.flatMap((element) => [`{ origin: ${element} }`, `{ origin: [${element}], credentials: true }`]),
  `{ origin: [[['${A}']]] }`,
  `{ origin: new Set(['${A}']), credentials: true }`,
  '{ origin: [false, null, 0] }',
  `{ origin: [() => false] }`,
  // What is inherited is no option.
  `new (class { origin = '${A}' })()`,
  `new (class { get origin() { return '${A}' } })()`,
  ...['methods', 'allowedHeaders', 'headers', 'exposedHeaders'].flatMap((option) =>
    [
      ...names,
      ...nothings,
      ...strange,
      "['X-A', 'X-B']",
      "['']",
      "['', '']",
      "[null, 'X-A']",
      "[['X-A'], 1]",
    ].map((value) => `{ ${option}: ${value} }`),
  ),
  ...['undefined', "''", '[]', 'true', "'X-A'", "['X-A']", 'new Set()'].map(
    (value) => `{ allowedHeaders: ${value}, headers: 'X-B' }`,
  ),
  "{ headers: '', origin: true }",
  ...[...nothings, ...strange, "'true'"].map((value) => `{ origin: '${A}', credentials: ${value} }`),
  ...[...nothings, ...strange, "'600'", "'1h'", '[600]', '600_000', '1e21', '1.5'].map(
    (value) => `{ maxAge: ${value} }`,
  ),
  ...[...nothings, ...strange].map((value) => `{ preflightContinue: ${value}, optionsSuccessStatus: 404 }`),
  ...[
    ...noStatus,
    ...strange,
    ...['99', '1000', '100', '150', '200', "'200'", "'2e2'", "'abc'", '404', '302', '200.7', '[200]'],
  ].map((value) => `{ optionsSuccessStatus: ${value} }`),
  // A header that Node refuses leaves those before it, and takes those after it along.
  "{ origin: true, credentials: true, methods: 'GET\\r\\nX-B: c', maxAge: 5, exposedHeaders: 'X-A' }",
  "{ origin: true, credentials: true, exposedHeaders: ['X-A\\n'] }",
  // Off is off.
  '{ origin: false, methods: undefined, optionsSuccessStatus: 404 }',
  "{ origin: false, optionSuccessStatus: 200, method: 'GET' }",
  // Names that are none.
  `{ origins: ['${A}'] }`,
  `{ origin: '${A}', credential: true }`,
  `{ origin: '${A}', credential: false }`,
  `{ origin: '${A}', method: 'GET' }`,
  `{ origin: '${A}', allowedHeader: 'X-A' }`,
  `{ origin: '${A}', allowedHeader: 'X-A', headers: 'X-B' }`,
  `{ origin: '${A}', allowedHeader: 'X-A', headers: '' }`,
  `{ origin: '${A}', exposeHeaders: 'X-A' }`,
  `{ origin: '${A}', maxage: 5 }`,
  `{ origin: '${A}', optionSuccessStatus: 200 }`,
  `{ origin: '${A}', optionSuccessStatus: 200, preflightContinue: true }`,
];

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_007);

describe.each(majors)('the model of cors, on Express %i', (major) => {
  it('agrees with the package on a table of options', async () => {
    const seen = await compare(major, table);
    // Each fault that there is, and each effect that it can claim.
    const all = [...Object.keys(claims), ...effects.map(([text]) => `effect${text}`)];
    expect(all.filter((one) => !seen.has(one))).toEqual([]);
  });

  it(`agrees with the package on generated options (SEED=${seed})`, async () => {
    await compare(
      major,
      fc.sample(program, { numRuns: Number(process.env['RUNS'] ?? 150), seed: seed + major }),
    );
  });
});

describe.each(majors)('`optionsSuccessStatus: NaN`, on Express %i', (major) => {
  it('is never answered: it ends the process', async () => {
    const { code, stdout, stderr } = await serveInChild(
      major,
      `app.use((req, res, next) => { req.method = 'OPTIONS'; next(); });
      app.use(cors({ optionsSuccessStatus: NaN }));`,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Invalid status code: NaN');
    const [outcome] = layerOf('{ optionsSuccessStatus: NaN }').ask(requestOf(options({})));
    expect(outcome?.end.is).toBe('hangs');
  });
});

describe('where a policy is not known', () => {
  const preflight = { method: 'OPTIONS', path: '/', headers: new Map([['origin', A]]) };

  it.each([
    '...unknown',
    'unknown',
    'unknown()',
    '(req, callback) => callback(null, {})',
    '{ origin: unknown }',
    '{ origin: (o, callback) => callback(null, true) }',
    '{ ...unknown }',
  ])('cors(%s) is unclear', (source) => {
    expect(layerOf(source).ask(preflight)).toEqual([expect.objectContaining({ unclear: true })]);
  });

  it('forks on `preflightContinue`', () => {
    const ends = layerOf('{ preflightContinue: unknown }').ask(preflight);
    expect(ends.map(endOf)).toEqual(['passes', 'answers 204']);
  });

  it.each([
    ['credentials', 'access-control-allow-credentials'],
    ['methods', 'access-control-allow-methods'],
    ['allowedHeaders', 'access-control-allow-headers'],
    ['allowedHeaders', 'vary'],
    ['headers', 'access-control-allow-headers'],
    ['exposedHeaders', 'access-control-expose-headers'],
    ['maxAge', 'access-control-max-age'],
  ])('of an unknown `%s` only `%s` is not known', (option, header) => {
    const [outcome] = layerOf(`{ ${option}: unknown }`).ask(preflight);
    expect(outcome?.headers.get(header)).toMatchObject({ value: undefined });
    expect(outcome?.headers.get('access-control-allow-origin')?.value).toBe('*');
  });

  it('claims no effect of a name that is none where the option may be there', () => {
    for (const source of ['{ ...unknown, origins: [] }', "{ ...unknown, allowedHeader: 'X-A' }"])
      expect(layerOf(source).faults.map(({ data }) => data['effect'])).toEqual(['']);
  });
});

describe('the cause of a finding', () => {
  const marked = (source: string): string | undefined => {
    const before = "const cors = require('cors');\ncors(";
    const [outcome] = layerOf(source).ask({
      method: 'GET',
      path: '/',
      headers: new Map([['origin', STRANGER]]),
    });
    const cause = outcome?.headers.get('access-control-allow-origin')?.cause;
    return cause && `${before}${source});`.slice(cause.start, cause.end);
  };

  it.each([
    [`{ origin: ['${A}', new URL('${B}')] }`, `new URL('${B}')`],
    [`{ origin: [['${A}', [true]]] }`, 'true'],
    ['{ origin: [() => false] }', '() => false'],
    [`{ origin: new Set(['${A}']) }`, `new Set(['${A}'])`],
    ['{ origin: true }', 'true'],
    ["{ origin: '*' }", "'*'"],
  ])('of %s is %s', (source, cause) => {
    expect(marked(source)).toBe(cause);
  });
});
