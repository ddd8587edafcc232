/** The rules on the other libraries: what holds of npm `cors`, what does not, and the suggestions of both. */
import { describe, expect, it } from 'vitest';
import noDenialByError from '../../rules/no-denial-by-error.ts';
import noHangingCors from '../../rules/no-hanging-cors.ts';
import noMissingOriginError from '../../rules/no-missing-origin-error.ts';
import noReflectedOrigin from '../../rules/no-reflected-origin.ts';
import noUnsafeOriginMatch from '../../rules/no-unsafe-origin-match.ts';
import noWildcardCredentials from '../../rules/no-wildcard-credentials.ts';
import requireAuthorizationHeader from '../../rules/require-authorization-header.ts';
import requireExplicitOrigin from '../../rules/require-explicit-origin.ts';
import sensibleMaxAge from '../../rules/sensible-max-age.ts';
import validCorsOptions from '../../rules/valid-cors-options.ts';
import validMethodsAndHeaders from '../../rules/valid-methods-and-headers.ts';
import validOrigin from '../../rules/valid-origin.ts';
import { dialects, lint, withoutPractices } from './lint.ts';
import { FROM_ENVIRONMENT, testRule } from './tester.ts';

const LIBRARY = { fastify: '`@fastify/cors`', io: '`socket.io`' } as const;

/** A Fastify server, with what is registered. */
const fastify = (options: string): string =>
  `const app = require('fastify')();\napp.register(require('@fastify/cors'), ${options});`;

/** A plugin that a Fastify server loads: the instance is a parameter. */
const plugin = (options: string, more = ''): string =>
  `import cors from '@fastify/cors';\nexport default async function (fastify) {\n  await fastify.register(cors, ${options});\n${more}}`;

/** A socket.io server beside an HTTP server. */
const io = (options: string): string =>
  `import { createServer } from 'node:http';\nimport { Server } from 'socket.io';\nconst io = new Server(createServer(), { cors: ${options} });`;

const APP = 'https://app.example.com';

describe('no-wildcard-credentials', () => {
  testRule('no-wildcard-credentials', noWildcardCredentials, {
    valid: [
      fastify(`{ origin: ['${APP}'], credentials: true }`),
      fastify("{ origin: '*', credentials: '' }"),
      plugin('{ origin: false, credentials: true }'),
      io(`{ origin: ['${APP}'], credentials: true }`),
      io("{ origin: ['*'], credentials: true }"),
      // Only `true` counts there.
      io("{ origin: '*', credentials: 'yes' }"),
      // One level too high they are ignored.
      "const io = require('socket.io')(server, { origin: '*', credentials: true });",
      "const io = require('socket.io')(server, { cors: false });",
    ],
    invalid: [
      {
        code: fastify("{ origin: «'*'», credentials: true }"),
        errors: [
          {
            messageId: 'wildcard-credentials',
            suggestions: [
              { messageId: 'readFromEnvironment', output: [["'*'", FROM_ENVIRONMENT]] },
              { messageId: 'dropCredentials', output: [['true', 'false']] },
            ],
          },
        ],
      },
      {
        name: 'Fastify: `*` in a list is everybody, and any truthy value allows credentials',
        code: plugin(`{ origin: ['${APP}', «'*'»], credentials: 'yes' }`),
        errors: [
          {
            messageId: 'wildcard-credentials',
            suggestions: [{ messageId: 'dropCredentials', output: [["'yes'", 'false']] }],
          },
        ],
      },
      {
        code: plugin('«{ credentials: true }»'),
        errors: [
          {
            messageId: 'default-wildcard-credentials',
            data: { library: LIBRARY.fastify },
            suggestions: [
              {
                messageId: 'readFromEnvironment',
                output: [['{ credentials', `{ origin: ${FROM_ENVIRONMENT}, credentials`]],
              },
              { messageId: 'makePublic', output: [['credentials: true', "origin: '*', credentials: false"]] },
            ],
          },
        ],
      },
      {
        code: io("{ origin: «'*'», credentials: true }"),
        errors: [
          {
            messageId: 'wildcard-credentials',
            suggestions: [
              { messageId: 'readFromEnvironment', output: [["'*'", FROM_ENVIRONMENT]] },
              { messageId: 'dropCredentials', output: [['true', 'false']] },
            ],
          },
        ],
      },
      {
        name: 'socket.io, called, and its options attached later',
        code: "const io = require('socket.io')();\nio.attach(server, { cors: «{ credentials: true }» });",
        errors: [
          {
            messageId: 'default-wildcard-credentials',
            data: { library: LIBRARY.io },
            suggestions: [
              {
                messageId: 'readFromEnvironment',
                output: [['{ credentials', `{ origin: ${FROM_ENVIRONMENT}, credentials`]],
              },
              { messageId: 'makePublic', output: [['credentials: true', "origin: '*', credentials: false"]] },
            ],
          },
        ],
      },
    ],
  });
});

