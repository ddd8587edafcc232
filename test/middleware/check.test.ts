/** Functions and look-ups that decide about origins: whatever they do, requests are answered, and in doubt refused. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import type { Decision, OriginFunction, OriginLookup } from '../../src/middleware/types.ts';
import { corsHeaders, preflight } from '../facts/server.ts';
import { APP, kinds, kinds1, OTHER, says, serve, STRANGER, withPort } from './serve.ts';

const hello = says('hello');
/** What people return although the types forbid it. */
const asked = (decide: (...given: Parameters<OriginFunction>) => unknown): OriginFunction =>
  decide as OriginFunction;
const lookedUp = (
  lookup: (...given: Parameters<OriginLookup['lookup']>) => unknown,
): OriginLookup['lookup'] => lookup as OriginLookup['lookup'];
/** What never answers. */
const forever = (): Promise<boolean> => new Promise(() => {});
const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
/** A promise of a verdict, and the list that its `resolve` goes into. */
const open = (into: ((value: boolean) => void)[]): Promise<boolean> =>
  new Promise((resolve) => {
    into.push(resolve);
  });
const thenable = (then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) => ({
  then,
});

const quiet = { log: false } as const;
const unhandled: unknown[] = [];
const noted = (error: unknown): void => void unhandled.push(error);

beforeEach(() => {
  // The server's own trouble is told under test too.
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  unhandled.length = 0;
  process.on('unhandledRejection', noted);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  // Unhandled rejections are told after the microtasks.
  await after(0);
  process.off('unhandledRejection', noted);
  expect(unhandled).toEqual([]);
});

