/** Applications on disk, as the linter reads them, and as Node runs them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import tsParser from '@typescript-eslint/parser';
import { Application } from '../../src/analysis/application.ts';
import { lower } from '../../src/analysis/lower.ts';
import { modulesFor } from '../../src/parse.ts';

/** The application that begins in that file. `env`: its environment. */
export function applicationAt(file: string, env: Readonly<Record<string, string>> = {}): Application {
  const text = readFileSync(file, 'utf8');
  const { ast } = tsParser.parseForESLint(text, { range: true, loc: true, filePath: file });
  const entry = { path: file, text, base: 0, code: lower(ast) };
  return new Application(entry, { env }, modulesFor(file, { parser: tsParser }));
}

/**
 * Starts a server in a process of its own, which listens on `process.env.PORT`, for as long as `use` runs.
 *
 * @throws if it ends before it listens; what it printed is in the message.
 */
export async function withServer<T>(
  file: string,
  env: Readonly<Record<string, string>>,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const child = spawn(process.execPath, [file], {
    cwd: path.dirname(file),
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env, PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      printed += data.toString();
    });
  let ended = false;
  const end = once(child, 'exit').then(() => {
    ended = true;
  });
  try {
    while (!(await listens(port))) {
      if (ended) throw new Error(`${file} does not start: ${printed}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    return await use(port);
  } finally {
    child.kill();
    await end;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}
