import rule from '../../rules/require-authorization-header.ts';
import { esm, server, testRule, type Case, type InvalidCase, type Output } from './tester.ts';

const READS = "app.get('/me', (req, res) => res.json(req.headers.authorization));";
const strict = [{ checkWildcard: true, checkImplicit: true }] as const;
const cors = (options: string): string => server(`app.use(cors(${options}));\n${READS}`);

/** A middleware that sets `*`, and a handler that reads the header. */
const byHand = (statement: string, origin = "'*'"): string =>
  server(`app.use((req, res, next) => {
  res.set('Access-Control-Allow-Origin', ${origin});
  ${statement}
  next();
});

${READS}`);

function missing(
  code: string,
  line: number,
  output: Output | undefined,
  more: Omit<Case, 'code'> = {},
): InvalidCase {
  return {
    code,
    ...more,
    errors: [
      {
        messageId: 'authorization-not-allowed',
        data: { line: String(line) },
        ...(output && { suggestions: [{ messageId: 'addAuthorization', output }] }),
      },
    ],
  };
}

/** How it is read: line 5 of the file. */
const read = (reading: string): InvalidCase =>
  missing(server(`app.use(cors({ allowedHeaders: «['Content-Type']» }));\n${reading}`), 5, [
    ["['Content-Type']", "['Content-Type', 'Authorization']"],
  ]);

/** How the list is written. */
const list = (
  written: string,
  mended: string | undefined,
  within = (value: string): string => `{ allowedHeaders: ${value} }`,
): InvalidCase =>
  missing(cors(within(`«${written}»`)), 5, mended === undefined ? undefined : [[written, mended]]);

