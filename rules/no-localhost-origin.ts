import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-localhost-origin',
  meta: {
    type: 'suggestion',
    docs: {
      description: 'Disallow letting in loopback origins in production.',
      presets: { strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ cause, data }, edit) => {
      const origin = data['witness'] ?? '';
      return {
        suggest: [
          edit.onlyInDevelopment(cause),
          edit.refuseOrigin(cause, origin),
          edit.dropAlternative(cause, origin),
        ],
      };
    },
});
