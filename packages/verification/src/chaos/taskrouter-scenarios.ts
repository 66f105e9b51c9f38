import { human, noAnswer, silent, voicemail } from '@amd/simulator';
import { taskRouterScenario } from './taskrouter-scenario.js';
import type { Scenario } from './scenario.js';

const FROM = '+12125550123';

/** Small calls in a queue, each with another way through the flows. */
export const TASKROUTER_SCENARIOS: readonly Scenario[] = [
  taskRouterScenario({
    name: 'queue: a voicemail, then a human',
    ends: ['connected'],
    callers: [{ from: FROM }],
    queue: {
      workers: [
        { name: 'Ann', person: voicemail({ ringMs: 3000 }) },
        { name: 'Ben', person: human({ ringMs: 2000, talkMs: 4000 }) },
      ],
    },
  }),
  taskRouterScenario({
    name: 'queue: one who says nothing and presses a key',
    ends: ['connected'],
    callers: [{ from: FROM }],
    queue: { workers: [{ name: 'Ann', person: silent({ ringMs: 2000, talkMs: 4000, key: '1', keyAfterMs: 3000 }) }] },
  }),
  taskRouterScenario({
    name: 'queue: nobody answers before the deadline',
    ends: ['unanswered'],
    callers: [{ from: FROM }],
    queue: { workers: [{ name: 'Ann', person: noAnswer() }], settings: { ringSeconds: 8, deadlineSeconds: 12 } },
  }),
  taskRouterScenario({
    name: 'queue: the caller gives up during detection',
    ends: ['callerLeft'],
    callers: [{ from: FROM, hangUp: { when: 'leg-detecting', afterMs: 1000 } }],
    queue: { workers: [{ name: 'Ann', person: human({ ringMs: 2000, verdictMs: 4000 }) }] },
  }),
];
