/** All that is known of one file's CORS, worked out once and shared by all rules. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Problem } from '../policy/problems.ts';
import { Application, type Settings } from './application.ts';
import { isNamedForCors } from './claims.ts';
import type { Place } from './code.ts';
import { realFile } from './files/disk.ts';
import { dependsOn } from './files/manifest.ts';
import { reportedIn } from './elsewhere.ts';
import { HEADER_WORDS } from './libraries/handwritten.ts';
import { LIBRARY_NAMES } from './libraries/index.ts';
import { lower } from './lower.ts';
import type { Migration } from './migration.ts';
import type { Modules } from './modules.ts';
import { escapeText } from './parts.ts';
import { STRETCH, type SourceModule } from './sources.ts';

export type { Settings } from './application.ts';

/**
 * A file that holds none of these words has no policy: derived from every recogniser. `app.use(createCorsMiddleware(list))`
 * may make one of what other files hold.
 */
const TRIGGERS: readonly string[] = [...LIBRARY_NAMES, ...HEADER_WORDS, 'crossDomain', 'cross-domain'];
/** In any case, since names are made of them. One expression is quicker than a search for each. */
const TRIGGER = new RegExp(TRIGGERS.map(escapeText).join('|'), 'i');

/** In characters. Longer ones are bundles, which nobody wrote. */
const LONGEST = 1_500_000;

/** What the analysis needs of ESLint's `SourceCode`. */
export interface Source {
  readonly text: string;
  readonly ast: TSESTree.Program;
}

interface Searched {
  readonly text: string;
  readonly filename: string;
  readonly found: boolean;
}

const searched = new WeakMap<object, Searched>();

/** Whether the file can hold a policy at all: one search of its text, which all rules share. */
export function mayHoldPolicy(source: { readonly text: string }, filename: string): boolean {
  const { text } = source;
  let last = searched.get(source);
  // oxlint gives every file the same object.
  if (last?.text !== text || last.filename !== filename) {
    last = { text, filename, found: text.length <= LONGEST && mentionsPolicy(text, filename) };
    searched.set(source, last);
  }
  return last.found;
}

function mentionsPolicy(text: string, filename: string): boolean {
  return TRIGGER.test(text) || isNamedForCors(filename);
}

const files = new WeakMap<object, CorsFile>();

/** Worked out when first asked for; kept as long as the file's syntax tree. */
export function corsFile(source: Source, filename: string, settings: Settings, modules?: Modules): CorsFile {
  let file = files.get(source.ast);
  if (!file) {
    file = new CorsFile(source, filename, settings, modules);
    files.set(source.ast, file);
  }
  return file;
}

export class CorsFile {
  #problems: readonly Problem<Place>[] | undefined;
  #migrations: readonly Migration[] | undefined;
  #application: Application | undefined;

  constructor(
    readonly source: Source,
    readonly filename: string,
    readonly settings: Settings,
    /** Nothing where other files are out of reach. */
    readonly modules?: Modules,
  ) {}

  /** Everything that is to be reported in the file, in its order. */
  get problems(): readonly Problem<Place>[] {
    return (this.#problems ??= this.#work());
  }

  /** What the middleware of this package could take the place of. Only who asks pays for it. */
  get migrations(): readonly Migration[] {
    return (this.#migrations ??= this.#whole.migrations);
  }

  /** Whether code of the file may import the middleware of this package, and find it in production. */
  get hasMiddleware(): boolean {
    return dependsOn(this.filename, 'eslint-plugin-cors');
  }

  get #whole(): Application {
    return (this.#application ??= this.#lowered());
  }

  #lowered(): Application {
    const { text, ast } = this.source;
    const modules = text.length < STRETCH ? this.modules : undefined;
    // By whatever link it was asked for: a file that imports it comes back to the real one.
    const path = modules ? realFile(this.filename) : this.filename;
    const entry: SourceModule = { path, text, base: 0, code: lower(ast) };
    return new Application(entry, this.settings, modules);
  }

  #work(): readonly Problem<Place>[] {
    const problems = reportedIn(this.#whole, (module) => mayHoldPolicy(module, module.path));
    return [...problems].sort((a, b) => a.cause.start - b.cause.start);
  }
}
