/** The surroundings of a program: built-in values, Node's modules, and the libraries that are known. */
import type { Place } from '../code.ts';
import type { Library } from '../libraries/library.ts';
import type { Arguments, Run, Surroundings } from '../run.ts';
import { Choice } from '../run/tree.ts';
import {
  depsOf,
  known,
  NOWHERE,
  union,
  type Leaf,
  type Native,
  type Unknown,
  type Value,
} from '../run/value.ts';
import { readEnvironment } from '../run/world.ts';
import { expressionMethod, expressionProperty, isExpression } from './expressions.ts';
import type { Following } from '../following.ts';
import { FUNCTION_METHODS, Globals, nodeModule, OBJECT_METHODS, PROMISE_METHODS } from './globals.ts';
import { element, listMethod, listSize } from './lists.ts';
import { numberMethod, stringMethod } from './strings.ts';

/** Methods that tell people something, on whatever they are called: they change nothing that they are given. */
const TELLING = new Set('log info warn error debug trace fatal verbose silly notice'.split(' '));
/** Methods that tell something about what they are called on and change nothing: the same question has one answer. */
const ASKING = new Set('includes startsWith endsWith has test'.split(' '));
const COMPUTING = new Set(
  'indexOf lastIndexOf join trim toLowerCase toUpperCase toString split slice substring substr charAt at replace replaceAll concat'.split(
    ' ',
  ),
);
/** Methods of lists that run a callback on each element. */
const VISITING = new Set('some every find findIndex filter map forEach'.split(' '));
/** Methods that keep a callback for later, or run it once the program has started: nothing is changed by the call. */
const LATER = new Set('on once listen addListener addEventListener'.split(' '));

