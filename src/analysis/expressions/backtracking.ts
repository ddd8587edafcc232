/**
 * How many steps a regular expression can take at most, told from its parsed tree alone, for a matcher that
 * backtracks, as V8's does.
 *
 * A *path* is one way in which the matcher gets through a piece of the expression from one position. What is counted is,
 * for each element of a sequence, the paths that lead to it times the steps that it takes itself. `.*` may end anywhere,
 * which is one *cut*. The cuts of one path come one after the other, so there are about `N^k / k!` ways to make `k` of
 * them in an input of `N` characters. What follows a repetition settles most cuts: `[a-z]+` in front of `\.` can only
 * end in one place, and `.*` in front of `example` only where that word stands, which is every sixth character at best.
 */
import type { AST } from '@eslint-community/regexpp';
import { visitRegExpAST } from '@eslint-community/regexpp';
import { charactersOf, END, EVERY, LINE_END } from './character-sets.ts';
import type { CharacterSet } from './character-sets.ts';

/** The sum of `bound[k] * N^k / k!`, for an input of `N` characters: `k` is a number of cuts. */
type Bound = readonly number[];

/**
 * What stands at the next positions if the rest of the expression matches, as far as each of them is sure to exist.
 * Empty: nothing is known.
 */
type Ahead = readonly CharacterSet[];

interface Cost {
  /** In how many ways it matches from one position so that what is known to follow can match too. */
  readonly paths: Bound;
  /** The steps until all of them have been tried. */
  readonly steps: Bound;
}

interface SequenceCost extends Cost {
  /** The steps of what stands at the end of the expression and cannot fail (`.*`): only the first path gets there. */
  readonly atEnd: Bound;
}

/** As many characters are looked ahead: `https://` and a little. */
const FARTHEST = 12;

/** As many ends of a repetition, or rounds of a group, are counted as such; more are a cut. */
const FEW = 64;

/** Beyond it everything is too much. */
const MOST_CUTS = 8;

/** Nothing follows: whoever gets here has matched, and tries nothing again. */
const DONE: CharacterSet = 1n << 130n;

const ONE: Bound = [1];
const ENDLESS: Bound = [Infinity];
const HOPELESS: Cost = { paths: ENDLESS, steps: ENDLESS };
const STEP: Cost = { paths: ONE, steps: ONE };

/**
 * The most steps that it takes to find out whether the expression matches somewhere in an input of at most `length`
 * characters. `Infinity` where no bound is seen: nested repetitions as in `(a+)+b`, references back, repetitions
 * inside a lookbehind.
 */
export function mostSteps(pattern: AST.Pattern, flags: string, length: number): number {
  let total: Bound = ONE;
  for (const alternative of pattern.alternatives) {
    const { elements } = alternative;
    // Without `^`, it is tried from each position, as if `[^]*` stood in front.
    const start = isAnchored(alternative, flags)
      ? STEP
      : costOfRun(EVERY, 0, Infinity, aheadOf(elements, [DONE], flags));
    const rest = costOfSequence(elements, [DONE], flags);
    total = [start.steps, times(start.paths, rest.steps), rest.atEnd].reduce(plus, total);
  }
  return valueOf(total, length);
}

/** Whether it can only match at the start of the input. */
function isAnchored({ elements }: AST.Alternative, flags: string): boolean {
  if (flags.includes('m')) return false;
  const first = elements.find((element) => element.type !== 'Assertion' || element.kind === 'start');
  if (first?.type === 'Assertion') return true;
  return isGroup(first) && first.alternatives.every((alternative) => isAnchored(alternative, flags));
}

