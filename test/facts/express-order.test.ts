/** What runs when, and for which requests: the facts that the analysis of order and mounts rests on. */
import type { Express, Handler, NextFunction, Request, Response } from 'express';
import { describe, expect, test, vi } from 'vitest';
import {
  briefly,
  corsHeaders,
  corsWith,
  expressOf,
  majors,
  preflight,
  serveInChild,
  withApp,
} from './server.ts';
import type { Answer, Build, Major } from './server.ts';

// Some start a process of their own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 15_000 });

const APP = 'https://app.example.com';

const ok: Handler = (_req, res) => {
  res.send('ok');
};

/** Says where the handler believes to be. */
const whereabouts: Handler = (req, res) => {
  res.json([req.baseUrl, req.url, req.path, req.originalUrl]);
};

/** Leaves a trace in the header `x-trace` and goes on. */
const trace =
  (mark: string): Handler =>
  (_req, res, next) => {
    res.append('X-Trace', mark);
    next();
  };

const traceOf = (answer: Answer): string => answer.headers.get('x-trace') ?? '';

/** `GET` of the path with an origin, then its preflight: whether each is allowed, and the preflight's status. */
const covered = (
  major: Major,
  build: Build,
  path = '/x',
  method = 'GET',
): Promise<readonly [actual: boolean, preflighted: boolean, status: number]> =>
  withApp(major, build, async (send) => {
    const actual = await send({ method, path, origin: APP });
    const preflighted = await send({ ...preflight(APP, method), path });
    return [allows(actual), allows(preflighted), preflighted.status];
  });

const allows = (answer: Answer): boolean => answer.headers.has('access-control-allow-origin');

const statuses = (major: Major, build: Build, paths: readonly string[]): Promise<Record<string, number>> =>
  withApp(major, build, async (send) => {
    const found: Record<string, number> = {};
    for (const path of paths) found[path] = (await send({ path })).status;
    return found;
  });

/** For each path whether the handler was reached. */
const reaches = async (
  major: Major,
  build: Build,
  expected: Readonly<Record<string, boolean>>,
): Promise<void> => {
  const found = await statuses(major, build, Object.keys(expected));
  expect(Object.fromEntries(Object.entries(found).map(([path, status]) => [path, status === 200]))).toEqual(
    expected,
  );
};

describe.each(majors)('Express %i: what a mount path matches', (major) => {
  test.each(['/api', '/api/', '/API'])(
    "app.use('%s', …) matches whole segments, in any case",
    async (path) => {
      await reaches(major, (app) => app.use(path, ok), {
        '/api': true,
        '/api/': true,
        '/api?q=1': true,
        '/api/x': true,
        '/api/x/y/': true,
        '/api//x': true,
        '/API': true,
        '/Api/x': true,
        '/apix': false,
        '/api.json': false,
        '/api-v2': false,
        '/': false,
        '/ap': false,
        '/x/api': false,
        '//api': false,
      });
    },
  );

  test('the path is compared as it was sent, not decoded', async () => {
    await reaches(major, (app) => app.use('/api', ok), { '/%61pi': false, '/api/%2e%2e': true });
  });

  test.each<readonly [name: string, build: Build]>([
    ['no path', (app) => app.use(ok)],
    ["'/'", (app) => app.use('/', ok)],
    ["''", (app) => app.use('', ok)],
  ])('app.use with %s matches everything', async (_name, build) => {
    await reaches(major, build, { '/': true, '/x': true, '/x/y/': true, '//x': true });
  });

  test("app.use('/:name', …) matches one segment and what is below it", async () => {
    await reaches(major, (app) => app.use('/:name', ok), {
      '/': false,
      '/x': true,
      '/x/y': true,
      '//x': false,
    });
  });

  test('a list of paths matches each', async () => {
    await reaches(major, (app) => app.use(['/a', '/b'], ok), { '/a/1': true, '/b': true, '/c': false });
  });

  test('a regular expression keeps its own case, must match at the start and end at a slash', async () => {
    await reaches(major, (app) => app.use(/^\/api/, ok), {
      '/api': true,
      '/api/x': true,
      '/apix': false,
      '/API': false,
    });
    await reaches(major, (app) => app.use(/api/, ok), { '/api': false, '/api/x': false, '/x/api': false });
  });

  test("'case sensitive routing' makes mounts and routes exact", async () => {
    const build: Build = (app) => {
      app.set('case sensitive routing', true);
      app.use('/api', ok);
      app.get('/x', ok);
    };
    await reaches(major, build, { '/api': true, '/API': false, '/x': true, '/X': false });
  });

  test("'case sensitive routing' set after the first route changes nothing", async () => {
    const build: Build = (app) => {
      app.get('/w', ok);
      app.set('case sensitive routing', true);
      app.get('/x', ok);
    };
    await reaches(major, build, { '/X': true, '/W': true });
  });
});

