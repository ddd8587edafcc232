import { describe, expect, it } from 'vitest';
import { parseOrigin, type Origin } from '../../src/policy/origin.ts';
import {
  parsePattern,
  serializePattern,
  takes,
  type OriginPattern,
} from '../../src/policy/origin-pattern.ts';

function pattern(text: string): OriginPattern {
  const parsed = parsePattern(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.flaw}`);
  return parsed.pattern;
}

function origin(text: string): Origin {
  const parsed = parseOrigin(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.flaws.join(', ')}`);
  return parsed;
}

const takesText = (one: string, other: string): boolean => takes(pattern(one), origin(other));

describe('parsePattern', () => {
  it('tells the parts of a pattern', () => {
    expect(pattern('https://*.example.com')).toEqual({
      kind: 'subdomains',
      scheme: 'https',
      base: 'example.com',
      port: undefined,
    });
    expect(pattern('https://preview-*-x.example.app:8443')).toEqual({
      kind: 'label',
      scheme: 'https',
      base: 'example.app',
      port: 8443,
      before: 'preview-',
      after: '-x',
    });
    expect(pattern('http://localhost:*')).toEqual({ kind: 'any-port', scheme: 'http', host: 'localhost' });
    expect(pattern('https://app.example.com')).toEqual({
      kind: 'exact',
      origin: origin('https://app.example.com'),
    });
  });

  it.each([
    'https://*.example.com',
    'http://*.example.com',
    'https://*.example.com:8443',
    'https://*.example.com.', // another host than without the dot, and of the same owner
    'https://*.my_host.example.com',
    'https://*.xn--bcher-kva.example',
    'https://*.co.uk', // whether that is wise, the judge says
    'http://*.localhost',
    'https://*.internal',
    'https://build-*.lan:8443',
    'http://*.localhost:3000',
    'https://preview-*.example.app',
    'https://*-team.example.app',
    'https://my_*.example.com',
    'https://-*.example.com',
    'https://app*.localhost',
    'http://localhost:*',
    'https://localhost:*',
    'http://app.localhost:*',
    'http://127.0.0.1:*',
    'http://[::1]:*',
    'https://[::1]:*',
    'http://0.0.0.0:*',
    'http://localhost.:*',
    'https://app.example.com',
    'null',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'file://',
    'http://[2001:db8::1]:8080',
  ])('reads and writes %s', (text) => {
    expect(serializePattern(pattern(text))).toBe(text);
  });

  const NOBODY_CAN_SAY = 'its `*` stands where nobody can say whom it lets in';
  const NOT_FIRST = 'its `*` does not stand in the first label of the host';
  const REGISTERS = 'it lets in everybody who registers a name there';
  const OWN_MACHINE = "any port is for one's own machine only, such as `http://localhost:*`";
  const WEB_ONLY = 'only an origin with `https:` or `http:` may have a `*`';
  const ADDRESS = 'the host is an address, which has no subdomains';
  const NO_SCHEME = 'it has no scheme such as `https://`';
  const SEVERAL = 'it has several `*`';
  const HOST = 'its host is malformed';
  const PORT = 'its port is not a plain number from 1 to 65535';

  it.each([
    ['https://*', 'it lets in every host'],
    ['https://*.', 'it lets in every host'],
    ['https://*.com', REGISTERS],
    ['https://*.com.', REGISTERS],
    ['https://*.dev:8443', REGISTERS],
    // It would let in `https://evilexample.com`.
    ['https://*example.com', 'anybody can register a name that fits it, such as `evilexample.com`'],
    ['https://example*.com', 'anybody can register a name that fits it, such as `exampleevil.com`'],
    ['https://example-*.com.', 'anybody can register a name that fits it, such as `example-evil.com.`'],
    ['*.example.com', NO_SCHEME],
    ['*example.com', NO_SCHEME],
    ['//*.example.com', 'it begins with `//`, where an origin has a scheme such as `https:`'],
    ['*://app.example.com', 'its scheme may be anything'],
    ['http*://app.example.com', WEB_ONLY],
    ['chrome-extension://*', WEB_ONLY],
    ['capacitor://*.example.com', WEB_ONLY],
    ['null*', NO_SCHEME],
    ['https://**.example.com', SEVERAL],
    ['https://*.*.example.com', SEVERAL],
    ['https://*-*.example.com', SEVERAL],
    ['https://*.example.com:*', SEVERAL],
    ['http://*.localhost:*', SEVERAL],
    [`https://${'*'.repeat(1000)}`, SEVERAL],
    ['https://a.*.example.com', NOT_FIRST],
    ['https://example.*', NOT_FIRST],
    ['https://www.example.*', NOT_FIRST],
    ['http://127.0.0.*:3000', NOT_FIRST],
    ['http://localhost*', NOBODY_CAN_SAY],
    ['http://10.0.0.1:*', OWN_MACHINE],
    ['https://app.example.com:*', OWN_MACHINE],
    ['http://evil-localhost.example:*', OWN_MACHINE],
    ['https://*.10.0.0.1', ADDRESS],
    ['https://*.127.0.0.1:8443', ADDRESS],
    ['https://*.0.0.1', HOST],
    ['https://*.0x7f', HOST],
    ['https://[*]', HOST],
    ['https://[::*]', HOST],
    ['https://*..com', HOST],
    ['https://*.example..com', HOST],
    ['https://xn--*.example.com', HOST],
    ['https://*.exam$ple.com', HOST],
    ['https://*.example.com:0', PORT],
    ['https://*.example.com:99999', PORT],
    ['ws://*.example.com', 'no page is loaded over its scheme, so no page has this origin'],
    ['https://*.example.com?x', 'it has a query'],
    ['https://*.example.com/a', 'it has a path', 'https://*.example.com'],
    // Mistakes that are mended in origins are mended in patterns.
    ['https://*.example.com/', 'it ends in a slash', 'https://*.example.com'],
    ['http://localhost:*/', 'it ends in a slash', 'http://localhost:*'],
    [
      'https://*.EXAMPLE.com',
      'it has upper-case letters, and browsers send lower case',
      'https://*.example.com',
    ],
    [
      'HTTPS://*.example.com',
      'it has upper-case letters, and browsers send lower case',
      'https://*.example.com',
    ],
    ['http://LOCALHOST:*', 'it has upper-case letters, and browsers send lower case', 'http://localhost:*'],
    [
      'https://Preview-*.example.com',
      'it has upper-case letters, and browsers send lower case',
      'https://preview-*.example.com',
    ],
    [
      'https://*.example.com:443',
      'it names the default port, which browsers leave out',
      'https://*.example.com',
    ],
    ['https://*.example.com:08443', PORT, 'https://*.example.com:8443'],
    ['https:///*.example.com', 'its scheme is not followed by exactly `://`', 'https://*.example.com'],
    [
      'https://*.bücher.example',
      'its host is not ASCII, and browsers send such hosts as punycode (`xn--…`)',
      'https://*.xn--bcher-kva.example',
    ],
    [' https://*.example.com', 'it begins or ends with a space', 'https://*.example.com'],
    ['https://user@*.example.com', 'it holds a user name or password', 'https://*.example.com'],
    // A slash too many does not make a good pattern of a bad one.
    ['https://*.com/', 'it ends in a slash', undefined],
    ['https://*EXAMPLE.com', 'it has upper-case letters, and browsers send lower case', undefined],
  ] as const)('does not take %j: %s', (text, flaw, corrected?) => {
    expect(parsePattern(text)).toEqual({ ok: false, flaw, kind: 'wildcard', corrected });
  });

  it.each([
    ['', 'empty', undefined],
    ['*', 'bare-wildcard', undefined],
    ['app.example.com', 'no-scheme', undefined],
    ['https://app.example.com/', 'trailing-slash', 'https://app.example.com'],
    ['https://*.a.example,https://*.b.example', 'list', undefined],
    ['"https://*.example.com"', 'quoted', undefined],
    ['https://*.exa mple.com', 'inner-space', undefined],
    [String.raw`https://.*\.example\.com`, 'regex', undefined],
    ['http://localhost:3*', 'bad-port', undefined],
    ['http://localhost:*.evil.example', 'bad-port', undefined],
  ])('says of %j what is wrong with the origin: %s', (text, kind, corrected) => {
    expect(parsePattern(text)).toMatchObject({ ok: false, kind, corrected });
  });

  it('corrects to nothing but patterns that it takes', () => {
    const texts = [
      'https://*.',
      'HTTP://*.Localhost:80/',
      'https://X-*.Example.com:0443/',
      'http://[::1]:*/',
    ];
    for (const text of texts) {
      const parsed = parsePattern(text);
      const corrected = parsed.ok ? undefined : parsed.corrected;
      if (corrected !== undefined) expect(serializePattern(pattern(corrected))).toBe(corrected);
    }
    expect(parsePattern('https://X-*.Example.com:0443/')).toMatchObject({
      corrected: 'https://x-*.example.com',
    });
  });
});

