import { createRequire } from 'node:module';
import type { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/index.ts';
import { editMessages } from '../../src/edits.ts';
import * as exported from '../../src/index.ts';
import {
  codesOf,
  describe as describeProblem,
  type Kind,
  type ProblemCode,
} from '../../src/policy/problems.ts';
import type { CorsRule } from '../../src/rule.ts';
import { Project, removeProjects } from '../analysis/project.ts';
import { dialects, lint, withoutPractices, type Settings } from './lint.ts';
import { server } from './tester.ts';

const manifest = createRequire(import.meta.url)('../../package.json') as { name: string; version: string };
const rules = plugin.rules as unknown as Readonly<Record<string, CorsRule>>;

interface Row {
  /** Missing where the rule is for careful teams only. */
  readonly recommended?: readonly unknown[];
  readonly strict?: readonly unknown[];
  /** For moving to the middleware. */
  readonly migrate?: readonly unknown[];
  readonly codes: Readonly<Partial<Record<ProblemCode, Kind>>>;
  readonly edits: 'suggestions' | 'fix';
}

/** The catalogue, as it was agreed. Users write these names and options. */
const catalogue: Readonly<Record<string, Row>> = {
  'cors-before-auth': {
    recommended: ['error', { checkHttpsRedirect: false }],
    strict: ['error', { checkHttpsRedirect: true }],
    codes: {
      'guard-before-cors': 'broken',
      'rate-limit-before-cors': 'fragile',
      'redirect-before-cors': 'fragile',
    },
    edits: 'suggestions',
  },
  'cors-before-routes': {
    recommended: ['error'],
    strict: ['error'],
    codes: { 'cors-after-routes': 'broken' },
    edits: 'suggestions',
  },
  'no-denial-by-error': {
    recommended: ['warn', { onlyWithOwnPages: true }],
    strict: ['error', { onlyWithOwnPages: false }],
    codes: { 'denial-by-error': 'broken', 'own-pages-denied-by-error': 'broken' },
    edits: 'suggestions',
  },
  'no-missing-origin-error': {
    recommended: ['warn'],
    strict: ['error'],
    codes: { 'missing-origin-error': 'broken', 'missing-origin-throws': 'broken' },
    edits: 'suggestions',
  },
  'no-express5-star-path': {
    recommended: ['error'],
    strict: ['error'],
    codes: { 'express5-path': 'broken' },
    edits: 'fix',
  },
  'no-hanging-cors': {
    recommended: ['error'],
    strict: ['error'],
    codes: { 'uncalled-library': 'broken', hanging: 'broken' },
    edits: 'suggestions',
  },
  'no-hardcoded-origins': {
    strict: ['error'],
    codes: { 'hardcoded-origins': 'fragile' },
    edits: 'suggestions',
  },
  'no-insecure-origin': {
    recommended: ['warn', { checkWithoutCredentials: false }],
    strict: ['error', { checkWithoutCredentials: true }],
    codes: { 'insecure-origin-credentials': 'exploitable', 'insecure-origin': 'exploitable' },
    edits: 'suggestions',
  },
  'no-localhost-origin': {
    strict: ['error'],
    codes: { 'loopback-origin': 'fragile' },
    edits: 'suggestions',
  },
  'no-null-origin': {
    recommended: ['error'],
    strict: ['error'],
    codes: { 'null-origin-credentials': 'exploitable', 'null-origin': 'fragile' },
    edits: 'suggestions',
  },
  'no-reflected-origin': {
    recommended: ['error', { checkWithoutCredentials: false }],
    strict: ['error', { checkWithoutCredentials: true }],
    codes: { 'any-origin-credentials': 'exploitable', 'any-origin': 'fragile' },
    edits: 'suggestions',
  },
  'no-unsafe-origin-match': {
    recommended: ['error'],
    strict: ['error'],
    codes: {
      'unsafe-match-credentials': 'exploitable',
      'unsafe-match': 'fragile',
      'stateful-expression': 'broken',
    },
    edits: 'suggestions',
  },
  'no-wildcard-credentials': {
    recommended: ['error'],
    strict: ['error'],
    codes: {
      'wildcard-credentials': 'broken',
      'default-wildcard-credentials': 'broken',
      'wildcard-methods': 'broken',
      'wildcard-allowed-headers': 'broken',
      'wildcard-exposed-headers': 'broken',
    },
    edits: 'suggestions',
  },
  'pair-loopback-origins': {
    strict: ['error'],
    codes: { 'unpaired-loopback': 'fragile' },
    edits: 'suggestions',
  },
  'no-stacked-cors': {
    recommended: ['error'],
    strict: ['error'],
    codes: {
      'takes-nothing-back': 'exploitable',
      'preflight-first': 'exploitable',
      'strangers-preflight': 'exploitable',
      'everybody-after-list': 'exploitable',
      'doubled-origin': 'broken',
      'preflight-refused-first': 'broken',
      'overruled-origin': 'broken',
    },
    edits: 'suggestions',
  },
  'require-vary-origin': {
    recommended: ['error'],
    strict: ['error'],
    codes: { 'missing-vary': 'fragile', 'vary-without-origin': 'fragile', 'vary-overwritten': 'fragile' },
    edits: 'suggestions',
  },
  'require-preflight-route': {
    recommended: ['error'],
    strict: ['error'],
    codes: { 'unanswered-preflight': 'broken' },
    edits: 'suggestions',
  },
  'prefer-safe-cors': {
    migrate: ['warn'],
    codes: { replaceable: 'fragile', 'replaceable-undecided': 'fragile' },
    edits: 'suggestions',
  },
  'require-authorization-header': {
    recommended: ['error', { checkWildcard: false, checkImplicit: false }],
    strict: ['error', { checkWildcard: true, checkImplicit: true }],
    codes: {
      'authorization-not-allowed': 'broken',
      'authorization-by-wildcard': 'fragile',
      'authorization-implicit': 'fragile',
    },
    edits: 'suggestions',
  },
  'require-explicit-origin': {
    strict: ['error', { allowWildcard: true }],
    codes: { 'default-origin': 'fragile', 'public-wildcard': 'fragile' },
    edits: 'suggestions',
  },
  'safe-env-origins': {
    recommended: ['error', { checkSwitchedOff: false, checkLoopbackFallback: false }],
    strict: ['error', { checkSwitchedOff: true, checkLoopbackFallback: true }],
    codes: {
      'env-opens-credentials': 'exploitable',
      'env-wildcard-credentials': 'broken',
      'env-opens': 'fragile',
      'env-not-split': 'broken',
      'env-before-dotenv': 'broken',
      'env-off': 'fragile',
      'env-loopback': 'fragile',
    },
    edits: 'suggestions',
  },
  'sensible-max-age': {
    strict: ['error'],
    codes: { 'max-age-missing': 'fragile', 'max-age-too-long': 'fragile' },
    edits: 'suggestions',
  },
  'valid-cors-options': {
    recommended: ['error'],
    strict: ['error'],
    codes: {
      'unknown-option': 'broken',
      'options-not-object': 'broken',
      'credentials-not-boolean': 'broken',
      'methods-missing': 'broken',
      'not-a-list': 'broken',
      'max-age-in-milliseconds': 'broken',
      'max-age-not-a-number': 'broken',
      'status-not-ok': 'broken',
      'origin-missing': 'broken',
      'no-such-option': 'broken',
      'not-taken': 'broken',
      'wrong-type': 'broken',
      'cross-site-for-everybody': 'broken',
    },
    edits: 'suggestions',
  },
  'valid-methods-and-headers': {
    recommended: ['error', { checkUseless: false }],
    strict: ['error', { checkUseless: true }],
    codes: {
      'unmatched-method': 'broken',
      'malformed-name': 'broken',
      'malformed-exposed-name': 'broken',
      'useless-name': 'fragile',
      'response-header-allowed': 'fragile',
    },
    edits: 'suggestions',
  },
  'valid-origin': {
    recommended: ['error'],
    strict: ['error'],
    codes: {
      'malformed-origin': 'broken',
      'corrected-origin': 'broken',
      'listed-wildcard': 'broken',
      'malformed-entry': 'broken',
      'malformed-pattern': 'broken',
      'wildcard-in-list': 'broken',
      'placeholder-origin': 'exploitable',
    },
    edits: 'suggestions',
  },
};

const use = (options: string, rest = ''): string => server(`app.use(cors(${options}));\n${rest}`);
/** With the middleware of this package. */
const safe = (options: string): string =>
  `const express = require('express');
const { cors } = require('eslint-plugin-cors/middleware');
const app = express();
app.use(cors(${options}));`;
const LIST = "{ origin: ['https://a.example'] }";
/** A middleware that writes headers by hand. */
const writing = (body: string): string => `app.use((req, res, next) => { ${body} next(); });`;
const ECHO =
  "if (req.headers.origin === 'https://a.example') res.set('Access-Control-Allow-Origin', req.headers.origin);";
const READS = "app.get('/x', (req, res) => res.json(req.headers.authorization));";

/** Every problem, by code that has it. */
const samples: Readonly<Record<ProblemCode, string>> = {
  'wildcard-credentials': use("{ origin: '*', credentials: true }"),
  'default-wildcard-credentials': use('{ credentials: true }'),
  'wildcard-methods': use("{ origin: 'https://a.example', credentials: true, methods: '*' }"),
  'wildcard-allowed-headers': use("{ origin: 'https://a.example', credentials: true, allowedHeaders: '*' }"),
  'wildcard-exposed-headers': use("{ origin: 'https://a.example', credentials: true, exposedHeaders: '*' }"),
  'any-origin-credentials': use('{ origin: true, credentials: true }'),
  'any-origin': use('{ origin: true }'),
  'unsafe-match-credentials': use(String.raw`{ origin: /a\.example$/, credentials: true }`),
  'unsafe-match': use(String.raw`{ origin: /a\.example$/ }`),
  'stateful-expression': use(String.raw`{ origin: /^https:\/\/a\.example$/g }`),
  'null-origin-credentials': use("{ origin: ['https://a.example', 'null'], credentials: true }"),
  'null-origin': use("{ origin: ['https://a.example', 'null'] }"),
  'insecure-origin-credentials': use(
    "{ origin: ['https://b.example', 'http://a.example'], credentials: true }",
  ),
  'insecure-origin': use("{ origin: ['https://b.example', 'http://a.example'] }"),
  'loopback-origin': use("{ origin: ['https://a.example', 'http://localhost:3000'] }"),
  'hardcoded-origins': use("{ origin: ['https://a.example', 'https://b.example'] }"),
  'malformed-origin': use("{ origin: 'a.example' }"),
  'corrected-origin': use("{ origin: 'https://a.example/' }"),
  'listed-wildcard': use("{ origin: ['*'] }"),
  'placeholder-origin': use("{ origin: 'https://your-frontend.com' }"),
  'env-opens-credentials': use('{ origin: process.env.ORIGIN ?? true, credentials: true }'),
  'env-wildcard-credentials': use("{ origin: process.env.ORIGIN || '*', credentials: true }"),
  'env-opens': use("{ origin: process.env.ORIGIN || '*' }"),
  'env-not-split': use('{ origin: process.env.ALLOWED_ORIGINS }'),
  'env-before-dotenv': server(
    "const origin = process.env.ORIGIN ?? false;\nrequire('dotenv').config();\napp.use(cors({ origin }));",
  ),
  'env-off': use('{ origin: process.env.ORIGIN }'),
  'env-loopback': use("{ origin: process.env.ORIGIN || 'http://localhost:3000' }"),
  'unpaired-loopback': use(
    "{ origin: process.env.NODE_ENV === 'production' ? 'https://a.example' : 'http://localhost:3000' }",
  ),
  'unknown-option': use("{ origins: ['https://a.example'] }"),
  'options-not-object': use("'https://a.example'"),
  'credentials-not-boolean': use("{ origin: 'https://a.example', credentials: 'true' }"),
  'methods-missing': use('{ methods: undefined }'),
  'not-a-list': use("{ methods: new Set(['GET']) }"),
  'max-age-in-milliseconds': use('{ maxAge: 600000 }'),
  'max-age-not-a-number': use("{ maxAge: '1h' }"),
  'status-not-ok': use('{ optionsSuccessStatus: 404 }'),
  'origin-missing': safe(''),
  'no-such-option': safe("{ origin: 'https://a.example', credential: true }"),
  'not-taken': safe(String.raw`{ origin: /^https:\/\/a\.example$/ }`),
  'wrong-type': safe("{ origin: 'https://a.example', credentials: 'true' }"),
  'cross-site-for-everybody': safe("{ origin: '*', refuseCrossSite: true }"),
  'malformed-entry': safe("{ origin: ['https://a.example/'] }"),
  'malformed-pattern': safe("{ origin: ['https://*.*.a.example'] }"),
  'wildcard-in-list': safe("{ origin: ['*'] }"),
  'default-origin': use(''),
  'public-wildcard': use("{ origin: '*' }"),
  'max-age-missing': use("{ origin: 'https://a.example' }"),
  'max-age-too-long': use("{ origin: 'https://a.example', maxAge: 100000 }"),
  'unmatched-method': use("{ origin: 'https://a.example', methods: ['GET', 'put'] }"),
  'malformed-name': use("{ origin: 'https://a.example', methods: ['get/post'] }"),
  'malformed-exposed-name': use("{ origin: 'https://a.example', exposedHeaders: 'X A' }"),
  'useless-name': use("{ origin: 'https://a.example', allowedHeaders: ['Cookie', 'X-A'] }"),
  'response-header-allowed': use(
    "{ origin: 'https://a.example', allowedHeaders: ['X-A', 'Access-Control-Allow-Origin'] }",
  ),
  'uncalled-library': server('app.use(cors);'),
  hanging: server(
    "app.use((req, res, next) => { res.set('Access-Control-Allow-Origin', '*'); if (req.method === 'OPTIONS') res.status(204); else next(); });",
  ),
  'denial-by-error': use(
    "{ origin: (origin, callback) => { if (!origin || origin === 'https://a.example') callback(null, true); else callback(new Error('no')); } }",
  ),
  'own-pages-denied-by-error': use(
    "{ origin: (origin, callback) => { if (!origin || origin === 'https://a.example') callback(null, true); else callback(new Error('no')); } }",
    "app.use(express.static('public'));",
  ),
  'missing-origin-error': use(
    "{ origin: (origin, callback) => { if (!origin) callback(new Error('no')); else callback(null, origin === 'https://a.example'); } }",
  ),
  'missing-origin-throws': use(
    "{ origin: (origin, callback) => { callback(null, origin.toLowerCase() === 'https://a.example'); } }",
  ),
  'express5-path': server("app.options('*', cors());"),
  'guard-before-cors': server(
    'app.use((req, res, next) => { if (!req.user) return res.sendStatus(401); next(); });\napp.use(cors());',
  ),
  'rate-limit-before-cors': server("app.use(require('express-rate-limit')());\napp.use(cors());"),
  'redirect-before-cors': server(
    'app.use((req, res, next) => { if (req.secure) next(); else res.redirect(`https://${req.hostname}${req.url}`); });\napp.use(cors());',
  ),
  'cors-after-routes': server("app.get('/x', (req, res) => res.json({}));\napp.use(cors());"),
  'unanswered-preflight': server(`app.put('/x', cors(${LIST}), (req, res) => res.json({}));`),
  'missing-vary': server(writing(ECHO)),
  'vary-without-origin': server(writing(`res.set('Vary', 'Accept'); ${ECHO}`)),
  'vary-overwritten': use(LIST, writing("res.set('Vary', 'Accept');")),
  'takes-nothing-back': use('', `app.use('/admin', cors(${LIST}));`),
  'preflight-first': use('', "app.use('/admin', cors({ origin: 'https://a.example' }));"),
  'strangers-preflight': server(`app.options(/.*/, cors());\napp.use(cors(${LIST}));`),
  'everybody-after-list': use(LIST, 'app.use(cors());'),
  'doubled-origin': use(
    "{ origin: 'https://a.example' }",
    writing("res.append('Access-Control-Allow-Origin', 'https://a.example');"),
  ),
  'preflight-refused-first': use(LIST, "app.use(cors({ origin: ['https://b.example'] }));"),
  'overruled-origin': use(
    "{ origin: 'https://a.example' }",
    writing("res.set('Access-Control-Allow-Origin', 'https://b.example');"),
  ),
  replaceable: use(LIST),
  'replaceable-undecided': use('options'),
  'authorization-not-allowed': use("{ allowedHeaders: ['X-A'] }", READS),
  'authorization-by-wildcard': use("{ allowedHeaders: '*' }", READS),
  'authorization-implicit': use('', READS),
};

const settings: Settings = { express: 5 };

/** What a sample is linted with: most of them lack what only a few rules want. */
const rulesFor = (code: string): Linter.RulesRecord => ({
  ...withoutPractices,
  ...(code === 'default-origin' && { 'cors/require-explicit-origin': 'error' }),
  ...(code === 'public-wildcard' && { 'cors/require-explicit-origin': ['error', { allowWildcard: false }] }),
  ...(code === 'hardcoded-origins' && { 'cors/no-hardcoded-origins': 'error' }),
  ...(code.startsWith('replaceable') && {
    'cors/prefer-safe-cors': 'error',
    'cors/no-reflected-origin': 'off',
  }),
  ...(code.startsWith('max-age-') && { 'cors/sensible-max-age': 'error' }),
});

describe('the catalogue', () => {
  it('has these rules', () => {
    expect(Object.keys(rules).toSorted()).toEqual(Object.keys(catalogue).toSorted());
  });

  it.each(Object.entries(catalogue))('%s', (name, row) => {
    const { meta, defaultOptions: none } = rules[name] as CorsRule & { defaultOptions?: unknown };
    expect(none).toBeUndefined();
    const { recommended, strict, migrate } = row;
    expect(meta.docs?.presets).toEqual({
      ...(recommended && { recommended }),
      ...(strict && { strict }),
      ...(migrate && { migrate }),
    });
    expect(meta.docs?.url).toMatch(new RegExp(`^https://.*/v${manifest.version}/docs/rules/${name}\\.md$`));
    expect(meta.docs?.description).toMatch(/^(?:Disallow|Require) .*\.$/);
    expect(meta.hasSuggestions === true).toBe(row.edits === 'suggestions');
    expect(meta.fixable).toBe(row.edits === 'fix' ? 'code' : undefined);
    expect(codesOf(name).toSorted()).toEqual(Object.keys(row.codes).toSorted());
    for (const [code, kind] of Object.entries(row.codes))
      expect(describeProblem(code as ProblemCode).kind, code).toBe(kind);
    // What it says, and what its suggestions say, and nothing else.
    expect(Object.keys(meta.messages).toSorted()).toEqual(
      [...Object.keys(row.codes), ...Object.keys(editMessages)].toSorted(),
    );
  });

  it('gives every option a default, and every preset all options', () => {
    for (const { meta } of Object.values(rules)) {
      const [schema] = meta.schema as readonly { readonly properties?: object }[];
      const names = Object.keys(schema?.properties ?? {}).toSorted();
      const given = (options: unknown): string[] =>
        Object.keys((options as object | undefined) ?? {}).toSorted();
      expect(given(meta.defaultOptions?.[0])).toEqual(names);
      for (const preset of Object.values(meta.docs?.presets ?? {})) expect(given(preset[1])).toEqual(names);
      // The defaults are what is recommended, or else what careful teams want.
      const { recommended, strict } = meta.docs?.presets ?? {};
      if (names.length > 0) expect((recommended ?? strict)?.[1]).toEqual(meta.defaultOptions?.[0]);
    }
  });
});

describe('what is said', () => {
  it.each(Object.entries(samples))('%s', (code, sample) => {
    const { messages } = lint(sample, dialects.commonjs, settings, rulesFor(code));
    expect(messages.map(({ messageId }) => messageId)).toEqual([code]);
    const [{ message = '', suggestions = [] } = {}] = messages;
    for (const words of [message, ...suggestions.map(({ desc }) => desc)]) {
      expect(words).not.toContain('{{');
      expect(words.replace(/`[^`]*`/g, '')).not.toMatch(/undefined|\bnull\b|NaN|\[object/);
      // Backticks come in pairs, sentences end, and nothing is cut out of the middle.
      expect(words.split('`').length % 2, words).toBe(1);
      expect(words).toMatch(/[.?]$/);
      expect(words).not.toMatch(/ {2}| [.,:]|\.\.$/);
    }
  });

  it('is short enough for a tooltip', () => {
    for (const { meta } of Object.values(rules))
      for (const [id, says] of Object.entries(meta.messages))
        expect(says.length, id).toBeLessThanOrEqual(280);
  });

  it('uses every message that an edit has', () => {
    const used = new Set<string | undefined>();
    const more = [
      use("{ origin: new Set(['https://a.example']), credentials: true }"),
      use("{ origin: 'https://a.example,https://b.example' }"),
      use("{ origin: ['https://a.example', ''] }"),
      use("{ origin: 'https://a.example', methods: ['TRACE'] }"),
      use("{ origin: (origin, callback) => callback(null, origin.startsWith('https://a.example')) }"),
      use("{ origin: (origin, callback) => callback(null, 'https://a.com,https://b.com'.includes(origin)) }"),
      use("{ origin: (origin, cb) => cb(null, origin === 'null' || origin === 'https://a.example') }"),
      use('{ origin: /^https?:\\/\\/a\\.example$/ }'),
    ];
    for (const [code, sample] of [...Object.entries(samples), ...more.map((one) => ['', one] as const)])
      for (const { suggestions = [] } of lint(sample, dialects.commonjs, settings, rulesFor(code)).messages)
        for (const { messageId } of suggestions) used.add(messageId);
    // Only where it is installed for production.
    const migrating = new Project({
      'package.json': { dependencies: { 'eslint-plugin-cors': '*' } },
      'list.js': use(LIST),
      'anybody.js': use('{ origin: true, credentials: true }'),
    });
    for (const name of migrating.sources)
      for (const { suggestions = [] } of migrating.messages(name, 'espree', name, {
        'cors/prefer-safe-cors': 'error',
      }))
        for (const { messageId } of suggestions) used.add(messageId);
    removeProjects();
    expect([...used].toSorted()).toEqual(Object.keys(editMessages).toSorted());
  }, 30_000);
});

describe('the plugin', () => {
  it('says what it is', () => {
    expect(plugin.meta).toEqual({ name: manifest.name, version: manifest.version, namespace: 'cors' });
    expect(manifest.name).toBe('eslint-plugin-cors');
  });

  it('is the default export, and what `require` gives', () => {
    expect(exported.default).toBe(plugin);
    expect((exported as Record<string, unknown>)['module.exports']).toBe(plugin);
    expect(Object.keys(exported).toSorted()).toEqual(['default', 'module.exports']);
  });

  it.each(['recommended', 'strict'] as const)('has a preset: %s', (preset) => {
    const config = plugin.configs[preset];
    expect(config.name).toBe(`cors/${preset}`);
    expect(config.plugins).toEqual({ cors: plugin });
    expect(config.rules).toEqual(
      Object.fromEntries(
        Object.entries(catalogue).flatMap(([name, row]) =>
          row[preset] ? [[`cors/${name}`, row[preset]]] : [],
        ),
      ),
    );
  });

  it('has one with every rule', () => {
    expect(plugin.configs.all.rules).toEqual(
      Object.fromEntries(
        Object.entries(catalogue).map(([name, row]) => [`cors/${name}`, row.strict ?? ['error']]),
      ),
    );
  });

  it('gives presets that nobody else holds on to', () => {
    expect(plugin.configs.recommended.rules?.['cors/no-reflected-origin']).not.toBe(
      rules['no-reflected-origin']?.meta.docs?.presets.recommended,
    );
  });
});
