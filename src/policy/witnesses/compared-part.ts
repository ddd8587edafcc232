import { parseOrigin } from '../origin.ts';

/**
 * Which part of the asked origin a check looks at, told from what it cut out of it.
 *
 * A host without port is both `host` and `hostname`, and the tail behind `://`: whatever is written there
 * is written in the same place.
 */
export type ComparedPart =
  | { readonly part: 'whole' }
  /** So many characters of the beginning or the end: `origin.slice(-11)`. */
  | { readonly part: 'head' | 'tail' }
  /** `prefix` is what the subject has in front of the host: `//` in `origin.split(':')[1]`. */
  | { readonly part: 'host'; readonly prefix: string }
  | { readonly part: 'scheme' }
  | { readonly part: 'port' }
  /** One label, or some: `before` and `after` are what the host has around them. */
  | { readonly part: 'labels'; readonly before: string; readonly after: string };

/**
 * @param asked the origin that the check was run with.
 * @param operand decides where the subject is no part of the origin, as after `reverse()` or an unknown call.
 */
export function comparedPart(asked: string, subject: string, operand: string): ComparedPart {
  if (subject === asked || subject === `${asked}/`) return { part: 'whole' };
  const origin = parseOrigin(asked);
  if (origin.ok && origin.kind !== 'null') {
    const { scheme, host } = origin;
    const port = origin.port === undefined ? '' : String(origin.port);
    if (subject === port || (port !== '' && subject === `:${port}`)) return { part: 'port' };
    if ([scheme, `${scheme}:`, `${scheme}://`].includes(subject)) return { part: 'scheme' };
    const bare = subject.replace(/^\/\//, '');
    const prefix = subject.slice(0, subject.length - bare.length);
    const hosts = [host, host.replace(/^www\./, '')];
    if (hosts.some((known) => bare === known || bare === `${known}:${port}`)) return { part: 'host', prefix };
    const at = `.${host}.`.indexOf(`.${subject}.`);
    if (at !== -1)
      return { part: 'labels', before: host.slice(0, at), after: host.slice(at + subject.length) };
  }
  if (subject !== '' && subject.length === operand.length) {
    if (asked.startsWith(subject)) return { part: 'head' };
    if (asked.endsWith(subject)) return { part: 'tail' };
  }
  return operand.includes('://') ? { part: 'whole' } : { part: 'host', prefix: '' };
}
