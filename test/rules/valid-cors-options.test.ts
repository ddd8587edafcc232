import rule from '../../rules/valid-cors-options.ts';
import { esm, server, testRule, type InvalidCase, type Suggestion } from './tester.ts';

const CORS = '`cors`';

/** The effect of a misspelt option, by the option that is meant. */
const effects: Readonly<Record<string, string>> = {
  origin: ', and without `origin` every website is let in',
  credentials: ', so requests with cookies fail',
  methods: ', and the usual methods are allowed',
  allowedHeaders: ', and whatever headers are asked for are allowed',
  exposedHeaders: ', so pages cannot read those headers',
  maxAge: ', so browsers ask again before nearly every request',
  optionsSuccessStatus: ', and preflights are answered 204',
  preflightContinue: '',
};

function misspelt(option: string, meant: string, value = "'https://a.example'"): InvalidCase {
  const key = /^\w+$/.test(option) ? option : `'${option}'`;
  const rest = meant === 'origin' ? '' : ", origin: 'https://a.example'";
  return {
    code: server(`app.use(cors({ «${key}: ${value}»${rest} }));`),
    errors: [
      {
        messageId: 'unknown-option',
        data: { library: CORS, option, meant, effect: effects[meant] ?? '' },
        suggestions: [
          {
            messageId: 'renameOption',
            data: { meant },
            output: [[`${key}: ${value}`, `${meant}: ${value}`]],
          },
        ],
      },
    ],
  };
}

function wrong(
  option: string,
  messageId: InvalidCase['errors'][0]['messageId'],
  data: Readonly<Record<string, string>>,
  suggestions: readonly (readonly [Suggestion['messageId'], to: string, Suggestion['data']?])[] = [],
): InvalidCase {
  return {
    code: server(`app.use(cors({ origin: 'https://a.example', «${option}» }));`),
    errors: [
      {
        messageId,
        data,
        ...(suggestions.length > 0 && {
          suggestions: suggestions.map(([id, to, more]) => ({
            messageId: id,
            ...(more && { data: more }),
            output: server(`app.use(cors({ origin: 'https://a.example'${to} }));`),
          })),
        }),
      },
    ],
  };
}

const credentials = (value: string, given: string): InvalidCase =>
  wrong(`credentials: ${value}`, 'credentials-not-boolean', { library: CORS, given }, [
    ['allowCredentials', ', credentials: true'],
    ['refuseCredentials', ', credentials: false'],
  ]);

const seconds = (value: string, given: string, days: string, right: string): InvalidCase =>
  wrong(`maxAge: ${value}`, 'max-age-in-milliseconds', { given, days, seconds: right }, [
    ['toSeconds', `, maxAge: ${right}`, { seconds: right }],
  ]);

const noAge = (value: string, given: string): InvalidCase =>
  wrong(`maxAge: ${value}`, 'max-age-not-a-number', { given }, [['addMaxAge', ', maxAge: 7200']]);

const badStatus = (value: string, given: string): InvalidCase =>
  wrong(`optionsSuccessStatus: ${value}`, 'status-not-ok', { given }, [
    ['useStatus204', ', optionsSuccessStatus: 204'],
  ]);

const whole = (value: string, given: string): InvalidCase => ({
  code: server(`app.use(cors(«${value}»));`),
  errors: [
    {
      messageId: 'options-not-object',
      data: { library: CORS, given },
      suggestions: [{ messageId: 'wrapOptions', output: server(`app.use(cors({ origin: ${value} }));`) }],
    },
  ],
});

