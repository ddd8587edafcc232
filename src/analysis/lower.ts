/**
 * Syntax trees -> the small language of `code.ts`, with names bound. The only file that knows syntax trees and
 * their dialects (TypeScript's nodes, espree's, oxlint's); it binds names itself, since espree's parser gives no
 * scopes for other files. What it does not know becomes `opaque`, never a throw.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { PRIVATE } from './code.ts';
import type {
  Block,
  ClassCode,
  ClassMember,
  Code,
  CommonJs,
  Export,
  FunctionBody,
  FunctionCode,
  Import,
  Item,
  LogicalOperator,
  ModuleCode,
  Pattern,
  Place,
  Primitive,
  Property,
  Statement,
  Variable,
} from './code.ts';

type Node = TSESTree.Node;
type FunctionNode =
  | TSESTree.FunctionDeclaration
  | TSESTree.FunctionExpression
  | TSESTree.ArrowFunctionExpression
  | TSESTree.TSEmptyBodyFunctionExpression;

/** Every node type that is only there for the type checker. */
const TYPES_ONLY = new Set([
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'TSDeclareFunction',
  'TSNamespaceExportDeclaration',
  'TSAbstractMethodDefinition',
  'TSAbstractPropertyDefinition',
  'TSIndexSignature',
  'EmptyStatement',
  'DebuggerStatement',
  'ExportAllDeclaration',
]);

/** What is nested deeper than this is opaque: nobody writes it, and the stack is finite. */
const DEEPEST = 200;

export function lower(program: TSESTree.Program): ModuleCode {
  return new Lowering().module(program);
}

class Scope {
  readonly variables = new Map<string, Variable>();
  /** A class's private names, and where the class begins. */
  privates: ReadonlyMap<string, number> | undefined;

  constructor(
    readonly parent: Scope | undefined,
    readonly top: boolean,
  ) {}

  declare(name: string, kind: Variable['kind']): Variable {
    const existing = this.variables.get(name);
    if (existing) return existing;
    const variable: Variable = { name, kind, top: this.top };
    this.variables.set(name, variable);
    return variable;
  }

  /** The key that stands for a class's `#name`: no other class's, and no string that code could write. */
  private(name: string): string {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    for (let scope: Scope | undefined = this; scope; scope = scope.parent)
      if (scope.privates?.has(name)) return `${PRIVATE}${scope.privates.get(name)}#${name}`;
    return `${PRIVATE}#${name}`;
  }

  find(name: string): Variable | undefined {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const variable = scope.variables.get(name);
      if (variable) return variable;
    }
    return undefined;
  }
}

class Lowering {
  readonly #functions: FunctionCode[] = [];
  readonly #imports: Import[] = [];
  readonly #exports: Export[] = [];
  #depth = 0;

