/** What really comes of a request: a program that decides about origins, run by Node, Express and the real `cors`. */
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Script } from 'node:vm';
import cors from 'cors';
import express from 'express';
import type { NextFunction, Request as ExpressRequest, RequestHandler, Response } from 'express';
import type { Request } from '../../src/policy/policy.ts';
import type { Decision, Inputs } from './decisions.grammar.ts';

export interface Real {
  readonly end: 'passes' | 'answers' | 'fails' | 'hangs';
  /** Of an answer, or of the answer that Express gives to an error. */
  readonly status: number | undefined;
  /** As they were then, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

const ENVIRONMENT = { NODE_ENV: 'production' };
const QUIET = { log: () => undefined, warn: () => undefined, error: () => undefined };
/** Rounds of the event loop in which nothing new may be under way any more. */
const ROUNDS = 4;

/** What becomes of the request that is under way. */
interface Outcome {
  first: Real | undefined;
}

let mounted: RequestHandler | undefined;
let outcome: Outcome = { first: undefined };

const app = express();
// Otherwise Express prints each error.
app.set('env', 'test');
app.use((req: ExpressRequest, res: Response, next: NextFunction): unknown => {
  const under = outcome;
  observe(res, under);
  const pass = (error?: unknown): void => {
    if (!error || error === 'route' || error === 'router')
      under.first ??= { end: 'passes', status: undefined, headers: headersOf(res) };
    next(error);
  };
  // Express looks after what it throws, and after the promise that it returns.
  return mounted?.(req, res, pass);
});
app.use((_req: ExpressRequest, res: Response) => {
  res.end();
});
app.use((error: unknown, _req: ExpressRequest, res: Response, next: NextFunction) => {
  observed.get(res)?.fails(headersOf(res));
  next(error);
});

/** By response: who comes late speaks of a request that is gone. */
const observed = new WeakMap<object, { fails(headers: ReadonlyMap<string, string>): void }>();

/** Notes the answer, unless the request was passed on before. */
function observe(res: Response, under: Outcome): void {
  observed.set(res, {
    fails: (headers) => {
      under.first ??= { end: 'fails', status: undefined, headers };
    },
  });
  const end = res.end.bind(res) as (...args: unknown[]) => Response;
  Object.defineProperty(res, 'end', {
    configurable: true,
    writable: true,
    value: (...args: unknown[]): Response => {
      const before = res.writableEnded;
      end(...args);
      const { first } = under;
      if (first?.end === 'fails' && first.status === undefined)
        under.first = { ...first, status: res.statusCode };
      else if (!first && !before)
        under.first = { end: 'answers', status: res.statusCode, headers: headersOf(res) };
      return res;
    },
  });
}

function headersOf(res: ServerResponse): ReadonlyMap<string, string> {
  // What `writeHead` was given stands in the text that is sent, and nowhere else.
  const sent = (res as { _header?: string | null })._header;
  if (typeof sent === 'string') {
    const headers = new Map<string, string>();
    for (const line of sent.split('\r\n').slice(1)) {
      const colon = line.indexOf(':');
      if (colon < 0) continue;
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    return headers;
  }
  return new Map(
    Object.entries(res.getHeaders()).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value.join(', ') : String(value)).trim(),
    ]),
  );
}

type Main = (
  cors: unknown,
  express: unknown,
  input: unknown,
  process: unknown,
  console: unknown,
  setTimeout: unknown,
) => void;

/** The program, ready to be started: every start is a new process, as far as it can tell. */
export class Program {
  readonly #main: Main;

  constructor({ source }: Decision) {
    this.#main = new Script(
      `(function (cors, express, input, process, console, setTimeout) {'use strict';\n${source}\n})`,
    ).runInThisContext() as Main;
  }

  /** What `app` got; nothing where the module throws. */
  start({ input, env }: Inputs): RequestHandler | undefined {
    const handlers: RequestHandler[] = [];
    const fake = {
      env: { ...ENVIRONMENT, ...env },
      nextTick: (work: () => void) => {
        process.nextTick(guarded(work));
      },
    };
    const later = (work: () => void): void => {
      setImmediate(guarded(work));
    };
    try {
      this.#main(
        cors,
        () => ({ use: (handler: RequestHandler) => handlers.push(handler) }),
        { ...input },
        fake,
        QUIET,
        later,
      );
    } catch {
      return undefined;
    }
    return handlers[0];
  }
}

/** What is thrown out of a timer ends the process: for the request that is a hang. */
const guarded = (work: () => void) => (): void => {
  try {
    work();
  } catch {
    // Nobody answers.
  }
};

/** Sends one request, and waits until nothing is under way any more. */
export async function send(handler: RequestHandler, { method, path, headers }: Request): Promise<Real> {
  const req = new IncomingMessage(undefined as unknown as Socket);
  Object.assign(req, { method, url: path, headers: Object.fromEntries(headers), httpVersion: '1.1' });
  const res = new ServerResponse(req);
  mounted = handler;
  const under: Outcome = (outcome = { first: undefined });
  (app as unknown as (req: IncomingMessage, res: ServerResponse) => void)(req, res);
  for (let round = 0; round < ROUNDS; round++)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  return under.first ?? { end: 'hangs', status: undefined, headers: new Map() };
}

/** Rejections that nobody handles end the process; here they are part of the experiment. */
export async function withoutRejections<T>(work: () => Promise<T>): Promise<T> {
  const events = ['unhandledRejection', 'uncaughtException'] as const;
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  for (const event of events) {
    process.removeAllListeners(event);
    process.on(event, () => undefined);
  }
  try {
    return await work();
  } finally {
    events.forEach((event, index) => {
      process.removeAllListeners(event);
      for (const listener of before[index] ?? []) process.on(event as 'uncaughtException', listener);
    });
  }
}
