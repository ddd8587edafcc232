/** What a piece of code may change when it runs some unknown number of times, or at an unknown moment. */
import type { Code, FunctionCode, Item, Pattern, Property, Statement, Variable } from '../code.ts';

/** `a.b.c`: what stands there, as the code names it. A variable of `undefined` is `this`. */
export interface Reference {
  readonly variable: Variable | undefined;
  /** A key of `undefined` is one that only running tells. */
  readonly path: readonly (string | undefined)[];
}

export interface Changes {
  /** Variables that get another value. */
  readonly assigned: ReadonlySet<Variable>;
  /** Properties that are written or deleted. */
  readonly written: readonly Reference[];
  /** Lists whose elements are changed by a method. */
  readonly rearranged: readonly Reference[];
  /** Objects that get a second name: as an argument, in another variable, as a result. To which function, if to one. */
  readonly handed: readonly { readonly what: Reference; readonly to: Code | undefined }[];
  /** Methods that are called. */
  readonly called: readonly Reference[];
  /** Variables that are read: what they hold may be a function that is called. */
  readonly read: ReadonlySet<Variable>;
}

/** Methods that change what they are called on. */
const REARRANGING = new Set(
  'push pop shift unshift splice sort reverse fill copyWithin add set delete clear append'.split(' '),
);

const remembered = new WeakMap<object, Changes>();

/** The code and all functions within it. Worked out once for each piece. */
export function changes(code: FunctionCode | Statement): Changes {
  let found = remembered.get(code);
  if (!found) {
    const search = new Search();
    search.walk(code);
    found = search;
    remembered.set(code, found);
  }
  return found;
}

class Search implements Changes {
  readonly assigned = new Set<Variable>();
  readonly written: Reference[] = [];
  readonly rearranged: Reference[] = [];
  readonly handed: { what: Reference; to: Code | undefined }[] = [];
  readonly called: Reference[] = [];
  readonly read = new Set<Variable>();

  /** Every piece of lowered code is plain data: one walk serves all. */
  walk(piece: unknown): void {
    if (typeof piece !== 'object' || piece === null) return;
    if (Array.isArray(piece)) {
      for (const one of piece) this.walk(one);
      return;
    }
    if ('body' in piece && typeof piece.body === 'function') {
      this.walk((piece as FunctionCode).body());
      return;
    }
    if ('op' in piece) this.#note(piece as Code | Statement);
    else if ('to' in piece && piece.to === 'default' && 'value' in piece) this.#hand(piece.value as Code);
    for (const name in piece) {
      const value = (piece as Record<string, unknown>)[name];
      if (typeof value === 'object' && name !== 'variable') this.walk(value);
    }
  }

  #note(one: Code | Statement): void {
    switch (one.op) {
      case 'read':
        this.read.add(one.variable);
        break;
      case 'assign':
        this.#target(one.target);
        this.#hand(one.value);
        break;
      case 'update':
        this.#target(one.target);
        break;
      case 'declare':
        if (!one.fresh) this.#target(one.target);
        if (one.value) this.#hand(one.value);
        break;
      // A loop's own head may assign without declaring: `for (x of xs)`.
      case 'each':
        if (!one.fresh) this.#target(one.target);
        this.#hand(one.of);
        break;
      case 'delete': {
        const target = one.target.op === 'chain' ? one.target.code : one.target;
        if (target.op === 'get') this.#reference(target, this.written);
        break;
      }
      case 'call':
        this.#call(one.callee, one.items);
        break;
      case 'new':
        for (const item of one.items) this.#hand(item.code, one.callee);
        break;
      case 'array':
        for (const item of one.items) if (item && !item.spread) this.#hand(item.code);
        break;
      case 'object':
        for (const property of one.properties as readonly Property[])
          if (property.type === 'value') this.#hand(property.value);
        break;
      case 'return':
        if (one.code) this.#hand(one.code);
        break;
      case 'throw':
        this.#hand(one.code);
        break;
      case 'opaque':
        for (const part of one.parts) this.#hand(part);
        break;
      default:
    }
  }

  #call(callee: Code, items: readonly Item[]): void {
    for (const item of items) this.#hand(item.code, callee);
    if (callee.op !== 'get') return;
    this.#reference(callee, this.called);
    if (callee.key.op !== 'constant' || REARRANGING.has(String(callee.key.value)))
      this.#reference(callee.object, this.rearranged);
  }

  #target(pattern: Pattern | undefined): void {
    if (!pattern) return;
    if (pattern.to === 'variable') this.assigned.add(pattern.variable);
    else if (pattern.to === 'property') {
      const object = reference(pattern.object);
      const key = pattern.key.op === 'constant' ? String(pattern.key.value) : undefined;
      if (object) this.written.push({ variable: object.variable, path: [...object.path, key] });
    } else if (pattern.to === 'default') this.#target(pattern.target);
    else if (pattern.to === 'object') {
      for (const property of pattern.properties) this.#target(property.target);
      this.#target(pattern.rest);
    } else if (pattern.to === 'array') {
      for (const item of pattern.items) this.#target(item);
      this.#target(pattern.rest);
    }
  }

  #reference(code: Code, into: Reference[]): void {
    const found = reference(code);
    if (found) into.push(found);
  }

  /** The value gets a second name. */
  #hand(code: Code, to?: Code): void {
    switch (code.op) {
      case 'conditional':
        this.#hand(code.yes, to);
        this.#hand(code.no, to);
        break;
      case 'logical':
        this.#hand(code.left, to);
        this.#hand(code.right, to);
        break;
      case 'sequence': {
        const last = code.codes.at(-1);
        if (last) this.#hand(last, to);
        break;
      }
      case 'await':
        this.#hand(code.code, to);
        break;
      default: {
        const what = reference(code);
        if (what) this.handed.push({ what, to });
      }
    }
  }
}

/** What `a`, `this`, `a.b` or `a?.b` names. */
export function reference(code: Code): Reference | undefined {
  if (code.op === 'read') return { variable: code.variable, path: [] };
  if (code.op === 'this') return { variable: undefined, path: [] };
  if (code.op === 'chain') return reference(code.code);
  if (code.op !== 'get') return undefined;
  const object = reference(code.object);
  const key = code.key.op === 'constant' ? String(code.key.value) : undefined;
  return object && { variable: object.variable, path: [...object.path, key] };
}