  module(program: TSESTree.Program): ModuleCode {
    const scope = new Scope(undefined, true);
    // A module's own variables of these names hide Node's.
    const commonJs: CommonJs = {
      module: scope.declare('module', 'var'),
      exports: scope.declare('exports', 'var'),
    };
    const statements = program.body.map((node) => exported(node) ?? node);
    const vars = declareVars(statements, scope);
    const block = { ...this.#block(statements, scope), vars };
    for (const node of program.body) this.#export(node, scope);
    return { imports: this.#imports, exports: this.#exports, commonJs, block, functions: this.#functions };
  }

  #export(node: Node, scope: Scope): void {
    if ('exportKind' in node && node.exportKind === 'type') return;
    const own = (name: string, local: string): void => {
      const variable = scope.find(local);
      if (variable) this.#exports.push({ name, variable });
    };
    switch (node.type) {
      case 'ExportDefaultDeclaration': {
        const { declaration } = node;
        const named = exported(node) ? declaredBy(declaration)[0] : undefined;
        own('default', named ?? (declaration.type === 'Identifier' ? declaration.name : DEFAULT));
        break;
      }
      case 'ExportAllDeclaration':
        this.#exports.push({
          name: node.exported ? nameOf(node.exported) : undefined,
          module: String(node.source.value),
          from: '*',
          at: place(node),
        });
        break;
      case 'ExportNamedDeclaration':
        for (const specifier of node.specifiers) {
          if (specifier.exportKind === 'type') continue;
          const [name, local] = [nameOf(specifier.exported), nameOf(specifier.local)];
          if (node.source)
            this.#exports.push({ name, module: String(node.source.value), from: local, at: place(node) });
          else own(name, local);
        }
        if (node.declaration) for (const name of declaredBy(node.declaration)) own(name, name);
        break;
      default:
    }
  }

  /** `scope` is already the block's own. */
  #block(nodes: readonly Node[], scope: Scope): Block {
    declareLexical(nodes, scope);
    const hoisted = nodes.flatMap((node) =>
      node.type === 'FunctionDeclaration' && node.id
        ? [{ variable: scope.declare(node.id.name, 'function'), code: this.#function(node, scope) }]
        : [],
    );
    return { vars: [], hoisted, statements: nodes.flatMap((node) => this.#statement(node, scope)) };
  }

  #statement(node: Node, scope: Scope, labels: readonly string[] = []): Statement[] {
    if (this.#depth >= DEEPEST) return [{ op: 'expression', ...place(node), code: this.#opaque(node, []) }];
    this.#depth++;
    const statements = this.#statements(node, scope, labels);
    this.#depth--;
    return statements;
  }

  #statements(node: Node, scope: Scope, labels: readonly string[]): Statement[] {
    const at = place(node);
    if (TYPES_ONLY.has(node.type) || node.type === 'FunctionDeclaration') return [];
    switch (node.type) {
      case 'ExpressionStatement':
        return [{ op: 'expression', start: at.start, end: at.end, code: this.#code(node.expression, scope) }];
      case 'VariableDeclaration':
        if (node.declare) return [];
        return node.declarations.map((declaration) => ({
          op: 'declare',
          ...place(declaration),
          target: this.#pattern(declaration.id, scope),
          // `var x;` leaves what is there; `let x;` makes it undefined.
          value: declaration.init
            ? this.#code(declaration.init, scope)
            : node.kind === 'var'
              ? undefined
              : constant(undefined, place(declaration)),
          fresh: node.kind !== 'var',
        }));
      case 'ClassDeclaration':
        if (!node.id) return [];
        return [
          {
            op: 'declare',
            start: at.start,
            end: at.end,
            target: this.#variable(node.id, scope),
            value: this.#code(node, scope),
            fresh: true,
          },
        ];
      case 'BlockStatement':
        return [
          {
            op: 'block',
            start: at.start,
            end: at.end,
            block: this.#block(node.body, new Scope(scope, false)),
          },
        ];
      case 'IfStatement':
        return [
          {
            op: 'if',
            start: at.start,
            end: at.end,
            test: this.#code(node.test, scope),
            yes: this.#one(node.consequent, scope),
            no: node.alternate ? this.#one(node.alternate, scope) : undefined,
          },
        ];
      case 'ReturnStatement':
        return [
          {
            op: 'return',
            start: at.start,
            end: at.end,
            code: node.argument ? this.#code(node.argument, scope) : undefined,
          },
        ];
      case 'ThrowStatement':
        return [{ op: 'throw', start: at.start, end: at.end, code: this.#code(node.argument, scope) }];
      case 'TryStatement': {
        const handlerScope = new Scope(scope, false);
        if (node.handler?.param) declarePattern(node.handler.param, handlerScope, 'caught');
        return [
          {
            op: 'try',
            start: at.start,
            end: at.end,
            block: this.#block(node.block.body, new Scope(scope, false)),
            caught: node.handler?.param ? this.#pattern(node.handler.param, handlerScope) : undefined,
            handler: node.handler
              ? this.#block(node.handler.body.body, new Scope(handlerScope, false))
              : undefined,
            finalizer: node.finalizer ? this.#block(node.finalizer.body, new Scope(scope, false)) : undefined,
          },
        ];
      }
      case 'ForStatement': {
        const inner = new Scope(scope, false);
        if (node.init) declareLexical([node.init], inner);
        return [
          {
            op: 'loop',
            start: at.start,
            end: at.end,
            labels,
            init: node.init
              ? node.init.type === 'VariableDeclaration'
                ? this.#statement(node.init, inner)
                : [{ op: 'expression', ...place(node.init), code: this.#code(node.init, inner) }]
              : [],
            test: node.test ? this.#code(node.test, inner) : undefined,
            testLast: false,
            update: node.update ? this.#code(node.update, inner) : undefined,
            body: this.#one(node.body, inner),
          },
        ];
      }
      case 'WhileStatement':
      case 'DoWhileStatement':
        return [
          {
            op: 'loop',
            start: at.start,
            end: at.end,
            labels,
            init: [],
            test: this.#code(node.test, scope),
            testLast: node.type === 'DoWhileStatement',
            update: undefined,
            body: this.#one(node.body, scope),
          },
        ];
      case 'ForOfStatement':
      case 'ForInStatement': {
        const inner = new Scope(scope, false);
        declareLexical([node.left], inner);
        const left = node.left.type === 'VariableDeclaration' ? node.left.declarations[0]?.id : node.left;
        return [
          {
            op: 'each',
            start: at.start,
            end: at.end,
            labels,
            over: node.type === 'ForOfStatement' ? 'values' : 'keys',
            target: left ? this.#pattern(left, inner) : { to: 'nowhere' },
            fresh: node.left.type === 'VariableDeclaration' && node.left.kind !== 'var',
            of:
              node.type === 'ForOfStatement' && node.await
                ? this.#opaque(node, [this.#code(node.right, inner)])
                : this.#code(node.right, inner),
            body: this.#one(node.body, inner),
          },
        ];
      }
      case 'SwitchStatement': {
        const inner = new Scope(scope, false);
        const all = node.cases.flatMap((one) => one.consequent);
        const { hoisted } = this.#block(
          all.filter((statement) => statement.type === 'FunctionDeclaration'),
          inner,
        );
        declareLexical(all, inner);
        return [
          {
            op: 'switch',
            start: at.start,
            end: at.end,
            labels,
            subject: this.#code(node.discriminant, scope),
            hoisted,
            cases: node.cases.map((one) => ({
              test: one.test ? this.#code(one.test, inner) : undefined,
              statements: one.consequent.flatMap((statement) => this.#statement(statement, inner)),
            })),
          },
        ];
      }
      case 'BreakStatement':
        return [{ op: 'break', start: at.start, end: at.end, label: node.label?.name }];
      case 'ContinueStatement':
        return [{ op: 'continue', start: at.start, end: at.end, label: node.label?.name }];
      case 'LabeledStatement': {
        const inside = this.#statement(node.body, scope, [...labels, node.label.name]);
        const body: Statement =
          inside.length === 1 && inside[0]
            ? inside[0]
            : {
                op: 'block',
                start: at.start,
                end: at.end,
                block: { vars: [], hoisted: [], statements: inside },
              };
        // A loop knows its own labels, for `continue`; anything else can only be left.
        return isLoop(body)
          ? [body]
          : [{ op: 'labelled', start: at.start, end: at.end, label: node.label.name, body }];
      }
      case 'ImportDeclaration':
        this.#import(node, scope);
        return [];
      case 'TSImportEqualsDeclaration':
        // `import cors = require('cors')`; `import x = A.b` names a namespace's member.
        if (node.importKind === 'type') return [];
        return [
          {
            op: 'declare',
            start: at.start,
            end: at.end,
            target: this.#variable(node.id, scope),
            value:
              node.moduleReference.type === 'TSExternalModuleReference'
                ? {
                    op: 'call',
                    start: at.start,
                    end: at.end,
                    callee: { op: 'global', start: at.start, end: at.end, name: 'require' },
                    items: [this.#item(node.moduleReference.expression, scope)],
                    optional: false,
                  }
                : this.#opaque(node, []),
            fresh: true,
          },
        ];
      case 'TSEnumDeclaration':
        return node.declare ? [] : this.#enum(node, scope);
      case 'TSModuleDeclaration':
        // What a namespace exports is not followed, but its code runs.
        if (node.declare || node.body?.type !== 'TSModuleBlock') return [];
        return [
          {
            op: 'block',
            start: at.start,
            end: at.end,
            block: this.#functionBlock(
              node.body.body.map((inner) => exported(inner) ?? inner),
              new Scope(scope, false),
            ),
          },
        ];
      case 'ExportDefaultDeclaration':
        return [
          {
            op: 'declare',
            start: at.start,
            end: at.end,
            target: {
              to: 'variable',
              start: at.start,
              end: at.end,
              variable: scope.declare(DEFAULT, 'const'),
            },
            value: this.#code(node.declaration, scope),
            fresh: true,
          },
        ];
      case 'TSExportAssignment': {
        // `export = cors;` is `module.exports = cors;`.
        const module = scope.find('module');
        if (!module) return [];
        const exports = { op: 'read', ...at, variable: module } as const;
        return [assignment(exports, 'exports', this.#code(node.expression, scope), at)];
      }
      case 'ExportNamedDeclaration':
        return node.declaration ? this.#statement(node.declaration, scope) : [];
      default:
        return [{ op: 'expression', start: at.start, end: at.end, code: this.#opaque(node, []) }];
    }
  }

  #one(node: Node, scope: Scope): Statement {
    const statements = this.#statement(node, scope);
    const only = statements[0];
    if (only && statements.length === 1) return only;
    return { op: 'block', ...place(node), block: { vars: [], hoisted: [], statements } };
  }

  #import(node: TSESTree.ImportDeclaration, scope: Scope): void {
    if (node.importKind === 'type') return;
    for (const specifier of node.specifiers) {
      if (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type') continue;
      const name =
        specifier.type === 'ImportDefaultSpecifier'
          ? 'default'
          : specifier.type === 'ImportNamespaceSpecifier'
            ? '*'
            : nameOf(specifier.imported);
      const variable = scope.declare(specifier.local.name, 'import');
      this.#imports.push({ at: place(specifier), variable, module: String(node.source.value), name });
    }
  }

  /** `enum E { A = 1, B = A | 2 }` fills an object, member by member; numbers lead back to their names. */
  #enum(node: TSESTree.TSEnumDeclaration, outer: Scope): Statement[] {
    const at = place(node);
    const scope = new Scope(outer, false);
    const target = this.#variable(node.id, outer);
    if (target.to !== 'variable') return [];
    const whole: Code = { op: 'read', ...at, variable: target.variable };
    let last: Variable | undefined;
    const statements = node.body.members.flatMap((member): Statement[] => {
      const at = place(member);
      const name =
        member.id.type === 'Identifier'
          ? member.id.name
          : 'value' in member.id
            ? String(member.id.value)
            : '';
      const variable: Variable = { name, kind: 'const', top: false };
      const read: Code = { op: 'read', ...at, variable };
      const next: Code = last
        ? {
            op: 'binary',
            ...at,
            operator: '+',
            left: { op: 'read', ...at, variable: last },
            right: constant(1, at),
          }
        : constant(0, at);
      const value = member.initializer ? this.#code(member.initializer, scope) : next;
      scope.variables.set(name, variable);
      last = variable;
      const put = (key: Code, value: Code): Code => ({
        op: 'assign',
        ...at,
        operator: '',
        target: { to: 'property', ...at, object: whole, key },
        value,
      });
      const isNumber: Code = {
        op: 'binary',
        ...at,
        operator: '===',
        left: { op: 'unary', ...at, operator: 'typeof', code: read },
        right: constant('number', at),
      };
      return [
        { op: 'declare', ...at, target: { to: 'variable', ...at, variable }, value, fresh: true },
        { op: 'expression', ...at, code: put(constant(name, place(member.id)), read) },
        ...(value.op === 'constant' && typeof value.value === 'string'
          ? []
          : [
              {
                op: 'expression' as const,
                ...at,
                code: {
                  op: 'logical' as const,
                  ...at,
                  operator: '&&' as const,
                  left: isNumber,
                  right: put(read, constant(name, at)),
                },
              },
            ]),
      ];
    });
    return [
      { op: 'declare', ...at, target, value: { op: 'object', ...at, properties: [] }, fresh: true },
      { op: 'block', ...at, block: { vars: [], hoisted: [], statements } },
    ];
  }

  #code(node: Node, scope: Scope): Code {
    if (this.#depth >= DEEPEST) return this.#opaque(node, []);
    this.#depth++;
    const code = this.#expression(node, scope);
    this.#depth--;
    return code;
  }

  #expression(node: Node, scope: Scope): Code {
    const at = place(node);
    switch (node.type) {
      case 'Literal':
        if ('regex' in node)
          return {
            op: 'regexp',
            start: at.start,
            end: at.end,
            source: node.regex.pattern,
            flags: node.regex.flags,
          };
        return constant(node.value as Primitive, at);
      case 'TemplateLiteral':
        return {
          op: 'template',
          start: at.start,
          end: at.end,
          texts: node.quasis.map((quasi) => quasi.value.cooked ?? ''),
          parts: node.expressions.map((part) => this.#code(part, scope)),
        };
      case 'Identifier': {
        const variable = scope.find(node.name);
        if (variable) return { op: 'read', start: at.start, end: at.end, variable };
        return node.name === 'undefined'
          ? constant(undefined, at)
          : { op: 'global', start: at.start, end: at.end, name: node.name };
      }
      case 'ThisExpression':
        return { op: 'this', start: at.start, end: at.end };
      case 'Super':
        return { op: 'super', start: at.start, end: at.end };
      case 'MemberExpression':
        return {
          op: 'get',
          start: at.start,
          end: at.end,
          object: this.#code(node.object, scope),
          key: this.#key(node.property, node.computed, scope),
          optional: node.optional,
        };
      case 'ChainExpression':
        return { op: 'chain', start: at.start, end: at.end, code: this.#code(node.expression, scope) };
      case 'CallExpression':
        return {
          op: 'call',
          start: at.start,
          end: at.end,
          callee: this.#code(node.callee, scope),
          items: node.arguments.map((argument) => this.#item(argument, scope)),
          optional: node.optional,
        };
      case 'NewExpression':
        return {
          op: 'new',
          start: at.start,
          end: at.end,
          callee: this.#code(node.callee, scope),
          items: node.arguments.map((argument) => this.#item(argument, scope)),
        };
      case 'ArrayExpression':
        return {
          op: 'array',
          start: at.start,
          end: at.end,
          items: node.elements.map((item) => (item ? this.#item(item, scope) : undefined)),
        };
      case 'ObjectExpression':
        return {
          op: 'object',
          start: at.start,
          end: at.end,
          properties: node.properties.map((property) => this.#property(property, scope)),
        };
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'FunctionDeclaration':
        return { op: 'function', start: at.start, end: at.end, code: this.#function(node, scope) };
      case 'ClassExpression':
      case 'ClassDeclaration':
        return { op: 'class', start: at.start, end: at.end, code: this.#class(node, scope) };
      case 'UnaryExpression':
        if (node.operator === 'delete')
          return { op: 'delete', start: at.start, end: at.end, target: this.#code(node.argument, scope) };
        return {
          op: 'unary',
          start: at.start,
          end: at.end,
          operator: node.operator,
          code: this.#code(node.argument, scope),
        };
      case 'BinaryExpression':
        if (node.left.type === 'PrivateIdentifier')
          return this.#opaque(node, [this.#code(node.right, scope)]);
        return {
          op: 'binary',
          start: at.start,
          end: at.end,
          operator: node.operator,
          left: this.#code(node.left, scope),
          right: this.#code(node.right, scope),
        };
      case 'LogicalExpression':
        return {
          op: 'logical',
          start: at.start,
          end: at.end,
          operator: node.operator as LogicalOperator,
          left: this.#code(node.left, scope),
          right: this.#code(node.right, scope),
        };
      case 'ConditionalExpression':
        return {
          op: 'conditional',
          start: at.start,
          end: at.end,
          test: this.#code(node.test, scope),
          yes: this.#code(node.consequent, scope),
          no: this.#code(node.alternate, scope),
        };
      case 'AssignmentExpression':
        return {
          op: 'assign',
          start: at.start,
          end: at.end,
          operator: node.operator.slice(0, -1),
          target: this.#pattern(node.left, scope),
          value: this.#code(node.right, scope),
        };
      case 'UpdateExpression':
        return {
          op: 'update',
          start: at.start,
          end: at.end,
          by: node.operator === '++' ? 1 : -1,
          prefix: node.prefix,
          target: this.#pattern(node.argument, scope),
        };
      case 'SequenceExpression':
        return {
          op: 'sequence',
          start: at.start,
          end: at.end,
          codes: node.expressions.map((one) => this.#code(one, scope)),
        };
      case 'AwaitExpression':
        return { op: 'await', start: at.start, end: at.end, code: this.#code(node.argument, scope) };
      case 'ImportExpression':
        return { op: 'import', start: at.start, end: at.end, module: this.#code(node.source, scope) };
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
      case 'TSInstantiationExpression':
        return this.#code(node.expression, scope);
      case 'YieldExpression':
        return this.#opaque(node, node.argument ? [this.#code(node.argument, scope)] : []);
      case 'TaggedTemplateExpression':
        return this.#opaque(node, [
          this.#code(node.tag, scope),
          ...node.quasi.expressions.map((part) => this.#code(part, scope)),
        ]);
      default:
        // A parenthesis that a parser keeps (`createParenthesizedExpressions`) holds what counts.
        if ('expression' in node && isNode(node.expression)) return this.#code(node.expression, scope);
        return this.#opaque(node, []);
    }
  }

  #opaque(node: Node, parts: readonly Code[]): Code {
    return { op: 'opaque', ...place(node), what: node.type, parts };
  }

  #item(node: Node, scope: Scope): Item {
    const spread = node.type === 'SpreadElement';
    const [start, end] = node.range;
    return { start, end, spread, code: this.#code(spread ? node.argument : node, scope) };
  }

  /** The name of a property, as code: `a.b` and `a['b']` are the same. */
  #key(node: Node, computed: boolean, scope: Scope): Code {
    if (computed) return this.#code(node, scope);
    if (node.type === 'Identifier') return constant(node.name, place(node));
    if (node.type === 'PrivateIdentifier') return constant(scope.private(node.name), place(node));
    if (node.type === 'Literal') return constant(String(node.value), place(node));
    return this.#opaque(node, []);
  }

  #property(node: TSESTree.ObjectLiteralElement, scope: Scope): Property {
    const at = place(node);
    if (node.type === 'SpreadElement')
      return { type: 'spread', start: at.start, end: at.end, value: this.#code(node.argument, scope) };
    const key = this.#key(node.key, node.computed, scope);
    // `{ __proto__: base }` has everything that `base` has.
    if (
      !node.computed &&
      !node.shorthand &&
      !node.method &&
      key.op === 'constant' &&
      key.value === '__proto__'
    )
      return {
        type: 'spread',
        start: at.start,
        end: at.end,
        value: this.#opaque(node, [this.#code(node.value, scope)]),
      };
    if (node.kind !== 'init' && node.value.type === 'FunctionExpression')
      return { type: node.kind, start: at.start, end: at.end, key, code: this.#function(node.value, scope) };
    return { type: 'value', start: at.start, end: at.end, key, value: this.#code(node.value, scope) };
  }

  #function(node: FunctionNode, outer: Scope): FunctionCode {
    let body: FunctionBody | undefined;
    // Code that is kept must not keep its syntax tree.
    let unread: FunctionNode | undefined = node;
    const [start, end] = node.range;
    // Of an arrow function without braces, the expression says what it is.
    const head = node.body?.type === 'BlockStatement' ? node.body.range[0] + 1 : end;
    const code: FunctionCode = {
      start,
      end,
      head,
      name: node.id?.name,
      arrow: node.type === 'ArrowFunctionExpression',
      async: node.async,
      generator: node.generator,
      body: () => {
        if (unread) body = this.#body(unread, outer);
        unread = undefined;
        return body as FunctionBody;
      },
    };
    this.#functions.push(code);
    return code;
  }

  #body(node: FunctionNode, outer: Scope): FunctionBody {
    const scope = new Scope(outer, false);
    const self =
      node.type === 'FunctionExpression' && node.id ? scope.declare(node.id.name, 'function') : undefined;
    const inner = new Scope(scope, false);
    const arrow = node.type === 'ArrowFunctionExpression';
    // The name exists whether the body uses it or not: it costs nothing until it is read.
    const implicit = arrow ? undefined : inner.declare('arguments', 'parameter');
    const own = node.params.map((parameter) =>
      parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter,
    );
    // `function f(this: App, a)`: TypeScript's `this` is no parameter.
    const parameters = own.filter(
      (parameter) => !(parameter.type === 'Identifier' && parameter.name === 'this'),
    );
    for (const parameter of parameters) declarePattern(parameter, inner, 'parameter');
    const last = parameters.at(-1);
    const rest = last?.type === 'RestElement' ? last : undefined;
    const block: Block =
      !node.body || node.body.type === 'BlockStatement'
        ? this.#functionBlock(node.body?.body ?? [], inner)
        : {
            vars: [],
            hoisted: [],
            statements: [{ op: 'return', ...place(node.body), code: this.#code(node.body, inner) }],
          };
    return {
      self,
      parameters: parameters
        .filter((parameter) => parameter !== rest)
        .map((parameter) => this.#pattern(parameter, inner)),
      rest: rest ? this.#pattern(rest.argument, inner) : undefined,
      arguments: implicit,
      block: {
        vars: block.vars,
        hoisted: block.hoisted,
        statements: [...this.#parameterProperties(node, inner), ...block.statements],
      },
    };
  }

  /** In the scope of the parameters: `function f(options) { var options = options || {}` is one variable. */
  #functionBlock(nodes: readonly Node[], scope: Scope): Block {
    const vars = declareVars(nodes, scope);
    return { ...this.#block(nodes, scope), vars };
  }

  /** `constructor(private readonly app: Express)` is `this.app = app`. */
  #parameterProperties(node: FunctionNode, scope: Scope): Statement[] {
    return node.params.flatMap((parameter): Statement[] => {
      if (parameter.type !== 'TSParameterProperty') return [];
      const target =
        parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter;
      if (target.type !== 'Identifier') return [];
      const at = place(parameter);
      return [assignment({ op: 'this', ...at }, target.name, this.#code(target, scope), at)];
    });
  }

  #class(node: TSESTree.ClassDeclaration | TSESTree.ClassExpression, outer: Scope): ClassCode {
    const scope = new Scope(outer, false);
    const self = node.id ? scope.declare(node.id.name, 'class') : undefined;
    const privates = node.body.body.flatMap((member) =>
      'key' in member && member.key.type === 'PrivateIdentifier' ? [member.key.name] : [],
    );
    if (privates.length > 0) scope.privates = new Map(privates.map((name) => [name, node.range[0]]));
    let construct: FunctionCode | undefined;
    const members = node.body.body.flatMap((member): ClassMember[] => {
      const at = place(member);
      if (member.type === 'StaticBlock') {
        const code = this.#thunk(at, (inner) => this.#functionBlock(member.body, inner), scope);
        return [
          { start: at.start, end: at.end, type: 'field', static: true, key: constant('', at), value: code },
        ];
      }
      if (member.type === 'MethodDefinition') {
        if (member.kind === 'constructor') {
          // Overloads have no body; the one that has is the constructor.
          if (member.value.body) construct = this.#function(member.value, scope);
          return [];
        }
        if (!member.value.body) return [];
        const key = this.#key(member.key, member.computed, scope);
        return [
          {
            start: at.start,
            end: at.end,
            type: member.kind,
            static: member.static,
            key,
            code: this.#function(member.value, scope),
          },
        ];
      }
      if (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') {
        if (member.declare) return [];
        const { value } = member;
        const init = value
          ? this.#thunk(
              place(value),
              (inner) => ({
                vars: [],
                hoisted: [],
                statements: [{ op: 'return', ...place(value), code: this.#code(value, inner) }],
              }),
              scope,
            )
          : undefined;
        return [
          {
            start: at.start,
            end: at.end,
            type: 'field',
            static: member.static,
            key: this.#key(member.key, member.computed, scope),
            value: init,
          },
        ];
      }
      return [];
    });
    return {
      ...place(node),
      name: node.id?.name,
      self,
      parent: node.superClass ? this.#code(node.superClass, outer) : undefined,
      construct,
      members,
    };
  }

  /** A field's initialiser or a static block: a method without name or parameters. */
  #thunk(at: Place, block: (scope: Scope) => Block, outer: Scope): FunctionCode {
    let body: FunctionBody | undefined;
    return {
      start: at.start,
      end: at.end,
      head: at.end,
      name: undefined,
      arrow: false,
      async: false,
      generator: false,
      body: () =>
        (body ??= {
          self: undefined,
          parameters: [],
          rest: undefined,
          arguments: undefined,
          block: block(new Scope(outer, false)),
        }),
    };
  }

  #variable(node: TSESTree.Identifier, scope: Scope): Pattern {
    return {
      to: 'variable',
      ...place(node),
      variable: scope.find(node.name) ?? scope.declare(node.name, 'var'),
    };
  }

  #pattern(node: Node, scope: Scope): Pattern {
    if (this.#depth >= DEEPEST) return { to: 'nowhere' };
    this.#depth++;
    const pattern = this.#target(node, scope);
    this.#depth--;
    return pattern;
  }

  #target(node: Node, scope: Scope): Pattern {
    switch (node.type) {
      case 'Identifier': {
        const variable = scope.find(node.name);
        // An assignment to an undeclared name (sloppy mode) makes a global: not followed.
        return variable ? { to: 'variable', ...place(node), variable } : { to: 'nowhere' };
      }
      case 'MemberExpression':
        return {
          to: 'property',
          ...place(node),
          object: this.#code(node.object, scope),
          key: this.#key(node.property, node.computed, scope),
        };
      case 'AssignmentPattern':
        return {
          to: 'default',
          target: this.#pattern(node.left, scope),
          value: this.#code(node.right, scope),
        };
      case 'ObjectPattern': {
        const rest = node.properties.find((property) => property.type === 'RestElement');
        return {
          to: 'object',
          properties: node.properties.flatMap((property) =>
            property.type === 'Property'
              ? [
                  {
                    key: this.#key(property.key, property.computed, scope),
                    target: this.#pattern(property.value, scope),
                  },
                ]
              : [],
          ),
          rest: rest ? this.#pattern(rest.argument, scope) : undefined,
        };
      }
      case 'ArrayPattern': {
        const rest = node.elements.find((element) => element?.type === 'RestElement');
        return {
          to: 'array',
          items: node.elements.flatMap((element) =>
            element?.type === 'RestElement' ? [] : [element ? this.#pattern(element, scope) : undefined],
          ),
          rest: rest?.type === 'RestElement' ? this.#pattern(rest.argument, scope) : undefined,
        };
      }
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
      case 'TSSatisfiesExpression':
        return this.#pattern(node.expression, scope);
      case 'TSParameterProperty':
        return this.#pattern(node.parameter, scope);
      default:
        // A parenthesis that a parser keeps.
        if ('expression' in node && isNode(node.expression)) return this.#pattern(node.expression, scope);
        return { to: 'nowhere' };
    }
  }
}

function place(node: Node): Place {
  return { start: node.range[0], end: node.range[1] };
}

/** `object.key = value;` */
function assignment(object: Code, key: string, value: Code, at: Place): Statement {
  const target: Pattern = { to: 'property', ...at, object, key: constant(key, at) };
  return { op: 'expression', ...at, code: { op: 'assign', ...at, operator: '', target, value } };
}

function constant(value: Primitive, at: Place): Code {
  return { op: 'constant', start: at.start, end: at.end, value };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'range' in value;
}

function isLoop(statement: Statement): boolean {
  return statement.op === 'loop' || statement.op === 'each' || statement.op === 'switch';
}

/** The declaration behind an `export`. */
function exported(node: Node): Node | undefined {
  if (node.type === 'ExportNamedDeclaration') return node.declaration ?? undefined;
  if (node.type === 'ExportDefaultDeclaration')
    return (node.declaration.type === 'FunctionDeclaration' ||
      node.declaration.type === 'ClassDeclaration') &&
      node.declaration.id
      ? node.declaration
      : undefined;
  return undefined;
}

/** The variable that has the value of `export default …`: no name that code could write. */
const DEFAULT = '*default*';

/** `export { a as 'b c' }` */
function nameOf(node: TSESTree.Identifier | TSESTree.Literal): string {
  return node.type === 'Identifier' ? node.name : String(node.value);
}

function declaredBy(declaration: Node): readonly string[] {
  const scope = new Scope(undefined, true);
  if (declaration.type === 'VariableDeclaration')
    for (const { id } of declaration.declarations) declarePattern(id, scope, 'const');
  else if ('id' in declaration && declaration.id?.type === 'Identifier')
    scope.declare(declaration.id.name, 'const');
  return [...scope.variables.keys()];
}

/** `let`, `const`, `class`, `enum` and imports of a list of statements. */
function declareLexical(nodes: readonly Node[], scope: Scope): void {
  for (const node of nodes) {
    if (node.type === 'VariableDeclaration' && node.kind !== 'var')
      for (const declaration of node.declarations)
        declarePattern(declaration.id, scope, node.kind === 'let' ? 'let' : 'const');
    else if (node.type === 'ClassDeclaration' && node.id) scope.declare(node.id.name, 'class');
    else if (node.type === 'FunctionDeclaration' && node.id) scope.declare(node.id.name, 'function');
    else if (node.type === 'TSEnumDeclaration') scope.declare(node.id.name, 'const');
    else if (node.type === 'TSImportEqualsDeclaration') scope.declare(node.id.name, 'import');
    else if (node.type === 'ImportDeclaration')
      for (const specifier of node.specifiers) scope.declare(specifier.local.name, 'import');
  }
}

/** The `var`s of a function, wherever they stand in it, however deep. Those that are parameters too are these. */
function declareVars(nodes: readonly Node[], scope: Scope): readonly Variable[] {
  const before = new Set(scope.variables.values());
  const open: (Node | null | undefined)[] = [...nodes];
  for (let node = open.pop(); node !== undefined || open.length > 0; node = open.pop()) {
    switch (node?.type) {
      case 'VariableDeclaration':
        if (node.kind === 'var')
          for (const declaration of node.declarations) declarePattern(declaration.id, scope, 'var');
        break;
      case 'IfStatement':
        open.push(node.consequent, node.alternate);
        break;
      case 'ForStatement':
        open.push(node.init, node.body);
        break;
      case 'ForOfStatement':
      case 'ForInStatement':
        open.push(node.left, node.body);
        break;
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'LabeledStatement':
        open.push(node.body);
        break;
      case 'BlockStatement':
        for (const one of node.body) open.push(one);
        break;
      case 'TryStatement':
        open.push(node.block, node.handler?.body, node.finalizer);
        break;
      case 'SwitchStatement':
        for (const one of node.cases) for (const inner of one.consequent) open.push(inner);
        break;
      default:
    }
  }
  return [...scope.variables.values()].filter((variable) => !before.has(variable));
}

function declarePattern(pattern: Node, scope: Scope, kind: Variable['kind']): void {
  const open = [pattern];
  for (let node = open.pop(); node; node = open.pop()) {
    switch (node.type) {
      case 'Identifier':
        scope.declare(node.name, kind);
        break;
      case 'AssignmentPattern':
        open.push(node.left);
        break;
      case 'RestElement':
        open.push(node.argument);
        break;
      case 'TSParameterProperty':
        open.push(node.parameter);
        break;
      case 'ObjectPattern':
        for (const property of node.properties)
          open.push(property.type === 'Property' ? property.value : property.argument);
        break;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) open.push(element);
        break;
      default:
    }
  }
}
