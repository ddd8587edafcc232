/** The linter's model of this package's own middleware: what it says beside what the middleware itself says. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { cors as corsFetch } from '../../src/middleware/fetch.ts';
import { CorsConfigError } from '../../src/middleware/problems.ts';
import plugin from '../../src/index.ts';
import { REFUSED_CODES, isRefused, type RefusedCode } from '../../src/policy/safe/refused.ts';
import type { ProblemCode } from '../../src/policy/problems.ts';
import { dialects, lint } from '../rules/lint.ts';
import { elements, one as oneOf, optionsOf, texts } from './options.grammar.ts';
import { SEED } from './seed.ts';

vi.setConfig({ testTimeout: 120_000 });

const MODULE = 'eslint-plugin-cors/middleware';
const recommended = new Set(Object.keys(plugin.configs.recommended.rules ?? {}));

const esm = (body: string, module = MODULE): string =>
  `import express from 'express';\nimport { cors, originsFromEnv } from '${module}';\nconst app = express();\n${body}`;
const server = (options: string): string =>
  esm(`app.use(cors(${options}));\napp.get('/', (req, res) => res.json({}));`);

interface Told {
  readonly code: string;
  readonly rule: string;
  readonly message: string;
}

/** With what the middleware does not start. */
function refusals(options: string, make: unknown = cors): readonly Told[] {
  const run = new Function('cors', `return cors(${options});`) as (make: unknown) => unknown;
  try {
    run(make);
    return [];
  } catch (error) {
    if (!(error instanceof CorsConfigError)) throw error;
    return error.problems.map(({ code, rule, message }) => ({ code, rule, message }));
  }
}

function findings(code: string): readonly Told[] {
  return lint(code, dialects.module).messages.map(({ ruleId, messageId = '', message, fatal }) => {
    if (fatal) throw new Error(`${message}: ${code}`);
    return { code: messageId, rule: (ruleId ?? '').replace('cors/', ''), message };
  });
}

const refused = (told: readonly Told[]): readonly string[] =>
  told
    .filter(({ code }) => isRefused(code as ProblemCode))
    .map(({ code, rule, message }) => `${code} (${rule}): ${message}`)
    .toSorted();

const inRecommended = (code: string): readonly string[] =>
  findings(code).flatMap(({ code: id, rule }) => (recommended.has(`cors/${rule}`) ? [`${rule}: ${id}`] : []));

const APP = "'https://app.example.com'";

/** For each code, what is refused with it. */
const mistakes: Readonly<Record<RefusedCode, readonly string[]>> = {
  'wildcard-credentials': ["{ origin: '*', credentials: true }"],
  'wildcard-methods': [`{ origin: ${APP}, methods: '*', credentials: true }`],
  'wildcard-allowed-headers': [`{ origin: ${APP}, allowedHeaders: ['*'], credentials: true }`],
  'wildcard-exposed-headers': [`{ origin: ${APP}, exposedHeaders: '*', credentials: true }`],
  'unsafe-match-credentials': ["{ origin: 'https://*.vercel.app', credentials: true }"],
  'unsafe-match': ["{ origin: ['https://*.co.uk'] }", `{ origin: [${APP}, 'https://x-*.netlify.app'] }`],
  'null-origin-credentials': [`{ origin: [${APP}, 'null'], credentials: true }`],
  'null-origin': ["{ origin: 'null' }"],
  'insecure-origin-credentials': [
    "{ origin: 'http://app.example.com', credentials: true }",
    "{ origin: ['http://*.example.com'], credentials: true }",
  ],
  'placeholder-origin': ["{ origin: ['https://yourdomain.com'] }"],
  'origin-missing': ['', '{}', "{ methods: ['GET'] }"],
  'no-such-option': [`{ origin: ${APP}, credential: true }`, `{ origin: ${APP}, nonsense: 1 }`],
  'not-taken': [
    '{ origin: /\\.example\\.com$/ }',
    '{ origin: true }',
    '{ origin: undefined }',
    '{ origin: [null] }',
    `{ origin: ${APP}, preflightContinue: true }`,
    `{ origin: ${APP}, headers: ['X-A'] }`,
    '(req, callback) => callback(null, {})',
  ],
  'wrong-type': [
    `[${APP}]`,
    APP,
    '{ origin: 5 }',
    `{ origin: new Set([${APP}]) }`,
    `{ origin: [[${APP}]] }`,
    `{ origin: ${APP}, credentials: 'true' }`,
    `{ origin: ${APP}, methods: [1] }`,
    `{ origin: ${APP}, maxAge: '600' }`,
    `{ origin: ${APP}, maxAge: -1 }`,
    `{ origin: ${APP}, optionsSuccessStatus: '204' }`,
    `{ origin: ${APP}, onConflict: 'ours' }`,
    `{ origin: ${APP}, log: 1 }`,
    `{ origin: ${APP}, onDecision: true }`,
    `{ origin: ${APP}, refuseCrossSite: 'yes' }`,
    `{ origin: ${APP}, refuseCrossSite: { except: ['saml'] } }`,
    `{ origin: ${APP}, routes: { public: { origin: '*' } } }`,
    `{ origin: { allow: 'null', because: '' } }`,
    `{ origin: { lookup: () => true, timeout: 0 } }`,
  ],
  'cross-site-for-everybody': ["{ origin: '*', refuseCrossSite: true }"],
  'malformed-entry': [
    `{ origin: ['https://app.example.com/'] }`,
    "{ origin: 'app.example.com' }",
    "{ origin: '' }",
    "{ origin: 'https://a.example,https://b.example' }",
  ],
  'malformed-pattern': [
    "{ origin: ['https://*.com'] }",
    "{ origin: 'https://*' }",
    "{ origin: 'https://a.*.example' }",
  ],
  'wildcard-in-list': [`{ origin: ['*', ${APP}] }`],
  'max-age-in-milliseconds': [`{ origin: ${APP}, maxAge: 3600000 }`],
  'status-not-ok': [`{ origin: ${APP}, optionsSuccessStatus: 404 }`],
  'unmatched-method': [`{ origin: ${APP}, methods: ['patch'] }`, `{ origin: ${APP}, methods: ['TRACE'] }`],
  'malformed-name': [`{ origin: ${APP}, allowedHeaders: ['X A'] }`],
  'malformed-exposed-name': [`{ origin: ${APP}, exposedHeaders: ['X-A:'] }`],
};

