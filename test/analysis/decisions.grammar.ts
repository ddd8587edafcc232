/**
 * Random programs that decide about origins, as people write them: origin functions, options delegates, and
 * middlewares that write headers by hand.
 *
 * What is decided with: `allowed` and `domains` are lists, `hosts` a Set, `tenants` a Map, `table` an object, `patterns`
 * and `rules` lists of expressions and texts. `input` is what reading the program does not tell.
 */
import fc from 'fast-check';
import { pick, some, text } from './grammar.ts';

type Text = fc.Arbitrary<string>;

/** Which of the three a program is. */
export type Kind = 'origin' | 'delegate' | 'middleware';

export interface Decision {
  readonly kind: Kind;
  /** The statements of a module that has `cors`, `express`, `process` and `input`, and mounts one layer on `app`. */
  readonly source: string;
}

/** What nobody can tell by reading: an import, and the variables of the environment. */
export interface Inputs {
  readonly input: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
}

/** Origins that programs list, so that requests of theirs meet with every answer. */
export const FRIENDS = [
  'https://app.example.com',
  'https://admin.example.com',
  'https://example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'http://localhost:3000',
  'https://shop.vercel.app',
];
export const STRANGERS = [
  'https://evilexample.com',
  'https://app.example.com.evil.net',
  'https://appxexample.com',
  'https://stranger.example',
  'http://localhost.evil.net',
];
const ENVIRONMENT = ['ALLOWED_ORIGINS', 'CLIENT_URL', 'CORS_MODE'];

export const inputs: fc.Arbitrary<Inputs> = fc.record({
  input: fc.record({
    on: fc.boolean(),
    count: fc.constantFrom(0, 1, 2),
    origin: fc.constantFrom('', ...FRIENDS),
    origins: fc.subarray(FRIENDS, { minLength: 1, maxLength: 3 }),
    table: fc.constantFrom({}, { 'https://app.example.com': true }, { 'app.example.com': 'yes' }),
    pattern: fc.constantFrom(/example\.com$/, /^https:/, /localhost/),
    check: fc.constantFrom(
      () => true,
      () => false,
      (origin: unknown) => typeof origin === 'string' && origin.endsWith('.example.com'),
      () => {
        throw new Error('from elsewhere');
      },
    ),
    tell: fc.constantFrom(
      (_origin: unknown, callback: (error: unknown, answer?: unknown) => void) => {
        callback(null, true);
      },
      (_origin: unknown, callback: (error: unknown) => void) => {
        callback(new Error('from elsewhere'));
      },
      () => undefined,
    ),
  }),
  env: fc.record(
    Object.fromEntries(
      ENVIRONMENT.map((name) => [
        name,
        fc.constantFrom(...FRIENDS, '*', 'true', 'app.example.com', FRIENDS.slice(0, 2).join(', ')),
      ]),
    ),
  ) as fc.Arbitrary<Record<string, string>>,
});

const quoted = (texts: readonly string[]): string[] => texts.map((one) => `'${one}'`);

const ORIGINS = quoted([...FRIENDS, 'null', '*', 'https://evilexample.com']);
const PIECES = quoted([
  'example.com',
  '.example.com',
  'https://',
  'http://',
  'https:',
  'localhost',
  'http://localhost:',
  '.vercel.app',
  'app',
  'app.example.com',
  'https://app.',
  ':3000',
  '3000',
  '/',
  '.',
  '',
  'null',
]);
const EXPRESSIONS = [
  String.raw`/^https:\/\/app\.example\.com$/`,
  String.raw`/^https:\/\/app.example.com$/`,
  String.raw`/example\.com$/`,
  String.raw`/\.example\.com$/`,
  String.raw`/^https?:\/\/(?:[\w-]+\.)*example\.com(?::\d+)?$/i`,
  String.raw`/^https:\/\/[a-z-]+\.vercel\.app$/`,
  String.raw`/localhost/`,
  String.raw`/^http:\/\/localhost:\d{4}$/`,
  String.raw`/(app|admin)\.example/`,
  String.raw`/^(https?):\/\/([^/:]+)(:\d+)?/`,
  String.raw`/^null$/`,
  String.raw`/App/i`,
  String.raw`/example/g`,
  String.raw`/https/y`,
];
const NAMED_EXPRESSIONS = ['pattern', 'patterns[0]', 'patterns.at(-1)'];
const MADE_EXPRESSIONS = [
  String.raw`new RegExp('^https://.*' + suffix + '$')`,
  '(new RegExp(`${suffix}$`, "i"))',
  String.raw`new RegExp('^(' + allowed.map((each) => each.replace(/[.*+?^$()|[\]\\]/g, '\\$&')).join('|') + ')$')`,
  String.raw`new RegExp('^https:\\/\\/' + 'app')`,
  'RegExp(suffix)',
  String.raw`new RegExp(pattern.source, 'i')`,
  String.raw`new RegExp('^' + '*.example.com'.replace('.', '\\.').replace('*', '[^.]+') + '$')`,
];

