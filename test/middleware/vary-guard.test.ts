/** Handlers and other libraries write headers as if they were alone: what of the policy still stands when they are sent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import type { Decision, Reason } from '../../src/middleware/types.ts';
import { corsHeaders, majors, preflight, withApp } from '../facts/server.ts';
import type { Ask } from '../facts/server.ts';
import { APP, kinds, kinds1, linesOf, OTHER, says, serve, STRANGER } from './serve.ts';
import type { Layer, Lines } from './serve.ts';

type Writes = (response: ServerResponse) => void;
/** The types of Node know no pairs, which its documentation describes. */
type AnyWriteHead = (status: number, ...more: readonly unknown[]) => ServerResponse;

const writeHead = (response: ServerResponse, ...more: readonly unknown[]): ServerResponse =>
  (response.writeHead as AnyWriteHead).call(response, 200, ...more);

/** HTTP/2 does not give the response back. */
const set = (response: ServerResponse, name: string, value: string | readonly string[]): ServerResponse => {
  response.setHeader(name, value);
  return response;
};

/** Every way that Node has to send another `Vary`. Each sends `Cookie`, except those that send none. */
const overwrites: Readonly<Record<string, Writes>> = {
  'setHeader and end': (response) => set(response, 'Vary', 'Cookie').end(),
  'setHeader in lower case': (response) => set(response, 'vary', 'Cookie').end(),
  'setHeader with a list': (response) => set(response, 'Vary', ['Cookie', 'Accept']).end(),
  'writeHead with an object': (response) => response.writeHead(200, { Vary: 'Cookie' }).end(),
  'writeHead with an object of lists': (response) => response.writeHead(200, { Vary: ['Cookie'] }).end(),
  'writeHead with a flat list': (response) => writeHead(response, ['Vary', 'Cookie']).end(),
  'writeHead with a flat list that names it twice': (response) =>
    writeHead(response, ['Vary', 'Accept', 'VARY', 'Cookie']).end(),
  'writeHead with pairs': (response) => writeHead(response, [['Vary', 'Cookie']]).end(),
  'writeHead with headers in the third place': (response) =>
    writeHead(response, undefined, { Vary: 'Cookie' }).end(),
  'setHeader, then writeHead with an object': (response) =>
    set(response, 'Vary', 'Accept').writeHead(200, { vary: 'Cookie' }).end(),
  'setHeader, then bare writeHead': (response) => set(response, 'Vary', 'Cookie').writeHead(200).end(),
  'setHeader and flushHeaders': (response) => {
    set(response, 'Vary', 'Cookie').flushHeaders();
    response.end();
  },
  'setHeader and write': (response) => {
    set(response, 'Vary', 'Cookie').write('x');
    response.end();
  },
  'setHeader and pipe': (response) => {
    response.setHeader('Vary', 'Cookie');
    Readable.from(['x', 'y']).pipe(response);
  },
};
const overwrites1: Readonly<Record<string, Writes>> = {
  setHeaders: (response) => response.setHeaders(new Map([['vary', 'Cookie']])).end(),
  'writeHead with a reason and an object': (response) =>
    response.writeHead(200, 'Fine', { Vary: 'Cookie' }).end(),
  'writeHead with a reason and a flat list': (response) =>
    writeHead(response, 'Fine', ['Vary', 'Cookie']).end(),
  'writeHead with a reason and pairs': (response) => writeHead(response, 'Fine', [['Vary', 'Cookie']]).end(),
};
const removals: Readonly<Record<string, Writes>> = {
  'removeHeader and end': (response) => {
    response.removeHeader('Vary');
    response.end();
  },
  'removeHeader and flushHeaders': (response) => {
    response.removeHeader('vary');
    response.flushHeaders();
    response.end();
  },
  'removeHeader and writeHead': (response) => {
    response.removeHeader('Vary');
    response.writeHead(200).end();
  },
  'an empty text': (response) => set(response, 'Vary', '').end(),
};

