/** A model of a package beside the package: what both are asked, and where they disagree. */
import type { Outcome, Policy, Request } from '../../src/policy/policy.ts';
import type { Answer } from '../facts/server.ts';
import { A, B } from './options.grammar.ts';

export const STRANGER = 'https://stranger.example';
export const ASKED = 'content-type,x-a';

const HEADERS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
  'vary',
] as const;

export interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const origin = (value: string): Sent => ({ method: 'GET', headers: { origin: value } });
export const options = (headers: Readonly<Record<string, string>>): Sent => ({ method: 'OPTIONS', headers });
export const asks = (method: string): Record<string, string> => ({ 'access-control-request-method': method });

export const requests: readonly Sent[] = [
  { method: 'GET', headers: {} },
  origin(A),
  origin(STRANGER),
  origin('null'),
  origin('*'),
  { method: 'POST', headers: { origin: B } },
  options({ origin: STRANGER, ...asks('PUT') }),
  options({ origin: A, ...asks('POST'), 'access-control-request-headers': ASKED }),
  options({}),
];

/** Where the origin is not written, it is not asked at length about it. */
export const requestsFor = (source: string): readonly Sent[] =>
  source.includes('origin') ? requests : requests.filter((sent, index) => index === 1 || isOptions(sent));

export const requestOf = ({ method, headers }: Sent): Request => ({
  method,
  path: '/',
  headers: new Map(Object.entries(headers)),
});

export const isOptions = ({ method }: Sent): boolean => method === 'OPTIONS';

/** `undefined`: it hung. */
export type Answered = { readonly sent: Sent; readonly answer: Answer | undefined };

/** Where the model and the server disagree. */
export function disagreements(
  call: string,
  layer: Policy<unknown>,
  answered: readonly Answered[],
  endSeen: (one: Answered) => string,
): string[] {
  const found: string[] = [];
  for (const { sent, answer } of answered) {
    const outcomes = layer.ask(requestOf(sent));
    const tell = (what: string, claimed: unknown, real: unknown): void => {
      found.push(
        `${call}, ${JSON.stringify(sent)}: ${what} should be ${JSON.stringify(real)}, claimed ${JSON.stringify(claimed)}`,
      );
    };
    if (outcomes.some(({ unclear }) => unclear)) {
      if (!/=>|function|\/\^|unknown/.test(call)) tell('it', 'unclear', 'clear');
      continue;
    }
    const [outcome] = outcomes;
    if (outcomes.length !== 1 || !outcome) {
      tell('the number of outcomes', outcomes.length, 1);
      continue;
    }
    const [claimed, real] = [endOf(outcome), endSeen({ sent, answer })];
    if (claimed !== 'answers undefined' && claimed !== real) tell('the end', claimed, real);
    if (!answer) continue;
    for (const name of HEADERS) {
      const said = outcome.headers.get(name);
      if (said && said.value === undefined) continue;
      if (said?.value !== answer.headers.get(name)) tell(name, said?.value, answer.headers.get(name));
    }
  }
  return found;
}

export function endOf({ end }: Outcome<unknown>): string {
  // An error may bring a status of its own.
  const answers = end.is === 'answers' || (end.is === 'fails' && ![undefined, 500].includes(end.status));
  return answers ? `answers ${end.status}` : end.is;
}
