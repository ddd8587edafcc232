/** What npm `cors` really does, on both Express majors. A line that fails here is a fact that has changed. */
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import type { Handler, Request } from 'express';
import { describe, expect, test, vi } from 'vitest';
import {
  briefly,
  corsHeaders,
  corsWith,
  majors,
  preflight,
  serveInChild,
  withApp,
  withListener,
} from './server.ts';
import type { Answer, Ask, Major } from './server.ts';

// Some start a process of their own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 15_000 });

const APP = 'https://app.example.com';
const STRANGER = 'https://stranger.example.org';
const DEFAULT_METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';

const ok: Handler = (_req, res) => {
  res.send('ok');
};

/** One request to an app that has `app.use(cors(options))` and a route at `/`. */
const answerOf = (major: Major, options: unknown, ask: Ask): Promise<Answer> =>
  withApp(
    major,
    (app) => {
      app.use(corsWith(options));
      app.get('/', ok);
    },
    (send) => send(ask),
  );

type Callback = (error: unknown, value?: unknown) => void;
type OriginFunction = (origin: string | undefined, callback: Callback) => unknown;
const origin = (check: OriginFunction): { readonly origin: OriginFunction } => ({ origin: check });

/** Rows for `test.each` with `%s`, which, other than `$fact`, neither quotes nor shortens a name. */
const named = <Row extends { readonly fact: string }>(rows: readonly Row[]) =>
  rows.map((row) => [row.fact, row] as const);

interface OriginFact {
  readonly fact: string;
  /** Made anew for each run, since some values carry state. */
  readonly options: () => unknown;
  /** `Access-Control-Allow-Origin` by the `Origin` sent; the key `none` stands for no `Origin` at all. */
  readonly allowOrigin: Readonly<Record<string, string | undefined>>;
  readonly vary?: 'Origin';
}

const everybody = { [APP]: '*', [STRANGER]: '*', null: '*', none: '*' };
const nobody = { [APP]: undefined, [STRANGER]: undefined, null: undefined, none: undefined };
const reflected = { [APP]: APP, [STRANGER]: STRANGER, null: 'null', none: undefined };
const constant = (value: string): OriginFact['allowOrigin'] => ({
  [APP]: value,
  [STRANGER]: value,
  null: value,
  none: value,
});

const answeredOrigins: readonly OriginFact[] = [
  { fact: 'no options: `*` to everybody', options: () => undefined, allowOrigin: everybody },
  { fact: 'no `origin` key: `*` to everybody', options: () => ({}), allowOrigin: everybody },
  { fact: "origin '*': `*` to everybody", options: () => ({ origin: '*' }), allowOrigin: everybody },
  {
    fact: 'origin true reflects everybody, `null` too',
    options: () => ({ origin: true }),
    allowOrigin: reflected,
    vary: 'Origin',
  },
  ...[
    APP,
    `${APP}/`,
    'app.example.com',
    'https://a.example,https://b.example',
    'https://*.example.com',
    'true',
    'false',
    ' ',
  ].map((value): OriginFact => ({
    fact: `the string '${value}' is sent verbatim to everybody, even without Origin`,
    options: () => ({ origin: value }),
    // A header value reaches the client without the white space around it.
    allowOrigin: constant(value.trim()),
    vary: 'Origin',
  })),
  {
    fact: 'a String object is sent verbatim like a string',
    options: () => ({ origin: Object(APP) as unknown }),
    allowOrigin: constant(APP),
    vary: 'Origin',
  },
  {
    fact: 'a list lets in exactly its members',
    options: () => ({ origin: [APP, 'https://b.example'] }),
    allowOrigin: { ...nobody, [APP]: APP, 'https://b.example': 'https://b.example' },
    vary: 'Origin',
  },
  {
    fact: "['*'] lets in nobody",
    options: () => ({ origin: ['*'] }),
    allowOrigin: { ...nobody, '*': '*' },
    vary: 'Origin',
  },
  {
    fact: "[A, '*'] lets in only A",
    options: () => ({ origin: [APP, '*'] }),
    allowOrigin: { ...nobody, [APP]: APP },
    vary: 'Origin',
  },
  { fact: '[] lets in nobody', options: () => ({ origin: [] }), allowOrigin: nobody, vary: 'Origin' },
  {
    fact: "[''] (an empty variable, split) lets in nobody",
    options: () => ({ origin: ''.split(',') }),
    allowOrigin: nobody,
    vary: 'Origin',
  },
  ...[`${APP}/`, 'https://App.example.com', `${APP}:443`, ` ${APP}`].map((value): OriginFact => ({
    fact: `['${value}'] never matches: nothing is normalised`,
    options: () => ({ origin: [value] }),
    allowOrigin: nobody,
    vary: 'Origin',
  })),
  {
    fact: "['null'] lets in the origin `null`",
    options: () => ({ origin: ['null'] }),
    allowOrigin: { ...nobody, null: 'null' },
    vary: 'Origin',
  },
  ...(
    [
      ['[true]', () => [true]],
      ['[a function], which is never called,', () => [() => false]],
      ['[a URL]', () => [new URL(APP)]],
      ['a Set', () => new Set([APP])],
      ['an empty Set', () => new Set()],
      ['a URL', () => new URL(APP)],
      ['a plain object', () => ({})],
      ['a Promise', () => Promise.resolve(false)],
      ['a number other than 0', () => 1],
      ['a regular expression of another realm', () => runInNewContext('/^never$/')],
    ] as const
  ).map(([name, value]): OriginFact => ({
    fact: `${name} lets in any origin`,
    options: () => ({ origin: value() }),
    allowOrigin: reflected,
    vary: 'Origin',
  })),
  {
    fact: '[false, undefined, null, 0] lets in nobody',
    options: () => ({ origin: [false, undefined, null, 0] }),
    allowOrigin: nobody,
    vary: 'Origin',
  },
  {
    fact: 'nested lists work, strings and expressions alike',
    options: () => ({ origin: [[APP], [['https://b.example', /^https:\/\/c\.example$/]]] }),
    allowOrigin: {
      ...nobody,
      [APP]: APP,
      'https://b.example': 'https://b.example',
      'https://c.example': 'https://c.example',
      'https://c.example.org': undefined,
    },
    vary: 'Origin',
  },
  {
    fact: '/example\\.com$/ of the README lets in evilexample.com and http, but no port',
    options: () => ({ origin: /example\.com$/ }),
    allowOrigin: {
      ...nobody,
      [APP]: APP,
      'https://evilexample.com': 'https://evilexample.com',
      'http://example.com': 'http://example.com',
      'https://example.com:8443': undefined,
    },
    vary: 'Origin',
  },
  {
    fact: '/^https:\\/\\/app.example.com/ lets in other hosts by its dot and its open end',
    options: () => ({ origin: /^https:\/\/app.example.com/ }),
    allowOrigin: {
      ...nobody,
      [APP]: APP,
      'https://appxexample.com': 'https://appxexample.com',
      'https://app.example.com.evil.net': 'https://app.example.com.evil.net',
      'https://app.example.com_.evil.net': 'https://app.example.com_.evil.net',
      'https://app.example.com:8443': 'https://app.example.com:8443',
    },
    vary: 'Origin',
  },
  {
    fact: 'without Origin an expression tests the text "undefined", and a match sends nothing',
    options: () => ({ origin: /^undefined$/ }),
    allowOrigin: { ...nobody, undefined: 'undefined' },
    vary: 'Origin',
  },
];

