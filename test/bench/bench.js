/**
 * What the plugin costs, measured by ESLint itself (`stats`), printed beside what we aim at. Asserts nothing.
 * `npm run bench` builds first.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import * as tsParser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import cors from '../../dist/src/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const demo = path.join(root, 'test/apps/demo');
const entry = new URL('../../dist/src/index.js', import.meta.url).href;

// --- what is linted

/** An Express server of `size` resources: five routes each, and one policy for all. */
function expressServer(size) {
  const resources = Array.from({ length: size }, (_, i) => {
    const name = `resource${i}`;
    return `
const ${name} = express.Router();
const ${name}Cache = new Map();

${name}.get('/', async (req, res, next) => {
  try {
    const { page = 1, limit = 20 } = req.query;
    const rows = await db.query('select * from ${name} limit $1 offset $2', [limit, (page - 1) * limit]);
    res.set('X-Total-Count', String(rows.length)).json(rows.map((row) => ({ ...row, kind: '${name}' })));
  } catch (error) {
    next(error);
  }
});

${name}.get('/:id', requireUser, (req, res) => {
  const cached = ${name}Cache.get(req.params.id);
  if (!cached) return res.status(404).json({ error: 'Not found', id: req.params.id });
  res.json(cached);
});

${name}.post('/', requireUser, express.json(), (req, res) => {
  const item = { id: \`${name}-\${Date.now()}\`, ...req.body, owner: req.user };
  ${name}Cache.set(item.id, item);
  res.status(201).json(item);
});

${name}.put('/:id', requireUser, express.json(), (req, res) => {
  const item = Object.assign({}, ${name}Cache.get(req.params.id), req.body);
  ${name}Cache.set(req.params.id, item);
  res.json(item);
});

${name}.delete('/:id', requireUser, (req, res) => {
  ${name}Cache.delete(req.params.id);
  res.status(204).end();
});

app.use('/api/${name}', ${name});
`;
  });
  return `
const express = require('express');
const cors = require('cors');
const db = require('./db');

const app = express();
const allowedOrigins = ['https://shop.fernfield.example', 'https://office.fernfield.example'];
const corsOptions = {
  origin: allowedOrigins,
  credentials: true,
  methods: ['GET', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['Content-Type', 'Authorization'],
  maxAge: 600,
};

app.use(cors(corsOptions));

function requireUser(req, res, next) {
  const [scheme, token] = (req.headers.authorization || '').split(' ');
  if (scheme !== 'Bearer' || !token) return res.status(401).json({ error: 'Please sign in.' });
  req.user = token;
  next();
}
${resources.join('')}
app.listen(process.env.PORT || 3000);
`;
}

/** As long as an Express server, and without a word of CORS. */
const plain = (size) =>
  Array.from(
    { length: size },
    (_, i) => `
export class Matrix${i} {
  #cells = new Float64Array(${i + 2} ** 2);

  static identity() {
    const one = new Matrix${i}();
    for (let at = 0; at < ${i + 2}; at += 1) one.#cells[at * ${i + 3}] = 1;
    return one;
  }

  times(other) {
    const product = new Matrix${i}();
    for (let row = 0; row < ${i + 2}; row += 1) {
      for (let column = 0; column < ${i + 2}; column += 1) {
        let sum = 0;
        for (let at = 0; at < ${i + 2}; at += 1) sum += this.at(row, at) * other.at(at, column);
        product.#cells[row * ${i + 2} + column] = sum;
      }
    }
    return product;
  }

  at(row, column) {
    return this.#cells[row * ${i + 2} + column];
  }
}
`,
  ).join('');

// --- checks that decide in code

const decides = (check) => `
const express = require('express');
const cors = require('cors');
const app = express();
const allowed = ['https://shop.fernfield.example', 'https://office.fernfield.example', 'http://localhost:3000'];
app.use(cors({ origin: ${check}, credentials: true, maxAge: 600 }));
`;
const checks = {
  'a list, for comparison': 'allowed',
  'a callback with a list': `function (origin, callback) {
    if (!origin || allowed.indexOf(origin) !== -1) callback(null, true);
    else callback(null, false);
  }`,
  'a callback that looks at the host': `(origin, callback) => {
    if (!origin) return callback(null, true);
    try {
      const { hostname, protocol } = new URL(origin);
      const own = hostname === 'fernfield.example' || hostname.endsWith('.fernfield.example');
      callback(null, protocol === 'https:' && own);
    } catch {
      callback(null, false);
    }
  }`,
  'three expressions': String.raw`[/^https:\/\/([a-z0-9-]+\.)*fernfield\.example$/, /localhost:\d+$/, /\.vercel\.app$/]`,
};

