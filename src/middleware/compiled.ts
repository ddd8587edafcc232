/** A policy made ready to answer: everything that can be worked out before a request comes is worked out. */
import { parseOrigin } from '../policy/origin.ts';
import type { OptionPath, SafeOptions } from '../policy/safe/options.ts';
import { MOST_HEADER_BYTES, reflectedHeaders } from '../policy/safe/policy.ts';
import { isSafelistedMethod } from '../policy/names.ts';
import { FunctionCheck, LookupCheck, type Check } from './check.ts';
import { LONGEST_ORIGIN, PatternMatcher } from './matcher.ts';
import type { OriginFunction, OriginLookup, Reason, RouteOptions } from './types.ts';

/** What a policy has to say about one origin. */
export interface Grant {
  /** The value of `Access-Control-Allow-Origin`; `undefined`: refused, no header. */
  readonly allowOrigin: string | undefined;
  readonly policy: CompiledPolicy;
}

/** A preflight's own headers, beside those of every answer. */
export type Preflight = readonly (readonly [name: string, value: string])[];

/** Header lists that pages ask for again and again. */
const MOST_REMEMBERED = 100;
const LONGEST_REMEMBERED = 256;

export class CompiledPolicy {
  readonly isOff: boolean;
  readonly isForAll: boolean;
  readonly check: Check | undefined;
  readonly credentials: boolean;
  readonly exposed: string | undefined;
  readonly status: number;
  /** The `Vary` of an answer that is none to `OPTIONS`; `undefined`: it is the same for everybody. */
  readonly vary: string | undefined;
  readonly varyOfOptions: string;
  /** For whoever is not let in. */
  readonly refusal: Grant = { allowOrigin: undefined, policy: this };
  /** Why, if it is always for the same reason. */
  readonly refusedBecause: Reason | undefined;
  readonly #forAll: Grant = { allowOrigin: '*', policy: this };
  readonly #exact = new Map<string, Grant>();
  /** Looking a text up takes as long as it is: one of 16 kB is not looked up. */
  readonly #longest: number;
  readonly #patterns: PatternMatcher;
  readonly #methods: ReadonlySet<string>;
  readonly #headers: ReadonlySet<string> | undefined;
  readonly #preflight: Preflight;
  readonly #reflected = new Map<string, string>();

  constructor(config: RouteOptions, read: SafeOptions<OptionPath>, refusedBecause?: Reason) {
    const { origins } = read;
    this.refusedBecause = refusedBecause;
    this.isOff = origins.is === 'off';
    this.isForAll = origins.is === 'everybody';
    this.check = origins.is === 'asked' ? checkOf(config.origin as OriginFunction | OriginLookup) : undefined;
    const entries = origins.is === 'listed' ? origins.entries : [];
    for (const { text, pattern } of entries)
      if (pattern.kind === 'exact') this.#exact.set(text, { allowOrigin: text, policy: this });
    this.#longest = entries.reduce((longest, { text }) => Math.max(longest, text.length), LONGEST_ORIGIN);
    this.#patterns = new PatternMatcher(entries.map(({ pattern }) => pattern));

    const [methods, headers, exposed] = [config.methods, config.allowedHeaders, config.exposedHeaders].map(
      (list) => list as readonly string[] | undefined,
    );
    this.credentials = config.credentials === true;
    this.status = config.optionsSuccessStatus ?? 204;
    this.exposed = joined(exposed);
    this.vary = this.isForAll ? undefined : 'Origin';
    this.varyOfOptions = `Origin, Access-Control-Request-Method${headers ? '' : ', Access-Control-Request-Headers'}`;
    this.#methods = new Set(methods);
    this.#headers = headers && new Set(headers.map((name) => name.toLowerCase()));
    const said: readonly (readonly [string, string | undefined])[] = [
      ['Access-Control-Allow-Methods', joined(methods)],
      ['Access-Control-Allow-Headers', joined(headers)],
      ['Access-Control-Max-Age', config.maxAge === undefined ? undefined : String(config.maxAge)],
    ];
    this.#preflight = said.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  }

  /** What is said to the origin; not for a policy whose function decides. */
  grantFor(origin: string | undefined): Grant {
    if (this.isForAll) return this.#forAll;
    if (origin === undefined || origin.length > this.#longest) return this.refusal;
    return this.#exact.get(origin) ?? (this.#patterns.matches(origin) ? this.grantTo(origin) : this.refusal);
  }

  /** What is said to an origin that is let in. */
  grantTo(origin: string): Grant {
    return { allowOrigin: origin, policy: this };
  }

  /** Why an origin is refused that no function was asked about. */
  refusalReason(origin: string | undefined): Reason {
    if (this.isOff) return 'off';
    if (origin === undefined) return 'no-origin';
    if (this.refusedBecause) return this.refusedBecause;
    if (origin === 'null') return 'null-origin';
    return origin.length <= LONGEST_ORIGIN && parseOrigin(origin).ok
      ? 'origin-not-listed'
      : 'malformed-origin';
  }

  /** Lists in full, so that a browser asks once and can name what is refused. */
  preflightHeaders(): Preflight {
    return this.#preflight;
  }

  /** What is answered to the headers that are asked for, where there is no list; `''`: no header. */
  reflected(asked: string | undefined): string {
    if (this.#headers || asked === undefined || asked === '') return '';
    if (asked.length > LONGEST_REMEMBERED) return reflectedHeaders(asked);
    let answer = this.#reflected.get(asked);
    if (answer === undefined) {
      answer = reflectedHeaders(asked);
      if (this.#reflected.size >= MOST_REMEMBERED) this.#reflected.clear();
      this.#reflected.set(asked, answer);
    }
    return answer;
  }

  /** Whether a browser goes on after this answer: https://fetch.spec.whatwg.org/#cors-preflight-fetch, step 7. */
  refusedMethod(method: string): boolean {
    if (isSafelistedMethod(method)) return false;
    return !this.#methods.has(method) && !this.#methods.has('*');
  }

  /** The first of the headers that are asked for and not allowed. */
  refusedHeader(asked: string | undefined): string | undefined {
    if (asked === undefined) return undefined;
    if (asked.length > MOST_HEADER_BYTES) return `${asked.slice(0, 40)}…`;
    const names = asked
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '');
    const allowed = this.#headers ?? new Set(reflectedHeaders(asked).split(','));
    return this.#headers?.has('*')
      ? names.find((name) => name === 'authorization' && !allowed.has(name))
      : names.find((name) => !allowed.has(name));
  }

  /** The listed origins, for a message. */
  get listed(): Iterable<string> {
    return this.#exact.keys();
  }
}

function checkOf(origin: OriginFunction | OriginLookup): Check {
  return typeof origin === 'function' ? new FunctionCheck(origin) : new LookupCheck(origin);
}

function joined(list: readonly string[] | undefined): string | undefined {
  return list === undefined || list.length === 0 ? undefined : list.join(',');
}
