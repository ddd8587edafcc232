import cors from 'cors';

export function createCorsMiddleware({ origins, credentials = false, maxAge = 600 }) {
  const allowed = new Set(origins);
  return cors({
    origin(origin, callback) {
      callback(null, allowed.has(origin) && origin);
    },
    credentials,
    maxAge,
    exposedHeaders: ['X-Total-Count'],
  });
}
