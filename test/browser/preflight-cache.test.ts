/** What a browser remembers of a preflight, and how often it has to ask. */
import { setTimeout as wait } from 'node:timers/promises';
import express, { type Express, type RequestHandler } from 'express';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { askOnce, type Asked } from './page-side.ts';
import { describeInChromium, openStage, type Stage } from './stage.ts';

const APP = 'https://app.example.test';
const SHOP = 'https://shop.example.test';

const full = {
  origin: [APP, SHOP],
  credentials: true,
  allowedHeaders: ['Content-Type', 'X-Trace'],
  maxAge: 600,
};
const changing = cors(full);

function serve(...middlewares: readonly RequestHandler[]): { readonly listener: Express } {
  const app = express();
  app.use(...middlewares);
  app.all('/{*any}', (_, response) => void response.json({}));
  return { listener: app };
}

/** The answer of those who allow only what is asked for. */
const oneMethodAtATime: RequestHandler = (request, response, next) => {
  response.set({ 'Access-Control-Allow-Origin': APP, Vary: 'Origin' });
  if (request.method !== 'OPTIONS') return next();
  response.set({
    'Access-Control-Allow-Methods': request.get('Access-Control-Request-Method') ?? '',
    'Access-Control-Max-Age': '600',
  });
  response.sendStatus(204);
};

describeInChromium('the preflight cache of Chromium', () => {
  let stage: Stage;
  /** Each test has a URL of its own, since what is remembered is remembered of a URL. */
  let test = 0;

  beforeAll(async () => {
    stage = await openStage({
      'full.example.test': serve(cors(full)),
      'zero.example.test': serve(cors({ ...full, maxAge: 0 })),
      'unsaid.example.test': serve(cors({ origin: [APP] })),
      'asked.example.test': serve(cors({ origin: [APP], maxAge: 600 })),
      'everybody.example.test': serve(cors({ origin: '*', maxAge: 600 })),
      'single.example.test': serve(oneMethodAtATime),
      'changing.example.test': serve(changing),
    });
  });
  beforeEach(() => {
    test++;
    stage.visits.length = 0;
  });
  afterAll(() => stage?.close());

  /** What the server saw of the requests, each read or not. */
  async function sequence(
    host: string,
    requests: readonly (Partial<Asked> & { readonly from?: string })[],
  ): Promise<readonly string[]> {
    const seen: string[] = [];
    for (const { from = APP, ...asked } of requests) {
      const page = await stage.standing(from);
      const before = stage.visits.length;
      const { read } = await askOnce(page, {
        method: 'PUT',
        ...asked,
        url: `https://${host}.example.test/${test}`,
      });
      const visits = stage.visits.slice(before).map(({ method }) => method);
      seen.push(`${visits.join(' ')}: ${read ? 'read' : 'refused'}`);
    }
    return seen;
  }

  it('asks once for as long as `maxAge` says', async () => {
    expect(await sequence('full', [{}, {}, {}])).toEqual(['OPTIONS PUT: read', 'PUT: read', 'PUT: read']);
  });

  it('asks each time with `maxAge: 0`', async () => {
    expect(await sequence('zero', [{}, {}])).toEqual(['OPTIONS PUT: read', 'OPTIONS PUT: read']);
  });

  it('asks again where nothing is said, once five seconds have passed, and does not where more is said', async () => {
    expect(await sequence('full', [{}])).toEqual(['OPTIONS PUT: read']);
    expect(await sequence('unsaid', [{}])).toEqual(['OPTIONS PUT: read']);
    await wait(5500);
    expect(await sequence('full', [{}])).toEqual(['PUT: read']);
    expect(await sequence('unsaid', [{}])).toEqual(['OPTIONS PUT: read']);
  });

  it('asks for no other method again, since the answer lists them all', async () => {
    expect(await sequence('full', [{}, { method: 'DELETE' }, { method: 'PATCH' }])).toEqual([
      'OPTIONS PUT: read',
      'DELETE: read',
      'PATCH: read',
    ]);
  });

  it('would ask for each method if the answer named the one that was asked for', async () => {
    expect(await sequence('single', [{}, {}, { method: 'DELETE' }])).toEqual([
      'OPTIONS PUT: read',
      'PUT: read',
      'OPTIONS DELETE: read',
    ]);
  });

  it('asks for no other header again where they are listed, and does where they are not', async () => {
    const headers = [{ 'X-Trace': '1' }, { 'Content-Type': 'application/json' }];
    const requests = headers.map((one) => ({ method: 'POST', headers: one }));
    expect(await sequence('full', requests)).toEqual(['OPTIONS POST: read', 'POST: read']);
    expect(await sequence('asked', requests)).toEqual(['OPTIONS POST: read', 'OPTIONS POST: read']);
  });

  it('asks again for a method that is not on the list, and does not send it', async () => {
    expect(await sequence('full', [{}, { method: 'QUERY' }])).toEqual([
      'OPTIONS PUT: read',
      'OPTIONS: refused',
    ]);
  });

  it('remembers for each origin, and for requests with credentials, apart', async () => {
    expect(
      await sequence('full', [
        {},
        { from: SHOP },
        { credentials: 'include' },
        { from: SHOP },
        { credentials: 'include' },
      ]),
    ).toEqual(['OPTIONS PUT: read', 'OPTIONS PUT: read', 'OPTIONS PUT: read', 'PUT: read', 'PUT: read']);
  });

  it('remembers for each origin apart although the answer is for everybody', async () => {
    expect(await sequence('everybody', [{}, { from: SHOP }, {}])).toEqual([
      'OPTIONS PUT: read',
      'OPTIONS PUT: read',
      'PUT: read',
    ]);
  });

  it('still sends what it remembers to be allowed when the policy has become stricter, and reads nothing', async () => {
    expect(await sequence('changing', [{}])).toEqual(['OPTIONS PUT: read']);
    changing.update({ ...full, origin: [SHOP] });
    expect(await sequence('changing', [{}, { method: 'DELETE' }])).toEqual([
      'PUT: refused',
      // That it may not read makes it forget nothing.
      'DELETE: refused',
    ]);
  });
});
