/** The `origin` option of npm `cors` and of the packages that took it over: what it says about one origin. */
import type { End, Said } from '../../policy/policy.ts';
import { consult, type Manner, type Verdict } from '../requests/callback.ts';
import { headOf, type Place, type Primitive } from '../code.ts';
import { statusOfError } from '../requests/exchange.ts';
import { isExpression, match } from '../intrinsics/expressions.ts';
import type { Run } from '../run.ts';
import { leaves, type Guard } from '../run/tree.ts';
import { known, NOWHERE, type Absent, type Leaf, type List, type Obj, type Value } from '../run/value.ts';
import { FROM_ORIGIN } from '../run/watch.ts';

/** Lists within lists are looked into so far; one may hold itself. */
export const DEEPEST_LIST = 10;

/** What the option comes to for one request. */
export type Decided =
  /** `header`: `Access-Control-Allow-Origin`, if it is sent. `by`: the value that decided, after callbacks. */
  | { readonly is: 'decided'; readonly header: Said<Place> | undefined; readonly by: Leaf | Absent }
  /** The package steps aside: no header at all. */
  | { readonly is: 'off' }
  | { readonly is: 'fails'; readonly end: End<Place> }
  | { readonly is: 'hangs'; readonly end: End<Place> }
  | { readonly is: 'unclear' };

export interface OriginQuestion {
  readonly run: Run;
  readonly guard: Guard;
  /** The library's name, for sentences about it. */
  readonly library: string;
  /** What the request sends; nothing without the header. */
  readonly origin: string | undefined;
  readonly manner?: OriginManner;
}

/** In what a package that took the option over differs from npm `cors`. */
export interface OriginManner extends Manner {
  /** `*` in a list lets everybody in. */
  readonly starIsEverybody?: boolean;
  /** Only `false` steps aside; anything else that is falsy is an exception. */
  readonly onlyFalseIsOff?: boolean;
  /** An expression with `g` or `y` begins anew each time. */
  readonly resetsExpressions?: boolean;
}

/** Where a value was written, or what stands for it. */
export interface ReadOption {
  readonly value: Leaf | Absent;
  readonly at: Place;
}

/** What the option says; a function is called, whose verdict is read as the option would be. */
export function decideOrigin(question: OriginQuestion, option: ReadOption): readonly Decided[] {
  const { value, at } = option;
  if (value.type !== 'object' || !isCallable(value)) return decideBy(question, option);
  const { run, guard, origin, manner } = question;
  const asked = known(origin, at, FROM_ORIGIN);
  const decided = consult(
    run,
    guard,
    value,
    [asked],
    value.at,
    (verdicts) => verdicts.flatMap((verdict) => decideVerdict(question, verdict, value, at)),
    manner,
  );
  return decided ?? [{ is: 'unclear' }];
}

function decideVerdict(question: OriginQuestion, verdict: Verdict, fn: Obj, at: Place): readonly Decided[] {
  switch (verdict.is) {
    case 'unclear':
      return [{ is: 'unclear' }];
    case 'silent':
      return [{ is: 'hangs', end: silence(fn, verdict, question.library, at, question.manner) }];
    case 'fails':
      return [
        {
          is: 'fails',
          end: failure(question.run, fn, verdict, at, 'false', question.manner),
        },
      ];
    case 'says': {
      const { value } = verdict;
      if (value.type === 'known' && !value.value)
        return [
          isOff(question, value.value) ? { is: 'off' } : { is: 'fails', end: { is: 'fails', status: 500 } },
        ];
      return decideBy(question, { value: verdict.value, at: verdict.at.end > 0 ? verdict.at : at }, true);
    }
  }
}

/** The head of the function, if it is one of this file. */
export function functionHead({ nature }: Obj): Place | undefined {
  return nature.is === 'function' && nature.code.end > 0 ? headOf(nature.code) : undefined;
}

