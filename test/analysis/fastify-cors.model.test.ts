/** What `libraries/fastify-cors.ts` claims, policy by policy, beside what the real package answers. */
import { runInThisContext } from 'node:vm';
import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors';
import { parse } from '@typescript-eslint/parser';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { surroundings } from '../../src/analysis/intrinsics/index.ts';
import { fastifyCorsLibrary, FastifyCorsLayer } from '../../src/analysis/libraries/fastify-cors.ts';
import { fastifyLibrary } from '../../src/analysis/libraries/fastify.ts';
import { lower } from '../../src/analysis/lower.ts';
import { Run } from '../../src/analysis/run.ts';
import { madeBy } from '../../src/analysis/run/value.ts';
import { productionWorld } from '../../src/analysis/run/world.ts';
import type { FaultCode } from '../../src/policy/policy.ts';
import { briefly, withListener } from '../facts/server.ts';
import {
  disagreements,
  isOptions,
  requestOf,
  requestsFor,
  STRANGER,
  type Answered,
} from './beside-reality.ts';
import {
  A,
  corsValues,
  elements,
  names,
  nothings,
  one,
  optionsOf,
  strange,
  without,
} from './options.grammar.ts';
import { LONG, SEED } from './seed.ts';

vi.setConfig({ testTimeout: 90_000 });

// ---- the two sides

function layerOf(source: string): FastifyCorsLayer {
  const code = `const cors = require('@fastify/cors');\nconst app = require('fastify')();\napp.register(cors, ${source || 'undefined'});`;
  const run = new Run(productionWorld(), surroundings([fastifyCorsLibrary, fastifyLibrary]));
  run.module(lower(parse(code, { range: true, loc: true }) as Parameters<typeof lower>[0]));
  const layer = run.made
    .map((object) => madeBy(object, FastifyCorsLayer))
    .find((found) => found !== undefined);
  if (!layer) throw new Error(`no layer: ${source}`);
  return layer;
}

async function serverOf(source: string): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true });
  const [options] = runInThisContext(`[${source}]`) as [FastifyCorsOptions];
  await app.register(fastifyCors, options);
  // It comes after the plugin's own: only what passes has the header.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('X-Passed', 'yes');
  });
  app.route({ method: ['GET', 'POST'], url: '/*', handler: async () => 'ok' });
  await app.ready();
  return app;
}

