import rule from '../../rules/no-stacked-cors.ts';
import { esm, server, testRule, type Expected } from './tester.ts';

const STRANGER = 'https://stranger.example';
const LIST = "{ origin: ['https://app.acme.com'] }";
const WITH_COOKIES = "{ origin: ['https://app.acme.com'], credentials: true }";
const ANSWER = '(req, res) => res.json({})';

const nothingBack = (line: number, witness = STRANGER): Expected => ({
  messageId: 'takes-nothing-back',
  data: { line: String(line), witness },
});
const first = (line: number, because = 'DELETE', witness = STRANGER): Expected => ({
  messageId: 'preflight-first',
  data: { line: String(line), witness, because },
});
const refused = (line: number, witness: string, because: string): Expected => ({
  messageId: 'preflight-refused-first',
  data: { line: String(line), witness, because },
});

testRule('no-stacked-cors', rule, {
  valid: [
    // One policy.
    server('app.use(cors());'),
    server(`app.use(cors(${LIST}));`),
    // The same twice.
    server(`const options = ${WITH_COOKIES};\napp.use(cors(options));\napp.options('*', cors(options));`),
    server(`const options = ${LIST};\napp.options('*', cors(options));\napp.use(cors(options));`),
    server(`const middleware = cors(${LIST});\napp.options('*', middleware);\napp.use(middleware);`),
    server(`app.use(cors());\napp.get('/x', cors(), ${ANSWER});`),
    server(`app.use(cors(${LIST}));\napp.delete('/x', cors(${LIST}), ${ANSWER});`),
    // Equal answers.
    server(
      "app.use(cors());\napp.use((req, res, next) => {\n  res.header('Access-Control-Allow-Origin', '*');\n  res.header('Access-Control-Allow-Headers', 'Origin, X-Requested-With, Content-Type, Accept');\n  next();\n});",
    ),
    // The second comes too late for preflights, and says no more than the first.
    server(`app.use(cors(${LIST}));\napp.options('*', cors());`),
    // Exceptions that come first.
    server(
      `app.options('/public', cors());\napp.get('/public', cors(), ${ANSWER});\napp.use(cors(${WITH_COOKIES}));\napp.get('/private', ${ANSWER});`,
    ),
    server(`app.use('/public', cors(), require('./public'));\napp.use(cors(${LIST}));`),
    server(`app.use('/public', cors());\napp.use('/private', cors(${LIST}));`),
    server(`app.use('/api', cors(${LIST}), require('./api'));\napp.use(cors());`),
    // Exceptions for reads: nobody asks first.
    server(`app.use(cors(${LIST}));\napp.get('/feed', cors(), ${ANSWER});`),
    server(`app.use(cors(${LIST}));\napp.use('/feed', cors());\napp.get('/feed/news', ${ANSWER});`),
    server(
      `app.use(cors(${LIST}));\napp.get('/feed', (req, res) => {\n  res.set('Access-Control-Allow-Origin', '*');\n  res.json([]);\n});`,
    ),
    server(
      `app.use(cors());\napp.get('/me', (req, res) => {\n  res.set('Access-Control-Allow-Origin', 'https://app.acme.com');\n  res.json({});\n});`,
    ),
    // Other methods, other branches.
    server(`app.get('/x', cors(), ${ANSWER});\napp.delete('/x', cors(${LIST}), ${ANSWER});`),
    server(
      `const config = require('./config');\nif (config.open) app.use(cors());\nelse app.use(cors(${LIST}));`,
    ),
    server(
      `if (process.env.NODE_ENV === 'production') app.use(cors(${LIST}));\nelse app.use(cors());\napp.get('/x', ${ANSWER});`,
    ),
    server(`const config = require('./config');\nif (config.open) app.use(cors());\napp.use(cors(${LIST}));`),
    server(`const config = require('./config');\napp.use(cors(${LIST}));\nif (config.open) app.use(cors());`),
    // The second one refuses with an answer of its own, so the handler does not run.
    server(
      "const allowed = ['https://app.acme.com'];\napp.use(cors());\napp.use('/admin', (req, res, next) => {\n  const { origin } = req.headers;\n  if (!allowed.includes(origin)) return res.status(403).end();\n  res.vary('Origin');\n  res.set('Access-Control-Allow-Origin', origin);\n  next();\n});",
    ),
    server(
      "const allowed = ['https://app.acme.com'];\napp.use(cors());\napp.use('/admin', cors({ origin: (origin, callback) => (allowed.includes(origin) ? callback(null, true) : callback(new Error('Not allowed'))) }));",
    ),
    // Headers beside a policy.
    server(
      `app.use((req, res, next) => {\n  res.header('Access-Control-Allow-Credentials', 'true');\n  next();\n});\napp.use(cors(${LIST}));`,
    ),
    server(
      `app.use(cors(${LIST}));\napp.use((req, res, next) => {\n  res.header('Access-Control-Allow-Headers', 'X-Request-Id');\n  next();\n});`,
    ),
    // What is not known.
    server(
      "const { allowed } = require('./config');\napp.use(cors());\napp.use('/admin', cors({ origin: allowed }));",
    ),
    server("app.use(require('./cors'));\napp.use(cors());"),
    server(`app.use(cors(require('./options')));\napp.use('/admin', cors(${LIST}));`),
    // What `no-reflected-origin` and `no-wildcard-credentials` say.
    server(`app.use(cors({ origin: true, credentials: true }));\napp.use('/admin', cors(${LIST}));`),
    server(
      `app.use(cors(${WITH_COOKIES}));\napp.use((req, res, next) => {\n  res.header('Access-Control-Allow-Origin', '*');\n  next();\n});`,
    ),
  ],
  invalid: [
    // A stricter one behind a laxer one.
    {
      code: server(`app.use(cors());\napp.use('/admin', «cors(${LIST})»);`),
      errors: [nothingBack(4)],
    },
    {
      code: server(`app.use(cors());\napp.get('/admin', «cors(${WITH_COOKIES})», ${ANSWER});`),
      errors: [nothingBack(4)],
    },
    {
      code: esm(
        `import { admin } from './admin.js';\napp.use(cors());\napp.use('/admin', «cors({ origin: (process.env.ADMIN_ORIGINS ?? '').split(',') })», admin);`,
      ),
      errors: [nothingBack(5)],
    },
    {
      code: server(
        "const allowed = ['https://app.acme.com'];\napp.use(cors());\napp.use('/admin', «cors({ origin: (origin, callback) => callback(null, allowed.includes(origin)) })»);",
      ),
      errors: [nothingBack(5)],
    },
    {
      code: server(
        `const router = express.Router();\nrouter.use(«cors(${LIST})»);\nrouter.get('/x', ${ANSWER});\napp.use(cors());\napp.use('/admin', router);`,
      ),
      errors: [nothingBack(7)],
    },
    {
      name: 'the rest of the routes',
      code: server(
        `app.use(cors());\napp.get('/public', ${ANSWER});\napp.use(«cors(${LIST})»);\napp.get('/private', ${ANSWER});`,
      ),
      errors: [nothingBack(4)],
    },
    {
      name: 'one policy on many routes',
      code: server(
        `const open = cors();\nconst strict = cors(${LIST});\napp.use(open);\napp.get('/a', «strict», ${ANSWER});\napp.get('/b', strict, ${ANSWER});`,
      ),
      errors: [nothingBack(6)],
    },
    {
      name: 'headers by hand, then a list',
      code: server(
        `app.use((req, res, next) => {\n  res.header('Access-Control-Allow-Origin', '*');\n  res.header('Access-Control-Allow-Methods', 'GET, DELETE');\n  if (req.method === 'OPTIONS') return res.sendStatus(204);\n  next();\n});\napp.use(«cors(${LIST})»);`,
      ),
      errors: [nothingBack(5)],
    },
    {
      name: 'a set-up function',
      code: `import cors from 'cors';\nexport function setUp(app) {\n  app.use(cors());\n  app.use('/admin', «cors(${LIST})»);\n}`,
      errors: [nothingBack(3)],
    },
    {
      name: 'an exception for one of the listed origins',
      code: server(
        "app.use(cors({ origin: ['https://app.acme.com', 'https://admin.acme.com'] }));\napp.use('/admin', «cors({ origin: ['https://admin.acme.com'] })»);",
      ),
      errors: [nothingBack(4, 'https://app.acme.com')],
    },
    // It takes back the answer, and not the request.
    {
      code: server("app.use(cors());\napp.use('/admin', «cors({ origin: 'https://admin.acme.com' })»);"),
      errors: [first(4)],
    },
    {
      code: server(
        `app.use(cors());\napp.put('/admin', «cors({ origin: 'https://admin.acme.com' })», ${ANSWER});`,
      ),
      errors: [first(4, 'PUT')],
    },
    {
      code: server(
        "app.use(cors());\napp.use((req, res, next) => {\n  res.setHeader('Access-Control-Allow-Origin', «'https://app.acme.com'»);\n  next();\n});",
      ),
      errors: [first(4)],
    },
    {
      name: 'a function that is written elsewhere',
      code: server(
        "function allowApp(req, res, next) {\n  res.setHeader('Access-Control-Allow-Origin', 'https://app.acme.com');\n  next();\n}\napp.use(cors());\napp.use(«allowApp»);",
      ),
      errors: [first(8)],
    },
    // Laxer for preflights alone.
    {
      code: server(`app.options(/.*/, «cors()»);\napp.use(cors(${LIST}));`),
      errors: [
        {
          messageId: 'strangers-preflight',
          data: { line: '5', witness: STRANGER, because: 'DELETE' },
          suggestions: [
            { messageId: 'removeMount', data: { line: '5' }, output: server(`app.use(cors(${LIST}));`) },
          ],
        },
      ],
    },
    {
      name: 'with a comment above',
      code: server(`// Preflights.\napp.options(/.*/, «cors()»);\napp.use(cors(${WITH_COOKIES}));`),
      errors: [
        {
          messageId: 'strangers-preflight',
          suggestions: [
            {
              messageId: 'removeMount',
              data: { line: '6' },
              output: server(`// Preflights.\napp.use(cors(${WITH_COOKIES}));`),
            },
          ],
        },
      ],
    },
    {
      name: 'nothing else would answer preflights of that path',
      code: server(`app.options('/x', «cors()»);\napp.post('/x', cors(${LIST}), ${ANSWER});`),
      errors: [{ messageId: 'strangers-preflight', data: { line: '5', witness: STRANGER, because: 'POST' } }],
    },
    // A laxer one for the same requests.
    {
      code: server(`app.use(cors(${LIST}));\napp.use(«cors()»);`),
      errors: [
        {
          messageId: 'everybody-after-list',
          data: { line: '4', witness: STRANGER },
          suggestions: [
            { messageId: 'removeMount', data: { line: '4' }, output: server(`app.use(cors(${LIST}));\n`) },
          ],
        },
      ],
    },
    {
      code: server(
        `app.use(cors(${LIST}));\napp.use((req, res, next) => {\n  res.header('Access-Control-Allow-Origin', «'*'»);\n  next();\n});`,
      ),
      errors: [{ messageId: 'everybody-after-list', data: { line: '4', witness: STRANGER } }],
    },
    {
      name: 'both on one route',
      code: server(`app.get('/x', cors(${LIST}), «cors()», ${ANSWER});`),
      errors: [{ messageId: 'everybody-after-list' }],
    },
    // The first answers preflights.
    {
      code: server(
        "app.use(cors({ origin: ['https://a.acme.com'] }));\napp.use(«cors({ origin: ['https://b.acme.com'] })»);",
      ),
      errors: [refused(4, 'https://b.acme.com', 'refuses it')],
    },
    {
      code: server(`app.use(cors(${LIST}));\napp.put('/me', «cors(${WITH_COOKIES})», ${ANSWER});`),
      errors: [refused(4, 'https://app.acme.com', 'does not allow credentials')],
    },
    {
      code: server(
        `app.use(cors({ ...${LIST}, methods: ['GET'] }));\napp.delete('/x', «cors({ ...${LIST}, methods: ['DELETE'] })», ${ANSWER});`,
      ),
      errors: [refused(4, 'https://app.acme.com', 'does not allow `DELETE`')],
    },
    {
      code: server(`app.use(cors(${LIST}));\napp.delete('/votes', «cors()», ${ANSWER});`),
      errors: [refused(4, STRANGER, 'refuses it')],
    },
    {
      code: server(
        `app.use(cors(${LIST}));\napp.use('/votes', «cors()»);\napp.delete('/votes/:id', ${ANSWER});`,
      ),
      errors: [refused(4, STRANGER, 'refuses it')],
    },
    // One header, two writers.
    {
      code: server(
        "app.use(cors({ origin: 'https://a.acme.com' }));\napp.use((req, res, next) => {\n  res.setHeader('Access-Control-Allow-Origin', «'https://b.acme.com'»);\n  next();\n});",
      ),
      errors: [{ messageId: 'overruled-origin', data: { line: '4', witness: 'https://a.acme.com' } }],
    },
    {
      code: server(
        "app.use(cors({ origin: 'https://a.acme.com' }));\napp.use((req, res, next) => {\n  res.append('Access-Control-Allow-Origin', «'https://a.acme.com'»);\n  next();\n});",
      ),
      errors: [{ messageId: 'doubled-origin', data: { line: '4', witness: 'https://a.acme.com' } }],
    },
  ],
});
