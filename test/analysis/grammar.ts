/**
 * Random programs of the kind that people write when they put options together. `input` is what reading the program
 * does not tell: `input.a` and `input.b` are booleans, `input.n` a number, `input.s` a string, `input.l` a list of
 * strings, `input.o` an object, `input.f` a function.
 */
import fc from 'fast-check';

export interface Inputs {
  readonly a: boolean;
  readonly b: boolean;
  readonly n: number;
  readonly s: string;
  readonly l: readonly string[];
  readonly o: Readonly<Record<string, unknown>>;
}

export const inputs: fc.Arbitrary<Inputs> = fc.record({
  a: fc.boolean(),
  b: fc.boolean(),
  n: fc.constantFrom(0, 1, 2, 3),
  s: fc.constantFrom('', 'a', 'b', 'a,b'),
  l: fc.constantFrom([], ['a'], ['b', 'a'], ['c', 'a', 'b']),
  o: fc.constantFrom<Record<string, unknown>>({}, { k: 1 }, { j: 'a', m: 2 }, { k: ['a'], j: true }),
});

export const pick = fc.constantFrom<string[]>;
const NUMBERS = ['n0', 'n1', 'v'];
const STRINGS = ['s0', 's1'];
const BOOLEANS = ['b0', 'b1'];
const LISTS = ['l0', 'l1', 'l2'];
const OBJECTS = ['o0', 'o1', 'o2'];
const ANYTHING = ['x0', 'x1', 'e'];
export const VARIABLES = [...NUMBERS, ...STRINGS, ...BOOLEANS, ...LISTS, ...OBJECTS, ...ANYTHING];
const KEYS = ['j', 'k', 'm'];

type Parts = readonly (string | fc.Arbitrary<string>)[];

/** Text with holes. */
export function text(strings: TemplateStringsArray, ...holes: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const parts: Parts = strings.flatMap((string, index) => [string, ...(holes[index] ? [holes[index]] : [])]);
  return fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((all) => all.join(''));
}

export function some(
  one: fc.Arbitrary<string>,
  most: number,
  between: string,
  least = 0,
): fc.Arbitrary<string> {
  return fc.array(one, { minLength: least, maxLength: most }).map((all) => all.join(between));
}

const key = pick(...KEYS);

interface Grammar {
  num: string;
  str: string;
  bool: string;
  list: string;
  obj: string;
  any: string;
  statement: string;
  block: string;
}

type Arbitraries = { [Name in keyof Grammar]: fc.Arbitrary<string> };

