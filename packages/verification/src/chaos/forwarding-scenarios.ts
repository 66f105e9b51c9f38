import { atOnce, type CallOptions } from '@amd/core';
import { busy, human, noAnswer, silent, unreachable, voicemail, type HangUpRule, type Person } from '@amd/simulator';
import { forwardingScenario } from './forwarding-scenario.js';
import type { Scenario } from './scenario.js';

interface One {
  readonly name: string;
  readonly ends: string;
  readonly people: readonly Person[];
  readonly settings?: Omit<CallOptions, 'forwardTo'>;
  readonly atOnce?: boolean;
  readonly hangUp?: HangUpRule;
}

const FROM = '+12125550123';

/** Small calls, each with another way through the flow. */
const SMALL: readonly One[] = [
  {
    name: 'a voicemail, then a human',
    ends: 'connected',
    people: [voicemail({ ringMs: 3000 }), human({ ringMs: 2000, talkMs: 4000 })],
  },
  {
    name: 'two humans at once',
    ends: 'connected',
    atOnce: true,
    people: [
      human({ ringMs: 2000, verdictMs: 2600, talkMs: 4000 }),
      human({ ringMs: 2000, verdictMs: 2600, talkMs: 4000 }),
    ],
  },
  {
    name: 'one who says nothing and presses a key',
    ends: 'connected',
    people: [silent({ ringMs: 2000, talkMs: 4000, key: '1', keyAfterMs: 3000 })],
  },
  { name: 'nobody answers', ends: 'unanswered', people: [busy(), noAnswer()], settings: { ringSeconds: 10 } },
  {
    name: 'the caller gives up during detection',
    ends: 'callerLeft',
    people: [human({ ringMs: 2000, verdictMs: 4000 })],
    hangUp: { when: 'leg-detecting', afterMs: 1000 },
  },
  {
    name: 'a human, while detection goes on in the background',
    ends: 'connected',
    people: [unreachable(), human({ ringMs: 2000, talkMs: 4000 })],
    settings: { amd: { mode: 'async' } },
  },
];

export const FORWARDING_SCENARIOS: readonly Scenario[] = SMALL.map(
  ({ name, ends, people, settings, hangUp, ...one }) => {
    const numbers = people.map((_, at) => `+1415200000${String(at)}`);
    return forwardingScenario({
      name: `forwarding: ${name}`,
      ends: [ends],
      callers: [{ from: FROM, ...(hangUp === undefined ? {} : { hangUp }) }],
      people: new Map(people.map((person, at) => [numbers[at] ?? '', person])),
      settings: () => ({ ...settings, forwardTo: one.atOnce === true ? atOnce(numbers) : numbers }),
    });
  },
);
