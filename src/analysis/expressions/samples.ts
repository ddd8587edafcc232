/** Origins and hosts that a regular expression lets pass, made to show what its author may not have meant. */
import { parseOrigin } from '../../policy/origin.ts';
import { includes } from './character-sets.ts';
import { draftsOf, fill } from './texts.ts';
import type { Draft, Piece } from './texts.ts';
import { fits } from './expressions.ts';
import type { Expression } from './expressions.ts';

/**
 * - `plain`: what the author evidently had in mind.
 * - `dot`: an unescaped `.` is a letter.
 * - `no-start`, `no-end`: something stands in front of, or behind what is matched, since there is no `^` or no `$`.
 * - `alternative`: the same, where another alternative has that anchor: `/^https:\/\/a\.example|b\.example$/`.
 * - `scheme`: `http:`.
 * - `open-class`: a repetition or a class holds something that makes another name: `/^https:\/\/.*example\.com$/`.
 */
export type Why = 'plain' | 'dot' | 'no-start' | 'no-end' | 'scheme' | 'open-class' | 'alternative';

export interface Sample {
  readonly text: string;
  readonly why: Why;
}

/** As many samples of each kind; about 40 together. The order is that of the answer. */
const MOST: Readonly<Record<Why, number>> = {
  plain: 10,
  dot: 6,
  'no-start': 4,
  alternative: 4,
  'no-end': 5,
  'open-class': 8,
  scheme: 3,
};

/** What is tried, in all. A count, so that the answer is always the same. */
const MOST_TRIALS = 3000;

/** What is put where a repetition stands, the telling ones first. */
const RUN_FILLERS = ['evil', '.evil.example', 'a.evil', 'evil.example', '_.evil.example', '.evil'] as const;

/** The longer ones, where a repetition behind the class can take them: `/^https:\/\/app\.example\.com[^.].*$/`. */
const CLASS_FILLERS = ['x', '-', '_', '_.evil.example', '.evil.example'] as const;

/**
 * Serialised origins that the expression matches; none if it cannot be run safely. Each is unique; the order is always
 * the same, what the author meant first. `evil` is the attacker's label, `evil.example` the attacker's domain.
 */
export function samples(expression: Expression): readonly Sample[] {
  return new Sampling(expression, 'https://').all();
}

/** The same for an expression that is run on a bare host, with or without a port: `/\.example\.com$/`. */
export function hostSamples(expression: Expression): readonly Sample[] {
  return new Sampling(expression, '').all();
}

class Sampling {
  readonly #native: RegExp | undefined;
  readonly #drafts: readonly Draft[];
  /** What stands in front of a host: `https://`, or nothing where only hosts are asked for. */
  readonly #scheme: string;
  readonly #tried = new Set<string>();
  readonly #found = new Map<Why, string[]>();

  constructor(expression: Expression, scheme: string) {
    this.#native = expression.native();
    this.#drafts = this.#native ? draftsOf(expression) : [];
    this.#scheme = scheme;
  }

