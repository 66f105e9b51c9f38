import type { Step } from '../../kernel/flow.js';
import { legDrafts } from '../call/leg.js';
import { isCallerRequest } from '../caller/events.js';
import type { Effect, TwilioEffect } from '../effects.js';
import { startTimer, timerEffects } from '../timers.js';
import { fallBackIfExhausted } from './caller.js';
import type { TaskRouterEvent, TaskRouterReply } from './events.js';
import type { TaskRouterConfig } from './options.js';
import { resolveReservations } from './reservations.js';
import { isTaskCallFinal, type LiveTaskCall, type TaskRouterState, type TaskRouterContext } from './state.js';

export type TaskRouterStep = Step<TaskRouterState, Effect<TwilioEffect>, TaskRouterReply>;

/** Begins a transition on a copy of the state. */
export function beginStep(state: LiveTaskCall, event: TaskRouterEvent, config: TaskRouterConfig): TaskRouterContext {
  return {
    at: event.at,
    isAsked: isCallerRequest(event),
    config,
    effects: [],
    flow: 'taskrouter',
    state: {
      ...state,
      call: { ...state.call },
      caller: { ...state.caller, talks: [...state.caller.talks] },
      task: { ...state.task },
      reservations: state.reservations.map((reservation) => ({
        ...reservation,
        timestamps: { ...reservation.timestamps },
      })),
      legs: legDrafts(state.legs),
      timestamps: { ...state.timestamps },
    },
  };
}

export function finish(before: TaskRouterState, ctx: TaskRouterContext, reply: TaskRouterReply): TaskRouterStep {
  resolveReservations(ctx);
  fallBackIfExhausted(ctx);
  const legs = ctx.state.legs.after();
  const isFinal = isTaskCallFinal({ ...ctx.state, legs });
  if (isFinal) ctx.state.timers = {};
  // Also for a call that was over and gets a late assignment: the heartbeat runs until it is over again.
  else if (ctx.state.timers['heartbeat'] === undefined) startTimer(ctx, 'heartbeat', ctx.config.heartbeatMs);
  const earlier = before.kind === 'call' ? before : null;
  const state: LiveTaskCall = { ...ctx.state, legs };
  const timers = timerEffects(earlier?.timers ?? {}, state.timers);
  return { state, effects: [...ctx.effects, ...timers], reply, keepForMs: isFinal ? ctx.config.keepForMs : null };
}

/** Returns the state unchanged, for a call that is not ours or is over. */
export function unchanged(state: TaskRouterState, reply: TaskRouterReply, config: TaskRouterConfig): TaskRouterStep {
  const isOver = state.kind === 'nothing' || isTaskCallFinal(state);
  return { state, effects: [], reply, keepForMs: isOver ? config.keepForMs : null };
}
