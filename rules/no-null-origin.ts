import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-null-origin',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow letting in the origin `null`.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ cause, remedies }, edit) => ({
      suggest: [
        edit.refuseOrigin(cause, 'null'),
        edit.dropAlternative(cause, 'null'),
        remedies?.has('list-origins') ? edit.readFromEnvironment(cause) : undefined,
        edit.useSafeCors(cause),
      ],
    }),
});
