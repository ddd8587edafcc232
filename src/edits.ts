/**
 * The edits that suggestions are made of. Each gives nothing where it would not be safe: where the source is not
 * written as expected, or a comment would be lost. Nearly all change what the server does, and their titles say how.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Place } from './analysis/code.ts';
import { listedOrigins, parseOrigin } from './policy/origin.ts';
import { placeholderHost } from './policy/placeholder.ts';

type Fix = TSESLint.ReportFixFunction;
/** A fix in one place. */
type Change = (fixer: TSESLint.RuleFixer) => TSESLint.RuleFix;
type Node = TSESTree.Node;

export const editMessages = {
  readFromEnvironment:
    'Let in the origins listed in the environment variable `ALLOWED_ORIGINS`, and nobody while it is not set.',
  dropCredentials:
    'Drop `credentials`: any website may read the answers, but of requests without cookies only.',
  makePublic:
    'Let in every website with `*`, and drop `credentials`: of requests with cookies nobody reads the answers.',
  listElements: 'Compare with the elements: only the origins in it are let in.',
  correctOrigin: 'Let in `{{corrected}}`.',
  splitList: 'Make it a list of origins: each of them is let in.',
  removeOrigin: 'Remove {{origin}}, which lets nobody in.',
  renameOption: 'Rename it to `{{meant}}`, which then takes effect.',
  wrapOptions: 'Pass it as `origin`: other origins are then refused.',
  allowCredentials:
    'Write `true`: browsers then send cookies, and pages of the allowed origins may read the answers.',
  refuseCredentials: 'Write `false`, which is what it does today.',
  removeOption: 'Remove `{{option}}`: the default holds again.',
  toArray: 'Make it an array: its elements take effect.',
  toSeconds: 'Write {{seconds}} seconds.',
  useStatus204: 'Answer preflights with 204.',
  callLibrary: 'Call it: every website may then read the answers.',
  registerFirst: 'Register CORS first: these routes then answer with its headers.',
  addAuthorization: 'Allow `Authorization`: pages of the allowed origins may then send it.',
} as const;

export type EditMessage = keyof typeof editMessages;

export interface Edit {
  readonly messageId: EditMessage;
  readonly data?: Record<string, string>;
  readonly fix: Fix;
}

/** The one idiom for origins from the environment: unset, it lets nobody in, and no rule reports it. */
const FROM_ENVIRONMENT =
  "(process.env.ALLOWED_ORIGINS ?? '').split(',').map((o) => o.trim()).filter(Boolean)";

export class Edits {
  readonly #source: Readonly<TSESLint.SourceCode>;

  constructor(source: Readonly<TSESLint.SourceCode>) {
    this.#source = source;
  }

  /** Reads the allowed origins from the environment, in place of the value. */
  readFromEnvironment(place: Place): Edit | undefined {
    const node = this.#value(place);
    const fix = node && !this.#isShared(node) ? this.#replaceValue(node, FROM_ENVIRONMENT) : undefined;
    return fix && { messageId: 'readFromEnvironment', fix };
  }

  /** The same as a new property of the options, or of a call without any. */
  addOriginFromEnvironment(place: Place): Edit | undefined {
    const node = this.#node(place);
    const fix = node && this.#addProperty(node, `origin: ${FROM_ENVIRONMENT}`);
    return fix && { messageId: 'readFromEnvironment', fix };
  }

  /** Makes `credentials: true` false. */
  dropCredentials(place: Place | undefined): Edit | undefined {
    const value = place && this.#value(place);
    const fix = value && this.#replaceValue(value, 'false');
    return fix && { messageId: 'dropCredentials', fix };
  }

