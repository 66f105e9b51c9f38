import { expect, it } from 'vitest';
import {
  ALTERNATIVES,
  busy,
  fax,
  hangsUpDuringDetection,
  human,
  noAnswer,
  screening,
  silent,
  unreachable,
  voicemail,
} from '../src/index.js';
import type { HangUpRule, Person, Toggles } from '../src/index.js';
import { mulberry32 } from '../src/random.js';
import { CALLER, NUMBER, forwarding } from './app.js';

const PEOPLE: (() => Person)[] = [
  () => human({ talkMs: 5000 }),
  voicemail,
  fax,
  silent,
  screening,
  busy,
  noAnswer,
  unreachable,
  hangsUpDuringDetection,
];
const MOMENTS = ['leg-ringing', 'leg-detecting', 'leg-human', 'bridged'] as const;

it.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'whatever happens (seed %i), the simulator stays consistent',
  async (seed) => {
    const random = mulberry32(seed);
    const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
    const toggles = Object.fromEntries(
      Object.entries(ALTERNATIVES)
        .filter(() => random() < 0.3)
        .map(([name, values]) => [name, pick(values as readonly unknown[])]),
    ) as Partial<Toggles>;
    const app = forwarding({
      people: () => pick(PEOPLE)(),
      toggles,
      disorder: { seed, maxDelayMs: 3000, lose: 0.1, duplicate: 0.2 },
      cps: pick([undefined, 1, 3]),
      rest: () =>
        random() < 0.1 ? pick(['reset', 'executed-but-reset', 'bad-json', { delayMs: 2000 }] as const) : undefined,
      create: pick([
        {},
        { asyncAmd: 'true', asyncAmdStatusCallback: 'https://app.example.com/amd' },
        { machineDetection: 'DetectMessageEnd' },
      ]),
    });
    const start = app.sim.clock.now();
    for (let n = 0; n < 20; n += 1) {
      const from = `${CALLER.slice(0, -2)}${10 + n}`;
      const rule = random();
      const hangUp: HangUpRule | undefined =
        rule < 0.3
          ? { afterMs: Math.floor(random() * 40_000) }
          : rule < 0.6
            ? { when: pick(MOMENTS), ...(random() < 0.5 ? {} : { afterMs: 1000 }) }
            : undefined;
      const at = start + Math.floor(random() * 60_000);
      app.sim.clock.wakeAt(
        at,
        () => void app.sim.placeCall({ from, to: NUMBER, ...(hangUp === undefined ? {} : { hangUp }) }),
      );
    }
    await app.sim.settle();
    const { calls, conferences } = app.sim;
    for (const call of calls) {
      expect(call.endedAt).toBeDefined();
      expect(call.conference).toBeUndefined();
      for (const { sid, since, ms } of call.bridgedWith) {
        const other = app.sim.call(sid);
        expect(since).toBeGreaterThanOrEqual(Math.max(call.answeredAt ?? Infinity, other?.answeredAt ?? Infinity));
        expect(since + ms).toBeLessThanOrEqual(Math.min(call.endedAt ?? 0, other?.endedAt ?? 0));
        expect(other?.bridgedWith).toContainEqual({ sid: call.sid, since, ms });
      }
      const statuses = new Map<string, string>();
      for (const { params } of app.seen) {
        const sequence = params['SequenceNumber'];
        if (params['CallbackSource'] !== undefined && params['CallSid'] === call.sid && sequence !== undefined) {
          statuses.set(sequence, params['CallStatus'] ?? '');
        }
      }
      const order = [...statuses].sort(([a], [b]) => Number(a) - Number(b)).map(([, status]) => status);
      const ranks = order
        .map((status) => ['initiated', 'ringing', 'in-progress'].indexOf(status))
        .map((rank) => (rank < 0 ? 9 : rank));
      expect(ranks).toEqual([...ranks].sort());
    }
    for (const { status, participants } of conferences)
      expect({ status, participants }).toEqual({ status: 'completed', participants: [] });
  },
);
