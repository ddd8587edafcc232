/** What was decided, and in which words: every reason, told to `onDecision` and, where it is due, on the console. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import type { CorsOptions, Decision, OriginFunction, Reason } from '../../src/middleware/types.ts';
import { preflight } from '../facts/server.ts';
import type { Ask } from '../facts/server.ts';
import { APP, kinds, OTHER, says, serve, STRANGER } from './serve.ts';
import type { Kind, Layer } from './serve.ts';

const hello = says('hello');
const ROOT = join(import.meta.dirname, '../..');
const HELP =
  /^https:\/\/github\.com\/eslint-plugin-cors\/eslint-plugin-cors\/blob\/main\/(?<page>docs\/[\w/.-]+\.md)(?:#(?<anchor>[\w-]+))?$/;

const decided = async (
  kind: Kind,
  options: CorsOptions,
  ask: Ask,
  { before = [], behind = hello }: { readonly before?: readonly Layer[]; readonly behind?: Layer } = {},
): Promise<readonly Decision[]> => {
  const decisions: Decision[] = [];
  const middleware = cors({ log: false, ...options, onDecision: (one) => void decisions.push(one) });
  await serve(kind, [...before, middleware, behind], (send) => send(ask));
  return decisions;
};

interface Case {
  readonly options: CorsOptions;
  readonly ask: Ask;
  readonly says: readonly RegExp[];
  readonly allowed?: boolean;
  readonly before?: readonly Layer[];
  readonly behind?: Layer;
}

const asked = (decide: (origin: string) => unknown): CorsOptions => ({ origin: decide as OriginFunction });
const open: Layer = (_request, response) => {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.end();
};

/** One way to each reason. The decision is the last one, or the only one of that reason. */
const ways: Readonly<Record<Reason, Case>> = {
  allowed: {
    options: { origin: APP },
    ask: { origin: APP },
    says: [/`https:\/\/app\.example\.com` is let in/],
    allowed: true,
  },
  'no-origin': { options: { origin: APP }, ask: {}, says: [/No page of another origin/] },
  'same-origin': {
    options: { origin: APP },
    ask: { origin: OTHER, method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } },
    says: [/`https:\/\/other\.example\.com` is the origin of this server/],
    allowed: true,
  },
  off: { options: { origin: false }, ask: { origin: APP }, says: [/CORS is off/] },
  'origin-not-listed': {
    options: { origin: APP },
    ask: { origin: STRANGER },
    says: [/does not list `https:\/\/stranger\.test`\.$/],
  },
  'null-origin': { options: { origin: APP }, ask: { origin: 'null' }, says: [/`null`/, /sandboxed/] },
  'malformed-origin': {
    options: { origin: APP },
    ask: { origin: `${APP}/` },
    says: [/`https:\/\/app\.example\.com\/` is no origin/],
  },
  'method-not-allowed': {
    options: { origin: APP, methods: 'GET' },
    ask: preflight(APP, 'DELETE'),
    says: [/`https:\/\/app\.example\.com` may not send `DELETE`/, /`methods`/],
  },
  'header-not-allowed': {
    options: { origin: APP, allowedHeaders: ['X-A'] },
    ask: preflight(APP, 'PUT', 'x-a,x-token'),
    says: [/may not send the header `x-token`/, /`allowedHeaders`/],
  },
  'check-refused': {
    options: asked(() => false),
    ask: { origin: STRANGER },
    says: [/refuses `https:\/\/stranger\.test`/],
  },
  'check-not-boolean': {
    options: asked(() => undefined),
    ask: { origin: APP },
    says: [/neither `true` nor `false`/, /given no callback/],
  },
  'check-failed': {
    options: asked(() => {
      throw new Error('database down');
    }),
    ask: { origin: APP },
    says: [/fails for `https:\/\/app\.example\.com`/, /database down/],
  },
  'check-timed-out': {
    options: { origin: { lookup: () => new Promise<boolean>(() => {}), timeout: 0.01 } },
    ask: { origin: APP },
    says: [/does not answer in time/],
  },
  'ambiguous-path': {
    options: { origin: APP, routes: { '/public': { origin: '*' } } },
    ask: { origin: STRANGER, path: '/%70ublic' },
    says: [/`\/%70ublic` belongs to one of `routes`/],
  },
  'cross-site': {
    options: { origin: APP, refuseCrossSite: true },
    ask: { origin: STRANGER, method: 'POST' },
    says: [/`https:\/\/stranger\.test`/, /403/],
  },
  overwritten: {
    options: { origin: APP },
    ask: { origin: APP },
    behind: open,
    says: [/has written `Access-Control-Allow-Origin: \*` into the answer to `https:\/\/app\.example\.com`/],
  },
  stacked: {
    options: { origin: APP },
    ask: { origin: STRANGER },
    before: [cors({ origin: '*', log: false })],
    says: [/outer policy lets in `https:\/\/stranger\.test`/, /`routes`/],
  },
};

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

