/**
 * What the manual of the middleware says is so. Every block of code in it is compiled and run, with the middleware of
 * `src`, real Express and real `node:http`:
 *
 * - An `http` block behind it holds requests and answers in turn. They are sent, and the status and all CORS headers have
 *   to be those that it shows, and no others.
 * - A `text` block behind it is what stands on the console then, or the message of the error.
 * - `policy.allows('…'); // true`: it has to be.
 * - `// Does not start: code, code` at the top: it has to throw, with these problems.
 * - `// Does not compile` at the top: each call has to be refused by the types.
 * - `// <- cors/rule` behind a line: the linter reports it. It reports nothing else of what starts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import tsParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import realExpress from 'express';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import plugin from '../../src/index.ts';
import * as fetchEntry from '../../src/middleware/fetch.ts';
import * as nodeEntry from '../../src/middleware/index.ts';
import { CorsConfigError, refusalOf, warningOf } from '../../src/middleware/problems.ts';
import type { Reason } from '../../src/middleware/index.ts';
import { codesOf } from '../../src/policy/problems.ts';
import { SAFE_OPTIONS } from '../../src/policy/safe/options.ts';
import { corsHeaders, withListener, type Answer, type Ask, type Send } from '../facts/server.ts';
import { parse, type Block, type Page } from './pages.ts';

const docs = new URL('../../docs/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, docs), 'utf8');
const files = [
  'middleware.md',
  ...readdirSync(new URL('middleware/', docs))
    .sort()
    .map((file) => `middleware/${file}`),
];
const pages = files.map((file) => parse(file.replace(/\.md$/, ''), read(file)));
const manual = pages[0]!;

/** The first of a kind loads packages, and a machine may be busy. */
const patiently = { timeout: 60_000 };

const CODE = new Set(['js', 'ts']);
const SHOWN = new Set(['http', 'text']);
/** What is neither run nor sent. */
const PLAIN = new Set(['sh', 'diff', 'nginx']);

/** A block of code, and what is shown of it. */
interface Example {
  readonly code: Block;
  readonly http: readonly Block[];
  readonly text: readonly Block[];
}

const examplesOf = ({ blocks }: Page): readonly Example[] =>
  blocks.flatMap((code, index) => {
    if (!CODE.has(code.language)) return [];
    const rest = blocks.slice(index + 1);
    const end = rest.findIndex(({ language, section }) => CODE.has(language) || section !== code.section);
    const behind = end === -1 ? rest : rest.slice(0, end);
    const of = (language: string): readonly Block[] => behind.filter((one) => one.language === language);
    return [{ code, http: of('http'), text: of('text') }];
  });

const named = (page: Page): (readonly [string, Example])[] =>
  examplesOf(page).map((example) => [`line ${example.code.line}, ${example.code.heading}`, example] as const);

/** What examples import beside the middleware. */
const isOurs = (origin: string): Promise<boolean> => Promise.resolve(origin === 'https://tenant.example.com');
const standIns: Readonly<Record<string, unknown>> = {
  'eslint-plugin-cors/middleware': nodeEntry,
  'eslint-plugin-cors/middleware/fetch': fetchEntry,
  express: Object.assign(() => {
    const app = realExpress();
    app.set('env', 'test');
    app.listen = (() => undefined) as never;
    return app;
  }, realExpress),
  'node:http': {
    ...http,
    createServer: (...given: Parameters<typeof http.createServer>) => {
      const server = http.createServer(...given);
      server.listen = (() => server) as never;
      return server;
    },
  },
  './tenants.js': { isOurs },
  './app.module.js': { AppModule: class {} },
  '@nestjs/core': {
    NestFactory: {
      create: () =>
        Promise.resolve(realExpress()).then((app) => ({ use: app.use.bind(app), listen: () => undefined })),
    },
  },
};
const packages = createRequire(import.meta.url);

/** What a block leaves behind. */
interface Ran {
  readonly app: RequestListener | undefined;
  readonly server: http.Server | undefined;
  readonly exported: Readonly<Record<string, unknown>> & {
    readonly default?: { readonly fetch?: (request: Request, env?: unknown) => Promise<Response> };
  };
}

