import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'require-explicit-origin',
  meta: {
    type: 'suggestion',
    docs: {
      description: 'Require the code to say who may read the answers.',
      presets: { strict: ['error', { allowWildcard: true }] },
    },
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        properties: {
          allowWildcard: {
            type: 'boolean',
            description: 'Whether `*` may be written for everybody.',
          },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ allowWildcard: true }],
  },
  create:
    ({ allowWildcard }) =>
    ({ code, cause, remedies }, edit) => {
      const lists = remedies?.has('list-origins');
      if (code === 'public-wildcard')
        return allowWildcard ? undefined : { suggest: [lists ? edit.readFromEnvironment(cause) : undefined] };
      return {
        suggest: [
          allowWildcard ? edit.writeWildcard(cause) : undefined,
          lists ? edit.addOriginFromEnvironment(cause) : undefined,
        ],
      };
    },
});
