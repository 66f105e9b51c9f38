import { describe, expect, it } from 'vitest';
import {
  createCallLimits,
  createMemoryStore,
  createRuntime,
  encodeState,
  forwarding,
  type Effect,
  type Execution,
  type Flow,
  type LogEntry,
  type Measurement,
  type Store,
  type TwilioEffect,
} from '@amd/core';
import { executions, manualClock, sids, START, taskSids } from '@amd/core/testing';
import { Scheduler } from '../../src/runtime/scheduler.js';
import { within } from '../../src/runtime/clock.js';
import { createHeld } from '../../src/runtime/held.js';
import { createRateLimiter } from '../../src/runtime/rate-limiter.js';
import { ambiguousWait, DEFAULT_RETRY, hookWait, notExecutedWait } from '../../src/runtime/retry.js';
import { stopwatch } from '../../src/runtime/clock.js';
import { around } from './setup.js';

interface Told {
  readonly type: string;
  readonly at: number;
  readonly asks?: readonly Effect<TwilioEffect>[];
}
interface Heard {
  readonly heard: readonly string[];
}

/** Records what it hears, and requests what it is told to request. */
const echo: Flow<Heard, Told, Effect<TwilioEffect>, 'heard', null> = {
  name: 'echo',
  schema: 1,
  initial: () => ({ heard: [] }),
  transition: (state, { type, asks = [], ...rest }) => ({
    state: {
      heard: [...state.heard, 'outcome' in rest ? `${type} ${(rest.outcome as { kind: string }).kind}` : type],
    },
    effects: asks,
    reply: 'heard',
    keepForMs: null,
  }),
};

const KEY = 'echo:one';
type Options = Partial<Parameters<typeof createRuntime<Heard, Told, 'heard', null, TwilioEffect>>[0]>;

function scene(change: Options = {}) {
  const clock = manualClock();
  const store = change.store ?? createMemoryStore();
  const log: LogEntry[] = [];
  const told: Measurement[] = [];
  const sent: TwilioEffect[] = [];
  const runtime = createRuntime<Heard, Told, 'heard', null, TwilioEffect>({
    flow: echo,
    config: null,
    clock,
    random: () => 0,
    pollMs: null,
    log: (entry) => log.push(entry),
    metrics: (measurement) => void told.push(measurement),
    execute: (effect) => {
      sent.push(effect);
      return Promise.resolve(executions.done());
    },
    ...change,
    store,
  });
  const ask = (...asks: readonly Effect<TwilioEffect>[]): Promise<unknown> =>
    runtime.handle(KEY, { type: 'asked', asks });
  const heard = async (): Promise<readonly string[]> => {
    const record = await store.read(KEY, clock.now());
    return (JSON.parse(record?.data ?? '{"state":{"heard":[]}}') as { state: Heard }).state.heard;
  };
  const left = async (): Promise<string[]> =>
    (await store.claim({ now: clock.now() + 3_600_000, limit: 99, leaseMs: 1, lease: 'test' })).map(({ id }) => id);
  return { runtime, clock, store, log, told, sent, ask, heard, left };
}

const send = (id: string): Effect<TwilioEffect> => ({
  type: 'flow.send',
  id,
  flow: 'worker',
  key: 'WK1',
  event: { type: 'rested', id },
});
const end: TwilioEffect = { type: 'call.end', id: 'end:1', leg: 1, sid: sids.call(1) };
const ref = { flow: 'forwarding', key: sids.call(0), visit: 1, leg: 1 } as const;
const fleeting: TwilioEffect = {
  type: 'call.redirect',
  id: 'redirect:1',
  leg: 1,
  sid: sids.call(1),
  document: { ...ref, purpose: 'leg.document' },
  once: true,
};

