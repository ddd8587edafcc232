/** What Express and bare `node:http` really do with headers that are written by hand, and with what goes on around them. */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler, NextFunction, Request, Response } from 'express';
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
import type { Answer, Ask, Build, Major } from './server.ts';

// Some start a process of their own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 15_000 });

const APP = 'https://app.example.com';
const OTHER = 'https://other.example.com';
const STRANGER = 'https://stranger.example.org';
const ACAO = 'Access-Control-Allow-Origin';
const ACAC = 'Access-Control-Allow-Credentials';

/** What stands behind the code under test: the two Express majors, or nothing but Node. */
type Host = Major | 'node';
const hosts: readonly Host[] = [...majors, 'node'];
const nameOf = (host: Host): string => (host === 'node' ? 'node:http' : `Express ${host}`);

const ok: Handler = (_req, res) => {
  res.send('ok');
};

/** The code of a Node error, or the message of any other. */
const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
};

/**
 * Runs `write` in a handler of each host and ends the answer where `write` did not.
 * What `write` throws becomes the header `x-thrown`, since a bare listener that throws ends the process.
 */
const written = (
  host: Host,
  write: (res: Response, req: Request) => unknown,
  ask: Ask = {},
): Promise<Answer> => {
  const listener = (req: IncomingMessage, res: ServerResponse): void => {
    try {
      write(res as Response, req as Request);
    } catch (error) {
      if (!res.headersSent) res.setHeader('X-Thrown', causeOf(error));
    }
    if (!res.writableEnded) res.end();
  };
  if (host === 'node') return withListener(listener, (send) => send(ask));
  return withApp(
    host,
    (app) => {
      app.use(listener);
    },
    (send) => send(ask),
  );
};

/** Express 4 prints its deprecations to stderr, unless somebody listens for them. */
const unwarned = async <Result>(run: () => Promise<Result>): Promise<Result> => {
  const emitter: EventEmitter = process;
  const listen = (): void => undefined;
  emitter.on('deprecation', listen);
  try {
    return await run();
  } finally {
    emitter.off('deprecation', listen);
  }
};

const thrownIn = (answer: Answer): string | undefined => answer.headers.get('x-thrown');

interface WriteFact {
  readonly fact: string;
  /** May throw, which fails the row. */
  readonly write: (res: Response) => unknown;
  readonly headers: Readonly<Record<string, string>>;
}

const name = 'access-control-allow-origin';
const both = { [name]: APP, 'access-control-allow-credentials': 'true' };

/** By Node's own methods, which Express inherits. */
const onAllHosts: readonly WriteFact[] = [
  { fact: 'setHeader', write: (res) => res.setHeader(ACAO, APP), headers: { [name]: APP } },
  {
    fact: 'setHeader twice, in any case: the last counts',
    write: (res) => res.setHeader(ACAO, OTHER).setHeader(name, APP),
    headers: { [name]: APP },
  },
  {
    fact: 'setHeader with a list: one line for each, which a browser joins',
    write: (res) => res.setHeader(ACAO, [APP, OTHER]),
    headers: { [name]: `${APP}, ${OTHER}` },
  },
  { fact: 'setHeader with []: no line', write: (res) => res.setHeader(ACAO, []), headers: {} },
  {
    fact: "setHeader with '': sent, empty",
    write: (res) => res.setHeader(ACAO, ''),
    headers: { [name]: '' },
  },
  {
    fact: 'setHeader with true, a number, null: as text',
    write: (res) =>
      res
        .setHeader(ACAC, true as never)
        .setHeader('Access-Control-Max-Age', 600)
        .setHeader(ACAO, null as never),
    headers: { 'access-control-allow-credentials': 'true', 'access-control-max-age': '600', [name]: 'null' },
  },
  {
    fact: 'setHeader with an object: as text',
    write: (res) => res.setHeader(ACAO, new URL(APP) as never),
    headers: { [name]: `${APP}/` },
  },
  {
    fact: 'setHeaders with a Map or Headers',
    write: (res) => res.setHeaders(new Map([[ACAO, APP]])).setHeaders(new Headers({ [ACAC]: 'true' })),
    headers: both,
  },
  {
    fact: 'appendHeader adds a line',
    write: (res) => res.appendHeader(ACAO, APP).appendHeader(name, OTHER),
    headers: { [name]: `${APP}, ${OTHER}` },
  },
  {
    fact: 'removeHeader takes away, in any case',
    write: (res) => {
      res.setHeader(ACAO, APP).setHeader(ACAC, 'true');
      res.removeHeader(name);
    },
    headers: { 'access-control-allow-credentials': 'true' },
  },
  { fact: 'removeHeader of what is not there', write: (res) => res.removeHeader(ACAO), headers: {} },
  {
    fact: 'getHeader gives what was set, in any case, a list as a list',
    write: (res) => {
      res.setHeader(ACAO, [APP]);
      res.setHeader('Access-Control-Expose-Headers', JSON.stringify(res.getHeader(name)));
    },
    headers: { [name]: APP, 'access-control-expose-headers': `["${APP}"]` },
  },
  {
    fact: 'writeHead with an object',
    write: (res) => res.writeHead(200, { [ACAO]: APP, [ACAC]: 'true' }),
    headers: both,
  },
  {
    fact: 'writeHead over headers that were set: it adds and replaces',
    write: (res) =>
      res
        .setHeader(ACAO, OTHER)
        .setHeader(ACAC, 'true')
        .writeHead(200, { [name]: APP }),
    headers: both,
  },
  {
    fact: 'writeHead replaces Vary',
    write: (res) => res.setHeader('Vary', 'Origin').writeHead(200, { vary: 'Accept' }),
    headers: { vary: 'Accept' },
  },
  {
    fact: 'writeHead with a status message',
    write: (res) => res.setHeader(ACAC, 'true').writeHead(200, 'Fine', { [ACAO]: APP }),
    headers: both,
  },
  {
    fact: 'writeHead without headers keeps those that were set',
    write: (res) => res.setHeader(ACAO, APP).writeHead(200),
    headers: { [name]: APP },
  },
  {
    fact: 'writeHead with a flat list',
    write: (res) => res.setHeader(ACAO, OTHER).writeHead(200, [ACAO, APP, ACAC, 'true']),
    headers: both,
  },
  {
    fact: 'writeHead with a list as value: two lines',
    write: (res) => res.writeHead(200, { [ACAO]: [APP, OTHER] }),
    headers: { [name]: `${APP}, ${OTHER}` },
  },
  {
    fact: 'white space around a value is gone on the way',
    write: (res) => res.setHeader(ACAO, ` ${APP} `),
    headers: { [name]: APP },
  },
];

