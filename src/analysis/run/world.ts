/** The circumstances that code is judged in. */
import type { Place } from '../code.ts';
import { known, NOWHERE, type Unknown, type Value } from './value.ts';

/**
 * - `configured`: production, every variable of the environment is set: to what is not known, so that a finding
 *   holds for each value that the code does not exclude.
 * - `unset`: production, and the variables named are missing.
 * - `sampled`: production, every variable holds a sample, by which its way through the code can be followed.
 * - `development`: as configured, with `NODE_ENV` saying so.
 * - `anywhere`: any environment. Each variable is set or not, and `NODE_ENV` says what it likes.
 */
export interface World {
  readonly name: 'configured' | 'unset' | 'sampled' | 'development' | 'anywhere';
  readonly unset: ReadonlySet<string>;
  /** Variables that are missing until `dotenv` has loaded them. */
  readonly late: ReadonlySet<string>;
  /** Variables whose value is given, by `settings.cors.env` or by the world itself. */
  readonly variables: ReadonlyMap<string, string>;
  /** What every other variable holds, where that matters. */
  readonly sample: ((name: string) => string) | undefined;
}

const NONE: ReadonlySet<string> = new Set();

export function productionWorld(variables: Readonly<Record<string, string>> = {}): World {
  return {
    name: 'configured',
    unset: NONE,
    late: NONE,
    variables: new Map(Object.entries({ NODE_ENV: 'production', ...variables })),
    sample: undefined,
  };
}

/** Nothing is known of the environment: what is the same here is the same in staging and in production. */
export const ANYWHERE: World = {
  name: 'anywhere',
  unset: NONE,
  late: NONE,
  variables: new Map(),
  sample: undefined,
};

/** What a run has read of the environment so far. */
export class Environment {
  /** Every variable that was read, and where first. */
  readonly read = new Map<string, Place>();
  /** Those that were read before `dotenv` had loaded its file, which it then certainly does. */
  readonly early = new Map<string, Place>();
  /** Where `dotenv` loads its file. */
  loadedAt: Place | undefined;

  note(name: string, at: Place): void {
    if (!this.read.has(name)) this.read.set(name, at);
  }

  /** `dotenv` loads its file. `certain`: on every path. */
  load(at: Place, certain: boolean): void {
    if (this.loadedAt) return;
    this.loadedAt = at;
    if (certain) for (const [name, place] of this.read) this.early.set(name, place);
  }
}

/** The variable of the environment in that world. A variable that is set is a string and is not empty. */
export function readEnvironment(
  world: World,
  environment: Environment,
  name: string,
  at: Place = NOWHERE,
): Value {
  environment.note(name, at);
  const value = world.variables.get(name);
  if (value !== undefined) return known(value, at);
  if (world.unset.has(name) || (world.late.has(name) && !environment.loadedAt)) return known(undefined, at);
  const dependent: Unknown = {
    type: 'unknown',
    key: `env:${name}`,
    why: 'environment',
    deps: new Set([`env:${name}`]),
    at,
    ...(world.name !== 'anywhere' && { truthy: true, kind: 'string' }),
  };
  return world.sample ? known(world.sample(name), at) : dependent;
}
