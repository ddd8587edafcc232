/** The model of order, held against apps that are really served: written as text, read by the one and run by the other. */
import { parseForESLint } from '@typescript-eslint/parser';
import type { TSESTree } from '@typescript-eslint/utils';
import cors from 'cors';
import type { Express } from 'express';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { corsFile } from '../../src/analysis/file.ts';
import { surroundings } from '../../src/analysis/intrinsics/index.ts';
import { corsLibrary } from '../../src/analysis/libraries/cors.ts';
import { expressLibrary } from '../../src/analysis/libraries/express.ts';
import { lower } from '../../src/analysis/lower.ts';
import { Run } from '../../src/analysis/run.ts';
import { Server } from '../../src/analysis/server.ts';
import { productionWorld } from '../../src/analysis/run/world.ts';
import { alone } from './program.ts';
import { expressOf, majors, withListener, type Major } from '../facts/server.ts';

// ---- apps

/** What is called on an app or a router: `«»` stands for a path that nothing else has. */
const routes = [
  ".get('«»', answer)",
  ".get('«»', answer)",
  ".get('«»/', answer)",
  ".get('«»/:id', answer)",
  ".get('/B«»', [pass, answer])",
  ".get('/a«»', pass, [[answer]])",
  ".get(['«»', '/b«»'], answer)",
  ".all('/a«»', answer)",
  ".post('«»', answer)",
  ".route('«»').get(answer)",
  ".route('«»').post(answer).get(pass, answer)",
  // With a policy of their own.
  ".get('«»', cors(), answer)",
  ".get('/a«»', [cors(), pass], answer)",
  ".route('«»').all(cors()).get(answer)",
  ".options('«»', cors()).get('«»', answer)",
  ".post('«»', cors(), answer).get('«»', answer)",
  ".get('«»', cors()).get('«»', answer)",
  ".all('«»', cors()).get('«»', answer)",
  ".get('«»', pass).get('«»', answer)",
  ".all('«»', pass)",
] as const;

/** Each with the paths that it covers with everything below, where these are plain text. */
const mounts: readonly (readonly [text: string, ...covered: string[]])[] = [
  ['.use(cors())', ''],
  ['.use(cors())', ''],
  ['.use(pass, cors())', ''],
  ['.use([pass, [cors()]])', ''],
  [".use('/', cors())", ''],
  [".use('/a', cors())", '/a'],
  [".use('/A/', cors())", '/a'],
  [".use(['/a', '/b'], cors())", '/a', '/b'],
  [".use('/a', pass, cors())", '/a'],
  // They cover as well, but come too late for nothing.
  [".use('/:any', cors())"],
  ['.use(/^\\/b/, cors())'],
  [".all('/:any', cors())"],
  [".all('/a', cors())"],
  ['.all(/.*/, cors())'],
  ['.options(/.*/, cors())'],
  [".use('/a', sub(cors()))"],
  ['.use(/^\\/a/, sub(cors()))'],
  ['.use(sub(pass))'],
  ['.use(pass)'],
  [".use('/a', pass)"],
];

type Piece =
  | { readonly is: 'route' | 'mount'; readonly which: number; readonly chained: boolean }
  | {
      readonly is: 'router';
      readonly at: string;
      readonly late: boolean;
      readonly how: string;
      readonly pieces: readonly Piece[];
    };

const simple: fc.Arbitrary<Piece> = fc.oneof(
  fc.record({ is: fc.constant('route' as const), which: fc.nat(routes.length - 1), chained: fc.boolean() }),
  fc.record({ is: fc.constant('mount' as const), which: fc.nat(mounts.length - 1), chained: fc.boolean() }),
);

const piecesWithin = (depth: number): fc.Arbitrary<readonly Piece[]> => {
  const router: fc.Arbitrary<Piece> = fc.record({
    is: fc.constant('router' as const),
    at: fc.constantFrom('', '/', '/a', '/b', '/c/'),
    late: fc.boolean(),
    how: fc.constantFrom('«»', '[pass, «»]', '«», pass', '[[«»]]'),
    pieces: depth > 0 ? piecesWithin(depth - 1) : fc.constant([]),
  });
  const piece =
    depth > 0 ? fc.oneof({ arbitrary: simple, weight: 4 }, { arbitrary: router, weight: 1 }) : simple;
  return fc.array(piece, { minLength: 1, maxLength: 5 });
};

