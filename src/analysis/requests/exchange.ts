/**
 * A request and the response to it, as handlers of Express and of `node:http` see them: `req`, `res`, `next`. What
 * they do to the response is pinned in `test/facts/handwritten.test.ts`.
 */
import type { End, Outcome, Request, Said } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import { text as asText } from '../run/operators.ts';
import { isKept } from '../run/kept.ts';
import type { Run } from '../run.ts';
import { combinations, type Guard, type Tree } from '../run/tree.ts';
import {
  known,
  Made,
  madeBy,
  stringOf,
  type Absent,
  type Leaf,
  type Native,
  type NativeCall,
  type Obj,
  type Value,
} from '../run/value.ts';
import { FROM_ORIGIN } from '../run/watch.ts';

/** More ways than this to answer are not told apart. */
const MOST_OUTCOMES = 64;

/** Headers that a preflight never has. Another request may have them. */
const NEVER_ON_PREFLIGHT = ['cookie', 'authorization'];

/** Methods of a response that set something else, and return the response. */
const CHAINED = new Set(
  'type contentType cookie clearCookie format links location attachment setTimeout cork uncork'.split(' '),
);
/** Methods after which the request is answered. */
const ENDING = new Set('end send json jsonp render sendFile sendfile download'.split(' '));

/** A header's name in the state of the response. */
const header = (name: string): string => `header ${name.toLowerCase()}`;
const END = 'end';
const STATUS = 'status';
const ERROR = 'error';
const UNCLEAR = 'unclear';

/**
 * One request under way. What becomes of the response is kept in the properties of an object, so that guards, loops and
 * exceptions treat it as they treat all that is written.
 */
export class Exchange {
  readonly req: Obj;
  readonly res: Obj;
  readonly next: Obj;
  readonly state: Obj;

