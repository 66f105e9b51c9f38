import { isCallerRequest } from '../caller/work.js';
import type { ForwardingConfig } from './config.js';
import { legDrafts } from '../leg/drafts.js';
import type { Work } from './draft.js';
import type { ForwardingEvent } from './events.js';
import type { LiveForwarding } from './state.js';

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
