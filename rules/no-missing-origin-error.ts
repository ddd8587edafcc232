import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-missing-origin-error',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow failing on requests without an `Origin` header.',
      presets: { recommended: ['warn'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ data, places }, edit) => ({
      // What a delegate calls back with are options, and no verdict.
      suggest: [data['refusal'] === 'false' ? edit.passWithoutOrigin(places['asked']) : undefined],
    }),
});
