/** Which routers, handlers and middlewares of other files are worth following: most have nothing to do with CORS. */
import { STRANGER } from '../../policy/judge/access.ts';
import { preflightRequest } from '../../policy/policy.ts';
import { MOST_HOPS, type Following } from '../following.ts';
import { CorsFactory } from '../libraries/cors.ts';
import { App, type Registration } from '../libraries/express.ts';
import { Layer } from '../libraries/layer.ts';
import { mentionsCors } from '../files/mentions.ts';
import type { Run } from '../run.ts';
import { madeBy, type Obj } from '../run/value.ts';
import { importsIn } from '../run/wants.ts';

/** A list of routers, a router, its middleware or controller. */
const MOST_HOPS_TO_MENTION = 2;

/**
 * The imports of handlers that come before a policy, which decide whether it comes too late; and of those whose file, or
 * one behind it, mentions CORS at all.
 *
 * @param written functions that write headers by hand.
 * @param layers all policies that are known.
 */
export function handlersToFollow(
  run: Run,
  written: ReadonlyMap<Obj, Layer>,
  following: Following,
  layers: readonly Layer[],
): readonly string[] {
  const evidence = layers.some(lacksAuthorization);
  const apps = run.made.flatMap((object) => madeBy(object, App) ?? []);
  const mounted = new Set(apps.flatMap(({ registrations }) => registrations.flatMap(routersOf)));
  const early = new Set<string>();
  const others = new Set<string>(run.perhapsWanted);
  const collect = (app: App, isEarly: boolean, depth: number): void => {
    const last = app.registrations.findLastIndex((one) => isPolicy(one, written));
    for (const [index, registration] of app.registrations.entries()) {
      const before = isEarly || index < last;
      for (const { value } of registration.handlers)
        for (const one of importsIn(value)) (before ? early : others).add(one);
      if (depth < MOST_HOPS) for (const router of routersOf(registration)) collect(router, before, depth + 1);
    }
  };
  for (const app of apps) if (!mounted.has(app)) collect(app, false, 0);
  const mentioning = [...others].filter((one) => {
    if (early.has(one) || following.follows(one)) return false;
    const path = following.pathOf(one);
    return path !== undefined && mentionsCors(path, MOST_HOPS_TO_MENTION, evidence);
  });
  return [...early, ...mentioning];
}

const ASKED = preflightRequest(STRANGER, 'GET', ['authorization']);

/** It has a list of allowed headers, in which `Authorization` is not known to be: it matters who reads that. */
function lacksAuthorization(layer: Layer): boolean {
  if (layer.allowedHeaders === undefined) return false;
  return layer
    .ask(ASKED)
    .some(({ headers }) => !/authorization/i.test(headers.get('access-control-allow-headers')?.value ?? ''));
}

function isPolicy({ handlers }: Registration, written: ReadonlyMap<Obj, Layer>): boolean {
  return handlers.some(
    ({ value }) =>
      madeBy(value, Layer) !== undefined ||
      madeBy(value, CorsFactory) !== undefined ||
      ('type' in value && value.type === 'object' && written.has(value)),
  );
}

function routersOf({ handlers }: Registration): readonly App[] {
  return handlers.flatMap(({ value }) => madeBy(value, App) ?? []);
}