describe.each(majors)('Express %i: what a route path matches', (major) => {
  test.each(['/x', '/x/', '/X'])(
    "app.get('%s', …): the whole path, in any case, with or without a last slash",
    async (path) => {
      await reaches(major, (app) => app.get(path, ok), {
        '/x': true,
        '/x/': true,
        '/X': true,
        '/x?y=1': true,
        '/x/y': false,
        '/x//': false,
        '//x': false,
        '/xy': false,
        '/': false,
      });
    },
  );

  test("'strict routing' tells the last slash apart in routes, not in mounts", async () => {
    const build: Build = (app) => {
      app.set('strict routing', true);
      app.use('/api', ok);
      app.get('/x', ok);
    };
    await reaches(major, build, { '/api': true, '/api/': true, '/x': true, '/x/': false });
  });

  test("a router's own case and slash options count within it, not the app's", async () => {
    const build: Build = (app, express) => {
      app.set('strict routing', true);
      const lax = express.Router();
      lax.get('/x', ok);
      const exact = express.Router({ strict: true, caseSensitive: true });
      exact.get('/x', ok);
      app.use('/lax', lax);
      app.use('/exact', exact);
    };
    await reaches(major, build, {
      '/lax/x/': true,
      '/lax/X': true,
      '/exact/x': true,
      '/exact/x/': false,
      '/exact/X': false,
      '/EXACT/x': true,
    });
  });

  test('a regular expression as a route is searched anywhere in the path', async () => {
    await reaches(major, (app) => app.get(/api/, ok), { '/api': true, '/x/apix': true, '/API': false });
  });

  test('a get route answers HEAD too, and no other method', async () => {
    const observed = await withApp(
      major,
      (app) => {
        app.get('/x', ok);
      },
      async (send) => {
        const found: number[] = [];
        for (const method of ['GET', 'HEAD', 'POST']) found.push((await send({ method, path: '/x' })).status);
        return found;
      },
    );
    expect(observed).toEqual([200, 200, 404]);
  });

  test('OPTIONS of a path with routes is answered 200 with their methods, of others 404', async () => {
    await withApp(
      major,
      (app) => {
        app.get('/x', ok);
        app.put('/x', ok);
      },
      async (send) => {
        const known = await send({ method: 'OPTIONS', path: '/x' });
        const allow = known.headers.get('allow')?.split(/, ?/).sort();
        expect([known.status, allow]).toEqual([200, ['GET', 'HEAD', 'PUT']]);
        expect((await send({ method: 'OPTIONS', path: '/y' })).status).toBe(404);
      },
    );
  });
});

