import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostSamples, samples } from '../../src/analysis/expressions/samples.ts';
import type { Sample } from '../../src/analysis/expressions/samples.ts';
import { expression } from '../../src/analysis/expressions/expressions.ts';
import { parseOrigin } from '../../src/policy/origin.ts';

const known = ({ source, flags }: RegExp) => expression(source, flags)!;
const shown = (all: readonly Sample[]) => all.map(({ text, why }) => `${why} ${text}`);

describe('samples', () => {
  it.each<readonly [RegExp, readonly string[]]>([
    [
      /example\.com$/,
      ['plain https://example.com', 'no-start https://evilexample.com', 'scheme http://example.com'],
    ],
    [
      /^https:\/\/app.example.com/,
      [
        'plain https://app.example.com',
        'dot https://appxexample.com',
        'dot https://app.examplexcom',
        'no-end https://app.example.com.evil.example',
        'no-end https://app.example.comevil.example',
      ],
    ],
    [
      /^HTTPS:\/\/Example\.com/i,
      [
        'plain https://example.com',
        'no-end https://example.com.evil.example',
        'no-end https://example.comevil.example',
      ],
    ],
    [
      /localhost:\d{4}/,
      ['plain https://localhost:3000', 'no-start https://evillocalhost:3000', 'scheme http://localhost:3000'],
    ],
    [/:3000$/, ['plain http://localhost:3000', 'no-start https://evil.example:3000']],
    [
      /\.vercel\.app$/,
      ['plain https://a.vercel.app', 'no-start https://evil.vercel.app', 'scheme http://a.vercel.app'],
    ],
    [
      /^https:\/\/a\.example|b\.example$/,
      [
        'plain https://a.example',
        'plain https://b.example',
        'alternative https://evilb.example',
        'alternative https://a.example.evil.example',
        'alternative https://a.exampleevil.example',
        'scheme http://b.example',
      ],
    ],
    [
      /^https?:\/\/(a|b)\.com$/,
      ['plain https://a.com', 'plain https://b.com', 'scheme http://a.com', 'scheme http://b.com'],
    ],
    [/^https:\/\/192\.168\./, ['plain https://192.168.1.1', 'no-end https://192.168.evil.example']],
    [
      /^https:\/\/project-[a-z0-9]{9}-team\.vercel\.app$/,
      [
        'plain https://project-aaaaaaaaa-team.vercel.app',
        'open-class https://project-evillllll-team.vercel.app',
      ],
    ],
    [/^https:\/\/app\.example\.com$/, ['plain https://app.example.com']],
    [/^chrome-extension:\/\/abc$/, ['plain chrome-extension://abc']],
    // No browser sends it.
    [/^https:\/\/example\.com\/$/, []],
    // It is never run.
    [/(a+)+$/, []],
    [/^$/, []],
  ])('of %s', (regexp, expected) => {
    expect(shown(samples(known(regexp)))).toEqual(expected);
  });

  it.each<readonly [RegExp, string]>([
    [/^https:\/\/.*example\.com$/, 'open-class https://evilexample.com'],
    [/^.*example\.com$/, 'open-class https://evilexample.com'],
    [/^http.*example\.com$/, 'open-class https://evilexample.com'],
    [/^https:\/\/app\.example\.com.*$/, 'open-class https://app.example.com.evil.example'],
    [/^https:\/\/app\.example\.com[^.].*$/, 'open-class https://app.example.com_.evil.example'],
    [/^https:\/\/example-.*\.app$/, 'open-class https://example-a.evil.app'],
    [/^https:\/\/[\w-]+\.vercel\.app$/, 'open-class https://evil.vercel.app'],
    [/^https:\/\/app[.-]example\.com$/, 'open-class https://app-example.com'],
    [/^(https?:\/\/)?(www\.)?example\.com(:\d+)?$/, 'plain https://example.com'],
    [/^https:\/\/app.?example\.com$/, 'dot https://appxexample.com'],
    [/^(http|https):\/\/example\.com/, 'plain https://example.com'],
    [/^https?:\/\/.+$/, 'open-class https://evil.example'],
    [/^https:\/\//, 'no-end https://evil.example'],
    [/^https:\/\/app\./, 'no-end https://app.evil.example'],
    // The expression remembers where it stopped; the samples do not.
    [/example\.com/g, 'no-start https://evilexample.com'],
  ])('of %s are, among others, %s', (regexp, expected) => {
    expect(shown(samples(known(regexp)))).toContain(expected);
  });

  it('does not take what hangs on for what is meant', () => {
    const plain = (regexp: RegExp) =>
      samples(known(regexp)).flatMap(({ text, why }) => (why === 'plain' ? [text] : []));
    expect(plain(/^https:\/\/.*example\.com$/)).toEqual(['https://example.com', 'https://a.example.com']);
    expect(plain(/^https:\/\/app\.example\.com.*$/)).toEqual(['https://app.example.com']);
    expect(plain(/^https:\/\/[a-z]*\.?example\.com$/)).not.toContain('https://aexample.com');
  });
});

it('gives hosts where hosts are tested', () => {
  expect(shown(hostSamples(known(/\.example\.com$/)))).toEqual([
    'plain a.example.com',
    'no-start evil.example.com',
  ]);
  expect(shown(hostSamples(known(/^example.com(:\d+)?/)))).toEqual([
    'plain example.com',
    'plain example.com:3000',
    'dot examplexcom',
    'no-end example.com.evil.example',
    'no-end example.comevil.example',
  ]);
});

const literal = fc.constantFrom(
  'https:\\/\\/',
  'https?:\\/\\/',
  'example',
  '\\.',
  '.',
  'com',
  '-',
  ':',
  'localhost',
);
const atom = fc.constantFrom(
  '.*',
  '.+',
  '[a-z]+',
  '[\\w-]+',
  '\\d+',
  '\\d{1,4}',
  '[^.]*',
  '[.-]',
  '\\w',
  '.?',
  '\\.?',
);
const { source: random } = fc.letrec<{ source: string; sequence: string; part: string }>((tie) => ({
  source: fc
    .tuple(
      fc.constantFrom('', '^', '^https:\\/\\/', '^https?:\\/\\/'),
      tie('sequence'),
      fc.constantFrom('', '$'),
    )
    .map((parts) => parts.join('')),
  sequence: fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  part: fc.oneof(
    { maxDepth: 2 },
    literal,
    atom,
    fc
      .tuple(tie('sequence'), tie('sequence'), fc.constantFrom('', '?', '*', '+', '{2}'))
      .map(([one, other, times]) => `(${one}|${other})${times}`),
    fc.tuple(tie('sequence'), fc.constantFrom('?', '*', '+')).map(([one, times]) => `(?:${one})${times}`),
  ),
}));

it('shows only what is matched, is an origin, and comes once', () => {
  let checked = 0;
  fc.assert(
    fc.property(random, fc.constantFrom('', 'i', 'g'), (source, flags) => {
      const one = expression(source, flags);
      if (!one) return;
      for (const [all, front] of [
        [samples(one), ''],
        [hostSamples(one), 'https://'],
      ] as const) {
        const texts = all.map(({ text }) => text);
        for (const text of texts) {
          expect(one.native()?.test(text)).toBe(true);
          expect(parseOrigin(front + text).ok).toBe(true);
        }
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts.length).toBeLessThanOrEqual(40);
        checked += texts.length;
      }
      expect(samples(one)).toEqual(samples(one));
    }),
    { seed: 20261121, numRuns: 300 },
  );
  expect(checked).toBeGreaterThan(500);
});