describe.each(hosts.map((host) => [nameOf(host), host] as const))("%s: Node's own methods", (_name, host) => {
  test.each(onAllHosts.map((row) => [row.fact, row] as const))('%s', async (_fact, { write, headers }) => {
    const answer = await written(host, write);
    expect(thrownIn(answer)).toBeUndefined();
    expect([answer.status, corsHeaders(answer)]).toEqual([200, headers]);
  });

  test.each<readonly [fact: string, code: string, write: (res: Response) => unknown]>([
    [
      'setHeader with undefined',
      'ERR_HTTP_INVALID_HEADER_VALUE',
      (res) => res.setHeader(ACAO, undefined as never),
    ],
    ['setHeader with a line break', 'ERR_INVALID_CHAR', (res) => res.setHeader(ACAO, `${APP}\r\nX-A: b`)],
    [
      'setHeader with a character above 255',
      'ERR_INVALID_CHAR',
      (res) => res.setHeader(ACAO, 'https://a€.example'),
    ],
    ['a space in the name', 'ERR_INVALID_HTTP_TOKEN', (res) => res.setHeader('Access Control', 'x')],
    ['a colon in the name', 'ERR_INVALID_HTTP_TOKEN', (res) => res.setHeader(`${ACAO}:`, APP)],
    ['an empty name', 'ERR_INVALID_HTTP_TOKEN', (res) => res.setHeader('', APP)],
    [
      'a name without value',
      'ERR_HTTP_INVALID_HEADER_VALUE',
      (res) => (res.setHeader as (one: string) => unknown)(ACAO),
    ],
    [
      'writeHead with undefined as value',
      'ERR_HTTP_INVALID_HEADER_VALUE',
      (res) => res.setHeader('X-A', 'b').writeHead(200, { [ACAO]: undefined }),
    ],
    ['writeHead with an odd list', 'ERR_INVALID_ARG_VALUE', (res) => res.writeHead(200, [ACAO, APP, ACAC])],
    ['writeHead with status 99', 'ERR_HTTP_INVALID_STATUS_CODE', (res) => res.writeHead(99)],
  ])('%s throws %s', async (_fact, code, write) => {
    const answer = await written(host, write);
    expect([thrownIn(answer), corsHeaders(answer)]).toEqual([code, {}]);
  });

  test.each<readonly [fact: string, send: (res: Response) => unknown]>([
    ['writeHead', (res) => res.writeHead(200)],
    ['end', (res) => res.end('ok')],
    ['write', (res) => res.write('ok')],
    ['flushHeaders', (res) => res.flushHeaders()],
  ])('after %s, each of setHeader, removeHeader, writeHead throws', async (_fact, send) => {
    const thrown: string[] = [];
    const attempt = (action: () => unknown): void => {
      try {
        action();
      } catch (error) {
        thrown.push(causeOf(error));
      }
    };
    const answer = await written(host, (res) => {
      send(res);
      attempt(() => res.setHeader(ACAO, APP));
      attempt(() => res.removeHeader(ACAO));
      attempt(() => res.writeHead(200, { [ACAO]: APP }));
    });
    expect(thrown).toEqual(['ERR_HTTP_HEADERS_SENT', 'ERR_HTTP_HEADERS_SENT', 'ERR_HTTP_HEADERS_SENT']);
    expect([answer.status, corsHeaders(answer)]).toEqual([200, {}]);
  });
});

