/** All that is known of one file's CORS, worked out once and shared by all rules. */
import type { TSESTree } from '@typescript-eslint/utils';
import { judge, type Evidence } from '../policy/judge.ts';
import { judgeOrder } from '../policy/judge-order.ts';
import type { Problem } from '../policy/problems.ts';
import type { FunctionCode, ModuleCode, Place } from './code.ts';
import { readsHeader } from './evidence.ts';
import { surroundings } from './intrinsics/index.ts';
import { CorsFactory, corsLibrary } from './libraries/cors.ts';
import { expressLibrary } from './libraries/express.ts';
import { Layer } from './libraries/layer.ts';
import type { Library } from './libraries/library.ts';
import { lower } from './lower.ts';
import { expressVersion, type ExpressMajor, type ExpressVersion } from './manifest.ts';
import { Run } from './run.ts';
import { Server } from './server.ts';
import { BudgetSpent } from './tree.ts';
import { madeBy, type Obj } from './value.ts';
import { productionWorld } from './world.ts';

const LIBRARIES: readonly Library[] = [corsLibrary, expressLibrary];

/** A file that holds none of these words has no policy: derived from every recogniser. */
const TRIGGERS: readonly string[] = [...new Set(LIBRARIES.flatMap((library) => library.triggers))];

/** How many functions that nobody calls here are run on their own, at most. */
const MOST_PARTS = 40;

/** What the analysis needs of ESLint's `SourceCode`. */
export interface Source {
  readonly text: string;
  readonly ast: TSESTree.Program;
  getLocFromIndex(index: number): { readonly line: number };
}

export interface Settings {
  /** Express's major version, where it is not to be read from `package.json`. */
  readonly express?: ExpressMajor;
  /** Values of environment variables that the code is judged with. */
  readonly env?: Readonly<Record<string, string>>;
}

const searched = new WeakMap<object, { readonly text: string; readonly found: boolean }>();

/** Whether the file can hold a policy at all: one search of its text, which all rules share. */
export function mayHoldPolicy(source: { readonly text: string }): boolean {
  const { text } = source;
  let last = searched.get(source);
  // oxlint gives every file the same object.
  if (last?.text !== text) {
    last = { text, found: TRIGGERS.some((word) => text.includes(word)) };
    searched.set(source, last);
  }
  return last.found;
}

const files = new WeakMap<object, CorsFile>();

/** Worked out when first asked for; kept as long as the file's syntax tree. */
export function corsFile(source: Source, filename: string, settings: Settings): CorsFile {
  let file = files.get(source.ast);
  if (!file) {
    file = new CorsFile(source, filename, settings);
    files.set(source.ast, file);
  }
  return file;
}

export class CorsFile {
  readonly #source: Source;
  readonly #filename: string;
  readonly #settings: Settings;
  #problems: readonly Problem<Place>[] | undefined;

  constructor(source: Source, filename: string, settings: Settings) {
    this.#source = source;
    this.#filename = filename;
    this.#settings = settings;
  }