describe('an event for another flow', () => {
  it('an event for another flow is handled by that flow under its key, once, and is done', async () => {
    const got: unknown[] = [];
    const worker = { handle: (key: string, event: unknown) => Promise.resolve(void got.push([key, event])) };
    const { runtime, ask, left, log } = scene({ peers: { worker } });
    await ask(send('a'), send('b'));
    await runtime.tick();
    expect(got).toEqual([
      ['worker:WK1', { type: 'rested', id: 'a' }],
      ['worker:WK1', { type: 'rested', id: 'b' }],
    ]);
    expect([await left(), log]).toEqual([[], []]);
  });

  it.each<[string, Options['peers']]>([
    ['nobody knows', undefined],
    ['is not among the peers', { other: { handle: () => Promise.resolve() } }],
  ])('an event for a flow that %s is kept, and the log says which', async (_, peers) => {
    const { runtime, ask, left, log, told } = scene({ peers });
    await ask(send('a'));
    await runtime.tick();
    expect(log).toMatchObject([{ level: 'error', code: 'task.failed', call: 'one' }]);
    expect(log[0]?.message).toBe(
      'an event for another flow failed and will be tried again: no runtime is named "worker" in "peers": what "echo" sends it is kept until there is one',
    );
    expect(told).toContainEqual({ type: 'task.failed', flow: 'echo', task: 'send' });
    expect(await left()).toEqual(['a']);
  });

  it('an event that its flow cannot take is delivered again until it can', async () => {
    let tries = 0;
    const worker = {
      handle: () => {
        tries += 1;
        return tries < 3 ? Promise.reject(new Error('away')) : Promise.resolve();
      },
    };
    const { runtime, clock, ask, left } = scene({ peers: { worker } });
    await ask(send('a'));
    for (let half = 0; half < 8; half += 1) {
      await runtime.tick();
      await clock.advanceBy(500);
    }
    expect([tries, await left()]).toEqual([3, []]);
  });
});

describe('work that a flow requests', () => {
  it("work is reported to its flow with its outcome, TaskRouter's as well", async () => {
    const fetch: TwilioEffect = { type: 'task.fetch', id: 't', workspace: taskSids.workspace, task: taskSids.task() };
    const rest: TwilioEffect = {
      type: 'reservation.coolDown',
      id: 'r',
      workspace: taskSids.workspace,
      worker: taskSids.worker(1),
      reservation: taskSids.reservation(1),
      activity: taskSids.unavailable,
    };
    const { runtime, ask, heard, sent, left } = scene();
    await ask(end, fetch, rest);
    await runtime.tick();
    expect(sent.map(({ type }) => type)).toEqual(['call.end', 'task.fetch', 'reservation.coolDown']);
    expect(await heard()).toEqual(['asked', ...Array<string>(3).fill('effect.outcome done')]);
    expect(await left()).toEqual([]);
  });

  it.each<[string, Execution]>([
    ['nobody knows of it', executions.ambiguous()],
    ['it was not executed', executions.notExecuted(100)],
  ])('work that is useful only at once is not sent again when %s, and nothing is logged', async (_, execution) => {
    let sent = 0;
    const { runtime, clock, ask, heard, log } = scene({
      execute: () => {
        sent += 1;
        return Promise.resolve(execution);
      },
    });
    await ask(fleeting);
    await runtime.tick();
    await clock.advanceBy(60_000);
    await runtime.tick();
    expect([sent, await heard(), log]).toEqual([1, ['asked', 'effect.outcome failed'], []]);
  });

  it('work that is useful only at once is not sent again after its sender died; its flow is told', async () => {
    const { runtime, clock, ask, heard, store, sent, told } = scene();
    await ask(fleeting);
    await store.claim({ now: clock.now(), limit: 1, leaseMs: 1000, lease: 'of one who died' });
    await clock.advanceBy(1000);
    await runtime.tick();
    expect([sent, await heard()]).toEqual([[], ['asked', 'effect.outcome failed']]);
    expect(told).toContainEqual({ type: 'twilio', effect: 'call.redirect', result: 'failed', seconds: null });
  });

  it('work that uses up its retries is logged with its call', async () => {
    const { runtime, clock, ask, heard, log } = scene({
      execute: () => Promise.resolve(executions.ambiguous('socket hang up')),
      retry: { attempts: 2 },
    });
    await ask(end);
    for (let second = 0; second < 5; second += 1) {
      await runtime.tick();
      await clock.advanceBy(1000);
    }
    expect(await heard()).toEqual(['asked', 'effect.outcome failed']);
    expect(log).toEqual([
      {
        level: 'warn',
        code: 'rest.failed',
        call: 'one',
        message: 'nobody knows whether call.end was carried out, and it is not sent again: socket hang up',
      },
    ]);
  });

  it('work that cannot be read is kept, and counted as such', async () => {
    const { runtime, clock, store, log, told, left } = scene();
    const put = [{ id: 'odd', dueAt: START, data: 'not JSON' }];
    await store.commit({ key: KEY, expected: 0, data: '', expiresAt: null, now: START, put, drop: [] });
    await runtime.tick();
    expect(told).toEqual(expect.arrayContaining([{ type: 'task.failed', flow: 'echo', task: 'unreadable' }]) as never);
    expect(log[0]?.message).toMatch(/^work that cannot be read failed and will be tried again: /);
    await clock.advanceBy(15_000);
    expect(await left()).toEqual(['odd']);
  });

  it.each([
    [7499, ['end:1']],
    [7500, ['end:1', 'end:1']],
  ])(
    'work claimed %i ms late, of a lease of 15 s, is claimed as %j: its outcome has to be told in time',
    async (lateMs, expected) => {
      const inner = createMemoryStore();
      const clock = manualClock();
      const claimed: string[] = [];
      let lateBy = lateMs;
      const store = around(inner, {
        claim: async (options) => {
          const claims = await inner.claim(options);
          claimed.push(...claims.map(({ id }) => id));
          const ms = lateBy;
          lateBy = 0;
          await clock.advanceBy(ms);
          return claims;
        },
      });
      const attempts: number[] = [];
      const sent: string[] = [];
      const { runtime } = scene({
        store,
        clock,
        execute: ({ id }) => {
          sent.push(id);
          return Promise.resolve(executions.done());
        },
      });
      runtime.events.on('executed', ({ attempt }) => attempts.push(attempt));
      await runtime.handle(KEY, { type: 'asked', asks: [end] });
      await runtime.tick();
      expect([claimed, sent, attempts]).toEqual([expected, ['end:1'], [1]]);
    },
  );

  it('a timer fires after the remaining time, and no other process gets it earlier', async () => {
    const { runtime, clock, ask, heard } = scene();
    await ask(
      { type: 'timer.start', id: 'timer:a', timer: 'a', dueAt: START + 5000 },
      { type: 'timer.start', id: 'timer:b', timer: 'b', dueAt: START + 5000 },
      { type: 'timer.start', id: 'timer:past', timer: 'past', dueAt: START - 5000 },
      { type: 'timer.stop', id: 'timer:b' },
    );
    await runtime.tick();
    expect(await heard()).toEqual(['asked', 'timer']);
    await clock.advanceBy(4999);
    await runtime.tick();
    expect(await heard()).toEqual(['asked', 'timer']);
    await clock.advanceBy(1);
    await runtime.tick();
    expect(await heard()).toEqual(['asked', 'timer', 'timer']);
  });

  it('work is claimed for its own flow only, for 15 s by default, 64 tasks at once', async () => {
    for (const [change, expected] of [
      [{}, { prefix: 'echo:', leaseMs: 15_000, limit: 64 }],
      [
        { leaseMs: 20_000, concurrency: 3 },
        { prefix: 'echo:', leaseMs: 20_000, limit: 3 },
      ],
    ] as const) {
      const asked: unknown[] = [];
      const inner = createMemoryStore();
      const store: Store = around(inner, {
        claim: (options) => {
          asked.push(options);
          return inner.claim(options);
        },
      });
      await scene({ store, ...change }).runtime.tick();
      expect(asked).toMatchObject([expected]);
    }
  });
});

