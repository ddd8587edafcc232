import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bin, project, removeProjects, root, run, versionOf } from './projects.ts';
import type { Project, Run } from './projects.ts';

const plugin = 'eslint-plugin-cors';
const tarball = `file:${inject('tarball')}`;
const typescript = versionOf('typescript');

afterAll(removeProjects);

const node = (where: Project, ...args: string[]): Promise<Run> => run(process.execPath, args, where.dir);
const succeeded = { code: 0, stdout: '', stderr: '' };

/** Serves with `cors`, asks itself, and prints what came. */
const serves = `
async function served(cors) {
  const middleware = cors({ origin: ['https://app.example.com'], credentials: true, log: false });
  const server = http.createServer((request, response) =>
    middleware(request, response, () => response.end('hello')),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const headers = { Origin: 'https://app.example.com' };
  const answer = await fetch('http://127.0.0.1:' + server.address().port, { headers });
  server.closeAllConnections();
  server.close();
  return answer;
}
async function wrapped(cors) {
  const handler = cors({ origin: 'https://app.example.com' })(() => new Response('hello'));
  return handler(new Request('https://api.example.com', { headers: { Origin: 'https://app.example.com' } }));
}
async function print() {
  for (const answer of [await served(node.cors), await wrapped(web.cors)])
    console.log(answer.headers.get('access-control-allow-origin'), await answer.text());
  for (const { cors, CorsConfigError } of [node, web])
    try {
      cors({ origin: 'app.example.com' });
    } catch (error) {
      console.log(error instanceof CorsConfigError, error.problems[0].path);
    }
}
print();
`;
const served = 'https://app.example.com hello\n'.repeat(2) + 'true origin\n'.repeat(2);

/** An outer instance of one build, an inner one of the other: they know each other. */
const both = `
import { createRequire } from 'node:module';
import http from 'node:http';
import * as esm from '${plugin}/middleware';
import * as esmFetch from '${plugin}/middleware/fetch';

const require = createRequire(import.meta.url);
const cjs = require('${plugin}/middleware');
const cjsFetch = require('${plugin}/middleware/fetch');
console.log(esm.cors === cjs.cors);

const headers = { Origin: 'https://stranger.test' };
for (const [outer, inner] of [[esm.cors, cjs.cors], [cjs.cors, esm.cors]]) {
  const reasons = [];
  const lax = outer({ origin: '*', log: false });
  const strict = inner({ origin: 'https://app.example.com', log: false, onDecision: ({ reason }) => reasons.push(reason) });
  const server = http.createServer((request, response) =>
    lax(request, response, () => strict(request, response, () => response.end())),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch('http://127.0.0.1:' + server.address().port, { headers });
  server.closeAllConnections();
  server.close();
  console.log(answer.headers.get('access-control-allow-origin'), answer.headers.get('vary'), reasons.includes('stacked'));
}
for (const [outer, inner] of [[esmFetch.cors, cjsFetch.cors], [cjsFetch.cors, esmFetch.cors]]) {
  const reasons = [];
  const strict = inner({ origin: 'https://app.example.com', log: false, onDecision: ({ reason }) => reasons.push(reason) });
  const handler = outer({ origin: '*', log: false })(strict(() => new Response('')));
  const answer = await handler(new Request('https://api.example.com', { headers }));
  console.log(answer.headers.get('access-control-allow-origin'), answer.headers.get('vary'), reasons.includes('stacked'));
}
`;

/** Every module that an entry loads, and every package that they name. */
function loadedBy(entry: string): {
  readonly files: readonly string[];
  readonly packages: readonly string[];
} {
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const file of files)
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"][^'"\n]+['"])/g,
    )) {
      const name = specifier.slice(1, -1);
      if (!name.startsWith('.')) packages.add(name);
      else files.add(path.join(path.dirname(file), name));
    }
  return { files: [...files], packages: [...packages] };
}