const literal = pick(...ORIGINS);
const piece = pick(...PIECES);
const expression = pick(...EXPRESSIONS, ...NAMED_EXPRESSIONS, ...MADE_EXPRESSIONS);
const small = { maxDepth: 2, depthSize: 'xsmall', withCrossShrink: true } as const;

interface Grammar {
  str: string;
  list: string;
  cond: string;
  statement: string;
  tail: string;
}

/** What the kinds of programs do differently: the words with which they decide. */
interface Verbs {
  /** Expressions that decide, given the grammar's own. */
  readonly decide: (own: Own) => readonly Text[];
  /** Further statements. */
  readonly statements: (own: Own) => readonly Text[];
  /** What goes with an error that was caught. */
  readonly failed: readonly string[];
  /** Expressions that only this kind has. */
  readonly strings: readonly string[];
  readonly conditions: readonly string[];
}

interface Own {
  readonly str: Text;
  readonly list: Text;
  readonly cond: Text;
}

/** A function's body that awaits makes it asynchronous. */
const awaiting = (head: string, body: string): string =>
  `${/\bawait\b/.test(body) ? 'async ' : ''}${head}${body}`;

/** A visitor of the elements of a list: its parameter is `one`, which every condition may speak of. */
const visitor = (body: Text): Text =>
  fc.oneof(
    text`(one) => ${body}`,
    text`(one) => { return ${body}; }`,
    text`function (one) { return ${body}; }`,
    text`(one, index) => ${body} && index < 5`,
    text`(one) => { if (${body}) return true; return false; }`,
  );

function conditions({ str, list, cond }: Own, verbs: Verbs, unknowns: boolean): Text {
  return fc.oneof(
    small,
    pick('ok', 'isProduction', 'strict', '!origin', 'origin', 'true', 'false', ...verbs.conditions),
    { weight: 3, arbitrary: text`${str} ${pick('===', '!==', '==')} ${fc.oneof(literal, piece)}` },
    text`${list}.includes(${str})`,
    text`${list}.indexOf(${str}) ${pick('!== -1', '> -1', '>= 0', '=== -1')}`,
    text`hosts.has(${str})`,
    text`tenants.${pick('has', 'get')}(${str})`,
    text`table[${str}]`,
    text`${str} in table`,
    text`Object.hasOwn(table, ${str})`,
    text`table.hasOwnProperty(${str})`,
    text`table[${str}]?.allowed === true`,
    text`${str}${pick('.', '?.')}${pick('startsWith', 'endsWith', 'includes')}(${fc.oneof(piece, literal, pick('suffix'))})`,
    text`${str}.indexOf(${piece}) ${pick('=== 0', '!== -1', '> -1')}`,
    text`${str}.lastIndexOf(${piece}) === ${str}.length - 12`,
    text`${str}.slice(${pick('-12', '0, 8', '8')}) === ${fc.oneof(piece, literal)}`,
    text`${str}.substring(0, 8) === 'https://'`,
    text`${str}.length ${pick('>', '<=')} ${pick('10', '20', '23')}`,
    text`${str}.${pick('charAt(0)', 'at(-1)', 'at(0)')} === ${pick("'h'", "'m'")}`,
    text`${str}[0] === 'h'`,
    { weight: 2, arbitrary: text`${expression}.test(${str})` },
    text`${expression}.exec(${str})`,
    text`${str}.match(${expression})`,
    text`${str}.match(${expression})?.[1] === ${pick("'app'", "'https'")}`,
    text`${str}.search(${expression}) >= 0`,
    text`${list}.${pick('some', 'every')}(${visitor(cond)})`,
    text`${list}.find(${visitor(cond)})`,
    text`${list}.${pick('find', 'findLast')}(${visitor(cond)}) !== undefined`,
    text`${list}.findIndex(${visitor(cond)}) !== -1`,
    text`${list}.filter(${visitor(cond)}).length > 0`,
    text`${list}.map((one) => ${str}).includes(${str})`,
    text`${list}.reduce((sum, one) => sum || ${cond}, false)`,
    text`${list}.length === 0`,
    text`patterns.some((each) => each.test(${str}))`,
    text`rules.some((rule) => rule instanceof RegExp ? rule.test(${str}) : rule === ${str})`,
    text`rules.some((rule) => typeof rule === 'string' ? rule === ${str} : rule.test(${str}))`,
    text`!(${cond})`,
    text`(${cond} && ${cond})`,
    text`(${cond} || ${cond})`,
    text`(${cond} ? ${cond} : ${cond})`,
    text`(${cond} ?? ${cond})`,
    text`Boolean(${cond})`,
    text`!!(${cond})`,
    text`!${str}`,
    text`typeof ${str} === 'string'`,
    text`${str} ${pick('== null', '!= null', '=== undefined', '!== undefined', "!== ''")}`,
    text`isAllowed(${str})`,
    text`isLocal(${str})`,
    text`checks.trust(${str})`,
    text`guard.allows(${str})`,
    text`URL.canParse(${str})`,
    text`new URL(${str}).${pick('hostname', 'host')} === ${pick("'app.example.com'", "'localhost'", "'localhost:3000'")}`,
    text`new URL(${str}).protocol === 'https:'`,
    text`new URL(${str}).port === ${pick("'3000'", "''")}`,
    text`(() => { try { return ${cond}; } catch { return ${cond}; } })()`,
    text`[${cond}, ${cond}].${pick('every(Boolean)', 'some(Boolean)', 'includes(true)')}`,
    ...(unknowns
      ? [
          pick('input.on', 'input.count > 1', 'input.check(origin)', "process.env.CORS_MODE === 'true'"),
          pick('input.origins.includes(origin)', 'input.table[origin]', 'input.origin === origin'),
          pick(
            "process.env.ALLOWED_ORIGINS.split(',').includes(origin)",
            'origin === process.env.CLIENT_URL',
          ),
          pick('input.pattern.test(origin)', 'input.origins.some((one) => origin?.endsWith(one))'),
          pick('process.env.CORS_MODE', 'origin.endsWith(input.origin)', 'input.missing?.includes(origin)'),
        ]
      : []),
  );
}

