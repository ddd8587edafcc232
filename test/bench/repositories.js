/**
 * What the plugin costs on whole repositories, beside ESLint's own time. Repositories of TypeScript are generated: services
 * of a hundred files each, of which one starts an Express server, one holds its options, one its allow-list, and twenty its
 * routers. `npm run bench:repositories` builds first. Asserts nothing.
 *
 *     npm run bench:repositories               100, 1,000 and 5,000 files
 *     npm run bench:repositories -- 300        as many as that
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import * as tsParser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';

const ROUTERS = 20;
const SERVICE = 100;

const times = (count, text) => Array.from({ length: count }, (_, i) => text(i));

const serviceFiles = (name) => {
  const resource = (i) => `resource${i}`;
  const files = {
    'server.ts': `
import express from 'express';
import cors from 'cors';
import { corsOptions } from './config/corsOptions.js';
import { authenticate } from './middleware/authenticate.js';
${times(ROUTERS, (i) => `import ${resource(i)} from './routes/${resource(i)}.js';`).join('\n')}

const app = express();
app.use(cors(corsOptions));
app.use(express.json());
${times(ROUTERS, (i) => `app.use('/api/${resource(i)}', authenticate, ${resource(i)});`).join('\n')}
app.listen(process.env.PORT ?? 3000);
`,
    'config/corsOptions.ts': `
import type { CorsOptions } from 'cors';
import { allowedOrigins } from './allowedOrigins.js';

export const corsOptions: CorsOptions = {
  origin(origin, callback) {
    callback(null, !origin || allowedOrigins.includes(origin));
  },
  credentials: true,
  allowedHeaders: ['Content-Type', 'Authorization'],
  maxAge: 600,
};
`,
    'config/allowedOrigins.ts': `
export const allowedOrigins = (process.env.ALLOWED_ORIGINS ?? '').split(',').map((one) => one.trim()).filter(Boolean);
`,
    'middleware/authenticate.ts': `
import type { RequestHandler } from 'express';

export const authenticate: RequestHandler = (req, res, next) => {
  const [scheme, token] = (req.headers.authorization ?? '').split(' ');
  if (scheme !== 'Bearer' || !token) {
    res.status(401).json({ error: 'Please sign in.' });
    return;
  }
  next();
};
`,
  };
  for (let i = 0; i < ROUTERS; i++) {
    files[`routes/${resource(i)}.ts`] = `
import { Router } from 'express';
import * as controller from '../controllers/${resource(i)}.js';

const router = Router();
router.get('/', controller.list);
router.post('/', controller.create);
router.get('/:id', controller.read);
router.put('/:id', controller.replace);
router.delete('/:id', controller.remove);
export default router;
`;
    files[`controllers/${resource(i)}.ts`] = `
import type { RequestHandler } from 'express';
import { ${resource(i)}Store as store } from '../stores/${resource(i)}.js';

export const list: RequestHandler = async (req, res) => {
  const page = Number(req.query.page ?? 1);
  res.set('X-Total-Count', String(await store.count())).json(await store.page(page));
};
export const create: RequestHandler = async (req, res) => {
  res.status(201).json(await store.add({ ...req.body, service: '${name}' }));
};
export const read: RequestHandler = async (req, res) => {
  const found = await store.find(String(req.params.id));
  if (!found) res.status(404).json({ error: 'Not found' });
  else res.json(found);
};
export const replace: RequestHandler = async (req, res) => {
  res.json(await store.replace(String(req.params.id), req.body));
};
export const remove: RequestHandler = async (req, res) => {
  await store.remove(String(req.params.id));
  res.status(204).end();
};
`;
    files[`stores/${resource(i)}.ts`] = `
export interface Item { readonly id: string; readonly service: string }

class Store {
  readonly #items = new Map<string, Item>();

  async count(): Promise<number> { return this.#items.size; }
  async page(page: number): Promise<Item[]> { return [...this.#items.values()].slice((page - 1) * 20, page * 20); }
  async find(id: string): Promise<Item | undefined> { return this.#items.get(id); }
  async add(item: Omit<Item, 'id'>): Promise<Item> {
    const whole = { ...item, id: \`${resource(i)}-\${Date.now()}\` };
    this.#items.set(whole.id, whole);
    return whole;
  }
  async replace(id: string, item: Item): Promise<Item> { this.#items.set(id, { ...item, id }); return item; }
  async remove(id: string): Promise<void> { this.#items.delete(id); }
}

export const ${resource(i)}Store = new Store();
`;
  }
  const others = SERVICE - Object.keys(files).length;
  for (let i = 0; i < others; i++)
    files[`lib/helper${i}.ts`] = `
export interface Options${i} { readonly retries?: number; readonly delay?: number; readonly signal?: AbortSignal }

export async function retry${i}<T>(work: () => Promise<T>, { retries = 3, delay = ${i * 10}, signal }: Options${i} = {}): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= retries || signal?.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, delay * 2 ** attempt));
    }
  }
}
`;
  return files;
};

function generate(size) {
  const root = mkdtempSync(path.join(tmpdir(), 'repository-'));
  writeFileSync(path.join(root, 'package.json'), '{ "private": true, "workspaces": ["services/*"] }');
  for (let i = 0; i < Math.ceil(size / SERVICE); i++) {
    const folder = path.join(root, 'services', `service${i}`);
    const files = {
      'package.json': `{ "name": "service${i}", "type": "module", "dependencies": { "cors": "^2.8.5", "express": "^5.1.0" } }`,
      ...serviceFiles(`service${i}`),
    };
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  return root;
}

/** @param {object | undefined} preset with these rules, or with none */
async function lint(cwd, preset) {
  const eslint = new ESLint({
    cwd,
    stats: true,
    overrideConfigFile: true,
    overrideConfig: [
      { files: ['**/*.ts'], languageOptions: { parser: tsParser } },
      ...(preset ? [preset] : []),
    ],
  });
  const began = performance.now();
  const results = await eslint.lintFiles(['**/*.ts']);
  const total = performance.now() - began;
  const fatal = results.flatMap(({ messages }) => messages).find((message) => message.fatal);
  if (fatal) throw new Error(fatal.message);
  const ours = results.map(({ stats, filePath }) => ({
    filePath,
    ms: Object.values(stats.times.passes[0].rules ?? {}).reduce((sum, { total: spent }) => sum + spent, 0),
  }));
  return { files: results.length, findings: results.flatMap(({ messages }) => messages), total, ours };
}

