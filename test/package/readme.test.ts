import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bin, demoFiles, project, removeProjects, root, run, versionOf } from './projects.ts';
import type { Project } from './projects.ts';

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
/** Every block of a language, each named by the heading that it stands under. */
const blocks = (language: string): [name: string, code: string][] =>
  readme
    .split(/^## /m)
    .flatMap((section) =>
      [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
        (match, i): [string, string] => [`${section.split('\n')[0]!}, ${i + 1}`, match[1]!],
      ),
    );

/** A server, and no config. */
const isServer = ([name]: readonly [name: string, code: string]): boolean =>
  name.startsWith('The middleware');
const configs = blocks('js').filter((block) => !isServer(block));
const servers = blocks('js').filter(isServer);

let home: Project;
beforeAll(async () => {
  home = await project(
    {
      type: 'commonjs',
      dependencies: { express: '^5.1.0' },
      devDependencies: {
        eslint: versionOf('eslint'),
        oxlint: versionOf('oxlint'),
        typescript: versionOf('typescript'),
        'typescript-eslint': versionOf('@typescript-eslint/parser'),
        'eslint-plugin-cors': `file:${inject('tarball')}`,
      },
    },
    Object.fromEntries(
      Object.entries(demoFiles('admin.js', 'public-api.ts')).map(([name, text]) => [`server/${name}`, text]),
    ),
  );
});
afterAll(removeProjects);

describe('what README.md says to write', () => {
  it.each(configs)('works as a config: %s', async (_, config) => {
    const name = /^module\.exports/m.test(config) ? 'readme.config.cjs' : 'readme.config.mjs';
    writeFileSync(path.join(home.dir, name), config);
    const files = config.includes('typescript-eslint') ? ['admin.js', 'public-api.ts'] : ['admin.js'];
    const { stdout, stderr, code } = await bin(home.dir, 'eslint/bin/eslint.js', [
      '--config',
      name,
      ...files.map((file) => `server/${file}`),
    ]);
    expect(stderr).toBe('');
    if (config.includes('configs.recommended')) {
      expect(stdout).toContain('cors/no-reflected-origin');
      expect(code).toBe(1);
    } else {
      expect(code).toBe(0);
    }
    if (files.length > 1) expect(stdout).toContain('cors/no-wildcard-credentials');
  });

  it.each(servers)('starts: %s', async (_, server) => {
    writeFileSync(path.join(home.dir, 'readme.server.mjs'), server);
    expect(await run(process.execPath, ['readme.server.mjs'], home.dir)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it.each(blocks('json'))('works as an oxlint config: %s', async (_, config) => {
    writeFileSync(path.join(home.dir, '.oxlintrc.json'), config);
    const { stdout } = await bin(home.dir, 'oxlint/bin/oxlint', ['--format', 'unix', 'server']);
    expect(stdout).toContain('cors(no-reflected-origin)');
    expect(stdout).toContain('cors(no-wildcard-credentials)');
  });

  it('has every block', () => {
    expect(configs).toHaveLength(6);
    expect(servers).toHaveLength(1);
    expect(blocks('json')).toHaveLength(1);
  });
});
