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
      return {
        suggest: [
          edit.listElements(problem.cause),
          edit.readFromEnvironment(problem.cause),
          problem.code === 'any-origin-credentials'
            ? edit.dropCredentials(problem.places['credentials'])
            : undefined,
        ],
      };
    },
});
