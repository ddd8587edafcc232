import rule from '../../rules/no-unsafe-origin-match.ts';
import { esm, server, testRule, type Expected, type InvalidCase, type Suggestion } from './tester.ts';

const use = (origin: string, credentials = true): string =>
  server(`app.use(cors({ origin: ${origin}${credentials ? ', credentials: true' : ''} }));`);
const check = (test: string, before = ''): string =>
  server(
    `${before}app.use(cors({ origin: (origin, callback) => callback(null, ${test}), credentials: true }));`,
  );
const byHand = (test: string): string =>
  `const app = require('express')();
app.use((req, res, next) => {
  const origin = req.headers.origin;
  if (${test}) {
    res.setHeader('Access-Control-Allow-Origin', origin);
    res.setHeader('Access-Control-Allow-Credentials', 'true');
    res.setHeader('Vary', 'Origin');
  }
  next();
});`;

const SUBDOMAINS = String.raw`(?:[a-z0-9-]+\.)*`;

/** Somebody is let in; the code with and without what is wrong, if something is offered. */
function letsIn(
  code: string,
  witness: string,
  because: string,
  offered?: readonly [messageId: Suggestion['messageId'], from: string, to: string, shown?: string],
): InvalidCase {
  const [messageId, from = '', to = '', shown] = offered ?? [];
  const data = { witness, ...(messageId === 'stricterCheck' && { expression: shown ?? to }) };
  const error: Expected = {
    messageId: 'unsafe-match-credentials',
    data: { witness, because },
    ...(messageId && { suggestions: [{ messageId, data, output: [[from, to]] }] }),
  };
  return { code, errors: [error] };
}

const NO_START = 'nothing in the expression marks the beginning (`^`)';
const NO_END = 'nothing in the expression marks the end (`$`)';
const DOT = 'an unescaped dot in the expression stands for any character';
const ENDS = 'it only looks at how the origin ends';
const BEGINS = 'it only looks at how the origin begins';
const tenantOf = (suffix: string): string => `anybody can have a name under \`${suffix}\``;

/** A list of origins, and what is done with it. */
const LISTS = "const allowed = ['https://a.example.com', 'https://b.example.com'];\n";
const TEXT = "const allowed = 'https://a.example.com,https://b.example.com';\n";
const SPACED = "const allowed = 'https://a.example.com, https://b.example.com';\n";

