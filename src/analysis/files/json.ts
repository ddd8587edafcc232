/** JSON files that people write: manifests, and configuration with comments. What cannot be read is nothing. */
import { readFileSync } from 'node:fs';

/** Parsed, or nothing if it is missing or broken. */
export function readJson(file: string): unknown {
  return parsed(file, (text) => text);
}

/** The same for a file that may hold comments and trailing commas, as TypeScript reads `tsconfig.json`. */
export function readJsonc(file: string): unknown {
  // Two passes, since a comment may stand between the comma and the bracket: `1, // one` and then `]`.
  return parsed(file, (text) => text.replace(COMMENT, keepStrings).replace(TRAILING_COMMA, keepStrings));
}

/** The value of an own property, nothing for a value that has none: `constructor` is no field of a manifest. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** Strings come first in both, so that `"https://a.example"` and `"packages/**"` are not taken for comments. */
const COMMENT = /("(?:\\[\s\S]|[^"\\])*")|\/\/[^\n\r]*|\/\*(?:[\s\S]*?\*\/|[\s\S]*$)/g;
const TRAILING_COMMA = /("(?:\\[\s\S]|[^"\\])*")|,(?=\s*[}\]])/g;

function keepStrings(_match: string, string: string | undefined): string {
  return string ?? '';
}

function parsed(file: string, clean: (text: string) => string): unknown {
  try {
    return JSON.parse(clean(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))) as unknown;
  } catch {
    return undefined;
  }
}
