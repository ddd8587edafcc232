/** What the `cors` option of socket.io governs, and what it does not. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import cors from 'cors';
import express from 'express';
import type { Request, Response } from 'express';
import { Server } from 'socket.io';
import type { ServerOptions } from 'socket.io';
import { describe, expect, test } from 'vitest';
import { briefly, corsHeaders, corsWith, preflight, withListener } from './server.ts';
import type { Answer, Ask, Send } from './server.ts';

const APP = 'https://app.example.com';
const STRANGER = 'https://stranger.example.org';
const PATH = '/socket.io/?EIO=4&transport=polling';
const name = 'access-control-allow-origin';

/** How a WebSocket upgrade ended. */
interface Upgrade {
  /** 101 if it succeeded, 0 if it hung. */
  readonly status: number;
  readonly allowOrigin: string | undefined;
}

interface Talk {
  /** A polling request, unless it names another path. */
  readonly send: Send;
  /** A WebSocket handshake, as a page of that origin makes it. */
  readonly upgrade: (origin?: string) => Promise<Upgrade>;
}

/** Makes a socket.io server on an HTTP server, and talks to it for as long as `use` runs. */
const withIo = async <Result>(
  make: (server: HttpServer) => Server,
  use: (talk: Talk) => Promise<Result>,
  listener = (_req: IncomingMessage, res: { end(text: string): unknown }): unknown => res.end('app'),
): Promise<Result> => {
  const server = createServer(listener as never);
  const io = make(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await withListener(
      (req, res) => server.emit('request', req, res),
      (send) =>
        use({
          send: (ask = {}) => send({ path: PATH, ...ask }),
          upgrade: (origin) => upgradeAt(port, origin),
        }),
    );
  } finally {
    // Its timers would keep the process alive otherwise.
    io.engine.close();
    server.closeAllConnections();
    server.close();
  }
};

const upgradeAt = (port: number, origin: string | undefined): Promise<Upgrade> =>
  new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path: '/socket.io/?EIO=4&transport=websocket',
      agent: false,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...(origin !== undefined && { Origin: origin }),
      },
    });
    const done = (response: IncomingMessage | undefined): void => {
      clearTimeout(timer);
      const allowOrigin = response?.headers[name];
      resolve({ status: response?.statusCode ?? 0, allowOrigin: allowOrigin as string | undefined });
      outgoing.destroy();
    };
    const timer = setTimeout(done, briefly * 4, undefined);
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.on('upgrade', (response, socket) => {
      socket.destroy();
      done(response);
    });
    outgoing.on('response', done);
    outgoing.end();
  });

/** Options that the types rightly refuse, since users pass them all the same. */
const onServer =
  (options?: unknown) =>
  (server: HttpServer): Server =>
    new Server(server, options as Partial<ServerOptions>);

const polled = (options: unknown, ask: Ask): Promise<Answer> =>
  withIo(onServer(options), ({ send }) => send(ask));

const status = (answer: Answer): readonly [status: number, headers: unknown] => [
  answer.status,
  corsHeaders(answer),
];

type Callback = (error: unknown, value?: unknown) => void;
type OriginFunction = (origin: string | undefined, callback: Callback) => unknown;
const origin = (check: OriginFunction) => ({ cors: { origin: check } });

describe('socket.io: without `cors`', () => {
  test.each([
    ['no options', undefined],
    ['cors: undefined', { cors: undefined }],
    ['cors: false', { cors: false }],
    ["cors: ''", { cors: '' }],
    ['the options of `cors` one level too high', { origin: '*', credentials: true }],
    ['`origins` of version 2', { origins: '*:*' }],
  ])('%s: no CORS header, and 400 for the preflight', async (_fact, options) => {
    const read = await polled(options, { origin: APP });
    expect(status(read)).toEqual([200, {}]);
    expect(read.body.startsWith('0{"sid":')).toBe(true);
    const preflighted = await polled(options, preflight(APP));
    expect([...status(preflighted), preflighted.body]).toEqual([
      400,
      {},
      '{"code":2,"message":"Bad handshake method"}',
    ]);
  });
});

