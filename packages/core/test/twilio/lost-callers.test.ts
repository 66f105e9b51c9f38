import { describe, expect, it } from 'vitest';
import { createMemoryStore, forwarding, taskrouter, type LogEntry, type Store } from '@amd/core';
import { callbackUrls } from '@amd/core/http';
import {
  lostCallers,
  queuedCallers,
  recoverLostCallers,
  watchLostCallers,
  type ConferenceClient,
  type LostCallers,
  type TaskListClient,
} from '@amd/core/twilio';
import { manualClock, NUMBERS, sids, taskSids } from '@amd/core/testing';

const BASE = 'https://amd.example.com/voice';
const ALICE = sids.call(0);
const BRUNO = sids.call(7);

/** A room as Twilio shows it, with its participants and the call it is named after. */
interface Room {
  readonly status: 'init' | 'in-progress';
  readonly name: string;
  readonly inside: readonly string[];
  readonly call: { readonly direction: string; readonly status: string; readonly to: string };
  /** Of the number that was called; `null`: the account has no such number. */
  readonly voiceUrl: string | null;
}

/** A caller who waits alone in a room of ours. */
const waiting = (sid: string, change: Partial<Room> = {}): Room => ({
  status: 'init',
  name: `amd-${sid}`,
  inside: [sid],
  call: { direction: 'inbound', status: 'in-progress', to: NUMBERS.ours },
  voiceUrl: `${BASE}/inbound`,
  ...change,
});

function twilioWith(rooms: Room[]) {
  const sent: unknown[] = [];
  const limits: unknown[] = [];
  const unreachable = new Set<string>();
  const roomOf = (sid: string): Room | undefined => rooms.find(({ name }) => name.endsWith(sid));
  const client: ConferenceClient = {
    conferences: Object.assign(
      (sid: string) => ({
        participants: {
          list: ({ limit }: { readonly limit: number }) =>
            Promise.resolve((rooms[Number(sid)]?.inside ?? []).slice(0, limit).map((callSid) => ({ callSid }))),
        },
      }),
      {
        list: ({ status, limit }: { readonly status: string; readonly limit: number }) => {
          limits.push([status, limit]);
          return Promise.resolve(
            rooms.flatMap((room, at) => (room.status === status ? [{ sid: String(at), friendlyName: room.name }] : [])),
          );
        },
      },
    ),
    calls: (sid) => ({
      fetch: () => Promise.resolve(roomOf(sid)?.call ?? { direction: '', status: '', to: '' }),
      update: (params) => {
        if (unreachable.has(sid)) return Promise.reject(new Error('no route to host'));
        sent.push({ sid, ...params });
        return Promise.resolve();
      },
    }),
    incomingPhoneNumbers: {
      list: ({ phoneNumber }) => {
        const room = rooms.find(({ call }) => call.to === phoneNumber);
        return Promise.resolve(room === undefined || room.voiceUrl === null ? [] : [{ voiceUrl: room.voiceUrl }]);
      },
    },
  };
  return { client, sent, limits, unreachable };
}

function scene(rooms: Room[], options: { readonly publicBaseUrl?: string; readonly limit?: number } = {}) {
  const clock = manualClock();
  const store = createMemoryStore();
  const twilio = twilioWith(rooms);
  const parts = { client: twilio.client, store, clock, url: callbackUrls(BASE), publicBaseUrl: BASE, ...options };
  return { ...twilio, clock, store, parts, look: lostCallers(parts) };
}

/** Writes a record as a newer process would, or as no process should. */
async function write(store: Store, key: string, data: string, now: number): Promise<void> {
  const expected = (await store.read(key, now))?.revision ?? 0;
  const commit = { key, expected, data, expiresAt: null, now, put: [], drop: [] };
  expect((await store.commit(commit)).ok).toBe(true);
}

