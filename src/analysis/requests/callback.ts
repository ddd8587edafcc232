/** A callback that code is given to say its verdict with, `(error, verdict)`, as Node's have been since ever. */
import type { Place } from '../code.ts';
import { isKept } from '../run/kept.ts';
import type { Run } from '../run.ts';
import { combinations, leaves, type Guard, type Tree } from '../run/tree.ts';
import { known, Made, type Absent, type Leaf, type Obj, type Value } from '../run/value.ts';

/** What came of the code that was given the callback. */
export type Verdict =
  /** `at`: the argument. */
  | { readonly is: 'says'; readonly value: Leaf; readonly at: Place }
  /** It called back with an error, or threw it. */
  | { readonly is: 'fails'; readonly error: Leaf; readonly at: Place }
  /** It did neither: whoever waits for it waits for ever. `rejected`: the promise that it returned is. */
  | { readonly is: 'silent'; readonly returned: Leaf; readonly rejected: boolean }
  | { readonly is: 'unclear' };

const MOST_VERDICTS = 64;

/** Where what happened is kept: as properties, so that loops and guards treat it as they treat all that is written. */
const [CALLED, ERROR, VALUE, UNCLEAR] = ['called', 'error', 'value', 'unclear'];

export class Callback extends Made {
  readonly #state: Obj;
  readonly #places = new Map<Leaf, Place>();

  constructor(
    run: Run,
    at: Place,
    readonly manner: Manner = {},
  ) {
    super();
    this.#state = run.plain(at);
  }

  override get(run: Run, _self: Obj, key: string, at: Place): Value | undefined {
    if (key !== '()') {
      // `callback.bind(null, null)` calls it later.
      this.escape(run, at);
      return undefined;
    }
    return run.native('callback', (inner, { args, open, places, at: place }) => {
      const none = (): Value => (open ? inner.unknown('parameter', place) : inner.undefined(place));
      this.#note(inner, args[0] ?? none(), args[1] ?? none(), places, place);
      return inner.undefined(place);
    });
  }

