/** The Fetch-style entry, asked with the `Request` and `Response` of the platform. */
import { Hono } from 'hono';
import { describe, expect, test, vi } from 'vitest';
import { cors, CorsConfigError, originsFromEnv } from '../../src/middleware/fetch.ts';
import type { Decision } from '../../src/middleware/fetch.ts';

const APP = 'https://app.example.com';
const OTHER = 'https://other.example.com';
const STRANGER = 'https://stranger.test';
const METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';
const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

const asked = (origin: string | undefined, init: RequestInit = {}, path = '/'): Request => {
  const headers = new Headers(init.headers);
  if (origin !== undefined) headers.set('Origin', origin);
  return new Request(`https://api.example.com${path}`, { ...init, headers });
};
const preflight = (origin: string, method = 'PUT', headers?: string, path = '/'): Request =>
  asked(
    origin,
    {
      method: 'OPTIONS',
      headers: {
        'Access-Control-Request-Method': method,
        ...(headers !== undefined && { 'Access-Control-Request-Headers': headers }),
      },
    },
    path,
  );
/** What a response says about CORS, and what its answer depends on. */
const corsOf = ({ headers }: Response): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => /^access-control-|^vary$/.test(name)));
const hello = (): Response => new Response('hello');
const recorded = () => {
  const decisions: Decision[] = [];
  return { decisions, onDecision: (decision: Decision) => void decisions.push(decision) };
};
const reasons = (decisions: readonly Decision[]): readonly string[] => decisions.map(({ reason }) => reason);