describe('a record that is kept for a while', () => {
  it('a record is kept for its time after the latest time it has seen, even if this clock is behind', async () => {
    const store = createMemoryStore();
    const flow: typeof echo = {
      ...echo,
      transition: (...given) => ({ ...echo.transition(...given), keepForMs: 1000 }),
    };
    const data = encodeState({ schema: 1 }, { state: { heard: [] }, at: START + 5000 });
    await store.commit({ key: KEY, expected: 0, data, expiresAt: null, now: START, put: [], drop: [] });
    await scene({ store, flow }).ask();
    expect((await store.read(KEY, START))?.expiresAt).toBe(START + 6000);
  });
});

describe('calls per second', () => {
  it('calls per second delay only new calls', async () => {
    const { runtime, ask, sent } = scene({ callsPerSecond: 1 });
    await ask(...[1, 2, 3].map((n): TwilioEffect => ({ ...end, id: `end:${String(n)}` })), fleeting);
    await runtime.tick();
    expect(sent).toHaveLength(4);
  });
});

describe('a store request that failed', () => {
  it.each([
    [0, 500],
    [0.5, 750],
    [0.999_9, 1000],
  ])('a failed store request is repeated after a random time (%d): after %i ms', async (chance, ms) => {
    const clock = manualClock();
    const wakes: number[] = [];
    const failures: unknown[] = [];
    const { ask, again } = createHeld({
      clock,
      scheduler: { at: (at) => wakes.push(at - START) },
      random: () => chance,
      track: () => undefined,
      failed: (_, error) => failures.push(error),
    });
    const claim = { key: KEY, id: 'a', dueAt: START, data: '', attempt: 1, lease: 'me', leaseUntil: START + 15_000 };
    let tries = 0;
    await ask(claim, () => {
      tries += 1;
      return tries < 3 ? Promise.reject(new Error('away')) : Promise.resolve(null);
    });
    expect([wakes, tries]).toEqual([[15_000, ms], 1]);
    await again();
    await again();
    await again();
    // It is logged once, and not repeated after it was answered.
    expect([wakes, tries, failures.length]).toEqual([[15_000, ms, ms], 3, 1]);
  });
});

