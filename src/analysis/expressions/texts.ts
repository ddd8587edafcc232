/** The texts that an expression stands for, in pieces: what is written out, and the holes that many characters fit. */
import type { AST } from '@eslint-community/regexpp';
import { charactersOf, includes, isDigits } from './character-sets.ts';
import type { CharacterSet } from './character-sets.ts';
import type { Expression } from './expressions.ts';

export type Piece =
  | { readonly is: 'text'; readonly text: string }
  /** A `.` that is neither escaped nor repeated. */
  | { readonly is: 'dot'; readonly node: AST.Node }
  /** A class or escape, not repeated. */
  | { readonly is: 'class'; readonly node: AST.Node; readonly set: CharacterSet }
  | Run;

/** A class, an escape or `.`, repeated. `max` may be `Infinity`. */
export interface Run {
  readonly is: 'run';
  readonly node: AST.Quantifier;
  readonly set: CharacterSet;
  readonly min: number;
  readonly max: number;
  /** Whether something is put in that could be left out. */
  readonly isIn: boolean;
}

/** One way through the expression. */
export interface Draft {
  readonly pieces: readonly Piece[];
  /** Which alternative of the whole expression it goes through. */
  readonly alternative: number;
  /** Whether that way passes `^` before, and `$` behind everything else. */
  readonly startsAnchored: boolean;
  readonly endsAnchored: boolean;
}

/** Which alternative of a group is taken (by its index), and whether an optional part is put in (1) or left out (0). */
type Choices = ReadonlyMap<AST.Node, number>;

interface Choice {
  readonly node: AST.Node;
  readonly options: number;
  readonly isOptional: boolean;
}

/** More ways than this are not tried. */
const MOST_DRAFTS = 100;

/** A group repeated more often is not written out. */
const MOST_COPIES = 8;

/** A single character repeated more often, likewise. */
const MOST_CHARACTERS = 64;

/**
 * Ways through the expression: everything optional left out, everything put in, and from both of them each choice made
 * otherwise, one at a time.
 */
export function draftsOf({ tree, flags }: Expression): readonly Draft[] {
  const choices: Choice[] = [];
  collectChoices(tree, choices);
  const without = new Map<AST.Node, number>();
  const within = new Map<AST.Node, number>();
  for (const { node, isOptional } of choices) {
    const usual = isOptional ? 0 : preferred(node);
    without.set(node, usual);
    within.set(node, isOptional ? 1 : usual);
  }
  const ways: Choices[] = [without, within];
  for (const { node, options } of choices)
    for (let option = 0; option < options; option++)
      for (const base of [without, within])
        if (base.get(node) !== option && ways.length < MOST_DRAFTS)
          ways.push(new Map(base).set(node, option));
  return ways.map((way) => new Drafting(way, flags).draft(tree));
}

function collectChoices(node: AST.Pattern | AST.Alternative | AST.Element, choices: Choice[]): void {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      if (node.alternatives.length > 1)
        choices.push({ node, options: node.alternatives.length, isOptional: false });
      for (const alternative of node.alternatives) collectChoices(alternative, choices);
      break;
    case 'Alternative':
      for (const element of node.elements) collectChoices(element, choices);
      break;
    case 'Quantifier':
      if (node.min === 0 && !isSecure(node)) choices.push({ node, options: 2, isOptional: true });
      collectChoices(node.element, choices);
      break;
    default:
  }
}

/** `https` where there is a choice between schemes. */
function preferred(node: AST.Node): number {
  if (!('alternatives' in node)) return 0;
  return Math.max(
    0,
    node.alternatives.findIndex(({ raw }) => /^\^?https\b/i.test(raw)),
  );
}

/** The `s?` of `https?`, which is always put in: `http:` is tried with every text anyhow. */
function isSecure({ element, parent, start }: AST.Quantifier): boolean {
  if (element.type !== 'Character' || !/^s$/i.test(element.raw)) return false;
  return /http$/i.test(parent.raw.slice(0, start - parent.start));
}

/** Walks one way through the tree and writes down what it passes. */
class Drafting {
  readonly #choices: Choices;
  readonly #flags: string;
  readonly #pieces: Piece[] = [];
  #startsAnchored = false;
  /** How many pieces there were at the last `$`. */
  #end = -1;

  constructor(choices: Choices, flags: string) {
    this.#choices = choices;
    this.#flags = flags;
  }

  draft(tree: AST.Pattern): Draft {
    const alternative = this.#choices.get(tree) ?? 0;
    this.#alternative(tree.alternatives[alternative]);
    return {
      pieces: this.#pieces,
      alternative,
      startsAnchored: this.#startsAnchored,
      endsAnchored: this.#end === this.#pieces.length,
    };
  }

