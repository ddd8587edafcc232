import { defineConfig } from 'vitest/config';

/** What the libraries really do, and the long comparisons with it: random programs, options and applications. */
export default defineConfig({
  test: {
    include: ['test/**/*.model.test.ts', 'test/facts/**/*.test.ts'],
    // A machine that is busy with something else is no failure.
    testTimeout: 60_000,
    env: { ESLINT_PLUGIN_CORS_DEBUG: '1' },
  },
});