describe('a started runtime', () => {
  it("a started runtime asks for other processes' work every second by default, and stops when stopped", async () => {
    for (const [pollMs, expected] of [
      [undefined, [0, 1000, 2000, 3000]],
      [1500, [0, 1500, 3000]],
      [null, [0]],
    ] as const) {
      const asked: number[] = [];
      const inner = createMemoryStore();
      const store = around(inner, {
        claim: (options) => {
          asked.push(options.now - START);
          return inner.claim(options);
        },
      });
      const { runtime, clock } = scene({ store, pollMs });
      runtime.start();
      runtime.start();
      await clock.advanceBy(3000, () => runtime.idle());
      await runtime.stop();
      await clock.advanceBy(10_000, () => runtime.idle());
      expect(asked).toEqual(expected);
    }
  });
});

describe('the scheduler', () => {
  it('the scheduler fires at each requested time, in order, once, and not before it is started', async () => {
    const clock = manualClock();
    const rings: number[] = [];
    const scheduler = new Scheduler(clock, null, () => rings.push(clock.now() - START));
    for (const ms of [50, 10, 30, 10, 20, 50]) scheduler.at(START + ms);
    await clock.advanceBy(5);
    expect(rings).toEqual([]);
    scheduler.start();
    await clock.advanceBy(10);
    scheduler.at(START + 12);
    scheduler.at(START + 25);
    await clock.advanceBy(100);
    expect(rings).toEqual([5, 10, 15, 20, 25, 30, 50]);
  });

  it('the scheduler does not fire after it was stopped, and fires again when started again', async () => {
    const clock = manualClock();
    const rings: number[] = [];
    const scheduler = new Scheduler(clock, 1000, () => rings.push(clock.now() - START));
    scheduler.start();
    await clock.advanceBy(1500);
    scheduler.at(START + 1600);
    scheduler.stop();
    await clock.advanceBy(5000);
    expect(rings).toEqual([0, 1000]);
    scheduler.start();
    await clock.advanceBy(1000);
    expect(rings).toEqual([0, 1000, 6500, 7500]);
  });
});

describe('the scheduler for a task', () => {
  function scene(pollMs: number | null) {
    const clock = manualClock();
    const rings: number[] = [];
    const scheduler = new Scheduler(clock, pollMs, () => rings.push(clock.now() - START));
    scheduler.start();
    return { clock, rings, scheduler };
  }

  it('a cancelled task does not fire, and others at the same time do', async () => {
    const { clock, rings, scheduler } = scene(null);
    scheduler.expect('one', 'a', START + 10);
    scheduler.expect('one', 'b', START + 20);
    scheduler.expect('two', 'a', START + 30);
    scheduler.at(START + 40);
    scheduler.expect('two', 'b', START + 40);
    scheduler.callOff('one', 'a');
    scheduler.callOff('two', 'a');
    scheduler.callOff('two', 'b');
    scheduler.callOff('two', 'c');
    scheduler.callOff('three', 'a');
    await clock.advanceBy(100);
    expect(rings).toEqual([0, 20, 40]);
  });

  it('a moved task fires at its last time only, and once', async () => {
    const { clock, rings, scheduler } = scene(null);
    scheduler.expect('one', 'a', START + 10);
    scheduler.expect('one', 'a', START + 20);
    scheduler.expect('one', 'a', START + 15);
    await clock.advanceBy(100);
    scheduler.callOff('one', 'a');
    expect(rings).toEqual([0, 15]);
  });

  it('cancelling a task leaves the polls unchanged', async () => {
    const { clock, rings, scheduler } = scene(100);
    scheduler.expect('one', 'a', START + 90);
    await clock.advanceBy(50);
    scheduler.callOff('one', 'a');
    scheduler.expect('one', 'b', START + 250);
    await clock.advanceBy(400);
    expect(rings).toEqual([0, 100, 200, 250, 350, 450]);
  });
});

