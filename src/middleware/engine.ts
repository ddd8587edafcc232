/** The policy that holds now, and what is asked of it, whatever serves the requests. */
import { isBelow } from '../policy/safe/paths.ts';
import { CompiledPolicy } from './compiled.ts';
import { understand } from './config.ts';
import { CrossSite } from './cross-site.ts';
import { Decisions } from './decisions.ts';
import { otherReadings, pathOf } from './paths.ts';
import type {
  AskedRequest,
  ConfigProblem,
  CorsConfig,
  FetchRequest,
  MiddlewareRequest,
  PolicyHandle,
} from './types.ts';

/** Everything that one set of options comes to. It is replaced as a whole. */
export class Engine {
  readonly config: CorsConfig;
  readonly warnings: readonly ConfigProblem[];
  readonly base: CompiledPolicy;
  readonly decisions: Decisions;
  /** Whether every decision is to be told. */
  readonly watched: boolean;
  readonly crossSite: CrossSite | undefined;
  readonly keepsOurs: boolean;
  readonly #routes: readonly (readonly [prefix: string, policy: CompiledPolicy])[];
  /** For a path that belongs to two policies: nobody is let in. */
  readonly #ambiguous: CompiledPolicy;

  constructor(options: unknown) {
    const { config, read, warnings } = understand(options);
    const { refuseCrossSite, onConflict, routes = {} } = config;
    this.config = config;
    this.warnings = warnings;
    this.base = new CompiledPolicy(config, read);
    this.#routes = read.routes.map(([prefix, route]) => [
      prefix,
      new CompiledPolicy(routes[prefix] ?? config, route),
    ]);
    const nobody = { ...read, origins: { is: 'listed', at: [], entries: [], open: false } } as const;
    this.#ambiguous = new CompiledPolicy(config, nobody, 'ambiguous-path');
    this.decisions = new Decisions(config);
    this.watched = this.decisions.areWatched;
    this.crossSite = refuseCrossSite
      ? new CrossSite(typeof refuseCrossSite === 'object' ? (refuseCrossSite.except ?? []) : [])
      : undefined;
    this.keepsOurs = onConflict === 'keep-ours';
  }

  get hasRoutes(): boolean {
    return this.#routes.length > 0;
  }

  policyFor(url: string): CompiledPolicy {
    if (!this.hasRoutes) return this.base;
    const path = pathOf(url);
    const policy = this.#policyAt(path);
    const isClear = otherReadings(path).every((other) => this.#policyAt(other) === policy);
    return isClear ? policy : this.#ambiguous;
  }

  #policyAt(path: string): CompiledPolicy {
    return this.#routes.find(([prefix]) => isBelow(path, prefix))?.[1] ?? this.base;
  }
}

/** What is asked of whatever serves the requests: the engine that holds now. */
export interface Current {
  engine: Engine;
}

/** Puts what every middleware offers onto the function that it is. */
export function withHandle<F extends object>(fn: F, current: Current): F & PolicyHandle {
  const handle: PolicyHandle = {
    update: (options) => {
      current.engine = new Engine(options);
    },
    get config() {
      return current.engine.config;
    },
    get warnings() {
      return current.engine.warnings;
    },
    allows: (origin, request) => {
      const policy = current.engine.policyFor(urlOf(request));
      if (policy.check)
        throw new TypeError(
          'The policy holds a function, which may answer later: use `await middleware.allowsAsync(origin)`.',
        );
      return !policy.isOff && policy.grantFor(origin).allowOrigin !== undefined;
    },
    allowsAsync: async (origin, request) => {
      const policy = current.engine.policyFor(urlOf(request));
      if (policy.isOff) return false;
      if (!policy.check) return policy.grantFor(origin).allowOrigin !== undefined;
      if (origin === undefined) return false;
      return (
        await policy.check.ask(origin, (request ?? { headers: {} }) as MiddlewareRequest | FetchRequest)
      ).admitted;
    },
  };
  return Object.defineProperties(fn, Object.getOwnPropertyDescriptors(handle)) as F & PolicyHandle;
}

function urlOf(request: AskedRequest | undefined): string {
  const { originalUrl, url } = (request ?? {}) as Partial<MiddlewareRequest>;
  return originalUrl ?? url ?? '/';
}
