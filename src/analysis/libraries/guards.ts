/**
 * Packages that answer requests without credentials, or too many of them. What each does with a preflight is pinned in
 * `test/facts/guards.test.ts`; of a package that is not pinned there nothing is known, and nothing is said.
 *
 * `express-jwt` is none of them: it lets every preflight pass that asks for `Authorization`.
 */
import type { End, Outcome } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice } from '../run/tree.ts';
import {
  Made,
  NOWHERE,
  stringOf,
  type Leaf,
  type Native,
  type NativeCall,
  type Obj,
  type Unknown,
  type Value,
} from '../run/value.ts';
import { Bland } from './express.ts';
import { callable } from './layer.ts';
import type { Library } from './library.ts';

/** A middleware of such a package. */
export class KnownGuard extends Bland {
  constructor(
    readonly library: string,
    /** `credentials`: it answers who has none. `limit`: it answers who asks too often. */
    readonly wants: 'credentials' | 'limit',
    /** What it does with a request that it does not let pass. */
    readonly refusal: End<Place>,
  ) {
    super();
  }

  /** @param credentials `any`: the request may have some. */
  ask(credentials: 'none' | 'any'): readonly Outcome<Place>[] {
    const refused: Outcome<Place> = { headers: new Map(), end: this.refusal, unclear: false };
    const passed: Outcome<Place> = { headers: new Map(), end: { is: 'passes' }, unclear: false };
    return this.wants === 'credentials' && credentials === 'none' ? [refused] : [passed, refused];
  }

  override get(run: Run, _self: Obj, key: string): Value | undefined {
    if (key !== '()') return undefined;
    return callable(run, this.library, ({ credentials }) => this.ask(credentials));
  }
}

function answers(status: number | undefined): End<Place> {
  return { is: 'answers', status };
}

/** Something that may be a guard, and may let everything pass. */
const unclear: Native = (run, { at }) => run.make(new Bland(), at);

/** An option's value, or nothing if it is not known. `options`: what was given for them. */
function option(run: Run, options: Value, name: string): { readonly value: Leaf } | undefined {
  const now = run.here(options);
  if (now instanceof Choice || now.type === 'unknown') return undefined;
  // No options at all.
  if (now.type === 'known') return { value: run.undefined() as Leaf };
  const value = run.here(run.get(now, name, now.at));
  return value instanceof Choice || value.type === 'unknown' ? undefined : { value };
}

/** Whether every one of the options is certainly missing. */
function lacks(run: Run, options: Value, names: readonly string[]): boolean {
  return names.every((name) => {
    const found = option(run, options, name);
    return found?.value.type === 'known' && !found.value.value;
  });
}

// ---- passport

/** Strategies that read a header, under the names that their packages give them. Any other name may be anything. */
const HEADER_STRATEGIES = new Set(['jwt', 'bearer']);

/** `passport.authenticate(strategy, options, callback)` */
const authenticate: Native = (run, call) => {
  const { args, at } = call;
  const [strategy, options = run.undefined()] = args;
  const isKnown =
    !call.open &&
    strategy !== undefined &&
    strategiesOf(run, strategy)?.every((name) => HEADER_STRATEGIES.has(name)) === true &&
    // Who gives a callback decides in it.
    args.length < 3 &&
    isNoFunction(run.here(options));
  if (!isKnown) return unclear(run, call);
  if (!lacks(run, options, ['failureRedirect'])) {
    const to = option(run, options, 'failureRedirect');
    if (stringOf(to?.value ?? run.undefined()) === undefined) return unclear(run, call);
    return run.make(new KnownGuard('`passport`', 'credentials', answers(302)), at);
  }
  return run.make(new KnownGuard('`passport`', 'credentials', answers(401)), at);
};

function strategiesOf(run: Run, value: Value): readonly string[] | undefined {
  const now = run.here(value);
  const name = stringOf(now);
  if (name !== undefined) return [name];
  if (now instanceof Choice || now.type !== 'object' || now.nature.is !== 'array') return undefined;
  const items = run.listOf(now);
  if (!items || items.open || items.items.length === 0) return undefined;
  const names = items.items.map((item) => stringOf(run.here(item)));
  return names.every((one) => one !== undefined) ? names : undefined;
}

function isNoFunction(value: Value): boolean {
  if (value instanceof Choice || value.type === 'unknown') return false;
  return value.type === 'known' || value.nature.is === 'plain';
}

// ---- one function each

