/** Sources that parsers accept and that nobody wrote with us in mind. */
import type { dialects } from './lint.ts';

export interface Hostile {
  readonly code: string;
  /** The parsers that read it: typescript-eslint's and ESLint's own, if nothing is said. */
  readonly dialects?: readonly (keyof typeof dialects)[];
  /** That one policy, which stands clear of the rest, is still judged. */
  readonly stillFinds?: boolean;
}

const HEAD = "const express = require('express');\nconst cors = require('cors');\nconst app = express();\n";
/** Found whatever stands around it, if the file can be read to its end: on an app of its own, where nothing else answers. */
const POLICY = "express().use(cors({ origin: '*', credentials: true }));\n";
const times = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');
const nested = (depth: number, open: string, core: string, close: string): string =>
  open.repeat(depth) + core + close.repeat(depth);

/** After the policy, which must be found all the same. */
const after: Readonly<Record<string, string>> = {
  'cyclic spreads': 'const a = { ...b }; var b = { ...a }; app.use(cors(a));',
  'an object that spreads itself':
    'var a = { ...a, origin: true }; app.use(cors(a)); a = { ...a }; app.use(cors(a));',
  'an object that holds itself':
    'const a = { credentials: true }; a.origin = a; a.a = a; app.use(cors(a)); app.use(cors({ origin: [a, a.a.a.a] }));',
  'an array that holds itself':
    'const a = []; a.push(a, a); app.use(cors({ origin: a, credentials: true }));',
  'arrays that hold each other':
    'const a = [], b = [a]; a.push(b); app.use(cors({ origin: a })); app.use(a); app.use(...a, ...b); app.get(a, a);',
  'a router that mounts itself':
    'const r = express.Router(); r.use(r); app.use(r); r.use("/x", r, cors()); r.get("/y", r); app.use(app);',
  'routers that mount each other':
    'const r = express.Router(), s = express.Router(); r.use("/s", s); s.use("/r", r); app.use(r); r.get("/x", (q, p) => p.json({})); app.use(cors());',
  'arguments that are spread':
    'app.use(cors(...args)); app.use(...[cors()]); cors(...[{ origin: true }]); app.use(...args, cors()); app.get(...args);',
  'call, apply and bind':
    'cors.call(null, { origin: "*" }); cors.apply(null, [{ origin: "*" }]); cors.apply(null, arguments1); cors.bind(null)(); cors.bind()({}); Reflect.apply(cors, null, []); cors.call.call(cors, null, {}); app.use.apply(app, [cors()]); app.use.call(app, cors());',
  'a constructor':
    'new cors(); new cors({ origin: true }); new (cors.bind(null))(); new (class extends cors {})();',
  'recursion without an end': 'function f() { return f(); } app.use(cors(f()));',
  'mutual recursion':
    'function f(x) { return g(x); } function g(x) { return f({ ...x }); } app.use(cors(f({})));',
  'recursion that branches':
    'function f(n) { return n > 0 ? [f(n - 1), f(n - 1)] : []; } app.use(cors({ origin: f(40) }));',
  'recursion that is not decided':
    'function f(n) { return unknown1(n) ? f(n - 1) : f(n + 1); } app.use(cors({ origin: f(1) }));',
  'recursion through a callback':
    'const f = (x) => [1, 2, 3].map(() => f(x)); app.use(cors({ origin: f(1) }));',
  'a fixed point':
    'const Y = (f) => ((x) => x(x))((x) => f((y) => x(x)(y))); app.use(cors(Y((self) => (n) => self(n))(1)));',
  'a loop without an end': 'function f() { while (true) {} } f(); app.use(cors({ origin: true }));',
  'a loop without an end that does something':
    'const a = []; for (;;) { a.push(a.length); if (a.length > 1e9) break; } app.use(cors({ origin: a }));',
  'a loop that is not decided': 'let i = 0; while (next1()) { i++; app.use(cors({ maxAge: i })); }',
  'loops within loops':
    'for (const a of as) for (const b of bs) for (const c of cs) for (const d of ds) { app.use(a, b, cors({ origin: [a, b, c, d] })); }',
  'labelled loops':
    'outer: for (const a of [1, 2, 3]) { inner: for (const b of as) { if (b) continue outer; if (a) break inner; break outer; } } label: { break label; } lone: app.use(cors());',
  generators:
    'function* f() { while (true) yield cors({ origin: yield }); } for (const one of f()) app.use(one); const [a] = f(); app.use(a, ...f()); app.use(f().next().value);',
  'async generators':
    'async function* f() { for await (const one of f()) yield* f(); } (async () => { for await (const one of f()) app.use(one); })();',
  'getters that recurse':
    'const a = { get origin() { return this.origin; }, get credentials() { return a.credentials; } }; app.use(cors(a)); app.use(cors({ ...a }));',
  'setters that recurse':
    'const a = { set origin(x) { this.origin = x; } }; a.origin = "*"; app.use(cors(a));',
  'getters of classes':
    'class A { get origin() { return new A().origin; } static get a() { return A.a; } } app.use(cors(new A())); app.use(cors(A.a));',
  'a class that makes itself':
    'class A { a = new A(); constructor() { this.b = new A(); } } app.use(cors(new A()));',
  'a class that extends itself':
    'var A = class extends A {}; class B extends (0, C) {} class C extends B {} new A(); new C();',
  'classes without a known parent':
    'class A extends unknown1 { constructor() { super(...arguments); super.x(); app.use(cors(this.options)); } } new A(); class N extends null { constructor() { super(); } } new N();',
  'private names':
    'class A { #a = { origin: "*" }; static #b = cors; #c() { return this.#a; } static f(x) { return #a in x ? A.#b(x.#c()) : x?.#a; } } app.use(A.f(new A()));',
  'static blocks':
    'class A { static { this.x = cors({ origin: true }); app.use(this.x); } static x = A.x; static async *[Symbol.iterator]() {} }',
  '`__proto__` keys':
    'const a = { __proto__: { origin: true, credentials: true }, ["__proto__"]: 1 }; app.use(cors(a)); a.__proto__ = a; app.use(cors(a)); app.use(cors({ constructor: 1, toString: 2, hasOwnProperty: 3, valueOf: null }));',
  prototypes:
    'Object.setPrototypeOf(app, null); const a = Object.create({ origin: true }); app.use(cors(a)); Array.prototype.origin = true; Object.prototype.credentials = true; cors.prototype = cors;',
  symbols:
    'const s = Symbol("s"); const a = { [s]: 1, [Symbol.toPrimitive]() { return "*"; }, [Symbol.iterator]: null }; app.use(cors({ ...a, origin: s, [s]: s })); app.use(cors(s)); app.use(s, cors());',
  'keys that are no names':
    'app.use(cors({ 1: 1, "": 2, [null]: 3, [undefined]: 4, [{}]: 5, [[]]: 6, [`${1}`]: 7, 1n: 8, 0.1: 9, [() => 1]: 10 }));',
  proxies:
    'const p = new Proxy({}, { get: () => "*" }); app.use(cors(p)); app.use(cors({ ...p })); app.use(cors({ origin: p })); new Proxy(app, p).use(cors());',
  '`eval` and `new Function`':
    'eval("cors = null"); new Function("return cors")()(); (0, eval)("x"); app.use(cors(eval("({})"))); setTimeout("cors()", 0);',
  'destructuring that recurses':
    'function f({ a = f(), b: { c = f({}), ...d } = f() } = {}) { return a ?? c ?? d; } app.use(cors(f()));',
  'destructuring of everything':
    'const [[[a] = [b], ...[c]] = [], , d = a, ...{ length, 0: e = d }] = [[[cors]]]; const { [a]: { b } = {}, ...r } = cors ?? null; app.use(a, b, c, d, e, r, length, cors(...r)); [app.x, app["y"], app[a]] = [1, 2]; ({ a: app.z, ...app.w } = r);',
  'destructuring of nothing':
    'try { const { a } = null; } catch { } try { const [a] = undefined; } catch ({ message, ...rest }) { app.use(cors(rest)); } try { null.x(); } catch (e) { app.use(cors(e)); }',
  'optional chains':
    'app?.use?.(cors?.({ origin: app?.a?.b?.[c?.d]?.e?.() })); cors?.default?.(); (app?.use)(cors()); delete app?.x?.y; app?.[`use`](cors()); null?.x.y.z; undefined?.[cors()];',
  BigInt:
    'app.use(cors({ maxAge: 600000n, credentials: 1n, optionsSuccessStatus: 404n, origin: 0n, methods: [1n] })); const a = 2n ** 64n; app.use(cors({ maxAge: a, origin: -1n }));',
  'callbacks without an end':
    'app.use(cors({ origin(o, cb) { for (;;) { if (o === "x" + Math.random()) break; } cb(null, true); } })); app.use(cors({ origin(o, cb) { const g = (one) => g(one); cb(null, g(o)); } })); app.use(cors((q, cb) => cb(null, cors(q, cb))));',
  'callbacks that call themselves':
    'const o = { origin(x, cb) { cb(null, o.origin); } }; app.use(cors(o)); const p = { origin(x, cb) { p.origin(x, cb); } }; app.use(cors(p)); app.use(cors({ origin(x, cb) { cb(cb, cb); cb.call(cb, null, cb); cb.apply(null, [null, true]); cb.x = cb; new cb(); } }));',
  'callbacks with too many ways':
    'app.use(cors({ origin(o, cb) { let n = 0; ' +
    times(24, (i) => `if (x${i}) n += ${i}; else n -= ${i};`) +
    ' cb(null, n > 3); } }));',
  'calls that multiply':
    'app.use(cors({ origin(o, cb) { const f = (a, n) => (n <= 0 ? a : f(a + "x", n - 1) + f(a + "y", n - 1)); cb(null, f(o, 30) === "z"); } }));',
  'catastrophic expressions':
    'app.use(cors({ origin: [/(a+)+$/, /(.*)*x/, /^(\\w+\\s?)*$/, /^(([a-z])+.)+[A-Z]([a-z])+$/, /(?=(a+))\\1b/, /(?<!a*)b/] })); app.use(cors({ origin: (o, cb) => cb(null, /^(a|a)*$/.test(o) || o.match(/(x+x+)+y/) || o.replace(/(.*)*/g, "") || o.split(/(b+)+/)[0]) }));',
  'headers that multiply':
    'app.use((req, res, next) => { ' +
    times(
      16,
      (i) => `if (a${i}) res.set("X-${i}", "1"); if (b${i}) res.set("Access-Control-Allow-Headers", "${i}");`,
    ) +
    ' res.set("Access-Control-Allow-Origin", "*"); next(); });',
  'responses that are used strangely':
    'app.use((req, res, next) => { res.set(res, req); res[req.method](next)(res); res.setHeader(); res.header("Access-Control-Allow-Origin"); res.set({ ...req.headers, [res]: next, get "Access-Control-Allow-Origin"() { return this; } }); res.vary(); res.vary([]); res.append("Vary", [[], {}]); delete res.set; res.set = next; res.x.y.z(); next(next); next(res); req.get(); req.headers = null; req.headers.origin; new URL(req); new URL(req.get("Origin"), res); });',
  'odd numbers':
    'app.use(cors({ maxAge: 1e999, optionsSuccessStatus: -0, origin: 0x10 })); app.use(cors({ maxAge: 0.1 + 0.2, optionsSuccessStatus: 1 / 0, origin: 0 / 0 })); "x".repeat(1e9); "x".padEnd(2 ** 31); new Array(1e9); [].length = 4294967295;',
  'strings that grow':
    'let s = "https://a.example"; for (let i = 0; i < 64; i++) s += s; app.use(cors({ origin: s })); const t = Array.from({ length: 1e6 }).fill("x").join(); app.use(cors({ origin: t }));',
  'lists that grow':
    'let a = ["https://a.example"]; for (let i = 0; i < 64; i++) a = [...a, ...a]; app.use(cors({ origin: a }));',
  'objects that grow': 'const o = {}; for (let i = 0; i < 1e6; i++) o["k" + i] = i; app.use(cors(o));',
  'a list that grows while it is walked':
    'const a = [1]; for (const x of a) { if (a.length > 500) break; a.push(x); } a.forEach((x) => a.push(x)); app.use(cors({ origin: a }));',
  'a list that changes in its callbacks':
    'const a = [1, 2, 3]; a.map(() => a.pop()); a.filter((x, i, all) => (all.length = 0)); a.sort(() => (a.push(1), 0)); a.reduce((x, y) => a.splice(0, 1), a); app.use(cors({ origin: a }));',
  'regular expressions':
    'app.use(cors({ origin: [/(a+)+$/, /(?<n>.)\\k<n>/u, /[\\p{L}--[a-z]]/v, new RegExp("("), new RegExp("(".repeat(9)), RegExp(cors), new RegExp()] })); "a".repeat(50).replace(/(a+)+b/, cors);',
  'unusual characters':
    'const \\u0061b = "\\u{1F600}", ünïcödé = "\\ud800", 变量 = "https://\\u200bexample.com", ಠ_ಠ = "https://\\u202emoc.elpmaxe"; app.use(cors({ origin: [ab, ünïcödé, 变量, ಠ_ಠ, "\\0", "https://\\uffff", "\\u2028"] }));',
  'a template with odd tags':
    'app.use(cors`x${cors}y`); String.raw`\\u{`; tag`\\unicode and ${cors()}`; app.use(cors(`${`${`${"*"}`}`}`)); (() => {})`${app}`;',
  'sequences and voids':
    'app.use((0, cors)(({ origin: (1, 2, "*"), credentials: void 0 }, { origin: true }))); void cors(); !cors(); +cors; -{}; ~[]; typeof cors; typeof missing1; delete cors.x;',
  'assignments everywhere':
    'let a; app.use(cors((a = { origin: (a ??= "*"), x: (a ||= 1), y: (a &&= 2) }))); a.b.c = a?.b; (a) = 1; a **= 2; a >>>= 1; [a = cors(a)] = []; a++; --a.b; a[a++]--;',
  exceptions:
    'try { throw cors; } catch (e) { app.use(e()); } finally { app.use(cors()); } try { try { throw 1; } finally { app.use(cors({ maxAge: 1 })); } } catch {} function f() { try { return 1; } finally { return 2; } } app.use(cors({ maxAge: f() }));',
  'a switch':
    'switch (cors) { default: case 1: app.use(cors()); case cors(): { break; } case 2: switch (1) {} let x = 1; function g() { return x; } } switch (x1) { case 1: case 2: app.use(cors()); break; }',
  hoisting:
    'app.use(h(), k); function h() { return cors(k); } var k = cors(); if (x1) { function l() {} } l(cors()); let m = m1(() => m); { n(); function n() { n = 1; } }',
  'temporal dead zones':
    'try { app.use(cors(late)); const late = { origin: late }; let x = x; class A extends A {} } catch { }',
  promises:
    'Promise.all([import("cors"), p]).then(([c]) => app.use(c.default())); new Promise((r, j) => { r(cors()); j(); }).then((m) => app.use(m)); const q = Promise.resolve().then(() => q); (async () => { await q; await await cors(); })(); Promise.race([]).finally(cors);',
  'an async function that awaits itself':
    'async function f() { return await f(); } f().then((o) => app.use(cors(o)));',
  'methods that are not there':
    'app.nope(cors()).use(cors()); cors.nope(); cors().nope(); [].nope(); "".nope(); (1).nope(); null1.nope(cors()); cors({}).use(app); app.route().nope(); app.route; app.use; app.use();',
  'registrations without sense':
    'app.get(); app.get(cors()); app.use([]); app.use([[[[[[cors()]]]]]]); app.route(); app.route([]).get(); app.options(null, undefined, cors()); app.use("", cors()); app.use(undefined, cors()); app.all(1, cors()); app.get({}, cors()); app.use("/" + "x".repeat(9), cors());',
  'the same again and again': times(
    100,
    (i) => `app.use("/${i}", cors({ origin: "https://a${i}.example/", methods: ["*"] }));\n`,
  ),
  'many policies that are not decided': times(
    30,
    (i) => `if (c${i}) app.use(cors({ origin: c${i} ? "*" : true, credentials: d${i} }));\n`,
  ),
};

