import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'sensible-max-age',
  meta: {
    type: 'suggestion',
    docs: {
      description: 'Require a `maxAge` that browsers can make use of.',
      presets: { strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ code, cause }, edit) => ({
      suggest: [code === 'max-age-missing' ? edit.addMaxAge(cause) : edit.longestMaxAge(cause)],
    }),
});
