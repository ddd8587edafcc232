/** What the model says of an app's route, beside what the running server answers. */
import type { Way } from '../../src/analysis/server/ways.ts';
import { mayRead, type Answer as Seen, type PageRequest } from '../../src/policy/browser.ts';
import type { Outcome, Request } from '../../src/policy/policy.ts';
import type { Answer, Ask } from '../facts/server.ts';

/** The path with something for its parameters that nobody names. */
export const pathOf = ({ path }: Pick<Way, 'path'>): string =>
  path.replace(/:\w+/g, 'some-1').replace(/\*\w+/g, 'some/more');

/** What the page sends, or what its browser asks first. */
export interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

const CREDENTIALS = { cookie: 'session=1', authorization: 'Bearer token' };

/** Everything that is asked on one way. */
export function sentOn({ method }: Pick<Way, 'method'>, origins: readonly string[]): readonly Sent[] {
  const own = method === 'ALL' ? 'GET' : method;
  const actual = origins.flatMap((origin): readonly Sent[] => [
    { method: own, headers: { origin } },
    { method: own, headers: { origin, ...CREDENTIALS } },
  ]);
  return [
    { method: own, headers: {} },
    ...actual,
    ...origins.map((origin): Sent => preflightOf(own, origin)),
  ];
}

function preflightOf(method: string, origin: string): Sent {
  return {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  };
}

export const askOf = (way: Pick<Way, 'path'>, { method, headers }: Sent): Ask => ({
  method,
  path: pathOf(way),
  headers,
});

export const requestOf = (way: Pick<Way, 'path'>, { method, headers }: Sent): Request => ({
  method,
  path: pathOf(way),
  headers: new Map(Object.entries(headers)),
});

const matters = (name: string): boolean => name.startsWith('access-control-') || name === 'vary';

/** Whether the outcome can be what the server answered. */
export function fits({ end, headers, unclear }: Outcome<unknown>, answer: Answer): boolean {
  if (unclear) return true;
  if (end.is === 'passes') return false;
  if (end.is === 'hangs' || answer.hung) return end.is === 'hangs' && answer.hung;
  if (end.status !== undefined && end.status !== answer.status) return false;
  const names = new Set([...headers.keys(), ...answer.headers.keys()].filter(matters));
  return [...names].every((name) => {
    const said = headers.get(name);
    return said
      ? said.value === undefined || said.value === answer.headers.get(name)
      : !answer.headers.has(name);
  });
}

/** Whether the outcomes leave nothing of CORS open. The status of a preflight belongs to it. */
export function isDefinite(outcomes: readonly Outcome<unknown>[], { method }: Sent): boolean {
  const [only, ...others] = outcomes;
  if (!only || others.length > 0 || only.unclear) return false;
  if (method === 'OPTIONS' && 'status' in only.end && only.end.status === undefined) return false;
  return [...only.headers].every(([name, { value }]) => !matters(name) || value !== undefined);
}

/** What a browser gets to see of an outcome of which all is known. */
export const seenOf = ({ end, headers }: Outcome<unknown>): Seen => ({
  status: (end.is === 'answers' || end.is === 'fails' ? end.status : undefined) ?? 500,
  headers: new Map([...headers].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]]))),
});

/** Whether a page with credentials gets to read the answer. */
export function isReadable(
  { method }: Pick<Way, 'method'>,
  origin: string,
  exchange: { readonly preflight: Seen; readonly actual: Seen },
): boolean {
  const page: PageRequest = {
    origin,
    method: method === 'ALL' ? 'GET' : method,
    headers: new Map([
      ['authorization', 'Bearer token'],
      ['content-type', 'application/json'],
    ]),
    credentials: 'include',
  };
  return mayRead(page, exchange).ok;
}

export function show({ end, headers, unclear }: Outcome<unknown>): string {
  const said = [...headers].map(([name, { value }]) => `${name}: ${value ?? '(unknown)'}`);
  const status = 'status' in end ? ` ${end.status ?? '(unknown)'}` : '';
  return `${unclear ? 'unclear, ' : ''}${end.is}${status} {${said.sort().join('; ')}}`;
}

export function showAnswer({ status, headers, hung }: Answer): string {
  const sent = [...headers].filter(([name]) => matters(name)).map(([name, value]) => `${name}: ${value}`);
  return hung ? 'hangs' : `${status} {${sent.sort().join('; ')}}`;
}
