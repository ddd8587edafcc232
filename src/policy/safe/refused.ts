/** The problems with which the safe middleware does not start. */
import type { ProblemCode } from '../problems.ts';

/** A code is never added for options that an earlier version has taken: see `SECURITY.md`. */
export const REFUSED_CODES = [
  'wildcard-credentials',
  'wildcard-methods',
  'wildcard-allowed-headers',
  'wildcard-exposed-headers',
  'unsafe-match-credentials',
  'unsafe-match',
  'null-origin-credentials',
  'null-origin',
  'insecure-origin-credentials',
  'placeholder-origin',
  'origin-missing',
  'no-such-option',
  'not-taken',
  'wrong-type',
  'cross-site-for-everybody',
  'malformed-entry',
  'malformed-pattern',
  'wildcard-in-list',
  'max-age-in-milliseconds',
  'status-not-ok',
  'unmatched-method',
  'malformed-name',
  'malformed-exposed-name',
] as const satisfies readonly ProblemCode[];

export type RefusedCode = (typeof REFUSED_CODES)[number];

const refused: ReadonlySet<ProblemCode> = new Set(REFUSED_CODES);

export function isRefused(code: ProblemCode): code is RefusedCode {
  return refused.has(code);
}
