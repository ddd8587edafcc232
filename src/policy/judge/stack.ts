/**
 * The judge's view of two policies on one way. The first that answers preflights decides about them; on the answer the
 * last writer of a header wins, and a header that only the first writes stays: a stricter second one takes nothing back.
 */
import { corsCheck, preflightCheck, type PageRequest } from '../browser.ts';
import { accessOf, STRANGER } from './access.ts';
import { isSafelistedMethod } from '../names.ts';
import { parseOrigin } from '../origin.ts';
import { actualRequest, preflightRequest, type Outcome, type Policy, type Request } from '../policy.ts';
import { codesOf, type Problem, type ProblemCode } from '../problems.ts';

/** Two policies, in the order in which a request comes to them. */
export interface Stack<C> {
  readonly outer: Policy<C>;
  readonly inner: Policy<C>;
  /** Where each stands on the way, or says who is let in. */
  readonly outerAt: C;
  readonly innerAt: C;
  /** What mounts it, if that does nothing else. */
  readonly outerMount: C | undefined;
  readonly innerMount: C | undefined;
  /** All that a request to both comes through. */
  readonly way: Policy<C>;
  /** The method of the requests; nothing if it may be any. */
  readonly method: string | undefined;
  /** Methods of routes that are known to stand behind both. */
  readonly served: readonly string[];
  /** The inner one decides by a list where it says that it depends on the origin, even if nobody on it is known. */
  readonly innerIsList: boolean;
  /** The inner one is for some of the outer one's requests only: what it does otherwise is meant. */
  readonly isException: boolean;
  /** The outer one answers preflights, and nothing else. */
  readonly preflightsOnly: boolean;
  /** Preflights would come to the inner one if the outer one were not there. */
  readonly innerAnswersPreflights: boolean;
  /** Whether the inner one sees the request, for all that is known. */
  readonly reachesInner: (request: Request) => boolean;
}

/** How many of those whom a policy lets in are asked about. */
const MOST_FRIENDS = 3;

/** Safelisted, and still what JSON is sent with, which the browser asks about. */
const JSON_HEADERS = ['content-type'];

/** `undefined`: not known. */
type Answer = boolean | undefined;

/** What is wrong, from the first pair to the last: of a policy that stands in several, the first is told. */
export function judgeStacks<C>(stacks: readonly Stack<C>[]): readonly Problem<C>[] {
  const problems = new Map<string, Problem<C>>();
  for (const stack of stacks) {
    const problem = judgeStack(stack);
    if (!problem) continue;
    // One policy on many routes is one mistake.
    const { at } = problem.code === 'strangers-preflight' ? stack.outer : stack.inner;
    const key = JSON.stringify(at);
    const told = problems.get(key);
    if (!told || rank(problem) < rank(told)) problems.set(key, problem);
  }
  return [...problems.values()];
}

function rank<C>({ code }: Problem<C>): number {
  return codesOf('no-stacked-cors').indexOf(code);
}

/** What is wrong with the two; one report at most. */
function judgeStack<C>(stack: Stack<C>): Problem<C> | undefined {
  if (isSaidElsewhere(stack.way)) return undefined;
  const [outer, inner] = [friendsOf(stack.outer), friendsOf(stack.inner)];
  const found =
    tooLax(stack, STRANGER, outer, inner) ??
    laterLax(stack, outer) ??
    firstOf([...inner, STRANGER], (origin) => doubled(stack, origin) ?? refusedPreflight(stack, origin)) ??
    firstOf(outer, (origin) =>
      stack.isException ? tooLax(stack, origin, outer, inner) : overruled(stack, origin),
    );
  if (!found) return undefined;
  const { code, witness, because = '' } = found;
  const isOuter = code === 'strangers-preflight';
  const [at, other] = isOuter ? [stack.outerAt, stack.innerAt] : [stack.innerAt, stack.outerAt];
  const places = { other, ...removableOf(stack, code) };
  return { code, cause: at, data: { witness, because }, places };
}

/** What may be taken away, so that the other one decides alone as its author meant. */
function removableOf<C>(stack: Stack<C>, code: ProblemCode): { readonly removable?: C } {
  const { outerMount, innerMount, innerAnswersPreflights } = stack;
  const mount =
    code === 'everybody-after-list'
      ? innerMount
      : code === 'strangers-preflight' && innerAnswersPreflights
        ? outerMount
        : undefined;
  return mount === undefined ? {} : { removable: mount };
}

interface Found {
  readonly code: ProblemCode;
  readonly witness: string;
  readonly because?: string;
}