/** By the methods that Express adds. */
const onExpress: readonly WriteFact[] = [
  { fact: 'set(name, value)', write: (res) => res.set(ACAO, APP), headers: { [name]: APP } },
  { fact: 'header(name, value)', write: (res) => res.header(ACAO, APP), headers: { [name]: APP } },
  { fact: 'set({ … })', write: (res) => res.set({ [ACAO]: APP, [ACAC]: 'true' }), headers: both },
  { fact: 'header({ … })', write: (res) => res.header({ [ACAO]: APP, [ACAC]: true }), headers: both },
  {
    fact: 'set, setHeader and header write to one place: the last counts',
    write: (res) => {
      res.set(ACAO, OTHER);
      res.setHeader(name, STRANGER);
      res.header(ACAO, APP);
    },
    headers: { [name]: APP },
  },
  {
    fact: 'set with a list: one line for each',
    write: (res) => res.set(ACAO, [APP, OTHER]),
    headers: { [name]: `${APP}, ${OTHER}` },
  },
  { fact: 'set with []: no line', write: (res) => res.set(ACAO, []), headers: {} },
  {
    fact: 'set with undefined: the text `undefined`',
    write: (res) => res.set(ACAO, undefined),
    headers: { [name]: 'undefined' },
  },
  {
    fact: 'set({ …: undefined }): the text `undefined`',
    write: (res) => res.set({ [ACAO]: undefined }),
    headers: { [name]: 'undefined' },
  },
  {
    fact: 'set with null: the text `null`, which is the origin of every sandboxed frame',
    write: (res) => res.set(ACAO, null as never),
    headers: { [name]: 'null' },
  },
  {
    fact: 'set with [undefined, null]: as text too',
    write: (res) => res.set(ACAO, [undefined, null] as never),
    headers: { [name]: 'undefined, null' },
  },
  {
    fact: 'set with true, false, a number: as text',
    write: (res) =>
      res.set({ [ACAC]: true, 'Access-Control-Max-Age': 600, 'Access-Control-Allow-Methods': false }),
    headers: {
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '600',
      'access-control-allow-methods': 'false',
    },
  },
  {
    fact: "set with '': sent, empty",
    write: (res) => res.set(ACAO, ''),
    headers: { [name]: '' },
  },
  {
    fact: 'set(name) without value: nothing under that name',
    write: (res) => res.set(ACAO as never),
    headers: {},
  },
  {
    fact: 'set with a Map: nothing, it has no keys of its own',
    write: (res) => res.set(new Map([[ACAO, APP]])),
    headers: {},
  },
  {
    fact: 'append adds a line, or makes the first',
    write: (res) => res.append(ACAO, APP).append(name, OTHER),
    headers: { [name]: `${APP}, ${OTHER}` },
  },
  {
    fact: 'append of a list',
    write: (res) => res.set(ACAO, APP).append(ACAO, [OTHER, STRANGER]),
    headers: { [name]: `${APP}, ${OTHER}, ${STRANGER}` },
  },
  {
    fact: 'append of what is there already repeats it',
    write: (res) => res.append('Vary', 'Origin').append('Vary', 'Origin'),
    headers: { vary: 'Origin, Origin' },
  },
  { fact: 'vary(name)', write: (res) => res.vary('Origin'), headers: { vary: 'Origin' } },
  {
    fact: 'vary adds to what is there, in one line',
    write: (res) => res.set('Vary', 'Accept-Encoding').vary('Origin'),
    headers: { vary: 'Accept-Encoding, Origin' },
  },
  {
    fact: 'vary adds to a list',
    write: (res) => res.set('Vary', ['Accept', 'Accept-Encoding']).vary('Origin'),
    headers: { vary: 'Accept, Accept-Encoding, Origin' },
  },
  {
    fact: 'vary does not repeat, in any case',
    write: (res) => res.vary('Origin').vary('origin').vary('ORIGIN'),
    headers: { vary: 'Origin' },
  },
  {
    fact: 'vary with a list, or with commas in a string',
    write: (res) => res.vary(['Origin', 'Accept'] as never).vary('Accept, X-A'),
    headers: { vary: 'Origin, Accept, X-A' },
  },
  {
    fact: "vary('*') replaces the rest",
    write: (res) => res.vary('Origin').vary('*'),
    headers: { vary: '*' },
  },
  {
    fact: "vary after '*' changes nothing",
    write: (res) => res.vary('*').vary('Origin'),
    headers: { vary: '*' },
  },
  {
    fact: 'set replaces what vary wrote',
    write: (res) => res.vary('Origin').set('Vary', 'Accept'),
    headers: { vary: 'Accept' },
  },
  { fact: 'vary, then removeHeader', write: (res) => res.vary('Origin').removeHeader('vary'), headers: {} },
  {
    fact: 'get gives what was set',
    write: (res) => res.set(ACAO, APP).set('Access-Control-Expose-Headers', res.get(name)),
    headers: { [name]: APP, 'access-control-expose-headers': APP },
  },
];