/** What comes of a function that does not call back, and where and why. */
export function silence(
  fn: Obj,
  { returned, rejected }: Verdict & { is: 'silent' },
  library: string,
  at: Place,
  { awaits = false }: Manner = {},
): End<Place> {
  const whole = functionHead(fn) ?? at;
  const code = fn.nature.is === 'function' ? fn.nature.code : undefined;
  // Without a `return` it is the function as a whole.
  const inside = code !== undefined && code.head <= returned.at.start && returned.at.end <= code.end;
  const cause = inside ? returned.at : whole;
  const nothing = returned.type === 'known' && returned.value === undefined;
  const because = rejected
    ? `the function is \`async\`, so what it throws does not reach ${library}, and nothing is called back`
    : nothing && !code?.async
      ? 'the function ends without calling back'
      : awaits
        ? `the function returns its verdict, which ${library} looks at only in a promise, and does not call back`
        : code?.async
          ? `the function returns a promise, which ${library} does not wait for, and does not call back`
          : `the function returns its verdict, which ${library} does not look at, and does not call back`;
  return { is: 'hangs', cause, because, whole };
}

function isAsync({ nature }: Obj): boolean {
  return nature.is === 'function' && nature.code.async;
}

/** What comes of a function that answers with an exception. */
export function failure(
  run: Run,
  fn: Obj,
  { error, at }: Verdict & { is: 'fails' },
  place: Place,
  refusal: string,
  { awaits = false }: Manner = {},
): End<Place> {
  const head = functionHead(fn);
  return {
    is: 'fails',
    status: statusOfError(run, error),
    cause: at.end > 0 ? at : place,
    accident: run.accidents.has(error),
    ...(head && { asked: { at: head, refusal, awaited: awaits && isAsync(fn) } }),
  };
}

/** Whether what is falsy makes the package step aside. */
function isOff({ manner }: OriginQuestion, value: Primitive): boolean {
  return manner?.onlyFalseIsOff !== true || value === false;
}

/** What a value says that is no function to call. */
function decideBy(
  question: OriginQuestion,
  { value, at }: ReadOption,
  fromCallback = false,
): readonly Decided[] {
  const decided = (header: Said<Place> | undefined): Decided => ({ is: 'decided', header, by: value });
  if (value.type === 'absent') return [decided({ value: '*', cause: at, byDefault: true })];
  if (value.type === 'unknown')
    return [
      value.kind === 'string' && value.truthy ? decided({ value: undefined, cause: at }) : { is: 'unclear' },
    ];
  // Every request fails so: no cause, for it is no refusal.
  if (value.type === 'known' && !value.value)
    return [
      isOff(question, value.value) ? { is: 'off' } : { is: 'fails', end: { is: 'fails', status: 500 } },
    ];
  if (value.type === 'known' && typeof value.value === 'string') {
    const because =
      fromCallback && value.value === question.origin
        ? { because: 'the function hands the origin of the request back' }
        : {};
    return [decided({ value: value.value, cause: fromCallback ? at : value.at, ...because })];
  }
  const star = question.manner?.starIsEverybody ? starIn(question, value) : undefined;
  if (star === 'unclear') return [{ is: 'unclear' }];
  if (star) return [decided({ value: '*', cause: star })];
  return matches(question, value, 0).map((answer): Decided => {
    if (answer === 'unclear') return { is: 'unclear' };
    const { origin } = question;
    // Without `Origin` a reflection has nothing to send.
    if (!answer || !origin) return decided(undefined);
    const cause = fromCallback ? at : answer.leaf.at.end > 0 ? answer.leaf.at : value.at;
    return decided({
      value: origin,
      cause: cause.end > 0 ? cause : at,
      because:
        fromCallback && value.type === 'known'
          ? `the function answers \`${String(value.value)}\`, whoever asks`
          : answer.because,
    });
  });
}

/** The `*` that the value lists, for certain or perhaps. */
function starIn(question: OriginQuestion, value: Leaf): Place | 'unclear' | undefined {
  if (value.type !== 'object' || value.nature.is !== 'array') return undefined;
  const isStar = (leaf: Leaf): boolean => leaf.type === 'known' && leaf.value === '*';
  const lists = listsOf(question, value);
  const some = lists.flatMap(({ items }) => items.filter((item) => leaves(item).some(isStar)));
  const certain = lists.every(({ items }) => items.some((item) => leaves(item).every(isStar)));
  if (some.length === 0) return undefined;
  return certain ? leaves(some[0] as Value).find(isStar)?.at : 'unclear';
}

/** What lets an origin in. */
interface Match {
  readonly leaf: Leaf;
  readonly because: string;
}

