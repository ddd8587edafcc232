/** The nearest `package.json`: which Express the code will run with. What cannot be read is unknown. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { field, readJson } from './json.ts';

export type ExpressMajor = 4 | 5;

/** There is no Express 6 yet: a range without an upper bound allows what exists. */
const EXISTING = [3, 4, 5] as const;

/** How many folders are looked through, upwards. */
const HIGHEST = 30;

export interface ExpressVersion {
  readonly major: ExpressMajor;
  /** The code is meant for no other: what `package.json` demands does not allow two, of which one is installed. */
  readonly only: boolean;
}

/** Whether the nearest `package.json` lists a package among those that are there in production. */
export function dependsOn(filename: string, name: string): boolean {
  if (!isAbsolute(filename)) return false;
  let folder = dirname(filename);
  for (let up = 0; up < HIGHEST; up++) {
    const manifest = readJson(join(folder, 'package.json'));
    if (manifest !== undefined) return field(field(manifest, 'dependencies'), name) !== undefined;
    const parent = dirname(folder);
    if (parent === folder || existsSync(join(folder, '.git'))) return false;
    folder = parent;
  }
  return false;
}

/**
 * The version of Express that a file runs with: as the `package.json` of its package (or that of the workspace around
 * it) demands; where that leaves several, as installed. Nothing if neither tells.
 */
export function expressVersion(filename: string): ExpressVersion | undefined {
  if (!isAbsolute(filename)) return undefined;
  let folder = dirname(filename);
  for (let up = 0; up < HIGHEST; up++) {
    const ranges = demanded(join(folder, 'package.json'));
    if (ranges.length > 0) return versionOf(ranges, folder);
    const parent = dirname(folder);
    if (parent === folder || existsSync(join(folder, '.git'))) return undefined;
    folder = parent;
  }
  return undefined;
}

/** Packages whose CORS options look like those of npm `cors`, and mean something else. */
const OTHERS = [
  '@adonisjs/core',
  '@adonisjs/cors',
  '@elysiajs/cors',
  '@fastify/cors',
  '@hapi/hapi',
  '@koa/cors',
  '@middy/http-cors',
  '@strapi/strapi',
  '@tinyhttp/cors',
  'elysia',
  'h3',
  'hono',
  'micro-cors',
];

/** Packages that hand options to npm `cors`, which is theirs. */
const THROUGH_OTHERS = ['@apollo/server', '@nestjs/core', 'socket.io'];

/**
 * Whether options in a file go to npm `cors`, as far as a `package.json` says, the nearest one that says something. Where
 * there is one and none says anything, they are somebody else's: a front end's, a proxy's.
 */
export function usesCors(filename: string): boolean {
  if (!isAbsolute(filename)) return true;
  let folder = dirname(filename);
  let isThere = false;
  for (let up = 0; up < HIGHEST; up++) {
    const manifest = readJson(join(folder, 'package.json'));
    if (manifest !== undefined) {
      const has = (name: string): boolean =>
        ['dependencies', 'devDependencies', 'peerDependencies'].some(
          (kind) => field(field(manifest, kind), name) !== undefined,
        );
      if (has('cors') || THROUGH_OTHERS.some(has)) return true;
      if (OTHERS.some(has)) return false;
      isThere = true;
    }
    const parent = dirname(folder);
    if (parent === folder || existsSync(join(folder, '.git'))) break;
    folder = parent;
  }
  return !isThere;
}

function versionOf(ranges: readonly string[], folder: string): ExpressVersion | undefined {
  const [first, ...others] = ranges.map(majorsOf);
  const installed = first?.length === 1 ? first[0] : installedMajor(folder);
  if (first && !(installed !== undefined && first.includes(installed))) return undefined;
  const major = supported(installed);
  // A library is tried with one (`devDependencies`), and meant for all that `peerDependencies` says.
  return major && { major, only: [first, ...others].every((majors) => !majors || majors.length === 1) };
}

function supported(major: number | undefined): ExpressMajor | undefined {
  return major === 4 || major === 5 ? major : undefined;
}

/** Every range that a `package.json` gives, the one that is installed first. */
function demanded(file: string): readonly string[] {
  const manifest = readJson(file);
  return ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap((kind) => {
    const range = field(field(manifest, kind), 'express');
    return typeof range === 'string' ? [range] : [];
  });
}

/** The version in `node_modules`, here or above. */
function installedMajor(from: string): number | undefined {
  let folder = from;
  for (let up = 0; up < HIGHEST; up++) {
    const version = field(readJson(join(folder, 'node_modules', 'express', 'package.json')), 'version');
    if (typeof version === 'string') return Number.parseInt(version, 10);
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return undefined;
}

/** One bound of a range: `^5.1.0`, `>= 4`, `5.x`, `*`. */
const BOUND =
  /(>=|<=|>|<|\^|~>?|=)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(?:\d+|[xX*]))?(?:-[\w.-]+)?(?:\+[\w.-]+)?(?=\s|$)/g;

/**
 * The major versions that a range allows, of those that exist; nothing for a range that does not say (`latest`,
 * `workspace:*`, `catalog:`, a folder, an address).
 */
export function majorsOf(range: string): readonly number[] | undefined {
  if (/^workspace:[*^~]?$/.test(range)) return undefined;
  const majors = new Set<number>();
  for (const part of range.replace(/^(?:npm:express@|workspace:)/, '').split('||')) {
    const rest = part.replace(BOUND, '').trim();
    const hyphen = rest === '-';
    if (rest !== '' && !hyphen) return undefined;
    let [low, high] = [0, Number.POSITIVE_INFINITY];
    [...part.matchAll(BOUND)].forEach(([, operator = '', major, minor], index) => {
      const version = Number(major);
      // `*` bounds nothing.
      if (Number.isNaN(version)) return;
      const whole = minor === undefined || Number.isNaN(Number(minor));
      if (hyphen && index === 0) low = version;
      else if (hyphen || operator === '<=') high = version;
      // `<5` and `<5.0.0` leave 4; `<5.2.0` leaves 5.
      else if (operator === '<') high = whole || minor === '0' ? version - 1 : version;
      // `>4` leaves 5; `>4.0.0` leaves 4.
      else if (operator === '>') low = whole ? version + 1 : version;
      else if (operator === '>=') low = version;
      else [low, high] = [version, version];
    });
    for (const major of EXISTING) if (major >= low && major <= high) majors.add(major);
  }
  return majors.size > 0 ? [...majors].sort() : undefined;
}
