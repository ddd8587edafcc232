/** Arrays, Sets and Maps. */
import type { Place } from '../code.ts';
import { mayBeCalledOften, mayRun } from '../run/escape.ts';
import { binaryLeaves, certainText, text } from '../run/operators.ts';
import type { Run } from '../run.ts';
import { Choice, type Guard, type Tree } from '../run/tree.ts';
import {
  depsOf,
  known,
  NO_ITEMS,
  type Leaf,
  type List,
  type Native,
  type NativeCall,
  type Obj,
  type Unknown,
  type Value,
} from '../run/value.ts';

type OnList = (run: Run, object: Obj, list: List, call: NativeCall) => Value;

/** A method that works on each list that the object may hold. Called on anything else it is unknown. */
function onList(work: OnList): Native {
  return (run, call) =>
    run.lift([call.self], ([leaf]) => {
      const object = leaf as Leaf;
      if (object.type !== 'object') return run.unknown('call of something unknown', call.at);
      return run.withList(object, (list) => work(run, object, list, call));
    });
}

/** Something that follows from a list, and is not told. */
function computed(run: Run, { at }: NativeCall, list?: List, kind?: NonNullable<Unknown['kind']>): Unknown {
  return run.unknown('computed from something unknown', at, {
    ...(list?.open && { deps: list.open.deps }),
    ...(kind && { kind }),
  });
}

function argument(run: Run, call: NativeCall, index: number): Value {
  return call.args[index] ?? (call.open ? run.unknown('parameter', call.at) : run.undefined(call.at));
}

/** Runs a callback on an element. */
function visit(run: Run, object: Obj, call: NativeCall, item: Value, index: number | undefined): Value {
  const position = index === undefined ? computed(run, call, undefined, 'number') : known(index, call.at);
  const { is } = object.nature;
  const args =
    is === 'map'
      ? [run.get(item, '1', call.at), run.get(item, '0', call.at), object]
      : [item, is === 'set' ? item : position, object];
  return run.call(
    argument(run, call, 0),
    argument(run, call, 1),
    { args, places: args.map(() => call.at), open: false },
    call.at,
  );
}

/**
 * Runs the callback on every element, those that are not known included, and hands on its answers for the others.
 *
 * @returns whether all that the list held were visited, or those that it held in the end, or nobody knows which.
 */
function each(
  run: Run,
  object: Obj,
  list: List,
  call: NativeCall,
  use: (item: Value, answer: Value) => void,
  /** Where the search has ended already. */
  ended: () => Guard = () => false,
  /** The answer for an element that is not known, should there be one. */
  useOther: (answer: Value) => void = () => undefined,
): ReturnType<Run['eachItem']> {
  return run.eachItem(list, {
    object,
    grows: object.nature.is !== 'array',
    visit: (item, index) => {
      const before = run.guard;
      const done = run.decisions.and(before, ended());
      run.guard = run.decisions.and(before, run.decisions.not(done));
      if (run.guard !== false) use(item, visit(run, object, call, item, index));
      run.guard = run.decisions.or(run.guard, done);
    },
    visitOther: (item) => {
      useOther(visit(run, object, call, item, undefined));
    },
    changed: () => {
      mayBeCalledOften(run, argument(run, call, 0), call.at);
    },
    at: call.at,
  });
}

/** Whether the callback says yes to some element of a list of which not all are known. */
function mayAnswerYes(run: Run, object: Obj, list: List, call: NativeCall): boolean {
  let may = false;
  const note = (answer: Value): void => {
    may ||= run.truth(answer) !== false;
  };
  each(
    run,
    object,
    list,
    call,
    (_item, answer) => {
      note(answer);
    },
    undefined,
    note,
  );
  return may;
}

/** Equal as collections compare: `NaN` is equal to itself. */
function equal(run: Run, a: Value, b: Value, at: Place): Guard {
  // Long lists of origins come by here, and nearly all of it is known.
  if (!(a instanceof Choice) && !(b instanceof Choice)) return run.truth(equalLeaves(run, a, b, at));
  return run.truth(run.lift([a, b], ([x, y]) => equalLeaves(run, x as Leaf, y as Leaf, at)));
}