describe('a preflight', () => {
  test('is answered for the handler, with the full lists', async () => {
    const handler = vi.fn(hello);
    const withCors = cors({ origin: APP, credentials: true, maxAge: 600, exposedHeaders: 'X-Total' });
    const answer = await withCors(handler)(preflight(APP, 'PUT', 'x-token,content-type'));
    expect(answer.status).toBe(204);
    expect(answer.body).toBeNull();
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': 'x-token,content-type',
      'access-control-max-age': '600',
      vary: VARY,
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test('of a refused origin gets `Vary` and nothing else, and reaches no handler', async () => {
    const handler = vi.fn(hello);
    const answer = await cors({ origin: APP })(handler)(preflight(STRANGER));
    expect(answer.status).toBe(204);
    expect(corsOf(answer)).toEqual({ vary: VARY });
    expect(handler).not.toHaveBeenCalled();
  });

  test('has the status that is asked for', async () => {
    const withCors = cors({ origin: APP, optionsSuccessStatus: 200 });
    expect((await withCors()(preflight(APP))).status).toBe(200);
  });

  test('is `OPTIONS` with `Origin` and a requested method, and nothing else', async () => {
    const method = 'OPTIONS';
    const others = [
      asked(undefined, { method }),
      asked(APP, { method }),
      asked(undefined, { method, headers: { 'Access-Control-Request-Method': 'PUT' } }),
      asked(APP, { headers: { 'Access-Control-Request-Method': 'PUT' } }),
    ];
    for (const request of others) {
      const answer = await cors({ origin: APP })(hello)(request);
      expect(await answer.text()).toBe('hello');
      expect(answer.headers.get('vary')).toBe(request.method === 'OPTIONS' ? VARY : 'Origin');
    }
  });

  test('names the cause where the origin is let in, and the method or a header is not', async () => {
    const { decisions, onDecision } = recorded();
    const wrapped = cors({ origin: APP, methods: 'GET', allowedHeaders: ['X-One'], onDecision })(hello);
    const answers = [
      await wrapped(preflight(APP, 'DELETE')),
      await wrapped(preflight(APP, 'GET', 'x-one,x-two')),
      await wrapped(preflight(APP, 'GET', 'x-one')),
    ];
    for (const answer of answers)
      expect(corsOf(answer)).toMatchObject({
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET',
        'access-control-allow-headers': 'X-One',
      });
    expect(reasons(decisions)).toEqual(['method-not-allowed', 'header-not-allowed', 'allowed']);
    expect(decisions[1]?.message).toContain('`x-two`');
    expect(decisions.map(({ allowed, preflight: is }) => [allowed, is])).toEqual([
      [false, true],
      [false, true],
      [true, true],
    ]);
  });
});

describe('an answer of a handler', () => {
  test('says who may read it', async () => {
    const wrapped = cors({ origin: [APP, OTHER], credentials: true, exposedHeaders: ['X-Total'] })(hello);
    for (const origin of [APP, OTHER])
      expect(corsOf(await wrapped(asked(origin)))).toEqual({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'X-Total',
        vary: 'Origin',
      });
    for (const origin of [STRANGER, 'null', `${APP}/`, `${APP}, ${OTHER}`, undefined])
      expect(corsOf(await wrapped(asked(origin))), origin).toEqual({ vary: 'Origin' });
  });

  test('is the same for everybody where everybody is let in', async () => {
    const wrapped = cors({ origin: '*' })(hello);
    for (const origin of [APP, 'null', undefined])
      expect(corsOf(await wrapped(asked(origin)))).toEqual({ 'access-control-allow-origin': '*' });
  });

  test('is left alone where CORS is off', async () => {
    const wrapped = cors({ origin: false })(hello);
    expect(corsOf(await wrapped(asked(APP)))).toEqual({});
    expect(await (await wrapped(preflight(APP))).text()).toBe('hello');
  });

  test('keeps its own `Vary`, and nothing stands in it twice', async () => {
    const saying = (vary: string) => () => new Response('x', { headers: { Vary: vary } });
    const varyOf = async (vary: string, options = cors({ origin: APP })): Promise<string | null> =>
      (await options(saying(vary))(asked(APP))).headers.get('vary');
    expect(await varyOf('Accept')).toBe('Accept, Origin');
    expect(await varyOf('Accept-Encoding, origin')).toBe('Accept-Encoding, origin');
    expect(await varyOf('*')).toBe('*');
    expect(await varyOf('Accept', cors({ origin: '*' }))).toBe('Accept');
  });

  test('keeps its status, its text, its body as it streams, and each of its cookies', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          controller.enqueue(new TextEncoder().encode(`${pulled++}\n`));
          if (pulled === 3) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const headers = new Headers({ 'Content-Type': 'text/plain' });
    headers.append('Set-Cookie', 'a=1; Path=/');
    headers.append('Set-Cookie', 'b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT');
    const given = new Response(body, { status: 207, statusText: 'Some', headers });
    const answer = await cors({ origin: APP })(() => given)(asked(APP));
    // Whatever a server keeps beside the headers, such as the length of the body, is not lost.
    expect(answer).toBe(given);
    expect([answer.status, answer.statusText, answer.headers.get('content-type')]).toEqual([
      207,
      'Some',
      'text/plain',
    ]);
    expect(answer.headers.getSetCookie()).toHaveLength(2);
    expect(pulled).toBe(0);
    expect(await answer.text()).toBe('0\n1\n2\n');
  });

  test('that cannot be written to is copied, with everything that it has', async () => {
    const headers = new Headers({ 'X-Total': '3' });
    headers.append('Set-Cookie', 'a=1');
    headers.append('Set-Cookie', 'b=2');
    const sealed = unwritable(new Response('streamed', { status: 201, statusText: 'Made', headers }));
    const answer = await cors({ origin: APP })(() => sealed)(asked(APP));
    expect(answer).not.toBe(sealed);
    expect([answer.status, answer.statusText, await answer.text()]).toEqual([201, 'Made', 'streamed']);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('x-total')).toBe('3');
    expect(corsOf(answer)).toEqual({ 'access-control-allow-origin': APP, vary: 'Origin' });
  });

  test('may be what `fetch` has answered', async () => {
    const fetched = await fetch('data:text/plain,proxied');
    expect(() => fetched.headers.append('X-A', '1')).toThrow(TypeError);
    const answer = await cors({ origin: APP })(() => fetched)(asked(APP));
    expect(await answer.text()).toBe('proxied');
    expect(corsOf(answer)).toEqual({ 'access-control-allow-origin': APP, vary: 'Origin' });
  });

  test('may be a redirect, have no body at all, or not have changed', async () => {
    const wrap = cors({ origin: APP });
    const redirect = await wrap(() => Response.redirect('https://api.example.com/there', 307))(asked(APP));
    expect([redirect.status, redirect.headers.get('location')]).toEqual([
      307,
      'https://api.example.com/there',
    ]);
    expect(redirect.headers.get('access-control-allow-origin')).toBe(APP);
    for (const status of [204, 205, 304]) {
      const bare = new Response(null, { status, headers: { ETag: '"1"' } });
      const answer = await wrap(() => bare)(asked(APP));
      expect([answer.status, answer.body, answer.headers.get('etag')]).toEqual([status, null, '"1"']);
      expect(corsOf(answer)).toEqual({ 'access-control-allow-origin': APP, vary: 'Origin' });
    }
  });

  test('that is a constant of the program never carries what was said to somebody else', async () => {
    const missing = new Response(null, { status: 404 });
    const { decisions, onDecision } = recorded();
    const wrapped = cors({ origin: [APP, OTHER], onDecision })(() => missing);
    const [first, second, third] = [
      await wrapped(asked(APP)),
      await wrapped(asked(OTHER)),
      await wrapped(asked(STRANGER)),
    ];
    expect([first, second, third].map((answer) => answer.headers.get('access-control-allow-origin'))).toEqual(
      [APP, OTHER, null],
    );
    expect([...missing.headers]).toEqual([]);
    expect(reasons(decisions)).toEqual(['allowed', 'allowed', 'origin-not-listed']);
  });

  test('that opens a WebSocket or is an error goes through untouched', async () => {
    // Node makes no response of status 101; Workers and Deno do.
    const upgrade = new Proxy(new Response(null), {
      get: (target, key) => (key === 'status' ? 101 : Reflect.get(target, key, target)),
    });
    const wrap = cors({ origin: APP });
    expect(await wrap(() => upgrade)(asked(APP))).toBe(upgrade);
    const failed = Response.error();
    expect(await wrap(() => failed)(asked(APP))).toBe(failed);
  });

  test('that fails, fails as it did without the wrapper', async () => {
    const wrap = cors({ origin: APP });
    const throws = wrap(() => {
      throw new RangeError('at once');
    });
    await expect(throws(asked(APP))).rejects.toThrow(new RangeError('at once'));
    await expect(wrap(async () => Promise.reject(new Error('later')))(asked(STRANGER))).rejects.toThrow(
      'later',
    );
  });
});