/** Values with which `cors` steps aside altogether. */
const switchedOff: readonly (readonly [name: string, options: () => unknown])[] = [
  ...([undefined, null, '', false, 0, Number.NaN] as const).map(
    (value) => [`origin ${value === '' ? "''" : String(value)}`, () => ({ origin: value })] as const,
  ),
  ...([undefined, null, '', false, 0] as const).map(
    (value) =>
      [
        `callback(null, ${value === '' ? "''" : String(value)})`,
        () => origin((_origin, callback) => callback(null, value)),
      ] as const,
  ),
  ['callback() without arguments', () => origin((_origin, callback) => callback(undefined))],
  [
    'a delegate that says { origin: undefined }',
    () => (_req: unknown, callback: Callback) => callback(null, { origin: undefined }),
  ],
  [
    'a delegate that says { origin: false }',
    () => (_req: unknown, callback: Callback) => callback(null, { origin: false }),
  ],
];

const askedBy = (name: string): Ask => (name === 'none' ? {} : { origin: name });

const readAllowOrigin = async (major: Major, { options, allowOrigin }: OriginFact): Promise<unknown> =>
  withApp(
    major,
    (app) => {
      app.use(corsWith(options()));
      app.get('/', ok);
    },
    async (send) => {
      const observed: Record<string, string | undefined> = {};
      for (const name of Object.keys(allowOrigin)) {
        observed[name] = (await send(askedBy(name))).headers.get('access-control-allow-origin');
      }
      return observed;
    },
  );

