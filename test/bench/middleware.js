/**
 * What the middleware costs, side by side with others and with a look-up by hand, the floor: `npm run bench:middleware`.
 *
 * One operation is one request: the middleware, and the sending of the headers, on a real `ServerResponse` without a
 * socket. The requests are made before the clock starts, each with headers of its own, as a parser makes them: an origin
 * that is the very string of the list would be found sooner than any in life. Everything that is compared takes its turn
 * in each round, in another order each time, and the median of the rounds counts. What is measured is the time that the
 * process has had of the processor, so that whatever else runs on the machine counts for little.
 */
import { execFileSync } from 'node:child_process';
import { IncomingMessage, ServerResponse } from 'node:http';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import fastifyCors from '@fastify/cors';
import corsOfNpm from 'cors';
import express from 'express';
import { Hono } from 'hono';
import { cors as corsOfHono } from 'hono/cors';
import { Bench } from 'tinybench';
import { cors as corsForFetch } from '../../dist/src/middleware/fetch.js';
import { cors } from '../../dist/src/middleware/index.js';

const BATCH = 250;
const ROUNDS = Number(process.env.ROUNDS ?? 60);
/** Rounds that are not counted: a server is warm. */
const WARM_UP = 12;

// --- requests

const SIZES = [1, 10, 1000, 10_000];
const ABSENT = 'https://app.elsewhere.example';
const originsOf = (size) => Array.from({ length: size }, (_, i) => `https://app${i}.fernfield.example`);
const PATTERNS = ['https://*.fernfield.example', 'https://preview-*.fernfield-app.example'];
const MANY_BYTES = 16_000;

/** A string of its own, as it comes from the wire. */
const fresh = (text) => Buffer.from(text, 'latin1').latin1Slice();

/** What a browser sends along. */
const usual = {
  host: 'api.fernfield.example',
  connection: 'keep-alive',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0',
  accept: '*/*',
  'accept-language': 'en',
  'sec-fetch-site': 'same-site',
  'sec-fetch-mode': 'cors',
  referer: 'https://app0.fernfield.example/',
};

const actual = (origin) => () => ({ method: 'GET', origin });
const preflight =
  (origin, asked = 'authorization,content-type') =>
  () => ({ method: 'OPTIONS', origin, asked });

let strangers = 0;
const another = () => ({ method: 'GET', origin: `https://app${(strangers += 1)}.elsewhere.example` });

function headersOf({ method, origin, asked }) {
  const headers = { ...usual, ...(origin !== undefined && { origin: fresh(origin) }) };
  if (method !== 'OPTIONS') return headers;
  headers['access-control-request-method'] = fresh('PUT');
  headers['access-control-request-headers'] = fresh(asked);
  return headers;
}

function exchange(sent) {
  const request = new IncomingMessage(null);
  request.method = sent.method;
  request.url = '/';
  request.headers = headersOf(sent);
  return { request, response: new ServerResponse(request) };
}

// --- what is compared

/** The headers that a policy of exact origins gives, written by hand. */
const floor = ({ origin, credentials, maxAge }) => {
  const allowed = new Set(origin);
  const age = String(maxAge);
  return (request, response, next) => {
    const asking = request.headers.origin;
    response.setHeader('Vary', 'Origin');
    if (allowed.has(asking)) {
      response.setHeader('Access-Control-Allow-Origin', asking);
      if (credentials) response.setHeader('Access-Control-Allow-Credentials', 'true');
    }
    if (request.method !== 'OPTIONS') return next();
    response.setHeader('Access-Control-Allow-Methods', 'GET,HEAD,PUT,PATCH,POST,DELETE');
    response.setHeader('Access-Control-Allow-Headers', 'authorization,content-type');
    response.setHeader('Access-Control-Max-Age', age);
    response.statusCode = 204;
    response.end();
  };
};

/**
 * The hook of `@fastify/cors` on a reply that hands everything on to the `ServerResponse`. Fastify's own reply does
 * more, so this is the least that it can cost.
 */
