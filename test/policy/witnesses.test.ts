import { describe, expect, it } from 'vitest';
import type { Comparing, Comparison, Sample } from '../../src/policy/comparison.ts';
import { parseOrigin } from '../../src/policy/origin.ts';
import { candidates, isMeant } from '../../src/policy/witnesses/witnesses.ts';

const asked = 'https://stranger.example';
const askedHost = 'stranger.example';

function made(
  how: Comparing,
  operand: string,
  subject = asked,
  samples?: readonly Sample[],
): Comparison<null> {
  return { how, operand, subject, answer: false, cause: null, ...(samples && { samples }) };
}

/** The attacker's origins: what matters most in a check. */
function attackers(...comparisons: readonly Comparison<null>[]): readonly string[] {
  return candidates(asked, comparisons)
    .filter(({ kind }) => kind === 'stranger' || kind === 'tenant')
    .map(({ origin, kind }) => `${kind} ${origin}`);
}

const texts: readonly (readonly [Comparing, string, readonly string[]])[] = [
  ['ends', 'example.com', ['stranger https://evilexample.com']],
  ['ends', '.example.com', []],
  ['ends', '-example.com', ['stranger https://evil-example.com']],
  ['ends', '.vercel.app', ['tenant https://evil.vercel.app']],
  ['ends', 'vercel.app', ['stranger https://evilvercel.app', 'tenant https://evil.vercel.app']],
  ['ends', '-myteam.vercel.app', ['tenant https://evil-myteam.vercel.app']],
  ['ends', '--mysite.netlify.app', []],
  ['ends', '.mysite.pages.dev', []],
  ['ends', '-abcdefghij-uc.a.run.app', []],
  ['ends', ':3000', ['stranger https://evil.example:3000']],
  ['ends', 'com', ['stranger https://evil.com']],
  ['ends', '.co.uk', ['stranger https://evil.co.uk']],
  ['ends', '.local', []],
  ['ends', 'localhost', []],
  ['ends', 'https://example.com', []],
  ['ends', '', []],
  ['starts', 'https://example.com', ['stranger https://example.com.evil.example']],
  ['starts', 'https://app.', ['stranger https://app.evil.example']],
  ['starts', 'https://myapp-', ['stranger https://myapp-evil.example']],
  ['starts', 'http://localhost', ['stranger http://localhost.evil.example']],
  ['starts', 'http://localhost:', []],
  ['starts', 'http://192.168.', ['stranger http://192.168.evil.example']],
  ['starts', 'https://example.com:', []],
  ['starts', 'https://', []],
  ['starts', 'chrome-extension://', []],
  [
    'includes',
    'example.com',
    ['stranger https://example.com.evil.example', 'stranger https://evilexample.com'],
  ],
  ['includes', '.example.com', ['stranger https://a.example.com.evil.example']],
  ['includes', 'localhost', ['stranger https://localhost.evil.example']],
  ['includes', 'mycompany', ['stranger https://mycompany.evil.example']],
  ['includes', '://example.com', ['stranger https://example.com.evil.example']],
  ['equals', 'https://example.com', []],
  ['within', 'https://example.com,https://b.org', ['stranger https://example.co']],
];

