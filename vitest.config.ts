import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // An internal error fails the test.
    env: { ESLINT_PLUGIN_CORS_DEBUG: '1' },
    include: ['test/**/*.test.ts'],
    // `npm run test:package` runs what needs the built plugin.
    exclude: ['test/package/**', 'test/apps/**', 'node_modules/**'],
  },
});