/** Around the policy: whether it is found is not asked. */
const around: Readonly<Record<string, string>> = {
  'forty undecided conditions before': HEAD + times(40, (i) => `if (c${i}()) x${i}();\n`) + POLICY,
  'forty undecided conditions around': HEAD + times(40, (i) => `if (c${i}) {\n`) + POLICY + '}\n'.repeat(40),
  'forty conditions that each leave':
    HEAD + `function f() {\n${times(40, (i) => `if (c${i}) return ${i};\n`)}${POLICY}}\nf();\n`,
  'forty undecided assignments': `${HEAD}const o = {};\n${times(40, (i) => `if (c${i}) o.origin = "https://a${i}.example/"; else o.k${i} = ${i};\n`)}app.use(cors(o));\n`,
  'assignments that multiply': `${HEAD}let x = 0;\n${times(30, (i) => `if (c${i}) x = x * 2 + ${i}; else x = x + ${i};\n`)}app.use(cors({ maxAge: x, origin: "*", credentials: x }));\n`,
  'strings that multiply': `${HEAD}let x = "https://";\n${times(24, (i) => `x += c${i} ? "a" : "b";\n`)}app.use(cors({ origin: x }));\n`,
  'lists that multiply': `${HEAD}const x = [];\n${times(24, (i) => `if (c${i}) x.push("https://a${i}.example/");\n`)}app.use(cors({ origin: x }));\n`,
  'options that multiply': `${HEAD}app.use(cors({ ${'origin methods allowedHeaders exposedHeaders credentials maxAge optionsSuccessStatus preflightContinue'
    .split(' ')
    .map((name, i) => `${name}: a${i} ? "*" : b${i} ? true : c${i} ? ["x"] : undefined`)
    .join(', ')} }));\n`,
  'conditions within conditions': `${HEAD}app.use(cors({ origin: ${times(60, (i) => `c${i} ? "https://a${i}.example/" : `)}"*", credentials: true }));\n`,
  'a condition of all conditions': `${HEAD}if (${Array.from({ length: 200 }, (_, i) => `(c${i} && !d${i})`).join(' || ')}) ${POLICY}`,
  'functions that call each other': `${HEAD}${times(60, (i) => `function f${i}(x) { return c${i} ? f${(i + 1) % 60}(x) : f${(i + 7) % 60}([x]); }\n`)}app.use(cors({ origin: f0() }));\n`,
  'sixty exported functions': times(
    60,
    (i) =>
      `export function f${i}(app) { app.use(require("cors")({ origin: "*", credentials: true })); f${(i + 1) % 60}(app); }\n`,
  ),
  'ten thousand lines':
    HEAD +
    times(
      2000,
      (i) => `// Number ${i}\napp.get("/r${i}", (req, res) => {\n  res.json({ i: ${i} });\n});\n\n`,
    ) +
    POLICY,
  'five thousand lines of something else':
    HEAD + times(5000, (i) => `const v${i} = { a: ${i}, b: [v${Math.max(0, i - 1)}, "${i}"] };\n`) + POLICY,
  'five hundred functions':
    HEAD +
    times(
      500,
      (i) =>
        `function g${i}(req, res) { const x = req.headers.authorization; return cors({ maxAge: x, i: ${i} }); }\n`,
    ) +
    POLICY,
  'fifty thousand elements': `${HEAD}const list = [${times(50_000, (i) => `"https://a${i}.example",`)}];\napp.use(cors({ origin: list, credentials: true }));\n${POLICY}`,
  'fifty thousand properties': `${HEAD}const o = {${times(50_000, (i) => `k${i}: ${i},`)}};\napp.use(cors(o));\n${POLICY}`,
  'five hundred mistakes': `${HEAD}app.use(cors({ origin: [${times(500, (i) => `"https://a${i}.example/",`)}] }));\n`,
  'one line of a megabyte': `${HEAD}const s = "${'x'.repeat(1_000_000)}"; app.use(cors({ origin: s }));\n`,
};

