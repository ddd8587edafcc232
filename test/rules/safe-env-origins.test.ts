import rule from '../../rules/safe-env-origins.ts';
import {
  esm,
  FROM_ENVIRONMENT,
  server,
  testRule,
  type Case,
  type InvalidCase,
  type Output,
  type Suggestion,
} from './tester.ts';

/** As in `strict`. */
const strict = [{ checkSwitchedOff: true, checkLoopbackFallback: true }] as const;

const use = (options: string): string => server(`app.use(cors(${options}));`);
const idiom = (variable: string): string => FROM_ENVIRONMENT.replace('ALLOWED_ORIGINS', variable);

const list = (variable: string, output: Output): Suggestion => ({
  messageId: 'listVariable',
  data: { variable },
  output,
});
const refuse = (written: string, output: Output): Suggestion => ({
  messageId: 'refuseWhileMissing',
  data: { written },
  output,
});

/** Everybody is let in while it is missing. */
const opens = (
  code: string,
  suggestions: readonly Suggestion[] = [],
  messageId: 'env-opens' | 'env-opens-credentials' | 'env-wildcard-credentials' = 'env-opens',
  missing = '`ORIGIN` is not set',
): InvalidCase => ({
  code,
  errors: [
    {
      messageId,
      data: {
        missing,
        ...(messageId !== 'env-wildcard-credentials' && { witness: 'https://stranger.example' }),
      },
      ...(suggestions.length > 0 && { suggestions }),
    },
  ],
});

const off = (
  code: string,
  effect: string,
  suggestions: readonly Suggestion[] = [],
  are = '`ORIGIN` is',
): InvalidCase => ({
  code,
  options: strict,
  errors: [
    {
      messageId: 'env-off',
      data: { missing: `${are} not set`, effect },
      ...(suggestions.length > 0 && { suggestions }),
    },
  ],
});

const OFF =
  '`cors` takes `origin: undefined` for off: no other website can read these answers, and nothing says why';

const strictly = (code: string): Case => ({ code, options: strict });

