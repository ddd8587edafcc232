/** A whole request under way: what it does not list, and only a page would send, is not sent. */
import type { Place } from '../code.ts';
import { OF_THE_PAGE, PreflightExchange } from './preflight-exchange.ts';
import { known, type Value } from '../run/value.ts';

export class SentExchange extends PreflightExchange {
  override asked(name: string, at: Place): Value {
    const lower = name.toLowerCase();
    return OF_THE_PAGE.includes(lower) ? known(this.request.headers.get(lower), at) : super.asked(name, at);
  }
}