function equalLeaves(run: Run, a: Leaf, b: Leaf, at: Place): Value {
  if (a.type === 'known' && Number.isNaN(a.value) && b.type === 'known')
    return known(Number.isNaN(b.value), at);
  return binaryLeaves(run, '===', a, b, at);
}

/** Whether something that is not listed equals the value. */
function holdsOther(run: Run, open: Unknown, value: Value, at: Place): Guard {
  return run.truth(
    run.lift([value], ([leaf]) =>
      run.watch?.nobodyWrote(leaf)
        ? known(false, at)
        : run.boolean(run.decisions.ask(`${open.key}∋${run.keyOf(leaf as Leaf)}`, open.deps), at),
    ),
  );
}

/** Whether the list holds the value. What is not listed may all the same be there. */
function holds(run: Run, list: List, value: Value, at: Place): Guard {
  let found = false as Guard;
  for (const item of list.items) {
    found = run.decisions.or(found, equal(run, item, value, at));
    if (found === true) return true;
  }
  return list.open ? run.decisions.or(found, holdsOther(run, list.open, value, at)) : found;
}

function changed(run: Run, at: Place): List {
  return { items: [], open: run.unknown('changed by code that is not followed', at) };
}

function openOf(run: Run, list: List, call: NativeCall): Unknown | undefined {
  return list.open ?? (call.open ? computed(run, call) : undefined);
}

/** Known numbers, as the bounds of a part of a list. */
function bounds(call: NativeCall): (number | undefined)[] | undefined {
  if (call.open) return undefined;
  const found = call.args.map((arg) =>
    arg instanceof Choice ||
    arg.type !== 'known' ||
    (arg.value !== undefined && typeof arg.value !== 'number')
      ? 'unclear'
      : (arg.value as number | undefined),
  );
  return found.includes('unclear') ? undefined : (found as (number | undefined)[]);
}

const LONGEST_SORTED = 40;

/** The elements in order, if every comparison is certain. */
function sorted(run: Run, list: List, call: NativeCall): List {
  const compare = call.args[0];
  const items: Value[] = [];
  for (const item of list.items) {
    let place = items.length;
    for (; place > 0; place--) {
      const order = compareTwo(run, call, compare, items[place - 1] as Value, item);
      if (order === undefined) return { items: [], open: computed(run, call, list) };
      if (order <= 0) break;
    }
    items.splice(place, 0, item);
  }
  return { items, open: undefined };
}

function compareTwo(
  run: Run,
  call: NativeCall,
  compare: Value | undefined,
  a: Value,
  b: Value,
): number | undefined {
  // What is `undefined` comes last, whoever compares.
  const [noA, noB] = [a, b].map(
    (one) => !(one instanceof Choice) && one.type === 'known' && one.value === undefined,
  );
  if (noA || noB) return noA === noB ? 0 : noA ? 1 : -1;
  if (a instanceof Choice || b instanceof Choice || a.type === 'unknown' || b.type === 'unknown')
    return undefined;
  if (compare === undefined) {
    const [x, y] = [certainText(run, a), certainText(run, b)];
    return x === undefined || y === undefined ? undefined : x < y ? -1 : x > y ? 1 : 0;
  }
  const given = { args: [a, b], places: [call.at, call.at], open: false };
  const order = run.here(run.call(compare, run.undefined(), given, call.at));
  return order instanceof Choice || order.type !== 'known' ? undefined : Number(order.value);
}

function sortedOrNot(run: Run, list: List, call: NativeCall): List {
  if (!list.open && !call.open && list.items.length <= LONGEST_SORTED) return sorted(run, list, call);
  if (call.args[0] !== undefined) mayRun(run, call.args[0], call.at);
  return { items: [], open: computed(run, call, list) };
}

