/** Routes with a policy of their own, of which nothing answers the preflights. */
import type { LoneRequest, LoneRoute } from '../../policy/judge/preflights.ts';
import type { Place } from '../code.ts';
import { handsOn, readsBody, readsHeaderWithin } from '../evidence.ts';
import { BodyParser, takes, type Registration } from '../libraries/express.ts';
import { HandWritten } from '../libraries/handwritten.ts';
import type { Layer } from '../libraries/layer.ts';
import { isBelow, PATTERN, type Server, type Step } from '../server.ts';
import { Choice } from '../run/tree.ts';
import { functionOf, madeBy, type Value } from '../run/value.ts';

/** A step whose path is known. */
type Located = Step & { readonly path: string };

/** Browsers ask before each of them, whatever it carries: https://fetch.spec.whatwg.org/#cors-safelisted-method */
const ALWAYS_ASKED: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE']);
const SOMETIMES_ASKED: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/** The routes of apps that are made in the file; of others it is not known what comes before them. */
export function loneRoutes(server: Server): readonly LoneRoute<Place>[] {
  return server.lines.flatMap((steps) =>
    steps[0]?.within[0]?.app.isServer ? new Line(server, steps).routes() : [],
  );
}

/** The steps of one app, in order. */
class Line {
  constructor(
    readonly server: Server,
    readonly steps: readonly Step[],
  ) {}

  /** One for each path: what answers the preflights of one method answers those of the others. */
  routes(): readonly LoneRoute<Place>[] {
    const found = new Map<string, LoneRoute<Place>>();
    const told = new Set<Registration>();
    for (const [index, step] of this.steps.entries()) {
      const { handler, is, registration } = step;
      const policy = is === 'policy' && handler ? this.server.layerOf(handler.value) : undefined;
      if (!policy || !handler || !isLocated(step) || told.has(registration)) continue;
      const requests = this.#requests(step, index);
      if (requests.length === 0 || this.#isAnswered(step, index)) continue;
      // The same handler may stand on several paths.
      told.add(registration);
      const key = shapeOf(step.path);
      const route = found.get(key) ?? {
        policy,
        cause: saysWho(policy, handler.at),
        path: step.path,
        requests: [],
      };
      found.set(key, { ...route, requests: [...route.requests, ...requests] });
    }
    return [...found.values()];
  }

  /** What pages send to the route that browsers may ask about. */
  #requests(step: Located, index: number): readonly LoneRequest[] {
    const { how: method } = step.registration;
    if (ALWAYS_ASKED.has(method)) return [{ method }];
    if (!SOMETIMES_ASKED.has(method)) return [];
    const header = this.#headerRead(step.registration) ?? this.#jsonRead(step, index);
    return header ? [{ method, header }] : [];
  }

  #headerRead({ handlers }: Registration): LoneRequest['header'] {
    for (const { value } of handlers) {
      const code = functionOf(value);
      const module = code && this.server.sources.of(code)?.code;
      if (!code || !module) continue;
      for (const name of headersNamed(this.server.sources.text(code))) {
        const [place] = readsHeaderWithin(module, code, name);
        if (place)
          return { name, value: '-', says: `\`${shown(name)}\``, line: this.server.sources.tellLine(place) };
      }
    }
    return undefined;
  }

  /** A JSON body that the handler reads, where no other kind of body comes to it: a form needs no preflight. */
  #jsonRead(step: Located, index: number): LoneRequest['header'] {
    const { handlers, how } = step.registration;
    if (how !== 'POST') return undefined;
    const before = this.steps
      .slice(0, index)
      .filter(
        (one) =>
          one.registration !== step.registration && takes(one.registration.how, how) && covers(one, step),
      )
      .filter((one) => one.registration.part === step.registration.part);
    const parsers = [...before.map(({ handler }) => handler?.value), ...handlers.map(({ value }) => value)];
    if (parsers.some((value) => value && this.#mayParse(value))) return undefined;
    const certain = before.filter((one) => this.#isThereWith(one, step)).map(({ handler }) => handler?.value);
    if (
      ![...certain, ...handlers.map(({ value }) => value)].some((value) => value && this.#parsesJson(value))
    )
      return undefined;
    for (const { value } of handlers) {
      const code = functionOf(value);
      const place = code && readsBody(code);
      if (place)
        return {
          name: 'content-type',
          value: 'application/json',
          says: 'a JSON body',
          line: this.server.sources.tellLine(place),
        };
    }
    return undefined;
  }

  #isThereWith({ registration }: Step, step: Step): boolean {
    const { decisions } = this.server.run;
    return decisions.and(step.registration.guard, decisions.not(registration.guard)) === false;
  }

  /** `express.json()`, which looks at `application/json` alone unless an option says otherwise. */
  #parsesJson(value: Value): boolean {
    return (
      madeBy(value, BodyParser)?.name === 'json' &&
      'at' in value &&
      !/\btype\b|\.\.\./.test(this.server.sources.text(value.at))
    );
  }

  /** Whether it may parse a body that is no JSON. */
  #mayParse(value: Value): boolean {
    const name = madeBy(value, BodyParser)?.name;
    if (name !== undefined) return !this.#parsesJson(value);
    if (value instanceof Choice) return true;
    return value.type === 'unknown' && (!/^import:/.test(value.key) || PARSER.test(value.key));
  }

  /** Whether something else may answer the preflights of the route, for all that is known. */
  #isAnswered(route: Located, index: number): boolean {
    return this.steps.some((step, at) => {
      const { registration } = step;
      if (registration === route.registration) return false;
      if (registration.how === 'escape') return isOn(step, route) && !this.#isServed(registration);
      if (!takes(step.registration.how, 'OPTIONS') || !covers(step, route)) return false;
      if (this.server.run.decisions.and(route.registration.guard, registration.guard) === false) return false;
      // A router that knows the path answers `OPTIONS` itself: nothing behind it is asked. (Measured.)
      const isBehind = at > index && registration.part === route.registration.part;
      if (isBehind && !isOn(route, step)) return false;
      return this.#mayAnswer(step);
    });
  }

  /** The app was given to what only listens: `http.createServer(app)`. */
  #isServed({ at }: Registration): boolean {
    return LISTENING.test(this.server.sources.text(at));
  }

  #mayAnswer({ handler, is, registration }: Step): boolean {
    // Whoever writes one for `OPTIONS` means it.
    if (registration.how === 'OPTIONS' || is === 'policy' || is === 'unknown' || !handler) return true;
    const { value } = handler;
    if (value instanceof Choice) return true;
    if (value.type === 'unknown') return PASSING_ON.test(value.key);
    const code = functionOf(value);
    return code !== undefined && (ABOUT_PREFLIGHTS.test(this.server.sources.text(code)) || handsOn(code));
  }
}