/** How deep the parsers themselves go differs: a file that does not parse is no test, and is left out there. */
const deep: Readonly<Record<string, (depth: number) => string>> = {
  arrays: (depth) => `app.use(cors({ origin: ${nested(depth, '[', "'*'", ']')} }));`,
  objects: (depth) => `app.use(cors(${nested(depth, '{ a: ', '1', ' }')}));`,
  spreads: (depth) => `app.use(cors(${nested(depth, '{ ...', 'x', ' }')}));`,
  calls: (depth) => `app.use(${nested(depth, 'cors(', '', ')')});`,
  'chained calls': (depth) => `app${'.use(cors())'.repeat(depth)};`,
  members: (depth) => `app.use(cors(a${'.b'.repeat(depth)}));`,
  ternaries: (depth) => `app.use(cors({ origin: ${'a ? 1 : '.repeat(depth)} '*' }));`,
  'ternaries in tests': (depth) => `app.use(cors({ origin: ${nested(depth, '(', 'a', ' ? 1 : 2)')} }));`,
  sums: (depth) => `app.use(cors({ maxAge: 1${' + 1'.repeat(depth)} }));`,
  'sums of strings': (depth) => `app.use(cors({ origin: 'a'${" + 'b'".repeat(depth)} }));`,
  'logical chains': (depth) => `app.use(cors({ origin: a${' || a'.repeat(depth)} }));`,
  templates: (depth) => `app.use(cors({ origin: ${nested(depth, '`${', "'*'", '}`')} }));`,
  functions: (depth) => `app.use(cors({ origin: ${nested(depth, '() => ', '1', '')} }));`,
  'functions that are called': (depth) =>
    `app.use(cors({ origin: ${nested(depth, '(() => ', "'*'", ')()')} }));`,
  blocks: (depth) => nested(depth, '{', 'app.use(cors());', '}'),
  conditions: (depth) => nested(depth, 'if (a) {', 'app.use(cors());', '}'),
  'else chains': (depth) => `${'if (a) { x(); } else '.repeat(depth)} app.use(cors());`,
  loops: (depth) => nested(depth, 'for (const a of as) ', 'app.use(cors());', ''),
  parentheses: (depth) => `app.use(cors(${nested(depth, '(', 'x', ')')}));`,
  negations: (depth) => `app.use(cors({ credentials: ${'!'.repeat(depth)}x }));`,
  awaits: (depth) => `(async () => { app.use(${'await '.repeat(depth)}cors()); })();`,
  patterns: (depth) => `const ${nested(depth, '[', 'a', ']')} = cors; app.use(a);`,
  assignments: (depth) => `let a; ${'a = '.repeat(depth)}cors(); app.use(a);`,
  classes: (depth) => nested(depth, 'class A { static {', 'app.use(cors());', '} }'),
};

