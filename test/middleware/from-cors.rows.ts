/** Everything in which we differ from npm `cors`, each with the requests that show it. */
import type { Express, Handler } from 'express';
import { vi } from 'vitest';
import type { CorsMiddleware } from '../../src/middleware/index.ts';
import { briefly, preflight, withApp } from '../facts/server.ts';
import type { Ask } from '../facts/server.ts';
import { APP, asked, OTHER, scene, STRANGER, started, type Row, type Scene } from './beside-cors.ts';

const ORIGIN = 'Access-Control-Allow-Origin';
const CREDENTIALS = 'Access-Control-Allow-Credentials';
const METHODS = 'Access-Control-Allow-Methods';
const HEADERS = 'Access-Control-Allow-Headers';
const EXPOSED = 'Access-Control-Expose-Headers';
const MAX_AGE = 'Access-Control-Max-Age';
const VARY = 'Vary';

const fromApp: Ask = { origin: APP };
const fromStranger: Ask = { origin: STRANGER };
const plainOptions: Ask = { method: 'OPTIONS', origin: APP };

const row = (name: string, shown: Scene): Row => ({ row: name, see: scene(shown) });

/** Options that `cors` takes and that we do not start with, or take otherwise. */
const given = (
  name: string,
  options: unknown,
  ask: Ask = fromStranger,
  show: readonly string[] = [ORIGIN],
): Row => row(name, { options, ask, show });

type Callback = (error: unknown, value?: unknown) => void;

/** A function in the manner of each: a callback there, an answer here. */
const decides =
  (say: () => unknown): Scene['of'] =>
  (side) => ({
    origin: side === 'theirs' ? (_origin: unknown, callback: Callback) => callback(null, say()) : () => say(),
  });

/** Whether the function is asked, and with what. */
const askedWith = (name: string, ask: Ask): Row => ({
  row: name,
  see: (side, major) => {
    const questions: unknown[] = [];
    const note = (origin: unknown): boolean => questions.push(origin) > 0;
    const origin =
      side.is === 'theirs' ? (one: unknown, callback: Callback) => callback(null, note(one)) : note;
    return scene({
      options: { origin },
      ask,
      show: [ORIGIN],
    })(side, major).then((told) =>
      questions.length === 0
        ? `the function is not asked, ${told}`
        : `the function is asked about \`${String(questions[0])}\`, ${told}`,
    );
  },
});

/** Several middlewares, one after the other. */
const stacked = (name: string, policies: readonly unknown[], ask: Ask, show: readonly string[]): Row => ({
  row: name,
  see: (side, major) =>
    withApp(
      major,
      (app) => {
        for (const options of policies) app.use(side.make(options));
        app.all('/', (_req, res) => {
          res.send('ok');
        });
      },
      (send) => asked(send, ask, show),
    ),
});

/** A handler that writes headers of its own behind the middleware. */
const written = (name: string, options: unknown, handler: Handler, ask: Ask, show: readonly string[]): Row =>
  row(name, {
    options,
    build: (app: Express, middleware: Handler) => {
      app.use(middleware);
      app.use(handler);
    },
    ask,
    show,
  });

