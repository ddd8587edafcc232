import { afterAll, describe, expect, inject, it } from 'vitest';
import { bin, project, removeProjects, versionOf } from './projects.ts';

const tsconfig = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  },
});

const esm = `
import { defineConfig } from 'eslint/config';
import cors from 'eslint-plugin-cors';

export default defineConfig([
  cors.configs.recommended,
  { extends: [cors.configs.strict], settings: { cors: { express: 5, env: { NODE_ENV: 'production' } } } },
  { plugins: { c: cors }, rules: { 'c/no-wildcard-credentials': 'error' } },
]);

export const all = [cors.configs.all, cors.meta.version satisfies string];
// @ts-expect-error A preset that there is not.
export const wrong = cors.configs.recomended;
`;

/** Before ESLint had \`defineConfig\`, a config was an array. */
const old = `
import type { Linter } from 'eslint';
import cors from 'eslint-plugin-cors';

export default [
  cors.configs.recommended,
  { plugins: { c: cors }, rules: { 'c/no-wildcard-credentials': 'error' } },
] satisfies Linter.Config[];
`;

const commonjs = `
import type { Linter } from 'eslint';
import cors = require('eslint-plugin-cors');

const config: Linter.Config[] = [cors.configs.recommended, { plugins: { cors } }];
export = config;
`;

afterAll(removeProjects);

/** The compilers whose types differ, against the ESLints whose types differ. */
const pairs: [typescript: string, eslint: string, config: string][] = [
  [versionOf('typescript'), versionOf('eslint'), esm],
  [versionOf('typescript'), versionOf('eslint9-39'), esm],
  [versionOf('typescript'), versionOf('eslint9-15'), old],
  ['7', versionOf('eslint'), esm],
];

describe('the types', () => {
  it.each(pairs)(
    'check under TypeScript %s with ESLint %s, libraries included',
    async (typescript, eslint, config) => {
      const { dir, warnings } = await project(
        { devDependencies: { eslint, typescript, 'eslint-plugin-cors': `file:${inject('tarball')}` } },
        { 'tsconfig.json': tsconfig, 'eslint.config.mts': config, 'commonjs.config.cts': commonjs },
      );
      expect(warnings).toEqual([]);
      const checked = await bin(dir, 'typescript/bin/tsc', ['--pretty', 'false']);
      expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );
});
