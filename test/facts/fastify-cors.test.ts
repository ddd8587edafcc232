/** What `@fastify/cors` really does. Its options are named as those of npm `cors`, and mean other things in many places. */
import { setTimeout } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import cors, { fastifyCors } from '@fastify/cors';
import type { FastifyCorsOptions } from '@fastify/cors';
import fastify from 'fastify';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { describe, expect, test, vi } from 'vitest';
import { briefly, corsHeaders, preflight, serveInChild, withListener } from './server.ts';
import type { Answer, Ask, Send } from './server.ts';

// Some start a process of their own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 15_000 });

const APP = 'https://app.example.com';
const STRANGER = 'https://stranger.example.org';
const DEFAULT_METHODS = 'GET,HEAD,POST';
const VARY_BOTH = 'Origin, Access-Control-Request-Headers';
const INVALID = 'Invalid CORS origin option';

type Build = (app: FastifyInstance) => unknown;

/** Serves a Fastify app for as long as `use` runs. */
const withFastify = async <Result>(build: Build, use: (send: Send) => Promise<Result>): Promise<Result> => {
  const app = fastify();
  await build(app);
  await app.ready();
  try {
    return await withListener((req, res) => app.routing(req, res), use);
  } finally {
    await app.close();
  }
};

/** Options that the types rightly refuse, since users pass them all the same. */
const withOptions = (app: FastifyInstance, options: unknown): void => {
  app.register(cors, options as FastifyCorsOptions);
};

const greet = (app: FastifyInstance, path = '/'): void => {
  app.get(path, async () => 'ok');
};

/** One request to an app that has `register(cors, options)` and a route at `/`. */
const answerOf = (options: unknown, ask: Ask): Promise<Answer> =>
  withFastify(
    (app) => {
      withOptions(app, options);
      greet(app);
    },
    (send) => send(ask),
  );

const status = (answer: Answer): readonly [status: number, headers: unknown] => [
  answer.status,
  corsHeaders(answer),
];

const messageOf = (answer: Answer): unknown => (JSON.parse(answer.body) as { message: unknown }).message;

type Callback = (error: unknown, value?: unknown) => void;
type OriginFunction = (origin: string | undefined, callback: Callback) => unknown;
const origin = (check: OriginFunction): { readonly origin: OriginFunction } => ({ origin: check });

const named = <Row extends { readonly fact: string }>(rows: readonly Row[]) =>
  rows.map((row) => [row.fact, row] as const);

interface OriginFact {
  readonly fact: string;
  /** Made anew for each run, since some values carry state. */
  readonly value: () => unknown;
  /** `Access-Control-Allow-Origin` by the `Origin` sent; the key `none` stands for no `Origin` at all. */
  readonly allowOrigin: Readonly<Record<string, string | undefined>>;
  readonly vary?: 'Origin';
}

const everybody = { [APP]: '*', [STRANGER]: '*', null: '*', none: '*' };
const nobody = { [APP]: undefined, [STRANGER]: undefined, null: undefined, none: undefined };
const reflected = { [APP]: APP, [STRANGER]: STRANGER, null: 'null', none: undefined };
const onlyApp = { ...nobody, [APP]: APP };
const constant = (value: string): OriginFact['allowOrigin'] => ({
  [APP]: value,
  [STRANGER]: value,
  null: value,
  none: value,
});

const originFacts: readonly OriginFact[] = [
  { fact: "'*': `*` to everybody", value: () => '*', allowOrigin: everybody },
  { fact: "['*']: `*` to everybody, other than in npm cors", value: () => ['*'], allowOrigin: everybody },
  {
    fact: "[A, '*']: `*` to everybody, other than in npm cors",
    value: () => [APP, '*'],
    allowOrigin: everybody,
  },
  {
    fact: "[['*']]: nested, it is compared literally: nobody",
    value: () => [['*']],
    allowOrigin: nobody,
    vary: 'Origin',
  },
  { fact: 'true reflects everybody, `null` too', value: () => true, allowOrigin: reflected, vary: 'Origin' },
  ...[
    APP,
    `${APP}/`,
    'app.example.com',
    'https://a.example,https://b.example',
    'https://*.example.com',
    ' ',
  ].map((value): OriginFact => ({
    fact: `the string '${value}' is sent verbatim to everybody, without Vary`,
    value: () => value,
    // A header value reaches the client without the white space around it.
    allowOrigin: constant(value.trim()),
  })),
  {
    fact: 'a list lets in exactly its members',
    value: () => [APP, 'https://b.example'],
    allowOrigin: onlyApp,
    vary: 'Origin',
  },
  { fact: '[] lets in nobody', value: () => [], allowOrigin: nobody, vary: 'Origin' },
  { fact: "[''] lets in nobody", value: () => [''], allowOrigin: nobody, vary: 'Origin' },
  {
    fact: '[A/] never matches: nothing is normalised',
    value: () => [`${APP}/`],
    allowOrigin: nobody,
    vary: 'Origin',
  },
  {
    fact: "['null'] lets in the origin `null`",
    value: () => ['null'],
    allowOrigin: { ...nobody, null: 'null' },
    vary: 'Origin',
  },
  {
    fact: 'nested lists work',
    value: () => [[APP], [[/^https:\/\/c\.example$/]]],
    allowOrigin: { ...onlyApp, 'https://c.example': 'https://c.example' },
    vary: 'Origin',
  },
  {
    fact: '[false, undefined, null, 0] lets in nobody',
    value: () => [false, undefined, null, 0],
    allowOrigin: nobody,
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
      ['a String object, other than in npm cors,', () => Object(APP) as unknown],
      ['a regular expression of another realm', () => runInNewContext('/^never$/')],
    ] as const
  ).map(([name, value]): OriginFact => ({
    fact: `${name} lets in any origin`,
    value,
    allowOrigin: reflected,
    vary: 'Origin',
  })),
  {
    fact: '/example\\.com$/ is searched: evilexample.com and http get in, a port does not',
    value: () => /example\.com$/,
    allowOrigin: {
      ...onlyApp,
      'https://evilexample.com': 'https://evilexample.com',
      'http://example.com': 'http://example.com',
      'https://example.com:8443': undefined,
    },
    vary: 'Origin',
  },
  {
    fact: 'without Origin an expression tests the text "undefined", and a match sends nothing',
    value: () => /^undefined$/,
    allowOrigin: { ...nobody, undefined: 'undefined' },
    vary: 'Origin',
  },
];

