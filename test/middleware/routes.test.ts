/** Several policies in one instance: which of them decides about a path. */
import { request as ask1 } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import type { Decision } from '../../src/middleware/types.ts';
import { corsHeaders, majors, preflight, withApp } from '../facts/server.ts';
import { APP, kinds, OTHER, says, serve, STRANGER, withPort } from './serve.ts';
import type { Kind } from './serve.ts';

const hello = says('hello');

/** A policy for each name: an answer tells by its origin which one has decided. */
const of = (name: string): string => `https://${name}.example.com`;
const many = () =>
  cors({
    origin: of('base'),
    log: false,
    routes: {
      '/a': { origin: of('a') },
      '/a/b': { origin: of('ab'), credentials: true, methods: 'PUT', allowedHeaders: 'X-B', maxAge: 5 },
      '/a/b/c/': { origin: of('abc') },
      '/off': { origin: false },
      '/public': { origin: '*' },
    },
  });
const names = ['base', 'a', 'ab', 'abc'];

/** One that hands on what is left of the path, and one that does not. */
const paths: readonly Kind[] = ['express 5', 'node:http2'];

describe.each(paths)('%s', (kind) => {
  /** The policies that let their own origin in on that path: one, or nobody's. */
  const deciding = (paths: readonly string[], middleware = many()) =>
    serve(kind, [middleware, hello], async (send) => {
      const found: Record<string, string> = {};
      for (const path of paths) {
        const answers = await Promise.all(
          names.flatMap((name) => [send({ path, origin: of(name) }), send({ ...preflight(of(name)), path })]),
        );
        const let_in = answers.map(({ headers }) => headers.get('access-control-allow-origin') ?? '');
        // A preflight and its request are decided by the same policy.
        for (let index = 0; index < let_in.length; index += 2)
          expect(let_in[index + 1], path).toBe(let_in[index]);
        found[path] = [...new Set(let_in.filter((one) => one !== ''))]
          .join(' ')
          .replace(/https:\/\/|\.example\.com/g, '');
      }
      return found;
    });

  test('the longest beginning decides, by whole pieces of the path, in any case', async () => {
    const expected = {
      '/': 'base',
      '/x/a': 'base',
      '/ab': 'base',
      '/a-b': 'base',
      '//a': 'base',
      '/a': 'a',
      '/A': 'a',
      '/a/': 'a',
      '/a/x': 'a',
      '/a/bc': 'a',
      '/a/b': 'ab',
      '/a/B/x': 'ab',
      '/a/b/cd': 'ab',
      '/a/b/c': 'abc',
      '/A/b/C/d/e': 'abc',
      '/public/x': '*',
      '/publicity': 'base',
      '/off': '',
      '/off/x': '',
    };
    expect(await deciding(Object.keys(expected))).toEqual(expected);
  });

  test('what comes after `?` decides nothing', async () => {
    const expected = {
      '/?/a': 'base',
      '/x?a=/a/b': 'base',
      '/a?/a/b': 'a',
      '/a/b?x=%2F': 'ab',
      '/public?x=/%61': '*',
    };
    expect(await deciding(Object.keys(expected))).toEqual(expected);
  });

  test('a path that is another one decoded belongs to nobody', async () => {
    const expected = {
      '/%61': '',
      '/%61/b': '',
      '/a/%62': '',
      '/a%2fb': '',
      '/a%2Fb/c': '',
      '/%70ublic': '',
      '/publi%63/x': '',
      '/%6fff': '',
      // Its escapes change nothing about whose it is, or cannot be resolved.
      '/a/x%20y': 'a',
      '/%78': 'base',
      '/a/b/%C3%A4': 'ab',
      '/a/%zz': 'a',
      '/%': 'base',
      '/%2561': 'base',
      '/a%': 'base',
    };
    expect(await deciding(Object.keys(expected))).toEqual(expected);
  });

  test('a prefix `/` stands for every path', async () => {
    const all = cors({
      origin: of('base'),
      log: false,
      routes: { '/': { origin: of('a') }, '/b': { origin: of('ab') } },
    });
    const expected = { '/': 'a', '/x': 'a', '/b/x': 'ab', '/bb': 'a', '//': 'a' };
    expect(await deciding(Object.keys(expected), all)).toEqual(expected);
  });
});

