/** The nearest `package.json`: which Express the code will run with. What cannot be read is unknown. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

export type ExpressMajor = 4 | 5;

/** How many folders are looked through, upwards. */
const HIGHEST = 30;

/**
 * The major version of Express of the package that a file belongs to: as its `package.json` (or that of the workspace
 * around it) demands; where that leaves several, as installed. Nothing if neither tells.
 */
export function expressMajor(filename: string): ExpressMajor | undefined {
  if (!isAbsolute(filename)) return undefined;
  let folder = dirname(filename);
  for (let up = 0; up < HIGHEST; up++) {
    const range = demanded(join(folder, 'package.json'));
    if (range !== undefined) {
      const majors = majorsOf(range);
      if (majors?.length === 1) return supported(majors[0]);
      const installed = installedMajor(folder);
      return majors === undefined || (installed !== undefined && majors.includes(installed))
        ? supported(installed)
        : undefined;
    }
    const parent = dirname(folder);
    if (parent === folder || existsSync(join(folder, '.git'))) return undefined;
    folder = parent;
  }
  return undefined;
}

function supported(major: number | undefined): ExpressMajor | undefined {
  return major === 4 || major === 5 ? major : undefined;
}

function demanded(file: string): string | undefined {
  const manifest = readJson(file);
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies'] as const) {
    const range = field(field(manifest, kind), 'express');
    if (typeof range === 'string') return range;
  }
  return undefined;
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

/**
 * The major versions that a range allows, of those that exist; nothing for a range that does not say (`latest`,
 * `workspace:*`, `catalog:`).
 */
export function majorsOf(range: string): readonly number[] | undefined {
  const majors = new Set<number>();
  for (const part of range.replace(/^(?:npm:express@|workspace:)/, '').split('||')) {
    const bounds = [
      ...part
        .trim()
        .matchAll(/(>=|<=|>|<|\^|~|=)?\s*v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?(?:-[\w.-]+)?/g),
    ];
    if (bounds.length === 0 || bounds.some((bound) => bound[0] === '')) return undefined;
    const hyphen = /\d\s+-\s+v?\d/.test(part);
    let [low, high] = [0, Number.POSITIVE_INFINITY];
    bounds.forEach(([, operator = '', major, minor], index) => {
      const version = Number(major);
      if (hyphen && index === 0) low = version;
      else if (hyphen || operator === '<=') high = version;
      // `<5` and `<5.0.0` leave 4; `<5.2.0` leaves 5.
      else if (operator === '<') high = minor === undefined || minor === '0' ? version - 1 : version;
      else if (operator === '>=' || operator === '>') low = version;
      else [low, high] = [version, version];
    });
    for (const major of [3, 4, 5, 6]) if (major >= low && major <= high) majors.add(major);
  }
  // There is no Express 6 yet: a range without an upper bound allows what exists.
  const existing = [...majors].filter((major) => major < 6);
  return existing.length > 0 ? existing : undefined;
}

/** Parsed, or nothing if it is missing or broken. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
