import { METHODS } from 'node:http';
import { describe, expect, it } from 'vitest';
import rule from '../../rules/valid-methods-and-headers.ts';
import type { EditMessage } from '../../src/edits.ts';
import { judgeLists } from '../../src/policy/judge/lists.ts';
import type { ProblemCode } from '../../src/policy/problems.ts';
import { esm, server, testRule, type InvalidCase, type Output, type Suggestion } from './tester.ts';

const useless = { checkUseless: true };

type Edited = readonly [
  messageId: EditMessage,
  output: Output,
  data?: Readonly<Record<string, string>> | undefined,
];

const suggestion = ([messageId, output, data]: Edited): Suggestion => ({
  messageId,
  output,
  ...(data && { data }),
});

/** One finding, in options without anything else that is wrong. */
function wrong(
  option: string,
  messageId: ProblemCode,
  data: Readonly<Record<string, string>>,
  edits: readonly (readonly [
    messageId: EditMessage,
    option: string,
    data?: Readonly<Record<string, string>>,
  ])[] = [],
): InvalidCase {
  const whole = (text: string): string => server(`app.use(cors({ origin: 'https://a.example'${text} }));`);
  const isStrict = ['useless-name', 'response-header-allowed'].includes(messageId);
  return {
    code: whole(`, ${option}`),
    ...(isStrict && { options: [useless] as const }),
    errors: [
      {
        messageId,
        data,
        ...(edits.length > 0 && {
          suggestions: edits.map(([id, text, more]) => suggestion([id, whole(`, ${text}`), more])),
        }),
      },
    ],
  };
}

const cased = (name: string): Readonly<Record<string, string>> => ({
  name,
  flaw: `case counts, and the method is \`${name.toUpperCase()}\``,
});

const corrected = (option: string, name: string) => ['correctName', option, { corrected: name }] as const;
const split = (option: string, ...names: readonly string[]) =>
  ['splitNames', option, { names: names.map((name) => `\`${name}\``).join(', ') }] as const;
const removed = (option: string, name: string) => ['removeName', option, { name }] as const;

const inVain = (
  option: string,
  name: string,
  list: string,
  reason: string,
  ...edits: Parameters<typeof wrong>[3] & object
): InvalidCase => wrong(option, 'useless-name', { name, list, reason }, edits);

const TRACE = { name: 'TRACE', flaw: 'browsers send no `TRACE` requests' };
const BROWSERS_OWN = 'no page may set it, only the browser itself';

