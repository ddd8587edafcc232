/**
 * What the suite of expressjs/cors 2.8.6 expects, test by test, asked of both over HTTP. `docs/middleware/from-cors.md`
 * says for each whether we do the same; whether that is true is seen here. The requests are those of that suite, save that
 * its `OPTIONS` requests get the `Access-Control-Request-Method` that every browser sends, where a test is not about that.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Express, Handler } from 'express';
import { describe, expect, test, vi } from 'vitest';
import { preflight, withListener } from '../facts/server.ts';
import type { Ask } from '../facts/server.ts';
import {
  APP,
  asked,
  OTHER,
  oursSide,
  pageText,
  rowsUnder,
  scene,
  seen,
  theirs,
  type Row,
  type Scene,
} from './beside-cors.ts';

// Functions that fail are the server's own trouble, and told.
vi.spyOn(console, 'warn').mockImplementation(() => undefined);

const HEADING = 'What the suite of `cors` expects';

const EVERYBODY = { origin: '*' };
const ORIGIN = 'Access-Control-Allow-Origin';
const CREDENTIALS = 'Access-Control-Allow-Credentials';
const METHODS = 'Access-Control-Allow-Methods';
const HEADERS = 'Access-Control-Allow-Headers';
const EXPOSED = 'Access-Control-Expose-Headers';
const MAX_AGE = 'Access-Control-Max-Age';
const VARY = 'Vary';
const ALL = ['status', 'handler', ORIGIN, CREDENTIALS, METHODS, HEADERS, EXPOSED, MAX_AGE];

const get: Ask = { origin: APP };
/** As that suite asks: for two headers. */
const options = preflight(APP, 'PUT', 'x-header-1,x-header-2');

interface Case extends Row {
  /** What the suite expects of `cors`, so that a case that asks the wrong thing shows. */
  readonly expected: string;
}

const expects = (name: string, expected: string, shown: Scene): Case => ({
  row: name,
  expected,
  see: scene(shown),
});

/** A handler that fails, or a path that nobody serves, behind the middleware. */
const failing =
  (handler?: Handler): Scene['build'] =>
  (app: Express, middleware: Handler) => {
    app.use(middleware);
    if (handler) app.post('/fails', handler);
    app.use(((error: Error, _req, res, next) => {
      if (error.message === '401') res.status(401).end('unauthorized');
      else next(error);
    }) as (error: Error, req: unknown, res: Parameters<Handler>[1], next: (error: unknown) => void) => void);
  };
const fails: Ask = { method: 'POST', path: '/fails' };

/** The middleware at a route alone, for the methods named. */
const atRoute =
  (...methods: readonly ('get' | 'head' | 'post' | 'options' | 'delete')[]): Scene['build'] =>
  (app: Express, middleware: Handler) => {
    for (const method of methods) {
      if (method === 'options') app.options('/route', middleware);
      else
        app[method]('/route', middleware, (_req, res) => {
          res.send('the handler');
        });
    }
  };

type Callback = (error: unknown, value?: unknown) => void;
const decides =
  (decide: (origin: string) => boolean): Scene['of'] =>
  (side) => ({
    origin:
      side === 'theirs' ? (origin: string, callback: Callback) => callback(null, decide(origin)) : decide,
  });

const inGeneral: readonly Case[] = [
  expects('takes frozen options, and leaves options as they are', '`200`', {
    options: Object.freeze({ origin: APP }),
    ask: get,
    show: ['status'],
  }),
  expects('passes a request on', 'the handler runs', { options: EVERYBODY, ask: get, show: ['handler'] }),
  expects('answers a preflight itself, with 204', '`204`, the handler does not run', {
    options: EVERYBODY,
    ask: options,
    show: ['status', 'handler'],
  }),
  expects('answers a preflight with the status that is given', '`200`, the handler does not run', {
    options: { ...EVERYBODY, optionsSuccessStatus: 200 },
    ask: options,
    show: ['status', 'handler'],
  }),
  expects('passes a preflight on with `preflightContinue`', 'the handler runs', {
    options: { ...EVERYBODY, preflightContinue: true },
    ask: options,
    show: ['handler'],
  }),
  {
    row: 'takes the method `options` in lower case for `OPTIONS`',
    expected: '`204`',
    // No server of Node hands such a request on, so that it is made up here, as in that suite.
    see: (side) =>
      withListener(
        (req, res) => {
          req.method = 'options';
          side.make(EVERYBODY)(req as never, res as never, () => {
            res.end('passed on');
          });
        },
        (send) => asked(send, options, ['status']),
      ),
  },
  expects('answers a preflight with `Content-Length: 0`', '`Content-Length: 0`', {
    options: EVERYBODY,
    ask: options,
    show: ['Content-Length'],
  }),
  expects('lets in everybody without options', `\`${ORIGIN}: *\`, no \`${METHODS}\``, {
    ask: get,
    show: [ORIGIN, METHODS],
  }),
  expects(
    'lets in everybody without options, with the six methods in a preflight',
    `\`204\`, \`${ORIGIN}: *\`, \`${METHODS}: GET,HEAD,PUT,PATCH,POST,DELETE\``,
    { ask: options, show: ['status', ORIGIN, METHODS] },
  ),
];

