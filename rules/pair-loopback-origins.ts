import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'pair-loopback-origins',
  meta: {
    type: 'suggestion',
    docs: {
      description: 'Require `localhost` and `127.0.0.1` to be let in together during development.',
      presets: { strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ cause, data, remedies }, edit) => ({
      suggest: [edit.addOrigin(cause, data['missing'] ?? '', remedies?.has('list-origins') ?? false)],
    }),
});
