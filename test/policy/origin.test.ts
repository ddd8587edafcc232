import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeFlaw,
  isInsecure,
  isLoopback,
  listedOrigins,
  parseOrigin,
  serializeOrigin,
} from '../../src/policy/origin.ts';
import type { Origin, OriginFlaw } from '../../src/policy/origin.ts';

function origin(text: string): Origin {
  const parsed = parseOrigin(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.flaws.join(', ')}`);
  return parsed;
}

describe('parseOrigin', () => {
  it('tells the parts of an origin', () => {
    expect(parseOrigin('https://app.example.com:8443')).toEqual({
      ok: true,
      kind: 'tuple',
      scheme: 'https',
      host: 'app.example.com',
      port: 8443,
    });
    expect(parseOrigin('http://[::1]')).toMatchObject({ scheme: 'http', host: '[::1]', port: undefined });
    expect(parseOrigin('null')).toEqual({ ok: true, kind: 'null' });
    expect(parseOrigin('capacitor://localhost')).toEqual({
      ok: true,
      kind: 'custom',
      scheme: 'capacitor',
      host: 'localhost',
      port: undefined,
    });
  });

  it.each([
    'http://localhost:3000',
    'https://localhost',
    'http://127.0.0.1:5173',
    'http://[2001:db8::1]:8080',
    'https://xn--bcher-kva.example',
    'https://my_host.example.com', // browsers send underscores
    'https://example.com.', // another host than without the dot, and sent so
    'https://-a-.example',
    'https://a.example:1',
    'https://a.example:65535',
    'http://a.example:443', // the default of the other scheme
    'https://a.example:80',
    'ionic://localhost',
    'tauri://localhost',
    'app://obsidian.md',
    'app://-',
    'app://.',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://0f1d2c3b-1111-2222-3333-444455556666',
    'safari-web-extension://0F1D2C3B-1111-2222-3333-444455556666', // such hosts keep their case
    'vscode-webview://0abc123',
    'com.example.app://main',
    'custom://[::1]:80',
    'file://', // what Cordova and Electron send
  ])('accepts %s', (text) => {
    expect(serializeOrigin(origin(text))).toBe(text);
  });

  const hopeless: [string, ...OriginFlaw[]][] = [
    ['', 'empty'],
    ['  ', 'empty'],
    ['*', 'bare-wildcard'],
    [' * ', 'bare-wildcard', 'surrounding-space'],
    ['true', 'word'],
    ['NULL', 'word'],
    ["'self'", 'word', 'quoted'],
    ['https://*.example.com', 'wildcard'],
    ['https://*.example.com/', 'wildcard', 'trailing-slash'],
    ['*.example.com', 'wildcard', 'no-scheme'],
    ['http://localhost:*', 'wildcard'],
    ['https://example.*', 'wildcard'],
    ['*://example.com/*', 'wildcard'],
    ['chrome-extension://*', 'wildcard'],
    [String.raw`^https://.*\.example\.com$`, 'regex'],
    [String.raw`/\.example\.com$/`, 'regex'],
    ['https?://localhost', 'regex'],
    ['https://(a|b).example.com', 'regex'],
    ['https://${HOST}', 'template'],
    ['{{origin}}', 'template'],
    ['https://<your-domain>', 'template'],
    ['https://YOUR-PROJECT.example.com', 'template'],
    ['YOUR_DOMAIN', 'template'],
    ['$CLIENT_URL', 'template'],
    ['https://a.example,https://b.example', 'list'],
    ['https://a.example, https://b.example/', 'list'],
    ['https://a.example https://b.example', 'list'],
    ['https://a.example;https://b.example', 'list'],
    ['a.example b.example', 'list'],
    ['["https://a.example","https://b.example"]', 'list'],
    ['https://a.example:1https://b.example', 'list'],
    ['"https://a.example', 'quoted'],
    ['https://my site.example', 'inner-space'],
    ['http s://a.example', 'inner-space'],
    ['data:', 'no-own-origin'],
    ['blob:https://a.example/0f1d', 'no-own-origin'],
    ['//a.example', 'scheme-relative'],
    ['//a.example/', 'scheme-relative', 'trailing-slash'],
    ['a.example', 'no-scheme'],
    ['A.example/', 'no-scheme', 'upper-case', 'trailing-slash'],
    ['localhost:3000', 'no-scheme'],
    ['data:3000', 'no-scheme'],
    ['[::1]:3000', 'no-scheme'],
    ['://a.example', 'no-scheme'],
    ['/api', 'no-scheme', 'no-host', 'path'],
    [':3000', 'no-scheme', 'no-host'],
    ['localhost://3000', 'bad-scheme'],
    ['1http://a.example', 'bad-scheme'],
    ['wss://a.example', 'pageless-scheme'],
    ['ws://localhost:3000/', 'pageless-scheme', 'trailing-slash'],
    ['ftp://a.example', 'pageless-scheme'],
    ['http://https://a.example', 'double-scheme'],
    ['https://', 'no-host'],
    ['https://:3000', 'no-host'],
    ['https://a..example', 'bad-host'],
    ['https://.example.com', 'bad-host'],
    ['https://a%2fb.example', 'bad-host'],
    ['https://a$b.example', 'bad-host'],
    ['https://256.1.1.1', 'bad-host'],
    ['https://xn--a', 'bad-host'],
    ['http://[::1', 'bad-host', 'bad-port'],
    ['http://::1:3000', 'no-host', 'bad-port'],
    ['app://a<b', 'bad-host'],
    ['app://ünï', 'not-ascii'],
    ['https://a.example:port', 'bad-port'],
    ['https://a.example:0', 'bad-port'],
    ['https://a.example:65536', 'bad-port'],
    ['https://a.example:-1', 'bad-port'],
    ['https://a.example:3000:3001', 'bad-port'],
    ['http://3000', 'host-not-canonical'],
    ['https://app?.example.com', 'query'],
  ];
  it.each(hopeless)('refuses %j without a guess', (text, ...flaws) => {
    expect(parseOrigin(text)).toEqual({ ok: false, flaws, corrected: undefined });
  });

  const mendable: [string, string, ...OriginFlaw[]][] = [
    ['https://a.example/', 'https://a.example', 'trailing-slash'],
    ['https://a.example//', 'https://a.example', 'trailing-slash'],
    ['https://a.example\\', 'https://a.example', 'trailing-slash'],
    ['capacitor://localhost/', 'capacitor://localhost', 'trailing-slash'],
    ['file:///', 'file://', 'trailing-slash'],
    ['https://a.example/app/', 'https://a.example', 'path'],
    ['https://a.example/*', 'https://a.example', 'path'],
    ['https://script.example/macros/AK_BX/exec', 'https://script.example', 'path'],
    ['https://a.example?x=1', 'https://a.example', 'query'],
    ['https://a.example/?x', 'https://a.example', 'query'],
    ['https://a.example/p?x#y', 'https://a.example', 'path', 'query', 'fragment'],
    ['https://a.example#top', 'https://a.example', 'fragment'],
    ['https://App.Example', 'https://app.example', 'upper-case'],
    ['HTTPS://a.example', 'https://a.example', 'upper-case'],
    ['Capacitor://localhost', 'capacitor://localhost', 'upper-case'],
    ['https://a.example:443', 'https://a.example', 'default-port'],
    ['http://a.example:80/', 'http://a.example', 'default-port', 'trailing-slash'],
    ['https://a.example:0443', 'https://a.example', 'bad-port'],
    ['https://a.example:03000', 'https://a.example:3000', 'bad-port'],
    ['https://a.example:', 'https://a.example', 'bad-port'],
    ['https://me:secret@a.example', 'https://a.example', 'userinfo'],
    ['https://me@b.example@a.example', 'https://a.example', 'userinfo'], // as a browser reads it
    [' https://a.example\n', 'https://a.example', 'surrounding-space'],
    [' null', 'null', 'surrounding-space'],
    ['"https://a.example"', 'https://a.example', 'quoted'],
    ["' https://a.example/ '", 'https://a.example', 'quoted', 'trailing-slash', 'surrounding-space'],
    ['https://a.example,', 'https://a.example', 'list'],
    ['["https://a.example"]', 'https://a.example', 'list'],
    ['https://bücher.example', 'https://xn--bcher-kva.example', 'not-ascii'],
    ['https://BÜCHER.example', 'https://xn--bcher-kva.example', 'not-ascii', 'upper-case'],
    ['http://127.1:3000', 'http://127.0.0.1:3000', 'host-not-canonical'],
    ['http://0x7f.0.0.1', 'http://127.0.0.1', 'host-not-canonical'],
    ['http://[0:0::1]', 'http://[::1]', 'host-not-canonical'],
    ['http://[2001:DB8::1]', 'http://[2001:db8::1]', 'upper-case'],
    ['https://%65xample.com', 'https://example.com', 'host-not-canonical'],
    ['https://https://a.example', 'https://a.example', 'double-scheme'],
    ['htps://a.example', 'https://a.example', 'misspelt-scheme'],
    ['htttp://localhost:3000', 'http://localhost:3000', 'misspelt-scheme'],
    ['https:/a.example', 'https://a.example', 'bad-separator'],
    ['https:a.example', 'https://a.example', 'bad-separator'],
    ['https//a.example', 'https://a.example', 'bad-separator'],
    ['https:///a.example', 'https://a.example', 'bad-separator'],
    ['http:\\\\localhost:3000', 'http://localhost:3000', 'bad-separator'],
  ];
  it.each(mendable)('corrects %j to %s', (text, corrected, ...flaws) => {
    expect(parseOrigin(text)).toEqual({ ok: false, flaws, corrected });
  });

  it('has a clause for every flaw', () => {
    for (const flaw of [...hopeless.flatMap(([, ...flaws]) => flaws), 'trailing-slash' as const]) {
      expect(describeFlaw(flaw)).toMatch(/^(?:it|its|a|no) [^.]*$/);
    }
    expect(describeFlaw('trailing-slash')).toBe('it ends in a slash');
  });

  it('survives long and nested input', () => {
    for (const piece of [
      '"',
      '[',
      ']',
      '(',
      '(|',
      'a://',
      'https://',
      ' ',
      ',',
      ':',
      '{a',
      '<a',
      '*',
      '.',
      '%A',
    ]) {
      const text = piece.repeat(20_000);
      expect(parseOrigin(text).ok, piece).toBe(false);
      expect(parseOrigin(`https://a.example/${text}`).ok, piece).toBe(false);
    }
  });
});