function costOfSequence(elements: readonly AST.Element[], follow: Ahead, flags: string): SequenceCost {
  let ahead = follow;
  let paths = ONE;
  let steps = ONE;
  let atEnd = ONE;
  for (const element of elements.toReversed()) {
    const cost = costOf(element, ahead, flags);
    const isLast = isDone(ahead);
    ahead = aheadOf([element], ahead, flags);
    if (isDone(ahead)) {
      atEnd = plus(atEnd, cost.steps);
    } else {
      paths = isLast ? ONE : times(cost.paths, paths);
      steps = plus(cost.steps, isLast ? steps : times(cost.paths, steps));
    }
  }
  return { paths, steps, atEnd };
}

function costOf(element: AST.Element, follow: Ahead, flags: string): Cost {
  switch (element.type) {
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
    case 'ExpressionCharacterClass':
      return hasStrings(element) ? HOPELESS : STEP;
    case 'Backreference':
      return HOPELESS;
    case 'Assertion':
      return costOfAssertion(element, flags);
    case 'Group':
    case 'CapturingGroup':
      return costOfAlternatives(element.alternatives, follow, flags);
    case 'Quantifier':
      return costOfRepetition(element, follow, flags);
  }
}

/** Once it has matched, nothing inside a lookaround is tried again: one path. */
function costOfAssertion(assertion: AST.Assertion, flags: string): Cost {
  if (assertion.kind === 'lookahead')
    return { paths: ONE, steps: costOfAlternatives(assertion.alternatives, [DONE], flags).steps };
  if (assertion.kind !== 'lookbehind') return STEP;
  // It is matched from right to left, so that what is known to follow is of no use.
  return isPlain(assertion) ? { paths: ONE, steps: [assertion.raw.length] } : HOPELESS;
}

function isPlain(assertion: AST.LookbehindAssertion): boolean {
  let plain = true;
  const refuse = () => void (plain = false);
  visitRegExpAST(assertion, { onQuantifierEnter: refuse, onBackreferenceEnter: refuse });
  return plain;
}

function costOfAlternatives(alternatives: readonly AST.Alternative[], follow: Ahead, flags: string): Cost {
  const branches = alternatives.map(({ elements }) => ({
    cost: costOfSequence(elements, follow, flags),
    ahead: aheadOf(elements, follow, flags),
  }));
  const paths = branches.map(({ cost }) => cost.paths);
  const areClear = branches.every((one, index) =>
    branches.slice(index + 1).every((other) => areApart(one.ahead, other.ahead)),
  );
  return {
    paths: paths.reduce(areClear ? larger : plus),
    steps: branches.flatMap(({ cost }) => [cost.steps, cost.atEnd]).reduce(plus),
  };
}

function costOfRepetition({ element, min, max }: AST.Quantifier, follow: Ahead, flags: string): Cost {
  if (element.type === 'Backreference' || element.type === 'Assertion' || hasStrings(element))
    return HOPELESS;
  if (!isGroup(element)) return costOfRun(charactersOf(element, flags), min, max, follow);
  if (max <= 1) return costOfOptional(element, min, max, follow, flags);
  // What matches nothing can be repeated at will.
  if (canBeEmpty(element)) return HOPELESS;

  const again = aheadOf([element], [], flags);
  // Within the rounds that must be, the end of the expression does not come yet.
  const onward = eitherOf(again, min <= 1 ? follow : known(follow));
  const round = costOfAlternatives(element.alternatives, onward, flags);
  const rounds: Bound = max <= FEW ? [max] : [1, 1];
  if (isDone(onward)) return { paths: ONE, steps: times(rounds, round.steps) };
  if (!isSole(round.paths)) return max <= FEW ? costOfRounds(round, min, max) : HOPELESS;

  // Each round has one way only and ends where the next begins. So together they read the input once, however many
  // they are, except for what looks ahead.
  const together = hasLookaround(element) ? times(rounds, round.steps) : [0, valueOf(round.steps, 1)];
  const steps = max <= 10 ? times(rounds, round.steps) : plus(round.steps, together);
  if (min === max || areApart(again, follow)) return { paths: ONE, steps };
  const { nearest = 1 } = distance(known(follow), () => true);
  return { paths: max <= FEW ? [max - min + 1] : [1, 1 / nearest], steps };
}

