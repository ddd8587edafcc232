/** Where a repository begins, and the packages of its workspace by name. */
import { dirname, join } from 'node:path';
import {
  isWithin,
  kindOf,
  linesOf,
  manifestOf,
  realFile,
  realPath,
  shortMemory,
  subfolders,
  upwards,
} from './disk.ts';
import { field } from './json.ts';

const PNPM = 'pnpm-workspace.yaml';

/** How many folders are looked into for a workspace's patterns, and how deep `**` looks. */
const MOST = 2000;
const DEEPEST = 5;

const roots = shortMemory<string>();

/**
 * The root of the repository or workspace that a file belongs to, as a real path: the nearest folder upwards with
 * `.git`, `pnpm-workspace.yaml`, or a `package.json` with `workspaces`; else the outermost one with a `package.json`,
 * since a nested `{ "type": "module" }` begins no repository; else the file's own folder.
 */
export function rootOf(file: string): string {
  const own = dirname(realFile(file));
  return roots(own, () => {
    const folders = upwards(own, '');
    const marked = folders.find(
      (folder) =>
        // A file, in a worktree or a submodule.
        kindOf(join(folder, '.git')) !== undefined ||
        kindOf(join(folder, PNPM)) === 'file' ||
        field(manifestOf(folder), 'workspaces') !== undefined,
    );
    return marked ?? folders.findLast((folder) => kindOf(join(folder, 'package.json')) === 'file') ?? own;
  });
}

const packages = shortMemory<ReadonlyMap<string, string>>();

/** The real folder of a package of the workspace, by the `name` in its `package.json`. */
export function workspacePackage(name: string, root: string): string | undefined {
  return packages(root, () => packagesOf(root)).get(name);
}

function packagesOf(root: string): ReadonlyMap<string, string> {
  const byName = new Map<string, string>();
  for (const path of workspaceFolders(root)) {
    const folder = realPath(join(root, path));
    const name = folder && field(manifestOf(folder), 'name');
    // The first wins. Two packages of one name are an error to every package manager.
    if (folder && typeof name === 'string' && isWithin(root, folder) && !byName.has(name)) {
      byName.set(name, folder);
    }
  }
  return byName;
}

/** Paths of the workspace's folders from the root, with `/`. */
function workspaceFolders(root: string): readonly string[] {
  const patterns = patternsOf(root).map(tidy);
  const search: Search = { root, found: new Set(), looked: new Set() };
  for (const pattern of patterns) {
    if (!pattern.startsWith('!')) expand(search, '', pattern.split('/'), 0);
  }
  const without = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => pattern.slice(1).split('/'));
  return [...search.found].filter((path) => !without.some((pattern) => matches(path.split('/'), pattern)));
}

/** Without `./` before and `/` after it. Repeated `**` say nothing more, and would multiply the work. */
function tidy(pattern: string): string {
  return pattern
    .replace(/^(!?)(?:\.?\/)*/, '$1')
    .replace(/\/+$/, '')
    .replace(/(?:\*\*\/)+/g, '**/');
}

/** `workspaces` is a list, or `{ packages: [...] }` (Yarn 1); pnpm has a file of its own. */
function patternsOf(root: string): readonly string[] {
  const declared = field(manifestOf(root), 'workspaces');
  const list: unknown = Array.isArray(declared) ? declared : field(declared, 'packages');
  const own: readonly unknown[] = Array.isArray(list) ? list : [];
  const texts = own.filter((pattern) => typeof pattern === 'string');
  return [...texts, ...pnpmPatterns(linesOf(join(root, PNPM)))].flatMap(withoutBraces);
}

/** The `packages:` list of a `pnpm-workspace.yaml`, in either of YAML's two ways to write one; no other YAML is read. */
export function pnpmPatterns(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => /^(["']?)packages\1\s*:/.test(line));
  if (start === -1) return [];
  const rest = lines.slice(start + 1);
  // The next key ends the list. An item may stand as far left as the key: `packages:` and then `- apps/*`.
  const end = rest.findIndex((line) => /^[^\s#-]/.test(line) && !/^\]/.test(line));
  const own = [lines[start]?.replace(/^[^:]*:/, '') ?? '', ...(end === -1 ? rest : rest.slice(0, end))];
  const text = own.map((line) => line.replace(/(^|\s)#.*$/, '')).join('\n');
  const flow = /^\s*\[([^\]]*)\]/.exec(text);
  const items = flow
    ? (flow[1] ?? '').split(',')
    : text.split('\n').map((line) => /^\s*-\s+(.*)$/.exec(line)?.[1] ?? '');
  return items.map((item) => item.trim().replace(/^(["'])(.*)\1$/, '$2')).filter((item) => item !== '');
}

/** `{apps,packages}/*` is two patterns. One pair of braces: more are not met. */
function withoutBraces(pattern: string): readonly string[] {
  const braces = /^([^{}]*)\{([^{}]*)\}([^{}]*)$/.exec(pattern);
  if (!braces) return [pattern];
  const [, before = '', choices = '', after = ''] = braces;
  return choices.split(',').map((choice) => before + choice.trim() + after);
}

interface Search {
  readonly root: string;
  /** What the patterns name. */
  readonly found: Set<string>;
  /** What was read on the way. */
  readonly looked: Set<string>;
}

/** Collects the folders below `path` that a pattern names. Only folders on the pattern's way are read. */
function expand(search: Search, path: string, pattern: readonly string[], deep: number): void {
  const [segment, ...rest] = pattern;
  if (segment === undefined) {
    if (path !== '') search.found.add(path);
    return;
  }
  const inside = (name: string): string => (path === '' ? name : `${path}/${name}`);
  if (segment === '**') {
    expand(search, path, rest, deep);
    if (deep === DEEPEST) return;
    for (const name of look(search, path)) expand(search, inside(name), pattern, deep + 1);
  } else if (segment.includes('*')) {
    for (const name of look(search, path)) {
      if (nameMatches(name, segment)) expand(search, inside(name), rest, deep);
    }
  } else if (segment !== '..' && kindOf(join(search.root, inside(segment))) === 'folder') {
    expand(search, inside(segment), rest, deep);
  }
}

function look({ root, looked }: Search, path: string): readonly string[] {
  if (looked.size >= MOST) return [];
  looked.add(path);
  return subfolders(join(root, path));
}

function matches(path: readonly string[], pattern: readonly string[]): boolean {
  const [segment, ...rest] = pattern;
  if (segment === undefined) return path.length === 0;
  if (segment === '**') return matches(path, rest) || (path.length > 0 && matches(path.slice(1), pattern));
  const [name, ...others] = path;
  return name !== undefined && nameMatches(name, segment) && matches(others, rest);
}

/** `api-*` against `api-users`. By hand, since an expression made of many stars may run for ever. */
function nameMatches(name: string, segment: string): boolean {
  const [start = '', ...parts] = segment.split('*');
  const end = parts.pop();
  if (end === undefined) return name === segment;
  if (!name.startsWith(start) || !name.slice(start.length).endsWith(end)) return false;
  let rest = name.slice(start.length, name.length - end.length);
  for (const part of parts) {
    const at = rest.indexOf(part);
    if (at === -1) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}
