/** The texts that a regular expression takes, as far as people write them for origins. */

export type Piece =
  | { readonly is: 'text'; readonly text: string }
  /** Something that varies: digits, the letters of a label, or anything at all. */
  | { readonly is: 'wild'; readonly of: Alphabet; readonly most: number }
  /** Whole labels, one or more, each with its dot. */
  | { readonly is: 'labels' }
  | { readonly is: 'start' }
  | { readonly is: 'end' };
export type Alphabet = 'digits' | 'label' | 'any';

/** One of the ways to fit: what stands behind `?` is there in one and absent in another. */
export type Way = readonly Piece[];

/** More than that nobody reads off an expression. */
const MOST_WAYS = 64;
const LONGEST = 1000;

/** Every way to fit; nothing where the expression says what cannot be said in pieces: look-ahead, references, `a+`. */
export function waysOf(source: string): readonly Way[] | undefined {
  if (source.length > LONGEST) return undefined;
  try {
    return new Reader(source).whole();
  } catch (error) {
    if (error instanceof Unsaid) return undefined;
    throw error;
  }
}

class Unsaid extends Error {}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): readonly Way[] {
    const ways = this.#alternatives();
    if (this.#at < this.#source.length) throw new Unsaid();
    return ways;
  }

  #alternatives(): readonly Way[] {
    const ways = [...this.#sequence()];
    while (this.#take('|')) ways.push(...this.#sequence());
    return few(ways);
  }

  #sequence(): readonly Way[] {
    let ways: readonly Way[] = [[]];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#next)) {
      const term = this.#term();
      ways = few(ways.flatMap((one) => term.map((other) => [...one, ...other])));
    }
    return ways;
  }

  #term(): readonly Way[] {
    const isDot = this.#next === '.';
    const ways = this.#atom();
    const [, written] = /^([*+?]|\{\d+(?:,\d*)?\})\??/.exec(this.#rest) ?? [];
    // `example.com`: the dot was meant as one.
    if (written === undefined) return isDot ? [[{ is: 'text', text: '.' }]] : ways;
    this.#at += written.length;
    // `+?` takes no other texts than `+`.
    this.#take('?');
    const { least, most } = boundsOf(written);
    const some = most === 1 ? ways : [repeated(ways, least, most)];
    return least === 0 ? [[], ...some] : some;
  }

  #atom(): readonly Way[] {
    const [groupStart] = /^\((?:\?:|\?<\w+>|(?!\?))/.exec(this.#rest) ?? [];
    if (groupStart !== undefined) {
      this.#at += groupStart.length;
      const ways = this.#alternatives();
      return this.#take(')') ? ways : unsaid();
    }
    const [written] = /^(?:\[\^?\]?(?:\\[^]|[^\]\\])*\]|\\[^]|[^()*+?{])/.exec(this.#rest) ?? unsaid();
    this.#at += written.length;
    if (written === '^') return [[{ is: 'start' }]];
    if (written === '$') return [[{ is: 'end' }]];
    if (written === '.') return wild('any');
    if (written.length === 1) return text(written);
    return written.startsWith('[') ? ofClass(written) : ofEscape(written.slice(1));
  }

  get #rest(): string {
    return this.#source.slice(this.#at);
  }

  get #next(): string {
    return this.#source.charAt(this.#at);
  }

  #take(character: string): boolean {
    const is = this.#next === character;
    if (is) this.#at++;
    return is;
  }
}

function boundsOf(quantifier: string): { readonly least: number; readonly most: number } {
  if (quantifier === '?') return { least: 0, most: 1 };
  if (quantifier === '*') return { least: 0, most: Infinity };
  if (quantifier === '+') return { least: 1, most: Infinity };
  const [, least = '', comma = '', most = ''] = /^\{(\d+)(,?)(\d*)\}$/.exec(quantifier) ?? [];
  return { least: Number(least), most: comma === '' ? Number(least) : most === '' ? Infinity : Number(most) };
}

/** `[a-z]+`, `(.)*`, and `([a-z0-9-]+\.)*`. What else is repeated says more than a pattern can. */
function repeated(ways: readonly Way[], least: number, most: number): Way {
  const [way = [], ...others] = ways;
  const [first, dot, ...more] = way;
  if (others.length > 0 || more.length > 0 || first?.is !== 'wild' || most === 0) return unsaid();
  if (dot === undefined) return [{ ...first, most: Math.max(first.most, most) }];
  const isLabel = first.of !== 'digits' && first.most > 1 && dot.is === 'text' && dot.text === '.';
  return isLabel && least < 2 && most === Infinity ? [{ is: 'labels' }] : unsaid();
}

function text(written: string): readonly Way[] {
  // No origin has one: whoever writes `\*` has mistaken an expression for a pattern, or a pattern for an expression.
  if (written === '*') return unsaid();
  return [[{ is: 'text', text: written.toLowerCase() }]];
}

function wild(of: Alphabet): readonly Way[] {
  return [[{ is: 'wild', of, most: 1 }]];
}

function ofEscape(escaped: string): readonly Way[] {
  if (escaped === 'd') return wild('digits');
  if (escaped === 'w') return wild('label');
  if (escaped === 'S') return wild('any');
  return /\w/.test(escaped) ? unsaid() : text(escaped);
}

function ofClass(written: string): readonly Way[] {
  const inside = written.slice(1, -1);
  if (/^\^(?:[./:@?#]|\\[./s])+$/.test(inside)) return wild(inside.includes('.') ? 'label' : 'any');
  if (inside.startsWith('^')) return unsaid();
  // `[.]` is a way to write `\.`.
  if (/^\\?[^\w\\]$/.test(inside)) return text(inside.replace('\\', ''));
  if (/[./:]|\\[SWDs]/.test(inside)) return wild('any');
  if (/^(?:\d-\d|\\d|\d)+$/.test(inside)) return wild('digits');
  return /[a-z]|\\w/i.test(inside) ? wild('label') : unsaid();
}

function few(ways: readonly Way[]): readonly Way[] {
  return ways.length > MOST_WAYS ? unsaid() : ways;
}

function unsaid(): never {
  throw new Unsaid();
}
