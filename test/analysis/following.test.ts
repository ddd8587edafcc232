import { afterAll, describe, expect, it } from 'vitest';
import { CJS, ESM, findingsIn, Project, removeProjects, type Files } from './project.ts';

afterAll(removeProjects);

/** A mistake that no rule overlooks, and that is seen only by somebody who has read it. */
const OPEN = '{ origin: true, credentials: true }';
const SAFE = "{ origin: ['https://app.example.com'], credentials: true }";

const esm = (rest: string): string => `${ESM}${rest}`;
const cjs = (rest: string): string => `${CJS}${rest}`;
const use = '\napp.use(cors(options));';

type Case = readonly [name: string, files: Files];

describe('exports of ES modules', () => {
  it.each<Case>([
    [
      'default',
      { 'server.js': esm(`import options from './o.js';${use}`), 'o.js': `export default ${OPEN};` },
    ],
    [
      'a name',
      {
        'server.js': esm(`import { options } from './o.js';${use}`),
        'o.js': `export const other = 1, options = ${OPEN};`,
      },
    ],
    [
      'another name here',
      {
        'server.js': esm(`import { policy as options } from './o.js';${use}`),
        'o.js': `export const policy = ${OPEN};`,
      },
    ],
    [
      'another name there',
      {
        'server.js': esm(`import { options } from './o.js';${use}`),
        'o.js': `const policy = ${OPEN}; export { policy as options };`,
      },
    ],
    [
      'a name that is a string',
      {
        'server.js': esm(`import { 'the options' as options } from './o.js';${use}`),
        'o.js': `const policy = ${OPEN}; export { policy as 'the options' };`,
      },
    ],
    [
      'a name that becomes the default',
      {
        'server.js': esm(`import options from './o.js';${use}`),
        'o.js': `const policy = ${OPEN}; export { policy as default };`,
      },
    ],
    [
      'the default by its name',
      {
        'server.js': esm(`import { default as options } from './o.js';${use}`),
        'o.js': `const policy = ${OPEN}; export default policy;`,
      },
    ],
    [
      'default and names at once',
      {
        'server.js': esm(`import other, { options } from './o.js';${use}`),
        'o.js': `export default 1; export const options = ${OPEN};`,
      },
    ],
    [
      'a namespace',
      {
        'server.js': esm("import * as config from './o.js';\napp.use(cors(config.options));"),
        'o.js': `export const options = ${OPEN};`,
      },
    ],
    [
      'the default of a namespace',
      {
        'server.js': esm("import * as config from './o.js';\napp.use(cors(config.default));"),
        'o.js': `export default ${OPEN};`,
      },
    ],
    [
      'a namespace that is the options',
      {
        'server.js': esm("import * as options from './o.js';\napp.use(cors(options));"),
        'o.js': 'export const origin = true; export const credentials = true;',
      },
    ],
    [
      'a namespace that is taken apart',
      {
        'server.js': esm(
          "import * as config from './o.js';\nconst { options } = config;\napp.use(cors(options));",
        ),
        'o.js': `export const options = ${OPEN};`,
      },
    ],
    [
      'a barrel',
      {
        'server.js': esm(`import { options } from './config/index.js';${use}`),
        'config/index.js': "export * from './port.js';\nexport * from './o.js';",
        'config/port.js': 'export const port = 3000;',
        'config/o.js': `export const options = ${OPEN};`,
      },
    ],
    [
      'a re-export',
      {
        'server.js': esm(`import { options } from './config.js';${use}`),
        'config.js': "export { policy as options } from './o.js';",
        'o.js': `export const policy = ${OPEN};`,
      },
    ],
    [
      'a re-exported default',
      {
        'server.js': esm(`import { options } from './config.js';${use}`),
        'config.js': "export { default as options } from './o.js';",
        'o.js': `export default ${OPEN};`,
      },
    ],
    [
      'an import that is exported',
      {
        'server.js': esm(`import { options } from './config.js';${use}`),
        'config.js': "import options from './o.js'; export { options };",
        'o.js': `export default ${OPEN};`,
      },
    ],
    [
      'a namespace that is exported',
      {
        'server.js': esm("import { policies } from './config.js';\napp.use(cors(policies.options));"),
        'config.js': "export * as policies from './o.js';",
        'o.js': `export const options = ${OPEN};`,
      },
    ],
    [
      'a namespace behind `export *`',
      {
        'server.js': esm("import * as config from './config.js';\napp.use(cors(config.options));"),
        'config.js': "export * from './o.js';",
        'o.js': `export const options = ${OPEN};`,
      },
    ],
    [
      'a chain of three',
      {
        'server.js': esm(`import { options } from './a.js';${use}`),
        'a.js': "export * from './b.js';",
        'b.js': "export { c as options } from './c.js';",
        'c.js': `export const c = ${OPEN};`,
      },
    ],
    [
      'a function by default',
      {
        'server.js': esm("import make from './o.js';\napp.use(cors(make()));"),
        'o.js': 'export default function () { return { origin: true, credentials: true }; }',
      },
    ],
    [
      'a function by name',
      {
        'server.js': esm("import { make } from './o.js';\napp.use(cors(make()));"),
        'o.js': 'export function make() { return { origin: true, credentials: true }; }',
      },
    ],
    [
      'an arrow function',
      {
        'server.js': esm("import { make } from './o.js';\napp.use(cors(make()));"),
        'o.js': `export const make = () => (${OPEN});`,
      },
    ],
    [
      'what is assigned later',
      {
        'server.js': esm(`import { options } from './o.js';${use}`),
        'o.js': `export let options; options = ${OPEN};`,
      },
    ],
    [
      'what is filled in later',
      {
        'server.js': esm(`import { options } from './o.js';${use}`),
        'o.js': 'export const options = {}; options.origin = true; options.credentials = true;',
      },
    ],
    [
      'what is taken apart',
      {
        'server.js': esm(`import { options } from './o.js';${use}`),
        'o.js': `export const { options } = { options: ${OPEN} };`,
      },
    ],
    [
      'a class',
      {
        'server.js': esm("import { Config } from './o.js';\napp.use(cors(new Config().options));"),
        'o.js': `export class Config { options = ${OPEN}; }`,
      },
    ],
    [
      "a class's getter",
      {
        'server.js': esm("import Config from './o.js';\napp.use(cors(Config.options));"),
        'o.js': `export default class Config { static get options() { return ${OPEN}; } }`,
      },
    ],
    [
      "a class's method",
      {
        'server.js': esm("import { Config } from './o.js';\napp.use(cors(new Config().options()));"),
        'o.js':
          'export class Config { constructor() { this.origin = true; } options() { return { origin: this.origin, credentials: true }; } }',
      },
    ],
    [
      'an instance',
      {
        'server.js': esm("import { config } from './o.js';\napp.use(cors(config.options));"),
        'o.js': `class Config { options = ${OPEN}; } export const config = new Config();`,
      },
    ],
    [
      'a spread',
      {
        'server.js': esm("import { options } from './o.js';\napp.use(cors({ ...options, maxAge: 600 }));"),
        'o.js': `export const options = ${OPEN};`,
      },
    ],
    [
      '`await import()`',
      {
        'server.js': esm("const { options } = await import('./o.js');\napp.use(cors(options));"),
        'o.js': `export const options = ${OPEN};`,
      },
    ],
    [
      "`import()`'s default",
      {
        'server.js': esm("const options = (await import('./o.js')).default;\napp.use(cors(options));"),
        'o.js': `export default ${OPEN};`,
      },
    ],
    [
      '`import().then()`',
      {
        'server.js': esm("import('./o.js').then(({ options }) => {\napp.use(cors(options)); });"),
        'o.js': `export const options = ${OPEN};`,
      },
    ],
    [
      'a constant of the environment',
      {
        'server.js': esm(
          "import { isProduction } from './o.js';\napp.use(cors({ origin: isProduction, credentials: true }));",
        ),
        'o.js': "export const isProduction = process.env.NODE_ENV === 'production';",
      },
    ],
    [
      'CommonJS by default',
      {
        'server.js': esm(`import options from './o.cjs';${use}`),
        'o.cjs': `module.exports = ${OPEN};`,
      },
    ],
    [
      'CommonJS by name',
      {
        'server.js': esm(`import { options } from './o.cjs';${use}`),
        'o.cjs': `exports.options = ${OPEN};`,
      },
    ],
    [
      'CommonJS as a namespace',
      {
        'server.js': esm("import * as config from './o.cjs';\napp.use(cors(config.options));"),
        'o.cjs': `exports.options = ${OPEN};`,
      },
    ],
    [
      'JSON',
      {
        'server.js': esm(`import options from './o.json' with { type: 'json' };${use}`),
        'o.json': { origin: '*', credentials: true },
      },
    ],
    [
      'a property of JSON',
      {
        'server.js': esm(`import { options } from './o.json';${use}`),
        'o.json': { options: { origin: '*', credentials: true } },
      },
    ],
  ])('%s', (_, files) => {
    expect(findingsIn(files).map(withoutRule)).toEqual(['server.js:2']);
  });
});

