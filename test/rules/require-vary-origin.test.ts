import rule from '../../rules/require-vary-origin.ts';
import { server, testRule, type Expected, type Output } from './tester.ts';

const LIST = "const allowed = ['https://app.acme.com', 'https://admin.acme.com'];";

/** A middleware of Express. */
const middleware = (body: string): string =>
  server(`${LIST}\napp.use((req, res, next) => {\n${body}\n  next();\n});`);

/** A handler of `node:http`. */
const bare = (body: string): string =>
  `const http = require('http');\n${LIST}\nhttp.createServer((req, res) => {\n${body}\n  res.end();\n}).listen(3000);`;

const behind = (handler: string): string =>
  server(`app.use(cors({ origin: ['https://app.acme.com'] }));\napp.get('/x', ${handler});`);

const missing = (output?: Output): Expected => ({
  messageId: 'missing-vary',
  ...(output && { suggestions: [{ messageId: 'varyByOrigin', output }] }),
});

const overwritten = (...suggestions: Required<Expected>['suggestions']): Expected => ({
  messageId: 'vary-overwritten',
  data: { line: '4' },
  ...(suggestions.length > 0 && { suggestions }),
});

testRule('require-vary-origin', rule, {
  valid: [
    {
      name: 'a middleware that another file mounts, perhaps before `cors`, which adds it',
      code: "const allowed = new Set(['https://app.acme.com']);\nexport function credentials(req, res, next) {\n  if (allowed.has(req.headers.origin)) {\n    res.header('Access-Control-Allow-Origin', req.headers.origin);\n  }\n  next();\n}",
    },
    // It is said.
    middleware(
      "  res.vary('Origin');\n  if (allowed.includes(req.headers.origin)) res.set('Access-Control-Allow-Origin', req.headers.origin);",
    ),
    middleware(
      "  res.set('Access-Control-Allow-Origin', allowed.includes(req.headers.origin) ? req.headers.origin : allowed[0]);\n  res.append('Vary', 'Origin');",
    ),
    middleware(
      "  if (allowed.includes(req.headers.origin)) {\n    res.set({ 'Access-Control-Allow-Origin': req.headers.origin, vary: 'Accept-Encoding, origin' });\n  }",
    ),
    bare(
      "  res.setHeader('Vary', ['Accept', 'Origin']);\n  if (allowed.includes(req.headers.origin)) res.setHeader('Access-Control-Allow-Origin', req.headers.origin);",
    ),
    bare(
      "  if (allowed.includes(req.headers.origin)) res.writeHead(200, { 'Access-Control-Allow-Origin': req.headers.origin, Vary: '*' });",
    ),
    server(
      `${LIST}\napp.use((req, res, next) => { res.vary('Origin'); next(); });\napp.use((req, res, next) => {\n  if (allowed.includes(req.headers.origin)) res.set('Access-Control-Allow-Origin', req.headers.origin);\n  next();\n});`,
    ),
    // The same for everybody.
    middleware("  res.set('Access-Control-Allow-Origin', '*');"),
    middleware("  res.set('Access-Control-Allow-Origin', 'https://app.acme.com');"),
    middleware("  res.set('Access-Control-Allow-Origin', process.env.ORIGIN);"),
    // Between a browser and its own machine stands no cache.
    server(
      "app.use((req, res, next) => {\n  if (req.headers.origin === 'http://localhost:3000') res.set('Access-Control-Allow-Origin', req.headers.origin);\n  next();\n});",
    ),
    // Everybody is let in, with credentials: that is the mistake.
    middleware(
      "  res.set('Access-Control-Allow-Origin', req.headers.origin);\n  res.set('Access-Control-Allow-Credentials', 'true');",
    ),
    // Whoever else has the response in hand may say it.
    middleware(
      "  caching(res);\n  if (allowed.includes(req.headers.origin)) res.set('Access-Control-Allow-Origin', req.headers.origin);",
    ),
    // `cors` says it.
    server("app.use(cors({ origin: ['https://app.acme.com'] }));"),
    // It adds to what `cors` has said.
    behind("(req, res) => {\n  res.vary('Accept');\n  res.json({});\n}"),
    behind("(req, res) => {\n  res.append('Vary', 'Accept');\n  res.json({});\n}"),
    behind("(req, res) => {\n  res.set('Vary', 'Origin, Accept');\n  res.json({});\n}"),
    behind('(req, res) => {\n  const { vary } = req.query;\n  res.json({ vary: vary });\n}'),
    behind("(req, res) => {\n  res.set('Vary', variants(req));\n  res.json({});\n}"),
    // There was nothing to take away.
    server(
      "app.use(cors());\napp.get('/x', (req, res) => {\n  res.set('Vary', 'Accept');\n  res.json({});\n});",
    ),
    server(
      "app.get('/x', (req, res) => {\n  res.set('Vary', 'Accept');\n  res.json({});\n});\napp.use('/api', cors({ origin: ['https://app.acme.com'] }));",
    ),
    server(
      "app.use('/api', cors({ origin: ['https://app.acme.com'] }));\napp.get('/about', (req, res) => {\n  res.set('Vary', 'Accept');\n  res.json({});\n});",
    ),
  ],
  invalid: [
    // Express.
    {
      code: middleware(
        "  if (allowed.includes(req.headers.origin)) {\n    «res.set('Access-Control-Allow-Origin', req.headers.origin)»;\n  }",
      ),
      errors: [missing([['  if (allowed', "  res.vary('Origin');\n  if (allowed"]])],
    },
    {
      name: 'a comment above',
      code: middleware(
        "  const { origin } = req.headers;\n  // Ours alone.\n  if (allowed.includes(origin)) «res.header('Access-Control-Allow-Origin', origin)»;",
      ),
      errors: [missing([['  // Ours alone.', "  res.vary('Origin');\n  // Ours alone."]])],
    },
    {
      code: middleware(
        "  const origin = allowed.includes(req.headers.origin) ? req.headers.origin : allowed[0];\n  res.set({ «'Access-Control-Allow-Origin': origin», 'Access-Control-Allow-Methods': 'GET' });",
      ),
      errors: [missing([['  res.set({', "  res.vary('Origin');\n  res.set({"]])],
    },
    {
      name: 'chained',
      code: server(
        `${LIST}\napp.get('/x', (req, res) => {\n  const { origin } = req.headers;\n  if (!allowed.includes(origin)) return res.status(403).end();\n  «res.status(200).set('Access-Control-Allow-Origin', origin)».json({});\n});`,
      ),
      errors: [missing([['  res.status(200)', "  res.vary('Origin');\n  res.status(200)"]])],
    },
    {
      name: 'on one line',
      code: server(
        `${LIST}\napp.use((req, res, next) => { if (allowed.includes(req.headers.origin)) «res.set('Access-Control-Allow-Origin', req.headers.origin)»; next(); });`,
      ),
      errors: [missing([['{ if (allowed', "{ res.vary('Origin'); if (allowed"]])],
    },
    {
      name: 'with types',
      typescript: true,
      code: "import express, { type NextFunction, type Request, type Response } from 'express';\nconst allowed: readonly string[] = ['https://app.acme.com'];\nexport function cors(req: Request, res: Response, next: NextFunction): void {\n  const origin = req.get('origin');\n  if (origin && allowed.includes(origin)) {\n    «res.setHeader('Access-Control-Allow-Origin', origin)»;\n  }\n  next();\n}\nexpress().use(cors);",
      errors: [missing([['  if (origin &&', "  res.vary('Origin');\n  if (origin &&"]])],
    },
    {
      name: 'everybody, without credentials',
      code: middleware(
        "  if (req.headers.origin) «res.set('Access-Control-Allow-Origin', req.headers.origin)»;",
      ),
      errors: [missing([['  if (req', "  res.vary('Origin');\n  if (req"]])],
    },
    // `node:http`.
    {
      code: bare(
        "  const { origin } = req.headers;\n  if (allowed.includes(origin)) «res.setHeader('Access-Control-Allow-Origin', origin)»;",
      ),
      errors: [missing([['  if (allowed', "  res.setHeader('Vary', 'Origin');\n  if (allowed"]])],
    },
    {
      code: bare(
        "  const { origin } = req.headers;\n  if (allowed.includes(origin)) res.writeHead(200, { «'Access-Control-Allow-Origin': origin» });",
      ),
      errors: [missing([['  if (allowed', "  res.setHeader('Vary', 'Origin');\n  if (allowed"]])],
    },
    {
      name: 'a table of headers',
      code: "const http = require('http');\nconst allowed = ['https://app.acme.com'];\nhttp.createServer((req, res) => {\n  const headers = {};\n  if (allowed.includes(req.headers.origin)) «headers['Access-Control-Allow-Origin']» = req.headers.origin;\n  res.writeHead(200, headers);\n  res.end();\n});",
      errors: [missing()],
    },
    // A `Vary` that says something else.
    {
      code: middleware(
        "  res.set('Vary', «'Accept-Encoding'»);\n  if (allowed.includes(req.headers.origin)) res.set('Access-Control-Allow-Origin', req.headers.origin);",
      ),
      errors: [
        {
          messageId: 'vary-without-origin',
          suggestions: [
            { messageId: 'addOriginToVary', output: [["'Accept-Encoding'", "'Accept-Encoding, Origin'"]] },
          ],
        },
      ],
    },
    {
      code: bare(
        '  const { origin } = req.headers;\n  if (allowed.includes(origin)) res.writeHead(200, { \'Access-Control-Allow-Origin\': origin, Vary: «"Accept"» });',
      ),
      errors: [
        {
          messageId: 'vary-without-origin',
          suggestions: [{ messageId: 'addOriginToVary', output: [['"Accept"', '"Accept, Origin"']] }],
        },
      ],
    },
    // A handler that takes away what `cors` has said.
    {
      code: behind("(req, res) => {\n  res.set('Vary', «'Accept'»);\n  res.json({});\n}"),
      errors: [
        overwritten(
          {
            messageId: 'addToVary',
            output: [["res.set('Vary', 'Accept')", "res.vary('Accept')"]],
          },
          { messageId: 'addOriginToVary', output: [["'Accept'", "'Accept, Origin'"]] },
        ),
      ],
    },
    {
      code: behind("(req, res) => {\n  res.writeHead(200, { Vary: «'Accept-Encoding'» });\n  res.end();\n}"),
      errors: [
        overwritten({
          messageId: 'addOriginToVary',
          output: [["'Accept-Encoding'", "'Accept-Encoding, Origin'"]],
        }),
      ],
    },
    {
      name: 'a middleware in between',
      code: server(
        "app.use(cors({ origin: ['https://app.acme.com'] }));\napp.use((req, res, next) => {\n  res.setHeader('vary', «'Accept-Language'»);\n  next();\n});\napp.get('/x', (req, res) => res.json({}));",
      ),
      errors: [
        overwritten(
          {
            messageId: 'addToVary',
            output: [["res.setHeader('vary', 'Accept-Language')", "res.vary('Accept-Language')"]],
          },
          { messageId: 'addOriginToVary', output: [["'Accept-Language'", "'Accept-Language, Origin'"]] },
        ),
      ],
    },
    {
      name: 'a constant that is used elsewhere too',
      code: server(
        "const VARY = «'Accept'»;\napp.use(cors({ origin: ['https://app.acme.com'] }));\napp.get('/x', (req, res) => {\n  res.set('Vary', VARY);\n  res.json({ vary: VARY });\n});",
      ),
      errors: [{ messageId: 'vary-overwritten', data: { line: '5' } }],
    },
  ],
});