let warned: string[] = [];
beforeEach(() => {
  warned = [];
  vi.spyOn(console, 'warn').mockImplementation((text: unknown) => void warned.push(String(text)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe.each(kinds)('%s', (kind) => {
  test.each(Object.entries(ways) as readonly [Reason, Case][])(
    '`%s` comes about, and is explained',
    async (reason, way) => {
      const { options, ask, says: words, allowed = false, ...layers } = way;
      const decisions = await decided(kind, options, ask, layers);
      const of = decisions.filter((one) => one.reason === reason);
      expect(of).toHaveLength(1);
      const [{ message, help, ...rest }] = of as [Decision];
      expect(rest).toMatchObject({
        allowed,
        origin: ask.origin,
        path: ask.path ?? '/',
        preflight: ask.method === 'OPTIONS',
      });
      expect(rest.method).toBe(ask.headers?.['Access-Control-Request-Method']);
      for (const word of words) expect(message).toMatch(word);
      expect(message).toMatch(/^[A-Z`]/);
      const { page = '', anchor } = HELP.exec(help)?.groups ?? {};
      if (page !== 'docs/middleware.md') expect(existsSync(join(ROOT, page)), help).toBe(true);
      else if (existsSync(join(ROOT, page)))
        expect(anchorsOf(readFileSync(join(ROOT, page), 'utf8'))).toContain(anchor);
    },
  );

  test('what the function threw is handed on', async () => {
    const error = new Error('database down');
    const [decision] = await decided(
      kind,
      asked(async () => Promise.reject(error)),
      { origin: APP },
    );
    expect(decision?.error).toBe(error);
  });

  test.each([
    ['its scheme', 'http://app.example.com', APP, 'the scheme'],
    ['its port', `${APP}:8443`, APP, 'the port'],
    ['`www.` too much', 'https://www.example.com', 'https://example.com', '`www.`'],
    ['`www.` too little', 'https://example.com', 'https://www.example.com', '`www.`'],
  ])('an origin that differs from a listed one by %s is told so', async (_, origin, listed, what) => {
    const [decision] = await decided(kind, { origin: [OTHER, listed] }, { origin });
    expect(decision).toMatchObject({ allowed: false, reason: 'origin-not-listed' });
    expect(decision?.message).toBe(
      `\`origin\` does not list \`${origin}\`, and \`${listed}\` differs from it in ${what}.`,
    );
  });

  test('and one that only looks alike is not', async () => {
    for (const origin of [
      'https://app-example.com',
      'https://evilapp.example.com',
      'https://wwwapp.example.com',
    ]) {
      const [decision] = await decided(kind, { origin: [APP] }, { origin });
      expect(decision?.message).toBe(`\`origin\` does not list \`${origin}\`.`);
    }
  });

  test('the server’s own page is never called refused, whatever its `Origin`', async () => {
    const headers = { 'Sec-Fetch-Site': 'same-origin' };
    const policies: readonly CorsOptions[] = [
      { origin: APP },
      asked(() => false),
      { origin: APP, routes: { '/public': { origin: '*' } } },
    ];
    for (const options of policies)
      for (const origin of [OTHER, 'null', 'https://my_host.example.com'])
        for (const path of ['/', '/%70ublic']) {
          const decisions = await decided(kind, options, { origin, method: 'POST', path, headers });
          expect(decisions, `${origin} ${path}`).toMatchObject([{ allowed: true, reason: 'same-origin' }]);
        }
  });

  test('without `Sec-Fetch-Site`, `Host` tells; with it, it does not', async () => {
    let host = '';
    const own: Layer = (request, _response, next) => {
      host = (request.headers[':authority'] ?? request.headers.host) as string;
      request.headers['origin'] = `http://${host}`;
      next();
    };
    const reasonOf = async (headers: Record<string, string>) =>
      (
        await decided(kind, { origin: APP }, { origin: STRANGER, method: 'POST', headers }, { before: [own] })
      ).map(({ reason }) => reason);
    expect(await reasonOf({})).toEqual(['same-origin']);
    expect(await reasonOf({ 'Sec-Fetch-Site': 'same-origin' })).toEqual(['same-origin']);
    // Another scheme or port of the same host, behind a proxy.
    expect(await reasonOf({ 'Sec-Fetch-Site': 'same-site' })).toEqual(['origin-not-listed']);
    expect(await reasonOf({ 'Sec-Fetch-Site': 'cross-site' })).toEqual(['origin-not-listed']);
    expect(host).not.toBe('');
  });

  test('trouble of the server is no answer to its own page either', async () => {
    const [decision] = await decided(
      kind,
      asked(async () => Promise.reject(new Error('down'))),
      { origin: OTHER, method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } },
    );
    expect(decision?.reason).toBe('check-failed');
  });

  test('an `onDecision` that throws changes nothing about the answer, and is told once', async () => {
    const middleware = cors({
      origin: APP,
      log: false,
      onDecision: () => {
        throw new Error('no metrics');
      },
    });
    await serve(kind, [middleware, hello], async (send) => {
      for (const ask of [{ origin: APP }, { origin: STRANGER }, preflight(APP), {}])
        expect([200, 204]).toContain((await send(ask)).status);
    });
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain('`onDecision` throws: no metrics');
  });
});

/** Asks one app several times. */
const send = (options: CorsOptions, asks: readonly Ask[]): Promise<void> =>
  serve('node:http', [cors(options), hello], async (ask) => {
    for (const one of asks) await ask(one);
  });

describe('the console', () => {
  const asks = [
    { origin: APP },
    {},
    { origin: STRANGER },
    { origin: STRANGER },
    preflight(STRANGER),
    { origin: 'null' },
    { origin: OTHER, headers: { 'Sec-Fetch-Site': 'same-origin' } },
  ];

  test.each(['development', 'staging', ''])(
    'has each refusal once, with its page, where `NODE_ENV` is %j',
    async (mode) => {
      vi.stubEnv('NODE_ENV', mode);
      await send({ origin: APP }, asks);
      expect(warned).toHaveLength(2);
      expect(warned[0]).toMatch(
        /^\[cors\] `origin` does not list `https:\/\/stranger\.test`\.\n +https:\S+\/valid-origin\.md$/,
      );
      expect(warned[1]).toMatch(/no-null-origin\.md$/);
    },
  );

  test('has them where `NODE_ENV` is not set', async () => {
    vi.stubEnv('NODE_ENV', undefined);
    await send({ origin: APP }, asks);
    expect(warned).toHaveLength(2);
  });

  test.each(['production', 'test'])('is silent about refusals in %s', async (mode) => {
    vi.stubEnv('NODE_ENV', mode);
    await send({ origin: APP, refuseCrossSite: true }, [...asks, { origin: STRANGER, method: 'POST' }]);
    expect(warned).toEqual([]);
  });

  test.each(['production', 'test'])('but not about the server’s own trouble in %s', async (mode) => {
    vi.stubEnv('NODE_ENV', mode);
    const troubles = ['check-failed', 'check-timed-out', 'check-not-boolean'] as const;
    for (const reason of troubles) await send(ways[reason].options, [{ origin: APP }, { origin: APP }]);
    expect(warned).toHaveLength(3);
    expect(warned.join()).toMatch(/database down.*in time.*neither/s);
    warned = [];
    await send(
      asked(() => false),
      [{ origin: STRANGER }],
    );
    expect(warned).toEqual([]);
  });

  test('does as `log` says, whatever `NODE_ENV` is', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await send({ origin: APP, log: true }, asks);
    expect(warned).toHaveLength(2);
    vi.stubEnv('NODE_ENV', 'development');
    await send({ origin: APP, log: false }, asks);
    expect(warned).toHaveLength(2);
  });

  test('is not filled by a scanner: neither by many messages nor by long ones', async () => {
    const long = 'x'.repeat(8000);
    const scans: Ask[] = Array.from({ length: 60 }, (_, index) => ({ origin: `https://n${index}.test` }));
    const noises: readonly Ask[] = [
      { origin: long },
      { origin: long, method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } },
      preflight(APP, long),
      preflight(APP, 'PUT', long.slice(0, 3000)),
      preflight(APP, 'PUT', `x-a,${long}`),
      { origin: APP, path: `/%70ublic/${long}` },
    ];
    await send(
      {
        origin: APP,
        log: true,
        methods: 'GET',
        allowedHeaders: 'X-A',
        refuseCrossSite: true,
        routes: { '/public': { origin: OTHER } },
      },
      [...noises, ...scans],
    );
    expect(warned).toHaveLength(50);
    for (const text of warned) expect(text.length).toBeLessThan(1500);
  });

  test('tells of trouble although strangers have filled it before', async () => {
    let fails = false;
    const options = asked(() => {
      if (fails) throw new Error('database down');
      return false;
    });
    await serve('node:http', [cors({ ...options, log: true }), hello], async (ask) => {
      for (let index = 0; index < 60; index += 1) await ask({ origin: `https://n${index}.test` });
      fails = true;
      await ask({ origin: APP });
    });
    expect(warned.at(-1)).toContain('database down');
  });
});

test('a preflight is called allowed if the browser will go on, however many headers it asks for', async () => {
  const names = Array.from({ length: 200 }, (_, index) => `x-${index}`);
  const reasonOf = async (options: CorsOptions) => {
    const decisions = await decided('node:http', options, preflight(APP, 'PUT', names.join(',')));
    return decisions.map(({ reason, message }) => [
      reason,
      /header `(?<name>[^`]+)`/.exec(message)?.groups?.['name'],
    ]);
  };
  expect(await reasonOf({ origin: APP, allowedHeaders: names })).toEqual([['allowed', undefined]]);
  expect(await reasonOf({ origin: APP, allowedHeaders: names.slice(0, -1) })).toEqual([
    ['header-not-allowed', 'x-199'],
  ]);
  expect(await reasonOf({ origin: APP })).toEqual([['allowed', undefined]]);
});
