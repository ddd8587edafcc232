/** Options: judged as the linter judges them, and written out as the middleware has understood them. */
import { judge } from '../policy/judge.ts';
import { accessOf, judgeAccess } from '../policy/judge/access.ts';
import { LONGEST_MAX_AGE } from '../policy/judge/defaults.ts';
import { isInsecure } from '../policy/origin.ts';
import type { Problem } from '../policy/problems.ts';
import {
  readSafeOptions,
  written,
  type Entry,
  type Names,
  type OptionPath,
  type SafeOptions,
} from '../policy/safe/options.ts';
import { DEFAULT_METHODS, SafePolicy, type Consult } from '../policy/safe/policy.ts';
import { DEFAULT_CACHE_FOR, DEFAULT_CACHE_SIZE, DEFAULT_TIMEOUT } from './check.ts';
import { CorsConfigError, idleWarning, refusalOf, warningOf } from './problems.ts';
import { snapshot } from './snapshot.ts';
import type {
  ConfigProblem,
  CorsConfig,
  CorsOptions,
  OriginLookup,
  OriginOption,
  RouteOptions,
} from './types.ts';

type Path = OptionPath;

/** Options that hold, and what was written in them in vain. */
export interface Understood {
  readonly config: CorsConfig;
  readonly read: SafeOptions<Path>;
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Reads options.
 *
 * @throws CorsConfigError with everything that is wrong, if anything is.
 */
export function understand(options: unknown): Understood {
  const { copy, unreadable } = snapshot(options);
  const read = readSafeOptions<Path>(copy, (path) => path, unreadable);
  const parts = [read, ...read.routes.map(([, route]) => route)];
  const problems = parts.flatMap(problemsOf);
  const refusals = problems.flatMap((one) => refusalOf(one) ?? []);
  if (refusals.length > 0) throw new CorsConfigError(refusals);
  const useless = problems.filter(({ code }) => code === 'useless-name' || code === 'max-age-too-long');
  const given = copy as CorsOptions;
  const kept = withoutUseless(read, useless);
  return {
    config: configOf(given, kept),
    read: kept,
    warnings: [...problems.flatMap((one) => warningOf(one) ?? []), ...read.idle.map(idleWarning)],
  };
}

/**
 * Whom a list lets in, its entries let in, each alone. The judge finds out by asking, and asks a list of hundreds about
 * the first ones only: here nothing may slip through, and all is told at once.
 */
function problemsOf(whole: SafeOptions<Path>): readonly Problem<Path>[] {
  const options = { ...whole, routes: [] };
  const problems = judge(new SafePolicy(options, somebody));
  const { origins } = options;
  if (origins.is !== 'listed') return problems;
  const alone = origins.entries.filter(canSurprise).flatMap((entry) => {
    const policy = new SafePolicy({ ...options, origins: { ...origins, entries: [entry] } });
    return judgeAccess(policy, accessOf(policy));
  });
  const told = new Set(alone.map(keyOf));
  return [...problems.filter((one) => !told.has(keyOf(one))), ...alone];
}

/** A function lets somebody in: what is wrong with the answers that he gets is wrong now. */
const somebody: Consult<Path> = (_check, _request, cause) => [{ admitted: true, cause }];

/** An origin that is named in full lets in nobody else, and nobody else can be it over `https:`. */
function canSurprise({ pattern }: Entry<Path>): boolean {
  return pattern.kind !== 'exact' || pattern.origin.kind === 'null' || isInsecure(pattern.origin);
}

function keyOf({ code, cause }: Problem<Path>): string {
  return `${code} ${written(cause)}`;
}

function withoutUseless(read: SafeOptions<Path>, useless: readonly Problem<Path>[]): SafeOptions<Path> {
  const places = new Set(useless.map(({ cause, data }) => `${written(cause)} ${data['name']}`));
  const without = (list: Names<Path> | undefined): Names<Path> | undefined =>
    list && {
      ...list,
      names: list.names.filter(({ text, cause }) => !places.has(`${written(cause)} ${text}`)),
    };
  const { maxAge } = read;
  const tooLong = new Set(
    useless.flatMap(({ code, cause }) => (code === 'max-age-too-long' ? [written(cause)] : [])),
  );
  return {
    ...read,
    methods: without(read.methods),
    allowedHeaders: without(read.allowedHeaders),
    exposedHeaders: without(read.exposedHeaders),
    maxAge: maxAge && (tooLong.has(written(maxAge.at)) ? { ...maxAge, seconds: LONGEST_MAX_AGE } : maxAge),
    routes: read.routes.map(([prefix, route]) => [prefix, withoutUseless(route, useless)]),
  };
}

function configOf(given: CorsOptions, read: SafeOptions<Path>): CorsConfig {
  const { refuseCrossSite, onDecision, onConflict = 'report', log, routes = {} } = given;
  return frozen({
    ...routeConfigOf(given, read),
    ...(read.routes.length > 0 && {
      routes: frozen(
        Object.fromEntries(
          read.routes.map(([prefix, route]) => [
            prefix,
            routeConfigOf(routes[prefix] as RouteOptions, route),
          ]),
        ),
      ),
    }),
    refuseCrossSite:
      typeof refuseCrossSite === 'object'
        ? frozen({ except: frozen([...(refuseCrossSite.except ?? [])]) })
        : (refuseCrossSite ?? false),
    onConflict,
    ...(onDecision && { onDecision }),
    ...(log !== undefined && { log }),
  });
}

function routeConfigOf(given: RouteOptions, read: SafeOptions<Path>): RouteOptions {
  const { methods, allowedHeaders, exposedHeaders, credentials, maxAge, status } = read;
  return frozen({
    origin: originOf(given.origin, read),
    methods: methods ? textsOf(methods) : DEFAULT_METHODS,
    ...(allowedHeaders && { allowedHeaders: textsOf(allowedHeaders) }),
    exposedHeaders: textsOf(exposedHeaders),
    credentials: credentials.on === true,
    ...(maxAge?.seconds !== undefined && { maxAge: maxAge.seconds }),
    optionsSuccessStatus: status ?? 204,
  });
}

function originOf(given: OriginOption, { origins }: SafeOptions<Path>): OriginOption {
  if (origins.is === 'listed')
    return frozen(
      origins.entries.map(({ text, because }) =>
        because === undefined ? text : frozen({ allow: text, because }),
      ),
    );
  if (typeof given !== 'object') return given;
  const { lookup, cacheFor, cacheSize, timeout, staleFor } = given as OriginLookup;
  return frozen({
    lookup,
    cacheFor: cacheFor ?? DEFAULT_CACHE_FOR,
    cacheSize: cacheSize ?? DEFAULT_CACHE_SIZE,
    timeout: timeout ?? DEFAULT_TIMEOUT,
    staleFor: staleFor ?? 0,
  });
}

function textsOf(list: Names<Path> | undefined): readonly string[] {
  return frozen((list?.names ?? []).map(({ text }) => text));
}

function frozen<T extends object>(value: T): Readonly<T> {
  return Object.freeze(value);
}
