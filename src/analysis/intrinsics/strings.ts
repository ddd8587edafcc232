/** Strings: known ones compute, unknown ones stay unknown but remember. */
import type { Place } from '../code.ts';
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

export function stringMethod(name: string): Native | undefined {
  if (!PURE.has(name)) return undefined;
  return (run, { self, args, open, at }) =>
    run.lift([self, ...args], ([text, ...rest]) => apply(run, name, text as Leaf, rest, open, at));
}

function apply(run: Run, name: string, self: Leaf, args: readonly Leaf[], open: boolean, at: Place): Value {
  let deps: Deps = depsOf(self);
  for (const arg of args) deps = union(deps, depsOf(arg));
  if (!open && self.type === 'known' && args.every((arg) => arg.type === 'known')) {
    const text = String(self.value);
    const given = args.map((arg) => arg.value);
    // The only pure method that can grow without bound, and the one that throws.
    const safe = name !== 'repeat' && !name.startsWith('pad') && text.length <= LONGEST;
    if (safe)
      return result(
        run,
        (text as unknown as Record<string, (...given: unknown[]) => unknown>)[name]?.(...given),
        at,
      );
  }
  // A callback (`replace(x, f)`) runs some number of times.
  for (const arg of args) if (arg.type === 'object' && arg.nature.is === 'function') run.escape(arg, at);
  const key = `${run.keyOf(self)}.${name}(${args.map((arg) => run.keyOf(arg)).join()}${open ? ',…' : ''})`;
  if (name === 'split')
    return run.array([], at, run.unknown('computed from something unknown', at, { key, deps }));
  if (ANSWERS.has(name)) return run.boolean(run.decisions.ask(key, deps), at);
  if (NUMBERS.has(name))
    return run.unknown('computed from something unknown', at, { key, deps, kind: 'number' });
  const truthy = NEVER_EMPTY.has(name) && self.type === 'unknown' && self.truthy === true;
  return run.unknown('computed from something unknown', at, {
    key,
    deps,
    kind: 'string',
    ...(truthy && { truthy }),
  });
}

function result(run: Run, value: unknown, at: Place): Value {
  if (Array.isArray(value))
    return run.array(
      value.slice(0, 1000).map((item) => known(String(item), at)),
      at,
    );
  return known(value as string | number | boolean | undefined, at);
}
