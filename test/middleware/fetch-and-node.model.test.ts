/** Both entries answer alike: every policy of the table, under every handler, asked everything, served by both. */
import { once } from 'node:events';
import { Agent, request as send } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { expect, test, vi } from 'vitest';
import { cors as fetchCors } from '../../src/middleware/fetch.ts';
import { cors as nodeCors } from '../../src/middleware/index.ts';
import type { CorsOptions, Decision } from '../../src/middleware/index.ts';
import { corsHeaders, preflight } from '../facts/server.ts';
import type { Answer, Ask } from '../facts/server.ts';
import { APP, OTHER, STRANGER, withPort } from './serve.ts';

const policies: Readonly<Record<string, CorsOptions>> = {
  'a list': { origin: [APP, OTHER] },
  'everything said': {
    origin: [APP],
    credentials: true,
    methods: ['GET', 'PUT'],
    allowedHeaders: ['X-Token', 'Content-Type'],
    exposedHeaders: ['X-Total', 'X-Page'],
    maxAge: 600,
    optionsSuccessStatus: 200,
  },
  patterns: { origin: ['https://*.example.com', 'http://localhost:*'], credentials: true },
  everybody: { origin: '*', exposedHeaders: 'X-Total' },
  off: { origin: false },
  nobody: { origin: [] },
  'an acknowledged null': { origin: [{ allow: 'null', because: 'the app on phones' }] },
  'a function': { origin: (origin) => origin === APP, credentials: true },
  'an async function': { origin: async (origin) => Promise.resolve(origin === APP) },
  'a function that fails': { origin: async () => Promise.reject(new Error('down')) },
  'a look-up': { origin: { lookup: (origin) => origin === APP } },
  routes: {
    origin: APP,
    routes: { '/public': { origin: '*' }, '/public/own': { origin: OTHER }, '/off': { origin: false } },
  },
  'without strangers': { origin: APP, refuseCrossSite: { except: ['/public'] } },
  'without anybody': { origin: false, refuseCrossSite: true },
};

/** What the handler writes itself. */
const handlers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'writes nothing': {},
  'writes `Vary`': { Vary: 'Accept-Encoding' },
  'writes a `Vary` that says it': { Vary: 'accept, origin' },
  'writes `Vary: *`': { Vary: '*' },
  'lets everybody in': { 'Access-Control-Allow-Origin': '*' },
  'lets the app in': { 'Access-Control-Allow-Origin': APP, 'Access-Control-Allow-Credentials': 'true' },
  'adds credentials': { 'Access-Control-Allow-Credentials': 'true' },
  'exposes its own': { 'Access-Control-Expose-Headers': 'X-Theirs' },
};

const paths = ['/', '/public', '/public/own?x=1', '/publicity', '/off/a', '/%70ublic', '/PUBLIC'];
const origins = [
  APP,
  OTHER,
  STRANGER,
  'http://localhost:3000',
  'null',
  `${APP}/`,
  `${APP}, ${OTHER}`,
  'HTTPS://APP.EXAMPLE.COM',
  undefined,
];
const requests: readonly Ask[] = origins.flatMap((origin): Ask[] => [
  { origin },
  { origin, method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } },
  { origin, method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } },
  { origin, method: 'DELETE' },
  { origin, method: 'OPTIONS' },
]);
const preflights: readonly Ask[] = origins.flatMap((origin) =>
  origin === undefined
    ? []
    : [
        preflight(origin),
        preflight(origin, 'DELETE'),
        preflight(origin, 'patch'),
        preflight(origin, 'GET', 'x-token,content-type'),
        preflight(origin, 'PUT', 'X-Other , x-token,,a b'),
      ],
);

/** What a handler writes makes no difference to a preflight that does not reach it, nor the path without policies by path. */
const asksFor = (policy: string, handler: string): readonly Ask[] => {
  const { origin, routes, refuseCrossSite } = policies[policy] as CorsOptions;
  const isPlain = handler === 'writes nothing';
  const several = routes !== undefined || refuseCrossSite !== undefined;
  const where = !several ? ['/'] : isPlain ? paths : ['/', '/public/own', '/off'];
  const some = isPlain || routes !== undefined || origin === false ? [...requests, ...preflights] : requests;
  return where.flatMap((path) => some.map((ask) => ({ ...ask, path })));
};

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly decisions: readonly Decision[];
}

const told = (answer: Answer, decisions: readonly Decision[]): Told => {
  const { vary, ...headers } = corsHeaders(answer);
  // Who writes first differs; the names are a set.
  const names = vary?.split(/\s*,\s*/).map((name) => name.toLowerCase());
  return {
    status: answer.status,
    headers: { ...headers, ...(names && { vary: names.sort().join(', ') }) },
    decisions,
  };
};

const HOST = 'api.test';
const headersOf = ({ origin, headers }: Ask): Record<string, string> => ({
  ...(headers as Record<string, string>),
  Host: HOST,
  ...(typeof origin === 'string' && { Origin: origin }),
});

const askNode = async (port: number, agent: Agent, ask: Ask): Promise<Answer> => {
  const { method = 'GET', path = '/' } = ask;
  const outgoing = send({ host: '127.0.0.1', port, agent, method, path, headers: headersOf(ask) });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.resume();
  await once(incoming, 'end');
  const headers = new Map(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return { status: incoming.statusCode ?? 0, headers, body: '', hung: false };
};

const askFetch = async (serve: (request: Request) => Promise<Response>, ask: Ask): Promise<Answer> => {
  const { method = 'GET', path = '/' } = ask;
  const { status, headers } = await serve(
    new Request(`http://${HOST}${path}`, { method, headers: headersOf(ask) }),
  );
  return { status, headers: new Map(headers), body: '', hung: false };
};

const isAtOdds = (handler: string): boolean =>
  Object.keys(handlers[handler] ?? {}).some((name) => name.startsWith('Access-Control-Allow-'));

const cases = Object.keys(policies).flatMap((policy) =>
  Object.keys(handlers).flatMap((handler) =>
    (isAtOdds(handler) ? (['report', 'keep-ours'] as const) : (['report'] as const)).map(
      (onConflict) => [policy, handler, onConflict] as const,
    ),
  ),
);

test.each(cases)('%s, and a handler that %s: %s', async (policy, handler, onConflict) => {
  const [ofNode, ofFetch]: [Decision[], Decision[]] = [[], []];
  const writes = Object.entries(handlers[handler] ?? {});
  const options = { ...(policies[policy] as CorsOptions), onConflict, log: true };
  const node = nodeCors({ ...options, onDecision: (one) => void ofNode.push(one) });
  const wrapped = fetchCors({ ...options, onDecision: (one) => void ofFetch.push(one) })(
    () => new Response('x', { headers: writes as [string, string][] }),
  );
  const quiet = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await withPort(
      (request, response) =>
        node(request, response, () => {
          for (const [name, value] of writes) response.setHeader(name, value);
          response.end('x');
        }),
      async (port) => {
        for (const ask of asksFor(policy, handler)) {
          const byNode = told(await askNode(port, agent, ask), ofNode.splice(0));
          const byFetch = told(await askFetch(wrapped, ask), ofFetch.splice(0));
          expect(byFetch, JSON.stringify(ask)).toEqual(byNode);
          // Otherwise there would be nothing to compare.
          expect(byNode.decisions).not.toEqual([]);
        }
      },
    );
  } finally {
    agent.destroy();
    quiet.mockRestore();
  }
});
