/** What stands around every program: `process`, `Object`, `Array`, `Set`, `Promise` ... as far as it decides about CORS. */
import type { Place, Primitive } from '../code.ts';
import { text } from '../run/operators.ts';
import { whole } from '../run/promises.ts';
import type { Run } from '../run.ts';
import { Choice, type Guard } from '../run/tree.ts';
import {
  depsOf,
  known,
  NOWHERE,
  type Leaf,
  type List,
  type Native,
  type Obj,
  type Settling,
  type Value,
} from '../run/value.ts';
import { distinct } from './lists.ts';
import { canParse, legacyParse, newUrl, parseUrl } from './urls.ts';

type Make = (run: Run) => Value;

/** Nothing that matters happens, and nothing useful comes back. */
const nothing: Native = (run, { at }) => run.undefined(at);

function object(
  run: Run,
  name: string,
  members: Record<string, Native>,
  call?: Native,
  construct?: Native,
): Obj {
  const made = call ? run.native(name, call, construct) : run.plain(NOWHERE);
  for (const [key, member] of Object.entries(members))
    run.put(made, key, run.native(`${name}.${key}`, member), NOWHERE);
  made.open = run.unknown('global', NOWHERE, { key: `global:${name}` });
  return made;
}

/** Converts each leaf of the first argument, if it is known. */
function convert(
  kind: 'string' | 'number' | 'boolean',
  work: (value: never) => string | number | boolean,
): Native {
  return (run, { args, at, open }) =>
    run.lift([args[0] ?? run.undefined()], ([leaf]) => {
      const given = leaf as Leaf;
      if (args.length === 0 && !open)
        return known(kind === 'string' ? '' : kind === 'number' ? 0 : false, at);
      if (given.type === 'known' && !(kind === 'number' && args.length > 1))
        return known(work(given.value as never), at);
      if (kind === 'string' && !open) return text(run, given, at);
      if (kind === 'boolean') return run.boolean(run.truth(given), at);
      const deps = given.type === 'unknown' ? given.deps : undefined;
      return run.unknown('computed from something unknown', at, {
        key: `${kind}(${run.keyOf(given)})`,
        kind,
        ...(deps && { deps }),
      });
    });
}

const freeze: Native = (run, { args, at }) =>
  run.lift([args[0] ?? run.undefined(at)], ([leaf]) => {
    if (leaf?.type === 'object') run.freeze(leaf);
    return leaf as Leaf;
  });

/** What is sealed can still be written, in part: what it holds is not followed further. */
const seal: Native = (run, { args, at }) => {
  const value = args[0] ?? run.undefined(at);
  run.escape(value, at);
  return value;
};

const assign: Native = (run, { args, at, open }) =>
  run.lift([args[0] ?? run.undefined()], ([leaf]) => {
    const target = leaf as Leaf;
    if (target.type !== 'object') {
      run.escape(target, at);
      return target;
    }
    for (const source of args.slice(1)) run.assignInto(target, source);
    if (open) run.assignInto(target, run.unknown('computed from something unknown', at));
    return target;
  });

/** With a descriptor that is known: compilers write `__esModule`, and what a module exports again, in this way. */
const defineProperty: Native = (run, { args, at, open }) => {
  const [target, key, given] = args.map((arg) => run.here(arg));
  const isKnown =
    !open && isPlain(target) && isPlain(given) && !given.open && key && 'type' in key && key.type === 'known';
  const holds = (name: string): Value | undefined =>
    isKnown && given.slots.has(name) ? run.here(run.get(given, name, at)) : undefined;
  const [value, getter] = [holds('value'), holds('get')];
  if (isKnown && value !== undefined) run.put(target, String(key.value), value, at);
  else if (isKnown && run.guard === true && getter && 'type' in getter && getter.type === 'object')
    run.accessor(target, String(key.value), 'get', getter, at);
  else for (const arg of args) run.escape(arg, at);
  return target ?? run.undefined(at);
};

function isPlain(value: Value | undefined): value is Obj {
  return value !== undefined && 'type' in value && value.type === 'object' && value.nature.is === 'plain';
}

