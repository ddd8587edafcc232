/**
 * The evaluator: the only one. It runs lowered code in the head, in a given world.
 *
 * What cannot be known is an unknown value. A condition on it is an open question: both sides run, each under its
 * guard, and what they write is merged into choices (see `run/tree.ts`), so every step is run once. `guard` is the
 * condition under which the present step happens; after `return`, `throw` or `break` it is `false`.
 */
import { PRIVATE } from './code.ts';
import type {
  Block,
  Call,
  ClassCode,
  Code,
  FunctionBody,
  FunctionCode,
  Item,
  ModuleCode,
  Pattern,
  Place,
  Statement,
  Variable,
} from './code.ts';
import { escape, mayRepeat, mayRun } from './run/escape.ts';
import { Journal, type Later } from './run/journal.ts';
import { binary, text, unary } from './run/operators.ts';
import { BudgetSpent, Choice, Decisions, first, leaves, side, type Guard, type Tree } from './run/tree.ts';
import {
  ABSENT,
  depsOf,
  holderOf,
  known,
  NO_DEPS,
  NO_ITEMS,
  NOWHERE,
  Obj,
  sameLeaf,
  sameList,
  union,
  type Absent,
  type Deps,
  type Env,
  type Leaf,
  type List,
  type Made,
  type Native,
  type Nature,
  type Settling,
  type Slot,
  type Unknown,
  type Value,
  type Why,
} from './run/value.ts';
import { Shadows } from './run/shadows.ts';
import { STRETCH } from './sources.ts';
import { importsIn, isMade, madeIn, wish } from './run/wants.ts';
import type { Watch } from './run/watch.ts';
import { Environment, type World } from './run/world.ts';

/** What the language's surroundings give: globals, modules, methods of built-in values. */
export interface Surroundings {
  global(run: Run, name: string, at: Place): Value | undefined;
  /** The value that a library's module exports; nothing for a module that is not known. */
  module(run: Run, module: string, name: string, at: Place): Value | undefined;
  /** A method or property of a built-in value. */
  property(run: Run, self: Leaf, key: string, at: Place): Value | undefined;
  /** A method called on something unknown: a library may recognise it by its name and arguments. */
  observe(
    run: Run,
    self: Unknown,
    method: string,
    call: { args: readonly Value[]; places: readonly Place[]; open: boolean; at: Place },
  ): Value | undefined;
}

export interface Arguments {
  readonly args: readonly Value[];
  readonly places: readonly Place[];
  /** There are more that are not known. */
  readonly open: boolean;
}

/** What is done with the elements of a list. */
export interface Visits {
  /** The list's own object, if the visits may change it. */
  readonly object: Obj | undefined;
  /** Whether elements that come while it is visited are visited too. */
  readonly grows: boolean;
  readonly visit: (item: Value, index: number | undefined) => void;
  /** An element that is not known. */
  readonly visitOther: (item: Value) => void;
  /** Makes unknown what visits change, as far as the code shows it. */
  readonly changed: () => void;
  readonly at: Place;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Frame {
  readonly env: Env;
  readonly self: Value | undefined;
  readonly home: Obj | undefined;
  readonly async: boolean;
  result: Value;
  returned: Guard;
  readonly targets: Target[];
  /** What is written after the first `await`: the caller does not see it yet. */
  since: Journal | undefined;
}

interface Target {
  readonly labels: readonly string[];
  /** `break` without a label leaves loops and switches, `continue` loops only. */
  readonly is: 'loop' | 'switch' | 'label';
  breaks: Guard;
  continues: Guard;
}

/** Where exceptions go: the innermost `try`, or the promise of an asynchronous function. */
interface Handler {
  readonly outer: Handler | undefined;
  /** An asynchronous function's: what is thrown there rejects its promise. */
  readonly async: boolean;
  /** Where something is thrown for certain, and what. */
  guard: Guard;
  value: Value;
  /** Where something ran that is not followed and may throw. */
  perhaps: Guard;
  /** What is written after such a thing ran first: if it threw, that did not happen. */
  since: Journal | undefined;
}

/** Enough for an ordinary server many times over; counted, so that results are the same on every machine. */
const STEPS = 80_000;
/** For one question to one layer. */
const TRIAL_STEPS = 10_000;
/** For all questions about a file. */
const ALL_TRIALS = 100_000;
const DEEPEST_CALL = 40;
/** How often a function calls itself where it is not certain that it does. */
const DEEPEST_UNDECIDED_CALL = 3;
const DEEPEST_CODE = 900;
/** How often a loop whose end cannot be decided is run before what it changes is unknown. */
const UNDECIDED_ROUNDS = 2;
const MOST_UNDECIDED_BREAKS = 8;
const MOST_ROUNDS = 1000;
/** More elements that may be there or not make a list of which nobody knows the elements. */
const MOST_UNDECIDED_ITEMS = 5;
const LONGEST_KEY = 200;

export class Run {
  readonly decisions: Decisions;
  guard: Guard = true;
  /** How many awaits lie between the start of the program and this step: what comes after one runs later. */
  phase = 0;
  /** Which of the separately run parts of the file is running: the module itself is the first. */
  part = 0;
  /** Functions whose body has been run. */
  readonly entered = new Set<FunctionCode>();
  /** The function objects made from each function. */
  readonly closures = new Map<FunctionCode, Obj>();
  readonly classes = new Map<ClassCode, Obj>();
  readonly instances = new Map<Obj, Obj>();
  readonly top: Env = { parent: undefined, cells: new Map(), born: 0 };
  /** Everything that libraries made, in the order of the program. */
  readonly made: Obj[] = [];
  /** Where a trial did not come to an end: in a loop that was not run to its end, or because the process ended. */
  lost: Guard = false;
  /** Exceptions that nobody wrote: the language or a library throws them. */
  readonly accidents = new WeakSet<object>();
  /** What the trial that is under way has written. */
  written: Journal | undefined;
  /** A loop or a callback is run to learn what it changes, and taken back: libraries take no note. */
  rehearsing = false;
  /** Imports that something hangs on: of which module, and from where. */
  readonly wanted = new Set<string>();
  /** Those that matter only if what they name has to do with CORS. */
  readonly perhapsWanted = new Set<string>();
  /** What was read of the environment. */
  readonly environment = new Environment();
  /** What is noted while a layer is asked. */
  watch: Watch | undefined;
  /** A layer is asked what it would do: all of it is taken back, and libraries take no note. */
  #trying = false;
  #frame: Frame;
  #handler: Handler | undefined;
  /** Where the process ended itself. */
  #exited: Guard = false;
  /** Where the rest of an optional chain is left out. */
  #skipped: Guard = false;
  /** What is known of the properties of unknown values, because the code wrote them. */
  readonly #shadows = new Shadows();
  #journals: readonly Journal[] = [];
  /** Promises that have not settled, for what is still to be written. */
  #settling: Later[] = [];
  /** Stand-ins for what is still to be written. */
  readonly #pending = new Set<Unknown>();
  readonly #arrived = new WeakSet<Later>();
  /** Functions that wait for a timer or an event. */
  readonly #waiting: Value[] = [];
  /** Functions that are running, how often, and the guard under which they first began. */
  readonly #active = new Map<FunctionCode, { times: number; readonly guard: Guard }>();
  #ids = 0;
  #calls = 0;
  #depth = 0;

  constructor(
    readonly world: World,
    readonly surroundings: Surroundings,
    steps = STEPS,
  ) {
    this.decisions = new Decisions(steps, ALL_TRIALS);
    this.#frame = this.#newFrame(this.top, undefined, undefined, false);
  }

  /** The number of what was made last: what is made from here on has a higher one. */
  get latest(): number {
    return this.#ids;
  }

  /** Whether what runs now may be taken back, or stands for any number of runs. */
  get isTrial(): boolean {
    return this.#trying || this.rehearsing;
  }

  // ---- making values

  undefined(at: Place = NOWHERE): Value {
    return known(undefined, at);
  }

  object(nature: Nature, at: Place): Obj {
    return new Obj(++this.#ids, nature, at);
  }

  plain(at: Place): Obj {
    return this.object({ is: 'plain' }, at);
  }

  array(items: readonly Value[], at: Place, open?: Unknown): Obj {
    this.decisions.spend(items.length / 16);
    const array = this.object({ is: 'array' }, at);
    array.list = { items, open };
    return array;
  }

  native(name: string, call: Native, construct?: Native): Obj {
    return this.object(
      construct ? { is: 'native', name, call, construct } : { is: 'native', name, call },
      NOWHERE,
    );
  }

