/**
 * Fifty bugs, each a plausible slip in the interpreter, in the model of a library, or in the judge. `tests` says what
 * should notice it, the likeliest first.
 */

/** Small checks that turn on one step, and random programs, in the head and for real. */
const ANSWERS = 'test/analysis/answers.test.ts';
const DECISIONS = [ANSWERS, 'test/analysis/decisions.model.test.ts'];
const MIDDLEWARES = [ANSWERS, 'test/analysis/middlewares.model.test.ts'];
const PROGRAMS = [...DECISIONS, 'test/analysis/middlewares.model.test.ts'];
const LANGUAGE = ['test/analysis/soundness.model.test.ts', ...PROGRAMS];
const rules = (...names) => names.map((name) => `test/rules/${name}.test.ts`);

const RUN = 'src/analysis/run.ts';
const TREE = 'src/analysis/run/tree.ts';
const OPERATORS = 'src/analysis/run/operators.ts';
const STRINGS = 'src/analysis/intrinsics/strings.ts';
const LISTS = 'src/analysis/intrinsics/lists.ts';
const EXPRESSIONS = 'src/analysis/intrinsics/expressions.ts';
const URLS = 'src/analysis/intrinsics/urls.ts';
const GLOBALS = 'src/analysis/intrinsics/globals.ts';
const PROMISES = 'src/analysis/run/promises.ts';
const CALLBACK = 'src/analysis/requests/callback.ts';
const EXCHANGE = 'src/analysis/requests/exchange.ts';
const CORS = 'src/analysis/libraries/cors.ts';
const OPTIONS = 'src/analysis/libraries/options.ts';
const ORIGIN_OPTION = 'src/analysis/libraries/origin-option.ts';
const HANDWRITTEN = 'src/analysis/libraries/handwritten.ts';
const ACCESS = 'src/policy/judge/access.ts';
const VARY = 'src/policy/judge/vary.ts';
const NAMES = 'src/policy/names.ts';
const ORIGIN = 'src/policy/origin.ts';
const OWN = 'src/policy/witnesses/own-names.ts';
const BROWSER = 'src/policy/browser.ts';

