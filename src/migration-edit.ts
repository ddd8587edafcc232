/** The edit that puts the middleware of this package in the place of npm `cors`: its import, and the options of each call. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Place } from './analysis/code.ts';
import type { Migration } from './analysis/migration.ts';
import { changesLater, changesOf, outsideOf, variableOf } from './live-options.ts';
import { parseOrigin } from './policy/origin.ts';
import { SAFE_MODULE } from './policy/safe/options.ts';

type Node = TSESTree.Node;
type Change = (fixer: TSESLint.RuleFixer) => TSESLint.RuleFix;
type Source = Readonly<TSESLint.SourceCode>;

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
  const canMove = ({ call, migration }: Move): boolean =>
    migration === decided && migration.plan.onlyOrigin
      ? !changesLater(source, call)
      : whatIsLeft(source, migration) === undefined;
  if (!moves.every(canMove)) return undefined;
  const names = ['cors', ...(moves.some(({ fromEnvironment }) => fromEnvironment) ? ['originsFromEnv'] : [])];
  const imported = importChange(source, moves, names);
  const written = optionChanges(source, moves);
  if (!imported || !written) return undefined;
  const changes = [...imported, ...written];
  return (fixer) => changes.map((change) => change(fixer));
}

/** What has to be decided before the call can be moved: the clause for it. */
export function whatIsLeft(source: Source, { call, plan }: Migration): string | undefined {
  const node = callAt(source, call);
  if (node && changesLater(source, node)) return 'whether what is added later is to count';
  // `cors(options)(req, res, next)`: to make ours takes too long for that.
  if (node?.parent.type === 'CallExpression' && node.parent.callee === node)
    return 'what differs from one request to the next';
  return plan.undecided;
}

export function callAt(source: Source, { start, end }: Place): TSESTree.CallExpression | undefined {
  for (let node = source.getNodeByRangeIndex(start); node; node = node.parent ?? null) {
    if (node.type === 'CallExpression' && node.range[0] === start && node.range[1] === end) return node;
    if (node.range[1] > end) return undefined;
  }
  return undefined;
}

/** Functions of the file that nothing but the call uses, be it through one another. */
export function functionsOf(source: Source, call: Place): readonly Place[] {
  const node = callAt(source, call);
  const found: Place[] = [];
  const collect = (from: Node): void => {
    for (const variable of outsideOf(source, from)) {
      const made = madeOf(source, variable.defs[0]?.name as Node);
      if (!made || !/Function/.test(made.type)) continue;
      const place = placeOf(made);
      const users = [call, place, ...found];
      const isOwn = variable.references.every(
        ({ identifier, init }) => init || users.some((one) => isWithin(placeOf(identifier as Node), one)),
      );
      if (!isOwn || found.some((one) => isWithin(place, one))) continue;
      found.push(place);
      collect(made);
    }
  };
  if (node) collect(node);
  return found;
}

function placeOf({ range: [start, end] }: Node): Place {
  return { start, end };
}

function isWithin(place: Place, around: Place): boolean {
  return around.start <= place.start && place.end <= around.end;
}

// ---- the import

function importChange(
  source: Source,
  moves: readonly Move[],
  names: readonly string[],
): readonly Change[] | undefined {
  const callees = moves.map(({ call }) => call.callee).filter(({ type }) => type === 'Identifier');
  const inline = moves.flatMap(({ call, fromEnvironment }) => {
    const path = requiredBy(call.callee);
    return path && !fromEnvironment && !hasComments(source, call.callee) ? [{ call, path }] : [];
  });
  if (callees.length + inline.length < moves.length) return undefined;
  const required = inline.flatMap(({ call, path }): readonly Change[] => [
    (fixer) => fixer.replaceText(path, quotedLike(path)),
    (fixer) => fixer.insertTextAfter(call.callee, '.cors'),
  ]);
  if (callees.length === 0) return required;
  const variable = variableOf(source, callees[0]);
  const [definition, ...others] = variable?.defs ?? [];
  if (!variable || !definition || others.length > 0) return undefined;
  const types = moves.flatMap(({ call }) => assertedIn(call)?.library ?? []);
  // Whoever else reads it would find another function there.
  const reads = variable.references.filter(
    (reference) => reference.isRead() && !types.includes(reference.identifier as never),
  );
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
    const others = declaration.specifiers.filter((one) => one !== node);
    if (!others.every((one) => isOptionsType(source, one, moves)) || hasComments(source, declaration))
      return undefined;
    const specifiers = [
      ...names.map((name) => (name === 'cors' && local !== name ? `cors as ${local}` : name)),
      ...others.map((one) => source.getText(one)),
    ];
    const end = declaration.source.range[1];
    return [
      ...required,
      (fixer) =>
        fixer.replaceTextRange(
          [declaration.range[0], end],
          `import { ${specifiers.join(', ')} } from ${quotedLike(declaration.source)}`,
        ),
    ];
  }
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || !node.init) return undefined;
  const path = requiredBy(node.init);
  if (!path || hasComments(source, node)) return undefined;
  const properties = names.map((name) => (name === 'cors' && local !== name ? `cors: ${local}` : name));
  const { id } = node;
  return [
    ...required,
    (fixer) => fixer.replaceText(id, `{ ${properties.join(', ')} }`),
    (fixer) => fixer.replaceText(path, quotedLike(path)),
  ];
}

