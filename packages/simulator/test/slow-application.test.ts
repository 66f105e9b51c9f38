import { expect, it } from 'vitest';
import { createSimulator } from '../src/index.js';
import { BASE, CALLER, NUMBER } from './app.js';

const answer = (delay: () => Promise<unknown>) => async () => {
  await delay();
  return { status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response><Say>Hello</Say></Response>' };
};

it('an application that pauses lets virtual time pass: its answer is late by that much', async () => {
  const sim = createSimulator({
    numbers: [{ phoneNumber: NUMBER, voiceUrl: `${BASE}/inbound` }],
    transport: answer(() => sim.pause(3000)),
  });
  const call = sim.placeCall({ from: CALLER, to: NUMBER });
  await sim.settle();
  expect((call.sounds[0]?.at ?? 0) - call.createdAt).toBeGreaterThanOrEqual(3000);
  expect(call.heard).toEqual(['Hello']);
});

it('virtual time stands still while outside work is in progress, even while another answer is late', async () => {
  let held: number | undefined;
  const sim = createSimulator({
    numbers: [{ phoneNumber: NUMBER, voiceUrl: `${BASE}/inbound` }],
    transport: answer(async () => {
      const pause = sim.pause(3000);
      const before = sim.clock.now();
      await sim.hold(new Promise((resolve) => setTimeout(resolve, 50)));
      held = sim.clock.now() - before;
      await pause;
    }),
  });
  sim.placeCall({ from: CALLER, to: NUMBER });
  await sim.settle();
  expect(held).toBe(0);
});
