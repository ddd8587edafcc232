/** Hosts that a project says are its own: `settings.cors.ownHosts`. */

/**
 * Whether a host is one of them.
 *
 * A `*` that is a whole label stands for one or more labels, `*.example.com` for `a.b.example.com`; one that is a part
 * of a label for a piece of that label: `myapp-*.vercel.app` does not take `myapp-a.evil.vercel.app`, which is the
 * tenant `evil`.
 */
export function ownHosts(patterns: readonly string[]): (host: string) => boolean {
  const expressions = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .toLowerCase()
          .split('.')
          .map((label) =>
            label === '*' ? '[a-z0-9_.-]+' : escaped(label).replaceAll(String.raw`\*`, '[a-z0-9_-]+'),
          )
          .join(String.raw`\.`)}$`,
      ),
  );
  return (host) => expressions.some((one) => one.test(host));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
