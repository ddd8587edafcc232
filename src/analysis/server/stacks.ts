/** Two policies on one way of requests, as the judge of stacks wants them. */
import type { Stack } from '../../policy/judge/stack.ts';
import type { Policy } from '../../policy/policy.ts';
import { remember } from '../../policy/remember.ts';
import type { Place } from '../code.ts';
import { takes } from '../libraries/express.ts';
import { HandWritten } from '../libraries/handwritten.ts';
import type { Route, Stop } from './route.ts';

/** More pairs than this of one way are not looked at. */
const MOST_PAIRS = 20;

const known = new WeakMap<Policy<Place>, Policy<Place>>();

/** Each stands in several pairs, and is asked the same of each. */
function remembered(policy: Policy<Place>): Policy<Place> {
  let one = known.get(policy);
  if (!one) known.set(policy, (one = remember(policy)));
  return one;
}

/** Every two policies of the way of which the outer one is for all the requests that the inner one is for. */
export function stacksOf(route: Route): readonly Stack<Place>[] {
  const stops = [...route.stops.entries()];
  const pairs = stops.flatMap(([index, inner]) =>
    stops.slice(0, index).flatMap(([, outer]) => {
      const stack = stackOf(route, outer, inner, index);
      return stack ? [stack] : [];
    }),
  );
  return pairs.slice(0, MOST_PAIRS);
}

function stackOf(route: Route, outer: Stop, inner: Stop, index: number): Stack<Place> | undefined {
  if (!outer.layer || !inner.layer || outer.layer === inner.layer) return undefined;
  if (!speaks(outer.layer) || !speaks(inner.layer)) return undefined;
  if (!covers(outer, inner) || isForOthers(outer, inner)) return undefined;
  const { decisions } = route.frame;
  // `if (open) app.use(cors()); app.use(cors(options))`: the second one is for when the first is not there.
  if (decisions.and(inner.guard, decisions.not(outer.guard)) !== false) return undefined;
  const isConditional = decisions.and(outer.guard, decisions.not(inner.guard)) !== false;
  const method = methodOf(outer) ?? methodOf(inner);
  return {
    outer: remembered(outer.layer),
    inner: remembered(inner.layer),
    outerAt: placeOf(outer),
    innerAt: placeOf(inner),
    outerMount: mountOf(outer),
    innerMount: mountOf(inner),
    way: remembered(route),
    method,
    served: method === undefined ? route.served : [],
    innerIsList: !(inner.layer instanceof HandWritten),
    isException: isConditional || isNarrower(inner, outer),
    preflightsOnly: outer.how === 'OPTIONS',
    innerAnswersPreflights: methodOf(inner) === undefined,
    reachesInner: (request) => route.reaches(index, request),
  };
}

/**
 * Whether the outer one is for all that the inner one is for. If it is for some of it only, it is an exception that
 * comes first, `app.get('/public', cors(), …)` before a list for the rest: that is how it is meant.
 */
function covers(outer: Stop, inner: Stop): boolean {
  if (outer.path === inner.path) return outer.covers === 'prefix' || inner.covers === 'exactly';
  return outer.covers === 'prefix' && inner.path.startsWith(`${outer.path}/`);
}

/** Where it is mounted; within a function that is written there, where that says who is let in. */
function placeOf({ layer, at }: Stop): Place {
  const says = layer instanceof HandWritten ? layer.says : undefined;
  return says && at.start <= says.start && says.end <= at.end ? says : at;
}

/** Not one that only writes `Vary`. */
function speaks(layer: Policy<Place>): boolean {
  return !(layer instanceof HandWritten) || layer.speaks;
}

/** What can be taken away: a function may do other things too. */
function mountOf({ layer, at }: Stop): Place | undefined {
  return layer instanceof HandWritten ? undefined : at;
}

/** `app.get('/x', …)` and `app.post('/x', …)`: no request comes to both. One for preflights alone answers for all. */
function isForOthers(outer: Stop, inner: Stop): boolean {
  if (inner.how === 'OPTIONS') return true;
  const [one, other] = [methodOf(outer), methodOf(inner)];
  return one !== undefined && one !== other;
}

function isNarrower(inner: Stop, outer: Stop): boolean {
  if (outer.path !== inner.path || outer.covers !== inner.covers) return true;
  return methodOf(inner) !== undefined && methodOf(outer) === undefined && outer.how !== 'OPTIONS';
}

/** The method that it is registered for, if it is one. */
function methodOf({ how }: Stop): string | undefined {
  return takes(how, 'OPTIONS') ? undefined : how;
}
