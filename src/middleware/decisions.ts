/** What was decided, in words: for `onDecision`, and for the console of a developer. */
import { parseOrigin } from '../policy/origin.ts';
import type { CompiledPolicy } from './compiled.ts';
import { isHost } from './cross-site.ts';
import { LONGEST_ORIGIN } from './matcher.ts';
import { manual, rulePage } from './pages.ts';
import { pathOf } from './paths.ts';
import type { CorsOptions, Decision, Reason } from './types.ts';

/** What was decided, before it is put into words. */
export interface Decided {
  readonly reason: Reason;
  readonly policy: CompiledPolicy;
  readonly preflight: boolean;
  readonly origin: string | undefined;
  readonly url: string;
  readonly method: string | undefined;
  readonly host: string | undefined;
  readonly site: string | undefined;
  /** A header that is refused, or what something else wrote. */
  readonly detail?: string | undefined;
  readonly error?: unknown;
  readonly said?: unknown;
}

/** No refusals: nothing is to be said of them on the console. */
const QUIET: ReadonlySet<Reason> = new Set(['allowed', 'no-origin', 'same-origin', 'off']);
/** The server's own trouble, and no visitor's: told in production too. */
const TROUBLE: ReadonlySet<Reason> = new Set(['check-failed', 'check-timed-out', 'check-not-boolean']);
/** Said of the server's own page, these are no refusals. With `no-referrer`, its forms are sent with `Origin: null`. */
const CAN_BE_SAME_ORIGIN: ReadonlySet<Reason> = new Set([
  'origin-not-listed',
  'null-origin',
  'malformed-origin',
  'check-refused',
  'ambiguous-path',
]);

/** Different messages on the console, at most: a scanner must not fill the log. */
const MOST_LOGGED = 50;

type Describe = (decided: Decided) => readonly [message: string, help: string];

const about =
  (section: string, say: (decided: Decided) => string): Describe =>
  (decided) => [say(decided), manual(section)];
const under =
  (rule: string, say: (decided: Decided) => string): Describe =>
  (decided) => [say(decided), rulePage(rule)];

const DESCRIPTIONS: Readonly<Record<Reason, Describe>> = {
  allowed: about('how-it-answers', ({ origin }) =>
    origin === undefined ? 'Everybody is let in.' : `\`${origin}\` is let in.`,
  ),
  'no-origin': about('how-it-answers', () => 'No page of another origin asks.'),
  'same-origin': about(
    'how-it-answers',
    ({ origin }) => `\`${origin}\` is the origin of this server: CORS is not about it.`,
  ),
  off: about('who-is-let-in', () => 'CORS is off: `origin` is `false`.'),
  'origin-not-listed': under(
    'valid-origin',
    ({ origin, policy }) => `\`origin\` does not list \`${origin}\`${nearMiss(origin, policy)}.`,
  ),
  'null-origin': under(
    'no-null-origin',
    () => 'The origin is `null`, as of sandboxed frames, `data:` and `file:` pages, and some redirects.',
  ),
  'malformed-origin': under(
    'valid-origin',
    ({ origin = '' }) => `\`${shortened(origin)}\` is no origin that a browser sends.`,
  ),
  'method-not-allowed': under(
    'valid-methods-and-headers',
    ({ method, origin }) => `\`${origin}\` may not send \`${method}\`: \`methods\` does not list it.`,
  ),
  'header-not-allowed': under(
    'valid-methods-and-headers',
    ({ detail, origin }) =>
      `\`${origin}\` may not send the header \`${detail}\`: \`allowedHeaders\` does not list it.`,
  ),
  'check-refused': about('a-function', ({ origin }) => `The function in \`origin\` refuses \`${origin}\`.`),
  'check-not-boolean': about(
    'a-function',
    ({ origin, said }) =>
      `The function in \`origin\` says neither \`true\` nor \`false\` for \`${origin}\` but ${kindOf(said)}: it is refused.`,
  ),
  'check-failed': about(
    'a-function',
    ({ origin, error }) =>
      `The function in \`origin\` fails for \`${origin}\`, which is refused: ${textOf(error)}`,
  ),
  'check-timed-out': about(
    'a-function',
    ({ origin }) => `The function in \`origin\` does not answer in time for \`${origin}\`, which is refused.`,
  ),
  'ambiguous-path': about(
    'several-policies',
    ({ url }) =>
      `\`${pathOf(url)}\` belongs to one of \`routes\` as it stands and to another decoded: nobody is let in.`,
  ),
  'cross-site': about(
    'refusing-cross-site-requests',
    ({ origin }) =>
      `A page of another site${origin === undefined ? '' : `, \`${origin}\`,`} sends this, and \`refuseCrossSite\` answers 403.`,
  ),
  overwritten: under(
    'no-stacked-cors',
    ({ origin, detail }) =>
      `Something else has written ${detail} into the answer to \`${origin ?? 'a request without origin'}\`: the policy no longer holds.`,
  ),
  stacked: under(
    'no-stacked-cors',
    ({ origin }) =>
      `An outer policy lets in \`${origin}\`, which this one refuses, and answers its preflights: requests are carried out all the same. Let one policy decide, with \`routes\`.`,
  ),
};

