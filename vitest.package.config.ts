import { defineConfig } from 'vitest/config';

/** The built and packed plugin, as its users meet it. `npm run test:package` builds it first. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/pack.ts'],
    // Projects are installed for real.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
