/** An origin that a function decides about: what it says, and what holds when it says nothing. */
import { parseOrigin } from '../policy/origin.ts';
import { LONGEST_ORIGIN } from './matcher.ts';
import type { FetchRequest, MiddlewareRequest, OriginFunction, OriginLookup, Reason } from './types.ts';

/** What came of asking. */
export interface Verdict {
  readonly admitted: boolean;
  readonly reason: Reason;
  /** What the function threw. */
  readonly error?: unknown;
  /** What it said, where that was neither `true` nor `false`. */
  readonly said?: unknown;
}

export type Asked = Verdict | Promise<Verdict>;

/** Seconds. */
export const DEFAULT_TIMEOUT = 5;
export const DEFAULT_CACHE_FOR = 60;
export const DEFAULT_CACHE_SIZE = 1000;

const ADMITTED: Verdict = { admitted: true, reason: 'allowed' };
const REFUSED: Verdict = { admitted: false, reason: 'check-refused' };
const NULL: Verdict = { admitted: false, reason: 'null-origin' };
const MALFORMED: Verdict = { admitted: false, reason: 'malformed-origin' };

export interface Check {
  /** Never throws, never rejects, and answers within the timeout. */
  ask(origin: string, request: MiddlewareRequest | FetchRequest): Asked;
}

/** A function that is asked for every request. */
export class FunctionCheck implements Check {
  readonly #decide: OriginFunction;

  constructor(decide: OriginFunction) {
    this.#decide = decide;
  }

  ask(origin: string, request: MiddlewareRequest | FetchRequest): Asked {
    return (
      notAsked(origin) ?? attempt((signal) => this.#decide(origin, { request, signal }), DEFAULT_TIMEOUT)
    );
  }
}

interface Kept {
  readonly verdict: Verdict;
  /** Milliseconds of the clock that only goes forward. */
  readonly at: number;
}

/**
 * A look-up whose answers are kept. Strangers are many and friends are few: answers of the two kinds are kept apart, so
 * that no number of invented origins drives out one that is let in.
 */
export class LookupCheck implements Check {
  readonly #lookup: OriginLookup['lookup'];
  readonly #cacheFor: number;
  readonly #cacheSize: number;
  readonly #timeout: number;
  readonly #staleFor: number;
  readonly #admitted = new Map<string, Kept>();
  readonly #refused = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<Verdict>>();

  constructor({ lookup, cacheFor, cacheSize, timeout, staleFor }: OriginLookup) {
    this.#lookup = lookup;
    this.#cacheFor = cacheFor ?? DEFAULT_CACHE_FOR;
    this.#cacheSize = cacheSize ?? DEFAULT_CACHE_SIZE;
    this.#timeout = timeout ?? DEFAULT_TIMEOUT;
    this.#staleFor = staleFor ?? 0;
  }

  ask(origin: string): Asked {
    // Before it is looked for: 16 kB of text are no key.
    if (origin.length > LONGEST_ORIGIN) return MALFORMED;
    const kept = this.#admitted.get(origin) ?? this.#refused.get(origin);
    if (kept && performance.now() - kept.at < this.#cacheFor * 1000) {
      this.#keep(origin, kept);
      return kept.verdict;
    }
    return notAsked(origin) ?? this.#underWay.get(origin) ?? this.#lookUp(origin);
  }

  #lookUp(origin: string): Asked {
    const lookup = this.#lookup;
    const asked = attempt((signal) => lookup(origin, { signal }), this.#timeout);
    if (!(asked instanceof Promise)) return this.#settle(origin, asked);
    const settled = asked.then((verdict) => {
      this.#underWay.delete(origin);
      return this.#settle(origin, verdict);
    });
    this.#underWay.set(origin, settled);
    return settled;
  }

  /** An answer is kept; where there is none, the last one counts for a while. */
  #settle(origin: string, verdict: Verdict): Verdict {
    if (verdict.reason === 'allowed' || verdict.reason === 'check-refused') {
      this.#keep(origin, { verdict, at: performance.now() });
      return verdict;
    }
    const last = this.#admitted.get(origin) ?? this.#refused.get(origin);
    const isGood = last && performance.now() - last.at < (this.#cacheFor + this.#staleFor) * 1000;
    return isGood ? last.verdict : verdict;
  }

  /** As the one that was used last, in place of the one that was used first. */
  #keep(origin: string, kept: Kept): void {
    const [into, other] = kept.verdict.admitted
      ? [this.#admitted, this.#refused]
      : [this.#refused, this.#admitted];
    other.delete(origin);
    into.delete(origin);
    into.set(origin, kept);
    if (into.size <= this.#cacheSize) return;
    const [oldest] = into.keys();
    if (oldest !== undefined) into.delete(oldest);
  }
}

/** What no function is asked about. */
function notAsked(origin: string): Verdict | undefined {
  if (origin === 'null') return NULL;
  return origin.length > LONGEST_ORIGIN || !parseOrigin(origin).ok ? MALFORMED : undefined;
}

function attempt(ask: (signal: AbortSignal) => unknown, timeout: number): Asked {
  const controller = new AbortController();
  try {
    const said = ask(controller.signal);
    return isThenable(said) ? awaited(said, controller, timeout) : verdictOf(said);
  } catch (error) {
    return { admitted: false, reason: 'check-failed', error };
  }
}

function awaited(said: PromiseLike<unknown>, controller: AbortController, timeout: number): Promise<Verdict> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ admitted: false, reason: 'check-timed-out' });
      controller.abort();
    }, timeout * 1000);
    const settle = (verdict: Verdict): void => {
      clearTimeout(timer);
      resolve(verdict);
    };
    // What is no promise may throw when it is asked, as query builders do.
    Promise.resolve(said).then(
      (value) => settle(verdictOf(value)),
      (error: unknown) => settle({ admitted: false, reason: 'check-failed', error }),
    );
  });
}

function verdictOf(said: unknown): Verdict {
  if (said === true) return ADMITTED;
  return said === false ? REFUSED : { admitted: false, reason: 'check-not-boolean', said };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