/** `Object.keys`, `values` and `entries` of an object that is known whole. */
function listing(pick: (run: Run, key: string, value: () => Value, at: Place) => Value): Native {
  return (run, { args, at }) =>
    run.lift([args[0] ?? run.undefined()], ([leaf]) => {
      const from = leaf as Leaf;
      const deps = from.type === 'object' ? (from.open?.deps ?? depsOf(from)) : depsOf(from);
      const open = (): Obj => run.array([], at, run.unknown('computed from something unknown', at, { deps }));
      if (from.type !== 'object') return open();
      if (from.nature.is === 'array')
        return run.withList(from, (list) =>
          list.open
            ? open()
            : run.array(
                list.items.map((item, index) => pick(run, String(index), () => item, at)),
                at,
              ),
        );
      if (from.open || from.nature.is !== 'plain') return open();
      const items = run.entries(from).map(([key, slot]) => ({
        value: pick(run, key, () => run.get(from, key, slot.at), slot.at),
        there: run.there(slot),
      }));
      return run.arrayOf(run.gather(items, at), at);
    });
}

/** Inherits what the other has. */
const create: Native = (run, { args, at, open }) => {
  const made = run.plain(at);
  const parent = run.here(args[0] ?? run.undefined());
  if (!open && args.length === 1 && !(parent instanceof Choice) && parent.type === 'object')
    made.proto = parent;
  else if (open || args.length !== 1 || parent instanceof Choice || parent.type !== 'known')
    made.open = run.unknown('a construct that is not modelled', at);
  return made;
};

const fromEntries: Native = (run, { args, at }) => {
  const made = run.plain(at);
  const given = run.here(args[0] ?? run.undefined());
  const lists = given instanceof Choice ? undefined : run.iterate(given, at);
  if (lists === undefined || lists instanceof Choice || lists.open) {
    made.open = run.unknown('computed from something unknown', at);
    return made;
  }
  for (const pair of lists.items) {
    const key = run.here(run.get(pair, '0', at));
    if (key instanceof Choice || key.type !== 'known')
      run.forget(made, run.unknown('computed from something unknown', at));
    else run.put(made, String(key.value), run.get(pair, '1', at), at);
  }
  return made;
};

/** Whether the object itself has that property. */
function owns(run: Run, object: Value, key: Value, at: Place): Value {
  return run.lift([object, key], ([leaf, name]) => {
    const [from, property] = [leaf as Leaf, name as Leaf];
    const unclear = (): Value => run.unknown('computed from something unknown', at, { kind: 'boolean' });
    if (from.type !== 'object' || property.type !== 'known' || from.nature.is !== 'plain') return unclear();
    const slot = from.slots.get(String(property.value));
    if (slot) return run.boolean(run.there(slot), at);
    return from.open ? unclear() : known(false, at);
  });
}

const hasOwnProperty: Native = (run, { self, args, at }) => owns(run, self, args[0] ?? run.undefined(), at);
const tellsNothing: Native = (run, { at }) => run.unknown('a construct that is not modelled', at);

/** Methods that every object has: they change nothing. */
export const OBJECT_METHODS: Record<string, Native> = {
  hasOwnProperty,
  toString: tellsNothing,
  toLocaleString: tellsNothing,
  valueOf: tellsNothing,
  isPrototypeOf: tellsNothing,
  propertyIsEnumerable: tellsNothing,
};

const collection =
  (is: 'set' | 'map'): Native =>
  (run, { args, at, open }) => {
    const made = run.object({ is }, at);
    const from = run.here(args[0] ?? run.undefined());
    if (open || from instanceof Choice || from.type === 'unknown') {
      made.list = {
        items: [],
        open: run.unknown(
          'computed from something unknown',
          at,
          from instanceof Choice ? {} : from.type === 'unknown' ? { deps: from.deps } : {},
        ),
      };
    } else if (from.type === 'object' || typeof from.value === 'string') {
      const lists = run.iterate(from, at);
      made.list = run.decisions.map<List, List>(lists, (list) =>
        is === 'set' ? distinct(run, list, at) : distinctKeys(run, list, at),
      );
    }
    return made;
  };

/** The entries of a Map, if every key is known and stands there once. */
function distinctKeys(run: Run, list: List, at: Place): List {
  const keys = new Set<unknown>();
  for (const pair of list.items) {
    const key = run.here(run.get(pair, '0', at));
    if (key instanceof Choice || key.type !== 'known') break;
    keys.add(key.value);
  }
  return keys.size === list.items.length
    ? list
    : { items: [], open: run.unknown('computed from something unknown', at) };
}

