/** `Vary` in a cache that several origins share: pages of one site share Chromium's. */
import express, { type Express, type RequestHandler, type Response } from 'express';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { askOnce } from './page-side.ts';
import { describeInChromium, openStage, type Stage } from './stage.ts';

const APP = 'https://app.example.test';
const SHOP = 'https://shop.example.test';
/** Of the same site, and not listed. */
const STRANGER = 'https://blog.example.test';

const list = cors({ origin: [APP, SHOP] });

type Answering = (response: Response) => void;
const plainly: Answering = (response) => void response.json({});

/** Answers that may be kept for ten minutes. */
function serve(middleware: RequestHandler, answer: Answering = plainly): { readonly listener: Express } {
  const app = express();
  app.disable('etag');
  app.use(middleware);
  app.get('/{*any}', (_, response) => {
    response.set('Cache-Control', 'public, max-age=600');
    answer(response);
  });
  return { listener: app };
}

/** Right for each request on its own. */
const withoutVary: RequestHandler = (request, response, next) => {
  const { origin = '' } = request.headers;
  if ([APP, SHOP].includes(origin)) response.set('Access-Control-Allow-Origin', origin);
  next();
};

describeInChromium("Chromium's cache", () => {
  let stage: Stage;
  let test = 0;

  beforeAll(async () => {
    stage = await openStage({
      'list.example.test': serve(list),
      'set.example.test': serve(list, (response) => void response.set('Vary', 'Accept-Encoding').json({})),
      'head.example.test': serve(
        list,
        (response) => void response.writeHead(200, { Vary: 'Accept-Encoding' }).end('{}'),
      ),
      'missing.example.test': serve(list, (response) => void response.status(404).json({})),
      'function.example.test': serve(cors({ origin: async (origin) => [APP, SHOP].includes(origin) })),
      'routes.example.test': serve(
        cors({ origin: false, routes: { '/1': { origin: '*' }, '/': { origin: [APP, SHOP] } } }),
      ),
      'everybody.example.test': serve(cors({ origin: '*' })),
      'careless.example.test': serve(withoutVary),
    });
  });
  beforeEach(() => {
    test++;
    stage.visits.length = 0;
  });
  afterAll(() => stage?.close());

  /** Who reads, and whether the server was asked for it. */
  async function sequence(
    host: string,
    pages: readonly (string | { readonly from: string; readonly mode: 'no-cors' })[],
  ): Promise<readonly string[]> {
    const seen: string[] = [];
    for (const one of pages) {
      const { from, mode } = typeof one === 'string' ? { from: one, mode: 'cors' as const } : one;
      const page = await stage.standing(from);
      const before = stage.visits.length;
      const { read } = await askOnce(page, { url: `https://${host}.example.test/url-${test}`, mode });
      seen.push(`${read ? 'read' : 'refused'}, ${stage.visits.length > before ? 'asked' : 'kept'}`);
    }
    return seen;
  }

  it('serves one origin what it keeps, and asks anew for another', async () => {
    expect(await sequence('list', [APP, APP, SHOP, SHOP])).toEqual([
      'read, asked',
      'read, kept',
      'read, asked',
      'read, kept',
    ]);
  });

  it('would refuse the other origin without `Vary`', async () => {
    expect(await sequence('careless', [APP, SHOP])).toEqual(['read, asked', 'refused, kept']);
  });

  it('serves a friend after a stranger has asked, and no stranger after a friend', async () => {
    expect(await sequence('list', [STRANGER, APP, STRANGER])).toEqual([
      'refused, asked',
      'read, asked',
      'refused, asked',
    ]);
  });

  it('serves a page after something has asked without an origin, as an image does', async () => {
    const image = { from: APP, mode: 'no-cors' } as const;
    expect(await sequence('list', [image, APP])).toEqual(['read, asked', 'read, asked']);
    expect(await sequence('careless', [image, APP])).toEqual(['read, asked', 'refused, kept']);
  });

  it.each(['set', 'head', 'missing', 'function', 'routes'])(
    'keeps origins apart where %s has another `Vary`, status or policy',
    async (host) => {
      expect(await sequence(host, [APP, SHOP, STRANGER, SHOP])).toEqual([
        'read, asked',
        'read, asked',
        'refused, asked',
        'read, asked',
      ]);
    },
  );

  it('serves everybody from one answer where everybody is let in', async () => {
    const image = { from: STRANGER, mode: 'no-cors' } as const;
    expect(await sequence('everybody', [image, APP, SHOP, STRANGER])).toEqual([
      'read, asked',
      'read, kept',
      'read, kept',
      'read, kept',
    ]);
  });
});
