/** Small projects on disk, linted file by file as ESLint would, by both parsers. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Linter } from 'eslint';
import plugin from '../../src/index.ts';
import { dialects, isCommonJs, withoutPractices, type Settings } from '../rules/lint.ts';

/** What stands in each file; an object becomes JSON. */
export type Files = Readonly<Record<string, string | object>>;

type ParserName = 'typescript' | 'espree';

/** The head of an ES module that makes an app. */
export const ESM = "import express from 'express'; import cors from 'cors'; const app = express();\n";
/** The same in CommonJS. */
export const CJS =
  "const express = require('express'); const cors = require('cors'); const app = express();\n";

const folders: string[] = [];

/** To be called after the tests of a file. */
export function removeProjects(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export class Project {
  /** The folder around the repository. */
  readonly outside = realpathSync(mkdtempSync(join(tmpdir(), 'cors-project-')));
  readonly root = join(this.outside, 'repository');
  readonly #linter = new Linter({ cwd: this.root });
  readonly #texts = new Map<string, string>();
  /** A parser object that is new knows no files yet. */
  #parsers = new Map<ParserName, Linter.Parser>();

  constructor(
    files: Files,
    readonly settings: Settings = {},
  ) {
    folders.push(this.outside);
    mkdirSync(join(this.root, '.git'), { recursive: true });
    this.write(files);
  }

  write(files: Files): void {
    for (const [name, content] of Object.entries(files)) {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      const file = join(this.root, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (/\.[cm]?[jt]sx?$/.test(name)) this.#texts.set(name, text);
    }
  }

  link(from: string, to: string): void {
    mkdirSync(dirname(join(this.root, from)), { recursive: true });
    symlinkSync(join(this.root, to), join(this.root, from));
  }

  /** Every file with code, but those that no ESLint config matches. */
  get sources(): readonly string[] {
    return [...this.#texts.keys()].filter((name) => !name.startsWith('..') && !/node_modules/.test(name));
  }

  forget(): void {
    this.#parsers = new Map();
  }

  /**
   * @param as the file that ESLint says it is.
   * @param rules those rules have the entries given there.
   */
  messages(
    name: string,
    by: ParserName = 'typescript',
    as = name,
    rules: Linter.RulesRecord = {},
  ): readonly Linter.LintMessage[] {
    const text = this.#texts.get(name);
    if (text === undefined) throw new Error(`There is no ${name}.`);
    let parser = this.#parsers.get(by);
    if (!parser) {
      parser = { ...(by === 'espree' ? dialects.module : dialects.typescript).parser };
      this.#parsers.set(by, parser);
    }
    const sourceType = by === 'espree' && isCommonJs(text) ? 'commonjs' : 'module';
    return this.#linter.verify(
      text,
      {
        files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'],
        plugins: { cors: plugin },
        languageOptions: { parser, sourceType, parserOptions: { sourceType } },
        settings: { cors: this.settings },
        rules: { ...plugin.configs.all.rules, ...withoutPractices, ...rules },
      },
      { filename: join(this.root, as) },
    );
  }

  /** `config/cors.js:3 no-reflected-origin`, by the parser. */
  findings(name: string, by: ParserName = 'typescript'): readonly string[] {
    return this.messages(name, by).map(({ line, ruleId, message }) => {
      if (ruleId === null) throw new Error(`${relative(this.root, name)}: ${message}`);
      return `${name}:${line} ${ruleId.replace('cors/', '')}`;
    });
  }
}

/**
 * Every finding in every file. Whether a file was read before must not matter, nor in which order they are linted, nor
 * the parser.
 */
export function lintAll(project: Project): readonly string[] {
  const { sources } = project;
  const all = (names: readonly string[], by: ParserName): readonly string[] =>
    names.flatMap((name) => project.findings(name, by)).toSorted();
  project.forget();
  const found = all(sources, 'typescript');
  const agree = (what: string, other: readonly string[]): void => {
    if (other.join('\n') !== found.join('\n'))
      throw new Error(`${what} finds\n${other.join('\n')}\ninstead of\n${found.join('\n')}`);
  };
  agree('Another look', all(sources, 'typescript'));
  project.forget();
  agree('The other order', all(sources.toReversed(), 'typescript'));
  // The first and the last were looked at first above.
  for (const name of sources.slice(1, -1)) {
    project.forget();
    const alone = all([name], 'typescript');
    agree(
      `A look at ${name} alone`,
      [...alone, ...found.filter((one) => !one.startsWith(`${name}:`))].toSorted(),
    );
  }
  if (sources.every((name) => /\.[cm]?jsx?$/.test(name))) agree('espree', all(sources, 'espree'));
  return found;
}

/** Every finding in a project of these files. */
export function findingsIn(files: Files, settings: Settings = {}): readonly string[] {
  return lintAll(new Project(files, settings));
}
