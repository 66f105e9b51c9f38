import { describe, expect, it } from 'vitest';
import { createMemoryStore, type Store } from '@amd/core';
import { events, NUMBERS, executions, manualClock, recorder, sids } from '@amd/core/testing';
import { around, inbound, KEY, setup, untimed } from './setup.js';

describe('creating a call', () => {
  it('a create is sent once, and its outcome is stored in the commit that drops its task', async () => {
    const { runtime, execute, state, read, clock } = setup();
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    expect(execute.of('call.create')).toHaveLength(1);
    expect(await state()).toMatchObject({ legs: [{ phase: 'placed', sid: sids.call(1) }] });
    expect((await read())?.revision).toBe(2);
    await clock.advanceBy(20_000);
    await runtime.tick();
    expect(execute.of('call.create')).toHaveLength(1);
  });

  it('an ambiguous answer to a create is unknown, and the create is never sent again', async () => {
    const execute = recorder({ 'call.create': [executions.ambiguous()] });
    const { runtime, clock, state } = setup({ execute });
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    await clock.advanceBy(20_000);
    await runtime.tick();
    expect(execute.of('call.create')).toHaveLength(1);
    expect(await state()).toMatchObject({ legs: [{ phase: 'requested', sid: null }] });
  });

  it('an executor that throws counts as an ambiguous answer', async () => {
    const execute = recorder({
      'call.create': () => {
        throw new Error('a bug');
      },
    });
    const { runtime, clock } = setup({ execute });
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    await clock.advanceBy(25_000);
    await runtime.tick();
    expect(execute.of('call.create')).toHaveLength(1);
  });

  it('a create that was not executed is sent again when due, as often as needed, and does not count', async () => {
    const execute = recorder({
      'call.create': [
        executions.notExecuted(),
        executions.notExecuted(5000),
        executions.notExecuted(0),
        executions.created(sids.call(1)),
      ],
    });
    const { runtime, clock, state } = setup({ execute });
    const attempts: number[] = [];
    runtime.events.on('executed', ({ attempt }) => attempts.push(attempt));
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    for (const [wait, sent] of [
      [999, 1],
      [1, 2],
      [4999, 2],
      [1, 3],
      [999, 3],
      [1, 4],
    ] as const) {
      await clock.advanceBy(wait);
      await runtime.tick();
      expect(execute.of('call.create')).toHaveLength(sent);
    }
    expect(attempts).toEqual([1, 1, 1, 1]);
    expect(await state()).toMatchObject({ legs: [{ phase: 'placed', sid: sids.call(1) }] });
  });

  it('a create interrupted by a crash is unknown: another process does not send it when the lease is over', async () => {
    const store = createMemoryStore();
    const first = setup({ store, execute: recorder({ 'call.create': () => new Promise(() => undefined) }) });
    await first.runtime.handle(KEY, inbound);
    void first.runtime.tick();
    await Promise.resolve();
    while (first.execute.effects.length === 0) await Promise.resolve();

    const second = setup({ store, clock: first.clock });
    const outcomes: unknown[] = [];
    second.runtime.events.on('executed', ({ execution, attempt }) => outcomes.push([attempt, execution]));
    await first.clock.advanceBy(14_999);
    await second.runtime.tick();
    expect(outcomes).toEqual([]);
    await first.clock.advanceBy(1);
    await second.runtime.tick();
    expect(outcomes).toMatchObject([[2, { kind: 'outcome', outcome: { kind: 'unknown' } }]]);
    expect(second.execute.of('call.create')).toEqual([]);

    // Its first callback adopts it, and the call goes on as usual.
    await second.runtime.handle(KEY, untimed(events.status({ leg: 1, status: 'ringing' })));
    expect(await second.state()).toMatchObject({ legs: [{ phase: 'ringing', sid: sids.call(1) }] });
  });

  it('a create that was dropped before it was sent is not sent', async () => {
    const { runtime, execute } = setup();
    await runtime.handle(KEY, inbound);
    await runtime.handle(KEY, untimed(events.callerStatus()));
    await runtime.tick();
    expect(execute.of('call.create')).toEqual([]);
  });
});

