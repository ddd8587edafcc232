/**
 * The small language that the interpreter runs.
 *
 * `lower.ts` turns any dialect of JavaScript or TypeScript into it, `run.ts` is the only evaluator.
 * Plain data: names are bound to variables, every piece keeps its place, and no syntax node survives,
 * so that code of other files can be kept in memory cheaply. Function bodies are lowered when first needed.
 */

/**
 * A stretch of a file: offsets into its text, `end` exclusive. Files that are followed from another one begin far behind
 * it, each at an offset of its own (`sources.ts`), so that two numbers say both file and place.
 */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What the key of a class's private name begins with: no string that code could write. */
export const PRIVATE = '\0';

export type Primitive = string | number | boolean | bigint | null | undefined;

export interface Variable {
  readonly name: string;
  readonly kind: 'const' | 'let' | 'var' | 'parameter' | 'function' | 'class' | 'import' | 'caught';
  /** Declared at the top level of the module: visible to every function of the file. */
  readonly top: boolean;
}

/** What an import binds: a module's `default`, a named export, or `*`, the whole namespace. */
export interface Import {
  readonly at: Place;
  readonly variable: Variable;
  readonly module: string;
  readonly name: string;
}

interface Placed extends Place {
  readonly op: string;
}

export interface Item extends Place {
  readonly code: Code;
  readonly spread: boolean;
}

export type Property =
  | {
      readonly type: 'value';
      readonly key: Code;
      readonly value: Code;
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly type: 'get' | 'set';
      readonly key: Code;
      readonly code: FunctionCode;
      readonly start: number;
      readonly end: number;
    }
  | { readonly type: 'spread'; readonly value: Code; readonly start: number; readonly end: number };

export type Code =
  | (Placed & { readonly op: 'constant'; readonly value: Primitive })
  | (Placed & { readonly op: 'regexp'; readonly source: string; readonly flags: string })
  | (Placed & { readonly op: 'template'; readonly texts: readonly string[]; readonly parts: readonly Code[] })
  | (Placed & { readonly op: 'read'; readonly variable: Variable })
  | (Placed & { readonly op: 'global'; readonly name: string })
  | (Placed & { readonly op: 'this' | 'super' })
  | Get
  | Call
  | (Placed & { readonly op: 'chain'; readonly code: Code })
  | (Placed & { readonly op: 'new'; readonly callee: Code; readonly items: readonly Item[] })
  | (Placed & { readonly op: 'array'; readonly items: readonly (Item | undefined)[] })
  | (Placed & { readonly op: 'object'; readonly properties: readonly Property[] })
  | (Placed & { readonly op: 'function'; readonly code: FunctionCode })
  | (Placed & { readonly op: 'class'; readonly code: ClassCode })
  | (Placed & { readonly op: 'unary'; readonly operator: string; readonly code: Code })
  | (Placed & { readonly op: 'delete'; readonly target: Code })
  | (Placed & { readonly op: 'binary'; readonly operator: string; readonly left: Code; readonly right: Code })
  | (Placed & {
      readonly op: 'logical';
      readonly operator: LogicalOperator;
      readonly left: Code;
      readonly right: Code;
    })
  | (Placed & { readonly op: 'conditional'; readonly test: Code; readonly yes: Code; readonly no: Code })
  /** `operator` is `''` for a plain assignment, else the operator that stands before `=`. */
  | (Placed & {
      readonly op: 'assign';
      readonly operator: string;
      readonly target: Pattern;
      readonly value: Code;
    })
  | (Placed & {
      readonly op: 'update';
      readonly by: 1 | -1;
      readonly prefix: boolean;
      readonly target: Pattern;
    })
  | (Placed & { readonly op: 'sequence'; readonly codes: readonly Code[] })
  | (Placed & { readonly op: 'await'; readonly code: Code })
  | (Placed & { readonly op: 'import'; readonly module: Code })
  /** Not modelled: its parts are run for what they do, its value is unknown. */
  | (Placed & { readonly op: 'opaque'; readonly what: string; readonly parts: readonly Code[] });

export type LogicalOperator = '&&' | '||' | '??';

export interface Get extends Placed {
  readonly op: 'get';
  readonly object: Code;
  readonly key: Code;
  readonly optional: boolean;
}

export interface Call extends Placed {
  readonly op: 'call';
  readonly callee: Code;
  readonly items: readonly Item[];
  readonly optional: boolean;
}

