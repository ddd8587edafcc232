import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'cors-before-auth',
  meta: {
    type: 'problem',
    docs: {
      description:
        'Require CORS to be registered before what answers preflights: authentication, rate limits.',
      presets: {
        recommended: ['error', { checkHttpsRedirect: false }],
        strict: ['error', { checkHttpsRedirect: true }],
      },
    },
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        properties: {
          checkHttpsRedirect: {
            type: 'boolean',
            description: 'Whether to report a redirect to `https:` that stands before CORS.',
          },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ checkHttpsRedirect: false }],
  },
  create:
    ({ checkHttpsRedirect }) =>
    ({ code, cause, places }, edit) => {
      if (code === 'redirect-before-cors' && !checkHttpsRedirect) return undefined;
      return { suggest: [edit.registerFirst(cause, places['before'], 'answerPreflightsFirst')] };
    },
});
