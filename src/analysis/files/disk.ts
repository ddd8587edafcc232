/**
 * Questions to the file system, each asked once in a second. One lint asks the same questions for every file; an
 * editor's files change between two lints, so nothing is kept for longer.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { readJson, readJsonc } from './json.ts';

/** In milliseconds. */
const LIFE = 1000;

const memories: { clear(): void }[] = [];
let since = 0;

/**
 * Remembers answers for a second. All memories forget at once: one that is built from another's answers would
 * otherwise be older than it looks.
 */
export function shortMemory<Answer>(): (key: string, ask: () => Answer) => Answer {
  const known = new Map<string, { readonly answer: Answer }>();
  memories.push(known);
  return (key, ask) => {
    const age = Date.now() - since;
    // A clock that was set back must not keep answers for ever.
    if (age < 0 || age > LIFE) {
      for (const memory of memories) memory.clear();
      since = Date.now();
    }
    const before = known.get(key);
    if (before) return before.answer;
    const answer = ask();
    known.set(key, { answer });
    return answer;
  };
}

/** What stands at a path, symlinks followed. A loop of symlinks, a socket or a forbidden folder is nothing. */
export type Kind = 'file' | 'folder' | undefined;

const kinds = shortMemory<Kind>();

export function kindOf(path: string): Kind {
  return kinds(path, () => {
    const stats = attempt(() => statSync(path, { throwIfNoEntry: false }));
    if (stats?.isFile()) return 'file';
    return stats?.isDirectory() ? 'folder' : undefined;
  });
}

/** Longer files are data, or somebody else's bundle. In bytes. */
const LARGEST = 512 * 1024;

/** What changes when a file does; nothing for what is no file, or too large to be read. */
export function stampOf(path: string): string | undefined {
  const stats = attempt(() => statSync(path, { throwIfNoEntry: false }));
  return stats?.isFile() && stats.size <= LARGEST ? `${stats.mtimeMs}:${stats.size}` : undefined;
}

/** The text of a file; nothing if it cannot be read. */
export function textOf(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'));
}

const realPaths = shortMemory<string | undefined>();

/** Without symlinks, and in the case that is on the disk: only the native call tells it (macOS, Windows). */
export function realPath(path: string): string | undefined {
  return realPaths(path, () => attempt(() => realpathSync.native(path)));
}

/** The same for a file that may not be there yet, such as an editor's unsaved one: then its folder's real path counts. */
export function realFile(file: string): string {
  return realPath(file) ?? join(realPath(dirname(file)) ?? dirname(file), basename(file));
}

const manifests = shortMemory<unknown>();

/** The parsed `package.json` of a folder. */
export function manifestOf(folder: string): unknown {
  return manifests(folder, () => readJson(join(folder, 'package.json')));
}

const configs = shortMemory<unknown>();

/** A parsed file that may hold comments. */
export function configOf(file: string): unknown {
  return configs(file, () => readJsonc(file));
}

/** Lines of a text file, none if it cannot be read. */
export function linesOf(file: string): readonly string[] {
  return textOf(file)?.split(/\r?\n/) ?? [];
}

/** Names of the folders in a folder, in a fixed order; hidden ones and `node_modules` left out. */
export function subfolders(folder: string): readonly string[] {
  const entries = attempt(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .filter(
      (entry) =>
        entry.isDirectory() || (entry.isSymbolicLink() && kindOf(join(folder, entry.name)) === 'folder'),
    )
    .map(({ name }) => name)
    .sort();
}

/** Every folder from this one up to `top`, both included. */
export function upwards(from: string, top: string): readonly string[] {
  const folders = [from];
  for (let folder = from; folder !== top && dirname(folder) !== folder; folder = dirname(folder)) {
    folders.push(dirname(folder));
  }
  return folders;
}

/** Whether a path is the folder or lies in it. Both absolute and real. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export function isInNodeModules(path: string): boolean {
  return path.split(sep).includes('node_modules');
}

function attempt<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