const layer =
  (write: Writes): Layer =>
  (_request, response) =>
    write(response);

describe.each(kinds)('%s: `Vary` names `Origin`', (kind) => {
  const is1 = kind !== 'node:http2';
  test.each(Object.entries({ ...overwrites, ...(is1 && overwrites1) }))(
    'after %s, beside what was written',
    (_, write) =>
      serve(kind, [cors({ origin: APP, credentials: true }), layer(write)], async (send) => {
        const answer = await send({ origin: APP });
        expect(answer.status).toBe(200);
        const names = answer.headers.get('vary')?.split(', ');
        expect(names).toContain('Cookie');
        expect(names?.filter((name) => name === 'Origin')).toHaveLength(1);
        expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
        expect((await send({ origin: STRANGER })).headers.get('vary')).toMatch(/, Origin$/);
        expect((await send()).headers.get('vary')).toMatch(/, Origin$/);
      }),
  );

  test.each(Object.entries(removals))('after %s', (_, write) =>
    serve(kind, [cors({ origin: APP }), layer(write)], async (send) => {
      expect(corsHeaders(await send({ origin: APP }))).toEqual({
        'access-control-allow-origin': APP,
        vary: 'Origin',
      });
      expect(corsHeaders(await send())).toEqual({ vary: 'Origin' });
    }),
  );

  test('and the other names, where a handler answers `OPTIONS` and overwrites it', () =>
    serve(kind, [cors({ origin: APP }), layer(overwrites['setHeader and end']!)], async (send) => {
      const names = ['Cookie', 'Origin', 'Access-Control-Request-Method', 'Access-Control-Request-Headers'];
      expect((await send({ method: 'OPTIONS' })).headers.get('vary')).toBe(names.join(', '));
    }));

  test('only where it has to: what is for everybody is left as the handler wrote it', () =>
    serve(kind, [cors({ origin: '*' }), layer(overwrites['setHeader and end']!)], async (send) => {
      expect((await send({ origin: APP })).headers.get('vary')).toBe('Cookie');
    }));

  test('unless it is `*` already', () =>
    serve(
      kind,
      [cors({ origin: APP }), layer((response) => response.writeHead(200, { Vary: '*' }).end())],
      async (send) => expect((await send({ origin: APP })).headers.get('vary')).toBe('*'),
    ));
});

