/**
 * Under Express the guard stands on what responses inherit from, once for all of them. So it must be nothing to responses
 * that no policy was asked about, to Node's own classes, and to sub-apps, which change a response's prototype on the way.
 */
import { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { expressOf, majors, withListener } from '../facts/server.ts';
import { APP, serve } from './serve.ts';

const nodes = Object.getOwnPropertyDescriptor(ServerResponse.prototype, 'writeHead');
const ask = { method: 'GET', path: '/', headers: { origin: APP } } as const;

it.each(majors)('touches nothing of Node, and is no property of a response on Express %i', async (major) => {
  const seen: boolean[] = [];
  const app = expressOf(major)();
  app.use(cors({ origin: [APP] }));
  app.use((_request, response) => {
    seen.push(Object.hasOwn(response, 'writeHead'));
    response.set('Vary', 'Accept').end();
  });
  const vary = await withListener(app, async (send) => (await send(ask)).headers.get('vary'));
  expect({ seen, vary }).toEqual({ seen: [false], vary: 'Accept, Origin' });
  expect(Object.getOwnPropertyDescriptor(ServerResponse.prototype, 'writeHead')).toEqual(nodes);
});

it.each(majors)('leaves an app of Express %i without a policy as it is', async (major) => {
  // Somebody else's, in the same process, has one.
  await serve(major === 5 ? 'express 5' : 'express 4', [cors({ origin: [APP] })], (send) => send(ask));
  const app = expressOf(major)();
  app.use((_request, response) => {
    response.writeHead(201, 'Made', { Vary: 'Accept', 'X-A': ['1', '2'] }).end();
  });
  const { status, headers } = await withListener(app, (send) => send(ask));
  expect({
    status,
    vary: headers.get('vary'),
    a: headers.get('x-a'),
    allowed: headers.has('access-control-allow-origin'),
  }).toEqual({ status: 201, vary: 'Accept', a: '1, 2', allowed: false });
});

it.each(majors)(
  'holds where a sub-app of Express %i has asked, and the app around it answers',
  async (major) => {
    const [inner, app] = [expressOf(major)(), expressOf(major)()];
    inner.use(cors({ origin: [APP] }));
    app.use(inner);
    app.use((_request, response) => {
      response.set('Vary', 'Accept').end();
    });
    const { headers } = await withListener(app, (send) => send(ask));
    expect([headers.get('vary'), headers.get('access-control-allow-origin')]).toEqual([
      'Accept, Origin',
      APP,
    ]);
  },
);
