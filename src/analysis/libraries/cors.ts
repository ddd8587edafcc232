/**
 * npm `cors` (2.8): given these options, which layer. As measured, see `test/facts/cors.test.ts`; that file and
 * `test/analysis/cors.model.test.ts` run the real package against what is said here.
 */
import type { End, Fault, Outcome, Remedy, Request, Said, WrittenOrigin } from '../../policy/policy.ts';
import { strip, tabOrSpace } from '../../policy/white-space.ts';
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice, combinations, leaves, type Guard } from '../tree.ts';
import {
  known,
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

/** Lists within lists are looked into so far; one may hold itself. */
const DEEPEST_LIST = 10;

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

  constructor(
    run: Run,
    value: Value,
    at: Place,
    argument: Place | undefined,
    guard: Guard,
    /** Options that are read otherwise than they are written. */
    readonly otherwise: Readonly<Partial<Record<Option, Leaf | Absent>>> = {},
  ) {
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
        written.push({ text: onTheWire(origin.value), cause: origin.at, as: 'only' });
      if (origin?.type === 'object' && origin.nature.is === 'array') this.#listed(origin, written, 0);
    }
    return uniqueBy(written, ({ cause, text }) => `${cause.start}${text}`);
  }

  #listed(list: Obj, written: WrittenOrigin<Place>[], depth: number): void {
    if (depth > DEEPEST_LIST) return;
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
    const on = ({ value }: Read): boolean => value.type === 'known' && value.value === true;
    return this.#options().find((options) => options && on(options.credentials))?.credentials.at;
  }

  get allowedHeaders(): Place | undefined {
    for (const options of this.#options()) {
      const read = options?.allowedHeaders;
      // An empty string is no list: whatever is asked for is allowed.
      if (!read || read.value.type === 'absent' || isFalsy(read.value)) continue;
      const list = read.value.at;
      return list.end > 0 ? list : read.at;
    }
    return undefined;
  }

  get faults(): readonly Fault<Place>[] {
    const faults: Fault<Place>[] = [];
    for (const leaf of leaves(this.#run.decisions.under(this.#guard, this.#value))) {
      const given = Object.hasOwn(this.otherwise, 'origin') ? undefined : describeGiven(leaf);
      if (given && this.#argument)
        faults.push({ code: 'options-not-object', cause: this.#argument, data: { library: NAME, given } });
      if (leaf.type === 'object' && leaf.nature.is === 'plain') faults.push(...this.#misspelt(leaf));
    }
    for (const options of this.#options()) if (options) faults.push(...this.#wrongTypes(options));
    return uniqueBy(faults, ({ cause, code }) => `${code}${cause.start}`);
  }

  mended(
    remedy: Remedy,
    { option = '', meant = '' }: Readonly<Record<string, string>>,
  ): CorsLayer | undefined {
    const run = this.#run;
    const fact = (value: boolean | string): Leaf => known(value, this.at);
    const unlisted = run.array([], this.at, run.unknown('environment', this.at));
    switch (remedy) {
      // An element that lets everybody in stands at the place of the finding, where no list and no `*` belongs.
      case 'list-origins':
        return this.#listsOrigins() ? undefined : this.#with({ origin: unlisted });
      case 'drop-credentials':
        return this.#with({ credentials: fact(false) });
      case 'allow-credentials':
        return this.#with({ credentials: fact(true) });
      case 'make-public':
        return this.#listsOrigins() ? undefined : this.#with({ origin: fact('*'), credentials: fact(false) });
      case 'remove-option':
        return this.#with({ [option]: { type: 'absent' } });
      case 'compare-elements':
      case 'make-list': {
        const key = remedy === 'make-list' ? (option as Option) : 'origin';
        const [only, ...others] = new Set(this.#options().map((options) => options?.[key].value));
        if (others.length > 0 || only?.type !== 'object' || only.nature.is !== 'set') return undefined;
        const list = run.array([], only.at);
        list.list = only.list;
        return this.#with({ [key]: list });
      }
      case 'rename-option':
      case 'wrap-options': {
        const given = run.decisions.under(this.#guard, this.#value);
        if (given instanceof Choice) return undefined;
        if (remedy === 'wrap-options') return this.#with({ origin: given });
        const value = given.type === 'object' ? given.slots.get(option)?.value : undefined;
        return value === undefined || value instanceof Choice
          ? undefined
          : this.#with({ [meant]: value as Leaf | Absent });
      }
    }
  }

  #with(otherwise: Readonly<Partial<Record<Option, Leaf | Absent>>>): CorsLayer {
    return new CorsLayer(this.#run, this.#value, this.at, this.#argument, this.#guard, {
      ...this.otherwise,
      ...otherwise,
    });
  }

  #listsOrigins(): boolean {
    return this.#options().some(
      (options) => options?.origin.value.type === 'object' && options.origin.value.nature.is === 'array',
    );
  }

  #misspelt(object: Obj): Fault<Place>[] {
    const present = new Set(this.#run.entries(object).map(([key]) => key));
    return this.#run.entries(object).flatMap(([key, { at, value }]) => {
      if ((OPTIONS as readonly string[]).includes(key) || key === 'headers') return [];
      const meant = CommonFaults.meant(key, OPTIONS);
      if (!meant || present.has(meant) || Object.hasOwn(this.otherwise, meant)) return [];
      return [
        {
          code: 'unknown-option' as const,
          cause: at,
          data: { library: NAME, option: key, meant, effect: this.#effect(object, meant, leaves(value)) },
        },
      ];
    });
  }

  /** What comes of it that an option is missing: the clause for it, if something certainly does. */
  #effect(object: Obj, meant: string, written: readonly (Leaf | Absent)[]): string {
    // `{ ...options, origins }`: the option may be there all the same.
    if (object.open) return '';
    if (meant === 'origin') return EFFECTS.origin;
    const holds = (option: string): readonly (Leaf | Absent)[] => {
      const slot = object.slots.get(option);
      return slot ? leaves(this.#run.decisions.under(this.#guard, slot.value)) : [{ type: 'absent' }];
    };
    // `credential: false` asks for nothing that is missing now; and where CORS is off, so is the rest.
    if (written.every(saysNo) || holds('origin').some(isFalsy)) return '';
    const off = (option: string): boolean =>
      holds(option).every((value) => value.type === 'absent' || isFalsy(value));
    if (meant === 'allowedHeaders' && !off('headers')) return ', and `headers` counts instead';
    if (meant === 'optionsSuccessStatus' && !off('preflightContinue')) return '';
    return Object.hasOwn(EFFECTS, meant) ? EFFECTS[meant as keyof typeof EFFECTS] : '';
  }

  #wrongTypes(options: Options): Fault<Place>[] {
    // CORS is off: nothing comes of the rest.
    if (isFalsy(options.origin.value)) return [];
    const faults: Fault<Place>[] = [];
    const add = (code: Fault<Place>['code'], { at }: Read, data: Record<string, string>): void => {
      faults.push({ code, cause: at, data: { library: NAME, ...data } });
    };
    const { credentials, methods, maxAge, optionsSuccessStatus } = options;

    // What says no is taken for a no.
    const { value } = credentials;
    if (value.type === 'object' || (value.type === 'known' && value.value !== true && !saysNo(value)))
      add('credentials-not-boolean', credentials, { given: quote(credentials.value) });

    if (methods.value.type === 'known' && isMissing(methods.value))
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

    // With `preflightContinue` somebody else answers.
    if (optionsSuccessStatus.value.type === 'known' && truthOf(options.preflightContinue.value) === false) {
      const status = statusCode(optionsSuccessStatus.value);
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
      // A function is a delegate, which decides at each request: not followed yet. What a library made may be one.
      if (
        !leaf ||
        leaf.type === 'unknown' ||
        isCallable(leaf) ||
        (leaf.type === 'object' && ['made', 'environment'].includes(leaf.nature.is))
      )
        result.push(undefined);
      // Anything else that is no object of options has none of them: the defaults hold.
      else if (leaf.type === 'known' || leaf.nature.is !== 'plain') result.push(this.#defaults(leaf.at));
      else result.push(...this.#readObject(leaf));
    }
    if (result.length === 0) return [undefined];
    const otherwise = Object.entries(this.otherwise);
    if (otherwise.length === 0) return result;
    return result.map(
      (options) =>
        options && {
          ...options,
          ...Object.fromEntries(otherwise.map(([option, value]) => [option, { value, at: this.at }])),
        },
    );
  }

  #defaults(at: Place): Options {
    const none: Read = { value: { type: 'absent' }, at: this.#argument ?? at };
    return Object.fromEntries(OPTIONS.map((option) => [option, none])) as unknown as Options;
  }

  #readObject(object: Obj): readonly (Options | undefined)[] {
    const run = this.#run;
    // `headers` is an undocumented name of `allowedHeaders`, and counts where that one is falsy.
    const slots = [...OPTIONS, 'headers'].map((option) => object.slots.get(option));
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
        const read = slots.map((slot, index): Read => {
          const value = values[index] ?? { type: 'absent' as const };
          // Where an option may be absent or there, the absent one is not at the place of the other.
          return value.type === 'absent'
            ? { value: object.open ?? value, at: object.at }
            : { value, at: slot?.at ?? object.at };
        });
        const options = Object.fromEntries(
          OPTIONS.map((option, index) => [option, read[index]]),
        ) as unknown as Options;
        const alias = read[OPTIONS.length];
        const { value } = options.allowedHeaders;
        return alias && alias.value.type !== 'absent' && (value.type === 'absent' || isFalsy(value))
          ? { ...options, allowedHeaders: alias }
          : options;
      }) ?? [undefined]
    );
  }

  #lists(object: Obj): readonly List[] {
    return leaves(this.#run.decisions.under(this.#guard, object.list));
  }

  #answer(options: Options, request: Request): readonly Outcome<Place>[] {
    const { value } = options.origin;
    if (isFalsy(value)) return [{ headers: new Map(), end: { is: 'passes' }, unclear: false }];
    return this.#allowed(options.origin, request.headers.get('origin')).flatMap((allowed) =>
      allowed === 'unclear' ? [UNCLEAR] : this.#outcomes(options, allowed, request),
    );
  }

  #outcomes(options: Options, allowed: Said<Place> | undefined, request: Request): readonly Outcome<Place>[] {
    const preflight = request.method === 'OPTIONS';
    const { methods, allowedHeaders, credentials } = options;
    // `undefined.join`, before any header is set.
    if (preflight && isMissing(methods.value))
      return [{ headers: new Map(), end: { is: 'fails' }, unclear: false }];

    // In the order of the package: what comes after a header that Node refuses is not sent.
    const said: [name: string, said: Said<Place> | undefined][] = [
      ['access-control-allow-origin', allowed],
      [
        'vary',
        allowed?.value === '*' && isWildcard(options.origin.value)
          ? undefined
          : { value: 'Origin', cause: options.origin.at },
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

    const headers = new Map<string, Said<Place>>();
    for (const [name, one] of said) {
      if (!one) continue;
      if (one.value !== undefined && UNSENDABLE.test(one.value))
        return [{ headers, end: { is: 'fails' }, unclear: false }];
      const before = headers.get(name);
      headers.set(name, before ? appended(before, one) : wired(one));
    }
    const ends: readonly End[] = preflight ? this.#ends(options) : [{ is: 'passes' }];
    return ends.map((end) => ({ headers, end, unclear: false }));
  }

  #ends({ preflightContinue, optionsSuccessStatus }: Options): readonly End[] {
    const passed = truthOf(preflightContinue.value);
    const passes: End = { is: 'passes' };
    if (passed === true) return [passes];
    const answered = this.#answered(optionsSuccessStatus.value);
    return passed === false ? [answered] : [passes, answered];
  }

  #answered(value: Leaf | Absent): End {
    if (value.type === 'absent') return { is: 'answers', status: 204 };
    if (value.type === 'unknown') return { is: 'answers', status: undefined };
    const text = value.type === 'object' ? this.#text(value) : undefined;
    const given: Leaf | undefined =
      value.type === 'known' ? value : text === undefined ? undefined : known(text, value.at);
    if (!given) return { is: 'answers', status: undefined };
    const status = statusCode(given);
    // Express takes `NaN` for a status too, and dies of the answer that should tell of the failure.
    if (status === undefined) return { is: Number.isNaN(given.value) ? 'hangs' : 'fails' };
    // To an interim answer such as 100 no final one follows. (101 is final.)
    return status < 200 && status !== 101 ? { is: 'hangs' } : { is: 'answers', status };
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
    return this.#matches(value, origin, 0).map((match) => {
      if (match === 'unclear') return match;
      // Without `Origin` a reflection has nothing to send.
      if (!match || !origin) return undefined;
      const cause = match.leaf.at.end > 0 ? match.leaf.at : value.at;
      return { value: origin, cause: cause.end > 0 ? cause : at, because: match.because };
    });
  }

  /** Whether the value of `origin`, or an element of it, lets the origin in, and why. */
  #matches(value: Leaf, origin: string | undefined, depth: number): readonly (Match | false | 'unclear')[] {
    if (value.type === 'unknown') return ['unclear'];
    if (value.type === 'known') {
      if (typeof value.value === 'string')
        return [origin === value.value && { leaf: value, because: `\`${value.value}\` is listed` }];
      if (!value.value) return [false];
      return [
        {
          leaf: value,
          because:
            depth > 0
              ? isNoOrigin(value, depth)
              : `\`origin: ${String(value.value)}\` hands every origin back`,
        },
      ];
    }
    const { nature } = value;
    if (nature.is === 'array')
      return depth > DEEPEST_LIST
        ? ['unclear']
        : this.#lists(value).map((list) => this.#matchesList(list, origin, depth));
    // Expressions and callbacks are asked from the next step on. A function within a list is never called.
    if (nature.is === 'regexp' || (depth === 0 && isCallable(value))) return ['unclear'];
    if (nature.is === 'environment' || value.open?.why === 'changed by code that is not followed')
      return ['unclear'];
    if (isCallable(value))
      return [
        {
          leaf: value,
          because: `a function in the list is never called, and ${NAME} takes anything that is truthy for a yes`,
        },
      ];
    return [{ leaf: value, because: isNoOrigin(value, depth) }];
  }

  #matchesList({ items }: List, origin: string | undefined, depth: number): Match | false | 'unclear' {
    // What else may be in the list is not known, and nobody lists a stranger.
    let unclear = false;
    for (const item of items) {
      const answers = leaves(item).flatMap((leaf) => this.#matches(leaf, origin, depth + 1));
      const [answer] = answers;
      if (answer && answer !== 'unclear' && answers.every((one) => one && one !== 'unclear')) return answer;
      if (answers.some((one) => one !== false)) unclear = true;
    }
    return unclear && 'unclear';
  }

  #allowMethods({ value, at }: Read): Said<Place> | undefined {
    if (value.type === 'absent') return { value: DEFAULT_METHODS, cause: at, byDefault: true };
    // Whatever is truthy is sent as it prints.
    if (value.type === 'known')
      return value.value ? { value: String(value.value), cause: value.at } : undefined;
    if (value.type === 'object' && ['set', 'map', 'promise'].includes(value.nature.is))
      return { value: this.#text(value), cause: value.at };
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
    const text = value.type === 'object' ? this.#text(value) : undefined;
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
    const text = value.type === 'object' ? this.#text(value) : undefined;
    if (text === '') return undefined;
    const [list] = value.type === 'object' ? this.#lists(value) : [];
    return {
      value: text,
      cause: (text === undefined ? undefined : list && starOf(list)) ?? (value.at.end > 0 ? value.at : at),
    };
  }

  /** An object as it prints, if that is known. */
  #text(object: Obj, depth = 0): string | undefined {
    const { is } = object.nature;
    if (is === 'set') return '[object Set]';
    if (is === 'map') return '[object Map]';
    if (is === 'promise') return '[object Promise]';
    if (is !== 'array' || depth > DEEPEST_LIST) return undefined;
    const lists = this.#lists(object);
    const [list] = lists;
    if (!list || lists.length > 1 || list.open) return undefined;
    const texts = list.items.map((item) => {
      if (item instanceof Choice || item.type === 'unknown') return undefined;
      if (item.type === 'object') return this.#text(item, depth + 1);
      return isMissing(item) ? '' : String(item.value);
    });
    return texts.includes(undefined) ? undefined : texts.join(',');
  }
}

