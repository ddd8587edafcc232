/**
 * The file that a path in a specifier, or in a manifest, stands for: extensions, folders, sources of built files.
 * TypeScript and Node.js each take their own first, where both are there.
 */
import { extname, join } from 'node:path';
import { isWithin, kindOf, manifestOf } from './disk.ts';
import { field } from './json.ts';

/** That of the importing file. */
export interface Language {
  readonly typescript: boolean;
}

/**
 * What is tried after a name, in the order of TypeScript and of Node.js; then, after the folder of that name, what
 * neither would take but a bundler may. `./x` beside `x.mts` and `x/index.ts` is the latter.
 */
const TYPESCRIPT = {
  first: ['.ts', '.tsx', '.js', '.jsx'],
  later: ['.mts', '.cts', '.mjs', '.cjs', '.json'],
} as const;
const JAVASCRIPT = {
  first: ['.js', '.json'],
  later: ['.jsx', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts'],
} as const;

const EXTENSIONS: ReadonlySet<string> = new Set([...TYPESCRIPT.first, ...TYPESCRIPT.later]);

/** TypeScript is imported under the name of what it is compiled to. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/** Folders of built files, which may not be there: `dist/config.js` is then `src/config.ts`. */
const BUILT = /^(?:dist|build|lib|out|es|esm|cjs)\//;

/** A file that `main`, `exports` or `imports` names, or the source that it will be built from. */
export function atTarget(folder: string, target: string, language: Language): string | undefined {
  const file = join(folder, target);
  if (!isWithin(folder, file)) return undefined;
  const found = atPath(file, language, false);
  const plain = withoutDot(target);
  if (found !== undefined || !BUILT.test(plain)) return found;
  const rest = plain.replace(BUILT, '');
  return atPath(join(folder, 'src', rest), language, false) ?? atPath(join(folder, rest), language, false);
}

/** A file or a folder; `onlyFolder` for `./config/`, which is never `./config.js`. */
export function atPath(path: string, language: Language, onlyFolder: boolean): string | undefined {
  if (onlyFolder) return folderAt(path, language);
  return firstFile(likely(path, language)) ?? folderAt(path, language) ?? firstFile(unlikely(path, language));
}

function fileAt(path: string, language: Language): string | undefined {
  return firstFile([...likely(path, language), ...unlikely(path, language)]);
}

/** What the importer's own language takes. */
function likely(path: string, { typescript }: Language): readonly string[] {
  const own = EXTENSIONS.has(extname(path)) ? [path] : [];
  const sources = typescript ? sourcesOf(path) : [];
  const longer = (typescript ? TYPESCRIPT : JAVASCRIPT).first.map((added) => path + added);
  return [...sources, ...own, ...longer];
}

/** What needs a tool: Node.js alone does not find `x.ts` for `./x.js`. */
function unlikely(path: string, { typescript }: Language): readonly string[] {
  const longer = (typescript ? TYPESCRIPT : JAVASCRIPT).later.map((added) => path + added);
  return [...sourcesOf(path), ...longer];
}

function sourcesOf(path: string): readonly string[] {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return (SOURCES[extension] ?? []).map((source) => stem + source);
}

function firstFile(files: readonly string[]): string | undefined {
  return files.find((file) => !isDeclaration(file) && kindOf(file) === 'file');
}

function folderAt(folder: string, language: Language): string | undefined {
  if (kindOf(folder) !== 'folder') return undefined;
  const main = field(manifestOf(folder), 'main');
  const named = typeof main === 'string' && main !== '' ? mainOf(folder, main, language) : undefined;
  return named ?? indexOf(folder, language);
}

/** A file with or without its extension, or a folder with an `index`, whose own `main` is not asked: no cycles. */
function mainOf(folder: string, main: string, language: Language): string | undefined {
  const path = join(folder, main);
  const found = fileAt(path, language) ?? indexOf(path, language);
  const plain = withoutDot(main);
  if (found !== undefined || !BUILT.test(plain)) return found;
  return fileAt(join(folder, 'src', plain.replace(BUILT, '')), language);
}

/** `./dist/x.js` is `dist/x.js`. */
function withoutDot(path: string): string {
  return path.replace(/^(?:\.\/)+/, '');
}

export function indexOf(folder: string, language: Language): string | undefined {
  return fileAt(join(folder, 'index'), language);
}

/** Only types, no code. */
export function isDeclaration(file: string): boolean {
  return /\.d\.[cm]?ts$/i.test(file);
}
