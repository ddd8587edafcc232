/** The browser that judges: found, and started. */
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The path of a browser, if there is one. What `CORS_TEST_CHROMIUM` names has to be there. */
export function findChromium(): string | undefined {
  const { CORS_TEST_CHROMIUM: named, PATH = '' } = process.env;
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`CORS_TEST_CHROMIUM names \`${named}\`, which cannot be run.`);
  }
  return PATH.split(path.delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => NAMES.map((name) => path.join(folder, name)))
    .find(isExecutable);
}

export interface Running {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/**
 * Starts it, for pages of our own only: its sandbox, which needs rights that containers lack, stays off. In private mode,
 * and as Debian delivers it, it sends no cookies across sites, so that it gets a profile that lets it.
 */
export async function launchChromium(args: readonly string[]): Promise<Running> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium.');
  const profile = await mkdtemp(path.join(tmpdir(), 'cors-chromium-'));
  // It may still be writing when it is said to have ended.
  const remove = (): Promise<void> => rm(profile, { recursive: true, force: true, maxRetries: 20 });
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  await mkdir(path.join(profile, 'Default'));
  await writeFile(path.join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const options = { executablePath, headless: true, chromiumSandbox: false, args: [...args] };
  const context = await chromium.launchPersistentContext(profile, options).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    context,
    close: async () => {
      await context.close();
      await remove();
    },
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
