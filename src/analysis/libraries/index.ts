/** The libraries that are known, and the words that tell a file that uses one. */
import { corsLibrary } from './cors.ts';
import { dotenvConfigLibrary, dotenvLibrary } from './dotenv.ts';
import { expressLibrary } from './express.ts';
import { fastifyCorsLibrary } from './fastify-cors.ts';
import { fastifyLibrary } from './fastify.ts';
import { guardLibraries } from './guards.ts';
import type { Library } from './library.ts';
import { safeCorsLibraries } from './safe-cors.ts';
import { socketIoLibrary } from './socket-io.ts';

export const LIBRARIES: readonly Library[] = [
  corsLibrary,
  ...safeCorsLibraries,
  fastifyCorsLibrary,
  socketIoLibrary,
  // Before Express: what registers plugins is no app of Express.
  fastifyLibrary,
  expressLibrary,
  dotenvLibrary,
  dotenvConfigLibrary,
  ...guardLibraries,
];

export const LIBRARY_NAMES: readonly string[] = [
  ...new Set(LIBRARIES.flatMap((library) => library.triggers)),
];
