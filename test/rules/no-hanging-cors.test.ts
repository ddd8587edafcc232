import rule from '../../rules/no-hanging-cors.ts';
import { esm, server, testRule, type Case, type InvalidCase, type Output } from './tester.ts';

/** The package's function, uncalled, once in the code. */
function uncalled(
  code: string,
  to?: readonly [from: string, to: string],
  more: Omit<Case, 'code'> = {},
): InvalidCase {
  const [, text = 'cors'] = /«([^»]*)»/.exec(code) ?? [];
  return {
    code,
    ...more,
    errors: [
      {
        messageId: 'uncalled-library',
        data: { library: '`cors`', call: to ? `${text}()` : 'cors()' },
        ...(to && { suggestions: [{ messageId: 'callLibrary', output: [to] }] }),
      },
    ],
  };
}

const EVERY = 'Every request that comes here';
const STRANGER = 'A request from `https://stranger.example`';
const NOBODY = 'A request without `Origin`';
const PREFLIGHT = 'The preflight of `https://stranger.example`';

const SILENT = 'the function ends without calling back';
const RETURNED = 'the function returns its verdict, which `cors` does not look at, and does not call back';
const PROMISED = 'the function returns a promise, which `cors` does not wait for, and does not call back';
const REJECTED =
  'the function is `async`, so what it throws does not reach `cors`, and nothing is called back';
const NEITHER = 'the function neither answers nor calls `next`';
const STATUS = 'the response gets a status here, but nothing ends it, and nothing calls `next`';

/** A request that waits for ever. */
function hanging(code: string, request: string, because: string, output?: Output): InvalidCase {
  return {
    code,
    errors: [
      {
        messageId: 'hanging',
        data: { request, because },
        ...(output && { suggestions: [{ messageId: 'endResponse', output }] }),
      },
    ],
  };
}

const LIST = "const allowed = ['https://app.example.com', 'https://admin.example.com'];\n";
const asked = (fn: string): string => server(`${LIST}app.use(cors({ origin: ${fn} }));`);
const byHand = (body: string): string =>
  server(`app.use((req, res, next) => { res.set('Access-Control-Allow-Origin', '*'); ${body} });`);
const streaming = (body: string): string =>
  server(
    `const clients = [];\nlet last;\napp.get('/events', (req, res) => { res.set('Access-Control-Allow-Origin', '*'); ${body} });`,
  );