const arrayFrom: Native = (run, call) =>
  run.lift([call.args[0] ?? run.undefined()], ([leaf]) => {
    const list = run.iterate(leaf as Leaf, call.at);
    const array = run.array([], call.at);
    array.list = list;
    const mapper = call.args[1];
    return mapper
      ? run.call(
          run.get(array, 'map', call.at),
          array,
          { args: [mapper], places: [call.at], open: false },
          call.at,
        )
      : array;
  });

/** `new Array(3)` has three elements that are not there, which read as `undefined`. */
const newArray: Native = (run, { args, open, at }) => {
  const [length] = args;
  if (!open && args.length === 1 && length !== undefined && !(length instanceof Choice)) {
    if (
      length.type === 'known' &&
      typeof length.value === 'number' &&
      length.value >= 0 &&
      length.value <= 1000
    )
      return run.array(
        Array.from({ length: length.value }, () => run.undefined(at)),
        at,
      );
    if (length.type === 'object' || (length.type === 'known' && typeof length.value !== 'number'))
      return run.array(args, at);
  }
  return args.length === 1 || open
    ? run.array([], at, run.unknown('computed from something unknown', at))
    : run.array(args, at);
};

/** A regular expression made of known text is one that was written. */
const regexp: Native = (run, { args, at, open }) => {
  const [source, flags] = args.map((arg) => run.here(arg));
  const text = (value: Value | undefined): string | undefined =>
    value === undefined || value instanceof Choice || value.type !== 'known'
      ? undefined
      : String(value.value);
  if (!open && source && !(source instanceof Choice)) {
    const known =
      source.type === 'object' && source.nature.is === 'regexp' ? source.nature.source : text(source);
    const given =
      flags === undefined
        ? source.type === 'object' && source.nature.is === 'regexp'
          ? source.nature.flags
          : ''
        : text(flags);
    if (known !== undefined && given !== undefined)
      return run.object({ is: 'regexp', source: known, flags: given }, at);
  }
  run.mayThrow();
  return run.unknown('computed from something unknown', at, { truthy: true });
};

/** An object of a built-in class whose inside does not matter here: it is there, and it is no string. */
const someObject: Native = (run, { at }) => {
  const made = run.plain(at);
  made.open = run.unknown('a construct that is not modelled', at);
  return made;
};

/** An error has a name, a message and a stack, and no `status` unless it is given one. */
function error(name: string): Native {
  return (run, { args, at }) => {
    const made = run.plain(at);
    run.put(made, 'name', known(name, at), at);
    const [message] = args;
    run.put(made, 'message', message === undefined ? known('', at) : text(run, message, at), at);
    const stack = run.unknown('a construct that is not modelled', at, { kind: 'string', truthy: true });
    run.put(made, 'stack', stack, at);
    return made;
  };
}

/** What becomes of a value that is awaited. */
function settlingOf(run: Run, value: Value | undefined, at: Place): Settling | undefined {
  const now = run.here(value ?? run.undefined(at));
  if (now instanceof Choice || now.type === 'unknown') return undefined;
  if (now.type === 'object' && now.nature.is === 'promise') return whole(run, now.nature.promise);
  return {
    value: now,
    phase: run.phase,
    rejected: false,
    reason: run.undefined(),
    mayFail: false,
    later: [],
  };
}

/** Nobody knows what comes of it, or when what it holds up is written. */
const somePromise: Native = (run, { at }) =>
  run.promise(run.unknown('call of something unknown', at), at, { phase: run.phase + 1, mayFail: true });

