/** The plugin through ESLint's own `Linter`, with every rule as strict as it gets. */
import { createRequire } from 'node:module';
import tsParser from '@typescript-eslint/parser';
import { Linter, type SourceCode } from 'eslint';
import type { TSESTree } from '@typescript-eslint/utils';
import type { Place } from '../../src/analysis/code.ts';
import { CorsFile } from '../../src/analysis/file.ts';
import plugin from '../../src/index.ts';
import type { Problem } from '../../src/policy/problems.ts';

export interface Dialect {
  readonly name: string;
  readonly parser: Linter.Parser;
  readonly sourceType: 'module' | 'commonjs' | 'script';
  readonly filename: string;
}

const typescript = tsParser as unknown as Linter.Parser;
/** ESLint's own parser, in the version that ESLint uses. */
const espree = createRequire(createRequire(import.meta.url).resolve('eslint'))('espree') as Linter.Parser;

export const dialects = {
  typescript: { name: 'typescript-eslint', parser: typescript, sourceType: 'module', filename: 'app.ts' },
  module: { name: 'espree, module', parser: espree, sourceType: 'module', filename: 'app.js' },
  commonjs: { name: 'espree, CommonJS', parser: espree, sourceType: 'commonjs', filename: 'app.js' },
  script: { name: 'espree, script', parser: espree, sourceType: 'script', filename: 'app.js' },
} as const satisfies Record<string, Dialect>;

export interface Settings {
  readonly express?: 4 | 5;
  readonly env?: Readonly<Record<string, string>>;
  readonly ownHosts?: readonly string[];
}

export interface Linted {
  readonly messages: readonly Linter.LintMessage[];
  readonly source: SourceCode;
}

/** Without the rules that ask for what most servers leave out: they speak of nearly every sample. */
export const withoutPractices: Linter.RulesRecord = {
  'cors/no-hardcoded-origins': 'off',
  'cors/prefer-safe-cors': 'off',
  'cors/require-explicit-origin': 'off',
  'cors/sensible-max-age': 'off',
};

const linter = new Linter();
const jsx = { ecmaFeatures: { jsx: true } };

export function languageOptions({ parser, sourceType }: Dialect): Linter.LanguageOptions {
  return { parser, sourceType, parserOptions: { sourceType, ...jsx } };
}

/** Every finding in the text. With `rules`, those rules have the entries given there. */
export function lint(
  code: string,
  dialect: Dialect,
  settings: Settings = {},
  rules: Linter.RulesRecord = {},
): Linted {
  const messages = linter.verify(
    code,
    {
      files: ['**/*.{js,ts,jsx,tsx}'],
      plugins: { cors: plugin },
      languageOptions: languageOptions(dialect),
      linterOptions: { reportUnusedDisableDirectives: 'off' },
      settings: { cors: settings },
      // It speaks of every call of `cors`, whatever is wrong with it.
      rules: { ...plugin.configs.all.rules, 'cors/prefer-safe-cors': 'off', ...rules },
    },
    { filename: dialect.filename },
  );
  return { messages, source: linter.getSourceCode() };
}

/** The analysis alone, without ESLint's own work, which takes much longer on long files. */
export function analyse(code: string, { parser, sourceType, filename }: Dialect): readonly Problem<Place>[] {
  const { parse } = parser as unknown as { parse(code: string, options: object): TSESTree.Program };
  const ast = parse(code, { ecmaVersion: 'latest', sourceType, range: true, loc: true, ...jsx });
  return new CorsFile({ text: code, ast }, filename, { express: 5 }).problems;
}

/** Whether ESLint's own parser reads it as CommonJS. */
export function isCommonJs(code: string): boolean {
  const { parse } = espree as unknown as { parse(code: string, options: object): unknown };
  try {
    parse(code, { ecmaVersion: 'latest', sourceType: 'commonjs', ...jsx });
    return true;
  } catch {
    return false;
  }
}

/** The text with an edit of ESLint's made. */
export function apply(
  code: string,
  { range, text }: { range: readonly [number, number]; text: string },
): string {
  return code.slice(0, range[0]) + text + code.slice(range[1]);
}