testRule('no-unsafe-origin-match', rule, {
  valid: [
    // Expressions that hold from beginning to end.
    ...[
      String.raw`/^https:\/\/app\.example\.com$/`,
      String.raw`/^https:\/\/([a-z0-9-]+\.)?example\.com$/`,
      String.raw`/^https:\/\/([a-z0-9-]+\.)*example\.com(:\d+)?$/i`,
      String.raw`/^https:\/\/(?:www\.)?example\.(com|org|co\.uk)$/`,
      String.raw`/^https:\/\/.*\.example\.com$/`,
      String.raw`/^(https:\/\/(.*\.)?example\.com)$/`,
      String.raw`/^https?:\/\/localhost(:\d+)?$/`,
      String.raw`/^http:\/\/localhost:\d{1,4}/`,
      String.raw`[/^https:\/\/.*\.example\.com$/, /^https:\/\/example\.com$/]`,
      // Nothing can stand in front of a scheme.
      String.raw`/https:\/\/([a-z]+\.)?example\.com$/`,
      // `examplexcom` is no host.
      String.raw`/^https:\/\/(\w+\.)?example.com$/`,
      // Names that nobody can register.
      String.raw`/\.internal$/`,
      String.raw`/^https:\/\/10\.0\.\d+\.\d+$/`,
      // Somebody's own on a shared host.
      String.raw`/^https:\/\/deploy-preview-\d+--mysite\.netlify\.app$/`,
      String.raw`/^https:\/\/[a-z0-9]+\.mysite\.pages\.dev$/`,
      String.raw`new RegExp('^https://app\\.example\\.com$')`,
      'new RegExp(process.env.ORIGIN)',
    ].map((origin) => use(origin)),
    ...[
      "new URL(origin).hostname.endsWith('.example.com')",
      "new URL(origin).protocol === 'https:' && new URL(origin).hostname.endsWith('.example.com')",
      "['example.com', 'www.example.com'].includes(new URL(origin).hostname)",
      "origin.startsWith('http://localhost:')",
      "origin.startsWith('http://127.0.0.1:') || origin === 'https://example.com'",
      "origin.startsWith('chrome-extension://')",
      "origin.startsWith('https://') && origin.endsWith('.example.com')",
      "origin.endsWith('.myteam.vercel.app')",
      "origin.endsWith('--mysite.netlify.app')",
      "origin.replace('https://', '') === 'example.com'",
      "['https://a.example.com'].includes(origin.toLowerCase())",
      String.raw`['https://a.example.com'].includes(origin.replace(/\/$/, ''))`,
      String.raw`/(^|\.)example\.com$/.test(new URL(origin).hostname)`,
      // Not a verdict but a list, and the origin is not in it.
      String.raw`origin.match(/example\.com$/)`,
    ].map((test) => check(test)),
    ...[
      ["const allowed = new Set(['https://a.example.com']);\n", 'allowed.has(origin)'],
      ["const allowed = new Map([['https://a.example.com', 1]]);\n", 'allowed.has(origin)'],
      ["const allowed = { 'https://a.example.com': true };\n", 'allowed[origin] === true'],
      ["const allowed = { 'https://a.example.com': true };\n", 'Object.hasOwn(allowed, origin)'],
      [LISTS, 'allowed.some((o) => o === origin)'],
      [LISTS, 'allowed.find((o) => o === origin) !== undefined'],
      [LISTS, 'allowed.indexOf(origin) !== -1'],
      [TEXT, "allowed.split(',').includes(origin)"],
      ["const allowed = ['.example.com', '.example.org'];\n", 'allowed.some((o) => origin.endsWith(o))'],
      ["const domain = 'example.com';\n", 'origin === `https://${domain}` || origin.endsWith(`.${domain}`)'],
      [
        String.raw`const escape = (s) => s.replace(/[.*+?^\${}()|[\]\\]/g, '\\$&');
const allowed = ['https://a.example.com'].map((o) => new RegExp('^' + escape(o) + '$'));
`,
        'allowed.some((one) => one.test(origin))',
      ],
      [
        String.raw`const allowed = ['https://*.example.com'].map((o) => new RegExp('^' + o.replace(/\./g, '\\.').replace('*', '[^.]+') + '$'));
`,
        'allowed.some((one) => one.test(origin))',
      ],
      // What is not known.
      ["const { allowed } = require('./allowed');\n", 'allowed.includes(origin)'],
      ["const { allowed } = require('./allowed');\n", 'allowed.some((o) => origin.startsWith(o))'],
      ["const { allowed } = require('./allowed');\n", 'allowed.some((one) => one.test(origin))'],
      ["const allowed = (process.env.ORIGINS ?? '').split(',');\n", 'allowed.includes(origin)'],
      ['', "origin.endsWith('.' + process.env.DOMAIN)"],
    ].map(([before = '', test = '']) => check(test, before)),
    ...[
      "['https://a.example.com'].includes(origin)",
      "origin && new URL(origin).hostname.endsWith('.example.com')",
      'origin === process.env.ORIGIN',
      'new URL(origin).host === req.headers.host',
      'isAllowed(origin)',
    ].map(byHand),
    {
      name: 'a delegate that reflects what it has checked',
      code: server(`${LISTS}app.use(cors((req, callback) => {
  callback(null, { origin: allowed.includes(req.header('Origin')), credentials: true });
}));`),
    },
    // Every origin is let in: another rule speaks.
    use('/.*/'),
    check('true'),
    {
      name: 'hosts of one’s own',
      code: use(String.raw`/^https:\/\/myapp-[a-z0-9-]+\.vercel\.app$/`),
      settings: { ownHosts: ['myapp-*.vercel.app'] },
    },
    {
      name: 'all of a shared host is one’s own',
      code: check("origin.endsWith('.vercel.app')"),
      settings: { ownHosts: ['*.vercel.app'] },
    },
    {
      name: 'a check in development only',
      code: server(
        "app.use(cors({ origin: process.env.NODE_ENV === 'development' ? /localhost/ : 'https://a.example.com' }));",
      ),
    },
  ],
  invalid: [
    // Expressions.
    letsIn(use(String.raw`«/example\.com$/»`), 'https://evilexample.com', NO_START, [
      'stricterCheck',
      String.raw`/example\.com$/`,
      String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`,
    ]),
    letsIn(use('«/example.com/i»'), 'https://evilexample.com', NO_START, [
      'stricterCheck',
      '/example.com/i',
      String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/i`,
    ]),
    letsIn(use(String.raw`«/\.example\.com/»`), 'https://a.example.com.evil.example', NO_END, [
      'stricterCheck',
      String.raw`/\.example\.com/`,
      String.raw`/^https:\/\/[a-z0-9.-]+\.example\.com$/`,
    ]),
    letsIn(use(String.raw`«/^https:\/\/app.example.com$/»`), 'https://appxexample.com', DOT, [
      'stricterCheck',
      'app.example.com',
      String.raw`app\.example\.com`,
      String.raw`/^https:\/\/app\.example\.com$/`,
    ]),
    letsIn(
      use(String.raw`«/^https:\/\/app\.example\.com/»`),
      'https://app.example.com.evil.example',
      NO_END,
      [
        'stricterCheck',
        String.raw`example\.com/`,
        String.raw`example\.com$/`,
        String.raw`/^https:\/\/app\.example\.com$/`,
      ],
    ),
    letsIn(
      use(String.raw`«/^https:\/\/.*example\.com$/»`),
      'https://evilexample.com',
      'what may vary in the expression takes more than a subdomain',
      ['stricterCheck', '.*', SUBDOMAINS, String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`],
    ),
    letsIn(
      use(String.raw`«/^https:\/\/a\.example\.com|https:\/\/b\.example\.com$/»`),
      'https://a.example.com.evil.example',
      '`^` and `$` do not hold for all alternatives of the expression',
      [
        'stricterCheck',
        String.raw`/^https:\/\/a\.example\.com|https:\/\/b\.example\.com$/`,
        String.raw`/^(?:https:\/\/a\.example\.com|https:\/\/b\.example\.com)$/`,
      ],
    ),
    letsIn(use(String.raw`«new RegExp('example\\.com$')»`), 'https://evilexample.com', NO_START, [
      'stricterCheck',
      String.raw`example\\.com$`,
      String.raw`^https://(?:[a-z0-9-]+\\.)*example\\.com$`,
      String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`,
    ]),
    letsIn(use(String.raw`«RegExp("^https://app.example.com$", "i")»`), 'https://appxexample.com', DOT, [
      'stricterCheck',
      'app.example.com',
      String.raw`app\\.example\\.com`,
      String.raw`/^https:\/\/app\.example\.com$/i`,
    ]),
    {
      name: 'an expression that is read elsewhere too stays',
      ...letsIn(
        server(String.raw`const own = «/example\.com$/»;
log(own.source);
app.use(cors({ origin: own, credentials: true }));`),
        'https://evilexample.com',
        NO_START,
      ),
    },
    {
      name: 'an expression in another variable of the same file',
      ...letsIn(
        esm(String.raw`const own = [«/example\.com$/»];
app.use(cors({ origin: own, credentials: true }));`),
        'https://evilexample.com',
        NO_START,
        ['stricterCheck', String.raw`/example\.com$/`, String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`],
      ),
    },
    {
      name: 'two expressions are two mistakes',
      code: use(String.raw`[«/^https:\/\/a.example.com$/», «/^https:\/\/b\.example\.org/»]`),
      errors: [
        {
          messageId: 'unsafe-match-credentials',
          data: { witness: 'https://axexample.com', because: DOT },
          suggestions: [
            {
              messageId: 'stricterCheck',
              output: [['a.example.com', String.raw`a\.example\.com`]],
            },
          ],
        },
        {
          messageId: 'unsafe-match-credentials',
          data: { witness: 'https://b.example.org.evil.example', because: NO_END },
          suggestions: [
            { messageId: 'stricterCheck', output: [[String.raw`example\.org/`, String.raw`example\.org$/`]] },
          ],
        },
      ],
    },
    // Who may be on one's own machine is not told from the expression: nothing is offered.
    letsIn(use('«/localhost/»'), 'https://localhost.evil.example', NO_END),
    // The scheme is not looked at, which a stricter expression would not mend.
    letsIn(
      check(String.raw`«/example\.com$/».test(new URL(origin).hostname)`),
      'https://evilexample.com',
      NO_START,
    ),
    // Shared hosts.
    letsIn(use(String.raw`«/\.vercel\.app$/»`), 'https://a.vercel.app', tenantOf('vercel.app')),
    letsIn(
      use(String.raw`«/^https:\/\/myapp-.*\.vercel\.app$/»`),
      'https://myapp-a.vercel.app',
      tenantOf('vercel.app'),
    ),
    letsIn(check("origin.endsWith(«'.netlify.app'»)"), 'https://evil.netlify.app', tenantOf('netlify.app')),
    {
      name: 'of a stranger’s hosts only some are one’s own',
      ...letsIn(
        use(String.raw`«/^https:\/\/[a-z-]+\.vercel\.app$/»`),
        'https://a.vercel.app',
        tenantOf('vercel.app'),
      ),
      settings: { ownHosts: ['myapp-*.vercel.app', 'vercel.app'] },
    },
    // Text.
    letsIn(check("origin.endsWith(«'example.com'»)"), 'https://evilexample.com', ENDS, [
      'stricterCheck',
      "origin.endsWith('example.com')",
      String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/.test(origin)`,
      String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`,
    ]),
    letsIn(
      check("origin.includes(«'example.com'»)"),
      'https://example.com.evil.example',
      'it only looks whether `example.com` stands somewhere in the origin',
      [
        'stricterCheck',
        "origin.includes('example.com')",
        String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/.test(origin)`,
        String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`,
      ],
    ),
    letsIn(check("origin.startsWith(«'https://example.com'»)"), 'https://example.com.evil.example', BEGINS, [
      'compareWhole',
      "origin.startsWith('https://example.com')",
      "origin === 'https://example.com'",
    ]),
    letsIn(
      check("origin.indexOf(«'https://example.com'») === 0"),
      'https://example.com.evil.example',
      BEGINS,
      ['compareWhole', "origin.indexOf('https://example.com') === 0", "origin === 'https://example.com'"],
    ),
    // What the front end is called is not written out.
    letsIn(check("origin.startsWith(«'https://app.'»)"), 'https://app.evil.example', BEGINS),
    letsIn(check("origin.slice(-11) === «'example.com'»"), 'https://evilexample.com', ENDS),
    letsIn(
      check("new URL(origin).hostname.endsWith(«'example.com'»)"),
      'https://evilexample.com',
      'it only looks at how the host ends',
    ),
    letsIn(
      check("new URL(origin).protocol === 'https:' && new URL(origin).hostname.endsWith(«'example.com'»)"),
      'https://evilexample.com',
      'it only looks at how the host ends',
      [
        'stricterCheck',
        "new URL(origin).hostname.endsWith('example.com')",
        String.raw`/^${SUBDOMAINS}example\.com$/.test(new URL(origin).hostname)`,
        String.raw`/^${SUBDOMAINS}example\.com$/`,
      ],
    ),
    // Lists.
    ...[
      ['origin.startsWith(o)', 'origin === o'],
      ['origin.includes(o)', 'origin === o'],
      ['origin.indexOf(o) > -1', 'origin === o'],
    ].map(([from = '', to = '']) =>
      letsIn(
        check(`allowed.some((o) => ${from.replace(/origin\.\w+\(o\)/, '«$&»')})`, LISTS),
        'https://a.example.com.evil.example',
        BEGINS,
        ['compareWhole', from, to],
      ),
    ),
    letsIn(
      check('allowed.some((o) => «o.includes(origin)»)', LISTS),
      'https://a.example.co',
      'it is a part of `https://a.example.com`, and a part is enough',
      ['compareWhole', 'o.includes(origin)', 'o === origin'],
    ),
    {
      name: 'a negated comparison',
      ...letsIn(
        check('!allowed.every((o) => !«origin.startsWith(o)»)', LISTS),
        'https://a.example.com.evil.example',
        BEGINS,
        ['compareWhole', 'origin.startsWith(o)', '(origin === o)'],
      ),
    },
    {
      name: 'one ending of several is at fault',
      ...letsIn(
        check(
          'allowed.some((o) => origin.endsWith(o))',
          "const allowed = ['.example.com', «'example.org'»];\n",
        ),
        'https://evilexample.org',
        ENDS,
      ),
    },
    letsIn(
      check('allowed.includes(origin)', TEXT.replace(/'.*'/, '«$&»')),
      'https://a.example.co',
      'it is a part of `https://a.example.com`, and a part is enough',
      ['compareEntries', 'allowed.includes(origin)', "allowed.split(',').includes(origin)"],
    ),
    letsIn(
      check('allowed.indexOf(origin) !== -1', SPACED.replace(/'.*'/, '«$&»')),
      'https://a.example.co',
      'it is a part of `https://a.example.com`, and a part is enough',
      [
        'compareEntries',
        'allowed.indexOf(origin)',
        "allowed.split(',').map((o) => o.trim()).indexOf(origin)",
      ],
    ),
    {
      name: 'a list of texts and expressions',
      ...letsIn(
        check(
          'allowed.some((o) => (o instanceof RegExp ? o.test(origin) : o === origin))',
          String.raw`const allowed = ['https://a.example.com', «/example\.org$/»];
`,
        ),
        'https://evilexample.org',
        NO_START,
        ['stricterCheck', String.raw`/example\.org$/`, String.raw`/^https:\/\/${SUBDOMAINS}example\.org$/`],
      ),
    },
    // By hand.
    letsIn(byHand(String.raw`«/example\.com$/».test(origin)`), 'https://evilexample.com', NO_START, [
      'stricterCheck',
      String.raw`/example\.com$/`,
      String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`,
    ]),
    letsIn(byHand("origin?.endsWith(«'example.com'»)"), 'https://evilexample.com', ENDS, [
      'stricterCheck',
      "origin?.endsWith('example.com')",
      String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/.test(origin ?? '')`,
      String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`,
    ]),
    {
      name: 'a comment within is not lost',
      ...letsIn(
        check("origin.startsWith(/* ours */ «'https://example.com'»)"),
        'https://example.com.evil.example',
        BEGINS,
      ),
    },
    {
      name: 'without credentials',
      code: use(String.raw`«/example\.com$/»`, false),
      errors: [
        {
          messageId: 'unsafe-match',
          data: { witness: 'https://evilexample.com', because: NO_START },
          suggestions: [
            {
              messageId: 'stricterCheck',
              output: [[String.raw`/example\.com$/`, String.raw`/^https:\/\/${SUBDOMAINS}example\.com$/`]],
            },
          ],
        },
      ],
    },
    // Flags.
    ...(
      [
        [String.raw`/^https:\/\/a\.example\.com$/g`, String.raw`/^https:\/\/a\.example\.com$/`],
        [String.raw`/^https:\/\/a\.example\.com$/iy`, String.raw`/^https:\/\/a\.example\.com$/i`],
        [String.raw`/https:\/\/a\.example\.com$/y`, String.raw`/^(?:https:\/\/a\.example\.com$)/`],
        [
          String.raw`new RegExp('^https://a\\.example\\.com$', 'gi')`,
          String.raw`new RegExp('^https://a\\.example\\.com$', 'i')`,
        ],
        [
          String.raw`new RegExp('^https://a\\.example\\.com$', 'g')`,
          String.raw`new RegExp('^https://a\\.example\\.com$')`,
        ],
      ] as const
    ).map(([from, to]): InvalidCase => ({
      code: use(`«${from}»`),
      errors: [
        { messageId: 'stateful-expression', suggestions: [{ messageId: 'dropFlag', output: [[from, to]] }] },
      ],
    })),
    {
      name: 'an expression that is kept from one request to the next',
      code: check('own.test(origin)', 'const own = «/^https:\\/\\/a\\.example\\.com$/g»;\n'),
      errors: [
        {
          messageId: 'stateful-expression',
          suggestions: [{ messageId: 'dropFlag', output: [['$/g', '$/']] }],
        },
      ],
    },
  ],
});