  /** An object of a library. */
  make(made: Made, at: Place): Obj {
    const object = this.object({ is: 'made', made }, at);
    if (!this.rehearsing && !this.#trying) this.made.push(object);
    return object;
  }

  promise(value: Value, at: Place, more: Partial<Settling> = {}): Obj {
    const promise: Settling = {
      value,
      phase: this.phase,
      rejected: false,
      reason: this.undefined(),
      mayFail: false,
      later: [],
      ...more,
    };
    return this.object({ is: 'promise', promise }, at);
  }

  #scope(parent: Env, cells: Map<Variable, Value> = new Map()): Env {
    return { parent, cells, born: ++this.#ids };
  }

  unknown(
    why: Why,
    at: Place,
    more: { key?: string; deps?: Deps; kind?: NonNullable<Unknown['kind']>; truthy?: boolean } = {},
  ): Unknown {
    const key = more.key && more.key.length <= LONGEST_KEY ? more.key : `?${++this.#ids}`;
    // Written out: spreading objects together would be the dearest step of a run.
    const value: Writable<Unknown> = { type: 'unknown', key, why, at, deps: more.deps ?? NO_DEPS };
    if (more.kind) value.kind = more.kind;
    if (more.truthy !== undefined) value.truthy = more.truthy;
    return value;
  }

  boolean(guard: Guard, at: Place): Value {
    return this.decisions.map<boolean, Leaf>(guard, (answer) => known(answer, at), sameLeaf);
  }

  // ---- asking about values

  /** Whether the value counts as true. What cannot be decided is asked, once for each value. */
  truth(value: Value): Guard {
    return this.decisions.map<Leaf, boolean>(value, (leaf) => {
      if (leaf.type === 'known') return Boolean(leaf.value);
      if (leaf.type === 'object') return true;
      return leaf.truthy ?? this.decisions.ask(leaf.key, leaf.deps);
    });
  }

  /** Whether the value is `null` or `undefined`. */
  nullish(value: Value): Guard {
    return this.decisions.map<Leaf, boolean>(value, (leaf) => {
      if (leaf.type === 'known') return leaf.value === undefined || leaf.value === null;
      if (leaf.type === 'object' || leaf.truthy || leaf.kind) return false;
      return this.decisions.ask(`${leaf.key}??`, leaf.deps);
    });
  }

  /** The value as it is under the present guard. */
  here(value: Value): Value {
    return value instanceof Choice ? this.decisions.under(this.guard, value) : value;
  }

  pick(guard: Guard, yes: Value, no: Value): Value {
    return this.decisions.pick<Leaf>(guard, yes, no, sameLeaf);
  }

  /** Runs `f` for every combination of what the values may be, each under its guard, and merges the results. */
  lift(values: readonly Value[], f: (leaves: readonly Leaf[]) => Value): Value {
    if (this.guard === false) return this.undefined();
    const now = values.map((value) => this.here(value));
    if (!now.some((value) => value instanceof Choice)) return f(now as readonly Leaf[]);
    const atom = first(...now);
    const here = new Choice<boolean>(atom, true, false);
    return this.both(
      here,
      () =>
        this.lift(
          now.map((value) => side(value, atom, true)),
          f,
        ),
      () =>
        this.lift(
          now.map((value) => side(value, atom, false)),
          f,
        ),
    );
  }

  /** Runs both sides of a condition, each under its guard. */
  both(condition: Guard, yes: () => Value, no: () => Value): Value {
    const before = this.guard;
    const decided = this.decisions.under(before, condition);
    if (decided === true) return yes();
    if (decided === false) return no();
    this.guard = this.decisions.and(before, decided);
    const ifYes = yes();
    const afterYes = this.guard;
    this.guard = this.decisions.and(before, this.decisions.not(decided));
    const ifNo = no();
    this.guard = this.decisions.or(afterYes, this.guard);
    return this.pick(decided, ifYes, ifNo);
  }

  /** Something that makes two values the same question when both are asked twice. Objects may change between. */
  keyOf(leaf: Leaf): string {
    if (leaf.type === 'object') return `#${++this.#ids}`;
    if (leaf.type === 'unknown') return leaf.key;
    if (typeof leaf.value === 'string') return JSON.stringify(leaf.value);
    return Object.is(leaf.value, -0)
      ? '-0'
      : `${String(leaf.value)}${typeof leaf.value === 'bigint' ? 'n' : ''}`;
  }

  /** The elements of an array, Set or Map, for each of the lists it may be. */
  withList(object: Obj, f: (list: List) => Value): Value {
    for (const journal of this.#journals) journal.readObject(object);
    return this.#withList(this.decisions.under(this.guard, object.list), f);
  }

  #withList(tree: Tree<List>, f: (list: List) => Value): Value {
    if (!(tree instanceof Choice)) return f(tree as List);
    return this.both(
      new Choice<boolean>(tree.atom, true, false),
      () => this.#withList(tree.yes, f),
      () => this.#withList(tree.no, f),
    );
  }

  setList(object: Obj, list: Tree<List>): void {
    for (const { items } of leaves(list)) this.decisions.spend(1 + items.length / 16);
    object.version++;
    for (const journal of this.#journals) journal.list(object);
    const guard =
      object.frozen === false
        ? this.guard
        : this.decisions.and(this.guard, this.decisions.not(object.frozen));
    object.list = this.decisions.pick<List>(guard, list, object.list, sameList);
  }

  /** A list of those that are there. Too many of which it is open whether they are make it an open one. */
  gather(items: readonly { readonly value: Value; readonly there: Guard }[], at: Place): Tree<List> {
    const undecided = items.filter(({ there }) => there instanceof Choice);
    if (undecided.length > MOST_UNDECIDED_ITEMS) {
      const certain = items.filter(({ there }) => there === true).map(({ value }) => value);
      return { items: certain, open: this.unknown('computed from something unknown', at) };
    }
    let lists: Tree<List> = NO_ITEMS;
    for (const { value, there } of items) {
      if (there === false) continue;
      const longer: Tree<List> = this.decisions.map<List, List>(lists, (list) => ({
        items: [...list.items, value],
        open: list.open,
      }));
      lists = this.decisions.pick<List>(there, longer, lists);
    }
    return lists;
  }

  /** The one list that an object holds, if it is certain. */
  listOf(object: Obj): List | undefined {
    for (const journal of this.#journals) journal.readObject(object);
    const list = this.decisions.under(this.guard, object.list);
    return list instanceof Choice ? undefined : (list as List);
  }

  /** An array that is one of several. */
  arrayOf(lists: Tree<List>, at: Place): Obj {
    const array = this.array([], at);
    array.list = lists;
    return array;
  }

  // ---- properties

  get(object: Value, key: string, at: Place): Value {
    return this.lift([object], ([leaf]) => this.#get(leaf as Leaf, key, at));
  }

  #get(leaf: Leaf, key: string, at: Place): Value {
    this.decisions.spend();
    if (leaf.type === 'known') {
      if (leaf.value === undefined || leaf.value === null) return this.fail(at);
      return this.surroundings.property(this, leaf, key, at) ?? this.undefined(at);
    }
    if (leaf.type === 'unknown') {
      if (!leaf.kind && !leaf.truthy) this.mayThrow();
      const shadow = this.#shadows.get(leaf.key);
      const slot = shadow?.slots.get(key);
      const inherited = (): Value =>
        this.surroundings.property(this, leaf, key, at) ??
        this.unknown('property of something unknown', at, {
          key: `${(shadow?.open ?? leaf).key}.${key}`,
          deps: leaf.deps,
        });
      return slot ? this.#read(slot, inherited) : inherited();
    }
    return this.#getOwn(leaf, leaf, key, at);
  }

  /** A property that the object has, or gets from its prototypes. `self`: what it was asked of. */
  #getOwn(object: Obj, self: Value, key: string, at: Place): Value {
    const beyond = (): Value => {
      if (object.open)
        return this.unknown('property of something unknown', at, {
          key: `${object.open.key}.${key}`,
          deps: object.open.deps,
        });
      if (object.proto) return this.#getOwn(object.proto, self, key, at);
      const made = object.nature.is === 'made' ? object.nature.made.get(this, object, key, at) : undefined;
      return made ?? this.surroundings.property(this, object, key, at) ?? this.undefined(at);
    };
    for (const journal of this.#journals) journal.readObject(object);
    if (key === 'prototype') this.#prototype(object);
    const slot = object.slots.get(key);
    if (!slot) return beyond();
    if (slot.getter) return this.call(slot.getter, self, NO_ARGUMENTS, at);
    if (slot.setter) return this.undefined(at);
    return this.#read(slot, beyond);
  }

  /** What a function gives to the objects that `new` makes of it. */
  #prototype(object: Obj): Obj | undefined {
    if (object.nature.is === 'class') return object.nature.prototype;
    if (object.nature.is !== 'function' || object.nature.code.arrow) return undefined;
    const slot = object.slots.get('prototype');
    if (slot) return slot.value instanceof Choice || slot.value.type !== 'object' ? undefined : slot.value;
    const prototype = this.plain(object.at);
    object.slots.set('prototype', { value: prototype, at: object.at });
    return prototype;
  }

  #read(slot: Slot, absent: () => Value): Value {
    return this.#readTree(this.decisions.under(this.guard, slot.value), absent);
  }

  #readTree(tree: Tree<Leaf | Absent>, absent: () => Value): Value {
    if (tree instanceof Choice)
      return this.both(
        new Choice<boolean>(tree.atom, true, false),
        () => this.#readTree(tree.yes, absent),
        () => this.#readTree(tree.no, absent),
      );
    const leaf = tree as Leaf | Absent;
    return leaf.type === 'absent' ? absent() : leaf;
  }

  set(object: Value, key: string, value: Value, at: Place): void {
    this.lift([object], ([leaf]) => {
      this.#set(leaf as Leaf, key, value, at);
      return this.undefined();
    });
  }

  #set(leaf: Leaf, key: string, value: Value, at: Place): void {
    this.decisions.spend();
    if (leaf.type === 'known') {
      if (leaf.value === undefined || leaf.value === null) this.fail(at);
      return;
    }
    if (leaf.type === 'unknown') {
      if (!leaf.kind && !leaf.truthy) this.mayThrow();
      this.put(this.#shadowed(leaf), key, value, at);
      return;
    }
    const accessor = accessorOf(leaf, key);
    if (accessor) {
      if (accessor.setter) this.call(accessor.setter, leaf, { args: [value], places: [at], open: false }, at);
      return;
    }
    this.#unlessFrozen(leaf, () => {
      if (leaf.nature.is !== 'array' || !this.#setElement(leaf, key, value, at))
        this.put(leaf, key, value, at);
    });
  }

  #unlessFrozen(object: Obj, write: () => void): void {
    if (object.frozen === false) write();
    else
      this.both(
        object.frozen,
        () => this.undefined(),
        () => {
          write();
          return this.undefined();
        },
      );
  }

  /** From here on nothing of the object itself changes. */
  freeze(object: Obj): void {
    for (const journal of this.#journals) journal.whole(object);
    object.frozen = this.decisions.or(object.frozen, this.guard);
  }

  /** Writes a property of that very object. */
  put(object: Obj, key: string, value: Value, at: Place): void {
    const old = object.slots.get(key);
    const before: Tree<Leaf | Absent> =
      old?.getter || old?.setter
        ? this.unknown('a construct that is not modelled', at)
        : (old?.value ?? this.#missing(object, key, at));
    this.#setSlot(object, key, {
      value: this.decisions.pick<Leaf | Absent>(this.guard, value, before, sameLeaf),
      at,
    });
  }

  #setSlot(object: Obj, key: string, slot: Slot | undefined): void {
    object.version++;
    for (const journal of this.#journals) journal.slot(object, key);
    if (slot) object.slots.set(key, slot);
    else object.slots.delete(key);
  }