function hookOf(options) {
  let hook;
  const instance = {
    decorateRequest() {},
    options() {},
    addHook(_, handler) {
      hook = handler;
    },
  };
  fastifyCors(instance, options, () => {});
  const routeOptions = { config: {} };
  return (request, response, next) => {
    const req = {
      raw: request,
      method: request.method,
      headers: request.headers,
      routeOptions,
      corsPreflightEnabled: false,
    };
    hook(req, new Reply(response), next);
  };
}

class Reply {
  constructor(response) {
    this.response = response;
  }
  getHeader(name) {
    return this.response.getHeader(name);
  }
  header(name, value) {
    this.response.setHeader(name, value);
    return this;
  }
  code(status) {
    this.response.statusCode = status;
    return this;
  }
  send() {
    this.response.end();
  }
}

/** What the rest of a request costs: no middleware at all. */
const none = () => (request, response, next) => {
  if (request.method !== 'OPTIONS') return next();
  response.statusCode = 204;
  response.end();
};

const LIBRARIES = { none, floor, ours: cors, cors: corsOfNpm };
const ON_HTTP = { ...LIBRARIES, '@fastify/cors': hookOf };

// --- how: each maker takes a policy and gives a function that carries out one exchange

/** The middleware, and a handler that sends. */
const onHttp = (make) => (policy) => {
  const middleware = make(policy);
  return ({ request, response }) => middleware(request, response, () => response.end('ok'));
};

/** The middleware alone. A preflight is sent all the same. */
const alone = (make) => (policy) => {
  const middleware = make(policy);
  const next = () => {};
  return ({ request, response }) => middleware(request, response, next);
};

const underExpress = (make) => (policy) => {
  const app = express();
  app.use(make(policy));
  app.get('/', (_, response) => response.end('ok'));
  return ({ request, response }) => app.handle(request, response);
};

const underHono = (use) => (policy) => {
  const app = new Hono();
  use(app, policy);
  return (request) => app.fetch(request);
};
const respond = () => new Response('ok');

const GROUPS = {
  'node:http': {
    prepare: exchange,
    makers: mapped(ON_HTTP, onHttp),
    scenarios: [...actualScenarios(), ...preflightScenarios(), ...hostileScenarios()],
  },
  'node:http, nothing sent': {
    prepare: exchange,
    makers: mapped(ON_HTTP, alone),
    scenarios: actualScenarios(),
  },
  Express: {
    prepare: exchange,
    makers: mapped(LIBRARIES, underExpress),
    scenarios: [...actualScenarios().slice(0, 3), ...preflightScenarios()],
  },
  Fetch: {
    isAsync: true,
    prepare: (sent) =>
      new Request('https://api.fernfield.example/', { method: sent.method, headers: headersOf(sent) }),
    makers: {
      none: underHono((app) => app.all('/', respond)),
      floor: underHono((app, { origin }) => {
        const allowed = new Set(origin);
        app.all('/', ({ req }) => {
          const response = respond();
          const asking = req.raw.headers.get('origin');
          if (allowed.has(asking)) response.headers.set('Access-Control-Allow-Origin', asking);
          response.headers.set('Vary', 'Origin');
          return response;
        });
      }),
      ours: underHono((app, policy) => {
        const serve = corsForFetch(policy)(respond);
        app.all('/', ({ req }) => serve(req.raw));
      }),
      'hono/cors': underHono((app, { origin, credentials, maxAge, allowedHeaders }) => {
        app.use(corsOfHono({ origin, credentials, maxAge, allowHeaders: allowedHeaders ?? [] }));
        app.all('/', respond);
      }),
    },
    scenarios: [
      ...actualScenarios().filter(({ patterns }) => !patterns),
      ...preflightScenarios().filter(({ name }) => !name.includes('any header')),
    ],
  },
};

function policyOf(origin, more = {}) {
  return { origin, maxAge: 600, ...more };
}

