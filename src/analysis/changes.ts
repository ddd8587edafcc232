/** What a piece of code may change when it runs some unknown number of times, or at an unknown moment. */
import type { Code, FunctionCode, Pattern, Statement, Variable } from './code.ts';

export interface Changes {
  /** Variables that get another value. */
  readonly assigned: ReadonlySet<Variable>;
  /** Variables whose object is written to. */
  readonly mutated: ReadonlySet<Variable>;
}

/** Methods that change what they are called on. */
const MUTATING = new Set(
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
  readonly mutated = new Set<Variable>();

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
    for (const [name, value] of Object.entries(piece)) if (name !== 'variable') this.walk(value);
  }

  #note(one: Code | Statement): void {
    if (one.op === 'assign' || one.op === 'update') this.#target(one.target);
    // A loop's own head assigns without declaring: `for (x of xs)`.
    else if (one.op === 'each') this.#target(one.target);
    else if (one.op === 'delete') this.#root(one.target);
    else if (one.op === 'call' && one.callee.op === 'get') {
      const { key } = one.callee;
      if (key.op === 'constant' && MUTATING.has(String(key.value))) this.#root(one.callee.object);
    }
  }

  #target(pattern: Pattern | undefined): void {
    if (!pattern) return;
    if (pattern.to === 'variable') this.assigned.add(pattern.variable);
    else if (pattern.to === 'property') this.#root(pattern.object);
    else if (pattern.to === 'default') this.#target(pattern.target);
    else if (pattern.to === 'object') {
      for (const property of pattern.properties) this.#target(property.target);
      this.#target(pattern.rest);
    } else if (pattern.to === 'array') {
      for (const item of pattern.items) this.#target(item);
      this.#target(pattern.rest);
    }
  }

  #root(code: Code): void {
    if (code.op === 'read') this.mutated.add(code.variable);
    else if (code.op === 'get') this.#root(code.object);
    else if (code.op === 'call' && code.callee.op === 'get') this.#root(code.callee.object);
  }
}
