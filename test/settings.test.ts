import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../src/index.ts';
import { corsSettings } from '../src/settings.ts';

/** The one sentence that a wrong setting fails with. */
function complaint(cors: unknown): string {
  try {
    corsSettings({ cors });
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

describe('settings.cors', () => {
  it.each([
    [undefined, {}],
    [{}, {}],
    [{ express: 4 }, { express: 4 }],
    [{ express: 5 }, { express: 5 }],
    [
      { express: undefined, env: undefined },
      { express: undefined, env: undefined },
    ],
    [{ env: {} }, { env: {} }],
    [
      { express: 5, env: { NODE_ENV: 'staging', EMPTY: '' } },
      { express: 5, env: { NODE_ENV: 'staging', EMPTY: '' } },
    ],
    [{ ownHosts: [] }, { ownHosts: [] }],
    [
      { ownHosts: ['*.vercel.app', 'myapp-*.vercel.app', 'app.example.com', 'build-box', '*-x.a.co.uk'] },
      { ownHosts: ['*.vercel.app', 'myapp-*.vercel.app', 'app.example.com', 'build-box', '*-x.a.co.uk'] },
    ],
  ])('%j is right', (given, expected) => {
    expect(corsSettings({ cors: given })).toEqual(expected);
  });

  it('may be missing, beside those of others', () => {
    expect(corsSettings({})).toEqual({});
    expect(corsSettings({ react: { version: 'detect' } })).toEqual({});
  });

  it.each([
    [null, 'eslint-plugin-cors: settings.cors is null; expected an object such as `{ express: 5 }`.'],
    [5, 'eslint-plugin-cors: settings.cors is 5; expected an object such as `{ express: 5 }`.'],
    [
      'express',
      'eslint-plugin-cors: settings.cors is "express"; expected an object such as `{ express: 5 }`.',
    ],
    [[], 'eslint-plugin-cors: settings.cors is []; expected an object such as `{ express: 5 }`.'],
    [true, 'eslint-plugin-cors: settings.cors is true; expected an object such as `{ express: 5 }`.'],
    [
      { expres: 5 },
      'eslint-plugin-cors: settings.cors.expres is no setting; there are `express`, `env` and `ownHosts`.',
    ],
    [
      { Express: 5 },
      'eslint-plugin-cors: settings.cors.Express is no setting; there are `express`, `env` and `ownHosts`.',
    ],
    [
      { express: 5, enviroment: {} },
      'eslint-plugin-cors: settings.cors.enviroment is no setting; there are `express`, `env` and `ownHosts`.',
    ],
    [{ express: 'five' }, 'eslint-plugin-cors: settings.cors.express is "five"; expected 4 or 5.'],
    [{ express: '5' }, 'eslint-plugin-cors: settings.cors.express is "5"; expected 4 or 5.'],
    [{ express: 3 }, 'eslint-plugin-cors: settings.cors.express is 3; expected 4 or 5.'],
    [{ express: 5.1 }, 'eslint-plugin-cors: settings.cors.express is 5.1; expected 4 or 5.'],
    [{ express: null }, 'eslint-plugin-cors: settings.cors.express is null; expected 4 or 5.'],
    [{ express: Number.NaN }, 'eslint-plugin-cors: settings.cors.express is NaN; expected 4 or 5.'],
    [
      { express: { version: 5 } },
      'eslint-plugin-cors: settings.cors.express is {"version":5}; expected 4 or 5.',
    ],
    [
      { env: 'production' },
      'eslint-plugin-cors: settings.cors.env is "production"; expected an object of strings such as `{ NODE_ENV: \'staging\' }`.',
    ],
    [
      { env: ['NODE_ENV'] },
      'eslint-plugin-cors: settings.cors.env is ["NODE_ENV"]; expected an object of strings such as `{ NODE_ENV: \'staging\' }`.',
    ],
    [
      { env: null },
      "eslint-plugin-cors: settings.cors.env is null; expected an object of strings such as `{ NODE_ENV: 'staging' }`.",
    ],
    [{ env: { PORT: 3000 } }, 'eslint-plugin-cors: settings.cors.env.PORT is 3000; expected a string.'],
    [
      { env: { DEBUG: undefined } },
      'eslint-plugin-cors: settings.cors.env.DEBUG is undefined; expected a string.',
    ],
    [
      { env: { A: 'a', B: () => 1 } },
      'eslint-plugin-cors: settings.cors.env.B is a function; expected a string.',
    ],
    [{ env: { HUGE: 1n } }, 'eslint-plugin-cors: settings.cors.env.HUGE is 1; expected a string.'],
  ])('wrong setting %#', (given, expected) => {
    expect(complaint(given)).toBe(expected);
    // The second rule of a run must not find it checked.
    expect(complaint(given)).toBe(expected);
  });

  it.each([
    ['*.vercel.app', '"*.vercel.app"'],
    [{ 'a.example': true }, '{"a.example":true}'],
    [null, 'null'],
    [true, 'true'],
  ])('hosts of one’s own are a list: %j', (ownHosts, shown) => {
    expect(complaint({ ownHosts })).toBe(
      `eslint-plugin-cors: settings.cors.ownHosts is ${shown}; expected a list of host names such as \`['myapp-*.vercel.app']\`.`,
    );
  });

  it.each([
    ['https://a.example', '"https://a.example"'],
    ['a.example:3000', '"a.example:3000"'],
    ['a.example/', '"a.example/"'],
    // Everybody would be one's own.
    ['*', '"*"'],
    ['*.com', '"*.com"'],
    ['a.*', '"a.*"'],
    ['', '""'],
    ['.a.example', '".a.example"'],
    ['a..example', '"a..example"'],
    ['a.example.', '"a.example."'],
    ['10.0.0.1', '"10.0.0.1"'],
    [' a.example', '" a.example"'],
    [5, '5'],
    [undefined, 'undefined'],
  ])('a host of one’s own is a name: %j', (host, shown) => {
    expect(complaint({ ownHosts: ['b.example', host] })).toBe(
      `eslint-plugin-cors: settings.cors.ownHosts[1] is ${shown}; expected a host name, with \`*\` for what varies, such as \`myapp-*.vercel.app\`.`,
    );
  });

  it('survives what JSON cannot write', () => {
    const circular: Record<string, unknown> = {};
    circular['express'] = circular;
    expect(complaint(circular)).toBe(
      'eslint-plugin-cors: settings.cors.express is an object; expected 4 or 5.',
    );
  });

  it.each(Object.keys(plugin.rules ?? {}))('stops the lint, whatever the file: %s', (rule) => {
    const run = (code: string, cors: unknown): unknown =>
      new Linter().verify(code, [
        { plugins: { cors: plugin }, settings: { cors }, rules: { [`cors/${rule}`]: 'error' } },
      ]);
    expect(() => run('', { expres: 5 })).toThrow('settings.cors.expres is no setting');
    expect(() => run("require('cors')();", { express: 'five' })).toThrow(
      'settings.cors.express is "five"; expected 4 or 5.',
    );
    expect(run('', { express: 5 })).toEqual([]);
  });
});