describe('a mistake', () => {
  it.each(REFUSED_CODES.flatMap((code) => mistakes[code].map((options) => ({ code, options }))))(
    '$code is told in the words of the middleware: $options',
    ({ code, options }) => {
      const theirs = refusals(options);
      expect(theirs.map((one) => one.code)).toContain(code);
      expect(refused(findings(server(options)))).toEqual(refused(theirs));
      expect(inRecommended(server(options)).length).toBeGreaterThan(0);
    },
  );

  it('stands in a route of its own', () => {
    const options = `{ origin: ${APP}, routes: { '/a': { origin: 'null' }, '/b': { credential: true, origin: '*' } } }`;
    expect(refused(findings(server(options)))).toEqual(refused(refusals(options)));
    expect(refusals(options)).toHaveLength(2);
  });

  it.each(["{ origin: 'null' }", '{ origin: true }', '{}', `{ origin: ${APP}, credential: true }`])(
    'is found in the middleware for `Request` and `Response`: %s',
    (options) => {
      const code = `import { cors } from '${MODULE}/fetch';\nexport const GET = cors(${options})(() => new Response());`;
      expect(refused(findings(code))).toEqual(refused(refusals(options, corsFetch)));
      expect(refused(findings(code))).toHaveLength(1);
    },
  );

  it('is found however it is imported, and wherever the options stand', () => {
    for (const code of [
      `const { cors } = require('${MODULE}');\nrequire('express')().use(cors({ origin: 'null' }));`,
      `const middleware = require('${MODULE}');\nrequire('express')().use(middleware.cors({ origin: 'null' }));`,
      `import * as middleware from '${MODULE}';\nexport default middleware.cors({ origin: 'null' });`,
      `import { cors as policy } from '${MODULE}';\nconst options = { origin: [] };\noptions.origin.push('null');\nexport default policy(options);`,
      `import { cors } from '${MODULE}';\nconst base = { origin: 'null' };\nexport default cors({ ...base, credentials: false });`,
    ])
      expect(
        refused(findings(code)).map((one) => one.split(' ')[0]),
        code,
      ).toEqual(['null-origin']);
  });
});

