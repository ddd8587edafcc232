/** `settings.cors` of an ESLint config: read and checked once for each config. */

import type { Settings } from './analysis/file.ts';

const KNOWN = ['express', 'env', 'ownHosts'] as const satisfies readonly (keyof Settings)[];

const checked = new WeakMap<object, Settings>();

/**
 * @throws Error naming the setting that is wrong and what was expected.
 */
export function corsSettings(settings: Readonly<Record<string, unknown>>): Settings {
  const given = settings['cors'];
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong('settings.cors', given, 'an object such as `{ express: 5 }`');
  let result = checked.get(given);
  if (!result) {
    result = check(given as Record<string, unknown>);
    checked.set(given, result);
  }
  return result;
}

function check(given: Record<string, unknown>): Settings {
  for (const key of Object.keys(given))
    if (!(KNOWN as readonly string[]).includes(key))
      throw new Error(`eslint-plugin-cors: settings.cors.${key} is no setting; there are ${listed(KNOWN)}.`);
  const { express, env, ownHosts } = given;
  if (express !== undefined && express !== 4 && express !== 5)
    throw wrong('settings.cors.express', express, '4 or 5');
  if (env !== undefined) {
    if (typeof env !== 'object' || env === null || Array.isArray(env))
      throw wrong('settings.cors.env', env, "an object of strings such as `{ NODE_ENV: 'staging' }`");
    for (const [name, value] of Object.entries(env))
      if (typeof value !== 'string') throw wrong(`settings.cors.env.${name}`, value, 'a string');
  }
  if (ownHosts !== undefined) {
    if (!Array.isArray(ownHosts))
      throw wrong(
        'settings.cors.ownHosts',
        ownHosts,
        "a list of host names such as `['myapp-*.vercel.app']`",
      );
    for (const [index, host] of ownHosts.entries())
      if (typeof host !== 'string' || !isHostPattern(host))
        throw wrong(
          `settings.cors.ownHosts[${index}]`,
          host,
          'a host name, with `*` for what varies, such as `myapp-*.vercel.app`',
        );
  }
  return given as Settings;
}

/** Whether it is a host name, with `*` for what varies: no scheme, no port, no path. */
function isHostPattern(text: string): boolean {
  // `*` and `*.com` would make everybody one's own.
  const [, last, ...others] = text.split('.').reverse();
  if (last === undefined) return /^[\w-]+$/.test(text);
  const isOpen = others.length === 0 && last === '*';
  return !isOpen && /^(?:[\w*-]+\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/i.test(text);
}

function listed(names: readonly string[]): string {
  return names
    .map((name) => `\`${name}\``)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' and ');
}

function wrong(setting: string, value: unknown, expected: string): Error {
  return new Error(`eslint-plugin-cors: ${setting} is ${show(value)}; expected ${expected}.`);
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' && typeof value !== 'string') return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // It holds itself.
    return 'an object';
  }
}
