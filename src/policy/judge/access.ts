/** Who is let in? The policy is asked as a stranger, and as everybody whom its own comparisons could take for a friend. */
import type { Comparison } from '../comparison.ts';
import { isLoopback, parseOrigin } from '../origin.ts';
import { actualRequest, type Outcome, type Policy, type Said } from '../policy.ts';
import type { Problem, ProblemCode } from '../problems.ts';
import { repairsOf, withoutMemory } from '../repairs.ts';
import { registrableName } from '../shared-hosts.ts';
import { candidates, type Candidate } from '../witnesses/witnesses.ts';

/** An origin that nobody lists: RFC 2606 keeps the name free. Two, since one could be a constant that is sent to all. */
export const STRANGER = 'https://stranger.example';
export const STRANGER_NAME = 'stranger.example';
const OTHER_STRANGER = 'https://somebody-else.example';

/** How often a policy is asked about witnesses, at most. A check asks two or three things, and each has its candidates. */
const MOST_ASKED = 80;
const MOST_ROUNDS = 3;
/** Of a list of thousands the first ones say what its author has in mind. */
const MOST_COMPARISONS = 400;

/** What came of asking as one origin. */
interface Asked<C> {
  readonly origin: string;
  readonly outcomes: readonly Outcome<C>[];
  readonly noted: readonly Comparison<C>[];
}

/** Whom the policy lets in, as far as it shows. */
export interface Access<C> {
  /** Everybody, if that is so. */
  readonly anybody: Said<C> | undefined;
  /** What a stranger was answered. */
  readonly stranger: Asked<C>;
  /** Candidates that were let in, and what decided about each. */
  readonly witnesses: readonly Witness<C>[];
}

export interface Witness<C> extends Candidate {
  readonly cause: C;
  /** The first comparison that the stranger's run and the witness's answered differently. */
  readonly decisive: Comparison<C> | undefined;
  readonly credentials: boolean;
  readonly acknowledged: boolean;
  readonly outcomes: readonly Outcome<C>[];
}

/** Asks the policy who is let in. */
export function accessOf<C>(policy: Policy<C>): Access<C> {
  const stranger = askAs(policy, STRANGER, 'stranger');
  const anybody = letIn(stranger) && !isConstant(policy) ? letIn(stranger) : undefined;
  if (anybody) return { anybody, stranger, witnesses: [] };
  const witnesses = new Map<string, Witness<C>>();
  const tried = new Set([STRANGER]);
  // What was written is compared with, whether or not the policy says so.
  const written = policy.origins.map(({ text, cause }): Comparison<C> => ({
    how: 'equals',
    subject: STRANGER,
    operand: text,
    answer: false,
    cause,
  }));
  let noted: readonly Comparison<C>[] = [...written, ...stranger.noted].slice(0, MOST_COMPARISONS);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const found: Comparison<C>[] = [];
    for (const candidate of candidates(STRANGER, noted)) {
      if (tried.has(candidate.origin) || tried.size > MOST_ASKED) continue;
      tried.add(candidate.origin);
      const asked = askAs(policy, candidate.origin, candidate.kind);
      // Behind a first question that is answered yes there may be a second one.
      found.push(
        ...asked.noted.map((one) => ({ ...one, subject: translated(one.subject, candidate.origin) })),
      );
      const said = letIn(asked);
      const decisive = said && decisiveOf(stranger, asked);
      if (said)
        witnesses.set(candidate.origin, {
          ...candidate,
          cause: decisive ? decisive.cause : said.cause,
          decisive,
          credentials: withCredentials(asked),
          acknowledged: said.acknowledged === true,
          outcomes: asked.outcomes,
        });
    }
    const known = new Set(noted.map(keyOf));
    const more = found.filter((one) => !known.has(keyOf(one)));
    if (more.length === 0) break;
    noted = [...noted, ...more];
  }
  return { anybody: undefined, stranger, witnesses: [...witnesses.values()] };
}

function keyOf({ how, operand }: Comparison<unknown>): string {
  return `${how} ${operand}`;
}

/** What a later run compared, as the stranger's run would have put it. */
function translated(subject: string, origin: string): string {
  const [own, other] = [parseOrigin(STRANGER), parseOrigin(origin)];
  if (subject === origin) return STRANGER;
  if (own.ok && own.kind === 'tuple' && other.ok && other.kind === 'tuple') {
    const port = other.port === undefined ? '' : `:${other.port}`;
    if (subject === other.host || subject === `${other.host}${port}`) return own.host;
    if (subject === `${other.scheme}:`) return 'https:';
    if (subject === other.scheme) return 'https';
  }
  return subject;
}

/** The origin is sent to everybody as it stands: to one stranger as to the other. */
function isConstant<C>(policy: Policy<C>): boolean {
  const other = askAs(policy, OTHER_STRANGER, 'stranger');
  return letIn(other) === undefined;
}

function askAs<C>(policy: Policy<C>, origin: string, kind: Candidate['kind']): Asked<C> {
  const noted: Comparison<C>[] = [];
  const parsed = parseOrigin(origin);
  const foreign = kind === 'stranger' || kind === 'tenant';
  const unlisted = foreign && parsed.ok && parsed.kind === 'tuple' ? registrableName(parsed.host) : undefined;
  return { origin, outcomes: policy.ask(actualRequest(origin), { unlisted, noted }), noted };
}

