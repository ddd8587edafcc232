/** Small programs, run in the head, and what they come to read back as plain data. */
import { createRequire } from 'node:module';
import { parseForESLint } from '@typescript-eslint/parser';
import type { TSESTree } from '@typescript-eslint/utils';
import type { ModuleCode } from '../../src/analysis/code.ts';
import { surroundings } from '../../src/analysis/intrinsics/index.ts';
import type { Library } from '../../src/analysis/libraries/library.ts';
import { lower } from '../../src/analysis/lower.ts';
import { Run } from '../../src/analysis/run.ts';
import { Sources } from '../../src/analysis/sources.ts';
import { Choice, leaves } from '../../src/analysis/run/tree.ts';
import type { Absent, Leaf, Obj, Slot, Value, Why } from '../../src/analysis/run/value.ts';
import { productionWorld, type World } from '../../src/analysis/run/world.ts';

const require = createRequire(import.meta.url);
/** ESLint's own parser, as ESLint finds it. */
const espree = createRequire(require.resolve('eslint'))('espree') as {
  parse(source: string, options: object): TSESTree.Program;
};

export type Parser = 'typescript' | 'espree';

export function parse(source: string, parser: Parser = 'typescript'): TSESTree.Program {
  return parser === 'typescript'
    ? parseForESLint(source, { range: true, sourceType: 'module' }).ast
    : espree.parse(source, { ecmaVersion: 'latest', sourceType: 'module', range: true });
}

/** A file on its own, as the analysis keeps it. */
export function alone(text: string, code: ModuleCode): Sources {
  return new Sources({ path: '', text, base: 0, code });
}

/** Something that is not known, and why. */
export class Unclear {
  constructor(readonly why: Why) {}
}
/** One of these, as an open question decides. */
export class OneOf {
  constructor(readonly alternatives: readonly unknown[]) {}
}
/** In an array: there may be more. */
export class More {}

export class Program {
  constructor(
    readonly run: Run,
    readonly world: World,
  ) {}

  value(name: string): Value | undefined {
    for (const [variable, value] of this.run.top.cells)
      if (variable.name === name) return this.run.here(value);
    return undefined;
  }

  /** The variable's value as data: what is not known is `Unclear`, what is undecided `OneOf`. */
  read(name: string): unknown {
    const value = this.value(name);
    return value === undefined ? undefined : toData(this.run, value, []);
  }
}

interface Options {
  readonly parser?: Parser;
  readonly env?: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
  readonly libraries?: readonly Library[];
  readonly steps?: number;
}

export function evaluate(source: string, options: Options = {}): Program {
  const { unset, env } = options;
  const configured = productionWorld(env);
  const world: World = unset ? { ...configured, name: 'unset', unset: new Set(unset) } : configured;
  const run = new Run(world, surroundings(options.libraries ?? []), options.steps);
  run.module(lower(parse(source, options.parser)));
  run.settle();
  return new Program(run, world);
}

function toData(run: Run, value: Value, path: readonly Obj[]): unknown {
  if (value instanceof Choice) {
    const found: unknown[] = [];
    for (const leaf of leaves(value)) {
      const data = toData(run, leaf, path);
      if (!found.some((one) => Object.is(one, data) || JSON.stringify(one) === JSON.stringify(data)))
        found.push(data);
    }
    return found.length === 1 ? found[0] : new OneOf(found);
  }
  if (value.type === 'known') return value.value;
  if (value.type === 'unknown') return new Unclear(value.why);
  if (path.includes(value)) return '(itself)';
  return objectData(run, value, [...path, value]);
}

function objectData(run: Run, object: Obj, path: readonly Obj[]): unknown {
  switch (object.nature.is) {
    case 'array':
    case 'set':
    case 'map': {
      const lists = leaves(run.decisions.under(run.guard, object.list)).map(({ items, open }) => {
        const data = items.map((item) => toData(run, item, path));
        if (open) data.push(new More());
        return object.nature.is === 'set'
          ? new Set(data)
          : object.nature.is === 'map'
            ? new Map(data as [unknown, unknown][])
            : data;
      });
      return lists.length === 1 ? lists[0] : new OneOf(lists);
    }
    case 'plain': {
      const data: Record<string, unknown> = {};
      for (const [key, slot] of run.entries(object)) data[key] = slotData(run, object, key, slot, path);
      return object.open ? Object.assign(new Unclear(object.open.why), data) : data;
    }
    case 'promise':
      return { promise: toData(run, object.nature.promise.value, path), phase: object.nature.promise.phase };
    case 'regexp':
      return `/${object.nature.source}/${object.nature.flags}`;
    default:
      return `(${object.nature.is})`;
  }
}

function slotData(run: Run, object: Obj, key: string, slot: Slot, path: readonly Obj[]): unknown {
  if (slot.getter ?? slot.setter) return toData(run, run.get(object, key, slot.at), path);
  const found = leaves<Leaf | Absent>(run.decisions.under(run.guard, slot.value));
  const there = found
    .filter((leaf): leaf is Leaf => leaf.type !== 'absent')
    .map((leaf) => toData(run, leaf, path));
  if (there.length < found.length) there.push('(absent)');
  const once = there.filter(
    (one, index) => there.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
  );
  return once.length === 1 ? once[0] : new OneOf(once);
}
