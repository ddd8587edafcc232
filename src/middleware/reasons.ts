/** Why a request is decided as it is, whatever serves it. */
import type { Verdict } from './check.ts';
import type { Grant } from './compiled.ts';
import type { Reason } from './types.ts';

/** What a preflight asks for. */
export interface AskedFor {
  readonly origin: string | undefined;
  readonly method: string | undefined;
  readonly headers: string | undefined;
}

export function reasonOf(grant: Grant, origin: string | undefined, verdict: Verdict | undefined): Reason {
  if (origin === undefined) return 'no-origin';
  if (grant.allowOrigin !== undefined) return 'allowed';
  return verdict?.reason ?? grant.policy.refusalReason(origin);
}

/** `detail`: the header that is refused. */
export function preflightReason(
  grant: Grant,
  { origin, method = '', headers }: AskedFor,
  verdict: Verdict | undefined,
): { readonly reason: Reason; readonly detail?: string | undefined } {
  if (grant.allowOrigin === undefined) return { reason: reasonOf(grant, origin, verdict) };
  if (grant.policy.refusedMethod(method)) return { reason: 'method-not-allowed' };
  const detail = grant.policy.refusedHeader(headers);
  return detail === undefined ? { reason: 'allowed' } : { reason: 'header-not-allowed', detail };
}
