import rule from '../../rules/cors-before-auth.ts';
import { esm, server, testRule, type Case, type InvalidCase, type Output } from './tester.ts';

const LACK = ", since they carry neither cookies nor the page's headers, such as `Authorization`";

interface Blocked extends Omit<Case, 'code'> {
  readonly line: number;
  /** `undefined`: no status is known. */
  readonly status?: number | undefined;
  readonly only?: string;
  readonly because?: string;
  readonly output?: Output;
}

const found =
  (messageId: 'guard-before-cors' | 'rate-limit-before-cors' | 'redirect-before-cors') =>
  (code: string, { line, status, only, because, output, ...more }: Blocked): InvalidCase => ({
    code,
    ...more,
    errors: [
      {
        messageId,
        data: {
          line: String(line),
          which: only === undefined ? '' : ` to \`${only}\``,
          answers: status === undefined ? 'answers them' : `answers them with ${status}`,
          ...(messageId === 'guard-before-cors' && { because: because ?? LACK }),
        },
        ...(output !== undefined && {
          suggestions: [{ messageId: 'answerPreflightsFirst' as const, output }],
        }),
      },
    ],
  });

/** A guard on that line answers preflights before CORS, `«cors…»`, does. */
const blocked = found('guard-before-cors');
const limited = found('rate-limit-before-cors');
const redirected = found('redirect-before-cors');

/** Behind a guard that is written on line 4. */
const behind = (guard: string, more: Partial<Blocked> = {}): InvalidCase =>
  blocked(server(`app.use(${guard});\napp.use(«cors()»);\n`), {
    line: 4,
    status: 401,
    output: server(`app.use(cors());\napp.use(${guard});\n`),
    ...more,
  });

const USER = '(req, res, next) => { if (!req.user) return res.sendStatus(401); next(); }';
const TOKEN =
  '(req, res, next) => { if (!req.headers.authorization) return res.status(401).json({}); next(); }';
const TO_HTTPS =
  '(req, res, next) => { if (req.secure) return next(); res.redirect(301, `https://${req.hostname}${req.url}`); }';
const passport = (args: string): string => `require('passport').authenticate(${args})`;