/** In the examples of JSON it is another mistake. */
function withoutRule(finding: string): string {
  return finding.replace(/ .*/, '');
}

describe('exports of CommonJS', () => {
  it.each<Case>([
    [
      '`module.exports =`',
      { 'server.js': cjs(`const options = require('./o');${use}`), 'o.js': `module.exports = ${OPEN};` },
    ],
    [
      '`exports.x =`',
      { 'server.js': cjs(`const { options } = require('./o');${use}`), 'o.js': `exports.options = ${OPEN};` },
    ],
    [
      '`module.exports.x =`',
      {
        'server.js': cjs(`const { options } = require('./o');${use}`),
        'o.js': `module.exports.options = ${OPEN};`,
      },
    ],
    [
      '`exports = module.exports =`',
      {
        'server.js': cjs(`const options = require('./o');${use}`),
        'o.js': `exports = module.exports = ${OPEN};`,
      },
    ],
    [
      'a table',
      {
        'server.js': cjs(`const { options } = require('./o');${use}`),
        'o.js': `const options = ${OPEN}; module.exports = { port: 1, options };`,
      },
    ],
    [
      'another name',
      {
        'server.js': cjs(`const { policy: options } = require('./o');${use}`),
        'o.js': `exports.policy = ${OPEN};`,
      },
    ],
    [
      'a spread of another file',
      {
        'server.js': cjs(`const { options } = require('./config');${use}`),
        'config.js': "module.exports = { port: 3000, ...require('./o') };",
        'o.js': `exports.options = ${OPEN};`,
      },
    ],
    [
      '`Object.assign`',
      {
        'server.js': cjs(`const { options } = require('./config');${use}`),
        'config.js': "Object.assign(module.exports, require('./o'));",
        'o.js': `exports.options = ${OPEN};`,
      },
    ],
    [
      'a property at once',
      {
        'server.js': cjs(`const options = require('./o').options;${use}`),
        'o.js': `exports.options = ${OPEN};`,
      },
    ],
    [
      'no variable at all',
      { 'server.js': cjs("app.use(cors(require('./o')));"), 'o.js': `module.exports = ${OPEN};` },
    ],
    [
      'a function',
      {
        'server.js': cjs("const make = require('./o');\napp.use(cors(make()));"),
        'o.js': `module.exports = function () { return ${OPEN}; };`,
      },
    ],
    [
      'a function, called at once',
      {
        'server.js': cjs("app.use(cors(require('./o')()));"),
        'o.js': `module.exports = () => (${OPEN});`,
      },
    ],
    [
      'a class',
      {
        'server.js': cjs("const Config = require('./o');\napp.use(cors(new Config().get()));"),
        'o.js': `class Config { get() { return ${OPEN}; } } module.exports = Config;`,
      },
    ],
    [
      'a getter',
      {
        'server.js': cjs("const config = require('./o');\napp.use(cors(config.options));"),
        'o.js': `module.exports = { get options() { return ${OPEN}; } };`,
      },
    ],
    [
      'a chain of files',
      {
        'server.js': cjs("const config = require('./config');\napp.use(cors(config.o));"),
        'config/index.js': "module.exports = { o: require('./o') };",
        'config/o.js': `module.exports = ${OPEN};`,
      },
    ],
    [
      'what a compiler wrote',
      {
        'server.js': cjs("const config = require('./o');\napp.use(cors(config.default));"),
        'o.js': `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = ${OPEN};`,
      },
    ],
    [
      'what a compiler wrote, of an import',
      {
        'server.js': `"use strict"; var __importDefault = function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; }; ${CJS}const o_1 = __importDefault(require('./o'));\napp.use(cors(o_1.default));`,
        'o.js': `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = ${OPEN};`,
      },
    ],
    [
      'what a compiler wrote, of a re-export',
      {
        'server.js': cjs("const { options } = require('./config');\napp.use(cors(options));"),
        'config.js':
          '"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.options = void 0; var o_1 = require("./o"); Object.defineProperty(exports, "options", { enumerable: true, get: function () { return o_1.options; } });',
        'o.js': `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.options = void 0; exports.options = ${OPEN};`,
      },
    ],
    [
      'an ES module',
      {
        'server.js': cjs("const config = require('./o.mjs');\napp.use(cors(config.default));"),
        'o.mjs': `export default ${OPEN};`,
      },
    ],
    [
      'JSON',
      {
        'server.js': cjs("const config = require('./o');\napp.use(cors(config.cors));"),
        'o.json': { cors: { origin: '*', credentials: true } },
      },
    ],
    [
      'a template as its name',
      {
        'server.js': cjs('const options = require(`./o`);\napp.use(cors(options));'),
        'o.js': `module.exports = ${OPEN};`,
      },
    ],
    [
      'a name that is put together',
      {
        'server.js': cjs(
          "const folder = './'; const options = require(folder + 'o');\napp.use(cors(options));",
        ),
        'o.js': `module.exports = ${OPEN};`,
      },
    ],
  ])('%s', (_, files) => {
    expect(findingsIn(files).map(withoutRule)).toEqual(['server.js:2']);
  });
});

