import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-insecure-origin',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow letting in origins over plain `http:`.',
      presets: {
        recommended: ['warn', { checkWithoutCredentials: false }],
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
            description: 'Whether to report it without credentials too.',
          },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ checkWithoutCredentials: false }],
  },
  create:
    ({ checkWithoutCredentials }) =>
    ({ code, cause, data }, edit) => {
      if (code === 'insecure-origin' && !checkWithoutCredentials) return undefined;
      const origin = data['witness'] ?? '';
      return {
        suggest: [
          edit.useHttps(cause, origin),
          edit.httpsOnly(cause),
          edit.refuseOrigin(cause, origin),
          edit.dropAlternative(cause, origin),
          edit.useSafeCors(cause),
        ],
      };
    },
});
