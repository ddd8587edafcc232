/** Apps, routers, mounts, order: what was registered, laid out as one line of steps for each app. */
import type { Mount, Route as AppRoute } from '../policy/judge/order.ts';
import type { Problem } from '../policy/problems.ts';
import type { FunctionCode, Place } from './code.ts';
import { answersOwnPage, passesOn } from './evidence.ts';
import { CorsFactory } from './libraries/cors.ts';
import { express5Flaw } from './libraries/express-paths.ts';
import {
  App,
  Bland,
  takes,
  type Handler,
  type RegisteredPath,
  type Registration,
} from './libraries/express.ts';
import { Layer } from './libraries/layer.ts';
import type { Run } from './run.ts';
import type { Sources } from './sources.ts';
import { Choice } from './run/tree.ts';
import { Route, type Stop } from './server/route.ts';
import { functionOf, madeBy, type Obj, type Value } from './run/value.ts';

/** An app or a router, where it is mounted: one that is mounted twice is two. The outermost is mounted by nobody. */
export interface Scope {
  readonly app: App;
  readonly registration: Registration | undefined;
  /** From the app's root; `undefined`: not known. */
  readonly path: string | undefined;
}

/** One registration, with its path from the app's root. */
export interface Step {
  readonly registration: Registration;
  /** What it is registered on, and what that is mounted on, from the outermost in. */
  readonly within: readonly Scope[];
  /** `undefined`: not known. */
  readonly path: string | undefined;
  /** `prefix`: it runs for everything below the path too (`use`). */
  readonly covers: 'prefix' | 'exactly';
  readonly is: 'policy' | 'varies' | 'route' | 'unknown' | 'other';
  /** The handler that makes it a policy, or the route's last. */
  readonly handler: Handler | undefined;
}

/** A path that is asked by machines, or by the address bar, but not by a page of another origin. */
const OWN_PATH =
  /^\/?$|\*|\/(?:health(?:z|-?check)?|live(?:z|ness)?|ready(?:z)?|readiness|ping|status|metrics|favicon\.ico|robots\.txt|sitemap\.xml)\/?$|webhook|\bhooks?\b/i;

export class Server {
  readonly #apps: readonly App[];
  #line: readonly (readonly Step[])[] | undefined;

