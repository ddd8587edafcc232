/** What the middleware answers, asked of real servers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { corsHeaders, majors, preflight, withApp } from '../facts/server.ts';
import type { Ask } from '../facts/server.ts';
import { APP, kinds, kinds1, OTHER, says, serve, STRANGER } from './serve.ts';
import type { Layer } from './serve.ts';

const METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';
const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
const hello = says('hello');
const from = (origin: string, ask: Ask = {}): Ask => ({ ...ask, origin });

describe.each(kinds)('%s: a preflight', (kind) => {
  test('is `OPTIONS` with `Origin` and a requested method, and is answered', () =>
    serve(
      kind,
      [cors({ origin: APP, credentials: true, maxAge: 600, exposedHeaders: 'X-A' }), hello],
      async (send) => {
        const answer = await send(preflight(APP, 'PUT', 'x-token,content-type'));
        expect(answer).toMatchObject({ status: 204, body: '' });
        expect(corsHeaders(answer)).toEqual({
          'access-control-allow-origin': APP,
          'access-control-allow-credentials': 'true',
          'access-control-allow-methods': METHODS,
          'access-control-allow-headers': 'x-token,content-type',
          'access-control-max-age': '600',
          vary: VARY,
        });
      },
    ));

  test('is nothing else: what lacks one of the three reaches the handler', () =>
    serve(kind, [cors({ origin: APP }), hello], async (send) => {
      const asked = { 'Access-Control-Request-Method': 'PUT' };
      const others: readonly Ask[] = [
        { method: 'OPTIONS' },
        { method: 'OPTIONS', origin: APP },
        { method: 'OPTIONS', headers: asked },
        { method: 'GET', origin: APP, headers: asked },
        { method: 'POST', origin: APP, headers: asked, body: 'x' },
        { method: 'OPTIONS', origin: APP, headers: { 'Access-Control-Request-Headers': 'x-a' } },
      ];
      for (const ask of others) {
        const answer = await send(ask);
        expect(answer, JSON.stringify(ask)).toMatchObject({ status: 200, body: 'hello' });
        expect(corsHeaders(answer)).toEqual({
          ...(ask.origin !== undefined && { 'access-control-allow-origin': APP }),
          vary: ask.method === 'OPTIONS' ? VARY : 'Origin',
        });
      }
    }));

  test('whose method is empty is still one, and never reaches the handler', () =>
    serve(kind, [cors({ origin: APP }), hello], async (send) => {
      expect(await send(preflight(APP, ''))).toMatchObject({ status: 204, body: '' });
    }));

  test('gets the full lists, whatever part of them it asks for', () =>
    serve(
      kind,
      [cors({ origin: APP, methods: ['PUT', 'QUERY'], allowedHeaders: ['X-Token', 'Content-Type'] }), hello],
      async (send) => {
        for (const headers of [undefined, 'x-token', 'content-type,x-token', 'CONTENT-TYPE , X-Token'])
          expect(corsHeaders(await send(preflight(APP, 'PUT', headers)))).toEqual({
            'access-control-allow-origin': APP,
            'access-control-allow-methods': 'PUT,QUERY',
            'access-control-allow-headers': 'X-Token,Content-Type',
            vary: 'Origin, Access-Control-Request-Method',
          });
      },
    ));

  test('for a refused method or header gets 204, its origin and the lists: the browser names the cause', () =>
    serve(kind, [cors({ origin: APP, methods: 'PUT', allowedHeaders: 'X-Token' }), hello], async (send) => {
      const refused = [preflight(APP, 'DELETE'), preflight(APP, 'put'), preflight(APP, 'PUT', 'x-other')];
      for (const ask of refused) {
        const answer = await send(ask);
        expect(answer.status).toBe(204);
        expect(corsHeaders(answer)).toEqual({
          'access-control-allow-origin': APP,
          'access-control-allow-methods': 'PUT',
          'access-control-allow-headers': 'X-Token',
          vary: 'Origin, Access-Control-Request-Method',
        });
      }
    }));

  test('of a refused origin gets 204 and `Vary`, and no header that allows anything', () =>
    serve(kind, [cors({ origin: APP, credentials: true, maxAge: 600 }), hello], async (send) => {
      for (const origin of [
        STRANGER,
        'null',
        'rubbish',
        '',
        `${APP}/`,
        APP.toUpperCase(),
        `${APP}, ${APP}`,
      ]) {
        const answer = await send(preflight(origin, 'PUT', 'x-a'));
        expect(answer, origin).toMatchObject({ status: 204, body: '' });
        expect(corsHeaders(answer), origin).toEqual({ vary: VARY });
      }
    }));

  test('of everybody is answered with `*`, and varies, since a plain `OPTIONS` is answered otherwise', () =>
    serve(kind, [cors({ origin: '*' }), hello], async (send) => {
      expect(corsHeaders(await send(preflight(STRANGER, 'PATCH')))).toEqual({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': METHODS,
        vary: VARY,
      });
    }));

  test('is answered with the status that is asked for, and keeps headers that were set before', () => {
    const secure: Layer = (_request, response, next) => {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Vary', 'Accept-Encoding');
      next();
    };
    return serve(kind, [secure, cors({ origin: APP, optionsSuccessStatus: 200 }), hello], async (send) => {
      const answer = await send(preflight(APP));
      expect(answer).toMatchObject({ status: 200, body: '' });
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('vary')).toBe(`Accept-Encoding, ${VARY}`);
    });
  });

  test('passes on where CORS is off', () =>
    serve(kind, [cors({ origin: false, maxAge: 5 }), hello], async (send) => {
      const answer = await send(preflight(APP));
      expect(answer).toMatchObject({ status: 200, body: 'hello' });
      expect(corsHeaders(answer)).toEqual({});
    }));
});

describe.each(kinds)('%s: an answer', (kind) => {
  test('to a listed origin names it, with credentials and what is exposed', () =>
    serve(
      kind,
      [cors({ origin: [APP, OTHER], credentials: true, exposedHeaders: ['X-Total', 'Link'] }), hello],
      async (send) => {
        for (const origin of [APP, OTHER]) {
          const answer = await send(from(origin));
          expect(answer).toMatchObject({ status: 200, body: 'hello' });
          expect(corsHeaders(answer)).toEqual({
            'access-control-allow-origin': origin,
            'access-control-allow-credentials': 'true',
            'access-control-expose-headers': 'X-Total,Link',
            vary: 'Origin',
          });
        }
      },
    ));

  test('to a refused origin is the handler’s own, with `Vary` and no other CORS header', () =>
    serve(
      kind,
      [cors({ origin: APP, credentials: true, exposedHeaders: 'X-Total' }), hello],
      async (send) => {
        const refused = [
          STRANGER,
          'null',
          '',
          'https://',
          `${APP}.`,
          `${APP}:443`,
          `x${APP}`,
          'http://app.example.com',
          'https://app.example.com@evil.test',
          'x'.repeat(10_000),
        ];
        for (const origin of refused) {
          const answer = await send(from(origin, { method: 'POST', body: 'x' }));
          expect(answer, origin.slice(0, 40)).toMatchObject({ status: 200, body: 'hello' });
          expect(corsHeaders(answer)).toEqual({ vary: 'Origin' });
        }
      },
    ));

  test('without `Origin` varies by it all the same, and says no more', () =>
    serve(kind, [cors({ origin: APP, credentials: true }), hello], async (send) => {
      expect(corsHeaders(await send())).toEqual({ vary: 'Origin' });
    }));

  test('for everybody is the same for everybody, so it does not vary', () =>
    serve(kind, [cors({ origin: '*', exposedHeaders: 'X-Total' }), hello], async (send) => {
      const expected = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'X-Total' };
      for (const ask of [{}, from(APP), from('null'), from('rubbish')])
        expect(corsHeaders(await send(ask))).toEqual(expected);
    }));

  test('where CORS is off says nothing at all', () =>
    serve(kind, [cors({ origin: false, maxAge: 5 }), hello], async (send) => {
      for (const ask of [{}, from(APP), from(APP, { method: 'OPTIONS' })])
        expect(corsHeaders(await send(ask))).toEqual({});
    }));

  test('to `HEAD` has the headers of that to `GET`', () =>
    serve(kind, [cors({ origin: APP, exposedHeaders: 'X-Total' }), hello], async (send) => {
      const [get, head] = [await send(from(APP)), await send(from(APP, { method: 'HEAD' }))];
      expect(head).toMatchObject({ status: 200, body: '' });
      expect(corsHeaders(head)).toEqual(corsHeaders(get));
      expect(head.headers.get('access-control-allow-origin')).toBe(APP);
    }));

  test('of 404, of `next(error)` and of an exception has the same headers, and keeps its status', () => {
    const failing: Layer = ({ url }, _response, next) => {
      if (url === '/next') return next(new Error('refused by the handler'));
      if (url === '/throw') throw new Error('broken');
      next();
    };
    return serve(kind, [cors({ origin: APP, credentials: true }), failing], async (send) => {
      const statuses = { '/next': 500, '/throw': 500, '/missing': 404 };
      for (const [path, status] of Object.entries(statuses)) {
        const answer = await send(from(APP, { path }));
        expect(answer.status, path).toBe(status);
        expect(corsHeaders(answer), path).toEqual({
          'access-control-allow-origin': APP,
          'access-control-allow-credentials': 'true',
          vary: 'Origin',
        });
        expect(corsHeaders(await send(from(STRANGER, { path }))), path).toEqual({ vary: 'Origin' });
      }
    });
  });

  test('of an async function in `origin` has them too, on errors as well', () => {
    const asks = cors({ origin: async (origin) => Promise.resolve(origin === APP) });
    const failing: Layer = ({ url }, _response, next) => next(url === '/next' ? new Error('x') : undefined);
    return serve(kind, [asks, failing], async (send) => {
      expect((await send(from(APP, { path: '/next' }))).status).toBe(500);
      for (const path of ['/next', '/missing']) {
        expect(corsHeaders(await send(from(APP, { path })))).toEqual({
          'access-control-allow-origin': APP,
          vary: 'Origin',
        });
        expect(corsHeaders(await send(from(STRANGER, { path })))).toEqual({ vary: 'Origin' });
      }
    });
  });

  test('keeps names that stood in `Vary` before, each once, in whatever case and however many lines', () => {
    const varies = {
      'Accept-Encoding': 'Accept-Encoding, Origin',
      'accept, ORIGIN': 'accept, ORIGIN',
      '*': '*',
      'X-Origin': 'X-Origin, Origin',
      '': 'Origin',
    };
    const before: Layer = ({ url = '' }, response, next) => {
      const given = Object.keys(varies)[Number(url.slice(1))] ?? ['Accept', 'Cookie'];
      response.setHeader('Vary', given);
      next();
    };
    return serve(kind, [before, cors({ origin: APP }), hello], async (send) => {
      for (const [index, vary] of Object.values(varies).entries())
        expect((await send({ path: `/${index}` })).headers.get('vary')).toBe(vary);
      expect((await send({ path: '/99' })).headers.get('vary')).toBe('Accept, Cookie, Origin');
    });
  });

  test('that was begun before is left as it is, and the chain goes on', () => {
    let reached = 0;
    const begun: Layer = (_request, response, next) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.write('begun, ');
      next();
    };
    const ends: Layer = (_request, response) => {
      reached += 1;
      response.end('ended');
    };
    return serve(kind, [begun, cors({ origin: APP }), ends], async (send) => {
      const answers = [await send(from(APP)), await send(from(STRANGER)), await send(preflight(APP))];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 200, body: 'begun, ended' });
        expect(corsHeaders(answer)).toEqual({});
      }
      expect(reached).toBe(3);
    });
  });
});

describe.each(kinds1)('%s', (kind) => {
  test('several `Origin` lines are no origin, even if each of them is listed', () =>
    serve(kind, [cors({ origin: [APP, OTHER] }), hello], async (send) => {
      for (const origin of [
        [APP, APP],
        [APP, OTHER],
        [APP, STRANGER],
        [STRANGER, APP],
        ['', APP],
      ])
        expect(corsHeaders(await send({ origin }))).toEqual({ vary: 'Origin' });
    }));

  test('several lines of requested headers are one list', () =>
    serve(kind, [cors({ origin: APP }), hello], async (send) => {
      const ask = preflight(APP, 'PUT');
      const headers = { ...ask.headers, 'Access-Control-Request-Headers': ['x-a', 'x-b,x-a'] };
      expect((await send({ ...ask, headers })).headers.get('access-control-allow-headers')).toBe('x-a,x-b');
    }));

  test('an answer to a preflight says that it has no body', () =>
    serve(kind, [cors({ origin: APP, optionsSuccessStatus: 200 }), hello], async (send) => {
      const { headers } = await send(preflight(APP));
      expect(headers.get('content-length')).toBe('0');
      expect(headers.has('transfer-encoding')).toBe(false);
    }));
});

describe.each(majors)('Express %i', (major) => {
  test('static files, what is not modified, and redirects carry the headers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cors-static-'));
    writeFileSync(join(folder, 'a.txt'), 'text');
    try {
      await withApp(
        major,
        (app, express) => {
          app.use(cors({ origin: APP }));
          app.use('/static', express.static(folder, { fallthrough: false }));
          app.get('/there', (_request, response) => response.redirect('/static/a.txt'));
          app.get('/file', (_request, response) => response.sendFile(join(folder, 'a.txt')));
        },
        async (send) => {
          const file = await send(from(APP, { path: '/static/a.txt' }));
          expect(file.body).toBe('text');
          const etag = file.headers.get('etag') ?? '';
          const fresh = await send(from(APP, { path: '/static/a.txt', headers: { 'If-None-Match': etag } }));
          const part = await send(from(APP, { path: '/static/a.txt', headers: { Range: 'bytes=1-2' } }));
          const missing = await send(from(APP, { path: '/static/b.txt' }));
          const folderless = await send(from(APP, { path: '/static' }));
          const redirect = await send(from(APP, { path: '/there' }));
          const sent = await send(from(APP, { path: '/file' }));
          const answers = [file, fresh, part, missing, folderless, redirect, sent];
          expect(answers.map(({ status }) => status)).toEqual([200, 304, 206, 404, 301, 302, 200]);
          for (const answer of answers)
            expect(answer.headers.get('access-control-allow-origin'), `${answer.status}`).toBe(APP);
          for (const answer of answers) expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
        },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('`res.vary`, `res.json` and content negotiation add to `Vary`', () =>
    withApp(
      major,
      (app) => {
        app.use(cors({ origin: APP }));
        app.get('/', (_request, response) => {
          response.vary('Accept-Language');
          response.format({ json: () => response.json({ a: 1 }) });
        });
      },
      async (send) => {
        const answer = await send(from(APP));
        expect(answer.body).toBe('{"a":1}');
        expect(answer.headers.get('vary')).toBe('Origin, Accept-Language, Accept');
      },
    ));

  test('it works mounted on a path, on a router, on one route and on `app.options`', () =>
    withApp(
      major,
      (app, express) => {
        const router = express.Router();
        router.use(cors({ origin: OTHER }));
        router.get('/x', (_request, response) => void response.send('router'));
        app.use('/mounted', cors({ origin: APP }));
        app.get('/mounted/x', (_request, response) => void response.send('mounted'));
        app.use('/router', router);
        app.options('/one', cors({ origin: APP, methods: 'PUT' }));
        app.put('/one', cors({ origin: APP, methods: 'PUT' }), (_request, response) => {
          response.send('one');
        });
        app.get('/bare', (_request, response) => void response.send('bare'));
      },
      async (send) => {
        const allowed = async (ask: Ask) => (await send(ask)).headers.get('access-control-allow-origin');
        expect(await allowed(from(APP, { path: '/mounted/x' }))).toBe(APP);
        expect(await allowed({ ...preflight(APP), path: '/mounted/x' })).toBe(APP);
        expect(await allowed(from(APP, { path: '/router/x' }))).toBeUndefined();
        expect(await allowed(from(OTHER, { path: '/router/x' }))).toBe(OTHER);
        expect(await allowed({ ...preflight(OTHER), path: '/router/x' })).toBe(OTHER);
        expect(await allowed(from(APP, { path: '/one', method: 'PUT' }))).toBe(APP);
        expect(await allowed({ ...preflight(APP), path: '/one' })).toBe(APP);
        expect(corsHeaders(await send(from(APP, { path: '/bare' })))).toEqual({});
      },
    ));
});
