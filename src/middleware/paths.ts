/** Paths of requests. */

/** The path of a URL as a request line has it: without query, and without the origin that a proxy may write. */
export function pathOf(url: string): string {
  // First, since a query may hold slashes: `http://api.example.com?to=/public`.
  const end = url.search(/[?#]/);
  const whole = end === -1 ? url : url.slice(0, end);
  const scheme = whole.startsWith('/') ? -1 : whole.indexOf('://');
  if (scheme === -1) return whole;
  const start = whole.indexOf('/', scheme + 3);
  return start === -1 ? '/' : whole.slice(start);
}

/**
 * The path with its escapes resolved; nothing where it has none, or malformed ones. Some servers route by this, and some
 * by the path as it stands.
 */
export function decoded(path: string): string | undefined {
  if (!path.includes('%')) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