const odd: Readonly<Record<string, Hostile>> = {
  'an empty file': { code: '' },
  'a hashbang': { code: `#!/usr/bin/env node\n${HEAD}${POLICY}`, stillFinds: true },
  'a byte order mark': { code: `\uFEFF${HEAD}${POLICY}`, stillFinds: true },
  'Windows lines': { code: (HEAD + POLICY).replaceAll('\n', '\r\n'), stillFinds: true },
  'odd line ends': { code: (HEAD + POLICY).replaceAll('\n', '\u2028'), stillFinds: true },
  'no line ends': { code: (HEAD + POLICY).replaceAll('\n', ' '), stillFinds: true },
  'one word': { code: 'cors' },
  'a string alone': { code: "'cors'" },
  semicolons: { code: `;;;${HEAD};;${POLICY};;`, stillFinds: true },
  'comments everywhere': {
    code: `/* cors */ const /**/ cors /**/ = /**/ require /**/ ( /**/ 'cors' /**/ ) // x\n/* */ ; app /**/ . /**/ use /**/ ( /**/ cors /**/ ( /**/ { /**/ origin /**/ : /**/ '*' /**/ , /**/ credentials /**/ : /**/ true /**/ } /**/ ) /**/ ) /* end */`,
    stillFinds: true,
  },
  '`with`': {
    code: `${HEAD}with (app) { use(cors({ origin: '*' })); with ({ cors }) cors({ credentials: true }); }\n`,
    dialects: ['script', 'commonjs'],
  },
  'sloppy names': {
    code: `${HEAD}undeclared = cors(); arguments = 1; app.use(undeclared, arguments, this, yield, let);\nvar yield, let, static, async, of, get, set; app.use(yield ? let : static, async, of, get, set); delete cors; 010; "\\010"; function a(a, a) { return cors(a); } app.use(a());`,
    dialects: ['script', 'commonjs'],
  },
  'a `return` at the top': {
    code: `${HEAD}${POLICY}if (x) return;\nreturn app;`,
    dialects: ['commonjs'],
    stillFinds: true,
  },
  'HTML comments': {
    code: `${HEAD}<!-- x\n--> y\n${POLICY}`,
    dialects: ['script', 'commonjs'],
    stillFinds: true,
  },
  JSX: {
    code: `${HEAD}const A = () => <A {...cors({ origin: '*' })} b={cors} c="cors"><></>{...x}{cors()}{/* x */}</A>; app.use(cors({ origin: <a.b.c /> }));\n${POLICY}`,
    dialects: ['commonjs', 'script'],
    stillFinds: true,
  },
  'imports of all kinds': {
    code: "import d, * as n from 'cors';\nimport { default as e, 'string name' as f } from 'cors';\nimport 'cors';\nimport j from './x.json' with { type: 'json' };\nexport * from 'cors';\nexport * as o from 'cors';\nexport { default } from 'cors';\nexport { d as 'other name' };\nexport default class extends d {}\nn.default(j)(import.meta.url, import.meta.cors, await import('cors'), await import(j));\nd(...e(f(n)));",
    dialects: ['typescript', 'module'],
  },
  'a module that imports itself': {
    code: "import * as self from './app.js';\nimport cors from 'cors';\nexport const options = { ...self.options, origin: self };\nexport default cors(self.options ?? options);",
    dialects: ['typescript', 'module'],
  },
  'shadowed names': {
    code: `${HEAD}${POLICY}function f(cors, require, app) { app.use(cors(require('cors')())); }\n{ let cors = 1, app = 2; { class cors {} new cors(app); } }\ntry { x(); } catch (cors) { cors({ origin: '*' }); }\nfor (const cors of [1]) cors();\n(function cors() { cors(); });\n(cors => cors())(1);\nlabel: { const require = 1; app.use(require('cors')); }\n`,
    stillFinds: true,
  },
  '`cors` that is assigned': {
    code: "let cors = require('cors');\ncors = cors || null;\ncors = cors.default ?? cors;\nif (x) cors = require('./other');\n(cors ||= 1)({ origin: '*', credentials: true });\nvar process = { env: null }, undefined1;\napp.use(cors({ origin: process.env.X }));",
  },
  'globals that are replaced': {
    code: `${HEAD}var Object, Array, Set, Promise, process, console, JSON, String;\nObject.assign({}, process.env); new Set(Array.from(Promise)); JSON.parse(String(console));\nglobalThis.require('cors')(); module.require('cors'); require.resolve('cors'); require('node:module').createRequire('x')('cors')();\n${POLICY}`,
  },
  'what TypeScript adds': {
    code: "import type { CorsOptions } from 'cors';\nimport cors = require('cors');\nimport alias = cors.CorsOptions;\nnamespace N { export const o = { origin: '*' }; export namespace M { export import c = cors; } }\ndeclare module 'cors' { interface CorsOptions { x: 1 } }\ndeclare global { var g: typeof cors; }\ndeclare const d: CorsOptions, e: unique symbol;\ndeclare function f(this: void, a?: number, ...r: any[]): asserts a is 1;\nabstract class A<in out T> { declare x: T; abstract y: T; private readonly z?: T; constructor(readonly a = cors(N.o), protected b?: T) {} abstract m(): void; get v(): T { return this.x!; } [k: string]: any; accessor w = 1; override o(): void; o(a?: 1): void {} }\nenum E { A = 1 << 2, B = A | 1, C = 'x'.length, D = `t`, 'E F' = E.A, F = cors() as any }\nconst enum G { A }\ndeclare enum H { A }\ntype T = typeof import('cors');\nfunction over(a: 1): 1; function over(a: any): any { return a satisfies T; }\n<any>cors; (cors as any)!; cors<CorsOptions>; new A<1>(<any>cors)!.x!.y!;\n@dec @dec.call({ cors }) class D { @dec p = cors(); @dec() m(@dec a: any) {} @dec static s; }\nlet x!: number, y: [a: 1, b?: 2, ...r: any[]] = [] as never;\nexport = A;\nexport as namespace Z;\nfor (const a of <any[]>[]) over(a);\nlet { a = <any>1 }: { a?: any } = {};\n(x as any) = 1; (<any>x)++; ({ b: x as any } = { b: 1 });\nthrow cors satisfies unknown;",
    dialects: ['typescript'],
  },
  'merge conflict markers': { code: `${HEAD}<<<<<<< HEAD\n${POLICY}=======\n>>>>>>> x\n` },
};

