/**
 * Express 4 and 5: apps and routers, and what is registered on them, in which order. An app is recognised however it
 * was made; something unknown (a parameter, `this.app`) is one when it is used like one.
 */
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice, type Guard } from '../run/tree.ts';
import {
  Made,
  madeBy,
  NOWHERE,
  stringOf,
  type Leaf,
  type Native,
  type NativeCall,
  type Obj,
  type Value,
} from '../run/value.ts';
import { CorsFactory } from './cors.ts';
import { Layer } from './layer.ts';
import type { Library } from './library.ts';

const VERBS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all'] as const;
const REGISTERING = new Set<string>(['use', 'route', ...VERBS]);

/** Whether requests of the method come to what is registered so. */
export function takes(how: string, method: string): boolean {
  return how === 'use' || how === 'ALL' || how === method;
}

export interface Registration {
  /** `use`, or the method in capitals; `ALL`. `escape`: the app was given to code that is not followed. */
  readonly how: string;
  /** Each path; `undefined` is one that is not known. No path at all is `/`. */
  readonly paths: readonly RegisteredPath[];
  readonly handlers: readonly Handler[];
  /** The call. */
  readonly at: Place;
  readonly guard: Guard;
  readonly phase: number;
  /** Which of the separately run parts of the file did it. */
  readonly part: number;
}

export interface RegisteredPath {
  /** Known text; `undefined` for expressions and what is not known. */
  readonly text: string | undefined;
  /** A regular expression that matches everything. */
  readonly everything: boolean;
  /** It stands in a list of paths: on Express 5, `/` means the root alone there. */
  readonly listed?: boolean;
  readonly at: Place;
}

export interface Handler {
  readonly value: Value;
  readonly at: Place;
  /** It stands in a list, at whose place it is. */
  readonly listed: boolean;
}

export class App extends Made {
  /** Most handlers have nothing to do with CORS: the application says which of them are worth it. */
  override readonly follows: boolean = false;
  /** What comes behind a policy cannot come too early; routers are mounted on an app, mostly behind its policy. */
  override decidesStill(run: Run): boolean {
    return !run.made.some((object) => madeBy(object, App)?.hasPolicy);
  }

  get hasPolicy(): boolean {
    return this.registrations.some(({ handlers }) =>
      handlers.some(({ value }) => madeBy(value, Layer) ?? madeBy(value, CorsFactory)),
    );
  }
  readonly registrations: Registration[] = [];

  /** @param isServer made by `express()`: requests come to it, and to nothing before it that the file does not show. */
  constructor(readonly isServer = false) {
    super();
  }

  override get(run: Run, self: Obj, key: string, at: Place): Value | undefined {
    if (REGISTERING.has(key)) return method(run, self, this, key);
    // Everything else (`listen`, `set`, `locals`) decides nothing here.
    return run.unknown('a construct that is not modelled', at, { key: `app#${self.id}.${key}` });
  }

  override snapshot(): () => void {
    const { length } = this.registrations;
    return () => {
      this.registrations.length = length;
    };
  }

  override escape(run: Run, at: Place): void {
    this.registrations.push({
      how: 'escape',
      paths: [],
      handlers: [],
      at,
      guard: run.guard,
      phase: run.phase,
      part: run.part,
    });
  }
}

/** What `app.route('/x')` returns. */
class OnePath extends Made {
  constructor(
    readonly app: App,
    readonly path: readonly RegisteredPath[],
  ) {
    super();
  }

  override get(run: Run, self: Obj, key: string): Value | undefined {
    if (!(VERBS as readonly string[]).includes(key)) return undefined;
    return run.native(`route.${key}`, (inner, call) => {
      register(inner, this.app, key, this.path, handlersOf(inner, call, 0), call.at);
      return self;
    });
  }
}

function method(run: Run, self: Obj, app: App, key: string): Value {
  return run.native(`app.${key}`, (inner, call) => {
    if (key === 'route')
      return inner.make(new OnePath(app, pathsOf(inner, call.args[0], call.places[0] ?? call.at)), call.at);
    // `app.get('view engine')` reads a setting.
    if (key === 'get' && call.args.length === 1 && !call.open)
      return inner.unknown('a construct that is not modelled', call.at);
    const pathFirst = key !== 'use' || isPath(inner, call);
    const paths = pathFirst
      ? pathsOf(inner, call.args[0], call.places[0] ?? call.at)
      : [{ text: '/', everything: false, at: call.at }];
    register(inner, app, key, paths, handlersOf(inner, call, pathFirst ? 1 : 0), call.at);
    return self;
  });
}

function register(
  run: Run,
  app: App,
  key: string,
  paths: readonly RegisteredPath[],
  handlers: readonly Handler[],
  at: Place,
): void {
  const how = key === 'use' ? 'use' : key.toUpperCase();
  app.registrations.push({ how, paths, handlers, at, guard: run.guard, phase: run.phase, part: run.part });
}

/** Whether the first argument of `use` is a path. */
function isPath(run: Run, { args }: NativeCall): boolean {
  const value = run.here(args[0] ?? run.undefined());
  const looksLikePath = (leaf: Value): boolean =>
    !(leaf instanceof Choice) &&
    (leaf.type === 'known'
      ? typeof leaf.value === 'string'
      : leaf.type === 'object'
        ? leaf.nature.is === 'regexp'
        : leaf.kind === 'string');
  if (looksLikePath(value)) return true;
  if (value instanceof Choice) return args.length > 1;
  if (value.type === 'object' && value.nature.is === 'array') {
    const list = run.decisions.under(run.guard, value.list);
    return (
      !(list instanceof Choice) && 'items' in list && list.items.length > 0 && list.items.every(looksLikePath)
    );
  }
  // `app.use(prefix, router)`: what is not known and stands before something else is a path sooner than a handler.
  return value.type === 'unknown' && args.length > 1 && !value.key.includes('()');
}

