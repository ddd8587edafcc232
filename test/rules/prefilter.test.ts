import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mayHoldPolicy } from '../../src/analysis/file.ts';
import { hostile } from './hostile.ts';
import { analyse, dialects, lint } from './lint.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every piece of code that lies about in this repository, by name. */
function fixtures(): readonly (readonly [name: string, code: string])[] {
  const found: [string, string][] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules') visit(file);
      else if (/\.[cm]?[jt]s$/.test(entry.name))
        found.push([file, readFileSync(path.join(root, file), 'utf8')]);
      else if (entry.name.endsWith('.md'))
        for (const [index, block] of [
          ...readFileSync(path.join(root, file), 'utf8').matchAll(/^```[cm]?[jt]s[^\n]*\n(.*?)^```/gms),
        ].entries())
          found.push([`${file}, block ${index + 1}`, block[1] ?? '']);
    }
  };
  for (const folder of ['docs', 'test/apps', 'test/rules']) visit(folder);
  for (const [name, { code }] of hostile) if (code.length < 100_000) found.push([name, code]);
  return found;
}

describe('the prefilter', () => {
  it('drops no fixture that has a finding', () => {
    const all = fixtures();
    expect(all.length).toBeGreaterThan(100);
    let passed = 0;
    for (const [name, code] of all) {
      if (mayHoldPolicy({ text: code }, '')) {
        passed++;
        continue;
      }
      let problems: unknown;
      try {
        problems = analyse(code, dialects.typescript);
      } catch (error) {
        // A diff, or a snippet of something else.
        if ((error as Error).name === 'TSError') continue;
        throw error;
      }
      expect(problems, name).toEqual([]);
    }
    expect(passed).toBeGreaterThan(100);
  });

  it.each([
    ["import cors from 'cors';", true],
    ["const cors = require('cors');", true],
    ['const cors = require(`cors`);', true],
    ["await import('cors')", true],
    ["import('cors')", true],
    ['', false],
    ["import express from 'express'; express().get('/x', (req, res) => res.json({}));", false],
    ["const origin = '*', credentials = true;", false],
  ])('%s', (text, expected) => {
    expect(mayHoldPolicy({ text }, '')).toBe(expected);
  });

  it('is asked anew when one object gets another text, as in oxlint', () => {
    const source = { text: 'x' };
    expect(mayHoldPolicy(source, '')).toBe(false);
    source.text = "require('cors')";
    expect(mayHoldPolicy(source, '')).toBe(true);
    source.text = '';
    expect(mayHoldPolicy(source, '')).toBe(false);
  });

  it('drops bundles', () => {
    const text = `require('cors')(${'[],'.repeat(600_000)});`;
    expect(mayHoldPolicy({ text }, '/srv/cors.js')).toBe(false);
  });

  it('leaves a file alone that it drops', () => {
    // Were it run, the analysis would look at this file for long; nothing is reported either way.
    expect(lint('export const x = 1;', dialects.module).messages).toEqual([]);
  });
});
