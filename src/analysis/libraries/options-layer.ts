/**
 * What the packages share whose options are those of npm `cors`: what was written in them, what is wrong with it, and
 * what they would be with a change. What is answered is each package's own.
 */
import { STRANGER } from '../../policy/judge/access.ts';
import {
  actualRequest,
  type End,
  type Fault,
  type NameList,
  type Outcome,
  type Remedy,
  type Said,
  type WrittenName,
  type WrittenOrigin,
} from '../../policy/policy.ts';
import { looksLikeMilliseconds, optionMeant } from '../../policy/option-names.ts';
import { strip, tabOrSpace } from '../../policy/white-space.ts';
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice, combinations, leaves, type Guard } from '../run/tree.ts';
import { known, type Absent, type Leaf, type List, type Obj, type Value } from '../run/value.ts';
import { Layer, listedOrigins } from './layer.ts';
import {
  describeGiven,
  isCallableOption,
  isFalsy,
  isMissing,
  listsOf,
  MOST_COMBINATIONS,
  noOptions,
  numeric,
  onTheWire,
  printed,
  readObject,
  saysNo,
  starOf,
  uniqueBy,
  type Options,
  type Read,
} from './options.ts';
import { DEEPEST_LIST, isCallable, quote } from './origin-option.ts';
import type { PlainBag } from './safe-cors.ts';

/** The options that all of them have. */
export const COMMON_OPTIONS = [
  'origin',
  'methods',
  'allowedHeaders',
  'exposedHeaders',
  'credentials',
  'maxAge',
  'preflightContinue',
  'optionsSuccessStatus',
] as const;
export type CommonOption = (typeof COMMON_OPTIONS)[number];

const NAME_LISTS = ['methods', 'allowedHeaders', 'exposedHeaders'] as const;

/** What a layer was made from. */
export interface Given {
  readonly run: Run;
  /** The options. */
  readonly value: Value;
  /** The call. */
  readonly at: Place;
  /** Where the options stand in it, if they do. */
  readonly argument: Place | undefined;
  /** The condition under which it was made. */
  readonly guard: Guard;
  /** The options as they were then, if that is known. */
  readonly first?: PlainBag | undefined;
  /** There is no call: a file claims to hold the options of one. */
  readonly claimed?: boolean;
}

/** Options that are read otherwise than they are written. */
export type Otherwise = Readonly<Record<string, Leaf | Absent>>;

export abstract class OptionsLayer<Name extends string = CommonOption> extends Layer {
  #combinations: readonly (Options<Name | CommonOption> | undefined)[] | undefined;

  constructor(
    readonly given: Given,
    readonly otherwise: Otherwise = {},
  ) {
    super(given.at);
  }

  /** Every option that is read. */
  protected abstract readonly read: readonly (Name | CommonOption)[];

  /** The names that a misspelt one may stand for. */
  protected abstract readonly suggested: readonly string[];

  /** What comes of it that an option is missing, as a clause. */
  protected abstract readonly effects: Readonly<Record<string, string>>;

  /** The function that decides about the options at each request, if that is what was given. */
  abstract readonly delegate: Obj | undefined;

  /** What the package makes of the types of values. */
  protected abstract wrongTypes(options: Options<Name | CommonOption>): readonly Fault<Place>[];

  /** The same layer with other options. */
  protected abstract with(otherwise: Otherwise): OptionsLayer<Name>;

  /** Whether the value switches credentials on. */
  protected abstract allowsCredentials(value: Leaf | Absent): boolean;

  /** Whether `*` in a list of origins lets everybody in. Otherwise it is text as any other. */
  protected readonly starIsEverybody: boolean = false;

  override get madeOf(): readonly Value[] {
    return [this.given.value];
  }

  get guard(): Guard {
    return this.given.guard;
  }

  get origins(): readonly WrittenOrigin<Place>[] {
    const written: WrittenOrigin<Place>[] = [];
    for (const options of this.options()) {
      const origin = options?.origin.value;
      if (origin?.type === 'known' && typeof origin.value === 'string' && origin.value !== '')
        written.push({ text: onTheWire(origin.value), cause: origin.at, as: 'only' });
      if (origin?.type === 'object' && origin.nature.is === 'array') this.#listed(origin, written, 0);
    }
    if (this.delegate || this.options().some((options) => options && isCallableOption(options.origin)))
      written.push(...listedOrigins((asking) => this.ask(actualRequest(STRANGER), asking)));
    return uniqueBy(written, ({ cause, text }) => `${cause.start}${text}`);
  }

