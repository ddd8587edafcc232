/**
 * Where `prefer-safe-cors` moves a policy, npm `cors` with the options of before and the middleware with those of after are
 * both run: whoever could read on purpose still can, and nobody can who could not.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Linter } from 'eslint';
import { afterAll, describe, expect, it, vi } from 'vitest';
import plugin from '../../src/index.ts';
import { corsValues, optionsOf, texts } from '../analysis/options.grammar.ts';
import { LONG, SEED } from '../analysis/seed.ts';
import { apply, dialects } from './lint.ts';
import { canRead, pagesOf, policiesOf } from './moved.ts';

vi.setConfig({ testTimeout: 120_000 });

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cors-moved-')));
writeFileSync(
  join(folder, 'package.json'),
  JSON.stringify({ dependencies: { 'eslint-plugin-cors': '1.0.0', express: '5.0.0' } }),
);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const linter = new Linter({ cwd: folder });

/** The file after the suggestion, or the clause that says what is undecided. */
function moved(code: string): { readonly after: string } | { readonly undecided: string } {
  const messages = linter.verify(
    code,
    {
      files: ['**/*.js'],
      plugins: { cors: plugin },
      languageOptions: { parser: dialects.commonjs.parser, sourceType: 'commonjs' },
      rules: { 'cors/prefer-safe-cors': 'error' },
    },
    { filename: join(folder, 'app.js') },
  );
  const [message, ...others] = messages;
  expect(others, code).toEqual([]);
  expect(message?.ruleId, code).toBe('cors/prefer-safe-cors');
  const [suggestion] = message?.suggestions ?? [];
  return suggestion
    ? { after: apply(code, suggestion.fix) }
    : { undecided: /once it is decided (.*)\.$/.exec(message?.message ?? '')?.[1] ?? 'not written' };
}

const A = 'https://a.example';
const STRANGERS = [
  'https://stranger.example',
  'https://b.example',
  'https://evila.example',
  'https://x.a.example',
  'https://x.y.a.example',
  'https://a-1.a.example',
  'https://pr-1.a.example',
  'https://pr-x.a.example',
  'https://pr-1.x.a.example',
  'https://a.example.evil.example',
  'https://axexample',
  'https://a.example:8443',
  'http://a.example',
  'http://x.a.example',
  'http://localhost',
  'http://localhost:3000',
  'http://localhost:4000',
  'https://localhost:3000',
  'http://127.0.0.1:3000',
  'http://localhost.evil.example',
  'https://x.vercel.app',
  'https://my-x.vercel.app',
  'capacitor://localhost',
  'null',
];

interface Row {
  readonly code: string;
  /** Who is let in on purpose. */
  readonly friends: readonly string[] | 'everybody';
}

/** What differs between before and after, and must not. */
function differences({ code, friends }: Row, after: string): readonly string[] {
  const [before] = policiesOf(code, 'app.js');
  const [now] = policiesOf(after, 'app.js');
  if (!before || !now) return [`no policy: ${after}`];
  const named = [...code.matchAll(/\w+:\/\/[\w.:-]+/g)].map(([origin]) => origin);
  return [...new Set([A, ...named, ...STRANGERS])].flatMap((origin) =>
    pagesOf(origin).flatMap((page) => {
      const [could, can] = [canRead(before, page), canRead(now, page)];
      const isFriend = friends === 'everybody' || friends.includes(origin);
      const wrong = could && !can && isFriend ? 'can no longer' : !could && can ? 'now can' : undefined;
      return wrong === undefined
        ? []
        : [
            `${origin} ${page.method} ${[...page.headers].join()} ${page.credentials} ${wrong}: ${code}\n${after}`,
          ];
    }),
  );
}

const server = (options: string, before = ''): string =>
  `const express = require('express');\nconst cors = require('cors');\nconst app = express();\n${before}app.use(cors(${options}));\n`;

