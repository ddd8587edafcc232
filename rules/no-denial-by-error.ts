import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-denial-by-error',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow refusing an origin by an error.',
      presets: {
        recommended: ['warn', { onlyWithOwnPages: true }],
        strict: ['error', { onlyWithOwnPages: false }],
      },
    },
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        properties: {
          onlyWithOwnPages: {
            type: 'boolean',
            description:
              'Whether to report it only where the app serves pages of its own, which it then refuses.',
          },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ onlyWithOwnPages: true }],
  },
  create:
    ({ onlyWithOwnPages }) =>
    ({ code, cause, data, places }, edit) => {
      if (code === 'denial-by-error' && onlyWithOwnPages) return undefined;
      return {
        suggest: [
          edit.refuseByVerdict(cause, places['asked'], data['refusal'] ?? ''),
          edit.refuseByStatus(cause),
        ],
      };
    },
});
