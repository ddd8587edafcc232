/**
 * The ways of requests through a whole app: what everything that stands on the way to a route makes of one, in order, and
 * what Express itself does at the end of a router.
 */
import type { Outcome, Request } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import { codeOf, handlesOf, leftBy, type Handles } from '../requests/handling.ts';
import type { Handler, Registration } from '../libraries/express.ts';
import { Layer, UNCLEAR } from '../libraries/layer.ts';
import { matchPath, type Matches } from './path-matching.ts';
import { givenBy, type Credential } from '../requests/preflight-exchange.ts';
import { isBelow, type Scope, type Server, type Step } from '../server.ts';
import { BudgetSpent, type Guard } from '../run/tree.ts';
import { madeBy } from '../run/value.ts';

/** More ways to go on than this are not told apart. */
const MOST_OUTCOMES = 64;

/** The way to one route of the app. */
export interface Way {
  /** In capitals; `ALL`. */
  readonly method: string;
  /** From the app's root, as Express knows it: `/users/:id`. */
  readonly path: string;
  /** Where the route is registered. */
  readonly at: Place;
  /**
   * What may come of a request to the route: of one with the route's method, or of an `OPTIONS` request. Parameters in its
   * path stand for something that nobody names. A header that the request does not list is taken for missing, if only a
   * page sends it. Where nobody answers, Express does: 200 to `OPTIONS`, else 404. Never throws.
   */
  ask(request: Request): readonly Outcome<Place>[];
}

/** The ways to all routes whose path is known, app by app, in the order in which Express tries them. */
export function waysOf(server: Server): readonly Way[] {
  return server.lines.flatMap((steps) =>
    steps.flatMap((target): readonly Way[] =>
      isLastOfRoute(target) && isLocated(target) && isTogether(target, target)
        ? [new WayTo(target, steps, server)]
        : [],
    ),
  );
}

type Target = Step & { readonly path: string };

/** What a request comes to on its way. */
type Event =
  | { readonly is: 'step'; readonly step: Step; readonly handler: Handler; readonly guard: Guard }
  /** Nothing is known of what comes there. */
  | { readonly is: 'blur' }
  /** A router has no more to try; it answers `OPTIONS` itself where it has routes of other methods. */
  | { readonly is: 'end'; readonly isRoot: boolean; readonly answers: Guard };

/** An outcome so far, and what has to hold for it. */
interface State {
  readonly outcome: Outcome<Place>;
  readonly guard: Guard;
  /** What failed. */
  readonly failedAt?: Step | undefined;
}

class WayTo implements Way {
  readonly method: string;
  readonly path: string;
  readonly at: Place;
  readonly #handlers = new Map<Step, Handles | undefined>();

  constructor(
    readonly target: Target,
    readonly steps: readonly Step[],
    readonly server: Server,
  ) {
    this.method = target.registration.how;
    this.path = target.path;
    this.at = target.registration.at;
  }

  readonly ask = (request: Request): readonly Outcome<Place>[] => {
    const method = request.method === 'OPTIONS' || this.method === 'ALL' ? request.method : this.method;
    try {
      return this.#ask({ ...request, method });
    } catch (error) {
      if (error instanceof BudgetSpent) return [UNCLEAR];
      throw error;
    }
  };

  #ask(request: Request): readonly Outcome<Place>[] {
    const start: Outcome<Place> = { headers: new Map(), end: { is: 'passes' }, unclear: false };
    let states: readonly State[] = [{ outcome: start, guard: true }];
    for (const event of this.#events(request.method)) {
      states = states.flatMap((state) => this.#meet(event, state, request));
      if (states.length > MOST_OUTCOMES) return [UNCLEAR];
      if (!states.some(goesOn)) break;
    }
    return distinct(states.map(({ outcome }) => outcome));
  }

  // ---- what it comes to

