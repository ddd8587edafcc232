import { afterAll, describe, expect, it } from 'vitest';
import { findingsIn, removeProjects, type Files } from './project.ts';

afterAll(removeProjects);

const OPEN = '{ origin: true, credentials: true }';
const HALF = "{ origin: ['https://app.example.com/'], credentials: true }";
const LISTED = "['https://app.example.com/']";
const UNSAFE = "(origin, callback) => callback(null, origin !== undefined && origin.endsWith('example.com'))";

/** `file:line rule`, of files that nobody imports. */
type Case = readonly [name: string, files: Files, findings: readonly string[]];

describe('what is judged where it stands', () => {
  it.each<Case>([
    [
      'options, in a file that is named for them',
      { 'config/corsOptions.js': `module.exports = ${OPEN};` },
      ['config/corsOptions.js:1 no-reflected-origin'],
    ],
    ['… as a module', { 'src/cors.js': `export default ${OPEN};` }, ['src/cors.js:1 no-reflected-origin']],
    [
      '… by name',
      { 'src/cors.config.js': `export const options = ${OPEN};` },
      ['src/cors.config.js:1 no-reflected-origin'],
    ],
    [
      '… by a name of CommonJS',
      { 'cors.js': `exports.options = ${OPEN};` },
      ['cors.js:1 no-reflected-origin'],
    ],
    [
      '… in a table of CommonJS',
      { 'cors.js': `const options = ${OPEN};\nmodule.exports = { options, port: 3000 };` },
      ['cors.js:1 no-reflected-origin'],
    ],
    [
      '… in a table that is the default',
      { 'cors.js': `export default { port: 3000, corsOptions: ${OPEN} };` },
      ['cors.js:1 no-reflected-origin'],
    ],
    [
      'options with a type, whatever the file is called',
      {
        'config.ts': `import type { CorsOptions } from 'cors';\nexport const options: CorsOptions = ${OPEN};`,
      },
      ['config.ts:2 no-reflected-origin'],
    ],
    [
      'options that satisfy a type',
      {
        'config.ts': `import type { CorsOptions } from 'cors';\nexport default ${OPEN} satisfies CorsOptions;`,
      },
      ['config.ts:2 no-reflected-origin'],
    ],
    [
      'options with `origin` alone',
      { 'corsOptions.js': "module.exports = { origin: 'https://app.example.com/' };" },
      ['corsOptions.js:1 valid-origin'],
    ],
    [
      'what production gets',
      {
        'corsOptions.js': `const isProduction = process.env.NODE_ENV === 'production';\nexport const corsOptions = isProduction\n  ? ${OPEN}\n  : { origin: 'https://dev.example.com' };`,
      },
      ['corsOptions.js:3 no-reflected-origin'],
    ],
    [
      'a list',
      { 'config/allowedOrigins.js': `module.exports = ${LISTED};` },
      ['config/allowedOrigins.js:1 valid-origin'],
    ],
    [
      'a list, by name',
      { 'cors.js': `export const allowedOrigins = ${LISTED};` },
      ['cors.js:1 valid-origin'],
    ],
    [
      'options whose list stands in yet another file',
      {
        'cors.config.js': `import { hosts } from './hosts.js';\nexport const options = { origin: hosts, credentials: true };`,
        'hosts.js': `export const hosts = ${LISTED};`,
      },
      ['cors.config.js:1 valid-origin'],
    ],
    [
      'options that a helper of another file makes',
      {
        'corsOptions.js': `const { isAllowed } = require('./hosts');\nmodule.exports = { origin: (origin, callback) => callback(null, isAllowed(origin)), credentials: true };`,
        'hosts.js': "exports.isAllowed = (origin) => origin?.endsWith('example.com') ?? true;",
      },
      ['corsOptions.js:1 no-unsafe-origin-match'],
    ],
    [
      'a list in `Object.freeze`',
      { 'allowed-origins.js': `export default Object.freeze(${LISTED});` },
      ['allowed-origins.js:1 valid-origin'],
    ],
    [
      'an origin callback',
      { 'corsOrigin.js': `module.exports = ${UNSAFE};` },
      ['corsOrigin.js:1 no-unsafe-origin-match'],
    ],
    [
      'a declared origin callback',
      {
        'cors.js':
          "export function checkOrigin(origin, callback) {\n  if (origin && origin.startsWith('https://app.example.com')) callback(null, true);\n  else callback(null, false);\n}",
      },
      ['cors.js:2 no-unsafe-origin-match'],
    ],
    [
      'a delegate',
      { 'corsDelegate.js': `module.exports = (req, callback) => {\n  callback(null, ${OPEN});\n};` },
      ['corsDelegate.js:2 no-reflected-origin'],
    ],
    [
      'a policy that is made there',
      { 'security.js': `const cors = require('cors');\nmodule.exports = cors(${OPEN});` },
      ['security.js:2 no-reflected-origin'],
    ],
  ])('%s', (_, files, findings) => {
    expect(findingsIn(files)).toEqual(findings);
  });
});