function reversed(run: Run, list: List, call: NativeCall): List {
  return list.open
    ? { items: [], open: computed(run, call, list) }
    : { items: [...list.items].reverse(), open: undefined };
}

/** The text of an element between the separators. */
function itemText(run: Run, item: Value, at: Place): Value {
  return run.lift([item], ([leaf]) => {
    const part = leaf as Leaf;
    if (part.type === 'known')
      return known(part.value === undefined || part.value === null ? '' : String(part.value), at);
    if (part.type === 'unknown' && part.kind) return text(run, part, at);
    const certain = certainText(run, part);
    if (certain !== undefined) return known(certain, at);
    // It may be empty, or a list with a text of its own.
    return run.unknown('computed from something unknown', at, { deps: depsOf(part), kind: 'string' });
  });
}

function joined(run: Run, list: List, glue: Value, call: NativeCall): Value {
  if (list.open) return computed(run, call, list, 'string');
  let text: Value = known('', call.at);
  list.items.forEach((item, index) => {
    if (index > 0) text = run.binary('+', text, glue, call.at);
    text = run.binary('+', text, itemText(run, item, call.at), call.at);
  });
  return text;
}

const asText: OnList = (run, _object, list, call) => joined(run, list, known(',', call.at), call);

/** The first element for which the callback says yes, from one end or the other. */
function search(
  from: 'start' | 'end',
  pick: (item: Value, index: number, at: Place) => Value,
  none: (at: Place) => Value,
): OnList {
  return (run, object, list, call) => {
    if (list.open) return mayAnswerYes(run, object, list, call) ? computed(run, call, list) : none(call.at);
    let result = none(call.at);
    let found: Guard = false;
    const answers: { readonly there: Guard; readonly value: Value }[] = [];
    for (let visited = 0; visited < list.items.length; visited++) {
      const index = from === 'start' ? visited : list.items.length - 1 - visited;
      const before = run.guard;
      const done = run.decisions.and(before, found);
      run.guard = run.decisions.and(before, run.decisions.not(done));
      if (run.guard === false) {
        run.guard = before;
        break;
      }
      // Unlike the others, it sees what is no longer there, as `undefined`.
      const item = run.get(object, String(index), call.at);
      const there = run.truth(visit(run, object, call, item, index));
      answers.push({ there, value: pick(item, index, call.at) });
      found = run.decisions.or(found, run.decisions.and(run.guard, there));
      run.guard = run.decisions.or(run.guard, done);
    }
    for (const { there, value } of answers.reverse()) result = run.pick(there, value, result);
    return result;
  };
}

const some: OnList = (run, object, list, call) => {
  let found = false as Guard;
  let perhaps = false as boolean;
  const note = (_item: Value, answer: Value): void => {
    found = run.decisions.or(found, run.decisions.and(run.guard, run.truth(answer)));
  };
  const noteOther = (answer: Value): void => {
    perhaps ||= run.truth(answer) !== false;
  };
  each(run, object, list, call, note, () => found, noteOther);
  if (perhaps) found = run.decisions.or(found, run.truth(computed(run, call, list, 'boolean')));
  return run.boolean(found, call.at);
};

const every: OnList = (run, object, list, call) => {
  let failed = false as Guard;
  let perhaps = false as boolean;
  const note = (_item: Value, answer: Value): void => {
    failed = run.decisions.or(failed, run.decisions.and(run.guard, run.decisions.not(run.truth(answer))));
  };
  const noteOther = (answer: Value): void => {
    perhaps ||= run.truth(answer) !== true;
  };
  each(run, object, list, call, note, () => failed, noteOther);
  if (perhaps) failed = run.decisions.or(failed, run.truth(computed(run, call, list, 'boolean')));
  return run.boolean(run.decisions.not(failed), call.at);
};