function strings({ str, list, cond }: Own, verbs: Verbs, unknowns: boolean): Text {
  return fc.oneof(
    small,
    { weight: 8, arbitrary: pick('origin', 'origin', 'origin', 'host', 'one', ...verbs.strings) },
    text`${str}.${pick('toLowerCase()', 'trim()', 'toUpperCase()', 'toString()', 'normalize()', "concat('/')")}`,
    text`${str}.replace(${pick(String.raw`/^https?:\/\//`, "'https://'", String.raw`/\/$/`, String.raw`/:\d+$/`)}, '')`,
    text`${str}.replace(/app/g, 'admin')`,
    text`${str}.replaceAll('.', '-')`,
    text`${str}.split(${pick("'://'", "'/'", "':'", "'.'", '/[:/]+/')})${pick('[0]', '[1]', '[2]', '.at(-1)', '.pop()')}`,
    text`${str}.split('.').slice(-2).join('.')`,
    text`${str}.split('').reverse().join('')`,
    text`${str}.${pick('slice(8)', 'slice(0, -1)', 'substring(7)', 'substr(0, 5)', 'padEnd(30)', 'repeat(2)')}`,
    text`new URL(${str}).${pick('hostname', 'host', 'origin', 'protocol', 'port', 'href', 'pathname')}`,
    text`new URL('/path', ${str}).origin`,
    text`(${str} ?? ${fc.oneof(literal, piece)})`,
    text`(${str} || ${fc.oneof(literal, piece)})`,
    text`String(${str})`,
    text`(${str} + ${piece})`,
    text`(\`https://\${${str}}\`)`,
    text`(${cond} ? ${str} : ${fc.oneof(literal, str)})`,
    text`hostOf(${str})`,
    text`decodeURIComponent(${str})`,
    text`${str}?.toLowerCase()`,
    text`${list}[${pick('0', '1', '5')}]`,
    text`${list}.find(${visitor(cond)})`,
    text`${list}.join(${pick("','", "'|'")})`,
    text`tenants.get(${str})`,
    text`${str}.match(${expression})?.[${pick('0', '1', '2')}]`,
    text`(${expression}.exec(${str}) ?? [])[1]`,
    pick('suffix', 'settings.cors.main', 'settings.cors?.missing', 'named.web', ...ORIGINS.slice(0, 3)),
    // A function that makes the replacement is not followed.
    ...(unknowns ? [text`${str}.replace(/app/g, (found) => found.toUpperCase())`] : []),
    ...(unknowns ? [pick('input.origin', 'process.env.CLIENT_URL', 'input.origins[0]')] : []),
  );
}

