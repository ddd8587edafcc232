/**
 * The options of the middleware as types. What is wrong in every program is wrong here too, for literals: `*` with
 * credentials, an origin without scheme, an option that there is not. What comes from the environment is `string[]`, and
 * is checked when the middleware is made.
 *
 * Nothing here names a package, `node:http` neither: these types serve in a Worker and in an Express app alike.
 */
import type { PlatformSignal } from './platform.ts';

/** An origin that is refused to everybody, and let in all the same: say why, for whoever reads it next. */
export interface AcknowledgedOrigin {
  /** One origin or pattern: `null`, `http://intranet.example`, `https://*.vercel.app`. */
  readonly allow: string;
  readonly because: string;
}

/** A request, whatever serves it. */
export type AnyRequest = MiddlewareRequest | FetchRequest;

/**
 * Says whether an origin may read the answers: only exactly `true` lets it in. An exception, or no answer within five
 * seconds, refuses. The context may be annotated with what the framework makes of a request:
 * `OriginContext<express.Request>`.
 */
export type OriginFunction<R = AnyRequest> = OriginDecider<R>['decide'];

/** Beside the origin, what a function in `origin` is given. */
export interface OriginContext<R = AnyRequest> {
  readonly request: R;
  /** Aborted once it has taken too long. */
  readonly signal: PlatformSignal;
}

/** A method, since of those alone the parameters may be annotated more narrowly. */
interface OriginDecider<R> {
  decide(
    /** Well-formed, and never `null`. */
    origin: string,
    context: OriginContext<R>,
  ): boolean | Promise<boolean>;
}

/** A look-up that is worth keeping: what it answers for an origin holds for every request. */
export interface OriginLookup {
  readonly lookup: (
    origin: string,
    context: { readonly signal: PlatformSignal },
  ) => boolean | Promise<boolean>;
  /** Seconds for which an answer is kept. Default: 60. */
  readonly cacheFor?: number | undefined;
  /** Answers that are kept, of those let in and of those refused. Default: 1000 of each. */
  readonly cacheSize?: number | undefined;
  /** Seconds until a look-up counts as failed, up to 60. Default: 5. */
  readonly timeout?: number | undefined;
  /** Seconds for which the last answer still counts after it is due again, where look-ups fail. Then: refused. Default: 0. */
  readonly staleFor?: number | undefined;
}

/** Who may read the answers. `'*'`: everybody, without credentials. `false`: nobody; CORS is off. */
export type OriginOption<R = AnyRequest> =
  | '*'
  | false
  | (string & {})
  | AcknowledgedOrigin
  | readonly (string | AcknowledgedOrigin)[]
  | OriginFunction<R>
  | OriginLookup;

/** What holds for some paths. */
export interface RouteOptions<R = AnyRequest> {
  /**
   * Origins (`https://app.example.com`), patterns (`https://*.example.com`, `https://preview-*.example.com`,
   * `http://localhost:*`), a function or a look-up.
   */
  readonly origin: OriginOption<R>;
  /** A list, or a text with commas. Default: `GET,HEAD,PUT,PATCH,POST,DELETE`. */
  readonly methods?: string | readonly string[] | undefined;
  /** A list, or a text with commas. Default: what a page asks for. */
  readonly allowedHeaders?: string | readonly string[] | undefined;
  /** A list, or a text with commas. Default: none. */
  readonly exposedHeaders?: string | readonly string[] | undefined;
  /** Whether pages may send cookies and read what is answered to them. Default: `false`. */
  readonly credentials?: boolean | undefined;
  /** Seconds for which browsers may keep the answer to a preflight. Default: not said, which is five seconds. */
  readonly maxAge?: number | undefined;
  /** The status of the answer to a preflight, from 200 to 299. Default: 204. */
  readonly optionsSuccessStatus?: number | undefined;
}

/** @typeParam R what a function in `origin` is given as the request. */
export interface CorsOptions<R = AnyRequest> extends RouteOptions<R> {
  /** Other policies for the beginnings of paths, the longest first: `{ '/public': { origin: '*' } }`. */
  readonly routes?: { readonly [prefix: string]: RouteOptions<R> } | undefined;
  /** Answers 403 to requests from other sites that change something. `except` holds beginnings of paths. Default: `false`. */
  readonly refuseCrossSite?: boolean | { readonly except?: readonly string[] | undefined } | undefined;
  /** Is told what was decided, and why. */
  readonly onDecision?: ((decision: Decision) => void) | undefined;
  /** What to do where something writes another allowed origin later: report it, or write ours again. Default: `report`. */
  readonly onConflict?: 'report' | 'keep-ours' | undefined;
  /**
   * Whether refusals are explained on the console, each once. Default: unless `NODE_ENV` is `production` or `test`; that
   * the function in `origin` fails is told everywhere.
   */
  readonly log?: boolean | undefined;
}

