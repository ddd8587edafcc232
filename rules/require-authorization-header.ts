import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'require-authorization-header',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require `Authorization` among the allowed headers where the app reads it.',
      presets: {
        recommended: ['error', { checkWildcard: false, checkImplicit: false }],
        strict: ['error', { checkWildcard: true, checkImplicit: true }],
      },
    },
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        properties: {
          checkWildcard: {
            type: 'boolean',
            description: 'Whether to report a list that says `*`, which the standard does not let cover it.',
          },
          checkImplicit: {
            type: 'boolean',
            description: 'Whether to report a missing list, where the library allows whatever is asked for.',
          },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ checkWildcard: false, checkImplicit: false }],
  },
  create:
    ({ checkWildcard, checkImplicit }) =>
    ({ code, cause }, edit) => {
      if (code === 'authorization-by-wildcard' && !checkWildcard) return undefined;
      if (code === 'authorization-implicit') return checkImplicit ? {} : undefined;
      return { suggest: [edit.addAuthorization(cause)] };
    },
});