/** `options`, what stands before the call, and who is meant to be let in. */
const realistic: readonly (readonly [options: string, friends: Row['friends'], before?: string])[] = [
  ['', 'everybody'],
  ["{ origin: '*' }", 'everybody'],
  ['{ origin: true }', 'everybody'],
  ["{ methods: ['GET'] }", 'everybody'],
  ['{ origin: /.*/ }', 'everybody'],
  ['{ origin: (o, callback) => callback(null, true) }', 'everybody'],
  [`{ origin: '${A}' }`, [A]],
  [`{ origin: ['${A}', 'https://b.example'], credentials: true }`, [A, 'https://b.example']],
  [`{ origin: list, credentials: true }`, [A], `const list = ['${A}'];\n`],
  [
    `{ origin: ['${A}'], methods: 'GET, PUT', allowedHeaders: ['X-A', 'Content-Type'], exposedHeaders: 'X-B', maxAge: 60 }`,
    [A],
  ],
  [`{ origin: '${A}', methods: ['get', 'PATCH'] }`, [A]],
  [`{ origin: '${A}', methods: [] }`, [A]],
  [`{ origin: '${A}', allowedHeaders: [] }`, [A]],
  [`{ origin: '${A}', allowedHeaders: '' }`, [A]],
  [`{ origin: '${A}', preflightContinue: false, optionsSuccessStatus: 200 }`, [A]],
  [`{ ...base, origin: '${A}' }`, [A], 'const base = { credentials: true };\n'],
  [`{ origin: /\\.a\\.example$/ }`, ['https://x.a.example', 'https://x.y.a.example']],
  [`{ origin: /a\\.example$/ }`, [A, 'https://x.a.example', 'https://x.y.a.example']],
  [`{ origin: (o, callback) => callback(null, o?.endsWith('a.example')) }`, [A, 'https://x.a.example']],
  [`{ origin: (o, callback) => callback(null, o?.includes('a.example')) }`, [A, 'https://x.a.example']],
  [`{ origin: /^https:\\/\\/(.*\\.)?a\\.example$/ }`, [A, 'https://x.a.example']],
  [`{ origin: ['${A}', /^https:\\/\\/pr-[a-z0-9-]+\\.a\\.example$/] }`, [A, 'https://pr-1.a.example']],
  [`{ origin: /^https:\\/\\/pr-\\d+\\.a\\.example$/ }`, ['https://pr-1.a.example']],
  [`{ origin: /^https:\\/\\/[a-z]+\\.a\\.example$/ }`, ['https://x.a.example']],
  [`{ origin: /^https:\\/\\/\\w+\\.a\\.example$/ }`, ['https://x.a.example']],
  ['{ origin: /^http:\\/\\/localhost(:\\d+)?$/ }', ['http://localhost:3000', 'http://localhost:4000']],
  ['{ origin: /^http:\\/\\/localhost:3\\d{3}$/ }', ['http://localhost:3000']],
  [`{ origin: (o, callback) => callback(null, list.includes(o)) }`, [A], `const list = ['${A}'];\n`],
  [
    `{ origin: (o, callback) => { if (!o || list.indexOf(o) !== -1) callback(null, true); else callback(new Error('no')); } }`,
    [A],
    `const list = ['${A}'];\n`,
  ],
  [`{ origin: (o, callback) => callback(null, set.has(o)) }`, [A], `const set = new Set(['${A}']);\n`],
  [`{ origin: (o, callback) => callback(null, o === '${A}') }`, [A]],
  [
    `{ origin: (o, callback) => callback(null, !!o && (o.endsWith('.a.example') || o === '${A}')) }`,
    [A, 'https://x.a.example'],
  ],
  [`{ origin: (o, callback) => callback(null, /\\.a\\.example$/.test(o)) }`, ['https://x.a.example']],
  [`{ origin: (o, callback) => callback(null, o === '${A}' ? '${A}' : false) }`, [A]],
  [`{ origin: ['${A}', 'capacitor://localhost'] }`, [A, 'capacitor://localhost']],
  [`{ origin: ['${A}', 'http://a.example'] }`, [A, 'http://a.example']],
  [`{ origin: false }`, []],
  [`{ origin: [] }`, []],
];

