/** What the interpreter computes with: known primitives, objects with identity, and the unknown, which remembers. */
import type { ClassCode, FunctionCode, Place, Primitive, Variable } from '../code.ts';
import type { Run } from '../run.ts';
import type { Later } from './journal.ts';
import { Choice, type Guard, type Tree } from './tree.ts';
import type { Noted } from './watch.ts';

export type Leaf = Known | Unknown | Obj;

/** A value, or several of which an open question picks one. */
export type Value = Tree<Leaf>;

/** A primitive that is known, and where the code says it. */
export interface Known {
  readonly type: 'known';
  readonly value: Primitive;
  readonly at: Place;
  /** It was cut out of something that the request sent, or computed from it. */
  readonly deps?: Deps;
  /** It is the answer of that comparison (a position). */
  readonly answers?: Noted;
}

/** What a value depends on beside the code: `env:NAME`, `origin`. */
export type Deps = ReadonlySet<string>;

export interface Unknown {
  readonly type: 'unknown';
  /** Two unknowns of one key are the same value. */
  readonly key: string;
  /** Why it is not known: a parameter, an import, a call. Closed, so that reasons can be counted. */
  readonly why: Why;
  readonly deps: Deps;
  readonly at: Place;
  /** What is known of it all the same. */
  readonly truthy?: boolean;
  readonly kind?: 'string' | 'number' | 'boolean';
}

export type Why =
  | 'parameter'
  | 'import'
  | 'global'
  | 'environment'
  | 'call of something unknown'
  | 'computed from something unknown'
  | 'property of something unknown'
  | 'changed by code that is not followed'
  | 'a construct that is not modelled';

/** A property is not there. */
export interface Absent {
  readonly type: 'absent';
}
export const ABSENT: Absent = { type: 'absent' };

/** A property: its value, or its absence, under open questions; and the place where it was last written. */
export interface Slot {
  readonly value: Tree<Leaf | Absent>;
  readonly at: Place;
  /** An accessor has no value of its own. */
  readonly getter?: Obj | undefined;
  readonly setter?: Obj | undefined;
}

/** The elements of an array, a Set, or (as pairs) a Map. `open`: there may be more than those listed. */
export interface List {
  readonly items: readonly Value[];
  readonly open: Unknown | undefined;
}

/** What an object can do beyond having properties. */
export type Nature =
  | { readonly is: 'plain' }
  | { readonly is: 'array' | 'set' | 'map' }
  | {
      readonly is: 'function';
      readonly code: FunctionCode;
      readonly env: Env;
      readonly self: Value | undefined;
      readonly home: Obj | undefined;
    }
  | {
      readonly is: 'class';
      readonly code: ClassCode;
      readonly env: Env;
      readonly parent: Value | undefined;
      readonly prototype: Obj;
    }
  /** `holds`: what it can reach, as the function within `f.bind(x)`. */
  | {
      readonly is: 'native';
      readonly name: string;
      readonly call: Native;
      readonly construct?: Native;
      readonly holds?: readonly Value[];
    }
  | { readonly is: 'regexp'; readonly source: string; readonly flags: string }
  | { readonly is: 'promise'; readonly promise: Settling }
  /** The variables of the environment, as the world gives them. */
  | { readonly is: 'environment' }
  /** Something a library made: a layer, an app, a router. What it is stands in `made`, and only its library looks inside. */
  | { readonly is: 'made'; readonly made: Made };

/** What becomes of a promise. */
export interface Settling {
  /** What it is fulfilled with, where it is not rejected. */
  readonly value: Value;
  /** How many awaits lie between the start of the program and its settling. */
  readonly phase: number;
  /** Where it is rejected for certain, and with what. */
  readonly rejected: Guard;
  readonly reason: Value;
  /** Something that is not followed has a part in it, and may reject it. */
  readonly mayFail: boolean;
  /** What is written before it settles, but after the call that made it has returned. */
  readonly later: readonly Later[];
}

/** Things of libraries are recognised by class (`instanceof`). */
export abstract class Made {
  /** What it is given decides about CORS: worth following into other files. */
  readonly follows: boolean = true;
  /** So does code that it is given to, even if nothing there says so. */
  decidesStill(_run: Run): boolean {
    return true;
  }

