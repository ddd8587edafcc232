import rule from '../../rules/cors-before-routes.ts';
import { esm, server, testRule, type Case, type InvalidCase, type Output } from './tester.ts';

const JSON_ROUTE = "app.get('/api/orders', (req, res) => res.json([]));";

/** One route that CORS, `«cors…»`, comes too late for. */
function late(
  code: string,
  route: string,
  output: Output | undefined,
  more: Omit<Case, 'code'> = {},
): InvalidCase {
  return {
    code,
    ...more,
    errors: [
      {
        messageId: 'cors-after-routes',
        data: { routes: route, subject: 'the route is', answer: 'answers', object: 'it' },
        ...(output && { suggestions: [{ messageId: 'registerFirst', output }] }),
      },
    ],
  };
}

/** Several. */
function lateForSome(code: string, routes: string, output: Output | undefined): InvalidCase {
  return {
    code,
    errors: [
      {
        messageId: 'cors-after-routes',
        data: { routes, subject: 'these routes are', answer: 'answer', object: 'them' },
        ...(output && { suggestions: [{ messageId: 'registerFirst', output }] }),
      },
    ],
  };
}

const ORDERS = '`GET /api/orders` (line 4)';

testRule('cors-before-routes', rule, {
  valid: [
    // In time.
    server(`app.use(cors());\n${JSON_ROUTE}`),
    server(`app.use(express.json());\napp.use(cors());\n${JSON_ROUTE}`),
    server(`app.use(cors()).get('/api/orders', (req, res) => res.json([]));`),
    server(JSON_ROUTE),
    server('app.use(cors());'),
    server(
      "const api = express.Router();\napi.get('/orders', (req, res) => res.json([]));\napp.use(cors());\napp.use('/api', api);",
    ),
    server(`app.get('/late', (req, res) => res.json({})).get;\nmodule.exports = app;`),
    // Which paths that is hangs on the version of Express.
    server(`${JSON_ROUTE}\napp.use(['/', '/admin'], cors());`),
    // A helper may write the headers, wherever it comes from.
    server(
      "const { applyCors } = require('./lib/http');\napp.get('/api/orders', (req, res) => { applyCors(req, res); res.json([]); });\napp.use(cors());",
    ),
    server(
      `class Api { allow(req, res, next) { applyCors(res); next(); } mount() { app.use(this.allow.bind(this)); } }\nnew Api().mount();\n${JSON_ROUTE}\napp.use(cors());`,
    ),
    // It has its own.
    server(`app.get('/api/orders', cors(), (req, res) => res.json([]));\napp.use(cors());`),
    server(`app.route('/api/orders').all(cors()).get((req, res) => res.json([]));\napp.use(cors());`),
    server(
      `const api = express.Router();\napi.use(cors());\napi.get('/orders', (req, res) => res.json([]));\napp.use('/api', api);\napp.use(cors());`,
    ),
    server(`app.use('/api', cors());\n${JSON_ROUTE}\napp.use(cors());`),
    server(`app.all('/api/orders', cors());\n${JSON_ROUTE}\napp.use(cors());`),
    server(
      "app.get('/public', cors({ origin: '*' }), (req, res) => res.json({}));\napp.options('/public', cors({ origin: '*' }));\napp.use(cors({ origin: 'https://a.example', credentials: true }));\napp.get('/private', (req, res) => res.json({}));",
    ),
    // Somewhere else.
    server(`app.get('/about', (req, res) => res.json({}));\napp.use('/api', cors());`),
    server(`app.get('/apis', (req, res) => res.json({}));\napp.use('/api', cors());`),
    server(`${JSON_ROUTE}\napp.get('/x', cors(), (req, res) => res.json({}));`),
    server(
      `const api = express.Router();\napp.get('/about', (req, res) => res.json({}));\napi.use(cors());\napp.use('/api', api);`,
    ),
    server(
      `const admin = express();\nadmin.get('/x', (req, res) => res.json({}));\napp.use(cors());\nadmin.listen(1);`,
    ),
    // Nobody fetches it from a page of another origin.
    ...[
      "app.get('/health', (req, res) => res.json({ ok: true }));",
      "app.get('/healthz', (req, res) => res.send('ok'));",
      "app.get('/api/health', (req, res) => res.json({}));",
      "app.get('/readyz', (req, res) => res.end());",
      "app.get('/ping', (req, res) => res.send('pong'));",
      "app.get('/status', (req, res) => res.json({}));",
      "app.get('/metrics', async (req, res) => res.end(await registry.metrics()));",
      "app.get('/favicon.ico', (req, res) => res.status(204).end());",
      "app.get('/robots.txt', (req, res) => res.send(''));",
      "app.get('/', (req, res) => res.send('It runs.'));",
      "app.post('/webhook', express.raw({ type: '*/*' }), (req, res) => res.json({}));",
      "app.post('/stripe/webhooks', (req, res) => res.json({}));",
      "app.post('/hooks/github', (req, res) => res.json({}));",
      "app.head('/x', (req, res) => res.end());",
      "app.get('/page', (req, res) => res.render('page'));",
      "app.get('/page', (req, res) => { if (req.query.x) return res.render('x'); res.render('page'); });",
      "app.get('/app', (req, res) => { res.sendFile('index.html', { root: 'public' }); });",
      "app.get('/file', function (req, res) { res.download('x.pdf'); });",
      "app.get('/old', (req, res) => res.redirect(301, '/new'));",
      "app.use(express.static('public'));",
      "app.use('/static', express.static('public'));",
      "app.get('*', (req, res) => res.send('x'));",
      'app.use(express.json());',
      'app.use((req, res, next) => { req.started = Date.now(); next(); });',
      "app.set('view engine', 'ejs');",
      "app.get('port');",
      "app.options('/api/orders', (req, res) => res.sendStatus(204));",
    ].map((before) => server(`${before}\napp.use(cors());`)),
    // It may be in time, for all that is known.
    server(
      `app.use((req, res, next) => { res.header('Access-Control-Allow-Origin', '*'); next(); });\n${JSON_ROUTE}\napp.use(cors());`,
    ),
    server(
      `app.use(allowOrigins);\nfunction allowOrigins(req, res, next) { res.setHeader('access-control-allow-origin', '*'); next(); }\n${JSON_ROUTE}\napp.use(cors());`,
    ),
    server(`app.use(require('./cors'));\n${JSON_ROUTE}\napp.use(cors());`),
    server(`app.use(require('./middleware')());\n${JSON_ROUTE}\napp.use(cors());`),
    esm(`app.use(middleware);\n${JSON_ROUTE}\napp.use(cors());`),
    `import express from 'express';\nimport cors from 'cors';\nimport { common } from './middleware.js';\nconst app = express();\napp.use(common);\n${JSON_ROUTE}\napp.use(cors());`,
    server(`require('./setup')(app);\n${JSON_ROUTE}\napp.use(cors());`),
    server(`setUp({ app });\n${JSON_ROUTE}\napp.use(cors());`),
    server(`app.get('/api/orders', handlers.orders);\napp.use(cors());`),
    server(`app.get('/api/orders', require('./orders'));\napp.use(cors());`),
    server(`app.use('/api/orders', require('./orders'));\napp.use(cors());`),
    server(
      `app.get('/api/orders', (req, res) => { res.set('Access-Control-Allow-Origin', '*'); res.json([]); });\napp.use(cors());`,
    ),
    server(`app.get(path, (req, res) => res.json({}));\napp.use(prefix, cors());`),
    server('app.get(`/${version}/orders`, (req, res) => res.json({}));\napp.use(cors());'),
    server(`app.get(/orders/, (req, res) => res.json({}));\napp.use(cors());`),
    // Nobody knows which comes first.
    server(`connect().then(() => { ${JSON_ROUTE} });\napp.use(cors());`),
    server(`connect().then(() => app.use(cors()));\nsetImmediate(() => { ${JSON_ROUTE} });`),
    `import cors from 'cors';\nexport function routes(app) { ${JSON_ROUTE} }\nexport function middleware(app) { app.use(cors()); }`,
    `import cors from 'cors';\nexport class Server { routes() { this.app.get('/x', (req, res) => res.json({})); } middleware() { this.app.use(cors()); } }`,
    // A branch that production does not take.
    server(`${JSON_ROUTE}\nif (process.env.NODE_ENV === 'development') app.use(cors());`),
    // Not this package, and not Express.
    `import express from 'express';\nimport cors from './cors.js';\nconst app = express();\n${JSON_ROUTE}\napp.use(cors());`,
    `import { Hono } from 'hono';\nimport { cors } from 'hono/cors';\nconst app = new Hono();\napp.get('/x', (c) => c.json({}));\napp.use(cors());`,
    server("cache.get('/api/orders', (error, value) => use(value));\napp.use(cors());"),
    server("client.get('/api/orders', (response) => response.json());\napp.use(cors());"),
  ],
  invalid: [
    late(server(`${JSON_ROUTE}\napp.use(«cors()»);`), ORDERS, server(`app.use(cors());\n${JSON_ROUTE}\n`)),
    late(
      esm(`${JSON_ROUTE}\napp.use(«cors()»);\napp.listen(3000);\n`),
      ORDERS,
      esm(`app.use(cors());\n${JSON_ROUTE}\napp.listen(3000);\n`),
    ),
    late(
      server(`${JSON_ROUTE}\n\n// Everybody may read.\napp.use(«cors()»); // for now\n`),
      ORDERS,
      server(`// Everybody may read.\napp.use(cors());\n${JSON_ROUTE}\n\n // for now\n`),
      { name: 'comments: that above goes along, that behind stays' },
    ),
    late(
      server(`// Orders\n${JSON_ROUTE}\napp.use(«cors()»);\n`),
      '`GET /api/orders` (line 5)',
      server(`app.use(cors());\n// Orders\n${JSON_ROUTE}\n`),
    ),
    late(
      server(`app.use(express.json());\n${JSON_ROUTE}\napp.use('/api', «cors()»);\n`),
      '`GET /api/orders` (line 5)',
      server(`app.use(express.json());\napp.use('/api', cors());\n${JSON_ROUTE}\n`),
    ),
    late(
      server(`${JSON_ROUTE}\nconst options = { origin: 'https://a.example' };\napp.use(«cors(options)»);\n`),
      ORDERS,
      server(`const options = { origin: 'https://a.example' };\napp.use(cors(options));\n${JSON_ROUTE}\n`),
      { name: 'what it needs goes along' },
    ),
    late(
      server(
        `${JSON_ROUTE}\nconst origins = ['https://a.example'];\nconst options = { origin: origins };\nlog('ready');\napp.use(«cors(options)»);\n`,
      ),
      ORDERS,
      server(
        `const origins = ['https://a.example'];\nconst options = { origin: origins };\napp.use(cors(options));\n${JSON_ROUTE}\nlog('ready');\n`,
      ),
    ),
    late(
      server(
        `${JSON_ROUTE}\nconst options = await1(load());\nconst later = await2(options);\napp.use(«cors({ maxAge: 600 })»);\n`,
      ),
      ORDERS,
      server(
        `app.use(cors({ maxAge: 600 }));\n${JSON_ROUTE}\nconst options = await1(load());\nconst later = await2(options);\n`,
      ),
    ),
    late(
      esm(`${JSON_ROUTE}\nconst options = await load();\napp.use(«cors(options)»);\n`),
      ORDERS,
      undefined,
      { name: 'what it needs is waited for' },
    ),
    late(
      server(
        `${JSON_ROUTE}\nlet options;\noptions = { origin: 'https://a.example' };\napp.use(«cors(options)»);\n`,
      ),
      ORDERS,
      undefined,
      { name: 'what it needs is assigned in between' },
    ),
    late(
      server(
        `${JSON_ROUTE}\nconst options = {};\noptions.origin = 'https://a.example';\napp.use(«cors(options)»);\n`,
      ),
      ORDERS,
      server(
        `const options = {};\napp.use(cors(options));\n${JSON_ROUTE}\noptions.origin = 'https://a.example';\n`,
      ),
      { name: 'what it needs is filled in between: the package reads it at each request' },
    ),
    lateForSome(
      server(
        "app.get('/a', (req, res) => res.json({}));\napp.post('/b', (req, res) => res.json({}));\napp.use(«cors()»);\n",
      ),
      '`GET /a` (line 4) and 1 more',
      server(
        "app.use(cors());\napp.get('/a', (req, res) => res.json({}));\napp.post('/b', (req, res) => res.json({}));\n",
      ),
    ),
    late(
      server(`app.get('/health', (req, res) => res.send('ok'));\n${JSON_ROUTE}\napp.use(«cors()»);\n`),
      '`GET /api/orders` (line 5)',
      server(`app.use(cors());\napp.get('/health', (req, res) => res.send('ok'));\n${JSON_ROUTE}\n`),
      { name: 'before the harmless ones too' },
    ),
    late(
      server(
        "app.post('/api/orders', express.json(), async (req, res) => { res.json(await save(req.body)); });\napp.use(«cors()»);\n",
      ),
      '`POST /api/orders` (line 4)',
      server(
        "app.use(cors());\napp.post('/api/orders', express.json(), async (req, res) => { res.json(await save(req.body)); });\n",
      ),
    ),
    late(
      server("app.all('/api/orders', (req, res) => res.json({}));\napp.use(«cors()»);\n"),
      '`ALL /api/orders` (line 4)',
      server("app.use(cors());\napp.all('/api/orders', (req, res) => res.json({}));\n"),
    ),
    late(
      server("app.route('/api/orders').get((req, res) => res.json({}));\napp.use(«cors()»);\n"),
      ORDERS,
      server("app.use(cors());\napp.route('/api/orders').get((req, res) => res.json({}));\n"),
    ),
    lateForSome(
      server("app.get(['/a', '/b'], (req, res) => res.json({}));\napp.use(«cors()»);\n"),
      '`GET /a` (line 4) and 1 more',
      server("app.use(cors());\napp.get(['/a', '/b'], (req, res) => res.json({}));\n"),
    ),
    late(
      server(
        "function orders(req, res) { res.json([]); }\napp.get('/api/orders', orders);\napp.use(«cors()»);\n",
      ),
      '`GET /api/orders` (line 5)',
      server(
        "function orders(req, res) { res.json([]); }\napp.use(cors());\napp.get('/api/orders', orders);\n",
      ),
    ),
    late(
      server(
        `const api = express.Router();\napi.get('/orders', (req, res) => res.json([]));\napp.use('/api', api);\napp.use(«cors()»);\n`,
      ),
      '`GET /api/orders` (line 5)',
      server(
        `const api = express.Router();\napp.use(cors());\napi.get('/orders', (req, res) => res.json([]));\napp.use('/api', api);\n`,
      ),
      { name: 'a router' },
    ),
    late(
      server(
        "const api = express.Router();\napi.get('/orders', (req, res) => res.json([]));\napi.use(«cors()»);\napp.use('/api', api);\n",
      ),
      '`GET /api/orders` (line 5)',
      server(
        "const api = express.Router();\napi.use(cors());\napi.get('/orders', (req, res) => res.json([]));\napp.use('/api', api);\n",
      ),
      { name: 'within a router' },
    ),
    late(
      "const { Router } = require('express');\nconst cors = require('cors');\nconst router = Router();\nrouter.get('/x', (req, res) => res.json({}));\nrouter.use(«cors()»);\nmodule.exports = router;\n",
      '`GET /x` (line 4)',
      "const { Router } = require('express');\nconst cors = require('cors');\nconst router = Router();\nrouter.use(cors());\nrouter.get('/x', (req, res) => res.json({}));\nmodule.exports = router;\n",
    ),
    late(
      server(`${JSON_ROUTE}\napp.all('*', «cors()»);\n`),
      ORDERS,
      server(`app.all('*', cors());\n${JSON_ROUTE}\n`),
      { settings: { express: 4 } },
    ),
    // Where no move is safe.
    late(server(`${JSON_ROUTE}\napp.use(«cors()», express.json());\n`), ORDERS, undefined, {
      name: 'others would come along',
    }),
    late(
      server(`${JSON_ROUTE}\napp.use('/api', «cors()», (req, res) => res.json({}));\n`),
      ORDERS,
      undefined,
      { name: 'a handler would come along' },
    ),
    late(server(`${JSON_ROUTE}\nif (config.cors) {\n  app.use(«cors()»);\n}\n`), ORDERS, undefined, {
      name: 'in another block',
    }),
    late(server("app.get('/api/orders', (req, res) => res.json([])).use(«cors()»);\n"), ORDERS, undefined, {
      name: 'in one chain',
    }),
    late(server(`${JSON_ROUTE}\nfunction setUp() { app.use(«cors()»); }\nsetUp();\n`), ORDERS, undefined, {
      name: 'in a function',
    }),
    late(
      server(`${JSON_ROUTE}\nconst middleware = cors();\napp.use(«middleware»);\n`),
      ORDERS,
      server(`const middleware = cors();\napp.use(middleware);\n${JSON_ROUTE}\n`),
    ),
    // Other ways to write an app.
    late(
      `const cors = require('cors');\nconst app = require('express')();\n${JSON_ROUTE}\napp.use(«cors()»);\n`,
      '`GET /api/orders` (line 3)',
      `const cors = require('cors');\nconst app = require('express')();\napp.use(cors());\n${JSON_ROUTE}\n`,
    ),
    late(
      `import cors from 'cors';\nexport function setUp(app) {\n  ${JSON_ROUTE}\n  app.use(«cors()»);\n}\n`,
      '`GET /api/orders` (line 3)',
      `import cors from 'cors';\nexport function setUp(app) {\n  app.use(cors());\n  ${JSON_ROUTE}\n}\n`,
    ),
    late(
      `import cors from 'cors';\nimport express from 'express';\nexport async function main() {\n  const app = express();\n  await connect();\n  ${JSON_ROUTE}\n  app.use(«cors()»);\n  return app;\n}\n`,
      '`GET /api/orders` (line 6)',
      `import cors from 'cors';\nimport express from 'express';\nexport async function main() {\n  const app = express();\n  await connect();\n  app.use(cors());\n  ${JSON_ROUTE}\n  return app;\n}\n`,
    ),
    late(
      `import cors from 'cors';\nimport express from 'express';\nclass Server {\n  app = express();\n  constructor() { this.routes(); this.middleware(); }\n  routes() { this.app.get('/x', (req, res) => res.json({})); }\n  middleware() { this.app.use(«cors()»); }\n}\nnew Server();\n`,
      '`GET /x` (line 6)',
      undefined,
      { name: 'a class, whose constructor says in which order' },
    ),
    late(server(`${JSON_ROUTE}\nconnect().then(() => { app.use(«cors()»); });\n`), ORDERS, undefined, {
      name: 'once connected, that is: later',
    }),
    {
      name: 'two policies behind it: one report',
      code: server(`${JSON_ROUTE}\napp.use(«cors()»);\napp.use(cors({ origin: 'https://a.example' }));\n`),
      errors: [
        {
          messageId: 'cors-after-routes',
          data: { routes: ORDERS, subject: 'the route is', answer: 'answers', object: 'it' },
          suggestions: [
            {
              messageId: 'registerFirst',
              output: server(
                `app.use(cors());\n${JSON_ROUTE}\napp.use(cors({ origin: 'https://a.example' }));\n`,
              ),
            },
          ],
        },
      ],
    },
    {
      ...late(
        `import cors from 'cors';\nimport express, { type Express, type Request, type Response } from 'express';\nconst app: Express = express();\napp.get('/x', (req: Request, res: Response): void => { res.json({}); });\napp.use(«cors<cors.CorsRequest>()»);\n`,
        '`GET /x` (line 4)',
        `import cors from 'cors';\nimport express, { type Express, type Request, type Response } from 'express';\nconst app: Express = express();\napp.use(cors<cors.CorsRequest>());\napp.get('/x', (req: Request, res: Response): void => { res.json({}); });\n`,
      ),
      typescript: true,
    },
  ],
});
