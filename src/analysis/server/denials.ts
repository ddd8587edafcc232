/** Errors that refuse an origin, within the app that gets them: who answers them, and whom they hit. */
import type { Problem } from '../../policy/problems.ts';
import type { Place } from '../code.ts';
import { servesOwnPages } from '../evidence.ts';
import type { Handler, Registration } from '../libraries/express.ts';
import type { Sources } from '../sources.ts';
import { Choice, leaves } from '../run/tree.ts';

/** A name or a file that handles errors, as far as names say it. */
const HANDLER = /err|exception|boom|fail/i;
/** https://fastify.dev/docs/latest/Reference/Server/#seterrorhandler */
const FASTIFY_HANDLER = /\bsetErrorHandler\b/;

/**
 * The problems as they stand once the whole app is looked at. Where an error handler may turn errors into a 403 nobody
 * knows what is answered; where the app serves pages, the error hits those as well.
 */
export function judgedWithin(
  problems: readonly Problem<Place>[],
  registrations: readonly Registration[],
  sources: Sources,
): readonly Problem<Place>[] {
  if (!problems.some(({ code }) => code === 'denial-by-error' || code === 'missing-origin-error'))
    return problems;
  const handled =
    sources.some(FASTIFY_HANDLER) ||
    registrations.some((registration) => mayHandleErrors(registration, sources));
  const pages = firstOf(sources.all, ({ code, text, base }) => servesOwnPages(code, text, base));
  return problems.flatMap((problem) => {
    const { code, places } = problem;
    if (code !== 'denial-by-error' && code !== 'missing-origin-error') return [problem];
    if (handled) return [];
    return code === 'denial-by-error' && pages
      ? [{ ...problem, code: 'own-pages-denied-by-error' as const, places: { ...places, other: pages } }]
      : [problem];
  });
}

/** Express takes a function of four parameters for one: https://expressjs.com/en/guide/error-handling.html */
function mayHandleErrors({ how, handlers, at }: Registration, sources: Sources): boolean {
  // `require('./startup/errors')(app)`, `handleErrors(app)`
  if (how === 'escape') return HANDLER.test(sources.linesAt(at));
  return how === 'use' && handlers.some((handler) => isErrorHandler(handler, sources));
}

function isErrorHandler({ value, at }: Handler, sources: Sources): boolean {
  if (value instanceof Choice)
    return leaves(value).some((leaf) => isErrorHandler({ value: leaf, at, listed: false }, sources));
  if (value.type === 'object' && value.nature.is === 'function') {
    const { parameters, rest } = value.nature.code.body();
    return parameters.length === 4 && !rest;
  }
  // What is not followed goes by its name.
  return value.type === 'unknown' && (HANDLER.test(value.key) || HANDLER.test(sources.text(at)));
}

/** The first answer that is one. */
function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
