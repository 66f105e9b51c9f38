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
import { answerCaller, onCallerKey, onCallerRequest } from './caller-requests.js';
import { callerGone, callerSentAway, onCallerOutcome, onCallerTimer } from './caller.js';
import type { TaskRouterEvent, TaskRouterReply } from './events.js';
import { dialEnded, onJoinTimer, onLegOutcome, onLegRequest, onLegStatus, onLegTimer, onLegVerdict } from './legs.js';
import { measureTaskRouter, taskRouterProblems } from './metrics.js';
import type { TaskRouterConfig } from './options.js';
import { askTask } from './requests.js';
import { onReservation, onReservationOutcome, onReservationTimer, onRestOutcome } from './reservations.js';
import { assigned, inbound, toldGoodbye } from './start.js';
import { reservationTimer, type TaskRouterState, type Work } from './state.js';
import { done, type TaskRouterStep, unchanged, work } from './step.js';
import { completeTask } from './talk.js';
import { onTask, onTaskOutcome } from './task.js';
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
    // Requests for TwiML.
    case 'caller.ended':
    case 'caller.document':
    case 'caller.fallback':
      if ((event.round ?? state.round) < state.round && !isFinalStatus(event.status)) {
        return unchanged(state, answerCaller(w, event, 'again'), config);
      }
      return done(state, w, onCallerRequest(w, event));
    case 'caller.key':
      return done(state, w, onCallerKey(w, event));
    case 'leg.answered':
    case 'leg.key':
    case 'leg.round':
    case 'leg.document':
    case 'leg.ended':
      if (event.type === 'leg.ended') dialEnded(w, event);
      return done(state, w, onLegRequest(w, event));
    // Notifications.
    case 'caller.status':
      if (isFinalStatus(event.status)) callerGone(w);
      break;
    case 'caller.goodbye':
      if ((event.round ?? state.round) === state.round) callerSentAway(w);
      break;
    case 'leg.status':
      onLegStatus(w, event);
      break;
    case 'leg.verdict':
      onLegVerdict(w, event);
      break;
    case 'reservation':
      onReservation(w, event);
      break;
    case 'task':
      onTask(w, event);
      break;
    case 'caller.recording':
    case 'talk.recording':
      keepRecording(w, event);
      break;
    // What became of our own work.
    case 'effect.outcome':
      onOutcome(w, event);
      break;
    case 'timer':
      onTimer(w, event);
      break;
    default:
      unreachable(event);
  }
  return done(state, w, NOTHING);
}

function onOutcome(w: Work, event: OutcomeEvent | TaskRouterOutcomeEvent): void {
  if (isOfCall(event)) {
    if (event.effect.leg === 0) onCallerOutcome(w, event);
    else onLegOutcome(w, event);
    return;
  }
  const { effect, outcome } = event;
  switch (effect.type) {
    case 'reservation.update':
    case 'reservation.fetch':
      onReservationOutcome(w, effect, outcome);
      return;
    case 'reservation.rest':
      onRestOutcome(w, effect, outcome);
      return;
    case 'task.update':
    case 'task.fetch':
    case 'task.find':
      onTaskOutcome(w, effect, outcome);
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
function onTimer(w: Work, event: TimerEvent): void {
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
      onCallerTimer(w);
      return;
    default: {
      const reservation = s.reservations.find((candidate) => reservationTimer(candidate) === event.timer);
      if (reservation !== undefined) {
        onReservationTimer(w, reservation);
        return;
      }
      const leg = s.legs.find((candidate) => legTimer(candidate) === event.timer);
      if (leg?.phase === 'joining') onJoinTimer(w, leg);
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
