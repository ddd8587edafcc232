/** Which functions of a file write CORS headers by hand, and what they are given. */
import { changes } from '../run/changes.ts';
import { headOf, type Code, type FunctionCode, type Place, type Variable } from '../code.ts';
import { CorsFactory } from '../libraries/cors.ts';
import { App, type Registration } from '../libraries/express.ts';
import { HandWritten, type Roles } from '../libraries/handwritten.ts';
import { Layer } from '../libraries/layer.ts';
import type { Run } from '../run.ts';
import type { Sources } from '../sources.ts';
import { leaves } from '../run/tree.ts';
import { holderOf, madeBy, type Env, type Leaf, type Obj } from '../run/value.ts';

const HEADER = /access-control-/i;

/** Methods that write a header, on whatever they are called. */
const WRITING = new Set('setHeader header set append writeHead appendHeader setHeaders'.split(' '));

/** Helpers that call helpers are looked into so far. */
const DEEPEST = 3;

/**
 * The layers that the file's own functions are, by function.
 *
 * @param speaks whether the function there is one although it says nothing: in another world it does.
 */
export function handWritten(
  run: Run,
  sources: Sources,
  speaks: (at: Place) => boolean = () => false,
): ReadonlyMap<Obj, HandWritten> {
  const byHand = sources.some(HEADER);
  const { entry } = sources;
  if (!byHand && !run.made.some((object) => madeBy(object, Layer))) return new Map();
  const found = new Map<Obj, HandWritten>();
  const inside = (code: FunctionCode): boolean =>
    [...found.keys()].some(({ at }) => at.start <= code.start && code.end <= at.end);
  const add = (fn: Obj, layer: HandWritten): void => {
    if (layer.speaks || speaks(layer.at)) found.set(fn, layer);
  };
  for (const { fn, registration } of registered(run)) {
    if (found.has(fn) || fn.nature.is !== 'function' || !writes(fn, sources, 0)) continue;
    const roles = rolesOfHandler(fn.nature.code);
    if (roles) add(fn, new HandWritten(run, fn, roles, registration.guard, 'hangs', headOf(fn.nature.code)));
  }
  // Handlers that another file registers, or another framework calls.
  for (const code of entry.code.functions) {
    const fn = run.closures.get(code);
    if (!fn || found.has(fn) || inside(code)) continue;
    const roles = mayWrite(code, sources, byHand) ? rolesByUse(code) : undefined;
    // The names of the headers may stand in a table above it.
    if (!roles || !writes(fn, sources, DEEPEST - 1)) continue;
    // One that does nothing with `next` may be a helper, which the handler that calls it goes on after.
    const silent = usesNext(code, roles) ? 'hangs' : 'passes';
    add(fn, new HandWritten(run, fn, roles, true, silent, headOf(code)));
  }
  return found;
}

