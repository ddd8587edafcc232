/**
 * What the types take and what they refuse: checked by `npm run typecheck`, and, as a user's own program, against the
 * packed package by every compiler in `test/package/middleware.test.ts`. It needs no types but the language's own.
 */
import { cors, CorsConfigError, originsFromEnv } from '../../src/middleware/index.ts';
import type {
  CorsConfig,
  CorsMiddleware,
  CorsOptions,
  Decision,
  MiddlewareRequest,
  OriginContext,
  OriginFunction,
} from '../../src/middleware/index.ts';

declare const env: { readonly [name: string]: string | undefined };
declare const isDevelopment: boolean;
declare const parsed: ReturnType<typeof JSON.parse>;

/** Takes, by being compiled. */
export const taken: readonly CorsMiddleware[] = [
  cors({ origin: 'https://app.example.com' }),
  cors({ origin: 'https://app.example.com', credentials: true }),
  cors({
    origin: ['https://app.example.com', 'https://*.example.com', 'http://localhost:*'],
    credentials: true,
  }),
  cors({ origin: 'capacitor://localhost' }),
  cors({ origin: '*' }),
  cors({ origin: '*', credentials: false }),
  cors({ origin: false }),
  cors({ origin: [] }),
  cors({ origin: { allow: 'null', because: 'the app on phones' }, credentials: true }),
  cors({
    origin: ['https://app.example.com', { allow: 'http://intranet.example', because: 'it has no TLS' }],
  }),
  // From the environment.
  cors({ origin: (env['ALLOWED_ORIGINS'] ?? '').split(',') }),
  cors({ origin: env['ORIGIN']! }),
  cors({ origin: [env['ORIGIN']!, 'https://app.example.com'] }),
  cors({ origin: `https://${env['HOST']!}` }),
  cors({ origin: originsFromEnv('ALLOWED_ORIGINS', { whenUnset: ['http://localhost:5173'] }) }),
  cors({ origin: env['ORIGIN'] ?? false }),
  cors({ origin: isDevelopment ? 'http://localhost:5173' : ['https://app.example.com'], credentials: true }),
  cors({ origin: isDevelopment ? '*' : 'https://app.example.com' }),
  cors({ origin: 'https://app.example.com', credentials: isDevelopment, maxAge: undefined }),
  cors(parsed),
  cors({ origin: parsed, credentials: true }),
  // Lists, and texts with commas.
  cors({
    origin: 'https://app.example.com',
    methods: 'GET,PUT',
    allowedHeaders: ['Content-Type'],
    exposedHeaders: 'X-Total',
    maxAge: 600,
    optionsSuccessStatus: 200,
  }),
  // Functions, whose parameters need no annotation.
  cors({ origin: (origin) => origin.endsWith('.example.com') }),
  cors({ origin: async (origin, { signal }) => !signal.aborted && origin.length > 0 }),
  cors({ origin: (origin, { request }) => origin === request.headers['x-origin'] && request.url !== '/x' }),
  cors({ origin: { lookup: async (origin, { signal }) => !signal.aborted && origin !== '', staleFor: 60 } }),
  cors({
    origin: 'https://app.example.com',
    routes: {
      '/public': { origin: '*' },
      '/partners': { origin: (origin) => origin === 'https://partner.example', credentials: true },
    },
    refuseCrossSite: { except: ['/saml/acs'] },
    onConflict: 'keep-ours',
    onDecision: ({ reason, origin }) => void (reason === 'stacked' && origin?.length),
    log: false,
  }),
];

/** A request that the framework has made more of. */
interface TenantRequest extends MiddlewareRequest {
  readonly tenant: string;
}
const ofTenant = (origin: string, { request }: OriginContext<TenantRequest>): boolean =>
  origin === request.tenant;
const inVariable: CorsOptions = {
  origin: ['https://app.example.com'],
  credentials: true,
  routes: { '/public': { origin: '*' } },
};
const constant = { origin: ['https://app.example.com', 'https://*.example.com'], credentials: true } as const;
const inferred = { origin: ['https://app.example.com'], methods: ['GET'], maxAge: 600 };
const decides: OriginFunction = (origin) => origin === 'https://app.example.com';
const ofRoutes: CorsOptions['routes'] = isDevelopment ? { '/public': { origin: '*' } } : undefined;

export const takenToo: readonly CorsMiddleware[] = [
  cors({ origin: ofTenant }),
  cors(inVariable),
  cors({ ...inVariable, log: true }),
  cors(constant),
  cors(inferred),
  cors({ origin: decides }),
  cors({ origin: 'https://app.example.com', routes: ofRoutes }),
];