  constructor(
    readonly run: Run,
    readonly sources: Sources,
    /** Functions that write headers by hand. */
    readonly written: ReadonlyMap<Obj, Layer> = new Map(),
    /** Functions that write `Vary` alone. */
    readonly varying: ReadonlyMap<Obj, Layer> = new Map(),
  ) {
    this.#apps = run.made.flatMap((object) => {
      const app = madeBy(object, App);
      return app ? [app] : [];
    });
  }

  /** The policy that a handler is. */
  layerOf(value: Value): Layer | undefined {
    return (
      madeBy(value, Layer) ??
      ('type' in value && value.type === 'object' ? this.written.get(value) : undefined)
    );
  }

  /**
   * The ways of requests to policies: every policy stands on one at least, with all that comes before it there, and what
   * comes behind it as far as nobody answers.
   */
  routes(layers: readonly Layer[]): readonly (Layer | Route)[] {
    const routes = new Map<string, Layer | Route>();
    const ids = new Map<Layer, number>(
      [...layers, ...this.varying.values()].map((layer, index) => [layer, index]),
    );
    const seen = new Set<Layer>();
    for (const steps of this.#lines())
      for (const target of steps) {
        const layer = target.is === 'policy' && target.handler && this.layerOf(target.handler.value);
        if (!layer || target.path === undefined) continue;
        const route = this.#routeTo(target, steps);
        const { stops } = route;
        const on = stops.flatMap((stop) => (stop.layer instanceof Layer ? stop.layer : []));
        for (const one of on) seen.add(one);
        const key = `${route.frame.method} ${stops.map((stop) => `${stop.how}:${stop.layer instanceof Layer ? ids.get(stop.layer) : ''}`).join()}`;
        // A layer for preflights alone lets nobody read anything.
        const alone = on.every((one) => one === layer) && target.registration.how !== 'OPTIONS';
        if (!routes.has(key)) routes.set(key, alone ? layer : route);
      }
    return [...new Set([...layers.filter((layer) => !seen.has(layer)), ...routes.values()])];
  }

  /** The ways of requests to handlers that write `Vary` alone, behind policies. */
  varied(): readonly Route[] {
    return this.#lines().flatMap((steps) =>
      steps
        .filter(({ is, path }) => is === 'varies' && path !== undefined)
        .map((target) => this.#routeTo(target, steps))
        .filter(({ layers }) => layers.length > 1),
    );
  }

  #routeTo(target: Step, steps: readonly Step[]): Route {
    const { decisions } = this.run;
    const { how, part, guard } = target.registration;
    const method = takes(how, 'OPTIONS') ? 'GET' : how;
    const stops = steps
      .filter((step) => step.registration.part === part && step.is !== 'unknown' && meets(step, target))
      // `if (dev) app.use(cors()); else app.use(cors(options))`: no request comes to both.
      .filter((step) => decisions.and(guard, step.registration.guard) !== false)
      .map((step): Stop => ({
        layer: step.is === 'route' ? undefined : step.handler && this.#stopOf(step.handler.value),
        how: step.registration.how,
        at: step.handler?.at ?? step.registration.at,
        guard: step.registration.guard,
        path: trimmed(step.path ?? ''),
        covers: step.covers,
      }));
    return new Route(stops, { method, served: servedBehind(steps, target), decisions, guard });
  }

  #stopOf(value: Value): Layer | undefined {
    return (
      this.layerOf(value) ??
      ('type' in value && value.type === 'object' ? this.varying.get(value) : undefined)
    );
  }

  /** Layers that are mounted somewhere. */
  get registrations(): readonly Registration[] {
    return this.#apps.flatMap((app) => app.registrations);
  }

  /** The package's function mounted instead of what it returns. */
  uncalled(): readonly Problem<Place>[] {
    return this.registrations.flatMap(({ handlers }) =>
      handlers.flatMap(({ value, at, listed }): Problem<Place>[] => {
        if (!madeBy(value, CorsFactory)) return [];
        const text = this.sources.text(at);
        // What stands in a list is not at the place of the list.
        const places = listed || text.startsWith('...') ? {} : { call: at };
        const call = 'call' in places && /^[\w$.]+$|^require\([^()]*\)$/.test(text) ? `${text}()` : 'cors()';
        return [{ code: 'uncalled-library', cause: at, data: { library: '`cors`', call }, places }];
      }),
    );
  }

  /** Paths of Express 4 on which CORS is registered. */
  expressPaths(): readonly Problem<Place>[] {
    return this.registrations.flatMap(({ handlers, paths }) => {
      if (!handlers.some(({ value }) => madeBy(value, Layer) ?? madeBy(value, CorsFactory))) return [];
      return paths.flatMap(({ text, at }): Problem<Place>[] => {
        const flaw = text === undefined ? undefined : express5Flaw(text);
        if (text === undefined || !flaw) return [];
        const write = flaw.corrected === undefined ? '' : ` Write \`${flaw.corrected}\`.`;
        return [
          {
            code: 'express5-path',
            cause: at,
            data: {
              path: text,
              flaw: flaw.flaw,
              write,
              ...(flaw.corrected !== undefined && { corrected: flaw.corrected }),
            },
            places: {},
          },
        ];
      });
    });
  }

  /** Every policy that is mounted for good, with the routes that come before it. */
  mounts(): readonly Mount<Place>[] {
    return this.#lines().flatMap((steps) => mountsOf(steps, this));
  }

  /** Whether the layer may answer what comes to that place: not if it is mounted for other routes than the place's. */
  mayServe(layer: Layer, place: Place): boolean {
    if (layer.standsAlone) return false;
    const steps = this.#lines().flat();
    const mounted = steps.filter(({ handler }) => handler && this.layerOf(handler.value) === layer);
    const reached = steps.filter(({ registration }) =>
      registration.handlers.some(({ value }) => {
        const code = functionOf(value);
        return code && code.start <= place.start && place.end <= code.end;
      }),
    );
    if (mounted.length === 0 || reached.length === 0) return true;
    return mounted.some((mount) =>
      reached.some(
        (step) => mount.registration === step.registration || reaches(mount, step) || reaches(step, mount),
      ),
    );
  }

  /** Whether preflights come to the layer: not if it is mounted for other methods only, `app.get('/x', cors(), …)`. */
  mayAnswerPreflights(layer: Layer): boolean {
    const mounted = this.#lines()
      .flat()
      .filter(({ handler }) => handler && this.layerOf(handler.value) === layer);
    return mounted.length === 0 || mounted.some(({ registration }) => takes(registration.how, 'OPTIONS'));
  }

  /** The steps of every app that is not mounted on another, as far as they answer, or have to do with CORS. */
  #lines(): readonly (readonly Step[])[] {
    return (this.#line ??= this.lines.map((steps) => steps.filter(({ is }) => is !== 'other')));
  }

  /** All steps of every app that is not mounted on another. */
  get lines(): readonly (readonly Step[])[] {
    const mounted = new Set<App>(
      this.#apps.flatMap((app) => app.registrations.flatMap(({ handlers }) => routersOf(handlers))),
    );
    return this.#apps
      .filter((app) => !mounted.has(app))
      .map((app) => this.#steps(app, '', [{ app, registration: undefined, path: '' }]));
  }

  /** The app's registrations in the order in which they take effect, routers unfolded where they are mounted. */
  #steps(app: App, prefix: string, within: readonly Scope[]): readonly Step[] {
    const ordered = [...app.registrations].sort((a, b) => a.phase - b.phase);
    return ordered.flatMap((registration) => {
      if (registration.how === 'escape')
        return [
          {
            registration,
            within,
            path: undefined,
            covers: 'prefix' as const,
            is: 'unknown' as const,
            handler: undefined,
          },
        ];
      return registration.paths.flatMap((path) => this.#stepsOf(registration, path, prefix, within));
    });
  }

  #stepsOf(
    registration: Registration,
    registered: RegisteredPath,
    prefix: string,
    within: readonly Scope[],
  ): readonly Step[] {
    const own = registered.everything ? '/' : registered.text;
    const whole = own === undefined ? undefined : join(prefix, everything(own) ? '/' : own);
    const covers =
      registration.how === 'use' || registered.everything || (own !== undefined && everything(own))
        ? 'prefix'
        : 'exactly';
    const steps: Step[] = [];
    const step = (is: Step['is'], handler: Handler | undefined): void => {
      steps.push({ registration, within, path: whole, covers, is, handler });
    };
    for (const handler of registration.handlers) {
      const router = madeBy(handler.value, App);
      if (router && within.length <= 5)
        // Where a router stands is not known: neither is where its policies do.
        for (const inner of this.#steps(router, whole ?? '', [
          ...within,
          { app: router, registration, path: whole },
        ]))
          steps.push(whole === undefined ? { ...inner, path: undefined } : inner);
      else if (router) step('unknown', handler);
      else if (this.layerOf(handler.value)) step('policy', handler);
      else if (this.#stopOf(handler.value)) step('varies', handler);
      else if (this.#mayAllow(handler.value)) step('unknown', handler);
      else step('other', handler);
    }
    const last = registration.handlers.at(-1);
    // A route answers only what it is asked; `app.options()` is CORS's own business.
    if (last && !['use', 'OPTIONS'].includes(registration.how) && !madeBy(last.value, Layer)) {
      const code = functionOf(last.value);
      // What may pass a request on is a guard: who answers comes later.
      if (!code || (takesResponse(code) && !passesOn(code))) step('route', last);
    }
    return steps;
  }

  /** Whether a handler might set CORS headers, for all that is known. */
  #mayAllow(value: Value): boolean {
    if (value instanceof Choice) return true;
    if (value.type === 'known') return false;
    if (value.type === 'object') {
      const { nature } = value;
      // `applyCors(req, res)` may, wherever it comes from.
      if (nature.is === 'function') return /access-control|cors/i.test(this.sources.text(value.at));
      // `this.allow.bind(this)`
      if (nature.is === 'native') return nature.holds?.some((held) => this.#mayAllow(held)) ?? false;
      return !madeBy(value, Bland) && !madeBy(value, App);
    }
    // Packages that are not about CORS do not set its headers; files of the app may.
    const module = /^import:([^:]*)/.exec(value.key)?.[1];
    return module === undefined || /^[./#@~]|cors/i.test(module);
  }
}