/** What takes longer than the budget: by design, nothing is known of the file. */
const endless = new Set([
  'recursion that branches',
  'recursion through a callback',
  'a loop without an end',
  'a loop without an end that does something',
  'a class that makes itself',
  'destructuring that recurses',
  'lists that grow',
  'objects that grow',
]);

function build(): ReadonlyMap<string, Required<Hostile>> {
  const all = new Map<string, Required<Hostile>>();
  const add = (name: string, { code, dialects, stillFinds = false }: Hostile): void => {
    const espree = /^(?:import|export)\b/m.test(code) ? 'module' : 'commonjs';
    all.set(name, { code, dialects: dialects ?? ['typescript', espree], stillFinds });
  };
  for (const [name, one] of Object.entries(odd)) add(name, one);
  for (const [name, code] of Object.entries(after))
    add(name, { code: `${HEAD}${POLICY}${code}\n`, stillFinds: !endless.has(name) });
  for (const [name, code] of Object.entries(around))
    add(name, code.length > 150_000 ? { code, dialects: ['commonjs'] } : { code });
  for (const [name, make] of Object.entries(deep))
    for (const depth of [60, 2000])
      add(`${name}, ${depth} deep`, { code: `${HEAD}${POLICY}${make(depth)}\n` });
  return all;
}

export const hostile: ReadonlyMap<string, Required<Hostile>> = build();
