import { assertNever } from '../../kernel/draft.js';
import type { Flow } from '../../kernel/flow.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { wantsTwiml } from '../../wire/callbacks.js';
import { NOTHING, twiml } from '../../wire/twiml.js';
import { CALL_HOOKS } from '../call/hooks.js';
import { callTells } from '../call/tells.js';
import { isUnanswered, legTimer } from '../call/leg.js';
import { refreshCaller } from '../caller/caller.js';
import { isListenRequest } from '../caller/events.js';
import { listenDocument } from '../caller/hold-twiml.js';
import { keepRecording } from '../caller/recordings.js';
import type { Effect, OutcomeEvent, TaskRouterOutcomeEvent, TimerEvent, TwilioEffect } from '../effects.js';
import { refreshLeg, hangUpLeg } from '../leg/actions.js';
import type { WithMetrics } from '../metrics.js';
import type { Watched } from '../problems.js';
import type { Tells } from '../tells.js';
import { startTimer, stopTimer } from '../timers.js';
import { readCall, USUAL_TASK_CALL, writeCall } from '../written.js';
import { answerCaller, onCallerKey, onCallerRequest } from './caller-requests.js';
import { callerGone, callerSentAway, onCallerOutcome, onCallerTimer } from './caller.js';
import type { TaskRouterEvent, TaskRouterReply } from './events.js';
import { dialEnded, onJoinTimer, onLegNotification, onLegRequest, onLegTimer } from './legs.js';
import { measureTaskRouter, taskRouterProblems } from './metrics.js';
import { DEFAULT_TASKROUTER_CONFIG, type TaskRouterConfig } from './options.js';
import { refreshTask } from './requests.js';
import { onReservation, onReservationOutcome, onReservationTimer, onCoolDownOutcome } from './reservations.js';
import { assigned, inbound, toldGoodbye } from './start.js';
import { reservationTimer, type TaskRouterState, type TaskRouterContext } from './state.js';
import { finish, type TaskRouterStep, unchanged, beginStep } from './step.js';
import { completeTask } from './talk.js';
import { onTask, onTaskOutcome } from './task.js';
import { hangup } from './twiml.js';

/**
 * TaskRouter: the caller waits in a queue; for every reserved worker, their phone is rung with machine detection, and only a
 * human takes the caller. Keyed by the inbound Call SID, which each of its tasks carries.
 */
export const taskrouter: Flow<
  TaskRouterState,
  TaskRouterEvent,
  Effect<TwilioEffect>,
  TaskRouterReply,
  TaskRouterConfig
> &
  WithMetrics<TaskRouterState> &
  Tells<TaskRouterState> &
  Watched<TaskRouterState> = {
  name: 'taskrouter',
  schema: 1,
  hooks: CALL_HOOKS,
  defaults: DEFAULT_TASKROUTER_CONFIG,
  write: (state, texts) => writeCall(state, USUAL_TASK_CALL, texts),
  read: (data) => readCall(data, USUAL_TASK_CALL) as TaskRouterState,
  initial: () => ({ kind: 'nothing' }),
  transition,
  tells: (step) => callTells('taskrouter', step),
  measure: measureTaskRouter,
  problems: taskRouterProblems,
};

