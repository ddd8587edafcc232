/**
 * `@fastify/cors` (11.4): given these options, which layer. Its options are named as those of npm `cors` and mean other
 * things in many places. As measured, see `test/facts/fastify-cors.test.ts`; that file and
 * `test/analysis/fastify-cors.model.test.ts` run the real package against what is said here.
 */
import type { Asking, End, Fault, Outcome, Request, Said } from '../../policy/policy.ts';
import { consult, type Verdict } from '../requests/callback.ts';
import type { Place } from '../code.ts';
import { Exchange } from '../requests/exchange.ts';
import type { Arguments, Run } from '../run.ts';
import { Choice } from '../run/tree.ts';
import {
  known,
  madeBy,
  NOWHERE,
  type Absent,
  type Leaf,
  type Obj,
  type Unknown,
  type Value,
} from '../run/value.ts';
import { LayerMaker, UNCLEAR, watched } from './layer.ts';
import type { Library } from './library.ts';
import { appended, isFalsy, starOf, truthOf, UNSENDABLE, wired, type Options, type Read } from './options.ts';
import { COMMON_OPTIONS, ended, OptionsLayer, type Otherwise } from './options-layer.ts';
import {
  decideOrigin,
  failure,
  isCallable,
  quote,
  silence,
  type Decided,
  type OriginManner,
} from './origin-option.ts';

const NAME = '`@fastify/cors`';

const OPTIONS = [...COMMON_OPTIONS, 'preflight', 'strictPreflight', 'hook', 'cacheControl'] as const;
type Option = (typeof OPTIONS)[number];
type FastifyOptions = Options<Option>;

/** Those that change no answer stand here too: a name of them is no mistake. */
const SUGGESTED = [...OPTIONS, 'delegator', 'logLevel', 'hideOptionsRoute'] as const;

const EFFECTS = {
  origin: ', and without `origin` every website is let in',
  credentials: ', so requests with cookies fail',
  methods: ', and the default list counts',
  allowedHeaders: ', and whatever headers are asked for are allowed',
  exposedHeaders: ', so pages cannot read those headers',
  maxAge: ', so browsers ask again before nearly every request',
  optionsSuccessStatus: ', and preflights are answered 204',
} as const;

const DEFAULT_METHODS = 'GET,HEAD,POST';

const HOOKS = new Set(['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization']);

const MANNER: OriginManner = {
  awaits: true,
  onlyNull: true,
  onlyFalseIsOff: true,
  resetsExpressions: true,
  starIsEverybody: true,
};

/** Runs in which some instance is given a function that answers errors. */
export const answersErrors = new WeakSet<Run>();

/** The plugin, as it is given to `register`. */
class FastifyCors extends LayerMaker {
  override get(_run: Run, self: Obj, key: string): Value | undefined {
    return key === 'default' || key === 'fastifyCors' ? self : undefined;
  }
}

export const fastifyCorsLibrary: Library = {
  modules: ['@fastify/cors'],
  triggers: ['@fastify/cors'],
  exports: (run) => run.make(new FastifyCors(), NOWHERE),
};

/** Registers the plugin, if it is that: `undefined` for any other. */
export function register(
  run: Run,
  self: Unknown | Obj,
  { args, open, places, at }: Arguments & { readonly at: Place },
): Value | undefined {
  if (!isPlugin(run, args[0])) return undefined;
  const given = args[1] ?? (open ? run.unknown('parameter', at) : run.undefined(at));
  const value = run.lift([given], ([leaf]) =>
    leaf?.type === 'object' && isCallable(leaf) ? ofInstance(run, leaf, self, at) : (leaf as Leaf),
  );
  run.make(new FastifyCorsLayer({ run, value, at, argument: places[1], guard: run.guard }), at);
  return self;
}

