/**
 * The options of the safe middleware, read: what they say, and what of it the middleware does not start with. The
 * middleware reads the options that it is given, the linter those that it finds in the code, both with this.
 */
import { isToken } from '../names.ts';
import { looksLikeMilliseconds, optionMeant } from '../option-names.ts';
import { parsePattern, serializePattern, type OriginPattern } from '../origin-pattern.ts';
import type { Fault, FaultCode, NameList, WrittenName } from '../policy.ts';
import { strip, tabOrSpace } from '../white-space.ts';
import { instead } from './expression.ts';

/** What the middleware is imported by. */
export const SAFE_MODULE = 'eslint-plugin-cors/middleware';
/** How sentences call it. */
export const SAFE_LIBRARY = `\`${SAFE_MODULE}\``;

/** A value that only running the code can tell: the linter puts it where it does not know. */
export const UNKNOWN: unique symbol = Symbol('unknown');
/** In a list: there may be more, of which nothing is known but that it was made for such a list. */
export const MORE: unique symbol = Symbol('more');

/** Where in the options something stands: `['origin', 2]`. */
export type OptionPath = readonly (string | number)[];

/** An origin or a pattern that is let in. */
export interface Entry<C> {
  readonly text: string;
  readonly pattern: OriginPattern;
  readonly cause: C;
  /** Why it is let in although it is refused to others: `{ allow, because }`. */
  readonly because: string | undefined;
}

export type Origins<C> =
  | { readonly is: 'off'; readonly at: C }
  | { readonly is: 'everybody'; readonly at: C }
  | {
      readonly is: 'listed';
      readonly at: C;
      readonly entries: readonly Entry<C>[];
      /** Some of the list is not known. */
      readonly open: boolean;
    }
  /** A function decides, at run time. */
  | { readonly is: 'asked'; readonly at: C; readonly check: unknown }
  | { readonly is: 'unknown'; readonly at: C };

/** A list of names. */
export interface Names<C> {
  readonly at: C;
  readonly names: readonly WrittenName<C>[];
  /** Some of the list is not known. */
  readonly open: boolean;
}

/** What is written in vain, and harms nobody: an entry that stands there twice, or an option that says what happens anyhow. */
export interface Idle<C> {
  readonly code: 'repeated-entry' | 'idle-option';
  /** The entry or the option. */
  readonly text: string;
  readonly cause: C;
}

export interface SafeOptions<C> {
  /** The whole object. */
  readonly at: C;
  readonly origins: Origins<C>;
  /** `undefined`: the six usual ones. */
  readonly methods: Names<C> | undefined;
  /** `undefined`: what is asked for is answered back. */
  readonly allowedHeaders: Names<C> | undefined;
  readonly exposedHeaders: Names<C> | undefined;
  /** `at`: where they are switched on. `on` is `undefined` where nobody knows. */
  readonly credentials: { readonly at: C | undefined; readonly on: boolean | undefined };
  /** In seconds. `seconds` is `undefined` where nobody knows. */
  readonly maxAge: { readonly at: C; readonly seconds: number | undefined } | undefined;
  /** The status of an answer to a preflight; `undefined` where nobody knows. */
  readonly status: number | undefined;
  /** By the beginning of the path, the longest first. */
  readonly routes: readonly (readonly [prefix: string, options: SafeOptions<C>])[];
  readonly faults: readonly Fault<C>[];
  readonly idle: readonly Idle<C>[];
}

/** What an options object may hold, in the order of the manual. */
export const SAFE_OPTIONS = [
  'origin',
  'methods',
  'allowedHeaders',
  'exposedHeaders',
  'credentials',
  'maxAge',
  'optionsSuccessStatus',
  'routes',
  'refuseCrossSite',
  'onDecision',
  'onConflict',
  'log',
] as const;
export type SafeOption = (typeof SAFE_OPTIONS)[number];

