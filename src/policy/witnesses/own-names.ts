import type { Comparison } from '../comparison.ts';
import { isInsecure, isLoopback, listedOrigins, parseOrigin } from '../origin.ts';
import {
  freeTenant,
  isAddress,
  isPrivateName,
  registrableName,
  sharedHost,
  tenantOf,
} from '../shared-hosts.ts';

/** Whose an origin is, seen from the author of a check. */
export type CandidateKind = 'stranger' | 'tenant' | 'insecure' | 'null' | 'loopback' | 'meant';

/** What a check's operands say about whom its author had in mind. */
export interface OwnNames {
  /** Registrable names that he wrote: what stands under them is his. */
  readonly names: ReadonlySet<string>;
  /** Origins and hosts that he wrote in full. */
  readonly literals: ReadonlySet<string>;
  /** All text that he fixed, for judging the tenants of shared hosts. */
  readonly written: readonly string[];
}

/** The attacker's domain, and the origin that checks are first asked about. Nobody's own, whatever was compared. */
const attackers: ReadonlySet<string> = new Set(['evil.example', 'stranger.example']);

/** Reads off the operands which names are the author's own. */
export function ownNames(comparisons: readonly Comparison<unknown>[]): OwnNames {
  const names = new Set<string>();
  const literals = new Set<string>();
  const written: string[] = [];
  for (const comparison of comparisons) {
    written.push(...writtenIn(comparison));
    if (comparison.how === 'equals' && !isAttackers(comparison.operand)) literals.add(comparison.operand);
    for (const host of hostsIn(comparison)) {
      const name = registrableName(host);
      if (isName(name)) names.add(name);
    }
  }
  for (const name of attackers) names.delete(name);
  return { names, literals, written };
}

function isAttackers(text: string): boolean {
  return attackers.has(registrableName(hostOf(text)));
}

/** `example.com`, but not `com`, `vercel.app`, `-myteam.vercel.app` (of which anybody may take `evil-…`) or `192.168.`. */
function isName(name: string): boolean {
  if (isAddress(name)) return true;
  if (!/^[a-z0-9_][a-z0-9_.-]*\.[a-z0-9-]*[a-z][a-z0-9-]*$/.test(name)) return false;
  return sharedHost(name)?.suffix !== name;
}

/** Host names, or endings of some, that the operand holds. */
function hostsIn({ how, operand, samples }: Comparison<unknown>): readonly string[] {
  if (how === 'within') return listedOrigins(operand).map(hostOf);
  if (how === 'matches') return hostsInExpression(operand, samples ?? []);
  const parsed = parseOrigin(operand);
  // `https://example.com/` never matches, but shows whom the author means.
  const text = parsed.ok ? operand : (parsed.corrected ?? operand);
  const host = hostOf(text);
  // `https://app.` and `http://192.168.` go on.
  if (host === '' || (how !== 'equals' && /[.-]$/.test(host) && !/:\d*$/.test(text))) return [];
  return [host.replace(/^\./, '')];
}

/** The host of an origin, or of the beginning or the end of one. */
function hostOf(text: string): string {
  return text.replace(/^.*\//, '').replace(/:\d*$/, '');
}

/** Samples that read as the author reads them show whom he means. Under a shared host, only what he spelt out is his. */
function hostsInExpression(
  source: string,
  samples: NonNullable<Comparison<unknown>['samples']>,
): readonly string[] {
  const words = new Set(literalPieces(source).flatMap((piece) => piece.split(/[^a-z0-9-]+/)));
  return samples.flatMap(({ text, why }) => {
    if (why !== 'plain') return [];
    const host = hostOf(text);
    const naming = sharedHost(host)?.naming;
    if (naming === undefined || naming === 'registry' || naming === 'closed') return [host];
    const tenant = tenantOf(host);
    return tenant !== undefined && words.has(tenant) ? [host] : [];
  });
}

function writtenIn({ how, operand }: Comparison<unknown>): readonly string[] {
  if (how === 'within') return listedOrigins(operand);
  return how === 'matches' ? literalPieces(operand) : [operand.replace(/:\d*$/, '')];
}

/** The runs of plain text in an expression's source: `https://` and `-x.example.com` of `https:\/\/\w+-x\.example\.com$`. */
function literalPieces(source: string): readonly string[] {
  return source
    .replace(/\[(?:\\.|[^\]\\])*\]|\\[a-zA-Z]|\(\?(?:<?[=!]|:)/g, '|')
    .replace(/\\([^a-zA-Z0-9])/g, '$1')
    .split(/[()[\]{}|*+?^$]+/)
    .filter((piece) => piece !== '');
}

/**
 * Whose the origin is. `undefined` if no browser sends it, or nobody can have it: `https://evillocalhost`.
 *
 * Under the author's names, and under a tenant that is his, all is meant over HTTPS: whether he trusts all of his
 * subdomains is another question.
 */
export function kindOf(origin: string, { names, literals, written }: OwnNames): CandidateKind | undefined {
  const parsed = parseOrigin(origin);
  if (!parsed.ok) return undefined;
  if (parsed.kind === 'null') return 'null';
  if (isLoopback(parsed)) return 'loopback';
  // Anybody may write an extension, but an app's shell is not a web page: only what was written is known.
  if (parsed.kind === 'custom') return literals.has(origin) ? 'meant' : undefined;
  const own = isInsecure(parsed) ? 'insecure' : 'meant';
  const host = parsed.host.replace(/\.$/, '');
  if (literals.has(origin) || literals.has(host)) return own;
  if (isAddress(host)) return names.has(host) || isPrivateAddress(host) ? own : 'stranger';
  if (standsUnder(host, names)) return own;
  if (isPrivateName(host)) return undefined;
  const naming = sharedHost(host)?.naming;
  if (naming === undefined || naming === 'registry') return 'stranger';
  return freeTenant(host, written) ? 'tenant' : own;
}

/**
 * Whether the author evidently had this origin in mind: he wrote it, or it stands over HTTPS under a name that is
 * his. Loopback origins are meant only where they, or their host, are written.
 */
export function isMeant(origin: string, comparisons: readonly Comparison<unknown>[]): boolean {
  const own = ownNames(comparisons);
  if (own.literals.has(origin)) return true;
  const kind = kindOf(origin, own);
  if (kind === 'loopback') return own.written.some((text) => hostOf(text) === hostOf(origin));
  return kind === 'meant';
}

function standsUnder(host: string, names: ReadonlySet<string>): boolean {
  if (names.has(host)) return true;
  // `pr-1--site.netlify.app` is `site`'s though it does not end with `.site.netlify.app`.
  if (names.has(registrableName(host))) return true;
  const dot = host.indexOf('.');
  return dot !== -1 && standsUnder(host.slice(dot + 1), names);
}

/** RFC 1918 and RFC 3927: machines of one's own network, not a stranger's. */
function isPrivateAddress(host: string): boolean {
  return /^(?:10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\./.test(host);
}
