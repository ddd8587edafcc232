import rule from '../../rules/valid-origin.ts';
import { esm, server, testRule, type Case, type Expected, type InvalidCase, type Output } from './tester.ts';

const correct = (corrected: string, output: Output) => ({
  messageId: 'correctOrigin' as const,
  data: { corrected },
  output,
});

/** An origin that is nearly one: `«'…'»` in the code. */
function corrected(
  code: string,
  origin: string,
  flaw: string,
  right: string,
  more: Omit<Case, 'code'> = {},
): InvalidCase {
  return {
    code,
    ...more,
    errors: [
      {
        messageId: 'corrected-origin',
        data: { written: `\`${origin}\``, flaw, corrected: right },
        suggestions: [correct(right, [[origin, right]])],
      },
    ],
  };
}

const malformed = (origin: string, flaw: string, suggestions?: Expected['suggestions']): Expected => ({
  messageId: 'malformed-origin',
  data: { written: origin === '' ? 'An empty string' : `\`${origin}\``, flaw },
  ...(suggestions && { suggestions }),
});

const only = (origin: string): string => server(`app.use(cors({ origin: «'${origin}'» }));`);
const listed = (origin: string): string =>
  server(`app.use(cors({ origin: ['https://other.example', «'${origin}'»] }));`);

const SLASH = 'it ends in a slash';
const LIST = 'it is a list written as one string';

/** What browsers never send, and what is evidently meant. */
const nearly: readonly (readonly [origin: string, flaw: string, right: string])[] = [
  ['https://app.example.com/', SLASH, 'https://app.example.com'],
  ['http://localhost:3000/', SLASH, 'http://localhost:3000'],
  ['https://app.example.com/login', 'it has a path', 'https://app.example.com'],
  ['https://app.example.com?x=1', 'it has a query', 'https://app.example.com'],
  ['https://app.example.com/#/home', 'it has a fragment', 'https://app.example.com'],
  [
    'https://App.example.com',
    'it has upper-case letters, and browsers send lower case',
    'https://app.example.com',
  ],
  [
    'HTTPS://app.example.com',
    'it has upper-case letters, and browsers send lower case',
    'https://app.example.com',
  ],
  [
    'https://app.example.com:443',
    'it names the default port, which browsers leave out',
    'https://app.example.com',
  ],
  [
    'http://app.example.com:80',
    'it names the default port, which browsers leave out',
    'http://app.example.com',
  ],
  [
    'https://münchen.example',
    'its host is not ASCII, and browsers send such hosts as punycode (`xn--…`)',
    'https://xn--mnchen-3ya.example',
  ],
  ['https://app.example.com,', LIST, 'https://app.example.com'],
];

/** White space around a header's value is none of it, so that this hurts in a list alone. */
const spaced: readonly (readonly [origin: string, flaw: string, right: string])[] = [
  [' https://app.example.com', 'it begins or ends with a space', 'https://app.example.com'],
  ['https://app.example.com ', 'it begins or ends with a space', 'https://app.example.com'],
];

/** What nobody but the author can mend. */
const hopeless: readonly (readonly [origin: string, flaw: string])[] = [
  ['app.example.com', 'it has no scheme such as `https://`'],
  ['localhost:3000', 'it has no scheme such as `https://`'],
  ['www.example.com', 'it has no scheme such as `https://`'],
  ['https://*.example.com', 'it holds a `*`, and an origin has none'],
  ['*.example.com', 'it holds a `*`, and an origin has none'],
  ['http://localhost:*', 'it holds a `*`, and an origin has none'],
  ['true', 'it is a word, not an origin'],
  ['false', 'it is a word, not an origin'],
  ['undefined', 'it is a word, not an origin'],
];

