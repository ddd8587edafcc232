import rule from '../../rules/no-denial-by-error.ts';
import { esm, server, testRule, type InvalidCase, type Output, type Suggestion } from './tester.ts';

const STRANGER = 'https://stranger.example';
const everywhere = [{ onlyWithOwnPages: false }] as const;

const LIST = "const allowed = ['https://app.example.com'];\n";

/** A server whose function refuses by that statement, and with what stands behind it. */
const denying = (refusal: string, more = ''): string =>
  server(
    `${LIST}app.use(cors({ origin: (origin, callback) => { if (!origin || allowed.includes(origin)) callback(null, true); else ${refusal} } }));\n${more}`,
  );

const verdict = (output: Output, refusal = 'false'): Suggestion => ({
  messageId: 'refuseByVerdict',
  data: { refusal },
  output,
});

const status = (output: Output): Suggestion => ({ messageId: 'refuseByStatus', output });

function denied(code: string, suggestions: readonly Suggestion[] = [], refusal = 'false'): InvalidCase {
  const instead =
    refusal === ''
      ? 'Answer 403, or give the error a `status` of 403'
      : `Call back with \`null, ${refusal}\`, or give the error a \`status\` of 403`;
  return {
    code,
    options: everywhere,
    errors: [
      {
        messageId: 'denial-by-error',
        data: { witness: STRANGER, status: '500', instead },
        ...(suggestions.length > 0 && { suggestions }),
      },
    ],
  };
}

/** The same where the app serves pages, on that line. */
function ownPages(code: string, line: number): InvalidCase {
  const from = "new Error('no')";
  return {
    code,
    errors: [
      {
        messageId: 'own-pages-denied-by-error',
        data: {
          status: '500',
          line: String(line),
          instead: 'Call back with `null, false`, or give the error a `status` of 403',
        },
        suggestions: [
          verdict([[`callback(${from})`, 'callback(null, false)']]),
          status([[from, `Object.assign(${from}, { status: 403 })`]]),
        ],
      },
    ],
  };
}