function pathsOf(run: Run, value: Value | undefined, at: Place, depth = 0): readonly RegisteredPath[] {
  const now = run.here(value ?? run.undefined());
  if (now instanceof Choice) return [{ text: undefined, everything: false, at }];
  if (now.type === 'known')
    return [{ text: typeof now.value === 'string' ? now.value : undefined, everything: false, at: now.at }];
  if (now.type === 'object' && now.nature.is === 'regexp')
    return [{ text: undefined, everything: /^\^?(?:\\\/)?\(?\.\*\)?\$?$/.test(now.nature.source), at }];
  if (now.type === 'object' && now.nature.is === 'array' && depth < 3) {
    const list = run.decisions.under(run.guard, now.list);
    if (!(list instanceof Choice) && 'items' in list)
      return list.items.flatMap((item) =>
        pathsOf(run, item, at, depth + 1).map((path) => ({ ...path, listed: true })),
      );
  }
  return [{ text: undefined, everything: false, at }];
}

/** The handlers among the arguments: lists are taken apart, as Express does. */
function handlersOf(run: Run, { args, places, at }: NativeCall, from: number): readonly Handler[] {
  const handlers: Handler[] = [];
  const add = (value: Value, place: Place, depth: number): void => {
    const now = run.here(value);
    if (depth < 3 && !(now instanceof Choice) && now.type === 'object' && now.nature.is === 'array') {
      const list = run.decisions.under(run.guard, now.list);
      if (!(list instanceof Choice) && 'items' in list) {
        for (const item of list.items) add(item, itemPlace(item) ?? place, depth + 1);
        return;
      }
    }
    handlers.push({ value: now, at: place, listed: depth > 0 });
  };
  args.slice(from).forEach((value, index) => add(value, places[index + from] ?? at, 0));
  return handlers;
}

function itemPlace(item: Value): Place | undefined {
  return item instanceof Choice || item.type === 'unknown' || item.at === NOWHERE ? undefined : item.at;
}

const create: Native = (run, { at }) => run.make(new App(true), at);
const createRouter: Native = (run, { at }) => run.make(new App(), at);

/** Middlewares of Express itself, which have nothing to do with CORS. */
export class Bland extends Made {}
const bland: Native = (run, { at }) => run.make(new Bland(), at);

/** One that reads the body and passes the request on, whatever that says. */
export class BodyParser extends Bland {
  /** @param name as Express exports it: `json`. */
  constructor(readonly name: string) {
    super();
  }
}

function exportsOf(run: Run): Value {
  const express = run.native('express', create);
  const router = run.native('Router', createRouter, createRouter);
  for (const name of ['Router', 'application'])
    run.put(express, name, name === 'Router' ? router : run.unknown('import', NOWHERE), NOWHERE);
  for (const name of ['json', 'urlencoded', 'raw', 'text'])
    run.put(
      express,
      name,
      run.native(name, (inner, { at }) => inner.make(new BodyParser(name), at)),
      NOWHERE,
    );
  run.put(express, 'static', run.native('static', bland), NOWHERE);
  run.put(express, 'default', express, NOWHERE);
  run.put(express, 'express', express, NOWHERE);
  return express;
}

/** Apps among unknown values, by run and key. */
const shadows = new WeakMap<Run, Map<string, Obj>>();

export const expressLibrary: Library = {
  modules: ['express', 'express-promise-router'],
  triggers: [],
  exports: exportsOf,

  observe(run, self, name, call) {
    if (!REGISTERING.has(name)) return undefined;
    const known = shadows.get(run) ?? new Map<string, Obj>();
    shadows.set(run, known);
    let app = known.get(self.key);
    const native: NativeCall = { self, ...call };
    // A parameter is an app once a layer, a function or a router is registered on it.
    if (!app && !call.args.some((arg) => isHandler(run, arg)) && name !== 'route') return undefined;
    // `container.use('cors', cors)` names something.
    if (!app && /^\w/.test(stringOf(run.here(call.args[0] ?? run.undefined())) ?? '')) return undefined;
    if (!app) {
      app = run.make(new App(), self.at);
      known.set(self.key, app);
    }
    const made = madeBy(app, App) as App;
    const work = run.here(method(run, app, made, name)) as Leaf;
    if (work.type !== 'object' || work.nature.is !== 'native') return undefined;
    const result = work.nature.call(run, native);
    // Chained calls go on with what they were called on.
    return result === app ? self : result;
  },
};

function isHandler(run: Run, value: Value): boolean {
  const now = run.here(value);
  if (madeBy(now, Layer) || madeBy(now, CorsFactory) || madeBy(now, App) || madeBy(now, Bland)) return true;
  if (now instanceof Choice || now.type !== 'object') return false;
  if (now.nature.is === 'array') {
    const list = run.decisions.under(run.guard, now.list);
    return !(list instanceof Choice) && 'items' in list && list.items.some((item) => isHandler(run, item));
  }
  return now.nature.is === 'function';
}
