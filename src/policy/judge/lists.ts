/** The judge's view of the lists of methods and headers: what stands there in vain, and what breaks the whole list. */
import {
  isForbiddenMethod,
  isForbiddenRequestHeader,
  isForbiddenResponseHeader,
  isSafelistedMethod,
  isSafelistedResponseHeader,
  isToken,
} from '../names.ts';
import type { NameList, Policy, WrittenName } from '../policy.ts';
import type { Problem, ProblemCode } from '../problems.ts';

interface Flaw {
  readonly code: ProblemCode;
  readonly data: Readonly<Record<string, string>>;
}

/** The problems of the names in the policy's lists. */
export function judgeLists<C>(policy: Policy<C>): Problem<C>[] {
  const { names } = policy;
  return names.flatMap((written) => {
    const { text, cause } = written;
    const flaw = flawOf(text, written.in, listed(names, written.in));
    // `const HEADERS = ['Content-Type']` for both lists: in one of them it has its use.
    if (!flaw || (flaw.code === 'useless-name' && isElsewhere(written, names))) return [];
    return [{ code: flaw.code, cause, data: { name: text, ...flaw.data }, places: {} }];
  });
}

function listed<C>(names: readonly WrittenName<C>[], list: NameList): ReadonlySet<string> {
  return new Set(names.filter((one) => one.in === list).map(({ text }) => text));
}

function isElsewhere<C>(written: WrittenName<C>, names: readonly WrittenName<C>[]): boolean {
  return names.some((one) => one.cause === written.cause && one.in !== written.in);
}

/** What is wrong with a name; `all` is what stands in the same list. */
function flawOf(name: string, list: NameList, all: ReadonlySet<string>): Flaw | undefined {
  if (!isToken(name)) return malformed(name, list);
  switch (list) {
    case 'methods':
      return flawOfMethod(name, all);
    case 'allowedHeaders':
      return flawOfAllowedHeader(name);
    case 'exposedHeaders':
      return flawOfExposedHeader(name);
  }
}

/**
 * A list with something else in it than tokens is no list:
 * https://fetch.spec.whatwg.org/#cors-preflight-fetch, step 7.3, and https://fetch.spec.whatwg.org/#main-fetch
 */
function malformed(name: string, list: NameList): Flaw {
  const pieces = list === 'methods' ? methodsIn(name) : headersIn(name);
  const good = pieces.length > 0 && pieces.every((piece) => !flawOf(piece, list, new Set()));
  const corrected = good ? { corrected: pieces.join(',') } : {};
  return list === 'exposedHeaders'
    ? { code: 'malformed-exposed-name', data: corrected }
    : { code: 'malformed-name', data: { what: list === 'methods' ? 'method' : 'header', ...corrected } };
}

/** The registered methods that a text names, if it is made of nothing else: `GET/POST`, `get|post`. */
function methodsIn(text: string): readonly string[] {
  const pieces = text
    .split(/[^A-Za-z-]+/)
    .filter(Boolean)
    .map((piece) => piece.toUpperCase());
  return pieces.every((piece) => registeredMethods.has(piece)) ? pieces : [];
}

/** The names in `X-A; X-B`, `X-A:` and `"X-A"`. White space divides nothing: `Content Type` is one name. */
function headersIn(text: string): readonly string[] {
  const pieces = text
    .split(';')
    .map((piece) => piece.replace(/^[\s"]+|[\s":]+$/g, ''))
    .filter(Boolean);
  return pieces.every(isToken) ? pieces : [];
}

/** Methods are compared byte for byte, after the browser has put a few of them into upper case: `normalizeMethod`. */
function flawOfMethod(name: string, all: ReadonlySet<string>): Flaw | undefined {
  if (isForbiddenMethod(name))
    return {
      code: 'unmatched-method',
      data: { flaw: `browsers send no \`${name.toUpperCase()}\` requests`, useless: 'true' },
    };
  const upper = name.toUpperCase();
  if (upper !== name && registeredMethods.has(upper)) {
    const useless = (reason: string, corrected?: string): Flaw => ({
      code: 'useless-name',
      data: {
        list: 'methods',
        reason: `case counts, and ${reason}`,
        ...(corrected !== undefined && { corrected }),
      },
    });
    if (all.has(upper)) return useless(`\`${upper}\` is listed too`);
    if (isSafelistedMethod(upper)) return useless(`\`${upper}\` needs no permission`, upper);
    // Pages do not send it. It is listed for the preflight, which needs no permission either.
    if (upper === 'OPTIONS') return useless('a preflight needs no permission', upper);
    // Whatever else is listed, `*` covers the method.
    if (all.has('*')) return undefined;
    return {
      code: 'unmatched-method',
      data: { flaw: `case counts, and the method is \`${upper}\``, corrected: upper },
    };
  }
  const pieces = methodsIn(name);
  if (pieces.length < 2 || all.has('*')) return undefined;
  const good = pieces.every((piece) => !all.has(piece));
  return {
    code: 'unmatched-method',
    data: { flaw: 'it is one name, not several', ...(good && { corrected: pieces.join(',') }) },
  };
}

function flawOfAllowedHeader(name: string): Flaw | undefined {
  if (isForbiddenRequestHeader(name))
    return {
      code: 'useless-name',
      data: { list: 'allowed headers', reason: 'no page may set it, only the browser itself' },
    };
  return responseHeaders.has(name.toLowerCase()) ? { code: 'response-header-allowed', data: {} } : undefined;
}

function flawOfExposedHeader(name: string): Flaw | undefined {
  const useless = (reason: string): Flaw => ({
    code: 'useless-name',
    data: { list: 'exposed headers', reason },
  });
  if (isSafelistedResponseHeader(name)) return useless('pages can always read it');
  return isForbiddenResponseHeader(name) ? useless('pages can never read it') : undefined;
}

/**
 * Of https://www.iana.org/assignments/http-methods, what servers are asked for: in lower case these names are other
 * methods, which no server knows. (Node answers 400 to `patch`.)
 */
const registeredMethods: ReadonlySet<string> = new Set([
  'ACL',
  'BIND',
  'CHECKOUT',
  'COPY',
  'DELETE',
  'GET',
  'HEAD',
  'LINK',
  'LOCK',
  'MERGE',
  'MKACTIVITY',
  'MKCALENDAR',
  'MKCOL',
  'MOVE',
  'OPTIONS',
  'PATCH',
  'POST',
  'PROPFIND',
  'PROPPATCH',
  'PUT',
  'QUERY',
  'REBIND',
  'REPORT',
  'SEARCH',
  'UNBIND',
  'UNLINK',
  'UNLOCK',
]);

/** https://fetch.spec.whatwg.org/#http-responses: what a server says, and pages by mistake. */
const responseHeaders: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
]);
