/** The language's own operators: computed on what is known, remembered on what is not. */
import type { Place, Primitive } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice } from './tree.ts';
import { depsOf, known, union, type Absent, type Known, type Leaf, type Obj, type Value } from './value.ts';
import type { Watch } from './watch.ts';

export function unary(run: Run, operator: string, value: Value, at: Place): Value {
  if (operator === '!') return run.boolean(run.decisions.not(run.truth(value)), at);
  if (operator === 'void') return run.undefined(at);
  return run.lift([value], ([leaf]) => unaryLeaf(run, operator, leaf as Leaf, at));
}

function unaryLeaf(run: Run, operator: string, operand: Leaf, at: Place): Value {
  if (operator === 'typeof') {
    const type = typeOf(operand);
    if (type !== undefined) return known(type, at);
    return run.unknown('computed from something unknown', at, {
      key: `typeof ${run.keyOf(operand)}`,
      deps: depsOf(operand),
      kind: 'string',
      truthy: true,
    });
  }
  if (operand.type === 'known' && typeof operand.value !== 'bigint') {
    if (operator === '-') return known(-Number(operand.value), at);
    if (operator === '+') return known(Number(operand.value), at);
    if (operator === '~') return known(~Number(operand.value), at);
  }
  // `-x` of a bigint is a bigint.
  const number = operator === '+' || (operand.type === 'unknown' && operand.kind !== undefined);
  return run.unknown('computed from something unknown', at, {
    key: `${operator}${run.keyOf(operand)}`,
    deps: depsOf(operand),
    ...(number && { kind: 'number' }),
  });
}

export function binary(run: Run, operator: string, left: Value, right: Value, at: Place): Value {
  return run.lift([left, right], ([a, b]) => binaryLeaves(run, operator, a as Leaf, b as Leaf, at));
}

const ORDER = new Set(['<', '>', '<=', '>=']);

/** The same, of values of which each is one thing for certain. */
export function binaryLeaves(run: Run, operator: string, a: Leaf, b: Leaf, at: Place): Value {
  run.decisions.spend();
  if (operator === '!==') return unary(run, '!', binaryLeaves(run, '===', a, b, at), at);
  if (operator === '!=') return unary(run, '!', binaryLeaves(run, '==', a, b, at), at);
  if (operator === '===' || operator === '==') return equals(run, operator, a, b, at);
  if (a.type === 'known' && b.type === 'known') {
    const result = computeKnown(operator, a.value, b.value);
    if (result !== undefined) return known(result.value, at, union(depsOf(a), depsOf(b)));
  }
  const deps = union(depsOf(a), depsOf(b));
  const key = `(${run.keyOf(a)} ${operator} ${run.keyOf(b)})`;
  if (operator === 'in') return hasKey(run, a, b, at) ?? run.boolean(run.decisions.ask(key, deps), at);
  if (operator === 'instanceof') return isInstance(a, b, at) ?? run.boolean(run.decisions.ask(key, deps), at);
  if (ORDER.has(operator)) return run.boolean(run.decisions.ask(key, deps), at);
  if (operator !== '+') return run.unknown('computed from something unknown', at, { key, deps });
  if (a.type === 'object' || b.type === 'object') {
    const [left, right] = [certainText(run, a), certainText(run, b)];
    // An object is added as text, and what it is added to with it.
    if (left !== undefined && right !== undefined && left.length + right.length <= LONGEST_TEXT)
      return known(left + right, at, union(depsOf(a), depsOf(b)));
  }
  const text = isText(a) || isText(b);
  const full = isFullText(a) || isFullText(b);
  return run.unknown('computed from something unknown', at, {
    key,
    deps,
    ...(text && { kind: 'string' }),
    ...(full && { truthy: true }),
  });
}

function isText(leaf: Leaf): boolean {
  return leaf.type === 'known'
    ? typeof leaf.value === 'string'
    : leaf.type === 'unknown' && leaf.kind === 'string';
}

function isFullText(leaf: Leaf): boolean {
  return (
    isText(leaf) &&
    (leaf.type === 'known' ? leaf.value !== '' : leaf.type === 'unknown' && leaf.truthy === true)
  );
}