/** All that there are. */
export const REASONS: readonly string[] = Object.keys(DESCRIPTIONS);

export class Decisions {
  readonly #onDecision: CorsOptions['onDecision'];
  readonly #logs: boolean;
  readonly #isSilent: boolean;
  readonly #logged = new Set<string>();
  /** Kept apart: what strangers cause must not use up the room for this. */
  readonly #troubles = new Set<string>();

  constructor({ onDecision, log }: CorsOptions) {
    this.#onDecision = onDecision;
    this.#logs = log ?? isDevelopment();
    this.#isSilent = log === false;
  }

  /** Whether anybody wants to know of what is ordinary. */
  get areWatched(): boolean {
    return this.#onDecision !== undefined || this.#logs;
  }

  tell(decided: Decided): void {
    const mentions = this.#logs ? !QUIET.has(decided.reason) : !this.#isSilent && TROUBLE.has(decided.reason);
    if (!this.#onDecision && !mentions) return;
    if (decided.reason === 'stacked' && isSameOrigin(decided)) return;
    const decision = decisionOf(decided);
    if (mentions && !QUIET.has(decision.reason))
      this.#log(decision, TROUBLE.has(decision.reason) ? this.#troubles : this.#logged);
    try {
      this.#onDecision?.(decision);
    } catch (error) {
      const message = `\`onDecision\` throws: ${textOf(error)}`;
      this.#log({ message, help: manual('it-explains-itself') }, this.#troubles);
    }
  }

  #log({ message, help }: Pick<Decision, 'message' | 'help'>, logged: Set<string>): void {
    if (logged.has(message) || logged.size >= MOST_LOGGED) return;
    logged.add(message);
    // eslint-disable-next-line no-console -- It is what this is for.
    console.warn(`[cors] ${message}\n       ${help}`);
  }
}

function decisionOf(decided: Decided): Decision {
  const { origin, preflight, method, url, error } = decided;
  const reason =
    CAN_BE_SAME_ORIGIN.has(decided.reason) && isSameOrigin(decided) ? 'same-origin' : decided.reason;
  const [message, help] = DESCRIPTIONS[reason](abridged(decided));
  return {
    allowed: reason === 'allowed' || reason === 'same-origin',
    reason,
    preflight,
    origin,
    method,
    path: pathOf(url),
    message,
    help,
    ...(error !== undefined && { error }),
  };
}

function isSameOrigin({ origin, host, site }: Decided): boolean {
  return origin !== undefined && (site === undefined ? isHost(origin, host) : site === 'same-origin');
}

/** `NODE_ENV` is not set in most places where programs are written. */
function isDevelopment(): boolean {
  const mode = (globalThis as { process?: { env?: { NODE_ENV?: string } } }).process?.env?.NODE_ENV;
  return mode !== 'production' && mode !== 'test';
}

/** A listed origin that differs by little, and in what. */
function nearMiss(origin: string | undefined, policy: CompiledPolicy): string {
  const asked = parseOrigin(origin ?? '');
  if (!asked.ok || asked.kind !== 'tuple') return '';
  let looked = 0;
  for (const listed of policy.listed) {
    if (looked++ > 1000) return '';
    const one = parseOrigin(listed);
    if (!one.ok || one.kind !== 'tuple') continue;
    const differs =
      one.host === asked.host
        ? one.scheme === asked.scheme
          ? 'the port'
          : 'the scheme'
        : one.host === `www.${asked.host}` || asked.host === `www.${one.host}`
          ? '`www.`'
          : undefined;
    if (differs) return `, and \`${listed}\` differs from it in ${differs}`;
  }
  return '';
}

function kindOf(said: unknown): string {
  if (said === undefined) return '`undefined`: it has to return its verdict, and is given no callback';
  return said === null ? '`null`' : `a ${typeof said}`;
}

function textOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.message}` : String(error);
  } catch {
    // An object without prototype, or with a `toString` of its own: whatever was thrown, it is an answer that is sent.
    return 'with what cannot be written';
  }
}

/** Headers and paths may be as long as a server takes them; no origin that is one is cut. */
function abridged(decided: Decided): Decided {
  const { origin, method, detail, url } = decided;
  const cut = (text: string | undefined) => text && shortened(text, LONGEST_ORIGIN);
  return {
    ...decided,
    origin: cut(origin),
    method: cut(method),
    detail: cut(detail),
    url: shortened(url, LONGEST_ORIGIN),
  };
}

function shortened(text: string, most = 80): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