testRule('valid-methods-and-headers', rule, {
  valid: [
    server("app.use(cors({ methods: ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS'] }));"),
    server("app.use(cors({ methods: 'GET,HEAD,PUT,PATCH,POST,DELETE' }));"),
    // Joined by commas, this is a list like any other.
    server("app.use(cors({ methods: ['GET, POST', 'PUT'] }));"),
    server("app.use(cors({ methods: [['GET', 'PUT'], ['PATCH']] }));"),
    server("app.use(cors({ methods: '*', allowedHeaders: '*', exposedHeaders: ['*'] }));"),
    // Empty items do not count.
    server("app.use(cors({ methods: ['GET', '', 'PUT'], allowedHeaders: 'X-A,,X-B,' }));"),
    server('app.use(cors({ methods: [], allowedHeaders: [], exposedHeaders: [] }));'),
    // Methods of one's own.
    server("app.use(cors({ methods: ['PROPFIND', 'QUERY', 'PURGE', 'purge', 'x'] }));"),
    server("app.use(cors({ methods: ['*', 'patch', 'put|delete'] }));"),
    // Names of headers have no case.
    server(
      "app.use(cors({ allowedHeaders: ['content-type', 'AUTHORIZATION', 'X_Custom', 'x.y'], exposedHeaders: 'x-total-count, ETag' }));",
    ),
    // Safelisted, but with some values only.
    {
      code: server("app.use(cors({ allowedHeaders: ['Accept', 'Content-Type', 'Range'] }));"),
      options: [useless],
    },
    { code: server("app.use(cors({ exposedHeaders: ['Authorization', 'Location'] }));"), options: [useless] },
    { code: server("app.use(cors({ methods: ['GET', 'HEAD', 'POST', 'OPTIONS'] }));"), options: [useless] },
    {
      name: 'one list for both: in the other one it has its use',
      code: server(
        "const HEADERS = ['Content-Type', 'X-A'];\napp.use(cors({ allowedHeaders: HEADERS, exposedHeaders: HEADERS }));",
      ),
      options: [useless],
    },
    // In vain, and silent without the option.
    server(
      "app.use(cors({ methods: ['get', 'PUT', 'put'], allowedHeaders: ['Cookie', 'Access-Control-Allow-Origin'], exposedHeaders: ['Set-Cookie', 'Content-Type'] }));",
    ),
    // CORS is off.
    server("app.use(cors({ origin: false, methods: ['put'], allowedHeaders: 'X A' }));"),
    // It is not known.
    server(
      'app.use(cors({ methods, allowedHeaders: headers.join(), exposedHeaders: process.env.EXPOSED }));',
    ),
    server('app.use(cors({ methods: [method], allowedHeaders: [...headers] }));'),
    server('app.use(cors(options));'),
    // Another rule speaks.
    server("app.use(cors({ methods: new Set(['put']) }));"),
    server('app.use(cors({ methods: undefined, allowedHeaders: null }));'),
    // No list at all.
    server("app.use(cors({ method1: ['put'] }));"),
  ],
  invalid: [
    // Case.
    ...['put', 'Put', 'delete', 'patch', 'Patch', 'propfind'].map((name) =>
      wrong(`methods: ['GET', «'${name}'»]`, 'unmatched-method', cased(name), [
        corrected(`methods: ['GET', '${name.toUpperCase()}']`, name.toUpperCase()),
      ]),
    ),
    wrong("methods: «'patch'»", 'unmatched-method', cased('patch'), [corrected("methods: 'PATCH'", 'PATCH')]),
    wrong("methods: «'GET, put ,POST'»", 'unmatched-method', cased('put'), [
      corrected("methods: 'GET, PUT ,POST'", 'PUT'),
    ]),
    wrong('methods: [«`put`»]', 'unmatched-method', cased('put'), [corrected('methods: [`PUT`]', 'PUT')]),
    wrong("methods: ['GET', «'POST,put'»]", 'unmatched-method', cased('put'), [
      corrected("methods: ['GET', 'POST,PUT']", 'PUT'),
    ]),
    {
      name: 'two in one text are two findings at one place',
      code: server("app.use(cors({ methods: [«'put'», «'patch'»] }));"),
      errors: [
        {
          messageId: 'unmatched-method',
          data: cased('put'),
          suggestions: [suggestion(['correctName', [["'put'", "'PUT'"]], { corrected: 'PUT' }])],
        },
        {
          messageId: 'unmatched-method',
          data: cased('patch'),
          suggestions: [suggestion(['correctName', [["'patch'", "'PATCH'"]], { corrected: 'PATCH' }])],
        },
      ],
    },
    {
      name: 'a list in a variable',
      code: esm("const methods = ['GET', «'put'»] as const;\napp.use(cors({ methods: [...methods] }));"),
      typescript: true,
      errors: [
        {
          messageId: 'unmatched-method',
          suggestions: [suggestion(['correctName', [["'put'", "'PUT'"]], { corrected: 'PUT' }])],
        },
      ],
    },
    {
      name: 'a list that something else reads too is left alone',
      code: server(
        "const methods = ['get', «'put'»];\napp.use(cors({ methods }));\nfor (const method of methods) app[method]('/x', handle);",
      ),
      errors: [{ messageId: 'unmatched-method' }],
    },
    {
      name: 'in one of two lists',
      code: server("app.use(cors({ methods: enabled ? ['GET', «'put'»] : ['GET'] }));"),
      errors: [
        {
          messageId: 'unmatched-method',
          suggestions: [suggestion(['correctName', [["'put'", "'PUT'"]], { corrected: 'PUT' }])],
        },
      ],
    },
    // Forbidden.
    wrong("methods: ['GET', «'TRACE'»]", 'unmatched-method', TRACE, [removed("methods: ['GET']", 'TRACE')]),
    wrong(
      "methods: «'GET,connect,PUT'»",
      'unmatched-method',
      { name: 'connect', flaw: 'browsers send no `CONNECT` requests' },
      [removed("methods: 'GET,PUT'", 'connect')],
    ),
    wrong("methods: «'TRACK'»", 'unmatched-method', {
      name: 'TRACK',
      flaw: 'browsers send no `TRACK` requests',
    }),
    wrong("methods: [«'TRACE'»]", 'unmatched-method', TRACE, [removed('methods: []', 'TRACE')]),
    // One name that was to be several. `|` may stand in the name of a method, `/` and a space may not.
    wrong(
      "methods: [«'put|delete'»]",
      'unmatched-method',
      { name: 'put|delete', flaw: 'it is one name, not several' },
      [split("methods: ['PUT', 'DELETE']", 'PUT', 'DELETE')],
    ),
    wrong("methods: [«'get/post'»]", 'malformed-name', { name: 'get/post', what: 'method' }, [
      split("methods: ['GET', 'POST']", 'GET', 'POST'),
    ]),
    wrong("methods: «'GET POST PUT'»", 'malformed-name', { name: 'GET POST PUT', what: 'method' }, [
      split("methods: 'GET,POST,PUT'", 'GET', 'POST', 'PUT'),
    ]),
    wrong("methods: «'GET; PUT, PATCH'»", 'malformed-name', { name: 'GET; PUT', what: 'method' }, [
      split("methods: 'GET,PUT, PATCH'", 'GET', 'PUT'),
    ]),
    {
      name: 'what is not known to be methods is not made into some',
      ...wrong("methods: [«'GET or NONE'»]", 'malformed-name', { name: 'GET or NONE', what: 'method' }),
    },
    {
      name: 'a correction that brings up the next problem is none',
      ...wrong("methods: [«'GET/TRACE'»]", 'malformed-name', { name: 'GET/TRACE', what: 'method' }),
    },
    // Headers.
    wrong("allowedHeaders: ['X-A', «'X-B:'»]", 'malformed-name', { name: 'X-B:', what: 'header' }, [
      corrected("allowedHeaders: ['X-A', 'X-B']", 'X-B'),
    ]),
    wrong("allowedHeaders: «'X-A; X-B'»", 'malformed-name', { name: 'X-A; X-B', what: 'header' }, [
      split("allowedHeaders: 'X-A,X-B'", 'X-A', 'X-B'),
    ]),
    wrong("allowedHeaders: [«'Content Type'»]", 'malformed-name', { name: 'Content Type', what: 'header' }),
    wrong("allowedHeaders: [«'Cookie:'»]", 'malformed-name', { name: 'Cookie:', what: 'header' }),
    wrong("headers: [«'X A'»]", 'malformed-name', { name: 'X A', what: 'header' }),
    wrong("exposedHeaders: ['ETag', «'X-Total Count'»]", 'malformed-exposed-name', { name: 'X-Total Count' }),
    wrong("exposedHeaders: ['ETag', «'X-Total:'»]", 'malformed-exposed-name', { name: 'X-Total:' }, [
      corrected("exposedHeaders: ['ETag', 'X-Total']", 'X-Total'),
    ]),
    {
      name: 'an escape is not written anew',
      ...wrong(String.raw`allowedHeaders: [«'X\x2dB:'»]`, 'malformed-name', { name: 'X-B:', what: 'header' }),
    },
    // In vain.
    inVain(
      "methods: [«'get'», 'PUT']",
      'get',
      'methods',
      'case counts, and `GET` needs no permission',
      corrected("methods: ['GET', 'PUT']", 'GET'),
      removed("methods: ['PUT']", 'get'),
    ),
    inVain(
      "methods: ['PUT', «'options'»]",
      'options',
      'methods',
      'case counts, and a preflight needs no permission',
      corrected("methods: ['PUT', 'OPTIONS']", 'OPTIONS'),
      removed("methods: ['PUT']", 'options'),
    ),
    inVain(
      "methods: ['PATCH', «'patch'»]",
      'patch',
      'methods',
      'case counts, and `PATCH` is listed too',
      removed("methods: ['PATCH']", 'patch'),
    ),
    ...[
      'Cookie',
      'host',
      'Origin',
      'Sec-Fetch-Site',
      'Proxy-Authorization',
      'Access-Control-Request-Method',
    ].map((name) =>
      inVain(
        `allowedHeaders: [«'${name}'», 'X-A']`,
        name,
        'allowed headers',
        BROWSERS_OWN,
        removed("allowedHeaders: ['X-A']", name),
      ),
    ),
    inVain(
      "allowedHeaders: «'X-A, Cookie'»",
      'Cookie',
      'allowed headers',
      BROWSERS_OWN,
      removed("allowedHeaders: 'X-A'", 'Cookie'),
    ),
    inVain(
      "allowedHeaders: «'Cookie, X-A'»",
      'Cookie',
      'allowed headers',
      BROWSERS_OWN,
      removed("allowedHeaders: 'X-A'", 'Cookie'),
    ),
    {
      name: 'an empty text would allow whatever is asked for',
      ...inVain("allowedHeaders: «'Cookie'»", 'Cookie', 'allowed headers', BROWSERS_OWN),
    },
    {
      name: 'an empty list allows nothing, as before',
      ...inVain(
        "allowedHeaders: [«'Cookie'»]",
        'Cookie',
        'allowed headers',
        BROWSERS_OWN,
        removed('allowedHeaders: []', 'Cookie'),
      ),
    },
    {
      name: 'a comment would be lost',
      ...inVain("allowedHeaders: [«'Cookie'» /* why */, 'X-A']", 'Cookie', 'allowed headers', BROWSERS_OWN),
    },
    inVain(
      "exposedHeaders: ['ETag', «'Content-Type'»]",
      'Content-Type',
      'exposed headers',
      'pages can always read it',
      removed("exposedHeaders: ['ETag']", 'Content-Type'),
    ),
    inVain(
      "exposedHeaders: [«'Set-Cookie'», 'ETag']",
      'Set-Cookie',
      'exposed headers',
      'pages can never read it',
      removed("exposedHeaders: ['ETag']", 'Set-Cookie'),
    ),
    wrong(
      "allowedHeaders: ['X-A', «'Access-Control-Allow-Origin'»]",
      'response-header-allowed',
      { name: 'Access-Control-Allow-Origin' },
      [['refuseHeader', "allowedHeaders: ['X-A']", { name: 'Access-Control-Allow-Origin' }]],
    ),
  ],
});

describe('registered methods', () => {
  it('are known in lower case, which Node knows none in', () => {
    const forbidden = ['CONNECT', 'TRACE'];
    // Methods of single products (`PURGE`, `M-SEARCH`) are left alone.
    const known = METHODS.filter((method) => {
      const names = [{ text: method.toLowerCase(), cause: 0, in: 'methods' }] as const;
      return judgeLists({ names } as unknown as Parameters<typeof judgeLists>[0]).length > 0;
    });
    expect(known).toEqual(
      expect.arrayContaining(['DELETE', 'GET', 'PATCH', 'PROPFIND', 'PUT', ...forbidden]),
    );
    expect(METHODS.every((method) => method === method.toUpperCase())).toBe(true);
  });
});
