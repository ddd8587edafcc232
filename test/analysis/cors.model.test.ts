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
import { madeBy } from '../../src/analysis/run/value.ts';
import { productionWorld } from '../../src/analysis/run/world.ts';
import type { FaultCode } from '../../src/policy/policy.ts';
import {
  ASKED,
  disagreements,
  endOf,
  isOptions,
  options,
  requestOf,
  requestsFor,
  STRANGER,
  type Answered,
} from './beside-reality.ts';
import {
  A,
  B,
  corsValues,
  elements,
  names,
  noStatus,
  nothings,
  optionsOf,
  strange,
} from './options.grammar.ts';
import { briefly, corsWith, majors, serveInChild, withApp, type Ask, type Major } from '../facts/server.ts';
import { LONG, SEED } from './seed.ts';

vi.setConfig({ testTimeout: 60_000 });

const DEFAULT_METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';
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

function endSeen({ answer }: Answered): string {
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
    return [
      ...disagreements(`cors(${source})`, layer, answered, endSeen),
      ...untruths(source, layer, answered, seen),
    ];
  });
  expect(wrong).toEqual([]);
  return seen;
}

const program = optionsOf(corsValues);

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

const RUNS = Number(process.env['CORS_TEST_RUNS'] ?? (LONG ? 5000 : 150));

describe.each(majors)('the model of cors, on Express %i', (major) => {
  it('agrees with the package on a table of options', async () => {
    const seen = await compare(major, table);
    // Each fault that there is, and each effect that it can claim.
    const all = [...Object.keys(claims), ...effects.map(([text]) => `effect${text}`)];
    expect(all.filter((one) => !seen.has(one))).toEqual([]);
  });

  it(`agrees with the package on generated options (seed ${SEED})`, async () => {
    await compare(major, fc.sample(program, { numRuns: RUNS, seed: SEED + major }));
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
    '(req, callback) => callback(null, unknown)',
    '{ origin: unknown }',
    '{ origin: (o, callback) => callback(null, unknown) }',
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
