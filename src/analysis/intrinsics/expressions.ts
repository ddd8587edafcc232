/** Regular expressions, and the methods of strings that take one. */
import type { Place } from '../code.ts';
import { mayRun } from '../run/escape.ts';
import { expression, fits } from '../expressions/expressions.ts';
import { text as asText } from '../run/operators.ts';
import type { Run } from '../run.ts';
import {
  depsOf,
  known,
  union,
  type Deps,
  type Known,
  type Leaf,
  type Native,
  type Obj,
  type Value,
} from '../run/value.ts';

type Expression = Obj & { readonly nature: { readonly is: 'regexp' } };

export function isExpression(leaf: Leaf | undefined): leaf is Expression {
  return leaf?.type === 'object' && leaf.nature.is === 'regexp';
}

/**
 * Runs the expression, if that is safe, and notes the comparison. `unclear`: nobody knows.
 *
 * @param anew `search` begins at the start, whatever was matched before, and leaves no trace.
 */
export function match(
  run: Run,
  object: Expression,
  text: Leaf,
  at: Place,
  anew = false,
): RegExpExecArray | null | 'unclear' {
  const instead = run.watch?.insteadOf(object.at);
  const { source, flags } = instead?.as === 'expression' ? instead.pattern : object.nature;
  const subject = text.type === 'known' ? String(text.value) : '';
  const native = text.type === 'known' && fits(subject) ? expression(source, flags)?.native() : undefined;
  const from = native && (anew ? 0 : lastIndex(run, object, flags, at));
  if (!native || from === undefined || text.type !== 'known') {
    if (!anew) lose(run, object, flags, at);
    return 'unclear';
  }
  run.decisions.spend(5 + (subject.length + source.length) / 8);
  native.lastIndex = from;
  const found = native.exec(subject);
  if (remembers(flags) && !anew) run.put(object, 'lastIndex', known(native.lastIndex, at), at);
  if (run.watch && text.deps?.has('origin'))
    run.watch.note({
      how: 'matches',
      subject,
      operand: source,
      flags,
      keeps: remembers(flags) && object.id <= run.watch.began,
      answer: found !== null,
      cause: object.at.end > 0 ? object.at : at,
      by: at,
    });
  return found;
}

function remembers(flags: string): boolean {
  return /[gy]/.test(flags);
}

/** Where the next search begins is not known. */
function lose(run: Run, object: Expression, flags: string, at: Place): void {
  if (remembers(flags))
    run.put(object, 'lastIndex', run.unknown('computed from something unknown', at, { kind: 'number' }), at);
}

/** Where the search begins; nothing if that is not known. */
function lastIndex(run: Run, object: Expression, flags: string, at: Place): number | undefined {
  if (!remembers(flags)) return 0;
  const slot = object.slots.has('lastIndex') ? run.here(run.get(object, 'lastIndex', at)) : undefined;
  if (slot === undefined) return 0;
  return 'type' in slot && slot.type === 'known' && typeof slot.value === 'number' ? slot.value : undefined;
}

const test: Native = (run, { self, args, at }) =>
  run.lift([self, asText(run, args[0] ?? run.undefined(), at)], ([leaf, given]) => {
    const [object, text] = [leaf as Leaf, given as Leaf];
    if (!isExpression(object)) return run.unknown('call of something unknown', at, { kind: 'boolean' });
    const found = match(run, object, text, at);
    return found === 'unclear' ? question(run, object, text, at) : known(found !== null, at);
  });

/** The same expression on the same text answers the same, unless it remembers where it stopped. */
function question(run: Run, { nature: { source, flags } }: Expression, text: Leaf, at: Place): Value {
  const more = { deps: depsOf(text), kind: 'boolean' as const };
  if (remembers(flags)) return run.unknown('computed from something unknown', at, more);
  const key = `/${source}/${flags}.test(${run.keyOf(text)})`;
  return run.boolean(run.decisions.ask(key, more.deps), at);
}

const exec: Native = (run, { self, args, at }) =>
  run.lift([self, asText(run, args[0] ?? run.undefined(), at)], ([leaf, given]) => {
    const [object, text] = [leaf as Leaf, given as Leaf];
    const found = isExpression(object) ? match(run, object, text, at) : 'unclear';
    return found === 'unclear'
      ? run.unknown('computed from something unknown', at, { deps: depsOf(text) })
      : matched(run, found, depsOf(text), at);
  });

