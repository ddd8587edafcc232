/** Which policies of a file the middleware of this package can take the place of. */
import { planMove, type Plan } from '../policy/safe/migration.ts';
import type { Place } from './code.ts';
import { CorsLayer } from './libraries/cors.ts';
import type { Layer } from './libraries/layer.ts';
import { plainBag } from './libraries/safe-cors.ts';
import type { Sources } from './sources.ts';

/** A call of npm `cors`, and what takes its place. */
export interface Migration {
  readonly call: Place;
  /** The object of options, if there is one. */
  readonly options: Place | undefined;
  readonly plan: Plan<Place>;
}

/** For each call of `cors` in the file that is looked at. */
export function migrationsOf(layers: readonly Layer[], sources: Sources): readonly Migration[] {
  return layers.flatMap((layer): readonly Migration[] => {
    if (!(layer instanceof CorsLayer) || layer.library !== '`cors`') return [];
    if (layer.standsAlone || !sources.isOwn(layer.at) || layer.at.end === 0) return [];
    return [migrationOf(layer)];
  });
}

function migrationOf(layer: CorsLayer): Migration {
  const { run, guard, value } = layer.given;
  const undecided = (clause: string): Migration => ({
    call: layer.at,
    options: undefined,
    plan: { origin: undefined, drops: [], undecided: clause, onlyOrigin: false },
  });
  if (layer.delegate) return undecided('how the options differ from request to request');
  const bag = plainBag(run, guard, value);
  if (!bag) return undecided('what the options are');
  return { call: layer.at, options: bag.at, plan: planMove(layer, bag.given) };
}
