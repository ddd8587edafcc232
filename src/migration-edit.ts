/** The edit that puts the middleware of this package in the place of npm `cors`: its import, and the options of each call. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Place } from './analysis/code.ts';
import type { Migration } from './analysis/migration.ts';
import { parseOrigin } from './policy/origin.ts';

type Node = TSESTree.Node;
type Change = (fixer: TSESLint.RuleFixer) => TSESLint.RuleFix;
type Source = Readonly<TSESLint.SourceCode>;

export const MODULE = 'eslint-plugin-cors/middleware';

/** The variable that origins are read from where it has to be decided who they are. */
export const VARIABLE = 'ALLOWED_ORIGINS';

/** A call, what becomes of it, and whether the environment is to say who is let in. */
interface Move {
  readonly call: TSESTree.CallExpression;
  readonly migration: Migration;
  readonly fromEnvironment: boolean;
}

/**
 * Moves every call of `cors` in the file, since they share one import.
 *
 * @param decided the call of which it is decided now who is let in: whoever the plan says, or else the environment.
 * @returns nothing where something else is done with the import, where some other call cannot be moved, or where a comment
 * would be lost.
 */
export function moveToMiddleware(
  source: Source,
  migrations: readonly Migration[],
  decided?: Migration,
): TSESLint.ReportFixFunction | undefined {
  const moves = migrations.flatMap((migration): readonly Move[] => {
    const call = callAt(source, migration.call);
    const fromEnvironment = migration === decided && migration.plan.origin === undefined;
    return call ? [{ call, migration, fromEnvironment }] : [];
  });
  if (moves.length === 0 || moves.length !== migrations.length) return undefined;
  const canMove = ({ migration }: Move): boolean =>
    migration.plan.undecided === undefined || (migration === decided && migration.plan.onlyOrigin);
  if (!moves.every(canMove)) return undefined;
  const names = ['cors', ...(moves.some(({ fromEnvironment }) => fromEnvironment) ? ['originsFromEnv'] : [])];
  const imported = importChange(source, moves, names);
  const written = optionChanges(source, moves);
  if (!imported || !written) return undefined;
  const changes = [...imported, ...written];
  return (fixer) => changes.map((change) => change(fixer));
}

function callAt(source: Source, { start, end }: Place): TSESTree.CallExpression | undefined {
  for (let node = source.getNodeByRangeIndex(start); node; node = node.parent ?? null) {
    if (node.type === 'CallExpression' && node.range[0] === start && node.range[1] === end) return node;
    if (node.range[1] > end) return undefined;
  }
  return undefined;
}

// ---- the import

function importChange(
  source: Source,
  moves: readonly Move[],
  names: readonly string[],
): readonly Change[] | undefined {
  const callees = moves.map(({ call }) => call.callee);
  const variable = variableOf(source, callees[0]);
  const [definition, ...others] = variable?.defs ?? [];
  if (!variable || !definition || others.length > 0) return undefined;
  // Whoever else reads it would find another function there.
  const reads = variable.references.filter((reference) => reference.isRead());
  if (
    reads.length !== callees.length ||
    !reads.every(({ identifier }) => callees.includes(identifier as never))
  )
    return undefined;
  if (names.slice(1).some((name) => isNamed(source, variable, name))) return undefined;
  const { node } = definition;
  const local = variable.name;
  if (node.type === 'ImportDefaultSpecifier' || node.type === 'ImportNamespaceSpecifier') {
    const declaration = node.parent as TSESTree.ImportDeclaration;
    if (declaration.specifiers.length !== 1 || hasComments(source, declaration)) return undefined;
    const quote = declaration.source.raw[0];
    const specifiers = names.map((name) => (name === 'cors' && local !== name ? `cors as ${local}` : name));
    const end = declaration.source.range[1];
    return [
      (fixer) =>
        fixer.replaceTextRange(
          [declaration.range[0], end],
          `import { ${specifiers.join(', ')} } from ${quote}${MODULE}${quote}`,
        ),
    ];
  }
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || !node.init) return undefined;
  const call = node.init;
  if (call.type !== 'CallExpression' || call.callee.type !== 'Identifier' || call.callee.name !== 'require')
    return undefined;
  const [path] = call.arguments;
  if (path?.type !== 'Literal' || hasComments(source, node)) return undefined;
  const properties = names.map((name) => (name === 'cors' && local !== name ? `cors: ${local}` : name));
  const quote = path.raw[0];
  const { id } = node;
  return [
    (fixer) => fixer.replaceText(id, `{ ${properties.join(', ')} }`),
    (fixer) => fixer.replaceText(path, `${quote}${MODULE}${quote}`),
  ];
}