describe.each(majors)('Express %i: mounts strip their prefix', (major) => {
  const seen = (build: Build, path: string): Promise<unknown> =>
    withApp(major, build, async (send) => JSON.parse((await send({ path })).body) as unknown);

  test('middleware on a path', async () => {
    const build: Build = (app) => app.use('/api', whereabouts);
    expect(await seen(build, '/api/x?y=1')).toEqual(['/api', '/x?y=1', '/x', '/api/x?y=1']);
    expect(await seen(build, '/api')).toEqual(['/api', '/', '/', '/api']);
    expect(await seen(build, '/API/x')).toEqual(['/API', '/x', '/x', '/API/x']);
  });

  test('routers in routers', async () => {
    const build: Build = (app, express) => {
      const inner = express.Router();
      inner.get('/x', whereabouts);
      const outer = express.Router();
      outer.use('/v1', inner);
      app.use('/api', outer);
    };
    expect(await seen(build, '/api/v1/x')).toEqual(['/api/v1', '/x', '/x', '/api/v1/x']);
  });

  test('an app in an app', async () => {
    const build: Build = (app, express) => {
      const inner = express();
      inner.get('/x', whereabouts);
      app.use('/api', inner);
    };
    expect(await seen(build, '/api/x')).toEqual(['/api', '/x', '/x', '/api/x']);
  });

  test('a route strips nothing', async () => {
    expect(await seen((app) => app.get('/api/x', whereabouts), '/api/x')).toEqual([
      '',
      '/api/x',
      '/api/x',
      '/api/x',
    ]);
  });

  test("a router sees its mount's parameters only with mergeParams", async () => {
    const build: Build = (app, express) => {
      const merging = express.Router({ mergeParams: true });
      merging.get('/merged', (req, res) => {
        res.json(req.params);
      });
      const plain = express.Router();
      plain.get('/plain', (req, res) => {
        res.json(req.params);
      });
      app.use('/:id', merging, plain);
    };
    expect(await seen(build, '/7/merged')).toEqual({ id: '7' });
    expect(await seen(build, '/7/plain')).toEqual({});
  });

  test('the prefix is back for what comes after', async () => {
    const build: Build = (app, express) => {
      app.use('/api', express.Router());
      app.get('/api/x', whereabouts);
    };
    expect(await seen(build, '/api/x')).toEqual(['', '/api/x', '/api/x', '/api/x']);
  });

  test('a double slash behind the prefix', async () => {
    expect(await seen((app) => app.use('/api', whereabouts), '/api//x')).toEqual([
      '/api',
      major === 5 ? '//x' : '/x',
      major === 5 ? '//x' : '/x',
      '/api//x',
    ]);
  });
});

describe.each(majors)('Express %i: what a call mounts', (major) => {
  const order = (build: Build, path: string, method = 'GET'): Promise<string> =>
    withApp(major, build, async (send) => traceOf(await send({ path, method })));

  test('app.use([a, b], c): in order', async () => {
    expect(await order((app) => app.use([trace('a'), trace('b')], trace('c')), '/x')).toBe('a, b, c');
  });

  test('app.use([[a], [b, [c]]]): nested lists are flattened', async () => {
    expect(await order((app) => app.use([[trace('a')], [trace('b'), [trace('c')]]] as never), '/x')).toBe(
      'a, b, c',
    );
  });

  test("app.use('/p', a, router): both, and only there", async () => {
    const build: Build = (app, express) => {
      const router = express.Router();
      router.get('/x', trace('router'), ok);
      app.use('/p', trace('a'), router);
    };
    expect([await order(build, '/p/x'), await order(build, '/p/y'), await order(build, '/x')]).toEqual([
      'a, router',
      'a',
      '',
    ]);
  });

  test("app.get('/x', [a, b], c): in order, and only for that method", async () => {
    const build: Build = (app) => app.get('/x', [trace('a'), trace('b')], trace('c'), ok);
    expect([await order(build, '/x'), await order(build, '/x', 'POST')]).toEqual(['a, b, c', '']);
  });

  test('app.all: every method, OPTIONS too', async () => {
    const build: Build = (app) => app.all('/x', trace('a'), ok);
    const methods = ['GET', 'POST', 'DELETE', 'OPTIONS'];
    expect(await Promise.all(methods.map((method) => order(build, '/x', method)))).toEqual([
      'a',
      'a',
      'a',
      'a',
    ]);
    expect(await order(build, '/x/y')).toBe('');
  });

  test("app.route('/x').all(a).get(b).post(c): in order, by method", async () => {
    const build: Build = (app) => app.route('/x').all(trace('a')).get(trace('b'), ok).post(trace('c'), ok);
    expect([await order(build, '/x'), await order(build, '/x', 'POST'), await order(build, '/y')]).toEqual([
      'a, b',
      'a, c',
      '',
    ]);
  });

  test('what is mounted on a router after the router itself was mounted counts', async () => {
    const build: Build = (app, express) => {
      const router = express.Router();
      app.use('/api', router);
      router.use(trace('late'));
      router.get('/x', ok);
    };
    expect(await order(build, '/api/x')).toBe('late');
  });

  test('a router mounted twice serves both places', async () => {
    const build: Build = (app, express) => {
      const router = express.Router();
      router.get('/x', trace('r'), ok);
      app.use('/a', router);
      app.use('/b', router);
    };
    expect([await order(build, '/a/x'), await order(build, '/b/x')]).toEqual(['r', 'r']);
  });

  test("app.get('name') with one argument reads a setting and is no route", async () => {
    const settings: unknown[] = [];
    const build: Build = (app) => {
      app.set('title', 'mine');
      settings.push(app.get('title'), app.get('/x'));
    };
    const found = await statuses(major, build, ['/title', '/x']);
    expect(settings).toEqual(['mine', undefined]);
    expect(found).toEqual({ '/title': 404, '/x': 404 });
  });

  test('nothing to mount throws', () => {
    const app = expressOf(major)();
    const calls: readonly (() => unknown)[] = [
      () => (app.use as () => unknown)(),
      () => app.use('/x'),
      () => app.use([]),
      () => app.use('/x', []),
      () => app.use(undefined as never),
      () => app.use({} as never),
    ];
    for (const call of calls) expect(call).toThrow('app.use() requires a middleware function');
  });

  test('a handler that is undefined throws', () => {
    const app = expressOf(major)();
    const [use, get] =
      major === 5
        ? ['argument handler must be a function', 'argument handler must be a function']
        : [
            'Router.use() requires a middleware function but got a undefined',
            'Route.get() requires a callback function but got a [object Undefined]',
          ];
    expect(() => app.use('/x', undefined as never)).toThrow(use);
    expect(() => app.get('/x', undefined as never)).toThrow(get);
  });

  test('a route without handlers throws on 5 only', () => {
    const calls: readonly ((app: Express) => unknown)[] = [
      (app) => app.post('/x'),
      (app) => app.options('/x'),
      (app) => app.all('/x'),
      (app) => app.get('/x', []),
      (app) => app.route('/x').get(),
    ];
    for (const call of calls) {
      const run = (): unknown => call(expressOf(major)());
      if (major === 5) expect(run).toThrow('argument handler is required');
      else expect(run).not.toThrow();
    }
  });
});

