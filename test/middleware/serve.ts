/** Real servers of every kind that the middleware serves, asked with raw requests over loopback. */
import { once } from 'node:events';
import { createServer, request as request1 } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { connect, createServer as createServer2 } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expressOf, sendTo, withListener } from '../facts/server.ts';
import type { Answer, Ask, Send } from '../facts/server.ts';

export type Next = (error?: unknown) => void;
export type Layer = (request: IncomingMessage, response: ServerResponse, next: Next) => void;
export type Kind = 'express 5' | 'express 4' | 'node:http' | 'node:http2';

export const kinds: readonly Kind[] = ['express 5', 'express 4', 'node:http', 'node:http2'];
/** HTTP/1.1 only: what `node:http2` has no counterpart for. */
export const kinds1: readonly Kind[] = ['express 5', 'express 4', 'node:http'];

/** The app that the tests ask from, one that nobody lists, and one that differs by a letter. */
export const APP = 'https://app.example.com';
export const OTHER = 'https://other.example.com';
export const STRANGER = 'https://stranger.test';

/** Serves these layers one after the other; behind them is 404, and 500 for an error. */
export const serve = async <Result>(
  kind: Kind,
  layers: readonly Layer[],
  use: (send: Send) => Promise<Result>,
): Promise<Result> => {
  if (kind === 'node:http') return withListener(chained(layers), use);
  if (kind === 'node:http2') return withHttp2(chained(layers) as unknown as Listener2, use);
  const app = expressOf(kind === 'express 5' ? 5 : 4)();
  // Otherwise Express prints each error that a test provokes.
  app.set('env', 'test');
  for (const layer of layers) app.use(layer);
  return withListener(app, use);
};

/** What Connect does, in its shortest form. */
const chained =
  (layers: readonly Layer[]): RequestListener =>
  (request, response) => {
    const run = (index: number, error?: unknown): void => {
      const layer = layers[index];
      if (error === undefined && layer) {
        try {
          layer(request, response, (failure) => run(index + 1, failure));
        } catch (failure) {
          run(layers.length, failure);
        }
        return;
      }
      if (response.headersSent) return;
      response.statusCode = error === undefined ? 404 : 500;
      response.end(error === undefined ? 'not found' : 'failed');
    };
    run(0);
  };

/** A handler that answers. */
export const says =
  (body: string): Layer =>
  (_request, response) => {
    response.end(body);
  };

type Listener2 = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** The same as `withListener`, over HTTP/2 without encryption, by the API that is made like that of HTTP/1.1. */
export const withHttp2 = async <Result>(
  listener: Listener2,
  use: (send: Send) => Promise<Result>,
): Promise<Result> => {
  const server = createServer2(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const session = connect(`http://127.0.0.1:${port}`);
  const send = (ask: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string | string[]> = {
        ':method': ask.method ?? 'GET',
        ':path': ask.path ?? '/',
      };
      for (const [name, value] of Object.entries(ask.headers ?? {}))
        headers[name.toLowerCase()] = typeof value === 'string' ? value : [...value];
      if (ask.origin !== undefined)
        headers['origin'] = typeof ask.origin === 'string' ? ask.origin : [...ask.origin];
      const stream = session.request(headers, { endStream: ask.body === undefined });
      const answered = new Map<string, string>();
      let status = 0;
      let body = '';
      stream.setEncoding('utf8');
      stream.on('response', (said) => {
        status = said[':status'] ?? 0;
        for (const [name, value] of Object.entries(said))
          if (!name.startsWith(':')) answered.set(name, Array.isArray(value) ? value.join(', ') : `${value}`);
      });
      stream.on('data', (chunk: string) => (body += chunk));
      stream.on('error', reject);
      stream.on('end', () => resolve({ status, headers: answered, body, hung: false }));
      stream.end(ask.body);
    });
  try {
    return await use(send);
  } finally {
    session.destroy();
    server.close();
    await once(server, 'close');
  }
};

/** A `node:http` server and its port, where a test writes its own bytes or keeps connections. */
export const withPort = async <Result>(
  listener: RequestListener,
  use: (port: number) => Promise<Result>,
): Promise<Result> => {
  const server = createServer({ maxHeaderSize: 64 * 1024 }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
};

/** Header lines as they come, in their order, each line for itself. Names are as they were written. */
export type Lines = readonly (readonly [name: string, value: string])[];

/** Asks a listener once, and gives the lines of its answer, without what differs by time or connection. */
export const linesOf = (listener: RequestListener, ask: Ask = {}): Promise<Lines> =>
  withPort(
    listener,
    (port) =>
      new Promise((resolve, reject) => {
        const outgoing = request1({ host: '127.0.0.1', port, agent: false, method: ask.method ?? 'GET' });
        for (const [name, value] of Object.entries(ask.headers ?? {}))
          outgoing.setHeader(name, value as string | string[]);
        if (typeof ask.origin === 'string') outgoing.setHeader('Origin', ask.origin);
        outgoing.on('error', reject);
        outgoing.on('response', ({ rawHeaders, statusCode, statusMessage }: IncomingMessage) => {
          const lines: [string, string][] = [[`${statusCode}`, statusMessage ?? '']];
          for (let index = 0; index < rawHeaders.length; index += 2)
            lines.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
          resolve(lines.filter(([name]) => !/^(?:date|connection|keep-alive)$/i.test(name)));
        });
        outgoing.end();
      }),
  );

export { sendTo };