describe.each(majors)('cors on Express %i: the origin option', (major) => {
  test.each(named(answeredOrigins))('%s', async (_fact, row) => {
    expect(await readAllowOrigin(major, row)).toEqual(row.allowOrigin);
  });

  test.each(named(answeredOrigins))(
    '%s: its Vary, and 204 for the preflight of a stranger',
    async (_fact, row) => {
      await withApp(
        major,
        (app) => {
          app.use(corsWith(row.options()));
          app.get('/', ok);
        },
        async (send) => {
          for (const name of Object.keys(row.allowOrigin)) {
            expect((await send(askedBy(name))).headers.get('vary')).toBe(row.vary);
          }
          const answer = await send(preflight(STRANGER, 'PUT', 'x-a'));
          const allowOrigin = row.allowOrigin[STRANGER];
          expect(answer.status).toBe(204);
          expect(answer.headers.get('content-length')).toBe('0');
          expect(corsHeaders(answer)).toEqual({
            ...(allowOrigin !== undefined && { 'access-control-allow-origin': allowOrigin }),
            'access-control-allow-methods': DEFAULT_METHODS,
            'access-control-allow-headers': 'x-a',
            vary: row.vary ? `${row.vary}, Access-Control-Request-Headers` : 'Access-Control-Request-Headers',
          });
        },
      );
    },
  );

  test.each(switchedOff)(
    '%s: CORS is off, no header, no Vary, OPTIONS falls through',
    async (_name, options) => {
      const actual = await answerOf(major, options(), { origin: APP });
      expect([actual.status, corsHeaders(actual)]).toEqual([200, {}]);

      const preflighted = await answerOf(major, options(), preflight(APP));
      expect([preflighted.status, corsHeaders(preflighted)]).toEqual([200, {}]);
      expect(preflighted.headers.get('allow')).toBe(major === 5 ? 'GET, HEAD' : 'GET,HEAD');
    },
  );

  test("'*' with credentials sends both, which browsers refuse for credentialed reads", async () => {
    for (const options of [{ credentials: true }, { origin: '*', credentials: true }]) {
      expect(corsHeaders(await answerOf(major, options, { origin: STRANGER }))).toEqual({
        'access-control-allow-origin': '*',
        'access-control-allow-credentials': 'true',
      });
    }
  });

  test('true with credentials reflects any origin, `null` too, and allows credentials', async () => {
    for (const name of [STRANGER, 'null']) {
      expect(
        corsHeaders(await answerOf(major, { origin: true, credentials: true }, { origin: name })),
      ).toEqual({
        'access-control-allow-origin': name,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
    }
  });

  test.each(['g', 'y'])('an expression with the flag %s lets in every other request only', async (flags) => {
    await withApp(
      major,
      (app) => {
        app.use(corsWith({ origin: new RegExp('https://app\\.example\\.com', flags) }));
        app.get('/', ok);
      },
      async (send) => {
        const observed: (string | undefined)[] = [];
        for (let turn = 0; turn < 4; turn++) {
          observed.push((await send({ origin: APP })).headers.get('access-control-allow-origin'));
        }
        expect(observed).toEqual([APP, undefined, APP, undefined]);
      },
    );
  });

  test('a list that is changed later counts as it then is', async () => {
    const list = [APP];
    await withApp(
      major,
      (app) => {
        app.use(corsWith({ origin: list }));
        app.get('/', ok);
      },
      async (send) => {
        expect((await send({ origin: STRANGER })).headers.has('access-control-allow-origin')).toBe(false);
        list.push(STRANGER);
        expect((await send({ origin: STRANGER })).headers.get('access-control-allow-origin')).toBe(STRANGER);
      },
    );
  });

  test('a property of the options that is changed later counts as it then is', async () => {
    const options: { origin: unknown } = { origin: false };
    await withApp(
      major,
      (app) => {
        app.use(corsWith(options));
        app.get('/', ok);
      },
      async (send) => {
        expect((await send({ origin: STRANGER })).headers.has('access-control-allow-origin')).toBe(false);
        options.origin = true;
        expect((await send({ origin: STRANGER })).headers.get('access-control-allow-origin')).toBe(STRANGER);
      },
    );
  });

  test('two Origin lines are joined by Node, and true reflects both', async () => {
    const answer = await answerOf(
      major,
      { origin: true },
      { origin: ['https://a.example', 'https://b.example'] },
    );
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.example, https://b.example');
    const listed = await answerOf(major, { origin: [APP] }, { origin: [APP, APP] });
    expect(listed.headers.has('access-control-allow-origin')).toBe(false);
  });

  test('a line break in the origin: 500 without CORS headers for everything', async () => {
    for (const ask of [{ origin: APP }, preflight(APP)]) {
      const answer = await answerOf(major, { origin: `${APP}\r\nX-A: b` }, ask);
      expect([answer.status, corsHeaders(answer)]).toEqual([500, {}]);
    }
  });
});

interface VerdictFact {
  readonly fact: string;
  readonly value: (asked: string | undefined) => unknown;
  readonly allowOrigin: OriginFact['allowOrigin'];
  readonly vary?: 'Origin';
}

const verdicts: readonly VerdictFact[] = [
  { fact: 'callback(null, true) reflects', value: () => true, allowOrigin: reflected, vary: 'Origin' },
  { fact: "callback(null, '*') sends `*`", value: () => '*', allowOrigin: everybody },
  {
    fact: 'callback(null, a string) sends it to everybody',
    value: () => APP,
    allowOrigin: constant(APP),
    vary: 'Origin',
  },
  {
    fact: 'callback(null, a list) lets in its members',
    value: () => [APP],
    allowOrigin: { ...nobody, [APP]: APP },
    vary: 'Origin',
  },
  {
    fact: 'callback(null, []) lets in nobody, with Vary',
    value: () => [],
    allowOrigin: nobody,
    vary: 'Origin',
  },
  {
    fact: 'callback(null, an expression) tests it',
    value: () => /^https:\/\/app\./,
    allowOrigin: { ...nobody, [APP]: APP },
    vary: 'Origin',
  },
  {
    fact: 'callback(null, a function) reflects and never calls it',
    value: () => () => false,
    allowOrigin: reflected,
    vary: 'Origin',
  },
  {
    fact: 'callback(null, a promise of false) reflects',
    value: () => Promise.resolve(false),
    allowOrigin: reflected,
    vary: 'Origin',
  },
];

describe.each(majors)('cors on Express %i: a function as origin', (major) => {
  test.each(named(verdicts))('%s', async (_fact, { value, allowOrigin, vary }) => {
    const options = origin((asked, callback) => callback(null, value(asked)));
    for (const [name, expected] of Object.entries(allowOrigin)) {
      const answer = await answerOf(major, options, askedBy(name));
      expect(answer.status).toBe(200);
      expect(corsHeaders(answer)).toEqual({
        ...(expected !== undefined && { 'access-control-allow-origin': expected }),
        ...(vary && { vary }),
      });
    }
  });

  test('callback(null, origin) reflects with Vary, and without Origin says nothing, not even Vary', async () => {
    const options = origin((asked, callback) => callback(null, asked));
    for (const name of [APP, STRANGER, 'null']) {
      expect(corsHeaders(await answerOf(major, options, { origin: name }))).toEqual({
        'access-control-allow-origin': name,
        vary: 'Origin',
      });
    }
    expect(corsHeaders(await answerOf(major, options, {}))).toEqual({});
  });

  test('it is called without Origin too, with undefined', async () => {
    const seen: unknown[] = [];
    const options = origin((asked, callback) => {
      seen.push(asked);
      callback(null, true);
    });
    await answerOf(major, options, {});
    await answerOf(major, options, { origin: APP });
    await answerOf(major, options, preflight(APP));
    expect(seen).toEqual([undefined, APP, APP]);
  });

  test.each<readonly [name: string, check: OriginFunction]>([
    ['callback(error)', (_asked, callback) => callback(new Error('no'))],
    ['callback(error, true)', (_asked, callback) => callback(new Error('no'), true)],
    ["callback('a text')", (_asked, callback) => callback('no')],
    [
      'throw',
      () => {
        throw new Error('no');
      },
    ],
  ])('%s: 500 without CORS headers, for reads and preflights', async (_name, check) => {
    for (const ask of [{ origin: STRANGER }, preflight(STRANGER), {}]) {
      const answer = await answerOf(major, origin(check), ask);
      expect([answer.status, corsHeaders(answer)]).toEqual([500, {}]);
    }
  });

  test('an error with `status` 403 becomes a 403', async () => {
    const options = origin((_asked, callback) => callback(Object.assign(new Error('no'), { status: 403 })));
    const answer = await answerOf(major, options, { origin: STRANGER });
    expect([answer.status, corsHeaders(answer)]).toEqual([403, {}]);
  });

  test('a list check that errors also answers 500 to curl and to the app itself', async () => {
    const options = origin((asked, callback) =>
      asked !== undefined && [APP].includes(asked) ? callback(null, true) : callback(new Error('no')),
    );
    expect((await answerOf(major, options, {})).status).toBe(500);
    const own = {
      method: 'POST',
      origin: 'https://api.example.com',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    };
    expect((await answerOf(major, options, own)).status).toBe(500);
  });

  test('a refused origin: an error keeps the handler from running, false lets it run without CORS headers', async () => {
    for (const [check, expected] of [
      [(_asked: unknown, callback: Callback) => callback(new Error('no')), [500, 0]],
      [(_asked: unknown, callback: Callback) => callback(null, false), [200, 1]],
    ] as const) {
      let runs = 0;
      const answer = await withApp(
        major,
        (app) => {
          app.use(corsWith(origin(check)));
          app.post('/', (_req, res) => {
            runs++;
            res.send('done');
          });
        },
        (send) => send({ method: 'POST', origin: STRANGER }),
      );
      expect([answer.status, runs]).toEqual(expected);
      expect(corsHeaders(answer)).toEqual({});
    }
  });

  test.concurrent.each<readonly [name: string, check: OriginFunction]>([
    ['that returns its verdict', () => true],
    ['that returns a string', () => '*'],
    ['that is async and returns its verdict', async () => true],
    ['that does nothing', () => undefined],
  ])('a function %s instead of calling back: hangs, reads and preflights', async (_name, check) => {
    const answers = await Promise.all(
      [{ origin: APP }, preflight(APP), {}].map((ask) =>
        answerOf(major, origin(check), { ...ask, patience: briefly }),
      ),
    );
    expect(answers.map((answer) => answer.hung)).toEqual([true, true, true]);
  });

  test('an async function that calls back works', async () => {
    const options = origin(async (_asked, callback) => {
      await Promise.resolve();
      callback(null, true);
    });
    expect((await answerOf(major, options, { origin: APP })).headers.get('access-control-allow-origin')).toBe(
      APP,
    );
  });

  test('a callback that answers later works', async () => {
    const options = origin((_asked, callback) => {
      setTimeout(callback, 5, null, [APP]);
    });
    expect((await answerOf(major, options, { origin: APP })).headers.get('access-control-allow-origin')).toBe(
      APP,
    );
  });

  test.concurrent('an async function that rejects ends the process (unhandled rejection)', async () => {
    const end = await serveInChild(
      major,
      `app.use(cors({ origin: async () => { throw new Error('from the origin function'); } }));
       app.get('/', (req, res) => res.send('ok'));`,
    );
    expect(end.code).toBe(1);
    expect(end.stderr).toContain('from the origin function');
    expect(end.stdout).not.toContain('answered');
  });

  test.concurrent('an error thrown from a later tick ends the process (uncaught exception)', async () => {
    const end = await serveInChild(
      major,
      `app.use(cors({ origin: () => { setTimeout(() => { throw new Error('from a later tick'); }, 1); } }));
       app.get('/', (req, res) => res.send('ok'));`,
    );
    expect(end.code).toBe(1);
    expect(end.stderr).toContain('from a later tick');
  });
});

describe.each(majors)('cors on Express %i: a callback called twice', (major) => {
  const twice =
    (value: unknown): OriginFunction =>
    (_asked, callback) => {
      callback(null, value);
      callback(null, value);
    };

  test('the handler does not run twice: the second call goes on behind it', async () => {
    const ran: string[] = [];
    const answer = await withApp(
      major,
      (app) => {
        app.use(corsWith(origin(twice(false))));
        app.get('/', (_req, res) => {
          ran.push('handler');
          setTimeout(() => {
            if (!res.headersSent) res.send('late');
          }, 5);
        });
        app.use((_req, res) => {
          ran.push('catch-all');
          res.status(404).send('nothing here');
        });
      },
      (send) => send({ origin: APP }),
    );
    expect(ran).toEqual(['handler', 'catch-all']);
    expect(answer.status).toBe(404);
  });

  test('where the handler has answered at once, the second call fails unseen', async () => {
    let runs = 0;
    const answer = await withApp(
      major,
      (app) => {
        app.use(corsWith(origin(twice(true))));
        app.get('/', (_req, res) => {
          runs++;
          res.send('ok');
        });
      },
      (send) => send({ origin: APP }),
    );
    expect([answer.status, answer.body, runs]).toEqual([200, 'ok', 1]);
  });

  test.concurrent(
    'later, after the answer, the second call ends the process (headers already sent)',
    async () => {
      const end = await serveInChild(
        major,
        `app.use(cors({ origin: (o, cb) => { cb(null, true); setTimeout(cb, 5, null, true); } }));
       app.get('/', (req, res) => res.send('ok'));`,
      );
      expect(end.code).toBe(1);
      expect(end.stderr).toContain('ERR_HTTP_HEADERS_SENT');
    },
  );
});

test('without Express, a callback called twice does run the handler twice', async () => {
  let runs = 0;
  const middleware = corsWith(
    origin((_asked, callback) => {
      callback(null, false);
      callback(null, false);
    }),
  );
  await withListener(
    (req, res) => {
      middleware(req as Request, res as never, () => {
        runs++;
        if (!res.writableEnded) res.end('ok');
      });
    },
    (send) => send({ origin: APP }),
  );
  expect(runs).toBe(2);
});

describe.each(majors)('cors on Express %i: its first argument', (major) => {
  test.each<readonly [name: string, argument: unknown]>([
    ['a string', APP],
    ['a list', [APP]],
    ['a regular expression', /example\.com$/],
    ['null', null],
    ['true', true],
    ['a delegate that says callback(null)', (_req: unknown, callback: Callback) => callback(null)],
    ['a delegate that says callback(null, {})', (_req: unknown, callback: Callback) => callback(null, {})],
  ])('%s: `*` to everybody', async (_name, argument) => {
    expect(corsHeaders(await answerOf(major, argument, { origin: STRANGER }))).toEqual({
      'access-control-allow-origin': '*',
    });
  });

  test('a delegate gets the request and decides for each', async () => {
    const delegate = (req: Request, callback: Callback): void =>
      callback(null, { origin: req.path === '/open' ? '*' : [APP] });
    const read = async (path: string): Promise<string | undefined> =>
      (await answerOf(major, delegate, { origin: STRANGER, path })).headers.get(
        'access-control-allow-origin',
      );
    expect([await read('/open'), await read('/')]).toEqual(['*', undefined]);
  });

  test('a delegate may give a function as origin', async () => {
    const delegate = (_req: unknown, callback: Callback): void =>
      callback(
        null,
        origin((asked, inner) => inner(null, asked === APP)),
      );
    expect(
      (await answerOf(major, delegate, { origin: APP })).headers.get('access-control-allow-origin'),
    ).toBe(APP);
  });

  test('a delegate that errors or throws: 500 without CORS headers', async () => {
    for (const delegate of [
      (_req: unknown, callback: Callback) => callback(new Error('no')),
      () => {
        throw new Error('no');
      },
    ]) {
      for (const ask of [{ origin: APP }, preflight(APP)]) {
        const answer = await answerOf(major, delegate, ask);
        expect([answer.status, corsHeaders(answer)]).toEqual([500, {}]);
      }
    }
  });

  test.concurrent.each<readonly [name: string, delegate: unknown]>([
    ['returns its options', () => ({ origin: '*' })],
    ['is async and returns its options', async () => ({ origin: '*' })],
  ])('a delegate that %s: hangs', async (_name, delegate) => {
    expect((await answerOf(major, delegate, { origin: APP, patience: briefly })).hung).toBe(true);
  });

  test.concurrent('app.use(cors), not called: hangs, reads and preflights', async () => {
    const cors: unknown = (await import('cors')).default;
    const answers = await withApp(
      major,
      (app) => {
        app.use(cors as Handler);
        app.get('/', ok);
      },
      (send) =>
        Promise.all([
          send({ origin: APP, patience: briefly }),
          send({ ...preflight(APP), patience: briefly }),
          send({ patience: briefly }),
        ]),
    );
    expect(answers.map((answer) => answer.hung)).toEqual([true, true, true]);
  });

  test('of several arguments only the first counts', async () => {
    const cors = (await import('cors')).default as unknown as (...all: unknown[]) => Handler;
    const answer = await withApp(
      major,
      (app) => {
        app.use(cors(undefined, { origin: [APP] }));
        app.get('/', ok);
      },
      (send) => send({ origin: STRANGER }),
    );
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });
});

interface HeaderFact {
  readonly fact: string;
  readonly options: unknown;
  /** `undefined` stands for: not sent. */
  readonly value: string | undefined;
}

const preflightHeader = async (
  major: Major,
  options: unknown,
  name: string,
): Promise<readonly [status: number, value: string | undefined]> => {
  const answer = await answerOf(major, options, preflight(STRANGER, 'PUT', 'x-asked,authorization'));
  return [answer.status, answer.headers.get(name)];
};

const sent = (options: unknown, value: string): HeaderFact => ({
  fact: `${inspect(options)} sends ${value}`,
  options,
  value,
});
const withheld = (options: unknown): HeaderFact => ({
  fact: `${inspect(options)} sends nothing`,
  options,
  value: undefined,
});
const unchecked = ['DELETE', 'patch', 'NONSENSE'];

const methodFacts: readonly HeaderFact[] = [
  sent({}, DEFAULT_METHODS),
  sent({ methods: 'GET, post,TRACE' }, 'GET, post,TRACE'),
  sent({ methods: ['GET', 'patch', 'TRACE', ' PUT '] }, 'GET,patch,TRACE, PUT'),
  sent({ methods: ['GET, POST'] }, 'GET, POST'),
  sent({ methods: ['get/post'] }, 'get/post'),
  sent({ methods: '*' }, '*'),
  sent({ methods: new Set(['GET']) }, '[object Set]'),
  sent({ methods: {} }, '[object Object]'),
  withheld({ methods: [] }),
  withheld({ methods: '' }),
];

const allowedHeaderFacts: readonly HeaderFact[] = [
  sent({}, 'x-asked,authorization'),
  sent({ allowedHeaders: '' }, 'x-asked,authorization'),
  sent({ allowedHeaders: undefined }, 'x-asked,authorization'),
  sent({ allowedHeaders: null }, 'x-asked,authorization'),
  sent({ allowedHeaders: false }, 'x-asked,authorization'),
  withheld({ allowedHeaders: [] }),
  withheld({ allowedHeaders: new Set(['X-A']) }),
  withheld({ allowedHeaders: true }),
  sent({ allowedHeaders: '*' }, '*'),
  sent({ allowedHeaders: 'X-A, x-b' }, 'X-A, x-b'),
  sent({ allowedHeaders: ['Content-Type', 'x-B'] }, 'Content-Type,x-B'),
  sent(
    { allowedHeaders: ['Cookie', 'Host', 'Sec-Fetch-Site', 'Set-Cookie'] },
    'Cookie,Host,Sec-Fetch-Site,Set-Cookie',
  ),
  sent({ headers: ['X-Alias'] }, 'X-Alias'),
  sent({ allowedHeaders: '', headers: ['X-Alias'] }, 'X-Alias'),
  sent({ allowedHeaders: ['X-A'], headers: ['X-Alias'] }, 'X-A'),
  withheld({ allowedHeaders: [], headers: ['X-Alias'] }),
];

const exposedHeaderFacts: readonly HeaderFact[] = [
  withheld({}),
  withheld({ exposedHeaders: '' }),
  withheld({ exposedHeaders: [] }),
  withheld({ exposedHeaders: new Set(['X-A']) }),
  sent({ exposedHeaders: 'X-A, x-b' }, 'X-A, x-b'),
  sent({ exposedHeaders: ['X-A', 'x-b'] }, 'X-A,x-b'),
  sent({ exposedHeaders: ['Set-Cookie'] }, 'Set-Cookie'),
  sent({ exposedHeaders: '*', credentials: true }, '*'),
];

const credentialFacts: readonly HeaderFact[] = [
  sent({ credentials: true }, 'true'),
  sent({ credentials: true, origin: [APP] }, 'true'),
  sent({ credentials: true, origin: [] }, 'true'),
  withheld({}),
  withheld({ credentials: 'true' }),
  withheld({ credentials: 1 }),
  withheld({ credentials: {} }),
  withheld({ credentials: Object(true) as unknown }),
  withheld({ credentials: false }),
];

const maxAgeFacts: readonly HeaderFact[] = [
  sent({ maxAge: 600 }, '600'),
  sent({ maxAge: 0 }, '0'),
  sent({ maxAge: '0' }, '0'),
  sent({ maxAge: -1 }, '-1'),
  sent({ maxAge: Number.NaN }, 'NaN'),
  sent({ maxAge: Number.POSITIVE_INFINITY }, 'Infinity'),
  sent({ maxAge: 1.5 }, '1.5'),
  sent({ maxAge: '1h' }, '1h'),
  sent({ maxAge: 31536000 }, '31536000'),
  sent({ maxAge: true }, 'true'),
  sent({ maxAge: [600] }, '600'),
  withheld({}),
  withheld({ maxAge: null }),
  withheld({ maxAge: undefined }),
  withheld({ maxAge: '' }),
  withheld({ maxAge: false }),
];

describe.each(majors)('cors on Express %i: the other options', (major) => {
  test.each(named(methodFacts))('methods: %s', async (_fact, { options, value }) => {
    expect(await preflightHeader(major, options, 'access-control-allow-methods')).toEqual([204, value]);
  });

  test('methods are never compared with the method asked for', async () => {
    for (const method of unchecked) {
      const answer = await answerOf(major, { methods: ['GET'] }, preflight(APP, method));
      expect([answer.status, answer.headers.get('access-control-allow-methods')]).toEqual([204, 'GET']);
    }
  });

  test('methods are not sent on an actual response', async () => {
    expect((await answerOf(major, {}, { origin: APP })).headers.has('access-control-allow-methods')).toBe(
      false,
    );
  });

  test.each([undefined, null])(
    'methods: %s is 500 on every OPTIONS, and harms nothing else',
    async (methods) => {
      for (const ask of [preflight(APP), { method: 'OPTIONS' }]) {
        const answer = await answerOf(major, { methods }, ask);
        expect([answer.status, corsHeaders(answer)]).toEqual([500, {}]);
      }
      expect((await answerOf(major, { methods }, { origin: APP })).status).toBe(200);
    },
  );

  test('a line break in methods is 500 on OPTIONS, with the headers set so far still on it', async () => {
    const answer = await answerOf(major, { methods: 'GET\r\nX-A: b' }, preflight(APP));
    expect([answer.status, corsHeaders(answer)]).toEqual([500, { 'access-control-allow-origin': '*' }]);
  });

  test.each(named(allowedHeaderFacts))('allowedHeaders: %s', async (_fact, { options, value }) => {
    expect(await preflightHeader(major, options, 'access-control-allow-headers')).toEqual([204, value]);
  });

  test('without allowedHeaders, Vary names the request header, for refused origins too, and nothing is reflected if nothing is asked', async () => {
    const refused = await answerOf(major, { origin: [APP] }, preflight(STRANGER, 'PUT', 'x-a'));
    expect(refused.headers.get('access-control-allow-headers')).toBe('x-a');
    expect(refused.headers.get('vary')).toBe('Origin, Access-Control-Request-Headers');
    const unasked = await answerOf(major, {}, preflight(APP));
    expect(unasked.headers.has('access-control-allow-headers')).toBe(false);
    expect(unasked.headers.get('vary')).toBe('Access-Control-Request-Headers');
  });

  test('with a list of allowedHeaders, even an empty one, Vary does not name the request header', async () => {
    for (const allowedHeaders of [['X-A'], 'X-A', []]) {
      expect(
        (await answerOf(major, { allowedHeaders }, preflight(APP, 'PUT', 'x-a'))).headers.has('vary'),
      ).toBe(false);
    }
  });

  test('8 KB of header names are reflected', async () => {
    const names = Array.from({ length: 800 }, (_, index) => `x-name-${String(index).padStart(3, '0')}`).join(
      ',',
    );
    expect(names.length).toBeGreaterThan(8000);
    const answer = await answerOf(major, {}, preflight(APP, 'PUT', names));
    expect(answer.headers.get('access-control-allow-headers')).toBe(names);
  });

  test.each(named(exposedHeaderFacts))(
    'exposedHeaders: %s, on preflights too',
    async (_fact, { options, value }) => {
      expect(await preflightHeader(major, options, 'access-control-expose-headers')).toEqual([204, value]);
      const actual = await answerOf(major, options, { origin: APP });
      expect(actual.headers.get('access-control-expose-headers')).toBe(value);
    },
  );

  test.each(named(credentialFacts))('credentials: %s', async (_fact, { options, value }) => {
    expect(await preflightHeader(major, options, 'access-control-allow-credentials')).toEqual([204, value]);
    for (const ask of [{ origin: STRANGER }, {}]) {
      const answer = await answerOf(major, options, ask);
      expect(answer.headers.get('access-control-allow-credentials')).toBe(value);
    }
  });

  test.each(named(maxAgeFacts))('maxAge: %s', async (_fact, { options, value }) => {
    expect(await preflightHeader(major, options, 'access-control-max-age')).toEqual([204, value]);
  });

  test('maxAge is not sent on an actual response', async () => {
    const answer = await answerOf(major, { maxAge: 600 }, { origin: APP });
    expect(answer.headers.has('access-control-max-age')).toBe(false);
  });

  test.each([
    [200, 200],
    ['200', 200],
    [299, 299],
    [302, 302],
    [404, 404],
  ])('optionsSuccessStatus: %j answers every preflight with %i', async (optionsSuccessStatus, status) => {
    const answer = await answerOf(major, { optionsSuccessStatus }, preflight(APP));
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, '*']);
  });

  test.each([99, 1000, 'abc', null, undefined])(
    'optionsSuccessStatus: %j is 500 on every preflight, with the headers still on it',
    async (optionsSuccessStatus) => {
      const answer = await answerOf(major, { optionsSuccessStatus }, preflight(APP));
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([500, '*']);
    },
  );

  test('options that it does not know are ignored', async () => {
    const answer = await answerOf(major, { origins: [APP], allowCredentials: true }, { origin: STRANGER });
    expect(corsHeaders(answer)).toEqual({ 'access-control-allow-origin': '*' });
  });

  test('inherited options are ignored, those of a class instance count', async () => {
    const inherited: unknown = Object.create({ origin: [APP] });
    expect(corsHeaders(await answerOf(major, inherited, { origin: STRANGER }))).toEqual({
      'access-control-allow-origin': '*',
    });
    class Options {
      readonly origin = [APP];
    }
    expect(corsHeaders(await answerOf(major, new Options(), { origin: STRANGER }))).toEqual({
      vary: 'Origin',
    });
  });
});

