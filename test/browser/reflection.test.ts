/** What all of this is about, once for real: a stranger reads an account where npm `cors` reflects the origin. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askOnce } from './page-side.ts';
import { startProgram, type Program } from './program.ts';
import { describeInChromium, framed, openStage, type Stage } from './stage.ts';

describeInChromium('a server that reflects the origin, in Chromium', () => {
  let program: Program | undefined;
  let stage: Stage | undefined;

  beforeAll(async () => {
    program = await startProgram(fileURLToPath(new URL('reflecting.cjs', import.meta.url)));
    stage = await openStage({ 'api.example.test': program.app });
    await stage.context.addCookies([
      {
        ...{ name: 'session', value: '1', domain: 'api.example.test', path: '/' },
        ...{ secure: true, sameSite: 'None' },
      },
    ]);
  });
  afterAll(async () => {
    await stage?.close();
    await program?.stop();
  });

  const url = 'https://api.example.test/account';
  const put = { url, method: 'PUT', credentials: 'include' } as const;
  const account = { read: true, status: 200, body: JSON.stringify({ cookies: 'session=1', method: 'PUT' }) };

  it('shows a stranger the account, and does what it says', async () => {
    expect(await askOnce(await stage!.page('https://stranger.test'), put)).toMatchObject(account);
  });

  it('shows it to a sandboxed frame too', async () => {
    const page = await stage!.page('https://stranger.test');
    const frame = await framed(page, 'sandbox="allow-scripts" src="/frame"');
    expect(await askOnce(frame, put)).toMatchObject(account);
  });
});
