/** The properties that hold for every program that decides about origins. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Place } from '../../src/analysis/code.ts';
import { BudgetSpent } from '../../src/analysis/run/tree.ts';
import { accessOf } from '../../src/policy/judge/access.ts';
import { actualRequest, preflightRequest, type Outcome, type Request } from '../../src/policy/policy.ts';
import {
  decisions,
  FRIENDS,
  inputs,
  relevant,
  STRANGERS,
  type Decision,
  type Inputs,
  type Kind,
} from './decisions.grammar.ts';
import { Program, send, withoutRejections, type Real } from './decisions.real.ts';
import { agrees, isDefinite, layerOf, show, showReal, type Found } from './decisions.said.ts';
import { LONG, SEED } from './seed.ts';

/** For each kind of program, with and without unknowns: more than 20,000 in all. */
export const RUNS = Number(process.env['CORS_TEST_RUNS'] ?? (LONG ? 40_000 : 3500));

const without = (method: string, path = '/'): Request => ({ method, path, headers: new Map() });
const origin = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...FRIENDS) },
  fc.constantFrom(...STRANGERS, 'null'),
);
const path = fc.constantFrom('/', '/api/items', '/about?debug=1');
const others: readonly ReadonlyMap<string, string>[] = [
  new Map(),
  new Map(),
  new Map([['cookie', 'session=1']]),
  new Map([['authorization', 'Bearer x']]),
  new Map([['x-key', 'one']]),
];

/**
 * What pages and machines send. Where something is unknown, all are pages: what is not known is taken to be something,
 * and so is never the `undefined` that a request without `Origin` has in its place.
 */
export const requestsTo = (unknowns: boolean): fc.Arbitrary<Request> =>
  unknowns ? pages : fc.oneof({ weight: 5, arbitrary: pages }, machines);

const machines = fc
  .tuple(fc.constantFrom('GET', 'POST', 'OPTIONS'), path)
  .map(([method, to]) => without(method, to));
const pages: fc.Arbitrary<Request> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(origin, fc.constantFrom('GET', 'GET', 'POST'), path, fc.constantFrom(...others))
      .map(([from, method, to, more]) => {
        const { headers } = actualRequest(from);
        return { method, path: to, headers: new Map([...headers, ...more]) };
      }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        origin,
        fc.constantFrom('PUT', 'POST'),
        fc.constantFrom([], ['x-one'], ['content-type', 'x-one']),
        path,
      )
      .map(([from, method, headers, to]) => preflightRequest(from, method, headers, to)),
  },
);

/** The interpreter is not told of headers that it counts as unknown: whoever asks it as a page may send them or not. */
export const asAsked = (request: Request): Request => ({
  ...request,
  headers: new Map(
    [...request.headers].filter(([name]) => name === 'origin' || name.startsWith('access-control-')),
  ),
});

/** Whether a stranger asks, whom the program does not name: that nobody lists him is true of nobody else. */
export const isForeign = (decision: Decision, request: Request): boolean => {
  const from = request.headers.get('origin') ?? '';
  return STRANGERS.includes(from) && !relevant(decision).includes(`'${from}'`);
};

interface Counts {
  programs: number;
  compared: number;
  definite: number;
  broken: number;
  silent: number;
  spent: number;
  ends: Record<string, number>;
  witnesses: number;
  anybody: number;
}

const newCounts = (): Counts => ({
  programs: 0,
  compared: 0,
  definite: 0,
  broken: 0,
  silent: 0,
  spent: 0,
  ends: {},
  witnesses: 0,
  anybody: 0,
});

function tell(what: string, counts: Counts): void {
  // eslint-disable-next-line no-console -- the seed and the counts belong to the report
  console.info(`${what}: seed ${SEED}: ${JSON.stringify(counts)}`);
}

/** The program's layer; nothing where the budget does not suffice: such a file is unknown as a whole. */
function layerWithin(decision: Decision, counts: Counts): Found | undefined {
  try {
    const layer = layerOf(decision);
    if (!layer) counts.silent++;
    return layer;
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    counts.spent++;
    return undefined;
  }
}

export const describe = ({ method, path: to, headers }: Request): string =>
  `${method} ${to} ${JSON.stringify(Object.fromEntries(headers))}`;

function contradiction(
  decision: Decision,
  request: Request,
  outcomes: readonly Outcome<Place>[],
  real: Real,
  how: string,
  given: Inputs,
): Error {
  return new Error(
    [
      `${how}: ${describe(request)}`,
      `  said:   ${outcomes.map(show).join('\n      or: ')}`,
      `  really: ${showReal(real)}`,
      `  with ${JSON.stringify(given)} and ${String(given.input['check'])}`,
      relevant(decision),
    ].join('\n'),
  );
}

