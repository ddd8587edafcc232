/**
 * socket.io (4.8): its option `cors` is handed to npm `cors`, and governs what browsers poll. As measured, see
 * `test/facts/socket-io.test.ts`; that file and `test/analysis/socket-io.model.test.ts` run the real package against
 * what is said here.
 */
import type { Asking, Outcome, Request } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import type { Run } from '../run.ts';
import { Choice } from '../run/tree.ts';
import {
  Made,
  NOWHERE,
  type Leaf,
  type Native,
  type NativeCall,
  type Obj,
  type Value,
} from '../run/value.ts';
import { CorsLayer } from './cors.ts';
import { LayerMaker } from './layer.ts';
import type { Library } from './library.ts';
import type { Otherwise } from './options-layer.ts';

/** `Server`, and the module itself, which makes one too where it is called. */
class SocketIo extends LayerMaker {
  override get(run: Run, self: Obj, key: string): Value | undefined {
    if (key === '()' || key === 'new') return run.native('socket.io', makeServer, makeServer);
    return key === 'default' || key === 'Server' ? self : undefined;
  }
}

/** Methods that keep a function for later, and return the server. */
const LATER = new Set(['on', 'once', 'use']);

function wait(run: Run, args: readonly Value[], self: Obj): Value {
  for (const arg of args) run.wait(arg);
  return self;
}

/** A server. Options that come late count where none came before. */
class IoServer extends Made {
  #hasOptions: boolean;

  constructor(hasOptions: boolean) {
    super();
    this.#hasOptions = hasOptions;
  }

  override get(run: Run, self: Obj, key: string, at: Place): Value | undefined {
    if (LATER.has(key)) return run.native(`io.${key}`, (inner, { args }) => wait(inner, args, self));
    if (key !== 'attach' && key !== 'listen')
      // Everything else (`emit`, `engine`) decides nothing here.
      return run.unknown('a construct that is not modelled', at, { key: `io#${self.id}.${key}` });
    return run.native(`io.${key}`, (inner, call) => {
      if (!this.#hasOptions && call.args[1] !== undefined) {
        this.#hasOptions = true;
        readOptions(inner, call.args[1], call.places[1], call.at);
      }
      return self;
    });
  }
}

const makeServer: Native = (run, call) => {
  const [options, place] = optionsOf(run, call);
  if (options !== undefined) readOptions(run, options, place, call.at);
  return run.make(new IoServer(options !== undefined), call.at);
};

/** `(server, options)`, `(port, options)`, or the options alone. */
function optionsOf(run: Run, { args, places }: NativeCall): readonly [Value | undefined, Place | undefined] {
  const [first, second] = args;
  if (second !== undefined) return [second, places[1]];
  const now = run.here(first ?? run.undefined());
  const isServer =
    now instanceof Choice || now.type !== 'object' || now.nature.is !== 'plain' || now.slots.has('listen');
  return isServer ? [undefined, undefined] : [first, places[0]];
}

/** Makes the layer, unless there is certainly no option `cors`. */
function readOptions(run: Run, options: Value, place: Place | undefined, at: Place): void {
  const given = run.here(options);
  if (given instanceof Choice || given.type !== 'object' || given.nature.is !== 'plain') return;
  const slot = given.slots.get('cors');
  if (!slot) return;
  const value = run.get(given, 'cors', at);
  const now = run.here(value);
  if (!(now instanceof Choice) && now.type === 'known' && !now.value) return;
  run.make(new SocketIoLayer({ run, value, at, argument: placeOf(now) ?? place, guard: run.guard }), at);
}

/** Where the options of `cors` were written. */
function placeOf(value: Value): Place | undefined {
  return value instanceof Choice || value.at.end === 0 ? undefined : value.at;
}

export const socketIoLibrary: Library = {
  modules: ['socket.io'],
  triggers: ['socket.io'],
  exports: (run) => run.make(new SocketIo(), NOWHERE),
};

/** What the option does to polling. It knows nothing of the app beside it, nor the app of it. */
export class SocketIoLayer extends CorsLayer {
  override readonly library: string = '`socket.io`';
  override readonly standsAlone = true;

  override ask(request: Request, asking: Asking<Place> = {}): readonly Outcome<Place>[] {
    return super
      .ask(request, asking)
      .map((outcome) =>
        outcome.end.is === 'fails' ? { ...outcome, end: { ...outcome.end, status: 400 } } : outcome,
      );
  }

  /** Pages poll with requests that need no preflight: there is nothing to keep. */
  override get maxAge(): CorsLayer['maxAge'] {
    return { ...super.maxAge, missing: false };
  }

  protected override with(otherwise: Otherwise): SocketIoLayer {
    return new SocketIoLayer(this.given, otherwise);
  }

  /** Without a truthy value there are no headers at all. */
  protected override optionsOf(leaf: Leaf): ReturnType<CorsLayer['optionsOf']> {
    return leaf.type === 'known' && !leaf.value ? [undefined] : super.optionsOf(leaf);
  }
}
