import tsParser from '@typescript-eslint/parser';
import { defineConfig } from 'eslint/config';
// In a project of your own: import cors from 'eslint-plugin-cors';
import cors from '../../../dist/src/index.js';

export default defineConfig([
  cors.configs.recommended,
  { files: ['**/*.js'], languageOptions: { sourceType: 'commonjs' } },
  { files: ['**/*.ts'], languageOptions: { parser: tsParser } },
]);