/** `basicAuth({ users })` */
const basicAuth: Native = (run, { at }) =>
  run.make(new KnownGuard('`express-basic-auth`', 'credentials', answers(401)), at);

/** `auth({ issuerBaseURL, audience })` of `express-oauth2-jwt-bearer` */
const bearerAuth: Native = (run, call) => {
  const required = option(run, call.args[0] ?? run.undefined(), 'authRequired');
  if (call.open || required?.value.type !== 'known' || required.value.value === false)
    return unclear(run, call);
  const refusal: End<Place> = { is: 'fails', status: 401 };
  return run.make(new KnownGuard('`express-oauth2-jwt-bearer`', 'credentials', refusal), call.at);
};

/** Options by which preflights may be let through, or answered in another way. */
const OWN_LIMITS = ['skip', 'handler', 'skipSuccessfulRequests'];

/** `rateLimit({ windowMs, limit })` */
const rateLimit: Native = (run, call) => {
  const options = call.args[0] ?? run.undefined();
  if (call.open || !lacks(run, options, OWN_LIMITS)) return unclear(run, call);
  return run.make(new KnownGuard('`express-rate-limit`', 'limit', answers(statusOf(run, options))), call.at);
};

function statusOf(run: Run, options: Value): number | undefined {
  const status = option(run, options, 'statusCode')?.value;
  if (status?.type !== 'known') return undefined;
  return typeof status.value === 'number' ? status.value : 429;
}

// ---- what they export

/** A package of which some exports are known. */
function library(module: string, exports: (run: Run) => Value): Library {
  return { modules: [module], triggers: [], exports };
}

/** What else a package exports: it comes from there, and that is all that is known. */
function others(run: Run, module: string, name: string): Unknown {
  return run.unknown('import', NOWHERE, { key: `import:${module}:${name}`, truthy: true });
}

/** A package that exports one function, also under other names. */
function single(module: string, native: Native, names: readonly string[]): Library {
  return library(module, (run) => {
    const fn = run.native(module, native);
    for (const name of ['default', ...names]) run.put(fn, name, fn, NOWHERE);
    return fn;
  });
}

/** An object of functions. Calls of the others do not change these. */
class Functions extends Made {
  constructor(
    readonly module: string,
    readonly natives: Readonly<Record<string, Native>>,
  ) {
    super();
  }

  override get(run: Run, self: Obj, key: string): Value {
    if (key === 'default') return self;
    const native = Object.hasOwn(this.natives, key) ? this.natives[key] : undefined;
    return native ? run.native(key, native) : others(run, this.module, key);
  }
}

/** A package that exports functions by name. */
function named(module: string, natives: Readonly<Record<string, Native>>): Library {
  return library(module, (run) => run.make(new Functions(module, natives), NOWHERE));
}

/**
 * `jwt.verify(token, …)` without a token: it throws, or calls back with the error at once. With a token it may do either,
 * or not.
 */
const verify: Native = (run, call: NativeCall) => {
  const { args, at, places, open } = call;
  return run.lift([args[0] ?? run.undefined(at)], ([leaf]) => {
    const token = leaf as Leaf;
    const rest: NativeCall = { ...call, args: [token, ...args.slice(1)] };
    const callback = args.length > 2 ? args.at(-1) : undefined;
    const isMissing = token.type === 'known' && !token.value && !open;
    const then = callback === undefined ? undefined : run.here(callback);
    const calls =
      then !== undefined &&
      !(then instanceof Choice) &&
      then.type === 'object' &&
      then.nature.is === 'function';
    // Options are an object, a callback is a function; of anything else either may be true.
    if (!isMissing || (callback !== undefined && !calls && !isNoFunction(then as Value)))
      return run.unknownCall(
        others(run, 'jsonwebtoken', 'verify'),
        run.undefined(at),
        { args: rest.args, places, open },
        at,
      );
    const error = run.unknown('call of something unknown', at, { truthy: true });
    if (!calls) return run.throw(error);
    run.call(then, run.undefined(at), { args: [error], places: [at], open: false }, at);
    return run.undefined(at);
  });
};

export const guardLibraries: readonly Library[] = [
  named('passport', { authenticate }),
  single('express-basic-auth', basicAuth, []),
  named('express-oauth2-jwt-bearer', { auth: bearerAuth }),
  single('express-rate-limit', rateLimit, ['rateLimit']),
  named('jsonwebtoken', { verify }),
];
