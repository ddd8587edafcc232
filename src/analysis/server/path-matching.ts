/**
 * Which paths the path of a registration matches, as Express 5 has it (https://github.com/pillarjs/path-to-regexp), for the
 * paths that routes are registered on.
 */

/** `perhaps`: it hangs on more than is worked out here. */
export type Matches = 'yes' | 'no' | 'perhaps';

/** A piece of a path that means nothing but itself. */
const PLAIN = /^[^:*?+()[\]{}\\]*$/;
/** `:id`, and nothing beside it. */
const PARAMETER = /^:\w+$/;
/** `*splat`, and nothing beside it. */
const WILDCARD = /^\*\w+$/;

/**
 * Whether a request to the route's path comes to what is registered on the pattern. A parameter of the route stands for
 * something that nobody names: to `/users/:id` no request comes that `/users/me` matches.
 *
 * @param pattern `/users/:id`, from the app's root.
 * @param covers `prefix`: all that is below it comes there too.
 * @param path the route's own, which may have parameters.
 */
export function matchPath(pattern: string, covers: 'prefix' | 'exactly', path: string): Matches {
  const [wanted, given] = [segments(pattern), segments(path)];
  for (const [index, segment] of wanted.entries()) {
    const there = given[index];
    const isLast = index === wanted.length - 1;
    // `{/:id}` may be left out, and a wildcard within takes what the rest leaves it.
    if (!isSimple(segment) && !(isLast && WILDCARD.test(segment))) return samePieces(wanted, given, covers);
    if (there === undefined) return 'no';
    if (WILDCARD.test(segment)) return 'yes';
    if (!isSimple(there)) return samePieces(wanted, given, covers);
    if (PLAIN.test(segment) && segment.toLowerCase() !== there.toLowerCase()) return 'no';
  }
  if (covers === 'prefix' || wanted.length === given.length) return 'yes';
  // `/files` and `/files/*path`, which wants more; and `/files{/:id}`, which may do without.
  return given.slice(wanted.length).some((segment) => /[{}?]/.test(segment)) ? 'perhaps' : 'no';
}

function segments(path: string): readonly string[] {
  return path.split('/').filter(Boolean);
}

function isSimple(segment: string): boolean {
  return PLAIN.test(segment) || PARAMETER.test(segment);
}

/** What is not worked out matches itself. */
function samePieces(
  wanted: readonly string[],
  given: readonly string[],
  covers: 'prefix' | 'exactly',
): Matches {
  const isSame = wanted.every((segment, index) => segment === given[index]);
  return isSame && (covers === 'prefix' || wanted.length === given.length) ? 'yes' : 'perhaps';
}
