/** What `prefer-safe-cors` says, and what its suggestion makes of the ordinary ways in which people write policies. */
import { parse } from '@typescript-eslint/parser';
import { afterAll, describe, expect, it } from 'vitest';
import plugin from '../../src/index.ts';
import rule from '../../rules/prefer-safe-cors.ts';
import { Project, removeProjects } from '../analysis/project.ts';
import { apply } from './lint.ts';
import { policiesOf } from './moved.ts';
import { esm, server, testRule } from './tester.ts';

const INSTALL = ' Install it with `npm install eslint-plugin-cors`.';
const replaceable = { messageId: 'replaceable', data: { library: '`cors`', install: INSTALL } } as const;
const left = (undecided: string) =>
  ({
    messageId: 'replaceable-undecided',
    data: { library: '`cors`', install: INSTALL, undecided },
  }) as const;

testRule('prefer-safe-cors', rule, {
  valid: [
    server("app.get('/', (req, res) => res.json({}));"),
    "const { cors } = require('eslint-plugin-cors/middleware');\nconst app = require('express')();\napp.use(cors({ origin: ['https://app.example.com'] }));",
    "import { Hono } from 'hono';\nimport { cors } from 'hono/cors';\nnew Hono().use(cors());",
    "const fastify = require('fastify')();\nfastify.register(require('@fastify/cors'), { origin: ['https://app.example.com'] });",
    "const app = require('express')();\napp.use((req, res, next) => { res.setHeader('Access-Control-Allow-Origin', 'https://app.example.com'); next(); });",
  ],
  invalid: [
    { code: server('app.use(«cors()»);'), errors: [replaceable] },
    { code: server("app.use(«cors({ origin: 'https://app.example.com' })»);"), errors: [replaceable] },
    { code: esm("app.use(«cors({ origin: ['https://app.example.com'] })»);"), errors: [replaceable] },
    {
      code: server(
        "const o = { origin: 'https://app.example.com' };\napp.use(«cors(o)»);\napp.options('/x', «cors(o)»);",
      ),
      errors: [replaceable, replaceable],
    },
    {
      code: server('app.use(«cors({ origin: true, credentials: true })»);'),
      errors: [left('who may read the answers with cookies')],
    },
    {
      code: server('app.use(«cors((req, callback) => callback(null, { origin: false }))»);'),
      errors: [left('how the options differ from request to request')],
    },
    {
      code: server("app.use(«cors({ origin: 'https://app.example.com', preflightContinue: true })»);"),
      errors: [left('what `preflightContinue` is to be')],
    },
    { code: server('app.use(«cors(options())»);'), errors: [left('what the options are')] },
  ],
});

afterAll(removeProjects);

const INSTALLED = { dependencies: { 'eslint-plugin-cors': '1.0.0', express: '5.0.0' } };
const recommended = new Set(Object.keys(plugin.configs.recommended.rules ?? {}));

interface Sample {
  readonly name: string;
  readonly file?: string;
  readonly code: string;
  /** What becomes of each line that changes; nothing where there is no suggestion. */
  readonly lines?: readonly string[];
  readonly undecided?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly others?: Readonly<Record<string, string>>;
}

function commentsIn(text: string): readonly string[] {
  const { comments = [] } = parse(text, { comment: true, range: true, loc: true, jsx: true });
  return comments.map(({ value }) => value).toSorted();
}

function look(code: string, file: string, others: Sample['others'] = {}, manifest: object = INSTALLED) {
  const project = new Project({ 'package.json': manifest, [file]: code, ...others });
  const messages = project.messages(file, 'typescript', file, { 'cors/prefer-safe-cors': 'warn' });
  expect(messages.find(({ fatal }) => fatal)?.message).toBeUndefined();
  return {
    own: messages.filter(({ ruleId }) => ruleId === 'cors/prefer-safe-cors'),
    others: messages.flatMap(({ ruleId, messageId }) =>
      recommended.has(ruleId ?? '') ? [`${ruleId}:${messageId}`] : [],
    ),
  };
}