testRule('safe-env-origins', rule, {
  valid: [
    // Only strict teams want to know.
    use('{ origin: process.env.ORIGIN }'),
    use("{ origin: process.env.ORIGIN || 'http://localhost:3000' }"),
    // The idiom, wherever it stands.
    strictly(use(`{ origin: ${FROM_ENVIRONMENT}, credentials: true }`)),
    strictly(
      server(`const allowed = ${FROM_ENVIRONMENT};\napp.use(cors({ origin: allowed, credentials: true }));`),
    ),
    strictly(
      server(
        `const allowed = ${FROM_ENVIRONMENT};\napp.use(cors({ origin: (origin, callback) => callback(null, allowed.includes(origin)) }));`,
      ),
    ),
    strictly(
      server(
        `const allowed = new Set(${FROM_ENVIRONMENT});\napp.use((req, res, next) => {\n  const { origin } = req.headers;\n  if (allowed.has(origin)) {\n    res.setHeader('Access-Control-Allow-Origin', origin);\n    res.vary('Origin');\n  }\n  next();\n});`,
      ),
    ),
    // Whoever wrote these says what happens then.
    strictly(use('{ origin: process.env.ORIGIN ?? false }')),
    strictly(use('{ origin: process.env.ORIGIN || false }')),
    strictly(use("{ origin: process.env.ORIGIN || 'https://app.example' }")),
    strictly(use("{ origin: process.env.ORIGINS?.split(',') ?? [] }")),
    strictly(use("{ origin: ['https://app.example', process.env.PREVIEW_ORIGIN].filter(Boolean) }")),
    strictly(use("{ origin: ['https://app.example', process.env.PREVIEW_ORIGIN] }")),
    // It does not start then, and nobody is let in.
    strictly(
      server(
        "if (!process.env.ORIGIN) throw new Error('ORIGIN is missing');\napp.use(cors({ origin: process.env.ORIGIN || '*' }));",
      ),
    ),
    strictly(
      server(
        "if (!process.env.ORIGIN) {\n  console.error('ORIGIN is missing');\n  process.exit(1);\n}\napp.use(cors({ origin: process.env.ORIGIN }));",
      ),
    ),
    strictly(server("app.use(cors({ origin: process.env.ORIGINS.split(',') }));")),
    // A switch: what it holds says nothing about origins.
    strictly(use("{ origin: process.env.STRICT === 'true' ? ['https://app.example'] : '*' }")),
    strictly(use("{ origin: process.env.LOCK_DOWN ? 'https://app.example' : '*' }")),
    strictly(server("if (process.env.OPEN_API !== 'no') app.use(cors({ origin: '*' }));")),
    // Production sets it: a branch for development only.
    strictly(use("{ origin: process.env.NODE_ENV === 'production' ? 'https://app.example' : '*' }")),
    // Everybody is let in anyway, which other rules speak of.
    strictly(use("{ origin: '*', maxAge: Number(process.env.MAX_AGE) }")),
    strictly(use('{ origin: true, credentials: process.env.COOKIES }')),
    strictly(server('app.use(cors());\napp.listen(process.env.PORT || 3000);')),
    // It is not known.
    strictly(use("{ origin: read(process.env.ORIGIN) || '*' }")),
    strictly(use('options')),
    strictly(
      server("const { origin } = loadConfig(process.env);\napp.use(cors({ origin: origin || '*' }));"),
    ),
    {
      name: 'a variable that the settings give is set',
      code: use("{ origin: process.env.ORIGIN || '*' }"),
      options: strict,
      settings: { env: { ORIGIN: 'https://app.example' } },
    },
    {
      name: 'all of several are given',
      code: use("{ origin: process.env.A || process.env.B || '*' }"),
      options: strict,
      settings: { env: { B: 'https://app.example' } },
    },
    // A list that is split somehow; one that nobody calls a list.
    ...[
      "split(',')",
      "split(' ')",
      "split(';')",
      "split(', ')",
      "split('|')",
      'split(/[\\s,]+/)',
      "split('\\n')",
    ].map((split) => strictly(use(`{ origin: process.env.ALLOWED_ORIGINS.${split} }`))),
    strictly(use('{ origin: JSON.parse(process.env.ALLOWED_ORIGINS) }')),
    use('{ origin: process.env.CLIENT_ORIGIN }'),
    // A substring of it is enough here, which is another mistake.
    use('{ origin: (origin, callback) => callback(null, process.env.ALLOWED_ORIGINS?.includes(origin)) }'),
    // Loaded in time.
    server("require('dotenv').config();\nconst origin = process.env.ORIGIN;\napp.use(cors({ origin }));"),
    esm("import 'dotenv/config';\nconst origin = process.env.ORIGIN;\napp.use(cors({ origin }));"),
    esm(
      "import dotenv from 'dotenv';\ndotenv.config();\nconst origin = process.env.ORIGIN;\napp.use(cors({ origin }));",
    ),
    // Read at each request, long after.
    server(
      "app.use(cors({ origin: (origin, callback) => callback(null, origin === process.env.ORIGIN) }));\nrequire('dotenv').config();",
    ),
    // Production does not load it.
    server(
      "const origin = process.env.ORIGIN;\nif (process.env.NODE_ENV !== 'production') require('dotenv').config();\napp.use(cors({ origin }));",
    ),
    // Perhaps it does not.
    server(
      "const origin = process.env.ORIGIN;\nif (process.argv[2]) require('dotenv').config();\napp.use(cors({ origin }));",
    ),
    // What was read has nothing to do with it.
    server(
      "const port = process.env.PORT;\nrequire('dotenv').config();\napp.use(cors({ origin: process.env.ORIGIN }));\napp.listen(port);",
    ),
  ],
  invalid: [
    opens(use("{ origin: process.env.ORIGIN || «'*'» }"), [
      list('ORIGIN', use(`{ origin: ${idiom('ORIGIN')} }`)),
      refuse('false', use('{ origin: process.env.ORIGIN || false }')),
    ]),
    opens(
      use("{ origin: process.env.ORIGIN || «'*'», credentials: true }"),
      [
        list('ORIGIN', use(`{ origin: ${idiom('ORIGIN')}, credentials: true }`)),
        refuse('false', use('{ origin: process.env.ORIGIN || false, credentials: true }')),
      ],
      'env-wildcard-credentials',
    ),
    opens(
      use("{ origin: process.env['ORIGIN'] ?? «true», credentials: true }"),
      [
        list('ORIGIN', use(`{ origin: ${idiom('ORIGIN')}, credentials: true }`)),
        refuse('false', use("{ origin: process.env['ORIGIN'] ?? false, credentials: true }")),
      ],
      'env-opens-credentials',
    ),
    opens(
      use("{ origin: process.env.ORIGIN?.split(',') ?? «true», credentials: true }"),
      [refuse('[]', use("{ origin: process.env.ORIGIN?.split(',') ?? [], credentials: true }"))],
      'env-opens-credentials',
    ),
    // Nobody reads a list out of an expression.
    opens(
      use("{ origin: «new RegExp(process.env.ORIGIN || '')», credentials: true }"),
      [],
      'env-opens-credentials',
    ),
    opens(esm("const origin = process.env.ORIGIN || «'*'»;\napp.use(cors({ origin }));"), [
      list('ORIGIN', [["process.env.ORIGIN || '*'", idiom('ORIGIN')]]),
      refuse('false', [["'*'", 'false']]),
    ]),
    {
      ...opens(esm("const origin = (process.env.ORIGIN as string) || «'*'»;\napp.use(cors({ origin }));"), [
        refuse('false', [["'*'", 'false']]),
      ]),
      typescript: true,
    },
    // Another piece of the code wants to know what it is.
    opens(
      esm(
        "const origin = process.env.ORIGIN || «'*'»;\napp.use(cors({ origin }));\nconsole.log(origin.length);",
      ),
    ),
    opens(esm("export const origin = process.env.ORIGIN || «'*'»;\napp.use(cors({ origin }));")),
    opens(esm("const { ORIGIN = «'*'» } = process.env;\napp.use(cors({ origin: ORIGIN }));")),
    opens(server('app.use(cors(«process.env.ORIGIN ? { origin: process.env.ORIGIN } : undefined»));')),
    opens(
      use("{ origin: process.env.A || process.env.B || «'*'» }"),
      [refuse('false', [["'*'", 'false']])],
      'env-opens',
      '`A` and `B` are not set',
    ),
    opens(
      server(
        "const all = [process.env.A, process.env.B].filter(Boolean);\napp.use(cors({ origin: all.length > 0 ? all : «'*'» }));",
      ),
      [refuse('false', [["'*'", 'false']])],
      'env-opens',
      '`A` and `B` are not set',
    ),
    // An empty list opens it.
    opens(
      server(
        `const allowed = ${FROM_ENVIRONMENT};\napp.use(cors({ origin: allowed.length ? allowed : «true», credentials: true }));`,
      ),
      [refuse('false', [[': true, cred', ': false, cred']])],
      'env-opens-credentials',
      '`ALLOWED_ORIGINS` is not set',
    ),
    opens(
      server(
        `const allowed = ${FROM_ENVIRONMENT};\napp.use(cors({\n  origin(origin, callback) {\n    if (allowed.length === 0 || allowed.includes(origin)) callback(null, «true»);\n    else callback(null, false);\n  },\n  credentials: true,\n}));`,
      ),
      [],
      'env-opens-credentials',
      '`ALLOWED_ORIGINS` is not set',
    ),
    opens(
      server(
        "function options() {\n  const list = (process.env.ORIGINS || '').split(',').filter(Boolean);\n  if (list.length === 0) return { origin: «true», credentials: true };\n  return { origin: (origin, callback) => callback(null, list.includes(origin)), credentials: true };\n}\napp.use(cors(options()));",
      ),
      [],
      'env-opens-credentials',
      '`ORIGINS` is not set',
    ),
    opens(
      server(
        "app.use(cors({ origin: (origin, callback) => callback(null, «!process.env.DOMAIN || origin?.endsWith('.' + process.env.DOMAIN)») }));",
      ),
      [],
      'env-opens',
      '`DOMAIN` is not set',
    ),
    // By hand.
    opens(
      "module.exports = (req, res, next) => {\n  res.header('Access-Control-Allow-Origin', process.env.ORIGIN || «'*'»);\n  next();\n};",
    ),
    opens(
      "const http = require('node:http');\nhttp.createServer((req, res) => {\n  res.writeHead(200, { 'Access-Control-Allow-Origin': process.env.ORIGIN ?? «'*'» });\n  res.end();\n});",
    ),
    {
      name: 'the settings give one of two',
      ...opens(use("{ origin: process.env.ORIGIN || «'*'», maxAge: process.env.MAX_AGE }"), [
        list('ORIGIN', [["process.env.ORIGIN || '*'", idiom('ORIGIN')]]),
        refuse('false', [["'*'", 'false']]),
      ]),
      settings: { env: { MAX_AGE: '7200' } },
    },

    // A list that is not split.
    {
      code: use('{ origin: «process.env.ALLOWED_ORIGINS» }'),
      errors: [
        {
          messageId: 'env-not-split',
          data: { names: '`ALLOWED_ORIGINS`', effect: 'is sent as it stands, commas and all' },
          suggestions: [list('ALLOWED_ORIGINS', use(`{ origin: ${FROM_ENVIRONMENT} }`))],
        },
      ],
    },
    {
      name: 'one report also where strict teams want to know that CORS is off',
      options: strict,
      code: use('{ origin: «process.env.corsWhitelist» }'),
      errors: [
        {
          messageId: 'env-not-split',
          suggestions: [list('corsWhitelist', use(`{ origin: ${idiom('corsWhitelist')} }`))],
        },
      ],
    },
    {
      typescript: true,
      code: esm('app.use(cors({ origin: «process.env.CORS_ORIGINS» as string, credentials: true }));'),
      errors: [
        {
          messageId: 'env-not-split',
          suggestions: [
            list('CORS_ORIGINS', [['process.env.CORS_ORIGINS as string', idiom('CORS_ORIGINS')]]),
          ],
        },
      ],
    },
    {
      code: use("{ origin: ['https://app.example', «process.env.ALLOWED_ORIGINS»] }"),
      errors: [
        {
          messageId: 'env-not-split',
          data: { names: '`ALLOWED_ORIGINS`', effect: 'is compared with an origin as it stands' },
          suggestions: [
            list('ALLOWED_ORIGINS', use(`{ origin: ['https://app.example', ...${FROM_ENVIRONMENT}] }`)),
          ],
        },
      ],
    },
    {
      code: server(
        'const allowed = «process.env.ALLOWED_ORIGINS»;\napp.use(cors({ origin: (origin, callback) => callback(null, origin === allowed) }));',
      ),
      errors: [{ messageId: 'env-not-split' }],
    },

    // Read before it is there.
    {
      code: server(
        "const origin = «process.env.ORIGIN»;\n// From the file\nrequire('dotenv').config();\napp.use(cors({ origin }));",
      ),
      errors: [
        {
          messageId: 'env-before-dotenv',
          data: { names: '`ORIGIN`', line: '6', effect: 'no origin in it is let in' },
          suggestions: [
            {
              messageId: 'loadFirst',
              output: server(
                "// From the file\nrequire('dotenv').config();\nconst origin = process.env.ORIGIN;\napp.use(cors({ origin }));",
              ),
            },
          ],
        },
      ],
    },
    {
      name: 'every website is let in, and whoever mends it still lets them in where it is missing',
      code: esm(
        "import dotenv from 'dotenv';\nconst origin = «process.env.ORIGIN» || «'*'»;\ndotenv.config();\napp.use(cors({ origin }));",
      ),
      errors: [
        {
          messageId: 'env-before-dotenv',
          data: { names: '`ORIGIN`', line: '6', effect: 'every website is let in' },
          suggestions: [
            {
              messageId: 'loadFirst',
              output: esm(
                "import dotenv from 'dotenv';\ndotenv.config();\nconst origin = process.env.ORIGIN || '*';\napp.use(cors({ origin }));",
              ),
            },
          ],
        },
        {
          messageId: 'env-opens',
          suggestions: [
            list('ORIGIN', [["process.env.ORIGIN || '*'", idiom('ORIGIN')]]),
            refuse('false', [["'*'", 'false']]),
          ],
        },
      ],
    },
    {
      code: esm(
        "import { config } from 'dotenv';\nconst allowed = («process.env.ORIGINS» ?? '').split(',');\nconfig({ path: '.env' });\napp.use(cors({ origin: allowed, credentials: true }));",
      ),
      errors: [
        {
          messageId: 'env-before-dotenv',
          suggestions: [
            {
              messageId: 'loadFirst',
              output: esm(
                "import { config } from 'dotenv';\nconfig({ path: '.env' });\nconst allowed = (process.env.ORIGINS ?? '').split(',');\napp.use(cors({ origin: allowed, credentials: true }));",
              ),
            },
          ],
        },
      ],
    },

    // Strict: CORS is off, or worse.
    off(use('{ origin: «process.env.ORIGIN» }'), OFF, [
      list('ORIGIN', use(`{ origin: ${idiom('ORIGIN')} }`)),
      { messageId: 'saySwitchedOff', output: use('{ origin: process.env.ORIGIN ?? false }') },
    ]),
    off(
      esm("const origin = process.env.ORIGIN || «''»;\napp.use(cors({ origin, credentials: true }));"),
      OFF.replace('undefined', "''"),
      [list('ORIGIN', [["process.env.ORIGIN || ''", idiom('ORIGIN')]]), refuse('false', [["''", 'false']])],
    ),
    off(use("{ origin: process.env.NODE_ENV === 'production' ? «process.env.ORIGIN» : true }"), OFF, [
      list('ORIGIN', [['process.env.ORIGIN', idiom('ORIGIN')]]),
      { messageId: 'saySwitchedOff', output: [['process.env.ORIGIN', 'process.env.ORIGIN ?? false']] },
    ]),
    off(
      use('{ origin: process.env.ORIGIN || «process.env.FALLBACK» }'),
      OFF,
      [],
      '`ORIGIN` and `FALLBACK` are',
    ),
    off(
      "module.exports = (req, res, next) => {\n  res.set('Access-Control-Allow-Origin', «process.env.ORIGIN»);\n  next();\n};",
      'the header says `undefined`, which is no origin: no other website can read these answers',
    ),
    off(
      "module.exports = (req, res, next) => {\n  «res.setHeader('Access-Control-Allow-Origin', process.env.ORIGIN)»;\n  next();\n};",
      'every request ends in an exception',
    ),

    // Strict: the author's own machine.
    {
      code: use("{ origin: process.env.ORIGIN || «'http://localhost:3000'», credentials: true }"),
      options: strict,
      errors: [
        {
          messageId: 'env-loopback',
          data: { missing: '`ORIGIN` is not set', fallback: 'http://localhost:3000' },
          suggestions: [
            list('ORIGIN', use(`{ origin: ${idiom('ORIGIN')}, credentials: true }`)),
            refuse('false', use('{ origin: process.env.ORIGIN || false, credentials: true }')),
          ],
        },
      ],
    },
    {
      code: server(
        "const options = {\n  origin: process.env.ORIGINS?.split(',') || [«'http://localhost:3000'», 'http://localhost:5173'],\n};\napp.use(cors(options));",
      ),
      options: strict,
      errors: [
        {
          messageId: 'env-loopback',
          suggestions: [refuse('[]', [["['http://localhost:3000', 'http://localhost:5173']", '[]']])],
        },
      ],
    },
    {
      code: server(
        "const allowed = [process.env.ORIGIN || «'http://127.0.0.1:8080'», 'https://app.example'];\napp.use(cors({ origin: (origin, callback) => callback(null, allowed.includes(origin)) }));",
      ),
      options: strict,
      errors: [
        {
          messageId: 'env-loopback',
          data: { missing: '`ORIGIN` is not set', fallback: 'http://127.0.0.1:8080' },
          suggestions: [
            list('ORIGIN', [["process.env.ORIGIN || 'http://127.0.0.1:8080'", `...${idiom('ORIGIN')}`]]),
          ],
        },
      ],
    },
    {
      code: server(
        "const allowed = «(process.env.ORIGINS || 'http://localhost:3000').split(',')»;\napp.use(cors({ origin: allowed }));",
      ),
      options: strict,
      errors: [{ messageId: 'env-loopback' }],
    },
  ],
});
