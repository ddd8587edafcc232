/**
 * A matrix of policies and pages. Chromium decides what each page may read; the model in `src/policy/browser.ts`, told
 * what the servers really answered, has to say the same, and so has what the author of the policy meant.
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chooseCases, expectedOf, pageRequestOf, type Case, type Expected } from './cases.ts';
import { judgeJourney, type Judged } from './journey.ts';
import { askFrom, type Learned } from './page-side.ts';
import { PLACE_NAMES, PLACES } from './places.ts';
import { SERVED, TARGETS } from './policies.ts';
import { describeInChromium, openStage, type Stage, type Visit } from './stage.ts';

/** One request, and the three who have something to say of it. */
interface Compared {
  readonly one: Case;
  readonly chromium: Learned;
  readonly model: Judged;
  readonly author: Expected;
  readonly visits: readonly Visit[];
}

describeInChromium('policies in Chromium', () => {
  let stage: Stage;
  let compared: readonly Compared[] = [];

  beforeAll(async () => {
    // A policy whose function fails says so.
    vi.spyOn(console, 'warn').mockReturnValue(undefined);
    stage = await openStage(
      Object.fromEntries(SERVED.map(({ app, targets }) => [targets[0]!.host, { listener: app }])),
    );
    await setCookies(stage);
    compared = await compare(stage, chooseCases(TARGETS, { friend: 30, stranger: 8 }));
    const read = compared.filter(({ chromium }) => chromium.read).length;
    process.stdout.write(
      `${compared.length} requests, ${stage.visits.length} visits: ${read} read, ${compared.length - read} refused\n`,
    );
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await stage?.close();
  });

  it('reads what the model says, and nothing else', () => {
    const differing = compared.flatMap((one) => {
      const found = [...one.model.disagreements, ...differencesInReading(one)];
      return found.length === 0 ? [] : [`${describe(one)}: ${found.join('; ')}`];
    });
    expect(differing.slice(0, 20)).toEqual([]);
  });

  it('reads what the author of the policy meant, and nothing else', () => {
    const differing = compared.flatMap((one) => {
      const { chromium, author, model } = one;
      const headers = chromium.read ? chromium.headers : [];
      const found = {
        sent: model.sent,
        read: chromium.read,
        reads: { total: headers.includes('x-total'), secret: headers.includes('x-secret') },
      };
      return JSON.stringify(found) === JSON.stringify(author)
        ? []
        : [`${describe(one)}: ${JSON.stringify(found)}, meant: ${JSON.stringify(author)}`];
    });
    expect(differing.slice(0, 20)).toEqual([]);
  });

  it('sends cookies with credentials alone, and across sites only those that are meant for it', () => {
    const sent = compared.flatMap(({ one, visits }) =>
      visits
        .filter(({ isPreflight }) => !isPreflight)
        .map(({ headers }) => ({
          credentials: one.credentials,
          from: PLACES[one.place].cookies,
          cookies: (headers.cookie ?? '').split('; ').sort().join(' '),
        })),
    );
    const kinds = new Set(sent.map((one) => JSON.stringify(Object.values(one))));
    expect([...kinds].sort()).toEqual(
      [
        ['omit', 'all', ''],
        ['omit', 'cross-site', ''],
        ['include', 'all', 'lax=1 none=1 strict=1'],
        ['include', 'cross-site', 'none=1'],
      ]
        .map((kind) => JSON.stringify(kind))
        .sort(),
    );
  });

  it('still lets `*` cover `Authorization`, which the standard does not', () => {
    const tolerated = compared.filter(({ model }) => model.tolerated);
    expect(tolerated.length).toBeGreaterThan(20);
    expect(new Set(tolerated.map(({ one }) => one.target.name))).toEqual(new Set(['stars']));
  });

  it('has met every policy, place and status, and refusals of every kind that ours can give', () => {
    expect(compared.length).toBeGreaterThan(4000);
    const read = compared.filter(({ chromium }) => chromium.read);
    expect(read.length).toBeGreaterThan(800);
    const atPreflight = compared.filter(({ model }) => !model.sent);
    expect(atPreflight.length).toBeGreaterThan(800);
    expect(compared.filter(({ model, chromium }) => model.sent && !chromium.read).length).toBeGreaterThan(
      400,
    );
    expect(new Set(compared.map(({ one }) => one.target.name)).size).toBe(TARGETS.length);
    expect(new Set(compared.map(({ one }) => one.place)).size).toBe(PLACE_NAMES.length);
    expect(new Set(read.map(({ chromium }) => (chromium.read ? chromium.status : 0)))).toEqual(
      new Set([200, 304, 404, 500]),
    );
    const reasons = compared.flatMap(({ model: { verdict } }) => (verdict.ok ? [] : [verdict.reason]));
    expect([...new Set(reasons)].sort()).toEqual([
      'header-not-allowed',
      'method-not-allowed',
      'no-allow-credentials',
      'no-allow-origin',
      'wildcard-origin-with-credentials',
    ]);
    // Those who are let in somewhere have read something, and the others nothing that is not for everybody.
    const friends = read.filter(({ one }) => one.target.means.lets !== 'everybody');
    expect([...new Set(friends.map(({ one }) => one.place))].sort()).toEqual(
      [...new Set(TARGETS.flatMap(({ means }) => (means.lets === 'everybody' ? [] : means.lets)))].sort(),
    );
  });
});