describe.each(majors)('Express %i: its own methods', (major) => {
  test.each(onExpress.map((row) => [row.fact, row] as const))('%s', async (_fact, { write, headers }) => {
    const answer = await written(major, write);
    expect(thrownIn(answer)).toBeUndefined();
    expect([answer.status, corsHeaders(answer)]).toEqual([200, headers]);
  });

  test('set(name) without value takes the name apart, letter by letter', async () => {
    const answer = await written(major, (res) => res.set('ab' as never));
    expect([answer.headers.get('0'), answer.headers.get('1')]).toEqual(['a', 'b']);
  });

  test.each<readonly [fact: string, cause: string, write: (res: Response) => unknown]>([
    ['set with a line break', 'ERR_INVALID_CHAR', (res) => res.set(ACAO, `${APP}\nX-A: b`)],
    ['a space in the name', 'ERR_INVALID_HTTP_TOKEN', (res) => res.set('Access Control', 'x')],
    ['vary with an invalid name', 'field argument contains an invalid header name', (res) => res.vary('a b')],
    ['set after the answer', 'ERR_HTTP_HEADERS_SENT', (res) => res.send('ok').set(ACAO, APP)],
    ['send after the answer', 'ERR_HTTP_HEADERS_SENT', (res) => res.send('ok').send('again')],
  ])('%s throws %s', async (_fact, cause, write) => {
    let thrown: unknown;
    await written(major, (res) => {
      try {
        write(res);
      } catch (error) {
        thrown = error;
      }
    });
    expect(causeOf(thrown)).toBe(cause);
  });

  test.each<readonly [fact: string, write: (res: Response) => unknown]>([
    ["vary('')", (res) => res.vary('')],
    ['vary(undefined)', (res) => res.vary(undefined as never)],
  ])('%s throws on 5 and is ignored on 4', async (_fact, write) => {
    const answer = await unwarned(() => written(major, (res) => write(res.vary('Origin'))));
    expect(thrownIn(answer)).toBe(major === 5 ? 'field argument is required' : undefined);
    expect(corsHeaders(answer)).toEqual({ vary: 'Origin' });
  });

  test('vary([]) changes nothing', async () => {
    const answer = await unwarned(() => written(major, (res) => res.vary('Origin').vary([] as never)));
    expect([thrownIn(answer), corsHeaders(answer)]).toEqual([undefined, { vary: 'Origin' }]);
  });

  test.each<readonly [fact: string, status: number, body: string, end: (res: Response) => unknown]>([
    ['send(text)', 200, 'hello', (res) => res.send('hello')],
    ['send()', 200, '', (res) => res.send()],
    ['send(object)', 200, '{"a":1}', (res) => res.send({ a: 1 })],
    ['json(value)', 200, '{"a":1}', (res) => res.json({ a: 1 })],
    ['status(204).end()', 204, '', (res) => res.status(204).end()],
    ['status(403).json(…)', 403, '{}', (res) => res.status(403).json({})],
    ['sendStatus(204)', 204, '', (res) => res.sendStatus(204)],
    ['sendStatus(200)', 200, 'OK', (res) => res.sendStatus(200)],
    ['sendStatus(403)', 403, 'Forbidden', (res) => res.sendStatus(403)],
    ["type('json').send(text)", 200, '[]', (res) => res.type('json').send('[]')],
    ['end(text)', 200, 'hello', (res) => res.end('hello')],
    ['writeHead(200, …).end()', 200, '', (res) => res.writeHead(200, { 'X-A': 'b' }).end()],
  ])('%s keeps all headers that were set', async (_fact, status, body, end) => {
    const answer = await written(major, (res) => end(res.set({ [ACAO]: APP, [ACAC]: true }).vary('Origin')));
    expect([answer.status, answer.body, corsHeaders(answer)]).toEqual([
      status,
      body,
      { ...both, vary: 'Origin' },
    ]);
  });

  test('redirect keeps them, and adds Accept to Vary', async () => {
    const answer = await written(major, (res) => res.set(ACAO, APP).vary('Origin').redirect('/elsewhere'));
    expect([answer.status, answer.headers.get('location'), corsHeaders(answer)]).toEqual([
      302,
      '/elsewhere',
      { [name]: APP, vary: 'Origin, Accept' },
    ]);
    const moved = await written(major, (res) => res.redirect(301, '/elsewhere'));
    expect([moved.status, corsHeaders(moved)]).toEqual([301, { vary: 'Accept' }]);
  });

  test('a 304 that `send` makes of a 200 keeps them', async () => {
    const answer = await written(major, (res) => res.set(ACAO, APP).vary('Origin').send('ok'), {
      headers: { 'If-None-Match': '*' },
    });
    expect([answer.status, corsHeaders(answer)]).toEqual([304, { [name]: APP, vary: 'Origin' }]);
  });

  test('status() alone answers nothing', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use((_req, res) => {
          res.status(204);
        });
      },
      (send) => send({ patience: briefly }),
    );
    expect(answer.hung).toBe(true);
  });

  test('end() twice harms nobody', async () => {
    const answer = await written(major, (res) => res.set(ACAO, APP).end('ok').end());
    expect([answer.status, answer.body]).toEqual([200, 'ok']);
  });
});

