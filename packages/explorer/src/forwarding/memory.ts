import type {
  Effect,
  Flow,
  ForwardingConfig,
  ForwardingEvent,
  ForwardingState,
  Reply,
  CallEffect,
  Step,
} from '@amd/core';
import { isInRoom } from '@amd/core/internal';
import { flowMemory, type FlowMemory } from '../flow-memory.js';
import { stateKey } from './key.js';

export type ForwardingMemory = FlowMemory<ForwardingState, ForwardingEvent, Reply, CallEffect>;

export function forwardingMemory(
  flow: Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig>,
  config: ForwardingConfig,
): ForwardingMemory {
  return flowMemory({
    flow,
    config,
    stateKey,
    plain: withoutStory,
    timersOf: (state) => (state.kind === 'call' ? state.timers : {}),
    forbidden: movedTwice,
  });
}

/** Reports a leg that is both served the room's document and redirected there: only one mechanism may bring it to the room. */
function movedTwice({ state, effects }: Step<ForwardingState, Effect, Reply>): string | null {
  if (state.kind !== 'call') return null;
  const twice = effects.some(
    (effect) =>
      effect.type === 'call.redirect' &&
      state.legs.some(
        ({ id, phase, inFlight }) => id === effect.leg && isInRoom(phase) && inFlight.redirect !== effect.id,
      ),
  );
  return twice ? 'P2: a leg that is on its way to the room is moved a second time' : null;
}

function withoutStory(state: ForwardingState): ForwardingState {
  if (state.kind !== 'call') return state;
  return {
    ...state,
    effectSeq: 0,
    timestamps: { startedAt: 0 },
    legs: state.legs.map((leg) => ({ ...leg, result: null, timestamps: { requestedAt: 0 } })),
  };
}
