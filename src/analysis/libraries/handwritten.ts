/** Headers written by hand: a middleware or handler of Express or `node:http` is run on the request that it is asked about. */
import { accessOf, STRANGER, type Access } from '../../policy/judge/access.ts';
import { parseTokenList } from '../../policy/names.ts';
import {
  actualRequest,
  preflightRequest,
  type Asking,
  type Fault,
  type NameList,
  type Outcome,
  type Policy,
  type Remedy,
  type Request,
  type Said,
  type WrittenName,
  type WrittenOrigin,
} from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import { Exchange } from '../requests/exchange.ts';
import { whole } from '../run/promises.ts';
import type { Run } from '../run.ts';
import type { Guard } from '../run/tree.ts';
import { known, NOWHERE, type Obj, type Settling, type Value } from '../run/value.ts';
import { Layer, listedOrigins, UNCLEAR, watched } from './layer.ts';

/** Which argument is what. */
export interface Roles {
  readonly request: number | undefined;
  readonly response: number;
  readonly next: number | undefined;
}

/** A file without any of these words writes no CORS headers. */
export const HEADER_WORDS = ['ccess-Control-Allow-', 'ccess-control-allow-', 'CCESS-CONTROL-ALLOW-'];

export class HandWritten extends Layer {
  readonly library = 'this code';
  readonly #asked = new Map<Request, readonly Outcome<Place>[]>();
  #accessed: Access<Place> | undefined;
  #friendly: { readonly actual: Request; readonly preflight: Request } | undefined;

  constructor(
    readonly run: Run,
    readonly fn: Obj,
    readonly roles: Roles,
    readonly guard: Guard,
    /** What it is if nothing ends the request: nobody answers it, or whoever called goes on. */
    readonly silent: 'hangs' | 'passes',
    at: Place,
  ) {
    super(at);
  }

  ask(request: Request, asking: Asking<Place> = {}): readonly Outcome<Place>[] {
    const { run, guard, fn } = this;
    return watched(run, guard, asking, () => {
      let exchange: Exchange | undefined;
      let threw: { guard: Guard; error: Value } = { guard: false, error: run.undefined(this.at) };
      let returned: Value = run.undefined();
      const outcomes = run.trial(
        guard,
        () => {
          const under = this.begin(request, asking.before ?? new Map());
          exchange = under;
          let result: Value = run.undefined(this.at);
          const { rejected, reason } = run.attempt(() => {
            const args = this.#arguments(under);
            const given = { args, places: args.map(() => this.at), open: false };
            result = run.call(fn, this.#self(), given, this.at);
          });
          returned = result;
          // Express 5 looks after the promise that a handler returns.
          const late = whole(run, { ...SETTLED, value: result });
          threw = {
            guard: run.decisions.or(rejected, late.rejected),
            error: run.pick(rejected, reason, late.reason),
          };
        },
        () => exchange?.outcomes(guard, threw, this.silent, returned),
      );
      return outcomes ?? [UNCLEAR];
    });
  }

  /** The request and the response that the function is given. */
  protected begin(request: Request, before: NonNullable<Asking<Place>['before']>): Exchange {
    return new Exchange(this.run, request, before, this.at);
  }

  /** A method is called on an instance of its class. */
  #self(): Value {
    const { run, fn } = this;
    const home = fn.nature.is === 'function' ? fn.nature.home : undefined;
    const instance = home && run.instances.get(home);
    return instance ?? run.unknown('parameter', this.at, { key: 'this' });
  }