/** That everybody is let in with credentials, or gets the `*` that no browser takes, is one mistake, and said of it. */
function isSaidElsewhere<C>(way: Policy<C>): boolean {
  const outcomes = ask(way, STRANGER, actualRequest(STRANGER));
  const withCredentials = outcomes.every(
    ({ headers }) => headers.get('access-control-allow-credentials')?.value === 'true',
  );
  if (!withCredentials) return false;
  const { anybody, witnesses } = accessOf(way);
  if (anybody) return true;
  const everybody = outcomes.every(
    ({ headers }) => headers.get('access-control-allow-origin')?.value === '*',
  );
  return everybody && !witnesses.some(({ kind }) => kind === 'meant');
}

/** The outer policy lets in, or lets preflights pass of, somebody whom the inner one refuses. */
function tooLax<C>(
  stack: Stack<C>,
  origin: string,
  outer: readonly string[],
  inner: readonly string[],
): Found | undefined {
  const { way } = stack;
  const actual = actualRequest(origin, stack.method ?? 'GET');
  if (!decides(stack, inner) || !stack.reachesInner(actual)) return undefined;
  if (letsIn(stack.inner, origin, actual) !== false) return undefined;
  const outerLetsIn = origin === STRANGER ? letsIn(stack.outer, origin, actual) : outer.includes(origin);
  const reads = letsIn(way, origin, actual);
  if (outerLetsIn === true && reads === true && !stack.preflightsOnly)
    return { code: 'takes-nothing-back', witness: origin };
  if (reads !== false || !ask(way, origin, actual).every(({ end }) => isServed(end))) return undefined;
  const changing = changingMethod(stack);
  if (changing === undefined || !passesPreflight(stack.outer, origin, changing)) return undefined;
  if (!passesPreflight(way, origin, changing)) return undefined;
  const code = stack.preflightsOnly ? 'strangers-preflight' : 'preflight-first';
  return { code, witness: origin, because: changing };
}

/** The inner policy lets everybody in, for all the requests of which the outer one lets in some. */
function laterLax<C>(stack: Stack<C>, outer: readonly string[]): Found | undefined {
  if (stack.isException || stack.preflightsOnly || outer.length === 0) return undefined;
  const actual = actualRequest(STRANGER, stack.method ?? 'GET');
  if (!stack.reachesInner(actual)) return undefined;
  return letsIn(stack.outer, STRANGER, actual) === false &&
    letsIn(stack.inner, STRANGER, actual) === true &&
    letsIn(stack.way, STRANGER, actual) === true
    ? { code: 'everybody-after-list', witness: STRANGER }
    : undefined;
}

/** Both let the origin in, and the answer says so twice: no browser takes `https://a.example, https://a.example`. */
function doubled<C>({ outer, inner, way, method }: Stack<C>, origin: string): Found | undefined {
  const actual = actualRequest(origin, method ?? 'GET');
  const twice = ask(way, origin, actual).every(
    ({ headers, unclear }) =>
      !unclear && headers.get('access-control-allow-origin')?.value?.includes(',') === true,
  );
  return twice && letsIn(outer, origin, actual) === true && letsIn(inner, origin, actual) === true
    ? { code: 'doubled-origin', witness: origin }
    : undefined;
}

/** The inner policy lets the origin in, but its preflights are answered by the outer one, which does not. */
function refusedPreflight<C>(stack: Stack<C>, origin: string): Found | undefined {
  const method = preflightedMethod(stack);
  const actual = actualRequest(origin, stack.method ?? 'GET');
  if (method === undefined || letsIn(stack.inner, origin, actual) !== true) return undefined;
  // It may never come that far.
  if (!stack.reachesInner(actual) || letsIn(stack.way, origin, actual) !== true) return undefined;
  const credentials = letsIn(stack.inner, origin, actual, 'include') === true;
  for (const mode of credentials ? (['omit', 'include'] as const) : (['omit'] as const)) {
    // What the inner one does not allow either is another mistake.
    if (passesPreflight(stack.inner, origin, method, mode) !== true) continue;
    if (letsIn(stack.way, origin, actual, mode) !== true) continue;
    if (passesPreflight(stack.way, origin, method, mode) !== false) continue;
    if (passesPreflight(stack.outer, origin, method, mode) !== false) continue;
    const lets = letsIn(stack.outer, origin, preflightRequest(origin, method));
    const because =
      mode === 'include'
        ? 'does not allow credentials'
        : lets === true
          ? `does not allow \`${method}\``
          : 'refuses it';
    return { code: 'preflight-refused-first', witness: origin, because };
  }
  return undefined;
}

/** The outer policy lets the origin in, and for the same requests the inner one overwrites that. */
function overruled<C>(stack: Stack<C>, origin: string): Found | undefined {
  const actual = actualRequest(origin, stack.method ?? 'GET');
  if (stack.preflightsOnly || !stack.reachesInner(actual)) return undefined;
  return letsIn(stack.outer, origin, actual) === true &&
    letsIn(stack.inner, origin, actual) === false &&
    letsIn(stack.way, origin, actual) === false
    ? { code: 'overruled-origin', witness: origin }
    : undefined;
}

