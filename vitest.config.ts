import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:package` runs what needs the built plugin.
    exclude: ['test/package/**', 'test/apps/**', 'node_modules/**'],
  },
});
