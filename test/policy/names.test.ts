import { describe, expect, it } from 'vitest';
import {
  isForbiddenMethod,
  isForbiddenRequestHeader,
  isForbiddenResponseHeader,
  isNonWildcardRequestHeader,
  isSafelistedMethod,
  isSendableList,
  isSafelistedRequestHeader,
  isSafelistedResponseHeader,
  isToken,
  normalizeMethod,
  parseTokenList,
  unsafeRequestHeaderNames,
} from '../../src/policy/names.ts';

describe('tokens', () => {
  it.each(['GET', 'patch', 'X-Total-Count', '*', "!#$%&'*+-.^_`|~09azAZ"])('has %s for a token', (text) => {
    expect(isToken(text)).toBe(true);
  });

  it.each([
    '',
    ' ',
    'a b',
    'a,b',
    'get/post',
    'x:',
    '"a"',
    '(a)',
    'ü',
    'a\n',
    '[a]',
    'a;b',
    '{a}',
    'a=b',
    'a@b',
  ])('has %j for none', (text) => {
    expect(isToken(text)).toBe(false);
  });

  it.each<[string, string[] | undefined]>([
    ['', []],
    ['GET', ['GET']],
    ['GET,PUT', ['GET', 'PUT']],
    [' GET ,\tPUT\t', ['GET', 'PUT']],
    [',GET,,PUT, ,', ['GET', 'PUT']],
    ['*', ['*']],
    ['GET PUT', undefined],
    ['GET, P(T', undefined],
    ['GET;PUT', undefined],
    ['GET,\u00A0PUT', undefined], // `trim` would take the no-break space off
    ['[object Set]', undefined],
  ])('reads the list %j', (value, items) => {
    expect(parseTokenList(value)).toEqual(items);
  });

  it('reads a long run of spaces quickly', () => {
    expect(parseTokenList(`a${' '.repeat(1_000_000)}b`)).toBeUndefined();
  });
});

describe('methods', () => {
  it('normalises six of them, and PATCH is not one', () => {
    const written = ['get', 'Head', 'pOsT', 'put', 'delete', 'options', 'patch', 'query', 'trace', 'PATCH'];
    const sent = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'patch', 'query', 'trace', 'PATCH'];
    expect(written.map(normalizeMethod)).toEqual(sent);
  });

  it('safelists three, with case', () => {
    expect(['GET', 'HEAD', 'POST'].every(isSafelistedMethod)).toBe(true);
    expect(['get', 'PUT', 'OPTIONS', 'QUERY', 'PATCH'].some(isSafelistedMethod)).toBe(false);
  });

  it('forbids three, in any case', () => {
    expect(['CONNECT', 'TRACE', 'track', 'Trace'].every(isForbiddenMethod)).toBe(true);
    expect(['GET', 'TRACES', ''].some(isForbiddenMethod)).toBe(false);
  });
});

describe('isForbiddenRequestHeader', () => {
  it.each([
    'Cookie',
    'HOST',
    'origin',
    'Referer',
    'Sec-Fetch-Site',
    'sec-',
    'Proxy-Authorization',
    'Via',
    'TE',
    'DNT',
  ])('forbids %s', (name) => {
    expect(isForbiddenRequestHeader(name)).toBe(true);
  });

  it.each([
    'Authorization',
    'Content-Type',
    'User-Agent',
    'Secure',
    'Proxy',
    'X-Sec-',
    'Access-Control-Allow-Origin',
  ])('does not forbid %s', (name) => {
    expect(isForbiddenRequestHeader(name)).toBe(false);
  });

  it('forbids to smuggle a forbidden method, and only that', () => {
    expect(isForbiddenRequestHeader('X-HTTP-Method-Override', 'trace')).toBe(true);
    expect(isForbiddenRequestHeader('x-http-method', 'GET,\tTRACK')).toBe(true);
    expect(isForbiddenRequestHeader('X-Method-Override', 'CONNECT ')).toBe(true);
    expect(isForbiddenRequestHeader('X-Method-Override', 'DELETE')).toBe(false);
    expect(isForbiddenRequestHeader('X-Method-Override', 'GETTRACE')).toBe(false);
    expect(isForbiddenRequestHeader('X-Method-Override', '"a,TRACE"')).toBe(false);
    expect(isForbiddenRequestHeader('X-Method-Override')).toBe(false);
    expect(isForbiddenRequestHeader('X-Other', 'TRACE')).toBe(false);
  });
});

