/** The demo application, served for real: as it stands, and as its suggestions make it. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { addAuthorization, Demo } from '../demo/migrate.ts';
import { askOnce, type Asked, type Learned } from './page-side.ts';
import { startProgram, type Program } from './program.ts';
import { describeInChromium, framed, openStage, type App, type Stage, type Visit } from './stage.ts';

const SHOP = 'https://shop.fernfield.example';
const CHECKOUT = 'https://checkout.fernfield.example';
const OFFICE = 'https://office.fernfield.example';
const NURSERY = 'https://nursery.example';
const STRANGER = 'https://stranger.example';
const LOOKALIKE = 'https://evilfernfield.example';

const API = 'https://api.fernfield.example';
const ADMIN = 'https://admin.fernfield.example';
const PARTNERS = 'https://partners.fernfield.example';
const PRICES = 'https://prices.fernfield.example';

const JSON_BODY = { 'Content-Type': 'application/json' };
const SIGNED_IN = { ...JSON_BODY, Authorization: 'Bearer fern' };
const OFFICE_ONLY = { ALLOWED_ORIGINS: OFFICE };
const SECRETS = {
  SESSION_SECRET: 'moss',
  COOKIE_SECRET: 'moss',
  PARTNER_KEYS: 'fern',
  NODE_ENV: 'production',
};

const FAILS: Learned = { read: false, error: 'TypeError: Failed to fetch' };

/** The servers of one state of the demo, on a stage of their own. */
class Served {
  readonly #programs: Program[] = [];
  #stage: Stage | undefined;

  constructor(readonly demo: Demo) {}

  get stage(): Stage {
    return this.#stage!;
  }

  async start(file: string, portVariable: string, env: Readonly<Record<string, string>> = {}): Promise<App> {
    const program = await startProgram(file, portVariable, { ...SECRETS, ...env });
    this.#programs.push(program);
    return program.app;
  }

  async open(apps: Readonly<Record<string, App>>): Promise<void> {
    this.#stage = await openStage(
      Object.fromEntries(Object.entries(apps).map(([origin, app]) => [new URL(origin).host, app])),
    );
  }

  async ask(from: string, url: string, asked: Partial<Asked> = {}): Promise<Learned> {
    return askOnce(await this.stage.standing(from), { ...asked, url });
  }

  /** Once it has come in. */
  async visit(is: (visit: Visit) => boolean): Promise<Visit> {
    for (;;) {
      const found = this.stage.visits.find(is);
      if (found) return found;
      await wait(10);
    }
  }

  async close(): Promise<void> {
    await this.#stage?.close();
    await Promise.all(this.#programs.map((program) => program.stop()));
    this.demo.remove();
  }
}

describeInChromium('the demo as it stands, in Chromium', () => {
  const served = new Served(new Demo());
  const { demo } = served;

  beforeAll(async () => {
    await served.open({
      [ADMIN]: await served.start(demo.path('admin.js'), 'ADMIN_PORT'),
      [PARTNERS]: await served.start(demo.path('partners.js'), 'PARTNERS_PORT'),
      [PRICES]: await served.start(demo.compiled('public-api.ts'), 'PUBLIC_API_PORT'),
    });
  });
  beforeEach(() => void served.stage.visits.splice(0));
  afterAll(() => served.close());

  it('has a shop that does not start', async () => {
    await expect(served.start(demo.path('server.js'), 'PORT')).rejects.toThrow('Missing parameter name');
  });

  it('has a back office whose answers a stranger reads, with credentials', async () => {
    const url = `${ADMIN}/stock`;
    const credentials = 'include';
    expect(await served.ask(STRANGER, url, { credentials })).toMatchObject({ read: true, status: 401 });
    const put = { method: 'PUT', credentials, headers: JSON_BODY } as const;
    expect(await served.ask(STRANGER, `${url}/fern-01`, put)).toMatchObject({ read: true, status: 401 });
  });

  it("lets a domain that ends alike read partners' orders", async () => {
    const asked = { credentials: 'include' } as const;
    expect(await served.ask(LOOKALIKE, `${PARTNERS}/orders`, asked)).toMatchObject({
      read: true,
      status: 200,
    });
  });

  it('leaves a preflight for pictures without an answer', async () => {
    const page = await served.stage.page(NURSERY);
    const url = `${PARTNERS}/pictures/1`;
    const asking = askOnce(page, { url, headers: { 'X-Reference': 'x' } }).catch(() => 'never');
    const preflight = await served.visit((visit) => visit.isPreflight);
    // Asked later, answered at once.
    expect(await served.ask(NURSERY, url)).toMatchObject({ read: true, status: 200 });
    expect(() => preflight.answer).toThrow('was not answered');
    await page.close();
    expect(await asking).toBe('never');
  });

  it('keeps partners from prices for which they need cookies', async () => {
    const asked = { credentials: 'include' } as const;
    expect(await served.ask(NURSERY, `${PRICES}/v1/prices`, asked)).toEqual(FAILS);
  });
});