const whoIsLetIn: readonly Row[] = [
  given('no options', undefined),
  given('`{}`', {}),
  given('`origin: undefined`', { origin: undefined }, fromApp),
  given("`origin: ''`", { origin: '' }, fromApp),
  given('`origin: null`', { origin: null }, fromApp),
  given('`origin: 0`', { origin: 0 }, fromApp),
  given('`origin: true`', { origin: true }),
  given('a regular expression', { origin: /\.example\.org$/ }),
  given("`origin: 'https://app.example.com'`, and a stranger asks", { origin: APP }),
  given("`origin: 'https://app.example.com'`, and the request has no `Origin`", { origin: APP }, {}),
  given("`origin: '*'` with `credentials: true`", { origin: '*', credentials: true }, fromStranger, [
    ORIGIN,
    CREDENTIALS,
  ]),
  given("`origin: ['*']`", { origin: ['*'] }),
  given("`origin: ['null']`", { origin: ['null'] }, { origin: 'null' }),
  given('a slash at the end', { origin: [`${APP}/`] }, fromApp),
  given('upper-case letters in the host', { origin: ['https://App.example.com'] }, fromApp),
  given('the default port', { origin: [`${APP}:443`] }, fromApp),
  given('no scheme', { origin: ['app.example.com'] }, fromApp),
  given('two origins in one text', { origin: `${APP},${OTHER}` }, fromApp),
  given('a line break in an origin', { origin: `${APP}\r\nX: y` }, fromApp, ['status', ORIGIN]),
  given(
    'the placeholder of a tutorial',
    { origin: ['https://yourdomain.com'] },
    {
      origin: 'https://yourdomain.com',
    },
  ),
  given(
    'an `http:` origin with `credentials: true`',
    { origin: ['http://app.example.com'], credentials: true },
    { origin: 'http://app.example.com' },
    [ORIGIN, CREDENTIALS],
  ),
  given(
    "`origin: 'https://*.example.com'`, and a subdomain asks",
    { origin: ['https://*.example.com'] },
    fromApp,
  ),
  given(
    "`origin: 'https://*.vercel.app'`",
    { origin: ['https://*.vercel.app'] },
    {
      origin: 'https://stranger.vercel.app',
    },
  ),
  given(
    "`origin: 'http://localhost:*'`, and `http://localhost:5173` asks",
    { origin: ['http://localhost:*'] },
    {
      origin: 'http://localhost:5173',
    },
  ),
  given('lists in lists', { origin: [[APP]] }, fromApp),
  given('a `String` object', { origin: Object(APP) as unknown }, fromApp),
  given('a `Set`', { origin: new Set([APP]) }),
  given('a `URL`', { origin: new URL(APP) }),
  given('a promise', { origin: Promise.resolve(false) }),
  given('an object', { origin: {} }),
  given('`true` in a list', { origin: [true] }),
  given('a function in a list', { origin: [() => false] }),
  {
    row: 'the list is added to later',
    see: (side, major) => {
      const origin = [APP];
      return withApp(
        major,
        (app) => {
          app.use(side.make({ origin }));
          origin.push(STRANGER);
          app.get('/', (_req, res) => {
            res.send('ok');
          });
        },
        (send) => asked(send, fromStranger, [ORIGIN]),
      );
    },
  },
  {
    row: 'a property of the options is changed later',
    see: (side, major) => {
      const options = { origin: [APP], credentials: false };
      return withApp(
        major,
        (app) => {
          app.use(side.make(options));
          options.credentials = true;
          app.get('/', (_req, res) => {
            res.send('ok');
          });
        },
        (send) => asked(send, fromApp, [CREDENTIALS]),
      );
    },
  },
];

const functions: readonly Row[] = [
  row('`(origin, callback) => callback(null, true)`', {
    options: { origin: (_origin: unknown, callback: Callback) => callback(null, true) },
    ask: fromApp,
    show: ['status', ORIGIN],
  }),
  row('`(origin) => true`', {
    options: { origin: () => true },
    hangs: true,
    ask: fromApp,
    show: ['status', ORIGIN],
  }),
  row('`async (origin) => true`', {
    options: { origin: () => Promise.resolve(true) },
    hangs: true,
    ask: fromApp,
    show: ['status', ORIGIN],
  }),
  {
    row: 'an `async` function that throws',
    see: async (side, major) => {
      const listeners = process.listeners('unhandledRejection');
      let ends = false;
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', () => {
        ends = true;
      });
      try {
        const told = await scene({
          options: { origin: () => Promise.reject(new Error('The database is away.')) },
          hangs: true,
          ask: fromApp,
          show: ['status', ORIGIN],
        })(side, major);
        return ends ? `${told}, and the rejection that nobody handles ends the process` : told;
      } finally {
        process.removeAllListeners('unhandledRejection');
        for (const listener of listeners) process.on('unhandledRejection', listener);
      }
    },
  },
  row('a function that throws', {
    options: {
      origin: () => {
        throw new Error('No.');
      },
    },
    ask: fromApp,
    show: ['status', ORIGIN],
  }),
  row('an error for whoever is refused', {
    of: (side) => ({
      origin:
        side === 'theirs'
          ? (_origin: unknown, callback: Callback) => callback(new Error('Not allowed by CORS'))
          : () => {
              throw new Error('Not allowed by CORS');
            },
    }),
    ask: fromStranger,
    show: ['status', 'handler'],
  }),
  row('`false`, and a stranger asks', {
    of: decides(() => false),
    ask: fromStranger,
    show: [VARY],
  }),
  row('`false`, and a stranger sends a preflight', {
    of: decides(() => false),
    ask: preflight(STRANGER, 'PUT'),
    show: ['status', 'handler'],
  }),
  row('`1`, or whatever else counts as true', { of: decides(() => 1), ask: fromStranger, show: [ORIGIN] }),
  row("`'*'`", { of: decides(() => '*'), ask: fromStranger, show: [ORIGIN] }),
  row('a list', { of: decides(() => [APP]), ask: fromApp, show: [ORIGIN] }),
  row('a regular expression as the answer', { of: decides(() => /app/), ask: fromApp, show: [ORIGIN] }),
  askedWith('a request without `Origin`', {}),
  askedWith('the origin `null`', { origin: 'null' }),
  askedWith('an `Origin` header that is no origin', { origin: 'app.example.com, b' }),
  row('a function that never answers', {
    of: (side) => ({
      origin: side === 'theirs' ? () => undefined : { lookup: () => new Promise(() => {}), timeout: 0.02 },
    }),
    hangs: true,
    ask: fromApp,
    show: ['status', ORIGIN],
  }),
  row('a delegate instead of options', {
    options: (_req: unknown, callback: Callback) => callback(null, { origin: [APP] }),
    ask: fromApp,
    show: [ORIGIN],
  }),
];

