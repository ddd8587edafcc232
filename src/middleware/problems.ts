/** What is wrong with options: which problems keep the middleware from starting, and what to do about each. */
import { describe, words, type Problem, type ProblemCode } from '../policy/problems.ts';
import { SAFE_MODULE, written, type Idle, type OptionPath } from '../policy/safe/options.ts';
import { isRefused, type RefusedCode } from '../policy/safe/refused.ts';
import { rulePage } from './pages.ts';
import type { ConfigProblem } from './types.ts';

type Remedy = (data: Readonly<Record<string, string>>) => string;

/** What to write instead of what is refused. */
const REFUSED: Readonly<Record<RefusedCode, Remedy>> = {
  'wildcard-credentials': () => 'List the origins that may read the answers, or leave `credentials` out.',
  'wildcard-methods': () => 'List the methods, or leave `methods` out.',
  'wildcard-allowed-headers': () => 'List the headers, or leave `allowedHeaders` out.',
  'wildcard-exposed-headers': () => 'List the headers.',
  'unsafe-match-credentials': acknowledge,
  'unsafe-match': acknowledge,
  'null-origin-credentials': acknowledge,
  'null-origin': acknowledge,
  'insecure-origin-credentials': () => `Write it with \`https:\`. ${acknowledge()}`,
  'placeholder-origin': () => 'Write the origin of your own front end.',
  'origin-missing': given,
  'no-such-option': given,
  'not-taken': given,
  'wrong-type': given,
  'cross-site-for-everybody': given,
  'malformed-entry': given,
  'malformed-pattern': given,
  'wildcard-in-list': given,
  'max-age-in-milliseconds': given,
  'status-not-ok': given,
  'unmatched-method': ({ corrected, name = '' }) =>
    corrected === undefined ? `Take \`${name}\` out.` : `Write \`${corrected.replaceAll(',', '`, `')}\`.`,
  'malformed-name': correctName,
  'malformed-exposed-name': correctName,
};

/** The remedy that no message of the linter names, since only here it is one. */
const ACKNOWLEDGE = 'acknowledge it in writing';

/** What harms nobody: told, and dropped or cut down where it is of no use at all. */
const WARNED: Partial<Record<ProblemCode, Remedy>> = {
  'useless-name': ({ name = '' }) => `Take \`${name}\` out: nothing changes.`,
  'response-header-allowed': ({ name = '' }) => `Take \`${name}\` out, and have pages not send it.`,
  'max-age-too-long': () => 'Write 86400, which is the longest that any browser keeps it.',
};

/** What is only told. An entry that is repeated is no problem of the policy, but of how it is written. */
export const WARNED_CODES: readonly string[] = [...Object.keys(WARNED), 'repeated-entry', 'idle-option'];

export function idleWarning({ code, text, cause }: Idle<OptionPath>): ConfigProblem {
  const [message, remedy] =
    code === 'repeated-entry'
      ? [`\`${text}\` stands there twice.`, 'Take one of them out: nothing changes.']
      : [`\`${text}\` says what happens anyhow.`, 'Take it out: nothing changes.'];
  return configProblem(code, written(cause), 'valid-cors-options', message, remedy);
}

function given({ remedy = '' }: Readonly<Record<string, string>>): string {
  return remedy;
}

function acknowledge(): string {
  return `If it has to be, ${ACKNOWLEDGE}: \`{ allow: …, because: … }\`.`;
}

function correctName({ corrected }: Readonly<Record<string, string>>): string {
  return corrected === undefined ? 'Take it out.' : `Write \`${corrected.replaceAll(',', '`, `')}\`.`;
}

/** A problem that keeps the middleware from starting; nothing for any other. */
export function refusalOf(problem: Problem<OptionPath>): ConfigProblem | undefined {
  return isRefused(problem.code) ? told(problem, REFUSED[problem.code]) : undefined;
}

/** A problem that is only told; nothing for any other. */
export function warningOf(problem: Problem<OptionPath>): ConfigProblem | undefined {
  return told(problem, WARNED[problem.code]);
}

function told(problem: Problem<OptionPath>, remedy: Remedy | undefined): ConfigProblem | undefined {
  if (!remedy) return undefined;
  return configProblem(
    problem.code,
    written(problem.cause),
    describe(problem.code).rule,
    words(problem),
    remedy(problem.data),
  );
}

export function configProblem(
  code: string,
  path: string,
  rule: string,
  message: string,
  remedy: string,
): ConfigProblem {
  return { code, path, rule, message, remedy, help: rulePage(rule) };
}

/** Options that the middleware does not start with. All that is wrong is in `problems`, for people in the message. */
export class CorsConfigError extends Error {
  override readonly name = 'CorsConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    super(
      [
        `${SAFE_MODULE} does not start with these options (${count}):`,
        ...problems.map(
          ({ path, rule, message, remedy }) =>
            `  - ${path === '' ? 'options' : path}: ${message}${remedy.includes(ACKNOWLEDGE) ? ` ${remedy}` : ''} (${rule})`,
        ),
      ].join('\n'),
    );
    this.problems = problems;
  }
}