/** What a route's own options may hold: what is about the whole server stands once. */
const ROUTE_OPTIONS: readonly SafeOption[] = SAFE_OPTIONS.slice(0, 7);
const LOOKUP_OPTIONS = ['lookup', 'cacheFor', 'cacheSize', 'timeout', 'staleFor'] as const;
const ACKNOWLEDGED = ['allow', 'because'] as const;
const CROSS_SITE = ['except'] as const;

/** In seconds: a longer wait for a verdict is no wait but a hang. */
export const LONGEST_TIMEOUT = 60;

/**
 * Reads options.
 *
 * @param given anything at all; `UNKNOWN` stands for what is not known.
 * @param at what to point at for a place in the options.
 * @param unreadable places where reading throws.
 */
export function readSafeOptions<C>(
  given: unknown,
  at: (path: OptionPath) => C,
  unreadable: readonly OptionPath[] = [],
): SafeOptions<C> {
  const reader = new Reader(at);
  for (const path of unreadable) reader.unreadable(path);
  return reader.options(given, [], SAFE_OPTIONS);
}

type Data = Readonly<Record<string, string>>;
type Bag = Readonly<Record<string, unknown>>;

class Reader<C> {
  readonly #faults: Fault<C>[] = [];
  readonly #idle: Idle<C>[] = [];
  readonly #at: (path: OptionPath) => C;

  constructor(at: (path: OptionPath) => C) {
    this.#at = at;
  }

  options(given: unknown, path: OptionPath, allowed: readonly SafeOption[]): SafeOptions<C> {
    const bag = this.#bag(given, path, 'an object of options, such as `{ origin: … }`');
    if (bag) this.#namesOf(bag, path, allowed);
    const read = (name: SafeOption): unknown => (bag ? bag[name] : UNKNOWN);
    const inside = (name: string): OptionPath => [...path, name];
    const origins = this.#origins(bag, path);
    const options = {
      at: this.#at(path),
      origins,
      methods: this.#names(read('methods'), inside('methods'), 'methods'),
      allowedHeaders: this.#names(read('allowedHeaders'), inside('allowedHeaders'), 'allowedHeaders'),
      exposedHeaders: this.#names(read('exposedHeaders'), inside('exposedHeaders'), 'exposedHeaders'),
      credentials: this.#credentials(read('credentials'), inside('credentials')),
      maxAge: this.#maxAge(read('maxAge'), inside('maxAge')),
      status: this.#status(read('optionsSuccessStatus'), inside('optionsSuccessStatus')),
      // Routes have none: an object that holds itself would never end.
      routes: allowed.includes('routes') ? this.#routes(read('routes'), inside('routes')) : [],
    };
    this.#oneOf(read('onConflict'), inside('onConflict'), ['report', 'keep-ours']);
    this.#boolean(read('log'), inside('log'));
    const { onDecision } = bag ?? {};
    if (isThere(onDecision) && typeof onDecision !== 'function')
      this.#wrong(inside('onDecision'), 'a function', onDecision);
    this.#crossSite(read('refuseCrossSite'), inside('refuseCrossSite'), origins);
    // Mistakes of a route stand among those of the whole.
    const isWhole = path.length === 0;
    return { ...options, faults: isWhole ? this.#faults : [], idle: isWhole ? this.#idle : [] };
  }

  unreadable(path: OptionPath): void {
    this.#wrongly(path, 'a plain value', 'what throws when it is read');
  }

  /** The object, if it is one of which something is known. */
  #bag(given: unknown, path: OptionPath, expected: string): Bag | undefined {
    if (given === UNKNOWN) return undefined;
    if (isPlain(given)) return given;
    if (path.length === 0 && given === undefined) this.#missing(path);
    else if (path.length === 0 && typeof given === 'function')
      this.#notTaken(path, 'options', given, DELEGATE);
    else this.#wrong(path, expected, given);
    return undefined;
  }

