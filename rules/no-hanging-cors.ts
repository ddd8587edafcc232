import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-hanging-cors',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow CORS code that leaves a request without an answer.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ places: { call, status } }, edit) => ({
      suggest: [call && edit.callLibrary(call), status && edit.endResponse(status)],
    }),
});
