/**
 * From the text of an `import` or a `require` to the file of the same repository that it means.
 * Packages stay packages: what is installed is known by its name, never by its source.
 */
import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import {
  isInNodeModules,
  isWithin,
  kindOf,
  manifestOf,
  realFile,
  realPath,
  shortMemory,
  upwards,
} from './disk.ts';
import { field } from './json.ts';
import { atPath, atTarget, indexOf, isDeclaration, type Language } from './module-files.ts';
import { mappedTargets } from './package-map.ts';
import { aliasesOf } from './tsconfig.ts';
import { rootOf, workspacePackage } from './workspace.ts';

export { rootOf } from './workspace.ts';

/** In characters. Longer ones are data. */
const LONGEST = 1000;

/** Who asks: where from, and in which language. */
interface Importer extends Language {
  readonly folder: string;
  readonly root: string;
}

const resolved = shortMemory<string | undefined>();

/**
 * The file that a specifier means, by its text alone; no file is run or parsed.
 *
 * @param from the importing file's absolute path; it need not exist
 * @returns the absolute real path of the file, `undefined` for a package, for what does not exist, lies outside the
 *   repository or in `node_modules`, is neither JavaScript, TypeScript nor JSON, or cannot be told. Never throws.
 */
export function resolveModule(specifier: string, from: string): string | undefined {
  if (specifier === '' || specifier.length > LONGEST) return undefined;
  // A query asks a bundler for something else than the module: `./x.js?raw` is its text.
  if (/[\0?]/.test(specifier) || from.includes('\0') || !isAbsolute(from)) return undefined;
  return resolved(`${from}\0${specifier}`, () => {
    const file = realFile(from);
    const importer = {
      folder: dirname(file),
      root: rootOf(file),
      typescript: /\.[cm]?tsx?$/i.test(file),
    };
    const found = find(specifier, importer);
    const real = found && realPath(found);
    return real && isOwn(real, importer.root) ? real : undefined;
  });
}

/** A file of the repository, and one with code: `.d.ts` has only types. */
function isOwn(file: string, root: string): boolean {
  return isWithin(root, file) && !isInNodeModules(file) && !isDeclaration(file);
}

function find(specifier: string, importer: Importer): string | undefined {
  if (/^\.\.?(?:\/|$)/.test(specifier) || isAbsolute(specifier)) {
    return atPath(resolve(importer.folder, specifier), importer, /(?:^|\/)\.{0,2}$/.test(specifier));
  }
  // `node:fs`, `file:///…`, `https://…`, and `fs`, which `baseUrl` cannot take from Node.js.
  if (/^[a-z][a-z\d+.-]*:/i.test(specifier) || isBuiltin(specifier)) return undefined;
  return throughAlias(specifier, importer) ?? byName(specifier, importer);
}

function byName(specifier: string, importer: Importer): string | undefined {
  return specifier.startsWith('#') ? internal(specifier, importer) : inWorkspace(specifier, importer);
}

/** The same order as TypeScript's: `paths`, `baseUrl`, and only then what Node.js would do. */
function throughAlias(specifier: string, importer: Importer): string | undefined {
  for (const { path, catchAll } of aliasesOf(specifier, importer.folder, importer.root)) {
    const found = atPath(path, importer, specifier.endsWith('/'));
    if (found === undefined) continue;
    // `src/cors.ts` beside the package `cors`: which one runs depends on the tool that runs it.
    if (!catchAll || !isInstalled(specifier, importer)) return found;
  }
  return undefined;
}

const DEPENDENCIES = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const;

/** Whether a name is that of a package: in `node_modules`, or demanded by a `package.json`, here or above. */
function isInstalled(specifier: string, importer: Importer): boolean {
  const { name } = packageName(specifier) ?? {};
  if (name === undefined) return false;
  return upwards(importer.folder, importer.root).some(
    (folder) =>
      DEPENDENCIES.some((kind) => field(field(manifestOf(folder), kind), name) !== undefined) ||
      kindOf(join(folder, 'node_modules', name)) === 'folder',
  );
}

/** `#config`, by the `imports` of the nearest `package.json`. They may name a package: that of the workspace counts. */
function internal(specifier: string, importer: Importer): string | undefined {
  const folder = packageFolder(importer);
  if (folder === undefined) return undefined;
  for (const target of mappedTargets(field(manifestOf(folder), 'imports'), specifier)) {
    const found = target.startsWith('./')
      ? atTarget(folder, target, importer)
      : inWorkspace(target, importer);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A package of the same repository: the importer's own by its name, a linked one, or one that is not linked yet. */
function inWorkspace(specifier: string, importer: Importer): string | undefined {
  const asked = packageName(specifier);
  if (!asked) return undefined;
  const { name, subpath } = asked;
  const own = packageFolder(importer);
  const manifest = own === undefined ? undefined : manifestOf(own);
  if (own !== undefined && field(manifest, 'name') === name && field(manifest, 'exports') !== undefined) {
    return inPackage(own, subpath, importer);
  }
  for (const folder of upwards(importer.folder, importer.root)) {
    const linked = realPath(join(folder, 'node_modules', name));
    if (linked === undefined) continue;
    const isPart = isWithin(importer.root, linked) && !isInNodeModules(linked);
    return isPart ? inPackage(linked, subpath, importer) : undefined;
  }
  const folder = workspacePackage(name, importer.root);
  return folder === undefined ? undefined : inPackage(folder, subpath, importer);
}

/** @param subpath `.`, or `./config` for `@shop/server/config` */
function inPackage(folder: string, subpath: string, importer: Importer): string | undefined {
  const exported = field(manifestOf(folder), 'exports');
  const source = (): string | undefined =>
    subpath === '.' ? indexOf(join(folder, 'src'), importer) : undefined;
  if (exported === undefined || exported === null) {
    const path = join(folder, subpath);
    // `shop/../secrets` is no part of `shop`.
    return isWithin(folder, path) ? (atPath(path, importer, subpath === '.') ?? source()) : undefined;
  }
  const targets = mappedTargets(exported, subpath);
  for (const target of targets) {
    const found = target.startsWith('./') ? atTarget(folder, target, importer) : undefined;
    if (found !== undefined) return found;
  }
  return targets.length > 0 ? source() : undefined;
}

/** The folder of the nearest `package.json`, in the repository. */
function packageFolder({ folder, root }: Importer): string | undefined {
  return upwards(folder, root).find((above) => kindOf(join(above, 'package.json')) === 'file');
}

/** `@shop/server/config` is the package `@shop/server` and the subpath `./config`. */
function packageName(specifier: string): { readonly name: string; readonly subpath: string } | undefined {
  const parts = /^((?:@[^/\\%]+\/)?[^./\\%@#][^/\\%]*)(\/.*)?$/.exec(specifier);
  return parts?.[1] === undefined ? undefined : { name: parts[1], subpath: `.${parts[2] ?? ''}` };
}
