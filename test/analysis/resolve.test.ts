import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveModule, rootOf } from '../../src/analysis/files/resolve.ts';
import { pnpmPatterns } from '../../src/analysis/files/workspace.ts';

let outside: string;
let root: string;

beforeEach(() => {
  outside = realpathSync(mkdtempSync(join(tmpdir(), 'cors-resolve-')));
  root = join(outside, 'repository');
  mkdirSync(join(root, '.git'), { recursive: true });
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(outside, { recursive: true, force: true });
});

/** Writes files; an object becomes JSON. */
function write(files: Readonly<Record<string, string | object>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

function touch(...names: readonly string[]): void {
  write(Object.fromEntries(names.map((name) => [name, ''])));
}

function link(from: string, to: string): void {
  mkdirSync(dirname(join(root, from)), { recursive: true });
  symlinkSync(join(root, to), join(root, from));
}

/** The answer as a path from the root. */
function found(specifier: string, from: string): string | undefined {
  const file = resolveModule(specifier, join(root, from));
  return file && relative(root, file).replaceAll('\\', '/');
}

describe('relative specifiers', () => {
  it.each<readonly [specifier: string, from: string, files: readonly string[], expected: string | undefined]>(
    [
      ['./x.js', 'a.js', ['x.js'], 'x.js'],
      ['./x', 'a.js', ['x.js'], 'x.js'],
      ['./x', 'a.js', ['x.cjs'], 'x.cjs'],
      ['./x', 'a.ts', ['x.mts'], 'x.mts'],
      ['./x', 'a.js', ['x.json'], 'x.json'],
      ['./x', 'a.js', ['x.js', 'x.ts'], 'x.js'],
      ['./x', 'a.ts', ['x.js', 'x.ts'], 'x.ts'],
      ['./x', 'a.js', ['x.json', 'x.ts'], 'x.json'],
      ['./x.js', 'a.ts', ['x.ts'], 'x.ts'],
      ['./x.js', 'a.ts', ['x.tsx'], 'x.tsx'],
      ['./x.js', 'a.ts', ['x.js', 'x.ts'], 'x.ts'],
      ['./x.js', 'a.js', ['x.js', 'x.ts'], 'x.js'],
      ['./x.js', 'a.js', ['x.ts'], 'x.ts'],
      ['./x.jsx', 'a.tsx', ['x.tsx'], 'x.tsx'],
      ['./x.jsx', 'a.ts', ['x.ts'], 'x.ts'],
      ['./x.mjs', 'a.mts', ['x.mts', 'x.ts'], 'x.mts'],
      ['./x.cjs', 'a.cts', ['x.cts'], 'x.cts'],
      ['./x.ts', 'a.ts', ['x.ts'], 'x.ts'],
      ['./x.ts', 'a.ts', ['x.js'], undefined],
      ['./cors.config', 'a.ts', ['cors.config.ts'], 'cors.config.ts'],
      ['./x.js', 'a.js', ['x.js/index.js'], 'x.js/index.js'],
      ['./x', 'a.js', ['x/index.js'], 'x/index.js'],
      ['./x', 'a.ts', ['x/index.ts', 'x/index.js'], 'x/index.ts'],
      ['./x', 'a.js', ['x.js', 'x/index.js'], 'x.js'],
      ['./x/', 'a.js', ['x.js', 'x/index.js'], 'x/index.js'],
      ['.', 'x/a.js', ['x.js', 'x/index.js'], 'x/index.js'],
      ['./', 'x/a.js', ['x/index.js'], 'x/index.js'],
      ['..', 'x/y/a.js', ['x.js', 'x/index.js'], 'x/index.js'],
      ['../..', 'x/y/a.js', ['index.js'], 'index.js'],
      ['../config/cors.js', 'src/a.ts', ['config/cors.ts'], 'config/cors.ts'],
      ['./.eslintrc.js', 'a.js', ['.eslintrc.js'], '.eslintrc.js'],
      ['./x', 'a.ts', ['x.d.ts'], undefined],
      ['./x.d.ts', 'a.ts', ['x.d.ts'], undefined],
      ['./x.d', 'a.ts', ['x.d.ts'], undefined],
      ['./x.d.mjs', 'a.mts', ['x.d.mts'], undefined],
      ['./x', 'a.ts', ['x.d.ts', 'x.js'], 'x.js'],
      ['./x.css', 'a.js', ['x.css'], undefined],
      ['./x.js?raw', 'a.js', ['x.js'], undefined],
      ['./x', 'a.js', [], undefined],
      ['./X.js', 'a.js', [], undefined],
      ['...', 'a.js', ['index.js'], undefined],
      ['.x', 'a.js', ['.x.js', '.x/index.js'], undefined],
    ],
  )('%s in %s beside %j is %s', (specifier, from, files, expected) => {
    touch(from, ...files);
    expect(found(specifier, from)).toBe(expected);
  });

  it("follows a folder's own `main`", () => {
    write({
      'a.js': '',
      'file/package.json': { main: 'lib/main' },
      'file/lib/main.js': '',
      'folder/package.json': { main: './lib' },
      'folder/lib/index.js': '',
      'unbuilt/package.json': { main: './dist/server.js' },
      'unbuilt/src/server.ts': '',
      'gone/package.json': { main: 'gone.js' },
      'gone/index.js': '',
      'odd/package.json': { main: 5 },
      'odd/index.js': '',
      'round/package.json': { main: '.' },
      'round/index.js': '',
      'broken/package.json': '{ "main": ',
      'broken/index.js': '',
    });
    expect(found('./file', 'a.js')).toBe('file/lib/main.js');
    expect(found('./folder', 'a.js')).toBe('folder/lib/index.js');
    expect(found('./unbuilt', 'a.js')).toBe('unbuilt/src/server.ts');
    expect(found('./gone', 'a.js')).toBe('gone/index.js');
    expect(found('./odd', 'a.js')).toBe('odd/index.js');
    expect(found('./round', 'a.js')).toBe('round/index.js');
    expect(found('./broken', 'a.js')).toBe('broken/index.js');
  });

  it('resolves for a file that is not saved yet', () => {
    touch('src/x.js');
    expect(found('./x', 'src/new.js')).toBe('src/x.js');
    expect(found('../src/x', 'new-folder/new.js')).toBe('src/x.js');
  });

  it('agrees with Node.js and with TypeScript, whatever files there are', () => {
    const names = ['x.js', 'x.json', 'x.ts', 'x.tsx', 'x.mts', 'x/index.js', 'x/index.ts', 'x.js/index.js'];
    let agreed = 0;
    for (let chosen = 0; chosen < 1 << names.length; chosen++) {
      const files = names.filter((_, bit) => chosen & (1 << bit));
      if (files.includes('x.js') && files.includes('x.js/index.js')) continue;
      const folder = `case-${chosen}`;
      touch(`${folder}/a.js`, ...files.map((name) => `${folder}/${name}`));
      const require = createRequire(join(root, folder, 'a.js'));
      for (const specifier of ['./x', './x.js', './x/', './x.json']) {
        const node = nodes(require, specifier);
        const place = `${specifier} beside ${files.join(' ')}`;
        // Node.js knows no `.ts`: where it finds nothing, a tool may.
        if (node) expect(resolveModule(specifier, join(root, folder, 'a.js')), place).toBe(node);
        const typescript = typescripts(specifier, join(root, folder, 'a.ts'));
        if (typescript) expect(resolveModule(specifier, join(root, folder, 'a.ts')), place).toBe(typescript);
        agreed += Number(node !== undefined) + Number(typescript !== undefined);
      }
    }
    expect(agreed).toBeGreaterThan(500);
  });
});

function nodes(require: NodeJS.Require, specifier: string): string | undefined {
  try {
    return require.resolve(specifier);
  } catch {
    return undefined;
  }
}

function typescripts(specifier: string, from: string, options: ts.CompilerOptions = {}): string | undefined {
  return ts.resolveModuleName(
    specifier,
    from,
    { moduleResolution: ts.ModuleResolutionKind.Bundler, allowJs: true, resolveJsonModule: true, ...options },
    ts.sys,
  ).resolvedModule?.resolvedFileName;
}

describe('where it stays', () => {
  it('never leaves the repository', () => {
    touch('a.js', 'in.js');
    writeFileSync(join(outside, 'out.js'), '');
    symlinkSync(join(outside, 'out.js'), join(root, 'link.js'));
    expect(found('../out.js', 'a.js')).toBeUndefined();
    expect(found('./link.js', 'a.js')).toBeUndefined();
    expect(found(join(outside, 'out.js'), 'a.js')).toBeUndefined();
    expect(found(join(root, 'in.js'), 'a.js')).toBe('in.js');
    expect(found('../repository/in.js', 'a.js')).toBe('in.js');
  });

  it('never enters `node_modules`, not by a symlink either', () => {
    touch('a.js', 'node_modules/cors/index.js', 'node_modules/cors/lib/index.js');
    link('linked.js', 'node_modules/cors/index.js');
    expect(found('cors', 'a.js')).toBeUndefined();
    expect(found('./node_modules/cors/index.js', 'a.js')).toBeUndefined();
    expect(found('./linked.js', 'a.js')).toBeUndefined();
    expect(found('./lib', 'node_modules/cors/index.js')).toBeUndefined();
  });

  it('follows symlinks, and stands on the real path of the importer', () => {
    touch('real/deep/a.js', 'real/deep/x.js', 'real/y.js');
    link('link', 'real/deep');
    link('loop/one.js', 'loop/two.js');
    link('loop/two.js', 'loop/one.js');
    link('real/deep/again', 'real');
    expect(found('./link/x.js', 'main.js')).toBe('real/deep/x.js');
    expect(found('../y.js', 'link/a.js')).toBe('real/y.js');
    expect(found('./again/deep/again/deep/x.js', 'real/deep/a.js')).toBe('real/deep/x.js');
    expect(found('./loop/one.js', 'main.js')).toBeUndefined();
  });

  it('is nothing for what is no file of the repository', () => {
    touch('a.js', 'fs.js', 'fs/index.js');
    for (const specifier of [
      '',
      'fs',
      'node:fs',
      'https://example.com/x.js',
      'data:text/javascript,0',
      pathToFileURL(join(root, 'a.js')).href,
      './a.js\0',
      `./${'x/../'.repeat(300)}a.js`,
      '@',
      '@/',
      '%61.js',
    ]) {
      expect(found(specifier, 'a.js'), specifier).toBeUndefined();
    }
    expect(resolveModule('./a.js', 'a.js')).toBeUndefined();
    expect(resolveModule('./a.js', '<input>')).toBeUndefined();
    expect(resolveModule('./a.js', `${root}/\0.js`)).toBeUndefined();
  });

  it('never throws', () => {
    write({
      'a.ts': '',
      'package.json': {
        name: 'a',
        imports: { '#x': [null, { default: 5 }, '../..', './%'] },
        workspaces: [5, '**/*', '!'],
      },
      'tsconfig.json': {
        extends: [5, './tsconfig'],
        compilerOptions: { baseUrl: '.', paths: { '*': [5, '../*'] } },
      },
    });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('.', '/', '#', '@', 'a', 'x', '*', '\\', '%2f', ':', '\0', '\ud800'),
      }),
    );
    fc.assert(
      fc.property(text, text, (specifier, from) => {
        resolveModule(specifier, join(root, 'a.ts'));
        resolveModule(specifier, from);
        resolveModule(specifier, `${root}/${from}`);
        rootOf(from);
      }),
    );
  });
});

