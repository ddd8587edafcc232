/** Where the suggestions lead in the demo application. `test/browser/demo.test.ts` asks the servers that come of it. */
import * as tsParser from '@typescript-eslint/parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policiesOf } from '../rules/moved.ts';
import { addAuthorization, Demo, type Applied } from './migrate.ts';

const NURSERY = { ALLOWED_ORIGINS: 'https://nursery.example' };

describe('the demo, by its suggestions', () => {
  const demo = new Demo();
  let applied: readonly Applied[];

  beforeAll(async () => {
    applied = await demo.migrate();
  }, 60_000);
  afterAll(() => demo.remove());

  it('moves every call of `cors`, and mends what is written by hand', () => {
    expect(applied.map(({ file, rule, messageId }) => `${file}: ${rule}, ${messageId}`)).toEqual([
      'admin.js: no-reflected-origin, useSafeCorsFromEnvironment',
      'config/corsOptions.js: valid-origin, correctOrigin',
      'partners.js: no-unsafe-origin-match, useSafeCors',
      'partners.js: require-vary-origin, varyByOrigin',
      'partners.js: no-hanging-cors, endResponse',
      'public-api.ts: no-wildcard-credentials, readFromEnvironment',
      'public-api.ts: valid-cors-options, renameOption',
      'public-api.ts: prefer-safe-cors, useSafeCors',
      'server.js: prefer-safe-cors, useSafeCors',
      'server.js: cors-before-routes, registerFirst',
      'server.js: no-express5-star-path, express5-path',
    ]);
  });

  it('leaves no npm `cors`', () => {
    const moved = demo.files.filter((file) => demo.text(file).includes('eslint-plugin-cors/middleware'));
    expect(moved).toEqual(['admin.js', 'partners.js', 'public-api.ts', 'server.js']);
    for (const file of demo.files)
      expect(demo.text(file), file).not.toMatch(/['"]cors['"]|cors\.CorsOptions/);
  });

  it('leaves files that parse', () => {
    for (const file of demo.files) {
      const parse = (): unknown => tsParser.parseForESLint(demo.text(file), { filePath: file });
      expect(parse, file).not.toThrow();
    }
  });

  it('writes policies that say what they mean', () => {
    expect(policyIn(demo.text('admin.js'))).toBe(
      "{ origin: originsFromEnv('ALLOWED_ORIGINS'), credentials: true }",
    );
    expect(policyIn(demo.text('partners.js'))).toBe(
      "{ origin: [...partners, 'https://*.fernfield.example', 'https://fernfield.example'], credentials: true, }",
    );
    expect(policyIn(demo.text('public-api.ts'))).toBe(
      "{ origin: (process.env.ALLOWED_ORIGINS ?? '').split(',').map((o) => o.trim()).filter(Boolean), credentials: true, allowedHeaders: ['Content-Type', 'X-Partner-Key'], }",
    );
    expect(policyIn(demo.text('server.js'))).toBe('corsOptions');
  });

  it.each(['admin.js', 'partners.js', 'public-api.ts'])('makes policies in %s that start', (file) => {
    expect(policiesOf(demo.text(file), file, NURSERY)).toHaveLength(1);
  });

  it('makes one of options in another file', () => {
    const config = { exports: {} as unknown };
    new Function('module', demo.text('config/corsOptions.js'))(config);
    const others = { './config/corsOptions': config.exports };
    expect(policiesOf(demo.text('server.js'), 'server.js', {}, others)).toHaveLength(2);
  });

  it('does not start the back office while nobody has said who it is for', () => {
    expect(() => policiesOf(demo.text('admin.js'), 'admin.js')).toThrow('ALLOWED_ORIGINS');
  });

  // Which header pages may send is read in one file and written in another, where no suggestion reaches.
  it('leaves one finding to its reader, and nothing where he does what it says', async () => {
    expect(await demo.left()).toEqual([
      { file: 'server.js', rule: 'require-authorization-header', messageId: 'authorization-not-allowed' },
    ]);
    const [finding] = (await demo.lint('server.js')).map(({ message }) => message);
    expect(finding).toContain('It stands in `config/corsOptions.js`, line 5');
    addAuthorization(demo);
    expect(await demo.left()).toEqual([]);
  });
});

/** The options that `cors` is given, on one line. */
function policyIn(code: string): string | undefined {
  const [, options] = /\bcors\(([\s\S]*?)\),?\s*\);\n/.exec(code) ?? [];
  return options?.replace(/\s+/g, ' ').replace(/^ | ?,? ?$/g, '');
}
