import path from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, expect, inject, it } from 'vitest';
import { expected, expectedAlone, findingsOf, rulesByFile, sorted } from './findings.ts';
import { bin, demo, demoFiles, project, removeProjects, root, versionOf } from './projects.ts';

const rules = [...new Set(Object.values(expected).flat())];

interface Diagnostic {
  readonly message: string;
  readonly code: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

afterAll(removeProjects);

it('finds under oxlint what ESLint finds in each file by itself', async () => {
  const { dir } = await project(
    {
      dependencies: { express: '^5.1.0', cors: versionOf('cors') },
      devDependencies: { oxlint: versionOf('oxlint'), 'eslint-plugin-cors': `file:${inject('tarball')}` },
    },
    {
      ...demoFiles(...Object.keys(expected)),
      '.oxlintrc.json': JSON.stringify({
        jsPlugins: ['eslint-plugin-cors'],
        categories: { correctness: 'off' },
        rules: Object.fromEntries(rules.map((rule) => [`cors/${rule}`, 'error'])),
      }),
    },
  );

  const { stdout, code } = await bin(dir, 'oxlint/bin/oxlint', ['--format', 'json', '.']);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  const found = sorted(
    diagnostics.map((one) => ({
      file: path.basename(one.filename),
      rule: /^cors\((.*)\)$/.exec(one.code)?.[1] ?? `not ours: ${one.code}`,
      line: one.labels[0]!.span.line,
      column: one.labels[0]!.span.column,
      message: one.message,
    })),
  );
  expect(rulesByFile(found)).toEqual(expectedAlone);
  expect(code).toBe(1);

  const eslint = new ESLint({
    cwd: demo,
    overrideConfigFile: path.join(root, 'test/package/fixtures/esm.config.mjs'),
  });
  expect(findingsOf(await eslint.lintFiles(['**/*.js', '**/*.ts']))).toEqual(expect.arrayContaining(found));
});
