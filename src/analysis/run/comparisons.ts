/** What was noted, as the judge takes it: an expression comes with texts that it matches. */
import type { Comparison, Sample } from '../../policy/comparison.ts';
import type { Place } from '../code.ts';
import { expression, type Expression } from '../expressions/expressions.ts';
import { stricter } from '../expressions/repairs.ts';
import { hostSamples, samples } from '../expressions/samples.ts';
import type { Noted } from './watch.ts';

const remembered = new WeakMap<
  Expression,
  { readonly whole: readonly Sample[]; readonly hosts: readonly Sample[] }
>();

/** Texts that the expression matches: worked out once for each expression. */
function samplesOf(parsed: Expression, of: 'whole' | 'hosts'): readonly Sample[] {
  let found = remembered.get(parsed);
  if (!found) {
    const made: { whole?: readonly Sample[]; hosts?: readonly Sample[] } = {};
    found = {
      get whole() {
        return (made.whole ??= samples(parsed));
      },
      get hosts() {
        return (made.hosts ??= hostSamples(parsed));
      },
    };
    remembered.set(parsed, found);
  }
  return found[of];
}

/** Of hundreds of expressions, the first ones say what their author has in mind. */
const MOST_EXPRESSIONS = 40;

/** All comparisons of one question. */
export function comparisonsOf(noted: readonly Noted[]): readonly Comparison<Place>[] {
  let left = MOST_EXPRESSIONS;
  return noted.map((one) => comparisonOf(one, one.how === 'matches' && left-- > 0));
}

function comparisonOf(noted: Noted, withSamples: boolean): Comparison<Place> {
  if (noted.how !== 'matches') return noted;
  const { operand, flags = '', subject, answer, cause, by, keeps } = noted;
  const parsed = withSamples ? expression(operand, flags) : undefined;
  const of = subject.includes('://') || subject === 'null' ? 'whole' : 'hosts';
  return {
    how: 'matches',
    subject,
    operand,
    flags,
    answer,
    cause,
    ...(by && { by }),
    ...(keeps && { keeps }),
    samples: parsed ? samplesOf(parsed, of) : [],
    // Asked for only where strangers are let in.
    stricter: () => (parsed ? stricter(parsed, samplesOf(parsed, of), of) : []),
  };
}