/** What cannot be moved without somebody's word, and which word. */
const undecided: readonly (readonly [options: string, clause: RegExp, before?: string])[] = [
  ["{ origin: '*', credentials: true }", /^who may read the answers with cookies$/],
  ['{ origin: true, credentials: true }', /^who may read the answers with cookies$/],
  ['{ origin: (o, callback) => callback(null, true), credentials: true }', /with cookies$/],
  [`{ origin: ['${A}', 'null'] }`, /^whether `null` may read the answers$/],
  [`{ origin: ['http://a.example'], credentials: true }`, /^whether `http|^who may read/],
  [`{ origin: '${A}/' }`, /^whom `https:\/\/a\.example\/` is for$/],
  [`{ origin: /^https:\\/\\/pr-\\d+\\.a\\.example$/ }`, /^whether `https:\/\/pr-x\.a\.example` may read/],
  [`{ origin: /^https:\\/\\/[a-z0-9-]+\\.a\\.example$/ }`, /^whether `https:\/\/a\.b\.a\.example` may read/],
  ['{ origin: /\\.vercel\\.app$/ }', /^which hosts like `https:\/\/a\.vercel\.app` are your own$/],
  [`{ origin: ['${A}', /\\.vercel\\.app$/] }`, /^which hosts like `https:\/\/a\.vercel\.app` are your own$/],
  [`{ origin: new Set(['${A}']) }`, /./],
  [`{ origin: new URL('${A}') }`, /./],
  [`{ origin: '${A}', preflightContinue: true }`, /^what `preflightContinue` is to be$/],
  [`{ origin: '${A}', optionsSuccessStatus: 404 }`, /^what `optionsSuccessStatus` is to be$/],
  [`{ origin: '${A}', maxAge: 3600000 }`, /^what `maxAge` is to be$/],
  [`{ origin: '${A}', maxAge: '600' }`, /^what `maxAge` is to be$/],
  [`{ origin: '${A}', credentials: 'true' }`, /^what `credentials` is to be$/],
  [`{ origin: '${A}', allowedHeader: ['X-A'] }`, /^what `allowedHeader` is to be$/],
  [`{ origin: '${A}', headers: ['X-A'] }`, /^what `headers` is to be$/],
  [`{ origin: '${A}', methods: ['TRACE'] }`, /^what `methods/],
  [`{ origin: undefined }`, /^who may read the answers$/],
  ['{ origin: process.env.CLIENT_URL }', /^what `origin` can be$/],
  ['{ origin: unknown() }', /^what `origin` can be$/],
  [`{ origin: '${A}', methods: unknown() }`, /^what `methods` can be$/],
  ['unknown()', /^what the options are$/],
  ['(req, callback) => callback(null, { origin: true })', /^how the options differ/],
  ['{ origin: async (o, callback) => callback(null, await find(o)) }', /^which origins this check is for$/],
  [
    `{ origin: (o, callback) => callback(null, list.includes(o) || isPartner(o)) }`,
    /^which origins this check is for$/,
    `const list = ['${A}'];\n`,
  ],
  [
    `{ origin: (o, callback) => callback(null, process.env.NODE_ENV !== 'production' || o === '${A}') }`,
    /^who may read the answers in which environment$/,
  ],
];

