/** Arrays, Sets and Maps. */
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice, type Guard } from '../tree.ts';
import {
  depsOf,
  known,
  type Leaf,
  type List,
  type Native,
  type NativeCall,
  type Obj,
  type Unknown,
  type Value,
} from '../value.ts';

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

/** Runs a callback on an element. */
function visit(run: Run, call: NativeCall, item: Value, index: number): Value {
  const callback = call.args[0] ?? run.undefined();
  const args = [item, known(index, call.at), call.self];
  return run.call(
    callback,
    call.args[1] ?? run.undefined(),
    { args, places: args.map(() => call.at), open: false },
    call.at,
  );
}

/** What the callback does with elements that are not known: run once for what it lets see, then forgotten. */
function visitOthers(run: Run, call: NativeCall, list: List): void {
  if (!list.open || run.guard === false) return;
  const item = run.unknown('property of something unknown', call.at, { deps: list.open.deps });
  const before = run.guard;
  run.guard = run.decisions.and(before, run.decisions.ask(`more:${item.key}`, list.open.deps));
  visit(run, call, item, list.items.length);
  run.guard = before;
  for (const arg of call.args.slice(0, 1)) run.escape(arg, call.at);
}

function equal(run: Run, a: Value, b: Value, at: Place): Guard {
  return run.truth(run.binary('===', a, b, at));
}

/** Whether the list holds the value. What is not listed may all the same be there. */
function holds(run: Run, list: List, value: Value, at: Place): Guard {
  let found = false as Guard;
  for (const item of list.items) {
    found = run.decisions.or(found, equal(run, item, value, at));
    if (found === true) return true;
  }
  if (!list.open) return found;
  const open = list.open;
  return run.decisions.or(
    found,
    run.truth(
      run.lift([value], ([leaf]) =>
        run.boolean(run.decisions.ask(`${open.key}∋${run.keyOf(leaf as Leaf)}`, open.deps), at),
      ),
    ),
  );
}

function add(open: Unknown | undefined, more: boolean, run: Run, at: Place): Unknown | undefined {
  return open ?? (more ? run.unknown('computed from something unknown', at) : undefined);
}

const some: OnList = (run, _object, list, call) => {
  let found = false as Guard;
  list.items.forEach((item, index) => {
    if (found === true || run.guard === false) return;
    found = run.decisions.or(found, run.truth(visit(run, call, item, index)));
  });
  if (list.open && found !== true) {
    visitOthers(run, call, list);
    found = run.decisions.or(
      found,
      run.decisions.ask(`some:${list.open.key}@${call.at.start}`, list.open.deps),
    );
  }
  return run.boolean(found, call.at);
};

const filter: OnList = (run, _object, list, call) => {
  const kept: Value[] = [];
  let open = list.open;
  list.items.forEach((item, index) => {
    const keep = run.decisions.under(run.guard, run.truth(visit(run, call, item, index)));
    if (keep === true) kept.push(item);
    else if (keep !== false)
      open ??= run.unknown('computed from something unknown', call.at, { deps: depsOf(item) });
  });
  visitOthers(run, call, list);
  return run.array(kept, call.at, open);
};

const find: OnList = (run, _object, list, call) => {
  let result: Value = list.open
    ? run.unknown('property of something unknown', call.at, { deps: list.open.deps })
    : run.undefined(call.at);
  visitOthers(run, call, list);
  for (let index = list.items.length - 1; index >= 0; index--) {
    const item = list.items[index] as Value;
    result = run.pick(run.truth(visit(run, call, item, index)), item, result);
  }
  return result;
};

