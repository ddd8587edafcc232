import rule from '../../rules/no-insecure-origin.ts';
import { esm, server, testRule, type Expected, type InvalidCase, type Output } from './tester.ts';

const always = { checkWithoutCredentials: true };

const https = (corrected: string, output: Output) => ({
  messageId: 'useHttps' as const,
  data: { corrected },
  output,
});
const refuse = (origin: string, output: Output) => ({
  messageId: 'refuseOrigin' as const,
  data: { origin },
  output,
});
const drop = (origin: string, output: Output) => ({
  messageId: 'dropAlternative' as const,
  data: { origin },
  output,
});
const expression = (output: Output) => ({ messageId: 'httpsOnly' as const, output });

const withCredentials = (
  witness: string,
  suggestions: NonNullable<Expected['suggestions']> = [],
): Expected => ({
  messageId: 'insecure-origin-credentials',
  data: { witness },
  ...(suggestions.length > 0 && { suggestions }),
});

const use = (origin: string, credentials = true): string =>
  server(`app.use(cors({ origin: ${origin}, credentials: ${credentials} }));`);

/** A middleware that lets in whom `check` is true of. */
const byHand = (check: string, head = ''): string => `${head}export function allow(req, res, next) {
  const { origin } = req.headers;
  if (${check}) {
    res.setHeader('Access-Control-Allow-Origin', origin);
    res.setHeader('Access-Control-Allow-Credentials', 'true');
    res.setHeader('Vary', 'Origin');
  }
  next();
}`;

const literal = (code: string, origin: string, more: Output): InvalidCase => ({
  code,
  errors: [
    withCredentials(origin, [
      https(origin.replace('http:', 'https:'), [[origin, origin.replace('http:', 'https:')]]),
      refuse(origin, more),
    ]),
  ],
});