  #alternative(alternative: AST.Alternative | undefined): void {
    for (const element of alternative?.elements ?? []) this.#element(element);
  }

  #element(node: AST.Element): void {
    switch (node.type) {
      case 'Character':
        this.#pieces.push({ is: 'text', text: this.#written(node) });
        break;
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass':
        this.#pieces.push(
          node.type === 'CharacterSet' && node.kind === 'any'
            ? { is: 'dot', node }
            : { is: 'class', node, set: charactersOf(node, this.#flags) },
        );
        break;
      case 'Group':
      case 'CapturingGroup':
        this.#alternative(node.alternatives[this.#choices.get(node) ?? 0]);
        break;
      case 'Quantifier':
        this.#repeated(node);
        break;
      case 'Assertion':
        if (node.kind === 'start' && this.#pieces.length === 0) this.#startsAnchored = true;
        if (node.kind === 'end') this.#end = this.#pieces.length;
        break;
      case 'Backreference':
        // An expression with one is never run, so that no text of it can be shown.
        break;
    }
  }

  #repeated(node: AST.Quantifier): void {
    const { element, min, max } = node;
    const isIn = this.#choices.get(node) !== 0;
    if (max === 0) return;
    switch (element.type) {
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass':
        // Left out, it is still a hole: something could stand there.
        this.#pieces.push({ is: 'run', node, set: charactersOf(element, this.#flags), min, max, isIn });
        break;
      default: {
        if (min === 0 && !isIn) return;
        const most = element.type === 'Character' ? MOST_CHARACTERS : MOST_COPIES;
        for (let copy = 0; copy < Math.min(Math.max(min, 1), most); copy++) this.#element(element);
      }
    }
  }

  #written({ value }: AST.Character): string {
    const character = String.fromCodePoint(value);
    return this.#flags.includes('i') ? character.toLowerCase() : character;
  }
}

/**
 * The text of a way through the expression as its author evidently meant it, or with one hole filled otherwise: a `.`
 * is a dot, a class repeated is a label (`a`) or, behind a colon, a port (`3000`).
 */
export function fill(pieces: readonly Piece[], hole?: Piece, filler = ''): string {
  let text = '';
  for (const [index, piece] of pieces.entries()) {
    if (piece === hole) text += filler;
    else if (piece.is === 'text') text += piece.text;
    else {
      const next = nextOf(pieces, index);
      if (piece.is === 'dot') text += /^[a-z]+:\/?$/.test(text) ? '/' : '.';
      else if (piece.is === 'class') text += one(piece.set, text, next);
      else text += many(piece, text, next);
    }
  }
  return text;
}

function nextOf(pieces: readonly Piece[], index: number): string {
  const next = pieces[index + 1];
  if (next?.is === 'text') return next.text;
  return next?.is === 'dot' ? '.' : '';
}

function one(set: CharacterSet, before: string, next: string): string {
  const isGap = isHostLetter(before.at(-1)) && isHostLetter(next);
  const wanted = [...(isGap && !includes(set, 'a') ? '.-' : ''), ...'a3.-/:_'];
  const found = wanted.find((character) => includes(set, character));
  return found ?? printable.find((character) => includes(set, character)) ?? '';
}

const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(126 - index));

function many({ set, min, max, isIn }: Run, before: string, next: string): string {
  const has = (text: string) => [...text].every((character) => includes(set, character));
  if (/^https?$/.test(before) && has(':/')) return before === 'http' && has('s') ? 's://' : '://';
  const isGlued = isHostLetter(before.at(-1)) || (isHostLetter(next) && !has('.'));
  // `example\.com.*` is `example.com`, and not `example.coma`; but `example-.*` wants a label.
  if (min === 0 && (isGlued || !isIn) && !(before.endsWith('-') && !isHostLetter(next))) return '';
  const length = Math.min(Math.max(min, 1), MOST_CHARACTERS);
  if (has('3') && before.endsWith(':') && next !== '/')
    return '3000'.slice(0, max).padEnd(Math.min(min, 5), '0');
  if (isDigits(set)) return '1'.repeat(length);
  const label = one(set, '', '').repeat(length);
  // `.*example\.com`: the author thought of subdomains, if of anything.
  if (has('.a') && max > 1 && isHostLetter(next)) return `${label.slice(0, Math.max(1, length - 1))}.`;
  return label;
}

function isHostLetter(character: string | undefined): boolean {
  return character !== undefined && /^[a-z0-9]$/.test(character);
}
