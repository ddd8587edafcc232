import type { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { dialects, isCommonJs, lint, withoutPractices } from './lint.ts';

/** Servers as they are found, in which nothing is certain to be wrong: every rule about that is silent, as strict as it gets. */
const traps: Readonly<Record<string, string>> = {
  'a list, a callback that asks it, and an error': `
const express = require('express');
const cors = require('cors');
const allowedOrigins = ['http://localhost:3000', 'https://app.example.com'];
const corsOptions = {
  origin: (origin, callback) => {
    if (!origin || allowedOrigins.indexOf(origin) !== -1) callback(null, true);
    else callback(new Error('Not allowed by CORS'));
  },
  credentials: true,
  optionsSuccessStatus: 200,
};
const app = express();
app.use(cors(corsOptions));
app.get('/api', (req, res) => res.json({}));
`,
  'a list from the environment, with a local one for want of it': `
import express from 'express';
import cors from 'cors';
import 'dotenv/config';
const app = express();
const origins = process.env.CORS_ORIGINS ? process.env.CORS_ORIGINS.split(',').map((s) => s.trim()) : ['http://localhost:5173'];
app.use(cors({ origin: origins, credentials: true, methods: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'], allowedHeaders: ['Content-Type', 'Authorization'] }));
app.use((req, res, next) => { const h = req.headers.authorization; next(); });
`,
  'one origin from the environment': `
import cors from 'cors';
app.use(cors({ origin: process.env.CLIENT_URL || 'http://localhost:3000', credentials: true }));
`,
  'options of another file': `
import config from './config/index.js'; import cors from 'cors';
app.use(cors(config.cors)); app.use(cors({ origin: config.clientUrl, credentials: true }));
app.use(cors({ origin: [config.a, config.b].filter(Boolean), credentials: config.x }));
`,
  'a class that is given its middlewares': `
import cors from 'cors'; import express, { Application } from 'express';
export default class App { public app: Application; public port: number;
 constructor(appInit: { port: number; middleWares: any; controllers: any; }) { this.app = express(); this.port = appInit.port; this.middlewares(appInit.middleWares); this.routes(appInit.controllers); }
 private middlewares(middleWares: { forEach: (arg0: (middleWare: any) => void) => void; }) { middleWares.forEach(middleWare => { this.app.use(middleWare) }) }
 private routes(controllers: { forEach: (arg0: (controller: any) => void) => void; }) { controllers.forEach(controller => { this.app.use('/', controller.router) }) } }
const app = new App({ port: 5000, controllers: [new HomeController()], middleWares: [bodyParser.json(), cors({ origin: 'https://a.example' })] });
`,
  'a middleware that is run by hand': `
import Cors from 'cors'
const cors = Cors({ methods: ['POST', 'GET', 'HEAD'] })
function runMiddleware(req, res, fn) { return new Promise((resolve, reject) => { fn(req, res, (result) => { if (result instanceof Error) return reject(result); return resolve(result) }) }) }
export default async function handler(req, res) { await runMiddleware(req, res, cors); res.json({ message: 'Hello' }) }
`,
  'a cloud function': `
const cors = require('cors')({ origin: ['https://a.example'] });
exports.date = functions.https.onRequest((req, res) => { cors(req, res, () => { res.send(req.get('x')) }) });
`,
  'a lambda': `
const serverless = require('serverless-http'); const express = require('express'); const cors = require('cors');
const app = express(); app.use(express.json()); app.use(cors());
app.get('/', (req, res) => res.json({})); module.exports.handler = serverless(app);
`,
  'socket.io beside it': `
const http = require('http'); const express = require('express'); const cors = require('cors'); const { Server } = require('socket.io');
const app = express(); app.use(cors()); const server = http.createServer(app);
const io = new Server(server, { cors: { origin: 'https://app.acme.com', methods: ['GET', 'POST'], credentials: true } });
`,
  'a middleware of Apollo': `
import { expressMiddleware } from '@apollo/server/express4'; import cors from 'cors'; import express from 'express';
const app = express(); await server.start();
app.use('/graphql', cors<cors.CorsRequest>({ origin: ['https://a.example'], credentials: true }), express.json(), expressMiddleware(server));
`,
  'Nest beside it': `
import { NestFactory } from '@nestjs/core'; import * as cors from 'cors';
async function bootstrap() { const app = await NestFactory.create(AppModule); app.use(cors({ origin: ['https://a.example'], credentials: true })); app.enableCors({ origin: true, credentials: true }); await app.listen(3000); }
bootstrap();
`,
  'an app that is not Express': `
import cors from 'cors'; import polka from 'polka';
polka().use(cors()).get('/x', (req, res) => res.end());
`,
  'a test of headers': `
const request = require('supertest'); const cors = require('cors'); const express = require('express');
describe('cors', () => { it('x', async () => { const app = express(); app.use(cors({ origin: 'https://a.example' })); app.get('/', (req, res) => res.end()); await request(app).get('/').set('Origin', 'https://a.example').expect('Access-Control-Allow-Origin', 'https://a.example'); }); });
`,
  'helmet, a limit, files and a last resort': `
const express = require('express'); const cors = require('cors'); const path = require('path'); const helmet = require('helmet'); const rateLimit = require('express-rate-limit');
const app = express(); app.use(helmet()); app.use(cors({ origin: process.env.ORIGIN, credentials: true })); app.use(rateLimit({ windowMs: 1 })); app.use(express.static(path.join(__dirname, 'public')));
app.get('*', (req, res) => res.sendFile(path.join(__dirname, 'public/index.html')));
`,
  Koa: `
const Koa = require('koa'); const cors = require('@koa/cors'); const app = new Koa(); app.use(cors({ credentials: true })); app.use(cors);
`,
  'a public route before the private ones, each with a policy': `
const express = require('express'); const cors = require('cors'); const app = express();
const pub = cors({ origin: '*' }); const priv = cors({ origin: ['https://a.example'], credentials: true });
app.options('/public', pub); app.get('/public', pub, (req, res) => res.json({}));
app.use('/private', priv, (req, res) => res.json({}));
`,
  'both by the environment': `
const cors = require('cors'); app.use(cors({ origin: process.env.NODE_ENV === 'production' ? process.env.FRONTEND_URL : '*', credentials: process.env.NODE_ENV === 'production' }));
`,
  'options that another library merges': `
const _ = require('lodash'); const cors = require('cors');
const defaults = { origin: '*', credentials: true }; module.exports = (o) => cors(_.merge({}, defaults, o)); module.exports.d = (o) => cors(_.defaults(o, defaults));
`,
  'options of a caller, with defaults': `
const cors = require('cors');
export function make(app, { origin = '*', credentials = true } = {}) { app.use(cors({ origin, credentials })); }
`,
  'an argument of a caller, with a default': `
const cors = require('cors');
const make = (origin = true) => cors({ origin, credentials: true });
module.exports = make;
`,
  'a list with holes': `
import cors from 'cors';
const whitelist = [process.env.A, process.env.B, process.env.NODE_ENV !== 'production' && 'http://localhost:3000/'].filter(Boolean);
app.use(cors({ origin: whitelist }));
`,
  'an assignment that is not decided': `
import cors from 'cors'; import config from './config.js';
let origin = '*'; if (config.origin) { origin = config.origin; } app.use(cors({ origin, credentials: true }));
`,
  'an assignment that production does not take': `
import cors from 'cors';
let origin; if (process.env.NODE_ENV === 'production') { origin = 'https://a.example'; } else { origin = true; } app.use(cors({ origin, credentials: true }));
`,
  'numbers of other libraries': `
import cors from 'cors'; import { StatusCodes } from 'http-status-codes';
app.use(cors({ optionsSuccessStatus: StatusCodes.OK, maxAge: ms('1d') / 1000 }));
`,
  'the delegate of the documentation': `
var express = require('express'), app = express(), cors = require('cors'), whitelist = ['https://example1.com', 'https://example2.com'];
var corsOptionsDelegate = function (req, callback) { var corsOptions; if (whitelist.indexOf(req.header('Origin')) !== -1) { corsOptions = { origin: true, credentials: true } } else { corsOptions = { origin: false } } callback(null, corsOptions) }
app.get('/products/:id', cors(corsOptionsDelegate), function (req, res, next) { res.json({msg: 'This is CORS-enabled for a whitelisted domain.'}) })
`,
  'routes that are loaded, folder by folder': `
const fs = require('fs'); const cors = require('cors'); const express = require('express'); const app = express(); app.use(cors({ origin: ['https://a.example'], credentials: true }));
function load(dir) { for (const f of fs.readdirSync(dir)) { if (fs.statSync(f).isDirectory()) load(f); else app.use(require(f)); } }
load(__dirname);
`,
  'a comment': `
// app.use(cors({ origin: '*', credentials: true }));
/* const cors = require('cors'); app.use(cors({ origin: true, credentials: true })); */
`,
  'a generator of code': `
import { writeFileSync } from 'node:fs';
import cors from 'cors';
writeFileSync('server.js', "const cors = require('cors');\\napp.use(cors({ origin: '*', credentials: true }));");
export const template = String.raw\`app.use(cors({ origin: true, credentials: true }));\`;
`,
  'headers by hand alone': `
const corsHeaders = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'authorization' };
export default (req) => new Response('ok', { headers: { ...corsHeaders, 'Access-Control-Allow-Credentials': 'true' } });
`,
  'credentials of another middleware': `
const express = require('express'); const cors = require('cors'); const app = express();
app.use((req, res, next) => { res.header('Access-Control-Allow-Credentials', 'true'); next(); });
app.use(cors({ origin: ['https://a.example'] }));
`,
};

/** Without what only strict teams want to know: most of them leave it out. */
const rules = {
  ...withoutPractices,
  'cors/no-denial-by-error': ['error', { onlyWithOwnPages: true }],
  'cors/no-localhost-origin': 'off',
  'cors/safe-env-origins': ['error', { checkSwitchedOff: false, checkLoopbackFallback: false }],
} as const satisfies Linter.RulesRecord;

describe('every rule is silent about', () => {
  it.each(Object.entries(traps))('%s', (_, code) => {
    for (const dialect of [dialects.typescript, isCommonJs(code) ? dialects.commonjs : dialects.module]) {
      const { messages } = lint(code, dialect, { express: 5 }, rules);
      // A few hold TypeScript.
      if (dialect !== dialects.typescript && messages[0]?.fatal) continue;
      expect(messages).toEqual([]);
    }
  });
});
