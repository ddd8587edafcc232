/**
 * What becomes unknown when a value is given to code that is not followed, or when a function may run at a moment that
 * is not known.
 */
import { changes, reference, type Changes, type Reference } from './changes.ts';
import type { Code, FunctionCode, Place, Statement } from '../code.ts';
import type { Run } from '../run.ts';
import { leaves } from './tree.ts';
import { holderOf, type Env, type Leaf, type Obj, type Value } from './value.ts';

/** The value was given to code that is not followed: what it holds, and what it can change, is unknown from here on. */
export function escape(run: Run, value: Value, at: Place): void {
  new Escape(run, at, true).value(value);
}

/** The function may run at any time, now or later: what it changes is unknown from here on. */
export function mayRun(run: Run, fn: Value, at: Place): void {
  const escape = new Escape(run, at, false);
  for (const leaf of leaves(run.here(fn))) if (leaf.type === 'object') escape.callable(leaf);
}

/** The code runs an unknown number of times, and what it calls is watched otherwise. */
export function mayRepeat(
  run: Run,
  code: FunctionCode | Statement,
  env: Env,
  self: Value | undefined,
  at: Place,
): void {
  new Escape(run, at, false).changed(changes(code), env, self);
}

/** The same for a function that is called an unknown number of times. */
export function mayBeCalledOften(run: Run, fn: Value, at: Place): void {
  for (const leaf of leaves(run.here(fn)))
    if (leaf.type === 'object' && leaf.nature.is === 'function')
      mayRepeat(run, leaf.nature.code, leaf.nature.env, leaf.nature.self, at);
}

/** Functions of the language that change what they are given first. */
const CHANGING = new Set(['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf']);

class Escape {
  readonly #seen = new Set<Obj>();
  readonly #renewed = new Set<string>();

  constructor(
    readonly run: Run,
    readonly at: Place,
    /** Objects that get a second name in the code may be changed by that name. */
    readonly handed: boolean,
  ) {}

  value(value: Value): void {
    for (const leaf of leaves(this.run.here(value))) this.#leaf(leaf);
  }

  #leaf(leaf: Leaf): void {
    if (leaf.type === 'unknown') {
      if (!this.#renewed.has(leaf.key)) this.run.renew(leaf, this.at);
      this.#renewed.add(leaf.key);
    } else if (leaf.type === 'object') this.#object(leaf);
  }

  #object(object: Obj): void {
    const { nature } = object;
    switch (nature.is) {
      case 'made':
        if (!this.#seen.has(object)) nature.made.escape(this.run, this.at);
        this.#seen.add(object);
        return;
      case 'environment':
      case 'regexp':
        return;
      case 'native':
      case 'function':
      case 'class':
        this.callable(object);
        return;
      default:
    }
    if (this.#seen.has(object)) return;
    this.#seen.add(object);
    this.run.decisions.spend();
    if (nature.is === 'promise') {
      this.value(nature.promise.value);
      return;
    }
    this.#contents(object);
    for (let { proto } = object; proto; { proto } = proto) this.#methods(proto);
    const by = this.run.unknown('changed by code that is not followed', this.at);
    this.run.forget(object, by);
    if (nature.is !== 'plain') this.run.setList(object, { items: [], open: by });
  }

  #contents(object: Obj): void {
    for (const slot of object.slots.values()) {
      for (const leaf of leaves(slot.value)) if (leaf.type !== 'absent') this.#leaf(leaf);
      if (slot.getter) this.callable(slot.getter);
      if (slot.setter) this.callable(slot.setter);
    }
    for (const { items } of leaves(object.list))
      for (const item of items) for (const leaf of leaves(item)) this.#leaf(leaf);
  }

