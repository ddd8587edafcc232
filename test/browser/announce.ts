/** Says which browser judges. Without one, a developer's run skips, aloud, and a run of CI fails. */
import { execFileSync } from 'node:child_process';
import { findChromium } from './chromium.ts';

export default function announce(): void {
  const found = findChromium();
  if (found !== undefined) {
    process.stdout.write(
      `Judged by ${execFileSync(found, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })}`,
    );
    return;
  }
  const missing =
    'No Chromium was found: install the package `chromium`, or set CORS_TEST_CHROMIUM to a browser.';
  if (isCi()) throw new Error(missing);
  process.stderr.write(`\n${missing}\nEvery browser test is SKIPPED.\n\n`);
}

function isCi(): boolean {
  const { CI = '' } = process.env;
  return CI !== '' && CI !== 'false' && CI !== '0';
}
