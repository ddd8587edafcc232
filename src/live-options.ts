/**
 * npm `cors` reads its options at each request, the middleware of this package once. What is written into them later, or by
 * a function that runs later, would count no longer.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';

type Node = TSESTree.Node;
type Source = Readonly<TSESLint.SourceCode>;
type Variable = TSESLint.Scope.Variable;

/** They change the list, set or map that they are called on. */
const CHANGES =
  /^(?:push|unshift|splice|pop|shift|fill|sort|reverse|copyWithin|add|delete|clear|set|length|assign)$/;
/** Calls that only look at what they are given. */
const LOOKS =
  /^(?:console\.\w+|JSON\.stringify|Object\.(?:keys|values|entries|freeze)|Array\.(?:from|isArray)|new Set|new Map|String|Boolean)$/;

/** The variable of that name, as it is seen from a place. */
export function variableOf(
  source: Source,
  node: Node | undefined,
  from: Node | undefined = node,
): Variable | undefined {
  if (node?.type !== 'Identifier' || !from) return undefined;
  for (let scope: TSESLint.Scope.Scope | null = source.getScope(from); scope; scope = scope.upper) {
    const found = scope.set.get(node.name);
    if (found) return found;
  }
  return undefined;
}

/** Variables from outside that are read within the node. */
export function outsideOf(source: Source, node: Node): readonly Variable[] {
  const [start, end] = node.range;
  const found = new Set<Variable>();
  for (const { identifier, resolved } of referencesIn(source)) {
    if (identifier.range[0] < start || end < identifier.range[1]) continue;
    const [definition] = resolved?.defs ?? [];
    if (!resolved || !definition) continue;
    const { range } = definition.name;
    if (range[0] < start || end < range[1]) found.add(resolved);
  }
  return [...found];
}

const references = new WeakMap<object, readonly TSESLint.Scope.Reference[]>();

function referencesIn({ scopeManager, ast }: Source): readonly TSESLint.Scope.Reference[] {
  let found = references.get(ast);
  if (!found) {
    found = (scopeManager?.scopes ?? []).flatMap((scope) => scope.references);
    references.set(ast, found);
  }
  return found;
}

/** Whether what the node is made of may be another thing after it has run. */
export function changesLater(source: Source, node: Node): boolean {
  const made = new Set<Variable>();
  const collect = (from: Node): void => {
    for (const variable of outsideOf(source, from)) {
      if (made.has(variable)) continue;
      made.add(variable);
      const { node: definition } = variable.defs[0] ?? {};
      if (definition?.type === 'FunctionDeclaration') collect(definition);
      if (definition?.type === 'VariableDeclarator' && definition.init) collect(definition.init);
    }
  };
  collect(node);
  return [...made].some((variable) =>
    variable.references.some(
      (reference) =>
        !reference.init &&
        (reference.isWrite() || isChanged(source, reference.identifier as Node)) &&
        !comesFirst(reference.identifier as Node, node),
    ),
  );
}

/** What is added to a list, each time that something is; nothing for another change. */
export function changesOf(source: Source, variable: Variable): readonly (readonly Node[] | undefined)[] {
  return variable.references.flatMap((reference) => {
    if (reference.init) return [];
    const node = reference.identifier as Node;
    if (!reference.isWrite() && !isChanged(source, node)) return [];
    const [method, call] = [node.parent, node.parent?.parent];
    const isPush =
      method?.type === 'MemberExpression' &&
      method.property.type === 'Identifier' &&
      method.property.name === 'push' &&
      call?.type === 'CallExpression' &&
      call.callee === method;
    return [isPush ? call.arguments : undefined];
  });
}

/** In the same function, and above. */
function comesFirst(one: Node, other: Node): boolean {
  return one.range[1] <= other.range[0] && functionAround(one) === functionAround(other);
}

function functionAround(node: Node): Node | undefined {
  for (let around = node.parent; around; around = around.parent)
    if (/Function|^PropertyDefinition$|^StaticBlock$/.test(around.type)) return around;
  return undefined;
}

function isChanged(source: Source, identifier: Node): boolean {
  let node = identifier;
  let { parent } = node;
  let name: string | undefined;
  while (parent?.type === 'MemberExpression' && parent.object === node) {
    name = parent.property.type === 'Identifier' ? parent.property.name : undefined;
    node = parent;
    ({ parent } = node);
  }
  if (!parent) return false;
  if (parent.type === 'AssignmentExpression') return parent.left === node;
  if (parent.type === 'UpdateExpression') return true;
  if (parent.type === 'UnaryExpression') return parent.operator === 'delete';
  if (parent.type !== 'CallExpression' && parent.type !== 'NewExpression') return false;
  if (parent.callee === node) return name !== undefined && CHANGES.test(name);
  const { callee } = parent;
  const called = `${parent.type === 'NewExpression' ? 'new ' : ''}${source.getText(callee)}`;
  return !LOOKS.test(called) && !isCors(source, callee);
}

/** It reads what it is given, and no more. */
function isCors(source: Source, callee: Node): boolean {
  const { node } = variableOf(source, callee)?.defs[0] ?? {};
  const made = node?.type === 'VariableDeclarator' ? node.init : node?.parent;
  return made !== undefined && made !== null && /['"]cors['"]/.test(source.getText(made));
}
