/** A request from its first preflight to its last answer, as the servers saw it, put to the model of the browser. */
import {
  corsCheck,
  mayRead,
  needsPreflight,
  preflightCheck,
  preflightFor,
  readableResponseHeaders,
  type Answer,
  type PageRequest,
  type Verdict,
} from '../../src/policy/browser.ts';
import type { Visit } from './stage.ts';

/** One server on the way. */
interface Hop {
  readonly preflight: Visit | undefined;
  actual: Visit | undefined;
}

export interface Judged {
  /** What the page may read in the end; nothing if it may read nothing. */
  readonly reads: { readonly status: number; readonly headers: readonly string[] } | undefined;
  /** Whether the request itself, and no mere preflight, reached the first server. */
  readonly sent: boolean;
  /** Where the browser did otherwise than the model says, before it came to reading. */
  readonly disagreements: readonly string[];
  /** Whether the standard refuses what browsers let pass: `*` for `Authorization`. */
  readonly tolerated: boolean;
  /** Of the last answer. */
  readonly verdict: Verdict;
}

/** @param visits of this request alone, in order. */
export function judgeJourney(request: PageRequest, visits: readonly Visit[]): Judged {
  const disagreements: string[] = [];
  let tolerated = false;
  const hops = hopsOf(visits);
  const end = (verdict: Verdict, at: number, reads?: Judged['reads']): Judged => {
    if (hops.length > at + 1) disagreements.push(`it goes on after ${describeVerdict(verdict)}`);
    return { reads, sent: hops[0]?.actual !== undefined, disagreements, tolerated, verdict };
  };

  let asked = request;
  for (const [at, { preflight, actual }] of hops.entries()) {
    disagreements.push(...compareAsking(asked, preflight, actual));
    if (preflight) {
      const checked = preflightCheck(asked, preflight.answer);
      const isTolerated = !checked.ok && checked.reason === 'authorization-under-wildcard';
      tolerated ||= isTolerated;
      const goesOn = checked.ok || isTolerated;
      if (goesOn !== (actual !== undefined))
        disagreements.push(`it ${goesOn ? 'stops' : 'goes on'} after ${describeVerdict(checked)}`);
      if (!goesOn) return end(checked, at);
    }
    if (!actual) return end({ ok: false, at: 'preflight', reason: 'no-preflight-answer' }, at);
    const { answer } = actual;
    const whole = mayRead(asked, { actual: answer, ...(preflight && { preflight: preflight.answer }) });
    const verdict = tolerated ? corsCheck(asked, answer) : whole;
    if (!verdict.ok) return end(verdict, at);
    const location = isRedirect(answer) ? answer.headers.get('location') : undefined;
    if (location === undefined)
      return end(verdict, at, {
        status: answer.status,
        headers: readableResponseHeaders(asked, answer),
      });
    asked = redirected(asked, answer.status, actual.url, new URL(location, actual.url));
  }
  disagreements.push('it ends in the middle');
  return end({ ok: true }, hops.length);
}

function hopsOf(visits: readonly Visit[]): readonly Hop[] {
  const hops: Hop[] = [];
  for (const visit of visits) {
    const last = hops.at(-1);
    if (visit.isPreflight) hops.push({ preflight: visit, actual: undefined });
    else if (last?.preflight?.url.href === visit.url.href && !last.actual) last.actual = visit;
    else hops.push({ preflight: undefined, actual: visit });
  }
  return hops;
}

/** What is asked first, and with which headers. */
function compareAsking(
  asked: PageRequest,
  preflight: Visit | undefined,
  actual: Visit | undefined,
): readonly string[] {
  const found: string[] = [];
  const { needed } = needsPreflight(asked);
  if (needed !== (preflight !== undefined))
    found.push(needed ? 'it does not ask first' : 'it asks first without need');
  if (preflight) {
    const { headers } = preflightFor(asked);
    for (const name of ['origin', 'access-control-request-method', 'access-control-request-headers'])
      if (headers.get(name) !== preflight.headers[name])
        found.push(`the preflight's ${name} is ${String(preflight.headers[name])}, not ${headers.get(name)}`);
    for (const name of ['cookie', 'authorization'])
      if (preflight.headers[name] !== undefined) found.push(`the preflight carries ${name}`);
  }
  if (actual && actual.headers.origin !== asked.origin)
    found.push(`its origin is ${actual.headers.origin}, not ${asked.origin}`);
  if (actual && actual.headers.authorization !== asked.headers.get('authorization'))
    found.push(`its Authorization is ${actual.headers.authorization}`);
  if (asked.credentials === 'omit' && actual?.headers.cookie !== undefined) found.push('it carries cookies');
  return found;
}

/** https://fetch.spec.whatwg.org/#http-redirect-fetch */
function redirected(asked: PageRequest, status: number, from: URL, to: URL): PageRequest {
  const isOther = from.origin !== to.origin;
  const becomesGet =
    ([301, 302].includes(status) && asked.method === 'POST') ||
    (status === 303 && !['GET', 'HEAD'].includes(asked.method));
  const dropped = new Set([
    ...(isOther ? ['authorization'] : []),
    ...(becomesGet ? ['content-encoding', 'content-language', 'content-location', 'content-type'] : []),
  ]);
  return {
    // The page's origin is another than that of the first server, or this would be no business of CORS.
    origin: isOther ? 'null' : asked.origin,
    method: becomesGet ? 'GET' : asked.method,
    headers: new Map([...asked.headers].filter(([name]) => !dropped.has(name))),
    credentials: asked.credentials,
  };
}

function isRedirect({ status }: Answer): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function describeVerdict(verdict: Verdict): string {
  return verdict.ok ? 'what lets it pass' : `\`${verdict.reason}\` at the ${verdict.at}`;
}
