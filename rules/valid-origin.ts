import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'valid-origin',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require origins to be written as browsers send them.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ code, cause, data }, edit) => {
      switch (code) {
        case 'corrected-origin':
        case 'malformed-entry':
        case 'malformed-pattern':
          return {
            suggest: [
              data['corrected'] === undefined ? undefined : edit.correctOrigin(cause, data['corrected']),
            ],
          };
        case 'listed-wildcard':
          return { suggest: [edit.removeOrigin(cause, '*')] };
        case 'malformed-origin':
          return {
            suggest: [
              data['kind'] === 'list' ? edit.splitList(cause, data['origin'] ?? '') : undefined,
              data['kind'] === 'empty' ? edit.removeOrigin(cause, '') : undefined,
            ],
          };
        default:
          return {};
      }
    },
});