const preflights: readonly Row[] = [
  row('`OPTIONS` without `Access-Control-Request-Method`', {
    options: { origin: [APP] },
    ask: plainOptions,
    show: ['status', 'handler'],
  }),
  row('`OPTIONS` without `Origin`', {
    options: { origin: [APP] },
    ask: { method: 'OPTIONS' },
    show: ['status', 'handler'],
  }),
  row('the preflight of a refused origin', {
    options: { origin: [APP], credentials: true, maxAge: 600 },
    ask: preflight(STRANGER, 'PUT', 'x-a'),
    show: ['status', METHODS, HEADERS, CREDENTIALS, MAX_AGE],
  }),
  row('`allowedHeaders` not given, and well-formed names are asked for', {
    options: { origin: [APP] },
    ask: preflight(APP, 'PUT', 'X-A, x-b,x-a'),
    show: [HEADERS],
  }),
  row('`allowedHeaders` not given, and nonsense is asked for', {
    options: { origin: [APP] },
    ask: preflight(APP, 'PUT', 'x-a,x b,cookie'),
    show: [HEADERS],
  }),
  ...[1000].map((count): Row => ({
    row: `\`allowedHeaders\` not given, and ${count} names of seven letters are asked for`,
    see: (side, major) => {
      const names = Array.from({ length: count }, (_, index) => `x-${index + 10_000}`);
      return withApp(
        major,
        (app) => app.use(side.make({ origin: [APP] })),
        async (send) => {
          const { headers } = await send(preflight(APP, 'PUT', names.join(',')));
          const back = headers.get('access-control-allow-headers')?.split(',') ?? [];
          return `${back.length} come back`;
        },
      );
    },
  })),
  row('`Vary` of a preflight', {
    options: { origin: [APP] },
    ask: preflight(APP),
    show: [VARY],
  }),
  row("`Vary` of a preflight with `origin: '*'`", {
    options: { origin: '*', allowedHeaders: ['X-A'] },
    ask: preflight(APP),
    show: [VARY],
  }),
  row('`Content-Length` of an answer with 204', {
    options: { origin: [APP] },
    ask: preflight(APP),
    show: ['status', 'Content-Length'],
  }),
  row('`exposedHeaders` in a preflight', {
    options: { origin: [APP], exposedHeaders: ['X-A'] },
    ask: preflight(APP),
    show: [EXPOSED],
  }),
  row('`preflightContinue: true`', {
    options: { origin: [APP], preflightContinue: true },
    ask: preflight(APP),
    show: ['handler'],
  }),
];

const preflightWith = (name: string, more: object, show: readonly string[]): Row =>
  row(name, { options: { origin: [APP], ...more }, ask: preflight(APP), show });