describe('ending, redirecting, fetching', () => {
  const ringing = async (execute: ReturnType<typeof recorder>) => {
    const scene = setup({ execute });
    await scene.runtime.handle(KEY, inbound);
    await scene.runtime.tick();
    await scene.runtime.handle(KEY, untimed(events.callerStatus()));
    return scene;
  };

  it('an end, redirect or fetch is repeated while the answer is ambiguous, at doubling intervals', async () => {
    const execute = recorder({ 'call.end': [executions.ambiguous(), executions.ambiguous(), executions.done()] });
    const { runtime, clock, state } = await ringing(execute);
    await runtime.tick();
    for (const [wait, sent] of [
      [499, 1],
      [1, 2],
      [999, 2],
      [1, 3],
    ] as const) {
      await clock.advanceBy(wait);
      await runtime.tick();
      expect(execute.of('call.end')).toHaveLength(sent);
    }
    expect(await state()).toMatchObject({ legs: [{ phase: 'ended' }] });
  });

  it('an end, redirect or fetch fails after four tries, and the flow is told', async () => {
    const execute = recorder({ 'call.end': [executions.ambiguous()] });
    const { runtime, clock } = await ringing(execute);
    const told: unknown[] = [];
    runtime.events.on('committed', ({ event }) => 'outcome' in event && told.push(event.outcome.kind));
    for (let n = 0; n < 9; n += 1) {
      await runtime.tick();
      await clock.advanceBy(1000);
    }
    expect(execute.of('call.end')).toHaveLength(4);
    expect(told).toEqual(['failed']);
  });

  it('an end, redirect or fetch interrupted by a crash is sent again by the process that takes over', async () => {
    const first = await ringing(recorder({ 'call.end': () => new Promise(() => undefined) }));
    void first.runtime.tick();
    while (first.execute.of('call.end').length === 0) await Promise.resolve();
    const second = setup({ store: first.store, clock: first.clock });
    await first.clock.advanceBy(15_000);
    await second.runtime.tick();
    expect(second.execute.of('call.end')).toHaveLength(1);
    expect(await second.state()).toMatchObject({ legs: [{ phase: 'ended' }] });
  });
});

describe('hooks', () => {
  const over = async (scene: ReturnType<typeof setup>) => {
    await scene.runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [] } })));
    await scene.runtime.handle(KEY, untimed(events.callerStatus()));
  };

  it('hooks run with their data and their id', async () => {
    const calls: unknown[] = [];
    const scene = setup({ hooks: { ended: (data, id) => void calls.push([data, id]) } });
    await over(scene);
    await scene.runtime.tick();
    expect(calls).toMatchObject([
      [{ result: 'callerLeft', visit: 1, sid: sids.call(0) }, 'hook:ended:CA00000000000000000000000000000000:1'],
    ]);
  });

  it('a hook that throws runs again until it succeeds, with the same id', async () => {
    const ids: string[] = [];
    const scene = setup({
      hooks: {
        ended: async (_, id) => {
          ids.push(id);
          if (ids.length < 3) await Promise.reject(new Error('the CRM is down'));
        },
      },
    });
    await over(scene);
    for (let n = 0; n < 9; n += 1) {
      await scene.runtime.tick();
      await scene.clock.advanceBy(1000);
    }
    expect(ids).toEqual([
      'hook:ended:CA00000000000000000000000000000000:1',
      'hook:ended:CA00000000000000000000000000000000:1',
      'hook:ended:CA00000000000000000000000000000000:1',
    ]);
  });

  it('a hook that never succeeds is given up after eight tries', async () => {
    let tries = 0;
    const scene = setup({
      hooks: {
        ended: () => {
          tries += 1;
          throw new Error('never');
        },
      },
    });
    await over(scene);
    for (let n = 0; n < 30; n += 1) {
      await scene.runtime.tick();
      await scene.clock.advanceBy(30_000);
    }
    expect(tries).toBe(8);
  });

  it('an effect for a missing hook is done', async () => {
    const scene = setup();
    await over(scene);
    await scene.runtime.tick();
    expect(await scene.store.claim({ now: scene.clock.now() + 60_000, limit: 9, leaseMs: 1, lease: '' })).toEqual([]);
  });
});

