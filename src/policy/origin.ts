import { inTellingOrder } from './origin-flaws.ts';
import type { OriginFlaw } from './origin-flaws.ts';

export { describeFlaw } from './origin-flaws.ts';
export type { OriginFlaw } from './origin-flaws.ts';

/** The origin `null`: sandboxed frames, `data:` and `file:` pages, some redirects. */
export interface NullOrigin {
  readonly ok: true;
  readonly kind: 'null';
}

/** The origin of an ordinary page. `host` is as serialised: lower case, IPv6 in its brackets. */
export interface TupleOrigin {
  readonly ok: true;
  readonly kind: 'tuple';
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** `undefined` is the scheme's default port, which is never written. */
  readonly port: number | undefined;
}

/** The origin of an app shell or an extension: `capacitor://localhost`, `chrome-extension://…`. */
export interface CustomOrigin {
  readonly ok: true;
  readonly kind: 'custom';
  readonly scheme: string;
  /** May be empty (`file://`) and, unlike that of a tuple origin, upper case. */
  readonly host: string;
  readonly port: number | undefined;
}

export type Origin = NullOrigin | TupleOrigin | CustomOrigin;

/** A string that no browser ever sends as `Origin`. */
export interface MalformedOrigin {
  readonly ok: false;
  /** Everything that is wrong, the most fundamental first. */
  readonly flaws: readonly [OriginFlaw, ...OriginFlaw[]];
  /** The one origin that the author evidently meant; `undefined` where that would be a guess. */
  readonly corrected: string | undefined;
}

export type ParsedOrigin = Origin | MalformedOrigin;

/**
 * Reads a string as a serialised origin. It is `ok` if, byte for byte, a browser could send it in
 * `Origin`, since that is how it is compared in the end.
 *
 * Rests on https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin,
 * https://url.spec.whatwg.org/#host-serializing and https://fetch.spec.whatwg.org/#origin-header.
 * It is wider than the last one's grammar where browsers are: they send hosts with `_`, and the
 * custom schemes of app shells and extensions. It never asks `URL` for an origin, because that
 * answers `'null'` for `capacitor://localhost`.
 */
export function parseOrigin(text: string): ParsedOrigin {
  let parsed = remembered.get(text);
  if (!parsed) {
    parsed = parse(text);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(text, parsed);
  }
  return parsed;
}

/** The same few origins are looked at again and again. */
const remembered = new Map<string, ParsedOrigin>();
const MOST_REMEMBERED = 1000;

