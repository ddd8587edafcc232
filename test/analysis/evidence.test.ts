import type { TSESTree } from '@typescript-eslint/utils';
import { parseForESLint } from '@typescript-eslint/parser';
import { describe, expect, it } from 'vitest';
import type { FunctionCode } from '../../src/analysis/code.ts';
import { answersOwnPage, passesOn, readsHeader } from '../../src/analysis/evidence.ts';
import { lower } from '../../src/analysis/lower.ts';

const moduleOf = (code: string): ReturnType<typeof lower> =>
  lower(parseForESLint(code, { range: true, loc: true }).ast as unknown as TSESTree.Program);

const reads = (code: string): readonly string[] =>
  readsHeader(moduleOf(code), code, 'authorization').map(({ start, end }) => code.slice(start, end));

/** A handler with that body; what is marked is where the header is read. */
const inHandler = (body: string): string => `app.get('/x', (req, res, next) => { ${body} });`;

describe('readsHeader', () => {
  it.each<readonly [code: string, ...places: string[]]>([
    [inHandler('use(req.headers.authorization);'), 'req.headers.authorization'],
    [inHandler("use(req.headers['authorization']);"), "req.headers['authorization']"],
    [inHandler("use(req.headers['Authorization']);"), "req.headers['Authorization']"],
    [inHandler("use(req.get('Authorization'));"), "req.get('Authorization')"],
    [inHandler("use(req.header('authorization'));"), "req.header('authorization')"],
    [inHandler("use(req.headers.get('authorization'));"), "req.headers.get('authorization')"],
    [inHandler("use('authorization' in req.headers);"), "'authorization' in req.headers"],
    [inHandler("(req.headers.authorization || '').split(' ');"), 'req.headers.authorization'],
    [inHandler("const [, t] = req.headers.authorization.split(' ');"), 'req.headers.authorization'],
    [inHandler('const t = req.headers.authorization?.slice(7);'), 'req.headers.authorization'],
    [inHandler('use(req?.headers?.authorization);'), 'req?.headers?.authorization'],
    [inHandler('use((req?.headers)?.authorization);'), '(req?.headers)?.authorization'],
    [inHandler('use((req.headers || {}).authorization);'), '(req.headers || {}).authorization'],
    [inHandler("if (req.headers.authorization.startsWith('x')) next();"), 'req.headers.authorization'],
    [inHandler('use(`${req.headers.authorization}`);'), 'req.headers.authorization'],
    [
      inHandler('use({ headers: { Authorization: req.headers.authorization } });'),
      'req.headers.authorization',
    ],
    // Destructuring.
    [inHandler('const { authorization } = req.headers;'), 'authorization'],
    [inHandler('const { authorization: token } = req.headers;'), 'token'],
    [inHandler("const { authorization: token = '' } = req.headers;"), 'token'],
    [inHandler("const { 'authorization': token } = req.headers;"), 'token'],
    [inHandler('const { headers: { authorization } } = req;'), 'authorization'],
    [inHandler('const { headers: { authorization = 1 } = {} } = req;'), 'authorization'],
    [inHandler('let authorization; ({ authorization } = req.headers);'), 'authorization'],
    [inHandler('const { headers } = req; use(headers.authorization);'), 'headers.authorization'],
    [inHandler('const { headers: all } = req; const { authorization } = all;'), 'authorization'],
    [inHandler('const all = req.headers; use(all.authorization);'), 'all.authorization'],
    [inHandler('const all = req.headers ?? {}; later(() => all.authorization);'), 'all.authorization'],
    ['f(({ headers: { authorization } }, res) => res.json(authorization));', 'authorization'],
    ['f(({ headers: { authorization: token } = {} }, res) => res.json(token));', 'token'],
    ['f(({ headers }, res) => res.json(headers.authorization));', 'headers.authorization'],
    ['function f({ headers } = {}) { return headers.authorization; }', 'headers.authorization'],
    ['f(({ headers }) => { const { authorization } = headers; });', 'authorization'],
    // Elsewhere than in a handler of Express.
    [
      'io.use((socket, next) => next(socket.handshake.headers.authorization));',
      'socket.handshake.headers.authorization',
    ],
    [
      'wss.on("connection", (ws, request) => use(request.headers.authorization));',
      'request.headers.authorization',
    ],
    [
      'io.use((socket) => use(socket.request.headers.authorization));',
      'socket.request.headers.authorization',
    ],
    ["app.use((ctx) => use(ctx.request.headers['authorization']));", "ctx.request.headers['authorization']"],
    ["app.use((ctx) => use(ctx.get('Authorization')));", "ctx.get('Authorization')"],
    ["app.use((c) => use(c.req.header('Authorization')));", "c.req.header('Authorization')"],
    ['new Apollo({ context: ({ req }) => use(req.headers.authorization) });', 'req.headers.authorization'],
    ['exports.handler = async (event) => event.headers.Authorization;', 'event.headers.Authorization'],
    [
      'class G { can(context) { const request = context.switchToHttp().getRequest(); return request.headers.authorization; } }',
      'request.headers.authorization',
    ],
    [
      'class G { can(context) { const { req } = context; return req.get("authorization"); } }',
      'req.get("authorization")',
    ],
    ['class G { token() { return this.req.headers.authorization; } }', 'this.req.headers.authorization'],
    [
      'class G { #token(request) { return request.headers.authorization; } }',
      'request.headers.authorization',
    ],
    // TypeScript.
    [inHandler('use((req as any).headers.authorization);'), '(req as any).headers.authorization'],
    [inHandler('use(req.headers.authorization as string);'), 'req.headers.authorization'],
    [inHandler("use(req.headers['authorization']!.split(' '));"), "req.headers['authorization']"],
    [inHandler('use((<Request>req).headers!.authorization);'), '(<Request>req).headers!.authorization'],
    [
      'const f = (req: Request): string | undefined => req.headers.authorization;',
      'req.headers.authorization',
    ],
    [
      'f(({ headers: { authorization } }: Request, res: Response) => res.json(authorization));',
      'authorization',
    ],
    // Several.
    [
      inHandler('if (!req.headers.authorization) return; use(req.get("authorization"));'),
      'req.headers.authorization',
      'req.get("authorization")',
    ],
  ])('%s', (code, ...places) => {
    expect(reads(code)).toEqual(places);
  });

  it.each([
    '',
    "const text = 'req.headers.authorization';",
    '// req.headers.authorization',
    inHandler('/* req.headers.authorization */'),
    inHandler("log('req.headers.authorization');"),
    inHandler('use(authorization, req.authorization, req.body.authorization, req.headers.host);'),
    inHandler('const { authorization } = req.body;'),
    inHandler("use(req.headers['proxy-authorization'], req.headers.authorizations);"),
    // Written.
    inHandler('req.headers.authorization = token;'),
    inHandler("req.headers['authorization'] = `Bearer ${token}`;"),
    inHandler('delete req.headers.authorization;'),
    inHandler("delete req.headers['authorization'];"),
    inHandler("res.set('Authorization', token);"),
    inHandler("res.setHeader('Authorization', token);"),
    inHandler('use({ headers: { authorization: token } });'),
    // The app's own requests, and the answers to them.
    'axios.defaults.headers.common.Authorization = token;',
    "axios.defaults.headers.common['Authorization'] = `Bearer ${token}`;",
    inHandler('fetch(url, { headers: { Authorization: token } });'),
    inHandler("const headers = new Headers(); headers.set('Authorization', token);"),
    inHandler('const headers = { authorization: token }; use(headers.authorization);'),
    'axios.interceptors.request.use((config) => { config.headers.Authorization = token; return config; });',
    'axios.interceptors.request.use((config) => { if (!config.headers.Authorization) add(config); });',
    'axios.interceptors.request.use((axiosConfig) => use(axiosConfig.headers.Authorization));',
    'const send = (url, options) => fetch(url, { ...options, auth: options.headers.authorization });',
    'const send = (url, init) => use(init.headers.authorization);',
    'client.interceptors.response.use((response) => use(response.headers.authorization));',
    inHandler('use(res.headers.authorization);'),
    inHandler("use(res.get('Authorization'));"),
    'f((error) => use(error.headers.authorization));',
    "proxy.on('proxyReq', (proxyReq) => proxyReq.setHeader('authorization', token));",
    "const value = cache.get('authorization');",
    "it('refuses', () => request(app).get('/x').set('Authorization', 'x').expect(401));",
  ])('not: %s', (code) => {
    expect(reads(code)).toEqual([]);
  });
});