const withOptions: readonly Case[] = [
  expects(
    'sends what the options say instead of what is usual',
    `\`204\`, \`${ORIGIN}: ${APP}\`, \`${METHODS}: FOO,bar\`, \`${HEADERS}: FIZZ,buzz\`, \`${CREDENTIALS}: true\`, \`${MAX_AGE}: 123\``,
    {
      of: (side) => ({
        origin: APP,
        methods: ['FOO', 'bar'],
        [side === 'theirs' ? 'headers' : 'allowedHeaders']: ['FIZZ', 'buzz'],
        credentials: true,
        maxAge: 123,
      }),
      ask: options,
      show: ['status', ORIGIN, METHODS, HEADERS, CREDENTIALS, MAX_AGE],
    },
  ),
  expects('tries the origin with a regular expression', `\`${ORIGIN}: ${APP}\`, \`Vary: Origin\``, {
    options: { origin: /:\/\/(.+\.)?example.com$/ },
    ask: get,
    show: [ORIGIN, VARY],
  }),
  expects(
    'tries the origin with a list of texts and expressions',
    `\`${ORIGIN}: ${APP}\`, \`Vary: Origin\``,
    {
      options: { origin: [/foo\.com$/, APP] },
      ask: get,
      show: [ORIGIN, VARY],
    },
  ),
  expects('refuses an origin that no entry of the list fits', `no \`${ORIGIN}\`, \`Vary: Origin\``, {
    of: (side) => ({
      origin: side === 'theirs' ? [/foo\.com$/, 'bar.com'] : ['https://*.foo.com', 'https://bar.com'],
    }),
    ask: get,
    show: [ORIGIN, VARY],
  }),
  expects(
    'sends nothing with `origin: false`, whatever else is given',
    `\`200\`, the handler runs, ${[ORIGIN, CREDENTIALS, METHODS, HEADERS, EXPOSED, MAX_AGE].map((one) => `no \`${one}\``).join(', ')}`,
    {
      options: { origin: false, methods: ['FOO', 'bar'], credentials: true, maxAge: 123 },
      ask: get,
      show: ALL,
    },
  ),
  expects('sends the origin that is given', `\`${ORIGIN}: ${APP}\``, {
    options: { origin: APP },
    ask: get,
    show: [ORIGIN],
  }),
  expects('sends `Vary: Origin` where not everybody is let in', '`Vary: Origin`', {
    options: { origin: APP },
    ask: get,
    show: [VARY],
  }),
  expects('adds to a `Vary` that is there', '`Vary: Foo, Origin`', {
    options: { origin: APP },
    build: (app, middleware) => {
      app.use((_req, res, next) => {
        res.setHeader('Vary', 'Foo');
        next();
      });
      app.use(middleware);
    },
    ask: get,
    show: [VARY],
  }),
  expects('lets in everybody where `origin` is not given', `\`${ORIGIN}: *\``, {
    options: {},
    ask: get,
    show: [ORIGIN],
  }),
  expects('hands every origin back with `origin: true`', `\`${ORIGIN}: ${APP}\``, {
    options: { origin: true },
    ask: get,
    show: [ORIGIN],
  }),
  expects('lets in an origin of which the function says `true`', `\`${ORIGIN}: ${APP}\``, {
    of: decides(() => true),
    ask: get,
    show: [ORIGIN],
  }),
  expects(
    'sends nothing to an origin of which the function says `false`',
    [ORIGIN, CREDENTIALS, METHODS, HEADERS, MAX_AGE].map((one) => `no \`${one}\``).join(', '),
    { of: decides(() => false), ask: get, show: [ORIGIN, CREDENTIALS, METHODS, HEADERS, MAX_AGE] },
  ),
  expects('asks the function for each request anew', `\`${ORIGIN}: ${APP}\`; then no \`${ORIGIN}\``, {
    of: decides((origin) => origin === APP),
    ask: [get, { origin: OTHER }],
    show: [ORIGIN],
  }),
  expects('sends the methods that are given', `\`204\`, \`${METHODS}: method1,method2\``, {
    options: { ...EVERYBODY, methods: ['method1', 'method2'] },
    ask: options,
    show: ['status', METHODS],
  }),
  expects(
    'sends the six usual methods where none are given',
    `\`204\`, \`${METHODS}: GET,HEAD,PUT,PATCH,POST,DELETE\``,
    { options: EVERYBODY, ask: options, show: ['status', METHODS] },
  ),
  expects('sends the allowed headers of a list', `\`${HEADERS}: header1,header2\``, {
    options: { ...EVERYBODY, allowedHeaders: ['header1', 'header2'] },
    ask: options,
    show: [HEADERS],
  }),
  expects('sends no `Vary` with it', 'no `Vary`', {
    options: { ...EVERYBODY, allowedHeaders: ['header1', 'header2'] },
    ask: options,
    show: [VARY],
  }),
  expects('sends the allowed headers of a text', `\`${HEADERS}: header1,header2\``, {
    options: { ...EVERYBODY, allowedHeaders: 'header1,header2' },
    ask: options,
    show: [HEADERS],
  }),
  expects('sends no allowed headers for an empty list', `no \`${HEADERS}\`, no \`Vary\``, {
    options: { ...EVERYBODY, allowedHeaders: [] },
    ask: get,
    show: [HEADERS, VARY],
  }),
  expects('hands the requested headers back where none are given', `\`${HEADERS}: x-header-1,x-header-2\``, {
    options: EVERYBODY,
    ask: options,
    show: [HEADERS],
  }),
  expects('hands them back as they were written', `\`${HEADERS}: x-header-1, x-header-2\``, {
    options: EVERYBODY,
    ask: preflight(APP, 'PUT', 'x-header-1, x-header-2'),
    show: [HEADERS],
  }),
  expects(
    'sends `Vary: Access-Control-Request-Headers` with them',
    '`Vary: Access-Control-Request-Headers`',
    {
      options: EVERYBODY,
      ask: options,
      show: [VARY],
    },
  ),
  expects('sends the exposed headers of a list', `\`${EXPOSED}: custom-header1,custom-header2\``, {
    options: { ...EVERYBODY, exposedHeaders: ['custom-header1', 'custom-header2'] },
    ask: get,
    show: [EXPOSED],
  }),
  expects('sends the exposed headers of a text', `\`${EXPOSED}: custom-header1,custom-header2\``, {
    options: { ...EVERYBODY, exposedHeaders: 'custom-header1,custom-header2' },
    ask: get,
    show: [EXPOSED],
  }),
  expects('sends no exposed headers for an empty list', `no \`${EXPOSED}\``, {
    options: { ...EVERYBODY, exposedHeaders: [] },
    ask: get,
    show: [EXPOSED],
  }),
  expects('allows credentials where that is said', `\`${CREDENTIALS}: true\``, {
    options: { origin: APP, credentials: true },
    ask: options,
    show: [CREDENTIALS],
  }),
  expects("allows credentials to everybody, beside `'*'`", `\`${CREDENTIALS}: true\``, {
    options: { ...EVERYBODY, credentials: true },
    ask: options,
    show: [CREDENTIALS],
  }),
  expects('allows no credentials where that is not said', `no \`${CREDENTIALS}\``, {
    options: EVERYBODY,
    ask: get,
    show: [CREDENTIALS],
  }),
  expects('sends the `maxAge` that is given', `\`${MAX_AGE}: 456\``, {
    options: { ...EVERYBODY, maxAge: 456 },
    ask: options,
    show: [MAX_AGE],
  }),
  expects('sends a `maxAge` of zero', `\`${MAX_AGE}: 0\``, {
    options: { ...EVERYBODY, maxAge: 0 },
    ask: options,
    show: [MAX_AGE],
  }),
  expects('sends no `maxAge` where none is given', `no \`${MAX_AGE}\``, {
    options: EVERYBODY,
    ask: options,
    show: [MAX_AGE],
  }),
];

