/**
 * Names that `paths` and `baseUrl` of the nearest `tsconfig.json` or `jsconfig.json` give to files.
 * As TypeScript's handbook has it ("Modules: Reference", `paths` and `baseUrl`). Project references are not followed.
 */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { configOf, kindOf, shortMemory, upwards } from './disk.ts';
import { field } from './json.ts';
import { matchKey } from './package-map.ts';

/** How many files one configuration may be made of. */
const MOST = 50;

export interface Alias {
  /** The absolute path that it stands for, without regard to extensions. */
  readonly path: string;
  /** It would take any name (`baseUrl`, `"*"`): `cors` may then be `src/cors.ts`, or the package. */
  readonly catchAll: boolean;
}

interface Options {
  readonly baseUrl?: string;
  readonly paths?: object;
  /** The folder of the file that has `paths`: they are relative to it where there is no `baseUrl`. */
  readonly pathsFolder?: string;
}

/** What a name that is not relative may stand for in a file of this folder, the first to be tried first. */
export function aliasesOf(specifier: string, folder: string, root: string): readonly Alias[] {
  const { baseUrl, paths = {}, pathsFolder = '' } = optionsFor(folder, root);
  const match = matchKey(Object.keys(paths), specifier);
  const targets: unknown = match && field(paths, match.key);
  const mapped = (Array.isArray(targets) ? targets : [])
    .filter((target: unknown) => typeof target === 'string')
    .map((target) => ({
      path: resolve(
        baseUrl ?? pathsFolder,
        target.replace('*', () => match?.star ?? ''),
      ),
      catchAll: match?.key === '*',
    }));
  return baseUrl === undefined ? mapped : [...mapped, { path: resolve(baseUrl, specifier), catchAll: true }];
}

const options = shortMemory<Options>();

function optionsFor(folder: string, root: string): Options {
  return options(folder, () => {
    const files = upwards(folder, root).flatMap((above) => [
      join(above, 'tsconfig.json'),
      join(above, 'jsconfig.json'),
    ]);
    const nearest = files.find((file) => kindOf(file) === 'file');
    return nearest === undefined ? {} : readOptions(nearest, dirname(nearest), new Map());
  });
}

/** @param read what was read before, an empty one for what is being read: that ends cycles of `extends`. */
function readOptions(file: string, configDir: string, read: Map<string, Options>): Options {
  const before = read.get(file);
  if (before || read.size >= MOST) return before ?? {};
  read.set(file, {});
  const config = configOf(file);
  const folder = dirname(file);
  const inherited = basesOf(config)
    .map((base) => locate(base, folder))
    .reduce<Options>((all, base) => (base ? { ...all, ...readOptions(base, configDir, read) } : all), {});
  const own = ownOptions(field(config, 'compilerOptions'), folder, configDir);
  const merged = { ...inherited, ...own };
  read.set(file, merged);
  return merged;
}

function ownOptions(compilerOptions: unknown, folder: string, configDir: string): Options {
  const baseUrl = field(compilerOptions, 'baseUrl');
  const paths = field(compilerOptions, 'paths');
  return {
    ...(typeof baseUrl === 'string' && { baseUrl: resolve(folder, withConfigDir(baseUrl, configDir)) }),
    ...(typeof paths === 'object' &&
      paths !== null && { paths: mapPaths(paths, configDir), pathsFolder: folder }),
  };
}

/** `${configDir}` is the folder of the configuration that inherits, not of the one that says so. */
function withConfigDir(path: string, configDir: string): string {
  return path.replace(/^\$\{configDir\}/i, () => configDir);
}

function mapPaths(paths: object, configDir: string): object {
  const expand = (target: unknown): unknown =>
    typeof target === 'string' ? withConfigDir(target, configDir) : target;
  return Object.fromEntries(
    Object.entries(paths).map(([key, targets]: [string, unknown]) => [
      key,
      Array.isArray(targets) ? targets.map(expand) : [],
    ]),
  );
}

function basesOf(config: unknown): readonly string[] {
  const bases = field(config, 'extends');
  return (Array.isArray(bases) ? bases : [bases]).filter((base: unknown) => typeof base === 'string');
}

/** The file that `extends` names: a path, with or without `.json`, or a file of an installed package. */
function locate(base: string, folder: string): string | undefined {
  const isPath = isAbsolute(base) || /^\.\.?(?:[\\/]|$)/.test(base);
  const places = isPath
    ? [resolve(folder, base)]
    : upwards(folder, '').map((above) => join(above, 'node_modules', base));
  return places
    .flatMap((place) => [place, `${place}.json`, join(place, 'tsconfig.json')])
    .find((file) => kindOf(file) === 'file');
}
