/** Regular expressions of the code under study: parsed, and run only where that takes little time. */
import type { AST } from '@eslint-community/regexpp';
import { RegExpParser } from '@eslint-community/regexpp';
import { mostSteps } from './backtracking.ts';

/** A host has 253 characters at most, so an origin needs no more. */
const LONGEST_INPUT = 300;

/** Expressions with more characters are left alone. */
const LONGEST_SOURCE = 2000;

/** More groups inside each other are left alone: parser and walkers recurse. */
const DEEPEST = 100;

/** One or two milliseconds: V8 interprets an expression when it runs for the first time, and compiles it for the second. */
const MOST_STEPS = 1_000_000;

/** As many expressions are remembered. */
const MOST_EXPRESSIONS = 500;

export interface Expression {
  readonly tree: AST.Pattern;
  readonly flags: string;
  /**
   * The expression for running, with `lastIndex` at 0, or nothing where it might take long: `(a+)+$`. Only for an input
   * that `fits`.
   */
  native(): RegExp | undefined;
}

const cache = new Map<string, Expression | undefined>();

/**
 * Reads a regular expression, as in `new RegExp(source, flags)`. Nothing if that would throw, or if it is too long or
 * too deep.
 *
 * The syntax is that of ES2024, whatever runs this: `(?i:a)` is known to Node from 23 on, and what is reported must not
 * depend on that.
 */
export function expression(source: string, flags: string): Expression | undefined {
  const key = `${flags}/${source}`;
  if (cache.has(key)) return cache.get(key);
  const read = readExpression(source, flags);
  const [oldest] = cache.keys();
  if (cache.size >= MOST_EXPRESSIONS && oldest !== undefined) cache.delete(oldest);
  cache.set(key, read);
  return read;
}

/** Whether the input, of at most 300 characters, is short enough for an expression to be run on it. */
export function fits(input: string): boolean {
  return input.length <= LONGEST_INPUT;
}

function readExpression(source: string, flags: string): Expression | undefined {
  const tree = parse(source, flags);
  if (tree === undefined) return undefined;
  let tame: boolean | undefined;
  return {
    tree,
    flags,
    native: () => {
      tame ??= mostSteps(tree, flags, LONGEST_INPUT) <= MOST_STEPS;
      return tame ? construct(source, flags) : undefined;
    },
  };
}

function parse(source: string, flags: string): AST.Pattern | undefined {
  if (source.length > LONGEST_SOURCE || (source.match(/\(/g)?.length ?? 0) > DEEPEST) return undefined;
  if (!/^[dgimsuvy]*$/.test(flags) || new Set(flags).size < flags.length) return undefined;
  const unicode = flags.includes('u');
  const unicodeSets = flags.includes('v');
  if (unicode && unicodeSets) return undefined;
  try {
    const parser = new RegExpParser({ ecmaVersion: 2024 });
    return parser.parsePattern(source, 0, source.length, { unicode, unicodeSets });
  } catch {
    return undefined;
  }
}

/** The engine may still know less than the parser: a newer script name in `\p{…}`. */
function construct(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}
