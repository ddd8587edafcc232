/** Which policies of a file the middleware of this package can take the place of. */
import type { Policy } from '../policy/policy.ts';
import { MORE, UNKNOWN } from '../policy/safe/options.ts';
import { planMove, undecidedPlan, type Plan } from '../policy/safe/migration.ts';
import type { Place } from './code.ts';
import { CorsLayer } from './libraries/cors.ts';
import type { Layer } from './libraries/layer.ts';
import { plainBag, type PlainBag } from './libraries/safe-cors.ts';
import type { Sources } from './sources.ts';
import { byPlace } from './worlds.ts';

/** A call of npm `cors`, and what takes its place. */
export interface Migration {
  readonly call: Place;
  /** The object of options, if there is one. */
  readonly options: Place | undefined;
  readonly plan: Plan<Place>;
  /** Whether the options are the same in every environment. */
  readonly isSameEverywhere: boolean;
  /** The object stands in another file, with no type of npm `cors`, and can stay as it is if nothing in it changes. */
  readonly canStayElsewhere: boolean;
}

/** What follows from the policy itself. */
type Planned = Omit<Migration, 'canStayElsewhere'>;

/** The policies of a file. */
export interface Policies {
  readonly layers: readonly Layer[];
  /** What they are where nothing is known of the environment, by their place. */
  readonly anywhere: ReadonlyMap<string, Layer>;
  /** Those that one request comes to. */
  readonly together: readonly (readonly Policy<Place>[])[];
}

/** For each call of `cors` in the file that is looked at. */
export function migrationsOf(policies: Policies, sources: Sources): readonly Migration[] {
  const found = new Map<number, Migration>();
  for (const [key, layer] of byPlace(policies.layers)) {
    if (!isCors(layer) || layer.standsAlone || !sources.isOwn(layer.at) || layer.at.end === 0) continue;
    // A file of options calls nothing: whoever imports it moves.
    if (layer.given.claimed) continue;
    const planned = migrationOf(layer, policies.anywhere.get(key), policies);
    const migration = { ...planned, canStayElsewhere: isElsewhere(planned.options, sources) };
    const { start } = layer.at;
    const other = found.get(start);
    // A call in a loop, or in a function that is called for each of several lists.
    const isOne = !other || isAlike(other, migration);
    found.set(
      start,
      isOne ? migration : { ...migration, plan: undecidedPlan('which of its options are to hold') },
    );
  }
  return [...found.values()];
}

function isElsewhere(options: Place | undefined, sources: Sources): boolean {
  if (!options || sources.isOwn(options)) return false;
  const { text } = sources.of(options) ?? {};
  return text !== undefined && !text.includes('CorsOptions');
}

function isCors(layer: Policy<Place> | undefined): layer is CorsLayer {
  return layer instanceof CorsLayer && layer.library === '`cors`';
}

function migrationOf(layer: CorsLayer, anywhere: Layer | undefined, { together }: Policies): Planned {
  const { at: call } = layer;
  const undecided = (clause: string): Planned => ({
    call,
    options: undefined,
    plan: undecidedPlan(clause),
    isSameEverywhere: false,
  });
  if (layer.delegate) return undecided('how the options differ from request to request');
  const bag = bagOf(layer);
  if (!bag) return undecided('what the options are');
  // `cors` reads them at each request, the middleware once.
  const { first } = layer.given;
  if (first && !isAlike(first.given, bag.given))
    return undecided('whether what the options come to be after this call is to count');
  const everywhere = isCors(anywhere) ? bagOf(anywhere) : undefined;
  const isSameEverywhere =
    everywhere !== undefined && isAlike(bag.given, everywhere.given) && !isPartlyUnknown(bag.given);
  const plan = planMove(layer, bag.given);
  const planned = { call, options: bag.at, plan, isSameEverywhere };
  if (plan.undecided !== undefined) return planned;
  const others = together.filter((ones) => ones.includes(layer)).flat();
  if (others.some((other) => isCors(other) && !isSame(other, layer)))
    return { ...planned, plan: undecidedPlan('which of the policies that meet here holds') };
  // Where the origins are written anew, what another environment says would be lost.
  const isKept =
    plan.origin?.is === 'same' ||
    (isCors(anywhere) && everywhere !== undefined && isAlike(plan, planMove(anywhere, everywhere.given)));
  return isKept
    ? planned
    : { ...planned, plan: undecidedPlan('who may read the answers in which environment') };
}

function bagOf({ given: { run, guard, value } }: CorsLayer): PlainBag | undefined {
  return plainBag(run, guard, value);
}

function isSame(one: CorsLayer, other: CorsLayer): boolean {
  const [here, there] = [bagOf(one), bagOf(other)];
  return (
    one.given.value === other.given.value ||
    (here !== undefined &&
      there !== undefined &&
      typeof here.given['origin'] !== 'function' &&
      isAlike(here.given, there.given))
  );
}

/** Whether they are written alike. Functions are compared by whoever asks them. */
function isAlike(one: unknown, other: unknown): boolean {
  return textOf(one) === textOf(other);
}

function isPartlyUnknown(value: unknown): boolean {
  return /"Symbol\((?:unknown|more)\)"/.test(textOf(value));
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (one === undefined || one === UNKNOWN || one === MORE) return String(one);
    if (typeof one === 'function') return 'function';
    if (typeof one === 'bigint' || typeof one === 'number') return `${typeof one} ${one}`;
    return one instanceof RegExp ? String(one) : one;
  });
}
