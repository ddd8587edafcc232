import { LONGEST_MAX_AGE } from '../src/policy/judge/defaults.ts';
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
    ({ code, cause, data, remedies }, edit) => {
      switch (code) {
        case 'unknown-option':
          return {
            suggest: [
              remedies?.has('rename-option') ? edit.renameOption(cause, data['meant'] ?? '') : undefined,
            ],
          };
        case 'options-not-object':
          return { suggest: [remedies?.has('wrap-options') ? edit.wrapOptions(cause) : undefined] };
        case 'credentials-not-boolean':
          return {
            suggest: [
              remedies?.has('allow-credentials') ? edit.writeCredentials(cause, true) : undefined,
              edit.writeCredentials(cause, false),
            ],
          };
        case 'methods-missing':
          return { suggest: [edit.removeOption(cause, 'methods')] };
        case 'not-a-list':
          return { suggest: [remedies?.has('make-list') ? edit.listElements(cause, 'toArray') : undefined] };
        case 'max-age-in-milliseconds':
          // More than any browser keeps is cut down to that.
          return {
            suggest: [
              Number(data['seconds']) > LONGEST_MAX_AGE
                ? edit.longestMaxAge(cause)
                : edit.toSeconds(cause, data['seconds'] ?? ''),
            ],
          };
        case 'max-age-not-a-number':
          return { suggest: [edit.addMaxAge(cause)] };
        case 'status-not-ok':
          return { suggest: [edit.useStatus204(cause)] };
        default:
          return {};
      }
    },
});