async function run({ code, language, line }: Block): Promise<Ran> {
  const claims = code.replace(/^(\w.*); \/\/ (true|false)$/gm, 'claim($1, $2);');
  const { outputText } = ts.transpileModule(claims, {
    fileName: `block.${language}`,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      allowJs: true,
    },
  });
  const exported = {};
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...given: unknown[]) => Promise<Pick<Ran, 'app' | 'server'>>;
  const body = `${outputText}
return {
  app: typeof app === 'undefined' ? undefined : app,
  server: typeof server === 'undefined' ? undefined : server,
};`;
  const require = (name: string): unknown =>
    Object.hasOwn(standIns, name) ? standIns[name] : packages(name);
  const claim = (found: unknown, said: boolean): void => expect(found, `line ${line}`).toBe(said);
  const left = await new AsyncFunction('require', 'exports', 'claim', body)(require, exported, claim);
  return { ...left, exported };
}

/** The server that a block makes, whichever way. */
async function asking<Result>(
  { app, server, exported }: Ran,
  use: (send: Send) => Promise<Result>,
): Promise<Result> {
  const listener =
    typeof app === 'function' ? app : (server?.listeners('request')[0] as RequestListener | undefined);
  const { fetch } = exported.default ?? {};
  if (fetch) return use(async (ask = {}) => answerOf(await fetch(requestOf(ask))));
  if (listener) return withListener(listener, use);
  return use(async (ask = {}) => {
    const handler = exported[ask.method ?? 'GET'] as (request: Request) => Promise<Response>;
    return answerOf(await handler(requestOf(ask)));
  });
}

const requestOf = ({ method = 'GET', path = '/', headers = {} }: Ask): Request =>
  new Request(`https://api.example.com${path}`, { method, headers: headers as Record<string, string> });

const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  headers: new Map(response.headers),
  body: await response.text(),
  hung: false,
});

/** Requests and answers in turn, with an empty line between. */
function exchangesIn({
  code,
}: Block): readonly { readonly ask: Ask; readonly status: number; readonly headers: object }[] {
  const pieces = code.trim().split(/\n\n+/);
  expect(pieces.length % 2, 'each request has its answer').toBe(0);
  return pieces.flatMap((piece, index) => {
    if (index % 2 === 1) return [];
    const [first = '', ...lines] = piece.split('\n');
    const [method = '', path = ''] = first.split(' ');
    const [status = '', ...answered] = pieces[index + 1]!.split('\n');
    const headers = Object.fromEntries(
      answered.map(headerIn).map(([name, value]) => [name.toLowerCase(), value]),
    );
    return [
      {
        ask: { method, path, headers: Object.fromEntries(lines.map(headerIn)) },
        status: Number(status),
        headers,
      },
    ];
  });
}

const headerIn = (line: string): readonly [string, string] => {
  const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(line) ?? [];
  return [name, value];
};

const DOES_NOT_START = /^\/\/ Does not start: (.*)$/m;
const DOES_NOT_COMPILE = /^\/\/ Does not compile$/m;

let warned: string[] = [];
beforeEach(() => {
  warned = [];
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warned.push(text));
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.spyOn(console, 'info').mockImplementation(() => undefined);
  vi.stubEnv('ALLOWED_ORIGINS', 'https://app.example.com,https://admin.example.com');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.each(pages.map((page) => [page.name, page] as const))('%s', (name, page) => {
  test('has no blocks but those that are run, shown or plain', () => {
    const others = page.blocks.filter(
      ({ language }) => ![CODE, SHOWN, PLAIN].some((known) => known.has(language)),
    );
    expect(others.map(({ line, language }) => `line ${line}: ${language}`)).toEqual([]);
    const shown = page.blocks.filter(({ language }) => SHOWN.has(language));
    expect(examplesOf(page).flatMap((one) => [...one.http, ...one.text])).toHaveLength(shown.length);
  });

  if (examplesOf(page).length > 0)
    test.each(named(page))('runs: %s', patiently, async (_line, { code, http: exchanges, text }) => {
      if (DOES_NOT_COMPILE.test(code.code)) return;
      const codes = DOES_NOT_START.exec(code.code)?.[1];
      if (codes !== undefined) {
        const error: unknown = await run(code).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(CorsConfigError);
        const { problems, message } = error as CorsConfigError;
        expect(problems.map((one) => one.code).toSorted()).toEqual(codes.split(', ').toSorted());
        for (const { code: printed } of text) expect(printed.trimEnd()).toBe(message);
        return;
      }
      const ran = await run(code);
      await asking(ran, async (send) => {
        for (const { ask, status, headers } of exchanges.flatMap(exchangesIn)) {
          const answer = await send(ask);
          expect([answer.status, corsHeaders(answer)], `${ask.method} ${ask.path}`).toEqual([
            status,
            headers,
          ]);
        }
      });
      for (const { code: printed } of text) expect(`${warned.join('\n')}\n`).toBe(printed);
    });

  test('links to files and headings that are there', () => {
    for (const [, target = '', anchor] of page.prose.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const text = target ? readFileSync(new URL(target, new URL(`${name}.md`, docs)), 'utf8') : page.text;
      if (anchor) expect(headingsOf(text), `${target}#${anchor}`).toContain(anchor);
    }
  });
});

const headingsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );

describe('in TypeScript', () => {
  // One program for all of them, since the types of the packages take the time.
  const blocks = pages.flatMap((page) => examplesOf(page).map(({ code }) => ({ page, code })));
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const nameOf = (page: Page, { line }: Block): string =>
    `${folder}${page.name.replaceAll('/', '-')}-${line}.mts`;
  const virtual = new Map([
    ...blocks.map(({ page, code }) => [nameOf(page, code), code.code] as const),
    [
      `${folder}tenants.ts`,
      'export declare function isOurs(origin: string, more?: { signal: AbortSignal }): Promise<boolean>;',
    ],
    [`${folder}app.module.ts`, 'export class AppModule {}'],
    [
      `${folder}nest.d.ts`,
      "declare module '@nestjs/core' { export const NestFactory: { create(module: unknown): Promise<{ use(...given: unknown[]): unknown; listen(port: number): Promise<void> }> } }",
    ],
  ]);
  let found: ReadonlyMap<string, readonly ts.Diagnostic[]> | undefined;
  const diagnostics = (): ReadonlyMap<string, readonly ts.Diagnostic[]> => (found ??= check());
  const check = (): ReadonlyMap<string, readonly ts.Diagnostic[]> => {
    const src = fileURLToPath(new URL('../../src/middleware/', import.meta.url));
    const options: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      // Plain JavaScript is checked as well, and says no types.
      noImplicitAny: false,
      skipLibCheck: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      paths: {
        'eslint-plugin-cors/middleware': [`${src}index.ts`],
        'eslint-plugin-cors/middleware/fetch': [`${src}fetch.ts`],
      },
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    host.fileExists = (file) => virtual.has(file) || fileExists(file);
    host.readFile = (file) => virtual.get(file) ?? readFile(file);
    host.getSourceFile = (file, version, ...rest) => {
      const text = virtual.get(file);
      return text === undefined
        ? getSourceFile(file, version, ...rest)
        : ts.createSourceFile(file, text, version);
    };
    const program = ts.createProgram([...virtual.keys()], options, host);
    return new Map(
      [...virtual.keys()].map((file) => {
        const source = program.getSourceFile(file);
        return [
          file,
          [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)],
        ];
      }),
    );
  };

  test.each(blocks.map(({ page, code }) => [`${page.name}, line ${code.line}`, page, code] as const))(
    '%s',
    patiently,
    (_name, page, code) => {
      if (DOES_NOT_START.test(code.code)) return;
      const told = diagnostics().get(nameOf(page, code)) ?? [];
      if (!DOES_NOT_COMPILE.test(code.code)) {
        expect(told.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
        return;
      }
      const lines = code.code.split('\n');
      const calls = lines.flatMap((text, index) => (text.startsWith('cors(') ? [index] : []));
      const refused = told.map(({ file, start = 0 }) => file?.getLineAndCharacterOfPosition(start).line);
      expect(calls.length).toBeGreaterThan(0);
      expect([...new Set(refused)]).toEqual(calls);
    },
  );
});