  constructor(
    readonly run: Run,
    readonly request: Request,
    before: ReadonlyMap<string, Said<Place>>,
    readonly at: Place,
    /** Whether it may say who asks: a preflight never does. */
    readonly credentials: 'none' | 'any' = request.method === 'OPTIONS' ? 'none' : 'any',
  ) {
    this.state = run.plain(at);
    this.req = run.make(new RequestMade(this), at);
    this.res = run.make(new ResponseMade(this), at);
    this.next = run.make(new NextMade(this), at);
    for (const [name, said] of before) {
      this.state.slots.set(header(name), { value: this.#leafOf(said), at: said.cause });
    }
  }

  #leafOf(said: Said<Place>): Leaf {
    return said.value === undefined
      ? this.run.unknown('computed from something unknown', said.cause)
      : known(said.value, said.cause);
  }

  /** Headers of which it is known whether they are there, beside those that the request has. */
  get certain(): readonly string[] {
    return this.request.method === 'OPTIONS' ? NEVER_ON_PREFLIGHT : [];
  }

  /** A property that some middleware gives a request, if anything is known of it. */
  property(_key: string, _at: Place): Value | undefined {
    return undefined;
  }

  /** A header of the request; what the browser does not send is not there. */
  asked(name: string, at: Place): Value {
    const lower = name.toLowerCase();
    const value = this.request.headers.get(lower);
    if (value !== undefined) return known(value, at, lower === 'origin' ? FROM_ORIGIN : undefined);
    if (lower === 'origin') return known(undefined, at, FROM_ORIGIN);
    if (lower.startsWith('access-control-request-')) return known(undefined, at);
    if (this.request.method === 'OPTIONS' && NEVER_ON_PREFLIGHT.includes(lower)) return known(undefined, at);
    return this.run.unknown('parameter', at, { key: `request ${lower}` });
  }

  /** What the response says so far. */
  said(name: string, at: Place): Value {
    const slot = this.state.slots.get(header(name));
    if (!slot) return known(undefined, at);
    return this.run.decisions.map<Leaf | Absent, Leaf>(
      this.run.decisions.under(this.run.guard, slot.value),
      (leaf) => (leaf.type === 'absent' ? known(undefined, at) : leaf),
    );
  }

  /** Writes a header. A list becomes several of that name, which reach the browser as one, with commas. */
  say(name: string, value: Value, at: Place): void {
    this.#unlessEnded(() => {
      this.run.put(this.state, header(name), printed(this.run, value, at), at);
    });
  }

  /** @param overEmpty whether an empty text that stands there counts as nothing, as Express has it. */
  append(name: string, value: Value, at: Place, overEmpty = false): void {
    const { run } = this;
    const now = this.said(name, at);
    const isThere = overEmpty ? run.truth(now) : run.decisions.not(run.nullish(now));
    this.say(
      name,
      run.both(
        run.decisions.not(isThere),
        () => printed(run, value, at),
        () => {
          const joined = run.binary('+', now, known(', ', at), at);
          return run.binary('+', joined, printed(run, value, at), at);
        },
      ),
      at,
    );
  }

  /** `res.vary('Origin')`: what is there already is not said again. */
  vary(value: Value, at: Place): void {
    const { run } = this;
    run.lift([printed(run, value, at), this.said('vary', at)], ([one, now]) => {
      const [wanted, there] = [stringOf(one as Leaf), stringOf(now as Leaf)];
      const isThere = !isNo(now);
      if (wanted === undefined || (isThere && there === undefined)) {
        this.append('vary', one as Leaf, at);
        return run.undefined();
      }
      // https://github.com/jshttp/vary: nothing is said beside `*`.
      const names = (text: string): string[] => text.split(',').map((name) => name.trim());
      const before = names((there ?? '').toLowerCase());
      if (before.includes('*') || names(wanted).includes('*')) this.say('vary', known('*', at), at);
      else {
        let text = there ?? '';
        for (const name of names(wanted)) {
          if (before.includes(name.toLowerCase())) continue;
          before.push(name.toLowerCase());
          text = text === '' ? name : `${text}, ${name}`;
        }
        if (text !== there) this.say('vary', known(text, at), at);
      }
      return run.undefined();
    });
  }

  remove(name: string, at: Place): void {
    this.#unlessEnded(() => {
      this.run.put(this.state, header(name), known(undefined, at), at);
    });
  }

  status(value: Value, at: Place): void {
    this.#unlessEnded(() => {
      // The call stands for it: `res.status(204)`.
      const here = 'type' in value && value.type === 'known' ? known(value.value, at) : value;
      this.run.put(this.state, STATUS, here, at);
      this.run.put(this.res, 'statusCode', value, at);
    });
  }

  end(is: 'passes' | 'answers', at: Place): void {
    this.#unlessEnded(
      () => {
        this.run.put(this.state, END, known(is, at), at);
      },
      () => {
        const { run, state } = this;
        const failed = run.binary('===', run.get(state, END, at), known('fails', at), at);
        run.both(
          run.truth(failed),
          // Express tells of an error late: what answers meanwhile overtakes it.
          () => {
            this.unclear(at);
            return run.undefined();
          },
          () => run.undefined(),
        );
      },
    );
  }

  /** It goes on to whoever handles errors. */
  fail(error: Leaf, at: Place): void {
    this.#unlessEnded(() => {
      this.run.put(this.state, ERROR, error, at);
      this.run.put(this.state, END, known('fails', at), at);
    });
  }

  /** Code that is not followed has had its hands on it. */
  unclear(at: Place): void {
    this.run.put(this.state, UNCLEAR, known(true, at), at);
  }

  /** Of an answer that is sent, or handed on, nothing changes any more. */
  #unlessEnded(work: () => void, late: () => void = () => undefined): void {
    const { run } = this;
    const slot = this.state.slots.get(END);
    if (!slot) {
      work();
      return;
    }
    run.both(
      run.truth(run.get(this.state, END, this.at)),
      () => {
        late();
        return run.undefined();
      },
      () => {
        work();
        return run.undefined();
      },
    );
  }

  /** A layer answers in the place of the code that called it: each of its outcomes is one way to go on. */
  apply(
    layer: string,
    ask: (before: ReadonlyMap<string, Said<Place>>) => readonly Outcome<Place>[],
    next: () => void,
    at: Place,
  ): void {
    const { run } = this;
    const before = this.#saidSoFar();
    const outcomes = before && ask(before);
    if (!outcomes) {
      this.unclear(at);
      return;
    }
    const go = (rest: readonly Outcome<Place>[], index: number): Value => {
      const [outcome, ...others] = rest;
      if (!outcome) return run.undefined();
      const one = (): Value => {
        this.#take(outcome, next, at);
        return run.undefined();
      };
      if (others.length === 0) return one();
      const which = run.decisions.ask(`${layer}@${at.start} does ${index}`, new Set());
      return run.both(which, one, () => go(others, index + 1));
    };
    go(outcomes, 0);
  }

  #take({ headers, end, unclear }: Outcome<Place>, next: () => void, at: Place): void {
    const { run } = this;
    if (unclear) this.unclear(at);
    for (const [name, said] of headers)
      this.#unlessEnded(() => {
        run.put(this.state, header(name), this.#leafOf(said), said.cause);
      });
    switch (end.is) {
      case 'passes':
        next();
        return;
      case 'answers':
        this.status(
          end.status === undefined
            ? run.unknown('computed from something unknown', at)
            : known(end.status, at),
          at,
        );
        this.end('answers', at);
        return;
      case 'fails':
        this.fail(
          run.unknown('computed from something unknown', end.cause ?? at, { truthy: true }),
          end.cause ?? at,
        );
        return;
      case 'hangs':
        this.unclear(at);
    }
  }

  /** The headers so far, if they are certain. */
  #saidSoFar(): ReadonlyMap<string, Said<Place>> | undefined {
    const said = new Map<string, Said<Place>>();
    for (const [key, slot] of this.state.slots) {
      if (!key.startsWith('header ')) continue;
      const now = this.run.decisions.under(this.run.guard, slot.value);
      if (!('type' in now)) return undefined;
      const one = saidBy(now, slot.at);
      if (one) said.set(key.slice('header '.length), one);
    }
    return said;
  }

  /**
   * What may have come of it.
   *
   * @param threw where the handler threw for certain.
   * @param silent what it is if nothing has ended the request: `hangs`, or `passes` where somebody else goes on.
   */
  outcomes(
    guard: Guard,
    threw: { readonly guard: Guard; readonly error: Value },
    silent: 'hangs' | 'passes',
    returned: Value,
  ): readonly Outcome<Place>[] {
    const { run, state } = this;
    const names = [...state.slots.keys()].filter((key) => key.startsWith('header '));
    const read = (key: string): Tree<Leaf | Absent> => state.slots.get(key)?.value ?? NOT_THERE;
    const trees = [END, UNCLEAR, STATUS, ERROR, ...names].map(read);
    const thrown = [threw.guard, threw.error, run.lost, returned];
    const kept = isKept(run.written, [this.res, this.next]);
    const found = combinations<unknown>(run.decisions, guard, [...thrown, ...trees], MOST_OUTCOMES);
    if (!found) return [{ headers: new Map(), end: { is: 'passes' }, unclear: true }];
    return found.map((one) => {
      const [throws, reason, lost, result, end, unclear, status, error, ...values] = one as [
        boolean,
        Leaf,
        boolean,
        Leaf,
        ...(Leaf | Absent)[],
      ];
      const headers = new Map<string, Said<Place>>();
      names.forEach((name, index) => {
        const said = saidBy(values[index], state.slots.get(name)?.at ?? this.at);
        if (said) headers.set(name.slice('header '.length), said);
      });
      if (!isNo(unclear) || end?.type === 'unknown') return { headers, end: PASSES, unclear: true };
      // Of two errors the first is told of.
      const told = throws && isNo(error) ? reason : error;
      const ended = this.#endOf(end, status, told, throws, silent, result);
      if (ended.is === 'hangs' && (lost || kept)) return { headers, end: PASSES, unclear: true };
      return { headers, end: ended, unclear: false };
    });
  }

  #endOf(
    end: Leaf | Absent | undefined,
    status: Leaf | Absent | undefined,
    error: Leaf | Absent | undefined,
    threw: boolean,
    silent: 'hangs' | 'passes',
    returned: Leaf,
  ): End<Place> {
    const is = end?.type === 'known' ? end.value : undefined;
    const number = status?.type === 'known' ? Number(status.value) : undefined;
    const left = isNo(status)
      ? {}
      : { left: Number.isInteger(number) ? (number as number) : ('unknown' as const) };
    if (is === 'passes' || end?.type === 'unknown') return { is: 'passes', ...left };
    if (is === 'answers') {
      return { is: 'answers', status: isNo(status) ? 200 : Number.isInteger(number) ? number : undefined };
    }
    if (is !== 'fails' && !threw) return silent === 'passes' ? PASSES : this.#hangs(status, returned);
    const reason = error === undefined || error.type === 'absent' ? undefined : error;
    return {
      is: 'fails',
      status: reason && statusOfError(this.run, reason, status),
      cause: reason && reason.at.end > 0 ? reason.at : this.at,
      accident: reason?.type === 'object' && this.run.accidents.has(reason),
      ...left,
    };
  }

  #hangs(status: Leaf | Absent | undefined, returned: Leaf): End<Place> {
    const whole = this.at;
    if (status?.type === 'known' && !isNo(status))
      return {
        is: 'hangs',
        cause: status.at,
        because: 'the response gets a status here, but nothing ends it, and nothing calls `next`',
        whole,
        status: status.at,
      };
    const { at } = returned;
    const returns = returned.type === 'known' && returned.value === undefined && at.end > 0;
    return {
      is: 'hangs',
      cause: returns ? at : whole,
      because: 'the function neither answers nor calls `next`',
      whole,
    };
  }
}

