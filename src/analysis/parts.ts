/** Runs a file: from top to bottom, and then the functions in it that only other files call. */
import type { FunctionCode } from './code.ts';
import { HEADER_WORDS } from './libraries/handwritten.ts';
import { LIBRARY_NAMES } from './libraries/index.ts';
import { Layer, LayerMaker } from './libraries/layer.ts';
import type { Run } from './run.ts';
import type { SourceModule } from './sources.ts';
import { madeBy, type Obj } from './run/value.ts';

/** How many functions that nobody calls here are run on their own, at most. */
const MOST_PARTS = 40;
/** Steps that one of them may take; what takes more is unknown. */
const PART_STEPS = 30_000;
/** And all of them together. */
const PARTS_STEPS = 60_000;

/**
 * Runs the module, then every function that speaks of a policy and that nothing here calls: exported set-up functions,
 * methods of a class that another file makes, callbacks. Their parameters are unknown.
 */
export function runAll(run: Run, module: SourceModule): void {
  run.module(module.code);
  runParts(run, module);
  run.settle();
}

function runParts(run: Run, module: SourceModule): void {
  const tried = new Set<FunctionCode>();
  let left = PARTS_STEPS;
  for (let part = 1; part <= MOST_PARTS; part++) {
    const next = unvisited(run, module, tried);
    if (!next) return;
    tried.add(next.code);
    run.guard = true;
    run.phase = 0;
    run.part = part;
    const took = run.apart(Math.min(PART_STEPS, left), () => {
      enter(run, next.code, next.closure);
    });
    left -= took ?? PART_STEPS;
    if (left <= 0) return;
  }
}

function enter(run: Run, code: FunctionCode, closure: Obj): void {
  const home = closure.nature.is === 'function' ? closure.nature.home : undefined;
  let self: Obj | undefined;
  if (home?.nature.is === 'class') {
    self = run.instances.get(home);
    if (!self) {
      const made = run.construct(home, { args: [], places: [], open: true }, home.at);
      self = 'type' in made && made.type === 'object' ? made : undefined;
      // The constructor may have called it.
      if (run.entered.has(code)) return;
    }
  }
  run.call(
    closure,
    self ?? run.unknown('parameter', code, { key: 'this' }),
    { args: [], places: [], open: true },
    code,
  );
}

/** The outermost function that mentions a policy and was not run, though the code around it was. */
function unvisited(
  run: Run,
  { code: module, text, base }: SourceModule,
  tried: ReadonlySet<FunctionCode>,
): { code: FunctionCode; closure: Obj } | undefined {
  for (const match of text.matchAll(mentions(run))) {
    const index = base + match.index;
    const inside = module.functions
      .filter((code) => code.start <= index && index < code.end)
      .sort((a, b) => a.start - b.start || b.end - a.end);
    const code = inside.find((one) => !run.entered.has(one));
    if (!code || tried.has(code)) continue;
    const closure = run.closures.get(code);
    if (closure) return { code, closure };
    // A constructor, or a method of a class whose definition was run.
    for (const [cls, object] of run.classes) {
      if (cls.start > code.start || code.end > cls.end || object.nature.is !== 'class') continue;
      if (cls.construct === code)
        return {
          code,
          closure: run.object(
            { is: 'function', code, env: object.nature.env, self: undefined, home: object },
            code,
          ),
        };
    }
  }
  return undefined;
}

/** The library's name in a `require`, and every name at the top of the file that stands for it or for a layer. */
function mentions(run: Run): RegExp {
  const names = new Set([...LIBRARY_NAMES.map((word) => `['"\`]${word}['"\`]`), ...HEADER_WORDS]);
  for (const [variable, value] of run.top.cells) {
    if (madeBy(value, LayerMaker) ?? madeBy(value, Layer))
      names.add(`(?<![\\w$.])${escapeText(variable.name)}(?![\\w$])`);
  }
  return new RegExp([...names].join('|'), 'g');
}

/** The text, as an expression that matches it to the letter. */
export function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