function equals(run: Run, operator: '===' | '==', a: Leaf, b: Leaf, at: Place): Value {
  if (a.type === 'known' && b.type === 'known') {
    // eslint-disable-next-line eqeqeq -- it is what the code says
    const answer = operator === '===' ? a.value === b.value : a.value == b.value;
    if (run.watch) noteEquals(run.watch, a, b, answer, at);
    return known(answer, at);
  }
  if (a.type === 'object' && b.type === 'object') return known(a === b, at);
  if (isSameUnknown(a, b)) return known(true, at);
  if (run.watch && (isStrange(run.watch, a, b) || isStrange(run.watch, b, a))) return known(false, at);
  if (neverEqual(operator, a, b) || neverEqual(operator, b, a)) return known(false, at);
  // `a === b` and `b === a` are one question.
  const [x, y] = [run.keyOf(a), run.keyOf(b)].sort();
  return run.boolean(run.decisions.ask(`(${x} ${operator} ${y})`, union(depsOf(a), depsOf(b))), at);
}

/** What is not known is not the name of a stranger. */
function isStrange(watch: Watch, a: Leaf, b: Leaf): boolean {
  return watch.nobodyWrote(a) && b.type === 'unknown' && !b.deps.has('origin');
}

function noteEquals(watch: Watch, a: Known, b: Known, answer: boolean, at: Place): void {
  // `origin.indexOf(x) === 0` asks how the origin begins.
  const position = a.answers ?? b.answers;
  if (position) {
    if ((a.answers ? b : a).value === 0) [position.how, position.answer] = ['starts', answer];
    return;
  }
  const [subject, operand] = a.deps?.has('origin') ? [a, b] : [b, a];
  if (!subject.deps?.has('origin') || operand.deps?.has('origin')) return;
  if (typeof subject.value !== 'string' || typeof operand.value !== 'string') return;
  watch.note({
    how: 'equals',
    subject: subject.value,
    operand: operand.value,
    answer,
    cause: operand.at.end > 0 ? operand.at : at,
    by: at,
  });
}

/** The one value that is not equal to itself is a number, so it takes more than the key to know. */
function isSameUnknown(a: Leaf, b: Leaf): boolean {
  return (
    a.type === 'unknown' &&
    b.type === 'unknown' &&
    a.key === b.key &&
    (a.kind === 'string' || a.kind === 'boolean' || a.truthy === true)
  );
}

/** Whether what is known of the one rules the other out. */
function neverEqual(operator: '===' | '==', a: Leaf, b: Leaf): boolean {
  if (b.type !== 'known') return false;
  const none = b.value === undefined || b.value === null;
  if (a.type === 'object') return operator === '===' || none;
  if (a.type !== 'unknown') return false;
  // `'0' == 0`: what is loosely equal need not be of one type, nor equally true.
  if (operator === '==') return none && (a.truthy === true || a.kind !== undefined);
  if (a.truthy !== undefined && Boolean(b.value) !== a.truthy) return true;
  return a.kind !== undefined && typeof b.value !== a.kind;
}

/** `'key' in object`, if it can be told. */
function hasKey(run: Run, key: Leaf, object: Leaf, at: Place): Value | undefined {
  if (key.type !== 'known' || object.type !== 'object' || object.nature.is !== 'plain') return undefined;
  const name = String(key.value);
  for (let holder: Obj | undefined = object; holder; holder = holder.proto) {
    const slot = holder.slots.get(name);
    if (slot) {
      if (slot.getter ?? slot.setter) return known(true, at);
      if (holder.open ?? holder.proto) return undefined;
      return run.boolean(
        run.decisions.map<Leaf | Absent, boolean>(
          slot.value,
          (leaf) => leaf.type !== 'absent' || name in Object.prototype,
        ),
        at,
      );
    }
    if (holder.open) return undefined;
  }
  return known(name in Object.prototype, at);
}

/** `object instanceof Class`, if it can be told. */
function isInstance(object: Leaf, parent: Leaf, at: Place): Value | undefined {
  if (parent.type === 'object' && parent.nature.is === 'native') {
    // No text is an instance of anything: `entry instanceof RegExp` in a list of both.
    if (object.type === 'known') return known(false, at);
    if (parent.nature.name === 'RegExp' && object.type === 'object')
      return object.nature.is === 'made' ? undefined : known(object.nature.is === 'regexp', at);
  }
  if (parent.type !== 'object' || (parent.nature.is !== 'class' && parent.nature.is !== 'function'))
    return undefined;
  if (object.type === 'known') return known(false, at);
  if (object.type !== 'object' || object.nature.is === 'made') return undefined;
  const prototype = parent.nature.is === 'class' ? parent.nature.prototype : prototypeOf(parent);
  for (let holder: Obj | undefined = object; holder; holder = holder.proto) {
    if (holder.proto !== undefined && holder.proto === prototype) return known(true, at);
    if (holder.open) return undefined;
  }
  return known(false, at);
}