describe('effects that one step requests and drops', () => {
  it('an effect requested and dropped in one step never becomes a task: a caller who is at the fallback is not redirected', async () => {
    // Every callee is refused before the caller is known to be held: the fallback is remembered.
    const refused = recorder({ 'call.create': () => executions.refused(21211) });
    const scene = setup({ execute: refused });
    await scene.runtime.handle(KEY, inbound);
    await scene.runtime.tick();
    expect(await scene.state()).toMatchObject({ caller: { phase: 'fallingBack', held: false } });
    // Their Dial is over and asks what to do: that proves that they are held, and the way to the fallback is the answer.
    const reply = await scene.runtime.handle(KEY, untimed(events.callerEnded()));
    expect(reply).toMatchObject({ verbs: [{ verb: 'redirect', to: { purpose: 'caller.document', part: 1 } }] });
    await scene.runtime.tick();
    expect(refused.of('call.redirect')).toEqual([]);
  });
});

describe('a redirect that another mechanism can replace', () => {
  const ASYNC = untimed(events.inbound({ options: { forwardTo: [NUMBERS.ann], amd: { mode: 'async' } } }));
  const moving = async (answer: () => unknown) => {
    const execute = recorder({ 'call.redirect': answer as never });
    const scene = setup({ execute });
    await scene.runtime.handle(KEY, ASYNC);
    await scene.runtime.tick();
    await scene.runtime.handle(KEY, untimed(events.answered({ answeredBy: null })));
    await scene.runtime.handle(KEY, untimed(events.verdict()));
    await scene.runtime.tick();
    return scene;
  };

  it.each([
    ['ambiguous', { kind: 'ambiguous', reason: 'time-out' }],
    ['not executed', { kind: 'notExecuted', reason: '429', afterMs: 1000 }],
  ])('a redirect that was %s is not repeated: the next request brings the leg to the room', async (_, execution) => {
    const { runtime, execute, clock } = await moving(() => execution);
    const reply = await runtime.handle(KEY, untimed(events.poll()));
    expect(reply).toMatchObject({ verbs: [{ verb: 'dial.conference' }] });
    await clock.advanceBy(5000);
    await runtime.tick();
    expect(execute.of('call.redirect')).toHaveLength(1);
  });
});

describe('creating a call too late', () => {
  const failing = (store: Store, until: { at: number }, clock: { now: () => number }): Store =>
    around(store, {
      claim: (options) => (clock.now() < until.at ? Promise.reject(new Error('away')) : store.claim(options)),
    });

  it('a create that was due in time but is late is not sent: the caller is fetched first', async () => {
    const clock = manualClock();
    const away = { at: clock.now() + 20_001 };
    const { runtime, execute, state } = setup({ clock, store: failing(createMemoryStore(), away, clock) });
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    await clock.advanceBy(20_001);
    await runtime.tick();
    expect(execute.effects.map(({ type }) => type)).toEqual(['call.fetch', 'call.create']);
    expect(await state()).toMatchObject({ legs: [{ phase: 'placed', creating: 'create:1:2' }] });
  });

  it('a create is sent at its last moment, and later if Twilio or our own rate limit delayed it', async () => {
    const clock = manualClock();
    const away = { at: clock.now() + 20_000 };
    const just = setup({ clock, store: failing(createMemoryStore(), away, clock) });
    await just.runtime.handle(KEY, inbound);
    await clock.advanceBy(20_000);
    await just.runtime.tick();
    expect(just.execute.effects.map(({ type }) => type)).toEqual(['call.create']);

    const execute = recorder({ 'call.create': [executions.notExecuted(25_000), executions.created(sids.call(1))] });
    const put = setup({ execute });
    await put.runtime.handle(KEY, inbound);
    await put.runtime.tick();
    await put.clock.advanceBy(25_000);
    await put.runtime.tick();
    expect(execute.of('call.create')).toHaveLength(2);
  });
});