/** The array that `exec` and `match` give. */
function matched(run: Run, found: RegExpExecArray | null, deps: Deps, at: Place): Value {
  if (found === null) return known(null, at);
  const array = run.array(
    [...found].map((group: string | undefined) => known(group, at, deps)),
    at,
  );
  run.put(array, 'index', known(found.index, at, deps), at);
  run.put(array, 'input', known(found.input, at, deps), at);
  const groups = run.plain(at);
  for (const [name, group] of Object.entries(found.groups ?? {}))
    run.put(groups, name, known(group, at, deps), at);
  run.put(array, 'groups', found.groups ? groups : known(undefined, at), at);
  return array;
}

const print: Native = (run, { self, at }) =>
  run.lift([self], ([leaf]) =>
    isExpression(leaf)
      ? known(`/${leaf.nature.source}/${leaf.nature.flags}`, at)
      : run.unknown('call of something unknown', at, { kind: 'string' }),
  );

const METHODS: Readonly<Record<string, Native>> = { test, exec, toString: print };

export function expressionMethod(name: string): Native | undefined {
  return Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
}

/** `source`, `flags`, `global` ...; nothing for other keys. */
export function expressionProperty({ nature }: Expression, key: string, at: Place): Known | undefined {
  switch (key) {
    case 'source':
      return known(nature.source, at);
    case 'flags':
      return known(nature.flags, at);
    case 'global':
      return known(nature.flags.includes('g'), at);
    case 'ignoreCase':
      return known(nature.flags.includes('i'), at);
    case 'lastIndex':
      return known(0, at);
    default:
      return undefined;
  }
}

/** `text.match(/…/)`, `search`, `replace`, `replaceAll`, `split`. */
export function withExpression(
  run: Run,
  name: string,
  text: Leaf,
  object: Expression,
  rest: readonly Leaf[],
  at: Place,
): Value {
  const { source, flags } = object.nature;
  const deps = union(depsOf(text), ...[rest[0] ? depsOf(rest[0]) : NONE]);
  const unclear = (kind?: 'string' | 'number'): Value =>
    run.unknown('computed from something unknown', at, { deps, ...(kind && { kind }) });
  switch (name) {
    case 'match':
    case 'search': {
      if (flags.includes('g') && name === 'match') break;
      const found = match(run, object, text, at, name === 'search');
      if (found === 'unclear') return unclear(name === 'search' ? 'number' : undefined);
      return name === 'match' ? matched(run, found, deps, at) : known(found ? found.index : -1, at, deps);
    }
    case 'replace':
    case 'replaceAll': {
      const [by] = rest;
      const native = nativeFor(text, source, flags);
      if (!native || by?.type !== 'known' || (name === 'replaceAll' && !native.global)) {
        if (by?.type === 'object') mayRun(run, by, at);
        lose(run, object, flags, at);
        return unclear('string');
      }
      const from = lastIndex(run, object, flags, at);
      if (from === undefined) {
        lose(run, object, flags, at);
        return unclear('string');
      }
      native.lastIndex = from;
      const replaced = String((text as Known).value).replace(native, String(by.value));
      if (remembers(flags)) run.put(object, 'lastIndex', known(native.lastIndex, at), at);
      return known(replaced, at, deps);
    }
    case 'split': {
      const native = nativeFor(text, source, flags);
      const open = unclear();
      if (!native || rest.length > 0)
        return run.array([], at, 'type' in open && open.type === 'unknown' ? open : undefined);
      const pieces = String((text as Known).value).split(native);
      return run.array(
        pieces.map((piece: string | undefined) => known(piece, at, deps)),
        at,
      );
    }
    default:
  }
  const native = name === 'match' ? nativeFor(text, source, flags) : undefined;
  if (!native) {
    lose(run, object, flags, at);
    return unclear();
  }
  const all = String((text as Known).value).match(native);
  run.put(object, 'lastIndex', known(0, at), at);
  if (run.watch && text.type === 'known' && text.deps?.has('origin'))
    run.watch.note({
      how: 'matches',
      subject: String(text.value),
      operand: source,
      flags,
      answer: all !== null,
      cause: object.at.end > 0 ? object.at : at,
    });
  return all === null
    ? known(null, at)
    : run.array(
        all.map((piece) => known(piece, at, deps)),
        at,
      );
}

const NONE: Deps = new Set();

function nativeFor(text: Leaf, source: string, flags: string): RegExp | undefined {
  if (text.type !== 'known' || !fits(String(text.value))) return undefined;
  return expression(source, flags)?.native();
}