  /** Everything that is wrong, in the order of the file. */
  get problems(): readonly Problem<Place>[] {
    return (this.#problems ??= this.#work());
  }

  #work(): readonly Problem<Place>[] {
    const run = new Run(productionWorld(this.#settings.env), surroundings(LIBRARIES));
    let module: ModuleCode;
    try {
      module = lower(this.#source.ast);
      runAll(run, module, this.#source.text);
    } catch (error) {
      // More than the budget allows: the file is unknown.
      if (error instanceof BudgetSpent) return [];
      throw error;
    }
    try {
      return this.#judge(run, module);
    } catch (error) {
      if (error instanceof BudgetSpent) return [];
      throw error;
    }
  }

  #judge(run: Run, module: ModuleCode): readonly Problem<Place>[] {
    const layers = run.made.flatMap((object) => {
      const layer = madeBy(object, Layer);
      return layer ? [layer] : [];
    });
    const server = new Server(run, this.#source.text, (offset) => this.#lineOf(offset));
    const evidence = layers.length > 0 ? this.#evidence(module) : [];
    const problems = [
      ...layers.flatMap((layer) =>
        judge(
          layer,
          evidence.filter(({ cause }) => server.mayServe(layer, cause)),
        ),
      ),
      ...judgeOrder(server.mounts()),
      ...server.uncalled(),
      ...this.#expressPaths(server),
    ];
    const once = new Map<string, Problem<Place>>();
    for (const problem of problems) {
      // What has no place in the file cannot be reported on.
      if (problem.cause.end === 0) continue;
      const key = `${problem.code}:${problem.cause.start}:${problem.cause.end}`;
      if (!once.has(key)) once.set(key, problem);
    }
    return [...once.values()].sort((a, b) => a.cause.start - b.cause.start);
  }

  #expressPaths(server: Server): readonly Problem<Place>[] {
    const problems = server.expressPaths();
    // `package.json` is looked for only where something hangs on it.
    const express = problems.length > 0 ? this.#express() : undefined;
    if (express?.major !== 5) return [];
    return express.only ? problems : problems.map(forBothVersions);
  }

  #express(): ExpressVersion | undefined {
    const { express } = this.#settings;
    return express ? { major: express, only: true } : expressVersion(this.#filename);
  }

  #evidence(module: ModuleCode): readonly Evidence<Place>[] {
    if (!/authorization/i.test(this.#source.text)) return [];
    return readsHeader(module, this.#source.text, 'authorization').map((cause) => ({
      header: 'authorization',
      cause,
      line: this.#lineOf(cause.start),
    }));
  }

  #lineOf(offset: number): number {
    return this.#source.getLocFromIndex(offset).line;
  }
}

/** A path of Express 5 means something else on Express 4: no correction where the code is meant for both. */
function forBothVersions(problem: Problem<Place>): Problem<Place> {
  const { path = '', flaw = '' } = problem.data;
  const write = ' `package.json` allows Express 4 too: a regular expression, such as `/.*/`, suits both.';
  return { ...problem, data: { path, flaw, write } };
}

/**
 * Runs the module, then every function that speaks of a policy and that nothing here calls: exported set-up functions,
 * methods of a class that another file makes, callbacks. Their parameters are unknown.
 */
function runAll(run: Run, module: ModuleCode, text: string): void {
  run.module(module);
  runParts(run, module, text);
  run.settle();
}

function runParts(run: Run, module: ModuleCode, text: string): void {
  const tried = new Set<FunctionCode>();
  for (let part = 1; part <= MOST_PARTS; part++) {
    const next = unvisited(run, module, text, tried);
    if (!next) return;
    tried.add(next.code);
    run.guard = true;
    run.phase = 0;
    run.part = part;
    enter(run, next.code, next.closure);
  }
}

function enter(run: Run, code: FunctionCode, closure: Obj): void {
  const home = closure.nature.is === 'function' ? closure.nature.home : undefined;
  let self: Obj | undefined;
  if (home?.nature.is === 'class') {
    self = run.instances.get(home);
    if (!self) {
      const made = run.construct(home, { args: [], places: [], open: true }, home.at);
      self = 'type' in made && made.type === 'object' ? made : undefined;
      // The constructor may have called it.
      if (run.entered.has(code)) return;
    }
  }
  run.call(
    closure,
    self ?? run.unknown('parameter', code, { key: 'this' }),
    { args: [], places: [], open: true },
    code,
  );
}

/** The outermost function that mentions a policy and was not run, though the code around it was. */
function unvisited(
  run: Run,
  module: ModuleCode,
  text: string,
  tried: ReadonlySet<FunctionCode>,
): { code: FunctionCode; closure: Obj } | undefined {
  const mention = mentions(run, module);
  for (const match of text.matchAll(mention)) {
    const inside = module.functions
      .filter((code) => code.start <= match.index && match.index < code.end)
      .sort((a, b) => a.start - b.start || b.end - a.end);
    const code = inside.find((one) => !run.entered.has(one));
    if (!code || tried.has(code)) continue;
    const closure = run.closures.get(code);
    if (closure) return { code, closure };
    // A constructor, or a method of a class whose definition was run.
    for (const [cls, object] of run.classes) {
      if (cls.start > code.start || code.end > cls.end || object.nature.is !== 'class') continue;
      if (cls.construct === code)
        return {
          code,
          closure: run.object(
            { is: 'function', code, env: object.nature.env, self: undefined, home: object },
            code,
          ),
        };
    }
  }
  return undefined;
}

/** The library's name in a `require`, and every name at the top of the file that stands for it or for a layer. */
function mentions(run: Run, module: ModuleCode): RegExp {
  const names = new Set(TRIGGERS.map((word) => `['"\`]${word}['"\`]`));
  for (const [variable, value] of run.top.cells) {
    if (madeBy(value, CorsFactory) ?? madeBy(value, Layer))
      names.add(`(?<![\\w$.])${escapeText(variable.name)}(?![\\w$])`);
  }
  void module;
  return new RegExp([...names].join('|'), 'g');
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
