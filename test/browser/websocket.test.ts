/** A WebSocket is under no CORS at all: whoever takes the upgrade has to ask the policy. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import express from 'express';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { cors } from '../../src/middleware/index.ts';
import { describeInChromium, framed, openStage, type App, type Stage } from './stage.ts';

const APP = 'https://app.example.test';

const listed = cors({ origin: [APP, 'https://preview-*.example.test'], credentials: true });
const asked = cors({ origin: async (origin) => origin === APP, credentials: true });
const routed = cors({ origin: [APP], routes: { '/public': { origin: '*' } } });

/** The cookies of those who got in. */
let connected: string[] = [];

function live(isAllowed: (request: IncomingMessage) => boolean | Promise<boolean>): App {
  const upgrade = async (request: IncomingMessage, socket: Duplex): Promise<void> => {
    if (!(await isAllowed(request))) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    connected.push(request.headers.cookie ?? '');
    socket.on('error', () => socket.destroy());
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    // One text frame: `secret`.
    socket.write(Buffer.concat([Buffer.from([0x81, 6]), Buffer.from('secret')]));
  };
  return { listener: express(), upgrade: (request, socket) => void upgrade(request, socket) };
}

/** What a page gets to hear. */
function hear(page: Page | Frame, url: string): Promise<string> {
  return page.evaluate(
    (address) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(address);
        socket.onmessage = ({ data }) => {
          resolve(String(data));
          socket.close();
        };
        socket.onclose = ({ code }) => resolve(`closed with ${code}`);
      }),
    url,
  );
}

/** What the browser says where there was no handshake. */
const REFUSED = 'closed with 1006';

describeInChromium('WebSockets of Chromium', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({
      'live.example.test': live(({ headers }) => listed.allows(headers.origin)),
      'asked.example.test': live((request) => asked.allowsAsync(request.headers.origin, request)),
      'routed.example.test': live((request) => routed.allows(request.headers.origin, request)),
      'careless.example.test': live(() => true),
    });
    await stage.context.addCookies([
      {
        ...{ name: 'session', value: '1', domain: '.example.test', path: '/' },
        ...{ secure: true, sameSite: 'None' },
      },
    ]);
  });
  beforeEach(() => {
    connected = [];
  });
  afterAll(() => stage?.close());

  it('connect from the pages of listed origins', async () => {
    for (const origin of [APP, 'https://preview-7.example.test'])
      expect(await hear(await stage.standing(origin), 'wss://live.example.test/')).toBe('secret');
    expect(connected).toEqual(['session=1', 'session=1']);
  });

  it('do not connect from others', async () => {
    const origins = [
      'https://stranger.test',
      'https://shop.example.test',
      'https://app.example.test:8443',
      'https://app.example.test.evil.test',
    ];
    for (const origin of origins)
      expect(await hear(await stage.standing(origin), 'wss://live.example.test/')).toBe(REFUSED);
    const frame = await framed(await stage.page(APP), 'sandbox="allow-scripts" src="/frame"');
    expect(await hear(frame, 'wss://live.example.test/')).toBe(REFUSED);
    expect(connected).toEqual([]);
  });

  it('would connect from anywhere, with cookies, if nobody asked', async () => {
    const page = await stage.standing('https://stranger.test');
    expect(await hear(page, 'wss://careless.example.test/')).toBe('secret');
    expect(connected).toEqual(['session=1']);
  });

  it('connect as the function of a policy says', async () => {
    expect(await hear(await stage.standing(APP), 'wss://asked.example.test/')).toBe('secret');
    const stranger = await stage.standing('https://stranger.test');
    expect(await hear(stranger, 'wss://asked.example.test/')).toBe(REFUSED);
    expect(() => asked.allows(APP)).toThrow(TypeError);
  });

  it('connect as the policy of their path says', async () => {
    const stranger = await stage.standing('https://stranger.test');
    expect(await hear(stranger, 'wss://routed.example.test/public/news')).toBe('secret');
    expect(await hear(stranger, 'wss://routed.example.test/private')).toBe(REFUSED);
  });
});