  *#events(method: string): Generator<Event> {
    const { decisions } = this.server.run;
    const open: { readonly scope: Scope; routes: Guard }[] = [];
    const end = (): Event => {
      const last = open.pop();
      return { is: 'end', isRoot: open.length === 0, answers: last?.routes ?? false };
    };
    const taken = new Map<Scope, Map<Registration, string | undefined>>();
    for (const step of this.steps) {
      while (open.length > 0 && step.within[open.length - 1] !== open.at(-1)?.scope) yield end();
      for (const scope of step.within.slice(open.length)) open.push({ scope, routes: false });
      // Its last handler is a step of its own.
      if (step.is === 'route') continue;
      const guard = this.#guardOf(step);
      const meets = guard === false ? 'no' : this.#meets(step);
      if (meets === 'no') continue;
      if (meets === 'perhaps' || !isTogether(step, this.target)) {
        yield { is: 'blur' };
        continue;
      }
      const inner = open.at(-1);
      const { how } = step.registration;
      // Of several paths in a list only the first that fits counts.
      const paths = taken.get(step.within.at(-1) as Scope) ?? new Map<Registration, string | undefined>();
      taken.set(step.within.at(-1) as Scope, paths);
      if (paths.has(step.registration) && paths.get(step.registration) !== step.path) continue;
      paths.set(step.registration, step.path);
      if (how === 'use' || isFor(how, method)) {
        if (step.handler) yield { is: 'step', step, handler: step.handler, guard };
      } else if (method === 'OPTIONS' && inner) inner.routes = decisions.or(inner.routes, guard);
    }
    while (open.length > 0) yield end();
  }

  #meets(step: Step): Matches {
    if (step.registration === this.target.registration && step.path === this.path) return 'yes';
    if (!isLocated(step)) return 'perhaps';
    return matchPath(step.path, isListedRoot(step) ? 'exactly' : step.covers, this.path);
  }

  /** The condition under which it is there, with that of the routers that it is in. */
  #guardOf({ registration, within }: Step): Guard {
    const { decisions } = this.server.run;
    return within.reduce(
      (guard, scope) => decisions.and(guard, scope.registration?.guard ?? true),
      registration.guard,
    );
  }

  // ---- what becomes of it there

  #meet(event: Event, state: State, request: Request): readonly State[] {
    if (!goesOn(state)) return [state];
    switch (event.is) {
      case 'blur':
        return [{ ...state, outcome: { ...state.outcome, unclear: true } }];
      case 'end':
        return this.#atEnd(event, state, request);
      case 'step':
        return this.#through(event, state, request);
    }
  }

  #atEnd({ isRoot, answers }: Event & { is: 'end' }, state: State, { method }: Request): readonly State[] {
    const { decisions } = this.server.run;
    const { outcome, guard } = state;
    // Express itself answers errors, with the headers so far.
    if (outcome.end.is === 'fails') return [state];
    const left = leftBy(outcome);
    const answered = (status: number | undefined, under: Guard): readonly State[] =>
      under === false ? [] : [{ outcome: { ...outcome, end: { is: 'answers', status } }, guard: under }];
    const own = method === 'OPTIONS' ? decisions.and(guard, answers) : false;
    const rest = decisions.and(guard, decisions.not(own));
    const others = isRoot ? answered(404, rest) : rest === false ? [] : [{ ...state, guard: rest }];
    return [...answered(left === 'unknown' ? undefined : (left ?? 200), own), ...others];
  }

  /** What is there under a condition (`if (dev) app.use(cors())`) may be missing. */
  #through(
    { step, handler, guard: condition }: Event & { is: 'step' },
    state: State,
    request: Request,
  ): readonly State[] {
    const { decisions } = this.server.run;
    const there = decisions.and(state.guard, condition);
    const missing = decisions.and(state.guard, decisions.not(condition));
    const rest: readonly State[] = missing === false ? [] : [{ ...state, guard: missing }];
    if (there === false) return rest;
    const { outcome } = state;
    const failed = outcome.end.is === 'fails';
    const past: State = { ...state, guard: there };
    if (failed && !mayLookAfter(step, state.failedAt)) return [past, ...rest];
    const handles = this.#handles(handler, step);
    if (!handles) return [{ outcome: { ...outcome, unclear: true }, guard: there }, ...rest];
    if (failed !== handles.errors) return [past, ...rest];
    const next = handles.ask(request, outcome).map((one): State => ({
      outcome: withStatusLeft(one, outcome),
      guard: there,
      failedAt: one.end.is === 'fails' ? step : undefined,
    }));
    return [...next, ...rest];
  }

  #handles(handler: Handler, step: Step): Handles | undefined {
    if (!this.#handlers.has(step)) {
      const { run, sources } = this.server;
      const { guard } = step.registration;
      this.#handlers.set(
        step,
        handlesOf(handler.value, { run, sources, guard, given: this.#givenBefore(step) }),
      );
    }
    return this.#handlers.get(step);
  }

  /** What earlier functions on the way may give every request: a guest for `req.user`. */
  #givenBefore(step: Step): ReadonlySet<Credential> {
    const earlier = this.steps.slice(0, this.steps.indexOf(step));
    return new Set(
      earlier.flatMap(({ handler }): readonly Credential[] => {
        const code = handler && codeOf(handler.value);
        return code ? givenBy(this.server.sources.text(code)) : [];
      }),
    );
  }
}

