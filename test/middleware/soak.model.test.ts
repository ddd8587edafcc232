/**
 * A hundred thousand requests over loopback while the policy changes under them: every one is answered, with the policy
 * that held when it came, and nothing is kept of it.
 */
import { Agent, request as request1 } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { LONG, SEED } from '../analysis/seed.ts';
import { withPort } from './serve.ts';

const REQUESTS = LONG ? 1_000_000 : 100_000;
const AT_ONCE = 32;
/** A policy holds for so many answers. */
const POLICY_FOR = 250;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const originOf = (tenant: number): string => `https://tenant-${tenant}.example.com`;
const TENANTS = 7;

/**
 * The policies in turn. Each lets in one tenant by its list and one by its function, and says its number where nobody
 * else does: in `Access-Control-Expose-Headers` or `-Max-Age`.
 */
const policyOf = (version: number) =>
  ({
    origin: [originOf(version % TENANTS)],
    credentials: true,
    exposedHeaders: [`X-Version-${version}`],
    maxAge: version,
    log: false,
    routes: {
      '/asked': {
        origin: async (origin: string): Promise<boolean> => {
          // An answer that comes later than the next policy, now and then.
          await new Promise<void>((resolve) => {
            setImmediate(resolve);
          });
          return origin === originOf((version + 1) % TENANTS);
        },
        exposedHeaders: [`X-Version-${version}`],
        maxAge: version,
      },
      '/kept': {
        origin: { lookup: (origin: string) => origin === originOf((version + 2) % TENANTS), cacheSize: 4 },
        exposedHeaders: [`X-Version-${version}`],
        maxAge: version,
      },
      '/public': { origin: '*', exposedHeaders: [`X-Version-${version}`], maxAge: version },
    },
  }) as const;

/** Who is let in by the policy of that version, in the dullest words. */
const expectedOf = (version: number, path: string, origin: string | undefined): string | undefined => {
  if (path === '/public') return '*';
  const tenant = { '/': 0, '/asked': 1, '/kept': 2 }[path] ?? 0;
  return origin === originOf((version + tenant) % TENANTS) ? origin : undefined;
};

const PATHS = ['/', '/asked', '/kept', '/public'];
const METHODS = ['GET', 'POST', 'OPTIONS'];

interface Sent {
  readonly id: number;
  readonly path: string;
  readonly method: string;
  readonly origin: string | undefined;
}

/** The same requests in every run, mixed. */
const sentAs = (id: number): Sent => {
  const mixed = Math.imul(id + SEED, 0x9e3779b1) >>> 0;
  const tenant = mixed % (TENANTS + 1);
  return {
    id,
    path: PATHS[(mixed >>> 8) % PATHS.length] as string,
    method: METHODS[(mixed >>> 16) % METHODS.length] as string,
    origin: tenant === TENANTS ? undefined : originOf(tenant),
  };
};

const ask = (
  agent: Agent,
  port: number,
  { id, path, method, origin }: Sent,
): Promise<IncomingMessage & { text: string }> =>
  new Promise((resolve, reject) => {
    const headers: Record<string, string> = { 'X-Id': `${id}` };
    if (origin !== undefined) headers['Origin'] = origin;
    if (method === 'OPTIONS') headers['Access-Control-Request-Method'] = 'PUT';
    const outgoing = request1({ host: '127.0.0.1', port, agent, method, path: `${path}?id=${id}`, headers });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve(Object.assign(response, { text })));
    });
    outgoing.end();
  });

