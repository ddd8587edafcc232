/** How often a file is run in other worlds, and that each world says what it is to say. */
import tsParser from '@typescript-eslint/parser';
import { describe, expect, test } from 'vitest';
import { surroundings } from '../../src/analysis/intrinsics/index.ts';
import { corsLibrary } from '../../src/analysis/libraries/cors.ts';
import { Layer } from '../../src/analysis/libraries/layer.ts';
import { lower } from '../../src/analysis/lower.ts';
import { Run } from '../../src/analysis/run.ts';
import { madeBy } from '../../src/analysis/run/value.ts';
import { productionWorld, type World } from '../../src/analysis/run/world.ts';
import { judgeWorlds, type Seen } from '../../src/analysis/worlds.ts';

const HEAD = "const cors = require('cors');\n";

/** Judges the file, and tells in which worlds it was run besides production. */
function worldsOf(code: string, env: Readonly<Record<string, string>> = {}) {
  const module = lower(
    tsParser.parse(HEAD + code, { range: true, loc: true, sourceType: 'module' }) as never,
  );
  const worlds: World[] = [];
  const see = (world: World): Seen => {
    const run = new Run(world, surroundings([corsLibrary]));
    run.module(module);
    return {
      layers: run.made.flatMap((object) => madeBy(object, Layer) ?? []),
      environment: run.environment,
    };
  };
  const configured = productionWorld(env);
  const look = (world: World): Seen => {
    worlds.push(world);
    return see(world);
  };
  const problems = judgeWorlds(see(configured), configured, look, () => '1');
  return { worlds, codes: problems.map(({ code: found }) => found) };
}

describe('a file is run once', () => {
  test.each([
    ['without variables', "app.use(cors({ origin: ['https://a.example'] }));"],
    ['with a port', 'app.use(cors());\napp.listen(process.env.PORT);'],
    ['without a policy', 'module.exports = process.env.ORIGIN;'],
  ])('%s', (_, code) => {
    expect(worldsOf(code)).toEqual({ worlds: [], codes: [] });
  });

  test('where the settings give every variable that it reads', () => {
    const code = "app.use(cors({ origin: process.env.ORIGIN || '*' }));";
    expect(worldsOf(code, { ORIGIN: 'https://a.example' })).toEqual({ worlds: [], codes: [] });
  });
});

test('it is run once more where the policy depends on none of its variables', () => {
  const { worlds } = worldsOf(
    "connect(process.env.DATABASE, process.env.SECRET);\napp.use(cors({ origin: ['https://a.example'] }));",
  );
  expect(worlds.map(({ name }) => name)).toEqual(['sampled']);
});

test('it is run in development where it asks for the mode', () => {
  const { worlds, codes } = worldsOf(
    "const dev = process.env.NODE_ENV !== 'production';\napp.use(cors({ origin: dev ? ['http://localhost:3000'] : ['https://a.example'] }));",
  );
  expect(worlds.map(({ name }) => name)).toEqual(['development']);
  expect(codes).toEqual(['unpaired-loopback']);
});

test('variables that decide go missing, one by one, and then together', () => {
  const { worlds, codes } = worldsOf(
    "const list = [process.env.A, process.env.B].filter(Boolean);\nlog(process.env.LEVEL);\napp.use(cors({ origin: list.length > 0 ? list : '*' }));",
  );
  expect(worlds.filter(({ name }) => name === 'unset').map(({ unset }) => [...unset])).toEqual([
    ['A'],
    ['B'],
    ['A', 'B'],
  ]);
  expect(codes).toEqual(['env-opens']);
});

test('a variable that is read in place of a missing one goes missing with it', () => {
  const { worlds } = worldsOf("app.use(cors({ origin: process.env.A || process.env.B || '*' }));");
  expect(worlds.filter(({ name }) => name === 'unset').map(({ unset }) => [...unset])).toEqual([
    ['A'],
    ['A', 'B'],
  ]);
});

test('however many variables there are, the number of runs has a bound', () => {
  const names = Array.from({ length: 50 }, (_, index) => `process.env.ORIGIN_${index}`);
  const { worlds } = worldsOf(`app.use(cors({ origin: [${names.join(', ')}] }));`);
  expect(worlds.filter(({ name }) => name === 'unset')).toHaveLength(5);
  expect(worlds.length).toBeLessThan(12);
});