function lists({ list, cond, str }: Own, unknowns: boolean): Text {
  return fc.oneof(
    small,
    { weight: 6, arbitrary: pick('allowed', 'allowed', 'domains', 'settings.cors.origins') },
    text`[${some(fc.oneof(literal, str), 3, ', ')}]`,
    text`[...${list}, ...${list}]`,
    text`${list}.concat(${list})`,
    text`${list}.map((one) => one${pick('.toLowerCase()', '.trim()', " + ''", ".replace('https://', '')")})`,
    text`${list}.filter(${visitor(cond)})`,
    text`${list}.filter(Boolean)`,
    text`${list}.flatMap((one) => [one, ${str}])`,
    text`${list}.slice(${pick('1', '0, 1')})`,
    text`(${cond} ? ${list} : ${list})`,
    pick(
      'Object.keys(table)',
      'Object.values(named)',
      '[...hosts]',
      'Array.from(hosts)',
      '[...tenants.keys()]',
    ),
    pick(
      "'https://app.example.com, https://example.com'.split(',')",
      "'app.example.com,localhost'.split(',')",
    ),
    pick('Object.entries(table).filter(([, on]) => on).map(([one]) => one)', '[allowed, domains].flat()'),
    ...(unknowns
      ? [
          pick(
            'input.origins',
            '[...input.origins]',
            "(process.env.ALLOWED_ORIGINS ?? '').split(',').map((one) => one.trim()).filter(Boolean)",
            '[process.env.CLIENT_URL, process.env.CORS_MODE].filter(Boolean)',
            'input.origins.concat(allowed)',
          ),
        ]
      : []),
  );
}