describe('to the linter', () => {
  const linter = new Linter();

  const lint = ({ code, language }: Block) =>
    linter.verify(
      code,
      [
        {
          ...plugin.configs.recommended,
          files: ['**/*.js', '**/*.ts'],
          languageOptions: { sourceType: 'module', ...(language === 'ts' && { parser: tsParser }) },
        },
      ],
      `server.${language}`,
    );

  test.each(
    pages.flatMap((page) =>
      examplesOf(page).map(({ code }) => [`${page.name}, line ${code.line}`, code] as const),
    ),
  )('what starts is clean, and what does not is reported by the same name: %s', patiently, (_name, code) => {
    const found = lint(code);
    const codes = DOES_NOT_START.exec(code.code)?.[1];
    if (codes !== undefined) {
      expect(found.map(({ messageId }) => messageId).toSorted()).toEqual(codes.split(', ').toSorted());
      return;
    }
    const isWanted = (line: string): boolean =>
      DOES_NOT_COMPILE.test(code.code) ? line.startsWith('cors(') : / \/\/ <- cors\//.test(line);
    const wanted = code.code.split('\n').flatMap((line, index) => (isWanted(line) ? [index + 1] : []));
    expect(found.map(({ line }) => line)).toEqual(wanted);
  });
});

/** The first cells of the rows of the first table under a heading. */
const firstCells = (heading: string): readonly string[] =>
  rowsOf(heading).map(([first = '']) => first.replaceAll('`', ''));

const rowsOf = (heading: string): readonly (readonly string[])[] => {
  const section = manual.text.split(new RegExp(`^##+ ${heading}$`, 'm'))[1]?.split(/^##/m)[0] ?? '';
  const lines = section.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const table = lines.slice(
    start,
    lines.findIndex((line, index) => index > start && !line.startsWith('|')),
  );
  return table.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};

test('the options of the table are those that there are, in their order', () => {
  expect(firstCells('The first policy')).toEqual(SAFE_OPTIONS);
});

test('the reasons of the table are those that there are', () => {
  const reasons: Record<Reason, true> = {
    allowed: true,
    'no-origin': true,
    'same-origin': true,
    off: true,
    'origin-not-listed': true,
    'null-origin': true,
    'malformed-origin': true,
    'method-not-allowed': true,
    'header-not-allowed': true,
    'check-refused': true,
    'check-not-boolean': true,
    'check-failed': true,
    'check-timed-out': true,
    'ambiguous-path': true,
    'cross-site': true,
    overwritten: true,
    stacked: true,
  };
  expect(firstCells('It explains itself')).toEqual(Object.keys(reasons));
});

describe('the codes', () => {
  const rules = Object.keys(plugin.rules ?? {});
  const codes = rules.flatMap((rule) => codesOf(rule).map((code) => ({ rule, code })));
  const problem = (code: (typeof codes)[number]['code']) => ({ code, cause: [], data: {}, places: {} });

  test('of the table are those with which it does not start, each with its rule', () => {
    const refused = codes.filter(({ code }) => refusalOf(problem(code)));
    const fromEnvironment = [
      { rule: 'safe-env-origins', code: 'env-unset' },
      { rule: 'valid-origin', code: 'env-malformed' },
    ];
    expect(
      rowsOf('What it does not start with')
        .map(([code, , rule]) => `${code} ${rule}`)
        .toSorted(),
    ).toEqual(
      [...refused, ...fromEnvironment]
        .map(({ rule, code }) => `\`${code}\` [${rule}](rules/${rule}.md)`)
        .toSorted(),
    );
  });

  test('of the warnings are those that are only told', () => {
    const warnings = codes.filter(({ code }) => warningOf(problem(code))).map(({ code }) => code);
    expect(firstCells('Warnings').toSorted()).toEqual(
      [...warnings, 'repeated-entry', 'idle-option'].toSorted(),
    );
  });
});

test('`SECURITY.md` links to what is there', () => {
  const text = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const links = [...text.matchAll(/\]\(docs\/([^)#]+)#([^)]+)\)/g)];
  expect(links.length).toBeGreaterThan(0);
  for (const [, file = '', anchor] of links) expect(headingsOf(read(file))).toContain(anchor);
});

test('messages send their reader to sections that are there', () => {
  const source = readFileSync(new URL('../../src/middleware/decisions.ts', import.meta.url), 'utf8');
  const sections = [...source.matchAll(/\b(?:about|manual)\(\s*'([a-z-]+)'/g)].map(([, section]) => section);
  expect(sections.length).toBeGreaterThan(5);
  expect(headingsOf(manual.text)).toEqual(expect.arrayContaining(sections));
});
