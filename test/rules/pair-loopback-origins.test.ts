import rule from '../../rules/pair-loopback-origins.ts';
import { esm, server, testRule, type InvalidCase, type Output } from './tester.ts';

const DEV = "process.env.NODE_ENV === 'production' ? 'https://app.example' : ";

const unpaired = (code: string, listed: string, missing: string, output?: Output): InvalidCase => ({
  code,
  errors: [
    {
      messageId: 'unpaired-loopback',
      data: { listed, missing },
      ...(output !== undefined && {
        suggestions: [{ messageId: 'addOrigin', data: { missing }, output }],
      }),
    },
  ],
});

const use = (origin: string): string => server(`app.use(cors({ origin: ${origin} }));`);

testRule('pair-loopback-origins', rule, {
  valid: [
    // Production lets it in too: `no-localhost-origin` speaks.
    use("'http://localhost:3000'"),
    use("['http://localhost:3000', 'https://app.example']"),
    server(
      "const allowed = ['http://localhost:3000'];\nif (process.env.NODE_ENV !== 'production') console.log(allowed);\napp.use(cors({ origin: allowed }));",
    ),
    // Both are there.
    use(`${DEV}['http://localhost:3000', 'http://127.0.0.1:3000']`),
    use(`${DEV}/^http:\\/\\/(localhost|127\\.0\\.0\\.1):\\d+$/`),
    // Everybody is.
    use(`${DEV}'*'`),
    use(`${DEV}true`),
    // No page of one's own machine.
    use(`${DEV}'http://192.168.0.7:3000'`),
    use(`${DEV}'http://app.localhost:3000'`),
    use(`${DEV}'capacitor://localhost'`),
    // It is not known.
    use(`${DEV}['http://localhost:3000', ...more]`),
    use(`${DEV}process.env.DEV_ORIGIN`),
    {
      name: 'the settings say what is judged',
      code: use(`${DEV}'http://localhost:3000'`),
      settings: { env: { NODE_ENV: 'development' } },
    },
    // Nothing here differs between the two.
    use("['http://localhost:3000', process.env.ORIGIN]"),
  ],
  invalid: [
    unpaired(
      use(`${DEV}[«'http://localhost:3000'»]`),
      'http://localhost:3000',
      'http://127.0.0.1:3000',
      use(`${DEV}['http://localhost:3000', 'http://127.0.0.1:3000']`),
    ),
    unpaired(
      use(`${DEV}«'http://127.0.0.1:5173'»`),
      'http://127.0.0.1:5173',
      'http://localhost:5173',
      use(`${DEV}['http://127.0.0.1:5173', 'http://localhost:5173']`),
    ),
    unpaired(
      use(`${DEV}['http://localhost:3000', "http://127.0.0.1:3000", «"https://localhost"»]`),
      'https://localhost',
      'https://127.0.0.1',
      use(
        `${DEV}['http://localhost:3000', "http://127.0.0.1:3000", "https://localhost", "https://127.0.0.1"]`,
      ),
    ),
    unpaired(
      esm(
        "const allowed = ['https://app.example'];\nif (process.env.NODE_ENV !== 'production') allowed.push(«'http://localhost:5173'»);\napp.use(cors({ origin: allowed, credentials: true }));",
      ),
      'http://localhost:5173',
      'http://127.0.0.1:5173',
    ),
    unpaired(
      esm(
        "const isProduction = process.env.NODE_ENV === 'production';\nconst allowed = isProduction ? [process.env.ORIGIN] : [«'http://localhost:5173'»];\napp.use(cors({\n  origin: (origin, callback) => callback(null, allowed.includes(origin)),\n}));",
      ),
      'http://localhost:5173',
      'http://127.0.0.1:5173',
      [["['http://localhost:5173']", "['http://localhost:5173', 'http://127.0.0.1:5173']"]],
    ),
    unpaired(
      server(
        "if (process.env.NODE_ENV === 'development') app.use(cors({ origin: «'http://localhost:4200'» }));",
      ),
      'http://localhost:4200',
      'http://127.0.0.1:4200',
      [["'http://localhost:4200'", "['http://localhost:4200', 'http://127.0.0.1:4200']"]],
    ),
    // A header takes no list.
    unpaired(
      "module.exports = (req, res, next) => {\n  const dev = process.env.NODE_ENV !== 'production';\n  res.setHeader('Access-Control-Allow-Origin', dev ? «'http://localhost:3000'» : 'https://app.example');\n  next();\n};",
      'http://localhost:3000',
      'http://127.0.0.1:3000',
    ),
    // Someone else compares with it.
    unpaired(
      server(
        `const DEV = «'http://localhost:3000'»;\nconst redirect = DEV + '/login';\napp.use(cors({ origin: process.env.NODE_ENV === 'production' ? 'https://app.example' : DEV }));`,
      ),
      'http://localhost:3000',
      'http://127.0.0.1:3000',
    ),
  ],
});
