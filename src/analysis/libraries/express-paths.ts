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

/** A name behind `:` or `*`; in quotes anything may stand. */
const NAME = /^(?:[$_\p{ID_Start}][$\u200c\u200d\p{ID_Continue}]*|"(?:[^"\\]|\\.)+")/su;

/** How many ways to leave braces out Express 5 takes. */
const MOST_COMBINATIONS = 256;

/** What Express 5 throws at, if it does. */
export function express5Flaw(path: string): PathFlaw | undefined {
  // Slashes at the end are cut off before the path is read, also one that a backslash stands before.
  const flaw = syntaxFlaw(path === '/' ? path : path.replace(/\/+$/, ''));
  return flaw === undefined ? undefined : { flaw, corrected: rewrite(path) };
}

/** What a path is made of, as far as it matters whether text stands between two names. */
type Piece = 'text' | 'name' | readonly Piece[];

function syntaxFlaw(path: string): string | undefined {
  const whole: Piece[] = [];
  const open: Piece[][] = [];
  let now = whole;
  for (let i = 0; i < path.length; i++) {
    const character = path[i] as string;
    if (character === '{') {
      const group: Piece[] = [];
      now.push(group);
      open.push(now);
      now = group;
    } else if (character === '}') {
      const outer = open.pop();
      if (!outer) return '`}` closes nothing';
      now = outer;
    } else if (character === ':' || character === '*') {
      const name = NAME.exec(path.slice(i + 1));
      if (!name) return `\`${character}\` needs a name`;
      i += name[0].length;
      now.push('name');
    } else if ('()[]+?!'.includes(character)) return `\`${character}\` is reserved`;
    else {
      if (character === '\\' && ++i >= path.length) return 'it ends in a backslash';
      now.push('text');
    }
  }
  return open.length > 0 ? '`{` is not closed' : combinationFlaw(whole);
}

/** Braces may be left out: each combination is a path of its own, in which text must stand between names. */
function combinationFlaw(path: readonly Piece[]): string | undefined {
  let combinations = 0;
  let flaw: string | undefined;
  const follow = (pieces: readonly Piece[], from: number, before: boolean, then: Follow): void => {
    let touching = before;
    for (let i = from; i < pieces.length && flaw === undefined; i++) {
      const piece = pieces[i] as Piece;
      if (typeof piece !== 'string') follow(piece, 0, touching, (t) => follow(pieces, i + 1, t, then));
      else if (piece === 'name' && touching) flaw = 'text must stand between two names';
      else touching = piece === 'name';
    }
    if (flaw === undefined) then(touching);
  };
  follow(path, 0, false, () => {
    if (++combinations > MOST_COMBINATIONS) flaw = 'it has too many braces';
  });
  return flaw;
}

/** What comes after a group; `touching`: a name stands directly before. */
type Follow = (touching: boolean) => void;

/** Whole segments: text, or one name. */
const SEGMENTS = String.raw`((?:\/[\w.~-]+|\/:[A-Za-z_]\w*)*)`;
const PARAMETER = String.raw`:([A-Za-z_]\w*)`;

/**
 * Forms that match the same in both, each as measured. `(.*)` is none: what it matches on Express 4 is nothing at all,
 * since the `*` within it is replaced and the dot escaped.
 */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^\/?\*$/, '/{*splat}'],
  [new RegExp(String.raw`^${SEGMENTS}\/\*$`), '$1/{*splat}'],
  [new RegExp(String.raw`^${SEGMENTS}\/${PARAMETER}\?$`), '$1{/:$2}'],
  [new RegExp(String.raw`^${SEGMENTS}\/${PARAMETER}\.${PARAMETER}\?$`), '$1/:$2{.:$3}'],
];

function rewrite(path: string): string | undefined {
  for (const [form, replacement] of FORMS) if (form.test(path)) return path.replace(form, replacement);
  return undefined;
}
