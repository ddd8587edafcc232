/**
 * Random applications of several files, served for real and asked on every route: the model of the whole server never says
 * what the running one contradicts, and where nothing is unknown it is sure.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withListener } from '../facts/server.ts';
import { A, applications, write, type Shape } from './apps.grammar.ts';
import { applicationAt } from './applications.ts';
import { ROOT } from './apps.ts';
import { askOf, fits, isDefinite, requestOf, sentOn, show, showAnswer } from './ways.said.ts';
import { LONG, SEED } from './seed.ts';

const RUNS = Number(process.env['CORS_TEST_APPS'] ?? (LONG ? 3000 : 200));
const timeout = 3_600_000;
const ORIGINS = [A, 'https://stranger.example'];

let base = '';
let made = 0;
const before = { ...process.env };

beforeAll(() => {
  base = mkdtempSync(path.join(tmpdir(), 'cors-ways-'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(base, 'node_modules'));
});

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
  process.env = before;
});

interface Counts {
  apps: number;
  routes: number;
  asked: number;
  definite: number;
}

/** Serves the application, and asks on all its routes. Throws where the model is contradicted. */
async function compare(shape: Shape, unknowns: boolean, counts: Counts): Promise<readonly string[]> {
  const { files, env, told } = write(shape, unknowns);
  const folder = path.join(base, `app-${++made}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const index = path.join(folder, 'index.js');
  Object.assign(process.env, env);
  const { ways } = applicationAt(index, told);
  const listener = await load(index);
  const unsure: string[] = [];
  if (!unknowns)
    expect(ways.map(({ method }) => method).sort(), folder).toEqual([...routesOf(listener)].sort());
  counts.apps++;
  counts.routes += ways.length;
  await withListener(listener, async (send) => {
    for (const way of ways)
      for (const sent of sentOn(way, ORIGINS)) {
        const outcomes = way.ask(requestOf(way, sent));
        const answer = await send(askOf(way, sent));
        counts.asked++;
        const tell = (): string =>
          [
            `${way.method} ${way.path}: ${JSON.stringify(sent)}`,
            `  said:   ${outcomes.map(show).join('\n      or: ')}`,
            `  really: ${showAnswer(answer)}`,
            `  in ${folder}`,
            ...Object.entries(files).map(([name, text]) => `// ---- ${name}\n${text}`),
          ].join('\n');
        if (!outcomes.some((one) => fits(one, answer))) throw new Error(tell());
        if (isDefinite(outcomes, sent)) counts.definite++;
        else unsure.push(tell());
      }
  });
  rmSync(folder, { recursive: true, force: true });
  return unsure;
}

/** What Express 5 keeps of an app, as far as it matters here. */
interface Stack {
  readonly stack: readonly {
    readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
    readonly handle?: Partial<Stack>;
  }[];
}

/** The methods of all routes that the running app has: one of each, as they are generated. */
function* routesOf(listener: RequestListener): Generator<string> {
  const { router } = listener as unknown as { readonly router: Stack };
  const open: Partial<Stack>[] = [router];
  for (const { stack } of open)
    for (const { route, handle } of stack ?? []) {
      const methods = Object.keys(route?.methods ?? {});
      // `app.all()` is each of them, `route.all()` has a name of its own.
      if (methods.length > 1 || methods[0] === '_all') yield 'ALL';
      else if (methods[0] !== undefined && methods[0] !== 'options') yield methods[0].toUpperCase();
      if (!route && handle?.stack) open.push(handle);
    }
}

const load = async (file: string): Promise<RequestListener> => {
  const found = (await importOf(file)) as { default: RequestListener };
  return found.default;
};

/** Node's own `import`, not that of the tests. */
const importOf = (file: string): Promise<unknown> => native(`file://${file}`);
const { native } = createRequire(import.meta.url)('./native-import.cjs') as {
  native: (url: string) => Promise<unknown>;
};

async function compareAll(unknowns: boolean): Promise<{ counts: Counts; unsure: string[] }> {
  const counts: Counts = { apps: 0, routes: 0, asked: 0, definite: 0 };
  const unsure: string[] = [];
  await fc.assert(
    fc.asyncProperty(applications(unknowns), async (shape) => {
      unsure.push(...(await compare(shape, unknowns, counts)));
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: false },
  );
  // eslint-disable-next-line no-console -- the seed and the counts belong to the report
  console.info(`applications: seed ${SEED}: ${JSON.stringify(counts)}`);
  return { counts, unsure: unsure.sort((a, b) => a.length - b.length) };
}

describe('random applications', () => {
  it('never answer what the model rules out', { timeout }, async () => {
    const { counts } = await compareAll(true);
    expect(counts.definite).toBeGreaterThan(counts.asked / 3);
  });

  it('answer what the model is sure of, where nothing is unknown', { timeout }, async () => {
    const { unsure } = await compareAll(false);
    expect(unsure.slice(0, 3)).toEqual([]);
  });
});
