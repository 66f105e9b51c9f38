import { webhooks, type Signed } from '../bench/calls.js';

/** One webhook of a call: after how many ms, which, and its expected status. */
export type Moment = readonly [afterMs: number, make: (n: number) => Signed, status: number];

const ARRIVES: readonly Moment[] = [
  [0, webhooks.inbound, 200],
  [400, (n) => webhooks.joined(n, 'caller'), 204],
  [700, webhooks.initiated, 204],
  [900, webhooks.ringing, 204],
];

/** A human takes the call, and the two talk for a while. */
const TALK: readonly Moment[] = [
  ...ARRIVES,
  [2500, webhooks.answered, 200],
  [2700, (n) => webhooks.joined(n, 'leg'), 204],
  [4500, webhooks.legCompleted, 204],
  [4600, webhooks.callerCompleted, 204],
];

/** A voicemail answers: nobody is left, and the redirected caller hears so. */
const VOICEMAIL: readonly Moment[] = [
  ...ARRIVES,
  [2500, webhooks.machine, 200],
  [2700, webhooks.legCompleted, 204],
  [3000, webhooks.callerDocument, 200],
  [4600, webhooks.callerCompleted, 204],
];

/** The caller hangs up while it rings, and the phone is stopped. */
const GIVES_UP: readonly Moment[] = [
  ...ARRIVES,
  [2000, webhooks.callerCompleted, 204],
  [2300, webhooks.legCanceled, 204],
];

/** In this order, again and again. */
export const LIVES: readonly (readonly Moment[])[] = [TALK, VOICEMAIL, TALK, GIVES_UP];

/** Webhooks of a call, on average. */
export const MOMENTS_PER_CALL = LIVES.flat().length / LIVES.length;

/** Returns the webhooks of the n-th call. */
export function lifeOf(n: number): readonly Moment[] {
  return LIVES[n % LIVES.length] ?? [];
}
