/**
 * Single steps that are easily got wrong, each in the smallest check that turns on it: run by the real `cors` and Express,
 * and in the head.
 */
import type { Decision } from './decisions.grammar.ts';

const decides = (body: string, before = ''): Decision => ({
  kind: 'origin',
  source: `${before}\nconst app = express();\napp.use(cors({ origin: (origin, callback) => { ${body} }, credentials: true }));`,
});
const writes = (fn: string): Decision => ({
  kind: 'middleware',
  source: `const app = express();\napp.use(${fn});`,
});

const LIST = `const allowed = ['https://app.example.com', 'https://example.com'];`;

/** What is not known is `input`, a list that holds all who ask. Each wants an answer that leaves it open. */
export const open: Readonly<Record<string, Decision>> = {
  'a list with more in it': decides(
    'callback(null, all.includes(origin));',
    "const all = ['https://a.example', ...input.origins];",
  ),
  'a list of somebody else': decides('callback(null, input.origins.includes(origin));'),
  'a list that was added to': decides(
    'callback(null, all.indexOf(origin) >= 0);',
    "const all = ['https://a.example'].concat(input.origins);",
  ),
  'a set of it': decides('callback(null, all.has(origin));', 'const all = new Set(input.origins);'),
  // Express tells of an error late, and what answers meanwhile overtakes it.
  'an error, and then a verdict': decides("callback(new Error('no')); callback(null, true);"),
  'an error, and then another': decides(
    "callback(Object.assign(new Error('no'), { status: 403 })); callback(new Error('no'));",
  ),
};

/** All is known: each wants one answer, and that is what happens. */
export const certain: Readonly<Record<string, Decision>> = {
  'a list as text': decides("callback(null, `${allowed}`.split(',').includes(origin));", LIST),
  'a list as text, compared': decides(
    "callback(null, String(allowed) === 'https://app.example.com,https://example.com');",
    LIST,
  ),
  '`search` begins at the start, and leaves no trace': decides(
    'const found = origin.search(pattern) >= 0; callback(null, found && pattern.test(origin));',
    'const pattern = /example\\.com$/g;',
  ),
  '`test` goes on where the last one ended': decides(
    'pattern.lastIndex = 0; const first = pattern.test(origin); callback(null, first && !pattern.test(origin));',
    'const pattern = /example\\.com$/g;',
  ),
  '`exec` from the middle': decides(
    'pattern.lastIndex = 9; callback(null, pattern.exec(origin) !== null);',
    'const pattern = /https/g;',
  ),
  'a sticky expression': decides(
    'pattern.lastIndex = 8; callback(null, pattern.test(origin));',
    'const pattern = /app\\./y;',
  ),
  '`new URL` of what is no address': decides(
    'try { new URL(origin); callback(null, true); } catch { callback(null, false); }',
  ),
  '`new URL` of a name': decides(
    "try { callback(null, new URL('app.example.com') === null); } catch { callback(null, origin === 'null'); }",
  ),
  'a promise that a promise waits for is rejected': decides(
    "Promise.resolve(1).then(() => Promise.reject(new Error('no'))).then(() => callback(null, false), () => callback(null, true));",
  ),
  '`catch` after an asynchronous step': decides(
    "const check = async () => { throw new Error('no'); }; (async () => check())().catch(() => callback(null, true));",
  ),
  '`catch` of a promise in a promise': decides(
    "new Promise((resolve) => resolve(Promise.reject(new Error('no')))).catch(() => callback(null, true));",
  ),
  'a verdict, and then an error': decides("callback(null, false); callback(new Error('no'));"),
  'what an asynchronous handler throws': writes(
    "async (req, res, next) => { res.set('Access-Control-Allow-Origin', 'https://app.example.com'); if (req.method === 'OPTIONS') throw Object.assign(new Error('no'), { status: 403 }); next(); }",
  ),
  'what an asynchronous handler throws late': writes(
    "async (req, res, next) => { res.set('Access-Control-Allow-Origin', 'https://app.example.com'); await 1; if (req.method === 'OPTIONS') throw new Error('no'); next(); }",
  ),
  'an error, and then an exception': writes(
    "(req, res, next) => { res.set('Access-Control-Allow-Origin', 'https://app.example.com'); next(Object.assign(new Error('no'), { status: 403 })); throw new Error('worse'); }",
  ),
};
