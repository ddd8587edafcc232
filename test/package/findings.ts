import path from 'node:path';

/** What the rules find in the servers of the demo, in the order in which they find it. */
export const expected: Readonly<Record<string, readonly string[]>> = {
  'admin.js': ['no-reflected-origin'],
  'partners.js': ['no-hanging-cors', 'no-unsafe-origin-match', 'require-vary-origin'],
  'public-api.ts': ['no-wildcard-credentials', 'valid-cors-options'],
  'corsOptions.js': ['valid-origin'],
  'server.js': ['cors-before-routes', 'no-express5-star-path', 'require-authorization-header'],
};

/** The same where other files are out of reach, as under oxlint. */
export const expectedAlone: typeof expected = { ...expected, 'server.js': ['no-express5-star-path'] };

export interface Finding {
  readonly file: string;
  readonly rule: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

interface LintResult {
  readonly filePath: string;
  readonly messages: readonly {
    readonly ruleId: string | null;
    readonly line: number;
    readonly column: number;
    readonly message: string;
  }[];
}

export const sorted = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) =>
    JSON.stringify([a.file, a.line, a.column, a.rule]) < JSON.stringify([b.file, b.line, b.column, b.rule])
      ? -1
      : 1,
  );

/** Results of any ESLint, with the namespace taken off, so that they can be compared. */
export const findingsOf = (results: readonly LintResult[], namespace = 'cors'): Finding[] =>
  sorted(
    results.flatMap((result) =>
      result.messages.map(({ ruleId, line, column, message }) => ({
        file: path.basename(result.filePath),
        rule: ruleId?.startsWith(`${namespace}/`)
          ? ruleId.slice(namespace.length + 1)
          : `not ours: ${ruleId}`,
        line,
        column,
        message,
      })),
    ),
  );

/** File -> rules, in the shape of `expected`. */
export function rulesByFile(findings: readonly Finding[]): Record<string, string[]> {
  const byFile: Record<string, string[]> = {};
  for (const { file, rule } of findings) (byFile[file] ??= []).push(rule);
  for (const rules of Object.values(byFile)) rules.sort();
  return byFile;
}

export const expectedIn = (...files: string[]): Record<string, readonly string[]> =>
  Object.fromEntries(files.map((file) => [file, expected[file] ?? []]));
