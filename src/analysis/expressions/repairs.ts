/** A regular expression that lets strangers in, made stricter: anchored, its dots escaped, its gaps held to whole labels. */
import type { AST } from '@eslint-community/regexpp';
import type { Pattern, Sample } from '../../policy/comparison.ts';
import { charactersOf, includes } from './character-sets.ts';
import { expression, fits, type Expression } from './expressions.ts';

/** Any subdomains, or none: `a.b.`. */
const SUBDOMAINS = String.raw`(?:[a-z0-9-]+\.)*`;

/** What may be missing in front of an expression that has no `^`, the least first. */
const FRONTS = {
  whole: ['', String.raw`https:\/\/${SUBDOMAINS}`, String.raw`https:\/\/[a-z0-9.-]+`, 'https', 'https:'],
  // `example\.com$` takes subdomains too, so that `^` alone would be too strict.
  hosts: [SUBDOMAINS, '[a-z0-9.-]+', ''],
} as const;

/** Other text in the place of a piece of the source. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Stricter expressions, the one that changes least first: at most two, the second over `https:` only.
 *
 * Each matches what the author had in mind, which is what the samples called `plain` are: `/example\.com$/` becomes
 * `/^https:\/\/(?:[a-z0-9-]+\.)*example\.com$/`, since `^` alone would let nobody in. Whether strangers stay out then,
 * only asking the policy with it can tell.
 *
 * @param of what it is run on: whole origins, or bare hosts.
 */
export function stricter(
  parsed: Expression,
  samples: readonly Sample[],
  of: 'whole' | 'hosts',
): readonly Pattern[] {
  const plain = samples.flatMap(({ text, why }) => (why === 'plain' ? [text] : []));
  const secure = plain.filter((text) => !text.startsWith('http:'));
  const found = [firstThatTakes(parsed, plain, of, false), firstThatTakes(parsed, secure, of, true)];
  return found.filter(
    (one, index): one is Pattern =>
      one !== undefined && found.findIndex((other) => isSame(other, one)) === index,
  );
}

function isSame(a: Pattern | undefined, b: Pattern): boolean {
  return a?.source === b.source;
}

function firstThatTakes(
  { tree, flags }: Expression,
  meant: readonly string[],
  of: 'whole' | 'hosts',
  httpsOnly: boolean,
): Pattern | undefined {
  if (meant.length === 0) return undefined;
  for (const front of FRONTS[of]) {
    const source = rewritten(tree, flags, front, httpsOnly);
    const native = source === tree.raw ? undefined : expression(source, flags)?.native();
    if (!native) continue;
    const takes = (text: string): boolean => {
      native.lastIndex = 0;
      return fits(text) && native.test(text);
    };
    if (meant.every(takes)) return { source, flags };
  }
  return undefined;
}

function rewritten(tree: AST.Pattern, flags: string, front: string, httpsOnly: boolean): string {
  const changes: Change[] = [];
  collect(tree, flags, changes);
  const isAnchored = tree.alternatives.every((one) => startsAnchored(one) && endsAnchored(one));
  const alternatives = tree.alternatives.map((alternative) => {
    const edges = isAnchored ? [] : alternative.elements.filter(isEdge);
    const all = [...changes, ...edges.map(({ start, end }): Change => ({ start, end, text: '' }))];
    const text = changed(tree.raw, alternative, all);
    const whole = isAnchored || startsAnchored(alternative) ? text : front + text;
    return httpsOnly
      ? whole.replace(/^(\^?(?:\((?:\?:)?)?)http(?:s\?|\(s\)\?|\(\?:s\)\?)/, '$1https')
      : whole;
  });
  if (isAnchored) return alternatives.join('|');
  return alternatives.length === 1 ? `^${alternatives.join('')}$` : `^(?:${alternatives.join('|')})$`;
}

function startsAnchored({ elements: [first] }: AST.Alternative): boolean {
  return first?.type === 'Assertion' && first.kind === 'start';
}

function endsAnchored({ elements }: AST.Alternative): boolean {
  const last = elements.at(-1);
  return last?.type === 'Assertion' && last.kind === 'end';
}

/** `^` in front of everything and `$` behind it. Another one, within, may have a meaning of its own. */
function isEdge(element: AST.Element, index: number, all: readonly AST.Element[]): boolean {
  if (element.type !== 'Assertion') return false;
  return (element.kind === 'start' && index === 0) || (element.kind === 'end' && index === all.length - 1);
}

function changed(source: string, { start, end }: AST.Node, changes: readonly Change[]): string {
  let text = '';
  let done = start;
  for (const change of changes.toSorted((a, b) => a.start - b.start)) {
    if (change.start < done || change.end > end) continue;
    text += source.slice(done, change.start) + change.text;
    done = change.end;
  }
  return text + source.slice(done, end);
}

function collect(node: AST.Pattern | AST.Alternative | AST.Element, flags: string, changes: Change[]): void {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      for (const alternative of node.alternatives) collect(alternative, flags, changes);
      break;
    case 'Alternative':
      for (const [index, element] of node.elements.entries()) {
        const text = replacement(element, node.elements[index - 1], node.elements[index + 1], flags);
        if (text === undefined) collect(element, flags, changes);
        else changes.push({ start: element.start, end: element.end, text });
      }
      break;
    case 'Quantifier':
      collect(node.element, flags, changes);
      break;
    default:
  }
}

/** What a gap in the expression was meant to be, if it can be told. */
function replacement(
  element: AST.Element,
  before: AST.Element | undefined,
  next: AST.Element | undefined,
  flags: string,
): string | undefined {
  if (element.type === 'CharacterSet' && element.kind === 'any') return before && next ? '\\.' : undefined;
  if (element.type !== 'Quantifier' || element.max !== Number.POSITIVE_INFINITY) return undefined;
  const { element: repeated, min } = element;
  if (repeated.type !== 'CharacterSet' && repeated.type !== 'CharacterClass') return undefined;
  const set = charactersOf(repeated, flags);
  if (!includes(set, 'a')) return undefined;
  // `example\.com.*$`: whatever follows was meant to be nothing.
  const isLast = next === undefined || (next.type === 'Assertion' && next.kind === 'end');
  if (isLast && min === 0 && before) return '';
  const isGlued = next?.type === 'Character' && /^[a-z0-9]$/i.test(next.raw);
  if (!isGlued || !includes(set, '.')) return undefined;
  return min === 0 ? SUBDOMAINS : String.raw`(?:[a-z0-9-]+\.)+`;
}
