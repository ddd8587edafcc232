import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { expectedIn, findingsOf, rulesByFile } from './findings.ts';
import { bin, demoFiles, project, removeProjects, root, run, versionOf } from './projects.ts';
import type { Project, Run } from './projects.ts';

/** How many rules there are: each has its page. */
const rules = readdirSync(path.join(root, 'docs/rules')).length;
const tarball = `file:${inject('tarball')}`;
const eslint = versionOf('eslint');
const servers = { express: versionOf('express'), cors: versionOf('cors') };
/** What a project must not get from us. */
const foreign = /^(?:typescript|@typescript-eslint\/.*|@types\/node)@/;

const jsConfig = `
import { defineConfig } from 'eslint/config';
import cors from 'eslint-plugin-cors';

export default defineConfig([
  cors.configs.recommended,
  { files: ['**/*.js'], languageOptions: { sourceType: 'commonjs' } },
]);
`;

const cjsConfig = `
const { defineConfig } = require('eslint/config');
const cors = require('eslint-plugin-cors');

module.exports = defineConfig([
  { files: ['**/*.js'], plugins: { cors }, extends: ['cors/recommended'], languageOptions: { sourceType: 'commonjs' } },
]);
`;

const findingsIn = (output: Run): Record<string, string[]> => {
  expect(output.stderr).toBe('');
  return rulesByFile(findingsOf(JSON.parse(output.stdout) as Parameters<typeof findingsOf>[0]));
};

const lint = (where: Project, ...args: string[]): Promise<Run> =>
  bin(where.dir, 'eslint/bin/eslint.js', ['--format', 'json', ...args, '**/*.js']);

const has = (where: Project, name: string): string[] =>
  where.installed.filter((one) => one.startsWith(`${name}@`));

afterAll(removeProjects);

describe('installed from its tarball', () => {
  it('works in a plain JavaScript project, and brings no TypeScript', async () => {
    const js = await project(
      {
        dependencies: { ...servers, express: '^5.1.0' },
        devDependencies: { eslint, 'eslint-plugin-cors': tarball },
      },
      {
        ...demoFiles('server.js', 'admin.js'),
        'eslint.config.mjs': jsConfig,
        'commonjs.config.cjs': cjsConfig,
        'clean.js':
          "const cors = require('cors');\nmodule.exports = cors({ origin: 'https://shop.fernfield.example' });\n",
      },
    );
    expect(js.warnings).toEqual([]);
    expect(js.installed.filter((name) => foreign.test(name))).toEqual([]);
    expect(has(js, 'eslint')).toEqual([`eslint@${eslint}`]);

    const found = await lint(js);
    expect(findingsIn(found)).toEqual(expectedIn('admin.js', 'corsOptions.js', 'server.js'));
    expect(found.code).toBe(1);

    expect(findingsIn(await lint(js, '--config', 'commonjs.config.cjs'))).toEqual(
      expectedIn('admin.js', 'corsOptions.js', 'server.js'),
    );
    expect(await bin(js.dir, 'eslint/bin/eslint.js', ['clean.js'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('works beside TypeScript 7', async () => {
    const ts = await project(
      {
        dependencies: { cors: servers.cors },
        devDependencies: { eslint, 'eslint-plugin-cors': tarball, typescript: '7' },
      },
      {
        ...demoFiles('server.js', 'admin.js'),
        'eslint.config.mjs': jsConfig,
      },
    );
    expect(ts.warnings).toEqual([]);
    expect(has(ts, 'typescript')).toEqual([expect.stringMatching(/^typescript@7\./)]);
    expect(ts.installed.filter((name) => name.startsWith('@typescript-eslint/'))).toEqual([]);
    // Without a package.json that names it, Express's version is unknown, and what depends on it is silent.
    const { 'server.js': inServer = [], ...rest } = expectedIn('admin.js', 'corsOptions.js', 'server.js');
    expect(findingsIn(await lint(ts))).toEqual({
      ...rest,
      'server.js': inServer.filter((rule) => rule !== 'no-express5-star-path'),
    });
  });

  it.each([
    ['that lints with it too', { eslint }],
    ['that does not', {}],
  ])(
    'leaves ESLint and TypeScript out of the production install of a project %s',
    async (_, devDependencies) => {
      const production = await project(
        { dependencies: { ...servers, 'eslint-plugin-cors': tarball }, devDependencies },
        {},
        '--omit=dev',
      );
      expect(production.warnings).toEqual([]);
      expect(has(production, 'eslint-plugin-cors')).toHaveLength(1);
      expect(production.installed.filter((name) => foreign.test(name) || /^@?eslint[@/]/.test(name))).toEqual(
        [],
      );
      // What is installed loads, ESLint or not.
      const loaded = await run(
        process.execPath,
        ['--eval', "console.log(Object.keys(require('eslint-plugin-cors').rules).length)"],
        production.dir,
      );
      expect(loaded).toEqual({ code: 0, stdout: `${rules}\n`, stderr: '' });
    },
  );
});
