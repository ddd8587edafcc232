/** Other files of an application are read by the parser that the user configured for the one that imports them. */
import path from 'node:path';
import type { TSESTree } from '@typescript-eslint/utils';
import { Modules, type Parse } from './analysis/modules.ts';

interface LanguageOptions {
  readonly parser?: unknown;
  readonly parserOptions?: object | null | undefined;
}

/** By parser, and by what it is told. */
const kept = new WeakMap<object, Map<string, Modules>>();

/** The files beside one that is linted; nothing where it is no file, or its parser cannot be called. */
export function modulesFor(
  filename: string,
  languageOptions: LanguageOptions | undefined,
): Modules | undefined {
  const parser = languageOptions?.parser;
  if (!path.isAbsolute(filename) || typeof parser !== 'object' || parser === null) return undefined;
  const own = withoutProjects(languageOptions?.parserOptions ?? {});
  let byOptions = kept.get(parser);
  if (!byOptions) kept.set(parser, (byOptions = new Map()));
  const key = keyOf(own);
  let modules = byOptions.get(key);
  if (!modules) byOptions.set(key, (modules = new Modules(parseWith(parser, own))));
  return modules;
}

function withoutProjects(parserOptions: object): object {
  return Object.fromEntries(Object.entries(parserOptions).filter(([name]) => !OF_PROJECTS.test(name)));
}

/** The same for options that say the same; what cannot be written down is told apart by nothing. */
function keyOf(options: object): string {
  try {
    return JSON.stringify(options);
  } catch {
    return '';
  }
}

/** Options that make a parser read whole projects, which takes minutes, and which nothing here needs. */
const OF_PROJECTS = /^(?:project|program|tsconfigRootDir|EXPERIMENTAL_|errorOnTypeScript|emitDecorator)/;

function parseWith(parser: object, own: object): Parse {
  return (text, filePath) => {
    const common = path.extname(filePath).startsWith('.c');
    for (const sourceType of common ? ['commonjs', 'module'] : ['module', 'commonjs']) {
      // A parser may keep, and change, the options that it is given.
      const options = {
        ...own,
        sourceType,
        filePath,
        ecmaVersion: 'latest',
        ecmaFeatures: { jsx: !/\.[cm]?ts$/.test(filePath) },
        range: true,
        loc: true,
        tokens: true,
        comment: true,
      };
      try {
        if ('parseForESLint' in parser && typeof parser.parseForESLint === 'function')
          return (parser.parseForESLint(text, options) as { ast: TSESTree.Program }).ast;
        if ('parse' in parser && typeof parser.parse === 'function')
          return parser.parse(text, options) as TSESTree.Program;
        return undefined;
      } catch {
        // The other kind of source, perhaps.
      }
    }
    return undefined;
  };
}
