/**
 * The middleware of this package: what its options come to says `src/policy/safe`, which the middleware itself is judged
 * by. Here the options are found in code.
 */
import type {
  Asking,
  Fault,
  Outcome,
  Policy,
  Remedy,
  Request,
  WrittenName,
  WrittenOrigin,
} from '../../policy/policy.ts';
import {
  MORE,
  readSafeOptions,
  SAFE_LIBRARY,
  SAFE_MODULE,
  SAFE_OPTIONS,
  UNKNOWN,
  type OptionPath,
} from '../../policy/safe/options.ts';
import { SafePolicy, type Admission } from '../../policy/safe/policy.ts';
import type { Place } from '../code.ts';
import { consult } from '../requests/callback.ts';
import { Exchange } from '../requests/exchange.ts';
import type { Run } from '../run.ts';
import { Choice, combinations, type Guard, type Tree } from '../run/tree.ts';
import { known, NOWHERE, type Absent, type Leaf, type Native, type Obj, type Value } from '../run/value.ts';
import { FROM_ORIGIN } from '../run/watch.ts';
import { Layer, LayerMaker, UNCLEAR, watched } from './layer.ts';
import type { Library } from './library.ts';
import { listsOf, MOST_COMBINATIONS, readObject, uniqueBy } from './options.ts';
import { isCallable } from './origin-option.ts';

/** Deeper than any option lies. */
const DEEPEST = 4;

/** `cors`. `wraps`: what it makes takes handlers of its own, and is mounted nowhere. */
class SafeCors extends LayerMaker {
  constructor(readonly wraps: boolean) {
    super();
  }

  override get(run: Run, _self: Obj, key: string): Value | undefined {
    return key === '()' ? run.native('cors', makerOf(this.wraps)) : undefined;
  }
}

function makerOf(wraps: boolean): Native {
  return (run, { args, open, at }) => {
    const given = args[0] ?? (open ? run.unknown('parameter', at) : run.undefined(at));
    const found = read(run, run.guard, given, at);
    // Other policies for some paths are policies of their own.
    for (const { options } of found.policies)
      for (const [, route] of options.routes)
        run.make(new SafeLayer(run, run.guard, at, [new SafePolicy(route, found.consult)], true), at);
    return run.make(new SafeLayer(run, run.guard, at, found.policies, wraps), at);
  };
}

/** A list whose content is the environment's. */
const originsFromEnv: Native = (run, { at }) => run.array([], at, run.unknown('environment', at));

function libraryOf(module: string, wraps: boolean): Library {
  return {
    modules: [module],
    triggers: [module],
    exports(run) {
      const exported = run.plain(NOWHERE);
      run.put(exported, 'cors', run.make(new SafeCors(wraps), NOWHERE), NOWHERE);
      run.put(exported, 'originsFromEnv', run.native('originsFromEnv', originsFromEnv), NOWHERE);
      exported.open = run.unknown('a construct that is not modelled', NOWHERE, { truthy: true });
      return exported;
    },
  };
}

export const safeCorsLibraries: readonly Library[] = [
  libraryOf(SAFE_MODULE, false),
  libraryOf(`${SAFE_MODULE}/fetch`, true),
];

interface Found {
  readonly policies: readonly SafePolicy<Place>[];
  readonly consult: (check: unknown, request: Request, cause: Place) => readonly Admission<Place>[];
}

/** The options as they are when the middleware is made, which is when it reads them. */
function read(run: Run, guard: Guard, given: Value, at: Place): Found {
  const functions = new Map<unknown, Obj>();
  const consulted: Found['consult'] = (check, request, cause) =>
    askFunction(run, guard, functions.get(check), request, cause);
  const policies = (combinations(run.decisions, guard, [given], MOST_COMBINATIONS) ?? [[undefined]]).flatMap(
    ([leaf]) =>
      (leaf ? plainOptions(run, guard, leaf, at, functions) : [{ given: UNKNOWN, at: () => at }]).map(
        (plain) => new SafePolicy(readSafeOptions(plain.given, plain.at), consulted),
      ),
  );
  return { policies, consult: consulted };
}

/** An object of options with what is not known marked, and where each of its parts stands. */
interface Plain {
  readonly given: unknown;
  readonly at: (path: OptionPath) => Place;
}

