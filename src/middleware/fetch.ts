/** The same policy for servers that take a `Request` and give a `Response`: Next route handlers, Hono, Workers, Deno, Bun. */
import type { Verdict } from './check.ts';
import type { CompiledPolicy, Grant } from './compiled.ts';
import { CROSS_SITE_REFUSAL } from './cross-site.ts';
import { Engine, withHandle, type Current } from './engine.ts';
import { described, withNames } from './header-values.ts';
import type { PlatformRequest, PlatformResponse } from './platform.ts';
import { preflightReason, reasonOf } from './reasons.ts';
import type { Checked, FetchRequest, GivenOptions, PolicyHandle, Reason } from './types.ts';

export { originsFromEnv, type FromEnvironment } from './environment.ts';
export type { PlatformRequest, PlatformResponse, PlatformSignal } from './platform.ts';
export { CorsConfigError } from './problems.ts';
export type * from './types.ts';

/** What serves a request; what else it is given, such as the bindings of a Worker, it gets as it came. */
export type Handler<R extends FetchRequest = PlatformRequest, Rest extends unknown[] = unknown[]> = (
  request: R,
  ...rest: Rest
) => PlatformResponse | Promise<PlatformResponse>;

/** Wraps a handler. Without one, whatever is no preflight is answered 405: `export const OPTIONS = withCors();`. */
export interface WithCors extends PolicyHandle<PlatformRequest> {
  <R extends FetchRequest = PlatformRequest, Rest extends unknown[] = unknown[]>(
    handler?: Handler<R, Rest>,
  ): (request: R, ...rest: Rest) => Promise<PlatformResponse>;
}

/**
 * Makes a wrapper for handlers of a policy.
 *
 * @throws CorsConfigError if the options are refused: all that is wrong is in its `problems`.
 */
export function cors<const Options extends GivenOptions<PlatformRequest>>(
  options: Options & Checked<Options>,
): WithCors {
  const current: Current = { engine: new Engine(options) };
  const wrap =
    <R extends FetchRequest, Rest extends unknown[]>(handler: Handler<R, Rest> = notAllowed) =>
    async (request: R, ...rest: Rest): Promise<Response> => {
      const exchange = await exchangeOf(current.engine, request);
      return exchange.answer(() => handler(request, ...rest) as Response | Promise<Response>);
    };
  return withHandle(wrap, current) as WithCors;
}

function notAllowed(): Response {
  return new Response(null, { status: 405 });
}

async function exchangeOf(engine: Engine, request: FetchRequest): Promise<Exchange> {
  const policy = engine.hasRoutes ? engine.policyFor(request.url) : engine.base;
  const origin = header(request, 'origin');
  if (policy.check === undefined || origin === undefined)
    return new Exchange(engine, policy, request, policy.grantFor(origin), undefined);
  const verdict = await policy.check.ask(origin, request);
  const grant = verdict.admitted ? policy.grantTo(origin) : policy.refusal;
  return new Exchange(engine, policy, request, grant, verdict);
}

/** Found on a response that another instance has written to, and maybe another copy of this package. */
interface Written {
  readonly allowOrigin: string | undefined;
  /** Is told that an outer instance is laxer. */
  stacked(): void;
}

const WRITTEN = Symbol.for('eslint-plugin-cors/middleware/fetch');

/** One request, and what a policy makes of it and of its response. */
class Exchange implements Written {
  readonly #engine: Engine;
  readonly #policy: CompiledPolicy;
  readonly #request: FetchRequest;
  readonly #grant: Grant;
  readonly #verdict: Verdict | undefined;
  readonly #origin: string | undefined;
  readonly #asked: string | undefined;

  constructor(
    engine: Engine,
    policy: CompiledPolicy,
    request: FetchRequest,
    grant: Grant,
    verdict: Verdict | undefined,
  ) {
    this.#engine = engine;
    this.#policy = policy;
    this.#request = request;
    this.#grant = grant;
    this.#verdict = verdict;
    this.#origin = header(request, 'origin');
    this.#asked = header(request, 'access-control-request-method');
  }

  get allowOrigin(): string | undefined {
    return this.#grant.allowOrigin;
  }

