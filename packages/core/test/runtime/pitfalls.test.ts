import { describe, expect, it } from 'vitest';
import { createCallLimits, createMemoryStore, DEFAULT_FORWARDING_CONFIG, forwarding, type Claim } from '@amd/core';
import { callbackUrls } from '@amd/core/http';
import { lostCallers, type ConferenceClient } from '@amd/core/twilio';
import { events, executions, manualClock, NUMBERS, recorder, sids, START } from '@amd/core/testing';
import { around, inbound, KEY, setup, untimed } from './setup.js';

const HOUR_MS = 3_600_000;
const BASE = 'https://amd.example.com';

/** One caller alone in the room named after their call, which came to our number. */
function aloneInRoom() {
  const sent: string[] = [];
  const sid = sids.call(0);
  const client: ConferenceClient = {
    conferences: Object.assign(() => ({ participants: { list: () => Promise.resolve([{ callSid: sid }]) } }), {
      list: ({ status }: { readonly status: string }) =>
        Promise.resolve(status === 'init' ? [{ sid: 'CF', friendlyName: `amd-${sid}` }] : []),
    }),
    calls: () => ({
      fetch: () => Promise.resolve({ direction: 'inbound', status: 'in-progress', to: NUMBERS.ours }),
      update: ({ url }) => Promise.resolve(void sent.push(url)),
    }),
    incomingPhoneNumbers: { list: () => Promise.resolve([{ voiceUrl: `${BASE}/inbound` }]) },
  };
  return { client, sent };
}

