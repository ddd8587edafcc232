/**
 * Which characters a piece of a regular expression can match, as a set of bits: one for each ASCII character, and one
 * (`BEYOND`) for all others together. A set may be too large and is never too small, so what is disjoint here really is.
 */
import type { AST } from '@eslint-community/regexpp';

/** Bit `n` is the ASCII character with code `n`; bit 128 is all that is not ASCII. */
export type CharacterSet = bigint;

export const NONE: CharacterSet = 0n;
export const BEYOND: CharacterSet = 1n << 128n;
export const EVERY: CharacterSet = (1n << 129n) - 1n;
/** No character: the end of the input. */
export const END: CharacterSet = 1n << 129n;

const DIGITS = range(0x30, 0x39);
const LETTERS = range(0x41, 0x5a) | range(0x61, 0x7a);
const WORDS = DIGITS | LETTERS | only(0x5f);
const SPACES = range(0x09, 0x0d) | only(0x20) | BEYOND;
const LINE_ENDS = only(0x0a) | only(0x0d) | BEYOND;

/** What stands where `$` with the flag `m` matches. */
export const LINE_END: CharacterSet = LINE_ENDS | END;

/** What one character, class or escape matches, under the flags. */
export function charactersOf(
  node: AST.Character | AST.CharacterClass | AST.CharacterSet | AST.ExpressionCharacterClass,
  flags: string,
): CharacterSet {
  if (node.type === 'Character') return folded(only(node.value), flags);
  if (node.type === 'CharacterSet') return ofSet(node, flags);
  // `[\w--[a-c]]` and strings in classes (`v`): too rare to be worth more.
  if (node.type === 'ExpressionCharacterClass' || node.unicodeSets) return EVERY;
  let all = NONE;
  for (const element of node.elements) {
    if (element.type === 'CharacterClassRange') all |= range(element.min.value, element.max.value);
    else if (element.type === 'Character') all |= only(element.value);
    else if (element.type === 'CharacterSet' && element.kind !== 'property') all |= ofSet(element, flags);
    else return EVERY;
  }
  if (!node.negate) return folded(all, flags);
  // `[^é]` is not everything beyond ASCII, but nearly.
  return (EVERY & ~(flags.includes('i') ? bothCases(all) : all)) | BEYOND;
}

export function includes(set: CharacterSet, character: string): boolean {
  return (set & only(character.codePointAt(0) ?? 0)) !== NONE;
}

/** Whether it can match digits and nothing else. */
export function isDigits(set: CharacterSet): boolean {
  return set !== NONE && (set & ~DIGITS) === NONE;
}

function ofSet(node: AST.CharacterSet, flags: string): CharacterSet {
  switch (node.kind) {
    case 'any':
      return flags.includes('s') ? EVERY : (EVERY & ~LINE_ENDS) | BEYOND;
    case 'digit':
      return node.negate ? EVERY & ~DIGITS : DIGITS;
    case 'word':
      // With `i` and `u`, `\w` matches `ſ` too.
      return node.negate ? EVERY & ~WORDS : folded(WORDS, flags);
    case 'space':
      return node.negate ? (EVERY & ~SPACES) | BEYOND : SPACES;
    case 'property':
      return EVERY;
  }
}

/** With the flag `i`, both cases of each letter. */
function folded(set: CharacterSet, flags: string): CharacterSet {
  if (!flags.includes('i')) return set;
  const both = bothCases(set);
  // `ſ` is an `s`, and the sign for Kelvin is a `k`: the only two that cross the border of ASCII.
  const crossing = range(0x4b, 0x4b) | range(0x53, 0x53);
  if ((both & crossing) !== NONE) return both | BEYOND;
  return (both & BEYOND) === NONE ? both : both | crossing | (crossing << 32n);
}

function bothCases(set: CharacterSet): CharacterSet {
  return set | ((set & range(0x41, 0x5a)) << 32n) | ((set & range(0x61, 0x7a)) >> 32n);
}

function only(code: number): CharacterSet {
  return code > 127 ? BEYOND : 1n << BigInt(code);
}

function range(first: number, last: number): CharacterSet {
  if (first > 127) return BEYOND;
  const ascii = (1n << BigInt(Math.min(last, 127) + 1)) - (1n << BigInt(first));
  return last > 127 ? ascii | BEYOND : ascii;
}
