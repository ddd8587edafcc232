/** An application, as one of its files shows it: the file is run, and with it what its policies need of other files. */
import { judge, type Evidence } from '../policy/judge.ts';
import { accessOf, STRANGER } from '../policy/judge/access.ts';
import { judgeGuards } from '../policy/judge/guards.ts';
import { judgeOrder } from '../policy/judge/order.ts';
import { judgePreflights } from '../policy/judge/preflights.ts';
import { judgeStacks } from '../policy/judge/stack.ts';
import { judgeVary } from '../policy/judge/vary.ts';
import { actualRequest, preflightRequest } from '../policy/policy.ts';
import type { Problem } from '../policy/problems.ts';
import { claimedLayers, isClaimed } from './claims.ts';
import type { Place } from './code.ts';
import { judgedWithin } from './server/denials.ts';
import { readsHeader } from './evidence.ts';
import { Following, type Wishes } from './following.ts';
import { guardedMounts } from './server/guards.ts';
import { handWritten, varying } from './requests/handlers.ts';
import { handlersToFollow } from './server/handler-wishes.ts';
import { hardcodedOrigins, mountedIn, type Mounted } from './hardcoded.ts';
import { surroundings } from './intrinsics/index.ts';
import { HandWritten } from './libraries/handwritten.ts';
import { LIBRARIES } from './libraries/index.ts';
import { Layer } from './libraries/layer.ts';
import { expressVersion, type ExpressMajor, type ExpressVersion } from './files/manifest.ts';
import type { Modules } from './modules.ts';
import { runAll } from './parts.ts';
import { migrationsOf, type Migration } from './migration.ts';
import { loneRoutes } from './server/preflights.ts';
import { Route } from './server/route.ts';
import { Run } from './run.ts';
import { Server } from './server.ts';
import type { SourceModule } from './sources.ts';
import { stacksOf } from './server/stacks.ts';
import { BudgetSpent } from './run/tree.ts';
import { madeBy, type Obj } from './run/value.ts';
import { importsIn, importsOf } from './run/wants.ts';
import { waysOf, type Way } from './server/ways.ts';
import { ANYWHERE, productionWorld, type World } from './run/world.ts';
import { byPlace, judgeWorlds } from './worlds.ts';

/** What the user may tell the analysis in `settings.cors`. */
export interface Settings {
  /** Express's major version, where it is not to be read from `package.json`. */
  readonly express?: ExpressMajor;
  /** Values of environment variables that the code is judged with. */
  readonly env?: Readonly<Record<string, string>>;
  /** Hosts that are the project's own, with `*` for what varies: `'myapp-*.vercel.app'`. */
  readonly ownHosts?: readonly string[];
}

/** The file, run in one world. */
interface View {
  readonly run: Run;
  readonly following: Following;
  readonly written: ReadonlyMap<Obj, HandWritten>;
  readonly layers: readonly Layer[];
}

const ACTUAL = actualRequest(STRANGER);
const PREFLIGHT = preflightRequest(STRANGER, 'DELETE', ['content-type']);
/** An application that wants one file after the other is run again for each. */
const MOST_ROUNDS = 8;
const NOTHING_FOLLOWED: ReadonlySet<string> = new Set();

export class Application {
  #explored: { readonly view: View | undefined } | undefined;
  #problems: readonly Problem<Place>[] | undefined;

  constructor(
    readonly entry: SourceModule,
    readonly settings: Settings,
    /** Nothing where other files are out of reach. */
    readonly modules: Modules | undefined,
  ) {}