describe('candidates', () => {
  it.each(texts)('%s %j: %j', (how, operand, expected) => {
    expect(attackers(made(how, operand))).toEqual(expected);
  });

  it.each(texts)('%s %j: what the attacker has passes when really compared', (how, operand, expected) => {
    for (const { origin } of candidates(asked, [made(how, operand)]).filter(
      ({ kind }) => kind === 'stranger' || kind === 'tenant',
    )) {
      expect(passes(how, origin, operand), origin).toBe(true);
    }
    expect(expected.every((line) => passes(how, line.split(' ')[1] ?? '', operand))).toBe(true);
  });

  it('gives origins that browsers send, each once, null among them', () => {
    for (const [how, operand] of texts) {
      const found = candidates(asked, [made(how, operand)]).map(({ origin }) => origin);
      expect(found).toContain('null');
      expect(new Set(found).size).toBe(found.length);
      for (const origin of found) expect(parseOrigin(origin).ok, origin).toBe(true);
    }
  });

  it('fits a beginning and an end at once', () => {
    const both = [made('starts', 'https://myapp-'), made('ends', '.vercel.app')];
    expect(attackers(...both)).toContain('tenant https://myapp-evil.vercel.app');
    const site = [made('starts', 'https://deploy-preview-'), made('ends', '--mysite.netlify.app')];
    expect(attackers(...site)).toEqual(['stranger https://deploy-preview-evil.example']);
  });

  it('looks where the check looks', () => {
    expect(attackers(made('ends', 'example.com', askedHost))).toEqual(['stranger https://evilexample.com']);
    expect(attackers(made('starts', '//example.com', '//stranger.example'))).toEqual([
      'stranger https://example.com.evil.example',
    ]);
    expect(attackers(made('equals', 'mycompany', 'stranger'))).toContain(
      'stranger https://mycompany.evil.example',
    );
    expect(attackers(made('equals', 'com', 'example'))).toContain('stranger https://evil.com');
    expect(attackers(made('equals', '3000', ''))).toEqual(['stranger https://evil.example:3000']);
    expect(attackers(made('equals', 'http:', 'https:'), made('ends', 'example.com', askedHost))).toContain(
      'stranger http://evilexample.com',
    );
  });

  it('offers a host over both schemes', () => {
    expect(
      candidates(asked, [made('equals', 'example.com', askedHost)]).map(({ origin, kind }) => [origin, kind]),
    ).toEqual([
      ['null', 'null'],
      ['http://example.com', 'insecure'],
      ['https://example.com', 'meant'],
    ]);
  });

  it.each([
    ['http://example.com', 'insecure'],
    ['http://localhost:3000', 'loopback'],
    ['capacitor://localhost', 'meant'],
    ['https://myapp.vercel.app', 'meant'],
  ])('knows %s in a list as %s', (origin, kind) => {
    expect(candidates(asked, [made('equals', origin)])).toContainEqual({
      origin,
      kind,
      because: 'the code names it',
    });
  });

  it('takes the samples of an expression', () => {
    const samples: readonly Sample[] = [
      { text: 'https://app.example.com', why: 'plain' },
      { text: 'https://appxexample.com', why: 'dot' },
      { text: 'https://app.examplexcom', why: 'dot' }, // nobody can register it
      { text: 'https://app.example.com.evil.example', why: 'no-end' },
    ];
    const expression = made('matches', String.raw`^https:\/\/app.example.com`, asked, samples);
    expect(attackers(expression)).toEqual([
      'stranger https://appxexample.com',
      'stranger https://app.example.com.evil.example',
    ]);
    expect(candidates(asked, [expression])[0]?.because).toBe(
      'an unescaped dot in the expression stands for any character',
    );
  });

  it('tells the tenants that an expression spells out from those it leaves open', () => {
    const open = made('matches', String.raw`^https:\/\/[a-z]+\.vercel\.app$`, asked, [
      { text: 'https://a.vercel.app', why: 'plain' },
    ]);
    const spelt = made('matches', String.raw`^https:\/\/(myapp|myapp-dev)\.vercel\.app$`, asked, [
      { text: 'https://myapp.vercel.app', why: 'plain' },
      { text: 'https://myapp-dev.vercel.app', why: 'plain' },
    ]);
    expect(attackers(open)).toEqual(['tenant https://a.vercel.app']);
    expect(attackers(spelt)).toEqual([]);
  });

  it('gives at most 60, and keeps null in the longest list', () => {
    const many = Array.from({ length: 300 }, (_, at) => made('ends', `site${at}.com`));
    const found = candidates(asked, many);
    expect(found.length).toBeLessThanOrEqual(60);
    expect(found.map(({ origin }) => origin)).toContain('null');
    expect(candidates(asked, many)).toEqual(found);
  });

  it('throws on nothing', () => {
    const odd = [
      '',
      ' ',
      '.',
      '..',
      '-',
      '://',
      '//',
      ':',
      '[',
      '[::1]',
      '\n',
      '*',
      'ü',
      'https://',
      '\\',
      '$',
      '(',
    ];
    for (const how of ['equals', 'starts', 'ends', 'includes', 'matches', 'within'] as const) {
      for (const operand of odd) {
        for (const subject of [...odd, asked, 'example', 'https:']) {
          const found = candidates(subject, [made(how, operand, subject, [{ text: operand, why: 'plain' }])]);
          expect(found.map(({ origin }) => origin)).toContain('null');
        }
      }
    }
  });
});

describe('isMeant', () => {
  it.each([
    ['https://example.com', 'ends', 'example.com', true],
    ['https://app.example.com', 'ends', 'example.com', true],
    ['https://evilexample.com', 'ends', 'example.com', false],
    ['http://app.example.com', 'ends', 'example.com', false],
    ['http://app.example.com', 'equals', 'http://app.example.com', true],
    ['https://stranger.example', 'equals', 'https://stranger.example', false],
    ['http://localhost:3000', 'starts', 'http://localhost:', true],
    ['http://localhost:3000', 'ends', 'example.com', false],
    ['null', 'equals', 'null', true],
    ['null', 'ends', 'example.com', false],
    ['https://evil.vercel.app', 'ends', '.vercel.app', false],
    ['https://pr-1--mysite.netlify.app', 'ends', '--mysite.netlify.app', true],
  ] as const)('%s, where the origin %s %s: %s', (origin, how, operand, expected) => {
    expect(isMeant(origin, [made(how, operand)])).toBe(expected);
  });
});

/** What JavaScript itself says. */
function passes(how: Comparing, origin: string, operand: string): boolean {
  if (how === 'equals') return origin === operand;
  if (how === 'starts') return origin.startsWith(operand);
  if (how === 'ends') return origin.endsWith(operand);
  if (how === 'within') return operand.includes(origin);
  return origin.includes(operand);
}
