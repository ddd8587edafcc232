import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parseOrigin } from '../../src/policy/origin.ts';
import { parsePattern, takes } from '../../src/policy/origin-pattern.ts';
import { instead, patternsFor } from '../../src/policy/safe/expression.ts';

const SUB = 'https://*.example.com';
const APEX = 'https://example.com';

/** An expression as people write it, and the patterns that it was written for. */
const meant: readonly [expression: RegExp, ...patterns: string[]][] = [
  // The end of a host.
  [/\.example\.com$/, SUB],
  [/example\.com$/, APEX, SUB],
  [/example\.com/, APEX, SUB],
  [/example.com$/, APEX, SUB],
  [/app\.example\.com$/, 'https://app.example.com', 'https://*.app.example.com'],
  [/-team\.example\.com$/, 'https://*-team.example.com'],
  [/[\w-]+\.example\.com$/, SUB],
  [/^.*\.example\.com$/, SUB],
  [/^.*example\.com$/, APEX, SUB],
  [/(.*\.)?example\.com$/, APEX, SUB],
  [/.*.example.com/, SUB],
  // Whole origins.
  [/^https:\/\/.*\.example\.com$/, SUB],
  [/^https:\/\/.+\.example\.com$/, SUB],
  [/^https:\/\/(.*)\.example\.com$/, SUB],
  [/^https:\/\/.*example\.com$/, APEX, SUB],
  [/https:\/\/.*example\.com/, APEX, SUB],
  [/^https:\/\/.*\.?example\.com$/, APEX, SUB],
  [/^https:\/\/[\w.-]+\.example\.com$/, SUB],
  [/^https:\/\/[\w.-]*example\.com$/, APEX, SUB],
  [/^https:\/\/\S+\.example\.com$/, SUB],
  [/^https:\/\/([a-z0-9-]+\.)*example\.com$/, APEX, SUB],
  [/^https:\/\/([a-z0-9-]+\.)+example\.com$/, SUB],
  [/^https:\/\/([^/]+\.)?example\.com$/, APEX, SUB],
  [/^https:\/\/.*\.xn--bcher-kva\.example$/, 'https://*.xn--bcher-kva.example'],
  [/^https:\/\/.*[.]example[.]com$/, SUB],
  [/^https:\/\/.*?\.example\.com$/, SUB],
  [new RegExp('^https://.*\\.example\\.com$'), SUB],
  // `http:` too, and any port: public sites need neither.
  [/^https?:\/\/(.*\.)?example\.com$/, APEX, SUB],
  [/^http(s)?:\/\/.*\.example\.com$/, SUB],
  [/^(http|https):\/\/.*\.example\.com$/, SUB],
  [/^https?:\/\/(.+\.)?example\.com(:\d+)?$/, APEX, SUB],
  [/^https?:\/\/(?:.+\.)?example\.com(?::\d{1,5})?$/, APEX, SUB],
  [/^http:\/\/.*\.example\.com$/, 'http://*.example.com'],
  [/^https:\/\/.*\.example\.com:8443$/, 'https://*.example.com:8443'],
  // No browser sends a slash.
  [/^https:\/\/www\.example\.com\/?$/, 'https://www.example.com'],
  [/^https:\/\/.*\.example\.com(\/.*)?$/, SUB],
  // One, or some.
  [/^https:\/\/app\.example\.com$/, 'https://app.example.com'],
  [/^https:\/\/app\.example\.com/, 'https://app.example.com'],
  [/^https:\/\/Example\.com$/i, APEX],
  [/^https:\/\/(www\.)?example\.com$/, APEX, 'https://www.example.com'],
  [/^((https?):\/\/)?(www\.)?example\.com$/, APEX, 'https://www.example.com'],
  [/^https:\/\/(app|admin)\.example\.com$/, 'https://app.example.com', 'https://admin.example.com'],
  [/^https:\/\/example\.(com|org)$/, APEX, 'https://example.org'],
  [/^https:\/\/.*\.(example|sample)\.com$/, SUB, 'https://*.sample.com'],
  [/\.example\.com$|\.example\.org$/, SUB, 'https://*.example.org'],
  [
    /^https:\/\/a\.example\.com$|^https:\/\/b\.example\.com$/,
    'https://a.example.com',
    'https://b.example.com',
  ],
  [/^capacitor:\/\/localhost$/, 'capacitor://localhost'],
  // Previews.
  [/^https:\/\/preview-.*\.example\.com$/, 'https://preview-*.example.com'],
  [/^https:\/\/preview-[a-f0-9]{8}\.example\.com$/, 'https://preview-*.example.com'],
  [/^https:\/\/pr-\d+\.preview\.example\.com$/, 'https://pr-*.preview.example.com'],
  [/^https:\/\/.*-team\.example\.com$/, 'https://*-team.example.com'],
  [/^https:\/\/app(-[a-z0-9]+)?\.example\.com$/, 'https://app.example.com', 'https://app-*.example.com'],
  [/^https:\/\/deploy-preview-\d+--site\.netlify\.app$/, 'https://deploy-preview-*--site.netlify.app'],
  [/^https:\/\/.+--site\.netlify\.app$/, 'https://*--site.netlify.app'],
  // One's own machine.
  [/localhost/, 'http://localhost:*'],
  [/^http:\/\/localhost/, 'http://localhost:*'],
  [/^http:\/\/localhost:\d+$/, 'http://localhost:*'],
  [/^http:\/\/localhost:[0-9]+$/, 'http://localhost:*'],
  [/^http:\/\/localhost:\d{4}$/, 'http://localhost:*'],
  [/^http:\/\/localhost:.*$/, 'http://localhost:*'],
  [/^http:\/\/localhost(:\d+)?$/, 'http://localhost:*'],
  [/^https?:\/\/localhost(:\d+)?$/, 'http://localhost:*', 'https://localhost:*'],
  [/\/\/localhost(:|$)/, 'http://localhost:*'],
  [/^http:\/\/localhost:(3000|5173)$/, 'http://localhost:3000', 'http://localhost:5173'],
  [/^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/, 'http://localhost:*', 'http://127.0.0.1:*'],
  [/^http:\/\/\[::1\](:\d+)?$/, 'http://[::1]:*'],
];

