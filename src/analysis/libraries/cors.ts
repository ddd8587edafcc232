/**
 * npm `cors` (2.8): given these options, which layer. As measured, see `test/facts/cors.test.ts`; that file and
 * `test/analysis/cors.model.test.ts` run the real package against what is said here.
 */
import type { Asking, End, Fault, Outcome, Request, Said } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice } from '../run/tree.ts';
import { known, NOWHERE, type Absent, type Leaf, type Native, type Obj, type Value } from '../run/value.ts';
import { consult } from '../requests/callback.ts';
import { Exchange } from '../requests/exchange.ts';
import type { Library } from './library.ts';
import { LayerMaker, UNCLEAR, watched, type Layer } from './layer.ts';
import { plainBag } from './safe-cors.ts';
import {
  appended,
  isFalsy,
  isMissing,
  saysNo,
  starOf,
  truthOf,
  UNSENDABLE,
  wired,
  type Options,
  type Read,
} from './options.ts';
import { COMMON_OPTIONS, ended, OptionsLayer, type CommonOption, type Otherwise } from './options-layer.ts';
import { decideOrigin, failure, isCallable, quote, silence, type Decided } from './origin-option.ts';

/** `headers` is an undocumented name of `allowedHeaders`, and counts where that one is falsy. */
const OPTIONS = [...COMMON_OPTIONS, 'headers'] as const;

type CorsOptions = Options<(typeof OPTIONS)[number]>;

const DEFAULT_METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';

/** The package's own function: called it makes a layer, mounted as it is it hangs. */
export class CorsFactory extends LayerMaker {
  override get(run: Run, self: Obj, key: string): Value | undefined {
    if (key === '()') return run.native('cors', makeLayer);
    // `cors.default` exists in transpiled code and in an ES module's namespace.
    return key === 'default' ? self : undefined;
  }
}

const makeLayer: Native = (run, { args, open, at, places }) => {
  const options = args[0] ?? (open ? run.unknown('parameter', at) : run.undefined(at));
  const { guard } = run;
  const first = plainBag(run, guard, options);
  return run.make(new CorsLayer({ run, value: options, at, argument: places[0], guard, first }), at);
};

/** What `cors(options)` would make of them. */
export function layerOfOptions(run: Run, options: Obj, at: Place): Layer {
  const layer = new CorsLayer({ run, value: options, at, argument: options.at, guard: true, claimed: true });
  run.make(layer, at);
  return layer;
}

export const corsLibrary: Library = {
  modules: ['cors'],
  triggers: ['cors'],
  exports: (run) => run.make(new CorsFactory(), NOWHERE),
};

const EFFECTS = {
  origin: ', and without `origin` every website is let in',
  credentials: ', so requests with cookies fail',
  methods: ', and the usual methods are allowed',
  allowedHeaders: ', and whatever headers are asked for are allowed',
  exposedHeaders: ', so pages cannot read those headers',
  maxAge: ', so browsers ask again before nearly every request',
  optionsSuccessStatus: ', and preflights are answered 204',
} as const;

/** What `cors(options)` returns. The options are read when it is asked, since the package reads them at each request. */
export class CorsLayer extends OptionsLayer<CommonOption | 'headers'> {
  readonly library: string = '`cors`';
  protected readonly read = OPTIONS;
  protected readonly suggested = COMMON_OPTIONS;
  protected readonly effects = EFFECTS;

  ask(request: Request, asking: Asking<Place> = {}): readonly Outcome<Place>[] {
    return watched(this.given.run, this.given.guard, asking, () => {
      const { delegate } = this;
      if (delegate) return this.#delegated(delegate, request, asking);
      return this.options().flatMap((options) =>
        options ? this.#answer(options, request, asking) : [UNCLEAR],
      );
    });
  }

  /** The function that decides about the options at each request, if that is what was given. */
  get delegate(): Obj | undefined {
    const given = this.given.run.decisions.under(this.given.guard, this.given.value);
    if (given instanceof Choice || given.type !== 'object' || !isCallable(given)) return undefined;
    return Object.hasOwn(this.otherwise, 'origin') ? undefined : given;
  }