testRule('no-hanging-cors', rule, {
  valid: [
    // Every way of calling back.
    ...[
      '(origin, callback) => { callback(null, allowed.includes(origin)); }',
      "(origin, callback) => { if (allowed.includes(origin)) callback(null, true); else callback(new Error('no')); }",
      "(origin, callback) => { if (!allowed.includes(origin)) throw new Error('no'); callback(null, true); }",
      '(origin, callback) => { for (const one of list) { if (one === origin) return callback(null, true); } return callback(null, false); }',
      '(origin, callback) => { for (let i = 0; i < list.length; i++) { if (list[i] === origin) { callback(null, true); return; } } callback(null, false); }',
      '(origin, callback) => { let i = 0; while (i < list.length) { if (list[i] === origin) return callback(null, true); i++; } callback(null, false); }',
      "(origin, callback) => { switch (origin) { case 'https://app.example.com': callback(null, true); break; default: callback(null, false); } }",
      'async (origin, callback) => { callback(null, await find(origin)); }',
      'async (origin, callback) => { let found = false; try { found = await find(origin); } catch {} finally { callback(null, found); } }',
      '(origin, callback) => { find(origin).then((found) => callback(null, found), callback); }',
      '(origin, callback) => { (async () => { callback(null, await find(origin)); })(); }',
      '(origin, callback) => { process.nextTick(() => callback(null, true)); }',
      '(origin, callback) => { setImmediate(callback, null, allowed); }',
      '(origin, callback) => { process.nextTick(callback.bind(null, null, allowed)); }',
    ].map(asked),
    // Who was given the callback may call it.
    asked('(origin, callback) => { find(origin, callback); }'),
    server(
      'const waiting = [];\napp.use(cors({ origin: (origin, callback) => { waiting.push(callback); } }));',
    ),
    server(
      'let last;\napp.use(cors({ origin: (origin, callback) => { last = () => callback(null, true); } }));',
    ),
    asked('wrap(async (origin) => allowed.includes(origin))'),
    asked('callbackify(async (origin) => allowed.includes(origin))'),
    // Who ends the process leaves nobody waiting.
    asked('(origin, callback) => { if (!config) process.exit(1); callback(null, true); }'),
    // Every way of answering, or of passing on.
    ...[
      'next();',
      'return req.method === "OPTIONS" ? res.sendStatus(204) : next();',
      'if (req.method === "OPTIONS") { res.status(204).end(); return; } next();',
      'if (req.method === "OPTIONS") return res.writeHead(204).end(); next();',
      'setTimeout(next, 100);',
      'process.nextTick(next);',
      'Promise.resolve().then(() => next());',
      'getUser(req).then(next.bind(null, null));',
      'handle(req, res);',
      'other.apply(this, [req, res, next]);',
      'req.next();',
      'if (isBad(req)) { req.socket.destroy(); return; } next();',
      'if (isBad(req)) { res.destroy(); return; } next();',
      'req.pipe(upstream(req.url)).pipe(res);',
      'res.sendFile("/app/index.html");',
    ].map(byHand),
    // Somebody else will answer.
    ...[
      'clients.push(res);',
      'clients.push({ id: req.query.id, res });',
      'clients[req.query.id] = res;',
      'last = res;',
      'clients.push((text) => res.write(text));',
      'setInterval(() => { res.write("data"); }, 1000);',
      'bus.on("change", (text) => res.write(text));',
      'res.write("retry: 1000");',
    ].map(streaming),
    // A helper, for whoever calls it.
    "export function allow(req, res, next) { res.setHeader('Access-Control-Allow-Origin', '*'); }",
    "export const allow = (req, res) => { res.setHeader('Access-Control-Allow-Origin', '*'); };",
    server('app.use(cors());'),
    server("app.use('/api', cors());"),
    server("app.get('/x', cors(), (req, res) => res.json({}));"),
    server('app.use([cors(), express.json()]);'),
    server('const middleware = cors();\napp.use(middleware);'),
    server('app.use(cors.default());'),
    server('app.use((req, res, next) => cors()(req, res, next));'),
    server('app.use(enabled ? cors() : (req, res, next) => next());'),
    // Called somewhere else, or not at all.
    server('app.use(wrap(cors));'),
    server('module.exports = { cors };'),
    server("app.set('cors', cors);"),
    server("container.use('cors', cors);"),
    server('const make = cors;\napp.use(make());'),
    server('const make = cors.bind(null, { maxAge: 600 });\napp.use(make());'),
    server('function middleware() { return cors(); }\napp.use(middleware());'),
    // Perhaps.
    server('app.use(pick(cors, other));'),
    server('app.use(legacy ? cors : other);'),
    // Not this package.
    "import cors from './cors.js';\napp.use(cors);",
    "const cors = require('../middleware/cors');\nrequire('express')().use(cors);",
    'const cors = (req, res, next) => next();\napp.use(cors);',
    "import { cors } from './middleware.js';\nimport express from 'express';\nexpress().use(cors);",
    "import cors from '@fastify/cors';\nfastify.register(cors);",
    "import cors from '@koa/cors';\nthis1.app.use(cors);",
    server('{ const cors = (req, res, next) => next(); app.use(cors); }'),
    server('function setUp(cors) { app.use(cors); }'),
    // Text.
    server("const text = 'app.use(cors)';"),
    server('// app.use(cors)'),
    server("if (process.env.NODE_ENV === 'development') app.use(cors);"),
  ],
  invalid: [
    // An origin function that does not call back.
    hanging(asked('«(origin) => allowed.includes(origin)»'), EVERY, RETURNED),
    hanging(asked('«(origin, callback) => {» return allowed.includes(origin); }'), EVERY, RETURNED),
    hanging(asked('«async (origin) => {» return allowed.includes(origin); }'), EVERY, PROMISED),
    hanging(
      asked('«async (origin) => {» const row = await find(origin); return row !== null; }'),
      EVERY,
      PROMISED,
    ),
    hanging(asked('«async function (origin) {» return allowed.includes(origin); }'), EVERY, PROMISED),
    // On some path it does.
    hanging(
      asked('«(origin, callback) => {» if (allowed.includes(origin)) callback(null, true); }'),
      STRANGER,
      SILENT,
    ),
    hanging(
      asked('(origin, callback) => { if (!origin) «return;» callback(null, allowed.includes(origin)); }'),
      NOBODY,
      SILENT,
    ),
    hanging(
      asked(
        '«(origin, callback) => {» allowed.forEach((one) => { if (one === origin) callback(null, true); }); }',
      ),
      STRANGER,
      SILENT,
    ),
    hanging(
      asked(
        '«(origin, callback) => {» for (const one of allowed) { if (one === origin) callback(null, true); } }',
      ),
      STRANGER,
      SILENT,
    ),
    hanging(
      asked(
        "async (origin, callback) => { if (!allowed.includes(origin)) throw «new Error('no')»; callback(null, true); }",
      ),
      STRANGER,
      REJECTED,
    ),
    hanging(
      esm(
        `${LIST}«function check(origin, done) {» if (allowed.includes(origin)) done(null, true); }\napp.use(cors({ origin: check }));`,
      ),
      STRANGER,
      SILENT,
    ),
    // A delegate.
    hanging(server('app.use(cors(«(req) => ({ origin: true })»));'), EVERY, RETURNED),
    hanging(
      server(
        "app.use(cors(«(req, callback) => {» if (req.header('Origin') === 'https://app.example.com') callback(null, { origin: true }); }));",
      ),
      STRANGER,
      SILENT,
    ),
    // By hand.
    hanging(
      server("app.use(«(req, res, next) => {» res.set('Access-Control-Allow-Origin', '*'); });"),
      EVERY,
      NEITHER,
    ),
    hanging(
      byHand(
        "if (req.method === 'OPTIONS') { res.set('Access-Control-Allow-Methods', 'PUT'); «return;» } next();",
      ),
      PREFLIGHT,
      NEITHER,
    ),
    hanging(byHand("if (req.method === 'OPTIONS') «res.status(200)»; else next();"), PREFLIGHT, STATUS, [
      ['res.status(200)', 'res.status(200).end()'],
    ]),
    hanging(byHand("if (req.method === 'OPTIONS') return «res.status(204)»; next();"), PREFLIGHT, STATUS, [
      ['res.status(204)', 'res.status(204).end()'],
    ]),
    hanging(
      server(
        `${LIST}app.use(«(req, res, next) => {» const { origin } = req.headers; if (allowed.includes(origin)) { res.set('Access-Control-Allow-Origin', origin); res.vary('Origin'); next(); } });`,
      ),
      STRANGER,
      NEITHER,
    ),
    hanging(
      "export const allow = «(req, res, next) => {» res.setHeader('Access-Control-Allow-Origin', '*'); if (req.method !== 'OPTIONS') next(); };",
      PREFLIGHT,
      NEITHER,
    ),
    uncalled(server('app.use(«cors»);'), ['use(cors)', 'use(cors())']),
    uncalled(esm('app.use(«cors»);'), ['use(cors)', 'use(cors())']),
    uncalled(server("app.use('/api', «cors»);"), ["'/api', cors", "'/api', cors()"]),
    uncalled(server('app.use(express.json(), «cors»);'), ['json(), cors', 'json(), cors()']),
    uncalled(server("app.get('/x', «cors», (req, res) => res.json({}));"), ["'/x', cors", "'/x', cors()"]),
    uncalled(server("app.options('/x', «cors»);"), ["'/x', cors", "'/x', cors()"]),
    uncalled(server("app.route('/x').all(«cors»).get((req, res) => res.json({}));"), [
      'all(cors)',
      'all(cors())',
    ]),
    uncalled(server('app.use(express.json()).use(«cors»).listen(3000);'), ['use(cors)', 'use(cors())']),
    uncalled(server('const router = express.Router();\nrouter.use(«cors»);\napp.use(router);'), [
      'use(cors)',
      'use(cors())',
    ]),
    uncalled(server('if (config.cors) app.use(«cors»);'), ['use(cors)', 'use(cors())']),
    uncalled(server('const middleware = cors;\napp.use(«middleware»);'), [
      'use(middleware)',
      'use(middleware())',
    ]),
    uncalled("require('express')().use(«require('cors')»);", ["require('cors')", "require('cors')()"]),
    uncalled(
      "import * as cors from 'cors';\nimport express from 'express';\nexpress().use(«cors.default»);",
      ['cors.default', 'cors.default()'],
    ),
    uncalled("import * as allow from 'cors';\nimport express from 'express';\nexpress().use(«allow»);", [
      'use(allow)',
      'use(allow())',
    ]),
    uncalled("import cors from 'cors';\nexport const setUp = (app) => { app.use(«cors»); };", [
      'use(cors)',
      'use(cors())',
    ]),
    uncalled(
      "import cors from 'cors';\nexport class Server { constructor(app) { this.app = app; } setUp() { this.app.use(«cors»); } }",
      ['use(cors)', 'use(cors())'],
    ),
    uncalled("const { default: cors } = await import('cors');\napp.use(«cors»);", [
      'use(cors)',
      'use(cors())',
    ]),
    uncalled(
      "import cors = require('cors');\nexport const setUp = (app: Express): void => { app.use(«cors»); };",
      ['use(cors)', 'use(cors())'],
      { typescript: true },
    ),
    uncalled(
      "import cors from 'cors';\nimport express from 'express';\nexpress().use(«cors» as RequestHandler);",
      ['use(cors as', 'use(cors() as'],
      { typescript: true },
    ),
    // In a list: reported at the list, which is not to be called.
    uncalled(server('app.use(«[cors, express.json()]»);')),
    uncalled(server('const middlewares = [express.json(), cors];\napp.use(«middlewares»);')),
    uncalled(server('const middlewares = [express.json(), cors];\napp.use(«...middlewares»);')),
    {
      name: 'each place hangs',
      code: server("app.use(«cors»);\napp.options('/x', «cors»);"),
      errors: [
        {
          messageId: 'uncalled-library',
          data: { library: '`cors`', call: 'cors()' },
          suggestions: [{ messageId: 'callLibrary', output: [['use(cors)', 'use(cors())']] }],
        },
        {
          messageId: 'uncalled-library',
          data: { library: '`cors`', call: 'cors()' },
          suggestions: [{ messageId: 'callLibrary', output: [["'/x', cors", "'/x', cors()"]] }],
        },
      ],
    },
  ],
});
