/**
 * Values under conditions that cannot be decided.
 *
 * A `Tree<T>` is a `T`, or a choice between two trees on an atom: a question that the code asks and that reading
 * it does not answer. The atoms on a path are ordered and each stands there once, so that a question asked twice is
 * one question, and equal branches are one leaf. The interpreter runs both sides of an undecided condition and
 * merges what they did; nothing is run twice.
 */
export class Choice<T> {
  constructor(
    readonly atom: Atom,
    readonly yes: Tree<T>,
    readonly no: Tree<T>,
  ) {}
}

export type Tree<T> = T | Choice<T>;

/** The condition under which a step is run. `true`: always; `false`: never. */
export type Guard = Tree<boolean>;

/** A question left open. */
export interface Atom {
  /** Its place in the order of every tree. */
  readonly order: number;
  /** The same question has the same key. */
  readonly key: string;
  /** Whether something is asked of the world (`env:NAME`), of the request, of time. */
  readonly deps: ReadonlySet<string>;
}

/** The run was longer, or undecided in more ways, than the budget allows: all that rests on it is unknown. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';
}

export type Same<T> = (a: T, b: T) => boolean;

/** Builds trees, within a budget of steps that the interpreter shares. Counted, never timed: results are the same everywhere. */
export class Decisions {
  readonly #atoms = new Map<string, Atom>();
  readonly #given = new Map<Atom, boolean>();
  #steps: number;
  /** What is left for all work that has a budget of its own. */
  #pool: number;
  #nested = 0;
  /** What the questions depend on that were met with in such work. */
  readonly askedAbout = new Set<string>();

  constructor(budget: number, pool = budget) {
    this.#steps = budget;
    this.#pool = pool;
  }

