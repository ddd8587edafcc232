import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  corsCheck,
  describeRefusal,
  mayRead,
  needsPreflight,
  preflightCheck,
  preflightFor,
  readableResponseHeaders,
} from '../../src/policy/browser.ts';
import type { Answer, PageRequest, Verdict } from '../../src/policy/browser.ts';

const origin = 'https://app.example.com';

interface Wish extends Partial<Omit<PageRequest, 'headers'>> {
  readonly headers?: Readonly<Record<string, string>>;
}

function request({ headers = {}, ...wish }: Wish = {}): PageRequest {
  return { origin, method: 'GET', credentials: 'omit', ...wish, headers: new Map(Object.entries(headers)) };
}

function answer(headers: Readonly<Record<string, string>>, status = 200): Answer {
  return { status, headers: new Map(Object.entries(headers)) };
}

function allowing(allowed: string, allowCredentials?: string): Answer {
  return answer({
    'access-control-allow-origin': allowed,
    ...(allowCredentials === undefined ? {} : { 'access-control-allow-credentials': allowCredentials }),
  });
}

/** `ok`, or the reason. */
function outcome(verdict: Verdict): string {
  return verdict.ok ? 'ok' : verdict.reason;
}

describe('corsCheck', () => {
  // https://fetch.spec.whatwg.org/#cors-protocol-and-credentials has the first six rows of this table.
  it.each([
    ['omit', '*', undefined, 'ok'],
    ['omit', '*', 'true', 'ok'],
    ['omit', origin + '/', undefined, 'other-allow-origin'],
    ['omit', origin, undefined, 'ok'],
    ['include', '*', 'true', 'wildcard-origin-with-credentials'],
    ['include', origin, 'true', 'ok'],
    ['include', origin, 'True', 'bad-allow-credentials'],
    ['include', '*', undefined, 'wildcard-origin-with-credentials'],
    ['include', origin, undefined, 'no-allow-credentials'],
    ['include', origin, '', 'bad-allow-credentials'],
    ['include', origin, 'TRUE', 'bad-allow-credentials'],
    ['include', origin, '1', 'bad-allow-credentials'],
    ['include', origin, 'false', 'bad-allow-credentials'],
    ['include', origin, 'true, true', 'bad-allow-credentials'],
    ['include', origin, ' true\t', 'ok'],
    ['include', 'https://other.example.com', 'true', 'other-allow-origin'],
    ['same-origin', '*', undefined, 'ok'], // across origins nothing is sent, as with `omit`
    ['same-origin', origin, undefined, 'ok'],
    ['omit', origin, 'nonsense', 'ok'],
  ] as const)(
    'with credentials %s, allowed %j, %j: %s',
    (credentials, allowed, allowCredentials, expected) => {
      expect(outcome(corsCheck(request({ credentials }), allowing(allowed, allowCredentials)))).toBe(
        expected,
      );
    },
  );

  it.each(['*', origin, ` ${origin}`, `\t${origin}  `, ' * '])('lets %j pass', (allowed) => {
    expect(corsCheck(request(), allowing(allowed))).toEqual({ ok: true });
  });

  it.each([
    '',
    ' ',
    `${origin}/`,
    `${origin}/path`,
    `${origin}?`,
    `${origin}#`,
    `${origin}:443`,
    `${origin}:`,
    `${origin}.`,
    `${origin}\0`,
    `${origin}\f`,
    `\v${origin}`,
    `\u00A0${origin}`,
    `${origin} ${origin}`,
    `${origin},${origin}`,
    `${origin}, ${origin}`,
    `${origin}, *`,
    `*, ${origin}`,
    `null, ${origin}`,
    `, ${origin}`,
    `${origin},`,
    `${origin};`,
    `${origin} *`,
    '*, *',
    '**',
    '"*"',
    "'*'",
    `"${origin}"`,
    `'${origin}'`,
    `<${origin}>`,
    `[${origin}]`,
    `(${origin})`,
    '*.example.com',
    'https://*.example.com',
    'https://*',
    '*://app.example.com',
    'app.example.com',
    '//app.example.com',
    'http://app.example.com',
    'HTTPS://app.example.com',
    'https://APP.example.com',
    'https://app.example.co',
    'https://app.example.comm',
    'https://example.com',
    'https://x.app.example.com',
    'https://user@app.example.com',
    'https:/app.example.com',
    'https:app.example.com',
    'https%3A//app.example.com',
    '/.*/',
    '^https://app.example.com$',
    'true',
    'all',
    'any',
    'self',
    'null',
    'NULL',
    'none',
    'undefined',
    'localhost',
  ])('does not let %j pass', (allowed) => {
    expect(corsCheck(request(), allowing(allowed)).ok).toBe(false);
    expect(corsCheck(request({ credentials: 'include' }), allowing(allowed, 'true')).ok).toBe(false);
  });

  it('tells several origins from a wrong one', () => {
    expect(outcome(corsCheck(request(), allowing(`${origin}, ${origin}`)))).toBe('several-allow-origins');
    expect(outcome(corsCheck(request(), allowing('null')))).toBe('other-allow-origin');
    expect(outcome(corsCheck(request(), answer({})))).toBe('no-allow-origin');
  });

  it('lets the origin `null` in by name, in that case only', () => {
    const sandboxed = request({ origin: 'null', credentials: 'include' });
    expect(corsCheck(sandboxed, allowing('null', 'true'))).toEqual({ ok: true });
    expect(corsCheck(sandboxed, allowing('Null', 'true')).ok).toBe(false);
    expect(corsCheck(sandboxed, allowing('', 'true')).ok).toBe(false);
  });

  it('does not care for the status', () => {
    expect(corsCheck(request(), answer({ 'access-control-allow-origin': '*' }, 500)).ok).toBe(true);
  });
});

