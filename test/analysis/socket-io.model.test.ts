/** What `libraries/socket-io.ts` claims, policy by policy, beside what the real package answers to polling. */
import { createServer } from 'node:http';
import { runInThisContext } from 'node:vm';
import { parse } from '@typescript-eslint/parser';
import fc from 'fast-check';
import { Server, type ServerOptions } from 'socket.io';
import { describe, expect, it, vi } from 'vitest';
import { surroundings } from '../../src/analysis/intrinsics/index.ts';
import { socketIoLibrary, SocketIoLayer } from '../../src/analysis/libraries/socket-io.ts';
import { lower } from '../../src/analysis/lower.ts';
import { Run } from '../../src/analysis/run.ts';
import { madeBy } from '../../src/analysis/run/value.ts';
import { productionWorld } from '../../src/analysis/run/world.ts';
import { briefly, withListener } from '../facts/server.ts';
import { disagreements, requestOf, requestsFor, type Answered } from './beside-reality.ts';
import { A, corsValues, elements, names, nothings, optionsOf, strange, without } from './options.grammar.ts';
import { LONG, SEED } from './seed.ts';

vi.setConfig({ testTimeout: 90_000 });

const PATH = '/socket.io/?EIO=4&transport=polling';

/** The layer of `{ cors: … }`; nothing where there is none. */
function layerOf(source: string): SocketIoLayer | undefined {
  const code = `const { Server } = require('socket.io');\nnew Server(server, { cors: ${source} });`;
  const run = new Run(productionWorld(), surroundings([socketIoLibrary]));
  run.module(lower(parse(code, { range: true, loc: true }) as Parameters<typeof lower>[0]));
  return run.made.map((object) => madeBy(object, SocketIoLayer)).find((found) => found !== undefined);
}

/** What the real package answers, all policies on one server. */
async function answersOf(
  sources: readonly string[],
  layers: readonly (SocketIoLayer | undefined)[],
): Promise<readonly (readonly Answered[])[]> {
  const made = sources.map((source) => {
    const server = createServer();
    const options = { cors: runInThisContext(`(${source})`) } as Partial<ServerOptions>;
    return { server, io: new Server(server, options) };
  });
  const answers: Answered[][] = [];
  await withListener(
    (req, res) => made[Number(/n=(\d+)$/.exec(req.url ?? '')?.[1])]?.server.emit('request', req, res),
    async (send) => {
      for (let start = 0; start < sources.length; start += 40) {
        const some = sources.slice(start, start + 40).map((source, index) =>
          Promise.all(
            requestsFor(source).map(async (sent) => {
              const layer = layers[start + index];
              const hangs = layer?.ask(requestOf(sent)).some(({ end }) => end.is === 'hangs');
              const path = `${PATH}&n=${start + index}`;
              const ask = { ...sent, path, ...(hangs && { patience: 2 * briefly }) };
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
  // Their timers would keep the process alive otherwise.
  for (const { io } of made) io.engine.close();
  return answers;
}

/** What passes meets the handshake, which takes nothing but `GET`. */
function endSeen({ answer }: Answered): string {
  if (!answer) return 'hangs';
  const passed = answer.body.startsWith('0{"sid"') || answer.body.includes('"code":2');
  return passed ? 'passes' : `answers ${answer.status}`;
}

async function compare(sources: readonly string[]): Promise<void> {
  const layers = sources.map(layerOf);
  const answers = await answersOf(sources, layers);
  const wrong = sources.flatMap((source, index) => {
    const [layer, answered = []] = [layers[index], answers[index]];
    if (layer) return disagreements(`{ cors: ${source} }`, layer, answered, endSeen);
    return answered.some(({ answer }) => answer?.headers.has('access-control-allow-origin'))
      ? [`{ cors: ${source} } has a layer`]
      : [];
  });
  expect(wrong).toEqual([]);
}

const functions: readonly string[] = [
  ...[...nothings, 'true', "'*'", `'${A}'`, `['${A}']`, `['*']`, 'o', `o === '${A}'`, '{}'].map(
    (verdict) => `(o, callback) => callback(null, ${verdict})`,
  ),
  "(o, callback) => callback(new Error('no'))",
  "() => { throw new Error('no'); }",
  `(o, callback) => o === '${A}' ? callback(null, true) : callback(new Error('no'))`,
  'async () => true',
  '() => true',
];

const table: readonly string[] = [
  ...nothings,
  'true',
  '{}',
  '[]',
  `'${A}'`,
  "'*'",
  `['${A}']`,
  '{ origins: [] }',
  ...elements.flatMap((element) => [`{ origin: ${element} }`, `{ origin: [${element}], credentials: true }`]),
  ...['methods', 'allowedHeaders', 'exposedHeaders', 'credentials', 'maxAge', 'preflightContinue'].flatMap(
    (option) => [...names, ...nothings, ...strange].map((value) => `{ ${option}: ${value} }`),
  ),
  ...functions.map((text) => `{ origin: ${text}, credentials: true }`),
  `(req, callback) => callback(null, { origin: ['${A}'] })`,
  `(req, callback) => callback(null, { origin: req.headers.origin, credentials: true })`,
  "(req, callback) => callback(new Error('no'))",
];

/** What statuses are none is not worth a handshake here. */
const values = without(corsValues, 'optionsSuccessStatus');

const RUNS = Number(process.env['CORS_TEST_RUNS'] ?? (LONG ? 5000 : 150));

describe('the model of socket.io', () => {
  it('agrees with the package on a table of options', async () => {
    await compare(table);
  });

  it(`agrees with the package on generated options (seed ${SEED})`, async () => {
    await compare(fc.sample(optionsOf(values), { numRuns: RUNS, seed: SEED }));
  });
});
