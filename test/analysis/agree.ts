/** Whether what the interpreter says of a value can be what Node has. */
import { PRIVATE } from '../../src/analysis/code.ts';
import type { Run } from '../../src/analysis/run.ts';
import { Choice, leaves, type Atom, type Tree } from '../../src/analysis/run/tree.ts';
import type { Absent, Leaf, List, Obj, Value } from '../../src/analysis/run/value.ts';

/** What each open question is taken to be. */
type Answers = ReadonlyMap<Atom, boolean>;

const MOST_QUESTIONS = 8;

/**
 * The first value that contradicts reality, whatever is answered to the open questions; nothing if there are answers
 * under which all agree.
 */
export function contradiction(
  run: Run,
  said: ReadonlyMap<string, Value | undefined>,
  real: Readonly<Record<string, unknown>>,
): string | undefined {
  const atoms = new Set<Atom>();
  for (const value of said.values()) if (value !== undefined) collect(run, value, atoms, new Set());
  const together = atoms.size <= MOST_QUESTIONS;
  const variables = [...said];
  const wrong = (answers: readonly Answers[], names: typeof variables): string | undefined => {
    let first: string | undefined;
    for (const answer of answers) {
      const match = new Match(run, answer);
      const bad = names.find(([name, value]) => value !== undefined && !match.value(value, real[name], name));
      if (!bad) return undefined;
      first ??= match.where;
    }
    return first;
  };
  if (together) return wrong(allAnswers([...atoms]), variables);
  // Too many questions to try all answers: each variable for itself, and each choice within it too.
  return variables.map((one) => wrong([new Map()], [one])).find((where) => where !== undefined);
}

/** Whether everything that can be reached from the value is known. */
export function isDefinite(run: Run, value: Value | undefined): boolean {
  if (value === undefined) return true;
  const seen = new Set<Obj>();
  const tree = (found: Tree<Leaf | Absent>): boolean => {
    const now = run.decisions.under<Leaf | Absent>(run.guard, found);
    if (now instanceof Choice) return false;
    if (now.type === 'unknown') return false;
    return now.type !== 'object' || object(now);
  };
  const object = (one: Obj): boolean => {
    if (seen.has(one)) return true;
    seen.add(one);
    if (one.open || one.list instanceof Choice || (one.list as List).open) return false;
    return (
      (one.list as List).items.every(tree) &&
      [...one.slots.values()].every(
        (slot) => slot.getter !== undefined || slot.setter !== undefined || tree(slot.value),
      )
    );
  };
  return tree(value);
}

function allAnswers(atoms: readonly Atom[]): Answers[] {
  let answers: Map<Atom, boolean>[] = [new Map()];
  for (const atom of atoms)
    answers = answers.flatMap((one) => [new Map(one).set(atom, true), new Map(one).set(atom, false)]);
  return answers;
}

function collect(run: Run, value: Tree<Leaf | Absent | List>, atoms: Set<Atom>, seen: Set<Obj>): void {
  const now = run.decisions.under(run.guard, value);
  if (now instanceof Choice) {
    atoms.add(now.atom);
    collect(run, now.yes, atoms, seen);
    collect(run, now.no, atoms, seen);
  } else if ('items' in now) for (const item of now.items) collect(run, item, atoms, seen);
  else if (now.type === 'object' && !seen.has(now)) {
    seen.add(now);
    collect(run, now.list, atoms, seen);
    for (const slot of now.slots.values()) collect(run, slot.value, atoms, seen);
  }
}

class Match {
  where = '';
  readonly #seen = new Map<Obj, unknown>();

  constructor(
    readonly run: Run,
    readonly answers: Answers,
  ) {}

  value(said: Tree<Leaf | Absent>, real: unknown, where: string): boolean {
    const options = this.#resolve(said);
    const fits = options.some((leaf) => this.#leaf(leaf, real, where));
    if (!fits && this.where === '')
      this.where = `${where}: ${show(options)}, really ${String(JSON.stringify(real) ?? real)}`;
    return fits;
  }

  #resolve<T>(tree: Tree<T>): readonly T[] {
    if (!(tree instanceof Choice)) return [tree as T];
    const answer = this.answers.get(tree.atom);
    return answer === undefined ? leaves(tree) : this.#resolve(answer ? tree.yes : tree.no);
  }

