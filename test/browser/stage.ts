/**
 * A stage: real servers on loopback, and a browser that takes them for the whole internet. `https://api.example.test` is
 * ours, and so is every other name, on every port, so that nothing leaves the machine.
 */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BrowserContext, Frame, Page } from 'playwright-core';
import { describe } from 'vitest';
import type { Answer } from '../../src/policy/browser.ts';
import { makeCertificate } from './certificate.ts';
import { findChromium, launchChromium, type Running } from './chromium.ts';

/** Who answers under a host name. */
export interface App {
  readonly listener: RequestListener;
  readonly upgrade?: (request: IncomingMessage, socket: Duplex) => void;
}

/** Ports that speak TLS; all others speak plain HTTP. */
const SECURE_PORTS = [443, 8443];

/** A request that came in, and what was answered. */
export class Visit {
  readonly method: string;
  readonly host: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, scheme: 'http' | 'https') {
    this.method = request.method ?? '';
    this.host = request.headers.host ?? '';
    this.url = new URL(request.url ?? '/', `${scheme}://${this.host}`);
    this.headers = request.headers;
    this.#response = response;
  }

  get isPreflight(): boolean {
    return this.method === 'OPTIONS' && this.headers['access-control-request-method'] !== undefined;
  }

  /** What went over the wire. To be read when the answer has been sent. */
  get answer(): Answer {
    // Node's record of what was set knows nothing of what is given to `writeHead` alone.
    const { _header: sent } = this.#response as ServerResponse & { readonly _header?: string | null };
    if (typeof sent !== 'string') throw new Error(`${this.method} ${this.url.href} was not answered.`);
    const headers = new Map<string, string>();
    for (const line of sent.trimEnd().split('\r\n').slice(1)) {
      const colon = line.indexOf(':');
      const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    return { status: this.#response.statusCode, headers };
  }
}

export interface Stage {
  readonly context: BrowserContext;
  /** What the apps were asked, in order. Pages are not among it. */
  readonly visits: Visit[];
  /** Opens an empty page of that origin, `https://app.example.test`. */
  page(origin: string): Promise<Page>;
  /** The same, opened once: for pages that stay where they are. */
  standing(origin: string): Promise<Page>;
  close(): Promise<void>;
}

/**
 * Serves the apps, each under its host name, and under every other name an empty page.
 *
 * @param apps `{ 'api.example.test': { listener: express() } }`; they answer with and without TLS, on any port.
 */
export async function openStage(apps: Readonly<Record<string, App>>): Promise<Stage> {
  const { fingerprint, ...certificate } = makeCertificate();
  const visits: Visit[] = [];
  const upgraded = new Set<Duplex>();
  const listenerFor =
    (scheme: 'http' | 'https'): RequestListener =>
    (request, response) => {
      const app = appOf(apps, request);
      if (!app) return servePage(response);
      visits.push(new Visit(request, response, scheme));
      app.listener(request, response);
    };
  const servers = [createServer(listenerFor('http')), createSecureServer(certificate, listenerFor('https'))];
  for (const server of servers)
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      upgraded.add(socket);
      const upgrade = appOf(apps, request)?.upgrade;
      if (upgrade) upgrade(request, socket);
      else socket.destroy();
    });
  const [plain = 0, secure = 0] = await Promise.all(servers.map(listen));
  const rules = [
    ...SECURE_PORTS.map((port) => `MAP *:${port} 127.0.0.1:${secure}`),
    `MAP * 127.0.0.1:${plain}`,
  ];
  let running: Running;
  try {
    running = await launchChromium([
      `--host-resolver-rules=${rules.join(', ')}`,
      `--ignore-certificate-errors-spki-list=${fingerprint}`,
    ]);
  } catch (error) {
    await Promise.all(servers.map(close));
    throw error;
  }
  const { context } = running;
  const standing = new Map<string, Promise<Page>>();
  const open = async (origin: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    return page;
  };
  return {
    context,
    visits,
    page: open,
    standing: (origin) => {
      const page = standing.get(origin) ?? open(origin);
      standing.set(origin, page);
      return page;
    },
    close: async () => {
      await running.close();
      // Node no longer knows them.
      for (const socket of upgraded) socket.destroy();
      await Promise.all(servers.map(close));
    },
  };
}

/** A frame in the page whose origin is `null`. */
export async function framed(page: Page, attributes: string): Promise<Frame> {
  await page.setContent(`<iframe ${attributes}></iframe>`);
  const element = await page.waitForSelector('iframe');
  const frame = await element.contentFrame();
  if (!frame) throw new Error('The frame has not loaded.');
  await frame.waitForLoadState();
  return frame;
}

/** Tests that need a browser. Whether they may be skipped is decided when the run begins. */
export const describeInChromium = describe.skipIf(findChromium() === undefined);

function appOf(apps: Readonly<Record<string, App>>, { headers }: IncomingMessage): App | undefined {
  const name = (headers.host ?? '').replace(/:\d+$/, '');
  return Object.hasOwn(apps, name) ? apps[name] : undefined;
}

function servePage(response: ServerResponse): void {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end('<!doctype html><title>A page</title>');
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
