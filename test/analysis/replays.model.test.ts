/** Checks as real servers have them, run for real and in the head, on the same requests. */
import { expect, it } from 'vitest';
import { accessOf } from '../../src/policy/judge/access.ts';
import { actualRequest, preflightRequest, type Request } from '../../src/policy/policy.ts';
import { FRIENDS, STRANGERS, type Inputs } from './decisions.grammar.ts';
import { Program, send, withoutRejections } from './decisions.real.ts';
import { agrees, isDefinite, layerOf, show, showReal } from './decisions.said.ts';
import { replays } from './replays.ts';

const given: Inputs = { input: {}, env: { ALLOWED_ORIGINS: 'https://app.example.com, https://example.com' } };
const origins = [
  ...FRIENDS,
  ...STRANGERS,
  'null',
  'https://evilexample.com',
  'https://example.com.evil.example',
];
const requests: readonly Request[] = [
  ...origins.flatMap((origin) => [
    actualRequest(origin),
    actualRequest(origin, 'POST', '/api/items'),
    preflightRequest(origin, 'PUT', ['content-type']),
  ]),
  { method: 'GET', path: '/', headers: new Map() },
  { method: 'OPTIONS', path: '/', headers: new Map() },
];

/** What rests on the environment, or on the path, is not certain. */
const OPEN = new Set(['a list from the environment', 'a delegate that looks at the path']);

it.each(Object.entries(replays))('%s', async (name, replay) => {
  const found = layerOf(replay);
  expect(found, 'no layer').toBeDefined();
  if (!found) return;
  const start = new Program(replay);
  await withoutRejections(async () => {
    for (const request of requests) {
      const handler = start.start(given);
      expect(handler).toBeDefined();
      if (!handler) continue;
      const real = await send(handler, request);
      const { outcomes, mayThrow } = found.ask(request);
      const told = `${request.method} ${request.headers.get('origin')}\nsaid:   ${outcomes.map(show).join('\n   or: ')}\nreally: ${showReal(real)}`;
      expect(agrees(outcomes, mayThrow, real), told).toBe(true);
      if (!OPEN.has(name)) expect(isDefinite(outcomes), told).toBe(true);
    }
    // Whoever the judge says is let in, is let in.
    const { anybody, stranger, witnesses } = accessOf(found.layer);
    for (const { origin } of [...(anybody ? [stranger] : []), ...witnesses]) {
      const handler = start.start(given);
      if (!handler) continue;
      const real = await send(handler, actualRequest(origin));
      expect(real.headers.get('access-control-allow-origin'), `${origin}: ${showReal(real)}`).toBe(origin);
    }
  });
});
