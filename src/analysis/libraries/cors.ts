/**
 * npm `cors` (2.8): given these options, which layer. As measured, see `test/facts/cors.test.ts`; that file and
 * `test/analysis/cors-model.test.ts` run the real package against what is said here.
 */
import type { End, Fault, Outcome, Request, Said, WrittenOrigin } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice, combinations, leaves, type Guard } from '../tree.ts';
import {
  Made,
  NOWHERE,
  type Absent,
  type Leaf,
  type List,
  type Native,
  type Obj,
  type Value,
} from '../value.ts';
import { CommonFaults } from './faults.ts';
import type { Library } from './library.ts';
import { Layer } from './layer.ts';

const NAME = '`cors`';

const OPTIONS = [
  'origin',
  'methods',
  'allowedHeaders',
  'exposedHeaders',
  'credentials',
  'maxAge',
  'preflightContinue',
  'optionsSuccessStatus',
] as const;
type Option = (typeof OPTIONS)[number];

/** An option as it is read: its value, and where it was written. */
interface Read {
  readonly value: Leaf | Absent;
  /** The property, or the call where there is none. */
  readonly at: Place;
}

type Options = Readonly<Record<Option, Read>>;

const DEFAULT_METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE';

/** More combinations of undecided options than this are not told apart. */
const MOST_COMBINATIONS = 64;

/** The package's own function: called it makes a layer, mounted as it is it hangs. */
export class CorsFactory extends Made {
  override get(run: Run, self: Obj, key: string): Value | undefined {
    if (key === '()') return run.native('cors', makeLayer);
    // `cors.default` exists in transpiled code and in an ES module's namespace.
    return key === 'default' ? self : undefined;
  }
}

const makeLayer: Native = (run, { args, open, at, places }) => {
  const options = args[0] ?? (open ? run.unknown('parameter', at) : run.undefined(at));
  return run.make(new CorsLayer(run, options, at, places[0], run.guard), at);
};

export const corsLibrary: Library = {
  modules: ['cors'],
  triggers: ['cors'],
  exports: (run) => run.make(new CorsFactory(), NOWHERE),
};

/** What `cors(options)` returns. The options are read when it is asked, since the package reads them at each request. */
export class CorsLayer extends Layer {
  readonly library = NAME;
  readonly #run: Run;
  readonly #value: Value;
  readonly #argument: Place | undefined;
  readonly #guard: Guard;
  #combinations: readonly (Options | undefined)[] | undefined;

  constructor(run: Run, value: Value, at: Place, argument: Place | undefined, guard: Guard) {
    super(at);
    this.#run = run;
    this.#value = value;
    this.#argument = argument;
    this.#guard = guard;
  }

  ask(request: Request): readonly Outcome<Place>[] {
    return this.#options().flatMap((options) => (options ? this.#answer(options, request) : [UNCLEAR]));
  }

  get origins(): readonly WrittenOrigin<Place>[] {
    const written: WrittenOrigin<Place>[] = [];
    for (const options of this.#options()) {
      const origin = options?.origin.value;
      if (origin?.type === 'known' && typeof origin.value === 'string' && origin.value !== '')
        written.push({ text: origin.value, cause: origin.at, as: 'only' });
      if (origin?.type === 'object' && origin.nature.is === 'array') this.#listed(origin, written, 0);
    }
    return uniqueBy(written, ({ cause }) => cause.start);
  }

  #listed(list: Obj, written: WrittenOrigin<Place>[], depth: number): void {
    if (depth > 3) return;
    for (const { items } of this.#lists(list))
      for (const item of items)
        for (const leaf of leaves(item)) {
          if (leaf.type === 'known' && typeof leaf.value === 'string')
            written.push({ text: leaf.value, cause: leaf.at, as: 'listed' });
          // Lists within lists work.
          else if (leaf.type === 'object' && leaf.nature.is === 'array')
            this.#listed(leaf, written, depth + 1);
        }
  }

  get credentials(): Place | undefined {
    return this.#written('credentials', ({ value }) => value.type === 'known' && value.value === true);
  }

  get allowedHeaders(): Place | undefined {
    // An empty string is no list: whatever is asked for is allowed.
    return this.#written('allowedHeaders', ({ value }) => value.type !== 'absent' && !isFalsy(value));
  }

