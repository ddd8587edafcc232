/** The one judge: asks a policy, and says what is wrong with what it answers and with what was written. */
import { parseTokenList } from './names.ts';
import { describeFlaw, parseOrigin } from './origin.ts';
import { placeholderHost } from './placeholder.ts';
import {
  actualRequest,
  preflightRequest,
  type Outcome,
  type Policy,
  type Remedy,
  type Said,
} from './policy.ts';
import { describe, withoutIncluded, type Problem, type ProblemCode } from './problems.ts';

/** An origin that nobody lists: RFC 2606 keeps the name free. Two, since one could be a constant that is sent to all. */
const STRANGER = 'https://stranger.example';
const OTHER_STRANGER = 'http://somebody-else.example:8080';

/** Where the app reads a header of the request. */
export interface Evidence<C> {
  readonly header: string;
  readonly cause: C;
  readonly line: number;
}

/**
 * The problems of one policy.
 *
 * @param evidence what the routes that it serves read.
 */
export function judge<C>(policy: Policy<C>, evidence: readonly Evidence<C>[] = []): readonly Problem<C>[] {
  const problems = problemsOf(policy, evidence);
  return problems.map((one) => ({ ...one, remedies: remediesFor(one, policy, evidence, problems) }));
}

/** What may be offered: not what only uncovers the next problem, `origins: '*'` renamed beside credentials. */
function remediesFor<C>(
  { code, data }: Problem<C>,
  policy: Policy<C>,
  evidence: readonly Evidence<C>[],
  problems: readonly Problem<C>[],
): ReadonlySet<Remedy> {
  const before = countsOf(problems);
  return new Set(
    (describe(code).remedies ?? []).filter((remedy) => {
      const mended = policy.mended(remedy, data);
      if (!mended) return false;
      const after = countsOf(problemsOf(mended, evidence));
      return [...after].every(([one, count]) => count <= (before.get(one) ?? 0) - (one === code ? 1 : 0));
    }),
  );
}