describe.each(hosts.map((host) => [nameOf(host), host] as const))(
  '%s: what a request says',
  (_name, host) => {
    const reading = async (read: (req: Request) => unknown, ask: Ask = {}): Promise<unknown> => {
      let seen: unknown;
      await written(host, (_res, req) => (seen = read(req)), ask);
      return seen;
    };

    test('headers.origin is the Origin, or undefined; names are in lower case', async () => {
      const read = (req: Request): unknown => [
        req.headers.origin,
        req.headers['Origin'],
        'origin' in req.headers,
      ];
      expect(await reading(read, { origin: APP })).toEqual([APP, undefined, true]);
      expect(await reading(read)).toEqual([undefined, undefined, false]);
      expect(await reading(read, { origin: '' })).toEqual(['', undefined, true]);
    });

    test('several Origin lines are one text in `headers`', async () => {
      expect(await reading((req) => req.headers.origin, { origin: [APP, OTHER] })).toBe(`${APP}, ${OTHER}`);
    });

    test('the method is as it was sent', async () => {
      const read = (req: Request): unknown => req.method;
      const sent = ['GET', 'HEAD', 'OPTIONS', 'PATCH'];
      expect(await Promise.all(sent.map((method) => reading(read, { method })))).toEqual(sent);
    });

    test("a preflight's questions", async () => {
      const read = (req: Request): unknown => [
        req.headers['access-control-request-method'],
        req.headers['access-control-request-headers'],
        req.headers.cookie,
        req.headers.authorization,
      ];
      expect(await reading(read, preflight(APP, 'PUT', 'x-a,x-b'))).toEqual([
        'PUT',
        'x-a,x-b',
        undefined,
        undefined,
      ]);
      expect(await reading(read, preflight(APP))).toEqual(['PUT', undefined, undefined, undefined]);
    });

    if (host === 'node') {
      test('setHeader with the Origin throws without Origin', async () => {
        const echo = (res: Response, req: Request): unknown =>
          res.setHeader(ACAO, req.headers.origin as string);
        expect(corsHeaders(await written(host, echo, { origin: APP }))).toEqual({ [name]: APP });
        expect(thrownIn(await written(host, echo))).toBe('ERR_HTTP_INVALID_HEADER_VALUE');
      });
      return;
    }

    test("get and header, in any case, 'referer' and 'referrer' alike", async () => {
      const read = (req: Request): unknown => [
        req.get('Origin'),
        req.header('origin'),
        req.get('ORIGIN'),
        req.get('referer'),
        req.get('Referrer'),
      ];
      const page = `${APP}/page`;
      expect(await reading(read, { origin: APP, headers: { Referer: page } })).toEqual([
        APP,
        APP,
        APP,
        page,
        page,
      ]);
      expect(await reading(read, { origin: APP, headers: { Referrer: page } })).toEqual([
        APP,
        APP,
        APP,
        page,
        page,
      ]);
      expect(await reading(read)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    });

    test('get without a name throws', async () => {
      const answer = await written(host, (_res, req) => (req.get as () => unknown)());
      expect(thrownIn(answer)).toBe('name argument is required to req.get');
    });

    test('an echo without Origin: the text `undefined` by set, 500 by setHeader', async () => {
      const answers = (handler: Handler): Promise<Answer> =>
        withApp(
          host,
          (app) => {
            app.get('/', handler, ok);
          },
          (send) => send(),
        );
      const bySet = await answers((req, res, next) => {
        res.set(ACAO, req.headers.origin);
        next();
      });
      expect([bySet.status, corsHeaders(bySet)]).toEqual([200, { [name]: 'undefined' }]);
      const bySetHeader = await answers((req, res, next) => {
        res.setHeader(ACAO, req.headers.origin as string);
        next();
      });
      expect([bySetHeader.status, corsHeaders(bySetHeader)]).toEqual([500, {}]);
    });
  },
);

describe('writeHead with a list depends on whether a header was set before, and Express always sets one', () => {
  const lists: readonly (readonly [fact: string, list: unknown, fresh: string | undefined])[] = [
    ['a flat list', [ACAO, APP, ACAC, 'true'], APP],
    [
      'a list of pairs',
      [
        [ACAO, APP],
        [ACAC, 'true'],
      ],
      APP,
    ],
  ];

  test.each(lists)('bare node:http, nothing set before: %s works', async (_fact, list, allowOrigin) => {
    const answer = await written('node', (res) => res.writeHead(200, list as never));
    expect([thrownIn(answer), answer.headers.get(name)]).toEqual([undefined, allowOrigin]);
  });

  test.each(majors)('Express %i: a list of pairs throws', async (major) => {
    const answer = await written(major, (res) =>
      res.writeHead(200, [
        [ACAO, APP],
        [ACAC, 'true'],
      ] as never),
    );
    expect([thrownIn(answer), corsHeaders(answer)]).toEqual(['ERR_INVALID_HTTP_TOKEN', {}]);
  });
});

const allowing: Handler = (_req, res, next) => {
  res.set({ [ACAO]: APP, [ACAC]: true }).vary('Origin');
  next();
};
const allowed = { ...both, vary: 'Origin' };

/** One request to an app that says `allowing` first. */
const behind = (major: Major, build: Build, ask: Ask = { path: '/x' }): Promise<Answer> =>
  withApp(
    major,
    (app, express) => {
      app.use(allowing);
      build(app, express);
    },
    (send) => send(ask),
  );

const status = (answer: Answer): readonly [status: number, headers: unknown] => [
  answer.status,
  corsHeaders(answer),
];

describe.each(majors)('Express %i: what was set first survives', (major) => {
  const failing = (error: unknown): Handler => {
    return (_req, _res, next) => next(error);
  };

  test.each<readonly [fact: string, expected: number, build: Build]>([
    ['no route: 404', 404, () => undefined],
    ['an error: 500', 500, (app) => app.use(failing(new Error('no')))],
    ['an error that is a text: 500', 500, (app) => app.use(failing('no'))],
    [
      'an error with `status`',
      403,
      (app) => app.use(failing(Object.assign(new Error('no'), { status: 403 }))),
    ],
    [
      'an error with `statusCode`',
      401,
      (app) => app.use(failing(Object.assign(new Error('no'), { statusCode: 401 }))),
    ],
    [
      'an error with `status` 200: 500',
      500,
      (app) => app.use(failing(Object.assign(new Error('no'), { status: 200 }))),
    ],
    [
      'an error behind status(401)',
      401,
      (app) =>
        app.use((_req, res, next) => {
          res.status(401);
          next(new Error('no'));
        }),
    ],
    [
      'a handler that throws: 500',
      500,
      (app) =>
        app.get('/x', () => {
          throw new Error('no');
        }),
    ],
    [
      'a header that cannot be set: 500',
      500,
      (app) =>
        app.get('/x', (_req, res) => {
          res.setHeader('X-A', '\n');
        }),
    ],
    [
      "next('route') to another route",
      200,
      (app) => {
        app.get('/x', (_req, _res, next) => next('route'));
        app.get('/x', ok);
      },
    ],
    [
      "next('router') out of a router",
      200,
      (app, express) => {
        const router = express.Router();
        router.use((_req, _res, next) => next('router'));
        app.use(router);
        app.get('/x', ok);
      },
    ],
    [
      "next('router') out of the app: 404",
      404,
      (app) => {
        app.use((_req, _res, next) => next('router'));
        app.get('/x', ok);
      },
    ],
    [
      'an error handler that answers',
      418,
      (app) => {
        app.use(failing(new Error('no')));
        app.use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => {
          res.status(418).json({});
        });
      },
    ],
  ])('%s', async (_fact, expected, build) => {
    expect(status(await behind(major, build))).toEqual([expected, allowed]);
  });

  test('an error takes away only what describes the content, and may bring headers of its own', async () => {
    const answer = await behind(major, (app) => {
      app.use((_req, res, next) => {
        res.set({
          'Content-Language': 'de',
          'Content-Encoding': 'gzip',
          'Content-Range': 'bytes',
          'X-A': 'b',
        });
        next(Object.assign(new Error('no'), { status: 403, headers: { [ACAO]: OTHER } }));
      });
    });
    expect(status(answer)).toEqual([403, { ...allowed, [name]: OTHER }]);
    expect(
      ['content-language', 'content-encoding', 'content-range', 'x-a'].map((key) => answer.headers.has(key)),
    ).toEqual([false, false, false, true]);
  });

  test("an error's own headers count only with a status of its own", async () => {
    const answer = await behind(major, (app) =>
      app.use(failing(Object.assign(new Error('no'), { headers: { [ACAO]: OTHER } }))),
    );
    expect(status(answer)).toEqual([500, allowed]);
  });

  test('the automatic answer to OPTIONS keeps them; it comes only where the path has a route', async () => {
    const build: Build = (app) => app.put('/x', ok);
    const known = await behind(major, build, { ...preflight(APP), path: '/x' });
    expect([...status(known), known.headers.get('allow'), known.body]).toEqual([200, allowed, 'PUT', 'PUT']);
    const unknown = await behind(major, build, { ...preflight(APP), path: '/y' });
    expect([...status(unknown), unknown.headers.get('allow')]).toEqual([404, allowed, undefined]);
  });

  test('a later writer counts for each header by itself', async () => {
    const answer = await behind(major, (app) =>
      app.get('/x', (_req, res) => {
        res.set(ACAO, OTHER).send('ok');
      }),
    );
    expect(status(answer)).toEqual([200, { ...allowed, [name]: OTHER }]);
  });

  test('headers that are set again from an object without one of them keep that one', async () => {
    const answer = await behind(major, (app) =>
      app.get('/x', (_req, res) => {
        res.writeHead(200, { [ACAO]: '*' }).end();
      }),
    );
    expect(status(answer)).toEqual([200, { ...allowed, [name]: '*' }]);
  });

  test('removeHeader in a handler takes them away', async () => {
    const answer = await behind(major, (app) =>
      app.get('/x', (_req, res) => {
        res.removeHeader(ACAO);
        res.send('ok');
      }),
    );
    expect(status(answer)).toEqual([200, { 'access-control-allow-credentials': 'true', vary: 'Origin' }]);
  });
});

