import type { Step } from '../../kernel/flow.js';
import { legDrafts } from '../call/leg.js';
import { isCallerRequest } from '../caller/events.js';
import type { Effect, TwilioEffect } from '../effects.js';
import { startTimer, timerEffects } from '../timers.js';
import { fallBackIfExhausted } from './caller.js';
import type { TaskRouterEvent, TaskRouterReply } from './events.js';
import type { TaskRouterConfig } from './options.js';
import { settleReservations } from './reservations.js';
import { isTaskCallFinal, type LiveTaskCall, type TaskRouterState, type Work } from './state.js';

export type TaskRouterStep = Step<TaskRouterState, Effect<TwilioEffect>, TaskRouterReply>;

/** Begins a transition on a copy of the state. */
export function work(state: LiveTaskCall, event: TaskRouterEvent, config: TaskRouterConfig): Work {
  return {
    at: event.at,
    isAsked: isCallerRequest(event),
    config,
    effects: [],
    flow: 'taskrouter',
    s: {
      ...state,
      call: { ...state.call },
      caller: { ...state.caller, talks: [...state.caller.talks] },
      task: { ...state.task },
      reservations: state.reservations.map((reservation) => ({ ...reservation, story: { ...reservation.story } })),
      legs: legDrafts(state.legs),
      story: { ...state.story },
    },
  };
}

export function done(before: TaskRouterState, w: Work, reply: TaskRouterReply): TaskRouterStep {
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
export function unchanged(state: TaskRouterState, reply: TaskRouterReply, config: TaskRouterConfig): TaskRouterStep {
  const isOver = state.kind === 'nothing' || isTaskCallFinal(state);
  return { state, effects: [], reply, keepForMs: isOver ? config.keepForMs : null };
}
