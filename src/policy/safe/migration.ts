/**
 * Whether the safe middleware can take the place of another policy, and with which origins: everybody whom that one lets
 * in on purpose is let in, with the methods and headers that he could send. What cannot be shown is left to its author.
 */
import { mayRead, type PageRequest } from '../browser.ts';
import type { Comparison } from '../comparison.ts';
import { judge } from '../judge.ts';
import { accessOf, STRANGER, STRANGER_NAME, type Access, type Witness } from '../judge/access.ts';
import { parseOrigin } from '../origin.ts';
import { parsePattern, takes } from '../origin-pattern.ts';
import { placeholderHost } from '../placeholder.ts';
import { actualRequest, preflightRequest, type Outcome, type Policy, type Request } from '../policy.ts';
import { patternsFor } from './expression.ts';
import { MORE, readSafeOptions, UNKNOWN, written, type OptionPath } from './options.ts';
import { SafePolicy } from './policy.ts';
import { isRefused } from './refused.ts';

/** What `origin` becomes. */
export type NewOrigin<C> =
  /** It can stay as it is written. */
  | { readonly is: 'same' }
  | { readonly is: 'everybody' }
  /** `by`: the comparison with a list that holds them, and more if it is `open`. */
  | {
      readonly is: 'listed';
      readonly texts: readonly string[];
      readonly by: C | undefined;
      readonly open: boolean;
    };

export interface Plan<C> {
  readonly origin: NewOrigin<C> | undefined;
  /** Options that say what the middleware does anyhow. */
  readonly drops: readonly string[];
  /** Whoever is refused gets an error, and reaches no handler: only `refuseCrossSite` does that too. */
  readonly keepsOut: boolean;
  /** A clause that says what only the author can: "who may read the answers with cookies". */
  readonly undecided: string | undefined;
  /** Nothing but who is let in is undecided: with `origin`, or with a list of somebody's own, the move can be made. */
  readonly onlyOrigin: boolean;
}

/** The options as they are written, with `UNKNOWN` for what is not known. */
export type Given = Readonly<Record<string, unknown>>;

const MOST_FRIENDS = 40;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'PROPFIND'];
const HEADERS = ['content-type', 'authorization', 'x-requested-with', 'x-some-header'];

/** Plans the move of a policy whose options are these. */
export function planMove<C>(policy: Policy<C>, given: Given): Plan<C> {
  const { idle } = readSafeOptions<OptionPath>(given, (path) => path);
  const drops = idle.flatMap(({ code, text }) => (code === 'idle-option' ? [text] : []));
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !drops.includes(name)));
  const access = accessOf(policy);
  const keepsOut = access.stranger.outcomes.some(({ end }) => end.is !== 'passes');
  const planned = originsOf(policy, access, given);
  const { origin, left } = typeof planned === 'string' ? { origin: undefined, left: planned } : planned;

  const value = origin ? valueOf(origin) : [MORE];
  const safe = safePolicy(value === undefined ? rest : { ...rest, origin: value });
  // What is not known may be anything, such as missing.
  const unknown = Object.keys(rest).find((name) => name !== 'origin' && holdsUnknown(rest[name]));
  if (unknown !== undefined) return undecidedPlan(`what \`${unknown}\` can be`, { drops, keepsOut });
  const refused = judge(safe).find(({ code }) => isRefused(code));
  if (refused) {
    const isOrigin = refused.cause[0] === 'origin' || refused.cause.length === 0;
    const clause =
      left ?? (isOrigin ? 'who may read the answers' : `what \`${written(refused.cause)}\` is to be`);
    return undecidedPlan(clause, { drops, keepsOut, onlyOrigin: isOrigin && left === undefined });
  }
  if (left !== undefined) return { origin, drops, keepsOut, undecided: left, onlyOrigin: true };
  const more = origin?.is === 'listed' ? guestIn(policy, origin) : undefined;
  if (more !== undefined) return { origin, drops, keepsOut, undecided: more, onlyOrigin: true };
  const lost = friendsOf(access, policy).find((one) => !keeps(policy, safe, one, namesIn(given)));
  return { origin, drops, keepsOut, undecided: lost && whatOf(lost), onlyOrigin: false };
}

