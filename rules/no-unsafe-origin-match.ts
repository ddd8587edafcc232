import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-unsafe-origin-match',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow checks that let in an origin which their author did not mean.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ cause, code, data, repairs: [repair] = [] }, edit) => ({
      suggest: [
        code === 'stateful-expression'
          ? edit.dropFlag(repair)
          : edit.mendComparison(repair, data['witness'] ?? ''),
        edit.useSafeCors(cause),
      ],
    }),
});