test('Express 5: after the rejection of an async handler they survive too', async () => {
  const answer = await behind(5, (app) =>
    app.get('/x', async () => {
      await Promise.resolve();
      throw new Error('no');
    }),
  );
  expect(status(answer)).toEqual([500, allowed]);
});

test.concurrent(
  'Express 4: an async handler that rejects hangs where the process survives the rejection',
  async () => {
    const end = await serveInChild(
      4,
      `process.on('unhandledRejection', (error) => console.log('unhandled:', error.message));
     app.get('/', async () => { throw new Error('from a handler'); });`,
    );
    expect([end.code, end.stdout]).toEqual([0, 'unhandled: from a handler\n']);
  },
);

describe.each(majors)('Express %i: headers that come too late', (major) => {
  const late =
    (order: string[]): Handler =>
    (_req, res, next) => {
      next();
      order.push(res.headersSent ? 'sent' : 'not sent');
      res.set(ACAO, APP);
    };

  test('set after next(), the handler answered at once: they are missing, and the error is seen by nobody', async () => {
    const order: string[] = [];
    const errors: unknown[] = [];
    const answer = await withApp(
      major,
      (app) => {
        app.use(late(order));
        app.get('/x', ok);
        app.use((error: unknown, _req: Request, _res: Response, next: NextFunction) => {
          errors.push(causeOf(error));
          next(error);
        });
      },
      (send) => send({ path: '/x' }),
    );
    expect([answer.status, answer.body, corsHeaders(answer), order]).toEqual([200, 'ok', {}, ['sent']]);
    expect(errors).toEqual(['ERR_HTTP_HEADERS_SENT']);
  });

  test('set after next(), the handler answers later: they are there', async () => {
    const order: string[] = [];
    const answer = await withApp(
      major,
      (app) => {
        app.use(late(order));
        app.get('/x', (_req, res) => {
          setImmediate(() => res.send('ok'));
        });
      },
      (send) => send({ path: '/x' }),
    );
    expect([...status(answer), order]).toEqual([200, { [name]: APP }, ['not sent']]);
  });

  test('set after the answer in the same handler: the client has its answer, without them', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.get('/x', (_req, res) => {
          res.send('ok');
          res.set(ACAO, APP);
        });
      },
      (send) => send({ path: '/x' }),
    );
    expect([answer.body, ...status(answer)]).toEqual(['ok', 200, {}]);
  });

  test('OPTIONS answered, and next() called all the same: the client has its answer', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use((req, res, next) => {
          res.set(ACAO, APP);
          if (req.method === 'OPTIONS') res.sendStatus(204);
          next();
        });
        app.put('/x', ok);
      },
      (send) => send({ ...preflight(APP), path: '/x' }),
    );
    expect(status(answer)).toEqual([204, { [name]: APP }]);
  });

  test('an OPTIONS branch that neither answers nor goes on: hangs, for preflights alone', async () => {
    const answers = await withApp(
      major,
      (app) => {
        app.use((req, res, next) => {
          res.set(ACAO, APP);
          if (req.method === 'OPTIONS') {
            res.status(204);
            return;
          }
          next();
        });
        app.get('/x', ok);
      },
      (send) =>
        Promise.all([send({ path: '/x' }), send({ ...preflight(APP), path: '/x', patience: briefly })]),
    );
    expect(answers.map((answer) => answer.hung)).toEqual([false, true]);
  });

  test.concurrent(
    'set from a later tick, after the answer: ends the process (uncaught exception)',
    async () => {
      const end = await serveInChild(
        major,
        `app.get('/', (req, res) => {
         res.send('ok');
         setTimeout(() => res.set('Access-Control-Allow-Origin', '*'), 5);
       });`,
      );
      expect(end.code).toBe(1);
      expect(end.stderr).toContain('ERR_HTTP_HEADERS_SENT');
    },
  );

  test.concurrent(
    'set by an async handler after an await, after the answer: ends the process on 4 only',
    async () => {
      const end = await serveInChild(
        major,
        `app.set('env', 'test');
       app.get('/', async (req, res) => {
         res.send('ok');
         await null;
         res.set('Access-Control-Allow-Origin', '*');
       });`,
      );
      expect(end.code).toBe(major === 5 ? 0 : 1);
      if (major === 5) expect(end.stdout).toContain('answered');
      else expect(end.stderr).toContain('ERR_HTTP_HEADERS_SENT');
    },
  );
});