function whatOf(origin: string): string {
  return origin === STRANGER ? 'who may read the answers' : `what \`${origin}\` may send`;
}

/** A plan that only its author can complete. */
export function undecidedPlan<C>(undecided: string, known: Partial<Plan<C>> = {}): Plan<C> {
  return { origin: undefined, drops: [], keepsOut: false, onlyOrigin: false, ...known, undecided };
}

function safePolicy(given: Given): SafePolicy<OptionPath> {
  return new SafePolicy(readSafeOptions<OptionPath>(given, (path) => path));
}

function valueOf<C>(origin: NewOrigin<C>): unknown {
  if (origin.is === 'everybody') return '*';
  if (origin.is === 'same') return undefined;
  return origin.open ? [...origin.texts, MORE] : origin.texts;
}

interface Planned<C> {
  readonly origin: NewOrigin<C>;
  /** What has to be decided about it. */
  readonly left?: string | undefined;
}

/** The origins, or a clause that says what has to be decided before there can be any. */
function originsOf<C>(policy: Policy<C>, access: Access<C>, given: Given): Planned<C> | string {
  const said = access.stranger.outcomes.map(
    ({ headers }) => headers.get('access-control-allow-origin')?.value,
  );
  const credentials = access.stranger.outcomes.some(({ headers }) =>
    headers.has('access-control-allow-credentials'),
  );
  const { origin: written } = given;
  const isForAll =
    said.every((one) => one === '*' || one === STRANGER) && (!('origin' in given) || isForEverybody(written));
  if (isForAll && (access.anybody || access.witnesses.length === 0))
    return credentials ? 'who may read the answers with cookies' : { origin: { is: 'everybody' } };
  if (written === false || canStay(written)) return { origin: { is: 'same' } };
  if (holdsUnknown(written)) return 'what `origin` can be';
  const texts = (Array.isArray(written) ? (written as readonly unknown[]) : [written]).filter(
    (one) => typeof one === 'string',
  );
  const strange = texts.find((text) => !parseOrigin(text).ok);
  if (strange !== undefined && strange !== '') return `whom \`${strange}\` is for`;
  if (
    said.some((one) => one !== undefined && one !== STRANGER && one !== '*') &&
    access.witnesses.length === 0
  )
    return 'who may read the answers';
  return listed(policy, access);
}

/** Not a `Set` or a `URL`, which nobody writes for everybody. */
function isForEverybody(origin: unknown): boolean {
  return origin === '*' || origin === true || typeof origin === 'function' || origin instanceof RegExp;
}

function holdsUnknown(value: unknown): boolean {
  return value === UNKNOWN || (Array.isArray(value) && value.some((one) => one === UNKNOWN || one === MORE));
}

/** Texts, and what is read from the environment into a list: the middleware takes them as they stand, or says why not. */
function canStay(origin: unknown): boolean {
  if (typeof origin === 'string') return origin !== '*' && parsePattern(origin).ok && !origin.includes('*');
  return (
    Array.isArray(origin) &&
    origin.length > 0 &&
    origin.every((one) => one === MORE || (typeof one === 'string' && parseOrigin(one).ok && one !== 'null'))
  );
}