/** The header that lets the origin in, if every outcome has it. */
function letIn<C>({ origin, outcomes }: Asked<C>): Said<C> | undefined {
  const certain = outcomes.every(
    ({ headers, end, unclear }) =>
      !unclear &&
      (end.is === 'passes' || end.is === 'answers') &&
      headers.get('access-control-allow-origin')?.value === origin,
  );
  return certain ? outcomes[0]?.headers.get('access-control-allow-origin') : undefined;
}

function withCredentials<C>({ outcomes }: Asked<C>): boolean {
  return outcomes.every(({ headers }) => headers.get('access-control-allow-credentials')?.value === 'true');
}

/** The first question that the stranger's run and the witness's answer differently. */
function decisiveOf<C>(stranger: Asked<C>, witness: Asked<C>): Comparison<C> | undefined {
  return witness.noted.find((one, index) => stranger.noted[index]?.answer !== one.answer);
}

const CODES = {
  stranger: ['unsafe-match-credentials', 'unsafe-match'],
  tenant: ['unsafe-match-credentials', 'unsafe-match'],
  null: ['null-origin-credentials', 'null-origin'],
  insecure: ['insecure-origin-credentials', 'insecure-origin'],
  loopback: ['loopback-origin', 'loopback-origin'],
} as const satisfies Record<string, readonly [ProblemCode, ProblemCode]>;

/**
 * The problems of whom the policy lets in without that its author can have meant it.
 *
 * @param isOwn whether a host is known to be the author's, whatever it looks like.
 */
export function judgeAccess<C>(
  policy: Policy<C>,
  { stranger, witnesses }: Access<C>,
  isOwn: (host: string) => boolean = () => false,
): readonly Problem<C>[] {
  const unsafe: Witness<C>[] = [];
  const problems: Problem<C>[] = [];
  const places = policy.credentials === undefined ? {} : { credentials: policy.credentials };
  // From the wide to the narrow: of one cause, only the worst is told.
  const told = new Set<C>();
  let schemeTold = false;
  for (const witness of witnesses) {
    const { origin, kind, because, cause, credentials, acknowledged } = witness;
    if (kind === 'meant' || acknowledged || isTold(told, cause)) continue;
    // That the scheme is not looked at is one mistake, however many hosts are let in so.
    const listed = policy.origins.some(({ text }) => text === origin);
    if (kind === 'insecure' && !listed) {
      if (schemeTold) continue;
      schemeTold = true;
    }
    const isForeign = kind === 'stranger' || kind === 'tenant';
    const parsed = parseOrigin(origin);
    // Over `http:` one's own host is no safer than another.
    if (isForeign && parsed.ok && parsed.kind === 'tuple' && isOwn(parsed.host)) continue;
    told.add(cause);
    if (isForeign) unsafe.push(witness);
    else {
      const code = CODES[kind][credentials ? 0 : 1];
      problems.push({ code, cause, data: { witness: origin, because }, places });
    }
  }
  return [
    ...unsafeMatches(unsafe, stranger.noted).map((problem) => ({ ...problem, places })),
    ...problems,
    ...statefulExpressions(stranger.noted),
  ];
}

/** One for each operand; where several are at fault in one place, it is the place: `list.some((o) => origin.startsWith(o))`. */
function unsafeMatches<C>(
  witnesses: readonly Witness<C>[],
  noted: readonly Comparison<C>[],
): readonly Problem<C>[] {
  const told = new Set<C>();
  return witnesses.flatMap(({ origin, kind, because, cause, credentials, decisive }) => {
    const by = decisive?.how === 'matches' ? undefined : decisive?.by;
    const alike = by === undefined ? 1 : witnesses.filter((one) => isSame(one.decisive?.by, by)).length;
    const at = by !== undefined && alike > 1 ? by : cause;
    if (isTold(told, at)) return [];
    told.add(at);
    const operands = new Set(noted.flatMap((one) => (isSame(one.by, by) ? one.operand : [])));
    const code = CODES[kind as 'stranger' | 'tenant'][credentials ? 0 : 1];
    return {
      code,
      cause: at,
      data: { witness: origin, because },
      places: {},
      repairs: decisive ? repairsOf(decisive, operands.size > 1) : [],
    };
  });
}

function statefulExpressions<C>(noted: readonly Comparison<C>[]): readonly Problem<C>[] {
  const told = new Set<C>();
  return noted.flatMap((one) => {
    if (!one.keeps || isTold(told, one.cause)) return [];
    told.add(one.cause);
    return {
      code: 'stateful-expression' as const,
      cause: one.cause,
      data: {},
      places: {},
      repairs: [withoutMemory(one)],
    };
  });
}

function isTold<C>(told: ReadonlySet<C>, cause: C): boolean {
  return [...told].some((one) => isSame(one, cause));
}

function isSame<C>(one: C, other: C): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Whether the origin is of one's own machine. */
export function isLoopbackText(text: string): boolean {
  const parsed = parseOrigin(text);
  return parsed.ok && isLoopback(parsed);
}
