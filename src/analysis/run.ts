/**
 * The evaluator: the only one. It runs lowered code in the head, in a given world.
 *
 * What cannot be known is an unknown value. A condition on it is an open question: both sides run, each under its
 * guard, and what they write is merged into choices (see `tree.ts`), so every step is run once. `guard` is the
 * condition under which the present step happens; after `return`, `throw` or `break` it is `false`.
 */
import type {
  Block,
  Call,
  ClassCode,
  Code,
  FunctionCode,
  Item,
  ModuleCode,
  Pattern,
  Place,
  Primitive,
  Statement,
  Variable,
} from './code.ts';
import { changes } from './changes.ts';
import { Choice, Decisions, BudgetSpent, leaves, side, type Guard, type Tree, first } from './tree.ts';
import {
  ABSENT,
  depsOf,
  known,
  NO_DEPS,
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
  type Slot,
  type Unknown,
  type Value,
  type Why,
} from './value.ts';
import type { World } from './world.ts';

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

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Frame {
  readonly env: Env;
  readonly self: Value | undefined;
  readonly home: Obj | undefined;
  readonly async: boolean;
  result: Value;
  returned: Guard;
  readonly targets: Target[];
}

interface Target {
  readonly labels: readonly string[];
  /** `break` without a label leaves loops and switches, `continue` loops only. */
  readonly is: 'loop' | 'switch' | 'label';
  breaks: Guard;
  continues: Guard;
}

interface Handler {
  guard: Guard;
  value: Value;
}

