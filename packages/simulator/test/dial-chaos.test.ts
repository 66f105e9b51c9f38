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
  voicemail,
} from '../src/index.js';
import type { HangUpRule, Toggles } from '../src/index.js';
import { mulberry32 } from '../src/random.js';
import { BASE, CALLER, NUMBER, world, xml } from './app.js';
import { dialTo, number } from './dialling.js';

const PEOPLE = [
  () => human({ talkMs: 5000 }),
  () => human({ key: '1' }),
  voicemail,
  fax,
  silent,
  screening,
  busy,
  noAnswer,
  hangsUpDuringDetection,
];
const MOMENTS = ['leg-ringing', 'leg-detecting', 'leg-human', 'bridged'] as const;
const DETECT = 'machineDetection="Enable" amdStatusCallback="/amd"';

it.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'whatever happens inside a Dial (seed %i), no call is lost and every end is reported once',
  async (seed) => {
    const random = mulberry32(seed);
    const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
    const toggles = Object.fromEntries(
      Object.entries(ALTERNATIVES)
        .filter(() => random() < 0.3)
        .map(([name, values]) => [name, pick(values as readonly unknown[])]),
    ) as Partial<Toggles>;
    const document = (): string => {
      const nouns = Array.from({ length: pick([1, 1, 2, 4]) }, (_, n) =>
        number(`+141555501${n}${n}`, `${pick(['', DETECT])} ${pick(['', 'url="/whisper"'])} statusCallback="/status"`),
      );
      return xml(
        dialTo(
          nouns.join(''),
          `${pick(['', 'answerOnBridge="true"'])} ${pick(['', 'sequential="true"'])} ${pick(['', 'record="record-from-ringing"'])} timeout="15"`,
        ),
      );
    };
    const app = world(
      {
        '/inbound': document,
        '/whisper': () => xml('<Gather numDigits="1" timeout="4" action="/key"><Say>Press</Say></Gather><Hangup/>'),
        '/key': () => xml(''),
        '/ended': () => xml('<Say>Over</Say>'),
        '/amd': async ({ params }) => {
          if (!(params['AnsweredBy'] ?? '').startsWith('machine')) return undefined;
          const child = app.client.calls(params['CallSid'] ?? '');
          const change = pick([{ status: 'completed' as const }, { twiml: xml('<Say>Bye</Say>') }]);
          await child.update(change).catch(() => undefined);
          return undefined;
        },
      },
      { people: () => pick(PEOPLE)(), toggles },
    );
    const start = app.sim.clock.now();
    for (let n = 0; n < 15; n += 1) {
      const rule = random();
      const hangUp: HangUpRule | undefined =
        rule < 0.3
          ? { afterMs: Math.floor(random() * 30_000) }
          : rule < 0.6
            ? { when: pick(MOMENTS), ...(random() < 0.5 ? {} : { afterMs: 700 }) }
            : undefined;
      const from = `${CALLER.slice(0, -2)}${10 + n}`;
      app.sim.clock.wakeAt(start + n * 900, () => {
        app.sim.placeCall({ from, to: NUMBER, ...(hangUp === undefined ? {} : { hangUp }) });
      });
    }
    await app.sim.settle();

    for (const call of app.sim.calls) {
      expect(call.endedAt).toBeDefined();
      for (const { sid, since, ms } of call.bridgedWith) {
        const other = app.sim.call(sid);
        expect([other?.parentSid, call.parentSid]).toContain(call.parentSid === undefined ? call.sid : sid);
        expect(since).toBeGreaterThanOrEqual(Math.max(call.answeredAt ?? Infinity, other?.answeredAt ?? Infinity));
        expect(since + ms).toBeLessThanOrEqual(Math.min(call.endedAt ?? 0, other?.endedAt ?? 0));
        expect(other?.bridgedWith).toContainEqual({ sid: call.sid, since, ms });
      }
      const ends = app.find('/status').filter(({ params }) => params['CallSid'] === call.sid);
      const silentEnd = call.direction === 'inbound' || (call.status === 'canceled' && call.ringingAt === undefined);
      if (!silentEnd) expect(ends.map(({ params }) => params['CallStatus'])).toEqual([call.status]);
      if (call.direction !== 'inbound') continue;
      const talks = call.bridgedWith.length;
      expect(talks).toBeLessThanOrEqual(1);
      const actions = app.find('/ended').filter(({ params }) => params['CallSid'] === call.sid);
      expect(actions.length).toBeLessThanOrEqual(1);
      for (const { params } of actions) expect(params['DialBridged']).toBe(String(talks > 0));
      if (actions.length === 0) expect([call.heard, toggles.dialActionOnHangup]).toEqual([[], false]);
    }
    expect(app.sim.debugger).toEqual([]);
    expect(app.seen.some(({ url }) => !url.startsWith(BASE))).toBe(false);
  },
);