describe('what starts', () => {
  const good: Readonly<Record<string, readonly string[]>> = {
    origin: [
      APP,
      `[${APP}, 'https://admin.example.com:8443']`,
      `[${APP}, 'https://*.shop.example.com', 'https://preview-*.example.com']`,
      "'https://*.example.com'",
      "['http://localhost:*']",
      "[{ allow: 'null', because: 'the sandboxed preview' }]",
      "[{ allow: 'https://*.vercel.app', because: 'previews' }]",
      "'capacitor://localhost'",
      "originsFromEnv('ALLOWED_ORIGINS')",
      "originsFromEnv('ALLOWED_ORIGINS', { whenUnset: ['http://localhost:*'] })",
      `[...originsFromEnv('ALLOWED_ORIGINS'), ${APP}]`,
      `(origin) => origin === ${APP}`,
      '[]',
      'false',
    ],
    methods: ["['GET', 'PUT']", "'GET,HEAD'", "['PROPFIND']", '[]'],
    allowedHeaders: ["['X-A', 'Authorization']", "'content-type, x-b'", '[]'],
    exposedHeaders: ["['X-Total']", "'ETag'"],
    credentials: ['true', 'false'],
    maxAge: ['0', '600', '7200'],
    optionsSuccessStatus: ['200', '204'],
    onConflict: ["'report'", "'keep-ours'"],
    onDecision: ['() => undefined'],
    refuseCrossSite: ['true', "{ except: ['/saml/acs'] }"],
    log: ['true', 'false'],
    routes: ["{ '/public': { origin: '*' } }", `{ '/a': { origin: ${APP}, methods: ['GET'] } }`],
  };
  const options = fc
    .tuple(
      ...Object.entries(good).map(([name, values]) =>
        fc
          .option(fc.constantFrom(...values), { freq: name === 'origin' ? 1e9 : 1 })
          .map((value) => (value === null ? '' : `${name}: ${value}`)),
      ),
    )
    .map((written) => `{ ${written.filter(Boolean).join(', ')} }`);

  it('lints clean', () => {
    vi.stubEnv('ALLOWED_ORIGINS', 'https://a.example.com');
    let started = 0;
    fc.assert(
      fc.property(options, (text) => {
        const plain = text.replaceAll(/originsFromEnv\([^()]*\)/g, "['https://a.example.com']");
        expect(refusals(plain), plain).toEqual([]);
        started++;
        expect(inRecommended(server(text)), text).toEqual([]);
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(started).toBe(300);
    vi.unstubAllEnvs();
  });

  it('lints clean where everybody is let in without credentials', () => {
    expect(inRecommended(server("{ origin: '*' }"))).toEqual([]);
  });

  it('is not claimed to fail where an option is not known', () => {
    for (const text of [
      'options',
      '{ origin: list() }',
      '{ ...options }',
      `{ origin: ${APP}, ...options }`,
      `{ origin: process.env.ORIGIN }`,
      `{ origin: [process.env.ORIGIN, ${APP}] }`,
      `{ origin: ${APP}, credentials: flag, maxAge: age, methods: list(), routes }`,
      `{ origin: flag ? ${APP} : 'https://b.example.com' }`,
      `{ origin: { allow: origin, because: reason } }`,
      `{ origin: { lookup } }`,
      `{ [name]: ${APP} }`,
      '...all',
    ])
      expect(
        refused(
          findings(
            `import { options, list, flag, age, routes, origin, reason, lookup, name, all } from 'elsewhere';\n${server(text)}`,
          ),
        ),
        text,
      ).toEqual([]);
  });
});

describe('a function', () => {
  it.each([
    ["(origin) => origin.endsWith('example.com')", 'https://evilexample.com'],
    ["(origin) => origin.startsWith('https://app.example.com')", 'https://app.example.com.'],
    ["async (origin) => origin.includes('example.com')", 'example.com'],
    ['(origin) => /example\\.com$/.test(origin)', 'example.com'],
    ['() => true', 'https://stranger.example'],
    ['async () => true', 'https://stranger.example'],
    ['(origin, { request }) => true', 'https://stranger.example'],
    ["{ lookup: async (origin) => origin.endsWith('example.com') }", 'https://evilexample.com'],
    ['(origin) => { return new URL(origin).hostname.endsWith("example.com"); }', 'https://evilexample.com'],
  ])('that lets in strangers is reported with one of them: %s', (origin, witness) => {
    const told = findings(server(`{ origin: ${origin}, credentials: true }`)).filter(({ rule }) =>
      ['no-unsafe-origin-match', 'no-reflected-origin'].includes(rule),
    );
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toContain(witness);
  });

  it.each([
    `(origin) => origin === ${APP}`,
    `async (origin) => [${APP}].includes(origin)`,
    "(origin) => origin.endsWith('.example.com') && origin.startsWith('https://')",
    '(origin) => /^https:\\/\\/[a-z0-9-]+\\.example\\.com$/.test(origin)',
    `(origin, { request }) => request.headers.host === 'api.example.com' && origin === ${APP}`,
    '{ lookup: async (origin) => (await find(origin)) !== undefined, cacheFor: 60 }',
    'async (origin) => await tenants.has(origin)',
    // Only exactly `true` admits.
    '() => 1',
    '(origin) => origin',
    "() => 'yes'",
    '() => { throw new Error("no"); }',
    '() => undefined',
    '(origin, callback) => callback(null, true)',
  ])('that lets in nobody but its own is not: %s', (origin) => {
    const told = findings(server(`{ origin: ${origin}, credentials: true }`)).map(({ rule }) => rule);
    expect(told).not.toContain('no-unsafe-origin-match');
    expect(told).not.toContain('no-reflected-origin');
    expect(told).not.toContain('no-hanging-origin-callback');
  });
});

describe('what is acknowledged', () => {
  it.each([
    ["{ allow: 'null', because: 'sandboxed previews' }", 'no-null-origin'],
    ["{ allow: 'https://*.vercel.app', because: 'previews' }", 'no-unsafe-origin-match'],
    ["{ allow: 'http://intranet.example', because: 'no certificate there' }", 'no-insecure-origin'],
  ])('is not reported: %s', (entry, rule) => {
    const entryOf = (text: string): string => server(`{ origin: [${APP}, ${text}], credentials: true }`);
    expect(inRecommended(entryOf(entry))).toEqual([]);
    const plain = /allow: ('[^']*')/.exec(entry)?.[1] ?? '';
    expect(inRecommended(entryOf(plain)).join()).toContain(rule);
  });

  it('holds for that one origin only', () => {
    const told = inRecommended(
      server(
        "{ origin: [{ allow: 'null', because: 'previews' }, 'https://*.vercel.app'], credentials: true }",
      ),
    );
    expect(told).toEqual(['no-unsafe-origin-match: unsafe-match-credentials']);
  });
});

describe('where it stands', () => {
  const options = `{ origin: [${APP}] }`;
  const route = "app.get('/x', (req, res) => res.json({}));\n";

  it.each([
    ['cors-before-routes', `${route}app.use(cors(${options}));`, `app.use(cors(${options}));\n${route}`],
    [
      'cors-before-auth',
      `import passport from 'passport';\napp.use(passport.authenticate('jwt'));\napp.use(cors(${options}));\n${route}`,
      `import passport from 'passport';\napp.use(cors(${options}));\napp.use(passport.authenticate('jwt'));\n${route}`,
    ],
    [
      'require-preflight-route',
      `app.put('/x', cors(${options}), (req, res) => res.json({}));`,
      `app.options('/x', cors(${options}));\napp.put('/x', cors(${options}), (req, res) => res.json({}));`,
    ],
    [
      'no-stacked-cors',
      `app.use(cors({ origin: '*' }));\napp.use('/x', cors(${options}));\n${route}`,
      `app.use('/y', cors({ origin: '*' }));\napp.use('/x', cors(${options}));\n${route}`,
    ],
  ])('%s sees it as a policy', (rule, wrong, right) => {
    expect(findings(esm(wrong)).map((one) => one.rule)).toContain(rule);
    expect(findings(esm(right)).map((one) => one.rule)).not.toContain(rule);
  });

  it('says `Vary` itself, and still if a handler overwrites it', () => {
    const code = esm(
      `app.use(cors({ origin: [${APP}, 'https://b.example.com'] }));\napp.get('/x', (req, res) => { res.json({}); });`,
    );
    expect(findings(code).map(({ rule }) => rule)).not.toContain('require-vary-origin');
  });
});

describe('whatever it is given', () => {
  const value = oneOf(
    elements,
    ['[]', '[undefined]', "{ allow: 'null' }", '{ lookup: 1 }', '{ except: 1 }', "{ '/': {} }"],
    texts(APP),
  );
  const anything = optionsOf(
    Object.fromEntries(
      [
        'origin',
        'methods',
        'allowedHeaders',
        'exposedHeaders',
        'credentials',
        'maxAge',
        'optionsSuccessStatus',
        'routes',
        'refuseCrossSite',
        'onConflict',
        'log',
        'nonsense',
        'credential',
      ].map((name) => [name, value]),
    ),
  );

  it('it refuses what the middleware refuses, for the same reasons, and never throws', () => {
    let count = 0;
    fc.assert(
      fc.property(anything, (text) => {
        const theirs = refusals(text);
        if (theirs.length > 0) count++;
        expect(codesOf(findings(server(text))), text).toEqual(codesOf(theirs));
      }),
      { seed: SEED, numRuns: 400 },
    );
    expect(count).toBeGreaterThan(200);
  });
});

const codesOf = (told: readonly Told[]): readonly string[] =>
  [...new Set(told.flatMap(({ code }) => (isRefused(code as ProblemCode) ? [code] : [])))].toSorted();