/** What takes effect, in that order. */
/** Where a path is a pattern, the model takes it for one that may cover anything from there on. */
const UNCLEAR = /^\.(?:use|all)\((?:'\/:any'|\/\^)/;

type Effect =
  | { readonly is: 'route'; readonly path: string }
  | { readonly is: 'mount'; readonly path: string }
  | { readonly is: 'unclear' };

interface Written {
  readonly text: string;
  readonly effects: readonly Effect[];
}

function write(pieces: readonly Piece[]): Written {
  let names = 0;
  const within = (target: string, prefix: string, inner: readonly Piece[], lines: string[]): Effect[] => {
    let chain = false;
    return inner.flatMap((piece): Effect[] => {
      if (piece.is === 'router') {
        const name = `router${++names}`;
        const path = piece.at === '' ? '' : `'${piece.at}', `;
        const own: string[] = [];
        const effects = within(name, prefix + piece.at.replace(/\/$/, ''), piece.pieces, own);
        const mount = `${target}.use(${path}${piece.how.replace('«»', name)});`;
        const made = `const ${name} = express.Router();`;
        lines.push(...(piece.late ? [made, mount, ...own] : [made, ...own, mount]));
        chain = false;
        return effects;
      }
      const number = ++names;
      const [text, ...covered] =
        piece.is === 'route' ? [routes[piece.which] as string] : (mounts[piece.which] ?? ['']);
      const call = text.replaceAll('«»', `/x${number}`);
      const last = lines.at(-1);
      if (chain && piece.chained && last) lines[lines.length - 1] = `${last.slice(0, -1)}\n  ${call};`;
      else lines.push(`${target}${call};`);
      // What `route()` returns is no app.
      chain = !call.includes('.route(');
      if (UNCLEAR.test(text)) return [{ is: 'unclear' }];
      if (piece.is === 'mount') return covered.map((path) => ({ is: 'mount', path: prefix + path }));
      const paths = [...call.matchAll(/'([^']*)'/g)].map(([, path = '']) => prefix + path.replace(/\/$/, ''));
      return [...new Set(paths)].map((path) => ({ is: 'route', path }));
    });
  };
  const lines: string[] = [];
  const effects = within('app', '', pieces, lines);
  return { text: [...HEAD, ...lines, ''].join('\n'), effects };
}

const HEAD = [
  "const express = require('express');",
  "const cors = require('cors');",
  'const app = express();',
  'function answer(req, res) { res.json({}); }',
  'function pass(req, res, next) { next(); }',
  'function sub(middleware) { const router = express.Router(); router.use(middleware); return router; }',
];

// ---- the model

/** The names of the routes that the model says are missed. */
function missedIn(text: string): ReadonlySet<string> {
  const { ast } = parseForESLint(text, { range: true, loc: true });
  const run = new Run(productionWorld(undefined), surroundings([corsLibrary, expressLibrary]));
  const program = ast as unknown as TSESTree.Program;
  const module = lower(program);
  run.module(module);
  const missed = new Server(run, alone(text, module)).mounts().flatMap((mount) => mount.missed);
  const problems = corsFile({ text, ast: program }, '', {}).problems.filter(
    ({ code }) => code === 'cors-after-routes',
  );
  // What the file says is that, and nothing else.
  const asked = missed.filter(({ ownOnly }) => !ownOnly);
  expect(problems.length > 0).toBe(asked.length > 0);
  for (const { data } of problems)
    expect(asked.some(({ name, line }) => data['routes']?.startsWith(`\`${name}\` (line ${line})`))).toBe(
      true,
    );
  return new Set(asked.map(({ name }) => name));
}

// ---- the real thing

interface Asked {
  readonly status: number;
  readonly covered: boolean;
}

function serve(major: Major, text: string): Express {
  const require = (name: string): unknown => (name === 'cors' ? cors : expressOf(major));
  // The same text is what the model reads.
  const build = new Function('require', `${text}return app;`) as (require: unknown) => Express;
  const app = build(require);
  app.set('env', 'test');
  return app;
}

const answers = (
  major: Major,
  text: string,
  asks: readonly (readonly [method: string, path: string])[],
): Promise<readonly Asked[]> =>
  withListener(serve(major, text), (send) =>
    Promise.all(
      asks.map(async ([method, path]) => {
        const answer = await send({ method, path, origin: 'https://elsewhere.example' });
        return { status: answer.status, covered: answer.headers.has('access-control-allow-origin') };
      }),
    ),
  );

/** A path that the route matches, with nothing in it that another knows. */
const concrete = (path: string): string => path.replace(':id', 'one');

async function compare(pieces: readonly Piece[], seen: { missed: number; demanded: number }): Promise<void> {
  const { text, effects } = write(pieces);
  const missed = missedIn(text);
  const named = [...missed].map((name) => name.split(' ') as [how: string, path: string]);
  const demands = effects.flatMap((effect, index) => {
    if (effect.is !== 'route' || effects.slice(0, index).some(({ is }) => is === 'unclear')) return [];
    const { path } = effect;
    const later = effects.slice(index + 1);
    const below = `${path.toLowerCase()}/`;
    return later.some((mount) => mount.is === 'mount' && below.startsWith(`${mount.path.toLowerCase()}/`))
      ? [path]
      : [];
  });
  for (const major of majors) {
    const reported = await answers(
      major,
      text,
      named.map(([how, path]) => [how === 'ALL' ? 'GET' : how, concrete(path)] as const),
    );
    named.forEach((name, index) => {
      expect(
        reported[index]?.covered,
        `Express ${major}: ${name.join(' ')} is said to be missed\n${text}`,
      ).toBe(false);
    });
    const got = await answers(
      major,
      text,
      demands.map((path) => ['GET', concrete(path)] as const),
    );
    demands.forEach((path, index) => {
      const { status, covered } = got[index] as Asked;
      if (status !== 200 || covered) return;
      seen.demanded++;
      expect(
        missed.has(`GET ${path}`) || missed.has(`ALL ${path}`),
        `Express ${major}: GET ${path} is not said to be missed\n${text}`,
      ).toBe(true);
    });
  }
  seen.missed += missed.size;
}

describe('the routes that CORS comes too late for', () => {
  test('are those that a server answers without its headers', async () => {
    const seen = { missed: 0, demanded: 0 };
    await fc.assert(
      fc.asyncProperty(piecesWithin(2), (pieces) => compare(pieces, seen)),
      { numRuns: 200 },
    );
    expect(seen.missed).toBeGreaterThan(15);
    expect(seen.demanded).toBeGreaterThan(15);
  }, 60_000);
});