describe.each(majors)('Express %i', (major) => {
  test('its own ways to answer keep `Origin` in `Vary`', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cors-vary-'));
    const file = join(folder, 'a.txt');
    writeFileSync(file, 'text');
    try {
      await withApp(
        major,
        (app) => {
          app.use(cors({ origin: APP }));
          app.use((_request, response, next) => {
            response.set('Vary', 'Cookie');
            next();
          });
          app.get('/json', (_request, response) => void response.json({}));
          app.get('/send', (_request, response) => void response.send('x'));
          app.get('/status', (_request, response) => void response.sendStatus(201));
          app.get('/file', (_request, response) => response.sendFile(file, { headers: { Vary: 'Cookie' } }));
          app.get('/download', (_request, response) => response.download(file));
          app.get('/redirect', (_request, response) => response.redirect('/json'));
          app.get('/error', (_request, _response, next) => next(new Error('x')));
        },
        async (send) => {
          for (const path of [
            '/json',
            '/send',
            '/status',
            '/file',
            '/download',
            '/redirect',
            '/error',
            '/none',
          ]) {
            const { headers } = await send({ path, origin: APP });
            expect(headers.get('vary'), path).toMatch(/^Cookie, (?:Accept, )?Origin$/);
            expect(headers.get('access-control-allow-origin'), path).toBe(APP);
          }
        },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** As `on-headers` does it, which `compression`, `express-session` and `morgan` use. */
const replacing =
  (write: Writes): Layer =>
  (_request, response, next) => {
    const inner = response.writeHead as AnyWriteHead;
    let isDone = false;
    response.writeHead = function (this: ServerResponse, ...args: readonly unknown[]) {
      if (!isDone) {
        isDone = true;
        write(this);
      }
      return inner.apply(this, args as [number]);
    } as ServerResponse['writeHead'];
    next();
  };

describe.each(kinds)('%s: other libraries that replace `writeHead`', (kind) => {
  const adds = replacing((response) => response.setHeader('X-Added', `${response.statusCode}`));
  test.each([
    ['before', [adds, cors({ origin: APP })]],
    ['behind', [cors({ origin: APP }), adds]],
    ['on both sides', [adds, cors({ origin: APP }), adds]],
    ['between two instances', [cors({ origin: OTHER }), adds, cors({ origin: APP })]],
  ] as const)('%s still run, and the policy stands', (_, layers) => {
    const created = layer((response) => {
      response.statusCode = 201;
      set(response, 'Vary', 'Cookie').end('made');
    });
    return serve(kind, [...layers, created], async (send) => {
      const answer = await send({ origin: APP });
      expect(answer).toMatchObject({ status: 201, body: 'made' });
      expect(answer.headers.get('x-added')).toBe('201');
      expect(answer.headers.get('vary')).toBe('Cookie, Origin');
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
    });
  });

  test('overwrite `Vary` at the last moment, if they came behind us, without harm', () => {
    const overwriting = replacing((response) => response.setHeader('Vary', 'Cookie'));
    return serve(kind, [cors({ origin: APP }), overwriting, says('x')], async (send) =>
      expect((await send({ origin: APP })).headers.get('vary')).toBe('Cookie, Origin'),
    );
  });
});

/** What was decided, in order. `watching` goes into the options. */
const recorded = () => {
  const decisions: Decision[] = [];
  return {
    decisions,
    reasons: (): readonly Reason[] => decisions.map(({ reason }) => reason),
    watching: { log: false, onDecision: (decision: Decision) => void decisions.push(decision) },
  };
};

describe.each(kinds)('%s: another allowed origin', (kind) => {
  const others: Readonly<
    Record<string, { readonly write: Writes; readonly says: RegExp; readonly sent?: string }>
  > = {
    'set by a handler': {
      write: (response) => set(response, 'Access-Control-Allow-Origin', '*').end(),
      says: /`Access-Control-Allow-Origin: \*`/,
      sent: '*',
    },
    'given to writeHead': {
      write: (response) => response.writeHead(200, { 'access-control-allow-origin': OTHER }).end(),
      says: /`Access-Control-Allow-Origin: https:\/\/other\.example\.com`/,
      sent: OTHER,
    },
    'taken away': {
      write: (response) => {
        response.removeHeader('Access-Control-Allow-Origin');
        response.end();
      },
      says: /no `Access-Control-Allow-Origin`/,
    },
  };
  test.each(Object.entries(others))(
    '%s is noticed and named, and stays',
    (_, { write, says: words, sent }) => {
      const { decisions, reasons, watching } = recorded();
      return serve(kind, [cors({ origin: APP, ...watching }), layer(write)], async (send) => {
        const answer = await send({ origin: APP, path: '/a?b' });
        expect(answer.headers.get('access-control-allow-origin')).toBe(sent);
        expect(reasons()).toEqual(['allowed', 'overwritten']);
        expect(decisions[1]).toMatchObject({ allowed: false, origin: APP, path: '/a', preflight: false });
        expect(decisions[1]?.message).toMatch(words);
      });
    },
  );

  test.each(Object.entries(others))('%s is undone by `keep-ours`, and told', (_, { write }) => {
    const { reasons, watching } = recorded();
    const ours = cors({ origin: APP, credentials: true, onConflict: 'keep-ours', ...watching });
    return serve(kind, [ours, layer(write)], async (send) => {
      expect(corsHeaders(await send({ origin: APP }))).toEqual({
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
      expect(reasons()).toEqual(['allowed', 'overwritten']);
    });
  });

  test('and credentials written for a stranger are undone by `keep-ours`', () => {
    const { reasons, watching } = recorded();
    const open = layer((response) => {
      response.setHeader('Access-Control-Allow-Credentials', 'true');
      response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end();
    });
    return serve(kind, [cors({ origin: APP, onConflict: 'keep-ours', ...watching }), open], async (send) => {
      expect(corsHeaders(await send({ origin: STRANGER }))).toEqual({ vary: 'Origin' });
      expect(corsHeaders(await send())).toEqual({ vary: 'Origin' });
      expect(reasons()).toEqual(['origin-not-listed', 'overwritten', 'no-origin', 'overwritten']);
    });
  });

  test('written for a stranger is noticed where nothing is undone', () => {
    const { decisions, reasons, watching } = recorded();
    const open = layer((response) => set(response, 'Access-Control-Allow-Origin', '*').end());
    return serve(kind, [cors({ origin: APP, ...watching }), open], async (send) => {
      expect((await send({ origin: STRANGER })).headers.get('access-control-allow-origin')).toBe('*');
      expect(reasons()).toEqual(['origin-not-listed', 'overwritten']);
      expect(decisions[1]?.message).toContain('`Access-Control-Allow-Origin: *`');
    });
  });

  test('credentials that were not agreed on are noticed and named', () => {
    const { decisions, watching } = recorded();
    const open = layer((response) => set(response, 'Access-Control-Allow-Credentials', 'true').end());
    return serve(kind, [cors({ origin: APP, ...watching }), open], async (send) => {
      await send({ origin: APP });
      expect(decisions.at(-1)?.message).toContain('`Access-Control-Allow-Credentials: true`');
    });
  });

  test('written before, by hand, into the answer to a preflight is noticed, and undone by `keep-ours`', async () => {
    const before: Layer = (_request, response, next) => {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Allow-Credentials', 'true');
      next();
    };
    for (const onConflict of ['report', 'keep-ours'] as const) {
      const { reasons, watching } = recorded();
      await serve(kind, [before, cors({ origin: APP, onConflict, ...watching }), says('x')], async (send) => {
        const answer = await send(preflight(STRANGER));
        const kept = onConflict === 'report' ? '*' : undefined;
        expect(answer.headers.get('access-control-allow-origin')).toBe(kept);
        expect(answer.headers.has('access-control-allow-credentials')).toBe(onConflict === 'report');
        expect(reasons()).toEqual(['origin-not-listed', 'overwritten']);
      });
    }
  });

  test('that is the same is none, however it is written', () => {
    const { reasons, watching } = recorded();
    const same = layer((response) => {
      response.setHeader('access-control-allow-origin', [APP]);
      response.writeHead(200, { 'Access-Control-Allow-Origin': APP, Vary: 'origin' }).end();
    });
    const asList = layer((response) => set(response, 'access-control-allow-origin', [APP]).end());
    return serve(kind, [cors({ origin: APP, ...watching }), same], async (send) => {
      expect((await send({ origin: APP })).headers.get('vary')).toBe('origin');
      expect(reasons()).toEqual(['allowed']);
    }).then(() =>
      serve(kind, [cors({ origin: APP, ...watching }), asList], async (send) => {
        await send({ origin: APP });
        expect(reasons()).toEqual(['allowed', 'allowed']);
      }),
    );
  });

  test('is told once, however often the headers are written', () => {
    const { reasons, watching } = recorded();
    const open = layer((response) => {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.write('a');
      response.write('b');
      response.end('c');
    });
    return serve(kind, [cors({ origin: APP, ...watching }), open], async (send) => {
      expect((await send({ origin: APP })).body).toBe('abc');
      expect(reasons()).toEqual(['allowed', 'overwritten']);
    });
  });
});

describe.each(kinds)('%s: several instances on one response', (kind) => {
  test('the inner one replaces the outer one, and takes back what it said', () => {
    const outer = cors({ origin: '*', exposedHeaders: 'X-Total' });
    const inner = cors({ origin: [APP], credentials: true });
    return serve(kind, [outer, inner, says('x')], async (send) => {
      expect(corsHeaders(await send({ origin: APP }))).toEqual({
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
      expect(corsHeaders(await send({ origin: STRANGER }))).toEqual({ vary: 'Origin' });
      expect(corsHeaders(await send())).toEqual({ vary: 'Origin' });
    });
  });

  test('a laxer inner one replaces a stricter outer one', () => {
    const outer = cors({ origin: APP, credentials: true, exposedHeaders: 'X-Total' });
    return serve(kind, [outer, cors({ origin: '*' }), says('x')], async (send) => {
      for (const origin of [APP, STRANGER])
        expect(corsHeaders(await send({ origin }))).toEqual({
          'access-control-allow-origin': '*',
          vary: 'Origin',
        });
    });
  });

  test('an inner one that is off takes back what an outer one said, and then lets handlers write', () => {
    const { reasons, watching } = recorded();
    const outer = cors({ origin: APP, credentials: true, onConflict: 'keep-ours' });
    const inner = cors({ origin: false, ...watching });
    const own: Layer = ({ url }, response) => {
      if (url === '/own') response.setHeader('Access-Control-Allow-Origin', '*');
      response.end();
    };
    return serve(kind, [outer, inner, own], async (send) => {
      expect(corsHeaders(await send({ origin: APP }))).toEqual({ vary: 'Origin' });
      const answer = await send({ origin: APP, path: '/own' });
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(reasons()).toEqual(['stacked', 'off', 'stacked', 'off']);
    });
  });

  test('and a third one replaces one that is off', () =>
    serve(
      kind,
      [
        cors({ origin: OTHER }),
        cors({ origin: false }),
        cors({ origin: APP }),
        layer(overwrites['setHeader and end']!),
      ],
      async (send) => {
        const { headers } = await send({ origin: APP });
        expect(headers.get('access-control-allow-origin')).toBe(APP);
        expect(headers.get('vary')).toBe('Cookie, Origin');
      },
    ));

  test.each([
    ['everybody outside, a list inside', { origin: '*' }, { origin: APP }, STRANGER, true],
    ['a longer list outside', { origin: [APP, OTHER] }, { origin: APP }, OTHER, true],
    ['everybody outside, off inside', { origin: '*' }, { origin: false }, STRANGER, true],
    ['an origin that both let in', { origin: [APP, OTHER] }, { origin: APP }, APP, false],
    ['an origin that neither lets in', { origin: [APP, OTHER] }, { origin: APP }, STRANGER, false],
    ['a stricter one outside', { origin: APP }, { origin: '*' }, OTHER, false],
    ['off outside', { origin: false }, { origin: APP }, STRANGER, false],
    ['no page at all', { origin: '*' }, { origin: APP }, undefined, false],
  ] as const)('`stacked` is told where the outer one is laxer: %s', (_, outer, inner, origin, isTold) => {
    const { decisions, reasons, watching } = recorded();
    return serve(
      kind,
      [cors({ ...outer, log: false }), cors({ ...inner, ...watching }), says('x')],
      async (send) => {
        await send({ origin });
        expect(reasons().includes('stacked')).toBe(isTold);
        if (isTold) expect(decisions[0]).toMatchObject({ allowed: false, origin, reason: 'stacked' });
      },
    );
  });

  test('the server’s own page is no stranger to an inner one', () => {
    const { reasons, watching } = recorded();
    const layers = [cors({ origin: '*' }), cors({ origin: APP, ...watching }), says('x')];
    return serve(kind, layers, async (send) => {
      await send({ origin: OTHER, method: 'POST', body: 'x', headers: { 'Sec-Fetch-Site': 'same-origin' } });
      expect(reasons()).toEqual(['same-origin']);
    });
  });

  test('the same one twice says everything once', () => {
    const { reasons, watching } = recorded();
    const one = cors({ origin: [APP], exposedHeaders: 'X-Total', ...watching });
    return serve(kind, [one, one, says('x')], async (send) => {
      expect(corsHeaders(await send({ origin: APP }))).toEqual({
        'access-control-allow-origin': APP,
        'access-control-expose-headers': 'X-Total',
        vary: 'Origin',
      });
      expect(corsHeaders(await send({ origin: STRANGER }))).toEqual({ vary: 'Origin' });
      expect(reasons()).toEqual(['allowed', 'allowed', 'origin-not-listed', 'origin-not-listed']);
    });
  });

  test('the same one twice, whose function has changed its mind, says what it said last', () => {
    let asked = 0;
    const { reasons, watching } = recorded();
    const one = cors({ origin: () => asked++ === 0, ...watching });
    return serve(kind, [one, one, says('x')], async (send) => {
      expect(corsHeaders(await send({ origin: APP }))).toEqual({ vary: 'Origin' });
      expect(reasons()).toEqual(['allowed', 'check-refused']);
    });
  });

  test('a second copy of the package knows what the first one said', async () => {
    vi.resetModules();
    const { cors: copy } = await import('../../src/middleware/index.ts');
    expect(copy).not.toBe(cors);
    const { reasons, watching } = recorded();
    for (const [outer, inner] of [
      [cors, copy],
      [copy, cors],
    ] as const) {
      const layers = [
        outer({ origin: '*', exposedHeaders: 'X-Total' }),
        inner({ origin: APP, onConflict: 'keep-ours', ...watching }),
        layer((response) =>
          response.writeHead(200, { Vary: 'Cookie', 'Access-Control-Allow-Origin': '*' }).end(),
        ),
      ];
      await serve(kind, layers, async (send) => {
        expect(corsHeaders(await send({ origin: STRANGER }))).toEqual({ vary: 'Cookie, Origin' });
        expect(corsHeaders(await send({ origin: APP }))).toEqual({
          'access-control-allow-origin': APP,
          vary: 'Cookie, Origin',
        });
      });
    }
    const once = ['stacked', 'origin-not-listed', 'overwritten', 'allowed', 'overwritten'];
    expect(reasons()).toEqual([...once, ...once]);
  });

  test('the outer one answers preflights: what it lets in is carried out, which is what `stacked` warns of', () =>
    serve(kind, [cors({ origin: '*' }), cors({ origin: APP }), says('x')], async (send) => {
      const answer = await send(preflight(STRANGER));
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }));
});

describe('what is given to `writeHead` is sent as Node itself sends it', () => {
  const cookies = ['a=1', 'b=2'];
  const given: Readonly<Record<string, readonly unknown[]>> = {
    'an object': [{ 'X-A': 'a', 'x-number': 5, 'Set-Cookie': cookies }],
    'an object with a list': [{ 'X-A': ['a', 'b'], 'Content-Type': 'text/plain' }],
    'an object and a reason': ['Fine', { 'X-A': 'a' }],
    'an object in the third place': [undefined, { 'X-A': 'a' }],
    'a flat list': [['X-A', 'a', 'Content-Type', 'text/plain']],
    'a flat list with what stands twice': [
      ['Set-Cookie', 'a=1', 'X-A', 'a', 'set-cookie', 'b=2', 'X-A', 'c'],
    ],
    'a flat list with a list in it': [['Set-Cookie', cookies, 'X-A', 'a']],
    'a flat list with lists and what stands twice': [['Set-Cookie', cookies, 'Set-Cookie', 'c=3']],
    'a flat list and a reason': ['Fine', ['X-A', 'a']],
    pairs: [
      [
        ['X-A', 'a'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ],
    ],
    'pairs and a reason': ['Fine', [['X-A', 'a']]],
    'pairs with a list in them': [[['Set-Cookie', cookies]]],
    'an empty list': [[]],
    'an empty object': [{}],
    null: [null],
    'a reason alone': ['Fine'],
    'a reason of no letters': ['', { 'X-A': 'a' }],
    'the header lines of a message from upstream': [
      ['Content-Type', 'text/plain', 'Vary', 'Cookie', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Age', '5'],
    ],
  };

  /** Without case, order, and what is ours: Node keeps neither of the first two where headers were set before. */
  const compared = (lines: Lines): readonly string[] =>
    lines
      .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
      .filter((line) => !line.startsWith('access-control-') && !line.startsWith('vary'))
      .sort();

  test.each(Object.entries(given))('%s', async (_, args) => {
    const bare: RequestListener = (_request, response) => writeHead(response, ...args).end('x');
    const ours = cors({ origin: APP });
    const guarded: RequestListener = (request, response) =>
      ours(request, response, () =>
        bare(request, response as ServerResponse<typeof request> & { req: typeof request }),
      );
    const sent = await linesOf(guarded, { origin: APP });
    expect(compared(sent)).toEqual(compared(await linesOf(bare)));
    const named = (wanted: string) => sent.filter(([name]) => name.toLowerCase() === wanted);
    expect(named('access-control-allow-origin')).toEqual([['Access-Control-Allow-Origin', APP]]);
    expect(
      named('vary')
        .map(([, value]) => value)
        .join(),
    ).toMatch(/\bOrigin\b/);
  });

  /** The error that a response throws, if any, and the answer that follows it. */
  const thrownBy = async (isOurs: boolean, status: unknown, ...args: readonly unknown[]) => {
    let code = 'none';
    const ours = cors({ origin: APP });
    const handle: RequestListener = (_request, response) => {
      try {
        (response.writeHead as unknown as (...all: readonly unknown[]) => void).call(
          response,
          status,
          ...args,
        );
      } catch (error) {
        code = (error as { code?: string }).code ?? String(error);
      }
      response.statusCode = 500;
      response.end();
    };
    const lines = await linesOf(
      isOurs
        ? (request, response) => ours(request, response, () => handle(request, response as never))
        : handle,
    );
    return { code, status: lines[0]?.[0] };
  };

  test.each([
    ['a status that is none', 99, {}],
    ['a value with a line break', 200, { 'X-A': 'a\r\nX-B: b' }],
    ['a name with a space', 200, { 'X A': 'a' }],
    ['no value', 200, { 'X-A': undefined }],
    ['a line break in the list', 200, ['X-A', 'a\nb']],
  ])('%s fails with Node’s own error, and the app can still answer 500', async (_, status, headers) => {
    const bare = await thrownBy(false, status, headers);
    expect(bare).toMatchObject({ code: expect.stringMatching(/^ERR_/), status: '500' });
    expect(await thrownBy(true, status, headers)).toEqual(bare);
  });

  test('after the headers were sent it fails with Node’s own error', async () => {
    let code: unknown;
    const ours = cors({ origin: APP });
    await linesOf((request, response) =>
      ours(request, response, () => {
        response.write('x');
        try {
          response.writeHead(500, { 'X-Late': 'y' });
        } catch (error) {
          ({ code } = error as { code: unknown });
        }
        response.end();
      }),
    );
    expect(code).toBe('ERR_HTTP_HEADERS_SENT');
  });

  test.each(kinds1)('%s: over headers that were set before, and all that stands twice', (kind) => {
    const before: Layer = (_request, response, next) => {
      response.setHeader('X-A', 'old');
      response.setHeader('X-Kept', 'kept');
      next();
    };
    const lists: readonly (readonly unknown[])[] = [
      ['X-A', 'new', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
      [
        ['x-a', 'new'],
        ['Set-Cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    ];
    const answering: Layer = ({ url = '' }, response) => {
      writeHead(response, lists[Number(url.slice(1))]).end();
    };
    return serve(kind, [before, cors({ origin: APP }), answering], async (send) => {
      for (const path of ['/0', '/1']) {
        const { headers } = await send({ path, origin: APP } satisfies Ask);
        expect(headers.get('x-a')).toBe('new');
        expect(headers.get('x-kept')).toBe('kept');
        expect(headers.get('set-cookie')).toBe('a=1, b=2');
      }
    });
  });
});