const anyAsk: readonly Ask[] = [
  { origin: APP },
  { origin: STRANGER },
  { origin: 'null' },
  {},
  preflight(APP, 'POST', 'content-type'),
  preflight(STRANGER, 'POST', 'content-type'),
];

describe('socket.io: polling gets the headers that npm `cors` gives, with the same options', () => {
  test.each<readonly [shown: string, options: unknown]>([
    ['{}', {}],
    ['true', true],
    ['a string', APP],
    ['a list', [APP]],
    ["origin '*'", { origin: '*' }],
    ["origin '*' with credentials", { origin: '*', credentials: true }],
    ['credentials alone', { credentials: true }],
    ["credentials 'true'", { origin: true, credentials: 'true' }],
    ['origin true with credentials', { origin: true, credentials: true }],
    ['origin a string', { origin: APP }],
    ['origin a list', { origin: [APP], credentials: true }],
    ["origin ['*']", { origin: ['*'] }],
    ["origin [A, '*']", { origin: [APP, '*'] }],
    ['origin an expression', { origin: /example\.com$/ }],
    ['origin a Set', { origin: new Set([APP]) }],
    ['callback(null, true)', origin((_asked, callback) => callback(null, true)).cors],
    ['callback(null, a list)', origin((_asked, callback) => callback(null, [APP])).cors],
    ["callback(null, '*')", origin((_asked, callback) => callback(null, '*')).cors],
    ['a delegate', (_req: unknown, callback: Callback) => callback(null, { origin: [APP] })],
    [
      'methods, headers, age',
      { methods: ['GET'], allowedHeaders: ['x-a'], exposedHeaders: 'x-b', maxAge: 60 },
    ],
    ['optionsSuccessStatus', { optionsSuccessStatus: 200 }],
  ])('%s', async (_shown, options) => {
    const bare = await withListener(
      (req, res) => corsWith(options)(req as Request, res as Response, () => res.end()),
      (send) => Promise.all(anyAsk.map((ask) => send(ask))),
    );
    const io = await withIo(onServer({ cors: options }), ({ send }) =>
      Promise.all(anyAsk.map((ask) => send(ask))),
    );
    expect(io.map(status)).toEqual(bare.map(status));
    // Otherwise the comparison would hold for a library that does nothing.
    expect(io.some((answer) => answer.headers.has('access-control-allow-methods'))).toBe(true);
  });

  test.each<readonly [shown: string, options: unknown]>([
    ['origin undefined', { origin: undefined }],
    ["origin ''", { origin: '' }],
    ['origin false', { origin: false }],
    ['callback(null, false)', origin((_asked, callback) => callback(null, false)).cors],
  ])('%s: off, and the preflight ends as a bad handshake', async (_shown, options) => {
    expect(status(await polled({ cors: options }, { origin: APP }))).toEqual([200, {}]);
    expect(status(await polled({ cors: options }, preflight(APP)))).toEqual([400, {}]);
  });

  test('preflightContinue: the preflight ends as a bad handshake, with its headers', async () => {
    const answer = await polled({ cors: { origin: [APP], preflightContinue: true } }, preflight(APP));
    expect([answer.status, answer.headers.get(name)]).toEqual([400, APP]);
  });

  test.each(['g', 'y'])('an expression with the flag %s lets in every other request only', async (flags) => {
    const observed = await withIo(
      onServer({ cors: { origin: new RegExp('https://app\\.example\\.com', flags) } }),
      async ({ send }) => [
        await send({ origin: APP }),
        await send({ origin: APP }),
        await send({ origin: APP }),
      ],
    );
    expect(observed.map((answer) => answer.headers.get(name))).toEqual([APP, undefined, APP]);
  });

  test.each<readonly [shown: string, check: OriginFunction]>([
    ['callback(error)', (_asked, callback) => callback(new Error('no'))],
    [
      'throw',
      () => {
        throw new Error('no');
      },
    ],
  ])('%s: 400 without CORS headers, not 500', async (_shown, check) => {
    for (const ask of [{ origin: APP }, preflight(APP), {}]) {
      const answer = await polled(origin(check), ask);
      expect([...status(answer), answer.body]).toEqual([400, {}, '{"code":3,"message":"Bad request"}']);
    }
  });

  test.concurrent.each<readonly [shown: string, check: OriginFunction]>([
    ['returns its verdict', () => true],
    ['is async and returns its verdict', async () => true],
  ])('a function that %s: hangs', async (_shown, check) => {
    expect((await polled(origin(check), { origin: APP, patience: briefly })).hung).toBe(true);
  });

  test("a refused origin's request is served all the same, only not readable", async () => {
    const answer = await polled({ cors: { origin: [APP] } }, { origin: STRANGER });
    expect([answer.body.startsWith('0{"sid":'), ...status(answer)]).toEqual([true, 200, { vary: 'Origin' }]);
  });
});

