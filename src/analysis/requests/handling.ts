/** What one handler on the way of a request does with it, whatever it is: a policy, a guard, a function of the app. */
import type { Outcome, Request, Said } from '../../policy/policy.ts';
import type { FunctionCode, Place } from '../code.ts';
import type { Exchange } from './exchange.ts';
import { BodyParser } from '../libraries/express.ts';
import { KnownGuard } from '../libraries/guards.ts';
import { HandWritten, type Roles } from '../libraries/handwritten.ts';
import { Layer } from '../libraries/layer.ts';
import type { Credential } from './preflight-exchange.ts';
import type { Run } from '../run.ts';
import { SentExchange } from './sent-exchange.ts';
import type { Sources } from '../sources.ts';
import { Choice, type Guard } from '../run/tree.ts';
import { known, madeBy, type Obj, type Value } from '../run/value.ts';

/** What a handler does with a request, given what came of it before. `errors`: it is for errors alone. */
export interface Handles {
  readonly errors: boolean;
  ask(request: Request, before: Outcome<Place>): readonly Outcome<Place>[];
}

/** Where a handler stands. */
interface Surroundings {
  readonly run: Run;
  readonly sources: Sources;
  readonly guard: Guard;
  /** What earlier handlers may give every request. */
  readonly given: ReadonlySet<Credential>;
}

/** `next('route')`, `next('router')` */
const SKIPS = /['"`]router?['"`]/;

/** What a value does that is registered as a handler; nothing if it is not understood. */
export function handlesOf(value: Value, around: Surroundings): Handles | undefined {
  const layer = madeBy(value, Layer);
  if (layer) return { errors: false, ask: (request, { headers }) => layer.ask(request, { before: headers }) };
  const guard = madeBy(value, KnownGuard);
  if (guard)
    return {
      errors: false,
      ask: (request, { headers }) => guard.ask(credentialsOf(request)).map((one) => ({ ...one, headers })),
    };
  if (madeBy(value, BodyParser))
    return {
      errors: false,
      ask: (_request, { headers }) => [{ headers, end: { is: 'passes' }, unclear: false }],
    };
  const code = codeOf(value);
  // `next('route')` leaves out the rest of the route, which is not followed.
  if (!code || SKIPS.test(around.sources.text(code))) return undefined;
  const { parameters } = code.body();
  if (parameters.length > 4) return undefined;
  const errors = parameters.length === 4;
  const roles: Roles = errors ? { request: 1, response: 2, next: 3 } : { request: 0, response: 1, next: 2 };
  const handling = new Handling({ value: value as Obj, code }, roles, around);
  return { errors, ask: (request, before) => handling.after(request, before) };
}

/** The code that runs when the value is called, if that is known: also of `this.list.bind(this)`. */
export function codeOf(value: Value): FunctionCode | undefined {
  if (value instanceof Choice || value.type !== 'object') return undefined;
  const { nature } = value;
  if (nature.is === 'function') return nature.code;
  if (nature.is !== 'native' || nature.name !== 'bound') return undefined;
  const [fn, , ...first] = nature.holds ?? [];
  return fn && first.length === 0 ? codeOf(fn) : undefined;
}

/** The status that stands on the response when the request goes on, if one was set. */
export function leftBy({ end }: Outcome<Place>): number | 'unknown' | undefined {
  return end.is === 'passes' || end.is === 'fails' ? end.left : undefined;
}

function credentialsOf({ method, headers }: Request): 'none' | 'any' {
  if (method === 'OPTIONS') return 'none';
  return headers.has('cookie') || headers.has('authorization') ? 'any' : 'none';
}

/** A function of the app, run on a request of which all is known that a page decides. */
class Handling extends HandWritten {
  readonly #given: ReadonlySet<Credential>;
  readonly #setsStatus: boolean;
  /** The status that is set before. */
  #left: number | 'unknown' | undefined;
  /** Where the error was made that it looks after. */
  #error: Place | undefined;

  constructor(
    fn: { readonly value: Obj; readonly code: FunctionCode },
    roles: Roles,
    { run, sources, guard, given }: Surroundings,
  ) {
    super(run, fn.value, roles, guard, 'hangs', fn.value.at);
    this.#given = given;
    this.#setsStatus = /status/i.test(sources.text(fn.code));
  }

  after(request: Request, before: Outcome<Place>): readonly Outcome<Place>[] {
    const { headers, end } = before;
    this.#left = leftBy(before);
    if (end.is !== 'fails') return this.ask(request, { before: headers });
    this.#error = { ...(end.cause ?? this.at) };
    return this.ask(request, { before: headers }).map((one) =>
      // `next(err)`: the same error goes on.
      one.end.is === 'fails' && one.end.cause === this.#error && !this.#setsStatus ? { ...one, end } : one,
    );
  }

  protected override other(index: number): Value {
    const error = this.#error;
    return error ? this.run.unknown('parameter', error, { key: 'error', truthy: true }) : super.other(index);
  }

  protected override begin(request: Request, before: ReadonlyMap<string, Said<Place>>): Exchange {
    const { run, at } = this;
    const exchange = new SentExchange(run, request, before, at, credentialsOf(request), this.#given);
    const left = this.#left;
    if (left !== undefined)
      exchange.status(
        left === 'unknown' ? run.unknown('parameter', at, { kind: 'number' }) : known(left, at),
        at,
      );
    return exchange;
  }
}