describe.each(kinds)('%s: a function', (kind) => {
  test.each([
    ['at once', asked((origin) => origin === APP)],
    ['by a promise', asked(async (origin) => Promise.resolve(origin === APP))],
    ['later', asked((origin) => after(2).then(() => origin === APP))],
    ['by a thenable', asked((origin) => thenable((resolve) => resolve(origin === APP)))],
  ])('that answers %s lets in whom it says, in preflights too', (_, origin) =>
    serve(kind, [cors({ origin, credentials: true }), hello], async (send) => {
      expect(await send({ origin: APP })).toMatchObject({ status: 200, body: 'hello' });
      expect(corsHeaders(await send({ origin: APP }))).toEqual({
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
      expect(corsHeaders(await send({ origin: STRANGER }))).toEqual({ vary: 'Origin' });
      const answer = await send(preflight(APP));
      expect(answer).toMatchObject({ status: 204, body: '' });
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
      expect((await send(preflight(STRANGER))).headers.has('access-control-allow-origin')).toBe(false);
    }),
  );

  const others: Readonly<Record<string, unknown>> = {
    one: 1,
    'the text true': 'true',
    'the origin': APP,
    'an object': {},
    'a list': [APP],
    'a boxed true': Object(true),
    'a function': () => true,
    undefined,
    null: null,
    'no number': Number.NaN,
    'a symbol': Symbol('true'),
    'a big integer': 1n,
  };
  test('lets in with nothing but exactly `true`', async () => {
    const decisions: Decision[] = [];
    const values = Object.values(others);
    let said: unknown;
    const watching = { ...quiet, onDecision: (one: Decision) => void decisions.push(one) };
    const once = cors({ origin: asked(() => said), ...watching });
    const later = cors({ origin: asked(async () => Promise.resolve(said)), ...watching });
    for (const middleware of [once, later])
      await serve(kind, [middleware, hello], async (send) => {
        for (said of values) {
          const answer = await send({ origin: APP });
          expect(answer).toMatchObject({ status: 200, body: 'hello' });
          expect(corsHeaders(answer)).toEqual({ vary: 'Origin' });
        }
      });
    expect(decisions).toHaveLength(2 * values.length);
    expect(new Set(decisions.map(({ reason }) => reason))).toEqual(new Set(['check-not-boolean']));
  });

  test('is never asked without origin, for `null`, or for what is no origin', async () => {
    const calls: string[] = [];
    const origin = asked((one) => calls.push(one) > 0);
    const nobody = [
      undefined,
      'null',
      'NULL',
      '',
      'rubbish',
      'https://',
      `${APP}/`,
      `${APP}:443`,
      'https://App.example.com',
      `${APP}, ${APP}`,
      'https://a@app.example.com',
      `https://${'a'.repeat(600)}.example.com`,
      `https://${'a.'.repeat(300)}example.com`,
      'https://app.example.com\u00e9',
    ];
    for (const decide of [origin, { lookup: origin as OriginLookup['lookup'] }])
      await serve(kind, [cors({ origin: decide, ...quiet }), hello], async (send) => {
        for (const one of nobody) {
          expect(corsHeaders(await send({ origin: one })), one).toEqual({ vary: 'Origin' });
          if (one === undefined) continue;
          const answer = await send(preflight(one));
          expect(answer.status).toBe(204);
          expect(answer.headers.has('access-control-allow-origin')).toBe(false);
        }
      });
    expect(calls).toEqual([]);
  });

  const failures: Readonly<Record<string, () => unknown>> = {
    'throws an error': () => {
      throw new Error('database down');
    },
    'throws nothing': () => {
      // eslint-disable-next-line no-throw-literal -- People do.
      throw undefined;
    },
    'throws what cannot be written': () => {
      throw Object.create(null);
    },
    'throws an error whose message throws': () => {
      throw Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('y');
        },
      });
    },
    'rejects with an error': async () => Promise.reject(new Error('database down')),
    'rejects with nothing': async () => Promise.reject(undefined as unknown as Error),
    'has a thenable that throws': () =>
      thenable(() => {
        throw new Error('executed twice');
      }),
    'has a thenable that rejects and resolves': () =>
      thenable((resolve, reject) => {
        reject(new Error('first'));
        resolve(true);
      }),
    'has a `then` that cannot be read': () => ({
      get then(): unknown {
        throw new Error('not yours');
      },
    }),
  };
  test('that fails refuses, and the request is answered: never 500, never a hang', async () => {
    const decisions: Decision[] = [];
    let fail: () => unknown = () => false;
    const onDecision = (one: Decision): void => void decisions.push(one);
    const direct = cors({ origin: asked(() => fail()), onDecision, ...quiet });
    const lookup = cors({ origin: { lookup: lookedUp(() => fail()) }, onDecision, ...quiet });
    for (const middleware of [direct, lookup])
      await serve(kind, [middleware, hello], async (send) => {
        for (const [name, one] of Object.entries(failures)) {
          fail = one;
          const answer = await send({ origin: APP, method: 'POST', body: 'x' });
          expect(answer, name).toMatchObject({ status: 200, body: 'hello' });
          expect(corsHeaders(answer)).toEqual({ vary: 'Origin' });
          expect(await send(preflight(APP)), name).toMatchObject({ status: 204, body: '' });
        }
      });
    expect(decisions).toHaveLength(4 * Object.keys(failures).length);
    for (const { allowed, reason } of decisions)
      expect({ allowed, reason }).toEqual({ allowed: false, reason: 'check-failed' });
  });

  test('is given the request', async () => {
    const cookies: unknown[] = [];
    const origin = asked((_, { request }) => {
      cookies.push((request as { headers: Record<string, unknown> }).headers['cookie']);
      return true;
    });
    await serve(kind, [cors({ origin }), hello], (send) => send({ origin: APP, headers: { Cookie: 'a=1' } }));
    expect(cookies).toEqual(['a=1']);
  });

  test('of a look-up that hangs is given up, told that it is, and the request is answered', async () => {
    const signals: AbortSignal[] = [];
    const lookup: OriginLookup['lookup'] = (_, { signal }) => {
      signals.push(signal);
      return forever();
    };
    const decisions: Decision[] = [];
    const middleware = cors({
      origin: { lookup, timeout: 0.02 },
      ...quiet,
      onDecision: (one) => void decisions.push(one),
    });
    await serve(kind, [middleware, hello], async (send) => {
      const answer = await send({ origin: APP });
      expect(answer).toMatchObject({ status: 200, body: 'hello' });
      expect(corsHeaders(answer)).toEqual({ vary: 'Origin' });
      expect(await send(preflight(APP))).toMatchObject({ status: 204 });
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(decisions.map(({ reason }) => reason)).toEqual(['check-timed-out', 'check-timed-out']);
  });
});

describe('the five seconds of a function', () => {
  const withFakeTimers = (): void =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

  test('are the longest that anybody waits; then it is refused, and the signal says so', async () => {
    withFakeTimers();
    const signals: AbortSignal[] = [];
    const middleware = cors({
      origin: (_origin, { signal }) => {
        signals.push(signal);
        return forever();
      },
    });
    let verdict: boolean | undefined;
    void middleware.allowsAsync(APP).then((one) => (verdict = one));
    await vi.advanceTimersByTimeAsync(4999);
    expect([verdict, signals[0]?.aborted]).toEqual([undefined, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect([verdict, signals[0]?.aborted]).toEqual([false, true]);
  });

  test.each([
    ['resolves with `true`', (settle: (value: unknown) => void) => settle(true)],
    ['resolves with rubbish', (settle: (value: unknown) => void) => settle({})],
    ['rejects', (settle: (value: unknown) => void) => settle(Promise.reject(new Error('late')))],
  ])('once over, nothing that comes later matters: one that %s', async (_, late) => {
    withFakeTimers();
    const decisions: Decision[] = [];
    const middleware = cors({
      origin: asked(
        () =>
          new Promise((resolve) => {
            setTimeout(() => late(resolve), 9000);
          }),
      ),
      onDecision: (one) => void decisions.push(one),
    });
    const answered = middleware.allowsAsync(APP);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answered).toBe(false);
  });

  test('leave no timer behind when the answer comes before', async () => {
    withFakeTimers();
    const middleware = cors({ origin: asked(async () => Promise.resolve(true)) });
    expect(await middleware.allowsAsync(APP)).toBe(true);
    const failing = cors({ origin: asked(async () => Promise.reject(new Error('x'))) });
    expect(await failing.allowsAsync(APP)).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** A look-up that answers what `says` says now, and counts. */
const counting = (says: (origin: string) => unknown) => {
  const calls: string[] = [];
  const lookup = lookedUp((origin) => {
    calls.push(origin);
    return says(origin);
  });
  return { calls, lookup };
};

describe('a look-up', () => {
  const isApp = async (origin: string): Promise<boolean> => Promise.resolve(origin === APP);

  test('is kept as long as is said, whatever it answered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { calls, lookup } = counting(isApp);
    const { allowsAsync } = cors({ origin: { lookup, cacheFor: 10 } });
    for (let round = 0; round < 3; round += 1) {
      expect([await allowsAsync(APP), await allowsAsync(OTHER)]).toEqual([true, false]);
      await vi.advanceTimersByTimeAsync(3000);
    }
    expect(calls).toEqual([APP, OTHER]);
    await vi.advanceTimersByTimeAsync(1000);
    expect([await allowsAsync(APP), await allowsAsync(OTHER)]).toEqual([true, false]);
    expect(calls).toEqual([APP, OTHER, APP, OTHER]);
  });

  test('is kept for a minute if nothing is said, and not at all with 0', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const [usual, never] = [counting(isApp), counting(isApp)];
    const kept = cors({ origin: { lookup: usual.lookup } });
    const asking = cors({ origin: { lookup: never.lookup, cacheFor: 0 } });
    for (const after of [0, 59_999, 1]) {
      await vi.advanceTimersByTimeAsync(after);
      expect([await kept.allowsAsync(APP), await asking.allowsAsync(APP)]).toEqual([true, true]);
    }
    expect([usual.calls.length, never.calls.length]).toEqual([2, 3]);
  });

  test('answered anew when it is due, so that what was taken back is refused', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    let holds = true;
    const { allowsAsync } = cors({ origin: { lookup: () => holds, cacheFor: 1, staleFor: 100 } });
    expect(await allowsAsync(APP)).toBe(true);
    holds = false;
    expect(await allowsAsync(APP)).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await allowsAsync(APP)).toBe(false);
    holds = true;
    expect(await allowsAsync(APP)).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await allowsAsync(APP)).toBe(true);
  });

  test('that is full forgets what was used longest ago', async () => {
    const { calls, lookup } = counting(() => true);
    const { allowsAsync } = cors({ origin: { lookup, cacheSize: 2 } });
    const [a, b, c] = ['https://a.example', 'https://b.example', 'https://c.example'] as const;
    for (const origin of [a, b, a, c, a, c, b]) await allowsAsync(origin);
    expect(calls).toEqual([a, b, c, b]);
  });

  test('remembers a friend, however many origins strangers invent', async () => {
    const { calls, lookup } = counting(isApp);
    const { allowsAsync } = cors({ origin: { lookup, cacheSize: 100 } });
    await allowsAsync(APP);
    for (let index = 0; index < 10_000; index += 1) await allowsAsync(`https://n${index}.stranger.test`);
    expect(calls).toHaveLength(10_001);
    expect(await allowsAsync(APP)).toBe(true);
    await allowsAsync('https://n9950.stranger.test');
    expect(calls).toHaveLength(10_001);
    await allowsAsync('https://n9000.stranger.test');
    expect(calls).toHaveLength(10_002);
  });

  test('is made once for all that ask at the same time', async () => {
    const settle: ((value: boolean) => void)[] = [];
    const { calls, lookup } = counting(() => open(settle));
    const { allowsAsync } = cors({ origin: { lookup } });
    const answers = [APP, OTHER, APP, APP, OTHER].map((origin) => allowsAsync(origin));
    expect(calls).toEqual([APP, OTHER]);
    settle[0]?.(true);
    settle[1]?.(false);
    expect(await Promise.all(answers)).toEqual([true, false, true, true, false]);
    expect(calls).toEqual([APP, OTHER]);
  });

  test('that fails for all who wait is made again for the next', async () => {
    let fails = true;
    const { calls, lookup } = counting(async () => (fails ? Promise.reject(new Error('down')) : true));
    const { allowsAsync } = cors({ origin: { lookup } });
    expect(await Promise.all([allowsAsync(APP), allowsAsync(APP)])).toEqual([false, false]);
    fails = false;
    expect(await allowsAsync(APP)).toBe(true);
    expect(calls).toEqual([APP, APP]);
  });

  test.each([
    ['rejects', async () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['answers neither', () => 'yes'],
    ['hangs', () => forever()],
  ])(
    'that %s leaves the last good answer standing for `staleFor`, then refuses, then recovers',
    async (_, fail) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      let isDown = false;
      const { calls, lookup } = counting((origin) => (isDown ? fail() : origin === APP));
      const { allowsAsync } = cors({ origin: { lookup, cacheFor: 10, staleFor: 30, timeout: 1 } });
      const ask = async (): Promise<readonly boolean[]> => {
        const both = Promise.all([allowsAsync(APP), allowsAsync(OTHER)]);
        await vi.advanceTimersByTimeAsync(1000);
        return both;
      };
      expect(await ask()).toEqual([true, false]);
      isDown = true;
      await vi.advanceTimersByTimeAsync(31_000);
      expect(await ask()).toEqual([true, false]);
      expect(calls).toHaveLength(4);
      // The last answer counts from when it was given, not from when it last stood in.
      await vi.advanceTimersByTimeAsync(7_500);
      expect(await ask()).toEqual([false, false]);
      isDown = false;
      expect(await ask()).toEqual([true, false]);
    },
  );

  test('that fails is refused at once where nothing is said about `staleFor`, or was never answered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    let isDown = false;
    const lookup = async (): Promise<boolean> => (isDown ? Promise.reject(new Error('down')) : true);
    const plain = cors({ origin: { lookup, cacheFor: 1 } });
    const stale = cors({ origin: { lookup, cacheFor: 1, staleFor: 100 } });
    expect(await plain.allowsAsync(APP)).toBe(true);
    isDown = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect([await plain.allowsAsync(APP), await stale.allowsAsync(APP)]).toEqual([false, false]);
  });

  test('starts afresh with `update`, and what was asked under the old policy is answered by it', async () => {
    const settle: ((value: boolean) => void)[] = [];
    const first = counting(() => open(settle));
    const second = counting(() => false);
    const middleware = cors({ origin: { lookup: first.lookup } });
    const [before, also] = [middleware.allowsAsync(APP), middleware.allowsAsync(APP)];
    middleware.update({ origin: { lookup: second.lookup } });
    expect(await middleware.allowsAsync(APP)).toBe(false);
    settle[0]?.(true);
    expect([await before, await also]).toEqual([true, true]);
    expect(await middleware.allowsAsync(APP)).toBe(false);
    expect([first.calls, second.calls]).toEqual([[APP], [APP]]);
    middleware.update({ origin: { lookup: second.lookup } });
    await middleware.allowsAsync(APP);
    expect(second.calls).toEqual([APP, APP]);
  });

  test.each(kinds)('%s: serves preflights and requests from one answer', async (kind) => {
    const { calls, lookup } = counting(isApp);
    await serve(kind, [cors({ origin: { lookup } }), hello], async (send) => {
      const asks = [
        preflight(APP),
        { origin: APP },
        { origin: APP, method: 'PUT', body: 'x' },
        preflight(OTHER),
      ];
      const answers = await Promise.all([...asks, ...asks].map((ask) => send(ask)));
      const allowed = answers.map(({ headers }) => headers.get('access-control-allow-origin'));
      expect(allowed.slice(0, 4)).toEqual([APP, APP, APP, undefined]);
      expect(allowed.slice(4)).toEqual(allowed.slice(0, 4));
    });
    expect([...calls].sort()).toEqual([APP, OTHER]);
  });
});