function listed<C>(policy: Policy<C>, access: Access<C>): Planned<C> | string {
  const { noted } = access.stranger;
  const isOpen = canBeAnybody(policy);
  const equal = noted.filter(({ how, subject }) => how === 'equals' && subject === STRANGER);
  const exact = policy.origins
    .filter(({ text }) => isFine(text) && isLetIn(policy, text))
    .map(({ text }) => text);
  const patterns = patternsIn(noted);
  const meant = access.witnesses.filter(isMeant).map(({ origin }) => origin);
  const texts = [
    ...new Set([
      ...exact,
      ...patterns.filter(
        (one) => meant.some((origin) => covers(one, origin)) || isLetIn(policy, one.replace('*', 'app')),
      ),
    ]),
  ];
  // `/example\.com$/` was meant for `example.com` too.
  const bare = meant.filter(
    (origin) => !covered(texts, origin) && patterns.some((one) => one === origin.replace('://', '://*.')),
  );
  texts.push(...bare);
  const tenant = access.witnesses.find(({ kind, origin }) => kind === 'tenant' && !covered(texts, origin));
  if (tenant) return `which hosts like \`${tenant.origin}\` are your own`;
  const missing = meant.find((origin) => !covered(texts, origin));
  if (missing !== undefined) return 'which origins this check is for';
  if (texts.length === 0 && !isOpen) return 'who may read the answers';
  const [by, ...others] = new Set(equal.map((one) => JSON.stringify(one.by)));
  const only = others.length === 0 && by !== undefined && equal.length === noted.filter(isAboutOrigin).length;
  const place = only ? equal[0]?.by : undefined;
  if (isOpen && (place === undefined || patterns.length > 0 || canBeAnybody(policy, STRANGER_NAME)))
    return 'which origins this check is for';
  const refused = access.witnesses.find(
    ({ kind, origin }) => kind === 'null' || (kind === 'insecure' && exact.includes(origin)),
  );
  const origin: NewOrigin<C> = { is: 'listed', texts, by: place, open: isOpen };
  const left =
    refused && (refused.credentials || refused.kind === 'null')
      ? `whether \`${refused.origin}\` may read the answers`
      : undefined;
  return {
    origin:
      left === undefined ? origin : { ...origin, texts: texts.filter((one) => one !== refused?.origin) },
    left,
  };
}

function isAboutOrigin({ subject }: Comparison<unknown>): boolean {
  return subject === STRANGER;
}

function isMeant<C>({ kind }: Witness<C>): boolean {
  return kind === 'meant' || kind === 'loopback';
}

/**
 * Something that is not known may let in anybody.
 *
 * @param unlisted a name that no list holds: then it is something else than a list.
 */
function canBeAnybody<C>(policy: Policy<C>, unlisted?: string): boolean {
  return policy.ask(actualRequest(STRANGER), { unlisted }).some(({ headers, unclear }) => {
    const said = headers.get('access-control-allow-origin');
    return unclear || (said !== undefined && (said.value === undefined || said.value === STRANGER));
  });
}

/** The patterns that comparisons were written for, where they show. */
function patternsIn<C>(noted: readonly Comparison<C>[]): readonly string[] {
  const found = noted.flatMap(({ how, operand, flags }): readonly string[] => {
    if (how === 'matches') return patternsFor(new RegExp(operand, flags))?.patterns ?? [];
    if (how !== 'ends' && how !== 'includes') return [];
    const text = `https://*.${operand.replace(/^\./, '')}`;
    return parsePattern(text).ok ? [text] : [];
  });
  return [...new Set(found)];
}

/** What a `*` may stand for: letters, digits, several, many, and more than one label. */
const STANDS_FOR = ['x', '0', 'a-1', 'x'.repeat(40), 'a.b', 'a.b.c'];
const PORTS = ['1', '8080', '65535'];

/** Whom a pattern lets in although the policy does not: the clause that asks whether he may be. */
function guestIn<C>(policy: Policy<C>, { texts }: NewOrigin<C> & { is: 'listed' }): string | undefined {
  for (const text of texts) {
    if (!text.includes('*')) continue;
    const guest = (text.endsWith(':*') ? PORTS : STANDS_FOR)
      .map((filling) => text.replace('*', filling))
      .find((origin) => covers(text, origin) && !isLetIn(policy, origin));
    if (guest !== undefined) return `whether \`${guest}\` may read the answers too, as \`${text}\` lets it`;
  }
  return undefined;
}

function covered(texts: readonly string[], origin: string): boolean {
  return texts.some((text) => covers(text, origin));
}