const delegate = (more: object) => (_req: unknown, callback: Callback) =>
  callback(null, { origin: APP, ...more });

const withDelegate: readonly Case[] = [
  expects('takes options from a delegate', `\`${ORIGIN}: ${APP}\``, {
    options: delegate({}),
    ask: get,
    show: [ORIGIN],
  }),
  expects('takes options from a delegate for a preflight', `\`${ORIGIN}: ${APP}\`, \`${MAX_AGE}: 1000\``, {
    options: delegate({ maxAge: 1000 }),
    ask: options,
    show: [ORIGIN, MAX_AGE],
  }),
  expects('passes on the error of a delegate', '`500`', {
    options: (_req: unknown, callback: Callback) => callback(new Error('some error')),
    ask: get,
    show: ['status'],
  }),
];

const inApps: readonly Case[] = [
  expects('stays on the answer of a handler that fails with 500', `\`500\`, \`${ORIGIN}: *\``, {
    options: EVERYBODY,
    build: failing((_req, _res, next) => {
      next(new Error('nope'));
    }),
    ask: fails,
    show: ['status', ORIGIN],
  }),
  expects('stays on the answer of an error handler, 401', `\`401\`, \`${ORIGIN}: *\``, {
    options: EVERYBODY,
    build: failing((_req, _res, next) => {
      next(new Error('401'));
    }),
    ask: fails,
    show: ['status', ORIGIN],
  }),
  expects('stays on the answer to a path that nobody serves, 404', `\`404\`, \`${ORIGIN}: *\``, {
    options: EVERYBODY,
    build: failing(),
    ask: fails,
    show: ['status', ORIGIN],
  }),
  ...(['GET', 'POST'] as const).map((method) =>
    expects(`serves \`${method}\` at a route`, `\`200\`, the handler runs, \`${ORIGIN}: *\``, {
      options: EVERYBODY,
      build: atRoute('get', 'post'),
      ask: { method, path: '/route' },
      show: ['status', 'handler', ORIGIN],
    }),
  ),
  expects('serves `HEAD` at a route', `\`200\`, \`${ORIGIN}: *\``, {
    options: EVERYBODY,
    build: atRoute('head'),
    ask: { method: 'HEAD', path: '/route' },
    show: ['status', ORIGIN],
  }),
  expects('answers `OPTIONS` without `Origin` at a route', `\`204\`, \`${ORIGIN}: *\``, {
    options: EVERYBODY,
    build: atRoute('options', 'delete'),
    ask: { method: 'OPTIONS', path: '/route' },
    show: ['status', ORIGIN],
  }),
  expects('serves `DELETE` at a route', `\`200\`, the handler runs, \`${ORIGIN}: *\``, {
    options: EVERYBODY,
    build: atRoute('options', 'delete'),
    ask: { method: 'DELETE', path: '/route' },
    show: ['status', 'handler', ORIGIN],
  }),
  expects('answers the preflight of a route that has its own options', `\`204\`, \`${ORIGIN}: ${APP}\``, {
    of: (side) => ({
      origin: side === 'theirs' ? true : [APP],
      methods: ['POST'],
      credentials: true,
      maxAge: 3600,
    }),
    build: atRoute('options', 'post'),
    ask: { ...preflight(APP, 'POST'), path: '/route' },
    show: ['status', ORIGIN],
  }),
  expects('serves that route', `\`200\`, the handler runs, \`${ORIGIN}: ${APP}\``, {
    of: (side) => ({
      origin: side === 'theirs' ? true : [APP],
      methods: ['POST'],
      credentials: true,
      maxAge: 3600,
    }),
    build: atRoute('options', 'post'),
    ask: { method: 'POST', origin: APP, path: '/route' },
    show: ['status', 'handler', ORIGIN],
  }),
];