describe.each(majors)('cors on Express %i: OPTIONS', (major) => {
  test('every OPTIONS is taken for a preflight: a route behind never sees it', async () => {
    for (const ask of [{}, { origin: APP }, preflight(APP)]) {
      let ran = false;
      const answer = await withApp(
        major,
        (app) => {
          app.use(corsWith());
          app.options('/', (_req, res) => {
            ran = true;
            res.send('own answer');
          });
        },
        (send) => send({ ...ask, method: 'OPTIONS' }),
      );
      expect([answer.status, ran]).toEqual([204, false]);
    }
  });

  test('OPTIONS of a path that does not exist is answered 204 too', async () => {
    expect((await answerOf(major, {}, { ...preflight(APP), path: '/nowhere' })).status).toBe(204);
  });

  test('the preflight of a refused origin is 204 with everything but the origin', async () => {
    const answer = await answerOf(
      major,
      { origin: [APP], credentials: true, maxAge: 60, allowedHeaders: ['X-A'], exposedHeaders: ['X-B'] },
      preflight(STRANGER, 'DELETE', 'x-a'),
    );
    expect(answer.status).toBe(204);
    expect(corsHeaders(answer)).toEqual({
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': DEFAULT_METHODS,
      'access-control-allow-headers': 'X-A',
      'access-control-max-age': '60',
      'access-control-expose-headers': 'X-B',
      vary: 'Origin',
    });
  });

  test('preflightContinue with a route behind: the headers, and 200 with Allow from Express', async () => {
    const answer = await answerOf(major, { preflightContinue: true }, preflight(APP));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('allow')).toBe(major === 5 ? 'GET, HEAD' : 'GET,HEAD');
    expect(corsHeaders(answer)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': DEFAULT_METHODS,
      vary: 'Access-Control-Request-Headers',
    });
  });

  test('preflightContinue without a route at that path: 404 with the headers', async () => {
    const answer = await answerOf(
      major,
      { preflightContinue: true },
      { ...preflight(APP), path: '/nowhere' },
    );
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
  });

  test('preflightContinue with a catch-all behind: the catch-all answers the preflight', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use(corsWith({ preflightContinue: true }));
        app.get('/', ok);
        app.use((_req, res) => {
          res.status(404).send('nothing here');
        });
      },
      (send) => send(preflight(APP)),
    );
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
  });

  test('nothing is said about private networks', async () => {
    const ask = preflight(APP);
    const answer = await answerOf(
      major,
      {},
      {
        ...ask,
        headers: { ...ask.headers, 'Access-Control-Request-Private-Network': 'true' },
      },
    );
    expect(answer.headers.has('access-control-allow-private-network')).toBe(false);
  });

  test('on one route only, the preflight gets 200 with Allow and no CORS header', async () => {
    await withApp(
      major,
      (app) => {
        app.put('/', corsWith(), ok);
      },
      async (send) => {
        const preflighted = await send(preflight(APP));
        expect([preflighted.status, corsHeaders(preflighted)]).toEqual([200, {}]);
        expect(preflighted.headers.get('allow')).toBe('PUT');
        const actual = await send({ method: 'PUT', origin: APP });
        expect(actual.headers.get('access-control-allow-origin')).toBe('*');
      },
    );
  });

  test('mounted after a route: no headers on the response, yet the preflight is answered', async () => {
    await withApp(
      major,
      (app) => {
        app.put('/', ok);
        app.use(corsWith());
      },
      async (send) => {
        expect(corsHeaders(await send({ method: 'PUT', origin: APP }))).toEqual({});
        const preflighted = await send(preflight(APP));
        expect([preflighted.status, preflighted.headers.get('access-control-allow-origin')]).toEqual([
          204,
          '*',
        ]);
      },
    );
  });

  test('authentication before cors: the preflight is 401 without CORS headers', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use((req, res, next) => {
          if (req.headers.authorization === undefined) res.status(401).send('who are you?');
          else next();
        });
        app.use(corsWith());
        app.put('/', ok);
      },
      (send) => send(preflight(APP, 'PUT', 'authorization')),
    );
    expect([answer.status, corsHeaders(answer)]).toEqual([401, {}]);
  });

  test('a redirect before cors: the preflight is 301', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use((_req, res) => {
          res.redirect(301, 'https://api.example.com/');
        });
        app.use(corsWith());
      },
      (send) => send(preflight(APP)),
    );
    // `res.redirect` negotiates its body.
    expect([answer.status, corsHeaders(answer)]).toEqual([301, { vary: 'Accept' }]);
  });

  test("app.options(/.*/, cors()) answers preflights; '*' throws on Express 5; '/{*splat}' matches on 5 only", async () => {
    const status = (path: string | RegExp): Promise<number> =>
      withApp(
        major,
        (app) => {
          app.options(path, corsWith());
        },
        async (send) => (await send({ ...preflight(APP), path: '/a/b' })).status,
      );
    expect(await status(/.*/)).toBe(204);
    expect(await status('/{*splat}')).toBe(major === 5 ? 204 : 404);
    if (major === 4) expect(await status('*')).toBe(204);
    else await expect(status('*')).rejects.toThrow('Missing parameter name at index 1: *');
  });
});

