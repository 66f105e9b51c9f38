import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '@amd/core';
import { events, executions, manualClock, recorder, sids, START } from '@amd/core/testing';
import { around, inbound, KEY, setup, untimed } from './setup.js';

describe('a started runtime', () => {
  it('a started runtime does what is due by itself, and its timers at their time', async () => {
    const { runtime, clock, execute } = setup();
    runtime.start();
    await runtime.handle(KEY, inbound);
    await clock.advanceBy(0, () => runtime.idle());
    expect(execute.effects.map(({ type }) => type)).toEqual(['call.create']);
    await clock.advanceBy(30_000, () => runtime.idle());
    expect(execute.effects.map(({ type, leg }) => `${type} ${String(leg)}`)).toEqual([
      'call.create 1',
      'call.fetch 0',
      'call.fetch 1',
    ]);
  });

  it('a started runtime finds what an earlier process left', async () => {
    const store = createMemoryStore();
    await setup({ store }).runtime.handle(KEY, inbound);
    const { runtime, clock, execute } = setup({ store });
    runtime.start();
    await clock.advanceBy(0, () => runtime.idle());
    expect(execute.of('call.create')).toHaveLength(1);
  });

  it('a started runtime finds what other processes put, at its next poll', async () => {
    const store = createMemoryStore();
    const clock = manualClock();
    const { runtime, execute } = setup({ store, clock, pollMs: 1000 });
    runtime.start();
    await clock.advanceBy(0, () => runtime.idle());
    await setup({ store, clock }).runtime.handle(KEY, inbound);
    await clock.advanceBy(999, () => runtime.idle());
    expect(execute.effects).toEqual([]);
    await clock.advanceBy(1, () => runtime.idle());
    expect(execute.of('call.create')).toHaveLength(1);
  });

  it('a started runtime goes on after the store was down for a while', async () => {
    const store = createMemoryStore();
    let down = true;
    const { runtime, clock, execute } = setup({
      pollMs: 1000,
      store: around(store, { claim: (options) => (down ? Promise.reject(new Error('down')) : store.claim(options)) }),
    });
    const failures: unknown[] = [];
    runtime.events.on('failure', ({ error }) => failures.push(error));
    runtime.start();
    await runtime.handle(KEY, inbound);
    await clock.advanceBy(3000, () => runtime.idle());
    expect(failures.length).toBeGreaterThan(0);
    down = false;
    await clock.advanceBy(1000, () => runtime.idle());
    expect(execute.of('call.create')).toHaveLength(1);
  });

  it('a started runtime has no more work in progress at once than allowed', async () => {
    let now = 0;
    let most = 0;
    const execute = recorder({
      'call.create': async () => {
        now += 1;
        most = Math.max(most, now);
        for (let n = 0; n < 20; n += 1) await Promise.resolve();
        now -= 1;
        return executions.ambiguous();
      },
    });
    const { runtime } = setup({ execute, concurrency: 3 });
    for (let n = 0; n < 10; n += 1) {
      const sid = sids.call(100 + n);
      await runtime.handle(`forwarding:${sid}`, untimed(events.inbound({ sid })));
    }
    await runtime.tick();
    expect(execute.of('call.create')).toHaveLength(10);
    expect(most).toBe(3);
  });
});

describe('tick', () => {
  it('tick also does what its own outcomes ask for', async () => {
    const execute = recorder({ 'call.create': [executions.refused(21210), executions.created(sids.call(1))] });
    const { runtime, state } = setup({ execute });
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    expect(execute.of('call.create').map(({ id }) => id)).toEqual(['create:1:caller', 'create:1:own']);
    expect(await state()).toMatchObject({ legs: [{ phase: 'placed' }] });
  });
});

describe('stop', () => {
  it('stop waits for work in progress and takes no more', async () => {
    let finish = (): void => undefined;
    const execute = recorder({
      'call.create': () =>
        new Promise((resolve) => {
          finish = () => {
            resolve(executions.created(sids.call(1)));
          };
        }),
    });
    const { runtime, clock, state } = setup({ execute });
    runtime.start();
    await runtime.handle(KEY, inbound);
    await clock.advanceBy(0);
    while (execute.effects.length === 0) await Promise.resolve();
    let stopped = false;
    const stopping = runtime.stop().then(() => {
      stopped = true;
    });
    for (let n = 0; n < 50; n += 1) await Promise.resolve();
    expect(stopped).toBe(false);
    await expect(runtime.handle(KEY, inbound)).rejects.toMatchObject({ code: 'ERR_STOPPED' });
    finish();
    await stopping;
    expect(await state()).toMatchObject({ legs: [{ phase: 'placed' }] });
    await clock.advanceBy(60_000);
    expect(execute.effects).toHaveLength(1);
  });

  it('stop waits for a webhook that is being committed', async () => {
    const store = createMemoryStore();
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { runtime } = setup({
      store: around(store, {
        commit: async (commit) => {
          await slow;
          return store.commit(commit);
        },
      }),
    });
    const reply = runtime.handle(KEY, inbound);
    const stopping = runtime.stop();
    finish();
    await stopping;
    expect((await store.read(KEY, START))?.revision).toBe(1);
    expect((await reply).kind).toBe('twiml');
  });
});

describe('a claim whose answer was lost', () => {
  it('a claim whose answer was lost is repeated with the same lease, and the next one has its own', async () => {
    const inner = createMemoryStore();
    const asked: { readonly lease: string; readonly again: boolean }[] = [];
    const store = around(inner, {
      claim: async (options) => {
        asked.push({ lease: options.lease, again: options.again ?? false });
        if (asked.length < 3) throw new Error('the answer was lost');
        return inner.claim(options);
      },
    });
    const { runtime } = setup({ store });
    for (let times = 0; times < 4; times += 1) await runtime.tick();
    const [first, second, third, fourth] = asked;
    expect([second, third]).toEqual([1, 2].map(() => ({ lease: first?.lease, again: true })));
    expect(first?.again).toBe(false);
    expect(fourth).toMatchObject({ again: false });
    expect(fourth?.lease).not.toBe(first?.lease);
  });
});
