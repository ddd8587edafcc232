import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'valid-methods-and-headers',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require names of methods and headers that browsers can match.',
      presets: {
        recommended: ['error', { checkUseless: false }],
        strict: ['error', { checkUseless: true }],
      },
    },
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        properties: {
          checkUseless: {
            type: 'boolean',
            description: 'Whether to report names too that are listed in vain, but harm nobody.',
          },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ checkUseless: false }],
  },
  create:
    ({ checkUseless }) =>
    ({ code, cause, data }, edit) => {
      const isUseless = code === 'useless-name' || code === 'response-header-allowed';
      if (isUseless && !checkUseless) return undefined;
      const { name = '', corrected } = data;
      return {
        suggest: [
          corrected === undefined ? undefined : edit.correctName(cause, name, corrected),
          code === 'useless-name' || data['useless'] ? edit.removeName(cause, name) : undefined,
          code === 'response-header-allowed' ? edit.removeName(cause, name, 'refuseHeader') : undefined,
        ],
      };
    },
});
