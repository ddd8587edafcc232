/** How a check compares. `within`: whether the subject stands somewhere in the operand, and not the other way round. */
export type Comparing = 'within' | 'equals' | 'starts' | 'ends' | 'includes' | 'matches';

/**
 * Why an expression matches a text, where that is worth a word:
 *
 * - `plain`: read as its author reads it.
 * - `dot`: an unescaped dot is some other character.
 * - `no-start`, `no-end`: something stands in front or behind, since `^` or `$` is missing.
 * - `scheme`: `http:` where `https:` is meant.
 * - `open-class`: what may vary was filled with more than a label: `.*`, `[^/]+`.
 * - `alternative`: `^` or `$` belongs to one alternative only: `/^https:\/\/a\.example|b\.example$/`.
 */
export type SampleReason = 'plain' | 'dot' | 'no-start' | 'no-end' | 'scheme' | 'open-class' | 'alternative';

/** A text that an expression matches: an origin, or a host if it is a host that the check looks at. */
export interface Sample {
  readonly text: string;
  readonly why: SampleReason;
}

/**
 * One comparison that a check made with the origin or a part of it. Its operand is what the author fixed:
 * text that itself comes from the request is none of his.
 */
export interface Comparison<C> {
  readonly how: Comparing;
  /** What was compared: the whole origin, or what the code cut out of it. */
  readonly subject: string;
  /** What it was compared with: text, or an expression's source. */
  readonly operand: string;
  /** For `matches`: made from the expression's parsed tree. */
  readonly samples?: readonly Sample[];
  readonly answer: boolean;
  /** An expression with `g` or `y` that is kept from one request to the next: it remembers where it stopped. */
  readonly keeps?: boolean;
  /** Where the operand stands. */
  readonly cause: C;
  /** Where the comparison is made: `origin.endsWith('example.com')`. */
  readonly by?: C;
  /** For `matches`: the expression made stricter, so that it still matches what its author had in mind. */
  readonly stricter?: () => readonly Pattern[];
  /** For `matches`. */
  readonly flags?: string;
}

/** A regular expression. */
export interface Pattern {
  readonly source: string;
  readonly flags: string;
}

/** A comparison made otherwise than it is written, to see whom the policy then lets in. */
export type Instead<C> =
  /** The whole subject is compared with the whole operand. */
  | { readonly as: 'equals'; readonly at: C }
  /** The subject is compared with the entries of the operand, a list in one string. */
  | { readonly as: 'entries'; readonly at: C; readonly trims: boolean }
  /** `at` is an expression, or a comparison that an expression takes the place of. */
  | { readonly as: 'expression'; readonly at: C; readonly pattern: Pattern };