/** Source that would run for ever, or grow without bound. Each ends in unknown, by counted steps. */
const adversarial = {
  'paths that multiply': decides(
    `(origin, callback) => { let n = 0; ${times(24, (i) => `if (x${i}) n += ${i}; else n -= ${i};`)} callback(null, n > 3); }`,
  ),
  'calls that multiply': decides(
    `(o, cb) => { const f = (a, n) => (n <= 0 ? a : f(a + 'x', n - 1) + f(a + 'y', n - 1)); cb(null, f(o, 30) === 'z'); }`,
  ),
  'a loop without an end': decides(
    `(o, cb) => { for (;;) { if (o === 'x' + Math.random()) break; } cb(null, true); }`,
  ),
  'recursion without an end': decides(`(o, cb) => { const g = (one) => g(one); cb(null, g(o)); }`),
  'catastrophic expressions': decides(
    String.raw`[/(a+)+$/, /(.*)*x/, /^(\w+\s?)*$/, /^(([a-z])+.)+[A-Z]([a-z])+$/]`,
  ),
  'two thousand origins': decides(`[${times(2000, (i) => `'https://h${i}.fernfield.example', `)}]`),
  'three hundred expressions': decides(
    `[${times(300, (i) => String.raw`/^https:\/\/h${i}\.fernfield\.example$/, `)}]`,
  ),
  'headers that multiply': `
const app = require('express')();
app.use((req, res, next) => {
  ${times(16, (i) => `if (a${i}) res.set('X-${i}', '1'); if (b${i}) res.set('Access-Control-Allow-Headers', '${i}');`)}
  res.set('Access-Control-Allow-Origin', '*');
  next();
});`,
};
function times(count, text) {
  return Array.from({ length: count }, (_, i) => text(i)).join('');
}

const read = (file) => readFileSync(file, 'utf8');
const installed = (name, folder) => {
  const at = path.join(root, 'node_modules', name, folder);
  return readdirSync(at, { recursive: true })
    .filter((file) => /\.m?js$/.test(file))
    .map((file) => ({ name: `${name}/${file}`, text: read(path.join(at, file)) }));
};

// --- how

const median = (numbers) => percentile(numbers, 0.5);
function percentile(numbers, share) {
  const ordered = [...numbers].sort((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))];
}

const parsers = { espree: undefined, '@typescript-eslint/parser': tsParser };

/** Every rule but the one that is switched on for the time of a move, and has a line of its own. */
const EVERY = { ...cors.configs.all, rules: { ...cors.configs.all.rules, 'cors/prefer-safe-cors': 'off' } };

/** As many rules as ours that do nothing: what ESLint itself takes to call them. */
const idle = {
  rules: Object.fromEntries(
    Object.keys(cors.configs.all.rules).map((rule) => [rule.replace('cors/', ''), { create: () => ({}) }]),
  ),
};
const idleConfig = {
  plugins: { idle },
  rules: Object.fromEntries(Object.keys(idle.rules).map((rule) => [`idle/${rule}`, 'error'])),
};

/** @param {object} [config] the rules that run, if any do */
function linter(parser, config) {
  return new ESLint({
    cwd: demo,
    stats: true,
    overrideConfigFile: true,
    overrideConfig: [
      { files: ['**/*.{js,ts}'], languageOptions: { sourceType: 'module', ...(parser && { parser }) } },
      ...(config ? [config] : []),
    ],
  });
}

/** Rounds that are not counted: an editor and a long CI run are warm. */
const WARM_UP = 15;

/** Median milliseconds of parsing a text, of our rules on it, and of the whole. */
async function measure({ text, name }, parser, config, rounds) {
  const eslint = linter(parser, config);
  const filePath = path.join(demo, name?.endsWith('.ts') ? 'bench.ts' : 'bench.js');
  const parse = [];
  const rules = [];
  const total = [];
  for (let round = 0; round < rounds + WARM_UP; round += 1) {
    const [{ stats, messages }] = await eslint.lintText(text, { filePath, warnIgnored: true });
    if (messages.some((message) => message.fatal)) throw new Error(`${name}: ${messages[0].message}`);
    if (round < WARM_UP) continue;
    const [pass] = stats.times.passes;
    parse.push(pass.parse.total);
    total.push(pass.total);
    rules.push(Object.values(pass.rules ?? {}).reduce((sum, rule) => sum + rule.total, 0));
  }
  return { parse: median(parse), rules: median(rules), total: median(total) };
}

const ms = (number) => `${number.toFixed(number < 1 ? 3 : 1)} ms`;
const percent = (share) => `${(share * 100).toFixed(1)} %`;
const line = (what, got, aim = '') => console.log(`  ${what.padEnd(46)} ${got.padEnd(34)} ${aim}`.trimEnd());

// --- and what comes of it