/** Asked as the judge asks about a stranger: what is not known lists none. */
export const strangerName = (request: Request): string | undefined => {
  const host = /^https?:\/\/([^:]+)/.exec(request.headers.get('origin') ?? '')?.[1];
  return host?.split('.').slice(-2).join('.');
};

interface Settings {
  readonly kind: Kind;
  readonly unknowns: boolean;
  readonly runs: number;
}

/**
 * Runs programs in the head and for real.
 *
 * @returns what was counted, and the shortest programs that the interpreter does not know all of.
 */
export async function compare({
  kind,
  unknowns,
  runs,
}: Settings): Promise<{ counts: Counts; unclear: string[] }> {
  const counts = newCounts();
  const unclear: string[] = [];
  const asked = fc.array(requestsTo(unknowns), { minLength: 3, maxLength: 3 });
  await withoutRejections(() =>
    fc.assert(
      fc.asyncProperty(decisions(kind, unknowns), asked, inputs, async (decision, sent, given) => {
        const program = new Program(decision);
        if (!program.start(given)) {
          counts.broken++;
          return;
        }
        counts.programs++;
        const layer = layerWithin(decision, counts);
        if (!layer) return;
        for (const request of sent) {
          const real = await send(program.start(given)!, request);
          counts.compared++;
          counts.ends[real.end] = (counts.ends[real.end] ?? 0) + 1;
          const { outcomes, mayThrow } = layer.ask(asAsked(request));
          if (!agrees(outcomes, mayThrow, real))
            throw contradiction(decision, request, outcomes, real, 'asked', given);
          if (isDefinite(outcomes)) counts.definite++;
          else if (!unknowns)
            unclear.push(`${describe(request)}\n${outcomes.map(show).join('\nor ')}\n${relevant(decision)}`);
          if (!isForeign(decision, request)) continue;
          const foreign = layer.ask(asAsked(request), { unlisted: strangerName(request) });
          if (!agrees(foreign.outcomes, foreign.mayThrow, real))
            throw contradiction(decision, request, foreign.outcomes, real, 'asked as a stranger', given);
        }
      }),
      { seed: SEED, numRuns: runs },
    ),
  );
  tell(`${kind}${unknowns ? ' with unknowns' : ''}`, counts);
  unclear.sort((a, b) => a.length - b.length);
  return { counts, unclear };
}

/** Of a thousand answers, one may be open; of few, those of one program. */
export function expectDefinite({
  counts,
  unclear,
}: {
  readonly counts: Counts;
  readonly unclear: readonly string[];
}): void {
  const open = counts.compared - counts.definite;
  expect(open, unclear.slice(0, 5).join('\n---\n')).toBeLessThanOrEqual(Math.max(3, counts.compared / 1000));
}

/** Whoever the judge says is let in is let in, whatever the inputs are. */
export async function replayWitnesses({ kind, unknowns, runs }: Settings): Promise<Counts> {
  const counts = newCounts();
  await withoutRejections(() =>
    fc.assert(
      fc.asyncProperty(decisions(kind, unknowns), inputs, async (decision, given) => {
        const program = new Program(decision);
        if (!program.start(given)) {
          counts.broken++;
          return;
        }
        counts.programs++;
        const layer = layerWithin(decision, counts);
        if (!layer) return;
        const { anybody, stranger, witnesses } = accessOf(layer.layer);
        if (anybody) counts.anybody++;
        counts.witnesses += witnesses.length;
        const in_ = [...(anybody ? [stranger] : []), ...witnesses];
        for (const { origin: from, outcomes } of in_) {
          const request = actualRequest(from);
          const real = await send(program.start(given)!, request);
          counts.compared++;
          const sent = real.headers.get('access-control-allow-origin');
          const letIn = (real.end === 'passes' || real.end === 'answers') && sent === from;
          // What is not known is taken not to throw.
          const { mayThrow } = layer.ask(request);
          if (!letIn && !(mayThrow && (real.end === 'fails' || real.end === 'hangs')))
            throw contradiction(decision, request, outcomes, real, 'a witness', given);
        }
      }),
      { seed: SEED, numRuns: runs },
    ),
  );
  tell(`witnesses of ${kind}${unknowns ? ' with unknowns' : ''}`, counts);
  expect(counts.witnesses + counts.anybody).toBeGreaterThan(runs / 50);
  return counts;
}
