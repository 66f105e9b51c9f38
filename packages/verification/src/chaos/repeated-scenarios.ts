import type { CallOptions } from '@amd/core';
import { busy, human, noAnswer, refused, type Person, type Simulator } from '@amd/simulator';
import { ELSEWHERE } from '../crowds/elsewhere.js';
import { forwardingScenario } from './forwarding-scenario.js';
import type { Scenario } from './scenario.js';
import { taskRouterScenario } from './taskrouter-scenario.js';

const FROM = '+12125550123';
const [ANN, BEN, LAST] = ['+14152000010', '+14152000011', '+14152000019'] as const;

/** Ends the first conference as a person at the console would, this long after it began. */
function roomEnds(sim: Simulator, afterMs: number): void {
  const forget = sim.on('entry', ({ call, detail }) => {
    if (detail?.['event'] !== 'conference-start' || call === undefined) return;
    forget();
    const url = `https://api.twilio.com/2010-04-01/Accounts/${sim.accountSid}/Conferences/${call}.json`;
    const authorization = `Basic ${btoa(`${sim.accountSid}:${sim.authToken}`)}`;
    sim.clock.wakeAt(sim.clock.now() + afterMs, () => {
      const body = new URLSearchParams({ Status: 'completed' });
      void sim.hold(sim.fetch(new Request(url, { method: 'POST', headers: { authorization }, body })));
    });
  });
}

function forwards(name: string, ends: string, people: readonly Person[], settings: Omit<CallOptions, 'forwardTo'>) {
  const numbers = [ANN, BEN].slice(0, people.length);
  return forwardingScenario({
    name: `forwarding: ${name}`,
    ends: [ends],
    callers: [{ from: FROM }],
    people: new Map<string, Person>([
      ...numbers.map((to, index) => [to, people[index] ?? busy()] as const),
      [LAST, noAnswer()],
    ]),
    settings: () => ({ ringSeconds: 10, ...settings, forwardTo: numbers }),
  });
}

/** Small calls whose outcome depends on what was heard: every kind of fallback, and a room that ends under both parties. */
export const REPEATED_SCENARIOS: readonly Scenario[] = [
  forwards('a message when the only number is refused', 'unanswered', [refused(21_211)], {
    fallback: { kind: 'voicemail' },
  }),
  forwards('a message after two who do not answer', 'unanswered', [busy(), noAnswer()], {
    fallback: { kind: 'voicemail' },
  }),
  forwards('a last number that does not answer, and a message', 'unanswered', [noAnswer()], {
    fallback: { kind: 'number', to: LAST, ringSeconds: 8, ifUnanswered: { kind: 'voicemail' } },
  }),
  forwards('a menu of the user’s own', 'handedOff', [noAnswer()], { fallback: { kind: 'redirect', url: ELSEWHERE } }),
  ...[0, 300].map((afterMs) => ({
    ...forwards(
      `the room ends ${String(afterMs)} ms after both are in it`,
      'connected',
      [human({ ringMs: 2000 }), busy()],
      {
        fallback: { kind: 'voicemail' },
      },
    ),
    setUp: (sim: Simulator) => {
      roomEnds(sim, afterMs);
    },
  })),
  taskRouterScenario({
    name: 'queue: the caller leaves a message instead of waiting',
    ends: ['unanswered'],
    callers: [{ from: FROM, press: [{ afterMs: 12_000, digits: '*' }] }],
    queue: {
      workers: [{ name: 'Ann', person: noAnswer() }],
      settings: { ringSeconds: 8, deadlineSeconds: 60, offerMessage: true, fallback: { kind: 'voicemail' } },
    },
  }),
];
