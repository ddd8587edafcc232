/** Which paths Express 4 and 5 take, and what each of them matches. */
import type { Express, Handler } from 'express';
import { describe, expect, test } from 'vitest';
import { corsWith, expressOf, majors, withApp } from './server.ts';
import type { Major } from './server.ts';

type Path = string | RegExp | readonly (string | RegExp)[];
type Door = 'use' | 'get' | 'options' | 'all' | 'route' | 'router.use' | 'router.get';

const doors: readonly Door[] = ['use', 'get', 'options', 'all', 'route', 'router.use', 'router.get'];

/** Registers `handler` at `path`; the cast is for lists, which Express takes but does not type as read-only. */
const register = (app: Express, major: Major, door: Door, path: Path, handler: Handler): void => {
  const at = path as string;
  if (door === 'route') app.route(at).all(handler);
  else if (door === 'router.use' || door === 'router.get') {
    const router = expressOf(major).Router();
    router[door === 'router.use' ? 'use' : 'get'](at, handler);
    app.use(router);
  } else app[door](at, handler);
};

/** What Express says when the path is registered; `undefined` if it takes it. */
const refusal = (major: Major, door: Door, path: Path): string | undefined => {
  try {
    register(expressOf(major)(), major, door, path, corsWith());
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `${error.name}: ${error.message}`;
  }
};

const everyDoor = <Value>(value: Value): Record<Door, Value> =>
  Object.fromEntries(doors.map((door) => [door, value])) as Record<Door, Value>;
const refusals = (major: Major, path: Path): Record<Door, string | undefined> =>
  Object.fromEntries(doors.map((door) => [door, refusal(major, door, path)])) as Record<
    Door,
    string | undefined
  >;

const show = (path: Path): string =>
  Array.isArray(path) ? `[${path.map((each: string | RegExp) => String(each)).join(', ')}]` : String(path);
const shown = <Row extends readonly [Path, ...unknown[]]>(rows: readonly Row[]) =>
  rows.map((row) => [show(row[0]), row] as const);

/** Express 4 takes them all; the text is what Express 5 says before its `; visit https://…`. */
const refusedBy5: readonly (readonly [path: Path, says: string])[] = [
  ['*', 'Missing parameter name at index 1: *'],
  ['/*', 'Missing parameter name at index 2: /*'],
  ['/api/*', 'Missing parameter name at index 6: /api/*'],
  ['/*0', 'Missing parameter name at index 2: /*0'],
  ['/:', 'Missing parameter name at index 2: /:'],
  ['/:a*', 'Missing parameter name at index 4: /:a*'],
  ['(.*)', 'Unexpected ( at index 0: (.*)'],
  ['/(.*)', 'Unexpected ( at index 1: /(.*)'],
  ['/api/(.*)', 'Unexpected ( at index 5: /api/(.*)'],
  ['/a/:id?', 'Unexpected ? at index 6: /a/:id?'],
  ['/:a+', 'Unexpected + at index 3: /:a+'],
  ['/:file.:ext?', 'Unexpected ? at index 11: /:file.:ext?'],
  ['/:id(\\d+)', 'Unexpected ( at index 4: /:id(\\d+)'],
  ['/[ab]', 'Unexpected [ at index 1: /[ab]'],
  ['/ab?cd', 'Unexpected ? at index 3: /ab?cd'],
  ['/ab+cd', 'Unexpected + at index 3: /ab+cd'],
  ['/(a|b)', 'Unexpected ( at index 1: /(a|b)'],
  ['/a(b)?c', 'Unexpected ( at index 2: /a(b)?c'],
  ['/a!b', 'Unexpected ! at index 2: /a!b'],
  ['/{', 'Unexpected end at index 2, expected }: /{'],
  ['/}', 'Unexpected } at index 1: /}'],
  [['/a', '*'], 'Missing parameter name at index 1: *'],
  [['/api/*', '/b'], 'Missing parameter name at index 6: /api/*'],
];

const takenByBoth: readonly (readonly [path: Path])[] = [
  ['/'],
  ['/a'],
  ['/a/:id'],
  ['/:file.:ext'],
  ['/{*any}'],
  ['{*any}'],
  ['/*splat'],
  ['*splat'],
  ['/api/*splat'],
  ['/api/{*splat}'],
  ['/api{/*splat}'],
  ['/a{/:id}'],
  ['/:file{.:ext}'],
  // A wildcard by the name of `cd`: no error, and another meaning than in Express 4.
  ['/ab*cd'],
  ['/a\\*b'],
  ['/{*splat}/x/{*splat}'],
  ['/:a/:a'],
  ['/*a/x/*b'],
  [/.*/],
  [/^\/(a|b)?$/],
  [['/a', '/b']],
  [['/a', /^\/b/]],
  [['/a', '/{*any}']],
];

