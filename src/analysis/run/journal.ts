/** What was written since some moment, and what stood there before: to take it back, or to forget it. */
import type { Variable } from '../code.ts';
import type { Tree } from './tree.ts';
import type { Env, List, Obj, Slot, Unknown, Value } from './value.ts';

interface Before {
  readonly slots: Map<string, Slot | undefined>;
  list?: Tree<List>;
  whole?: Pick<Obj, 'open' | 'frozen'>;
}

/** What was read: variables, and objects as a whole. */
export interface Reads {
  readonly cells: Map<Env, Set<Variable>>;
  readonly objects: Set<Obj>;
}

export class Journal {
  readonly cells = new Map<Env, Map<Variable, Value | undefined>>();
  readonly objects = new Map<Obj, Before>();
  /** What was read since, if that matters. */
  readonly reads: Reads | undefined;

  /** What is made after that moment needs no entry: it is only reached through what has one. */
  constructor(
    readonly began: number,
    readsToo = false,
  ) {
    this.reads = readsToo ? { cells: new Map(), objects: new Set() } : undefined;
  }

  readCell(env: Env, variable: Variable): void {
    if (!this.reads || env.born > this.began) return;
    const { cells } = this.reads;
    const entry = cells.get(env);
    if (entry) entry.add(variable);
    else cells.set(env, new Set([variable]));
  }

  readObject(object: Obj): void {
    if (object.id <= this.began) this.reads?.objects.add(object);
  }

  cell(env: Env, variable: Variable): void {
    if (env.born > this.began) return;
    let entry = this.cells.get(env);
    if (!entry) this.cells.set(env, (entry = new Map()));
    if (!entry.has(variable)) entry.set(variable, env.cells.get(variable));
  }

  slot(object: Obj, key: string): void {
    const before = this.#before(object);
    if (before && !before.slots.has(key)) before.slots.set(key, object.slots.get(key));
  }

  list(object: Obj): void {
    const before = this.#before(object);
    if (before) before.list ??= object.list;
  }

  whole(object: Obj): void {
    const before = this.#before(object);
    if (before) before.whole ??= { open: object.open, frozen: object.frozen };
  }

  /** Everything is again as it was. */
  undo(): void {
    for (const [env, cells] of this.cells)
      for (const [variable, value] of cells) {
        if (value === undefined) env.cells.delete(variable);
        else env.cells.set(variable, value);
      }
    for (const [object, { slots, list, whole }] of this.objects) {
      for (const [key, slot] of slots) {
        if (slot === undefined) object.slots.delete(key);
        else object.slots.set(key, slot);
      }
      if (list !== undefined) object.list = list;
      if (whole) Object.assign(object, whole);
    }
  }

  #before(object: Obj): Before | undefined {
    if (object.id > this.began) return undefined;
    let before = this.objects.get(object);
    if (!before) this.objects.set(object, (before = { slots: new Map() }));
    return before;
  }
}

/**
 * What an asynchronous function has written once its caller goes on is not there yet: until the promise is awaited, or
 * the program has come to rest, the unknown stands in its place.
 */
export interface Later {
  readonly cells: readonly {
    readonly env: Env;
    readonly variable: Variable;
    readonly until: Unknown;
    readonly value: Value;
  }[];
  readonly slots: readonly {
    readonly object: Obj;
    readonly key: string;
    readonly until: Slot;
    readonly slot: Slot | undefined;
  }[];
  readonly lists: readonly { readonly object: Obj; readonly until: List; readonly list: Tree<List> }[];
  /** What writes it. */
  readonly by: Value;
  /** What it rests on, as it was when it ran in the head. Does that change before it really runs, nobody knows what comes of it. */
  readonly readCells: readonly {
    readonly env: Env;
    readonly variable: Variable;
    readonly value: Value | undefined;
  }[];
  readonly readObjects: readonly { readonly object: Obj; readonly version: number }[];
}