const [middleware] = takenToo as [CorsMiddleware];
export const config: CorsConfig = middleware.config;
export const again = cors(middleware.config);
export const questions: readonly (boolean | Promise<boolean>)[] = [
  middleware.allows('https://app.example.com'),
  middleware.allows(undefined, { url: '/public' }),
  middleware.allowsAsync('https://app.example.com', { url: '/public', headers: {} }),
];
export const paths = (error: unknown): readonly string[] =>
  error instanceof CorsConfigError
    ? error.problems.map(({ path, code, remedy }) => `${path}${code}${remedy}`)
    : [];
export const isRefusal = ({ allowed, reason }: Decision): boolean => !allowed && reason !== 'off';
middleware.update(inVariable);
middleware.update({ origin: (origin) => origin.startsWith('https:') });

// @ts-expect-error Browsers refuse `*` together with credentials.
cors({ origin: '*', credentials: true });
// @ts-expect-error In a route as well.
cors({ origin: 'https://app.example.com', routes: { '/public': { origin: '*', credentials: true } } });
// @ts-expect-error No scheme.
cors({ origin: 'app.example.com' });
// @ts-expect-error No scheme, in a list.
cors({ origin: ['https://app.example.com', 'localhost:3000'] });
// @ts-expect-error An empty text.
cors({ origin: '' });
// @ts-expect-error A slash at the end.
cors({ origin: 'https://app.example.com/' });
// @ts-expect-error A path.
cors({ origin: ['https://app.example.com/app'] });
// @ts-expect-error No scheme, in a route.
cors({ origin: false, routes: { '/public': { origin: ['example.com'] } } });
// @ts-expect-error `*` stands alone.
cors({ origin: ['https://app.example.com', '*'] });
// @ts-expect-error Sandboxed frames of everybody.
cors({ origin: 'null' });
// @ts-expect-error Sandboxed frames of everybody, in a list.
cors({ origin: ['https://app.example.com', 'null'] });
// @ts-expect-error Nobody says why.
cors({ origin: { allow: 'null' } });
// @ts-expect-error What is acknowledged has to be an origin all the same.
cors({ origin: [{ allow: 'intranet.example', because: 'it has no TLS' }] });
// @ts-expect-error A name that there is not.
cors({ origin: { allow: 'null', because: 'the app on phones', always: true } });
// @ts-expect-error A name that there is not.
cors({ origin: { lookup: async (origin) => origin !== '', cacheTime: 60 } });
// @ts-expect-error An option that there is not.
cors({ origin: 'https://app.example.com', allowHeaders: ['X-Token'] });
// @ts-expect-error An option of `cors` that there is not.
cors({ origin: 'https://app.example.com', preflightContinue: true });
// @ts-expect-error What holds for the whole server does not stand in a route.
cors({ origin: false, routes: { '/public': { origin: '*', log: true } } });
// @ts-expect-error A name that there is not.
cors({ origin: 'https://app.example.com', refuseCrossSite: { exclude: ['/saml/acs'] } });
// @ts-expect-error Everybody, with credentials too, is what `true` means in `cors`.
cors({ origin: true });
// @ts-expect-error It may be `true`.
cors({ origin: isDevelopment });
// @ts-expect-error It may be missing.
cors({ origin: env['ORIGIN'] });
// @ts-expect-error No regular expressions.
cors({ origin: /\.example\.com$/ });
// @ts-expect-error No regular expressions, in a list.
cors({ origin: ['https://app.example.com', /\.example\.com$/] });
const callsBack = (_origin: string, done: (error: null, ok: boolean) => void): void => done(null, true);
// @ts-expect-error A function answers, and is given no callback.
cors({ origin: callsBack });
// @ts-expect-error Only `true` lets in.
cors({ origin: () => 'https://app.example.com' });
// @ts-expect-error `origin` has to be there.
cors({ credentials: true });
// @ts-expect-error Options have to be there.
cors();
const delegate = (_request: unknown, done: (error: null, of: CorsOptions) => void): void =>
  done(null, inVariable);
// @ts-expect-error Options do not depend on the request.
cors(delegate);
// @ts-expect-error Seconds are a number.
cors({ origin: 'https://app.example.com', maxAge: '600' });
// @ts-expect-error Neither of the two.
cors({ origin: 'https://app.example.com', onConflict: 'ignore' });
// @ts-expect-error The same holds for other options later.
middleware.update({ origin: 'app.example.com' });
// @ts-expect-error What it has understood is not to be written to.
middleware.config.credentials = true;