describe('paths that Express 5 refuses when they are registered', () => {
  test.each(shown(refusedBy5))('%s throws at every door', (_name, [path, says]) => {
    const message = `TypeError: ${says}; visit https://git.new/pathToRegexpError for info`;
    expect(refusals(5, path)).toEqual(everyDoor(message));
  });

  test.each(shown(refusedBy5))('%s is taken by Express 4', (_name, [path]) => {
    expect(refusals(4, path)).toEqual(everyDoor(undefined));
  });

  test("app.use('*', fn) throws like app.get('*', fn), and a TypeError it is", () => {
    const app = expressOf(5)();
    expect(() => app.use('*', corsWith())).toThrow(TypeError);
    expect(() => app.get('*', corsWith())).toThrow(TypeError);
    expect(() => app.options('*', corsWith())).toThrow(TypeError);
  });
});

describe('paths that both take', () => {
  test.each(shown(takenByBoth))('%s', (_name, [path]) => {
    expect([refusals(5, path), refusals(4, path)]).toEqual([everyDoor(undefined), everyDoor(undefined)]);
  });
});

const urls = [
  '/',
  '/a',
  '/a/',
  '/a/b',
  '/a/b/',
  '/b',
  '/api',
  '/api/',
  '/api/x',
  '/api/x/',
  '/api/x/y',
  '/apix',
  '/abcd',
  '/acd',
  '/abXcd',
  '/x.txt',
  '/p/x/q',
  '/splat',
  '/{*splat}',
  '/12',
] as const;

type Url = (typeof urls)[number];
const except = (...missing: readonly Url[]): readonly Url[] => urls.filter((url) => !missing.includes(url));

/** For each door the URLs at which its handler runs: all doors in one app, each leaving its name and going on. */
const matchedBy = (
  major: Major,
  asked: readonly Door[],
  path: Path,
  method = 'GET',
): Promise<Readonly<Record<string, readonly Url[]>>> =>
  withApp(
    major,
    (app) => {
      for (const door of asked) {
        register(app, major, door, path, (_req, res, next) => {
          res.append('X-Door', door);
          next();
        });
      }
    },
    async (send) => {
      const answers = await Promise.all(urls.map((url) => send({ method, path: url })));
      const passed = answers.map((answer) => answer.headers.get('x-door')?.split(', ') ?? []);
      return Object.fromEntries(
        asked.map((door) => [door, urls.filter((_url, index) => passed[index]?.includes(door))]),
      );
    },
  );

const matched = async (major: Major, door: Door, path: Path): Promise<readonly Url[] | undefined> =>
  (await matchedBy(major, [door], path))[door];

interface MatchFact {
  readonly path: Path;
  readonly matches: readonly Url[];
}

const whole = ['/api/', '/api/x', '/api/x/', '/api/x/y'] as const;

const on5: readonly MatchFact[] = [
  { path: '/{*splat}', matches: urls },
  { path: '{*splat}', matches: urls },
  { path: /.*/, matches: urls },
  { path: '/*splat', matches: except('/') },
  // Without a slash in front it matches the slash too, so `/` as well.
  { path: '*splat', matches: urls },
  { path: '/api/{*splat}', matches: whole },
  { path: '/api/*splat', matches: ['/api/x', '/api/x/', '/api/x/y'] },
  { path: '/api{/*splat}', matches: ['/api', ...whole] },
  { path: ['/api', '/api/{*splat}'], matches: ['/api', ...whole] },
  { path: '/a{/:id}', matches: ['/a', '/a/', '/a/b', '/a/b/'] },
  { path: '/{*splat}/x/{*splat}', matches: ['/api/x/', '/api/x/y', '/p/x/q'] },
  { path: '/ab*cd', matches: ['/abcd', '/abXcd'] },
  { path: ['/a', '/b'], matches: ['/a', '/a/', '/b'] },
];

const on4: readonly MatchFact[] = [
  { path: '*', matches: urls },
  { path: '/*', matches: urls },
  { path: '/api/*', matches: whole },
  { path: '/api*', matches: ['/api', ...whole, '/apix'] },
  { path: '/a/:id?', matches: ['/a', '/a/', '/a/b', '/a/b/'] },
  { path: '/ab?cd', matches: ['/abcd', '/acd'] },
  { path: '/ab*cd', matches: ['/abcd', '/abXcd'] },
  { path: '/[ab]', matches: ['/a', '/a/', '/b'] },
  { path: '/(a|b)', matches: ['/a', '/a/', '/b'] },
  { path: '/:id(\\d+)', matches: ['/12'] },
  // `*` becomes `(.*)` inside the brackets too, and the dot is taken literally.
  { path: '(.*)', matches: [] },
  { path: '/(.*)', matches: [] },
  { path: '/api/(.*)', matches: [] },
  // The braces of Express 5 are text here.
  { path: '/{*splat}', matches: ['/{*splat}'] },
  { path: '/*splat', matches: ['/splat'] },
  { path: '/a{/:id}', matches: [] },
  { path: /.*/, matches: urls },
];

