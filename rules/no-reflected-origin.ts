import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-reflected-origin',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow letting in every origin by handing it back.',
      presets: {
        recommended: ['error', { checkWithoutCredentials: false }],
        strict: ['error', { checkWithoutCredentials: true }],
      },
    },
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        properties: {
          checkWithoutCredentials: {
            type: 'boolean',
            description: 'Whether to report it without credentials too, where it equals a public `*`.',
          },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ checkWithoutCredentials: false }],
  },
  create:
    ({ checkWithoutCredentials }) =>
    (problem, edit) => {
      if (problem.code === 'any-origin' && !checkWithoutCredentials) return undefined;
      const { cause, places, remedies } = problem;
      return {
        suggest: [
          remedies?.has('compare-elements') ? edit.listElements(cause) : undefined,
          remedies?.has('list-origins') ? edit.readFromEnvironment(cause) : undefined,
          remedies?.has('make-public') ? edit.makePublic(cause, places['credentials']) : undefined,
          edit.useSafeCors(cause),
        ],
      };
    },
});