  /**
   * Everything that is wrong, wherever it stands, in the order of the files. Nothing, where running the file takes more
   * steps than it may.
   */
  get problems(): readonly Problem<Place>[] {
    return (this.#problems ??= unlessSpent(() => (this.#view ? this.#judge(this.#view) : [])) ?? []);
  }

  /** What the middleware of this package could take the place of, in the file itself. */
  get migrations(): readonly Migration[] {
    const view = this.#view;
    return (view && unlessSpent(() => this.#migrationsIn(view))) ?? [];
  }

  #migrationsIn(view: View): readonly Migration[] {
    const { layers, following, run } = view;
    const { sources, wishes } = following;
    const anywhere = run.environment.read.size === 0 ? view : this.#look(ANYWHERE, wishes);
    const together = serverOf(view)
      .routes(layers)
      .flatMap((route) => (route instanceof Route ? [route.layers] : []));
    return migrationsOf({ layers, anywhere: byPlace(anywhere.layers), together }, sources);
  }

  /** How the files of the application hang together. */
  get following(): Following | undefined {
    return this.#view?.following;
  }

  /** The ways of requests to all routes, through all files. Nothing, where running them takes more steps than it may. */
  get ways(): readonly Way[] {
    const world = productionWorld(this.settings.env);
    return unlessSpent(() => waysOf(serverOf(this.#look(world, 'all')))) ?? [];
  }

  get #view(): View | undefined {
    return (this.#explored ??= { view: this.#explore() }).view;
  }

  /** Runs the file, and again with each file that it turns out to need. */
  #explore(): View | undefined {
    const world = productionWorld(this.settings.env);
    let wishes: ReadonlySet<string> = NOTHING_FOLLOWED;
    let view = unlessSpent(() => this.#look(world, wishes));
    for (let round = 0; view && this.modules && round < MOST_ROUNDS; round++) {
      const more = wishesOf(view);
      if (more.length === 0) break;
      wishes = new Set([...wishes, ...more]);
      // Where all of it is too much, less of it shows something.
      const next = unlessSpent(() => this.#look(world, wishes));
      if (!next) break;
      view = next;
    }
    return view;
  }

  #look(world: World, wishes: Wishes, speaks?: (at: Place) => boolean): View {
    const following = new Following(this.entry, this.modules, wishes);
    const run = new Run(world, surroundings(LIBRARIES, following));
    runAll(run, this.entry);
    const written = handWritten(run, following.sources, speaks);
    const made = run.made.flatMap((object) => madeBy(object, Layer) ?? []);
    const layers = [...made, ...written.values()];
    return {
      run,
      following,
      written,
      layers: layers.length > 0 ? layers : claimedLayers(run, this.entry),
    };
  }

  #judge(view: View): readonly Problem<Place>[] {
    const { layers, following } = view;
    const { sources } = following;
    const server = serverOf(view);
    const beside = [...server.varying.keys()].map(({ at }) => at);
    const routes = server.routes(layers);
    const evidence = layers.length > 0 ? this.#evidence(following) : [];
    const stacked = judgeStacks(routes.flatMap((route) => (route instanceof Route ? stacksOf(route) : [])));
    const problems = [
      ...stacked,
      ...routes.flatMap((route) => {
        const on = route instanceof Layer ? [route] : layers.filter((layer) => route.layers.includes(layer));
        return judge(route, {
          evidence: evidence.filter(({ cause }) => on.some((layer) => server.mayServe(layer, cause))),
          ownHosts: this.settings.ownHosts ?? [],
        }).filter(
          ({ code }) =>
            (code !== 'max-age-missing' || on.some((layer) => server.mayAnswerPreflights(layer))) &&
            (code !== 'missing-vary' || !isForOthersToMount(route, server)) &&
            on.some((layer) => isClaimed(layer, code)),
        );
      }),
      ...server.varied().flatMap((route) => judgeVary(route, accessOf(route))),
      ...judgeOrder(server.mounts()),
      ...judgeGuards(guardedMounts(server)),
      ...judgePreflights(loneRoutes(server)),
      ...server.uncalled(),
      ...this.#expressPaths(server),
      ...this.#otherWorlds(view),
    ];
    const doubled = stacked.filter(({ code }) => code === 'doubled-origin');
    const once = new Map<string, Problem<Place>>();
    for (const problem of judgedWithin(problems, server.registrations, sources)) {
      // What has no place in a file cannot be reported on.
      if (problem.cause.end === 0) continue;
      const key = `${problem.code}:${problem.cause.start}:${problem.cause.end}`;
      // What hangs or fails in a function that only writes `Vary` is no matter of CORS.
      if (!problem.code.startsWith('vary-') && beside.some((fn) => isWithin(problem.cause, fn))) continue;
      // Two policies made one header of two origins: that is said of the two.
      if (problem.code === 'malformed-origin' && doubled.some(({ cause }) => isWithin(cause, problem.cause)))
        continue;
      if (!once.has(key)) once.set(key, this.#withLine(problem, following));
    }
    return [...once.values()].sort((a, b) => a.cause.start - b.cause.start);
  }

  #otherWorlds(production: View): readonly Problem<Place>[] {
    const { run, layers, following } = production;
    const { world, environment } = run;
    const { sources, wishes } = following;
    const look = (other: World): Mounted | undefined =>
      unlessSpent(() => {
        const seen = this.#look(other, wishes, ({ start }) => layers.some(({ at }) => at.start === start));
        return {
          layers: seen.layers,
          environment: seen.run.environment,
          registrations: mountedIn(seen.run),
        };
      });
    const problems = unlessSpent(() =>
      judgeWorlds({ layers, environment }, world, look, (place) => sources.tellLine(place)),
    );
    // A list alone says nothing of what else comes to it.
    const whole = layers.filter((layer) => isClaimed(layer, 'hardcoded-origins'));
    const hardcoded = unlessSpent(() =>
      hardcodedOrigins({ layers: whole, environment, registrations: mountedIn(run) }, look, {
        text: (place) => sources.text(place),
        module: (place) => sources.of(place)?.code,
      }),
    );
    return [...(problems ?? []), ...(hardcoded ?? [])];
  }

  /** The line of the other place that the message speaks of. */
  #withLine(problem: Problem<Place>, { sources }: Following): Problem<Place> {
    const { other } = problem.places;
    return other ? { ...problem, data: { ...problem.data, line: sources.tellLine(other) } } : problem;
  }

  #expressPaths(server: Server): readonly Problem<Place>[] {
    const problems = server.expressPaths();
    // `package.json` is looked for only where something hangs on it.
    const express = problems.length > 0 ? this.#express() : undefined;
    if (express?.major !== 5) return [];
    return express.only ? problems : problems.map(forBothVersions);
  }

  #express(): ExpressVersion | undefined {
    const { express } = this.settings;
    return express ? { major: express, only: true } : expressVersion(this.entry.path);
  }

  /** Where the files read `Authorization`. */
  #evidence({ sources }: Following): readonly Evidence<Place>[] {
    return sources.all.flatMap(({ text, code, base }) =>
      /authorization/i.test(text)
        ? readsHeader(code, text, 'authorization', base).map((cause) => ({
            header: 'authorization',
            cause,
            line: sources.tellLine(cause),
          }))
        : [],
    );
  }
}

