/** The middleware for `node:http`, Connect and Express. */
import { answer } from './answer.ts';
import type { Verdict } from './check.ts';
import type { CompiledPolicy, Grant } from './compiled.ts';
import { CROSS_SITE_REFUSAL } from './cross-site.ts';
import type { Decided } from './decisions.ts';
import { Engine, withHandle, type Current } from './engine.ts';
import { preflightReason, reasonOf } from './reasons.ts';
import { guard, heldBy, release, replaced, varied, vary, type Held } from './response.ts';
import type {
  Checked,
  CorsMiddleware,
  GivenOptions,
  MiddlewareRequest,
  MiddlewareResponse,
  Reason,
} from './types.ts';

type Next = (error?: unknown) => void;

/**
 * Makes a middleware of a policy.
 *
 * @throws CorsConfigError if the options are refused: all that is wrong is in its `problems`.
 */
export function cors<const Options extends GivenOptions<MiddlewareRequest>>(
  options: Options & Checked<Options>,
): CorsMiddleware {
  const current: Current = { engine: new Engine(options) };
  const middleware = (request: MiddlewareRequest, response: MiddlewareResponse, next: Next): void => {
    const { engine } = current;
    const { origin } = request.headers as { readonly origin?: string };
    const policy = engine.hasRoutes ? engine.policyFor(urlOf(request)) : engine.base;
    if (policy.check === undefined || origin === undefined) {
      new Exchange(engine, policy, request, response, next).settle(policy.grantFor(origin));
      return;
    }
    const asked = policy.check.ask(origin, request);
    const exchange = new Exchange(engine, policy, request, response, next);
    if (asked instanceof Promise) void asked.then((verdict) => exchange.settleWith(verdict, origin));
    else exchange.settleWith(asked, origin);
  };
  return withHandle(middleware, current);
}

/** One request, its response, and what a policy makes of them. */
class Exchange implements Held {
  grant: Grant;

  constructor(
    readonly engine: Engine,
    readonly policy: CompiledPolicy,
    readonly request: MiddlewareRequest,
    readonly response: MiddlewareResponse,
    readonly next: Next,
  ) {
    this.grant = policy.refusal;
  }

  get keepsOurs(): boolean {
    return this.engine.keepsOurs;
  }

  get vary(): string | undefined {
    return this.request.method === 'OPTIONS' ? this.policy.varyOfOptions : this.policy.vary;
  }

  settleWith(verdict: Verdict, origin: string): void {
    this.settle(verdict.admitted ? this.policy.grantTo(origin) : this.policy.refusal, verdict);
  }

  settle(grant: Grant, verdict?: Verdict): void {
    const { request, response, policy } = this;
    this.grant = grant;
    // Whoever was faster has answered: there is nothing left to say, and no reason to fail.
    if (response.headersSent) return this.next();
    const { method, headers } = request;
    const { origin } = headers as { readonly origin?: string };
    const isOptions = method === 'OPTIONS';
    const isPreflight =
      isOptions && origin !== undefined && headers['access-control-request-method'] !== undefined;
    this.#replaceEarlier(grant);
    if (isPreflight && !policy.isOff) return this.#answerPreflight(grant, verdict);
    if (!policy.isOff) this.#write(grant);
    const { engine } = this;
    if (engine.watched || verdict?.reason !== undefined)
      this.#tell(reasonOf(grant, origin, verdict), verdict);
    if (engine.crossSite && this.#isCrossSite(grant)) return this.#refuse();
    this.next();
  }

  /** What an outer instance has said no longer holds, nor what this one has said where it stands twice. */
  #replaceEarlier(grant: Grant): void {
    const { response, policy } = this;
    const earlier = heldBy(response);
    if (earlier === undefined || earlier.grant === grant) return;
    replaced(response, earlier.grant);
    if (policy.isOff) release(response);
    if (earlier.grant.policy === policy) return;
    const { origin } = this.request.headers as { readonly origin?: string };
    if (earlier.grant.allowOrigin !== undefined && grant.allowOrigin === undefined && origin !== undefined)
      this.#tell('stacked');
  }

