import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'safe-env-origins',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require origins from the environment to let nobody in while a variable is missing.',
      presets: {
        recommended: ['error', { checkSwitchedOff: false, checkLoopbackFallback: false }],
        strict: ['error', { checkSwitchedOff: true, checkLoopbackFallback: true }],
      },
    },
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        properties: {
          checkSwitchedOff: {
            type: 'boolean',
            description:
              'Whether to report CORS that is switched off, without a word, while a variable is missing.',
          },
          checkLoopbackFallback: {
            type: 'boolean',
            description: 'Whether to report a loopback origin that is let in while a variable is missing.',
          },
        },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ checkSwitchedOff: false, checkLoopbackFallback: false }],
  },
  create:
    ({ checkSwitchedOff, checkLoopbackFallback }) =>
    ({ code, cause, data, places, remedies }, edit) => {
      if (code === 'env-off' && !checkSwitchedOff) return undefined;
      if (code === 'env-loopback' && !checkLoopbackFallback) return undefined;
      if (code === 'env-before-dotenv') return { suggest: [edit.loadFirst(places['loaded'], cause)] };
      return {
        suggest: [
          edit.listVariable(cause, data['names'] ?? '', remedies?.has('list-origins') ?? false),
          code === 'env-not-split' ? undefined : edit.refuseWhileMissing(cause, remedies),
          edit.useSafeCors(cause),
        ],
      };
    },
});
