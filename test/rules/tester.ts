/**
 * Runs a rule's cases under typescript-eslint's parser, as modules, and under ESLint's own, as CommonJS where they are
 * that. What has to hold of every finding is checked of every case, without being asked for.
 */
import { RuleTester, type InvalidTestCase, type ValidTestCase } from '@typescript-eslint/rule-tester';
import { afterAll, describe, expect, it } from 'vitest';
import { CorsFile, mayHoldPolicy, type Source } from '../../src/analysis/file.ts';
import type { EditMessage } from '../../src/edits.ts';
import { describe as describeProblem, type ProblemCode } from '../../src/policy/problems.ts';
import type { CorsRule } from '../../src/rule.ts';
import { apply, dialects, isCommonJs, languageOptions, lint, type Dialect, type Settings } from './lint.ts';

RuleTester.afterAll = afterAll;
RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

/** The whole new text, or a piece of the old one that stands there once, and what takes its place. */
export type Output = string | readonly (readonly [from: string, to: string])[];

export interface Suggestion {
  readonly messageId: EditMessage;
  readonly data?: Readonly<Record<string, string>>;
  readonly output: Output;
}

export interface Expected {
  readonly messageId: ProblemCode;
  readonly data?: Readonly<Record<string, string>>;
  readonly suggestions?: readonly Suggestion[];
}

export interface Case {
  /** `«` and `»` stand around what is to be reported, in the order of `errors`. */
  readonly code: string;
  readonly name?: string;
  readonly options?: readonly [object];
  readonly settings?: Settings;
  readonly filename?: string;
  /** Only TypeScript's parser reads it. */
  readonly typescript?: boolean;
}

export interface InvalidCase extends Case {
  readonly errors: readonly [Expected, ...Expected[]];
  /** After the rule's `fix`. */
  readonly output?: Output;
}

export interface Cases {
  readonly valid: readonly (string | Case)[];
  readonly invalid: readonly InvalidCase[];
}

/** Every rule is silent about these. */
const silent: readonly Case[] = [
  { name: 'an empty file', code: '' },
  { name: 'a file of white space', code: '\n\t \n' },
  { name: 'a comment alone', code: '// cors() and app.use(cors({ origin: true, credentials: true }))' },
  {
    name: 'a file without trigger words',
    code: 'export const app = express(); app.get("/x", (req, res) => res.json({}));',
  },
  {
    name: 'the words in strings',
    code: 'export const text = "app.use(cors({ origin: \'*\', credentials: true }))";',
  },
];

/** What a suggestion writes where origins are to be read from the environment. */
export const FROM_ENVIRONMENT =
  "(process.env.ALLOWED_ORIGINS ?? '').split(',').map((o) => o.trim()).filter(Boolean)";

/** The usual head of a CommonJS server. */
export const server = (body: string): string =>
  `const express = require('express');\nconst cors = require('cors');\nconst app = express();\n${body}`;

/** The usual head of a server that is a module. */
export const esm = (body: string): string =>
  `import express from 'express';\nimport cors from 'cors';\nconst app = express();\n${body}`;

export function testRule(name: string, rule: CorsRule, { valid, invalid }: Cases): void {
  const all = [...silent, ...valid.map((one) => (typeof one === 'string' ? { code: one } : one))];
  const isScript = new Map([...all, ...invalid].map((one) => [one, isCommonJs(unmarked(one.code).text)]));
  const plain = (one: Case): boolean => !one.typescript;
  const groups: readonly (readonly [Dialect, (one: Case) => boolean])[] = [
    [dialects.typescript, () => true],
    [dialects.commonjs, (one) => plain(one) && isScript.get(one) === true],
    [dialects.module, (one) => plain(one) && isScript.get(one) === false],
  ];
  for (const [dialect, reads] of groups) {
    const tester = new RuleTester({ languageOptions: languageOptions(dialect) } as object);
    describe(dialect.name, () => {
      tester.run(name, rule, {
        valid: all.filter(reads).map((one) => plainCase(one, dialect)),
        invalid: invalid.filter(reads).map((one) => invalidCase(one, dialect)),
      });
    });
  }
  describe('what holds of every finding', () => {
    for (const one of invalid) it(titleOf(one), () => checkEdits(name, one));
  });
  it('the prefilter drops no case that has a finding', () => {
    for (const one of [...all, ...invalid]) checkPrefilter(one);
  });
}

function titleOf({ name, code }: Case): string {
  return name ?? unmarked(code).text;
}

function plainCase(one: Case, dialect: Dialect): ValidTestCase<readonly unknown[]> {
  const { options, settings } = one;
  return {
    name: titleOf(one),
    code: unmarked(one.code).text,
    filename: one.filename ?? dialect.filename,
    ...(options && { options }),
    ...(settings && { settings: { cors: settings } }),
  };
}

function invalidCase(one: InvalidCase, dialect: Dialect): InvalidTestCase<string, readonly unknown[]> {
  const { text, places } = unmarked(one.code);
  if (places.length !== one.errors.length)
    throw new Error(`${places.length} places are marked for ${one.errors.length} errors: ${one.code}`);
  return {
    ...plainCase(one, dialect),
    output: one.output === undefined ? null : outputOf(one.output, text),
    errors: one.errors.map(({ messageId, data, suggestions }, index) => ({
      messageId,
      ...(data && { data: { ...completed(describeProblem(messageId).says, data), elsewhere: '' } }),
      ...locationOf(text, places[index] as readonly [number, number]),
      suggestions:
        suggestions?.map((suggestion) => ({
          messageId: suggestion.messageId,
          ...(suggestion.data && { data: suggestion.data }),
          output: outputOf(suggestion.output, text),
        })) ?? null,
    })),
  };
}

