/** The one judge: asks a policy, and says what is wrong with what it answers and with what was written. */
import { judgeDefaults } from './judge/defaults.ts';
import { judgeLists } from './judge/lists.ts';
import { parseTokenList } from './names.ts';
import { describeFlaw, parseOrigin } from './origin.ts';
import { placeholderHost } from './placeholder.ts';
import { accessOf, judgeAccess, STRANGER, STRANGER_NAME, type Access } from './judge/access.ts';
import { judgeFailures } from './judge/failures.ts';
import { judgeVary } from './judge/vary.ts';
import type { Instead } from './comparison.ts';
import { ownHosts } from './own-hosts.ts';
import {
  actualRequest,
  preflightRequest,
  type Asking,
  type Outcome,
  type Policy,
  type Remedy,
  type Said,
  type WrittenOrigin,
} from './policy.ts';
import { remember } from './remember.ts';
import { describe, withoutIncluded, type Problem, type ProblemCode } from './problems.ts';

/** Where the app reads a header of the request. */
export interface Evidence<C> {
  readonly header: string;
  readonly cause: C;
  /** Its line, as it is told: `12`. */
  readonly line: string;
}

/** What is known beside the policy. */
export interface Surroundings<C> {
  /** What the routes that it serves read. */
  readonly evidence?: readonly Evidence<C>[];
  /** Hosts that are known to be the author's own, with `*` for what varies. */
  readonly ownHosts?: readonly string[];
}

/** The problems of one policy. */
export function judge<C>(
  policy: Policy<C>,
  { evidence = [], ownHosts: own = [] }: Surroundings<C> = {},
): readonly Problem<C>[] {
  const isOwn = ownHosts(own);
  const judged = (one: Policy<C>): readonly Problem<C>[] => problemsOf(one, evidence, isOwn);
  const problems = judged(policy);
  return problems.map((one) => ({
    ...one,
    remedies: remediesFor(one, policy, problems, judged),
    repairs: repairsFor(one, policy, problems, judged),
  }));
}

type Judging<C> = (policy: Policy<C>) => readonly Problem<C>[];

/** What may be offered: not what only uncovers the next problem, `origins: '*'` renamed beside credentials. */
function remediesFor<C>(
  { code, cause, data }: Problem<C>,
  policy: Policy<C>,
  problems: readonly Problem<C>[],
  judged: Judging<C>,
): ReadonlySet<Remedy> {
  return new Set(
    (describe(code).remedies ?? []).filter((remedy) => {
      const mended = policy.mended(remedy, data, cause);
      return mended !== undefined && isBetter(code, problems, judged(mended));
    }),
  );
}

/** The first repair that helps, and leaves somebody whom the policy lets in. */
function repairsFor<C>(
  { code, repairs = [] }: Problem<C>,
  policy: Policy<C>,
  problems: readonly Problem<C>[],
  judged: Judging<C>,
): readonly Instead<C>[] {
  const helps = repairs.find((instead) => {
    const mended = remember(policy, instead);
    return accessOf(mended).witnesses.length > 0 && isBetter(code, problems, judged(mended));
  });
  return helps ? [helps] : [];
}

/** One problem of that code less, and no other more. */
function isBetter<C>(
  code: ProblemCode,
  before: readonly Problem<C>[],
  after: readonly Problem<C>[],
): boolean {
  const [then, now] = [countsOf(before), countsOf(after)];
  return [...now].every(([one, count]) => count <= (then.get(one) ?? 0) - (one === code ? 1 : 0));
}

