import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-stacked-cors',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow two different policies on one response.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ places, data }, edit) => ({ suggest: [edit.removeMount(places['removable'], data['line'])] }),
});