const METHODS: Record<string, OnList> = {
  push: (run, object, list, call) => {
    run.setList(object, {
      items: [...list.items, ...call.args],
      open: add(list.open, call.open, run, call.at),
    });
    return run.unknown('computed from something unknown', call.at, { kind: 'number' });
  },
  unshift: (run, object, list, call) => {
    run.setList(object, {
      items: [...call.args, ...list.items],
      open: add(list.open, call.open, run, call.at),
    });
    return run.unknown('computed from something unknown', call.at, { kind: 'number' });
  },
  pop: (run, object, list, call) => {
    if (list.open) run.escape(object, call.at);
    else run.setList(object, { items: list.items.slice(0, -1), open: undefined });
    return list.open
      ? run.unknown('property of something unknown', call.at)
      : (list.items.at(-1) ?? run.undefined(call.at));
  },
  shift: (run, object, list, call) => {
    if (list.open) run.escape(object, call.at);
    else run.setList(object, { items: list.items.slice(1), open: undefined });
    return list.open
      ? run.unknown('property of something unknown', call.at)
      : (list.items[0] ?? run.undefined(call.at));
  },
  concat: (run, _object, list, call) => {
    const items = [...list.items];
    let open = add(list.open, call.open, run, call.at);
    for (const arg of call.args) {
      const now = run.here(arg);
      if (now instanceof Choice || now.type === 'unknown')
        open ??= run.unknown('computed from something unknown', call.at);
      else if (now.type === 'object' && now.nature.is === 'array') {
        const more = run.iterate(now, call.at);
        if (more instanceof Choice) open ??= run.unknown('computed from something unknown', call.at);
        else {
          for (const one of (more as List).items) items.push(one);
          open ??= (more as List).open;
        }
      } else items.push(now);
    }
    return run.array(items, call.at, open);
  },
  slice: (run, _object, list, call) => {
    const bounds = call.args.map((arg) =>
      arg instanceof Choice || arg.type !== 'known' ? undefined : arg.value,
    );
    if (list.open || bounds.some((bound) => typeof bound !== 'number'))
      return call.args.length === 0
        ? run.array(list.items, call.at, list.open)
        : run.array([], call.at, run.unknown('computed from something unknown', call.at));
    return run.array(list.items.slice(...(bounds as number[])), call.at);
  },
  forEach: (run, _object, list, call) => {
    list.items.forEach((item, index) => visit(run, call, item, index));
    visitOthers(run, call, list);
    return run.undefined(call.at);
  },
  map: (run, _object, list, call) => {
    const items = list.items.map((item, index) => visit(run, call, item, index));
    visitOthers(run, call, list);
    return run.array(items, call.at, list.open);
  },
  flatMap: (run, _object, list, call) =>
    flatten(
      run,
      list.items.map((item, index) => visit(run, call, item, index)),
      list.open,
      call.at,
    ),
  flat: (run, _object, list, call) => flatten(run, list.items, list.open, call.at),
  some,
  every: (run, object, list, call) => {
    let all = true as Guard;
    list.items.forEach((item, index) => {
      if (all !== false) all = run.decisions.and(all, run.truth(visit(run, call, item, index)));
    });
    void object;
    if (list.open && all !== false) {
      visitOthers(run, call, list);
      all = run.decisions.and(
        all,
        run.decisions.ask(`every:${list.open.key}@${call.at.start}`, list.open.deps),
      );
    }
    return run.boolean(all, call.at);
  },
  filter,
  find,
  includes: (run, _object, list, call) =>
    run.boolean(holds(run, list, call.args[0] ?? run.undefined(), call.at), call.at),
  has: (run, _object, list, call) =>
    run.boolean(holds(run, list, call.args[0] ?? run.undefined(), call.at), call.at),
  indexOf: (run, _object, list, call) => {
    const held = holds(run, list, call.args[0] ?? run.undefined(), call.at);
    return run.pick(
      held,
      run.unknown('computed from something unknown', call.at, { kind: 'number' }),
      known(-1, call.at),
    );
  },
  join: (run, _object, list, call) => {
    const glue = call.args[0] ?? known(',', call.at);
    let text: Value = known('', call.at);
    list.items.forEach((item, index) => {
      if (index > 0) text = run.binary('+', text, glue, call.at);
      text = run.binary('+', text, item, call.at);
    });
    return list.open
      ? run.unknown('computed from something unknown', call.at, { kind: 'string', deps: list.open.deps })
      : text;
  },
  add: (run, object, list, call) => {
    const value = call.args[0] ?? run.undefined();
    const there = run.decisions.under(run.guard, holds(run, list, value, call.at));
    if (there !== true) run.setList(object, { items: [...list.items, value], open: list.open });
    return call.self;
  },
  delete: (run, object, list, call) => {
    const value = call.args[0] ?? run.undefined();
    const rest = list.items.filter((item) => equal(run, item, value, call.at) !== true);
    run.setList(object, { items: rest, open: list.open });
    return run.unknown('computed from something unknown', call.at, { kind: 'boolean' });
  },
  values: (run, _object, list, call) => run.array(list.items, call.at, list.open),
  keys: (run, object, list, call) =>
    object.nature.is === 'set'
      ? run.array(list.items, call.at, list.open)
      : run.unknown('a construct that is not modelled', call.at),
  // The order of elements decides nothing that is asked of an allow-list.
  sort: (_run, _object, _list, call) => call.self,
  reverse: (_run, _object, _list, call) => call.self,
};

const ARRAY_ONLY = new Set(
  'push unshift pop shift concat slice map flatMap flat some every filter find includes indexOf join sort reverse'.split(
    ' ',
  ),
);
const SET_ONLY = new Set(['has', 'add', 'delete']);

export function listMethod(is: 'array' | 'set' | 'map', name: string): Native | undefined {
  const work = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!work || is === 'map' || (is === 'array' ? SET_ONLY : ARRAY_ONLY).has(name)) return undefined;
  return onList(work);
}

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

function flatten(run: Run, items: readonly Value[], open: Unknown | undefined, at: Place): Value {
  const flat: Value[] = [];
  let more = open;
  for (const item of items) {
    const now = run.here(item);
    if (now instanceof Choice || now.type === 'unknown')
      more ??= run.unknown('computed from something unknown', at);
    else if (now.type === 'object' && now.nature.is === 'array') {
      const list = run.iterate(now, at);
      if (list instanceof Choice) more ??= run.unknown('computed from something unknown', at);
      else {
        for (const one of (list as List).items) flat.push(one);
        more ??= (list as List).open;
      }
    } else flat.push(now);
  }
  return run.array(flat, at, more);
}