/** Options as the middleware has understood them: given back to `cors`, they make the same middleware. */
export type CorsConfig = CorsOptions;

/** Why a request was decided as it was. These names are stable. */
export type Reason =
  /** Let in. */
  | 'allowed'
  /** No `Origin` header: no page asks, or a page of the same origin. */
  | 'no-origin'
  /** A page of the server's own origin, which CORS is not about. */
  | 'same-origin'
  /** `origin: false`. */
  | 'off'
  | 'origin-not-listed'
  | 'null-origin'
  | 'malformed-origin'
  | 'method-not-allowed'
  | 'header-not-allowed'
  /** The function did not say `true`. */
  | 'check-refused'
  /** The function said neither `true` nor `false`. */
  | 'check-not-boolean'
  /** The function threw, or its promise was rejected. */
  | 'check-failed'
  | 'check-timed-out'
  /** Read as it stands and read decoded, the path belongs to two policies of `routes`. */
  | 'ambiguous-path'
  /** `refuseCrossSite` answered 403. */
  | 'cross-site'
  /** Something else wrote another `Access-Control-Allow-Origin` or `-Credentials` into the answer. */
  | 'overwritten'
  /** An outer instance lets in an origin that this one refuses, and answers its preflights. */
  | 'stacked';

/** What was decided about one request. */
export interface Decision {
  /** Whether the page may read the answer (or, for a preflight, send its request). */
  readonly allowed: boolean;
  readonly reason: Reason;
  readonly preflight: boolean;
  readonly origin: string | undefined;
  /** Of a preflight: the method that is asked for. */
  readonly method: string | undefined;
  readonly path: string;
  /** One sentence for a person. */
  readonly message: string;
  /** The page that tells more. */
  readonly help: string;
  /** What the function threw. */
  readonly error?: unknown;
}

/** What is needed of a request of `node:http`, Connect and Express. */
export interface MiddlewareRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express: the whole path, where `url` is what is left below a mount. */
  readonly originalUrl?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
}

/** What is needed of a response of `node:http`, `node:http2`, Connect and Express. */
export interface MiddlewareResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string | readonly string[]): unknown;
  getHeader(name: string): number | string | readonly string[] | undefined;
  removeHeader(name: string): void;
  writeHead(status: number, ...more: never[]): unknown;
  // Two signatures, since `node:http2` has no single one that takes both.
  end(): unknown;
  end(body: string): unknown;
}

/** What is needed of a `Request`. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** A question about an origin that is asked for another purpose, such as a WebSocket upgrade. */
export type AskedRequest = Partial<MiddlewareRequest> | FetchRequest;

/** What a policy offers, whatever serves the requests. */
export interface PolicyHandle<R = AnyRequest> {
  /** Takes other options in place of all that hold. Throws, and changes nothing, if they are refused. */
  update<const Options extends GivenOptions<R>>(options: Options & Checked<Options>): void;
  /** The options as they were understood. */
  readonly config: CorsConfig;
  /** What was written in vain, and dropped. */
  readonly warnings: readonly ConfigProblem[];
  /**
   * Whether the origin is let in: for WebSocket upgrades, which CORS does not cover.
   *
   * @param origin the `Origin` header; without one, nobody is let in who is not everybody.
   * @param request chooses among `routes` by its `url`.
   * @throws TypeError if a function decides: use `allowsAsync`, since a promise is always truthy.
   */
  allows(origin: string | undefined, request?: AskedRequest): boolean;
  /** The same, where a function may decide. Never rejects. */
  allowsAsync(origin: string | undefined, request?: AskedRequest): Promise<boolean>;
}

/** A middleware for Express, Connect and `node:http`. */
export interface CorsMiddleware extends PolicyHandle<MiddlewareRequest> {
  (request: MiddlewareRequest, response: MiddlewareResponse, next: (error?: unknown) => void): void;
}

/** One thing that is wrong with options. */
export interface ConfigProblem {
  /** Stable: `wildcard-credentials`. */
  readonly code: string;
  /** Where: `origin[2]`, `routes['/public'].methods`. Empty for the options as a whole. */
  readonly path: string;
  /** The rule of `eslint-plugin-cors` that reports the same. */
  readonly rule: string;
  /** What happens, and to whom. */
  readonly message: string;
  /** What to write instead. */
  readonly remedy: string;
  /** The page of the rule. */
  readonly help: string;
}

/** What people write by mistake: the compiler takes it at first, so that it can be refused with a reason. */
type Mistaken = RegExp | true | undefined;
interface Unexplained {
  readonly allow: string;
  readonly because?: string;
}

