/** What layers say together, held against apps that are really served: written as text, read by the one and run by the other. */
import { parseForESLint } from '@typescript-eslint/parser';
import type { TSESTree } from '@typescript-eslint/utils';
import cors from 'cors';
import type { Express } from 'express';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handWritten, varying } from '../../src/analysis/requests/handlers.ts';
import { surroundings } from '../../src/analysis/intrinsics/index.ts';
import { corsLibrary } from '../../src/analysis/libraries/cors.ts';
import { expressLibrary } from '../../src/analysis/libraries/express.ts';
import { Layer } from '../../src/analysis/libraries/layer.ts';
import { lower } from '../../src/analysis/lower.ts';
import { Route } from '../../src/analysis/server/route.ts';
import { Run } from '../../src/analysis/run.ts';
import { Server } from '../../src/analysis/server.ts';
import { madeBy } from '../../src/analysis/run/value.ts';
import { productionWorld } from '../../src/analysis/run/world.ts';
import { actualRequest, preflightRequest, type Outcome, type Request } from '../../src/policy/policy.ts';
import { alone } from './program.ts';
import { expressOf, majors, withListener, type Major } from '../facts/server.ts';

const A = 'https://a.example';
const B = 'https://b.example';

const layers = [
  'cors()',
  "cors({ origin: 'https://a.example' })",
  "cors({ origin: ['https://a.example', 'https://b.example'], credentials: true })",
  "cors({ origin: ['https://b.example'], methods: ['GET'], maxAge: 60 })",
  'cors({ origin: true })',
  'cors({ origin: false })',
  'cors({ origin: /a\\.example$/, credentials: true, exposedHeaders: "X-One" })',
  "cors({ origin: ['https://a.example'], preflightContinue: true })",
  "cors({ allowedHeaders: ['X-One'], optionsSuccessStatus: 200 })",
  "cors({ origin: (origin, callback) => callback(null, origin === 'https://a.example') })",
  "cors({ origin: (origin, callback) => (origin === 'https://a.example' ? callback(null, true) : callback(new Error('no'))) })",
  "cors((req, callback) => callback(null, { origin: req.headers.origin === 'https://b.example', credentials: true }))",
  "(req, res, next) => { res.header('Access-Control-Allow-Origin', '*'); next(); }",
  "(req, res, next) => { res.set('Access-Control-Allow-Origin', 'https://b.example'); res.set('Vary', 'Accept'); next(); }",
  "(req, res, next) => { const { origin } = req.headers; res.vary('Origin'); if (list.includes(origin)) res.setHeader('Access-Control-Allow-Origin', origin); next(); }",
  "(req, res, next) => { res.set({ 'Access-Control-Allow-Credentials': 'true', 'Access-Control-Allow-Headers': 'X-Two' }); next(); }",
  "(req, res, next) => { res.header('Access-Control-Allow-Origin', req.headers.origin || '*'); if (req.method === 'OPTIONS') return res.sendStatus(204); next(); }",
  "(req, res, next) => { if (req.get('Origin') === 'https://a.example') return res.status(403).end(); res.append('Access-Control-Allow-Origin', 'https://b.example'); next(); }",
  "(req, res, next) => { res.removeHeader('Access-Control-Allow-Origin'); res.append('Vary', 'Accept-Language'); res.header('Access-Control-Max-Age', '7'); next(); }",
  '(req, res, next) => cors({ origin: list })(req, res, next)',
  "(req, res, next) => { res.set('Vary', 'Accept-Encoding'); next(); }",
  "(req, res, next) => { res.vary('Accept'); next(); }",
] as const;

const mounts = [
  'app.use(«»);',
  'app.use(«»);',
  "app.use('/x', «»);",
  "app.all('/x', «»);",
  "app.get('/x', «»);",
  "app.options('/x', «»);",
  'app.options(/.*/, «»);',
  "app.post('/x', «»);",
  "app.use('/other', «»);",
  "{ const router = express.Router(); router.use(«»); app.use('/x', router); }",
] as const;

const stack = fc.array(fc.tuple(fc.constantFrom(...mounts), fc.constantFrom(...layers)), {
  minLength: 1,
  maxLength: 4,
});