  #written(option: Option, counts: (read: Read) => boolean): Place | undefined {
    for (const options of this.#options()) {
      if (options && counts(options[option])) return options[option].at;
    }
    return undefined;
  }

  get faults(): readonly Fault<Place>[] {
    const faults: Fault<Place>[] = [];
    for (const leaf of leaves(this.#run.decisions.under(this.#guard, this.#value))) {
      const given = describeGiven(leaf);
      if (given && this.#argument)
        faults.push({ code: 'options-not-object', cause: this.#argument, data: { library: NAME, given } });
      if (leaf.type === 'object' && leaf.nature.is === 'plain') faults.push(...this.#misspelt(leaf));
    }
    for (const options of this.#options()) if (options) faults.push(...this.#wrongTypes(options));
    return uniqueBy(faults, ({ cause, code }) => `${code}${cause.start}`);
  }

  #misspelt(object: Obj): Fault<Place>[] {
    const present = new Set(this.#run.entries(object).map(([key]) => key));
    return this.#run.entries(object).flatMap(([key, { at }]) => {
      if ((OPTIONS as readonly string[]).includes(key) || key === 'headers') return [];
      const meant = CommonFaults.meant(key, OPTIONS);
      if (!meant || present.has(meant)) return [];
      return [
        {
          code: 'unknown-option' as const,
          cause: at,
          data: { library: NAME, option: key, meant, effect: EFFECTS[meant] ?? '' },
        },
      ];
    });
  }

  #wrongTypes(options: Options): Fault<Place>[] {
    const faults: Fault<Place>[] = [];
    const add = (code: Fault<Place>['code'], { at }: Read, data: Record<string, string>): void => {
      faults.push({ code, cause: at, data: { library: NAME, ...data } });
    };
    const { credentials, methods, maxAge, optionsSuccessStatus } = options;

    if (
      credentials.value.type === 'object' ||
      (credentials.value.type === 'known' &&
        ![true, false, undefined, null].includes(credentials.value.value as null))
    )
      add('credentials-not-boolean', credentials, { given: quote(credentials.value) });

    if (methods.value.type === 'known' && (methods.value.value === undefined || methods.value.value === null))
      add('methods-missing', methods, { given: String(methods.value.value) });

    for (const option of ['methods', 'allowedHeaders', 'exposedHeaders'] as const) {
      const { value } = options[option];
      if (value.type === 'object' && (value.nature.is === 'set' || value.nature.is === 'map'))
        add('not-a-list', options[option], {
          option,
          given: quote(value),
          effect:
            option === 'methods'
              ? `the text \`[object ${value.nature.is === 'set' ? 'Set' : 'Map'}]\``
              : 'empty',
        });
    }

    const age = numeric(maxAge.value);
    if (maxAge.value.type === 'known' && maxAge.value.value !== null && maxAge.value.value !== undefined) {
      if (age === undefined || !Number.isInteger(age))
        add('max-age-not-a-number', maxAge, { given: quote(maxAge.value) });
      else if (CommonFaults.looksLikeMilliseconds(age))
        add('max-age-in-milliseconds', maxAge, {
          given: String(age),
          days: String(Math.round(age / 86_400)),
          seconds: String(age / 1000),
        });
    }

    if (optionsSuccessStatus.value.type === 'known') {
      const status = numeric(optionsSuccessStatus.value);
      if (status === undefined || status < 200 || status > 299)
        add('status-not-ok', optionsSuccessStatus, { given: quote(optionsSuccessStatus.value) });
    }
    return faults;
  }

  /** The options under every combination of open questions. `undefined` stands for one that cannot be read. */
  #options(): readonly (Options | undefined)[] {
    return (this.#combinations ??= this.#readOptions());
  }

  #readOptions(): readonly (Options | undefined)[] {
    const run = this.#run;
    const result: (Options | undefined)[] = [];
    for (const [leaf] of combinations(run.decisions, this.#guard, [this.#value], MOST_COMBINATIONS) ?? [
      [undefined],
    ]) {
      // A function is a delegate, which decides at each request: not followed yet.
      if (!leaf || leaf.type === 'unknown' || isCallable(leaf)) result.push(undefined);
      // Anything else that is no object of options has none of them: the defaults hold.
      else if (leaf.type === 'known' || leaf.nature.is !== 'plain') result.push(this.#defaults(leaf.at));
      else result.push(...this.#readObject(leaf));
    }
    return result.length > 0 ? result : [undefined];
  }

  #defaults(at: Place): Options {
    const none: Read = { value: { type: 'absent' }, at: this.#argument ?? at };
    return Object.fromEntries(OPTIONS.map((option) => [option, none])) as unknown as Options;
  }

  #readObject(object: Obj): readonly (Options | undefined)[] {
    const run = this.#run;
    const slots = OPTIONS.map((option) => object.slots.get(option));
    const missing: Leaf | Absent = object.open ?? { type: 'absent' };
    const trees = slots.map((slot) =>
      slot === undefined
        ? missing
        : slot.getter
          ? run.unknown('a construct that is not modelled', slot.at)
          : slot.value,
    );
    const found = combinations<Leaf | Absent>(run.decisions, this.#guard, trees, MOST_COMBINATIONS);
    return (
      found?.map((values) => {
        const read = OPTIONS.map((option, index) => {
          const value = values[index] ?? { type: 'absent' as const };
          // Where an option may be absent or there, the absent one is not at the place of the other.
          const at = value.type === 'absent' ? object.at : (slots[index]?.at ?? object.at);
          return [option, { value: value.type === 'absent' ? (object.open ?? value) : value, at }] as const;
        });
        return Object.fromEntries(read) as unknown as Options;
      }) ?? [undefined]
    );
  }

  #lists(object: Obj): readonly List[] {
    return leaves(this.#run.decisions.under(this.#guard, object.list));
  }

  #answer(options: Options, request: Request): readonly Outcome<Place>[] {
    const { value } = options.origin;
    if (isFalsy(value)) return [{ headers: new Map(), end: { is: 'passes' }, unclear: false }];
    return this.#allowed(options.origin, request.headers.get('origin')).map((allowed) => {
      if (allowed === 'unclear') return UNCLEAR;
      const headers = new Map<string, Said<Place>>();
      const preflight = request.method === 'OPTIONS';
      if (allowed) headers.set('access-control-allow-origin', allowed);
      if (allowed === undefined || allowed.value !== '*')
        headers.set('vary', { value: 'Origin', cause: options.origin.at });
      if (options.credentials.value.type === 'known' && options.credentials.value.value === true)
        headers.set('access-control-allow-credentials', { value: 'true', cause: options.credentials.at });
      if (options.credentials.value.type === 'unknown')
        headers.set('access-control-allow-credentials', { value: undefined, cause: options.credentials.at });
      this.#list(headers, 'access-control-expose-headers', options.exposedHeaders);
      if (!preflight) return { headers, end: { is: 'passes' } as const, unclear: false };

      if (options.methods.value.type === 'absent')
        headers.set('access-control-allow-methods', {
          value: DEFAULT_METHODS,
          cause: options.methods.at,
          byDefault: true,
        });
      else if (
        options.methods.value.type === 'known' &&
        (options.methods.value.value === undefined || options.methods.value.value === null)
      )
        return { headers: new Map(), end: { is: 'fails' } as const, unclear: false };
      else this.#list(headers, 'access-control-allow-methods', options.methods);
      this.#allowHeaders(headers, options.allowedHeaders, request);
      const age = options.maxAge.value;
      if (age.type === 'known' && age.value !== undefined && age.value !== null)
        headers.set('access-control-max-age', { value: String(age.value), cause: options.maxAge.at });
      return { headers, end: end(options), unclear: false };
    });
  }

  /** `Access-Control-Allow-Origin` for that origin; `undefined` if it is not sent. */
  #allowed(
    { value, at }: Read,
    origin: string | undefined,
  ): readonly (Said<Place> | undefined | 'unclear')[] {
    if (value.type === 'absent') return [{ value: '*', cause: at, byDefault: true }];
    if (value.type === 'unknown') return ['unclear'];
    if (value.type === 'known' && typeof value.value === 'string')
      return [{ value: value.value, cause: value.at }];
    // Without `Origin` a reflection has nothing to send.
    const reflected = (because: string): Said<Place> | undefined =>
      origin === undefined ? undefined : { value: origin, cause: value.at, because };
    const matches = this.#matches(value, origin, 0);
    return matches.map((match) => (match === 'unclear' ? match : match ? reflected(match) : undefined));
  }

  /** Whether the value of `origin`, or an element of it, lets the origin in, and why. */
  #matches(value: Leaf, origin: string | undefined, depth: number): readonly (string | false | 'unclear')[] {
    if (value.type === 'unknown') return ['unclear'];
    if (value.type === 'known') {
      if (typeof value.value === 'string') return [origin === value.value && `\`${value.value}\` is listed`];
      if (!value.value) return [false];
      return [
        depth > 0
          ? `\`${String(value.value)}\` in the list stands for every origin`
          : `\`origin: ${String(value.value)}\` hands every origin back`,
      ];
    }
    const { nature } = value;
    if (nature.is === 'array')
      return depth > 3
        ? ['unclear']
        : this.#lists(value).map((list) => this.#matchesList(list, origin, depth));
    // Expressions and callbacks are asked from the next step on. A function within a list is never called.
    if (nature.is === 'regexp' || (depth === 0 && isCallable(value))) return ['unclear'];
    if (nature.is === 'environment' || value.open?.why === 'changed by code that is not followed')
      return ['unclear'];
    return [
      `${quote(value)} is no string, list or expression, and ${NAME} takes anything else that is truthy for a yes`,
    ];
  }

  #matchesList({ items }: List, origin: string | undefined, depth: number): string | false | 'unclear' {
    // What else may be in the list is not known, and nobody lists a stranger.
    let unclear = false;
    for (const item of items) {
      const answers = leaves(item).flatMap((leaf) => this.#matches(leaf, origin, depth + 1));
      const [answer] = answers;
      if (answers.every((one) => one !== false && one !== 'unclear') && answer !== undefined) return answer;
      if (answers.some((one) => one !== false)) unclear = true;
    }
    return unclear && 'unclear';
  }

  #list(headers: Map<string, Said<Place>>, header: string, { value, at }: Read): void {
    const cause = value.type === 'absent' ? at : value.at;
    if (value.type === 'known') {
      if (typeof value.value === 'string' && value.value !== '')
        headers.set(header, { value: value.value, cause });
      return;
    }
    if (value.type === 'unknown') headers.set(header, { value: undefined, cause });
    if (value.type !== 'object') return;
    if (value.nature.is !== 'array') {
      // A Set has no `join` and no `length`: it is sent as it prints, or not at all.
      if (header === 'access-control-allow-methods') headers.set(header, { value: '[object Set]', cause });
      return;
    }
    const lists = this.#lists(value);
    const [list] = lists;
    const texts = list?.items.map((item) =>
      item instanceof Choice || item.type !== 'known' ? undefined : String(item.value),
    );
    if (!list || !texts || lists.length > 1 || list.open || texts.includes(undefined))
      headers.set(header, { value: undefined, cause });
    else if (texts.length > 0) headers.set(header, { value: texts.join(','), cause: starOf(list) ?? cause });
  }

  #allowHeaders(headers: Map<string, Said<Place>>, read: Read, request: Request): void {
    if (read.value.type === 'absent' || isFalsy(read.value)) {
      const asked = request.headers.get('access-control-request-headers');
      if (asked !== undefined)
        headers.set('access-control-allow-headers', { value: asked, cause: read.at, byDefault: true });
    } else this.#list(headers, 'access-control-allow-headers', read);
  }
}

