/**
 * Options as they stand now, each property read once: a getter may say something else the next time, and then what was
 * judged would not be what holds. What stands on `Object.prototype` nobody wrote as an option.
 */
import { UNKNOWN, SAFE_OPTIONS, type OptionPath } from '../policy/safe/options.ts';

export interface Snapshot {
  /** The same, made of plain objects and lists; `UNKNOWN` where reading throws. */
  readonly copy: unknown;
  readonly unreadable: readonly OptionPath[];
}

/** `routes['/public'].origin[2].allow`: what lies deeper is never read. */
const DEEPEST = 5;

/** Copies whatever was given for options. Never throws. */
export function snapshot(given: unknown): Snapshot {
  const unreadable: OptionPath[] = [];
  const attempt = (path: OptionPath, read: () => unknown): unknown => {
    try {
      return read();
    } catch {
      unreadable.push(path);
      return UNKNOWN;
    }
  };
  const copyOf = (value: unknown, path: OptionPath): unknown => {
    if (typeof value !== 'object' || value === null || path.length > DEEPEST) return value;
    const found = attempt(path, () => contentOf(value));
    if (found === undefined || found === UNKNOWN) return found ?? value;
    const { isList, keys } = found as Content;
    const copy = (isList ? [] : Object.create(null)) as object;
    for (const { key, enumerable } of keys) {
      const here = [...path, key];
      const read = attempt(here, () => (value as Readonly<Record<string | number, unknown>>)[key]);
      Object.defineProperty(copy, key, { value: copyOf(read, here), enumerable });
    }
    return copy;
  };
  return { copy: copyOf(given, []), unreadable };
}

interface Content {
  readonly isList: boolean;
  readonly keys: readonly { readonly key: string | number; readonly enumerable: boolean }[];
}

/** Nothing for what is neither a list nor a bag of properties: a date, an expression, a promise. */
function contentOf(value: object): Content | undefined {
  if (Array.isArray(value))
    return {
      isList: true,
      keys: Array.from({ length: value.length }, (_, key) => ({ key, enumerable: true })),
    };
  // Under Jest it may be of another realm.
  if (Object.prototype.toString.call(value) !== '[object Object]') return undefined;
  const own = Object.keys(value);
  const others = NAMES.filter((name) => !own.includes(name) && isThere(value, name));
  return {
    isList: false,
    keys: [
      ...own.map((key) => ({ key, enumerable: true })),
      ...others.map((key) => ({ key, enumerable: false })),
    ],
  };
}

/** What may be inherited, as the getters of a class are. */
const NAMES: readonly string[] = [
  ...SAFE_OPTIONS,
  ...['allow', 'because', 'lookup', 'cacheFor', 'cacheSize', 'timeout', 'staleFor', 'except'],
];

function isThere(value: object, name: string): boolean {
  let one: object | null = value;
  while (one !== null) {
    const next = Object.getPrototypeOf(one) as object | null;
    // The end of the chain is `Object.prototype`, of this realm or another.
    if (next === null && one !== value) return false;
    if (Object.hasOwn(one, name)) return true;
    one = next;
  }
  return false;
}
