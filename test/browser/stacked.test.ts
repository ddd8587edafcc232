/** Two instances on one path, and what a page makes of it. */
import express from 'express';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { cors, type Reason } from '../../src/middleware/index.ts';
import { askOnce, type Asked } from './page-side.ts';
import { describeInChromium, openStage, type Stage } from './stage.ts';

const APP = 'https://app.example.test';
const STRANGER = 'https://stranger.test';

let done: string[] = [];
let told: Reason[] = [];

const onDecision = ({ reason }: { readonly reason: Reason }): void => void told.push(reason);
const strict = { origin: [APP], credentials: true, onDecision };

function stacked(): express.Express {
  const app = express();
  app.use(cors({ origin: '*' }));
  app.use('/orders', cors(strict));
  app.all('/{*any}', (request, response) => {
    done.push(request.method);
    response.json({});
  });
  return app;
}

function routed(): express.Express {
  const app = express();
  app.use(cors({ origin: '*', onDecision, routes: { '/orders': { origin: [APP], credentials: true } } }));
  app.all('/{*any}', (request, response) => {
    done.push(request.method);
    response.json({});
  });
  return app;
}

describeInChromium('two policies on one path, in Chromium', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({
      'stacked.example.test': { listener: stacked() },
      'routed.example.test': { listener: routed() },
    });
  });
  beforeEach(() => {
    done = [];
    told = [];
  });
  afterAll(() => stage?.close());

  async function ask(from: string, url: string, asked: Partial<Asked> = {}): Promise<boolean> {
    const page = await stage.standing(from);
    const { read } = await askOnce(page, { ...asked, url });
    return read;
  }

  it("puts the inner policy in the outer one's place on the answer", async () => {
    const url = 'https://stacked.example.test/orders';
    expect(await ask(STRANGER, 'https://stacked.example.test/')).toBe(true);
    expect(await ask(STRANGER, url)).toBe(false);
    expect(await ask(APP, url, { credentials: 'include' })).toBe(true);
  });

  it('carries out what a stranger sends all the same, since the outer policy answers preflights, and says so', async () => {
    expect(await ask(STRANGER, 'https://stacked.example.test/orders', { method: 'DELETE' })).toBe(false);
    expect({ done, told }).toEqual({ done: ['DELETE'], told: ['stacked', 'origin-not-listed'] });
  });

  it('sends nothing where one policy decides, with `routes`', async () => {
    expect(await ask(STRANGER, 'https://routed.example.test/orders', { method: 'DELETE' })).toBe(false);
    expect({ done, told }).toEqual({ done: [], told: ['origin-not-listed'] });
    expect(await ask(STRANGER, 'https://routed.example.test/news', { method: 'DELETE' })).toBe(true);
    const asked = { method: 'DELETE', credentials: 'include' } as const;
    expect(await ask(APP, 'https://routed.example.test/orders', asked)).toBe(true);
  });
});
