/**
 * The judge's view of what stands before a policy. A preflight carries no cookies and none of the page's headers, so what
 * asks for them refuses it, and the browser never sends the request.
 */
import { STRANGER } from './access.ts';
import {
  actualRequest,
  preflightRequest,
  type End,
  type Outcome,
  type Policy,
  type Request,
} from '../policy.ts';
import { codesOf, type Problem, type ProblemCode } from '../problems.ts';

/** Something that a request comes to before it comes to a policy. */
export interface Guard<C> {
  /** Where it is registered. */
  readonly cause: C;
  /** The path that it is for, if the policy is for more. */
  readonly only: string | undefined;
  /**
   * What may happen to the request. `any`: it may have cookies and headers of all kinds, whatever its method.
   */
  ask(request: Request, credentials: 'none' | 'any'): readonly Outcome<C>[];
  /** The status by which it tells who asks too often. */
  readonly limitStatus: number | undefined;
  /** Where it redirects to begins with `https:`. */
  readonly isForHttps: boolean;
}

/** A policy where it is mounted, and what certainly comes before it. */
export interface Guarded<C> {
  readonly cause: C;
  readonly policy: Policy<C>;
  /** In the order in which a request comes to them. */
  readonly guards: readonly Guard<C>[];
  /** Earlier mounts on this list that are for all that this one is for. */
  readonly behind: readonly C[];
}

/** With the header that most pages ask for, and without: what lets one of the two pass is no obstacle for it. */
const PREFLIGHTS = [
  preflightRequest(STRANGER, 'PUT'),
  preflightRequest(STRANGER, 'PUT', ['authorization', 'content-type']),
];

const ACTUAL = [actualRequest(STRANGER, 'GET'), actualRequest(STRANGER, 'POST')];

/** One report at most for each mount: the worst of what stands before it, and of that the first. */
export function judgeGuards<C>(mounts: readonly Guarded<C>[]): readonly Problem<C>[] {
  const told = new Set<C>();
  return mounts.flatMap(({ cause, policy, guards, behind }) => {
    // Of a second policy behind a first one, the first has said it.
    if (guards.length === 0 || behind.some((one) => told.has(one)) || !answersPreflights(policy)) return [];
    const found = guards.flatMap((guard) => {
      const what = judgeGuard(guard);
      return what ? [{ guard, ...what }] : [];
    });
    const [worst] = found.toSorted((a, b) => rank(a.code) - rank(b.code));
    if (!worst) return [];
    told.add(cause);
    const { only, cause: other } = worst.guard;
    const which = only === undefined ? '' : ` to \`${only}\``;
    const before = (found[0] ?? worst).guard.cause;
    const data = { which, answers: worst.answers, because: worst.because };
    return [{ code: worst.code, cause, data, places: { other, before } }];
  });
}

function rank(code: ProblemCode): number {
  return codesOf('cors-before-auth').indexOf(code);
}

interface Found {
  readonly code: ProblemCode;
  readonly answers: string;
  readonly because: string;
}

function judgeGuard<C>(guard: Guard<C>): Found | undefined {
  const outcomes = PREFLIGHTS.flatMap((request) => guard.ask(request, 'none'));
  if (outcomes.some(({ unclear, end, headers }) => unclear || end.is === 'hangs' || speaks(headers)))
    return undefined;
  const refusals = outcomes.filter(({ end }) => end.is !== 'passes').map(({ end }) => end);
  if (refusals.length === 0) return undefined;
  // Without the middleware that makes a session, reading from it fails: nobody runs it so.
  const meant = refusals.filter((end) => end.is !== 'fails' || end.accident !== true);
  const statuses = [...new Set((meant.length > 0 ? meant : refusals).map(statusOf))];
  const [status] = statuses;
  const isOne = statuses.length === 1 && status !== undefined;
  const answers = isOne ? `answers them with ${status}` : 'answers them';
  if (refusals.length < outcomes.length) {
    if (!isOne || refusals.some(({ is }) => is !== 'answers')) return undefined;
    if (status === guard.limitStatus) return { code: 'rate-limit-before-cors', answers, because: '' };
    const isHttps = guard.isForHttps && isRedirect(status);
    return isHttps ? { code: 'redirect-before-cors', answers, because: '' } : undefined;
  }
  // What answers everything is the end of the way, and no guard.
  if (!ACTUAL.some((request) => mayPass(guard.ask(request, 'any')))) return undefined;
  const forLack = PREFLIGHTS.some((request) => mayPass(guard.ask(request, 'any')));
  const because = forLack
    ? ", since they carry neither cookies nor the page's headers, such as `Authorization`"
    : '';
  return { code: 'guard-before-cors', answers, because };
}

/** Whether it may have something to say to a preflight; who is on a list may be known to nobody here. */
function answersPreflights<C>(policy: Policy<C>): boolean {
  return (
    policy.origins.length > 0 ||
    policy
      .ask(PREFLIGHTS[0] as Request)
      .some(({ unclear, end, headers }) => unclear || end.is === 'answers' || speaks(headers))
  );
}

function speaks<C>(headers: Outcome<C>['headers']): boolean {
  return [...headers.keys()].some((name) => name.startsWith('access-control-'));
}

function mayPass<C>(outcomes: readonly Outcome<C>[]): boolean {
  return outcomes.some(({ unclear, end }) => unclear || end.is === 'passes');
}

function statusOf<C>(end: End<C>): number | undefined {
  return end.is === 'answers' || end.is === 'fails' ? end.status : undefined;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}