const options: readonly Row[] = [
  preflightWith('`methods: undefined`', { methods: undefined }, ['status', METHODS]),
  preflightWith('`methods: null`', { methods: null }, ['status']),
  preflightWith("`methods: ['put']`", { methods: ['put'] }, [METHODS]),
  preflightWith("`methods: ['TRACE']`", { methods: ['TRACE'] }, [METHODS]),
  preflightWith("`methods: 'GET, PUT'`", { methods: 'GET, PUT' }, [METHODS]),
  preflightWith('`methods` as a `Set`', { methods: new Set(['PUT']) }, [METHODS]),
  preflightWith("`methods: '*'` with `credentials: true`", { methods: '*', credentials: true }, [METHODS]),
  row("`allowedHeaders: ''`", {
    options: { origin: [APP], allowedHeaders: '' },
    ask: preflight(APP, 'PUT', 'x-a'),
    show: [HEADERS],
  }),
  row('`allowedHeaders: null`', {
    options: { origin: [APP], allowedHeaders: null },
    ask: preflight(APP, 'PUT', 'x-a'),
    show: [HEADERS],
  }),
  preflightWith('`headers`, the hidden name of `allowedHeaders`', { headers: ['X-A'] }, [HEADERS]),
  preflightWith("`allowedHeaders: ['X-A', 'Cookie']`", { allowedHeaders: ['X-A', 'Cookie'] }, [HEADERS]),
  preflightWith("`allowedHeaders: ['X A']`", { allowedHeaders: ['X A'] }, [HEADERS]),
  preflightWith(
    "`allowedHeaders: ['*']` with `credentials: true`",
    { allowedHeaders: ['*'], credentials: true },
    [HEADERS],
  ),
  preflightWith("`allowedHeaders: ['X-A', 'x-a']`", { allowedHeaders: ['X-A', 'x-a'] }, [HEADERS]),
  given(
    "`exposedHeaders: ['X-A', 'Set-Cookie']`",
    { origin: [APP], exposedHeaders: ['X-A', 'Set-Cookie'] },
    fromApp,
    [EXPOSED],
  ),
  given(
    "`exposedHeaders: '*'` with `credentials: true`",
    { origin: [APP], exposedHeaders: '*', credentials: true },
    fromApp,
    [EXPOSED],
  ),
  given("`exposedHeaders: ['X A']`", { origin: [APP], exposedHeaders: ['X A'] }, fromApp, [EXPOSED]),
  given('`exposedHeaders: null`', { origin: [APP], exposedHeaders: null }, fromApp, [EXPOSED]),
  given("`credentials: 'true'`", { origin: [APP], credentials: 'true' }, fromApp, [CREDENTIALS]),
  given('`credentials: 1`', { origin: [APP], credentials: 1 }, fromApp, [CREDENTIALS]),
  preflightWith("`maxAge: '600'`", { maxAge: '600' }, [MAX_AGE]),
  preflightWith("`maxAge: '1h'`", { maxAge: '1h' }, [MAX_AGE]),
  preflightWith('`maxAge: -1`', { maxAge: -1 }, [MAX_AGE]),
  preflightWith('`maxAge: null`', { maxAge: null }, [MAX_AGE]),
  preflightWith('`maxAge: 31536000`', { maxAge: 31_536_000 }, [MAX_AGE]),
  preflightWith('`maxAge: 3600000`', { maxAge: 3_600_000 }, [MAX_AGE]),
  preflightWith('`optionsSuccessStatus: 404`', { optionsSuccessStatus: 404 }, ['status']),
  preflightWith("`optionsSuccessStatus: '200'`", { optionsSuccessStatus: '200' }, ['status']),
  preflightWith('`optionsSuccessStatus: undefined`', { optionsSuccessStatus: undefined }, ['status']),
  preflightWith('an option that there is not', { allowHeaders: ['X-A'] }, ['status']),
  {
    row: 'an origin that stands there twice',
    see: (side) => {
      const { warnings = [] } = side.make({ origin: [APP, APP] }) as {
        warnings?: CorsMiddleware['warnings'];
      };
      return Promise.resolve(
        warnings.length === 0
          ? 'nobody says so'
          : `\`warnings\`: \`${warnings.map(({ code }) => code).join(', ')}\``,
      );
    },
  },
  row('options that the object inherits', {
    options: Object.create({ origin: [APP] }) as unknown,
    ask: fromStranger,
    show: [ORIGIN],
  }),
  given('an origin in place of the options', APP),
  given('a list in place of the options', [APP]),
  {
    row: '`app.use(cors)`, not called',
    see: (side, major) =>
      withApp(
        major,
        (app) => app.use(side.make as unknown as Handler),
        (send) => asked(send, side.is === 'theirs' ? { ...fromApp, patience: briefly } : fromApp, ['status']),
      ),
  },
];