const askedBy = (name: string): Ask => (name === 'none' ? {} : { origin: name });

describe('@fastify/cors: the origin option', () => {
  test.each(named(originFacts))('%s', async (_fact, { value, allowOrigin, vary }) => {
    await withFastify(
      (app) => {
        withOptions(app, { origin: value() });
        greet(app);
      },
      async (send) => {
        for (const [name, expected] of Object.entries(allowOrigin)) {
          expect([name, ...status(await send(askedBy(name)))]).toEqual([
            name,
            200,
            {
              ...(expected !== undefined && { 'access-control-allow-origin': expected }),
              ...(vary && { vary }),
            },
          ]);
        }
        const allowed = allowOrigin[STRANGER];
        expect(status(await send(preflight(STRANGER, 'PUT', 'x-a')))).toEqual([
          204,
          {
            ...(allowed !== undefined && { 'access-control-allow-origin': allowed }),
            'access-control-allow-methods': DEFAULT_METHODS,
            'access-control-allow-headers': 'x-a',
            vary: vary ? VARY_BOTH : 'Access-Control-Request-Headers',
          },
        ]);
      },
    );
  });

  test.each([
    ['no options', undefined],
    ['{}', {}],
    ['null', null],
    ['a string, which is ignored', APP],
    ['a list, which is ignored', [APP]],
    [
      'misspelt names, which are ignored',
      { origins: [APP], allowOrigin: APP, credential: true, headers: ['x-b'] },
    ],
  ])('%s: `*` to everybody', async (_name, options) => {
    expect(status(await answerOf(options, { origin: STRANGER }))).toEqual([
      200,
      { 'access-control-allow-origin': '*' },
    ]);
    expect(status(await answerOf(options, preflight(STRANGER, 'PUT', 'x-a')))).toEqual([
      204,
      {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': DEFAULT_METHODS,
        'access-control-allow-headers': 'x-a',
        vary: 'Access-Control-Request-Headers',
      },
    ]);
  });

  test('false: CORS is off; OPTIONS is answered 404', async () => {
    expect(status(await answerOf({ origin: false }, { origin: APP }))).toEqual([200, {}]);
    expect(status(await answerOf({ origin: false }, preflight(APP)))).toEqual([404, {}]);
  });

  test.each([
    ['undefined', undefined, 'Origin'],
    ['null', null, 'Origin'],
    ['0', 0, 'Origin'],
    ['NaN', Number.NaN, 'Origin'],
    ["''", '', undefined],
  ])('%s: 500 for every request, where npm cors turns itself off', async (_name, value, vary) => {
    for (const ask of [{ origin: APP }, {}, preflight(APP)]) {
      const answer = await answerOf({ origin: value }, ask);
      expect([...status(answer), messageOf(answer)]).toEqual([
        500,
        vary === undefined ? {} : { vary },
        INVALID,
      ]);
    }
  });

  test.each(['g', 'y'])(
    'an expression with the flag %s lets in every request: `lastIndex` is reset',
    async (flags) => {
      await withFastify(
        (app) => {
          withOptions(app, { origin: new RegExp('https://app\\.example\\.com', flags) });
          greet(app);
        },
        async (send) => {
          for (let turn = 0; turn < 3; turn++) {
            expect((await send({ origin: APP })).headers.get('access-control-allow-origin')).toBe(APP);
          }
        },
      );
    },
  );

  test('two Origin lines are joined by Node, and true reflects both', async () => {
    const answer = await answerOf({ origin: true }, { origin: [APP, STRANGER] });
    expect(answer.headers.get('access-control-allow-origin')).toBe(`${APP}, ${STRANGER}`);
  });

  test.each(['a line break', 'a character above 255'])(
    '%s in the origin: 500 without CORS headers',
    async (what) => {
      const value = what === 'a line break' ? `${APP}\r\nX-A: b` : 'https://a€.example';
      for (const ask of [{ origin: APP }, preflight(APP)]) {
        expect(status(await answerOf({ origin: value }, ask))).toEqual([500, {}]);
      }
    },
  );

  test('a list that is changed later counts as it then is, even `*`; a property of the options does not', async () => {
    const list = [APP];
    const options: { origin: unknown } = { origin: list };
    await withFastify(
      (app) => {
        withOptions(app, options);
        greet(app);
      },
      async (send) => {
        const read = async (): Promise<unknown> =>
          (await send({ origin: STRANGER })).headers.get('access-control-allow-origin');
        const observed = [await read()];
        options.origin = true;
        observed.push(await read());
        list.push(STRANGER);
        observed.push(await read());
        list.push('*');
        observed.push(await read());
        expect(observed).toEqual([undefined, undefined, STRANGER, '*']);
      },
    );
  });
});

