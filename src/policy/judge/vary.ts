/** The judge's view of caches: an answer that differs by origin says so. https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches */
import { STRANGER, type Access } from './access.ts';
import { actualRequest, type Outcome, type Policy } from '../policy.ts';
import type { Problem } from '../problems.ts';

/** How many of those who are let in are looked at. */
const MOST_FRIENDS = 3;

/** `*` covers everything. */
const NAMES_ORIGIN = /(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i;

/** An answer that names the origin that asked, and does not tell caches that it depends on it. */
export function judgeVary<C>(policy: Policy<C>, { anybody, witnesses }: Access<C>): readonly Problem<C>[] {
  // Between a developer's browser and his own machine stands no cache.
  const others = witnesses.filter(({ kind }) => kind !== 'loopback');
  const meant = others.filter(({ kind }) => kind === 'meant');
  // Several, since one of them could be what everybody else is sent: `allowed[0]`.
  const friends = (meant.length > 0 ? meant : others).slice(0, MOST_FRIENDS);
  const asked: readonly (readonly [string, readonly Outcome<C>[]])[] = [
    // What is not known may list a stranger after all, for this question.
    [STRANGER, policy.ask(actualRequest(STRANGER))],
    ...friends.map(({ origin, outcomes }) => [origin, outcomes] as const),
  ];
  if (!anybody && isConstant(asked)) return [];
  for (const [origin, outcomes] of asked) {
    // Whoever else has the response in hand may see to it.
    if (outcomes.some(({ unclear }) => unclear)) continue;
    for (const { headers, end } of outcomes) {
      const said = headers.get('access-control-allow-origin');
      if (said?.value !== origin || end.is === 'hangs' || end.is === 'fails') continue;
      const vary = headers.get('vary');
      if (vary && (vary.value === undefined || NAMES_ORIGIN.test(vary.value))) continue;
      if (policy.layers?.some((layer) => layer.keepsVary && saysOrigin(layer, origin))) continue;
      const data = { witness: origin };
      if (!vary) return [{ code: 'missing-vary', cause: said.cause, data, places: {} }];
      const earlier = policy.layers?.find((layer) => saysOrigin(layer, origin));
      return earlier
        ? [{ code: 'vary-overwritten', cause: vary.cause, data, places: { other: earlier.at } }]
        : [{ code: 'vary-without-origin', cause: vary.cause, data, places: {} }];
    }
  }
  return [];
}

/** Whether the policy, alone, tells caches that its answer depends on the origin. */
function saysOrigin<C>(policy: Policy<C>, origin: string): boolean {
  return policy
    .ask(actualRequest(origin))
    .every(({ headers }) => NAMES_ORIGIN.test(headers.get('vary')?.value ?? ''));
}

/** Everybody is sent the same origin. */
function isConstant<C>(asked: readonly (readonly [string, readonly Outcome<C>[]])[]): boolean {
  const sent = new Set(
    asked.flatMap(([, outcomes]) =>
      outcomes.map(({ headers }) => headers.get('access-control-allow-origin')?.value ?? ''),
    ),
  );
  return sent.size === 1 && !sent.has(STRANGER);
}