/** Strings made of what origins, and mistakes in them, are made of. */
const nearOrigins = fc
  .array(
    fc.constantFrom(
      ...['https', 'http', 'app', 'null', 'a.example', 'localhost', '127.1', '[::1]', 'xn--', 'ü', 'A', '1'],
      ...[':', '://', '/', '//', '\\', '?', '#', '@', '*', '.', ',', ';', ' ', '\n', '"', "'", '[', ']', '|'],
      ...['443', '80', '0', '3000', '%', '$', '{', '}', '_', '-', '\0', '\uFEFF', '\u00AD', '＿', '。'],
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

describe('parseOrigin, of any string', () => {
  const anyText = fc.oneof(nearOrigins, fc.string(), fc.string({ unit: 'binary' }), fc.webUrl());

  it('answers, and what it corrects is an origin that needs no correction', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseOrigin(text);
        if (parsed.ok) {
          expect(serializeOrigin(parsed)).toBe(text);
          return;
        }
        expect(parsed.flaws.length).toBeGreaterThan(0);
        expect(new Set(parsed.flaws).size).toBe(parsed.flaws.length);
        if (parsed.corrected !== undefined) {
          expect(parsed.corrected).not.toBe(text);
          expect(parseOrigin(parsed.corrected).ok).toBe(true);
        }
      }),
      { numRuns: 4000 },
    );
  });

  it('accepts no web origin that a browser would write otherwise', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseOrigin(text);
        if (parsed.ok && parsed.kind === 'tuple') expect(new URL(text).origin).toBe(text);
      }),
      { numRuns: 4000 },
    );
  });

  it('corrects a web URL to what a browser makes of it, if at all', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseOrigin(text);
        if (parsed.ok || parsed.corrected === undefined) return;
        if (/^https?:/i.test(text) && URL.canParse(text) && !parsed.flaws.includes('double-scheme')) {
          if (!parsed.flaws.includes('list')) expect(parsed.corrected).toBe(new URL(text).origin);
        }
      }),
      { numRuns: 4000 },
    );
  });

  it('accepts the origin of every web URL', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ validSchemes: ['http', 'https'] }),
        fc.integer({ min: 1, max: 65535 }),
        (url, port) => {
          const parsed = new URL(url);
          expect(parseOrigin(parsed.origin)).toMatchObject({ ok: true, kind: 'tuple' });
          parsed.port = String(port);
          expect(parseOrigin(parsed.origin)).toMatchObject({ ok: true, kind: 'tuple' });
        },
      ),
    );
  });
});