interface VerdictFact {
  readonly fact: string;
  readonly verdict: (asked: string | undefined) => unknown;
  readonly allowOrigin: OriginFact['allowOrigin'];
}

const verdicts: readonly VerdictFact[] = [
  { fact: 'true reflects', verdict: () => true, allowOrigin: reflected },
  { fact: "'*' sends `*`, with Vary", verdict: () => '*', allowOrigin: everybody },
  { fact: "['*'] sends `*`, with Vary", verdict: () => ['*'], allowOrigin: everybody },
  { fact: 'a string is sent to everybody', verdict: () => APP, allowOrigin: constant(APP) },
  { fact: 'a list lets in its members', verdict: () => [APP], allowOrigin: onlyApp },
  { fact: 'an expression is tested', verdict: () => /^https:\/\/app\./, allowOrigin: onlyApp },
  { fact: 'a function reflects, and is never called', verdict: () => () => false, allowOrigin: reflected },
];

/** The three ways to say a verdict that all count. */
const ways: readonly (readonly [name: string, say: (verdict: VerdictFact['verdict']) => OriginFunction])[] = [
  ['callback(null, …)', (verdict) => (asked, callback) => callback(null, verdict(asked))],
  ['an async function', (verdict) => async (asked) => verdict(asked)],
  [
    'a callback that is called later',
    (verdict) => (asked, callback) => {
      setImmediate(() => callback(null, verdict(asked)));
    },
  ],
];

describe.each(ways)('@fastify/cors: a function as origin, by %s', (_way, say) => {
  test.each(named(verdicts))('%s', async (_fact, { verdict, allowOrigin }) => {
    await withFastify(
      (app) => {
        withOptions(app, origin(say(verdict)));
        greet(app);
      },
      async (send) => {
        for (const [name, expected] of Object.entries(allowOrigin)) {
          expect([name, ...status(await send(askedBy(name)))]).toEqual([
            name,
            200,
            { ...(expected !== undefined && { 'access-control-allow-origin': expected }), vary: 'Origin' },
          ]);
        }
      },
    );
  });

  test('false: no CORS header but Vary, and 404 for OPTIONS', async () => {
    const options = origin(say(() => false));
    expect(status(await answerOf(options, { origin: APP }))).toEqual([200, { vary: 'Origin' }]);
    expect(status(await answerOf(options, preflight(APP)))).toEqual([404, { vary: 'Origin' }]);
  });

  test.each([
    ['undefined', undefined],
    ["''", ''],
    ['null', null],
    ['0', 0],
  ])('%s: 500, where npm cors turns itself off', async (_name, value) => {
    for (const ask of [{ origin: APP }, preflight(APP)]) {
      const answer = await answerOf(origin(say(() => value)), ask);
      expect([...status(answer), messageOf(answer)]).toEqual([500, { vary: 'Origin' }, INVALID]);
    }
  });

  test('the origin itself reflects, and is a 500 where there is no Origin', async () => {
    const options = origin(say((asked) => asked));
    expect(status(await answerOf(options, { origin: STRANGER }))).toEqual([
      200,
      { 'access-control-allow-origin': STRANGER, vary: 'Origin' },
    ]);
    expect(status(await answerOf(options, {}))).toEqual([500, { vary: 'Origin' }]);
  });

  test('it is called without Origin too, with undefined', async () => {
    const seen: unknown[] = [];
    const options = origin(
      say((asked) => {
        seen.push(asked);
        return true;
      }),
    );
    for (const ask of [{}, { origin: APP }, preflight(APP)]) await answerOf(options, ask);
    expect(seen).toEqual([undefined, APP, APP]);
  });
});