console.log(`eslint-plugin-cors ${cors.meta.version}, ESLint ${ESLint.version}, Node ${process.version}`);
console.log(
  'Every rule on; the median of several runs after a warm-up. Rules: the time of all of ours together.\n',
);

console.log('Import of the whole plugin, each in a fresh process');
const script = (url) => `
  const start = performance.now();
  await import(${JSON.stringify(url)});
  process.stdout.write(String(performance.now() - start));`;
const fresh = (url) =>
  Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script(url)], { encoding: 'utf8' }),
  );
fresh(entry);
line('import', ms(median(Array.from({ length: 15 }, () => fresh(entry)))), 'aim: at most 15 ms');
line(
  'import of an empty module, for comparison',
  ms(median(Array.from({ length: 15 }, () => fresh('data:text/javascript,')))),
);

for (const [parserName, parser] of Object.entries(parsers)) {
  console.log(`\nWith ${parserName}`);
  const one = { name: 'plain.js', text: plain(20) };
  const silent = await measure(one, parser, EVERY, 30);
  line(
    `no word of CORS (${kb(one.text)})`,
    `${ms(silent.rules)} of ${ms(silent.parse)} parse`,
    'aim: at most 0.02 ms',
  );
  line(
    '  the same number of idle rules, for comparison',
    ms((await measure(one, parser, idleConfig, 30)).rules),
  );

  const server = { name: 'server.js', text: expressServer(4) };
  const express = await measure(server, parser, EVERY, 30);
  const without = await measure(server, parser, undefined, 30);
  line(
    `an Express server (${kb(server.text)})`,
    `${ms(express.rules)}, ${percent(express.rules / express.parse)} of parse`,
    'aim: at most 5 %',
  );
  line('  the whole lint, with and without', `${ms(express.total)} / ${ms(without.total)}`);
  const moving = await measure(server, parser, cors.configs.all, 30);
  line('  with prefer-safe-cors', ms(moving.rules));

  const small = await measure({ name: 'small.js', text: expressServer(4) }, parser, EVERY, 15);
  const large = await measure({ name: 'large.js', text: expressServer(40) }, parser, EVERY, 15);
  line(
    'from 4 to 40 resources: rules',
    `${ms(small.rules)} -> ${ms(large.rules)}, ${(large.rules / small.rules).toFixed(1)}×`,
    'aim: linear, that is about 10×',
  );
  line('from 4 to 40 resources: parse, for comparison', `${(large.parse / small.parse).toFixed(1)}×`);
}

console.log('\nChecks that decide in code, once warm; with espree');
for (const [name, check] of Object.entries(checks)) {
  const { rules } = await measure({ name, text: decides(check) }, undefined, EVERY, 400);
  line(name, ms(rules), 'aim: at most 1 ms above the list');
  const moving = await measure({ name, text: decides(check) }, undefined, cors.configs.all, 40);
  line('  with prefer-safe-cors', ms(moving.rules));
}

console.log('\nSource that would run for ever; with espree');
for (const [name, text] of Object.entries(adversarial)) {
  const { rules, parse } = await measure({ name, text }, undefined, EVERY, 5);
  line(name, `${ms(rules)}, parse ${ms(parse)}`, 'aim: at most 50 ms');
}

console.log('\nReal files: the demo, Express 4 and 5, cors; with @typescript-eslint/parser');
const files = [
  ...['server.js', 'admin.js', 'public-api.ts'].map((name) => ({ name, text: read(path.join(demo, name)) })),
  ...installed('express', 'lib'),
  ...installed('express4', 'lib'),
  ...installed('cors', 'lib'),
];
const costs = [];
for (const file of files) costs.push({ name: file.name, ...(await measure(file, tsParser, EVERY, 7)) });
const sum = (key) => costs.reduce((all, cost) => all + cost[key], 0);
line('files', String(files.length));
line('share of parse time', percent(sum('rules') / sum('parse')), 'aim: at most 5 %');
for (const share of [0.5, 0.95]) {
  line(
    `p${share * 100} for a file`,
    ms(
      percentile(
        costs.map((cost) => cost.rules),
        share,
      ),
    ),
  );
}
const worst = costs.reduce((a, b) => (b.rules > a.rules ? b : a));
line('the slowest', `${worst.name}: ${ms(worst.rules)}, ${percent(worst.rules / worst.parse)} of parse`);

console.log('\nA bundle of somebody else’s code, with espree');
const bundle = { name: 'prettier/index.mjs', text: read(path.join(root, 'node_modules/prettier/index.mjs')) };
const cost = await measure(bundle, undefined, EVERY, 3);
line(
  `${bundle.name} (${kb(bundle.text)})`,
  `${ms(cost.rules)}, ${percent(cost.rules / cost.parse)} of parse`,
);

function kb(text) {
  return `${Math.round(text.length / 1024)} KB`;
}
