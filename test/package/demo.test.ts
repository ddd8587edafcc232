import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { expected } from './findings.ts';
import { demo, root, run } from './projects.ts';

it('shows every finding of the demo, by file, and succeeds', async () => {
  const { code, stdout, stderr } = await run(process.execPath, [`${demo}/run.mjs`], root);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  const blocks = stdout.split(/^(?=test\/apps\/demo\/)/m);
  for (const [file, rules] of Object.entries(expected)) {
    const block = blocks.find((one) => one.split('\n')[0]?.endsWith(`/${file}`)) ?? '';
    for (const rule of rules) expect(block, file).toContain(`cors/${rule}`);
  }
  const count = Object.values(expected).flat().length;
  expect(stdout).toContain(`${count} findings in ${Object.keys(expected).length} files`);
  // In the back office and for partners. The others have to be mended first.
  expect(stdout).toContain('2 of them offer to move to eslint-plugin-cors/middleware.');
  expect(stdout).not.toContain(root);
});

it('is written in code that runs', () => {
  for (const file of ['server.js', 'admin.js', 'partners.js'])
    execFileSync(process.execPath, ['--check', `${demo}/${file}`]);
});