test.concurrent('bare node:http: a listener that throws ends the process', async () => {
  const end = await serveInChild(
    5,
    `const { createServer } = await import('node:http');
     app.listen = (...rest) => createServer((req, res) => {
       res.setHeader('Access-Control-Allow-Origin', undefined);
     }).listen(...rest);`,
  );
  expect(end.code).toBe(1);
  expect(end.stderr).toContain('ERR_HTTP_INVALID_HEADER_VALUE');
  expect(end.stdout).not.toContain('answered');
});

describe.each(majors)('Express %i: two writers, cors() one of them', (major) => {
  const writing =
    (headers: Readonly<Record<string, string>>): Handler =>
    (_req, res, next) => {
      res.set(headers);
      next();
    };
  const answered = (first: Handler, second: Handler, ask: Ask): Promise<Answer> =>
    withApp(
      major,
      (app) => {
        app.use(first, second);
        app.get('/', ok);
      },
      (send) => send(ask),
    );

  test('cors() after: it replaces what it writes and keeps the rest, and adds to Vary', async () => {
    const answer = await answered(
      writing({ [ACAO]: '*', [ACAC]: 'true', Vary: 'Accept-Encoding' }),
      corsWith({ origin: [APP] }),
      { origin: APP },
    );
    expect(status(answer)).toEqual([200, { ...both, vary: 'Accept-Encoding, Origin' }]);
  });

  test.each<readonly [fact: string, options: unknown, vary: string | undefined]>([
    ['a list that does not contain the origin', { origin: [APP] }, 'Origin'],
    ['origin false', { origin: false }, undefined],
    [
      'callback(null, false)',
      { origin: (_asked: unknown, callback: (...all: unknown[]) => void) => callback(null, false) },
      undefined,
    ],
  ])('cors() after, with %s: what was written before stays', async (_fact, options, vary) => {
    for (const ask of [{ origin: STRANGER }, preflight(STRANGER)]) {
      const answer = await answered(writing({ [ACAO]: '*' }), corsWith(options), ask);
      expect(answer.headers.get(name)).toBe('*');
      expect(answer.headers.get('vary')?.startsWith('Origin') ?? false).toBe(vary !== undefined);
    }
  });

  test('cors() before: the later writer counts on the response, cors alone on the preflight', async () => {
    const layers = [corsWith({ origin: [APP] }), writing({ [ACAO]: '*', Vary: 'Accept' })] as const;
    expect(status(await answered(...layers, { origin: STRANGER }))).toEqual([
      200,
      { [name]: '*', vary: 'Accept' },
    ]);
    const preflighted = await answered(...layers, preflight(STRANGER));
    expect([preflighted.status, preflighted.headers.has(name)]).toEqual([204, false]);
  });

  test('a handler that writes its own origin after cors()', async () => {
    const answer = await withApp(
      major,
      (app) => {
        app.use(corsWith({ origin: APP, credentials: true }));
        app.get('/', (_req, res) => {
          res.set(ACAO, '*').json({});
        });
      },
      (send) => send({ origin: APP }),
    );
    expect(status(answer)).toEqual([200, { ...allowed, [name]: '*' }]);
  });
});

