/** Real Express apps on a loopback port, asked with raw requests, so that the tests can hold on to what really happens. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import cors from 'cors';
import type { CorsOptions } from 'cors';
import express5 from 'express';
import type { Express } from 'express';
import express4 from 'express4';

export type Major = 4 | 5;
export type ExpressModule = typeof express5;

/** What a test sends. Without `origin` there is no `Origin` header; several make several header lines. */
export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly origin?: string | readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Milliseconds after which the request counts as hung. */
  readonly patience?: number;
}

export interface Answer {
  /** 0 if the request hung. */
  readonly status: number;
  /** Lower-case names; the lines of a repeated header are joined with `, `, as a browser does. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly hung: boolean;
}

export type Send = (ask?: Ask) => Promise<Answer>;
export type Build = (app: Express, express: ExpressModule) => void;

export const majors: readonly Major[] = [5, 4];

/** How long to wait for an answer that is expected never to come. */
export const briefly = 150;
/** How long to wait for an answer that is expected: long enough for a busy machine. */
const patiently = 5000;

export const expressOf = (major: Major): ExpressModule => (major === 5 ? express5 : express4);

/** Builds an app, serves it for as long as `use` runs, and leaves no socket open behind it. */
export const withApp = async <Result>(
  major: Major,
  build: Build,
  use: (send: Send) => Promise<Result>,
): Promise<Result> => {
  const express = expressOf(major);
  const app = express();
  // Otherwise Express prints each error that a test provokes.
  app.set('env', 'test');
  build(app, express);
  return withListener(app, use);
};

/** The same for a bare Node listener. */
export const withListener = async <Result>(
  listener: RequestListener,
  use: (send: Send) => Promise<Result>,
): Promise<Result> => {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await use((ask = {}) => sendTo(port, ask));
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
};

/** Asks whoever listens on that port. */
export const sendTo = (port: number, ask: Ask): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers: OutgoingHttpHeaders = {};
    for (const [name, value] of Object.entries(ask.headers ?? {})) headers[name] = headerValue(value);
    if (ask.origin !== undefined) headers['Origin'] = headerValue(ask.origin);

    const outgoing = request({
      host: '127.0.0.1',
      port,
      method: ask.method ?? 'GET',
      path: ask.path ?? '/',
      headers,
      agent: false,
    });
    const timer = setTimeout(() => {
      resolve({ status: 0, headers: new Map(), body: '', hung: true });
      outgoing.destroy();
    }, ask.patience ?? patiently);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };

    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body, hung: false });
      });
    });
    outgoing.end(ask.body);
  });

const headerValue = (value: string | readonly string[]): string | string[] =>
  typeof value === 'string' ? value : [...value];

/** From the raw lines, since Node's own `headers` drops some of the repeated ones. */
const headersOf = (response: IncomingMessage): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  const raw = response.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return headers;
};

/** A preflight as browsers send it: `Origin`, the method, perhaps header names; neither cookies nor `Authorization`. */
export const preflight = (origin: string, method = 'PUT', requestHeaders?: string): Ask => ({
  method: 'OPTIONS',
  origin,
  headers: {
    'Access-Control-Request-Method': method,
    ...(requestHeaders !== undefined && { 'Access-Control-Request-Headers': requestHeaders }),
  },
});

/** What an answer says about CORS: its `Access-Control-*` headers and `Vary`, nothing else. */
export const corsHeaders = (answer: Answer): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...answer.headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  );

/** `cors()` with arguments that its types rightly refuse, since users pass them all the same. */
export const corsWith = (...options: readonly unknown[]): ReturnType<typeof cors> =>
  options.length === 0 ? cors() : cors(options[0] as CorsOptions);

export interface ChildEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Serves an app in a process of its own and asks it once, where the fact is that the process ends.
 * `build` is text that may use `app`, `express` and `cors`; `answered` on stdout says that an answer came.
 */
export const serveInChild = (major: Major, build: string): Promise<ChildEnd> =>
  new Promise((resolve) => {
    const script = `
      import cors from 'cors';
      import express from '${major === 5 ? 'express' : 'express4'}';
      const app = express();
      ${build}
      const server = app.listen(0, '127.0.0.1', async () => {
        const url = 'http://127.0.0.1:' + server.address().port;
        try {
          await fetch(url, { headers: { Origin: 'https://app.example.com' }, signal: AbortSignal.timeout(2000) });
          console.log('answered');
        } catch {}
        setTimeout(() => process.exit(0), 50);
      });`;
    execFile(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { env: { ...process.env, NODE_ENV: 'test', NODE_OPTIONS: '' }, timeout: 12_000 },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
