/** The judge's view of an app as a whole: what is registered, in which order. */
import type { Problem } from '../problems.ts';

/** A route that answers requests, as the app registers it. */
export interface Route<C> {
  /** `GET /api/orders` */
  readonly name: string;
  readonly cause: C;
  /** Its line, as it is told: `12`. */
  readonly line: string;
  /** Nobody asks it from a page of another origin: health checks, pages, redirects. */
  readonly ownOnly: boolean;
}

/** A policy that is mounted, and the routes that come before it although it covers their paths. */
export interface Mount<C> {
  readonly cause: C;
  readonly missed: readonly Route<C>[];
}

export function judgeOrder<C>(mounts: readonly Mount<C>[]): readonly Problem<C>[] {
  return mounts.flatMap(({ cause, missed }) => {
    const routes = missed.filter((route) => !route.ownOnly);
    const [first] = routes;
    if (!first) return [];
    const others = routes.length - 1;
    const many = others > 0;
    return [
      {
        code: 'cors-after-routes',
        cause,
        data: {
          routes: `\`${first.name}\` (line ${first.line})${many ? ` and ${others} more` : ''}`,
          subject: many ? 'these routes are' : 'the route is',
          answer: many ? 'answer' : 'answers',
          object: many ? 'them' : 'it',
        },
        // The first of all, harmless ones included: before it is where CORS belongs.
        places: { before: (missed[0] ?? first).cause },
      },
    ];
  });
}