/** What can stand to the left of `=`, in a declaration or as a parameter. */
export type Pattern =
  | { readonly to: 'variable'; readonly variable: Variable; readonly start: number; readonly end: number }
  | {
      readonly to: 'property';
      readonly object: Code;
      readonly key: Code;
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly to: 'object';
      readonly properties: readonly { readonly key: Code; readonly target: Pattern }[];
      readonly rest: Pattern | undefined;
    }
  | {
      readonly to: 'array';
      readonly items: readonly (Pattern | undefined)[];
      readonly rest: Pattern | undefined;
    }
  | { readonly to: 'default'; readonly target: Pattern; readonly value: Code }
  /** A target that is not modelled; what is assigned to it is lost. */
  | { readonly to: 'nowhere' };

export interface FunctionCode extends Place {
  /** Where its head ends: behind the brace that opens the body. A finding about the function points at its head. */
  readonly head: number;
  readonly name: string | undefined;
  readonly arrow: boolean;
  readonly async: boolean;
  readonly generator: boolean;
  readonly body: () => FunctionBody;
}

export interface FunctionBody {
  /** The name of a function expression, as its own body sees it. */
  readonly self: Variable | undefined;
  readonly parameters: readonly Pattern[];
  readonly rest: Pattern | undefined;
  /** `arguments` stands somewhere in the body. */
  readonly arguments: Variable | undefined;
  readonly block: Block;
}

export interface ClassCode extends Place {
  readonly name: string | undefined;
  /** The name as the class's own body sees it. */
  readonly self: Variable | undefined;
  readonly parent: Code | undefined;
  readonly construct: FunctionCode | undefined;
  readonly members: readonly ClassMember[];
}

export type ClassMember = Place & {
  readonly static: boolean;
  readonly key: Code;
} & (
    | { readonly type: 'method' | 'get' | 'set'; readonly code: FunctionCode }
    | { readonly type: 'field'; readonly value: FunctionCode | undefined }
  );

export interface Block {
  /** The `var`s of a function or module, wherever they stand in it: they exist from its start. */
  readonly vars: readonly Variable[];
  /** Function declarations, which exist before the first statement runs. */
  readonly hoisted: readonly { readonly variable: Variable; readonly code: FunctionCode }[];
  readonly statements: readonly Statement[];
}

export type Statement =
  | (Placed & { readonly op: 'expression'; readonly code: Code })
  /** `fresh`: it makes the variable in this block; a `var` is there already. */
  | (Placed & {
      readonly op: 'declare';
      readonly target: Pattern;
      readonly value: Code | undefined;
      readonly fresh: boolean;
    })
  | (Placed & { readonly op: 'block'; readonly block: Block })
  | (Placed & {
      readonly op: 'if';
      readonly test: Code;
      readonly yes: Statement;
      readonly no: Statement | undefined;
    })
  | (Placed & { readonly op: 'return'; readonly code: Code | undefined })
  | (Placed & { readonly op: 'throw'; readonly code: Code })
  | (Placed & {
      readonly op: 'try';
      readonly block: Block;
      readonly caught: Pattern | undefined;
      readonly handler: Block | undefined;
      readonly finalizer: Block | undefined;
    })
  | (Placed & {
      readonly op: 'loop';
      readonly labels: readonly string[];
      readonly init: readonly Statement[];
      readonly test: Code | undefined;
      /** `do … while`: the body runs before the first test. */
      readonly testLast: boolean;
      readonly update: Code | undefined;
      readonly body: Statement;
    })
  | (Placed & {
      readonly op: 'each';
      readonly labels: readonly string[];
      readonly over: 'values' | 'keys';
      readonly target: Pattern;
      /** `const x of`, as against `x of` and `var x of`. */
      readonly fresh: boolean;
      readonly of: Code;
      readonly body: Statement;
    })
  | (Placed & {
      readonly op: 'switch';
      readonly labels: readonly string[];
      readonly subject: Code;
      readonly hoisted: Block['hoisted'];
      readonly cases: readonly {
        readonly test: Code | undefined;
        readonly statements: readonly Statement[];
      }[];
    })
  | (Placed & { readonly op: 'break' | 'continue'; readonly label: string | undefined })
  | (Placed & { readonly op: 'labelled'; readonly label: string; readonly body: Statement });

/** The head of a function, for findings about all of it. */
export function headOf({ start, head }: FunctionCode): Place {
  return { start, end: head };
}

/**
 * What a module exports: one of its own variables, or something that it imports. Without a name it is all that the other
 * module exports but its default.
 */
export type Export =
  | { readonly name: string; readonly variable: Variable }
  | { readonly name: string | undefined; readonly module: string; readonly from: string; readonly at: Place };

/** The variables that Node gives a module of CommonJS. */
export interface CommonJs {
  readonly module: Variable;
  readonly exports: Variable;
}

/** A whole module. */
export interface ModuleCode {
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly commonJs: CommonJs;
  readonly block: Block;
  /** Every function lowered so far, outermost first where they nest: grows as bodies are lowered. */
  readonly functions: readonly FunctionCode[];
}
