import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-wildcard-credentials',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow the wildcard `*` together with credentials.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ code, cause, data, places, remedies }, edit) => {
      const list =
        code === 'default-wildcard-credentials'
          ? edit.addOriginFromEnvironment(cause)
          : edit.readFromEnvironment(cause);
      return {
        suggest: [
          remedies?.has('list-origins') ? list : undefined,
          remedies?.has('make-public') ? edit.makePublicByName(cause, places['credentials']) : undefined,
          remedies?.has('drop-credentials') ? edit.dropCredentials(places['credentials']) : undefined,
          // The default of `methods` is what `*` was meant to be. A list of headers is known to its author only.
          remedies?.has('remove-option') ? edit.removeOption(cause, data['option'] ?? '') : undefined,
          edit.useSafeCors(cause),
        ],
      };
    },
});