/** Enough for an ordinary server many times over; counted, so that results are the same on every machine. */
const STEPS = 150_000;
const DEEPEST_CALL = 40;
const DEEPEST_CODE = 900;
/** How often a loop whose end cannot be decided is run before what it changes is unknown. */
const UNDECIDED_ROUNDS = 2;
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
  readonly top: Env = { parent: undefined, cells: new Map() };
  /** Everything that libraries made, in the order of the program. */
  readonly made: Obj[] = [];
  #frame: Frame;
  #handler: Handler | undefined;
  #shadows = new Map<string, Obj>();
  #ids = 0;
  #calls = 0;
  #depth = 0;
  #unknownCalls = 0;
  /** How often each function is being run at present. */
  readonly #active = new Map<FunctionCode, number>();

  constructor(
    readonly world: World,
    readonly surroundings: Surroundings,
    steps = STEPS,
  ) {
    this.decisions = new Decisions(steps);
    this.#frame = this.#newFrame(this.top, undefined, undefined, false);
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
    this.made.push(object);
    return object;
  }

  promise(value: Value, at: Place, phase = this.phase): Obj {
    return this.object({ is: 'promise', value, phase }, at);
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

  /** Something that makes two values the same question when both are asked twice. */
  keyOf(leaf: Leaf): string {
    if (leaf.type === 'known')
      return typeof leaf.value === 'string' ? JSON.stringify(leaf.value) : String(leaf.value);
    return leaf.type === 'unknown' ? leaf.key : `#${leaf.id}`;
  }

  /** The elements of an array, Set or Map, for each of the lists it may be. */
  withList(object: Obj, f: (list: List) => Value): Value {
    const before = this.decisions.under(this.guard, object.list);
    return this.#withList(before, f);
  }

  #withList(tree: Tree<List>, f: (list: List) => Value): Value {
    if (!(tree instanceof Choice)) return f(tree as List);
    return this.both(
      new Choice<boolean>(tree.atom, true, false),
      () => this.#withList(tree.yes, f),
      () => this.#withList(tree.no, f),
    );
  }

  setList(object: Obj, list: List): void {
    this.decisions.spend(1 + list.items.length / 16);
    if (!object.frozen) object.list = this.decisions.pick(this.guard, list, object.list, sameList);
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
      const slot = this.#shadows.get(leaf.key)?.slots.get(key);
      const inherited = (): Value =>
        this.surroundings.property(this, leaf, key, at) ??
        this.unknown('property of something unknown', at, { key: `${leaf.key}.${key}`, deps: leaf.deps });
      return slot ? this.#read(slot, inherited) : inherited();
    }
    return this.#getOwn(leaf, leaf, key, at);
  }

  #getOwn(object: Obj, self: Obj, key: string, at: Place): Value {
    const beyond = (): Value => {
      if (object.open)
        return this.unknown('property of something unknown', at, {
          key: `${object.open.key}.${key}`,
          deps: object.open.deps,
        });
      if (object.proto) return this.#getOwn(object.proto, self, key, at);
      const made = object.nature.is === 'made' ? object.nature.made.get(this, self, key, at) : undefined;
      return made ?? this.surroundings.property(this, self, key, at) ?? this.undefined(at);
    };
    const slot = object.slots.get(key);
    if (!slot) return beyond();
    if (slot.getter) return this.call(slot.getter, self, { args: [], places: [], open: false }, at);
    return this.#read(slot, beyond);
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
    let object: Obj;
    if (leaf.type === 'unknown') {
      object = this.#shadows.get(leaf.key) ?? this.plain(leaf.at);
      object.open ??= leaf;
      this.#shadows.set(leaf.key, object);
    } else object = leaf;
    if (object.frozen) return;
    if (object.nature.is === 'array' && this.#setElement(object, key, value, at)) return;
    this.put(object, key, value, at);
  }

  /** Writes a property of that very object. */
  put(object: Obj, key: string, value: Value, at: Place): void {
    const old = object.slots.get(key)?.value ?? this.#missing(object, key, at);
    object.slots.set(key, {
      value: this.decisions.pick<Leaf | Absent>(this.guard, value, old, sameLeaf),
      at,
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

  #setElement(array: Obj, key: string, value: Value, at: Place): boolean {
    const index = Number(key);
    if (key === 'length' || !Number.isInteger(index)) {
      if (key !== 'length') return false;
      const empty = !(value instanceof Choice) && value.type === 'known' && value.value === 0;
      this.setList(
        array,
        empty
          ? { items: [], open: undefined }
          : { items: [], open: this.unknown('changed by code that is not followed', at) },
      );
      return true;
    }
    this.withList(array, (list) => {
      if (index >= 0 && index <= list.items.length) {
        const items = [...list.items];
        items[index] = value;
        this.setList(array, { items, open: list.open });
      } else {
        this.setList(array, {
          items: list.items,
          open: this.unknown('changed by code that is not followed', at),
        });
      }
      return this.undefined();
    });
    return true;
  }

  /** The keys of an object's own properties that are there for certain or perhaps. */
  entries(object: Obj): readonly (readonly [string, Slot])[] {
    return [...object.slots].filter(([, slot]) =>
      leaves(this.decisions.under(this.guard, slot.value)).some((leaf) => leaf.type !== 'absent'),
    );
  }

  /** Copies the properties of a value into an object, as a spread and `Object.assign` do. */
  copyInto(target: Obj, source: Value): void {
    this.lift([source], ([leaf]) => {
      const from = leaf as Leaf;
      if (from.type === 'unknown') this.#forget(target, from);
      else if (from.type === 'object') {
        if (from.open) this.#forget(target, from.open);
        if (from.nature.is === 'environment' || from.nature.is === 'made')
          this.#forget(target, this.unknown('global', from.at));
        for (const [key, slot] of this.entries(from)) {
          if (slot.getter)
            this.put(
              target,
              key,
              this.call(slot.getter, from, { args: [], places: [], open: false }, slot.at),
              slot.at,
            );
          else this.#copySlot(target, key, slot);
        }
        if (from.nature.is === 'array')
          this.withList(from, (list) => {
            list.items.forEach((item, index) => this.put(target, String(index), item, from.at));
            if (list.open) this.#forget(target, list.open);
            return this.undefined();
          });
      }
      return this.undefined();
    });
  }

  #copySlot(target: Obj, key: string, slot: Slot): void {
    const old = target.slots.get(key)?.value ?? this.#missing(target, key, slot.at);
    // A property that may be absent leaves the one it would have replaced.
    const merged = this.decisions.map<Leaf | Absent, Leaf | Absent>(
      slot.value,
      (leaf) => (leaf.type === 'absent' ? old : leaf),
      sameLeaf,
    );
    target.slots.set(key, {
      value: this.decisions.pick<Leaf | Absent>(this.guard, merged, old, sameLeaf),
      at: slot.at,
    });
  }

  /** Any property of the object may have been replaced, and others may have come. */
  #forget(object: Obj, by: Unknown): void {
    if (object.frozen) return;
    for (const [key, slot] of object.slots) {
      const value = this.unknown(by.why, slot.at, { deps: by.deps });
      object.slots.set(key, {
        value: this.decisions.pick<Leaf | Absent>(this.guard, value, slot.value, sameLeaf),
        at: slot.at,
      });
    }
    object.open = by;
  }

  /** The value was given to code that is not followed: what it holds is unknown from here on. */
  escape(value: Value, at: Place): void {
    for (const leaf of leaves(this.here(value)))
      if (leaf.type === 'object') this.#escapeObject(leaf, at, new Set());
  }

  #escapeObject(object: Obj, at: Place, seen: Set<Obj>): void {
    if (seen.has(object) || object.frozen) return;
    seen.add(object);
    this.decisions.spend();
    const { nature } = object;
    if (nature.is === 'made') return nature.made.escape(this, at);
    if (nature.is === 'function') return this.#havoc(nature.code, nature.env, at);
    if (
      nature.is === 'native' ||
      nature.is === 'class' ||
      nature.is === 'environment' ||
      nature.is === 'regexp'
    )
      return;
    for (const slot of object.slots.values())
      for (const leaf of leaves(slot.value)) if (leaf.type === 'object') this.#escapeObject(leaf, at, seen);
    for (const list of leaves(object.list))
      for (const item of list.items)
        for (const leaf of leaves(item)) if (leaf.type === 'object') this.#escapeObject(leaf, at, seen);
    const by = this.unknown('changed by code that is not followed', at);
    this.#forget(object, by);
    if (nature.is === 'array' || nature.is === 'set' || nature.is === 'map')
      this.setList(object, { items: [], open: by });
  }

  /** A function that may be called by code that is not followed: what it changes is unknown. */
  #havoc(code: FunctionCode, env: Env, at: Place): void {
    this.#forgetChanges(changes(code), env, at);
  }

  #forgetChanges(changed: ReturnType<typeof changes>, env: Env, at: Place): void {
    for (const variable of changed.assigned) {
      const cell = find(env, variable);
      if (cell) this.#write(cell, variable, this.unknown('changed by code that is not followed', at));
    }
    for (const variable of changed.mutated) {
      const value = find(env, variable)?.cells.get(variable);
      if (value === undefined) continue;
      for (const leaf of leaves(value)) {
        if (leaf.type !== 'object' || leaf.nature.is === 'function') continue;
        const { is } = leaf.nature;
        if (is === 'plain' || is === 'array' || is === 'set' || is === 'map')
          this.#escapeObject(leaf, at, new Set());
      }
    }
  }

  // ---- calls

  call(callee: Value, self: Value, given: Arguments, at: Place): Value {
    return this.lift([callee], ([leaf]) => this.#call(leaf as Leaf, self, given, at));
  }

  #call(callee: Leaf, self: Value, given: Arguments, at: Place): Value {
    this.decisions.spend(5);
    if (callee.type === 'known') return this.fail(at);
    if (callee.type === 'unknown') return this.unknownCall(callee, given, at);
    const { nature } = callee;
    if (nature.is === 'native')
      return nature.call(this, { self, args: given.args, places: given.places, open: given.open, at });
    if (nature.is === 'function')
      return this.#invoke(callee, nature.code, nature.env, nature.self ?? self, nature.home, given, at);
    if (nature.is === 'class') return this.fail(at);
    if (nature.is === 'made') {
      const call = nature.made.get(this, callee, '()', at);
      if (call) return this.call(call, self, given, at);
    }
    return this.unknownCall(this.unknown('call of something unknown', at), given, at);
  }

  /** Code that is not followed runs: it may change what it was given. */
  unknownCall(callee: Unknown, given: Arguments, at: Place): Value {
    this.#unknownCalls++;
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
        if (nature.is === 'function' && !nature.code.arrow) {
          const made = this.plain(at);
          this.#invoke(constructor, nature.code, nature.env, made, nature.home, given, at);
          return made;
        }
      }
      this.#unknownCalls++;
      for (const arg of given.args) this.escape(arg, at);
      return this.unknown('call of something unknown', at, { truthy: true });
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
    if (code.generator) return this.unknown('a construct that is not modelled', at, { truthy: true });
    const nested = this.#active.get(code) ?? 0;
    // A recursion whose end is not decided is followed as far as a loop is.
    if (this.#calls >= DEEPEST_CALL || (nested > UNDECIDED_ROUNDS && this.guard instanceof Choice)) {
      this.#havoc(code, env, at);
      if (self !== undefined) this.escape(self, at);
      return this.unknownCall(this.unknown('a construct that is not modelled', at), given, at);
    }
    this.#calls++;
    this.#active.set(code, nested + 1);
    this.entered.add(code);
    const body = code.body();
    const caller = this.#frame;
    const handler = this.#handler;
    const { phase, guard: before } = this;
    const frame = this.#newFrame({ parent: env, cells: new Map() }, self, home, code.async);
    this.#frame = frame;
    // A rejection is no exception for the caller.
    if (code.async) this.#handler = { guard: false, value: this.undefined() };
    void fn;
    body.parameters.forEach((parameter, index) => {
      const place = given.places[index] ?? at;
      const value =
        given.args[index] ?? (given.open ? this.unknown('parameter', place) : this.undefined(place));
      this.#bind(parameter, value, frame.env, true);
    });
    if (body.rest) {
      const extra = given.args.slice(body.parameters.length);
      this.#bind(
        body.rest,
        this.array(extra, at, given.open ? this.unknown('parameter', at) : undefined),
        frame.env,
        true,
      );
    }
    this.#block(body.block, frame.env);
    const ended = this.guard;
    const result = this.pick(frame.returned, frame.result, this.undefined(at));
    this.guard = this.decisions.or(frame.returned, ended);
    this.#frame = caller;
    this.#handler = handler;
    this.#calls--;
    this.#active.set(code, nested);
    if (!code.async) return result;
    this.guard = before;
    const settled = this.promise(result, at, this.phase);
    this.phase = phase;
    return settled;
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
      else instance.open ??= this.unknown('import', at);
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

  readonly #pendingSuper = new Map<Obj, (args: Arguments) => void>();

  #thunk(code: FunctionCode, env: Env, self: Value, home: Obj, at: Place): Value {
    return this.#invoke(home, code, env, self, home, { args: [], places: [], open: false }, at);
  }

  // ---- statements

  /** Runs a module from top to bottom. What ends the program on some path did not happen: the server started. */
  module(code: ModuleCode): void {
    for (const { variable, module, name } of code.imports) {
      const value =
        this.surroundings.module(this, module, name, NOWHERE) ??
        this.unknown('import', NOWHERE, { key: `import:${module}:${name}` });
      this.top.cells.set(variable, value);
    }
    this.#hoist(code.block, this.top);
    for (const statement of code.block.statements) {
      this.#statement(statement, this.top);
      if (this.guard === false) return;
      this.decisions.assume(this.guard);
      this.guard = true;
    }
  }

  #newFrame(env: Env, self: Value | undefined, home: Obj | undefined, async: boolean): Frame {
    return { env, self, home, async, result: this.undefined(), returned: false, targets: [] };
  }

  #hoist(block: Block, env: Env): void {
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
        if (statement.value) this.#bind(statement.target, this.evaluate(statement.value, env), env, true);
        return;
      case 'block':
        this.#block(statement.block, { parent: env, cells: new Map() });
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
    if (this.#handler) {
      this.#handler.value = this.pick(this.guard, value, this.#handler.value);
      this.#handler.guard = this.decisions.or(this.#handler.guard, this.guard);
    }
    this.guard = false;
    return this.undefined();
  }

  /** The language itself throws: a property of `undefined`, a call of what is no function. */
  fail(at: Place): Value {
    return this.throw(this.unknown('a construct that is not modelled', at, { truthy: true }));
  }

  #try(statement: Extract<Statement, { op: 'try' }>, env: Env): void {
    const outer = this.#handler;
    const before = this.guard;
    const returnedBefore = this.#frame.returned;
    const calls = this.#unknownCalls;
    const handler: Handler = { guard: false, value: this.undefined() };
    this.#handler = handler;
    this.#block(statement.block, { parent: env, cells: new Map() });
    this.#handler = outer;
    let normal = this.guard;
    let thrown = handler.guard;
    if (statement.handler) {
      // What is not followed may throw as well.
      if (this.#unknownCalls > calls) {
        const fails = this.decisions.ask(`throws@${statement.start}:${++this.#ids}`, NO_DEPS);
        const perhaps = this.decisions.and(normal, fails);
        normal = this.decisions.and(normal, this.decisions.not(fails));
        handler.value = this.pick(
          perhaps,
          this.unknown('call of something unknown', statement, { truthy: true }),
          handler.value,
        );
        thrown = this.decisions.or(thrown, perhaps);
      }
      if (thrown !== false) {
        this.guard = thrown;
        const inner: Env = { parent: env, cells: new Map() };
        if (statement.caught) this.#bind(statement.caught, handler.value, inner, true);
        this.#block(statement.handler, inner);
        normal = this.decisions.or(normal, this.guard);
        thrown = false;
      }
    }
    if (statement.finalizer) {
      const returned = this.decisions.and(this.#frame.returned, this.decisions.not(returnedBefore));
      this.guard = this.decisions.or(this.decisions.or(normal, thrown), this.decisions.and(returned, before));
      this.#block(statement.finalizer, { parent: env, cells: new Map() });
      normal = this.decisions.and(normal, this.guard);
      thrown = this.decisions.and(thrown, this.guard);
    }
    this.guard = thrown;
    if (thrown !== false) this.throw(handler.value);
    this.guard = normal;
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
    const outer: Env = { parent: env, cells: new Map() };
    for (const init of statement.init) this.#statement(init, outer);
    const target: Target = { labels: statement.labels, is: 'loop', breaks: false, continues: false };
    this.#frame.targets.push(target);
    let left: Guard = false;
    let undecided = 0;
    for (let round = 0; this.guard !== false; round++) {
      if (statement.test && !(statement.testLast && round === 0)) {
        const test = this.decisions.under(this.guard, this.truth(this.evaluate(statement.test, outer)));
        left = this.decisions.or(left, this.decisions.and(this.guard, this.decisions.not(test)));
        this.guard = this.decisions.and(this.guard, test);
        if (test instanceof Choice && ++undecided > UNDECIDED_ROUNDS) {
          this.#forgetChanges(changes(statement), outer, statement);
          left = this.decisions.or(left, this.guard);
          break;
        }
        if (this.guard === false) break;
      }
      // Every round has its own copies of what the head declares, as closures see them.
      const inner: Env = { parent: env, cells: new Map(outer.cells) };
      this.#statement(statement.body, inner);
      for (const [variable, value] of inner.cells)
        if (outer.cells.has(variable)) outer.cells.set(variable, value);
      this.guard = this.decisions.or(this.guard, target.continues);
      target.continues = false;
      if (this.guard !== false && statement.update) this.evaluate(statement.update, outer);
      if (this.guard instanceof Choice && ++undecided > UNDECIDED_ROUNDS * 16) {
        this.#forgetChanges(changes(statement), outer, statement);
        left = this.decisions.or(left, this.guard);
        break;
      }
    }
    this.#frame.targets.pop();
    this.guard = this.decisions.or(left, target.breaks);
  }

  #each(statement: Extract<Statement, { op: 'each' }>, env: Env): void {
    const of = this.evaluate(statement.of, env);
    this.lift([of], ([leaf]) => {
      const list = this.#iterate(leaf as Leaf, statement.over, statement);
      this.#withList(list, (items) => this.#rounds(statement, items, env));
      return this.undefined();
    });
  }

  #rounds(statement: Extract<Statement, { op: 'each' }>, list: List, env: Env): Value {
    const target: Target = { labels: statement.labels, is: 'loop', breaks: false, continues: false };
    this.#frame.targets.push(target);
    const round = (item: Value): void => {
      const inner: Env = { parent: env, cells: new Map() };
      this.#bind(statement.target, item, inner, true);
      this.#statement(statement.body, inner);
      this.guard = this.decisions.or(this.guard, target.continues);
      target.continues = false;
    };
    for (const item of list.items) {
      if (this.guard === false) break;
      round(item);
    }
    if (list.open && this.guard !== false) {
      const before = this.guard;
      const more = this.decisions.ask(`more@${statement.start}:${++this.#ids}`, list.open.deps);
      this.guard = this.decisions.and(before, more);
      round(this.unknown('property of something unknown', statement, { deps: list.open.deps }));
      this.#forgetChanges(changes(statement), env, statement);
      this.guard = this.decisions.or(this.guard, this.decisions.and(before, this.decisions.not(more)));
    }
    this.#frame.targets.pop();
    this.guard = this.decisions.or(this.guard, target.breaks);
    return this.undefined();
  }

  /** What `for … of`, a spread or a destructuring gets out of a value. */
  iterate(leaf: Leaf, at: Place): Tree<List> {
    return this.#iterate(leaf, 'values', at);
  }

  #iterate(leaf: Leaf, over: 'values' | 'keys', at: Place): Tree<List> {
    const nobodyKnows: List = {
      items: [],
      open: this.unknown(
        'property of something unknown',
        at,
        leaf.type === 'unknown' ? { key: `${leaf.key}[]`, deps: leaf.deps } : {},
      ),
    };
    if (leaf.type === 'known') {
      if (typeof leaf.value !== 'string') {
        if (over === 'values') this.fail(at);
        return { items: [], open: undefined };
      }
      return over === 'values'
        ? { items: [...leaf.value].map((character) => known(character, leaf.at)), open: undefined }
        : nobodyKnows;
    }
    if (leaf.type === 'unknown') return nobodyKnows;
    const { is } = leaf.nature;
    if (over === 'keys') {
      if (is !== 'plain' || leaf.open) return nobodyKnows;
      return { items: this.entries(leaf).map(([key, slot]) => known(key, slot.at)), open: undefined };
    }
    if (is === 'array' || is === 'set' || is === 'map') return this.decisions.under(this.guard, leaf.list);
    return nobodyKnows;
  }

  #switch(statement: Extract<Statement, { op: 'switch' }>, outer: Env): void {
    const env: Env = { parent: outer, cells: new Map() };
    const subject = this.evaluate(statement.subject, env);
    for (const { variable, code } of statement.hoisted) env.cells.set(variable, this.#closure(code, env));
    let rest = this.guard;
    const entries = statement.cases.map((one): Guard => {
      if (!one.test) return false;
      this.guard = rest;
      const equal = this.truth(this.binary('===', subject, this.evaluate(one.test, env), one.test));
      const entry = this.decisions.and(rest, equal);
      rest = this.decisions.and(rest, this.decisions.not(equal));
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

  #write(env: Env, variable: Variable, value: Value): void {
    const old = env.cells.get(variable);
    env.cells.set(variable, old === undefined ? value : this.pick(this.guard, value, old));
  }

  #readVariable(variable: Variable, env: Env, at: Place): Value {
    const value = find(env, variable)?.cells.get(variable);
    if (value !== undefined) return this.here(value);
    if (variable.kind === 'var') return this.undefined(at);
    return this.unknown('a construct that is not modelled', at);
  }

  /** Gives a pattern its value. `fresh`: a declaration, which makes the variable in this block. */
  #bind(pattern: Pattern, value: Value, env: Env, fresh: boolean): void {
    switch (pattern.to) {
      case 'variable': {
        const { variable } = pattern;
        const own = fresh && variable.kind !== 'var';
        const holder = own ? env : (find(env, variable) ?? this.#frame.env);
        this.#write(holder, variable, value);
        return;
      }
      case 'property': {
        const key = this.#keyName(this.evaluate(pattern.key, env));
        const object = this.evaluate(pattern.object, env);
        if (key === undefined) this.escape(object, pattern);
        else this.set(object, key, value, pattern);
        return;
      }
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
        const taken: string[] = [];
        for (const { key, target } of pattern.properties) {
          const name = this.#keyName(this.evaluate(key, env));
          if (name !== undefined) taken.push(name);
          this.#bind(
            target,
            name === undefined
              ? this.unknown('property of something unknown', key)
              : this.get(value, name, key),
            env,
            fresh,
          );
        }
        if (pattern.rest) {
          const rest = this.plain(NOWHERE);
          this.copyInto(rest, value);
          for (const name of taken) rest.slots.delete(name);
          this.#bind(pattern.rest, rest, env, fresh);
        }
        return;
      }
      case 'array': {
        const list = this.#single(value);
        pattern.items.forEach((target, index) => {
          if (!target) return;
          const item =
            list?.items[index] ??
            (list && !list.open ? this.undefined() : this.unknown('property of something unknown', NOWHERE));
          this.#bind(target, item, env, fresh);
        });
        if (pattern.rest)
          this.#bind(
            pattern.rest,
            this.array(
              list?.items.slice(pattern.items.length) ?? [],
              NOWHERE,
              list ? list.open : this.unknown('property of something unknown', NOWHERE),
            ),
            env,
            fresh,
          );
        break;
      }
      case 'nowhere':
        break;
    }
  }

  /** The one list that a value is, if it is one. */
  #single(value: Value): List | undefined {
    const now = this.here(value);
    if (now instanceof Choice) return undefined;
    const list = this.#iterate(now, 'values', NOWHERE);
    return list instanceof Choice ? undefined : (list as List);
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
        let text: Value = known(code.texts[0] ?? '', code);
        code.parts.forEach((part, index) => {
          text = this.binary('+', text, this.#text(this.evaluate(part, env), part), code);
          const following = code.texts[index + 1];
          if (following) text = this.binary('+', text, known(following, code), code);
        });
        return text;
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
      case 'chain':
        return this.evaluate(code.code, env);
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
        return this.#unary(code.operator, this.evaluate(code.code, env), code);
      case 'delete':
        if (code.target.op === 'get') {
          const key = this.#keyName(this.evaluate(code.target.key, env));
          const object = this.evaluate(code.target.object, env);
          if (key === undefined) this.escape(object, code);
          else this.#delete(object, key, code);
        }
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
        const old = this.#readTarget(code.target, env);
        const value = this.binary(
          code.by === 1 ? '+' : '-',
          this.#unary('+', old, code),
          known(1, code),
          code,
        );
        this.#bind(code.target, value, env, false);
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
        const value =
          (name !== undefined ? this.surroundings.module(this, name, '*', code) : undefined) ??
          this.unknown('import', code, name === undefined ? {} : { key: `import:${name}:*` });
        return this.promise(value, code);
      }
      case 'opaque': {
        for (const part of code.parts) this.escape(this.evaluate(part, env), code);
        return this.unknown('a construct that is not modelled', code);
      }
    }
  }

  /** A value inside a template. */
  #text(value: Value, at: Place): Value {
    return this.lift([value], ([leaf]) => {
      const part = leaf as Leaf;
      if (part.type === 'known' && typeof part.value !== 'symbol') return known(String(part.value), part.at);
      return this.unknown('computed from something unknown', at, {
        key: `\`${this.keyOf(part)}\``,
        deps: depsOf(part),
        kind: 'string',
      });
    });
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
    const env: Env = { parent: outer, cells: new Map() };
    const prototype = this.plain(code);
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
        if (key) this.put(holder, key, value, member);
        continue;
      }
      const key = this.#keyName(this.evaluate(member.key, env));
      if (key === undefined) continue;
      const fn = this.#method(member.code, env, cls);
      if (member.type === 'method') this.put(holder, key, fn, member);
      else if (member.type === 'get') holder.slots.set(key, { value: ABSENT, at: member, getter: fn });
    }
    return cls;
  }

  #arrayCode(code: Extract<Code, { op: 'array' }>, env: Env): Value {
    const array = this.array([], code);
    const items: Value[] = [];
    let open: Unknown | undefined;
    for (const item of code.items) {
      if (!item) items.push(this.undefined(code));
      else if (!item.spread) items.push(this.evaluate(item.code, env));
      else {
        const list = this.#spread(this.evaluate(item.code, env), item);
        this.decisions.spend(list.items.length / 16);
        for (const one of list.items) items.push(one);
        open ??= list.open;
      }
    }
    array.list = { items, open };
    return array;
  }

  /** The elements of a spread. Where several lists are possible, those that all begin with, and more. */
  #spread(value: Value, at: Place): List {
    const list = this.#single(value);
    if (list) return list;
    return { items: [], open: this.unknown('computed from something unknown', at, { deps: depsOf(value) }) };
  }

  #objectCode(code: Extract<Code, { op: 'object' }>, env: Env): Value {
    const object = this.plain(code);
    for (const property of code.properties) {
      if (property.type === 'spread') {
        this.copyInto(object, this.evaluate(property.value, env));
        continue;
      }
      const key = this.#keyName(this.evaluate(property.key, env));
      if (property.type === 'value') {
        const value = this.evaluate(property.value, env);
        if (key === undefined)
          this.#forget(object, this.unknown('computed from something unknown', property));
        else this.put(object, key, value, property);
      } else if (key !== undefined && property.type === 'get') {
        object.slots.set(key, {
          value: ABSENT,
          at: property,
          getter: this.#method(property.code, env, object),
        });
      }
    }
    return object;
  }

  /** The name that a value gives to a property; nothing if it is not known. */
  #keyName(value: Value): string | undefined {
    const now = this.here(value);
    return now instanceof Choice || now.type !== 'known' ? undefined : String(now.value);
  }

  #member(code: Extract<Code, { op: 'get' }>, env: Env): { value: Value; self: Value } {
    if (code.object.op === 'super') {
      const key = this.#keyName(this.evaluate(code.key, env));
      const self = this.#frame.self ?? this.undefined(code);
      const home = this.#frame.home;
      const parent = home?.nature.is === 'class' ? home.nature.prototype.proto : undefined;
      if (key === undefined || !parent) return { value: this.unknown('import', code), self };
      return { value: this.get(parent, key, code), self };
    }
    const self = this.evaluate(code.object, env);
    const read = (): Value => {
      const key = this.evaluate(code.key, env);
      return this.lift([self, key], ([object, name]) => {
        const leaf = object as Leaf;
        const property = name as Leaf;
        if (property.type === 'known') return this.get(leaf, String(property.value), code);
        return this.unknown('property of something unknown', code, {
          key: `${this.keyOf(leaf)}[${this.keyOf(property)}]`,
          deps: union(depsOf(leaf), depsOf(property)),
        });
      });
    };
    if (!code.optional) return { value: read(), self };
    return { value: this.both(this.nullish(self), () => this.undefined(code), read), self };
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
    const perform = (): Value => {
      const given = this.#arguments(code.items, env);
      return this.lift([value], ([leaf]) => {
        const called = leaf as Leaf;
        if (called.type === 'unknown' && callee.op === 'get')
          return this.#unknownMethod(called, callee, self, given, code, env);
        // `a?.b()` where `a` is nullish ends the whole chain.
        if (called.type === 'known' && called.value === undefined && inOptionalChain(callee)) return called;
        return this.#call(called, self, given, code);
      });
    };
    if (!code.optional) return perform();
    return this.both(this.nullish(value), () => this.undefined(code), perform);
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
    return this.unknownCall(callee, given, at);
  }

  #delete(object: Value, key: string, at: Place): void {
    this.lift([object], ([leaf]) => {
      const target = leaf as Leaf;
      if (target.type === 'object' && !target.frozen) {
        const old = target.slots.get(key)?.value ?? this.#missing(target, key, at);
        target.slots.set(key, {
          value: this.decisions.pick<Leaf | Absent>(this.guard, ABSENT, old, sameLeaf),
          at,
        });
        // A key that is gone for certain is gone, whatever else the object may hold.
      }
      return this.undefined();
    });
  }

  #logical(operator: '&&' | '||' | '??', left: Value, right: () => Value): Value {
    if (operator === '??') return this.both(this.nullish(left), right, () => left);
    const truth = this.truth(left);
    return operator === '&&' ? this.both(truth, right, () => left) : this.both(truth, () => left, right);
  }

  #assign(code: Extract<Code, { op: 'assign' }>, env: Env): Value {
    const { operator, target } = code;
    if (operator === '') {
      const value = this.evaluate(code.value, env);
      this.#bind(target, value, env, false);
      return value;
    }
    const old = this.#readTarget(target, env);
    if (operator === '&&' || operator === '||' || operator === '??') {
      const value = this.#logical(operator, old, () => {
        const fresh = this.evaluate(code.value, env);
        this.#bind(target, fresh, env, false);
        return fresh;
      });
      return value;
    }
    const value = this.binary(operator, old, this.evaluate(code.value, env), code);
    this.#bind(target, value, env, false);
    return value;
  }

  #readTarget(target: Pattern, env: Env): Value {
    if (target.to === 'variable') return this.#readVariable(target.variable, env, target);
    if (target.to === 'property') {
      const key = this.#keyName(this.evaluate(target.key, env));
      const object = this.evaluate(target.object, env);
      if (key !== undefined) return this.get(object, key, target);
    }
    return this.unknown('a construct that is not modelled', NOWHERE);
  }

  #await(value: Value): Value {
    return this.lift([value], ([leaf]) => {
      const awaited = leaf as Leaf;
      const settled =
        awaited.type === 'object' && awaited.nature.is === 'promise' ? awaited.nature : undefined;
      this.phase = Math.max(this.phase, settled?.phase ?? 0) + 1;
      if (settled) return this.#await1(settled.value);
      return awaited.type === 'unknown'
        ? this.unknown('call of something unknown', awaited.at, {
            key: `await ${awaited.key}`,
            deps: awaited.deps,
          })
        : awaited;
    });
  }

  /** A promise of a promise is that promise. */
  #await1(value: Value): Value {
    return this.lift([value], ([leaf]) => {
      const inner = leaf as Leaf;
      return inner.type === 'object' && inner.nature.is === 'promise'
        ? this.#await1(inner.nature.value)
        : inner;
    });
  }

  // ---- operators

  #unary(operator: string, value: Value, at: Place): Value {
    if (operator === '!') return this.boolean(this.decisions.not(this.truth(value)), at);
    if (operator === 'void') return this.undefined(at);
    return this.lift([value], ([leaf]) => {
      const operand = leaf as Leaf;
      if (operator === 'typeof') {
        const type = typeOf(operand);
        return type
          ? known(type, at)
          : this.unknown('computed from something unknown', at, {
              key: `typeof ${this.keyOf(operand)}`,
              deps: depsOf(operand),
              kind: 'string',
              truthy: true,
            });
      }
      if (operand.type === 'known' && typeof operand.value !== 'bigint') {
        if (operator === '-') return known(-Number(operand.value), at);
        if (operator === '+') return known(Number(operand.value), at);
        if (operator === '~') return known(~Number(operand.value), at);
      }
      return this.unknown('computed from something unknown', at, {
        key: `${operator}${this.keyOf(operand)}`,
        deps: depsOf(operand),
        kind: 'number',
      });
    });
  }

  binary(operator: string, left: Value, right: Value, at: Place): Value {
    return this.lift([left, right], ([a, b]) => this.#binary(operator, a as Leaf, b as Leaf, at));
  }

  #binary(operator: string, a: Leaf, b: Leaf, at: Place): Value {
    this.decisions.spend();
    if (operator === '!==') return this.#unary('!', this.#binary('===', a, b, at), at);
    if (operator === '!=') return this.#unary('!', this.#binary('==', a, b, at), at);
    if (a.type === 'known' && b.type === 'known') {
      const result = computeKnown(operator, a.value, b.value);
      if (result !== undefined) return known(result.value, at);
    }
    const deps = union(depsOf(a), depsOf(b));
    const key = `(${this.keyOf(a)} ${operator} ${this.keyOf(b)})`;
    if (operator === '===' || operator === '==') {
      if (a.type === 'object' && b.type === 'object') return known(a === b, at);
      if (
        operator === '===' &&
        (a.type === 'object' || b.type === 'object') &&
        (a.type === 'known' || b.type === 'known')
      )
        return known(false, at);
      if (a.type === 'unknown' && b.type === 'unknown' && a.key === b.key) return known(true, at);
      const impossible = excluded(a, b) || excluded(b, a);
      if (impossible) return known(false, at);
      // `a === b` and `b === a` are one question.
      const [x, y] = [this.keyOf(a), this.keyOf(b)].sort();
      return this.boolean(this.decisions.ask(`(${x} === ${y})`, deps), at);
    }
    if (['<', '>', '<=', '>=', 'in', 'instanceof'].includes(operator)) {
      if (
        operator === 'in' &&
        a.type === 'known' &&
        b.type === 'object' &&
        !b.open &&
        !b.proto &&
        b.nature.is === 'plain'
      ) {
        const slot = b.slots.get(String(a.value));
        if (!slot) return known(false, at);
        return this.boolean(
          this.decisions.map<Leaf | Absent, boolean>(
            slot.value,
            (leaf) => leaf.type !== 'absent' || slot.getter !== undefined,
          ),
          at,
        );
      }
      return this.boolean(this.decisions.ask(key, deps), at);
    }
    if (operator === '+') {
      const text = [a, b].some(
        (leaf) =>
          (leaf.type === 'known' && typeof leaf.value === 'string') ||
          (leaf.type === 'unknown' && leaf.kind === 'string'),
      );
      const full = [a, b].some(
        (leaf) =>
          (leaf.type === 'known' && typeof leaf.value === 'string' && leaf.value !== '') ||
          (leaf.type === 'unknown' && leaf.kind === 'string' && leaf.truthy),
      );
      return this.unknown('computed from something unknown', at, {
        key,
        deps,
        ...(text && { kind: 'string' }),
        ...(full && { truthy: true }),
      });
    }
    return this.unknown('computed from something unknown', at, { key, deps });
  }
}

