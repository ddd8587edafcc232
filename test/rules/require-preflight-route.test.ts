import rule from '../../rules/require-preflight-route.ts';
import { esm, server, testRule, type Case, type InvalidCase, type Output } from './tester.ts';

const ANSWER = '(req, res) => res.json({})';
const LIST = "{ origin: ['https://app.example.com'] }";
const JSON_BODY = '(req, res) => res.json(req.body)';
const SECRET = "(req, res) => res.json(req.get('Authorization'))";

const unanswered = (
  code: string,
  requests: string,
  output?: Output,
  more: Partial<Case> = {},
): InvalidCase => ({
  code,
  ...more,
  errors: [
    {
      messageId: 'unanswered-preflight',
      data: { requests },
      ...(output !== undefined && { suggestions: [{ messageId: 'answerPreflights', output }] }),
    },
  ],
});

testRule('require-preflight-route', rule, {
  valid: [
    // Somebody answers.
    server(`app.use(cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.use('/x', cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.use('/', cors());\napp.put('/x/:id', cors(), ${ANSWER});`),
    server(`app.options('/x', cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.put('/x', cors(), ${ANSWER});\napp.options('/x', cors());`),
    server(`app.options('/X/', cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.options('/x/:any', cors());\napp.put('/x/:id', cors(), ${ANSWER});`),
    server(`app.options('/x/:id', cors());\napp.put('/x/1', cors(), ${ANSWER});`),
    server(`app.options(/.*/, cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.options(/^\\/x/, cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.options('/{*splat}', cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.options(['/x', '/y'], cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.options(paths, cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.options('/x', (req, res) => res.sendStatus(204));\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.all('/x', cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.route('/x').all(cors()).put(cors(), ${ANSWER});`),
    server(`app.route('/x').options(cors()).put(cors(), ${ANSWER});`),
    server(`app.route('/x').put(cors(), ${ANSWER}).options(cors());`),
    // On the same router even what comes later sees the preflight, since the route does not answer it.
    server(`app.put('/x', cors(), ${ANSWER});\napp.use(cors());`),
    server(
      `const router = express.Router();\nrouter.put('/x', cors(), ${ANSWER});\nrouter.use(cors());\napp.use('/api', router);`,
    ),
    server(
      `const router = express.Router();\nrouter.use(cors());\nrouter.put('/x', cors(), ${ANSWER});\napp.use('/api', router);`,
    ),
    server(
      `const router = express.Router();\nrouter.put('/x', cors(), ${ANSWER});\napp.options('/api/x', cors());\napp.use('/api', router);`,
    ),
    server(
      `const router = express.Router();\nrouter.put('/x', cors(), ${ANSWER});\napp.use('/api', cors(), router);`,
    ),
    // By hand.
    server(
      `app.use((req, res, next) => { if (req.method === 'OPTIONS') return res.set('Access-Control-Allow-Origin', '*').set('Access-Control-Allow-Methods', 'PUT').sendStatus(204); next(); });\napp.put('/x', cors(), ${ANSWER});`,
    ),
    // For all that is known somebody may.
    server(`if (process.env.OPEN) app.use(cors());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.use(require('./middleware'));\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.put('/x', cors(), ${ANSWER});\napp.use(require('./routes'));`),
    server(`app.use(require('http-proxy-middleware')());\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.use((req, res, next) => preflights(req, res, next));\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.put('/x', cors(), ${ANSWER});\napp.all(/.*/, (req, res) => handle(req, res));`),
    server(
      `app.use((req, res, next) => { if (req.method === 'OPTIONS') res.sendStatus(200); else next(); });\napp.put('/x', cors(), ${ANSWER});`,
    ),
    server(`setUp(app);\napp.put('/x', cors(), ${ANSWER});`),
    server(`app.put('/x', cors(), ${ANSWER});\nrequire('./routes')(app);`),
    server(
      `const router = express.Router();\nsetUp(router);\nrouter.put('/x', cors(), ${ANSWER});\napp.use(router);`,
    ),
    server(`for (const add of plugins) add(app);\napp.put('/x', cors(), ${ANSWER});`),
    // Who mounts the router, or made the app, is not known.
    server(
      `const router = express.Router();\nrouter.put('/x', cors(), ${ANSWER});\nmodule.exports = router;`,
    ),
    "const cors = require('cors');\nmodule.exports = (app) => { app.put('/x', cors(), (req, res) => res.json({})); };",
    "import cors from 'cors';\nimport { app } from './app.js';\napp.put('/x', cors(), (req, res) => res.json({}));",
    "import cors from 'cors';\nimport { Router } from 'express';\nexport const router = Router().delete('/x', cors(), (req, res) => res.json({}));",
    // Where the route is, is not known.
    server(`app.put(process.env.PATH_OF_X, cors(), ${ANSWER});\napp.options(process.env.PATH_OF_X, cors());`),
    server(`app.put(prefix + '/x', cors(), ${ANSWER});`),
    // Browsers do not ask.
    server(`app.get('/x', cors(), ${ANSWER});`),
    server(`app.post('/x', cors(), ${ANSWER});`),
    server(`app.head('/x', cors(), ${ANSWER});`),
    server(`app.post('/x', cors(), ${JSON_BODY});`),
    server(`app.use(express.json());\napp.post('/x', cors(), ${ANSWER});`),
    server(`app.use('/other', express.json());\napp.post('/x', cors(), ${JSON_BODY});`),
    server(`app.post('/x', cors(), ${JSON_BODY});\napp.use(express.json());`),
    server(
      `if (process.env.BODIES === 'json') app.use(express.json());\napp.post('/x', cors(), ${JSON_BODY});`,
    ),
    server(
      `app.use(express.json());\napp.use(express.urlencoded({ extended: false }));\napp.post('/x', cors(), ${JSON_BODY});`,
    ),
    server(`app.use(express.json());\napp.post('/x', cors(), express.text(), ${JSON_BODY});`),
    server(`app.use(express.json({ type: '*/*' }));\napp.post('/x', cors(), ${JSON_BODY});`),
    server(`app.use(express.json(options), express.raw());\napp.post('/x', cors(), ${JSON_BODY});`),
    server(
      `const upload = require('multer')();\napp.use(express.json());\napp.post('/x', cors(), upload.single('file'), ${JSON_BODY});`,
    ),
    server(
      `const bodyParser = require('body-parser');\napp.use(express.json(), bodyParser.urlencoded());\napp.post('/x', cors(), ${JSON_BODY});`,
    ),
    server(`app.use(express.json());\napp.post('/x', cors(), parse, ${JSON_BODY});`),
    server(`app.get('/x', cors(), (req, res) => res.json(req.get('X-Forwarded-For')));`),
    server(`app.post('/x', cors(), (req, res) => res.json(req.get('X-Hub-Signature')));`),
    server(
      `app.get('/x', cors(), (req, res) => res.json(fetch('/y', { headers: { Authorization: key } })));`,
    ),
    server(`app.get('/x', cors(), ${ANSWER});\napp.get('/y', ${SECRET});`),
    // Nobody is let in.
    server(`app.put('/x', cors({ origin: false }), ${ANSWER});`),
    server(`app.put('/x', cors({ origin: undefined }), ${ANSWER});`),
    // No policy.
    server(`app.put('/x', ${ANSWER});\napp.get('/y', cors(), ${ANSWER});`),
    // No Express.
    "const cors = require('cors');\nconst polka = require('polka');\npolka().put('/x', cors(), (req, res) => res.end());",
    "import cors from 'cors';\nexport default async function handler(req, res) { await run(req, res, cors()); if (req.method === 'PUT') res.json({}); }",
    {
      name: 'a module of Nest',
      code: "import cors from 'cors';\nimport { NestFactory } from '@nestjs/core';\nconst app = await NestFactory.create(AppModule);\napp.use(cors());\napp.enableCors();",
    },
  ],
  invalid: [
    unanswered(
      server(`app.put('/x', «cors()», ${ANSWER});`),
      '`PUT /x`',
      server(`app.options('/x', cors());\napp.put('/x', cors(), ${ANSWER});`),
    ),
    unanswered(
      server(
        `// Who may read them.\nconst options = ${LIST};\n\n// Changes one.\napp.patch(\`/x/:id\`, «cors(options)», ${ANSWER});`,
      ),
      '`PATCH /x/:id`',
      server(
        `// Who may read them.\nconst options = ${LIST};\n\napp.options(\`/x/:id\`, cors(options));\n// Changes one.\napp.patch(\`/x/:id\`, cors(options), ${ANSWER});`,
      ),
    ),
    unanswered(server(`const open = cors(${LIST});\napp.delete('/x', «open», ${ANSWER});`), '`DELETE /x`', [
      ["app.delete('/x'", "app.options('/x', open);\napp.delete('/x'"],
    ]),
    // One finding for the path.
    unanswered(
      server(
        `app.get('/x', cors(), ${ANSWER});\napp.put('/x', «cors()», ${ANSWER});\napp.delete('/x', cors(), ${ANSWER});`,
      ),
      '`PUT /x` and `DELETE /x`',
      [["app.put('/x'", "app.options('/x', cors());\napp.put('/x'"]],
    ),
    unanswered(
      server(
        `const open = cors();\napp.put('/x', «open», ${ANSWER});\napp.patch('/X/', open, ${ANSWER});\napp.delete('/x', open, ${ANSWER});`,
      ),
      '`PUT /x`, `PATCH /x` and `DELETE /x`',
      [["app.put('/x'", "app.options('/x', open);\napp.put('/x'"]],
    ),
    {
      code: server(
        `app.put('/x', «cors()», ${ANSWER});\napp.put('/y', «cors()», ${ANSWER});\napp.options('/z', cors());`,
      ),
      errors: [
        {
          messageId: 'unanswered-preflight',
          data: { requests: '`PUT /x`' },
          suggestions: [
            {
              messageId: 'answerPreflights',
              output: [["app.put('/x'", "app.options('/x', cors());\napp.put('/x'"]],
            },
          ],
        },
        {
          messageId: 'unanswered-preflight',
          data: { requests: '`PUT /y`' },
          suggestions: [
            {
              messageId: 'answerPreflights',
              output: [["app.put('/y'", "app.options('/y', cors());\napp.put('/y'"]],
            },
          ],
        },
      ],
    },
    // One handler on several paths.
    unanswered(server(`app.put(['/x', '/y'], «cors()», ${ANSWER});`), '`PUT /x`', [
      ['app.put(', "app.options(['/x', '/y'], cors());\napp.put("],
    ]),
    // What stands elsewhere, or is for others.
    unanswered(
      server(
        `app.use('/api', cors());\napp.get('/x', cors(), ${ANSWER});\napp.options('/x/y', cors());\napp.post('/x', cors(), ${ANSWER});\napp.put('/x', «cors()», ${ANSWER});`,
      ),
      '`PUT /x`',
      [["app.put('/x'", "app.options('/x', cors());\napp.put('/x'"]],
    ),
    unanswered(
      server(
        `const helmet = require('helmet');\nconst morgan = require('morgan');\napp.use(helmet());\napp.use(morgan('tiny'));\napp.use(express.json());\napp.use((req, res, next) => { req.now = Date.now(); next(); });\napp.put('/x', «cors()», ${ANSWER});\napp.use((req, res) => { res.status(404).json({ error: 'not found' }); });\napp.use((error, req, res, next) => { res.status(500).end(); });\napp.listen(3000);`,
      ),
      '`PUT /x`',
      [["app.put('/x'", "app.options('/x', cors());\napp.put('/x'"]],
    ),
    unanswered(
      server(
        `app.put('/x', «cors()», ${ANSWER});\nrequire('http').createServer(app).listen(3000);\nmodule.exports = app;`,
      ),
      '`PUT /x`',
      [["app.put('/x'", "app.options('/x', cors());\napp.put('/x'"]],
    ),
    // A router that is mounted here; the app's own policy comes too late for it.
    unanswered(
      server(
        `const router = express.Router();\nrouter.put('/x', «cors()», ${ANSWER});\napp.use('/api', router);\napp.use(cors());`,
      ),
      '`PUT /api/x`',
      [["router.put('/x'", "router.options('/x', cors());\nrouter.put('/x'"]],
    ),
    // No statement of its own, or no path to repeat.
    unanswered(server(`app.route('/x').put(«cors()», ${ANSWER});`), '`PUT /x`'),
    unanswered(server(`app.get('/y', ${ANSWER}).put('/x', «cors()», ${ANSWER});`), '`PUT /x`'),
    unanswered(server(`app.put('/x', [«cors()», ${ANSWER}]);`), '`PUT /x`'),
    unanswered(server(`app.put('/x', /* all */ «cors(/* yet */)», ${ANSWER});`), '`PUT /x`'),
    unanswered(server(`app.put('/x', «cors(load())», ${ANSWER});`), '`PUT /x`'),
    unanswered(server(`app.put('/x', «require('cors')()», ${ANSWER});`), '`PUT /x`'),
    // It would not let the preflight pass, or has another mistake that would stand there twice.
    unanswered(server(`app.put('/x', «cors({ ...${LIST}, methods: ['GET'] })», ${ANSWER});`), '`PUT /x`'),
    unanswered(server(`app.put('/x', «cors({ origin: true, credentials: true })», ${ANSWER});`), '`PUT /x`'),
    unanswered(server(`function start() { app.put('/x', «cors()», ${ANSWER}); }\nstart();`), '`PUT /x`', [
      ["app.put('/x'", "app.options('/x', cors()); app.put('/x'"],
    ]),
    unanswered(server(`function start() {\n  app.put('/x', «cors()», ${ANSWER});\n}\nstart();`), '`PUT /x`', [
      ["app.put('/x'", "app.options('/x', cors());\n  app.put('/x'"],
    ]),
    // The list is not known, and still nobody answers.
    unanswered(
      server(`app.put('/x', «cors({ origin: process.env.ORIGINS.split(',') })», ${ANSWER});`),
      '`PUT /x`',
    ),
    unanswered(
      esm(`import { options } from './options.js';\napp.put('/x', «cors(options)», ${ANSWER});`),
      '`PUT /x`',
      [["app.put('/x'", "app.options('/x', cors(options));\napp.put('/x'"]],
    ),
    // By hand.
    unanswered(
      server(
        `const allow = (req, res, next) => { res.set('Access-Control-Allow-Origin', '*'); next(); };\napp.put('/x', «allow», ${ANSWER});`,
      ),
      '`PUT /x`',
    ),
    unanswered(
      server(
        `const allow = (req, res, next) => { res.set({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'PUT' }); next(); };\napp.put('/x', «allow», ${ANSWER});`,
      ),
      '`PUT /x`',
      [["app.put('/x'", "app.options('/x', allow);\napp.put('/x'"]],
    ),
    unanswered(
      server(
        "app.put('/x', (req, res) => { res.set('Access-Control-Allow-Origin', «'*'»); res.json({}); });",
      ),
      '`PUT /x`',
    ),
    // Headers and bodies that browsers ask about.
    unanswered(server(`app.get('/x', «cors()», ${SECRET});`), '`GET /x` with `Authorization` (line 4)', [
      ["app.get('/x'", "app.options('/x', cors());\napp.get('/x'"],
    ]),
    unanswered(
      server(
        `function secret(req, res, next) {\n  if (req.headers.authorization !== KEY) return res.sendStatus(401);\n  next();\n}\napp.post('/x', «cors()», secret, ${ANSWER});`,
      ),
      '`POST /x` with `Authorization` (line 5)',
      [["app.post('/x'", "app.options('/x', cors());\napp.post('/x'"]],
    ),
    unanswered(
      server(`app.get('/x', «cors()», (req, res) => res.json(req.headers['x-api-key']));`),
      '`GET /x` with `X-Api-Key` (line 4)',
      [["app.get('/x'", "app.options('/x', cors());\napp.get('/x'"]],
    ),
    unanswered(
      server(`app.use(express.json());\napp.post('/x', «cors()», ${JSON_BODY});`),
      '`POST /x` with a JSON body (line 5)',
      [["app.post('/x'", "app.options('/x', cors());\napp.post('/x'"]],
    ),
    unanswered(
      server(`app.post('/x', «cors()», express.json({ limit: '1mb' }), ({ body }, res) => res.json(body));`),
      '`POST /x` with a JSON body (line 4)',
      [["app.post('/x'", "app.options('/x', cors());\napp.post('/x'"]],
    ),
    unanswered(
      esm(
        `import { json } from 'express';\napp.use(json());\napp.post('/x', «cors()», async (req, res) => { const { body } = req; res.json(body); });`,
      ),
      '`POST /x` with a JSON body (line 6)',
      [["app.post('/x'", "app.options('/x', cors());\napp.post('/x'"]],
    ),
    unanswered(
      esm(
        `import type { Request, Response } from 'express';\nconst options: cors.CorsOptions = ${LIST};\napp.delete('/x/:id', «cors(options)», (_req: Request, res: Response) => { res.sendStatus(204); });\nexport default app;`,
      ),
      '`DELETE /x/:id`',
      [["app.delete('/x/:id'", "app.options('/x/:id', cors(options));\napp.delete('/x/:id'"]],
      { typescript: true },
    ),
    unanswered(
      `import cors from 'cors';\nimport express, { type Express } from 'express';\nexport class Server {\n  private readonly app: Express = express();\n  start(): void {\n    this.app.put('/x', «cors()», ${ANSWER});\n    this.app.listen(3000);\n  }\n}`,
      '`PUT /x`',
      undefined,
      { typescript: true },
    ),
  ],
});
