/**
 * Would the tests notice? Plants bugs in a copy of the sources, one at a time, and runs the tests that should fail.
 *
 *     npm run test:planted              all of them
 *     npm run test:planted -- 8         every eighth
 *     npm run test:planted -- switch    those whose description holds the word
 *
 * Tests that fail without any bug are left out, and named. Exits with 1 if a bug survived, with 2 if one could not be
 * planted because the code has changed: then `bugs.js` wants a new text.
 */
/* eslint-disable no-console -- it is a program for people */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bugs } from './bugs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['src', 'rules', 'test', 'docs', 'package.json', 'tsconfig.json', 'README.md'];
const WORKERS = Math.min(2, availableParallelism());
/** Enough for a bug that ordinary code meets with. */
const RUNS = { CORS_TEST_RUNS: '250' };

const CONFIG = `import { defineConfig } from 'vitest/config';
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/package/**', 'test/apps/**'],
    env: { ESLINT_PLUGIN_CORS_DEBUG: '1' },
    bail: 1,
    maxWorkers: 1,
  },
});
`;

/** Sources to plant in. What is installed is shared. */
function copy() {
  const folder = mkdtempSync(path.join(tmpdir(), 'planted-'));
  for (const name of COPIED) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  writeFileSync(path.join(folder, 'planted.config.js'), CONFIG);
  return folder;
}

/** Whether the tests pass. */
function passes(folder, tests, env) {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'planted.config.js', ...tests], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve(code === 0));
  });
}

/** Does the work for each item, some at a time, each in a folder of its own. */
async function forEach(folders, items, work) {
  const left = [...items];
  await Promise.all(
    folders.map(async (folder) => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(folder, item);
    }),
  );
}

/** The file with the bug in it; nothing if the text is not there exactly once. */
function planted(folder, { file, from, to }) {
  const text = readFileSync(path.join(folder, file), 'utf8');
  const pieces = text.split(from);
  return pieces.length === 2 ? pieces.join(to) : undefined;
}

function chosen(argument) {
  if (argument === undefined) return bugs;
  const step = Number(argument);
  return Number.isNaN(step)
    ? bugs.filter(({ what }) => what.includes(argument))
    : bugs.filter((_, index) => index % step === 0);
}

async function main() {
  const wanted = chosen(process.argv[2]);
  const folders = Array.from({ length: WORKERS }, copy);
  try {
    const gone = wanted.filter((bug) => planted(folders[0], bug) === undefined);
    for (const { what, file } of gone) console.log(`cannot be planted  ${what} (${file})`);
    const there = wanted.filter((bug) => !gone.includes(bug));

    const broken = new Set();
    await forEach(folders, new Set(there.flatMap(({ tests }) => tests)), async (folder, test) => {
      if (!(await passes(folder, [test], RUNS))) broken.add(test);
    });
    for (const test of broken) console.log(`fails without a bug, left out  ${test}`);

    const survivors = [];
    await forEach(folders, there, async (folder, bug) => {
      const { what, file, tests } = bug;
      const place = path.join(folder, file);
      const sound = readFileSync(place, 'utf8');
      writeFileSync(place, planted(folder, bug));
      const began = performance.now();
      const useful = tests.filter((test) => !broken.has(test));
      let by;
      for (const test of useful)
        if (!(await passes(folder, [test], RUNS))) {
          by = test;
          break;
        }
      writeFileSync(place, sound);
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      if (by === undefined) survivors.push(bug);
      console.log(`${by === undefined ? 'SURVIVED' : 'caught  '}  ${what}  (${by ?? file}, ${seconds} s)`);
    });
    console.log(`${there.length - survivors.length} of ${there.length} caught`);
    process.exitCode = survivors.length > 0 ? 1 : gone.length > 0 ? 2 : 0;
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

await main();