const promises: Record<string, Native> = {
  resolve: (run, { args, at }) => {
    const value = run.here(args[0] ?? run.undefined(at));
    return !(value instanceof Choice) && value.type === 'object' && value.nature.is === 'promise'
      ? value
      : run.promise(value, at);
  },
  reject: (run, { args, at }) =>
    run.promise(run.undefined(at), at, { rejected: run.guard, reason: args[0] ?? run.undefined(at) }),
  all: (run, call) => {
    const { args, at } = call;
    const given = run.here(args[0] ?? run.undefined());
    const lists = given instanceof Choice ? undefined : run.iterate(given, at);
    if (lists === undefined || lists instanceof Choice || lists.open) return somePromise(run, call);
    const all = lists.items.map((item) => settlingOf(run, item, at));
    if (!all.every((one) => one !== undefined)) return somePromise(run, call);
    let rejected = false as Guard;
    let reason: Value = run.undefined(at);
    for (const one of all) {
      reason = run.pick(rejected, reason, one.reason);
      rejected = run.decisions.or(rejected, one.rejected);
    }
    return run.promise(
      run.array(
        all.map(({ value }) => value),
        at,
      ),
      at,
      {
        phase: Math.max(run.phase, ...all.map(({ phase }) => phase)),
        rejected,
        reason,
        mayFail: all.some(({ mayFail }) => mayFail),
        later: all.flatMap(({ later }) => later),
      },
    );
  },
};

/** `new Promise((resolve, reject) => …)`: the function runs at once, and may settle it then or later. */
const newPromise: Native = (run, { args, at }) => {
  let value: Value = run.undefined(at);
  let [resolved, rejected] = [false as Guard, false as Guard];
  let reason: Value = run.undefined(at);
  const settle = (work: (given: Value, guard: Guard) => void): Value =>
    run.native('settle', (inner, call) => {
      const open = inner.decisions.not(inner.decisions.or(resolved, rejected));
      work(call.args[0] ?? inner.undefined(at), inner.decisions.and(inner.guard, open));
      return inner.undefined(at);
    });
  const before = run.guard;
  const attempt = run.attempt(() => {
    const given = [
      settle((one, guard) => {
        value = run.pick(guard, one, value);
        resolved = run.decisions.or(resolved, guard);
      }),
      settle((one, guard) => {
        reason = run.pick(guard, one, reason);
        rejected = run.decisions.or(rejected, guard);
      }),
    ];
    run.call(args[0] ?? run.undefined(), run.undefined(), { args: given, places: [at, at], open: false }, at);
  });
  const threw = run.decisions.and(attempt.rejected, run.decisions.not(resolved));
  rejected = run.decisions.or(rejected, threw);
  reason = run.pick(threw, attempt.reason, reason);
  const settled = run.decisions.under(before, run.decisions.or(resolved, rejected)) === true;
  if (!settled) run.wait(args[0] ?? run.undefined());
  return run.promise(settled ? value : run.unknown('call of something unknown', at), at, {
    phase: run.phase + (settled ? 0 : 1),
    rejected: settled ? rejected : false,
    reason,
    mayFail: attempt.mayFail || !settled,
  });
};

/** `f.call`, `f.apply`, `f.bind`. */
export const FUNCTION_METHODS: Record<string, Native> = {
  call: (run, { self, args, open, at, places }) =>
    run.call(self, args[0] ?? run.undefined(), { args: args.slice(1), places: places.slice(1), open }, at),
  apply: (run, { self, args, at }) => {
    const list = run.here(args[1] ?? run.undefined());
    const given = list instanceof Choice ? undefined : run.iterate(list, at);
    const items = given === undefined || given instanceof Choice ? undefined : (given as List);
    return run.call(
      self,
      args[0] ?? run.undefined(),
      {
        args: items?.items ?? [],
        places: items?.items.map(() => at) ?? [],
        open: !items || items.open !== undefined,
      },
      at,
    );
  },
  bind: (run, { self, args, at }) => {
    const [bound, ...first] = args;
    return run.object(
      {
        is: 'native',
        name: 'bound',
        holds: [self, ...args],
        call: (inner, call) =>
          inner.call(
            self,
            bound ?? inner.undefined(),
            {
              args: [...first, ...call.args],
              places: [...first.map(() => at), ...call.places],
              open: call.open,
            },
            call.at,
          ),
      },
      at,
    );
  },
};

function callback(run: Run, callee: Value, args: readonly Value[], at: Place): Value {
  return run.call(callee, run.undefined(), { args, places: args.map(() => at), open: false }, at);
}

/** `undefined`, or nothing at all, is no callback. */
function given(run: Run, value: Value | undefined): Value | undefined {
  if (value === undefined) return undefined;
  const now = run.here(value);
  return !(now instanceof Choice) && now.type === 'known' ? undefined : now;
}

