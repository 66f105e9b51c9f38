import type { Step } from '../../kernel/flow.js';
import type { Reply } from '../../wire/twiml.js';
import { legDrafts } from '../call/leg.js';
import { isCallerRequest } from '../caller/events.js';
import type { Effect } from '../effects.js';
import { timerEffects } from '../timers.js';
import type { ForwardingEvent } from './events.js';
import type { ForwardingConfig } from './options.js';
import { type ForwardingState, isFinal, type LiveForwarding, type Work } from './state.js';

export type ForwardingStep = Step<ForwardingState, Effect, Reply>;

/** Begins a transition on a copy of the state. */
export function work(state: LiveForwarding, event: ForwardingEvent, config: ForwardingConfig): Work {
  return {
    at: event.at,
    isAsked: isCallerRequest(event),
    config,
    effects: [],
    flow: 'forwarding',
    s: {
      ...state,
      call: { ...state.call },
      caller: { ...state.caller, talks: [...state.caller.talks] },
      legs: legDrafts(state.legs),
      story: { ...state.story },
    },
  };
}

export function done(before: ForwardingState, w: Work, reply: Reply): ForwardingStep {
  const earlier = before.kind === 'call' ? before : null;
  const state: LiveForwarding = { ...w.s, legs: w.s.legs.after() };
  const timers = timerEffects(earlier?.timers ?? {}, state.timers);
  return {
    state,
    effects: [...w.effects, ...timers],
    reply,
    keepForMs: isFinal(state) ? w.config.keepForMs : null,
  };
}

/** Writes nothing: not a call of ours, or one that is over. */
export function unchanged(state: ForwardingState, reply: Reply, config: ForwardingConfig): ForwardingStep {
  return { state, effects: [], reply, keepForMs: isFinal(state) || state.kind === 'nothing' ? config.keepForMs : null };
}
