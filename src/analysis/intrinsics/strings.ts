/** Strings and numbers: known ones compute, unknown ones stay unknown but remember. */
import type { Place } from '../code.ts';
import { mayRun } from '../escape.ts';
import type { Run } from '../run.ts';
import { depsOf, known, union, type Deps, type Leaf, type Native, type Value } from '../value.ts';

/** Pure methods that give a string, a number, a boolean or a list of strings when given primitives. */
const PURE = new Set(
  (
    'at charAt charCodeAt concat endsWith includes indexOf lastIndexOf localeCompare normalize padEnd padStart repeat replace ' +
    'replaceAll slice split startsWith substr substring toLowerCase toString toUpperCase trim trimEnd trimStart valueOf'
  ).split(' '),
);
const ANSWERS = new Set(['endsWith', 'includes', 'startsWith']);
const NUMBERS = new Set(['charCodeAt', 'indexOf', 'lastIndexOf', 'localeCompare']);
/** Methods after which text that was there is still there. */
const NEVER_EMPTY = new Set([
  'toLowerCase',
  'toUpperCase',
  'toString',
  'valueOf',
  'normalize',
  'padEnd',
  'padStart',
  'concat',
]);
const LONGEST = 20_000;
const LONGEST_SPLIT = 1000;

export function stringMethod(name: string): Native | undefined {
  if (!PURE.has(name)) return undefined;
  return (run, { self, args, open, at }) =>
    run.lift([self, ...args], ([text, ...rest]) => apply(run, name, text as Leaf, rest, open, at));
}

function apply(run: Run, name: string, self: Leaf, args: readonly Leaf[], open: boolean, at: Place): Value {
  if (!open && self.type === 'known' && args.every((arg) => arg.type === 'known')) {
    const computed = compute(
      name,
      String(self.value),
      args.map((arg) => arg.value),
    );
    if (computed) return result(run, computed.value, at);
  }
  let deps: Deps = depsOf(self);
  for (const arg of args) deps = union(deps, depsOf(arg));
  // A callback (`replace(x, f)`) runs some number of times.
  for (const arg of args) if (arg.type === 'object') mayRun(run, arg, at);
  const key = `${run.keyOf(self)}.${name}(${args.map((arg) => run.keyOf(arg)).join()}${open ? ',…' : ''})`;
  if (name === 'split')
    return run.array([], at, run.unknown('computed from something unknown', at, { key, deps }));
  if (ANSWERS.has(name)) return run.boolean(run.decisions.ask(key, deps), at);
  if (name === 'at') return run.unknown('computed from something unknown', at, { key, deps });
  if (NUMBERS.has(name))
    return run.unknown('computed from something unknown', at, { key, deps, kind: 'number' });
  const full = self.type === 'known' ? self.value !== '' : self.type === 'unknown' && self.truthy === true;
  return run.unknown('computed from something unknown', at, {
    key,
    deps,
    kind: 'string',
    ...(NEVER_EMPTY.has(name) && full && { truthy: true }),
  });
}

/** What the method really gives; nothing where it would throw, or give more than is looked at. */
function compute(
  name: string,
  text: string,
  args: readonly unknown[],
): { readonly value: unknown } | undefined {
  const [first, second] = args;
  if (text.length > LONGEST) return undefined;
  if (name === 'repeat' && !(Number(first) >= 0 && Number(first) * text.length <= LONGEST)) return undefined;
  if (name.startsWith('pad') && !(Number(first) <= LONGEST)) return undefined;
  if (
    name === 'normalize' &&
    first !== undefined &&
    !['NFC', 'NFD', 'NFKC', 'NFKD'].includes(first as string)
  )
    return undefined;
  if (name === 'localeCompare' && args.length > 1) return undefined;
  // Every match is replaced by up to so much (`$&` is the match).
  if (name.startsWith('replace') && text.length * String(second).length * (String(first).length + 1) > 1e7)
    return undefined;
  const method = (text as unknown as Record<string, (...given: readonly unknown[]) => unknown>)[name];
  const value = method?.apply(text, args as unknown[]);
  return typeof value === 'string' && value.length > LONGEST ? undefined : { value };
}

function result(run: Run, value: unknown, at: Place): Value {
  if (!Array.isArray(value)) return known(value as string | number | boolean | undefined, at);
  const open = value.length > LONGEST_SPLIT ? run.unknown('computed from something unknown', at) : undefined;
  return run.array(
    value.slice(0, LONGEST_SPLIT).map((item) => known(String(item), at)),
    at,
    open,
  );
}

/** `toString`, `toFixed` and `valueOf` of numbers and booleans. */
export function numberMethod(name: string): Native | undefined {
  if (name !== 'toString' && name !== 'toFixed' && name !== 'valueOf') return undefined;
  return (run, { self, args, open, at }) =>
    run.lift([self, args[0] ?? run.undefined()], ([leaf, given]) => {
      const [number, digits] = [leaf as Leaf, given as Leaf];
      const kind = name === 'valueOf' ? {} : ({ kind: 'string' } as const);
      if (number.type !== 'known' || digits.type !== 'known' || open)
        return run.unknown('computed from something unknown', at, kind);
      const value = number.value as number | boolean;
      if (name === 'valueOf') return known(value, at);
      const { value: by } = digits;
      if (by !== undefined && (typeof by !== 'number' || !Number.isInteger(by) || by < 0 || by > 20))
        return run.unknown('computed from something unknown', at, kind);
      if (typeof value === 'boolean') return known(String(value), at);
      if (name === 'toFixed') return known(value.toFixed(by), at);
      return by === undefined || by >= 2
        ? known(value.toString(by), at)
        : run.unknown('computed from something unknown', at, kind);
    });
}
