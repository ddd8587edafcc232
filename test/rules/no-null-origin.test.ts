import rule from '../../rules/no-null-origin.ts';
import { esm, FROM_ENVIRONMENT, server, testRule, type InvalidCase, type Output } from './tester.ts';

const refuse = (output: Output) => ({
  messageId: 'refuseOrigin' as const,
  data: { origin: 'null' },
  output,
});
const drop = (output: Output) => ({
  messageId: 'dropAlternative' as const,
  data: { origin: 'null' },
  output,
});

/** A middleware that lets in whom `check` is true of. */
const byHand = (check: string, head = ''): string => `${head}module.exports = (req, res, next) => {
  const { origin } = req.headers;
  if (${check}) {
    res.set('Access-Control-Allow-Origin', origin);
    res.set('Access-Control-Allow-Credentials', 'true');
    res.vary('Origin');
  }
  next();
};`;

/** An origin function with that body. */
const byFunction = (body: string): string =>
  server(`app.use(cors({ origin: (origin, callback) => { ${body} }, credentials: true }));`);

const exploitable = (
  code: string,
  ...suggestions: readonly (ReturnType<typeof refuse> | ReturnType<typeof drop>)[]
): InvalidCase => ({
  code,
  errors: [{ messageId: 'null-origin-credentials', ...(suggestions.length > 0 && { suggestions }) }],
});

