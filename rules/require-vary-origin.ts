import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'require-vary-origin',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require `Vary: Origin` in answers that depend on the origin.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ code, cause }, edit) => {
      switch (code) {
        case 'missing-vary':
          return { suggest: [edit.varyByOrigin(cause)] };
        case 'vary-overwritten':
          return { suggest: [edit.addToVary(cause), edit.addOriginToVary(cause)] };
        default:
          return { suggest: [edit.addOriginToVary(cause)] };
      }
    },
});