function serverOf({ run, layers, written, following: { sources } }: View): Server {
  const varies = layers.length > 0 ? varying(run, sources, written) : new Map<Obj, Layer>();
  return new Server(run, sources, written, varies);
}

/** A middleware that this file mounts nowhere, and that passes on: who comes behind it may add what it lacks. */
function isForOthersToMount(layer: Layer | Route, server: Server): boolean {
  return (
    layer instanceof HandWritten &&
    !server.registrations.some(({ handlers }) =>
      handlers.some(({ value }) => server.layerOf(value) === layer),
    ) &&
    layer.ask(ACTUAL).some(({ end }) => end.is === 'passes')
  );
}

/** The imports that something hangs on, and that can be followed. */
function wishesOf({ run, layers, written, following }: View): readonly string[] {
  for (const layer of layers) {
    for (const request of [ACTUAL, PREFLIGHT]) layer.ask(request);
    for (const value of layer.madeOf) run.want(importsIn(value));
  }
  for (const { guard } of mountedIn(run)) run.want(importsOf(guard));
  run.want(run.decisions.askedAbout);
  run.want(handlersToFollow(run, written, following, layers));
  return [...run.wanted].filter((one) => !following.follows(one) && following.canFollow(one));
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

function isWithin({ start, end }: Place, outer: Place): boolean {
  return outer.start <= start && end <= outer.end;
}