const grammar = fc.letrec<Grammar>((tied: fc.LetrecLooselyTypedTie): Arbitraries => {
  const tie = (name: keyof Grammar): fc.Arbitrary<string> => tied(name) as fc.Arbitrary<string>;
  const { num, str, bool, list, obj, any, block, statement } = {
    num: tie('num'),
    str: tie('str'),
    bool: tie('bool'),
    list: tie('list'),
    obj: tie('obj'),
    any: tie('any'),
    block: tie('block'),
    statement: tie('statement'),
  };
  const expression = { maxDepth: 3, depthSize: 'xsmall', withCrossShrink: true } as const;
  const callback = (body: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.oneof(
      text`(e) => ${body}`,
      text`(e, v) => ${body}`,
      text`function (e) { return ${body}; }`,
      text`(e) => { ${statement} return ${body}; }`,
    );
  return {
    num: fc.oneof(
      expression,
      pick('0', '1', '2', '3', '-1', ...NUMBERS, 'input.n'),
      text`(${num} ${pick('+', '-', '*', '%')} ${num})`,
      text`${list}.length`,
      text`${str}.length`,
      text`(${bool} ? ${num} : ${num})`,
      text`Number(${str})`,
      text`f0(${num}, ${num})`,
      text`new Set(${list}).size`,
      text`${list}.indexOf(${any})`,
      text`${list}.findIndex(${callback(bool)})`,
      text`${list}.push(${any})`,
      text`${pick(...LISTS)}.reduce((v, e) => v + ${num}, ${num})`,
      text`(${pick('n0', 'n1')} ${pick('=', '+=', '-=', '??=', '||=')} ${num})`,
      pick('n0++', '--n1', 'c0.size', 'c0.count()', 'C0.made', 'c1.twice', 'E0.Two', 'm0.size'),
      text`Object.keys(${obj}).length`,
      text`((e, ...v) => v.length)(${some(any, 3, ', ')})`,
      text`(() => { let v = 0; ${statement} return v; })()`,
    ),
    str: fc.oneof(
      expression,
      pick("''", "'a'", "'b'", "'a,b'", "' c '", ...STRINGS, 'input.s'),
      text`(${str} + ${str})`,
      text`(${str} + ${num})`,
      text`(${str}.${pick('toUpperCase()', 'trim()', 'slice(1)', "replace('a', 'c')", "concat('z')", 'charAt(0)', 'toString()', "padStart(3, '.')", 'at(-1)')} ?? '')`,
      text`(\`x\${${fc.oneof(num, str, bool)}}y\`)`,
      text`(typeof ${any})`,
      text`String(${fc.oneof(num, bool, str)})`,
      text`${list}.join(${pick('', "'-'")})`,
      text`(${bool} ? ${str} : ${str})`,
      text`f1(${str})`,
      text`[${some(str, 3, ', ')}].sort().join()`,
      text`Object.keys(${obj}).join()`,
      text`JSON.stringify(${obj})`,
      text`(${pick(...STRINGS)} ${pick('=', '+=', '||=')} ${str})`,
      pick('c0.label', 'c1.label', 'C0.title', 'E0[1]', 'E1.Up'),
    ),
    bool: fc.oneof(
      expression,
      pick('true', 'false', ...BOOLEANS, 'input.a', 'input.b', 'input.a', 'input.b'),
      text`!${any}`,
      text`(${num} ${pick('<', '>', '<=', '>=')} ${num})`,
      text`(${any} ${pick('===', '!==')} ${any})`,
      text`(${any} ${pick('==', '!=')} ${pick('null', 'undefined')})`,
      text`(${fc.oneof(num, str, bool)} ${pick('==', '!=')} ${fc.oneof(num, str, bool)})`,
      text`(${bool} ${pick('&&', '||')} ${bool})`,
      text`${list}.includes(${any})`,
      text`${list}.${pick('some', 'every')}(${callback(bool)})`,
      text`${str}.${pick('startsWith', 'endsWith', 'includes')}(${str})`,
      text`('${key}' in ${obj})`,
      text`Array.isArray(${any})`,
      text`Boolean(${any})`,
      text`(${any} instanceof ${pick('C0', 'C1')})`,
      text`new Set(${list}).has(${any})`,
      text`Object.hasOwn(${obj}, '${key}')`,
      text`(${pick(...BOOLEANS)} ${pick('=', '&&=', '||=')} ${bool})`,
      text`(delete ${pick('o0', 'o1')}.${key})`,
      text`m0.has(${str})`,
    ),
    list: fc.oneof(
      expression,
      pick('[]', ...LISTS, 'input.l', ...LISTS),
      text`[${some(fc.oneof(any, text`...${list}`), 3, ', ')}]`,
      text`${list}.map(${callback(any)})`,
      text`${list}.filter(${callback(bool)})`,
      text`${list}.filter(Boolean)`,
      text`${list}.concat(${fc.oneof(any, list)})`,
      text`${list}.slice(${pick('1', '0, 1', '-1', '')})`,
      text`[...new Set(${list})]`,
      text`[...new Set([...${list}, ${any}])]`,
      text`Array.from(${list})`,
      text`Object.${pick('keys', 'values')}(${obj})`,
      text`${str}.split(',')`,
      text`(${bool} ? ${list} : ${list})`,
      text`[${some(any, 3, ', ')}].flat()`,
      text`${list}.flatMap((e) => [e, ${any}])`,
      text`${pick(...LISTS)}.${pick('reverse', 'sort', 'toReversed')}()`,
      text`${pick(...LISTS)}.splice(${pick('0, 1', '1', '1, 1, 5')})`,
      text`f2(${list})`,
      text`(${pick(...LISTS)} = ${list})`,
      pick('c0.items', '[...m0.keys()]', '[...m0.values()]'),
    ),
    obj: fc.oneof(
      expression,
      pick('{}', ...OBJECTS, 'input.o', ...OBJECTS).map((one) => (one === '{}' ? '({})' : one)),
      text`({ ${some(
        fc.oneof(
          text`${key}: ${any}`,
          text`...${obj}`,
          text`...(${bool} && ${obj})`,
          text`...(${bool} ? ${obj} : {})`,
          text`[${fc.oneof(text`'${key}'`, text`(${bool} ? 'j' : 'k')`)}]: ${any}`,
          text`get ${key}() { return ${any}; }`,
        ),
        3,
        ', ',
      )} })`,
      text`Object.assign({}, ${obj}, ${obj})`,
      text`Object.assign(${pick(...OBJECTS)}, ${obj})`,
      text`Object.fromEntries(Object.entries(${obj}))`,
      text`JSON.parse(JSON.stringify(${obj}))`,
      text`Object.freeze({ ...${obj} })`,
      text`(${bool} ? ${obj} : ${obj})`,
      text`f3({ ${key}: ${any} })`,
      text`f3(${obj})`,
      text`(${pick(...OBJECTS)} = ${obj})`,
      text`(({ ${key}: e, ...rest }) => rest)(${obj})`,
      text`Object.create(${obj})`,
    ),
    any: fc.oneof(
      expression,
      pick('null', 'undefined', '0', "'a'", 'true', ...ANYTHING),
      num,
      str,
      bool,
      list,
      obj,
      text`${obj}.${key}`,
      text`${pick(...OBJECTS)}.${key}?.${key}`,
      text`${pick(...OBJECTS)}?.${key}?.[0]`,
      text`${list}[${pick('0', '1', '2')}]`,
      text`${list}.at(-1)`,
      text`${list}.find(${callback(bool)})`,
      text`${list}.pop()`,
      text`${list}.shift()`,
      text`(${any} ?? ${any})`,
      text`(${any} || ${any})`,
      text`(${any} && ${any})`,
      text`(${pick('x0', 'x1')} ${pick('=', '??=', '||=', '&&=')} ${any})`,
      text`(() => { ${block} return ${any}; })()`,
      text`(() => { try { ${block} return ${any}; } catch { return ${any}; } })()`,
      text`m0.get(${str})`,
      text`(${statementLike(any)}, ${any})`,
      text`input.o.${key}`,
      text`input.f?.(${obj})`,
    ),
    block: some(statement, 3, ' '),
    statement: fc.oneof(
      { maxDepth: 3, depthSize: 'xsmall', withCrossShrink: true },
      text`${pick(...NUMBERS)} ${pick('=', '+=')} ${num};`,
      text`${pick(...STRINGS)} ${pick('=', '+=')} ${str};`,
      text`${pick(...BOOLEANS)} = ${bool};`,
      text`${pick(...LISTS)} = ${list};`,
      text`${pick(...OBJECTS)} = ${obj};`,
      text`${pick(...ANYTHING)} = ${any};`,
      text`${pick(...OBJECTS)}.${key} = ${any};`,
      text`${pick(...OBJECTS)}[${str}] = ${any};`,
      text`${pick(...OBJECTS)}.${key} ??= ${any};`,
      text`delete ${pick(...OBJECTS)}.${key};`,
      text`${pick(...LISTS)}.${pick('push', 'unshift')}(${some(any, 2, ', ')});`,
      text`${pick(...LISTS)}[0] = ${any};`,
      text`${pick(...LISTS)}.length = 0;`,
      text`if (${any}) { ${block} }`,
      text`if (${bool}) { ${block} } else { ${block} }`,
      text`if (${bool}) ${statement} else ${statement}`,
      text`for (let i = 0; i < ${pick('2', '3', 'input.n')}; i++) { let v = i; ${block} ${pick('', 'if (i === 1) continue;', 'if (input.a) break;')} ${block} }`,
      text`for (let e of [...${list}]) { ${block} }`,
      text`{ let i = 0; for (let e of ${list}) { ${block} if (++i > 4) break; } }`,
      text`for (let e in ${obj}) { ${block} }`,
      text`for (let [e, v] of Object.entries(${obj})) { ${block} }`,
      text`{ let i = 0; while (i < ${pick('2', '3')} && ${bool}) { i++; ${block} } }`,
      text`{ let i = 0; do { i++; ${block} } while (i < ${pick('1', '3', 'input.n')}); }`,
      text`(() => { out: for (let e of ['p', 'q']) { for (let v of [1, 2]) { ${block} if (${bool}) continue out; if (${bool}) break out; } } })();`,
      text`switch (${any}) { case ${any}: ${block} ${pick('break;', '')} case ${any}: ${block} break; default: ${block} }`,
      text`switch (${str}) { case 'a': ${block} break; default: ${block} case 'b': ${block} }`,
      text`try { ${block} } catch (e) { ${block} }`,
      text`try { ${block} if (${bool}) throw ${any}; ${block} } catch (e) { x0 = e; ${block} }`,
      text`try { ${block} } catch { ${block} } finally { ${block} }`,
      text`for (let e of ['p', 'q']) { try { ${block} if (${bool}) break; ${block} } catch { ${block} } finally { ${block} } }`,
      text`({ ${key}: ${pick('x0', 'x1')} = ${any}, ...${pick('o1', 'o2')} } = ${obj});`,
      text`[${pick('x0', 'x1')} = ${any}, ...${pick('l1', 'l2')}] = ${list};`,
      text`{ let { ${key}: e = ${any} } = ${obj}; ${block} }`,
      text`{ let e = () => { ${block} }; ${pick('e(); e();', 'e();', '[1, 2].forEach(e);', 'l1.forEach(e);', 'input.f?.(e);')} }`,
      text`{ let [e, v] = ${list}; ${block} }`,
      text`{ var late = ${any}; x1 = late; }`,
      text`${list}.forEach((e) => { ${block} });`,
      text`c0.add(${any});`,
      text`c1.add(${any});`,
      text`c0.label = ${str};`,
      text`c1 = new C1(${list});`,
      text`m0.set(${str}, ${any});`,
      text`m0.delete(${str});`,
      text`input.f?.(${any});`,
      text`f4(() => { ${block} }, ${bool});`,
    ),
  };
});

function statementLike(any: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return text`${pick(...OBJECTS)}.${key} = ${any}`;
}

/** Without calls of the functions that are being defined: nothing calls itself for ever. */
function unrolled(body: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return body.map((code) => code.replaceAll('f3(', '((e) => e)(').replaceAll('f4(', '[].concat('));
}

const definitions = fc.oneof(
  fc.constant(''),
  fc.tuple(unrolled(grammar.block), unrolled(grammar.block)).map(
    ([one, two]) => `
function f3(e) { ${one} return { ...e, m: 1 }; }
function f4(e, v) { if (v) e(); ${two} return e(); }
`,
  ),
);

const PROLOGUE = `
let n0 = 1, n1 = 2, s0 = 'a', s1 = 'b', b0 = true, b1 = false;
let l0 = ['a', 'b'], l1 = [], l2 = [1, 'a', 2];
let o0 = { k: 1 }, o1 = { j: 'a', k: { m: 2 } }, o2 = {};
let x0, x1 = null, e = 'e', v = 7;
const m0 = new Map([['a', 1]]);
const E0 = Object.freeze({ 1: 'One', One: 1, Two: 2 }), E1 = { Up: 'up' };
function f0(v, e = v + 1) { if (v > e) return v; return v - e; }
const f1 = (e) => \`<\${e}>\`;
function f2(e, ...v) { return [...e, ...v, arguments.length]; }
class C0 {
  static made = 0;
  static title = 'c' + C0.made;
  #items = [];
  size = 0;
  label = 'base';
  constructor(e) { C0.made++; if (e) this.items = e; }
  get items() { return this.#items; }
  set items(e) { this.#items = [...e]; this.size = e.length; }
  add(e) { this.#items.push(e); this.size++; return this; }
  count() { return this.#items.length; }
}
class C1 extends C0 {
  label = super.count() + 'sub';
  constructor(e) { super(e); this.size += 10; }
  get twice() { return this.size * 2; }
  add(e) { super.add(e); return super.add(e); }
}
`;
const DEFAULTS = `
function f3(e) { return { ...e, m: 1 }; }
function f4(e, v) { if (v) e(); return e(); }
`;
const CLASSES = `
let c0 = new C0(), c1 = new C1(['a']);
`;

/** The statements of a program; `wholeProgram` puts what they need before them. */
export const programs: fc.Arbitrary<string> = fc
  .tuple(definitions, fc.array(grammar.statement, { minLength: 1, maxLength: 6 }))
  .map(([functions, statements]) => `${functions || DEFAULTS}${statements.join('\n')}`);

export function wholeProgram(program: string): string {
  return `${PROLOGUE}${CLASSES}${program}\nvar done = true;\n`;
}

export const READ_BACK = [...VARIABLES, 'c0', 'c1', 'm0', 'done'];