  #leaf(leaf: Leaf | Absent, real: unknown, where: string): boolean {
    switch (leaf.type) {
      case 'absent':
        return false;
      case 'known':
        return Object.is(leaf.value, real);
      case 'unknown':
        if (leaf.truthy !== undefined && Boolean(real) !== leaf.truthy) return false;
        return leaf.kind === undefined || typeof real === leaf.kind;
      case 'object':
        return this.#object(leaf, real, where);
    }
  }

  #object(said: Obj, real: unknown, where: string): boolean {
    const { is } = said.nature;
    if (is === 'made') return true;
    if (is === 'function' || is === 'native' || is === 'class') return typeof real === 'function';
    if (typeof real !== 'object' || real === null) return false;
    if (this.#seen.has(said)) return this.#seen.get(said) === real;
    this.#seen.set(said, real);
    const fits = this.#contents(said, real, where);
    if (!fits) this.#seen.delete(said);
    return fits;
  }

  #contents(said: Obj, real: object, where: string): boolean {
    const { is } = said.nature;
    const tag = Object.prototype.toString.call(real);
    if (is === 'array')
      return tag === '[object Array]' && this.#lists(said.list, [...(real as unknown[])], where);
    if (is === 'set')
      return tag === '[object Set]' && this.#lists(said.list, [...(real as Set<unknown>)], where);
    if (is === 'map')
      return tag === '[object Map]' && this.#lists(said.list, [...(real as Map<unknown, unknown>)], where);
    if (is === 'promise') return tag === '[object Promise]';
    if (is !== 'plain') return true;
    return this.#properties(said, real as Record<string, unknown>, where);
  }

  #properties(said: Obj, real: Record<string, unknown>, where: string): boolean {
    const keys = Object.keys(real);
    const there = [...said.slots].filter(([key]) => !key.startsWith(PRIVATE));
    for (const key of keys) {
      if (!said.slots.has(key) && !said.open)
        return this.#fail(`${where}.${key}: it is not there, really it is`);
    }
    for (const [key, slot] of there) {
      if (slot.getter ?? slot.setter) continue;
      const options = this.#resolve<Leaf | Absent>(slot.value);
      const present = options.filter((leaf) => leaf.type !== 'absent');
      if (!keys.includes(key)) {
        // What may have been deleted by code that is not followed is unknown too.
        if (present.length < options.length || present.some((leaf) => leaf.type === 'unknown')) continue;
        return this.#fail(`${where}.${key}: it is there, really it is not`);
      }
      if (present.length === 0 && said.open) continue;
      if (!options.some((leaf) => this.#leaf(leaf, real[key], `${where}.${key}`)))
        return this.#fail(
          `${where}.${key}: ${show(options)}, really ${String(JSON.stringify(real[key]) ?? real[key])}`,
        );
    }
    return true;
  }

  #lists(said: Tree<List>, real: readonly unknown[], where: string): boolean {
    const lists = this.#resolve(said);
    const fits = lists.some(({ items, open }) => {
      if (open) return items.every((item) => real.some((one) => this.value(item, one, where)));
      return (
        items.length === real.length && items.every((item, i) => this.value(item, real[i], `${where}[${i}]`))
      );
    });
    return (
      fits ||
      this.#fail(
        `${where}: lists of ${lists.map(({ items }) => items.length).join(' or ')}, really ${JSON.stringify(real)}`,
      )
    );
  }

  #fail(where: string): false {
    if (this.where === '') this.where = where;
    return false;
  }
}

function show(leaves: readonly (Leaf | Absent)[]): string {
  return leaves
    .map((leaf) =>
      leaf.type === 'known'
        ? (JSON.stringify(leaf.value) ?? 'undefined')
        : leaf.type === 'object'
          ? leaf.nature.is
          : leaf.type === 'unknown'
            ? `unknown ${leaf.truthy === undefined ? '' : leaf.truthy ? 'truthy ' : 'falsy '}${leaf.kind ?? ''}`
            : 'absent',
    )
    .join(' or ');
}
