import { wantsTwiml } from '../../wire/callbacks.js';
import { unreachable } from '../../kernel/draft.js';
import type { Flow, Step } from '../../kernel/flow.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { NOTHING, twiml, type AssignmentReply, type Reply } from '../../wire/twiml.js';
import type { Effect, TwilioEffect } from '../effects.js';
import { greetingMs, isElsewhere } from '../caller/documents.js';
import { leadsBack } from '../caller/fallback.js';
import { keptCall } from '../caller/kept-call.js';
import { isListenRequest, listenDocument } from '../caller/listen.js';
import { RETRIED_MS } from '../caller/patience.js';
import { NO_FALLBACK } from '../caller/work.js';
import { onLegRequest } from './legs.js';
import { startTimer } from '../leg/work.js';
import type { Measured } from '../measurements.js';
import type { Watched } from '../problems.js';
import { timerEffects } from '../timers.js';
import { readCall, USUAL_TASK_CALL, writeCall } from '../written.js';
import { alarm } from './alarms.js';
import { callerHeld, fallBackIfExhausted } from './caller.js';
import type { TaskRouterConfig } from './config.js';
import { answerCaller, hangup } from './documents.js';
import { reservationOf, type Work } from './draft.js';
import type { AssignmentEvent, TaskRequest, TaskRouterEvent } from './events.js';
import { measureTaskRouter } from './measure.js';
import { notification } from './notifications.js';
import { outcome } from './outcomes.js';
import { taskRouterProblems } from './problems.js';
import { bridged, settleReservations } from './reservations.js';
import { assignment, callerRequest, keyPressed } from './requests.js';
import { isSettled, isTaskCallFinal, type LiveTaskCall, type TaskRouterState } from './state.js';
import { work } from './work.js';

/** What a webhook of this flow is answered with. */
export type TaskRouterReply = Reply | AssignmentReply;

type TaskRouterStep = Step<TaskRouterState, Effect<TwilioEffect>, TaskRouterReply>;

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

/** `DialBridged`: they talked, or they did not, whatever else was lost. */
function dialEnded(w: Work, event: Extract<TaskRequest, { type: 'leg.ended' }>): void {
  const leg = w.s.legs.find(({ id }) => id === event.leg);
  const reservation = leg === undefined ? undefined : reservationOf(w, leg);
  if (leg === undefined || reservation?.offered !== true) return;
  if (event.bridged === true) bridged(w, reservation, leg);
  else if (event.bridged === false && leg.phase !== 'ended') reservation.missed = true;
}

/** What is decided late about this caller must find it written down, so that they are put into no queue. */
function toldGoodbye(config: TaskRouterConfig): TaskRouterStep {
  return { state: { kind: 'nothing', goodbye: true }, effects: [], reply: NOTHING, keepForMs: config.keepForMs };
}

type Inbound = Extract<TaskRequest, { type: 'inbound' }>;

function inbound(state: TaskRouterState, event: Inbound, config: TaskRouterConfig): TaskRouterStep {
  const { call } = event;
  const { status } = call;
  if (status !== 'ringing' && status !== 'in-progress') return unchanged(state, hangup(), config);
  if (state.kind === 'nothing' && state.goodbye === true) return unchanged(state, hangup(), config);
  if (state.kind === 'call' && state.caller.phase !== 'ended') {
    const w = work(state, event, config);
    return done(state, w, answerCaller(w, event, state.task.sid === null ? 'first' : 'again'));
  }
  if (state.kind === 'call' && !(isElsewhere(state) && status === 'in-progress')) {
    return unchanged(state, hangup(), config);
  }
  const w = begin(state, keptCall(call), event, config);
  if (status === 'in-progress') callerHeld(w);
  return done(state, w, answerCaller(w, event, 'first'));
}

/** Also for a call that others put into the queue, or whose beginning was lost with an earlier process. */
function assigned(state: TaskRouterState, event: AssignmentEvent, config: TaskRouterConfig): TaskRouterStep {
  const { call } = event;
  const comesBack =
    state.kind === 'call' &&
    state.caller.phase === 'ended' &&
    isElsewhere(state) &&
    state.task.sid !== event.task &&
    (call.round === null || call.round >= state.round);
  const w =
    state.kind === 'nothing' || comesBack
      ? begin(state, { sid: call.sid, from: call.from, to: call.to, token: null }, event, config, call.round)
      : work(state, event, config);
  return done(state, w, assignment(w, event));
}

function begin(
  before: TaskRouterState,
  call: LiveTaskCall['call'],
  event: Inbound | AssignmentEvent,
  config: TaskRouterConfig,
  round?: number | null,
): Work {
  const { settings, at } = event;
  const earlier = before.kind === 'call' ? before : null;
  const fresh: LiveTaskCall = {
    kind: 'call',
    round: earlier === null ? (round ?? 1) : earlier.round + 1,
    call,
    settings,
    caller: {
      phase: 'waiting',
      queuedBy: at + RETRIED_MS + greetingMs(settings) + config.graceMs,
      elsewhere: false,
      stay: 1,
      held: false,
      fetching: earlier?.caller.fetching ?? false,
      hangingUp: false,
      redirecting: null,
      redirectTries: 0,
      ...NO_FALLBACK,
      otherwise: leadsBack(settings.fallback, call),
    },
    task: { sid: null, over: false, asking: false, refusals: 0 },
    ...leftOf(earlier),
    claim: null,
    served: null,
    taskLost: false,
    lastLeg: earlier?.lastLeg ?? 0,
    lastReservation: earlier?.lastReservation ?? 0,
    deadlinePassed: false,
    result: null,
    timers: earlier?.timers ?? {},
    asked: earlier?.asked ?? 0,
    story: { startedAt: at },
  };
  const w = work(fresh, event, config);
  if (settings.deadlineSeconds !== null) startTimer(w, 'deadline', settings.deadlineSeconds * 1000);
  return w;
}

/** What an earlier round has not finished stays until it has; what it has is not taken for new when it is told late. */
function leftOf(earlier: LiveTaskCall | null): Pick<LiveTaskCall, 'reservations' | 'legs'> {
  const { reservations = [], legs = [] } = earlier ?? {};
  const isOver = (id: number): boolean => reservations.some(({ leg, phase }) => leg === id && phase === 'over');
  return {
    reservations: reservations.filter((one) => one.phase !== 'over' || isSettled(one)),
    legs: legs.filter(({ id, phase }) => phase !== 'ended' || isOver(id)),
  };
}

function done(before: TaskRouterState, w: Work, reply: TaskRouterReply): TaskRouterStep {
  settleReservations(w);
  fallBackIfExhausted(w);
  const legs = w.s.legs.after();
  const isFinal = isTaskCallFinal({ ...w.s, legs });
  if (isFinal) w.s.timers = {};
  // Also for a call that was over and hears of a late assignment: it is looked at until it is over again.
  else if (w.s.timers['heartbeat'] === undefined) startTimer(w, 'heartbeat', w.config.heartbeatMs);
  const earlier = before.kind === 'call' ? before : null;
  const state: LiveTaskCall = { ...w.s, legs };
  const timers = timerEffects(earlier?.timers ?? {}, state.timers);
  return { state, effects: [...w.effects, ...timers], reply, keepForMs: isFinal ? w.config.keepForMs : null };
}

/** Writes nothing: not a call of ours, or one that is over. */
function unchanged(state: TaskRouterState, reply: TaskRouterReply, config: TaskRouterConfig): TaskRouterStep {
  const isOver = state.kind === 'nothing' || isTaskCallFinal(state);
  return { state, effects: [], reply, keepForMs: isOver ? config.keepForMs : null };
}
