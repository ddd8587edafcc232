/** What stands around every program: `process`, `Object`, `Array`, `Set`, `Promise` ... as far as it decides about CORS. */
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice } from '../tree.ts';
import { known, NOWHERE, type Leaf, type List, type Native, type Obj, type Value } from '../value.ts';

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
  return (run, { args, at }) =>
    run.lift([args[0] ?? run.undefined()], ([leaf]) => {
      const given = leaf as Leaf;
      if (given.type === 'known') return known(work(given.value as never), at);
      if (kind === 'boolean') return run.boolean(run.truth(given), at);
      const deps = given.type === 'unknown' ? given.deps : undefined;
      return run.unknown('computed from something unknown', at, {
        key: `${kind}(${run.keyOf(given)})`,
        kind,
        ...(deps && { deps }),
      });
    });
}

/** Freezes what the argument certainly is. */
const freeze: Native = (run, { args }) => {
  const value = run.here(args[0] ?? run.undefined());
  if (!(value instanceof Choice) && value.type === 'object') value.frozen = true;
  return value;
};

const assign: Native = (run, { args, at, open }) =>
  run.lift([args[0] ?? run.undefined()], ([leaf]) => {
    const target = leaf as Leaf;
    if (target.type !== 'object') return target;
    for (const source of args.slice(1)) run.copyInto(target, source);
    if (open) run.copyInto(target, run.unknown('computed from something unknown', at));
    return target;
  });

/** `Object.keys`, `values` and `entries` of an object that is known whole. */
function listing(pick: (run: Run, key: string, value: () => Value, at: Place) => Value): Native {
  return (run, { args, at }) =>
    run.lift([args[0] ?? run.undefined()], ([leaf]) => {
      const from = leaf as Leaf;
      const open = run.array([], at, run.unknown('computed from something unknown', at));
      if (from.type !== 'object') return open;
      if (from.nature.is === 'array')
        return run.withList(from, (list) =>
          run.array(
            list.items.map((item, index) => pick(run, String(index), () => item, at)),
            at,
            list.open,
          ),
        );
      if (from.open || from.nature.is !== 'plain') return open;
      return run.array(
        run.entries(from).map(([key, slot]) => pick(run, key, () => run.get(from, key, slot.at), slot.at)),
        at,
      );
    });
}

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
    } else if (from.type === 'object' || typeof from.value === 'string') made.list = run.iterate(from, at);
    return made;
  };

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
  return run.unknown('computed from something unknown', at, { truthy: true });
};

/** An object of a built-in class whose inside does not matter here: it is there, and it is no string. */
const someObject: Native = (run, { at }) => {
  const made = run.plain(at);
  made.open = run.unknown('a construct that is not modelled', at);
  return made;
};

const promises: Record<string, Native> = {
  resolve: (run, { args, at }) => run.promise(args[0] ?? run.undefined(at), at),
  all: (run, { at }) => run.promise(run.unknown('call of something unknown', at), at, run.phase + 1),
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
    return run.native('bound', (inner, call) =>
      inner.call(
        self,
        bound ?? inner.undefined(),
        { args: [...first, ...call.args], places: [...first.map(() => at), ...call.places], open: call.open },
        call.at,
      ),
    );
  },
};

/** A promise's callbacks run later; what they are given is known if the promise's value is. */
export const PROMISE_METHODS: Record<string, Native> = {
  then: (run, { self, args, at }) => {
    const promise = run.here(self);
    const settled =
      !(promise instanceof Choice) && promise.type === 'object' && promise.nature.is === 'promise'
        ? promise.nature
        : undefined;
    const value = settled?.value ?? run.unknown('call of something unknown', at);
    const callback = args[0];
    if (callback === undefined) return self;
    const before = run.phase;
    run.phase = Math.max(before, settled?.phase ?? 0) + 1;
    const result = run.call(callback, run.undefined(), { args: [value], places: [at], open: false }, at);
    const after = run.promise(result, at, run.phase);
    run.phase = before;
    return after;
  },
  catch: (_run, { self }) => self,
  finally: (_run, { self }) => self,
};

const environmentModule: Make = (run) => {
  const process = object(run, 'process', {
    on: nothing,
    once: nothing,
    cwd: (inner, { at }) => inner.unknown('global', at, { key: 'cwd', kind: 'string', truthy: true }),
    exit: (inner, { at }) => inner.fail(at),
    nextTick: nothing,
  });
  run.put(process, 'env', run.object({ is: 'environment' }, NOWHERE), NOWHERE);
  return process;
};

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
        freeze,
        seal: (_run, { args }) => args[0] ?? known(undefined, NOWHERE),
        keys: listing((inner, key, _value, at) => (void inner, known(key, at))),
        values: listing((_run, _key, value) => value()),
        entries: listing((inner, key, value, at) => inner.array([known(key, at), value()], at)),
        fromEntries: someObject,
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
      (inner, { args, at }) => inner.array(args, at),
      (inner, { args, at }) => inner.array(args, at),
    ),
  Set: (run) => object(run, 'Set', {}, nothing, collection('set')),
  Map: (run) => object(run, 'Map', {}, nothing, collection('map')),
  WeakMap: (run) => object(run, 'WeakMap', {}, nothing, someObject),
  URL: (run) => object(run, 'URL', {}, nothing, someObject),
  Date: (run) => object(run, 'Date', {}, nothing, someObject),
  Error: (run) => object(run, 'Error', {}, someObject, someObject),
  TypeError: (run) => object(run, 'TypeError', {}, someObject, someObject),
  RegExp: (run) => object(run, 'RegExp', {}, regexp, regexp),
  Promise: (run) =>
    object(run, 'Promise', promises, nothing, (inner, { at }) =>
      inner.promise(inner.unknown('call of something unknown', at), at, inner.phase + 1),
    ),
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
      convert('number', (value) => Number.parseInt(String(value), 10)),
    ),
  parseFloat: (run) =>
    run.native(
      'parseFloat',
      convert('number', (value) => Number.parseFloat(String(value))),
    ),
  NaN: () => known(Number.NaN, NOWHERE),
  Infinity: () => known(Number.POSITIVE_INFINITY, NOWHERE),
  JSON: (run) =>
    object(run, 'JSON', {
      stringify: (inner, { at }) =>
        inner.unknown('computed from something unknown', at, { kind: 'string', truthy: true }),
      parse: (inner, { args, at }) => {
        const given = args[0];
        return inner.unknown(
          'computed from something unknown',
          at,
          given && !(given instanceof Choice) && given.type === 'unknown'
            ? { key: `JSON(${given.key})`, deps: given.deps }
            : {},
        );
      },
    }),
  setTimeout: (run) => run.native('setTimeout', nothing),
  setInterval: (run) => run.native('setInterval', nothing),
  setImmediate: (run) => run.native('setImmediate', nothing),
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
  if (['http', 'https', 'http2', 'fs', 'path', 'os', 'util', 'url', 'crypto', 'events'].includes(bare)) {
    const harmless = run.native(module, (inner, call) =>
      inner.unknown('call of something unknown', call.at, { truthy: true }),
    );
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
