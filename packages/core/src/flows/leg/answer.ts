import { unreachable } from '../../kernel/draft.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import { type LegDraft, legTimer, stamp } from '../call/leg.js';
import { isScreening } from '../call/say.js';
import type { AnswerAction, Confirm } from '../settings/policy.js';
import { nextId, startTimer } from '../timers.js';
import { endLeg, fetchNotice, letGo, moved, pickedUp, redirectOnce, tell } from './actions.js';
import type { LegWork } from './context.js';
import { detectionOf } from './dial.js';
import type { CallerForLeg, LegReport, Way } from './events.js';

/** Somebody is on the line and nobody knows who: they hear at once who is calling, and may take the call by a key. */
export function greet(w: LegWork, leg: LegDraft, caller: CallerForLeg): void {
  pickedUp(w, leg);
  if (leg.phase !== 'detecting') return;
  const { amd, confirmSeconds } = w.s.settings;
  // No verdict for so long is as good as one that says nothing: then the time for a key begins.
  const listening = amd.mode === 'async' ? detectionOf(w, leg).timeoutSeconds : 0;
  ask(w, leg, confirmOf(w, leg) === 'never' ? listening : listening + confirmSeconds, caller);
}

/** Who answered, as far as machine detection can tell. The first word counts, and a key that came before it. */
export function verdict(
  w: LegWork,
  leg: LegDraft,
  answeredBy: AnsweredBy,
  way: Way,
  caller: CallerForLeg,
): LegReport | null {
  if (leg.answeredBy !== null || leg.phase === 'ended') return null;
  pickedUp(w, leg);
  leg.answeredBy = answeredBy;
  stamp(leg, 'verdictAt', w.at);
  // A robot that screens calls may sound like a human: a key decides, also when its owner comes to the phone.
  if (leg.human || leg.screened !== null) return null;
  const action = actionOn(w, leg, answeredBy);
  switch (action) {
    case 'bridge':
      return accept(w, leg, way, caller);
    case 'confirm':
      if (isAsked(leg)) ask(w, leg, w.s.settings.confirmSeconds, caller);
      return null;
    case 'hang up':
      return hangUp(w, leg, answeredBy, way, caller);
    case 'leave a message':
      if (isAsked(leg) && caller.isAvailable) return leaveMessage(w, leg, way);
      return hangUp(w, leg, answeredBy, way, caller);
    default:
      return unreachable(action);
  }
}

/** A human, by verdict or by key: they get the caller, or hear why not. */
export function accept(w: LegWork, leg: LegDraft, way: Way, caller: CallerForLeg): LegReport | null {
  leg.human = true;
  if (leg.phase === 'ending') {
    leg.notice ??= caller.reason;
    return null;
  }
  if (leg.phase !== 'told') {
    if (caller.isAvailable) return { type: 'won', way };
    tell(w, leg, caller.reason);
  }
  // They have heard a question, and would wait for its end to learn that it is none.
  if (way === 'redirect' && !leg.noticeGiven) fetchNotice(w, leg);
  return null;
}

/** What was said instead of a key: only the words of a robot that screens calls mean anything. */
export function heard(w: LegWork, leg: LegDraft, speech: string, caller: CallerForLeg): LegReport | null {
  const { screening } = w.s.settings;
  const wasComing = leg.phase === 'joining';
  if (leg.phase !== 'confirming' && !isOnTheWay(leg, caller)) return null;
  if (screening === null || leg.screened !== null || !isScreening(speech, screening.phrases)) return null;
  leg.screened = 'heard';
  if (wasComing) turnBack(w, leg);
  ask(w, leg, screening.waitSeconds, caller);
  return wasComing ? { type: 'turnedBack' } : null;
}

/** It is being brought to the caller by a verdict, and is not known to be there. */
function isOnTheWay({ phase, invited, fetched, joined }: LegDraft, caller: CallerForLeg): boolean {
  if (phase !== 'joining') return false;
  return !invited || (fetched && !joined && caller.canTurnBack);
}

/** It only sounded like a human: it hears the question again, by its next request or by a redirect. */
function turnBack(w: LegWork, leg: LegDraft): void {
  const isAway = leg.invited;
  moved(w, leg);
  leg.human = false;
  leg.invited = false;
  delete leg.roomBy;
  leg.phase = 'confirming';
  if (isAway) redirectOnce(w, leg, nextId(w, 'back', leg.id));
}

export function confirmOf(w: LegWork, { target }: LegDraft): Confirm {
  return target.confirm ?? w.s.settings.confirm;
}

function actionOn(w: LegWork, leg: LegDraft, answeredBy: AnsweredBy): AnswerAction {
  const { policy } = w.s.settings;
  const action = policy[answeredBy];
  const confirm = confirmOf(w, leg);
  if (action === 'bridge' && confirm === 'always') return 'confirm';
  return action === 'confirm' && confirm === 'never' ? 'hang up' : action;
}

/** Asks for a key, for so many s from now. Who cannot have the caller any more is told so. */
function ask(w: LegWork, leg: LegDraft, seconds: number, caller: CallerForLeg): void {
  if (!caller.isAvailable) {
    tell(w, leg, caller.reason);
    return;
  }
  leg.phase = 'confirming';
  leg.overdue = false;
  leg.confirmUntil = w.at + seconds * 1000;
  startTimer(w, legTimer(leg), seconds * 1000 + w.config.graceMs);
}

function hangUp(w: LegWork, leg: LegDraft, answeredBy: AnsweredBy, way: Way, caller: CallerForLeg): LegReport | null {
  if (isAsked(leg)) {
    const { screening } = w.s.settings;
    if (screening !== null && answeredBy.startsWith('machine') && way === 'redirect') {
      ask(w, leg, screening.listenSeconds, caller);
      return null;
    }
    if (way === 'reply') letGo(w, leg, { kind: 'answered', by: answeredBy });
    else endLeg(w, leg);
  }
  return { type: 'out' };
}

/** Its greeting is over: what follows is recorded. */
function leaveMessage(w: LegWork, leg: LegDraft, way: Way): LegReport {
  tell(w, leg, 'message');
  if (way === 'redirect') fetchNotice(w, leg);
  return { type: 'out' };
}

function isAsked({ phase }: LegDraft): boolean {
  return phase === 'detecting' || phase === 'confirming';
}
