import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'require-preflight-route',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require an answer to the preflights of a route that has a CORS policy of its own.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create:
    () =>
    ({ places }, edit) => ({ suggest: [edit.answerPreflights(places['answer'])] }),
});
