/** Paths, and what stands below a prefix. Express ignores case, so this does. */

/** `/public` and `/public/a` are below `/public`; `/publicity` is not. */
export function isBelow(path: string, prefix: string): boolean {
  const [one, other] = [path.toLowerCase(), withoutSlash(prefix).toLowerCase()];
  return one.startsWith(other) && (one.length === other.length || one[other.length] === '/' || other === '');
}

function withoutSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}
