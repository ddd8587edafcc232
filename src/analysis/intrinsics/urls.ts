/** `new URL(text)`, `URL.canParse`, `URL.parse`, and Node's older `url.parse`. */
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { depsOf, known, union, type Leaf, type Native, type Obj, type Value } from '../run/value.ts';

const PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

/** More is no address that anybody looks at here. */
const LONGEST = 2000;

/** The text of what is given; nothing if it is not known. */
function given(leaf: Leaf | undefined): string | undefined {
  return leaf?.type === 'known' && String(leaf.value).length <= LONGEST ? String(leaf.value) : undefined;
}

/** Calls `found` with the URL, `none` where there is none, `unclear` where nobody knows. */
function parse(
  run: Run,
  args: readonly Value[],
  open: boolean,
  ways: {
    readonly found: (url: URL, from: readonly Leaf[]) => Value;
    readonly none: () => Value;
    readonly unclear: (from: readonly Leaf[]) => Value;
  },
): Value {
  return run.lift([args[0] ?? run.undefined(), args[1] ?? run.undefined()], (from) => {
    const [text, base] = [given(from[0]), given(from[1])];
    const without = from[1]?.type === 'known' && from[1].value === undefined;
    if (open || text === undefined || (base === undefined && !without)) return ways.unclear(from);
    const address = without ? [text] : [text, base];
    return URL.canParse(...(address as [string]))
      ? ways.found(new URL(...(address as [string])), from)
      : ways.none();
  });
}

/** An object with the parts of the address. */
function addressOf(run: Run, url: URL, from: readonly Leaf[], at: Place): Obj {
  const made = run.plain(at);
  const deps = from.map(depsOf).reduce(union);
  for (const part of PARTS) run.put(made, part, known(url[part], at, deps), at);
  const print = run.native('url.toString', (inner, call) => inner.get(call.self, 'href', call.at));
  run.put(made, 'toString', print, at);
  run.put(made, 'toJSON', print, at);
  run.put(
    made,
    'searchParams',
    run.unknown('a construct that is not modelled', at, { deps, truthy: true }),
    at,
  );
  return made;
}

/** The parts of an address that is not known: the same question has the same answer. */
function someAddress(run: Run, from: readonly Leaf[], at: Place): Value {
  const [text] = from;
  const made = run.plain(at);
  made.open = run.unknown('computed from something unknown', at, {
    deps: from.map(depsOf).reduce(union),
    ...(text && from[1]?.type === 'known' && { key: `URL(${run.keyOf(text)},${run.keyOf(from[1])})` }),
  });
  return made;
}

export const newUrl: Native = (run, { args, open, at }) =>
  parse(run, args, open, {
    found: (url, from) => addressOf(run, url, from, at),
    none: () => run.fail(at),
    unclear: (from) => {
      run.mayThrow();
      return someAddress(run, from, at);
    },
  });

export const canParse: Native = (run, { args, open, at }) =>
  parse(run, args, open, {
    found: () => known(true, at),
    none: () => known(false, at),
    unclear: (from) =>
      run.unknown('computed from something unknown', at, {
        key: `URL?(${from.map((leaf) => run.keyOf(leaf)).join()})`,
        deps: from.map(depsOf).reduce(union),
        kind: 'boolean',
      }),
  });

export const parseUrl: Native = (run, { args, open, at }) =>
  parse(run, args, open, {
    found: (url, from) => addressOf(run, url, from, at),
    none: () => known(null, at),
    unclear: (from) =>
      run.unknown('computed from something unknown', at, { deps: from.map(depsOf).reduce(union) }),
  });

/** `url.parse(text)`: for an ordinary web address it has the same parts, `null` where one is missing. */
export const legacyParse: Native = (run, { args, open, at }) =>
  run.lift([args[0] ?? run.undefined()], ([leaf]) => {
    const text = given(leaf);
    const url =
      text !== undefined && /^https?:\/\/[\w.:[\]-]+$/i.test(text) && URL.canParse(text)
        ? new URL(text)
        : undefined;
    if (!url || open || args.length > 1) {
      if (leaf?.type === 'known' && typeof leaf.value !== 'string') return run.fail(at);
      run.mayThrow();
      return someAddress(run, [leaf as Leaf], at);
    }
    const made = addressOf(run, url, [leaf as Leaf], at);
    const deps = depsOf(leaf as Leaf);
    for (const part of ['port', 'search', 'hash'] as const)
      run.put(made, part, known(url[part] === '' ? null : url[part], at, deps), at);
    for (const part of ['origin', 'username', 'password', 'searchParams'])
      run.put(made, part, known(undefined, at), at);
    return made;
  });