function countsOf<C>(problems: readonly Problem<C>[]): ReadonlyMap<ProblemCode, number> {
  const counts = new Map<ProblemCode, number>();
  for (const { code } of problems)
    if (!describe(code).onRequest) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

function problemsOf<C>(
  asked: Policy<C>,
  evidence: readonly Evidence<C>[],
  isOwn: (host: string) => boolean,
): readonly Problem<C>[] {
  const policy = remember(asked);
  const access = accessOf(policy);
  const problems = withoutIncluded([
    ...judgeOrigins(policy, access),
    ...judgeAccess(policy, access, isOwn),
    ...judgeFailures(policy, access),
    ...judgeVary(policy, access),
    ...judgeWildcards(policy, access),
    ...judgeDefaults(policy, access),
    ...judgeLists(policy),
    ...writtenOrigins(policy, access).flatMap((written) => judgeWritten(policy, written, access)),
    ...judgeAuthorization(policy, evidence, access),
    ...policy.faults.map((fault) => problem<C>(fault.code, fault.cause, fault.data, fault.places)),
  ]);
  // A misspelt option is the one mistake; that the default holds is what comes of it.
  const misspelt = new Set(
    problems.flatMap(({ code, data }) => (code === 'unknown-option' ? [data['meant']] : [])),
  );
  const comesOfIt = new Set<ProblemCode>([
    ...(misspelt.has('origin') ? (['default-wildcard-credentials', 'default-origin'] as const) : []),
    ...(misspelt.has('maxAge') ? (['max-age-missing'] as const) : []),
  ]);
  return problems.filter(({ code }) => !comesOfIt.has(code));
}

function problem<C>(
  code: ProblemCode,
  cause: C,
  data: Readonly<Record<string, string>> = {},
  places: Readonly<Record<string, C>> = {},
): Problem<C> {
  return { code, cause, data, places };
}

/** Everybody is let in, by `*` or by name. Only what every outcome says is claimed. */
function judgeOrigins<C>(policy: Policy<C>, { anybody, stranger, witnesses }: Access<C>): Problem<C>[] {
  const { outcomes } = stranger;
  const allowed = inAll(outcomes, 'access-control-allow-origin');
  if (!allowed) return [];
  const credentials = inAll(outcomes, 'access-control-allow-credentials', 'true');
  // Where no option can be pointed at, as in what a delegate gives, the answer says what decided.
  const place = policy.credentials ?? credentials?.cause;
  const places = place === undefined ? {} : { credentials: place };

  // A list behind a `*` answers those whom it names otherwise: that is said of the two together.
  const isForAll = witnesses.length === 0;
  if (outcomes.every((outcome) => say(outcome, 'access-control-allow-origin') === '*'))
    return credentials && isForAll
      ? [
          problem(
            allowed.byDefault ? 'default-wildcard-credentials' : 'wildcard-credentials',
            allowed.cause,
            { library: policy.library },
            places,
          ),
        ]
      : [];

  if (!anybody) return [];
  return [
    problem(
      credentials ? 'any-origin-credentials' : 'any-origin',
      anybody.cause,
      {
        witness: STRANGER,
        because: anybody.because ?? 'the origin of the request is handed back',
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
function judgeWildcards<C>(policy: Policy<C>, access: Access<C>): Problem<C>[] {
  const { origin, asking } = visitorOf(access);
  const lists = [
    ['wildcard-methods', 'methods', 'access-control-allow-methods', preflightRequest(origin, 'DELETE')],
    [
      'wildcard-allowed-headers',
      'allowedHeaders',
      'access-control-allow-headers',
      preflightRequest(origin, 'POST', ['content-type']),
    ],
    ['wildcard-exposed-headers', 'exposedHeaders', 'access-control-expose-headers', actualRequest(origin)],
  ] as const;
  return lists.flatMap(([code, option, header, request]) => {
    const outcomes = policy.ask(request, asking);
    const list = inAll(outcomes, header);
    const starred = outcomes.every((outcome) => parseTokenList(say(outcome, header) ?? '')?.includes('*'));
    const credentials = inAll(outcomes, 'access-control-allow-credentials', 'true');
    return list && starred && credentials ? [problem<C>(code, list.cause, { option })] : [];
  });
}

/** What the policy names, and what shows when it is asked: a delegate's options, a header with a constant in it. */
function writtenOrigins<C>(policy: Policy<C>, { stranger }: Access<C>): readonly WrittenOrigin<C>[] {
  const sent = stranger.outcomes.flatMap(({ headers }): WrittenOrigin<C>[] => {
    const { value, cause } = headers.get('access-control-allow-origin') ?? {};
    return value === undefined || cause === undefined || value === STRANGER || value === '*'
      ? []
      : [{ text: value, cause, as: 'only' }];
  });
  const compared = stranger.noted.flatMap(({ how, subject, operand, cause }): WrittenOrigin<C>[] =>
    // `origin === 'undefined'` and the like list nobody.
    how === 'equals' && subject === STRANGER && /[.:]/.test(operand)
      ? [{ text: operand, cause, as: 'listed' }]
      : [],
  );
  const named = new Set(policy.origins.map(({ text }) => text));
  return [...policy.origins, ...[...sent, ...compared].filter(({ text }) => !named.has(text))];
}

/** What was written as an origin has to be one, byte for byte: https://fetch.spec.whatwg.org/#cors-check */
function judgeWritten<C>(
  policy: Policy<C>,
  { text, cause, as }: Policy<C>['origins'][number],
  { stranger }: Access<C>,
): Problem<C>[] {
  if (text === '*')
    // `list.includes(origin) ? origin : list[0]` sends the `*` to everybody.
    return as === 'listed' && isRefused(stranger.outcomes)
      ? [problem<C>('listed-wildcard', cause, { library: policy.library })]
      : [];
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

/**
 * Whom to ask about headers as: somebody who is let in, if one is known, since hand-written code may tell others
 * nothing; else a stranger, whom no list holds.
 */
function visitorOf<C>({ witnesses }: Access<C>): { readonly origin: string; readonly asking: Asking<C> } {
  const friend = witnesses.find(({ kind }) => kind === 'meant') ?? witnesses[0];
  return friend
    ? { origin: friend.origin, asking: {} }
    : { origin: STRANGER, asking: { unlisted: STRANGER_NAME } };
}

/** Whether no outcome lets the page read the answer. */
function isRefused<C>(outcomes: readonly Outcome<C>[]): boolean {
  return outcomes.every(({ headers, unclear }) => !unclear && !headers.has('access-control-allow-origin'));
}

/** `Authorization` is never safelisted, and `*` does not cover it: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name */
function judgeAuthorization<C>(
  policy: Policy<C>,
  evidence: readonly Evidence<C>[],
  access: Access<C>,
): Problem<C>[] {
  const read = evidence.find(({ header }) => header === 'authorization');
  if (!read) return [];
  const header = 'access-control-allow-headers';
  const { origin: visitor, asking } = visitorOf(access);
  const outcomes = policy.ask(preflightRequest(visitor, 'GET', ['authorization']), asking);
  // Where CORS is off there is nothing to allow. What passes on with headers set is answered with them by Express.
  const answered = outcomes.filter(
    ({ end, headers }) =>
      end.is === 'answers' || (end.is === 'passes' && headers.has('access-control-allow-origin')),
  );
  if (answered.length === 0 || outcomes.some((outcome) => outcome.unclear)) return [];
  const data = { line: read.line, library: policy.library };
  const places = { evidence: read.cause };

  const said = answered.map(({ headers }) => headers.get(header));
  if (said.every((one) => one?.byDefault))
    return [problem('authorization-implicit', policy.at, data, places)];
  // Hand-written headers may name none, and that to those only who are let in.
  const origins = answered.map(({ headers }) => headers.get('access-control-allow-origin'));
  const list = policy.allowedHeaders ?? said.find(Boolean)?.cause ?? origins[0]?.cause;
  if (
    list === undefined ||
    (!said.some(Boolean) && policy.allowedHeaders === undefined && !origins.every(Boolean))
  )
    return [];
  const named = answered.map((outcome) => {
    const said = outcome.headers.get(header);
    if (said && said.value === undefined) return 'unknown';
    const names = parseTokenList(said?.value ?? '')?.map((name) => name.toLowerCase()) ?? [];
    return names.includes('authorization') ? 'named' : names.includes('*') ? 'wildcard' : 'missing';
  });
  if (named.every((how) => how === 'missing'))
    return [problem('authorization-not-allowed', list, data, places)];
  // With credentials the `*` is no wildcard at all, which `wildcard-allowed-headers` says.
  if (
    named.every((how) => how === 'wildcard') &&
    !inAll(outcomes, 'access-control-allow-credentials', 'true')
  )
    return [problem('authorization-by-wildcard', list, data, places)];
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
