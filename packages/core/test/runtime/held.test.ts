import { describe, expect, it } from 'vitest';
import { createMemoryStore, type Store } from '@amd/core';
import { events, executions, NUMBERS, recorder, sids } from '@amd/core/testing';
import { around, inbound, KEY, setup, untimed, type Options } from './setup.js';

/** A runtime on a store whose methods can fail: not executed, or executed without an answer. */
function onBlinking(change: Omit<Partial<Options>, 'clock' | 'store'> = {}) {
  const store = createMemoryStore();
  const away = new Map<keyof Store, 'before' | 'after'>();
  const asked = async <T>(name: keyof Store, run: () => Promise<T>): Promise<T> => {
    if (away.get(name) === 'before') throw new Error('the store is away');
    const answer = await run();
    if (away.has(name)) throw new Error('its answer was lost');
    return answer;
  };
  const scene = setup({
    ...change,
    store: around(store, {
      read: (...a) => asked('read', () => store.read(...a)),
      commit: (...a) => asked('commit', () => store.commit(...a)),
      claim: (...a) => asked('claim', () => store.claim(...a)),
      settle: (...a) => asked('settle', () => store.settle(...a)),
    }),
  });
  const told: string[] = [];
  scene.runtime.events.on('committed', ({ event }) => {
    if (event.type === 'effect.outcome') told.push(`${event.effect.type} ${event.outcome.kind}`);
  });
  return { ...scene, store, away, told };
}

type Scene = ReturnType<typeof onBlinking>;

/** The store fails for this long. */
async function failFor({ clock, runtime, away }: Scene, ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 1000) {
    await runtime.tick();
    await clock.advanceBy(1000);
  }
  away.clear();
  await runtime.tick();
}

describe('an outcome that the store does not accept', () => {
  it.each([
    ['is back within the lease', 'before', 5000],
    ['is back within the lease, and has written it down without saying so', 'after', 5000],
    ['is back after the lease', 'before', 40_000],
  ] as const)(
    'an outcome is told when the store %s: nothing is sent twice, and nothing is unknown',
    async (_, how, ms) => {
      const scene = onBlinking();
      const { runtime, away, execute, state, log } = scene;
      await runtime.handle(KEY, inbound);
      away.set('commit', how);
      await runtime.tick();
      expect(log.map(({ code }) => code)).toEqual(['task.failed']);
      // A store that cannot be written to cannot be asked for work either.
      away.set('claim', 'before');
      await failFor(scene, ms);
      expect(execute.of('call.create')).toHaveLength(1);
      expect(new Set(scene.told.filter((outcome) => outcome.startsWith('call.create')))).toEqual(
        new Set(['call.create created']),
      );
      expect(await state()).toMatchObject({ legs: [{ sid: sids.call(1) }] });
    },
  );

  it('an outcome is told by a process that stops, if the store is back by then', async () => {
    const { runtime, away, store, state, clock } = onBlinking();
    await runtime.handle(KEY, inbound);
    away.set('commit', 'before');
    await runtime.tick();
    away.clear();
    await runtime.stop();
    expect(await state()).toMatchObject({ legs: [{ phase: 'placed', sid: sids.call(1) }] });
    await clock.advanceBy(15_000);
    const claims = await store.claim({ now: clock.now(), limit: 9, leaseMs: 1, lease: 'test' });
    expect(claims.filter(({ id }) => id.startsWith('create'))).toEqual([]);
  });

  it('an outcome is given up a minute after the lease, and effects that may be sent twice are sent again', async () => {
    const scene = onBlinking();
    const { runtime, away, execute, state, clock } = scene;
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    await runtime.handle(KEY, untimed(events.callerStatus()));
    away.set('commit', 'before').set('claim', 'before');
    await runtime.tick();
    away.delete('claim');
    await runtime.tick();
    expect(execute.of('call.end')).toHaveLength(1);
    away.set('claim', 'before');
    await clock.advanceBy(75_000);
    await failFor(scene, 1000);
    expect(execute.of('call.end')).toHaveLength(2);
    expect(await state()).toMatchObject({ legs: [{ phase: 'ended' }] });
  });

  it('a hook whose outcome was kept does not run again', async () => {
    let ran = 0;
    const scene = onBlinking({ hooks: { ended: () => void (ran += 1) } });
    const { runtime, away } = scene;
    await runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [] } })));
    await runtime.handle(KEY, untimed(events.callerStatus()));
    away.set('settle', 'before');
    await runtime.tick();
    away.set('claim', 'before');
    await failFor(scene, 20_000);
    expect(ran).toBe(1);
  });
});

/** A recently committed record is not read again: a little later it is. */
async function forgotten({ clock }: Pick<ReturnType<typeof onBlinking>, 'clock'>): Promise<void> {
  await clock.advanceBy(1001);
}

describe('work claimed while the store could not answer', () => {
  it.each([
    ['at once, when the store is back soon', 3000],
    ['after it was given back, when half of the lease is over', 10_000],
    ['after the lease as well, if nobody else has it', 17_000],
  ])('claimed work was not sent, and is sent %s', async (_, ms) => {
    const scene = onBlinking();
    const { runtime, away, execute, told } = scene;
    await runtime.handle(KEY, inbound);
    await forgotten(scene);
    away.set('read', 'before');
    await runtime.tick();
    away.set('claim', 'before').set('settle', 'before');
    await failFor(scene, ms);
    expect(execute.of('call.create')).toHaveLength(1);
    expect(told).toEqual(['call.create created']);
  });

  it('claimed work is postponed without counting a try, even if Twilio postponed it before and after', async () => {
    const execute = recorder({
      'call.create': [executions.notExecuted(), executions.notExecuted(), executions.created(sids.call(1))],
    });
    const scene = onBlinking({ execute });
    const { runtime, away, clock, told } = scene;
    await runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [NUMBERS.ann] } })));
    await runtime.tick();
    await clock.advanceBy(1000);
    await forgotten(scene);
    away.set('read', 'before');
    await runtime.tick();
    away.set('claim', 'before').set('settle', 'before');
    await failFor(scene, 17_000);
    await clock.advanceBy(1000);
    await runtime.tick();
    expect(execute.of('call.create')).toHaveLength(3);
    expect(told).toEqual(['call.create created']);
  });

  it('claimed work is not sent if another process has claimed it by then', async () => {
    const scene = onBlinking();
    const { runtime, away, execute, store, clock } = scene;
    await runtime.handle(KEY, inbound);
    await forgotten(scene);
    away.set('read', 'before');
    await runtime.tick();
    await clock.advanceBy(15_000);
    const lease = { limit: 99, leaseMs: 15_000, lease: 'of another process' };
    expect(await store.claim({ now: clock.now(), ...lease })).toMatchObject([{ attempt: 2 }]);
    away.clear();
    await runtime.tick();
    expect(execute.of('call.create')).toEqual([]);
  });
});