  #namesOf(bag: Bag, path: OptionPath, allowed: readonly string[]): void {
    for (const name of Object.keys(bag)) {
      if (allowed.includes(name)) continue;
      const here = [...path, name];
      if (name === 'preflightContinue' && bag[name] === false) {
        this.#idle.push({ code: 'idle-option', text: name, cause: this.#at(here) });
        continue;
      }
      if (Object.hasOwn(GONE, name)) {
        this.#notTaken(here, name, bag[name], GONE[name] ?? '');
        continue;
      }
      const meant = optionMeant(name, allowed);
      const remedy = (SAFE_OPTIONS as readonly string[]).includes(name)
        ? 'It holds for the whole server: write it beside `routes`.'
        : meant !== undefined
          ? `Did you mean \`${meant}\`?`
          : `Its options are ${allowed.map(quoted).join(', ')}.`;
      this.#fault('no-such-option', here, { option: name, remedy, ...(meant !== undefined && { meant }) });
    }
  }

  #missing(path: OptionPath): void {
    this.#fault('origin-missing', path, {
      remedy:
        "Write who: `origin: ['https://app.example.com']`, `originsFromEnv('ALLOWED_ORIGINS')`, `'*'` for everybody, or `false` for nobody.",
    });
  }

  #origins(bag: Bag | undefined, path: OptionPath): Origins<C> {
    const here = [...path, 'origin'];
    if (!bag) return { is: 'unknown', at: this.#at(path) };
    const at = this.#at(here);
    if (!('origin' in bag)) {
      this.#missing(path);
      return { is: 'unknown', at };
    }
    const { origin } = bag;
    if (origin === UNKNOWN) return { is: 'unknown', at };
    if (origin === false) return { is: 'off', at };
    if (origin === '*') return { is: 'everybody', at };
    if (typeof origin === 'function') return { is: 'asked', at, check: origin };
    if (typeof origin === 'string') return this.#listed([origin], at, () => here);
    if (Array.isArray(origin)) return this.#listed(origin, at, (index) => [...here, index]);
    if (isPlain(origin) && 'lookup' in origin) return this.#lookup(origin, here);
    if (isPlain(origin) && 'allow' in origin) return this.#listed([origin], at, () => here);
    this.#refuseOrigin(origin, here);
    return { is: 'unknown', at };
  }

  #listed(list: readonly unknown[], at: C, pathOf: (index: number) => OptionPath): Origins<C> {
    const entries = new Map<string, Entry<C>>();
    let open = false;
    list.forEach((one, index) => {
      const path = pathOf(index);
      if (one === UNKNOWN || one === MORE) open = true;
      else {
        const entry = this.#entry(one, path);
        if (!entry) open = true;
        else if (entries.has(entry.text))
          this.#idle.push({ code: 'repeated-entry', text: entry.text, cause: entry.cause });
        else entries.set(entry.text, entry);
      }
    });
    return { is: 'listed', at, entries: [...entries.values()], open };
  }

  /** One that is let in; nothing if it cannot be. */
  #entry(given: unknown, path: OptionPath): Entry<C> | undefined {
    if (typeof given === 'string') return this.#pattern(given, path, undefined);
    if (!isPlain(given) || !('allow' in given)) {
      this.#refuseOrigin(given, path);
      return undefined;
    }
    const { allow, because } = given;
    this.#namesIn(given, path, ACKNOWLEDGED);
    if (allow === UNKNOWN) return undefined;
    if (typeof allow !== 'string') {
      this.#wrong([...path, 'allow'], 'one origin, as a text', allow);
      return undefined;
    }
    if (because !== UNKNOWN && (typeof because !== 'string' || because.trim() === '')) {
      this.#wrong([...path, 'because'], 'the reason, as a text', because);
      return undefined;
    }
    return this.#pattern(allow, [...path, 'allow'], because === UNKNOWN ? '' : because);
  }

  #pattern(text: string, path: OptionPath, because: string | undefined): Entry<C> | undefined {
    const cause = this.#at(path);
    const parsed = parsePattern(text);
    if (parsed.ok) return { text: serializePattern(parsed.pattern), pattern: parsed.pattern, cause, because };
    if (text === '*')
      this.#fault('wildcard-in-list', path, {
        remedy: "Write `origin: '*'` alone if everybody may read the answers, and take it out if not.",
      });
    else {
      const { corrected, flaw, kind } = parsed;
      const remedy =
        corrected !== undefined
          ? `Write \`${corrected}\`.`
          : kind === 'wildcard'
            ? "A `*` stands for whole labels in front (`https://*.example.com`), for a piece of the first label (`https://preview-*.example.com`), or for the port of one's own machine (`http://localhost:*`)."
            : kind === 'list'
              ? 'Write them as a list, each for itself.'
              : 'Write it as browsers send it: scheme, host and port, nothing else.';
      this.#fault(kind === 'wildcard' ? 'malformed-pattern' : 'malformed-entry', path, {
        written: text === '' ? 'An empty text' : quoted(text),
        origin: text,
        flaw: text === '' ? 'no page has an empty origin' : flaw,
        kind,
        remedy,
        ...(corrected !== undefined && { corrected }),
      });
    }
    return undefined;
  }

  /** What stands for an origin in other libraries, and not here. */
  #refuseOrigin(given: unknown, path: OptionPath): void {
    if (isExpression(given)) this.#notTaken(path, 'origin', given, instead(given));
    else if (given === true)
      this.#notTaken(
        path,
        'origin',
        given,
        "It would let in every website, with credentials. List the origins, or write `'*'` for a public answer.",
      );
    else if (given === undefined || given === null)
      this.#notTaken(
        path,
        'origin',
        given,
        "It may be a setting that is missing. Read it with `originsFromEnv('ALLOWED_ORIGINS')`, or write `false` for nobody.",
      );
    else if (typeof given === 'function')
      this.#notTaken(path, 'origin', given, 'A function stands alone: `origin: (origin) => …`.');
    else this.#wrong(path, 'an origin, a list of origins, a function, `*` or `false`', given);
  }

  #lookup(given: Bag, path: OptionPath): Origins<C> {
    const at = this.#at(path);
    this.#namesIn(given, path, LOOKUP_OPTIONS);
    const { lookup } = given;
    if (lookup !== UNKNOWN && typeof lookup !== 'function')
      this.#wrong([...path, 'lookup'], 'a function', lookup);
    this.#number(given['cacheFor'], [...path, 'cacheFor'], 'a number of seconds', (n) => n >= 0);
    this.#number(given['staleFor'], [...path, 'staleFor'], 'a number of seconds', (n) => n >= 0);
    this.#number(
      given['timeout'],
      [...path, 'timeout'],
      `a number of seconds, up to ${LONGEST_TIMEOUT}`,
      (n) => n > 0 && n <= LONGEST_TIMEOUT,
    );
    this.#number(
      given['cacheSize'],
      [...path, 'cacheSize'],
      'a whole number of origins, 1 or more',
      (n) => Number.isInteger(n) && n >= 1,
    );
    return { is: 'asked', at, check: given };
  }

  #names(given: unknown, path: OptionPath, list: NameList): Names<C> | undefined {
    if (given === undefined) return undefined;
    const at = this.#at(path);
    if (given === UNKNOWN) return { at, names: [], open: true };
    const several = Array.isArray(given) ? (given as readonly unknown[]) : [given];
    const names = new Map<string, WrittenName<C>>();
    let open = false;
    several.forEach((one, index) => {
      const here = Array.isArray(given) ? [...path, index] : path;
      if (one === UNKNOWN || one === MORE) open = true;
      else if (typeof one !== 'string') {
        open = true;
        this.#wrong(here, Array.isArray(given) ? 'a name, as a text' : 'a list of names', one);
      } else
        for (const piece of one.split(',')) {
          const text = strip(piece, tabOrSpace);
          if (text === '') continue;
          const key = list === 'methods' || !isToken(text) ? text : text.toLowerCase();
          if (names.has(key)) this.#idle.push({ code: 'repeated-entry', text, cause: this.#at(here) });
          else names.set(key, { text, cause: this.#at(here), in: list });
        }
    });
    return { at, names: [...names.values()], open };
  }

  #credentials(given: unknown, path: OptionPath): SafeOptions<C>['credentials'] {
    if (given === UNKNOWN) return { at: this.#at(path), on: undefined };
    if (!this.#boolean(given, path)) return { at: this.#at(path), on: undefined };
    return given === true ? { at: this.#at(path), on: true } : { at: undefined, on: false };
  }

  #maxAge(given: unknown, path: OptionPath): SafeOptions<C>['maxAge'] {
    if (given === undefined) return undefined;
    const at = this.#at(path);
    if (given === UNKNOWN) return { at, seconds: undefined };
    if (typeof given !== 'number' || !Number.isInteger(given) || given < 0)
      this.#wrong(path, 'a whole number of seconds, 0 or more', given);
    else if (looksLikeMilliseconds(given))
      this.#fault('max-age-in-milliseconds', path, {
        given: String(given),
        days: String(Math.round(given / 86_400)),
        seconds: String(given / 1000),
        remedy: `Write ${given / 1000}.`,
      });
    else return { at, seconds: given };
    return { at, seconds: undefined };
  }

  #status(given: unknown, path: OptionPath): number | undefined {
    if (given === undefined) return 204;
    if (given === UNKNOWN) return undefined;
    if (typeof given === 'number' && Number.isInteger(given) && given >= 200 && given <= 299) return given;
    if (typeof given === 'number')
      this.#fault('status-not-ok', path, { given: quoted(given), remedy: 'Write 204 or 200.' });
    else this.#wrong(path, 'a number from 200 to 299', given);
    return undefined;
  }

  #routes(given: unknown, path: OptionPath): SafeOptions<C>['routes'] {
    if (given === undefined || given === UNKNOWN) return [];
    const bag = this.#bag(given, path, "an object of options by path: `{ '/public': { origin: '*' } }`");
    if (!bag) return [];
    return Object.keys(bag)
      .flatMap((prefix): SafeOptions<C>['routes'] => {
        const here = [...path, prefix];
        if (!isPath(prefix)) {
          this.#wrong(here, 'the beginning of a path, such as `/public`', prefix);
          return [];
        }
        return [[prefix, this.options(bag[prefix], here, ROUTE_OPTIONS)]];
      })
      .sort(([one], [other]) => other.length - one.length);
  }

  #crossSite(given: unknown, path: OptionPath, origins: Origins<C>): void {
    if (!isThere(given) || given === false) return;
    if (origins.is === 'everybody')
      this.#fault('cross-site-for-everybody', path, {
        remedy: 'List the origins that may send requests, or leave `refuseCrossSite` out.',
      });
    if (given === true) return;
    const bag = this.#bag(given, path, "`true` or an object such as `{ except: ['/saml/acs'] }`");
    if (!bag) return;
    this.#namesIn(bag, path, CROSS_SITE);
    const { except } = bag;
    if (!isThere(except)) return;
    if (!Array.isArray(except)) return this.#wrong([...path, 'except'], 'a list of paths', except);
    except.forEach((one: unknown, index) => {
      if (one !== UNKNOWN && !(typeof one === 'string' && isPath(one)))
        this.#wrong([...path, 'except', index], 'the beginning of a path, such as `/saml/acs`', one);
    });
  }

  #namesIn(bag: Bag, path: OptionPath, allowed: readonly string[]): void {
    for (const option of Object.keys(bag))
      if (!allowed.includes(option)) {
        const meant = optionMeant(option, allowed);
        const remedy =
          meant === undefined ? `It takes ${allowed.map(quoted).join(', ')}.` : `Did you mean \`${meant}\`?`;
        this.#fault('no-such-option', [...path, option], {
          option,
          remedy,
          ...(meant !== undefined && { meant }),
        });
      }
  }

  #boolean(given: unknown, path: OptionPath): boolean {
    if (!isThere(given) || typeof given === 'boolean') return true;
    this.#wrong(path, '`true` or `false`', given);
    return false;
  }

  #oneOf(given: unknown, path: OptionPath, texts: readonly string[]): void {
    if (isThere(given) && !(texts as readonly unknown[]).includes(given))
      this.#wrong(path, texts.map((text) => quoted(text)).join(' or '), given);
  }

  #number(given: unknown, path: OptionPath, expected: string, isRight: (given: number) => boolean): void {
    if (isThere(given) && !(typeof given === 'number' && isRight(given))) this.#wrong(path, expected, given);
  }

  #wrong(path: OptionPath, expected: string, given: unknown): void {
    this.#wrongly(path, expected, describeValue(given));
  }

  #wrongly(path: OptionPath, expected: string, given: string): void {
    const option = path.length === 0 ? 'options' : written(path);
    this.#fault('wrong-type', path, { option, expected, given, remedy: `Write ${expected}.` });
  }

  #notTaken(path: OptionPath, option: string, given: unknown, remedy: string): void {
    this.#fault('not-taken', path, { option, given: describeValue(given), remedy });
  }

  #fault(code: FaultCode, path: OptionPath, data: Data): void {
    this.#faults.push({ code, cause: this.#at(path), data: { library: SAFE_LIBRARY, ...data } });
  }
}