/** Options before they are checked. */
export interface GivenOptions<R = AnyRequest> extends Omit<CorsOptions<R>, 'origin'> {
  readonly origin:
    | OriginOption<R>
    | Unexplained
    | readonly (string | AcknowledgedOrigin | Unexplained | RegExp)[]
    | Mistaken;
}

/** A type that says why it refuses. */
interface Refused<Why extends string> {
  readonly 'is refused': Why;
}

type RouteOption = keyof RouteOptions;
type Option = keyof CorsOptions;

/** In words, since an error message shows no more than this. */
type NoSuchOption<Name> = Name extends 'preflightContinue'
  ? Refused<'a preflight is always answered: write routes for another policy on some paths'>
  : Name extends Option
    ? Refused<'it holds for the whole server: write it beside routes'>
    : Refused<'there is no such option; there are origin, methods, allowedHeaders, exposedHeaders, credentials, maxAge, optionsSuccessStatus, routes, refuseCrossSite, onDecision, onConflict, log'>;

type CheckedOrigin<Origin> = Origin extends string
  ? Origin extends '*'
    ? unknown
    : Origin extends 'null'
      ? Refused<'every sandboxed frame is the origin null: acknowledge it with { allow, because }, or take it out'>
      : CheckedText<Origin>
  : Origin extends RegExp
    ? NoExpression
    : Origin extends Unexplained
      ? CheckedAcknowledgement<Origin>
      : Origin extends OriginLookup
        ? CheckedLookup<Origin>
        : unknown;

type CheckedText<Text> = Text extends string
  ? string extends Text
    ? unknown
    : Text extends 'null'
      ? unknown
      : Text extends `${string}://${infer Rest}`
        ? Rest extends `${string}/${string}` | ''
          ? Refused<'an origin is scheme, host and port: no slash at the end, no path'>
          : unknown
        : Refused<'an origin begins with its scheme: https://'>
  : unknown;

type CheckedAcknowledgement<Given> = Given extends AcknowledgedOrigin
  ? {
      readonly [Key in keyof Given]: Key extends 'allow'
        ? CheckedText<Given[Key]>
        : Key extends 'because'
          ? unknown
          : Refused<'an acknowledgement has allow and because'>;
    }
  : Refused<'say why it is let in, with because'>;

type CheckedLookup<Given> = {
  readonly [Key in keyof Given]: Key extends keyof OriginLookup
    ? unknown
    : Refused<'a look-up has lookup, cacheFor, cacheSize, timeout and staleFor'>;
};

type NoExpression =
  Refused<'no regular expressions: write a pattern such as https://*.example.com, or a function'>;

/**
 * All that it may be has to be right: a `boolean`, and the `string | undefined` of the environment, are refused. It may
 * be everything at once where another option has the wrong type: the compiler says so itself.
 */
type CheckedOrigins<Origin> = [Mistaken] extends [Origin]
  ? unknown
  : [Extract<Origin, undefined>] extends [never]
    ? [Extract<Origin, true>] extends [never]
      ? CheckedEach<Origin>
      : Refused<'it would let in every website: list the origins, or write * where answers are public'>
    : Refused<'it may be missing: read it with originsFromEnv, or write false for nobody'>;

type CheckedEach<Origin> = Origin extends readonly unknown[]
  ? {
      readonly [Index in keyof Origin]: Origin[Index] extends '*'
        ? Refused<'* stands alone, not in a list'>
        : CheckedOrigin<Origin[Index]>;
    }
  : CheckedOrigin<Origin>;

/** What is `any` may be `*`, and anything else as well. */
type CheckedEverybody<Origin> = [Mistaken] extends [Origin]
  ? unknown
  : Refused<'browsers refuse * together with credentials: list the origins, or drop credentials'>;

type CheckedRoute<Options, Known> = {
  readonly [Key in keyof Options]: Key extends Known
    ? Key extends 'origin'
      ? CheckedOrigins<Options[Key]>
      : Key extends 'credentials'
        ? Options extends { readonly origin: '*'; readonly credentials: true }
          ? CheckedEverybody<Options['origin']>
          : unknown
        : unknown
    : NoSuchOption<Key>;
};

/** Options without what is wrong in every program. */
export type Checked<Options> = CheckedRoute<Options, Option> & {
  readonly [Key in keyof Options as Key extends 'routes' ? Key : never]: CheckedRoutes<Options[Key]>;
};

type CheckedRoutes<Routes> = Routes extends object
  ? { readonly [Prefix in keyof Routes]: CheckedRoute<Routes[Prefix], RouteOption> }
  : unknown;
