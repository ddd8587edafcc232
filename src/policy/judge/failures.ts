/** The judge's view of requests that get no answer, or an exception for one. */
import { STRANGER, type Access } from './access.ts';
import { parseOrigin } from '../origin.ts';
import {
  actualRequest,
  preflightRequest,
  type End,
  type Outcome,
  type Policy,
  type Request,
} from '../policy.ts';
import type { Problem } from '../problems.ts';

/** How many of those who are let in are asked about. */
const MOST_FRIENDS = 3;

/** A request without `Origin`: curl, a health check, another server, a page's own `GET`. */
const NOBODY: Request = { method: 'GET', path: '/', headers: new Map() };

/** What came of asking, and a clause that says who asked. */
interface Asked<C> {
  readonly who: string;
  readonly outcomes: readonly Outcome<C>[];
}

/** Hangs, refusals by exception, and exceptions without `Origin`. */
export function judgeFailures<C>(
  policy: Policy<C>,
  { stranger, witnesses }: Access<C>,
): readonly Problem<C>[] {
  const friends = witnesses.filter(({ kind }) => kind === 'meant').slice(0, MOST_FRIENDS);
  const origins = friends.length > 0 ? friends.map(({ origin }) => origin) : listed(policy);
  const welcome = origins.map((origin): Asked<C> => ({
    who: `A request from \`${origin}\``,
    outcomes: policy.ask(actualRequest(origin)),
  }));
  const refused: Asked<C> = { who: `A request from \`${STRANGER}\``, outcomes: stranger.outcomes };
  const nobody: Asked<C> = { who: 'A request without `Origin`', outcomes: policy.ask(NOBODY) };
  const preflights = [STRANGER, ...origins].map((origin): Asked<C> => ({
    who: `The preflight of \`${origin}\``,
    outcomes: policy.ask(preflightRequest(origin, 'DELETE', ['content-type'])),
  }));
  return [
    ...hanging([refused, nobody, ...welcome, ...preflights]),
    ...denial(refused, nobody, welcome),
    ...missingOrigin(nobody, refused, welcome),
  ];
}

/** Origins that the code names, though it is not certain that it lets them in. */
function listed<C>({ origins }: Policy<C>): readonly string[] {
  return origins
    .map(({ text }) => text)
    .filter((text) => parseOrigin(text).ok)
    .slice(0, MOST_FRIENDS);
}

/** Each place once where somebody waits for ever; where all do, the function as a whole. */
function hanging<C>(asked: readonly Asked<C>[]): readonly Problem<C>[] {
  const all = asked.every(({ outcomes }) => outcomes.every(({ end }) => end.is === 'hangs'));
  const found = new Map<string, Problem<C>>();
  for (const { who, outcomes } of asked)
    for (const { end } of outcomes) {
      if (end.is !== 'hangs' || end.cause === undefined) continue;
      // A status that nothing ends is at fault itself, whoever waits.
      const cause = all && end.status === undefined ? (end.whole ?? end.cause) : end.cause;
      const data = {
        request: all ? 'Every request that comes here' : who,
        because: end.because ?? 'nothing answers it',
      };
      const places = end.status === undefined ? {} : { status: end.status };
      const key = JSON.stringify(cause);
      if (!found.has(key)) found.set(key, { code: 'hanging', cause, data, places });
    }
  return [...found.values()];
}

/** An origin is refused by an exception that somebody wrote. */
function denial<C>(refused: Asked<C>, nobody: Asked<C>, welcome: readonly Asked<C>[]): readonly Problem<C>[] {
  // What the language throws is a mistake of another kind: it is no denial.
  const fault = serverError(refused, (end) => !end.accident);
  if (!fault || !tellsApart(fault, welcome, nobody, refused)) return [];
  return [{ code: 'denial-by-error', cause: fault.cause, data: dataOf(fault), places: placesOf(fault) }];
}

/** What has no `Origin` is refused by an exception, or throws where the header is taken for granted. */
function missingOrigin<C>(
  nobody: Asked<C>,
  refused: Asked<C>,
  welcome: readonly Asked<C>[],
): readonly Problem<C>[] {
  // `if (list.includes(origin)) res.setHeader(…, origin)`: of a list that is not known nobody can say that it throws.
  const certain = nobody.outcomes.every(({ end, unclear }) => end.is === 'fails' && !unclear);
  const fault = serverError(nobody, (end) => !end.accident || certain);
  if (!fault || !tellsApart(fault, welcome, refused, refused)) return [];
  const code = fault.accident ? 'missing-origin-throws' : 'missing-origin-error';
  return [{ code, cause: fault.cause, data: dataOf(fault), places: placesOf(fault) }];
}

type Fault<C> = Extract<End<C>, { is: 'fails' }> & { readonly cause: C; readonly status: number };

function serverError<C>({ outcomes }: Asked<C>, counts: (end: Fault<C>) => boolean): Fault<C> | undefined {
  for (const { end, unclear } of outcomes) if (!unclear && isServerError(end) && counts(end)) return end;
  return undefined;
}

function isServerError<C>(end: End<C>): end is Fault<C> {
  return end.is === 'fails' && end.cause !== undefined && end.status !== undefined && end.status >= 500;
}

/**
 * Whether the error is about the origin: somebody else does not get it. `if (!ready) throw …` hits everybody.
 *
 * A function that is asked for a verdict is about nothing else. Where nobody is known to be let in, it counts if a
 * stranger gets the error for certain.
 */
function tellsApart<C>(
  fault: Fault<C>,
  welcome: readonly Asked<C>[],
  other: Asked<C>,
  refused: Asked<C>,
): boolean {
  const cause = JSON.stringify(fault.cause);
  const isHit = ({ end }: Outcome<C>): boolean => end.is === 'fails' && JSON.stringify(end.cause) === cause;
  const isSpared = ({ outcomes }: Asked<C>): boolean => !outcomes.some(isHit);
  if (welcome.length > 0) return welcome.every(isSpared);
  return isSpared(other) || (fault.asked !== undefined && !fault.accident && refused.outcomes.every(isHit));
}

/** What a message and the edits need. `refusal`: the verdict by which the function would refuse. */
function dataOf<C>({ status, asked }: Fault<C>): Readonly<Record<string, string>> {
  const refusal = asked?.refusal ?? '';
  return {
    witness: STRANGER,
    status: String(status),
    refusal,
    instead: asked
      ? `${asked.awaited ? `Return \`${refusal}\`` : `Call back with \`null, ${refusal}\``}, or give the error a \`status\` of 403`
      : 'Answer 403, or give the error a `status` of 403',
  };
}

function placesOf<C>({ asked }: Fault<C>): Readonly<Record<string, C>> {
  return asked && !asked.awaited ? { asked: asked.at } : {};
}