describe('@fastify/cors: a function that refuses by an error, or says nothing', () => {
  const withStatus = (key: string): Error => Object.assign(new Error('no'), { [key]: 403 });

  test.each<readonly [fact: string, expected: number, check: OriginFunction]>([
    ['callback(error): 500', 500, (_asked, callback) => callback(new Error('no'))],
    ['callback(error, true): 500', 500, (_asked, callback) => callback(new Error('no'), true)],
    ["callback('a text'): 500", 500, (_asked, callback) => callback('no')],
    [
      'callback(false, true): 500, since only null is no error',
      500,
      (_asked, callback) => callback(false, true),
    ],
    [
      'an error with `statusCode`: that status',
      403,
      (_asked, callback) => callback(withStatus('statusCode')),
    ],
    ['an error with `status`: that status', 403, (_asked, callback) => callback(withStatus('status'))],
    [
      'a function that throws: 500',
      500,
      () => {
        throw new Error('no');
      },
    ],
    [
      'an async function that rejects: 500',
      500,
      async () => {
        throw new Error('no');
      },
    ],
    [
      'an async function that rejects with `statusCode`: that status',
      403,
      async () => {
        throw withStatus('statusCode');
      },
    ],
  ])(
    '%s, for reads, preflights and without Origin, no CORS header but Vary',
    async (_fact, expected, check) => {
      for (const ask of [{ origin: STRANGER }, preflight(STRANGER), {}]) {
        expect(status(await answerOf(origin(check), ask))).toEqual([expected, { vary: 'Origin' }]);
      }
    },
  );

  test.each<readonly [fact: string, check: OriginFunction]>([
    ['callback(undefined, true)', (_asked, callback) => callback(undefined, true)],
    ['callback()', (_asked, callback) => (callback as () => void)()],
  ])('%s refuses: undefined is taken for an error, and the error is none', async (_fact, check) => {
    expect(status(await answerOf(origin(check), { origin: APP }))).toEqual([200, { vary: 'Origin' }]);
    expect(status(await answerOf(origin(check), preflight(APP)))).toEqual([404, { vary: 'Origin' }]);
  });

  test.concurrent.each<readonly [fact: string, check: OriginFunction]>([
    ['that returns true', () => true],
    ["that returns '*'", () => '*'],
    ['that does nothing', () => undefined],
  ])('a function %s hangs, reads and preflights', async (_fact, check) => {
    const answers = await Promise.all(
      [{ origin: APP }, preflight(APP), {}].map((ask) =>
        answerOf(origin(check), { ...ask, patience: briefly }),
      ),
    );
    expect(answers.map((answer) => answer.hung)).toEqual([true, true, true]);
  });

  test('any thenable is awaited', async () => {
    const thenable = { then: (resolve: (value: unknown) => void) => resolve([APP]) };
    expect(
      status(
        await answerOf(
          origin(() => thenable),
          { origin: APP },
        ),
      ),
    ).toEqual([200, { 'access-control-allow-origin': APP, vary: 'Origin' }]);
  });

  test('an async function that calls back says two verdicts: 500 where the handler is not done at once', async () => {
    const check: OriginFunction = async (_asked, callback) => {
      callback(null, true);
    };
    const read = (handler: () => Promise<string>): Promise<Answer> =>
      withFastify(
        (app) => {
          withOptions(app, origin(check));
          app.get('/', handler);
        },
        (send) => send({ origin: APP }),
      );
    expect((await read(async () => 'ok')).status).toBe(200);
    const slow = await read(() => setTimeout(20, 'ok'));
    expect([slow.status, messageOf(slow)]).toEqual([500, INVALID]);
  });

  test('`this` is the Fastify instance', async () => {
    const options = {
      origin(this: FastifyInstance, _asked: unknown, callback: Callback) {
        callback(null, typeof this.register === 'function');
      },
    };
    expect((await answerOf(options, { origin: APP })).headers.get('access-control-allow-origin')).toBe(APP);
  });
});

/** A Fastify app with these options, text, in a process of its own. `more` may use `instance` and `fastifyCors`. */
const inChild = (options: string, more = '') =>
  serveInChild(
    5,
    `const { createServer } = await import('node:http');
     const { default: fastify } = await import('fastify');
     const { default: fastifyCors } = await import('@fastify/cors');
     const instance = fastify({ pluginTimeout: 1000 });
     instance.register(fastifyCors, ${options});
     ${more}
     instance.get('/', async () => 'ok');
     await instance.ready();
     app.listen = (...rest) => createServer(instance.routing).listen(...rest);`,
  );

/** `undefined` stands for: not sent. */
type HeaderFact = readonly [shown: string, value: unknown, sent: string | undefined];

const lists: readonly HeaderFact[] = [
  ["'A,B'", 'A,B', 'A,B'],
  ["['A', 'B']: joined with a space, other than in npm cors", ['A', 'B'], 'A, B'],
  ["['A, B']", ['A, B'], 'A, B'],
  ["'*'", '*', '*'],
  ['[]: sent, empty', [], ''],
  ["'': sent, empty", '', ''],
  ['undefined: sent, empty', undefined, ''],
  ['a Set', new Set(['A']), '[object Set]'],
  ['true', true, 'true'],
  ['false', false, 'false'],
];