function actualScenarios() {
  const sized = SIZES.flatMap((size) => {
    const origins = originsOf(size);
    const policy = policyOf(origins);
    const of = size === 1 ? '1 origin' : `${size.toLocaleString('en')} origins`;
    return [
      { name: `${of}, the first`, policy, sent: actual(origins[0]) },
      ...(size === 1 ? [] : [{ name: `${of}, the last`, policy, sent: actual(origins[size - 1]) }]),
      { name: `${of}, refused`, policy, sent: actual(ABSENT) },
    ];
  });
  return [
    ...sized,
    {
      name: '1 origin, credentials',
      policy: policyOf(originsOf(1), { credentials: true }),
      sent: actual(originsOf(1)[0]),
    },
    { name: '10 origins, no `Origin`', policy: policyOf(originsOf(10)), sent: actual(undefined) },
    {
      name: '2 patterns, let in',
      patterns: true,
      policy: policyOf(PATTERNS),
      sent: actual('https://preview-42.fernfield-app.example'),
      only: ['ours'],
    },
    {
      name: '2 patterns, refused',
      patterns: true,
      policy: policyOf(PATTERNS),
      sent: actual(ABSENT),
      only: ['ours'],
    },
  ];
}

function preflightScenarios() {
  const origins = originsOf(10);
  const listed = policyOf(origins, { allowedHeaders: ['Authorization', 'Content-Type'] });
  const many = originsOf(10_000);
  return [
    { name: 'preflight, listed headers', policy: listed, sent: preflight(origins[0]) },
    { name: 'preflight, any header', policy: policyOf(origins), sent: preflight(origins[0]) },
    { name: 'preflight, refused', policy: listed, sent: preflight(ABSENT) },
    {
      name: 'preflight, 10,000 origins, the last',
      policy: { ...listed, origin: many },
      sent: preflight(many.at(-1)),
    },
  ];
}

function hostileScenarios() {
  const policy = policyOf(originsOf(10));
  const [origin] = policy.origin;
  return [
    { name: 'hostile: an origin of 16 kB', policy, sent: actual(`https://${'a'.repeat(MANY_BYTES)}`) },
    {
      name: 'hostile: the same, with patterns',
      policy: policyOf(PATTERNS),
      sent: actual(`https://${'a.'.repeat(MANY_BYTES / 2)}fernfield.example`),
      only: ['ours'],
    },
    {
      name: 'hostile: another stranger each time, with patterns',
      policy: policyOf(PATTERNS),
      sent: another,
      only: ['ours'],
    },
    {
      name: 'hostile: an origin of 500 bytes, with patterns',
      policy: policyOf(PATTERNS),
      sent: actual(`https://${'a.'.repeat(240)}example`),
      only: ['ours'],
    },
    { name: 'hostile: 16 kB of commas', policy, sent: preflight(origin, ','.repeat(MANY_BYTES)) },
    {
      name: 'hostile: 16 kB of names',
      policy,
      sent: preflight(origin, names(MANY_BYTES)),
    },
    { name: 'hostile: 4 kB of names', policy, sent: preflight(origin, names(4000)) },
  ];
}

function names(bytes) {
  const text = Array.from({ length: bytes / 4 }, (_, i) => `x-${i}`).join(',');
  return text.slice(0, bytes);
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

// --- measuring

/** Milliseconds. */
function now() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const median = (numbers) => quantile(numbers, 0.5);
function quantile(numbers, share) {
  const ordered = [...numbers].sort((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))];
}

/** Nanoseconds of one operation, for each of those that are compared. */
async function measure({ prepare, makers, isAsync }, { policy, sent, only }) {
  const rivals = Object.entries(makers)
    .filter(([name]) => !only || only.includes(name))
    .map(([name, make]) => {
      const serve = make(policy);
      let batch = [];
      const bench = new Bench({ iterations: 1, time: 0, warmup: false, throws: true, now });
      bench.add(
        name,
        isAsync
          ? async () => {
              for (const one of batch) await serve(one);
            }
          : () => {
              for (let i = 0; i < BATCH; i += 1) serve(batch[i]);
            },
        {
          beforeEach() {
            batch = Array.from({ length: BATCH }, () => prepare(sent()));
            globalThis.gc?.({ type: 'minor' });
          },
        },
      );
      return { name, bench, times: [] };
    });
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    for (let i = 0; i < rivals.length; i += 1) {
      const { bench, times } = rivals[(i + round) % rivals.length];
      bench.reset();
      const [task] = isAsync ? await bench.run() : bench.runSync();
      if (round >= WARM_UP) times.push((task.result.latency.p50 * 1e6) / BATCH);
    }
  }
  return Object.fromEntries(
    rivals.map(({ name, times }) => [
      name,
      { ns: median(times), spread: (quantile(times, 0.75) - quantile(times, 0.25)) / median(times) },
    ]),
  );
}

