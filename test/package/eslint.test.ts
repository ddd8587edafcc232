import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ESLint, Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { expected, findingsOf, rulesByFile } from './findings.ts';
import { demo, root, run } from './projects.ts';

const require = createRequire(import.meta.url);
const fixtures = path.join(root, 'test/package/fixtures');

const versions: [version: string, name: string][] = [
  ['9.15', 'eslint9-15'],
  ['9.39', 'eslint9-39'],
  ['10.15', 'eslint'],
];

const configs: [config: string, namespace: string][] = [
  ['esm.config.mjs', 'cors'],
  ['commonjs.config.cjs', 'cors'],
  ['namespace.config.mjs', 'c'],
];

type ESLintClass = typeof ESLint;
const load = (name: string): { ESLint: ESLintClass } => require(name) as { ESLint: ESLintClass };

const lintDemo = (name: string, config: string): Promise<ESLint.LintResult[]> =>
  new (load(name).ESLint)({ cwd: demo, overrideConfigFile: path.join(fixtures, config) }).lintFiles([
    '**/*.js',
    '**/*.ts',
  ]);

const plugin = require('eslint-plugin-cors') as ESLint.Plugin;

describe('the plugin object', () => {
  it('is the default export, and what require gives', async () => {
    const same = `
      import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
      import * as all from 'eslint-plugin-cors';
      const required = createRequire(import.meta.url)('eslint-plugin-cors');
      console.log(required === all.default, Object.keys(all).sort().join());`;
    expect(await run(process.execPath, ['--input-type=module', '--eval', same], root)).toEqual({
      code: 0,
      stdout: 'true default,module.exports\n',
      stderr: '',
    });
  });

  it('names itself as its package.json does', () => {
    const { name, version } = require('../../package.json') as { name: string; version: string };
    expect(plugin.meta).toMatchObject({ name, version, namespace: 'cors' });
  });

  it('has a rule for each page in the package', () => {
    const pages = readdirSync(path.join(root, 'docs/rules'));
    expect(Object.keys(plugin.rules!).sort()).toEqual(pages.map((page) => path.parse(page).name).sort());
  });

  it.each(['recommended', 'strict', 'all'])(
    '%s is one flat config that holds the plugin and knows its rules',
    (preset) => {
      const config = plugin.configs![preset] as Linter.Config;
      expect(Array.isArray(config)).toBe(false);
      expect(config.name).toBe(`cors/${preset}`);
      expect(config.plugins).toEqual({ cors: plugin });
      expect(Object.keys(config.rules!).length).toBeGreaterThan(0);
      for (const rule of Object.keys(config.rules!))
        expect(Object.keys(plugin.rules!)).toContain(rule.replace('cors/', ''));
    },
  );
});

describe.each(versions)('ESLint %s', (version, name) => {
  it('is that version', () => {
    expect(load(name).ESLint.version).toMatch(new RegExp(`^${version.replace('.', '\\.')}\\.`));
  });

  it.each(configs)('finds what the demo holds, by %s', async (config, namespace) => {
    const findings = findingsOf(await lintDemo(name, config), namespace);
    expect(rulesByFile(findings)).toEqual(expected);
    // The same places and words, whatever the version and the namespace.
    expect(findings).toEqual(findingsOf(await lintDemo('eslint', 'esm.config.mjs')));
  });

  it.each(['recommended', 'strict', 'all'])('takes the preset %s', async (preset) => {
    const results = await new (load(name).ESLint)({
      cwd: demo,
      overrideConfigFile: true,
      overrideConfig: [plugin.configs![preset] as Linter.Config],
    }).lintFiles(['**/*.js']);
    const rules = new Set(results.flatMap((result) => result.messages.map((message) => message.ruleId)));
    expect([...rules]).toEqual(expect.arrayContaining(['cors/no-reflected-origin', 'cors/valid-origin']));
  });

  it('applies the fix, and the finding is gone', async () => {
    const eslint = new (load(name).ESLint)({
      cwd: demo,
      fix: true,
      overrideConfigFile: path.join(fixtures, 'esm.config.mjs'),
    });
    const [fixed] = await eslint.lintFiles(['server.js']);
    expect(fixed!.output).toContain("app.options('/{*splat}', cors(corsOptions));");
    expect(fixed!.messages.map((message) => message.ruleId)).not.toContain('cors/no-express5-star-path');
  });

  it('refuses a wrong setting with one sentence that names it', async () => {
    const lint = (cors: unknown): Promise<ESLint.LintResult[]> =>
      new (load(name).ESLint)({
        cwd: demo,
        overrideConfigFile: true,
        overrideConfig: [plugin.configs!['recommended'] as Linter.Config, { settings: { cors } }],
      }).lintFiles(['admin.js']);
    await expect(lint({ expres: 5 })).rejects.toThrow(/settings\.cors.*expres\b/s);
    await expect(lint({ express: 'five' })).rejects.toThrow(/settings\.cors\.express/);
    await expect(lint({ express: 5 })).resolves.toHaveLength(1);
  });
});