testRule('valid-cors-options', rule, {
  valid: [
    server('app.use(cors());'),
    server('app.use(cors({}));'),
    server('app.use(cors(undefined));'),
    server('app.use(cors(null));'),
    server(
      "app.use(cors({ origin: 'https://a.example', methods: ['GET'], allowedHeaders: ['X-A'], exposedHeaders: 'X-B', credentials: true, maxAge: 600, preflightContinue: false, optionsSuccessStatus: 200 }));",
    ),
    // What is not known to be wrong.
    server('app.use(cors(options));'),
    server('app.use(cors(process.env.ORIGIN));'),
    server('app.use(cors(getOptions()));'),
    server('app.use(cors((req, callback) => callback(null, { origins: [] })));'),
    server('app.use(cors(delegate));'),
    server("import1('./options.json').then((options) => app.use(cors(options)));"),
    server(
      'app.use(cors({ credentials: options.credentials, maxAge: options.maxAge, methods: options.methods }));',
    ),
    server("app.use(cors({ origin: 'https://a.example', credentials: process.env.CREDENTIALS }));"),
    server("app.use(cors({ credentials: process.env.CREDENTIALS === 'true' }));"),
    server('app.use(cors({ maxAge: process.env.MAX_AGE }));'),
    server('app.use(cors({ maxAge: Number(process.env.MAX_AGE) }));'),
    server('app.use(cors({ optionsSuccessStatus: status }));'),
    // What says no is a no.
    ...['false', 'undefined', 'null', '0', "''", "'false'"].map((value) =>
      server(`app.use(cors({ origin: 'https://a.example', credentials: ${value} }));`),
    ),
    // Ages as people write them.
    ...[
      '0',
      '-1',
      '5',
      '600',
      '3600',
      '7200',
      '86400',
      '604800',
      '2592000',
      '31536000',
      "'600'",
      '60 * 60 * 24',
      'undefined',
      'null',
    ].map((value) => server(`app.use(cors({ maxAge: ${value} }));`)),
    ...['200', '204', '299', "'200'"].map((value) =>
      server(`app.use(cors({ optionsSuccessStatus: ${value} }));`),
    ),
    // Works: joined, or sent as it stands.
    server("app.use(cors({ methods: 'GET,POST' }));"),
    server("app.use(cors({ methods: ['GET, POST'] }));"),
    server('app.use(cors({ methods: [] }));'),
    server("app.use(cors({ allowedHeaders: '' }));"),
    server("app.use(cors({ methods: [...new Set(['GET'])] }));"),
    server("app.use(cors({ methods: Array.from(new Set(['GET'])) }));"),
    // An alias that the documentation does not name.
    server("app.use(cors({ headers: ['X-A'] }));"),
    // Ignored, and nothing that an option is called.
    server("app.use(cors({ name: 'api', enabled: true, path: '/api', logger: console, description: '' }));"),
    // The real one is there too.
    server("app.use(cors({ origin: 'https://a.example', origins: ['https://b.example'] }));"),
    server(
      "const allowedOrigins = ['https://a.example'];\napp.use(cors({ origin: allowedOrigins, allowedOrigins }));",
    ),
    // Right in the other library.
    "import { cors } from 'hono/cors';\nexport default cors({ allowHeaders: ['X-A'], exposeHeaders: [], allowMethods: [] });",
    "import cors from '@koa/cors';\nexport default cors({ allowHeaders: ['X-A'], keepHeadersOnError: true });",
    "const io = require('sockets')(server, { cors: { origins: '*', allowHeaders: [] } });",
    "const cors = require('micro-cors')({ allowMethods: ['GET'] });",
    // Not given to the library.
    server("const settings = { origins: ['https://a.example'], maxAge: 86400000 };\nstart(settings);"),
    // In a branch that production does not take.
    server("app.use(cors(process.env.NODE_ENV === 'test' ? { origins: [] } : {}));"),
  ],
  invalid: [
    misspelt('origins', 'origin'),
    misspelt('Origin', 'origin'),
    misspelt('orgin', 'origin'),
    misspelt('orign', 'origin'),
    misspelt('oirgin', 'origin'),
    misspelt('allowedOrigins', 'origin'),
    misspelt('allowOrigin', 'origin'),
    misspelt('whitelist', 'origin', "['https://a.example']"),
    misspelt('Access-Control-Allow-Origin', 'origin'),
    misspelt('credential', 'credentials', 'true'),
    misspelt('Credentials', 'credentials', 'true'),
    misspelt('credentails', 'credentials', 'true'),
    misspelt('withCredentials', 'credentials', 'true'),
    misspelt('allowCredentials', 'credentials', 'true'),
    misspelt('Access-Control-Allow-Credentials', 'credentials', 'true'),
    misspelt('method', 'methods', "['GET']"),
    misspelt('allowMethods', 'methods', "['GET']"),
    misspelt('allowedMethods', 'methods', "['GET']"),
    misspelt('allowHeaders', 'allowedHeaders', "['X-A']"),
    misspelt('allowedHeader', 'allowedHeaders', "['X-A']"),
    misspelt('allowedheaders', 'allowedHeaders', "['X-A']"),
    misspelt('exposeHeaders', 'exposedHeaders', "['X-A']"),
    misspelt('exposedHeader', 'exposedHeaders', "['X-A']"),
    misspelt('maxage', 'maxAge', '600'),
    misspelt('max_age', 'maxAge', '600'),
    misspelt('optionSuccessStatus', 'optionsSuccessStatus', '200'),
    misspelt('optionsSuccesStatus', 'optionsSuccessStatus', '200'),
    misspelt('preflightContinues', 'preflightContinue', 'true'),
    {
      name: 'shorthand',
      code: server("const allowedOrigins = ['https://a.example'];\napp.use(cors({ «allowedOrigins» }));"),
      errors: [
        {
          messageId: 'unknown-option',
          data: { library: CORS, option: 'allowedOrigins', meant: 'origin', effect: effects['origin'] ?? '' },
          suggestions: [
            {
              messageId: 'renameOption',
              data: { meant: 'origin' },
              output: [['{ allowedOrigins }', '{ origin: allowedOrigins }']],
            },
          ],
        },
      ],
    },
    {
      name: 'a method keeps its shape, which nothing here rewrites',
      code: server('app.use(cors({ «origins(origin, callback) { callback(null, false); }» }));'),
      errors: [
        {
          messageId: 'unknown-option',
          data: { library: CORS, option: 'origins', meant: 'origin', effect: effects['origin'] ?? '' },
        },
      ],
    },
    {
      name: 'written later',
      code: server(
        "const options = {};\n«options.origins» = ['https://a.example'];\napp.use(cors(options));",
      ),
      errors: [
        {
          messageId: 'unknown-option',
          data: { library: CORS, option: 'origins', meant: 'origin', effect: effects['origin'] ?? '' },
        },
      ],
    },
    {
      name: 'one mistake: that the default holds is what comes of it',
      code: server("app.use(cors({ «origins: ['https://a.example']», credentials: true }));"),
      errors: [
        {
          messageId: 'unknown-option',
          data: { library: CORS, option: 'origins', meant: 'origin', effect: effects['origin'] ?? '' },
          suggestions: [
            { messageId: 'renameOption', data: { meant: 'origin' }, output: [['origins', 'origin']] },
          ],
        },
      ],
    },
    {
      name: 'the right name would do worse',
      code: server("app.use(cors({ «origins: '*'», credentials: true }));"),
      errors: [
        {
          messageId: 'unknown-option',
          data: { library: CORS, option: 'origins', meant: 'origin', effect: effects['origin'] ?? '' },
        },
      ],
    },
    {
      name: 'the right name would do worse: the value is none',
      code: server("app.use(cors({ «origins: ['https://a.example/']» }));"),
      errors: [
        {
          messageId: 'unknown-option',
          data: { library: CORS, option: 'origins', meant: 'origin', effect: effects['origin'] ?? '' },
        },
      ],
    },
    {
      name: 'credentials for everybody are none',
      code: server("app.use(cors({ origin: '*', «credential: true» }));"),
      errors: [
        {
          messageId: 'unknown-option',
          data: {
            library: CORS,
            option: 'credential',
            meant: 'credentials',
            effect: effects['credentials'] ?? '',
          },
        },
      ],
    },
    {
      name: 'in a spread',
      code: server(
        "const base = { «origins: ['https://a.example']» };\napp.use(cors({ ...base, maxAge: 600 }));",
      ),
      errors: [
        {
          messageId: 'unknown-option',
          data: { library: CORS, option: 'origins', meant: 'origin', effect: effects['origin'] ?? '' },
          suggestions: [
            { messageId: 'renameOption', data: { meant: 'origin' }, output: [['origins', 'origin']] },
          ],
        },
      ],
    },
    {
      ...misspelt('origins', 'origin'),
      name: 'TypeScript would say so too, without a cast',
      code: "import cors from 'cors';\nexport default cors({ «origins: 'https://a.example'» } as cors.CorsOptions);",
      typescript: true,
    },
    // No object of options.
    whole("'https://a.example'", 'a string'),
    whole("['https://a.example', 'https://b.example']", 'an array'),
    whole('/^https:\\/\\/a\\.example$/', 'a regular expression'),
    whole("'*'", 'a string'),
    {
      name: 'in a variable, as a module',
      code: esm("const origin = 'https://a.example';\napp.use(cors(«origin»));"),
      errors: [
        {
          messageId: 'options-not-object',
          data: { library: CORS, given: 'a string' },
          suggestions: [{ messageId: 'wrapOptions', output: [['cors(origin)', 'cors({ origin: origin })']] }],
        },
      ],
    },
    {
      name: 'what is no origin is not wrapped',
      code: server("app.use(cors(«'https://a.example/'»));"),
      errors: [{ messageId: 'options-not-object', data: { library: CORS, given: 'a string' } }],
    },
    // Wrong types.
    credentials("'true'", "`'true'`"),
    credentials('1', '`1`'),
    credentials("'include'", "`'include'`"),
    credentials("['true']", 'an array'),
    credentials('{}', 'an object'),
    {
      name: 'credentials for everybody are none: `true` would do worse',
      code: server("app.use(cors({ origin: '*', «credentials: 'true'» }));"),
      errors: [
        {
          messageId: 'credentials-not-boolean',
          data: { library: CORS, given: "`'true'`" },
          suggestions: [
            { messageId: 'refuseCredentials', output: [["credentials: 'true'", 'credentials: false']] },
          ],
        },
      ],
    },
    {
      name: 'shorthand credentials',
      code: server(
        "const credentials = 'true';\napp.use(cors({ origin: 'https://a.example', «credentials» }));",
      ),
      errors: [
        {
          messageId: 'credentials-not-boolean',
          data: { library: CORS, given: "`'true'`" },
          suggestions: [
            { messageId: 'allowCredentials', output: [[', credentials }', ', credentials: true }']] },
            { messageId: 'refuseCredentials', output: [[', credentials }', ', credentials: false }']] },
          ],
        },
      ],
    },
    wrong('methods: undefined', 'methods-missing', { library: CORS, given: 'undefined' }, [
      ['removeOption', '', { option: 'methods' }],
    ]),
    wrong('methods: null', 'methods-missing', { library: CORS, given: 'null' }, [
      ['removeOption', '', { option: 'methods' }],
    ]),
    {
      code: server('app.use(cors({ «methods: undefined» }));'),
      errors: [
        {
          messageId: 'methods-missing',
          data: { library: CORS, given: 'undefined' },
          suggestions: [
            { messageId: 'removeOption', data: { option: 'methods' }, output: server('app.use(cors({}));') },
          ],
        },
      ],
    },
    {
      code: server('app.use(cors({\n  // All of them\n  «methods: null»,\n  maxAge: 600,\n}));'),
      errors: [
        {
          messageId: 'methods-missing',
          data: { library: CORS, given: 'null' },
          suggestions: [
            { messageId: 'removeOption', data: { option: 'methods' }, output: [['  methods: null,\n', '']] },
          ],
        },
      ],
    },
    wrong(
      "methods: new Set(['GET'])",
      'not-a-list',
      { library: CORS, option: 'methods', given: 'a `Set`', effect: 'the text `[object Set]`' },
      [['toArray', ", methods: ['GET']"]],
    ),
    wrong(
      'allowedHeaders: new Set(names)',
      'not-a-list',
      { library: CORS, option: 'allowedHeaders', given: 'a `Set`', effect: 'empty' },
      [['toArray', ', allowedHeaders: [...names]']],
    ),
    wrong('exposedHeaders: new Map()', 'not-a-list', {
      library: CORS,
      option: 'exposedHeaders',
      given: 'a `Map`',
      effect: 'empty',
    }),
    seconds('86400000', '86400000', '1000', '86400'),
    seconds('24 * 60 * 60 * 1000', '86400000', '1000', '86400'),
    seconds('600000', '600000', '7', '600'),
    seconds('6e5', '600000', '7', '600'),
    seconds('3_600_000', '3600000', '42', '3600'),
    {
      name: 'a constant that is used elsewhere stays what it is',
      code: server('const DAY = 24 * 60 * 60 * 1000;\napp.use(cors({ «maxAge: DAY» }));'),
      errors: [
        {
          messageId: 'max-age-in-milliseconds',
          data: { given: '86400000', days: '1000', seconds: '86400' },
          suggestions: [
            {
              messageId: 'toSeconds',
              data: { seconds: '86400' },
              output: [['maxAge: DAY', 'maxAge: 86400']],
            },
          ],
        },
      ],
    },
    // A week: in seconds, too, it is more than any browser keeps.
    wrong(
      'maxAge: 604800000',
      'max-age-in-milliseconds',
      { given: '604800000', days: '7000', seconds: '604800' },
      [['longestMaxAge', ', maxAge: 86400']],
    ),
    noAge("'1h'", "`'1h'`"),
    noAge('NaN', '`NaN`'),
    noAge('1.5', '`1.5`'),
    noAge('Infinity', '`Infinity`'),
    noAge('true', '`true`'),
    badStatus('404', '`404`'),
    badStatus('302', '`302`'),
    badStatus('undefined', '`undefined`'),
    badStatus('null', '`null`'),
    badStatus("'no content'", "`'no content'`"),
    {
      name: 'several mistakes of one call',
      code: server(
        "app.use(cors({ «origins: ['https://a.example']», «optionsSuccessStatus: 404», «maxAge: 600000» }));",
      ),
      errors: [
        {
          messageId: 'unknown-option',
          data: { library: CORS, option: 'origins', meant: 'origin', effect: effects['origin'] ?? '' },
          suggestions: [
            { messageId: 'renameOption', data: { meant: 'origin' }, output: [['origins', 'origin']] },
          ],
        },
        {
          messageId: 'status-not-ok',
          data: { given: '`404`' },
          suggestions: [{ messageId: 'useStatus204', output: [['404', '204']] }],
        },
        {
          messageId: 'max-age-in-milliseconds',
          data: { given: '600000', days: '7', seconds: '600' },
          suggestions: [{ messageId: 'toSeconds', data: { seconds: '600' }, output: [['600000', '600']] }],
        },
      ],
    },
  ],
});
