import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'cors-before-routes',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require CORS to be registered before the routes that it should cover.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  create: () => (problem, edit) => ({
    suggest: [edit.registerFirst(problem.cause, problem.places['before'])],
  }),
});
