/** The circumstances that code is judged in. */
import type { Place } from './code.ts';
import { known, NOWHERE, type Unknown, type Value } from './value.ts';

/**
 * - `configured`: production, every variable of the environment is set: to what is not known, so that a finding
 *   holds for each value that the code does not exclude.
 * - `unset`: production, and the variables named are missing.
 * - `development`: as configured, with `NODE_ENV` saying so.
 */
export interface World {
  readonly name: 'configured' | 'unset' | 'development';
  readonly unset: ReadonlySet<string>;
  /** Variables whose value is given, by `settings.cors.env` or by the world itself. */
  readonly variables: ReadonlyMap<string, string>;
}

export function productionWorld(variables: Readonly<Record<string, string>> = {}): World {
  return {
    name: 'configured',
    unset: new Set(),
    variables: new Map(Object.entries({ NODE_ENV: 'production', ...variables })),
  };
}

/** The variable of the environment in that world. A variable that is set is a string and is not empty. */
export function readEnvironment(world: World, name: string, at: Place = NOWHERE): Value {
  const value = world.variables.get(name);
  if (value !== undefined) return known(value, at);
  if (world.unset.has(name)) return known(undefined, at);
  const dependent: Unknown = {
    type: 'unknown',
    key: `env:${name}`,
    why: 'environment',
    deps: new Set([`env:${name}`]),
    at,
    truthy: true,
    kind: 'string',
  };
  return dependent;
}