  async answer(handle: () => Response | Promise<Response>): Promise<Response> {
    if (this.#isPreflight && !this.#policy.isOff) return this.#preflightAnswer();
    if (this.#isTold) this.#tell(reasonOf(this.#grant, this.#origin, this.#verdict), this.#verdict);
    if (!this.#isCrossSite()) return this.#written(await handle());
    this.#tell('cross-site');
    return this.#written(new Response(CROSS_SITE_REFUSAL, { status: 403 }));
  }

  stacked(): void {
    this.#tell('stacked');
  }

  get #isPreflight(): boolean {
    return this.#request.method === 'OPTIONS' && this.#origin !== undefined && this.#asked !== undefined;
  }

  /** Whether somebody wants to know of everything, or a function has decided, which may have failed. */
  get #isTold(): boolean {
    return this.#engine.watched || this.#verdict !== undefined;
  }

  #preflightAnswer(): Response {
    const policy = this.#policy;
    const asked = header(this.#request, 'access-control-request-headers');
    const headers = new Headers({ Vary: policy.varyOfOptions });
    if (this.allowOrigin !== undefined) {
      headers.set('Access-Control-Allow-Origin', this.allowOrigin);
      if (policy.credentials) headers.set('Access-Control-Allow-Credentials', 'true');
      for (const [name, value] of policy.preflightHeaders()) headers.set(name, value);
      const reflected = policy.reflected(asked);
      if (reflected !== '') headers.set('Access-Control-Allow-Headers', reflected);
    }
    if (this.#isTold) {
      const askedFor = { origin: this.#origin, method: this.#asked, headers: asked };
      const { reason, detail } = preflightReason(this.#grant, askedFor, this.#verdict);
      this.#tell(reason, this.#verdict, detail);
    }
    return new Response(null, { status: policy.status, headers });
  }

  #isCrossSite(): boolean {
    const { method, url } = this.#request;
    const sent = { method, path: url, origin: this.#origin, site: this.#site, host: hostOf(this.#request) };
    return this.#engine.crossSite?.refuses(sent, this.allowOrigin !== undefined) ?? false;
  }

  get #site(): string | undefined {
    return header(this.#request, 'sec-fetch-site');
  }

  /** The response with what the policy says. */
  #written(response: Response): Response {
    // Of a WebSocket, which CORS is not about, or of an error, which nobody can copy or send.
    if (response.status < 200) return response;
    const inner = (response as { [WRITTEN]?: Written })[WRITTEN];
    if (inner) return this.#behind(inner, response);
    if (this.#policy.isOff) return marked(changed(response), this);
    this.#notice(response.headers);
    return marked(
      changed(response, (headers) => {
        this.#vary(headers);
        this.#say(headers);
      }),
      this,
    );
  }

  /** As on a server of Node, the instance that is nearest to the handler has the last word. */
  #behind(inner: Written, response: Response): Response {
    if (this.#policy.isOff) return response;
    if (this.allowOrigin !== undefined && inner.allowOrigin === undefined && this.#origin !== undefined)
      inner.stacked();
    return marked(
      changed(response, (headers) => this.#vary(headers)),
      inner,
    );
  }

  #vary(headers: Headers): void {
    const names = this.#request.method === 'OPTIONS' ? this.#policy.varyOfOptions : this.#policy.vary;
    if (names !== undefined) headers.set('Vary', withNames(headers.get('vary') ?? '', names));
  }

  /** What the handler has written itself stands, unless ours is to be kept. */
  #say(headers: Headers): void {
    const { credentials, exposed } = this.#policy;
    const keepsOurs = this.#engine.keepsOurs;
    const isIn = this.allowOrigin !== undefined;
    put(headers, 'Access-Control-Allow-Origin', this.allowOrigin, keepsOurs);
    put(headers, 'Access-Control-Allow-Credentials', isIn && credentials ? 'true' : undefined, keepsOurs);
    put(headers, 'Access-Control-Expose-Headers', isIn ? exposed : undefined, false);
  }

  #notice(theirs: Headers): void {
    const origin = theirs.get('access-control-allow-origin') ?? undefined;
    const credentials = theirs.get('access-control-allow-credentials') ?? undefined;
    if (origin !== undefined && origin !== this.allowOrigin)
      this.#tell('overwritten', undefined, described('Origin', origin));
    else if (
      credentials !== undefined &&
      !(credentials === 'true' && this.#policy.credentials && this.allowOrigin !== undefined)
    )
      this.#tell('overwritten', undefined, described('Credentials', credentials));
  }

  #tell(reason: Reason, verdict?: Verdict, detail?: string): void {
    this.#engine.decisions.tell({
      reason,
      policy: this.#policy,
      preflight: this.#isPreflight,
      origin: this.#origin,
      url: this.#request.url,
      method: this.#asked,
      host: hostOf(this.#request),
      site: this.#site,
      detail,
      error: verdict?.error,
      said: verdict?.said,
    });
  }
}

function marked(response: Response, written: Written): Response {
  return Object.defineProperty(response, WRITTEN, { value: written, configurable: true });
}

/**
 * The response, written to. It is a copy where it cannot be written to, as that of `fetch` or `Response.redirect`, and
 * where it has no body: such a one may be a constant of the program, and answer many requests at once.
 */
function changed(response: Response, write: (headers: Headers) => void = () => {}): Response {
  const own = response.body === null ? new Response(null, response) : response;
  try {
    write(own.headers);
    return own;
  } catch {
    const copy = new Response(response.body, response);
    write(copy.headers);
    return copy;
  }
}

function put(headers: Headers, name: string, value: string | undefined, keepsOurs: boolean): void {
  if (value === undefined && keepsOurs) headers.delete(name);
  else if (value !== undefined && (keepsOurs || !headers.has(name))) headers.set(name, value);
}

function header({ headers }: FetchRequest, name: string): string | undefined {
  return headers.get(name) ?? undefined;
}

/** The header where there is one; a `Request` that was made by hand has only its URL. */
function hostOf(request: FetchRequest): string | undefined {
  const { url } = request;
  return header(request, 'host') ?? (URL.canParse(url) ? new URL(url).host : undefined);
}