describe('package imports', () => {
  it('are those of the nearest `package.json`', () => {
    write({
      'package.json': { imports: { '#outer': './outer.js' } },
      'outer.js': '',
      'server/package.json': {
        imports: {
          '#config': './config/index.js',
          '#lib/*': './lib/*.js',
          '#lib/private/*': null,
          '#lib/own/*': './own/*.js',
          '#nested': {
            browser: './browser.js',
            node: { custom: './custom.js', import: './node.js' },
            default: './default.js',
          },
          '#never': { node: null, default: './default.js' },
          '#list': [null, './gone.js', './default.js'],
          '#built/*': './dist/*.js',
          '#up': '../outer.js',
          '#package': 'cors',
        },
      },
    });
    touch('server/config/index.ts', 'server/lib/x.js', 'server/lib/private/x.js', 'server/own/x.js');
    touch(
      'server/node.js',
      'server/browser.js',
      'server/custom.js',
      'server/default.js',
      'server/src/deep/x.ts',
    );
    const from = 'server/src/deep/a.js';
    expect(found('#config', from)).toBe('server/config/index.ts');
    expect(found('#lib/x', from)).toBe('server/lib/x.js');
    expect(found('#lib/private/x', from)).toBeUndefined();
    expect(found('#lib/own/x', from)).toBe('server/own/x.js');
    expect(found('#nested', from)).toBe('server/node.js');
    expect(found('#never', from)).toBeUndefined();
    expect(found('#list', from)).toBe('server/default.js');
    expect(found('#built/deep/x', from)).toBe('server/src/deep/x.ts');
    expect(found('#up', from)).toBeUndefined();
    expect(found('#package', from)).toBeUndefined();
    expect(found('#outer', from)).toBeUndefined();
    expect(found('#outer', 'a.js')).toBe('outer.js');
    expect(found('#toString', from)).toBeUndefined();
    const require = createRequire(join(root, from));
    for (const specifier of [
      '#lib/x',
      '#lib/own/x',
      '#lib/private/x',
      '#never',
      '#up',
      '#outer',
      '#toString',
    ]) {
      expect(resolveModule(specifier, join(root, from)), specifier).toBe(nodes(require, specifier));
    }
  });
});