describe('socket.io: WebSocket', () => {
  const upgraded = (options: unknown, asked?: string): Promise<Upgrade> =>
    withIo(onServer(options), ({ upgrade }) => upgrade(asked));

  test.each<readonly [shown: string, options: unknown, allowOrigin: string | undefined]>([
    ['no `cors`', {}, undefined],
    ['a list without it', { cors: { origin: [APP] } }, undefined],
    ['another string', { cors: { origin: APP, credentials: true } }, APP],
    ['an empty list', { cors: { origin: [] } }, undefined],
    ['origin false', { cors: { origin: false } }, undefined],
    ['callback(null, false)', origin((_asked, callback) => callback(null, false)), undefined],
  ])('%s: any origin connects', async (_shown, options, allowOrigin) => {
    for (const asked of [STRANGER, 'null', undefined]) {
      expect(await upgraded(options, asked)).toEqual({ status: 101, allowOrigin });
    }
  });

  test('the headers of `cors` stand on the 101, where nobody reads them', async () => {
    expect(await upgraded({ cors: { origin: [APP] } }, APP)).toEqual({ status: 101, allowOrigin: APP });
  });

  test.each<readonly [shown: string, check: OriginFunction]>([
    [
      'calls back with an error',
      (asked, callback) => (asked === APP ? callback(null, true) : callback(new Error('no'))),
    ],
    [
      'throws',
      (asked, callback) => {
        if (asked !== APP) throw new Error('no');
        callback(null, true);
      },
    ],
  ])('but an origin function that %s does refuse it', async (_shown, check) => {
    expect((await upgraded(origin(check), STRANGER)).status).toBe(400);
    expect((await upgraded(origin(check), undefined)).status).toBe(400);
    expect((await upgraded(origin(check), APP)).status).toBe(101);
  });

  test.concurrent('an origin function that says nothing lets the upgrade hang', async () => {
    expect(
      (
        await upgraded(
          origin(() => true),
          APP,
        )
      ).status,
    ).toBe(0);
  });

  test('a `cors` on the Express app behind it does not matter', async () => {
    const app = express();
    app.use(cors({ origin: (_asked, callback) => callback(new Error('no')) }));
    const end = await withIo(onServer(), ({ upgrade }) => upgrade(STRANGER), app as never);
    expect(end.status).toBe(101);
  });
});

