/** The names and numbers that people write as options of any library, and what they mean by them. */

/** Names of other libraries, and of headers, for what an option does. */
const ELSEWHERE: Record<string, string> = {
  origins: 'origin',
  alloworigin: 'origin',
  alloworigins: 'origin',
  allowedorigin: 'origin',
  allowedorigins: 'origin',
  whitelist: 'origin',
  accesscontrolalloworigin: 'origin',
  credential: 'credentials',
  withcredentials: 'credentials',
  allowcredentials: 'credentials',
  supportscredentials: 'credentials',
  accesscontrolallowcredentials: 'credentials',
  allowmethods: 'methods',
  allowedmethods: 'methods',
  method: 'methods',
  accesscontrolallowmethods: 'methods',
  allowheaders: 'allowedHeaders',
  allowheader: 'allowedHeaders',
  allowedheader: 'allowedHeaders',
  accesscontrolallowheaders: 'allowedHeaders',
  exposeheaders: 'exposedHeaders',
  exposeheader: 'exposedHeaders',
  exposedheader: 'exposedHeaders',
  expose: 'exposedHeaders',
  accesscontrolexposeheaders: 'exposedHeaders',
  maxage: 'maxAge',
  maxageseconds: 'maxAge',
  accesscontrolmaxage: 'maxAge',
  optionsuccessstatus: 'optionsSuccessStatus',
  optionssuccesscode: 'optionsSuccessStatus',
};

/** The option that a misspelt name stands for, if it is clear. */
export function optionMeant(name: string, options: readonly string[]): string | undefined {
  const plain = name.toLowerCase().replace(/[^a-z]/g, '');
  const elsewhere = Object.hasOwn(ELSEWHERE, plain) ? ELSEWHERE[plain] : undefined;
  if (elsewhere && options.includes(elsewhere)) return elsewhere;
  return options.find((option) => {
    const most = option.length > 7 ? 2 : 1;
    return Math.abs(plain.length - option.length) <= most && distance(plain, option.toLowerCase()) <= most;
  });
}

/**
 * A whole number of ten minutes in milliseconds. As seconds, the smallest is a week, and none is a round number of
 * days as people write them (`31536000`, a year, is none).
 */
export function looksLikeMilliseconds(age: number): boolean {
  return age >= 600_000 && age % 600_000 === 0;
}

/** How many letters have to be put in, taken out, replaced, or swapped with the next (Damerau and Levenshtein). */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      (rows[i] as number[])[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped,
      );
    }
  return at(a.length, b.length);
}