async function compare(stage: Stage, cases: readonly Case[]): Promise<readonly Compared[]> {
  const learned = new Map<number, Learned>();
  for (const place of PLACE_NAMES) {
    // Those for one server stand far from each other, since a browser asks one server six things at a time.
    const here = cases.filter((one) => one.place === place).sort((one, other) => spread(one) - spread(other));
    const page = await PLACES[place].open(stage);
    const answers = await askFrom(
      page,
      here.map(({ id, target, method, headers, credentials, ending }) => ({
        url: `https://${target.host}${target.path}${ending.path}?id=${id}`,
        method,
        headers,
        credentials,
      })),
    );
    here.forEach(({ id }, index) => learned.set(id, answers[index]!));
    await ('page' in page ? page.page() : page).close();
  }
  const visits = new Map<number, Visit[]>(cases.map(({ id }) => [id, []]));
  for (const visit of stage.visits) visits.get(Number(visit.url.searchParams.get('id')))?.push(visit);
  const [open, named] = ['open', 'named'].map((name) => TARGETS.find((one) => one.name === name)!.means);
  return cases.map((one) => ({
    one,
    chromium: learned.get(one.id)!,
    model: judgeJourney(pageRequestOf(one), visits.get(one.id) ?? []),
    author: expectedOf(one, open!, named!),
    visits: visits.get(one.id) ?? [],
  }));
}

/** One cookie of each kind, for every name below `example.test`. */
async function setCookies({ context }: Stage): Promise<void> {
  const common = { value: '1', domain: '.example.test', path: '/', secure: true };
  await context.addCookies([
    { ...common, name: 'strict', sameSite: 'Strict' },
    { ...common, name: 'lax', sameSite: 'Lax' },
    { ...common, name: 'none', sameSite: 'None' },
  ]);
}

function differencesInReading({ chromium, model: { reads, verdict } }: Compared): readonly string[] {
  if (chromium.read !== (reads !== undefined))
    return [`Chromium ${chromium.read ? 'reads' : 'refuses'}, and the model says ${JSON.stringify(verdict)}`];
  if (!chromium.read || !reads) return [];
  const found = chromium.status === reads.status ? [] : [`status ${chromium.status}, not ${reads.status}`];
  const [seen, said] = [chromium.headers, reads.headers].map((names) => [...names].sort().join(' '));
  return seen === said ? found : [...found, `it reads the headers ${seen}, and the model says ${said}`];
}

function describe({ one, chromium }: Compared): string {
  const { id, target, place, method, credentials, ending, asks } = one;
  const outcome = chromium.read ? chromium.status : chromium.error;
  return `#${id} ${PLACES[place].name} to ${target.name}${ending.path}, ${method} ${credentials} [${asks.join()}] (${outcome})`;
}

function spread({ id }: Case): number {
  return (id * 7919) % 10_007;
}
