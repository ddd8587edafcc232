import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-hardcoded-origins',
  meta: {
    type: 'suggestion',
    docs: {
      description: 'Disallow lists of allowed origins that only a change of the code can change.',
      presets: { strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ cause }, edit) => ({ suggest: [edit.readListFromEnvironment(cause)] }),
});