describe('a handler that writes its own headers', () => {
  const writing = (headers: Record<string, string>) => () => new Response('x', { headers });
  const their = 'Access-Control-Allow-Origin';

  test('is reported, and has its way', async () => {
    const { decisions, onDecision } = recorded();
    const wrapped = cors({ origin: APP, credentials: true, onDecision })(writing({ [their]: '*' }));
    expect((await wrapped(asked(APP))).headers.get(their)).toBe('*');
    expect((await wrapped(asked(STRANGER))).headers.get(their)).toBe('*');
    expect(reasons(decisions)).toEqual(['allowed', 'overwritten', 'origin-not-listed', 'overwritten']);
    expect(decisions[1]?.message).toContain('`Access-Control-Allow-Origin: *`');
  });

  test('does not have it where ours is to be kept', async () => {
    const { decisions, onDecision } = recorded();
    const wrap = cors({ origin: APP, onConflict: 'keep-ours', onDecision });
    const wrapped = wrap(writing({ [their]: '*', 'Access-Control-Allow-Credentials': 'true' }));
    expect(corsOf(await wrapped(asked(APP)))).toEqual({ 'access-control-allow-origin': APP, vary: 'Origin' });
    expect(corsOf(await wrapped(asked(STRANGER)))).toEqual({ vary: 'Origin' });
    expect(reasons(decisions)).toEqual(['allowed', 'overwritten', 'origin-not-listed', 'overwritten']);
  });

  test('is reported too where it only adds credentials', async () => {
    const { decisions, onDecision } = recorded();
    const credentials = { 'Access-Control-Allow-Credentials': 'true' };
    await cors({ origin: APP, onDecision })(writing(credentials))(asked(APP));
    await cors({ origin: APP, credentials: true, onDecision })(writing(credentials))(asked(APP));
    expect(reasons(decisions)).toEqual(['allowed', 'overwritten', 'allowed']);
    expect(decisions[1]?.message).toContain('`Access-Control-Allow-Credentials: true`');
  });

  test('is nothing to report where it writes the same', async () => {
    const { decisions, onDecision } = recorded();
    await cors({ origin: APP, onDecision })(writing({ [their]: APP }))(asked(APP));
    expect(reasons(decisions)).toEqual(['allowed']);
  });

  test('may expose headers of its own', async () => {
    const wrap = cors({ origin: APP, exposedHeaders: ['X-Ours'] });
    const answer = await wrap(writing({ 'Access-Control-Expose-Headers': 'X-Theirs' }))(asked(APP));
    expect(answer.headers.get('access-control-expose-headers')).toBe('X-Theirs');
  });
});

