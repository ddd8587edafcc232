/** What the analysis says of guards, held against apps that are really served: what it reports is refused, and as it says. */
import { createRequire } from 'node:module';
import cors from 'cors';
import type { Express } from 'express';
import { describe, expect, test } from 'vitest';
import {
  expressOf,
  majors,
  preflight,
  withApp,
  type Answer,
  type ExpressModule,
  type Major,
} from '../facts/server.ts';
import { dialects, lint } from '../rules/lint.ts';

const APP = 'https://app.example.com';
const load = createRequire(import.meta.url);

/** Middlewares that a guard may rest on. */
const before: readonly string[] = [
  '',
  "app.use(require('express-session')({ secret: 's', resave: false, saveUninitialized: false }));",
  "app.use(require('express-session')({ secret: 's', resave: false, saveUninitialized: false })); app.use(passport.initialize()); app.use(passport.session());",
  'app.use(express.json());',
];

/** They refuse preflights, and the analysis does not see it: whether there is a session is not known, nor which headers are there. */
const unseen: readonly string[] = [
  "(req, res, next) => { if ('authorization' in req.headers) return next(); res.sendStatus(401); }",
  "(req, res, next) => { if (Object.keys(req.headers).includes('cookie')) return next(); res.sendStatus(401); }",
  '(req, res, next) => { if (req.isAuthenticated && !req.isAuthenticated()) return res.status(401).end(); next(); }',
  '(req, res, next) => { if (req.session && !req.session.user) return res.status(401).end(); next(); }',
  "(req, res, next) => { if (req.is('json')) return next(); res.sendStatus(415); }",
];

const guards: readonly string[] = [
  ...unseen,
  '(req, res, next) => { if (!req.user) return res.sendStatus(401); next(); }',
  '(req, res, next) => { if (!req.headers.authorization) return res.status(401).json({}); next(); }',
  '(req, res, next) => { if (req.headers.authorization === undefined) { res.statusCode = 403; res.end(); } else next(); }',
  '(req, res, next) => { if (req.isAuthenticated()) return next(); res.status(401).end(); }',
  '(req, res, next) => { if (req.isAuthenticated && req.isAuthenticated()) return next(); res.status(401).end(); }',
  '(req, res, next) => { if (req.isUnauthenticated?.() ?? true) return res.status(401).end(); next(); }',
  '(req, res, next) => { if (!req.session.userId) return res.status(401).send("no"); next(); }',
  '(req, res, next) => { if (!req.session?.user) return res.redirect("/login"); next(); }',
  '(req, res, next) => { if (req.session) return next(); res.sendStatus(500); }',
  '(req, res, next) => { if (req.session?.cookie) return next(); res.sendStatus(500); }',
  '(req, res, next) => { if (req.session && req.sessionID) return next(); res.sendStatus(500); }',
  '(req, res, next) => { if (Object.keys(req.session ?? {}).length > 0) return next(); res.sendStatus(401); }',
  '(req, res, next) => { if (req.cookies?.token) return next(); res.sendStatus(401); }',
  '(req, res, next) => { if (!req.body) return next(); if (req.body.token) return next(); res.sendStatus(400); }',
  '(req, res, next) => { if (req.user.isAdmin) return next(); res.sendStatus(403); }',
  "(req, res, next) => { if (!req.user) throw new Error('no'); next(); }",
  "(req, res, next) => { if (!req.user) return next(Object.assign(new Error('no'), { status: 403 })); next(); }",
  "(req, res, next) => { if (req.method === 'OPTIONS' || req.user) return next(); res.sendStatus(401); }",
  "(req, res, next) => { if (!['GET', 'POST'].includes(req.method)) return res.sendStatus(405); next(); }",
  "(req, res, next) => { if (req.get('Access-Control-Request-Method')) return next(); res.sendStatus(401); }",
  "(req, res, next) => { if (req.accepts('json')) return next(); res.sendStatus(406); }",
  "(req, res, next) => { if (req.header('X-Api-Key') !== 'k') return res.sendStatus(401); next(); }",
  "(req, res, next) => { if (!req.headers['user-agent'] && req.headers['x-forwarded-for']) return res.sendStatus(400); next(); }",
  "(req, res, next) => { const [scheme, token] = (req.get('Authorization') || '').split(' '); if (scheme !== 'Bearer' || !token) return res.sendStatus(401); next(); }",
  "(req, res, next) => { try { const token = req.headers.authorization.split(' ')[1]; req.user = { token }; next(); } catch (error) { res.status(401).json({}); } }",
  "(req, res, next) => { try { req.user = jwt.verify(req.header('x-access-token'), 's'); next(); } catch { res.sendStatus(401); } }",
  "(req, res, next) => { jwt.verify(req.headers.authorization, 's', (error, user) => { if (error) return res.sendStatus(403); req.user = user; next(); }); }",
  'async (req, res, next) => { if (!req.user) return res.sendStatus(401); await Promise.resolve(); next(); }',
  '(req, res, next) => passport.authenticate("jwt", { session: false })(req, res, next)',
  'passport.authenticate("jwt", { session: false })',
  'passport.authenticate("jwt", { session: false, failureRedirect: "/login" })',
  'passport.authenticate("jwt", { session: false, failWithError: true })',
  "require('express-basic-auth')({ users: { a: 'b' } })",
  "require('express-oauth2-jwt-bearer').auth({ issuerBaseURL: 'https://issuer.example', audience: 'a' })",
  "require('express-jwt').expressjwt({ secret: 's', algorithms: ['HS256'] })",
];

