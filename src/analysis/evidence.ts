/** What handlers read and how they answer, as the lowered code shows. */
import type {
  Code,
  FunctionBody,
  FunctionCode,
  ModuleCode,
  Pattern,
  Place,
  Statement,
  Variable,
} from './code.ts';

/** Ways to answer that are meant for the server's own visitors: pages, files, redirects. */
const OWN_PAGES = new Set(['render', 'sendFile', 'sendfile', 'download', 'redirect']);

/**
 * Where the file's functions read that header of a request.
 *
 * Only functions in whose text the name stands are lowered: most handlers never are.
 *
 * @param base where the file's places begin.
 */
export function readsHeader(module: ModuleCode, text: string, header: string, base = 0): readonly Place[] {
  const found = new Map<number, Place>();
  const walked = new Set<FunctionCode>();
  const reading = new Reading(header, ({ start, end }) => found.set(start, { start, end }));
  for (const { index } of text.matchAll(new RegExp(header, 'gi'))) {
    // Lowering a body may bring functions within it to light: the list grows while it is walked.
    for (let i = 0; i < module.functions.length; i++) {
      const code = module.functions[i] as FunctionCode;
      if (index + base < code.start || index + base >= code.end || walked.has(code)) continue;
      walked.add(code);
      reading.function(code.body());
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/** The same within one function. */
export function readsHeaderWithin(module: ModuleCode, within: Place, header: string): readonly Place[] {
  const found: Place[] = [];
  const reading = new Reading(header, ({ start, end }) => found.push({ start, end }));
  // Lowering a body may bring functions within it to light: the list grows while it is walked.
  for (let i = 0; i < module.functions.length; i++) {
    const code = module.functions[i] as FunctionCode;
    if (within.start <= code.start && code.end <= within.end) reading.function(code.body());
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Where a handler reads the body of its request: `req.body`, `({ body }, res) => …`. */
export function readsBody(code: FunctionCode): Place | undefined {
  const { parameters, block } = code.body();
  const [request] = parameters;
  if (request?.to === 'object') return request.properties.find(({ key }) => isKey(key, 'body'))?.key;
  if (request?.to !== 'variable' || parameters.length > 3) return undefined;
  let found: Place | undefined;
  const isRead = (piece: unknown): boolean =>
    (piece as Code).op === 'read' && (piece as Code & { op: 'read' }).variable === request.variable;
  walkInto(block, (piece) => {
    if (!('op' in piece)) return;
    // `const { body } = req`
    if (piece.op === 'declare' && piece.value && isRead(piece.value) && piece.target.to === 'object')
      found ??= piece.target.properties.find(({ key }) => isKey(key, 'body'))?.key;
    if (piece.op === 'get' && isKey(piece.key, 'body') && isRead(piece.object)) found ??= piece;
  });
  return found && { start: found.start, end: found.end };
}

/** Whether a handler gives its response to something else: `handle(req, res)`, which may answer in its place. */
export function handsOn(code: FunctionCode): boolean {
  const { parameters, block } = code.body();
  const response = parameters[1];
  let hands = false;
  walkInto(block, (piece) => {
    if (!('op' in piece) || piece.op !== 'call') return;
    if (
      response?.to === 'variable' &&
      piece.items.some(({ code: item }) => item.op === 'read' && item.variable === response.variable)
    )
      hands = true;
  });
  return hands;
}

/** What a function is given that is no request: what the app itself sends, and what it gets for an answer. */
const NO_REQUEST =
  /^(?:res|response|reply|resp|(?:axios|request|fetch)?(?:config|cfg|options|opts|init)|settings|err|error)$/i;
/** `const request = context.switchToHttp().getRequest()` */
const REQUEST = /^req(?:uest)?$/i;

class Reading {
  /** Variables that stand for a request's headers. */
  readonly #headers = new Set<Variable>();
  /** What is assigned to or deleted is not read. */
  readonly #written = new Set<object>();

  constructor(
    readonly header: string,
    readonly note: (place: Place) => unknown,
  ) {}

  function({ parameters, block }: FunctionBody): void {
    // `({ headers: { authorization } }, res) => …`
    for (const parameter of parameters) this.#ofRequest(parameter);
    walk(block, (piece) => this.#visit(piece));
  }

  #visit(piece: Piece): void {
    if (!('op' in piece)) return;
    if (piece.op === 'delete') this.#written.add(piece.target);
    else if (piece.op === 'declare' || piece.op === 'assign') {
      // `const { authorization } = req.headers`, `const { headers } = req`, `const headers = req.headers`
      if (piece.value && this.#isHeaders(piece.value)) this.#ofHeaders(piece.target);
      else if (piece.value && isRequest(piece.value)) this.#ofRequest(piece.target);
    } else if (this.#reads(piece)) this.note(piece);
  }

  #reads(piece: Extract<Piece, { readonly op: string }>): piece is Code {
    switch (piece.op) {
      case 'get':
        return !this.#written.has(piece) && this.#isNamed(piece.key) && this.#isHeaders(piece.object);
      case 'binary':
        return piece.operator === 'in' && this.#isNamed(piece.left) && this.#isHeaders(piece.right);
      case 'call': {
        const [first] = piece.items;
        const { callee } = piece;
        if (callee.op !== 'get' || !first || !this.#isNamed(first.code)) return false;
        const { key, object } = callee;
        const method = key.op === 'constant' && (key.value === 'get' || key.value === 'header');
        return method && (isRequest(object) || this.#isHeaders(object));
      }
      default:
        return false;
    }
  }

  #ofRequest(pattern: Pattern): void {
    if (pattern.to === 'default') this.#ofRequest(pattern.target);
    if (pattern.to !== 'object') return;
    for (const { key, target } of pattern.properties) if (isKey(key, 'headers')) this.#ofHeaders(target);
  }

  #ofHeaders(pattern: Pattern): void {
    if (pattern.to === 'default') this.#ofHeaders(pattern.target);
    if (pattern.to === 'variable') this.#headers.add(pattern.variable);
    if (pattern.to !== 'object') return;
    for (const { key, target } of pattern.properties) {
      if (!this.#isNamed(key)) continue;
      const inner = target.to === 'default' ? target.target : target;
      this.note(inner.to === 'variable' ? inner : key);
    }
  }

  #isNamed(code: Code): boolean {
    return (
      code.op === 'constant' && typeof code.value === 'string' && code.value.toLowerCase() === this.header
    );
  }

  /** `req.headers`, also `req.headers || {}`. */
  #isHeaders(code: Code): boolean {
    if (code.op === 'chain') return this.#isHeaders(code.code);
    if (code.op === 'logical') return this.#isHeaders(code.left) || this.#isHeaders(code.right);
    if (code.op === 'read') return this.#headers.has(code.variable);
    // `socket.handshake.headers`, `ctx.request.headers`, `context.req.headers`
    return (
      code.op === 'get' &&
      isKey(code.key, 'headers') &&
      (isRequest(code.object) || (code.object.op === 'get' && isParameter(code.object.object)))
    );
  }
}

/** Something that the function is given, or goes by the name. What the app itself sends (`config`) is no request. */
function isRequest(code: Code): boolean {
  if (code.op === 'chain') return isRequest(code.code);
  if (code.op === 'read') return isParameter(code) || REQUEST.test(code.variable.name);
  // `ctx.request`, `c.req`, `this.req`
  return (
    code.op === 'get' &&
    code.key.op === 'constant' &&
    REQUEST.test(String(code.key.value)) &&
    (code.object.op === 'this' || isParameter(code.object))
  );
}

function isParameter(code: Code): boolean {
  return code.op === 'read' && code.variable.kind === 'parameter' && !NO_REQUEST.test(code.variable.name);
}

function isKey(code: Code, name: string): boolean {
  return code.op === 'constant' && code.value === name;
}

/** Whether the function answers with a page, a file or a redirect. */
export function answersOwnPage(code: FunctionCode): boolean {
  let own = false;
  walk(code.body().block, (piece) => {
    if (!('op' in piece) || piece.op !== 'call' || piece.callee.op !== 'get') return;
    const { key, object } = piece.callee;
    if (key.op !== 'constant' || !isOfParameter(object)) return;
    const method = String(key.value);
    if (OWN_PAGES.has(method) || (method === 'send' && isHtml(piece.items[0]?.code))) own = true;
  });
  return own;
}

/** Any of the ways in which an app serves pages: most files have none. */
const PAGES = /\bstatic\b|serve-?static|\.render\b|sendFile\b|view engine/i;
/** `res.status(404).sendFile('404.html')` */
const NO_PAGE_FOUND = /\bstatus(?:Code)?\s*[(=]\s*[45]\d\d\b/;
/** Folders of what is uploaded and downloaded: no page stands there that asks for anything. */
const NO_PAGES = /upload|image|img|media|asset|avatar|file|storage|download|temp|tmp|doc/i;

/**
 * Where the app serves pages of its own, if it does: static files for every path, a rendered view, an HTML file. A folder
 * mounted on `/uploads` is none.
 *
 * @param base where the file's places begin.
 */
export function servesOwnPages(module: ModuleCode, text: string, base = 0): Place | undefined {
  if (!PAGES.test(text)) return undefined;
  let found: Place | undefined;
  const visit = (piece: Piece): void => {
    if (!('op' in piece) || piece.op !== 'call' || piece.callee.op !== 'get') return;
    const { key, object } = piece.callee;
    const [first, second] = piece.items.map(({ code }) => code);
    if (key.op !== 'constant' || !first || found) return;
    const source = text.slice(piece.start - base, piece.end - base);
    const serves =
      key.value === 'use'
        ? isStatic(isKey(first, '/') ? second : first) && !NO_PAGES.test(source)
        : key.value === 'render'
          ? isOfParameter(object)
          : key.value === 'sendFile' || key.value === 'sendfile'
            ? /\.html\b/.test(source)
            : key.value === 'set' && isKey(first, 'view engine');
    if (serves) found = { start: piece.start, end: piece.end };
  };
  walk(module.block, visit);
  // Lowering a body may bring functions within it to light: the list grows while it is walked.
  for (let i = 0; i < module.functions.length && !found; i++) {
    const code = module.functions[i] as FunctionCode;
    // A page that says that there is none: nobody sends anything from there.
    if (!NO_PAGE_FOUND.test(text.slice(code.start - base, code.end - base))) walk(code.body().block, visit);
  }
  return found;
}

/** `express.static('public')`, `serveStatic('public')` */
function isStatic(code: Code | undefined): boolean {
  if (code?.op !== 'call') return false;
  const { callee } = code;
  if (callee.op === 'get') return isKey(callee.key, 'static');
  return callee.op === 'read' && /^(?:serve)?static$/i.test(callee.variable.name);
}

/** `res`, `res.status(200).type('html')`: not a client of some store that has files to download. */
function isOfParameter(code: Code): boolean {
  if (code.op === 'chain') return isOfParameter(code.code);
  if (code.op === 'get') return isOfParameter(code.object);
  if (code.op === 'call') return isOfParameter(code.callee);
  return code.op === 'read' && code.variable.kind === 'parameter';
}

/** Text that starts with a tag. */
function isHtml(code: Code | undefined): boolean {
  const text =
    code?.op === 'template' ? code.texts[0] : code?.op === 'constant' ? String(code.value) : undefined;
  return text !== undefined && /^\s*<(?:!doctype html|[a-z])/i.test(text);
}

/**
 * Whether a handler may leave the answer to a later one: it calls `next()`, with no error, or hands it on with the
 * response, `other(req, res, next)`. (`.catch(next)` is for errors.)
 */
export function passesOn(code: FunctionCode): boolean {
  const { parameters, block } = code.body();
  const [, response, next] = parameters;
  if (next?.to !== 'variable') return false;
  let passes = false;
  walkInto(block, (piece) => {
    if (!('op' in piece) || piece.op !== 'call') return;
    const given = piece.items.flatMap((item) => (item.code.op === 'read' ? item.code.variable : []));
    if (given.includes(next.variable) && response?.to === 'variable' && given.includes(response.variable))
      passes = true;
    if (piece.callee.op !== 'read') return;
    const [first] = piece.items;
    if (piece.callee.variable !== next.variable) return;
    if (!first || (first.code.op === 'constant' && first.code.value !== null)) passes = true;
  });
  return passes;
}

export type Piece = Code | Statement | Pattern | object;

/** Visits every piece of lowered code, functions within it excepted: each is visited for itself. */
export function walk(piece: unknown, visit: (piece: Piece) => void): void {
  visitAll(piece, visit, false);
}

/** The same, functions within it too. */
function walkInto(piece: unknown, visit: (piece: Piece) => void): void {
  visitAll(piece, visit, true);
}

function visitAll(piece: unknown, visit: (piece: Piece) => void, into: boolean): void {
  if (typeof piece !== 'object' || piece === null) return;
  if (Array.isArray(piece)) {
    for (const one of piece) visitAll(one, visit, into);
    return;
  }
  if ('body' in piece && typeof piece.body === 'function') {
    if (into) visitAll((piece as FunctionCode).body().block, visit, into);
    return;
  }
  visit(piece);
  for (const name in piece) {
    const value = (piece as Record<string, unknown>)[name];
    if (typeof value === 'object' && name !== 'variable') visitAll(value, visit, into);
  }
}
