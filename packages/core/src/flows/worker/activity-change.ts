import type { ActivitySid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { TaskRouterOutcome } from '../effects.js';
import { nextId, numberOfId, startTimer, stopTimer } from '../timers.js';
import { ask, endRest, endRestsBefore, isResting, moved, type Work } from './cool-downs.js';
import type { WorkerEvent } from './events.js';

/** While it runs, Twilio has not answered. */
const TIMER = 'switch';

/** Somebody switches the worker on or off. One change at a time; of what comes meanwhile the last one counts. */
export function switched(w: Work, event: Extract<WorkerEvent, { type: 'worker.switched' }>): void {
  const { s } = w;
  const { request, on, activity } = event;
  if (s.deleted || s.wish?.request === request) return;
  s.wish = { request, on, activity, askedAt: w.at, as: 'asked', answeredAt: null, reason: null };
  startTimer(w, TIMER, w.config.switchMs);
  if (s.switching === null) send(w, activity);
}

/** What Twilio said to a change of ours; `false`: the change was not for a wish. */
export function wishAnswered(w: Work, id: string, activity: ActivitySid, outcome: TaskRouterOutcome): boolean {
  const { s } = w;
  if (!id.startsWith(`worker:${SWITCH}:`)) return false;
  const isDone = outcome.as === 'done';
  if (isDone) {
    moved(w, activity, null, w.at);
    // What was known before they were switched is over: a person has moved them, be it to where they were already.
    const number = numberOfId(id);
    endRestsBefore(w, number);
    if (s.timedOut !== null && s.timedOut.after < number) s.timedOut = null;
    // Where they are now says whether they still rest.
    if (isResting(s)) ask(w);
  }
  if (s.switching === id) s.switching = null;
  if (s.wish === null) return true;
  if (s.wish.as === 'asked' && s.wish.activity !== activity) {
    if (s.switching === null) send(w, s.wish.activity);
    return true;
  }
  if (isDone && s.wish.activity === activity) {
    settle(w, 'done', null);
    // Also one that was begun while Twilio had not answered yet.
    for (const one of s.coolDowns) {
      if (one.enteredAt !== null && isWished(w, one.activity, one.enteredAt)) endRest(w, one);
    }
  } else if (s.wish.as === 'asked') settle(w, 'refused', reasonOf(outcome));
  return true;
}

/** Twilio did not answer for too long: the page says so, and the change is called off if it was not sent. */
export function wishTimedOut(w: Work, timer: string): boolean {
  const { s } = w;
  if (timer !== TIMER) return false;
  if (s.switching !== null) w.effects.push({ type: 'effect.drop', id: s.switching });
  s.switching = null;
  if (s.wish?.as === 'asked') settle(w, 'refused', 'Twilio did not answer in time');
  return true;
}

/** Whether a person has put them there, or left them there, since a stay began. */
export function isWished({ at, config, s }: Work, activity: ActivitySid, enteredAt: EpochMs | null): boolean {
  const { wish } = s;
  if (wish?.as !== 'done' || wish.activity !== activity) return false;
  return (wish.answeredAt ?? at) + config.skewMs >= (enteredAt ?? at);
}

/** Nobody is there to be switched any more. */
export function forgetWish(w: Work): void {
  if (w.s.switching !== null) w.effects.push({ type: 'effect.drop', id: w.s.switching });
  w.s.switching = null;
  w.s.wish = null;
  stopTimer(w, TIMER);
}

export function isWishTimer(timer: string): boolean {
  return timer === TIMER;
}

const SWITCH = 'switch';

function send(w: Work, activity: ActivitySid): void {
  const { s } = w;
  s.switching = nextId(w, 'worker', SWITCH);
  // Of any version: a person decides, and has just looked.
  const version = '*';
  w.effects.push({
    type: 'worker.update',
    id: s.switching,
    workspace: s.workspace,
    worker: s.sid,
    activity,
    version,
  });
}

function settle(w: Work, as: 'done' | 'refused', reason: string | null): void {
  if (w.s.wish === null) return;
  w.s.wish = { ...w.s.wish, as, answeredAt: w.at, reason };
  stopTimer(w, TIMER);
}

function reasonOf(outcome: TaskRouterOutcome): string {
  switch (outcome.as) {
    case 'refused':
    case 'failed':
      return outcome.reason;
    case 'gone':
      return 'there is no such worker any more';
    case 'changed':
    case 'done':
    case 'task':
    case 'reservation':
    case 'worker':
    case 'elsewhere':
      return 'somebody else changed the worker at the same moment';
    default:
      return unreachable(outcome);
  }
}
