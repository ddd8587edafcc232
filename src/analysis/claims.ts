/**
 * Options, origin callbacks and lists that a file exports for others to make policies of: they are judged where they
 * stand, whoever imports them. What is not clearly such a thing is judged where it is used.
 *
 * Nobody who reads the file can know that an importer overwrites something of it (`corsOptions.origin = …`): such options
 * are judged as they are exported, since they are a policy already. Without `origin` they are none yet, and often the
 * base that an importer adds `origin` to.
 */
import path from 'node:path';
import { parseOrigin } from '../policy/origin.ts';
import { codesOf, type ProblemCode } from '../policy/problems.ts';
import { layerOfOptions } from './libraries/cors.ts';
import type { Layer } from './libraries/layer.ts';
import { usesCors } from './files/manifest.ts';
import type { Run } from './run.ts';
import type { SourceModule } from './sources.ts';
import { Choice } from './run/tree.ts';
import { NOWHERE, stringOf, type Leaf, type Obj, type Value } from './run/value.ts';
import { importsIn } from './run/wants.ts';

/** Files that are named for what they hold: `config/corsOptions.js`, `allowedOrigins.ts`. */
const NAMED = /cors|origins/i;
/** A type annotation says it, too: `const options: CorsOptions = …`. */
const TYPED = /\bCorsOptions(?:Delegate)?\b/;
/** Lists of other origins have another grammar: `trustedOrigins`, `cspOrigins`, redirects. */
const OF_ALLOWED = /cors|allow(?:ed|list)?[-_.]?origins?|origins?[-_.]?(?:allow|white)[-_.]?list/i;

const OPTIONS = new Set(
  'origin credentials methods allowedHeaders exposedHeaders maxAge preflightContinue optionsSuccessStatus'.split(
    ' ',
  ),
);

/** What is meant for them is not what production runs with. */
const ENVIRONMENTS = new Set(
  'dev develop development local localhost test tests testing spec stage staging qa e2e mock mocks example sample fixture demo sandbox debug'.split(
    ' ',
  ),
);
const PRODUCTION = new Set(['prod', 'production', 'live']);

/** Without the options around it, only what an origin looks like can be said of a list. */
const OF_LISTS: ReadonlySet<ProblemCode> = new Set(codesOf('valid-origin'));

/** What holds of a callback whether or not it comes to credentials. */
const OF_CALLBACKS: ReadonlySet<ProblemCode> = new Set([
  ...OF_LISTS,
  ...[
    'no-hanging-cors',
    'no-localhost-origin',
    'no-missing-origin-error',
    'no-null-origin',
    'no-unsafe-origin-match',
  ].flatMap(codesOf),
]);

/** Layers that were made of a part of the options, and what can be said of them. */
const partly = new WeakMap<Layer, ReadonlySet<ProblemCode>>();

/** Whether a file of that name may hold such a thing, whatever its text. */
export function isNamedForCors(filename: string): boolean {
  // ESLint gives no JSON to rules like these: nothing would be reported there.
  return !filename.endsWith('.json') && NAMED.test(baseOf(filename));
}

/** Something that a file exports, and what it is called there. */
interface Exported {
  readonly names: readonly string[];
  readonly value: Leaf;
}

/** The policies that its exports would make, each for itself. */
export function claimedLayers(run: Run, entry: SourceModule): readonly Layer[] {
  const base = baseOf(entry.path);
  if (!isNamedForCors(entry.path) && !TYPED.test(entry.text)) return [];
  if (isForOthers(base)) return [];
  // What means one thing to npm `cors` means another to another package.
  if (!usesCors(entry.path)) return [];
  const found = new Map<Obj, Layer>();
  for (const { value, names } of exportsOf(run, entry)) {
    if (value.type !== 'object' || found.has(value) || names.some(isForOthers)) continue;
    const layer = layerOf(run, value, [...names, base]);
    if (!layer) continue;
    found.set(value, layer);
    // What it is made of may stand in yet another file.
    run.want(importsIn(value));
  }
  return [...found.values()];
}

/** Whether that may be said of the layer: of a list alone, not everything. */
export function isClaimed(layer: Layer, code: ProblemCode): boolean {
  return partly.get(layer)?.has(code) ?? true;
}

function layerOf(run: Run, object: Obj, names: readonly string[]): Layer | undefined {
  if (isOptions(object)) return layerOfOptions(run, object, object.at);
  const callback = callbackIn(object);
  if (callback === 'delegate') return layerOfOptions(run, object, object.at);
  if (callback === 'origin') return partOf(run, object, OF_CALLBACKS);
  if (isOriginList(object) && names.some((name) => OF_ALLOWED.test(name)))
    return partOf(run, object, OF_LISTS);
  return undefined;
}

