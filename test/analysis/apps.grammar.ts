/** Random applications of several files: policies, guards, routers and what is mounted where, in CommonJS and as ES modules. */
import fc from 'fast-check';

export const A = 'https://app.example.com';
export const B = 'https://www.example.org';

/** Files by their path in the application's folder. `index.js` exports the app. */
export interface Written {
  readonly files: Readonly<Record<string, string>>;
  /** What is set in the environment. Of variables that are not told, the model knows only that they are. */
  readonly env: Readonly<Record<string, string>>;
  readonly told: Readonly<Record<string, string>>;
}

// ---- what applications are made of

/** Options of `cors`; `list` and `isListed` stand in a file of their own. */
const options = [
  '{ origin: list, credentials: true }',
  `{ origin: '${A}', maxAge: 600 }`,
  '{ origin: list, credentials: true, methods: ["GET", "PUT"], allowedHeaders: ["Content-Type"] }',
  '{ origin: isListed, credentials: true }',
  "{ origin: '*' }",
  '{ origin: true, credentials: true, exposedHeaders: "X-Total-Count" }',
  '{ origin: false }',
  '{}',
  '{ origin: /^https:\\/\\/(?:app|www)\\.example\\.(?:com|org)$/, optionsSuccessStatus: 200 }',
  '{ origin: (origin, callback) => callback(null, list.includes(origin)) }',
  '{ origin: (origin, callback) => { if (!origin || list.includes(origin)) callback(null, true); else callback(new Error("Not allowed")); } }',
  '{ origin: list, preflightContinue: true }',
  '(req, callback) => callback(null, { origin: req.method === "GET" ? "*" : list })',
] as const;

/** Policies that are written by hand. */
const handWritten = [
  `(req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', '*');
  next();
}`,
  `(req, res, next) => {
  const { origin } = req.headers;
  res.vary('Origin');
  if (list.includes(origin)) {
    res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' });
    res.header('Access-Control-Allow-Headers', 'content-type, authorization');
  }
  if (req.method === 'OPTIONS') return res.sendStatus(204);
  next();
}`,
  `function allow(req, res, next) {
  res.header('Access-Control-Allow-Origin', req.get('origin') || '*');
  res.header('Access-Control-Allow-Methods', 'GET, PUT, DELETE');
  if (req.method === 'OPTIONS' && req.headers['access-control-request-method']) res.status(200).end();
  else next();
}`,
] as const;

const guards = [
  '(req, res, next) => next()',
  'async (req, res, next) => { next(); }',
  '(req, res, next) => { if (!req.headers.authorization) return res.status(401).end(); next(); }',
  "(req, res, next) => { if (req.method !== 'OPTIONS' && !req.get('Cookie')) { res.sendStatus(403); return; } next(); }",
  '(req, res, next) => next(req.headers.authorization ? undefined : new Error("Who is that?"))',
  '(req, res, next) => { if (!req.headers.cookie) throw Object.assign(new Error("no"), { status: 403 }); next(); }',
  'async (req, res, next) => { if (!req.headers.origin) throw new Error("From where?"); next(); }',
  "(req, res, next) => { if (req.method === 'POST') return res.status(405).json({}); return next(); }",
  "(req, res, next) => { res.vary('Accept'); next(); }",
  "(req, res, next) => { res.removeHeader('Access-Control-Allow-Credentials'); next(); }",
  "(req, res, next) => { res.set('Vary', 'Accept-Encoding'); next(); }",
  '(req, res, next) => { res.status(202); next(); }',
  'express.json()',
] as const;

/** Guards that hang on something of which the code does not tell. */
const unclearGuards = [
  '(req, res, next) => { if (process.env.LOCKED === "yes") return res.status(503).end(); next(); }',
  '(req, res, next) => { if (req.query.debug) return res.send("debug"); next(); }',
  '(req, res, next) => { if (req.path.length > 6) return res.sendStatus(414); next(); }',
  '(req, res, next) => { res.set("Access-Control-Allow-Origin", process.env.SITE); next(); }',
  // A package of which nothing is known.
  'session({ secret: "s", resave: false, saveUninitialized: false })',
] as const;