export const bugs = [
  // ---- the language
  {
    what: 'a case after one whose test throws is entered',
    file: RUN,
    from: 'const entry = this.decisions.and(this.guard, equal);\n      rest = this.decisions.and(this.guard, this.decisions.not(equal));',
    to: 'const entry = this.decisions.and(rest, equal);\n      rest = this.decisions.and(rest, this.decisions.not(equal));',
    tests: PROGRAMS,
  },
  {
    what: 'without a matching case, `default` is left out',
    file: RUN,
    from: 'index === byDefault ? rest :',
    to: 'index === byDefault ? false :',
    tests: LANGUAGE,
  },
  {
    what: '`continue` leaves the loop',
    file: RUN,
    from: 'this.guard = this.decisions.or(this.guard, target.continues);\n      target.continues = false;\n    };\n    this.eachItem',
    to: 'target.continues = false;\n    };\n    this.eachItem',
    tests: LANGUAGE,
  },
  {
    what: 'what is thrown does not end the step',
    file: RUN,
    from: '    this.guard = false;\n    return this.undefined();\n  }\n\n  /** The language itself throws',
    to: '    return this.undefined();\n  }\n\n  /** The language itself throws',
    tests: LANGUAGE,
  },
  {
    what: '`catch` is never entered',
    file: RUN,
    from: 'if (statement.handler && thrown !== false) {',
    to: 'if (statement.handler && thrown === true) {',
    tests: LANGUAGE,
  },
  {
    what: '`??` takes the right side for `false`',
    file: RUN,
    from: "if (operator === '??') return this.both(this.nullish(left), right, () => left);",
    to: "if (operator === '??') return this.both(this.decisions.not(this.truth(left)), right, () => left);",
    tests: LANGUAGE,
  },
  {
    what: '`&&` gives a boolean',
    file: RUN,
    from: "return operator === '&&' ? this.both(truth, right, () => left)",
    to: "return operator === '&&' ? this.both(truth, right, () => known(false, NOWHERE))",
    tests: LANGUAGE,
  },
  {
    what: 'an optional chain goes on where it should end',
    file: RUN,
    from: 'if (code.optional) this.#skipWhere(this.nullish(self));',
    to: '',
    tests: LANGUAGE,
  },
  {
    what: 'the rest of a function runs on after `return`',
    file: RUN,
    from: 'this.guard = this.decisions.or(frame.returned, ended);',
    to: 'this.guard = ended;',
    tests: LANGUAGE,
  },
  {
    what: 'what a trial does is not taken back',
    file: RUN,
    from: '    journal.undo();\n    [this.lost, this.written] = [lost, written];',
    to: '    [this.lost, this.written] = [lost, written];',
    tests: PROGRAMS,
  },
  {
    what: 'a promise that waits for another runs it twice',
    file: RUN,
    from: 'if (this.#arrived.has(later) && !stands.some((until) => this.#pending.has(until))) return;',
    to: '',
    tests: DECISIONS,
  },
  {
    what: '"or" is "and"',
    file: TREE,
    from: 'return this.pick<boolean>(a, true, b);',
    to: 'return this.pick<boolean>(a, b, false);',
    tests: LANGUAGE,
  },
  {
    what: 'of the ways to go on, the last is forgotten',
    file: TREE,
    from: 'found.push(now as T[]);\n      return found.length <= limit;',
    to: 'if (found.length === 0) found.push(now as T[]);\n      return found.length <= limit;',
    tests: [...PROGRAMS, ...rules('no-reflected-origin')],
  },
  {
    what: '`==` is `===`',
    file: OPERATORS,
    from: "const answer = operator === '===' ? a.value === b.value : a.value == b.value;",
    to: 'const answer = a.value === b.value;',
    tests: LANGUAGE,
  },
  {
    what: '`!==` is `===`',
    file: OPERATORS,
    from: "if (operator === '!==') return unary(run, '!', binaryLeaves(run, '===', a, b, at), at);",
    to: "if (operator === '!==') return binaryLeaves(run, '===', a, b, at);",
    tests: LANGUAGE,
  },
  {
    what: '`typeof null` is `null`',
    file: OPERATORS,
    from: "leaf.value === null ? 'object' : typeof leaf.value",
    to: "leaf.value === null ? 'null' : typeof leaf.value",
    tests: LANGUAGE,
  },
  {
    what: 'a list in a text has no commas',
    file: OPERATORS,
    from: 'const text = texts.includes(undefined) ? undefined : texts.join();',
    to: "const text = texts.includes(undefined) ? undefined : texts.join(' ');",
    tests: [...LANGUAGE, 'test/analysis/cors.model.test.ts'],
  },
  // ---- its library
  {
    what: '`every` is `some`',
    file: LISTS,
    from: '  every,\n',
    to: '  every: some,\n',
    tests: LANGUAGE,
  },
  {
    what: 'a list holds what is not listed',
    file: LISTS,
    from: 'return list.open ? run.decisions.or(found, holdsOther(run, list.open, value, at)) : found;',
    to: 'return found;',
    tests: PROGRAMS,
  },
  {
    what: 'a list of which nothing is known holds nobody at all',
    file: LISTS,
    from: 'run.watch?.nobodyWrote(leaf)\n',
    to: 'true\n',
    tests: PROGRAMS,
  },
  {
    what: '`search` leaves its trace in an expression',
    file: EXPRESSIONS,
    from: 'if (remembers(flags) && !anew) run.put',
    to: 'if (remembers(flags)) run.put',
    tests: PROGRAMS,
  },
  {
    what: 'an expression with `g` begins anew each time',
    file: EXPRESSIONS,
    from: 'native.lastIndex = from;\n  const found',
    to: 'native.lastIndex = 0;\n  const found',
    tests: [...rules('no-reflected-origin', 'valid-origin'), 'test/analysis/cors.model.test.ts', ...PROGRAMS],
  },
  {
    what: 'groups of a match are shifted',
    file: EXPRESSIONS,
    from: '[...found].map(',
    to: '[...found].slice(1).map(',
    tests: PROGRAMS,
  },
  {
    what: '`new URL` of nonsense is no exception',
    file: URLS,
    from: 'none: () => run.fail(at),\n    unclear: (from) => {',
    to: 'none: () => known(null, at),\n    unclear: (from) => {',
    tests: PROGRAMS,
  },
  {
    what: '`URL.canParse` believes everything',
    file: URLS,
    from: 'none: () => known(false, at),',
    to: 'none: () => known(true, at),',
    tests: PROGRAMS,
  },
  {
    what: '`host` is `hostname`',
    file: URLS,
    from: 'known(url[part], at, deps)',
    to: "known(url[part === 'host' ? 'hostname' : part], at, deps)",
    tests: PROGRAMS,
  },
  {
    what: '`catch` hears nothing of a promise within a promise',
    file: PROMISES,
    from: 'rejected: run.decisions.or(promise.rejected, rejected),',
    to: 'rejected: promise.rejected,',
    tests: PROGRAMS,
  },
  {
    what: 'the second function of `then` runs as well',
    file: GLOBALS,
    from: 'return run.both(\n          rejected,',
    to: 'return run.both(\n          false,',
    tests: DECISIONS,
  },
  // ---- callbacks, requests and responses
  {
    what: 'the second call of the callback counts',
    file: CALLBACK,
    from: 'run.truth(run.get(this.#state, CALLED, at)),',
    to: 'false,',
    tests: PROGRAMS,
  },
  {
    what: 'a verdict that overtakes an error is not heard',
    file: CALLBACK,
    from: 'run.truth(run.get(this.#state, ERROR, at)),',
    to: 'false,',
    tests: DECISIONS,
  },
  {
    what: 'headers are changed after the answer',
    file: EXCHANGE,
    from: '    if (!slot) {\n      work();\n      return;\n    }',
    to: '    if (slot !== null) {\n      work();\n      return;\n    }',
    tests: MIDDLEWARES,
  },
  {
    what: '`append` replaces',
    file: EXCHANGE,
    from: 'run.decisions.not(isThere),',
    to: 'true,',
    tests: MIDDLEWARES,
  },
  {
    what: 'a header that is removed stays',
    file: EXCHANGE,
    from: 'this.run.put(this.state, header(name), known(undefined, at), at);',
    to: 'void header(name);',
    tests: MIDDLEWARES,
  },
  {
    what: 'a redirect does not vary by `Accept`',
    file: EXCHANGE,
    from: "exchange.vary(known('Accept', place), place);",
    to: '',
    tests: MIDDLEWARES,
  },
  {
    what: 'the status of an error is always 500',
    file: EXCHANGE,
    from: "return typeof value === 'number' && value >= 400 && value <= 599;",
    to: "return typeof value === 'number' && value >= 600;",
    tests: PROGRAMS,
  },
  {
    what: '`next(error)` passes on',
    file: EXCHANGE,
    from: "if (passes) this.exchange.end('passes', at);",
    to: "if (passes || given.type === 'object') this.exchange.end('passes', at);",
    tests: MIDDLEWARES,
  },
  {
    what: 'what an asynchronous handler throws hangs',
    file: HANDWRITTEN,
    from: 'guard: run.decisions.or(rejected, late.rejected),',
    to: 'guard: rejected,',
    tests: MIDDLEWARES,
  },
  {
    what: 'names of headers are told apart by case',
    file: EXCHANGE,
    from: 'const header = (name: string): string => `header ${name.toLowerCase()}`;',
    to: 'const header = (name: string): string => `header ${name}`;',
    tests: [...MIDDLEWARES, ...rules('no-reflected-origin')],
  },
  // ---- `cors`
  {
    what: '`Vary` is said twice',
    file: OPTIONS,
    from: 'if (there.includes(value.toLowerCase())) return before;',
    to: '',
    tests: MIDDLEWARES,
  },
  {
    what: 'credentials are on for whatever is truthy',
    file: CORS,
    from: "return value.type === 'known' && value.value === true ? { value: 'true', cause: at } : undefined;",
    to: "return value.type === 'known' && value.value ? { value: 'true', cause: at } : undefined;",
    tests: [...DECISIONS, 'test/analysis/cors.model.test.ts'],
  },
  {
    what: 'without a list no header is allowed',
    file: CORS,
    from: 'return asked ? { value: asked, cause: read.at, byDefault: true } : undefined;',
    to: 'return asked ? undefined : undefined;',
    tests: DECISIONS,
  },
  {
    what: '`origin: true` lets nobody in',
    file: ORIGIN_OPTION,
    from: 'if (!value.value) return [false];\n    const because',
    to: 'if (value.value !== false) return [false];\n    const because',
    tests: PROGRAMS,
  },
  // ---- the judge
  {
    what: 'who is perhaps let in is let in',
    file: ACCESS,
    from: 'const certain = outcomes.every(',
    to: 'const certain = outcomes.some(',
    tests: PROGRAMS,
  },
  {
    what: 'headers of an answer that never comes let in',
    file: ACCESS,
    from: "(end.is === 'passes' || end.is === 'answers') &&",
    to: '',
    tests: [...MIDDLEWARES, ...DECISIONS],
  },
  {
    what: 'credentials are not seen',
    file: ACCESS,
    from: "headers.get('access-control-allow-credentials')?.value === 'true'",
    to: "headers.get('access-control-allow-credentials')?.value === 'True'",
    tests: rules('no-unsafe-origin-match', 'no-null-origin', 'traps'),
  },
  {
    what: '`Vary` is not looked at',
    file: VARY,
    from: 'if (vary && (vary.value === undefined || NAMES_ORIGIN.test(vary.value))) continue;',
    to: 'if (vary) continue;',
    tests: rules('require-vary-origin'),
  },
  {
    what: '`PUT` needs no preflight',
    file: NAMES,
    from: "new Set(['GET', 'HEAD', 'POST'])",
    to: "new Set(['GET', 'HEAD', 'POST', 'PUT'])",
    tests: ['test/policy'],
  },
  {
    what: '`null` is no origin',
    file: ORIGIN,
    from: "if (text === 'null') return { flaws: new Set(), meant: nullOrigin };",
    to: '',
    tests: ['test/policy/origin.test.ts'],
  },
  {
    what: 'any domain that ends in `localhost` is loopback',
    file: ORIGIN,
    from: "if (host === 'localhost' || host.endsWith('.localhost')) return true;",
    to: "if (host.endsWith('localhost')) return true;",
    tests: ['test/policy'],
  },
  {
    what: '`null` is what its author meant',
    file: OWN,
    from: "if (parsed.kind === 'null') return 'null';",
    to: "if (parsed.kind === 'null') return 'meant';",
    tests: ['test/policy/witnesses.test.ts', ...rules('no-null-origin')],
  },
  {
    what: 'the browser takes another origin for its own',
    file: BROWSER,
    from: 'if (allowed !== origin) {',
    to: 'if (allowed.length !== origin.length) {',
    tests: ['test/policy/browser.test.ts'],
  },
  {
    what: 'a wildcard allows credentials',
    file: BROWSER,
    from: "    return isWithCredentials(request)\n      ? { ok: false, at, reason: 'wildcard-origin-with-credentials' }",
    to: "    return false\n      ? { ok: false, at, reason: 'wildcard-origin-with-credentials' }",
    tests: ['test/policy/browser.test.ts'],
  },
];
