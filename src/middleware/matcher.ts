/** Many origins and patterns, and one question: is this one of them? What it costs does not grow with their number. */
import { parseOrigin } from '../policy/origin.ts';
import { WILD_LABEL, WILD_LABELS, type OriginPattern } from '../policy/origin-pattern.ts';

/** Longer than any origin: a host has 253 characters at most. */
export const LONGEST_ORIGIN = 512;

/** How the piece before and after the `*` of a first label are told apart, by their lengths. */
interface Shape {
  readonly before: number;
  readonly after: number;
}

/**
 * Patterns, by what is fixed in them. Exact origins are not its business: they stand in a `Map` or `Set` of the caller.
 *
 * Each question looks up one key at most for each length of what is fixed, whatever the number of patterns, and however
 * many dots there are.
 */
export class PatternMatcher {
  /** `https://example.com:8443` for `https://*.example.com:8443`. */
  readonly #below = new Set<string>();
  /** `https://preview-*-x.example.com`, with the shapes that stand over each `https://example.com`. */
  readonly #labels = new Map<string, { readonly shapes: Shape[]; readonly texts: Set<string> }>();
  /** How long what stands after the first dot of these is: of `example.com:8443`. */
  readonly #lengths: readonly number[];
  /** `http://localhost`. */
  readonly #anyPort = new Set<string>();
  readonly isEmpty: boolean;

  constructor(patterns: readonly OriginPattern[]) {
    let isEmpty = true;
    for (const pattern of patterns) {
      if (pattern.kind === 'exact') continue;
      isEmpty = false;
      if (pattern.kind === 'any-port') this.#anyPort.add(`${pattern.scheme}://${pattern.host}`);
      else {
        const base = keyOf(pattern.scheme, pattern.base, pattern.port);
        if (pattern.kind === 'subdomains') this.#below.add(base);
        else this.#addLabel(base, pattern.before, pattern.after);
      }
    }
    this.isEmpty = isEmpty;
    const bases = [...this.#below, ...this.#labels.keys()];
    this.#lengths = [...new Set(bases.map((base) => base.length - base.indexOf('://') - 3))];
  }

  #addLabel(base: string, before: string, after: string): void {
    let over = this.#labels.get(base);
    if (!over) this.#labels.set(base, (over = { shapes: [], texts: new Set() }));
    over.texts.add(`${before}*${after}`);
    if (!over.shapes.some((one) => one.before === before.length && one.after === after.length))
      over.shapes.push({ before: before.length, after: after.length });
  }

  /** @param origin a header's value: anything at all. */
  matches(origin: string): boolean {
    if (this.isEmpty || origin.length > LONGEST_ORIGIN) return false;
    if (!this.#matchesPort(origin) && !this.#matchesHost(origin)) return false;
    // What is no origin may look like one, as `https://xn--a.example.com` does. To read it costs most: it comes last.
    return parseOrigin(origin).ok;
  }

  #matchesPort(origin: string): boolean {
    if (this.#anyPort.size === 0) return false;
    return this.#anyPort.has(origin) || this.#anyPort.has(origin.slice(0, origin.lastIndexOf(':')));
  }

  #matchesHost(origin: string): boolean {
    const start = origin.indexOf('://') + 3;
    for (const length of this.#lengths) {
      const dot = origin.length - length - 1;
      if (dot <= start || origin[dot] !== '.') continue;
      const base = `${origin.slice(0, start)}${origin.slice(dot + 1)}`;
      const wild = origin.slice(start, dot);
      if (this.#below.has(base) && WILD_LABELS.test(wild)) return true;
      if (this.#matchesLabel(wild, base)) return true;
    }
    return false;
  }

  #matchesLabel(label: string, base: string): boolean {
    const over = this.#labels.get(base);
    return (
      over !== undefined &&
      over.shapes.some(({ before, after }) => {
        const end = label.length - after;
        return (
          end > before &&
          over.texts.has(`${label.slice(0, before)}*${label.slice(end)}`) &&
          WILD_LABEL.test(label.slice(before, end))
        );
      })
    );
  }
}

function keyOf(scheme: string, base: string, port: number | undefined): string {
  return port === undefined ? `${scheme}://${base}` : `${scheme}://${base}:${port}`;
}