  #delegated(delegate: Obj, request: Request, asking: Asking<Place>): readonly Outcome<Place>[] {
    const run = this.given.run;
    const exchange = new Exchange(run, request, asking.before ?? new Map(), this.at);
    const answered = consult(run, this.given.guard, delegate, [exchange.req], delegate.at, (verdicts) =>
      verdicts.flatMap((verdict): readonly Outcome<Place>[] => {
        if (verdict.is === 'silent') {
          return [ended(silence(delegate, verdict, this.library, this.at))];
        }
        if (verdict.is === 'fails')
          return [ended(failure(run, delegate, verdict, this.at, '{ origin: false }'))];
        if (verdict.is === 'unclear') return [UNCLEAR];
        return this.optionsOf(verdict.value).flatMap((options) =>
          options ? this.#answer(options, request, asking) : [UNCLEAR],
        );
      }),
    );
    return answered ?? [UNCLEAR];
  }

  get off(): { readonly at: Place; readonly says: string } | undefined {
    let off: { at: Place; says: string } | undefined;
    for (const options of this.options()) {
      const { value, at } = options?.origin ?? {};
      // `false` and `0` were written by somebody who meant it.
      if (!at || value?.type !== 'known' || value.value || typeof value.value === 'boolean') return undefined;
      off = { at: value.at.end > 0 ? value.at : at, says: value.value === '' ? "''" : String(value.value) };
    }
    return off;
  }

  protected with(otherwise: Otherwise): CorsLayer {
    return new CorsLayer(this.given, otherwise);
  }

  protected allowsCredentials(value: Leaf | Absent): boolean {
    return value.type === 'known' && value.value === true;
  }

  protected override readObject(object: Obj): readonly (CorsOptions | undefined)[] {
    return super.readObject(object).map((options) => {
      if (!options) return undefined;
      const { allowedHeaders, headers } = options;
      return headers.value.type !== 'absent' &&
        (allowedHeaders.value.type === 'absent' || isFalsy(allowedHeaders.value))
        ? { ...options, allowedHeaders: headers }
        : options;
    });
  }

  protected override effectOf(object: Obj, meant: string, written: readonly (Leaf | Absent)[]): string {
    const effect = super.effectOf(object, meant, written);
    return effect !== '' && meant === 'allowedHeaders' && !this.isOff(object, 'headers')
      ? ', and `headers` counts instead'
      : effect;
  }

  protected wrongTypes(options: CorsOptions): readonly Fault<Place>[] {
    // CORS is off: nothing comes of the rest.
    if (isFalsy(options.origin.value)) return [];
    return [
      ...this.#wrongCredentials(options),
      ...this.#missingMethods(options),
      ...this.notLists(options, (option, text) => (option === 'methods' ? text : 'empty')),
      ...this.wrongAge(options),
      ...this.#wrongStatus(options),
    ];
  }

  #wrongCredentials({ credentials }: CorsOptions): readonly Fault<Place>[] {
    const { value } = credentials;
    // What says no is taken for a no.
    const wrong =
      value.type === 'object' || (value.type === 'known' && value.value !== true && !saysNo(value));
    return wrong ? [this.fault('credentials-not-boolean', credentials, { given: quote(value) })] : [];
  }

  #missingMethods({ methods }: CorsOptions): readonly Fault<Place>[] {
    const { value } = methods;
    if (value.type !== 'known' || !isMissing(value)) return [];
    return [this.fault('methods-missing', methods, { given: String(value.value) })];
  }

  #wrongStatus({ optionsSuccessStatus, preflightContinue }: CorsOptions): readonly Fault<Place>[] {
    const { value } = optionsSuccessStatus;
    // With `preflightContinue` somebody else answers.
    if (value.type !== 'known' || truthOf(preflightContinue.value) !== false) return [];
    const status = statusCode(value);
    if (status !== undefined && status >= 200 && status <= 299) return [];
    return [this.fault('status-not-ok', optionsSuccessStatus, { given: quote(value) })];
  }

  #answer(options: CorsOptions, request: Request, { before }: Asking<Place>): readonly Outcome<Place>[] {
    const question = {
      run: this.given.run,
      guard: this.given.guard,
      library: this.library,
      origin: request.headers.get('origin'),
    };
    return decideOrigin(question, options.origin).flatMap((decided) =>
      this.#outcomesOf(options, decided, request, before),
    );
  }

  #outcomesOf(
    options: CorsOptions,
    decided: Decided,
    request: Request,
    before: ReadonlyMap<string, Said<Place>> | undefined,
  ): readonly Outcome<Place>[] {
    switch (decided.is) {
      case 'unclear':
        return [UNCLEAR];
      case 'off':
        return [ended({ is: 'passes' }, before)];
      case 'hangs':
      case 'fails':
        return [ended(decided.end, before)];
      case 'decided':
        return this.#outcomes(options, decided, request, before);
    }
  }

  #outcomes(
    options: CorsOptions,
    { header: allowed, by }: Decided & { is: 'decided' },
    request: Request,
    earlier: ReadonlyMap<string, Said<Place>> = new Map(),
  ): readonly Outcome<Place>[] {
    const preflight = request.method === 'OPTIONS';
    const { methods, allowedHeaders, credentials } = options;
    // `undefined.join`, before any header is set.
    if (preflight && isMissing(methods.value)) return [ended({ is: 'fails', status: 500 }, earlier)];

    // In the order of the package: what comes after a header that Node refuses is not sent.
    const said: [name: string, said: Said<Place> | undefined][] = [
      ['access-control-allow-origin', allowed],
      [
        'vary',
        allowed?.value === '*' && isWildcard(by) ? undefined : { value: 'Origin', cause: options.origin.at },
      ],
      ['access-control-allow-credentials', allowCredentials(credentials)],
    ];
    if (preflight)
      said.push(
        ['access-control-allow-methods', this.#allowMethods(methods)],
        ['vary', varyByHeaders(allowedHeaders)],
        ['access-control-allow-headers', this.#allowHeaders(allowedHeaders, request)],
        ['access-control-max-age', this.#maxAge(options.maxAge)],
      );
    said.push(['access-control-expose-headers', this.#list(options.exposedHeaders)]);

    const headers = new Map(earlier);
    for (const [name, one] of said) {
      if (!one) continue;
      if (one.value !== undefined && UNSENDABLE.test(one.value))
        return [{ headers, end: { is: 'fails', status: 500 }, unclear: false }];
      // Of all headers only `Vary` adds to what is there.
      const before = name === 'vary' ? headers.get(name) : undefined;
      headers.set(name, before ? appended(before, one) : wired(one));
    }
    const ends: readonly End<Place>[] = preflight ? this.#ends(options) : [{ is: 'passes' }];
    return ends.map((end) => ({ headers, end, unclear: false }));
  }

  #ends({ preflightContinue, optionsSuccessStatus }: CorsOptions): readonly End<Place>[] {
    const passed = truthOf(preflightContinue.value);
    const passes: End<Place> = { is: 'passes' };
    if (passed === true) return [passes];
    const answered = this.#answered(optionsSuccessStatus.value);
    return passed === false ? [answered] : [passes, answered];
  }

  #answered(value: Leaf | Absent): End<Place> {
    if (value.type === 'absent') return { is: 'answers', status: 204 };
    if (value.type === 'unknown') return { is: 'answers', status: undefined };
    const text = value.type === 'object' ? this.text(value) : undefined;
    const given: Leaf | undefined =
      value.type === 'known' ? value : text === undefined ? undefined : known(text, value.at);
    if (!given) return { is: 'answers', status: undefined };
    const status = statusCode(given);
    // Express takes `NaN` for a status too, and dies of the answer that should tell of the failure.
    if (status === undefined)
      return Number.isNaN(given.value) ? { is: 'hangs' } : { is: 'fails', status: 500 };
    // To an interim answer such as 100 no final one follows. (101 is final.)
    return status < 200 && status !== 101 ? { is: 'hangs' } : { is: 'answers', status };
  }

  #allowMethods({ value, at }: Read): Said<Place> | undefined {
    if (value.type === 'absent') return { value: DEFAULT_METHODS, cause: at, byDefault: true };
    // Whatever is truthy is sent as it prints.
    if (value.type === 'known')
      return value.value ? { value: String(value.value), cause: value.at } : undefined;
    if (value.type === 'object' && ['set', 'map', 'promise'].includes(value.nature.is))
      return { value: this.text(value), cause: value.at };
    return this.#list({ value, at });
  }

  #allowHeaders(read: Read, request: Request): Said<Place> | undefined {
    if (read.value.type !== 'absent' && !isFalsy(read.value)) return this.#list(read);
    const asked = request.headers.get('access-control-request-headers');
    return asked ? { value: asked, cause: read.at, byDefault: true } : undefined;
  }

  #maxAge({ value, at }: Read): Said<Place> | undefined {
    if (value.type === 'absent') return undefined;
    if (value.type === 'known')
      return typeof value.value === 'number' || value.value
        ? { value: String(value.value), cause: at }
        : undefined;
    const text = value.type === 'object' ? this.text(value) : undefined;
    return text === '' ? undefined : { value: text, cause: at };
  }

  /** A list of names, as text or as an array. Of anything else, which has no `length`, nothing is sent. */
  #list({ value, at }: Read): Said<Place> | undefined {
    if (value.type === 'absent') return undefined;
    if (value.type === 'known')
      return typeof value.value === 'string' && value.value !== ''
        ? { value: value.value, cause: value.at }
        : undefined;
    if (value.type === 'object' && ['set', 'map', 'promise', 'regexp'].includes(value.nature.is))
      return undefined;
    const text = value.type === 'object' ? this.text(value) : undefined;
    if (text === '') return undefined;
    const [list] = value.type === 'object' ? this.lists(value) : [];
    return {
      value: text,
      cause: (text === undefined ? undefined : list && starOf(list)) ?? (value.at.end > 0 ? value.at : at),
    };
  }
}

function allowCredentials({ value, at }: Read): Said<Place> | undefined {
  if (value.type === 'unknown') return { value: undefined, cause: at };
  return value.type === 'known' && value.value === true ? { value: 'true', cause: at } : undefined;
}

/** Without a list the answer depends on what is asked for. */
function varyByHeaders({ value, at }: Read): Said<Place> | undefined {
  if (value.type === 'unknown') return { value: undefined, cause: at };
  return value.type === 'absent' || isFalsy(value)
    ? { value: 'Access-Control-Request-Headers', cause: at }
    : undefined;
}

/** `origin: '*'`, which alone needs no `Vary`. */
function isWildcard(value: Leaf | Absent): boolean {
  return value.type === 'absent' || (value.type === 'known' && value.value === '*');
}

/** The status that Node makes of it; nothing where it throws. */
function statusCode({ value }: Extract<Leaf, { type: 'known' }>): number | undefined {
  if (typeof value === 'bigint') return undefined;
  const status = Number(value) | 0;
  return status < 100 || status > 999 ? undefined : status;
}
