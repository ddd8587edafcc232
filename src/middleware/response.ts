/**
 * A response with a policy on it. What the policy says is written at once, so that handlers see it; just before the
 * headers are sent it is looked at again, since handlers write `Vary` and even the allowed origin as if they were alone.
 */
import type { Grant } from './compiled.ts';
import { described, withNames } from './header-values.ts';
import type { MiddlewareResponse } from './types.ts';

/** What stays with a response until its headers are sent. */
export interface Held {
  readonly grant: Grant;
  /** The names that have to stand in `Vary`, if any. */
  readonly vary: string | undefined;
  /** Whether what the policy says is written again where something else was written. */
  readonly keepsOurs: boolean;
  /** Is told what else was written. */
  overwritten(what: string): void;
}

type WriteHead = (this: MiddlewareResponse, status: number, ...more: unknown[]) => unknown;

/**
 * The same in every copy of this package: one may be loaded as a module and one as CommonJS, or in another version, so what
 * stands there is only ever added to.
 */
const HELD = Symbol.for('eslint-plugin-cors/middleware');
const INNER = Symbol.for('eslint-plugin-cors/middleware/writeHead');

interface Guarded extends MiddlewareResponse {
  /** `undefined`: it was left to its handler again. */
  [HELD]?: Held | undefined;
  /** What stood in the place of `writeHead`, if it was not the class's own. */
  [INNER]?: WriteHead | undefined;
}

/**
 * The same for responses on which a new property is dear. Express gives each one a prototype, and with it a shape of its
 * own, so that two properties cost more than all the rest of the work here.
 */
const shared = globalThis as { [HELD]?: WeakMap<object, Held | undefined> };
const heldBeside = (shared[HELD] ??= new WeakMap());

/** What an instance has said on this response before. */
export function heldBy(response: MiddlewareResponse): Held | undefined {
  return (response as Guarded)[HELD] ?? heldBeside.get(response);
}

/** Takes back what an outer instance has said; `Vary` stays, since it was looked at. */
export function replaced(response: MiddlewareResponse, { allowOrigin }: Grant): void {
  if (allowOrigin === undefined) return;
  response.removeHeader('Access-Control-Allow-Origin');
  response.removeHeader('Access-Control-Allow-Credentials');
  response.removeHeader('Access-Control-Expose-Headers');
}

/** Leaves the response to its handler: CORS is off for it. */
export function release(response: MiddlewareResponse): void {
  if (HELD in response) (response as Guarded)[HELD] = undefined;
  else if (heldBeside.has(response)) heldBeside.set(response, undefined);
}

/** Adds names to `Vary`. */
export function vary(response: MiddlewareResponse, names: string): void {
  const before = response.getHeader('vary');
  const after = before === undefined ? names : withNames(textOf(before), names);
  if (after !== before) response.setHeader('Vary', after);
}

/** What `Vary` says with these names added. */
export function varied(response: MiddlewareResponse, names: string): string {
  const before = response.getHeader('vary');
  return before === undefined ? names : withNames(textOf(before), names);
}

/** Sees to it that what the policy says still stands when the headers are sent. */
export function guard(response: MiddlewareResponse, held: Held): void {
  const guarded = response as Guarded;
  if (HELD in guarded) guarded[HELD] = held;
  else if (heldBeside.has(guarded)) heldBeside.set(guarded, held);
  else if (Object.hasOwn(guarded, 'writeHead')) {
    guarded[INNER] = guarded.writeHead as WriteHead;
    setOn(guarded, held);
  } else if (isInherited(guarded)) heldBeside.set(guarded, held);
  else setOn(guarded, held);
}

function setOn(guarded: Guarded, held: Held): void {
  guarded[HELD] = held;
  guarded.writeHead = ownWriteHead;
}

/**
 * Whether the guard stands on what the response inherits from: under Express, on the object between the response and
 * Node's class, where it is put once, and does nothing for a response that no policy was asked about. Nothing of Node's own
 * is touched.
 */
