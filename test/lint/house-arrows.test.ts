import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import config from '../../eslint.config.js';
import houseArrows from './house-arrows.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

function reports(filename: string, code: string): string[] {
  const linter = new Linter({ cwd: root });
  const messages = linter.verify(
    code,
    {
      files: ['**/*.ts'],
      languageOptions: { parser },
      plugins: { local: { rules: { 'house-arrows': houseArrows } } },
      rules: { 'local/house-arrows': 'error' },
    },
    { filename },
  );
  return messages.map((message) => message.message);
}

const oneReport = (filename: string, code: string): string => {
  const found = reports(filename, code);
  expect(found, `${filename}: ${code}`).toHaveLength(1);
  return found[0]!;
};

/** Every turned-round arrow: the file, what it must not import, and what the message calls that. */
const turned: [file: string, specifier: string, to: string][] = [
  ['src/policy/judge.ts', '../analysis/file.ts', 'src/analysis'],
  ['src/policy/judge.ts', '../middleware/index.ts', 'src/middleware'],
  ['src/policy/judge.ts', '../rule.ts', 'src/rule.ts'],
  ['src/policy/judge.ts', '../settings.ts', 'src/settings.ts'],
  ['src/policy/judge.ts', '../index.ts', 'src/index.ts'],
  ['src/policy/judge.ts', '..', 'src/index.ts'],
  ['src/policy/judge.ts', '../../rules/valid-origin.ts', 'rules'],
  ['src/policy/judge.ts', '../../package.json', 'package.json'],
  ['src/policy/judge.ts', 'eslint', 'eslint'],
  ['src/policy/judge.ts', 'express', 'express'],
  ['src/policy/judge.ts', 'node:url', 'node:url'],
  ['src/policy/judge.ts', 'eslint-plugin-cors', 'src/index.ts'],
  ['src/policy/judge.ts', '#anything', '#anything'],
  ['src/analysis/file.ts', '../middleware/index.ts', 'src/middleware'],
  ['src/analysis/file.ts', '../rule.ts', 'src/rule.ts'],
  ['src/analysis/file.ts', '../settings.ts', 'src/settings.ts'],
  ['src/analysis/libraries/cors.ts', '../../index.ts', 'src/index.ts'],
  ['src/analysis/libraries/cors.ts', '../../../rules/valid-origin.ts', 'rules'],
  ['src/middleware/index.ts', '../analysis/file.ts', 'src/analysis'],
  ['src/middleware/index.ts', '../settings.ts', 'src/settings.ts'],
  ['src/middleware/index.ts', '../../rules/valid-origin.ts', 'rules'],
  ['src/settings.ts', './rule.ts', 'src/rule.ts'],
  ['src/settings.ts', './policy/judge.ts', 'src/policy'],
  ['src/edits.ts', './rule.ts', 'src/rule.ts'],
  ['src/settings.ts', '../rules/valid-origin.ts', 'rules'],
  ['src/rule.ts', './index.ts', 'src/index.ts'],
  ['src/rule.ts', '../rules/valid-origin.ts', 'rules'],
  ['src/rule.ts', './middleware/index.ts', 'src/middleware'],
  ['rules/valid-origin.ts', '../src/index.ts', 'src/index.ts'],
  ['rules/valid-origin.ts', '../src/middleware/index.ts', 'src/middleware'],
  ['rules/valid-origin.ts', '../test/lint/house-arrows.js', 'test/lint/house-arrows.js'],
  ['src/index.ts', './analysis/file.ts', 'src/analysis'],
  ['src/index.ts', '../test/bench/bench.js', 'test/bench/bench.js'],
];