testRule('require-authorization-header', rule, {
  valid: [
    // It is named.
    cors("{ allowedHeaders: ['Content-Type', 'Authorization'] }"),
    cors("{ allowedHeaders: ['authorization'] }"),
    cors("{ allowedHeaders: 'Content-Type,AUTHORIZATION' }"),
    cors("{ allowedHeaders: 'Content-Type, Authorization' }"),
    cors("{ allowedHeaders: ['Content-Type, Authorization'] }"),
    cors("{ headers: ['Authorization'] }"),
    { code: cors("{ allowedHeaders: ['Authorization'] }"), options: strict },
    // No list: the library allows what is asked for.
    cors(''),
    cors("{ origin: 'https://a.example' }"),
    cors("{ allowedHeaders: '' }"),
    cors('{ allowedHeaders: undefined }'),
    // `*`, which today's browsers let pass.
    cors("{ allowedHeaders: '*' }"),
    cors("{ allowedHeaders: ['*'] }"),
    // With credentials it is no wildcard, which another rule says.
    {
      code: cors("{ origin: ['https://a.example'], credentials: true, allowedHeaders: '*' }"),
      options: strict,
    },
    // What cannot be known.
    cors('{ allowedHeaders: names }'),
    cors("{ allowedHeaders: ['Content-Type', ...names] }"),
    cors("{ allowedHeaders: ['Content-Type', name] }"),
    cors("{ allowedHeaders: process.env.HEADERS.split(',') }"),
    cors("{ allowedHeaders: ['Content-Type'], ...more }"),
    cors('options'),
    cors('(req, callback) => callback(null, { allowedHeaders: listOf(req) })'),
    // CORS is off for everybody whom the function is asked about.
    cors("{ origin: (origin, callback) => callback(null, false), allowedHeaders: ['Content-Type'] }"),
    // Headers written by hand.
    byHand("res.set('Access-Control-Allow-Headers', 'Content-Type, Authorization');"),
    byHand("res.set('Access-Control-Allow-Headers', req.headers['access-control-request-headers']);"),
    byHand("res.set('Access-Control-Allow-Headers', process.env.HEADERS);"),
    byHand("res.set({ 'Access-Control-Allow-Headers': ['authorization', 'X-A'].join(', ') });"),
    { code: byHand("res.set('Access-Control-Allow-Headers', 'Authorization');"), options: strict },
    // CORS is off.
    cors("{ origin: false, allowedHeaders: ['Content-Type'] }"),
    // In a branch that production does not take.
    server(
      `if (process.env.NODE_ENV === 'test') app.use(cors({ allowedHeaders: ['Content-Type'] }));\n${READS}`,
    ),
    // Nobody reads it.
    ...[
      '',
      "app.get('/x', (req, res) => res.json(req.headers['x-api-key']));",
      "app.get('/x', (req, res) => res.json({ authorization: true }));",
      'axios.get(url, { headers: { Authorization: token } });',
      'const headers = { authorization: `Bearer ${token}` };',
      'const { authorization } = config.headers;',
      'axios.interceptors.request.use((config) => { config.headers.authorization = token; return config; });',
      "axios.interceptors.request.use((config) => { config.headers['Authorization'] = token; return config; });",
      "app.get('/x', async (req, res) => res.json(await fetch(url, { headers: { Authorization: key } })));",
      "const text = 'req.headers.authorization';",
      '// req.headers.authorization',
      "app.get('/x', (req, res) => { res.set('Authorization', 'x'); res.end(); });",
      "it('refuses', () => request(app).get('/x').set('Authorization', 'x').expect(401));",
      "const value = cache.get('authorization');",
    ].map((other) => server(`app.use(cors({ allowedHeaders: ['Content-Type'] }));\n${other}`)),
    // Read where another policy answers.
    server(
      `app.get('/public', cors({ allowedHeaders: ['Content-Type'] }), (req, res) => res.json({}));\n${READS}`,
    ),
    server(`app.use('/public', cors({ allowedHeaders: ['Content-Type'] }));\n${READS}`),
    server(
      `const api = express.Router();\napi.use(cors({ allowedHeaders: ['Content-Type'] }));\napp.use('/api', api);\n${READS}`,
    ),
    // Not this package.
    `import cors from '@koa/cors';\nexport default [cors({ allowHeaders: ['Content-Type'] }), (req) => req.headers.authorization];`,
    "const cors = (options) => options;\ncors({ allowedHeaders: ['Content-Type'] });\nexport default (req) => req.headers.authorization;",
  ],
  invalid: [
    // How it is read.
    read(READS),
    read(
      "app.use((req, res, next) => { if (!req.headers['authorization']) return res.sendStatus(401); next(); });",
    ),
    read(
      "app.use((req, res, next) => { const token = req.headers.authorization?.split(' ')[1]; next(token); });",
    ),
    read('app.use((req, res, next) => { const { authorization } = req.headers; next(authorization); });'),
    read("app.use((req, res, next) => { const { authorization: token = '' } = req.headers; next(token); });"),
    read("app.get('/x', (req, res) => res.json(req.get('Authorization')));"),
    read("app.get('/x', (req, res) => res.json(req.header('authorization')));"),
    read("app.get('/x', function (request, response) { response.json(request.get('authorization')); });"),
    read('const tokenOf = (req) => req.headers.authorization;'),
    read('class Guard { check(req) { return req.headers.authorization; } }'),
    read(
      'module.exports.handler = async (req) => { const all = req.headers; return req.headers.authorization; };',
    ),
    // Functions and delegates.
    list(
      "['Content-Type']",
      "['Content-Type', 'Authorization']",
      (value) => `{ origin: (origin, callback) => callback(null, true), allowedHeaders: ${value} }`,
    ),
    // Headers written by hand.
    {
      code: byHand("res.set('Access-Control-Allow-Headers', «'Content-Type'»);"),
      errors: [
        {
          messageId: 'authorization-not-allowed',
          data: { line: '10' },
          suggestions: [
            { messageId: 'addAuthorization', output: [["'Content-Type'", "'Content-Type,Authorization'"]] },
          ],
        },
      ],
    },
    {
      name: 'a table of headers, and an answer to the preflight',
      code: byHand(
        "res.set({ 'Access-Control-Allow-Headers': «'Content-Type, X-A'» });\n  if (req.method === 'OPTIONS') return res.sendStatus(204);",
      ),
      errors: [
        {
          messageId: 'authorization-not-allowed',
          suggestions: [{ messageId: 'addAuthorization', output: [["X-A'", "X-A,Authorization'"]] }],
        },
      ],
    },
    {
      name: 'no header names any',
      code: byHand('', "«'*'»"),
      errors: [{ messageId: 'authorization-not-allowed', data: { line: '10' } }],
    },
    {
      name: 'a stranger is told nothing, and whom the code lets in too little',
      code: server(`app.use((req, res, next) => {
  if (req.headers.origin === 'https://a.example') {
    res.set('Access-Control-Allow-Origin', 'https://a.example');
    res.set('Access-Control-Allow-Headers', «'Content-Type'»);
  }
  if (req.method === 'OPTIONS') return res.sendStatus(204);
  next();
});
${READS}`),
      errors: [
        {
          messageId: 'authorization-not-allowed',
          suggestions: [
            { messageId: 'addAuthorization', output: [["'Content-Type'", "'Content-Type,Authorization'"]] },
          ],
        },
      ],
    },
    {
      name: '`*` in a header written by hand',
      code: byHand("res.set('Access-Control-Allow-Headers', «'*'»);"),
      options: strict,
      errors: [
        {
          messageId: 'authorization-by-wildcard',
          suggestions: [
            { messageId: 'addAuthorization', output: [["Headers', '*'", "Headers', '*,Authorization'"]] },
          ],
        },
      ],
    },
    // How the list is written.
    list("['Content-Type', 'X-Requested-With']", "['Content-Type', 'X-Requested-With', 'Authorization']"),
    list('["Content-Type"]', '["Content-Type", "Authorization"]'),
    list("['Content-Type',]", "['Content-Type', 'Authorization',]"),
    list('[]', "['Authorization']"),
    list('[/* none */]', undefined),
    list("'Content-Type'", "'Content-Type,Authorization'"),
    list('"Content-Type, X-A"', '"Content-Type, X-A,Authorization"'),
    list('`Content-Type`', '`Content-Type,Authorization`'),
    list("['Content-Type'].concat('X-A')", undefined),
    list("'Content-Type X-A'.split(' ')", undefined),
    {
      ...missing(
        server(`app.use(cors({ allowedHeaders: «[\n  'Content-Type', // JSON\n]» }));\n${READS}`),
        7,
        [["'Content-Type',", "'Content-Type', 'Authorization',"]],
      ),
      name: 'over several lines, with a comment',
    },
    missing(
      server(`const allowedHeaders = «['Content-Type']»;\napp.use(cors({ allowedHeaders }));\n${READS}`),
      6,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
      { name: 'a variable' },
    ),
    missing(
      server(
        `const options = {};\noptions.allowedHeaders = «['Content-Type']»;\napp.use(cors(options));\n${READS}`,
      ),
      7,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
      { name: 'written later' },
    ),
    missing(
      cors("{ headers: «['Content-Type']» }"),
      5,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
      {
        name: 'an alias that the documentation does not name',
      },
    ),
    missing(
      esm(
        `app.use(cors({ origin: ['https://a.example'], credentials: true, allowedHeaders: «['Content-Type']» }));\n${READS}`,
      ),
      5,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
    ),
    missing(
      `import cors from 'cors';\nexport default cors({ allowedHeaders: «['Content-Type']» });\nexport const guard = (req, res, next) => next(req.headers.authorization);`,
      3,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
      { name: 'mounted elsewhere' },
    ),
    // Where it is mounted.
    missing(
      server(
        "app.get('/me', cors({ allowedHeaders: «['Content-Type']» }), (req, res) => res.json(req.headers.authorization));",
      ),
      4,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
    ),
    missing(
      server(
        "app.options('/me', cors({ allowedHeaders: «['Content-Type']» }));\napp.get('/me', (req, res) => res.json(req.headers.authorization));",
      ),
      5,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
    ),
    missing(
      server(
        "app.use('/api', cors({ allowedHeaders: «['Content-Type']» }));\napp.get('/api/me', (req, res) => res.json(req.headers.authorization));",
      ),
      5,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
    ),
    missing(
      server(
        "const api = express.Router();\napi.use(cors({ allowedHeaders: «['Content-Type']» }));\napi.get('/me', (req, res) => res.json(req.headers.authorization));\napp.use('/api', api);",
      ),
      6,
      [["['Content-Type']", "['Content-Type', 'Authorization']"]],
    ),
    {
      ...missing(
        `import cors from 'cors';\nimport { type Request } from 'express';\nexport default cors({ allowedHeaders: «['Content-Type']» as const } as unknown as cors.CorsOptions);\nexport const token = (req: Request): string | undefined => req.headers.authorization;`,
        4,
        [["['Content-Type']", "['Content-Type', 'Authorization']"]],
      ),
      typescript: true,
    },
    // By options.
    {
      code: cors("{ allowedHeaders: «['*']» }"),
      options: strict,
      errors: [
        {
          messageId: 'authorization-by-wildcard',
          data: { line: '5' },
          suggestions: [{ messageId: 'addAuthorization', output: [["['*']", "['*', 'Authorization']"]] }],
        },
      ],
    },
    {
      code: cors("{ allowedHeaders: «'*'» }"),
      options: [{ checkWildcard: true }],
      errors: [
        {
          messageId: 'authorization-by-wildcard',
          data: { line: '5' },
          suggestions: [{ messageId: 'addAuthorization', output: [["'*'", "'*,Authorization'"]] }],
        },
      ],
    },
    {
      code: server(`app.use(«cors()»);\n${READS}`),
      options: strict,
      errors: [{ messageId: 'authorization-implicit', data: { line: '5', library: '`cors`' } }],
    },
    {
      code: server(`app.use(«cors({ origin: 'https://a.example' })»);\n${READS}`),
      options: [{ checkImplicit: true }],
      errors: [{ messageId: 'authorization-implicit', data: { line: '5', library: '`cors`' } }],
    },
    {
      ...list("['Content-Type']", "['Content-Type', 'Authorization']"),
      name: 'whatever the options, what fails is reported',
      options: [{ checkWildcard: false, checkImplicit: false }],
    },
  ],
});
