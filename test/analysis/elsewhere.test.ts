import { afterAll, describe, expect, it } from 'vitest';
import { CJS, ESM, findingsIn, lintAll, Project, removeProjects, type Files } from './project.ts';

afterAll(removeProjects);

const OPEN = '{ origin: true, credentials: true }';
const LISTED = "['https://app.example.com/']";
const SAFE = "['https://app.example.com']";
const UNSAFE = "(origin, callback) => callback(null, origin !== undefined && origin.endsWith('example.com'))";

const use = '\napp.use(cors(options));';

/** Every mistake once, over all files, as `file:line rule`. */
type Case = readonly [name: string, files: Files, findings: readonly string[]];

describe('the mistake is reported where it stands', () => {
  it.each<Case>([
    [
      'options in a file of their name',
      {
        'server.js': `${CJS}const options = require('./config/corsOptions');${use}`,
        'config/corsOptions.js': `module.exports = ${OPEN};`,
      },
      ['config/corsOptions.js:1 no-reflected-origin'],
    ],
    [
      'options of their type',
      {
        'server.ts': `${ESM}import { options } from './settings';${use}`,
        'settings.ts': `import type { CorsOptions } from 'cors';\nexport const options: CorsOptions = ${OPEN};`,
      },
      ['settings.ts:2 no-reflected-origin'],
    ],
    [
      'a list in its own file, two hops away',
      {
        'server.js': `${CJS}const options = require('./config/corsOptions');${use}`,
        'config/corsOptions.js':
          "const allowedOrigins = require('./allowedOrigins');\nmodule.exports = {\n  origin: (origin, callback) => {\n    if (allowedOrigins.includes(origin) || !origin) callback(null, true);\n    else callback(null, false);\n  },\n};",
        'config/allowedOrigins.js': `module.exports = ${LISTED};`,
      },
      ['config/allowedOrigins.js:1 valid-origin'],
    ],
    [
      'a callback in its own file',
      {
        'server.js': `${CJS}const origin = require('./corsOrigin');\napp.use(cors({ origin, credentials: true }));`,
        'corsOrigin.js': `module.exports = ${UNSAFE};`,
      },
      ['corsOrigin.js:1 no-unsafe-origin-match'],
    ],
    [
      'a policy that is made in its own file',
      {
        'server.js': `${CJS}app.use(require('./middleware/security'));`,
        'middleware/security.js': `const cors = require('cors');\nmodule.exports = cors(${OPEN});`,
      },
      ['middleware/security.js:2 no-reflected-origin'],
    ],
    [
      'a policy that a function makes in its own file',
      {
        'server.js': `${CJS}app.use(require('./middleware/security')());`,
        'middleware/security.js': `const cors = require('cors');\nmodule.exports = () => cors(${OPEN});`,
      },
      ['middleware/security.js:2 no-reflected-origin'],
    ],
    [
      'a policy written by hand in its own file',
      {
        'server.js': `${CJS}app.use(require('./middleware/headers'));`,
        'middleware/headers.js':
          "module.exports = (req, res, next) => {\n  if (req.headers.origin) res.setHeader('Access-Control-Allow-Origin', req.headers.origin);\n  res.setHeader('Access-Control-Allow-Credentials', 'true');\n  res.setHeader('Vary', 'Origin');\n  next();\n};",
      },
      ['middleware/headers.js:2 no-reflected-origin'],
    ],
    [
      'an app that is set up in its own file',
      {
        'server.js': `${CJS}require('./loaders')(app);`,
        'loaders/index.js': "module.exports = (app) => { require('./express')(app); };",
        'loaders/express.js': `const cors = require('cors');\nmodule.exports = (app) => {\n  app.use(cors(${OPEN}));\n};`,
      },
      ['loaders/express.js:3 no-reflected-origin'],
    ],
    [
      'a mistake in a router',
      {
        'server.js': `${CJS}app.use('/api', require('./routes'));`,
        'routes.js': `const cors = require('cors'); const router = require('express').Router();\nrouter.use(cors(${OPEN}));\nmodule.exports = router;`,
      },
      ['routes.js:2 no-reflected-origin'],
    ],
  ])('%s', (_, files, findings) => {
    expect(findingsIn(files)).toEqual(findings);
  });
});

