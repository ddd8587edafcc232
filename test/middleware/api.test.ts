/** What others rest on: it changes with a new major version only, and what starts in one version starts in every later. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REASONS } from '../../src/middleware/decisions.ts';
import * as fetchEntry from '../../src/middleware/fetch.ts';
import * as entry from '../../src/middleware/index.ts';
import type { ConfigProblem, CorsOptions, Decision, Reason } from '../../src/middleware/index.ts';
import { WARNED_CODES } from '../../src/middleware/problems.ts';
import { SAFE_OPTIONS } from '../../src/policy/safe/options.ts';
import { REFUSED_CODES } from '../../src/policy/safe/refused.ts';

describe('the interface', () => {
  it('exports these names', () => {
    expect({
      middleware: Object.keys(entry).sort(),
      fetch: Object.keys(fetchEntry).sort(),
    }).toMatchInlineSnapshot(`
      {
        "fetch": [
          "CorsConfigError",
          "cors",
          "originsFromEnv",
        ],
        "middleware": [
          "CorsConfigError",
          "cors",
          "originsFromEnv",
        ],
      }
    `);
  });

  it('gives a function with these properties', () => {
    const properties = (one: object): string[] =>
      Object.keys(Object.getOwnPropertyDescriptors(one)).filter(
        (name) => !['length', 'name', 'prototype'].includes(name),
      );
    const middleware = entry.cors({ origin: '*' });
    expect(properties(middleware)).toMatchInlineSnapshot(`
      [
        "update",
        "config",
        "warnings",
        "allows",
        "allowsAsync",
      ]
    `);
    expect(properties(fetchEntry.cors({ origin: '*' }))).toEqual(properties(middleware));
    // Connect and Express tell an error handler by its four parameters.
    expect(middleware.length).toBe(3);
  });

  it('takes these options', () => {
    expect([...SAFE_OPTIONS].sort()).toMatchInlineSnapshot(`
      [
        "allowedHeaders",
        "credentials",
        "exposedHeaders",
        "log",
        "maxAge",
        "methods",
        "onConflict",
        "onDecision",
        "optionsSuccessStatus",
        "origin",
        "refuseCrossSite",
        "routes",
      ]
    `);
  });

  it('gives back all that holds', () => {
    expect(entry.cors({ origin: 'https://a.example' }).config).toMatchInlineSnapshot(`
      {
        "credentials": false,
        "exposedHeaders": [],
        "methods": [
          "GET",
          "HEAD",
          "PUT",
          "PATCH",
          "POST",
          "DELETE",
        ],
        "onConflict": "report",
        "optionsSuccessStatus": 204,
        "origin": [
          "https://a.example",
        ],
        "refuseCrossSite": false,
      }
    `);
  });

  it('refuses for these reasons', () => {
    expect([...REFUSED_CODES].sort()).toMatchInlineSnapshot(`
      [
        "cross-site-for-everybody",
        "insecure-origin-credentials",
        "malformed-entry",
        "malformed-exposed-name",
        "malformed-name",
        "malformed-pattern",
        "max-age-in-milliseconds",
        "no-such-option",
        "not-taken",
        "null-origin",
        "null-origin-credentials",
        "origin-missing",
        "placeholder-origin",
        "status-not-ok",
        "unmatched-method",
        "unsafe-match",
        "unsafe-match-credentials",
        "wildcard-allowed-headers",
        "wildcard-credentials",
        "wildcard-exposed-headers",
        "wildcard-in-list",
        "wildcard-methods",
        "wrong-type",
      ]
    `);
  });

  it('warns of these things', () => {
    expect([...WARNED_CODES].sort()).toMatchInlineSnapshot(`
      [
        "idle-option",
        "max-age-too-long",
        "repeated-entry",
        "response-header-allowed",
        "useless-name",
      ]
    `);
  });

  it('decides for these reasons', () => {
    // The types have the same ones: a name too many or too few does not compile.
    const typed: Record<Reason, true> = {
      allowed: true,
      'ambiguous-path': true,
      'check-failed': true,
      'check-not-boolean': true,
      'check-refused': true,
      'check-timed-out': true,
      'cross-site': true,
      'header-not-allowed': true,
      'malformed-origin': true,
      'method-not-allowed': true,
      'no-origin': true,
      'null-origin': true,
      off: true,
      'origin-not-listed': true,
      overwritten: true,
      'same-origin': true,
      stacked: true,
    };
    expect([...REASONS].sort()).toEqual(Object.keys(typed).sort());
  });

  it('tells a decision with these properties', () => {
    const told: Decision[] = [];
    const middleware = entry.cors({ origin: 'https://a.example', onDecision: (one) => told.push(one) });
    const response = { headersSent: false, setHeader: () => undefined, getHeader: () => undefined };
    middleware(
      { method: 'GET', url: '/x?y', headers: { origin: 'https://b.example' } },
      response as never,
      () => undefined,
    );
    expect(told).toMatchInlineSnapshot(`
      [
        {
          "allowed": false,
          "help": "https://github.com/eslint-plugin-cors/eslint-plugin-cors/blob/main/docs/rules/valid-origin.md",
          "message": "\`origin\` does not list \`https://b.example\`.",
          "method": undefined,
          "origin": "https://b.example",
          "path": "/x",
          "preflight": false,
          "reason": "origin-not-listed",
        },
      ]
    `);
  });

  it('tells a problem with these properties', () => {
    let problem: ConfigProblem | undefined;
    try {
      entry.cors({ origin: 'https://a.example', maxAge: -1 });
    } catch (error) {
      [problem] = (error as entry.CorsConfigError).problems;
    }
    expect(problem).toMatchInlineSnapshot(`
      {
        "code": "wrong-type",
        "help": "https://github.com/eslint-plugin-cors/eslint-plugin-cors/blob/main/docs/rules/valid-cors-options.md",
        "message": "\`eslint-plugin-cors/middleware\` does not start with \`-1\` for \`maxAge\`: a whole number of seconds, 0 or more belongs there.",
        "path": "maxAge",
        "remedy": "Write a whole number of seconds, 0 or more.",
        "rule": "valid-cors-options",
      }
    `);
  });

  it('sends its readers to pages that there are', () => {
    const folder = new URL('../../', import.meta.url);
    const source = readFileSync(new URL('src/middleware/decisions.ts', folder), 'utf8');
    const manual = readFileSync(new URL('docs/middleware.md', folder), 'utf8');
    const headings = [...manual.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const sections = [...source.matchAll(/(?:about|manual)\(\s*'([^']+)'/g)].map(([, one = '']) => one);
    const rules = [...source.matchAll(/under\(\s*'([^']+)'/g)].map(([, one = '']) => one);
    expect(sections.length + rules.length).toBeGreaterThan(15);
    expect(sections.filter((one) => !headings.includes(one))).toEqual([]);
    expect(rules.filter((one) => !existsSync(new URL(`docs/rules/${one}.md`, folder)))).toEqual([]);
  });
});

const APP = 'https://app.example.com';
const decide = (origin: string): boolean => origin === APP;

/** Never take one out, and never change one: somebody's server starts with it. */
const taken: readonly CorsOptions[] = [
  { origin: APP },
  { origin: [] },
  { origin: [APP] },
  { origin: [APP, 'https://admin.example.com'] },
  { origin: [APP, APP] },
  { origin: '*' },
  { origin: false },
  { origin: false, credentials: true },
  { origin: decide },
  { origin: async (origin) => decide(origin) },
  { origin: (_origin, { request, signal }) => request.headers !== undefined && !signal.aborted },
  { origin: { lookup: decide } },
  {
    origin: {
      lookup: async (origin) => decide(origin),
      cacheFor: 0,
      cacheSize: 1,
      timeout: 60,
      staleFor: 86_400,
    },
  },
  { origin: { lookup: decide, cacheFor: 0.5, timeout: 0.5, staleFor: undefined } },
  { origin: 'http://localhost:3000' },
  { origin: 'http://localhost:3000', credentials: true },
  { origin: 'http://127.0.0.1:5173', credentials: true },
  { origin: 'http://[::1]:5173', credentials: true },
  { origin: 'http://0.0.0.0:8080', credentials: true },
  { origin: 'http://app.localhost', credentials: true },
  {
    origin: ['http://localhost:*', 'https://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*'],
    credentials: true,
  },
  { origin: ['http://*.localhost', 'http://*.localhost:3000'], credentials: true },
  { origin: 'http://intranet.example.com' },
  { origin: 'http://*.intranet.example.com' },
  { origin: 'http://192.168.1.5:3000' },
  { origin: 'https://192.168.1.5', credentials: true },
  { origin: 'https://app.example.com:8443', credentials: true },
  { origin: 'https://app.example.com.', credentials: true },
  { origin: 'https://my_app.example.com', credentials: true },
  { origin: 'https://xn--bcher-kva.example', credentials: true },
  { origin: 'https://my-app.vercel.app', credentials: true },
  { origin: 'https://*.example.com', credentials: true },
  { origin: ['https://example.com', 'https://*.example.com:8443'], credentials: true },
  { origin: 'https://preview-*.example.com', credentials: true },
  { origin: 'https://*-preview.example.com', credentials: true },
  { origin: 'https://pr-*-app.example.com', credentials: true },
  { origin: 'https://*--my-site.netlify.app', credentials: true },
  { origin: 'https://*.my-project.pages.dev', credentials: true },
  { origin: 'capacitor://localhost', credentials: true },
  { origin: ['ionic://localhost', 'tauri://localhost', 'app://-', 'file://'], credentials: true },
  { origin: 'chrome-extension://abcdefghijklmnopabcdefghijklmnop', credentials: true },
  { origin: 'moz-extension://0f1d2c3b-1111-2222-3333-444455556666', credentials: true },
  { origin: 'safari-web-extension://0F1D2C3B-1111-2222-3333-444455556666', credentials: true },
  { origin: { allow: 'null', because: 'the desktop app' }, credentials: true },
  {
    origin: [APP, { allow: 'http://intranet.example.com', because: 'no certificates there' }],
    credentials: true,
  },
  { origin: [{ allow: 'https://*.vercel.app', because: 'every preview of everybody' }], credentials: true },
  { origin: [{ allow: APP, because: 'nobody has to ask' }] },
  { origin: APP, methods: 'GET' },
  { origin: APP, methods: 'GET,PUT, PATCH' },
  { origin: APP, methods: ['GET', 'QUERY', 'PROPFIND', 'X-MINE'] },
  { origin: APP, methods: [] },
  { origin: APP, methods: ['get', 'OPTIONS'] },
  { origin: '*', methods: '*', allowedHeaders: '*', exposedHeaders: '*' },
  { origin: APP, methods: ['*'], allowedHeaders: ['*', 'Authorization'] },
  { origin: APP, allowedHeaders: ['Content-Type', 'Authorization'], credentials: true },
  { origin: APP, allowedHeaders: 'Content-Type, Authorization,X-Requested-With' },
  { origin: APP, allowedHeaders: ['Origin', 'Host', 'Cookie', 'Accept', 'Access-Control-Allow-Origin'] },
  { origin: APP, allowedHeaders: [] },
  { origin: APP, exposedHeaders: ['X-Total-Count', 'Link', 'ETag', 'Content-Type', 'Set-Cookie'] },
  { origin: APP, exposedHeaders: '' },
  { origin: APP, credentials: false, maxAge: 0 },
  { origin: APP, maxAge: 86_400, optionsSuccessStatus: 200 },
  { origin: APP, maxAge: 31_536_000, optionsSuccessStatus: 299 },
  { origin: APP, routes: {} },
  {
    origin: APP,
    credentials: true,
    routes: { '/public': { origin: '*' }, '/public/admin/': { origin: APP } },
  },
  { origin: false, routes: { '/': { origin: '*' }, '/a-b_c.d~e/%20': { origin: decide } } },
  { origin: APP, refuseCrossSite: true },
  { origin: APP, refuseCrossSite: false },
  { origin: decide, refuseCrossSite: { except: ['/saml/acs', '/'] } },
  { origin: [], refuseCrossSite: {} },
  { origin: APP, onDecision: () => undefined, onConflict: 'keep-ours', log: false },
  { origin: APP, onConflict: 'report', log: true },
  {
    origin: APP,
    methods: undefined,
    allowedHeaders: undefined,
    exposedHeaders: undefined,
    credentials: undefined,
    maxAge: undefined,
    optionsSuccessStatus: undefined,
    routes: undefined,
    refuseCrossSite: undefined,
    onDecision: undefined,
    onConflict: undefined,
    log: undefined,
  },
];

describe('options that start', () => {
  it.each(taken.map((options) => [JSON.stringify(options, asText), options] as const))('%s', (_, options) => {
    const { config } = entry.cors(options);
    expect(entry.cors(config).config).toEqual(config);
    expect(fetchEntry.cors(options as never).config).toEqual(config);
  });

  it('are no fewer than there were', () => {
    expect(taken.length).toBeGreaterThanOrEqual(73);
  });
});

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? 'a function' : value;
}