describe('@fastify/cors: its other options', () => {
  const sent = async (options: unknown, header: string, ask: Ask): Promise<unknown> =>
    (await answerOf(options, ask)).headers.get(header);
  const asking = preflight(APP, 'PUT', 'x-a,authorization');

  test.each<HeaderFact>([...lists, ['null', null, 'null']])('methods %s', async (_shown, value, expected) => {
    expect(await sent({ methods: value }, 'access-control-allow-methods', asking)).toBe(expected);
    expect(await sent({ methods: value }, 'access-control-allow-methods', { origin: APP })).toBeUndefined();
  });

  test.each<HeaderFact>([...lists, ['null: reflects', null, 'x-a,authorization']])(
    'allowedHeaders %s',
    async (_shown, value, expected) => {
      const answer = await answerOf({ allowedHeaders: value }, asking);
      expect(answer.headers.get('access-control-allow-headers')).toBe(expected);
      expect(answer.headers.get('vary')).toBe(value === null ? 'Access-Control-Request-Headers' : undefined);
    },
  );

  test('allowedHeaders absent: reflects what is asked, also for a refused origin, and nothing if nothing is asked', async () => {
    expect(await sent({ origin: [] }, 'access-control-allow-headers', asking)).toBe('x-a,authorization');
    expect(await sent({}, 'access-control-allow-headers', preflight(APP))).toBeUndefined();
  });

  test.each<HeaderFact>([...lists, ['null', null, undefined], ['1', 1, '1']])(
    'exposedHeaders %s',
    async (_shown, value, expected) => {
      for (const ask of [{ origin: APP }, asking]) {
        expect(await sent({ exposedHeaders: value }, 'access-control-expose-headers', ask)).toBe(expected);
      }
    },
  );

  test.each<HeaderFact>([
    ['true', true, 'true'],
    ["'true', other than in npm cors,", 'true', 'true'],
    ["'false'", 'false', 'true'],
    ['1', 1, 'true'],
    ['{}', {}, 'true'],
    ['false', false, undefined],
    ["''", '', undefined],
    ['0', 0, undefined],
    ['undefined', undefined, undefined],
    ['null', null, undefined],
  ])('credentials %s: any truthy value allows', async (_shown, value, expected) => {
    for (const ask of [{ origin: APP }, asking]) {
      expect(await sent({ credentials: value }, 'access-control-allow-credentials', ask)).toBe(expected);
    }
  });

  test('`*` with credentials sends both; a refused origin, and a request without Origin, get the credentials header too', async () => {
    for (const options of [{ credentials: true }, { origin: ['*'], credentials: true }]) {
      expect(corsHeaders(await answerOf(options, { origin: STRANGER }))).toEqual({
        'access-control-allow-origin': '*',
        'access-control-allow-credentials': 'true',
      });
    }
    for (const ask of [{ origin: STRANGER }, {}]) {
      expect(corsHeaders(await answerOf({ origin: [APP], credentials: true }, ask))).toEqual({
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
    }
  });

  test.each<HeaderFact>([
    ...[0, 600, -1, 1.5, Number.NaN, Infinity, 31_536_000, '1h', true, false].map((value): HeaderFact => [
      String(value),
      value,
      String(value),
    ]),
    ['undefined: the text', undefined, 'undefined'],
    ["'': sent, empty", '', ''],
    ['null', null, undefined],
  ])('maxAge %s', async (_shown, value, expected) => {
    expect(await sent({ maxAge: value }, 'access-control-max-age', asking)).toBe(expected);
    expect(await sent({ maxAge: value }, 'access-control-max-age', { origin: APP })).toBeUndefined();
  });

  test.each<HeaderFact>([
    ['60', 60, 'max-age=60'],
    ['0', 0, 'max-age=0'],
    ["'public, max-age=5'", 'public, max-age=5', 'public, max-age=5'],
    ["''", '', undefined],
    ['1.5', 1.5, undefined],
    ['true', true, undefined],
    ['null', null, undefined],
  ])('cacheControl %s, on preflights only', async (_shown, value, expected) => {
    expect(await sent({ cacheControl: value }, 'cache-control', asking)).toBe(expected);
    expect(await sent({ cacheControl: value }, 'cache-control', { origin: APP })).toBeUndefined();
  });

  test.each([
    ['200', 200, 200],
    ["'200'", '200', 200],
    ['404', 404, 404],
    ['302', 302, 302],
    ['99', 99, 500],
    ['undefined', undefined, 500],
    ['null', null, 500],
  ])('optionsSuccessStatus %s', async (_shown, value, expected) => {
    expect((await answerOf({ optionsSuccessStatus: value }, asking)).status).toBe(expected);
  });

  test.each([
    ['methods', 200],
    ['allowedHeaders', 200],
    ['maxAge', 200],
    ['exposedHeaders', 500],
  ])('%s with a line break: 500 for preflights; reads %i', async (key, read) => {
    expect((await answerOf({ [key]: 'a\nb' }, asking)).status).toBe(500);
    expect((await answerOf({ [key]: 'a\nb' }, { origin: APP })).status).toBe(read);
  });

  test('logLevel and hideOptionsRoute change no answer', async () => {
    const options = { origin: [APP], logLevel: 'silent', hideOptionsRoute: false };
    expect(status(await answerOf(options, preflight(APP)))).toEqual(
      status(await answerOf({ origin: [APP] }, preflight(APP))),
    );
  });
});

describe('@fastify/cors: OPTIONS', () => {
  const asks = {
    plain: { method: 'OPTIONS' },
    'Origin only': { method: 'OPTIONS', origin: APP },
    'method only': { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'PUT' } },
    preflight: preflight(APP),
    'preflight of no route': { ...preflight(APP), path: '/nowhere' },
  } as const;
  const strict = { plain: 400, 'Origin only': 400, 'method only': 400 };
  const every = (status: number) => Object.fromEntries(Object.keys(asks).map((name) => [name, status]));

  test.each<readonly [shown: string, options: unknown, statuses: Readonly<Record<string, number>>]>([
    ['{}', {}, { ...strict, preflight: 204, 'preflight of no route': 204 }],
    ['strictPreflight: false', { strictPreflight: false }, every(204)],
    ['strictPreflight: 1, which is not `true`', { strictPreflight: 1 }, every(204)],
    ['preflight: false', { preflight: false }, every(404)],
    ['preflight: 1, which is not `true`', { preflight: 1 }, every(404)],
    ['preflight: undefined', { preflight: undefined }, every(404)],
    [
      'preflightContinue: true',
      { preflightContinue: true },
      { ...strict, preflight: 200, 'preflight of no route': 200 },
    ],
    [
      "preflightContinue: 'no'",
      { preflightContinue: 'no' },
      { ...strict, preflight: 200, 'preflight of no route': 200 },
    ],
  ])('%s', async (_shown, options, statuses) => {
    const observed: Record<string, number> = {};
    await withFastify(
      (app) => {
        withOptions(app, options);
        greet(app);
      },
      async (send) => {
        for (const [name, ask] of Object.entries(asks)) observed[name] = (await send(ask)).status;
      },
    );
    expect(observed).toEqual(statuses);
  });

  test('the 400 is text, and has the headers of a read', async () => {
    const answer = await answerOf({ origin: [APP] }, asks['Origin only']);
    expect([answer.body, corsHeaders(answer)]).toEqual([
      'Invalid Preflight Request',
      { 'access-control-allow-origin': APP, vary: 'Origin' },
    ]);
  });

  test('a refused origin gets everything but its origin; neither method nor headers are checked', async () => {
    const answer = await answerOf(
      { origin: [APP], methods: ['GET'], allowedHeaders: ['x-b'] },
      preflight(STRANGER, 'DELETE', 'x-a'),
    );
    expect([answer.headers.get('content-length') ?? '0', ...status(answer)]).toEqual([
      '0',
      204,
      { 'access-control-allow-methods': 'GET', 'access-control-allow-headers': 'x-b', vary: 'Origin' },
    ]);
  });

  const withOwn = (options: unknown, ask: Ask): Promise<Answer> =>
    withFastify(
      (app) => {
        withOptions(app, options);
        app.options('/', async (_req, reply) => reply.code(299).send('mine'));
      },
      (send) => send(ask),
    );

  test("a route's own OPTIONS handler is reached with preflightContinue, or with preflight: false", async () => {
    expect((await withOwn({}, preflight(APP))).status).toBe(204);
    expect((await withOwn({}, asks.plain)).status).toBe(400);
    expect(status(await withOwn({ preflightContinue: true }, preflight(APP)))).toEqual([
      299,
      {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': DEFAULT_METHODS,
        vary: 'Access-Control-Request-Headers',
      },
    ]);
    expect(status(await withOwn({ preflight: false }, preflight(APP)))).toEqual([
      299,
      { 'access-control-allow-origin': '*' },
    ]);
  });

  test('Fastify itself answers OPTIONS with 404', async () => {
    expect(
      status(
        await withFastify(
          (app) => greet(app),
          (send) => send(preflight(APP)),
        ),
      ),
    ).toEqual([404, {}]);
  });

  test.concurrent("the app's own app.options('*', …) beside it ends the process at start", async () => {
    const end = await inChild('{}', `instance.options('*', async () => 'mine');`);
    expect(end.code).toBe(1);
    expect(end.stderr).toContain('FST_ERR_DUPLICATED_ROUTE');
  });
});

const list = { origin: [APP] };
const allowed = { 'access-control-allow-origin': APP, vary: 'Origin' };
const preflightAllowed = {
  'access-control-allow-origin': APP,
  'access-control-allow-methods': DEFAULT_METHODS,
  vary: VARY_BOTH,
};

/** `GET` and preflight of a path, from the origin that is let in. */
const both = (build: Build, path = '/'): Promise<readonly unknown[]> =>
  withFastify(build, async (send) => [
    status(await send({ origin: APP, path })),
    status(await send({ ...preflight(APP), path })),
  ]);
const covered = [
  [200, allowed],
  [204, preflightAllowed],
];

describe('@fastify/cors: what a registration covers', () => {
  test.each<readonly [fact: string, build: Build]>([
    [
      'routes after it',
      (app) => {
        withOptions(app, list);
        greet(app);
      },
    ],
    [
      'routes before it: the order does not count, other than in Express',
      (app) => {
        greet(app);
        withOptions(app, list);
      },
    ],
    [
      'plugins after it',
      (app) => {
        withOptions(app, list);
        app.register(async (child) => greet(child));
      },
    ],
    [
      'plugins before it',
      (app) => {
        app.register(async (child) => greet(child));
        withOptions(app, list);
      },
    ],
    [
      'awaited',
      async (app) => {
        await app.register(cors, list);
        greet(app);
      },
    ],
    [
      'by its other name',
      (app) => {
        app.register(fastifyCors, list);
        greet(app);
      },
    ],
    [
      'imported in place',
      (app) => {
        app.register(import('@fastify/cors'), list);
        greet(app);
      },
    ],
    [
      'options from a function of the instance',
      (app) => {
        app.register(cors, () => list);
        greet(app);
      },
    ],
  ])('%s', async (_fact, build) => {
    expect(await both(build)).toEqual(covered);
  });

  test('within a plugin: its own routes; but OPTIONS of every path under its prefix', async () => {
    const build =
      (prefix: string): Build =>
      (app) => {
        app.register(
          async (child) => {
            withOptions(child, list);
            greet(child, '/in');
          },
          { prefix },
        );
        greet(app, '/out');
      };
    expect(await both(build('/p'), '/p/in')).toEqual(covered);
    expect(await both(build('/p'), '/out')).toEqual([
      [200, {}],
      [404, {}],
    ]);
    expect(await both(build(''), '/in')).toEqual(covered);
    expect(await both(build(''), '/out')).toEqual([
      [200, {}],
      [204, preflightAllowed],
    ]);
  });

  test('two plugins beside each other, each with its own', async () => {
    const build: Build = (app) => {
      for (const [prefix, options] of [
        ['/p', list],
        ['/q', {}],
      ] as const) {
        app.register(
          async (child) => {
            withOptions(child, options);
            greet(child, '/in');
          },
          { prefix },
        );
      }
    };
    const read = (path: string): Promise<Answer> =>
      withFastify(build, (send) => send({ origin: STRANGER, path }));
    expect([corsHeaders(await read('/p/in')), corsHeaders(await read('/q/in'))]).toEqual([
      { vary: 'Origin' },
      { 'access-control-allow-origin': '*' },
    ]);
  });

  test.concurrent.each([
    ['twice in one place', 'instance.register(fastifyCors, {});', 'FST_ERR_DEC_ALREADY_PRESENT'],
    [
      'in a plugin below it',
      'instance.register(async (child) => { child.register(fastifyCors, {}); });',
      'FST_ERR_DEC_ALREADY_PRESENT',
    ],
  ])('%s: ends the process at start', async (_fact, more, code) => {
    const end = await inChild('{}', more);
    expect(end.code).toBe(1);
    expect(end.stderr).toContain(code);
  });

  test.each(['onSend', 'onResponse', 'onrequest', undefined, null])(
    'hook %s: refused at start',
    async (hook) => {
      const app = fastify();
      withOptions(app, { hook });
      await expect(app.ready().then()).rejects.toThrow('@fastify/cors: Invalid hook option provided.');
    },
  );

  test.each(['onRequest', 'preParsing', 'preValidation', 'preHandler'])(
    'hook %s: reads, preflights and 404',
    async (hook) => {
      const build: Build = (app) => {
        withOptions(app, { ...list, hook });
        greet(app);
      };
      expect(await both(build)).toEqual(covered);
      expect((await both(build, '/nowhere'))[0]).toEqual([404, allowed]);
    },
  );

  test('hook preSerialization: only answers that are objects', async () => {
    const build: Build = (app) => {
      withOptions(app, { ...list, hook: 'preSerialization' });
      greet(app);
      app.get('/object', async () => ({ a: 1 }));
    };
    expect((await both(build))[0]).toEqual([200, {}]);
    expect(await both(build, '/object')).toEqual(covered);
  });
});

describe('@fastify/cors: order among hooks', () => {
  const guard: onRequestHookHandler = async (_req, reply) => reply.code(401).send('who are you?');

  test.each<readonly [fact: string, build: Build]>([
    [
      'a guard added after register',
      (app) => {
        withOptions(app, list);
        app.addHook('onRequest', guard);
        greet(app);
      },
    ],
    [
      'a guard added after an awaited register',
      async (app) => {
        await app.register(cors, list);
        app.addHook('onRequest', guard);
        greet(app);
      },
    ],
    [
      'a guard of the route',
      (app) => {
        app.get('/', { onRequest: guard }, async () => 'ok');
        withOptions(app, list);
      },
    ],
    [
      'a guard of a later hook, before register',
      (app) => {
        app.addHook('preHandler', guard);
        withOptions(app, list);
        greet(app);
      },
    ],
  ])('%s: preflights pass, and the 401 can be read', async (_fact, build) => {
    expect(await both(build)).toEqual([
      [401, allowed],
      [204, preflightAllowed],
    ]);
  });

  test('a guard added before register answers preflights first', async () => {
    const build: Build = (app) => {
      app.addHook('onRequest', guard);
      withOptions(app, list);
      greet(app);
    };
    expect(await both(build)).toEqual([
      [401, {}],
      [401, {}],
    ]);
  });

  test('a guard in onRequest comes before cors in a later hook', async () => {
    const build: Build = (app) => {
      withOptions(app, { ...list, hook: 'preHandler' });
      app.addHook('onRequest', guard);
      greet(app);
    };
    expect(await both(build)).toEqual([
      [401, {}],
      [401, {}],
    ]);
  });
});

describe('@fastify/cors: config.cors of a route', () => {
  const read = (config: unknown, ask: Ask): Promise<Answer> =>
    withFastify(
      (app) => {
        withOptions(app, list);
        app.get('/', { config: { cors: config as FastifyCorsOptions } }, async () => 'ok');
      },
      (send) => send(ask),
    );

  test.each<readonly [shown: string, config: unknown, expected: unknown]>([
    ['another list', { origin: [STRANGER] }, { 'access-control-allow-origin': STRANGER, vary: 'Origin' }],
    ["'*'", { origin: '*' }, { 'access-control-allow-origin': '*' }],
    ["['*']", { origin: ['*'] }, { 'access-control-allow-origin': '*', vary: 'Origin' }],
    ['false', false, {}],
    ['{ origin: false }', { origin: false }, {}],
    ['{}', {}, { vary: 'Origin' }],
    ['true', true, { vary: 'Origin' }],
    [
      'one more option, the others stay',
      { credentials: true },
      { 'access-control-allow-credentials': 'true', vary: 'Origin' },
    ],
  ])('%s counts for the response', async (_shown, config, expected) => {
    expect(status(await read(config, { origin: STRANGER }))).toEqual([200, expected]);
  });

  test('it does not count for the preflight, which has a route of its own', async () => {
    for (const config of [{ origin: [STRANGER] }, { origin: '*' }, false]) {
      expect((await read(config, preflight(STRANGER))).headers.has('access-control-allow-origin')).toBe(
        false,
      );
      expect(status(await read(config, preflight(APP)))).toEqual([204, preflightAllowed]);
    }
  });

  test('it counts on an OPTIONS route of the same path', async () => {
    const answer = await withFastify(
      (app) => {
        withOptions(app, list);
        app.options('/', { config: { cors: { origin: [STRANGER] } } }, async () => 'mine');
      },
      (send) => send(preflight(STRANGER)),
    );
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, STRANGER]);
  });
});

