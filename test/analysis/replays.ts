/**
 * Checks in the shapes that real servers have: each written here anew, after what people write. They are run by the real
 * `cors` and Express, and in the head, on the same requests.
 */
import type { Kind } from './decisions.grammar.ts';

export interface Replay {
  readonly kind: Kind;
  readonly source: string;
}

const originFunction = (before: string, fn: string): Replay => ({
  kind: 'origin',
  source: `${before}\nconst app = express();\napp.use(cors({ origin: ${fn}, credentials: true }));`,
});
const delegate = (before: string, fn: string): Replay => ({
  kind: 'delegate',
  source: `${before}\nconst app = express();\napp.use(cors(${fn}));`,
});
const middleware = (before: string, fn: string): Replay => ({
  kind: 'middleware',
  source: `${before}\nconst app = express();\napp.use(${fn});`,
});

const LIST = `const allowed = ['https://app.example.com', 'https://admin.example.com', 'http://localhost:3000'];`;

export const replays: Readonly<Record<string, Replay>> = {
  'the callback of every tutorial': originFunction(
    LIST,
    `function (origin, callback) {
      if (allowed.indexOf(origin) !== -1 || !origin) {
        callback(null, true);
      } else {
        callback(new Error('Not allowed by CORS'));
      }
    }`,
  ),
  'a refusal without an error': originFunction(
    LIST,
    `(origin, cb) => { if (!origin || allowed.includes(origin)) return cb(null, true); return cb(null, false); }`,
  ),
  'the forgotten missing origin': originFunction(
    LIST,
    `(origin, cb) => { if (allowed.indexOf(origin) === -1) { const msg = 'no ' + origin; return cb(new Error(msg), false); } return cb(null, true); }`,
  ),
  'a set': originFunction(
    `const allowed = new Set(['https://app.example.com', 'https://example.com']);`,
    `(origin, cb) => cb(null, !origin || allowed.has(origin))`,
  ),
  'an object as a table': originFunction(
    `const allowed = { 'https://app.example.com': true, 'https://example.com': true };`,
    `(origin, cb) => cb(null, allowed[origin] === true)`,
  ),
  'the end of the origin': originFunction(
    '',
    `(origin, cb) => { if (!origin) return cb(null, true); cb(null, origin.endsWith('example.com')); }`,
  ),
  'the end of the origin, with a dot and a scheme': originFunction(
    '',
    `(origin, cb) => cb(null, !!origin && origin.startsWith('https://') && origin.endsWith('.example.com'))`,
  ),
  'the host name': originFunction(
    '',
    `(origin, cb) => {
      if (!origin) return cb(null, true);
      let host;
      try { host = new URL(origin).hostname; } catch (error) { return cb(null, false); }
      cb(null, host === 'example.com' || host.endsWith('.example.com'));
    }`,
  ),
  'the host name, without a safety net': originFunction(
    '',
    `(origin, cb) => { const { hostname } = new URL(origin); cb(null, /(^|\\.)example\\.com$/.test(hostname)); }`,
  ),
  'the beginning of the origin': originFunction(
    LIST,
    `(origin, cb) => cb(null, allowed.some((one) => origin && origin.startsWith(one)))`,
  ),
  'a part of the origin': originFunction(
    '',
    `(origin, cb) => { if (!origin || origin.indexOf('localhost') > -1 || origin.includes('example.com')) { cb(null, true); } else { cb('refused'); } }`,
  ),
  'an expression in the callback': originFunction(
    String.raw`const own = /^https:\/\/([a-z0-9-]+\.)?example\.com$/;`,
    `(origin, cb) => (own.test(origin) ? cb(null, true) : cb(null, false))`,
  ),
  'an expression with a dot that is not escaped': originFunction(
    '',
    String.raw`/^https:\/\/app.example.com$/`,
  ),
  'several expressions in a list': originFunction(
    '',
    String.raw`[/^https:\/\/(app|admin)\.example\.com$/, /localhost:\d{4}$/, 'https://example.com']`,
  ),
  'patterns with a star, compiled': originFunction(
    String.raw`const patterns = ['https://*.example.com', 'http://localhost:*'];
const compiled = patterns.map((pattern) => new RegExp('^' + pattern.replace(/[.+?^$()|[\]\\{}]/g, '\\$&').replace(/\*/g, '[^./]+') + '$'));`,
    `(origin, cb) => cb(null, compiled.some((one) => one.test(origin)))`,
  ),
  'a list from the environment': originFunction(
    `const allowed = (process.env.ALLOWED_ORIGINS ?? '').split(',').map((one) => one.trim()).filter(Boolean);`,
    `(origin, cb) => cb(null, !origin || allowed.includes(origin))`,
  ),
  'a list that is a text': originFunction(
    `const allowed = 'https://app.example.com,https://example.com';`,
    `(origin, cb) => cb(null, allowed.indexOf(origin) !== -1)`,
  ),
  'a trailing slash taken off': originFunction(
    `const clean = (url) => url.replace(/\\/+$/, '').toLowerCase();
const allowed = ['https://App.example.com/', 'https://example.com'].map(clean);`,
    `(origin, cb) => { if (!origin) { cb(null, true); return; } cb(null, allowed.includes(clean(origin))); }`,
  ),
  'development in a branch': originFunction(
    LIST,
    `(origin, cb) => { if (process.env.NODE_ENV !== 'production') return cb(null, true); cb(null, allowed.includes(origin)); }`,
  ),
  'a promise that is waited for': originFunction(
    `const load = async () => ['https://app.example.com'];`,
    `(origin, cb) => { load().then((list) => cb(null, list.includes(origin))).catch(cb); }`,
  ),
  'a promise that nobody waits for': originFunction(LIST, `async (origin) => allowed.includes(origin)`),
  'a promise that calls back': originFunction(
    `const load = () => Promise.resolve(new Set(['https://app.example.com']));`,
    `async (origin, cb) => { try { const list = await load(); cb(null, list.has(origin)); } catch (error) { cb(error); } }`,
  ),
  'a class with a method': originFunction(
    `class Allowed { constructor(list) { this.list = list; this.check = this.check.bind(this); } check(origin, cb) { cb(null, this.list.some((one) => one === origin)); } }
const policy = new Allowed(['https://app.example.com']);`,
    `policy.check`,
  ),
  'a factory': originFunction(
    `const oneOf = (...list) => (origin, cb) => { for (const one of list) { if (one === origin) { cb(null, origin); return; } } cb(null, false); };`,
    `oneOf('https://app.example.com', 'https://example.com')`,
  ),
  'a callback that may never come': originFunction(
    LIST,
    `(origin, cb) => { allowed.forEach((one) => { if (one === origin) cb(null, true); }); }`,
  ),
  'a switch over hosts': originFunction(
    '',
    `(origin, cb) => {
      const [, host] = /^https?:\\/\\/([^:/]+)/.exec(origin || '') || [];
      switch (host) {
        case 'example.com':
        case 'app.example.com':
          return cb(null, true);
        case undefined:
          return cb(null, true);
        default:
          return cb(null, false);
      }
    }`,
  ),
  'the delegate of the readme': delegate(
    `const allowlist = ['https://app.example.com', 'https://example.com'];`,
    `function (req, callback) {
      let options;
      if (allowlist.indexOf(req.header('Origin')) !== -1) { options = { origin: true }; } else { options = { origin: false }; }
      callback(null, options);
    }`,
  ),
  'a delegate that spreads': delegate(
    `const base = { credentials: true, methods: ['GET', 'POST'] };`,
    `(req, callback) => { const origin = req.headers.origin; callback(null, { ...base, origin: origin === 'https://app.example.com' ? origin : false }); }`,
  ),
  'a delegate that looks at the path': delegate(
    '',
    `(req, callback) => callback(null, req.path.startsWith('/api') ? { origin: 'https://app.example.com' } : { origin: '*' })`,
  ),
  'headers for everybody': middleware(
    '',
    `(req, res, next) => {
      res.header('Access-Control-Allow-Origin', '*');
      res.header('Access-Control-Allow-Headers', 'Origin, X-Requested-With, Content-Type, Accept');
      if (req.method === 'OPTIONS') { res.header('Access-Control-Allow-Methods', 'PUT, POST, PATCH, DELETE, GET'); return res.status(200).json({}); }
      next();
    }`,
  ),
  'the origin handed back': middleware(
    '',
    `function (req, res, next) {
      res.setHeader('Access-Control-Allow-Origin', req.headers.origin || '*');
      res.setHeader('Access-Control-Allow-Credentials', 'true');
      if ('OPTIONS' === req.method) { res.sendStatus(204); } else { next(); }
    }`,
  ),
  'a list, by hand': middleware(
    LIST,
    `(req, res, next) => {
      const { origin } = req.headers;
      if (allowed.includes(origin)) res.setHeader('Access-Control-Allow-Origin', origin);
      res.header('Vary', 'Origin');
      res.header('Access-Control-Allow-Credentials', true);
      return next();
    }`,
  ),
  'a list, else its first': middleware(
    LIST,
    `(req, res, next) => {
      const origin = allowed.includes(req.get('Origin')) ? req.get('Origin') : allowed[0];
      res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Max-Age': 600 }).vary('Origin');
      req.method === 'OPTIONS' ? res.end() : next();
    }`,
  ),
  'a table of headers': middleware(
    `const HEADERS = { 'Access-Control-Allow-Origin': 'https://app.example.com', 'Access-Control-Allow-Methods': 'GET,PUT' };`,
    `(req, res, next) => { Object.entries(HEADERS).forEach(([name, value]) => res.setHeader(name, value)); if (req.method === 'OPTIONS') { res.writeHead(204); res.end(); return; } next(); }`,
  ),
  'a helper for the headers': middleware(
    `function setCors(req, res) { const origin = req.headers['origin']; if (origin && /\\.example\\.com$/.test(origin)) { res.set('Access-Control-Allow-Origin', origin); res.append('Vary', 'Origin'); return true; } return false; }`,
    `(req, res, next) => { const allowed = setCors(req, res); if (req.method === 'OPTIONS') return res.status(allowed ? 204 : 403).end(); next(); }`,
  ),
  'a preflight that hangs': middleware(
    LIST,
    `(req, res, next) => { if (allowed.indexOf(req.headers.origin) > -1) res.header('Access-Control-Allow-Origin', req.headers.origin); if (req.method === 'OPTIONS') res.status(200); else next(); }`,
  ),
  'an asynchronous middleware': middleware(
    `const load = async () => ['https://app.example.com'];`,
    `async (req, res, next) => { try { const list = await load(); if (list.includes(req.headers.origin)) { res.set('Access-Control-Allow-Origin', req.headers.origin); res.vary('Origin'); } next(); } catch (error) { next(error); } }`,
  ),
  'a middleware that hands on to the package': middleware(
    `const open = cors(); const strict = cors({ origin: ['https://app.example.com'], credentials: true });`,
    `(req, res, next) => { if (req.headers.origin === 'https://example.com') { open(req, res, next); } else { strict(req, res, next); } }`,
  ),
  'a refusal with a status': middleware(
    LIST,
    `(req, res, next) => { const { origin } = req.headers; if (origin && !allowed.includes(origin)) { const error = new Error('no'); error.status = 403; return next(error); } if (origin) res.set('Access-Control-Allow-Origin', origin); next(); }`,
  ),
};
