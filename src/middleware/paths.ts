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
 * How else servers may read the path: with its escapes resolved, and then without `.` and `..`. Some route by the path as
 * it stands, and some by one of these.
 */
export function otherReadings(path: string): readonly string[] {
  if (!path.includes('%')) return [];
  try {
    const decoded = decodeURIComponent(path);
    const resolved = /(?:^|[\\/])\.\.?(?:[\\/]|$)/.test(decoded) ? withoutDots(decoded) : decoded;
    return resolved === decoded ? [decoded] : [decoded, resolved];
  } catch {
    return [];
  }
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split(/[\\/]/)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}