describe('@fastify/cors: a delegator', () => {
  type Delegator = (...all: never[]) => unknown;
  const calling =
    (error: unknown, options?: unknown) =>
    (_req: unknown, callback: Callback): void =>
      callback(error, options);

  test.each<readonly [fact: string, delegator: Delegator]>([
    ['callback(null, options)', calling(null, list)],
    ['callback(undefined, options)', calling(undefined, list)],
    ['an async function', async (_req: unknown) => list],
    ['an async function without parameters', async () => list],
  ])('%s: they count, as an option and by a function of the instance', async (_fact, delegator) => {
    for (const options of [{ delegator }, () => delegator]) {
      expect(
        await both((app) => {
          withOptions(app, options);
          greet(app);
        }),
      ).toEqual(covered);
    }
  });

  test('no options: `*`, with Vary', async () => {
    for (const delegator of [calling(null, {}), async () => ({})]) {
      expect(status(await answerOf({ delegator }, { origin: STRANGER }))).toEqual([
        200,
        { 'access-control-allow-origin': '*', vary: 'Origin' },
      ]);
    }
  });

  test('{ origin: false }: off, but for Vary', async () => {
    const options = { delegator: calling(null, { origin: false }) };
    expect(status(await answerOf(options, { origin: APP }))).toEqual([200, { vary: 'Origin' }]);
    expect(status(await answerOf(options, preflight(APP)))).toEqual([404, { vary: 'Origin' }]);
  });

  test('options beside it are ignored', async () => {
    const answer = await answerOf(
      { delegator: calling(null, {}), ...list, credentials: true },
      { origin: STRANGER },
    );
    expect(corsHeaders(answer)).toEqual({ 'access-control-allow-origin': '*', vary: 'Origin' });
  });

  test.each<readonly [fact: string, delegator: Delegator]>([
    ['callback(error)', calling(new Error('no'))],
    [
      'a function that throws',
      (_req: unknown, _callback: Callback) => {
        throw new Error('no');
      },
    ],
    [
      'an async function that rejects',
      async () => {
        throw new Error('no');
      },
    ],
    ['an async function without a result', async () => undefined],
    ['a function of one parameter that returns its options', (_req: unknown) => list],
  ])('%s: 500 without any CORS header, Vary included', async (_fact, delegator) => {
    for (const ask of [{ origin: APP }, preflight(APP), {}]) {
      expect(status(await answerOf({ delegator }, ask))).toEqual([500, {}]);
    }
  });

  test.concurrent.each<readonly [fact: string, delegator: Delegator]>([
    ['never calls back', (_req: unknown, _callback: Callback) => undefined],
    [
      'is async, with a second parameter that it does not call',
      async (_req: unknown, _callback: Callback) => list,
    ],
  ])('one that %s: hangs', async (_fact, delegator) => {
    expect((await answerOf({ delegator }, { origin: APP, patience: briefly })).hung).toBe(true);
  });

  test.concurrent(
    'passed to register itself it gets the instance, not the request: ends the process at start',
    async () => {
      const end = await inChild(`(req, callback) => callback(null, { origin: '*' })`);
      expect(end.code).toBe(1);
      expect(end.stderr).toContain('callback is not a function');
    },
  );
});