describe('in production', () => {
  let production: Project;
  beforeAll(async () => {
    production = await project(
      { dependencies: { [plugin]: tarball }, devDependencies: { eslint: versionOf('eslint'), typescript } },
      {
        'esm.mjs': `import http from 'node:http';\nimport * as node from '${plugin}/middleware';\nimport * as web from '${plugin}/middleware/fetch';${serves}`,
        'cjs.cjs': `const http = require('node:http');\nconst node = require('${plugin}/middleware');\nconst web = require('${plugin}/middleware/fetch');${serves}`,
        'both.mjs': both,
      },
      '--omit=dev',
    );
  });

  it('brings neither ESLint nor TypeScript nor Express', () => {
    expect(production.warnings).toEqual([]);
    expect(production.installed.map((name) => name.replace(/(?<!^)@.*/, '')).sort()).toEqual([
      '@eslint-community/regexpp',
      plugin,
    ]);
  });

  it.each(['esm.mjs', 'cjs.cjs'])('serves from %s', async (file) => {
    expect(await node(production, file)).toEqual({ code: 0, stdout: served, stderr: '' });
  });

  it('has two builds that know each other where both are loaded', async () => {
    const { stdout, stderr } = await node(production, 'both.mjs');
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual(['false', ...Array<string>(4).fill('null Origin true'), '']);
  });

  it.each([
    'dist/src/middleware/index.js',
    'dist/src/middleware/fetch.js',
    'dist/cjs/middleware/index.js',
    'dist/cjs/middleware/fetch.js',
  ])('loads few files by %s: no package, no module of Node, nothing of the linter', (entry) => {
    const where = path.join(production.dir, 'node_modules', plugin);
    const { files, packages } = loadedBy(path.join(where, entry));
    expect(packages).toEqual([]);
    const within = files.map((file) => path.relative(where, file).split(path.sep).join('/'));
    expect(within.filter((file) => !/^dist\/(?:src|cjs)\/(?:middleware|policy)\//.test(file))).toEqual([]);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    // It reaches the judge, or the walk is blind; and a lint rule's worth of files would be far more.
    expect(within).toContain(`${entry.startsWith('dist/cjs') ? 'dist/cjs' : 'dist/src'}/policy/judge.js`);
    expect(files.length).toBeLessThan(60);
  });

  it('leaves nothing behind in the process: no timer, no listener, no global', async () => {
    const script = `
      const before = Object.getOwnPropertyNames(globalThis).length;
      const { cors } = require('${plugin}/middleware');
      cors({ origin: { lookup: async () => true } });
      console.log(Object.getOwnPropertyNames(globalThis).length - before, process.getActiveResourcesInfo().length,
        process.eventNames().length, Object.keys(require.cache).every((file) => file.includes('${plugin}')));`;
    const { stdout } = await node(production, '--eval', script);
    expect(stdout).toMatch(/^0 \d+ \d+ true\n$/);
  });
});

describe('under Jest', () => {
  const test = `
    const { cors, CorsConfigError } = require('${plugin}/middleware');
    const web = require('${plugin}/middleware/fetch');
    const http = require('node:http');

    test('answers', async () => {
      const middleware = cors({ origin: ['https://app.example.com'], routes: { '/public': { origin: '*' } } });
      const server = http.createServer((request, response) => middleware(request, response, () => response.end('x')));
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const headers = { Origin: 'https://app.example.com' };
      const answer = await fetch('http://127.0.0.1:' + server.address().port, { headers });
      server.closeAllConnections();
      server.close();
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    });
    test('wraps', async () => {
      const handler = web.cors({ origin: async (origin) => origin.endsWith('.example.com') })(() => new Response('x'));
      const headers = { Origin: 'https://app.example.com' };
      const answer = await handler(new Request('https://api.example.com', { headers }));
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    });
    test('refuses, and knows an expression of another realm', () => {
      const refused = () => cors({ origin: /^https:\\/\\/[a-z]+\\.example\\.com$/ });
      expect(refused).toThrow(CorsConfigError);
      expect(refused).toThrow(/https:\\/\\/\\*\\.example\\.com/);
    });`;

  it('works in its default configuration, and without any transform', async () => {
    const jest = await project(
      { dependencies: { [plugin]: tarball }, devDependencies: { jest: '^30' } },
      { 'app.test.js': test, 'bare.config.json': JSON.stringify({ transform: {} }) },
    );
    for (const args of [[], ['--config', 'bare.config.json']]) {
      const { code, stderr } = await bin(jest.dir, 'jest/bin/jest.js', args);
      expect(stderr).toContain('Tests:       3 passed, 3 total');
      expect(code).toBe(0);
    }
  });
});

/** The type cases of this repository, as a user has them. */
const cases = (name: string): string =>
  readFileSync(path.join(root, 'test/middleware', name), 'utf8').replaceAll(
    /'\.\.\/\.\.\/src\/middleware\/(index|fetch)\.ts'/g,
    (_, entry: string) => `'${plugin}/middleware${entry === 'fetch' ? '/fetch' : ''}'`,
  );

const strict = {
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  noEmit: true,
  types: [],
};
const resolutions: Readonly<Record<string, object>> = {
  node10: { module: 'commonjs', moduleResolution: 'node10' },
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};
const compilers: Readonly<Record<string, string>> = {
  ts56: '~5.6.3',
  ts59: '~5.9.3',
  ts60: typescript,
  ts70: '7',
};
const pairs = Object.keys(compilers).flatMap((compiler) =>
  Object.keys(resolutions)
    // The last version has taken it out.
    .filter((resolution) => !(compiler === 'ts70' && resolution === 'node10'))
    .map((resolution) => [compiler, resolution] as const),
);

const optionsFor = (compiler: string, resolution: string): object => ({
  ...strict,
  ...resolutions[resolution],
  ...(compiler === 'ts60' && resolution === 'node10' && { ignoreDeprecations: '6.0' }),
});

const aliases = Object.fromEntries(
  Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`]),
);

async function check({ dir }: Project, compiler: string, config: string): Promise<Run> {
  return bin(dir, `${compiler}/bin/tsc`, ['--pretty', 'false', '--project', config]);
}

describe('the types, with nothing else installed', () => {
  let bare: Project;
  beforeAll(async () => {
    const configs = [
      ...pairs.map(([compiler, resolution]) => [
        `${compiler}.${resolution}.json`,
        {
          // Not even a platform.
          compilerOptions: { ...optionsFor(compiler, resolution), lib: ['es2022'] },
          files: ['cases.mts', 'cases.ts', 'bare.ts'],
        },
      ]),
      ...Object.keys(compilers).map((compiler) => [
        `${compiler}.worker.json`,
        {
          compilerOptions: { ...optionsFor(compiler, 'nodenext'), lib: ['es2022', 'webworker'] },
          files: ['fetch.mts', 'fetch.ts', 'cases.ts'],
        },
      ]),
    ] as const;
    bare = await project(
      { dependencies: { [plugin]: tarball }, devDependencies: aliases },
      {
        'cases.ts': cases('types.ts'),
        'cases.mts': cases('types.ts'),
        'fetch.ts': cases('types-fetch.ts'),
        'fetch.mts': cases('types-fetch.ts'),
        'bare.ts': `import { cors } from '${plugin}/middleware/fetch';\nexport const withCors = cors({ origin: '*' });\n`,
        ...Object.fromEntries(configs.map(([name, config]) => [name, JSON.stringify(config)])),
      },
    );
    expect(bare.installed.filter((name) => name.startsWith('@types/'))).toEqual([]);
  });

  it.each(pairs)(
    'check under %s with moduleResolution %s, libraries included',
    async (compiler, resolution) => {
      expect(await check(bare, compiler, `${compiler}.${resolution}.json`)).toEqual(succeeded);
    },
  );

  it.each(Object.keys(compilers))('check in a Worker under %s, libraries included', async (compiler) => {
    expect(await check(bare, compiler, `${compiler}.worker.json`)).toEqual(succeeded);
  });

  it('say why they refuse', async () => {
    const where = await project(
      { dependencies: { [plugin]: tarball }, devDependencies: { typescript } },
      {
        'wrong.ts': `
import { cors } from '${plugin}/middleware';
cors({ origin: '*', credentials: true });
cors({ origin: ['app.example.com'] });
cors({ origin: /x/ });
cors({ origin: '*', preflightContinue: true });
cors({ origin: '*', maxAge: '1' });
`,
        'tsconfig.json': JSON.stringify({
          compilerOptions: optionsFor('ts60', 'nodenext'),
          files: ['wrong.ts'],
        }),
      },
    );
    const { stdout } = await bin(where.dir, 'typescript/bin/tsc', ['--pretty', 'false']);
    const first = stdout.split('\n').filter((line) => /^\S/.test(line));
    expect(first).toEqual([
      expect.stringMatching(/^wrong\.ts\(3,21\): .*browsers refuse \* together with credentials/),
      expect.stringMatching(/^wrong\.ts\(4,17\): .*an origin begins with its scheme/),
      expect.stringMatching(/^wrong\.ts\(5,8\): /),
      expect.stringMatching(/^wrong\.ts\(6,21\): .*a preflight is always answered/),
      expect.stringMatching(/^wrong\.ts\(7,21\): .*'string' is not assignable to type 'number'/),
    ]);
    expect(stdout).toContain('no regular expressions: write a pattern such as https://*.example.com');
  });
});

const server = `
import * as http from 'node:http';
import * as http2 from 'node:http2';
import type { Server } from 'connect';
import type { Express, Request, Router } from 'express';
import type { Express as Express4, Request as Request4 } from 'express4';
import { cors, type CorsOptions, type OriginContext } from '${plugin}/middleware';

declare const five: Express;
declare const four: Express4;
declare const router: Router;
declare const connect: Server;

const options: CorsOptions = { origin: (process.env['ALLOWED_ORIGINS'] ?? '').split(','), credentials: true };
const middleware = cors(options);
five.use(middleware);
five.use('/api', cors({ origin: process.env['ORIGIN']! }), (_request, response) => void response.json({}));
five.get('/one', cors({ origin: '*' }), (_request, response) => void response.json({}));
five.options('/{*any}', middleware);
router.use(cors({ origin: (origin, { request }: OriginContext<Request>) => origin === request.query['o'] }));
four.use(middleware);
four.use('/api', cors({ origin: (origin, { request }: OriginContext<Request4>) => origin === request.query['o'] }));
four.options('*', middleware);
connect.use(middleware);
http.createServer((request, response) => middleware(request, response, () => response.end())).on('upgrade', (request) =>
  void middleware.allows(request.headers.origin, request),
);
http2.createServer((request, response) => middleware(request, response, () => void response.end()));
// @ts-expect-error What is no request of a framework.
cors({ origin: (origin: string, context: number) => origin === String(context) });
`;

const nest = `
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { cors } from '${plugin}/middleware';

@Controller()
class AppController {
  @Get()
  hello(): string {
    return 'hello';
  }
}
@Module({ controllers: [AppController] })
class AppModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false });
  app.use(cors({ origin: ['https://app.example.com'], credentials: true }));
  await app.listen(0, '127.0.0.1');
  for (const path of ['/', '/missing']) {
    const answer = await fetch((await app.getUrl()) + path, { headers: { Origin: 'https://app.example.com' } });
    console.log(answer.status, answer.headers.get('access-control-allow-origin'));
  }
  await app.close();
}
void bootstrap();
`;

describe('the types of servers', () => {
  /** For each compiler the resolution that its projects mostly have. */
  const one = [
    ['ts56', 'node10'],
    ['ts59', 'node16'],
    ['ts60', 'nodenext'],
    ['ts70', 'bundler'],
  ] as const;

  it('take it as a middleware, with Express 5 and 4, Connect, HTTP/1.1 and HTTP/2', async () => {
    const where = await project(
      {
        dependencies: { [plugin]: tarball },
        devDependencies: {
          ...aliases,
          '@types/node': versionOf('@types/node'),
          '@types/express': '5',
          '@types/express4': 'npm:@types/express@4',
          '@types/connect': '3',
        },
      },
      {
        'server.ts': server,
        'cases.ts': cases('types.ts'),
        'fetch.ts': cases('types-fetch.ts'),
        ...Object.fromEntries(
          one.map(([compiler, resolution]) => [
            `${compiler}.json`,
            JSON.stringify({
              compilerOptions: { ...optionsFor(compiler, resolution), lib: ['es2023'], types: ['node'] },
              files: ['server.ts', 'cases.ts', 'fetch.ts'],
            }),
          ]),
        ),
      },
    );
    for (const [compiler] of one)
      expect(await check(where, compiler, `${compiler}.json`), compiler).toEqual(succeeded);
  });

  it('let a Nest app be built and run, as its template is now and as it was', async () => {
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true, esModuleInterop: true };
    const shared = { ...decorators, target: 'es2023', strict: true, skipLibCheck: true, types: ['node'] };
    const configs = {
      'now.json': { module: 'nodenext', moduleResolution: 'nodenext', isolatedModules: true, outDir: 'now' },
      'before.json': { module: 'commonjs', outDir: 'before' },
    };
    const where = await project(
      {
        dependencies: {
          [plugin]: tarball,
          '@nestjs/common': '^11.0.1',
          '@nestjs/core': '^11.0.1',
          '@nestjs/platform-express': '^11.0.1',
          'reflect-metadata': '^0.2.2',
          rxjs: '^7.8.1',
        },
        devDependencies: { '@types/node': versionOf('@types/node'), typescript: '~5.9.3' },
      },
      {
        'main.ts': nest,
        ...Object.fromEntries(
          Object.entries(configs).map(([name, options]) => [
            name,
            JSON.stringify({ compilerOptions: { ...shared, ...options }, files: ['main.ts'] }),
          ]),
        ),
      },
    );
    for (const name of ['now', 'before']) {
      expect(await check(where, 'typescript', `${name}.json`), name).toEqual(succeeded);
      expect(readFileSync(path.join(where.dir, name, 'main.js'), 'utf8')).toContain(
        `require("${plugin}/middleware")`,
      );
      expect(await node(where, `${name}/main.js`)).toEqual({
        code: 0,
        stdout: '200 https://app.example.com\n404 https://app.example.com\n',
        stderr: '',
      });
    }
  });
});
