/** Origins that the environment lists. */
import { parsePattern } from '../policy/origin-pattern.ts';
import { configProblem, CorsConfigError } from './problems.ts';
import type { ConfigProblem } from './types.ts';

/** What holds while the variable is not set. */
export interface FromEnvironment {
  /** Origins for where the variable is not set, as on a developer's machine. Without this, it has to be set. */
  readonly whenUnset?: readonly string[] | undefined;
}

/**
 * Reads a list of origins, divided by commas, from an environment variable. Set and empty, it lists nobody.
 *
 * @throws CorsConfigError if the variable is not set and there is no `whenUnset`, or if it holds what is no origin; the
 * problem names the variable.
 */
export function originsFromEnv(name: string, { whenUnset }: FromEnvironment = {}): string[] {
  const text = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[
    name
  ];
  if (text === undefined) {
    if (whenUnset) return [...whenUnset];
    throw new CorsConfigError([
      problem('env-unset', name, `\`${name}\` is not set, so nothing says who may read the answers.`, {
        remedy: `Set it to a list of origins, \`${name}=https://app.example.com\`; to nothing, \`${name}=\`, for nobody; or say what holds then, with \`whenUnset\`.`,
      }),
    ]);
  }
  const entries = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const problems = entries.flatMap((one): ConfigProblem[] => {
    const parsed = parsePattern(one);
    if (parsed.ok) return [];
    const { flaw, corrected } = parsed;
    return [
      problem('env-malformed', name, `\`${name}\` lists \`${one}\`, which is not taken: ${flaw}.`, {
        remedy: corrected === undefined ? 'Write origins, divided by commas.' : `Write \`${corrected}\`.`,
      }),
    ];
  });
  if (problems.length > 0) throw new CorsConfigError(problems);
  return entries;
}

function problem(
  code: string,
  name: string,
  message: string,
  { remedy }: { readonly remedy: string },
): ConfigProblem {
  return configProblem(
    code,
    `process.env.${name}`,
    code === 'env-unset' ? 'safe-env-origins' : 'valid-origin',
    message,
    remedy,
  );
}
