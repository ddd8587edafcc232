/** Who answers the preflight of a route with a policy of its own: what `require-preflight-route` rests on. */
import type { Handler } from 'express';
import { describe, expect, test, vi } from 'vitest';
import { corsHeaders, corsWith, majors, preflight, withApp, type Build, type Major } from './server.ts';

vi.setConfig({ testTimeout: 15_000 });

const APP = 'https://app.example.com';

const ok: Handler = (_req, res) => {
  res.send('ok');
};

/** What a preflight for `PUT` of the path is answered: the status, and whether the origin is allowed. */
const asked = (major: Major, build: Build, path = '/x'): Promise<readonly [number, boolean]> =>
  withApp(major, build, async (send) => {
    const answer = await send({ ...preflight(APP, 'PUT'), path });
    return [answer.status, 'access-control-allow-origin' in corsHeaders(answer)];
  });

/** Express answers by itself, and says nothing of CORS. */
const unanswered = [200, false];
const answered = [204, true];

describe.each(majors)('Express %i: the preflight of a route with cors() of its own', (major) => {
  test('is answered by Express, with the methods of the path', async () => {
    const [status, allow] = await withApp(
      major,
      (app) => {
        app.put('/x', corsWith(), ok);
      },
      async (send) => {
        const answer = await send({ ...preflight(APP, 'PUT'), path: '/x' });
        return [answer.status, answer.headers.get('allow')];
      },
    );
    expect([status, allow]).toEqual([200, 'PUT']);
  });

  test.each<readonly [name: string, expected: readonly unknown[], build: Build]>([
    ['app.put', unanswered, (app) => app.put('/x', corsWith(), ok)],
    ['app.route().put', unanswered, (app) => app.route('/x').put(corsWith(), ok)],
    ['in a list', unanswered, (app) => app.put('/x', [corsWith(), ok])],
    [
      'a router that is mounted',
      unanswered,
      (app, express) => {
        const router = express.Router();
        router.put('/x', corsWith(), ok);
        app.use(router);
      },
    ],
    [
      'headers by hand',
      unanswered,
      (app) =>
        app.put('/x', (_req, res) => {
          res.set('Access-Control-Allow-Origin', '*').send('ok');
        }),
    ],
    [
      'a policy for another method',
      unanswered,
      (app) => {
        app.get('/x', corsWith(), ok);
        app.put('/x', corsWith(), ok);
      },
    ],
    [
      'app.options before',
      answered,
      (app) => {
        app.options('/x', corsWith());
        app.put('/x', corsWith(), ok);
      },
    ],
    [
      'app.options behind',
      answered,
      (app) => {
        app.put('/x', corsWith(), ok);
        app.options('/x', corsWith());
      },
    ],
    [
      'app.options of a pattern',
      answered,
      (app) => {
        app.options('/:any', corsWith());
        app.put('/x', corsWith(), ok);
      },
    ],
    [
      'app.options of an expression',
      answered,
      (app) => {
        app.put('/x', corsWith(), ok);
        app.options(/.*/, corsWith());
      },
    ],
    [
      'app.options of another path',
      unanswered,
      (app) => {
        app.options('/x/y', corsWith());
        app.put('/x', corsWith(), ok);
      },
    ],
    ['app.route().all behind', answered, (app) => app.route('/x').put(corsWith(), ok).all(corsWith())],
    [
      'app.use behind',
      answered,
      (app) => {
        app.put('/x', corsWith(), ok);
        app.use(corsWith());
      },
    ],
    [
      'router.use behind, on the same router',
      answered,
      (app, express) => {
        const router = express.Router();
        router.put('/x', corsWith(), ok);
        router.use(corsWith());
        app.use(router);
      },
    ],
    [
      'app.use behind the router that has the route',
      unanswered,
      (app, express) => {
        const router = express.Router();
        router.put('/x', corsWith(), ok);
        app.use(router);
        app.use(corsWith());
      },
    ],
    [
      'app.options behind the router that has the route',
      unanswered,
      (app, express) => {
        const router = express.Router();
        router.put('/x', corsWith(), ok);
        app.use(router);
        app.options('/x', corsWith());
      },
    ],
    [
      'app.options before that router',
      answered,
      (app, express) => {
        const router = express.Router();
        router.put('/x', corsWith(), ok);
        app.options('/x', corsWith());
        app.use(router);
      },
    ],
  ])('%s', async (_name, expected, build) => {
    expect(await asked(major, build)).toEqual(expected);
  });

  test('a last resort answers it, without CORS headers', async () => {
    const build: Build = (app) => {
      app.put('/x', corsWith(), ok);
      app.use((_req, res) => {
        res.status(404).send('nothing here');
      });
    };
    expect(await asked(major, build)).toEqual([404, false]);
  });

  test('static files and body parsers do not answer it', async () => {
    const build: Build = (app, express) => {
      app.use(express.static('.'), express.json(), express.urlencoded({ extended: false }));
      app.put('/x', corsWith(), ok);
    };
    expect(await asked(major, build)).toEqual(unanswered);
  });

  test.each<readonly [name: string, type: string, build: Build, body: unknown]>([
    ['express.json() takes JSON', 'application/json', (app, { json }) => app.use(json()), { a: '1' }],
    ['and no form', 'application/x-www-form-urlencoded', (app, { json }) => app.use(json()), undefined],
    ['and no text', 'text/plain', (app, { json }) => app.use(json()), undefined],
    ['unless it is told to', 'text/plain', (app, { json }) => app.use(json({ type: '*/*' })), { a: '1' }],
    [
      'express.urlencoded() takes a form',
      'application/x-www-form-urlencoded',
      (app, { json, urlencoded }) => app.use(json(), urlencoded({ extended: false })),
      { '{"a":"1"}': '' },
    ],
  ])('%s', async (_name, type, parse, expected) => {
    const answer = await withApp(
      major,
      (app, express) => {
        parse(app, express);
        app.post('/x', (req, res) => {
          res.json({ body: req.body as unknown });
        });
      },
      (send) => send({ method: 'POST', path: '/x', headers: { 'Content-Type': type }, body: '{"a":"1"}' }),
    );
    const { body } = JSON.parse(answer.body) as { body?: unknown };
    // Express 4 has an empty object where nothing was parsed.
    expect(body).toEqual(expected ?? (major === 4 ? {} : undefined));
  });
});
