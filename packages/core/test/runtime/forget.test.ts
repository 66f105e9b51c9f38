import { describe, expect, it } from 'vitest';
import {
  createCallLimits,
  createMemoryStore,
  decodeState,
  encodeState,
  forget,
  forwarding,
  type LiveWorker,
  recordKey,
  type Store,
  worker,
} from '@amd/core';
import { events, NUMBERS, sids } from '@amd/core/testing';
import { around, setup, untimed } from './setup.js';

const CALLER = NUMBERS.caller;
const OTHER = '+12125550777';
const RECORDING = { sid: `RE${'1'.repeat(32)}`, url: 'https://api.twilio.com/x', seconds: 5 };
const key = (n: number): string => recordKey('forwarding', sids.call(n));

function scene(store: Store = createMemoryStore()) {
  const fails = (): Promise<void> => Promise.reject(new Error('the CRM is away'));
  const { runtime, clock } = setup({ store, hooks: { ended: fails, missed: fails, voicemail: fails } });
  const begin = async (n: number, from: string, more: { to?: string; forwardedFrom?: string } = {}): Promise<void> => {
    const { call, ...event } = events.inbound({
      sid: sids.call(n),
      from,
      options: { forwardTo: [], fallback: { kind: 'voicemail' } },
    });
    await runtime.handle(key(n), untimed({ ...event, call: { ...call, ...more } }));
  };
  const end = async (n: number): Promise<void> => {
    await runtime.handle(key(n), untimed(events.callerStatus({ at: clock.now() })));
  };
  const over = async (...call: Parameters<typeof begin>): Promise<void> => {
    await begin(...call);
    await end(call[0]);
  };
  const ask = (number = CALLER, more: object = {}) => forget({ store, number, now: clock.now(), ...more });
  /** Everything that the store has and returns. */
  const all = async (): Promise<string> => {
    const { records } = await store.list({ prefix: '', limit: 1000 });
    const now = clock.now() + 60_000;
    const tasks = await store.claim({ now, limit: 1000, leaseMs: 1, lease: 'look' });
    return JSON.stringify([records, tasks]);
  };
  return { store, runtime, clock, begin, end, over, ask, all };
}