function mountsOf(steps: readonly Step[], server: Server): readonly Mount<Place>[] {
  const bare = unprotected(steps);
  const said = new Set<Step>();
  return steps.flatMap((mount, index) => {
    const { path, registration, handler } = mount;
    if (mount.is !== 'policy' || mount.covers !== 'prefix' || path === undefined || !handler) return [];
    if (!['use', 'ALL'].includes(registration.how)) return [];
    // In a list, `/` is everything to Express 4, and the root alone to Express 5.
    if (registration.paths.some(({ text, listed }) => listed && text === '/')) return [];
    const missed = bare.filter(
      ({ step, at }) =>
        at < index &&
        // Of a second policy behind a first one, the first has said it.
        !said.has(step) &&
        // Parts of the file that were run apart may run in any order.
        step.registration.part === registration.part &&
        step.registration !== registration &&
        isBelow(step.path, path),
    );
    for (const { step } of missed) said.add(step);
    return [{ cause: handler.at, missed: missed.map(({ step }) => route(step, server)) }];
  });
}

interface Bare {
  readonly step: Step & { readonly path: string };
  readonly at: number;
}

/** The routes that nothing which might set CORS headers comes before, for all that is known. */
function unprotected(steps: readonly Step[]): readonly Bare[] {
  // `app.get('/x', cors(), handler)` has a policy of its own.
  const own = new Set(
    steps.filter(({ is }) => is !== 'route' && is !== 'varies').map(({ registration }) => registration),
  );
  const exactly = new Set<string>();
  const below = new Set<string>();
  const patterns: string[] = [];
  const bare: Bare[] = [];
  for (const [at, step] of steps.entries()) {
    const { path, is, covers } = step;
    const { how } = step.registration;
    if (is === 'varies') continue;
    if (is !== 'route') {
      // Where is not known: anywhere.
      if (path === undefined) return bare;
      const methods = how === 'use' || how === 'escape' ? 'ALL' : how;
      const pattern = PATTERN.exec(path);
      if (pattern) patterns.push(`${methods} ${path.slice(0, pattern.index).toLowerCase()}`);
      (covers === 'prefix' ? below : exactly).add(`${methods} ${trimmed(path)}`);
    } else if (path !== undefined && !own.has(step.registration)) {
      const safe = ['ALL', how].some(
        (methods) =>
          exactly.has(`${methods} ${trimmed(path)}`) ||
          prefixes(path).some((prefix) => below.has(`${methods} ${prefix}`)) ||
          patterns.some((pattern) => `${methods} ${path.toLowerCase()}`.startsWith(pattern)),
      );
      if (!safe) bare.push({ step: { ...step, path }, at });
    }
  }
  return bare;
}

