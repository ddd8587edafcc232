/** The judge's view of the environment: one policy in two worlds, and what a variable that is missing makes of it. */
import { isLoopbackText, STRANGER } from './access.ts';
import { parseOrigin } from '../origin.ts';
import { actualRequest, type Outcome, type Policy, type Said } from '../policy.ts';
import type { Problem, ProblemCode } from '../problems.ts';
import { registrableName } from '../shared-hosts.ts';

/** A policy while variables of the environment are set, and while they are not. */
export interface Unset<C> {
  readonly variables: readonly string[];
  /** The variables hold an origin, or what makes one. */
  readonly given: Policy<C>;
  /** The origin that is let in then, if it is. */
  readonly origin: string;
  /** Each of them is missing. */
  readonly missing: Policy<C>;
}

/** The problems of a policy that rests on variables which may be missing. */
export function judgeUnset<C>(worlds: Unset<C>): readonly Problem<C>[] {
  const { given, origin, missing } = worlds;
  // A variable that does not say who is let in is a switch, and whoever wrote the switch knows both sides.
  if (!letsIn(given, origin) || !refuses(given, STRANGER)) return [];
  return opening(worlds) ?? falling(worlds) ?? switchedOff(missing, worlds) ?? failing(worlds) ?? [];
}

/** Everybody is let in. */
function opening<C>({ variables, given, origin, missing }: Unset<C>): readonly Problem<C>[] | undefined {
  const said = letsIn(missing, STRANGER);
  if (!said) return undefined;
  const credentials = missing
    .ask(actualRequest(STRANGER))
    .every(({ headers }) => headers.get('access-control-allow-credentials')?.value === 'true');
  const code: ProblemCode = !credentials
    ? 'env-opens'
    : said.value === '*'
      ? 'env-wildcard-credentials'
      : 'env-opens-credentials';
  const data = { ...named(variables), witness: STRANGER };
  return [{ code, cause: said.cause, data, places: {}, remedies: remediesOf(given, origin) }];
}

/** Only a loopback origin is let in: what works on the author's machine. */
function falling<C>({ variables, given, origin, missing }: Unset<C>): readonly Problem<C>[] | undefined {
  const fallback = missing.origins.find(
    ({ text }) => isLoopbackText(text) && letsIn(missing, text) && !letsIn(given, text),
  );
  if (!fallback) return undefined;
  const data = { ...named(variables), fallback: fallback.text };
  return [
    {
      code: 'env-loopback',
      cause: fallback.cause,
      data,
      places: {},
      remedies: remediesOf(given, origin),
    },
  ];
}

/** The library takes the missing value for a no, without a word. */
function switchedOff<C>(
  { off, library }: Policy<C>,
  { variables, given, origin }: Unset<C>,
): readonly Problem<C>[] | undefined {
  if (!off) return undefined;
  const effect = `${library} takes \`origin: ${off.says}\` for off: no other website can read these answers, and nothing says why`;
  const data = { ...named(variables), effect };
  return [{ code: 'env-off', cause: off.at, data, places: {}, remedies: remediesOf(given, origin) }];
}

/** What is not there becomes the text `undefined`, or an exception. */
function failing<C>({ variables, given, missing }: Unset<C>): readonly Problem<C>[] | undefined {
  const outcomes = missing.ask(actualRequest(STRANGER));
  const [first] = outcomes;
  const said = first?.headers.get('access-control-allow-origin');
  if (
    said &&
    outcomes.every(({ headers }) => headers.get('access-control-allow-origin')?.value === 'undefined')
  ) {
    const effect = 'the header says `undefined`, which is no origin: no other website can read these answers';
    return [{ code: 'env-off', cause: said.cause, data: { ...named(variables), effect }, places: {} }];
  }
  if (first?.end.is !== 'fails') return undefined;
  if (!outcomes.every(({ end }) => end.is === 'fails')) return undefined;
  // A stranger may be refused by an exception in any case.
  if (given.ask(actualRequest(STRANGER)).some(({ end }) => end.is === 'fails')) return undefined;
  const effect = 'every request ends in an exception';
  return [
    {
      code: 'env-off',
      cause: first.end.cause ?? missing.at,
      data: { ...named(variables), effect },
      places: {},
    },
  ];
}

/** A policy whose variable is named like a list. */
export interface Listing<C> {
  readonly variable: string;
  /** The variable holds this one origin. */
  readonly given: Policy<C>;
  readonly origin: string;
  /** The variable holds several, divided in every usual way, each of which leaves one of these alone. */
  readonly several: Policy<C>;
  readonly pieces: readonly string[];
}

