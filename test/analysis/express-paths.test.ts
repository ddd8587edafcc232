/** What the analysis says of paths, held against the routers that Express 4 and 5 really make. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { express5Flaw } from '../../src/analysis/libraries/express-paths.ts';
import { expressOf, type Major } from '../facts/server.ts';

const doors = ['use', 'get', 'options', 'all'] as const;
type Door = (typeof doors)[number];

const nothing = (): void => undefined;

/** To register on only: they are never asked. */
const apps = { 4: expressOf(4)(), 5: expressOf(5)() };

/** Whether Express throws when the path is registered. */
function refuses(major: Major, door: Door, path: string): boolean {
  try {
    apps[major][door](path, nothing);
    return false;
  } catch {
    return true;
  }
}

type Asked = (
  request: { url: string; method: string; headers: object },
  response: { setHeader: () => void },
  done: () => void,
) => void;

/** Which of the URLs come to a handler at the path: a router asked without a server around it. */
function matched(major: Major, door: Door, path: string, urls: readonly string[]): readonly string[] {
  const router = expressOf(major).Router();
  let reached = false;
  router[door](path, (_req, _res, next) => {
    reached = true;
    next();
  });
  const method = door === 'options' ? 'OPTIONS' : 'GET';
  return urls.filter((url) => {
    reached = false;
    (router as unknown as Asked)({ url, method, headers: {} }, { setHeader: nothing }, nothing);
    return reached;
  });
}

/** Everything that means something in a path, and some text. */
const syntax = fc.string({
  unit: fc.constantFrom(
    ...['/', '/', '/', '*', ':', '?', '+', '!', '(', ')', '[', ']', '{', '}', '{', '}', '\\', '"', '.', '-'],
    ...['a', 'b', 'A', '1', '_', '$', 'é', '\u{1f600}', '\n', ':a', ':id', '*b', ':"x y"', '{/:c}', '(.*)'],
  ),
  maxLength: 10,
});

/** Paths as people write them for Express 4. */
const segment = fc.constantFrom('api', 'v1', 'a.b', 'a-b', '~me', '_', ':id', ':a', ':1', ':a_b', '1', 'API');
const written = fc
  .tuple(
    fc.array(segment, { maxLength: 3 }),
    fc.constantFrom('', '/', '/*', '*', '/:x?', '/:1?', '/:file.:ext?', '/(.*)', '/:id(\\d+)', '.:ext?'),
  )
  .map(([segments, end]) => segments.map((one) => `/${one}`).join('') + end);

const urlSegment = fc.constantFrom(
  ...[
    'api',
    'API',
    'v1',
    'a.b',
    'axb',
    'a-b',
    '~me',
    '_',
    'id',
    '1',
    'x',
    'x.y',
    '.x',
    'x.',
    '..',
    '.',
    '*',
    '',
  ],
  ...[':id', '%20', '%2F', 'splat', '{*splat}'],
);
const url = fc.array(urlSegment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`);

describe('express5Flaw', () => {
  test('says that there is a flaw exactly where Express 5 throws', () => {
    fc.assert(
      fc.property(fc.oneof(syntax, written), (path) => {
        const flawed = express5Flaw(path) !== undefined;
        for (const door of doors) expect(flawed, door).toBe(refuses(5, door, path));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['/{a}'.repeat(8), undefined],
    ['/{a}'.repeat(9), 'it has too many braces'],
    ['/{a{b{c}}}'.repeat(4), undefined],
    ['/{a{b{c}}}'.repeat(5), 'it has too many braces'],
    ['/{a}'.repeat(40), 'it has too many braces'],
    ['/:a:b', 'text must stand between two names'],
    ['/:a{-}:b', 'text must stand between two names'],
    ['/:a{:b}', 'text must stand between two names'],
    ['/:a{-:b}', undefined],
    ['/*a*b', 'text must stand between two names'],
    ['/:a\\::b', undefined],
    ['/a\\', 'it ends in a backslash'],
    ['/a\\/', 'it ends in a backslash'],
    ['/a\\//', 'it ends in a backslash'],
    ['/:""', '`:` needs a name'],
    ['/:"a', '`:` needs a name'],
    ['/:"a\\"b"', undefined],
    ['/:1', '`:` needs a name'],
    ['/a*', '`*` needs a name'],
    ['/}', '`}` closes nothing'],
    ['/{', '`{` is not closed'],
    ['', undefined],
    ['//', undefined],
  ])('%j', (path, flaw) => {
    expect(express5Flaw(path)?.flaw).toBe(flaw);
    for (const door of doors) expect(refuses(5, door, path), door).toBe(flaw !== undefined);
  });
});

describe('corrected', () => {
  test.each([
    ['*', '/{*splat}'],
    ['/*', '/{*splat}'],
    ['/api/*', '/api/{*splat}'],
    ['/api/:id/*', '/api/:id/{*splat}'],
    ['/:id?', '{/:id}'],
    ['/a/:id?', '/a{/:id}'],
    ['/:file.:ext?', '/:file{.:ext}'],
    ['/files/:file.:ext?', '/files/:file{.:ext}'],
    // They matched nothing on Express 4.
    ['(.*)', undefined],
    ['/(.*)', undefined],
    ['/api/(.*)', undefined],
    // Names that Express 5 does not take.
    ['/:1/*', undefined],
    ['/:1?', undefined],
    ['/api*', undefined],
    ['/:id(\\d+)', undefined],
  ])('%s: %s', (path, corrected) => {
    expect(express5Flaw(path)?.corrected).toBe(corrected);
  });

  test('is taken by Express 5, and matches there what the original does on Express 4', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.oneof({ arbitrary: written, weight: 3 }, { arbitrary: syntax, weight: 1 }),
        fc.array(url, { minLength: 20, maxLength: 40 }),
        (path, urls) => {
          const corrected = express5Flaw(path)?.corrected;
          if (corrected === undefined) return;
          compared++;
          expect(express5Flaw(corrected)).toBeUndefined();
          for (const door of doors) {
            expect(refuses(5, door, corrected), door).toBe(false);
            expect(matched(5, door, corrected, urls), `${door} ${corrected}`).toEqual(
              matched(4, door, path, urls),
            );
          }
        },
      ),
      { numRuns: 600 },
    );
    expect(compared).toBeGreaterThan(100);
  });
});
