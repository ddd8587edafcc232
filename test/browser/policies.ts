/** Policies, each on a server of its own, and beside each what its author means by it, said without any code of ours. */
import { setImmediate } from 'node:timers/promises';
import express, { type Express, type RequestHandler, type Router } from 'express';
import { cors } from '../../src/middleware/index.ts';
import { PLACES, type PlaceName } from './places.ts';

/** What somebody means who writes a policy. */
export interface Meaning {
  readonly lets: 'everybody' | readonly PlaceName[];
  readonly credentials: boolean;
  readonly methods: '*' | readonly string[];
  /** In lower case; `asked`: whatever a page asks for. */
  readonly headers: '*' | 'asked' | readonly string[];
  readonly exposes: '*' | readonly string[];
}

export interface Target {
  readonly name: string;
  readonly host: string;
  /** In front of all paths. */
  readonly path: string;
  readonly means: Meaning;
}

export interface Served {
  readonly app: Express;
  readonly targets: readonly Target[];
}

const { app, shop, deep, port, plain, localhost } = PLACES;

const usual: Meaning = {
  lets: [],
  credentials: false,
  methods: ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'],
  headers: 'asked',
  exposes: [],
};

/** Below `example.test`, at any depth, on the usual port, with TLS. */
const subdomains = ['app', 'shop', 'deep', 'preview'] as const;

/** Redirects lead here. */
export const OPEN = 'https://open.example.test';
export const NAMED = 'https://named.example.test';

export const SERVED: readonly Served[] = [
  one('open', cors({ origin: '*' }), { lets: 'everybody' }),
  one('named', cors({ origin: [app.origin] }), { lets: ['app'] }),
  one(
    'list',
    cors({
      origin: [app.origin, port.origin],
      credentials: true,
      methods: ['GET', 'PUT', 'DELETE'],
      allowedHeaders: ['Content-Type', 'Authorization', 'If-None-Match'],
      exposedHeaders: ['X-Total'],
      maxAge: 600,
      optionsSuccessStatus: 200,
    }),
    {
      lets: ['app', 'port'],
      credentials: true,
      methods: ['GET', 'PUT', 'DELETE'],
      headers: ['content-type', 'authorization', 'if-none-match'],
      exposes: ['x-total'],
    },
  ),
  one(
    'commas',
    cors({
      origin: shop.origin,
      methods: 'PUT, PATCH',
      allowedHeaders: 'X-Trace,content-type',
      exposedHeaders: 'x-total, x-secret',
    }),
    {
      lets: ['shop'],
      methods: ['PUT', 'PATCH'],
      headers: ['x-trace', 'content-type'],
      exposes: ['x-total', 'x-secret'],
    },
  ),
  one('subdomains', cors({ origin: 'https://*.example.test', credentials: true }), {
    lets: subdomains,
    credentials: true,
  }),
  one('label', cors({ origin: ['https://preview-*.example.test'], credentials: true, maxAge: 0 }), {
    lets: ['preview'],
    credentials: true,
  }),
  one('ports', cors({ origin: ['http://localhost:*'], credentials: true }), {
    lets: ['localhost'],
    credentials: true,
  }),
  one(
    'mixed',
    cors({
      origin: [deep.origin, localhost.origin, 'https://preview-*.example.test', 'http://127.0.0.1:*'],
      allowedHeaders: [],
      credentials: true,
    }),
    { lets: ['deep', 'localhost', 'preview', 'address'], headers: [], credentials: true },
  ),
  one(
    'stars',
    cors({ origin: '*', methods: '*', allowedHeaders: '*', exposedHeaders: '*', optionsSuccessStatus: 299 }),
    { lets: 'everybody', methods: '*', headers: '*', exposes: '*' },
  ),
  one('public', cors({ origin: '*', methods: ['GET'], allowedHeaders: ['X-Trace'], maxAge: 86_400 }), {
    lets: 'everybody',
    methods: ['GET'],
    headers: ['x-trace'],
  }),
  one('off', cors({ origin: false }), {}),
  one('nobody', cors({ origin: [], credentials: true }), { credentials: true }),
  one('function', cors({ origin: (origin) => origin.endsWith('.example.test'), credentials: true }), {
    // A function decides as it is written: an underscore, plain HTTP and another port fit this one.
    lets: [...subdomains, 'plain', 'underscore'],
    credentials: true,
  }),
  one(
    'promise',
    cors({
      origin: async (origin, { request }) => {
        await setImmediate();
        return origin === app.origin && request.method !== undefined;
      },
      exposedHeaders: ['X-Total'],
    }),
    { lets: ['app'], exposes: ['x-total'] },
  ),
  one(
    'lookup',
    cors({ origin: { lookup: async (origin) => origin === shop.origin, cacheFor: 60 }, credentials: true }),
    { lets: ['shop'], credentials: true },
  ),
  one('failing', cors({ origin: () => Promise.reject(new Error('The database is gone.')) }), {}),
  one(
    'acknowledged',
    cors({
      origin: [
        app.origin,
        { allow: 'null', because: 'The editor runs in a sandboxed frame.' },
        { allow: plain.origin, because: 'Terminals of the warehouse have no TLS yet.' },
      ],
      credentials: true,
    }),
    { lets: ['app', 'plain', 'sandboxed', 'data'], credentials: true },
  ),
  routed(),
  one(
    'kept',
    cors({ origin: [app.origin], credentials: true, onConflict: 'keep-ours' }),
    { lets: ['app'], credentials: true },
    (_, response, next) => {
      response.set({ 'Access-Control-Allow-Origin': '*', Vary: 'Accept-Encoding' });
      next();
    },
  ),
];