it(
  `${REQUESTS} requests are each answered by one policy, the one that held when they came`,
  { timeout: LONG ? 1_800_000 : 240_000 },
  async () => {
    let version = 0;
    const middleware = cors(policyOf(0));
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const wrong: string[] = [];
    const heap: number[] = [];
    const seen = { allowed: 0, refused: 0, preflights: 0, late: 0, versions: new Set<number>() };
    let next = 0;
    let answered = 0;

    const check = (
      one: Sent,
      response: IncomingMessage & { text: string },
      from: number,
      to: number,
    ): void => {
      const { headers, statusCode, text } = response;
      const isPreflight = one.method === 'OPTIONS' && one.origin !== undefined;
      const complain = (what: string): void => {
        wrong.push(`${what}: ${JSON.stringify({ ...one, from, to, statusCode, text, headers })}`);
      };
      if (statusCode !== (isPreflight ? 204 : 200)) complain('status');
      if (text !== (isPreflight ? '' : `handled ${one.id}`)) complain('body of another');
      const allowed = headers['access-control-allow-origin'];
      const marks = [
        headers['access-control-max-age'],
        /\d+$/.exec(headers['access-control-expose-headers'] ?? '')?.[0],
      ];
      const of = marks.find((mark) => mark !== undefined);
      if (allowed === undefined) {
        seen.refused += 1;
        if (of !== undefined) complain('a refusal that says more');
        // Some policy of that time refuses it.
        const refusing = Array.from({ length: to - from + 1 }, (_, index) => from + index).some(
          (held) => expectedOf(held, one.path, one.origin) === undefined,
        );
        if (!refusing) complain('refused by none');
      } else {
        seen.allowed += 1;
        const held = Number(of);
        if (!(held >= from && held <= to)) complain('a policy of another time');
        if (allowed !== expectedOf(held, one.path, one.origin)) complain('allowed by another policy');
        if (held < to) seen.late += 1;
        seen.versions.add(held);
      }
      const varies = isPreflight || one.method === 'OPTIONS' || one.path !== '/public';
      if (/\borigin\b/i.test(headers.vary ?? '') !== varies) complain('vary');
      if (isPreflight) seen.preflights += 1;
    };

    await withPort(
      (request, response) =>
        middleware(request, response, () => {
          response.setHeader('Content-Type', 'text/plain');
          response.end(`handled ${request.headers['x-id'] as string}`);
        }),
      async (port) => {
        const worker = async (until: number): Promise<void> => {
          while (next < until && wrong.length === 0) {
            const one = sentAs(next);
            next += 1;
            const from = version;
            const response = await ask(agent, port, one);
            check(one, response, from, version);
            answered += 1;
            if (answered % POLICY_FOR === 0) {
              version += 1;
              middleware.update(policyOf(version));
              // A policy that is refused leaves the one that holds.
              if (version % 10 === 0) expect(() => middleware.update({} as never)).toThrow();
            }
          }
        };
        const ROUNDS = 10;
        for (let round = 1; round <= ROUNDS; round += 1) {
          const until = Math.floor((REQUESTS * round) / ROUNDS);
          await Promise.all(Array.from({ length: AT_ONCE }, () => worker(until)));
          collect();
          heap.push(process.memoryUsage().heapUsed);
        }
      },
    ).finally(() => agent.destroy());

    expect(wrong).toEqual([]);
    expect(answered).toBe(REQUESTS);
    // Every kind of answer came about, policies changed under way, and each of them has answered.
    expect(seen.versions.size).toBeGreaterThan((REQUESTS / POLICY_FOR) * 0.9);
    for (const count of [seen.allowed, seen.refused, seen.preflights])
      expect(count).toBeGreaterThan(REQUESTS / 20);
    expect(seen.late).toBeGreaterThan(0);
    // The first rounds warm up. After them, a hundred bytes for each request would be 7 MB.
    const [warm = 0] = [Math.max(...heap.slice(1, 4))];
    const last = Math.min(...heap.slice(-3));
    expect(last - warm, heap.map((bytes) => Math.round(bytes / 1024)).join(' ')).toBeLessThan(REQUESTS * 30);
    // eslint-disable-next-line no-console -- What was measured.
    console.info(
      `${answered} answers under ${version} policies; heap in kB: ${heap.map((bytes) => Math.round(bytes / 1024)).join(' ')}`,
    );
  },
);
