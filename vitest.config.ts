import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // An internal error fails the test.
    env: { ESLINT_PLUGIN_CORS_DEBUG: '1' },
    include: ['test/**/*.test.ts'],
    // No test leaves anything behind, and half the time would go into loading the plugin anew for each file.
    isolate: false,
    // A machine that is busy with something else is no failure.
    testTimeout: 30_000,
    maxWorkers: '100%',
    // `npm run test:model` runs what asks the libraries themselves, and the long comparisons with them, `npm run
    // test:package` what needs the built plugin, `npm run test:browser` what needs a browser.
    exclude: [
      'test/browser/**',
      'test/facts/**',
      'test/package/**',
      'test/**/*.model.test.ts',
      'test/apps/**',
      'node_modules/**',
    ],
  },
});