describe('no-reflected-origin', () => {
  testRule('no-reflected-origin', noReflectedOrigin, {
    valid: [
      fastify('{ origin: false, credentials: true }'),
      plugin(`{ origin: async (origin) => ['${APP}'].includes(origin), credentials: true }`),
      plugin(
        `{ delegator: async (request) => ({ origin: request.headers.origin === '${APP}', credentials: true }) }`,
      ),
      io(`{ origin: (origin, callback) => callback(null, origin === '${APP}'), credentials: true }`),
      // It hangs, and lets nobody in.
      io('{ origin: async () => true, credentials: true }'),
      // What another plugin is given is none of these options.
      'export default async function (fastify) {\n  fastify.register(require("@fastify/cookie"), { origin: true, credentials: true });\n}\n// @fastify/cors',
    ],
    invalid: [
      {
        code: `import Fastify from 'fastify';\nconst app = Fastify({ logger: true });\nawait app.register(import('@fastify/cors'), { origin: «true», credentials: true });`,
        errors: [
          {
            messageId: 'any-origin-credentials',
            suggestions: [
              { messageId: 'readFromEnvironment', output: [['origin: true', `origin: ${FROM_ENVIRONMENT}`]] },
              {
                messageId: 'makePublic',
                output: [['origin: true, credentials: true', "origin: '*', credentials: false"]],
              },
            ],
          },
        ],
      },
      {
        name: 'Fastify waits for a promise',
        code: plugin('{ «origin: async (origin) => origin», credentials: true }'),
        errors: [
          {
            messageId: 'any-origin-credentials',
            data: {
              witness: 'https://stranger.example',
              because: 'the function hands the origin of the request back',
            },
            suggestions: [
              {
                messageId: 'readFromEnvironment',
                output: [['async (origin) => origin', FROM_ENVIRONMENT]],
              },
              {
                messageId: 'makePublic',
                output: [['async (origin) => origin, credentials: true', "'*', credentials: false"]],
              },
            ],
          },
        ],
      },
      {
        name: 'Fastify, options by a delegator',
        code: plugin(
          '{ delegator: (request, callback) => callback(null, { origin: «request.headers».origin, credentials: true }) }',
        ),
        errors: [{ messageId: 'any-origin-credentials' }],
      },
      {
        code: io('{ origin: «true», credentials: true }'),
        errors: [
          {
            messageId: 'any-origin-credentials',
            suggestions: [
              { messageId: 'readFromEnvironment', output: [['origin: true', `origin: ${FROM_ENVIRONMENT}`]] },
              {
                messageId: 'makePublic',
                output: [['origin: true, credentials: true', "origin: '*', credentials: false"]],
              },
            ],
          },
        ],
      },
      {
        typescript: true,
        code: 'import { Server } from "socket.io";\nconst io = new Server<ClientEvents, ServerEvents>(3000, { cors: { origin: «true», credentials: true } });',
        errors: [
          {
            messageId: 'any-origin-credentials',
            suggestions: [
              { messageId: 'readFromEnvironment', output: [['origin: true', `origin: ${FROM_ENVIRONMENT}`]] },
              {
                messageId: 'makePublic',
                output: [['origin: true, credentials: true', "origin: '*', credentials: false"]],
              },
            ],
          },
        ],
      },
    ],
  });
});

describe('no-unsafe-origin-match', () => {
  testRule('no-unsafe-origin-match', noUnsafeOriginMatch, {
    valid: [
      // It begins anew for every request.
      fastify('{ origin: /^https:\\/\\/app\\.example\\.com$/g }'),
      plugin("{ origin: async (origin) => new URL(origin ?? '').hostname.endsWith('.example.com') }"),
    ],
    invalid: [
      {
        code: io('{ origin: «/^https:\\/\\/app\\.example\\.com$/g» }'),
        errors: [
          {
            messageId: 'stateful-expression',
            suggestions: [{ messageId: 'dropFlag', output: [['$/g', '$/']] }],
          },
        ],
      },
    ],
  });
});