/** Checks what holds of every suggestion, and gives the lines that it writes. */
function suggested({ code, file = 'app.js', env, others }: Sample): readonly string[] | undefined {
  const before = look(code, file, others);
  expect(before.own.length).toBeGreaterThan(0);
  const outputs = new Set(
    before.own.map(({ suggestions = [] }) => suggestions[0] && apply(code, suggestions[0].fix)),
  );
  // From wherever it is taken, it is the same.
  expect(outputs.size).toBe(1);
  const [output] = outputs;
  if (output === undefined) return undefined;
  const after = look(output, file, others);
  expect(after.own, output).toEqual([]);
  for (const one of after.others) expect(before.others, output).toContain(one);
  expect(commentsIn(output)).toEqual(commentsIn(code));
  const modules = Object.fromEntries(
    Object.entries(others ?? {}).map(([name, text]) => [`./${name}`, exportsOf(text)]),
  );
  expect(policiesOf(output, file, env, modules).length).toBe(policiesOf(code, file, env, modules).length);
  const old = new Set(code.split('\n'));
  return output.split('\n').filter((line) => !old.has(line));
}

/** `export const list = [...]` */
function exportsOf(text: string): Readonly<Record<string, unknown>> {
  const [, name = '', value = ''] = /export const (\w+) = (.*);/.exec(text) ?? [];
  return { [name]: JSON.parse(value.replaceAll("'", '"')) as unknown };
}

const REQUIRED = "const { cors } = require('eslint-plugin-cors/middleware');";
const IMPORTED = "import { cors } from 'eslint-plugin-cors/middleware';";
const LIST = "const list = ['https://app.example.com', 'https://admin.example.com'];\n";
const APP = "'https://app.example.com'";
const OF_ANOTHER_FILE =
  "import express from 'express';\nimport cors from 'cors';\nimport { options } from './options.js';\nexpress().use(cors(options));";

