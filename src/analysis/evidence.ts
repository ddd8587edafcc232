/** What handlers read and how they answer, as the lowered code shows. */
import type { Code, FunctionCode, ModuleCode, Pattern, Place, Statement } from './code.ts';

/** Ways to answer that are meant for the server's own visitors: pages, files, redirects. */
const OWN_PAGES = new Set(['render', 'sendFile', 'sendfile', 'download', 'redirect']);

/**
 * Where the file's functions read that header of a request.
 *
 * Only functions in whose text the name stands are lowered: most handlers never are.
 */
export function readsHeader(module: ModuleCode, text: string, header: string): readonly Place[] {
  const found = new Map<number, Place>();
  const walked = new Set<FunctionCode>();
  const note = ({ start, end }: Place): void => {
    found.set(start, { start, end });
  };
  for (const { index } of text.matchAll(new RegExp(header, 'gi'))) {
    // Lowering a body may bring functions within it to light: the list grows while it is walked.
    for (let i = 0; i < module.functions.length; i++) {
      const code = module.functions[i] as FunctionCode;
      if (index < code.start || index >= code.end || walked.has(code)) continue;
      walked.add(code);
      walk(code.body().block, (piece) => {
        if (readsHere(piece, header)) note(piece as Code | Statement);
      });
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

function readsHere(piece: Piece, header: string): boolean {
  if (!('op' in piece)) return false;
  switch (piece.op) {
    case 'get':
      return isNamed(piece.key, header) && isHeaders(piece.object);
    // `const { authorization } = req.headers`
    case 'declare':
      return piece.value !== undefined && isHeaders(piece.value) && names(piece.target).includes(header);
    case 'call': {
      const [first] = piece.items;
      if (piece.callee.op !== 'get' || !first || !isNamed(first.code, header)) return false;
      const { key, object } = piece.callee;
      const method = key.op === 'constant' && (key.value === 'get' || key.value === 'header');
      return method && (isParameter(object) || isHeaders(object));
    }
    default:
      return false;
  }
}

/** Whether the function answers with a page, a file or a redirect. */
export function answersOwnPage(code: FunctionCode): boolean {
  let own = false;
  walk(code.body().block, (piece) => {
    if ('op' in piece && piece.op === 'call' && piece.callee.op === 'get') {
      const { key } = piece.callee;
      if (key.op === 'constant' && OWN_PAGES.has(String(key.value))) own = true;
    }
  });
  return own;
}

function isNamed(code: Code, header: string): boolean {
  return code.op === 'constant' && typeof code.value === 'string' && code.value.toLowerCase() === header;
}

/** `req.headers`, where `req` is given to the function. What the app itself sends (`config.headers`) is written, not read. */
function isHeaders(code: Code): boolean {
  if (code.op === 'chain') return isHeaders(code.code);
  if (code.op !== 'get' || code.key.op !== 'constant' || code.key.value !== 'headers') return false;
  // `socket.handshake.headers`, `ctx.request.headers`, `context.req.headers`
  const { object } = code;
  return isParameter(object) || (object.op === 'get' && isParameter(object.object));
}

function isParameter(code: Code): boolean {
  return code.op === 'read' && code.variable.kind === 'parameter';
}

function names(pattern: Pattern): readonly string[] {
  if (pattern.to !== 'object') return [];
  return pattern.properties.map(({ key }) => (key.op === 'constant' ? String(key.value).toLowerCase() : ''));
}

type Piece = Code | Statement | Pattern | object;

/** Visits every piece of lowered code, functions within it excepted: each is visited for itself. */
function walk(piece: unknown, visit: (piece: Piece) => void): void {
  if (typeof piece !== 'object' || piece === null) return;
  if (Array.isArray(piece)) {
    for (const one of piece) walk(one, visit);
    return;
  }
  if ('body' in piece && typeof piece.body === 'function') return;
  visit(piece);
  for (const name in piece) {
    const value = (piece as Record<string, unknown>)[name];
    if (typeof value === 'object' && name !== 'variable') walk(value, visit);
  }
}