describe('what is not', () => {
  it.each<readonly [name: string, files: Files]>([
    ['options in a file of another name', { 'config.js': `module.exports = ${OPEN};` }],
    ['a list in a file of another name', { 'hosts.js': `module.exports = ${LISTED};` }],
    [
      'options of each environment',
      {
        'cors.js': `module.exports = { development: ${OPEN}, production: { origin: ['https://app.example.com'] } };`,
      },
    ],
    [
      'options of each environment, by name',
      { 'cors.js': `export const dev = ${OPEN}; export const prod = ${HALF};` },
    ],
    ['options of development', { 'cors.js': `export const devCorsOptions = ${OPEN};` }],
    ['options of a test', { 'cors.test.js': `export const corsOptions = ${OPEN};` }],
    ['options in a file for development', { 'cors.development.js': `module.exports = ${OPEN};` }],
    [
      'options of development, chosen before',
      {
        'corsOptions.js': `export default process.env.NODE_ENV === 'production' ? { origin: ['https://app.example.com'] } : ${OPEN};`,
      },
    ],
    [
      'options chosen by a key',
      {
        'corsOptions.js': `const options = { development: ${OPEN}, production: { origin: ['https://app.example.com'] } };\nmodule.exports = options[process.env.NODE_ENV || 'development'];`,
      },
    ],
    [
      'options that an importer completes',
      { 'corsOptions.js': "module.exports = { credentials: true, methods: ['GET'] };" },
    ],
    [
      'an origin among other things',
      { 'cors-proxy.js': "module.exports = { origin: 'localhost', port: 8080 };" },
    ],
    ['a table of tables', { 'cors.js': `module.exports = { a: { b: ${OPEN} } };` }],
    ['a table that is the default', { 'cors.js': `export default { admin: ${OPEN} };` }],
    ['what is not exported', { 'cors.js': `const options = ${OPEN};` }],
    ['addresses', { 'whitelist.js': "module.exports = ['https://api.example.com/v1'];" }],
    ['origins of another kind', { 'trustedOrigins.js': "module.exports = ['https://*.example.com'];" }],
    ['words', { 'allowedOrigins.js': "module.exports = ['US', 'DE'];" }],
    ['an empty list', { 'allowedOrigins.js': 'module.exports = [];' }],
    [
      'a function of another kind',
      { 'cors.js': 'export const check = (origin, list) => list.includes(origin);' },
    ],
    ['a function that is awaited', { 'cors.js': 'export const check = async (origin, callback) => true;' }],
    [
      'whether a callback lets everybody in, which hangs on the options',
      { 'corsOrigin.js': 'module.exports = (origin, callback) => callback(null, true);' },
    ],
    [
      "another package's options",
      {
        'package.json': { dependencies: { fastify: '5', '@fastify/cors': '11' } },
        'corsOptions.js': "module.exports = { origin: ['https://app.example.com/'], credentials: true };",
      },
    ],
    [
      'options with a comment about a policy',
      { 'cors.js': `// module.exports = ${OPEN}\nmodule.exports = { origin: ['https://app.example.com'] };` },
    ],
  ])('%s', (_, files) => {
    expect(findingsIn(files)).toEqual([]);
  });

  it.each<readonly [dependencies: object, findings: readonly string[]]>([
    [{ cors: '2' }, ['api/corsOptions.js:1 no-reflected-origin']],
    [{ cors: '2', hono: '4' }, ['api/corsOptions.js:1 no-reflected-origin']],
    [{ '@nestjs/core': '12' }, ['api/corsOptions.js:1 no-reflected-origin']],
    [{ hono: '4' }, []],
    [{ '@adonisjs/core': '6' }, []],
    [{ react: '19' }, []],
  ])('options, with the dependencies %j', (dependencies, findings) => {
    const options = { 'api/corsOptions.js': `module.exports = ${OPEN};` };
    expect(findingsIn({ 'package.json': { dependencies }, ...options })).toEqual(findings);
    // The nearest one that says something.
    const nested = { 'api/package.json': { dependencies }, 'package.json': { private: true }, ...options };
    expect(findingsIn(nested)).toEqual(findings);
    const silent = { 'api/package.json': { type: 'commonjs' }, 'package.json': { dependencies }, ...options };
    expect(findingsIn(silent)).toEqual(findings);
  });

  it('options of a package that is not known, unless somebody hands them to npm `cors`', () => {
    expect(
      findingsIn({
        'package.json': { dependencies: { react: '19' } },
        'corsOptions.js': `module.exports = ${OPEN};`,
        'server.js': "const cors = require('cors');\nmodule.exports = cors(require('./corsOptions'));",
      }),
    ).toEqual(['server.js:2 no-reflected-origin']);
  });
});