/**
 * The status that Express answers with an error: its `status` or `statusCode` from 400 to 599, else that of the
 * response, else 500 (https://expressjs.com/en/guide/error-handling.html). Nothing if that is not known.
 *
 * @param set what the response says so far, if it says anything.
 */
export function statusOfError(run: Run, error: Leaf, set?: Leaf | Absent): number | undefined {
  if (error.type === 'unknown') return undefined;
  if (error.type === 'object')
    for (const key of ['status', 'statusCode']) {
      const value = run.here(run.get(error, key, error.at));
      if (!('type' in value) || value.type !== 'known') return undefined;
      if (isErrorStatus(value.value)) return value.value;
    }
  if (set?.type === 'unknown') return undefined;
  return set?.type === 'known' && isErrorStatus(set.value) ? set.value : 500;
}

function isErrorStatus(value: unknown): value is number {
  return typeof value === 'number' && value >= 400 && value <= 599;
}

const PASSES: End<Place> = { is: 'passes' };
const NOT_THERE: Absent = { type: 'absent' };

function isNo(leaf: Leaf | Absent | undefined): boolean {
  return leaf === undefined || leaf.type === 'absent' || (leaf.type === 'known' && leaf.value === undefined);
}

function saidBy(leaf: Leaf | Absent | undefined, at: Place): Said<Place> | undefined {
  if (isNo(leaf) || leaf === undefined || leaf.type === 'absent') return undefined;
  // What is handed back stands in the call that does it; what was written stands for itself.
  const own = leaf.at.end > 0 && !(leaf.type !== 'object' && leaf.deps?.has('origin'));
  const cause = own ? leaf.at : at;
  if (leaf.type !== 'known') return { value: undefined, cause };
  return { value: String(leaf.value).trim(), cause };
}