describe('TypeScript', () => {
  it.each<Case>([
    [
      '`export =`',
      {
        'server.ts': esm(`import options = require('./o');${use}`),
        'o.ts': `const options = ${OPEN}; export = options;`,
      },
    ],
    [
      '`import x = require()` of a name',
      {
        'server.ts': esm("import o = require('./o');\napp.use(cors(o.options));"),
        'o.ts': `export const options = ${OPEN};`,
      },
    ],
    [
      '`.js` that is `.ts`',
      {
        'server.ts': esm(`import { options } from './o.js';${use}`),
        'o.ts': `export const options = ${OPEN} as const;`,
      },
    ],
    [
      'types all over',
      {
        'server.ts': esm(`import { type Policy, options } from './o';${use}`),
        'o.ts': `export interface Policy { origin: boolean }\nexport type Other = string;\nexport const options: Policy = <Policy>(${OPEN} satisfies Policy)!;`,
      },
    ],
    [
      '`export type` beside it',
      {
        'server.ts': esm(`import { options } from './config';${use}`),
        'config.ts': "export type { Policy } from './types';\nexport { options } from './o';",
        'types.ts': 'export interface Policy { origin: boolean }',
        'o.ts': `export const options = ${OPEN};`,
      },
    ],
    [
      'JSX in a file that is followed',
      {
        'server.tsx': esm(`import { options } from './o';${use}`),
        'o.tsx': `export const page = () => <p>x</p>; export const options = ${OPEN};`,
      },
    ],
    [
      'an enumeration',
      {
        'server.ts': esm(
          "import { Origin } from './o';\napp.use(cors({ origin: Origin.All, credentials: true }));",
        ),
        'o.ts': "export enum Origin { All = '*', Own = 'https://app.example.com' }",
      },
    ],
    [
      'paths of `tsconfig.json`',
      {
        'src/server.ts': esm(`import { options } from '@/config/o';${use}`),
        'src/config/o.ts': `export const options = ${OPEN};`,
        'tsconfig.json': '{ "compilerOptions": { /* all */ "paths": { "@/*": ["./src/*"], } } }',
      },
    ],
    [
      '`imports` of `package.json`',
      {
        'src/server.ts': esm(`import { options } from '#config';${use}`),
        'src/config/index.ts': `export const options = ${OPEN};`,
        'package.json': { imports: { '#config': './src/config/index.js' } },
      },
    ],
    [
      'a package of the workspace',
      {
        'apps/api/server.ts': esm(`import { options } from '@shop/config';${use}`),
        'packages/config/src/index.ts': `export const options = ${OPEN};`,
        'packages/config/package.json': { name: '@shop/config', main: './dist/index.js' },
        'package.json': { workspaces: ['apps/*', 'packages/*'] },
      },
    ],
  ])('%s', (_, files) => {
    expect(findingsIn(files).map(withoutRule)).toEqual([`${Object.keys(files)[0]}:2`]);
  });
});