function costOfOptional(
  group: AST.Group | AST.CapturingGroup,
  min: number,
  max: number,
  follow: Ahead,
  flags: string,
): Cost {
  if (max === 0) return STEP;
  const { paths, steps } = costOfAlternatives(group.alternatives, follow, flags);
  if (min === 1) return { paths, steps };
  const isClear = areApart(aheadOf([group], follow, flags), follow);
  return { paths: (isClear ? larger : plus)(ONE, paths), steps: plus(ONE, steps) };
}

/** Rounds of which each has several ways: they multiply. */
function costOfRounds(round: Cost, min: number, max: number): Cost {
  let soFar = ONE;
  let paths: Bound = min === 0 ? ONE : [0];
  let steps = ONE;
  for (let count = 1; count <= max; count++) {
    steps = plus(steps, times(soFar, round.steps));
    soFar = times(soFar, round.paths);
    if (count >= min) paths = plus(paths, soFar);
  }
  return { paths, steps };
}

/**
 * A repetition of one character. Two ends of it, `shift` characters apart, can both go on only if the longer run can
 * hold what follows the shorter one, and if what follows both agrees where it overlaps.
 */
function costOfRun(set: CharacterSet, min: number, max: number, follow: Ahead): Cost {
  const next = known(follow);
  const { nearest, read } = distance(next, (shift) =>
    next.slice(0, shift).every((one) => (one & set) !== 0n),
  );
  const ends = max - min + 1;
  const all: Bound = ends <= FEW ? [ends] : [1, 1];
  // Run forth, and back with a look at what follows.
  const steps = plus([Math.min(min, FEW)], times([1 + read], all));
  if (nearest === undefined || ends === 1 || isDone(follow)) return { paths: ONE, steps };
  return { paths: ends <= FEW ? [Math.ceil(ends / nearest)] : [1, 1 / nearest], steps };
}

/**
 * How far from each other two places are at least at which all of this can stand, if `allows` says that there is a way
 * from the one to the other; and how much of it is read at one place, on average, until it is clear that it does not
 * stand there.
 */
function distance(
  next: Ahead,
  allows: (shift: number) => boolean,
): { readonly nearest: number | undefined; readonly read: number } {
  let nearest: number | undefined;
  let read = 1;
  for (let shift = 1; shift <= next.length + 1; shift++) {
    let agreeing = 0;
    const isAgreed = () => ((next[shift + agreeing] ?? 0n) & (next[agreeing] ?? 0n)) !== 0n;
    while (shift + agreeing < next.length && isAgreed()) agreeing++;
    if (shift + agreeing >= next.length && allows(shift)) nearest ??= shift;
    read = Math.max(read, Math.ceil((shift + agreeing) / shift));
  }
  return { nearest, read };
}

/** What stands at the next positions if these elements match, and then what follows. */
function aheadOf(elements: readonly AST.Element[], follow: Ahead, flags: string): Ahead {
  let ahead = follow;
  for (const element of elements.toReversed()) ahead = aheadOfOne(element, ahead, flags);
  return ahead;
}

function aheadOfOne(element: AST.Element, follow: Ahead, flags: string): Ahead {
  switch (element.type) {
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
    case 'ExpressionCharacterClass':
      return hasStrings(element) ? [] : [charactersOf(element, flags), ...follow].slice(0, FARTHEST);
    case 'Backreference':
      return [];
    case 'Assertion':
      if (element.kind === 'end') return [flags.includes('m') ? LINE_END : END];
      // A lookaround is run before it is seen whether the rest fits, so it must not count as settled by the rest.
      if (element.kind === 'lookahead' || element.kind === 'lookbehind') return [];
      // `^` and `\b` only narrow what follows, but nobody is done before them.
      return known(follow);
    case 'Group':
    case 'CapturingGroup':
      return element.alternatives.map(({ elements }) => aheadOf(elements, follow, flags)).reduce(eitherOf);
    case 'Quantifier':
      return aheadOfRepetition(element, follow, flags);
  }
}

