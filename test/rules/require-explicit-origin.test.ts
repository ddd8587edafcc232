import rule from '../../rules/require-explicit-origin.ts';
import { esm, FROM_ENVIRONMENT, server, testRule, type InvalidCase, type Output } from './tester.ts';

const named = { allowWildcard: false };

/** Nothing says who may read. The outputs: with `*`, with a list from the environment. */
const silent = (code: string, outputs?: readonly [wildcard: Output, list: Output]): InvalidCase => ({
  code,
  errors: [
    {
      messageId: 'default-origin',
      data: { library: '`cors`' },
      ...(outputs && {
        suggestions: [
          { messageId: 'writeWildcard', output: outputs[0] },
          { messageId: 'readFromEnvironment', output: outputs[1] },
        ],
      }),
    },
  ],
});

/** Options without `origin`, and what stands at the beginning of them. */
const without = (code: string, begin: string): InvalidCase =>
  silent(code, [
    [[begin, begin.replace('{ ', "{ origin: '*', ")]],
    [[begin, begin.replace('{ ', `{ origin: ${FROM_ENVIRONMENT}, `)]],
  ]);

testRule('require-explicit-origin', rule, {
  valid: [
    server("app.use(cors({ origin: '*' }));"),
    server("app.use(cors({ origin: 'https://a.example' }));"),
    server("app.use(cors({ origin: ['https://a.example'] }));"),
    server('app.use(cors({ origin: true }));'),
    server('app.use(cors({ origin: [] }));'),
    ...['false', 'undefined', 'null', "''"].map((value) => server(`app.use(cors({ origin: ${value} }));`)),
    // It is not known.
    server('app.use(cors(options));'),
    server("app.use(cors({ ...options, methods: ['GET'] }));"),
    server('app.use(cors({ origin: process.env.ORIGIN }));'),
    server("app.use(cors(enabled ? {} : { origin: 'https://a.example' }));"),
    server('app.use(cors(delegate));'),
    // Written, for one of two cases at least.
    server("app.use(cors(enabled ? {} : { origin: '*' }));"),
    server("app.use(cors(enabled ? { origin: '*' } : { origin: '*', maxAge: 600 }));"),
    // Another rule speaks.
    server('app.use(cors({ credentials: true }));'),
    server("app.use(cors({ origins: ['https://a.example'] }));"),
    server("app.use(cors('https://a.example'));"),
    server("app.use(cors(['https://a.example']));"),
    // With the option.
    { code: server("app.use(cors({ origin: 'https://a.example' }));"), options: [named] },
    { code: server("app.use(cors({ origin: ['*'] }));"), options: [named] },
    {
      name: 'broken, not public',
      code: server("app.use(cors({ origin: '*', credentials: true }));"),
      options: [named],
    },
    { code: server('app.use(cors({ origin: process.env.ORIGIN }));'), options: [named] },
  ],
  invalid: [
    silent(server('app.use(«cors()»);'), [
      [['cors()', "cors({ origin: '*' })"]],
      [['cors()', `cors({ origin: ${FROM_ENVIRONMENT} })`]],
    ]),
    silent(esm('app.use(cors(«{}»));'), [
      [['{}', "{ origin: '*' }"]],
      [['{}', `{ origin: ${FROM_ENVIRONMENT} }`]],
    ]),
    without(server("app.use(cors(«{ methods: ['GET'] }»));"), "{ methods: ['GET']"),
    without(server('app.use(cors(«{ credentials: false }»));'), '{ credentials: false'),
    without(
      server("const options = «{ maxAge: 600 }»;\napp.get('/x', cors(options), show);"),
      '{ maxAge: 600',
    ),
    {
      name: 'where another option is misspelt, both are wrong',
      ...without(server('app.use(cors(«{ maxage: 600 }»));'), '{ maxage: 600'),
    },
    { name: 'a comment in an empty object stays', ...silent(server('app.use(cors(«{ /* all */ }»));')) },
    silent(server('app.use(cors(«undefined»));')),
    {
      name: '`*` must not be written: it is not offered',
      code: server('app.use(«cors()»);'),
      options: [named],
      errors: [
        {
          messageId: 'default-origin',
          suggestions: [
            {
              messageId: 'readFromEnvironment',
              output: [['cors()', `cors({ origin: ${FROM_ENVIRONMENT} })`]],
            },
          ],
        },
      ],
    },
    {
      code: server("app.use(cors({ origin: «'*'» }));"),
      options: [named],
      errors: [
        {
          messageId: 'public-wildcard',
          suggestions: [{ messageId: 'readFromEnvironment', output: [["'*'", FROM_ENVIRONMENT]] }],
        },
      ],
    },
    {
      code: server("const origin = «'*'»;\napp.use(cors({ origin }));\nlog(origin);"),
      options: [named],
      errors: [{ messageId: 'public-wildcard' }],
    },
  ],
});
