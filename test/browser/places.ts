/** Where pages stand that ask: friends, strangers that look like friends, and pages without an origin. */
import type { Frame, Page } from 'playwright-core';
import { framed, type Stage } from './stage.ts';

export interface Place {
  readonly name: string;
  /** As the browser serialises it. */
  readonly origin: string;
  /** Which cookies of `example.test` go along with credentials. Sites differ by scheme too. */
  readonly cookies: 'all' | 'cross-site';
  open(stage: Stage): Promise<Page | Frame>;
}

function website(name: string, origin: string, cookies: Place['cookies'] = 'cross-site'): Place {
  return { name, origin, cookies, open: (stage) => stage.page(origin) };
}

export const PLACES = {
  app: website('the app', 'https://app.example.test', 'all'),
  shop: website('a sibling', 'https://shop.example.test', 'all'),
  deep: website('a grandchild', 'https://a.b.example.test', 'all'),
  apex: website('the domain itself', 'https://example.test', 'all'),
  preview: website('a preview', 'https://preview-12.example.test', 'all'),
  port: website('the app on another port', 'https://app.example.test:8443', 'all'),
  plain: website('the app without TLS', 'http://app.example.test'),
  // Browsers open such a name, and no registrar sells it: whoever owns the domain can have it.
  underscore: website('a name with an underscore', 'https://x_y.example.test', 'all'),
  ending: website('a domain that ends alike', 'https://evilexample.test'),
  beginning: website('a domain that begins alike', 'https://app.example.test.evil.test'),
  localhost: website("a developer's machine", 'http://localhost:5173'),
  address: website("a developer's machine, by address", 'http://127.0.0.1:3000'),
  localName: website("a name on a developer's machine", 'http://app.localhost:5173'),
  sandboxed: {
    name: 'a sandboxed frame in the app',
    origin: 'null',
    cookies: 'cross-site',
    open: async (stage) =>
      framed(await stage.page('https://app.example.test'), 'sandbox="allow-scripts" src="/frame"'),
  },
  data: {
    // Chromium lets a page that is all `data:` ask nothing of one's own machine, whatever is answered; a frame it does.
    name: 'a data: frame in a page of a stranger',
    origin: 'null',
    cookies: 'cross-site',
    open: async (stage) =>
      framed(await stage.page('https://evilexample.test'), 'src="data:text/html,<title>A page</title>"'),
  },
} as const satisfies Record<string, Place>;

export type PlaceName = keyof typeof PLACES;
export const PLACE_NAMES = Object.keys(PLACES) as readonly PlaceName[];
