/**
 * npm `cors` and ours on real Express apps, asked the same. What each does is told in the few words that the tables of
 * `docs/middleware/from-cors.md` are made of, so that those tables can be compared with what was measured.
 */
import { readFileSync } from 'node:fs';
import type { Express, Handler } from 'express';
import { cors as ours } from '../../src/middleware/index.ts';
import type { CorsMiddleware } from '../../src/middleware/index.ts';
import { CorsConfigError } from '../../src/middleware/problems.ts';
import { briefly, corsWith, majors, withApp } from '../facts/server.ts';
import type { Answer, Ask, Major, Send } from '../facts/server.ts';

export const APP = 'https://app.example.com';
export const OTHER = 'https://other.example.com';
export const STRANGER = 'https://stranger.example.org';

/** Ours with options that its types rightly refuse. */
export const oursWith = (...options: readonly unknown[]): CorsMiddleware & Handler =>
  (ours as (options?: unknown) => CorsMiddleware & Handler)(options[0]);

/** One of the two. */
export interface Side {
  readonly is: 'theirs' | 'ours';
  readonly make: (...options: readonly unknown[]) => Handler;
}

export const theirs: Side = { is: 'theirs', make: corsWith };
export const oursSide: Side = { is: 'ours', make: oursWith };

/** What a side does, in the words of a cell. */
export type See = (side: Side, major: Major) => Promise<string>;

/** A row of a table. */
export interface Row {
  readonly row: string;
  readonly see: See;
}

export interface Scene {
  /** The arguments, where both get the same. */
  readonly options?: unknown;
  /** Or what each gets; made anew for each run. */
  readonly of?: ((side: Side['is']) => unknown) | undefined;
  /** How it is mounted: `app.use`, unless said. */
  readonly build?: ((app: Express, middleware: Handler, side: Side) => void) | undefined;
  readonly ask: Ask | readonly Ask[];
  /** `cors` never answers: it is not waited for as long as others are, who may take their time on a busy machine. */
  readonly hangs?: true;
  /** What is looked at: `status`, `handler`, `runs`, or the name of a header. */
  readonly show: readonly string[];
}

const handlerSays = 'the handler';

/** A handler for every method at `/`. */
const handled = (app: Express): void => {
  app.all('/', (_req, res) => {
    res.send(handlerSays);
  });
};

/** What is seen where an app with the middleware is asked. */
export const scene =
  ({ options, of, build, ask, show, hangs }: Scene): See =>
  async (side, major) => {
    const given = of ? [of(side.is)] : options === undefined ? [] : [options];
    return started(
      () => side.make(...given),
      (middleware) =>
        withApp(
          major,
          (app) => {
            if (build) build(app, middleware, side);
            else app.use(middleware);
            handled(app);
          },
          (send) => asked(send, ask, show, hangs && side.is === 'theirs' ? { patience: briefly } : {}),
        ),
    );
  };

/** What follows where it starts; else the codes of what is wrong. */
export const started = async (
  make: () => Handler,
  use: (middleware: Handler) => Promise<string>,
): Promise<string> => {
  let middleware: Handler;
  try {
    middleware = make();
  } catch (error) {
    if (!(error instanceof CorsConfigError)) throw error;
    return `does not start: ${error.problems.map(({ code }) => `\`${code}\``).join(', ')}`;
  }
  return use(middleware);
};

export const asked = async (
  send: Send,
  ask: Ask | readonly Ask[],
  show: readonly string[],
  more: Pick<Ask, 'patience'> = {},
): Promise<string> => {
  const told: string[] = [];
  for (const one of [ask].flat() as readonly Ask[]) told.push(toldOf(await send({ ...one, ...more }), show));
  return told.join('; then ');
};

const toldOf = (answer: Answer, show: readonly string[]): string =>
  answer.hung ? 'hangs' : show.map((what) => shown(answer, what)).join(', ');

const shown = (answer: Answer, what: string): string => {
  if (what === 'status') return `\`${answer.status}\``;
  if (what === 'handler')
    return answer.body === handlerSays ? 'the handler runs' : 'the handler does not run';
  const value = answer.headers.get(what.toLowerCase());
  return value === undefined ? `no \`${what}\`` : `\`${what}: ${value}\``;
};

/** What is seen on every Express, if it is the same. */
export const seen = async (see: See, side: Side): Promise<string> => {
  const cells = new Set<string>();
  for (const major of majors) cells.add(await see(side, major));
  return [...cells].join(' / ');
};

/** The page, in one line of text. */
export const pageText = (): string =>
  readFileSync(new URL('../../docs/middleware/from-cors.md', import.meta.url), 'utf8').replace(/\s+/g, ' ');

/** The rows of the tables under a `##` heading of the page, as lists of cells. */
export const rowsUnder = (heading: string): readonly (readonly string[])[] => {
  const page = readFileSync(new URL('../../docs/middleware/from-cors.md', import.meta.url), 'utf8');
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split(/\n(?!\|)/)
    .flatMap((block) =>
      block
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .slice(2),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};
