/** What outlives a trial: a response that is put aside may be answered later, by code that is not run. */
import type { Journal } from './journal.ts';
import { Choice, type Tree } from './tree.ts';
import type { Absent, Env, Leaf, List, Obj } from './value.ts';

/** More objects than this are not looked through: one of them may hold it. */
const MOST_OBJECTS = 2000;

/**
 * Whether one of the objects can be reached from something that was there before: `clients.push(res)`,
 * `pending = callback`, `waiting.set(id, () => next())`.
 *
 * @param written what was written since then.
 */
export function isKept(written: Journal | undefined, objects: readonly Obj[]): boolean {
  return written !== undefined && new Search(written.began, new Set(objects)).finds(written);
}

class Search {
  readonly #seen = new Set<object>();

  constructor(
    readonly began: number,
    readonly wanted: ReadonlySet<Obj>,
  ) {}

  finds({ cells, objects }: Journal): boolean {
    for (const [env, variables] of cells)
      for (const variable of variables.keys()) if (this.#inTree(env.cells.get(variable))) return true;
    for (const [object, { slots, list }] of objects) {
      for (const key of slots.keys()) if (this.#inTree(object.slots.get(key)?.value)) return true;
      if (list !== undefined && this.#inLists(object.list)) return true;
    }
    return false;
  }

  #inTree(tree: Tree<Leaf | Absent> | undefined): boolean {
    if (tree === undefined) return false;
    if (tree instanceof Choice) return this.#inTree(tree.yes) || this.#inTree(tree.no);
    return tree.type === 'object' && this.#inObject(tree);
  }

  #inLists(lists: Tree<List>): boolean {
    if (lists instanceof Choice) return this.#inLists(lists.yes) || this.#inLists(lists.no);
    return lists.items.some((item) => this.#inTree(item));
  }

  #inObject(object: Obj): boolean {
    if (this.wanted.has(object)) return true;
    // What was there before holds nothing new but what was written.
    if (object.id <= this.began || this.#seen.has(object)) return false;
    if (this.#seen.size > MOST_OBJECTS) return true;
    this.#seen.add(object);
    const { nature, slots, list } = object;
    if (nature.is === 'function' && this.#inEnv(nature.env)) return true;
    // What a function of the language made of it (`next.bind(null)`) does not show.
    if (nature.is === 'native' || nature.is === 'promise') return true;
    return [...slots.values()].some(({ value }) => this.#inTree(value)) || this.#inLists(list);
  }

  #inEnv(env: Env | undefined): boolean {
    for (let one = env; one && one.born > this.began && !this.#seen.has(one); one = one.parent) {
      this.#seen.add(one);
      for (const value of one.cells.values()) if (this.#inTree(value)) return true;
    }
    return false;
  }
}
