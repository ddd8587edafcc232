/** What to write in place of a regular expression for origins. */
import { isLoopback, parseOrigin } from '../origin.ts';
import { parsePattern, serializePattern, takes, type OriginPattern } from '../origin-pattern.ts';
import { freeTenant } from '../shared-hosts.ts';
import { waysOf, type Piece, type Way } from './ways.ts';

/** What an expression was written for, as a careful reader takes it. */
export interface Meant {
  /** Origins and patterns, in the order in which the expression takes them. */
  readonly patterns: readonly string[];
  /** `https://*.example.com` takes hosts at any depth, where the expression takes one label only. */
  readonly deeper: boolean;
}

/** More are no answer that somebody reads. */
const MOST = 8;

/**
 * The patterns that an expression was written for: `https://*.example.com` for `/\.example\.com$/`. Nothing where
 * patterns would let in somebody whom the author kept out, or leave out somebody whom he let in; where he left open
 * the scheme, `https:` is enough, and a port is nothing that public sites have.
 */
export function patternsFor(expression: object): Meant | undefined {
  const source = sourceOf(expression);
  const ways = source === undefined ? undefined : waysOf(source);
  if (!ways) return undefined;
  const hosts = new Map<string, Host>();
  for (const way of ways) {
    const found = hostsIn(way);
    if (!found) return undefined;
    for (const host of found) if (hosts.get(host.text)?.deeper !== false) hosts.set(host.text, host);
  }
  const kept = [...hosts.values()].filter(({ text, isOwnMachine }) => {
    const others = [text.replace(/^http:/, 'https:'), text.replace(/:\*$/, '')];
    return isOwnMachine || !others.some((other) => other !== text && hosts.has(other));
  });
  const parsed = kept.map(({ text }) => parsePattern(text));
  const patterns = parsed.flatMap((one) => (one.ok && !isOfStrangers(one.pattern) ? [one.pattern] : []));
  if (patterns.length < kept.length || kept.length === 0 || kept.length > MOST) return undefined;
  return {
    patterns: patterns.filter((one) => !isCovered(one, patterns)).map(serializePattern),
    deeper: kept.some(({ deeper }) => deeper),
  };
}

/** The remedy for somebody who gave an expression. */
export function instead(expression: object): string {
  const { patterns = [], deeper } = patternsFor(expression) ?? {};
  const texts = patterns.map((one) => `'${one}'`);
  const [only, ...others] = texts;
  if (only === undefined)
    return 'Write the origins, a pattern such as `https://*.example.com`, or a function: `origin: (origin) => …`.';
  const written = others.length === 0 ? only : `[${texts.join(', ')}]`;
  return deeper ? `Write \`${written}\`, which takes deeper subdomains too.` : `Write \`${written}\`.`;
}

/** Under Jest the expression may be of another realm; nothing that the caller wrote is called. */
function sourceOf(expression: object): string | undefined {
  try {
    return Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get?.call(expression) as string;
  } catch {
    return undefined;
  }
}

/** `http://localhost` beside `http://localhost:*`. */
function isCovered(pattern: OriginPattern, all: readonly OriginPattern[]): boolean {
  return pattern.kind === 'exact' && all.some((one) => one.kind !== 'exact' && takes(one, pattern.origin));
}

/** A host as a pattern would have it, with its scheme. */
interface Host {
  readonly text: string;
  readonly deeper: boolean;
  readonly isOwnMachine: boolean;
}

/** What that way says of origins: none, if no origin is like that; nothing where it cannot be said. */
function hostsIn(way: Way): readonly Host[] | undefined {
  const { pieces, isBegun, isEnded } = bounded(way);
  // `^` in the middle: nothing is like that.
  if (pieces.some(({ is }) => is === 'start' || is === 'end')) return [];
  const [head = '', written] = /^([a-z][a-z0-9+.-]*)?:?\/\//.exec(firstText(pieces)) ?? [];
  const drawn = draw(pieces.slice(head.length));
  if (!drawn) return undefined;
  const { text } = drawn;
  const isWhole = isBegun || head !== '';
  if (/\/|\.\./.test(text) || (isWhole && isNoHost(text))) return [];
  // `s://` is the end of `https://`.
  const scheme = written === 's' ? 'https' : written;
  const isWeb = scheme === undefined || scheme === 'https' || scheme === 'http';
  const isOwnMachine = isWeb && isOwn(text);
  // `capacitor://` with whatever may follow.
  if (isWeb ? !isOwnMachine && !text.includes('.') : !isEnded) return undefined;
  const host = !isEnded && isOwnMachine ? `${text.replace(/:\*?$/, '')}:*` : text.replace(/:$/, '');
  const deeper = drawn.deeper && isWhole;
  const before = `${scheme ?? (isOwnMachine ? 'http' : 'https')}://`;
  const at = (start: string): Host => ({ text: `${before}${start}${host}`, deeper, isOwnMachine });
  if (isWhole || isOwnMachine || host.startsWith('*')) return [at('')];
  // What goes before is open: `\.example\.com$`, `-x\.example\.com$`, `example\.com$`.
  return /^[.-]/.test(host) ? [at('*')] : [at(''), at('*.')];
}