/** `import('@fastify/cors')` is the plugin too: Fastify waits for it. */
function isPlugin(run: Run, value: Value | undefined): boolean {
  const now = run.here(value ?? run.undefined());
  if (madeBy(now, FastifyCors)) return true;
  return (
    !(now instanceof Choice) &&
    now.type === 'object' &&
    now.nature.is === 'promise' &&
    madeBy(now.nature.promise.value, FastifyCors) !== undefined
  );
}

/** A function in place of the options is called with the instance, once: what it returns are the options. */
function ofInstance(run: Run, fn: Obj, instance: Unknown | Obj, at: Place): Value {
  let value: Value = run.undefined(at);
  const { rejected } = run.attempt(() => {
    value = run.call(fn, run.undefined(at), { args: [instance], places: [at], open: false }, at);
  });
  // A delegate at the wrong place finds no callback there: the app does not start.
  return run.pick(rejected, run.unknown('call of something unknown', at), value);
}

/** What the plugin does to every request of the instance that it is registered on, wherever its routes stand. */
export class FastifyCorsLayer extends OptionsLayer<Option> {
  readonly library = NAME;
  protected readonly read = OPTIONS;
  protected readonly suggested = SUGGESTED;
  protected readonly effects = EFFECTS;
  protected override readonly starIsEverybody = true;

  ask(request: Request, asking: Asking<Place> = {}): readonly Outcome<Place>[] {
    const { guard, run } = this.given;
    return watched(run, guard, asking, () => {
      const { delegate } = this;
      if (delegate) return this.#delegated(delegate, request, asking);
      return this.options().flatMap((options) =>
        options ? this.#answer(options, request, asking, false) : [UNCLEAR],
      );
    });
  }

  /** The option `delegator`, or the function that a function of the instance returned. */
  get delegate(): Obj | undefined {
    if (Object.hasOwn(this.otherwise, 'origin')) return undefined;
    const { guard, run, value } = this.given;
    const given = run.decisions.under(guard, value);
    if (given instanceof Choice || given.type !== 'object') return undefined;
    if (isCallable(given)) return given;
    const [delegator, ...others] = this.holds(given, 'delegator');
    return others.length === 0 && delegator?.type === 'object' && isCallable(delegator)
      ? delegator
      : undefined;
  }

  #delegated(delegate: Obj, request: Request, asking: Asking<Place>): readonly Outcome<Place>[] {
    const { guard, run } = this.given;
    const exchange = new Exchange(run, request, asking.before ?? new Map(), this.at);
    // One with two parameters is given a callback, and what it returns is not looked at.
    const calledBack = parametersOf(delegate) === 2;
    const read = (verdicts: readonly Verdict[]): readonly Outcome<Place>[] =>
      verdicts.flatMap((verdict) => this.#delegateSays(delegate, verdict, calledBack, request, asking));
    const args = [exchange.req];
    return consult(run, guard, delegate, args, delegate.at, read, { awaits: !calledBack }) ?? [UNCLEAR];
  }