  /**
   * The first call counts: what is called back with later is not heard.
   *
   * @param places of the arguments, if there were any.
   */
  #note(run: Run, error: Value, value: Value, places: readonly Place[] | undefined, at: Place): void {
    run.both(
      run.truth(run.get(this.#state, CALLED, at)),
      // Express tells of an error late: what is called back with meanwhile may overtake it.
      () =>
        run.both(
          run.truth(run.get(this.#state, ERROR, at)),
          () => {
            this.escape(run, at);
            return run.undefined();
          },
          () => run.undefined(),
        ),
      () => {
        if (places) {
          this.#locate(error, places[0] ?? at);
          this.#locate(value, places[1] ?? at);
        }
        run.put(this.#state, ERROR, error, at);
        run.put(this.#state, VALUE, value, at);
        run.put(this.#state, CALLED, known(true, at), at);
        return run.undefined();
      },
    );
  }

  /** Whoever waits for promises calls back with what becomes of them. Of what is not known, one may come. */
  settle(run: Run, returned: Value, at: Place): void {
    run.lift([returned], ([leaf]) => {
      const none = run.undefined(at);
      if (leaf?.type === 'unknown' && !this.manner.returns) this.escape(run, at);
      if (leaf?.type !== 'object' || leaf.nature.is !== 'promise') {
        if (leaf && this.manner.returns) this.#note(run, known(null, at), leaf as Leaf, undefined, at);
        return none;
      }
      const { reason, rejected, value } = leaf.nature.promise;
      return run.both(
        rejected,
        () => {
          this.#note(run, reason, none, undefined, at);
          return none;
        },
        () => {
          this.#note(run, known(null, at), value, undefined, at);
          return none;
        },
      );
    });
  }

  /** Taken for an error that is none: whether anything fails depends on what else the library runs. */
  #isNoError(error: Leaf): boolean {
    return this.manner.onlyNull === true && error.type === 'known' && !error.value;
  }

  #locate(value: Value, at: Place): void {
    if (!this.#places.has(value as Leaf)) this.#places.set(value as Leaf, at);
  }

  override escape(run: Run, at: Place): void {
    run.put(this.#state, UNCLEAR, known(true, at), at);
  }

  override used(run: Run, at: Place): void {
    this.escape(run, at);
  }

  /**
   * What came of it, one verdict for each way that the code may have gone.
   *
   * @param self the object that the code was given.
   * @param came what the code returned, or where it threw before anything else, and what.
   */
  verdicts(run: Run, guard: Guard, self: Obj, { returned, threw, error: thrown }: Came): readonly Verdict[] {
    const read = (key: string): Tree<Leaf | Absent> =>
      this.#state.slots.get(key)?.value ?? known(undefined, this.#state.at);
    const { result, rejected } = settled(returned);
    const trees = [
      ...[read(CALLED), read(UNCLEAR), read(ERROR), read(VALUE)],
      ...[threw, thrown, run.lost, rejected, result],
    ];
    const found = combinations<unknown>(run.decisions, guard, trees, MOST_VERDICTS);
    if (!found) return [{ is: 'unclear' }];
    const kept = isKept(run.written, [self]);
    return unique(found.map((one) => this.#verdict(one as unknown as Parts, kept)));
  }

  #verdict(parts: Parts, kept: boolean): Verdict {
    const [called, unclear, error, value, threw, thrown, lost, rejected, returned] = parts;
    if (!isNo(unclear)) return { is: 'unclear' };
    if (isNo(called) && threw)
      return this.#isNoError(thrown) ? { is: 'unclear' } : { is: 'fails', error: thrown, at: thrown.at };
    if (isNo(called)) return lost || kept ? { is: 'unclear' } : { is: 'silent', returned, rejected };
    if (called.type !== 'known') return { is: 'unclear' };
    if (error.type === 'absent' || value.type === 'absent') return { is: 'unclear' };
    if (this.#isNoError(error) && error.type === 'known' && error.value !== null)
      return error.value === undefined
        ? { is: 'says', value: known(false, error.at), at: error.at }
        : { is: 'unclear' };
    if (error.type === 'unknown' && error.truthy === undefined) return { is: 'unclear' };
    const fails = error.type === 'object' || (error.type === 'known' ? Boolean(error.value) : error.truthy);
    return fails
      ? { is: 'fails', error, at: this.#places.get(error) ?? error.at }
      : { is: 'says', value, at: this.#places.get(value) ?? value.at };
  }
}

/** In what a library that gives the callback differs from most. */
export interface Manner {
  /** It waits for a promise that is returned in place of a call. */
  readonly awaits?: boolean;
  /** What is returned is the verdict, in a promise or not. */
  readonly returns?: boolean;
  /** Only `null` is no error; `undefined` is one without a message, which nobody hears of. */
  readonly onlyNull?: boolean;
}

type Parts = readonly [
  called: Leaf | Absent,
  unclear: Leaf | Absent,
  error: Leaf | Absent,
  value: Leaf | Absent,
  threw: boolean,
  thrown: Leaf,
  lost: boolean,
  rejected: boolean,
  returned: Leaf,
];

/** How the code that was given the callback ended. */
interface Came {
  readonly returned: Value;
  readonly threw: Guard;
  readonly error: Value;
}

/** What a promise comes to, which nobody waits for; any other value is itself. */
function settled(returned: Value): { readonly result: Value; readonly rejected: Guard } {
  const [only, ...others] = leaves(returned);
  if (others.length > 0 || only?.type !== 'object' || only.nature.is !== 'promise')
    return { result: returned, rejected: false };
  const { rejected, reason, value } = only.nature.promise;
  return rejected === true ? { result: reason, rejected } : { result: value, rejected };
}

function isNo(leaf: Leaf | Absent): boolean {
  return leaf.type === 'absent' || (leaf.type === 'known' && leaf.value === undefined);
}

function unique(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.filter(
    (one, index) =>
      index ===
      verdicts.findIndex(
        (other) =>
          other.is === one.is &&
          (one.is !== 'silent' || (other.is === 'silent' && other.returned.at === one.returned.at)) &&
          (one.is !== 'says' || (other.is === 'says' && other.value === one.value)) &&
          (one.is !== 'fails' || (other.is === 'fails' && other.error === one.error)),
      ),
  );
}

/**
 * Runs code that says its verdict to a callback, on a request, and takes back all that it did.
 *
 * @param args what it is given before the callback.
 * @param read looks at the verdicts before that is gone.
 * @param manner how the library that asks takes its verdict.
 */
export function consult<T>(
  run: Run,
  guard: Guard,
  fn: Value,
  args: readonly Value[],
  at: Place,
  read: (verdicts: readonly Verdict[]) => T,
  manner: Manner = {},
): T | undefined {
  let made: { readonly callback: Callback; readonly self: Obj; readonly came: Came } | undefined;
  return run.trial(
    guard,
    () => {
      const callback = new Callback(run, at, manner);
      const self = run.make(callback, at);
      const given = [...args, self];
      let returned: Value = run.undefined(at);
      const { rejected, reason } = run.attempt(() => {
        returned = run.call(
          fn,
          run.undefined(at),
          { args: given, places: given.map(() => at), open: false },
          at,
        );
      });
      if (manner.awaits || manner.returns) callback.settle(run, returned, at);
      made = { callback, self, came: { returned, threw: rejected, error: reason } };
    },
    () => read(made?.callback.verdicts(run, guard, made.self, made.came) ?? []),
  );
}
