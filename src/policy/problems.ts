/**
 * Every problem that a policy can have: its code, the rule that reports it, its kind, its words, and which narrower
 * problems it includes. The linter and the middleware say the same words; nobody else has any.
 *
 * `{{name}}` stands for a piece of the problem's data. Words that come from code stand in backticks.
 */
import type { Instead } from './comparison.ts';
import type { Remedy } from './policy.ts';

export type Kind = 'exploitable' | 'broken' | 'fragile';

interface Description {
  readonly rule: string;
  readonly kind: Kind;
  readonly says: string;
  /** Codes that are not reported of a policy that has this problem: one mistake, one report. */
  readonly includes?: readonly string[];
  /** The code of the same mistake without credentials, where the rule reports the one as the other. */
  readonly milder?: string;
  /** Reported only where an option of the rule asks for it: a remedy may bring it up. */
  readonly onRequest?: true;
  /** What may be offered, if nothing else goes wrong then. */
  readonly remedies?: readonly Remedy[];
}

const table = {
  'wildcard-credentials': {
    rule: 'no-wildcard-credentials',
    kind: 'broken',
    says: 'Every request with cookies fails: browsers refuse `Access-Control-Allow-Origin: *` together with `Access-Control-Allow-Credentials: true`. Name the origins that may read the answers, or do without credentials.',
    includes: [
      'any-origin',
      'wildcard-methods',
      'wildcard-allowed-headers',
      'wildcard-exposed-headers',
      'public-wildcard',
    ],
    remedies: ['list-origins', 'drop-credentials'],
  },
  'default-wildcard-credentials': {
    rule: 'no-wildcard-credentials',
    kind: 'broken',
    says: 'Every request with cookies fails: without `origin`, {{library}} answers `Access-Control-Allow-Origin: *`, and browsers refuse that together with `Access-Control-Allow-Credentials: true`. Name the origins that may read the answers, or do without credentials.',
    includes: [
      'any-origin',
      'wildcard-methods',
      'wildcard-allowed-headers',
      'wildcard-exposed-headers',
      'default-origin',
    ],
    // Without `credentials` the default would still decide, and still not say so.
    remedies: ['list-origins', 'make-public'],
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
    includes: ['any-origin', 'missing-vary', 'vary-without-origin', 'vary-overwritten'],
    remedies: ['compare-elements', 'list-origins', 'make-public'],
  },
  'any-origin': {
    rule: 'no-reflected-origin',
    kind: 'fragile',
    says: 'Any website can read these answers: `{{witness}}` is let in because {{because}}. It is a public `*` that does not say so, and it opens every account once credentials are switched on.',
    remedies: ['compare-elements', 'list-origins'],
  },
  'unsafe-match-credentials': {
    rule: 'no-unsafe-origin-match',
    kind: 'exploitable',
    says: 'This check lets in `{{witness}}`, with the cookies of whoever visits it: {{because}}.',
    includes: ['unsafe-match'],
    milder: 'unsafe-match',
  },
  'unsafe-match': {
    rule: 'no-unsafe-origin-match',
    kind: 'fragile',
    says: 'This check lets in `{{witness}}`: {{because}}.',
  },
  'stateful-expression': {
    rule: 'no-unsafe-origin-match',
    kind: 'broken',
    says: 'Every other request is refused: with the flag `g` or `y` the expression goes on where its last match ended. Drop the flag.',
  },
  'null-origin-credentials': {
    rule: 'no-null-origin',
    kind: 'exploitable',
    says: 'Any website can read these answers with the cookies of whoever visits it: `null` is let in, with credentials, and every page can send that origin from a sandboxed frame. Refuse it.',
    includes: ['null-origin'],
    milder: 'null-origin',
    remedies: ['list-origins'],
  },
  'null-origin': {
    rule: 'no-null-origin',
    kind: 'fragile',
    says: 'Any website can read these answers: `null` is let in, and every page can send that origin from a sandboxed frame. It opens every account once credentials are switched on.',
    remedies: ['list-origins'],
  },
  'insecure-origin-credentials': {
    rule: 'no-insecure-origin',
    kind: 'exploitable',
    says: "Whoever controls a visitor's network can read these answers with the visitor's cookies: `{{witness}}` is let in, with credentials, and nothing proves who answers at an `http:` address. Let in `https:` only.",
    includes: ['insecure-origin'],
  },
  'insecure-origin': {
    rule: 'no-insecure-origin',
    kind: 'exploitable',
    says: "Whoever controls a visitor's network can read these answers: `{{witness}}` is let in, and nothing proves who answers at an `http:` address. Let in `https:` only.",
  },
  'loopback-origin': {
    rule: 'no-localhost-origin',
    kind: 'fragile',
    says: "Production lets in `{{witness}}`: whatever serves a page on a visitor's own machine can read these answers. Let it in during development only.",
  },
  'hardcoded-origins': {
    rule: 'no-hardcoded-origins',
    kind: 'fragile',
    says: 'These {{count}} origins, `{{origin}}` among them, are let in wherever the server runs: staging trusts the front ends of production, and a new front end waits for a change of the code. Read the list from the environment.',
  },
  'missing-vary': {
    rule: 'require-vary-origin',
    kind: 'fragile',
    says: 'A cache may give one site the answer for another, which then fails: this answer names the origin that asked, and no `Vary: Origin` says so.',
  },
  'vary-without-origin': {
    rule: 'require-vary-origin',
    kind: 'fragile',
    says: 'A cache may give one site the answer for another, which then fails: this answer names the origin that asked, and its `Vary` does not say `Origin`.',
  },
  'vary-overwritten': {
    rule: 'require-vary-origin',
    kind: 'fragile',
    says: 'This takes away the `Vary: Origin` that the policy on line {{line}} has set: a cache may give one site the answer for another, which then fails. Add to the header instead.',
  },
  'denial-by-error': {
    rule: 'no-denial-by-error',
    kind: 'broken',
    says: 'Who is refused gets a {{status}}: for `{{witness}}` this error is thrown, as if the server had failed, and the log fills. {{instead}}.',
  },
  'own-pages-denied-by-error': {
    rule: 'no-denial-by-error',
    kind: 'broken',
    says: "The app refuses its own pages with a {{status}}: they are served on line {{line}}, their `POST` requests carry an `Origin` too, and this error meets every origin that is not listed. {{instead}}, or list the app's own origin.",
  },
  'missing-origin-error': {
    rule: 'no-missing-origin-error',
    kind: 'broken',
    says: "Requests without an `Origin` header get a {{status}}, since this error refuses them too: health checks, curl, other servers, and the app's own pages. CORS is not about them: let them through.",
  },
  'missing-origin-throws': {
    rule: 'no-missing-origin-error',
    kind: 'broken',
    says: "Requests without an `Origin` header end in an exception, since there is no text to look at here: health checks, curl, other servers, and the app's own pages. CORS is not about them: let them through.",
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
  'malformed-entry': {
    rule: 'valid-origin',
    kind: 'broken',
    says: '{{written}} lets nobody in, and {{library}} does not start with it: {{flaw}}. {{remedy}}',
  },
  'malformed-pattern': {
    rule: 'valid-origin',
    kind: 'broken',
    says: '{{written}} is no pattern of origins, and {{library}} does not start with it: {{flaw}}. {{remedy}}',
  },
  'wildcard-in-list': {
    rule: 'valid-origin',
    kind: 'broken',
    says: '{{library}} does not start with `*` in a list: beside it the other origins mean nothing. {{remedy}}',
  },
  'placeholder-origin': {
    rule: 'valid-origin',
    kind: 'exploitable',
    says: '`{{origin}}` is the placeholder of a tutorial: whoever owns `{{host}}` can read these answers. Write the origin of your own front end.',
  },
  'env-opens-credentials': {
    rule: 'safe-env-origins',
    kind: 'exploitable',
    says: 'While {{missing}}, any website can read these answers with the cookies of whoever visits it: `{{witness}}` is let in, with credentials. Let nobody in then.',
  },
  'env-wildcard-credentials': {
    rule: 'safe-env-origins',
    kind: 'broken',
    says: 'While {{missing}}, requests with cookies fail, and any website can read what is answered to those without: browsers refuse `*` together with credentials. Let nobody in then.',
  },
  'env-opens': {
    rule: 'safe-env-origins',
    kind: 'fragile',
    says: 'While {{missing}}, any website can read these answers: `{{witness}}` is let in, and nobody notices what is missing. Let nobody in then.',
  },
  'env-not-split': {
    rule: 'safe-env-origins',
    kind: 'broken',
    says: 'As soon as {{names}} lists two origins, none of them is let in: the text {{effect}}. Split it at the commas.',
  },
  'env-before-dotenv': {
    rule: 'safe-env-origins',
    kind: 'broken',
    says: '{{names}} is read here, before `dotenv` loads it on line {{line}}, so what `.env` says comes too late: {{effect}}. Load it first.',
  },
  'env-off': {
    rule: 'safe-env-origins',
    kind: 'fragile',
    says: 'While {{missing}}, {{effect}}.',
  },
  'env-loopback': {
    rule: 'safe-env-origins',
    kind: 'fragile',
    says: "While {{missing}}, production lets in `{{fallback}}` in place of your front end: whatever serves a page on a visitor's own machine can read these answers. Let nobody in then.",
  },
  'unpaired-loopback': {
    rule: 'pair-loopback-origins',
    kind: 'fragile',
    says: 'In development `{{listed}}` is let in and `{{missing}}` is not: to a browser these are two origins, and whoever opens the page by the other name is refused.',
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
    includes: ['default-origin'],
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
    includes: ['max-age-too-long'],
  },
  'max-age-not-a-number': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '`maxAge` is a number of seconds: browsers cannot read {{given}}, and ask again before nearly every request.',
    includes: ['max-age-missing'],
  },
  'status-not-ok': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: 'Every preflight fails: browsers take only a status from 200 to 299 for a yes, and this one is {{given}}.',
  },
  'no-such-option': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} has no option `{{option}}` and does not start with it. {{remedy}}',
  },
  'not-taken': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} does not start with {{given}} for `{{option}}`. {{remedy}}',
  },
  'wrong-type': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} does not start with {{given}} for `{{option}}`: {{expected}} belongs there.',
  },
  'cross-site-for-everybody': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} does not start with `refuseCrossSite` beside `*`: where everybody is let in, it would refuse nobody. {{remedy}}',
  },
  'max-age-missing': {
    rule: 'sensible-max-age',
    kind: 'fragile',
    says: 'Without `maxAge` browsers keep the answer to a preflight for five seconds: nearly every request that needs one takes two round trips.',
  },
  'max-age-too-long': {
    rule: 'sensible-max-age',
    kind: 'fragile',
    says: 'No browser keeps the answer to a preflight for {{given}} seconds: Firefox keeps it for 86400, Chromium for 7200, Safari for 600.',
  },
  'unmatched-method': {
    rule: 'valid-methods-and-headers',
    kind: 'broken',
    says: '`{{name}}` in the list of methods allows no request: {{flaw}}.',
  },
  'malformed-name': {
    rule: 'valid-methods-and-headers',
    kind: 'broken',
    says: 'Every preflight fails: `{{name}}` is no name of a {{what}}, and browsers refuse a list that holds one such entry.',
  },
  'malformed-exposed-name': {
    rule: 'valid-methods-and-headers',
    kind: 'broken',
    says: 'No header is exposed: `{{name}}` is no name of a header, and browsers ignore a list that holds one such entry.',
  },
  'useless-name': {
    rule: 'valid-methods-and-headers',
    kind: 'fragile',
    says: '`{{name}}` in the list of {{list}} does nothing: {{reason}}.',
  },
  'response-header-allowed': {
    rule: 'valid-methods-and-headers',
    kind: 'fragile',
    says: '`{{name}}` is a header of answers: a page that sends it does so by mistake, and this list lets the mistake pass.',
  },
  'origin-missing': {
    rule: 'valid-cors-options',
    kind: 'broken',
    says: '{{library}} does not start without `origin`: nothing says who may read the answers. {{remedy}}',
  },
  'default-origin': {
    rule: 'require-explicit-origin',
    kind: 'fragile',
    says: 'Any website can read these answers, and nothing here says so: without `origin`, {{library}} lets everybody in. Write who may read them.',
    remedies: ['list-origins'],
  },
  'public-wildcard': {
    rule: 'require-explicit-origin',
    kind: 'fragile',
    says: 'Any website can read these answers: `*` lets everybody in. Name the origins that may read them.',
    onRequest: true,
    remedies: ['list-origins'],
  },
  hanging: {
    rule: 'no-hanging-cors',
    kind: 'broken',
    says: '{{request}} hangs: {{because}}.',
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
  'guard-before-cors': {
    rule: 'cors-before-auth',
    kind: 'broken',
    says: 'Preflights{{which}} never reach this policy: the handler on line {{line}} {{answers}}{{because}}. Every request that needs one fails. Register CORS first.',
  },
  'rate-limit-before-cors': {
    rule: 'cors-before-auth',
    kind: 'fragile',
    says: 'Preflights{{which}} count against the rate limit on line {{line}}, and once it is reached it {{answers}}, without CORS headers: requests fail, and pages of other origins are not told why. Register CORS first.',
  },
  'redirect-before-cors': {
    rule: 'cors-before-auth',
    kind: 'fragile',
    says: 'Preflights{{which}} that come by `http:` never reach this policy: the handler on line {{line}} {{answers}}, and browsers follow no redirect of a preflight. Register CORS first, or ask for `https:`.',
  },
  'unanswered-preflight': {
    rule: 'require-preflight-route',
    kind: 'broken',
    says: 'Pages of other origins cannot send {{requests}}: the browser asks with `OPTIONS` first, this policy is not asked, and the answer has no CORS headers. Answer `OPTIONS` of that path with it too.',
  },
  'takes-nothing-back': {
    rule: 'no-stacked-cors',
    kind: 'exploitable',
    says: 'This policy takes nothing back: the one on line {{line}} comes first and lets in `{{witness}}`, which then reads these answers too. Let only one policy come to each route.',
  },
  'preflight-first': {
    rule: 'no-stacked-cors',
    kind: 'exploitable',
    says: 'This policy refuses `{{witness}}` too late: the one on line {{line}} answers preflights first and says yes, so its `{{because}}` requests are carried out, though it cannot read the answers.',
  },
  'strangers-preflight': {
    rule: 'no-stacked-cors',
    kind: 'exploitable',
    says: 'This says yes to preflights of `{{witness}}`, which the policy on line {{line}} refuses: its `{{because}}` requests are carried out, though it cannot read the answers.',
  },
  'everybody-after-list': {
    rule: 'no-stacked-cors',
    kind: 'exploitable',
    says: 'This lets in every website, for the same requests for which the policy on line {{line}} has a list: the last one to write the header wins, and `{{witness}}` reads the answers.',
  },
  'doubled-origin': {
    rule: 'no-stacked-cors',
    kind: 'broken',
    says: '`Access-Control-Allow-Origin` is sent twice, here and by the policy on line {{line}}: browsers refuse such an answer, also pages of `{{witness}}`.',
  },
  'preflight-refused-first': {
    rule: 'no-stacked-cors',
    kind: 'broken',
    says: '`{{witness}}` is let in here, but the policy on line {{line}} answers its preflights first and {{because}}: every request that needs one fails.',
  },
  'overruled-origin': {
    rule: 'no-stacked-cors',
    kind: 'broken',
    says: '`{{witness}}` is let in by the policy on line {{line}}, and this one writes another origin into the same header: its pages cannot read the answers.',
  },
  replaceable: {
    rule: 'prefer-safe-cors',
    kind: 'fragile',
    says: '`eslint-plugin-cors/middleware` can take the place of {{library}}: whoever is let in here on purpose still is, and what would be unsafe does not start.{{install}}',
  },
  'replaceable-undecided': {
    rule: 'prefer-safe-cors',
    kind: 'fragile',
    says: '`eslint-plugin-cors/middleware` can take the place of {{library}}, which lets mistakes pass, once it is decided {{undecided}}.{{install}}',
  },
  'authorization-not-allowed': {
    rule: 'require-authorization-header',
    kind: 'broken',
    says: 'Requests with an `Authorization` header fail in the browser: `Access-Control-Allow-Headers` does not name it, and it is read on line {{line}}.',
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
  /** What may be tried instead of a comparison. The judge leaves only what helps, and brings up no other problem. */
  readonly repairs?: readonly Instead<C>[];
  /** The remedies after which the policy has no other problem than before. */
  readonly remedies?: ReadonlySet<Remedy>;
}

export function describe(code: ProblemCode): Description {
  return table[code];
}

/** Which mistakes a problem is and includes: with credentials and without is one, where a rule reports both alike. */
export function mistakesIn(code: ProblemCode): readonly string[] {
  const of = (one: string): string => (table as Readonly<Record<string, Description>>)[one]?.milder ?? one;
  return [code, ...(describe(code).includes ?? [])].map(of);
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
