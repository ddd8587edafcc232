/** What the package says of itself. Read from its manifest, which stands above `src` and above `dist/src`. */
import { readFileSync } from 'node:fs';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly repository: { readonly url: string };
}

function manifest(): Manifest {
  for (const above of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')) as Manifest;
    } catch {
      // The other layout.
    }
  }
  throw new Error('eslint-plugin-cors: its package.json is missing; install the package again.');
}

export const { name, version, repository } = manifest();

/** The page of a rule, as it was in this version. */
export function rulePage(rule: string): string {
  return `${repository.url.replace(/^git\+/, '').replace(/\.git$/, '')}/blob/v${version}/docs/rules/${rule}.md`;
}