/** Data that a message has no place for is no test of anything. */
function completed(says: string, data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const key of Object.keys(data))
    if (!says.includes(`{{${key}}}`)) throw new Error(`No {{${key}}} in: ${says}`);
  return data;
}

interface Unmarked {
  readonly text: string;
  /** Offsets, in the order in which the marks open. */
  readonly places: readonly (readonly [start: number, end: number])[];
}

export function unmarked(code: string): Unmarked {
  let text = '';
  const places: [number, number][] = [];
  const open: [number, number][] = [];
  for (const character of code) {
    if (character === '«') {
      const place: [number, number] = [text.length, -1];
      places.push(place);
      open.push(place);
    } else if (character === '»') {
      const place = open.pop();
      if (!place) throw new Error(`A mark closes nothing: ${code}`);
      place[1] = text.length;
    } else text += character;
  }
  if (open.length > 0) throw new Error(`A mark is not closed: ${code}`);
  return { text, places };
}

function outputOf(output: Output, text: string): string {
  if (typeof output === 'string') return output;
  return output.reduce((now, [from, to]) => {
    if (now.split(from).length !== 2) throw new Error(`\`${from}\` does not stand exactly once in: ${now}`);
    return now.replace(from, () => to);
  }, text);
}

function locationOf(text: string, [start, end]: readonly [number, number]): object {
  const at = (offset: number): readonly [line: number, column: number] => {
    const lines = text.slice(0, offset).split('\n');
    return [lines.length, (lines.at(-1) ?? '').length + 1];
  };
  const [line, column] = at(start);
  const [endLine, endColumn] = at(end);
  return { line, column, endLine, endColumn };
}

/** What the prefilter drops has no finding. */
function checkPrefilter(one: Case): void {
  const { text } = unmarked(one.code);
  if (mayHoldPolicy({ text }, '')) return;
  const { filename } = dialects.typescript;
  const { source } = lint(text, dialects.typescript, one.settings);
  expect(new CorsFile(source as unknown as Source, filename, one.settings ?? {}).problems, text).toEqual([]);
}

/**
 * After a suggestion or a fix the file parses, the finding is gone, none of any rule is new, and every comment is there.
 * And a second look sees the same.
 */
function checkEdits(name: string, one: InvalidCase): void {
  const { text } = unmarked(one.code);
  const rules = one.options ? { [`cors/${name}`]: ['error', ...one.options] as ['error', object] } : {};
  const see = (code: string): ReturnType<typeof lint> => lint(code, dialects.typescript, one.settings, rules);
  const before = see(text);
  expect(see(text).messages).toEqual(before.messages);
  const counts = countsOf(before.messages);
  for (const message of before.messages.filter(({ ruleId }) => ruleId === `cors/${name}`)) {
    expect(message.message.replace(/`[^`]*`/g, '')).not.toMatch(/undefined|\[object Object\]|NaN/);
    const edits = [
      ...(message.suggestions ?? []),
      ...(message.fix ? [{ desc: 'the fix', fix: message.fix, messageId: 'fix' }] : []),
    ];
    for (const { desc, fix, messageId = '' } of edits) {
      const output = apply(text, fix);
      const because = `${desc}\n${output}`;
      const after = see(output);
      expect(after.messages.find(({ fatal }) => fatal)?.message, because).toBeUndefined();
      expect(commentsOf(after), because).toEqual(commentsOf(before));
      const now = countsOf(after.messages);
      const key = keyOf(message);
      expect(now.get(key) ?? 0, `not gone: ${because}`).toBeLessThan(counts.get(key) ?? 0);
      for (const [other, count] of now)
        if (!LACKS[messageId]?.includes(other))
          expect(count, `${other} is new: ${because}`).toBeLessThanOrEqual(counts.get(other) ?? 0);
    }
  }
}

/**
 * What a call lacks that was none before: `cors` becomes `cors()`, of which strict rules want more. And in development
 * an origin is only paired once production refuses it.
 */
const LACKS: Readonly<Record<string, readonly string[]>> = {
  // Nobody was let in before, so that nothing was wrong with who is.
  correctOrigin: [
    'cors/no-hardcoded-origins:hardcoded-origins',
    'cors/no-localhost-origin:loopback-origin',
    'cors/no-insecure-origin:insecure-origin',
    'cors/sensible-max-age:max-age-missing',
    'cors/pair-loopback-origins:unpaired-loopback',
  ],
  readFromEnvironment: ['cors/pair-loopback-origins:unpaired-loopback'],
  onlyInDevelopment: ['cors/pair-loopback-origins:unpaired-loopback'],
  splitList: ['cors/no-hardcoded-origins:hardcoded-origins'],
  wrapOptions: ['cors/no-hardcoded-origins:hardcoded-origins'],
  compareWhole: ['cors/no-hardcoded-origins:hardcoded-origins'],
  // The policy stands there twice then, and answers preflights.
  answerPreflights: [
    'cors/no-hardcoded-origins:hardcoded-origins',
    'cors/require-explicit-origin:default-origin',
    'cors/sensible-max-age:max-age-missing',
  ],
  callLibrary: ['cors/require-explicit-origin:default-origin', 'cors/sensible-max-age:max-age-missing'],
};

function commentsOf({ source }: ReturnType<typeof lint>): readonly string[] {
  return source
    .getAllComments()
    .map(({ value }) => value)
    .toSorted();
}

function keyOf({ ruleId, messageId }: { ruleId: string | null; messageId?: string | undefined }): string {
  return `${ruleId}:${messageId}`;
}

function countsOf(messages: ReturnType<typeof lint>['messages']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const message of messages) counts.set(keyOf(message), (counts.get(keyOf(message)) ?? 0) + 1);
  return counts;
}