async function measureGroup(name) {
  const group = GROUPS[name];
  const rows = [];
  for (const scenario of group.scenarios)
    rows.push({ name: scenario.name, ...(await measure(group, scenario)) });
  return rows;
}

// --- the table

const self = fileURLToPath(import.meta.url);

/** In a process of its own, so that what one framework does to a response does not slow down another. */
function groupApart(name, ...more) {
  const out = execFileSync(process.execPath, ['--expose-gc', self, '--group', name, ...more.map(String)], {
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return JSON.parse(out);
}

function table(name, rows) {
  const rivals = Object.keys(GROUPS[name].makers);
  const cell = (one) => (one ? Math.round(one.ns).toLocaleString('en') : '');
  const ratio = (one, other) => (one && other ? `${(one.ns / other.ns).toFixed(2)}×` : '');
  console.log(`\n### ${name}\n`);
  const head = ['', ...rivals, ...(rivals.includes('floor') ? ['ours / floor'] : [])];
  const others = rivals.filter((rival) => !['none', 'floor', 'ours'].includes(rival));
  head.push(...others.map((rival) => `${rival} / ours`));
  console.log(`| ${head.join(' | ')} |\n| --- |${' --: |'.repeat(head.length - 1)}`);
  for (const row of rows)
    console.log(
      `| ${[
        row.name,
        ...rivals.map((rival) => cell(row[rival])),
        ratio(row.ours, row.floor),
        ...others.map((rival) => ratio(row[rival], row.ours)),
      ].join(' | ')} |`,
    );
  const spreads = rows.flatMap((row) => rivals.flatMap((rival) => row[rival]?.spread ?? []));
  console.log(
    `\nHalf of the rounds lie within ${(median(spreads) * 100).toFixed(0)} % of one another, in the worst row ${(Math.max(...spreads) * 100).toFixed(0)} %.`,
  );
}

/** How long it takes to make a middleware, and what it keeps beside the origins themselves. */
function construction(size) {
  const origin = originsOf(size);
  const times = Array.from({ length: 21 }, () => {
    const start = now();
    cors({ origin });
    return now() - start;
  });
  const before = settled();
  const kept = Array.from({ length: size > 1000 ? 10 : 200 }, () => cors({ origin }));
  const bytes = (settled() - before) / kept.length;
  return { size, first: times[0], ms: median(times), bytes };
}

function settled() {
  for (let i = 0; i < 4; i += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const MAKING = 'making it';
const [, , flag, group, size] = process.argv;
if (flag === '--group')
  process.stdout.write(
    JSON.stringify(group === MAKING ? construction(Number(size)) : await measureGroup(group)),
  );
else {
  console.log(
    `Node ${process.version}, ${os.cpus()[0].model}, ${os.cpus().length} cores. Nanoseconds for one request, the median of ${ROUNDS} rounds of ${BATCH}.`,
  );
  const wanted = flag ? [flag] : [...Object.keys(GROUPS), MAKING];
  for (const name of wanted.filter((one) => one in GROUPS)) table(name, groupApart(name));
  if (wanted.includes(MAKING)) {
    console.log('\n### Making it\n');
    console.log('| origins | the first in a process | once warm | bytes kept |\n| --: | --: | --: | --: |');
    for (const many of SIZES) {
      const { first, ms, bytes } = groupApart(MAKING, many);
      const cells = [many, `${first.toFixed(1)} ms`, `${ms.toFixed(1)} ms`, Math.round(bytes)];
      console.log(`| ${cells.map((cell) => cell.toLocaleString('en')).join(' | ')} |`);
    }
  }
}