/** The first function of the file. */
const first = (code: string): FunctionCode => moduleOf(code).functions[0] as FunctionCode;

describe('answersOwnPage', () => {
  it.each([
    "(req, res) => res.render('page')",
    "(req, res) => { res.sendFile('index.html', { root }); }",
    "(req, res) => { res.sendfile('index.html'); }",
    "async (req, res) => { const user = await find(); return res.status(200).render('user', { user }); }",
    "function (req, res) { res.download('x.pdf'); }",
    "(req, res) => res.redirect(301, '/new')",
    "(req, res) => { if (!req.user) return res.redirect('/login'); res.json({}); }",
    "(request, response) => response?.redirect('/')",
    "(req, res) => res.send('<h1>About</h1>')",
    "(req, res) => res.send('<!DOCTYPE html><html></html>')",
    '(req, res) => res.type("html").send(`\n  <p>${text}</p>`)',
    '(req: Request, res: Response): void => { (res as any).render("x"); }',
  ])('%s', (handler) => {
    expect(answersOwnPage(first(`f(${handler});`))).toBe(true);
  });

  it.each([
    '(req, res) => res.json({})',
    "(req, res) => res.send('It runs.')",
    "(req, res) => res.send('<3')",
    '(req, res) => res.send(`${html}`)',
    '(req, res) => res.send(\'<?xml version="1.0"?>\')',
    '(req, res) => { const file = storage.download(req.params.id); res.json(file); }',
    '(req, res) => res.json({ html: engine.render(req.body) })',
    '(req, res) => res.json({ redirect: true, render: render() })',
    "(req, res) => res.json('res.render')",
    '() => undefined',
  ])('not: %s', (handler) => {
    expect(answersOwnPage(first(`f(${handler});`))).toBe(false);
  });
});

describe('passesOn', () => {
  it.each([
    '(req, res, next) => next()',
    '(req, res, next) => { if (!req.user) return res.sendStatus(401); next(); }',
    "(req, res, next) => next('route')",
    '(req, res, go) => { find().then(() => go()); }',
    'async function (req, res, next) { await load(req); return next(); }',
  ])('%s', (handler) => {
    expect(passesOn(first(`f(${handler});`))).toBe(true);
  });

  it.each([
    '(req, res) => res.json({})',
    '(req, res, next) => res.json({})',
    '(req, res, next) => find().then((x) => res.json(x), next)',
    '(req, res, next) => { try { res.json(find()); } catch (error) { next(error); } }',
    '(req, res, next) => { const it = list(); it.next(); res.json(it); }',
  ])('not: %s', (handler) => {
    expect(passesOn(first(`f(${handler});`))).toBe(false);
  });
});