describe('forget', () => {
  it('removes calls that are over with their hooks, in every spelling, and leaves those of others', async () => {
    const { over, ask, all } = scene();
    await over(1, CALLER);
    await over(2, '12125550123');
    await over(3, 'sip:+1-212-555-0123@example.com');
    await over(4, OTHER, { forwardedFrom: '0012125550123' });
    await over(5, OTHER, { to: '+1 (212) 555-0123' });
    await over(6, OTHER);
    await over(7, `${CALLER}4`);
    const { calls, kept, expiring } = await ask();
    expect(calls.map((call) => call.key)).toEqual([1, 2, 3, 4, 5].map(key));
    expect([kept, expiring]).toEqual([[], []]);
    const left = await all();
    expect(left.match(/212[-) ]*555-?0123(?!4)/g)).toBeNull();
    expect(left).toContain(OTHER);
    expect(left).toContain(`${CALLER}4`);
    expect(left).toContain(`hook:ended:${sids.call(6)}`);
    expect((await ask()).calls).toEqual([]);
  });

  it('says what would go, and names recordings, without a change', async () => {
    const { begin, runtime, end, ask, all, store } = scene();
    await begin(1, CALLER);
    await runtime.handle(key(1), untimed(events.recording({ recording: RECORDING })));
    await end(1);
    const progress: unknown[] = [];
    const before = await store.list({ prefix: '', limit: 10 });
    const found = await ask(CALLER, { dryRun: true, onProgress: (step: unknown) => progress.push(step) });
    const recordings = [{ sid: RECORDING.sid, url: RECORDING.url }];
    expect(found.calls).toEqual([{ key: key(1), sid: sids.call(1), recordings }]);
    expect(progress).toEqual([{ read: 1, forgotten: 0, of: null }]);
    expect(await store.list({ prefix: '', limit: 10 })).toEqual(before);
    expect(await all()).toContain(CALLER);
    expect((await ask()).calls).toEqual(found.calls);
  });

  it('leaves a call that goes on alone, and forgets it when it is over', async () => {
    const { begin, end, ask, all } = scene();
    await begin(1, CALLER);
    expect(await ask()).toEqual({ calls: [], others: [], kept: [{ key: key(1), why: 'live' }], expiring: [] });
    expect(await all()).toContain(CALLER);
    await end(1);
    expect((await ask()).calls).toHaveLength(1);
    expect(await all()).not.toContain(CALLER);
  });

  it('a caller who was handed off may be there for a day, unless Twilio has reported their end', async () => {
    const { store, over, ask, clock } = scene();
    await over(1, CALLER);
    const record = await store.read(key(1), clock.now());
    const { state, at } = decodeState(forwarding, key(1), record?.data ?? '');
    if (state.kind !== 'call') throw new Error('it is a call');
    const write = async (more: object): Promise<void> => {
      const handedOff = { ...state, result: 'handedOff' as const, caller: { ...state.caller, ...more } };
      const data = encodeState(forwarding, { state: handedOff, at });
      const expected = (await store.read(key(1), clock.now()))?.revision ?? 0;
      await store.commit({ key: key(1), expected, data, expiresAt: null, now: clock.now(), put: [], drop: [] });
    };
    await write({});
    expect((await ask()).kept).toEqual([{ key: key(1), why: 'live' }]);
    expect((await ask(CALLER, { now: at + 86_400_000, dryRun: true })).calls).toHaveLength(1);
    await write({ over: true });
    expect((await ask()).calls).toHaveLength(1);
  });

  it("removes the caller's limits, and the calls from the list of those at once", async () => {
    const { store, clock, over, ask, all } = scene();
    const limits = createCallLimits({ store, clock, atOnce: 5 });
    await limits.admit({ sid: sids.call(1), from: CALLER });
    await limits.admit({ sid: sids.call(2), from: OTHER });
    await over(1, CALLER);
    await over(2, OTHER);
    expect((await ask()).others).toEqual([`limits:from:${CALLER}`]);
    const left = await all();
    expect(left).not.toContain(CALLER);
    expect((await store.read('limits:at-once', clock.now()))?.data).not.toContain(sids.call(1));
    expect((await store.read('limits:at-once', clock.now()))?.data).toContain(sids.call(2));
    expect(left).toContain(`limits:from:${OTHER}`);
    expect(await limits.admit({ sid: sids.call(3), from: CALLER })).toBe('admitted');
  });

  it('names what is in use or unreadable, and forgets a deleted worker', async () => {
    const { store, clock, ask } = scene();
    const put = (name: string, data: string) =>
      store.commit({ key: name, expected: 0, data, expiresAt: null, now: clock.now(), put: [], drop: [] });
    const workerOf = (deleted: boolean): string =>
      encodeState(worker, { state: { kind: 'worker', phone: CALLER, deleted } as LiveWorker, at: 1 });
    await put('worker:WK1', workerOf(false));
    await put('worker:WK2', workerOf(true));
    await put(`people:${CALLER}`, '{}');
    await put('forwarding:CA9', `{"v":999,"at":1,"state":{"from":"${CALLER}"}}`);
    await put('other:1', `{"at":${CALLER.slice(1)}}`);
    expect(await ask()).toEqual({
      calls: [],
      others: ['worker:WK2'],
      kept: [
        { key: 'worker:WK1', why: 'inUse' },
        { key: `people:${CALLER}`, why: 'inUse' },
        { key: 'forwarding:CA9', why: 'unreadable' },
      ],
      expiring: [],
    });
  });

  it('forgets what has expired and is not removed yet', async () => {
    const { store, clock, over, ask, all } = scene(createMemoryStore({ sweepEvery: 1e9 }));
    await over(1, CALLER);
    const now = clock.now() + 8 * 86_400_000;
    expect(await store.read(key(1), now)).toBeUndefined();
    expect((await ask(CALLER, { now })).calls).toHaveLength(1);
    expect(await all()).not.toContain(CALLER);
  });

  it('decides again when others write, and gives up after some tries', async () => {
    const inner = createMemoryStore();
    let conflicts = 1;
    const store = around(inner, {
      commit: async (commit) => {
        if (commit.expiresAt !== commit.now || conflicts === 0) return inner.commit(commit);
        conflicts -= 1;
        return { ok: false, actual: 99 };
      },
    });
    const { over, ask } = scene(store);
    await over(1, CALLER);
    conflicts = 99;
    expect((await ask()).kept).toEqual([{ key: key(1), why: 'contested' }]);
    conflicts = 1;
    expect((await ask()).calls).toHaveLength(1);
  });

  it.each([
    [{ number: '12125550123' }, /"number" must be a phone number/],
    [{ number: '+266696687' }, /"number" must be the number of a person/],
    [{ now: Number.NaN }, /"now" must be a time/],
    [{ store: {} }, /"store" must be a store/],
    [{ dryrun: true }, /dryRun/],
  ])('refuses %o', async (change, message) => {
    const { store } = scene();
    await expect(forget({ store, number: CALLER, now: 1, ...change } as never)).rejects.toThrow(message);
  });
});
