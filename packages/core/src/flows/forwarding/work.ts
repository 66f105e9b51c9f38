import type { EpochMs } from '../../kernel/flow.js';
import type { ForwardingConfig } from './config.js';
import type { Work } from './draft.js';
import { legHost } from './legs.js';
import type { LiveForwarding } from './state.js';

/** Begins a transition on a copy of the state. */
export function work(state: LiveForwarding, at: EpochMs, config: ForwardingConfig): Work {
  const w: Work = {
    at,
    config,
    effects: [],
    host: legHost(() => w),
    s: {
      ...state,
      call: { ...state.call },
      caller: { ...state.caller, talks: [...state.caller.talks] },
      legs: state.legs.map((leg) => ({ ...leg, story: { ...leg.story } })),
      timers: { ...state.timers },
      story: { ...state.story },
    },
  };
  return w;
}
