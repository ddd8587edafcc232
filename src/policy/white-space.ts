/** https://fetch.spec.whatwg.org/#http-tab-or-space: what may stand around the items of a list. */
export const tabOrSpace = '\t ';

/** https://fetch.spec.whatwg.org/#http-whitespace: what may stand around a header's value. */
export const httpWhiteSpace = '\t\n\r ';

/**
 * Strips the given characters from both ends. `String#trim` would strip too much, a no-break space makes a
 * header invalid; and `/[\t ]+$/` takes quadratic time on a run of spaces in the middle.
 */
export function strip(text: string, characters: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && characters.includes(text.charAt(start))) start++;
  while (end > start && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