  /** Makes the origin `*`, which says what it does, and `credentials: true` false. */
  makePublic(origin: Place, credentials: Place | undefined): Edit | undefined {
    const [from, to] = [this.#value(origin), credentials && this.#value(credentials)];
    // `options.origin = options`: the one holds the other.
    if (!from || !to || (from.range[0] < to.range[1] && to.range[0] < from.range[1])) return undefined;
    const one = this.#replaceValue(from, "'*'");
    const other = this.#replaceValue(to, 'false');
    return one && other && { messageId: 'makePublic', fix: (fixer) => [one(fixer), other(fixer)] };
  }

  /** `new Set([...])` becomes a list of its elements. */
  listElements(place: Place, messageId: 'listElements' | 'toArray' = 'listElements'): Edit | undefined {
    const node = this.#value(place);
    const set =
      node?.type === 'NewExpression' && node.callee.type === 'Identifier' && node.callee.name === 'Set'
        ? node
        : undefined;
    const elements = set?.arguments[0];
    if (
      !set ||
      this.#isShared(set) ||
      !elements ||
      elements.type === 'SpreadElement' ||
      set.arguments.length !== 1
    )
      return undefined;
    const array =
      elements.type === 'ArrayExpression'
        ? this.#source.getText(elements)
        : `[...${this.#source.getText(elements)}]`;
    if (this.#comments(set) !== this.#comments(elements)) return undefined;
    return { messageId, fix: (fixer) => fixer.replaceText(set, array) };
  }

  correctOrigin(place: Place, corrected: string): Edit | undefined {
    const fix = this.#replaceText(place, corrected);
    return fix && { messageId: 'correctOrigin', data: { corrected }, fix };
  }

  /** `'https://a.example,https://b.example'` becomes a list. */
  splitList(place: Place, text: string): Edit | undefined {
    const node = this.#node(place);
    const quote = node && this.#quote(node);
    const origins = listedOrigins(text).map((piece) => {
      const parsed = parseOrigin(piece);
      const origin = parsed.ok ? piece : parsed.corrected;
      const good = origin === undefined ? undefined : parseOrigin(origin);
      return good?.ok && placeholderHost(good) === undefined ? origin : undefined;
    });
    if (!node || !quote || origins.length < 2 || origins.includes(undefined)) return undefined;
    const items = origins.map((origin) => quote + origin + quote).join(', ');
    const within = node.parent?.type === 'ArrayExpression';
    return { messageId: 'splitList', fix: (fixer) => fixer.replaceText(node, within ? items : `[${items}]`) };
  }

  /** Takes an element out of a list. */
  removeOrigin(place: Place, origin: string): Edit | undefined {
    const node = this.#node(place);
    if (node?.parent?.type !== 'ArrayExpression') return undefined;
    const fix = this.#removeItem(node);
    const named = origin === '' ? 'the empty string' : `\`${origin}\``;
    return fix && { messageId: 'removeOrigin', data: { origin: named }, fix };
  }

  renameOption(place: Place, meant: string): Edit | undefined {
    const property = this.#property(place);
    if (!property || property.computed || property.method || property.kind !== 'init') return undefined;
    const name = property.shorthand ? `${meant}: ` : meant;
    return {
      messageId: 'renameOption',
      data: { meant },
      fix: (fixer) =>
        property.shorthand ? fixer.insertTextBefore(property, name) : fixer.replaceText(property.key, name),
    };
  }

  /** `cors('https://a.example')` becomes `cors({ origin: 'https://a.example' })`. */
  wrapOptions(place: Place): Edit | undefined {
    const node = this.#node(place);
    if (!node || node.type === 'SpreadElement') return undefined;
    return {
      messageId: 'wrapOptions',
      fix: (fixer) => [fixer.insertTextBefore(node, '{ origin: '), fixer.insertTextAfter(node, ' }')],
    };
  }

  writeCredentials(place: Place, value: boolean): Edit | undefined {
    const node = this.#value(place);
    const fix = node && this.#replaceValue(node, String(value));
    return fix && { messageId: value ? 'allowCredentials' : 'refuseCredentials', fix };
  }

  removeOption(place: Place, option: string): Edit | undefined {
    const property = this.#property(place);
    const fix = property && this.#removeItem(property);
    return fix && { messageId: 'removeOption', data: { option }, fix };
  }

  toSeconds(place: Place, seconds: string): Edit | undefined {
    const node = this.#value(place);
    const fix = node && this.#replaceValue(node, seconds);
    return fix && { messageId: 'toSeconds', data: { seconds }, fix };
  }

  useStatus204(place: Place): Edit | undefined {
    const node = this.#value(place);
    const fix = node && this.#replaceValue(node, '204');
    return fix && { messageId: 'useStatus204', fix };
  }

  callLibrary(place: Place): Edit | undefined {
    const node = this.#node(place);
    // `require('cors')`, or a name for it.
    if (node?.type !== 'Identifier' && node?.type !== 'MemberExpression' && node?.type !== 'CallExpression')
      return undefined;
    return { messageId: 'callLibrary', fix: (fixer) => fixer.insertTextAfter(node, '()') };
  }

  /** Puts the statement that mounts CORS before another one of the same block. */
  registerFirst(mounted: Place, before: Place | undefined): Edit | undefined {
    const handler = this.#node(mounted);
    const mount = handler && statementOf(handler);
    const target = before && this.#node(before);
    const first = target && statementOf(target);
    if (!mount || !first || mount.parent !== first.parent || mount.type !== 'ExpressionStatement')
      return undefined;
    const call = mount.expression;
    // `app.use('/api', cors(), router)` would take the router along.
    if (call.type !== 'CallExpression' || call.arguments.length > 2 || call.arguments.at(-1) !== handler)
      return undefined;
    if (call.callee.type !== 'MemberExpression' || call.callee.object.type === 'CallExpression')
      return undefined;
    const moved = this.#needed(mount, first);
    if (!moved) return undefined;
    const pieces = moved.map((statement) => this.#withComments(statement));
    return {
      messageId: 'registerFirst',
      fix: (fixer) => {
        const [start] = this.#withComments(first);
        const indent = ' '.repeat(this.#source.getLocFromIndex(start).column);
        const text = pieces.map(([from, to]) => this.#source.text.slice(from, to)).join(`\n${indent}`);
        return [
          fixer.insertTextBeforeRange([start, start], `${text}\n${indent}`),
          ...pieces.map(([from, to]) => fixer.removeRange([this.#lineStart(from), this.#lineEnd(to)])),
        ];
      },
    };
  }

  /** Puts `Authorization` into a list of headers. */
  addAuthorization(place: Place): Edit | undefined {
    const list = this.#value(place);
    if (!list) return undefined;
    const edit = (fix: Fix): Edit => ({ messageId: 'addAuthorization', fix });
    if (list.type === 'ArrayExpression') {
      const last = list.elements.at(-1);
      const quote = (last && this.#quote(last)) ?? "'";
      const name = `${quote}Authorization${quote}`;
      if (list.elements.length === 0)
        return this.#comments(list) > 0 ? undefined : edit((fixer) => fixer.replaceText(list, `[${name}]`));
      return last ? edit((fixer) => fixer.insertTextAfter(last, `, ${name}`)) : undefined;
    }
    if (!this.#quote(list)) return undefined;
    const end = list.range[1] - 1;
    return edit((fixer) => fixer.insertTextBeforeRange([end, end], ',Authorization'));
  }

  /** Other text in a string literal. */
  writePath(place: Place, path: string): Fix | undefined {
    return this.#replaceText(place, path);
  }

  // ---- finding what stands at a place

  /** The outermost node that covers exactly the place. */
  #node(place: Place): Node | undefined {
    let found: Node | undefined;
    for (let node = this.#source.getNodeByRangeIndex(place.start); node; node = node.parent ?? null) {
      if (node.range[0] === place.start && node.range[1] === place.end) found = node;
      if (node.range[0] < place.start || node.range[1] > place.end) break;
    }
    return found;
  }

  /** The property at a place, or the one whose value, or an element of it, stands there. */
  #property(place: Place): TSESTree.Property | undefined {
    let node = this.#node(place);
    if (node?.parent?.type === 'ArrayExpression') node = node.parent;
    if (node?.parent?.type === 'Property' && node.parent.value === node) node = node.parent;
    return node?.type === 'Property' && node.parent.type === 'ObjectExpression' ? node : undefined;
  }

  /** The value at a place: of a property, of an assignment, or the node itself. */
  #value(place: Place): Node | undefined {
    const node = this.#node(place) ?? undefined;
    if (node?.type === 'Property') return node.method || node.kind !== 'init' ? undefined : node.value;
    if (
      node?.type === 'MemberExpression' &&
      node.parent.type === 'AssignmentExpression' &&
      node.parent.left === node
    )
      return node.parent.operator === '=' ? node.parent.right : undefined;
    return node;
  }

  /** The value of a variable that is read elsewhere too: `allowed.has(…)` needs the Set that it is. */
  #isShared({ parent }: Node): boolean {
    if (parent?.type !== 'VariableDeclarator') return false;
    const [variable] = this.#source.getDeclaredVariables?.(parent) ?? [];
    return (variable?.references.filter((reference) => reference.isRead()).length ?? 0) > 1;
  }

  #comments(node: Node): number {
    return this.#source.getCommentsInside(node).length;
  }

  /** The quotation mark of a plain string. */
  #quote(node: Node): string | undefined {
    if (node.type === 'Literal' && typeof node.value === 'string') return node.raw[0];
    return node.type === 'TemplateLiteral' && node.expressions.length === 0 ? '`' : undefined;
  }

  // ---- making fixes

  #replace(node: Node, text: string): Change | undefined {
    return this.#comments(node) > 0 ? undefined : (fixer) => fixer.replaceText(node, text);
  }

  #replaceText(place: Place, text: string): Fix | undefined {
    const node = this.#node(place);
    const quote = node && this.#quote(node);
    return node && quote && !text.includes(quote)
      ? (fixer) => fixer.replaceText(node, quote + text + quote)
      : undefined;
  }

  /** The value of a property: `{ credentials }` is written out. */
  #replaceValue(value: Node, text: string): Change | undefined {
    const { parent } = value;
    // A member of an enumeration is a constant, and used elsewhere.
    if (parent?.type === 'TSEnumMember') return undefined;
    if (parent?.type === 'Property' && parent.shorthand)
      return (fixer) => fixer.insertTextAfter(parent, `: ${text}`);
    return this.#replace(value, text);
  }

  #addProperty(node: Node, property: string): Fix | undefined {
    if (node.type === 'CallExpression') {
      // `cors()`: there is nothing to put it into yet.
      const close = node.arguments.length === 0 ? this.#source.getLastToken(node) : null;
      return close ? (fixer) => fixer.insertTextBefore(close, `{ ${property} }`) : undefined;
    }
    if (node.type !== 'ObjectExpression') return undefined;
    const [first] = node.properties;
    if (first) return (fixer) => fixer.insertTextBefore(first, `${property}, `);
    return this.#comments(node) > 0 ? undefined : (fixer) => fixer.replaceText(node, `{ ${property} }`);
  }