/** Nobody lists a stranger, nor the lack of an origin. */
function isStrange({ run, origin }: OriginQuestion): boolean {
  return run.watch?.nobodyWrote(known(origin, NOWHERE, FROM_ORIGIN)) === true;
}

type Answer = Match | false | 'unclear';

/** Whether the value of `origin`, or an element of it, lets the origin in, and why. */
function matches(question: OriginQuestion, value: Leaf, depth: number): readonly Answer[] {
  const { origin, library, run } = question;
  // Nobody lists a stranger.
  if (value.type === 'unknown') return [depth > 0 && isStrange(question) ? false : 'unclear'];
  if (value.type === 'known') {
    if (typeof value.value === 'string') {
      if (run.watch && origin !== undefined)
        run.watch.note({
          how: 'equals',
          subject: origin,
          operand: value.value,
          answer: origin === value.value,
          cause: value.at,
        });
      return [origin === value.value && { leaf: value, because: `\`${value.value}\` is listed` }];
    }
    if (!value.value) return [false];
    const because =
      depth > 0
        ? isNoOrigin(value, depth, library)
        : `\`origin: ${String(value.value)}\` hands every origin back`;
    return [{ leaf: value, because }];
  }
  const { nature } = value;
  if (nature.is === 'array')
    return depth > DEEPEST_LIST
      ? ['unclear']
      : listsOf(question, value).map((list) => matchesList(question, list, depth));
  if (isExpression(value)) {
    // Without `Origin` nothing is sent, whatever it matches.
    if (origin === undefined) return [false];
    // One that was made for this question remembers nothing.
    const tested = question.manner?.resetsExpressions ? run.object(nature, value.at) : value;
    if (!isExpression(tested)) return ['unclear'];
    const found = match(run, tested, known(origin, value.at, FROM_ORIGIN), value.at);
    const because = `\`/${nature.is === 'regexp' ? `${nature.source}/${nature.flags}` : ''}\` matches it`;
    return [found === 'unclear' ? 'unclear' : found !== null && { leaf: value, because }];
  }
  if (nature.is === 'environment' || value.open?.why === 'changed by code that is not followed')
    return ['unclear'];
  if (isCallable(value))
    return [
      {
        leaf: value,
        because:
          depth > 0
            ? `a function in the list is never called, and ${library} takes anything that is truthy for a yes`
            : `a function is no verdict, and ${library} takes anything that is truthy for a yes`,
      },
    ];
  return [{ leaf: value, because: isNoOrigin(value, depth, library) }];
}

function matchesList(question: OriginQuestion, { items, open }: List, depth: number): Answer {
  // What else may be in the list is not known, and nobody lists a stranger.
  const { origin, run } = question;
  let unclear = open !== undefined && origin !== undefined && !isStrange(question);
  for (const item of items) {
    run.decisions.spend();
    const answers = leaves(item).flatMap((leaf) => matches(question, leaf, depth + 1));
    const [answer] = answers;
    if (answer && answer !== 'unclear' && answers.every((one) => one && one !== 'unclear')) return answer;
    if (answers.some((one) => one !== false)) unclear = true;
  }
  return unclear && 'unclear';
}

function listsOf({ run, guard }: OriginQuestion, object: Obj): readonly List[] {
  return leaves(run.decisions.under(guard, object.list));
}

function isNoOrigin(leaf: Leaf, depth: number, library: string): string {
  const what = depth > 0 ? `${quote(leaf)} in the list is no string` : `${quote(leaf)} is no string, list`;
  return `${what} or expression, and ${library} takes anything else that is truthy for a yes`;
}

export function isCallable(leaf: Leaf): boolean {
  return leaf.type === 'object' && ['function', 'native', 'class'].includes(leaf.nature.is);
}

/** A value, as a sentence can name it. */
export function quote(value: Leaf | Absent): string {
  if (value.type === 'known')
    return `\`${typeof value.value === 'string' ? `'${value.value}'` : String(value.value)}\``;
  if (value.type !== 'object') return 'this value';
  const { is } = value.nature;
  return (
    { set: 'a `Set`', map: 'a `Map`', promise: 'a `Promise`', array: 'an array', function: 'a function' }[
      is as string
    ] ?? 'an object'
  );
}