const newer = (at: number): string => JSON.stringify({ v: 99, at, state: { of: 'a newer program' } });
const DAMAGED = '{"v":1,"at":17488860000';
const RECORD = `forwarding:${ALICE}`;

describe('an unknown caller alone in a room of ours', () => {
  it.each(['init', 'in-progress'] as const)(
    'a lost caller is redirected to us from a room that is "%s"',
    async (status) => {
      const { look, sent, clock } = scene([waiting(ALICE, { status })]);
      expect(await look()).toEqual({ recovered: [ALICE], leftAlone: 0, failed: [] });
      const visit = 1 + (Math.floor(clock.now() / 1000) % 89);
      const url = `${BASE}/inbound/again?ref=forwarding.${ALICE}.${String(visit)}.0#rc=3&rp=5xx,ct,rt`;
      expect(sent).toEqual([{ sid: ALICE, url, method: 'POST' }]);
    },
  );

  it('a lost caller is redirected once, has a record as good as new, and is redirected again after 45 s if not served', async () => {
    const { look, sent, clock, store } = scene([waiting(ALICE)]);
    await look();
    expect(JSON.parse((await store.read(RECORD, clock.now()))?.data ?? '')).toEqual({
      v: forwarding.schema,
      at: clock.now(),
      state: forwarding.initial(),
    });
    await clock.advanceBy(44_999);
    expect(await look()).toEqual({ recovered: [], leftAlone: 1, failed: [] });
    await clock.advanceBy(1);
    expect((await look()).recovered).toEqual([ALICE]);
    const rounds = sent.map((one) => /\.(\d+)\.0#/.exec((one as { url: string }).url)?.[1]);
    expect(new Set(rounds).size).toBe(2);
  });

  it.each<[string, Partial<Room>]>([
    ['somebody else is in the room as well', { inside: [ALICE, BRUNO] }],
    ['somebody else is in it instead of them', { inside: [BRUNO] }],
    ['nobody is in it', { inside: [] }],
    ['it is a call that we made', { call: { direction: 'outbound-api', status: 'in-progress', to: NUMBERS.ours } }],
    ['their call is over', { call: { direction: 'inbound', status: 'completed', to: NUMBERS.ours } }],
    ['the number belongs to another deployment', { voiceUrl: 'https://other.example.com/inbound' }],
    ['the number belongs to a deployment whose address begins like ours', { voiceUrl: `${BASE}2/inbound` }],
    ['the number has no address', { voiceUrl: '' }],
    ['the account has no such number', { voiceUrl: null }],
  ])('a lost caller is left alone where %s', async (_, change) => {
    const { look, sent, store, clock } = scene([waiting(ALICE, change)]);
    expect(await look()).toEqual({ recovered: [], leftAlone: 1, failed: [] });
    expect(sent).toEqual([]);
    expect(await store.read(RECORD, clock.now())).toBeUndefined();
  });

  it.each([
    [BASE, BASE],
    [`${BASE}//`, `${BASE}/inbound`],
  ])('a room is ours where the public address is %s and the number leads to %s', async (publicBaseUrl, voiceUrl) => {
    const { look } = scene([waiting(ALICE, { voiceUrl })], { publicBaseUrl });
    expect((await look()).recovered).toEqual([ALICE]);
  });

  it.each(['lobby', `xamd-${ALICE}`, `amd-${ALICE}0`, `amd-${ALICE.slice(0, -1)}`, `amd-${ALICE.replace('CA', 'CB')}`])(
    'a lost caller is not looked for in a room named %s',
    async (name) => {
      const { look } = scene([waiting(ALICE, { name })]);
      expect(await look()).toEqual({ recovered: [], leftAlone: 0, failed: [] });
    },
  );

  it('a lost caller whom Twilio could not redirect is named with the error, and the others are served', async () => {
    const rooms = [waiting(ALICE), waiting(BRUNO)];
    const { parts, unreachable } = scene(rooms);
    unreachable.add(ALICE);
    expect(await recoverLostCallers(parts)).toEqual({
      recovered: [BRUNO],
      leftAlone: 0,
      failed: [{ sid: ALICE, error: new Error('no route to host') }],
    });
  });

  it('lost callers are looked for in 500 rooms of each status, or as many as configured', async () => {
    const [usual, few] = [scene([]), scene([], { limit: 3 })];
    await usual.look();
    await few.look();
    expect([usual.limits, few.limits]).toEqual([
      [
        ['init', 500],
        ['in-progress', 500],
      ],
      [
        ['init', 3],
        ['in-progress', 3],
      ],
    ]);
  });

  it('while the store is down, lost callers are named as failed, and none is redirected', async () => {
    const { parts, sent } = scene([waiting(ALICE)]);
    const store = { ...parts.store, read: () => Promise.reject(new Error('the store is away')) };
    expect((await recoverLostCallers({ ...parts, store })).failed).toEqual([
      { sid: ALICE, error: new Error('the store is away') },
    ]);
    expect(sent).toEqual([]);
  });

  it('a caller whose record appears at the last moment is left to the process that wrote it', async () => {
    const { parts, sent } = scene([waiting(ALICE)]);
    const store: Store = { ...parts.store, commit: () => Promise.resolve({ ok: false, actual: 1 }) };
    expect(await recoverLostCallers({ ...parts, store })).toEqual({ recovered: [], leftAlone: 1, failed: [] });
    expect(sent).toEqual([]);
  });
});

describe('a caller whose record cannot be read', () => {
  it('an unreadable record is replaced at once if it says that it was not written for 90 s', async () => {
    for (const [agoMs, recovered] of [
      [89_999, []],
      [90_000, [ALICE]],
    ] as const) {
      const { look, store, clock } = scene([waiting(ALICE)]);
      await write(store, RECORD, newer(clock.now() - agoMs), clock.now());
      expect((await look()).recovered).toEqual(recovered);
    }
  });

  it('an unreadable record is replaced 90 s after it was first seen if it has no time', async () => {
    const { look, store, clock } = scene([waiting(ALICE)]);
    await write(store, RECORD, DAMAGED, clock.now());
    expect((await look()).recovered).toEqual([]);
    await clock.advanceBy(89_999);
    expect((await look()).recovered).toEqual([]);
    await clock.advanceBy(1);
    expect((await look()).recovered).toEqual([ALICE]);
  });

  it('an unreadable record is replaced 90 s after it was first seen if its time is in the future or not a time', async () => {
    for (const data of [newer(Number.MAX_SAFE_INTEGER), '{"v":99,"at":"noon"}', 'null']) {
      const { look, store, clock } = scene([waiting(ALICE)]);
      await write(store, RECORD, data, clock.now());
      expect((await look()).recovered).toEqual([]);
      await clock.advanceBy(90_000);
      expect((await look()).recovered).toEqual([ALICE]);
    }
  });

  it('an unreadable record is left alone for 90 s more whenever it was written', async () => {
    const { look, store, clock } = scene([waiting(ALICE)]);
    for (let heartbeat = 0; heartbeat < 5; heartbeat += 1) {
      await write(store, RECORD, DAMAGED, clock.now());
      expect((await look()).recovered).toEqual([]);
      await clock.advanceBy(60_000);
    }
    await write(store, RECORD, DAMAGED, clock.now());
    expect((await look()).recovered).toEqual([]);
    await clock.advanceBy(90_000);
    expect((await look()).recovered).toEqual([ALICE]);
  });

  it('a check that does not find the caller forgets them: their 90 s start anew', async () => {
    const rooms = [waiting(ALICE)];
    const { look, store, clock } = scene(rooms);
    await write(store, RECORD, DAMAGED, clock.now());
    await look();
    await clock.advanceBy(60_000);
    const [room] = rooms.splice(0);
    await look();
    if (room !== undefined) rooms.push(room);
    await clock.advanceBy(60_000);
    expect(await look()).toEqual({ recovered: [], leftAlone: 1, failed: [] });
    await clock.advanceBy(90_000);
    expect((await look()).recovered).toEqual([ALICE]);
  });
});

describe('a caller in the queue of a workspace', () => {
  const attributes = (sid: string): string => JSON.stringify({ call_sid: sid });

  function queue(
    tasks: Readonly<Record<'pending' | 'reserved', { attributes: string; taskChannelUniqueName: string }[]>>,
  ) {
    const asked: unknown[] = [];
    const client: TaskListClient = {
      taskrouter: {
        v1: {
          workspaces: (workspace) => ({
            tasks: {
              list: ({ assignmentStatus, limit }) => {
                asked.push([workspace, assignmentStatus, limit]);
                return Promise.resolve(assignmentStatus.flatMap((status) => tasks[status]));
              },
            },
          }),
        },
      },
    };
    return { client, asked };
  }

  const voice = (sid: string) => ({ attributes: attributes(sid), taskChannelUniqueName: 'voice' });

  it('a queued caller whose record cannot be read is forgotten once, whether their task is pending or reserved', async () => {
    const { client, asked } = queue({
      pending: [voice(ALICE), voice(sids.call(5)), { ...voice(sids.call(6)), taskChannelUniqueName: 'chat' }],
      reserved: [voice(BRUNO)],
    });
    const [clock, store] = [manualClock(), createMemoryStore()];
    const look = queuedCallers({ client, store, clock, workspace: () => taskSids.workspace });
    for (const sid of [ALICE, BRUNO]) await write(store, `taskrouter:${sid}`, newer(clock.now() - 90_000), clock.now());
    // Nothing is known of the third: their next assignment says all that is needed. The fourth is a chat.
    expect(await look()).toEqual({ recovered: [ALICE, BRUNO], leftAlone: 1, failed: [] });
    expect(JSON.parse((await store.read(`taskrouter:${ALICE}`, clock.now()))?.data ?? '')).toMatchObject({
      v: taskrouter.schema,
      state: taskrouter.initial(),
    });
    expect(await look()).toEqual({ recovered: [], leftAlone: 3, failed: [] });
    expect(asked.slice(0, 2)).toEqual([
      [taskSids.workspace, ['pending'], 500],
      [taskSids.workspace, ['reserved'], 500],
    ]);
  });

  it('a queued caller is left alone for 90 s after their record was first seen', async () => {
    const { client } = queue({ pending: [voice(ALICE)], reserved: [] });
    const [clock, store] = [manualClock(), createMemoryStore()];
    const look = queuedCallers({ client, store, clock, workspace: () => taskSids.workspace });
    await write(store, `taskrouter:${ALICE}`, DAMAGED, clock.now());
    expect((await look()).recovered).toEqual([]);
    await clock.advanceBy(89_999);
    expect((await look()).recovered).toEqual([]);
    await clock.advanceBy(1);
    expect((await look()).recovered).toEqual([ALICE]);
  });

  it('a check that does not find the queued caller forgets them: their 90 s start anew', async () => {
    const pending = [voice(ALICE)];
    const { client } = queue({ pending, reserved: [] });
    const [clock, store] = [manualClock(), createMemoryStore()];
    const look = queuedCallers({ client, store, clock, workspace: () => taskSids.workspace });
    await write(store, `taskrouter:${ALICE}`, DAMAGED, clock.now());
    await look();
    await clock.advanceBy(60_000);
    pending.length = 0;
    await look();
    pending.push(voice(ALICE));
    await clock.advanceBy(60_000);
    expect(await look()).toEqual({ recovered: [], leftAlone: 1, failed: [] });
    await clock.advanceBy(90_000);
    expect((await look()).recovered).toEqual([ALICE]);
  });

  it('queued callers are not looked for while the workspace is not known', async () => {
    const { client, asked } = queue({ pending: [voice(ALICE)], reserved: [] });
    const look = queuedCallers({ client, store: createMemoryStore(), workspace: () => undefined });
    expect(await look()).toEqual({ recovered: [], leftAlone: 0, failed: [] });
    expect(asked).toEqual([]);
  });

  it('a queued caller is named as failed while the store is down, and the limit is passed on', async () => {
    const { client, asked } = queue({ pending: [voice(ALICE)], reserved: [] });
    const store: Store = { ...createMemoryStore(), read: () => Promise.reject(new Error('the store is away')) };
    const look = queuedCallers({ client, store, limit: 2, workspace: () => taskSids.workspace });
    expect((await look()).failed).toEqual([{ sid: ALICE, error: new Error('the store is away') }]);
    expect(asked).toMatchObject([
      [taskSids.workspace, ['pending'], 2],
      [taskSids.workspace, ['reserved'], 2],
    ]);
  });
});

describe('the watch for lost callers', () => {
  const NOBODY: LostCallers = { recovered: [], leftAlone: 0, failed: [] };

  function watched(look: (times: number) => Promise<LostCallers>, everyMs?: number) {
    const clock = manualClock();
    const begun = clock.now();
    const looks: number[] = [];
    const log: LogEntry[] = [];
    const watch = watchLostCallers({
      clock,
      everyMs,
      log: (entry) => log.push(entry),
      look: () => {
        looks.push(clock.now() - begun);
        return look(looks.length);
      },
    });
    return { clock, looks, log, watch };
  }

  it.each([
    [undefined, 60_000],
    [5000, 5000],
  ])(
    'the watch checks at the start and, configured with %s, every %i ms until it is stopped',
    async (everyMs, distance) => {
      const { clock, looks, log, watch } = watched(() => Promise.resolve(NOBODY), everyMs);
      await watch.idle();
      await clock.advanceBy(2 * distance, () => watch.idle());
      await watch.stop();
      await clock.advanceBy(10 * distance, () => watch.idle());
      expect([looks, log]).toEqual([[0, distance, 2 * distance], []]);
    },
  );

  it('the watch starts no check before the last one has ended, and waits for it when it is stopped', async () => {
    let finish = (): void => undefined;
    const { clock, looks, watch } = watched(
      () =>
        new Promise((resolve) => {
          finish = () => {
            resolve(NOBODY);
          };
        }),
    );
    await clock.advanceBy(300_000);
    expect(looks).toEqual([0]);
    let stopped = false;
    const stopping = watch.stop().then(() => (stopped = true));
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(stopped).toBe(false);
    finish();
    await stopping;
    await clock.advanceBy(300_000);
    expect(looks).toEqual([0]);
  });

  it('the watch reports who was served anew and who could not be, and goes on after a failed check', async () => {
    const { clock, log, looks, watch } = watched((times) =>
      times === 1
        ? Promise.reject(new Error('no route to host'))
        : Promise.resolve({ recovered: [ALICE], leftAlone: 4, failed: [{ sid: BRUNO, error: new Error('busy') }] }),
    );
    await watch.idle();
    await clock.advanceBy(60_000, () => watch.idle());
    await watch.stop();
    expect(looks).toHaveLength(2);
    expect(log).toMatchObject([
      { level: 'warn', code: 'lost.unknown', message: expect.stringContaining('no route to host') as string },
      { level: 'warn', code: 'lost.recovered', call: ALICE },
      { level: 'error', code: 'lost.failed', call: BRUNO, message: expect.stringContaining('busy') as string },
    ]);
  });

  it.each([0, -1, Number.NaN])('the watch refuses an interval of %d ms', (everyMs) => {
    expect(() => watchLostCallers({ look: () => Promise.resolve(NOBODY), everyMs })).toThrow(
      '"everyMs" must be above 0',
    );
  });
});