const HEAD =
  "const express = require('express'); const cors = require('cors'); const jwt = require('jsonwebtoken'); const passport = require('passport'); const app = express();\n";

const passport = load('passport') as { use(strategy: object): void };
const { Strategy } = load('passport-jwt') as {
  readonly Strategy: new (options: object, verify: () => void) => object;
};
passport.use(new Strategy({ secretOrKey: 's', jwtFromRequest: () => null }, () => undefined));

/** What is said of it: the status, or nothing if nothing is known; no object if it is no finding. */
function said(text: string): { readonly status: number | undefined } | undefined {
  const { messages } = lint(`${HEAD}${text}`, dialects.commonjs);
  const found = messages.find(({ messageId }) => messageId === 'guard-before-cors');
  if (!found) return undefined;
  const status = /answers them with (\d+)/.exec(found.message)?.[1];
  return { status: status === undefined ? undefined : Number(status) };
}

/** Two preflights of the app that is written there. */
function asked(major: Major, text: string): Promise<readonly Answer[]> {
  const build = new Function('app', 'express', 'cors', 'jwt', 'passport', 'require', text) as (
    app: Express,
    express: ExpressModule,
    ...rest: readonly unknown[]
  ) => void;
  return withApp(
    major,
    (app) => {
      build(app, expressOf(major), cors, load('jsonwebtoken'), passport, load);
    },
    async (send) => [await send(preflight(APP)), await send(preflight(APP, 'PUT', 'authorization'))],
  );
}

describe.each(majors)('Express %i', (major) => {
  test.each(guards)('%s', async (guard) => {
    for (const first of before) {
      const text = `${first}\napp.use(${guard});\napp.use(cors());`;
      const told = said(text);
      for (const { headers, status } of told ? await asked(major, text) : []) {
        expect(headers.has('access-control-allow-origin'), text).toBe(false);
        // Without the middleware that it rests on, it fails before it can say what it would.
        if (told?.status !== undefined && status !== 500) expect(status, text).toBe(told.status);
      }
    }
  });

  test('most of them are reported, and none that lets preflights pass', async () => {
    const silent: string[] = [];
    for (const guard of guards) {
      const text = `${before[2]}\napp.use(${guard});\napp.use(cors());`;
      const answers = await asked(major, text);
      const refused = answers.every(({ headers }) => !headers.has('access-control-allow-origin'));
      if (refused && !said(text)) silent.push(guard);
      if (!refused) expect(said(text), text).toBeUndefined();
    }
    expect(silent).toEqual(unseen);
  });
});