describe.each(kinds1)('%s: a client that goes away', (kind) => {
  test('while a function decides harms nobody', async () => {
    const settle: ((value: boolean) => void)[] = [];
    const origin: OriginFunction = () => open(settle);
    const middleware = cors({ origin, ...quiet });
    let closed = 0;
    await serve(
      kind,
      [
        (request, _response, next) => {
          request.socket.on('close', () => (closed += 1));
          next();
        },
        middleware,
        hello,
      ],
      async (send) => {
        // The first is hung up on by us, as by the client that is closed.
        const gone = await send({ origin: APP, patience: 20 });
        const goneToo = await send({ ...preflight(APP), patience: 20 });
        expect([gone.hung, goneToo.hung]).toEqual([true, true]);
        await vi.waitFor(() => expect(closed).toBe(2));
        for (const answer of settle.splice(0)) answer(true);
        const waiting = send({ origin: APP });
        await vi.waitFor(() => expect(settle).toHaveLength(1));
        settle[0]?.(true);
        expect((await waiting).headers.get('access-control-allow-origin')).toBe(APP);
      },
    );
  });
});

test('requests in a row on one connection are each answered with their own verdict', async () => {
  const waits: Readonly<Record<string, number>> = { [APP]: 12, [OTHER]: 1, [STRANGER]: 6 };
  const middleware = cors({
    origin: async (origin) => {
      await after(waits[origin] ?? 0);
      return origin !== STRANGER;
    },
    ...quiet,
  });
  await withPort(
    (request, response) => middleware(request, response, () => response.end('x')),
    async (port) => {
      const socket = connect(port, '127.0.0.1');
      const asks = [APP, OTHER, STRANGER, APP, OTHER];
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.write(asks.map((origin) => `GET / HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\n\r\n`).join(''));
      await vi.waitFor(() => expect(text.split('HTTP/1.1 200').length - 1).toBe(asks.length));
      socket.destroy();
      await once(socket, 'close');
      const allowed = text
        .split('HTTP/1.1 200')
        .slice(1)
        .map((one) => /access-control-allow-origin: (\S+)/i.exec(one)?.[1]);
      expect(allowed).toEqual([APP, OTHER, undefined, APP, OTHER]);
    },
  );
});
