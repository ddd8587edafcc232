/** @type {import('eslint-doc-generator').GenerateOptions} */
export default {
  // Everything at once, for those who write about rules, not for those who run them.
  ignoreConfig: ['all'],
  configEmoji: [
    ['recommended', '✅'],
    ['strict', '🔒'],
    ['migrate', '🧭'],
  ],
  ruleDocTitleFormat: 'name',
  ruleDocNotices: ['description', 'deprecated', 'configs', 'fixableAndHasSuggestions', 'options'],
  ruleListColumns: [
    'name',
    'description',
    'configsError',
    'configsWarn',
    'fixable',
    'hasSuggestions',
    'options',
    'deprecated',
  ],
};