describe('tsconfig', () => {
  it('reads `paths` with comments and trailing commas', () => {
    write({
      'tsconfig.json': `\uFEFF{
        // "paths": {},
        "compilerOptions": { /* ours */
          "paths": {
            "@/*": ["./src/*", "./generated/*",], // "@/**" is no pattern
            "@/exact": ["./other/exact.ts"],
            "~cors": ["src/cors"],
            "#lib/*": ["./src/lib/*"],
          }, /* the end */
        },
      }`,
    });
    touch(
      'src/a.ts',
      'src/config/cors.ts',
      'generated/env.ts',
      'src/exact.ts',
      'other/exact.ts',
      'src/cors.ts',
      'src/lib/x.ts',
    );
    expect(found('@/config/cors', 'src/a.ts')).toBe('src/config/cors.ts');
    expect(found('@/config/cors.js', 'src/deep/a.ts')).toBe('src/config/cors.ts');
    expect(found('@/env', 'src/a.ts')).toBe('generated/env.ts');
    expect(found('@/exact', 'src/a.ts')).toBe('other/exact.ts');
    expect(found('~cors', 'src/a.ts')).toBe('src/cors.ts');
    expect(found('#lib/x', 'src/a.ts')).toBe('src/lib/x.ts');
    expect(found('@/gone', 'src/a.ts')).toBeUndefined();
  });

  it('inherits, each path relative to the file that says it', () => {
    write({
      'config/base.json': { compilerOptions: { baseUrl: '../src', paths: { '@base/*': ['base/*'] } } },
      'config/more.json': { extends: './base', compilerOptions: { strict: true } },
      'tsconfig.json': { extends: './config/more.json' },
      'src/base/x.ts': '',
      'src/cors-options.ts': '',
      'own/tsconfig.json': {
        extends: ['../config/more'],
        compilerOptions: { paths: { '@own/*': ['own/*'] } },
      },
      'src/own/y.ts': '',
      'leaf/tsconfig.json': { extends: '@shop/tsconfig/leaf.json' },
      'node_modules/@shop/tsconfig/leaf.json': {
        compilerOptions: { paths: { '@leaf/*': ['${configDir}/src/*'] } },
      },
      'leaf/src/z.ts': '',
    });
    expect(found('@base/x', 'src/a.ts')).toBe('src/base/x.ts');
    expect(found('cors-options', 'src/a.ts')).toBe('src/cors-options.ts');
    expect(found('@own/y', 'own/a.ts')).toBe('src/own/y.ts');
    expect(found('@base/x', 'own/a.ts')).toBeUndefined();
    expect(found('@leaf/z', 'leaf/a.ts')).toBe('leaf/src/z.ts');
  });

  it('takes the nearest, `jsconfig.json` too, and never one outside the repository', () => {
    writeFileSync(
      join(outside, 'tsconfig.json'),
      '{ "compilerOptions": { "paths": { "@/*": ["./repository/*"] } } }',
    );
    write({
      'x.js': '',
      'web/jsconfig.json': { compilerOptions: { baseUrl: '.', paths: { '@/*': ['lib/*'] } } },
      'web/lib/x.js': '',
    });
    expect(found('@/x', 'a.js')).toBeUndefined();
    expect(found('@/x', 'web/a.js')).toBe('web/lib/x.js');
    expect(found('lib/x', 'web/deep/a.js')).toBe('web/lib/x.js');
  });

  it('survives cycles, broken files and nonsense', () => {
    write({
      'one.json': { extends: ['./two.json', './two.json'], compilerOptions: { paths: { '@/*': ['./*'] } } },
      'two.json': { extends: './one.json' },
      'tsconfig.json': { extends: ['./two.json', './one.json', './gone.json', 5] },
      'x.ts': '',
      'broken/tsconfig.json': '{ /* "paths": ',
      'odd/tsconfig.json': {
        compilerOptions: { baseUrl: 5, paths: { '@/*': 'x', '@b/*': [5, '../*'], '**': ['../x'] } },
      },
    });
    expect(found('@/x', 'a.ts')).toBe('x.ts');
    expect(found('@/x', 'broken/a.ts')).toBeUndefined();
    expect(found('@/x', 'odd/a.ts')).toBeUndefined();
    expect(found('@b/x', 'odd/a.ts')).toBe('x.ts');
  });

  it('leaves a package its name where `baseUrl` would take it', () => {
    write({
      'package.json': { dependencies: { cors: '^2.8.6' } },
      'tsconfig.json': { compilerOptions: { baseUrl: './src', paths: { '*': ['../types/*'] } } },
      'node_modules/helmet/index.js': '',
    });
    touch('src/cors.ts', 'src/helmet.ts', 'types/cors.ts', 'src/own.ts', 'src/config/cors.ts');
    expect(found('cors', 'src/a.ts')).toBeUndefined();
    expect(found('helmet', 'src/a.ts')).toBeUndefined();
    expect(found('own', 'src/a.ts')).toBe('src/own.ts');
    expect(found('config/cors', 'src/a.ts')).toBe('src/config/cors.ts');
  });

  it('chooses among patterns as TypeScript does', () => {
    const paths = {
      '@/*': ['./src/*'],
      '@/lib/*': ['./lib/*'],
      '@/*/x': ['./mid/*'],
      '@/lib/x': ['./exact'],
      'a*z': ['./*'],
    };
    write({ 'tsconfig.json': { compilerOptions: { paths } } });
    touch(
      'src/x.ts',
      'src/lib/x.ts',
      'lib/x.ts',
      'lib/y.ts',
      'mid/q.ts',
      'src/q/x.ts',
      'exact.ts',
      'exact/index.ts',
      'b.ts',
    );
    for (const specifier of ['@/x', '@/lib/x', '@/lib/y', '@/q/x', '@/lib', 'abz', 'az', '@/lib/']) {
      expect(resolveModule(specifier, join(root, 'a.ts')), specifier).toBe(
        typescripts(specifier, join(root, 'a.ts'), { paths, pathsBasePath: root }),
      );
    }
  });
});