testRule('valid-origin', rule, {
  valid: [
    ...[
      'https://app.example.com',
      'http://localhost:3000',
      'http://127.0.0.1:5173',
      'http://[::1]:3000',
      'http://192.168.0.10',
      'https://xn--mnchen-3ya.example',
      'https://my_app.example.com',
      'https://app.example.com:8443',
      'null',
      // App shells and extensions.
      'capacitor://localhost',
      'ionic://localhost',
      'tauri://localhost',
      'app://-',
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      'moz-extension://c0ffee00-0000-4000-8000-000000000000',
      'vscode-webview://x',
      // Reserved names are nobody's.
      'https://your-domain.example',
      'https://example.com',
      // Real sites.
      'https://yourkit.com',
      'https://yourstory.com',
    ].flatMap((origin) => [
      server(`app.use(cors({ origin: '${origin}' }));`),
      server(`app.use(cors({ origin: ['${origin}'] }));`),
    ]),
    ...spaced.map(([origin]) => server(`app.use(cors({ origin: '${origin}' }));`)),
    server('app.use(cors());'),
    server("app.use(cors({ origin: '*' }));"),
    // CORS is off, which is what an unset variable comes to: another rule's.
    server("app.use(cors({ origin: '' }));"),
    server('app.use(cors({ origin: [] }));'),
    // Not compared as text.
    server('app.use(cors({ origin: /^https:\\/\\/app\\.example\\.com$/ }));'),
    server("app.use(cors({ origin: [/\\.example\\.com\\/$/, 'https://a.example'] }));"),
    server(
      "app.use(cors({ origin: (origin, callback) => callback(null, ['https://a.example/'].includes(`${origin}/`)) }));",
    ),
    server("app.use(cors({ origin: (origin, callback) => callback(null, origin === 'undefined') }));"),
    server('app.use(cors((req, callback) => callback(null, { origin: originOf(req) })));'),
    // The first of a list is sent to everybody.
    "const allowed = ['*'];\nmodule.exports = (req, res, next) => {\n  const { origin } = req.headers;\n  res.set('Access-Control-Allow-Origin', allowed.includes(origin) ? origin : allowed[0]);\n  next();\n};",
    "const allowed = ['*'];\nmodule.exports = (req, res, next) => {\n  const { origin } = req.headers;\n  if (allowed.includes('*') || allowed.includes(origin)) res.set('Access-Control-Allow-Origin', '*');\n  next();\n};",
    "module.exports = (req, res, next) => {\n  res.set('Access-Control-Allow-Origin', new URL('https://a.example/x').origin);\n  next();\n};",
    // What cannot be known, or only in part.
    server('app.use(cors({ origin: process.env.ORIGIN }));'),
    server("app.use(cors({ origin: process.env.ORIGIN || 'https://a.example/' }));"),
    server("app.use(cors({ origin: (process.env.ORIGINS ?? '').split(',') }));"),
    server("app.use(cors({ origin: (process.env.ORIGINS || 'https://a.example/').split(',') }));"),
    server('app.use(cors({ origin: `https://${host}/` }));'),
    server('app.use(cors({ origin: `${process.env.HOST}/` }));'),
    server("app.use(cors({ origin: 'https://' + host + '/' }));"),
    server('app.use(cors({ origin: origins }));'),
    server('app.use(cors({ origin: [...origins, config.origin] }));'),
    // Mended by code.
    server("app.use(cors({ origin: 'https://a.example/'.replace(/\\/$/, '') }));"),
    server("app.use(cors({ origin: 'https://a.example/'.slice(0, -1) }));"),
    server("app.use(cors({ origin: ['https://a.example/'].map((one) => one.replace(/\\/+$/, '')) }));"),
    server("app.use(cors({ origin: 'https://a.example,https://b.example'.split(',') }));"),
    server(
      "app.use(cors({ origin: 'https://a.example, https://b.example'.split(',').map((one) => one.trim()) }));",
    ),
    server("app.use(cors({ origin: ['', 'https://a.example'].filter(Boolean) }));"),
    server("app.use(cors({ origin: [...new Set(['https://a.example', 'https://b.example'])] }));"),
    server(
      "const origin = 'https://a.example/';\napp.use(cors({ origin: origin.endsWith('/') ? origin.slice(0, -1) : origin }));",
    ),
    // For development only.
    server("if (process.env.NODE_ENV !== 'production') app.use(cors({ origin: 'http://localhost:3000/' }));"),
    server(
      "const origins = ['https://a.example'];\nif (process.env.NODE_ENV === 'development') origins.push('http://localhost:3000/');\napp.use(cors({ origin: origins }));",
    ),
    // Not given to the library.
    server(
      "const allowed = ['https://a.example/'];\napp.get('/x', (req, res) => res.redirect(allowed[0]));\napp.use(cors());",
    ),
    server("const config = { origin: 'https://a.example/' };"),
    "import cors from '@koa/cors';\nthis1.use(cors({ origin: 'https://a.example/' }));",
    server("const io = new Server(http, { cors: { origin: 'https://a.example/' } });"),
    "expect(response.headers['access-control-allow-origin']).toBe('https://a.example/'); // cors",
  ],
  invalid: [
    ...nearly.map(([origin, flaw, right]) => corrected(only(origin), origin, flaw, right)),
    ...[...nearly, ...spaced].map(([origin, flaw, right]) => corrected(listed(origin), origin, flaw, right)),
    ...hopeless.map(([origin, flaw]): InvalidCase => ({
      code: only(origin),
      errors: [malformed(origin, flaw)],
    })),
    ...hopeless.map(([origin, flaw]): InvalidCase => ({
      code: listed(origin),
      errors: [malformed(origin, flaw)],
    })),
    // Functions, delegates, and headers written by hand.
    ...[
      "app.use(cors({ origin: (origin, callback) => callback(null, [«'https://a.example/'»].includes(origin)) }));",
      "app.use(cors({ origin: (origin, callback) => callback(null, origin === «'https://a.example/'») }));",
      "app.use(cors({ origin: (origin, callback) => callback(null, «'https://a.example/'») }));",
      "app.use(cors((req, callback) => callback(null, { origin: «'https://a.example/'» })));",
      "app.use(cors((req, callback) => callback(null, { origin: ['https://b.example', «'https://a.example/'»] })));",
      "app.use((req, res, next) => { res.header('Access-Control-Allow-Origin', «'https://a.example/'»); next(); });",
      "const allowed = new Set([«'https://a.example/'»]);\napp.use((req, res, next) => { if (allowed.has(req.headers.origin)) res.set('Access-Control-Allow-Origin', req.headers.origin).vary('Origin'); next(); });",
      "app.use((req, res, next) => { res.set({ 'Access-Control-Allow-Origin': «'https://a.example/'» }); next(); });",
      "require('http').createServer((req, res) => { res.writeHead(200, { 'Access-Control-Allow-Origin': «'https://a.example/'» }); res.end(); });",
    ].map((code) => corrected(server(code), 'https://a.example/', SLASH, 'https://a.example')),
    {
      name: 'a list in one header',
      code: "export default (req, res, next) => {\n  res.set('Access-Control-Allow-Origin', «'https://a.example, https://b.example'»);\n  next();\n};",
      errors: [malformed('https://a.example, https://b.example', LIST)],
    },
    {
      name: '`*` in a list that the code itself compares with',
      code: "const allowed = ['https://a.example', «'*'»];\nexport default (req, res, next) => {\n  if (allowed.includes(req.headers.origin)) res.set('Access-Control-Allow-Origin', req.headers.origin).vary('Origin');\n  next();\n};",
      errors: [
        {
          messageId: 'listed-wildcard',
          data: { library: 'this code' },
          suggestions: [{ messageId: 'removeOrigin', data: { origin: '`*`' }, output: [[", '*'", '']] }],
        },
      ],
    },
    // Where it is written.
    corrected(
      esm("app.use(cors({ origin: «'https://a.example/'» }));"),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server("const origin = «'https://a.example/'»;\napp.use(cors({ origin }));"),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server('app.use(cors({ origin: «"https://a.example/"» }));'),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server('app.use(cors({ origin: «`https://a.example/`» }));'),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server(
        "const origins = [];\norigins.push(«'https://a.example/'»);\napp.use(cors({ origin: origins }));",
      ),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server(
        "const origins = ['https://b.example'];\napp.use(cors({ origin: [...origins, «'https://a.example/'»] }));",
      ),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server("const origins = { web: «'https://a.example/'» };\napp.use(cors({ origin: [origins.web] }));"),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server(
        "const origins = { web: «'https://a.example/'», app: 'capacitor://localhost' };\napp.use(cors({ origin: Object.values(origins) }));",
      ),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server("app.use(cors({ origin: ['https://b.example', [«'https://a.example/'»]] }));"),
      'https://a.example/',
      SLASH,
      'https://a.example',
      { name: 'lists within lists' },
    ),
    corrected(
      server("app.use(cors({ origin: [process.env.ORIGIN, «'https://a.example/'»] }));"),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server("app.use(cors({ origin: [...process.env.ORIGINS.split(','), «'https://a.example/'»] }));"),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server(
        "app.use(cors({ origin: process.env.NODE_ENV === 'production' ? «'https://a.example/'» : 'http://localhost:3000/' }));",
      ),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server(
        "const origins = ['http://localhost:3000'];\nif (process.env.NODE_ENV === 'production') origins.push(«'https://a.example/'»);\napp.use(cors({ origin: origins }));",
      ),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    corrected(
      server("app.use(cors({ origin: open ? «'https://a.example/'» : 'https://b.example' }));"),
      'https://a.example/',
      SLASH,
      'https://a.example',
      { name: 'in one of two branches' },
    ),
    corrected(
      server("const { origin = «'https://a.example/'» } = {};\napp.use(cors({ origin }));"),
      'https://a.example/',
      SLASH,
      'https://a.example',
    ),
    {
      ...corrected(
        "import cors from 'cors';\nenum Origin { Web = «'https://a.example/'» }\nexport default cors({ origin: [Origin.Web] });",
        'https://a.example/',
        SLASH,
        'https://a.example',
      ),
      typescript: true,
    },
    {
      ...corrected(
        "import cors, { CorsOptions } from 'cors';\nconst origins: readonly string[] = [«'https://a.example/'»] as const;\nexport default cors({ origin: origins as string[] } satisfies CorsOptions);",
        'https://a.example/',
        SLASH,
        'https://a.example',
      ),
      typescript: true,
    },
    {
      name: 'several in one list, in the order of the file',
      code: server(
        "app.use(cors({ origin: [\n  «'https://a.example/'», // the shop\n  «'b.example'»,\n  'https://c.example',\n  «'https://d.example:443'»,\n] }));",
      ),
      errors: [
        {
          messageId: 'corrected-origin',
          data: { written: '`https://a.example/`', flaw: SLASH, corrected: 'https://a.example' },
          suggestions: [correct('https://a.example', [['https://a.example/', 'https://a.example']])],
        },
        malformed('b.example', 'it has no scheme such as `https://`'),
        {
          messageId: 'corrected-origin',
          data: {
            written: '`https://d.example:443`',
            flaw: 'it names the default port, which browsers leave out',
            corrected: 'https://d.example',
          },
          suggestions: [correct('https://d.example', [['https://d.example:443', 'https://d.example']])],
        },
      ],
    },
    {
      name: 'used twice, reported once',
      code: server(
        "const origin = «'https://a.example/'»;\napp.use(cors({ origin }));\napp.options('/x', cors({ origin: [origin] }));",
      ),
      errors: [
        {
          messageId: 'corrected-origin',
          data: { written: '`https://a.example/`', flaw: SLASH, corrected: 'https://a.example' },
          suggestions: [correct('https://a.example', [['https://a.example/', 'https://a.example']])],
        },
      ],
    },
    // Put together: known, and not to be mended in one place.
    {
      code: server("const host = 'a.example';\napp.use(cors({ origin: «`https://${host}/`» }));"),
      errors: [
        {
          messageId: 'corrected-origin',
          data: { written: '`https://a.example/`', flaw: SLASH, corrected: 'https://a.example' },
        },
      ],
    },
    {
      code: server("const base = 'https://a.example';\napp.use(cors({ origin: [«base + '/app'»] }));"),
      errors: [
        {
          messageId: 'corrected-origin',
          data: { written: '`https://a.example/app`', flaw: 'it has a path', corrected: 'https://a.example' },
        },
      ],
    },
    {
      code: server("app.use(cors({ origin: «'https://a.example, https://b.example/'.split(',')» }));"),
      errors: [
        {
          messageId: 'corrected-origin',
          data: { written: '` https://b.example/`', flaw: SLASH, corrected: 'https://b.example' },
        },
      ],
    },
    // Lists in one string.
    {
      code: server("app.use(cors({ origin: «'https://a.example,https://b.example'» }));"),
      errors: [
        malformed('https://a.example,https://b.example', LIST, [
          {
            messageId: 'splitList',
            output: [["'https://a.example,https://b.example'", "['https://a.example', 'https://b.example']"]],
          },
        ]),
      ],
    },
    {
      code: server('app.use(cors({ origin: «"https://a.example/ https://B.example"» }));'),
      errors: [
        malformed('https://a.example/ https://B.example', LIST, [
          {
            messageId: 'splitList',
            output: [
              ['"https://a.example/ https://B.example"', '["https://a.example", "https://b.example"]'],
            ],
          },
        ]),
      ],
    },
    {
      code: server(
        "app.use(cors({ origin: ['https://c.example', «'https://a.example; https://b.example'»] }));",
      ),
      errors: [
        malformed('https://a.example; https://b.example', LIST, [
          {
            messageId: 'splitList',
            output: [["'https://a.example; https://b.example'", "'https://a.example', 'https://b.example'"]],
          },
        ]),
      ],
    },
    {
      name: 'a list of which a part is hopeless',
      code: server("app.use(cors({ origin: «'https://a.example,b.example'» }));"),
      errors: [malformed('https://a.example,b.example', LIST)],
    },
    {
      name: 'a list of which a part is a placeholder',
      code: server("app.use(cors({ origin: «'https://a.example,https://yourdomain.com'» }));"),
      errors: [malformed('https://a.example,https://yourdomain.com', LIST)],
    },
    // What lets nobody in can go.
    {
      code: server("app.use(cors({ origin: ['https://a.example', «'*'»] }));"),
      errors: [
        {
          messageId: 'listed-wildcard',
          data: { library: '`cors`' },
          suggestions: [{ messageId: 'removeOrigin', data: { origin: '`*`' }, output: [[", '*'", '']] }],
        },
      ],
    },
    {
      code: server("app.use(cors({ origin: [«'*'», 'https://a.example'] }));"),
      errors: [
        {
          messageId: 'listed-wildcard',
          data: { library: '`cors`' },
          suggestions: [{ messageId: 'removeOrigin', data: { origin: '`*`' }, output: [["'*', ", '']] }],
        },
      ],
    },
    {
      code: server("app.use(cors({ origin: [«'*'»], credentials: true }));"),
      errors: [
        {
          messageId: 'listed-wildcard',
          data: { library: '`cors`' },
          suggestions: [{ messageId: 'removeOrigin', data: { origin: '`*`' }, output: [["'*'", '']] }],
        },
      ],
    },
    {
      code: server("app.use(cors({ origin: [\n  «'*'»,\n  'https://a.example',\n] }));"),
      errors: [
        {
          messageId: 'listed-wildcard',
          data: { library: '`cors`' },
          suggestions: [{ messageId: 'removeOrigin', data: { origin: '`*`' }, output: [["  '*',\n", '']] }],
        },
      ],
    },
    {
      code: server("app.use(cors({ origin: [\n  'https://a.example',\n  «'*'», // everybody\n] }));"),
      errors: [
        {
          messageId: 'listed-wildcard',
          data: { library: '`cors`' },
          suggestions: [{ messageId: 'removeOrigin', data: { origin: '`*`' }, output: [["'*', ", '']] }],
        },
      ],
    },
    {
      name: 'a comment would be lost',
      code: server("app.use(cors({ origin: ['https://a.example', /* everybody */ «'*'»] }));"),
      errors: [{ messageId: 'listed-wildcard', data: { library: '`cors`' } }],
    },
    {
      name: 'pushed: there is no list to take it out of',
      code: server(
        "const origins = ['https://a.example'];\norigins.push(«'*'»);\napp.use(cors({ origin: origins }));",
      ),
      errors: [{ messageId: 'listed-wildcard', data: { library: '`cors`' } }],
    },
    {
      code: server("app.use(cors({ origin: ['https://a.example', «''»] }));"),
      errors: [
        malformed('', 'no page has an empty origin', [
          { messageId: 'removeOrigin', data: { origin: 'the empty string' }, output: [[", ''", '']] },
        ]),
      ],
    },
    // Placeholders.
    ...[
      ['https://your-frontend.com', 'your-frontend.com'],
      ['https://www.yourdomain.com', 'yourdomain.com'],
      ['https://yourfrontend.netlify.app', 'yourfrontend.netlify.app'],
      ['https://your-app-name.vercel.app', 'your-app-name.vercel.app'],
      ['https://mydomain.com', 'mydomain.com'],
    ].flatMap(([origin = '', host = '']): InvalidCase[] =>
      [only(origin), listed(origin)].map((code) => ({
        code,
        errors: [{ messageId: 'placeholder-origin', data: { origin, host } }],
      })),
    ),
    {
      name: 'a placeholder that is malformed on top is not mended into one that works',
      code: only('https://yourdomain.com/'),
      errors: [malformed('https://yourdomain.com/', SLASH)],
    },
  ],
});
