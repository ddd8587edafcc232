export { createCorsMiddleware } from './cors.js';
export * from './errors.js';
