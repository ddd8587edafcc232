/**
 * The tables by which a package names its files: `exports` and `imports`.
 * As Node.js documents them ("Modules: Packages", and "Resolution Algorithm Specification" of "ECMAScript modules").
 */

/** Conditions that hold for a server's code. Whether it is imported or required is not asked: both are built from one source. */
const CONDITIONS: ReadonlySet<string> = new Set(['node', 'import', 'require', 'module-sync', 'default']);

/** Deeper tables are nobody's. */
const DEEPEST = 20;

export interface KeyMatch {
  readonly key: string;
  /** What `*` stands for; empty for a key without one. */
  readonly star: string;
}

/** The key that governs a name: itself; else, of the keys with one `*`, the first that says most before it. */
export function matchKey(keys: readonly string[], name: string): KeyMatch | undefined {
  if (keys.includes(name) && !name.includes('*')) return { key: name, star: '' };
  let best: (KeyMatch & { readonly before: number }) | undefined;
  for (const key of keys) {
    const [before = '', after, ...more] = key.split('*');
    if (after === undefined || more.length > 0) continue;
    if (name.length < before.length + after.length) continue;
    if (!name.startsWith(before) || !name.endsWith(after)) continue;
    if (best && best.before >= before.length) continue;
    best = { key, star: name.slice(before.length, name.length - after.length), before: before.length };
  }
  return best;
}

/**
 * What `exports` or `imports` name for a subpath (`.`, `./config`) or an internal name (`#config`), the first to be
 * tried first; empty where the package does not say or refuses (`null`).
 */
export function mappedTargets(table: unknown, name: string): readonly string[] {
  const entries = entriesOf(table);
  // Of two that say the same before `*`, Node.js takes the longer one, TypeScript's `paths` the first.
  const keys = Object.keys(entries).sort((a, b) => b.length - a.length);
  const match = matchKey(keys, name);
  if (!match) return [];
  const found: string[] = [];
  collect(entries[match.key], found, 0);
  return found.map((target) => target.replaceAll('*', () => match.star));
}

/** `exports: './index.js'` and `exports: { import: … }` are short for a table with the one key `.`. */
function entriesOf(table: unknown): Readonly<Record<string, unknown>> {
  const isTable =
    typeof table === 'object' &&
    table !== null &&
    !Array.isArray(table) &&
    Object.keys(table).some((key) => key.startsWith('.') || key.startsWith('#'));
  return isTable ? (table as Record<string, unknown>) : { '.': table };
}

/** @returns whether a refusal ended the search: `{ node: null, default: './x.js' }` has no file for Node.js. */
function collect(value: unknown, found: string[], depth: number): boolean {
  if (depth > DEEPEST) return false;
  if (value === null) return true;
  if (typeof value === 'string') {
    found.push(value);
    return false;
  }
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) {
    // In a list of fallbacks, a refusal leaves the others.
    for (const item of value) collect(item, found, depth + 1);
    return false;
  }
  return Object.entries(value).some(
    ([condition, item]) => CONDITIONS.has(condition) && collect(item, found, depth + 1),
  );
}
