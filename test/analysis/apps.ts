/** The fixture applications of `test/apps`, and copies of them that Node can run. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const APPS = path.join(ROOT, 'test/apps');

export interface App {
  /** Its folder. */
  readonly name: string;
  /** The file that starts it. */
  readonly entry: string;
  /** An origin that it lets in, on some route at least. */
  readonly friend: string;
  /** How many routes it has. */
  readonly routes: number;
}

export const apps: readonly App[] = [
  { name: 'by-hand', entry: 'server.js', friend: 'https://m.weather.example', routes: 3 },
  { name: 'classes', entry: 'server.js', friend: 'https://booking.example', routes: 3 },
  { name: 'factory', entry: 'src/server.js', friend: 'https://print.catalogue.example', routes: 2 },
  { name: 'loaders', entry: 'src/app.js', friend: 'https://www.orders.example', routes: 4 },
  { name: 'mern', entry: 'server.js', friend: 'https://staff.fernfield.example', routes: 5 },
  {
    name: 'monorepo',
    entry: 'apps/api/src/server.js',
    friend: 'https://preview-7.garden.example',
    routes: 3,
  },
  { name: 'routers', entry: 'index.js', friend: 'https://review.maps.example', routes: 8 },
  { name: 'typescript', entry: 'src/server.ts', friend: 'https://tickets.example', routes: 3 },
];

/** Lets `use` work with copies of all apps that Node can run, given the folder of each. */
export async function withCopies<T>(use: (folderOf: (app: App) => string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cors-apps-'));
  try {
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    for (const { name } of apps) cpSync(path.join(APPS, name), path.join(folder, name), { recursive: true });
    // As `npm install` does it in a workspace.
    const scope = path.join(folder, 'monorepo/node_modules/@garden');
    mkdirSync(scope, { recursive: true });
    symlinkSync(path.join(folder, 'monorepo/packages/cors-config'), path.join(scope, 'cors-config'));
    transpile(path.join(folder, 'typescript'));
    return await use(({ name }) => path.join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the built file is of one that may be TypeScript. */
export const built = (file: string): string => file.replace(/\.ts$/, '.js');

/** Makes JavaScript beside the TypeScript of a folder, with specifiers that Node knows, as bundlers do it. */
function transpile(folder: string): void {
  const { paths } = (
    ts.readConfigFile(path.join(folder, 'tsconfig.json'), (file) => readFileSync(file, 'utf8')).config as {
      compilerOptions: { paths: Readonly<Record<string, readonly [string]>> };
    }
  ).compilerOptions;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const file = path.join(folder, name);
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const code = outputText.replace(/(?<=from ')([@.][^']*)(?=')/g, (specifier) => {
      const target = specifier.startsWith('.')
        ? path.resolve(path.dirname(file), specifier)
        : path.resolve(folder, aliased(specifier, paths) ?? specifier);
      const relative = path.relative(path.dirname(file), target);
      return `${relative.startsWith('.') ? '' : './'}${built(relative).replace(/(?:\.js)?$/, '.js')}`;
    });
    writeFileSync(built(file), code);
  }
}

function aliased(specifier: string, paths: Readonly<Record<string, readonly [string]>>): string | undefined {
  for (const [alias, [target]] of Object.entries(paths)) {
    const [start = '', rest] = alias.split('*');
    if (rest === undefined ? specifier === alias : specifier.startsWith(start))
      return target.replace('*', specifier.slice(start.length));
  }
  return undefined;
}