describe('socket.io: allowRequest', () => {
  type Allow = (req: IncomingMessage, callback: (error: unknown, success?: unknown) => void) => unknown;
  const onlyApp: Allow = (req, callback) => callback(null, req.headers.origin === APP);

  test('it decides on polling (403) and WebSocket (400) alike', async () => {
    const observed = await withIo(onServer({ allowRequest: onlyApp }), async ({ send, upgrade }) => [
      (await send({ origin: APP })).status,
      (await send({ origin: STRANGER })).status,
      (await send()).status,
      (await upgrade(APP)).status,
      (await upgrade(STRANGER)).status,
      (await upgrade()).status,
    ]);
    expect(observed).toEqual([200, 403, 403, 101, 400, 400]);
  });

  test('its 403 has the headers of `cors`, and preflights do not ask it', async () => {
    let asked = 0;
    const allowRequest: Allow = (_req, callback) => {
      asked++;
      callback('go away', false);
    };
    const options = { allowRequest, cors: { origin: [APP] } };
    const refused = await polled(options, { origin: APP });
    expect([...status(refused), refused.body]).toEqual([
      403,
      { [name]: APP, vary: 'Origin' },
      '{"code":4,"message":"go away"}',
    ]);
    expect((await polled(options, preflight(APP))).status).toBe(204);
    expect(asked).toBe(1);
  });

  test.each<readonly [shown: string, allow: Allow, status: number]>([
    ['callback(error, true)', (_req, callback) => callback(new Error('no'), true), 200],
    ['callback(null, 1)', (_req, callback) => callback(null, 1), 200],
    ['callback(null)', (_req, callback) => callback(null), 403],
    ['callback(error)', (_req, callback) => callback(new Error('no')), 403],
  ])('%s: only the second argument counts', async (_shown, allowRequest, expected) => {
    expect((await polled({ allowRequest }, { origin: APP })).status).toBe(expected);
  });

  test.concurrent.each<readonly [shown: string, allow: Allow]>([
    ['returns its verdict', () => true],
    ['is async and returns its verdict', async () => true],
  ])('one that %s: hangs', async (_shown, allowRequest) => {
    expect((await polled({ allowRequest }, { origin: APP, patience: briefly })).hung).toBe(true);
  });

  test('within a session it is not asked again, and `cors` is', async () => {
    let asked = 0;
    const allowRequest: Allow = (_req, callback) => {
      asked++;
      callback(null, true);
    };
    const answer = await withIo(onServer({ allowRequest, cors: { origin: [APP] } }), async ({ send }) => {
      const opened = await send({ origin: APP });
      const { sid } = JSON.parse(opened.body.slice(1)) as { sid: string };
      return send({ method: 'POST', path: `${PATH}&sid=${sid}`, origin: APP, body: '40' });
    });
    expect([asked, answer.body, ...status(answer)]).toEqual([1, 'ok', 200, { [name]: APP, vary: 'Origin' }]);
  });
});

