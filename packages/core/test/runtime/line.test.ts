import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  callSettings,
  createMemoryStore,
  createRuntime,
  type Commit,
  type Flow,
  type FlowEvent,
  type Store,
  type Turn,
} from '@amd/core';
import { events, manualClock, NUMBERS, type ManualClock } from '@amd/core/testing';
import { around, inbound, KEY, setup, untimed } from './setup.js';

interface Said extends FlowEvent {
  readonly type: 'said';
  readonly word: string;
}

/** Remembers the words it hears, and replies how many there were before. `same` changes nothing, `fault` throws. */
const words: Flow<readonly string[], Said, never, number, null> = {
  name: 'words',
  schema: 1,
  initial: () => [],
  transition: (state, event) => {
    if (event.word === 'fault') throw new RangeError('not a word');
    const isNews = event.word !== 'same';
    return { state: isNews ? [...state, event.word] : state, effects: [], reply: state.length, keepForMs: null };
  },
};

interface Scene {
  readonly say: (word: string, turn?: Turn) => Promise<number>;
  readonly heard: () => Promise<readonly string[]>;
  readonly commits: Commit[];
  readonly reads: string[];
  readonly clock: ManualClock;
  /** Makes the next commit wait until it is released. */
  readonly hold: () => () => void;
}

function talk(inner = createMemoryStore(), clock = manualClock()): Scene {
  const commits: Commit[] = [];
  const reads: string[] = [];
  let held: Promise<void> | null = null;
  const store: Store = around(inner, {
    read: (key, now) => {
      reads.push(key);
      return inner.read(key, now);
    },
    commit: async (commit) => {
      const wait = held;
      held = null;
      if (wait !== null) await wait;
      commits.push(commit);
      return inner.commit(commit);
    },
  });
  const execute = (): never => {
    throw new Error('nothing is asked for');
  };
  const runtime = createRuntime({ flow: words as never, store, clock, execute, pollMs: null });
  return {
    say: (word, turn) => runtime.handle('words:1', { type: 'said', word } as never, turn) as Promise<number>,
    heard: async () => {
      const record = await inner.read('words:1', clock.now());
      return record === undefined ? [] : (JSON.parse(record.data) as { state: string[] }).state;
    },
    commits,
    reads,
    clock,
    hold: () => {
      let release = (): void => undefined;
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
  };
}

describe('one call, one line', () => {
  it('events that arrive during a commit are decided in order and committed together', async () => {
    const { say, heard, commits, hold } = talk();
    const release = hold();
    const replies = Promise.all(['a', 'b', 'c', 'd'].map((word) => say(word)));
    release();
    expect(await replies).toEqual([0, 1, 2, 3]);
    expect(await heard()).toEqual(['a', 'b', 'c', 'd']);
    expect(commits).toHaveLength(2);
  });

  it('requests that a caller waits for go before notifications, and stay in order among themselves', async () => {
    const { say, heard, hold } = talk();
    const release = hold();
    const all = [say('a'), say('b'), say('c'), say('d', { first: true }), say('e', { first: true }), say('f')];
    release();
    await Promise.all(all);
    expect(await heard()).toEqual(['a', 'd', 'e', 'b', 'c', 'f']);
  });

  it('an event whose sender no longer waits when its turn comes is not decided', async () => {
    const { say, heard, hold, clock } = talk();
    const by = clock.now() + 1500;
    const release = hold();
    const first = say('a', { by });
    const late = say('b', { by }).catch((error: unknown) => error);
    const inTime = say('c', { by: by + 1000 });
    await clock.advanceBy(1501);
    release();
    expect(await first).toBe(0);
    expect(await late).toMatchObject({ code: 'ERR_TIMEOUT', message: expect.stringContaining('words:1') as string });
    expect(await inTime).toBe(1);
    expect(await heard()).toEqual(['a', 'c']);
  });

  it('a store that hangs blocks no event for long: waiting events are decided beside it', async () => {
    const { say, heard, hold, clock } = talk();
    const release = hold();
    const hangs = say('a');
    const next = say('b', { by: clock.now() + 1500 });
    await clock.advanceBy(750);
    expect(await next).toBe(0);
    release();
    expect(await hangs, 'decided anew, after what overtook it').toBe(1);
    expect(await heard()).toEqual(['b', 'a']);
  });

  it('an event that cannot be decided fails alone', async () => {
    const { say, heard, hold } = talk();
    const release = hold();
    const all = Promise.allSettled(['a', 'b', 'fault', 'c'].map((word) => say(word)));
    release();
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await heard()).toEqual(['a', 'b', 'c']);
  });

  it('a store failure fails the events being committed, and none after them', async () => {
    const inner = createMemoryStore();
    let isAway = true;
    const store = around(inner, {
      commit: (commit) => (isAway ? Promise.reject(new Error('away')) : inner.commit(commit)),
    });
    const { say, heard } = talk(store);
    const failed = await Promise.allSettled(['a', 'b'].map((word) => say(word)));
    isAway = false;
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await say('c')).toBe(0);
    expect(await heard()).toEqual(['c']);
  });

  it('each of several processes handles every event once, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(2), first: fc.boolean() }), { minLength: 1, maxLength: 60 }),
        async (told) => {
          const store = createMemoryStore();
          const clock = manualClock();
          const processes = [talk(store, clock), talk(store, clock), talk(store, clock)];
          const all = told.map(({ at, first }, index) => (processes[at] as Scene).say(String(index), { first }));
          for (let times = 0; times < 4; times += 1) await clock.advanceBy(500);
          const replies = await Promise.all(all);
          const heard = (await processes[0]?.heard()) ?? [];
          expect([...heard].sort()).toEqual(told.map((_, index) => String(index)).sort());
          for (const [index, reply] of replies.entries()) expect(heard[reply]).toBe(String(index));
        },
      ),
    );
  });
});

