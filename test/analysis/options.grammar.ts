/** Objects of options as people write them, and as they should not: text, for the model and for the real package. */
import fc from 'fast-check';

export const A = 'https://a.example';
export const B = 'http://localhost:3000';

export const texts = (...values: readonly string[]): readonly string[] =>
  values.map((value) => JSON.stringify(value));

export const nothings = ['undefined', 'null', 'false', '0', '0n', "''", 'NaN'] as const;
export const strange = [
  'true',
  '1',
  '-1',
  '2n',
  '[]',
  '{}',
  '[[]]',
  'new Set()',
  'new Map()',
  'Promise.resolve(true)',
  `new URL('${A}')`,
  'Infinity',
] as const;
export const origins = texts(
  A,
  B,
  '*',
  'null',
  `${A}/`,
  ` ${A}`,
  `${A} `,
  `\t${A} `,
  ' * ',
  ' ',
  'a.example',
  'https://*.example',
  `${A},${B}`,
  'https://é.example',
  'https://例.example',
  `${A}\r\nX-B: c`,
  'true',
);
export const names = texts(
  'X-A',
  'Content-Type, X-B',
  '*',
  ' ',
  ',',
  'X-A\nX-B',
  'GET',
  'GET,PUT',
  'patch',
  'TRACE',
);
export const elements = [...origins, ...nothings, ...strange, '() => false', 'function () {}'] as const;

export const one = (...lists: readonly (readonly string[])[]): fc.Arbitrary<string> =>
  fc.constantFrom(...lists.flat());
const listOf = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(element, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`);
const setOf = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  listOf(element).map((list) => `new Set(${list})`);

const originList = fc.oneof(
  listOf(one(origins)),
  listOf(fc.oneof(one(origins), listOf(one(origins)), listOf(listOf(one(elements))))),
  listOf(one(elements)),
);
export const originValue = fc.oneof(
  { weight: 3, arbitrary: one(origins) },
  { weight: 4, arbitrary: originList },
  { weight: 2, arbitrary: one(nothings, strange) },
  { weight: 2, arbitrary: fc.constant('true') },
  { weight: 1, arbitrary: setOf(one(origins)) },
  { weight: 1, arbitrary: one(['/^https:\\/\\/a\\.example$/', '(o, callback) => callback(null, true)']) },
);
export const namesValue = fc.oneof(
  { weight: 2, arbitrary: one(names) },
  { weight: 4, arbitrary: listOf(one(names)) },
  { weight: 1, arbitrary: listOf(fc.oneof(one(names, nothings), listOf(one(names)))) },
  { weight: 2, arbitrary: one(nothings, strange) },
  { weight: 1, arbitrary: setOf(one(names)) },
);
export const credentialsValue = fc.oneof(
  fc.constant('true'),
  one(nothings, strange, texts('true', 'false', 'include')),
);
export const ageValue = fc.oneof(
  one(['0', '600', '86400', '31536000', '600000', '3600000', '10 * 60 * 1000', '-1', '-0', '1.5', '1e21']),
  one(nothings, strange, texts('600', ' 600 ', '1h', '1\n2', '-1'), ['[600]', '[6, 0]']),
);
export const continueValue = one(nothings, strange, ["'false'"]);
/** Without `NaN`, of which the process dies: see below. */
export const noStatus = nothings.filter((value) => value !== 'NaN');
export const statusValue = fc.oneof(
  one(['200', '204', '299', '200.7', '404', '302', '999', '1000', '99', '-1', '2 ** 32 + 200']),
  one(noStatus, strange, texts('200', ' 204 ', '2e2', '0xC8', 'abc'), ['[200]', '[200, 204]', '100', '150']),
);

/** The options of npm `cors`, and misspelt ones. */
export const corsValues: Readonly<Record<string, fc.Arbitrary<string>>> = {
  origin: originValue,
  origins: originValue,
  methods: namesValue,
  method: namesValue,
  allowedHeaders: namesValue,
  allowedHeader: namesValue,
  headers: namesValue,
  exposedHeaders: namesValue,
  exposeHeaders: namesValue,
  credentials: credentialsValue,
  credential: credentialsValue,
  maxAge: ageValue,
  maxage: ageValue,
  preflightContinue: continueValue,
  optionsSuccessStatus: statusValue,
  optionSuccessStatus: statusValue,
};

/** How often an option is written, in a hundred. */
const often: Readonly<Record<string, number>> = {
  origin: 85,
  preflightContinue: 12,
  optionsSuccessStatus: 20,
};

const writtenWith = (values: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...Object.entries(values).map(([key, value]) =>
        fc
          .tuple(fc.integer({ min: 0, max: 99 }), value)
          .map(([chance, text]) =>
            chance < (often[key] ?? (key.endsWith('s') ? 30 : 15)) ? `${key}: ${text}` : '',
          ),
      ),
    )
    .map((properties) => `{ ${properties.filter(Boolean).join(', ')} }`);

/** Objects of such options. Spread, copied, frozen: it is the same object of options. */
export const optionsOf = (values: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> => {
  const written = writtenWith(values);
  return fc.oneof(
    { weight: 6, arbitrary: written },
    { weight: 1, arbitrary: fc.tuple(written, written).map(([a, b]) => `{ ...${a}, ...${b} }`) },
    { weight: 1, arbitrary: fc.tuple(written, written).map(([a, b]) => `Object.assign(${a}, ${b})`) },
    { weight: 1, arbitrary: written.map((text) => `Object.freeze(${text})`) },
  );
};

/** The same values without those of one option. */
export const without = <T extends object, K extends keyof T & string>(values: T, option: K): Omit<T, K> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name !== option)) as Omit<T, K>;
