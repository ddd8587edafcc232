import { comparedPart } from './compared-part.ts';
import type { ComparedPart } from './compared-part.ts';
import type { Comparing, Comparison, Sample, SampleReason } from '../comparison.ts';
import { listedOrigins, parseOrigin } from '../origin.ts';

/** Where a check wants to see a text in the host. */
export interface HostRule {
  readonly at: 'start' | 'end' | 'inside' | 'is';
  readonly text: string;
  /** What the check looked at when it found this: words for a person. */
  readonly of: 'origin' | 'host';
  readonly scheme: string | undefined;
  readonly port: string | undefined;
}

/** An origin to try. Where scheme or port is left open, all are tried that the check asks for. */
export interface Draft {
  readonly host: string;
  readonly scheme?: string | undefined;
  readonly port?: string | undefined;
  readonly because: string;
}

/** What a check asks of an origin, gathered from all its comparisons. */
export interface Constraints {
  readonly rules: readonly HostRule[];
  readonly drafts: readonly Draft[];
  /** Whole origins, as they stand in the code. */
  readonly listed: readonly string[];
  /** Never empty. */
  readonly schemes: readonly string[];
  /** Besides none. */
  readonly ports: readonly string[];
}

/** Where the attacker's pages are. RFC 2606 keeps it from being anybody's. */
export const attackersHost = 'evil.example';

/** Top levels that begin another one: countries, since nobody can register `example.or`. */
const shorterTopLevels: ReadonlyMap<string, string> = new Map([
  ['com', 'co'],
  ['net', 'ne'],
  ['dev', 'de'],
  ['info', 'in'],
  ['cloud', 'cl'],
]);

/** A port that any check for "some port" takes. */
const somePort = '3000';

/** Sorts the comparisons by what they say of host, scheme and port. Each text counts once. */
export function constraintsOf(asked: string, comparisons: readonly Comparison<unknown>[]): Constraints {
  const gathered = new Gathered();
  const seen = new Set<string>();
  for (const comparison of comparisons) {
    const { how, subject, operand, samples } = comparison;
    const key = [how, subject, operand].join('\n');
    if (operand === '' || seen.has(key)) continue;
    seen.add(key);
    const place = comparedPart(asked, subject, operand);
    if (how === 'matches') gathered.matched(place, samples ?? []);
    else gathered.compared(place, how, operand);
  }
  return gathered.constraints(asked);
}

type TextComparing = Exclude<Comparing, 'matches'>;
type PartComparing = Exclude<TextComparing, 'within'>;

class Gathered {
  readonly #rules: HostRule[] = [];
  readonly #drafts: Draft[] = [];
  readonly #listed: string[] = [];
  readonly #schemes = new Set<string>();
  readonly #ports = new Set<string>();

  compared(place: ComparedPart, how: TextComparing, operand: string): void {
    if (how === 'within') return place.part === 'whole' ? this.#within(operand) : undefined;
    if (place.part === 'scheme') return this.#scheme(operand);
    if (place.part === 'port') return this.#port(operand);
    if (place.part === 'head') return this.#whole('starts', operand);
    if (place.part === 'tail') return this.#whole('ends', operand);
    if (place.part === 'labels') return this.#labels(place, how, operand);
    if (place.part === 'host') {
      const text = operand.startsWith(place.prefix) ? operand.slice(place.prefix.length) : operand;
      return this.#host(how, text, 'host', undefined);
    }
    if (how === 'equals') return void this.#listed.push(operand.replace(/\/$/, ''));
    this.#whole(how, operand);
  }

  matched(place: ComparedPart, samples: readonly Sample[]): void {
    const topLevels = new Set(samples.filter(({ why }) => why === 'plain').map(({ text }) => topLevel(text)));
    for (const { text, why } of samples) {
      // A dot in front of `com` may be read as a letter, but nobody can register `examplexcom`.
      if (why === 'dot' && topLevels.size > 0 && !topLevels.has(topLevel(text))) continue;
      const because = becauseOfSample[why];
      const [, scheme, rest = ''] = /^(?:(https?):\/\/)?([^]*)$/.exec(text) ?? [];
      const { host, port } = splitPort(rest);
      if (place.part === 'labels') this.#drafts.push({ host: place.before + host + place.after, because });
      else if (place.part === 'port') this.#port(text);
      else if (place.part === 'scheme') this.#scheme(text);
      else this.#drafts.push({ host, port: scheme === undefined ? port : (port ?? ''), scheme, because });
    }
  }

