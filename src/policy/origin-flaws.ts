/**
 * What can be wrong with a string that should be an origin, and the clause that tells a person so.
 * The order is the order of telling: what cannot be mended without the author comes first, since
 * "it ends in a slash" is no help to somebody who wrote two origins into one string.
 */
const clauses = {
  empty: 'it is empty',
  'bare-wildcard': 'it is `*`, which is no origin',
  word: 'it is a word, not an origin',
  regex: 'it is a regular expression written as a string',
  template: 'it holds a placeholder that was never filled in',
  list: 'it is a list written as one string',
  quoted: 'it has quotation marks inside the string',
  'inner-space': 'it has a space in the middle',
  wildcard: 'it holds a `*`, and an origin has none',
  'no-own-origin': 'a URL of this kind has no origin of its own',
  'scheme-relative': 'it begins with `//`, where an origin has a scheme such as `https:`',
  'no-scheme': 'it has no scheme such as `https://`',
  'bad-scheme': 'its scheme is malformed',
  'pageless-scheme': 'no page is loaded over its scheme, so no page has this origin',
  'double-scheme': 'it has two schemes',
  'misspelt-scheme': 'its scheme is misspelt',
  'bad-separator': 'its scheme is not followed by exactly `://`',
  'no-host': 'it has no host',
  'bad-host': 'its host is malformed',
  'bad-port': 'its port is not a plain number from 1 to 65535',
  userinfo: 'it holds a user name or password',
  'not-ascii': 'its host is not ASCII, and browsers send such hosts as punycode (`xn--…`)',
  'host-not-canonical': 'its host is not written the way browsers write it',
  'upper-case': 'it has upper-case letters, and browsers send lower case',
  'default-port': 'it names the default port, which browsers leave out',
  path: 'it has a path',
  query: 'it has a query',
  fragment: 'it has a fragment',
  'trailing-slash': 'it ends in a slash',
  'surrounding-space': 'it begins or ends with a space',
} as const;

/** One thing that is wrong with a string that should be an origin. */
export type OriginFlaw = keyof typeof clauses;

const tellingOrder = Object.keys(clauses) as OriginFlaw[];

/** The clause that says to a person what is wrong, for the end of a sentence: "it ends in a slash". */
export function describeFlaw(flaw: OriginFlaw): string {
  return clauses[flaw];
}

/** The flaws found, each once, the most fundamental first. */
export function inTellingOrder(found: ReadonlySet<OriginFlaw>): readonly OriginFlaw[] {
  return tellingOrder.filter((flaw) => found.has(flaw));
}
