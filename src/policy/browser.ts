import {
  isForbiddenMethod,
  isForbiddenRequestHeader,
  isForbiddenResponseHeader,
  isNonWildcardRequestHeader,
  isSafelistedMethod,
  isSafelistedResponseHeader,
  normalizeMethod,
  parseTokenList,
  unsafeRequestHeaderNames,
} from './names.ts';
import type { Refusal, Stage } from './refusal.ts';
import { httpWhiteSpace, strip } from './white-space.ts';

export { describeRefusal } from './refusal.ts';
export type { Refusal, RefusalReason, Stage } from './refusal.ts';

/** A cross-origin request in mode `cors`, as a page asks for it with `fetch` or `XMLHttpRequest`. */
export interface PageRequest {
  /** As serialised: `https://app.example.com`, `null`. */
  readonly origin: string;
  /** As the page writes it: a browser turns `put` into `PUT`. */
  readonly method: string;
  /** What the page sets; names in lower case. What only the browser may set, like `cookie`, has no effect. */
  readonly headers: ReadonlyMap<string, string>;
  /** Across origins, `same-origin` is the same as `omit`. */
  readonly credentials: 'omit' | 'same-origin' | 'include';
}

/** What a server answers. Names in lower case, repeated headers joined by `, `. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

export type Verdict = { readonly ok: true } | Refusal;

const passed: Verdict = { ok: true };

/**
 * https://fetch.spec.whatwg.org/#cors-check: whether an answer, of whatever status, lets the page in.
 * The origin is compared byte for byte: a slash, another case or a list is as good as nothing.
 */
export function corsCheck(request: PageRequest, answer: Answer, at: Stage = 'answer'): Verdict {
  const { origin } = request;
  const allowed = valueOf(answer, 'access-control-allow-origin');
  if (allowed === undefined) return { ok: false, at, reason: 'no-allow-origin', origin };
  if (allowed === '*') {
    return isWithCredentials(request)
      ? { ok: false, at, reason: 'wildcard-origin-with-credentials' }
      : passed;
  }
  if (allowed !== origin) {
    return allowed.includes(',')
      ? { ok: false, at, reason: 'several-allow-origins', allowed }
      : { ok: false, at, reason: 'other-allow-origin', allowed, origin };
  }
  if (!isWithCredentials(request)) return passed;
  const allowsCredentials = valueOf(answer, 'access-control-allow-credentials');
  if (allowsCredentials === undefined) return { ok: false, at, reason: 'no-allow-credentials' };
  if (allowsCredentials === 'true') return passed;
  return { ok: false, at, reason: 'bad-allow-credentials', allowed: allowsCredentials };
}

/** Whether the browser asks first, and what for. `method` is there only if it is a reason to ask. */
export type PreflightNeed =
  | { readonly needed: false }
  | { readonly needed: true; readonly method: string | undefined; readonly headers: readonly string[] };

/**
 * https://fetch.spec.whatwg.org/#main-fetch, the branch for mode `cors`: a method or a header that is not
 * safelisted is asked for. Not modelled: upload listeners and streamed bodies, which always ask.
 */
export function needsPreflight(request: PageRequest): PreflightNeed {
  const method = normalizeMethod(request.method);
  const headers = namesToAskFor(request);
  if (isSafelistedMethod(method) && headers.length === 0) return { needed: false };
  return { needed: true, method: isSafelistedMethod(method) ? undefined : method, headers };
}

