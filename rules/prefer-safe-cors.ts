import type { Problem } from '../src/policy/problems.ts';
import type { Migration } from '../src/analysis/migration.ts';
import { defineRule } from '../src/rule.ts';

export default defineRule({
  name: 'prefer-safe-cors',
  meta: {
    type: 'suggestion',
    docs: {
      description: 'Require the middleware of this package in place of npm `cors`.',
      presets: { migrate: ['warn'] },
    },
    hasSuggestions: true,
    schema: [],
  },
  problems: ({ migrations, hasMiddleware }, edit) =>
    migrations.map((migration) => problemOf(migration, edit.whatIsLeft(migration), hasMiddleware)),
  create:
    () =>
    ({ code, cause }, edit) => ({ suggest: [code === 'replaceable' ? edit.useSafeCors(cause) : undefined] }),
});

function problemOf(
  { call }: Migration,
  undecided: string | undefined,
  isInstalled: boolean,
): Problem<Migration['call']> {
  const install = isInstalled ? '' : ' Install it with `npm install eslint-plugin-cors`.';
  return {
    code: undecided === undefined ? 'replaceable' : 'replaceable-undecided',
    cause: call,
    data: { library: '`cors`', install, ...(undecided !== undefined && { undecided }) },
    places: {},
  };
}
