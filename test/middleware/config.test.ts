import { existsSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cors as corsFetch } from '../../src/middleware/fetch.ts';
import {
  cors,
  CorsConfigError,
  originsFromEnv,
  type ConfigProblem,
  type CorsMiddleware,
  type CorsOptions,
} from '../../src/middleware/index.ts';
import { REFUSED_CODES } from '../../src/policy/safe/refused.ts';
import { SEED } from '../analysis/seed.ts';

// On a busy machine ten thousand origins take their time.
vi.setConfig({ testTimeout: 30_000 });

const APP = 'https://app.example.com';
const root = new URL('../../', import.meta.url);

/** What types forbid, programs in JavaScript write. */
const make = (given: unknown): CorsMiddleware => cors(given as CorsOptions);

function errorOf(run: () => unknown): CorsConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof CorsConfigError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const problemsOf = (given: unknown): readonly ConfigProblem[] => errorOf(() => make(given)).problems;
const briefly = (problems: readonly ConfigProblem[]): string[] =>
  problems.map(({ code, path }) => `${code} at ${path === '' ? 'options' : path}`);

/** Every problem has all that it takes to find and to mend it. */
function expectWhole({ code, rule, message, remedy, help }: ConfigProblem): void {
  expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  expect(existsSync(new URL(`rules/${rule}.ts`, root)), rule).toBe(true);
  const [, page = ''] = /^https:\/\/.*?\/(docs\/rules\/.*\.md)$/.exec(help) ?? [];
  expect(page, help).toBe(`docs/rules/${rule}.md`);
  expect(existsSync(new URL(page, root)), page).toBe(true);
  for (const text of [message, remedy]) {
    expect(text).toMatch(/^["`'A-Z].*[.?]$/s);
    expect(text).not.toMatch(/\{\{|\bundefined\b(?!`)|\[object|``|\s{2}/);
  }
}

const SETTING =
  "It may be a setting that is missing. Read it with `originsFromEnv('ALLOWED_ORIGINS')`, or write `false` for nobody.";
const ACKNOWLEDGE = 'If it has to be, acknowledge it in writing: `{ allow: …, because: … }`.';
const FUNCTION_OR =
  'Write the origins, a pattern such as `https://*.example.com`, or a function: `origin: (origin) => …`.';

/** One mistake, where it is told, and what to do. */
const mistakes: readonly [given: unknown, where: string, remedy: string][] = [
  // No options.
  [
    undefined,
    'origin-missing at options',
    "Write who: `origin: ['https://app.example.com']`, `originsFromEnv('ALLOWED_ORIGINS')`, `'*'` for everybody, or `false` for nobody.",
  ],
  [null, 'wrong-type at options', 'Write an object of options, such as `{ origin: … }`.'],
  [[APP], 'wrong-type at options', 'Write an object of options, such as `{ origin: … }`.'],
  [APP, 'wrong-type at options', 'Write an object of options, such as `{ origin: … }`.'],
  [
    Promise.resolve({ origin: APP }),
    'wrong-type at options',
    'Write an object of options, such as `{ origin: … }`.',
  ],
  [
    () => undefined,
    'not-taken at options',
    'What differs by path stands in `routes`, and what differs by request is for the function `origin: (origin, { request }) => …`.',
  ],
  [
    {},
    'origin-missing at options',
    "Write who: `origin: ['https://app.example.com']`, `originsFromEnv('ALLOWED_ORIGINS')`, `'*'` for everybody, or `false` for nobody.",
  ],
  // Who.
  [{ origin: undefined }, 'not-taken at origin', SETTING],
  [{ origin: null }, 'not-taken at origin', SETTING],
  [{ origin: [process.env['NEVER_SET']] }, 'not-taken at origin[0]', SETTING],
  [{ origin: [, APP] }, 'not-taken at origin[0]', SETTING],
  [
    { origin: true },
    'not-taken at origin',
    "It would let in every website, with credentials. List the origins, or write `'*'` for a public answer.",
  ],
  [{ origin: /\.example\.com$/ }, 'not-taken at origin', "Write `'https://*.example.com'`."],
  [{ origin: [APP, /^http:\/\/localhost:\d+$/] }, 'not-taken at origin[1]', "Write `'http://localhost:*'`."],
  [{ origin: /.*/ }, 'not-taken at origin', FUNCTION_OR],
  [{ origin: { [Symbol.toStringTag]: 'RegExp' } }, 'not-taken at origin', FUNCTION_OR],
  [{ origin: [() => true] }, 'not-taken at origin[0]', 'A function stands alone: `origin: (origin) => …`.'],
  [
    { origin: new Set([APP]) },
    'wrong-type at origin',
    'Write an origin, a list of origins, a function, `*` or `false`.',
  ],
  [
    { origin: Promise.resolve([APP]) },
    'wrong-type at origin',
    'Write an origin, a list of origins, a function, `*` or `false`.',
  ],
  [
    { origin: [new URL(APP)] },
    'wrong-type at origin[0]',
    'Write an origin, a list of origins, a function, `*` or `false`.',
  ],
  [
    { origin: [[APP]] },
    'wrong-type at origin[0]',
    'Write an origin, a list of origins, a function, `*` or `false`.',
  ],
  [
    { origin: { alow: APP } },
    'wrong-type at origin',
    'Write an origin, a list of origins, a function, `*` or `false`.',
  ],
  [{ origin: 5 }, 'wrong-type at origin', 'Write an origin, a list of origins, a function, `*` or `false`.'],
  [
    { origin: '' },
    'malformed-entry at origin',
    'Write it as browsers send it: scheme, host and port, nothing else.',
  ],
  [
    { origin: 'app.example.com' },
    'malformed-entry at origin',
    'Write it as browsers send it: scheme, host and port, nothing else.',
  ],
  [{ origin: `${APP}/` }, 'malformed-entry at origin', `Write \`${APP}\`.`],
  [{ origin: [APP, 'https://app.example.com:443'] }, 'malformed-entry at origin[1]', `Write \`${APP}\`.`],
  [{ origin: 'https://App.example.com' }, 'malformed-entry at origin', `Write \`${APP}\`.`],
  [
    { origin: `${APP},https://b.example` },
    'malformed-entry at origin',
    'Write them as a list, each for itself.',
  ],
  [
    { origin: ['https://*.com'] },
    'malformed-pattern at origin[0]',
    "A `*` stands for whole labels in front (`https://*.example.com`), for a piece of the first label (`https://preview-*.example.com`), or for the port of one's own machine (`http://localhost:*`).",
  ],
  [
    { origin: ['https://*.example.com/'] },
    'malformed-pattern at origin[0]',
    'Write `https://*.example.com`.',
  ],
  [
    { origin: ['*', APP] },
    'wildcard-in-list at origin[0]',
    "Write `origin: '*'` alone if everybody may read the answers, and take it out if not.",
  ],
  [
    { origin: { allow: '*', because: 'x' } },
    'wildcard-in-list at origin.allow',
    "Write `origin: '*'` alone if everybody may read the answers, and take it out if not.",
  ],
  [
    { origin: ['https://your-frontend.com'] },
    'placeholder-origin at origin[0]',
    'Write the origin of your own front end.',
  ],
  // Who must not.
  [
    { origin: '*', credentials: true },
    'wildcard-credentials at origin',
    'List the origins that may read the answers, or leave `credentials` out.',
  ],
  [{ origin: 'null' }, 'null-origin at origin', ACKNOWLEDGE],
  [{ origin: [APP, 'null'], credentials: true }, 'null-origin-credentials at origin[1]', ACKNOWLEDGE],
  [
    { origin: 'http://intranet.test', credentials: true },
    'insecure-origin-credentials at origin',
    `Write it with \`https:\`. ${ACKNOWLEDGE}`,
  ],
  [
    { origin: ['http://*.example.com'], credentials: true },
    'insecure-origin-credentials at origin[0]',
    `Write it with \`https:\`. ${ACKNOWLEDGE}`,
  ],
  [{ origin: ['https://*.vercel.app'] }, 'unsafe-match at origin[0]', ACKNOWLEDGE],
  [
    { origin: ['https://*-team.vercel.app'], credentials: true },
    'unsafe-match-credentials at origin[0]',
    ACKNOWLEDGE,
  ],
  [{ origin: ['https://*.co.uk'] }, 'unsafe-match at origin[0]', ACKNOWLEDGE],
  [{ origin: ['https://*example.co.uk'] }, 'unsafe-match at origin[0]', ACKNOWLEDGE],
  [{ origin: { allow: 'null' } }, 'wrong-type at origin.because', 'Write the reason, as a text.'],
  [
    { origin: { allow: 'null', because: ' ' } },
    'wrong-type at origin.because',
    'Write the reason, as a text.',
  ],
  [{ origin: { allow: /x/, because: 'x' } }, 'wrong-type at origin.allow', 'Write one origin, as a text.'],
  [
    { origin: [{ allow: `${APP}/`, because: 'x' }] },
    'malformed-entry at origin[0].allow',
    `Write \`${APP}\`.`,
  ],
  [
    { origin: { allow: APP, because: 'x', reason: 'y' } },
    'no-such-option at origin.reason',
    'It takes `allow`, `because`.',
  ],
  // A look-up.
  [{ origin: { lookup: 5 } }, 'wrong-type at origin.lookup', 'Write a function.'],
  [
    { origin: { lookup: () => true, cacheFor: -1 } },
    'wrong-type at origin.cacheFor',
    'Write a number of seconds.',
  ],
  [
    { origin: { lookup: () => true, staleFor: NaN } },
    'wrong-type at origin.staleFor',
    'Write a number of seconds.',
  ],
  [
    { origin: { lookup: () => true, timeout: 61 } },
    'wrong-type at origin.timeout',
    'Write a number of seconds, up to 60.',
  ],
  [
    { origin: { lookup: () => true, cacheSize: 0 } },
    'wrong-type at origin.cacheSize',
    'Write a whole number of origins, 1 or more.',
  ],
  [
    { origin: { lookup: () => true, cachFor: 5 } },
    'no-such-option at origin.cachFor',
    'Did you mean `cacheFor`?',
  ],
  // Names.
  [{ origin: APP, methods: null }, 'wrong-type at methods', 'Write a list of names.'],
  [{ origin: APP, methods: ['GET', 5] }, 'wrong-type at methods[1]', 'Write a name, as a text.'],
  [{ origin: APP, methods: ['put'] }, 'unmatched-method at methods[0]', 'Write `PUT`.'],
  [{ origin: APP, methods: 'GET,TRACE' }, 'unmatched-method at methods', 'Take `TRACE` out.'],
  [{ origin: APP, methods: 'PUT PATCH' }, 'malformed-name at methods', 'Write `PUT`, `PATCH`.'],
  [{ origin: APP, allowedHeaders: ['X A'] }, 'malformed-name at allowedHeaders[0]', 'Take it out.'],
  [{ origin: APP, allowedHeaders: 'X-A;X-B' }, 'malformed-name at allowedHeaders', 'Write `X-A`, `X-B`.'],
  [{ origin: APP, allowedHeaders: true }, 'wrong-type at allowedHeaders', 'Write a list of names.'],
  [{ origin: APP, exposedHeaders: ['X-A:'] }, 'malformed-exposed-name at exposedHeaders[0]', 'Write `X-A`.'],
  [
    { origin: APP, credentials: true, methods: '*' },
    'wildcard-methods at methods',
    'List the methods, or leave `methods` out.',
  ],
  [
    { origin: APP, credentials: true, allowedHeaders: ['*'] },
    'wildcard-allowed-headers at allowedHeaders[0]',
    'List the headers, or leave `allowedHeaders` out.',
  ],
  [
    { origin: APP, credentials: true, exposedHeaders: '*' },
    'wildcard-exposed-headers at exposedHeaders',
    'List the headers.',
  ],
  [
    { origin: () => true, credentials: true, methods: '*' },
    'wildcard-methods at methods',
    'List the methods, or leave `methods` out.',
  ],
  // Values.
  [{ origin: APP, credentials: 'true' }, 'wrong-type at credentials', 'Write `true` or `false`.'],
  [{ origin: APP, credentials: null }, 'wrong-type at credentials', 'Write `true` or `false`.'],
  [{ origin: APP, maxAge: '600' }, 'wrong-type at maxAge', 'Write a whole number of seconds, 0 or more.'],
  [{ origin: APP, maxAge: -1 }, 'wrong-type at maxAge', 'Write a whole number of seconds, 0 or more.'],
  [{ origin: APP, maxAge: Infinity }, 'wrong-type at maxAge', 'Write a whole number of seconds, 0 or more.'],
  [{ origin: APP, maxAge: 86_400_000 }, 'max-age-in-milliseconds at maxAge', 'Write 86400.'],
  [{ origin: APP, optionsSuccessStatus: 404 }, 'status-not-ok at optionsSuccessStatus', 'Write 204 or 200.'],
  [
    { origin: APP, optionsSuccessStatus: 200.5 },
    'status-not-ok at optionsSuccessStatus',
    'Write 204 or 200.',
  ],
  [
    { origin: APP, optionsSuccessStatus: '200' },
    'wrong-type at optionsSuccessStatus',
    'Write a number from 200 to 299.',
  ],
  // Names of options.
  [
    { origin: APP, preflightContinue: true },
    'not-taken at preflightContinue',
    'A preflight is always answered. For another policy on some paths, write `routes`.',
  ],
  [{ origin: APP, headers: 'X-A' }, 'not-taken at headers', 'Write `allowedHeaders`.'],
  [{ origin: APP, credential: true }, 'no-such-option at credential', 'Did you mean `credentials`?'],
  [{ origin: APP, exposeHeaders: 'X' }, 'no-such-option at exposeHeaders', 'Did you mean `exposedHeaders`?'],
  [
    { origin: APP, optionSuccessStatus: 200 },
    'no-such-option at optionSuccessStatus',
    'Did you mean `optionsSuccessStatus`?',
  ],
  [
    Object.fromEntries([
      ['origin', APP],
      ['__proto__', {}],
    ]),
    'no-such-option at __proto__',
    'Its options are `origin`, `methods`, `allowedHeaders`, `exposedHeaders`, `credentials`, `maxAge`, `optionsSuccessStatus`, `routes`, `refuseCrossSite`, `onDecision`, `onConflict`, `log`.',
  ],
  // What is about the whole server.
  [{ origin: APP, onDecision: 'x' }, 'wrong-type at onDecision', 'Write a function.'],
  [{ origin: APP, onConflict: 'ours' }, 'wrong-type at onConflict', 'Write `report` or `keep-ours`.'],
  [{ origin: APP, log: 'warn' }, 'wrong-type at log', 'Write `true` or `false`.'],
  [
    { origin: APP, refuseCrossSite: 'yes' },
    'wrong-type at refuseCrossSite',
    "Write `true` or an object such as `{ except: ['/saml/acs'] }`.",
  ],
  [
    { origin: APP, refuseCrossSite: { except: '/a' } },
    'wrong-type at refuseCrossSite.except',
    'Write a list of paths.',
  ],
  [
    { origin: APP, refuseCrossSite: { except: ['a'] } },
    'wrong-type at refuseCrossSite.except[0]',
    'Write the beginning of a path, such as `/saml/acs`.',
  ],
  [
    { origin: APP, refuseCrossSite: { excep: [] } },
    'no-such-option at refuseCrossSite.excep',
    'Did you mean `except`?',
  ],
  [
    { origin: '*', refuseCrossSite: true },
    'cross-site-for-everybody at refuseCrossSite',
    'List the origins that may send requests, or leave `refuseCrossSite` out.',
  ],
  // Routes.
  [
    { origin: APP, routes: [] },
    'wrong-type at routes',
    "Write an object of options by path: `{ '/public': { origin: '*' } }`.",
  ],
  [
    { origin: APP, routes: { public: { origin: '*' } } },
    'wrong-type at routes.public',
    'Write the beginning of a path, such as `/public`.',
  ],
  [
    { origin: APP, routes: { '/a/*': { origin: '*' } } },
    "wrong-type at routes['/a/*']",
    'Write the beginning of a path, such as `/public`.',
  ],
  [
    { origin: APP, routes: { '/a': '*' } },
    "wrong-type at routes['/a']",
    'Write an object of options, such as `{ origin: … }`.',
  ],
  [
    { origin: APP, routes: { '/a': {} } },
    "origin-missing at routes['/a']",
    "Write who: `origin: ['https://app.example.com']`, `originsFromEnv('ALLOWED_ORIGINS')`, `'*'` for everybody, or `false` for nobody.",
  ],
  [
    { origin: APP, routes: { '/a': { origin: '*', log: true } } },
    "no-such-option at routes['/a'].log",
    'It holds for the whole server: write it beside `routes`.',
  ],
  [
    { origin: APP, routes: { '/a': { origin: 'null', credentials: true } } },
    "null-origin-credentials at routes['/a'].origin",
    ACKNOWLEDGE,
  ],
  [{ origin: 'null', routes: { '/': { origin: APP } } }, 'null-origin at origin', ACKNOWLEDGE],
];

describe('what is refused', () => {
  it.each(mistakes.map(([given, where, remedy]) => ({ given, where, remedy })))(
    '$where: $remedy',
    ({ given, where, remedy }) => {
      const problems = problemsOf(given);
      expect(briefly(problems)).toEqual([where]);
      const [problem] = problems;
      expect(problem?.remedy).toBe(remedy);
      if (problem) expectWhole(problem);
    },
  );

  it('is all tried here', () => {
    const tried = new Set(mistakes.map(([, where]) => where.split(' ')[0]));
    expect(REFUSED_CODES.filter((code) => !tried.has(code))).toEqual([]);
  });

  it('is told all at once, for a program and for a person', () => {
    const error = errorOf(() =>
      make({
        origin: ['http://a.test', 'null', 'https://*.vercel.app', `${APP}/`, 'http://*.b.test', /x/],
        credentials: true,
        maxAge: -1,
        metods: [],
        routes: { '/a': { origin: '*', credentials: true }, '/b': { origin: true } },
      }),
    );
    expect(briefly(error.problems).sort()).toEqual([
      'insecure-origin-credentials at origin[0]',
      'insecure-origin-credentials at origin[4]',
      'malformed-entry at origin[3]',
      'no-such-option at metods',
      'not-taken at origin[5]',
      "not-taken at routes['/b'].origin",
      'null-origin-credentials at origin[1]',
      'unsafe-match-credentials at origin[2]',
      "wildcard-credentials at routes['/a'].origin",
      'wrong-type at maxAge',
    ]);
    error.problems.forEach(expectWhole);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('CorsConfigError');
    expect(error.message).toContain('(10 problems)');
    for (const { message, rule, path } of error.problems) {
      expect(error.message).toContain(`  - ${path}: ${message}`);
      expect(error.message).toContain(`(${rule})`);
    }
  });

  it('is found in a list of any length, wherever it stands', () => {
    const plain = Array.from({ length: 450 }, (_, index) => `https://a${index}.example.com`);
    const patterns = Array.from({ length: 30 }, (_, index) => `https://*.b${index}.example.com`);
    const bad = ['null', 'http://x.test', 'https://*.vercel.app', 'http://*.x.test', 'https://*.co.uk'];
    for (const [index, one] of bad.entries()) {
      const origin = index % 2 === 0 ? [...patterns, one, ...plain] : [...plain, ...patterns, one];
      expect(briefly(problemsOf({ origin, credentials: true }))).toEqual([
        expect.stringMatching(`-credentials at origin\\[${origin.indexOf(one)}\\]$`),
      ]);
    }
    expect(
      problemsOf({
        origin: Array.from({ length: 50 }, (_, index) => `http://a${index}.test`),
        credentials: true,
      }),
    ).toHaveLength(50);
  });

  it('says what the linter says, with the witness', () => {
    const [problem] = problemsOf({ origin: 'https://*.vercel.app', credentials: true });
    expect(problem).toEqual({
      code: 'unsafe-match-credentials',
      path: 'origin',
      rule: 'no-unsafe-origin-match',
      message:
        'This check lets in `https://evil.vercel.app`, with the cookies of whoever visits it: anybody can have a name under `vercel.app`.',
      remedy: ACKNOWLEDGE,
      help: expect.stringMatching(/docs\/rules\/no-unsafe-origin-match\.md$/) as string,
    });
  });

  it('is refused by the entry for `Request` and `Response` too', () => {
    expect(briefly(errorOf(() => corsFetch({ origin: 'null' } as never)).problems)).toEqual([
      'null-origin at origin',
    ]);
  });
});

describe('what is acknowledged', () => {
  it.each([
    ['null', 'null'],
    ['http://intranet.test', 'http://intranet.test'],
    ['https://*.vercel.app', 'https://x.vercel.app'],
    ['http://*.intranet.test', 'http://a.intranet.test'],
    ['https://*.co.uk', 'https://x.co.uk'],
  ])('%s is let in, with credentials, for a reason', (allow, origin) => {
    const entry = { allow, because: 'the kiosk in the lobby' };
    for (const given of [entry, [entry], [APP, entry]]) {
      const middleware = make({ origin: given, credentials: true });
      expect(middleware.allows(origin)).toBe(true);
      expect(middleware.warnings).toEqual([]);
      expect(middleware.config.origin).toContainEqual(entry);
    }
  });

  it('is acknowledged for that one only', () => {
    const entry = { allow: 'http://intranet.test', because: 'x' };
    expect(briefly(problemsOf({ origin: [entry, 'http://other.test', 'null'], credentials: true }))).toEqual([
      'insecure-origin-credentials at origin[1]',
      'null-origin-credentials at origin[2]',
    ]);
    expect(briefly(problemsOf({ origin: { allow: 'https://*.com', because: 'x' } }))).toEqual([
      'malformed-pattern at origin.allow',
    ]);
  });
});

describe('what is harmless', () => {
  const warned = (given: unknown): string[] => {
    const { warnings } = make(given);
    warnings.forEach(expectWhole);
    return briefly(warnings);
  };

  it('is dropped, and told', () => {
    const given = {
      origin: [APP, APP],
      methods: 'GET,get,PUT,PUT',
      allowedHeaders: ['Host', 'X-A', 'x-a', 'Access-Control-Allow-Origin'],
      exposedHeaders: ['Content-Type', 'X-A', 'Set-Cookie'],
      maxAge: 90_001,
    };
    expect(warned(given).sort()).toEqual([
      'max-age-too-long at maxAge',
      'repeated-entry at allowedHeaders[2]',
      'repeated-entry at methods',
      'repeated-entry at origin[1]',
      'response-header-allowed at allowedHeaders[3]',
      'useless-name at allowedHeaders[0]',
      'useless-name at exposedHeaders[0]',
      'useless-name at exposedHeaders[2]',
      'useless-name at methods',
    ]);
    expect(make(given).config).toMatchObject({
      origin: [APP],
      methods: ['GET', 'PUT'],
      allowedHeaders: ['X-A', 'Access-Control-Allow-Origin'],
      exposedHeaders: ['X-A'],
      maxAge: 86_400,
    });
  });

  it('is never dropped without a word', () => {
    for (const origin of [APP, [], '*', false, () => true, { lookup: () => true }]) {
      const { config, warnings } = make({ origin, maxAge: 90_001 });
      expect(config.maxAge === 90_001).toBe(!warnings.some(({ code }) => code === 'max-age-too-long'));
    }
    expect(warned({ origin: () => true, maxAge: 90_001 })).toEqual(['max-age-too-long at maxAge']);
  });

  it('is told of routes as well', () => {
    expect(warned({ origin: APP, routes: { '/a': { origin: '*', exposedHeaders: 'Expires' } } })).toEqual([
      "useless-name at routes['/a'].exposedHeaders",
    ]);
  });
});

describe('what is not refused', () => {
  class Settings {
    readonly origin = [APP];
    get credentials() {
      return true;
    }
  }
  class Derived extends Settings {
    readonly maxAge = 600;
  }
  const foreign = runInNewContext(
    `({ origin: ['${APP}'], methods: ['GET'], routes: { '/a': { origin: '*' } } })`,
  ) as object;

  it.each<[string, unknown, string]>([
    [
      'http on the own machine with credentials',
      { origin: 'http://localhost:3000', credentials: true },
      'http://localhost:3000',
    ],
    [
      'its name and addresses',
      { origin: ['http://127.0.0.1:5173', 'http://[::1]:5173', 'http://app.localhost'], credentials: true },
      'http://[::1]:5173',
    ],
    ['any port of it', { origin: 'http://localhost:*', credentials: true }, 'http://localhost:4200'],
    ['http without credentials', { origin: 'http://intranet.test' }, 'http://intranet.test'],
    ['an app shell', { origin: 'capacitor://localhost', credentials: true }, 'capacitor://localhost'],
    [
      'an extension',
      { origin: 'chrome-extension://abcdefghijklmnopabcdefghijklmnop', credentials: true },
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    ],
    ['what Cordova sends', { origin: 'file://', credentials: true }, 'file://'],
    ['a port', { origin: 'https://app.example.com:8443', credentials: true }, 'https://app.example.com:8443'],
    ['IPv6', { origin: 'https://[2001:db8::1]:8443', credentials: true }, 'https://[2001:db8::1]:8443'],
    [
      'punycode',
      { origin: 'https://xn--bcher-kva.example', credentials: true },
      'https://xn--bcher-kva.example',
    ],
    [
      'one tenant of a shared host',
      { origin: 'https://my-app.vercel.app', credentials: true },
      'https://my-app.vercel.app',
    ],
    [
      'previews of one tenant',
      { origin: 'https://*--my-site.netlify.app', credentials: true },
      'https://deploy-preview-1--my-site.netlify.app',
    ],
    [
      'texts with commas',
      { origin: APP, methods: 'GET, PUT', allowedHeaders: 'X-A,X-B', exposedHeaders: ' X-C ,' },
      APP,
    ],
    ['empty lists', { origin: APP, methods: [], allowedHeaders: [], exposedHeaders: '' }, APP],
    [
      'what is undefined',
      {
        origin: APP,
        methods: undefined,
        credentials: undefined,
        maxAge: undefined,
        routes: undefined,
        log: undefined,
        refuseCrossSite: undefined,
      },
      APP,
    ],
    ['an object of a class', new Settings(), APP],
    ['one of a derived class', new Derived(), APP],
    ['an object that inherits', Object.create({ origin: APP }), APP],
    ['an object without a prototype', Object.assign(Object.create(null), { origin: APP }), APP],
    ['frozen options', Object.freeze({ origin: Object.freeze([APP]), methods: Object.freeze(['GET']) }), APP],
    ['options of another realm', foreign, APP],
    ['a proxy', new Proxy({ origin: [APP] }, {}), APP],
    ['the longest age', { origin: APP, maxAge: 86_400 }, APP],
    ['no age', { origin: APP, maxAge: 0 }, APP],
  ])('%s', (_, given, origin) => {
    const middleware = make(given);
    expect(middleware.allows(origin)).toBe(true);
    expect(middleware.warnings).toEqual([]);
    expect(cors(middleware.config).config).toEqual(middleware.config);
  });

  it('reads what a class inherits', () => {
    expect(make(new Derived()).config).toMatchObject({ credentials: true, maxAge: 600 });
  });

  it('takes nothing for an option that stands on `Object.prototype`', () => {
    const polluted = Object.prototype as { origin?: unknown; credentials?: unknown };
    try {
      Object.assign(polluted, { origin: '*', credentials: true });
      expect(briefly(problemsOf({}))).toEqual(['origin-missing at options']);
      expect(make({ origin: APP }).config.credentials).toBe(false);
    } finally {
      delete polluted.origin;
      delete polluted.credentials;
    }
  });

  it('ten thousand origins', () => {
    const origin = Array.from({ length: 10_000 }, (_, index) => `https://a${index}.example.com`);
    const { allows, config } = cors({ origin, credentials: true });
    expect(config.origin).toHaveLength(10_000);
    expect(allows('https://a9999.example.com')).toBe(true);
    expect(allows('https://a10000.example.com')).toBe(false);
  });

  it('reads every property once, so that what was judged is what holds', () => {
    let reads = 0;
    const { allows, config } = make({
      get origin() {
        return reads++ === 0 ? APP : 'null';
      },
      credentials: true,
    });
    expect([reads, allows(APP), allows('null'), config.origin]).toEqual([1, true, false, [APP]]);
  });

  it('does not see what becomes of the options later', () => {
    const given = { origin: [APP], methods: ['GET'], routes: { '/a': { origin: [APP] } } };
    const middleware = make(given);
    given.origin.push('null');
    given.routes['/a'].origin.push('null');
    expect([middleware.allows('null'), middleware.allows('null', { url: '/a' })]).toEqual([false, false]);
    expect(() => (middleware.config.origin as string[]).push('null')).toThrow(TypeError);
    expect(() => Object.assign(middleware.config, { origin: '*' })).toThrow(TypeError);
  });
});

describe('whatever is given', () => {
  const boom = (): never => {
    throw new Error('boom');
  };

  it.each<[string, unknown, string]>([
    [
      'a getter that throws',
      {
        get origin() {
          return boom();
        },
      },
      'wrong-type at origin',
    ],
    [
      'a getter in a route',
      {
        origin: APP,
        routes: {
          '/a': {
            origin: APP,
            get methods() {
              return boom();
            },
          },
        },
      },
      "wrong-type at routes['/a'].methods",
    ],
    [
      'a getter in an entry',
      {
        origin: [
          {
            allow: 'null',
            get because() {
              return boom();
            },
          },
        ],
      },
      'wrong-type at origin[0].because',
    ],
    ['a proxy without keys', new Proxy({}, { ownKeys: boom }), 'wrong-type at options'],
    [
      'a proxy without anything',
      new Proxy({}, { get: boom, has: boom, getPrototypeOf: boom }),
      'wrong-type at options',
    ],
    ['a revoked proxy', revoked(), 'wrong-type at options'],
    ['a revoked list', { origin: revoked() }, 'wrong-type at origin'],
    [
      'a tag that throws',
      {
        origin: {
          get [Symbol.toStringTag]() {
            return boom();
          },
        },
      },
      'wrong-type at origin',
    ],
  ])('%s is a mistake like any other', (_, given, where) => {
    const problems = problemsOf(given);
    expect(briefly(problems)).toContain(where);
    problems.forEach(expectWhole);
  });

  function revoked(): object {
    const { proxy, revoke } = Proxy.revocable<unknown[]>([], {});
    revoke();
    return proxy;
  }

  it('an object that holds itself is no endless one', () => {
    const own: Record<string, unknown> = { origin: APP };
    own['routes'] = { '/a': own, '/b': own };
    expect(briefly(problemsOf(own))).toEqual([
      "no-such-option at routes['/a'].routes",
      "no-such-option at routes['/b'].routes",
    ]);
    const list: unknown[] = [];
    list.push(list);
    expect(briefly(problemsOf({ origin: list }))).toEqual(['wrong-type at origin[0]']);
  });

  const NAMES = [
    ...[
      'origin',
      'methods',
      'allowedHeaders',
      'exposedHeaders',
      'credentials',
      'maxAge',
      'optionsSuccessStatus',
    ],
    ...[
      'routes',
      'refuseCrossSite',
      'onDecision',
      'onConflict',
      'log',
      'preflightContinue',
      'headers',
      '__proto__',
      'x',
    ],
  ];
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 3,
  });
  const text = fc.oneof(
    fc.webUrl({ validSchemes: ['http', 'https', 'capacitor'] }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.stringMatching(/^(https?:\/\/)?[*a-z.:\[\]@%-]{0,20}(:[0-9*]{1,3})?\/?$/),
  );
  const options = fc.oneof(
    anything,
    fc.dictionary(fc.constantFrom(...NAMES), anything),
    fc.record({
      origin: fc.array(fc.oneof(text, fc.record({ allow: text, because: fc.string() })), { maxLength: 5 }),
    }),
    fc.record(
      {
        origin: fc.oneof(text, fc.constantFrom('*', false, APP)),
        methods: fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string())),
        allowedHeaders: fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string())),
        maxAge: fc.oneof(fc.double(), fc.integer()),
        credentials: fc.boolean(),
        routes: fc.dictionary(
          fc.oneof(fc.webPath(), fc.string()),
          fc.record({ origin: fc.oneof(text, anything) }),
        ),
      },
      { requiredKeys: ['origin'] },
    ),
  );

  it(`either makes a middleware or is refused in words (seed ${SEED})`, () => {
    let made = 0;
    let refused = 0;
    fc.assert(
      fc.property(options, (given) => {
        try {
          const middleware = make(given);
          made++;
          expect(cors(middleware.config).config).toEqual(middleware.config);
          expect(typeof middleware.config.origin === 'function' || middleware.allows(APP)).toBeTypeOf(
            'boolean',
          );
        } catch (error) {
          if (!(error instanceof CorsConfigError)) throw error;
          refused++;
          expect(error.problems.length).toBeGreaterThan(0);
          for (const { code, message, remedy, rule } of error.problems)
            expect([code, message, remedy, rule].every((one) => one !== '')).toBe(true);
        }
      }),
      { numRuns: 200, seed: SEED },
    );
    expect(Math.min(made, refused)).toBeGreaterThan(5);
  });
});

describe('update', () => {
  it('takes other options as a whole', () => {
    const middleware = cors({ origin: APP, credentials: true });
    middleware.update({ origin: 'https://b.example', maxAge: 5 });
    expect([middleware.allows(APP), middleware.allows('https://b.example')]).toEqual([false, true]);
    expect(middleware.config).toMatchObject({ origin: ['https://b.example'], credentials: false, maxAge: 5 });
  });

  it('changes nothing where it is refused', () => {
    const middleware = cors({ origin: APP, exposedHeaders: 'Content-Type' });
    const { config, warnings } = middleware;
    expect(briefly(errorOf(() => middleware.update({ origin: 'null' } as never)).problems)).toEqual([
      'null-origin at origin',
    ]);
    expect(() =>
      middleware.update({
        get origin() {
          throw new Error('boom');
        },
      } as never),
    ).toThrow(CorsConfigError);
    expect(middleware.config).toBe(config);
    expect(middleware.warnings).toBe(warnings);
    expect(middleware.allows(APP)).toBe(true);
  });
});

describe('originsFromEnv', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('lists what the variable lists', () => {
    vi.stubEnv('TEST_ORIGINS', ` ${APP} ,https://*.b.example,, http://localhost:* ,`);
    expect(originsFromEnv('TEST_ORIGINS')).toEqual([APP, 'https://*.b.example', 'http://localhost:*']);
    expect(cors({ origin: originsFromEnv('TEST_ORIGINS') }).allows('https://a.b.example')).toBe(true);
  });

  it('lists nobody where it is set to nothing', () => {
    vi.stubEnv('TEST_ORIGINS', ' ');
    expect(originsFromEnv('TEST_ORIGINS')).toEqual([]);
    expect(originsFromEnv('TEST_ORIGINS', { whenUnset: [APP] })).toEqual([]);
    expect(cors({ origin: originsFromEnv('TEST_ORIGINS') }).allows(APP)).toBe(false);
  });

  it('has to be set, or told what holds then', () => {
    const { problems, message } = errorOf(() => originsFromEnv('TEST_ORIGINS'));
    expect(problems).toEqual([
      {
        code: 'env-unset',
        path: 'process.env.TEST_ORIGINS',
        rule: 'safe-env-origins',
        message: '`TEST_ORIGINS` is not set, so nothing says who may read the answers.',
        remedy:
          'Set it to a list of origins, `TEST_ORIGINS=https://app.example.com`; to nothing, `TEST_ORIGINS=`, for nobody; or say what holds then, with `whenUnset`.',
        help: expect.any(String) as string,
      },
    ]);
    problems.forEach(expectWhole);
    expect(message).toContain('`TEST_ORIGINS` is not set');
    expect(originsFromEnv('TEST_ORIGINS', { whenUnset: ['http://localhost:3000'] })).toEqual([
      'http://localhost:3000',
    ]);
    expect(originsFromEnv('TEST_ORIGINS', { whenUnset: [] })).toEqual([]);
  });

  it('says what is malformed, all of it, with the name of the variable', () => {
    vi.stubEnv('TEST_ORIGINS', `${APP}/,x,${APP},*,https://*.com`);
    const { problems } = errorOf(() => originsFromEnv('TEST_ORIGINS', { whenUnset: [APP] }));
    expect(problems.map(({ code, path, message, remedy }) => [code, path, message, remedy])).toEqual([
      [
        'env-malformed',
        'process.env.TEST_ORIGINS',
        `\`TEST_ORIGINS\` lists \`${APP}/\`, which is not taken: it ends in a slash.`,
        `Write \`${APP}\`.`,
      ],
      [
        'env-malformed',
        'process.env.TEST_ORIGINS',
        '`TEST_ORIGINS` lists `x`, which is not taken: it has no scheme such as `https://`.',
        'Write origins, divided by commas.',
      ],
      [
        'env-malformed',
        'process.env.TEST_ORIGINS',
        '`TEST_ORIGINS` lists `*`, which is not taken: it is `*`, which is no origin.',
        'Write origins, divided by commas.',
      ],
      [
        'env-malformed',
        'process.env.TEST_ORIGINS',
        '`TEST_ORIGINS` lists `https://*.com`, which is not taken: it lets in everybody who registers a name there.',
        'Write origins, divided by commas.',
      ],
    ]);
    problems.forEach(expectWhole);
  });
});
