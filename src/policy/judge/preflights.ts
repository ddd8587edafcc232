/**
 * The judge's view of a policy that stands on routes for certain methods only: it never sees the preflight of a request
 * to them, which is an `OPTIONS` request.
 */
import { needsPreflight, preflightCheck, type PageRequest } from '../browser.ts';
import { judge } from '../judge.ts';
import { accessOf, STRANGER } from './access.ts';
import { actualRequest, preflightRequest, type Outcome, type Policy } from '../policy.ts';
import type { Problem, ProblemCode } from '../problems.ts';

/** Routes of one path that have a policy of their own, while nobody else answers preflights for that path. */
export interface LoneRoute<C> {
  /** The policy of the first of them. */
  readonly policy: Policy<C>;
  readonly cause: C;
  readonly path: string;
  readonly requests: readonly LoneRequest[];
}

/** What pages send there. */
export interface LoneRequest {
  readonly method: string;
  /** A header that the handler reads, or whose value it relies on. */
  readonly header?: {
    /** In lower case. */
    readonly name: string;
    readonly value: string;
    /** As a sentence names it: a JSON body. */
    readonly says: string;
    /** Where it is read. */
    readonly line: string;
  };
}

export function judgePreflights<C>(routes: readonly LoneRoute<C>[]): readonly Problem<C>[] {
  return routes.flatMap((route) => {
    const { cause, path, policy } = route;
    const asked = route.requests.filter((request) => needsPreflight(pageRequest(STRANGER, request)).needed);
    const [first] = asked;
    if (!first || !letsSomebodyIn(policy, first)) return [];
    const requests = asked.map(({ method, header }) =>
      header ? `\`${method} ${path}\` with ${header.says} (line ${header.line})` : `\`${method} ${path}\``,
    );
    const isAnswer = isSound(policy) && mayPass(policy, first);
    return [
      {
        code: 'unanswered-preflight',
        cause,
        data: { requests: enumerated(requests) },
        // What answers the preflights just as it is.
        places: isAnswer ? { answer: cause } : {},
      },
    ];
  });
}

function enumerated(all: readonly string[]): string {
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : (all[0] ?? '');
}

/** Cookies go with it or not: that decides about nothing here. */
function pageRequest(origin: string, { method, header }: LoneRequest): PageRequest {
  const headers = new Map(header ? [[header.name, header.value]] : []);
  return { origin, method, headers, credentials: 'omit' };
}

/** Not a policy that is switched off, and not one that nobody is on. */
function letsSomebodyIn<C>(policy: Policy<C>, { method }: LoneRequest): boolean {
  const outcomes = policy.ask(actualRequest(STRANGER, method));
  if (outcomes.some(({ headers, unclear }) => unclear || headers.has('access-control-allow-origin')))
    return true;
  const { anybody, witnesses } = accessOf(policy);
  if (anybody || witnesses.length > 0) return true;
  // A list of which nothing is known.
  return policy.origins.length === 0 && outcomes.some(({ headers }) => headers.has('vary'));
}

/** What is said of a policy that is written out is said twice, once it stands there twice: not so of mere habits. */
const HABITS: ReadonlySet<ProblemCode> = new Set(['default-origin', 'max-age-missing', 'public-wildcard']);

function isSound<C>(policy: Policy<C>): boolean {
  return judge(policy).every(({ code }) => HABITS.has(code));
}

/** Whether the policy would let the preflight pass of somebody whom it lets in, for all that is known. */
function mayPass<C>(policy: Policy<C>, request: LoneRequest): boolean {
  const { witnesses } = accessOf(policy);
  const friend = witnesses.find(({ kind }) => kind === 'meant') ?? witnesses[0];
  const origin = friend?.origin ?? STRANGER;
  const names = request.header ? [request.header.name] : [];
  const page = pageRequest(origin, request);
  return policy
    .ask(preflightRequest(origin, request.method, names))
    .every((outcome) => outcome.unclear || passes(outcome, page, friend !== undefined));
}

function passes<C>({ end, headers }: Outcome<C>, page: PageRequest, isKnown: boolean): boolean {
  // What passes, Express answers with 200.
  const status = end.is === 'passes' ? 200 : end.is === 'answers' ? (end.status ?? 204) : undefined;
  const said = [...headers].flatMap(([name, { value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  if (status === undefined || said.length < headers.size) return false;
  // Nobody is known to be on the list: what is allowed to those who are, it says to everybody.
  const origin = isKnown ? [] : [['access-control-allow-origin', page.origin] as const];
  return preflightCheck(page, { status, headers: new Map([...said, ...origin]) }).ok;
}