describe.each(majors)('cors on Express %i: what comes behind it', (major) => {
  const listed = { origin: [APP] };
  const behind = (handler: Handler): Promise<Answer> =>
    withApp(
      major,
      (app) => {
        app.use(corsWith(listed));
        app.get('/', handler);
      },
      (send) => send({ origin: APP }),
    );

  test.each<readonly [name: string, handler: Handler]>([
    [
      "res.set('Vary', …)",
      (_req, res) => {
        res.set('Vary', 'Accept-Encoding').send('ok');
      },
    ],
    [
      "res.setHeader('Vary', …)",
      (_req, res) => {
        res.setHeader('Vary', 'Accept-Encoding');
        res.send('ok');
      },
    ],
    [
      'res.writeHead(200, { Vary: … })',
      (_req, res) => {
        res.writeHead(200, { Vary: 'Accept-Encoding' });
        res.end('ok');
      },
    ],
  ])('%s in a handler loses Vary: Origin', async (_name, handler) => {
    const answer = await behind(handler);
    expect(corsHeaders(answer)).toEqual({ 'access-control-allow-origin': APP, vary: 'Accept-Encoding' });
  });

  test.each<readonly [name: string, handler: Handler]>([
    [
      'res.vary(…)',
      (_req, res) => {
        res.vary('Accept-Encoding').send('ok');
      },
    ],
    [
      "res.append('Vary', …)",
      (_req, res) => {
        res.append('Vary', 'Accept-Encoding').send('ok');
      },
    ],
  ])('%s in a handler keeps it', async (_name, handler) => {
    expect((await behind(handler)).headers.get('vary')).toBe('Origin, Accept-Encoding');
  });

  test('cors keeps a Vary that was set before it', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use((_req, res, next) => {
          res.setHeader('Vary', 'Accept-Encoding');
          next();
        });
        app.use(corsWith(listed));
        app.get('/', ok);
      },
      (send) => send({ origin: APP }),
    );
    expect(answer.headers.get('vary')).toBe('Accept-Encoding, Origin');
  });

  test('the headers survive a 404, a 401 and an exception', async () => {
    const handlers: readonly (readonly [number, Handler])[] = [
      [404, (_req, _res, next) => next()],
      [
        401,
        (_req, res) => {
          res.status(401).send('no');
        },
      ],
      [
        500,
        () => {
          throw new Error('broken');
        },
      ],
    ];
    for (const [status, handler] of handlers) {
      const answer = await behind(handler);
      expect([answer.status, corsHeaders(answer)]).toEqual([
        status,
        { 'access-control-allow-origin': APP, vary: 'Origin' },
      ]);
    }
  });
});

