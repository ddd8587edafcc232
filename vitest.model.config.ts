import { defineConfig } from 'vitest/config';

/** What the libraries really do, and the long comparisons with it: random programs, options and applications. */
export default defineConfig({
  test: {
    include: ['test/**/*.model.test.ts', 'test/facts/**/*.test.ts'],
    env: { ESLINT_PLUGIN_CORS_DEBUG: '1' },
  },
});
