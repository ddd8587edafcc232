/**
 * Who is let in, beside an oracle that is as dull as can be: it takes texts apart and walks through the list. It knows
 * nothing of `src/policy`.
 */
import { describe, expect, it, vi } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { LONG, SEED } from '../analysis/seed.ts';

vi.setConfig({ testTimeout: 300_000 });

const PAIRS = LONG ? 10_000_000 : 1_000_000;
/** To make a policy takes longer than to ask it. */
const PAIRS_OF_ONE = 2000;

// ---- the oracle

/** Longer values of `Origin` are looked up, and compared with no pattern. */
const LONGEST = 512;

function isListed(list: readonly string[], origin: string): boolean {
  return list.some((text) => (text.includes('*') ? fits(text, origin) : text === origin));
}

function fits(pattern: string, origin: string): boolean {
  if (origin.length > LONGEST) return false;
  const [scheme, place = ''] = pattern.split('://');
  const [sentScheme, sentPlace, ...more] = origin.split('://');
  if (scheme !== sentScheme || sentPlace === undefined || more.length > 0) return false;
  // What the platform would write otherwise no browser sends: another case, a default port, a broken `xn--`.
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false;
  // It can be written, and no page comes from there.
  if (origin.endsWith(':0')) return false;
  if (place.endsWith(':*')) {
    const host = place.slice(0, -2);
    return sentPlace === host || sentPlace.startsWith(`${host}:`);
  }
  const [start = '', end = ''] = place.split('*');
  if (!sentPlace.startsWith(start) || !sentPlace.endsWith(end)) return false;
  const between = sentPlace.slice(start.length, sentPlace.length - end.length);
  if (sentPlace.length < start.length + end.length) return false;
  const labels = place.startsWith('*.') ? between.split('.') : [between];
  return labels.every((label) => label !== '' && [...label].every((one) => LETTERS.includes(one)));
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789-';

// ---- random policies

/** Seeded, and quick: a million of anything else would take a minute. */
function randomFrom(seed: number) {
  let state = seed >>> 0;
  const next = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let one = Math.imul(state ^ (state >>> 15), state | 1);
    one ^= one + Math.imul(one ^ (one >>> 7), one | 61);
    return ((one ^ (one >>> 14)) >>> 0) % below;
  };
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  return { next, pick };
}

type Random = ReturnType<typeof randomFrom>;

/** Few and alike, so that what is no match is nearly one. */
const LABELS = [
  ...['a', 'b', 'ab', 'ba', 'aa', 'foo', 'bar', 'foobar', 'barfoo', 'o', '1', 'x-1', '-', 'a-', '-b', 'aab'],
  ...['preview-1', 'preview-x', 'preview--x', 'preview-', 'preview-1-x', 'xn--bcher-kva', 'www', 'evil'],
];
const UNUSUAL = [...LABELS, ...LABELS, '_', 'a_b', 'foo_bar'];
const TOPS = ['com', 'com', 'com', 'co', 'org', 'example', 'com.'];
const PORTS = ['', '', '', ':3000', ':8443', ':80', ':443', ':1', ':65535'];
const SCHEMES = ['https', 'https', 'https', 'http'];
const OWN = ['localhost', 'a.localhost', '127.0.0.1', '[::1]', '0.0.0.0', 'localhost.'];

function hostOf({ next, pick }: Random, most: number): string {
  const labels = Array.from({ length: 1 + next(most) }, () => pick(UNUSUAL));
  return [...labels, pick(TOPS)].join('.');
}

/** Without the default one, which is refused in options. */
function portOf({ pick }: Random, scheme: string): string {
  const port = pick(PORTS);
  return port === (scheme === 'https' ? ':443' : ':80') ? '' : port;
}

function entryOf(random: Random): string {
  const { next, pick } = random;
  const scheme = pick(SCHEMES);
  const port = portOf(random, scheme);
  switch (next(8)) {
    case 0:
    case 1:
      return `${scheme}://*.${hostOf(random, 2)}${port}`;
    case 2:
      return `${scheme}://${pick(['a', 'b', 'preview-', 'foo', '-', 'a_'])}*.${hostOf(random, 2)}${port}`;
    case 3:
      return `${scheme}://*${pick(['a', '-x', 'foo', '-b', '-'])}.${hostOf(random, 2)}${port}`;
    case 4:
      return `${scheme}://${pick(['a', 'preview-', 'ab'])}*${pick(['a', '-x', 'b', 'ab'])}.${hostOf(random, 2)}${port}`;
    case 5:
      return next(3) > 0
        ? `${pick(['http', 'https'])}://${pick(OWN)}:*`
        : pick(['http://*.localhost', 'https://*.localhost:3000', 'http://a*.localhost']);
    case 6:
      return next(4) > 0
        ? `${scheme}://${hostOf(random, 3)}${port}`
        : pick([
            'null',
            'capacitor://localhost',
            'file://',
            'http://[::1]:3000',
            'app://-',
            'http://10.0.0.1',
          ]);
    default:
      return `${scheme}://${hostOf(random, 1)}${port}`;
  }
}

