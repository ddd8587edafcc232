/**
 * What the rule pages say is so: every code block in them is linted, and every suggestion that it is offered is
 * applied. `__snapshots__` shows each wrong example with the findings drawn beneath it; `vitest -u` writes it anew.
 *
 * A page's examples stand under headings that begin with "Incorrect" or "Correct". Two comments at the top of an
 * example are read by this test as well as by people:
 *
 *     // package.json: "express": "^5.1.0"          with that Express
 *     // package.json: "eslint-plugin-cors" under "dependencies"
 *     // Also reported: cors/valid-origin           by these rules besides the page's own
 *
 * In a guide, a line that is reported says so behind it: `// <- cors/valid-origin`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import tsParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, test } from 'vitest';
import { editMessages } from '../../src/edits.ts';
import plugin from '../../src/index.ts';
import { codesOf, describe as describeCode } from '../../src/policy/problems.ts';
import type { CorsRule } from '../../src/rule.ts';
import { folder, guides, pages, parse, type Block, type Page } from './pages.ts';

type Message = Linter.LintMessage;

// An internal error fails the test, instead of leaving a file without findings.
process.env['ESLINT_PLUGIN_CORS_DEBUG'] = '1';

const linter = new Linter();
/** A project that has the package for production. */
const INSTALLED = fileURLToPath(new URL('installed', import.meta.url));
const installed = new Linter({ cwd: INSTALLED });
const rules = Object.keys(plugin.rules ?? {});

/** Blocks that are not code: what a console, a terminal or a server prints. */
const PRINTED = new Set(['text', 'http']);
const PRINTED_IN = ['Why it happens', 'What you will see'];

const LANGUAGES = new Map<string, Linter.LanguageOptions>([
  ['js', {}],
  ['ts', { parser: tsParser }],
]);

const SECTIONS = ['Why it happens', 'What you will see', 'Examples', 'When to turn it off', 'Sources'];

type Kind = 'incorrect' | 'correct' | 'config' | 'printed';

/** What a block is for. One that is for nothing is a mistake in the page. */
function kindOf({ language, section, heading, line }: Block): Kind | { readonly mistake: string } {
  if (PRINTED.has(language) && PRINTED_IN.includes(section)) return 'printed';
  if (!LANGUAGES.has(language))
    return { mistake: `Line ${line}: a block of code is \`js\` or \`ts\`, not \`${language}\`.` };
  if (section === 'Options') return 'config';
  const example = /^(Incorrect|Correct)\b/.exec(section === 'Examples' ? heading : '');
  if (!example) return { mistake: `Line ${line}: an example stands under "Incorrect" or "Correct".` };
  return example[1] === 'Incorrect' ? 'incorrect' : 'correct';
}

const mistakesOf = (page: Page): string[] =>
  page.blocks.map(kindOf).flatMap((kind) => (typeof kind === 'string' ? [] : [kind.mistake]));

function lint(code: string, language: string): readonly Message[] {
  const express = /^\/\/ package\.json: "express": "\^(4|5)[.\d]*"$/m.exec(code)?.[1];
  const languageOptions: Linter.LanguageOptions = {
    sourceType: /^(?:import|export)\b/m.test(code) ? 'module' : 'commonjs',
    ...LANGUAGES.get(language),
  };
  const isInstalled = /^\/\/ package\.json: "eslint-plugin-cors" under "dependencies"$/m.test(code);
  // Else the name is no absolute path: no `package.json` of this machine is asked.
  return (isInstalled ? installed : linter).verify(
    code,
    [
      {
        ...plugin.configs.recommended,
        files: ['**/*.js', '**/*.ts'],
        languageOptions,
        ...(express && { settings: { cors: { express: Number(express) } } }),
      },
    ],
    isInstalled ? `${INSTALLED}/server.${language}` : `server.${language}`,
  );
}

const blocksOf = (page: Page, kind: Kind): (readonly [string, Block])[] =>
  page.blocks
    .filter((block) => kindOf(block) === kind)
    .map((block) => [`line ${block.line}, ${block.heading}`, block] as const);