  #delegateSays(
    delegate: Obj,
    verdict: Verdict,
    calledBack: boolean,
    request: Request,
    asking: Asking<Place>,
  ): readonly Outcome<Place>[] {
    switch (verdict.is) {
      case 'unclear':
        return [UNCLEAR];
      case 'fails':
        return [
          ended(
            this.#failed(
              failure(this.given.run, delegate, verdict, this.at, '{ origin: false }', {
                awaits: !calledBack,
              }),
            ),
          ),
        ];
      case 'silent':
        return [ended(calledBack ? silence(delegate, verdict, NAME, this.at) : { is: 'fails', status: 500 })];
      case 'says':
        // `undefined.origin`
        if (verdict.value.type === 'known' && (verdict.value.value ?? undefined) === undefined)
          return [ended({ is: 'fails', status: 500 })];
        return this.optionsOf(verdict.value).flatMap((options) =>
          options ? this.#answer(options, request, asking, true) : [UNCLEAR],
        );
    }
  }

  protected with(otherwise: Otherwise): FastifyCorsLayer {
    return new FastifyCorsLayer(this.given, otherwise);
  }

  protected allowsCredentials(value: Leaf | Absent): boolean {
    return value.type === 'object' || (value.type === 'known' && Boolean(value.value));
  }

  protected override readObject(object: Obj): readonly (FastifyOptions | undefined)[] {
    // What stands beside a delegator is ignored.
    return this.isOff(object, 'delegator') ? super.readObject(object) : [undefined];
  }

  protected override effectOf(object: Obj, meant: string, written: readonly (Leaf | Absent)[]): string {
    const answers = this.holds(object, 'preflight').every((value) => isTrue({ value, at: object.at }));
    // What says something about preflights says nothing where the plugin does not answer them.
    return answers || meant === 'origin' ? super.effectOf(object, meant, written) : '';
  }

  protected wrongTypes(options: FastifyOptions): readonly Fault<Place>[] {
    // CORS is off, or every request fails: nothing comes of the rest.
    if (isFalsy(options.origin.value)) return [];
    return [
      ...this.notLists(options, (_option, text) => text),
      ...this.wrongAge(options),
      ...this.#wrongStatus(options),
    ];
  }

  #wrongStatus(options: FastifyOptions): readonly Fault<Place>[] {
    const { optionsSuccessStatus, preflight, preflightContinue } = options;
    const { value } = optionsSuccessStatus;
    // Where the plugin does not answer, its status does not count.
    if (value.type !== 'known' || truthOf(preflightContinue.value) !== false || isTrue(preflight) !== true)
      return [];
    const status = statusCode(value);
    if (status !== undefined && status >= 200 && status <= 299) return [];
    return [this.fault('status-not-ok', optionsSuccessStatus, { given: quote(value) })];
  }

  #answer(
    options: FastifyOptions,
    request: Request,
    { before = new Map() }: Asking<Place>,
    delegated: boolean,
  ): readonly Outcome<Place>[] {
    const { guard, run } = this.given;
    const { origin, hook } = options;
    // Any other is refused at start.
    if (hook.value.type !== 'absent' && !(hook.value.type === 'known' && HOOKS.has(String(hook.value.value))))
      return [UNCLEAR];
    const asked = request.headers.get('origin');
    const question = { run, guard, library: NAME, origin: asked, manner: MANNER };
    const earlier = delegated || !this.#isConstant(origin) ? varied(before, origin.at) : before;
    return decideOrigin(question, origin).flatMap((decided) =>
      this.#outcomesOf(options, decided, request, earlier),
    );
  }

  #outcomesOf(
    options: FastifyOptions,
    decided: Decided,
    request: Request,
    earlier: ReadonlyMap<string, Said<Place>>,
  ): readonly Outcome<Place>[] {
    switch (decided.is) {
      case 'unclear':
        return [UNCLEAR];
      case 'off':
        return [ended({ is: 'passes' }, earlier)];
      case 'hangs':
        return [ended(decided.end, earlier)];
      case 'fails':
        return [ended(this.#failed(decided.end), earlier)];
      case 'decided':
        return this.#outcomes(options, decided.header, request, earlier);
    }
  }

  /** Where the app answers errors itself, nobody knows how. */
  #failed(end: End<Place>): End<Place> {
    return end.is === 'fails' && answersErrors.has(this.given.run) ? { ...end, status: undefined } : end;
  }

  /** Text, `false`, and a list with `*`, which becomes that text at start: they need no `Vary`. */
  #isConstant({ value }: Read): boolean {
    if (value.type === 'absent') return true;
    if (value.type === 'known') return typeof value.value === 'string' || value.value === false;
    if (value.type === 'unknown') return value.kind === 'string';
    return value.nature.is === 'array' && this.lists(value).every((list) => starOf(list));
  }

  #outcomes(
    options: FastifyOptions,
    allowed: Said<Place> | undefined,
    request: Request,
    before: ReadonlyMap<string, Said<Place>>,
  ): readonly Outcome<Place>[] {
    const headers: [name: string, said: Said<Place> | undefined][] = [
      ['access-control-allow-origin', allowed],
      ['access-control-allow-credentials', credentials(options.credentials)],
      ['access-control-expose-headers', this.#unlessNull(options.exposedHeaders)],
    ];
    const passes: End<Place> = { is: 'passes' };
    if (request.method !== 'OPTIONS') return [this.#sent(headers, before, passes)];
    // What nobody else answers is not found.
    const read = this.#sent(headers, before, passes, { is: 'answers', status: 404 });
    const answers = isTrue(options.preflight);
    return [
      ...(answers === true ? [] : [read]),
      ...(answers === false ? [] : this.#preflighted(options, headers, request, before)),
    ];
  }

  #preflighted(
    options: FastifyOptions,
    read: readonly (readonly [string, Said<Place> | undefined])[],
    request: Request,
    before: ReadonlyMap<string, Said<Place>>,
  ): readonly Outcome<Place>[] {
    const isPreflight =
      Boolean(request.headers.get('origin')) && Boolean(request.headers.get('access-control-request-method'));
    const strict = isPreflight ? false : isTrue(options.strictPreflight);
    const refused = this.#sent(read, before, { is: 'answers', status: 400 });
    if (strict === true) return [refused];
    const { allowedHeaders, methods } = options;
    const reflects = isNone(allowedHeaders.value);
    const headers = [
      ...read,
      ['access-control-allow-methods', this.#allowMethods(methods)],
      [
        'vary',
        reflects === false
          ? undefined
          : {
              value: reflects ? 'Access-Control-Request-Headers' : undefined,
              cause: allowedHeaders.at,
            },
      ],
      ['access-control-allow-headers', this.#allowHeaders(allowedHeaders, request)],
      ['access-control-max-age', this.#maxAge(options.maxAge)],
      ['cache-control', cacheControl(options.cacheControl)],
    ] as const;
    const answered = this.#ends(options).map((end) => this.#sent(headers, before, end));
    return strict === undefined ? [refused, ...answered] : answered;
  }

  /**
   * The answer with these headers. One that Node refuses makes it another answer, which has none of them.
   *
   * @param otherwise how it ends then, if it was no refusal before.
   */
  #sent(
    said: readonly (readonly [string, Said<Place> | undefined])[],
    before: ReadonlyMap<string, Said<Place>>,
    end: End<Place>,
    otherwise: End<Place> = { is: 'fails', status: 500 },
  ): Outcome<Place> {
    const headers = new Map(before);
    for (const [name, one] of said) {
      if (!one) continue;
      if (one.value !== undefined && UNSENDABLE.test(one.value))
        return ended(end.is === 'answers' && (end.status ?? 0) >= 400 ? end : otherwise);
      const there = name === 'vary' ? headers.get(name) : undefined;
      headers.set(name, there ? appended(there, one) : wired(one));
    }
    return { headers, end, unclear: false };
  }

  #ends({ optionsSuccessStatus, preflightContinue }: FastifyOptions): readonly End<Place>[] {
    const { value } = optionsSuccessStatus;
    const passes: End<Place> = { is: 'passes' };
    const passed = truthOf(preflightContinue.value);
    if (passed === true) return [passes];
    const text = value.type === 'object' ? this.text(value) : undefined;
    const leaf = text === undefined ? value : known(text, NOWHERE);
    const status = leaf.type === 'absent' ? 204 : leaf.type === 'known' ? statusCode(leaf) : undefined;
    const answered: End<Place> =
      leaf.type === 'known' && status === undefined
        ? { is: 'fails', status: 500 }
        : // To an interim answer such as 100 no final one follows. (101 is final.)
          status !== undefined && status < 200 && status !== 101
          ? { is: 'hangs' }
          : { is: 'answers', status };
    return passed === false ? [answered] : [passes, answered];
  }

  #allowMethods(read: Read): Said<Place> {
    return read.value.type === 'absent'
      ? { value: DEFAULT_METHODS, cause: read.at, byDefault: true }
      : this.#printed(read);
  }

  #allowHeaders(read: Read, request: Request): Said<Place> | undefined {
    const reflects = isNone(read.value);
    if (reflects === undefined) return { value: undefined, cause: read.at };
    if (!reflects) return this.#printed(read);
    const asked = request.headers.get('access-control-request-headers');
    return asked === undefined ? undefined : { value: asked, cause: read.at, byDefault: true };
  }

  #maxAge(read: Read): Said<Place> | undefined {
    const { value, at } = read;
    // Other than a list, it is made text before Fastify sees it.
    if (value.type === 'known' && value.value === undefined) return { value: 'undefined', cause: at };
    if (value.type === 'object') return { value: this.text(value), cause: at };
    const said = this.#unlessNull(read);
    return said && { ...said, cause: at };
  }

  #unlessNull(read: Read): Said<Place> | undefined {
    return isNone(read.value) ? undefined : this.#printed(read);
  }

  /** A value as Fastify sends it. */
  #printed({ value, at }: Read): Said<Place> {
    if (value.type === 'known')
      return { value: value.value === undefined ? '' : String(value.value), cause: value.at };
    const text = value.type === 'object' ? this.text(value, ', ') : undefined;
    const [list] = value.type === 'object' ? this.lists(value) : [];
    const star = text === undefined || !list ? undefined : starOf(list);
    return { value: text, cause: star ?? (value.type !== 'absent' && value.at.end > 0 ? value.at : at) };
  }
}

