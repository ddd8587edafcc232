import { createRequire } from 'node:module';
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
import { dialects, lint, type Settings } from './lint.ts';
import { server } from './tester.ts';

const manifest = createRequire(import.meta.url)('../../package.json') as { name: string; version: string };
const rules = plugin.rules as unknown as Readonly<Record<string, CorsRule>>;

interface Row {
  readonly recommended: readonly unknown[];
  readonly strict: readonly unknown[];
  readonly codes: Readonly<Partial<Record<ProblemCode, Kind>>>;
  readonly edits: 'suggestions' | 'fix';
}

/** The catalogue, as it was agreed. Users write these names and options. */
const catalogue: Readonly<Record<string, Row>> = {
  'cors-before-routes': {
    recommended: ['error'],
    strict: ['error'],
    codes: { 'cors-after-routes': 'broken' },
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
    codes: { 'uncalled-library': 'broken' },
    edits: 'suggestions',
  },
  'no-reflected-origin': {
    recommended: ['error', { checkWithoutCredentials: false }],
    strict: ['error', { checkWithoutCredentials: true }],
    codes: { 'any-origin-credentials': 'exploitable', 'any-origin': 'fragile' },
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
      'placeholder-origin': 'exploitable',
    },
    edits: 'suggestions',
  },
};

const use = (options: string, rest = ''): string => server(`app.use(cors(${options}));\n${rest}`);
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
  'malformed-origin': use("{ origin: 'a.example' }"),
  'corrected-origin': use("{ origin: 'https://a.example/' }"),
  'listed-wildcard': use("{ origin: ['*'] }"),
  'placeholder-origin': use("{ origin: 'https://your-frontend.com' }"),
  'unknown-option': use("{ origins: ['https://a.example'] }"),
  'options-not-object': use("'https://a.example'"),
  'credentials-not-boolean': use("{ origin: 'https://a.example', credentials: 'true' }"),
  'methods-missing': use('{ methods: undefined }'),
  'not-a-list': use("{ methods: new Set(['GET']) }"),
  'max-age-in-milliseconds': use('{ maxAge: 600000 }'),
  'max-age-not-a-number': use("{ maxAge: '1h' }"),
  'status-not-ok': use('{ optionsSuccessStatus: 404 }'),
  'uncalled-library': server('app.use(cors);'),
  'express5-path': server("app.options('*', cors());"),
  'cors-after-routes': server("app.get('/x', (req, res) => res.json({}));\napp.use(cors());"),
  'authorization-not-allowed': use("{ allowedHeaders: ['X-A'] }", READS),
  'authorization-by-wildcard': use("{ allowedHeaders: '*' }", READS),
  'authorization-implicit': use('', READS),
};

const settings: Settings = { express: 5 };

describe('the catalogue', () => {
  it('has these rules', () => {
    expect(Object.keys(rules).toSorted()).toEqual(Object.keys(catalogue).toSorted());
  });

  it.each(Object.entries(catalogue))('%s', (name, row) => {
    const { meta, defaultOptions: none } = rules[name] as CorsRule & { defaultOptions?: unknown };
    expect(none).toBeUndefined();
    expect(meta.docs?.presets).toEqual({ recommended: row.recommended, strict: row.strict });
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
      // The defaults are what is recommended.
      if (names.length > 0) expect(meta.docs?.presets.recommended?.[1]).toEqual(meta.defaultOptions?.[0]);
    }
  });
});

describe('what is said', () => {
  it.each(Object.entries(samples))('%s', (code, sample) => {
    const { messages } = lint(sample, dialects.commonjs, settings);
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
    ];
    for (const sample of [...Object.values(samples), ...more])
      for (const { suggestions = [] } of lint(sample, dialects.commonjs, settings).messages)
        for (const { messageId } of suggestions) used.add(messageId);
    expect([...used].toSorted()).toEqual(Object.keys(editMessages).toSorted());
  });
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
      Object.fromEntries(Object.entries(catalogue).map(([name, row]) => [`cors/${name}`, row[preset]])),
    );
  });

  it('has one with every rule', () => {
    expect(plugin.configs.all.rules).toEqual(
      Object.fromEntries(Object.entries(catalogue).map(([name, row]) => [`cors/${name}`, row.strict])),
    );
  });

  it('gives presets that nobody else holds on to', () => {
    expect(plugin.configs.recommended.rules?.['cors/no-reflected-origin']).not.toBe(
      rules['no-reflected-origin']?.meta.docs?.presets.recommended,
    );
  });
});
