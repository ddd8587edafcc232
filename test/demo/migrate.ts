/** The demo application, and what becomes of it where somebody takes what an editor offers, one thing after the other. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tsParser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import ts from 'typescript';
import plugin from '../../src/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEMO = path.join(ROOT, 'test/apps/demo');

/** What somebody took. */
export interface Applied {
  readonly file: string;
  readonly rule: string;
  /** Of the suggestion; of the finding where it was its fix. */
  readonly messageId: string;
}

export interface Left {
  readonly file: string;
  readonly rule: string;
  readonly messageId: string;
}

/** A copy of the demo, with the packages that it needs. */
export class Demo {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cors-demo-')));
  readonly #eslint = new ESLint({ cwd: this.folder, overrideConfigFile: true, overrideConfig: CONFIG });

  constructor() {
    cpSync(DEMO, this.folder, { recursive: true, filter: (file) => !/run\.mjs$|eslint\.config/.test(file) });
    mkdirSync(path.join(this.folder, 'node_modules'));
    const { dependencies } = JSON.parse(this.text('package.json')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) {
      // Ours as it is published: its `exports` lead into `dist`.
      const target = name === 'eslint-plugin-cors' ? ROOT : path.join(ROOT, 'node_modules', name);
      symlinkSync(target, path.join(this.folder, 'node_modules', name), 'junction');
    }
  }

  /** Files that are linted, by their path in the demo, in a fixed order. */
  get files(): readonly string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => /\.[jt]s$/.test(name) && !name.startsWith('node_modules'))
      .toSorted();
  }

  path(file: string): string {
    return path.join(this.folder, file);
  }

  text(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  /** What is found in the file, from the top. */
  async lint(file: string): Promise<readonly Linter.LintMessage[]> {
    const [result] = await this.#eslint.lintFiles([file]);
    return result!.messages;
  }

  /** All that is found. */
  async left(): Promise<readonly Left[]> {
    const found: Left[] = [];
    for (const file of this.files)
      for (const message of await this.lint(file)) found.push({ file, ...named(message) });
    return found;
  }

  /**
   * Takes what is offered, file after file, until nothing is: the move to the middleware before anything else, then a fix,
   * then the first suggestion. An edit in one file may be the end of a finding in another, or the beginning.
   *
   * @param takes of a suggestion or fix, by its name: whether it is wanted. Default: whatever is offered.
   */
  async migrate(takes: (applied: Applied) => boolean = () => true): Promise<readonly Applied[]> {
    const applied: Applied[] = [];
    for (let before = -1; before < applied.length;) {
      before = applied.length;
      for (const file of this.files) {
        for (let offer = await this.#offer(file, takes); offer; offer = await this.#offer(file, takes)) {
          if (applied.length === MOST)
            throw new Error(`There is no end: ${JSON.stringify(applied.slice(-4))}`);
          const { fix, ...what } = offer;
          const text = this.text(file);
          writeFileSync(this.path(file), text.slice(0, fix.range[0]) + fix.text + text.slice(fix.range[1]));
          applied.push(what);
        }
      }
    }
    return applied;
  }

  async #offer(file: string, takes: (applied: Applied) => boolean): Promise<Offer | undefined> {
    const messages = await this.lint(file);
    const offers = messages
      .flatMap((message): readonly Offer[] => {
        const { rule, messageId } = named(message);
        const { fix, suggestions = [] } = message;
        const suggested = suggestions.map((one) => ({
          file,
          rule,
          messageId: one.messageId ?? '',
          fix: one.fix,
        }));
        return [...(fix ? [{ file, rule, messageId, fix }] : []), ...suggested];
      })
      .filter(({ fix: _, ...offer }) => takes(offer));
    return offers.find(({ messageId }) => messageId.startsWith('useSafeCors')) ?? offers[0];
  }

  /** A TypeScript file as Node can run it: the path of what becomes of it. */
  compiled(file: string): string {
    const { outputText } = ts.transpileModule(this.text(file), {
      fileName: file,
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        verbatimModuleSyntax: true,
      },
    });
    const output = file.replace(/\.ts$/, '.mjs');
    writeFileSync(this.path(output), outputText);
    return this.path(output);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * What `require-authorization-header` says in `server.js`, and where it says that: the edit is in another file, so its
 * reader makes it.
 */
export function addAuthorization(demo: Demo): void {
  const file = 'config/corsOptions.js';
  const text = demo.text(file);
  writeFileSync(demo.path(file), text.replace("'Content-Type',", "'Content-Type', 'Authorization',"));
}

interface Offer extends Applied {
  readonly fix: { readonly range: readonly [number, number]; readonly text: string };
}

/** More than anybody would take. */
const MOST = 60;

const CONFIG: Linter.Config[] = [
  {
    ...plugin.configs.recommended,
    rules: { ...plugin.configs.recommended.rules, ...plugin.configs.migrate.rules },
  },
  { files: ['**/*.js'], languageOptions: { sourceType: 'commonjs' } },
  { files: ['**/*.ts'], languageOptions: { parser: tsParser } },
];

function named({ ruleId, messageId, message }: Linter.LintMessage): Omit<Left, 'file'> {
  return { rule: ruleId?.replace(/^cors\//, '') ?? message, messageId: messageId ?? '' };
}
