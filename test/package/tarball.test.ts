import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { root } from './projects.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'cors-unpacked-'));
execFileSync('tar', ['-xzf', inject('tarball'), '-C', dir, '--strip-components=1']);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const files = readdirSync(dir, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
  .sort();
const text = (file: string): string => readFileSync(path.join(dir, file), 'utf8');

const sources = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(folder, file.replace(/\.ts$/, '')));

describe('the packed package', () => {
  it('holds the plugin and its types, one of each for every source, and nothing that was left behind', () => {
    const modules = [...sources('src'), ...sources('rules')];
    expect(modules).toContain(path.join('src', 'index'));
    expect(files.filter((file) => /^dist\/(?!cjs\/)/.test(file))).toEqual(
      modules.flatMap((module) => [`dist/${module}.js`, `dist/${module}.d.ts`]).sort(),
    );
  });

  it('holds the middleware as CommonJS too, with what it needs of the policy, and nothing of the linter', () => {
    const inside = files.filter((file) => file.startsWith('dist/cjs/')).map((file) => file.slice(9));
    const middleware = sources('src/middleware').map((module) => path.relative('src', module));
    expect(inside.filter((file) => file.startsWith('middleware/'))).toEqual(
      middleware.flatMap((module) => [`${module}.js`, `${module}.d.ts`]).sort(),
    );
    expect(inside.filter((file) => !/^(?:middleware|policy)\//.test(file))).toEqual(['package.json']);
    expect(JSON.parse(text('dist/cjs/package.json'))).toEqual({ type: 'commonjs' });
  });

  it('leads resolvers that do not read `exports` to the same files', () => {
    const { exports } = JSON.parse(text('package.json')) as {
      exports: Record<string, Record<'import' | 'require', { types: string; default: string }>>;
    };
    for (const entry of ['middleware', 'middleware/fetch']) {
      const stub = JSON.parse(text(`${entry}/package.json`)) as Record<'main' | 'module' | 'types', string>;
      const target = (file: string): string => `./${path.posix.join(entry, file)}`;
      expect({ types: target(stub.types), default: target(stub.main) }).toEqual(
        exports[`./${entry}`]?.require,
      );
      expect(target(stub.module)).toBe(exports[`./${entry}`]?.import.default);
    }
  });

  it('holds a page for every rule', () => {
    const rules = readdirSync(path.join(root, 'rules')).map(
      (file) => `docs/rules/${file.replace(/\.ts$/, '.md')}`,
    );
    expect(files.filter((file) => file.startsWith('docs/'))).toEqual(rules.sort());
  });

  it('holds the papers, and nothing else', () => {
    expect(files.filter((file) => !/^(?:dist|docs\/rules)\//.test(file))).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'middleware/fetch/package.json',
      'middleware/package.json',
      'package.json',
    ]);
  });

  it('holds no test, no source map and no pointer to one', () => {
    expect(files.filter((file) => /(?:^|\/)tests?\/|\.test\.|\.map$|(?<!\.d)\.ts$/.test(file))).toEqual([]);
    expect(files.filter((file) => text(file).includes('sourceMappingURL'))).toEqual([]);
  });

  it('names no path of the machine that built it', () => {
    expect(files.filter((file) => text(file).includes(root))).toEqual([]);
  });

  it('brings nothing that has peers, and asks for nothing that is not optional', () => {
    const manifest = JSON.parse(text('package.json')) as Record<string, Record<string, unknown> | undefined>;
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
    // npm keeps a peer, even an optional one, in a production install as soon as the project has it for development.
    expect(Object.keys(peerDependencies)).toEqual([]);
    expect(peerDependenciesMeta).toMatchObject({ eslint: { optional: true } });
    expect(Object.keys(dependencies).filter((name) => !['@eslint-community/regexpp'].includes(name))).toEqual(
      [],
    );
  });

  it('is clean in the eyes of publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: dir, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });
});