/** A promise's callbacks run later; what they are given is known if the promise's value is. */
export const PROMISE_METHODS: Record<string, Native> = {
  then: (run, { self, args, at }) => {
    const [onFulfilled, onRejected] = [given(run, args[0]), given(run, args[1])];
    const promise = settlingOf(run, self, at);
    if (onFulfilled !== undefined && onRejected !== undefined && promise && !promise.mayFail) {
      const { rejected, reason } = promise;
      const holds = [onFulfilled, onRejected];
      const either = run.object({ is: 'native', name: 'then', call: nothing, holds }, at);
      return run.afterwards({ ...promise, rejected: false }, either, at, (settle) => {
        // What is thrown by the one is not caught by the other.
        const value = settle();
        return run.both(
          rejected,
          () => callback(run, onRejected, [reason], at),
          () => callback(run, onFulfilled, [value], at),
        );
      });
    }
    // Of two ways to go on, one is not followed.
    if (onRejected !== undefined) run.wait(onRejected);
    if (onFulfilled === undefined) return self;
    return run.afterwards(promise, onFulfilled, at, (settle) => callback(run, onFulfilled, [settle()], at));
  },
  catch: (run, { self, args, at }) => {
    const onRejected = given(run, args[0]);
    const promise = settlingOf(run, self, at);
    if (onRejected === undefined) return self;
    return run.afterwards(
      promise && { ...promise, rejected: false, mayFail: false },
      onRejected,
      at,
      (settle) => {
        const fails =
          promise && !promise.mayFail
            ? promise.rejected
            : run.decisions.or(
                promise?.rejected ?? false,
                run.truth(run.unknown('call of something unknown', at, { kind: 'boolean' })),
              );
        const error =
          promise && !promise.mayFail ? promise.reason : run.unknown('call of something unknown', at);
        return run.both(fails, () => callback(run, onRejected, [error], at), settle);
      },
    );
  },
  finally: (run, { self, args, at }) => {
    const onSettled = given(run, args[0]);
    if (onSettled === undefined) return self;
    return run.afterwards(settlingOf(run, self, at), onSettled, at, (settle) => {
      callback(run, onSettled, [], at);
      return settle();
    });
  },
};

/** `decodeURIComponent(text)` and the like, which throw at what is not well-formed. */
const encoding =
  (work: (text: string) => string): Native =>
  (run, { args, at }) =>
    run.lift([args[0] ?? run.undefined()], ([leaf]) => {
      const given = leaf as Leaf;
      const deps = depsOf(given);
      if (given.type === 'known' && String(given.value).length <= LONGEST_ENCODED) {
        try {
          return known(work(String(given.value)), at, deps);
        } catch {
          return run.fail(at);
        }
      }
      run.mayThrow();
      return run.unknown('computed from something unknown', at, { deps, kind: 'string' });
    });

const LONGEST_ENCODED = 20_000;

/** A function that is called later, if at all. */
const later: Native = (run, { args, at }) => {
  for (const arg of args) run.wait(arg);
  return run.unknown('call of something unknown', at, { truthy: true });
};

const environmentModule: Make = (run) => {
  const process = object(run, 'process', {
    on: later,
    once: later,
    cwd: (inner, { at }) => inner.unknown('global', at, { key: 'cwd', kind: 'string', truthy: true }),
    exit: (inner) => inner.exit(),
    abort: (inner) => inner.exit(),
    nextTick: later,
  });
  run.put(process, 'env', run.object({ is: 'environment' }, NOWHERE), NOWHERE);
  return process;
};

const DEEPEST_DATA = 20;

/** The value as data, if it is nothing else and known whole. */
function plainData(run: Run, value: Value, depth: number): { readonly value: unknown } | undefined {
  const now = run.here(value);
  if (now instanceof Choice || now.type === 'unknown' || depth > DEEPEST_DATA) return undefined;
  if (now.type === 'known') return typeof now.value === 'bigint' ? undefined : now;
  const list = run.listOf(now);
  if (now.nature.is === 'array') {
    if (!list || list.open) return undefined;
    const items = list.items.map((item) => plainData(run, item, depth + 1));
    return items.every((item) => item !== undefined) ? { value: items.map((item) => item.value) } : undefined;
  }
  if (now.nature.is !== 'plain') return undefined;
  for (let holder: Obj | undefined = now; holder; holder = holder.proto)
    if (holder.open || holder.slots.has('toJSON')) return undefined;
  const data: Record<string, unknown> = {};
  for (const [key, slot] of run.entries(now)) {
    const inner =
      run.there(slot) !== true ? undefined : plainData(run, run.get(now, key, slot.at), depth + 1);
    if (!inner || key === 'toJSON' || key === '__proto__') return undefined;
    data[key] = inner.value;
  }
  return { value: data };
}