describe('isSafelistedRequestHeader', () => {
  it.each([
    ['Accept', '*/*'],
    ['ACCEPT', 'text/html, application/json;q=0.9'],
    ['accept', 'a\tb'],
    ['accept', '\x80\xFF'],
    ['Accept-Language', 'de-AT, en;q=0.8, *;q=0.1'],
    ['Content-Language', 'en'],
    ['Content-Type', 'text/plain'],
    ['Content-Type', 'TEXT/Plain;charset=utf-8'],
    ['content-type', ' multipart/form-data ; boundary=x'],
    ['content-type', 'application/x-www-form-urlencoded'],
    ['content-type', 'text/plain; application/json'],
    ['Range', 'bytes=0-'],
    ['range', 'bytes=0-499'],
    ['range', 'bytes=5-5'],
    ['range', `bytes=${'9'.repeat(50)}8-${'9'.repeat(51)}`],
    ['accept', 'a'.repeat(128)],
    ['accept', ''],
  ])('lets %s: %j pass', (name, value) => {
    expect(isSafelistedRequestHeader(name, value)).toBe(true);
  });

  it.each<[string, string]>([
    ['Content-Type', 'application/json'],
    ['Content-Type', 'text/plain, application/json'],
    ['Content-Type', 'text/plain; charset="utf-8"'],
    ['Content-Type', 'text'],
    ['Content-Type', '/plain'],
    ['Content-Type', 'text/'],
    ['Content-Type', 'text /plain'],
    ['Content-Type', ''],
    ['Content-Type', 'text/xml'],
    ['Accept-Language', 'en@x'],
    ['Accept-Language', 'en_US'],
    ['Content-Language', 'en\t'],
    ['Range', 'bytes=-500'],
    ['Range', 'bytes=9-5'],
    ['Range', `bytes=${'9'.repeat(51)}-${'9'.repeat(50)}8`],
    ['Range', 'bytes=0-1,2-3'],
    ['Range', 'bytes = 0-1'],
    ['Range', 'bytes=-'],
    ['Range', 'bytes 0-'],
    ['Range', 'Bytes=0-'],
    ['accept', 'a'.repeat(129)],
    ['Authorization', 'x'],
    ['X-Custom', ''],
    ['Cache-Control', 'no-cache'],
    ...[...'"():<>?@[\\]{}\x7f\0\n\x1f'].map((byte) => ['Accept', `a${byte}`] as [string, string]),
  ])('does not let %s: %j pass', (name, value) => {
    expect(isSafelistedRequestHeader(name, value)).toBe(false);
  });
});

describe('unsafeRequestHeaderNames', () => {
  it('lists what is unsafe in lower case, sorted, once', () => {
    const headers = [
      ['X-B', '1'],
      ['Accept', '*/*'],
      ['content-type', 'application/json'],
      ['x-a', '1'],
      ['x-b', '2'],
    ] as const;
    expect(unsafeRequestHeaderNames(headers)).toEqual(['content-type', 'x-a', 'x-b']);
    expect(unsafeRequestHeaderNames(new Map([['accept', '*/*']]))).toEqual([]);
  });

  it('counts safelisted ones as unsafe beyond 1024 bytes together', () => {
    const accepts = (count: number, length: number) =>
      Array.from({ length: count }, () => ['accept', 'a'.repeat(length)] as const);
    expect(unsafeRequestHeaderNames(accepts(8, 128))).toEqual([]);
    expect(unsafeRequestHeaderNames([...accepts(8, 128), ['content-language', 'e']])).toEqual([
      'accept',
      'content-language',
    ]);
  });
});

describe('the other lists', () => {
  it('has Authorization alone for not covered by a wildcard', () => {
    expect(isNonWildcardRequestHeader('AUTHORIZATION')).toBe(true);
    expect(isNonWildcardRequestHeader('X-Api-Key')).toBe(false);
  });

  it('knows the response headers that are always and never readable', () => {
    expect(['Content-Length', 'cache-control', 'Expires'].every(isSafelistedResponseHeader)).toBe(true);
    expect(['ETag', 'Location', 'Content-Disposition', 'Date'].some(isSafelistedResponseHeader)).toBe(false);
    expect(['Set-Cookie', 'set-cookie2'].every(isForbiddenResponseHeader)).toBe(true);
    expect(isForbiddenResponseHeader('Cookie')).toBe(false);
  });
});

describe('isSendableList', () => {
  it.each(['content-type', 'authorization,content-type,x-a', 'x-1,x-2', 'a', 'cookies,x-cookie', 'section'])(
    '%s is one',
    (list) => {
      expect(isSendableList(list)).toBe(true);
    },
  );

  it.each([
    ...['', ',', 'a,', ',a', 'a,,b', 'a, b', 'A', 'a b', 'é', 'x_a', 'a;b'],
    ...[
      'cookie',
      'x-a,cookie',
      'cookie,x-a',
      'x-a,sec-fetch-site,x-b',
      'proxy-authorization',
      'host,x-a',
      'te',
    ],
  ])('%j is none', (list) => {
    expect(isSendableList(list)).toBe(false);
  });
});