const filter: OnList = (run, object, list, call) => {
  const kept: { value: Value; there: Guard }[] = [];
  let perhaps = false as boolean;
  const visited = each(
    run,
    object,
    list,
    call,
    (value, answer) => {
      kept.push({ value, there: run.decisions.under(run.guard, run.truth(answer)) });
    },
    undefined,
    (answer) => {
      perhaps ||= run.truth(answer) !== false;
    },
  );
  if (visited !== 'unclear' || (!perhaps && kept.every(({ there }) => typeof there === 'boolean')))
    return run.arrayOf(run.gather(kept, call.at), call.at);
  const certain = kept.filter(({ there }) => there === true).map(({ value }) => value);
  return run.array(certain, call.at, computed(run, call, list));
};

function mapped(run: Run, object: Obj, list: List, call: NativeCall): List {
  const items: Value[] = [];
  const visited = each(run, object, list, call, (_item, answer) => {
    items.push(answer);
  });
  return {
    items, // A list that has shrunk leaves gaps.
    open: visited === 'all' ? undefined : computed(run, call, list),
  };
}

/** `list.reduce`, from the one end or the other. */
function reduce(from: 'start' | 'end'): OnList {
  return (run, object, list, call) => {
    const callback = argument(run, call, 0);
    const step = (sum: Value, item: Value, index: Value): Value =>
      run.call(
        callback,
        run.undefined(),
        { args: [sum, item, index, object], places: [call.at, call.at, call.at, call.at], open: false },
        call.at,
      );
    if (list.open || call.open) {
      run.repeat(
        () => mayBeCalledOften(run, callback, call.at),
        () => step(computed(run, call), computed(run, call), computed(run, call, undefined, 'number')),
        call.at,
      );
      return computed(run, call, list);
    }
    const places = list.items.map((_item, index) => index);
    if (from === 'end') places.reverse();
    const first = call.args.length > 1 ? undefined : places.shift();
    let sum = first === undefined ? call.args[1] : list.items[first];
    if (sum === undefined) return run.fail(call.at);
    for (const index of places) {
      const now = run.listOf(object);
      if (!now || now.open) {
        run.repeat(
          () => mayBeCalledOften(run, callback, call.at),
          () => step(computed(run, call), computed(run, call), computed(run, call, undefined, 'number')),
          call.at,
        );
        return computed(run, call, list);
      }
      const item = now.items[index];
      if (item !== undefined) sum = step(sum, item, known(index, call.at));
    }
    return sum;
  };
}

/** Where the value stands; -1 where it does not. */
function position(from: 'start' | 'end'): OnList {
  return (run, _object, list, call) => {
    const value = argument(run, call, 0);
    if (call.args.length > 1 || call.open) return computed(run, call, list, 'number');
    let result: Value = known(-1, call.at);
    if (list.open) {
      const held = holds(run, list, value, call.at);
      return run.pick(held, computed(run, call, list, 'number'), result);
    }
    const places = list.items.map((_item, index) => index);
    if (from === 'start') places.reverse();
    for (const index of places) {
      const item = list.items[index] as Value;
      // Unlike `includes`, it does not find `NaN`.
      result = run.pick(run.truth(run.binary('===', item, value, call.at)), known(index, call.at), result);
    }
    return result;
  };
}

/** Elements of an array, as deep as asked for, one after the other. */
function flat(run: Run, list: List, depth: number, at: Place): Tree<List> {
  let lists: Tree<List> = {
    items: [],
    open: list.open && run.unknown('computed from something unknown', at),
  };
  for (const item of list.items) {
    const now = run.here(item);
    const inner: Tree<List> =
      depth > 0 && !(now instanceof Choice) && now.type === 'object' && now.nature.is === 'array'
        ? run.decisions.map<List, List>(run.iterate(now, at), (one) => flat(run, one, depth - 1, at))
        : depth > 0 && (now instanceof Choice || now.type === 'unknown')
          ? { items: [], open: run.unknown('computed from something unknown', at, { deps: depsOf(now) }) }
          : { items: [now], open: undefined };
    lists = run.concat(lists, inner, at);
  }
  return lists;
}

