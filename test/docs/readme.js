/**
 * Puts the real output of `npm run demo` into README.md, between its markers.
 * With `--check`, only says whether it stands there.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const readme = new URL('../../README.md', import.meta.url);
const demo = new URL('../apps/demo/run.mjs', import.meta.url);
const block = /(<!-- demo:start -->\n)[\s\S]*?(<!-- demo:end -->)/;

const { FORCE_COLOR: _, ...env } = process.env;
const output = execFileSync(process.execPath, [demo.pathname], {
  encoding: 'utf8',
  env: { ...env, NO_COLOR: '1' },
});

const before = readFileSync(readme, 'utf8');
if (!block.test(before)) throw new Error('README.md has lost its <!-- demo:start --> and <!-- demo:end -->.');
const after = before.replace(
  block,
  (_all, start, end) => `${start}\n\`\`\`text\n${output.trim()}\n\`\`\`\n\n${end}`,
);

if (!process.argv.includes('--check')) {
  writeFileSync(readme, after);
} else if (after !== before) {
  process.stderr.write('README.md does not show what `npm run demo` prints. Run `npm run docs`.\n');
  process.exitCode = 1;
}