describe('@fastify/cors: what becomes of its headers', () => {
  const written = (build: Build, ask: Ask = { origin: APP }): Promise<readonly unknown[]> =>
    withFastify(
      (app) => {
        withOptions(app, list);
        build(app);
      },
      async (send) => status(await send(ask)),
    );

  test('they stay on a 500, on a 404, on HEAD', async () => {
    const throwing: Build = (app) =>
      app.get('/', async () => {
        throw new Error('no');
      });
    expect(await written(throwing)).toEqual([500, allowed]);
    expect(await written(() => undefined)).toEqual([404, allowed]);
    expect(await written((app) => greet(app), { method: 'HEAD', origin: APP })).toEqual([200, allowed]);
  });

  test('reply.header in a handler replaces, Vary too', async () => {
    const writing: Build = (app) =>
      app.get('/', async (_req, reply) => {
        reply.header('Access-Control-Allow-Origin', '*').header('Vary', 'Accept');
        return 'ok';
      });
    expect(await written(writing)).toEqual([200, { 'access-control-allow-origin': '*', vary: 'Accept' }]);
  });

  test('reply.raw knows nothing of them', async () => {
    const raw: Build = (app) =>
      app.get('/', (_req, reply) => {
        reply.hijack();
        reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' });
        reply.raw.end();
      });
    expect(await written(raw)).toEqual([200, {}]);
    const handedOn: Build = (app) =>
      app.get('/', (_req, reply) => {
        reply.hijack();
        reply.raw.writeHead(200, reply.getHeaders() as Record<string, string>);
        reply.raw.end();
      });
    expect(await written(handedOn)).toEqual([200, allowed]);
  });

  test.each([
    ['Accept', 'Accept, Origin'],
    ['origin', 'origin'],
    ['*', '*'],
  ])('Vary `%s` from an earlier hook becomes `%s`', async (before, after) => {
    const answer = await withFastify(
      (app) => {
        app.addHook('onRequest', async (_req, reply) => {
          reply.header('Vary', before);
        });
        withOptions(app, list);
        greet(app);
      },
      (send) => send({ origin: APP }),
    );
    expect(answer.headers.get('vary')).toBe(after);
  });
});