function plainOptions(
  run: Run,
  guard: Guard,
  leaf: Leaf,
  at: Place,
  functions: Map<unknown, Obj>,
): readonly Plain[] {
  const isBag = leaf.type === 'object' && leaf.nature.is === 'plain' && !isAddress(leaf);
  if (!isBag) {
    const { places, plain } = new Plainer(run, guard, functions).start();
    return [{ given: plain(leaf, [], at), at: (path) => places(path) ?? at }];
  }
  return readObject(run, guard, leaf, SAFE_OPTIONS).map((options) => {
    const { places, plain } = new Plainer(run, guard, functions).start();
    const given: Record<string, unknown> = {};
    for (const [name, slot] of run.entries(leaf))
      given[name] = plain(here(run, guard, slot.value), [name], slot.at);
    for (const [name, one] of Object.entries(options ?? {}))
      if (one.value.type !== 'absent') given[name] = plain(one.value, [name], one.at);
      else delete given[name];
    return {
      given: options ? given : UNKNOWN,
      at: (path) => (path.length === 0 ? leaf.at : (places(path) ?? (leaf.at.end > 0 ? leaf.at : at))),
    };
  });
}

/** An object of options as plain JavaScript, and where it stands, if it is written at all. */
export interface PlainBag {
  readonly given: Readonly<Record<string, unknown>>;
  readonly at: Place | undefined;
}

/**
 * One object of options, as it is written; nothing if it is none, or is not known.
 *
 * @param given `undefined` in it stands for options that are not written.
 */
export function plainBag(run: Run, guard: Guard, given: Value): PlainBag | undefined {
  const leaf = here(run, guard, given);
  if (leaf?.type === 'known' && leaf.value === undefined) return { given: {}, at: undefined };
  if (leaf?.type !== 'object' || leaf.nature.is !== 'plain' || leaf.open) return undefined;
  const [plain, ...others] = plainOptions(run, guard, leaf, leaf.at, new Map());
  return plain && others.length === 0 && typeof plain.given === 'object'
    ? { given: plain.given as Readonly<Record<string, unknown>>, at: leaf.at }
    : undefined;
}

function here(run: Run, guard: Guard, value: Tree<Leaf | Absent>): Leaf | Absent | undefined {
  const now = run.decisions.under(guard, value);
  return now instanceof Choice ? undefined : now;
}

/** `new URL(…)`, which is no bag of options. */
function isAddress({ slots }: Obj): boolean {
  return ['href', 'searchParams', 'toJSON'].every((name) => slots.has(name));
}

/** Makes values plain JavaScript, and notes where each stands. */
class Plainer {
  readonly #places = new Map<string, Place>();

  constructor(
    readonly run: Run,
    readonly guard: Guard,
    readonly functions: Map<unknown, Obj>,
  ) {}

  start() {
    return {
      plain: (leaf: Leaf | Absent | undefined, path: OptionPath, at: Place): unknown =>
        this.#plain(leaf, path, at),
      places: (path: OptionPath): Place | undefined => this.#placeOf(path),
    };
  }

  /** What is not there is missing from what it would stand in. */
  #placeOf(path: OptionPath): Place | undefined {
    for (let length = path.length; length > 0; length--) {
      const place = this.#places.get(JSON.stringify(path.slice(0, length)));
      if (place) return place;
    }
    return undefined;
  }

  #plain(leaf: Leaf | Absent | undefined, path: OptionPath, at: Place): unknown {
    if (leaf === undefined || leaf.type === 'unknown' || path.length > DEEPEST) return UNKNOWN;
    const place = leaf.type !== 'absent' && leaf.at.end > 0 ? leaf.at : at;
    this.#places.set(JSON.stringify(path), place);
    if (leaf.type === 'absent') return undefined;
    if (leaf.type === 'known') return leaf.value;
    if (isCallable(leaf)) return this.#function(leaf);
    switch (leaf.nature.is) {
      case 'plain':
        return this.#bag(leaf, path);
      case 'array':
        return this.#list(leaf, path, place);
      case 'regexp':
        return expression(leaf.nature.source, leaf.nature.flags);
      case 'set':
        return new Set();
      case 'map':
        return new Map();
      case 'promise':
        return Promise.resolve();
      default:
        return UNKNOWN;
    }
  }

  #function(leaf: Obj): () => void {
    const marker = (): void => undefined;
    this.functions.set(marker, leaf);
    return marker;
  }

  #bag(object: Obj, path: OptionPath): unknown {
    if (object.open) return UNKNOWN;
    if (isAddress(object)) return new URL('https://example.com');
    const bag: Record<string, unknown> = {};
    for (const [name, slot] of this.run.entries(object)) {
      if (slot.getter) return UNKNOWN;
      bag[name] = this.#plain(here(this.run, this.guard, slot.value), [...path, name], slot.at);
    }
    // A look-up is asked as a function is.
    const { lookup } = bag;
    const fn = this.functions.get(lookup);
    if (fn) this.functions.set(bag, fn);
    return bag;
  }

  #list(object: Obj, path: OptionPath, at: Place): unknown {
    const lists = listsOf(this.run, this.guard, object);
    const [list] = lists;
    if (!list || lists.length > 1) return [UNKNOWN];
    const items = list.items.map((item, index) =>
      this.#plain(here(this.run, this.guard, item), [...path, index], at),
    );
    if (!list.open) return items;
    const { deps } = list.open;
    // What the environment lists was made for such a list; what other code puts there may be anything, at any time.
    return [...items, deps.size > 0 && [...deps].every((one) => one.startsWith('env:')) ? MORE : UNKNOWN];
  }
}

