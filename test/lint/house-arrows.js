import { createRequire } from 'node:module';
import path from 'node:path';

const packageName = createRequire(import.meta.url)('../../package.json').name;

/**
 * Who may know whom. A file always may import its own part of the house; packages and Node's own
 * modules are the part `packages`, our package.json is the part `package.json`.
 */
const mayImport = {
  'src/policy': [],
  'src/analysis': ['src/policy', 'packages'],
  // Production loads it: no package comes with it.
  'src/middleware': ['src/policy'],
  'src/package.ts': ['packages', 'package.json'],
  'src/settings.ts': ['src/analysis', 'packages'],
  'src/parse.ts': ['src/analysis', 'packages'],
  'src/live-options.ts': ['packages'],
  'src/migration-edit.ts': ['src/live-options.ts', 'src/analysis', 'src/policy', 'packages'],
  'src/edits.ts': ['src/migration-edit.ts', 'src/analysis', 'src/policy', 'packages'],
  'src/rule.ts': [
    'src/settings.ts',
    'src/parse.ts',
    'src/edits.ts',
    'src/package.ts',
    'src/analysis',
    'src/policy',
    'packages',
  ],
  rules: ['src/analysis', 'src/policy', 'src/rule.ts', 'src/settings.ts', 'packages'],
  'src/index.ts': ['rules', 'src/rule.ts', 'src/package.ts', 'packages'],
};

/** The part of the house that a path (relative to the repository, with `/`) belongs to. */
function partOf(relative) {
  // A specifier may leave the extension to the compiler's imagination: `./rule.js` is `src/rule.ts`.
  const source = relative.replace(/\.[cm]?js$/, '.ts');
  return (
    Object.keys(mayImport).find((part) => source === part || source.startsWith(`${part}/`)) ??
    // `..` reaches the folder's index, so that is where the arrow points.
    (source === 'src' ? 'src/index.ts' : relative)
  );
}

/** The text of a specifier that can be read off: a string, or a template without holes. */
function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  if (node?.type === 'TSLiteralType') return textOf(node.literal);
  return undefined;
}

/** @type {import('eslint').Rule.RuleModule} */
export default {
  meta: {
    type: 'problem',
    docs: { description: 'Keep the arrows between the parts of the house from turning round.' },
    schema: [],
    messages: {
      arrow: '`{{from}}` may not import `{{to}}`. It may import: {{allowed}}.',
      unreadable:
        '`{{from}}` imports something that only running it can tell: write the specifier as a string.',
    },
  },

  create(context) {
    const relative = (file) => path.relative(context.cwd, file).split(path.sep).join('/');
    const from = partOf(relative(context.filename));
    const allowed = mayImport[from];
    if (!allowed) return {};

    function target(specifier) {
      if (specifier.startsWith('file:')) return partOf(relative(new URL(specifier).pathname));
      if (specifier.startsWith('.') || path.isAbsolute(specifier))
        return partOf(relative(path.resolve(path.dirname(context.filename), specifier)));
      // Our own name is no package: it is the front door.
      if (specifier === packageName || specifier.startsWith(`${packageName}/`)) return 'src/index.ts';
      // Package-internal imports could point anywhere; nothing here needs them.
      if (specifier.startsWith('#')) return specifier;
      return 'packages';
    }

    function check(source) {
      if (!source) return;
      const specifier = textOf(source);
      if (specifier === undefined)
        return context.report({ node: source, messageId: 'unreadable', data: { from } });
      const to = target(specifier);
      if (to === from || allowed.includes(to)) return;
      context.report({
        node: source,
        messageId: 'arrow',
        data: {
          from,
          to: to === 'packages' ? specifier : to,
          allowed: allowed.join(', ') || 'nothing but itself',
        },
      });
    }

    return {
      ImportDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source),
      TSExternalModuleReference: (node) => check(node.expression),
      'CallExpression[callee.name="require"]': (node) => check(node.arguments[0]),
      'CallExpression[callee.object.name="require"][callee.property.name="resolve"]': (node) =>
        check(node.arguments[0]),
    };
  },
};