/** A header's value as it is sent. */
function printed(run: Run, value: Value, at: Place): Value {
  return run.lift([value], ([leaf]) => {
    const one = leaf as Leaf;
    if (one.type === 'object' && one.nature.is === 'array')
      return run.call(
        run.get(one, 'join', at),
        one,
        { args: [known(', ', at)], places: [at], open: false },
        at,
      );
    // Express and Node refuse `undefined`: see the handlers of `set`.
    return asText(run, one, at);
  });
}

class RequestMade extends Made {
  constructor(readonly exchange: Exchange) {
    super();
  }

  override get(run: Run, self: Obj, key: string, at: Place): Value | undefined {
    const { exchange } = this;
    switch (key) {
      case 'method':
        return known(exchange.request.method, at);
      // Express ties the three together.
      case 'res':
        return exchange.res;
      case 'next':
        return exchange.next;
      // Whoever has the connection can end it.
      case 'socket':
      case 'connection':
      case 'client':
      case 'destroy':
        exchange.unclear(at);
        return run.unknown('parameter', at, { key: `request.${key}` });
      case 'headers':
        return this.#headers(run, at);
      case 'get':
      case 'header':
        return run.native(`req.${key}`, (inner, call) =>
          inner.lift([call.args[0] ?? inner.undefined()], ([leaf]) => {
            const name = stringOf(leaf as Leaf);
            return name === undefined ? inner.unknown('parameter', call.at) : exchange.asked(name, call.at);
          }),
        );
      case 'path':
      case 'url':
      case 'originalUrl':
      case 'baseUrl':
        return run.unknown('parameter', at, { key: `request.${key}`, kind: 'string', truthy: true });
      case 'on':
      case 'once':
        return run.native(`req.${key}`, (inner, call) => {
          for (const arg of call.args) inner.wait(arg);
          return self;
        });
      default:
        return exchange.property(key, at) ?? run.unknown('parameter', at, { key: `request.${key}` });
    }
  }