function expression(source: string, flags: string): unknown {
  try {
    return new RegExp(source, flags);
  } catch {
    return UNKNOWN;
  }
}

/** What the function says: only exactly `true` lets in, and what it throws refuses. */
function askFunction(
  run: Run,
  guard: Guard,
  fn: Obj | undefined,
  request: Request,
  cause: Place,
): readonly Admission<Place>[] {
  const unknown = [{ admitted: undefined, cause }];
  if (!fn) return unknown;
  const exchange = new Exchange(run, request, new Map(), cause);
  const context = run.plain(cause);
  run.put(context, 'request', exchange.req, cause);
  run.put(context, 'signal', run.unknown('a construct that is not modelled', cause, { truthy: true }), cause);
  const args = [known(request.headers.get('origin') ?? '', cause, FROM_ORIGIN), context];
  const said = consult(
    run,
    guard,
    fn,
    args,
    cause,
    (verdicts) =>
      verdicts.map((verdict): Admission<Place> => {
        if (verdict.is === 'fails') return { admitted: false, cause };
        if (verdict.is !== 'says') return { admitted: undefined, cause };
        const { value } = verdict;
        const at = value.at.end > 0 ? value.at : cause;
        if (value.type === 'known') return { admitted: value.value === true, cause: at };
        return value.type === 'object' || value.truthy === false || value.kind === 'string'
          ? { admitted: false, cause }
          : { admitted: undefined, cause };
      }),
    { returns: true },
  );
  return said && said.length > 0 ? said : unknown;
}

/** What `cors(options)` of this package returns; several policies where something in the options is open. */
class SafeLayer extends Layer {
  readonly library = SAFE_LIBRARY;
  readonly keepsVary = true;

  constructor(
    readonly run: Run,
    readonly guard: Guard,
    at: Place,
    readonly policies: readonly SafePolicy<Place>[],
    override readonly standsAlone: boolean,
  ) {
    super(at);
  }

  ask(request: Request, asking: Asking<Place> = {}): readonly Outcome<Place>[] {
    if (this.policies.length === 0) return [UNCLEAR];
    return watched(this.run, this.guard, asking, () =>
      this.policies.flatMap((one) => one.ask(request, asking)),
    );
  }

  get origins(): readonly WrittenOrigin<Place>[] {
    return uniqueBy(
      this.#all((one) => one.origins),
      ({ cause, text }) => `${cause.start}${text}`,
    );
  }

  get credentials(): Place | undefined {
    return this.policies.find(({ credentials }) => credentials)?.credentials;
  }

  get allowedHeaders(): Place | undefined {
    return this.policies.find(({ allowedHeaders }) => allowedHeaders)?.allowedHeaders;
  }

  get names(): readonly WrittenName<Place>[] {
    return uniqueBy(
      this.#all((one) => one.names),
      ({ cause, text, in: list }) => `${list}${cause.start}:${text}`,
    );
  }

  get maxAge(): Policy<Place>['maxAge'] {
    const [only, ...others] = this.policies.map(({ maxAge }) => maxAge);
    return only && others.length === 0 ? only : { at: this.at, missing: false };
  }

  get faults(): readonly Fault<Place>[] {
    return uniqueBy(
      this.#all((one) => one.faults),
      ({ cause, code }) => `${code}${cause.start}`,
    );
  }

  mended(remedy: Remedy, fault: Readonly<Record<string, string>>): SafeLayer | undefined {
    const mended = this.policies.flatMap((one) => one.mended(remedy, fault) ?? []);
    return mended.length === this.policies.length
      ? new SafeLayer(this.run, this.guard, this.at, mended, this.standsAlone)
      : undefined;
  }

  #all<T>(from: (one: SafePolicy<Place>) => readonly T[]): readonly T[] {
    return this.policies.flatMap(from);
  }
}