describe('pitfalls of a runtime', () => {
  it('P-112 a clock that is set back delays neither tasks that are due at once nor a timer', async () => {
    const { runtime, clock, execute } = setup();
    runtime.start();
    await runtime.handle(KEY, inbound);
    await clock.advanceBy(5000, () => runtime.idle());
    clock.step(-HOUR_MS);
    await runtime.handle(KEY, untimed(events.answered({ answeredBy: 'machine_start' })));
    await clock.advanceBy(0, () => runtime.idle());
    expect(execute.of('call.create').map(({ leg }) => leg)).toEqual([1, 2]);
    clock.step(-HOUR_MS);
    await clock.advanceBy(30_000, () => runtime.idle());
    expect(execute.of('call.fetch').map(({ leg }) => leg)).toContain(2);
  });

  it('P-113 a task is dropped with its outcome: no end of a lease brings it back', async () => {
    const store = createMemoryStore();
    const left = async (now: number): Promise<string[]> =>
      (await store.claim({ now, limit: 100, leaseMs: 1, lease: 'test' }))
        .map(({ id }: Claim) => id)
        .filter((id) => !id.startsWith('timer:'));
    const execute = recorder({ 'call.create': [executions.refused(21211), executions.ambiguous()] });
    const scene = setup({ store, execute, hooks: {} });
    await scene.runtime.handle(KEY, inbound);
    await scene.runtime.tick();
    expect(execute.of('call.create')).toHaveLength(2);
    await scene.runtime.handle(KEY, untimed(events.callerStatus()));
    await scene.runtime.tick();
    expect(await left(scene.clock.now() + HOUR_MS)).toEqual([]);
  });

  it('P-114 a caller alone whose record cannot be read is served again, once, and not while a process writes to it', async () => {
    const store = createMemoryStore();
    const clock = manualClock();
    const newer = setup({ store, clock, flow: { ...forwarding, schema: 99 }, config: DEFAULT_FORWARDING_CONFIG });
    newer.runtime.start();
    await newer.runtime.handle(KEY, inbound);
    await newer.runtime.handle(KEY, untimed(events.conference({ event: 'join' })));
    const { client, sent } = aloneInRoom();
    const look = lostCallers({ client, store, clock, url: callbackUrls(BASE), publicBaseUrl: BASE });
    const rival = lostCallers({ client, store, clock, url: callbackUrls(BASE), publicBaseUrl: BASE });
    for (let second = 0; second < 90; second += 1) {
      expect(await look()).toMatchObject({ recovered: [], leftAlone: 1 });
      await clock.advanceBy(1000, () => newer.runtime.idle());
    }
    await newer.runtime.stop();
    await clock.advanceBy(90_000);
    const found = await Promise.all([look(), rival(), look()]);
    expect(found.flatMap(({ recovered }) => recovered)).toEqual([sids.call(0)]);
    expect(sent).toEqual([expect.stringContaining('/inbound/again?ref=forwarding.')]);
    // From here on it is a new call of this process.
    const older = setup({ store, clock });
    await older.runtime.handle(KEY, { ...inbound, lostVisit: 7 });
    expect(await older.state()).toMatchObject({ kind: 'call', visit: 8, caller: { phase: 'arriving' } });
    await clock.advanceBy(10 * 60_000);
    expect(await look()).toMatchObject({ recovered: [], leftAlone: 1 });
  });

  it('P-115 the runtime logs an unreadable record once, keeps its work, and sends none of it', async () => {
    const store = createMemoryStore();
    const clock = manualClock();
    const newer = setup({ store, clock, flow: { ...forwarding, schema: 99 }, config: DEFAULT_FORWARDING_CONFIG });
    await newer.runtime.handle(KEY, inbound);
    const { runtime, execute, log } = setup({ store, clock });
    for (let quarter = 0; quarter < 20; quarter += 1) {
      await runtime.tick();
      await expect(runtime.handle(KEY, inbound)).rejects.toMatchObject({ code: 'ERR_STATE_VERSION' });
      await clock.advanceBy(15_000);
    }
    expect(execute.effects).toEqual([]);
    expect(log.map(({ code }) => code)).toEqual(['record.unreadable']);
    await newer.runtime.tick();
    expect(newer.execute.of('call.create')).toHaveLength(1);
  });

  it('P-124 an outcome that the store does not accept is kept until it is back: nothing is sent twice, nothing is unknown', async () => {
    const inner = createMemoryStore();
    let away = false;
    const ask = async <T>(question: () => Promise<T>): Promise<T> => {
      if (away) throw new Error('the store is away');
      return question();
    };
    const store = around(inner, {
      commit: (commit) => ask(() => inner.commit(commit)),
      claim: (options) => ask(() => inner.claim(options)),
    });
    const execute = recorder({
      'call.create': () => {
        away = true;
        return executions.created(sids.call(1));
      },
    });
    const { runtime, clock, state, log } = setup({ store, execute });
    runtime.start();
    await runtime.handle(KEY, inbound);
    await clock.advanceBy(18_000, () => runtime.idle());
    expect(await state()).toMatchObject({ legs: [{ phase: 'requested', sid: null }] });
    away = false;
    await clock.advanceBy(2000, () => runtime.idle());
    expect(execute.of('call.create')).toHaveLength(1);
    expect(await state()).toMatchObject({ legs: [{ phase: 'placed', sid: sids.call(1) }] });
    expect(new Set(log.map(({ code }) => code))).toEqual(new Set(['task.failed']));
    await runtime.stop();
  });

  it('P-123 a clock with fractions: times that are stored and times in addresses are whole', async () => {
    const clock = manualClock({ start: START + 0.7 });
    const inner = createMemoryStore();
    const times: number[] = [];
    const store = around(inner, {
      commit: (commit) => {
        times.push(commit.now, commit.expiresAt ?? 0, ...commit.put.map(({ dueAt }) => dueAt));
        return inner.commit(commit);
      },
      claim: (options) => {
        times.push(options.now, options.now + options.leaseMs);
        return inner.claim(options);
      },
    });
    const { runtime, state } = setup({ clock, store });
    const limits = createCallLimits({ store, clock, atOnce: 1 });
    await limits.admit({ sid: sids.call(0), from: NUMBERS.caller });
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    expect(times.length).toBeGreaterThan(6);
    expect(times.filter((time) => !Number.isInteger(time))).toEqual([]);
    expect(JSON.stringify(await state())).not.toContain('.7');
  });
});
