/** Layers in the order in which a request comes to them: each sees the response so far. */
import { STRANGER } from '../../policy/judge/access.ts';
import {
  actualRequest,
  preflightRequest,
  type Asking,
  type Fault,
  type Outcome,
  type Policy,
  type Remedy,
  type Request,
  type WrittenName,
  type WrittenOrigin,
} from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import { takes } from '../libraries/express.ts';
import type { Decisions, Guard } from '../run/tree.ts';

/** More ways through all layers than this are not told apart. */
const MOST_OUTCOMES = 64;

/** One step on the way of a request: a layer, or a handler that answers. */
export interface Stop {
  readonly layer: Policy<Place> | undefined;
  /** `use`, `ALL`, or the method that it is registered for. */
  readonly how: string;
  /** The handler, as it is registered. */
  readonly at: Place;
  /** The condition under which it is there. */
  readonly guard: Guard;
  /** Where it is, from the app's root: in lower case, without a slash at its end. */
  readonly path: string;
  /** `prefix`: it runs for everything below the path too. */
  readonly covers: 'prefix' | 'exactly';
}

/** What goes for all stops of a route. */
export interface Frame {
  /** The method that is asked about; a preflight is one for it. */
  readonly method: string;
  /** Methods of what is known to answer below. */
  readonly served: readonly string[];
  readonly decisions: Decisions;
  /** What holds wherever the route is asked about. */
  readonly guard: Guard;
}

/** An outcome, and what has to hold for it. */
interface Way {
  readonly outcome: Outcome<Place>;
  readonly guard: Guard;
}

export class Route implements Policy<Place> {
  readonly layers: readonly Policy<Place>[];

  constructor(
    readonly stops: readonly Stop[],
    readonly frame: Frame,
  ) {
    this.layers = stops.flatMap(({ layer }) => layer ?? []);
  }

  ask(request: Request, asking: Asking<Place> = {}): readonly Outcome<Place>[] {
    const method = request.method === 'OPTIONS' ? 'OPTIONS' : this.frame.method;
    const before: Outcome<Place> = {
      headers: asking.before ?? new Map(),
      end: { is: 'passes' },
      unclear: false,
    };
    let ways: readonly Way[] = [{ outcome: before, guard: this.frame.guard }];
    for (const stop of this.#stopsFor(method)) {
      ways = ways.flatMap((way) =>
        way.outcome.end.is === 'passes' ? this.#through(stop, way, { ...request, method }, asking) : [way],
      );
      if (ways.length > MOST_OUTCOMES) return [{ headers: new Map(), end: { is: 'passes' }, unclear: true }];
    }
    return ways.map(({ outcome }) => outcome);
  }

  /** Whether the request comes to the stop, for all that is known. */
  reaches(index: number, request: Request): boolean {
    const stop = this.stops[index];
    const method = request.method === 'OPTIONS' ? 'OPTIONS' : this.frame.method;
    const earlier = new Route(this.stops.slice(0, index), this.frame);
    return (
      stop !== undefined &&
      takes(stop.how, method) &&
      earlier.#stopsFor(method).length === earlier.stops.filter((one) => takes(one.how, method)).length &&
      earlier.ask(request).some(({ end }) => end.is === 'passes')
    );
  }

  /** What requests of the method come through, up to whoever answers: what stands behind does not see them. */
  #stopsFor(method: string): readonly Stop[] {
    const stops = this.stops.filter((stop) => takes(stop.how, method));
    const answer = stops.findIndex(({ layer }) => !layer);
    return answer < 0 ? stops : stops.slice(0, answer);
  }

  /** A stop that is there under a condition (`if (dev) app.use(cors())`) may be missing. */
  #through(
    { layer, guard }: Stop,
    { outcome, guard: given }: Way,
    request: Request,
    asking: Asking<Place>,
  ): readonly Way[] {
    const { decisions } = this.frame;
    const there = decisions.and(given, guard);
    const missing = decisions.and(given, decisions.not(guard));
    const asked =
      there === false || !layer
        ? []
        : layer.ask(request, { ...asking, before: outcome.headers }).map((next): Way => ({
            outcome: { ...next, unclear: next.unclear || outcome.unclear },
            guard: there,
          }));
    return missing === false ? asked : [...asked, { outcome, guard: missing }];
  }

  get served(): readonly string[] {
    return this.frame.served;
  }

  get #last(): Policy<Place> {
    return this.layers.at(-1) as Policy<Place>;
  }

  get at(): Place {
    return this.#last.at;
  }

  get library(): string {
    return this.#last.library;
  }

  get origins(): readonly WrittenOrigin<Place>[] {
    return this.layers.flatMap(({ origins }) => origins);
  }

  get credentials(): Place | undefined {
    return this.layers.findLast(({ credentials }) => credentials !== undefined)?.credentials;
  }

  get allowedHeaders(): Place | undefined {
    return this.layers.find(({ allowedHeaders }) => allowedHeaders !== undefined)?.allowedHeaders;
  }

  get names(): readonly WrittenName<Place>[] {
    return this.layers.flatMap(({ names }) => names);
  }

  get maxAge(): Policy<Place>['maxAge'] {
    return (this.layers[0] ?? this.#last).maxAge;
  }

  get faults(): readonly Fault<Place>[] {
    return this.layers.flatMap(({ faults }) => faults);
  }

  /** The layer that says what the problem is about is mended, or else the first that can be. */
  mended(remedy: Remedy, fault: Readonly<Record<string, string>>, cause?: Place): Policy<Place> | undefined {
    const speaks = this.stops.findIndex(({ layer }) => layer && cause && isSaidBy(layer, cause));
    const first = speaks < 0 ? 0 : speaks;
    for (const [index, stop] of [...this.stops.entries()].slice(first)) {
      const better = stop.layer?.mended(remedy, fault, cause);
      if (better) return new Route(this.stops.with(index, { ...stop, layer: better }), this.frame);
      if (index === speaks) return undefined;
    }
    return undefined;
  }
}

function isSaidBy(layer: Policy<Place>, { start, end }: Place): boolean {
  return [actualRequest(STRANGER), preflightRequest(STRANGER, 'DELETE', ['content-type'])].some((request) =>
    layer
      .ask(request)
      .some(({ headers }) =>
        [...headers.values()].some(({ cause }) => cause.start === start && cause.end === end),
      ),
  );
}
