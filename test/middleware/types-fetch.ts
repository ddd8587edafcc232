/** The same for the Fetch-style entry, for whatever declares `Request` and `Response`: see `types.ts`. */
import { cors, originsFromEnv } from '../../src/middleware/fetch.ts';
import type { CorsOptions, WithCors } from '../../src/middleware/fetch.ts';

/** As Next has it. */
interface FrameworkRequest extends Request {
  readonly nextUrl: URL;
}
interface Env {
  readonly ORIGINS: string;
}

const options: CorsOptions = { origin: ['https://app.example.com'], credentials: true };
export const withCors: WithCors = cors(options);
export const byRequest = cors({
  origin: (origin, { request }) => request.headers.get('x-tenant') === origin && request.method !== 'PUT',
});
export const byLookup = cors({
  origin: { lookup: (origin, { signal }) => !signal.aborted && origin !== '' },
});
export const fromEnv = cors({ origin: originsFromEnv('ALLOWED_ORIGINS') });

export const GET = withCors(
  async (request: FrameworkRequest, { params }: { params: Promise<{ id: string }> }) => {
    const { id } = await params;
    return new Response(`${id} of ${request.nextUrl.pathname}`);
  },
);
export const HEAD = withCors(() => new Response(null));
export const OPTIONS = withCors();
export const worker: { fetch(request: Request, env: Env): Promise<Response> } = {
  fetch: withCors((request: Request, env: Env) => new Response(`${request.url} ${env.ORIGINS}`)),
};
export const answers = async (request: Request): Promise<number> => (await OPTIONS(request)).status;
/** One policy may serve both kinds of servers. */
export const same = cors(withCors.config);

// @ts-expect-error Browsers refuse `*` together with credentials.
cors({ origin: '*', credentials: true });
// @ts-expect-error No scheme.
cors({ origin: ['app.example.com'] });
// @ts-expect-error A handler answers with a response.
withCors(() => 'text');
// @ts-expect-error What it takes besides, it has to be given.
withCors((_request: Request, _env: Env) => new Response(''))(new Request('https://api.example.com'));
