/** What could be written instead of a comparison that lets strangers in, without guessing whom its author means. */
import type { Comparison, Instead } from './comparison.ts';
import { listedOrigins, parseOrigin } from './origin.ts';

/**
 * Stricter comparisons to try, the one that changes least first. Whether strangers stay out then, only asking the
 * policy with them tells.
 *
 * @param several whether other texts are compared in the same place: `allowed.some((o) => origin.endsWith(o))`.
 */
export function repairsOf<C>(comparison: Comparison<C>, several: boolean): readonly Instead<C>[] {
  const { how, subject, operand, cause, by } = comparison;
  if (how === 'matches')
    return (comparison.stricter?.() ?? []).map((pattern) => ({ as: 'expression', at: cause, pattern }));
  if (by === undefined) return [];
  if (how === 'within')
    return operand.includes(',')
      ? [{ as: 'entries', at: by, trims: listedOrigins(operand).join(',') !== operand }]
      : [{ as: 'equals', at: by }];
  // `https://app.` goes on.
  const isOrigin = parseOrigin(operand).ok && !/[.-]$/.test(operand);
  if (isOrigin && (how === 'starts' || how === 'includes')) return [{ as: 'equals', at: by }];
  if (several || (how !== 'ends' && how !== 'includes')) return [];
  const source = underName(operand, subject.includes('://'));
  return source === undefined ? [] : [{ as: 'expression', at: by, pattern: { source, flags: '' } }];
}

/** `example.com` and its subdomains over HTTPS; for `.example.com` the subdomains alone. */
function underName(operand: string, whole: boolean): string | undefined {
  const name = operand.replace(/^\./, '');
  const parsed = parseOrigin(`https://${name}`);
  if (!parsed.ok || parsed.kind !== 'tuple' || !name.includes('.')) return undefined;
  const front = name === operand ? String.raw`(?:[a-z0-9-]+\.)*` : String.raw`[a-z0-9.-]+`;
  return `^${whole ? String.raw`https:\/\/` : ''}${front}${operand.replaceAll('.', String.raw`\.`)}$`;
}

/** The same expression without the flags that make it go on where its last match ended. */
export function withoutMemory<C>({ operand, flags = '', cause }: Comparison<C>): Instead<C> {
  // `y` also holds the match to where it goes on: without it the beginning must be marked.
  const source = flags.includes('y') && !operand.startsWith('^') ? `^(?:${operand})` : operand;
  return { as: 'expression', at: cause, pattern: { source, flags: flags.replace(/[gy]/g, '') } };
}