/** The request with which a browser asks first. */
export interface Preflight {
  readonly method: 'OPTIONS';
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * https://fetch.spec.whatwg.org/#cors-preflight-fetch, steps 1 to 5. It never carries `Cookie` or
 * `Authorization`, whatever the request will carry: a guard in front of CORS sees a stranger.
 */
export function preflightFor(request: PageRequest): Preflight {
  const headers = new Map([
    ['accept', '*/*'],
    ['origin', request.origin],
    ['access-control-request-method', normalizeMethod(request.method)],
  ]);
  const names = namesToAskFor(request);
  if (names.length > 0) headers.set('access-control-request-headers', names.join(','));
  return { method: 'OPTIONS', headers };
}

/**
 * https://fetch.spec.whatwg.org/#cors-preflight-fetch, step 7: whether the answer to the preflight lets the
 * browser send the request. Follows the standard also where browsers are laxer: they let `*` cover
 * `Authorization` (the refusal then says `toleratedByBrowsers`).
 */
export function preflightCheck(request: PageRequest, answer: Answer): Verdict {
  const at = 'preflight';
  const checked = corsCheck(request, answer, at);
  if (!checked.ok) return checked;
  const { status } = answer;
  if (status < 200 || status > 299) return { ok: false, at, reason: 'preflight-status', status };

  const methodsValue = valueOf(answer, 'access-control-allow-methods') ?? '';
  const headersValue = valueOf(answer, 'access-control-allow-headers') ?? '';
  const methods = parseTokenList(methodsValue);
  if (!methods) return { ok: false, at, reason: 'bad-allow-methods', allowed: methodsValue };
  const headers = parseTokenList(headersValue);
  if (!headers) return { ok: false, at, reason: 'bad-allow-headers', allowed: headersValue };
  const checkedMethod = checkMethod(request, methods);
  return checkedMethod.ok ? checkHeaders(request, headers) : checkedMethod;
}

function checkMethod(request: PageRequest, allowed: readonly string[]): Verdict {
  const at = 'preflight';
  const method = normalizeMethod(request.method);
  if (isSafelistedMethod(method) || allowed.includes(method)) return passed;
  if (!allowed.includes('*')) return { ok: false, at, reason: 'method-not-allowed', method, allowed };
  if (!isWithCredentials(request)) return passed;
  return { ok: false, at, reason: 'wildcard-method-with-credentials', method };
}

function checkHeaders(request: PageRequest, allowed: readonly string[]): Verdict {
  const at = 'preflight';
  const isWildcard = allowed.includes('*');
  const named = new Set(allowed.map((name) => name.toLowerCase()));
  for (const header of namesToAskFor(request)) {
    if (named.has(header)) continue;
    if (!isWildcard) return { ok: false, at, reason: 'header-not-allowed', header };
    if (isWithCredentials(request)) {
      return { ok: false, at, reason: 'wildcard-header-with-credentials', header };
    }
    if (isNonWildcardRequestHeader(header)) {
      return { ok: false, at, reason: 'authorization-under-wildcard', toleratedByBrowsers: true };
    }
  }
  return passed;
}

/** What the server answers to each of the two requests; no `preflight` if it never answers that. */
export interface Exchange {
  readonly preflight?: Answer;
  readonly actual: Answer;
}

/**
 * Whether the page gets to read the answer in the end: https://fetch.spec.whatwg.org/#http-fetch.
 * `actual` is the answer where it ends, since a redirect on the way is followed, not read.
 */
export function mayRead(request: PageRequest, { preflight, actual }: Exchange): Verdict {
  const { method } = request;
  if (isForbiddenMethod(method)) return { ok: false, at: 'preflight', reason: 'forbidden-method', method };
  if (needsPreflight(request).needed) {
    if (preflight === undefined) return { ok: false, at: 'preflight', reason: 'no-preflight-answer' };
    const checked = preflightCheck(request, preflight);
    if (!checked.ok) return checked;
  }
  return corsCheck(request, actual);
}

/**
 * The names of the answer's headers that the page can read, in the order of the answer; none if it may not
 * read the answer at all. https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name and
 * https://fetch.spec.whatwg.org/#main-fetch, where `Access-Control-Expose-Headers` is read: one malformed
 * item exposes nothing, and with credentials `*` is only a header of that name.
 */
export function readableResponseHeaders(request: PageRequest, answer: Answer): readonly string[] {
  if (!corsCheck(request, answer).ok) return [];
  const exposed = parseTokenList(valueOf(answer, 'access-control-expose-headers') ?? '') ?? [];
  const isEverythingExposed = exposed.includes('*') && !isWithCredentials(request);
  const named = new Set(exposed.map((name) => name.toLowerCase()));
  return [...answer.headers.keys()].filter(
    (name) =>
      isSafelistedResponseHeader(name) ||
      ((isEverythingExposed || named.has(name)) && !isForbiddenResponseHeader(name)),
  );
}

function isWithCredentials(request: PageRequest): boolean {
  return request.credentials === 'include';
}

/** What a page sets although only the browser may is dropped before anything is asked. */
function namesToAskFor(request: PageRequest): readonly string[] {
  return unsafeRequestHeaderNames(
    [...request.headers].filter(([name, value]) => !isForbiddenRequestHeader(name, value)),
  );
}

/**
 * A header's value as the browser gets to see it, without the white space around it, which is no part of
 * it on the wire: https://fetch.spec.whatwg.org/#concept-header-value-normalize.
 */
function valueOf(answer: Answer, name: string): string | undefined {
  const value = answer.headers.get(name);
  return value === undefined ? undefined : strip(value, httpWhiteSpace);
}
