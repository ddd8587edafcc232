/**
 * The interpreter never says what a real server contradicts: random middlewares that write headers by hand are run by
 * real Express, and in the head, on the same requests.
 */
import { describe, expect, it } from 'vitest';
import { compare, expectDefinite, replayWitnesses, RUNS } from './decisions.property.ts';

const timeout = 3_600_000;
const kind = 'middleware';

describe('middlewares', () => {
  it('are answered as Node answers, whatever the inputs are', { timeout }, async () => {
    const { counts } = await compare({ kind, unknowns: true, runs: RUNS });
    expect(counts.programs - counts.silent).toBeGreaterThan(RUNS * 0.5);
  });

  it('are answered for certain where nothing is unknown', { timeout }, async () => {
    expectDefinite(await compare({ kind, unknowns: false, runs: RUNS }));
  });

  it('let in every witness that the judge finds', { timeout }, async () => {
    await replayWitnesses({ kind, unknowns: true, runs: Math.ceil(RUNS / 5) });
    await replayWitnesses({ kind, unknowns: false, runs: Math.ceil(RUNS / 5) });
  });
});