/** Where a path stops being plain text: what it matches from there on is not worked out, so it may be anything. */
export const PATTERN = /\/?[:*?+()[\]{}\\]/;

/** A path as Express compares it: without case, and without the slash at its end. */
function trimmed(path: string): string {
  return path.toLowerCase().replace(/\/$/, '');
}

/** `/a/b`: `''`, `/a`, `/a/b`. */
function prefixes(path: string): readonly string[] {
  const whole = trimmed(path);
  const found = [whole];
  for (let end = whole.lastIndexOf('/'); end >= 0; end = whole.lastIndexOf('/', end - 1)) {
    found.push(whole.slice(0, end));
    if (end === 0) break;
  }
  return found;
}

/** The methods of the routes below the target that come after it. */
function servedBehind(steps: readonly Step[], target: Step): readonly string[] {
  const behind = steps
    .slice(steps.indexOf(target) + 1)
    .filter(
      ({ is, path, registration }) =>
        is === 'route' &&
        registration.part === target.registration.part &&
        path !== undefined &&
        isBelow(path, target.path ?? ''),
    );
  return [...new Set(behind.map(({ registration }) => registration.how))];
}

/** Whether a request that comes to the target comes to the step too. */
function meets(step: Step, target: Step): boolean {
  if (step === target) return true;
  if (step.path === undefined || target.path === undefined) return false;
  if (step.covers === 'prefix') return isBelow(target.path, step.path);
  return target.covers === 'exactly' && sameShape(step.path, target.path);
}

function reaches(earlier: Step, step: Step): boolean {
  if (earlier.path === undefined || step.path === undefined) return true;
  return earlier.covers === 'prefix' ? isBelow(step.path, earlier.path) : sameShape(step.path, earlier.path);
}

export function route({ registration, path, handler }: Step, server: Server): AppRoute<Place> {
  const { how } = registration;
  const code = handler && functionOf(handler.value);
  return {
    name: `${how === 'ALL' ? 'ALL' : how} ${path}`,
    cause: registration.at,
    line: server.sources.tellLine(registration.at),
    ownOnly: OWN_PATH.test(path ?? '') || how === 'HEAD' || (code !== undefined && answersOwnPage(code)),
  };
}

/** `app.get('/crash', () => { throw new Error('…'); })` answers nothing. */
function takesResponse(code: FunctionCode): boolean {
  const { parameters, rest } = code.body();
  return parameters.length > 1 || rest !== undefined;
}

function routersOf(handlers: readonly Handler[]): readonly App[] {
  return handlers.flatMap(({ value }) => {
    const app = madeBy(value, App);
    return app ? [app] : [];
  });
}

/** A path that matches every request, in either version's syntax. */
function everything(path: string): boolean {
  return /^\/?(?:\*|\{\*\w+\}|\*\w+)$/.test(path);
}

function join(prefix: string, path: string): string {
  const joined = `${prefix.replace(/\/$/, '')}/${path.replace(/^\//, '')}`;
  return joined.length > 1 ? joined.replace(/\/$/, '') : joined;
}

/** Whether a mount on that path sees requests to the other. Express ignores case, and a mount ends at a whole segment. */
export function isBelow(path: string, mount: string): boolean {
  const [below, above] = [path.toLowerCase(), mount.toLowerCase().replace(/\/$/, '')];
  return above === '' || below === above || below.startsWith(`${above}/`);
}

export function sameShape(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
