/**
 * The edits that suggestions are made of. Each gives nothing where it would not be safe: where the source is not
 * written as expected, or a comment would be lost. Nearly all change what the server does, and their titles say how.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Place } from './analysis/code.ts';
import type { Migration } from './analysis/migration.ts';
import { functionsOf, moveToMiddleware, whatIsLeft } from './migration-edit.ts';
import type { Instead, Pattern } from './policy/comparison.ts';
import { isLoopbackText } from './policy/judge/access.ts';
import { listedOrigins, parseOrigin } from './policy/origin.ts';
import { placeholderHost } from './policy/placeholder.ts';
import type { Remedy } from './policy/policy.ts';

type Fix = TSESLint.ReportFixFunction;
/** A fix in one place. */
type Change = (fixer: TSESLint.RuleFixer) => TSESLint.RuleFix;
type Node = TSESTree.Node;

export const editMessages = {
  readFromEnvironment:
    'Let in the origins listed in the environment variable `ALLOWED_ORIGINS`, and nobody while it is not set.',
  dropCredentials:
    'Drop credentials: any website may read the answers, but of requests without cookies only.',
  makePublic:
    'Let in every website with `*`, and drop credentials: of requests with cookies nobody reads the answers.',
  listElements: 'Compare with the elements: only the origins in it are let in.',
  correctOrigin: 'Let in `{{corrected}}`.',
  splitList: 'Make it a list of origins: each of them is let in.',
  removeOrigin: 'Remove {{origin}}, which lets nobody in.',
  refuseOrigin: 'Remove `{{origin}}`: it is then refused.',
  dropAlternative: 'Drop this alternative: `{{origin}}` is then refused.',
  stricterCheck:
    'Match with `{{expression}}`: whatever else was let in, such as `{{witness}}`, is then refused.',
  compareWhole: 'Compare with `===`: only what is written out is let in, and `{{witness}}` is refused.',
  compareEntries: 'Split the list at its commas: only its entries are let in, and `{{witness}}` is refused.',
  dropFlag: 'Drop the flag: every request is then answered alike.',
  useHttps: 'Write `{{corrected}}`: over `http:` it is then refused.',
  httpsOnly: 'Take `https:` only: what came over `http:` is then refused.',
  onlyInDevelopment: 'Let it in only while `NODE_ENV` is not `production`{{twin}}.',
  renameOption: 'Rename it to `{{meant}}`, which then takes effect.',
  wrapOptions: 'Pass it as `origin`: other origins are then refused.',
  allowCredentials:
    'Write `true`: browsers then send cookies, and pages of the allowed origins may read the answers.',
  refuseCredentials: 'Write `false`, which is what it does today.',
  removeOption: 'Remove `{{option}}`: the default holds again.',
  toArray: 'Make it an array: its elements take effect.',
  toSeconds: 'Write {{seconds}} seconds.',
  addMaxAge: 'Write `maxAge: 7200`: browsers then ask again after two hours, Safari after ten minutes.',
  longestMaxAge: 'Write 86400, which is the longest that any browser keeps it: nothing else changes.',
  correctName: 'Write `{{corrected}}`, as browsers compare it.',
  splitNames: 'Make it several names: {{names}}.',
  removeName: 'Remove `{{name}}`, which has no effect.',
  refuseHeader: 'Remove `{{name}}`: requests that carry it are then refused.',
  writeWildcard: "Write `origin: '*'`, which says what happens today: every website may read the answers.",
  useStatus204: 'Answer preflights with 204.',
  listVariable: 'Let in the origins listed in `{{variable}}`, and nobody while it is not set.',
  refuseWhileMissing: 'Write `{{written}}`: while the variable is not set, nobody is let in.',
  saySwitchedOff: 'Write `?? false`, which says what happens: CORS is off while the variable is not set.',
  loadFirst: 'Load the variables first: they are then set where they are read.',
  addOrigin: 'Let in `{{missing}}` too.',
  callLibrary: 'Call it: every website may then read the answers.',
  endResponse: 'End the response: the browser then gets its answer.',
  refuseByVerdict:
    'Call back with `null, {{refusal}}`: the handler then runs for refused origins too, and the browser keeps the answer from them.',
  refuseByStatus:
    'Give the error a `status` of 403: who is refused then gets that, and the handler does not run.',
  passWithoutOrigin:
    'Let requests without `Origin` through: CORS is not about them, and their answers let no page in.',
  registerFirst: 'Register CORS first: these routes then answer with its headers.',
  answerPreflightsFirst: 'Register CORS first: it then answers preflights before anything can refuse them.',
  varyByOrigin:
    'Say `Vary: Origin` in every answer of this function: caches then keep one answer for each origin.',
  addOriginToVary: 'Add `Origin` to it: caches then keep one answer for each origin too.',
  addToVary: 'Add to `Vary` with `vary()`, which keeps what is there.',
  removeMount: 'Remove this policy: the one on line {{line}} then decides alone.',
  answerPreflights: 'Answer `OPTIONS` of this path with the same policy: browsers then send what it allows.',
  useSafeCors:
    'Use `eslint-plugin-cors/middleware`: whoever is let in on purpose still is, and mistakes do not start.',
  useSafeCorsFromEnvironment:
    'Use `eslint-plugin-cors/middleware` with the origins listed in `ALLOWED_ORIGINS`: it does not start while that is not set.',
  addAuthorization: 'Allow `Authorization`: pages of the allowed origins may then send it.',
} as const;

export type EditMessage = keyof typeof editMessages;

export interface Edit {
  readonly messageId: EditMessage;
  readonly data?: Record<string, string>;
  readonly fix: Fix;
}

/** The one idiom for origins from the environment: unset, it lets nobody in, and no rule reports it. */
const FROM_ENVIRONMENT =
  "(process.env.ALLOWED_ORIGINS ?? '').split(',').map((o) => o.trim()).filter(Boolean)";

/** The same for a variable that is there. */
function listedIn(variable: string): string {
  return FROM_ENVIRONMENT.replace('ALLOWED_ORIGINS', () => variable);
}