/** The `*` among the elements: the place that a finding about it should point at. */
function starOf(list: List): Place | undefined {
  for (const item of list.items)
    if (!(item instanceof Choice) && item.type === 'known' && item.value === '*') return item.at;
  return undefined;
}

const UNCLEAR: Outcome<Place> = { headers: new Map(), end: { is: 'passes' }, unclear: true };

const EFFECTS: Partial<Record<string, string>> = {
  origin: ', and without `origin` every website is let in',
  credentials: ', so requests with cookies fail',
  methods: ', and the usual methods are allowed',
  allowedHeaders: ', and whatever headers are asked for are allowed',
  exposedHeaders: ', so pages cannot read those headers',
  maxAge: ', so browsers ask again before nearly every request',
};

function end(options: Options): End {
  const { value } = options.preflightContinue;
  if (
    value.type === 'unknown' ||
    (value.type === 'object' ? true : value.type === 'known' && Boolean(value.value))
  )
    return { is: 'passes' };
  const status = options.optionsSuccessStatus.value;
  if (status.type === 'absent') return { is: 'answers', status: 204 };
  return { is: 'answers', status: numeric(status) };
}

function isFalsy(value: Leaf | Absent): boolean {
  return value.type === 'known' && !value.value;
}

function isCallable(leaf: Leaf): boolean {
  return leaf.type === 'object' && ['function', 'native', 'class'].includes(leaf.nature.is);
}