function grammarOf(verbs: Verbs, unknowns: boolean): { readonly [Name in keyof Grammar]: Text } {
  return fc.letrec<Grammar>((tied: fc.LetrecLooselyTypedTie): { [Name in keyof Grammar]: Text } => {
    const tie = (name: keyof Grammar): Text => tied(name) as Text;
    const own: Own = { str: tie('str'), list: tie('list'), cond: tie('cond') };
    const { str, list, cond } = own;
    const [statement, tail] = [tie('statement'), tie('tail')];
    const decide = fc.oneof(...verbs.decide(own));
    const failed = pick(...verbs.failed);
    // Of a promise within a promise's callback it is not told what it writes.
    const later = unknowns
      ? tail
      : fc.oneof(
          text`${decide};`,
          text`if (ok) { ${decide}; } else { ${decide}; }`,
          text`${decide.map((one) => `return ${one};`)}`,
          text`if (${cond}) return ${decide}; ${decide};`,
        );
    return {
      str: strings(own, verbs, unknowns),
      list: lists(own, unknowns),
      cond: conditions(own, verbs, unknowns),
      statement: fc.oneof(
        { maxDepth: 2, depthSize: 'xsmall', withCrossShrink: true },
        text`ok ${pick('=', '||=', '&&=', '??=')} ${cond};`,
        text`host = ${str};`,
        text`n ${pick('+= 1', '++', '-= 1')};`,
        text`if (${cond}) ok = ${pick('true', 'false')};`,
        text`if (${cond}) { ${statement} } else { ${statement} }`,
        text`if (${cond}) ${statement}`,
        text`try { ${statement} } catch { ${pick("host = '';", 'ok = false;', '')} }`,
        text`try { host = new URL(${str}).${pick('hostname', 'host')}; } catch (error) { ok = ${cond}; }`,
        text`try { ${statement} } finally { ${pick('n = 1;', 'ok = false;')} }`,
        text`({ hostname: host } = new URL(${str}));`,
        text`[, host = ''] = ${str}.split('://');`,
        text`origin = ${str};`,
        text`for (const one of ${list}) if (${cond}) { ok = true; ${pick('break;', 'n++;', 'continue;')} }`,
        text`for (const one of ${list}) { ${statement} }`,
        text`for (let i = 0; i < ${list}.length; i++) { const one = allowed[i]; if (${cond}) { ok = true; break; } }`,
        text`for (const one in table) { if (${cond}) ok = table[one]; }`,
        text`for (const [one, value] of Object.entries(table)) if (${cond}) { ok = value; }`,
        text`for (const one of hosts) { if (!(${cond})) continue; ok = true; }`,
        text`{ let i = 0; while (i < 3 && !(${cond})) { i++; ${statement} } }`,
        text`{ let i = 0; do { i++; ${statement} } while (i < 2 && ${cond}); }`,
        text`${list}.forEach((one) => { if (${cond}) ok = true; });`,
        text`hosts.forEach((one) => { ok = ok || ${cond}; });`,
        text`switch (${str}) { case ${literal}: ok = true; ${pick('break;', '')} case ${literal}: host = 'x'; break; default: ${statement} }`,
        text`console.log('origin', ${str});`,
        text`const answer${pick('1', '2', '3')} = ${cond}; ok = ${cond};`.map((one) => `{ ${one} }`),
        text`ok = await lookUp(${str});`,
        text`ok = await Promise.resolve(${cond});`,
        text`[ok] = await Promise.all([lookUp(${str}), lookUp(${str})]);`,
        text`if (${cond}) throw ${pick("new Error('no')", "Object.assign(new Error('no'), { status: 403 })", "'no'")};`,
        ...verbs.statements(own),
        ...(unknowns
          ? [pick('input.check(origin);', 'ok = input.check(origin, ok);', 'n = input.count;')]
          : []),
      ),
      tail: fc.oneof(
        { maxDepth: 3, depthSize: 'xsmall', withCrossShrink: true },
        text`${decide};`,
        text`return ${decide};`,
        text`if (${cond}) { ${tail} } else { ${tail} }`,
        text`if (${cond}) return ${decide}; ${tail}`,
        text`if (${cond}) { return ${decide}; } ${tail}`,
        text`if (${cond}) ${decide}; else ${decide};`,
        text`if (${cond}) { ${tail} }`,
        text`return ${cond} ? ${decide} : ${decide};`,
        text`${cond} ? ${decide} : ${decide};`,
        text`${statement} ${tail}`,
        text`${statement} ${tail}`,
        text`try { ${statement} ${tail} } catch (error) { ${tail} }`,
        text`try { ${statement} ${tail} } catch (error) { ${failed}; }`,
        text`try { ${statement} } catch { return ${decide}; } ${tail}`,
        text`try { ${tail} } finally { n++; }`,
        text`switch (${str}) { case ${literal}: case ${literal}: return ${decide}; case ${literal}: ${decide}; break; default: ${tail} }`,
        text`switch (true) { case ${cond}: ${decide}; break; case ${cond}: return ${decide}; default: ${decide}; }`,
        text`for (const one of ${list}) { if (${cond}) return ${decide}; } ${tail}`,
        text`for (let i = 0; i < allowed.length; i++) { const one = allowed[i]; if (${cond}) { ${decide}; return; } } ${tail}`,
        text`const first = ${list}.find(${visitor(cond)}); if (first) return ${decide}; ${tail}`.map(
          (one) => `{ ${one} }`,
        ),
        fc
          .tuple(cond, later, failed)
          .map(
            ([value, body, error]) =>
              `return Promise.resolve(${value}).then(${awaiting('(ok) => ', `{ ${body} }`)}).catch((error) => { ${error}; });`,
          ),
        fc
          .tuple(str, later, failed)
          .map(
            ([value, body, error]) =>
              `lookUp(${value}).then(${awaiting('(ok) => ', `{ ${body} }`)}, (error) => { ${error}; });`,
          ),
        fc
          .tuple(tail, pick('late();', 'return late();'))
          .map(([body, call]) => `{ const late = ${awaiting('() => ', `{ ${body} }`)}; ${call} }`),
        // Where a verdict follows an error, Express may have told of the error by then, or not.
        ...(unknowns ? [text`${list}.forEach((one) => { if (${cond}) ${decide}; }); ${tail}`] : []),
        // Timers are not followed: what they run may run or not.
        ...(unknowns
          ? [
              fc
                .tuple(pick('setTimeout', 'setImmediate', 'queueMicrotask', 'process.nextTick'), tail)
                .map(([later, body]) => `${later}(${awaiting('() => ', `{ ${body} }`)});`),
            ]
          : []),
        ...(unknowns && verbs.failed.some((one) => one.includes('callback'))
          ? [pick('input.tell(origin, callback);')]
          : []),
      ),
    };
  }) as { readonly [Name in keyof Grammar]: Text };
}

// ---- what the three kinds decide with

const ORIGIN: Verbs = {
  decide: ({ str, list, cond }) => [
    pick('callback(null, true)', 'callback(null, false)', "callback(new Error('Not allowed by CORS'))"),
    pick('allow()', 'deny()', 'callback(null, origin)', "callback(null, '*')", 'callback(null)'),
    pick('callback(null, ok)', "callback('blocked')", 'callback(null, allowed)', 'callback(null, [origin])'),
    text`callback(null, ${cond})`,
    text`callback(null, ${str})`,
    text`callback(null, ${list})`,
    text`callback(null, ${expression})`,
    text`callback(${cond} ? null : new Error('no'), ${cond})`,
    text`callback(${cond} ? null : Object.assign(new Error('no'), { status: 403 }), true)`,
  ],
  statements: () => [],
  failed: ['callback(error)', 'callback(null, false)', 'deny()', 'throw error'],
  strings: [],
  conditions: [],
};