function depthOf(call: NativeCall): number | undefined {
  const [depth] = bounds(call) ?? [Number.NaN];
  return depth === undefined ? 1 : Number.isNaN(depth) ? undefined : depth;
}

const splice: OnList = (run, object, list, call) => {
  const cuts = bounds({ ...call, args: call.args.slice(0, 2) });
  if (list.open || call.open || !cuts) {
    run.setList(object, changed(run, call.at));
    return run.array([], call.at, computed(run, call, list));
  }
  const items = [...list.items];
  const [start, count] = cuts;
  const out =
    cuts.length === 0
      ? []
      : cuts.length === 1
        ? items.splice(start ?? 0)
        : items.splice(start ?? 0, count ?? 0, ...call.args.slice(2));
  run.setList(object, { items, open: undefined });
  return run.array(out, call.at);
};

/** The entry of a Map under that key: as far as every comparison is certain. */
function entry(run: Run, list: List, key: Value, at: Place): number | 'none' | 'unclear' {
  for (const [index, pair] of list.items.entries()) {
    const there = run.decisions.under(run.guard, equal(run, run.get(pair, '0', at), key, at));
    if (there === true) return index;
    if (there !== false) return 'unclear';
  }
  return list.open ? 'unclear' : 'none';
}

const MAP_METHODS: Record<string, OnList> = {
  get: (run, _object, list, call) => {
    const key = argument(run, call, 0);
    if (list.open) return computed(run, call, list);
    let result: Value = run.undefined(call.at);
    for (const pair of list.items)
      result = run.pick(
        equal(run, run.get(pair, '0', call.at), key, call.at),
        run.get(pair, '1', call.at),
        result,
      );
    return result;
  },
  has: (run, _object, list, call) => {
    const keys = list.items.map((pair) => run.get(pair, '0', call.at));
    return run.boolean(
      holds(run, { items: keys, open: list.open }, argument(run, call, 0), call.at),
      call.at,
    );
  },
  set: (run, object, list, call) => {
    const [key, value] = [argument(run, call, 0), argument(run, call, 1)];
    const index = entry(run, list, key, call.at);
    const pair = run.array([key, value], call.at);
    const items = [...list.items];
    if (index === 'unclear') run.setList(object, changed(run, call.at));
    else {
      if (index === 'none') items.push(pair);
      else items[index] = pair;
      run.setList(object, { items, open: undefined });
    }
    return call.self;
  },
  delete: (run, object, list, call) => {
    const index = entry(run, list, argument(run, call, 0), call.at);
    if (index === 'unclear') {
      run.setList(object, changed(run, call.at));
      return computed(run, call, list, 'boolean');
    }
    if (index !== 'none') run.setList(object, { items: list.items.toSpliced(index, 1), open: undefined });
    return known(index !== 'none', call.at);
  },
  clear: (run, object, _list, call) => {
    run.setList(object, NO_ITEMS);
    return run.undefined(call.at);
  },
  forEach: (run, object, list, call) => {
    each(run, object, list, call, () => undefined);
    return run.undefined(call.at);
  },
  keys: (run, _object, list, call) =>
    run.array(
      list.items.map((pair) => run.get(pair, '0', call.at)),
      call.at,
      list.open && computed(run, call, list),
    ),
  values: (run, _object, list, call) =>
    run.array(
      list.items.map((pair) => run.get(pair, '1', call.at)),
      call.at,
      list.open && computed(run, call, list),
    ),
  entries: (run, _object, list, call) => run.array(list.items, call.at, list.open),
};