  /** A property of it, if the library knows one of that name. */
  get(_run: Run, _self: Obj, _key: string, _at: Place): Value | undefined {
    return undefined;
  }
  /** How it is now: what the function that is returned brings back. */
  snapshot(): () => void {
    return () => undefined;
  }
  /** It was given to code that is not followed, which may have used it. */
  escape(_run: Run, _at: Place): void {}
  /** Code that runs some unknown number of times, or at an unknown moment, calls it or a method of it. */
  used(_run: Run, _at: Place): void {}
}

/** A built-in or a library's function. `self` is what it was called on. */
export type Native = (run: Run, call: NativeCall) => Value;

export interface NativeCall {
  readonly self: Value;
  readonly args: readonly Value[];
  /** There are further arguments that are not known (`f(...rest)`). */
  readonly open: boolean;
  readonly at: Place;
  /** Where each argument stands. */
  readonly places: readonly Place[];
}

export class Obj {
  readonly type = 'object';
  readonly slots = new Map<string, Slot>();
  /** Set when keys that are not listed may exist all the same: a spread of something unknown, or an escape. */
  open: Unknown | undefined = undefined;
  list: Tree<List> = NO_ITEMS;
  proto: Obj | undefined = undefined;
  frozen: Guard = false;
  /** A class's prototype: its properties are not listed. */
  hidden = false;
  /** Grows with every change. */
  version = 0;

  constructor(
    readonly id: number,
    readonly nature: Nature,
    readonly at: Place,
  ) {}
}

export const NO_ITEMS: List = { items: [], open: undefined };

export interface Env {
  readonly parent: Env | undefined;
  readonly cells: Map<Variable, Value>;
  /** When it was made, in the count that also numbers the objects. */
  readonly born: number;
}

/** The environment that has the variable. */
export function holderOf(env: Env, variable: Variable): Env | undefined {
  for (let scope: Env | undefined = env; scope; scope = scope.parent)
    if (scope.cells.has(variable)) return scope;
  return undefined;
}

export const NO_DEPS: Deps = new Set();
export const NOWHERE: Place = { start: 0, end: 0 };

export function known(value: Primitive, at: Place, deps?: Deps): Known {
  return deps && deps.size > 0 ? { type: 'known', value, at, deps } : { type: 'known', value, at };
}

export function sameLeaf(a: Leaf | Absent, b: Leaf | Absent): boolean {
  if (a === b) return true;
  if (a.type === 'known' && b.type === 'known') return Object.is(a.value, b.value);
  return a.type === 'unknown' && b.type === 'unknown' && a.key === b.key;
}

export function sameList(a: List, b: List): boolean {
  return (
    a === b ||
    (a.open === b.open &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => item === b.items[i]))
  );
}

export function union(a: Deps, b: Deps): Deps {
  if (a.size === 0 || a === b) return b;
  if (b.size === 0) return a;
  return new Set([...a, ...b]);
}

export function depsOf(value: Value): Deps {
  if (value instanceof Choice) return union(value.atom.deps, union(depsOf(value.yes), depsOf(value.no)));
  return value.type === 'object' ? NO_DEPS : (value.deps ?? NO_DEPS);
}

/** The string that a leaf is known to be. */
export function stringOf(value: Value): string | undefined {
  return !(value instanceof Choice) && value.type === 'known' && typeof value.value === 'string'
    ? value.value
    : undefined;
}

/** The code of a function that the value certainly is. */
export function functionOf(value: Value): FunctionCode | undefined {
  return !(value instanceof Choice) && value.type === 'object' && value.nature.is === 'function'
    ? value.nature.code
    : undefined;
}

/** The object that a library made, if the value is one of that class. */
export function madeBy<T extends Made>(
  value: Value | undefined,
  kind: abstract new (...args: never[]) => T,
): T | undefined {
  if (value === undefined || value instanceof Choice || value.type !== 'object' || value.nature.is !== 'made')
    return undefined;
  return value.nature.made instanceof kind ? value.nature.made : undefined;
}