  /** Takes an element or property out, with the comma that goes with it. */
  #removeItem(node: Node): Fix | undefined {
    const [before, after] = [this.#source.getTokenBefore(node), this.#source.getTokenAfter(node)];
    let [start, end] = node.range;
    if (after?.value === ',') {
      end = after.range[1];
      const next = this.#source.getTokenAfter(after, { includeComments: true });
      if (next && next.value !== ']' && next.value !== '}' && next.loc.start.line === after.loc.end.line)
        end = next.range[0];
      else if (before && before.loc.end.line === node.loc.start.line)
        start = before.value === ',' ? before.range[0] : before.range[1];
      else [start, end] = [this.#lineStart(start), this.#lineEnd(end)];
    } else if (before?.value === ',') start = before.range[0];
    else if (before && after && before.loc.end.line === after.loc.start.line)
      // The only one: `{ methods: null }` becomes `{}`.
      [start, end] = [before.range[1], after.range[0]];
    const lost = this.#source.getAllComments().some(({ range }) => range[0] >= start && range[1] <= end);
    return lost ? undefined : (fixer) => fixer.removeRange([start, end]);
  }

  /**
   * The statement and the declarations it needs, if all of them can stand before another one: in the order of the
   * file. Nothing if something that is needed cannot be moved.
   */
  #needed(statement: Node, before: Node): readonly Node[] | undefined {
    const moved = new Set<Node>([statement]);
    for (const one of moved) {
      if (moved.size > 5) return undefined;
      for (const reference of this.#references(one)) {
        // `let options; ... options = {}` in between: moved, it would find nothing.
        const late = reference.resolved?.references.some(
          (other) =>
            other.isWrite() &&
            !other.init &&
            other.identifier.range[0] >= before.range[0] &&
            other.identifier.range[0] < statement.range[0],
        );
        if (late) return undefined;
        for (const definition of reference.resolved?.defs ?? []) {
          const { node } = definition;
          if (definition.type === 'ImportBinding' || node.type === 'FunctionDeclaration') continue;
          if (
            node.range[0] < before.range[0] ||
            (node.range[0] >= one.range[0] && node.range[1] <= one.range[1])
          )
            continue;
          const declaration = statementOf(node);
          if (declaration?.type !== 'VariableDeclaration' || declaration.parent !== before.parent)
            return undefined;
          if (declaration.declarations.some((declarator) => declarator.init?.type === 'AwaitExpression'))
            return undefined;
          moved.add(declaration);
        }
      }
    }
    return [...moved].sort((a, b) => a.range[0] - b.range[0]);
  }