testRule('cors-before-auth', rule, {
  valid: [
    // CORS comes first, or there is none.
    server(`app.use(cors());\napp.use(${USER});`),
    server(`app.use(${USER});`),
    server(`app.use(${USER});\napp.use(cors({ origin: false }));`),
    server(`app.get('/x', ${USER}, cors(), (req, res) => res.json({}));`),
    server(`app.use(cors());\napp.use(${USER});\napp.use(cors());`),
    // What lets preflights pass.
    ...[
      "(req, res, next) => { if (req.method === 'OPTIONS') return next(); if (!req.user) return res.sendStatus(401); next(); }",
      "(req, res, next) => { if (req.method !== 'OPTIONS' && !req.headers.authorization) return res.sendStatus(401); next(); }",
      "(req, res, next) => { if (['GET', 'OPTIONS'].includes(req.method)) return next(); res.sendStatus(403); }",
      "(req, res, next) => { if (req.get('Access-Control-Request-Headers')?.includes('authorization')) return next(); if (!req.user) return res.sendStatus(401); next(); }",
      '(req, res, next) => { req.user = req.headers.authorization ? decode(req.headers.authorization) : null; next(); }',
      '(req, res, next) => { console.log(req.method, req.url); next(); }',
    ].map((guard) => server(`app.use(${guard});\napp.use(cors());`)),
    // What may let it pass, for all that is known.
    ...[
      "(req, res, next) => { if (req.path.startsWith('/public')) return next(); if (!req.user) return res.sendStatus(401); next(); }",
      '(req, res, next) => { if (!req.query.key) return res.sendStatus(401); next(); }',
      "(req, res, next) => { if (req.headers['x-origin-verify'] !== process.env.SECRET) return res.sendStatus(403); next(); }",
      "(req, res, next) => { if (!req.headers['user-agent']) return res.sendStatus(400); next(); }",
      '(req, res, next) => { if (blocked.has(req.ip)) return res.sendStatus(403); next(); }',
      'async (req, res, next) => { const user = await load(req.cookies.token); if (!user) return res.sendStatus(401); next(); }',
      '(req, res, next) => { check(req, res, next); }',
      '(req, res, next) => { if (process.env.CLOSED && isClosed()) return res.sendStatus(503); next(); }',
      '(req, res, next) => { if (!req.auth) return res.sendStatus(401); next(); }',
      'requireLogin',
      "require('./middleware/auth')",
      "require('./middleware/auth').required",
    ].map((guard) => server(`app.use(${guard});\napp.use(cors());`)),
    `import express from 'express';\nimport cors from 'cors';\nimport { auth } from './auth.js';\nconst app = express();\napp.use(auth);\napp.use(cors());`,
    // Somebody may have given every request a user, or a session with something in it.
    server(
      `app.use((req, res, next) => { req.user = { name: 'guest' }; next(); });\napp.use(${USER});\napp.use(cors());`,
    ),
    server(
      'app.use((req, res, next) => { req.session.visits ??= 1; next(); });\napp.use((req, res, next) => { if (!req.session.visits) return res.sendStatus(401); next(); });\napp.use(cors());',
    ),
    server(
      `app.use((req, res, next) => { Object.assign(req, context()); next(); });\napp.use(${USER});\napp.use(cors());`,
    ),
    server(
      'app.use((req, res, next) => { if (!req.session) return res.sendStatus(500); next(); });\napp.use(cors());',
    ),
    server(
      'app.use((req, res, next) => { if (!req.session.id) return res.sendStatus(500); next(); });\napp.use(cors());',
    ),
    // Packages that answer no preflight, or may not.
    ...[
      'express.json()',
      'express.urlencoded({ extended: true })',
      "express.static('public')",
      "require('helmet')()",
      "require('morgan')('dev')",
      "require('compression')()",
      "require('cookie-parser')()",
      "require('body-parser').json()",
      "require('express-session')({ secret: process.env.SECRET })",
      "require('passport').initialize()",
      "require('passport').session()",
      passport("'anonymous'"),
      passport("['jwt', 'anonymous'], { session: false }"),
      passport("'my-own', { session: false }"),
      passport('strategy, { session: false }'),
      passport("'jwt', { session: false }, (error, user) => {}"),
      passport("'jwt', (error, user) => {}"),
      passport("'jwt', require('./options')"),
      passport("'jwt', ...rest"),
      "require('express-jwt').expressjwt({ secret: process.env.SECRET, algorithms: ['HS256'] })",
      "require('express-oauth2-jwt-bearer').auth({ authRequired: false })",
      "require('express-oauth2-jwt-bearer').auth(options)",
      "require('express-oauth2-jwt-bearer').requiredScopes('read')",
      "require('express-rate-limit')({ limit: 5, skip: (req) => req.method === 'OPTIONS' })",
      "require('express-rate-limit')({ limit: 5, handler: (req, res, next) => next() })",
      "require('express-rate-limit')({ limit: 5, skipSuccessfulRequests: true })",
      "require('express-rate-limit')(require('./limits'))",
      "require('express-rate-limit').ipKeyGenerator()",
    ].map((guard) => server(`app.use(${guard});\napp.use(cors());`)),
    server(
      "app.use((req, res, next) => { require('passport').authenticate('jwt', (error, user) => { if (!user) return res.sendStatus(401); next(); })(req, res, next); });\napp.use(cors());",
    ),
    // With a token it may be right.
    server(
      "const jwt = require('jsonwebtoken');\napp.use((req, res, next) => { try { jwt.verify(req.query.token, process.env.SECRET); next(); } catch { res.sendStatus(401); } });\napp.use(cors());",
    ),
    server(
      "const jwt = require('jsonwebtoken');\napp.use((req, res, next) => { jwt.verify(req.cookies.token, process.env.SECRET, callback); next(); });\napp.use(cors());",
    ),
    // Preflights are answered before.
    server(`app.use(cors(), ${USER}, cors());`),
    server(`app.options('/x', cors(), ${USER}, cors());`),
    server(`app.use('/x', require('./cors'), ${USER}, cors());`),
    server(`app.options('*', cors());\napp.use(${USER});\napp.use(cors());`),
    server(`app.options(/.*/, cors());\napp.use(${USER});\napp.use(cors());`),
    server(`app.options('/{*splat}', cors());\napp.use(${USER});\napp.use(cors());`),
    server(`app.options('*', (req, res) => res.sendStatus(204));\napp.use(${USER});\napp.use(cors());`),
    server(
      `app.use((req, res, next) => { res.set('Access-Control-Allow-Origin', '*'); if (req.method === 'OPTIONS') return res.sendStatus(204); next(); });\napp.use(${USER});\napp.use(cors());`,
    ),
    server(`app.use(require('./cors'));\napp.use(${USER});\napp.use(cors());`),
    server(`app.use(middlewares);\napp.use(${USER});\napp.use(cors());`),
    server(`require('./setup')(app);\napp.use(${USER});\napp.use(cors());`),
    server(
      `app.use('/api', cors());\napp.use('/api', ${USER});\napp.use(cors());\napp.get('/api/x', (req, res) => res.json({}));`,
    ),
    // It is for other requests.
    server(`app.get('/x', ${USER});\napp.use(cors());`),
    server(`app.post('/api', ${USER}, (req, res) => res.json({}));\napp.use(cors());`),
    server(`app.use('/admin', ${USER});\napp.use('/api', cors());`),
    server(`app.use('/admin', ${USER});\napp.use(cors());\napp.get('/api', (req, res) => res.json({}));`),
    server(`app.use('/admin', ${USER}, (req, res) => res.render('admin'));\napp.use(cors());`),
    server(
      `app.use('/queues', require('express-basic-auth')({ users: {} }), board);\napp.use(cors());\napp.use('/api', api);`,
    ),
    server(
      `app.use('/admin', ${USER});\napp.use(cors());\napp.get('/admin/x', (req, res) => res.render('x'));`,
    ),
    server(
      `app.use('/login', require('express-rate-limit')());\napp.use(cors());\napp.use('/api', require('./api'));`,
    ),
    server(`app.use(prefix, ${USER});\napp.use(cors());`),
    server(
      `app.use('/:tenant', ${USER});\napp.use(cors());\napp.get('/:tenant/x', (req, res) => res.json({}));`,
    ),
    // Whether it is there is not known.
    server(`if (config.closed) app.use(${USER});\napp.use(cors());`),
    server(`if (process.env.NODE_ENV === 'development') app.use(${USER});\napp.use(cors());`),
    server(`if (open) app.use(cors()); else app.use(${USER});`),
    server(
      `const admin = express.Router();\nadmin.use(${USER});\nif (config.admin) app.use(admin);\napp.use(cors());`,
    ),
    // Nobody knows which comes first.
    `import cors from 'cors';\nexport function guards(app) { app.use(${USER}); }\nexport function middleware(app) { app.use(cors()); }`,
    `import cors from 'cors';\nexport class Server { guards() { this.app.use(${USER}); this.app.use(cors()); } first() { this.app.use(cors({ origin: 'https://a.example' })); } }`,
    // No guards: what answers everything, routes, and what handles errors.
    server('app.use((req, res) => res.sendStatus(404));\napp.use(cors());'),
    server('app.use((req, res, next) => { res.sendStatus(503); });\napp.use(cors());'),
    server('app.use((error, req, res, next) => { res.sendStatus(500); });\napp.use(cors());'),
    // A hanging guard is another mistake.
    server('app.use((req, res, next) => { if (req.user) next(); });\napp.use(cors());'),
    // Redirects are reported on request, and only those to `https:`.
    server(`app.use(${TO_HTTPS});\napp.use(cors());`),
    ...[
      "(req, res, next) => { if (req.path === '/old') return res.redirect('https://new.example'); next(); }",
      "(req, res, next) => { if (req.hostname === 'example.com') return res.redirect('/x'); next(); }",
      '(req, res, next) => { if (req.secure || req.method === "OPTIONS") return next(); res.redirect(301, `https://${req.hostname}${req.url}`); }',
    ].map((code) => ({
      code: server(`app.use(${code});\napp.use(cors());`),
      options: [{ checkHttpsRedirect: true }] as const,
    })),
    // Not this package, and not Express.
    `import express from 'express';\nimport cors from './cors.js';\nconst app = express();\napp.use(${USER});\napp.use(cors());`,
    `import { Hono } from 'hono';\nimport { cors } from 'hono/cors';\nconst app = new Hono();\napp.use(async (c, next) => { if (!c.get('user')) return c.text('', 401); await next(); });\napp.use(cors());`,
  ],
  invalid: [
    // By hand.
    behind(USER),
    behind(TOKEN),
    ...[
      '(req, res, next) => { if (req.isAuthenticated()) return next(); res.status(401).end(); }',
      '(req, res, next) => { if (req.isUnauthenticated()) return res.status(401).end(); next(); }',
      '(req, res, next) => { if (!req.session.userId) return res.status(401).send("no"); next(); }',
      '(req, res, next) => { if (!req.session?.user) return res.sendStatus(401); next(); }',
      '(req, res, next) => { if (!req.cookies.token && !req.signedCookies.token) { res.sendStatus(401); } else { next(); } }',
      "(req, res, next) => { const [scheme, token] = (req.get('Authorization') || '').split(' '); if (scheme !== 'Bearer' || !token) return res.sendStatus(401); next(); }",
      "(req, res, next) => { const { authorization } = req.headers; if (!authorization?.startsWith('Bearer ')) { res.status(401).json({}); return; } next(); }",
      "(req, res, next) => { const header = req.headers['authorization']; const token = header && header.split(' ')[1]; if (token == null) return res.sendStatus(401); next(); }",
      "(req, res, next) => { try { const token = req.headers.authorization.split(' ')[1]; req.user = decode(token); next(); } catch (error) { res.status(401).json({ error }); } }",
      "(req, res, next) => { if (req.headers['x-api-key'] !== process.env.API_KEY) return res.sendStatus(401); next(); }",
      'function requireUser(req, res, next) { if (!req.user) { res.statusCode = 401; return res.end(); } next(); }',
      'async (req, res, next) => { if (!req.headers.cookie) return res.sendStatus(401); req.user = await load(req.headers.cookie); next(); }',
      "(req, res, next) => { if (!req.user) return next(Object.assign(new Error('no'), { status: 401 })); next(); }",
    ].map((guard) => behind(guard)),
    behind("(req, res, next) => { if (!req.user) throw new Error('no'); next(); }", {
      status: 500,
      name: 'one that throws',
    }),
    behind('(req, res, next) => { if (!req.user.isAdmin) return res.sendStatus(403); next(); }', {
      status: 500,
      name: 'one that reads from what is not there',
    }),
    behind("(req, res, next) => { if (!req.session.user) return res.redirect('/login'); next(); }", {
      status: 302,
      name: 'one that sends to a login page',
    }),
    behind('(req, res, next) => { if (!req.user) return res.status(code).end(); next(); }', {
      status: undefined,
      name: 'one whose status is not known',
    }),
    behind(
      '(req, res, next) => { if (!req.headers.authorization) return res.sendStatus(401); if (!req.user) return res.sendStatus(403); next(); }',
      { name: 'the first of two questions' },
    ),
    behind(
      "(req, res, next) => { if (!['GET', 'POST'].includes(req.method)) return res.sendStatus(405); next(); }",
      {
        status: 405,
        because: '',
        name: 'one that asks for the method',
      },
    ),
    behind("(req, res, next) => { if (req.method !== 'POST') return res.sendStatus(405); next(); }", {
      status: 405,
      because: '',
      name: 'one for a single method',
    }),
    behind("(req, res, next) => { if (req.method === 'OPTIONS') return res.sendStatus(200); next(); }", {
      status: 200,
      because: '',
      name: 'one that answers preflights, and not as CORS wants it',
    }),
    blocked(
      server(
        `function requireRole(role) { return (req, res, next) => { if (!req.user || req.user.role !== role) return res.sendStatus(403); next(); }; }\napp.use(requireRole('admin'));\napp.use(«cors()»);\n`,
      ),
      {
        line: 5,
        status: 403,
        output: server(
          `function requireRole(role) { return (req, res, next) => { if (!req.user || req.user.role !== role) return res.sendStatus(403); next(); }; }\napp.use(cors());\napp.use(requireRole('admin'));\n`,
        ),
        name: 'one that a function makes',
      },
    ),
    // With packages.
    behind(passport("'jwt', { session: false }")),
    behind(passport("['jwt', 'bearer'], { session: false }")),
    behind(passport("'bearer', { session: false, failureRedirect: '/login' }"), { status: 302 }),
    behind(
      "(req, res, next) => require('passport').authenticate('jwt', { session: false })(req, res, next)",
      {
        name: 'a package that is called by hand',
      },
    ),
    behind("require('express-basic-auth')({ users: { admin: process.env.PASSWORD } })"),
    behind("require('express-oauth2-jwt-bearer').auth()"),
    behind("require('express-oauth2-jwt-bearer').auth({ audience: 'https://api.example' })"),
    blocked(
      server(
        "const jwt = require('jsonwebtoken');\napp.use((req, res, next) => { try { req.user = jwt.verify(req.cookies.token, process.env.SECRET); next(); } catch { res.sendStatus(401); } });\napp.use(«cors()»);\n",
      ),
      {
        line: 5,
        status: 401,
        output: server(
          "const jwt = require('jsonwebtoken');\napp.use(cors());\napp.use((req, res, next) => { try { req.user = jwt.verify(req.cookies.token, process.env.SECRET); next(); } catch { res.sendStatus(401); } });\n",
        ),
      },
    ),
    blocked(
      `import { verify, sign } from 'jsonwebtoken';\nimport express from 'express';\nimport cors from 'cors';\nsign({}, 'x');\nconst app = express();\napp.use((req, res, next) => { verify(req.header('x-access-token'), process.env.SECRET, (error, user) => { if (error) return res.sendStatus(403); req.user = user; next(); }); });\napp.use(«cors()»);\n`,
      {
        line: 6,
        status: 403,
        output: `import { verify, sign } from 'jsonwebtoken';\nimport express from 'express';\nimport cors from 'cors';\nsign({}, 'x');\nconst app = express();\napp.use(cors());\napp.use((req, res, next) => { verify(req.header('x-access-token'), process.env.SECRET, (error, user) => { if (error) return res.sendStatus(403); req.user = user; next(); }); });\n`,
      },
    ),
    blocked(
      `import passport from 'passport';\nimport cors from 'cors';\nexport function setUp(app) {\n  app.use(passport.initialize());\n  app.use(passport.authenticate('jwt', { session: false }));\n  app.use(«cors()»);\n}\n`,
      {
        line: 5,
        status: 401,
        output: `import passport from 'passport';\nimport cors from 'cors';\nexport function setUp(app) {\n  app.use(passport.initialize());\n  app.use(cors());\n  app.use(passport.authenticate('jwt', { session: false }));\n}\n`,
      },
    ),
    // Rate limits.
    limited(server("app.use(require('express-rate-limit')());\napp.use(«cors()»);\n"), {
      line: 4,
      status: 429,
      output: server("app.use(cors());\napp.use(require('express-rate-limit')());\n"),
    }),
    limited(
      `import { rateLimit } from 'express-rate-limit';\n${esm(
        "const limiter = rateLimit({ windowMs: 60_000, limit: 100, statusCode: 503, standardHeaders: 'draft-8' });\napp.use(limiter);\napp.use(«cors({ origin: ['https://a.example'], credentials: true })»);\n",
      )}`,
      {
        line: 6,
        status: 503,
        output: `import { rateLimit } from 'express-rate-limit';\n${esm(
          "const limiter = rateLimit({ windowMs: 60_000, limit: 100, statusCode: 503, standardHeaders: 'draft-8' });\napp.use(cors({ origin: ['https://a.example'], credentials: true }));\napp.use(limiter);\n",
        )}`,
      },
    ),
    limited(
      server(
        'const counts = new Map();\napp.use((req, res, next) => { if (tooMany(req.ip)) return res.status(429).end(); next(); });\napp.use(«cors()»);\n',
      ),
      {
        line: 5,
        status: 429,
        output: server(
          'const counts = new Map();\napp.use(cors());\napp.use((req, res, next) => { if (tooMany(req.ip)) return res.status(429).end(); next(); });\n',
        ),
        name: 'a limit by hand',
      },
    ),
    limited(
      server(
        "app.use('/api/', require('express-rate-limit')({ limit: 100 }));\napp.use(«cors()»);\napp.get('/api/orders', (req, res) => res.json([]));\n",
      ),
      {
        line: 4,
        status: 429,
        only: '/api',
        output: server(
          "app.use(cors());\napp.use('/api/', require('express-rate-limit')({ limit: 100 }));\napp.get('/api/orders', (req, res) => res.json([]));\n",
        ),
      },
    ),
    // Redirects.
    ...[
      TO_HTTPS,
      "(req, res, next) => { if (req.header('x-forwarded-proto') !== 'https') return res.redirect(301, 'https://' + req.headers.host + req.url); next(); }",
      "(req, res, next) => { if (req.protocol === 'http') res.redirect(301, `https://${req.headers.host}${req.originalUrl}`); else next(); }",
    ].map((guard) =>
      redirected(server(`app.use(${guard});\napp.use(«cors()»);\n`), {
        line: 4,
        status: 301,
        options: [{ checkHttpsRedirect: true }],
        output: server(`app.use(cors());\napp.use(${guard});\n`),
      }),
    ),
    // Where: the guard is for all of the policy, or for part of it that is served behind.
    blocked(server(`app.use('/api', ${USER}, «cors()», require('./api'));\n`), { line: 4, status: 401 }),
    blocked(server(`app.use(${USER}, «cors()»);\n`), { line: 4, status: 401 }),
    limited(server(`app.use(require('express-rate-limit')());\napp.use(express.json(), «cors()»);\n`), {
      line: 4,
      status: 429,
      name: 'others would come along, and come first',
    }),
    blocked(server(`app.options('/x', ${USER}, «cors()»);\n`), { line: 4, status: 401 }),
    blocked(server(`app.all('/x', ${USER}, «cors()», (req, res) => res.json({}));\n`), {
      line: 4,
      status: 401,
    }),
    blocked(server(`app.use(${USER});\napp.use('/api', «cors()»);\n`), {
      line: 4,
      status: 401,
      output: server(`app.use('/api', cors());\napp.use(${USER});\n`),
    }),
    blocked(server(`app.use('/API/', ${USER});\napp.use('/api/v1', «cors()»);\n`), {
      line: 4,
      status: 401,
      output: server(`app.use('/api/v1', cors());\napp.use('/API/', ${USER});\n`),
    }),
    blocked(server(`app.use('/api', ${USER});\napp.use(«cors()»);\napp.use('/api', require('./api'));\n`), {
      line: 4,
      status: 401,
      only: '/api',
      output: server(`app.use(cors());\napp.use('/api', ${USER});\napp.use('/api', require('./api'));\n`),
    }),
    blocked(
      server(
        `const api = express.Router();\napi.use(${USER});\napi.use(«cors()»);\napi.get('/x', (req, res) => res.json({}));\napp.use('/api', api);\n`,
      ),
      {
        line: 5,
        status: 401,
        output: server(
          `const api = express.Router();\napi.use(cors());\napi.use(${USER});\napi.get('/x', (req, res) => res.json({}));\napp.use('/api', api);\n`,
        ),
        name: 'within a router',
      },
    ),
    blocked(
      server(
        `app.use('/public', cors());\napp.use(${USER});\napp.use(«cors({ origin: ['https://a.example'] })»);\n`,
      ),
      {
        line: 5,
        status: 401,
        output: server(
          `app.use('/public', cors());\napp.use(cors({ origin: ['https://a.example'] }));\napp.use(${USER});\n`,
        ),
        name: 'an earlier policy for less',
      },
    ),
    blocked(
      server(`app.get('/x', cors(), (req, res) => res.json({}));\napp.use(${USER});\napp.use(«cors()»);\n`),
      {
        line: 5,
        status: 401,
        output: server(
          `app.get('/x', cors(), (req, res) => res.json({}));\napp.use(cors());\napp.use(${USER});\n`,
        ),
        name: 'an earlier policy that sees no preflights',
      },
    ),
    blocked(
      server(
        `app.use(${USER});\napp.use(«(req, res, next) => { res.set('Access-Control-Allow-Origin', '*'); if (req.method === 'OPTIONS') return res.sendStatus(204); next(); }»);\n`,
      ),
      {
        line: 4,
        status: 401,
        output: server(
          `app.use((req, res, next) => { res.set('Access-Control-Allow-Origin', '*'); if (req.method === 'OPTIONS') return res.sendStatus(204); next(); });\napp.use(${USER});\n`,
        ),
        name: 'headers written by hand',
      },
    ),
    blocked(
      server(
        `app.use(${USER});\nconst options = { origin: (origin, callback) => callback(null, allowed.includes(origin)) };\napp.use(«cors(options)»);\n`,
      ),
      {
        line: 4,
        status: 401,
        output: server(
          `const options = { origin: (origin, callback) => callback(null, allowed.includes(origin)) };\napp.use(cors(options));\napp.use(${USER});\n`,
        ),
        name: 'what it needs goes along',
      },
    ),
    blocked(
      server(`app.use(${USER});\nif (process.env.NODE_ENV === 'production') {\n  app.use(«cors()»);\n}\n`),
      {
        line: 4,
        status: 401,
        name: 'in another block: no move is safe',
      },
    ),
    blocked(
      `import express from 'express';\nimport cors from 'cors';\nclass Server {\n  app = express();\n  constructor() { this.guards(); this.middleware(); }\n  guards() { this.app.use(this.guard); }\n  middleware() { this.app.use(«cors()»); }\n  guard(req, res, next) { if (!req.headers.authorization) return res.sendStatus(401); next(); }\n}\nnew Server();\n`,
      { line: 6, status: 401, name: 'a class, whose constructor says in which order' },
    ),
    blocked(
      server(`const inner = express.Router();\ninner.use(${USER});\napp.use(inner);\napp.use(«cors()»);\n`),
      {
        line: 5,
        status: 401,
        name: 'in a router that is there for every request',
        output: server(
          `const inner = express.Router();\napp.use(cors());\ninner.use(${USER});\napp.use(inner);\n`,
        ),
      },
    ),
    // One mistake, one report.
    blocked(server(`app.use(${TOKEN});\napp.use(${USER});\napp.use(«cors()»);\n`), {
      line: 4,
      status: 401,
      output: server(`app.use(cors());\napp.use(${TOKEN});\napp.use(${USER});\n`),
      name: 'two guards: the first is named',
    }),
    blocked(server(`app.use(require('express-rate-limit')());\napp.use(${USER});\napp.use(«cors()»);\n`), {
      line: 5,
      status: 401,
      output: server(`app.use(cors());\napp.use(require('express-rate-limit')());\napp.use(${USER});\n`),
      name: 'a limit and a guard: the worse is named, and CORS goes before both',
    }),
    blocked(server(`app.use(${USER});\napp.use(«cors()»);\napp.options(/.*/, cors());\n`), {
      line: 4,
      status: 401,
      output: server(`app.use(cors());\napp.use(${USER});\napp.options(/.*/, cors());\n`),
      name: 'two policies behind it: the second is covered',
    }),
    {
      name: 'two policies for different paths behind it',
      code: server(`app.use(${USER});\napp.use('/a', «cors()»);\napp.use('/b', «cors()»);\n`),
      errors: [
        {
          messageId: 'guard-before-cors',
          suggestions: [
            {
              messageId: 'answerPreflightsFirst',
              output: server(`app.use('/a', cors());\napp.use(${USER});\napp.use('/b', cors());\n`),
            },
          ],
        },
        {
          messageId: 'guard-before-cors',
          suggestions: [
            {
              messageId: 'answerPreflightsFirst',
              output: server(`app.use('/b', cors());\napp.use(${USER});\napp.use('/a', cors());\n`),
            },
          ],
        },
      ],
    },
    // TypeScript.
    {
      ...blocked(
        `import cors from 'cors';\nimport express, { type NextFunction, type Request, type Response } from 'express';\nimport { rateLimit } from 'express-rate-limit';\nexport const app = express();\nconst requireToken = (req: Request, res: Response, next: NextFunction): void => {\n  if (req.get('Authorization') === undefined) {\n    res.status(401).end();\n    return;\n  }\n  next();\n};\napp.use(requireToken as express.RequestHandler);\napp.use(«cors<cors.CorsRequest>()»);\nexport { rateLimit };\n`,
        {
          line: 12,
          status: 401,
          output: `import cors from 'cors';\nimport express, { type NextFunction, type Request, type Response } from 'express';\nimport { rateLimit } from 'express-rate-limit';\nexport const app = express();\nconst requireToken = (req: Request, res: Response, next: NextFunction): void => {\n  if (req.get('Authorization') === undefined) {\n    res.status(401).end();\n    return;\n  }\n  next();\n};\napp.use(cors<cors.CorsRequest>());\napp.use(requireToken as express.RequestHandler);\nexport { rateLimit };\n`,
        },
      ),
      typescript: true,
    },
  ],
});