/** What sets no status leaves the one that is there. */
function withStatusLeft(outcome: Outcome<Place>, before: Outcome<Place>): Outcome<Place> {
  const { end } = outcome;
  const left = leftBy(before);
  if (left === undefined || (end.is !== 'passes' && end.is !== 'fails')) return outcome;
  return { ...outcome, end: { left, ...end } };
}

/** Whether errors of the one come to the other at all: they go past whole routes, and into no router. */
function mayLookAfter({ registration, within }: Step, failed: Step | undefined): boolean {
  if (!failed) return true;
  const isInside = within.every((scope, index) => failed.within[index] === scope);
  return isInside && (registration.how === 'use' || registration === failed.registration);
}

/** `use(['/', '/a'], …)`: on Express 5, a `/` in a list is the root alone. */
function isListedRoot({ registration, within, path }: Step): boolean {
  const root = within.at(-1)?.path ?? '';
  return (
    registration.paths.some(({ listed, text }) => listed && text === '/') &&
    path === (root === '' ? '/' : root)
  );
}

/** Whether its path is known. */
function isLocated(step: Step): step is Target {
  return (
    step.path !== undefined && !step.within.some(({ registration }) => registration && isOpen(registration))
  );
}

/**
 * Whether what a router there sees of the path is not worked out: on `/{*splat}` that is `/`, whatever was asked for; of
 * several paths it is what the first leaves that fits.
 */
function isOpen({ paths }: Registration): boolean {
  const texts = paths.flatMap(({ text }) => text ?? []);
  const pattern = paths.length > 1 ? /[:*{}()?+]|^\/$/ : /[*{}()?+]/;
  return (
    texts.length < paths.length ||
    paths.some(
      ({ text, listed }) => text !== undefined && (pattern.test(text) || (listed && text === '/')),
    ) ||
    texts.some((one, index) => texts.some((other, at) => at !== index && isBelow(one, other)))
  );
}

/** Whatever its last handler does: it may be a guard, behind which another route answers. `cors()` itself is no route. */
function isLastOfRoute({ registration, handler, is }: Step): boolean {
  const { how, handlers } = registration;
  if (['use', 'OPTIONS', 'escape'].includes(how) || is === 'route' || !handler) return false;
  return handler === handlers.at(-1) && !madeBy(handler.value, Layer);
}

function isFor(how: string, method: string): boolean {
  return how === 'ALL' || how === method || (how === 'GET' && method === 'HEAD');
}

/** Whether both were registered in one go: of parts of a file that were run apart, nobody knows which comes first. */
function isTogether(step: Step, target: Step): boolean {
  const { part } = target.registration;
  return [step, ...step.within].every(
    ({ registration }) => registration === undefined || registration.part === part,
  );
}

/** Of what is unclear nothing more is asked. An error may still be looked after. */
function goesOn({ outcome: { end, unclear } }: State): boolean {
  return !unclear && (end.is === 'passes' || end.is === 'fails');
}

function distinct(outcomes: readonly Outcome<Place>[]): readonly Outcome<Place>[] {
  const once = new Map(
    outcomes.map((one) => {
      const said = [...one.headers].map(([name, { value }]) => [name, value ?? null]).sort();
      const status = 'status' in one.end ? String(one.end.status) : '';
      return [JSON.stringify([one.unclear, one.end.is, status, said]), one];
    }),
  );
  return [...once.values()];
}
