/** What stands before the policies of an app, as the judge of guards wants it. */
import type { Guard, Guarded } from '../../policy/judge/guards.ts';
import type { Outcome, Request, Said } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import type { Exchange } from '../requests/exchange.ts';
import { rolesOfHandler } from '../requests/handlers.ts';
import { takes } from '../libraries/express.ts';
import { KnownGuard } from '../libraries/guards.ts';
import { HandWritten, type Roles } from '../libraries/handwritten.ts';
import { givenBy, PreflightExchange, type Credential } from '../requests/preflight-exchange.ts';
import { isBelow, PATTERN, route, sameShape, type Server, type Step } from '../server.ts';
import type { Run } from '../run.ts';
import type { Guard as Condition } from '../run/tree.ts';
import { madeBy, type Obj, type Value } from '../run/value.ts';

/** More guards than this before one policy are not asked. */
const MOST_GUARDS = 20;

/** How a status says that somebody asks too often, where no package says it otherwise (RFC 6585, section 4). */
const TOO_MANY_REQUESTS = 429;

/** The policies of the app that could answer preflights, with what certainly comes before each. */
export function guardedMounts(server: Server): readonly Guarded<Place>[] {
  return server.lines.flatMap((steps) => new Line(server, steps).mounts());
}

/** A step whose path is known. */
type Located = Step & { readonly path: string };

/** The steps of one app, in order. */
class Line {
  readonly #asked = new Map<Step, Asked>();

  constructor(
    readonly server: Server,
    readonly steps: readonly Step[],
  ) {}

  mounts(): readonly Guarded<Place>[] {
    const earlier: (Located & { readonly cause: Place })[] = [];
    return this.steps.flatMap((mount, index): readonly Guarded<Place>[] => {
      const { registration, handler } = mount;
      const policy = mount.is === 'policy' && handler && this.server.layerOf(handler.value);
      if (!policy || policy.standsAlone || !isLocated(mount)) return [];
      if (!takes(registration.how, 'OPTIONS') || this.#presence(mount) === false) return [];
      const guards = this.#guardsOf(mount, index);
      if (guards.length === 0) return [];
      const behind = earlier.filter((one) => covers(one, mount)).map(({ cause }) => cause);
      earlier.push({ ...mount, cause: handler.at });
      return [{ cause: handler.at, policy, guards, behind }];
    });
  }

  /** What certainly comes before the mount, and before whatever else may answer preflights as CORS wants it. */
  #guardsOf(mount: Located, index: number): readonly Guard<Place>[] {
    const { decisions } = this.server.run;
    const guards: Guard<Place>[] = [];
    // Parts of the file that were run apart may run in any order.
    const answering = this.steps.filter(
      (step) => step.registration.part !== mount.registration.part && mayAnswer(step),
    );
    for (const [at, step] of this.steps.slice(0, index).entries()) {
      // `if (dev) app.use(cors()); else app.use(cors(options))`: no request comes to both.
      if (decisions.and(this.#presence(step), this.#presence(mount)) === false) continue;
      // `app.options('/x', guard, cors())`: what stands beside the policy is no policy for that.
      const isBeside = step.registration === mount.registration && step.is === 'other';
      if (!isBeside && mayAnswer(step)) answering.push(step);
      if (step.is !== 'other' || !isLocated(step) || !this.#isBefore(step, mount)) continue;
      const stake = this.#stake(step, mount, index);
      if (!stake || answering.some((one) => mayAnswerFor(one, stake))) continue;
      const asked = this.#ask(step, at);
      if (asked) guards.push({ ...asked, only: stake === mount ? undefined : step.path });
      if (guards.length === MOST_GUARDS) break;
    }
    return guards;
  }

  /** Whether it is there whenever the mount is, and comes first. */
  #isBefore(step: Step, mount: Step): boolean {
    const { decisions } = this.server.run;
    return (
      takes(step.registration.how, 'OPTIONS') &&
      step.registration.part === mount.registration.part &&
      decisions.and(this.#presence(mount), decisions.not(this.#presence(step))) === false
    );
  }

  /** The condition under which it is there, and the routers that it is within. */
  #presence({ registration, within }: Step): Condition {
    const { decisions } = this.server.run;
    return within.reduce<Condition>(
      (all, outer) => decisions.and(all, outer.registration?.guard ?? true),
      registration.guard,
    );
  }

  /**
   * Of what is for both: the mount, or the guard where that is for less. A guard for less counts only if what it guards
   * comes behind the policy, which is meant for it then: `/queues` with a password and a page of its own needs no CORS.
   */
  #stake(guard: Located, mount: Located, index: number): Located | undefined {
    if (covers(guard, mount)) return mount;
    if (!covers(mount, guard) || PATTERN.test(guard.path)) return undefined;
    const isServed = this.steps
      .slice(index + 1)
      .some(
        (step) =>
          step.registration.part === guard.registration.part &&
          step.registration !== guard.registration &&
          isLocated(step) &&
          covers(guard, step) &&
          this.#isForPages(step),
      );
    return isServed ? guard : undefined;
  }

  /** Whether pages of other origins may ask for it: a route, or a router of which nothing is known. */
  #isForPages(step: Step): boolean {
    if (step.is === 'route') return !route(step, this.server).ownOnly;
    const value = step.handler?.value;
    return (
      step.registration.how === 'use' && value !== undefined && 'type' in value && value.type === 'unknown'
    );
  }