const options = ({ str, list, cond }: Own): Text =>
  fc.oneof(
    pick('{ origin: true, credentials: true }', '{ origin: false }', '{ origin: true }', "{ origin: '*' }"),
    pick('{ origin, credentials: true }', 'base', '{ ...base, origin: true }', '{}', 'undefined', 'made'),
    text`{ origin: ${cond} }`,
    text`{ origin: ${str}, credentials: ${cond} }`,
    text`{ origin: ${list}, methods: ['GET', 'PUT'] }`,
    text`{ origin: ${expression}, allowedHeaders: ${pick("['X-One']", "'Content-Type'", '[]')} }`,
    text`${cond} ? { origin: true } : { origin: false }`,
    text`{ ...base, ...(${cond} && { origin: ${str} }) }`,
    // (An exception in there, after an asynchronous delegate, hangs: this is not told apart from one that answers 500.)
    text`{ origin: (one, done) => done(null, ${pick('ok', 'isProduction', "one === 'https://app.example.com'", 'allowed.includes(one)')}), optionsSuccessStatus: 200 }`,
  );

const DELEGATE: Verbs = {
  decide: (own) => [
    text`callback(null, ${options(own)})`,
    text`callback(null, ${options(own)})`,
    text`callback(${own.cond} ? null : new Error('no'), ${options(own)})`,
    pick("callback(new Error('no'))", 'callback(null, made)', 'callback(null)', 'callback(null, base)'),
  ],
  statements: (own) => [
    text`made = ${options(own)};`,
    text`if (${own.cond}) made = ${options(own)}; else made = { origin: false };`,
    text`made = { ...base, origin: ${own.cond} };`,
    text`if (made) made.origin = ${fc.oneof(own.cond, own.list)};`,
    text`Object.assign(made ?? {}, { credentials: ${own.cond} });`,
  ],
  failed: ['callback(error)', 'callback(null, { origin: false })'],
  strings: ['req.headers.origin', "req.header('Origin')", 'req.method'],
  conditions: ["req.method === 'OPTIONS'", 'req.headers.origin !== undefined'],
};

const MIDDLEWARE: Verbs = {
  decide: ({ cond }) => [
    pick('next()', 'next()', 'next()', 'res.sendStatus(204)', 'res.status(204).end()', 'res.end()'),
    pick("res.status(403).json({ error: 'no' })", "next(new Error('no'))", "res.status(200).send('ok')"),
    pick(
      'res.writeHead(204, HEADERS).end()',
      "res.redirect('/login')",
      "res.redirect(301, '/login')",
      'finish(res, next)',
    ),
    pick('cors()(req, res, next)', 'cors(base)(req, res, next)', 'cors({ origin: true })(req, res, next)'),
    pick(
      'res.json({})',
      'res.sendStatus(403)',
      "next(Object.assign(new Error('no'), { status: 403 }))",
      "next('route')",
    ),
    text`cors({ origin: ${cond}, credentials: true })(req, res, next)`,
    text`(${cond} ? next() : res.sendStatus(403))`,
    pick(
      '(res.statusCode = 204, res.end())',
      "res.set('Access-Control-Allow-Origin', '*').status(204).end()",
    ),
  ],
  statements: ({ str, list, cond }) => {
    const name = pick(
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Origin',
      'access-control-allow-origin',
      'Access-Control-Allow-Headers',
      'Access-Control-Allow-Methods',
      'Access-Control-Expose-Headers',
      'Vary',
    );
    const writes = pick('res.setHeader', 'res.set', 'res.header', 'res.setHeader', 'res.append', 'set');
    return [
      text`${writes}('${name}', ${str});`,
      text`${writes}('Access-Control-Allow-Origin', origin);`,
      text`${writes}('Access-Control-Allow-Origin', ${fc.oneof(literal, str)});`,
      text`if (${cond}) ${writes}('Access-Control-Allow-Origin', origin);`,
      text`if (${cond}) { ${writes}('Access-Control-Allow-Origin', ${str}); ${writes}('Vary', 'Origin'); }`,
      text`${writes}('Access-Control-Allow-Credentials', ${pick("'true'", 'true', 'String(ok)')});`,
      text`${writes}('Access-Control-Allow-Methods', ${pick("['GET', 'PUT']", "'GET, PUT'", "['GET', 'PUT'].join(', ')")});`,
      text`res.vary(${pick("'Origin'", "'origin'", "'Accept-Encoding'", "'Origin, Accept'")});`,
      text`res.removeHeader('${name}');`,
      text`res.set({ 'Access-Control-Allow-Origin': ${str}, 'Access-Control-Allow-Credentials': 'true' });`,
      text`res.header({ ...HEADERS, 'Access-Control-Allow-Origin': ${str} });`,
      pick(
        'for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);',
        'Object.entries(HEADERS).forEach(([name, value]) => res.set(name, value));',
        'for (const name in HEADERS) { res.header(name, HEADERS[name]); }',
        'Object.keys(HEADERS).forEach((name) => { res.setHeader(name, HEADERS[name]); });',
        'res.set(HEADERS);',
        'setCors(res);',
        'setCors(res, origin);',
        'res.status(204);',
        'res.statusCode = 202;',
      ),
      text`if (res.${pick('getHeader', 'get', 'hasHeader')}('Vary')) ok = ${cond};`,
      text`host = String(res.getHeader('${name}'));`,
      text`if (${cond}) res.set('Access-Control-Allow-Origin', origin).vary('Origin');`,
      text`${list}.forEach((one) => { if (${cond}) res.setHeader('Access-Control-Allow-Origin', one); });`,
      text`if (req.method === 'OPTIONS') { ${pick("res.setHeader('Access-Control-Allow-Methods', 'PUT');", 'return res.sendStatus(204);', 'res.status(204).end(); return;')} }`,
    ];
  },
  failed: ['next(error)', 'res.sendStatus(400)', 'next()'],
  strings: [
    'req.headers.origin',
    "req.get('Origin')",
    "req.headers['access-control-request-headers']",
    'req.method',
  ],
  conditions: ["req.method === 'OPTIONS'", "req.headers['origin']", 'res.headersSent'],
};