/** `CorsOptions`, of which the middleware has one too, and which stands only at options that move. */
function isOptionsType(source: Source, specifier: TSESTree.ImportClause, moves: readonly Move[]): boolean {
  if (specifier.type !== 'ImportSpecifier' || source.getText(specifier.imported) !== 'CorsOptions')
    return false;
  const places = moves.map(({ call }) => declaratorOf(source, call.arguments[0])?.id.typeAnnotation);
  return (variableOf(source, specifier.local)?.references ?? []).every(({ identifier }) =>
    places.some((one) => one !== undefined && one.typeAnnotation === identifier.parent),
  );
}

function declaratorOf(source: Source, given: Node | undefined): TSESTree.VariableDeclarator | undefined {
  const { node } = variableOf(source, given)?.defs[0] ?? {};
  return node?.type === 'VariableDeclarator' ? node : undefined;
}

/** The text in `require('cors')`. */
function requiredBy(node: Node): TSESTree.Literal | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'require')
    return undefined;
  const [path] = node.arguments;
  return path?.type === 'Literal' ? path : undefined;
}

function quotedLike({ raw }: TSESTree.Literal): string {
  const quote = raw[0] ?? "'";
  return `${quote}${SAFE_MODULE}${quote}`;
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
    const asserted = assertedIn(move.call);
    const object = given ? objectOf(source, asserted?.object ?? given, moves) : undefined;
    if (given && !object) {
      if (!staysAsItIs(move)) return undefined;
      continue;
    }
    if (asserted) {
      const removed = withoutAssertion(source, asserted);
      if (!removed) return undefined;
      changes.push(removed);
    }
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

/** Options of another file that are good for both: then only the import changes. */
function staysAsItIs({ migration, fromEnvironment }: Move): boolean {
  const { plan, isSameEverywhere, canStayElsewhere } = migration;
  return (
    canStayElsewhere &&
    isSameEverywhere &&
    !fromEnvironment &&
    plan.origin?.is === 'same' &&
    plan.drops.length === 0
  );
}

/** `{ … } as cors.CorsOptions`, of which the type goes with the import. */
interface Asserted {
  readonly whole: Node;
  readonly object: TSESTree.ObjectExpression;
  /** `cors` in the type. */
  readonly library: TSESTree.Identifier;
}

function assertedIn({ callee, arguments: [given] }: TSESTree.CallExpression): Asserted | undefined {
  if (given?.type !== 'TSAsExpression' && given?.type !== 'TSSatisfiesExpression') return undefined;
  const { expression: object, typeAnnotation: type } = given;
  if (object.type !== 'ObjectExpression' || type.type !== 'TSTypeReference') return undefined;
  const { typeName: name } = type;
  if (name.type !== 'TSQualifiedName' || name.left.type !== 'Identifier') return undefined;
  const isOurs = callee.type === 'Identifier' && callee.name === name.left.name;
  return isOurs && name.right.name === 'CorsOptions'
    ? { whole: given, object, library: name.left }
    : undefined;
}

/** Nothing where there are parentheses or comments in between. */
function withoutAssertion(source: Source, { whole, object }: Asserted): Change | undefined {
  const next = source.getTokenAfter(object, { includeComments: true });
  if (next?.value !== 'as' && next?.value !== 'satisfies') return undefined;
  if (source.getCommentsInside(whole).length > source.getCommentsInside(object).length) return undefined;
  return (fixer) => fixer.removeRange([object.range[1], whole.range[1]]);
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
  if (declaration.parent.type === 'ExportNamedDeclaration') return undefined;
  // Where the import moves, so does the type that it brings; of any other nobody knows whether it fits.
  const { typeAnnotation: type } = node.id.typeAnnotation ?? {};
  if (type && !(type.type === 'TSTypeReference' && isImportedFromCors(source, type.typeName)))
    return undefined;
  const reads = variable.references.filter((reference) => reference.isRead());
  const isOnlyGiven = reads.every(({ identifier }) =>
    moves.some(({ call }) => call.arguments[0] === (identifier as Node)),
  );
  const writes = variable.references.filter((reference) => reference.isWrite());
  return isOnlyGiven && writes.length === 1 && node.init?.type === 'ObjectExpression' ? node.init : undefined;
}

function isImportedFromCors(source: Source, name: Node): boolean {
  const { node } = variableOf(source, name)?.defs[0] ?? {};
  return (
    node?.type === 'ImportSpecifier' &&
    node.parent.type === 'ImportDeclaration' &&
    node.parent.source.value === 'cors' &&
    node.parent.specifiers.some(({ type }) => type === 'ImportDefaultSpecifier')
  );
}

function emptyCallChange(source: Source, move: Move): readonly Change[] | undefined {
  const origin = originText(source, move, undefined);
  const close = source.getLastToken(move.call);
  if (origin === undefined || !close || hasComments(source, move.call)) return undefined;
  return [(fixer) => fixer.insertTextBefore(close, `{ origin: ${origin} }`)];
}

function objectChanges(
  source: Source,
  object: TSESTree.ObjectExpression,
  move: Move,
): readonly Change[] | undefined {
  const dropped = move.migration.plan.drops.map((name) => propertyOf(object, name));
  const removals = dropped.map((one) => one && removal(source, one));
  const changes = removals.flatMap((one) => one ?? []);
  if (changes.length < removals.length) return undefined;
  // What goes, or stands there otherwise, must be what counts.
  const isPlain = object.properties.every((one) => one.type === 'Property' && !one.computed);
  if (changes.length > 0 && !isPlain) return undefined;
  const { isSameEverywhere, plan } = move.migration;
  const { origin, keepsOut } = plan;
  const property = propertyOf(object, 'origin');
  if (origin?.is === 'same' && !move.fromEnvironment) {
    const isRead = property !== undefined && isLast(object, property);
    const filtered = isSameEverywhere ? [] : isRead ? withoutEmpty(source, property) : undefined;
    return filtered && [...changes, ...filtered];
  }
  const text = originText(source, move, property);
  if (text === undefined) return undefined;
  if (property) {
    if (hasComments(source, property) || !isLast(object, property)) return undefined;
    const refusing = keepsOut && text !== "'*'" ? ', refuseCrossSite: true' : '';
    changes.push((fixer) => fixer.replaceText(property, `origin: ${text}${refusing}`));
    return changes;
  }
  // A spread may hold it.
  if (object.properties.some(({ type }) => type === 'SpreadElement')) return undefined;
  const [first] = object.properties;
  if (!first && hasComments(source, object)) return undefined;
  // In place of one that goes.
  const [gone] = dropped;
  if (gone) return [...changes.slice(1), (fixer) => fixer.replaceText(gone, `origin: ${text}`)];
  changes.push((fixer) =>
    first
      ? fixer.insertTextBefore(first, `origin: ${text}, `)
      : fixer.replaceText(object, `{ origin: ${text} }`),
  );
  return changes;
}

/**
 * `''.split(',')` is a list with an empty text in it, which lets nobody in, and which the middleware does not start with.
 * Nothing where another value may stand there in another environment.
 */
function withoutEmpty(source: Source, property: TSESTree.Property): readonly Change[] | undefined {
  if (!isTaken(source, property.value)) return undefined;
  const { value } = property;
  const made = value.type === 'Identifier' ? initOf(variableOf(source, value)) : value;
  const text = made ? source.getText(made) : '';
  if (!/\.split\(/.test(text) || /\.filter\(/.test(text)) return [];
  const list = isList(source, value);
  if (!list) return undefined;
  if (property.shorthand)
    return [(fixer) => fixer.insertTextAfter(property, `: ${source.getText(value)}.filter(Boolean)`)];
  if (value.type === 'CallExpression' || value.type === 'Identifier')
    return [(fixer) => fixer.insertTextAfter(value, '.filter(Boolean)')];
  return [
    (fixer) => fixer.insertTextBefore(value, '('),
    (fixer) => fixer.insertTextAfter(value, ').filter(Boolean)'),
  ];
}

/** `a?.b()`, where something else stands for what is missing. */
function unchained(node: Node): Node {
  return node.type === 'ChainExpression' ? node.expression : node;
}

/** Whether it is a list whatever the environment is. */
function isList(source: Source, node: Node): boolean {
  switch (node.type) {
    case 'ArrayExpression':
    case 'CallExpression':
      return true;
    case 'ConditionalExpression':
      return isList(source, node.consequent) && isList(source, node.alternate);
    case 'LogicalExpression':
      return isList(source, unchained(node.left)) && isList(source, node.right);
    case 'Identifier': {
      const made = initOf(variableOf(source, node));
      return made !== undefined && made.type !== 'Identifier' && isList(source, made);
    }
    default:
      return false;
  }
}

/** Whether the middleware takes it as `origin` whatever the environment is, as far as it is written out. */
function isTaken(source: Source, node: Node): boolean {
  switch (node.type) {
    case 'Literal':
      return (
        node.value === false ||
        (typeof node.value === 'string' && parseOrigin(node.value).ok && node.value !== 'null')
      );
    case 'ArrayExpression':
      return node.elements.every(
        (one) => one && isTaken(source, one.type === 'SpreadElement' ? one.argument : one),
      );
    case 'ConditionalExpression':
      return isTaken(source, node.consequent) && isTaken(source, node.alternate);
    case 'LogicalExpression':
      return node.operator !== '&&' && isTaken(source, unchained(node.left)) && isTaken(source, node.right);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isTaken(source, node.expression);
    case 'CallExpression':
      // Of pieces of a text, with nothing made of them but texts.
      return /\.split\(/.test(source.getText(node)) && !/RegExp|\bnew\b/.test(source.getText(node));
    case 'Identifier': {
      const variable = variableOf(source, node);
      const made = initOf(variable);
      return (
        variable !== undefined &&
        made !== undefined &&
        made.type !== 'Identifier' &&
        isTaken(source, made) &&
        changesOf(source, variable).every((change) => change?.every((one) => isTaken(source, one)))
      );
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
function originText(
  source: Source,
  { migration, fromEnvironment }: Move,
  property: TSESTree.Property | undefined,
): string | undefined {
  if (fromEnvironment) return `originsFromEnv('${VARIABLE}')`;
  const { origin } = migration.plan;
  if (origin?.is === 'everybody') return "'*'";
  if (origin?.is !== 'listed' || !property) return undefined;
  const list = origin.by && listAsked(source, origin.by, property);
  if (list !== undefined) return list;
  // A list that stands elsewhere, or comes with each call, would no longer count.
  const value = property.value.type === 'Identifier' ? madeOf(source, property.value) : property.value;
  const lists = value && listsIn(source, value);
  if (origin.open || origin.texts.length === 0 || !lists) return undefined;
  const spread = lists.filter(({ name }) => canBeRead(source, name, property));
  // A list of those who are kept out.
  if (
    spread.length < lists.length ||
    !spread.every(({ texts }) => texts.every((one) => origin.texts.includes(one)))
  )
    return undefined;
  const others = origin.texts.filter((text) => !spread.some(({ texts }) => texts.includes(text)));
  const [only, ...more] = spread;
  if (only && more.length === 0 && others.length === 0) return only.name.name;
  return `[${[...spread.map(({ name }) => `...${name.name}`), ...others.map((text) => `'${text}'`)].join(', ')}]`;
}

interface ConstantList {
  readonly name: TSESTree.Identifier;
  readonly texts: readonly string[];
}

/**
 * The constant lists that a check looks into, itself or through functions of the file; nothing where it depends on anything
 * else that is no constant.
 */
function listsIn(source: Source, check: Node): readonly ConstantList[] | undefined {
  const seen = new Set<TSESLint.Scope.Variable>();
  const lists: ConstantList[] = [];
  const isConstant = (variable: TSESLint.Scope.Variable): boolean => {
    if (seen.has(variable)) return true;
    seen.add(variable);
    const [definition, ...others] = variable.defs;
    if (!definition || others.length > 0) return false;
    if (definition.type === ('FunctionName' as never)) return readsConstants(definition.node);
    const made = madeOf(source, definition.name);
    if (definition.type !== ('Variable' as never) || !made) return false;
    if (made.type === 'ArrowFunctionExpression' || made.type === 'FunctionExpression')
      return readsConstants(made);
    if (made.type !== 'ArrayExpression') return made.type === 'Literal';
    const texts = made.elements.flatMap((one) =>
      one?.type === 'Literal' && typeof one.value === 'string' ? [one.value] : [],
    );
    lists.push({ name: definition.name as TSESTree.Identifier, texts });
    return texts.length === made.elements.length;
  };
  const readsConstants = (node: Node): boolean => outsideOf(source, node).every(isConstant);
  return readsConstants(check) ? lists : undefined;
}

function canBeRead(source: Source, name: TSESTree.Identifier, property: TSESTree.Property): boolean {
  return (
    name.range[1] <= property.range[0] && variableOf(source, name, property) === variableOf(source, name)
  );
}

/** What a variable of the file always is: what it is declared with, or the function of that name. */
function madeOf(source: Source, node: Node): Node | undefined {
  const variable = variableOf(source, node);
  const [definition] = variable?.defs ?? [];
  if (definition?.node.type === 'FunctionDeclaration') return definition.node;
  return variable?.references.filter((one) => one.isWrite()).length === 1 ? initOf(variable) : undefined;
}

/** The list in `list.includes(origin)`, if it can be read where `origin` stands. */
function listAsked(source: Source, by: Place, property: TSESTree.Property): string | undefined {
  const asked = callAt(source, by);
  if (asked?.callee.type !== 'MemberExpression' || asked.callee.property.type !== 'Identifier')
    return undefined;
  const { object, property: method } = asked.callee;
  if (object.type !== 'Identifier') return undefined;
  const variable = variableOf(source, object);
  const definition = variable?.defs[0];
  const reached = variableOf(source, object, property);
  if (!variable || !definition || reached !== variable || definition.type === ('Parameter' as never))
    return undefined;
  // Of the file or a function around both, made before, and always the same.
  const isMade =
    definition.type === ('ImportBinding' as never) ||
    (definition.node.range[1] <= property.range[0] &&
      variable.references.filter((one) => one.isWrite()).length === 1);
  if (!isMade) return undefined;
  if (method.name === 'includes' || method.name === 'indexOf') return object.name;
  // A copy is as the set is now.
  return method.name === 'has' && !changesLater(source, property) ? `[...${object.name}]` : undefined;
}

/** Nothing behind it can say something else. */
function isLast({ properties }: TSESTree.ObjectExpression, property: TSESTree.Property): boolean {
  return properties.every(
    (one) =>
      one.range[0] <= property.range[0] ||
      (one.type === 'Property' && !one.computed && propertyName(one) !== propertyName(property)),
  );
}

function propertyName({ key }: TSESTree.Property): unknown {
  return key.type === 'Identifier' ? key.name : key.type === 'Literal' ? key.value : undefined;
}

function propertyOf(object: TSESTree.ObjectExpression, name: string): TSESTree.Property | undefined {
  return object.properties.find(
    (one): one is TSESTree.Property => one.type === 'Property' && !one.computed && propertyName(one) === name,
  );
}

/** Takes a property out, with the comma behind it; comments around it stay. */
function removal(source: Source, property: TSESTree.Property): Change | undefined {
  if (hasComments(source, property)) return undefined;
  const [before, after] = [source.getTokenBefore(property), source.getTokenAfter(property)];
  if (!before || !after) return undefined;
  const last = source.getTokenBefore(property, { includeComments: true }) ?? before;
  const next = source.getTokenAfter(property, { includeComments: true }) ?? after;
  // A comment in front would swallow what comes behind.
  const start = last === before ? before.range[1] : property.range[0];
  if (after.value === ',') {
    return next === after ? (fixer) => fixer.removeRange([start, after.range[1]]) : undefined;
  }
  if (before.value !== ',' || last !== before)
    return (fixer) => fixer.removeRange([start, property.range[1]]);
  return (fixer) => fixer.removeRange([before.range[0], property.range[1]]);
}

function hasComments(source: Source, node: Node): boolean {
  return source.getCommentsInside(node).length > 0;
}
