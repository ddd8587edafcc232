/**
 * What the safe middleware answers, as a policy that can be asked. The judge asks it before the middleware starts, and
 * the linter where it finds the middleware in code; what `src/middleware` really answers is tested against it.
 */
import type { Comparison } from '../comparison.ts';
import { isForbiddenRequestHeader, isSendableList, isToken } from '../names.ts';
import { parseOrigin, type Origin } from '../origin.ts';
import { serializePattern, takes, type OriginPattern } from '../origin-pattern.ts';
import type {
  Asking,
  End,
  Fault,
  Outcome,
  Policy,
  Remedy,
  Request,
  Said,
  WrittenName,
  WrittenOrigin,
} from '../policy.ts';
import { strip, tabOrSpace } from '../white-space.ts';
import { isBelow } from './paths.ts';
import { SAFE_LIBRARY, type Entry, type Names, type SafeOptions } from './options.ts';

/** The methods of npm `cors`, in its order. */
export const DEFAULT_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'] as const;

/** Of requested headers, what is looked at: a browser asks for a handful. */
export const MOST_HEADER_BYTES = 4096;
export const MOST_HEADERS = 128;

/** Whether an origin is let in, and what says so; `undefined` where that is not known. */
export interface Admission<C> {
  readonly admitted: boolean | undefined;
  readonly cause: C;
  readonly acknowledged?: boolean;
}

/** What a function that decides says, one admission for each way that it may go. */
export type Consult<C> = (check: unknown, request: Request, cause: C) => readonly Admission<C>[];

function nobodyKnows<C>(_check: unknown, _request: Request, cause: C): readonly Admission<C>[] {
  return [{ admitted: undefined, cause }];
}

/** Of a list of thousands the first ones say what its author has in mind. */
const MOST_NOTED = 400;

export class SafePolicy<C> implements Policy<C> {
  readonly library = SAFE_LIBRARY;
  readonly keepsVary = true;
  readonly at: C;
  readonly faults: readonly Fault<C>[];
  readonly #exact: ReadonlyMap<string, Entry<C>>;

  readonly #consult: Consult<C>;

  /** @param consult asks the function that decides, if that can be done. */
  constructor(
    readonly options: SafeOptions<C>,
    consult: Consult<C> = nobodyKnows,
  ) {
    this.#consult = consult;
    this.at = options.at;
    this.faults = options.faults;
    const { origins } = options;
    this.#exact = new Map(
      origins.is === 'listed'
        ? origins.entries.flatMap((one) => (one.pattern.kind === 'exact' ? [[one.text, one] as const] : []))
        : [],
    );
  }

  ask(request: Request, asking: Asking<C> = {}): readonly Outcome<C>[] {
    const [, route] = this.options.routes.find(([prefix]) => isBelow(request.path, prefix)) ?? [];
    if (route) return new SafePolicy(route, this.#consult).ask(request, asking);
    const { noted, before = new Map() } = asking;
    return this.#admissions(request, noted).map((one) => answered(this.options, request, before, one));
  }

  #admissions(request: Request, noted: Comparison<C>[] | undefined): readonly Admission<C>[] {
    const { origins } = this.options;
    const cause = origins.at;
    if (origins.is === 'everybody') return [{ admitted: true, cause }];
    const origin = request.headers.get('origin');
    const parsed = origin === undefined ? undefined : parseOrigin(origin);
    if (origins.is === 'off' || origin === undefined || !parsed?.ok) return [{ admitted: false, cause }];
    if (origins.is === 'unknown') return [{ admitted: undefined, cause }];
    if (origins.is === 'asked')
      return parsed.kind === 'null'
        ? [{ admitted: false, cause }]
        : this.#consult(origins.check, request, cause);
    if (noted) noted.push(...this.#compared(origin, parsed));
    const entry =
      this.#exact.get(origin) ??
      origins.entries.find(({ pattern }) => isWild(pattern) && takes(pattern, parsed));
    if (entry) return [{ admitted: true, cause: entry.cause, acknowledged: entry.because !== undefined }];
    return [{ admitted: origins.open ? undefined : false, cause }];
  }

  /** A pattern as code would compare it. */
  #compared(origin: string, parsed: Origin): Comparison<C>[] {
    const { origins } = this.options;
    if (origins.is !== 'listed') return [];
    return origins.entries.slice(0, MOST_NOTED).flatMap(({ text, pattern, cause }): Comparison<C>[] => {
      const noted = (how: Comparison<C>['how'], operand: string, answer: boolean): Comparison<C> => ({
        how,
        subject: origin,
        operand,
        answer,
        cause,
      });
      if (!isWild(pattern)) return [noted('equals', text, origin === text)];
      const [start = '', end = ''] = serializePattern(pattern).split('*');
      // Only the two together decide: that `null` does not begin with `https://` is not why another entry takes it.
      const fits = takes(pattern, parsed);
      return [noted('starts', start, fits), ...(end === '' ? [] : [noted('ends', end, fits)])];
    });
  }

  get origins(): readonly WrittenOrigin<C>[] {
    const { origins } = this.options;
    if (origins.is !== 'listed') return [];
    return origins.entries.flatMap(({ text, pattern, cause }) =>
      isWild(pattern) ? [] : [{ text, cause, as: 'listed' as const }],
    );
  }

  get credentials(): C | undefined {
    return this.options.credentials.at;
  }

  get allowedHeaders(): C | undefined {
    return this.options.allowedHeaders?.at;
  }

  get names(): readonly WrittenName<C>[] {
    const { methods, allowedHeaders, exposedHeaders, origins } = this.options;
    if (origins.is === 'off') return [];
    return [methods, allowedHeaders, exposedHeaders].flatMap((list) => list?.names ?? []);
  }

  get maxAge(): Policy<C>['maxAge'] {
    const { at, maxAge } = this.options;
    return { at: maxAge?.at ?? at, missing: maxAge === undefined };
  }

  mended(remedy: Remedy, { option }: Readonly<Record<string, string>>): SafePolicy<C> | undefined {
    const { origins } = this.options;
    switch (remedy) {
      case 'list-origins':
        return origins.is === 'everybody'
          ? this.#with({ origins: { is: 'listed', at: origins.at, entries: [], open: true } })
          : undefined;
      case 'drop-credentials':
        return this.#with({ credentials: { at: undefined, on: false } });
      case 'remove-option':
        return option === 'methods' || option === 'allowedHeaders' || option === 'exposedHeaders'
          ? this.#with({ [option]: undefined })
          : undefined;
      default:
        return undefined;
    }
  }

  #with(otherwise: Partial<SafeOptions<C>>): SafePolicy<C> {
    return new SafePolicy({ ...this.options, ...otherwise }, this.#consult);
  }
}

