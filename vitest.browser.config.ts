import { defineConfig } from 'vitest/config';

/** Real Chromium judges the middleware. It is found on `PATH`, or where `CORS_TEST_CHROMIUM` says. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/announce.ts'],
    isolate: false,
    testTimeout: 60_000,
    // A matrix is run in a hook.
    hookTimeout: 600_000,
  },
});
