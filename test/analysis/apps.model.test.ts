/** The fixture applications are started for real, and asked on every route what the model is asked. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sendTo } from '../facts/server.ts';
import { applicationAt, withServer } from './applications.ts';
import { APPS, apps, built, withCopies, type App } from './apps.ts';
import {
  askOf,
  fits,
  isDefinite,
  isReadable,
  requestOf,
  seenOf,
  sentOn,
  show,
  showAnswer,
} from './ways.said.ts';

const STRANGER = 'https://stranger.example';
const env = { NODE_ENV: 'production' };

/** What was asked, and where the two disagree, or the model is not sure. */
async function compare(app: App, folder: string): Promise<{ routes: number; wrong: readonly string[] }> {
  const { ways } = applicationAt(path.join(APPS, app.name, app.entry), env);
  const origins = [app.friend, STRANGER, 'null'];
  const wrong: string[] = [];
  await withServer(path.join(folder, built(app.entry)), env, async (port) => {
    for (const way of ways) {
      for (const sent of sentOn(way, origins)) {
        const outcomes = way.ask(requestOf(way, sent));
        const answer = await sendTo(port, askOf(way, sent));
        const tell = (what: string): void => {
          const said = outcomes.map(show).join(' or ');
          wrong.push(
            `${way.method} ${way.path}: ${JSON.stringify(sent)}: ${what}: ${said}, really ${showAnswer(answer)}`,
          );
        };
        if (!outcomes.some((one) => fits(one, answer))) tell('wrong');
        else if (!isDefinite(outcomes, sent)) tell('not sure');
      }
      for (const origin of origins) {
        const [actual, preflight] = sentOn(way, [origin]).slice(2);
        const said = [preflight, actual].map((sent) => seenOf(way.ask(requestOf(way, sent!))[0]!));
        const seen = await Promise.all([preflight, actual].map((sent) => sendTo(port, askOf(way, sent!))));
        const [mine, real] = [said, seen].map(([before, after]) =>
          isReadable(way, origin, { preflight: before!, actual: after! }),
        );
        if (mine !== real)
          wrong.push(`${way.method} ${way.path}: ${origin} may read: ${mine}, really ${real}`);
      }
    }
  });
  return { routes: ways.length, wrong };
}

describe('the fixture applications', () => {
  it('answer on every route what the model says, which is sure of it', { timeout: 120_000 }, async () => {
    const results = await withCopies(async (folderOf) => {
      const found: Record<string, readonly string[]> = {};
      for (const app of apps) {
        const { routes, wrong } = await compare(app, folderOf(app));
        found[app.name] = wrong;
        expect(routes, app.name).toBe(app.routes);
      }
      return found;
    });
    expect(results).toEqual(Object.fromEntries(apps.map(({ name }) => [name, []])));
  });
});