function isWild({ kind }: OriginPattern): boolean {
  return kind !== 'exact';
}

/** What the middleware does with a request once it is clear whether the origin is let in. */
export function answered<C>(
  options: SafeOptions<C>,
  request: Request,
  before: ReadonlyMap<string, Said<C>>,
  { admitted, cause, acknowledged = false }: Admission<C>,
): Outcome<C> {
  const headers = new Map(before);
  const passes: End<C> = { is: 'passes' };
  const { origins } = options;
  if (origins.is === 'off') return { headers, end: passes, unclear: false };
  if (origins.is === 'unknown' || admitted === undefined) return { headers, end: passes, unclear: true };

  const origin = request.headers.get('origin');
  const isOptions = request.method === 'OPTIONS';
  const isPreflight =
    isOptions && origin !== undefined && request.headers.get('access-control-request-method') !== undefined;
  const isForAll = origins.is === 'everybody';
  const varying = [
    ...(isForAll && !isOptions ? [] : ['Origin']),
    ...(isOptions ? ['Access-Control-Request-Method'] : []),
    ...(isOptions && !options.allowedHeaders ? ['Access-Control-Request-Headers'] : []),
  ];
  for (const name of varying) headers.set('vary', varied(headers.get('vary'), name, origins.at));

  const say = (name: string, value: string | undefined, at: C, byDefault = false): void =>
    void headers.set(name, { value, cause: at, takenBack: true, ...(byDefault && { byDefault }) });
  // What an outer instance has said about the origin.
  for (const [name, { takenBack }] of before) if (takenBack) headers.delete(name);
  const { credentials, exposedHeaders } = options;
  if (admitted) {
    headers.set('access-control-allow-origin', {
      value: isForAll ? '*' : origin,
      cause,
      takenBack: true,
      ...(acknowledged && { acknowledged }),
    });
    if (credentials.on !== false)
      say(
        'access-control-allow-credentials',
        credentials.on ? 'true' : undefined,
        credentials.at ?? options.at,
      );
    if (!isPreflight && exposedHeaders) list(headers, 'access-control-expose-headers', exposedHeaders);
  }
  if (!isPreflight) return { headers, end: passes, unclear: false };

  const end: End<C> = { is: 'answers', status: options.status };
  if (!admitted) return { headers, end, unclear: false };
  if (options.methods) list(headers, 'access-control-allow-methods', options.methods);
  else say('access-control-allow-methods', DEFAULT_METHODS.join(','), options.at, true);
  if (options.allowedHeaders) list(headers, 'access-control-allow-headers', options.allowedHeaders);
  else {
    const asked = reflectedHeaders(request.headers.get('access-control-request-headers') ?? '');
    if (asked !== '') say('access-control-allow-headers', asked, options.at, true);
  }
  const { maxAge } = options;
  if (maxAge)
    say(
      'access-control-max-age',
      maxAge.seconds === undefined ? undefined : String(maxAge.seconds),
      maxAge.at,
    );
  return { headers, end, unclear: false };
}

function list<C>(headers: Map<string, Said<C>>, name: string, { at, names, open }: Names<C>): void {
  if (open) headers.set(name, { value: undefined, cause: at });
  else if (names.length > 0) {
    // A `*` is what findings about it point at.
    const cause = names.find(({ text }) => text === '*')?.cause ?? at;
    headers.set(name, { value: names.map(({ text }) => text).join(','), cause, takenBack: true });
  }
}

function varied<C>(before: Said<C> | undefined, name: string, cause: C): Said<C> {
  if (!before) return { value: name, cause };
  if (before.value === undefined) return before;
  const there = before.value
    .toLowerCase()
    .split(',')
    .map((one) => strip(one, tabOrSpace));
  return there.includes('*') || there.includes(name.toLowerCase())
    ? before
    : { ...before, value: before.value === '' ? name : `${before.value}, ${name}` };
}

/**
 * The headers that a preflight asks for and that a page may send at all, as they are answered back: lower case, each once,
 * in their order. What goes beyond any browser's list, in length or number, is not looked at.
 */
export function reflectedHeaders(value: string): string {
  if (value.length > MOST_HEADER_BYTES) return '';
  // Nearly always, and then there is nothing to be done for each name.
  if (isSendableList(value)) return value;
  const items = value.toLowerCase().split(',', MOST_HEADERS + 1);
  if (items.length > MOST_HEADERS) return '';
  const names = items.map((item) => strip(item, tabOrSpace));
  const sendable = names.filter((name) => isToken(name) && !isForbiddenRequestHeader(name));
  return [...new Set(sendable)].join(',');
}