testRule('no-null-origin', rule, {
  valid: [
    server("app.use(cors({ origin: ['https://a.example'], credentials: true }));"),
    // Everybody is let in, which other rules say.
    server('app.use(cors({ origin: true, credentials: true }));'),
    server("app.use(cors({ origin: '*', credentials: true }));"),
    byFunction('callback(null, true);'),
    byFunction("callback(null, origin !== 'undefined');"),
    // It is refused.
    byFunction(
      "if (origin === 'null') return callback(null, false); callback(null, origin === 'https://a.example');",
    ),
    byFunction("callback(null, origin !== 'null' && ['https://a.example', 'null'].includes(origin));"),
    byFunction('callback(null, origin === null);'),
    byFunction("callback(null, origin == null || origin === 'https://a.example');"),
    byHand("origin !== 'null' && origin.endsWith('.a.example')"),
    byHand("origin && ['https://a.example'].includes(origin)"),
    // `null` the value is no origin.
    server("app.use(cors({ origin: [null, 'https://a.example'], credentials: true }));"),
    server('app.use(cors({ origin: null, credentials: true }));'),
    server("app.use(cors({ origin: [process.env.ORIGIN ?? 'https://a.example'], credentials: true }));"),
    server(
      "app.use(cors({ origin: process.env.NODE_ENV === 'test' ? ['null'] : ['https://a.example'], credentials: true }));",
    ),
    // Nothing is said about CORS with it.
    "const known = ['null']; app.use((req, res) => res.set('Access-Control-Allow-Origin', 'https://a.example'));",
    'if (req.headers.origin === "null") res.set("X-Sandboxed", "true");',
    // Others may let it in: nothing is known of them.
    server("app.use(cors({ origin: require('./origins'), credentials: true }));"),
    server(
      'app.use(cors({ origin: (origin, callback) => callback(null, isAllowed(origin)), credentials: true }));',
    ),
  ],
  invalid: [
    exploitable(
      server("app.use(cors({ origin: ['https://a.example', «'null'»], credentials: true }));"),
      refuse([["['https://a.example', 'null']", "['https://a.example']"]]),
    ),
    exploitable(
      esm("app.use(cors({ origin: [«'null'», 'https://a.example'], credentials: true }));"),
      refuse([["'null', ", '']]),
    ),
    exploitable(
      server(
        "const allowed = new Set([\n  'https://a.example',\n  «'null'», // the app\n]);\napp.use(cors({ origin: (o, cb) => cb(null, allowed.has(o)), credentials: true }));",
      ),
      refuse([["'null', // the app", '// the app']]),
    ),
    {
      name: 'to everybody',
      code: server("app.use(cors({ origin: «'null'», credentials: true }));"),
      errors: [
        {
          messageId: 'null-origin-credentials',
          suggestions: [{ messageId: 'readFromEnvironment', output: [["'null'", FROM_ENVIRONMENT]] }],
        },
      ],
    },
    {
      name: 'without credentials',
      code: server("app.use(cors({ origin: ['https://a.example', «'null'»] }));"),
      errors: [{ messageId: 'null-origin', suggestions: [refuse([[", 'null'", '']])] }],
    },
    // Callbacks.
    exploitable(
      byFunction(
        "if (!origin || origin === «'null'» || origin === 'https://a.example') callback(null, true); else callback(null, false);",
      ),
      drop([[" || origin === 'null'", '']]),
    ),
    exploitable(
      byFunction("callback(null, (origin === «'null'») || /^https:\\/\\/a\\.example$/.test(origin));"),
      drop([["(origin === 'null') || ", '']]),
    ),
    exploitable(
      byFunction("callback(null, origin === 'https://a.example' || (origin == «'null'»));"),
      drop([[" || (origin == 'null')", '']]),
    ),
    exploitable(
      byFunction(
        "if (origin === «'null'») return callback(null, true); callback(null, origin === 'https://a.example');",
      ),
      drop([["if (origin === 'null') return callback(null, true); ", '']]),
    ),
    {
      ...exploitable(
        byFunction(
          "if (origin === «'null'») return callback(null, true); else callback(null, origin === 'https://a.example');",
        ),
      ),
      name: 'what hangs on an `else` is left to the author',
    },
    exploitable(
      byFunction(
        "switch (origin) { case 'https://a.example': case «'null'»: return callback(null, true); default: return callback(null, false); }",
      ),
    ),
    exploitable(byFunction('callback(null, «/^(?:https:\\/\\/a\\.example|null)$/».test(origin));')),
    exploitable(server('app.use(cors({ origin: [«/^null$/», "https://a.example"], credentials: true }));')),
    exploitable(
      byFunction(
        "if (origin && !['https://a.example', «'null'»].includes(origin)) return callback(null, false); callback(null, true);",
      ),
      refuse([[", 'null'", '']]),
    ),
    {
      name: 'a comment in the condition would be lost',
      ...exploitable(
        byFunction("callback(null, origin === 'https://a.example' || /* the app */ origin === «'null'»);"),
      ),
    },
    // Delegates.
    exploitable(
      server(
        "app.use(cors((req, callback) => callback(null, { origin: ['https://a.example', «'null'»], credentials: true })));",
      ),
      refuse([[", 'null'", '']]),
    ),
    exploitable(
      server(
        "app.use(cors((req, callback) => { const known = req.header('Origin') === 'https://a.example' || req.header('Origin') === «'null'»; callback(null, { origin: known, credentials: true }); }));",
      ),
      drop([[" || req.header('Origin') === 'null'", '']]),
    ),
    // Headers written by hand.
    exploitable(
      byHand('allowed.includes(origin)', "const allowed = ['https://a.example', «'null'»];\n"),
      refuse([[", 'null'", '']]),
    ),
    exploitable(
      byHand("origin === 'https://a.example' || origin === «'null'»"),
      drop([[" || origin === 'null'", '']]),
    ),
    {
      name: 'a constant of `node:http`',
      code: `import http from 'node:http';
http.createServer((req, res) => {
  res.writeHead(200, { 'Access-Control-Allow-Origin': «'null'», 'Content-Type': 'application/json' });
  res.end('{}');
});`,
      errors: [{ messageId: 'null-origin' }],
    },
    {
      name: 'in TypeScript',
      typescript: true,
      code: "import cors, { type CorsOptions } from 'cors';\nconst allowed: readonly string[] = ['https://a.example', «'null'»] as const;\nexport const options: CorsOptions = { origin: [...allowed], credentials: true };\nexport default cors(options);",
      errors: [{ messageId: 'null-origin-credentials', suggestions: [refuse([[", 'null'", '']])] }],
    },
  ],
});
