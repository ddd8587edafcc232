import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modulesFor } from '../src/parse.ts';
import { dialects } from './rules/lint.ts';

let folder = '';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'cors-parse-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

/** A parser that tells what it was asked. */
function listening(): {
  readonly parser: { parse(text: string, options: Record<string, unknown>): unknown };
  readonly heard: Record<string, unknown>[];
} {
  const heard: Record<string, unknown>[] = [];
  const { parse } = dialects.module.parser as unknown as { parse(text: string, options: object): unknown };
  return {
    heard,
    parser: {
      parse(text, options) {
        heard.push({ ...options });
        // Parsers do that.
        options['sourceType'] = 'script';
        return parse(text, heard.at(-1) as object);
      },
    },
  };
}

describe("the user's parser", () => {
  it('is given what it needs, and nothing that makes it read projects', () => {
    const { parser, heard } = listening();
    const parserOptions = {
      project: true,
      projectService: { allowDefaultProject: ['*.js'] },
      programs: [{}],
      tsconfigRootDir: '/',
      EXPERIMENTAL_useProjectService: true,
      errorOnTypeScriptSyntacticAndSemanticIssues: true,
      emitDecoratorMetadata: true,
      comments: 1,
    };
    const file = write('a.js', 'export default 1;');
    expect(modulesFor(file, { parser, parserOptions })?.read(file)?.code.exports).toHaveLength(1);
    expect(heard).toEqual([
      {
        comments: 1,
        sourceType: 'module',
        filePath: file,
        ecmaVersion: 'latest',
        ecmaFeatures: { jsx: true },
        range: true,
        loc: true,
        tokens: true,
        comment: true,
      },
    ]);
    expect(parserOptions.project).toBe(true);
  });

  it('reads a script where it is no module', () => {
    const { parser, heard } = listening();
    const file = write('b.js', 'with (x) { y; }\nmodule.exports = 1;');
    expect(modulesFor(file, { parser })?.read(file)).toBeDefined();
    expect(heard.map(({ sourceType }) => sourceType)).toEqual(['module', 'commonjs']);
    const common = write('c.cjs', 'module.exports = 1;');
    modulesFor(file, { parser })?.read(common);
    expect(heard.at(-1)?.['sourceType']).toBe('commonjs');
  });

  it('is asked once for each state of a file, by each set of options', () => {
    const { parser, heard } = listening();
    const file = write('d.js', 'export default 1;');
    const read = (parserOptions: object): unknown => modulesFor(file, { parser, parserOptions })?.read(file);
    expect(read({})).toBe(read({ project: true }));
    expect(heard).toHaveLength(1);
    expect(read({ comments: 1 })).not.toBe(read({}));
    expect(heard).toHaveLength(2);
    write('d.js', 'export default 22;');
    read({});
    expect(heard).toHaveLength(3);
    // Options that cannot be written down.
    const round: Record<string, unknown> = {};
    round['self'] = round;
    expect(read(round)).toBeDefined();
  });

  it('may be one that cannot be called', () => {
    const file = write('e.js', '');
    expect(modulesFor(file, undefined)).toBeUndefined();
    expect(modulesFor(file, {})).toBeUndefined();
    expect(modulesFor('e.js', { parser: dialects.module.parser })).toBeUndefined();
    expect(modulesFor(file, { parser: {} })?.read(file)).toBeUndefined();
  });

  it('may throw', () => {
    const file = write('f.js', '');
    const parser = {
      parse(): never {
        throw new Error('no');
      },
    };
    expect(modulesFor(file, { parser })?.read(file)).toBeUndefined();
  });
});

describe('files', () => {
  it('are read if they are files', () => {
    const modules = modulesFor(join(folder, 'x.js'), { parser: dialects.typescript.parser });
    expect(modules?.read(folder)).toBeUndefined();
    expect(modules?.read(join(folder, 'none.js'))).toBeUndefined();
    expect(modules?.read('\0')).toBeUndefined();
  });

  it('keep nothing of the syntax tree', () => {
    const file = write('g.js', 'export function f() { return () => 1; }');
    const module = modulesFor(file, { parser: dialects.typescript.parser })?.read(file);
    const seen = new Set<unknown>();
    const search = (piece: unknown): void => {
      if (typeof piece !== 'object' || piece === null || seen.has(piece)) return;
      seen.add(piece);
      expect(Object.keys(piece)).not.toContain('parent');
      expect(Object.keys(piece)).not.toContain('tokens');
      if ('body' in piece && typeof piece.body === 'function') search(piece.body());
      for (const value of Object.values(piece)) search(value);
    };
    search(module);
    expect(seen.size).toBeGreaterThan(20);
  });
});