describe.each(kinds)('%s', (kind) => {
  test('everything about an answer is that of the one policy', () =>
    serve(kind, [many(), hello], async (send) => {
      expect(corsHeaders(await send({ ...preflight(of('ab'), 'PUT', 'x-b'), path: '/a/b' }))).toEqual({
        'access-control-allow-origin': of('ab'),
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'X-B',
        'access-control-max-age': '5',
        vary: 'Origin, Access-Control-Request-Method',
      });
      expect(corsHeaders(await send({ origin: STRANGER, path: '/public' }))).toEqual({
        'access-control-allow-origin': '*',
      });
      expect(corsHeaders(await send({ origin: of('base'), path: '/off' }))).toEqual({});
      expect(corsHeaders(await send({ origin: STRANGER, path: '/%70ublic' }))).toEqual({ vary: 'Origin' });
      expect(await send({ ...preflight(STRANGER), path: '/off' })).toMatchObject({
        status: 200,
        body: 'hello',
      });
      expect(await send({ ...preflight(STRANGER), path: '/%6fff' })).toMatchObject({ status: 204, body: '' });
    }));

  test('a path of nobody says so', async () => {
    const decisions: Decision[] = [];
    const middleware = cors({
      origin: APP,
      routes: { '/public': { origin: '*' } },
      log: false,
      onDecision: (one) => void decisions.push(one),
    });
    await serve(kind, [middleware, hello], async (send) => {
      for (const ask of [{ origin: APP }, { origin: STRANGER }, preflight(APP), {}])
        await send({ ...ask, path: '/%70ublic?x' });
    });
    expect(decisions.map(({ reason, path }) => `${reason} ${path}`)).toEqual([
      'ambiguous-path /%70ublic',
      'ambiguous-path /%70ublic',
      'ambiguous-path /%70ublic',
      'no-origin /%70ublic',
    ]);
  });

  test('a function decides for its own paths only', async () => {
    const asked: string[] = [];
    const middleware = cors({
      origin: APP,
      routes: {
        '/tenant': {
          origin: async (origin, { request }) => {
            asked.push(`${origin} ${request.url}`);
            return Promise.resolve(origin === OTHER);
          },
        },
      },
    });
    await serve(kind, [middleware, hello], async (send) => {
      const allowed = async (origin: string, path: string) =>
        (await send({ origin, path })).headers.get('access-control-allow-origin');
      expect(await allowed(APP, '/x')).toBe(APP);
      expect(await allowed(OTHER, '/x')).toBeUndefined();
      expect(await allowed(OTHER, '/tenant/1')).toBe(OTHER);
      expect(await allowed(APP, '/tenant/1')).toBeUndefined();
    });
    expect(asked).toEqual([`${OTHER} /tenant/1`, `${APP} /tenant/1`]);
  });
});

describe.each(majors)('Express %i: mounted', (major) => {
  test('it reads the whole path, on an app, a router and an app within an app', () =>
    withApp(
      major,
      (app, express) => {
        const inner = express();
        inner.use(many());
        inner.get('/b', (_request, response) => void response.send('inner'));
        const router = express.Router();
        router.use(many(), (_request, response) => void response.send('router'));
        app.use('/a', inner);
        app.use('/x/a', router);
      },
      async (send) => {
        const allowed = async (name: string, path: string) =>
          (await send({ origin: of(name), path })).headers.get('access-control-allow-origin');
        expect(await allowed('ab', '/a/b')).toBe(of('ab'));
        expect(await allowed('base', '/a/b')).toBeUndefined();
        // Below its mount this is `/b`, which belongs to nobody else.
        expect(await allowed('base', '/x/a/b')).toBe(of('base'));
        expect(await allowed('ab', '/x/a/b')).toBeUndefined();
        expect((await send({ ...preflight(of('ab')), path: '/a/b' })).status).toBe(204);
      },
    ));
});

describe('a request line as proxies write it', () => {
  const allowedFor = (path: string, name: string): Promise<string | undefined> =>
    withPort(
      (request, response) => many()(request, response, () => response.end()),
      (port) =>
        new Promise((resolve, reject) => {
          const outgoing = ask1({
            host: '127.0.0.1',
            port,
            path,
            agent: false,
            headers: { Origin: of(name) },
          });
          outgoing.on('error', reject);
          outgoing.on('response', (response: IncomingMessage) => {
            response.resume();
            resolve(response.headers['access-control-allow-origin']);
          });
          outgoing.end();
        }),
    );

  test.each([
    ['http://api.example.com/a/b', 'ab'],
    ['http://api.example.com/a/b?x=1', 'ab'],
    ['https://api.example.com/x', 'base'],
    ['http://api.example.com', 'base'],
    ['http://api.example.com?x=/a/b', 'base'],
    ['http://api.example.com?/a', 'base'],
    ['http://a/b', 'base'],
  ])('%s is decided by its path: %s', async (path, name) => {
    const found = await Promise.all(names.map((one) => allowedFor(path, one)));
    expect(found.filter((one) => one !== undefined)).toEqual([of(name)]);
  });

  test('`OPTIONS *` is about the server: the outermost policy decides', () =>
    withPort(
      (request, response) => many()(request, response, () => response.end('handler')),
      (port) =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1');
          let text = '';
          socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
          socket.on('error', reject);
          socket.on('close', () => {
            try {
              expect(text).toContain('HTTP/1.1 204');
              expect(text).toContain(`Access-Control-Allow-Origin: ${of('base')}`);
              resolve();
            } catch (error) {
              reject(error as Error);
            }
          });
          socket.write(
            `OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: ${of('base')}\r\nAccess-Control-Request-Method: PUT\r\n\r\n`,
          );
        }),
    ));
});
