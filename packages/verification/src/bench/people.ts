import {
  atOnce,
  callSettings,
  createMemoryStore,
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  type E164,
} from '@amd/core';
import { executions, NUMBERS, sids } from '@amd/core/testing';
import type { Section } from './figure.js';
import { atMost, cpuMs, interleave, median, short, times, warmUp } from './samples.js';

const GROWTH = 'CPU of ringing people at once: a person among 200 over one among 10';
const FIFTY = 'CPU of ringing 50 people at once';

/** One call that rings many people: all calls are created, then each is initiated and rings. */
export const people: Section = {
  name: 'people at once',
  figures: [GROWTH, FIFTY],
  async run({ quick, progress }) {
    const ringing = (size: number, calls: number) => async (): Promise<number> => {
      progress(`${String(size)} people`);
      let ms = 0;
      for (let n = 0; n < calls; n += 1) ms += await ring(size);
      return ms / calls;
    };
    const contenders = { ten: ringing(10, 40), fifty: ringing(50, 8), twoHundred: ringing(200, 2) };
    await warmUp(contenders, quick ? 3 : 10);
    const { ten, fifty, twoHundred } = await interleave(quick ? 3 : 9, contenders);
    const each = (samples: readonly number[], size: number): readonly number[] => samples.map((ms) => ms / size);
    const [among10, among200] = [each(ten, 10), each(twoHundred, 200)];
    const detail = [
      ...[`10: ${short(median(ten))} ms`, `50: ${short(median(fifty))} ms`, `200: ${short(median(twoHundred))} ms`],
      `a person ${short(1000 * median(among10))} and ${short(1000 * median(among200))} µs`,
    ].join(', ');
    return [
      atMost(GROWTH, times(among200, among10), 3, '×', detail),
      atMost(FIFTY, fifty, 25, ' ms', 'creating, initiated and ringing, memory store'),
    ];
  },
};

/** CPU time in ms. */
async function ring(size: number): Promise<number> {
  const runtime = createRuntime({
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    store: createMemoryStore(),
    pollMs: null,
    execute: (effect) =>
      Promise.resolve(
        effect.type === 'call.create' ? executions.created(sids.call(1000 + effect.leg)) : executions.done(),
      ),
  });
  const to = Array.from({ length: size }, (_, n) => `+1415${String(5_550_000 + n)}`);
  const key = `forwarding:${sids.call(1)}`;
  const call = {
    sid: sids.call(1),
    from: NUMBERS.caller as E164,
    to: NUMBERS.ours as E164,
    status: 'ringing',
  } as const;
  const begin = cpuMs();
  await runtime.handle(key, { type: 'inbound', call, settings: callSettings({ forwardTo: atOnce(to) }) });
  await runtime.tick();
  for (const status of ['initiated', 'ringing'] as const) {
    for (let leg = 1; leg <= size; leg += 1) {
      const sid = sids.call(1000 + leg);
      await runtime.handle(key, { type: 'leg.status', leg, sid, status, answeredBy: null, sipCode: null });
    }
  }
  const ms = cpuMs() - begin;
  await runtime.stop();
  return ms;
}