  accessor(object: Obj, key: string, type: 'get' | 'set', fn: Obj, at: Place): void {
    const { getter, setter } = object.slots.get(key) ?? {};
    this.#setSlot(object, key, {
      value: ABSENT,
      at,
      getter: type === 'get' ? fn : getter,
      setter: type === 'set' ? fn : setter,
    });
  }

  /** What the code wrote to the properties of something unknown, if it did. */
  shadow(leaf: Unknown): Obj | undefined {
    return this.#shadows.get(leaf.key);
  }

  #shadowed(leaf: Unknown): Obj {
    let shadow = this.#shadows.get(leaf.key);
    if (!shadow) {
      shadow = this.plain(leaf.at);
      shadow.open = leaf;
      this.#shadows.add(leaf.key, shadow);
    }
    return shadow;
  }

  /** Something unknown may have changed: what it holds is other than before, and so is what is asked of it. */
  renew(leaf: Unknown, at: Place): void {
    if (leaf.kind) return;
    const below = this.#shadows.below(leaf.key);
    this.decisions.spend(1 + below.length / 8);
    const shadow = this.#shadowed(leaf);
    this.forget(shadow, this.#renewed(leaf, at));
    for (const one of below) this.forget(one, this.#renewed(one.open ?? leaf, at));
  }

  #renewed(leaf: Unknown, at: Place): Unknown {
    return this.unknown(leaf.why, at, {
      key: `${leaf.key.replace(/'\d+$/, '')}'${++this.#ids}`,
      deps: leaf.deps,
    });
  }

  #missing(object: Obj, key: string, at: Place): Tree<Leaf | Absent> {
    return object.open
      ? this.unknown('property of something unknown', at, {
          key: `${object.open.key}.${key}`,
          deps: object.open.deps,
        })
      : ABSENT;
  }

  /** Writes an element, or the length. */
  #setElement(array: Obj, key: string, value: Value, at: Place): boolean {
    if (key !== 'length' && !/^(?:0|[1-9]\d*)$/.test(key)) return false;
    const index = Number(key);
    this.withList(array, (list) => {
      const items = [...list.items];
      const length = key === 'length' ? lengthOf(value) : undefined;
      if (key !== 'length' && index <= items.length && !list.open) items[index] = value;
      else if (length !== undefined && length <= items.length && !(list.open && length > 0))
        items.length = length;
      else {
        this.setList(array, { items: [], open: this.unknown('changed by code that is not followed', at) });
        return this.undefined();
      }
      this.setList(array, { items, open: undefined });
      return this.undefined();
    });
    return true;
  }

  /** The object's own properties that are there for certain or perhaps, in the order of the language. */
  entries(object: Obj): readonly (readonly [string, Slot])[] {
    for (const journal of this.#journals) journal.readObject(object);
    const found: [string, Slot][] = [];
    let indices = false;
    for (const [key, slot] of object.slots) {
      if (key.startsWith(PRIVATE) || this.there(slot) === false) continue;
      found.push([key, slot]);
      indices ||= isIndex(key);
    }
    if (!indices) return found;
    const first = found.filter(([key]) => isIndex(key)).sort(([a], [b]) => Number(a) - Number(b));
    return [...first, ...found.filter(([key]) => !isIndex(key))];
  }

  /** Whether there is such a property. */
  there(slot: Slot): Guard {
    if (slot.getter ?? slot.setter) return true;
    return this.decisions.map<Leaf | Absent, boolean>(
      this.decisions.under(this.guard, slot.value),
      (leaf) => leaf.type !== 'absent',
    );
  }

  /** Copies the properties of a value into a new object, as a spread does. */
  copyInto(target: Obj, source: Value, except?: ReadonlySet<string>): void {
    this.#copy(source, target, (key, value, at) => this.put(target, key, value, at), except);
  }

  /** Writes the properties of a value to an object, as `Object.assign` does. */
  assignInto(target: Obj, source: Value): void {
    this.#copy(source, target, (key, value, at) => this.#set(target, key, value, at));
  }

  #copy(
    source: Value,
    target: Obj,
    write: (key: string, value: Value, at: Place) => void,
    except?: ReadonlySet<string>,
  ): void {
    this.lift([source], ([leaf]) => {
      const from = leaf as Leaf;
      if (from.type === 'unknown') this.forget(target, from);
      else if (from.type === 'object') this.#copyObject(from, target, write, except);
      else if (typeof from.value === 'string')
        [...from.value].forEach((character, index) =>
          write(String(index), known(character, from.at), from.at),
        );
      return this.undefined();
    });
  }

  #copyObject(
    from: Obj,
    target: Obj,
    write: (key: string, value: Value, at: Place) => void,
    except?: ReadonlySet<string>,
  ): void {
    const { is } = from.nature;
    if (from.open) this.forget(target, from.open);
    if (is === 'environment' || is === 'made') this.forget(target, this.unknown('global', from.at));
    if (is === 'array')
      this.withList(from, (list) => {
        list.items.forEach((item, index) => write(String(index), item, from.at));
        if (list.open) this.forget(target, list.open);
        return this.undefined();
      });
    for (const [key, slot] of this.entries(from)) {
      if ((key === 'prototype' && is === 'function') || except?.has(key)) continue;
      // A property that may be absent leaves the one that it would have replaced.
      this.both(
        this.there(slot),
        () => {
          write(key, this.#getOwn(from, from, key, slot.at), slot.at);
          return this.undefined();
        },
        () => this.undefined(),
      );
    }
  }

  /** Any property of the object may have been replaced, and others may have come. */
  forget(object: Obj, by: Unknown): void {
    this.#unlessFrozen(object, () => {
      for (const [key, slot] of object.slots) {
        const value = this.unknown(by.why, slot.at, { deps: by.deps });
        const certain = slot.getter ?? slot.setter;
        this.#setSlot(object, key, {
          value: certain
            ? value
            : this.decisions.pick<Leaf | Absent>(this.guard, value, slot.value, sameLeaf),
          at: slot.at,
        });
      }
      object.version++;
      for (const journal of this.#journals) journal.whole(object);
      object.open = by;
    });
  }

  /** The value was given to code that is not followed. */
  escape(value: Value, at: Place): void {
    escape(this, value, at);
  }

  /** The function waits for a timer or an event: it runs some time after the present step, if at all. */
  wait(fn: Value): void {
    if (!this.rehearsing) this.#waiting.push(fn);
  }

  /** Writes a variable in the environment that has it. */
  assign(holder: Env, variable: Variable, value: Value): void {
    if (this.guard === false) return;
    for (const journal of this.#journals) journal.cell(holder, variable);
    const old = holder.cells.get(variable);
    // What has no value yet is only read where it gets one.
    holder.cells.set(variable, old === undefined ? value : this.pick(this.guard, value, old));
  }

  #open(readsToo = false): Journal {
    const journal = new Journal(this.#ids, readsToo);
    this.#journals = [...this.#journals, journal];
    return journal;
  }

  #close(journal: Journal): void {
    this.#journals = this.#journals.filter((one) => one !== journal);
  }

  /** What was written meanwhile is unknown, where the present guard holds. */
  #forgetWritten(journal: Journal, at: Place): void {
    const by = this.unknown('changed by code that is not followed', at);
    const another = (): Unknown => this.unknown('changed by code that is not followed', at);
    for (const [env, cells] of journal.cells)
      for (const variable of cells.keys()) this.assign(env, variable, another());
    for (const [object, { slots, list, whole }] of journal.objects) {
      for (const key of slots.keys()) this.put(object, key, another(), object.slots.get(key)?.at ?? at);
      if (list !== undefined) this.setList(object, { items: [], open: another() });
      if (whole) this.forget(object, by);
    }
  }

  /**
   * Runs what runs an unknown number of times.
   *
   * Any round may be the one that is seen: what the rounds before it have changed is unknown when it begins, and what it
   * has changed itself when it ends. To learn what that is, a round is run once more before, and taken back.
   */
  repeat(changed: () => void, round: () => void, at: Place): void {
    if (this.guard === false) return;
    const before = this.guard;
    changed();
    if (!this.rehearsing) this.#forgetWritten(this.#rehearse(round), at);
    const journal = this.#open();
    round();
    this.#close(journal);
    const after = this.guard;
    this.guard = before;
    this.#forgetWritten(journal, at);
    this.guard = after;
  }

  #rehearse(work: () => void): Journal {
    const { guard, phase } = this;
    const [frame, exited, skipped, journals] = [this.#frame, this.#exited, this.#skipped, this.#journals];
    const { result, returned, since } = frame;
    const targets = frame.targets.map(({ breaks, continues }) => ({ breaks, continues }));
    const handlers: { readonly handler: Handler; readonly was: Handler }[] = [];
    for (let handler = this.#handler; handler; handler = handler.outer)
      handlers.push({ handler, was: { ...handler } });
    const journal = this.#open();
    this.rehearsing = true;
    work();
    this.rehearsing = false;
    journal.undo();
    this.#journals = journals;
    for (const { handler, was } of handlers) Object.assign(handler, was);
    targets.forEach((was, index) => Object.assign(frame.targets[index] as Target, was));
    Object.assign(frame, { result, returned, since });
    [this.guard, this.phase, this.#exited, this.#skipped] = [guard, phase, exited, skipped];
    return journal;
  }

  /**
   * Runs a function that nothing in the file calls. Where that takes more steps than it may, nothing of it has happened.
   *
   * @returns how many steps it took; nothing if they were not enough.
   */
  apart(steps: number, work: () => void): number | undefined {
    const [frame, handler, exited, skipped] = [this.#frame, this.#handler, this.#exited, this.#skipped];
    const [journals, calls, depth] = [this.#journals, this.#calls, this.#depth];
    const [made, waiting, settling] = [this.made.length, this.#waiting.length, [...this.#settling]];
    const restore = this.made.map(({ nature }) =>
      nature.is === 'made' ? nature.made.snapshot() : () => undefined,
    );
    const journal = this.#open();
    const took = this.decisions.upTo(steps, work);
    this.#journals = journals;
    if (took !== undefined) return took;
    journal.undo();
    for (const one of restore) one();
    this.made.length = made;
    this.#waiting.length = waiting;
    this.#settling = settling;
    this.#active.clear();
    this.rehearsing = false;
    [this.#frame, this.#handler, this.#exited, this.#skipped] = [frame, handler, exited, skipped];
    [this.#calls, this.#depth] = [calls, depth];
    return undefined;
  }

  /**
   * Runs something only to learn what would come of it: everything that it wrote is taken back. It has a budget of its own.
   *
   * @param start what runs: what it leaves for later is waited for.
   * @param read looks at the outcome, before that is gone.
   * @returns nothing if the budget is spent.
   */
  trial<T>(guard: Guard, start: () => void, read: () => T): T | undefined {
    const { phase, part, rehearsing } = this;
    const [before, frame, handler, exited, skipped] = [
      this.guard,
      this.#frame,
      this.#handler,
      this.#exited,
      this.#skipped,
    ];
    const [journals, settling, calls, depth, trying] = [
      this.#journals,
      this.#settling,
      this.#calls,
      this.#depth,
      this.#trying,
    ];
    const [waiting, shadows, pending] = [
      this.#waiting.length,
      this.#shadows.size,
      new Set<Unknown>(this.#pending),
    ];
    const active = new Map(this.#active);
    const journal = new Journal(this.#ids);
    const { lost, written } = this;
    [this.lost, this.written] = [false, journal];
    this.#journals = [journal];
    this.#settling = [];
    [this.#handler, this.#exited, this.#skipped, this.#calls, this.#trying] = [
      undefined,
      false,
      false,
      0,
      true,
    ];
    this.#active.clear();
    this.rehearsing = false;
    this.#frame = this.#newFrame(this.top, undefined, undefined, false);
    this.guard = guard;
    const result = this.decisions.within(TRIAL_STEPS, () => {
      start();
      this.guard = guard;
      for (const later of this.#settling.reverse()) this.#arrive(later);
      for (const fn of this.#waiting.slice(waiting)) mayRun(this, fn, NOWHERE);
      this.guard = guard;
      return read();
    });
    journal.undo();
    [this.lost, this.written] = [lost, written];
    this.#waiting.length = waiting;
    this.#shadows.truncate(shadows);
    this.#pending.clear();
    for (const one of pending) this.#pending.add(one);
    this.#active.clear();
    for (const [code, times] of active) this.#active.set(code, times);
    [this.guard, this.phase, this.part, this.rehearsing] = [before, phase, part, rehearsing];
    [this.#frame, this.#handler, this.#exited, this.#skipped] = [frame, handler, exited, skipped];
    [this.#journals, this.#settling, this.#calls, this.#depth, this.#trying] = [
      journals,
      settling,
      calls,
      depth,
      trying,
    ];
    return result;
  }

  // ---- what happens later

  /** What was written since is not there yet: until the promise settles, something unknown stands for it. */
  #postpone(journal: Journal, by: Value, at: Place): Later {
    const cells: Later['cells'][number][] = [];
    const slots: Later['slots'][number][] = [];
    const lists: Later['lists'][number][] = [];
    const another = (): Unknown => this.unknown('changed by code that is not followed', at);
    const until = (): Unknown => {
      const value = another();
      this.#pending.add(value);
      return value;
    };
    // Of two that run at the same time, nobody knows which comes last.
    const raced = (before: Value | Tree<Leaf | Absent> | undefined): boolean =>
      before !== undefined && leaves(before).some((leaf) => this.#pending.has(leaf as Unknown));
    for (const [env, written] of journal.cells)
      for (const [variable, before] of written) {
        const value = env.cells.get(variable);
        if (value === undefined) continue;
        const stand = until();
        for (const one of this.#journals) one.cell(env, variable);
        env.cells.set(variable, stand);
        cells.push({ env, variable, until: stand, value: raced(before) ? another() : value });
      }
    for (const [object, written] of journal.objects) {
      for (const [key, before] of written.slots) {
        const slot = object.slots.get(key);
        const stand: Slot = { value: until(), at: slot?.at ?? at };
        this.#setSlot(object, key, stand);
        slots.push({
          object,
          key,
          until: stand,
          slot: raced(before?.value) ? { ...stand, value: another() } : slot,
        });
      }
      if (written.list !== undefined) {
        const { list } = object;
        const stand: List = { items: [], open: until() };
        for (const one of this.#journals) one.list(object);
        object.version++;
        object.list = stand;
        const overtaken = leaves(written.list).some(({ open }) => open && this.#pending.has(open));
        lists.push({ object, until: stand, list: overtaken ? { items: [], open: another() } : list });
      }
    }
    const { reads } = journal;
    const later: Later = {
      cells,
      slots,
      lists,
      by,
      readCells: [...(reads?.cells ?? [])].flatMap(([env, variables]) =>
        [...variables].map((variable) => ({ env, variable, value: env.cells.get(variable) })),
      ),
      readObjects: [...(reads?.objects ?? [])].map((object) => ({ object, version: object.version })),
    };
    if (!this.rehearsing) this.#settling.push(later);
    return later;
  }

  /**
   * The promise has settled: what was written before is there. Where something was changed meanwhile that it rests on or
   * writes itself, nobody knows what is.
   */
  #arrive(later: Later): void {
    const { cells, slots, lists, by, readCells, readObjects } = later;
    const stands = [
      ...cells.map(({ until }) => until),
      ...slots.map(({ until }) => until.value as Unknown),
      ...lists.map(({ until }) => until.open as Unknown),
    ];
    // It has arrived before, with a promise that waited for this one: what it rests on may change again.
    if (this.#arrived.has(later) && !stands.some((until) => this.#pending.has(until))) return;
    this.#arrived.add(later);
    const stale =
      readCells.some(({ env, variable, value }) => env.cells.get(variable) !== value) ||
      readObjects.some(({ object, version }) => object.version !== version);
    const other = (): Unknown => this.unknown('changed by code that is not followed', NOWHERE);
    for (const { env, variable, until, value } of cells) {
      // It has arrived before.
      if (!this.#pending.delete(until)) continue;
      for (const journal of this.#journals) journal.cell(env, variable);
      env.cells.set(variable, stale || env.cells.get(variable) !== until ? other() : value);
    }
    for (const { object, key, until, slot } of slots) {
      if (!this.#pending.delete(until.value as Unknown)) continue;
      const changed = stale || object.slots.get(key) !== until;
      this.#setSlot(object, key, changed ? { value: other(), at: until.at } : slot);
    }
    for (const { object, until, list } of lists) {
      if (!this.#pending.delete(until.open as Unknown)) continue;
      for (const journal of this.#journals) journal.list(object);
      object.version++;
      object.list = stale || object.list !== until ? { items: [], open: other() } : list;
    }
    if (stale) mayRun(this, by, NOWHERE);
  }

  /** The program has come to rest: every promise has settled, and what waits for an event may have run. */
  settle(): void {
    this.guard = true;
    // Those that began last were called by those before.
    for (const later of this.#settling.reverse()) this.#arrive(later);
    this.#settling = [];
    for (const fn of this.#waiting) mayRun(this, fn, NOWHERE);
  }

  /** Runs what happens once a promise has settled: later than the present step, which does not see what it writes. */
  afterwards(promise: Settling | undefined, by: Value, at: Place, work: (settle: () => Value) => Value): Obj {
    const [before, phase, handler] = [this.guard, this.phase, this.#handler];
    const own = this.#handle(true);
    const journal = this.#open(true);
    this.phase = Math.max(phase, promise?.phase ?? 0) + 1;
    const value = work(() => (promise ? this.#settled(promise) : this.#settledUnknown(at)));
    this.#handler = handler;
    this.#close(journal);
    const settled = this.phase;
    this.phase = phase;
    this.guard = this.decisions.and(before, this.decisions.not(this.#exited));
    return this.promise(value, at, {
      phase: settled,
      rejected: own.guard,
      reason: own.value,
      mayFail: own.perhaps !== false,
      later: [this.#postpone(journal, by, at)],
    });
  }

  /** Runs what catches its own exceptions and makes a promise of them. */
  attempt(work: () => void): Pick<Settling, 'rejected' | 'reason' | 'mayFail'> {
    const [before, handler] = [this.guard, this.#handler];
    const own = this.#handle(true);
    work();
    this.#handler = handler;
    this.guard = this.decisions.and(before, this.decisions.not(this.#exited));
    return { rejected: own.guard, reason: own.value, mayFail: own.perhaps !== false };
  }

  // ---- calls

  call(callee: Value, self: Value, given: Arguments, at: Place): Value {
    return this.lift([callee], ([leaf]) => this.#call(leaf as Leaf, self, given, at));
  }

  #call(callee: Leaf, self: Value, given: Arguments, at: Place): Value {
    this.decisions.spend(5);
    if (callee.type === 'known') return this.fail(at);
    if (callee.type === 'unknown') return this.unknownCall(callee, self, given, at);
    const { nature } = callee;
    if (nature.is === 'native') {
      // A library is given it: `app.use(router)`.
      if (isMade(self) && self.nature.made.follows) for (const arg of given.args) this.want(importsIn(arg));
      return nature.call(this, { self, args: given.args, places: given.places, open: given.open, at });
    }
    if (nature.is === 'function')
      return this.#invoke(callee, nature.code, nature.env, nature.self ?? self, nature.home, given, at);
    if (nature.is === 'class') return this.fail(at);
    if (nature.is === 'made') {
      // `cors(options)`
      for (const arg of given.args) this.want(importsIn(arg));
      const call = nature.made.get(this, callee, '()', at);
      if (call) return this.call(call, self, given, at);
    }
    return this.unknownCall(this.unknown('call of something unknown', at), self, given, at);
  }

  /** Code that is not followed runs: it may change what it was given and what it was called on, and throw. */
  unknownCall(callee: Unknown, self: Value, given: Arguments, at: Place): Value {
    if (this.guard === false) return this.undefined(at);
    this.mayThrow();
    // An app, a request or a policy is handed on: `require('./routes')(app)`. Or it is a question of an origin.
    this.wantCallee(callee, given.args);
    for (const leaf of leaves(this.here(self)))
      // What a library made knows its own methods.
      if (leaf.type !== 'object' || leaf.nature.is !== 'made') this.escape(leaf, at);
    for (const arg of given.args) this.escape(arg, at);
    let deps = callee.deps;
    for (const arg of given.args) deps = union(deps, depsOf(arg));
    return this.unknown('call of something unknown', at, { key: `${callee.key}()${++this.#ids}`, deps });
  }

  construct(callee: Value, given: Arguments, at: Place): Value {
    return this.lift([callee], ([leaf]) => {
      const constructor = leaf as Leaf;
      this.decisions.spend(5);
      if (constructor.type === 'known') return this.fail(at);
      if (constructor.type === 'object') {
        const { nature } = constructor;
        if (nature.is === 'native' && nature.construct)
          return nature.construct(this, { self: constructor, ...given, at });
        if (nature.is === 'class') return this.#instance(constructor, given, at);
        if (nature.is === 'made') {
          for (const arg of given.args) this.want(importsIn(arg));
          const make = nature.made.get(this, constructor, 'new', at);
          if (make) return this.construct(make, given, at);
        }
        if (nature.is === 'function' && !nature.code.arrow) {
          const made = this.plain(at);
          made.proto = this.#prototype(constructor);
          const result = this.#invoke(constructor, nature.code, nature.env, made, nature.home, given, at);
          return this.decisions.map<Leaf, Leaf>(
            result,
            (one) => (one.type === 'known' ? made : one),
            sameLeaf,
          );
        }
      }
      this.mayThrow();
      // `new Routes(app)`
      if (constructor.type === 'unknown') this.wantCallee(constructor, given.args);
      for (const arg of given.args) this.escape(arg, at);
      return this.unknown('call of something unknown', at, { truthy: true, deps: depsOf(constructor) });
    });
  }

  #invoke(
    fn: Obj,
    code: FunctionCode,
    env: Env,
    self: Value | undefined,
    home: Obj | undefined,
    given: Arguments,
    at: Place,
  ): Value {
    if (this.guard === false) return this.undefined(at);
    const active = this.#active.get(code) ?? { times: 0, guard: this.guard };
    const endless = active.times >= DEEPEST_UNDECIDED_CALL && active.guard !== this.guard;
    if (code.generator || endless || this.#calls >= DEEPEST_CALL) {
      // Whatever it does, it does unseen.
      mayRun(this, fn, at);
      return this.unknownCall(
        this.unknown('a construct that is not modelled', at),
        self ?? this.undefined(),
        given,
        at,
      );
    }
    this.#calls++;
    this.#active.set(code, active);
    active.times++;
    this.entered.add(code);
    const body = code.body();
    const [caller, handler, phase, before] = [this.#frame, this.#handler, this.phase, this.guard];
    const frame = this.#newFrame(this.#scope(env), self, home, code.async);
    this.#frame = frame;
    const own = code.async ? this.#handle(true) : undefined;
    if (body.self) frame.env.cells.set(body.self, fn);
    if (body.arguments) this.#given.set(frame.env, { variable: body.arguments, given, at });
    this.#parameters(body, given, frame.env, at);
    this.#block(body.block, frame.env);
    const ended = this.guard;
    const result = this.pick(frame.returned, frame.result, this.undefined(at));
    this.guard = this.decisions.or(frame.returned, ended);
    this.#frame = caller;
    this.#handler = handler;
    this.#calls--;
    active.times--;
    return own ? this.#settlingOf(fn, frame, own, result, before, phase, at) : result;
  }

  #parameters(body: FunctionBody, given: Arguments, env: Env, at: Place): void {
    body.parameters.forEach((parameter, index) => {
      const place = given.places[index] ?? at;
      const value =
        given.args[index] ?? (given.open ? this.unknown('parameter', place) : this.undefined(place));
      this.#bind(parameter, value, env, true);
    });
    if (!body.rest) return;
    const extra = given.args.slice(body.parameters.length);
    const open = given.open ? this.unknown('parameter', at) : undefined;
    this.#bind(body.rest, this.array(extra, at, open), env, true);
  }

  /** The promise that a call of an asynchronous function returns. The caller goes on, whatever becomes of it. */
  #settlingOf(
    fn: Obj,
    frame: Frame,
    own: Handler,
    value: Value,
    before: Guard,
    phase: number,
    at: Place,
  ): Value {
    this.guard = this.decisions.and(before, this.decisions.not(this.#exited));
    const settled = this.phase;
    this.phase = phase;
    if (frame.since) this.#close(frame.since);
    return this.promise(value, at, {
      phase: settled,
      rejected: own.guard,
      reason: own.value,
      mayFail: own.perhaps !== false,
      later: frame.since ? [this.#postpone(frame.since, fn, at)] : [],
    });
  }

  #instance(cls: Obj, given: Arguments, at: Place): Value {
    const instance = this.plain(at);
    this.instances.set(cls, instance);
    this.#initialise(cls, instance, given, at);
    return instance;
  }

  /** Runs fields and constructor of a class, and of its parents, on an instance. */
  #initialise(cls: Obj, instance: Obj, given: Arguments, at: Place): void {
    if (cls.nature.is !== 'class') return;
    const { code, env, parent, prototype } = cls.nature;
    instance.proto ??= prototype;
    const inherit = (args: Arguments): void => {
      const base = parent === undefined ? undefined : this.here(parent);
      if (base === undefined) return;
      if (!(base instanceof Choice) && base.type === 'object' && base.nature.is === 'class')
        this.#initialise(base, instance, args, at);
      else {
        // A constructor that is not followed.
        for (const arg of args.args) this.escape(arg, at);
        this.mayThrow();
        instance.open ??= this.unknown('import', at);
      }
    };
    const fields = (): void => {
      for (const member of code.members) {
        if (member.type !== 'field' || member.static) continue;
        const value = member.value
          ? this.#thunk(member.value, env, instance, cls, at)
          : this.undefined(member);
        const key = this.#keyName(this.evaluate(member.key, env));
        if (key !== undefined) this.put(instance, key, value, member);
      }
    };
    if (!code.construct) {
      inherit(given);
      fields();
      return;
    }
    this.#pendingSuper.set(instance, (args) => {
      inherit(args);
      fields();
    });
    if (parent === undefined) fields();
    this.#invoke(cls, code.construct, env, instance, cls, given, at);
    this.#pendingSuper.delete(instance);
  }

  /** What the function of an environment was called with. */
  readonly #given = new WeakMap<
    Env,
    { readonly variable: Variable; readonly given: Arguments; readonly at: Place }
  >();
  readonly #pendingSuper = new Map<Obj, (args: Arguments) => void>();

  #thunk(code: FunctionCode, env: Env, self: Value, home: Obj, at: Place): Value {
    return this.#invoke(home, code, env, self, home, NO_ARGUMENTS, at);
  }

  // ---- statements

  /** Runs a module from top to bottom. What ends the program on some path did not happen: the server started. */
  module(code: ModuleCode): void {
    this.#module(code, this.top);
  }

  /** Runs another module, from top to bottom, where it is first needed. What it exports can be asked for meanwhile. */
  inner(code: ModuleCode, begun: (env: Env) => void, at: Place): void {
    const [frame, handler, guard, exited, skipped] = [
      this.#frame,
      this.#handler,
      this.guard,
      this.#exited,
      this.#skipped,
    ];
    const env: Env = { parent: undefined, cells: new Map(), born: ++this.#ids };
    this.#frame = this.#newFrame(env, undefined, undefined, false);
    [this.#handler, this.guard, this.#exited, this.#skipped] = [undefined, true, false, false];
    begun(env);
    const ended = this.#module(code, env);
    [this.#frame, this.#handler, this.guard, this.#exited, this.#skipped] = [
      frame,
      handler,
      guard,
      exited,
      skipped,
    ];
    // What a module throws, whoever needs it throws.
    if (ended === false) this.fail(at);
  }

  /** Returns `false` if it certainly does not come to its end. */
  #module(code: ModuleCode, env: Env): Guard {
    const exports = this.plain(NOWHERE);
    const module = this.plain(NOWHERE);
    this.put(module, 'exports', exports, NOWHERE);
    env.cells.set(code.commonJs.module, module);
    env.cells.set(code.commonJs.exports, exports);
    for (const { variable, module, name, at } of code.imports)
      env.cells.set(variable, this.imported(module, name, at));
    this.#hoist(code.block, env);
    for (const statement of code.block.statements) {
      this.#statement(statement, env);
      if (this.guard === false) break;
      this.decisions.assume(this.guard);
      this.guard = true;
    }
    return this.guard;
  }

  /** What a module exports: `*` for all of it. The place says where that is asked for, and by which file. */
  imported(module: string, name: string, at: Place): Value {
    return (
      this.surroundings.module(this, module, name, at) ??
      this.unknown('import', NOWHERE, {
        // Two files may import two things by the same words.
        key: `import:${module}:${name}${at.start < STRETCH ? '' : `@${wish(module, at)}`}`,
        deps: new Set([wish(module, at)]),
      })
    );
  }

  /** What is called is not known: it matters if it is given something that does. */
  wantCallee({ deps }: Unknown, args: readonly Value[]): void {
    const made = madeIn(args);
    // `isAllowed(origin)`; what else a handler calls shows in what it comes to.
    const isAsked = this.#trying && args.some((arg) => depsOf(arg).has('origin'));
    if (isAsked || made.some(({ nature }) => nature.made.decidesStill(this))) this.want(deps);
    else if (made.length > 0) for (const dep of deps) this.perhapsWanted.add(dep);
  }

  /** The code of another file decides here: it is worth following. */
  want(deps: Iterable<string>): void {
    for (const dep of deps) if (dep.startsWith('import:')) this.wanted.add(dep);
  }

  #newFrame(env: Env, self: Value | undefined, home: Obj | undefined, async: boolean): Frame {
    return {
      env,
      self,
      home,
      async,
      result: this.undefined(),
      returned: false,
      targets: [],
      since: undefined,
    };
  }

  #hoist(block: Block, env: Env): void {
    // A `var` that is a parameter too has the parameter's value.
    for (const variable of block.vars)
      if (!env.cells.has(variable)) env.cells.set(variable, this.undefined());
    for (const { variable, code } of block.hoisted) env.cells.set(variable, this.#closure(code, env));
  }

  #block(block: Block, env: Env): void {
    this.#hoist(block, env);
    for (const statement of block.statements) {
      if (this.guard === false) return;
      this.#statement(statement, env);
    }
  }

  #statement(statement: Statement, env: Env): void {
    this.decisions.spend();
    switch (statement.op) {
      case 'expression':
        this.evaluate(statement.code, env);
        return;
      case 'declare':
        if (statement.value)
          this.#bind(statement.target, this.evaluate(statement.value, env), env, statement.fresh);
        return;
      case 'block':
        this.#block(statement.block, this.#scope(env));
        return;
      case 'if': {
        const test = this.truth(this.evaluate(statement.test, env));
        this.both(
          test,
          () => this.#run(statement.yes, env),
          () => (statement.no ? this.#run(statement.no, env) : this.undefined()),
        );
        return;
      }
      case 'return': {
        const value = statement.code ? this.evaluate(statement.code, env) : this.undefined(statement);
        this.#frame.result = this.pick(this.guard, value, this.#frame.result);
        this.#frame.returned = this.decisions.or(this.#frame.returned, this.guard);
        this.guard = false;
        return;
      }
      case 'throw':
        this.throw(this.evaluate(statement.code, env));
        return;
      case 'try':
        this.#try(statement, env);
        return;
      case 'loop':
        this.#loop(statement, env);
        return;
      case 'each':
        this.#each(statement, env);
        return;
      case 'switch':
        this.#switch(statement, env);
        return;
      case 'break':
      case 'continue':
        this.#leave(statement.op, statement.label);
        return;
      case 'labelled': {
        const target: Target = { labels: [statement.label], is: 'label', breaks: false, continues: false };
        this.#frame.targets.push(target);
        this.#statement(statement.body, env);
        this.#frame.targets.pop();
        this.guard = this.decisions.or(this.guard, target.breaks);
      }
    }
  }

  #run(statement: Statement, env: Env): Value {
    this.#statement(statement, env);
    return this.undefined();
  }

  /** The program throws here, under the present guard. */
  throw(value: Value): Value {
    const handler = this.#handler;
    if (handler) {
      handler.value = this.pick(this.guard, value, handler.value);
      handler.guard = this.decisions.or(handler.guard, this.guard);
    }
    this.guard = false;
    return this.undefined();
  }

  /** The language itself throws: a property of `undefined`, a call of what is no function. */
  fail(at: Place): Value {
    const error = this.plain(at);
    const unclear = (): Slot => ({
      value: this.unknown('a construct that is not modelled', at, { kind: 'string', truthy: true }),
      at,
    });
    for (const key of ['name', 'message', 'stack']) error.slots.set(key, unclear());
    this.accidents.add(error);
    return this.throw(error);
  }

  /** The process ends itself: no `catch` and no `finally` sees it. */
  exit(): Value {
    this.#exited = this.decisions.or(this.#exited, this.guard);
    this.lost = this.decisions.or(this.lost, this.guard);
    this.guard = false;
    return this.undefined();
  }

  /** Something ran that is not followed: it may have thrown. */
  mayThrow(): void {
    let rejects = false;
    for (let handler = this.#handler; handler; handler = handler.outer) {
      // The innermost is told; a `try` around the asynchronous function hears of it when it awaits the promise.
      if (!rejects) handler.perhaps = this.decisions.or(handler.perhaps, this.guard);
      if (!handler.async) {
        handler.since ??= this.#open();
        return;
      }
      rejects = true;
    }
  }

  #handle(async: boolean): Handler {
    this.#handler = {
      outer: this.#handler,
      async,
      guard: false,
      value: this.undefined(),
      perhaps: false,
      since: undefined,
    };
    return this.#handler;
  }

  #try(statement: Extract<Statement, { op: 'try' }>, env: Env): void {
    const outer = this.#handler;
    const before = this.guard;
    const handler = this.#handle(false);
    this.#block(statement.block, this.#scope(env));
    this.#handler = outer;
    const failed = this.#mayHaveThrown(handler, statement);
    let normal = this.decisions.and(this.guard, this.decisions.not(failed));
    let thrown = this.decisions.or(handler.guard, failed);
    if (statement.handler && thrown !== false) {
      this.guard = thrown;
      const inner = this.#scope(env);
      thrown = false;
      // What the handler throws goes through `finally` as well.
      const again = statement.finalizer ? this.#handle(false) : undefined;
      if (statement.caught) this.#bind(statement.caught, handler.value, inner, true);
      this.#block(statement.handler, inner);
      normal = this.decisions.or(normal, this.guard);
      if (again) {
        this.#handler = outer;
        thrown = again.guard;
        handler.value = again.value;
        if (again.since) this.#close(again.since);
      }
    }
    if (statement.finalizer) {
      // However the block was left.
      this.guard = this.decisions.and(before, this.decisions.not(this.#exited));
      this.#block(statement.finalizer, this.#scope(env));
      normal = this.decisions.and(normal, this.guard);
      thrown = this.decisions.and(thrown, this.guard);
    }
    this.guard = thrown;
    if (thrown !== false) this.throw(handler.value);
    this.guard = normal;
  }

  /**
   * Where something in the block threw that is not followed, for all that is known. It did so at its first call or at
   * any later one: of what was written after the first, nobody knows whether it happened.
   */
  #mayHaveThrown(handler: Handler, at: Place): Guard {
    const { since: journal, perhaps } = handler;
    if (!journal) return false;
    this.#close(journal);
    if (perhaps === false) return false;
    const { guard } = this;
    const throws = this.decisions.ask(`throws@${at.start}:${++this.#ids}`, NO_DEPS);
    const failed = this.decisions.and(perhaps, throws);
    this.guard = failed;
    this.#forgetWritten(journal, at);
    this.guard = guard;
    // It was left neither by `return` nor by `break`.
    const fine = this.decisions.not(failed);
    const frame = this.#frame;
    frame.returned = this.decisions.and(frame.returned, fine);
    for (const target of frame.targets) {
      target.breaks = this.decisions.and(target.breaks, fine);
      target.continues = this.decisions.and(target.continues, fine);
    }
    this.#exited = this.decisions.and(this.#exited, fine);
    const error = this.unknown('call of something unknown', at, { truthy: true });
    handler.value = this.pick(failed, error, handler.value);
    return failed;
  }

  #leave(how: 'break' | 'continue', label: string | undefined): void {
    const target = this.#frame.targets.findLast((one) =>
      label === undefined
        ? one.is === 'loop' || (how === 'break' && one.is === 'switch')
        : one.labels.includes(label),
    );
    if (target && how === 'break') target.breaks = this.decisions.or(target.breaks, this.guard);
    if (target && how === 'continue') target.continues = this.decisions.or(target.continues, this.guard);
    this.guard = false;
  }

  #loop(statement: Extract<Statement, { op: 'loop' }>, env: Env): void {
    const outer = this.#scope(env);
    for (const init of statement.init) this.#statement(init, outer);
    const target: Target = { labels: statement.labels, is: 'loop', breaks: false, continues: false };
    this.#frame.targets.push(target);
    let left: Guard = false;
    let undecided = 0;
    const test = (): void => {
      if (!statement.test || this.guard === false) return;
      const answer = this.truth(this.evaluate(statement.test, outer));
      const goesOn = this.decisions.under(this.guard, answer);
      if (goesOn instanceof Choice) undecided += MOST_UNDECIDED_BREAKS / UNDECIDED_ROUNDS;
      left = this.decisions.or(left, this.decisions.and(this.guard, this.decisions.not(goesOn)));
      this.guard = this.decisions.and(this.guard, goesOn);
    };
    const round = (): void => {
      // Every round has its own copies of what the head declares, as closures see them.
      const inner = this.#scope(env, new Map(outer.cells));
      this.#statement(statement.body, inner);
      for (const variable of outer.cells.keys()) {
        for (const journal of this.#journals) journal.cell(outer, variable);
        outer.cells.set(variable, inner.cells.get(variable) as Value);
      }
      this.guard = this.decisions.or(this.guard, target.continues);
      target.continues = false;
      if (this.guard !== false && statement.update) this.evaluate(statement.update, outer);
    };
    if (!statement.testLast) test();
    for (let rounds = 1; this.guard !== false; rounds++) {
      const endless = rounds > MOST_ROUNDS || undecided > MOST_UNDECIDED_BREAKS;
      if (endless) {
        // Any later round is like this one: who does not leave here goes through it again.
        this.repeat(
          () => mayRepeat(this, statement, outer, this.#frame.self, statement),
          () => {
            round();
            test();
          },
          statement,
        );
        this.lost = this.decisions.or(this.lost, this.guard);
        break;
      }
      const before = this.guard;
      round();
      if (this.guard !== before) undecided++;
      test();
    }
    this.#frame.targets.pop();
    this.guard = this.decisions.or(left, target.breaks);
  }

  #each(statement: Extract<Statement, { op: 'each' }>, env: Env): void {
    const of = this.evaluate(statement.of, env);
    this.lift([of], ([leaf]) => {
      const list = this.#iterate(leaf as Leaf, statement.over, statement);
      const object =
        statement.over === 'values' && (leaf as Leaf).type === 'object' ? (leaf as Obj) : undefined;
      return this.#withList(list, (items) => this.#rounds(statement, items, object, env));
    });
  }

  #rounds(
    statement: Extract<Statement, { op: 'each' }>,
    list: List,
    object: Obj | undefined,
    env: Env,
  ): Value {
    const target: Target = { labels: statement.labels, is: 'loop', breaks: false, continues: false };
    this.#frame.targets.push(target);
    const round = (item: Value): void => {
      if (this.guard === false) return;
      const inner = this.#scope(env);
      this.#bind(statement.target, item, inner, statement.fresh);
      this.#statement(statement.body, inner);
      this.guard = this.decisions.or(this.guard, target.continues);
      target.continues = false;
    };
    this.eachItem(list, {
      object,
      grows: true,
      visit: round,
      visitOther: round,
      changed: () => mayRepeat(this, statement, env, this.#frame.self, statement),
      at: statement,
    });
    this.#frame.targets.pop();
    this.guard = this.decisions.or(this.guard, target.breaks);
    return this.undefined();
  }

  /**
   * Visits every element. Those that are not listed may come before, between and after the others: then no index is
   * known. What the visits change in the list itself counts, as it does in the language.
   *
   * @returns whether all that the list held were visited, or those that it held in the end, or nobody knows which.
   */
  eachItem(
    list: List,
    { object, grows, visit, visitOther, changed, at }: Visits,
  ): 'all' | 'those left' | 'unclear' {
    const { open } = list;
    if (!open) return this.#eachListed(list, { object, grows, visit, visitOther, changed, at });
    if (this.guard === false) return 'unclear';
    const more = this.decisions.ask(`more@${at.start}:${++this.#ids}`, open.deps);
    const before = this.guard;
    const none = this.decisions.and(before, this.decisions.not(more));
    this.guard = this.decisions.and(before, more);
    this.repeat(
      changed,
      () => visitOther(this.unknown('property of something unknown', at, { deps: open.deps })),
      at,
    );
    this.guard = this.decisions.or(this.guard, none);
    if (list.items.length === 0) return 'unclear';
    const journal = this.#open();
    for (const item of list.items) visit(item, undefined);
    this.#close(journal);
    const after = this.guard;
    this.guard = this.decisions.and(before, more);
    this.#forgetWritten(journal, at);
    this.guard = after;
    return 'unclear';
  }

  #eachListed(
    list: List,
    { object, grows, visit, visitOther, changed, at }: Visits,
  ): 'all' | 'those left' | 'unclear' {
    const started = object?.list;
    let { items } = list;
    for (let index = 0; index < items.length; index++) {
      if (this.guard === false) break;
      visit(items[index] as Value, index);
      if (object === undefined || object.list === started) continue;
      const now = this.listOf(object);
      const follows =
        now && !now.open && (object.nature.is === 'array' || startsAlike(now.items, items, index + 1));
      if (!follows) {
        this.repeat(changed, () => visitOther(this.unknown('property of something unknown', at)), at);
        return 'unclear';
      }
      items = grows ? now.items : now.items.slice(0, list.items.length);
    }
    return items === list.items ? 'all' : 'those left';
  }

  /** What `for … of`, a spread or a destructuring gets out of a value. */
  iterate(leaf: Leaf, at: Place): Tree<List> {
    return this.#iterate(leaf, 'values', at);
  }

  #iterate(leaf: Leaf, over: 'values' | 'keys', at: Place): Tree<List> {
    if (leaf.type === 'known') {
      if (over === 'keys') return typeof leaf.value === 'string' ? this.#anyItems(leaf, at) : NO_ITEMS;
      if (typeof leaf.value === 'string')
        return { items: [...leaf.value].map((character) => known(character, leaf.at)), open: undefined };
      this.fail(at);
      return NO_ITEMS;
    }
    if (leaf.type === 'unknown') {
      if (leaf.kind !== 'string') this.mayThrow();
      return this.#anyItems(leaf, at);
    }
    const { is } = leaf.nature;
    if (over === 'keys') {
      if (is !== 'plain') return this.#anyItems(leaf, at);
      const keys = new Map<string, { value: Value; there: Guard }>();
      for (let holder: Obj | undefined = leaf; holder; holder = holder.proto) {
        if (holder.open) return this.#anyItems(leaf, at);
        if (holder.hidden) continue;
        for (const [key, slot] of this.entries(holder)) {
          const there = this.decisions.or(this.there(slot), keys.get(key)?.there ?? false);
          keys.set(key, { value: known(key, slot.at), there });
        }
      }
      return this.gather([...keys.values()], at);
    }
    for (const journal of this.#journals) journal.readObject(leaf);
    if (is === 'array' || is === 'set' || is === 'map') return this.decisions.under(this.guard, leaf.list);
    return this.#anyItems(leaf, at);
  }

  #anyItems(leaf: Leaf, at: Place): List {
    const more = leaf.type === 'unknown' ? { key: `${leaf.key}[]`, deps: leaf.deps } : {};
    return { items: [], open: this.unknown('property of something unknown', at, more) };
  }

  #switch(statement: Extract<Statement, { op: 'switch' }>, outer: Env): void {
    const env = this.#scope(outer);
    const subject = this.evaluate(statement.subject, env);
    for (const { variable, code } of statement.hoisted) env.cells.set(variable, this.#closure(code, env));
    let rest = this.guard;
    const entries = statement.cases.map((one): Guard => {
      if (!one.test) return false;
      this.guard = rest;
      const equal = this.truth(this.binary('===', subject, this.evaluate(one.test, env), one.test));
      // Where the test throws, neither this case nor a later one is entered.
      const entry = this.decisions.and(this.guard, equal);
      rest = this.decisions.and(this.guard, this.decisions.not(equal));
      return entry;
    });
    const byDefault = statement.cases.findIndex((one) => !one.test);
    const target: Target = { labels: statement.labels, is: 'switch', breaks: false, continues: false };
    this.#frame.targets.push(target);
    this.guard = false;
    statement.cases.forEach((one, index) => {
      this.guard = this.decisions.or(this.guard, index === byDefault ? rest : (entries[index] ?? false));
      for (const inner of one.statements) if (this.guard !== false) this.#statement(inner, env);
    });
    this.#frame.targets.pop();
    this.guard = this.decisions.or(
      this.decisions.or(this.guard, target.breaks),
      byDefault < 0 ? rest : false,
    );
  }

  // ---- variables

  #readVariable(variable: Variable, env: Env, at: Place): Value {
    const holder = holderOf(env, variable);
    const value = holder?.cells.get(variable);
    if (value !== undefined) {
      for (const journal of this.#journals) journal.readCell(holder as Env, variable);
      return this.here(value);
    }
    if (variable.name === 'arguments')
      for (let scope: Env | undefined = env; scope; scope = scope.parent) {
        const own = this.#given.get(scope);
        if (own?.variable !== variable) continue;
        const open = own.given.open ? this.unknown('parameter', own.at) : undefined;
        const list = this.array(own.given.args, own.at, open);
        scope.cells.set(variable, list);
        return list;
      }
    // Not yet declared. Of the module's own variables nobody knows: a part of it may run that never comes so far.
    if (!variable.top && (variable.kind === 'let' || variable.kind === 'const')) return this.fail(at);
    this.mayThrow();
    return this.unknown('a construct that is not modelled', at);
  }

  /** Gives a pattern its value. `fresh`: a declaration, which makes the variable in this block. */
  #bind(pattern: Pattern, value: Value, env: Env, fresh: boolean): void {
    switch (pattern.to) {
      case 'variable': {
        const { variable } = pattern;
        if (!fresh && variable.kind === 'const') this.fail(pattern);
        this.assign(fresh ? env : (holderOf(env, variable) ?? this.#frame.env), variable, value);
        return;
      }
      case 'property':
        this.#setAt(this.evaluate(pattern.object, env), this.evaluate(pattern.key, env), value, pattern);
        return;
      case 'default': {
        const missing = this.truth(this.binary('===', value, this.undefined(), NOWHERE));
        const merged = this.both(
          missing,
          () => this.evaluate(pattern.value, env),
          () => value,
        );
        this.#bind(pattern.target, merged, env, fresh);
        return;
      }
      case 'object': {
        const taken = new Set<string>();
        let all = true;
        for (const { key, target } of pattern.properties) {
          const name = this.evaluate(key, env);
          const certain = this.#keyName(name);
          if (certain === undefined) all = false;
          else taken.add(certain);
          this.#bind(target, this.#getAt(value, name, NOWHERE), env, fresh);
        }
        if (pattern.rest) {
          const rest = this.plain(NOWHERE);
          this.copyInto(rest, value, taken);
          for (const name of taken) rest.slots.delete(name);
          if (!all) this.forget(rest, this.unknown('computed from something unknown', NOWHERE));
          this.#bind(pattern.rest, rest, env, fresh);
        }
        return;
      }
      case 'array': {
        const lists = this.#listsOf(value, NOWHERE);
        pattern.items.forEach((target, index) => {
          if (target) this.#bind(target, this.#item(lists, index), env, fresh);
        });
        if (pattern.rest) {
          const skipped = pattern.items.length;
          const rest = this.decisions.map<List, List>(lists, ({ items, open }) => ({
            items: open ? [] : items.slice(skipped),
            open: open && this.unknown('property of something unknown', NOWHERE, { deps: open.deps }),
          }));
          this.#bind(pattern.rest, this.arrayOf(rest, NOWHERE), env, fresh);
        }
        break;
      }
      case 'nowhere':
        break;
    }
  }

  /** The lists that a value may be, as something that is iterated. */
  #listsOf(value: Value, at: Place): Tree<List> {
    const now = this.here(value);
    if (!(now instanceof Choice)) return this.#iterate(now, 'values', at);
    const before = this.guard;
    const here = new Choice<boolean>(now.atom, true, false);
    this.guard = this.decisions.and(before, here);
    const yes = this.#listsOf(now.yes, at);
    const afterYes = this.guard;
    this.guard = this.decisions.and(before, this.decisions.not(here));
    const no = this.#listsOf(now.no, at);
    this.guard = this.decisions.or(afterYes, this.guard);
    return this.decisions.pick(here, yes, no, sameList);
  }

  #item(lists: Tree<List>, index: number): Value {
    return this.decisions.map<List, Leaf>(
      lists,
      ({ items, open }) =>
        open
          ? this.unknown('property of something unknown', NOWHERE, {
              key: `${open.key}[${index}]`,
              deps: open.deps,
            })
          : (items[index] ?? this.undefined()),
      sameLeaf,
    );
  }

  // ---- expressions

  evaluate(code: Code, env: Env): Value {
    if (++this.#depth > DEEPEST_CODE) throw new BudgetSpent();
    this.decisions.spend();
    const value = this.#evaluate(code, env);
    this.#depth--;
    return value;
  }

  #evaluate(code: Code, env: Env): Value {
    switch (code.op) {
      case 'constant':
        return known(code.value, code);
      case 'regexp':
        return this.object({ is: 'regexp', source: code.source, flags: code.flags }, code);
      case 'template': {
        let whole: Value = known(code.texts[0] ?? '', code);
        code.parts.forEach((part, index) => {
          whole = this.binary('+', whole, text(this, this.evaluate(part, env), part), code);
          const following = code.texts[index + 1];
          if (following) whole = this.binary('+', whole, known(following, code), code);
        });
        return whole;
      }
      case 'read':
        return this.#readVariable(code.variable, env, code);
      case 'global':
        return (
          this.surroundings.global(this, code.name, code) ??
          this.unknown('global', code, { key: `global:${code.name}` })
        );
      case 'this':
        return this.#frame.self ?? this.unknown('global', code, { key: 'this' });
      case 'super':
        return this.#frame.self ?? this.undefined(code);
      case 'get':
        return this.#member(code, env).value;
      case 'chain': {
        const outer = this.#skipped;
        this.#skipped = false;
        const value = this.evaluate(code.code, env);
        const skipped = this.#skipped;
        this.#skipped = outer;
        this.guard = this.decisions.or(this.guard, skipped);
        return this.pick(skipped, this.undefined(code), value);
      }
      case 'call':
        return this.#callCode(code, env);
      case 'new':
        return this.construct(this.evaluate(code.callee, env), this.#arguments(code.items, env), code);
      case 'array':
        return this.#arrayCode(code, env);
      case 'object':
        return this.#objectCode(code, env);
      case 'function':
        return this.#closure(code.code, env);
      case 'class':
        return this.#classCode(code.code, env);
      case 'unary':
        return unary(this, code.operator, this.evaluate(code.code, env), code);
      case 'delete':
        this.#deleteCode(code.target, env);
        return known(true, code);
      case 'binary':
        return this.binary(
          code.operator,
          this.evaluate(code.left, env),
          this.evaluate(code.right, env),
          code,
        );
      case 'logical':
        return this.#logical(code.operator, this.evaluate(code.left, env), () =>
          this.evaluate(code.right, env),
        );
      case 'conditional':
        return this.both(
          this.truth(this.evaluate(code.test, env)),
          () => this.evaluate(code.yes, env),
          () => this.evaluate(code.no, env),
        );
      case 'assign':
        return this.#assign(code, env);
      case 'update': {
        const target = this.#reference(code.target, env);
        const old = unary(this, '+', target.read(), code);
        const value = binary(this, code.by === 1 ? '+' : '-', old, known(1, code), code);
        target.write(value);
        return code.prefix ? value : old;
      }
      case 'sequence': {
        let last: Value = this.undefined(code);
        for (const one of code.codes) last = this.evaluate(one, env);
        return last;
      }
      case 'await':
        return this.#await(this.evaluate(code.code, env));
      case 'import': {
        const module = this.evaluate(code.module, env);
        const name = module instanceof Choice || module.type !== 'known' ? undefined : String(module.value);
        const value = name === undefined ? this.unknown('import', code) : this.imported(name, '*', code);
        return this.promise(value, code, { mayFail: true });
      }
      case 'opaque': {
        for (const part of code.parts) this.escape(this.evaluate(part, env), code);
        return this.unknown('a construct that is not modelled', code);
      }
    }
  }

  #closure(code: FunctionCode, env: Env): Obj {
    const { self, home } = this.#frame;
    const fn = this.object(
      {
        is: 'function',
        code,
        env,
        self: code.arrow ? (self ?? this.unknown('global', code, { key: 'this' })) : undefined,
        home,
      },
      code,
    );
    this.closures.set(code, fn);
    return fn;
  }

  #method(code: FunctionCode, env: Env, home: Obj): Obj {
    const fn = this.object({ is: 'function', code, env, self: undefined, home }, code);
    this.closures.set(code, fn);
    return fn;
  }

  #classCode(code: ClassCode, outer: Env): Value {
    const parent = code.parent ? this.evaluate(code.parent, outer) : undefined;
    const env = this.#scope(outer);
    const prototype = this.plain(code);
    prototype.hidden = true;
    const cls = this.object({ is: 'class', code, env, parent, prototype }, code);
    this.classes.set(code, cls);
    if (code.self) env.cells.set(code.self, cls);
    const base = parent === undefined ? undefined : this.here(parent);
    if (base !== undefined) {
      if (!(base instanceof Choice) && base.type === 'object' && base.nature.is === 'class') {
        prototype.proto = base.nature.prototype;
        cls.proto = base;
      } else prototype.open = this.unknown('import', code);
    }
    for (const member of code.members) {
      const holder = member.static ? cls : prototype;
      if (member.type === 'field') {
        if (!member.static) continue;
        const value = member.value
          ? this.#thunk(member.value, env, cls, cls, member)
          : this.undefined(member);
        const key = this.#keyName(this.evaluate(member.key, env));
        // A static block has no name.
        if (key) this.put(holder, key, value, member);
        continue;
      }
      const key = this.#keyName(this.evaluate(member.key, env));
      if (key === undefined) continue;
      const fn = this.#method(member.code, env, cls);
      if (member.type === 'method') this.put(holder, key, fn, member);
      else this.accessor(holder, key, member.type, fn, member);
    }
    return cls;
  }

  #arrayCode(code: Extract<Code, { op: 'array' }>, env: Env): Value {
    let lists: Tree<List> = NO_ITEMS;
    let plain: Value[] = [];
    const append = (more: Tree<List>): void => {
      lists = this.concat(lists, more, code);
    };
    for (const item of code.items) {
      if (!item?.spread) {
        plain.push(item ? this.evaluate(item.code, env) : this.undefined(code));
        continue;
      }
      const more = this.#listsOf(this.evaluate(item.code, env), item);
      append({ items: plain, open: undefined });
      plain = [];
      append(more);
    }
    append({ items: plain, open: undefined });
    return this.arrayOf(lists, code);
  }

  /** One list behind the other. More combinations than are told apart make a list of which the rest is unknown. */
  concat(first: Tree<List>, second: Tree<List>, at: Place): Tree<List> {
    if (leaves(first).length * leaves(second).length > 2 ** MOST_UNDECIDED_ITEMS)
      return { items: [], open: this.unknown('computed from something unknown', at) };
    return this.decisions.map<List, List>(first, (start) =>
      this.decisions.map<List, List>(second, (end) => {
        if (start.items.length === 0 && !start.open) return end;
        if (end.items.length === 0 && !end.open) return start;
        this.decisions.spend(1 + end.items.length / 16);
        return { items: [...start.items, ...end.items], open: start.open ?? end.open };
      }),
    );
  }

  /** The elements of a spread of arguments. Where several lists are possible, none is known. */
  #spread(value: Value, at: Place): List {
    const lists = this.#listsOf(value, at);
    if (!(lists instanceof Choice)) return lists as List;
    return { items: [], open: this.unknown('computed from something unknown', at, { deps: depsOf(value) }) };
  }

  #objectCode(code: Extract<Code, { op: 'object' }>, env: Env): Value {
    const object = this.plain(code);
    for (const property of code.properties) {
      if (property.type === 'spread') {
        this.copyInto(object, this.evaluate(property.value, env));
        continue;
      }
      const name = this.evaluate(property.key, env);
      if (property.type === 'value') {
        const value = this.evaluate(property.value, env);
        this.lift([name], ([leaf]) => {
          const key = leaf as Leaf;
          if (key.type === 'known') this.put(object, String(key.value), value, property);
          else this.forget(object, this.unknown('computed from something unknown', property));
          return this.undefined();
        });
        continue;
      }
      const key = this.#keyName(name);
      if (key === undefined) this.forget(object, this.unknown('computed from something unknown', property));
      else this.accessor(object, key, property.type, this.#method(property.code, env, object), property);
    }
    return object;
  }

  /** The name that a value gives to a property; nothing if it is not known. */
  #keyName(value: Value): string | undefined {
    const now = this.here(value);
    return now instanceof Choice || now.type !== 'known' ? undefined : String(now.value);
  }

  #member(code: Extract<Code, { op: 'get' }>, env: Env): { value: Value; self: Value } {
    if (code.object.op === 'super') return this.#superMember(code, env);
    const self = this.evaluate(code.object, env);
    if (code.optional) this.#skipWhere(this.nullish(self));
    return { value: this.#getAt(self, this.evaluate(code.key, env), code), self: this.here(self) };
  }

  #superMember(code: Extract<Code, { op: 'get' }>, env: Env): { value: Value; self: Value } {
    const key = this.#keyName(this.evaluate(code.key, env));
    const self = this.#frame.self ?? this.undefined(code);
    const home = this.#frame.home;
    const isStatic = !(self instanceof Choice) && self.type === 'object' && self.nature.is === 'class';
    const parent = home?.nature.is === 'class' ? (isStatic ? home : home.nature.prototype).proto : undefined;
    if (key === undefined || !parent) return { value: this.unknown('import', code), self };
    return { value: this.#getOwn(parent, self, key, code), self };
  }

  /** Here an optional chain ends. */
  #skipWhere(guard: Guard): void {
    const ends = this.decisions.and(this.guard, this.decisions.under(this.guard, guard));
    if (ends === false) return;
    this.#skipped = this.decisions.or(this.#skipped, ends);
    this.guard = this.decisions.and(this.guard, this.decisions.not(ends));
  }

  /** `object[key]` */
  #getAt(object: Value, key: Value, at: Place): Value {
    return this.lift([object, key], ([leaf, property]) => {
      const [from, name] = [leaf as Leaf, property as Leaf];
      if (name.type === 'known') return this.#get(from, String(name.value), at);
      if (from.type === 'known' && (from.value === undefined || from.value === null)) return this.fail(at);
      return this.unknown('property of something unknown', at, {
        key: `${this.keyOf(from)}[${this.keyOf(name)}]`,
        deps: union(depsOf(from), depsOf(name)),
      });
    });
  }

  /** `object[key] = value` */
  #setAt(object: Value, key: Value, value: Value, at: Place): void {
    this.lift([object, key], ([leaf, property]) => {
      const [target, name] = [leaf as Leaf, property as Leaf];
      if (name.type === 'known') this.#set(target, String(name.value), value, at);
      else {
        // Any property may be the one, and from there the value can be reached.
        this.escape(target, at);
        this.escape(value, at);
      }
      return this.undefined();
    });
  }

  #arguments(items: readonly Item[], env: Env): Arguments {
    const args: Value[] = [];
    const places: Place[] = [];
    let open = false;
    for (const item of items) {
      const value = this.evaluate(item.code, env);
      if (!item.spread) {
        args.push(value);
        places.push(item.code);
        continue;
      }
      const list = this.#spread(value, item);
      for (const one of list.items) {
        args.push(one);
        places.push(item);
      }
      open ||= list.open !== undefined;
    }
    return { args, places, open };
  }

  #callCode(code: Call, env: Env): Value {
    const { callee } = code;
    if (callee.op === 'super') {
      const given = this.#arguments(code.items, env);
      const self = this.#frame.self;
      if (self !== undefined && !(self instanceof Choice) && self.type === 'object')
        this.#pendingSuper.get(self)?.(given);
      return this.undefined(code);
    }
    const { value, self } =
      callee.op === 'get'
        ? this.#member(callee, env)
        : { value: this.evaluate(callee, env), self: this.undefined(code) };
    if (code.optional) this.#skipWhere(this.nullish(value));
    const given = this.#arguments(code.items, env);
    return this.lift([value], ([leaf]) => {
      const called = leaf as Leaf;
      return called.type === 'unknown' && callee.op === 'get'
        ? this.#unknownMethod(called, callee, self, given, code, env)
        : this.#call(called, self, given, code);
    });
  }

  #unknownMethod(
    callee: Unknown,
    member: Extract<Code, { op: 'get' }>,
    self: Value,
    given: Arguments,
    at: Place,
    env: Env,
  ): Value {
    const method = this.#keyName(this.evaluate(member.key, env));
    const receiver = this.here(self);
    if (method !== undefined && !(receiver instanceof Choice) && receiver.type === 'unknown') {
      const observed = this.surroundings.observe(this, receiver, method, { ...given, at });
      if (observed !== undefined) return observed;
    }
    return this.unknownCall(callee, self, given, at);
  }

  #deleteCode(target: Code, env: Env): void {
    if (target.op === 'chain') {
      this.escape(this.evaluate(target.code.op === 'get' ? target.code.object : target.code, env), target);
      return;
    }
    if (target.op !== 'get') return;
    const object = this.evaluate(target.object, env);
    this.lift([object, this.evaluate(target.key, env)], ([leaf, key]) => {
      this.#delete(leaf as Leaf, key as Leaf, target);
      return this.undefined();
    });
  }

  #delete(leaf: Leaf, name: Leaf, at: Place): void {
    if (leaf.type === 'known') return;
    if (name.type !== 'known' || (leaf.type === 'object' && leaf.nature.is === 'array')) {
      this.escape(leaf, at);
      return;
    }
    const object = leaf.type === 'unknown' ? this.#shadowed(leaf) : leaf;
    const key = String(name.value);
    this.#unlessFrozen(object, () => {
      const old = object.slots.get(key);
      if (this.guard === true && !object.open) this.#setSlot(object, key, undefined);
      else if (old?.getter ?? old?.setter ?? object.open)
        this.put(object, key, this.unknown('changed by code that is not followed', at), at);
      else
        this.#setSlot(object, key, {
          value: this.decisions.pick<Leaf | Absent>(this.guard, ABSENT, old?.value ?? ABSENT, sameLeaf),
          at,
        });
    });
  }

  #logical(operator: '&&' | '||' | '??', left: Value, right: () => Value): Value {
    if (operator === '??') return this.both(this.nullish(left), right, () => left);
    const truth = this.truth(left);
    return operator === '&&' ? this.both(truth, right, () => left) : this.both(truth, () => left, right);
  }

  #assign(code: Extract<Code, { op: 'assign' }>, env: Env): Value {
    const { operator, target } = code;
    if (operator === '' && target.to !== 'property') {
      const value = this.evaluate(code.value, env);
      this.#bind(target, value, env, false);
      return value;
    }
    const { read, write } = this.#reference(target, env);
    if (operator === '&&' || operator === '||' || operator === '??')
      return this.#logical(operator, read(), () => {
        const fresh = this.evaluate(code.value, env);
        write(fresh);
        return fresh;
      });
    const value =
      operator === ''
        ? this.evaluate(code.value, env)
        : this.binary(operator, read(), this.evaluate(code.value, env), code);
    write(value);
    return value;
  }

  /** What stands to the left of `=`: its parts are run once, however often it is read and written. */
  #reference(target: Pattern, env: Env): { read: () => Value; write: (value: Value) => void } {
    if (target.to === 'property') {
      const object = this.evaluate(target.object, env);
      const key = this.evaluate(target.key, env);
      return {
        read: () => this.#getAt(object, key, target),
        write: (value) => this.#setAt(object, key, value, target),
      };
    }
    return {
      read: () =>
        target.to === 'variable'
          ? this.#readVariable(target.variable, env, target)
          : this.unknown('a construct that is not modelled', NOWHERE),
      write: (value) => this.#bind(target, value, env, false),
    };
  }

  #await(value: Value): Value {
    const frame = this.#frame;
    if (frame.async) frame.since ??= this.#open(true);
    // Meanwhile timers and events come in.
    for (const fn of this.#waiting) mayRun(this, fn, NOWHERE);
    return this.lift([value], ([leaf]) => {
      const awaited = leaf as Leaf;
      const settling =
        awaited.type === 'object' && awaited.nature.is === 'promise' ? awaited.nature.promise : undefined;
      this.phase = Math.max(this.phase, settling?.phase ?? 0) + 1;
      if (settling) return this.#settled(settling);
      return awaited.type === 'unknown' ? this.#settledUnknown(awaited.at, awaited) : awaited;
    });
  }

  #settledUnknown(at: Place, of?: Unknown): Value {
    this.mayThrow();
    return this.unknown('call of something unknown', at, of ? { key: `await ${of.key}`, deps: of.deps } : {});
  }

  /** What a promise is fulfilled with; where it is rejected, that is thrown. */
  #settled({ value, rejected, reason, mayFail, later }: Settling): Value {
    for (const one of later) this.#arrive(one);
    if (mayFail) this.mayThrow();
    return this.both(
      rejected,
      () => this.throw(reason),
      // A promise of a promise is that promise.
      () =>
        this.lift([value], ([leaf]) => {
          const inner = leaf as Leaf;
          return inner.type === 'object' && inner.nature.is === 'promise'
            ? this.#settled(inner.nature.promise)
            : inner;
        }),
    );
  }

  binary(operator: string, left: Value, right: Value, at: Place): Value {
    return binary(this, operator, left, right, at);
  }
}

const NO_ARGUMENTS: Arguments = { args: [], places: [], open: false };

/** The accessor that stands for a property, on the object or on what it inherits from. */
function accessorOf(object: Obj, key: string): Slot | undefined {
  for (let holder: Obj | undefined = object; holder; holder = holder.proto) {
    const slot = holder.slots.get(key);
    if (slot) return (slot.getter ?? slot.setter) ? slot : undefined;
  }
  return undefined;
}

function startsAlike(a: readonly Value[], b: readonly Value[], length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d{0,8})$/.test(key);
}

function lengthOf(value: Value): number | undefined {
  return !(value instanceof Choice) && value.type === 'known' && typeof value.value === 'number'
    ? value.value
    : undefined;
}
