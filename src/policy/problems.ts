/**
 * Every problem that a policy can have: its code, the rule that reports it, its kind, its words, and which narrower
 * problems it includes. The linter and the middleware say the same words; nobody else has any.
 *
 * `{{name}}` stands for a piece of the problem's data. Words that come from code stand in backticks.
 */
import type { Remedy } from './policy.ts';

export type Kind = 'exploitable' | 'broken' | 'fragile';

interface Description {
  readonly rule: string;
  readonly kind: Kind;
  readonly says: string;
  /** Codes that are not reported of a policy that has this problem: one mistake, one report. */
  readonly includes?: readonly string[];
  /** What may be offered, if nothing else goes wrong then. */
  readonly remedies?: readonly Remedy[];
}

const table = {
  'wildcard-credentials': {
    rule: 'no-wildcard-credentials',
    kind: 'broken',
    says: 'Every request with cookies fails: browsers refuse `Access-Control-Allow-Origin: *` together with `Access-Control-Allow-Credentials: true`. Name the origins that may read the answers, or drop `credentials`.',
    includes: ['any-origin', 'wildcard-methods', 'wildcard-allowed-headers', 'wildcard-exposed-headers'],
    remedies: ['list-origins', 'drop-credentials'],
  },
  'default-wildcard-credentials': {
    rule: 'no-wildcard-credentials',
    kind: 'broken',
    says: 'Every request with cookies fails: without `origin`, {{library}} answers `Access-Control-Allow-Origin: *`, and browsers refuse that together with `Access-Control-Allow-Credentials: true`. Name the origins that may read the answers, or drop `credentials`.',
    includes: ['any-origin', 'wildcard-methods', 'wildcard-allowed-headers', 'wildcard-exposed-headers'],
    remedies: ['list-origins', 'drop-credentials'],
  },
  'wildcard-methods': {
    rule: 'no-wildcard-credentials',
    kind: 'broken',
    says: 'With credentials `*` is no wildcard in the list of methods but a method of that name: browsers refuse `PUT`, `PATCH` and `DELETE` requests with cookies. List the methods.',
    remedies: ['remove-option'],
  },
  'wildcard-allowed-headers': {
    rule: 'no-wildcard-credentials',
    kind: 'broken',
    says: 'With credentials `*` is no wildcard in the list of allowed headers but a header of that name: browsers refuse requests with cookies that have a JSON body or a header of their own. List the headers.',
  },
  'wildcard-exposed-headers': {
    rule: 'no-wildcard-credentials',
    kind: 'broken',
    says: 'With credentials `*` is no wildcard in the list of exposed headers but a header of that name: pages that send cookies read none of them. List the headers.',
  },
  'any-origin-credentials': {
    rule: 'no-reflected-origin',
    kind: 'exploitable',
    says: 'Any website can read these answers with the cookies of whoever visits it: `{{witness}}` is let in, with credentials, because {{because}}.',
    includes: ['any-origin'],
    remedies: ['compare-elements', 'list-origins', 'make-public'],
  },
  'any-origin': {
    rule: 'no-reflected-origin',
    kind: 'fragile',
    says: 'Any website can read these answers: `{{witness}}` is let in because {{because}}. It is a public `*` that does not say so, and it opens every account once credentials are switched on.',
    remedies: ['compare-elements', 'list-origins'],
  },
  'malformed-origin': {
    rule: 'valid-origin',
    kind: 'broken',
    says: '{{written}} lets nobody in: {{flaw}}. Write it as browsers send it: scheme, host and port, nothing else.',
  },
  'corrected-origin': {
    rule: 'valid-origin',
    kind: 'broken',
    says: '{{written}} lets nobody in: {{flaw}}. Browsers send `{{corrected}}`, and only an equal string counts.',
  },
  'listed-wildcard': {
    rule: 'valid-origin',
    kind: 'broken',
    says: 'In a list `*` lets nobody in: {{library}} compares it with the origin as text.',
  },
  'placeholder-origin': {
    rule: 'valid-origin',
    kind: 'exploitable',
    says: '`{{origin}}` is the placeholder of a tutorial: whoever owns `{{host}}` can read these answers. Write the origin of your own front end.',
  },
  'unknown-option': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} has no option `{{option}}`: it is ignored{{effect}}. Did you mean `{{meant}}`?',
    remedies: ['rename-option'],
  },
  'options-not-object': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} takes an object of options and ignores {{given}}: every website is let in. Write `{ origin: … }`.',
    remedies: ['wrap-options'],
  },
  'credentials-not-boolean': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} switches credentials on for `true` only and ignores {{given}}: requests with cookies fail.',
    remedies: ['allow-credentials'],
  },
  'methods-missing': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: 'Every preflight is answered 500: {{library}} throws on `methods: {{given}}`. Leave the option out to allow the usual methods.',
  },
  'not-a-list': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} does not look into {{given}}: `{{option}}` becomes {{effect}}. Give it an array.',
    remedies: ['make-list'],
  },
  'max-age-in-milliseconds': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '`maxAge` is counted in seconds: {{given}} of them are {{days}} days. If milliseconds were meant, it is {{seconds}}.',
  },
  'max-age-not-a-number': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '`maxAge` is a number of seconds: browsers cannot read {{given}}, and ask again before nearly every request.',
  },
  'status-not-ok': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: 'Every preflight fails: browsers take only a status from 200 to 299 for a yes, and this one is {{given}}.',
  },
  'uncalled-library': {
    rule: 'no-hanging-cors',
    kind: 'broken',
    says: 'Every request that comes here hangs: {{library}} is no middleware but makes one. It takes the request for options and never calls `next`. Call it: `{{call}}`.',
  },
  'express5-path': {
    rule: 'no-express5-star-path',
    kind: 'broken',
    says: 'Express 5 throws at start: `{{path}}` is a path of Express 4 ({{flaw}}).{{write}}',
  },
  'cors-after-routes': {
    rule: 'cors-before-routes',
    kind: 'broken',
    says: 'CORS comes too late for {{routes}}: {{subject}} registered earlier and {{answer}} without CORS headers, so pages of other origins cannot read {{object}}. Register CORS first.',
  },
  'authorization-not-allowed': {
    rule: 'require-authorization-header',
    kind: 'broken',
    says: 'Requests with an `Authorization` header fail in the browser: the list of allowed headers does not name it, and it is read on line {{line}}.',
    includes: ['authorization-by-wildcard', 'authorization-implicit'],
  },
  'authorization-by-wildcard': {
    rule: 'require-authorization-header',
    kind: 'fragile',
    says: "`*` does not cover `Authorization`, which is read on line {{line}}: the standard wants it by name. Today's browsers let it pass, and are free to stop.",
  },
  'authorization-implicit': {
    rule: 'require-authorization-header',
    kind: 'fragile',
    says: '`Authorization`, which is read on line {{line}}, is allowed only because {{library}} allows whatever is asked for when no list is given. Name the headers that the app reads.',
  },
} as const satisfies Record<string, Description>;

