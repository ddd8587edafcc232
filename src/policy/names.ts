import { httpWhiteSpace, strip, tabOrSpace } from './white-space.ts';

/**
 * The methods and header names that the Fetch standard treats apart. Where it speaks of bytes, a string
 * here holds one byte in each character, as header values do.
 */

/** https://httpwg.org/specs/rfc9110.html#tokens: what a method or a header name may be made of. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
}

/**
 * The items of a header whose value is a list of tokens, or nothing if one of them is no token: `GET POST`.
 * Empty items do not count, so `GET,,POST` is fine, and so is an empty value.
 * https://fetch.spec.whatwg.org/#extract-header-values and https://httpwg.org/specs/rfc9110.html#abnf.extension
 */
export function parseTokenList(value: string): readonly string[] | undefined {
  const items = value
    .split(',')
    .map((item) => strip(item, tabOrSpace))
    .filter((item) => item !== '');
  return items.every(isToken) ? items : undefined;
}

const safelistedMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/**
 * https://fetch.spec.whatwg.org/#cors-safelisted-method: methods that no preflight needs to allow.
 * Compares as the standard does, with case; a browser has normalised the method before it asks.
 */
export function isSafelistedMethod(method: string): boolean {
  return safelistedMethods.has(method);
}

const forbiddenMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** https://fetch.spec.whatwg.org/#forbidden-method: `fetch` throws rather than send one, in any case. */
export function isForbiddenMethod(method: string): boolean {
  return forbiddenMethods.has(method.toUpperCase());
}

const normalizedMethods: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

/**
 * https://fetch.spec.whatwg.org/#concept-method-normalize: what a browser makes of the method that a page
 * names. `put` becomes `PUT`, but `patch` stays `patch`, which no server's `PATCH` matches.
 */
export function normalizeMethod(method: string): string {
  const upper = method.toUpperCase();
  return normalizedMethods.has(upper) ? upper : method;
}

const forbiddenRequestHeaders: ReadonlySet<string> = new Set([
  'accept-charset',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'connection',
  'content-length',
  'cookie',
  'cookie2',
  'date',
  'dnt',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'referer',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]);

/**
 * Whether the text is a list of header names as browsers write it (lower case, nothing but commas between them), and none
 * of them is forbidden. It is asked for every preflight, so it looks at each character once.
 */
export function isSendableList(list: string): boolean {
  let start = 0;
  for (let at = 0; at <= list.length; at++) {
    const code = at === list.length ? COMMA : list.charCodeAt(at);
    if (code === COMMA) {
      if (at === start) return false;
      if (firstsOfForbidden.has(list.charCodeAt(start)) && isForbiddenRequestHeader(list.slice(start, at)))
        return false;
      start = at + 1;
    } else if (!isPlainCode(code)) return false;
  }
  return true;
}

const COMMA = 0x2c;

/** `a` to `z`, `0` to `9`, `-`. */
function isPlainCode(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d;
}

const firstsOfForbidden: ReadonlySet<number> = new Set(
  [...forbiddenRequestHeaders, 'proxy-', 'sec-'].map((name) => name.charCodeAt(0)),
);

const methodOverrides: ReadonlySet<string> = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);

/**
 * https://fetch.spec.whatwg.org/#forbidden-request-header: what a page cannot set, because only the browser
 * may. Without a value it answers whether the name alone forbids it, as `Cookie` does; with one, also
 * whether `X-HTTP-Method-Override: TRACE` is to smuggle a forbidden method.
 */
export function isForbiddenRequestHeader(name: string, value?: string): boolean {
  const lower = name.toLowerCase();
  if (forbiddenRequestHeaders.has(lower)) return true;
  if (lower.startsWith('proxy-') || lower.startsWith('sec-')) return true;
  if (value === undefined || !methodOverrides.has(lower)) return false;
  return splitOutsideQuotes(value).some(isForbiddenMethod);
}

/** https://fetch.spec.whatwg.org/#header-value-get-decode-and-split */
function splitOutsideQuotes(value: string): readonly string[] {
  const items = value.match(/(?:"(?:\\.|[^\\"])*"?|[^",])+/g) ?? [];
  return items.map((item) => strip(item, tabOrSpace));
}

/**
 * https://fetch.spec.whatwg.org/#cors-safelisted-request-header: what a page may send without asking first.
 * The value decides with the name: `Content-Type: text/plain` may be sent, `application/json` may not.
 */
export function isSafelistedRequestHeader(name: string, value: string): boolean {
  if (value.length > 128) return false;
  switch (name.toLowerCase()) {
    case 'accept':
      return !hasUnsafeByte(value);
    case 'accept-language':
    case 'content-language':
      return /^[0-9A-Za-z *,\-.;=]*$/.test(value);
    case 'content-type':
      return !hasUnsafeByte(value) && safelistedMimeTypes.has(mimeEssence(value) ?? '');
    case 'range':
      return isSafelistedRange(value);
    default:
      return false;
  }
}

/** https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte. The tab alone of all controls is safe. */
function hasUnsafeByte(value: string): boolean {
  return /[\0-\x08\n-\x1f"():<>?@[\\\]{}\x7f]/.test(value);
}

const safelistedMimeTypes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

/** https://mimesniff.spec.whatwg.org/#parse-a-mime-type, as far as the essence: `text/plain; charset=x`. */
function mimeEssence(value: string): string | undefined {
  const [beforeParameters = ''] = value.split(';', 1);
  const essence = strip(beforeParameters, httpWhiteSpace);
  const slash = essence.indexOf('/');
  if (!isToken(essence.slice(0, Math.max(slash, 0))) || !isToken(essence.slice(slash + 1))) return undefined;
  return essence.toLowerCase();
}

/**
 * https://fetch.spec.whatwg.org/#simple-range-header-value. A range without a start, `bytes=-500`, is
 * well-formed but not safelisted, since browsers never sent one on their own.
 */
function isSafelistedRange(value: string): boolean {
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(value) ?? [];
  if (start === undefined) return false;
  return end === undefined || end === '' || BigInt(start) <= BigInt(end);
}

/**
 * https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name: what `*` does not stand for in
 * `Access-Control-Allow-Headers`.
 */
export function isNonWildcardRequestHeader(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}

/**
 * https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names: the headers that a preflight has to ask
 * for, lower-case, sorted, each once. Safelisted ones become unsafe when together they exceed 1024 bytes.
 */
export function unsafeRequestHeaderNames(
  headers: Iterable<readonly [name: string, value: string]>,
): readonly string[] {
  const unsafe: string[] = [];
  const potentiallyUnsafe: string[] = [];
  let safelistedSize = 0;
  for (const [name, value] of headers) {
    if (isSafelistedRequestHeader(name, value)) {
      potentiallyUnsafe.push(name);
      safelistedSize += value.length;
    } else {
      unsafe.push(name);
    }
  }
  if (safelistedSize > 1024) unsafe.push(...potentiallyUnsafe);
  return [...new Set(unsafe.map((name) => name.toLowerCase()))].sort();
}

const safelistedResponseHeaders: ReadonlySet<string> = new Set([
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]);

/** https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name: readable without being exposed. */
export function isSafelistedResponseHeader(name: string): boolean {
  return safelistedResponseHeaders.has(name.toLowerCase());
}

const forbiddenResponseHeaders: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2']);

/** https://fetch.spec.whatwg.org/#forbidden-response-header-name: never readable, exposed or not. */
export function isForbiddenResponseHeader(name: string): boolean {
  return forbiddenResponseHeaders.has(name.toLowerCase());
}