describe('records that a process remembers', () => {
  it('a remembered record is not read again before a commit', async () => {
    const { say, reads } = talk();
    for (const word of ['a', 'b', 'c']) await say(word);
    expect(reads).toHaveLength(1);
  });

  it('a remembered record is read if nothing is written, as another process may have changed it', async () => {
    const store = createMemoryStore();
    const [one, other] = [talk(store), talk(store)];
    await one.say('a');
    await other.say('b');
    expect(await one.say('same')).toBe(2);
  });

  it('a remembered record is not used once it turns out to be old', async () => {
    const store = createMemoryStore();
    const [one, other] = [talk(store), talk(store)];
    await one.say('a');
    await other.say('b');
    expect(await one.say('c')).toBe(2);
    expect(await one.heard()).toEqual(['a', 'b', 'c']);
  });

  it('a first event is decided without reading, and again if it was not the first', async () => {
    const store = createMemoryStore();
    const [one, other] = [talk(store), talk(store)];
    expect(await one.say('a', { isNew: true })).toBe(0);
    expect(one.reads).toEqual([]);
    expect(await other.say('b', { isNew: true })).toBe(1);
    expect(await talk(store).say('same', { isNew: true })).toBe(2);
    expect(await one.heard()).toEqual(['a', 'b']);
  });

  it('a record is not remembered if the answer to a commit was lost', async () => {
    const inner = createMemoryStore();
    let isLost = false;
    const store = around(inner, {
      commit: async (commit) => {
        const result = await inner.commit(commit);
        if (isLost) throw new Error('the answer was lost');
        return result;
      },
    });
    const { say, reads } = talk(store);
    await say('a');
    isLost = true;
    await expect(say('b')).rejects.toThrow('lost');
    isLost = false;
    expect(await say('c')).toBe(2);
    expect(reads).toHaveLength(2);
  });

  it('a process remembers a thousand calls, and none that is over', async () => {
    const { runtime, store, clock } = setup();
    const asked: string[] = [];
    const counted = setup({
      clock,
      store: around(store, {
        read: (key, now) => {
          asked.push(key);
          return store.read(key, now);
        },
      }),
    });
    await runtime.handle(KEY, inbound);
    await counted.runtime.handle(KEY, untimed(events.callerStatus({ status: 'completed' })));
    for (let times = 0; times < 3; times += 1) await counted.runtime.handle(KEY, untimed(events.callerStatus()));
    expect(asked.length, 'over: read each time').toBeGreaterThan(2);
  });
});

describe('a call whose events come to two processes in turns', () => {
  it('a call that alternates between two processes is read before deciding, until one process has it alone', async () => {
    const store = createMemoryStore();
    const clock = manualClock();
    const [one, other] = [talk(store, clock), talk(store, clock)];
    for (let turn = 0; turn < 20; turn += 1) await (turn % 2 === 0 ? one : other).say(String(turn));
    expect(await one.heard()).toHaveLength(20);
    const taken = one.commits.length + other.commits.length;
    expect(taken - 20, 'commits that were refused').toBeLessThanOrEqual(6);
    for (let turn = 0; turn < 20; turn += 1) await one.say('alone');
    const before = one.reads.length;
    await one.say('alone still');
    expect(one.reads.length).toBe(before);
  });
});

describe('a plan of two hundred people at once', () => {
  const people = Array.from({ length: 200 }, (_, index) => `+1415555${String(1000 + index)}`);

  it('P-139 two hundred people are rung, reported in one instant and stopped, without a conflict', async () => {
    const { runtime, execute, clock } = setup();
    let conflicts = 0;
    runtime.events.on('conflict', () => (conflicts += 1));
    const settings = callSettings({ forwardTo: [{ targets: people }] });
    await runtime.handle(KEY, { ...inbound, settings });
    await runtime.tick();
    expect(execute.of('call.create')).toHaveLength(200);
    const ringing = people.map((_, leg) => untimed(events.status({ leg: leg + 1, status: 'ringing' })));
    await Promise.all(ringing.map((event) => runtime.handle(KEY, event)));
    await runtime.handle(KEY, untimed(events.conference({ event: 'join' })));
    expect(await runtime.handle(KEY, untimed(events.answered({ leg: 77 })))).toMatchObject({
      verbs: [{ verb: 'dial.conference' }],
    });
    await runtime.tick();
    expect(execute.of('call.end')).toHaveLength(199);
    expect(conflicts).toBe(0);
    expect(clock.now()).toBeGreaterThan(0);
  });

  it('a plan may not have more than two hundred people', () => {
    expect(() => callSettings({ forwardTo: [{ targets: [...people, NUMBERS.ann] }] })).toThrow(/at most 200/);
    expect(() => callSettings({ forwardTo: [...people, NUMBERS.ann] })).toThrow(/at most 200/);
  });
});
