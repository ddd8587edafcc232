import rule from '../../rules/no-reflected-origin.ts';
import { esm, FROM_ENVIRONMENT, server, testRule, type Case, type InvalidCase } from './tester.ts';

const STRANGER = 'https://stranger.example';

/** `origin: true` with credentials, each written once in the code. */
function reflected(code: string, more: Omit<Case, 'code'> = {}, written = 'origin: «true»'): InvalidCase {
  const origin = written.replace(/[«»]/g, '');
  return {
    code,
    ...more,
    errors: [
      {
        messageId: 'any-origin-credentials',
        data: { witness: STRANGER, because: '`origin: true` hands every origin back' },
        suggestions: [
          { messageId: 'readFromEnvironment', output: [[origin, origin.replace('true', FROM_ENVIRONMENT)]] },
          {
            messageId: 'makePublic',
            output: [
              [origin, origin.replace('true', "'*'")],
              ['credentials: true', 'credentials: false'],
            ],
          },
        ],
      },
    ],
  };
}

/** Something that is no origin and that the library takes for a yes. */
function taken(origin: string, because: string, listed?: string): InvalidCase {
  const call = (value: string, credentials: boolean): string =>
    server(`app.use(cors({ origin: ${value}, credentials: ${credentials} }));`);
  return {
    code: call(`«${origin}»`, true),
    errors: [
      {
        messageId: 'any-origin-credentials',
        data: { witness: STRANGER, because },
        suggestions: [
          ...(listed === undefined
            ? []
            : [{ messageId: 'listElements' as const, output: call(listed, true) }]),
          { messageId: 'readFromEnvironment', output: call(FROM_ENVIRONMENT, true) },
          { messageId: 'makePublic', output: call("'*'", false) },
        ],
      },
    ],
  };
}

/** An origin function with credentials. */
function byFunction(origin: string, because: string): InvalidCase {
  const [, value = ''] = /«(.*)»/.exec(origin) ?? [];
  const plain = origin.replace(/[«»]/g, '');
  const replaced = (by: string): string => origin.replace(`«${value}»`, by);
  return {
    code: server(`app.use(cors({ origin: ${origin}, credentials: true }));`),
    errors: [
      {
        messageId: 'any-origin-credentials',
        data: { witness: STRANGER, because },
        suggestions: [
          { messageId: 'readFromEnvironment', output: [[plain, replaced(FROM_ENVIRONMENT)]] },
          {
            messageId: 'makePublic',
            output: [
              [plain, replaced("'*'")],
              ['credentials: true', 'credentials: false'],
            ],
          },
        ],
      },
    ],
  };
}

/** A middleware that another file mounts. */
const handler = (body: string): string => `module.exports = (req, res, next) => {\n  ${body}\n  next();\n};`;

/** Two statements, in a middleware: the first hands the origin back, the second adds credentials. */
function byHand(
  within: (statements: readonly [string, string]) => string,
  origin: string,
  credentials: string,
  value: string,
  unique = value,
): InvalidCase {
  return {
    code: within([`«${origin.slice(0, -1)}»;`, credentials]),
    errors: [
      {
        messageId: 'any-origin-credentials',
        data: { witness: STRANGER, because: 'the origin of the request is handed back' },
        suggestions: [
          {
            messageId: 'makePublic',
            output: [
              [
                `'Access-Control-Allow-Origin', ${unique}`,
                `'Access-Control-Allow-Origin', ${unique.replace(value, "'*'")}`,
              ],
              [`  ${credentials}\n`, ''],
            ],
          },
        ],
      },
    ],
  };
}

const isNo = (what: string): string =>
  `${what} is no string, list or expression, and \`cors\` takes anything else that is truthy for a yes`;

