/** What the interpreter says of a program that decides about origins, and whether what really happened can be that. */
import { handWritten } from '../../src/analysis/requests/handlers.ts';
import { surroundings } from '../../src/analysis/intrinsics/index.ts';
import { corsLibrary } from '../../src/analysis/libraries/cors.ts';
import { expressLibrary } from '../../src/analysis/libraries/express.ts';
import { Layer } from '../../src/analysis/libraries/layer.ts';
import { lower } from '../../src/analysis/lower.ts';
import { Run } from '../../src/analysis/run.ts';
import { madeBy } from '../../src/analysis/run/value.ts';
import { productionWorld } from '../../src/analysis/run/world.ts';
import type { Place } from '../../src/analysis/code.ts';
import type { Asking, Outcome, Request } from '../../src/policy/policy.ts';
import { IMPORTS, type Decision } from './decisions.grammar.ts';
import type { Real } from './decisions.real.ts';
import { alone, parse } from './program.ts';

export interface Found {
  readonly layer: Layer;
  /** Asks, and says whether something that is not followed ran meanwhile: it may throw, and nobody reckons with that. */
  ask(
    request: Request,
    asking?: Asking<Place>,
  ): { readonly outcomes: readonly Outcome<Place>[]; readonly mayThrow: boolean };
}

/** The layer of the program, as `CorsFile` finds it: what is mounted comes last. */
export function layerOf({ kind, source }: Decision): Found | undefined {
  const text = IMPORTS + source;
  const run = new Run(productionWorld(), surroundings([corsLibrary, expressLibrary]));
  const module = lower(parse(text, 'espree'));
  run.module(module);
  run.settle();
  const layer =
    kind === 'middleware'
      ? [...handWritten(run, alone(text, module)).values()].find(({ silent }) => silent === 'hangs')
      : run.made.flatMap((object) => madeBy(object, Layer) ?? []).at(-1);
  if (!layer) return undefined;
  let mayThrow = false;
  const perhaps = run.mayThrow.bind(run);
  run.mayThrow = () => {
    if (run.guard !== false) mayThrow = true;
    perhaps();
  };
  return {
    layer,
    ask: (request, asking) => {
      mayThrow = false;
      const outcomes = layer.ask(request, asking);
      return { outcomes, mayThrow };
    },
  };
}

/** What is compared: a browser asks for no more. */
const ORIGIN = 'access-control-allow-origin';
const HEADERS = [
  ORIGIN,
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
  'vary',
] as const;

/** Whether the outcome can be what happened. What happens to headers on the way to a failure, nobody gets to see. */
export function fits({ headers, end }: Outcome<Place>, real: Real): boolean {
  if (end.is !== real.end) return false;
  if (end.is === 'hangs') return true;
  if (end.is !== 'passes' && end.status !== undefined && end.status !== real.status) return false;
  if (end.is === 'fails') return true;
  const isUnknownOrigin = headers.has(ORIGIN) && headers.get(ORIGIN)?.value === undefined;
  return HEADERS.every((name) => {
    const [said, sent] = [headers.get(name), real.headers.get(name)];
    // What is not known may be nothing.
    if (said && said.value === undefined) return true;
    // An origin that is not known may be `*`, which is the same for all.
    if (name === 'vary' && isUnknownOrigin && real.headers.get(ORIGIN) === '*') return true;
    return said?.value === sent?.trim();
  });
}

/** Whether what happened is among what is said. */
export function agrees(outcomes: readonly Outcome<Place>[], mayThrow: boolean, real: Real): boolean {
  // An asynchronous function that something throws in never answers.
  if (mayThrow && (real.end === 'fails' || real.end === 'hangs')) return true;
  return outcomes.some((one) => one.unclear || fits(one, real));
}

/** The outcomes leave nothing open. */
export function isDefinite(outcomes: readonly Outcome<Place>[]): boolean {
  const [only, ...others] = outcomes;
  if (!only || only.unclear || others.some((other) => show(other) !== show(only))) return false;
  if ((only.end.is === 'answers' || only.end.is === 'fails') && only.end.status === undefined) return false;
  return HEADERS.every((name) => !only.headers.has(name) || only.headers.get(name)?.value !== undefined);
}

export function show(outcome: Outcome<Place>): string {
  const { end, headers, unclear } = outcome;
  const said = [...headers].map(([name, { value }]) => `${name}: ${value ?? '(unknown)'}`);
  const status = 'status' in end ? ` ${end.status ?? '(unknown)'}` : '';
  return `${unclear ? 'unclear, ' : ''}${end.is}${status} {${said.join('; ')}}`;
}

export function showReal({ end, status, headers }: Real): string {
  const sent = HEADERS.filter((name) => headers.has(name)).map((name) => `${name}: ${headers.get(name)}`);
  return `${end}${status === undefined ? '' : ` ${status}`} {${sent.join('; ')}}`;
}