function fromData(run: Run, data: unknown, at: Place): Value {
  if (typeof data !== 'object' || data === null) return known(data as Primitive, at);
  run.decisions.spend();
  if (Array.isArray(data))
    return run.array(
      data.map((item) => fromData(run, item, at)),
      at,
    );
  const object = run.plain(at);
  for (const [key, value] of Object.entries(data)) run.put(object, key, fromData(run, value, at), at);
  return object;
}

const stringify: Native = (run, { args, at }) => {
  const data = plainData(run, args[0] ?? run.undefined(), 0);
  const indent = args[2] === undefined ? undefined : plainData(run, args[2], 0);
  const plain = args[1] === undefined || plainData(run, args[1], 0)?.value === null;
  if (data && plain && (args[2] === undefined || indent))
    return known(JSON.stringify(data.value, undefined, indent?.value as number | undefined), at);
  if (args[1] !== undefined) run.wait(args[1]);
  return run.unknown('computed from something unknown', at);
};

const LONGEST_JSON = 20_000;

const parse: Native = (run, { args, at }) =>
  run.lift([args[0] ?? run.undefined()], ([leaf]) => {
    const text = leaf as Leaf;
    if (text.type === 'known' && args.length === 1 && String(text.value).length <= LONGEST_JSON) {
      const parsed = tryParse(String(text.value));
      return parsed ? fromData(run, parsed.value, at) : run.fail(at);
    }
    run.mayThrow();
    return run.unknown(
      'computed from something unknown',
      at,
      text.type === 'unknown' && args.length === 1 ? { key: `JSON(${text.key})`, deps: text.deps } : {},
    );
  });

function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

