import { forwarding, type Effect, type ForwardingState, type Leg, type Reply } from '@amd/core';
import { events, given, NUMBERS, START, type When } from '@amd/core/testing';
import type { Move } from './arbitraries.js';

export const at = (seconds: number): number => START + seconds * 1000;

/** Two people, one after the other. */
export const TWO = { forwardTo: [NUMBERS.ann, NUMBERS.ben] };
/** Two callees at once. */
export const BOTH = { forwardTo: [{ targets: [NUMBERS.ann, NUMBERS.ben] }] };

export const two: readonly Move[] = [events.inbound({ options: TWO })];

/** The caller waits in the room and the only callee's phone rings. */
export const waiting: readonly Move[] = [
  events.inbound(),
  events.conference({ event: 'join', at: at(1) }),
  events.status({ leg: 1, status: 'ringing', at: at(2) }),
];

/** The caller waits; of two callees, one is in detection while the other rings. */
export const both: readonly Move[] = [
  events.inbound({ options: BOTH }),
  events.conference({ event: 'join', at: at(1) }),
  events.status({ leg: 1, status: 'ringing', at: at(2) }),
  events.status({ leg: 2, status: 'ringing', at: at(2) }),
  events.status({ leg: 1, status: 'in-progress', at: at(5) }),
];

export const joining: readonly Move[] = [...waiting, events.answered({ at: at(8) })];
export const connected: readonly Move[] = [...joining, events.conference({ event: 'join', leg: 1, at: at(9) })];

/** Nobody is left, and the redirect of the caller was requested. */
export const falling: readonly Move[] = [...waiting, events.status({ leg: 1, status: 'busy', at: at(5) })];

export function legOf(state: ForwardingState, id: number): Leg | undefined {
  return state.kind === 'call' ? state.legs.find((leg) => leg.id === id) : undefined;
}

/** The last step of a scene. */
export function after(scene: readonly Move[]): When<ForwardingState, Effect, Reply> {
  const last = scene.at(-1);
  if (last === undefined) throw new Error('a scene has at least one event');
  return given(forwarding, scene.slice(0, -1)).when(last);
}