  #arguments({ req, res, next }: Exchange): readonly Value[] {
    const { roles } = this;
    const args: Value[] = [];
    for (const [value, index] of [
      [req, roles.request],
      [res, roles.response],
      [next, roles.next],
    ] as const)
      if (index !== undefined) args[index] = value;
    return Array.from(args, (arg, index) => arg ?? this.other(index));
  }

  /** What it is given beside those. */
  protected other(index: number): Value {
    return this.run.unknown('parameter', this.at, { key: `${index}` });
  }

  /** What a stranger is answered, and what a preflight of his is: enough to see what is written. */
  #answers(request: Request): readonly Outcome<Place>[] {
    let outcomes = this.#asked.get(request);
    if (!outcomes) this.#asked.set(request, (outcomes = this.ask(request)));
    return outcomes;
  }

  get #access(): Access<Place> {
    return (this.#accessed ??= accessOf(this));
  }

  /** What an origin asks that is let in: a stranger may get no headers at all. */
  get #friends(): { readonly actual: Request; readonly preflight: Request } {
    if (this.#friendly) return this.#friendly;
    const { witnesses } = this.#access;
    const { origin } = witnesses.find(({ kind }) => kind === 'meant') ?? witnesses[0] ?? { origin: STRANGER };
    return (this.#friendly = {
      actual: actualRequest(origin),
      preflight: preflightRequest(origin, 'DELETE', ['content-type']),
    });
  }

  #said(kind: 'actual' | 'preflight', header: string): Said<Place> | undefined {
    for (const request of [STRANGERS[kind], this.#friends[kind]])
      for (const { headers } of this.#answers(request)) {
        const said = headers.get(header);
        if (said) return said;
      }
    return undefined;
  }

  /** Where it says who is let in: to a stranger, or to somebody whom it names; else its head. */
  get says(): Place {
    const said = this.#said('actual', 'access-control-allow-origin');
    return said && said.cause.end > 0 ? said.cause : this.at;
  }

  /** Whether it says anything about CORS at all. */
  get speaks(): boolean {
    return (
      [ACTUAL, PREFLIGHT].some((request) => this.#answers(request).some(speaks)) ||
      // `if (allowed.includes(origin)) res.set(…)`, and nothing for strangers.
      this.origins.length > 0 ||
      this.#access.witnesses.some(({ outcomes }) => outcomes.some(speaks))
    );
  }

  get origins(): readonly WrittenOrigin<Place>[] {
    const constant = this.#answers(ACTUAL).flatMap(({ headers }): WrittenOrigin<Place>[] => {
      const said = headers.get('access-control-allow-origin');
      return said?.value === undefined || said.value === STRANGER
        ? []
        : [{ text: said.value, cause: said.cause, as: 'only' }];
    });
    return [...constant, ...listedOrigins((asking) => this.ask(ACTUAL, asking))];
  }

  get credentials(): Place | undefined {
    return this.#said('actual', 'access-control-allow-credentials')?.cause;
  }

  get allowedHeaders(): Place | undefined {
    return this.#said('preflight', 'access-control-allow-headers')?.cause;
  }

  get names(): readonly WrittenName<Place>[] {
    return (
      [
        ['methods', 'access-control-allow-methods'],
        ['allowedHeaders', 'access-control-allow-headers'],
        ['exposedHeaders', 'access-control-expose-headers'],
      ] as const
    ).flatMap(([list, header]) => this.#named(list, header));
  }

  #named(list: NameList, header: string): readonly WrittenName<Place>[] {
    const said = this.#said('preflight', header) ?? this.#said('actual', header);
    return (parseTokenList(said?.value ?? '') ? (said?.value ?? '').split(',') : [])
      .map((piece) => piece.trim())
      .filter(Boolean)
      .map((text) => ({ text, cause: said?.cause ?? this.at, in: list }));
  }

  get maxAge(): { readonly at: Place; readonly missing: boolean } {
    const said = this.#said('preflight', 'access-control-max-age');
    const at = said ?? this.#said('preflight', 'access-control-allow-origin');
    // What never says who is let in has no lifetime to say: `Access-Control-Allow-Credentials` alone, before `cors()`.
    return { at: at?.cause ?? this.at, missing: !said && at !== undefined };
  }

  readonly faults: readonly Fault<Place>[] = [];

  mended(remedy: Remedy): Policy<Place> | undefined {
    switch (remedy) {
      case 'drop-credentials':
        return new Rewritten(this, new Map([[CREDENTIALS, undefined]]));
      case 'make-public':
        return new Rewritten(
          this,
          new Map([
            [CREDENTIALS, undefined],
            ['access-control-allow-origin', '*'],
          ]),
        );
      default:
        return undefined;
    }
  }
}

const CREDENTIALS = 'access-control-allow-credentials';
/** A promise of what is given. */
const SETTLED: Omit<Settling, 'value'> = {
  phase: 0,
  rejected: false,
  reason: known(undefined, NOWHERE),
  mayFail: false,
  later: [],
};
const ACTUAL = actualRequest(STRANGER);
const PREFLIGHT = preflightRequest(STRANGER, 'DELETE', ['content-type']);
const STRANGERS = { actual: ACTUAL, preflight: PREFLIGHT };

/** The same with other values of some headers, or without them: `undefined`. */
class Rewritten implements Policy<Place> {
  readonly at: Place;
  readonly library: string;
  readonly credentials: undefined;
  readonly allowedHeaders: Place | undefined;
  readonly names: readonly WrittenName<Place>[];
  readonly maxAge: Policy<Place>['maxAge'];
  readonly faults: readonly Fault<Place>[] = [];

  constructor(
    readonly of: HandWritten,
    readonly values: ReadonlyMap<string, string | undefined>,
  ) {
    ({
      at: this.at,
      library: this.library,
      allowedHeaders: this.allowedHeaders,
      names: this.names,
      maxAge: this.maxAge,
    } = of);
  }

  ask(request: Request, asking?: Asking<Place>): readonly Outcome<Place>[] {
    return this.of.ask(request, asking).map((outcome) => {
      const headers = new Map(outcome.headers);
      for (const [name, value] of this.values) {
        const said = headers.get(name);
        if (value === undefined) headers.delete(name);
        else if (said) headers.set(name, { ...said, value });
      }
      return { ...outcome, headers };
    });
  }

  get origins(): readonly WrittenOrigin<Place>[] {
    return this.values.has('access-control-allow-origin') ? [] : this.of.origins;
  }

  mended(): undefined {
    return undefined;
  }
}

function speaks({ headers }: Outcome<Place>): boolean {
  return [...headers.keys()].some((name) => name.startsWith('access-control-'));
}