const REQUEST_UNKNOWNS = [
  "'origin' in req.headers",
  'req.path.startsWith("/api")',
  'req.headers.cookie',
  "req.get('Authorization')",
  "req.headers['x-key'] === 'one'",
  'req.url.includes("a")',
  'req.query.debug',
];

// ---- around the decision

const expressions = pick(...EXPRESSIONS);

const definitions: Text = text`
const allowed = [${some(literal, 3, ', ')}];
const domains = [${some(pick(...PIECES.filter((one) => one.includes('.') || one.includes('localhost'))), 3, ', ')}];
const hosts = new Set([${some(fc.oneof(literal, pick("'app.example.com'", "'localhost'")), 3, ', ')}]);
const tenants = new Map([[${literal}, 'one'], ['app.example.com', ${literal}]]);
const table = { ${literal}: true, 'app.example.com': ${pick('true', 'false', '{ allowed: true }')}, 'https://off.example': false };
const named = { web: ${literal}, admin: ${literal} };
const pattern = ${expressions};
const patterns = [${expressions}, ${expressions}];
const rules = [${expressions}, ${literal}, ${literal}];
const suffix = ${pick("'.example.com'", "'example.com'", "'.vercel.app'")};
const settings = { cors: { origins: allowed, main: ${literal} }, mode: 'live' };
const base = { credentials: true, methods: ['GET', 'POST'], origin: ${fc.oneof(literal, pick('allowed', 'false', 'true'))} };
const HEADERS = { 'Access-Control-Allow-Origin': ${literal}, 'Access-Control-Allow-Methods': 'GET, POST', 'Access-Control-Allow-Headers': ${pick("'Content-Type'", "['Content-Type', 'X-One']")} };
const isProduction = process.env.NODE_ENV === 'production';
const strict = ${pick('true', 'false', '!isProduction')};
const one = 'https://app.example.com';
`;

/** Nothing calls itself for ever. */
const notItself = (body: Text): Text => body.map((code) => code.replaceAll('isAllowed(', 'isLocal('));