describe.each(majors)('Express %i: where cors() covers a route', (major) => {
  /** What `covered` finds: the actual response allowed, the preflight allowed, its status. */
  const both = [true, true, 204];
  const preflightOnly = [false, true, 204];
  const neither = [false, false, 200];

  test.each<readonly [name: string, expected: readonly unknown[], build: Build]>([
    [
      'app.use(cors()) before app.get: both',
      both,
      (app) => {
        app.use(corsWith());
        app.get('/x', ok);
      },
    ],
    [
      'app.use(cors()) after app.get: the preflight only',
      preflightOnly,
      (app) => {
        app.get('/x', ok);
        app.use(corsWith());
      },
    ],
    [
      'app.use(cors()) after app.route().get: the preflight only',
      preflightOnly,
      (app) => {
        app.route('/x').get(ok);
        app.use(corsWith());
      },
    ],
    [
      'app.use(cors()) after app.all: neither, the route answers OPTIONS itself',
      neither,
      (app) => {
        app.all('/x', ok);
        app.use(corsWith());
      },
    ],
    [
      'app.use(cors()) after a mounted router: neither, the router answers OPTIONS itself',
      neither,
      (app, express) => {
        const router = express.Router();
        router.get('/x', ok);
        app.use(router);
        app.use(corsWith());
      },
    ],
    [
      'app.use(cors()) after a mounted app: neither, that app answers OPTIONS itself',
      neither,
      (app, express) => {
        const inner = express();
        inner.get('/x', ok);
        app.use(inner);
        app.use(corsWith());
      },
    ],
    [
      'a router with cors of its own behind a router with the same path: neither',
      neither,
      (app, express) => {
        const first = express.Router();
        first.get('/x', ok);
        const second = express.Router();
        second.use(corsWith());
        second.put('/x', ok);
        app.use(first, second);
      },
    ],
    [
      'app.use(cors()) after a catch-all: neither',
      [false, false, 404],
      (app) => {
        app.use((_req, res) => {
          res.status(404).send('nothing here');
        });
        app.use(corsWith());
      },
    ],
    [
      "app.use('/x', cors()) before the route: both",
      both,
      (app) => {
        app.use('/x', corsWith());
        app.get('/x', ok);
      },
    ],
    [
      "app.use('/other', cors()): neither",
      neither,
      (app) => {
        app.use('/other', corsWith());
        app.get('/x', ok);
      },
    ],
    [
      "app.get('/x', cors(), handler): the response only",
      [true, false, 200],
      (app) => {
        app.get('/x', corsWith(), ok);
      },
    ],
    [
      "app.get('/x', handler, cors()): neither",
      neither,
      (app) => {
        app.get('/x', ok, corsWith());
      },
    ],
    [
      "app.options('/x', cors()) alone: the preflight only",
      preflightOnly,
      (app) => {
        app.options('/x', corsWith());
        app.get('/x', ok);
      },
    ],
    [
      "app.options('/x', cors()) after the route: the preflight only, all the same",
      preflightOnly,
      (app) => {
        app.get('/x', ok);
        app.options('/x', corsWith());
      },
    ],
    [
      "app.options('/x', cors()) and cors() on the route: both",
      both,
      (app) => {
        app.options('/x', corsWith());
        app.get('/x', corsWith(), ok);
      },
    ],
    [
      "app.options('/y', cors()): neither",
      neither,
      (app) => {
        app.options('/y', corsWith());
        app.get('/x', ok);
      },
    ],
    [
      "app.all('/x', cors()) before the route: both",
      both,
      (app) => {
        app.all('/x', corsWith());
        app.get('/x', ok);
      },
    ],
    [
      "app.all('/x', cors(), handler): both",
      both,
      (app) => {
        app.all('/x', corsWith(), ok);
      },
    ],
    [
      "app.route('/x').all(cors()).get(handler): both",
      both,
      (app) => {
        app.route('/x').all(corsWith()).get(ok);
      },
    ],
    [
      "app.route('/x').get(handler).all(cors()): the preflight only",
      preflightOnly,
      (app) => {
        app.route('/x').get(ok).all(corsWith());
      },
    ],
    [
      "app.route('/x').options(cors()).get(cors(), handler): both",
      both,
      (app) => {
        app.route('/x').options(corsWith()).get(corsWith(), ok);
      },
    ],
    [
      'router.use(cors()) before its routes: both',
      both,
      (app, express) => {
        const router = express.Router();
        router.use(corsWith());
        router.get('/x', ok);
        app.use(router);
      },
    ],
    [
      'router.use(cors()) after its routes: the preflight only',
      preflightOnly,
      (app, express) => {
        const router = express.Router();
        router.get('/x', ok);
        router.use(corsWith());
        app.use(router);
      },
    ],
    [
      'a router that was mounted without a path covers what comes after it',
      both,
      (app, express) => {
        const router = express.Router();
        router.use(corsWith());
        app.use(router);
        app.get('/x', ok);
      },
    ],
    [
      'a guard that goes on lets cors answer',
      both,
      (app) => {
        app.use(trace('guard'));
        app.use(corsWith());
        app.get('/x', ok);
      },
    ],
    [
      'body parsers and static files before cors harm nothing',
      both,
      (app, express) => {
        app.use(express.json(), express.urlencoded({ extended: true }), express.static(import.meta.dirname));
        app.use(corsWith());
        app.get('/x', ok);
      },
    ],
  ])('%s', async (_name, expected, build) => {
    expect(await covered(major, build)).toEqual(expected);
  });

  test('app.use after app.get: a path without route gets its headers, the 404 included', async () => {
    const build: Build = (app) => {
      app.get('/x', ok);
      app.use(corsWith());
    };
    expect(await covered(major, build, '/nowhere')).toEqual(both);
  });

  test('app.use after a router: a path that the router does not know is covered', async () => {
    const build: Build = (app, express) => {
      const router = express.Router();
      router.get('/x', ok);
      app.use('/api', router);
      app.use(corsWith());
      app.get('/api/y', ok);
    };
    expect(await covered(major, build, '/api/y')).toEqual(both);
    expect(await covered(major, build, '/api/x')).toEqual(neither);
  });

  test("router.use(cors()) covers everything under its mount, the app's later routes too, and nothing else", async () => {
    const build: Build = (app, express) => {
      const router = express.Router();
      router.use(corsWith());
      app.use('/api', router);
      app.get('/api/later', ok);
      app.get('/x', ok);
    };
    expect(await covered(major, build, '/api/later')).toEqual(both);
    expect(await covered(major, build, '/x')).toEqual(neither);
  });

  test("router.use('/x', cors()) counts from its mount", async () => {
    const build: Build = (app, express) => {
      const router = express.Router();
      router.use('/x', corsWith());
      router.get('/x', ok);
      app.use('/api', router);
      app.get('/x', ok);
    };
    expect(await covered(major, build, '/api/x')).toEqual(both);
    expect(await covered(major, build, '/x')).toEqual(neither);
  });
});