/** One for each run: values made here belong to it. */
export function surroundings(libraries: readonly Library[], following?: Following): Surroundings {
  const globals = new Globals();
  const natives = new Map<string, Value>();
  const modules = new Map<string, Value>();

  const native = (run: Run, name: string, work: Native | undefined): Value | undefined => {
    if (!work) return undefined;
    let value = natives.get(name);
    if (value === undefined) {
      value = run.native(name, work);
      natives.set(name, value);
    }
    return value;
  };

  const module = (run: Run, specifier: string, name: string, at: Place): Value | undefined => {
    const library = libraries.find((one) => one.modules.includes(specifier));
    if (!library)
      return nodeModule(globals, run, specifier, name, at) ?? following?.exported(run, specifier, name, at);
    let exports = modules.get(specifier);
    if (exports === undefined) {
      const { guard } = run;
      run.guard = true;
      exports = library.exports(run);
      run.guard = guard;
      modules.set(specifier, exports);
    }
    // CommonJS: the default import is the module itself, and so is the namespace to most compilers.
    return name === 'default' || name === '*' ? exports : run.get(exports, name, at);
  };

  const require: Native = (run, { args, at }) => {
    const specifier = args[0] === undefined ? undefined : run.here(args[0]);
    if (specifier === undefined || specifier instanceof Choice || specifier.type !== 'known')
      return run.unknown('import', at);
    const name = String(specifier.value);
    return run.imported(name, '*', at);
  };

  return {
    module,

    global(run, name) {
      if (name === 'require') return native(run, 'require', require);
      return globals.get(run, name);
    },

    property(run, self, key, at) {
      if (self.type === 'known') {
        if (typeof self.value === 'string') return textProperty(run, self, key, at);
        return (
          native(run, `number.${key}`, typeof self.value === 'bigint' ? undefined : numberMethod(key)) ??
          (key in Object(self.value) ? beyond(run, key, at) : undefined)
        );
      }
      if (self.type === 'unknown') {
        if (self.kind === 'string') return native(run, `string.${key}`, stringMethod(key));
        if (self.kind) return native(run, `number.${key}`, numberMethod(key));
        return key === 'then' ? native(run, 'promise.then', PROMISE_METHODS['then']) : undefined;
      }
      return objectProperty(run, self, key, at);
    },

    observe(run, self, method, call) {
      if (TELLING.has(method)) return run.unknown('call of something unknown', call.at);
      if (LATER.has(method)) {
        for (const arg of call.args) run.wait(arg);
        return run.unknown('call of something unknown', call.at);
      }
      for (const library of libraries) {
        const value = library.observe?.(run, self, method, call);
        if (value === undefined) continue;
        // `routes.register(app)` of another file is no plugin's registration.
        run.wantCallee(self, call.args);
        return value;
      }
      return visitUnknown(run, self, method, call) ?? ask(run, self, method, call);
    },
  };

  /** `allowed.some((one) => …)`: what is not known is a list, by the way it is used. */
  function visitUnknown(run: Run, self: Unknown, method: string, call: Observed): Value | undefined {
    const [visitor] = call.args;
    if (!VISITING.has(method) || call.open || visitor === undefined) return undefined;
    const callable = run.here(visitor);
    if (callable instanceof Choice || callable.type !== 'object' || callable.nature.is !== 'function')
      return undefined;
    const list = run.array([], call.at, self);
    const work = listMethod('array', method);
    return work?.(run, { ...call, self: list });
  }

  /** A method that only asks, by its name. */
  function ask(
    run: Run,
    self: Unknown,
    method: string,
    { args, open, at }: { args: readonly Value[]; open: boolean; at: Place },
  ): Value | undefined {
    if (open || !(ASKING.has(method) || COMPUTING.has(method))) return undefined;
    if (args.some((arg) => arg instanceof Choice || arg.type === 'object')) return undefined;
    const [first] = args;
    // Nothing of which the content is unknown holds the name of a stranger.
    if (first && 'type' in first && run.watch?.nobodyWrote(first)) {
      if (method !== 'test' && ASKING.has(method)) return known(false, at);
      if (method === 'indexOf' || method === 'lastIndexOf') return known(-1, at);
    }
    let deps = self.deps;
    for (const arg of args) deps = union(deps, depsOf(arg));
    const key = `${self.key}.${method}(${args.map((arg) => run.keyOf(arg as Leaf)).join()})`;
    return ASKING.has(method)
      ? run.boolean(run.decisions.ask(key, deps), at)
      : run.unknown('computed from something unknown', at, { key, deps });
  }

  function textProperty(run: Run, self: Leaf & { type: 'known' }, key: string, at: Place): Value | undefined {
    const text = String(self.value);
    if (key === 'length') return { type: 'known', value: text.length, at };
    if (/^\d+$/.test(key)) return { type: 'known', value: text[Number(key)], at };
    return (
      native(run, `string.${key}`, stringMethod(key)) ??
      (key in String.prototype ? beyond(run, key, at) : undefined)
    );
  }

  function objectProperty(
    run: Run,
    self: Leaf & { type: 'object' },
    key: string,
    at: Place,
  ): Value | undefined {
    const { nature } = self;
    switch (nature.is) {
      case 'array':
      case 'set':
      case 'map': {
        if (key === (nature.is === 'array' ? 'length' : 'size')) return listSize(run, self, at);
        if (nature.is === 'array' && /^\d+$/.test(key)) return element(run, self, Number(key), at);
        return (
          native(run, `${nature.is}.${key}`, listMethod(nature.is, key)) ??
          listProperty(run, nature.is, key, at)
        );
      }
      case 'environment':
        return readEnvironment(run.world, run.environment, key, at);
      case 'promise':
        return (
          native(
            run,
            `promise.${key}`,
            Object.hasOwn(PROMISE_METHODS, key) ? PROMISE_METHODS[key] : undefined,
          ) ?? beyond(run, key, at)
        );
      case 'function':
      case 'native':
      case 'class':
        return (
          native(
            run,
            `function.${key}`,
            Object.hasOwn(FUNCTION_METHODS, key) ? FUNCTION_METHODS[key] : undefined,
          ) ?? (key in Function.prototype ? beyond(run, key, at) : undefined)
        );
      case 'regexp':
        return (
          native(run, `regexp.${key}`, expressionMethod(key)) ??
          (isExpression(self) ? expressionProperty(self, key, at) : undefined) ??
          beyond(run, key, at)
        );
      case 'made':
        return beyond(run, key, at);
      case 'plain':
        return (
          native(
            run,
            `object.${key}`,
            Object.hasOwn(OBJECT_METHODS, key) ? OBJECT_METHODS[key] : undefined,
          ) ?? (key in Object.prototype ? beyond(run, key, at) : undefined)
        );
    }
  }
}

const PROTOTYPES = { array: Array.prototype, set: Set.prototype, map: Map.prototype };

/** What a list has beside its elements: a method that is not modelled, or nothing. */
function listProperty(run: Run, is: keyof typeof PROTOTYPES, key: string, at: Place): Unknown | undefined {
  return key in PROTOTYPES[is] ? beyond(run, key, at) : undefined;
}

/** A property of a built-in object that is not modelled: it is there, and that is all that is known. */
function beyond(run: Run, key: string, at: Place): Unknown {
  return run.unknown('a construct that is not modelled', at === NOWHERE ? at : at, {
    truthy: key in Object.prototype,
  });
}

type Observed = Parameters<Surroundings['observe']>[3];

export type { Arguments };
