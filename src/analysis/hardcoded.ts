/** Allow-lists that are part of the code: which policies have one, and where the lists stand. */
import { judgeHardcoded } from '../policy/judge-hardcoded.ts';
import type { Problem } from '../policy/problems.ts';
import type { Code, FunctionCode, ModuleCode, Place, Variable } from './code.ts';
import { walk, type Piece } from './evidence.ts';
import { App, type Registration } from './libraries/express.ts';
import { HandWritten } from './libraries/handwritten.ts';
import { Layer } from './libraries/layer.ts';
import type { Run } from './run.ts';
import { madeBy } from './value.ts';
import { ANYWHERE, type World } from './world.ts';
import { byPlace, type Seen } from './worlds.ts';

/** What came of running the file in one world, and what was mounted then. */
export interface Mounted extends Seen {
  readonly registrations: readonly Registration[];
}

interface Source {
  text(place: Place): string;
  module(place: Place): ModuleCode | undefined;
}

/** It says nothing about who is let in, and nearly every server reads it. */
const NO_ORIGINS = 'PORT';

/**
 * The lists that are the same in every environment.
 *
 * @param production the file as it runs in production.
 * @param look runs it in another world.
 * @param source what stands at a place, and the file that the place is in.
 */
export function hardcodedOrigins(
  production: Mounted,
  look: (world: World) => Mounted | undefined,
  source: Source,
): readonly Problem<Place>[] {
  const spelt = production.layers.filter((layer) => isSpelt(layer, source));
  if (spelt.length === 0) return [];
  const reads = [...production.environment.read.keys()].some((name) => name !== NO_ORIGINS);
  // Where nothing is read, nothing is different.
  const elsewhere = reads ? look(ANYWHERE) : production;
  const layers = byPlace(elsewhere?.layers ?? []);
  return [...byPlace(production.layers)].flatMap(([key, layer]) => {
    const anywhere = layers.get(key);
    if (!elsewhere || !anywhere || !spelt.includes(layer) || isConditional(anywhere, elsewhere)) return [];
    const listOf = (cause: Place): Place | undefined => listAround(source.module(cause), cause);
    const written = [...layer.origins].sort((a, b) => a.cause.start - b.cause.start);
    return judgeHardcoded<Place>({ production: layer, written, anywhere, listOf });
  });
}

/** All that was registered on apps and routers. */
export function mountedIn(run: Run): readonly Registration[] {
  return run.made.flatMap((object) => madeBy(object, App)?.registrations ?? []);
}

/** Whether two origins at least stand in the text, letter for letter. */
function isSpelt({ origins }: Layer, source: Source): boolean {
  const written = origins.filter(
    ({ text: origin, cause, as }) => as === 'listed' && cause.end > 0 && source.text(cause).includes(origin),
  );
  return new Set(written.map((one) => one.text)).size > 1;
}

/** `if (production) app.use(cors(options))`: elsewhere there is none, or another one. */
function isConditional(layer: Layer, { registrations }: Mounted): boolean {
  const isMount = (registration: Registration): boolean =>
    registration.handlers.some(
      ({ value }) => madeBy(value, Layer) === layer || (layer instanceof HandWritten && layer.fn === value),
    );
  return layer.guard !== true || registrations.some((one) => one.guard !== true && isMount(one));
}

/** The innermost array of the code that has the place for an element, by itself or by the name of a constant. */
function listAround(module: ModuleCode | undefined, cause: Place): Place | undefined {
  if (!module) return undefined;
  const constants = new Map<Variable, Place>();
  const arrays: (Code & { readonly op: 'array' })[] = [];
  const visit = (piece: Piece): void => {
    if (!('op' in piece)) return;
    if (piece.op === 'array') arrays.push(piece);
    if (piece.op === 'declare' && piece.target.to === 'variable' && piece.value?.op === 'constant')
      constants.set(piece.target.variable, piece.value);
  };
  walk(module.block, visit);
  // Lowering a body may bring functions within it to light: the list grows while it is walked.
  for (let i = 0; i < module.functions.length; i++) {
    const code = module.functions[i] as FunctionCode;
    if (code.start <= cause.start && cause.end <= code.end) walk(code.body().block, visit);
  }
  const list = arrays.find(({ items }) =>
    items.some((item) => {
      const at = item?.code.op === 'read' ? constants.get(item.code.variable) : item?.code;
      return at?.start === cause.start && at.end === cause.end;
    }),
  );
  return list && { start: list.start, end: list.end };
}