  #headers(run: Run, at: Place): Value {
    const headers = run.plain(at);
    headers.open = run.unknown('parameter', at, { key: 'request headers' });
    const { request } = this.exchange;
    const names = new Set([
      'origin',
      'access-control-request-method',
      'access-control-request-headers',
      ...request.headers.keys(),
      ...this.exchange.certain,
    ]);
    for (const name of names) {
      headers.slots.set(name, { value: this.exchange.asked(name, at) as Leaf, at });
      // Node writes all names in lower case: `req.headers.Authorization` is never there.
      const capital = name.replace(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase());
      headers.slots.set(capital, { value: known(undefined, at), at });
    }
    return headers;
  }
}

export class ResponseMade extends Made {
  constructor(readonly exchange: Exchange) {
    super();
  }

  override get(run: Run, self: Obj, key: string, at: Place): Value | undefined {
    const { exchange } = this;
    const native = (work: Native): Value =>
      run.native(`res.${key}`, (inner, call) => {
        work(inner, call);
        return self;
      });
    switch (key) {
      case 'set':
      case 'header':
        return native((inner, call) => write(inner, call, exchange));
      case 'setHeader':
        return native((inner, call) =>
          inner.lift([call.args[1] ?? inner.undefined()], ([leaf]) =>
            // Node refuses what has no value.
            leaf?.type === 'known' && leaf.value === undefined && !call.open
              ? inner.fail(call.at)
              : write(inner, { ...call, args: [call.args[0] ?? inner.undefined(), leaf as Leaf] }, exchange),
          ),
        );
      case 'setHeaders':
        return native((inner, call) => {
          exchange.unclear(call.at);
          return inner.undefined();
        });
      case 'append':
      case 'appendHeader':
        return native((inner, call) => {
          named(inner, call, exchange, (name, value) =>
            exchange.append(name, value, call.at, key === 'append'),
          );
          return inner.undefined();
        });
      case 'vary':
        return native((inner, { args, at: place }) => {
          exchange.vary(args[0] ?? inner.undefined(), place);
          return inner.undefined();
        });
      case 'removeHeader':
        return native((inner, call) => {
          named(inner, call, exchange, (name) => exchange.remove(name, call.at));
          return inner.undefined();
        });
      case 'get':
      case 'getHeader':
      case 'hasHeader':
        return run.native(`res.${key}`, (inner, call) => {
          const name = stringOf(inner.here(call.args[0] ?? inner.undefined()));
          if (name === undefined) return inner.unknown('parameter', call.at);
          const said = exchange.said(name, call.at);
          return key === 'hasHeader'
            ? inner.boolean(inner.decisions.not(inner.nullish(said)), call.at)
            : said;
        });
      case 'writeHead':
        return native((inner, { args, at: place }) => {
          exchange.status(args[0] ?? inner.undefined(), place);
          const headers = args.at(-1);
          if (args.length > 1 && headers !== undefined) writeAll(inner, headers, exchange, place);
          return inner.undefined();
        });
      case 'status':
        return native((inner, { args, at: place }) => {
          exchange.status(args[0] ?? inner.undefined(), place);
          return inner.undefined();
        });
      case 'sendStatus':
        return native((inner, { args, at: place }) => {
          exchange.status(args[0] ?? inner.undefined(), place);
          exchange.end('answers', place);
          return inner.undefined();
        });
      case 'redirect':
        return native((inner, { args, at: place }) => {
          const status = args.length > 1 ? args[0] : known(302, place);
          exchange.status(status ?? known(302, place), place);
          // Express words the answer as the client accepts it.
          exchange.vary(known('Accept', place), place);
          exchange.end('answers', place);
          return inner.undefined();
        });
      case 'on':
      case 'once':
      case 'addListener':
        // Once it is sent, nothing changes any more.
        return native((inner) => inner.undefined());
      case 'headersSent':
      case 'writableEnded':
      case 'finished':
        return run.boolean(run.truth(run.get(exchange.state, END, at)), at);
      case 'locals':
      case 'req':
      case 'app':
        return key === 'req' ? exchange.req : run.unknown('parameter', at, { key: `response.${key}` });
      case 'statusCode':
        return run.unknown('parameter', at, { key: 'response.statusCode', kind: 'number' });
      // The headers are on their way, and what follows them may come at any time.
      case 'write':
      case 'flushHeaders':
      case 'pipe':
        return run.native(`res.${key}`, (_inner, call) => {
          exchange.end('answers', call.at);
          return known(true, call.at);
        });
      default:
    }
    if (ENDING.has(key))
      return native((inner, { at: place }) => {
        const slot = self.slots.get('statusCode');
        if (slot) exchange.status(inner.get(self, 'statusCode', place), place);
        exchange.end('answers', place);
        return inner.undefined();
      });
    if (CHAINED.has(key)) return native((inner) => inner.undefined());
    // Something that the app has given it.
    return native((inner, { at: place }) => {
      exchange.unclear(place);
      return inner.undefined();
    });
  }

