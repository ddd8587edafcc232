import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Linter } from 'eslint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expressVersion, majorsOf } from '../../src/analysis/files/manifest.ts';
import plugin from '../../src/index.ts';

describe('majorsOf', () => {
  it.each<readonly [string, readonly number[] | undefined]>([
    ['5', [5]],
    ['5.x', [5]],
    ['5.X.X', [5]],
    ['5.1', [5]],
    ['5.1.0', [5]],
    ['=5.1.0', [5]],
    ['v5.1.0', [5]],
    ['^5.1.0', [5]],
    ['~5.1.0', [5]],
    ['~>5.1', [5]],
    ['^ 5.1.0', [5]],
    ['^5.0.0-beta.3', [5]],
    ['5.0.0-alpha.8+build.1', [5]],
    ['  ^5.1.0 ', [5]],
    ['~4.18', [4]],
    ['4.17.1', [4]],
    ['^3.0.0', [3]],
    ['>=5', [5]],
    ['>=5.0.0', [5]],
    ['>4', [5]],
    ['>4.x', [5]],
    ['>4.0.0', [4, 5]],
    ['>=4', [4, 5]],
    ['>= 4.17.0', [4, 5]],
    ['>=4 <6', [4, 5]],
    ['>=4.0.0 <5.0.0', [4]],
    ['>=4.0.0 <5.0.0-0', [4]],
    ['>=4 <5.2.0', [4, 5]],
    ['>=4 <=5', [4, 5]],
    ['<5', [3, 4]],
    ['^4 || ^5', [4, 5]],
    ['^5 || ^4', [4, 5]],
    ['^4||^5', [4, 5]],
    ['4.x || >=5.0.0', [4, 5]],
    ['^5.0.0 || ^5.1.0', [5]],
    ['4 - 5', [4, 5]],
    ['4.0.0 - 4.99.0', [4]],
    ['4.x - 5.x', [4, 5]],
    ['*', [3, 4, 5]],
    ['x', [3, 4, 5]],
    ['', [3, 4, 5]],
    ['npm:express@^5', [5]],
    ['npm:express@4.22.3', [4]],
    ['workspace:^5.0.0', [5]],
    ['^6', undefined],
    ['latest', undefined],
    ['next', undefined],
    ['workspace:*', undefined],
    ['workspace:^', undefined],
    ['workspace:', undefined],
    ['catalog:', undefined],
    ['catalog:express5', undefined],
    ['^4 || latest', undefined],
    ['npm:@acme/express-4@^5', undefined],
    ['file:../express-5', undefined],
    ['link:./express5', undefined],
    ['github:expressjs/express#5.x', undefined],
    ['expressjs/express#v5.1.0', undefined],
    ['git+https://github.com/expressjs/express.git#4.19.2', undefined],
    ['https://registry.example/express/-/express-5.1.0.tgz', undefined],
    ['nonsense 5', undefined],
  ])('%j', (range, majors) => {
    expect(majorsOf(range)).toEqual(majors);
  });
});