const cases = [...inGeneral, ...withOptions, ...withDelegate, ...inApps];
const told = new Map(rowsUnder(HEADING).map((cells) => [cells[0] ?? '', cells]));

test('the page has a row for each case, in order, and no other', () => {
  expect(rowsUnder(HEADING).map(([name]) => name)).toEqual(cases.map(({ row }) => row));
});

test('the page counts them rightly', () => {
  const same = [...told.values()].filter(([, verdict]) => verdict === 'same');
  expect(pageText()).toContain(`We do the same in ${same.length} of ${cases.length}.`);
});

describe.each(cases.map((one) => [one.row, one] as const))('%s', (name, { see, expected }) => {
  test('`cors` does what its suite expects', async () => {
    expect(await seen(see, theirs)).toBe(expected);
  });

  test('and the page says rightly whether we do the same', async () => {
    const isSame = (await seen(see, oursSide)) === expected;
    const [, verdict, why = ''] = told.get(name) ?? [];
    expect(verdict).toBe(isSame ? 'same' : 'differs');
    if (!isSame) expect(why, 'the reason').not.toBe('');
  });
});

test('a frozen object of options is as it was', () => {
  const given = { origin: [APP], methods: 'GET, PUT', allowedHeaders: ['Cookie'] };
  const before = structuredClone(given);
  oursSide.make(given);
  expect(given).toEqual(before);
});

test('Node itself refuses a method in lower case, so that no such request comes to a middleware', async () => {
  const server = createServer((_req, res) => res.end('reached'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end('options / HTTP/1.1\r\nHost: a\r\n\r\n');
  let answer = '';
  for await (const piece of socket) answer += String(piece);
  server.close();
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});