const MAKERS: Record<string, Make> = {
  process: environmentModule,
  console: (run) =>
    object(
      run,
      'console',
      Object.fromEntries(
        'log info warn error debug trace table dir assert group groupEnd time timeEnd'
          .split(' ')
          .map((name) => [name, nothing]),
      ),
    ),
  Object: (run) =>
    object(
      run,
      'Object',
      {
        assign,
        defineProperty,
        freeze,
        seal,
        preventExtensions: seal,
        create,
        hasOwn: (inner, { args, at }) =>
          owns(inner, args[0] ?? inner.undefined(), args[1] ?? inner.undefined(), at),
        is: (inner, { args, at }) =>
          inner.lift([args[0] ?? inner.undefined(), args[1] ?? inner.undefined()], ([a, b]) =>
            a?.type === 'known' && b?.type === 'known'
              ? known(Object.is(a.value, b.value), at)
              : inner.unknown('computed from something unknown', at, { kind: 'boolean' }),
          ),
        keys: listing((inner, key, _value, at) => (void inner, known(key, at))),
        values: listing((_run, _key, value) => value()),
        entries: listing((inner, key, value, at) => inner.array([known(key, at), value()], at)),
        fromEntries,
      },
      (inner, { args, at }) => args[0] ?? inner.plain(at),
      (inner, { at }) => inner.plain(at),
    ),
  Array: (run) =>
    object(
      run,
      'Array',
      {
        isArray: (inner, { args, at }) =>
          inner.lift([args[0] ?? inner.undefined()], ([leaf]) => {
            const given = leaf as Leaf;
            if (given.type === 'unknown')
              return given.kind
                ? known(false, at)
                : inner.boolean(inner.decisions.ask(`array:${given.key}`, given.deps), at);
            return known(given.type === 'object' && given.nature.is === 'array', at);
          }),
        from: arrayFrom,
        of: (inner, { args, at }) => inner.array(args, at),
      },
      newArray,
      newArray,
    ),
  Set: (run) => object(run, 'Set', {}, nothing, collection('set')),
  Map: (run) => object(run, 'Map', {}, nothing, collection('map')),
  WeakMap: (run) => object(run, 'WeakMap', {}, nothing, someObject),
  URL: (run) => object(run, 'URL', { canParse, parse: parseUrl }, nothing, newUrl),
  Date: (run) => object(run, 'Date', {}, nothing, someObject),
  ...Object.fromEntries(
    ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'URIError', 'EvalError'].map((name) => [
      name,
      (run: Run) => object(run, name, { captureStackTrace: nothing }, error(name), error(name)),
    ]),
  ),
  RegExp: (run) => object(run, 'RegExp', {}, regexp, regexp),
  Promise: (run) => object(run, 'Promise', promises, nothing, newPromise),
  String: (run) =>
    object(
      run,
      'String',
      {},
      convert('string', (value) => String(value)),
    ),
  Number: (run) =>
    object(
      run,
      'Number',
      {},
      convert('number', (value) => Number(value)),
    ),
  Boolean: (run) =>
    object(
      run,
      'Boolean',
      {},
      convert('boolean', (value) => Boolean(value)),
    ),
  parseInt: (run) =>
    run.native(
      'parseInt',
      convert('number', (value) => Number.parseInt(String(value))),
    ),
  parseFloat: (run) =>
    run.native(
      'parseFloat',
      convert('number', (value) => Number.parseFloat(String(value))),
    ),
  decodeURIComponent: (run) => run.native('decodeURIComponent', encoding(decodeURIComponent)),
  encodeURIComponent: (run) => run.native('encodeURIComponent', encoding(encodeURIComponent)),
  decodeURI: (run) => run.native('decodeURI', encoding(decodeURI)),
  encodeURI: (run) => run.native('encodeURI', encoding(encodeURI)),
  NaN: () => known(Number.NaN, NOWHERE),
  Infinity: () => known(Number.POSITIVE_INFINITY, NOWHERE),
  JSON: (run) => object(run, 'JSON', { stringify, parse }),
  structuredClone: (run) =>
    run.native('structuredClone', (inner, { args, at }) => {
      const data = plainData(inner, args[0] ?? inner.undefined(), 0);
      return data ? fromData(inner, data.value, at) : inner.unknown('computed from something unknown', at);
    }),
  setTimeout: (run) => run.native('setTimeout', later),
  setInterval: (run) => run.native('setInterval', later),
  queueMicrotask: (run) => run.native('queueMicrotask', later),
  setImmediate: (run) => run.native('setImmediate', later),
};

/** Values of the surroundings, each made when first asked for. */
export class Globals {
  readonly #made = new Map<string, Value>();

  get(run: Run, name: string): Value | undefined {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const make = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
    if (!make) return undefined;
    // A global is there whatever the present step's condition is.
    const { guard } = run;
    run.guard = true;
    const value = make(run);
    run.guard = guard;
    this.#made.set(name, value);
    return value;
  }
}

/** Node's own modules that are followed, and those that may be given anything without changing it. */
export function nodeModule(
  globals: Globals,
  run: Run,
  module: string,
  name: string,
  at: Place,
): Value | undefined {
  const bare = module.replace(/^node:/, '');
  if (bare === 'process') {
    const process = globals.get(run, 'process') as Value;
    return name === 'default' || name === '*' ? process : run.get(process, name, at);
  }
  if (bare === 'url') {
    const whole = run.plain(at);
    run.put(whole, 'URL', globals.get(run, 'URL') as Value, at);
    run.put(whole, 'parse', run.native('url.parse', legacyParse), at);
    whole.open = run.unknown('import', at, { key: `import:${module}` });
    return name === 'default' || name === '*' ? whole : run.get(whole, name, at);
  }
  if (['http', 'https', 'http2', 'fs', 'path', 'os', 'util', 'crypto', 'events'].includes(bare)) {
    const harmless = run.native(module, (inner, call) => {
      inner.mayThrow();
      // Callbacks are for later.
      for (const arg of call.args) inner.wait(arg);
      return inner.unknown('call of something unknown', call.at, { truthy: true });
    });
    if (name !== 'default' && name !== '*') return harmless;
    const whole = run.plain(at);
    for (const method of [
      'createServer',
      'createSecureServer',
      'Server',
      'join',
      'resolve',
      'readFileSync',
      'inspect',
    ])
      run.put(whole, method, harmless, at);
    whole.open = run.unknown('import', at, { key: `import:${module}` });
    return whole;
  }
  return undefined;
}
