import type { Comparison } from '../comparison.ts';
import { parseOrigin } from '../origin.ts';
import { kindOf, ownNames } from './own-names.ts';
import type { CandidateKind } from './own-names.ts';
import { sharedHost } from '../shared-hosts.ts';
import { constraintsOf } from './constraints.ts';
import type { Constraints, Draft, HostRule } from './constraints.ts';
import { canPair, pairedHosts, singleHosts } from './hosts.ts';

export { isMeant } from './own-names.ts';
export type { CandidateKind } from './own-names.ts';

/** An origin that may turn a check. Whether it does, only running the check with it tells. */
export interface Candidate {
  readonly origin: string;
  readonly kind: CandidateKind;
  /** Completes "This check lets in `https://evilexample.com`: …", without a full stop. */
  readonly because: string;
}

const inOrder: readonly CandidateKind[] = ['stranger', 'tenant', 'null', 'insecure', 'loopback', 'meant'];
const most = 60;
/** So that a list of a hundred endings leaves room for the other kinds. */
const mostOfAKind = 24;

/**
 * Origins that may turn the comparisons that a check made: another domain with the same ending, a stranger's
 * tenant of a shared host, `http:`, `null`, and so on. All of them are origins that browsers can send.
 *
 * Comparisons that answered `true` count too, since a check often asks two things at once: an origin that ends
 * as wanted must also go on beginning with `https://`.
 *
 * @param asked the origin that the check was run with when it made the comparisons: one unrelated to all, such
 *   as `https://stranger.example`, or an earlier candidate.
 * @returns at most 60, the worst first, in the same order for the same comparisons.
 */
export function candidates<C>(asked: string, comparisons: readonly Comparison<C>[]): readonly Candidate[] {
  const own = ownNames(comparisons);
  const found = new Map<string, Candidate>();
  const add = (origin: string, because: string): void => {
    const kind = found.has(origin) ? undefined : kindOf(origin, own);
    if (kind !== undefined) found.set(origin, { origin, kind, because: reasonFor(kind, origin, because) });
  };

  const constraints = constraintsOf(asked, comparisons);
  for (const draft of draftsOf(constraints)) {
    for (const origin of originsOf(draft, constraints)) add(origin, draft.because);
  }
  for (const origin of constraints.listed) add(origin, 'the code names it');
  add('null', '');
  for (const { origin, kind } of [...found.values()]) {
    if (kind === 'meant') add(origin.replace(/^https:/, 'http:'), 'it never looks at the scheme');
  }
  return inOrder
    .flatMap((kind) =>
      [...found.values()].filter((candidate) => candidate.kind === kind).slice(0, mostOfAKind),
    )
    .slice(0, most);
}

/** Rules paired with each other grow by the square: no check that a person wrote has more. */
const mostPaired = 12;

function draftsOf({ rules, drafts }: Constraints): readonly Draft[] {
  const single = rules.flatMap((rule) =>
    singleHosts(rule).map((fitting) => ({ ...fitting, ...frameOf(rule, rule) })),
  );
  const ends = rules.filter(({ at }) => at !== 'is').slice(0, mostPaired);
  const paired = ends.flatMap((first) =>
    ends
      .filter((second) => canPair(first, second))
      .flatMap((second) =>
        pairedHosts(first, second).map((fitting) => ({ ...fitting, ...frameOf(first, second) })),
      ),
  );
  return [...drafts, ...single, ...paired];
}

/** The beginning knows the scheme, the end the port. */
function frameOf(first: HostRule, last: HostRule): Pick<Draft, 'scheme' | 'port'> {
  return { scheme: first.scheme, port: last.port };
}

function originsOf({ host, scheme, port }: Draft, { schemes, ports }: Constraints): readonly string[] {
  return (scheme === undefined ? schemes : [scheme]).flatMap((someScheme) =>
    (port === undefined ? ['', ...ports] : [port]).map(
      (somePort) => `${someScheme}://${host}${somePort === '' ? '' : `:${somePort}`}`,
    ),
  );
}

/** Some reasons lie in the origin rather than in how the check compares. */
function reasonFor(kind: CandidateKind, origin: string, because: string): string {
  if (kind === 'null') return 'it takes `null`, which every sandboxed frame sends';
  if (kind === 'insecure' && because.startsWith('it only looks')) return 'it never looks at the scheme';
  if (kind !== 'tenant') return because;
  const parsed = parseOrigin(origin);
  const suffix = parsed.ok && parsed.kind === 'tuple' ? sharedHost(parsed.host)?.suffix : undefined;
  return suffix === undefined ? because : `anybody can have a name under \`${suffix}\``;
}
