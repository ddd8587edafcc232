/** What a production server gets with the middleware: itself and the judge, no package, nothing of Node's. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** Every specifier that a file names, whatever it does with it: `import`, `export … from`, `import()`, `require`, a type. */
const specifiersIn = (file: string): readonly string[] => {
  const { importedFiles, referencedFiles, typeReferenceDirectives } = ts.preProcessFile(
    readFileSync(file, 'utf8'),
    true,
    true,
  );
  return [...importedFiles, ...referencedFiles, ...typeReferenceDirectives].map(({ fileName }) => fileName);
};

/** All that the files come to, from one to the next. */
const reachedFrom = (entries: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const reached = new Map<string, readonly string[]>();
  const open = [...entries];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    const specifiers = specifiersIn(file);
    reached.set(file, specifiers);
    for (const one of specifiers) if (one.startsWith('.')) open.push(path.join(path.dirname(file), one));
  }
  return reached;
};

const entries = readdirSync(path.join(src, 'middleware'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => path.join(src, 'middleware', file));
const reached = reachedFrom(entries);
const named = (file: string): string => path.relative(src, file).split(path.sep).join('/');

test('the middleware imports itself and the policy, and nothing else', () => {
  const others = [...reached].flatMap(([file, specifiers]) =>
    specifiers.filter((one) => !one.startsWith('.')).map((one) => `${named(file)}: ${one}`),
  );
  expect(others).toEqual([]);
  expect([...reached.keys()].map(named).filter((file) => !/^(?:middleware|policy)\//.test(file))).toEqual([]);
  // Otherwise the walk is blind.
  expect([...reached.keys()].map(named)).toEqual(
    expect.arrayContaining(['middleware/node.ts', 'middleware/fetch.ts', 'policy/judge.ts']),
  );
  for (const file of reached.keys()) expect(existsSync(file), file).toBe(true);
});

test('the policy, which comes along, does not know the middleware', () => {
  for (const [file, specifiers] of reached)
    if (named(file).startsWith('policy/'))
      expect(
        specifiers.filter((one) => one.includes('middleware')),
        named(file),
      ).toEqual([]);
});

test('no file of the middleware asks for what only Node has', () => {
  // `globalThis.process` may be missing, and is asked for as such; `tsconfig.commonjs.json` compiles without Node's types.
  const asking = entries.filter((file) =>
    /\brequire\s*\(|\bBuffer\b|\bsetImmediate\b|\b__dirname\b|import\.meta/.test(readFileSync(file, 'utf8')),
  );
  expect(asking.map(named)).toEqual([]);
});