  #ask(step: Step, index: number): Asked | undefined {
    let asked = this.#asked.get(step);
    if (!asked && step.handler) {
      asked = this.#guard(step, step.handler.value, index);
      if (asked) this.#asked.set(step, asked);
    }
    return asked;
  }

  #guard(step: Step, value: Value, index: number): Asked | undefined {
    const cause = step.handler?.at ?? step.registration.at;
    const made = madeBy(value, KnownGuard);
    if (made) {
      const limitStatus =
        made.wants === 'limit' && made.refusal.is === 'answers' ? made.refusal.status : undefined;
      return { cause, limitStatus, isForHttps: false, ask: (_request, credentials) => made.ask(credentials) };
    }
    if (!('type' in value) || value.type !== 'object' || value.nature.is !== 'function') return undefined;
    const { run, sources } = this.server;
    const roles = rolesOfHandler(value.nature.code);
    // What is given no `next` answers everything.
    if (!roles || value.nature.code.body().parameters.length < 3) return undefined;
    const given = new Set(this.steps.slice(0, index).flatMap((earlier) => this.#given(earlier)));
    const { guard } = step.registration;
    const none = new AskedByNobody(run, value, roles, guard, 'none', given);
    const any = new AskedByNobody(run, value, roles, guard, 'any', given);
    const answers = new Map<Request, readonly Outcome<Place>[]>();
    return {
      cause,
      limitStatus: TOO_MANY_REQUESTS,
      isForHttps: isForHttps(sources.text(value.nature.code)),
      ask: (request, credentials) => {
        if (credentials === 'any') return any.ask(request);
        let outcomes = answers.get(request);
        if (!outcomes) answers.set(request, (outcomes = none.ask(request)));
        return outcomes;
      },
    };
  }

  #given({ handler }: Step): readonly Credential[] {
    const value = handler?.value;
    if (!value || !('type' in value) || value.type !== 'object' || value.nature.is !== 'function') return [];
    return givenBy(this.server.sources.text(value.nature.code));
  }
}

type Asked = Omit<Guard<Place>, 'only'>;

/** A middleware that is asked by somebody who carries nothing. */
class AskedByNobody extends HandWritten {
  readonly #credentials: 'none' | 'any';
  readonly #given: ReadonlySet<Credential>;

  constructor(
    run: Run,
    fn: Obj,
    roles: Roles,
    guard: Condition,
    credentials: 'none' | 'any',
    given: ReadonlySet<Credential>,
  ) {
    super(run, fn, roles, guard, 'hangs', fn.at);
    this.#credentials = credentials;
    this.#given = given;
  }

  protected override begin(request: Request, before: ReadonlyMap<string, Said<Place>>): Exchange {
    return new PreflightExchange(this.run, request, before, this.at, this.#credentials, this.#given);
  }
}

/** Whether a function asks how the request came, and knows a better way. */
function isForHttps(text: string): boolean {
  return /https:\/\//.test(text) && /\bsecure\b|\bprotocol\b|-proto\b|\bencrypted\b/i.test(text);
}

function isLocated(step: Step): step is Located {
  return step.path !== undefined;
}

/** Whether it may answer preflights as CORS wants it, for all that is known. `app.options()` is CORS's own business. */
function mayAnswer(step: Step): boolean {
  if (step.registration.how === 'escape' || step.registration.how === 'OPTIONS') return true;
  return (step.is === 'policy' || step.is === 'unknown') && takes(step.registration.how, 'OPTIONS');
}

/** Whether it may do so for what is at stake: of what is not understood, if any request may come to both. */
function mayAnswerFor(step: Step, stake: Located): boolean {
  if (!isLocated(step) || PATTERN.test(step.path) || covers(step, stake)) return true;
  return step.is === 'unknown' && covers(stake, step);
}

/** Whether what comes to the second comes to the first. */
function covers(one: Located, other: Located): boolean {
  if (one.covers === 'prefix') return isBelow(other.path, one.path);
  return other.covers === 'exactly' && sameShape(one.path, other.path);
}