/** The policy with that `origin`, of which the rest is not known. */
function partOf(run: Run, origin: Obj, codes: ReadonlySet<ProblemCode>): Layer {
  const options = run.plain(origin.at);
  run.put(options, 'origin', origin, origin.at);
  options.open = run.unknown('import', NOWHERE);
  const layer = layerOfOptions(run, options, origin.at);
  partly.set(layer, codes);
  return layer;
}

/** What the file exports, as far as it is one thing for certain. */
function exportsOf(run: Run, { code }: SourceModule): readonly Exported[] {
  const { cells } = run.top;
  const own = code.exports.flatMap((one): readonly Exported[] => {
    const value = 'variable' in one ? cells.get(one.variable) : undefined;
    if (!('variable' in one) || value === undefined || one.name === undefined) return [];
    const names = [one.name, one.variable.name];
    return certain(run, value).flatMap((leaf) =>
      // `export default { corsOptions: … }`
      one.name === 'default'
        ? [
            { names, value: leaf },
            ...slotsOf(run, leaf).filter((slot) => slot.names.some((name) => NAMED.test(name))),
          ]
        : [{ names, value: leaf }],
    );
  });
  const module = cells.get(code.commonJs.module);
  const whole = module === undefined ? [] : certain(run, run.get(module, 'exports', NOWHERE));
  const exported = [
    ...own,
    ...whole.flatMap((value) => [
      { names: [], value },
      ...(isObjectOfOptions(value) ? [] : slotsOf(run, value)),
    ]),
  ];
  // `{ development: …, production: … }`: which of them counts is said where one is taken.
  return exported.some(({ names }) => names.some(isEnvironment)) ? [] : exported;
}

function isObjectOfOptions(value: Leaf): boolean {
  return value.type === 'object' && isOptions(value);
}

function slotsOf(run: Run, value: Leaf): readonly Exported[] {
  if (value.type !== 'object' || value.nature.is !== 'plain') return [];
  return [...value.slots].flatMap(([name, { value: slot, getter }]): readonly Exported[] => {
    if (getter) return [];
    const now = run.decisions.under(run.guard, slot);
    return now instanceof Choice || now.type === 'absent' ? [] : [{ names: [name], value: now }];
  });
}

function certain(run: Run, value: Value): readonly Leaf[] {
  const now = run.here(value);
  return now instanceof Choice ? [] : [now];
}

/** With `origin`, and hardly anything that is no option: `{ origin, port }` is something else. */
function isOptions({ nature, slots }: Obj): boolean {
  if (nature.is !== 'plain' || !slots.has('origin')) return false;
  return slots.size === 1 || [...slots.keys()].filter((name) => OPTIONS.has(name)).length > 1;
}

/** By its parameters: `(origin, callback)` decides about an origin, `(req, callback)` about all options. */
function callbackIn({ nature }: Obj): 'origin' | 'delegate' | undefined {
  if (nature.is !== 'function' || nature.code.async) return undefined;
  const { parameters } = nature.code.body();
  const [first = '', second = ''] = parameters.map((one) => (one.to === 'variable' ? one.variable.name : ''));
  if (parameters.length !== 2 || !/^(?:cb|callback|done)$/i.test(second)) return undefined;
  if (/origin$/i.test(first)) return 'origin';
  return /^_?req(?:uest)?$/i.test(first) ? 'delegate' : undefined;
}

/** Of text, and every piece of it with a scheme. */
function isOriginList({ nature, list }: Obj): boolean {
  if (nature.is !== 'array' || list instanceof Choice || list.open || list.items.length === 0) return false;
  return list.items.every((item) => {
    const text = stringOf(item);
    return text !== undefined && (parseOrigin(text).ok || /^[a-z]+:\/\//i.test(text));
  });
}

/** The file's name without its folder and its ending. Either separator: the name need not come from this machine. */
function baseOf(filename: string): string {
  return path.posix.basename(filename.replaceAll('\\', '/')).replace(/\.[^.]*$/, '');
}

/** `devOptions`, `cors.test`, `CORS_LOCAL`. */
function isForOthers(name: string): boolean {
  return wordsIn(name).some((word) => ENVIRONMENTS.has(word));
}

/** An environment's name and nothing else. */
function isEnvironment(name: string): boolean {
  const word = name.toLowerCase();
  return ENVIRONMENTS.has(word) || PRODUCTION.has(word);
}

function wordsIn(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
}
