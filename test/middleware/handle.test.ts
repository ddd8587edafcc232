/** What the middleware carries beside itself: `update`, `config`, `warnings`, `allows`, `allowsAsync`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { cors, CorsConfigError } from '../../src/middleware/index.ts';
import type { CorsOptions, Decision, OriginFunction } from '../../src/middleware/types.ts';
import { corsHeaders, preflight } from '../facts/server.ts';
import { APP, kinds, OTHER, says, serve, STRANGER } from './serve.ts';

const hello = says('hello');

describe.each(kinds)('%s: `update`', (kind) => {
  test('takes another policy in place of all that held', async () => {
    const told: string[] = [];
    const middleware = cors({
      origin: APP,
      credentials: true,
      exposedHeaders: 'X-A',
      routes: { '/public': { origin: '*' } },
      refuseCrossSite: true,
      log: false,
      onDecision: ({ reason }) => void told.push(reason),
    });
    await serve(kind, [middleware, hello], async (send) => {
      expect(corsHeaders(await send({ origin: APP }))['access-control-allow-credentials']).toBe('true');
      expect(told).toEqual(['allowed']);
      expect(middleware.update({ origin: OTHER, log: false })).toBeUndefined();
      expect(corsHeaders(await send({ origin: APP }))).toEqual({ vary: 'Origin' });
      expect(corsHeaders(await send({ origin: OTHER, path: '/public' }))).toEqual({
        'access-control-allow-origin': OTHER,
        vary: 'Origin',
      });
      expect((await send({ origin: STRANGER, method: 'POST', body: 'x' })).status).toBe(200);
      expect(told).toEqual(['allowed']);
    });
  });

  test('that is refused throws, and changes nothing', async () => {
    const middleware = cors({ origin: [APP], maxAge: 60 });
    const { config } = middleware;
    const refused: readonly unknown[] = [
      { origin: '*', credentials: true },
      { origin: `${OTHER}/` },
      { origin: OTHER, maxage: 5 },
      { origin: OTHER, routes: { '/x': { origin: 'null' } } },
      {},
      undefined,
      null,
      'https://app.example.com',
    ];
    await serve(kind, [middleware, hello], async (send) => {
      for (const options of refused) {
        expect(() => middleware.update(options as CorsOptions)).toThrow(CorsConfigError);
        expect(middleware.config).toBe(config);
        const answer = await send(preflight(APP));
        expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
        expect(answer.headers.get('access-control-max-age')).toBe('60');
        expect((await send(preflight(OTHER))).headers.has('access-control-allow-origin')).toBe(false);
      }
    });
  });

  test('in the middle of a request leaves that request to the policy that held when it came', async () => {
    const middleware = cors({ origin: [APP], exposedHeaders: 'X-A' });
    const updating = serve(
      kind,
      [
        middleware,
        (_request, response) => {
          middleware.update({ origin: OTHER });
          response.setHeader('Vary', 'Cookie');
          response.end();
        },
      ],
      async (send) => {
        expect(corsHeaders(await send({ origin: APP }))).toEqual({
          'access-control-allow-origin': APP,
          'access-control-expose-headers': 'X-A',
          vary: 'Cookie, Origin',
        });
        expect(corsHeaders(await send({ origin: APP }))).toEqual({ vary: 'Cookie, Origin' });
      },
    );
    await updating;
  });

  test('in `onDecision` is safe', async () => {
    const middleware = cors({
      origin: APP,
      log: false,
      onDecision: () => middleware.update({ origin: [APP, OTHER] }),
    });
    await serve(kind, [middleware, hello], async (send) => {
      expect(corsHeaders(await send({ origin: OTHER }))).toEqual({ vary: 'Origin' });
      expect((await send({ origin: OTHER })).headers.get('access-control-allow-origin')).toBe(OTHER);
    });
  });
});

test('what was given may be changed afterwards: the policy is not', () => {
  const origins = [APP];
  const methods = ['GET'];
  const routes: Record<string, { origin: string[] }> = { '/x': { origin: [APP] } };
  const middleware = cors({ origin: origins, methods, routes });
  origins.push(STRANGER);
  methods.push('DELETE');
  routes['/x']!.origin.push(STRANGER);
  routes['/y'] = { origin: [STRANGER] };
  expect(middleware.allows(STRANGER)).toBe(false);
  expect(middleware.allows(STRANGER, { url: '/x' })).toBe(false);
  expect(middleware.allows(STRANGER, { url: '/y' })).toBe(false);
  expect(middleware.config.methods).toEqual(['GET']);
});

test('what it carries can be taken off it, and holds for every copy', () => {
  const middleware = cors({ origin: APP });
  const { allows, update, config } = middleware;
  expect(allows(APP)).toBe(true);
  update({ origin: OTHER });
  expect([allows(APP), middleware.allows(OTHER)]).toEqual([false, true]);
  expect(config.origin).toEqual([APP]);
  expect(middleware.config.origin).toEqual([OTHER]);
  expect(() => {
    'use strict';
    (middleware as { config: unknown }).config = {};
  }).toThrow(TypeError);
});

describe('`config`', () => {
  const origin: OriginFunction = () => true;
  const lookup = async (): Promise<boolean> => Promise.resolve(true);
  const onDecision = (_: Decision): void => undefined;
  const given: Readonly<Record<string, CorsOptions>> = {
    nobody: { origin: false },
    everybody: { origin: '*' },
    'one origin': { origin: APP },
    'a list, with all': {
      origin: [APP, 'https://*.example.com', { allow: 'null', because: 'the sandbox of our docs' }],
      methods: 'GET, PUT',
      allowedHeaders: 'X-A,X-B',
      exposedHeaders: ['X-C'],
      credentials: true,
      maxAge: 600,
      optionsSuccessStatus: 200,
      refuseCrossSite: { except: ['/saml'] },
      onConflict: 'keep-ours',
      log: false,
      onDecision,
      routes: {
        '/b': { origin: '*' },
        '/a/b': { origin: [OTHER], credentials: true },
        '/off': { origin: false },
      },
    },
    'a function': { origin, log: true },
    'a look-up': { origin: { lookup, cacheFor: 5 } },
    'empty lists': { origin: [], methods: [], allowedHeaders: [], exposedHeaders: '' },
  };
  test.each(Object.entries(given))('makes the same policy again: %s', (_, options) => {
    const { config } = cors(options as { origin: string });
    const again = cors(config as { origin: string });
    expect(again.config).toEqual(config);
    expect(again.warnings).toEqual([]);
    again.update(again.config);
    expect(again.config).toEqual(config);
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('says what was understood, defaults too', () => {
    expect(cors({ origin: APP }).config).toEqual({
      origin: [APP],
      methods: ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'],
      exposedHeaders: [],
      credentials: false,
      optionsSuccessStatus: 204,
      refuseCrossSite: false,
      onConflict: 'report',
    });
    expect(cors({ origin: { lookup } }).config.origin).toEqual({
      lookup,
      cacheFor: 60,
      cacheSize: 1000,
      timeout: 5,
      staleFor: 0,
    });
  });
});

describe('`allows`', () => {
  test('says of an origin what an answer would say', () => {
    const { allows } = cors({
      origin: [APP, 'https://*.preview.example.com'],
      routes: { '/public': { origin: '*' }, '/off': { origin: false }, '/other': { origin: OTHER } },
    });
    expect(allows(APP)).toBe(true);
    expect(allows('https://x.preview.example.com')).toBe(true);
    for (const origin of [undefined, '', 'null', STRANGER, `${APP}/`, `${APP}, ${APP}`, 'x'.repeat(10_000)])
      expect(allows(origin), origin?.slice(0, 40)).toBe(false);
    expect(allows(STRANGER, { url: '/public/x?y' })).toBe(true);
    expect(allows(undefined, { url: '/public' })).toBe(true);
    expect(allows(APP, { url: '/off' })).toBe(false);
    expect(allows(APP, { url: '/other' })).toBe(false);
    expect(allows(OTHER, { originalUrl: '/other/x', url: '/x' })).toBe(true);
    expect(allows(OTHER, { url: 'https://api.example.com/other/x?y' })).toBe(true);
    expect(allows(OTHER, { url: '/%6fther' })).toBe(false);
    expect(allows(OTHER, new Request('https://api.example.com/other'))).toBe(true);
  });

  test('throws where a function decides, since a promise is always truthy', () => {
    const lookup = (): boolean => true;
    for (const origin of [async () => Promise.resolve(false), { lookup }])
      expect(() => cors({ origin }).allows(APP)).toThrow(/allowsAsync/);
    const mixed = cors({ origin: APP, routes: { '/tenant': { origin: { lookup } } } });
    expect(mixed.allows(APP)).toBe(true);
    expect(() => mixed.allows(APP, { url: '/tenant/1' })).toThrow(TypeError);
  });
});

describe('`allowsAsync`', () => {
  test('says the same as `allows`, where that says anything', async () => {
    const middleware = cors({
      origin: APP,
      routes: { '/public': { origin: '*' }, '/off': { origin: false } },
    });
    for (const origin of [undefined, APP, STRANGER, 'null', 'rubbish'])
      for (const url of ['/', '/public', '/off', '/%70ublic'])
        expect(await middleware.allowsAsync(origin, { url })).toBe(middleware.allows(origin, { url }));
  });

  test('asks the function, and gives it the request', async () => {
    const seen: unknown[] = [];
    const { allowsAsync } = cors({
      origin: async (origin, { request }) => {
        seen.push(request);
        return Promise.resolve(origin === APP);
      },
    });
    const request = { url: '/x', headers: { cookie: 'a=1' } };
    expect(await allowsAsync(APP, request)).toBe(true);
    expect(await allowsAsync(OTHER, request)).toBe(false);
    expect(await allowsAsync(undefined, request)).toBe(false);
    expect(await allowsAsync('null', request)).toBe(false);
    expect(seen).toEqual([request, request]);
  });

  test('never rejects', async () => {
    const failing: readonly (() => unknown)[] = [
      () => {
        throw new Error('down');
      },
      async () => Promise.reject(new Error('down')),
      () => 'yes',
      () => ({ then: 5 }),
    ];
    for (const fail of failing) {
      expect(await cors({ origin: fail as OriginFunction }).allowsAsync(APP)).toBe(false);
      expect(await cors({ origin: { lookup: fail as () => boolean } }).allowsAsync(APP)).toBe(false);
    }
  });
});

test('a WebSocket upgrade, which CORS does not cover, is decided by the same policy', async () => {
  const middleware = cors({
    origin: APP,
    routes: { '/tenant': { origin: async (origin) => origin === OTHER } },
  });
  const server = createServer((_request, response) => response.end());
  server.on('upgrade', (request: IncomingMessage, socket) => {
    void middleware.allowsAsync(request.headers.origin, request).then((isAllowed) => {
      socket.end(
        isAllowed
          ? 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
          : 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n',
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const upgrade = async (path: string, origin?: string): Promise<string | undefined> => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const lines = [`GET ${path} HTTP/1.1`, 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'];
    if (origin !== undefined) lines.push(`Origin: ${origin}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await once(socket, 'close');
    return text.split(' ')[1];
  };
  try {
    expect(await upgrade('/socket', APP)).toBe('101');
    expect(await upgrade('/socket', OTHER)).toBe('403');
    expect(await upgrade('/socket')).toBe('403');
    expect(await upgrade('/socket', 'null')).toBe('403');
    expect(await upgrade('/tenant/1', OTHER)).toBe('101');
    expect(await upgrade('/tenant/1?x', APP)).toBe('403');
    expect(await upgrade('/%74enant/1', OTHER)).toBe('403');
  } finally {
    server.close();
    await once(server, 'close');
  }
});
