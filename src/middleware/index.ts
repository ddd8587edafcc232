/** `eslint-plugin-cors/middleware`: a CORS middleware that cannot be misconfigured silently. */
export { originsFromEnv, type FromEnvironment } from './environment.ts';
export { cors } from './node.ts';
export { CorsConfigError } from './problems.ts';
export type * from './types.ts';