  /** @throws BudgetSpent */
  spend(steps = 1): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new BudgetSpent();
  }

  /**
   * Does some work within a budget of its own.
   *
   * @returns nothing if that is spent.
   */
  within<T>(steps: number, work: () => T): T | undefined {
    const before = this.#steps;
    // Work within such work is paid by it.
    const own = Math.min(steps, this.#nested > 0 ? before : this.#pool);
    this.#steps = own;
    this.#nested++;
    try {
      return work();
    } catch (error) {
      if (error instanceof BudgetSpent) return undefined;
      throw error;
    } finally {
      this.#nested--;
      const used = own - this.#steps;
      if (this.#nested === 0) this.#pool -= used;
      this.#steps = this.#nested === 0 ? before : before - used;
    }
  }

  /**
   * Does some work with so many steps at most, which are not taken from the budget.
   *
   * @returns how many it took; nothing if that was not enough.
   */
  upTo(steps: number, work: () => void): number | undefined {
    const before = this.#steps;
    this.#steps = steps;
    try {
      work();
      return steps - this.#steps;
    } catch (error) {
      if (error instanceof BudgetSpent) return undefined;
      throw error;
    } finally {
      this.#steps = before;
    }
  }

  /** The question of that key, as a condition. */
  ask(key: string, deps: ReadonlySet<string>): Guard {
    let atom = this.#atoms.get(key);
    if (!atom) {
      atom = { order: this.#atoms.size, key, deps };
      this.#atoms.set(key, atom);
    }
    if (this.#nested > 0) for (const dep of deps) this.askedAbout.add(dep);
    return this.#given.get(atom) ?? new Choice<boolean>(atom, true, false);
  }

  /** From here on the condition holds: on no other path did the program go on. */
  assume(guard: Guard): void {
    if (!(guard instanceof Choice)) return;
    if (guard.yes === false) this.#given.set(guard.atom, false);
    if (guard.no === false) this.#given.set(guard.atom, true);
    this.assume(guard.yes === false ? guard.no : guard.no === false ? guard.yes : true);
  }

  /** `guard ? yes : no` */
  pick<T>(guard: Guard, yes: Tree<T>, no: Tree<T>, same: Same<T> = Object.is): Tree<T> {
    return this.#pick(guard, yes, no, same, new Memo<T>(), 0);
  }

  #pick<T>(guard: Guard, yes: Tree<T>, no: Tree<T>, same: Same<T>, memo: Memo<T>, depth: number): Tree<T> {
    if (guard === true || yes === no) return yes;
    if (guard === false) return no;
    // Branches are shared, and met with on many paths. Small trees are quicker without.
    const remembered = depth >= SHALLOW ? memo.get(guard, yes, no) : undefined;
    if (remembered !== undefined) return remembered;
    this.spend();
    const atom = first(guard, yes, no);
    const result = join(
      atom,
      this.#pick(side(guard, atom, true), side(yes, atom, true), side(no, atom, true), same, memo, depth + 1),
      this.#pick(
        side(guard, atom, false),
        side(yes, atom, false),
        side(no, atom, false),
        same,
        memo,
        depth + 1,
      ),
      same,
    );
    if (depth >= SHALLOW) memo.set(guard, yes, no, result);
    return result;
  }

  not(guard: Guard): Guard {
    return typeof guard === 'boolean' ? !guard : this.pick<boolean>(guard, false, true);
  }

  and(a: Guard, b: Guard): Guard {
    if (a === true || b === false) return b;
    if (b === true || a === false) return a;
    return this.pick(a, b, false);
  }

  or(a: Guard, b: Guard): Guard {
    if (a === false || b === true) return b;
    if (b === false || a === true) return a;
    return this.pick<boolean>(a, true, b);
  }

  /** What is left of a tree where the guard holds. Questions that the guard answers are gone. */
  under<T>(guard: Guard, tree: Tree<T>): Tree<T> {
    if (!(tree instanceof Choice)) return tree;
    this.spend();
    // Nothing is known that could answer one of its questions.
    if (guard === true && this.#given.size === 0) return tree;
    const given = this.#given.get(tree.atom);
    if (given !== undefined) return this.under(guard, given ? tree.yes : tree.no);
    const here = new Choice<boolean>(tree.atom, true, false);
    const ifYes = this.and(guard, here);
    if (ifYes === false) return this.under(guard, tree.no);
    const ifNo = this.and(guard, this.not(here));
    if (ifNo === false) return this.under(guard, tree.yes);
    const yes = this.under(ifYes, tree.yes);
    const no = this.under(ifNo, tree.no);
    return yes === tree.yes && no === tree.no ? tree : yes === no ? yes : new Choice(tree.atom, yes, no);
  }

  /** Applies `f` to every leaf. */
  map<T, U>(tree: Tree<T>, f: (leaf: T) => Tree<U>, same: Same<U> = Object.is): Tree<U> {
    if (!(tree instanceof Choice)) return f(tree as T);
    return this.#map(tree, f, same, new Map());
  }

  #map<T, U>(tree: Tree<T>, f: (leaf: T) => Tree<U>, same: Same<U>, memo: Map<Tree<T>, Tree<U>>): Tree<U> {
    if (!(tree instanceof Choice)) return f(tree as T);
    let result = memo.get(tree);
    if (result !== undefined) return result;
    this.spend();
    const here = new Choice<boolean>(tree.atom, true, false);
    result = this.pick(here, this.#map(tree.yes, f, same, memo), this.#map(tree.no, f, same, memo), same);
    memo.set(tree, result);
    return result;
  }
}

/** Up to here, trees are walked without remembering what came of their branches. */
const SHALLOW = 3;

/** What came of three branches. */
class Memo<T> {
  #results: Map<Tree<boolean>, Map<Tree<T>, Map<Tree<T>, Tree<T>>>> | undefined;

  get(guard: Guard, yes: Tree<T>, no: Tree<T>): Tree<T> | undefined {
    return this.#results?.get(guard)?.get(yes)?.get(no);
  }

  set(guard: Guard, yes: Tree<T>, no: Tree<T>, result: Tree<T>): void {
    const results = (this.#results ??= new Map());
    let byYes = results.get(guard);
    if (!byYes) results.set(guard, (byYes = new Map()));
    let byNo = byYes.get(yes);
    if (!byNo) byYes.set(yes, (byNo = new Map()));
    byNo.set(no, result);
  }
}

/** Every leaf, left to right; one that stands in several places once. */
export function leaves<T>(tree: Tree<T>): T[] {
  if (!(tree instanceof Choice)) return [tree as T];
  // Branches are shared: walked path by path, a small tree would take for ever.
  const found = new Set<T>();
  const seen = new Set<Tree<T>>();
  const open: Tree<T>[] = [tree];
  while (open.length > 0) {
    const next = open.pop() as Tree<T>;
    if (!(next instanceof Choice)) found.add(next as T);
    else if (!seen.has(next)) {
      seen.add(next);
      open.push(next.no, next.yes);
    }
  }
  return [...found];
}

/** The first question of those that the trees leave open. One of them has to be a choice. */
export function first(...trees: readonly Tree<unknown>[]): Atom {
  let found: Atom | undefined;
  for (const tree of trees)
    if (tree instanceof Choice && (found === undefined || tree.atom.order < found.order)) found = tree.atom;
  if (found === undefined) throw new TypeError('none of the trees is a choice');
  return found;
}

/** The side of a tree on which the atom's answer is `yes`. The atom must not come after the tree's own first. */
export function side<T>(tree: Tree<T>, atom: Atom, yes: boolean): Tree<T> {
  if (!(tree instanceof Choice) || tree.atom !== atom) return tree;
  return yes ? tree.yes : tree.no;
}

function join<T>(atom: Atom, yes: Tree<T>, no: Tree<T>, same: Same<T>): Tree<T> {
  if (yes === no) return yes;
  if (!(yes instanceof Choice) && !(no instanceof Choice) && same(yes as T, no as T)) return yes;
  return new Choice(atom, yes, no);
}

/**
 * Every combination of leaves that can occur together where the guard holds.
 *
 * @returns nothing if there are more than the limit.
 */
export function combinations<T>(
  decisions: Decisions,
  guard: Guard,
  trees: readonly Tree<T>[],
  limit: number,
): readonly (readonly T[])[] | undefined {
  const found: T[][] = [];
  const visit = (under: Guard, rest: readonly Tree<T>[]): boolean => {
    const now = rest.map((tree) => decisions.under(under, tree));
    if (!now.some((tree) => tree instanceof Choice)) {
      found.push(now as T[]);
      return found.length <= limit;
    }
    const atom = first(...now);
    const here = new Choice<boolean>(atom, true, false);
    return (
      visit(
        decisions.and(under, here),
        now.map((tree) => side(tree, atom, true)),
      ) &&
      visit(
        decisions.and(under, decisions.not(here)),
        now.map((tree) => side(tree, atom, false)),
      )
    );
  };
  return visit(guard, trees) ? found : undefined;
}
