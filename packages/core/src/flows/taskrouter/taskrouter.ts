import { unreachable } from '../../kernel/draft.js';
import type { Flow } from '../../kernel/flow.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { wantsTwiml } from '../../wire/callbacks.js';
import { NOTHING, twiml } from '../../wire/twiml.js';
import { isUnanswered, legTimer } from '../call/leg.js';
import { askCaller } from '../caller/caller.js';
import { isListenRequest } from '../caller/events.js';
import { listenDocument } from '../caller/hold-twiml.js';
import { keepRecording } from '../caller/recordings.js';
import type { Effect, OutcomeEvent, TaskRouterOutcomeEvent, TimerEvent, TwilioEffect } from '../effects.js';
import { askLeg, endLeg } from '../leg/actions.js';
import type { Measured } from '../metrics.js';
import type { Watched } from '../problems.js';
import { startTimer, stopTimer } from '../timers.js';
import { readCall, USUAL_TASK_CALL, writeCall } from '../written.js';
import { answerCaller, callerRequest, keyPressed } from './caller-requests.js';
import { callerAlarm, callerGone, callerOutcome, callerSentAway, leaveToOthers } from './caller.js';
import type { TaskNotification, TaskRouterEvent, TaskRouterReply } from './events.js';
import { dialEnded, joinAlarm, onLegOutcome, onLegRequest, onLegStatus, onLegTimer, onLegVerdict } from './legs.js';
import { measureTaskRouter, taskRouterProblems } from './metrics.js';
import type { TaskRouterConfig } from './options.js';
import { askTask } from './requests.js';
import { reservationAlarm, reservationIs, reservationOutcome, restOutcome, STATUS_AFTER } from './reservations.js';
import { assigned, inbound, toldGoodbye } from './start.js';
import { reservationTimer, type TaskRouterState, type Work } from './state.js';
import { done, type TaskRouterStep, unchanged, work } from './step.js';
import { completeTask } from './talk.js';
import { task, taskOutcome } from './task.js';
import { hangup } from './twiml.js';

/**
 * TaskRouter: the caller waits in a queue; for every worker that is reserved, their phone is rung with machine detection,
 * and only a human takes the caller. Keyed by the inbound Call SID, which every task of it carries.
 */
export const taskrouter: Flow<
  TaskRouterState,
  TaskRouterEvent,
  Effect<TwilioEffect>,
  TaskRouterReply,
  TaskRouterConfig
> &
  Measured<TaskRouterState> &
  Watched<TaskRouterState> = {
  name: 'taskrouter',
  schema: 1,
  write: (state, texts) => writeCall(state, USUAL_TASK_CALL, texts),
  read: (data) => readCall(data, USUAL_TASK_CALL) as TaskRouterState,
  initial: () => ({ kind: 'nothing' }),
  transition,
  measure: measureTaskRouter,
  problems: taskRouterProblems,
};

function transition(state: TaskRouterState, event: TaskRouterEvent, config: TaskRouterConfig): TaskRouterStep {
  if (event.type === 'inbound') return inbound(state, event, config);
  if (event.type === 'assignment') return assigned(state, event, config);
  if (state.kind === 'nothing') {
    if (event.type === 'caller.goodbye') return toldGoodbye(config);
    return unchanged(state, isListenRequest(event) ? twiml() : wantsTwiml(event.type) ? hangup() : NOTHING, config);
  }

  const w = work(state, event, config);
  if (isListenRequest(event)) return unchanged(state, listenDocument(w, event), config);
  switch (event.type) {
    case 'caller.ended':
    case 'caller.document':
    case 'caller.fallback':
      if ((event.round ?? state.round) < state.round && !isFinalStatus(event.status)) {
        return unchanged(state, answerCaller(w, event, 'again'), config);
      }
      return done(state, w, callerRequest(w, event));
    case 'caller.key':
      return done(state, w, keyPressed(w, event));
    case 'leg.answered':
    case 'leg.key':
    case 'leg.round':
    case 'leg.document':
    case 'leg.ended':
      if (event.type === 'leg.ended') dialEnded(w, event);
      return done(state, w, onLegRequest(w, event));
    case 'caller.status':
    case 'caller.goodbye':
    case 'leg.status':
    case 'leg.verdict':
    case 'caller.recording':
    case 'talk.recording':
    case 'reservation':
    case 'task':
      notification(w, event);
      return done(state, w, NOTHING);
    case 'effect.outcome':
      outcome(w, event);
      return done(state, w, NOTHING);
    case 'timer':
      alarm(w, event);
      return done(state, w, NOTHING);
    default:
      return unreachable(event);
  }
}

function notification(w: Work, event: TaskNotification): void {
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

function outcome(w: Work, event: OutcomeEvent | TaskRouterOutcomeEvent): void {
  if (isOfCall(event)) {
    if (event.effect.leg === 0) callerOutcome(w, event);
    else onLegOutcome(w, event);
    return;
  }
  const { effect, outcome: result } = event;
  switch (effect.type) {
    case 'reservation.update':
    case 'reservation.fetch':
      reservationOutcome(w, effect, result);
      return;
    case 'task.update':
    case 'task.fetch':
    case 'task.find':
      taskOutcome(w, effect, result);
      return;
    case 'reservation.rest':
      restOutcome(w, effect, result);
      return;
    case 'worker.update':
    case 'worker.fetch':
      return;
    default:
      unreachable(effect);
  }
}

function isOfCall(event: OutcomeEvent | TaskRouterOutcomeEvent): event is OutcomeEvent {
  return 'leg' in event.effect;
}

/** A timer counts only if the state still wants it for this very time; otherwise it is late or repeated. */
function alarm(w: Work, event: TimerEvent): void {
  const { s } = w;
  if (s.timers[event.timer] !== event.dueAt) return;
  stopTimer(w, event.timer);
  switch (event.timer) {
    case 'heartbeat':
      heartbeat(w);
      return;
    case 'deadline':
      s.deadlinePassed = true;
      // Who has answered finishes detection or confirmation; who rings is ended.
      for (const leg of s.legs) if (isUnanswered(leg.phase)) endLeg(w, leg);
      return;
    case 'caller':
      callerAlarm(w);
      return;
    default: {
      const reservation = s.reservations.find((candidate) => reservationTimer(candidate) === event.timer);
      if (reservation !== undefined) {
        reservationAlarm(w, reservation);
        return;
      }
      const leg = s.legs.find((candidate) => legTimer(candidate) === event.timer);
      if (leg?.phase === 'joining') joinAlarm(w, leg);
      else if (leg !== undefined) onLegTimer(w, leg);
    }
  }
}

/** Every event may be lost: whatever is not settled is asked about. */
function heartbeat(w: Work): void {
  const { s } = w;
  startTimer(w, 'heartbeat', w.config.heartbeatMs);
  if (s.caller.phase !== 'ended') askCaller(w);
  const claimed = s.legs.find((leg) => leg.id === s.claim);
  if (claimed?.phase === 'bridged') askLeg(w, claimed);
  else if (s.served !== null && !s.caller.elsewhere) {
    completeTask(w);
    return;
  }
  const { phase, held, elsewhere, queuedBy } = s.caller;
  const isQueued = phase === 'waiting' && held && !elsewhere && w.at >= queuedBy;
  if (s.task.sid !== null || isQueued) askTask(w);
}
