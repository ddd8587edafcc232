import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const demo = path.join(root, 'test/apps/demo');

/** The versions of the tools that the projects get: the very ones that this repository is built with. */
export const versionOf = (name: string): string =>
  (
    JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string;
    }
  ).version;

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment without what `npm run` adds to it: it would leak this package into the projects. */
function cleanEnv(): NodeJS.ProcessEnv {
  const leaks =
    /^(?:npm_(?:package|lifecycle|config_(?:local_|global_)?prefix)|npm_config_(?:omit|include|production)$|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$|NODE_PATH$|FORCE_COLOR$|VITEST)/i;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !leaks.test(key))),
    NO_COLOR: '1',
  };
}

export function run(file: string, args: readonly string[], cwd: string): Promise<Run> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: cleanEnv(), maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, stdout, stderr });
    });
  });
}

/** A command of an installed package, run by this Node. */
export const bin = (project: string, file: string, args: readonly string[], cwd = project): Promise<Run> =>
  run(process.execPath, [path.join(project, 'node_modules', file), ...args], cwd);

export function pack(into: string): string {
  const out = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', into], {
    cwd: root,
    env: cleanEnv(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = Object.values(JSON.parse(out) as Record<string, { filename: string }>);
  return path.join(into, packed!.filename);
}

export interface Project {
  readonly dir: string;
  /** What npm warned of, without what it has to say about the settings of this machine. */
  readonly warnings: readonly string[];
  /** Every installed package, with its version, as `name@version`. */
  readonly installed: readonly string[];
}

interface Manifest {
  readonly type?: 'module' | 'commonjs';
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const made: string[] = [];

/** A project as a user has it, in a folder of its own, really installed. */
export async function project(
  manifest: Manifest,
  files: Readonly<Record<string, string>>,
  ...flags: string[]
): Promise<Project> {
  const dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'cors-project-')));
  made.push(dir);
  writeFileSync(
    path.join(dir, 'package.json'),
    JSON.stringify({ name: 'project', private: true, ...manifest }, null, 2),
  );
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
  const install = await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...flags], dir);
  if (install.code !== 0) throw new Error(`npm install failed:\n${install.stderr}\n${install.stdout}`);
  const lock = JSON.parse(readFileSync(path.join(dir, 'node_modules/.package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  return {
    dir,
    warnings: install.stderr
      .split('\n')
      .filter((line) => /^npm warn/i.test(line) && !/Unknown \w+ config/.test(line)),
    installed: Object.entries(lock.packages)
      .filter(([where]) => existsSync(path.join(dir, where)))
      .map(
        ([where, { version }]) =>
          `${where.slice(where.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`,
      ),
  };
}

export function removeProjects(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
}

/** Servers of the demo, and all files that they are made of, to be put in a project. */
export function demoFiles(...names: string[]): Record<string, string> {
  return Object.fromEntries(
    readdirSync(demo, { recursive: true, encoding: 'utf8' })
      .filter((name) => names.includes(name) || (names.includes('server.js') && OF_THE_SHOP.test(name)))
      .map((name) => [name, readFileSync(path.join(demo, name), 'utf8')]),
  );
}

const OF_THE_SHOP = /^(?:config|middleware|routes)[\\/].*\.js$|^stock\.js$/;
