/** Files as they are before and after a suggestion, run for real: npm `cors` there, the middleware of this package here. */
import { createRequire } from 'node:module';
import { ServerResponse, type IncomingMessage } from 'node:http';
import ts from 'typescript';
import * as middleware from '../../src/middleware/index.ts';
import {
  mayRead,
  needsPreflight,
  preflightFor,
  type Answer,
  type PageRequest,
} from '../../src/policy/browser.ts';

type Handler = (req: unknown, res: unknown, next: (error?: unknown) => void) => unknown;
type Make = (...options: readonly unknown[]) => Handler;

const npmCors = createRequire(import.meta.url)('cors') as Make;

/** Something that takes every call: an app, a router, a database. */
function anything(): unknown {
  return new Proxy(() => undefined, {
    get: (_target, key) => (key === Symbol.toPrimitive ? () => '' : key === 'then' ? undefined : anything()),
    apply: () => anything(),
    construct: () => anything() as object,
  });
}

/** Runs a file as a server would load it, and gives every policy that it makes. */
export function policiesOf(
  code: string,
  fileName: string,
  env: Readonly<Record<string, string>> = {},
  others: Readonly<Record<string, unknown>> = {},
): readonly Handler[] {
  const made: Handler[] = [];
  const noting =
    (make: Make): Make =>
    (...options) => {
      const policy = make(...options);
      made.push(policy);
      return policy;
    };
  const modules: Readonly<Record<string, unknown>> = {
    cors: noting(npmCors),
    'eslint-plugin-cors/middleware': { ...middleware, cors: noting(middleware.cors as unknown as Make) },
    ...others,
  };
  const { outputText } = ts.transpileModule(code, {
    fileName,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      // With it a namespace is no function, as it is in TypeScript without.
      esModuleInterop: !code.includes('import * as'),
      jsx: ts.JsxEmit.React,
    },
  });
  const load = (name: string): unknown => modules[name] ?? anything();
  const run = new Function('require', 'module', 'exports', 'process', outputText) as (
    ...all: unknown[]
  ) => void;
  const before = process.env;
  // What `originsFromEnv` reads.
  process.env = { ...before, ...env };
  try {
    run(load, { exports: {} }, {}, { env });
  } finally {
    process.env = before;
  }
  return made;
}

/** What a policy answers, as a browser sees it; nothing if it never does. What passes on is answered 200. */
function answerOf(
  policy: Handler,
  method: string,
  headers: Readonly<Record<string, string>>,
): Answer | undefined {
  const req = { method, url: '/', headers } as unknown as IncomingMessage;
  const res = new ServerResponse(req);
  let [passes, failed] = [false, false];
  // Put in the place of Node's own, it has every header written where it can be read.
  res.writeHead = ((status: number) => {
    res.statusCode = status;
    return res;
  }) as never;
  try {
    policy(req, res, (error) => {
      [passes, failed] = [error === undefined, error !== undefined];
    });
  } catch {
    failed = true;
  }
  if (failed) return { status: 500, headers: new Map() };
  if (!passes && !res.writableEnded) return undefined;
  return {
    status: passes ? 200 : res.statusCode,
    headers: new Map(Object.entries(res.getHeaders()).map(([name, value]) => [name, String(value)])),
  };
}

/** Whether the page can read the answer. */
export function canRead(policy: Handler, page: PageRequest): boolean {
  const own = { origin: page.origin, host: 'api.example.com', ...Object.fromEntries(page.headers) };
  const actual = answerOf(policy, page.method, own);
  if (!actual || !needsPreflight(page).needed) return actual !== undefined && mayRead(page, { actual }).ok;
  const { method, headers } = preflightFor(page);
  const preflight = answerOf(policy, method, { host: 'api.example.com', ...Object.fromEntries(headers) });
  return preflight !== undefined && mayRead(page, { preflight, actual }).ok;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'patch', 'OPTIONS'];
const HEADERS = ['content-type', 'authorization', 'x-a', 'x-b', 'x-requested-with'];

/** Requests that pages of the origin may send. */
export function pagesOf(origin: string): readonly PageRequest[] {
  const kinds: readonly (readonly [string, string | undefined])[] = [
    ...METHODS.map((method) => [method, undefined] as const),
    ...HEADERS.map((header) => ['POST', header] as const),
  ];
  return kinds.flatMap(([method, header]) =>
    (['omit', 'include'] as const).map((credentials) => ({
      origin,
      method,
      credentials,
      headers: new Map(
        header === undefined ? [] : [[header, header === 'content-type' ? 'application/json' : 'x']],
      ),
    })),
  );
}
