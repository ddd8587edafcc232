/** What pages ask for, chosen so that every way to ask meets every policy, and friends are asked most. */
import type { PageRequest } from '../../src/policy/browser.ts';
import { PLACE_NAMES, PLACES, type PlaceName } from './places.ts';
import type { Meaning, Target } from './policies.ts';

/** `put` is mended by browsers, `patch` is not: it is another method than `PATCH`. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'put', 'patch'] as const;

/** What a page sets, and what of it has to be asked for first. */
const HEADERS: readonly {
  readonly set: Readonly<Record<string, string>>;
  readonly asks: readonly string[];
}[] = [
  { set: {}, asks: [] },
  { set: { 'Accept-Language': 'de', 'Content-Type': 'text/plain' }, asks: [] },
  { set: { 'Content-Type': 'application/json' }, asks: ['content-type'] },
  { set: { Authorization: 'Bearer token' }, asks: ['authorization'] },
  { set: { 'X-Trace': '1' }, asks: ['x-trace'] },
  {
    set: { 'Content-Type': 'application/json', Authorization: 'Bearer token', 'X-Trace': '1' },
    asks: ['authorization', 'content-type', 'x-trace'],
  },
];

const CREDENTIALS = ['omit', 'include'] as const;

/** How it ends: where the page asks, and what comes of it. */
const ENDINGS = [
  { path: '/echo' },
  { path: '/missing' },
  { path: '/broken' },
  // Asked with a condition of its own, a page is shown the 304.
  { path: '/unchanged', sets: { 'If-None-Match': '"v1"' }, asks: ['if-none-match'] },
  { path: '/turn/same', turns: { to: 'same' } },
  { path: '/turn/open', turns: { to: 'open', asGet: true } },
  { path: '/turn/named', turns: { to: 'named' } },
] as const satisfies readonly Ending[];

interface Ending {
  readonly path: string;
  readonly sets?: Readonly<Record<string, string>>;
  readonly asks?: readonly string[];
  /** It is redirected. `asGet`: of `POST` becomes `GET`. */
  readonly turns?: { readonly to: 'same' | 'open' | 'named'; readonly asGet?: boolean };
}

/** One request of one page. */
export interface Case {
  readonly id: number;
  readonly place: PlaceName;
  readonly target: Target;
  readonly method: string;
  readonly credentials: 'omit' | 'include';
  readonly ending: Ending;
  readonly headers: Readonly<Record<string, string>>;
  /** The names of headers that have to be asked for. */
  readonly asks: readonly string[];
}

/** All ways to ask. Stepping through them by a number without a common divisor meets each of them once. */
const WAYS = METHODS.flatMap((method) =>
  HEADERS.flatMap((headers) =>
    CREDENTIALS.flatMap((credentials) => ENDINGS.map((ending) => ({ method, headers, credentials, ending }))),
  ),
);
const STEP = 263;

/** @param count how many of the ways each friend and each stranger takes to each target. */
export function chooseCases(
  targets: readonly Target[],
  count: { readonly friend: number; readonly stranger: number },
): readonly Case[] {
  const cases: Case[] = [];
  for (const target of targets) {
    let at = 0;
    for (const place of PLACE_NAMES) {
      const wanted = isLetIn(target.means, place) ? count.friend : count.stranger;
      for (let chosen = 0; chosen < wanted; at++) {
        const { method, headers, credentials, ending } = WAYS[(at * STEP) % WAYS.length]!;
        // Where `*` allows it, a browser sends it, and Node's own parser takes no `patch`: nothing of ours is asked.
        if (method === 'patch' && target.means.methods === '*') continue;
        chosen++;
        const { sets = {}, asks = [] }: Ending = ending;
        cases.push({
          id: cases.length,
          place,
          target,
          method,
          credentials,
          ending,
          headers: { ...headers.set, ...sets },
          asks: [...headers.asks, ...asks],
        });
      }
    }
  }
  return cases;
}

/** What the model of the browser is asked. */
export function pageRequestOf({ place, method, headers, credentials }: Case): PageRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { origin: PLACES[place].origin, method, headers: new Map(lower), credentials };
}

/** What the author of the policies expects. */
export interface Expected {
  /** Whether the request itself reaches the server. */
  readonly sent: boolean;
  readonly read: boolean;
  readonly reads: { readonly total: boolean; readonly secret: boolean };
}

/** @param named what `named.example.test` means, and `open` the other one: redirects lead there. */
export function expectedOf(one: Case, open: Meaning, named: Meaning): Expected {
  const { target, place, ending, asks, credentials } = one;
  const withCredentials = credentials === 'include';
  const method = one.method === 'put' ? 'PUT' : one.method;
  const isFriend = isLetIn(target.means, place);
  const asked = { isFriend, method, asks, withCredentials };
  const first = step(target.means, asked);
  const last = (
    { sent, read }: { readonly sent: boolean; readonly read: boolean },
    { exposes }: Meaning,
  ): Expected => {
    const isEverything = exposes === '*' && !withCredentials;
    const reads = (name: string): boolean =>
      read && ending.path !== '/missing' && (isEverything || (exposes !== '*' && exposes.includes(name)));
    return { sent, read, reads: { total: reads('x-total'), secret: reads('x-secret') } };
  };
  if (!ending.turns || !first.read) {
    const isEcho = ending.path === '/echo';
    return isEcho ? last(first, target.means) : last(first, { ...target.means, exposes: [] });
  }
  const { to, asGet } = ending.turns as NonNullable<Ending['turns']>;
  if (to === 'same' || to === target.name) return last(step(target.means, asked), target.means);
  // Led from one server to another, a page has lost its origin, and its `Authorization`.
  const means = to === 'open' ? open : named;
  const becomesGet = asGet === true && method === 'POST';
  const second = step(means, {
    isFriend: means.lets === 'everybody',
    method: becomesGet ? 'GET' : method,
    asks: asks.filter((name) => name !== 'authorization' && !(becomesGet && name === 'content-type')),
    withCredentials,
  });
  return last({ sent: true, read: second.read }, means);
}

function step(
  means: Meaning,
  asked: {
    readonly isFriend: boolean;
    readonly method: string;
    readonly asks: readonly string[];
    readonly withCredentials: boolean;
  },
): { readonly sent: boolean; readonly read: boolean } {
  const { isFriend, method, asks, withCredentials } = asked;
  const read = isFriend && (!withCredentials || means.credentials);
  const isSimple = ['GET', 'HEAD', 'POST'].includes(method);
  if (isSimple && asks.length === 0) return { sent: true, read };
  const mayUse = isSimple || means.methods === '*' || means.methods.includes(method);
  const { headers } = means;
  const maySet = headers === '*' || headers === 'asked' || asks.every((name) => headers.includes(name));
  const sent = read && mayUse && maySet;
  return { sent, read: sent };
}

function isLetIn({ lets }: Meaning, place: PlaceName): boolean {
  return lets === 'everybody' || lets.includes(place);
}