describe('expressVersion', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cors-manifest-'));
    // Whatever lies above the temporary folder does not count.
    mkdirSync(join(root, '.git'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const write = (name: string, content: unknown): void => {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  };
  const demand = (range: string, folder = '.', kind = 'dependencies'): void =>
    write(join(folder, 'package.json'), { [kind]: { express: range } });
  const install = (version: unknown, folder = '.'): void =>
    write(join(folder, 'node_modules/express/package.json'), { name: 'express', version });
  const versionAt = (name = 'src/app.js'): unknown => expressVersion(join(root, name));

  const only = (major: 4 | 5): object => ({ major, only: true });
  const among = (major: 4 | 5): object => ({ major, only: false });

  it.each([
    ['^5.1.0', 5],
    ['~4.18', 4],
    ['npm:express@^5', 5],
  ] as const)('%s says it, whatever is installed', (range, major) => {
    demand(range);
    expect(versionAt()).toEqual(only(major));
    install(major === 5 ? '4.22.3' : '5.3.0');
    expect(versionAt()).toEqual(only(major));
  });

  it.each(['>=4', '>=4 <6', '^4 || ^5', '4 - 5', '*', ''])(
    '%j leaves two: what is installed tells',
    (range) => {
      demand(range);
      expect(versionAt()).toBeUndefined();
      install('5.3.0');
      expect(versionAt()).toEqual(among(5));
      install('4.22.3');
      expect(versionAt()).toEqual(among(4));
      install('6.0.0');
      expect(versionAt()).toBeUndefined();
    },
  );

  it.each(['latest', 'workspace:*', 'catalog:', 'github:expressjs/express#4.x'])(
    '%s does not say: what is installed is what is meant',
    (range) => {
      demand(range);
      expect(versionAt()).toBeUndefined();
      install('5.3.0');
      expect(versionAt()).toEqual(only(5));
      install('4.22.3');
      expect(versionAt()).toEqual(only(4));
    },
  );

  it.each(['^3', '^6', '>=6'])('%s: neither 4 nor 5', (range) => {
    demand(range);
    install(range.replace(/\D+/, '') + '.0.0');
    expect(versionAt()).toBeUndefined();
  });

  it('a version that is installed but not allowed tells nothing', () => {
    demand('^3 || ^4');
    install('5.3.0');
    expect(versionAt()).toBeUndefined();
  });

  it.each(['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'])(
    'reads %s',
    (kind) => {
      demand('^5', '.', kind);
      expect(versionAt()).toEqual(only(5));
    },
  );

  it('a library that is tried with 5 and meant for 4 too', () => {
    write('package.json', {
      devDependencies: { express: '^5.1.0' },
      peerDependencies: { express: '^4 || ^5' },
    });
    expect(versionAt()).toEqual(among(5));
  });

  it('a library that is tried with 5 and meant for 5', () => {
    write('package.json', { devDependencies: { express: '5.3.0' }, peerDependencies: { express: '>=5' } });
    expect(versionAt()).toEqual(only(5));
  });

  it('the workspace around the package says it', () => {
    demand('^5');
    write('packages/api/package.json', { name: 'api', dependencies: { cors: '^2' } });
    expect(versionAt('packages/api/src/deep/app.js')).toEqual(only(5));
  });

  it('the nearest one that speaks of Express counts', () => {
    demand('^5');
    demand('^4', 'packages/api');
    expect(versionAt('packages/api/app.js')).toEqual(only(4));
    expect(versionAt('packages/web/app.js')).toEqual(only(5));
  });

  it('installed in the package, or above it', () => {
    demand('*', 'packages/api');
    install('4.22.3');
    expect(versionAt('packages/api/app.js')).toEqual(among(4));
    install('5.3.0', 'packages/api');
    expect(versionAt('packages/api/app.js')).toEqual(among(5));
  });

  it('does not look above a repository', () => {
    demand('^5');
    mkdirSync(join(root, 'inner/.git'), { recursive: true });
    expect(versionAt('inner/src/app.js')).toBeUndefined();
    // A worktree or submodule has a file of that name.
    write('other/.git', 'gitdir: ../.git/worktrees/other');
    expect(versionAt('other/src/app.js')).toBeUndefined();
    demand('^4', 'inner');
    expect(versionAt('inner/src/app.js')).toEqual(only(4));
  });

  it.each<readonly [string, unknown]>([
    ['broken', '{ "dependencies": '],
    ['empty', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['text', '"express"'],
    ['without dependencies', {}],
    ['with a list of dependencies', { dependencies: ['express'] }],
    ['with null for them', { dependencies: null }],
    ['with a range that is none', { dependencies: { express: 5 } }],
    ['with the prototype for them', '{ "dependencies": { "__proto__": { "express": "^5" } } }'],
    ['about something else', { dependencies: { 'express-session': '^5' } }],
  ])('a package.json that is %s says nothing, and the next one is asked', (_name, content) => {
    write('api/package.json', content);
    expect(versionAt('api/app.js')).toBeUndefined();
    demand('^5');
    expect(versionAt('api/app.js')).toEqual(only(5));
  });

  it('a folder by the name of package.json', () => {
    mkdirSync(join(root, 'api/package.json'), { recursive: true });
    expect(versionAt('api/app.js')).toBeUndefined();
    demand('^4');
    expect(versionAt('api/app.js')).toEqual(only(4));
  });

  it('a byte order mark', () => {
    write('package.json', `\uFEFF${JSON.stringify({ dependencies: { express: '^5' } })}`);
    expect(versionAt()).toEqual(only(5));
  });

  it.each([[undefined], [5], [''], ['nonsense']])('an installed version that is none: %j', (version) => {
    demand('latest');
    install(version);
    expect(versionAt()).toBeUndefined();
  });

  it('folders that do not exist, and paths that are none', () => {
    demand('^5');
    expect(versionAt('not/there/at/all.js')).toEqual(only(5));
    expect(expressVersion(relative(process.cwd(), join(root, 'src/app.js')))).toBeUndefined();
    expect(expressVersion('app.js')).toBeUndefined();
    expect(expressVersion('<input>')).toBeUndefined();
    expect(expressVersion('')).toBeUndefined();
  });

  describe('and no-express5-star-path', () => {
    const code =
      "const app = require('express')();\nconst cors = require('cors');\napp.options('*', cors());\n";
    const messages = (settings = {}): readonly (readonly [message: string, fixed: boolean])[] =>
      new Linter({ cwd: root })
        .verify(
          code,
          {
            plugins: { cors: plugin },
            languageOptions: { sourceType: 'commonjs' },
            settings: { cors: settings },
            rules: { 'cors/no-express5-star-path': 'error' },
          },
          { filename: join(root, 'app.js') },
        )
        .map(({ message, fix }) => [message, fix !== undefined]);
    const fault = 'Express 5 throws at start: `*` is a path of Express 4 (`*` needs a name).';

    it('fixes the path where it is 5 for sure', () => {
      demand('^5');
      expect(messages()).toEqual([[`${fault} Write \`/{*splat}\`.`, true]]);
    });

    it('reports it and fixes nothing where 4 is allowed too', () => {
      demand('^4 || ^5');
      expect(messages()).toEqual([]);
      install('5.3.0');
      const advice =
        ' `package.json` allows Express 4 too: a regular expression, such as `/.*/`, suits both.';
      expect(messages()).toEqual([[fault + advice, false]]);
      install('4.22.3');
      expect(messages()).toEqual([]);
    });

    it('settings.cors.express overrides', () => {
      demand('^4');
      expect(messages({ express: 5 })).toEqual([[`${fault} Write \`/{*splat}\`.`, true]]);
      demand('^5');
      expect(messages({ express: 4 })).toEqual([]);
    });
  });
});