const handlers = [
  '(req, res) => { res.json({}); }',
  '(req, res) => res.status(201).end()',
  'async (req, res) => { res.send("x"); }',
  '(req, res) => { res.set("Vary", "Accept-Language").send("x"); }',
  '(req, res, next) => { next(); }',
  '(req, res) => { throw new Error("broken"); }',
  'async () => { throw Object.assign(new Error("gone"), { status: 410 }); }',
  '(req, res, next) => next(new Error("broken"))',
  '(req, res, next) => { res.status(404); next(new Error("Not found")); }',
  // Looked after by a helper, as it was needed in Express 4.
  '((fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next))(async (req, res) => { res.json({}); })',
  '((fn) => async (req, res, next) => { try { await fn(req, res, next); } catch (error) { next(error); } })(async () => { throw new Error("broken"); })',
  '{ async show(req, res) { res.status(206).json(this.items); }, items: [] }.show.bind({ items: [1] })',
] as const;

const errorHandlers = [
  '(err, req, res, next) => { res.status(500).json({}); }',
  '(err, req, res, next) => next(err)',
  '(err, req, res, next) => { res.vary("Accept"); res.sendStatus(400); }',
  '(err, req, res, next) => { res.json({}); }',
] as const;

type Table = 'options' | 'byHand' | 'guards' | 'handlers' | 'errors';

// ---- their shape

interface Item {
  readonly table: 'options' | 'byHand' | 'guards';
  readonly which: number;
}

type Piece =
  | { readonly is: 'use'; readonly path: string; readonly items: readonly Item[]; readonly asList: boolean }
  | {
      readonly is: 'route';
      readonly how: 'verb' | 'route';
      readonly method: string;
      readonly path: string;
      readonly items: readonly Item[];
      readonly handler: number;
    }
  | { readonly is: 'options'; readonly path: string; readonly which: number }
  | { readonly is: 'errors'; readonly which: number }
  | { readonly is: 'if'; readonly negated: boolean; readonly piece: Piece }
  /** `file`: a router of its own file, one made in place, or a function of another file that gets the app. */
  | {
      readonly is: 'router';
      readonly as: 'file' | 'inline' | 'install';
      readonly prefix: string;
      readonly items: readonly Item[];
      readonly late: boolean;
      readonly pieces: readonly Piece[];
    };

export interface Shape {
  readonly module: 'esm' | 'commonjs';
  /** `policies.p1`, or `p1` by its name. */
  readonly namespace: boolean;
  readonly shape: 'plain' | 'function' | 'class';
  readonly pieces: readonly Piece[];
  readonly flag: 'on' | 'off';
}

const paths = ['/', '/a', '/b', '/a/:id', '/b/x', '/A/'] as const;

function itemOf(unknowns: boolean): fc.Arbitrary<Item> {
  const of = (table: Item['table'], length: number): fc.Arbitrary<Item> =>
    fc.record({ table: fc.constant(table), which: fc.nat(length - 1) });
  return fc.oneof(
    { weight: 3, arbitrary: of('options', options.length) },
    { weight: 1, arbitrary: of('byHand', handWritten.length) },
    { weight: 2, arbitrary: of('guards', guards.length + (unknowns ? unclearGuards.length : 0)) },
  );
}

