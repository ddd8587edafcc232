/**
 * Refusing requests from other sites that change something. CORS keeps a stranger's page from reading an answer; the
 * request is carried out all the same. The order of the questions is that of Go's `http.CrossOriginProtection`.
 */
import { parseOrigin } from '../policy/origin.ts';
import { isBelow } from '../policy/safe/paths.ts';
import { LONGEST_ORIGIN } from './matcher.ts';
import { otherReadings, pathOf } from './paths.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The body of the 403. */
export const CROSS_SITE_REFUSAL = 'This request comes from another site, and is refused.\n';

/** What is looked at. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly origin: string | undefined;
  readonly site: string | undefined;
  readonly host: string | undefined;
}

export class CrossSite {
  readonly #except: readonly string[];

  constructor(except: readonly string[]) {
    this.#except = except;
  }

  /** @param isListed whether the policy lets the origin in. */
  refuses({ method, path, origin, site, host }: Sent, isListed: boolean): boolean {
    if (SAFE.has(method) || isListed) return false;
    const isFine =
      site === undefined
        ? // A browser that does not say; or no browser.
          origin === undefined || isHost(origin, host)
        : site === 'same-origin' || site === 'none';
    return !isFine && !this.#isExcepted(pathOf(path));
  }

  /** However a server reads the path. */
  #isExcepted(path: string): boolean {
    const readings = [path, ...otherReadings(path)];
    return this.#except.some((prefix) => readings.every((one) => isBelow(one, prefix)));
  }
}

/** Whether the origin is that of the server, as far as `Host` tells: it knows no scheme. */
export function isHost(origin: string, host: string | undefined): boolean {
  if (host === undefined || origin.length > LONGEST_ORIGIN) return false;
  const parsed = parseOrigin(origin);
  if (!parsed.ok || parsed.kind !== 'tuple') return false;
  const port = parsed.port === undefined ? '' : `:${parsed.port}`;
  const written = host.toLowerCase();
  return (
    written === `${parsed.host}${port}` ||
    written === `${parsed.host}:${parsed.scheme === 'https' ? 443 : 80}`
  );
}
