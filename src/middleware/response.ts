/**
 * A response with a policy on it. What the policy says is written at once, so that handlers see it; just before the
 * headers are sent it is looked at again, since handlers write `Vary` and even the allowed origin as if they were alone.
 */
import type { Grant } from './compiled.ts';
import { described, withNames } from './header-values.ts';
import type { MiddlewareResponse } from './types.ts';

/**
 * What stays on the response until the headers are sent. Another copy of this package, and another version of it, may
 * find it there: what stands here is only ever added to.
 */
export interface Held {
  readonly grant: Grant;
  /** The names that have to stand in `Vary`, if any. */
  readonly vary: string | undefined;
  /** Whether what the policy says is written again where something else was written. */
  readonly keepsOurs: boolean;
  /** Is told what else was written. */
  overwritten(what: string): void;
}

/** The same in every copy of this package: one may be loaded as a module and one as CommonJS. */
const HELD = Symbol.for('eslint-plugin-cors/middleware');
const INNER = Symbol.for('eslint-plugin-cors/middleware/writeHead');

type WriteHead = (this: Guarded, status: number, ...more: unknown[]) => unknown;

interface Guarded extends MiddlewareResponse {
  [HELD]?: Held | undefined;
  /** What stood in the place of `writeHead`, if it was not the class's own. */
  [INNER]?: WriteHead | undefined;
}

/** What an instance has said on this response before. */
export function heldBy(response: MiddlewareResponse): Held | undefined {
  return (response as Guarded)[HELD];
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
  (response as Guarded)[HELD] = undefined;
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
  const isGuarded = HELD in guarded;
  guarded[HELD] = held;
  if (isGuarded) return;
  if (Object.hasOwn(guarded, 'writeHead')) guarded[INNER] = guarded.writeHead as WriteHead;
  guarded.writeHead = writeHead;
}

/** Node calls this on every way to send headers: `writeHead`, `write`, `end`, `flushHeaders`, `pipe`. */
function writeHead(this: Guarded, status: number, reason?: unknown, headers?: unknown): unknown {
  const inner = this[INNER] ?? (Object.getPrototypeOf(this) as { writeHead: WriteHead }).writeHead;
  if (this.headersSent) return inner.call(this, status, reason, headers);
  const isReason = typeof reason === 'string';
  const given = (isReason ? headers : (headers ?? reason)) as object | undefined | null;
  // As Node does it where headers were set before: those given here are set over them.
  const isList = Array.isArray(given);
  if (isList) setList(this, given);
  else if (given) for (const [name, value] of Object.entries(given)) this.setHeader(name, value as string);
  finish(this);
  return isReason ? inner.call(this, status, reason) : inner.call(this, status);
}

/** Names and values in turn, or in pairs. What stands twice is sent twice. */
function setList(response: Guarded, list: readonly unknown[]): void {
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

function finish(response: Guarded): void {
  const held = response[HELD];
  if (held === undefined) return;
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

function headerOf(response: Guarded, name: string): string | undefined {
  const value = response.getHeader(name);
  return value === undefined ? undefined : textOf(value);
}

/** A list of one is sent as the one. */
function textOf(value: number | string | readonly string[]): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}

function put(response: Guarded, name: string, value: string | undefined): void {
  if (value === undefined) response.removeHeader(name);
  else response.setHeader(name, value);
}