describe.each(majors)('Express %i: how a chain goes on', (major) => {
  const failing: Handler = (_req, _res, next) => next(new Error('no'));

  test('after an error cors is skipped, for preflights too', async () => {
    const build: Build = (app) => {
      app.use(failing);
      app.use(corsWith());
      app.get('/x', ok);
    };
    expect(await covered(major, build)).toEqual([false, false, 500]);
  });

  test('a middleware with four parameters runs only after an error', async () => {
    const build =
      (fails: boolean): Build =>
      (app) => {
        if (fails) app.use(failing);
        app.use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => {
          res.status(418).send('handled');
        });
        app.get('/x', ok);
      };
    expect([await statuses(major, build(true), ['/x']), await statuses(major, build(false), ['/x'])]).toEqual(
      [{ '/x': 418 }, { '/x': 200 }],
    );
  });

  test('cors within an error handler adds its headers to the error', async () => {
    const build: Build = (app) => {
      app.get('/x', failing);
      app.use((error: unknown, req: Request, res: Response, next: NextFunction) => {
        corsWith()(req, res, () => next(error));
      });
    };
    const answer = await withApp(major, build, (send) => send({ path: '/x', origin: APP }));
    expect([answer.status, corsHeaders(answer)]).toEqual([500, { 'access-control-allow-origin': '*' }]);
  });

  test("next('router') leaves the router, past its cors", async () => {
    const build: Build = (app, express) => {
      const router = express.Router();
      router.use((_req, _res, next) => next('router'));
      router.use(corsWith());
      app.use(router);
      app.get('/x', ok);
    };
    expect(await covered(major, build)).toEqual([false, false, 200]);
  });

  test("next('route') skips the rest of a route, and nothing in app.use", async () => {
    const skip: Handler = (_req, _res, next) => next('route');
    const route: Build = (app) => {
      app.get('/x', skip, corsWith(), ok);
      app.get('/x', ok);
    };
    const use: Build = (app) => {
      app.use(skip, corsWith());
      app.get('/x', ok);
    };
    expect((await covered(major, route))[0]).toBe(false);
    expect((await covered(major, use))[0]).toBe(true);
  });

  test('what a middleware returns does not count: without next or an answer it hangs', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use((() => true) as unknown as Handler);
        app.get('/x', ok);
      },
      (send) => send({ path: '/x', patience: briefly }),
    );
    expect(answer.hung).toBe(true);
  });

  test('headers set before an unmatched route stay on the 404', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use(trace('a'));
      },
      (send) => send({ path: '/nowhere' }),
    );
    expect([answer.status, traceOf(answer)]).toEqual([404, 'a']);
  });
});

test('Express 5 turns the rejection of an async middleware into a 500', async () => {
  const answer = await withApp(
    5,
    (app) => {
      app.use(async () => {
        await Promise.resolve();
        throw new Error('no');
      });
    },
    (send) => send(),
  );
  expect(answer.status).toBe(500);
});

test('Express 4 does not: it ends the process (unhandled rejection)', async () => {
  const end = await serveInChild(4, `app.use(async () => { throw new Error('from a middleware'); });`);
  expect(end.code).toBe(1);
  expect(end.stderr).toContain('from a middleware');
  expect(end.stdout).not.toContain('answered');
});
