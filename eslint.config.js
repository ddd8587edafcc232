import tsPlugin from '@typescript-eslint/eslint-plugin';
import tsParser from '@typescript-eslint/parser';
import { defineConfig, globalIgnores } from 'eslint/config';
import eslintPlugin from 'eslint-plugin-eslint-plugin';
import houseArrows from './test/lint/house-arrows.js';

export default defineConfig([
  // The apps hold mistakes on purpose, and a config of their own: our plugin lints them, in tests and in the demo.
  globalIgnores(['dist/', 'coverage/', '.cache/', 'test/apps/', 'test/package/fixtures/']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    rules: {
      'array-callback-return': 'error',
      'default-case-last': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-constant-condition': ['error', { checkLoops: 'none' }],
      'no-debugger': 'error',
      'no-empty': 'error',
      'no-fallthrough': 'error',
      'no-implicit-coercion': ['error', { allow: ['!!'] }],
      'no-new-wrappers': 'error',
      'no-param-reassign': 'error',
      'no-promise-executor-return': 'error',
      'no-restricted-globals': ['error', 'alert', 'name', 'event'],
      'no-self-compare': 'error',
      'no-throw-literal': 'error',
      'no-unreachable': 'error',
      'no-unsafe-finally': 'error',
      'no-unused-expressions': 'error',
      'no-useless-assignment': 'error',
      'no-useless-rename': 'error',
      'no-useless-return': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-object-has-own': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tsPlugin.configs['flat/recommended']],
    languageOptions: { parser: tsParser },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
    },
  },
  {
    // In tests, a `!` is an assertion like any other: it fails the test.
    files: ['src/**', 'rules/**'],
    plugins: { house: { rules: { arrows: houseArrows } } },
    rules: { 'house/arrows': 'error', '@typescript-eslint/no-non-null-assertion': 'error' },
  },
  {
    files: ['rules/**/*.ts'],
    extends: [eslintPlugin.configs['rules-recommended']],
    rules: {
      'eslint-plugin/require-meta-docs-description': [
        'error',
        { pattern: '^(Disallow|Require|Enforce) .*\\.$' },
      ],
      'eslint-plugin/require-meta-schema-description': 'error',
      // It only believes suggestions that it sees being made in the rule's own file; ours are made by the
      // edits of `src/rule.ts`. ESLint itself refuses a suggestion from a rule that does not announce it.
      'eslint-plugin/require-meta-has-suggestions': 'off',
    },
  },
  {
    files: ['test/bench/**'],
    rules: { 'no-console': 'off' },
  },
]);
