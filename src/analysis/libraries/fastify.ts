/**
 * Fastify: an instance, and that what it is given is no business of Express. Its routes are not laid out, since their
 * order does not count for `@fastify/cors` (`test/facts/fastify-cors.test.ts`).
 */
import type { Place } from '../code.ts';
import type { Arguments, Run } from '../run.ts';
import { Made, NOWHERE, type Obj, type Unknown, type Value } from '../run/value.ts';
import { answersErrors, register } from './fastify-cors.ts';
import type { Library } from './library.ts';

/** Methods that only an instance of Fastify has. */
const OWN = new Set([
  'register',
  'addHook',
  'decorate',
  'decorateRequest',
  'decorateReply',
  'withTypeProvider',
]);

/** Methods that keep what they are given for later, and return the instance. */
const CHAINED = new Set([
  ...OWN,
  ...['after', 'setErrorHandler', 'setNotFoundHandler', 'setValidatorCompiler', 'setSerializerCompiler'],
  ...['addSchema', 'addContentTypeParser', 'route', 'all'],
  ...['get', 'post', 'put', 'patch', 'delete', 'head', 'options'],
]);

class Instance extends Made {
  override get(run: Run, self: Obj, key: string, at: Place): Value | undefined {
    // It is awaited, which changes nothing.
    if (key === 'then') return run.undefined(at);
    if (!CHAINED.has(key))
      // Everything else (`listen`, `log`, `inject`) decides nothing here.
      return run.unknown('a construct that is not modelled', at, { key: `fastify#${self.id}.${key}` });
    return run.native(`fastify.${key}`, (inner, call) => {
      work(inner, self, key, call);
      return self;
    });
  }
}

/** Instances among unknown values: their keys. */
const seen = new WeakMap<Run, Set<string>>();

export const fastifyLibrary: Library = {
  modules: ['fastify'],
  triggers: [],

  exports(run) {
    const fastify = run.native('fastify', (inner, { at }) => inner.make(new Instance(), at));
    for (const name of ['default', 'fastify']) run.put(fastify, name, fastify, NOWHERE);
    return fastify;
  },

  /** A parameter is an instance where the plugin is registered on it, or something else that only Fastify does. */
  observe(run, self, name, call) {
    const instances = seen.get(run) ?? new Set<string>();
    seen.set(run, instances);
    if (OWN.has(name)) instances.add(self.key);
    if (!CHAINED.has(name) || !instances.has(self.key)) return undefined;
    work(run, self, name, call);
    return self;
  },
};

/** What an instance does with what it is given. */
function work(run: Run, self: Unknown | Obj, name: string, call: Arguments & { readonly at: Place }): void {
  if (name === 'setErrorHandler') answersErrors.add(run);
  if (name === 'register' && register(run, self, call)) return;
  for (const arg of call.args) run.wait(arg);
}