/** Most of them: a name whose last label is no number, nothing to be mended, no port, no punycode to be checked. */
const PLAIN = /^(https?):\/\/((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?)$/;

function parse(text: string): ParsedOrigin {
  const [, scheme, host = ''] = PLAIN.exec(text) ?? [];
  if (scheme && !host.includes('xn--'))
    return { ok: true, kind: 'tuple', scheme: scheme as TupleOrigin['scheme'], host, port: undefined };
  const { flaws, meant } = read(text);
  const [first, ...others] = inTellingOrder(flaws);
  if (first !== undefined) {
    const corrected = meant === undefined ? undefined : serializeOrigin(meant);
    const isMended = corrected !== undefined && read(corrected).flaws.size === 0;
    return { ok: false, flaws: [first, ...others], corrected: isMended ? corrected : undefined };
  }
  if (meant === undefined) throw new Error(`Neither an origin nor a flaw: ${text}`);
  return meant;
}

/** Writes an origin as browsers send it: https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin. */
export function serializeOrigin(origin: Origin): string {
  if (origin.kind === 'null') return 'null';
  return `${origin.scheme}://${origin.host}${origin.port === undefined ? '' : `:${origin.port}`}`;
}

/**
 * Whether the page stands on the machine of the one who looks at it, so that nobody on the network can
 * be this origin. These are the hosts of https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
 * and the unspecified addresses: `http://0.0.0.0:3000`, which dev servers print, leads to the same machine.
 *
 * `capacitor://localhost` is an app's shell and not a loopback server.
 */
export function isLoopback(origin: Origin): boolean {
  if (origin.kind !== 'tuple') return false;
  const host = origin.host.replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  if (host === '[::1]' || host === '[::]' || host === '0.0.0.0') return true;
  // A parsed host is canonical, so this is an address and not `127.example.com`.
  return /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Whether anybody on the network path can be this origin: plain HTTP, and not loopback. */
export function isInsecure(origin: Origin): boolean {
  return origin.kind === 'tuple' && origin.scheme === 'http' && !isLoopback(origin);
}

/**
 * The pieces of a string with the flaw `list`: `'https://a.example, https://b.example'`. They are as written,
 * and may have flaws of their own.
 */
export function listedOrigins(text: string): readonly string[] {
  return (bracketed(text) ?? text)
    .split(/[\s,;|]+/)
    .map((piece) => piece.replace(/^["'`]|["'`]$/g, ''))
    .filter((piece) => piece !== '');
}

/** What stands in the brackets of `["https://a.example"]`, which is no IPv6 address. */
function bracketed(text: string): string | undefined {
  const inside = /^\[([^[\]]*)\]$/.exec(text.trim())?.[1];
  return inside === undefined || /^[0-9a-f:.]*$/i.test(inside) ? undefined : inside;
}

/** What reading found. Without flaws, `meant` is the origin; with flaws, what it should have been. */
interface Reading {
  readonly flaws: ReadonlySet<OriginFlaw>;
  readonly meant: Origin | undefined;
}

const nullOrigin: NullOrigin = { ok: true, kind: 'null' };

function read(text: string): Reading {
  const trimmed = text.trim();
  if (trimmed !== text && trimmed !== '') return withFlaw('surrounding-space', read(trimmed));
  if (text === 'null') return { flaws: new Set(), meant: nullOrigin };
  const whole = flawOfTheWhole(trimmed);
  if (whole !== undefined) return hopeless(whole);

  const quoted = /^(["'`])([^"'`]*)\1$/.exec(text)?.[2];
  if (quoted !== undefined) return withFlaw('quoted', read(quoted));
  if (isList(text)) {
    const pieces = listedOrigins(text);
    // A stray comma: `https://a.example,` lists one origin, and that is evidently the one meant.
    const [only, ...others] = pieces;
    return only !== undefined && others.length === 0 && only !== text
      ? withFlaw('list', read(only))
      : hopeless('list');
  }
  if (/["'`]/.test(text)) return hopeless('quoted');
  if (/\s/.test(text)) return hopeless('inner-space');
  return readUrl(text);
}

function hopeless(flaw: OriginFlaw): Reading {
  return { flaws: new Set([flaw]), meant: undefined };
}

function withFlaw(flaw: OriginFlaw, { flaws, meant }: Reading): Reading {
  return { flaws: new Set([flaw, ...flaws]), meant };
}

/** Strings in which to look for a scheme and a host would only lead to beside-the-point complaints. */
function flawOfTheWhole(text: string): OriginFlaw | undefined {
  if (text === '') return 'empty';
  if (text === '*') return 'bare-wildcard';
  if (/^(?:true|false|null|undefined|nan|none|self|same-origin|all|any)$/i.test(text)) return 'word';
  if (isTemplate(text)) return 'template';
  // `\.`, `.*` in front of a host, a group of alternatives, an anchor. Not `.*` as such: in
  // `https://example.*` it is a glob.
  if (/^\^|\$$|\\[./dw]|(?:^|\/)\.[*+]|\([^()|]*\||\(\?|^https\?:/.test(text)) return 'regex';
  // `data:3000` is a host of that name, in a container.
  if (/^(?:data|blob|about|javascript|filesystem):(?!\d)/i.test(text)) return 'no-own-origin';
  return undefined;
}

/**
 * `https://${DOMAIN}` in plain quotes, `{{host}}`, `<your-domain>`, `%HOST%`, `$HOST`, `FRONTEND_URL`,
 * `YOUR-DOMAIN`. To lower the case of the latter would only hide that something is missing.
 *
 * Only in front of the path: in `https://script.google.com/macros/s/AKf_BX/exec` the path is the mistake.
 */
function isTemplate(text: string): boolean {
  const [beforePath = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i.exec(text) ?? [];
  return (
    /\$\{|\{\s*[a-z][\w .-]*\}|<[a-z][\w .-]*>/i.test(beforePath) ||
    /%[A-Z][A-Z_]+%|\$[A-Z][A-Z_]+|[A-Z]_[A-Z]|\bYOUR[A-Z-]/.test(beforePath)
  );
}

function isList(text: string): boolean {
  if (text.includes(',') || bracketed(text) !== undefined) return true;
  // A space, `;` or `|` separates only what looks like origins: `https://my site.example` is no list.
  const pieces = listedOrigins(text);
  if (pieces.length < 2) return false;
  const looksRight = text.includes('://') ? /:\/\/|^(?:localhost|null|\*)/ : /\.|^(?:localhost|null|\*)/;
  return pieces.every((piece) => looksRight.test(piece));
}

/**
 * The schemes of https://url.spec.whatwg.org/#special-scheme over which no page is loaded. `wss:` is the
 * usual mistake: a WebSocket sends the origin of the page that opened it.
 */
const pagelessSchemes: ReadonlySet<string> = new Set(['ws', 'wss', 'ftp']);

/** The text has no space, comma or quotation mark, and is not empty. */
function readUrl(text: string): Reading {
  const flaws = new Set<OriginFlaw>();
  const { scheme, rest } = splitScheme(text, flaws);
  if (rest === undefined) return { flaws, meant: undefined };

  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(rest)) {
    if (rest.split('://').length > 2) return hopeless('double-scheme');
    const inner = withFlaw('double-scheme', readUrl(rest));
    const isSame = rest.toLowerCase().startsWith(`${scheme}://`);
    return isSame ? inner : { ...inner, meant: undefined };
  }

  const [, authority = '', tail = ''] = /^([^/\\?#]*)([^]*)$/.exec(rest) ?? [];
  // Two origins with nothing between them: `https://a.examplehttps://b.example`.
  if (authority.endsWith(':') && tail.startsWith('//')) return hopeless('list');
  const isEvident = checkTail(tail, flaws);
  if (authority.includes('@')) flaws.add('userinfo');

  const { host, port } = splitPort(authority.slice(authority.lastIndexOf('@') + 1));
  const isCustom = scheme !== undefined && !isWeb(scheme) && !pagelessSchemes.has(scheme);
  const meantHost = isCustom ? checkOpaqueHost(host, flaws) : checkHost(host, flaws);
  const meantPort = checkPort(port, scheme, flaws);

  if (!isEvident || scheme === undefined || meantHost === undefined || meantPort === 'unclear') {
    return { flaws, meant: undefined };
  }
  const place = { ok: true, host: meantHost, port: meantPort } as const;
  if (isWeb(scheme)) return { flaws, meant: { ...place, kind: 'tuple', scheme } };
  return { flaws, meant: isCustom ? { ...place, kind: 'custom', scheme } : undefined };
}

function isWeb(scheme: string): scheme is TupleOrigin['scheme'] {
  return scheme === 'http' || scheme === 'https';
}

/** `rest` is undefined where nothing sensible can be said of what follows the scheme. */
interface Split {
  readonly scheme?: string;
  readonly rest?: string;
}

function splitScheme(text: string, flaws: Set<OriginFlaw>): Split {
  // `https:/a.example`, `https:a.example`, `https:\\a.example`, `https//a.example`, `https:///a.example`:
  // browsers themselves read these as the same URL, or there is nothing else that they could mean.
  const sloppy = /^(https?)(?!:\/\/(?![\\/]))(?::[\\/]*|[\\/]{2,})(?=[^\\/])/i.exec(text);
  if (sloppy) {
    flaws.add('bad-separator');
    return { scheme: lowerCase(sloppy[1] ?? '', flaws), rest: text.slice(sloppy[0].length) };
  }

  const match = /^([^/\\?#]*):\/\/([^]*)$/.exec(text);
  if (!match || match[1] === '') {
    const isRelative = text.startsWith('//');
    flaws.add(isRelative ? 'scheme-relative' : 'no-scheme');
    return { rest: match?.[2] ?? (isRelative ? text.slice(2) : text) };
  }

  const [, written = '', rest = ''] = match;
  if (written.includes('*')) {
    flaws.add('wildcard');
    return {};
  }
  // `localhost://3000` has the form of a custom scheme, but nobody registers that one.
  if (!/^[a-z][a-z0-9+.-]*$/i.test(written) || written === 'localhost') {
    flaws.add('bad-scheme');
    return {};
  }
  const scheme = lowerCase(written, flaws);
  if (!isWeb(scheme) && /^(?:h+t+p+s*|ttps?)$/.test(scheme)) {
    flaws.add('misspelt-scheme');
    return { scheme: scheme.endsWith('s') ? 'https' : 'http', rest };
  }
  if (pagelessSchemes.has(scheme)) flaws.add('pageless-scheme');
  return { scheme, rest };
}

function lowerCase(text: string, flaws: Set<OriginFlaw>): string {
  if (/[A-Z]/.test(text)) flaws.add('upper-case');
  return text.toLowerCase();
}

/** What follows host and port. Answers whether the origin is still evident when it is cut off. */
function checkTail(tail: string, flaws: Set<OriginFlaw>): boolean {
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(tail) ?? [];
  if (/[^/\\]/.test(path)) flaws.add('path');
  else if (path !== '' && query === '' && fragment === '') flaws.add('trailing-slash');
  if (query !== '') flaws.add('query');
  if (fragment !== '') flaws.add('fragment');
  // `https://app?.example.com` means a glob or an expression: `https://app` would be a wrong guess.
  return path !== '' || query === '' || query.includes('=');
}

/** The port is as written; `undefined` if there is no colon. */
function splitPort(authority: string): { readonly host: string; readonly port: string | undefined } {
  const end = authority.startsWith('[') ? authority.indexOf(']') + 1 : 0;
  const colon = authority.indexOf(':', end);
  if (colon === -1) return { host: authority, port: undefined };
  return { host: authority.slice(0, colon), port: authority.slice(colon + 1) };
}

/**
 * What https://url.spec.whatwg.org/#host-parsing makes of the host of an `http:` or `https:` URL.
 * Underscores are sent by browsers, though no host name may have one.
 */
const domainOrAddress = /^(?:\[[0-9a-f:.]+\]|(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?)$/;

/** Answers the host as browsers write it, or nothing where that is no host or not evident. */
function checkHost(host: string, flaws: Set<OriginFlaw>): string | undefined {
  if (host === '') return void flaws.add('no-host');
  const lower = lowerCase(host, flaws);
  if (host.includes('*')) return void flaws.add('wildcard');
  const canonical = canonicalHost(lower);
  // `URL` lets `$`, `{`, `=` and empty labels pass, which resolve nowhere.
  if (canonical === undefined || !domainOrAddress.test(canonical)) return void flaws.add('bad-host');
  if (/[^\0-\x7f]/.test(host)) flaws.add('not-ascii');
  else if (canonical !== lower) flaws.add('host-not-canonical');
  // To a browser `http://3000` is `http://0.0.11.184`. Nobody means that.
  return /^\d+$/.test(host) ? undefined : canonical;
}

function canonicalHost(host: string): string | undefined {
  const url = `https://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/**
 * The host of a custom scheme: https://url.spec.whatwg.org/#concept-opaque-host-parser. It keeps its case
 * (`safari-web-extension://` has upper-case ids) and may be empty: WebKit and Electron send `file://`,
 * and so do Cordova apps.
 */
function checkOpaqueHost(host: string, flaws: Set<OriginFlaw>): string | undefined {
  if (host.includes('*')) return void flaws.add('wildcard');
  if (/[^\0-\x7f]/.test(host)) return void flaws.add('not-ascii');
  if (host.startsWith('[') && canonicalHost(host) === host) return host;
  return /^[\w.~%!$&()+;=-]*$/.test(host) ? host : void flaws.add('bad-host');
}

/**
 * Ports by https://url.spec.whatwg.org/#port-state. That allows 0, from which no page can be loaded, so
 * that no browser sends it.
 */
function checkPort(
  port: string | undefined,
  scheme: string | undefined,
  flaws: Set<OriginFlaw>,
): number | undefined | 'unclear' {
  if (port === undefined) return undefined;
  if (port === '*') {
    flaws.add('wildcard');
    return 'unclear';
  }
  const number = Number(port);
  const isPlain = /^[1-9]\d{0,4}$/.test(port) && number <= 65535;
  if (!isPlain) flaws.add('bad-port');
  // `https://a.example:` and `:0443` are read by browsers too; `:port`, `:0` and `:70000` are not.
  if (port !== '' && (!/^\d+$/.test(port) || number < 1 || number > 65535)) return 'unclear';
  if ((scheme === 'http' && number === 80) || (scheme === 'https' && number === 443)) {
    if (isPlain) flaws.add('default-port');
    return undefined;
  }
  return port === '' ? undefined : number;
}
