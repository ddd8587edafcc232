/** Sending the answer to a preflight. */
import { guard, heldBy, isGuard, type Held } from './response.ts';
import type { MiddlewareResponse } from './types.ts';

/** Answers with headers and no body. */
export function answer(
  response: MiddlewareResponse,
  held: Held,
  status: number,
  headers: Record<string, string>,
): void {
  if (isUntouched(response)) {
    // `end` says so by itself where the headers are not sent yet.
    if (status !== 204) headers['Content-Length'] = '0';
    response.writeHead(status, headers as never);
  } else {
    for (const name of Object.keys(headers)) response.setHeader(name, headers[name] as string);
    guard(response, held);
    response.statusCode = status;
  }
  response.end();
}

interface NodeHttp {
  readonly ServerResponse: { readonly prototype: Pick<MiddlewareResponse, 'writeHead' | 'end'> };
}

/** Node's own, where there is one. It is not imported: this compiles without the types of Node. */
const node = (
  globalThis as { process?: { getBuiltinModule?: (name: 'node:http') => NodeHttp | undefined } }
).process?.getBuiltinModule?.('node:http')?.ServerResponse.prototype;

/**
 * Whether the headers may be sent in one go, which takes half the time. Whoever has put a `writeHead` or `end` of his own
 * in place (a session, a log, a test without a network) may want to find headers there, or to set some.
 */
function isUntouched(response: MiddlewareResponse): boolean {
  return (
    node !== undefined &&
    (response.writeHead === node.writeHead || (isGuard(response.writeHead) && !heldBy(response))) &&
    response.end === node.end &&
    // Written by hand before, it is a conflict to be told of or mended, as on any other answer.
    response.getHeader('access-control-allow-origin') === undefined &&
    response.getHeader('access-control-allow-credentials') === undefined
  );
}
