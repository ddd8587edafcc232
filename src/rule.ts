/** What all rules share: which problems, which edits, which words. */
import type { JSONSchema, TSESLint, TSESTree } from '@typescript-eslint/utils';
import { corsFile, mayHoldPolicy, type CorsFile } from './analysis/file.ts';
import type { Place } from './analysis/code.ts';
import { codesOf, describe, type Problem, type ProblemCode } from './policy/problems.ts';
import { Edits, editMessages, type Edit, type Surroundings } from './edits.ts';
import { rulePage } from './package.ts';
import { modulesFor } from './parse.ts';
import { corsSettings } from './settings.ts';

export type PresetName = 'recommended' | 'strict' | 'migrate';

/** A rule's place in a preset: its severity, and its options, always written out whole. */
export type PresetEntry = readonly [severity: 'error' | 'warn', ...options: unknown[]];

export interface RuleDocs {
  readonly description: string;
  readonly presets: Readonly<Partial<Record<PresetName, PresetEntry>>>;
}

export interface Definition<Options extends object> {
  readonly name: string;
  readonly meta: {
    readonly type: 'problem' | 'suggestion';
    readonly docs: RuleDocs;
    readonly hasSuggestions?: boolean;
    readonly fixable?: 'code';
    readonly schema: readonly JSONSchema.JSONSchema4[];
    /** One object of options. */
    readonly defaultOptions?: readonly [Options];
  };
  /** Called for a file that may hold a policy: says what to do with which problems. */
  readonly create: (options: Options) => Report;
  /** What the rule reports, where that is not among the problems that all rules share. */
  readonly problems?: (file: CorsFile, edit: Edits) => readonly Problem<Place>[];
}

/** Where the mistake stands, if that is another file. */
const ELSEWHERE = '{{elsewhere}}';

/** What a rule does with a problem: nothing, if it leaves it out. */
export type Report = (problem: Problem<Place>, edit: Edits) => Reported | undefined;

export interface Reported {
  readonly suggest?: readonly (Edit | undefined)[];
  /** For what provably changes nothing that worked. */
  readonly fix?: TSESLint.ReportFixFunction | undefined;
}

export type CorsRule = TSESLint.RuleModule<string, readonly unknown[], RuleDocs & { readonly url: string }>;

/**
 * Makes an ESLint rule. It reports the problems that the table in `src/policy/problems.ts` gives to its name, with the
 * words that stand there.
 */
export function defineRule<Options extends object>({
  name,
  meta,
  create,
  problems = (file) => file.problems,
}: Definition<Options>): CorsRule {
  const codes = new Set<ProblemCode>(codesOf(name));
  const messages = {
    ...Object.fromEntries([...codes].map((code) => [code, `${describe(code).says}${ELSEWHERE}`])),
    ...editMessages,
  };
  const rule = {
    name,
    meta: { ...meta, messages, docs: { ...meta.docs, url: rulePage(name) } },
    create(context: Readonly<TSESLint.RuleContext<string, readonly [Options?]>>): TSESLint.RuleListener {
      const { sourceCode } = context;
      const settings = corsSettings(context.settings);
      if (!mayHoldPolicy(sourceCode, context.filename)) return {};
      // ESLint fills in the defaults; other hosts of ESLint's rules may not.
      const report = create({ ...meta.defaultOptions?.[0], ...context.options[0] } as Options);
      return {
        Program(): void {
          for (const { problem, edit } of problemsOf(context, settings, problems)) {
            if (!codes.has(problem.code)) continue;
            const reported = unlessBroken(() => report(problem, edit), undefined);
            if (!reported) continue;
            const suggest = (reported.suggest ?? []).filter((edit) => edit !== undefined);
            context.report({
              loc: locate(sourceCode, problem.cause),
              messageId: problem.code,
              data: { ...problem.data, elsewhere: problem.data['elsewhere'] ?? '' },
              ...(suggest.length > 0 && { suggest }),
              ...(reported.fix && { fix: reported.fix }),
            });
          }
        },
      };
    },
  };
  return rule as unknown as CorsRule;
}

/** An internal error must not stop somebody's lint: the rule is silent. `ESLINT_PLUGIN_CORS_DEBUG` shows it. */
function unlessBroken<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    if (process.env['ESLINT_PLUGIN_CORS_DEBUG']) throw error;
    return otherwise;
  }
}

function problemsOf(
  { sourceCode, filename, languageOptions }: Readonly<TSESLint.RuleContext<string, readonly unknown[]>>,
  settings: ReturnType<typeof corsSettings>,
  problems: NonNullable<Definition<object>['problems']>,
): readonly { readonly problem: Problem<Place>; readonly edit: Edits }[] {
  return unlessBroken(() => {
    const file = corsFile(sourceCode, filename, settings, modulesFor(filename, languageOptions));
    const edit = new Edits(sourceCode, surroundingsOf(file));
    return problems(file, edit).map((problem) => ({ problem, edit }));
  }, []);
}

function surroundingsOf(file: CorsFile): Surroundings {
  return {
    get migrations() {
      // Without it, the other suggestions still stand.
      return unlessBroken(() => (file.hasMiddleware ? file.migrations : []), []);
    },
  };
}

function locate(source: Readonly<TSESLint.SourceCode>, { start, end }: Place): TSESTree.SourceLocation {
  return { start: source.getLocFromIndex(start), end: source.getLocFromIndex(end) };
}
