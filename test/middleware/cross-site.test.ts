/** Requests from other sites that change something are refused, where that is asked for: which, and which not. */
import { describe, expect, test } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { corsHeaders, majors, preflight, withApp } from '../facts/server.ts';
import type { Ask } from '../facts/server.ts';
import { APP, kinds, kinds1, OTHER, says, serve, STRANGER } from './serve.ts';

const hello = says('hello');
const post = (origin: string | undefined, site?: string, path = '/'): Ask => ({
  method: 'POST',
  path,
  origin,
  body: 'x',
  headers: { Host: 'api.example.com', ...(site !== undefined && { 'Sec-Fetch-Site': site }) },
});

describe.each(kinds)('%s', (kind) => {
  const strict = cors({ origin: APP, credentials: true, refuseCrossSite: true });

  test('a refused request gets 403 and a plain text, does not reach the handler, and varies', () => {
    let reached = 0;
    const counting = cors({ origin: APP, refuseCrossSite: true });
    return serve(
      kind,
      [
        counting,
        (_request, response) => {
          reached += 1;
          response.end();
        },
      ],
      async (send) => {
        const answer = await send({
          method: 'POST',
          origin: STRANGER,
          headers: { 'Sec-Fetch-Site': 'cross-site' },
        });
        expect(answer).toMatchObject({
          status: 403,
          body: 'This request comes from another site, and is refused.\n',
        });
        expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
        expect(corsHeaders(answer)).toEqual({ vary: 'Origin' });
        expect(reached).toBe(0);
      },
    );
  });

  test('first: what reads passes, from wherever it comes', () =>
    serve(kind, [strict, hello], async (send) => {
      for (const method of ['GET', 'HEAD', 'OPTIONS'])
        expect((await send({ ...post(STRANGER, 'cross-site'), method, body: '' })).status, method).toBe(200);
      expect((await send(preflight(STRANGER))).status).toBe(204);
    }));

  test('and every other method is asked about', () =>
    serve(kind, [strict, hello], async (send) => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])
        expect((await send({ ...post(STRANGER, 'cross-site'), method })).status, method).toBe(403);
    }));

  test('second: `Sec-Fetch-Site` of the same origin or of nobody passes, whatever the origin', () =>
    serve(kind, [strict, hello], async (send) => {
      for (const site of ['same-origin', 'none'])
        for (const origin of [undefined, APP, OTHER, STRANGER, 'null'])
          expect((await send(post(origin, site))).status, `${site} ${origin}`).toBe(200);
    }));

  test('third: a listed origin passes, whatever `Sec-Fetch-Site` says', () =>
    serve(kind, [strict, hello], async (send) => {
      for (const site of [undefined, 'cross-site', 'same-site', 'rubbish']) {
        const answer = await send(post(APP, site));
        expect(answer, site).toMatchObject({ status: 200, body: 'hello' });
        expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
      }
    }));

  test('fourth: any other `Sec-Fetch-Site` refuses, with origin or without', () =>
    serve(kind, [strict, hello], async (send) => {
      for (const site of ['cross-site', 'same-site', 'rubbish', '', 'same-origin, cross-site', 'SAME-ORIGIN'])
        for (const origin of [undefined, STRANGER, 'null', `${APP}.evil.test`])
          expect((await send(post(origin, site))).status, `${site} ${origin}`).toBe(403);
    }));

  test('last: with neither header it passes, since no browser sends that', () =>
    serve(kind, [strict, hello], async (send) => {
      expect((await send(post(undefined))).status).toBe(200);
    }));

  test('a function may let origins in, and whom it refuses is refused', () =>
    serve(
      kind,
      [cors({ origin: async (origin) => origin === APP, refuseCrossSite: true }), hello],
      async (send) => {
        expect((await send(post(APP, 'cross-site'))).status).toBe(200);
        expect((await send(post(STRANGER, 'cross-site'))).status).toBe(403);
        expect((await send(post(undefined, 'cross-site'))).status).toBe(403);
        expect((await send(post(undefined))).status).toBe(200);
      },
    ));

  test('it works where CORS is off, without a CORS header', () =>
    serve(kind, [cors({ origin: false, refuseCrossSite: true }), hello], async (send) => {
      const refused = await send(post(STRANGER, 'cross-site'));
      expect(refused.status).toBe(403);
      expect(corsHeaders(refused)).toEqual({});
      expect((await send(post(STRANGER))).status).toBe(403);
      expect((await send(post(OTHER, 'same-origin'))).status).toBe(200);
      expect((await send(post(undefined))).status).toBe(200);
      expect((await send({ origin: STRANGER })).status).toBe(200);
    }));

  test('paths below `except` pass, and paths that only look alike do not', () => {
    const returning = cors({ origin: APP, refuseCrossSite: { except: ['/saml/acs', '/pay/'] } });
    return serve(kind, [returning, hello], async (send) => {
      const paths = {
        '/saml/acs': 200,
        '/saml/acs/': 200,
        '/saml/acs/tenant?x=1': 200,
        '/saml/acs?RelayState=%2F': 200,
        '/SAML/acs': 200,
        '/pay': 200,
        '/pay/return': 200,
        '/': 403,
        '/saml': 403,
        '/saml/acsx': 403,
        '/saml/acs%2fx': 403,
        '/saml%2facs': 403,
        '/x/saml/acs': 403,
        '/x?/saml/acs': 403,
        '//saml/acs': 403,
        '/payment': 403,
      };
      for (const [path, status] of Object.entries(paths))
        expect((await send(post(STRANGER, 'cross-site', path))).status, path).toBe(status);
    });
  });

  test('a path of its own policy is decided by that policy', () =>
    serve(
      kind,
      [
        cors({
          origin: APP,
          refuseCrossSite: true,
          routes: { '/partner': { origin: OTHER }, '/off': { origin: false } },
        }),
        hello,
      ],
      async (send) => {
        expect((await send(post(OTHER, 'cross-site', '/partner/x'))).status).toBe(200);
        expect((await send(post(APP, 'cross-site', '/partner/x'))).status).toBe(403);
        expect((await send(post(OTHER, 'cross-site', '/'))).status).toBe(403);
        expect((await send(post(APP, 'cross-site', '/off'))).status).toBe(403);
        // Nobody knows whose this is, so nobody passes.
        expect((await send(post(OTHER, 'cross-site', '/%70artner/x'))).status).toBe(403);
        expect((await send(post(APP, 'cross-site', '/%70artner/x'))).status).toBe(403);
      },
    ));
});