  constraints(asked: string): Constraints {
    const origin = parseOrigin(asked);
    const first = origin.ok && origin.kind === 'tuple' ? origin.scheme : 'https';
    const schemes = [...new Set([first, ...this.#schemes])];
    const drafts = [...this.#drafts];
    // A check may look at nothing else: `protocol === 'http:'`, `port === '3000'`.
    for (const scheme of schemes.slice(1)) {
      drafts.push({ host: attackersHost, scheme, because: 'it only looks at the scheme' });
    }
    for (const port of this.#ports)
      drafts.push({ host: attackersHost, port, because: 'it only looks at the port' });
    return { rules: this.#rules, drafts, listed: this.#listed, schemes, ports: [...this.#ports] };
  }

  #scheme(operand: string): void {
    const scheme = /^https?(?=:?\/{0,2}$)/.exec(operand)?.[0];
    if (scheme !== undefined) this.#schemes.add(scheme);
  }

  #port(operand: string): void {
    const port = /^:?([1-9]\d{0,4})$/.exec(operand)?.[1];
    if (port !== undefined) this.#ports.add(port);
  }

  /** The operand is a list in one string: `'https://a.com,https://b.com'.includes(origin)`. A piece of an entry is in it too. */
  #within(operand: string): void {
    for (const origin of listedOrigins(operand)) {
      this.#listed.push(origin);
      const [, scheme, host, topLevel = ''] = /^(https?):\/\/([^:]+)\.([a-z]+)(?::\d+)?$/.exec(origin) ?? [];
      // `https://example.co` stands in `https://example.com`, and may be a stranger's.
      const shorter = shorterTopLevels.get(topLevel);
      if (host === undefined || shorter === undefined) continue;
      const because = `it is a part of \`${origin}\`, and a part is enough`;
      this.#drafts.push({ host: `${host}.${shorter}`, scheme, port: '', because });
    }
  }

  /** The operand is a piece of a whole origin, so that `//` in it marks where the host begins. */
  #whole(how: Exclude<TextComparing, 'equals' | 'within'>, operand: string): void {
    const [, written = '', rest] = /^([a-z]*):?\/\/?([^]*)$/.exec(operand) ?? [];
    if (rest === undefined) {
      // `origin.startsWith('http')` asks nothing of the host, and `startsWith('example.com')` nothing that is ever so.
      if (how === 'starts' || /^https?:?$/.test(operand)) return this.#scheme(operand);
      return this.#host(how, operand, 'origin', undefined);
    }
    // `s://` is the end of `https://`. Extensions and app shells are not web pages.
    const scheme = ['https', 'http'].find((known) =>
      how === 'starts' ? known === written : known.endsWith(written),
    );
    if (scheme === undefined) return;
    if (rest === '') return this.#scheme(scheme);
    this.#host(how === 'ends' ? 'equals' : 'starts', rest, 'origin', written === '' ? undefined : scheme);
  }

  #host(how: PartComparing, operand: string, of: HostRule['of'], scheme: string | undefined): void {
    if (/^:?\d+$/.test(operand) && how !== 'starts') return this.#port(operand);
    const { host, port } = splitPort(operand);
    if (host === '') return;
    const add = (at: HostRule['at']): void => void this.#rules.push({ at, text: host, of, scheme, port });
    if (how === 'equals') return add('is');
    // What is followed by a colon is the end of the host.
    if (how === 'starts') return add(port === undefined ? 'start' : 'is');
    add(how === 'ends' || port !== undefined ? 'end' : 'inside');
  }

  #labels({ before, after }: ComparedPart & { part: 'labels' }, how: PartComparing, operand: string): void {
    const filled = {
      equals: operand,
      starts: `${operand}evil`,
      ends: `evil${operand}`,
      includes: `evil${operand}`,
    }[how];
    const hosts = [before + filled + after];
    if (before === '') hosts.push(`${filled}.${attackersHost}`);
    if (after === '') hosts.push(`evil.${filled}`);
    for (const host of hosts) this.#drafts.push({ host, because: 'it only looks at a part of the host' });
  }
}

const becauseOfSample: Readonly<Record<SampleReason, string>> = {
  plain: 'the expression matches it',
  dot: 'an unescaped dot in the expression stands for any character',
  'no-start': 'nothing in the expression marks the beginning (`^`)',
  'no-end': 'nothing in the expression marks the end (`$`)',
  scheme: 'the expression takes `http:` as well',
  'open-class': 'what may vary in the expression takes more than a subdomain',
  alternative: '`^` and `$` do not hold for all alternatives of the expression',
};

function topLevel(text: string): string {
  return /[^.]*$/.exec(splitPort(text).host)?.[0] ?? '';
}

/** `port` is `undefined` without a colon, and some port if nothing follows it. */
function splitPort(text: string): { readonly host: string; readonly port: string | undefined } {
  const [, host = '', port = ''] = /^([^]*):(\d*)$/.exec(text) ?? [];
  if (host === '' && port === '') return { host: text, port: undefined };
  return { host, port: port === '' ? somePort : port };
}
