/** What is worth following into other files: imports that a value is made of, or a condition hangs on. */
import type { Place } from '../code.ts';
import { STRETCH } from '../sources.ts';
import { Choice, leaves, type Guard } from './tree.ts';
import { depsOf, type Obj, type Value } from './value.ts';

/** How far objects are looked into. */
const DEEPEST = 4;
/** Of longer lists, the first ones say enough. */
const MOST_ITEMS = 20;

/** An import, as a dependency of what comes of it: by which file, and of what. */
export function wish(specifier: string, { start }: Place): string {
  return `import:${Math.floor(start / STRETCH)}:${specifier}`;
}

/** The imports that the value is made of, or some part of it. */
export function importsIn(value: Value, depth = 0): readonly string[] {
  return leaves(value).flatMap((leaf): readonly string[] => {
    if (leaf.type === 'unknown') return [...leaf.deps];
    if (leaf.type !== 'object' || depth >= DEEPEST) return [...depsOf(leaf)];
    if (leaf.nature.is === 'made' || leaf.nature.is === 'function') return [];
    const found = leaf.open ? [...leaf.open.deps] : [];
    for (const { value: slot } of leaf.slots.values())
      for (const one of leaves(slot)) if (one.type !== 'absent') found.push(...importsIn(one, depth + 1));
    for (const { items, open } of leaves(leaf.list)) {
      if (open) found.push(...open.deps);
      for (const item of items.slice(0, MOST_ITEMS)) found.push(...importsIn(item, depth + 1));
    }
    return found;
  });
}

/** The imports that the condition hangs on. */
export function importsOf(guard: Guard): readonly string[] {
  const found = new Set<string>();
  // Branches are shared: each is looked at once.
  const seen = new Set<Guard>([guard]);
  for (const one of seen) {
    if (!(one instanceof Choice)) continue;
    for (const dep of one.atom.deps) found.add(dep);
    seen.add(one.yes).add(one.no);
  }
  return [...found];
}

/** Something of a library's: an app, a policy, a request. */
export function isMade(value: Value): value is Obj & { readonly nature: { readonly is: 'made' } } {
  return !(value instanceof Choice) && value.type === 'object' && value.nature.is === 'made';
}

/** Such things among the arguments of a call, also in a table: `init({ app })`. */
export function madeIn(
  args: readonly Value[],
): readonly (Obj & { readonly nature: { readonly is: 'made' } })[] {
  return args.flatMap((arg) => {
    if (arg instanceof Choice || arg.type !== 'object') return [];
    if (isMade(arg)) return [arg];
    if (arg.nature.is !== 'plain') return [];
    return [...arg.slots.values()].flatMap(({ value }) =>
      'type' in value && value.type !== 'absent' && isMade(value) ? [value] : [],
    );
  });
}
