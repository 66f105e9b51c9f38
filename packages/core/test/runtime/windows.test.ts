import { describe, expect, it } from 'vitest';
import { events, executions, NUMBERS, recorder, sids } from '@amd/core/testing';
import { KEY, setup, untimed } from './setup.js';

async function turns(): Promise<void> {
  for (let n = 0; n < 200; n += 1) await Promise.resolve();
}

const ringing = untimed(events.inbound({ options: { forwardTo: [NUMBERS.ann] } }));

describe('a tick with an end, where the process is frozen then', () => {
  it('does what is due, and tells the executor how long it may take', async () => {
    const given: (number | undefined)[] = [];
    const scene = setup({
      execute: (_, atMostMs) => {
        given.push(atMostMs);
        return Promise.resolve(executions.created(sids.call(1)));
      },
    });
    await scene.runtime.handle(KEY, ringing);
    await scene.runtime.tick({ by: scene.clock.now() + 9_000 });
    expect(given).toEqual([8_750]);
    expect(await scene.state()).toMatchObject({ legs: [{ sid: sids.call(1) }] });
  });

  it('creates no call with less than three seconds left: the next tick does', async () => {
    const scene = setup();
    await scene.runtime.handle(KEY, ringing);
    await scene.runtime.tick({ by: scene.clock.now() + 2_999 });
    expect(scene.execute.of('call.create')).toEqual([]);
    await scene.clock.advanceBy(3_000);
    await scene.runtime.tick({ by: scene.clock.now() + 9_000 });
    expect(scene.execute.of('call.create')).toHaveLength(1);
  });

  it('returns at its end, whatever is still under way', async () => {
    const scene = setup({ execute: recorder({ 'call.create': () => new Promise(() => undefined) as never }) });
    await scene.runtime.handle(KEY, ringing);
    let isOver = false;
    const tick = scene.runtime.tick({ by: scene.clock.now() + 9_000 }).then(() => (isOver = true));
    await turns();
    expect(isOver).toBe(false);
    await scene.clock.advanceBy(9_000);
    await tick;
  });

  it('begins nothing when its end has come', async () => {
    const scene = setup();
    await scene.runtime.handle(KEY, ringing);
    await scene.runtime.tick({ by: scene.clock.now() });
    expect(scene.execute.effects).toEqual([]);
  });

  it('gives a hook no more time than is left', async () => {
    const scene = setup({ hooks: { ended: () => new Promise(() => undefined) } });
    await scene.runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [] } })));
    await scene.runtime.handle(KEY, untimed(events.callerStatus()));
    const tick = scene.runtime.tick({ by: scene.clock.now() + 4_000 });
    await turns();
    await scene.clock.advanceBy(4_000);
    await tick;
    await turns();
    expect(scene.log).toMatchObject([{ code: 'hook.failed' }]);
  });

  it('has no end in a process that runs on', async () => {
    const given: (number | undefined)[] = [];
    const scene = setup({
      execute: (_, atMostMs) => {
        given.push(atMostMs);
        return Promise.resolve(executions.created(sids.call(1)));
      },
    });
    scene.runtime.start();
    await scene.runtime.handle(KEY, ringing);
    await scene.runtime.tick({ by: scene.clock.now() + 9_000 });
    await scene.runtime.stop();
    expect(given).toEqual([undefined]);
  });
});
