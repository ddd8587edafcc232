/** Small checks that turn on a single step each, run for real and in the head, on the same requests. */
import { describe, expect, it } from 'vitest';
import { actualRequest, preflightRequest, type Request } from '../../src/policy/policy.ts';
import { certain, open } from './answers.ts';
import { Program, send, withoutRejections } from './decisions.real.ts';
import { agrees, isDefinite, layerOf, show, showReal } from './decisions.said.ts';
import type { Decision } from './decisions.grammar.ts';

const ORIGINS = ['https://app.example.com', 'https://example.com', 'https://evil.example', 'null'];
const REQUESTS: readonly Request[] = ORIGINS.flatMap((origin) => [
  actualRequest(origin),
  preflightRequest(origin, 'PUT', ['content-type']),
]);

/** Whether each answer is certain. What contradicts reality fails. */
async function ask(decision: Decision): Promise<readonly boolean[]> {
  const found = layerOf(decision);
  expect(found, 'no layer').toBeDefined();
  if (!found) return [];
  const program = new Program(decision);
  const definite: boolean[] = [];
  await withoutRejections(async () => {
    for (const request of REQUESTS) {
      const handler = program.start({ input: { origins: ORIGINS }, env: {} });
      expect(handler).toBeDefined();
      if (!handler) continue;
      const real = await send(handler, request);
      const { outcomes, mayThrow } = found.ask(request);
      const told = `${request.method} ${request.headers.get('origin')}\nsaid:   ${outcomes.map(show).join('\n   or: ')}\nreally: ${showReal(real)}`;
      expect(agrees(outcomes, mayThrow, real), told).toBe(true);
      definite.push(isDefinite(outcomes));
    }
  });
  return definite;
}

describe('what is all known is answered as it happens', () => {
  it.each(Object.entries(certain))('%s', async (_, decision) => {
    expect(await ask(decision)).not.toContain(false);
  });
});

describe('what is not known is left open', () => {
  it.each(Object.entries(open))('%s', async (_, decision) => {
    expect(await ask(decision)).not.toContain(true);
  });
});