const straight: [file: string, specifier: string][] = [
  ['src/policy/judge.ts', './origin.ts'],
  ['src/analysis/file.ts', '../policy/judge.ts'],
  ['src/analysis/libraries/cors.ts', '../run.ts'],
  ['src/analysis/lower.ts', 'node:path'],
  ['src/middleware/index.ts', '../policy/origin.ts'],
  ['src/rule.ts', './analysis/file.ts'],
  ['src/rule.ts', './settings.ts'],
  ['src/settings.ts', './analysis/file.ts'],
  ['src/rule.ts', './edits.ts'],
  ['src/rule.ts', './package.ts'],
  ['rules/valid-origin.ts', '../src/rule.ts'],
  ['rules/valid-origin.ts', '../src/settings.ts'],
  ['rules/valid-origin.ts', '../src/analysis/file.ts'],
  ['rules/valid-origin.ts', '../src/policy/origin.ts'],
  ['src/index.ts', '../rules/valid-origin.ts'],
  ['src/index.ts', './rule.ts'],
  ['test/rules/valid-origin.test.ts', '../../rules/valid-origin.ts'],
];

/** Every way to import that the language has. */
const ways: [name: string, write: (specifier: string) => string][] = [
  ['an import', (s) => `import { a } from '${s}';`],
  ['an import for its effects', (s) => `import '${s}';`],
  ['a type import', (s) => `import type { A } from '${s}';`],
  ['an inline type import', (s) => `import { type A } from '${s}';`],
  ['a re-export', (s) => `export { a } from '${s}';`],
  ['a re-exported type', (s) => `export type { A } from '${s}';`],
  ['a star re-export', (s) => `export * from '${s}';`],
  ['a namespace re-export', (s) => `export * as a from '${s}';`],
  ['a dynamic import', (s) => `await import('${s}');`],
  ['a dynamic import with a template', (s) => `await import(\`${s}\`);`],
  ['a type query', (s) => `type A = import('${s}').A;`],
  ['an import assignment', (s) => `import a = require('${s}');`],
  ['require', (s) => `const a = require('${s}');`],
  ['require.resolve', (s) => `require.resolve('${s}');`],
];

describe('house-arrows', () => {
  it.each(turned)('%s may not import %s', (file, specifier, to) => {
    for (const [, write] of ways) {
      const part = /^(?:src\/(?:policy|analysis|middleware)|rules|src\/\w+\.ts)/.exec(file)![0];
      expect(oneReport(file, write(specifier))).toContain(`\`${part}\` may not import \`${to}\`.`);
    }
  });

  it.each(straight)('%s may import %s', (file, specifier) => {
    for (const [, write] of ways) expect(reports(file, write(specifier))).toEqual([]);
  });

  it.each(ways)('sees %s', (_, write) => {
    expect(oneReport('src/policy/judge.ts', write('../rule.js'))).toBe(
      '`src/policy` may not import `src/rule.ts`. It may import: nothing but itself.',
    );
  });

  it('wants specifiers that can be read', () => {
    expect(oneReport('src/policy/judge.ts', 'await import(name);')).toContain(
      'write the specifier as a string',
    );
    expect(oneReport('src/policy/judge.ts', 'await import(`../${name}.ts`);')).toContain(
      'write the specifier',
    );
  });

  it('is switched on for all of src and rules', async () => {
    const linter = new Linter({ cwd: root });
    for (const file of [
      'src/policy/a.ts',
      'src/analysis/a.ts',
      'src/middleware/a.ts',
      'rules/a.ts',
      'src/rule.ts',
    ]) {
      const messages = linter.verify("import '../y.ts';\n", config as Linter.Config[], {
        filename: file,
      });
      expect(
        messages.map((message) => message.ruleId),
        file,
      ).toContain('house/arrows');
    }
  });

  it('knows every part of src', () => {
    const parts = readdirSync(new URL('../../src', import.meta.url)).map((name) => `src/${name}`);
    for (const part of parts)
      expect(reports(part.endsWith('.ts') ? part : `${part}/a.ts`, "import '#nowhere';"), part).toHaveLength(
        1,
      );
  });
});
