/**
 * Files of the same repository that others import: read, parsed by the parser that the user configured, lowered, and kept
 * as lowered code for as long as they do not change on disk.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ModuleCode } from './code.ts';
import { stampOf, textOf } from './files/disk.ts';
import { lower } from './lower.ts';
import { STRETCH, type SourceModule } from './sources.ts';

/** So many are kept; the one that was not asked for longest goes first. */
const MOST_KEPT = 500;

/** @returns nothing for a text that it cannot read. Never throws. */
export type Parse = (text: string, path: string) => TSESTree.Program | undefined;

interface Kept {
  readonly stamp: string;
  readonly module: SourceModule | undefined;
}

/** Which stretch of places each file has: for as long as the process lives, so that places can be compared. */
const stretches = new Map<string, number>();

export class Modules {
  readonly #kept = new Map<string, Kept>();

  constructor(readonly parse: Parse) {}

  /**
   * @param path absolute, without symbolic links.
   * @returns nothing for a file that is not there, is too large, or cannot be parsed.
   */
  read(path: string): SourceModule | undefined {
    const stamp = stampOf(path);
    if (stamp === undefined) return undefined;
    let kept = this.#kept.get(path);
    this.#kept.delete(path);
    if (kept?.stamp !== stamp) kept = { stamp, module: this.#read(path) };
    this.#kept.set(path, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    return kept.module;
  }

  #read(path: string): SourceModule | undefined {
    let text = textOf(path);
    if (text === undefined) return undefined;
    // JSON is an expression, and CommonJS exports it as it stands. Parsers go by a file's ending.
    const json = /\.json$/i.test(path);
    if (json) text = `module.exports = ${text}`;
    const program = this.parse(text, json ? `${path}.cjs` : path);
    if (!program) return undefined;
    const base = stretchOf(path) * STRETCH;
    shift(program, base);
    const code = lower(program);
    lowerAll(code);
    return { path, text, base, code };
  }
}

function stretchOf(path: string): number {
  let stretch = stretches.get(path);
  if (stretch === undefined) stretches.set(path, (stretch = stretches.size + 1));
  return stretch;
}

/** Code that is kept must not hold on to the syntax tree that it was made of. */
function lowerAll({ functions }: ModuleCode): void {
  for (let i = 0; i < functions.length; i++) functions[i]?.body();
}

/** Moves the tree to where the file's places begin. */
function shift(program: TSESTree.Program, by: number): void {
  const moved = new Set<object>();
  const open: unknown[] = [program];
  for (let node = open.pop(); node !== undefined || open.length > 0; node = open.pop()) {
    if (typeof node !== 'object' || node === null || moved.has(node)) continue;
    moved.add(node);
    for (const [key, value] of Object.entries(node)) {
      if (key === 'range' && Array.isArray(value))
        (node as { range: unknown }).range = [Number(value[0]) + by, Number(value[1]) + by];
      else if (typeof value === 'object' && !UNREAD.has(key)) open.push(value);
    }
  }
}

/** What `lower` does not look at, or what leads back up. */
const UNREAD = new Set(['parent', 'loc', 'tokens', 'comments', 'regex']);