describe('what people write', () => {
  const results = realistic.map(([options, friends, before]) => {
    const code = server(options, before);
    return { code, friends, options, result: moved(code) };
  });

  it.each(results)('$options is the same after it has moved', ({ code, friends, result }) => {
    if ('after' in result) expect(differences({ code, friends }, result.after)).toEqual([]);
  });

  it('moves most of it', () => {
    const left = results.flatMap(({ options, result }) =>
      'undecided' in result ? [`${options}: ${result.undecided}`] : [],
    );
    expect(left).toMatchInlineSnapshot(`
      [
        "{ origin: 'https://a.example', allowedHeaders: '' }: what \`https://a.example\` may send",
        "{ origin: /^https:\\/\\/pr-\\d+\\.a\\.example$/ }: whether \`https://pr-x.a.example\` may read the answers too, as \`https://pr-*.a.example\` lets it",
        "{ origin: /^https:\\/\\/[a-z]+\\.a\\.example$/ }: whether \`https://0.a.example\` may read the answers too, as \`https://*.a.example\` lets it",
        "{ origin: /^https:\\/\\/\\w+\\.a\\.example$/ }: whether \`https://a-1.a.example\` may read the answers too, as \`https://*.a.example\` lets it",
        "{ origin: /^http:\\/\\/localhost:3\\d{3}$/ }: which origins this check is for",
        "{ origin: [] }: who may read the answers",
      ]
    `);
  });

  it.each(undecided.map(([options, clause, before]) => ({ options, clause, before })))(
    '$options is left to its author',
    ({ options, clause, before }) => {
      const result = moved(server(options, before));
      expect('undecided' in result ? result.undecided : result.after).toMatch(clause);
    },
  );
});

/** The values that servers have, beside those that they should not. */
const good: Readonly<Record<string, readonly string[]>> = {
  origin: [
    ...texts(A, '*', 'http://localhost:3000'),
    `['${A}']`,
    `['${A}', 'https://b.example', 'http://localhost:3000']`,
    `['${A}', /\\.a\\.example$/]`,
    '/\\.a\\.example$/',
    '/^https:\\/\\/(.+\\.)?a\\.example$/',
    'true',
    '[]',
    'false',
    `(o, callback) => callback(null, o === '${A}')`,
    `(o, callback) => callback(null, !o || o.endsWith('.a.example'))`,
    `(o, callback) => callback(o === '${A}' ? null : new Error('no'), true)`,
  ],
  methods: ["['GET', 'PUT']", "'GET,POST,DELETE'", "['GET', 'patch']", "['*']", '[]', "'PUT'"],
  allowedHeaders: ["['X-A']", "'Content-Type, X-B'", "['Authorization', 'content-type']", '[]', "''"],
  exposedHeaders: ["['X-A']", "'X-B'"],
  credentials: ['true', 'false'],
  maxAge: ['0', '600', '86400'],
  preflightContinue: ['false'],
  optionsSuccessStatus: ['200', '204'],
};

const mixed = optionsOf(
  Object.fromEntries(
    Object.entries(corsValues)
      .filter(([name]) => name in good)
      .map(([name, values]) => [
        name,
        fc.oneof(
          { weight: 12, arbitrary: fc.constantFrom(...(good[name] ?? [])) },
          { weight: 1, arbitrary: values },
        ),
      ]),
  ),
);

/** Those whom random options let in on purpose: all of whom they name, and all if they name nobody. */
function friendsIn(options: string): Row['friends'] {
  const named = [...options.matchAll(/['"](https?:\/\/[\w.:-]+)['"]/g)].flatMap(([, origin]) => origin ?? []);
  const below = /\.a\\?\.example/.test(options) ? ['https://x.a.example', 'https://x.y.a.example'] : [];
  return named.length + below.length === 0 ? 'everybody' : [...named, ...below];
}

describe('random options', () => {
  it('moved, let in the same pages', () => {
    const counts = { moved: 0, undecided: 0 };
    fc.assert(
      fc.property(mixed, (options) => {
        const code = server(options);
        const result = moved(code);
        if ('undecided' in result) {
          counts.undecided++;
          return;
        }
        counts.moved++;
        expect(differences({ code, friends: friendsIn(options) }, result.after)).toEqual([]);
      }),
      { seed: SEED, numRuns: LONG ? 20_000 : 2000 },
    );
    // eslint-disable-next-line no-console -- How much the test has seen.
    console.log(`${counts.moved} moved, ${counts.undecided} left undecided`);
    expect(counts.moved).toBeGreaterThan(400);
    expect(counts.undecided).toBeGreaterThan(400);
  });
});
