import type { Step } from '../../kernel/flow.js';
import type { Reply } from '../../wire/twiml.js';
import { legDrafts } from '../call/leg.js';
import { isCallerRequest } from '../caller/events.js';
import type { Effect } from '../effects.js';
import { timerEffects } from '../timers.js';
import type { ForwardingEvent } from './events.js';
import type { ForwardingConfig } from './options.js';
import { type ForwardingState, isFinal, type LiveForwarding, type ForwardingContext } from './state.js';

export type ForwardingStep = Step<ForwardingState, Effect, Reply>;

/** Begins a transition on a copy of the state. */
export function beginStep(state: LiveForwarding, event: ForwardingEvent, config: ForwardingConfig): ForwardingContext {
  return {
    at: event.at,
    isAsked: isCallerRequest(event),
    config,
    effects: [],
    flow: 'forwarding',
    state: {
      ...state,
      call: { ...state.call },
      caller: { ...state.caller, talks: [...state.caller.talks] },
      legs: legDrafts(state.legs),
      timestamps: { ...state.timestamps },
    },
  };
}

export function finish(before: ForwardingState, ctx: ForwardingContext, reply: Reply): ForwardingStep {
  const earlier = before.kind === 'call' ? before : null;
  const state: LiveForwarding = { ...ctx.state, legs: ctx.state.legs.after() };
  const timers = timerEffects(earlier?.timers ?? {}, state.timers);
  return {
    state,
    effects: [...ctx.effects, ...timers],
    reply,
    keepForMs: isFinal(state) ? ctx.config.keepForMs : null,
  };
}

/** Returns the state unchanged, for a call that is not ours or is over. */
export function unchanged(state: ForwardingState, reply: Reply, config: ForwardingConfig): ForwardingStep {
  return { state, effects: [], reply, keepForMs: isFinal(state) || state.kind === 'nothing' ? config.keepForMs : null };
}