/** One origin is let in, and of several none: nothing divides the list. */
export function judgeListing<C>({
  variable,
  given,
  origin,
  several,
  pieces,
}: Listing<C>): readonly Problem<C>[] {
  if (!letsIn(given, origin) || !refuses(given, STRANGER)) return [];
  if (!pieces.every((piece) => refuses(several, piece))) return [];
  const written = given.origins.find(({ text }) => text === origin);
  if (!written) return [];
  const effect =
    written.as === 'only'
      ? 'is sent as it stands, commas and all'
      : 'is compared with an origin as it stands';
  const data = { ...named([variable]), effect };
  return [
    { code: 'env-not-split', cause: written.cause, data, places: {}, remedies: remediesOf(given, origin) },
  ];
}

/** A policy whose variable is read before `dotenv` has loaded it. */
export interface Early<C> {
  readonly variable: string;
  readonly line: string;
  /** Where it is read, and where it is loaded. */
  readonly read: C;
  readonly loaded: C;
  readonly given: Policy<C>;
  readonly origin: string;
  /** It is missing until it is loaded. */
  readonly late: Policy<C>;
}

export function judgeEarly<C>({
  variable,
  line,
  read,
  loaded,
  given,
  origin,
  late,
}: Early<C>): readonly Problem<C>[] {
  if (!letsIn(given, origin) || !refuses(given, STRANGER)) return [];
  const everybody = letsIn(late, STRANGER) !== undefined;
  if (!everybody && !refuses(late, origin)) return [];
  const effect = everybody ? 'every website is let in' : 'no origin in it is let in';
  const data = { ...named([variable]), line, effect };
  return [{ code: 'env-before-dotenv', cause: read, data, places: { loaded } }];
}

/** The two usual names of one's own machine, which are two origins to a browser. */
const NAMES: readonly (readonly [string, string])[] = [
  ['//localhost', '//127.0.0.1'],
  ['//127.0.0.1', '//localhost'],
];

/**
 * Loopback origins that are let in by one name and not by the other.
 *
 * @param production the same policy there, if there is one: what it lets in too is another rule's finding.
 */
export function judgeLoopbackPairs<C>(
  development: Policy<C>,
  production: Policy<C> | undefined,
): readonly Problem<C>[] {
  return development.origins.flatMap(({ text, cause, as }): readonly Problem<C>[] => {
    if (!isLoopbackText(text) || !letsIn(development, text)) return [];
    if (production && letsIn(production, text)) return [];
    const missing = NAMES.flatMap(([one, other]) =>
      new RegExp(`^https?:${one}(?=:|$)`).test(text) ? [text.replace(one, other)] : [],
    )[0];
    if (missing === undefined || !refuses(development, missing)) return [];
    const direct = as === 'only' && development.mended('list-origins', {}) !== undefined;
    return [
      {
        code: 'unpaired-loopback',
        cause,
        data: { listed: text, missing },
        places: {},
        remedies: new Set(direct ? (['list-origins'] as const) : []),
      },
    ];
  });
}

/** Whether the value is what the library takes for its origins, so that a list can stand there. */
function remediesOf<C>(given: Policy<C>, origin: string): Problem<C>['remedies'] & object {
  const written = given.origins.find(({ text }) => text === origin);
  if (written?.as === 'only' && given.mended('list-origins', {})) return new Set(['list-origins']);
  return new Set(written?.as === 'listed' ? ['compare-elements'] : []);
}

/** The header that lets the origin in, by name or by `*`, if every outcome has it. */
function letsIn<C>(policy: Policy<C>, origin: string): Said<C> | undefined {
  const outcomes = ask(policy, origin);
  const certain = outcomes.every(({ headers, end, unclear }) => {
    const value = headers.get('access-control-allow-origin')?.value;
    return !unclear && (end.is === 'passes' || end.is === 'answers') && (value === origin || value === '*');
  });
  return certain ? outcomes[0]?.headers.get('access-control-allow-origin') : undefined;
}

/** Whether no outcome lets the origin in. */
function refuses<C>(policy: Policy<C>, origin: string): boolean {
  return ask(policy, origin).every(({ headers, unclear }) => {
    const said = headers.get('access-control-allow-origin');
    return !unclear && (!said || (said.value !== undefined && said.value !== origin && said.value !== '*'));
  });
}

function ask<C>(policy: Policy<C>, origin: string): readonly Outcome<C>[] {
  const parsed = parseOrigin(origin);
  const unlisted =
    origin === STRANGER && parsed.ok && parsed.kind === 'tuple' ? registrableName(parsed.host) : undefined;
  return policy.ask(actualRequest(origin), { unlisted });
}

/** `ORIGIN`, or `A` and `B`: alone, and in the clause that they are missing. */
function named(variables: readonly string[]): { readonly names: string; readonly missing: string } {
  const each = variables.map((one) => `\`${one}\``);
  const several = each.length > 1;
  const names = several ? `${each.slice(0, -1).join(', ')} and ${each.at(-1)}` : (each[0] ?? '');
  return { names, missing: `${names} ${several ? 'are' : 'is'} not set` };
}