describe('several instances', () => {
  test('leave the word to the one that is nearest to the handler', async () => {
    const inner = recorded();
    const outer = recorded();
    const strict = cors({ origin: APP, onDecision: inner.onDecision });
    const lax = cors({ origin: '*', onConflict: 'keep-ours', onDecision: outer.onDecision });
    const wrapped = lax(strict(hello));
    expect(corsOf(await wrapped(asked(APP)))).toEqual({ 'access-control-allow-origin': APP, vary: 'Origin' });
    expect(corsOf(await wrapped(asked(STRANGER)))).toEqual({ vary: 'Origin' });
    expect(reasons(inner.decisions)).toEqual(['allowed', 'origin-not-listed', 'stacked']);
    expect(reasons(outer.decisions)).toEqual(['allowed', 'allowed']);
  });

  test('do so for a response without body and for one that cannot be written to', async () => {
    const strict = cors({ origin: APP });
    const lax = cors({ origin: '*' });
    for (const handler of [() => new Response(null), () => unwritable(new Response('x'))])
      expect(corsOf(await lax(strict(handler))(asked(STRANGER)))).toEqual({ vary: 'Origin' });
  });

  test('of which the inner one is off leave the response alone', async () => {
    const wrapped = cors({ origin: [APP] })(cors({ origin: false })(hello));
    expect(corsOf(await wrapped(asked(APP)))).toEqual({ vary: 'Origin' });
  });

  test('of which the outer one is off are one', async () => {
    const wrapped = cors({ origin: false })(cors({ origin: APP })(hello));
    expect(corsOf(await wrapped(asked(APP)))).toEqual({ 'access-control-allow-origin': APP, vary: 'Origin' });
    expect((await wrapped(preflight(APP))).headers.get('access-control-allow-origin')).toBe(APP);
  });

  test('that are strict outside and lax inside answer as the lax one, and say nothing', async () => {
    const { decisions, onDecision } = recorded();
    const wrapped = cors({ origin: APP, onDecision })(cors({ origin: '*', onDecision })(hello));
    expect(corsOf(await wrapped(asked(STRANGER)))).toEqual({
      'access-control-allow-origin': '*',
      vary: 'Origin',
    });
    expect(reasons(decisions)).toEqual(['origin-not-listed', 'allowed']);
  });

  test('do not mistake a constant of the program for an answer of the other', async () => {
    const empty = new Response(null, { status: 204 });
    const handler = (): Response => empty;
    await cors({ origin: false })(handler)(asked(APP));
    await cors({ origin: APP })(handler)(asked(APP));
    const answer = await cors({ origin: OTHER })(handler)(asked(OTHER));
    expect(answer.headers.get('access-control-allow-origin')).toBe(OTHER);
  });
});

