import express from 'express';
import { describe, expect, it } from 'vitest';
import { matchPath, type Matches } from '../../src/analysis/server/path-matching.ts';
import { withListener } from '../facts/server.ts';
import { pathOf } from './ways.said.ts';

const patterns = [
  '/',
  '/a',
  '/A/',
  '/a/b',
  '/:any',
  '/a/:id',
  '/:one/:other',
  '/a/:id/b',
  '/*rest',
  '/a/*rest',
  '/a{/:id}',
  '/{*rest}',
  '/a/file-:name',
  '/a/*rest/b',
];

/** Paths of routes. Nobody names what stands for the parameters. */
const paths = [
  '/',
  '/a',
  '/b',
  '/ab',
  '/a/b',
  '/a/:key',
  '/:key',
  '/a/:key/b',
  '/b/:key',
  '/a/b/c',
  '/a/*more',
];

/** Whether real Express brings a request to the path to what stands on the pattern. */
const isReached = (pattern: string, covers: 'prefix' | 'exactly'): Promise<readonly boolean[]> => {
  const app = express();
  const answer: express.Handler = (_req, res) => {
    res.sendStatus(299);
  };
  if (covers === 'prefix') app.use(pattern, answer);
  else app.get(pattern, answer);
  return withListener(app, (send) =>
    Promise.all(paths.map(async (path) => (await send({ path: pathOf({ path }) })).status === 299)),
  );
};

describe.each(['prefix', 'exactly'] as const)('what is registered %s', (covers) => {
  it.each(patterns)('on %s is met as Express has it', async (pattern) => {
    const said = paths.map((path) => matchPath(pattern, covers, path));
    const real = (await isReached(pattern, covers)).map((is): Matches => (is ? 'yes' : 'no'));
    const wrong = paths.filter((_path, index) => said[index] !== 'perhaps' && said[index] !== real[index]);
    expect(wrong).toEqual([]);
  });
});

it('is sure of text, parameters, and a wildcard at the end', () => {
  const isSure = (pattern: string): boolean =>
    paths.every((path) => path.includes('*') || matchPath(pattern, 'exactly', path) !== 'perhaps');
  expect(patterns.filter((pattern) => !isSure(pattern))).toEqual([
    '/a{/:id}',
    '/{*rest}',
    '/a/file-:name',
    '/a/*rest/b',
  ]);
});
