/**
 * A policy that can be asked: what a layer answers to a request, and what its author wrote.
 *
 * `C` is a cause: the place of something that was written. The linter's is a place in a file, a middleware's the
 * path of an option. This folder only hands it on.
 */
import type { Comparison, Instead } from './comparison.ts';

/** A request as a server sees it. Header names are lower case; a header that is not listed is not sent. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** A response header. */
export interface Said<C> {
  /** `undefined`: it is sent, but what it says cannot be known. */
  readonly value: string | undefined;
  /** What decided it. */
  readonly cause: C;
  /** Nobody wrote it: it is what the library does when an option is missing. */
  readonly byDefault?: boolean;
  /** A clause that says why the value is let through, where it does not explain itself. */
  readonly because?: string;
  /** Its author has written down why, for this one: nothing is to be said of it. */
  readonly acknowledged?: boolean;
  /** A later instance of the safe middleware takes it back. */
  readonly takenBack?: boolean;
}

/** What a layer does with the request once it is done. */
export type End<C> =
  | {
      readonly is: 'passes';
      /** The status that it leaves on the response, if it sets one. */
      readonly left?: number | 'unknown';
    }
  | { readonly is: 'answers'; readonly status: number | undefined }
  /** It ends in an exception, which whoever handles those answers: 500, or the status that the error carries. */
  | {
      readonly is: 'fails';
      readonly status: number | undefined;
      /** The status that it leaves on the response, if it sets one: whoever handles the error finds it there. */
      readonly left?: number | 'unknown';
      readonly cause?: C;
      /** Nobody wrote the exception: the language or a library throws it. */
      readonly accident?: boolean;
      /** The function that was asked for a verdict, and the code of the verdict by which it would refuse. */
      readonly asked?: {
        readonly at: C;
        readonly refusal: string;
        /** It said so by a promise, not by a callback. */
        readonly awaited?: boolean;
      };
    }
  | {
      readonly is: 'hangs';
      readonly cause?: C;
      /** A clause that says why. */
      readonly because?: string;
      /** What is to be pointed at where nothing ever comes of it. */
      readonly whole?: C;
      /** Where the response got a status, and no end. */
      readonly status?: C;
    };

/** What may happen. Several, where the code leaves a question open. */
export interface Outcome<C> {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, Said<C>>;
  readonly end: End<C>;
  /** Something decided that is not understood: headers that are missing here may be there. */
  readonly unclear: boolean;
}

/** A string that was written as an origin. */
export interface WrittenOrigin<C> {
  readonly text: string;
  readonly cause: C;
  /** `only`: sent to everybody as it stands. `listed`: compared with the request's origin, as text. */
  readonly as: 'only' | 'listed';
}

/** A name that was written in a list of methods or headers; a text with commas holds several. */
export interface WrittenName<C> {
  /** Without white space around it, never empty. */
  readonly text: string;
  readonly cause: C;
  readonly in: NameList;
}

export type NameList = 'methods' | 'allowedHeaders' | 'exposedHeaders';

/** What a library makes of its options, as far as it does not show in answers: ignored, or choked on. */
export interface Fault<C> {
  readonly code: FaultCode;
  readonly cause: C;
  readonly data: Readonly<Record<string, string>>;
  readonly places?: Readonly<Record<string, C>>;
}

export type FaultCode =
  | 'unknown-option'
  | 'options-not-object'
  | 'credentials-not-boolean'
  | 'methods-missing'
  | 'not-a-list'
  | 'max-age-in-milliseconds'
  | 'max-age-not-a-number'
  | 'status-not-ok'
  | 'uncalled-library'
  | 'express5-path'
  // What the safe middleware does not start with, and what it drops.
  | 'origin-missing'
  | 'no-such-option'
  | 'not-taken'
  | 'wrong-type'
  | 'malformed-entry'
  | 'malformed-pattern'
  | 'wildcard-in-list'
  | 'cross-site-for-everybody';

/** What goes with a question. */
export interface Asking<C> {
  /** A name that nobody but a stranger has: what is not known does not list it. */
  readonly unlisted?: string | undefined;
  /** Gets every comparison that was made with the origin. */
  readonly noted?: Comparison<C>[];
  /** What the response says already. */
  readonly before?: ReadonlyMap<string, Said<C>>;
  /** A comparison that is made otherwise than it is written. */
  readonly instead?: Instead<C> | undefined;
}

export interface Policy<C> {
  /** Where it was made. */
  readonly at: C;
  /** The library's name, for sentences about it. */
  readonly library: string;
  /** What may happen to the request, one outcome at least. */
  ask(request: Request, asking?: Asking<C>): readonly Outcome<C>[];
  readonly origins: readonly WrittenOrigin<C>[];
  /** Where a value that is missing switches CORS off, and what it is: `undefined`. `false` says so and is no such value. */
  readonly off?: { readonly at: C; readonly says: string } | undefined;
  /** Where credentials are switched on, if they are. */
  readonly credentials: C | undefined;
  /** The list of allowed request headers that was written, if it was. */
  readonly allowedHeaders: C | undefined;
  readonly names: readonly WrittenName<C>[];
  /** Where `maxAge` is written; where it is certainly missing, what it is missing from. */
  readonly maxAge: { readonly at: C; readonly missing: boolean };
  readonly faults: readonly Fault<C>[];
  /** What it says in `Vary` it says again if somebody overwrites it. */
  readonly keepsVary?: boolean;
  /** What it is composed of, in the order in which a request comes to them; nothing if it is one piece. */
  readonly layers?: readonly Policy<C>[] | undefined;
  /** What the policy would be with that change; nothing if it cannot say. A remedy must not bring up another problem. */
  mended(
    remedy: Remedy,
    fault: Readonly<Record<string, string>>,
    cause?: C | undefined,
  ): Policy<C> | undefined;
}

/** A change of the options that mends a problem, and may bring up another. */
export type Remedy =
  /** `origin` becomes a list of which nothing more is known. */
  | 'list-origins'
  /** `origin` compares with the elements of the collection that it is. */
  | 'compare-elements'
  | 'drop-credentials'
  | 'allow-credentials'
  /** `*` for everybody, without credentials. */
  | 'make-public'
  /** The option `option` becomes the option `meant`. */
  | 'rename-option'
  /** What was given for the options becomes `origin`. */
  | 'wrap-options'
  /** `option` becomes a list of its elements. */
  | 'make-list'
  /** The default of `option` holds. */
  | 'remove-option';

/** What a page sends that wants to read an answer of another origin. */
export function actualRequest(origin: string, method = 'GET', path = '/'): Request {
  return { method, path, headers: new Map([['origin', origin]]) };
}

/** What the browser asks first, where it has to. Neither cookies nor `Authorization` go with it. */
export function preflightRequest(
  origin: string,
  method: string,
  headers: readonly string[] = [],
  path = '/',
): Request {
  const asked = new Map([
    ['origin', origin],
    ['access-control-request-method', method],
  ]);
  if (headers.length > 0) asked.set('access-control-request-headers', headers.join(','));
  return { method: 'OPTIONS', path, headers: asked };
}