describe('workspace packages', () => {
  const server = {
    name: '@shop/server',
    exports: {
      '.': { types: './dist/index.d.ts', import: './dist/index.js' },
      './config': './dist/config.js',
      './lib/*': './lib/*.js',
      './lib/private/*': null,
    },
  };

  beforeEach(() => {
    write({ 'packages/server/package.json': server, 'apps/web/package.json': { name: 'web' } });
    touch('packages/server/src/index.ts', 'packages/server/src/config.ts');
    touch(
      'packages/server/lib/x.js',
      'packages/server/lib/private/x.js',
      'apps/web/a.ts',
      'apps/web/index.ts',
    );
  });

  function expectServer(): void {
    expect(found('@shop/server', 'apps/web/a.ts')).toBe('packages/server/src/index.ts');
    expect(found('@shop/server/config', 'apps/web/a.ts')).toBe('packages/server/src/config.ts');
    expect(found('@shop/server/lib/x', 'apps/web/a.ts')).toBe('packages/server/lib/x.js');
    expect(found('@shop/server/lib/private/x', 'apps/web/a.ts')).toBeUndefined();
    expect(found('@shop/server/package.json', 'apps/web/a.ts')).toBeUndefined();
    expect(found('@shop/other', 'apps/web/a.ts')).toBeUndefined();
  }

  it('are found through a link in `node_modules`', () => {
    link('node_modules/@shop/server', 'packages/server');
    expectServer();
  });

  it.each<readonly [name: string, files: Readonly<Record<string, string | object>>]>([
    ['npm', { 'package.json': { workspaces: ['packages/*', 'apps/*'] } }],
    ['Yarn 1', { 'package.json': { workspaces: { packages: ['./packages/*/'] } } }],
    ['one folder', { 'package.json': { workspaces: ['packages/server'] } }],
    ['any depth', { 'package.json': { workspaces: ['**'] } }],
    ['braces', { 'package.json': { workspaces: ['{apps,packages}/s*r'] } }],
    [
      'pnpm',
      {
        'pnpm-workspace.yaml':
          "packages:\n  # ours\n  - 'packages/*' # all\n  - apps/*\ncatalog:\n  cors: 2.8.6\n",
      },
    ],
  ])('are found by name: %s', (_name, files) => {
    write(files);
    expectServer();
  });

  it('are not found where the patterns leave them out', () => {
    write({ 'package.json': { workspaces: ['packages/*', '!packages/serv*'] } });
    expect(found('@shop/server', 'apps/web/a.ts')).toBeUndefined();
  });

  it('are the built file where it is there', () => {
    write({ 'package.json': { workspaces: ['packages/*'] } });
    touch(
      'packages/server/dist/index.js',
      'packages/server/dist/index.d.ts',
      'packages/server/dist/config.js',
    );
    expect(found('@shop/server', 'apps/web/a.ts')).toBe('packages/server/dist/index.js');
    expect(found('@shop/server/config', 'apps/web/a.js')).toBe('packages/server/dist/config.js');
    link('node_modules/@shop/server', 'packages/server');
    const require = createRequire(join(root, 'apps/web/a.js'));
    for (const subpath of ['config', 'lib/x', 'lib/private/x', 'lib', 'package.json']) {
      const specifier = `@shop/server/${subpath}`;
      expect(resolveModule(specifier, join(root, 'apps/web/a.js')), subpath).toBe(nodes(require, specifier));
    }
  });

  it('may have no `exports`', () => {
    write({
      'package.json': { workspaces: ['packages/*'] },
      'packages/main/package.json': { name: 'main', main: 'server.js' },
      'packages/main/server.js': '',
      'packages/main/config/cors.js': '',
      'packages/unbuilt/package.json': {
        name: 'unbuilt',
        main: './dist/server.js',
        types: './dist/server.d.ts',
      },
      'packages/unbuilt/src/index.ts': '',
    });
    expect(found('main', 'apps/web/a.ts')).toBe('packages/main/server.js');
    expect(found('main/config/cors', 'apps/web/a.ts')).toBe('packages/main/config/cors.js');
    expect(found('main/../server/lib/x', 'apps/web/a.ts')).toBeUndefined();
    expect(found('unbuilt', 'apps/web/a.ts')).toBe('packages/unbuilt/src/index.ts');
  });

  it('may name themselves', () => {
    expect(found('@shop/server/config', 'packages/server/test/a.ts')).toBe('packages/server/src/config.ts');
    expect(found('web', 'apps/web/a.ts')).toBeUndefined();
  });

  it('give way to a package from outside of the same name', () => {
    write({ 'package.json': { workspaces: ['packages/*'] } });
    touch('node_modules/@shop/server/index.js');
    expect(found('@shop/server', 'apps/web/a.ts')).toBeUndefined();
  });
});

