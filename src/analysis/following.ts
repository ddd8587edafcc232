/** One run's way through the files of an application: which imports it follows, and what they export. */
import { changes } from './run/changes.ts';
import type { Export, Place, Variable } from './code.ts';
import type { Modules } from './modules.ts';
import { resolveModule } from './files/resolve.ts';
import type { Run } from './run.ts';
import { Sources, STRETCH, type SourceModule } from './sources.ts';
import { Choice } from './run/tree.ts';
import { NOWHERE, type Env, type Obj, type Value } from './run/value.ts';
import { wish } from './run/wants.ts';

/** From the file that is looked at, as far as this. */
export const MOST_HOPS = 5;
/** More files than this are not run together. Those that are kept count like those that are read. */
const MOST_MODULES = 100;

/** The imports that are followed; all others are unknown. */
export type Wishes = ReadonlySet<string> | 'all';

/** Something that a module exports of another one: `export *` is one that has no name. */
type Star = Exclude<Export, { readonly variable: unknown }>;

interface Followed {
  readonly source: SourceModule;
  readonly hops: number;
  env: Env | undefined;
  namespace: Value | undefined;
}

export class Following {
  readonly sources: Sources;
  readonly #byPath = new Map<string, Followed>();
  /** Which files each file imports, and where, as far as that was followed. */
  readonly #imports = new Map<SourceModule, Map<SourceModule, Place>>();
  /** The exports that are being looked for. */
  readonly #looking = new Set<string>();

  constructor(
    entry: SourceModule,
    readonly modules: Modules | undefined,
    readonly wishes: Wishes,
  ) {
    this.sources = new Sources(entry);
    this.#byPath.set(entry.path, { source: entry, hops: 0, env: undefined, namespace: undefined });
  }

  /** What the module exports under that name, `*` for all; nothing for what is not followed. */
  exported(run: Run, specifier: string, name: string, at: Place): Value | undefined {
    if (!this.follows(wish(specifier, at))) return undefined;
    const from = this.sources.of(at) ?? this.sources.entry;
    const module = this.#follow(run, specifier, from, at);
    return module && this.#value(run, module, name, at);
  }