describe.each(kinds1)('%s: where `Sec-Fetch-Site` is missing', (kind) => {
  test('the origin has to be the `Host`, with its port', () =>
    serve(kind, [cors({ origin: APP, refuseCrossSite: true }), hello], async (send) => {
      const passes = async (origin: string, host: string) =>
        (await send({ method: 'POST', origin, headers: { Host: host } })).status === 200;
      expect(await passes('https://api.example.com', 'api.example.com')).toBe(true);
      expect(await passes('http://api.example.com', 'api.example.com')).toBe(true);
      expect(await passes('https://api.example.com', 'API.example.com')).toBe(true);
      expect(await passes('https://api.example.com', 'api.example.com:443')).toBe(true);
      expect(await passes('http://api.example.com', 'api.example.com:80')).toBe(true);
      expect(await passes('http://localhost:3000', 'localhost:3000')).toBe(true);
      expect(await passes('http://[::1]:3000', '[::1]:3000')).toBe(true);
      expect(await passes('http://api.example.com', 'api.example.com:443')).toBe(false);
      expect(await passes('http://localhost:3000', 'localhost:4000')).toBe(false);
      expect(await passes('http://localhost', 'localhost:3000')).toBe(false);
      expect(await passes('https://evil-api.example.com', 'api.example.com')).toBe(false);
      expect(await passes('https://api.example.com.evil.test', 'api.example.com')).toBe(false);
      expect(await passes('null', 'null')).toBe(false);
      expect(await passes('rubbish', 'rubbish')).toBe(false);
      expect(await passes('', 'api.example.com')).toBe(false);
      expect(await passes('https://api.example.com, https://api.example.com', 'api.example.com')).toBe(false);
    }));
});

test('over HTTP/2 the origin is compared with `:authority`, which stands for `Host` there', async () => {
  let authority = '';
  await serve(
    'node:http2',
    [
      (request, _response, next) => {
        authority = request.headers[':authority'] as string;
        if (request.url === '/own') request.headers['origin'] = `http://${authority}`;
        next();
      },
      cors({ origin: APP, refuseCrossSite: true }),
      hello,
    ],
    async (send) => {
      expect((await send({ method: 'POST', origin: STRANGER, path: '/own', body: 'x' })).status).toBe(200);
      expect((await send({ method: 'POST', origin: STRANGER, path: '/', body: 'x' })).status).toBe(403);
    },
  );
  expect(authority).toMatch(/^127\.0\.0\.1:\d+$/);
});

describe.each(majors)('Express %i', (major) => {
  test('mounted, it looks at the whole path', () =>
    withApp(
      major,
      (app) => {
        app.use(
          '/saml',
          cors({ origin: APP, refuseCrossSite: { except: ['/saml/acs'] } }),
          (_request, response) => {
            response.send('hello');
          },
        );
      },
      async (send) => {
        expect((await send(post(STRANGER, 'cross-site', '/saml/acs'))).status).toBe(200);
        expect((await send(post(STRANGER, 'cross-site', '/saml/saml/acs'))).status).toBe(403);
        expect((await send(post(STRANGER, 'cross-site', '/saml/slo'))).status).toBe(403);
      },
    ));
});
