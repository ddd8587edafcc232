import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'valid-cors-options',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require options that the CORS library knows and understands.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ code, cause, data }, edit) => {
      switch (code) {
        case 'unknown-option':
          return { suggest: [edit.renameOption(cause, data['meant'] ?? '')] };
        case 'options-not-object':
          return { suggest: [edit.wrapOptions(cause)] };
        case 'credentials-not-boolean':
          return { suggest: [edit.writeCredentials(cause, true), edit.writeCredentials(cause, false)] };
        case 'methods-missing':
          return { suggest: [edit.removeOption(cause, 'methods')] };
        case 'not-a-list':
          return { suggest: [edit.listElements(cause, 'toArray')] };
        case 'max-age-in-milliseconds':
          return { suggest: [edit.toSeconds(cause, data['seconds'] ?? '')] };
        case 'max-age-not-a-number':
          return { suggest: [edit.removeOption(cause, 'maxAge')] };
        case 'status-not-ok':
          return { suggest: [edit.useStatus204(cause)] };
        default:
          return {};
      }
    },
});
