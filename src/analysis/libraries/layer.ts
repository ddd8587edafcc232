/** What libraries make that answers requests: it can be asked, so the judge can judge it. */
import type { Fault, Outcome, Policy, Remedy, Request, WrittenOrigin } from '../../policy/policy.ts';
import type { Place } from '../code.ts';
import { Made } from '../value.ts';

export abstract class Layer extends Made implements Policy<Place> {
  constructor(readonly at: Place) {
    super();
  }
  abstract readonly library: string;
  abstract ask(request: Request): readonly Outcome<Place>[];
  abstract readonly origins: readonly WrittenOrigin<Place>[];
  abstract readonly credentials: Place | undefined;
  abstract readonly allowedHeaders: Place | undefined;
  abstract readonly faults: readonly Fault<Place>[];
  abstract mended(remedy: Remedy, fault: Readonly<Record<string, string>>): Policy<Place> | undefined;
}
