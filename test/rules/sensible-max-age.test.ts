import rule from '../../rules/sensible-max-age.ts';
import { esm, server, testRule, type InvalidCase, type Output } from './tester.ts';

const add = (output: Output) => ({ messageId: 'addMaxAge' as const, output });

/** No `maxAge` where the mark stands. Without an output there is no suggestion. */
const missing = (code: string, output?: Output): InvalidCase => ({
  code,
  errors: [{ messageId: 'max-age-missing', ...(output !== undefined && { suggestions: [add(output)] }) }],
});

const tooLong = (value: string, given: string): InvalidCase => ({
  code: server(`app.use(cors({ origin: 'https://a.example', «maxAge: ${value}» }));`),
  errors: [
    {
      messageId: 'max-age-too-long',
      data: { given },
      suggestions: [
        {
          messageId: 'longestMaxAge',
          output: server("app.use(cors({ origin: 'https://a.example', maxAge: 86400 }));"),
        },
      ],
    },
  ],
});

testRule('sensible-max-age', rule, {
  valid: [
    ...['1', '600', '7200', '86400', "'600'", '24 * 60 * 60'].map((value) =>
      server(`app.use(cors({ origin: 'https://a.example', maxAge: ${value} }));`),
    ),
    // Never to keep it is a decision.
    server("app.use(cors({ origin: 'https://a.example', maxAge: 0 }));"),
    server("app.use(cors({ origin: 'https://a.example', maxAge: -1 }));"),
    // `valid-cors-options` speaks.
    server("app.use(cors({ origin: 'https://a.example', maxAge: '1h' }));"),
    server("app.use(cors({ origin: 'https://a.example', maxAge: '' }));"),
    server("app.use(cors({ origin: 'https://a.example', maxAge: 86400000 }));"),
    server("app.use(cors({ origin: 'https://a.example', maxage: 600 }));"),
    // CORS is off.
    ...['false', 'undefined', 'null', "''"].map((value) =>
      server(`app.use(cors({ origin: ${value}, maxAge: 100000 }), cors({ origin: ${value} }));`),
    ),
    // It is not known.
    server('app.use(cors(options));'),
    server("app.use(cors({ ...options, origin: 'https://a.example' }));"),
    server('app.use(cors({ maxAge: process.env.MAX_AGE }));'),
    server('app.use(cors({ maxAge: Number(process.env.MAX_AGE) || 100000 }));'),
    server('app.use(cors(delegate));'),
    server('app.use(cors(enabled ? { maxAge: 600 } : {}));'),
    server('const options = {};\noptions.maxAge = 600;\napp.use(cors(options));'),
    server('const base = { maxAge: 600 };\napp.use(cors({ ...base, methods: ["GET"] }));'),
    // No preflight comes here.
    server("app.get('/x', cors(), (req, res) => res.json({}));"),
    server("const open = cors();\napp.get('/x', open, show);\napp.post('/x', open, take);"),
    server('cors;'),
  ],
  invalid: [
    missing(server('app.use(«cors()»);'), [['cors()', 'cors({ maxAge: 7200 })']]),
    missing(server('app.use(cors(«{}»));'), [['{}', '{ maxAge: 7200 }']]),
    missing(server("app.use(cors(«{ origin: 'https://a.example' }»));"), [
      ["{ origin: 'https", "{ maxAge: 7200, origin: 'https"],
    ]),
    missing(server("app.use(cors(«{ origin: ['https://a.example', 'https://b.example'] }»));"), [
      ['{ origin:', '{ maxAge: 7200, origin:'],
    ]),
    missing(
      esm("const options = «{\n  // Ours\n  origin: 'https://a.example',\n}»;\napp.use(cors(options));"),
      [['  origin:', '  maxAge: 7200, origin:']],
    ),
    missing(
      server(
        "const origins = (process.env.ORIGINS ?? '').split(',');\napp.use(cors(«{ origin: origins }»));",
      ),
      [['{ origin: origins', '{ maxAge: 7200, origin: origins']],
    ),
    {
      name: 'one object, twice used, is one finding',
      ...missing(
        server(
          "const options = «{ origin: 'https://a.example' }»;\napp.use('/a', cors(options));\napp.use('/b', cors(options));",
        ),
        [['{ origin:', '{ maxAge: 7200, origin:']],
      ),
    },
    missing(server("const base = { origin: 'https://a.example' };\napp.use(cors(«{ ...base }»));"), [
      ['{ ...base', '{ maxAge: 7200, ...base'],
    ]),
    {
      name: 'written as undefined',
      ...missing(server("app.use(cors({ origin: 'https://a.example', «maxAge: undefined» }));"), [
        ['maxAge: undefined', 'maxAge: 7200'],
      ]),
    },
    missing(server("app.use(cors({ origin: 'https://a.example', «maxAge: null» }));"), [
      ['maxAge: null', 'maxAge: 7200'],
    ]),
    {
      name: 'two objects: neither is the one',
      ...missing(
        server(
          "app.use(«cors(enabled ? { origin: 'https://a.example' } : { origin: 'https://b.example' })»);",
        ),
      ),
    },
    {
      name: 'a comment in an empty object stays',
      ...missing(server('app.use(cors(«{ /* none */ }»));')),
    },
    {
      name: 'for a preflight alone',
      ...missing(server("app.options('/x', cors(«{ origin: 'https://a.example' }»));"), [
        ['{ origin:', '{ maxAge: 7200, origin:'],
      ]),
    },
    {
      name: 'for a route and its preflight',
      ...missing(
        server(
          "const open = «cors()»;\napp.options('/x', open);\napp.put('/x', open, (req, res) => res.end());",
        ),
        [['cors();', 'cors({ maxAge: 7200 });']],
      ),
    },
    {
      name: 'where preflights fail for another reason',
      ...missing(server("app.use(cors(«{ origin: 'https://a.example', methods: undefined }»));"), [
        ['{ origin:', '{ maxAge: 7200, origin:'],
      ]),
    },
    {
      name: 'options that are no object have none',
      code: server("app.use(cors(«'https://a.example'»));"),
      errors: [{ messageId: 'max-age-missing' }],
    },
    tooLong('86401', '86401'),
    tooLong('31536000', '31536000'),
    tooLong('365 * 24 * 60 * 60', '31536000'),
    tooLong("'604801'", '604801'),
    {
      name: 'a constant that something else may use is not touched',
      code: server(
        'const YEAR = 31536000;\nconst options = {};\n«options.maxAge» = YEAR;\napp.use(cors(options));',
      ),
      errors: [
        {
          messageId: 'max-age-too-long',
          data: { given: '31536000' },
          suggestions: [
            { messageId: 'longestMaxAge', output: [['options.maxAge = YEAR', 'options.maxAge = 86400']] },
          ],
        },
      ],
    },
    {
      code: server('const maxAge = 31536000;\napp.use(cors({ «maxAge» }));'),
      errors: [
        {
          messageId: 'max-age-too-long',
          suggestions: [{ messageId: 'longestMaxAge', output: [['{ maxAge }', '{ maxAge: 86400 }']] }],
        },
      ],
    },
  ],
});
