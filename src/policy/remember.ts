/** A policy that is asked the same question by several judges, and answers it once. */
import type { Comparison, Instead } from './comparison.ts';
import type { Asking, Outcome, Policy, Request } from './policy.ts';

interface Answer<C> {
  readonly outcomes: readonly Outcome<C>[];
  readonly noted: readonly Comparison<C>[];
}

/** @param instead a comparison that is made otherwise than it is written, whatever is asked. */
export function remember<C>(policy: Policy<C>, instead?: Instead<C>): Policy<C> {
  const answers = new Map<string, Answer<C>>();
  const facts = new Map<string, unknown>();
  const fact = <K extends keyof Policy<C>>(key: K): Policy<C>[K] => {
    if (!facts.has(key)) facts.set(key, policy[key]);
    return facts.get(key) as Policy<C>[K];
  };
  return {
    ask(request: Request, asking: Asking<C> = {}): readonly Outcome<C>[] {
      // What the response says already makes it another question each time.
      if (asking.before ?? asking.instead) return policy.ask(request, { instead, ...asking });
      const { method, path, headers } = request;
      const key = JSON.stringify([method, path, asking.unlisted, ...headers]);
      let answer = answers.get(key);
      if (!answer) {
        const noted: Comparison<C>[] = [];
        const outcomes = policy.ask(request, { instead, ...asking, noted });
        answers.set(key, (answer = { outcomes, noted }));
      }
      asking.noted?.push(...answer.noted);
      return answer.outcomes;
    },
    get at() {
      return policy.at;
    },
    get library() {
      return policy.library;
    },
    get origins() {
      return fact('origins');
    },
    get credentials() {
      return fact('credentials');
    },
    get allowedHeaders() {
      return fact('allowedHeaders');
    },
    get names() {
      return fact('names');
    },
    get maxAge() {
      return fact('maxAge');
    },
    get faults() {
      return fact('faults');
    },
    get layers() {
      return fact('layers');
    },
    mended: (remedy, fault, cause) => policy.mended(remedy, fault, cause),
  };
}