/** One label only, where the pattern takes several: that is said. */
const deeper: readonly [expression: RegExp, ...patterns: string[]][] = [
  [/^https:\/\/[a-z0-9-]+\.example\.com$/, SUB],
  [/^https:\/\/[A-Za-z0-9-]+\.example\.com$/, SUB],
  [/^https:\/\/[^.]+\.example\.com$/, SUB],
  [/^https:\/\/\w+\.example\.com$/, SUB],
  [/^https:\/\/(\w+)\.example\.com$/, SUB],
  [/^https:\/\/(?<sub>[a-z]+)\.example\.com$/, SUB],
  [/^https:\/\/([a-z0-9-]+\.)?example\.com$/, APEX, SUB],
  [/^https:\/\/(?:[\w-]+\.)?example\.com$/, APEX, SUB],
  [/^(https?:\/\/)?([\w-]+\.)?example\.com$/, APEX, SUB],
];

/** A pattern would be more than was meant, or there is none. */
const unclear: readonly RegExp[] = [
  // Everybody.
  /.*/,
  /./,
  /^/,
  /$/,
  /(?:)/,
  /^https:\/\//,
  /^https?:\/\/.*$/,
  /^http/,
  /com$/,
  /\.com$/,
  /^https:\/\/.*\.com$/,
  /^null$/,
  /^https:\/\/intranet$/,
  /intranet/,
  // Strangers: the middleware would refuse the pattern.
  /\.vercel\.app$/,
  /^https:\/\/.*\.vercel\.app$/,
  /^https:\/\/my-app.*\.vercel\.app$/,
  /^https:\/\/my-app-[a-z0-9]+-team\.vercel\.app$/,
  /^https:\/\/my-app(-[a-z0-9]+)?\.vercel\.app$/,
  /\.github\.io$/,
  /\.co\.uk$/,
  /^https:\/\/[a-z]*example\.co\.uk$/,
  /^https:\/\/[a-z]*example\.com$/,
  // Some names, and not whatever comes.
  /^https:\/\/[a-z]{2}\.example\.com$/,
  /^https:\/\/app-\d\.example\.com$/,
  /^https:\/\/app\d+\.example\.com$/,
  /^https:\/\/\d+\.example\.com$/,
  /^https:\/\/[^a-z]+\.example\.com$/,
  /^http:\/\/localhost:3\d{3}$/,
  /^http:\/\/localhost:\d$/,
  // What varies stands where no pattern has a `*`.
  /^https:\/\/[a-z]+-[a-z]+\.example\.com$/,
  /^https:\/\/[a-z]+\.[a-z]+\.example\.com$/,
  /^https:\/\/([a-z]+\.){2}example\.com$/,
  /^https:\/\/([a-z]+\.){1,3}example\.com$/,
  /^https:\/\/eu\.[a-z]+\.example\.com$/,
  /^https:\/\/example\.[a-z]+$/,
  /^https:\/\/.*\.example\.com:\d+$/,
  /^http:\/\/192\.168\.\d+\.\d+(:\d+)?$/,
  /^http:\/\/192\.168\.1\.\d+:3000$/,
  /^chrome-extension:\/\/.*$/,
  /^chrome-extension:\/\//,
  /^chrome-extension:\/\/[a-z]{32}$/,
  // More than pieces can say.
  /^(?!.*evil).*\.example\.com$/,
  /^https:\/\/(?!admin)[a-z]+\.example\.com$/,
  /^https:\/\/([a-z]+)\1\.example\.com$/,
  /\bexample\.com\b/,
  /^https:\/\/\*\.example\.com$/,
  /^https:\/\/(a-)+x\.example\.com$/,
  /^https:\/\/\x65xample\.com$/,
  /^https:\/\/(a|b|c)(a|b|c)(a|b|c)(a|b|c)(a|b|c)\.example\.com$/,
  /^https:\/\/(a|b|c|d|e|f|g|h|i)\.example\.com$/,
];

