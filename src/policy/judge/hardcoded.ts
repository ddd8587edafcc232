/** The judge's view of an allow-list that is part of the code: the same origins wherever the server runs. */
import { isLoopback, parseOrigin } from '../origin.ts';
import { STRANGER } from './access.ts';
import { placeholderHost } from '../placeholder.ts';
import { actualRequest, type Outcome, type Policy, type WrittenOrigin } from '../policy.ts';
import type { Problem } from '../problems.ts';

/** One policy in two worlds. */
export interface Fixed<C> {
  readonly production: Policy<C>;
  /** Its origins, in the order of the file. */
  readonly written: readonly WrittenOrigin<C>[];
  /** The same while nothing is known of the environment. */
  readonly anywhere: Policy<C>;
  /** The list in which an origin was written, if that is one. */
  readonly listOf: (cause: C) => C | undefined;
}

/** Of a list of thousands the first ones and the last ones are asked about: what is added comes last. */
const MOST_ASKED = 50;

/** One problem for each list; where the origins stand in none, one for all of them, at the first. */
export function judgeHardcoded<C>({
  production,
  written,
  anywhere,
  listOf,
}: Fixed<C>): readonly Problem<C>[] {
  const frontEnds = distinct(written.filter(isFrontEnd));
  if (frontEnds.length < 2 || !isTheSame(anywhere)) return [];
  const refused = new Set(
    sampleOf(frontEnds).filter(({ text }) => answersTo(production, text).some((answer) => answer !== 'yes')),
  );
  const letIn = frontEnds.filter((origin) => !refused.has(origin));
  const lists = new Map<string, { readonly at: C; readonly origins: WrittenOrigin<C>[] }>();
  for (const origin of letIn) {
    const at = listOf(origin.cause);
    if (at === undefined) continue;
    const list = lists.get(JSON.stringify(at)) ?? { at, origins: [] };
    lists.set(JSON.stringify(at), list);
    list.origins.push(origin);
  }
  const several = [...lists.values()].filter(({ origins }) => origins.length > 1);
  const [first, second] = letIn;
  if (several.length > 0) return several.map(({ at, origins }) => hardcoded(at, origins));
  return first && second ? [hardcoded(first.cause, letIn)] : [];
}

function hardcoded<C>(cause: C, origins: readonly WrittenOrigin<C>[]): Problem<C> {
  const data = { count: String(origins.length), origin: origins[0]?.text ?? '' };
  return { code: 'hardcoded-origins', cause, data, places: {} };
}

/** An origin that differs between staging and production: not one's own machine, nor an app's `capacitor://localhost`. */
function isFrontEnd<C>({ text, as }: WrittenOrigin<C>): boolean {
  const parsed = parseOrigin(text);
  if (as !== 'listed' || !parsed.ok || parsed.kind !== 'tuple' || isLoopback(parsed)) return false;
  return placeholderHost(parsed) === undefined;
}

/**
 * Whether the policy lets in the same origins in every environment. A stranger is asked about as anybody may be: an
 * unknown list may hold him, and then nothing is the same.
 */
function isTheSame<C>(policy: Policy<C>): boolean {
  if (answersTo(policy, STRANGER).some((answer) => answer !== 'no')) return false;
  return sampleOf(distinct(policy.origins)).every(({ text }) => {
    const [first, ...others] = answersTo(policy, text);
    return first !== 'unclear' && others.every((other) => other === first);
  });
}

type Answer = 'yes' | 'no' | 'unclear';

function answersTo<C>(policy: Policy<C>, origin: string): readonly Answer[] {
  return policy.ask(actualRequest(origin)).map((outcome) => answerOf(outcome, origin));
}

function answerOf<C>({ headers, end, unclear }: Outcome<C>, origin: string): Answer {
  const said = headers.get('access-control-allow-origin');
  if (unclear || (said && said.value === undefined)) return 'unclear';
  const letsIn = said !== undefined && (said.value === origin || said.value === '*');
  return letsIn && (end.is === 'passes' || end.is === 'answers') ? 'yes' : 'no';
}

function distinct<C>(origins: readonly WrittenOrigin<C>[]): readonly WrittenOrigin<C>[] {
  return [...new Map(origins.map((origin) => [origin.text, origin])).values()];
}

function sampleOf<T>(all: readonly T[]): readonly T[] {
  return all.length > 2 * MOST_ASKED ? [...all.slice(0, MOST_ASKED), ...all.slice(-MOST_ASKED)] : all;
}
