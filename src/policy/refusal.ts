import { describeFlaw, parseOrigin } from './origin.ts';

/**
 * Whose answer the browser refused. Refused at the preflight, the request itself is never sent; refused at
 * the answer, the server has done what was asked, and only the page learns nothing of it.
 */
export type Stage = 'preflight' | 'answer';

interface RefusedAt {
  readonly ok: false;
  readonly at: Stage;
}

/** Why a browser keeps an answer from a page. `allowed` is always the header's value as it was sent. */
export type Refusal = RefusedAt &
  (
    | { readonly reason: 'forbidden-method'; readonly method: string }
    | { readonly reason: 'no-preflight-answer' }
    | { readonly reason: 'no-allow-origin'; readonly origin: string }
    | { readonly reason: 'several-allow-origins'; readonly allowed: string }
    | { readonly reason: 'other-allow-origin'; readonly allowed: string; readonly origin: string }
    | { readonly reason: 'wildcard-origin-with-credentials' }
    | { readonly reason: 'no-allow-credentials' }
    | { readonly reason: 'bad-allow-credentials'; readonly allowed: string }
    | { readonly reason: 'preflight-status'; readonly status: number }
    | { readonly reason: 'bad-allow-methods'; readonly allowed: string }
    | { readonly reason: 'bad-allow-headers'; readonly allowed: string }
    | { readonly reason: 'method-not-allowed'; readonly method: string; readonly allowed: readonly string[] }
    | { readonly reason: 'wildcard-method-with-credentials'; readonly method: string }
    | { readonly reason: 'header-not-allowed'; readonly header: string }
    | { readonly reason: 'wildcard-header-with-credentials'; readonly header: string }
    | {
        readonly reason: 'authorization-under-wildcard';
        /** The standard refuses; Chromium 156 and Firefox 153, measured, let it pass. */
        readonly toleratedByBrowsers: true;
      }
  );

export type RefusalReason = Refusal['reason'];

/** One sentence that tells a developer what the browser missed. */
export function describeRefusal(refusal: Refusal): string {
  const subject = refusal.at === 'preflight' ? 'The answer to the preflight' : 'The answer';
  switch (refusal.reason) {
    case 'forbidden-method':
      return `Browsers send no \`${refusal.method}\` request.`;
    case 'no-preflight-answer':
      return 'The preflight is never answered, so the request is never sent.';
    case 'no-allow-origin':
      return `${subject} has no \`Access-Control-Allow-Origin\` header, so \`${refusal.origin}\` may not read it.`;
    case 'several-allow-origins':
      return `${subject} has several origins in \`Access-Control-Allow-Origin\` (\`${refusal.allowed}\`), and a browser accepts exactly one.`;
    case 'other-allow-origin':
      return `${subject} allows \`${refusal.allowed}\`, which is not the origin \`${refusal.origin}\`${flawClause(refusal.allowed)}.`;
    case 'wildcard-origin-with-credentials':
      return `${subject} allows \`*\`, which does not count for a request with credentials: it must name the origin.`;
    case 'no-allow-credentials':
      return `${subject} has no \`Access-Control-Allow-Credentials: true\`, which a request with credentials needs.`;
    case 'bad-allow-credentials':
      return `${subject} has \`Access-Control-Allow-Credentials: ${refusal.allowed}\`, and only \`true\`, in lower case, counts.`;
    case 'preflight-status':
      return isRedirect(refusal.status)
        ? `The preflight is answered with a redirect (${refusal.status}), which a browser does not follow.`
        : `The preflight is answered with status ${refusal.status}, and only 200 to 299 counts.`;
    case 'bad-allow-methods':
      return `${subject} has a malformed \`Access-Control-Allow-Methods\` (\`${refusal.allowed}\`), which makes the whole preflight fail.`;
    case 'bad-allow-headers':
      return `${subject} has a malformed \`Access-Control-Allow-Headers\` (\`${refusal.allowed}\`), which makes the whole preflight fail.`;
    case 'method-not-allowed':
      return `${subject} does not allow the method \`${refusal.method}\`${caseClause(refusal.method, refusal.allowed)}.`;
    case 'wildcard-method-with-credentials':
      return `${subject} allows the methods \`*\`, which for a request with credentials is only a method of that name: it must name \`${refusal.method}\`.`;
    case 'header-not-allowed':
      return `${subject} does not allow the header \`${refusal.header}\`.`;
    case 'wildcard-header-with-credentials':
      return `${subject} allows the headers \`*\`, which for a request with credentials is only a header of that name: it must name \`${refusal.header}\`.`;
    case 'authorization-under-wildcard':
      return `${subject} allows the headers \`*\`, which by the standard does not cover \`Authorization\`: today's browsers let it pass, but it must be named.`;
  }
}

/** What is wrong with the allowed origin, if more is wrong than that it is somebody else's. */
function flawClause(allowed: string): string {
  const parsed = parseOrigin(allowed);
  return parsed.ok ? '' : `: ${describeFlaw(parsed.flaws[0])}`;
}

function caseClause(method: string, allowed: readonly string[]): string {
  const lookAlike = allowed.find((item) => item.toLowerCase() === method.toLowerCase());
  return lookAlike === undefined ? '' : `: it allows \`${lookAlike}\`, and case counts`;
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
