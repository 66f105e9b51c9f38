import { reject, type Resolve } from '@amd/core/http';

/** What stands for a withheld number: ANONYMOUS and the like, as the keys of a phone spell them. */
const SPELT: readonly string[] = ['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253'];

/** Asks `resolve` for callers who show a number, and rejects all others: their call is not answered, and not billed. */
export function withoutAnonymous(resolve: Resolve): Resolve {
  return (call) => (call.from.startsWith('+') && !SPELT.includes(call.from) ? resolve(call) : reject());
}
