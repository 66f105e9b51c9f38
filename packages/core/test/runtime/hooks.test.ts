import { describe, expect, it } from 'vitest';
import { forwarding, type RuntimeEvents } from '@amd/core';
import { events, NUMBERS, sids } from '@amd/core/testing';
import { KEY, setup, untimed } from './setup.js';

type Failure = RuntimeEvents<unknown, never>['failure'][0];
const never = (): Promise<void> => new Promise(() => undefined);
const ENDED = `hook:ended:${sids.call(0)}:1`;

/** A caller whom nobody is rung for hangs up. */
async function hangUp({ runtime }: ReturnType<typeof setup>): Promise<void> {
  await runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [] } })));
  await runtime.handle(KEY, untimed(events.callerStatus()));
}

/** Lets what is under way go on, as far as it does without time. */
async function turns(): Promise<void> {
  for (let n = 0; n < 2000; n += 1) await Promise.resolve();
}

describe('a hook that hangs', () => {
  it('has failed after ten seconds, and is tried again with the same id', async () => {
    const ids: string[] = [];
    const scene = setup({
      hooks: {
        ended: async (_, id) => {
          ids.push(id);
          if (ids.length === 1) await never();
        },
      },
    });
    await hangUp(scene);
    void scene.runtime.tick();
    await turns();
    await scene.clock.advanceBy(10_000);
    await turns();
    expect(scene.log).toMatchObject([
      {
        level: 'warn',
        code: 'hook.failed',
        call: sids.call(0),
        message: expect.stringContaining('it took longer than 10000 ms') as string,
      },
    ]);
    await scene.clock.advanceBy(1000);
    await scene.runtime.tick();
    expect(ids).toEqual([ENDED, ENDED]);
  });

  it('ends within its lease, so that nobody else runs it meanwhile', async () => {
    const scene = setup({ hooks: { ended: never }, leaseMs: 8_000 });
    await hangUp(scene);
    void scene.runtime.tick();
    await turns();
    await scene.clock.advanceBy(7_000);
    await turns();
    expect(scene.log).toMatchObject([{ code: 'hook.failed' }]);
  });

  it('keeps no phone from ringing, however many hang', async () => {
    const scene = setup({ hooks: { ended: never }, concurrency: 2 });
    for (let n = 10; n < 110; n += 1) {
      const key = `forwarding:${sids.call(n)}`;
      await scene.runtime.handle(key, untimed(events.inbound({ sid: sids.call(n), options: { forwardTo: [] } })));
      await scene.runtime.handle(key, untimed(events.callerStatus()));
    }
    void scene.runtime.tick();
    await turns();
    await scene.runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [NUMBERS.ann] } })));
    void scene.runtime.tick();
    await turns();
    expect(scene.execute.of('call.create')).toHaveLength(1);
  });
});

describe('a hook that fails for good', () => {
  it('ends in the event "failure" with what it was to be told, and in the log', async () => {
    const failures: Failure[] = [];
    const scene = setup({
      hooks: {
        ended: () => {
          throw new Error('the CRM is down');
        },
      },
      retry: { hookAttempts: 2 },
    });
    scene.runtime.events.on('failure', (failure) => failures.push(failure));
    await hangUp(scene);
    await scene.runtime.tick();
    await scene.clock.advanceBy(1000);
    await scene.runtime.tick();
    expect(failures).toMatchObject([
      { isGivenUp: false, hook: { hook: 'ended', id: ENDED } },
      { isGivenUp: true, hook: { hook: 'ended', id: ENDED, data: { v: 1, result: 'callerLeft' } } },
    ]);
    expect(scene.log.map(({ level, code }) => `${level} ${code}`)).toEqual(['warn hook.failed', 'error hook.failed']);
  });

  it('is complained of once a minute while it is tried again', async () => {
    const scene = setup({
      hooks: {
        missed: () => {
          throw new Error('the CRM is down');
        },
      },
    });
    await hangUp(scene);
    for (let n = 0; n < 4; n += 1) {
      await scene.runtime.tick();
      await scene.clock.advanceBy(8000);
    }
    expect(scene.log).toHaveLength(1);
  });
});

it('nothing is written down for hooks that were not given', async () => {
  const scene = setup({ hooks: { connected: () => undefined } });
  const asked: string[] = [];
  scene.runtime.events.on('committed', ({ effects }) => {
    for (const effect of effects) if (effect.type === 'hook.run') asked.push(effect.hook);
  });
  await hangUp(scene);
  expect(asked).toEqual(['ended', 'missed']);
  const claims = await scene.store.claim({
    now: scene.clock.now(),
    prefix: `${forwarding.name}:`,
    limit: 9,
    leaseMs: 1,
    lease: 'x',
  });
  expect(claims.filter(({ id }) => id.startsWith('hook:'))).toEqual([]);
});
