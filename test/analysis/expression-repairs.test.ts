import { describe, expect, it } from 'vitest';
import { stricter } from '../../src/analysis/expressions/repairs.ts';
import { hostSamples, samples } from '../../src/analysis/expressions/samples.ts';
import { expression, type Expression } from '../../src/analysis/expressions/expressions.ts';

const ANY = String.raw`(?:[a-z0-9-]+\.)*`;

function repaired(source: string, of: 'whole' | 'hosts' = 'whole', flags = ''): readonly string[] {
  const parsed = expression(source, flags) as Expression;
  return stricter(parsed, of === 'whole' ? samples(parsed) : hostSamples(parsed), of).map(
    (pattern) => pattern.source,
  );
}

describe('stricter', () => {
  it.each([
    // Anchors.
    [String.raw`example\.com$`, [String.raw`^https:\/\/${ANY}example\.com$`]],
    [String.raw`\.example\.com`, [String.raw`^https:\/\/[a-z0-9.-]+\.example\.com$`]],
    [String.raw`^https:\/\/a\.example\.com`, [String.raw`^https:\/\/a\.example\.com$`]],
    [String.raw`:\/\/a\.example\.com`, [String.raw`^https:\/\/a\.example\.com$`]],
    [String.raw`^(https:\/\/a\.example\.com)`, [String.raw`^(https:\/\/a\.example\.com)$`]],
    [
      String.raw`^https?:\/\/a\.example\.com`,
      [String.raw`^https?:\/\/a\.example\.com$`, String.raw`^https:\/\/a\.example\.com$`],
    ],
    [
      String.raw`^https:\/\/a\.example|https:\/\/b\.example$`,
      [String.raw`^(?:https:\/\/a\.example|https:\/\/b\.example)$`],
    ],
    // Dots, where something stands on both sides.
    [String.raw`^https:\/\/app.example.com$`, [String.raw`^https:\/\/app\.example\.com$`]],
    [String.raw`^https:..app\.example\.com$`, []],
    // Gaps.
    [String.raw`^https:\/\/.*example\.com$`, [String.raw`^https:\/\/${ANY}example\.com$`]],
    [String.raw`^https:\/\/app\.example\.com.*$`, [String.raw`^https:\/\/app\.example\.com$`]],
    // Nothing to mend, or nothing that is certain.
    [String.raw`^https:\/\/app\.example\.com$`, []],
    [String.raw`^https:\/\/app\.`, []],
    [String.raw`(a+)+$`, []],
  ])('%s', (source, expected) => {
    expect(repaired(source)).toEqual(expected);
  });

  it.each([
    [String.raw`example\.com$`, [String.raw`^${ANY}example\.com$`]],
    ['^app.example.com$', [String.raw`^app\.example\.com$`]],
    [String.raw`\.example\.com`, [String.raw`^[a-z0-9.-]+\.example\.com$`]],
  ])('%s, run on hosts', (source, expected) => {
    expect(repaired(source, 'hosts')).toEqual(expected);
  });

  it('matches what the author meant, with his flags', () => {
    for (const source of [
      'example.com',
      String.raw`(a|b)\.example\.com$`,
      String.raw`^https:\/\/x.example\.com`,
    ]) {
      const parsed = expression(source, 'i') as Expression;
      const meant = samples(parsed).filter(({ why }) => why === 'plain');
      const [pattern] = stricter(parsed, samples(parsed), 'whole');
      expect(pattern?.flags).toBe('i');
      const made = new RegExp(pattern?.source ?? '(?!)', pattern?.flags);
      expect(meant.filter(({ text }) => !made.test(text))).toEqual([]);
    }
  });
});