const moves: readonly Sample[] = [
  {
    name: 'CommonJS',
    code: server(`app.use(cors({ origin: ${APP}, credentials: true }));`),
    lines: [REQUIRED],
  },
  { name: 'an ES module', code: esm(`app.use(cors({ origin: ${APP} }));`), lines: [IMPORTED] },
  {
    name: 'double quotes',
    code: 'import express from "express";\nimport cors from "cors";\nexpress().use(cors({ origin: "https://app.example.com" }));',
    lines: ['import { cors } from "eslint-plugin-cors/middleware";'],
  },
  {
    name: 'a namespace',
    file: 'app.ts',
    code: `import express from 'express';\nimport * as cors from 'cors';\nexpress().use(cors({ origin: ${APP} }));`,
    lines: [IMPORTED],
  },
  {
    name: 'another name',
    code: `import express from 'express';\nimport corsMiddleware from 'cors';\nexpress().use(corsMiddleware({ origin: ${APP} }));`,
    lines: ["import { cors as corsMiddleware } from 'eslint-plugin-cors/middleware';"],
  },
  {
    name: 'another name in CommonJS',
    code: `const express = require('express');\nconst enableCors = require('cors');\nexpress().use(enableCors({ origin: ${APP} }));`,
    lines: ["const { cors: enableCors } = require('eslint-plugin-cors/middleware');"],
  },
  {
    name: 'several declarations in one',
    code: `const express = require('express'), cors = require('cors'), app = express();\napp.use(cors({ origin: ${APP} }));`,
    lines: [
      "const express = require('express'), { cors } = require('eslint-plugin-cors/middleware'), app = express();",
    ],
  },
  {
    name: 'required where it is called',
    code: `const app = require('express')();\napp.use(require('cors')());`,
    lines: ["app.use(require('eslint-plugin-cors/middleware').cors({ origin: '*' }));"],
  },
  {
    name: 'required where it is called, with options',
    code: `const app = require('express')();\napp.use(require("cors")({ origin: ${APP} }));`,
    lines: [`app.use(require("eslint-plugin-cors/middleware").cors({ origin: ${APP} }));`],
  },
  {
    name: 'no options',
    code: server('app.use(cors());'),
    lines: [REQUIRED, "app.use(cors({ origin: '*' }));"],
  },
  {
    name: 'options without origin',
    code: server("app.use(cors({ exposedHeaders: ['X-A'] }));"),
    lines: [REQUIRED, "app.use(cors({ origin: '*', exposedHeaders: ['X-A'] }));"],
  },
  {
    name: 'an empty object',
    code: server('app.use(cors({}));'),
    lines: [REQUIRED, "app.use(cors({ origin: '*' }));"],
  },
  { name: 'everybody', code: server("app.use(cors({ origin: '*' }));"), lines: [REQUIRED] },
  {
    name: 'true, which is everybody',
    code: server('app.use(cors({ origin: true }));'),
    lines: [REQUIRED, "app.use(cors({ origin: '*' }));"],
  },
  {
    name: 'options that two calls are given',
    code: server(
      `const options = { origin: ${APP} };\napp.use(cors(options));\napp.options('/{*splat}', cors(options));`,
    ),
    lines: [REQUIRED],
  },
  {
    name: 'options that two calls are given, written anew',
    code: server(
      'const options = { origin: true };\napp.use(cors(options));\napp.options(/.*/, cors(options));',
    ),
    lines: [REQUIRED, "const options = { origin: '*' };"],
  },
  {
    name: 'var, and a comment',
    code: server(
      `var corsOptions = {\n  origin: ${APP},\n  optionsSuccessStatus: 200 // old browsers\n};\napp.use(cors(corsOptions));`,
    ),
    lines: [REQUIRED],
  },
  {
    name: 'a spread',
    code: server(`const base = { credentials: true };\napp.use(cors({ ...base, origin: ${APP} }));`),
    lines: [REQUIRED],
  },
  {
    name: 'a list',
    code: server(`${LIST}app.use(cors({ origin: list }));`),
    lines: [REQUIRED],
  },
  {
    name: 'a list of another file',
    code: `import express from 'express';\nimport cors from 'cors';\nimport { list } from './config.js';\nexpress().use(cors({ origin: list }));`,
    others: { 'config.js': "export const list = ['https://app.example.com'];\n" },
    lines: [IMPORTED],
  },
  {
    name: 'includes',
    code: server(
      `${LIST}app.use(cors({ origin: (origin, callback) => callback(null, list.includes(origin)) }));`,
    ),
    lines: [REQUIRED, 'app.use(cors({ origin: list }));'],
  },
  {
    name: 'includes in a list of another file',
    code: `import express from 'express';\nimport cors from 'cors';\nimport { list } from './config.js';\nexpress().use(cors({ origin: (o, callback) => callback(null, list.includes(o)) }));`,
    others: { 'config.js': "export const list = ['https://app.example.com'];\n" },
    lines: [IMPORTED, 'express().use(cors({ origin: list }));'],
  },
  {
    name: 'indexOf, and an error for whoever is refused',
    code: server(
      `${LIST}app.use(cors({\n  origin(origin, callback) { if (list.indexOf(origin) !== -1 || !origin) callback(null, true); else callback(new Error('no')); },\n  credentials: true,\n}));`,
    ),
    lines: [REQUIRED, '  origin: list, refuseCrossSite: true,'],
  },
  {
    name: 'has',
    code: server(
      `const set = new Set([${APP}]);\napp.use(cors({ origin: (o, callback) => callback(null, set.has(o)) }));`,
    ),
    lines: [REQUIRED, 'app.use(cors({ origin: [...set] }));'],
  },
  {
    name: 'a comparison',
    code: server(`app.use(cors({ origin: (o, callback) => callback(null, o === ${APP}) }));`),
    lines: [REQUIRED, `app.use(cors({ origin: [${APP}] }));`],
  },
  {
    name: 'a regular expression',
    code: server('app.use(cors({ origin: /\\.example\\.com$/ }));'),
    lines: [REQUIRED, "app.use(cors({ origin: ['https://*.example.com'] }));"],
  },
  {
    name: 'a regular expression in a list',
    code: server(`app.use(cors({ origin: [${APP}, /^https:\\/\\/pr-[a-z0-9-]+\\.example\\.com$/] }));`),
    lines: [REQUIRED, `app.use(cors({ origin: [${APP}, 'https://pr-*.example.com'] }));`],
  },
  {
    name: 'any port of one’s own machine',
    code: server('app.use(cors({ origin: /^http:\\/\\/localhost(:\\d+)?$/ }));'),
    lines: [REQUIRED, "app.use(cors({ origin: ['http://localhost:*'] }));"],
  },
  {
    name: 'a list of the environment, which may be empty',
    code: server("app.use(cors({ origin: (process.env.ALLOWED_ORIGINS || '').split(',') }));"),
    lines: [
      REQUIRED,
      "app.use(cors({ origin: (process.env.ALLOWED_ORIGINS || '').split(',').filter(Boolean) }));",
    ],
  },
  {
    name: 'a list of the environment in a variable',
    code: server(
      "const origins = (process.env.ALLOWED_ORIGINS ?? '').split(',').map((o) => o.trim());\napp.use(cors({ origin: origins, credentials: true }));",
    ),
    lines: [REQUIRED, 'app.use(cors({ origin: origins.filter(Boolean), credentials: true }));'],
  },
  {
    name: 'a list of the environment in shorthand',
    code: server(
      "const origin = (process.env.ALLOWED_ORIGINS ?? '').split(',');\napp.use(cors({ origin, credentials: true }));",
    ),
    lines: [REQUIRED, 'app.use(cors({ origin: origin.filter(Boolean), credentials: true }));'],
  },
  {
    name: 'a list of the environment that is filtered',
    code: server(
      "app.use(cors({ origin: (process.env.ALLOWED_ORIGINS ?? '').split(',').filter(Boolean) }));",
    ),
    lines: [REQUIRED],
  },
  {
    name: 'one of two lists',
    code: server(
      `app.use(cors({ origin: process.env.ALLOWED ? process.env.ALLOWED.split(',') : [${APP}] }));`,
    ),
    lines: [
      REQUIRED,
      `app.use(cors({ origin: (process.env.ALLOWED ? process.env.ALLOWED.split(',') : [${APP}]).filter(Boolean) }));`,
    ],
  },
  {
    name: 'a list of the environment, or another one',
    code: server("app.use(cors({ origin: process.env.ALLOWED?.split(',') || [] }));"),
    lines: [REQUIRED, "app.use(cors({ origin: (process.env.ALLOWED?.split(',') || []).filter(Boolean) }));"],
  },
  {
    name: 'made with several lists',
    code: server(
      `const make = (origin) => cors({ origin });\napp.use('/a', make([${APP}]));\napp.use('/b', make(['https://b.example.com']));`,
    ),
    lines: [REQUIRED],
  },
  {
    name: 'a loop',
    code: server(`for (const path of ['/a', '/b']) app.use(path, cors({ origin: ${APP} }));`),
    lines: [REQUIRED],
  },
  {
    name: 'a policy with a name',
    code: `const cors = require('cors')({ origin: ${APP} });\nrequire('express')().use(cors);`,
    lines: [`const cors = require('eslint-plugin-cors/middleware').cors({ origin: ${APP} });`],
  },
  {
    name: 'another origin in development',
    code: server(
      `app.use(cors({ origin: process.env.NODE_ENV === 'production' ? ${APP} : 'http://localhost:3000' }));`,
    ),
    lines: [REQUIRED],
  },
  {
    name: 'one more origin in development',
    code: server(
      `const list = [${APP}];\nif (process.env.NODE_ENV !== 'production') list.push('http://localhost:3000');\napp.use(cors({ origin: list }));`,
    ),
    lines: [REQUIRED],
  },
  {
    name: 'an option that says what is so anyhow',
    code: server(`app.use(cors({ origin: ${APP}, preflightContinue: false, optionsSuccessStatus: 200 }));`),
    lines: [REQUIRED, `app.use(cors({ origin: ${APP}, optionsSuccessStatus: 200 }));`],
  },
  {
    name: 'such an option at the end',
    code: server(`app.use(cors({ origin: ${APP}, preflightContinue: false }));`),
    lines: [REQUIRED, `app.use(cors({ origin: ${APP} }));`],
  },
  {
    name: 'such an option alone',
    code: server('app.use(cors({ preflightContinue: false }));'),
    lines: [REQUIRED, "app.use(cors({ origin: '*' }));"],
  },
  {
    name: 'comments around all of it',
    code: `const express = require('express');\nconst cors = require('cors'); // CORS\nconst app = express();\napp.use(/* first */ cors({\n  // who\n  origin: /* here */ [${APP}], // and nobody else\n  preflightContinue: false, // not needed\n})); // done`,
    lines: ["const { cors } = require('eslint-plugin-cors/middleware'); // CORS", '   // not needed'],
  },
  {
    name: 'policies of several paths',
    code: server(`app.use('/public', cors());\napp.use('/api', cors({ origin: ${APP} }));`),
    lines: [REQUIRED, "app.use('/public', cors({ origin: '*' }));"],
  },
  {
    name: 'TypeScript, as const',
    file: 'app.ts',
    code: esm(
      `const options = { origin: [${APP}], methods: ['GET'] } as const;\napp.use(cors({ ...options }));`,
    ),
    lines: [IMPORTED],
  },
  {
    name: 'TypeScript, with the type of the options',
    file: 'app.ts',
    code: `import express from 'express';\nimport cors, { type CorsOptions } from 'cors';\nconst options: CorsOptions = { origin: [${APP}], credentials: true };\nexpress().use(cors(options));`,
    lines: ["import { cors, type CorsOptions } from 'eslint-plugin-cors/middleware';"],
  },
  {
    name: 'a class',
    file: 'app.ts',
    code: `import express from 'express';\nimport cors from 'cors';\nexport class App {\n  readonly app = express();\n  constructor() {\n    this.app.use(cors({ origin: ${APP} }));\n  }\n}\nnew App();`,
    lines: [IMPORTED],
  },
  {
    name: 'JSX',
    file: 'app.jsx',
    code: esm(
      `app.use(cors({ origin: ${APP} }));\napp.get('/', (req, res) => res.send(render(<p>hello</p>)));`,
    ),
    lines: [IMPORTED],
  },
  {
    name: 'a list that is looked through',
    code: server(
      `${LIST}app.use(cors({ origin: (o, callback) => callback(null, list.some((one) => one === o)) }));`,
    ),
    lines: [REQUIRED, 'app.use(cors({ origin: list }));'],
  },
  {
    name: 'functions that ask lists and more',
    code: server(
      `${LIST}const isListed = (o) => list.includes(o);\nfunction isAllowed(o) { return isListed(o) || o.endsWith('.example.org'); }\napp.use(cors({ origin: (o, callback) => callback(null, !o || isAllowed(o)) }));`,
    ),
    lines: [REQUIRED, "app.use(cors({ origin: [...list, 'https://*.example.org'] }));"],
  },
  {
    name: 'options of another file',
    code: OF_ANOTHER_FILE,
    others: { 'options.js': `export const options = { "origin": [${APP}], "credentials": true };` },
    lines: [IMPORTED],
  },
  {
    name: 'TypeScript, where it is said that they are options',
    file: 'app.ts',
    code: esm(`app.use(cors({ /* ours */ origin: ${APP} } as cors.CorsOptions));`),
    lines: [IMPORTED, `app.use(cors({ /* ours */ origin: ${APP} }));`],
  },
  { name: 'nobody', code: server('app.use(cors({ origin: false }));'), lines: [REQUIRED] },
];