function numeric(value: Leaf | Absent): number | undefined {
  if (value.type !== 'known') return undefined;
  if (typeof value.value === 'number') return Number.isNaN(value.value) ? undefined : value.value;
  return typeof value.value === 'string' && /^-?\d+$/.test(value.value.trim())
    ? Number(value.value)
    : undefined;
}

/** A value, as a sentence can name it. */
function quote(value: Leaf | Absent): string {
  if (value.type === 'known')
    return `\`${typeof value.value === 'string' ? `'${value.value}'` : String(value.value)}\``;
  if (value.type !== 'object') return 'this value';
  const { is } = value.nature;
  return (
    { set: 'a `Set`', map: 'a `Map`', promise: 'a `Promise`', array: 'an array', function: 'a function' }[
      is as string
    ] ?? 'an object'
  );
}

/** What was given where an object of options belongs: the clause for it, if it is certainly something else. */
function describeGiven(leaf: Leaf): string | undefined {
  if (leaf.type === 'known' && typeof leaf.value === 'string') return 'a string';
  if (leaf.type === 'object' && leaf.nature.is === 'array') return 'an array';
  if (leaf.type === 'object' && leaf.nature.is === 'regexp') return 'a regular expression';
  return undefined;
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => unknown): readonly T[] {
  const seen = new Map<unknown, T>();
  for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item);
  return [...seen.values()];
}