  #listed(list: Obj, written: WrittenOrigin<Place>[], depth: number): void {
    if (depth > DEEPEST_LIST) return;
    for (const one of this.lists(list)) {
      // With everybody let in, nothing is compared.
      if (this.starIsEverybody && depth === 0 && starOf(one)) continue;
      for (const item of one.items)
        for (const leaf of leaves(item)) {
          if (leaf.type === 'known' && typeof leaf.value === 'string')
            written.push({ text: leaf.value, cause: leaf.at, as: 'listed' });
          // Lists within lists work.
          else if (leaf.type === 'object' && leaf.nature.is === 'array')
            this.#listed(leaf, written, depth + 1);
        }
    }
  }

  get credentials(): Place | undefined {
    return this.options().find((options) => options && this.allowsCredentials(options.credentials.value))
      ?.credentials.at;
  }

  get allowedHeaders(): Place | undefined {
    for (const options of this.options()) {
      const read = options?.allowedHeaders;
      // An empty string is no list: whatever is asked for is allowed.
      if (!read || read.value.type === 'absent' || isFalsy(read.value)) continue;
      const list = read.value.at;
      return list.end > 0 ? list : read.at;
    }
    return undefined;
  }

  get names(): readonly WrittenName<Place>[] {
    const written: WrittenName<Place>[] = [];
    for (const options of this.options()) {
      // CORS is off: nothing comes of the lists.
      if (!options || isFalsy(options.origin.value)) continue;
      for (const list of NAME_LISTS) this.#named(options[list].value, list, written, 0);
    }
    return uniqueBy(written, ({ cause, text, in: list }) => `${list}${cause.start}:${text}`);
  }

  /** Entries are joined by commas, and so are those of lists within lists: `['GET, PUT']` names two methods. */
  #named(value: Leaf | Absent, list: NameList, written: WrittenName<Place>[], depth: number): void {
    if (value.type === 'known' && typeof value.value === 'string')
      for (const piece of value.value.split(',')) {
        const text = strip(piece, tabOrSpace);
        if (text !== '') written.push({ text, cause: value.at, in: list });
      }
    if (value.type !== 'object' || value.nature.is !== 'array' || depth > DEEPEST_LIST) return;
    for (const { items } of this.lists(value))
      for (const item of items) for (const leaf of leaves(item)) this.#named(leaf, list, written, depth + 1);
  }

  get maxAge(): { readonly at: Place; readonly missing: boolean } {
    const all = this.options();
    const [only, ...others] = new Set(all.map((options) => options?.maxAge.at));
    return {
      // Of two objects, neither is the one.
      at: only && only.end > 0 && others.length === 0 ? only : this.at,
      missing: all.every((options) => {
        const value = options?.maxAge.value;
        return value !== undefined && (value.type === 'absent' || isMissing(value));
      }),
    };
  }

  get faults(): readonly Fault<Place>[] {
    const { argument, guard, run, value } = this.given;
    const faults: Fault<Place>[] = [];
    for (const leaf of leaves(run.decisions.under(guard, value))) {
      const given = Object.hasOwn(this.otherwise, 'origin') ? undefined : describeGiven(leaf);
      if (given && argument)
        faults.push({ code: 'options-not-object', cause: argument, data: { library: this.library, given } });
      if (leaf.type === 'object' && leaf.nature.is === 'plain') faults.push(...this.#misspelt(leaf));
    }
    for (const options of this.options()) if (options) faults.push(...this.wrongTypes(options));
    return uniqueBy(faults, ({ cause, code }) => `${code}${cause.start}`);
  }

  mended(
    remedy: Remedy,
    { option = '', meant = '' }: Readonly<Record<string, string>>,
  ): OptionsLayer<Name> | undefined {
    const { guard, run, value: options } = this.given;
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
        const key = remedy === 'make-list' ? (option as CommonOption) : 'origin';
        const [only, ...others] = new Set(this.options().map((read) => read?.[key].value));
        if (others.length > 0 || only?.type !== 'object' || only.nature.is !== 'set') return undefined;
        const list = run.array([], only.at);
        list.list = only.list;
        return this.#with({ [key]: list });
      }
      case 'rename-option':
      case 'wrap-options': {
        const given = run.decisions.under(guard, options);
        if (given instanceof Choice) return undefined;
        if (remedy === 'wrap-options') return this.#with({ origin: given });
        const value = given.type === 'object' ? given.slots.get(option)?.value : undefined;
        return value === undefined || value instanceof Choice
          ? undefined
          : this.#with({ [meant]: value as Leaf | Absent });
      }
    }
  }

  #with(otherwise: Otherwise): OptionsLayer<Name> {
    return this.with({ ...this.otherwise, ...otherwise });
  }

  #listsOrigins(): boolean {
    return this.options().some(
      (options) => options?.origin.value.type === 'object' && options.origin.value.nature.is === 'array',
    );
  }

  #misspelt(object: Obj): Fault<Place>[] {
    const { run } = this.given;
    const present = new Set(run.entries(object).map(([key]) => key));
    return run.entries(object).flatMap(([key, { at, value }]) => {
      if ((this.read as readonly string[]).includes(key) || this.suggested.includes(key)) return [];
      const meant = optionMeant(key, this.suggested);
      if (!meant || present.has(meant) || Object.hasOwn(this.otherwise, meant)) return [];
      return [
        {
          code: 'unknown-option' as const,
          cause: at,
          data: {
            library: this.library,
            option: key,
            meant,
            effect: this.effectOf(object, meant, leaves(value)),
          },
        },
      ];
    });
  }

  /**
   * What comes of it that an option is missing: the clause for it, if something certainly does.
   *
   * @param written what the misspelt one says.
   */
  protected effectOf(object: Obj, meant: string, written: readonly (Leaf | Absent)[]): string {
    // `{ ...options, origins }`: the option may be there all the same.
    if (object.open) return '';
    if (meant === 'origin') return this.effects['origin'] ?? '';
    // `credential: false` asks for nothing that is missing now; and where CORS is off, so is the rest.
    if (written.every(saysNo) || this.holds(object, 'origin').some(isFalsy)) return '';
    if (meant === 'optionsSuccessStatus' && !this.isOff(object, 'preflightContinue')) return '';
    return Object.hasOwn(this.effects, meant) ? (this.effects[meant] ?? '') : '';
  }

  /** What the object holds under the name. */
  protected holds(object: Obj, option: string): readonly (Leaf | Absent)[] {
    const slot = object.slots.get(option);
    return slot ? leaves(this.given.run.decisions.under(this.given.guard, slot.value)) : [{ type: 'absent' }];
  }

  protected isOff(object: Obj, option: string): boolean {
    return this.holds(object, option).every((value) => value.type === 'absent' || isFalsy(value));
  }

  protected fault(code: Fault<Place>['code'], { at }: Read, data: Record<string, string>): Fault<Place> {
    return { code, cause: at, data: { library: this.library, ...data } };
  }

  /** A `Set` or `Map` where a list belongs. `effect`: what becomes of the option then. */
  protected notLists(
    options: Options<CommonOption>,
    effect: (option: NameList, text: string) => string,
  ): readonly Fault<Place>[] {
    return NAME_LISTS.flatMap((option) => {
      const { value } = options[option];
      if (value.type !== 'object' || (value.nature.is !== 'set' && value.nature.is !== 'map')) return [];
      const text = `the text \`[object ${value.nature.is === 'set' ? 'Set' : 'Map'}]\``;
      return [
        this.fault('not-a-list', options[option], {
          option,
          given: quote(value),
          effect: effect(option, text),
        }),
      ];
    });
  }

  /** A `maxAge` that is no number of seconds. */
  protected wrongAge({ maxAge }: Options<CommonOption>): readonly Fault<Place>[] {
    const age = numeric(maxAge.value);
    if (maxAge.value.type !== 'known' || isMissing(maxAge.value)) return [];
    if (age === undefined || !Number.isInteger(age))
      return [this.fault('max-age-not-a-number', maxAge, { given: quote(maxAge.value) })];
    if (!looksLikeMilliseconds(age)) return [];
    return [
      this.fault('max-age-in-milliseconds', maxAge, {
        given: String(age),
        days: String(Math.round(age / 86_400)),
        seconds: String(age / 1000),
      }),
    ];
  }

  /** The options under every combination of open questions. `undefined` stands for one that cannot be read. */
  protected options(): readonly (Options<Name | CommonOption> | undefined)[] {
    return (this.#combinations ??= this.#readOptions());
  }

  #readOptions(): readonly (Options<Name | CommonOption> | undefined)[] {
    const { guard, run, value } = this.given;
    const result: (Options<Name | CommonOption> | undefined)[] = [];
    for (const [leaf] of combinations(run.decisions, guard, [value], MOST_COMBINATIONS) ?? [[undefined]]) {
      // A function is a delegate, which decides at each request.
      result.push(...(!leaf || isCallable(leaf) ? [undefined] : this.optionsOf(leaf)));
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

  /** The options that a value is. */
  protected optionsOf(leaf: Leaf): readonly (Options<Name | CommonOption> | undefined)[] {
    // What a library made may be a delegate.
    if (
      leaf.type === 'unknown' ||
      (leaf.type === 'object' && ['made', 'environment'].includes(leaf.nature.is))
    )
      return [undefined];
    // Anything else that is no object of options has none of them: the defaults hold.
    return leaf.type === 'known' || leaf.nature.is !== 'plain'
      ? [noOptions(this.read, this.given.argument ?? leaf.at)]
      : this.readObject(leaf);
  }

  protected readObject(object: Obj): readonly (Options<Name | CommonOption> | undefined)[] {
    return readObject(this.given.run, this.given.guard, object, this.read);
  }

  protected lists(object: Obj): readonly List[] {
    return listsOf(this.given.run, this.given.guard, object);
  }

  /** An object as it prints, if that is known. */
  protected text(object: Obj, separator?: string): string | undefined {
    return printed(this.given.run, this.given.guard, object, separator);
  }
}

/** An answer without CORS headers of its own. */
export function ended(end: End<Place>, before: ReadonlyMap<string, Said<Place>> = new Map()): Outcome<Place> {
  return { headers: before, end, unclear: false };
}
