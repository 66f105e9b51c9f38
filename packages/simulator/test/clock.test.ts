import { describe, expect, it } from 'vitest';
import { createSimulator, human, realClock, virtualClock } from '../src/index.js';
import { BASE, CALLER, NUMBER, PHONE, forwarding, world, xml } from './app.js';

describe('the virtual clock', () => {
  it('the virtual clock runs wake-ups by time, then by order, and forgets cancelled ones', () => {
    const clock = virtualClock({ start: 0 });
    const ran: string[] = [];
    const cancels = [5, 3, 3, 9, 1, 7].map((at, index) => clock.wakeAt(at, () => ran.push(`${at}/${index}`)));
    cancels[3]?.();
    clock.wakeAt(-10, () => ran.push('past'));
    while (clock.step());
    expect(ran).toEqual(['past', '1/4', '3/1', '3/2', '5/0', '7/5']);
    expect(clock.now()).toBe(7);
    expect(clock.next()).toBeUndefined();
    expect(() => clock.moveTo(6)).toThrow('cannot go back');
    clock.wakeAt(10, () => undefined);
    expect(() => clock.moveTo(11)).toThrow('cannot jump');
  });

  it('the virtual clock keeps many wake-ups in order', () => {
    const clock = virtualClock({ start: 0 });
    const seen: number[] = [];
    for (let n = 0; n < 5000; n += 1) clock.wakeAt((n * 7919) % 5003, () => seen.push(clock.now()));
    while (clock.step());
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(5000);
  });

  it('the virtual clock stands still while a webhook is being answered, however many turns that takes', async () => {
    const times: number[] = [];
    const { sim } = world({
      '/inbound': async () => {
        times.push(sim.clock.now());
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        times.push(sim.clock.now());
        return xml('');
      },
    });
    sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settle();
    expect(times[0]).toBe(times[1]);
  });

  it('the virtual clock waits for the application’s own work', async () => {
    let busy: Promise<void> = Promise.resolve();
    let doneAt = 0;
    const { sim } = world(
      {
        '/inbound': () => {
          busy = (async () => {
            for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            doneAt = sim.clock.now();
          })();
          return xml('<Pause length="9"/>');
        },
      },
      { idle: () => busy },
    );
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settle();
    expect(doneAt).toBe(caller.createdAt);
  });

  it('the virtual clock moves for an answer that sleeps, though the application’s own work waits for it', async () => {
    for (const turns of [0, 50]) {
      let busy: Promise<unknown> = Promise.resolve();
      let took = -1;
      const { sim, client } = world(
        {
          '/inbound': () => {
            const began = sim.clock.now();
            busy = (async () => {
              for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
              await client.calls.list();
              took = sim.clock.now() - began;
            })();
            return xml('<Pause length="9"/>');
          },
        },
        { rest: () => ({ delayMs: 300 }), idle: () => busy.then(() => undefined) },
      );
      sim.placeCall({ from: CALLER, to: NUMBER });
      await sim.settle();
      expect(took).toBe(300);
    }
  });

  it('the virtual clock is the application’s clock too', async () => {
    const { sim, client } = world({}, { person: human() });
    const at = sim.clock.now();
    let ended = 0;
    const { sid } = await client.calls.create({ to: PHONE, from: NUMBER, twiml: xml('<Pause length="60"/>') });
    sim.clock.wakeAt(
      at + 20_000,
      () =>
        void client
          .calls(sid)
          .update({ status: 'completed' })
          .then(() => (ended = sim.clock.now())),
    );
    await sim.settle();
    expect(ended).toBe(at + 20_000);
    expect(sim.call(sid)?.endedAt).toBe(at + 20_000);
  });

  it('the virtual clock stops where it is told, and continues from there', async () => {
    const { sim } = world({ '/inbound': () => xml('<Pause length="9"/><Say>Hi</Say>') });
    const start = sim.clock.now();
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settle(start + 5000);
    expect(sim.clock.now()).toBe(start + 5000);
    expect(caller.heard).toEqual([]);
    await sim.advance(6000);
    expect(caller.heard).toEqual(['Hi']);
    await caller.done;
  });
});

it('a run repeats exactly', async () => {
  const run = async (random: number) => {
    const { sim } = forwarding({ person: human(), random });
    sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settle();
    return sim.timeline;
  };
  expect(await run(7)).toEqual(await run(7));
  expect(await run(7)).not.toEqual(await run(8));
});

it('listeners get every entry', async () => {
  const { sim } = world({ '/inbound': () => xml('<Say>Hi</Say>') });
  const kinds = new Set<string>();
  const stop = sim.on('entry', ({ kind, ms }) => {
    expect(ms).toBeGreaterThanOrEqual(0);
    kinds.add(kind);
  });
  sim.placeCall({ from: CALLER, to: NUMBER });
  await sim.settle();
  stop();
  sim.placeCall({ from: CALLER, to: NUMBER });
  expect([...kinds].sort()).toEqual(['call', 'callback', 'request', 'verb']);
});

it('a closed simulator sends nothing', async () => {
  const { sim, client, seen } = world({}, { person: human() });
  sim.placeCall({ from: CALLER, to: NUMBER });
  sim.close();
  await sim.settle();
  expect(seen).toEqual([]);
  await expect(client.calls.list()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('the real clock reports whole milliseconds, as a database wants them', async () => {
  const clock = realClock({ speed: 1.7 });
  for (let reads = 0; reads < 20; reads += 1) {
    expect(Number.isInteger(clock.now())).toBe(true);
    await new Promise(setImmediate);
  }
});

it('the real clock can run faster', async () => {
  const sim = createSimulator({
    clock: realClock({ speed: 200 }),
    numbers: [{ phoneNumber: NUMBER, voiceUrl: `${BASE}/voice` }],
    transport: () =>
      Promise.resolve({
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: xml('<Pause length="10"/><Say>Hi</Say>'),
      }),
  });
  const caller = sim.placeCall({ from: CALLER, to: NUMBER });
  await sim.settle();
  expect(caller.heard).toEqual(['Hi']);
  expect(sim.clock.now() - caller.createdAt).toBeGreaterThan(10_000);
});
