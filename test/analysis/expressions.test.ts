import { describe, expect, it } from 'vitest';
import { mostSteps } from '../../src/analysis/expressions/backtracking.ts';
import { expression, fits } from '../../src/analysis/expressions/expressions.ts';

const tame: readonly RegExp[] = [
  /^https?:\/\/([a-z0-9-]+\.)*example\.com(:\d+)?$/i,
  /^https:\/\/(?:[\w-]+\.)+example\.com$/,
  /localhost:\d{4}/,
  /^(https?:\/\/)?(.*\.)?example\.com$/,
  /\.vercel\.app$/,
  /^https:\/\/.*--site\.netlify\.app$/,
  /example\.com/,
  /.*\.example\.com.*/,
  /^.*example.*\.com$/,
  /^https?:\/\/(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+example\.com(?::\d{1,5})?$/,
  /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/,
  /^(?:https?:\/\/)?(?:[^.]+\.)?example\.com$/,
  /^https?:\/\/(\d{1,3}\.){3}\d{1,3}(:\d+)?$/,
  /^https:\/\/[\w-]+(\.[\w-]+)*/,
  /^https:\/\/(?!evil)[^/]+\.example\.com$/,
  /^https?:\/\/[a-z0-9]+(?:-[a-z0-9]+)*\.example\.com$/,
  /([a-z0-9-]+\.)*example\.com/,
  /^(([a-z]+)\.)+(com|net)$/,
  /^chrome-extension:\/\/[a-z]{32}$/,
  /^(?=.*example)[a-z:/.]+$/,
  /(?<=https:\/\/)example/,
  /^https:\/\/.*\.foo\.com.*bar.*$/,
  // It looks nested, but what follows the `a` settles which alternative it is: about `N^2 / 2` steps.
  /(a|ab)*c/,
  // Nothing follows that could fail.
  /^(a+)+/,
  /.*/,
  /(?:)/,
];

const wild: readonly RegExp[] = [
  /(a+)+$/,
  /(a|a)*b/,
  /(a|aa)*b/,
  /(.*)*x/,
  /^(\w+\s?)*$/,
  /^([\w.-]+\.)*x$/,
  /^([a-z0-9-]+\.?)+example\.com$/,
  /^(.+)*\.example\.com$/,
  /^(?:[a-z]*[a-z]*\.)*x$/,
  /(a?)*b/,
  /(?:a|)*b/,
  /(a)\1*b/,
  /(a+){10}b/,
  /(a{1,100}){1,100}b/,
  /.*.*.*.*x/,
  /^(a|b|ab){20}c$/,
  /(?=(a+)+b)c/,
  /(?<=a+)b/,
  // The lookahead is run at each end of `b*`, before `$` settles it.
  /^.*b*(?=b{2,}\..?ab)$/,
  /^(?:.*x|.)*$/,
  /(?:(?=.*x)a)*(?:.*y)*z/,
  new RegExp('[[a-z]--[b]]*x', 'v'),
];

describe('native', () => {
  it.each(tame)('runs %s', (regexp) => {
    const native = expression(regexp.source, regexp.flags)?.native();
    expect([native?.source, native?.flags, native?.lastIndex]).toEqual([regexp.source, regexp.flags, 0]);
  });

  it.each(wild)('does not run %s', (regexp) => {
    const known = expression(regexp.source, regexp.flags);
    expect(known).toBeDefined();
    expect(known?.native()).toBeUndefined();
  });

  it('has no memory', () => {
    const known = expression('a', 'g');
    known?.native()?.exec('a');
    expect(known?.native()?.lastIndex).toBe(0);
  });
});

describe('expression', () => {
  it.each([
    ['(', ''],
    ['a', 'q'],
    ['a', 'gg'],
    ['a', 'uv'],
    ['\\p{Nothing}', 'u'],
    // Newer than what all supported versions of Node know.
    ['(?i:a)', ''],
    ['a'.repeat(2001), ''],
    ['('.repeat(101) + ')'.repeat(101), ''],
  ])('gives nothing for /%s/%s', (source, flags) => {
    expect(expression(source, flags)).toBeUndefined();
  });

  it('remembers what it has read', () => {
    expect(expression('remembered', '')).toBe(expression('remembered', ''));
    expect(expression('remembered', 'i')).not.toBe(expression('remembered', ''));
  });

  it('gives the same after it was forgotten', () => {
    expression('(a+)+$', '');
    for (let index = 0; index < 600; index++) expression(`forgotten${index}`, '');
    expect(expression('(a+)+$', '')?.native()).toBeUndefined();
    expect(expression('forgotten0', '')?.native()?.test('forgotten0')).toBe(true);
  });
});

it('takes inputs of up to 300 characters', () => {
  expect([fits(''), fits('a'.repeat(300)), fits('a'.repeat(301))]).toEqual([true, true, false]);
});

describe('mostSteps', () => {
  const steps = (regexp: RegExp) =>
    mostSteps(expression(regexp.source, regexp.flags)!.tree, regexp.flags, 300);

  it('grows with each repetition that can end anywhere', () => {
    const [one, two, three] = [steps(/^.*x$/), steps(/^.*x.*x$/), steps(/^.*x.*x.*x$/)];
    expect(one).toBeLessThan(3000);
    expect(two / one).toBeGreaterThan(20);
    expect(three / two).toBeGreaterThan(20);
  });

  it('sees what settles an end', () => {
    expect(steps(/^[a-z]+\.[a-z]+\.[a-z]+\.[a-z]+\.[a-z]+$/)).toBeLessThan(10_000);
    expect(steps(/^[a-z]*[a-z]\.$/)).toBeLessThan(10_000);
    // Upper case is lower case, with `i`.
    expect(steps(/^([a-z]+A)*$/)).toBeLessThan(100_000);
    expect(steps(/^([a-z]+A)*$/i)).toBe(Infinity);
    expect(steps(/^([^a]+A)*$/i)).toBeLessThan(100_000);
  });

  it('does not take a line for the input', () => {
    expect(steps(/^(?:[^]*$)*x/)).toBe(Infinity);
    expect(steps(/(?:[^]*$)+x/m)).toBe(Infinity);
  });
});