const HEAD = [
  "const express = require('express');",
  "const cors = require('cors');",
  'const app = express();',
  "const list = ['https://a.example', 'https://b.example'];",
];
/** Every request to the route comes by it. */
const MARK = "(req, res, next) => { res.set('Access-Control-Mark', 'yes'); next(); }";
const TAIL = [
  `app.get('/x', ${MARK}, (req, res) => { res.json({}); });`,
  'app.use((error, req, res, next) => { res.status(500).end(); });',
  '',
];

/** The way to `GET /x`, as the model has it; nothing if the mark is all there is on it. */
function wayIn(text: string): Route | undefined {
  const { ast } = parseForESLint(text, { range: true, loc: true });
  const run = new Run(productionWorld(undefined), surroundings([corsLibrary, expressLibrary]));
  const module = lower(ast as unknown as TSESTree.Program);
  run.module(module);
  const sources = alone(text, module);
  const written = handWritten(run, sources);
  const all = [...run.made.flatMap((object) => madeBy(object, Layer) ?? []), ...written.values()];
  const server = new Server(run, sources, written, varying(run, sources, written));
  const mark = [...written].find(([fn]) => text.slice(fn.at.start, fn.at.end) === MARK)?.[1];
  const ways = server.routes(all).filter((one) => one instanceof Route);
  return ways.find(({ frame, layers: on }) => frame.method === 'GET' && mark && on.includes(mark));
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const told = (entries: Iterable<readonly [string, string]>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...entries].filter(([name]) => name === 'vary' || name.startsWith('access-control-')).toSorted(),
  );

/** What a definite outcome says; nothing where the model leaves something open. */
function said(outcomes: readonly Outcome<unknown>[]): Answer | undefined {
  const [only] = outcomes;
  if (!only || outcomes.length > 1 || only.unclear || only.end.is === 'hangs') return undefined;
  const status = only.end.is === 'passes' ? 200 : only.end.status;
  const headers = [...only.headers].map(([name, { value }]) => [name, value] as const);
  if (status === undefined || headers.some(([, value]) => value === undefined)) return undefined;
  return { status, headers: told(headers as readonly (readonly [string, string])[]) };
}

const origins = ['https://stranger.example', A, B];
const asked: readonly Request[] = [
  ...origins.flatMap((origin) => [
    actualRequest(origin, 'GET', '/x'),
    preflightRequest(origin, 'DELETE', ['x-one'], '/x'),
  ]),
  { method: 'GET', path: '/x', headers: new Map() },
];

function served(major: Major, text: string): Promise<readonly Answer[]> {
  const require = (name: string): unknown => (name === 'cors' ? cors : expressOf(major));
  // The same text is what the model reads.
  const build = new Function('require', `${text}return app;`) as (require: unknown) => Express;
  const app = build(require);
  app.set('env', 'test');
  return withListener(app, (send) =>
    Promise.all(
      asked.map(async ({ method, path, headers }) => {
        const answer = await send({ method, path, headers: Object.fromEntries(headers) });
        return { status: answer.status, headers: told(answer.headers) };
      }),
    ),
  );
}

describe('several layers on one way', () => {
  test('say what Express sends', async () => {
    let definite = 0;
    let all = 0;
    await fc.assert(
      fc.asyncProperty(stack, async (pieces) => {
        const body = pieces.map(([mount, layer]) => mount.replace('«»', () => layer));
        const text = [...HEAD, ...body, ...TAIL].join('\n');
        const way = wayIn(text);
        if (!way) return;
        const expected = asked.map((request) => said(way.ask(request)));
        for (const major of majors) {
          const real = await served(major, text);
          expected.forEach((one, index) => {
            all++;
            if (!one) return;
            definite++;
            const { method, headers } = asked[index] as Request;
            expect(one, `Express ${major}: ${method} from ${headers.get('origin')}\n${text}`).toEqual(
              real[index],
            );
          });
        }
      }),
      { numRuns: 150 },
    );
    // The model has an answer nearly always.
    expect(definite / all).toBeGreaterThan(0.9);
  }, 60_000);
});