testRule('no-insecure-origin', rule, {
  valid: [
    use("['https://a.example']"),
    // One's own machine.
    use("['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000', 'http://app.localhost']"),
    use('/^http:\\/\\/localhost:\\d+$/'),
    use("(origin, callback) => callback(null, origin?.startsWith('http://localhost:'))"),
    // Without credentials, unless it is asked for.
    use("['http://a.example']", false),
    { code: use("['https://a.example']", false), options: [always] },
    // Not in production.
    use("process.env.NODE_ENV === 'production' ? ['https://a.example'] : ['http://staging.a.example']"),
    // Everybody is let in, which other rules say.
    use('true'),
    { code: use("'*'", false), options: [always] },
    { code: use('true', false), options: [always] },
    // The scheme is looked at.
    use(
      "(origin, callback) => callback(null, !!origin && new URL(origin).protocol === 'https:' && new URL(origin).hostname.endsWith('.a.example'))",
    ),
    use(
      "(origin, callback) => callback(null, !!origin && origin.startsWith('https://') && origin.endsWith('.a.example'))",
    ),
    use('/^https:\\/\\/([a-z-]+\\.)?a\\.example$/'),
    use(
      "(origin, callback) => callback(null, origin === 'http://a.example' ? false : origin === 'https://a.example')",
    ),
    // Whoever lets in all endings has a wider mistake.
    use('/a\\.example$/'),
    // No web page.
    use("['capacitor://localhost', 'ionic://localhost', 'https://a.example']"),
    use('require("./origins")'),
    use('process.env.ORIGINS.split(",")'),
    byHand("origin === 'https://a.example'"),
    byHand('known.includes(origin)', "import { known } from './known.js';\n"),
    // No policy: a link.
    "export const link = 'http://a.example'; app.use((req, res) => res.set('Access-Control-Allow-Origin', 'https://a.example'));",
  ],
  invalid: [
    literal(use("['https://b.example', «'http://a.example'»]"), 'http://a.example', [
      [", 'http://a.example'", ''],
    ]),
    literal(
      esm("app.use(cors({ origin: [«'http://a.example:8080'», 'https://b.example'], credentials: true }));"),
      'http://a.example:8080',
      [["'http://a.example:8080', ", '']],
    ),
    {
      name: 'to everybody',
      code: use("«'http://a.example'»"),
      errors: [
        withCredentials('http://a.example', [
          https('https://a.example', [["'http://a.example'", "'https://a.example'"]]),
        ]),
      ],
    },
    {
      name: 'beside its better twin it can only go',
      code: use("['https://a.example', «'http://a.example'»]"),
      errors: [
        withCredentials('http://a.example', [refuse('http://a.example', [[", 'http://a.example'", '']])]),
      ],
    },
    {
      name: 'each of the list has its own',
      code: use("[«'http://a.example'», «'http://b.example'»]"),
      errors: [
        withCredentials('http://a.example', [
          https('https://a.example', [["'http://a.example'", "'https://a.example'"]]),
          refuse('http://a.example', [["'http://a.example', ", '']]),
        ]),
        withCredentials('http://b.example', [
          https('https://b.example', [["'http://b.example'", "'https://b.example'"]]),
          refuse('http://b.example', [[", 'http://b.example'", '']]),
        ]),
      ],
    },
    {
      name: 'an address of the local network is nobody’s own',
      code: use("[«'http://192.168.1.20:3000'»]"),
      errors: [
        withCredentials('http://192.168.1.20:3000', [
          https('https://192.168.1.20:3000', [["'http://192.168", "'https://192.168"]]),
          refuse('http://192.168.1.20:3000', [["'http://192.168.1.20:3000'", '']]),
        ]),
      ],
    },
    {
      name: 'a variable that is used elsewhere keeps its text',
      code: server(
        "const HOME = «'http://a.example'»;\napp.use(cors({ origin: HOME, credentials: true }));\napp.get('/', (req, res) => res.redirect(HOME));",
      ),
      errors: [withCredentials('http://a.example')],
    },
    // Checks.
    {
      code: use('«/^https?:\\/\\/a\\.example$/»'),
      errors: [withCredentials('http://a.example', [expression([['https?:', 'https:']])])],
    },
    {
      code: use(
        '(origin, callback) => callback(null, «/^https?:\\/\\/([a-z]+\\.)?a\\.example$/».test(origin))',
      ),
      errors: [withCredentials('http://a.example', [expression([['https?:', 'https:']])])],
    },
    {
      code: use('«/^(http|https):\\/\\/a\\.example$/»'),
      errors: [withCredentials('http://a.example')],
    },
    {
      name: 'the scheme is never looked at',
      code: use(
        "(origin, callback) => callback(null, !!origin && new URL(origin).hostname === «'a.example'»)",
      ),
      errors: [withCredentials('http://a.example')],
    },
    {
      code: use(
        "(origin, callback) => callback(null, origin === 'https://a.example' || origin === «'http://a.example'»)",
      ),
      errors: [
        withCredentials('http://a.example', [
          https('https://a.example', [["'http://a.example'", "'https://a.example'"]]),
          drop('http://a.example', [[" || origin === 'http://a.example'", '']]),
        ]),
      ],
    },
    {
      name: 'a delegate',
      code: server(
        "app.use(cors((req, callback) => callback(null, { origin: [«'http://a.example'», 'https://b.example'], credentials: true })));",
      ),
      errors: [
        withCredentials('http://a.example', [
          https('https://a.example', [["'http://a.example'", "'https://a.example'"]]),
          refuse('http://a.example', [["'http://a.example', ", '']]),
        ]),
      ],
    },
    // Headers written by hand.
    literal(
      byHand('allowed.includes(origin)', "const allowed = ['https://b.example', «'http://a.example'»];\n"),
      'http://a.example',
      [[", 'http://a.example'", '']],
    ),
    {
      code: byHand("new URL(origin).host.endsWith(«'.a.example'»)"),
      errors: [{ messageId: 'insecure-origin-credentials' }],
    },
    {
      name: 'a constant of a middleware',
      code: "export default (req, res, next) => {\n  res.header('Access-Control-Allow-Origin', «'http://a.example'»);\n  res.header('Access-Control-Allow-Credentials', 'true');\n  next();\n};",
      errors: [
        withCredentials('http://a.example', [
          https('https://a.example', [["'http://a.example'", "'https://a.example'"]]),
        ]),
      ],
    },
    {
      name: 'a table of headers in a loop',
      code: "const headers = { 'Access-Control-Allow-Origin': «'http://a.example'», 'Access-Control-Allow-Credentials': 'true' };\nexport default (req, res, next) => {\n  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);\n  next();\n};",
      errors: [
        withCredentials('http://a.example', [
          https('https://a.example', [["'http://a.example'", "'https://a.example'"]]),
        ]),
      ],
    },
    {
      name: 'without credentials, where the option asks for it',
      code: use("['https://b.example', «'http://a.example'»]", false),
      options: [always],
      errors: [
        {
          messageId: 'insecure-origin',
          data: { witness: 'http://a.example' },
          suggestions: [
            https('https://a.example', [["'http://a.example'", "'https://a.example'"]]),
            refuse('http://a.example', [[", 'http://a.example'", '']]),
          ],
        },
      ],
    },
  ],
});