function piecesWithin(depth: number, unknowns: boolean): fc.Arbitrary<readonly Piece[]> {
  const item = itemOf(unknowns);
  const use: fc.Arbitrary<Piece> = fc.record({
    is: fc.constant('use' as const),
    path: fc.constantFrom('', '', '', '/', '/a', '/b', '/:any', '/{*splat}', "['/a', '/b']", "['/', '/a']"),
    items: fc.array(item, { minLength: 1, maxLength: 2 }),
    asList: fc.boolean(),
  });
  const route: fc.Arbitrary<Piece> = fc.record({
    is: fc.constant('route' as const),
    how: fc.constantFrom('verb' as const, 'verb' as const, 'route' as const),
    method: fc.constantFrom('get', 'get', 'post', 'put', 'delete', 'all'),
    path: fc.constantFrom(...paths),
    items: fc.array(item, { maxLength: 2 }),
    handler: fc.nat(handlers.length * 2).map((which) => (which < handlers.length ? which : 0)),
  });
  const other: fc.Arbitrary<Piece> = fc.oneof(
    fc.record({
      is: fc.constant('options' as const),
      path: fc.constantFrom("'/{*splat}'", '/.*/', "'/a'", "'/b/x'"),
      which: fc.nat(options.length - 1),
    }),
    fc.record({ is: fc.constant('errors' as const), which: fc.nat(errorHandlers.length - 1) }),
  );
  const simple = fc.oneof(
    { weight: 3, arbitrary: use },
    { weight: 4, arbitrary: route },
    { weight: 1, arbitrary: other },
  );
  const conditional: fc.Arbitrary<Piece> = fc.record({
    is: fc.constant('if' as const),
    negated: fc.boolean(),
    piece: simple,
  });
  if (depth === 0)
    return fc.array(fc.oneof({ weight: 8, arbitrary: simple }, { weight: 1, arbitrary: conditional }), {
      minLength: 1,
      maxLength: 4,
    });
  const router: fc.Arbitrary<Piece> = fc.record({
    is: fc.constant('router' as const),
    as: fc.constantFrom('file' as const, 'file' as const, 'inline' as const, 'install' as const),
    prefix: fc.constantFrom(
      '',
      '/',
      '/a',
      '/b',
      '/a/:id',
      ...(unknowns ? ['/{*splat}', "['/a', '/b']", "['/', '/a']", "['/a', '/a/b']"] : []),
    ),
    items: fc.array(item, { maxLength: 1 }),
    late: fc.boolean(),
    pieces: piecesWithin(depth - 1, unknowns),
  });
  return fc.array(
    fc.oneof(
      { weight: 6, arbitrary: simple },
      { weight: 1, arbitrary: conditional },
      { weight: 3, arbitrary: router },
    ),
    { minLength: 1, maxLength: 5 },
  );
}

/** Applications. With `unknowns`, some of them hang on what the code does not tell. */
export const applications = (unknowns: boolean): fc.Arbitrary<Shape> =>
  fc.record({
    module: fc.constantFrom('esm' as const, 'commonjs' as const),
    namespace: fc.boolean(),
    shape: fc.constantFrom('plain' as const, 'plain' as const, 'function' as const, 'class' as const),
    pieces: piecesWithin(2, unknowns),
    flag: fc.constantFrom('on' as const, 'off' as const),
  });

// ---- writing them down

const PREFIX: Readonly<Record<Table, string>> = {
  options: 'policy',
  byHand: 'allow',
  guards: 'guard',
  handlers: 'handler',
  errors: 'onError',
};
const FILE: Readonly<Record<Table, string>> = {
  options: 'policies',
  byHand: 'policies',
  guards: 'middleware/guards',
  handlers: 'controllers',
  errors: 'middleware/errors',
};
const everyGuard: readonly string[] = [...guards, ...unclearGuards];
const TEXTS: Readonly<Record<Table, readonly string[]>> = {
  options,
  byHand: handWritten,
  guards: everyGuard,
  handlers,
  errors: errorHandlers,
};

/** The files of an application. With `unknowns`, the model is not told of the environment. */
export function write(app: Shape, unknowns: boolean): Written {
  return new Writer(app).write(unknowns);
}

/** One file under way: what it needs of which others, and what it says. */
interface Page {
  readonly name: string;
  readonly needs: Map<string, Set<string>>;
  readonly lines: string[];
}

class Writer {
  readonly #files = new Map<string, string>();
  readonly #used = new Map<string, Map<string, string>>();
  #routers = 0;

  constructor(readonly app: Shape) {}