const cases = (rows: typeof meant): readonly [string, RegExp, string[]][] =>
  rows.map(([expression, ...patterns]) => [String(expression), expression, patterns]);

describe('patternsFor', () => {
  it.each(cases(meant))('reads %s as its author meant it', (_, expression, patterns) => {
    expect(patternsFor(expression)).toEqual({ patterns, deeper: false });
  });

  it.each(cases(deeper))('says that hosts below are taken too in place of %s', (_, expression, patterns) => {
    expect(patternsFor(expression)).toEqual({ patterns, deeper: true });
  });

  it.each(unclear.map((one) => [String(one), one]))('says nothing of %s', (_, expression) => {
    expect(patternsFor(expression as RegExp)).toBeUndefined();
  });

  it('lets in nobody, under any name but those that the expression spells out, whom the expression refuses', () => {
    const strangers = [
      ...['https://evil.example', 'https://evilexample.com', 'https://example.com.evil.example', 'null'],
      ...['https://evil.netlify.app', 'https://evil--other.netlify.app', 'https://a.vercel.app', 'file://'],
      ...[
        'http://example.org',
        'https://localhost.evil.example',
        'http://evillocalhost',
        'https://examplexcom.net',
      ],
    ];
    const wrong = [...meant, ...deeper].flatMap(([expression]) =>
      (patternsFor(expression)?.patterns ?? []).flatMap((text) =>
        strangers.filter((one) => !expression.test(one) && isTaken(text, one)),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('leaves out nobody whom the author evidently meant', () => {
    const friends = [
      'https://example.com',
      'https://app.example.com',
      'https://www.example.com',
      'http://localhost:3000',
    ];
    let kept = 0;
    const lost = [...meant, ...deeper].flatMap(([expression]) => {
      const { patterns = [] } = patternsFor(expression) ?? {};
      return friends
        .filter((one) => expression.test(one))
        .filter((one) => {
          const isLost = !patterns.some((text) => isTaken(text, one));
          if (!isLost) kept++;
          return isLost;
        })
        .map((one) => `${expression} ${one}`);
    });
    // There the dot takes a slash by accident.
    expect(lost).toEqual(['/.*.example.com/ https://example.com']);
    expect(kept).toBeGreaterThan(60);
  });

  it('reads expressions of another realm', () => {
    const foreign = runInNewContext(String.raw`/\.example\.com$/`) as RegExp;
    expect(foreign).not.toBeInstanceOf(RegExp);
    expect(patternsFor(foreign)?.patterns).toEqual([SUB]);
  });

  it('calls nothing that stands on the expression, and says nothing of what is none', () => {
    const booby = Object.defineProperty(/\.example\.com$/, 'source', {
      get: () => {
        throw new Error('called');
      },
    });
    expect(patternsFor(booby)?.patterns).toEqual([SUB]);
    expect(patternsFor({ [Symbol.toStringTag]: 'RegExp' })).toBeUndefined();
    expect(patternsFor(RegExp.prototype)).toBeUndefined();
  });

  it('reads a long expression in bounded work', () => {
    const many = Array.from({ length: 2000 }, (_, index) => `a${index}`).join('|');
    expect(patternsFor(new RegExp(`^https://(${many})\\.example\\.com$`))).toBeUndefined();
    expect(patternsFor(new RegExp(`^${'(a?)'.repeat(200)}$`))).toBeUndefined();
    expect(patternsFor(new RegExp(`${'('.repeat(2000)}a${')'.repeat(2000)}`))).toBeUndefined();
    expect(patternsFor(new RegExp(`^https://${'[a-z]'.repeat(5000)}$`))).toBeUndefined();
  });
});

function isTaken(text: string, one: string): boolean {
  const [parsed, origin] = [parsePattern(text), parseOrigin(one)];
  return parsed.ok && origin.ok && takes(parsed.pattern, origin);
}

describe('instead', () => {
  it.each([
    [/\.example\.com$/, "Write `'https://*.example.com'`."],
    [/example\.com$/, "Write `['https://example.com', 'https://*.example.com']`."],
    [/^https:\/\/\w+\.example\.com$/, "Write `'https://*.example.com'`, which takes deeper subdomains too."],
    [
      /.*/,
      'Write the origins, a pattern such as `https://*.example.com`, or a function: `origin: (origin) => …`.',
    ],
  ])('says what to write in place of %s', (expression, remedy) => {
    expect(instead(expression)).toBe(remedy);
  });
});
