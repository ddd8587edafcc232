/** All that is known of one file's CORS, worked out once and shared by all rules. */
import type { TSESTree } from '@typescript-eslint/utils';
import { judge, type Evidence } from '../policy/judge.ts';
import { accessOf } from '../policy/judge-access.ts';
import { judgeOrder } from '../policy/judge-order.ts';
import { judgeStacks } from '../policy/judge-stack.ts';
import { judgeVary } from '../policy/judge-vary.ts';
import type { Problem } from '../policy/problems.ts';
import type { FunctionCode, ModuleCode, Place } from './code.ts';
import { judgedWithin } from './denials.ts';
import { readsHeader } from './evidence.ts';
import { surroundings } from './intrinsics/index.ts';
import { handWritten, varying } from './handlers.ts';
import { corsLibrary } from './libraries/cors.ts';
import { HEADER_WORDS } from './libraries/handwritten.ts';
import { dotenvConfigLibrary, dotenvLibrary } from './libraries/dotenv.ts';
import { expressLibrary } from './libraries/express.ts';
import { fastifyCorsLibrary } from './libraries/fastify-cors.ts';
import { fastifyLibrary } from './libraries/fastify.ts';
import { Layer, LayerMaker } from './libraries/layer.ts';
import type { Library } from './libraries/library.ts';
import { socketIoLibrary } from './libraries/socket-io.ts';
import { lower } from './lower.ts';
import { expressVersion, type ExpressMajor, type ExpressVersion } from './manifest.ts';
import { Route } from './route.ts';
import { Run } from './run.ts';
import { Server } from './server.ts';
import { stacksOf } from './stacks.ts';
import { BudgetSpent } from './tree.ts';
import { madeBy, type Obj } from './value.ts';
import { productionWorld, type World } from './world.ts';
import { judgeWorlds, type Seen } from './worlds.ts';

const LIBRARIES: readonly Library[] = [
  corsLibrary,
  fastifyCorsLibrary,
  socketIoLibrary,
  // Before Express: what registers plugins is no app of Express.
  fastifyLibrary,
  expressLibrary,
  dotenvLibrary,
  dotenvConfigLibrary,
];

/** A file that holds none of these words has no policy: derived from every recogniser. */
const LIBRARY_NAMES: readonly string[] = [...new Set(LIBRARIES.flatMap((library) => library.triggers))];
const TRIGGERS: readonly string[] = [...LIBRARY_NAMES, ...HEADER_WORDS];

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
  /** Hosts that are the project's own, with `*` for what varies: `'myapp-*.vercel.app'`. */
  readonly ownHosts?: readonly string[];
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
    const { text } = this.#source;
    const written = handWritten(run, module, text);
    const layers = layersOf(run, written);
    const varies = layers.length > 0 ? varying(run, text, written) : new Map<Obj, Layer>();
    const beside = [...varies.keys()].map(({ at }) => at);
    const server = new Server(run, text, (offset) => this.#lineOf(offset), written, varies);
    const routes = server.routes(layers);
    const evidence = layers.length > 0 ? this.#evidence(module) : [];
    const stacked = judgeStacks(routes.flatMap((route) => (route instanceof Route ? stacksOf(route) : [])));
    const problems = [
      ...stacked,
      ...routes.flatMap((route) => {
        const on = route instanceof Layer ? [route] : layers.filter((layer) => route.layers.includes(layer));
        return judge(route, {
          evidence: evidence.filter(({ cause }) => on.some((layer) => server.mayServe(layer, cause))),
          ownHosts: this.#settings.ownHosts ?? [],
        }).filter(
          ({ code }) => code !== 'max-age-missing' || on.some((layer) => server.mayAnswerPreflights(layer)),
        );
      }),
      ...server.varied().flatMap((route) => judgeVary(route, accessOf(route))),
      ...judgeOrder(server.mounts()),
      ...server.uncalled(),
      ...this.#expressPaths(server),
      ...this.#otherWorlds(run, layers, module),
    ];
    const doubled = stacked.filter(({ code }) => code === 'doubled-origin');
    const once = new Map<string, Problem<Place>>();
    for (const problem of judgedWithin(problems, server.registrations, module, text)) {
      // What has no place in the file cannot be reported on.
      if (problem.cause.end === 0) continue;
      const key = `${problem.code}:${problem.cause.start}:${problem.cause.end}`;
      // What hangs or fails in a function that only writes `Vary` is no matter of CORS.
      if (!problem.code.startsWith('vary-') && beside.some((fn) => isWithin(problem.cause, fn))) continue;
      // Two policies made one header of two origins: that is said of the two.
      if (problem.code === 'malformed-origin' && doubled.some(({ cause }) => isWithin(cause, problem.cause)))
        continue;
      if (!once.has(key)) once.set(key, this.#withLine(problem));
    }
    return [...once.values()].sort((a, b) => a.cause.start - b.cause.start);
  }

  #otherWorlds(
    { world, environment }: Run,
    layers: readonly Layer[],
    module: ModuleCode,
  ): readonly Problem<Place>[] {
    const { text } = this.#source;
    const look = (other: World): Seen => {
      const run = new Run(other, surroundings(LIBRARIES));
      runAll(run, module, text);
      const written = handWritten(run, module, text, ({ start }) =>
        layers.some(({ at }) => at.start === start),
      );
      return { layers: layersOf(run, written), environment: run.environment };
    };
    return (
      unlessSpent(() =>
        judgeWorlds(
          { layers, environment },
          world,
          (other) => unlessSpent(() => look(other)),
          (offset) => this.#lineOf(offset),
        ),
      ) ?? []
    );
  }

  /** The line of the other place that the message speaks of. */
  #withLine(problem: Problem<Place>): Problem<Place> {
    const { other } = problem.places;
    return other
      ? { ...problem, data: { ...problem.data, line: String(this.#lineOf(other.start)) } }
      : problem;
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

/** Everything in a file that answers requests: what libraries made, and functions that write headers. */
function layersOf(run: Run, written: ReadonlyMap<Obj, Layer>): readonly Layer[] {
  return [...run.made.flatMap((object) => madeBy(object, Layer) ?? []), ...written.values()];
}

/** Nothing, if the work takes more steps than it may. */
function unlessSpent<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof BudgetSpent) return undefined;
    throw error;
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
  const names = new Set([...LIBRARY_NAMES.map((word) => `['"\`]${word}['"\`]`), ...HEADER_WORDS]);
  for (const [variable, value] of run.top.cells) {
    if (madeBy(value, LayerMaker) ?? madeBy(value, Layer))
      names.add(`(?<![\\w$.])${escapeText(variable.name)}(?![\\w$])`);
  }
  void module;
  return new RegExp([...names].join('|'), 'g');
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function isWithin(inner: Place, outer: Place): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