describe('the suggestion', () => {
  it.each(moves)('moves: $name', (sample) => {
    expect(suggested(sample)).toEqual(sample.lines);
  });
});

const LATER = 'whether what is added later is to count';

/** What would break, or cannot be shown. */
const stays: readonly Sample[] = [
  // Something else is done with the import.
  {
    name: 'the import is handed on',
    code: server(`module.exports = { cors };\napp.use(cors({ origin: ${APP} }));`),
  },
  {
    name: 'its types are used',
    file: 'app.ts',
    code: esm(`const options: cors.CorsOptions = { origin: ${APP} };\napp.use(cors(options));`),
  },
  {
    name: 'its type is used elsewhere',
    file: 'app.ts',
    code: `import express from 'express';\nimport cors, { type CorsOptions } from 'cors';\nconst options: CorsOptions = { origin: ${APP} };\nexport const other = (): CorsOptions => ({ origin: /x/ });\nexpress().use(cors(options));`,
  },
  {
    name: 'its types are imported apart',
    file: 'app.ts',
    code: `import express from 'express';\nimport cors from 'cors';\nimport type { CorsOptions } from 'cors';\nconst options: CorsOptions = { origin: ${APP} };\nexpress().use(cors(options));`,
  },
  {
    name: 'another type is imported with it',
    file: 'app.ts',
    code: `import express from 'express';\nimport cors, { type CorsRequest } from 'cors';\nexport const of = (request: CorsRequest) => request;\nexpress().use(cors({ origin: ${APP} }));`,
  },
  {
    name: 'parentheses around what is said to be options',
    file: 'app.ts',
    code: esm(`app.use(cors(({ origin: ${APP} }) as cors.CorsOptions));`),
  },
  {
    name: 'a comment beside what is said to be options',
    file: 'app.ts',
    code: esm(`app.use(cors({ origin: ${APP} } as /* all */ cors.CorsOptions));`),
  },
  {
    name: 'said to be options of something else',
    file: 'app.ts',
    code: esm(`app.use(cors({ origin: ${APP} } as api.CorsOptions));`),
  },
  { name: 'cors.default', code: server(`app.use(cors.default({ origin: ${APP} }));`) },
  // Somebody else reads the options.
  {
    name: 'exported options',
    code: esm(`export const options = { origin: ${APP} };\napp.use(cors(options));`),
  },
  {
    name: 'options that another library has too',
    code: server(
      `const options = { origin: true };\napp.use(cors(options));\nnew (require('socket.io').Server)(app, { cors: options });`,
    ),
  },
  {
    name: 'a class member',
    file: 'app.ts',
    code: esm(
      `class App { options = { origin: ${APP} }; start() { app.use(cors(this.options)); } }\nnew App().start();`,
    ),
  },
  // A comment would be lost.
  {
    name: 'a comment in a callback',
    code: server(`app.use(cors({ origin: (o, callback) => { /* ours */ callback(null, o === ${APP}); } }));`),
  },
  {
    name: 'a comment in the parentheses',
    code: server('app.use(cors(/* everybody */));'),
  },
  // One call is undecided, and they share the import.
  {
    name: 'another call is undecided',
    code: server(
      `app.use('/a', cors({ origin: ${APP} }));\napp.use('/b', cors({ origin: true, credentials: true }));`,
    ),
  },
  // Another property is the one that counts.
  {
    name: 'an origin behind the origin',
    code: server('app.use(cors({ origin: false, origin: /\\.example\\.com$/ }));'),
  },
  {
    name: 'a spread behind the origin',
    code: server('const more = { origin: /\\.example\\.com$/ };\napp.use(cors({ origin: false, ...more }));'),
  },
  {
    name: 'an option that undoes another',
    code: server(
      `const base = { preflightContinue: true };\napp.use(cors({ origin: ${APP}, ...base, preflightContinue: false }));`,
    ),
  },
  // What is asked is not what would be written.
  {
    name: 'a list that is made behind the options',
    code: server(
      `const options = { origin: (o, callback) => callback(null, list.includes(o)) };\n${LIST}app.use(cors(options));`,
    ),
  },
  {
    name: 'a list that comes with each call',
    code: server(
      `const make = (list) => cors({ origin: (o, callback) => callback(null, list.includes(o)) });\napp.use(make([${APP}]));`,
    ),
  },
  {
    name: 'a list of those who are kept out',
    code: server(
      "const blocked = ['https://bad.example.com'];\napp.use(cors({ origin: (o, callback) => callback(null, !blocked.includes(o) && o.endsWith('.example.com')) }));",
    ),
  },
  {
    name: 'a list that a parameter of another function is',
    code: server(
      `const makeCheck = (list) => (o) => list.some((one) => one === o);\nconst check = makeCheck([${APP}]);\napp.use(cors({ origin: (o, callback) => callback(null, check(o)) }));`,
    ),
  },
  // In another file, nothing is edited.
  {
    name: 'options of another file with the type of npm `cors`',
    file: 'app.ts',
    code: OF_ANOTHER_FILE,
    others: {
      'options.ts': `import type { CorsOptions } from 'cors';\nexport const options: CorsOptions = { origin: [${APP}] };`,
    },
  },
  {
    name: 'options of another file, of which one would go',
    code: OF_ANOTHER_FILE,
    others: { 'options.js': `export const options = { origin: [${APP}], preflightContinue: false };` },
  },
  {
    name: 'options of another file, from the environment',
    code: OF_ANOTHER_FILE,
    others: { 'options.js': "export const options = { origin: process.env.ALLOWED.split(',') };" },
  },
  // Unset, it is no list.
  {
    name: 'a list that may be missing',
    code: server("app.use(cors({ origin: process.env.ALLOWED?.split(',') }));"),
  },
  {
    name: 'true in development',
    code: server(`app.use(cors({ origin: process.env.NODE_ENV === 'production' ? ${APP} : true }));`),
  },
  {
    name: 'expressions of the environment',
    code: server("app.use(cors({ origin: process.env.ALLOWED.split(',').map((one) => new RegExp(one)) }));"),
  },
  {
    name: 'one more origin of the environment in development',
    code: server(
      `const list = [${APP}];\nif (process.env.NODE_ENV !== 'production') list.push(process.env.DEV_ORIGIN);\napp.use(cors({ origin: list }));`,
    ),
  },
  // `cors` reads its options at each request.
  {
    name: 'added to after the call',
    code: server(
      `const list = [${APP}];\napp.use(cors({ origin: list }));\nlist.push('https://b.example.com');`,
    ),
    undecided: LATER,
  },
  {
    name: 'an option that is set after the call',
    code: server(`const options = { origin: ${APP} };\napp.use(cors(options));\noptions.credentials = true;`),
    undecided: LATER,
  },
  {
    name: 'a list inside that is added to after the call',
    code: server(
      `const options = { origin: [${APP}] };\napp.use(cors(options));\noptions.origin.push('https://b.example.com');`,
    ),
    undecided: LATER,
  },
  {
    name: 'handed to what is not followed after the call',
    code: server(`const list = [${APP}];\napp.use(cors({ origin: list }));\nwatch(list);`),
    undecided: LATER,
  },
  {
    name: 'added to by a handler',
    code: server(
      `const list = [${APP}];\napp.use(cors({ origin: list }));\napp.post('/origins', (req, res) => { list.push(req.body.origin); res.end(); });`,
    ),
    undecided: LATER,
  },
  {
    name: 'added to by a function',
    code: server(
      `const list = [${APP}];\napp.use(cors({ origin: list }));\nfunction add(origin) { list.push(origin); }\nmodule.exports = { add };`,
    ),
    undecided: LATER,
  },
  {
    name: 'asked by a callback, and added to after the call',
    code: server(
      `${LIST}app.use(cors({ origin: (o, callback) => callback(null, list.includes(o)) }));\nlist.push('https://b.example.com');`,
    ),
    undecided: LATER,
  },
  {
    name: 'a set that a timer fills',
    code: server(
      `const set = new Set([${APP}]);\napp.use(cors({ origin: (o, callback) => callback(null, set.has(o)) }));\nsetInterval(async () => { for (const one of await load()) set.add(one); }, 60_000);`,
    ),
    undecided: LATER,
  },
  {
    name: 'a list from a database',
    code: server(
      'let list = [];\ndb.query("select").then((rows) => { list.push(...rows); });\napp.use(cors({ origin: list }));',
    ),
    undecided: LATER,
  },
  {
    name: 'a list that is another one later',
    code: server(
      `let list = [${APP}];\napp.use(cors({ origin: (o, callback) => callback(null, list.includes(o)) }));\nload().then((rows) => { list = rows; });`,
    ),
    undecided: LATER,
  },
  {
    name: 'a list from a database that a callback asks',
    code: server(
      `const list = [${APP}];\nasync function load() { for (const row of await db.all()) list.push(row.origin); }\nload();\napp.use(cors({ origin: (o, callback) => callback(null, list.includes(o)) }));`,
    ),
    undecided: LATER,
  },
  {
    name: 'settings that a signal changes',
    code: server(
      `const config = { origins: [${APP}] };\napp.use(cors({ origin: config.origins }));\nprocess.on('SIGHUP', () => { config.origins.push('https://b.example.com'); });`,
    ),
    undecided: LATER,
  },
  {
    name: 'made for each request',
    code: server(`app.use((req, res, next) => cors({ origin: ${APP} })(req, res, next));`),
    undecided: 'what differs from one request to the next',
  },
  {
    name: 'made with several lists, of which one lets in everybody',
    code: server(
      `const make = (origin) => cors({ origin });\napp.use('/a', make([${APP}]));\napp.use('/b', make(true));`,
    ),
    undecided: 'which of its options are to hold',
  },
  // Policies that meet.
  {
    name: 'a stricter policy behind a laxer one',
    code: server(
      `app.use(cors());\napp.use('/x', cors({ origin: [${APP}] }));\napp.get('/x', (req, res) => res.end());`,
    ),
    undecided: 'which of the policies that meet here holds',
  },
];