function covers(text: string, origin: string): boolean {
  const [pattern, parsed] = [parsePattern(text), parseOrigin(origin)];
  return pattern.ok && parsed.ok && takes(pattern.pattern, parsed);
}

/** An origin that the middleware takes as it stands. */
function isFine(text: string): boolean {
  const parsed = parseOrigin(text);
  return parsed.ok && parsed.kind !== 'null' && placeholderHost(parsed) === undefined;
}

function isLetIn<C>(policy: Policy<C>, origin: string): boolean {
  return policy
    .ask(actualRequest(origin))
    .every(({ headers }) => headers.get('access-control-allow-origin')?.value === origin);
}

/** Those who are let in on purpose, as far as they are known. */
function friendsOf<C>(access: Access<C>, policy: Policy<C>): readonly string[] {
  const named = policy.origins
    .map(({ text }) => text)
    .filter((text) => isFine(text) && isLetIn(policy, text));
  const meant = access.witnesses.filter(isMeant).map(({ origin }) => origin);
  const friends = [...new Set([...meant, ...named])].slice(0, MOST_FRIENDS);
  // Everybody is let in, or nobody of whom it is known.
  return friends.length > 0 ? friends : [STRANGER];
}

/** Names of methods and headers that stand in the options. */
function namesIn(given: Given): readonly string[] {
  return ['methods', 'allowedHeaders'].flatMap((option) => {
    const value = given[option];
    const texts = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    return texts.flatMap((text) =>
      typeof text === 'string' ? text.split(',').map((one) => one.trim()) : [],
    );
  });
}

/** Whether a page of the origin that may send a request and read its answer still may, and no other than that. */
function keeps<C>(
  before: Policy<C>,
  after: SafePolicy<OptionPath>,
  origin: string,
  names: readonly string[],
): boolean {
  const methods = [...new Set([...METHODS, ...names.filter((name) => /^[A-Z]+$/.test(name))])];
  const headers = [...new Set([...HEADERS, ...names.map((name) => name.toLowerCase())])].filter((name) =>
    /^[a-z0-9-]+$/.test(name),
  );
  const pages: readonly (readonly [method: string, header: string | undefined])[] = [
    ...methods.map((method) => [method, undefined] as const),
    ...headers.map((header) => ['POST', header] as const),
  ];
  return pages.every(([method, header]) =>
    (['omit', 'include'] as const).every((credentials) => {
      const page: PageRequest = {
        origin,
        method,
        headers: new Map(
          header === undefined ? [] : [[header, header === 'content-type' ? 'application/json' : 'x']],
        ),
        credentials,
      };
      const [then, now] = [before, after].map((policy) => canRead(policy as Policy<unknown>, page));
      return then === undefined || then === now;
    }),
  );
}

/** `undefined`: not known. */
function canRead(policy: Policy<unknown>, page: PageRequest): boolean | undefined {
  const preflights = policy.ask(preflightRequest(page.origin, page.method, [...page.headers.keys()]));
  const answers = policy.ask(requestOf(page));
  const verdicts = new Set(
    preflights.flatMap((one) =>
      answers.map((other) => {
        const [preflight, actual] = [answerOf(one), answerOf(other)];
        return preflight && actual ? mayRead(page, { preflight, actual }).ok : undefined;
      }),
    ),
  );
  return verdicts.size === 1 ? [...verdicts][0] : undefined;
}

function requestOf({ origin, method }: PageRequest): Request {
  return actualRequest(origin, method);
}

function answerOf({ headers, end, unclear }: Outcome<unknown>) {
  if (unclear) return undefined;
  // No header lets anybody read that.
  if (end.is === 'fails' || end.is === 'hangs') return { status: 500, headers: new Map<string, string>() };
  const sent = new Map<string, string>();
  for (const [name, { value }] of headers) {
    if (value === undefined) return undefined;
    sent.set(name, value);
  }
  return { status: end.is === 'answers' ? (end.status ?? 200) : 200, headers: sent };
}
