/** `refuseCrossSite` against what pages can send without asking: forms, and `fetch` that gives up reading. */
import express from 'express';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { askOnce } from './page-side.ts';
import { describeInChromium, framed, openStage, type App, type Stage } from './stage.ts';

const SHOP = 'https://shop.example.test';
const STRANGER = 'https://stranger.test';
const BANK = 'https://bank.example.test';

/** What was done, by whoever. */
let done: string[] = [];

function bank(refuses: boolean): App {
  const app = express();
  app.use(
    cors({
      origin: [SHOP],
      credentials: true,
      refuseCrossSite: refuses && { except: ['/saml/acs'] },
    }),
  );
  app.get('/favicon.ico', (_, response) => void response.sendStatus(404));
  app.all('/{*any}', (request, response) => {
    done.push(`${request.method} ${request.path}`);
    response.send('<!doctype html><title>Done</title>');
  });
  return { listener: app };
}

const leading = express();
leading.all('/', (_, response) => response.redirect(307, `${BANK}/pay`));

describeInChromium('refusing cross-site requests, with Chromium', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({
      'bank.example.test': bank(true),
      'open-bank.example.test': bank(false),
      'leading.test': { listener: leading },
    });
  });
  beforeEach(() => {
    done = [];
    stage.visits.length = 0;
  });
  afterAll(() => stage?.close());

  /** Sends a form, and says what the browser is shown for it. */
  async function sendForm(
    from: Page | Frame,
    action: string,
    method = 'post',
  ): Promise<{ readonly status: number | undefined; readonly done: readonly string[] }> {
    const page = 'page' in from ? from.page() : from;
    done = [];
    const target = new URL(action).hostname === 'leading.test' ? `${BANK}/pay` : action;
    const [response] = await Promise.all([
      page.waitForResponse(
        (one) => one.url().split('?')[0] === target && one.request().isNavigationRequest(),
      ),
      from.evaluate(`{
        const form = document.createElement('form');
        Object.assign(form, { action: ${JSON.stringify(action)}, method: ${JSON.stringify(method)} });
        document.body.append(form);
        form.submit();
      }`),
    ]);
    return { status: response.status(), done };
  }

  it('answers 403 to the form of a stranger, and nothing is done', async () => {
    const page = await stage.page(STRANGER);
    expect(await sendForm(page, `${BANK}/pay`)).toEqual({ status: 403, done: [] });
  });

  it('would do what the form of a stranger says without it: CORS refuses no request', async () => {
    const page = await stage.page(STRANGER);
    const action = 'https://open-bank.example.test/pay';
    expect(await sendForm(page, action)).toEqual({ status: 200, done: ['POST /pay'] });
  });

  it('answers 403 to a sibling that is not listed', async () => {
    const page = await stage.page('https://blog.example.test');
    expect(await sendForm(page, `${BANK}/pay`)).toEqual({ status: 403, done: [] });
  });

  it('answers 403 to the bank itself without TLS', async () => {
    const page = await stage.page('http://bank.example.test');
    expect(await sendForm(page, `${BANK}/pay`)).toEqual({ status: 403, done: [] });
  });

  it('answers 403 to a sandboxed frame in its own page', async () => {
    const frame = await framed(
      await stage.page(BANK),
      'sandbox="allow-scripts allow-forms" src="https://stranger.test/"',
    );
    expect(await sendForm(frame, `${BANK}/pay`)).toEqual({ status: 403, done: [] });
  });

  it('answers 403 to a stranger that comes by way of another server', async () => {
    const page = await stage.page(STRANGER);
    expect(await sendForm(page, 'https://leading.test/')).toEqual({ status: 403, done: [] });
  });

  it('lets the forms of its own pages through, also where they hide where they come from', async () => {
    const page = await stage.page(BANK);
    expect(await sendForm(page, `${BANK}/pay`)).toEqual({ status: 200, done: ['POST /pay'] });
    const hiding = await stage.page(BANK);
    await hiding.evaluate(`{
      const meta = document.createElement('meta');
      Object.assign(meta, { name: 'referrer', content: 'no-referrer' });
      document.head.append(meta);
    }`);
    expect(await sendForm(hiding, `${BANK}/hidden`)).toEqual({ status: 200, done: ['POST /hidden'] });
    expect(stage.visits.find(({ url }) => url.pathname === '/hidden')?.headers.origin).toBe('null');
  });

  it('lets the forms of listed origins through', async () => {
    const page = await stage.page(SHOP);
    expect(await sendForm(page, `${BANK}/pay`)).toEqual({ status: 200, done: ['POST /pay'] });
  });

  it('lets strangers through where it says so, and no further', async () => {
    const returning = await stage.page(STRANGER);
    const action = `${BANK}/saml/acs`;
    expect(await sendForm(returning, action)).toEqual({ status: 200, done: ['POST /saml/acs'] });
    const beside = await stage.page(STRANGER);
    expect(await sendForm(beside, `${BANK}/saml/acs2`)).toEqual({ status: 403, done: [] });
  });

  it('lets strangers link to it, and visitors type its address', async () => {
    const page = await stage.page(STRANGER);
    expect(await sendForm(page, `${BANK}/search`, 'get')).toEqual({ status: 200, done: ['GET /search'] });
    done = [];
    const typed = await (await stage.context.newPage()).goto(`${BANK}/typed`);
    expect({ status: typed?.status(), done }).toEqual({ status: 200, done: ['GET /typed'] });
  });

  it('refuses what a stranger sends with `fetch` and does not read', async () => {
    const page = await stage.page(STRANGER);
    await askOnce(page, { url: `${BANK}/pay`, method: 'POST', mode: 'no-cors', credentials: 'include' });
    expect(done).toEqual([]);
    expect(stage.visits.map(({ method, answer }) => `${method} ${answer.status}`)).toEqual(['POST 403']);
    const own = await stage.page(BANK);
    done = [];
    await askOnce(own, { url: `${BANK}/pay`, method: 'PUT', credentials: 'same-origin' });
    expect(done).toEqual(['PUT /pay']);
  });

  it('compares `Origin` with `Host` where the browser does not say, as without TLS', async () => {
    const plain = 'http://bank.example.test';
    const own = await stage.page(plain);
    expect(await sendForm(own, `${plain}/pay`)).toEqual({ status: 200, done: ['POST /pay'] });
    const stranger = await stage.page('http://stranger.test');
    expect(await sendForm(stranger, `${plain}/pay`)).toEqual({ status: 403, done: [] });
    const posts = stage.visits.filter(({ method }) => method === 'POST');
    expect(posts.map(({ headers }) => headers['sec-fetch-site'])).toEqual([undefined, undefined]);
  });
});