// ---- random origins: what a policy lists, and what comes near it

function filled(entry: string, random: Random): string {
  const { next, pick } = random;
  if (!entry.includes('*')) return entry;
  if (entry.endsWith(':*'))
    return entry.replace(':*', pick(['', ':3000', ':1', ':65535', ':8080', ':80', ':443']));
  const labels = Array.from({ length: 1 + (entry.includes('//*.') ? next(3) : 0) }, () => pick(LABELS));
  return entry.replace('*', labels.join('.'));
}

const ODD = [
  ...[
    '.',
    '..',
    '-',
    '_',
    '*',
    '/',
    '\\',
    '@',
    ':',
    '%',
    '%2e',
    '%00',
    '#',
    '?',
    ' ',
    '\t',
    ',',
    '|',
    ';',
    '[',
  ],
  ...[
    'é',
    'ａ',
    '。',
    '\u200b',
    '\u0130',
    '\ud800',
    '😀',
    'A',
    'Z',
    'ß',
    'x',
    'evil',
    'xn--',
    'xn--a',
    '0x7f',
  ],
];

const MUTATIONS: readonly ((origin: string, random: Random) => string)[] = [
  (origin, { next, pick }) => {
    const at = next(origin.length + 1);
    return origin.slice(0, at) + pick(ODD) + origin.slice(at);
  },
  (origin, { next, pick }) => {
    const at = next(origin.length + 1);
    return origin.slice(0, at) + pick(LABELS) + origin.slice(at);
  },
  (origin, { next }) => {
    const at = next(origin.length + 1);
    return origin.slice(0, at) + origin.slice(at + 1);
  },
  (origin, { pick }) => origin.replace('://', `://${pick(UNUSUAL)}.`),
  (origin, { pick }) => origin.replace('://', `://${pick(['evil', 'bar', 'x', '-', '_', 'a', '.', '*.'])}`),
  (origin, { pick }) => origin.replace('://', pick([':', ':/', ':///', '//', ':\\\\', '://x@', '://a:b@'])),
  // The first label goes.
  (origin) => origin.replace(/:\/\/[^.]*\./, '://'),
  (origin) => origin.replace('.', ''),
  (origin, { pick }) => origin.replace('.', pick(['x', '-', '..', '_', '%2e', '。'])),
  (origin, { pick }) =>
    origin + pick(['.', '.evil.example', 'evil', '.com', ':', ':0', ':80x', '/', '?', '#', '\n']),
  (origin, { pick }) =>
    origin.replace(/(?::\d+)?$/, pick(['', ':3000', ':8443', ':443', ':80', ':65536', ':03000', ':1'])),
  (origin, { pick }) =>
    origin.replace(/^\w+/, pick(['http', 'https', 'HTTPS', 'ws', 'httpss', 'capacitor', ''])),
  (origin) => origin.toUpperCase(),
  (origin, { next }) => {
    const at = next(origin.length + 1);
    return origin.slice(0, at) + origin.charAt(at).toUpperCase() + origin.slice(at + 1);
  },
  (origin, { next, pick }) =>
    origin.replace('://', `://${'a.'.repeat(pick([1, 60, 248, 252, 260]) + next(5))}`),
  (origin, { pick }) => origin.replace('://', `://${'a'.repeat(pick([63, 64, 255, 500, 2000]))}.`),
  () => 'null',
];

