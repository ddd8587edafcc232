/** The judge's view of what nobody wrote: how long browsers keep an answer, and who is let in. */
import type { Access } from './access.ts';
import { parseOrigin } from '../origin.ts';
import { actualRequest, preflightRequest, type Outcome, type Policy, type Said } from '../policy.ts';
import type { Problem } from '../problems.ts';

const STRANGER = 'https://stranger.example';

/** In seconds: the longest that any browser keeps the answer to a preflight (Firefox; measured: Chromium keeps it for 7200). */
export const LONGEST_MAX_AGE = 86_400;

/** The problems of a policy's `maxAge` and of a missing `origin`. */
export function judgeDefaults<C>(policy: Policy<C>, access: Access<C>): Problem<C>[] {
  return [...judgeMaxAge(policy, access), ...judgePublic(policy)];
}

/** Without the header five seconds hold: https://fetch.spec.whatwg.org/#cors-preflight-fetch, step 7.9 */
function judgeMaxAge<C>(policy: Policy<C>, { witnesses }: Access<C>): Problem<C>[] {
  // Some libraries answer a stranger's preflight without any CORS header.
  const friend = witnesses.find(({ kind }) => kind === 'meant') ?? witnesses[0];
  const listed = policy.origins.find(({ text }) => parseOrigin(text).ok)?.text;
  const known = friend?.origin ?? listed ?? STRANGER;
  const outcomes = policy.ask(preflightRequest(known, 'DELETE')).filter((outcome) => !isOff(outcome));
  const [first] = outcomes.map(ageIn);
  if (outcomes.length === 0) return [];
  // A preflight that fails for another reason says no age either: what was written counts.
  if (policy.maxAge.missing)
    return outcomes.some(ageIn)
      ? []
      : [{ code: 'max-age-missing', cause: policy.maxAge.at, data: {}, places: {} }];
  const tooLong = outcomes.every((outcome) => {
    const value = ageIn(outcome)?.value ?? '';
    // What is no number says nothing, and `max-age-not-a-number` speaks of it.
    return /^\d+$/.test(value) && Number(value) > LONGEST_MAX_AGE;
  });
  if (!first?.value || !tooLong) return [];
  return [{ code: 'max-age-too-long', cause: first.cause, data: { given: first.value }, places: {} }];
}

function ageIn<C>({ headers }: Outcome<C>): Said<C> | undefined {
  return headers.get('access-control-max-age');
}

/** The policy does nothing to the request. */
function isOff<C>({ end, headers, unclear }: Outcome<C>): boolean {
  return end.is === 'passes' && headers.size === 0 && !unclear;
}

/** Everybody is let in: by a `*` that was written, or because nothing was. */
function judgePublic<C>(policy: Policy<C>): Problem<C>[] {
  const said = policy
    .ask(actualRequest(STRANGER))
    .map(({ headers }) => headers.get('access-control-allow-origin'));
  const [first] = said;
  if (!first || said.some((one) => one?.value !== '*')) return [];
  // Where it is written for one of two cases, it is written.
  const written = said.find((one) => !one?.byDefault);
  return [
    written
      ? { code: 'public-wildcard', cause: written.cause, data: {}, places: {} }
      : { code: 'default-origin', cause: first.cause, data: { library: policy.library }, places: {} },
  ];
}
