/**
 * The syntax of paths in Express 5 (path-to-regexp 8), and what was written for Express 4 in its place.
 * `test/facts/express-paths.test.ts` and `test/analysis/express-paths.test.ts` compare this with the real router.
 */

export interface PathFlaw {
  /** A clause that says what is wrong. */
  readonly flaw: string;
  /** The same path for Express 5, where there is exactly one. */
  readonly corrected: string | undefined;
}

const NAME = /^(?:[$_\p{ID_Start}][$\u200c\u200d\p{ID_Continue}]*|"(?:[^"\\]|\\.)+")/u;

/** What Express 5 throws at, if it does. */
export function express5Flaw(path: string): PathFlaw | undefined {
  const flaw = syntaxFlaw(path);
  return flaw === undefined ? undefined : { flaw, corrected: rewrite(path) };
}

function syntaxFlaw(path: string): string | undefined {
  let depth = 0;
  for (let i = 0; i < path.length; i++) {
    const character = path[i] as string;
    if (character === '\\') {
      if (++i >= path.length) return 'it ends in a backslash';
    } else if (character === '{') depth++;
    else if (character === '}') {
      if (--depth < 0) return '`}` closes nothing';
    } else if (character === ':' || character === '*') {
      const name = NAME.exec(path.slice(i + 1));
      if (!name) return character === '*' ? '`*` needs a name' : '`:` needs a name';
      i += name[0].length;
    } else if ('()[]+?!'.includes(character)) return `\`${character}\` is reserved`;
  }
  return depth > 0 ? '`{` is not closed' : undefined;
}

/**
 * Forms that match the same in both, each as measured. `(.*)` is none: what it matches on Express 4 is nothing at all,
 * since the `*` within it is replaced and the dot escaped.
 */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^\/?\*$/, '/{*splat}'],
  [/^((?:\/[\w.~-]+|\/:\w+)+)\/\*$/, '$1/{*splat}'],
  [/^((?:\/[\w.~-]+|\/:\w+)*)\/:(\w+)\?$/, '$1{/:$2}'],
];

function rewrite(path: string): string | undefined {
  for (const [form, replacement] of FORMS) if (form.test(path)) return path.replace(form, replacement);
  return undefined;
}