describe.each(majors)('Express %i: cors(options)(req, res, next) in a middleware', (major) => {
  const answered = (middleware: Handler, ask: Ask): Promise<Answer> =>
    withApp(
      major,
      (app) => {
        app.use(middleware);
        app.get('/', ok);
      },
      (send) => send(ask),
    );

  test('it works as if it were mounted', async () => {
    const middleware: Handler = (req, res, next) => corsWith({ origin: [APP] })(req, res, next);
    expect(status(await answered(middleware, { origin: APP }))).toEqual([
      200,
      { [name]: APP, vary: 'Origin' },
    ]);
    expect((await answered(middleware, preflight(APP))).status).toBe(204);
  });

  test('the headers are there when it goes on, and a preflight does not go on', async () => {
    const seen: unknown[] = [];
    const middleware: Handler = (req, res, next) =>
      corsWith({ origin: [APP] })(req, res, () => {
        seen.push(res.getHeader(ACAO));
        next();
      });
    await answered(middleware, { origin: APP });
    await answered(middleware, preflight(APP));
    expect(seen).toEqual([APP]);
  });

  test('what stands behind the call runs after the rest of the chain', async () => {
    const order: string[] = [];
    const answer = await withApp(
      major,
      (app) => {
        app.use((req, res, next) => {
          corsWith()(req, res, next);
          order.push('behind the call');
        });
        app.get('/', (_req, res) => {
          order.push('handler');
          res.send('ok');
        });
      },
      (send) => send({ origin: APP }),
    );
    expect([answer.status, order]).toEqual([200, ['handler', 'behind the call']]);
  });

  test('next() beside it, instead of within: the handler runs in time, and the preflight is answered by cors', async () => {
    const middleware: Handler = (req, res, next) => {
      corsWith()(req, res, () => undefined);
      next();
    };
    expect(status(await answered(middleware, { origin: APP }))).toEqual([200, { [name]: '*' }]);
    expect((await answered(middleware, preflight(APP))).status).toBe(204);
  });

  test('without next: hangs, but answers preflights', async () => {
    const middleware: Handler = (req, res) => corsWith()(req, res, () => undefined);
    expect((await answered(middleware, { origin: APP, patience: briefly })).hung).toBe(true);
    expect((await answered(middleware, preflight(APP))).status).toBe(204);
  });

  test('as a promise that is awaited, it never goes on after a preflight', async () => {
    let runs = 0;
    const middleware: Handler = async (req, res, next) => {
      await new Promise((resolve) => {
        corsWith()(req, res, resolve);
      });
      runs++;
      next();
    };
    expect((await answered(middleware, { origin: APP })).status).toBe(200);
    expect((await answered(middleware, preflight(APP))).status).toBe(204);
    expect(runs).toBe(1);
  });
});

test('bare node:http: cors(options)(req, res, next) answers preflights and goes on with reads', async () => {
  const middleware = corsWith({ origin: [APP] });
  const answers = await withListener(
    (req, res) => {
      middleware(req as Request, res as Response, () => {
        res.end('ok');
      });
    },
    (send) => Promise.all([send({ origin: APP }), send(preflight(APP)), send({ origin: STRANGER })]),
  );
  expect(answers.map((answer) => [answer.status, answer.headers.get(name)])).toEqual([
    [200, APP],
    [204, APP],
    [200, undefined],
  ]);
});

describe.each(majors)('Express %i: what a middleware sees of the request', (major) => {
  test('a middleware on a path sees the rest of it; method and originalUrl stay', async () => {
    const seen: unknown[] = [];
    const looking: Handler = (req, _res, next) => {
      seen.push([req.method, req.path, req.url, req.originalUrl, req.baseUrl]);
      next();
    };
    await withApp(
      major,
      (app) => {
        app.use(looking);
        app.use('/api', looking);
        app.all('/api/x', looking, ok);
      },
      (send) => send({ ...preflight(APP), path: '/api/x?y=1' }),
    );
    expect(seen).toEqual([
      ['OPTIONS', '/api/x', '/api/x?y=1', '/api/x?y=1', ''],
      ['OPTIONS', '/x', '/x?y=1', '/api/x?y=1', '/api'],
      ['OPTIONS', '/api/x', '/api/x?y=1', '/api/x?y=1', ''],
    ]);
  });

  test('a get handler that serves HEAD sees `HEAD`', async () => {
    let method: string | undefined;
    await withApp(
      major,
      (app) => {
        app.get('/x', (req, res) => {
          method = req.method;
          res.send('ok');
        });
      },
      (send) => send({ method: 'HEAD', path: '/x' }),
    );
    expect(method).toBe('HEAD');
  });

  test('what a middleware writes to url or method changes what follows', async () => {
    const reached = await withApp(
      major,
      (app) => {
        app.use((req, _res, next) => {
          if (req.path === '/old') req.url = '/new';
          if (req.get('X-HTTP-Method-Override') !== undefined) req.method = 'DELETE';
          next();
        });
        app.get('/new', ok);
        app.delete('/x', ok);
      },
      async (send) => [
        (await send({ path: '/old' })).status,
        (await send({ method: 'POST', path: '/x', headers: { 'X-HTTP-Method-Override': 'DELETE' } })).status,
      ],
    );
    expect(reached).toEqual([200, 200]);
  });
});