describe('socket.io: how a server is made', () => {
  const commonJs = createRequire(import.meta.url)('socket.io') as ((...all: unknown[]) => Server) & {
    readonly Server: typeof Server;
  };
  const only = { cors: { origin: [APP] } };
  const every = { cors: { origin: '*' } };

  test.each<readonly [shown: string, make: (server: HttpServer) => Server]>([
    ['new Server(server, options)', (server) => new Server(server, only)],
    ['new Server(options).attach(server)', (server) => new Server(only).attach(server)],
    ['new Server(options).listen(server)', (server) => new Server(only).listen(server)],
    ['new Server().attach(server, options)', (server) => new Server().attach(server, only)],
    ['new Server(undefined, options).attach(server)', (server) => new Server(undefined, only).attach(server)],
    ["require('socket.io')(server, options)", (server) => commonJs(server, only)],
    ["require('socket.io')(options).attach(server)", (server) => commonJs(only).attach(server)],
    ["new (require('socket.io').Server)(server, options)", (server) => new commonJs.Server(server, only)],
    [
      'new Server(options).attach(server, others): the first count',
      (server) => new Server(only).attach(server, { ...every }),
    ],
    ['with a path of its own', (server) => new Server(server, { ...only, path: '/socket.io/' })],
  ])('%s', async (_shown, make) => {
    const answers = await withIo(make, ({ send }) =>
      Promise.all([send({ origin: APP }), send({ origin: STRANGER })]),
    );
    expect(answers.map(status)).toEqual([
      [200, { [name]: APP, vary: 'Origin' }],
      [200, { vary: 'Origin' }],
    ]);
  });

  test.each<readonly [shown: string, make: () => Server]>([
    ['new Server(port, options)', () => new Server(0, only)],
    ["new Server('port' as text, options)", () => new Server('0' as never, only)],
    ['new Server(options).listen(port)', () => new Server(only).listen(0)],
    ["require('socket.io')(port, options)", () => commonJs(0, only)],
  ])('%s listens by itself', async (_shown, make) => {
    const io = make();
    const server = (io as unknown as { readonly httpServer: HttpServer }).httpServer;
    if (!server.listening) await once(server, 'listening');
    const answer = await withListener(
      (req, res) => server.emit('request', req, res),
      (send) => send({ origin: APP, path: PATH }),
    );
    await io.close();
    expect(status(answer)).toEqual([200, { [name]: APP, vary: 'Origin' }]);
  });

  test('an Express app instead of a server is refused', () => {
    const app = express();
    expect(() => new Server(app as never, only)).toThrow('Please pass a http.Server instance');
  });

  test('an ES module has no default export, and the CommonJS one is no class', async () => {
    expect('default' in (await import('socket.io'))).toBe(false);
    expect(() => new (commonJs as unknown as new () => unknown)()).toThrow('not a constructor');
  });

  test('the client script has the headers of the options given to the constructor only', async () => {
    const script = { origin: APP, path: '/socket.io/socket.io.js' };
    const read = (make: (server: HttpServer) => Server): Promise<Answer> =>
      withIo(make, ({ send }) => send(script));
    expect(status(await read((server) => new Server(server, only)))).toEqual([
      200,
      { [name]: APP, vary: 'Origin' },
    ]);
    expect(status(await read((server) => new Server().attach(server, only)))).toEqual([200, {}]);
  });
});

describe('socket.io beside an app', () => {
  const app = (options: unknown) => {
    const made = express();
    made.use(corsWith(options));
    made.get('/x', (_req, res) => {
      res.send('ok');
    });
    return made as never;
  };

  test("the app's own cors does not reach polling, and socket.io's does not reach the app", async () => {
    const [polling, route] = await withIo(
      onServer(),
      ({ send }) => Promise.all([send({ origin: APP }), send({ origin: APP, path: '/x' })]),
      app({ origin: '*' }),
    );
    expect([corsHeaders(polling), corsHeaders(route)]).toEqual([{}, { [name]: '*' }]);
    const [itsPolling, itsRoute] = await withIo(
      onServer({ cors: { origin: '*' } }),
      ({ send }) => Promise.all([send({ origin: APP }), send({ origin: APP, path: '/x' })]),
      app({ origin: false }),
    );
    expect([corsHeaders(itsPolling), corsHeaders(itsRoute)]).toEqual([{ [name]: '*' }, {}]);
  });

  test('io.engine.use(cors(options)) counts as the option does', async () => {
    const make = (server: HttpServer): Server => {
      const io = new Server(server);
      io.engine.use(cors({ origin: [APP] }));
      return io;
    };
    const answers = await withIo(make, ({ send }) =>
      Promise.all([send({ origin: APP }), send(preflight(APP))]),
    );
    expect(answers.map((answer) => [answer.status, answer.headers.get(name)])).toEqual([
      [200, APP],
      [204, APP],
    ]);
  });

  test('it sets no cookie, and with `cookie: true` one that is SameSite=Lax', async () => {
    expect((await polled({}, {})).headers.has('set-cookie')).toBe(false);
    expect((await polled({ cookie: true }, {})).headers.get('set-cookie')).toMatch(
      /^io=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });
});
