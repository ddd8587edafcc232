/** Objects of options: how they are read while questions are open, and what their values come to. */
import type { Said } from '../../policy/policy.ts';
import { strip, tabOrSpace } from '../../policy/white-space.ts';
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice, combinations, leaves, type Guard } from '../run/tree.ts';
import type { Absent, Leaf, List, Obj } from '../run/value.ts';
import { DEEPEST_LIST, isCallable } from './origin-option.ts';

/** An option as it is read: its value, and where it was written. */
export interface Read {
  readonly value: Leaf | Absent;
  /** The property, or the call where there is none. */
  readonly at: Place;
}

/** Options by name. Every name that was asked for is there. */
export type Options<Name extends string> = Readonly<Record<Name, Read>>;

/** More combinations of undecided options than this are not told apart. */
export const MOST_COMBINATIONS = 64;

/**
 * Reads an object of options, once for each combination of open questions.
 *
 * @returns `undefined` for one that cannot be read.
 */
export function readObject<Name extends string>(
  run: Run,
  guard: Guard,
  object: Obj,
  names: readonly Name[],
): readonly (Options<Name> | undefined)[] {
  const slots = names.map((name) => object.slots.get(name));
  const missing: Leaf | Absent = object.open ?? { type: 'absent' };
  const trees = slots.map((slot) =>
    slot === undefined
      ? missing
      : slot.getter
        ? run.unknown('a construct that is not modelled', slot.at)
        : slot.value,
  );
  const found = combinations<Leaf | Absent>(run.decisions, guard, trees, MOST_COMBINATIONS);
  return (
    found?.map((values) => {
      const read = slots.map((slot, index): Read => {
        const value = values[index] ?? { type: 'absent' as const };
        // Where an option may be absent or there, the absent one is not at the place of the other.
        return value.type === 'absent'
          ? { value: object.open ?? value, at: object.at }
          : { value, at: slot?.at ?? object.at };
      });
      return Object.fromEntries(names.map((name, index) => [name, read[index]])) as unknown as Options<Name>;
    }) ?? [undefined]
  );
}

/** None of the options is written. */
export function noOptions<Name extends string>(names: readonly Name[], at: Place): Options<Name> {
  const none: Read = { value: { type: 'absent' }, at };
  return Object.fromEntries(names.map((name) => [name, none])) as unknown as Options<Name>;
}

/** What the list may hold, where the guard holds. */
export function listsOf(run: Run, guard: Guard, object: Obj): readonly List[] {
  return leaves(run.decisions.under(guard, object.list));
}

/**
 * An object as it prints, if that is known.
 *
 * @param separator between the elements of the list itself. Lists within it print as they always do.
 */
export function printed(run: Run, guard: Guard, object: Obj, separator = ',', depth = 0): string | undefined {
  const { is } = object.nature;
  if (is === 'set') return '[object Set]';
  if (is === 'map') return '[object Map]';
  if (is === 'promise') return '[object Promise]';
  if (is !== 'array' || depth > DEEPEST_LIST) return undefined;
  const lists = listsOf(run, guard, object);
  const [list] = lists;
  if (!list || lists.length > 1 || list.open) return undefined;
  const texts = list.items.map((item) => {
    if (item instanceof Choice || item.type === 'unknown') return undefined;
    if (item.type === 'object') return printed(run, guard, item, ',', depth + 1);
    return isMissing(item) ? '' : String(item.value);
  });
  return texts.includes(undefined) ? undefined : texts.join(separator);
}

/** The `*` among the elements: the place that a finding about it should point at. */
export function starOf(list: List): Place | undefined {
  for (const item of list.items)
    if (!(item instanceof Choice) && item.type === 'known' && item.value === '*') return item.at;
  return undefined;
}

export function isMissing(value: Leaf | Absent): boolean {
  return value.type === 'known' && (value.value === undefined || value.value === null);
}

export function isFalsy(value: Leaf | Absent): boolean {
  return value.type === 'known' && !value.value;
}

export function isCallableOption({ value }: Read): boolean {
  return value.type === 'object' && isCallable(value);
}

/** Taken for a no: falsy, or the text that says so. */
export function saysNo(value: Leaf | Absent): boolean {
  return isFalsy(value) || (value.type === 'known' && value.value === 'false');
}

/** `undefined`: it is not known. */
export function truthOf(value: Leaf | Absent): boolean | undefined {
  if (value.type === 'unknown') return value.truthy;
  return value.type === 'object' || (value.type === 'known' && Boolean(value.value));
}

/** The number that a value is or that its text spells; nothing for anything else. */
export function numeric(value: Leaf | Absent): number | undefined {
  if (value.type !== 'known') return undefined;
  if (typeof value.value === 'bigint') return Number(value.value);
  if (typeof value.value === 'number') return Number.isNaN(value.value) ? undefined : value.value;
  return typeof value.value === 'string' && /^-?\d+$/.test(value.value.trim())
    ? Number(value.value)
    : undefined;
}

/** What was given where an object of options belongs: the clause for it, if it is certainly something else. */
export function describeGiven(leaf: Leaf): string | undefined {
  if (leaf.type === 'known' && typeof leaf.value === 'string') return 'a string';
  if (leaf.type === 'object' && leaf.nature.is === 'array') return 'an array';
  if (leaf.type === 'object' && leaf.nature.is === 'regexp') return 'a regular expression';
  return undefined;
}

/** Node refuses to send it: https://github.com/nodejs/node/blob/main/lib/_http_common.js (`checkInvalidHeaderChar`). */
export const UNSENDABLE = /[^\t -~\u0080-\u00FF]/;

/** How Node encodes it depends on the body that follows. */
const NOT_ASCII = /[\u0080-\u00FF]/;

/** A header's value as it arrives: white space around it is none of it. */
export function onTheWire(value: string): string {
  return strip(value, tabOrSpace);
}

/** A header as it arrives. */
export function wired(said: Said<Place>): Said<Place> {
  if (said.value === undefined) return said;
  return { ...said, value: NOT_ASCII.test(said.value) ? undefined : onTheWire(said.value) };
}

/** As the package `vary` does it: what is there already is not said again, and nothing is said beside `*`. */
export function appended(before: Said<Place>, { value }: Said<Place>): Said<Place> {
  if (before.value === undefined || value === undefined) return { ...before, value: undefined };
  const there = before.value
    .toLowerCase()
    .split(',')
    .map((name) => strip(name, tabOrSpace));
  if (there.includes('*')) return { ...before, value: '*' };
  if (there.includes(value.toLowerCase())) return before;
  return { ...before, value: before.value === '' ? value : `${before.value}, ${value}` };
}

export function uniqueBy<T>(items: readonly T[], key: (item: T) => unknown): readonly T[] {
  const seen = new Map<unknown, T>();
  for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item);
  return [...seen.values()];
}