/** The environment of that variable. */
function find(env: Env, variable: Variable): Env | undefined {
  for (let scope: Env | undefined = env; scope; scope = scope.parent)
    if (scope.cells.has(variable)) return scope;
  return undefined;
}

function inOptionalChain(code: Code): boolean {
  for (
    let inner: Code = code;
    inner.op === 'get' || inner.op === 'call';
    inner = inner.op === 'get' ? inner.object : inner.callee
  )
    if (inner.optional) return true;
  return false;
}

/** What is known of an unknown rules that value out. */
function excluded(a: Leaf, b: Leaf): boolean {
  if (a.type !== 'unknown' || b.type !== 'known') return false;
  if (a.truthy !== undefined && Boolean(b.value) !== a.truthy) return true;
  return a.kind !== undefined && typeof b.value !== a.kind;
}

function typeOf(leaf: Leaf): string | undefined {
  if (leaf.type === 'known') return leaf.value === null ? 'object' : typeof leaf.value;
  if (leaf.type === 'unknown') return leaf.kind;
  return ['function', 'class', 'native'].includes(leaf.nature.is)
    ? 'function'
    : leaf.nature.is === 'made'
      ? undefined
      : 'object';
}

const LONGEST_TEXT = 20_000;

/** The language's own operators, on primitives. Nothing where the language throws or the result would be too long. */
function computeKnown(operator: string, a: Primitive, b: Primitive): { value: Primitive } | undefined {
  if (operator === '===') return { value: a === b };
  // eslint-disable-next-line eqeqeq -- it is what the code says
  if (operator === '==') return { value: a == b };
  if (typeof a === 'bigint' || typeof b === 'bigint') return undefined;
  if (operator === '+') {
    if (typeof a === 'string' || typeof b === 'string') {
      const text = `${a}${b}`;
      return text.length <= LONGEST_TEXT ? { value: text } : undefined;
    }
    return { value: Number(a) + Number(b) };
  }
  if (typeof a === 'string' && typeof b === 'string') {
    if (operator === '<') return { value: a < b };
    if (operator === '>') return { value: a > b };
    if (operator === '<=') return { value: a <= b };
    if (operator === '>=') return { value: a >= b };
  }
  const [x, y] = [Number(a), Number(b)];
  switch (operator) {
    case '<':
      return { value: x < y };
    case '>':
      return { value: x > y };
    case '<=':
      return { value: x <= y };
    case '>=':
      return { value: x >= y };
    case '-':
      return { value: x - y };
    case '*':
      return { value: x * y };
    case '/':
      return { value: x / y };
    case '%':
      return { value: x % y };
    case '**':
      return { value: x ** y };
    case '&':
      return { value: x & y };
    case '|':
      return { value: x | y };
    case '^':
      return { value: x ^ y };
    case '<<':
      return { value: x << y };
    case '>>':
      return { value: x >> y };
    case '>>>':
      return { value: x >>> y };
    default:
      return undefined;
  }
}