function transition(state: TaskRouterState, event: TaskRouterEvent, config: TaskRouterConfig): TaskRouterStep {
  if (event.type === 'inbound' || event.type === 'inbound.decided') return inbound(state, event, config);
  if (event.type === 'assignment') return assigned(state, event, config);
  if (state.kind === 'nothing') {
    if (event.type === 'caller.goodbye') return toldGoodbye(config);
    return unchanged(state, isListenRequest(event) ? twiml() : wantsTwiml(event.type) ? hangup() : NOTHING, config);
  }

  const ctx = beginStep(state, event, config);
  if (isListenRequest(event)) return unchanged(state, listenDocument(ctx, event), config);
  switch (event.type) {
    // Requests for TwiML.
    case 'caller.ended':
    case 'caller.document':
    case 'caller.fallback':
      if ((event.visit ?? state.visit) < state.visit && !isFinalStatus(event.status)) {
        return unchanged(state, answerCaller(ctx, event, 'again'), config);
      }
      return finish(state, ctx, onCallerRequest(ctx, event));
    case 'caller.key':
      return finish(state, ctx, onCallerKey(ctx, event));
    case 'leg.answered':
    case 'leg.key':
    case 'leg.poll':
    case 'leg.document':
    case 'leg.ended':
      if (event.type === 'leg.ended') dialEnded(ctx, event);
      return finish(state, ctx, onLegRequest(ctx, event));
    // Notifications.
    case 'caller.status':
      if (isFinalStatus(event.status)) callerGone(ctx);
      break;
    case 'caller.goodbye':
      if ((event.visit ?? state.visit) === state.visit) callerSentAway(ctx);
      break;
    case 'leg.status':
    case 'leg.verdict':
      onLegNotification(ctx, event);
      break;
    case 'reservation':
      onReservation(ctx, event);
      break;
    case 'task':
      onTask(ctx, event);
      break;
    case 'caller.recording':
    case 'talk.recording':
      keepRecording(ctx, event);
      break;
    // Outcomes of our own requests.
    case 'effect.outcome':
      onOutcome(ctx, event);
      break;
    case 'timer':
      onTimer(ctx, event);
      break;
    default:
      assertNever(event);
  }
  return finish(state, ctx, NOTHING);
}

function onOutcome(ctx: TaskRouterContext, event: OutcomeEvent | TaskRouterOutcomeEvent): void {
  if (isOfCall(event)) {
    if (event.effect.leg === 0) onCallerOutcome(ctx, event);
    else onLegNotification(ctx, event);
    return;
  }
  const { effect, outcome } = event;
  switch (effect.type) {
    case 'reservation.update':
    case 'reservation.fetch':
      onReservationOutcome(ctx, effect, outcome);
      return;
    case 'reservation.coolDown':
      onCoolDownOutcome(ctx, effect, outcome);
      return;
    case 'task.update':
    case 'task.fetch':
    case 'task.find':
      onTaskOutcome(ctx, effect, outcome);
      return;
    case 'worker.update':
    case 'worker.fetch':
      return;
    default:
      assertNever(effect);
  }
}

function isOfCall(event: OutcomeEvent | TaskRouterOutcomeEvent): event is OutcomeEvent {
  return 'leg' in event.effect;
}

/** Handles a timer. It counts only if the state still wants it for exactly this time; otherwise it is late or repeated. */
function onTimer(ctx: TaskRouterContext, event: TimerEvent): void {
  const { state } = ctx;
  if (state.timers[event.timer] !== event.dueAt) return;
  stopTimer(ctx, event.timer);
  switch (event.timer) {
    case 'heartbeat':
      heartbeat(ctx);
      return;
    case 'deadline':
      state.deadlinePassed = true;
      // Answered legs finish detection or confirmation; ringing legs are ended.
      for (const leg of state.legs) if (isUnanswered(leg.phase)) hangUpLeg(ctx, leg);
      return;
    case 'caller':
      onCallerTimer(ctx);
      return;
    default: {
      const reservation = state.reservations.find((candidate) => reservationTimer(candidate) === event.timer);
      if (reservation !== undefined) {
        onReservationTimer(ctx, reservation);
        return;
      }
      const leg = state.legs.find((candidate) => legTimer(candidate) === event.timer);
      if (leg?.phase === 'joining') onJoinTimer(ctx, leg);
      else if (leg !== undefined) onLegTimer(ctx, leg);
    }
  }
}

/** Fetches whatever is not settled, as every event may be lost. */
function heartbeat(ctx: TaskRouterContext): void {
  const { state } = ctx;
  startTimer(ctx, 'heartbeat', ctx.config.heartbeatMs);
  if (state.caller.phase !== 'ended') refreshCaller(ctx);
  const winning = state.legs.find((leg) => leg.id === state.winner);
  if (winning?.phase === 'bridged') refreshLeg(ctx, winning);
  else if (state.servedReservation !== null && !state.caller.takenElsewhere) {
    completeTask(ctx);
    return;
  }
  const { phase, held, takenElsewhere, inQueueBy } = state.caller;
  const isQueued = phase === 'waiting' && held && !takenElsewhere && ctx.at >= inQueueBy;
  if (state.task.sid !== null || isQueued) refreshTask(ctx);
}
