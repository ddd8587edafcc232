import rule from '../../rules/no-express5-star-path.ts';
import type { Settings } from './lint.ts';
import { esm, server, testRule, type Case, type InvalidCase } from './tester.ts';

const express5: Settings = { express: 5 };
const STAR = '`*` needs a name';
const on5 = (code: string): Case => ({ code, settings: express5 });

/** A path of Express 4: `«'…'»` in the code. */
function path(
  code: string,
  path: string,
  flaw: string,
  corrected?: string,
  more: Omit<Case, 'code'> = {},
): InvalidCase {
  return {
    code,
    settings: express5,
    ...more,
    ...(corrected !== undefined && { output: [[path, corrected] as const] }),
    errors: [
      {
        messageId: 'express5-path',
        data: { path, flaw, write: corrected === undefined ? '' : ` Write \`${corrected}\`.` },
      },
    ],
  };
}

testRule('no-express5-star-path', rule, {
  valid: [
    // Express 4, and nobody knows.
    { code: server("app.options('*', cors());"), settings: { express: 4 } },
    server("app.options('*', cors());"),
    server("app.use('/api/*', cors());"),
    // Paths of Express 5, and those that both read.
    ...[
      "'/{*splat}'",
      "'/*splat'",
      "'/api/{*rest}'",
      "'/api{/:id}'",
      "'/'",
      "'/api'",
      "'/users/:id'",
      "'/a-b.c_d~e'",
      '/.*/',
      "'/\\\\*'",
    ].map((good) => on5(server(`app.options(${good}, cors());`))),
    on5(server('app.use(cors());')),
    // Express throws here too, but it is no matter of CORS.
    on5(server("app.get('*', (req, res) => res.sendFile('index.html'));\napp.use(cors());")),
    on5(server("app.all('/api/*', (req, res, next) => next());\napp.use(cors());")),
    // What is not known.
    on5(server('app.options(path, cors());')),
    on5(server('app.options(`${prefix}/*`, cors());')),
    on5(server("app.options(config.path + '*', cors());")),
    on5(server('app.options(...paths, cors());')),
    // Not this package, and not Express.
    on5("import cors from './cors.js';\nimport express from 'express';\nexpress().options('*', cors());"),
    on5("import { cors } from 'hono/cors';\napp.use('/api/*', cors());"),
    on5(server('const text = "app.options(\'*\', cors())";')),
    on5(server("minimatch('*', cors);\nroutes.set('*', cors());")),
    on5(server("if (process.env.NODE_ENV === 'development') app.options('*', cors());")),
  ],
  invalid: [
    path(server("app.options(«'*'», cors());"), '*', STAR, '/{*splat}'),
    path(esm("app.options(«'*'», cors());"), '*', STAR, '/{*splat}'),
    path(server('app.options(«"*"», cors());'), '*', STAR, '/{*splat}'),
    path(server('app.options(«`*`», cors());'), '*', STAR, '/{*splat}'),
    path(server("app.use(«'*'», cors());"), '*', STAR, '/{*splat}'),
    path(server("app.all(«'*'», cors());"), '*', STAR, '/{*splat}'),
    path(server("app.options(«'/*'», cors());"), '/*', STAR, '/{*splat}'),
    path(server("app.use(«'/api/*'», cors(), (req, res) => res.json({}));"), '/api/*', STAR, '/api/{*splat}'),
    path(server("app.options(«'/api/v1/*'», cors());"), '/api/v1/*', STAR, '/api/v1/{*splat}'),
    path(
      server("app.get(«'/users/:id?'», cors(), (req, res) => res.json({}));"),
      '/users/:id?',
      '`?` is reserved',
      '/users{/:id}',
    ),
    path(server("app.options(«'(.*)'», cors());"), '(.*)', '`(` is reserved'),
    path(server("app.options(«'/:id(\\\\d+)'», cors());"), '/:id(\\d+)', '`(` is reserved'),
    path(server("app.options(«'/ab+'», cors());"), '/ab+', '`+` is reserved'),
    path(server("app.options(«'/{a'», cors());"), '/{a', '`{` is not closed'),
    // Where it is written.
    path(server("const everything = «'*'»;\napp.options(everything, cors());"), '*', STAR, '/{*splat}'),
    path(server("app.options(['/x', «'*'»], cors());"), '*', STAR, '/{*splat}'),
    path(server("app.route(«'*'»).options(cors()).get((req, res) => res.json({}));"), '*', STAR, '/{*splat}'),
    path(
      server("const router = express.Router();\nrouter.options(«'*'», cors());\napp.use('/api', router);"),
      '*',
      STAR,
      '/{*splat}',
    ),
    path(server("app.options(«'*'», [cors(), express.json()]);"), '*', STAR, '/{*splat}'),
    path(server("app.use(express.json()).options(«'*'», cors()).listen(3000);"), '*', STAR, '/{*splat}'),
    path(
      server(
        "const options = { origin: 'https://a.example' };\napp.use(cors(options));\napp.options(«'*'», cors(options));",
      ),
      '*',
      STAR,
      '/{*splat}',
    ),
    path(server("connect().then(() => app.options(«'*'», cors()));"), '*', STAR, '/{*splat}'),
    path(
      "import cors from 'cors';\nexport function setUp(app) { app.options(«'*'», cors()); }",
      '*',
      STAR,
      '/{*splat}',
    ),
    path(
      "import cors from 'cors';\nexport class Server { constructor(app) { this.app = app; this.app.options(«'*'», cors()); } }",
      '*',
      STAR,
      '/{*splat}',
    ),
    path(
      "import cors = require('cors');\nexport = (app: Express) => app.options(«'*'» as string, cors());",
      '*',
      STAR,
      '/{*splat}',
      { typescript: true },
    ),
    {
      name: 'uncalled as well: another rule says so',
      ...path(server("app.options(«'*'», cors);"), '*', STAR, '/{*splat}'),
    },
    {
      name: 'put together: there is no one place to write it into',
      code: server("app.options(«'/api/' + '*'», cors());"),
      settings: express5,
      errors: [
        {
          messageId: 'express5-path',
          data: { path: '/api/*', flaw: STAR, write: ' Write `/api/{*splat}`.' },
        },
      ],
    },
    {
      name: 'several',
      code: server("app.use(«'*'», cors());\napp.options(«'/api/*'», cors());"),
      settings: express5,
      output: [
        ["use('*'", "use('/{*splat}'"],
        ['/api/*', '/api/{*splat}'],
      ],
      errors: [
        { messageId: 'express5-path', data: { path: '*', flaw: STAR, write: ' Write `/{*splat}`.' } },
        {
          messageId: 'express5-path',
          data: { path: '/api/*', flaw: STAR, write: ' Write `/api/{*splat}`.' },
        },
      ],
    },
  ],
});