function isInherited(response: MiddlewareResponse): boolean {
  let below: object | undefined;
  let one = Object.getPrototypeOf(response) as MiddlewareResponse | null;
  while (one && !Object.hasOwn(one, 'writeHead')) {
    below = one;
    one = Object.getPrototypeOf(one) as MiddlewareResponse | null;
  }
  if (!one) return false;
  if (isGuard(one.writeHead)) return true;
  return (
    below !== undefined &&
    Reflect.defineProperty(below, 'writeHead', {
      value: inheritedWriteHead,
      configurable: true,
      writable: true,
    })
  );
}

/** Whether it is the guard of this copy of the package, or of another. */
export function isGuard(writeHead: unknown): boolean {
  return typeof writeHead === 'function' && HELD in writeHead;
}

/** Node calls this on every way to send headers: `writeHead`, `write`, `end`, `flushHeaders`, `pipe`. */
function ownWriteHead(this: Guarded, ...given: Written): unknown {
  return checked(this, heldBy(this), this[INNER] ?? inheritedBy(this), given);
}

/** The same where it is inherited: behind whatever stands in its place on the response itself. */
function inheritedWriteHead(this: MiddlewareResponse, ...given: Written): unknown {
  return checked(this, heldBy(this), inheritedBy(this), given);
}

for (const fn of [ownWriteHead, inheritedWriteHead]) Object.defineProperty(fn, HELD, { value: true });

type Written = [status: number, ...more: unknown[]];

function checked(
  response: MiddlewareResponse,
  held: Held | undefined,
  inner: WriteHead,
  given: Written,
): unknown {
  if (!held || response.headersSent) return inner.apply(response, given);
  const [status, reason, headers] = given;
  const isReason = typeof reason === 'string';
  const written = (isReason ? headers : (headers ?? reason)) as object | undefined | null;
  // As Node does it where headers were set before: those given here are set over them.
  const isList = Array.isArray(written);
  if (isList) setList(response, written);
  else if (written)
    for (const [name, value] of Object.entries(written)) response.setHeader(name, value as string);
  finish(response, held);
  return isReason ? inner.call(response, status, reason) : inner.call(response, status);
}

/** What the guard stands in front of. */
function inheritedBy(response: object): WriteHead {
  let one = response as MiddlewareResponse;
  do one = Object.getPrototypeOf(one) as MiddlewareResponse;
  while (isGuard(one.writeHead));
  return one.writeHead as WriteHead;
}

/** Names and values in turn, or in pairs. What stands twice is sent twice. */
function setList(response: MiddlewareResponse, list: readonly unknown[]): void {
  const pairs = list.every((one) => Array.isArray(one))
    ? (list as unknown as readonly (readonly [string, string | readonly string[]])[])
    : list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]] as [string, string]] : []));
  const byName = new Map<string, [name: string, values: string[]]>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const same = byName.get(key);
    const values = Array.isArray(value) ? value : [value];
    if (same) same[1].push(...values);
    else byName.set(key, [name, [...values]]);
  }
  for (const [name, values] of byName.values())
    response.setHeader(name, values.length === 1 ? (values[0] as string) : values);
}

function finish(response: MiddlewareResponse, held: Held): void {
  if (held.vary !== undefined && response.getHeader('vary') !== held.vary) vary(response, held.vary);
  const { policy, allowOrigin } = held.grant;
  const found = headerOf(response, 'access-control-allow-origin');
  const foundCredentials = headerOf(response, 'access-control-allow-credentials');
  const credentials = policy.credentials && allowOrigin !== undefined ? 'true' : undefined;
  if (found === allowOrigin && foundCredentials === credentials) return;
  held.overwritten(
    found === allowOrigin ? described('Credentials', foundCredentials) : described('Origin', found),
  );
  if (!held.keepsOurs) return;
  put(response, 'Access-Control-Allow-Origin', allowOrigin);
  put(response, 'Access-Control-Allow-Credentials', credentials);
}

function headerOf(response: MiddlewareResponse, name: string): string | undefined {
  const value = response.getHeader(name);
  return value === undefined ? undefined : textOf(value);
}

/** A list of one is sent as the one. */
function textOf(value: number | string | readonly string[]): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}

function put(response: MiddlewareResponse, name: string, value: string | undefined): void {
  if (value === undefined) response.removeHeader(name);
  else response.setHeader(name, value);
}
