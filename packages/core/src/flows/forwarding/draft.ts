import type { Draft } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallbackPurpose, CallbackRef } from '../../wire/callback-ref.js';
import type { Effect } from '../effects.js';
import type { Leg } from '../leg/leg.js';
import type { ForwardingConfig } from './config.js';
import type { LiveForwarding } from './state.js';

export type LegDraft = Draft<Omit<Leg, 'target'>> & { target: Leg['target'] };

/** One transition at work: a private copy of the state, and what it asks for. */
export interface Work {
  readonly at: EpochMs;
  readonly config: ForwardingConfig;
  readonly effects: Effect[];
  readonly s: Omit<Draft<Omit<LiveForwarding, 'settings' | 'legs'>>, 'kind'> & {
    kind: 'call';
    settings: LiveForwarding['settings'];
    legs: LegDraft[];
  };
}

export function work(state: LiveForwarding, at: EpochMs, config: ForwardingConfig): Work {
  return {
    at,
    config,
    effects: [],
    s: {
      ...state,
      call: { ...state.call },
      caller: { ...state.caller },
      legs: state.legs.map((leg) => ({ ...leg, story: { ...leg.story } })),
      timers: { ...state.timers },
      story: { ...state.story },
    },
  };
}

export function ref(w: Work, leg: number, purpose: CallbackPurpose): CallbackRef {
  return { flow: 'forwarding', key: w.s.call.sid, round: w.s.round, leg, purpose };
}

/** An id for an effect that may be asked for again. */
export function nextId(w: Work, name: string, leg: number): string {
  w.s.asked += 1;
  return `${name}:${String(leg)}:${String(w.s.asked)}`;
}

export function legTimer(leg: { readonly id: number }): string {
  return `leg${String(leg.id)}`;
}

export function startTimer(w: Work, timer: string, afterMs: number): void {
  w.s.timers[timer] = w.at + afterMs;
}

export function stopTimer(w: Work, timer: string): void {
  // A rest pattern would copy the record for each of several stops.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete w.s.timers[timer];
}