function variableOf(source: Source, node: Node | undefined): TSESLint.Scope.Variable | undefined {
  if (node?.type !== 'Identifier') return undefined;
  for (let scope: TSESLint.Scope.Scope | null = source.getScope(node); scope; scope = scope.upper) {
    const found = scope.set.get(node.name);
    if (found) return found;
  }
  return undefined;
}

/** Whether some other thing of the file has that name already. */
function isNamed({ text }: Source, { name: own }: TSESLint.Scope.Variable, name: string): boolean {
  return own === name || new RegExp(`(?<![\\w$])${name}(?![\\w$])`).test(text);
}

// ---- the options

function optionChanges(source: Source, moves: readonly Move[]): readonly Change[] | undefined {
  const changes: Change[] = [];
  const done = new Map<Node, Migration>();
  for (const move of moves) {
    const [given, ...others] = move.call.arguments;
    if (others.length > 0 || given?.type === 'SpreadElement') return undefined;
    const object = given ? objectOf(source, given, moves) : undefined;
    if (given && !object) return undefined;
    // `cors(options)` twice: what becomes of the object is written once.
    const before = object && done.get(object);
    if (before) {
      if (JSON.stringify(before.plan) !== JSON.stringify(move.migration.plan)) return undefined;
      continue;
    }
    if (object) done.set(object, move.migration);
    const change = object ? objectChanges(source, object, move) : emptyCallChange(source, move);
    if (!change) return undefined;
    changes.push(...change);
  }
  return changes;
}

/** The object of options: written in the call, or in a constant that nothing else reads. */
function objectOf(
  source: Source,
  given: Node,
  moves: readonly Move[],
): TSESTree.ObjectExpression | undefined {
  if (given.type === 'ObjectExpression') return given;
  const variable = variableOf(source, given);
  const [definition, ...others] = variable?.defs ?? [];
  const { node } = definition ?? {};
  if (!variable || others.length > 0 || node?.type !== 'VariableDeclarator') return undefined;
  const declaration = node.parent as TSESTree.VariableDeclaration;
  if (declaration.kind !== 'const' || declaration.parent.type === 'ExportNamedDeclaration') return undefined;
  // A type of npm `cors` does not know the middleware's options.
  if (node.id.type === 'Identifier' && node.id.typeAnnotation) return undefined;
  const reads = variable.references.filter((reference) => reference.isRead());
  const isOnlyGiven = reads.every(({ identifier }) =>
    moves.some(({ call }) => call.arguments[0] === (identifier as Node)),
  );
  return isOnlyGiven && node.init?.type === 'ObjectExpression' ? node.init : undefined;
}

function emptyCallChange(source: Source, move: Move): readonly Change[] | undefined {
  const origin = originText(source, move);
  const close = source.getLastToken(move.call);
  if (origin === undefined || !close || hasComments(source, move.call)) return undefined;
  return [(fixer) => fixer.insertTextBefore(close, `{ origin: ${origin} }`)];
}

function objectChanges(
  source: Source,
  object: TSESTree.ObjectExpression,
  move: Move,
): readonly Change[] | undefined {
  const changes: Change[] = [];
  for (const name of move.migration.plan.drops) {
    const property = propertyOf(object, name);
    const change = property && removal(source, property);
    if (!change) return undefined;
    changes.push(change);
  }
  const { origin } = move.migration.plan;
  if (origin?.is === 'same' && !move.fromEnvironment) {
    const filtered = withoutEmpty(source, propertyOf(object, 'origin')?.value);
    return filtered && [...changes, ...filtered];
  }
  const text = originText(source, move);
  if (text === undefined) return undefined;
  const property = propertyOf(object, 'origin');
  if (property) {
    if (hasComments(source, property)) return undefined;
    changes.push((fixer) => fixer.replaceText(property, `origin: ${text}`));
    return changes;
  }
  // A spread may hold it.
  if (object.properties.some(({ type }) => type === 'SpreadElement')) return undefined;
  const [first] = object.properties;
  if (!first && hasComments(source, object)) return undefined;
  changes.push((fixer) =>
    first
      ? fixer.insertTextBefore(first, `origin: ${text}, `)
      : fixer.replaceText(object, `{ origin: ${text} }`),
  );
  return changes;
}

