/** What a developer is told by the browser: the answers are made so that it can name the cause. */
import express, { type Express } from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { askOnce, type Asked } from './page-side.ts';
import { describeInChromium, openStage, type Stage } from './stage.ts';

const APP = 'https://app.example.test';

function serve(middleware: ReturnType<typeof cors>): { readonly listener: Express } {
  const app = express();
  app.use(middleware);
  app.all('/', (_, response) => void response.json({}));
  return { listener: app };
}

describeInChromium("Chromium's console", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({
      'api.example.test': serve(
        cors({ origin: [APP], methods: ['GET', 'PATCH'], allowedHeaders: ['Content-Type'] }),
      ),
      'named.example.test': serve(cors({ origin: [APP, 'https://shop.example.test'], credentials: true })),
      'everybody.example.test': serve(cors({ origin: '*' })),
    });
  });
  afterAll(() => stage?.close());

  async function told(asked: Partial<Asked>, from = APP, host = 'api'): Promise<string> {
    const page = await stage.page(from);
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    const waiting = page.waitForEvent('console', (message) => message.text().includes('CORS policy'));
    const learned = await askOnce(page, { ...asked, url: `https://${host}.example.test/` });
    expect(learned.read).toBe(false);
    await waiting;
    await page.close();
    return messages.join('\n');
  }

  it('names the method that is refused', async () => {
    expect(await told({ method: 'DELETE' })).toContain(
      'Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response',
    );
  });

  it('names the method that is allowed in another case only', async () => {
    expect(await told({ method: 'patch' })).toContain('Method patch is not allowed');
  });

  it('names the header that is refused', async () => {
    const headers = { 'Content-Type': 'application/json', 'X-Trace': '1' };
    expect(await told({ method: 'POST', headers })).toContain(
      'Request header field x-trace is not allowed by Access-Control-Allow-Headers in preflight response',
    );
  });

  it('says that credentials are not allowed', async () => {
    expect(await told({ credentials: 'include' })).toMatch(/'Access-Control-Allow-Credentials' header .* ''/);
    expect(await told({ credentials: 'include' }, APP, 'everybody')).toContain(
      "must not be the wildcard '*' when the request's credentials mode is 'include'",
    );
  });

  it.each(['GET', 'PUT'])(
    'says of %s from a stranger that no origin is allowed, and names none',
    async (method) => {
      const text = await told({ method }, 'https://stranger.test', 'named');
      expect(text).toContain("from origin 'https://stranger.test' has been blocked by CORS policy");
      expect(text).toContain("No 'Access-Control-Allow-Origin' header is present");
      expect(text).not.toContain(APP);
    },
  );
});