/** The variable as it is read, or split at commas in the plain ways, which the idiom takes the place of. */
const PLAIN_READ =
  /^process\.env(?:\.([A-Za-z_]\w*)|\['(\w+)'\])!?(?:\??\.split\(['"],\s*['"]\))?(?:\.map\(\(?(\w+)\)? => \3\.trim\(\)\))?(?:\.filter\(Boolean\))?$/;

/** What is known of the file beside its text. */
export interface Surroundings {
  /** What the middleware of this package could take the place of; nothing where it is not installed for production. */
  readonly migrations: readonly Migration[];
}

export class Edits {
  readonly #source: Readonly<TSESLint.SourceCode>;
  readonly #file: Surroundings;

  /** @param file asked only where an edit needs it. */
  constructor(source: Readonly<TSESLint.SourceCode>, file: Surroundings) {
    this.#source = source;
    this.#file = file;
  }

  /**
   * Puts the middleware of this package in the place of `cors`.
   *
   * @param place the call, something in its options, or in a function that only they use.
   */
  useSafeCors(place: Place): Edit | undefined {
    const { migrations } = this.#file;
    const here = migrations.find(({ call, options }) =>
      [call, ...(options ? [options] : []), ...functionsOf(this.#source, call)].some((one) =>
        isWithin(place, one),
      ),
    );
    if (!here) return undefined;
    const fix = moveToMiddleware(this.#source, migrations, here);
    return fix && { messageId: here.plan.origin ? 'useSafeCors' : 'useSafeCorsFromEnvironment', fix };
  }

  /** What has to be decided before `cors` can be replaced: the clause for it. */
  whatIsLeft(migration: Migration): string | undefined {
    return whatIsLeft(this.#source, migration);
  }

  /** Reads the allowed origins from the environment, in place of the value. */
  readFromEnvironment(place: Place): Edit | undefined {
    const node = this.#value(place);
    const fix =
      node && !this.#isShared(node) && !isCompared(node)
        ? this.#replaceValue(node, FROM_ENVIRONMENT)
        : undefined;
    return fix && { messageId: 'readFromEnvironment', fix };
  }

  /** The same in place of a list of strings that nothing else uses. */
  readListFromEnvironment(place: Place): Edit | undefined {
    const node = this.#node(place);
    if (node?.type !== 'ArrayExpression') return undefined;
    if (!node.elements.every((one) => one && this.#textOf(one) !== undefined)) return undefined;
    // A list from the environment is no constant: `as const` goes with what it stands behind.
    const whole = bare(node);
    const fix = this.#isOnlyAsked(whole) ? this.#replace(whole, FROM_ENVIRONMENT) : undefined;
    return fix && { messageId: 'readFromEnvironment', fix };
  }

  /** The same as a new property of the options, or of a call without any. */
  addOriginFromEnvironment(place: Place): Edit | undefined {
    const node = this.#node(place);
    const fix = node && this.#addProperty(node, `origin: ${FROM_ENVIRONMENT}`);
    return fix && { messageId: 'readFromEnvironment', fix };
  }

  /** Makes `credentials: true` false, or takes the header out. */
  dropCredentials(place: Place | undefined): Edit | undefined {
    const fix = place && this.#withoutCredentials(place);
    return fix && { messageId: 'dropCredentials', fix };
  }

  /** Makes the origin `*`, which says what it does, and `credentials: true` false. */
  makePublic(origin: Place, credentials: Place | undefined): Edit | undefined {
    const [from, to] = [this.#headerValue(origin), credentials && this.#node(credentials)];
    // `options.origin = options`: the one holds the other.
    if (!from || !to || (from.range[0] < to.range[1] && to.range[0] < from.range[1])) return undefined;
    const one = this.#replaceValue(from, "'*'");
    const other = credentials && this.#withoutCredentials(credentials);
    return one && other && { messageId: 'makePublic', fix: (fixer) => [one(fixer), other(fixer)] };
  }

  /** The same for options without `origin`. */
  makePublicByName(options: Place, credentials: Place | undefined): Edit | undefined {
    const [node, value] = [this.#node(options), credentials && this.#value(credentials)];
    const one = node && this.#addProperty(node, "origin: '*'");
    const other = value && this.#replaceValue(value, 'false');
    return one && other && { messageId: 'makePublic', fix: (fixer) => [one(fixer), other(fixer)] };
  }

  /** `new Set([...])` becomes a list of its elements. */
  listElements(place: Place, messageId: 'listElements' | 'toArray' = 'listElements'): Edit | undefined {
    const node = this.#value(place);
    const set =
      node?.type === 'NewExpression' && node.callee.type === 'Identifier' && node.callee.name === 'Set'
        ? node
        : undefined;
    const elements = set?.arguments[0];
    if (
      !set ||
      this.#isShared(set) ||
      !elements ||
      elements.type === 'SpreadElement' ||
      set.arguments.length !== 1
    )
      return undefined;
    const array =
      elements.type === 'ArrayExpression'
        ? this.#source.getText(elements)
        : `[...${this.#source.getText(elements)}]`;
    if (this.#comments(set) !== this.#comments(elements)) return undefined;
    return { messageId, fix: (fixer) => fixer.replaceText(set, array) };
  }

  correctOrigin(place: Place, corrected: string): Edit | undefined {
    const fix = this.#replaceText(place, corrected);
    return fix && { messageId: 'correctOrigin', data: { corrected }, fix };
  }

  /** `'https://a.example,https://b.example'` becomes a list. */
  splitList(place: Place, text: string): Edit | undefined {
    const node = this.#node(place);
    const quote = node && this.#quote(node);
    const origins = listedOrigins(text).map((piece) => {
      const parsed = parseOrigin(piece);
      const origin = parsed.ok ? piece : parsed.corrected;
      const good = origin === undefined ? undefined : parseOrigin(origin);
      return good?.ok && placeholderHost(good) === undefined ? origin : undefined;
    });
    if (!node || !quote || origins.length < 2 || origins.includes(undefined)) return undefined;
    // A header says one origin.
    if (this.#headerAround(node) !== undefined) return undefined;
    const items = origins.map((origin) => quote + origin + quote).join(', ');
    const within = node.parent?.type === 'ArrayExpression';
    return { messageId: 'splitList', fix: (fixer) => fixer.replaceText(node, within ? items : `[${items}]`) };
  }

  /** Takes an element out of a list. */
  removeOrigin(place: Place, origin: string): Edit | undefined {
    const node = this.#node(place);
    if (node?.parent?.type !== 'ArrayExpression') return undefined;
    const fix = this.#removeItem(node);
    const named = origin === '' ? 'the empty string' : `\`${origin}\``;
    return fix && { messageId: 'removeOrigin', data: { origin: named }, fix };
  }

  /** Takes an origin out of a list that lets it in. */
  refuseOrigin(place: Place, origin: string): Edit | undefined {
    const node = this.#node(place);
    const fix = node && isListed(node) && this.#textOf(node) === origin ? this.#removeItem(node) : undefined;
    return fix && { messageId: 'refuseOrigin', data: { origin }, fix };
  }

  /** `allowed.includes(origin) || origin === 'null'` without the second half; `if (origin === 'null') …` not at all. */
  dropAlternative(place: Place, origin: string): Edit | undefined {
    const node = this.#node(place);
    const text = node && this.#textOf(node);
    // `.example.com` lets in more than the one that is spoken of.
    const narrow =
      text !== undefined && (isLoopbackHost(text) || (/^null$|:/.test(text) && origin.startsWith(text)));
    const condition = node && narrow ? conditionOf(node) : undefined;
    const fix = condition && this.#withoutCondition(condition);
    return fix && { messageId: 'dropAlternative', data: { origin }, fix };
  }

  /** A stricter comparison in the place of one that lets strangers in. */
  mendComparison(instead: Instead<Place> | undefined, witness: string): Edit | undefined {
    const node = instead && this.#node(instead.at);
    const at = node?.type === 'ChainExpression' ? node.expression : node;
    if (!node || !at) return undefined;
    const edit = (messageId: EditMessage, fix: Fix | undefined, more = {}): Edit | undefined =>
      fix && { messageId, data: { witness, ...more }, fix };
    switch (instead.as) {
      case 'expression': {
        const { pattern } = instead;
        // In a text `/` needs no `\\`.
        const expression = `/${pattern.source.replace(/\\?\//g, String.raw`\/`)}/${pattern.flags}`;
        const fix = this.#writeExpression(at, pattern) ?? this.#testInstead(at, expression);
        return edit('stricterCheck', fix, { expression });
      }
      case 'equals':
        return edit('compareWhole', this.#equalsInstead(at));
      case 'entries':
        return edit('compareEntries', this.#splitInstead(at, instead.trims));
    }
  }

  /** Takes `g` and `y` off an expression. */
  dropFlag(instead: Instead<Place> | undefined): Edit | undefined {
    const node = instead && this.#node(instead.at);
    const fix =
      node && instead.as === 'expression' ? this.#writeExpression(node, instead.pattern) : undefined;
    return fix && { messageId: 'dropFlag', fix };
  }

  /** `http://a.example` becomes `https://a.example`, unless that stands beside it. */
  useHttps(place: Place, origin: string): Edit | undefined {
    const node = this.#node(place);
    if (!node || this.#textOf(node) !== origin || this.#isShared(node)) return undefined;
    const corrected = origin.replace(/^http:/, 'https:');
    const others = node.parent?.type === 'ArrayExpression' ? node.parent.elements : [];
    if (others.some((other) => other && this.#textOf(other) === corrected)) return undefined;
    const fix = this.#replaceText(place, corrected);
    return fix && { messageId: 'useHttps', data: { corrected }, fix };
  }

  /** `https?:` in an expression becomes `https:`. */
  httpsOnly(place: Place): Edit | undefined {
    const node = this.#node(place);
    if (node?.type !== 'Literal' || !('regex' in node)) return undefined;
    const at = node.raw.indexOf('https?:');
    if (at < 0 || node.raw.includes('https?:', at + 1)) return undefined;
    const mark = node.range[0] + at + 'https'.length;
    return { messageId: 'httpsOnly', fix: (fixer) => fixer.removeRange([mark, mark + 1]) };
  }

  /** An element of a list that is there in development only, and with it what browsers take for another origin. */
  onlyInDevelopment(place: Place): Edit | undefined {
    const node = this.#node(place);
    if (!node || !isListed(node) || !this.#isLoopbackOnly(node)) return undefined;
    const [twin, quote] = [loopbackTwin(this.#textOf(node) ?? ''), this.#quote(node) ?? "'"];
    const listed = node.parent?.type === 'ArrayExpression' ? node.parent.elements : [];
    const lacks = twin !== undefined && !listed.some((other) => other && this.#textOf(other) === twin);
    return {
      messageId: 'onlyInDevelopment',
      data: { twin: lacks ? `, and \`${twin}\` with it` : '' },
      fix: (fixer) => [
        fixer.insertTextBefore(node, "...(process.env.NODE_ENV === 'production' ? [] : ["),
        fixer.insertTextAfter(node, `${lacks ? `, ${quote}${twin}${quote}` : ''}])`),
      ],
    };
  }

  renameOption(place: Place, meant: string): Edit | undefined {
    const property = this.#property(place);
    if (!property || property.computed || property.method || property.kind !== 'init') return undefined;
    const name = property.shorthand ? `${meant}: ` : meant;
    return {
      messageId: 'renameOption',
      data: { meant },
      fix: (fixer) =>
        property.shorthand ? fixer.insertTextBefore(property, name) : fixer.replaceText(property.key, name),
    };
  }

  /** `cors('https://a.example')` becomes `cors({ origin: 'https://a.example' })`. */
  wrapOptions(place: Place): Edit | undefined {
    const node = this.#node(place);
    if (!node || node.type === 'SpreadElement') return undefined;
    return {
      messageId: 'wrapOptions',
      fix: (fixer) => [fixer.insertTextBefore(node, '{ origin: '), fixer.insertTextAfter(node, ' }')],
    };
  }

  writeCredentials(place: Place, value: boolean): Edit | undefined {
    const node = this.#value(place);
    const fix = node && this.#replaceValue(node, String(value));
    return fix && { messageId: value ? 'allowCredentials' : 'refuseCredentials', fix };
  }

  removeOption(place: Place, option: string): Edit | undefined {
    const property = this.#property(place);
    const fix = property && this.#removeItem(property);
    return fix && { messageId: 'removeOption', data: { option }, fix };
  }

  /** Two hours, the longest that Chromium keeps it; in place of what is written, or as a new property. */
  addMaxAge(place: Place): Edit | undefined {
    const node = this.#node(place);
    // `cors('https://a.example')`: what was given for the options is no `maxAge`.
    const isWritten = node?.type === 'Property' || node?.type === 'MemberExpression';
    const value = isWritten ? this.#value(place) : undefined;
    const added = node && !isWritten ? this.#addProperty(node, 'maxAge: 7200') : undefined;
    const fix = value ? this.#replaceValue(value, '7200') : added;
    return fix && { messageId: 'addMaxAge', fix };
  }

  longestMaxAge(place: Place): Edit | undefined {
    const node = this.#value(place);
    const fix = node && this.#replaceValue(node, '86400');
    return fix && { messageId: 'longestMaxAge', fix };
  }

  /** Other names, divided by commas, in place of one in a list of methods or headers. */
  correctName(place: Place, name: string, corrected: string): Edit | undefined {
    const names = corrected.split(',');
    const fix = this.#replaceName(place, name, names);
    if (!fix) return undefined;
    return names.length > 1
      ? { messageId: 'splitNames', data: { names: names.map((one) => `\`${one}\``).join(', ') }, fix }
      : { messageId: 'correctName', data: { corrected }, fix };
  }

  /** Takes a name out of a list of methods or headers. */
  removeName(
    place: Place,
    name: string,
    messageId: 'removeName' | 'refuseHeader' = 'removeName',
  ): Edit | undefined {
    const fix = this.#replaceName(place, name, []);
    return fix && { messageId, data: { name }, fix };
  }

  /** `origin: '*'` as a new property. */
  writeWildcard(place: Place): Edit | undefined {
    const node = this.#node(place);
    const fix = node && this.#addProperty(node, "origin: '*'");
    return fix && { messageId: 'writeWildcard', fix };
  }

  toSeconds(place: Place, seconds: string): Edit | undefined {
    const node = this.#value(place);
    const fix = node && this.#replaceValue(node, seconds);
    return fix && { messageId: 'toSeconds', data: { seconds }, fix };
  }

  useStatus204(place: Place): Edit | undefined {
    const node = this.#value(place);
    const fix = node && this.#replaceValue(node, '204');
    return fix && { messageId: 'useStatus204', fix };
  }

  /**
   * The idiom for the list in a variable, in place of what reads it, and of the fallback that stands behind.
   *
   * @param place what is read, or the fallback.
   * @param direct the library takes the value for its origins; elsewhere only a list takes a list.
   */
  listVariable(place: Place, names: string, direct: boolean): Edit | undefined {
    const found = this.#fallback(place);
    const whole = found && withFallback(found);
    const { read, node } =
      whole?.type === 'LogicalExpression'
        ? { read: whole.left, node: typeless(whole) }
        : { read: found, node: found && typeless(found) };
    if (!direct && node?.parent?.type !== 'ArrayExpression') return undefined;
    const plain = read && PLAIN_READ.exec(this.#source.getText(read));
    const variable = plain?.[1] ?? plain?.[2];
    if (!node || variable === undefined || names !== `\`${variable}\`` || !this.#isOption(node))
      return undefined;
    const list = listedIn(variable);
    const fix =
      node.parent?.type === 'ArrayExpression'
        ? this.#replace(node, `...${list}`)
        : this.#replaceValue(node, list);
    return fix && { messageId: 'listVariable', data: { variable }, fix };
  }

  /** Nobody is let in, and the code says so: in place of a fallback, or behind a variable without one. */
  refuseWhileMissing(place: Place, remedies: ReadonlySet<Remedy> | undefined): Edit | undefined {
    const node = this.#fallback(place);
    if (!node) return undefined;
    const whole = withFallback(node);
    if (node.type === 'MemberExpression') {
      if (!remedies?.has('list-origins') || !this.#isOption(node)) return undefined;
      return { messageId: 'saySwitchedOff', fix: (fixer) => fixer.insertTextAfter(node, ' ?? false') };
    }
    if (!whole || !this.#isOption(typeless(whole))) return undefined;
    const direct = remedies?.has('list-origins') || whole.parent?.type === 'Property';
    const isList = whole.type === 'LogicalExpression' && /\.split\(/.test(this.#source.getText(whole.left));
    if (!direct && !isList) return undefined;
    const written = isList ? '[]' : 'false';
    const fix = this.#replace(node, written);
    return fix && { messageId: 'refuseWhileMissing', data: { written }, fix };
  }

  /** Puts the statement that loads the variables before the one that reads one. */
  loadFirst(loaded: Place | undefined, read: Place): Edit | undefined {
    const [load, reading] = [loaded && this.#node(loaded), this.#node(read)];
    const mount = load && statementOf(load);
    const first = reading && statementOf(reading);
    if (!mount || !first || mount.parent !== first.parent || mount.type !== 'ExpressionStatement')
      return undefined;
    const fix = this.#moveBefore(mount, first);
    return fix && { messageId: 'loadFirst', fix };
  }

  /** Another origin next to one that is there. `direct`: where one origin stands alone, a list may stand. */
  addOrigin(place: Place, missing: string, direct: boolean): Edit | undefined {
    const node = this.#node(place);
    const quote = node && this.#quote(node);
    if (!node || !quote) return undefined;
    const added = `, ${quote}${missing}${quote}`;
    const edit = (fix: Fix): Edit => ({ messageId: 'addOrigin', data: { missing }, fix });
    if (node.parent?.type === 'ArrayExpression') return edit((fixer) => fixer.insertTextAfter(node, added));
    if (!direct || this.#isShared(node) || node.parent?.type === 'TSEnumMember') return undefined;
    return edit((fixer) => [fixer.insertTextBefore(node, '['), fixer.insertTextAfter(node, `${added}]`)]);
  }

  callLibrary(place: Place): Edit | undefined {
    const node = this.#node(place);
    // `require('cors')`, or a name for it.
    if (node?.type !== 'Identifier' && node?.type !== 'MemberExpression' && node?.type !== 'CallExpression')
      return undefined;
    return { messageId: 'callLibrary', fix: (fixer) => fixer.insertTextAfter(node, '()') };
  }

  /** `res.status(204)` becomes `res.status(204).end()`. */
  endResponse(place: Place): Edit | undefined {
    const node = this.#node(place);
    if (node?.type !== 'CallExpression' || node.parent.type === 'MemberExpression') return undefined;
    return { messageId: 'endResponse', fix: (fixer) => fixer.insertTextAfter(node, '.end()') };
  }

  /**
   * `callback(new Error('…'))`, or a `throw` of it, becomes `callback(null, false)`.
   *
   * @param asked the head of the function that is asked for a verdict.
   */
  refuseByVerdict(place: Place, asked: Place | undefined, refusal: string): Edit | undefined {
    const error = this.#node(place);
    const [, callback] = (asked && this.#parametersOf(asked)) ?? [];
    // `callback(allowed ? null : new Error('…'), allowed)` is a verdict already.
    if (!error?.parent || callback === undefined || (error.type !== 'NewExpression' && !this.#quote(error)))
      return undefined;
    const { parent } = error;
    const edit = (fix: Fix): Edit => ({ messageId: 'refuseByVerdict', data: { refusal }, fix });
    if (parent.type === 'ThrowStatement') {
      if (this.#comments(parent) > 0 || !this.#isWithin(parent, asked)) return undefined;
      return edit((fixer) => fixer.replaceText(parent, `return ${callback}(null, ${refusal});`));
    }
    const [first] = parent.type === 'CallExpression' ? parent.arguments : [];
    if (parent.type !== 'CallExpression' || first !== error || this.#comments(parent) > 0) return undefined;
    if (parent.callee.type !== 'Identifier' || parent.callee.name !== callback) return undefined;
    const { callee } = parent;
    return edit((fixer) => fixer.replaceText(parent, `${callee.name}(null, ${refusal})`));
  }

  /** `new Error('…')` becomes `Object.assign(new Error('…'), { status: 403 })`, which Express answers with 403. */
  refuseByStatus(place: Place): Edit | undefined {
    const error = this.#node(place);
    if (!error) return undefined;
    const made = error.type === 'NewExpression' && /^\w*Error$/.test(this.#source.getText(error.callee));
    const text = this.#source.getText(error);
    // What is no object carries no status: `callback('Not allowed')`.
    const object = made ? text : this.#quote(error) ? `new Error(${text})` : undefined;
    const fix = object && this.#replace(error, `Object.assign(${object}, { status: 403 })`);
    return fix ? { messageId: 'refuseByStatus', fix } : undefined;
  }

  /** Puts `if (!origin) return callback(null, true);` first into the function with that head. */
  passWithoutOrigin(asked: Place | undefined): Edit | undefined {
    const [origin, callback] = (asked && this.#parametersOf(asked)) ?? [];
    const fn = asked && this.#functionAt(asked);
    if (!fn || origin === undefined || callback === undefined) return undefined;
    const { body } = fn;
    const edit = (fix: Fix): Edit => ({ messageId: 'passWithoutOrigin', fix });
    if (body?.type !== 'BlockStatement')
      // `(origin, callback) => callback(null, …)`
      return body?.type === 'CallExpression'
        ? edit((fixer) => fixer.insertTextBefore(body, `!${origin} ? ${callback}(null, true) : `))
        : undefined;
    const [first] = body.body;
    if (!first) return undefined;
    const column = this.#source.getLocFromIndex(this.#withComments(first)[0]).column;
    const oneLine = body.loc.start.line === first.loc.start.line;
    const gap = oneLine ? ' ' : `\n${' '.repeat(column)}`;
    const open = body.range[0] + 1;
    return edit((fixer) =>
      fixer.insertTextBeforeRange([open, open], `${gap}if (!${origin}) return ${callback}(null, true);`),
    );
  }

  /** Puts the statement that mounts CORS before another one of the same block. */
  registerFirst(
    mounted: Place,
    before: Place | undefined,
    messageId: 'registerFirst' | 'answerPreflightsFirst' = 'registerFirst',
  ): Edit | undefined {
    const handler = this.#node(mounted);
    const mount = handler && statementOf(handler);
    const target = before && this.#node(before);
    const first = target && statementOf(target);
    if (!mount || !first || mount.parent !== first.parent || mount.type !== 'ExpressionStatement')
      return undefined;
    // `app.use(guard, cors())`: they move together.
    if (mount === first) return undefined;
    const call = mount.expression;
    // `app.use('/api', cors(), router)` would take the router along.
    if (call.type !== 'CallExpression' || call.arguments.length > 2 || call.arguments.at(-1) !== handler)
      return undefined;
    if (call.callee.type !== 'MemberExpression' || call.callee.object.type === 'CallExpression')
      return undefined;
    const [path] = call.arguments;
    // What stands before it in the call would still come first.
    const isPath = path === handler || (path && (this.#quote(path) !== undefined || isExpression(path)));
    if (messageId === 'answerPreflightsFirst' && !isPath) return undefined;
    const fix = this.#moveBefore(mount, first);
    return fix && { messageId, fix };
  }

  /** Puts `app.options(path, policy);` before the statement that registers the route: `app.put(path, policy, …)`. */
  answerPreflights(place: Place | undefined): Edit | undefined {
    const policy = place && this.#node(place);
    const call = policy?.parent?.type === 'CallExpression' ? policy.parent : undefined;
    const statement = call?.parent;
    if (!policy || !call || statement?.type !== 'ExpressionStatement') return undefined;
    if (statement.parent.type !== 'Program' && statement.parent.type !== 'BlockStatement') return undefined;
    const { callee } = call;
    const [path] = call.arguments;
    // `app.route('/x').put(policy, …)` has no path to repeat, and a policy that answers the request itself does more.
    if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier' || !path) return undefined;
    if (path === policy || call.arguments.at(-1) === policy || !isRepeatable(path)) return undefined;
    const isMade = policy.type === 'CallExpression' && policy.callee.type === 'Identifier';
    if (!isRepeatable(policy) && !(isMade && policy.arguments.every(isRepeatable))) return undefined;
    if (this.#comments(path) + this.#comments(policy) > 0) return undefined;
    const written = [path, policy].map((node) => this.#source.getText(node)).join(', ');
    const [start] = this.#withComments(statement);
    const indent = this.#source.text.slice(this.#lineStart(start), start);
    const isOwnLine = this.#source.getLocFromIndex(start).column === indent.length;
    const text = `${callee.object.name}.options(${written});${isOwnLine ? `\n${indent}` : ' '}`;
    return {
      messageId: 'answerPreflights',
      fix: (fixer) => fixer.insertTextBeforeRange([start, start], text),
    };
  }

  /** Puts `Authorization` into a list of headers. */
  addAuthorization(place: Place): Edit | undefined {
    const list = this.#value(place);
    const header = list && this.#headerAround(list);
    // Where no list is written at all, another header is what is pointed at.
    if (!list || (header !== undefined && header !== 'access-control-allow-headers')) return undefined;
    const edit = (fix: Fix): Edit => ({ messageId: 'addAuthorization', fix });
    if (list.type === 'ArrayExpression') {
      const last = list.elements.at(-1);
      const quote = (last && this.#quote(last)) ?? "'";
      const name = `${quote}Authorization${quote}`;
      if (list.elements.length === 0)
        return this.#comments(list) > 0 ? undefined : edit((fixer) => fixer.replaceText(list, `[${name}]`));
      return last ? edit((fixer) => fixer.insertTextAfter(last, `, ${name}`)) : undefined;
    }
    if (!this.#quote(list)) return undefined;
    const end = list.range[1] - 1;
    return edit((fixer) => fixer.insertTextBeforeRange([end, end], ',Authorization'));
  }

  /**
   * Says `Vary: Origin` where the origin is written into the answer: at the head of the function, since the answer to
   * a refused origin depends on it too.
   */
  varyByOrigin(place: Place): Edit | undefined {
    const node = this.#node(place);
    const call = node && callOnResponse(node);
    const name = call && responseOf(call);
    if (!call || name === undefined) return undefined;
    const edit = (fix: Fix): Edit => ({ messageId: 'varyByOrigin', fix });
    const first = statementWith(call, name);
    if (!first) return undefined;
    const isExpress =
      /['"`]express['"`]/.test(this.#source.text) ||
      new RegExp(
        `(?<![\\w$.])${name.replaceAll('$', '\\$')}\\s*\\.(?:json|send|status|sendStatus|set|header|append)\\(`,
      ).test(this.#source.getText(first.parent));
    const statement = isExpress ? `${name}.vary('Origin');` : `${name}.setHeader('Vary', 'Origin');`;
    const [start] = this.#withComments(first);
    const indent = this.#source.text.slice(this.#lineStart(start), start);
    const isOwnLine = this.#source.getLocFromIndex(start).column === indent.length;
    return edit((fixer) =>
      fixer.insertTextBeforeRange([start, start], `${statement}${isOwnLine ? `\n${indent}` : ' '}`),
    );
  }

  /** Puts `Origin` into the text that `Vary` is given. */
  addOriginToVary(place: Place): Edit | undefined {
    const node = this.#value(place);
    const quote = node && this.#quote(node);
    if (!node || !quote || this.#isShared(node)) return undefined;
    const end = node.range[1] - 1;
    const text = this.#source.getText(node).slice(1, -1).trim();
    const added = text === '' ? 'Origin' : ', Origin';
    return { messageId: 'addOriginToVary', fix: (fixer) => fixer.insertTextBeforeRange([end, end], added) };
  }

  /** `res.set('Vary', 'Accept')` becomes `res.vary('Accept')`. */
  addToVary(place: Place): Edit | undefined {
    const node = this.#node(place);
    const call = node?.parent?.type === 'CallExpression' ? node.parent : undefined;
    if (!node || !call || call.arguments.length !== 2 || call.arguments[1] !== node) return undefined;
    const { callee } = call;
    const [header] = call.arguments;
    if (callee.type !== 'MemberExpression' || callee.computed || callee.optional || !header) return undefined;
    if (callee.object.type !== 'Identifier' || this.#comments(call) > 0) return undefined;
    const { name } = callee.object;
    const text = `${name}.vary(${this.#source.getText(node)})`;
    return { messageId: 'addToVary', fix: (fixer) => fixer.replaceText(call, text) };
  }

  /** Takes away the statement that mounts a policy, if it does nothing else. */
  removeMount(place: Place | undefined, line: string | undefined): Edit | undefined {
    const handler = place && this.#node(place);
    const call = handler?.parent?.type === 'CallExpression' ? handler.parent : undefined;
    const statement = call?.parent;
    if (!call || statement?.type !== 'ExpressionStatement' || line === undefined) return undefined;
    if (!['BlockStatement', 'Program'].includes(statement.parent.type)) return undefined;
    const { callee } = call;
    // `app.use('/api', cors(), router)` mounts more.
    if (callee.type !== 'MemberExpression' || callee.object.type === 'CallExpression') return undefined;
    if (call.arguments.at(-1) !== handler || call.arguments.length > 2) return undefined;
    const [path] = call.arguments;
    const isPath = path === handler || (path && (this.#quote(path) !== undefined || isExpression(path)));
    if (!isPath || this.#comments(statement) > 0) return undefined;
    const [start, end] = [this.#lineStart(statement.range[0]), this.#lineEnd(statement.range[1])];
    return { messageId: 'removeMount', data: { line }, fix: (fixer) => fixer.removeRange([start, end]) };
  }

  /** Other text in a string literal. */
  writePath(place: Place, path: string): Fix | undefined {
    return this.#replaceText(place, path);
  }

  // ---- finding what stands at a place

  /** The function whose head stands there. */
  #functionAt(head: Place): FunctionNode | undefined {
    for (let node = this.#source.getNodeByRangeIndex(head.start); node; node = node.parent ?? null) {
      // `origin(origin, callback) {}`: the head of a method is that of its property.
      const fn = node.type === 'Property' || node.type === 'MethodDefinition' ? node.value : node;
      if (isFunction(fn) && node.range[0] === head.start && fn.range[1] >= head.end) return fn;
      if (node.range[1] > head.end && isFunction(node)) return undefined;
    }
    return undefined;
  }

  /** The names of its first two parameters, where they have such. */
  #parametersOf(head: Place): readonly (string | undefined)[] | undefined {
    return this.#functionAt(head)?.params.map((one) => (one.type === 'Identifier' ? one.name : undefined));
  }

  /** Whether a `return` that stands in its place leaves the function with that head. */
  #isWithin(node: Node, head: Place | undefined): boolean {
    const fn = head && this.#functionAt(head);
    for (let one: Node | undefined = node.parent; one; one = one.parent)
      if (isFunction(one)) return one === fn;
    return false;
  }

  /** The outermost node that covers exactly the place. */
  #node(place: Place): Node | undefined {
    let found: Node | undefined;
    for (let node = this.#source.getNodeByRangeIndex(place.start); node; node = node.parent ?? null) {
      if (node.range[0] === place.start && node.range[1] === place.end) found = node;
      if (node.range[0] < place.start || node.range[1] > place.end) break;
    }
    return found;
  }

  /** The property at a place, or the one whose value, or an element of it, stands there. */
  #property(place: Place): TSESTree.Property | undefined {
    let node = this.#node(place);
    if (node?.parent?.type === 'ArrayExpression') node = node.parent;
    if (node?.parent?.type === 'Property' && node.parent.value === node) node = node.parent;
    return node?.type === 'Property' && node.parent.type === 'ObjectExpression' ? node : undefined;
  }

  /** The value at a place: of a property, of an assignment, or the node itself. */
  #value(place: Place): Node | undefined {
    const node = this.#node(place) ?? undefined;
    if (node?.type === 'Property') return node.method || node.kind !== 'init' ? undefined : node.value;
    if (
      node?.type === 'MemberExpression' &&
      node.parent.type === 'AssignmentExpression' &&
      node.parent.left === node
    )
      return node.parent.operator === '=' ? node.parent.right : undefined;
    return node;
  }

  /** Whether a list is the value of `origin`, or is asked in one place only: `[…].includes(origin)`, `new Set([…])`. */
  #isOnlyAsked(list: Node): boolean {
    const { parent } = list;
    switch (parent?.type) {
      case 'VariableDeclarator':
        return (
          parent.id.type === 'Identifier' &&
          !this.#isShared(list) &&
          // Who imports it may use it otherwise.
          parent.parent.parent.type !== 'ExportNamedDeclaration'
        );
      case 'Property':
        return parent.value === list && this.#source.getText(parent.key) === 'origin';
      case 'MemberExpression':
        return parent.object === list && parent.parent.type === 'CallExpression' && isAsking(parent.parent);
      case 'NewExpression':
        return this.#source.getText(parent.callee) === 'Set' && this.#isOnlyAsked(parent);
      default:
        return false;
    }
  }

  /** The value of a variable that is read elsewhere too: `allowed.has(…)` needs the Set that it is. */
  #isShared({ parent }: Node): boolean {
    if (parent?.type !== 'VariableDeclarator') return false;
    const [variable] = this.#source.getDeclaredVariables?.(parent) ?? [];
    return (variable?.references.filter((reference) => reference.isRead()).length ?? 0) > 1;
  }

  #comments(node: Node): number {
    return this.#source.getCommentsInside(node).length;
  }

  /** The quotation mark of a plain string. */
  #quote(node: Node): string | undefined {
    if (node.type === 'Literal' && typeof node.value === 'string') return node.raw[0];
    return node.type === 'TemplateLiteral' && node.expressions.length === 0 ? '`' : undefined;
  }

  /** The value that a header is given at a place: `res.set(name, value)`, `{ [name]: value }`, or the value itself. */
  #headerValue(place: Place): Node | undefined {
    const node = this.#value(place);
    return node?.type === 'CallExpression' && this.#headerName(node.arguments[0]) ? node.arguments[1] : node;
  }

  #headerName(node: Node | undefined): string | undefined {
    const text = node && this.#textOf(node)?.toLowerCase();
    return text?.startsWith('access-control-') ? text : undefined;
  }

  /** Whether the string or expression stands for one's own machine alone: not `/localhost|example\.com/`. */
  #isLoopbackOnly(node: Node): boolean {
    const text = this.#textOf(node);
    if (text !== undefined) return isLoopbackText(text);
    if (node.type !== 'Literal' || !('regex' in node)) return false;
    const rest = node.regex.pattern.replace(/https\?|https?|localhost|127\\?\.0\\?\.0\\?\.1|\\d/g, '');
    return /localhost|127/.test(node.regex.pattern) && !/[a-z]|[^?*+]\.(?![a-z])[*+]/i.test(rest);
  }

  /** The name of the header whose value the node is: in a call, or in an object. */
  #headerAround({ parent }: Node): string | undefined {
    if (parent?.type === 'CallExpression') return this.#headerName(parent.arguments[0]);
    return parent?.type === 'Property' ? this.#headerName(parent.key) : undefined;
  }

  /** What a plain string says. */
  #textOf(node: Node): string | undefined {
    if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
    return node.type === 'TemplateLiteral' && node.expressions.length === 0
      ? (node.quasis[0]?.value.cooked ?? undefined)
      : undefined;
  }

  // ---- making fixes

  /** The option made false, or the header that says so taken out. */
  #withoutCredentials(place: Place): Change | undefined {
    let node = this.#node(place);
    if (node?.parent && isHeaderHolder(node.parent)) node = node.parent;
    if (node?.type === 'Property' && node.parent.type === 'ObjectExpression' && this.#headerName(node.key))
      return this.#removeItem(node);
    if (node?.type === 'CallExpression' && this.#headerName(node.arguments[0]))
      return this.#withoutCall(node);
    const value = this.#value(place);
    return value && this.#replaceValue(value, 'false');
  }

  /** Without the call that sets one header, as a statement or in a chain of such calls. */
  #withoutCall(call: TSESTree.CallExpression): Change | undefined {
    const { callee, parent } = call;
    if (this.#comments(call) > 0 || callee.type !== 'MemberExpression') return undefined;
    const { object } = callee;
    const chained = object.type === 'CallExpression' || parent.type === 'MemberExpression';
    if (chained) return (fixer) => fixer.removeRange([object.range[1], call.range[1]]);
    return parent.type === 'ExpressionStatement' ? this.#removeStatement(parent) : undefined;
  }

  /** Takes out a statement of a block, with its line if it stands alone there. */
  #removeStatement(node: Node): Change | undefined {
    const { parent } = node;
    if (this.#comments(node) > 0 || (parent?.type !== 'Program' && parent?.type !== 'BlockStatement'))
      return undefined;
    const [before, after] = [
      this.#source.getTokenBefore(node, { includeComments: true }),
      this.#source.getTokenAfter(node, { includeComments: true }),
    ];
    const alone = before?.loc.end.line !== node.loc.start.line && after?.loc.start.line !== node.loc.end.line;
    const [start, end] = alone
      ? [this.#lineStart(node.range[0]), this.#lineEnd(node.range[1])]
      : [node.range[0], after?.range[0] ?? node.range[1]];
    return (fixer) => fixer.removeRange([start, end]);
  }

  /** Without one side of `||`, or without the statement that hangs on nothing but this condition. */
  #withoutCondition(condition: Node): Change | undefined {
    const { parent } = condition;
    if (parent?.type === 'IfStatement' && parent.test === condition && !parent.alternate)
      return this.#removeStatement(parent);
    if (parent?.type !== 'LogicalExpression' || parent.operator !== '||') return undefined;
    if (this.#comments(parent) > 0) return undefined;
    // Parentheses around the sides belong to them: all between the operator and the outer end goes.
    const [start, end] = parent.range;
    const operator = this.#source
      .getTokensBetween(parent.left, parent.right)
      .find(({ value }) => value === '||');
    if (!operator) return undefined;
    if (parent.right === condition) {
      const left = this.#source.getTokenBefore(operator);
      return left ? (fixer) => fixer.removeRange([left.range[1], end]) : undefined;
    }
    const right = this.#source.getTokenAfter(operator);
    return right ? (fixer) => fixer.removeRange([start, right.range[0]]) : undefined;
  }

  #replace(node: Node, text: string): Change | undefined {
    return this.#comments(node) > 0 ? undefined : (fixer) => fixer.replaceText(node, text);
  }

  /** Another expression in a literal, or in the strings of `new RegExp('…', '…')`. */
  #writeExpression(node: Node, { source, flags }: Pattern): Fix | undefined {
    if (node.type === 'Literal' && 'regex' in node)
      return this.#isShared(node) ? undefined : this.#replace(node, `/${source}/${flags}`);
    if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
    const { callee } = node;
    const [written, second, ...rest] = node.arguments;
    if (callee.type !== 'Identifier' || callee.name !== 'RegExp' || !written || rest.length > 0)
      return undefined;
    const quote = this.#quote(written);
    // A text has a `\\` for each `\`, and no `/` to escape.
    const text = source
      .replace(/\\([^])/g, (whole, next: string) => (next === '/' ? '/' : whole))
      .replaceAll('\\', String.raw`\\`);
    if (!quote || /[\r\n]/.test(text) || text.includes(quote) || text.includes('${')) return undefined;
    if (this.#comments(node) > 0) return undefined;
    if (second && !this.#quote(second)) return undefined;
    const given = quote + text + quote;
    const all = flags === '' ? given : `${given}, ${quote}${flags}${quote}`;
    return (fixer) => fixer.replaceTextRange([written.range[0], (second ?? written).range[1]], all);
  }

  /** `origin.endsWith('example.com')` becomes `/…/.test(origin)`. */
  #testInstead(node: Node, expression: string): Fix | undefined {
    const compared = this.#compared(node);
    if (!compared) return undefined;
    const { whole, subject, optional } = compared;
    const given = this.#source.getText(subject) + (optional ? " ?? ''" : '');
    return this.#replace(whole, `${expression}.test(${given})`);
  }

  /** `origin.startsWith(allowed)` and `allowed.includes(origin)` become `origin === allowed`. */
  #equalsInstead(node: Node): Fix | undefined {
    const compared = this.#compared(node);
    if (!compared) return undefined;
    const { whole, subject, operand } = compared;
    if (![subject, operand].every(isTight)) return undefined;
    const text = `${this.#source.getText(subject)} === ${this.#source.getText(operand)}`;
    const { parent } = whole;
    const isLoose = parent?.type === 'UnaryExpression' || parent?.type === 'BinaryExpression';
    return this.#replace(whole, isLoose ? `(${text})` : text);
  }

  /** `list.includes(origin)`, on a text, becomes `list.split(',').includes(origin)`. */
  #splitInstead(node: Node, trims: boolean): Fix | undefined {
    const list = this.#compared(node)?.subject;
    const text = trims ? ".split(',').map((o) => o.trim())" : ".split(',')";
    return list && ((fixer) => fixer.insertTextAfter(list, text));
  }

  /** What is compared in a call of `startsWith` and the like, or in a comparison of what `indexOf` gives. */
  #compared(
    node: Node,
  ):
    | { readonly whole: Node; readonly subject: Node; readonly operand: Node; readonly optional: boolean }
    | undefined {
    if (node.type !== 'CallExpression' || node.optional || node.arguments.length !== 1) return undefined;
    const { callee } = node;
    const [operand] = node.arguments;
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier')
      return undefined;
    if (!operand || operand.type === 'SpreadElement') return undefined;
    const call = node.parent.type === 'ChainExpression' ? node.parent : node;
    const found = { subject: callee.object, operand, optional: callee.optional || call !== node };
    if (['startsWith', 'endsWith', 'includes'].includes(callee.property.name))
      return { ...found, whole: call };
    const { parent } = call;
    if (callee.property.name !== 'indexOf' || parent?.type !== 'BinaryExpression' || parent.left !== call)
      return undefined;
    const asked = `${parent.operator} ${this.#source.getText(parent.right)}`;
    return ['=== 0', '== 0', '!== -1', '!= -1', '> -1', '>= 0'].includes(asked)
      ? { ...found, whole: parent }
      : undefined;
  }

  #replaceText(place: Place, text: string): Fix | undefined {
    const node = this.#node(place);
    const quote = node && this.#quote(node);
    return node && quote && !text.includes(quote)
      ? (fixer) => fixer.replaceText(node, quote + text + quote)
      : undefined;
  }

  /** Puts names in the place of one that is an element of a list, or stands between the commas of a text. */
  #replaceName(place: Place, name: string, names: readonly string[]): Fix | undefined {
    const node = this.#node(place);
    const quote = node && this.#quote(node);
    if (!node || !quote || node.parent?.type === 'TSEnumMember') return undefined;
    const list = node.parent?.type === 'ArrayExpression' ? node.parent : undefined;
    // `METHODS.includes(method)`, elsewhere, compares with what it says now.
    if (this.#isShared(bare(list ?? node))) return undefined;
    const text = this.#source.getText(node).slice(1, -1);
    const pieces = text.split(',');
    if (text.includes('\\') || !pieces.some((piece) => piece.trim() === name)) return undefined;
    if (pieces.length === 1) {
      // An empty text is another thing than an empty list: `cors` then allows whatever headers are asked for.
      if (names.length === 0) return list && this.#removeItem(node);
      const written = list
        ? names.map((one) => quote + one + quote).join(', ')
        : quote + names.join(',') + quote;
      return (fixer) => fixer.replaceText(node, written);
    }
    const kept = pieces.flatMap((piece) =>
      piece.trim() === name ? names.map((one) => piece.replace(name, () => one)) : [piece],
    );
    const written = kept.join(',').trimStart();
    if (written.replace(/[\s,]/g, '') === '') return undefined;
    return (fixer) => fixer.replaceText(node, quote + written + quote);
  }

  /** The value of a property: `{ credentials }` is written out. */
  #replaceValue(value: Node, text: string): Change | undefined {
    const { parent } = value;
    // A member of an enumeration is a constant, and used elsewhere.
    if (parent?.type === 'TSEnumMember') return undefined;
    // `req.headers` in `req.headers.origin` is not the value.
    if (parent?.type === 'MemberExpression' && parent.object === value) return undefined;
    if (parent?.type === 'Property' && parent.shorthand)
      return (fixer) => fixer.insertTextAfter(parent, `: ${text}`);
    return this.#replace(value, text);
  }

  #addProperty(node: Node, property: string): Change | undefined {
    if (node.type === 'CallExpression') {
      const [plugin, given] = node.arguments;
      // `app.register(cors)`: the options come second.
      if (plugin && !given && isRegister(node))
        return (fixer) => fixer.insertTextAfter(plugin, `, { ${property} }`);
      // `cors()`: there is nothing to put it into yet.
      const close = node.arguments.length === 0 ? this.#source.getLastToken(node) : null;
      return close ? (fixer) => fixer.insertTextBefore(close, `{ ${property} }`) : undefined;
    }
    if (node.type !== 'ObjectExpression') return undefined;
    const [first] = node.properties;
    if (first) return (fixer) => fixer.insertTextBefore(first, `${property}, `);
    return this.#comments(node) > 0 ? undefined : (fixer) => fixer.replaceText(node, `{ ${property} }`);
  }

  /** Takes an element or property out, with the comma that goes with it. */
  #removeItem(node: Node): Change | undefined {
    const [before, after] = [this.#source.getTokenBefore(node), this.#source.getTokenAfter(node)];
    let [start, end] = node.range;
    if (after?.value === ',') {
      end = after.range[1];
      const next = this.#source.getTokenAfter(after, { includeComments: true });
      if (next && next.value !== ']' && next.value !== '}' && next.loc.start.line === after.loc.end.line)
        end = next.range[0];
      else if (before && before.loc.end.line === node.loc.start.line)
        start = before.value === ',' ? before.range[0] : before.range[1];
      else [start, end] = [this.#lineStart(start), this.#lineEnd(end)];
    } else if (before?.value === ',') start = before.range[0];
    else if (before && after && before.loc.end.line === after.loc.start.line)
      // The only one: `{ methods: null }` becomes `{}`.
      [start, end] = [before.range[1], after.range[0]];
    const lost = this.#source.getAllComments().some(({ range }) => range[0] >= start && range[1] <= end);
    return lost ? undefined : (fixer) => fixer.removeRange([start, end]);
  }

  /** Moves a statement, with what it needs and the comments above, before another one of the same block. */
  #moveBefore(statement: Node, first: Node): Fix | undefined {
    const moved = this.#needed(statement, first);
    if (!moved) return undefined;
    const pieces = moved.map((one) => this.#withComments(one));
    return (fixer) => {
      const [start] = this.#withComments(first);
      const indent = ' '.repeat(this.#source.getLocFromIndex(start).column);
      const text = pieces.map(([from, to]) => this.#source.text.slice(from, to)).join(`\n${indent}`);
      return [
        fixer.insertTextBeforeRange([start, start], `${text}\n${indent}`),
        ...pieces.map(([from, to]) => fixer.removeRange([this.#lineStart(from), this.#lineEnd(to)])),
      ];
    };
  }

  /** What stands at the place; of a list that holds nothing but loopback origins, the list. */
  #fallback(place: Place): Node | undefined {
    const node = this.#node(place);
    const list = node?.parent?.type === 'ArrayExpression' ? node.parent : undefined;
    return list && withFallback(list) && list.elements.every((one) => one && this.#isLoopbackOnly(one))
      ? list
      : node;
  }

  /** It is the value of `origin`, an element of a list, or that of a variable that is read once. */
  #isOption(node: Node): boolean {
    const { parent } = node;
    if (parent?.type === 'VariableDeclarator')
      return (
        parent.init === node &&
        parent.id.type === 'Identifier' &&
        !this.#isShared(node) &&
        // Who imports it may compare with it.
        parent.parent.parent.type !== 'ExportNamedDeclaration'
      );
    if (parent?.type === 'ArrayExpression') return true;
    if (parent?.type === 'ConditionalExpression')
      return parent.test !== node && this.#isOption(typeless(parent));
    return (
      parent?.type === 'Property' && parent.value === node && this.#source.getText(parent.key) === 'origin'
    );
  }

  /**
   * The statement and the declarations it needs, if all of them can stand before another one: in the order of the
   * file. Nothing if something that is needed cannot be moved.
   */
  #needed(statement: Node, before: Node): readonly Node[] | undefined {
    const moved = new Set<Node>([statement]);
    for (const one of moved) {
      if (moved.size > 5) return undefined;
      for (const reference of this.#references(one)) {
        // `let options; ... options = {}` in between: moved, it would find nothing.
        const late = reference.resolved?.references.some(
          (other) =>
            other.isWrite() &&
            !other.init &&
            other.identifier.range[0] >= before.range[0] &&
            other.identifier.range[0] < statement.range[0],
        );
        if (late) return undefined;
        for (const definition of reference.resolved?.defs ?? []) {
          const { node } = definition;
          if (definition.type === 'ImportBinding' || node.type === 'FunctionDeclaration') continue;
          if (
            node.range[0] < before.range[0] ||
            (node.range[0] >= one.range[0] && node.range[1] <= one.range[1])
          )
            continue;
          const declaration = statementOf(node);
          if (declaration?.type !== 'VariableDeclaration' || declaration.parent !== before.parent)
            return undefined;
          if (declaration.declarations.some((declarator) => declarator.init?.type === 'AwaitExpression'))
            return undefined;
          moved.add(declaration);
        }
      }
    }
    return [...moved].sort((a, b) => a.range[0] - b.range[0]);
  }

  #references(node: Node): readonly TSESLint.Scope.Reference[] {
    const found: TSESLint.Scope.Reference[] = [];
    const visit = (scope: TSESLint.Scope.Scope): void => {
      for (const reference of scope.references) {
        const { range } = reference.identifier;
        if (range[0] >= node.range[0] && range[1] <= node.range[1]) found.push(reference);
      }
      scope.childScopes.forEach(visit);
    };
    visit(this.#source.getScope(node));
    return found;
  }

  /** A statement with the comments that stand directly above it. */
  #withComments(node: Node): readonly [start: number, end: number] {
    let [start] = node.range;
    let line = node.loc.start.line;
    for (const comment of this.#source.getCommentsBefore(node).reverse()) {
      if (
        comment.loc.end.line < line - 1 ||
        this.#source.getTokenBefore(comment)?.loc.end.line === comment.loc.start.line
      )
        break;
      [start] = comment.range;
      line = comment.loc.start.line;
    }
    return [start, node.range[1]];
  }

  #lineStart(offset: number): number {
    let start = offset;
    while (start > 0 && /[ \t]/.test(this.#source.text[start - 1] ?? '')) start--;
    return start;
  }

  #lineEnd(offset: number): number {
    const rest = /^[ \t]*\r?\n/.exec(this.#source.text.slice(offset));
    return offset + (rest?.[0].length ?? 0);
  }
}

/** The node with the type that is written around it: `[…] as const`. */
function isWithin({ start, end }: Place, place: Place): boolean {
  return place.start <= start && end <= place.end;
}

function bare(node: Node): Node {
  const { parent } = node;
  return parent?.type === 'TSAsExpression' || parent?.type === 'TSSatisfiesExpression' ? bare(parent) : node;
}

/** `localhost` and `127.0.0.1` are one machine, and two origins. */
function loopbackTwin(origin: string): string | undefined {
  const [, before, host, after] = /^(https?:\/\/)(localhost|127\.0\.0\.1)(:\d+)?$/.exec(origin) ?? [];
  return host && `${before}${host === 'localhost' ? '127.0.0.1' : 'localhost'}${after ?? ''}`;
}

function isLoopbackHost(text: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(text);
}

/** Whether the node is an entry of a list: not a value beside its key, `['Access-Control-Allow-Origin', 'null']`. */
function isListed({ parent }: Node): boolean {
  return (
    parent?.type === 'ArrayExpression' &&
    parent.parent.type !== 'ArrayExpression' &&
    !parent.elements.some(
      (one) =>
        one?.type === 'Literal' && typeof one.value === 'string' && /^access-control-/i.test(one.value),
    )
  );
}

/** Where the value of a header stands: beside its name in a call, or under it in an object. */
function isHeaderHolder(node: Node): node is TSESTree.CallExpression | TSESTree.Property {
  return node.type === 'CallExpression' || node.type === 'Property';
}

/** Whether the node is one that others are compared with, in place of which no list can stand. */
function isCompared(node: Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case 'ArrayExpression':
    case 'BinaryExpression':
    case 'MemberExpression':
    case 'SwitchCase':
      return true;
    case 'CallExpression':
      return isAsking(parent);
    default:
      return false;
  }
}

/** Methods that ask and change nothing. */
const ASKING = new Set('endsWith has includes indexOf match startsWith test'.split(' '));

function isAsking({ callee }: TSESTree.CallExpression): boolean {
  const method = callee.type === 'MemberExpression' && !callee.computed ? callee.property : undefined;
  return method?.type === 'Identifier' && ASKING.has(method.name);
}

/** The whole condition that a compared value is part of: `origin === 'null'`, `/…/.test(origin)`, `a.startsWith(b)`. */
function conditionOf(node: Node): Node | undefined {
  const { parent } = node;
  switch (parent?.type) {
    case 'LogicalExpression':
      return parent.operator === '||' ? node : undefined;
    case 'IfStatement':
      return node;
    case 'BinaryExpression':
      return /^[=><]/.test(parent.operator) ? conditionOf(parent) : undefined;
    case 'MemberExpression':
      return parent.object === node ? conditionOf(parent) : undefined;
    case 'CallExpression':
      return isAsking(parent) ? conditionOf(parent) : undefined;
    case 'ChainExpression':
      return conditionOf(parent);
    default:
      return undefined;
  }
}

/** The node with what TypeScript writes around it: `process.env.ORIGIN!`, `… as string`. */
function typeless(node: Node): Node {
  const { parent } = node;
  return parent?.type === 'TSNonNullExpression' ||
    parent?.type === 'TSAsExpression' ||
    parent?.type === 'TSSatisfiesExpression'
    ? typeless(parent)
    : node;
}

/** `process.env.ORIGIN || '*'` of the fallback; `list.length > 0 ? list : true` of either branch. */
function withFallback(node: Node): TSESTree.LogicalExpression | TSESTree.ConditionalExpression | undefined {
  const { parent } = node;
  if (parent?.type === 'LogicalExpression')
    return parent.right === node && parent.operator !== '&&' ? parent : undefined;
  return parent?.type === 'ConditionalExpression' && parent.test !== node ? parent : undefined;
}

/** Whether it may stand beside `===` as it is. */
function isTight({ type }: Node): boolean {
  return [
    'Identifier',
    'Literal',
    'MemberExpression',
    'CallExpression',
    'TemplateLiteral',
    'ChainExpression',
    'ThisExpression',
  ].includes(type);
}

/** Whether it may be written a second time: to work it out changes nothing. */
function isRepeatable(node: Node): boolean {
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return true;
    case 'MemberExpression':
      return isRepeatable(node.object) && (!node.computed || isRepeatable(node.property));
    case 'TemplateLiteral':
      return node.expressions.every(isRepeatable);
    case 'ArrayExpression':
      return node.elements.every((one) => one !== null && isRepeatable(one));
    case 'ObjectExpression':
      return node.properties.every((one) => isRepeatable(one.type === 'Property' ? one.value : one.argument));
    default:
      return false;
  }
}

function isRegister({ callee }: TSESTree.CallExpression): boolean {
  return (
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'register'
  );
}

function statementOf(node: Node): (Node & { parent: Node }) | undefined {
  for (let one: Node | undefined = node; one?.parent; one = one.parent)
    if (one.parent.type === 'Program' || one.parent.type === 'BlockStatement')
      return one as Node & { parent: Node };
  return undefined;
}

function isExpression(node: Node): boolean {
  return node.type === 'Literal' && 'regex' in node;
}

/** The call that a header is written with: `res.set(name, value)`, or the one whose table the property stands in. */
function callOnResponse(node: Node): TSESTree.CallExpression | undefined {
  if (node.type === 'CallExpression') return node;
  if (node.type !== 'Property' || node.parent.type !== 'ObjectExpression') return undefined;
  const call = node.parent.parent;
  return call.type === 'CallExpression' ? call : undefined;
}

/** `res` of `res.status(200).set(…)`. */
function responseOf(call: TSESTree.CallExpression): string | undefined {
  let object: Node = call;
  while (object.type === 'CallExpression' && object.callee.type === 'MemberExpression')
    object = object.callee.object;
  return object.type === 'Identifier' ? object.name : undefined;
}

/** The statement that holds the node, in the body of the function that has a parameter of that name. */
function statementWith(node: Node, parameter: string): (Node & { parent: Node }) | undefined {
  for (let one: Node | undefined = node; one?.parent; one = one.parent) {
    const block: Node = one.parent;
    if (block.type !== 'BlockStatement' || !('params' in block.parent)) continue;
    const has = block.parent.params.some((param) => param.type === 'Identifier' && param.name === parameter);
    if (has) return one as Node & { parent: Node };
  }
  return undefined;
}

type FunctionNode =
  TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression;

function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}
