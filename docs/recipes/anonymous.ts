import { isWithheld } from '@amd/core';
import { reject, type Resolve } from '@amd/core/http';

/** Asks `resolve` for callers who show a number, and rejects all others: their call is not answered, and not billed. */
export function withoutAnonymous(resolve: Resolve): Resolve {
  return (call) => (call.from.startsWith('+') && !isWithheld(call.from) ? resolve(call) : reject());
}
