import rule from '../../rules/no-missing-origin-error.ts';
import { esm, server, testRule, type InvalidCase, type Output } from './tester.ts';

const LIST = "const allowed = ['https://app.example.com'];\n";
const asked = (body: string): string =>
  server(`${LIST}app.use(cors({ origin: (origin, callback) => { ${body} } }));`);

/** Refused on purpose, by an error that somebody wrote. */
function refused(code: string, output?: Output): InvalidCase {
  return {
    code,
    errors: [
      {
        messageId: 'missing-origin-error',
        data: { status: '500' },
        ...(output && { suggestions: [{ messageId: 'passWithoutOrigin', output }] }),
      },
    ],
  };
}

/** The header is taken for granted. */
function thrown(code: string, output?: Output): InvalidCase {
  return {
    code,
    errors: [
      {
        messageId: 'missing-origin-throws',
        ...(output && { suggestions: [{ messageId: 'passWithoutOrigin', output }] }),
      },
    ],
  };
}

const FIRST: Output = [['callback) => {', 'callback) => { if (!origin) return callback(null, true);']];

testRule('no-missing-origin-error', rule, {
  valid: [
    asked("if (!origin || allowed.includes(origin)) callback(null, true); else callback(new Error('no'));"),
    asked("if (origin && !allowed.includes(origin)) return callback(new Error('no')); callback(null, true);"),
    asked('callback(null, allowed.includes(origin));'),
    asked('callback(null, origin?.endsWith(".example.com"));'),
    asked('callback(null, /^https:\\/\\/app\\.example\\.com$/.test(origin));'),
    asked('if (!origin) return callback(null, false); callback(null, origin.endsWith(".example.com"));'),
    asked(
      'try { callback(null, new URL(origin).host === "app.example.com"); } catch { callback(null, false); }',
    ),
    // 403 is meant: only pages may ask.
    asked(
      "if (!origin) return callback(Object.assign(new Error('no'), { status: 403 })); callback(null, true);",
    ),
    // Somebody answers errors.
    `${asked("if (!origin) return callback(new Error('no')); callback(null, allowed.includes(origin));")}\napp.use((err, req, res, next) => { res.sendStatus(403); });`,
    // Everybody gets it.
    asked("if (!ready) return callback(new Error('not ready')); callback(null, allowed.includes(origin));"),
    // A list that is not known does not hold `undefined`.
    server(
      "app.use((req, res, next) => { const { origin } = req.headers; if (config.origins.indexOf(origin) > -1) res.setHeader('Access-Control-Allow-Origin', origin); next(); });",
    ),
    // A string for everybody, and what Express makes of `undefined`.
    server("app.use(cors({ origin: 'https://app.example.com' }));"),
    server("app.use((req, res, next) => { res.set('Access-Control-Allow-Origin', '*'); next(); });"),
    asked('check(origin, callback);'),
  ],
  invalid: [
    refused(
      asked("if (allowed.includes(origin)) callback(null, true); else callback(«new Error('no')»);"),
      FIRST,
    ),
    refused(
      asked("if (allowed.indexOf(origin) === -1) throw «new Error('no')»; callback(null, true);"),
      FIRST,
    ),
    refused(
      asked(
        "if (!origin) return callback(«new Error('no origin')»); callback(null, allowed.includes(origin));",
      ),
      FIRST,
    ),
    // Not the list, but the name of the parameters counts.
    refused(
      esm(
        `${LIST}function check(from, done) {\n  // Ours only.\n  if (!allowed.includes(from)) {\n    return done(«new Error('no')»);\n  }\n  done(null, true);\n}\napp.use(cors({ origin: check }));`,
      ),
      [
        [
          'function check(from, done) {',
          'function check(from, done) {\n  if (!from) return done(null, true);',
        ],
      ],
    ),
    refused(
      esm(
        `${LIST}app.use(cors({ origin(origin, done) { if (allowed.includes(origin)) done(null, true); else done(«new Error('no')»); } }));`,
      ),
      [['origin(origin, done) {', 'origin(origin, done) { if (!origin) return done(null, true);']],
    ),
    thrown(asked("callback(null, «origin.endsWith»('.app.example.com'));"), FIRST),
    thrown(asked("const { host } = «new URL(origin)»; callback(null, host === 'app.example.com');"), FIRST),
    thrown(
      server(
        "app.use(cors({ origin: (origin, callback) => callback(null, «origin.endsWith»('.example.com')) }));",
      ),
      [['=> callback(null', '=> !origin ? callback(null, true) : callback(null']],
    ),
    // What a delegate calls back with are options.
    refused(
      server(
        "app.use(cors((req, callback) => { if (req.header('Origin') === 'https://app.example.com') callback(null, { origin: true }); else callback(«new Error('no')»); }));",
      ),
    ),
    // By hand: Node refuses a header without a value.
    thrown(
      server(
        "app.use((req, res, next) => { «res.setHeader('Access-Control-Allow-Origin', req.headers.origin)»; res.vary('Origin'); next(); });",
      ),
    ),
    refused(
      server(
        `${LIST}app.use((req, res, next) => { const { origin } = req.headers; if (!allowed.includes(origin)) return next(«new Error('no')»); res.set('Access-Control-Allow-Origin', origin); res.vary('Origin'); next(); });`,
      ),
    ),
  ],
});