/**
 * `''.split(',')` is a list with an empty text in it, which lets nobody in, and which the middleware does not start with.
 * Nothing where it cannot be left out, or where another value may stand there in another environment.
 */
function withoutEmpty(source: Source, value: Node | undefined): readonly Change[] | undefined {
  if (!value || !isTaken(source, value)) return undefined;
  const made = value.type === 'Identifier' ? initOf(variableOf(source, value)) : value;
  const text = made ? source.getText(made) : '';
  if (!/\.split\(/.test(text) || /\.filter\(/.test(text)) return [];
  return value.type === 'CallExpression'
    ? [(fixer) => fixer.insertTextAfter(value, '.filter(Boolean)')]
    : undefined;
}

/** Whether the middleware takes it as `origin` whatever the environment is, as far as it is written out. */
function isTaken(source: Source, node: Node): boolean {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' && parseOrigin(node.value).ok && node.value !== 'null';
    case 'ArrayExpression':
      return node.elements.every(
        (one) => one && isTaken(source, one.type === 'SpreadElement' ? one.argument : one),
      );
    case 'ConditionalExpression':
      return isTaken(source, node.consequent) && isTaken(source, node.alternate);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isTaken(source, node.expression);
    case 'CallExpression':
      return /\.split\(/.test(source.getText(node));
    case 'Identifier': {
      const made = initOf(variableOf(source, node));
      return made !== undefined && made.type !== 'Identifier' && isTaken(source, made);
    }
    default:
      return false;
  }
}

function initOf(variable: TSESLint.Scope.Variable | undefined): Node | undefined {
  const node = variable?.defs[0]?.node;
  return node?.type === 'VariableDeclarator' ? (node.init ?? undefined) : undefined;
}

/** What is written for `origin`; nothing if it cannot be. */
function originText(source: Source, { migration, fromEnvironment }: Move): string | undefined {
  if (fromEnvironment) return `originsFromEnv('${VARIABLE}')`;
  const { origin } = migration.plan;
  if (origin?.is === 'everybody') return "'*'";
  if (origin?.is !== 'listed') return undefined;
  const list = origin.by && listAsked(source, origin.by, migration.call);
  if (list !== undefined) return list;
  return origin.open || origin.texts.length === 0
    ? undefined
    : `[${origin.texts.map((text) => `'${text}'`).join(', ')}]`;
}

/** The list in `list.includes(origin)`, if it can be read where the options stand. */
function listAsked(source: Source, by: Place, call: Place): string | undefined {
  const asked = callAt(source, by);
  if (asked?.callee.type !== 'MemberExpression' || asked.callee.property.type !== 'Identifier')
    return undefined;
  const { object, property } = asked.callee;
  const variable = variableOf(source, object);
  const block = variable?.scope.block;
  // The list of a function around both, or of the file.
  if (!block || block.range[0] > call.start || block.range[1] < call.end || object.type !== 'Identifier')
    return undefined;
  // Nobody else's, such as the function's own parameter.
  if (block.range[0] >= by.start - 1 || variable.defs[0]?.type === ('Parameter' as never)) return undefined;
  if (property.name === 'includes' || property.name === 'indexOf') return object.name;
  return property.name === 'has' ? `[...${object.name}]` : undefined;
}

function propertyOf(object: TSESTree.ObjectExpression, name: string): TSESTree.Property | undefined {
  return object.properties.find(
    (one): one is TSESTree.Property =>
      one.type === 'Property' &&
      !one.computed &&
      (one.key.type === 'Identifier'
        ? one.key.name === name
        : one.key.type === 'Literal' && one.key.value === name),
  );
}

/** Takes a property out, with the comma behind it. */
function removal(source: Source, property: TSESTree.Property): Change | undefined {
  const [before, after] = [source.getTokenBefore(property), source.getTokenAfter(property)];
  if (!before || !after) return undefined;
  const range: [number, number] =
    after.value === ','
      ? [before.range[1], after.range[1]]
      : before.value === ','
        ? [before.range[0], property.range[1]]
        : [property.range[0], property.range[1]];
  const isCommented = source
    .getAllComments()
    .some((one) => one.range[0] >= range[0] && one.range[1] <= range[1]);
  return isCommented ? undefined : (fixer) => fixer.removeRange(range);
}

function hasComments(source: Source, node: Node): boolean {
  return source.getCommentsInside(node).length > 0;
}