describe('`routes`', () => {
  const withCors = cors({ origin: APP, credentials: true, routes: { '/public': { origin: '*' } } });

  test('decide by the path of the URL, for preflights too', async () => {
    const allowed = async (request: Request): Promise<string | null> =>
      (await withCors(hello)(request)).headers.get('access-control-allow-origin');
    expect(await allowed(asked(STRANGER, {}, '/public/a?b=/private'))).toBe('*');
    expect(await allowed(preflight(STRANGER, 'PUT', undefined, '/public'))).toBe('*');
    expect(await allowed(asked(STRANGER, {}, '/private?a=/public'))).toBeNull();
    expect(await allowed(asked(STRANGER, {}, '/publicity'))).toBeNull();
    expect(await allowed(asked(STRANGER, {}, '/public/../private'))).toBeNull();
    expect(await allowed(asked(APP, {}, '/private'))).toBe(APP);
  });

  test('let nobody in where the path reads one way as it stands and another way decoded', async () => {
    const { decisions, onDecision } = recorded();
    const wrapped = cors({ origin: APP, routes: { '/public': { origin: '*' } }, onDecision })(hello);
    const answer = await wrapped(asked(STRANGER, {}, '/%70ublic/a'));
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(reasons(decisions)).toEqual(['ambiguous-path']);
  });
});

describe('a function in `origin`', () => {
  test('is given the request, and asked about nothing but origins', async () => {
    const asks = vi.fn((origin: string, { request }: { request: Request }) => {
      return origin === APP && request.headers.get('x-tenant') === 'one';
    });
    const wrapped = cors({ origin: asks })(hello);
    const of = async (origin: string | undefined, tenant: string): Promise<string | null> =>
      (await wrapped(asked(origin, { headers: { 'X-Tenant': tenant } }))).headers.get(
        'access-control-allow-origin',
      );
    expect([await of(APP, 'one'), await of(APP, 'two')]).toEqual([APP, null]);
    expect(asks).toHaveBeenCalledTimes(2);
    expect([await of('null', 'one'), await of('https://', 'one'), await of(undefined, 'one')]).toEqual([
      null,
      null,
      null,
    ]);
    expect(asks).toHaveBeenCalledTimes(2);
  });

  test('lets in with exactly `true`, and refuses when it throws, rejects or says anything else', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { decisions, onDecision } = recorded();
    const said: readonly [unknown, string][] = [
      [() => true, 'allowed'],
      [async () => Promise.resolve(true), 'allowed'],
      [() => false, 'check-refused'],
      [() => 'yes', 'check-not-boolean'],
      [async () => Promise.resolve(APP), 'check-not-boolean'],
      [() => undefined, 'check-not-boolean'],
      [async () => Promise.reject(new Error('down')), 'check-failed'],
      [
        () => {
          throw new Error('down');
        },
        'check-failed',
      ],
    ];
    for (const [origin, reason] of said) {
      const wrapped = cors({ origin: origin as () => boolean, onDecision, log: false })(hello);
      for (const request of [asked(APP), preflight(APP)]) {
        const answer = await wrapped(request);
        expect(answer.headers.get('access-control-allow-origin')).toBe(reason === 'allowed' ? APP : null);
        expect(answer.headers.get('vary')).toContain('Origin');
        expect(decisions.pop()?.reason).toBe(reason);
      }
    }
    warn.mockRestore();
  });

  test('tells its trouble once, in production too, unless the log is off', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const failing = (): boolean => {
      throw new Error('no database');
    };
    const wrapped = cors({ origin: failing })(hello);
    await wrapped(asked(APP));
    await wrapped(preflight(APP));
    await cors({ origin: failing, log: false })(hello)(asked(APP));
    expect(warn.mock.calls.flat()).toEqual([expect.stringContaining('no database')]);
    warn.mockRestore();
    vi.unstubAllEnvs();
  });

  test('may be a look-up, asked once for requests that come together', async () => {
    const lookup = vi.fn(async (origin: string) => Promise.resolve(origin === APP));
    const wrapped = cors({ origin: { lookup } })(hello);
    const answers = await Promise.all([wrapped(asked(APP)), wrapped(asked(APP)), wrapped(preflight(APP))]);
    for (const answer of answers) expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
    expect(lookup).toHaveBeenCalledTimes(1);
  });
});

