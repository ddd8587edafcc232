/**
 * Whether a file has anything to do with CORS: it, or one that it imports, mentions it. A search of texts, so that most of
 * an application is never parsed.
 */
import { stampOf, textOf } from './disk.ts';
import { resolveModule } from './resolve.ts';

/** What policies are made of, and what overwrites them. */
const CORS = /['"`](?:@fastify\/)?cors['"`]|access-control-|['"`.]vary\b/i;
/** What routes read that policies have to allow. */
const EVIDENCE = /authorization/i;
/** `from './x'`, `require('./x')`, `import('./x')`, `import './x'` */
const SPECIFIER = /(?:\bfrom|\brequire\s*\(|\bimport\s*\(?)\s*(['"`])([^'"`\n]+)\1/g;
/** More files than this, the nearest first, are not searched for one answer: what is behind them is far away. */
const MOST_FILES = 100;
/** More than this are not remembered. */
const MOST_KEPT = 5000;

interface Searched {
  readonly stamp: string;
  readonly cors: boolean;
  readonly evidence: boolean;
  readonly specifiers: readonly string[];
}

const kept = new Map<string, Searched>();

/**
 * @param path absolute.
 * @param hops how many imports away is still asked about.
 * @param evidence whether it counts too that something reads `Authorization`.
 */
export function mentionsCors(path: string, hops: number, evidence: boolean): boolean {
  const seen = new Set([path]);
  let level = [path];
  for (let hop = 0; hop <= hops && level.length > 0; hop++) {
    const next: string[] = [];
    for (const file of level) {
      const found = search(file);
      if (found?.cors || (evidence && found?.evidence)) return true;
      for (const specifier of found?.specifiers ?? []) {
        const other = resolveModule(specifier, file);
        if (other === undefined || seen.has(other)) continue;
        if (seen.size >= MOST_FILES) return false;
        seen.add(other);
        next.push(other);
      }
    }
    level = next;
  }
  return false;
}

function search(path: string): Searched | undefined {
  const stamp = stampOf(path);
  if (stamp === undefined) return undefined;
  let found = kept.get(path);
  if (found?.stamp !== stamp) {
    const text = textOf(path);
    if (text === undefined) return undefined;
    const specifiers = [...text.matchAll(SPECIFIER)].map(([, , specifier = '']) => specifier);
    found = {
      stamp,
      cors: CORS.test(text),
      evidence: EVIDENCE.test(text),
      specifiers: [...new Set(specifiers)],
    };
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(path, found);
  }
  return found;
}