const answers: readonly Row[] = [
  given('`credentials: true`, and a stranger asks', { origin: [APP], credentials: true }, fromStranger, [
    CREDENTIALS,
  ]),
  given('`credentials: true`, and the request has no `Origin`', { origin: [APP], credentials: true }, {}, [
    CREDENTIALS,
  ]),
  given('`exposedHeaders`, and a stranger asks', { origin: [APP], exposedHeaders: ['X-A'] }, fromStranger, [
    EXPOSED,
  ]),
  written(
    'a handler overwrites `Vary`',
    { origin: [APP] },
    (_req, res) => {
      res.setHeader('Vary', 'Accept-Encoding');
      res.end();
    },
    fromApp,
    [VARY],
  ),
  written(
    'a handler gives `Vary` to `writeHead`',
    { origin: [APP] },
    (_req, res) => {
      res.writeHead(200, { Vary: 'Accept' });
      res.end();
    },
    fromApp,
    [VARY],
  ),
  {
    row: 'a handler writes another allowed origin',
    see: async (side, major) => {
      const reasons: string[] = [];
      const told = await written(
        '',
        {
          origin: [APP],
          ...(side.is === 'ours' && { onDecision: ({ reason }: { reason: string }) => reasons.push(reason) }),
        },
        (_req, res) => {
          res.setHeader(ORIGIN, '*');
          res.end();
        },
        fromStranger,
        [ORIGIN],
      ).see(side, major);
      return `${told}, ${reasons.includes('overwritten') ? 'and `overwritten` is reported' : 'and nothing is reported'}`;
    },
  },
  {
    row: 'the answer has been sent before',
    see: (side, major) =>
      started(
        () => side.make({ origin: [APP] }),
        (middleware) => {
          let failed: unknown;
          return withApp(
            major,
            (app) => {
              app.use((_req, res, next) => {
                res.send('early');
                next();
              });
              app.use(middleware);
              app.use(((error, _req, _res, next) => {
                failed = error;
                next();
              }) as (error: unknown, req: unknown, res: unknown, next: () => void) => void);
            },
            async (send) => {
              const { body } = await send(fromApp);
              return `\`${body}\`, ${failed ? `and the error \`${(failed as { code: string }).code}\`` : 'and no error'}`;
            },
          );
        },
      ),
  },
  row("a stranger's `POST`, with `refuseCrossSite: true`", {
    options: { origin: [APP], refuseCrossSite: true },
    ask: { ...fromStranger, method: 'POST' },
    show: ['status', 'handler'],
  }),
  {
    row: 'a refusal during development',
    see: async (side, major) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
      warn.mockClear();
      vi.stubEnv('NODE_ENV', 'development');
      try {
        await given('', { origin: [APP] }).see(side, major);
        return warn.mock.calls.length === 0 ? 'nothing on the console' : 'the reason on the console';
      } finally {
        vi.unstubAllEnvs();
      }
    },
  },
];

const several: readonly Row[] = [
  stacked('a list behind `*`, and a stranger asks', [{ origin: '*' }, { origin: [APP] }], fromStranger, [
    ORIGIN,
  ]),
  stacked(
    'credentials in front, none behind',
    [
      { origin: [APP], credentials: true },
      { origin: [APP, OTHER], credentials: false },
    ],
    fromApp,
    [CREDENTIALS],
  ),
  stacked(
    'exposed headers in front, none behind',
    [{ origin: [APP], exposedHeaders: ['X-A'] }, { origin: [APP, OTHER] }],
    fromApp,
    [EXPOSED],
  ),
  {
    row: 'another policy for some paths, preflights too, in one place',
    see: (side, major) =>
      started(
        () =>
          side.make({
            origin: [APP],
            routes: { '/public': { origin: '*' } },
          }),
        (middleware) =>
          withApp(
            major,
            (app) => app.use(middleware),
            (send) => asked(send, { ...preflight(STRANGER), path: '/public/a' }, ['status', ORIGIN]),
          ),
      ),
  },
  {
    row: 'other options while the server runs',
    see: (side, major) =>
      started(
        () => side.make({ origin: [APP] }),
        (middleware) =>
          withApp(
            major,
            (app) => app.use(middleware),
            async (send) => {
              if (!('update' in middleware)) return 'no `update`';
              (middleware as unknown as CorsMiddleware).update({ origin: [STRANGER] });
              return `\`update\`, then ${await asked(send, fromStranger, [ORIGIN])}`;
            },
          ),
      ),
  },
];

/** By the heading that they stand under in the page. */
export const differences: Readonly<Record<string, readonly Row[]>> = {
  'Who is let in': whoIsLetIn,
  'A function as `origin`': functions,
  Preflights: preflights,
  'The other options': options,
  Answers: answers,
  'Several policies': several,
};