function prototypeOf(fn: Obj): Obj | undefined {
  const value = fn.slots.get('prototype')?.value;
  return value !== undefined && 'type' in value && value.type === 'object' ? value : undefined;
}

function typeOf(leaf: Leaf): string | undefined {
  if (leaf.type === 'known') return leaf.value === null ? 'object' : typeof leaf.value;
  if (leaf.type === 'unknown') return leaf.kind;
  const { is } = leaf.nature;
  if (is === 'made') return undefined;
  return is === 'function' || is === 'native' || is === 'class' ? 'function' : 'object';
}

const DEEPEST_TEXT = 5;

/** The text of a value, if it is certain: a list's is that of its elements, an object's the famous one. */
export function certainText(run: Run, value: Value, depth = 0): string | undefined {
  const now = run.here(value);
  if (now instanceof Choice || now.type === 'unknown' || depth > DEEPEST_TEXT) return undefined;
  if (now.type === 'known') return String(now.value);
  if (now.nature.is === 'array') {
    const list = run.listOf(now);
    if (!list || list.open || now.open || now.slots.size > 0) return undefined;
    const texts = list.items.map((item) => {
      const none =
        !(item instanceof Choice) &&
        item.type === 'known' &&
        (item.value === undefined || item.value === null);
      return none ? '' : certainText(run, item, depth + 1);
    });
    run.decisions.spend(1 + texts.length / 4);
    const text = texts.includes(undefined) ? undefined : texts.join();
    return text !== undefined && text.length > LONGEST_TEXT ? undefined : text;
  }
  if (now.nature.is !== 'plain') return undefined;
  for (let holder: Obj | undefined = now; holder; holder = holder.proto)
    if (holder.open || holder.slots.has('toString') || holder.slots.has('valueOf')) return undefined;
  return '[object Object]';
}

/** Converted to a string, as a template does. */
export function text(run: Run, value: Value, at: Place): Value {
  return run.lift([value], ([leaf]) => {
    const part = leaf as Leaf;
    const certain = certainText(run, part);
    if (certain !== undefined) return known(certain, part.at, depsOf(part));
    return run.unknown('computed from something unknown', at, {
      key: `\`${run.keyOf(part)}\``,
      deps: depsOf(part),
      kind: 'string',
      ...(isFullText(part) && { truthy: true }),
    });
  });
}

const LONGEST_TEXT = 20_000;

/** The language's own operators, on primitives. Nothing where the language throws or the result would be too long. */
function computeKnown(operator: string, a: Primitive, b: Primitive): { value: Primitive } | undefined {
  if (typeof a === 'bigint' || typeof b === 'bigint') return undefined;
  if (operator === '+') {
    if (typeof a === 'string' || typeof b === 'string') {
      const text = `${a}${b}`;
      return text.length <= LONGEST_TEXT ? { value: text } : undefined;
    }
    return { value: Number(a) + Number(b) };
  }
  if (typeof a === 'string' && typeof b === 'string') {
    if (operator === '<') return { value: a < b };
    if (operator === '>') return { value: a > b };
    if (operator === '<=') return { value: a <= b };
    if (operator === '>=') return { value: a >= b };
  }
  const [x, y] = [Number(a), Number(b)];
  switch (operator) {
    case '<':
      return { value: x < y };
    case '>':
      return { value: x > y };
    case '<=':
      return { value: x <= y };
    case '>=':
      return { value: x >= y };
    case '-':
      return { value: x - y };
    case '*':
      return { value: x * y };
    case '/':
      return { value: x / y };
    case '%':
      return { value: x % y };
    case '**':
      return { value: x ** y };
    case '&':
      return { value: x & y };
    case '|':
      return { value: x | y };
    case '^':
      return { value: x ^ y };
    case '<<':
      return { value: x << y };
    case '>>':
      return { value: x >> y };
    case '>>>':
      return { value: x >>> y };
    default:
      return undefined;
  }
}