const SET_METHODS: Record<string, OnList> = {
  has: (run, _object, list, call) => run.boolean(holds(run, list, argument(run, call, 0), call.at), call.at),
  add: (run, object, list, call) => {
    const value = argument(run, call, 0);
    run.both(
      holds(run, list, value, call.at),
      () => run.undefined(),
      () => {
        run.setList(object, { items: [...list.items, value], open: list.open });
        return run.undefined();
      },
    );
    return call.self;
  },
  delete: (run, object, list, call) => {
    const value = argument(run, call, 0);
    const there = holds(run, list, value, call.at);
    const rest = list.items.map((item) => ({
      value: item,
      there: run.decisions.not(run.decisions.under(run.guard, equal(run, item, value, call.at))),
    }));
    run.setList(
      object,
      list.open
        ? { items: rest.filter((one) => one.there === true).map((one) => one.value), open: list.open }
        : run.gather(rest, call.at),
    );
    return run.boolean(there, call.at);
  },
  clear: MAP_METHODS['clear'] as OnList,
  forEach: MAP_METHODS['forEach'] as OnList,
  values: (run, _object, list, call) => run.array(list.items, call.at, list.open),
  keys: (run, _object, list, call) => run.array(list.items, call.at, list.open),
  entries: (run, _object, list, call) =>
    run.array(
      list.items.map((item) => run.array([item, item], call.at)),
      call.at,
      list.open && computed(run, call, list),
    ),
};

const ARRAY_METHODS: Record<string, OnList> = {
  push: (run, object, list, call) => {
    const items = [...list.items, ...call.args];
    const open = openOf(run, list, call);
    run.setList(object, { items, open });
    return open ? computed(run, call, list, 'number') : known(items.length, call.at);
  },
  unshift: (run, object, list, call) => {
    const items = [...call.args, ...list.items];
    const open = openOf(run, list, call);
    run.setList(object, { items, open });
    return open ? computed(run, call, list, 'number') : known(items.length, call.at);
  },
  pop: (run, object, list, call) => {
    run.setList(
      object,
      list.open ? changed(run, call.at) : { items: list.items.slice(0, -1), open: undefined },
    );
    return list.open ? computed(run, call, list) : (list.items.at(-1) ?? run.undefined(call.at));
  },
  shift: (run, object, list, call) => {
    run.setList(object, list.open ? changed(run, call.at) : { items: list.items.slice(1), open: undefined });
    return list.open ? computed(run, call, list) : (list.items[0] ?? run.undefined(call.at));
  },
  splice,
  concat: (run, _object, list, call) => {
    let lists: Tree<List> = { items: list.items, open: openOf(run, list, call) };
    for (const arg of call.args) {
      const now = run.here(arg);
      const more: Tree<List> =
        now instanceof Choice || now.type === 'unknown'
          ? {
              items: [],
              open: run.unknown('computed from something unknown', call.at, { deps: depsOf(now) }),
            }
          : now.type === 'object' && now.nature.is === 'array'
            ? run.iterate(now, call.at)
            : { items: [now], open: undefined };
      lists = run.concat(lists, more, call.at);
    }
    return run.arrayOf(lists, call.at);
  },
  slice: (run, _object, list, call) => {
    if (call.args.length === 0 && !call.open) return run.array(list.items, call.at, list.open);
    const cuts = bounds(call);
    return list.open || !cuts
      ? run.array([], call.at, computed(run, call, list))
      : run.array(list.items.slice(...cuts), call.at);
  },
  forEach: MAP_METHODS['forEach'] as OnList,
  map: (run, object, list, call) => {
    const { items, open } = mapped(run, object, list, call);
    return run.array(items, call.at, open);
  },
  flatMap: (run, object, list, call) =>
    run.arrayOf(flat(run, mapped(run, object, list, call), 1, call.at), call.at),
  flat: (run, _object, list, call) => {
    const depth = depthOf(call);
    return depth === undefined
      ? run.array([], call.at, computed(run, call, list))
      : run.arrayOf(flat(run, list, Math.min(depth, 20), call.at), call.at);
  },
  some,
  every,
  filter,
  find: search(
    'start',
    (item) => item,
    (at) => known(undefined, at),
  ),
  findLast: search(
    'end',
    (item) => item,
    (at) => known(undefined, at),
  ),
  findIndex: search(
    'start',
    (_item, index, at) => known(index, at),
    (at) => known(-1, at),
  ),
  findLastIndex: search(
    'end',
    (_item, index, at) => known(index, at),
    (at) => known(-1, at),
  ),
  includes: (run, _object, list, call) =>
    call.args.length > 1 || call.open
      ? computed(run, call, list, 'boolean')
      : run.boolean(holds(run, list, argument(run, call, 0), call.at), call.at),
  indexOf: position('start'),
  lastIndexOf: position('end'),
  join: (run, _object, list, call) => {
    const glue = argument(run, call, 0);
    const comma = !(glue instanceof Choice) && glue.type === 'known' && glue.value === undefined;
    return joined(run, list, comma ? known(',', call.at) : glue, call);
  },
  toString: asText,
  at: (run, _object, list, call) => {
    const [index] = bounds(call) ?? [Number.NaN];
    return list.open || Number.isNaN(index)
      ? computed(run, call, list)
      : (list.items.at(index ?? 0) ?? run.undefined(call.at));
  },
  fill: (run, object, list, call) => {
    const whole = call.args.length === 1 && !list.open;
    run.setList(
      object,
      whole ? { items: list.items.map(() => call.args[0] as Value), open: undefined } : changed(run, call.at),
    );
    return call.self;
  },
  reduce: reduce('start'),
  reduceRight: reduce('end'),
  sort: (run, object, list, call) => {
    run.setList(object, sortedOrNot(run, list, call));
    return call.self;
  },
  reverse: (run, object, list, call) => {
    run.setList(object, reversed(run, list, call));
    return call.self;
  },
  toSorted: (run, _object, list, call) => {
    const { items, open } = sortedOrNot(run, list, call);
    return run.array(items, call.at, open);
  },
  toReversed: (run, _object, list, call) => {
    const { items, open } = reversed(run, list, call);
    return run.array(items, call.at, open);
  },
  values: (run, _object, list, call) => run.array(list.items, call.at, list.open),
  keys: (run, _object, list, call) =>
    run.array(
      list.items.map((_item, index) => known(index, call.at)),
      call.at,
      list.open && computed(run, call, list),
    ),
  entries: (run, _object, list, call) =>
    list.open
      ? run.array([], call.at, computed(run, call, list))
      : run.array(
          list.items.map((item, index) => run.array([known(index, call.at), item], call.at)),
          call.at,
        ),
};

