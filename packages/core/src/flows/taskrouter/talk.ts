import { RETRIED_MS } from '../call/call.js';
import { isInRoom } from '../call/leg.js';
import { askCaller } from '../caller/caller.js';
import { startTimer } from '../timers.js';
import { sendToRest, tellWorker, updateTask } from './requests.js';
import { legOf, type ReservationDraft, type Work } from './state.js';

/** The worker's leg is out of the talk: they rest if that is wanted, and their voice slot is freed. */
export function talkIsOver(w: Work, reservation: ReservationDraft): void {
  const { phase, elsewhere } = w.s.caller;
  if (mayBeOthers(w, reservation)) {
    if (elsewhere) reservation.resting = 'no';
    else if (reservation.missed) askCaller(w);
    // What says that they talked may come as late as a retry; then a caller who is still there is with somebody else.
    else startTimer(w, 'caller', RETRIED_MS + w.config.graceMs);
    return;
  }
  // By the document that gave them the caller, Twilio has moved them itself.
  if (w.s.settings.afterCall === 'rest' && reservation.resting === 'no') tellWorker(w, reservation, 'parked');
  // The caller's own call goes on at the action of its Enqueue and ends; this sweeps up one that does not.
  if (phase === 'connected') startTimer(w, 'caller', w.config.graceMs);
  completeTask(w);
}

/** The talk is over, with our worker or with somebody else: does what waited for that. */
export function afterTalk(w: Work): void {
  const served = w.s.reservations.find(({ id }) => id === w.s.served);
  const leg = served === undefined ? undefined : legOf(w, served);
  if (served !== undefined && (leg === undefined || !isInRoom(leg.phase))) talkIsOver(w, served);
}

/**
 * Accepted, and not known to be by their Dial: unless the caller is gone, somebody else may have them. Who hangs up before their
 * Dial begins asks for nothing any more, and their reservation is open to whatever else they work with.
 */
export function mayBeOthers({ s }: Work, { bridged }: ReservationDraft): boolean {
  return bridged !== true && (s.caller.elsewhere || s.caller.phase !== 'ended');
}

/**
 * The talk is over: until its task is completed, the worker's only voice slot stays taken (twilio.com/docs/taskrouter/multitasking).
 * So whoever is to rest is moved first: between the two, nobody is reserved.
 */
export function completeTask(w: Work): void {
  const served = w.s.reservations.find(({ id }) => id === w.s.served);
  if (served === undefined || mayBeOthers(w, served)) return;
  if (served.resting === 'due') sendToRest(w, served);
  if (served.resting !== 'asked') updateTask(w, 'completed', 'the call is over');
}