const DELEGATE =
  'What differs by path stands in `routes`, and what differs by request is for the function `origin: (origin, { request }) => …`.';

/** Options of `cors` that are not taken, and what to do instead. */
const GONE: Readonly<Record<string, string>> = {
  preflightContinue: 'A preflight is always answered. For another policy on some paths, write `routes`.',
  headers: 'Write `allowedHeaders`.',
};

/** Written, and known. */
function isThere(given: unknown): boolean {
  return given !== undefined && given !== UNKNOWN;
}

/** An object with properties, and no list, function, expression, collection or promise. Under Jest it may be of another realm. */
function isPlain(given: unknown): given is Bag {
  return tagOf(given) === 'Object' && typeof given === 'object';
}

function isExpression(given: unknown): given is RegExp {
  return tagOf(given) === 'RegExp';
}

function tagOf(given: unknown): string {
  return Object.prototype.toString.call(given).slice(8, -1);
}

/** `/public`, not `public`, `/public/*` or `/a?b`. */
function isPath(text: string): boolean {
  return /^\/[^*?#:(){}\\]*$/.test(text);
}

/** A path as code writes it: `origin[2].allow`. */
export function written(path: OptionPath): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : /^[A-Za-z_$][\w$]*$/.test(key)
          ? `${text}${text === '' ? '' : '.'}${key}`
          : `${text}['${key}']`,
    '',
  );
}

function quoted(value: unknown): string {
  return `\`${String(value)}\``;
}

/** What was given, for a sentence: "a regular expression". */
function describeValue(given: unknown): string {
  switch (typeof given) {
    case 'string':
      return given === '' ? 'an empty text' : `the text ${quoted(given)}`;
    case 'function':
      return 'a function';
    case 'symbol':
    case 'bigint':
      return `a ${typeof given}`;
    case 'object':
      if (given === null) return '`null`';
      if (isExpression(given)) return 'a regular expression';
      if (Array.isArray(given)) return 'a list';
      return isPlain(given) ? 'an object' : `a \`${tagOf(given)}\``;
    default:
      return quoted(given);
  }
}