const METHODS = { array: ARRAY_METHODS, set: SET_METHODS, map: MAP_METHODS };

export function listMethod(is: 'array' | 'set' | 'map', name: string): Native | undefined {
  const methods = METHODS[is];
  const work = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return work && onList(work);
}

/** The elements of a Set: each stands there once. Where that is not certain, nobody knows how often. */
export function distinct(run: Run, list: List, at: Place): Tree<List> {
  let kept: { value: Value; there: Guard }[] = [];
  if (list.items.length > LONGEST_SET)
    return { items: [], open: run.unknown('computed from something unknown', at) };
  for (const value of list.items) {
    const there = holds(run, { items: kept.map((one) => one.value), open: undefined }, value, at);
    kept = [...kept, { value, there: run.decisions.not(there) }];
  }
  if (!list.open) return run.gather(kept, at);
  return { items: kept.filter(({ there }) => there === true).map(({ value }) => value), open: list.open };
}

const LONGEST_SET = 300;

/** `length` and `size`. */
export function listSize(run: Run, object: Obj, at: Place): Value {
  return run.withList(object, (list) =>
    list.open
      ? run.unknown('computed from something unknown', at, { kind: 'number', deps: list.open.deps })
      : known(list.items.length, at),
  );
}

/** `list[0]` */
export function element(run: Run, object: Obj, index: number, at: Place): Value {
  return run.withList(object, (list) => {
    const item = list.items[index];
    if (list.open)
      return run.unknown('property of something unknown', at, {
        key: `${list.open.key}[${index}]`,
        deps: list.open.deps,
      });
    return item ?? run.undefined(at);
  });
}