describe('the store', () => {
  it('the store is not asked for timers that were stopped, moved or done, nor twice for one', async () => {
    const asked: number[] = [];
    const inner = createMemoryStore();
    const store = around(inner, {
      claim: (options) => {
        asked.push(options.now - START);
        return inner.claim(options);
      },
    });
    const { runtime, clock, ask, heard } = scene({ store });
    const timer = (timer: string, ms: number): Effect<TwilioEffect> => ({
      ...{ type: 'timer.start', id: `timer:${timer}`, timer },
      dueAt: START + ms,
    });
    runtime.start();
    await clock.advanceBy(5, () => runtime.idle());
    await ask(timer('a', 1000), timer('b', 2000), timer('c', 3000), timer('d', 4000));
    await ask({ type: 'timer.stop', id: 'timer:a' }, timer('b', 5000));
    await clock.advanceBy(3500, () => runtime.idle());
    expect([asked, await heard()]).toEqual([
      [0, 3000],
      ['asked', 'asked', 'timer'],
    ]);
    await clock.advanceBy(10_000, () => runtime.idle());
    expect([asked, await heard()]).toEqual([
      [0, 3000, 4000, 5000],
      ['asked', 'asked', ...Array<string>(3).fill('timer')],
    ]);
  });

  it('the store is not asked at the time of a timer that another claim fetched early', async () => {
    const asked: number[] = [];
    const inner = createMemoryStore();
    const ahead = around(inner, {
      claim: (options) => {
        asked.push(options.now - START);
        return inner.claim({ ...options, now: options.now + 1000 });
      },
    });
    const { runtime, clock, ask, heard } = scene({ store: ahead, pollMs: 600 });
    runtime.start();
    await clock.advanceBy(0, () => runtime.idle());
    await ask({ type: 'timer.start', id: 'timer:a', timer: 'a', dueAt: START + 1000 });
    await clock.advanceBy(1100, () => runtime.idle());
    expect([asked, await heard()]).toEqual([
      [0, 600],
      ['asked', 'timer'],
    ]);
  });
});