  /** All files that the file imports, the file itself, and what those import. */
  reachedFrom(module: SourceModule): ReadonlySet<SourceModule> {
    const reached = new Set([module]);
    for (const one of reached) for (const other of this.#imports.get(one)?.keys() ?? []) reached.add(other);
    return reached;
  }

  /** Where the file that is looked at imports the other one, or one that does. */
  wayTo(module: SourceModule): Place | undefined {
    const { entry } = this.sources;
    for (const [next, at] of this.#imports.get(entry) ?? [])
      if (this.reachedFrom(next).has(module)) return at;
    return undefined;
  }

  /** Whether the import is one of those that are followed. */
  follows(wished: string): boolean {
    return this.wishes === 'all' || this.wishes.has(wished);
  }

  /** Whether the wish names a file that could be followed. */
  canFollow(wished: string): boolean {
    const path = this.pathOf(wished);
    // The file itself too, by way of another one: nothing comes of it but that the two hang together.
    return path !== undefined && (path === this.sources.entry.path || this.modules?.read(path) !== undefined);
  }

  /** The file that the wish names; nothing if it is none of the repository's. */
  pathOf(wished: string): string | undefined {
    const [, stretch = '', specifier = ''] = /^import:(\d+):(.*)$/s.exec(wished) ?? [];
    const from = this.sources.all.find(({ base }) => base / STRETCH === Number(stretch));
    return from && resolveModule(specifier, from.path);
  }

  #follow(run: Run, specifier: string, from: SourceModule, at: Place): Followed | undefined {
    const path = resolveModule(specifier, from.path);
    if (path === undefined) return undefined;
    const known = this.#byPath.get(path);
    if (known) {
      this.#note(from, known.source, at);
      return known;
    }
    const hops = (this.#byPath.get(from.path)?.hops ?? MOST_HOPS) + 1;
    // What is run only to see what it would do is taken back.
    if (hops > MOST_HOPS || this.#byPath.size > MOST_MODULES || run.isTrial) return undefined;
    const source = this.modules?.read(path);
    if (!source) return undefined;
    const module: Followed = { source, hops, env: undefined, namespace: undefined };
    this.#byPath.set(path, module);
    this.sources.add(source);
    this.#note(from, source, at);
    run.inner(source.code, (env) => (module.env = env), at);
    return module;
  }

  #note(from: SourceModule, to: SourceModule, at: Place): void {
    let imports = this.#imports.get(from);
    if (!imports) this.#imports.set(from, (imports = new Map()));
    if (!imports.has(to)) imports.set(to, at);
  }

  #value(run: Run, module: Followed, name: string, at: Place): Value | undefined {
    const { env, source } = module;
    // The file that is looked at imports itself, by way of another one.
    if (!env) return undefined;
    if (!isEsm(source)) {
      const whole = run.get(env.cells.get(source.code.commonJs.module) ?? run.undefined(), 'exports', at);
      if (name === '*') return whole;
      if (name !== 'default') return run.get(whole, name, at);
      // Compiled from an ES module: https://nodejs.org/api/esm.html#commonjs-namespaces
      const marked = run.here(run.get(whole, '__esModule', at));
      const compiled = !(marked instanceof Choice) && marked.type === 'known' && marked.value === true;
      return compiled ? run.get(whole, 'default', at) : whole;
    }
    if (name === '*') return (module.namespace ??= this.#namespace(run, module, at));
    return this.#named(run, module, name, at);
  }

  #named(run: Run, module: Followed, name: string, at: Place): Value | undefined {
    const { source } = module;
    const key = `${source.path}\0${name}`;
    // Files that export each other's names, round and round.
    if (this.#looking.has(key)) return undefined;
    this.#looking.add(key);
    const value = this.#found(run, module, name, at);
    this.#looking.delete(key);
    return value;
  }

  #found(run: Run, { env, source }: Followed, name: string, at: Place): Value | undefined {
    const { exports } = source.code;
    const own = exports.find((one) => one.name === name);
    if (own && 'variable' in own)
      return isReassigned(own.variable, source) ? undefined : env?.cells.get(own.variable);
    if (own) return run.imported(own.module, own.from, own.at);
    if (name === 'default') return run.undefined(at);
    const unseen: string[] = [];
    for (const star of exports) {
      if (star.name !== undefined || 'variable' in star) continue;
      const behind = this.#behind(run, star, source);
      const found = behind && this.#value(run, behind, name, at);
      if (found === undefined) unseen.push(wish(star.module, star.at));
      else if (!isUndefined(found)) return found;
    }
    // It stands in one of those.
    return unseen.length > 0
      ? run.unknown('import', NOWHERE, { key: `import:${source.path}:${name}`, deps: new Set(unseen) })
      : run.undefined(at);
  }

  #namespace(run: Run, module: Followed, at: Place): Value {
    const whole = run.plain(at);
    this.#fill(run, whole, module, at, new Set());
    return whole;
  }

  /** What the module exports, and what stands behind its `export *`; its own names come before theirs. */
  #fill(run: Run, whole: Obj, module: Followed, at: Place, seen: Set<Followed>): void {
    seen.add(module);
    for (const { name } of module.source.code.exports) {
      if (name === undefined || whole.slots.has(name) || (name === 'default' && seen.size > 1)) continue;
      const value = this.#named(run, module, name, at);
      // In a circle it may not be there yet: that is not `undefined`.
      run.put(whole, name, value ?? run.unknown('import', NOWHERE), at);
    }
    for (const star of module.source.code.exports) {
      if (star.name !== undefined || 'variable' in star) continue;
      const behind = this.#behind(run, star, module.source);
      if (behind && seen.has(behind)) continue;
      if (behind && isEsm(behind.source)) this.#fill(run, whole, behind, at, seen);
      else whole.open ??= run.unknown('import', NOWHERE, { deps: new Set([wish(star.module, star.at)]) });
    }
  }

  /** The module behind `export * from`, if it is followed. */
  #behind(run: Run, { module, at }: Star, source: SourceModule): Followed | undefined {
    return this.follows(wish(module, at)) ? this.#follow(run, module, source, at) : undefined;
  }
}

function isEsm({ code }: SourceModule): boolean {
  return code.exports.length > 0;
}

/** Whether a function gives the exported variable another value: importers see that, at a moment that is not known. */
function isReassigned(variable: Variable, { code }: SourceModule): boolean {
  if (variable.kind !== 'let' && variable.kind !== 'var') return false;
  return code.functions.some((fn) => changes(fn).assigned.has(variable));
}

function isUndefined(value: Value): boolean {
  return !(value instanceof Choice) && value.type === 'known' && value.value === undefined;
}
