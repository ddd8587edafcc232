/** What guards do with a preflight: the facts that the rule about what stands before CORS rests on. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import cors from 'cors';
import type { Express, Handler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { expressjwt } from 'express-jwt';
import { auth } from 'express-oauth2-jwt-bearer';
import jwt from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { corsHeaders, expressOf, majors, preflight, withApp, type Answer, type Major } from './server.ts';

const APP = 'https://app.example.com';

// ---- packages without types of their own

interface Strategy {
  readonly name?: string;
  authenticate(request: object): void;
}

interface Passport {
  use(strategy: Strategy): void;
  initialize(): Handler;
  session(): Handler;
  authenticate(strategy: string | readonly string[], options?: object, callback?: () => void): Handler;
}

const load = createRequire(import.meta.url);
const { Passport } = load('passport') as { readonly Passport: new () => Passport };
const { Strategy: JwtStrategy } = load('passport-jwt') as {
  readonly Strategy: new (options: object, verify: () => void) => Strategy;
};
const { Strategy: BearerStrategy } = load('passport-http-bearer') as {
  readonly Strategy: new (verify: () => void) => Strategy;
};
const session = load('express-session') as (options: object) => Handler;
const basicAuth = load('express-basic-auth') as (options: object) => Handler;

const passport = new Passport();
passport.use(new JwtStrategy({ secretOrKey: 'secret', jwtFromRequest: () => null }, () => undefined));
passport.use(new BearerStrategy(() => undefined));
const newSession = (): Handler => session({ secret: 'secret', resave: false, saveUninitialized: false });

// ---- asking

type Headers = 'no header' | 'authorization';
const asking = (headers: Headers): ReturnType<typeof preflight> =>
  preflight(APP, 'PUT', headers === 'no header' ? undefined : headers);

/** The answers to preflights of an app that has the handlers, and then one that answers 299. */
const answersOf = (
  major: Major,
  handlers: readonly Handler[],
  headers: readonly Headers[] = ['no header', 'authorization'],
): Promise<readonly Answer[]> =>
  withApp(
    major,
    (app) => {
      for (const handler of handlers) app.use(handler);
      app.use((_req, res) => {
        res.status(299).end();
      });
    },
    async (send) => {
      const answers: Answer[] = [];
      for (const one of headers) answers.push(await send(asking(one)));
      return answers;
    },
  );

const statusesOf = async (...args: Parameters<typeof answersOf>): Promise<readonly number[]> =>
  (await answersOf(...args)).map(({ status }) => status);

const PASSES = 299;