  #references(node: Node): readonly TSESLint.Scope.Reference[] {
    const found: TSESLint.Scope.Reference[] = [];
    const visit = (scope: TSESLint.Scope.Scope): void => {
      for (const reference of scope.references) {
        const { range } = reference.identifier;
        if (range[0] >= node.range[0] && range[1] <= node.range[1]) found.push(reference);
      }
      scope.childScopes.forEach(visit);
    };
    visit(this.#source.getScope(node));
    return found;
  }

  /** A statement with the comments that stand directly above it. */
  #withComments(node: Node): readonly [start: number, end: number] {
    let [start] = node.range;
    let line = node.loc.start.line;
    for (const comment of this.#source.getCommentsBefore(node).reverse()) {
      if (
        comment.loc.end.line < line - 1 ||
        this.#source.getTokenBefore(comment)?.loc.end.line === comment.loc.start.line
      )
        break;
      [start] = comment.range;
      line = comment.loc.start.line;
    }
    return [start, node.range[1]];
  }

  #lineStart(offset: number): number {
    let start = offset;
    while (start > 0 && /[ \t]/.test(this.#source.text[start - 1] ?? '')) start--;
    return start;
  }

  #lineEnd(offset: number): number {
    const rest = /^[ \t]*\r?\n/.exec(this.#source.text.slice(offset));
    return offset + (rest?.[0].length ?? 0);
  }
}

function statementOf(node: Node): (Node & { parent: Node }) | undefined {
  for (let one: Node | undefined = node; one?.parent; one = one.parent)
    if (one.parent.type === 'Program' || one.parent.type === 'BlockStatement')
      return one as Node & { parent: Node };
  return undefined;
}