  write(unknowns: boolean): Written {
    const index = page('index');
    this.#pieces(this.app.pieces, 'app', index);
    const body = index.lines.join('\n');
    const { shape } = this.app;
    const made =
      shape === 'plain'
        ? `const app = express();\n${body}`
        : shape === 'function'
          ? `function configure(app) {\n${body}\n}\nconst app = express();\nconfigure(app);`
          : `class Server {\n  constructor() {\n    this.app = express();\n    this.mount(this.app);\n  }\n  mount(app) {\n${body}\n  }\n}\nconst { app } = new Server();`;
    this.#save(index, `${made}\n`, [['default', 'app']]);
    for (const [file, texts] of this.#used) this.#saveTable(file, texts);
    this.#files.set(
      'package.json',
      JSON.stringify({ type: this.app.module === 'esm' ? 'module' : 'commonjs' }),
    );
    const env = { FLAG: this.app.flag, LOCKED: 'no', SITE: A };
    const told = { NODE_ENV: 'test', ...(!unknowns && env) };
    return { files: Object.fromEntries(this.#files), env, told };
  }

  #pieces(pieces: readonly Piece[], target: string, on: Page): void {
    for (const piece of pieces) this.#piece(piece, target, on);
  }

  #piece(piece: Piece, target: string, on: Page): void {
    const say = (line: string): void => {
      on.lines.push(line);
    };
    switch (piece.is) {
      case 'use': {
        const items = piece.items.map((item) => this.#item(item, on)).join(', ');
        const path = piece.path === '' ? '' : `${quoted(piece.path)}, `;
        say(`${target}.use(${path}${piece.asList ? `[${items}]` : items});`);
        return;
      }
      case 'route': {
        const given = [
          ...piece.items.map((item) => this.#item(item, on)),
          this.#named('handlers', piece.handler, on),
        ].join(', ');
        if (piece.how === 'verb') say(`${target}.${piece.method}('${piece.path}', ${given});`);
        else say(`${target}.route('${piece.path}').${piece.method}(${given});`);
        return;
      }
      case 'options':
        say(`${target}.options(${piece.path}, ${this.#named('options', piece.which, on)});`);
        return;
      case 'errors':
        say(`${target}.use(${this.#named('errors', piece.which, on)});`);
        return;
      case 'if':
        say(`if (process.env.FLAG ${piece.negated ? '!==' : '==='} 'on') {`);
        this.#piece(piece.piece, target, on);
        say('}');
        return;
      case 'router':
        this.#router(piece, target, on);
    }
  }

  #router(piece: Piece & { is: 'router' }, target: string, on: Page): void {
    const name = `part${++this.#routers}`;
    const file = `routes/${name}`;
    const before = piece.items.map((item) => `${this.#item(item, on)}, `).join('');
    const mount = (router: string): string =>
      `${target}.use(${piece.prefix === '' ? '' : `${quoted(piece.prefix)}, `}${before}${router});`;
    switch (piece.as) {
      case 'inline': {
        const own: Page = { ...on, lines: [] };
        this.#pieces(piece.pieces, name, own);
        on.lines.push(`const ${name} = express.Router();`);
        if (piece.late) on.lines.push(mount(name), ...own.lines);
        else on.lines.push(...own.lines, mount(name));
        return;
      }
      case 'file': {
        const own = page(file);
        this.#pieces(piece.pieces, 'router', own);
        this.#save(own, `const router = express.Router();\n${own.lines.join('\n')}\n`, [
          ['default', 'router'],
        ]);
        on.lines.push(mount(this.#need(on, file, 'default', name)));
        return;
      }
      case 'install': {
        const own = page(file);
        this.#pieces(piece.pieces, 'app', own);
        this.#save(own, `function install(app) {\n${own.lines.join('\n')}\n}\n`, [['install', 'install']]);
        on.lines.push(`${this.#need(on, file, 'install', name)}(${target});`);
      }
    }
  }

  #item({ table, which }: Item, on: Page): string {
    return this.#named(table, which, on);
  }