describe.each(majors)('Express %i', (major) => {
  const express = expressOf(major);

  test.each<readonly [string, () => readonly Handler[], number]>([
    ['passport, jwt', () => [passport.authenticate('jwt', { session: false })], 401],
    ['passport, bearer', () => [passport.authenticate('bearer', { session: false })], 401],
    ['passport, several', () => [passport.authenticate(['jwt', 'bearer'], { session: false })], 401],
    [
      'passport, failWithError',
      () => [passport.authenticate('jwt', { session: false, failWithError: true })],
      401,
    ],
    ['passport, failureRedirect', () => [passport.authenticate('jwt', { failureRedirect: '/login' })], 302],
    ['passport, no such strategy', () => [passport.authenticate('nobody')], 500],
    ['express-basic-auth', () => [basicAuth({ users: { a: 'b' } })], 401],
    ['express-basic-auth, challenge', () => [basicAuth({ users: { a: 'b' }, challenge: true })], 401],
    // Nothing is fetched from the issuer for a request without a token.
    [
      'express-oauth2-jwt-bearer',
      () => [auth({ issuerBaseURL: 'https://issuer.example', audience: 'a' }) as Handler],
      401,
    ],
  ])('is refused: %s', async (_name, make, status) => {
    expect(await statusesOf(major, make())).toEqual([status, status]);
  });

  test.each<readonly [string, () => readonly Handler[]]>([
    ['passport, with a callback that goes on', () => [withCallback]],
    ['passport, initialize and session', () => [newSession(), passport.initialize(), passport.session()]],
    ['express-session', () => [newSession()]],
    [
      'express-oauth2-jwt-bearer, optional',
      () => [
        auth({ issuerBaseURL: 'https://issuer.example', audience: 'a', authRequired: false }) as Handler,
      ],
    ],
    ['express-rate-limit, below the limit', () => [rateLimit({ limit: 2, windowMs: 60_000 })]],
    [
      'express-rate-limit, that skips preflights',
      () => [rateLimit({ limit: 1, windowMs: 60_000, skip: ({ method }) => method === 'OPTIONS' })],
    ],
    [
      'express-rate-limit, that counts failures',
      () => [rateLimit({ limit: 1, skipSuccessfulRequests: true })],
    ],
    [
      'body parsers',
      () => [express.json(), express.urlencoded({ extended: true }), express.raw(), express.text()],
    ],
    ['static files', () => [express.static(fileURLToPath(new URL('.', import.meta.url)))]],
  ])('passes: %s', async (_name, make) => {
    expect(await statusesOf(major, make())).toEqual([PASSES, PASSES]);
  });

  test('static files: a preflight for one passes, too', async () => {
    await withApp(
      major,
      (app) => {
        app.use(express.static(fileURLToPath(new URL('.', import.meta.url))));
      },
      async (send) => {
        expect((await send({ path: '/express4.d.ts' })).status).toBe(200);
        expect((await send({ ...preflight(APP), path: '/express4.d.ts' })).status).toBe(404);
      },
    );
  });

  test('express-jwt lets a preflight pass that asks for `Authorization`, and no other', async () => {
    const guard = expressjwt({ secret: 'secret', algorithms: ['HS256'] }) as Handler;
    expect(await statusesOf(major, [guard])).toEqual([401, PASSES]);
    const optional = expressjwt({ secret: 'secret', algorithms: ['HS256'], credentialsRequired: false });
    expect(await statusesOf(major, [optional as Handler])).toEqual([PASSES, PASSES]);
  });

  test('express-rate-limit counts preflights, and answers them once there are too many', async () => {
    expect(await statusesOf(major, [rateLimit({ limit: 1, windowMs: 60_000 })])).toEqual([PASSES, 429]);
    expect(await statusesOf(major, [rateLimit({ limit: 1, statusCode: 503 })])).toEqual([PASSES, 503]);
    const five = await statusesOf(major, [rateLimit()], Array<Headers>(6).fill('no header'));
    expect(five).toEqual([PASSES, PASSES, PASSES, PASSES, PASSES, 429]);
  });

  describe('what a preflight brings', () => {
    /** What a handler behind the others sees, as JSON. */
    const seen = async (
      before: readonly Handler[],
      look: (req: SeenRequest) => unknown,
    ): Promise<unknown> => {
      const handler: Handler = (req, res) => {
        res.json(look(req as unknown as SeenRequest) ?? null);
      };
      const [answer] = await answersOf(major, [...before, handler], ['authorization']);
      return JSON.parse(answer?.body ?? '');
    };

    test('no credentials, and no body', async () => {
      const names = ['authorization', 'cookie', 'content-type', 'x-requested-with', 'x-api-key'];
      expect(await seen([], ({ headers }) => names.filter((name) => name in headers))).toEqual([]);
      expect(await seen([express.json()], ({ body }) => body)).toEqual(major === 4 ? {} : null);
    });

    test('no session but a new one, and no user', async () => {
      expect(await seen([newSession()], (req) => Object.keys(req.session))).toEqual(['cookie']);
      const before = [newSession(), passport.initialize(), passport.session()];
      expect(await seen(before, (req) => [req.user, req.isAuthenticated(), req.isUnauthenticated()])).toEqual(
        [null, false, true],
      );
    });

    test('without the middleware that makes a session, reading from it fails', async () => {
      const handler: Handler = (req, _res, next) => {
        if ((req as unknown as SeenRequest).session['user']) next();
      };
      expect(await statusesOf(major, [handler])).toEqual([500, 500]);
    });
  });

  describe('in front of CORS', () => {
    const guard: Handler = (req, res, next) => {
      if (req.headers.authorization === undefined) res.status(401).end();
      else next();
    };
    const toHttps: Handler = (req, res, next) => {
      if (req.secure) next();
      else res.redirect(301, `https://${req.hostname}${req.url}`);
    };

    const through = (build: (app: Express) => void): Promise<Answer> =>
      withApp(major, build, (send) => send(asking('authorization')));

    test.each<readonly [string, Handler, number]>([
      ['a guard', guard, 401],
      ['a redirect', toHttps, 301],
    ])('%s answers the preflight, without CORS headers', async (_name, handler, status) => {
      const answer = await through((app) => {
        app.use(handler);
        app.use(cors());
      });
      expect(answer.status).toBe(status);
      expect(corsHeaders(answer)['access-control-allow-origin']).toBeUndefined();
    });

    test.each<readonly [string, Handler]>([
      ['a guard', guard],
      ['a redirect', toHttps],
    ])('%s never sees the preflight if CORS comes first', async (_name, handler) => {
      const answer = await through((app) => {
        app.use(cors());
        app.use(handler);
      });
      expect(answer.status).toBe(204);
      expect(corsHeaders(answer)['access-control-allow-origin']).toBe('*');
    });

    test('an earlier `app.options()` answers it', async () => {
      const answer = await through((app) => {
        app.options(/.*/, cors());
        app.use(guard);
        app.use(cors());
      });
      expect(answer.status).toBe(204);
    });
  });
});

describe('jsonwebtoken', () => {
  test.each([[undefined], [null], ['']])('refuses %j for a token, at once', (token) => {
    const verify = jwt.verify as (token: unknown, key: string, ...rest: readonly unknown[]) => unknown;
    expect(() => verify(token, 'secret')).toThrow('jwt must be provided');
    let told: unknown;
    verify(token, 'secret', (error: unknown) => {
      told = error;
    });
    expect(told).toMatchObject({ name: 'JsonWebTokenError' });
    verify(token, 'secret', {}, (error: Error) => {
      told = error.message;
    });
    expect(told).toBe('jwt must be provided');
  });
});

interface SeenRequest {
  readonly headers: object;
  readonly body: unknown;
  readonly user: unknown;
  readonly session: Readonly<Record<string, unknown>>;
  isAuthenticated(): boolean;
  isUnauthenticated(): boolean;
}

/** Who gives a callback decides in it. */
const withCallback: Handler = (req, res, next) => {
  passport.authenticate('jwt', { session: false }, () => {
    next();
  })(req, res, next);
};