const ms = (number) => `${number.toFixed(number < 10 ? 1 : 0)} ms`;
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** One size, in a process of its own: what is kept from one would help the next. */
async function measure(size) {
  const { default: cors } = await import('../../dist/src/index.js');
  /** Every rule but the one that is switched on for the time of a move. */
  const every = { ...cors.configs.all, rules: { ...cors.configs.all.rules, 'cors/prefer-safe-cors': 'off' } };
  const root = generate(size);
  try {
    // ESLint and the parser get warm on another repository.
    const other = generate(SERVICE);
    await lint(other);
    rmSync(other, { recursive: true, force: true });
    const without = await lint(root);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const cold = await lint(root, every);
    const again = await lint(root, every);
    globalThis.gc?.();
    const after = process.memoryUsage().heapUsed;
    const spent = (run) => sum(run.ours.map((one) => one.ms));
    const entry = cold.ours.find(({ filePath }) => filePath.endsWith('server.ts'));
    const entryAgain = again.ours.find(({ filePath }) => filePath === entry.filePath);
    console.log(
      [
        `${String(cold.files).padStart(6)} files`,
        `ESLint alone ${ms(without.total)}`,
        `rules ${ms(spent(cold))} (${((spent(cold) / without.total) * 100).toFixed(1)} %), again ${ms(spent(again))}`,
        `the first server ${ms(entry.ms)}, again ${ms(entryAgain.ms)}`,
        `kept ${megabytes(after - before)}`,
        `${cold.findings.length} findings`,
      ].join('; '),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const asked = process.argv[2];
if (asked === undefined) {
  const { execFileSync } = await import('node:child_process');
  console.log('Rules: all of ours, together. Aim: at most 2 % of ESLint’s time at a thousand files.');
  for (const size of [100, 1000, 5000])
    execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), String(size)], {
      stdio: 'inherit',
    });
} else await measure(Number(asked));
