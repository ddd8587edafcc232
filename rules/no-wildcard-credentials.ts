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
  create: () => (problem, edit) => {
    const drop = edit.dropCredentials(problem.places['credentials']);
    // A list of methods or headers is known to its author only.
    if (!problem.code.endsWith('wildcard-credentials')) return { suggest: [drop] };
    return { suggest: [edit.readFromEnvironment(problem.cause), drop] };
  },
});
