import { unreachable } from '../../kernel/draft.js';
import { isFinalStatus } from '../../wire/call-status.js';
import type { ReservationStatus } from '../../wire/taskrouter.js';
import { keepRecording } from '../caller/recordings.js';
import { onLegStatus, onLegVerdict } from './legs.js';
import { startTimer, stopTimer } from '../leg/work.js';
import { askCaller } from '../caller/work.js';
import { callerGone, dismissLegs, leaveToOthers } from './caller.js';
import type { Work } from './draft.js';
import type { ReservationNews, TaskNotification } from './events.js';
import { askReservation, reservationIs } from './reservations.js';
import { adoptTask } from './requests.js';
import { cancelTask, completeTask, taskOver } from './task.js';

/** An event says what a fetch would have said. */
const STATUS_AFTER: Readonly<Record<ReservationNews, ReservationStatus>> = {
  accepted: 'accepted',
  rejected: 'rejected',
  timeout: 'timeout',
  canceled: 'canceled',
  failed: 'canceled',
  rescinded: 'rescinded',
  wrapup: 'wrapping',
  completed: 'completed',
};

export function notification(w: Work, event: TaskNotification): void {
  switch (event.type) {
    case 'caller.status':
      if (isFinalStatus(event.status)) callerGone(w);
      return;
    case 'caller.goodbye':
      if ((event.round ?? w.s.round) === w.s.round) callerSentAway(w);
      return;
    case 'leg.status':
      onLegStatus(w, event);
      return;
    case 'leg.verdict':
      onLegVerdict(w, event);
      return;
    case 'caller.recording':
    case 'talk.recording':
      keepRecording(w, event);
      return;
    case 'reservation': {
      const reservation = w.s.reservations.find((candidate) => candidate.sid === event.reservation);
      if (reservation !== undefined) reservationIs(w, reservation, STATUS_AFTER[event.news]);
      // Of a worker whom we were never asked about: it can only have been by other means.
      else if (event.news === 'accepted' && event.task === w.s.task.sid) leaveToOthers(w);
      return;
    }
    case 'task':
      task(w, event);
      return;
    default:
      unreachable(event);
  }
}

/** The caller was told goodbye, perhaps by the answer to a late copy: their task is cancelled, and a talk goes on. */
function callerSentAway(w: Work): void {
  const { caller, claim, served } = w.s;
  if (caller.phase === 'waiting' && claim === null && served === null && !caller.elsewhere) {
    caller.goodbye = true;
    caller.phase = 'fallingBack';
    w.s.call.token = null;
    stopTimer(w, 'deadline');
    dismissLegs(w);
    cancelTask(w);
    startTimer(w, 'caller', w.config.graceMs);
  } else if (caller.phase === 'fallingBack') caller.goodbye = true;
  else if (caller.phase !== 'ended') askCaller(w);
}

function task(w: Work, event: Extract<TaskNotification, { type: 'task' }>): void {
  const { s } = w;
  // Only a new task may take the place of one that is over.
  const fresh = s.task.sid === null || event.news === 'created';
  if (s.task.sid !== event.task && !(fresh && adoptTask(w, event.task, event.round))) return;
  switch (event.news) {
    case 'created':
      return;
    case 'wrapup':
      // The bridge is over, whoever of the two hung up.
      for (const one of s.reservations) if (one.offered && one.phase === 'pending') askReservation(w, one);
      completeTask(w);
      return;
    case 'canceled':
    case 'completed':
    case 'deleted':
      if (!s.task.over) taskOver(w);
      return;
    default:
      unreachable(event.news);
  }
}
