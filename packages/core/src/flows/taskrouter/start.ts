import { NOTHING } from '../../wire/twiml.js';
import { keptCall, wouldLoop, NO_FALLBACK, RETRIED_MS } from '../call/call.js';
import { NOTHING_IN_FLIGHT } from '../call/party.js';
import { isWithUserTwiml } from '../caller/fallback.js';
import { greetingMs } from '../caller/hold-twiml.js';
import { startTimer } from '../timers.js';
import { assignment } from './assignment.js';
import { answerCaller } from './caller-requests.js';
import { callerHeld } from './caller.js';
import type { AssignmentEvent, TaskRequest } from './events.js';
import type { InboundDecided } from '../caller/events.js';
import type { TaskRouterConfig } from './options.js';
import { isSettled, type LiveTaskCall, type TaskRouterState, type TaskRouterContext } from './state.js';
import { finish, type TaskRouterStep, unchanged, beginStep } from './step.js';
import { hangup } from './twiml.js';

/** Records the goodbye, so that a decision made later about this caller finds it and puts them into no queue. */
export function toldGoodbye(config: TaskRouterConfig): TaskRouterStep {
  return { state: { kind: 'nothing', goodbye: true }, effects: [], reply: NOTHING, keepForMs: config.keepForMs };
}

type Inbound = Extract<TaskRequest, { type: 'inbound' }>;

/** Begins a call, or goes on with one that is served: whatever `resolve` says of a later copy of its request does not count. */
export function inbound(
  state: TaskRouterState,
  event: Inbound | InboundDecided,
  config: TaskRouterConfig,
): TaskRouterStep {
  const { call } = event;
  const { status } = call;
  if (status !== 'ringing' && status !== 'in-progress') return unchanged(state, hangup(), config);
  if (state.kind === 'nothing' && state.goodbye === true) return unchanged(state, hangup(), config);
  if (state.kind === 'call' && state.caller.phase !== 'ended') {
    const ctx = beginStep(state, event, config);
    return finish(state, ctx, answerCaller(ctx, event, state.task.sid === null ? 'first' : 'again'));
  }
  if (state.kind === 'call' && !(isWithUserTwiml(state) && status === 'in-progress')) {
    return unchanged(state, hangup(), config);
  }
  if (event.type === 'inbound.decided') return unchanged(state, event.reply, config);
  const ctx = begin(state, keptCall(call), event, config);
  if (status === 'in-progress') callerHeld(ctx);
  return finish(state, ctx, answerCaller(ctx, event, 'first'));
}

/**
 * Handles an assignment, also for a call that another application put into the queue or whose start was lost with an earlier
 * process.
 */
export function assigned(state: TaskRouterState, event: AssignmentEvent, config: TaskRouterConfig): TaskRouterStep {
  const { call } = event;
  const comesBack =
    state.kind === 'call' &&
    state.caller.phase === 'ended' &&
    isWithUserTwiml(state) &&
    state.task.sid !== event.task &&
    (call.visit === null || call.visit >= state.visit);
  const ctx =
    state.kind === 'nothing' || comesBack
      ? begin(state, { sid: call.sid, from: call.from, to: call.to, token: null }, event, config, call.visit)
      : beginStep(state, event, config);
  return finish(state, ctx, assignment(ctx, event));
}

function begin(
  before: TaskRouterState,
  call: LiveTaskCall['call'],
  event: Inbound | AssignmentEvent,
  config: TaskRouterConfig,
  visit?: number | null,
): TaskRouterContext {
  const { settings, at } = event;
  const earlier = before.kind === 'call' ? before : null;
  const fresh: LiveTaskCall = {
    kind: 'call',
    visit: earlier === null ? (visit ?? 1) : earlier.visit + 1,
    call,
    settings,
    caller: {
      phase: 'waiting',
      inQueueBy: at + RETRIED_MS + greetingMs(settings) + config.graceMs,
      takenElsewhere: false,
      stay: 1,
      held: false,
      inFlight: { ...NOTHING_IN_FLIGHT, fetch: earlier?.caller.inFlight.fetch ?? null },
      redirectTries: 0,
      ...NO_FALLBACK,
      useIfUnanswered: wouldLoop(settings.fallback, call),
    },
    task: { sid: null, over: false, inFlight: false, refusals: 0 },
    ...leftOf(earlier),
    winner: null,
    servedReservation: null,
    taskCanceled: false,
    lastLeg: earlier?.lastLeg ?? 0,
    lastReservation: earlier?.lastReservation ?? 0,
    deadlinePassed: false,
    result: null,
    timers: earlier?.timers ?? {},
    effectSeq: earlier?.effectSeq ?? 0,
    timestamps: { startedAt: at },
  };
  const ctx = beginStep(fresh, event, config);
  if (settings.deadlineSeconds !== null) startTimer(ctx, 'deadline', settings.deadlineSeconds * 1000);
  return ctx;
}

/**
 * Keeps what an earlier visit has not finished, and also finished reservations, so that a late event of one does not look new.
 */
function leftOf(earlier: LiveTaskCall | null): Pick<LiveTaskCall, 'reservations' | 'legs'> {
  const { reservations = [], legs = [] } = earlier ?? {};
  const isOver = (id: number): boolean => reservations.some(({ leg, phase }) => leg === id && phase === 'over');
  return {
    reservations: reservations.filter((one) => one.phase !== 'over' || isSettled(one)),
    legs: legs.filter(({ id, phase }) => phase !== 'ended' || isOver(id)),
  };
}
