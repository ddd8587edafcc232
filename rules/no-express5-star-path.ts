import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'no-express5-star-path',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow paths of Express 4 where CORS is registered under Express 5.',
      presets: { recommended: ['error'], strict: ['error'] },
    },
    fixable: 'code',
    schema: [],
  },
  // A fix and no suggestion: the app did not start before.
  create: () => (problem, edit) => {
    const { corrected } = problem.data;
    return corrected === undefined ? {} : { fix: edit.writePath(problem.cause, corrected) };
  },
});