describe('valid-origin', () => {
  testRule('valid-origin', validOrigin, {
    valid: [
      fastify(`{ origin: ['${APP}'] }`),
      // Everybody is let in: nothing is compared.
      fastify(`{ origin: ['${APP}/', '*'] }`),
      io(`{ origin: '${APP}' }`),
    ],
    invalid: [
      {
        code: fastify(`{ origin: [«'${APP}/'»] }`),
        errors: [
          {
            messageId: 'corrected-origin',
            suggestions: [
              { messageId: 'correctOrigin', data: { corrected: APP }, output: [[`${APP}/`, APP]] },
            ],
          },
        ],
      },
      {
        name: 'Fastify: a list in a list is compared',
        code: plugin(`{ origin: [['${APP}', «'*'»]] }`),
        errors: [
          {
            messageId: 'listed-wildcard',
            data: { library: LIBRARY.fastify },
            suggestions: [{ messageId: 'removeOrigin', data: { origin: '`*`' }, output: [[", '*'", '']] }],
          },
        ],
      },
      {
        code: io(`{ origin: ['${APP}', «'*'»] }`),
        errors: [
          {
            messageId: 'listed-wildcard',
            data: { library: LIBRARY.io },
            suggestions: [{ messageId: 'removeOrigin', data: { origin: '`*`' }, output: [[", '*'", '']] }],
          },
        ],
      },
    ],
  });
});

describe('require-explicit-origin', () => {
  const suggestions = (from: string, to: (property: string) => string) =>
    [
      { messageId: 'writeWildcard', output: [[from, to("{ origin: '*' }")]] },
      { messageId: 'readFromEnvironment', output: [[from, to(`{ origin: ${FROM_ENVIRONMENT} }`)]] },
    ] as const;
  testRule('require-explicit-origin', requireExplicitOrigin, {
    valid: [
      fastify("{ origin: '*' }"),
      fastify("{ origin: ['*'] }"),
      io("{ origin: '*' }"),
      // Without the option there are no headers at all.
      "const io = require('socket.io')(server);",
      "const io = require('socket.io')(server, { path: '/io' });",
    ],
    invalid: [
      {
        code: "const app = require('fastify')();\n«app.register(require('@fastify/cors'))»;",
        errors: [
          {
            messageId: 'default-origin',
            data: { library: LIBRARY.fastify },
            suggestions: suggestions("/cors'))", (property) => `/cors'), ${property})`),
          },
        ],
      },
      {
        code: plugin('«{}»'),
        errors: [
          {
            messageId: 'default-origin',
            data: { library: LIBRARY.fastify },
            suggestions: suggestions('{})', (property) => `${property})`),
          },
        ],
      },
      {
        code: io('«{}»'),
        errors: [
          {
            messageId: 'default-origin',
            data: { library: LIBRARY.io },
            suggestions: suggestions('{} }', (property) => `${property} }`),
          },
        ],
      },
      { code: io('«true»'), errors: [{ messageId: 'default-origin', data: { library: LIBRARY.io } }] },
    ],
  });
});

