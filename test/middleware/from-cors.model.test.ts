/**
 * `docs/middleware/from-cors.md` says in what we differ from npm `cors`. Here both are asked, over HTTP, and each cell of
 * its tables is what was seen.
 */
import { describe, expect, test, vi } from 'vitest';
import { oursSide, pageText, rowsUnder, seen, theirs } from './beside-cors.ts';
import { differences } from './from-cors.rows.ts';

// Functions that fail are the server's own trouble, and told.
vi.spyOn(console, 'warn').mockImplementation(() => undefined);

const HEADING = 'Every difference';
const told = new Map(rowsUnder(HEADING).map((cells) => [cells[0] ?? '', cells]));

test('the page has every difference once, in its order, and no other', () => {
  expect(rowsUnder(HEADING).map(([name]) => name)).toEqual(
    Object.values(differences).flatMap((rows) => rows.map(({ row }) => row)),
  );
});

test('the page counts them rightly', () => {
  expect(pageText()).toContain(`each of these ${told.size} rows`);
});

describe.each(Object.entries(differences))('%s', (_heading, rows) => {
  test.each(rows.map((one) => [one.row, one] as const))('%s', async (name, { see }) => {
    const cells = [await seen(see, theirs), await seen(see, oursSide)];
    const [, inTheirs, inOurs, why = ''] = told.get(name) ?? [];
    expect(cells).toEqual([inTheirs, inOurs]);
    expect(cells[0], 'it is a difference').not.toBe(cells[1]);
    expect(why, 'and the page says what to do').not.toBe('');
  });
});
