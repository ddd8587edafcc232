/** Values of response headers, whatever sends them. */

/** A `Vary` with more names in it. */
export function withNames(vary: string, names: string): string {
  return names
    .split(', ')
    .reduce((all, name) => (says(all, name) ? all : all === '' ? name : `${all}, ${name}`), vary);
}

function says(vary: string, name: string): boolean {
  const lower = name.toLowerCase();
  return vary.split(',').some((one) => {
    const said = one.trim().toLowerCase();
    return said === lower || said === '*';
  });
}

/** What somebody else wrote, for a sentence. */
export function described(what: 'Origin' | 'Credentials', found: string | undefined): string {
  const name = `Access-Control-Allow-${what}`;
  return found === undefined ? `no \`${name}\`` : `\`${name}: ${found}\``;
}