describe('valid-cors-options', () => {
  testRule('valid-cors-options', validCorsOptions, {
    valid: [
      // What npm `cors` would ignore, or choke on, counts there.
      fastify(`{ origin: '${APP}', credentials: 'true', methods: undefined }`),
      fastify(
        `{ origin: '${APP}', preflight: true, strictPreflight: false, hook: 'preHandler', cacheControl: 60, logLevel: 'silent', hideOptionsRoute: false }`,
      ),
      fastify(`{ origin: '${APP}', preflightContinue: true, optionsSuccessStatus: 404 }`),
      fastify(`{ origin: '${APP}', preflight: false, optionsSuccessStatus: 404 }`),
      io(`{ origin: '${APP}', methods: ['GET', 'POST'], credentials: true }`),
      io('true'),
    ],
    invalid: [
      {
        code: fastify(`{ «origins: ['${APP}']» }`),
        errors: [
          {
            messageId: 'unknown-option',
            data: {
              library: LIBRARY.fastify,
              option: 'origins',
              meant: 'origin',
              effect: ', and without `origin` every website is let in',
            },
            suggestions: [
              { messageId: 'renameOption', data: { meant: 'origin' }, output: [['origins', 'origin']] },
            ],
          },
        ],
      },
      {
        name: 'a name that only Fastify has',
        code: plugin("{ origin: 'https://app.example.com', «preflightContinued: true», «delegate: decide» }"),
        errors: [
          {
            messageId: 'unknown-option',
            suggestions: [
              {
                messageId: 'renameOption',
                data: { meant: 'preflightContinue' },
                output: [['preflightContinued', 'preflightContinue']],
              },
            ],
          },
          {
            messageId: 'unknown-option',
            suggestions: [
              {
                messageId: 'renameOption',
                data: { meant: 'delegator' },
                output: [['delegate', 'delegator']],
              },
            ],
          },
        ],
      },
      {
        code: fastify(`«'${APP}'»`),
        errors: [
          {
            messageId: 'options-not-object',
            data: { library: LIBRARY.fastify, given: 'a string' },
            suggestions: [{ messageId: 'wrapOptions', output: [[`'${APP}'`, `{ origin: '${APP}' }`]] }],
          },
        ],
      },
      {
        code: fastify(
          `{ origin: '${APP}', «allowedHeaders: new Set(['X-A'])», «maxAge: 3_600_000», «optionsSuccessStatus: 404» }`,
        ),
        errors: [
          {
            messageId: 'not-a-list',
            data: {
              library: LIBRARY.fastify,
              option: 'allowedHeaders',
              given: 'a `Set`',
              effect: 'the text `[object Set]`',
            },
            suggestions: [{ messageId: 'toArray', output: [["new Set(['X-A'])", "['X-A']"]] }],
          },
          {
            messageId: 'max-age-in-milliseconds',
            suggestions: [
              { messageId: 'toSeconds', data: { seconds: '3600' }, output: [['3_600_000', '3600']] },
            ],
          },
          {
            messageId: 'status-not-ok',
            suggestions: [{ messageId: 'useStatus204', output: [['404', '204']] }],
          },
        ],
      },
      {
        code: io(`«'${APP}'»`),
        errors: [
          {
            messageId: 'options-not-object',
            data: { library: LIBRARY.io, given: 'a string' },
            suggestions: [{ messageId: 'wrapOptions', output: [[`'${APP}'`, `{ origin: '${APP}' }`]] }],
          },
        ],
      },
      {
        code: io(`{ origin: '${APP}', «credentials: 'true'» }`),
        errors: [
          {
            messageId: 'credentials-not-boolean',
            data: { library: LIBRARY.io, given: "`'true'`" },
            suggestions: [
              { messageId: 'allowCredentials', output: [["'true'", 'true']] },
              { messageId: 'refuseCredentials', output: [["'true'", 'false']] },
            ],
          },
        ],
      },
    ],
  });
});

describe('no-hanging-cors', () => {
  testRule('no-hanging-cors', noHangingCors, {
    valid: [
      plugin(`{ origin: async (origin) => origin === '${APP}' }`),
      plugin(`{ origin: (origin) => Promise.resolve(origin === '${APP}') }`),
      plugin(`{ origin: (origin, callback) => callback(null, origin === '${APP}') }`),
      // Nobody knows what it returns.
      plugin('{ origin: (origin) => decide(origin) }'),
      plugin("{ delegator: async (request) => ({ origin: '*' }) }"),
      // A handler answers by what it returns.
      plugin(
        "{ origin: '*' }",
        "  fastify.get('/x', async (request, reply) => {\n    reply.header('Access-Control-Expose-Headers', 'X-A');\n    return 1;\n  });\n",
      ),
      io(`{ origin: (origin, callback) => callback(null, origin === '${APP}') }`),
    ],
    invalid: [
      {
        code: plugin(`{ origin: «(origin) => origin === '${APP}'» }`),
        errors: [{ messageId: 'hanging' }],
      },
      {
        code: plugin('{ delegator: «async (request, callback) => ({ origin: false })» }'),
        errors: [{ messageId: 'hanging' }],
      },
      {
        code: io(`{ origin: «async (origin) => origin === '${APP}'» }`),
        errors: [{ messageId: 'hanging' }],
      },
    ],
  });
});

const refusing = `async (origin) => {\n    if (origin === '${APP}') return true;\n    throw «new Error('no')»;\n  }`;

describe('no-denial-by-error', () => {
  const options = [{ onlyWithOwnPages: false }] as const;
  const withStatus = refusing.replace(
    "«new Error('no')»",
    "Object.assign(new Error('no'), { statusCode: 403 })",
  );
  testRule('no-denial-by-error', noDenialByError, {
    valid: [
      { options, code: plugin(`{ origin: async (origin) => origin === '${APP}' }`) },
      // It answers 403.
      { options, code: plugin(`{ origin: ${withStatus} }`) },
      {
        name: 'who answers errors may answer them with anything',
        options,
        code: plugin(
          `{ origin: ${refusing.replace(/[«»]/g, '')} }`,
          '  fastify.setErrorHandler((error, request, reply) => reply.code(403).send());\n',
        ),
      },
      {
        name: 'socket.io answers 400, and keeps strangers from WebSockets by it',
        options,
        code: io(
          `{ origin: (origin, callback) => (origin === '${APP}' ? callback(null, true) : callback(new Error('no'))) }`,
        ),
      },
    ],
    invalid: [
      {
        name: 'Fastify: by a promise that is rejected',
        options,
        code: plugin(`{ origin: ${refusing} }`),
        errors: [
          {
            messageId: 'denial-by-error',
            data: {
              status: '500',
              witness: 'https://stranger.example',
              instead: 'Return `false`, or give the error a `status` of 403',
            },
            suggestions: [
              {
                messageId: 'refuseByStatus',
                output: [["new Error('no')", "Object.assign(new Error('no'), { status: 403 })"]],
              },
            ],
          },
        ],
      },
    ],
  });
});