/** `foo.com` and `bar.com` once let in `barfoo.com`. */
function joined(one: string, other: string, { pick }: Random): string {
  const host = (text: string): string => text.replace(/^\w+:\/\//, '').replace(/:\d*$/, '');
  return pick([
    `https://${host(one)}${host(other)}`,
    `https://${host(one)}.${host(other)}`,
    `https://${host(one).split('.')[0]}${host(other)}`,
    `${one}, ${other}`,
    `${one} ${other}`,
    `${one.split('://')[0]}://${host(other)}`,
  ]);
}

function originOf(list: readonly string[], random: Random): string {
  const { next, pick } = random;
  const kind = next(20);
  if (kind === 0) return `${pick(SCHEMES)}://${hostOf(random, 3)}${pick(PORTS)}`;
  const first = filled(pick(list), random);
  if (kind === 1) return joined(first, filled(pick(list), random), random);
  let origin = first;
  for (let left = pick([0, 0, 1, 1, 1, 2, 3]); left > 0; left--) origin = pick(MUTATIONS)(origin, random);
  return origin;
}

// ---- the two beside each other

describe('the origins that a policy lets in', () => {
  it(`are those that the oracle finds in its list, for ${PAIRS} pairs (seed ${SEED})`, () => {
    const random = randomFrom(SEED);
    const counts = { pairs: 0, policies: 0, exact: 0, pattern: 0, refused: 0, nearly: 0 };
    const wrong: string[] = [];
    while (counts.pairs < PAIRS) {
      const list = [...new Set(Array.from({ length: 1 + random.next(12) }, () => entryOf(random)))];
      const { allows } = cors({ origin: list.map((allow) => ({ allow, because: 'it is tried' })) });
      counts.policies++;
      for (let left = PAIRS_OF_ONE; left > 0; left--) {
        const origin = originOf(list, random);
        const expected = isListed(list, origin);
        counts.pairs++;
        if (!expected) counts.refused++;
        else if (list.includes(origin)) counts.exact++;
        else counts.pattern++;
        if (!expected && URL.canParse(origin) && new URL(origin).origin === origin) counts.nearly++;
        if (allows(origin) !== expected && wrong.length < 20)
          wrong.push(`${JSON.stringify(list)} ${expected ? 'refuses' : 'lets in'} ${JSON.stringify(origin)}`);
      }
    }
    // eslint-disable-next-line no-console -- How much was tried belongs to the result.
    console.log(`who is let in: ${JSON.stringify(counts)}`);
    expect(wrong).toEqual([]);
    // A matcher that only ever refuses is not tested, nor one that is asked only nonsense.
    expect(counts.exact).toBeGreaterThan(PAIRS / 50);
    expect(counts.pattern).toBeGreaterThan(PAIRS / 10);
    expect(counts.refused).toBeGreaterThan(PAIRS / 3);
    expect(counts.nearly).toBeGreaterThan(PAIRS / 10);
  });

  it('do not depend on how many are listed', () => {
    const list = Array.from({ length: 10_000 }, (_, index) => `https://a${index}.example.com`);
    const patterns = Array.from({ length: 200 }, (_, index) => `https://*.b${index}.example.com`);
    const { allows } = cors({ origin: [...list, ...patterns] });
    expect(list.every((one) => allows(one))).toBe(true);
    expect(patterns.every((one) => allows(one.replace('*', 'x.y')) && !allows(one.replace('*.', '')))).toBe(
      true,
    );
    expect(
      list.some((one) => allows(`${one}.`) || allows(one.replace('https', 'http')) || allows(`${one}0`)),
    ).toBe(false);
  });

  const shapes: readonly [list: readonly string[], stranger: string][] = [
    [['https://foo.com', 'https://bar.com'], 'https://barfoo.com'],
    [['https://foo.com', 'https://bar.com'], 'https://foo.combar.com'],
    [['https://*.foo.com', 'https://*.bar.com'], 'https://barfoo.com'],
    [['https://*.foo.com', 'https://*.bar.com'], 'https://a.barfoo.com'],
    [['https://*.foo.com', 'https://foo.com'], 'https://evilfoo.com'],
    [['https://a-*.foo.com', 'https://*-b.bar.com'], 'https://a-x.bar.com'],
    [['https://a-*.foo.com', 'https://*-b.foo.com'], 'https://a-.foo.com'],
    [['https://a-*-c.foo.com', 'https://b-*-d.foo.com'], 'https://a-x-d.foo.com'],
    [['https://*.foo.com:8443', 'https://*.bar.com'], 'https://a.foo.com'],
    [['https://*.foo.com:8443', 'https://*.bar.com'], 'https://a.bar.com:8443'],
    [['http://*.localhost', 'https://*.foo.com'], 'http://a.foo.com'],
    [['http://localhost:*'], 'http://localhost:3000.evil.example'],
    [['http://localhost:*'], 'http://localhost:3000@evil.example'],
    [['https://*.foo.com'], 'https://evil.example/.foo.com'],
    [['https://*.foo.com'], 'https://evil.example#.foo.com'],
    [['https://*.foo.com'], 'https://evil.example\\.foo.com'],
    [['https://*.foo.com'], 'https://evil.example?.foo.com'],
    [['https://*.foo.com'], 'https://evil.example%2f.foo.com'],
    [['https://*.foo.com'], 'https://evil.example:443.foo.com'],
    [['https://*.foo.com'], 'https://evil@a.foo.com'],
    [['https://*.foo.com'], 'https://a.foo.com\n'],
    [['https://*.foo.com'], 'https://.foo.com'],
    [['https://*.foo.com'], 'https://a..foo.com'],
    [['https://*.foo.com'], 'https://ａ.foo.com'],
    [['https://preview-*.foo.com'], 'https://preview-a.b.foo.com'],
    [['https://foo.com'], 'https://foo.com.'],
    [['https://foo.com'], 'https://FOO.com'],
    [['https://foo.com'], ''],
  ];

  it.each(shapes)('of %j are not %j', (list, stranger) => {
    const { allows } = cors({ origin: list });
    expect(allows(stranger)).toBe(false);
    expect(isListed(list, stranger)).toBe(false);
  });
});