describeInChromium('the demo that moved to the middleware, in Chromium', () => {
  const served = new Served(new Demo());
  const { demo } = served;

  beforeAll(async () => {
    await demo.migrate();
    addAuthorization(demo);
    await served.open({
      [API]: await served.start(demo.path('server.js'), 'PORT'),
      [ADMIN]: await served.start(demo.path('admin.js'), 'ADMIN_PORT', OFFICE_ONLY),
      [PARTNERS]: await served.start(demo.path('partners.js'), 'PARTNERS_PORT'),
      [PRICES]: await served.start(demo.compiled('public-api.ts'), 'PUBLIC_API_PORT', {
        ALLOWED_ORIGINS: NURSERY,
      }),
    });
  });
  beforeEach(() => void served.stage.visits.splice(0));
  afterAll(() => served.close());

  it.each([SHOP, CHECKOUT])('shows its products to %s', async (from) => {
    for (const credentials of ['omit', 'include'] as const) {
      const learned = await served.ask(from, `${API}/api/products`, { credentials });
      expect(learned).toMatchObject({ read: true, status: 200, body: expect.stringContaining('Royal fern') });
    }
    for (const { answer } of served.stage.visits) expect(varyOf(answer.headers)).toContain('origin');
  });

  it('takes an order from the shop, shows it, and cancels it', async () => {
    const url = `${API}/api/orders`;
    const asked = { credentials: 'include', headers: SIGNED_IN } as const;
    const body = JSON.stringify({ items: [{ id: 'fern-01' }] });
    const ordered = await served.ask(SHOP, url, { ...asked, method: 'POST', body });
    expect(ordered).toMatchObject({ read: true, status: 201, body: expect.stringContaining('fern-01') });
    const { id } = JSON.parse(ordered.read ? ordered.body : '{}') as { id: string };
    expect(await served.ask(SHOP, url, asked)).toMatchObject({ body: expect.stringContaining(id) });
    const gone = await served.ask(SHOP, `${url}/${id}`, { ...asked, method: 'DELETE' });
    expect(gone).toMatchObject({ read: true, status: 204 });
    const [preflight] = served.stage.visits.filter(({ isPreflight }) => isPreflight);
    expect(preflight?.answer.status).toBe(204);
    expect(preflight?.answer.headers.get('access-control-max-age')).toBe('600');
    for (const { answer } of served.stage.visits) expect(varyOf(answer.headers)).toContain('origin');
  });

  it.each([
    [401, '/api/orders', { headers: JSON_BODY }, 'Please sign in.'],
    [404, '/api/nothing', {}, 'Cannot GET'],
    [404, '/nothing', { method: 'DELETE' }, 'Cannot DELETE'],
    [422, '/api/orders', { method: 'POST', headers: SIGNED_IN }, 'We do not sell that.'],
  ])('lets the shop read a %i of %s', async (status, path, asked: Partial<Asked>, says) => {
    const learned = await served.ask(SHOP, API + path, { credentials: 'include', ...asked });
    expect(learned).toMatchObject({ read: true, status, body: expect.stringContaining(says) });
  });

  it.each([STRANGER, LOOKALIKE, 'http://shop.fernfield.example', `${SHOP}:8443`, OFFICE])(
    'shows nothing of the shop to %s, and carries out nothing that it sends',
    async (from) => {
      for (const credentials of ['omit', 'include'] as const) {
        expect(await served.ask(from, `${API}/api/products`, { credentials })).toEqual(FAILS);
        const order = { method: 'POST', credentials, headers: SIGNED_IN } as const;
        expect(await served.ask(from, `${API}/api/orders`, order)).toEqual(FAILS);
      }
      const { visits } = served.stage;
      expect(new Set(visits.map(({ method }) => method))).toEqual(new Set(['GET', 'OPTIONS']));
      for (const { answer } of visits) {
        expect(varyOf(answer.headers)).toContain('origin');
        expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    },
  );

  it('shows nothing to a sandboxed frame in the shop', async () => {
    const page = await served.stage.page(SHOP);
    const frame = await framed(page, 'sandbox="allow-scripts" src="/frame"');
    expect(await askOnce(frame, { url: `${API}/api/products`, credentials: 'include' })).toEqual(FAILS);
    await page.close();
  });

  it('answers what has no origin, and says for whom it would be another', async () => {
    const page = await served.stage.standing(SHOP);
    await page.evaluate((url) => fetch(url, { mode: 'no-cors' }), `${API}/health`).catch(() => undefined);
    const { answer } = await served.visit(({ url }) => url.pathname === '/health');
    expect(answer.status).toBe(200);
    expect(varyOf(answer.headers)).toContain('origin');
  });

  it('does not start its back office while nobody has said who it is for', async () => {
    const started = served.start(demo.path('admin.js'), 'ADMIN_PORT');
    await expect(started).rejects.toThrow('`ALLOWED_ORIGINS` is not set');
  });

  it('has a back office for those whom the environment lists, and for no stranger', async () => {
    const url = `${ADMIN}/stock/fern-01`;
    const put = { method: 'PUT', credentials: 'include', headers: JSON_BODY } as const;
    expect(await served.ask(OFFICE, url, put)).toMatchObject({ read: true, status: 401 });
    served.stage.visits.splice(0);
    for (const from of [STRANGER, LOOKALIKE, SHOP]) {
      expect(await served.ask(from, `${ADMIN}/stock`, { credentials: 'include' })).toEqual(FAILS);
      expect(await served.ask(from, url, put)).toEqual(FAILS);
    }
    expect(served.stage.visits.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it("shows orders to partners and the shop's own sites, and not to a domain that ends alike", async () => {
    const url = `${PARTNERS}/orders`;
    const asked = { credentials: 'include' } as const;
    for (const from of [NURSERY, 'https://greenhouse.example', SHOP, 'https://fernfield.example'])
      expect(await served.ask(from, url, asked), from).toMatchObject({ read: true, status: 200 });
    for (const from of [
      LOOKALIKE,
      STRANGER,
      'https://nursery.example.evil.example',
      'http://shop.fernfield.example',
    ])
      expect(await served.ask(from, url, asked), from).toEqual(FAILS);
    for (const { answer } of served.stage.visits) expect(varyOf(answer.headers)).toContain('origin');
  });

  it('answers the preflight for pictures', async () => {
    const url = `${PARTNERS}/pictures/1`;
    expect(await served.ask(NURSERY, url)).toMatchObject({ read: true, status: 200 });
    expect(await served.ask(STRANGER, url)).toEqual(FAILS);
    // No header of a page's own is allowed there, and now it is told so.
    expect(await served.ask(NURSERY, url, { headers: { 'X-Reference': 'x' } })).toEqual(FAILS);
    const preflight = await served.visit((visit) => visit.isPreflight);
    expect(preflight.answer.status).toBe(204);
    for (const { answer } of served.stage.visits) expect(varyOf(answer.headers)).toContain('origin');
  });

  it('shows prices to the partners whom the environment lists, with cookies and their key', async () => {
    const asked = { credentials: 'include' } as const;
    const keyed = { ...asked, headers: { 'X-Partner-Key': 'fern' } };
    const history = `${PRICES}/v1/prices/fern-01/history`;
    expect(await served.ask(NURSERY, `${PRICES}/v1/prices`, asked)).toMatchObject({
      read: true,
      status: 200,
    });
    expect(await served.ask(NURSERY, history, keyed)).toMatchObject({ read: true, status: 200 });
    expect(await served.ask(NURSERY, history, asked)).toMatchObject({ read: true, status: 403 });
    expect(await served.ask(NURSERY, history, { headers: { 'X-Other': 'x' } })).toEqual(FAILS);
    expect(await served.ask(STRANGER, `${PRICES}/v1/prices`, asked)).toEqual(FAILS);
  });
});

function varyOf(headers: ReadonlyMap<string, string>): readonly string[] {
  return (headers.get('vary') ?? '').toLowerCase().split(/,\s*/);
}
