/**
 * What the platform has, by whatever declares it: `lib: dom` or `webworker`, `@types/node`, the types of a Worker. Where
 * nothing does, as in a server that is compiled with `types: []`, the types of the middleware hold all the same.
 */
import type { FetchRequest } from './types.ts';

export type PlatformRequest = typeof globalThis extends { Request: { prototype: infer T } }
  ? T extends FetchRequest
    ? T
    : FetchRequest
  : FetchRequest;

export type PlatformResponse = typeof globalThis extends { Response: { prototype: infer T } } ? T : object;

export type PlatformSignal = typeof globalThis extends { AbortSignal: { prototype: infer T } }
  ? T
  : { readonly aborted: boolean };