testRule('no-denial-by-error', rule, {
  valid: [
    // Without pages of its own the recommended rule is silent.
    denying("callback(new Error('no'));"),
    ...[
      denying('callback(null, false);'),
      denying('callback(null);'),
      // The error says what is answered.
      denying("callback(Object.assign(new Error('no'), { status: 403 }));"),
      denying("{ const error = new Error('no'); error.statusCode = 403; callback(error); }"),
      denying("callback(createError(403, 'no'));"),
      denying("callback(new Forbidden('no'));"),
      // Somebody answers errors.
      denying("callback(new Error('no'));", 'app.use((err, req, res, next) => { res.sendStatus(403); });'),
      denying(
        "callback(new Error('no'));",
        "const errorHandler = require('./error-handler');\napp.use(errorHandler);",
      ),
      denying("callback(new Error('no'));", "app.use(require('./middleware').handleErrors);"),
      denying("callback(new Error('no'));", "require('./startup/errors')(app);"),
      // Everybody gets it: it says nothing of the origin.
      server(
        "app.get('/x', (req, res) => { res.set('Access-Control-Allow-Origin', '*'); if (!ready) throw new Error('not ready'); res.json({}); });",
      ),
      server(
        `${LIST}app.use(cors({ origin: (origin, callback) => { if (!ready) return callback(new Error('not ready')); callback(null, allowed.includes(origin)); } }));`,
      ),
      // What comes of it is not known.
      server('app.use(cors({ origin: (origin, callback) => { find(origin, callback); } }));'),
      server(
        'app.use(cors({ origin: (origin, callback) => { find(origin, (error, found) => callback(error, found)); } }));',
      ),
      // The language throws: no denial.
      server('app.use(cors({ origin: (origin, callback) => { callback(null, undefined.length === 1); } }));'),
    ].map((code) => ({ code, options: everywhere })),
    // No pages: folders of uploads, a view of another app's.
    ...[
      "app.use('/uploads', express.static('uploads'));",
      "app.use(express.static('uploads'));",
      "app.get('/report', (req, res) => res.sendFile('/data/report.pdf'));",
      "template.render('x');",
    ].map((more) => denying("callback(new Error('no'));", more)),
  ],
  invalid: [
    denied(denying("callback(«new Error('no')»);"), [
      verdict([["callback(new Error('no'))", 'callback(null, false)']]),
      status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]]),
    ]),
    denied(denying("callback(«new Error('no')», false);"), [
      verdict([["callback(new Error('no'), false)", 'callback(null, false)']]),
      status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]]),
    ]),
    denied(denying("callback(«'no'»);"), [
      verdict([["callback('no')", 'callback(null, false)']]),
      status([["callback('no')", "callback(Object.assign(new Error('no'), { status: 403 }))"]]),
    ]),
    denied(denying("throw «new Error('no')»;"), [
      verdict([["throw new Error('no');", 'return callback(null, false);']]),
      status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]]),
    ]),
    // A comment would be lost.
    denied(denying("callback(/* why */ «new Error('no')»);"), [
      status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]]),
    ]),
    // The verdict is computed.
    denied(
      server(
        `${LIST}app.use(cors({ origin: (origin, callback) => { const ok = !origin || allowed.includes(origin); callback(«ok ? null : new Error('no')», ok); } }));`,
      ),
    ),
    denied(denying("{ const error = new Error('no'); callback(«error»); }")),
    // Thrown within another function, a `return` would leave that one.
    denied(
      server(
        `${LIST}app.use(cors({ origin: (origin, callback) => { const check = () => { if (origin && !allowed.includes(origin)) throw «new Error('no')»; }; check(); callback(null, true); } }));`,
      ),
      [status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]])],
    ),
    denied(
      esm(
        `${LIST}function check(origin, done) { if (!origin || allowed.includes(origin)) return done(null, true); done(«new Error('no')»); }\napp.use(cors({ origin: check }));`,
      ),
      [
        verdict([["done(new Error('no'))", 'done(null, false)']]),
        status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]]),
      ],
    ),
    denied(
      esm(
        `${LIST}app.use(cors({ origin(origin, done) { if (!origin || allowed.includes(origin)) return done(null, true); done(«new Error('no')»); } }));`,
      ),
      [
        verdict([["done(new Error('no'))", 'done(null, false)']]),
        status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]]),
      ],
    ),
    // `false` for a delegate's options would be the defaults, which let everybody in.
    denied(
      server(
        "app.use(cors((req, callback) => { const origin = req.header('Origin'); if (!origin || origin === 'https://app.example.com') callback(null, { origin: true }); else callback(«new Error('no')»); }));",
      ),
      [
        verdict([["callback(new Error('no'))", 'callback(null, { origin: false })']], '{ origin: false }'),
        status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]]),
      ],
      '{ origin: false }',
    ),
    // By hand.
    denied(
      server(
        `${LIST}app.use((req, res, next) => { const { origin } = req.headers; if (origin && !allowed.includes(origin)) return next(«new Error('no')»); if (origin) { res.set('Access-Control-Allow-Origin', origin); res.vary('Origin'); } next(); });`,
      ),
      [status([["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]])],
      '',
    ),
    ownPages(denying("callback(«new Error('no')»);", "app.use(express.static('public'));"), 6),
    ownPages(denying("callback(«new Error('no')»);", "app.use('/', express.static('dist'));"), 6),
    ownPages(denying("callback(«new Error('no')»);", "app.set('view engine', 'ejs');"), 6),
    ownPages(
      denying("callback(«new Error('no')»);", "app.get('/', (req, res) => { res.render('home'); });"),
      6,
    ),
    ownPages(
      denying("callback(«new Error('no')»);", "app.get('/', (req, res) => res.sendFile('/app/index.html'));"),
      6,
    ),
  ],
});