describe('listedOrigins', () => {
  it('takes a list apart, whatever separates it', () => {
    const both = ['https://a.example', 'https://b.example'];
    expect(listedOrigins('https://a.example,https://b.example')).toEqual(both);
    expect(listedOrigins(' https://a.example ; https://b.example, ')).toEqual(both);
    expect(listedOrigins('["https://a.example", "https://b.example"]')).toEqual(both);
    expect(listedOrigins('http://[::1]:3000')).toEqual(['http://[::1]:3000']);
    expect(listedOrigins('')).toEqual([]);
  });
});

describe('isLoopback', () => {
  it.each([
    'http://localhost',
    'https://localhost:3000',
    'http://app.localhost',
    'http://localhost.',
    'http://127.0.0.1:3000',
    'http://127.255.0.9',
    'http://[::1]:3000',
    'http://0.0.0.0:3000', // printed by dev servers, and leads to the same machine
  ])('takes %s for the machine itself', (text) => {
    expect(isLoopback(origin(text))).toBe(true);
    expect(isInsecure(origin(text))).toBe(false);
  });

  it.each([
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://127.example.com',
    'http://128.0.0.1',
    'http://192.168.0.1',
    'http://[::2]',
    'http://lvh.me',
  ])('takes %s for another machine, and insecure', (text) => {
    expect(isLoopback(origin(text))).toBe(false);
    expect(isInsecure(origin(text))).toBe(true);
  });

  it.each(['null', 'capacitor://localhost', 'https://app.example.com', 'file://'])(
    'takes %s for neither loopback nor insecure',
    (text) => {
      expect(isLoopback(origin(text))).toBe(false);
      expect(isInsecure(origin(text))).toBe(false);
    },
  );
});