describe('needsPreflight', () => {
  it.each<[string, Wish]>([
    ['GET', {}],
    ['lower-case post', { method: 'post' }],
    ['HEAD with credentials', { method: 'HEAD', credentials: 'include' }],
    ['a form', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['text', { method: 'POST', headers: { 'content-type': 'text/plain;charset=UTF-8', accept: '*/*' } }],
    ['headers that the browser drops', { headers: { cookie: 'a=b', 'x-http-method-override': 'TRACE' } }],
  ])('is not needed for %s', (_, wish) => {
    expect(needsPreflight(request(wish))).toEqual({ needed: false });
  });

  it('says whether the method or the headers are the reason', () => {
    expect(needsPreflight(request({ method: 'put' }))).toEqual({ needed: true, method: 'PUT', headers: [] });
    expect(needsPreflight(request({ method: 'patch' }))).toEqual({
      needed: true,
      method: 'patch',
      headers: [],
    });
    const json = { 'content-type': 'application/json', authorization: 'Bearer x' };
    expect(needsPreflight(request({ method: 'POST', headers: json }))).toEqual({
      needed: true,
      method: undefined,
      headers: ['authorization', 'content-type'],
    });
  });
});

describe('preflightFor', () => {
  it('asks for the method and the unsafe headers, and carries neither cookies nor authorization', () => {
    const headers = { 'x-b': '1', accept: 'a/b', authorization: 'Bearer x', cookie: 'a=b', 'x-a': '1' };
    const preflight = preflightFor(request({ method: 'delete', credentials: 'include', headers }));
    expect(preflight.method).toBe('OPTIONS');
    expect(Object.fromEntries(preflight.headers)).toEqual({
      accept: '*/*',
      origin,
      'access-control-request-method': 'DELETE',
      'access-control-request-headers': 'authorization,x-a,x-b',
    });
  });

  it('leaves the header list out where there is nothing to ask', () => {
    expect(preflightFor(request({ method: 'PUT' })).headers.has('access-control-request-headers')).toBe(
      false,
    );
  });
});

describe('preflightCheck', () => {
  function check(wish: Wish, headers: Readonly<Record<string, string>>, status = 204): string {
    const cors = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
    return outcome(preflightCheck(request(wish), answer({ ...cors, ...headers }, status)));
  }
  const methods = (value: string) => ({ 'access-control-allow-methods': value });
  const headers = (value: string) => ({ 'access-control-allow-headers': value });

  it.each([200, 201, 202, 203, 204, 206, 226, 250, 299])('takes status %i', (status) => {
    expect(check({ method: 'PUT' }, methods('PUT'), status)).toBe('ok');
  });

  it.each([100, 199, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 429, 500, 503])(
    'does not take status %i',
    (status) => {
      expect(check({ method: 'PUT' }, methods('PUT'), status)).toBe('preflight-status');
    },
  );

  it('speaks of the origin before the status, as the console does', () => {
    const verdict = preflightCheck(request({ method: 'PUT' }), answer({}, 403));
    expect(verdict).toEqual({ ok: false, at: 'preflight', reason: 'no-allow-origin', origin });
  });

  it.each<[Wish['method'] & string, string, string]>([
    ['PUT', 'PUT', 'ok'],
    ['put', 'PUT', 'ok'],
    ['PUT', 'GET, PUT ,DELETE', 'ok'],
    ['PUT', 'GET,,PUT', 'ok'],
    ['PUT', 'put', 'method-not-allowed'],
    ['PUT', '', 'method-not-allowed'],
    ['PUT', 'GET, POST', 'method-not-allowed'],
    ['patch', 'PATCH', 'method-not-allowed'],
    ['patch', 'patch', 'ok'],
    ['PATCH', 'patch', 'method-not-allowed'],
    ['QUERY', 'GET', 'method-not-allowed'],
    ['PUT', 'GET PUT', 'bad-allow-methods'],
    ['PUT', 'PUT, get/post', 'bad-allow-methods'],
    ['PUT', '[object Set]', 'bad-allow-methods'],
    ['GET', '', 'ok'],
    ['POST', 'PUT', 'ok'],
    ['HEAD', 'PUT', 'ok'],
    ['POST', 'not a token', 'bad-allow-methods'],
  ])('asked for %s, allows %j: %s', (method, value, expected) => {
    expect(check({ method }, methods(value))).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['x-a', 'x-a', 'ok'],
    ['x-a', 'X-A', 'ok'],
    ['x-a', 'X-B, X-A', 'ok'],
    ['x-a', 'x-b', 'header-not-allowed'],
    ['x-a', '', 'header-not-allowed'],
    ['x-a', 'x-a x-b', 'bad-allow-headers'],
    ['x-a', 'x-a, "x-b"', 'bad-allow-headers'],
    ['x-a', 'x-a, x:b', 'bad-allow-headers'],
    ['accept', '', 'ok'],
    ['cookie', '', 'ok'], // dropped by the browser, and so not asked for
  ])('with header %s, allows %j: %s', (name, value, expected) => {
    expect(check({ headers: { [name]: '1' } }, headers(value))).toBe(expected);
  });

  it.each<[Wish, Readonly<Record<string, string>>, string]>([
    [{ method: 'PUT' }, methods('*'), 'ok'],
    [{ method: 'PUT', credentials: 'same-origin' }, methods('GET, *'), 'ok'],
    [{ method: 'PUT', credentials: 'include' }, methods('*'), 'wildcard-method-with-credentials'],
    [{ method: 'PUT', credentials: 'include' }, methods('*, PUT'), 'ok'],
    [{ method: '*', credentials: 'include' }, methods('*'), 'ok'],
    [{ headers: { 'x-a': '1' } }, headers('*'), 'ok'],
    [{ headers: { 'x-a': '1' }, credentials: 'include' }, headers('*'), 'wildcard-header-with-credentials'],
    [{ headers: { '*': '1' }, credentials: 'include' }, headers('*'), 'ok'],
    [{ headers: { authorization: '1' } }, headers('*'), 'authorization-under-wildcard'],
    [{ headers: { authorization: '1' } }, headers('*, Authorization'), 'ok'],
    [{ headers: { authorization: '1' } }, headers('x-a'), 'header-not-allowed'],
    [
      { headers: { authorization: '1' }, credentials: 'include' },
      headers('*'),
      'wildcard-header-with-credentials',
    ],
  ])('reads the wildcard: %j, %j: %s', (wish, allowed, expected) => {
    expect(check(wish, allowed)).toBe(expected);
  });

  it('says where browsers are laxer than the standard', () => {
    const verdict = preflightCheck(
      request({ headers: { authorization: 'Bearer x' } }),
      answer({ 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }),
    );
    expect(verdict).toMatchObject({ ok: false, toleratedByBrowsers: true });
  });

  it('needs credentials allowed on the preflight too', () => {
    const put = request({ method: 'PUT', credentials: 'include' });
    const allowed = answer({ 'access-control-allow-origin': origin, 'access-control-allow-methods': 'PUT' });
    expect(outcome(preflightCheck(put, allowed))).toBe('no-allow-credentials');
  });
});

describe('mayRead', () => {
  const actual = allowing(origin);

  it('needs only the answer of a simple request', () => {
    expect(mayRead(request(), { actual })).toEqual({ ok: true });
    expect(mayRead(request(), { preflight: answer({}, 500), actual })).toEqual({ ok: true });
  });

  it('needs both answers of a preflighted one', () => {
    const put = request({ method: 'PUT' });
    const preflight = answer({ 'access-control-allow-origin': '*', 'access-control-allow-methods': '*' });
    expect(mayRead(put, { preflight, actual })).toEqual({ ok: true });
    expect(mayRead(put, { actual })).toEqual({ ok: false, at: 'preflight', reason: 'no-preflight-answer' });
    expect(mayRead(put, { preflight, actual: answer({}) })).toMatchObject({ at: 'answer' });
    expect(mayRead(put, { preflight: answer({}), actual })).toMatchObject({ at: 'preflight' });
  });

  it('sends no forbidden method at all', () => {
    const verdict = mayRead(request({ method: 'Trace' }), { preflight: allowing('*'), actual });
    expect(outcome(verdict)).toBe('forbidden-method');
  });

  it('is content with a server that grants exactly what was asked', () => {
    const name = fc.constantFrom(
      'x-a',
      'authorization',
      'content-type',
      'accept',
      'range',
      'if-match',
      'cookie',
    );
    const asked = fc.record({
      origin: fc.constantFrom(origin, 'null', 'http://localhost:3000', 'capacitor://localhost'),
      method: fc.constantFrom('GET', 'post', 'put', 'patch', 'PATCH', 'DELETE', 'PURGE'),
      headers: fc.dictionary(name, fc.constantFrom('1', 'application/json', 'bytes=0-')),
      credentials: fc.constantFrom('omit', 'same-origin', 'include'),
    });
    fc.assert(
      fc.property(asked, (wish) => {
        const wanted = request(wish);
        const preflight = preflightFor(wanted);
        const granted = {
          'access-control-allow-origin': preflight.headers.get('origin') ?? '',
          'access-control-allow-credentials': 'true',
          'access-control-allow-methods': preflight.headers.get('access-control-request-method') ?? '',
          'access-control-allow-headers': preflight.headers.get('access-control-request-headers') ?? '',
        };
        expect(mayRead(wanted, { preflight: answer(granted, 204), actual: answer(granted) })).toEqual({
          ok: true,
        });
        const stranger = { ...wanted, origin: 'https://stranger.example' };
        expect(mayRead(stranger, { preflight: answer(granted, 204), actual: answer(granted) }).ok).toBe(
          false,
        );
      }),
    );
  });
});

describe('readableResponseHeaders', () => {
  const sent = {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'content-type': 'text/plain',
    'cache-control': 'no-store',
    etag: '"1"',
    'x-total-count': '3',
    'set-cookie': 'a=b',
    '*': 'x',
  };
  const always = ['content-type', 'cache-control'];

  function readable(exposed: string | undefined, credentials: PageRequest['credentials'] = 'omit'): string[] {
    const expose = exposed === undefined ? {} : { 'access-control-expose-headers': exposed };
    return readableResponseHeaders(request({ credentials }), answer({ ...sent, ...expose })).filter(
      (name) => !name.startsWith('access-control-'),
    );
  }

  it('has only the safelisted ones without an expose header', () => {
    expect(readable(undefined)).toEqual(always);
    expect(readable('')).toEqual(always);
  });

  it.each([
    ['etag', 'etag'],
    ['ETag', 'etag'],
    ['X-Other,, X-Total-Count', 'x-total-count'],
  ])('adds what %j exposes', (exposed, name) => {
    expect(readable(exposed)).toEqual([...always, name]);
  });

  it.each(['etag x-total-count', 'etag, "x"', 'etag; x-total-count', 'etag, x y', 'etag:', '(etag)'])(
    'exposes nothing by the malformed %j',
    (exposed) => {
      expect(readable(exposed)).toEqual(always);
    },
  );

  it('exposes everything but cookies by `*`, which with credentials is a mere name', () => {
    expect(readable('*')).toEqual([...always, 'etag', 'x-total-count', '*']);
    expect(readable('*, etag')).toEqual([...always, 'etag', 'x-total-count', '*']);
    expect(readable('*', 'include')).toEqual([...always, '*']);
    expect(readable('etag, *', 'include')).toEqual([...always, 'etag', '*']);
  });

  it('never exposes Set-Cookie', () => {
    expect(readable('Set-Cookie, etag')).toEqual([...always, 'etag']);
  });

  it('has none where the page may not read', () => {
    expect(readableResponseHeaders(request({ origin: 'https://stranger.example' }), answer(sent))).toEqual(
      [],
    );
  });
});

describe('describeRefusal', () => {
  function words(verdict: Verdict): string {
    if (verdict.ok) throw new Error('Let in');
    return describeRefusal(verdict);
  }

  it('says what is wrong with an origin that was meant well', () => {
    expect(words(corsCheck(request(), allowing(`${origin}/`)))).toBe(
      'The answer allows `https://app.example.com/`, which is not the origin `https://app.example.com`: it ends in a slash.',
    );
    expect(words(corsCheck(request(), allowing('https://other.example.com')))).toBe(
      'The answer allows `https://other.example.com`, which is not the origin `https://app.example.com`.',
    );
  });

  it('names the method and its case', () => {
    const preflight = answer({ 'access-control-allow-origin': '*', 'access-control-allow-methods': 'PATCH' });
    expect(words(preflightCheck(request({ method: 'patch' }), preflight))).toBe(
      'The answer to the preflight does not allow the method `patch`: it allows `PATCH`, and case counts.',
    );
  });

  it('tells a redirect from an error', () => {
    const put = request({ method: 'PUT' });
    const status = (code: number) =>
      words(preflightCheck(put, answer({ 'access-control-allow-origin': '*' }, code)));
    for (const code of [301, 302, 303, 307, 308]) {
      expect(status(code)).toBe(
        `The preflight is answered with a redirect (${code}), which a browser does not follow.`,
      );
    }
    expect(status(401)).toBe('The preflight is answered with status 401, and only 200 to 299 counts.');
  });

  it('has a whole sentence for every reason', () => {
    const at = 'preflight';
    const method = 'PUT';
    const header = 'x-a';
    const allowed = 'x';
    for (const refusal of [
      { reason: 'forbidden-method', method },
      { reason: 'no-preflight-answer' },
      { reason: 'no-allow-origin', origin },
      { reason: 'several-allow-origins', allowed },
      { reason: 'other-allow-origin', allowed: '', origin },
      { reason: 'wildcard-origin-with-credentials' },
      { reason: 'no-allow-credentials' },
      { reason: 'bad-allow-credentials', allowed },
      { reason: 'preflight-status', status: 500 },
      { reason: 'bad-allow-methods', allowed },
      { reason: 'bad-allow-headers', allowed },
      { reason: 'method-not-allowed', method, allowed: ['GET'] },
      { reason: 'wildcard-method-with-credentials', method },
      { reason: 'header-not-allowed', header },
      { reason: 'wildcard-header-with-credentials', header },
      { reason: 'authorization-under-wildcard', toleratedByBrowsers: true },
    ] as const) {
      expect(describeRefusal({ ok: false, at, ...refusal })).toMatch(/^(?:The|Browsers) .*[^.]\.$/);
    }
  });
});
