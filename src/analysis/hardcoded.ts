/** Allow-lists that are part of the code: which policies have one, and where the lists stand. */
import { judgeHardcoded } from '../policy/judge/hardcoded.ts';
import type { Problem } from '../policy/problems.ts';
import type { FunctionCode, ModuleCode, Place, Variable } from './code.ts';
import { walk, type Piece } from './evidence.ts';
import { App, type Registration } from './libraries/express.ts';
import { HandWritten } from './libraries/handwritten.ts';
import { Layer } from './libraries/layer.ts';
import type { Run } from './run.ts';
import { madeBy } from './run/value.ts';
import { ANYWHERE, type World } from './run/world.ts';
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

const indexes = new WeakMap<ModuleCode, ListIndex>();

/** The array of the code that has the place for an element, by itself or by the name of a constant. */
function listAround(module: ModuleCode | undefined, cause: Place): Place | undefined {
  if (!module) return undefined;
  let index = indexes.get(module);
  if (!index) indexes.set(module, (index = new ListIndex(module)));
  return index.around(cause);
}

/** Which array each element of a file stands in: made once, since lists may be long. */
class ListIndex {
  readonly #walked = new Set<FunctionCode>();
  readonly #byElement = new Map<string, Place>();
  readonly #byVariable = new Map<Variable, Place>();
  /** `const ADMIN = 'https://…'`, by the place of the text. */
  readonly #constants = new Map<string, Variable>();

  constructor(readonly module: ModuleCode) {
    walk(module.block, (piece) => this.#visit(piece));
  }

  around(cause: Place): Place | undefined {
    const { functions } = this.module;
    // Lowering a body may bring functions within it to light: the list grows while it is walked.
    for (let i = 0; i < functions.length; i++) {
      const code = functions[i] as FunctionCode;
      if (this.#walked.has(code) || cause.start < code.start || code.end < cause.end) continue;
      this.#walked.add(code);
      walk(code.body().block, (piece) => this.#visit(piece));
    }
    const variable = this.#constants.get(keyOf(cause));
    const list = this.#byElement.get(keyOf(cause)) ?? (variable && this.#byVariable.get(variable));
    return list && { start: list.start, end: list.end };
  }

  #visit(piece: Piece): void {
    if (!('op' in piece)) return;
    if (piece.op === 'declare' && piece.target.to === 'variable' && piece.value?.op === 'constant')
      this.#constants.set(keyOf(piece.value), piece.target.variable);
    if (piece.op !== 'array') return;
    for (const item of piece.items) {
      if (!item) continue;
      const { code } = item;
      if (code.op !== 'read') this.#byElement.set(keyOf(code), piece);
      else if (!this.#byVariable.has(code.variable)) this.#byVariable.set(code.variable, piece);
    }
  }
}

function keyOf({ start, end }: Place): string {
  return `${start}:${end}`;
}