  #named(table: Table, which: number, on: Page): string {
    const name = `${PREFIX[table]}${which}`;
    const file = FILE[table];
    const used = this.#used.get(file) ?? new Map<string, string>();
    this.#used.set(file, used);
    const text = TEXTS[table][which] ?? '';
    used.set(name, table === 'options' ? `cors(${text === '{}' ? '' : text})` : text);
    return this.#need(on, file, name, name);
  }

  /** How the page calls what the file exports under that name. */
  #need(on: Page, file: string, name: string, local: string): string {
    const names = on.needs.get(file) ?? new Set<string>();
    on.needs.set(file, names.add(name === local ? name : `${name} ${local}`));
    return this.app.namespace && name === local ? `${namespaceOf(file)}.${name}` : local;
  }

  #saveTable(file: string, texts: ReadonlyMap<string, string>): void {
    const own = page(file);
    const lines = [...texts].map(([name, text]) => `const ${name} = ${text};`);
    const body = lines.join('\n');
    if (/\blist\b/.test(body)) this.#need(own, 'config/origins', 'list', 'list');
    if (/\bisListed\b/.test(body)) this.#need(own, 'config/origins', 'isListed', 'isListed');
    if (own.needs.size > 0) {
      const origins = page('config/origins');
      const text = `const list = ['${A}', '${B}'];\nconst isListed = (origin, callback) => {\n  callback(null, list.indexOf(origin) >= 0 ? origin : false);\n};\n`;
      this.#save(origins, text, [
        ['list', 'list'],
        ['isListed', 'isListed'],
      ]);
    }
    const spaced = this.app.namespace ? body.replace(/\b(?=(?:list|isListed)\b)/g, 'origins.') : body;
    this.#save(
      own,
      `${spaced}\n`,
      [...texts.keys()].map((name) => [name, name] as const),
    );
  }

  #save(
    { name, needs }: Page,
    body: string,
    exported: readonly (readonly [name: string, local: string])[],
  ): void {
    const esm = this.app.module === 'esm';
    const up = name.includes('/') ? '../' : './';
    const lines: string[] = [];
    for (const [local, from] of Object.entries(PACKAGES))
      if (new RegExp(`(?<![.'])\\b${local}\\b`).test(body))
        lines.push(esm ? `import ${local} from '${from}';` : `const ${local} = require('${from}');`);
    for (const [file, names] of needs) lines.push(...this.#imports(`${up}${file}`, file, [...names], esm));
    this.#files.set(`${name}.js`, `${lines.join('\n')}\n${body}${exportsOf(exported, esm)}\n`);
  }

  #imports(specifier: string, file: string, names: readonly string[], esm: boolean): readonly string[] {
    const own = names.filter((name) => !name.includes(' '));
    const renamed = names
      .filter((name) => name.includes(' '))
      .map((name) => name.split(' ') as [string, string]);
    const lines = renamed.map(([name, local]) => {
      if (esm)
        return `import ${name === 'default' ? local : `{ ${name} as ${local} }`} from '${specifier}.js';`;
      return name === 'default'
        ? `const ${local} = require('${specifier}');`
        : `const { ${name}: ${local} } = require('${specifier}');`;
    });
    if (own.length === 0) return lines;
    const list = own.join(', ');
    const what = this.app.namespace ? namespaceOf(file) : `{ ${list} }`;
    if (esm)
      return [...lines, `import ${this.app.namespace ? `* as ${what}` : what} from '${specifier}.js';`];
    return [...lines, `const ${what} = require('${specifier}');`];
  }
}

const PACKAGES = { express: 'express', cors: 'cors', session: 'express-session' };

function page(name: string): Page {
  return { name, needs: new Map(), lines: [] };
}

function namespaceOf(file: string): string {
  return file.replace(/^.*\//, '');
}

function quoted(path: string): string {
  return path.startsWith('[') ? path : `'${path}'`;
}

function exportsOf(exported: readonly (readonly [name: string, local: string])[], esm: boolean): string {
  const [first] = exported;
  if (first?.[0] === 'default') return esm ? `export default ${first[1]};` : `module.exports = ${first[1]};`;
  const names = exported.map(([name]) => name).join(', ');
  return esm ? `export { ${names} };` : `module.exports = { ${names} };`;
}