/** Helpers, whose bodies ask with the words of the constants alone. */
const helpers = (cond: Text): Text => text`
function isAllowed(origin) { let ok = false, host = ''; ${pick('if (!origin) return true;', 'if (!origin) return false;', '')} return ${notItself(cond)}; }
const isLocal = (origin) => ${pick('/^http:\\/\\/localhost(:\\d+)?$/.test(origin)', "origin?.includes('localhost')", "origin === 'http://localhost:3000'")};
const checks = { trust(origin) { ${pick('return this.list.includes(origin);', 'return isLocal(origin) || allowed.includes(origin);')} }, list: domains };
class Guard { #list; constructor(list) { this.#list = list; } allows(origin) { return this.#list.some((one) => origin === one${pick('', " || origin?.endsWith('.' + one)")}); } }
const guard = new Guard(${pick('allowed', 'domains', '[...hosts]')});
function hostOf(origin) { ${pick('return new URL(origin).hostname;', "try { return new URL(origin).host; } catch { return ''; }", "return (origin || '').split('://')[1];")} }
async function lookUp(origin) { let ok = false, host = ''; ${pick('', "if (!origin) throw new Error('none');", 'await null;')} return ${cond}; }
function setCors(res, origin = ${fc.oneof(literal, pick("'*'"))}) { res.setHeader('Access-Control-Allow-Origin', origin); ${pick("res.setHeader('Vary', 'Origin');", "res.set('Access-Control-Allow-Credentials', 'true');", '')} }
function finish(res, next) { ${pick('if (res.headersSent) return; next();', 'res.end();', "next(new Error('late'));")} }
`;

const LOCALS = "let host = '', ok = false, n = 0;";

const functions = (head: Text, body: Text, prelude: Text): Text =>
  fc.tuple(fc.boolean(), head, prelude, body).map(([arrow, parameters, first, rest]) => {
    const block = `{ ${first} ${first.includes(LOCALS) ? '' : LOCALS}\n  ${rest}\n}`;
    return arrow
      ? `const decide = ${awaiting(`${parameters} => `, block)};`
      : `${awaiting(`function decide${parameters} `, block)}`;
  });

const READING = [
  'let origin = req.headers.origin;',
  "let origin = req.headers['origin'];",
  "let origin = req.header('Origin');",
  "let origin = req.get('origin');",
  'let { origin } = req.headers;',
  'let { headers: { origin } } = req;',
  'let origin = req.headers?.origin;',
  "const get = (name) => req.headers[name]; let origin = get('origin');",
];

/** Programs of a kind; `unknowns`: they may rest on what reading does not tell. */
export function decisions(kind: Kind, unknowns: boolean): fc.Arbitrary<Decision> {
  const asks = { origin: ORIGIN, delegate: DELEGATE, middleware: MIDDLEWARE }[kind];
  const verbs =
    unknowns && kind !== 'origin' ? { ...asks, conditions: [...asks.conditions, ...REQUEST_UNKNOWNS] } : asks;
  const { tail } = grammarOf(verbs, unknowns);
  const plain = grammarOf({ ...ORIGIN, statements: () => [] }, unknowns);
  const around = text`${definitions}${helpers(plain.cond)}`;
  const layer = {
    origin: functions(
      pick('(origin, callback)'),
      tail,
      pick(
        "const allow = () => callback(null, true); const deny = () => callback(new Error('no'));",
        'const allow = () => callback(null, origin); const deny = () => callback(null, false);',
      ),
    ),
    delegate: functions(pick('(req, callback)'), tail, text`${pick(...READING)} let made;`),
    middleware: functions(
      pick('(req, res, next)'),
      tail,
      text`${pick(...READING)} const set = (name, value) => res.setHeader(name, value); ${pick(LOCALS)} ${some(fc.oneof(...MIDDLEWARE.statements(plain)), 2, ' ', 1)}`,
    ),
  }[kind];
  const mounts = {
    origin: [
      'app.use(cors({ origin: decide, credentials: true }));',
      'app.use(cors({ origin: decide }));',
      "app.use(cors({ ...base, origin: decide, exposedHeaders: ['X-One'] }));",
    ],
    delegate: ['app.use(cors(decide));'],
    middleware: ['app.use(decide);'],
  }[kind];
  return (
    fc
      .tuple(around, layer, pick(...mounts))
      // What a promise writes that nobody waits for, within a function that waits for others, is not told.
      .filter(([, middle]) => unknowns || !(/\bawait\b/.test(middle) && middle.includes('.then(')))
      .map(([first, middle, last]) => ({
        kind,
        source: `const app = express();${first}${middle}\n${last}\n`,
      }))
  );
}

/** What the interpreter reads before the statements. */
export const IMPORTS = `import cors from 'cors';\nimport express from 'express';\nimport { input } from './input.js';\n`;

/** The program without the definitions that it does not use: what a reader wants to see of it. */
export function relevant({ source }: Decision): string {
  let lines = source.split('\n').filter((line) => line.trim() !== '');
  for (;;) {
    const needed = lines.filter((line, index) => {
      const name = /^(?:const|class|(?:async )?function) (\w+)/.exec(line)?.[1];
      return !name || lines.some((other, at) => at !== index && new RegExp(`\\b${name}\\b`).test(other));
    });
    if (needed.length === lines.length) return lines.join('\n');
    lines = needed;
  }
}