/** The way without `^` and `$`, and whether they hold: `.*` behind or before is as good as none. */
function bounded(way: Way): { readonly pieces: Way; readonly isBegun: boolean; readonly isEnded: boolean } {
  const first = way[0]?.is === 'start' ? 1 : 0;
  const last = way.length - (way.at(-1)?.is === 'end' ? 1 : 0);
  let [start, end] = [first, last];
  while (start < end && isAnything(way[start])) start++;
  // Not the port of `http://localhost:.*`.
  while (end > start && isAnything(way[end - 1]) && !isColon(way[end - 2])) end--;
  return {
    pieces: way.slice(start, end),
    isBegun: first === 1 && start === first,
    isEnded: last < way.length && end === last,
  };
}

function isAnything(piece: Piece | undefined): boolean {
  return piece?.is === 'wild' && piece.of === 'any' && piece.most === Infinity;
}

function isColon(piece: Piece | undefined): boolean {
  return piece?.is === 'text' && piece.text === ':';
}

/** The text in front; each piece of text is one character. */
function firstText(pieces: Way): string {
  const end = pieces.findIndex(({ is }) => is !== 'text');
  return pieces
    .slice(0, end === -1 ? undefined : end)
    .map((one) => (one.is === 'text' ? one.text : ''))
    .join('');
}

/** `.example.com`, `app-.example.com`: what is left where something that may be absent is. */
function isNoHost(text: string): boolean {
  return text.startsWith('.') || (!text.includes('*') && /^-|\.-|-\.|-$/.test(text));
}

/** The host with a `*` for what varies; nothing where a `*` would be more than what varies. */
function draw(pieces: Way): { readonly text: string; readonly deeper: boolean } | undefined {
  let text = '';
  let deeper = false;
  for (const [index, piece] of pieces.entries()) {
    if (piece.is === 'text') text += piece.text;
    else if (piece.is === 'labels') text += '*.';
    else if (piece.is === 'wild') {
      const next = pieces[index + 1];
      const following = next === undefined ? '' : next.is === 'text' ? next.text : '*';
      const before = text.slice(-1);
      // One digit, two letters: that is a list of names, and not whatever comes.
      if (piece.most < 4) return undefined;
      if (/:\d*$/.test(text)) {
        if (before !== ':' || following !== '' || piece.of === 'label') return undefined;
        text += '*';
        continue;
      }
      const isWhole = /^\.?$/.test(before) && following === '.';
      if (piece.of === 'digits' && (isWhole || !isSetApart(before, following))) return undefined;
      // `.*example\.com` is written for the host and what is below it.
      text += piece.of === 'any' && before === '' && /\w/.test(following) ? '*.' : '*';
      if (isWhole && piece.of === 'label') deeper = true;
    } else return undefined;
  }
  return { text, deeper };
}

/** `pr-\d+`, `\d+-x`: not `app\d+`, of which `app*` would take `apple`. */
function isSetApart(before: string, following: string): boolean {
  return /^[-.]?$/.test(before) && /^[-.]?$/.test(following);
}

function isOwn(host: string): boolean {
  const parsed = parseOrigin(`http://${host.replace(/:\*?$/, '')}`);
  return parsed.ok && isLoopback(parsed);
}

/** `https://*.vercel.app`: the middleware would refuse it. */
function isOfStrangers(pattern: OriginPattern): boolean {
  if (pattern.kind !== 'subdomains' && pattern.kind !== 'label') return false;
  const [start = '', end = ''] = serializePattern(pattern).split('*');
  const { host } = /^https?:\/\/(?<host>[^:]*)/.exec(`${start}evil${end}`)?.groups ?? {};
  return freeTenant(host ?? '', [start, end.replace(/:\d+$/, '')]);
}