/** Whether the inner policy decides about origins at all: one that only adds `Access-Control-Allow-Headers` does not. */
function decides<C>({ inner: policy, innerIsList }: Stack<C>, friends: readonly string[]): boolean {
  if (friends.length > 0) return true;
  if (!innerIsList) return false;
  return ask(policy, STRANGER, actualRequest(STRANGER)).every(({ headers }) =>
    /(?:^|,)\s*origin\s*(?:,|$)/i.test(headers.get('vary')?.value ?? ''),
  );
}

/** A method that changes something, as far as such requests are known to come here. */
function changingMethod<C>({ method, served }: Stack<C>): string | undefined {
  if (method === undefined) return served.find(isChanging) ?? 'DELETE';
  return isChanging(method) ? method : undefined;
}

function isChanging(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS', 'ALL'].includes(method);
}

/** A method for which browsers certainly ask first. */
function preflightedMethod<C>({ method, served, isException }: Stack<C>): string | undefined {
  const known = [...(method === undefined ? [] : [method]), ...served].find(
    (one) => !isSafelistedMethod(one) && isChanging(one),
  );
  // An exception for reads (`/public`) works without.
  return known ?? (method === undefined && !isException ? 'DELETE' : undefined);
}

/** Origins that the policy lets in by name. */
function friendsOf<C>(policy: Policy<C>): readonly string[] {
  const named = accessOf(policy).witnesses.flatMap(({ kind, origin }) => (kind === 'meant' ? origin : []));
  const constant = policy.origins.flatMap(({ text, as }) =>
    as === 'only' && text !== '*' && parseOrigin(text).ok ? text : [],
  );
  return [...new Set([...named, ...constant])].slice(0, MOST_FRIENDS);
}

function firstOf(origins: readonly string[], find: (origin: string) => Found | undefined): Found | undefined {
  for (const origin of origins) {
    const found = find(origin);
    if (found) return found;
  }
  return undefined;
}

/** What is not known does not list a stranger. */
function ask<C>(policy: Policy<C>, origin: string, request: Request): readonly Outcome<C>[] {
  return policy.ask(request, origin === STRANGER ? { unlisted: STRANGER.replace('https://', '') } : {});
}

/** Whether a page of the origin may read the answer. */
function letsIn<C>(
  policy: Policy<C>,
  origin: string,
  request: Request,
  credentials: PageRequest['credentials'] = 'omit',
): Answer {
  const page = pageOf(origin, request.method, credentials);
  return agreed(ask(policy, origin, request), (outcome) => {
    const { end } = outcome;
    if (!isServed(end)) return end.is === 'hangs' ? undefined : false;
    return checked(outcome, (headers) => corsCheck(page, { status: 200, headers }).ok);
  });
}

/** Whether the browser sends the request itself after the preflight. */
function passesPreflight<C>(
  policy: Policy<C>,
  origin: string,
  method: string,
  credentials: PageRequest['credentials'] = 'omit',
): Answer {
  const page = pageOf(origin, method, credentials);
  return agreed(ask(policy, origin, preflightRequest(origin, method, JSON_HEADERS)), (outcome) => {
    const { end } = outcome;
    if (end.is === 'hangs') return undefined;
    if (end.is === 'fails') return false;
    if (end.is === 'answers' && end.status === undefined) return undefined;
    // What nobody answers Express does, with 200, where the path has a route.
    const status = end.is === 'answers' ? (end.status ?? 200) : 200;
    return checked(outcome, (headers) => preflightCheck(page, { status, headers }).ok);
  });
}

function pageOf(origin: string, method: string, credentials: PageRequest['credentials']): PageRequest {
  const headers = isChanging(method)
    ? new Map([['content-type', 'application/json']])
    : new Map<string, string>();
  return { origin, method, headers, credentials };
}

/** What the check says of the headers, if all that it may look at are known. */
function checked<C>(
  { headers, unclear }: Outcome<C>,
  check: (headers: ReadonlyMap<string, string>) => boolean,
): Answer {
  if (unclear) return undefined;
  const sent = new Map<string, string>();
  for (const [name, { value }] of headers) {
    if (value !== undefined) sent.set(name, value);
    else if (name.startsWith('access-control-allow-')) return undefined;
  }
  return check(sent);
}

/** What all outcomes say. */
function agreed<C>(outcomes: readonly Outcome<C>[], say: (outcome: Outcome<C>) => Answer): Answer {
  const answers = new Set(outcomes.map(say));
  return answers.size === 1 ? [...answers][0] : undefined;
}

/** Somebody serves the request, as far as it shows. */
function isServed<C>(end: Outcome<C>['end']): boolean {
  return end.is === 'passes' || (end.is === 'answers' && (end.status ?? 200) < 400);
}
