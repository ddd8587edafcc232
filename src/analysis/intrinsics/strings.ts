/** Strings and numbers: known ones compute, unknown ones stay unknown but remember. */
import type { Place } from '../code.ts';
import { mayRun } from '../run/escape.ts';
import type { Run } from '../run.ts';
import { Choice } from '../run/tree.ts';
import {
  depsOf,
  known,
  union,
  type Deps,
  type Known,
  type Leaf,
  type Native,
  type Value,
} from '../run/value.ts';
import type { Instead } from '../../policy/comparison.ts';
import { expression, fits } from '../expressions/expressions.ts';
import type { Noted, Watch } from '../run/watch.ts';
import { isExpression, withExpression } from './expressions.ts';

/** Pure methods that give a string, a number, a boolean or a list of strings when given primitives. */
const PURE = new Set(
  (
    'at charAt charCodeAt concat endsWith includes indexOf lastIndexOf localeCompare match normalize padEnd padStart repeat ' +
    'replace replaceAll search slice split startsWith substr substring toLowerCase toString toUpperCase trim trimEnd trimStart valueOf'
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
const TAKES_EXPRESSIONS = new Set(['match', 'search', 'replace', 'replaceAll', 'split']);
const LONGEST = 20_000;
const LONGEST_SPLIT = 1000;

export function stringMethod(name: string): Native | undefined {
  if (!PURE.has(name)) return undefined;
  return (run, { self, args, open, at }) =>
    run.lift([self, ...args], ([text, ...rest]) => apply(run, name, text as Leaf, rest, open, at));
}

function apply(run: Run, name: string, self: Leaf, args: readonly Leaf[], open: boolean, at: Place): Value {
  let deps: Deps = depsOf(self);
  for (const arg of args) deps = union(deps, depsOf(arg));
  const [first] = args;
  if (TAKES_EXPRESSIONS.has(name) && !open) {
    if (isExpression(first)) return withExpression(run, name, self, first, args.slice(1), at);
    // Text is made an expression: `origin.match('example.com')`.
    if (name === 'match' || name === 'search') {
      const source = first?.type === 'known' && first.value !== undefined ? String(first.value) : undefined;
      const made = run.object({ is: 'regexp', source: source ?? '', flags: '' }, first?.at ?? at);
      return source !== undefined && isExpression(made)
        ? withExpression(run, name, self, made, [], at)
        : run.unknown('computed from something unknown', at, { deps });
    }
  }
  if (!open && self.type === 'known' && args.every((arg) => arg.type === 'known')) {
    const computed = compute(
      name,
      String(self.value),
      args.map((arg) => arg.value),
    );
    if (computed) {
      const value = result(run, computed.value, at, deps);
      return run.watch && deps.has('origin') ? noted(run.watch, name, self, args, value, at) : value;
    }
  }
  // No list and no variable of which nothing is known holds the name of a stranger.
  if (run.watch?.nobodyWrote(first)) {
    if (ANSWERS.has(name)) return known(false, at, deps);
    if (name === 'indexOf' || name === 'lastIndexOf') return known(-1, at, deps);
  }
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

const HOW = {
  startsWith: 'starts',
  endsWith: 'ends',
  includes: 'includes',
  indexOf: 'includes',
  lastIndexOf: 'includes',
} as const;

/** Notes what was asked about the origin, and hands the answer on. */
function noted(
  watch: Watch,
  name: string,
  self: Known,
  args: readonly Known[],
  answer: Value,
  at: Place,
): Value {
  const [first, ...rest] = args;
  if (!Object.hasOwn(HOW, name) || !first || rest.length > 0) return answer;
  if (answer instanceof Choice || answer.type !== 'known') return answer;
  const how = HOW[name as keyof typeof HOW];
  const within = !self.deps?.has('origin');
  const [subject, operand] = within ? [first, self] : [self, first];
  if (operand.deps?.has('origin')) return answer;
  const instead = watch.insteadOf(at);
  if (instead) return otherwise(watch, instead, subject, operand, answer);
  const comparison = watch.note({
    how: within ? 'within' : how,
    subject: String(subject.value),
    operand: String(operand.value),
    answer: typeof answer.value === 'number' ? answer.value >= 0 : Boolean(answer.value),
    cause: operand.at.end > 0 ? operand.at : at,
    by: at,
  });
  return typeof answer.value === 'number' ? { ...answer, answers: comparison } : answer;
}

/** The answer of another comparison in the place of this one. `indexOf` says where it is. */
function otherwise(
  watch: Watch,
  instead: Instead<Place>,
  subject: Known,
  operand: Known,
  answer: Known,
): Value {
  const [text, written] = [String(subject.value), String(operand.value)];
  const note = (one: Pick<Noted, 'how' | 'operand' | 'flags' | 'answer'>): boolean =>
    watch.note({ ...one, subject: text, cause: instead.at, by: instead.at }).answer;
  let holds = false;
  switch (instead.as) {
    case 'equals':
      holds = note({ how: 'equals', operand: written, answer: text === written });
      break;
    case 'entries':
      for (const entry of written.split(',').map((piece) => (instead.trims ? piece.trim() : piece)))
        holds = note({ how: 'equals', operand: entry, answer: text === entry }) || holds;
      break;
    case 'expression': {
      const { source, flags } = instead.pattern;
      const native = fits(text) ? expression(source, flags)?.native() : undefined;
      if (native) holds = note({ how: 'matches', operand: source, flags, answer: native.test(text) });
    }
  }
  const value = typeof answer.value === 'number' ? (holds ? 0 : -1) : holds;
  return { ...answer, value };
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

function result(run: Run, value: unknown, at: Place, deps: Deps): Value {
  if (!Array.isArray(value)) return known(value as string | number | boolean | undefined, at, deps);
  const open = value.length > LONGEST_SPLIT ? run.unknown('computed from something unknown', at) : undefined;
  return run.array(
    value.slice(0, LONGEST_SPLIT).map((item) => known(String(item), at, deps)),
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
