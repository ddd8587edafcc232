/** The fixture applications hold mistakes that people make: each is reported once, in the file that holds it. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import tsParser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import { expect, it } from 'vitest';
import plugin from '../../src/index.ts';
import { APPS, apps } from '../analysis/apps.ts';

/**
 * By app: `file:line rule`. Files that are not named have nothing to report. A file whose name does not say that it is about
 * CORS is not judged by itself: what is wrong with the values that it exports is reported where they are imported.
 */
const mistakes: Readonly<Record<string, readonly string[]>> = {
  // No `Vary`; and the list, which stands in `sites.json`, is the same everywhere.
  'by-hand': [
    'lib/cors.js:1 no-hardcoded-origins',
    'lib/cors.js:6 sensible-max-age',
    'server.js:2 require-vary-origin',
  ],
  // The controllers' routers are mounted before CORS is.
  classes: ['app.js:16 cors-before-routes'],
  // `'null'` in `origins.js`.
  factory: ['src/server.js:3 no-hardcoded-origins', 'src/server.js:3 no-null-origin'],
  // `endsWith(config.cors.domain)`, and that is a domain without a dot before it.
  loaders: ['src/loaders/express.js:4 no-unsafe-origin-match'],
  // A slash at the end of an origin, and an exception for everybody who is not listed.
  mern: [
    'config/allowedOrigins.js:1 valid-origin',
    'config/corsOptions.js:3 sensible-max-age',
    'config/corsOptions.js:8 no-denial-by-error',
  ],
  // A dot that is not escaped, in a package of the workspace.
  monorepo: ['apps/api/src/server.js:3 no-unsafe-origin-match'],
  // `DELETE` on a route of which nobody answers the preflight.
  routers: ['index.js:3 no-hardcoded-origins', 'index.js:24 require-preflight-route'],
  // `http:` among the clients, and a list of headers without `Authorization`, which `require-token.ts` reads.
  typescript: [
    'src/config/cors.config.ts:2 no-hardcoded-origins',
    'src/config/cors.config.ts:2 no-insecure-origin',
    'src/server.ts:3 require-authorization-header',
  ],
};

/** One file after the other, each with its own settings, as editors do it. */
async function findingsIn(app: string): Promise<readonly string[]> {
  const folder = path.join(APPS, app);
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: [
      { linterOptions: { reportUnusedDisableDirectives: 'off' } },
      {
        files: ['**/*.{js,ts}'],
        plugins: { cors: plugin },
        // To call `cors` is no mistake.
        rules: { ...plugin.configs.all.rules, 'cors/prefer-safe-cors': 'off' },
      },
      { files: ['**/*.ts'], languageOptions: { parser: tsParser } },
    ],
  });
  const found: string[] = [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.[jt]s$/.test(name),
  );
  for (const name of files.sort()) {
    const results = await eslint.lintFiles([name]);
    for (const { messages } of results)
      for (const { line, ruleId, message } of messages)
        found.push(`${name}:${line} ${ruleId?.replace('cors/', '') ?? message}`);
  }
  return found;
}

it.each(apps.map(({ name }) => name))('%s: each mistake is reported once, where it is made', async (app) => {
  expect(await findingsIn(app)).toEqual(mistakes[app]);
});