  override escape(_run: Run, at: Place): void {
    this.exchange.unclear(at);
  }

  override used(_run: Run, at: Place): void {
    this.exchange.unclear(at);
  }
}

/** `res.set(name, value)`, `res.set({ name: value })`. */
function write(run: Run, call: NativeCall, exchange: Exchange): Value {
  const { args, at } = call;
  if (args.length === 1 && args[0] !== undefined) writeAll(run, args[0], exchange, at);
  else
    named(run, call, exchange, (name, value) => {
      exchange.say(name, value, at);
    });
  return run.undefined();
}

function writeAll(run: Run, headers: Value, exchange: Exchange, at: Place): void {
  run.lift([headers], ([leaf]) => {
    const table = leaf as Leaf;
    if (table.type === 'known') return run.undefined();
    if (table.type === 'unknown' || table.open || table.nature.is !== 'plain') exchange.unclear(at);
    if (table.type !== 'object' || table.nature.is !== 'plain') return run.undefined();
    for (const [name, slot] of run.entries(table))
      run.both(
        run.there(slot),
        () => {
          exchange.say(name, run.get(table, name, slot.at), slot.at);
          return run.undefined();
        },
        () => run.undefined(),
      );
    return run.undefined();
  });
}

/** Does something with the name and the value that a call gives; a name that is not known may be any. */
function named(
  run: Run,
  { args, at, open }: NativeCall,
  exchange: Exchange,
  work: (name: string, value: Value) => void,
): void {
  run.lift([args[0] ?? run.undefined()], ([leaf]) => {
    const name = stringOf(leaf as Leaf);
    if (name === undefined || open) exchange.unclear(at);
    else work(name, args[1] ?? run.undefined(at));
    return run.undefined();
  });
}

class NextMade extends Made {
  constructor(readonly exchange: Exchange) {
    super();
  }

  override get(run: Run, _self: Obj, key: string, place: Place): Value | undefined {
    if (key !== '()') {
      // `next.bind(null, null)` passes it on later.
      this.exchange.unclear(place);
      return undefined;
    }
    return run.native('next', (inner, { args, at }) => {
      const error = args[0] ?? inner.undefined();
      inner.lift([error], ([leaf]) => {
        const given = leaf as Leaf;
        const passes =
          given.type === 'known' && (!given.value || given.value === 'route' || given.value === 'router');
        if (passes) this.exchange.end('passes', at);
        else
          inner.both(
            inner.truth(given),
            () => {
              this.exchange.fail(given, at);
              return inner.undefined();
            },
            () => {
              this.exchange.end('passes', at);
              return inner.undefined();
            },
          );
        return inner.undefined();
      });
      return inner.undefined(at);
    });
  }

  override escape(_run: Run, at: Place): void {
    this.exchange.unclear(at);
  }

  override used(_run: Run, at: Place): void {
    this.exchange.unclear(at);
  }
}

/** The exchange that a value is the response of. */
export function exchangeOf(value: Value | undefined): Exchange | undefined {
  return madeBy(value, ResponseMade)?.exchange;
}
