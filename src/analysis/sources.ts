/** The files that one run goes through, and which of them a place is in. */
import path from 'node:path';
import type { ModuleCode, Place } from './code.ts';

/** So many characters lie between the beginnings of two files: no file that is read is as long. */
export const STRETCH = 2 ** 20;

/** A file, as it was read. */
export interface SourceModule {
  readonly path: string;
  readonly text: string;
  /** Where its places begin: 0 in the file that is linted, another multiple of `STRETCH` in each of the others. */
  readonly base: number;
  readonly code: ModuleCode;
}

export class Sources {
  readonly #byStretch = new Map<number, SourceModule>();
  readonly #lines = new Map<SourceModule, readonly number[]>();

  constructor(readonly entry: SourceModule) {
    this.add(entry);
  }

  add(module: SourceModule): void {
    this.#byStretch.set(Math.floor(module.base / STRETCH), module);
  }

  /** In the order in which they were first needed. */
  get all(): readonly SourceModule[] {
    return [...this.#byStretch.values()];
  }

  /** The file that the place is in; nothing for a place that is none. */
  of({ start, end }: Place): SourceModule | undefined {
    if (end === 0) return undefined;
    const { entry } = this;
    // It alone may be longer than a stretch: a bundle, for which no other files are read.
    if (entry.base <= start && start <= entry.base + entry.text.length) return entry;
    return this.#byStretch.get(Math.floor(start / STRETCH));
  }

  /** Whether the place is in the file that is looked at, or none. */
  isOwn(place: Place): boolean {
    return (this.of(place) ?? this.entry) === this.entry;
  }

  text(place: Place): string {
    const module = this.of(place);
    return module ? module.text.slice(place.start - module.base, place.end - module.base) : '';
  }

  /** The lines that the place stands on, whole. */
  linesAt(place: Place): string {
    const module = this.of(place);
    if (!module) return '';
    const { text, base } = module;
    const from = place.start - base;
    const end = text.indexOf('\n', from);
    return text.slice(text.lastIndexOf('\n', from) + 1, end < 0 ? undefined : end);
  }

  /** Counted from 1, in its own file. */
  line(place: Place): number {
    const module = this.of(place) ?? this.entry;
    let starts = this.#lines.get(module);
    if (!starts) {
      const found = [0];
      for (const { index, 0: end } of module.text.matchAll(/\r\n|[\n\r\u2028\u2029]/g))
        found.push(index + end.length);
      this.#lines.set(module, (starts = found));
    }
    const offset = place.start - module.base;
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** Completes "the policy on line …": `12`, or ``12 of `routes/orders.js` ``. */
  tellLine(place: Place): string {
    const module = this.of(place) ?? this.entry;
    const line = String(this.line(place));
    return module === this.entry ? line : `${line} of \`${this.tellFile(module)}\``;
  }

  /** The file's name, as seen from the file that is looked at. */
  tellFile(module: SourceModule): string {
    return path.relative(path.dirname(this.entry.path), module.path).split(path.sep).join('/');
  }

  /** Whether some file's text has it. */
  some(pattern: RegExp): boolean {
    return this.all.some(({ text }) => pattern.test(text));
  }
}