function aheadOfRepetition({ element, min, max }: AST.Quantifier, follow: Ahead, flags: string): Ahead {
  if (max === 0) return follow;
  if (element.type === 'Assertion') return [];
  const once = aheadOfOne(element, max === 1 ? follow : [], flags);
  if (min === 0) return eitherOf(once, follow);
  const [set] = once;
  // Of a group, the first round only. That much is sure, and more is seldom needed.
  if (max === 1 || set === undefined || isGroup(element)) return once;
  const sure = Array.from({ length: Math.min(min, FARTHEST) }, () => set);
  return [...sure, ...(min === max ? follow : eitherOf([set], follow))].slice(0, FARTHEST);
}

/** Only with the flag `v`: a class that matches several characters at once. */
function hasStrings(element: AST.Element): boolean {
  if (element.type === 'ExpressionCharacterClass') return true;
  if (element.type === 'CharacterSet') return element.kind === 'property' && element.strings;
  return element.type === 'CharacterClass' && element.unicodeSets;
}

function isGroup(element: AST.Element | undefined): element is AST.Group | AST.CapturingGroup {
  return element?.type === 'Group' || element?.type === 'CapturingGroup';
}

function isDone([next]: Ahead): boolean {
  return next !== undefined && (next & DONE) !== 0n;
}

/** Without what may stand behind the end of the expression, which is anything. */
function known(ahead: Ahead): Ahead {
  const end = ahead.findIndex((set) => (set & DONE) !== 0n);
  return end === -1 ? ahead : ahead.slice(0, end);
}

function eitherOf(one: Ahead, other: Ahead): Ahead {
  return one.slice(0, other.length).map((set, index) => set | (other[index] ?? EVERY));
}

/** Whether no input can go on in both ways. */
function areApart(one: Ahead, other: Ahead): boolean {
  const others = known(other);
  return known(one).some((set, index) => (set & (others[index] ?? set)) === 0n);
}

function hasLookaround(group: AST.Group | AST.CapturingGroup): boolean {
  let found = false;
  visitRegExpAST(group, {
    onAssertionEnter: ({ kind }) => {
      if (kind === 'lookahead' || kind === 'lookbehind') found = true;
    },
  });
  return found;
}

function canBeEmpty(element: AST.Element): boolean {
  if (element.type === 'Quantifier') return element.min === 0 || canBeEmpty(element.element);
  if (isGroup(element)) return element.alternatives.some(({ elements }) => elements.every(canBeEmpty));
  return element.type === 'Assertion' || element.type === 'Backreference';
}

function isSole(bound: Bound): boolean {
  return valueOf(bound, 1) <= 1;
}

function plus(one: Bound, other: Bound): Bound {
  const length = Math.max(one.length, other.length);
  return Array.from({ length }, (_, cuts) => (one[cuts] ?? 0) + (other[cuts] ?? 0));
}

function larger(one: Bound, other: Bound): Bound {
  const length = Math.max(one.length, other.length);
  return Array.from({ length }, (_, cuts) => Math.max(one[cuts] ?? 0, other[cuts] ?? 0));
}

function times(one: Bound, other: Bound): Bound {
  const product: number[] = [];
  for (const [first, factor] of one.entries())
    for (const [second, times] of other.entries())
      // `0 * Infinity` would be `NaN`.
      if (factor > 0 && times > 0) product[first + second] = (product[first + second] ?? 0) + factor * times;
  if (product.length > MOST_CUTS + 1) return ENDLESS;
  return Array.from(product, (factor) => factor ?? 0);
}

function valueOf(bound: Bound, length: number): number {
  let value = 0;
  let ways = 1;
  for (const [cuts, factor] of bound.entries()) {
    if (cuts > 0) ways *= length / cuts;
    value += factor * ways;
  }
  return value;
}
