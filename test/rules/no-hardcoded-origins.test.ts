import rule from '../../rules/no-hardcoded-origins.ts';
import {
  esm,
  FROM_ENVIRONMENT,
  server,
  testRule,
  type Case,
  type InvalidCase,
  type Output,
} from './tester.ts';

const A = "'https://app.example.com'";
const B = "'https://admin.example.com'";
const LIST = `[${A}, ${B}]`;

const hardcoded = (code: string, count: number, output?: Output, more: Partial<Case> = {}): InvalidCase => ({
  code,
  ...more,
  errors: [
    {
      messageId: 'hardcoded-origins',
      data: { count: String(count), origin: 'https://app.example.com' },
      ...(output !== undefined && { suggestions: [{ messageId: 'readFromEnvironment', output }] }),
    },
  ],
});

const use = (options: string): string => server(`app.use(cors(${options}));`);
const callback = (list: string, check: string): string =>
  server(
    `const allowed = ${list};\napp.use(cors({ origin: (origin, callback) => callback(null, ${check}) }));`,
  );

testRule('no-hardcoded-origins', rule, {
  valid: [
    use(''),
    use("{ origin: '*' }"),
    use('{ origin: true }'),
    // One origin is no list.
    use(`{ origin: ${A} }`),
    use(`{ origin: [${A}] }`),
    use(`{ origin: [${A}, ${A}] }`),
    use(`{ origin: [${A}, 'http://localhost:3000', 'http://127.0.0.1:3000'] }`),
    use(`{ origin: [${A}, 'null', 'capacitor://localhost'] }`),
    // What lets nobody in, and what a tutorial left behind, is another rule's.
    use(`{ origin: [${A}, 'https://admin.example.com/'] }`),
    use(`{ origin: [${A}, 'https://your-frontend.com'] }`),
    // Nobody is let in by it, or everybody is.
    use(
      `{ origin: (origin, callback) => { if (${LIST}.includes(origin)) log(origin); callback(null, false); } }`,
    ),
    use(
      `{ origin: (origin, callback) => { if (${LIST}.includes(origin)) log(origin); callback(null, true); } }`,
    ),
    server(`const allowed = ${LIST};\napp.use(cors());`),
    // The idiom.
    use(`{ origin: ${FROM_ENVIRONMENT} }`),
    callback(FROM_ENVIRONMENT, 'allowed.includes(origin)'),
    // The environment adds to it, takes away from it, or replaces it.
    use(`{ origin: [${A}, ${B}, process.env.ORIGIN] }`),
    use(`{ origin: [${A}, ${B}, ...(process.env.MORE_ORIGINS?.split(',') ?? [])] }`),
    use(`{ origin: process.env.ORIGINS?.split(',') ?? ${LIST} }`),
    use(`{ origin: process.env.ORIGINS ? process.env.ORIGINS.split(',') : ${LIST} }`),
    use(`{ origin: process.env.NODE_ENV === 'production' ? ${LIST} : ['https://staging.example.com'] }`),
    use(`{ origin: process.env.APP_ENV === 'staging' ? ['https://staging.example.com'] : ${LIST} }`),
    use(`{ origin: process.env.STAGING ? [${A}, ${B}] : [${A}, 'https://www.example.com'] }`),
    use(
      `{ origin: [${A}, ${B}, ...(process.env.NODE_ENV === 'production' ? [] : ['http://localhost:3000'])] }`,
    ),
    server(
      `const allowed = ${LIST};\nif (process.env.NODE_ENV !== 'production') allowed.push('http://localhost:3000');\napp.use(cors({ origin: allowed }));`,
    ),
    server(
      `const allowed = ${LIST};\nif (process.env.PREVIEW) allowed.push(process.env.PREVIEW);\napp.use(cors({ origin: allowed }));`,
    ),
    server(
      `const allowed = { production: ${LIST}, staging: ['https://s1.example.com', 'https://s2.example.com'] };\napp.use(cors({ origin: allowed[process.env.APP_ENV] }));`,
    ),
    server(
      `let allowed;\nswitch (process.env.NODE_ENV) { case 'production': allowed = ${LIST}; break; case 'staging': allowed = ['https://s1.example.com', 'https://s2.example.com']; break; default: allowed = []; }\napp.use(cors({ origin: allowed }));`,
    ),
    callback(LIST, "allowed.includes(origin) || process.env.NODE_ENV === 'development'"),
    callback(LIST, 'allowed.includes(origin) || origin === process.env.PREVIEW_URL'),
    callback(LIST, "process.env.CORS_OFF === '1' || allowed.includes(origin)"),
    {
      name: 'the settings give the variable, which the code reads all the same',
      code: use(`{ origin: process.env.APP_ENV === 'production' ? ${LIST} : [] }`),
      settings: { env: { APP_ENV: 'production' } },
    },
    // Elsewhere there is another policy, or none.
    server(
      `if (process.env.NODE_ENV === 'production') app.use(cors({ origin: ${LIST} }));\nelse app.use(cors());`,
    ),
    server(
      `const strict = cors({ origin: ${LIST} });\nif (process.env.NODE_ENV === 'production') app.use(strict);\nelse app.use(cors());`,
    ),
    server(`if (process.env.ENABLE_CORS) app.use(cors({ origin: ${LIST} }));`),
    // Who else is on it is not known.
    esm(`import { more } from './origins.js';\napp.use(cors({ origin: [...more, ${A}, ${B}] }));`),
    esm(`import config from './config.js';\napp.use(cors({ origin: config.staging ? [${A}] : ${LIST} }));`),
    esm("import { options } from './cors-options.js';\napp.use(cors(options));"),
    esm("import { allowed } from './origins.js';\napp.use(cors({ origin: allowed }));"),
    callback(LIST, 'allowed.includes(origin) || isTenant(origin)'),
    server(
      `const allowed = ${LIST};\napp.use(cors({ origin: async (origin, callback) => { const more = await load(); callback(null, [...allowed, ...more].includes(origin)); } }));`,
    ),
    // They are not spelt out.
    use("{ origin: ['app', 'admin'].map((name) => `https://${name}.example.com`) }"),
    // No policy.
    server(
      `const links = ${LIST};\napp.get('/', (req, res) => res.json(links));\napp.use(cors({ origin: ${A} }));`,
    ),
    {
      name: 'a header that is one of two by the environment',
      code: `module.exports = (req, res, next) => { const allowed = process.env.NODE_ENV === 'production' ? ${LIST} : []; if (allowed.includes(req.headers.origin)) { res.set('Access-Control-Allow-Origin', req.headers.origin); res.vary('Origin'); } next(); };`,
    },
    {
      name: 'a default of the environment, in TypeScript',
      code: esm(
        `const allowed: readonly string[] = (process.env.ORIGINS as string | undefined)?.split(',') ?? (${LIST} as const);\napp.use(cors({ origin: [...allowed] }));`,
      ),
      typescript: true,
    },
  ],
  invalid: [
    hardcoded(use(`{ origin: «${LIST}» }`), 2, use(`{ origin: ${FROM_ENVIRONMENT} }`)),
    hardcoded(
      use(
        `{ origin: «[${A}, ${B}, "http://shop.example.com", \`https://www.example.com\`]», credentials: true }`,
      ),
      4,
      use(`{ origin: ${FROM_ENVIRONMENT}, credentials: true }`),
    ),
    // The rest of the list goes with it.
    hardcoded(
      use(`{ origin: «[${A}, ${B}, 'http://localhost:3000']» }`),
      2,
      use(`{ origin: ${FROM_ENVIRONMENT} }`),
    ),
    // Not the list alone is written out: nothing to offer.
    hardcoded(use(`{ origin: «[${A}, ${B}, /\\.example\\.com$/]» }`), 2),
    // A comment would be lost.
    hardcoded(use(`{ origin: «[${A}, /* the back office */ ${B}]» }`), 2),
    hardcoded(
      server(
        `const PORT = process.env.PORT || 3000;\napp.use(cors({ origin: «${LIST}» }));\napp.listen(PORT);`,
      ),
      2,
      server(
        `const PORT = process.env.PORT || 3000;\napp.use(cors({ origin: ${FROM_ENVIRONMENT} }));\napp.listen(PORT);`,
      ),
    ),
    // What else is read decides something else.
    hardcoded(
      server(
        `const options = { origin: «${LIST}», maxAge: process.env.NODE_ENV === 'production' ? 7200 : 5 };\nconnect(process.env.DATABASE_URL);\napp.use(cors(options));`,
      ),
      2,
      [[LIST, FROM_ENVIRONMENT]],
    ),
    // One for both places in which it is used.
    hardcoded(
      server(
        `const allowed = «${LIST}»;\napp.use('/a', cors({ origin: allowed }));\napp.use('/b', cors({ origin: allowed, credentials: true }));`,
      ),
      2,
    ),
    hardcoded(
      callback(`«${LIST}»`, 'allowed.includes(origin)'),
      2,
      callback(FROM_ENVIRONMENT, 'allowed.includes(origin)'),
    ),
    hardcoded(
      callback(`«${LIST}»`, '!origin || allowed.indexOf(origin) !== -1'),
      2,
      callback(FROM_ENVIRONMENT, '!origin || allowed.indexOf(origin) !== -1'),
    ),
    hardcoded(
      callback(`new Set(«${LIST}»)`, 'allowed.has(origin)'),
      2,
      callback(`new Set(${FROM_ENVIRONMENT})`, 'allowed.has(origin)'),
    ),
    hardcoded(
      use(`{ origin: (origin, callback) => callback(null, «${LIST}».includes(origin)) }`),
      2,
      use(`{ origin: (origin, callback) => callback(null, ${FROM_ENVIRONMENT}.includes(origin)) }`),
    ),
    hardcoded(
      server(
        `const allowed = «${LIST}»;\nconst delegate = (req, callback) => callback(null, { origin: allowed.includes(req.header('Origin')), credentials: true });\napp.use(cors(delegate));`,
      ),
      2,
      [[LIST, FROM_ENVIRONMENT]],
    ),
    // The same list, compared one by one: it stands nowhere as a list.
    hardcoded(
      use(`{ origin: (origin, callback) => callback(null, origin === «${A}» || origin === ${B}) }`),
      2,
    ),
    hardcoded(
      server(`const APP = ${A};\nconst ADMIN = ${B};\napp.use(cors({ origin: «[APP, ADMIN]» }));`),
      2,
    ),
    // Two lists, and two findings.
    {
      code: server(
        `const one = «${LIST}»;\nconst two = «['https://a.example.org', 'https://b.example.org']»;\napp.use(cors({ origin: [...one, ...two] }));`,
      ),
      errors: [
        {
          messageId: 'hardcoded-origins',
          data: { count: '2', origin: 'https://app.example.com' },
          suggestions: [{ messageId: 'readFromEnvironment', output: [[LIST, FROM_ENVIRONMENT]] }],
        },
        {
          messageId: 'hardcoded-origins',
          data: { count: '2', origin: 'https://a.example.org' },
          suggestions: [
            {
              messageId: 'readFromEnvironment',
              output: [["['https://a.example.org', 'https://b.example.org']", FROM_ENVIRONMENT]],
            },
          ],
        },
      ],
    },
    // Pushed one by one.
    hardcoded(
      server(
        `const allowed = [];\nallowed.push(«${A}»);\nallowed.push(${B});\napp.use(cors({ origin: allowed }));`,
      ),
      2,
    ),
    // Others use it, here or elsewhere.
    hardcoded(
      server(`const allowed = «${LIST}»;\nconsole.log(allowed);\napp.use(cors({ origin: allowed }));`),
      2,
    ),
    hardcoded(esm(`export const allowed = «${LIST}»;\napp.use(cors({ origin: allowed }));`), 2),
    hardcoded(
      esm(`const options = {\n  origin: «${LIST}»,\n};\napp.use(cors(options));`),
      2,
      esm(`const options = {\n  origin: ${FROM_ENVIRONMENT},\n};\napp.use(cors(options));`),
    ),
    // By hand.
    hardcoded(
      `const allowed = «${LIST}»;\nmodule.exports = (req, res, next) => {\n  if (allowed.includes(req.headers.origin)) {\n    res.setHeader('Access-Control-Allow-Origin', req.headers.origin);\n    res.vary('Origin');\n  }\n  next();\n};`,
      2,
      [[LIST, FROM_ENVIRONMENT]],
    ),
    // Other libraries.
    hardcoded(
      `import { Server } from 'socket.io';\nexport const io = new Server(3000, { cors: { origin: «${LIST}» } });`,
      2,
      [[LIST, FROM_ENVIRONMENT]],
    ),
    hardcoded(
      `const app = require('fastify')();\napp.register(require('@fastify/cors'), { origin: «${LIST}» });`,
      2,
      [[LIST, FROM_ENVIRONMENT]],
    ),
    hardcoded(
      esm(
        `import type { CorsOptions } from 'cors';\nconst allowed = «${LIST}» as const;\nconst options: CorsOptions = { origin: [...allowed] };\napp.use(cors(options));`,
      ),
      2,
      [[`${LIST} as const`, FROM_ENVIRONMENT]],
      { typescript: true },
    ),
    hardcoded(
      esm(
        `const allowed: readonly string[] = «${LIST}»;\napp.use(cors({ origin: (origin, callback) => { callback(null, origin !== undefined && allowed.includes(origin)); } }));`,
      ),
      2,
      [[LIST, FROM_ENVIRONMENT]],
      { typescript: true },
    ),
  ],
});