/** What the real package answers, all policies on one server. */
async function answersOf(
  sources: readonly string[],
  layers: readonly FastifyCorsLayer[],
): Promise<readonly (readonly Answered[])[]> {
  const apps = await Promise.all(sources.map(serverOf));
  const answers: Answered[][] = [];
  await withListener(
    (req, res) => apps[Number(req.url?.slice(2))]?.routing(req, res),
    async (send) => {
      for (let start = 0; start < sources.length; start += 40) {
        const some = sources.slice(start, start + 40).map((source, index) =>
          Promise.all(
            requestsFor(source).map(async (sent) => {
              const hangs = layers[start + index]?.ask(requestOf(sent)).some(({ end }) => end.is === 'hangs');
              const ask = { ...sent, path: `/p${start + index}`, ...(hangs && { patience: 2 * briefly }) };
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
  await Promise.all(apps.map((app) => app.close()));
  return answers;
}

function endSeen({ answer }: Answered): string {
  if (!answer) return 'hangs';
  if (answer.status === 500) return 'fails';
  return answer.headers.has('x-passed') ? 'passes' : `answers ${answer.status}`;
}

type Header = (name: string) => string | undefined;
type Data = Readonly<Record<string, string>>;

/** What each fault claims, of every answer that does not fail for another reason. */
const claims: Partial<Record<FaultCode, (data: Data, header: Header, one: Answered) => boolean>> = {
  'options-not-object': (_data, header) => header('allow-origin') === '*',
  'status-not-ok': (_data, _header, { answer }) => !answer || answer.status < 200 || answer.status > 299,
  'not-a-list': ({ option, effect }, header) =>
    effect ===
    `the text \`${header(option === 'exposedHeaders' ? 'expose-headers' : option === 'methods' ? 'allow-methods' : 'allow-headers')}\``,
  'max-age-in-milliseconds': ({ given }, header) => header('max-age') === given,
  'max-age-not-a-number': (_data, header) => !/^-?\d+$/.test(header('max-age') ?? ''),
  'unknown-option': ({ effect = '' }, header, { answer, sent }) => {
    if (effect === '') return true;
    if (effect.includes('every website')) return header('allow-origin') === '*';
    if (effect.includes('cookies')) return header('allow-credentials') === undefined;
    if (effect.includes('default list')) return header('allow-methods') === 'GET,HEAD,POST';
    if (effect.includes('asked for'))
      return header('allow-headers') === sent.headers['access-control-request-headers'];
    if (effect.includes('cannot read')) return header('expose-headers') === undefined;
    if (effect.includes('ask again')) return header('max-age') === undefined;
    return effect.includes('204') && answer?.status === 204;
  },
};

/** The faults of a policy that claim what is not so. */
function untruths(source: string, layer: FastifyCorsLayer, answered: readonly Answered[]): string[] {
  return layer.faults.flatMap(({ code, data }) =>
    answered
      .filter(
        (seen) =>
          // A real preflight, which the plugin answers.
          isOptions(seen.sent) &&
          'origin' in seen.sent.headers &&
          !endSeen(seen).startsWith('passes') &&
          // What is refused or fails for another reason may have no headers at all.
          (code === 'status-not-ok' || (seen.answer !== undefined && seen.answer.status < 400)),
      )
      .filter(
        (seen) => !claims[code]?.(data, (name) => seen.answer?.headers.get(`access-control-${name}`), seen),
      )
      .map(
        ({ sent, answer }) =>
          `register(cors, ${source}), ${JSON.stringify(sent)}: ${code} ${JSON.stringify(data)} is not so: ${answer?.status} ${JSON.stringify([...(answer?.headers ?? [])])}`,
      ),
  );
}

async function compare(sources: readonly string[]): Promise<void> {
  const layers = sources.map(layerOf);
  const answers = await answersOf(sources, layers);
  const wrong = sources.flatMap((source, index) => {
    const [layer, answered] = [layers[index], answers[index]];
    if (!layer || !answered) return [`${source} was not asked`];
    return [
      ...disagreements(`register(cors, ${source})`, layer, answered, endSeen),
      ...untruths(source, layer, answered),
    ];
  });
  expect(wrong).toEqual([]);
}

// ---- what people write, and what they should not

/** Other than `headers`, these are names of options here. */
const shared = without(corsValues, 'headers');
const flag = one(nothings, ['true', '1', "'no'"]);
const program = optionsOf({
  ...shared,
  preflight: flag,
  strictPreflight: flag,
  cacheControl: one(nothings, ['60', '0', '1.5', 'true'], ["'public, max-age=5'", "'no-store'"]),
  hook: one(["'onRequest'"]),
  logLevel: one(["'silent'"]),
});

const verdicts: readonly string[] = [
  ...nothings,
  ...['true', '1', '{}', '() => false', "'*'", `'${A}'`, `['*']`, `['${A}', '*']`, `['${A}']`, '[]'],
  ...['/^https:\\/\\/a\\./g', '/stranger/y', 'o', `o === '${A}'`, `o === '${A}' ? o : false`],
];

const errors = ['undefined', 'null', 'false', "''", '0', "'no'", "new Error('no')"] as const;

const functions: readonly string[] = [
  ...verdicts.flatMap((verdict) => [
    `(o, callback) => callback(null, ${verdict})`,
    `async (o) => (${verdict})`,
    `(o) => Promise.resolve(${verdict})`,
    `async function (o) { await null; return ${verdict}; }`,
  ]),
  ...errors.flatMap((error) => [
    `(o, callback) => callback(${error}, true)`,
    `async () => { throw ${error === 'null' ? "new Error('no')" : error}; }`,
    `() => { throw ${error}; }`,
  ]),
  '() => true',
  '() => undefined',
  '(o, callback) => { callback(); }',
  `async (o) => { if (o === '${A}') return true; }`,
  `async (o) => { if (o !== '${A}') throw Object.assign(new Error('no'), { statusCode: 403 }); return o; }`,
];

const delegated = ['{}', `{ origin: ['${A}'], credentials: true }`, "{ origin: '*' }", '{ origin: false }'];

const table: readonly string[] = [
  '',
  'undefined',
  'null',
  "''",
  `'${A}'`,
  `['${A}']`,
  '/^never$/',
  'new Set()',
  '{}',
  '{ unknown: 1 }',
  ...elements.flatMap((element) => [`{ origin: ${element} }`, `{ origin: [${element}], credentials: true }`]),
  `{ origin: [[['${A}']]] }`,
  "{ origin: [['*']] }",
  `{ origin: ['${A}', '*'], credentials: true }`,
  `{ origin: new Set(['${A}']), credentials: true }`,
  ...['methods', 'allowedHeaders', 'exposedHeaders'].flatMap((option) =>
    [...names, ...nothings, ...strange, "['X-A', 'X-B']", "['']", "[null, 'X-A']", "[['X-A', 'X-B'], 1]"].map(
      (value) => `{ ${option}: ${value} }`,
    ),
  ),
  ...[...nothings, ...strange, "'true'", "'false'"].map(
    (value) => `{ origin: '${A}', credentials: ${value} }`,
  ),
  ...[...nothings, ...strange, "'600'", "'1h'", '[600]', '600_000', '1e21', '1.5'].map(
    (value) => `{ maxAge: ${value} }`,
  ),
  ...[...nothings, ...strange].flatMap((value) => [
    `{ preflightContinue: ${value}, optionsSuccessStatus: 404 }`,
    `{ preflight: ${value} }`,
    `{ strictPreflight: ${value}, origin: ['${A}'] }`,
  ]),
  ...[
    ...nothings,
    '99',
    '600',
    '1000',
    '200',
    "'200'",
    "'2e2'",
    "'abc'",
    '404',
    '302',
    '[200]',
    '[]',
    '{}',
  ].map((value) => `{ optionsSuccessStatus: ${value} }`),
  "{ origin: true, credentials: true, methods: 'GET\\r\\nX-B: c', maxAge: 5, exposedHeaders: 'X-A' }",
  "{ origin: true, exposedHeaders: ['X-A\\n'] }",
  `{ origins: ['${A}'] }`,
  `{ origin: '${A}', credential: true, method: 'GET', allowedHeader: 'X-A', exposeHeaders: 'X-A', maxage: 5, optionSuccessStatus: 200 }`,
  ...functions.map((text) => `{ origin: ${text}, credentials: true }`),
  ...delegated.flatMap((options) => [
    `() => (${options})`,
    `{ delegator: async () => (${options}) }`,
    `{ delegator: (request) => Promise.resolve(${options}), origin: false }`,
    `{ delegator: (request, callback) => callback(null, ${options}) }`,
    `() => (request, callback) => callback(undefined, ${options})`,
    `{ delegator: (request, callback) => { callback(null, { ...${options}, origin: request.headers.origin || false }); } }`,
  ]),
  '{ delegator: async () => undefined }',
  '{ delegator: (request) => ({ origin: true }) }',
  "{ delegator: async () => { throw new Error('no'); } }",
  "{ delegator: (request, callback) => callback(new Error('no')) }",
  '{ delegator: (request, callback) => undefined }',
];

const RUNS = Number(process.env['CORS_TEST_RUNS'] ?? (LONG ? 5000 : 150));

describe('the model of @fastify/cors', () => {
  it('agrees with the package on a table of options', async () => {
    await compare(table);
  });

  it(`agrees with the package on generated options (seed ${SEED})`, async () => {
    await compare(fc.sample(program, { numRuns: RUNS, seed: SEED }));
  });

  it('leaves little open', () => {
    const unclear = table.filter((source) =>
      layerOf(source)
        .ask({ method: 'GET', path: '/', headers: new Map([['origin', STRANGER]]) })
        .some((outcome) => outcome.unclear),
    );
    // Errors that are falsy: what comes of them depends on what other hooks there are.
    expect(
      unclear.filter((source) => !/callback\((?:false|''|0),|throw (?:\w+|''|0); \}/.test(source)),
    ).toEqual([]);
  });
});