/** `res.set('Vary', …)`, `writeHead(200, { Vary: … })`, `res.vary(…)`, in any case and with any quotes. */
const VARY = /\bvary['"`]?\]?\s*[,:(]/i;

/**
 * Registered functions that write `Vary` and no CORS header, by function: they may take away what a policy says in it, or say it
 * for one.
 */
export function varying(
  run: Run,
  sources: Sources,
  written: ReadonlyMap<Obj, HandWritten>,
): ReadonlyMap<Obj, HandWritten> {
  if (!sources.some(VARY)) return new Map();
  const found = new Map<Obj, HandWritten>();
  for (const { fn, registration } of registered(run)) {
    if (found.has(fn) || written.has(fn) || fn.nature.is !== 'function') continue;
    const { code } = fn.nature;
    const roles = VARY.test(sources.text(code)) ? rolesOfHandler(code) : undefined;
    if (roles) found.set(fn, new HandWritten(run, fn, roles, registration.guard, 'hangs', headOf(code)));
  }
  return found;
}

function registered(run: Run): readonly { readonly fn: Obj; readonly registration: Registration }[] {
  return run.made.flatMap((object) =>
    (madeBy(object, App)?.registrations ?? []).flatMap((registration) =>
      registration.handlers.flatMap(({ value }) =>
        'type' in value && value.type === 'object' ? [{ fn: value, registration }] : [],
      ),
    ),
  );
}

/** What Express gives a function, by the number of its parameters: one with four handles errors. */
export function rolesOfHandler(code: FunctionCode): Roles | undefined {
  const { parameters, rest } = code.body();
  if (rest) return { request: 0, response: 1, next: 2 };
  return parameters.length > 3 ? undefined : { request: 0, response: 1, next: 2 };
}

/** Whether the function, or one that it calls, speaks of the headers. */
function writes(fn: Obj, sources: Sources, depth: number): boolean {
  if (fn.nature.is !== 'function') return false;
  const { code, env } = fn.nature;
  if (HEADER.test(sources.text(code))) return true;
  if (depth >= DEEPEST) return false;
  return [...changes(code).read].some((variable) =>
    valueOf(env, variable).some((leaf) => speaks(leaf, sources, depth + 1)),
  );
}

function speaks(leaf: Leaf, sources: Sources, depth: number): boolean {
  if (leaf.type === 'known') return typeof leaf.value === 'string' && HEADER.test(leaf.value);
  if (leaf.type !== 'object') return false;
  if (leaf.nature.is === 'function') return writes(leaf, sources, depth);
  // `strict(req, res, next)`
  if (madeBy(leaf, Layer) ?? madeBy(leaf, CorsFactory)) return true;
  // A table of headers.
  return leaf.nature.is === 'plain' && [...leaf.slots.keys()].some((key) => HEADER.test(key));
}

function valueOf(env: Env, variable: Variable): readonly Leaf[] {
  const value = holderOf(env, variable)?.cells.get(variable);
  return value === undefined ? [] : leaves(value);
}

const WRITES = new RegExp(String.raw`\b(?:${[...WRITING].join('|')})\b`);

/**
 * Whether its text allows that it writes headers, or hands two of its parameters on: most functions need no look.
 *
 * @param byHand whether the file names CORS headers at all; else a library writes them.
 */
function mayWrite(code: FunctionCode, sources: Sources, byHand: boolean): boolean {
  // An arrow function without braces has no head of its own.
  const body = sources.text({ start: code.head < code.end ? code.head : code.start, end: code.end });
  if (byHand && WRITES.test(body)) return true;
  const names = new Set(sources.text(headOf(code)).match(/[\w$]+/g));
  for (const [, one = '', other = ''] of body.matchAll(/([\w$]+)\s*,\s*(?=([\w$]+))/g))
    if (names.has(one) && names.has(other)) return true;
  return false;
}

/** The response is the parameter on which headers are written; the request stands before it, `next` behind. */
function rolesByUse(code: FunctionCode): Roles | undefined {
  const { parameters, block } = code.body();
  const names = parameters.map((one) => (one.to === 'variable' ? one.variable : undefined));
  const written = names.findIndex((variable) => variable && isWritten(block, variable));
  const response = written < 0 ? handedOn(block, names) : written;
  if (response < 0 || response > 2) return undefined;
  // `(c, next)` of Hono and Koa is no response, though headers are set on it.
  if (response === 0 && (names.length > 1 || !/^_?res/i.test(names[0]?.name ?? ''))) return undefined;
  return {
    request: response > 0 ? response - 1 : undefined,
    response,
    next: response + 1 < names.length ? response + 1 : undefined,
  };
}

/** Where the response stands among the parameters that are handed on together: `cors(options)(req, res, next)`. */
function handedOn(piece: unknown, names: readonly (Variable | undefined)[]): number {
  if (typeof piece !== 'object' || piece === null) return -1;
  if (Array.isArray(piece)) return firstOf(piece, names);
  if ('body' in piece && typeof piece.body === 'function')
    return handedOn((piece as FunctionCode).body(), names);
  if ('op' in piece && piece.op === 'call') {
    const given = (piece as Code & { op: 'call' }).items.map(({ code }) =>
      code.op === 'read' ? names.indexOf(code.variable) : -1,
    );
    const [first = -1, second = -1] = given;
    if (given.length > 1 && first >= 0 && second === first + 1) return second;
  }
  return firstOf(
    Object.entries(piece).flatMap(([key, value]) => (key === 'variable' ? [] : [value as unknown])),
    names,
  );
}

function firstOf(pieces: readonly unknown[], names: readonly (Variable | undefined)[]): number {
  for (const piece of pieces) {
    const found = handedOn(piece, names);
    if (found >= 0) return found;
  }
  return -1;
}

/** Whether the function says who goes on. */
function usesNext(code: FunctionCode, { next }: Roles): boolean {
  const { parameters } = code.body();
  const parameter = next === undefined ? undefined : parameters[next];
  return parameter?.to === 'variable' && changes(code).read.has(parameter.variable);
}

/** `req.header('Origin')` and `res.set('Vary')` write nothing. */
function isWriting({ callee, items }: Code & { op: 'call' }): boolean {
  if (callee.op !== 'get' || callee.key.op !== 'constant' || !WRITING.has(String(callee.key.value)))
    return false;
  return items.length !== 1 || items[0]?.code.op !== 'constant';
}

/** Whether a method that writes headers is called on the variable. Every piece of lowered code is plain data. */
function isWritten(piece: unknown, variable: Variable): boolean {
  if (typeof piece !== 'object' || piece === null) return false;
  if (Array.isArray(piece)) return piece.some((one) => isWritten(one, variable));
  if ('body' in piece && typeof piece.body === 'function')
    return isWritten((piece as FunctionCode).body(), variable);
  if ('op' in piece && piece.op === 'call') {
    const { callee } = piece as Code & { op: 'call' };
    if (callee.op === 'get' && isWriting(piece as Code & { op: 'call' })) {
      let { object } = callee;
      // `res.status(200).set(…)`
      while (object.op === 'call' && object.callee.op === 'get') ({ object } = object.callee);
      if (object.op === 'read' && object.variable === variable) return true;
    }
  }
  return Object.entries(piece).some(([key, value]) => key !== 'variable' && isWritten(value, variable));
}
