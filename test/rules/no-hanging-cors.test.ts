import rule from '../../rules/no-hanging-cors.ts';
import { esm, server, testRule, type Case, type InvalidCase } from './tester.ts';

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

testRule('no-hanging-cors', rule, {
  valid: [
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