  /** What a class gives its instances may be called, but stays what it is. */
  #methods(prototype: Obj): void {
    for (const slot of prototype.slots.values()) {
      for (const leaf of leaves(slot.value)) if (leaf.type === 'object') this.callable(leaf);
      if (slot.getter) this.callable(slot.getter);
      if (slot.setter) this.callable(slot.setter);
    }
  }

  /** Runs an unknown number of times, if it is something that runs. */
  callable(object: Obj): void {
    const { nature } = object;
    if (nature.is === 'made' && !this.#seen.has(object)) nature.made.used(this.run, this.at);
    if (!['native', 'function', 'class'].includes(nature.is) || this.#seen.has(object)) return;
    this.#seen.add(object);
    this.run.decisions.spend();
    if (nature.is === 'native') {
      for (const held of nature.holds ?? [])
        for (const leaf of leaves(held)) {
          if (leaf.type === 'object') this.callable(leaf);
          if (this.handed) this.#leaf(leaf);
        }
    } else if (nature.is === 'function') this.#code(nature.code, nature.env, nature.self);
    else if (nature.is === 'class') {
      if (nature.code.construct) this.#code(nature.code.construct, nature.env, undefined);
      for (const member of nature.code.members)
        if (member.type === 'field' && member.value) this.#code(member.value, nature.env, undefined);
      this.#methods(nature.prototype);
      this.#methods(object);
    }
  }

  #code(code: FunctionCode, env: Env, self: Value | undefined): void {
    const found = changes(code);
    this.changed(found, env, self);
    // What it calls runs as well.
    for (const variable of found.read)
      this.#callables(leavesOf(holderOf(env, variable)?.cells.get(variable)));
    for (const called of found.called) this.#callables(this.#resolve(called, env, self));
    if (!this.handed) return;
    for (const { what, to } of found.handed) {
      if (to && this.#isHarmless(to, env, self)) continue;
      for (const leaf of this.#resolve(what, env, self)) this.#leaf(leaf);
    }
  }

  #callables(found: readonly Leaf[]): void {
    for (const leaf of found) if (leaf.type === 'object') this.callable(leaf);
  }

  /** What the code writes is unknown. */
  changed({ assigned, written, rearranged }: Changes, env: Env, self: Value | undefined): void {
    const { run, at } = this;
    for (const variable of assigned) {
      const holder = holderOf(env, variable);
      if (holder) run.assign(holder, variable, run.unknown('changed by code that is not followed', at));
    }
    for (const { variable, path } of written)
      for (const leaf of this.#resolve({ variable, path: path.slice(0, -1) }, env, self))
        this.#written(leaf, path.at(-1));
    for (const list of rearranged)
      for (const leaf of this.#resolve(list, env, self)) {
        if (leaf.type === 'unknown') run.renew(leaf, at);
        else if (leaf.type === 'object' && isCollection(leaf))
          run.setList(leaf, { items: [], open: run.unknown('changed by code that is not followed', at) });
      }
  }

  #written(leaf: Leaf, key: string | undefined): void {
    const { run, at } = this;
    if (leaf.type === 'unknown') run.renew(leaf, at);
    if (leaf.type !== 'object' || leaf.nature.is === 'made') return;
    const by = run.unknown('changed by code that is not followed', at);
    if (isCollection(leaf)) run.setList(leaf, { items: [], open: by });
    const slot = key === undefined ? undefined : leaf.slots.get(key);
    if (key === undefined || slot?.getter || slot?.setter) run.forget(leaf, by);
    else run.set(leaf, key, by, slot?.at ?? at);
  }

  /** What a reference names, as far as objects are known. */
  #resolve({ variable, path }: Reference, env: Env, self: Value | undefined): readonly Leaf[] {
    let found = leavesOf(variable ? holderOf(env, variable)?.cells.get(variable) : self);
    for (const key of path) found = found.flatMap((leaf) => this.#property(leaf, key));
    return found;
  }

  #property(leaf: Leaf, key: string | undefined): readonly Leaf[] {
    if (leaf.type === 'known') return [];
    if (leaf.type === 'unknown') {
      const slot = key === undefined ? undefined : this.run.shadow(leaf)?.slots.get(key);
      return slot ? leavesOf(slot.value) : [];
    }
    if (leaf.nature.is === 'made') return [leaf];
    if (key === undefined) {
      return [
        ...[...leaf.slots.values()].flatMap((slot) => leavesOf(slot.value)),
        ...leaves(leaf.list).flatMap(({ items }) => items.flatMap((item) => leavesOf(item))),
      ];
    }
    for (let holder: Obj | undefined = leaf; holder; holder = holder.proto) {
      const slot = holder.slots.get(key);
      if (slot) return leavesOf(slot.value);
    }
    return leaves(leaf.list).flatMap(({ items }) => leavesOf(items[Number(key)]));
  }

  /** Whether a function is one that does not change what it is given: the language's own, or a library's. */
  #isHarmless(callee: Code, env: Env, self: Value | undefined): boolean {
    if (callee.op === 'global') return this.#isGlobal(callee.name, callee);
    if (callee.op === 'get' && callee.object.op === 'global')
      return (
        this.#isGlobal(callee.object.name, callee) &&
        !(callee.key.op === 'constant' && CHANGING.has(String(callee.key.value)))
      );
    const what = reference(callee);
    if (!what) return false;
    const found = this.#resolve(what, env, self);
    if (found.length > 0)
      return found.every(
        (leaf) => leaf.type === 'object' && (leaf.nature.is === 'made' || leaf.nature.is === 'native'),
      );
    // `list.includes(x)`
    const owners = this.#resolve({ variable: what.variable, path: what.path.slice(0, -1) }, env, self);
    return owners.length > 0 && owners.every((leaf) => leaf.type === 'object' && isCollection(leaf));
  }

  #isGlobal(name: string, at: Place): boolean {
    return this.run.surroundings.global(this.run, name, at) !== undefined;
  }
}

function isCollection({ nature }: Obj): boolean {
  return nature.is === 'array' || nature.is === 'set' || nature.is === 'map';
}

function leavesOf(
  value: Parameters<typeof leaves<Leaf | { type: 'absent' }>>[0] | undefined,
): readonly Leaf[] {
  if (value === undefined) return [];
  return leaves(value).filter((leaf): leaf is Leaf => leaf.type !== 'absent');
}