describe('what its file cannot tell is reported at the import', () => {
  it.each<Case>([
    [
      'options in a file of another name',
      {
        'server.js': `${CJS}const options = require('./settings');${use}`,
        'settings.js': `module.exports = ${OPEN};`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'options in JSON, which nobody lints',
      {
        'server.js': `${CJS}const options = require('./cors.json');${use}`,
        'cors.json': { origin: 'https://app.example.com/', credentials: true },
      },
      ['server.js:2 valid-origin'],
    ],
    [
      'a `Vary` that another file takes away',
      {
        'server.js': `${CJS}const cache = require('./cache');\napp.use(cors({ origin: ['https://a.example.com', 'https://b.example.com'] }));\napp.use(cache);\napp.get('/x', (req, res) => res.json({}));`,
        'cache.js':
          "module.exports = (req, res, next) => {\n  res.setHeader('Vary', 'Accept');\n  next();\n};",
      },
      ['server.js:2 require-vary-origin'],
    ],
    [
      'a property of a big table',
      {
        'server.js': `${ESM}import config from './config.js';\napp.use(cors(config.security.cors));`,
        'config.js': `export default { port: 3000, security: {\n  cors: ${OPEN} } };`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'the options of one environment',
      {
        'server.js': `${CJS}const options = require('./cors')[process.env.NODE_ENV];${use}`,
        'cors.js': `module.exports = { development: { origin: '*' }, production: ${OPEN} };`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'a list in a file of another name',
      {
        'server.js': `${ESM}import { hosts } from './constants.js';\napp.use(cors({ origin: hosts }));`,
        'constants.js': `export const hosts = ${LISTED};`,
      },
      ['server.js:2 valid-origin'],
    ],
    [
      'an origin that everybody has, in a callback of its own file',
      {
        'server.js': `${CJS}const origin = require('./corsOrigin');\napp.use(cors({ origin, credentials: true }));`,
        'corsOrigin.js': 'module.exports = (origin, callback) => callback(null, true);',
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'three levels',
      {
        'server.js': `${CJS}require('./loaders')(app);`,
        'loaders.js': `const cors = require('cors');\nconst { options } = require('./config');\nmodule.exports = (app) => { app.use(cors(options)); };`,
        'config.js': `exports.options = ${OPEN};`,
      },
      ['loaders.js:2 no-reflected-origin'],
    ],
    [
      'two importers',
      {
        'a.js': `${CJS}const options = require('./settings');${use}`,
        'b.js': `${CJS}const options = require('./settings');${use}`,
        'settings.js': `module.exports = ${OPEN};`,
      },
      ['a.js:2 no-reflected-origin', 'b.js:2 no-reflected-origin'],
    ],
    [
      'two importers that one file imports',
      {
        'server.js': `${CJS}app.use('/a', require('./a')); app.use('/b', require('./b'));`,
        'a.js': `const cors = require('cors'); const router = require('express').Router();\nconst options = require('./settings');\nrouter.use(cors(options)); module.exports = router;`,
        'b.js': `const cors = require('cors'); const router = require('express').Router();\nconst options = require('./settings');\nrouter.use(cors(options)); module.exports = router;`,
        'settings.js': `module.exports = ${OPEN};`,
      },
      ['a.js:2 no-reflected-origin', 'b.js:2 no-reflected-origin'],
    ],
    [
      'credentials that a spread adds',
      {
        'server.js': `${CJS}const options = require('./settings');\napp.use(cors({ ...options, credentials: true }));`,
        'settings.js': "module.exports = { origin: '*' };",
      },
      ['server.js:2 no-wildcard-credentials'],
    ],
    [
      'credentials that a spread adds to options that are a policy without them',
      {
        'server.js': `${CJS}const options = require('./corsOptions');\napp.use(cors({ ...options, credentials: true }));`,
        'corsOptions.js': "module.exports = { origin: '*' };",
      },
      ['server.js:2 no-wildcard-credentials'],
    ],
    [
      'an origin beside credentials from another file',
      {
        'server.js': `${CJS}const options = require('./corsOptions');\napp.use(cors({ ...options,\n  origin: '*' }));`,
        'corsOptions.js': "module.exports = { credentials: true, methods: ['GET'] };",
      },
      ['server.js:4 no-wildcard-credentials'],
    ],
    [
      'an origin that is set afterwards',
      {
        'server.js': `${CJS}const options = require('./settings');\noptions.origin =\n  true;${use}`,
        'settings.js': 'module.exports = { credentials: true };',
      },
      ['server.js:4 no-reflected-origin'],
    ],
    [
      'an argument',
      {
        'server.js': `${CJS}const secure = require('./middleware/security');\napp.use(secure(\n  true));`,
        'middleware/security.js':
          "const cors = require('cors');\nmodule.exports = (origin) => cors({ origin, credentials: true });",
      },
      ['server.js:4 no-reflected-origin'],
    ],
  ])('%s', (_, files, findings) => {
    expect(findingsIn(files)).toEqual(findings);
  });
});

describe('what stands in two files', () => {
  it.each<Case>([
    [
      'two policies on one response',
      {
        'server.js': `${CJS}app.use(cors({ origin: '*' }));\napp.use('/api',\n  require('./routes'));`,
        'routes.js': `const cors = require('cors'); const router = require('express').Router();\nrouter.use(cors({ origin: ${SAFE}, credentials: true }));\nrouter.delete('/x', (req, res) => res.json({}));\nmodule.exports = router;`,
      },
      ['server.js:4 no-stacked-cors'],
    ],
    [
      'routes of another file before the policy',
      {
        'server.js': `${CJS}app.use('/api', require('./routes'));\napp.use(cors({ origin: ${SAFE} }));`,
        'routes.js':
          "const router = require('express').Router();\nrouter.get('/orders', (req, res) => res.json({}));\nmodule.exports = router;",
      },
      ['server.js:3 cors-before-routes'],
    ],
    [
      'routes that a function of another file adds before the policy',
      {
        'server.js': `${CJS}require('./routes')(app);\napp.use(cors({ origin: ${SAFE} }));`,
        'routes.js': "module.exports = (app) => {\n  app.get('/orders', (req, res) => res.json({}));\n};",
      },
      ['server.js:3 cors-before-routes'],
    ],
    [
      'routes of another file behind the policy',
      {
        'server.js': `${CJS}app.use(cors({ origin: ${SAFE} }));\napp.use('/api', require('./routes'));`,
        'routes.js':
          "const router = require('express').Router();\nrouter.get('/orders', (req, res) => res.json({}));\nmodule.exports = router;",
      },
      [],
    ],
    [
      'a policy of another file behind the routes',
      {
        'server.js': `${CJS}app.get('/orders', (req, res) => res.json({}));\nrequire('./security')(app);`,
        'security.js': `const cors = require('cors');\nmodule.exports = (app) => { app.use(cors({ origin: ${SAFE} })); };`,
      },
      ['server.js:3 cors-before-routes'],
    ],
    [
      'routes and policy of two files, in the wrong order',
      {
        'server.js': `${CJS}const routes = require('./routes');\nroutes.register(app);\nconst security = require('./security');\nsecurity.register(app);`,
        'routes.js': "exports.register = (app) => { app.get('/orders', (req, res) => res.json({})); };",
        'security.js': `const cors = require('cors');\nexports.register = (app) => { app.use(cors({ origin: ${SAFE} })); };`,
      },
      ['server.js:4 cors-before-routes'],
    ],
    [
      'a router before the policy, in a function that is given the app',
      {
        'server.js': `${CJS}require('./loaders').init({ app });`,
        'loaders.js': `const cors = require('cors'); const routes = require('./routes');\nexports.init = ({ app }) => {\n  app.use('/api', routes);\n  app.use(cors({ origin: ${SAFE} }));\n};`,
        'routes.js':
          "const router = require('express').Router();\nrouter.get('/orders', (req, res) => res.json({}));\nmodule.exports = router;",
      },
      ['server.js:2 cors-before-routes'],
    ],
    [
      'routes that a class adds before the policy',
      {
        'server.js': `${ESM}import { Routes } from './routes.js';\nnew Routes(app).init();\napp.use(cors({ origin: ${SAFE} }));`,
        'routes.js':
          "export class Routes {\n  constructor(app) { this.app = app; }\n  init() { this.app.get('/orders', (req, res) => res.json({})); }\n}",
      },
      ['server.js:4 cors-before-routes'],
    ],
    [
      'routes of another file that write headers of their own',
      {
        'server.js': `${CJS}const { list } = require('./controllers');\napp.get('/orders', list);\napp.use(cors({ origin: ${SAFE} }));`,
        'controllers.js':
          "exports.list = (req, res) => {\n  res.setHeader('Access-Control-Allow-Origin', 'https://app.example.com');\n  res.json({});\n};",
      },
      [],
    ],
    [
      'pages of another file',
      {
        'server.js': `${CJS}const { page } = require('./controllers');\napp.get('/orders', page);\napp.use(cors({ origin: ${SAFE} }));`,
        'controllers.js': "exports.page = (req, res) => { res.render('orders'); };",
      },
      [],
    ],
    [
      'a guard of another file before the policy',
      {
        'server.js': `${CJS}require('./auth')(app);\napp.use(cors({ origin: ${SAFE}, allowedHeaders: ['Authorization'] }));\napp.get('/x', (req, res) => res.json({}));`,
        'auth.js':
          'module.exports = (app) => {\n  app.use((req, res, next) => {\n    if (!req.headers.authorization) return res.status(401).json({});\n    next();\n  });\n};',
      },
      ['server.js:3 cors-before-auth'],
    ],
    [
      '`Authorization` that a third file reads',
      {
        'server.js': `${CJS}const options = require('./corsOptions');\napp.use(cors(options));\napp.use('/api', require('./routes'));`,
        'corsOptions.js': `module.exports = { origin: ${SAFE}, allowedHeaders: ['Content-Type'] };`,
        'routes.js':
          "const router = require('express').Router();\nrouter.get('/orders', (req, res) => res.json(req.headers.authorization));\nmodule.exports = router;",
      },
      ['server.js:2 require-authorization-header'],
    ],
    [
      'files that import each other',
      {
        'app.js': `${CJS}module.exports = app;\nconst options = require('./settings');\napp.use(cors(options));\nrequire('./routes');`,
        'routes.js':
          "const app = require('./app');\napp.get('/x', (req, res) => res.json({}));\nmodule.exports = { note: 1 };",
        'settings.js': `const app = require('./app');\nmodule.exports = ${OPEN};`,
      },
      ['app.js:3 no-reflected-origin'],
    ],
    [
      'files that import each other, of which both see the mistake of a third',
      {
        'server.js': `${ESM}import { a } from './a.js'; import { b } from './b.js';\napp.use(a, b);`,
        'a.js':
          "import cors from 'cors'; import { options } from './settings.js'; import { origin } from './b.js';\nexport const name = 'a'; export const a = cors({ ...options, maxAge: origin });",
        'b.js':
          "import cors from 'cors'; import { options } from './settings.js'; import { name } from './a.js';\nexport const origin = 600; export const b = cors({ ...options, optionsSuccessStatus: 200, methods: name });",
        'settings.js': `export const options = ${OPEN};`,
      },
      ['a.js:1 no-reflected-origin'],
    ],
  ])('%s', (_, files, findings) => {
    expect(findingsIn(files)).toEqual(findings);
  });
});

describe('what is said', () => {
  it('names the other place, and offers no edit of another file', () => {
    const project = new Project({
      'src/server.js': `${CJS}const options = require('../config/settings');${use}`,
      'config/settings.js': `\n\nmodule.exports = {\n  origin: true, credentials: true };`,
    });
    expect(lintAll(project)).toEqual(['src/server.js:2 no-reflected-origin']);
    const [message] = project.messages('src/server.js');
    expect(message?.message).toContain('It stands in `../config/settings.js`, line 4.');
    expect(message?.suggestions).toBeUndefined();
  });

  it('offers the edit where the mistake stands', () => {
    const project = new Project({
      'server.js': `${CJS}const options = require('./corsOptions');${use}`,
      'corsOptions.js': `module.exports = ${OPEN};`,
    });
    expect(lintAll(project)).toEqual(['corsOptions.js:1 no-reflected-origin']);
    const [message] = project.messages('corsOptions.js');
    expect(message?.message).not.toContain('It stands in');
    expect(message?.suggestions?.length).toBeGreaterThan(0);
  });

  it('edits nothing whose other half lies elsewhere', () => {
    const project = new Project({
      'server.js': `${CJS}const options = require('./corsOptions');\napp.use(cors({ ...options,\n  origin: true }));`,
      'corsOptions.js': "module.exports = { credentials: true, methods: ['GET'] };",
    });
    expect(lintAll(project)).toEqual(['server.js:4 no-reflected-origin']);
    const [message] = project.messages('server.js');
    for (const { fix } of message?.suggestions ?? []) {
      const { text, range } = fix;
      const source = `${CJS}const options = require('./corsOptions');\napp.use(cors({ ...options,\n  origin: true }));`;
      const output = source.slice(0, range[0]) + text + source.slice(range[1]);
      expect(output).toContain('...options');
      project.write({ 'server.js': output });
      expect(project.findings('server.js')).toEqual([]);
    }
  });

  it('names line and file of the other policy', () => {
    const project = new Project({
      'server.js': `${CJS}app.use(cors({ origin: '*' }));\napp.use('/api', require('./routes'));`,
      'routes.js': `const cors = require('cors'); const router = require('express').Router();\nrouter.use(cors({ origin: ${SAFE}, credentials: true }));\nrouter.delete('/x', (req, res) => res.json({}));\nmodule.exports = router;`,
    });
    expect(
      project
        .messages('server.js')
        .map(({ message }) => message)
        .join(),
    ).toMatch(/routes\.js|line 2/);
  });
});