function credentials({ value, at }: Read): Said<Place> | undefined {
  if (value.type === 'absent') return undefined;
  const truth = truthOf(value);
  if (truth === undefined) return { value: undefined, cause: at };
  return truth ? { value: 'true', cause: at } : undefined;
}

/** A whole number is an age; text is sent as it stands; anything else is ignored. */
function cacheControl({ value, at }: Read): Said<Place> | undefined {
  if (value.type === 'unknown') return { value: undefined, cause: at };
  if (value.type !== 'known') return undefined;
  if (Number.isInteger(value.value)) return { value: `max-age=${String(value.value)}`, cause: at };
  return typeof value.value === 'string' && value.value !== ''
    ? { value: value.value, cause: at }
    : undefined;
}

/** Missing or `null`: the option does nothing. `undefined`: it is not known. */
function isNone(value: Leaf | Absent): boolean | undefined {
  if (value.type === 'unknown') return value.truthy === true ? false : undefined;
  return value.type === 'absent' || (value.type === 'known' && value.value === null);
}

/** Whether an option that is on by default is `true`, and nothing that only counts for it. */
function isTrue({ value }: Read): boolean | undefined {
  if (value.type === 'unknown') return undefined;
  return value.type === 'absent' || (value.type === 'known' && value.value === true);
}

/** The status that Node makes of it; nothing where Fastify refuses it. */
function statusCode({ value }: Extract<Leaf, { type: 'known' }>): number | undefined {
  if (typeof value === 'bigint') return undefined;
  const status = Number(value);
  return status >= 100 && status <= 599 ? Math.trunc(status) : undefined;
}

function varied(before: ReadonlyMap<string, Said<Place>>, cause: Place): ReadonlyMap<string, Said<Place>> {
  const vary: Said<Place> = { value: 'Origin', cause };
  const there = before.get('vary');
  return new Map([...before, ['vary', there ? appended(there, vary) : vary]]);
}

/** As `length` counts them: up to the first with a default. */
function parametersOf({ nature }: Obj): number | undefined {
  if (nature.is !== 'function') return undefined;
  const { parameters } = nature.code.body();
  const first = parameters.findIndex(({ to }) => to === 'default');
  return first < 0 ? parameters.length : first;
}
