import { isCallerRequest } from '../caller/work.js';
import type { TaskRouterConfig } from './config.js';
import { legDrafts } from '../leg/drafts.js';
import type { Work } from './draft.js';
import type { TaskRouterEvent } from './events.js';
import type { LiveTaskCall } from './state.js';

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
