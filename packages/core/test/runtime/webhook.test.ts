import { describe, expect, it } from 'vitest';
import { createMemoryStore, DEFAULT_FORWARDING_CONFIG, forwarding, type Store } from '@amd/core';
import { events, manualClock, recorder, START } from '@amd/core/testing';
import { createCommit } from '../../src/runtime/commit.js';
import { createRecords } from '../../src/runtime/records.js';
import { around, inbound, KEY, setup, untimed } from './setup.js';

describe('one webhook', () => {
  it('a webhook is answered after the commit, and its effects run after the reply', async () => {
    const order: string[] = [];
    const store = createMemoryStore();
    const execute = recorder({
      'call.create': (effect) => {
        order.push(effect.type);
        return { kind: 'outcome', outcome: { kind: 'unknown', reason: '' } };
      },
    });
    const { runtime, clock } = setup({
      execute,
      store: around(store, {
        commit: async (commit) => {
          const result = await store.commit(commit);
          order.push('commit');
          return result;
        },
      }),
    });
    runtime.start();
    const reply = await runtime.handle(KEY, inbound);
    order.push('reply');
    expect(reply.kind).toBe('twiml');
    expect(order).toEqual(['commit', 'reply']);
    await clock.advanceBy(0, () => runtime.idle());
    expect(order.slice(0, 3)).toEqual(['commit', 'reply', 'call.create']);
  });

  it('a webhook writes state, effects and timers in one commit', async () => {
    const { runtime, store, clock } = setup();
    await runtime.handle(KEY, inbound);
    expect((await store.read(KEY, START))?.revision).toBe(1);
    await clock.advanceBy(200_000);
    const claims = await store.claim({ now: clock.now(), limit: 100, leaseMs: 1, lease: 'test' });
    expect(claims.map(({ id }) => id.replace(/@.*/, '')).sort()).toEqual([
      'create:1:caller',
      'timer:deadline',
      'timer:heartbeat',
      'timer:leg1',
    ]);
  });

  it('a webhook that changes nothing writes nothing', async () => {
    const { runtime, read } = setup();
    await runtime.handle(KEY, inbound);
    await runtime.handle(KEY, inbound);
    await runtime.handle(KEY, untimed(events.status({ leg: 9, status: 'ringing' })));
    expect((await read())?.revision).toBe(1);
    expect(await setup().runtime.handle(KEY, untimed(events.answered()))).toMatchObject({
      verbs: [{ verb: 'hangup' }],
    });
  });

  it('a webhook that cannot be committed is not answered and requests nothing', async () => {
    const execute = recorder();
    const { runtime } = setup({
      execute,
      store: around(createMemoryStore(), { commit: () => Promise.reject(new Error('the store is down')) }),
    });
    runtime.start();
    await expect(runtime.handle(KEY, inbound)).rejects.toThrow('the store is down');
    await runtime.tick();
    expect(execute.effects).toEqual([]);
  });

  it('two simultaneous webhooks are decided in turn, in one commit and without a conflict', async () => {
    const { runtime, state, read } = setup();
    const conflicts: string[] = [];
    runtime.events.on('conflict', ({ type }) => conflicts.push(type));
    await runtime.handle(KEY, inbound);
    const replies = await Promise.all([
      runtime.handle(KEY, untimed(events.callerStatus({ status: 'in-progress' }))),
      runtime.handle(KEY, untimed(events.conference({ event: 'join' }))),
      runtime.handle(KEY, untimed(events.answered())),
    ]);
    expect(replies.map(({ kind }) => kind)).toEqual(['nothing', 'nothing', 'twiml']);
    expect(conflicts).toEqual([]);
    expect((await read())?.revision, 'the second and the third are written down together').toBe(2);
    expect(await state()).toMatchObject({ caller: { phase: 'joining', held: true }, winner: 1 });
  });

  it('a webhook is decided anew after a conflict with another process', async () => {
    const store = createMemoryStore();
    const [one, other] = [setup({ store }), setup({ store })];
    const conflicts: string[] = [];
    for (const { runtime } of [one, other]) runtime.events.on('conflict', ({ type }) => conflicts.push(type));
    await one.runtime.handle(KEY, inbound);
    const [first, second] = await Promise.all([
      one.runtime.handle(KEY, untimed(events.conference({ event: 'join' }))),
      other.runtime.handle(KEY, untimed(events.answered())),
    ]);
    expect([first.kind, second.kind]).toEqual(['nothing', 'twiml']);
    expect(conflicts).toHaveLength(1);
    expect((await one.read())?.revision).toBe(3);
    expect(await one.state()).toMatchObject({ caller: { phase: 'joining', held: true }, winner: 1 });
  });

  it('of two first humans at once, one gets the caller and the other is told', async () => {
    const { runtime } = setup();
    const both = { forwardTo: [{ targets: ['+14155550142', '+14155550143'] }] };
    await runtime.handle(KEY, untimed(events.inbound({ options: both })));
    const replies = await Promise.all([1, 2].map((leg) => runtime.handle(KEY, untimed(events.answered({ leg })))));
    const verbs = replies.map((reply) => (reply.kind === 'twiml' ? reply.verbs.map(({ verb }) => verb).join() : ''));
    expect(verbs.sort()).toEqual(['dial.conference', 'say,hangup']);
  });

  it('a webhook gives up after ten seconds if other processes change the record every time', async () => {
    let tries = 0;
    const commit: Store['commit'] = () => Promise.resolve({ ok: false, actual: (tries += 1) });
    const store = around(createMemoryStore(), { commit });
    const clock = manualClock();
    const pauses: number[] = [];
    let elapsed = 0;
    const waits = {
      elapsed: () => elapsed,
      pause: (ms: number) => Promise.resolve(void pauses.push((elapsed += ms))),
      random: () => 0.5,
    };
    const log = (): never => {
      throw new Error('nothing is said');
    };
    const apply = createCommit({
      ...{ flow: forwarding, config: DEFAULT_FORWARDING_CONFIG, store, clock, log, waits, metrics: null },
      records: createRecords({ flow: forwarding, store, clock, log }),
      emit: () => true,
    });
    const error = await apply(KEY, inbound).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_STORE_CONFLICT', message: expect.stringContaining('10000 ms') as string });
    expect(tries, 'soon at first, then with longer waits').toBeLessThan(250);
    expect(pauses.slice(0, 3)).toEqual([0.5, 1.5, 3.5]);
  });

  it('a webhook never sees a time below what its record has seen, however the clocks differ', async () => {
    const store = createMemoryStore();
    const ahead = setup({ store, clock: manualClock({ start: START + 5000 }) });
    const behind = setup({ store, clock: manualClock({ start: START }) });
    await ahead.runtime.handle(KEY, inbound);
    const times: number[] = [];
    behind.runtime.events.on('committed', ({ event }) => times.push(event.at));
    await behind.runtime.handle(KEY, untimed(events.conference({ event: 'join' })));
    expect(times).toEqual([START + 5000]);
    expect(await behind.state()).toMatchObject({ timestamps: { startedAt: START + 5000, heldAt: START + 5000 } });
  });

  it('a record that is newer than this process is left alone', async () => {
    const store = createMemoryStore();
    const execute = recorder();
    const clock = manualClock();
    const newer = setup({
      store,
      clock,
      flow: { ...forwarding, schema: forwarding.schema + 1 },
      config: DEFAULT_FORWARDING_CONFIG,
    });
    await newer.runtime.handle(KEY, inbound);
    const older = setup({ store, clock, execute });
    const failures: unknown[] = [];
    older.runtime.events.on('failure', ({ error }) => failures.push(error));
    const before = await older.read();
    await expect(older.runtime.handle(KEY, untimed(events.callerStatus()))).rejects.toMatchObject({
      code: 'ERR_STATE_VERSION',
    });
    await older.runtime.tick();
    await clock.advanceBy(60_000);
    await older.runtime.tick();
    expect(await older.read()).toEqual(before);
    expect(execute.effects, 'nothing is sent whose outcome could not be kept').toEqual([]);
    await clock.advanceBy(60_000);
    await newer.runtime.tick();
    expect(newer.execute.of('call.create')).toHaveLength(1);
  });

  it('a record that is not one of ours is reported', async () => {
    const store = createMemoryStore();
    for (const [key, data] of [
      ['a', 'not JSON'],
      ['b', '{}'],
      ['c', 'null'],
    ] as const) {
      await store.commit({ key, expected: 0, data, expiresAt: null, now: START, put: [], drop: [] });
      await expect(setup({ store }).runtime.handle(key, inbound)).rejects.toMatchObject({ code: 'ERR_STORE_CORRUPT' });
    }
  });

  it('a listener that throws makes no webhook fail, and loses no outcome', async () => {
    const { runtime, state } = setup();
    for (const name of ['committed', 'executed', 'conflict', 'failure'] as const) {
      runtime.events.on(name, () => {
        throw new Error('a bug in a page');
      });
    }
    expect((await runtime.handle(KEY, inbound)).kind).toBe('twiml');
    await runtime.tick();
    expect(await state()).toMatchObject({ legs: [{ phase: 'placed' }] });
  });

  it('a call that is over is kept for a day, and forgotten then', async () => {
    const { runtime, read, clock } = setup();
    await runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [] } })));
    await runtime.handle(KEY, untimed(events.callerStatus()));
    expect((await read())?.expiresAt).toBe(START + 86_400_000);
    await clock.advanceBy(86_400_000);
    expect(await read()).toBeUndefined();
  });
});
