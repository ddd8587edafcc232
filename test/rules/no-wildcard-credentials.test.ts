import rule from '../../rules/no-wildcard-credentials.ts';
import {
  esm,
  FROM_ENVIRONMENT,
  server,
  testRule,
  type Case,
  type InvalidCase,
  type Output,
} from './tester.ts';

const list = (output: Output) => ({ messageId: 'readFromEnvironment' as const, output });
const drop = (output: Output) => ({ messageId: 'dropCredentials' as const, output });
const makePublic = (output: Output) => ({ messageId: 'makePublic' as const, output });

/** `*` with credentials, each written once in the code. */
function wildcard(
  code: string,
  more: Omit<Case, 'code'> = {},
  origin = "origin: '*'",
  credentials = 'credentials: true',
): InvalidCase {
  return {
    code,
    ...more,
    errors: [
      {
        messageId: 'wildcard-credentials',
        data: {},
        suggestions: [
          list([[origin, origin.replace(/(['"`])\*\1/, () => FROM_ENVIRONMENT)]]),
          drop([[credentials, credentials.replace(/true|!0/, 'false')]]),
        ],
      },
    ],
  };
}

/** A middleware that another file mounts. */
const handler = (body: string): string => `module.exports = (req, res, next) => {\n  ${body}\n  next();\n};`;

/** Headers written by hand: the one that brings the credentials can go. */
function byHand(code: string, credentials: string): InvalidCase {
  return { code, errors: [{ messageId: 'wildcard-credentials', suggestions: [drop([[credentials, '']])] }] };
}

testRule('no-wildcard-credentials', rule, {
  valid: [
    server('app.use(cors());'),
    server("app.use(cors({ origin: '*' }));"),
    server("app.use(cors({ origin: '*', credentials: false }));"),
    server("app.use(cors({ origin: '*', methods: '*', allowedHeaders: '*', exposedHeaders: '*' }));"),
    server("app.use(cors({ origin: 'https://a.example', credentials: true }));"),
    server("app.use(cors({ origin: ['https://a.example'], credentials: true }));"),
    // Compared as text: nobody. Another rule says so.
    server("app.use(cors({ origin: ['*'], credentials: true }));"),
    // What is no `true` is ignored. Another rule says so.
    server("app.use(cors({ origin: '*', credentials: 'true' }));"),
    server("app.use(cors({ origin: '*', credentials: 1 }));"),
    // Everybody is let in by name, which works all too well.
    server('app.use(cors({ origin: true, credentials: true }));'),
    // CORS is off.
    server('app.use(cors({ origin: undefined, credentials: true }));'),
    server("app.use(cors({ origin: '', credentials: true }));"),
    server('app.use(cors({ origin: false, credentials: true }));'),
    // What cannot be known.
    server('app.use(cors({ origin, credentials: true }));'),
    server("app.use(cors({ origin: process.env.ORIGIN || '*', credentials: true }));"),
    server("app.use(cors({ origin: process.env.ORIGIN ?? '*', credentials: true }));"),
    server("app.use(cors({ origin: config.get('origin') ?? '*', credentials: true }));"),
    server("app.use(cors({ origin: '*', credentials: options.credentials }));"),
    server("app.use(cors({ origin: '*', credentials: process.env.WITH_COOKIES === 'yes' }));"),
    server("app.use(cors({ origin: '*', credentials: true, ...overrides }));"),
    server('app.use(cors({ ...overrides, credentials: true }));'),
    server("app.use(cors({ origin: isPublic ? '*' : 'https://a.example', credentials: !isPublic }));"),
    server(
      "const isPublic = config.public;\napp.use(cors({ origin: isPublic ? '*' : 'https://a.example', credentials: !isPublic }));",
    ),
    server(
      "const options = { origin: '*' };\nif (cookies) { options.origin = 'https://a.example'; options.credentials = true; }\napp.use(cors(options));",
    ),
    server('app.use(cors({ origin: (origin, callback) => callback(null, true), credentials: true }));'),
    server(
      "app.use(cors((req, callback) => callback(null, { origin: isPublic(req) ? '*' : 'https://a.example', credentials: !isPublic(req) })));",
    ),
    server("app.use(cors((req, callback) => callback(null, { origin: '*' })));"),
    // Headers written by hand.
    handler("res.set('Access-Control-Allow-Origin', '*');"),
    handler(
      "res.set('Access-Control-Allow-Origin', '*');\n  res.set('Access-Control-Allow-Credentials', 'false');",
    ),
    handler(
      "res.set('Access-Control-Allow-Origin', 'https://a.example');\n  res.set('Access-Control-Allow-Credentials', 'true');",
    ),
    handler(
      "if (req.path === '/public') res.set('Access-Control-Allow-Origin', '*');\n  else { res.set('Access-Control-Allow-Origin', 'https://a.example'); res.set('Access-Control-Allow-Credentials', 'true'); }",
    ),
    handler(
      "res.set('Access-Control-Allow-Origin', process.env.ORIGIN || '*');\n  res.set('Access-Control-Allow-Credentials', 'true');",
    ),
    handler(
      "res.set('Access-Control-Allow-Origin', '*');\n  res.set('Access-Control-Allow-Credentials', config.cookies);",
    ),
    handler(
      "res.set('Access-Control-Allow-Origin', '*');\n  res.set('Access-Control-Allow-Credentials', 'true');\n  res.removeHeader('Access-Control-Allow-Credentials');",
    ),
    server('app.use(cors({ get origin() { return pick(); }, credentials: true }));'),
    // Production takes another branch.
    server(
      "const local = process.env.NODE_ENV !== 'production';\napp.use(cors({ origin: local ? '*' : ['https://a.example'], credentials: true }));",
    ),
    server(
      "app.use(cors({ origin: process.env.NODE_ENV === 'production' ? 'https://a.example' : '*', credentials: true }));",
    ),
    server("if (process.env.NODE_ENV === 'test') app.use(cors({ origin: '*', credentials: true }));"),
    // `methods` and `allowedHeaders` without the star on its own.
    server("app.use(cors({ origin: 'https://a.example', credentials: true, methods: ['GET', 'PUT'] }));"),
    server("app.use(cors({ origin: 'https://a.example', credentials: true, allowedHeaders: 'X-*' }));"),
    server("app.use(cors({ origin: 'https://a.example', credentials: true, methods: list }));"),
    server("app.use(cors({ origin: 'https://a.example', credentials: true, methods: [...list, '*'] }));"),
    // Not this package.
    "import cors from '@koa/cors';\nmodule1.use(cors({ origin: '*', credentials: true }));",
    "const io = require('sockets')(server, { cors: { origin: '*', credentials: true } });",
    "const corsHeaders = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': 'true' };",
    {
      code: "import cors from './own-cors';\nexport const options = { origin: '*', credentials: true };",
      name: 'options of something else',
    },
  ],
  invalid: [
    {
      ...wildcard(
        "import { CorsOptions } from 'cors';\nexport const options: CorsOptions = { origin: «'*'», credentials: true };",
      ),
      name: 'options for whoever imports them',
      typescript: true,
    },
    wildcard(server("app.use(cors({ origin: «'*'», credentials: true }));")),
    wildcard(esm("app.use(cors({ origin: «'*'», credentials: true }));")),
    wildcard(server('app.use(cors({ origin: «"*"», credentials: true }));'), {}, 'origin: "*"'),
    wildcard(server('app.use(cors({ origin: «`*`», credentials: true }));'), {}, 'origin: `*`'),
    wildcard(server("app.use(cors({ credentials: !0, origin: «'*'» }));"), {}, undefined, 'credentials: !0'),
    wildcard(
      server("const options = { origin: «'*'» };\noptions.credentials = true;\napp.use(cors(options));"),
      {},
      undefined,
      'options.credentials = true',
    ),
    wildcard(
      server("const options = { credentials: true };\noptions.origin = «'*'»;\napp.use(cors(options));"),
      {},
      "options.origin = '*'",
    ),
    wildcard(
      server(
        "const options = { origin: «'*'», methods: 'GET' };\napp.use(cors({ ...options, credentials: true }));",
      ),
    ),
    wildcard(server("const cookies = { credentials: true };\napp.use(cors({ origin: «'*'», ...cookies }));")),
    wildcard(server("app.use(cors(Object.assign({ credentials: true }, { origin: «'*'» })));")),
    wildcard(
      server("const ANY = «'*'»;\napp.use(cors({ origin: ANY, credentials: true }));"),
      {},
      "ANY = '*'",
    ),
    wildcard(
      server(
        "let origin = 'https://a.example';\norigin = «'*'»;\napp.use(cors({ origin, credentials: true }));",
      ),
      {},
      "origin = '*'",
    ),
    {
      name: 'defaults of parameters',
      code: server(
        "function getOptions({ origin = «'*'», credentials = false } = {}) { return { origin, credentials }; }\napp.use(cors(getOptions({ credentials: true })));",
      ),
      errors: [
        {
          messageId: 'wildcard-credentials',
          suggestions: [
            list([["origin = '*'", `origin = ${FROM_ENVIRONMENT}`]]),
            drop([['return { origin, credentials }', 'return { origin, credentials: false }']]),
          ],
        },
      ],
    },
    wildcard(
      server(
        "app.use(cors({ origin: (process.env.NODE_ENV === 'production' && «'*'») || 'http://localhost:3000', credentials: true }));",
      ),
      {},
      "&& '*'",
    ),
    wildcard(server("if (config.open) app.use(cors({ origin: «'*'», credentials: true }));")),
    wildcard(
      server(
        "const settings = { 'cors.origin': «'*'» };\napp.use(cors({ origin: settings['cors.origin'], credentials: true }));",
      ),
      {},
      "'cors.origin': '*'",
    ),
    {
      ...wildcard(
        "import cors = require('cors');\nexport = cors({ origin: «'*'», credentials: true } satisfies cors.CorsOptions);",
      ),
      typescript: true,
    },
    {
      name: 'a member of an enumeration stays what it is',
      code: "import cors from 'cors';\nenum Origin { Any = «'*'», Ours = 'https://a.example' }\nexport default cors({ origin: Origin.Any, credentials: true });",
      typescript: true,
      errors: [
        {
          messageId: 'wildcard-credentials',
          suggestions: [drop([['credentials: true', 'credentials: false']])],
        },
      ],
    },
    {
      name: 'credentials by the library, the wildcard by a branch: both branches let everybody in',
      code: server("app.use(cors({ origin: open ? «'*'» : '*', credentials: true }));"),
      errors: [
        {
          messageId: 'wildcard-credentials',
          suggestions: [
            list([["? '*'", `? ${FROM_ENVIRONMENT}`]]),
            drop([['credentials: true', 'credentials: false']]),
          ],
        },
      ],
    },
    // The library's default.
    {
      code: server('app.use(cors(«{ credentials: true }»));'),
      errors: [
        {
          messageId: 'default-wildcard-credentials',
          data: { library: '`cors`' },
          suggestions: [
            list(server(`app.use(cors({ origin: ${FROM_ENVIRONMENT}, credentials: true }));`)),
            makePublic(server("app.use(cors({ origin: '*', credentials: false }));")),
          ],
        },
      ],
    },
    {
      code: server(
        'const options = «{\n  // Cookies\n  credentials: true,\n  maxAge: 600,\n}»;\napp.use(cors(options));',
      ),
      errors: [
        {
          messageId: 'default-wildcard-credentials',
          data: { library: '`cors`' },
          suggestions: [
            list([['  credentials: true', `  origin: ${FROM_ENVIRONMENT}, credentials: true`]]),
            makePublic([['credentials: true', "origin: '*', credentials: false"]]),
          ],
        },
      ],
    },
    {
      name: 'options that begin with a spread: what comes first is replaced by it, if it has it',
      code: server("const base = { credentials: true };\napp.use(cors(«{ ...base, methods: ['GET'] }»));"),
      errors: [
        {
          messageId: 'default-wildcard-credentials',
          data: { library: '`cors`' },
          suggestions: [
            list([['{ ...base', `{ origin: ${FROM_ENVIRONMENT}, ...base`]]),
            makePublic([
              ['credentials: true', 'credentials: false'],
              ['{ ...base', "{ origin: '*', ...base"],
            ]),
          ],
        },
      ],
    },
    {
      name: 'an object that is filled later',
      code: server('const options = «{}»;\noptions.credentials = true;\napp.use(cors(options));'),
      errors: [
        {
          messageId: 'default-wildcard-credentials',
          data: { library: '`cors`' },
          suggestions: [
            list([['options = {}', `options = { origin: ${FROM_ENVIRONMENT} }`]]),
            makePublic([
              ['options = {}', "options = { origin: '*' }"],
              ['options.credentials = true', 'options.credentials = false'],
            ]),
          ],
        },
      ],
    },
    {
      name: 'a class that makes the options: there is nothing to put a property into',
      code: server(
        'class Options { constructor() { this.credentials = true; } }\napp.use(cors(«new Options()»));',
      ),
      errors: [
        {
          messageId: 'default-wildcard-credentials',
          data: { library: '`cors`' },
        },
      ],
    },
    // Stars elsewhere.
    {
      code: server("app.use(cors({ origin: 'https://a.example', credentials: true, methods: «'*'» }));"),
      errors: [
        {
          messageId: 'wildcard-methods',
          suggestions: [
            { messageId: 'removeOption', data: { option: 'methods' }, output: [[", methods: '*'", '']] },
          ],
        },
      ],
    },
    {
      code: server(
        "app.use(\n  cors({\n    methods: ['GET', «'*'»],\n    origin: ['https://a.example'],\n    credentials: true,\n  }),\n);",
      ),
      errors: [
        {
          messageId: 'wildcard-methods',
          suggestions: [
            {
              messageId: 'removeOption',
              data: { option: 'methods' },
              output: server(
                "app.use(\n  cors({\n    origin: ['https://a.example'],\n    credentials: true,\n  }),\n);",
              ),
            },
          ],
        },
      ],
    },
    {
      name: 'a comment within the option would be lost',
      code: server(
        "app.use(cors({ origin: 'https://a.example', credentials: true, methods: [«'*'» /* all */] }));",
      ),
      errors: [{ messageId: 'wildcard-methods' }],
    },
    {
      code: server(
        "app.use(cors({ origin: 'https://a.example', credentials: true, allowedHeaders: [«'*'»], exposedHeaders: «'*'» }));",
      ),
      errors: [{ messageId: 'wildcard-allowed-headers' }, { messageId: 'wildcard-exposed-headers' }],
    },
    {
      code: server(
        "app.get('/y', cors({ origin: /^https:\\/\\/a\\.example$/, credentials: true, allowedHeaders: 'Content-Type' }));\napp.use(cors({ origin: ['https://a.example'], credentials: true, allowedHeaders: «'Content-Type, *'» }));",
      ),
      errors: [{ messageId: 'wildcard-allowed-headers' }],
    },
    {
      name: 'with `*` for origins and headers the one is the mistake; a list of origins would uncover the other',
      code: server("app.use(cors({ origin: «'*'», credentials: true, allowedHeaders: '*' }));"),
      errors: [
        {
          messageId: 'wildcard-credentials',
          suggestions: [drop([['credentials: true', 'credentials: false']])],
        },
      ],
    },
    // Functions, delegates, and headers written by hand.
    {
      code: server(
        "app.use(cors({ origin: (origin, callback) => callback(null, «'*'»), credentials: true }));",
      ),
      errors: [
        {
          messageId: 'wildcard-credentials',
          suggestions: [
            list([["'*'", FROM_ENVIRONMENT]]),
            drop([['credentials: true', 'credentials: false']]),
          ],
        },
      ],
    },
    {
      code: server("app.use(cors((req, callback) => callback(null, { origin: «'*'», credentials: true })));"),
      errors: [
        {
          messageId: 'wildcard-credentials',
          suggestions: [list([["'*'", FROM_ENVIRONMENT]])],
        },
      ],
    },
    byHand(
      handler(
        "res.set('Access-Control-Allow-Origin', «'*'»);\n  res.set('Access-Control-Allow-Credentials', 'true');",
      ),
      "  res.set('Access-Control-Allow-Credentials', 'true');\n",
    ),
    byHand(
      handler(
        "res.header('Access-Control-Allow-Origin', «'*'»).header('Access-Control-Allow-Credentials', true);",
      ),
      ".header('Access-Control-Allow-Credentials', true)",
    ),
    byHand(
      handler(
        "res.set({ 'Access-Control-Allow-Origin': «'*'», 'Access-Control-Allow-Credentials': 'true' });",
      ),
      ", 'Access-Control-Allow-Credentials': 'true'",
    ),
    {
      ...byHand(
        "const headers = {\n  'Access-Control-Allow-Origin': «'*'»,\n  'Access-Control-Allow-Credentials': 'true', // cookies\n};\nexport default (req, res, next) => {\n  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);\n  next();\n};",
        "'Access-Control-Allow-Credentials': 'true', ",
      ),
      name: 'a table of headers in a loop',
    },
    {
      ...byHand(
        "import http from 'node:http';\nhttp.createServer((req, res) => {\n  res.writeHead(200, { 'Access-Control-Allow-Credentials': 'true', 'Access-Control-Allow-Origin': «'*'» });\n  res.end();\n});",
        "'Access-Control-Allow-Credentials': 'true', ",
      ),
      name: '`writeHead` of `node:http`',
    },
    {
      ...byHand(
        "function setCors(res) {\n  res.setHeader('Access-Control-Allow-Origin', «'*'»);\n  res.setHeader('Access-Control-Allow-Credentials', 'true');\n}\nmodule.exports = (req, res) => {\n  setCors(res);\n  res.end();\n};",
        "  res.setHeader('Access-Control-Allow-Credentials', 'true');\n",
      ),
      name: 'a helper',
    },
    {
      name: 'a statement that hangs on a condition is left to the author',
      code: handler(
        "if (req.method) res.set('Access-Control-Allow-Origin', «'*'»);\n  if (req.method) res.set('Access-Control-Allow-Credentials', 'true');",
      ),
      errors: [{ messageId: 'wildcard-credentials' }],
    },
    {
      name: 'two calls, two mistakes',
      code: server(
        "app.use('/a', cors({ origin: «'*'», credentials: true }));\napp.use('/b', cors(«{ credentials: !0 }»));",
      ),
      errors: [
        {
          messageId: 'wildcard-credentials',
          suggestions: [
            list([["origin: '*'", `origin: ${FROM_ENVIRONMENT}`]]),
            drop([['credentials: true', 'credentials: false']]),
          ],
        },
        {
          messageId: 'default-wildcard-credentials',
          data: { library: '`cors`' },
          suggestions: [
            list([['{ credentials: !0 }', `{ origin: ${FROM_ENVIRONMENT}, credentials: !0 }`]]),
            makePublic([['{ credentials: !0', "{ origin: '*', credentials: false"]]),
          ],
        },
      ],
    },
  ],
});