describe('pnpmPatterns', () => {
  it.each<readonly [text: string, expected: readonly string[]]>([
    ['packages:\n  - "a/*"\n  - b\n', ['a/*', 'b']],
    ['packages:\n- a/*\n- "!b"\nonlyBuiltDependencies:\n- c\n', ['a/*', '!b']],
    ["packages: ['a/*', b]\nother: [c]", ['a/*', 'b']],
    ['packages: [\n  a,\n  b,\n]\n', ['a', 'b']],
    ['other:\n  - a\n"packages":\n\n  # - no\n  - b\n', ['b']],
    ['catalog:\n  packages: 1\n', []],
    ['packages:\n', []],
    ['', []],
  ])('%j', (text, expected) => {
    expect(pnpmPatterns(text.split('\n'))).toEqual(expected);
  });
});

describe('rootOf', () => {
  it('is the nearest folder that begins a repository or a workspace', () => {
    write({
      'package.json': {},
      'inner/package.json': { workspaces: [] },
      'inner/a/package.json': {},
      'pnpm/pnpm-workspace.yaml': '',
    });
    expect(rootOf(join(root, 'src/deep/a.js'))).toBe(root);
    expect(rootOf(join(root, 'inner/a/b/c.js'))).toBe(join(root, 'inner'));
    expect(rootOf(join(root, 'pnpm/a/b.js'))).toBe(join(root, 'pnpm'));
    // A worktree and a submodule have a file.
    write({ 'module/.git': 'gitdir: ../.git/modules/module' });
    expect(rootOf(join(root, 'module/a/b.js'))).toBe(join(root, 'module'));
  });

  it('is the outermost package, or the folder alone, where nothing begins one', () => {
    rmSync(join(root, '.git'), { recursive: true });
    touch('plain/a.js');
    expect(rootOf(join(root, 'plain/a.js'))).toBe(join(root, 'plain'));
    write({ 'app/package.json': {}, 'app/src/package.json': { type: 'module' } });
    expect(rootOf(join(root, 'app/src/a.js'))).toBe(join(root, 'app'));
  });
});

describe('freshness', () => {
  it('notices a change of the disk within a second', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    touch('a.js', 'x.ts');
    expect(found('./x', 'a.js')).toBe('x.ts');
    touch('x.js');
    vi.advanceTimersByTime(1001);
    expect(found('./x', 'a.js')).toBe('x.js');
    rmSync(join(root, 'x.js'));
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(found('./x', 'a.js')).toBe('x.ts');
  });
});