/** What lets an origin in. */
interface Match {
  readonly leaf: Leaf;
  readonly because: string;
}

function isNoOrigin(leaf: Leaf, depth: number): string {
  const what = depth > 0 ? `${quote(leaf)} in the list is no string` : `${quote(leaf)} is no string, list`;
  return `${what} or expression, and ${NAME} takes anything else that is truthy for a yes`;
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

function appended(before: Said<Place>, { value }: Said<Place>): Said<Place> {
  return {
    ...before,
    value: before.value === undefined || value === undefined ? undefined : `${before.value}, ${value}`,
  };
}

/** Node refuses to send it: https://github.com/nodejs/node/blob/main/lib/_http_common.js (`checkInvalidHeaderChar`). */
const UNSENDABLE = /[^\t -~\u0080-\u00FF]/;

/** How Node encodes it depends on the body that follows. */
const NOT_ASCII = /[\u0080-\u00FF]/;

/** A header's value as it arrives: white space around it is none of it. */
function onTheWire(value: string): string {
  return strip(value, tabOrSpace);
}

function wired(said: Said<Place>): Said<Place> {
  if (said.value === undefined) return said;
  return { ...said, value: NOT_ASCII.test(said.value) ? undefined : onTheWire(said.value) };
}

/** The `*` among the elements: the place that a finding about it should point at. */
function starOf(list: List): Place | undefined {
  for (const item of list.items)
    if (!(item instanceof Choice) && item.type === 'known' && item.value === '*') return item.at;
  return undefined;
}

const UNCLEAR: Outcome<Place> = { headers: new Map(), end: { is: 'passes' }, unclear: true };

const EFFECTS = {
  origin: ', and without `origin` every website is let in',
  credentials: ', so requests with cookies fail',
  methods: ', and the usual methods are allowed',
  allowedHeaders: ', and whatever headers are asked for are allowed',
  exposedHeaders: ', so pages cannot read those headers',
  maxAge: ', so browsers ask again before nearly every request',
  optionsSuccessStatus: ', and preflights are answered 204',
} as const;

/** `origin: '*'`, which alone needs no `Vary`. */
function isWildcard(value: Leaf | Absent): boolean {
  return value.type === 'absent' || (value.type === 'known' && value.value === '*');
}

function isMissing(value: Leaf | Absent): boolean {
  return value.type === 'known' && (value.value === undefined || value.value === null);
}

/** Taken for a no: falsy, or the text that says so. */
function saysNo(value: Leaf | Absent): boolean {
  return isFalsy(value) || (value.type === 'known' && value.value === 'false');
}

/** `undefined`: it is not known. */
function truthOf(value: Leaf | Absent): boolean | undefined {
  if (value.type === 'unknown') return value.truthy;
  return value.type === 'object' || (value.type === 'known' && Boolean(value.value));
}

/** The status that Node makes of it; nothing where it throws. */
function statusCode({ value }: Extract<Leaf, { type: 'known' }>): number | undefined {
  if (typeof value === 'bigint') return undefined;
  const status = Number(value) | 0;
  return status < 100 || status > 999 ? undefined : status;
}

function isFalsy(value: Leaf | Absent): boolean {
  return value.type === 'known' && !value.value;
}

function isCallable(leaf: Leaf): boolean {
  return leaf.type === 'object' && ['function', 'native', 'class'].includes(leaf.nature.is);
}

function numeric(value: Leaf | Absent): number | undefined {
  if (value.type !== 'known') return undefined;
  if (typeof value.value === 'bigint') return Number(value.value);
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
