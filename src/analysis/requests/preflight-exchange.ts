/** A preflight under way, as a guard sees it: nothing in it says who asks. Pinned in `test/facts/guards.test.ts`. */
import type { Request, Said } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import { Exchange } from './exchange.ts';
import type { Run } from '../run.ts';
import { known, Made, type Obj, type Value } from '../run/value.ts';

/**
 * Headers that only a page's own request has. A preflight has `Accept`, `Origin` and `Access-Control-Request-*`
 * (https://fetch.spec.whatwg.org/#cors-preflight-fetch), what the browser adds to all requests, and what a proxy adds on
 * the way: of a header with any other name nothing is known.
 */
export const OF_THE_PAGE: readonly string[] = [
  'cookie',
  'authorization',
  'content-type',
  'x-requested-with',
  'x-api-key',
  'api-key',
  'apikey',
  'x-access-token',
  'access-token',
  'x-auth-token',
  'auth-token',
  'x-csrf-token',
  'x-xsrf-token',
];

/** What a session has before anybody writes to it: its cookie, and methods. */
const OF_EVERY_SESSION =
  /^(?:id|cookie|req|touch|save|reload|regenerate|destroy|reset(?:MaxAge)?|is[A-Z].*|populated|length|\(\))$/;

/** What middlewares make of a cookie or a token, by the name of the request's property. */
const CREDENTIALS = ['user', 'session', 'cookies', 'signedCookies', 'body'] as const;
export type Credential = (typeof CREDENTIALS)[number];

/** `req.user = …`, `req.session.views ||= 0`, `req.session.views++`, `Object.assign(req, …)` */
const WRITTEN = /\.(user|session|cookies|signedCookies|body)\b[^;\n]{0,60}?(?:(?<![=!<>])=(?![=>])|\+\+)/g;
const WRITTEN_SOMEHOW = /Object\.assign|\breq(?:uest)?\s*\[/;

/** What a function writes to the request, as far as its text shows, whoever asks. */
export function givenBy(text: string): readonly Credential[] {
  if (WRITTEN_SOMEHOW.test(text)) return CREDENTIALS;
  return [...text.matchAll(WRITTEN)].map(([, name]) => name as Credential);
}

export class PreflightExchange extends Exchange {
  readonly #made = new Map<string, Value>();

  constructor(
    run: Run,
    request: Request,
    before: ReadonlyMap<string, Said<Place>>,
    at: Place,
    /** `any`: it may have all that a preflight never has, so that it shows what depends on that. */
    credentials: 'none' | 'any',
    /** What earlier handlers may give every request: a guest for `req.user`. */
    readonly given: ReadonlySet<Credential>,
  ) {
    super(run, request, before, at, credentials);
  }

  override get certain(): readonly string[] {
    return OF_THE_PAGE;
  }

  override asked(name: string, at: Place): Value {
    const lower = name.toLowerCase();
    if (!OF_THE_PAGE.includes(lower)) return super.asked(name, at);
    return this.credentials === 'none'
      ? known(undefined, at)
      : this.run.unknown('parameter', at, { key: `request ${lower}` });
  }

  override property(key: string, at: Place): Value | undefined {
    if (this.credentials === 'any' || this.given.has(key as Credential)) return undefined;
    const { run } = this;
    switch (key) {
      case 'user':
        return known(undefined, at);
      // Passport: whether there is a user.
      case 'isAuthenticated':
      case 'isUnauthenticated':
        if (this.given.has('user')) return undefined;
        return this.#perhaps(key, at, () =>
          run.native(`req.${key}`, (_run, call) => known(key === 'isUnauthenticated', call.at)),
        );
      case 'session':
        return this.#perhaps(key, at, () => run.make(new NewSession(), at));
      case 'cookies':
      case 'signedCookies':
      case 'body':
        return this.#perhaps(key, at, () => run.plain(at));
      default:
        return undefined;
    }
  }

  /** It is there if the middleware that makes it is: `if (!req.body) return next();` lets pass what has no body. */
  #perhaps(key: string, at: Place, make: () => Value): Value {
    const { run } = this;
    let made = this.#made.get(key);
    if (made === undefined) this.#made.set(key, (made = make()));
    return run.pick(run.decisions.ask(`the request has ${key}`, new Set()), made, known(undefined, at));
  }
}

/** The session of somebody who sent no cookie. */
class NewSession extends Made {
  override get(run: Run, _self: Obj, key: string, at: Place): Value | undefined {
    return OF_EVERY_SESSION.test(key)
      ? run.unknown('parameter', at, { key: `request.session.${key}` })
      : undefined;
  }
}