export type ProblemCode = keyof typeof table;

/** What is wrong, where, and what it takes to say and to mend it. */
export interface Problem<C> {
  readonly code: ProblemCode;
  readonly cause: C;
  /** The words that the message leaves open. */
  readonly data: Readonly<Record<string, string>>;
  /** Other places that a remedy needs, by name. */
  readonly places: Readonly<Record<string, C>>;
  /** The remedies after which the policy has no other problem than before. */
  readonly remedies?: ReadonlySet<Remedy>;
}

export function describe(code: ProblemCode): Description {
  return table[code];
}

/** The codes that a rule reports, in the order of the table. */
export function codesOf(rule: string): readonly ProblemCode[] {
  return (Object.keys(table) as ProblemCode[]).filter((code) => table[code].rule === rule);
}

/** What the problem says, with its words filled in. */
export function words(problem: Problem<unknown>): string {
  return describe(problem.code).says.replace(
    /\{\{(\w+)\}\}/g,
    (whole, name: string) => problem.data[name] ?? whole,
  );
}

/** One mistake, one report: what a wider problem of the same policy includes is left out. */
export function withoutIncluded<C>(problems: readonly Problem<C>[]): readonly Problem<C>[] {
  const included = new Set(problems.flatMap(({ code }) => describe(code).includes ?? []));
  return problems.filter(({ code }) => !included.has(code));
}
