/**
 * The interpreter never says what a real server contradicts: random origin functions and options delegates are run by
 * the real `cors` on real Express, and in the head, on the same requests.
 */
import { describe, expect, it } from 'vitest';
import { compare, expectDefinite, replayWitnesses, RUNS } from './decisions.property.ts';

const timeout = 3_600_000;

describe.each(['origin', 'delegate'] as const)('functions that decide: %s', (kind) => {
  it('are answered as Node answers, whatever the inputs are', { timeout }, async () => {
    const { counts } = await compare({ kind, unknowns: true, runs: RUNS });
    expect(counts.programs).toBeGreaterThan(RUNS * 0.8);
  });

  it('are answered for certain where nothing is unknown', { timeout }, async () => {
    expectDefinite(await compare({ kind, unknowns: false, runs: RUNS }));
  });

  it('let in every witness that the judge finds', { timeout }, async () => {
    await replayWitnesses({ kind, unknowns: true, runs: Math.ceil(RUNS / 5) });
    await replayWitnesses({ kind, unknowns: false, runs: Math.ceil(RUNS / 5) });
  });
});