/** The code with each finding drawn beneath the line in which it begins. */
function drawn(code: string, messages: readonly Message[]): string {
  return code
    .trimEnd()
    .split('\n')
    .flatMap((text, index) => [
      text,
      ...messages
        .filter(({ line }) => line === index + 1)
        .flatMap(({ ruleId, message, column, line, endLine, endColumn, suggestions, fix }) => {
          const end = endLine === undefined || endLine > line ? text.length + 1 : (endColumn ?? column + 1);
          const indent = ' '.repeat(column - 1);
          return [
            indent + '~'.repeat(Math.max(end - column, 1)),
            `${indent}${ruleId}: ${message}`,
            ...(suggestions ?? []).map(({ desc }) => `${indent}-> ${desc}`),
            ...(fix ? [`${indent}-> --fix writes ${fix.text}`] : []),
          ];
        }),
    ])
    .join('\n');
}

/** How often each message of each rule was reported. */
function tally(messages: readonly Message[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { ruleId, messageId } of messages) {
    const key = `${ruleId}: ${messageId}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

test('every rule has a page, and every page a rule', () => {
  expect(pages.map(({ name }) => name)).toEqual(rules.toSorted());
});

describe.each(pages.map((page) => [page.name, page] as const))('%s', (rule, page) => {
  const { meta } = plugin.rules![rule] as unknown as CorsRule;
  const hasOptions = [meta.schema].flat().length > 0;

  test('has its sections, and no blocks but examples, options and what is printed', () => {
    const expected = SECTIONS.toSpliced(
      3,
      0,
      ...(meta.hasSuggestions || meta.fixable ? [meta.hasSuggestions ? 'Suggestions' : 'Fix'] : []),
      ...(hasOptions ? ['Options'] : []),
    );
    expect(page.sections).toEqual(expected);
    expect(mistakesOf(page)).toEqual([]);
  });

  test('says what kinds of mistake it reports, and no others', () => {
    const kinds = new Set(codesOf(rule).map((code) => describeCode(code).kind));
    const named = ['exploitable', 'broken', 'fragile'].filter((kind) => page.prose.includes(`**${kind}**`));
    expect(named.toSorted()).toEqual([...kinds].toSorted());
  });

  test('links to files and headings that are there', () => {
    for (const [, target, anchor] of page.prose.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const text = target ? readFileSync(new URL(target, folder), 'utf8') : page.text;
      const headings = [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-'),
      );
      if (anchor) expect(headings).toContain(anchor);
    }
  });

  test('shows every message and every suggestion of the rule', () => {
    const found = blocksOf(page, 'incorrect').flatMap(([, { code, language }]) =>
      lint(code, language).filter(({ ruleId }) => ruleId === `cors/${rule}`),
    );
    expect([...new Set(found.map(({ messageId }) => messageId))].toSorted()).toEqual(
      codesOf(rule).toSorted(),
    );
    const titles = new Set(found.flatMap(({ suggestions }) => (suggestions ?? []).map(({ desc }) => desc)));
    const section = page.text.split(/^## (?:Suggestions|Fix)$/m)[1]?.split(/^## /m)[0] ?? '';
    for (const { messageId } of found.flatMap(({ suggestions }) => suggestions ?? [])) {
      // As the page writes it: the title, with its open places as dots.
      const title = editMessages[messageId as keyof typeof editMessages].replace(/\{\{\w+\}\}/g, '…');
      expect(section.replace(/\s+/g, ' ')).toContain(title);
    }
    expect(titles.size > 0).toBe(meta.hasSuggestions ?? false);
  });

  test.each(blocksOf(page, 'incorrect'))('reports %s', (_name, { code, language }) => {
    const messages = lint(code, language);
    const own = messages.filter(({ ruleId }) => ruleId === `cors/${rule}`);
    expect(own, 'this rule').not.toHaveLength(0);
    const others = messages.filter(({ ruleId }) => ruleId !== `cors/${rule}`);
    const marked = /^\/\/ Also reported: (.*)$/m.exec(code)?.[1]?.split(', ') ?? [];
    expect(
      [...new Set(others.map(({ ruleId, message }) => ruleId ?? message))].toSorted(),
      'other rules',
    ).toEqual(marked.toSorted());

    for (const [finding, edit] of own.flatMap((message) =>
      [...(message.suggestions ?? []), ...(message.fix ? [{ desc: '--fix', fix: message.fix }] : [])].map(
        (offered) => [message, offered] as const,
      ),
    )) {
      const { range, text } = edit.fix;
      const edited = code.slice(0, range[0]) + text + code.slice(range[1]);
      const left = lint(edited, language);
      expect(
        left.filter(({ fatal }) => fatal),
        `${edit.desc}\n${edited}`,
      ).toEqual([]);
      const [before, after] = [tally(messages), tally(left)];
      const gone = `${finding.ruleId}: ${finding.messageId}`;
      expect(after.get(gone) ?? 0, `${gone} after: ${edit.desc}\n${edited}`).toBeLessThan(before.get(gone)!);
      for (const [key, count] of after)
        expect(count, `${key} after: ${edit.desc}\n${edited}`).toBeLessThanOrEqual(before.get(key) ?? 0);
    }
  });

  test.each(blocksOf(page, 'correct'))('accepts %s', (_name, { code, language }) => {
    expect(lint(code, language).map(({ ruleId, line, message }) => ({ ruleId, line, message }))).toEqual([]);
  });

  test.each(blocksOf(page, 'config'))('takes the config of %s', (_name, { code }) => {
    const body = code
      .replace(/^import cors from 'eslint-plugin-cors';$/m, '')
      .replace('export default', 'return');
    const config = new Function('cors', body)(plugin) as Linter.Config[];
    expect(config.some((entry) => Object.keys(entry.rules ?? {}).includes(`cors/${rule}`))).toBe(true);
    expect(linter.verify('', config, 'server.js')).toEqual([]);
  });

  test('draws the findings', async () => {
    const pictures = blocksOf(page, 'incorrect').map(
      ([, { heading, language, code }]) =>
        `${heading} (${language})\n\n${drawn(code, lint(code, language)).replace(/^(?=.)/gm, '    ')}`,
    );
    await expect(`${pictures.join('\n\n\n')}\n`).toMatchFileSnapshot(`__snapshots__/${rule}.txt`);
  });
});

describe.each(guides.map((guide) => [guide.name, guide] as const))('%s', (_name, guide) => {
  test.each(guide.blocks.map((block) => [`line ${block.line}`, block] as const))(
    'is reported where it says so: %s',
    (_line, { code, language }) => {
      expect(LANGUAGES.has(language)).toBe(true);
      const marked = code.split('\n').flatMap((text, index) => {
        const rule = /\/\/ <- (\S+)$/.exec(text)?.[1];
        return rule ? [`${index + 1}: ${rule}`] : [];
      });
      expect(lint(code, language).map(({ line, ruleId }) => `${line}: ${ruleId}`)).toEqual(marked);
    },
  );
});

describe('a page that is written wrongly is found', () => {
  test.each([
    ['an example outside the sections', '## Why it happens\n\n```js\ncors();\n```\n'],
    ['an example under another heading', '## Examples\n\n### Wrong\n\n```js\ncors();\n```\n'],
    ['an example before every heading', '```js\ncors();\n```\n'],
    ['a language that is not run', '## Examples\n\n### Correct\n\n```jsx\ncors();\n```\n'],
    ['a block without a language', '## Examples\n\n### Correct\n\n```\ncors();\n```\n'],
    ['something printed among the examples', '## Examples\n\n### Correct\n\n```text\ncors();\n```\n'],
  ])('%s', (_name, text) => {
    expect(mistakesOf(parse('page', text))).toEqual([expect.stringMatching(/^Line \d+: /)]);
  });

  test('a block that is not closed', () => {
    expect(() => parse('page', '## Examples\n\n### Correct\n\n```js\ncors();\n')).toThrow(
      'page.md, line 5: this code block is not closed.',
    );
  });

  test('and a right one is not', () => {
    const page = parse(
      'page',
      '## What you will see\n\n```text\nNo.\n```\n\n## Examples\n\n### Incorrect: so\n\n```js\n// # no heading\n```\n\n### Correct\n\n```ts\n```\n',
    );
    expect(page.blocks.map(kindOf)).toEqual(['printed', 'incorrect', 'correct']);
  });
});