  /** The headers of every answer but that to a preflight. */
  #write(grant: Grant): void {
    const { response, policy } = this;
    if (grant.allowOrigin !== undefined) {
      response.setHeader('Access-Control-Allow-Origin', grant.allowOrigin);
      if (policy.credentials) response.setHeader('Access-Control-Allow-Credentials', 'true');
      if (policy.exposed !== undefined) response.setHeader('Access-Control-Expose-Headers', policy.exposed);
    }
    if (this.vary !== undefined) vary(response, this.vary);
    guard(response, this);
  }

  #answerPreflight(grant: Grant, verdict: Verdict | undefined): void {
    const { response, request, policy } = this;
    const headers: Record<string, string> = { Vary: varied(response, policy.varyOfOptions) };
    if (grant.allowOrigin !== undefined) {
      headers['Access-Control-Allow-Origin'] = grant.allowOrigin;
      if (policy.credentials) headers['Access-Control-Allow-Credentials'] = 'true';
      for (const [name, value] of policy.preflightHeaders()) headers[name] = value;
      const asked = request.headers['access-control-request-headers'] as string | undefined;
      const reflected = policy.reflected(asked);
      if (reflected !== '') headers['Access-Control-Allow-Headers'] = reflected;
    }
    if (this.engine.watched || verdict?.reason !== undefined) this.#tellPreflight(grant, verdict);
    answer(response, this, policy.status, headers);
  }

  #tellPreflight(grant: Grant, verdict: Verdict | undefined): void {
    const headers = this.request.headers as Readonly<Record<string, string | undefined>>;
    const asked = {
      origin: headers['origin'],
      method: headers['access-control-request-method'],
      headers: headers['access-control-request-headers'],
    };
    const { reason, detail } = preflightReason(grant, asked, verdict);
    this.#tell(reason, verdict, detail);
  }

  #isCrossSite(grant: Grant): boolean {
    const { headers, method = 'GET' } = this.request;
    const { origin } = headers as { readonly origin?: string };
    const sent = { method, path: urlOf(this.request), origin, site: siteOf(headers), host: hostOf(headers) };
    return this.engine.crossSite?.refuses(sent, grant.allowOrigin !== undefined) ?? false;
  }

  #refuse(): void {
    const { response } = this;
    this.#tell('cross-site');
    response.statusCode = 403;
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.end(CROSS_SITE_REFUSAL);
  }

  /** @see guard */
  overwritten(what: string): void {
    this.#tell('overwritten', undefined, what);
  }

  #tell(reason: Reason, verdict?: Verdict, detail?: string): void {
    const { request, policy, engine } = this;
    const { headers } = request;
    const { origin } = headers as { readonly origin?: string };
    const asked = headers['access-control-request-method'] as string | undefined;
    const decided: Decided = {
      reason,
      policy,
      preflight: request.method === 'OPTIONS' && origin !== undefined && asked !== undefined,
      origin,
      url: urlOf(request),
      method: asked,
      host: hostOf(headers),
      site: siteOf(headers),
      detail,
      error: verdict?.error,
      said: verdict?.said,
    };
    engine.decisions.tell(decided);
  }
}

/** A mounted middleware sees the rest of the path only. */
function urlOf({ originalUrl, url }: MiddlewareRequest): string {
  return originalUrl ?? url ?? '/';
}

/** HTTP/2 has it under another name. */
function hostOf(headers: MiddlewareRequest['headers']): string | undefined {
  return (headers[':authority'] ?? headers['host']) as string | undefined;
}

function siteOf(headers: MiddlewareRequest['headers']): string | undefined {
  return headers['sec-fetch-site'] as string | undefined;
}