  all(): readonly Sample[] {
    for (const draft of this.#drafts) this.#meant(draft);
    this.#dots();
    for (const draft of this.#drafts) this.#starts(draft);
    for (const draft of this.#drafts) this.#ends(draft);
    this.#holes();
    for (const text of this.#found.get('plain') ?? [])
      if (text.startsWith('https:')) this.#add(text.replace(/^https:/, 'http:'), 'scheme');
    return Object.keys(MOST).flatMap((why) =>
      (this.#found.get(why as Why) ?? []).map((text) => ({ text, why: why as Why })),
    );
  }

  /** What is meant by a way through the expression, completed to an origin. */
  #meant({ pieces }: Draft): void {
    const core = fill(pieces);
    const isInsecure = core.startsWith('http://') && this.#passes(core.replace(/^http:/, 'https:'));
    this.#add(this.#completed(core), isInsecure ? 'scheme' : 'plain');
  }

  /** Each unescaped `.` once, on the first way through the expression that shows it. */
  #dots(): void {
    const shown = new Set<object>();
    for (const { pieces } of this.#drafts)
      for (const piece of pieces) {
        if (!isDot(piece) || shown.has(piece.node)) continue;
        const text = this.#completed(fill(pieces, piece, 'x'));
        if (text !== undefined) shown.add(piece.node);
        this.#add(text, 'dot');
      }
  }

  #starts({ pieces, startsAnchored, alternative }: Draft): void {
    // What a repetition at the start can hold is tried as such.
    if (startsAnchored || pieces[0]?.is === 'run') return;
    const core = fill(pieces);
    const isOther = this.#drafts.some((one) => one.alternative !== alternative && one.startsAnchored);
    const front = core === '' || core.startsWith(':') ? 'evil.example' : 'evil';
    this.#add(this.#ended(`${this.#scheme}${front}${core}`), isOther ? 'alternative' : 'no-start');
  }

  #ends({ pieces, endsAnchored, alternative }: Draft): void {
    if (endsAnchored) return;
    const core = fill(pieces);
    const isOther = this.#drafts.some((one) => one.alternative !== alternative && one.endsAnchored);
    for (const tail of ['.evil.example', 'evil.example']) {
      const texts = this.#fronts(core).map((front) => front + core + tail);
      this.#add(
        texts.find((text) => this.#passes(text)),
        isOther ? 'alternative' : 'no-end',
      );
    }
  }

  /** For each repetition and each class of the expression, what else could stand there. */
  #holes(): void {
    const found = new Map<object, { readonly text: string; readonly isOther: boolean }[]>();
    for (const { pieces } of this.#drafts) {
      const meant = fill(pieces);
      for (const [index, piece] of pieces.entries()) {
        if (piece.is !== 'run' && piece.is !== 'class') continue;
        const texts = found.get(piece.node) ?? [];
        found.set(piece.node, texts);
        for (const filler of fillersOf(piece, fill(pieces.slice(0, index)))) {
          const text = this.#completed(fill(pieces, piece, filler));
          if (text === undefined || texts.some((one) => one.text === text)) continue;
          texts.push({ text, isOther: ending(text) !== ending(meant) });
        }
      }
    }
    // What ends in another domain says more than another subdomain of the same.
    for (const isOther of [true, false])
      for (const texts of found.values())
        for (const one of texts.filter((text) => text.isOther === isOther).slice(0, isOther ? 5 : 2))
          this.#add(one.text, 'open-class');
  }

  /** What can stand in front of a text to make it an origin, or a host. */
  #fronts(core: string): readonly string[] {
    if (this.#scheme === '') return ['', 'a'];
    if (core.startsWith('://')) return ['https'];
    if (core.startsWith('//')) return ['https:'];
    if (core.startsWith(':')) return ['http://localhost'];
    return core.includes('://') ? [''] : ['', this.#scheme, `${this.#scheme}a`];
  }

  /** The text made an origin, by as little as possible before and behind it, so that it still passes. */
  #completed(core: string): string | undefined {
    for (const front of this.#fronts(core)) {
      const text = this.#ended(front + core);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  #ended(text: string): string | undefined {
    return endingsFor(text)
      .map((tail) => text + tail)
      .find((whole) => this.#passes(whole));
  }

  /** Whether it is an origin, or a host, and the expression matches it. */
  #passes(text: string): boolean {
    if (!this.#native || !fits(text)) return false;
    if (this.#tried.size >= MOST_TRIALS && !this.#tried.has(text)) return false;
    this.#tried.add(text);
    this.#native.lastIndex = 0;
    if (!this.#native.test(text)) return false;
    if (this.#scheme !== '') return parseOrigin(text).ok;
    return !text.includes('/') && parseOrigin(`https://${text}`).ok;
  }

  #add(text: string | undefined, why: Why): void {
    if (text === undefined || !this.#passes(text)) return;
    for (const texts of this.#found.values()) if (texts.includes(text)) return;
    const texts = this.#found.get(why) ?? [];
    if (texts.length < MOST[why]) this.#found.set(why, [...texts, text]);
  }
}

/** What has to follow a text that stops in the middle: `/^https:\/\/app\./`, `/localhost:/`, `/^https:\/\/192\.168\./`. */
function endingsFor(text: string): readonly string[] {
  if (/\d\.$/.test(text)) return ['1', '1.1', '1.1.1', 'example'];
  if (text.endsWith('.')) return ['example'];
  if (text.endsWith('://') || text.endsWith('-')) return ['a.example'];
  if (text.endsWith(':')) return ['3000'];
  return [''];
}

/** `.` or `.?`: any one character, where the author may have meant a dot. */
function isDot(piece: Piece): piece is Exclude<Piece, { readonly is: 'text' }> {
  return piece.is === 'dot' || (piece.is === 'run' && /^\.\??\??$/.test(piece.node.raw));
}

/** `before` is the text in front of the hole. */
function fillersOf(piece: Piece, before: string): readonly string[] {
  if (piece.is === 'class') return CLASS_FILLERS;
  if (piece.is !== 'run') return [];
  const { set, min, max } = piece;
  // `[a-z]{2}`, `[a-z0-9]{9}`: as much of the attacker's label as fits.
  if (max < 4) return ['evil'.slice(0, max)];
  if (min > 4) return ['evil'.padEnd(Math.min(min, 64), 'l')];
  const all = [...schemeFillers(before), ...RUN_FILLERS];
  return all.filter((filler) => [...filler].every((character) => includes(set, character)));
}

/** A hole that can hold the scheme too: `/^http.*example\.com$/`, `/^.*example\.com$/`. */
function schemeFillers(before: string): readonly string[] {
  const rest = 'https://'.startsWith(before) ? 'https://'.slice(before.length) : '';
  return rest === '' ? [] : [`${rest}evil`, `${rest}evil.example`];
}

/** The last two labels, and the port. Not the registrable domain, but good enough to put the more telling first. */
function ending(text: string): string {
  return text.split('/').at(-1)?.split('.').slice(-2).join('.') ?? '';
}