describe('no-missing-origin-error', () => {
  testRule('no-missing-origin-error', noMissingOriginError, {
    valid: [
      plugin(`{ origin: async (origin) => origin === '${APP}' }`),
      io("{ origin: (origin, callback) => callback(null, origin.startsWith('https://app.')) }"),
    ],
    invalid: [
      {
        code: plugin(`{ origin: ${refusing} }`),
        errors: [{ messageId: 'missing-origin-error' }],
      },
    ],
  });
});

describe('sensible-max-age', () => {
  testRule('sensible-max-age', sensibleMaxAge, {
    valid: [
      fastify(`{ origin: '${APP}', maxAge: 7200 }`),
      fastify('{ origin: false }'),
      // Polling needs no preflight.
      io(`{ origin: '${APP}' }`),
    ],
    invalid: [
      {
        code: "const app = require('fastify')();\n«app.register(require('@fastify/cors'))»;",
        errors: [
          {
            messageId: 'max-age-missing',
            suggestions: [{ messageId: 'addMaxAge', output: [["/cors'))", "/cors'), { maxAge: 7200 })"]] }],
          },
        ],
      },
      {
        code: io(`{ origin: '${APP}', «maxAge: 31536000» }`),
        errors: [
          {
            messageId: 'max-age-too-long',
            suggestions: [{ messageId: 'longestMaxAge', output: [['31536000', '86400']] }],
          },
        ],
      },
    ],
  });
});

describe('valid-methods-and-headers', () => {
  const wrong = (code: string) => ({
    code,
    errors: [
      {
        messageId: 'unmatched-method',
        suggestions: [
          { messageId: 'correctName', data: { corrected: 'PATCH' }, output: [['patch', 'PATCH']] },
        ],
      },
    ] as const,
  });
  testRule('valid-methods-and-headers', validMethodsAndHeaders, {
    valid: [
      fastify(`{ origin: '${APP}', methods: ['GET', 'PATCH'] }`),
      io(`{ origin: '${APP}', methods: ['GET', 'POST'] }`),
    ],
    invalid: [
      wrong(fastify(`{ origin: '${APP}', methods: [«'patch'»] }`)),
      wrong(io(`{ origin: '${APP}', methods: [«'patch'»] }`)),
    ],
  });
});

describe('require-authorization-header', () => {
  const route = "  fastify.get('/me', async (request) => verify(request.headers.authorization));\n";
  testRule('require-authorization-header', requireAuthorizationHeader, {
    valid: [
      plugin(`{ origin: '${APP}', allowedHeaders: ['Authorization'] }`, route),
      // The app beside it reads it, and is not what pages poll.
      `${io(`{ origin: '${APP}', allowedHeaders: ['X-A'] }`)}\nexport const handler = (req) => verify(req.headers.authorization);`,
    ],
    invalid: [
      {
        code: plugin(`{ origin: '${APP}', allowedHeaders: «['X-A']» }`, route),
        errors: [
          {
            messageId: 'authorization-not-allowed',
            suggestions: [
              { messageId: 'addAuthorization', output: [["['X-A']", "['X-A', 'Authorization']"]] },
            ],
          },
        ],
      },
    ],
  });
});

describe('what is none of their business', () => {
  it.each([
    // The order does not count there.
    `const app = require('fastify')();\napp.get('/x', async () => 'x');\napp.register(require('@fastify/cors'), { origin: ['${APP}'] });`,
    `const app = require('express')();\napp.get('/x', (req, res) => res.json(1));\nconst io = require('socket.io')(app.listen(3000), { cors: { origin: ['${APP}'] } });`,
    // Each says `Vary` where it has to.
    plugin(`{ origin: async (origin) => origin === '${APP}' }`),
    fastify(`{ origin: '${APP}' }`),
    // Two policies that never meet.
    `const app = require('express')();\napp.use(require('cors')({ origin: '*' }));\nconst io = require('socket.io')(app.listen(3000), { cors: { origin: ['${APP}'] } });`,
  ])('%s', (code) => {
    expect(lint(code, dialects.typescript, {}, withoutPractices).messages).toEqual([]);
  });
});