testRule('no-reflected-origin', rule, {
  valid: [
    // Without credentials it equals a public `*`: for `strict`.
    server('app.use(cors({ origin: true }));'),
    server('app.use(cors({ origin: true, credentials: false }));'),
    { code: server('app.use(cors({ origin: true }));'), options: [{ checkWithoutCredentials: false }] },
    { code: server('app.use(cors());'), options: [{ checkWithoutCredentials: true }] },
    { code: server("app.use(cors({ origin: '*' }));"), options: [{ checkWithoutCredentials: true }] },
    // The wildcard is another rule's.
    server("app.use(cors({ origin: '*', credentials: true }));"),
    server('app.use(cors({ credentials: true }));'),
    // Who is let in is listed.
    server("app.use(cors({ origin: 'https://a.example', credentials: true }));"),
    server("app.use(cors({ origin: ['https://a.example', 'http://localhost:3000'], credentials: true }));"),
    server("app.use(cors({ origin: ['null'], credentials: true }));"),
    server('app.use(cors({ origin: [], credentials: true }));'),
    // CORS is off.
    ...['false', 'undefined', 'null', "''", '0'].map((off) =>
      server(`app.use(cors({ origin: ${off}, credentials: true }));`),
    ),
    // Functions and expressions are asked, and these refuse a stranger, or nobody knows.
    server(
      "app.use(cors({ origin: (origin, callback) => callback(null, origin === 'https://a.example'), credentials: true }));",
    ),
    server(
      "app.use(cors({ origin: (origin, callback) => callback(null, ['https://a.example'].includes(origin) && origin), credentials: true }));",
    ),
    server(
      'app.use(cors({ origin: (origin, callback) => { if (!origin) return callback(null, true); callback(null, allowed.has(origin)); }, credentials: true }));',
    ),
    server(
      'app.use(cors({ origin: (origin, callback) => isAllowed(origin).then((yes) => callback(null, yes)), credentials: true }));',
    ),
    server('app.use(cors({ origin: (origin, callback) => callback(null, false), credentials: true }));'),
    server("app.use(cors({ origin: (origin, callback) => callback(new Error('no')), credentials: true }));"),
    server(
      "app.use(cors({ origin: (origin, callback) => callback(null, process.env.NODE_ENV !== 'production' || origin === 'https://a.example'), credentials: true }));",
    ),
    // Without credentials.
    server('app.use(cors({ origin: (origin, callback) => callback(null, true) }));'),
    handler("res.header('Access-Control-Allow-Origin', req.headers.origin);"),
    handler("res.header('Access-Control-Allow-Origin', req.headers.origin || '*');"),
    handler(
      "res.header('Access-Control-Allow-Origin', req.headers.origin);\n  res.header('Access-Control-Allow-Credentials', 'false');",
    ),
    // Headers written by hand, after a check.
    handler(
      "if (!allowed.includes(req.headers.origin)) return next();\n  res.header('Access-Control-Allow-Origin', req.headers.origin);\n  res.header('Access-Control-Allow-Credentials', 'true');",
    ),
    handler(
      "const origin = req.headers.origin;\n  const known = ['https://a.example'].find((one) => one === origin);\n  res.header('Access-Control-Allow-Origin', known ?? 'https://a.example');\n  res.header('Access-Control-Allow-Credentials', 'true');",
    ),
    handler(
      "if (isTrusted(req)) res.header('Access-Control-Allow-Origin', req.headers.origin);\n  res.header('Access-Control-Allow-Credentials', 'true');",
    ),
    handler(
      "if (process.env.NODE_ENV === 'development') res.header('Access-Control-Allow-Origin', req.headers.origin);\n  res.header('Access-Control-Allow-Credentials', 'true');",
    ),
    handler(
      "res.header('Access-Control-Allow-Origin', process.env.ORIGIN);\n  res.header('Access-Control-Allow-Credentials', 'true');",
    ),
    handler(
      "res.header('Access-Control-Allow-Origin', 'https://a.example');\n  res.header('Access-Control-Allow-Credentials', 'true');",
    ),
    server('app.use(cors({ origin: async (origin) => true, credentials: true }));'),
    server('app.use(cors({ origin: checkOrigin, credentials: true }));'),
    server('app.use(cors({ origin: /\\.example\\.com$/, credentials: true }));'),
    server("app.use(cors({ origin: new RegExp(process.env.ORIGIN ?? ''), credentials: true }));"),
    // A delegate that has just checked the origin.
    server(
      `app.use(cors((req, callback) => {
        const known = ['https://a.example'].includes(req.header('Origin'));
        callback(null, known ? { origin: true, credentials: true } : { origin: false });
      }));`,
    ),
    // What cannot be known.
    server('app.use(cors({ origin: config.origin, credentials: true }));'),
    server('app.use(cors({ origin: process.env.ORIGIN, credentials: true }));'),
    server('app.use(cors({ origin: process.env.ORIGIN || true, credentials: true }));'),
    server('app.use(cors({ origin: process.env.ORIGIN ?? true, credentials: true }));'),
    server("app.use(cors({ origin: process.env.ORIGINS?.split(',') ?? true, credentials: true }));"),
    server('app.use(cors({ origin: JSON.parse(process.env.ORIGINS), credentials: true }));'),
    server('app.use(cors({ origin: true, credentials: config.credentials }));'),
    server("app.use(cors({ origin: true, credentials: process.env.CREDENTIALS === 'true' }));"),
    server("app.use(cors({ origin: open ? true : 'https://a.example', credentials: true }));"),
    server('app.use(cors({ origin: true, credentials: true, ...options }));'),
    server(
      'const options = { origin: true, credentials: true };\ntighten(options);\napp.use(cors(options));',
    ),
    server(
      "const options = { origin: true, credentials: true };\nif (strict) options.origin = ['https://a.example'];\napp.use(cors(options));",
    ),
    server('app.use(cors(options));'),
    server('app.use(cors(...options));'),
    "import options from './cors-options.js';\nimport cors from 'cors';\napp.use(cors(options));",
    "import { origin } from './cors-options.js';\nimport cors from 'cors';\napp.use(cors({ origin, credentials: true }));",
    // A library hands on the options of its caller.
    "module.exports = (options) => require('cors')(options);",
    "module.exports = (options = {}) => require('cors')({ origin: true, credentials: true, ...options });",
    // Written again before anybody comes.
    server(
      "const options = { origin: true, credentials: true };\noptions.origin = 'https://a.example';\napp.use(cors(options));",
    ),
    server(
      'const options = { origin: true, credentials: true };\ndelete options.credentials;\napp.use(cors(options));',
    ),
    server(
      "const base = { origin: true, credentials: true };\napp.use(cors({ ...base, origin: 'https://a.example' }));",
    ),
    // A branch that production does not take.
    server("if (process.env.NODE_ENV !== 'production') app.use(cors({ origin: true, credentials: true }));"),
    server(
      "if (process.env.NODE_ENV === 'development') { app.use(cors({ origin: true, credentials: true })); }",
    ),
    server(
      "const isDevelopment = process.env.NODE_ENV === 'development';\napp.use(cors({ origin: isDevelopment ? true : ['https://a.example'], credentials: true }));",
    ),
    server(
      "const { NODE_ENV } = process.env;\napp.use(cors({ origin: NODE_ENV === 'production' ? 'https://a.example' : true, credentials: true }));",
    ),
    server(
      "switch (process.env.NODE_ENV) { case 'production': app.use(cors({ origin: 'https://a.example', credentials: true })); break; default: app.use(cors({ origin: true, credentials: true })); }",
    ),
    server(
      "if (process.env.NODE_ENV === 'production') { app.listen(1); return1(); } else app.use(cors({ origin: true, credentials: true }));",
    ),
    // The name proves nothing.
    'const cors = (options) => options;\ncors({ origin: true, credentials: true });',
    'function cors(options) { return options; }\napp.use(cors({ origin: true, credentials: true }));',
    "import cors from '@koa/cors';\napp.use(cors({ origin: true, credentials: true }));",
    "import { cors } from 'hono/cors';\napp.use('/api/*', cors({ origin: true, credentials: true }));",
    "import { cors } from 'remix-utils';\nexport const loader = (r) => cors(r, { origin: true, credentials: true });",
    "import { cors } from '@tinyhttp/cors';\napp.use(cors({ origin: true, credentials: true }));",
    "import cors from './cors.js';\napp.use(cors({ origin: true, credentials: true }));",
    "import { getCorsHeaders as cors } from './headers.js';\ncors({ origin: true, credentials: true });",
    "const cors = require('./middleware/cors');\napp.use(cors({ origin: true, credentials: true }));",
    server('{ const cors = (options) => options; cors({ origin: true, credentials: true }); }'),
    server('export1(function (cors) { return cors({ origin: true, credentials: true }); });'),
    'cors({ origin: true, credentials: true });',
    // Other libraries' options of the same names.
    server('const io = new Server(httpServer, { cors: { origin: true, credentials: true } });'),
    "const cors = require('micro-cors');\nmodule.exports = cors({ origin: true, credentials: true });",
    server(
      'const app2 = await1(NestFactory.create(AppModule, { cors: { origin: true, credentials: true } }));',
    ),
    // Text.
    server('const template = `app.use(cors({ origin: true, credentials: true }))`;'),
    server('// app.use(cors({ origin: true, credentials: true }));'),
    // Tests of headers.
    "it('lets in', () => { expect(response.headers['access-control-allow-origin']).toBe('*'); }); // cors",
    {
      code: "import type cors from 'cors';\nexport const make = (c: typeof cors) => c({ origin: true, credentials: true });",
      typescript: true,
    },
    {
      name: 'a world that is given',
      code: server(
        "app.use(cors({ origin: process.env.STAGE === 'local' ? true : 'https://a.example', credentials: true }));",
      ),
      settings: { env: { STAGE: 'live' } },
    },
    // A generator's body is not followed.
    server(
      'function* make() { yield { origin: true, credentials: true }; }\napp.use(cors(make().next().value));',
    ),
  ],
  invalid: [
    {
      ...reflected(
        "import { type CorsOptions } from 'cors';\nexport const options: CorsOptions = { origin: «true», credentials: true };",
      ),
      name: 'options for whoever imports them',
      typescript: true,
    },
    // Where the options stand.
    reflected(server('app.use(cors({ origin: «true», credentials: true }));')),
    reflected(server('const options = { origin: «true», credentials: true };\napp.use(cors(options));')),
    reflected(
      server('app.use(cors(options));\nvar options;').replace(
        'app.use',
        'var options = { origin: «true», credentials: true };\napp.use',
      ),
    ),
    reflected(
      server('const options = { credentials: true };\noptions.origin = «true»;\napp.use(cors(options));'),
      {},
      'options.origin = true',
    ),
    reflected(
      server("const options = { credentials: true };\napp.use(cors(options));\noptions['origin'] = «true»;"),
      { name: 'written after it was given: the package reads the options at each request' },
      "options['origin'] = true",
    ),
    reflected(server('const base = { credentials: true };\napp.use(cors({ ...base, origin: «true» }));')),
    reflected(
      server(
        "const base = { origin: «true», methods: ['GET'] };\napp.use(cors({ ...base, credentials: true }));",
      ),
    ),
    reflected(server('app.use(cors(Object.assign({}, { credentials: true }, { origin: «true» })));')),
    reflected(
      server(
        'const options = Object.freeze({ origin: «true», credentials: true });\napp.use(cors(options));',
      ),
    ),
    reflected(
      server(
        'const config = { server: { cors: { origin: «true», credentials: true } } };\napp.use(cors(config.server.cors));',
      ),
    ),
    reflected(
      server(
        'const { corsOptions: options } = { corsOptions: { origin: «true», credentials: true } };\napp.use(cors(options));',
      ),
    ),
    reflected(
      server(
        'function options() { return { origin: «true», credentials: true }; }\napp.use(cors(options()));',
      ),
    ),
    reflected(
      server(
        'const options = (more) => ({ origin: «true», ...more });\napp.use(cors(options({ credentials: true })));',
      ),
    ),
    reflected(
      server(
        'const corsMiddleware = () => cors({ origin: «true», credentials: true });\napp.use(corsMiddleware());',
      ),
    ),
    reflected(
      server(
        'const options = process.env.OPEN ? { origin: «true», credentials: true } : {};\napp.use(cors(options));',
      ),
      { name: 'a variable that is set is no empty string' },
    ),
    reflected(
      server('const allowed = «true»;\napp.use(cors({ origin: allowed, credentials: true }));'),
      {},
      'allowed = true',
    ),
    reflected(
      server('app.use(cors({ "origin": «true», "credentials": true }));').replace(
        '"credentials"',
        'credentials',
      ),
      {},
      '"origin": true',
    ),
    reflected(server("app.use(cors({ ['origin']: «true», credentials: true }));"), {}, "['origin']: true"),
    // How the package got there.
    reflected("require('express')().use(require('cors')({ origin: «true», credentials: true }));"),
    reflected(
      "const middleware = require('cors')({ origin: «true», credentials: true });\nmodule.exports = middleware;",
    ),
    reflected(
      "var corsLib = require('cors');\nmodule.exports = corsLib({ origin: «true», credentials: true });",
    ),
    reflected("const { default: cors } = require('cors');\ncors({ origin: «true», credentials: true });"),
    reflected(
      "let cors;\ntry { cors = require('cors'); } catch { cors = null; }\nif (cors) app.use(cors({ origin: «true», credentials: true }));",
    ),
    reflected(esm('app.use(cors({ origin: «true», credentials: true }));')),
    reflected(
      "import corsMiddleware from 'cors';\nexport default corsMiddleware({ origin: «true», credentials: true });",
    ),
    reflected("import { default as allow } from 'cors';\nallow({ origin: «true», credentials: true });"),
    reflected("import * as cors from 'cors';\ncors({ origin: «true», credentials: true });"),
    reflected("import * as cors from 'cors';\ncors.default({ origin: «true», credentials: true });"),
    reflected(
      "const { default: cors } = await import('cors');\napp.use(cors({ origin: «true», credentials: true }));",
    ),
    reflected(
      "const cors = (await import('cors')).default;\napp.use(cors({ origin: «true», credentials: true }));",
    ),
    reflected(
      "import('cors').then(({ default: cors }) => app.use(cors({ origin: «true», credentials: true })));",
    ),
    {
      ...reflected("import cors = require('cors');\nexport = cors({ origin: «true», credentials: true });"),
      typescript: true,
    },
    {
      ...reflected(
        "import cors, { type CorsOptions } from 'cors';\nconst options = { origin: «true», credentials: true } as const satisfies CorsOptions;\nexport default cors(options as CorsOptions);",
      ),
      typescript: true,
    },
    {
      ...reflected(
        "import cors from 'cors';\nconst options: cors.CorsOptions = <cors.CorsOptions>{ origin: «true», credentials: true };\nexport default cors(options!);",
      ),
      typescript: true,
    },
    // Where it is mounted.
    reflected(server("app.use('/api', cors({ origin: «true», credentials: true }), router);")),
    reflected(server('app.use([cors({ origin: «true», credentials: true }), express.json()]);')),
    reflected(
      server("app.get('/x', cors({ origin: «true», credentials: true }), (req, res) => res.json({}));"),
    ),
    reflected(
      server(
        "app.route('/x').all(cors({ origin: «true», credentials: true })).get((req, res) => res.json({}));",
      ),
    ),
    reflected(
      server('app.use(express.json()).use(cors({ origin: «true», credentials: true })).listen(3000);'),
    ),
    reflected(
      server(
        "const router = express.Router();\nrouter.use(cors({ origin: «true», credentials: true }));\napp.use('/api', router);",
      ),
    ),
    reflected(server('if (config.cors) app.use(cors({ origin: «true», credentials: true }));')),
    reflected(server('config.cors && app.use(cors({ origin: «true», credentials: true }));')),
    reflected(
      server(
        "if (process.env.NODE_ENV === 'production') app.use(cors({ origin: «true», credentials: true }));",
      ),
    ),
    reflected(
      "import cors from 'cors';\nexport const handler = (req, res) => cors({ origin: «true», credentials: true })(req, res, () => res.end());",
    ),
    reflected(
      "import cors from 'cors';\nexport function setUp(server) { server.use(cors({ origin: «true», credentials: true })); }",
    ),
    reflected(
      "const cors = require('cors');\nmodule.exports = function createApp({ app }) { app.use(cors({ origin: «true», credentials: true })); return app; };",
    ),
    reflected(
      "import cors from 'cors';\nexport default { async register(app) { await connect(); app.use(cors({ origin: «true», credentials: true })); } };",
    ),
    reflected(
      server(
        'async function bootstrap() { await connect(); app.use(cors({ origin: «true», credentials: true })); app.listen(3000); }\nbootstrap();',
      ),
    ),
    reflected(
      server('(async () => { await connect(); app.use(cors({ origin: «true», credentials: true })); })();'),
    ),
    reflected(
      server(
        'connect().then(() => { app.use(cors({ origin: «true», credentials: true })); }).catch(console.error);',
      ),
    ),
    reflected(
      server('for (const one of [app, admin]) one.use(cors({ origin: «true», credentials: true }));'),
    ),
    reflected(
      server('mongoose.connect(url, () => { app.use(cors({ origin: «true», credentials: true })); });'),
    ),
    reflected(
      `import express from 'express';
import cors from 'cors';
class Server {
  app = express();
  options = { origin: «true», credentials: true };
  constructor() { this.middleware(); }
  middleware() { this.app.use(cors(this.options)); }
}
new Server();`,
    ),
    reflected(
      `import cors from 'cors';
export class Server {
  #app = makeApp();
  static options = { origin: «true», credentials: true };
  setUp() { this.#app.use(cors(Server.options)); }
}`,
    ),
    {
      ...reflected(
        `import cors from 'cors';
export class Server {
  constructor(private readonly app: Application) {}
  public setUp(): void { this.app.use(cors({ origin: «true», credentials: true })); }
}`,
      ),
      typescript: true,
    },
    {
      ...reflected(
        `import cors from 'cors';
@Module()
export class AppModule { configure(consumer: Consumer) { consumer.apply(cors({ origin: «true», credentials: true })).forRoutes('*'); } }`,
      ),
      typescript: true,
    },
    // What the library takes for a yes.
    taken("new Set(['https://a.example'])", isNo('a `Set`'), "['https://a.example']"),
    taken('new Set(origins)', isNo('a `Set`'), '[...origins]'),
    taken("new URL('https://a.example')", isNo('an object')),
    taken("Promise.resolve('https://a.example')", isNo('a `Promise`')),
    taken("(async () => 'https://a.example')()", isNo('a `Promise`')),
    taken("{ allowed: ['https://a.example'] }", isNo('an object')),
    taken('{}', isNo('an object')),
    taken('new Map()', isNo('a `Map`')),
    taken('1', '`origin: 1` hands every origin back'),
    // An element of a list, for which nothing is to be put.
    ...(
      [
        ['true', '`true` in the list'],
        ['new Set(origins)', 'a `Set` in the list'],
        ['{}', 'an object in the list'],
      ] as const
    ).map(([element, what]): InvalidCase => ({
      code: server(`app.use(cors({ origin: ['https://a.example', «${element}»], credentials: true }));`),
      errors: [
        {
          messageId: 'any-origin-credentials',
          data: {
            witness: STRANGER,
            because: `${what} is no string or expression, and \`cors\` takes anything else that is truthy for a yes`,
          },
        },
      ],
    })),
    {
      code: server(
        "app.use(cors({ origin: ['https://a.example', «(origin) => origin.endsWith('.example')»], credentials: true }));",
      ),
      errors: [
        {
          messageId: 'any-origin-credentials',
          data: {
            witness: STRANGER,
            because:
              'a function in the list is never called, and `cors` takes anything that is truthy for a yes',
          },
        },
      ],
    },
    {
      name: 'a set of what is no better: it is not offered as a list',
      code: server("app.use(cors({ origin: «new Set(['*'])», credentials: true }));"),
      errors: [
        {
          messageId: 'any-origin-credentials',
          data: { witness: STRANGER, because: isNo('a `Set`') },
          suggestions: [
            {
              messageId: 'readFromEnvironment',
              output: server(`app.use(cors({ origin: ${FROM_ENVIRONMENT}, credentials: true }));`),
            },
            {
              messageId: 'makePublic',
              output: server("app.use(cors({ origin: '*', credentials: false }));"),
            },
          ],
        },
      ],
    },
    {
      name: 'a comment within the value would be lost',
      code: server(
        "app.use(cors({ origin: «new Set([/* ours */ 'https://a.example'])», credentials: true }));",
      ),
      errors: [
        {
          messageId: 'any-origin-credentials',
          suggestions: [
            {
              messageId: 'listElements',
              output: server(
                "app.use(cors({ origin: [/* ours */ 'https://a.example'], credentials: true }));",
              ),
            },
          ],
        },
      ],
    },
    {
      name: 'each policy has its own',
      code: server(
        'app.get("/y", cors({ origin: «true», credentials: true }));\napp.get("/x", cors({ origin: «!0», credentials: !0 }));',
      ),
      errors: [
        {
          messageId: 'any-origin-credentials',
          data: { witness: STRANGER, because: '`origin: true` hands every origin back' },
          suggestions: [
            { messageId: 'readFromEnvironment', output: [['origin: true', `origin: ${FROM_ENVIRONMENT}`]] },
            {
              messageId: 'makePublic',
              output: [
                ['origin: true', "origin: '*'"],
                ['credentials: true', 'credentials: false'],
              ],
            },
          ],
        },
        {
          messageId: 'any-origin-credentials',
          data: { witness: STRANGER, because: '`origin: true` hands every origin back' },
          suggestions: [
            { messageId: 'readFromEnvironment', output: [['origin: !0', `origin: ${FROM_ENVIRONMENT}`]] },
            {
              messageId: 'makePublic',
              output: [
                ['origin: !0', "origin: '*'"],
                ['credentials: !0', 'credentials: false'],
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'one mistake that two policies share is one report',
      code: server(
        "const options = { origin: «true», credentials: true };\napp.use(cors(options));\napp.options('/x', cors(options));",
      ),
      errors: [
        {
          messageId: 'any-origin-credentials',
          data: { witness: STRANGER, because: '`origin: true` hands every origin back' },
          suggestions: [
            { messageId: 'readFromEnvironment', output: [['origin: true', `origin: ${FROM_ENVIRONMENT}`]] },
            {
              messageId: 'makePublic',
              output: [
                ['origin: true', "origin: '*'"],
                ['credentials: true', 'credentials: false'],
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'shorthand',
      code: server('const origin = «true», credentials = true;\napp.use(cors({ origin, credentials }));'),
      errors: [
        {
          messageId: 'any-origin-credentials',
          data: { witness: STRANGER, because: '`origin: true` hands every origin back' },
          suggestions: [
            { messageId: 'readFromEnvironment', output: [['origin = true', `origin = ${FROM_ENVIRONMENT}`]] },
            {
              messageId: 'makePublic',
              output: [
                ['origin = true', "origin = '*'"],
                ['origin, credentials', 'origin, credentials: false'],
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'behind another one of that kind no change helps alone',
      code: server(
        'app.use(cors({ origin: «true», credentials: true }));\napp.get("/x", cors({ origin: «!0», credentials: !0 }));',
      ),
      errors: [
        {
          messageId: 'any-origin-credentials',
          suggestions: [
            { messageId: 'readFromEnvironment', output: [['origin: true', `origin: ${FROM_ENVIRONMENT}`]] },
            {
              messageId: 'makePublic',
              output: [
                ['origin: true', "origin: '*'"],
                ['credentials: true', 'credentials: false'],
              ],
            },
          ],
        },
        { messageId: 'any-origin-credentials' },
      ],
    },
    // Functions, expressions and delegates.
    byFunction('(origin, callback) => callback(null, «true»)', 'the function answers `true`, whoever asks'),
    byFunction(
      'function (origin, callback) { callback(null, «origin»); }',
      'the function hands the origin of the request back',
    ),
    byFunction(
      '(origin, callback) => { if (!origin) return callback(null, false); return callback(null, «origin»); }',
      'the function hands the origin of the request back',
    ),
    byFunction(
      'async (origin, callback) => { callback(null, «true»); }',
      'the function answers `true`, whoever asks',
    ),
    byFunction(
      "(origin, callback) => { if (origin === 'https://a.example') callback(null, true); else { console.warn(origin); callback(null, «true»); } }",
      'the function answers `true`, whoever asks',
    ),
    {
      code: server('app.use(cors({ origin: [«/./»], credentials: true }));'),
      errors: [
        { messageId: 'any-origin-credentials', data: { witness: STRANGER, because: '`/./` matches it' } },
      ],
    },
    {
      name: 'a delegate that never looks at the request',
      ...reflected(
        server('app.use(cors((req, callback) => callback(null, { origin: «true», credentials: true })));'),
      ),
    },
    {
      name: 'a delegate that looks, and lets in all the same',
      code: server(
        "app.use(cors((req, callback) => { const known = ['https://a.example'].includes(req.header('Origin')); callback(null, { origin: known || «true», credentials: true }); }));",
      ),
      errors: [
        {
          messageId: 'any-origin-credentials',
          data: { witness: STRANGER, because: '`origin: true` hands every origin back' },
          suggestions: [
            { messageId: 'readFromEnvironment', output: [['known || true', `known || ${FROM_ENVIRONMENT}`]] },
            {
              messageId: 'makePublic',
              output: [
                ['known || true', "known || '*'"],
                ['credentials: true', 'credentials: false'],
              ],
            },
          ],
        },
      ],
    },
    // Headers written by hand.
    byHand(
      (set) => handler(`${set[0]}\n  ${set[1]}`),
      "res.header('Access-Control-Allow-Origin', req.headers.origin);",
      "res.header('Access-Control-Allow-Credentials', 'true');",
      'req.headers.origin',
    ),
    byHand(
      (set) =>
        `const express = require('express');\nconst app = express();\napp.use((req, res, next) => {\n  const { origin } = req.headers;\n  if (origin) {\n    ${set[0]}\n  }\n  ${set[1]}\n  if (req.method === 'OPTIONS') return res.sendStatus(204);\n  next();\n});`,
      "res.setHeader('Access-Control-Allow-Origin', origin);",
      "res.setHeader('Access-Control-Allow-Credentials', true);",
      'origin',
      'origin);',
    ),
    {
      name: 'an exported handler, in TypeScript',
      typescript: true,
      code: "import type { Request, Response, NextFunction } from 'express';\nexport const allow = (req: Request, res: Response, next: NextFunction): void => {\n  «res.setHeader('Access-Control-Allow-Origin', req.headers.origin ?? '*')»;\n  res.setHeader('Access-Control-Allow-Credentials', 'true');\n  next();\n};",
      errors: [
        {
          messageId: 'any-origin-credentials',
          data: { witness: STRANGER, because: 'the origin of the request is handed back' },
          suggestions: [
            {
              messageId: 'makePublic',
              output: [
                ["req.headers.origin ?? '*'", "'*'"],
                ["  res.setHeader('Access-Control-Allow-Credentials', 'true');\n", ''],
              ],
            },
          ],
        },
      ],
    },
    {
      name: '`writeHead` of `node:http`',
      code: "import http from 'node:http';\nhttp.createServer((req, res) => {\n  res.writeHead(200, { «'Access-Control-Allow-Origin': req.headers.origin», 'Access-Control-Allow-Credentials': 'true' });\n  res.end();\n});",
      errors: [
        {
          messageId: 'any-origin-credentials',
          suggestions: [
            {
              messageId: 'makePublic',
              output: [["req.headers.origin, 'Access-Control-Allow-Credentials': 'true'", "'*'"]],
            },
          ],
        },
      ],
    },
    {
      name: 'a table for `res.set`, a chain, and a helper',
      code: "const express = require('express');\nconst app = express();\nfunction setCors(res, origin) {\n  «res.set('Access-Control-Allow-Origin', origin)».set('Access-Control-Allow-Credentials', 'true').set('Vary', 'Origin');\n}\napp.get('/x', (req, res) => {\n  setCors(res, req.headers.origin);\n  res.json({});\n});",
      errors: [
        {
          messageId: 'any-origin-credentials',
          suggestions: [
            {
              messageId: 'makePublic',
              output: [
                ["'Access-Control-Allow-Origin', origin", "'Access-Control-Allow-Origin', '*'"],
                [".set('Access-Control-Allow-Credentials', 'true')", ''],
              ],
            },
          ],
        },
      ],
    },
    {
      name: 'without credentials, by hand',
      code: handler("«res.header('Access-Control-Allow-Origin', req.headers.origin)»;"),
      options: [{ checkWithoutCredentials: true }],
      errors: [
        {
          messageId: 'any-origin',
          data: { witness: STRANGER, because: 'the origin of the request is handed back' },
        },
      ],
    },
    // Without credentials.
    {
      code: server('app.use(cors({ origin: «true» }));'),
      options: [{ checkWithoutCredentials: true }],
      errors: [
        {
          messageId: 'any-origin',
          data: { witness: STRANGER, because: '`origin: true` hands every origin back' },
          suggestions: [
            { messageId: 'readFromEnvironment', output: [['origin: true', `origin: ${FROM_ENVIRONMENT}`]] },
          ],
        },
      ],
    },
    {
      code: server("app.use(cors({ origin: «new Set(['https://a.example'])», credentials: false }));"),
      options: [{ checkWithoutCredentials: true }],
      errors: [
        {
          messageId: 'any-origin',
          data: { witness: STRANGER, because: isNo('a `Set`') },
          suggestions: [
            {
              messageId: 'listElements',
              output: [["new Set(['https://a.example'])", "['https://a.example']"]],
            },
            {
              messageId: 'readFromEnvironment',
              output: [["new Set(['https://a.example'])", FROM_ENVIRONMENT]],
            },
          ],
        },
      ],
    },
    {
      name: 'a world that is given',
      ...reflected(
        server(
          "app.use(cors({ origin: process.env.STAGE === 'local' ? «true» : 'https://a.example', credentials: true }));",
        ),
        { settings: { env: { STAGE: 'local' } } },
        "'local' ? true",
      ),
    },
    {
      ...reflected(
        server(
          "if (process.env.NODE_ENV === 'development') app.use(cors({ origin: «true», credentials: true }));",
        ),
        { settings: { env: { NODE_ENV: 'development' } } },
      ),
      name: 'judged as in development, if the settings say so',
    },
  ],
});