describe('takes', () => {
  const rows: readonly [pattern: string, taken: readonly string[], refused: readonly string[]][] = [
    [
      'https://*.example.com',
      [
        'https://a.example.com',
        'https://a.b.c.example.com',
        'https://xn--bcher-kva.example.com',
        'https://1.example.com',
        'https://-a-.example.com',
        `https://${'a.'.repeat(60)}example.com`,
      ],
      [
        'https://example.com', // not below itself
        'https://evilexample.com',
        'https://example.com.evil.example',
        'https://a.example.com.',
        'https://a.example.com:8443',
        'http://a.example.com',
        'https://a.example.org',
        'https://a_b.example.com', // no host name
        'https://a_b.c.example.com',
        'https://a.example.comm',
        'null',
        'capacitor://a.example.com',
        'https://[::1]',
      ],
    ],
    ['https://*.example.com.', ['https://a.example.com.'], ['https://a.example.com', 'https://example.com.']],
    [
      'https://*.example.com:8443',
      ['https://a.b.example.com:8443'],
      ['https://a.example.com', 'https://a.example.com:8444'],
    ],
    [
      'http://*.localhost',
      ['http://app.localhost', 'http://a.b.localhost'],
      ['http://localhost', 'http://app.localhost:3000', 'https://app.localhost', 'http://evillocalhost'],
    ],
    [
      'https://*.my_host.example.com',
      ['https://a.my_host.example.com'],
      ['https://a_b.my_host.example.com', 'https://a.myhost.example.com'],
    ],
    [
      'https://preview-*-x.example.app:8443',
      ['https://preview-1-x.example.app:8443', 'https://preview---x.example.app:8443'],
      [
        'https://preview-x.example.app:8443', // the two ends may not overlap
        'https://preview--x.example.app:8443',
        'https://preview-1-x.example.app',
        'https://preview-1.2-x.example.app:8443',
        'https://preview-1_2-x.example.app:8443',
        'https://a.preview-1-x.example.app:8443',
        'https://preview-1-y.example.app:8443',
        'https://preview-1-x.evil.app:8443',
      ],
    ],
    [
      'https://*-team.example.app',
      ['https://a-team.example.app'],
      [
        'https://-team.example.app',
        'https://a.b-team.example.app',
        'https://a-team.example.app.evil.example',
      ],
    ],
    [
      'https://app*.example.com',
      ['https://app1.example.com', 'https://apple.example.com'],
      ['https://app.example.com', 'https://myapp1.example.com'],
    ],
    [
      'http://localhost:*',
      ['http://localhost', 'http://localhost:3000', 'http://localhost:65535'],
      [
        'https://localhost',
        'http://app.localhost:3000',
        'http://localhost.:3000',
        'http://127.0.0.1:3000',
        'http://localhost.evil.example:3000',
      ],
    ],
    ['http://[::1]:*', ['http://[::1]', 'http://[::1]:8080'], ['http://[::2]:8080', 'http://localhost:8080']],
    [
      'https://app.example.com',
      ['https://app.example.com'],
      [
        'http://app.example.com',
        'https://app.example.com.',
        'https://app.example.com:444',
        'https://x.app.example.com',
        'null',
      ],
    ],
    ['null', ['null'], ['https://null', 'file://']],
    [
      'capacitor://localhost',
      ['capacitor://localhost'],
      ['http://localhost', 'ionic://localhost', 'capacitor://localhost:80'],
    ],
  ];

  it.each(rows.flatMap(([one, taken]) => taken.map((other) => [one, other])))('%s takes %s', (one, other) => {
    expect(takesText(one, other)).toBe(true);
  });

  it.each(rows.flatMap(([one, , refused]) => refused.map((other) => [one, other])))(
    '%s does not take %s',
    (one, other) => {
      expect(takesText(one, other)).toBe(false);
    },
  );
});