describe('what is left alone', () => {
  it.each(stays)('$name', (sample) => {
    const { own } = look(sample.code, sample.file ?? 'app.js', sample.others);
    expect(own.length).toBeGreaterThan(0);
    for (const { suggestions = [] } of own) expect(suggestions).toEqual([]);
    const said = own.map(({ message }) => /once it is decided (.*)\.$/.exec(message)?.[1]);
    if (sample.undecided !== undefined) expect(said).toContain(sample.undecided);
  });
});

describe('where it is offered', () => {
  const reported: readonly (readonly [rule: string, options: string])[] = [
    ['no-wildcard-credentials', "{ origin: '*', credentials: true }"],
    ['no-reflected-origin', '{ origin: true, credentials: true }'],
    ['no-unsafe-origin-match', '{ origin: /example\\.com$/, credentials: true }'],
    ['no-null-origin', `{ origin: ['null', ${APP}] }`],
    ['no-insecure-origin', `{ origin: ['http://b.example.com', ${APP}], credentials: true }`],
    ['safe-env-origins', "{ origin: process.env.ORIGIN || '*' }"],
    ['safe-env-origins', '{ origin: process.env.ALLOWED_ORIGINS, credentials: true }'],
  ];
  const offers = (options: string, name: string, manifest: object): readonly (string | undefined)[] => {
    const code = server(`app.use(cors(${options}));`);
    const project = new Project({ 'package.json': manifest, 'app.js': code });
    return project
      .messages('app.js')
      .filter(({ ruleId }) => ruleId === `cors/${name}`)
      .flatMap(({ suggestions = [] }) => suggestions)
      .filter(({ messageId }) => messageId?.startsWith('useSafeCors'))
      .map(({ fix }) => {
        const output = apply(code, fix);
        const again = new Project({ 'package.json': manifest, 'app.js': output });
        expect(again.findings('app.js'), output).toEqual([]);
        expect(policiesOf(output, 'app.js', { ALLOWED_ORIGINS: 'https://app.example.com' })).toHaveLength(1);
        return /cors\((\{.*\})\)/.exec(output)?.[1];
      });
  };

  it('offers it beside the other suggestions of the rules about origins', () => {
    expect(reported.map(([name, options]) => offers(options, name, INSTALLED))).toMatchInlineSnapshot(`
      [
        [
          "{ origin: originsFromEnv('ALLOWED_ORIGINS'), credentials: true }",
        ],
        [
          "{ origin: originsFromEnv('ALLOWED_ORIGINS'), credentials: true }",
        ],
        [
          "{ origin: ['https://example.com', 'https://*.example.com'], credentials: true }",
        ],
        [
          "{ origin: ['https://app.example.com'] }",
        ],
        [
          "{ origin: originsFromEnv('ALLOWED_ORIGINS'), credentials: true }",
        ],
        [
          "{ origin: originsFromEnv('ALLOWED_ORIGINS') }",
        ],
        [
          "{ origin: originsFromEnv('ALLOWED_ORIGINS'), credentials: true }",
        ],
      ]
    `);
  });

  it('offers it where a function that only the policy uses lets strangers in', () => {
    const check = "const isAllowed = (o) => o.endsWith('example.com');\n";
    const policy =
      'app.use(cors({ origin: (o, callback) => callback(null, isAllowed(o)), credentials: true }));';
    const offered = (code: string): readonly unknown[] =>
      new Project({ 'package.json': INSTALLED, 'app.js': server(code) })
        .messages('app.js')
        .filter(({ ruleId }) => ruleId === 'cors/no-unsafe-origin-match')
        .map(({ suggestions = [] }) => suggestions.some(({ messageId }) => messageId === 'useSafeCors'));
    expect(offered(check + policy)).toEqual([true]);
    // What else asks it would still let them in.
    expect(offered(`${check}${policy}\nmodule.exports = { isAllowed };`)).toEqual([false]);
  });

  it.each(reported)('%s does not offer it where production does not have it', (name, options) => {
    expect(offers(options, name, { dependencies: { express: '5.0.0' } })).toEqual([]);
    expect(offers(options, name, { devDependencies: { 'eslint-plugin-cors': '1.0.0' } })).toEqual([]);
  });

  it('says how to install it where only developers have it', () => {
    const code = server(`app.use(cors({ origin: ${APP} }));`);
    const [message] = look(code, 'app.js', {}, { devDependencies: { 'eslint-plugin-cors': '1.0.0' } }).own;
    expect(message?.message).toMatch(/does not start\. Install it with `npm install eslint-plugin-cors`\.$/);
    expect(message?.suggestions ?? []).toEqual([]);
    expect(look(code, 'app.js').own[0]?.message).toMatch(/does not start\.$/);
  });
});
