import { webhooks, type Signed } from './calls.js';

/** The webhooks sent to the compared servers, by name. */
export const REQUESTS = {
  inbound: webhooks.inbound,
  callerJoined: (n: number): Signed => webhooks.joined(n, 'caller'),
  initiated: webhooks.initiated,
  ringing: webhooks.ringing,
  answered: webhooks.answered,
  legJoined: (n: number): Signed => webhooks.joined(n, 'leg'),
  callerCompleted: webhooks.callerCompleted,
  legCompleted: webhooks.legCompleted,
  forged: (n: number): Signed => ({ ...webhooks.ringing(n), signature: 'ZTE0OTY4YjM4ZGI5ZmE0ZjI5Yjg=' }),
} as const;

export type RequestName = keyof typeof REQUESTS;

/** A call that a human answers, from its first webhook to its last, and the status of each answer. */
export const WHOLE_CALL: readonly (readonly [what: Exclude<RequestName, 'forged'>, status: number])[] = [
  ['inbound', 200],
  ['callerJoined', 204],
  ['initiated', 204],
  ['ringing', 204],
  ['answered', 200],
  ['legJoined', 204],
  ['callerCompleted', 204],
  ['legCompleted', 204],
];
