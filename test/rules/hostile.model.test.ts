import { afterAll, describe, expect, it } from 'vitest';
import { CorsFile, type Source } from '../../src/analysis/file.ts';
import { describe as describeProblem } from '../../src/policy/problems.ts';
import { Project, removeProjects } from '../analysis/project.ts';
import { hostile } from './hostile.ts';
import { analyse, dialects, lint, type Dialect, type Linted } from './lint.ts';

/** Long enough for a slow machine, short enough to see that something grows without bound. */
const MOST_SECONDS = 20;

/** Nothing, where the parser itself gives up. */
function linted(code: string, dialect: Dialect): Linted | undefined {
  const result = unlessTooDeep(() => lint(code, dialect, { express: 5 }));
  return result?.messages.some(({ fatal }) => fatal) ? undefined : result;
}

function unlessTooDeep<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const { stack = '' } = error as Error;
    // ESLint and its parsers are recursive, too; ours is the one that must not be.
    if (error instanceof RangeError && !/\/(?:src|rules)\/[\w/-]+\.ts/.test(stack)) return undefined;
    // The error itself holds syntax nodes, too deep for a report.
    throw new Error(stack);
  }
}

describe.each(Object.values(dialects))('$name', (dialect: Dialect) => {
  const key = Object.entries(dialects).find(([, one]) => one === dialect)?.[0] as keyof typeof dialects;
  const cases = [...hostile].filter(([, { dialects: those }]) => those.includes(key));
  it.each(cases)(
    '%s',
    (name, { code, stillFinds }) => {
      if (code.length > 150_000 && name !== 'ten thousand lines') {
        expect(analyse(code, dialect)).toBeInstanceOf(Array);
        return;
      }
      const first = linted(code, dialect);
      if (!first) return;
      if (stillFinds)
        expect(first.messages.map(({ ruleId }) => ruleId)).toContain('cors/no-wildcard-credentials');
      if (code.length > 150_000) return;
      // A second look sees the same.
      const { source, messages } = first;
      const again = new CorsFile(source as unknown as Source, dialect.filename, { express: 5 }).problems;
      // What is reported only where an option asks for it is not asked for here.
      const reported = again.filter(({ code: problem }) => !describeProblem(problem).onRequest);
      expect(reported.map(({ code: problem, cause }) => [problem, cause.start]).toSorted()).toEqual(
        messages
          .map(({ messageId, line, column }) => [
            messageId,
            source.getIndexFromLoc({ line, column: column - 1 }),
          ])
          .toSorted(),
      );
    },
    MOST_SECONDS * 1000,
  );
});

/** Where the middleware is installed, so that every suggestion that moves to it is made, too. */
describe('moving to the middleware', () => {
  afterAll(removeProjects);
  const rules = { 'cors/prefer-safe-cors': 'error' } as const;
  const short = [...hostile].filter(([, { code }]) => code.length <= 150_000);

  it.each(short)(
    '%s',
    (_, { code, dialects: those }) => {
      const isTypeScript = those.every((one) => one === 'typescript');
      const name = isTypeScript ? 'app.ts' : 'app.js';
      const project = new Project({
        'package.json': { dependencies: { 'eslint-plugin-cors': '*' } },
        [name]: code,
      });
      for (const parser of isTypeScript ? (['typescript'] as const) : (['typescript', 'espree'] as const)) {
        const messages = unlessTooDeep(() => project.messages(name, parser, name, rules));
        for (const { fatal, suggestions = [] } of messages ?? [])
          if (!fatal)
            for (const { fix } of suggestions) expect(fix.range[0]).toBeLessThanOrEqual(fix.range[1]);
      }
    },
    MOST_SECONDS * 1000,
  );
});