export const TARGETS: readonly Target[] = SERVED.flatMap(({ targets }) => targets);

function one(
  name: string,
  middleware: RequestHandler,
  means: Partial<Meaning>,
  ...more: RequestHandler[]
): Served {
  const served = server(middleware, ...more);
  served.use(endings(''));
  return { app: served, targets: [target(name, '', means)] };
}

/** One server with three policies: the rest, `/public`, and `/public/partner` inside it. */
function routed(): Served {
  const served = server(
    cors({
      origin: [app.origin],
      credentials: true,
      routes: {
        '/public': { origin: '*', exposedHeaders: ['X-Total'] },
        '/public/partner': { origin: [shop.origin], credentials: true, methods: ['GET', 'PATCH'] },
        '/closed': { origin: false },
      },
    }),
  );
  const targets = [
    target('routes', '', { lets: ['app'], credentials: true }),
    target('routes', '/public', { lets: 'everybody', exposes: ['x-total'] }),
    target('routes', '/public/partner', { lets: ['shop'], credentials: true, methods: ['GET', 'PATCH'] }),
    target('routes', '/closed', {}),
  ];
  for (const { path } of targets) served.use(path === '' ? '/' : path, endings(path));
  return { app: served, targets };
}

function target(name: string, path: string, means: Partial<Meaning>): Target {
  return { name: `${name}${path}`, host: `${name}.example.test`, path, means: { ...usual, ...means } };
}

function server(...middlewares: readonly RequestHandler[]): Express {
  const made = express();
  // Otherwise Express prints each error that a case provokes.
  made.set('env', 'test');
  made.use(...middlewares);
  return made;
}

/** The ways in which a request may end. */
function endings(path: string): Router {
  const router = express.Router();
  router.all('/echo', (_, response) => {
    response.set({ 'X-Total': '3', 'X-Secret': 'no' }).json({});
  });
  router.all('/unchanged', (_, response) => {
    response.set('ETag', '"v1"').json({});
  });
  router.all('/broken', (_request, _response, next) => next(new Error('broken')));
  const turn = (from: string, status: number, to: string): void => {
    router.all(`/turn/${from}`, (request, response) =>
      response.redirect(status, `${to}/echo?id=${String(request.query['id'])}`),
    );
  };
  turn('same', 307, path);
  turn('open', 302, OPEN);
  turn('named', 308, NAMED);
  return router;
}
