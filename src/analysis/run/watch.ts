/** What is noted while code decides about an origin: with what it compares the origin, or what it cuts out of it. */
import type { Instead } from '../../policy/comparison.ts';
import type { Place } from '../code.ts';
import type { Deps, Leaf } from './value.ts';

/** One comparison, as it was made. */
export interface Noted {
  /** `within`: whether the subject stands somewhere in the operand, and not the other way round. */
  how: 'equals' | 'starts' | 'ends' | 'includes' | 'matches' | 'within';
  /** What was compared: the origin, or a part of it. */
  readonly subject: string;
  /** What it was compared with: text, or the source of an expression. */
  readonly operand: string;
  readonly flags?: string;
  /** An expression with `g` or `y` that is kept from one request to the next remembers where it stopped. */
  readonly keeps?: boolean;
  answer: boolean;
  /** Where the operand stands. */
  readonly cause: Place;
  /** Where the comparison is made. */
  readonly by?: Place;
}

/** What is computed from the origin of a request. */
export const FROM_ORIGIN: Deps = new Set(['origin']);

/** More than any check makes; a loop over thousands of entries is cut off. */
const MOST = 400;

export class Watch {
  readonly noted: Noted[] = [];

  constructor(
    /** A name that stands in no list and no variable, because a stranger has it. */
    readonly unlisted: string | undefined,
    /** Objects of a higher number were made for this request. */
    readonly began: number,
    readonly instead?: Instead<Place>,
  ) {}

  /** What is done instead of what is written at a place, if anything is. */
  insteadOf({ start, end }: Place): Instead<Place> | undefined {
    const { instead } = this;
    return instead?.at.start === start && instead.at.end === end ? instead : undefined;
  }

  note(comparison: Noted): Noted {
    if (this.noted.length < MOST) this.noted.push(comparison);
    return comparison;
  }

  /**
   * Whether no list and no variable of which nothing is known holds the value: it has a stranger's name in it, or it is
   * the `undefined` of a request without `Origin`.
   */
  nobodyWrote(value: Leaf | undefined): boolean {
    if (value?.type !== 'known') return false;
    if (value.value === undefined) return value.deps?.has('origin') === true;
    return (
      this.unlisted !== undefined && typeof value.value === 'string' && value.value.includes(this.unlisted)
    );
  }
}