describe('`refuseCrossSite`', () => {
  const wrap = cors({ origin: APP, refuseCrossSite: { except: ['/saml/acs'] } });
  const statusOf = async (request: Request): Promise<number> => (await wrap(hello)(request)).status;
  const post = (origin: string | undefined, headers: Record<string, string> = {}, path = '/'): Request =>
    asked(origin, { method: 'POST', headers }, path);

  test('answers 403 to a stranger that changes something, and never runs the handler', async () => {
    const handler = vi.fn(hello);
    const answer = await wrap(handler)(post(STRANGER, { 'Sec-Fetch-Site': 'cross-site' }));
    expect([answer.status, corsOf(answer)]).toEqual([403, { vary: 'Origin' }]);
    expect(handler).not.toHaveBeenCalled();
  });

  test('lets pass what reads, what is listed, the own site, and what is excepted', async () => {
    const cross = { 'Sec-Fetch-Site': 'cross-site' };
    expect(await statusOf(asked(STRANGER, { headers: cross }))).toBe(200);
    expect(await statusOf(post(APP, cross))).toBe(200);
    expect(await statusOf(post(undefined, { 'Sec-Fetch-Site': 'same-origin' }))).toBe(200);
    expect(await statusOf(post(undefined))).toBe(200);
    expect(await statusOf(post(STRANGER, cross, '/saml/acs?x=1'))).toBe(200);
    expect(await statusOf(post(undefined, cross))).toBe(403);
  });

  test('compares with `Host`, and with the URL where there is none', async () => {
    expect(await statusOf(post('https://api.example.com'))).toBe(200);
    expect(await statusOf(post('https://front.example.com', { Host: 'front.example.com' }))).toBe(200);
    expect(await statusOf(post('https://front.example.com'))).toBe(403);
  });
});

