/** What libraries make that answers requests: it can be asked, so the judge can judge it. */
import type { Comparison } from '../../policy/comparison.ts';
import { STRANGER } from '../../policy/judge/access.ts';
import type {
  Asking,
  Fault,
  Outcome,
  Policy,
  Remedy,
  Request,
  WrittenName,
  WrittenOrigin,
} from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import type { Guard } from '../run/tree.ts';
import { exchangeOf, type Exchange } from '../requests/exchange.ts';
import { Made, type Obj, type Value } from '../run/value.ts';
import { comparisonsOf } from '../run/comparisons.ts';
import { Watch } from '../run/watch.ts';

/**
 * Asks a layer: what it runs is taken back, what it compares the origin with is noted.
 *
 * @returns an outcome of which nothing is known, if it takes more steps than a question may.
 */
export function watched(
  run: Run,
  guard: Guard,
  { unlisted, noted, instead }: Asking<Place>,
  work: () => readonly Outcome<Place>[],
): readonly Outcome<Place>[] {
  const outer = run.watch;
  const watch = new Watch(unlisted ?? outer?.unlisted, run.latest, instead ?? outer?.instead);
  run.watch = watch;
  const outcomes = run.trial(guard, () => undefined, work);
  run.watch = outer;
  if (noted) noted.push(...comparisonsOf(watch.noted));
  else if (outer) for (const one of watch.noted) outer.note(one);
  return outcomes ?? [UNCLEAR];
}

/** Nobody knows what it does. */
export const UNCLEAR: Outcome<Place> = { headers: new Map(), end: { is: 'passes' }, unclear: true };

/** Origins that the code compares the whole origin with, to the letter. */
export function listedOrigins(
  ask: (asking: Asking<Place>) => readonly Outcome<Place>[],
): readonly WrittenOrigin<Place>[] {
  const noted: Comparison<Place>[] = [];
  const answers = ask({ noted });
  // A `*` of a list that is sent after all is no mistake for that it is compared too.
  const wild = answers.some(({ headers }) => headers.get('access-control-allow-origin')?.value === '*');
  return noted.flatMap(({ how, subject, operand, cause }): WrittenOrigin<Place>[] =>
    // `origin === 'undefined'` and the like list nobody.
    how === 'equals' && subject === STRANGER && /[.:*]/.test(operand) && !(wild && operand === '*')
      ? [{ text: operand, cause, as: 'listed' }]
      : [],
  );
}

/** What a library exports to make layers with: code that names it may make one. */
export abstract class LayerMaker extends Made {}

/** A middleware as a function: called with a request and a response, it answers, or calls its third argument. */
export function callable(
  run: Run,
  library: string,
  ask: (exchange: Exchange, before: NonNullable<Asking<Place>['before']>) => readonly Outcome<Place>[],
): Value {
  return run.native('layer', (inner, { args, at }) => {
    const exchange = exchangeOf(args[1]);
    if (!exchange) {
      for (const arg of args) inner.escape(arg, at);
      return inner.unknown('call of something unknown', at);
    }
    const next = (): void => {
      if (args[2] !== undefined)
        inner.call(args[2], inner.undefined(), { args: [], places: [], open: false }, at);
    };
    exchange.apply(library, (before) => ask(exchange, before), next, at);
    return inner.undefined(at);
  });
}

export abstract class Layer extends Made implements Policy<Place> {
  /** It answers requests of its own, and serves none of the app's routes. */
  readonly standsAlone: boolean = false;

  /** The values that it was made of. */
  get madeOf(): readonly Value[] {
    return [];
  }

  /** The condition under which it was made. */
  abstract readonly guard: Guard;

  constructor(readonly at: Place) {
    super();
  }

  /** Called with a request and a response (`cors(options)(req, res, next)`), it answers in the caller's place. */
  override get(run: Run, _self: Obj, key: string): Value | undefined {
    if (key !== '()') return undefined;
    return callable(run, this.library, ({ request }, before) => this.ask(request, { before }));
  }

  abstract readonly library: string;
  abstract ask(request: Request, asking?: Asking<Place>): readonly Outcome<Place>[];
  abstract readonly origins: readonly WrittenOrigin<Place>[];
  abstract readonly credentials: Place | undefined;
  abstract readonly allowedHeaders: Place | undefined;
  abstract readonly names: readonly WrittenName<Place>[];
  abstract readonly maxAge: Policy<Place>['maxAge'];
  abstract readonly faults: readonly Fault<Place>[];
  abstract mended(remedy: Remedy, fault: Readonly<Record<string, string>>): Policy<Place> | undefined;
}
