import { defineConfig } from 'vitest/config';

/** The long comparisons with reality: random programs against Node, random options against `cors`. */
export default defineConfig({
  test: {
    include: ['test/**/*.model.test.ts'],
    env: { ESLINT_PLUGIN_CORS_DEBUG: '1' },
  },
});
