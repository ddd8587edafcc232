/** What random tests start from: the same in every ordinary run, so that a failure can be repeated. */

/** `npm run test:long`: more of everything, and something else each time. */
export const LONG = process.env['MODE'] === 'long';
export const SEED = Number(process.env['CORS_TEST_SEED'] ?? (LONG ? Date.now() % 2 ** 31 : 20261121));
