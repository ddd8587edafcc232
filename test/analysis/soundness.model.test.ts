/**
 * The interpreter never says what running the code contradicts: random programs are run by Node and in the head. And
 * where a program rests on nothing unknown, the interpreter knows what comes of it.
 */
import { Script } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BudgetSpent } from '../../src/analysis/run/tree.ts';
import type { Value } from '../../src/analysis/run/value.ts';
import { contradiction, isDefinite } from './agree.ts';
import { inputs, programs, READ_BACK, wholeProgram, type Inputs } from './grammar.ts';
import { evaluate, type Program } from './program.ts';

const SEED = Number(process.env['CORS_TEST_SEED'] ?? 20261101);
const RUNS = Number(process.env['CORS_TEST_RUNS'] ?? 400);

/** What `input.f` may do to what it is given: nobody can tell by reading. */
const OTHERS = {
  missing: undefined,
  'hands back': (given: unknown) => given,
  changes: (given: unknown) => {
    if (typeof given === 'function') given(1);
    else if (Array.isArray(given)) given.push('changed');
    else if (typeof given === 'object' && given !== null && !Object.isFrozen(given))
      Object.assign(given, { k: 'changed' });
    return given;
  },
  throws: () => {
    throw new Error('from elsewhere');
  },
} as const;
type Other = keyof typeof OTHERS;
const others = fc.constantFrom<Other[]>('missing', 'hands back', 'changes', 'throws');

type Real = Readonly<Record<string, unknown>>;

/** What Node makes of the program; nothing where it throws, or does not end. */
async function really(source: string, input: Inputs, other: Other): Promise<Real | undefined> {
  const script = new Script(
    `(function (input) {\n${source}\nreturn () => ({ ${READ_BACK.join(', ')} });\n})`,
  );
  const main = script.runInThisContext() as (input: unknown) => () => Real;
  const shared = globalThis as { corsTest?: () => () => Real };
  shared.corsTest = () => main({ ...structuredClone(input), f: OTHERS[other] });
  try {
    const read = new Script('corsTest()').runInThisContext({ timeout: 200 }) as () => Real;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return read();
  } catch {
    return undefined;
  }
}

const read = ({ run }: Program): ReadonlyMap<string, Value | undefined> => {
  const found = new Map<string, Value | undefined>(READ_BACK.map((name) => [name, undefined]));
  for (const [variable, value] of run.top.cells)
    if (found.has(variable.name)) found.set(variable.name, run.here(value));
  return found;
};

/** Nothing where the budget does not suffice: such a program is unknown as a whole. */
function within<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof BudgetSpent) return undefined;
    throw error;
  }
}

const failure = (program: string, input: Inputs, other: Other, where: string): string =>
  `${where}\nwith input ${JSON.stringify(input)}, where f ${other}, in\n${program}`;

describe('the interpreter', () => {
  it('says nothing that Node contradicts, whatever the inputs are', { timeout: 120_000 }, async () => {
    const count = { compared: 0, threw: 0, spent: 0, definite: 0, values: 0 };
    await fc.assert(
      fc.asyncProperty(programs, inputs, others, async (program, input, other) => {
        const source = wholeProgram(program);
        const real = await really(source, input, other);
        if (!real) {
          count.threw++;
          return;
        }
        count.compared++;
        const found = within(() => {
          const answer = evaluate(source);
          const said = read(answer);
          // To look through all that a value may be takes steps, too.
          const where = contradiction(answer.run, said, real);
          return { where, sure: [...said.values()].filter((value) => isDefinite(answer.run, value)).length };
        });
        if (!found) {
          count.spent++;
          return;
        }
        if (found.where !== undefined) throw new Error(failure(program, input, other, found.where));
        count.values += READ_BACK.length;
        count.definite += found.sure;
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // eslint-disable-next-line no-console -- the seed and the counts belong to the report
    console.info(`seed ${SEED}: ${JSON.stringify(count)}`);
    expect(count.compared).toBeGreaterThan(RUNS / 2);
    // These programs are wilder than any server: loops and callbacks within loops, all undecided.
    expect(count.spent).toBeLessThan(RUNS / 5);
  });

  it('knows everything of a program that rests on nothing unknown', { timeout: 120_000 }, async () => {
    const count = { compared: 0, threw: 0, definite: 0 };
    const unclear: string[] = [];
    await fc.assert(
      fc.asyncProperty(programs, inputs, async (program, input) => {
        const source = `const input = ${JSON.stringify(input)};\n${wholeProgram(program)}`;
        const real = await really(source.replace(/^const input = .*$/m, ''), input, 'missing');
        if (!real) {
          count.threw++;
          return;
        }
        count.compared++;
        const answer = within(() => evaluate(source));
        if (!answer) {
          unclear.push(`the budget does not suffice for\n${program}`);
          return;
        }
        const said = read(answer);
        const where = contradiction(answer.run, said, real);
        if (where !== undefined) throw new Error(failure(program, input, 'missing', where));
        const name = READ_BACK.find((one) => !isDefinite(answer.run, said.get(one)));
        if (name === undefined) count.definite++;
        else unclear.push(`${name} is unclear with ${JSON.stringify(input)} in\n${program}`);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // eslint-disable-next-line no-console -- the seed and the counts belong to the report
    console.info(`seed ${SEED}: ${JSON.stringify(count)}`);
    expect(
      count.definite / count.compared,
      unclear
        .sort((a, b) => a.length - b.length)
        .slice(0, 5)
        .join('\n---\n'),
    ).toBeGreaterThan(0.99);
  });
});
