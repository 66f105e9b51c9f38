import { atOnce, type ForwardingEvent } from '@amd/core';
import { events, NUMBERS, sids } from '@amd/core/testing';

/** What happened before, and the events whose way through the code is shown. */
export interface TraceScenario {
  readonly before: readonly ForwardingEvent[];
  readonly events: readonly ForwardingEvent[];
}

const ARRIVING = events.inbound({
  options: { forwardTo: atOnce([NUMBERS.ann, NUMBERS.ben]), amd: { mode: 'async' } },
});
const RINGING = [ARRIVING, events.status({ status: 'ringing' })];
const IN_ROOM = events.conference({ event: 'join' });
const LISTENING = [...RINGING, IN_ROOM, events.answered({ answeredBy: null })];
const VERDICT = events.verdict({ answeredBy: 'human' });
const DOCUMENT = events.legDocument();
const JOIN = events.conference({ event: 'join', leg: 1 });
const HANG_UP = events.callerStatus();

/** By name. The verdicts come while detection listens and the callee hears who is calling. */
export const SCENARIOS: Readonly<Record<string, TraceScenario>> = {
  'verdict human async': { before: LISTENING, events: [VERDICT] },
  'verdict machine async': { before: LISTENING, events: [events.verdict({ answeredBy: 'machine_start' })] },
  'document after the verdict': { before: [...LISTENING, VERDICT], events: [DOCUMENT] },
  'join of the leg': { before: [...LISTENING, VERDICT, DOCUMENT], events: [JOIN] },
  'caller hangs up while detection listens': { before: LISTENING, events: [HANG_UP] },
  'whole call': {
    before: [],
    events: [
      ...LISTENING,
      VERDICT,
      DOCUMENT,
      JOIN,
      HANG_UP,
      events.legEnded({ status: 'completed', sid: sids.call(1) }),
    ],
  },
};