/** What only serves the app, or asks it in a test. */
const LISTENING =
  /^(?:await\s+)?[\w$.]*?(?:createServer|createSecureServer|serverless\w*|supertest|request)\s*\(/i;
/** A function in whose text one of these stands may deal with preflights. */
const ABOUT_PREFLIGHTS = /\bOPTIONS\b|cors|preflight/i;
/** Packages that let another server answer. */
const PASSING_ON = /proxy|gateway/i;
/** Packages that parse other bodies than JSON. */
const PARSER = /body-?parser|urlencoded|multer|busboy|formidable|multipart|upload|\btext\b|\braw\b/i;

/**
 * Headers that pages set themselves, and no proxy, webhook or platform: `x-forwarded-for` and `x-hub-signature` say nothing of
 * pages.
 */
const OF_PAGES =
  /^(?:authorization|x-(?:(?:access|api|app|auth|client|csrf|id|refresh|session|user|xsrf)-)?(?:auth|key|session|token))$|^x-apikey$/;

/** The names of such headers that stand in the text, as strings or keys. */
function headersNamed(text: string): readonly string[] {
  const words = text.toLowerCase().match(/\b(?:authorization|x-[\w-]*\w)\b/g) ?? [];
  return [...new Set(words)].filter((name) => OF_PAGES.test(name));
}

/** `X-Api-Key`, as one writes it. */
function shown(name: string): string {
  return name.replace(/(?:^|-)\w/g, (start) => start.toUpperCase());
}

function isLocated(step: Step): step is Located {
  return step.path !== undefined;
}

/** Whether the other one is registered on the same app or router, or on one that is mounted on that. */
function isOn({ within }: Step, other: Step): boolean {
  const scope = within.at(-1);
  return scope !== undefined && other.within.includes(scope);
}

/** Whether requests to the route may come to the step: where a pattern stands, for all that is known. */
function covers(step: Step, route: Located): boolean {
  if (step.path === undefined) return true;
  const [path, below] = [shapeOf(step.path), shapeOf(route.path)];
  if (path === below || (step.covers === 'prefix' && isBelow(below, path))) return true;
  const pattern = PATTERN.exec(path);
  return pattern !== null && below.startsWith(path.slice(0, pattern.index));
}

/** A path as Express compares it: without case, without the slash at its end, whatever its parameters are called. */
function shapeOf(path: string): string {
  return path
    .toLowerCase()
    .replace(/:\w+/g, ':')
    .replace(/(?!^)\/$/, '');
}

/** Where the policy is mounted; within a function that is written there, where that says who is let in. */
function saysWho(policy: Layer, at: Place): Place {
  const says = policy instanceof HandWritten ? policy.says : undefined;
  return says && at.start <= says.start && says.end <= at.end ? says : at;
}