describe('withTimeout', () => {
  it('withTimeout fails with an error that says what took too long, and the work goes on', async () => {
    const clock = manualClock();
    let finish = (): void => undefined;
    const work = new Promise<void>((resolve) => (finish = resolve));
    const late = within(clock, 500, 'the store', () => work).catch((error: unknown) => error);
    await clock.advanceBy(500);
    expect(await late).toMatchObject({ code: 'ERR_TIMEOUT', message: 'the store took longer than 500 ms' });
    finish();
    await expect(work).resolves.toBeUndefined();
  });

  it('withTimeout leaves no timer behind, whatever the outcome of the work', async () => {
    const waiting = new Set<object>();
    const clock = {
      now: () => START,
      wakeAt: () => {
        const timer = {};
        waiting.add(timer);
        return () => void waiting.delete(timer);
      },
    };
    expect(await within(clock, 500, 'it', () => Promise.resolve('done'))).toBe('done');
    await expect(within(clock, 500, 'it', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    const thrown = within(clock, 500, 'it', () => {
      throw new Error('a bug');
    });
    await expect(thrown).rejects.toThrow('a bug');
    expect(waiting.size).toBe(0);
  });
});

describe('waits before a retry', () => {
  const none = (): number => 0;
  const most = (): number => 0.999_999;

  it.each<[string, (attempt: number, random: () => number) => number, number[]]>([
    ['a request', (attempt, random) => ambiguousWait(DEFAULT_RETRY, attempt, random), [500, 1000, 2000, 4000]],
    ['a hook', (attempt, random) => hookWait(DEFAULT_RETRY, attempt, random), [1000, 2000, 4000, 8000]],
  ])('waits of %s double, vary by up to half, and are limited', (_, wait, expected) => {
    expect([1, 2, 3, 4].map((attempt) => wait(attempt, none))).toEqual(expected);
    expect([1, 2, 3, 4].map((attempt) => wait(attempt, most))).toEqual(expected.map((ms) => ms * 1.5));
    expect([wait(20, none), wait(20, most)]).toEqual([30_000, 45_000]);
    expect(wait(1, () => 0.000_1)).toBe((expected[0] ?? 0) + 1);
  });

  it('waits for work that was not executed last as long as the server asks, and never less than a second', () => {
    const waits = [null, 0, 999, 1001, 7000, 90_000].map((afterMs) => notExecutedWait(DEFAULT_RETRY, afterMs, none));
    expect(waits).toEqual([1000, 1000, 1000, 1001, 7000, 30_000]);
    expect(notExecutedWait(DEFAULT_RETRY, 2000, most)).toBe(3000);
  });

  it('waits for a place in the queue are forgotten a minute after it was not taken', () => {
    const pace = createRateLimiter(1);
    pace.waitFor('first', 0);
    expect(pace.waitFor('dropped', 0)).toBe(1000);
    expect(pace.waitFor('other', 0)).toBe(2000);
    // Still theirs after a minute, if another has to wait; after that it is as if they had never come.
    expect([pace.waitFor('now', 61_000), pace.waitFor('waits', 61_000), pace.waitFor('dropped', 61_000)]).toEqual([
      0, 1000, 0,
    ]);
    const again = createRateLimiter(1);
    again.waitFor('first', 0);
    again.waitFor('dropped', 0);
    again.waitFor('now', 61_001);
    again.waitFor('waits', 61_001);
    expect(again.waitFor('dropped', 61_001)).toBe(2000);
  });
});

describe('a stopwatch', () => {
  it('the stopwatch reports elapsed seconds, and never less than zero', () => {
    let elapsed = 1000.5;
    const clock = { now: () => START, elapsed: () => elapsed, wakeAt: () => () => undefined };
    const seconds = stopwatch(clock);
    elapsed = 1250.75;
    expect(seconds()).toBe(0.250_25);
    elapsed = 0;
    expect(seconds()).toBe(0);
    let now = START;
    const plain = stopwatch({ now: () => now, wakeAt: () => () => undefined });
    now += 2000;
    expect(plain()).toBe(2);
  });
});

describe('limits of calls', () => {
  const sid = (n: number): string => `CA${String(n).padStart(32, '0')}`;
  const from = (n: number): string => `+1212555${String(1000 + n)}`;

  it('the default limits are a hundred calls at once, and ten a minute from one caller', async () => {
    const clock = manualClock();
    const limits = createCallLimits({ store: createMemoryStore(), clock });
    const one: string[] = [];
    for (let n = 0; n < 11; n += 1) one.push(await limits.admit({ sid: sid(n), from: from(0) }));
    expect([one.slice(0, 10), one[10]]).toEqual([Array(10).fill('admitted'), 'tooManyFromCaller']);
    const all: string[] = [];
    for (let n = 11; n < 102; n += 1) all.push(await limits.admit({ sid: sid(n), from: from(n) }));
    expect([all.slice(0, 90), all[90]]).toEqual([Array(90).fill('admitted'), 'tooManyAtOnce']);
  });

  it('limits never free the place of a call whose record a newer program wrote', async () => {
    const [store, clock] = [createMemoryStore(), manualClock()];
    const limits = createCallLimits({ store, clock, atOnce: 1 });
    await limits.admit({ sid: sid(1), from: from(1) });
    const commit = { key: `forwarding:${sid(1)}`, expected: 0, expiresAt: null, put: [], drop: [] };
    const data = encodeState({ schema: forwarding.schema + 1 }, { state: {}, at: clock.now() });
    await store.commit({ ...commit, data, now: clock.now() });
    await clock.advanceBy(3_600_000);
    expect(await limits.admit({ sid: sid(2), from: from(2) })).toBe('tooManyAtOnce');
  });

  it('limits share one count for long caller ids, and forget it when its time is over', async () => {
    const [store, clock] = [createMemoryStore(), manualClock()];
    const limits = createCallLimits({ store, clock, perCaller: { calls: 1, seconds: 60 } });
    const long = 'sip:'.padEnd(64, 'x');
    expect(await limits.admit({ sid: sid(1), from: `${long}1` })).toBe('admitted');
    expect(await limits.admit({ sid: sid(2), from: `${long}2` })).toBe('tooManyFromCaller');
    const keys = (await store.list({ prefix: 'limits:', limit: 9 })).records;
    expect(keys.map(({ key, expiresAt }) => [key, expiresAt])).toEqual([
      [`limits:from:${long}`, START + 60_000],
      ['limits:at-once', START + 86_400_000],
    ]);
  });
});
