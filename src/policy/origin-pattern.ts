/**
 * Patterns of origins: an origin with one `*` in a place where it can be said who is let in.
 *
 * - `https://*.example.com`: hosts below `example.com`, at any depth, and not `example.com` itself.
 * - `https://preview-*.example.app`: the `*` stands for a piece of the first label, without a dot.
 * - `http://localhost:*`: any port of one's own machine, the default port too.
 *
 * What a `*` stands for is made of letters, digits and `-`, as host names are. An origin without a `*` is a pattern too:
 * of itself.
 */
import { isLoopback, parseOrigin, type Origin, type OriginFlaw, type TupleOrigin } from './origin.ts';
import { describeFlaw } from './origin-flaws.ts';
import { isAddress, isPrivateSuffix } from './shared-hosts.ts';

export type OriginPattern =
  | { readonly kind: 'exact'; readonly origin: Origin }
  /** `base` is the host without its first, wild labels: `example.com`. */
  | (Wild & { readonly kind: 'subdomains' })
  /** The first label is `before`, something, `after`. */
  | (Wild & { readonly kind: 'label'; readonly before: string; readonly after: string })
  | { readonly kind: 'any-port'; readonly scheme: TupleOrigin['scheme']; readonly host: string };

interface Wild {
  readonly scheme: TupleOrigin['scheme'];
  readonly base: string;
  readonly port: number | undefined;
}

export type ParsedPattern =
  | { readonly ok: true; readonly pattern: OriginPattern }
  | {
      readonly ok: false;
      /** A clause that tells a person what is wrong: "it ends in a slash". */
      readonly flaw: string;
      /** For a text without `*`: what is wrong with the origin. */
      readonly kind: OriginFlaw;
      /** The pattern that was evidently meant. */
      readonly corrected: string | undefined;
    };

/** Reads an origin or a pattern of origins. */
export function parsePattern(text: string): ParsedPattern {
  const parsed = parseOrigin(text);
  if (parsed.ok) return { ok: true, pattern: { kind: 'exact', origin: parsed } };
  const [flaw] = parsed.flaws;
  if (flaw !== 'wildcard')
    return { ok: false, flaw: describeFlaw(flaw), kind: flaw, corrected: parsed.corrected };
  const pattern = readWild(text);
  if (typeof pattern !== 'string') return { ok: true, pattern };
  const corrected = correct(text);
  return { ok: false, flaw: pattern, kind: 'wildcard', corrected };
}

const WHERE = 'its `*` stands where nobody can say whom it lets in';

/** The pattern, or the clause that says why it is none. */
function readWild(text: string): OriginPattern | string {
  if (text.indexOf('*') !== text.lastIndexOf('*')) return 'it has several `*`';
  if (text.startsWith('*:')) return 'its scheme may be anything';
  const isPort = /:\*(?![^/?#])/.test(text);
  // Put where the `*` is, a plain name has to make an origin.
  const plain = parseOrigin(isPort ? text.replace(':*', '') : text.replace('*', 'x'));
  if (!plain.ok) return isAddress(baseIn(text)) ? ADDRESS : describeFlaw(plain.flaws[0]);
  if (plain.kind !== 'tuple') return 'only an origin with `https:` or `http:` may have a `*`';
  if (isPort)
    return isLoopback(plain)
      ? { kind: 'any-port', scheme: plain.scheme, host: plain.host }
      : "any port is for one's own machine only, such as `http://localhost:*`";
  const [label = ''] = hostIn(text).split('.');
  const base = baseIn(text);
  if (!label.includes('*')) return 'its `*` does not stand in the first label of the host';
  if (base === '') return label === '*' ? 'it lets in every host' : WHERE;
  // `https://*.com`: whoever registers a name is let in. In one's own network and machine nobody does.
  const owner = base.replace(/\.$/, '');
  if (!owner.includes('.') && !isPrivateSuffix(owner))
    return label === '*'
      ? 'it lets in everybody who registers a name there'
      : `anybody can register a name that fits it, such as \`${label.replace('*', 'evil')}.${base}\``;
  const wild = { scheme: plain.scheme, base, port: plain.port };
  if (label === '*') return { kind: 'subdomains', ...wild };
  const star = label.indexOf('*');
  return { kind: 'label', ...wild, before: label.slice(0, star), after: label.slice(star + 1) };
}

const ADDRESS = 'the host is an address, which has no subdomains';

/** What stands behind the first dot of the host. */
function baseIn(text: string): string {
  return hostIn(text).split('.').slice(1).join('.');
}

function hostIn(text: string): string {
  return text.replace(/^\w+:\/\//, '').replace(/:\d+$/, '');
}

/** Upper case, a slash at the end and a default port are mended in a pattern as they are in an origin. */
function correct(text: string): string | undefined {
  if (text.split('*').length !== 2) return undefined;
  const name = 'wild-card-x';
  const parsed = parseOrigin(text.replace(':*', ':65000').replace('*', name));
  if (parsed.ok || parsed.corrected === undefined) return undefined;
  const corrected = text.includes(':*')
    ? parsed.corrected.replace(':65000', ':*')
    : parsed.corrected.replace(name, '*');
  return typeof readWild(corrected) === 'string' ? undefined : corrected;
}

/** What a `*` may stand for within a label, and what it may stand for in front of a host. */
export const WILD_LABEL = /^[a-z0-9-]+$/;
export const WILD_LABELS = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/** Whether the pattern takes that origin. */
export function takes(pattern: OriginPattern, origin: Origin): boolean {
  if (pattern.kind === 'exact') return same(pattern.origin, origin);
  if (origin.kind !== 'tuple' || origin.scheme !== pattern.scheme) return false;
  if (pattern.kind === 'any-port') return origin.host === pattern.host;
  if (origin.port !== pattern.port || !origin.host.endsWith(`.${pattern.base}`)) return false;
  const wild = origin.host.slice(0, -pattern.base.length - 1);
  if (pattern.kind === 'subdomains') return WILD_LABELS.test(wild);
  const { before, after } = pattern;
  return (
    wild.startsWith(before) &&
    wild.endsWith(after) &&
    wild.length > before.length + after.length &&
    WILD_LABEL.test(wild.slice(before.length, wild.length - after.length))
  );
}

/** Writes a pattern as it is read: `https://*.example.com`. */
export function serializePattern(pattern: OriginPattern): string {
  if (pattern.kind === 'any-port') return `${pattern.scheme}://${pattern.host}:*`;
  if (pattern.kind === 'exact') {
    const { origin } = pattern;
    return origin.kind === 'null' ? 'null' : `${origin.scheme}://${origin.host}${portOf(origin.port)}`;
  }
  const label = pattern.kind === 'label' ? `${pattern.before}*${pattern.after}` : '*';
  return `${pattern.scheme}://${label}.${pattern.base}${portOf(pattern.port)}`;
}

function portOf(port: number | undefined): string {
  return port === undefined ? '' : `:${port}`;
}

function same(one: Origin, other: Origin): boolean {
  if (one.kind === 'null' || other.kind === 'null') return one.kind === other.kind;
  return one.scheme === other.scheme && one.host === other.host && one.port === other.port;
}
