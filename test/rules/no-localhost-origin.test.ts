import rule from '../../rules/no-localhost-origin.ts';
import { esm, server, testRule, type Expected, type Output } from './tester.ts';

const develop = (element: string, twin?: string) => ({
  messageId: 'onlyInDevelopment' as const,
  data: { twin: twin === undefined ? '' : `, and \`${twin}\` with it` },
  output: [
    [
      element,
      `...(process.env.NODE_ENV === 'production' ? [] : [${element}${twin === undefined ? '' : `, '${twin}'`}])`,
    ],
  ] as const,
});

const twinOf = (origin: string): string =>
  origin.includes('localhost')
    ? origin.replace('localhost', '127.0.0.1')
    : origin.replace('127.0.0.1', 'localhost');
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

const found = (witness: string, ...suggestions: NonNullable<Expected['suggestions']>): Expected => ({
  messageId: 'loopback-origin',
  data: { witness },
  ...(suggestions.length > 0 && { suggestions }),
});

const listed = (origin: string, removed: Output): Expected =>
  found(origin, develop(`'${origin}'`, twinOf(origin)), refuse(origin, removed));

const use = (origin: string): string => server(`app.use(cors({ origin: ${origin} }));`);

testRule('no-localhost-origin', rule, {
  valid: [
    use("['https://a.example']"),
    use("'https://a.example'"),
    // Not in production.
    use("['https://a.example', ...(process.env.NODE_ENV === 'production' ? [] : ['http://localhost:3000'])]"),
    use("process.env.NODE_ENV === 'production' ? ['https://a.example'] : ['http://localhost:3000']"),
    use("process.env.NODE_ENV !== 'production' ? 'http://localhost:3000' : 'https://a.example'"),
    server(
      "const origins = ['https://a.example'];\nif (process.env.NODE_ENV !== 'production') origins.push('http://localhost:3000');\napp.use(cors({ origin: origins }));",
    ),
    server(
      "const isDevelopment = process.env.NODE_ENV === 'development';\napp.use(cors({ origin: (o, cb) => cb(null, o === 'https://a.example' || (isDevelopment && o === 'http://localhost:3000')) }));",
    ),
    server("if (process.env.NODE_ENV === 'development') app.use(cors({ origin: 'http://localhost:3000' }));"),
    use(
      "['https://a.example', process.env.NODE_ENV === 'development' && 'http://localhost:3000'].filter(Boolean)",
    ),
    // The environment decides: what it falls back to is the business of `safe-env-origins`.
    use("process.env.ORIGIN || 'http://localhost:3000'"),
    use("[process.env.ORIGIN ?? 'http://localhost:3000']"),
    // Everybody is let in, which other rules say.
    use('true'),
    use("'*'"),
    server('app.use(cors());'),
    // Apps, not one's own machine.
    use("['capacitor://localhost', 'ionic://localhost', 'tauri://localhost']"),
    use("['https://localhost.example']"),
    // Where the server itself listens is no origin that is let in.
    server(
      "app.use(cors({ origin: 'https://a.example' }));\napp.listen(3000, () => console.log('http://localhost:3000'));",
    ),
    "export default (req, res, next) => { if (process.env.NODE_ENV !== 'production') res.set('Access-Control-Allow-Origin', 'http://localhost:3000'); next(); };",
    // It is refused.
    use("(o, cb) => cb(null, o !== 'http://localhost:3000' && o === 'https://a.example')"),
  ],
  invalid: [
    {
      code: use("['https://a.example', «'http://localhost:3000'»]"),
      errors: [listed('http://localhost:3000', [[", 'http://localhost:3000'", '']])],
    },
    {
      code: esm("app.use(cors({ origin: [«'http://127.0.0.1:5173'», 'https://a.example'] }));"),
      errors: [listed('http://127.0.0.1:5173', [["'http://127.0.0.1:5173', ", '']])],
    },
    {
      name: 'each has its own',
      code: use("[«'http://localhost:3000'», «'https://localhost:3001'»]"),
      errors: [
        listed('http://localhost:3000', [["'http://localhost:3000', ", '']]),
        listed('https://localhost:3001', [[", 'https://localhost:3001'", '']]),
      ],
    },
    {
      name: 'a comment stays',
      code: server(
        "const origins = new Set([\n  'https://a.example',\n  «'http://localhost:3000'», // Vite\n]);\napp.use(cors({ origin: (o, cb) => cb(null, origins.has(o)) }));",
      ),
      errors: [listed('http://localhost:3000', [["  'http://localhost:3000', // Vite", '  // Vite']])],
    },
    {
      name: 'to everybody',
      code: use("«'http://localhost:3000'»"),
      errors: [found('http://localhost:3000')],
    },
    {
      name: 'an expression of the list',
      code: use("['https://a.example', «/^http:\\/\\/localhost:\\d+$/»]"),
      errors: [found('http://localhost:3000', develop('/^http:\\/\\/localhost:\\d+$/'))],
    },
    {
      name: 'an expression that lets others in too is left to the author',
      code: use("['https://b.example', «/^https:\\/\\/(localhost:\\d+|a\\.example)$/»]"),
      errors: [found('https://localhost:3000')],
    },
    {
      code: use("(o, cb) => cb(null, o === 'https://a.example' || o?.startsWith(«'http://localhost:'»))"),
      errors: [
        found(
          'http://localhost:3000',
          drop('http://localhost:3000', [[" || o?.startsWith('http://localhost:')", '']]),
        ),
      ],
    },
    {
      code: use(
        "(o, cb) => { if (!o || o === «'http://localhost:3000'» || o === 'https://a.example') return cb(null, true); cb(null, false); }",
      ),
      errors: [
        found(
          'http://localhost:3000',
          drop('http://localhost:3000', [[" || o === 'http://localhost:3000'", '']]),
        ),
      ],
    },
    {
      name: 'a delegate',
      code: server(
        "app.use(cors((req, callback) => callback(null, { origin: ['https://a.example', «'http://localhost:3000'»] })));",
      ),
      errors: [listed('http://localhost:3000', [[", 'http://localhost:3000'", '']])],
    },
    {
      name: 'headers written by hand',
      code: "const allowed = ['https://a.example', «'http://localhost:3000'»];\nexport default (req, res, next) => {\n  if (allowed.includes(req.headers.origin)) {\n    res.set('Access-Control-Allow-Origin', req.headers.origin);\n    res.vary('Origin');\n  }\n  next();\n};",
      errors: [listed('http://localhost:3000', [[", 'http://localhost:3000'", '']])],
    },
    {
      name: 'a constant of `node:http`',
      code: "const http = require('http');\nhttp.createServer((req, res) => {\n  res.setHeader('Access-Control-Allow-Origin', «'http://localhost:3000'»);\n  res.end('{}');\n});",
      errors: [found('http://localhost:3000')],
    },
    {
      name: 'a helper',
      code: "function setCors(res) {\n  res.setHeader('Access-Control-Allow-Origin', «'http://localhost:3000'»);\n}\nexport function handler(req, res) {\n  setCors(res);\n  res.end('{}');\n}",
      errors: [found('http://localhost:3000')],
    },
    {
      name: 'a header beside its name',
      code: "export default (req, res, next) => {\n  [['Access-Control-Allow-Origin', «'http://localhost:3000'»]].forEach(([name, value]) => res.setHeader(name, value));\n  next();\n};",
      errors: [found('http://localhost:3000')],
    },
  ],
});