const facts = (rows: readonly MatchFact[]) => rows.map((row) => [show(row.path), row] as const);

describe.each([
  [5, on5],
  [4, on4],
] as const)('Express %i: what paths match by get, options, all, route', (major, rows) => {
  test.each(facts(rows))('%s', async (_name, { path, matches }) => {
    expect(await matchedBy(major, ['get', 'all', 'route', 'router.get'], path)).toEqual({
      get: matches,
      all: matches,
      route: matches,
      'router.get': matches,
    });
    expect(await matchedBy(major, ['options', 'all', 'route'], path, 'OPTIONS')).toEqual({
      options: matches,
      all: matches,
      route: matches,
    });
  });
});

/** Paths that name whole subtrees match the same by `use`; what only `use` adds is everything below a match. */
describe('what paths match, by use', () => {
  test.each(
    facts([
      { path: '/{*splat}', matches: urls },
      { path: '/api/{*splat}', matches: whole },
      { path: '/api/*splat', matches: ['/api/x', '/api/x/', '/api/x/y'] },
      { path: '/api{/*splat}', matches: ['/api', ...whole] },
      { path: '/a{/:id}', matches: ['/a', '/a/', '/a/b', '/a/b/'] },
      { path: ['/a', '/api'], matches: ['/a', '/a/', '/a/b', '/a/b/', '/api', ...whole] },
      { path: '', matches: urls },
      { path: '/', matches: urls },
      // No path is not the same as none given.
      { path: [], matches: [] },
    ]),
  )('Express 5: %s', async (_name, { path, matches }) => {
    expect(await matched(5, 'use', path)).toEqual(matches);
  });

  test.each(
    facts([
      { path: '*', matches: urls },
      { path: '/*', matches: urls },
      { path: '/api/*', matches: whole },
      { path: '/api*', matches: ['/api', ...whole, '/apix'] },
      { path: '/a/:id?', matches: ['/a', '/a/', '/a/b', '/a/b/'] },
      { path: ['/a', '/api'], matches: ['/a', '/a/', '/a/b', '/a/b/', '/api', ...whole] },
      { path: '', matches: urls },
      { path: '/', matches: urls },
      { path: '/{*splat}', matches: ['/{*splat}'] },
      { path: [], matches: urls },
    ]),
  )('Express 4: %s', async (_name, { path, matches }) => {
    expect(await matched(4, 'use', path)).toEqual(matches);
  });
});

/** What is behind the rewriting of an Express 4 path for Express 5. */
describe('the rewritten path matches what the old one did', () => {
  const rewrites: readonly (readonly [old: string, rewritten: string])[] = [
    ['*', '/{*splat}'],
    ['/*', '/{*splat}'],
    ['/api/*', '/api/{*splat}'],
    ['/a/:id?', '/a{/:id}'],
    ['/:file.:ext?', '/:file{.:ext}'],
  ];
  test.each(
    rewrites.flatMap(([old, rewritten]) =>
      (['get', 'use', 'all'] as const).map((door) => [old, rewritten, door] as const),
    ),
  )("'%s' on 4 and '%s' on 5, by %s", async (old, rewritten, door) => {
    expect(await matched(5, door, rewritten)).toEqual(await matched(4, door, old));
  });

  test("'/*splat' is not the same as '/*': it misses `/`", async () => {
    expect(await matched(4, 'get', '/*')).toContain('/');
    expect(await matched(5, 'get', '/*splat')).not.toContain('/');
  });
});

describe('parameters', () => {
  const parameters = (major: Major, path: string, url: string): Promise<unknown> =>
    withApp(
      major,
      (app) => {
        app.get(path, (req, res) => {
          res.json(req.params);
        });
      },
      async (send) => JSON.parse((await send({ path: url })).body) as unknown,
    );

  test('Express 5 gives a wildcard as a list under its name, Express 4 as text under a number', async () => {
    expect(await parameters(5, '/api/*rest', '/api/x/y')).toEqual({ rest: ['x', 'y'] });
    expect(await parameters(5, '/api/{*rest}', '/api/x/y')).toEqual({ rest: ['x', 'y'] });
    expect(await parameters(5, '/{*rest}', '/')).toEqual({});
    expect(await parameters(4, '/api/*', '/api/x/y')).toEqual({ 0: 'x/y' });
  });

  test('a name may be used twice in Express 5: no error, and the last one wins', async () => {
    expect(await parameters(5, '/{*splat}/x/{*splat}', '/p/x/q')).toEqual({ splat: ['q'] });
    expect(await parameters(5, '/:a/:a', '/1/2')).toEqual({ a: '2' });
  });
});

describe.each(majors)('odd paths on Express %i', (major) => {
  test('undefined as a path throws on 4 only', () => {
    const app = expressOf(major)();
    const add = (): unknown => app.get(undefined as unknown as string, corsWith());
    if (major === 5) expect(add).not.toThrow();
    else expect(add).toThrow('path must be a string, array of strings, or regular expression');
  });
});