describe('the wrapper', () => {
  test('hands over the request as it is, and whatever else a Worker gives', async () => {
    const request = asked(APP);
    const handler = vi.fn((_request: Request, _env: { KEY: string }, _context: object) => hello());
    const context = {};
    await cors({ origin: APP })(handler)(request, { KEY: 'k' }, context);
    expect(handler.mock.calls[0]?.[0]).toBe(request);
    expect(handler.mock.calls[0]?.slice(1)).toEqual([{ KEY: 'k' }, context]);
  });

  test('serves route handlers as those of Next', async () => {
    const withCors = cors({ origin: APP, credentials: true });
    const GET = withCors(async (_request: Request, { params }: { params: Promise<{ id: string }> }) =>
      Response.json(await params),
    );
    const OPTIONS = withCors();
    const answer = await GET(asked(APP), { params: Promise.resolve({ id: '7' }) });
    expect([await answer.json(), answer.headers.get('access-control-allow-credentials')]).toEqual([
      { id: '7' },
      'true',
    ]);
    expect((await OPTIONS(preflight(APP))).headers.get('access-control-allow-methods')).toBe(METHODS);
    expect((await OPTIONS(asked(APP, { method: 'OPTIONS' }))).status).toBe(405);
  });

  test('serves a Hono app, its 404 and its errors included', async () => {
    const app = new Hono();
    app.get('/cookies', (c) => {
      c.header('Set-Cookie', 'a=1', { append: true });
      c.header('Set-Cookie', 'b=2', { append: true });
      return c.json({ ok: true });
    });
    app.get('/fails', () => {
      throw new Error('as any handler may');
    });
    app.onError((_error, c) => c.text('failed', 500));
    const served = cors({ origin: APP })(app.fetch);
    const statuses: number[] = [];
    for (const path of ['/cookies', '/fails', '/missing']) {
      const answer = await served(asked(APP, {}, path));
      statuses.push(answer.status);
      expect(corsOf(answer), path).toEqual({ 'access-control-allow-origin': APP, vary: 'Origin' });
      expect(answer.headers.getSetCookie()).toEqual(path === '/cookies' ? ['a=1', 'b=2'] : []);
    }
    expect(statuses).toEqual([200, 500, 404]);
    expect((await served(preflight(APP, 'PUT', undefined, '/cookies'))).status).toBe(204);
  });

  test('keeps the stricter policy of an app that is mounted in another', async () => {
    const inner = cors({ origin: APP })(new Hono().get('/', (c) => c.text('inner')).fetch);
    const app = new Hono().get('/', (c) => c.text('outer')).mount('/inner', inner);
    const served = cors({ origin: '*' })(app.fetch);
    expect(corsOf(await served(asked(STRANGER)))).toEqual({ 'access-control-allow-origin': '*' });
    expect(corsOf(await served(asked(STRANGER, {}, '/inner')))).toEqual({ vary: 'Origin' });
  });

  test('takes other options while it serves, or none of them', async () => {
    const withCors = cors({ origin: APP });
    const wrapped = withCors(hello);
    withCors.update({ origin: OTHER });
    expect(corsOf(await wrapped(asked(OTHER)))).toMatchObject({ 'access-control-allow-origin': OTHER });
    expect(() => withCors.update({ origin: 'other.example.com' as string })).toThrow(CorsConfigError);
    expect(corsOf(await wrapped(asked(OTHER)))).toMatchObject({ 'access-control-allow-origin': OTHER });
    expect(corsOf(await wrapped(asked(APP)))).toEqual({ vary: 'Origin' });
  });

  test('answers a request by the options that held when it came', async () => {
    const withCors = cors({ origin: APP });
    const answer = await withCors(() => {
      withCors.update({ origin: OTHER });
      return hello();
    })(asked(APP));
    expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
  });

  test('carries what every middleware of ours carries', async () => {
    const withCors = cors({ origin: [APP], exposedHeaders: ['Content-Type'] });
    expect(withCors.config.origin).toEqual([APP]);
    expect(cors(withCors.config).config).toEqual(withCors.config);
    expect(withCors.warnings.map(({ code }) => code)).toEqual(['useless-name']);
    expect([withCors.allows(APP), withCors.allows(STRANGER)]).toEqual([true, false]);
    const asks = cors({ origin: async (origin) => Promise.resolve(origin === APP) });
    expect(await asks.allowsAsync(APP, asked(APP))).toBe(true);
    expect(() => asks.allows(APP)).toThrow(TypeError);
  });

  test('does not start with wrong options, and reads origins from the environment', () => {
    expect(() => cors({ origin: '*', credentials: true as boolean })).toThrow(CorsConfigError);
    vi.stubEnv('TEST_FETCH_ORIGINS', `${APP}, ${OTHER}`);
    expect(cors({ origin: originsFromEnv('TEST_FETCH_ORIGINS') }).config.origin).toEqual([APP, OTHER]);
    vi.unstubAllEnvs();
  });
});

/** As what `fetch` answers: its headers cannot be written to. */
function unwritable(response: Response): Response {
  const refuse = (): never => {
    throw new TypeError('immutable');
  };
  Object.assign(response.headers, { append: refuse, delete: refuse, set: refuse });
  return response;
}