describe.each(majors)('cors on Express %i: two policies on one response', (major) => {
  /** Mounts the policies in order, then a DELETE route that counts its runs. */
  const stacked = async (
    policies: readonly unknown[],
  ): Promise<{ readonly preflighted: Answer; readonly actual: Answer; readonly runs: number }> => {
    let runs = 0;
    return withApp(
      major,
      (app) => {
        for (const options of policies) app.use(corsWith(options));
        app.delete('/', (_req, res) => {
          runs++;
          res.send('gone');
        });
      },
      async (send) => {
        const preflighted = await send(preflight(STRANGER, 'DELETE'));
        const actual = await send({ method: 'DELETE', origin: STRANGER });
        return { preflighted, actual, runs };
      },
    );
  };
  const allowOrigin = (answer: Answer): string | undefined =>
    answer.headers.get('access-control-allow-origin');

  test('a list behind `*` takes nothing back: a refused stranger still gets `*`', async () => {
    const { preflighted, actual, runs } = await stacked([{}, { origin: [APP] }]);
    expect([allowOrigin(preflighted), allowOrigin(actual), runs]).toEqual(['*', '*', 1]);
    expect(actual.headers.get('vary')).toBe('Origin');
  });

  test('a function that says false behind `*` takes nothing back either', async () => {
    const { actual } = await stacked([{}, origin((_asked, callback) => callback(null, false))]);
    expect(allowOrigin(actual)).toBe('*');
  });

  test('a single string behind `*` wins on the response, but the preflight was approved and the handler has run', async () => {
    const { preflighted, actual, runs } = await stacked([{}, { origin: APP }]);
    expect([allowOrigin(preflighted), allowOrigin(actual), runs]).toEqual(['*', APP, 1]);
  });

  test('the first answers the preflight, the last wins on the response', async () => {
    const { preflighted, actual } = await stacked([
      { origin: 'https://first.example' },
      { origin: 'https://last.example' },
    ]);
    expect([allowOrigin(preflighted), allowOrigin(actual)]).toEqual([
      'https://first.example',
      'https://last.example',
    ]);
  });

  test('`*` behind a list lets the stranger read, although the preflight refused', async () => {
    const { preflighted, actual } = await stacked([{ origin: [APP] }, {}]);
    expect([allowOrigin(preflighted), allowOrigin(actual)]).toEqual([undefined, '*']);
  });

  test('credentials of the first stay, whatever the second says', async () => {
    const { actual } = await stacked([
      { origin: true, credentials: true },
      { origin: '*', credentials: false },
    ]);
    expect(corsHeaders(actual)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
  });

  test('where the first is switched off, the second answers the preflight', async () => {
    const { preflighted, actual } = await stacked([{ origin: false }, {}]);
    expect([preflighted.status, allowOrigin(preflighted), allowOrigin(actual)]).toEqual([204, '*', '*']);
  });

  test('a laxer policy for OPTIONS alone lets a stranger execute a DELETE that it cannot read', async () => {
    let runs = 0;
    const [preflighted, actual] = await withApp(
      major,
      (app) => {
        app.options(/.*/, corsWith());
        app.use(corsWith({ origin: [APP] }));
        app.delete('/', (_req, res) => {
          runs++;
          res.send('gone');
        });
      },
      async (send) =>
        [
          await send(preflight(STRANGER, 'DELETE')),
          await send({ method: 'DELETE', origin: STRANGER }),
        ] as const,
    );
    expect([preflighted.status, allowOrigin(preflighted), allowOrigin(actual), runs]).toEqual([
      204,
      '*',
      undefined,
      1,
    ]);
  });

  test('hand-written headers behind cors win, those before it lose', async () => {
    const byHand: Handler = (_req, res, next) => {
      res.setHeader('Access-Control-Allow-Origin', 'https://hand.example');
      next();
    };
    const read = (build: readonly Handler[]): Promise<string | undefined> =>
      withApp(
        major,
        (app) => {
          app.use(...build);
          app.get('/', ok);
        },
        async (send) => allowOrigin(await send({ origin: APP })),
      );
    expect(await read([corsWith(), byHand])).toBe('https://hand.example');
    expect(await read([byHand, corsWith()])).toBe('*');
    expect(await read([byHand, corsWith({ origin: [] })])).toBe('https://hand.example');
  });

  test("res.append('Access-Control-Allow-Origin') behind cors makes two lines", async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use(corsWith());
        app.get('/', (_req, res) => {
          res.append('Access-Control-Allow-Origin', APP).send('ok');
        });
      },
      (send) => send({ origin: APP }),
    );
    expect(allowOrigin(answer)).toBe(`*, ${APP}`);
  });
});