describe('what other files decide', () => {
  it.each<readonly [name: string, files: Files, findings: readonly string[]]>([
    [
      'a file that production requires',
      {
        'server.js': cjs(
          `const options = process.env.NODE_ENV === 'production' ? require('./prod') : require('./dev');${use}`,
        ),
        'dev.js': `module.exports = ${SAFE};`,
        'prod.js': `module.exports = ${OPEN};`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'a file that only development requires',
      {
        'server.js': cjs(
          `const options = process.env.NODE_ENV === 'production' ? require('./prod') : require('./dev');${use}`,
        ),
        'dev.js': `module.exports = ${OPEN};`,
        'prod.js': `module.exports = ${SAFE};`,
      },
      [],
    ],
    [
      'a file that is named for the environment',
      {
        'server.js': cjs(`const options = require(\`./config/\${process.env.NODE_ENV}\`);${use}`),
        'config/development.js': `module.exports = ${SAFE};`,
        'config/production.js': `module.exports = ${OPEN};`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'a list that is used in a callback',
      {
        'server.js': esm(
          "import { hosts } from './hosts.js';\napp.use(cors({ credentials: true, origin: (origin, cb) => cb(null, hosts.some((host) => origin?.endsWith(host))) }));",
        ),
        'hosts.js': "export const hosts = ['example.com'];",
      },
      ['server.js:2 no-unsafe-origin-match'],
    ],
    [
      'a list that is used soundly',
      {
        'server.js': esm(
          "import { hosts } from './hosts.js';\napp.use(cors({ credentials: true, origin: (origin, cb) => cb(null, hosts.includes(origin)) }));",
        ),
        'hosts.js': "export const hosts = ['https://app.example.com'];",
      },
      [],
    ],
    [
      'a helper that checks',
      {
        'server.js': esm(
          "import { isAllowed } from './check.js';\napp.use(cors({ credentials: true, origin: (origin, cb) => cb(null, isAllowed(origin)) }));",
        ),
        'check.js':
          "import { host } from './host.js';\nexport const isAllowed = (origin) => Boolean(origin?.includes(host));",
        'host.js': "export const host = 'example.com';",
      },
      ['server.js:2 no-unsafe-origin-match'],
    ],
    [
      'a helper that checks soundly',
      {
        'server.js': esm(
          "import { isAllowed } from './check.js';\napp.use(cors({ credentials: true, origin: (origin, cb) => cb(null, isAllowed(origin)) }));",
        ),
        'check.js': "export const isAllowed = (origin) => origin === 'https://app.example.com';",
      },
      [],
    ],
    [
      'whether it is production',
      {
        'server.js': esm(
          `import { isProduction } from './env.js';\napp.use(cors(isProduction ? ${SAFE} : ${OPEN}));`,
        ),
        'env.js': "export const isProduction = process.env.NODE_ENV === 'production';",
      },
      [],
    ],
    [
      'what is known of an environment of its own',
      {
        'server.js': esm(
          "import { env } from './env.js';\napp.use(cors({ origin: env.ORIGINS.split(','), credentials: true }));",
        ),
        'env.js': 'export const env = { ORIGINS: process.env.ORIGINS };',
      },
      [],
    ],
    [
      'a value that a function changes later',
      {
        'server.js': esm(`import { options, load } from './o.js';\nload(); app.use(cors(options));`),
        'o.js': `export let options = ${OPEN}; export function load() { options = ${SAFE}; }`,
      },
      [],
    ],
    [
      'an object that the importer changes',
      {
        'server.js': cjs(
          "const options = require('./o');\noptions.origin = ['https://app.example.com']; app.use(cors(options));",
        ),
        'o.js': `module.exports = ${OPEN};`,
      },
      [],
    ],
    [
      'a name that is not there',
      {
        'server.js': esm(
          "import { nothing } from './o.js';\napp.use(cors({ origin: nothing, credentials: true }));",
        ),
        'o.js': 'export const other = 1;',
      },
      [],
    ],
  ])('%s', (_, files, findings) => {
    expect(findingsIn(files).map((one) => one)).toEqual(findings);
  });
});

describe('a file that throws while it is loaded', () => {
  it.each<readonly [name: string, files: Files, findings: readonly string[]]>([
    [
      'ends the program, so that nothing is said of what comes then',
      {
        'server.js': cjs(
          "require('dotenv').config(); const { origin } = require('./config');\napp.use(cors({ origin, credentials: true }));",
        ),
        'config.js': "exports.origin = process.env.ORIGINS.split(',');",
      },
      [],
    ],
    [
      'if nobody catches that',
      {
        'server.js': cjs(
          `let options = ${OPEN};\ntry { options = require('./config'); } catch {}\napp.use(cors(options));`,
        ),
        'config.js': `throw new Error('not built'); module.exports = ${SAFE};`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'ends it only where it throws',
      {
        'server.js': cjs(`const options = require('./config');${use}`),
        'config.js': `if (!process.env.PORT) throw new Error('PORT'); module.exports = ${OPEN};`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
  ])('%s', (_, files, findings) => {
    expect(findingsIn(files)).toEqual(findings);
  });
});

describe('circles', () => {
  it.each<readonly [name: string, files: Files, findings: readonly string[]]>([
    [
      'two files that import each other',
      {
        'server.js': esm(`import { options } from './o.js';${use} export { app };`),
        'o.js': `import { app } from './server.js'; export const options = ${OPEN}; export const name = () => app;`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'a file that imports itself',
      {
        'server.js': esm(
          `import * as self from './server.js';\nexport const options = ${OPEN};\napp.use(cors(self.options));`,
        ),
      },
      [],
    ],
    [
      'files that export all of each other',
      {
        'server.js': esm(`import { options } from './a.js';${use}`),
        'a.js': "export * from './b.js'; export const a = 1;",
        'b.js': `export * from './a.js'; export const options = ${OPEN};`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'a namespace of such files',
      {
        'server.js': esm("import * as all from './a.js';\napp.use(cors(all.options));"),
        'a.js': "export * from './b.js'; export const a = 1;",
        'b.js': `export * from './a.js'; export const options = ${OPEN};`,
      },
      ['server.js:2 no-reflected-origin'],
    ],
    [
      'a name that two files hand to each other',
      {
        'server.js': esm(`import { options } from './a.js';${use}`),
        'a.js': "export { options } from './b.js';",
        'b.js': "export { options } from './a.js';",
      },
      [],
    ],
    [
      'CommonJS that is not complete yet',
      {
        'server.js': cjs("const a = require('./a');\napp.use(cors(a.options));"),
        'a.js': `const b = require('./b'); exports.options = { origin: b.get(), credentials: true };`,
        'b.js': "const a = require('./a'); exports.get = () => a.origin ?? true; exports.later = a.later;",
      },
      ['server.js:2 no-reflected-origin'],
    ],
  ])('%s', (_, files, findings) => {
    expect(findingsIn(files)).toEqual(findings);
  });
});

describe('barrels', () => {
  const names = Array.from({ length: 12 }, (_, index) => `part${index}`);
  const parts = Object.fromEntries(
    names.map((name) => [`config/${name}.js`, `export const ${name} = '${name}';`]),
  );
  const barrel = (rest: string): string =>
    [...names.map((name) => `export * from './${name}.js';`), rest].join('\n');

  it('finds what stands behind the last of many', () => {
    expect(
      findingsIn({
        'server.js': esm(`import { options } from './config/index.js';${use}`),
        'config/index.js': barrel("export * from './o.js';"),
        'config/o.js': `export const options = ${OPEN};`,
        ...parts,
      }),
    ).toEqual(['server.js:2 no-reflected-origin']);
  });

  it('lets a package be behind one of them', () => {
    expect(
      findingsIn({
        'server.js': esm(`import { options } from './config.js';${use}`),
        'config.js': "export * from 'zod';\nexport * from './o.js';",
        'o.js': `export const options = ${OPEN};`,
      }),
    ).toEqual(['server.js:2 no-reflected-origin']);
  });
});

describe('what cannot be followed is unknown', () => {
  const server = esm(`import options from './o.js';${use}`);

  it.each<readonly [name: string, files: Files]>([
    ['a file that is not there', { 'server.js': server }],
    ['a file that does not parse', { 'server.js': server, 'o.js.txt': '', 'broken/o.js': '' }],
    [
      'a file that throws first',
      { 'server.js': server, 'o.js': `throw new Error('x'); export default ${OPEN};` },
    ],
    [
      'a name that only running tells',
      {
        'server.js': cjs(`const options = require('./' + process.argv[2]);${use}`),
        'o.js': `module.exports = ${OPEN};`,
      },
    ],
    [
      'a file of `node_modules`',
      {
        'server.js': esm(`import options from './node_modules/x/o.js';${use}`),
        'node_modules/x/o.js': `export default ${OPEN};`,
      },
    ],
    [
      'a file outside',
      { 'server.js': esm(`import options from '../o.js';${use}`), '../o.js': `export default ${OPEN};` },
    ],
    [
      'a file that is too large',
      { 'server.js': server, 'o.js': `export default ${OPEN};\n// ${'x'.repeat(512 * 1024)}` },
    ],
    [
      'a text as a module',
      { 'server.js': esm(`import options from './o.js?raw';${use}`), 'o.js': `export default ${OPEN};` },
    ],
  ])('%s', (_, files) => {
    expect(findingsIn(files)).toEqual([]);
  });

  it('whatever a file imports that is longer than all that is read', () => {
    const long = `/* ${'x'.repeat(2 ** 20)} */`;
    const project = new Project({
      'server.js': `${long}${esm(`import options from './o.js';${use}`)}`,
      'own.js': `${long}${esm(`\napp.use(cors(${OPEN}));`)}`,
      'o.js': `export default ${OPEN};`,
    });
    expect(project.findings('server.js')).toEqual([]);
    expect(project.findings('own.js')).toEqual(['own.js:3 no-reflected-origin']);
    expect(project.messages('own.js')[0]?.suggestions?.length).toBeGreaterThan(0);
  });

  it('a file with a syntax error', () => {
    const project = new Project({ 'server.js': server });
    project.write({ 'o.js': `export default ${OPEN}; <<<<<<<` });
    expect(project.findings('server.js')).toEqual([]);
    expect(project.findings('server.js', 'espree')).toEqual([]);
  });

  const chain = (length: number): Files => ({
    'server.js': esm(`import { options } from './f1.js';${use}`),
    ...Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `f${index + 1}.js`,
        index + 1 === length
          ? `export const options = ${OPEN};`
          : `export { options } from './f${index + 2}.js';`,
      ]),
    ),
  });

  it('what is more than five hops away', () => {
    expect(findingsIn(chain(5))).toEqual(['server.js:2 no-reflected-origin']);
    expect(findingsIn(chain(6))).toEqual([]);
  });

  const many = (count: number): Files => ({
    'server.js': cjs(
      `${Array.from({ length: count }, (_, index) => `require('./f${index}')(app);`).join(' ')}\napp.use(cors(require('./o')));`,
    ),
    'o.js': `module.exports = ${OPEN};`,
    ...Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`f${index}.js`, 'module.exports = (app) => {};']),
    ),
  });

  it('what comes after a hundred files', () => {
    const [enough, more] = [new Project(many(99)), new Project(many(100))];
    expect(enough.findings('server.js')).toEqual(['server.js:3 no-reflected-origin']);
    expect(more.findings('server.js')).toEqual([]);
    // Files that are kept count like those that are read.
    expect(more.findings('server.js')).toEqual([]);
  }, 60_000);
});

describe('the disk', () => {
  const server = esm(`import options from './o.js';${use}`);

  it('is read again where a file has changed', () => {
    const project = new Project({ 'server.js': server, 'o.js': `export default ${OPEN};` });
    expect(project.findings('server.js')).toEqual(['server.js:2 no-reflected-origin']);
    project.write({ 'o.js': `export default ${SAFE};` });
    expect(project.findings('server.js')).toEqual([]);
    project.write({ 'o.js': `export default ${OPEN};` });
    expect(project.findings('server.js')).toEqual(['server.js:2 no-reflected-origin']);
  });

  it('may have the file under two names', () => {
    const project = new Project({
      'real/server.js': `${server} export { app };`,
      'real/o.js': `import { app } from './server.js'; export default ${OPEN}; export const x = () => app;`,
    });
    project.link('linked', 'real');
    expect(project.findings('real/server.js')).toEqual(['real/server.js:2 no-reflected-origin']);
    expect(
      project.messages('real/server.js', 'typescript', 'linked/server.js').map(({ line }) => line),
    ).toEqual([2]);
  });

  it('may have a link to the file', () => {
    const project = new Project({ 'server.js': server, 'config/options.js': `export default ${OPEN};` });
    project.link('o.js', 'config/options.js');
    expect(project.findings('server.js')).toEqual(['server.js:2 no-reflected-origin']);
    expect(project.messages('server.js')[0]?.message).toContain('`config/options.js`, line 1.');
  });

  it('is not needed for a text that has no file', () => {
    const project = new Project({ 'server.js': server, 'o.js': `export default ${OPEN};` });
    expect(project.messages('server.js', 'typescript', 'new/server.js')).toEqual([]);
  });
});