function countsOf<C>(problems: readonly Problem<C>[]): ReadonlyMap<ProblemCode, number> {
  const counts = new Map<ProblemCode, number>();
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

function problemsOf<C>(policy: Policy<C>, evidence: readonly Evidence<C>[]): readonly Problem<C>[] {
  const problems = withoutIncluded([
    ...judgeOrigins(policy),
    ...judgeWildcards(policy),
    ...policy.origins.flatMap((written) => judgeWritten(policy, written)),
    ...judgeAuthorization(policy, evidence),
    ...policy.faults.map((fault) => problem<C>(fault.code, fault.cause, fault.data, fault.places)),
  ]);
  // A misspelt `origin` is the one mistake; that the default holds is what comes of it.
  const misspelt = problems.some(({ code, data }) => code === 'unknown-option' && data['meant'] === 'origin');
  return misspelt ? problems.filter(({ code }) => code !== 'default-wildcard-credentials') : problems;
}

function problem<C>(
  code: ProblemCode,
  cause: C,
  data: Readonly<Record<string, string>> = {},
  places: Readonly<Record<string, C>> = {},
): Problem<C> {
  return { code, cause, data, places };
}

/** Who is let in? Only what every outcome says is claimed. */
function judgeOrigins<C>(policy: Policy<C>): Problem<C>[] {
  const outcomes = policy.ask(actualRequest(STRANGER));
  const allowed = inAll(outcomes, 'access-control-allow-origin');
  if (!allowed) return [];
  const credentials = inAll(outcomes, 'access-control-allow-credentials', 'true') !== undefined;
  const places = policy.credentials === undefined ? {} : { credentials: policy.credentials };

  if (outcomes.every((outcome) => say(outcome, 'access-control-allow-origin') === '*'))
    return credentials
      ? [
          problem(
            allowed.byDefault ? 'default-wildcard-credentials' : 'wildcard-credentials',
            allowed.cause,
            { library: policy.library },
            places,
          ),
        ]
      : [];

  const reflects = [STRANGER, OTHER_STRANGER].every((origin) =>
    policy
      .ask(actualRequest(origin))
      .every((outcome) => say(outcome, 'access-control-allow-origin') === origin),
  );
  if (!reflects) return [];
  return [
    problem(
      credentials ? 'any-origin-credentials' : 'any-origin',
      allowed.cause,
      {
        witness: STRANGER,
        because: allowed.because ?? 'the origin of the request is handed back',
        library: policy.library,
      },
      places,
    ),
  ];
}

/**
 * `*` among methods and headers is literal when the request has credentials:
 * https://fetch.spec.whatwg.org/#http-new-header-syntax
 */
function judgeWildcards<C>(policy: Policy<C>): Problem<C>[] {
  const lists = [
    ['wildcard-methods', 'methods', 'access-control-allow-methods', preflightRequest(STRANGER, 'DELETE')],
    [
      'wildcard-allowed-headers',
      'allowedHeaders',
      'access-control-allow-headers',
      preflightRequest(STRANGER, 'POST', ['content-type']),
    ],
    ['wildcard-exposed-headers', 'exposedHeaders', 'access-control-expose-headers', actualRequest(STRANGER)],
  ] as const;
  return lists.flatMap(([code, option, header, request]) => {
    const outcomes = policy.ask(request);
    const list = inAll(outcomes, header);
    const starred = outcomes.every((outcome) => parseTokenList(say(outcome, header) ?? '')?.includes('*'));
    const credentials = inAll(outcomes, 'access-control-allow-credentials', 'true');
    return list && starred && credentials ? [problem<C>(code, list.cause, { option })] : [];
  });
}

/** What was written as an origin has to be one, byte for byte: https://fetch.spec.whatwg.org/#cors-check */
function judgeWritten<C>(policy: Policy<C>, { text, cause, as }: Policy<C>['origins'][number]): Problem<C>[] {
  if (text === '*')
    return as === 'listed' ? [problem<C>('listed-wildcard', cause, { library: policy.library })] : [];
  const parsed = parseOrigin(text);
  if (parsed.ok) {
    const host = placeholderHost(parsed);
    return host === undefined ? [] : [problem<C>('placeholder-origin', cause, { origin: text, host })];
  }
  const [flaw] = parsed.flaws;
  const written = text === '' ? 'An empty string' : `\`${text}\``;
  const data = {
    origin: text,
    written,
    flaw: text === '' ? 'no page has an empty origin' : describeFlaw(flaw),
    kind: flaw,
  };
  const corrected = parsed.corrected === undefined ? undefined : parseOrigin(parsed.corrected);
  // A tutorial's placeholder is no better for being written well.
  return !corrected?.ok || parsed.corrected === undefined || placeholderHost(corrected) !== undefined
    ? [problem<C>('malformed-origin', cause, data)]
    : [problem<C>('corrected-origin', cause, { ...data, corrected: parsed.corrected })];
}

/** `Authorization` is never safelisted, and `*` does not cover it: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name */
function judgeAuthorization<C>(policy: Policy<C>, evidence: readonly Evidence<C>[]): Problem<C>[] {
  const read = evidence.find(({ header }) => header === 'authorization');
  if (!read) return [];
  const header = 'access-control-allow-headers';
  const outcomes = policy.ask(preflightRequest(STRANGER, 'GET', ['authorization']));
  // Where CORS is off there is nothing to allow.
  const answered = outcomes.filter(({ end }) => end.is === 'answers');
  if (answered.length === 0 || outcomes.some((outcome) => outcome.unclear)) return [];
  const data = { line: String(read.line), library: policy.library };
  const places = { evidence: read.cause };

  if (policy.allowedHeaders === undefined)
    return [problem('authorization-implicit', policy.at, data, places)];
  const named = answered.map((outcome) => {
    const said = outcome.headers.get(header);
    if (said && said.value === undefined) return 'unknown';
    const names = parseTokenList(said?.value ?? '')?.map((name) => name.toLowerCase()) ?? [];
    return names.includes('authorization') ? 'named' : names.includes('*') ? 'wildcard' : 'missing';
  });
  if (named.every((how) => how === 'missing'))
    return [problem('authorization-not-allowed', policy.allowedHeaders, data, places)];
  // With credentials the `*` is no wildcard at all, which `wildcard-allowed-headers` says.
  if (
    named.every((how) => how === 'wildcard') &&
    !inAll(outcomes, 'access-control-allow-credentials', 'true')
  )
    return [problem('authorization-by-wildcard', policy.allowedHeaders, data, places)];
  return [];
}

/** The header's text, if it is there and known. */
function say<C>(outcome: Outcome<C>, header: string): string | undefined {
  return outcome.headers.get(header)?.value;
}

/** The header, if every outcome has it, known (and saying just that). */
function inAll<C>(outcomes: readonly Outcome<C>[], header: string, value?: string): Said<C> | undefined {
  const certain = outcomes.every((outcome) => {
    const said = say(outcome, header);
    return said !== undefined && (value === undefined || said === value);
  });
  return certain ? outcomes[0]?.headers.get(header) : undefined;
}
