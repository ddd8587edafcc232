/** A server that is a program of its own, such as one of `test/apps`, put on the stage under the name that it is meant for. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request as ask, type RequestListener } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { App } from './stage.ts';

export interface Program {
  /** For `openStage({ 'api.example.test': program.app })`. */
  readonly app: App;
  stop(): Promise<void>;
}

/**
 * Starts it, and waits until it listens.
 *
 * @param file run by this Node, in its own folder.
 * @param portVariable the environment variable from which it reads its port.
 */
export async function startProgram(
  file: string,
  portVariable = 'PORT',
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const port = await freePort();
  const child = spawn(process.execPath, [file], {
    cwd: path.dirname(file),
    env: { ...process.env, ...env, [portVariable]: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!(await isListening(port))) {
    if (hasEnded(child)) throw new Error(`${file} has ended before it listened: ${said}`);
    await wait(25);
  }
  return {
    app: { listener: forwardTo(port) },
    stop: async () => {
      if (hasEnded(child)) return;
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

/** Hands requests on as they are, and answers as well. */
function forwardTo(port: number): RequestListener {
  return (request, response) => {
    const { method = 'GET', url = '/', rawHeaders } = request;
    const inner = ask({ host: '127.0.0.1', port, method, path: url, headers: rawHeaders, agent: false });
    inner.on('response', (answer) => {
      response.statusCode = answer.statusCode ?? 500;
      for (const [name, values] of Object.entries(answer.headersDistinct))
        response.setHeader(name, values?.length === 1 ? values[0]! : (values ?? []));
      answer.pipe(response);
    });
    inner.on('error', () => response.destroy());
    request.pipe(inner);
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
