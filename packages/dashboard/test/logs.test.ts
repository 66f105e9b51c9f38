import { createMemoryStore, encodeState, forwarding, taskrouter, type EventParams, type Store } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { callLog, createWorkerFeed, createEventLog, toCsv, toJson, type LoggedCall } from '@amd/dashboard';
import { describe, expect, it } from 'vitest';
import { workerWriter, AVAILABLE, OFFLINE, RESTING, SHOWN_WORKSPACE } from './helpers/workers.js';
import { putCall } from './helpers/serve.js';

const at = (seconds: number): number => Date.UTC(2030, 0, 1) + seconds * 1000;
const iso = (seconds: number): string => new Date(at(seconds)).toISOString();

/** Writes a call as the flow leaves it, with these fields. */
async function put(
  store: Store,
  sid: string,
  changes: { readonly expiresAt?: number; readonly state?: object } = {},
): Promise<void> {
  const state = {
    kind: 'call',
    settings: {},
    call: { sid, from: '+12125550123', to: '+14155550199', token: 'x' },
    caller: { phase: 'held' },
    legs: [],
    winner: null,
    result: null,
    timestamps: { startedAt: at(0) },
    ...changes.state,
  };
  const data = encodeState({ schema: forwarding.schema }, { state, at: at(0) });
  const { expiresAt = null } = changes;
  await store.commit({ key: `forwarding:${sid}`, expected: 0, data, expiresAt, now: at(0), put: [], drop: [] });
}

async function logOf(store: Store, options: Partial<Parameters<typeof callLog>[0]> = {}): Promise<LoggedCall[]> {
  const calls: LoggedCall[] = [];
  for await (const call of callLog({ store, clock: manualClock({ start: at(0) }), ...options })) calls.push(call);
  return calls;
}

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

async function* list(...calls: readonly Partial<LoggedCall>[]): AsyncGenerator<LoggedCall> {
  for (const call of calls) {
    yield await Promise.resolve({
      call: 'CA1',
      startedAt: 's',
      from: 'f',
      to: 't',
      result: 'open',
      waitedSeconds: '',
      connectedAt: 'c',
      endedAt: 'e',
      takenBy: 'b',
      legs: [],
      ...call,
    });
  }
}

const leg = (changes: object = {}) => ({
  id: 1,
  target: { to: '+14155550142', name: 'Ann' },
  phase: 'ringing',
  answeredBy: null,
  screened: null,
  result: null,
  timestamps: { requestedAt: at(1) },
  ...changes,
});

describe('a call in the log', () => {
  it('a logged call in progress is open, and has no time for what has not happened', async () => {
    const store = createMemoryStore();
    await put(store, 'CA1', { state: { legs: [leg()] } });
    expect(await logOf(store)).toEqual([
      {
        call: 'CA1',
        startedAt: iso(0),
        from: '+12…23',
        to: '+14…99',
        result: 'open',
        waitedSeconds: '',
        connectedAt: '',
        endedAt: '',
        takenBy: '',
        legs: [
          {
            name: 'Ann',
            to: '+14…42',
            result: 'open',
            detail: '',
            answeredBy: '',
            requestedAt: iso(1),
            answeredAt: '',
            verdictAt: '',
            endedAt: '',
          },
        ],
      },
    ]);
  });

  it("a finished logged call has the times, who took it, and each leg's result", async () => {
    const store = createMemoryStore();
    const timestamps = { requestedAt: at(1), answeredAt: at(2), verdictAt: at(3), endedAt: at(9) };
    await put(store, 'CA1', {
      state: {
        result: 'connected',
        winner: 1,
        timestamps: { startedAt: at(0), connectedAt: at(4.26), endedAt: at(9) },
        legs: [
          leg({ timestamps, answeredBy: 'human', result: { kind: 'bridged' } }),
          leg({ id: 2, result: { kind: 'refused', reason: '+14155550143 is not allowed' } }),
        ],
      },
    });
    expect(await logOf(store, { masked: false })).toMatchObject([
      {
        from: '+12125550123',
        to: '+14155550199',
        result: 'connected',
        waitedSeconds: 4.3,
        connectedAt: iso(4.26),
        endedAt: iso(9),
        takenBy: 'Ann',
        legs: [
          {
            to: '+14155550142',
            result: 'bridged',
            answeredBy: 'human',
            answeredAt: iso(2),
            verdictAt: iso(3),
            endedAt: iso(9),
          },
          { result: 'refused', detail: '+14155550143 is not allowed' },
        ],
      },
    ]);
    expect(JSON.stringify(await logOf(store))).not.toMatch(/\+1[0-9]{10}/);
  });

  it.each([
    ['somebody took it', { connectedAt: at(2), fallbackAt: at(3), endedAt: at(4) }, 2],
    ['it went to the fallback', { fallbackAt: at(3), endedAt: at(4) }, 3],
    ['the caller left', { endedAt: at(4) }, 4],
  ])('a logged call waited until %s', async (_, timestamps, waitedSeconds) => {
    const store = createMemoryStore();
    await put(store, 'CA1', { state: { timestamps: { startedAt: at(0), ...timestamps } } });
    expect(await logOf(store)).toMatchObject([{ waitedSeconds }]);
  });

  it('a logged call was taken by no one before a talk, and by a number without a name', async () => {
    const store = createMemoryStore();
    const unnamed = { target: { to: '+14155550142' } };
    await put(store, 'CA1', { state: { winner: 1, legs: [leg()] } });
    const timestamps = { startedAt: at(0), connectedAt: at(2) };
    await put(store, 'CA2', { state: { winner: 1, legs: [leg(unnamed)], timestamps } });
    await put(store, 'CA3', {
      state: { winner: 2, legs: [leg(), leg({ id: 2, target: { to: '+1', name: 'Ben' } })], timestamps },
    });
    await put(store, 'CA4', { state: { timestamps } });
    expect((await logOf(store)).map(({ takenBy }) => takenBy)).toEqual(['', '+14…42', 'Ben', '']);
  });
});

describe('the call log', () => {
  it('the call log leaves out what the store forgets at this moment, and what cannot be read', async () => {
    const store = createMemoryStore();
    await put(store, 'CA1', { expiresAt: at(1) });
    await put(store, 'CA2', { expiresAt: at(2) });
    await put(store, 'CA3', { state: { kind: 'nothing' } });
    const key = 'forwarding:CA4';
    await store.commit({ key, expected: 0, data: 'no JSON', expiresAt: null, now: at(0), put: [], drop: [] });
    await put(store, 'CA5');
    const clock = manualClock({ start: at(1) });
    expect((await logOf(store, { clock })).map(({ call }) => call)).toEqual(['CA2', 'CA5']);
  });

  it('the call log has the calls of one flow only, forwarding by default', async () => {
    const store = createMemoryStore();
    await putCall(store, 'CA1', at(0));
    await workerWriter(store, () => at(0)).call('CA2', '+12125550123', [1]);
    for (const [flow, sid] of [
      [undefined, 'CA1'],
      ['forwarding', 'CA1'],
      ['taskrouter', 'CA2'],
    ] as const)
      expect((await logOf(store, { flow })).map(({ call }) => call)).toEqual([sid]);
  });

  it('the call log reads the next page from the store only when its reader goes on', async () => {
    const memory = createMemoryStore();
    for (let call = 0; call < 1001; call += 1) await put(memory, `CA${String(call)}`);
    let pages = 0;
    const list: Store['list'] = (options) => {
      pages += 1;
      return memory.list(options);
    };
    const reading = callLog({ store: { ...memory, list } });
    for (let call = 0; call < 500; call += 1) await reading.next();
    expect(pages).toBe(1);
    await reading.next();
    expect(pages).toBe(2);
    await reading.return(undefined);
  });
});

describe('the text of the log', () => {
  it('the JSON log has one call a line', async () => {
    expect(await textOf(toJson(list()))).toBe('[]\n');
    const text = await textOf(toJson(list({ call: 'CA1' }, { call: 'CA2' })));
    expect(text.split('\n').map((line) => line.slice(0, 13))).toEqual(['[', '{"call":"CA1"', '{"call":"CA2"', ']', '']);
    expect(JSON.parse(text)).toHaveLength(2);
  });

  it('the CSV log has a header, and the legs in one column', async () => {
    const of = (name: string, to: string, result: string, detail: string) => ({ name, to, result, detail }) as never;
    const legs = [of('Ann', '+14…42', 'answered', 'machine_start'), of('', '+14…43', 'bridged', '')];
    expect(await textOf(toCsv(list({ waitedSeconds: 4.3, legs }, { call: 'CA2' })))).toBe(
      [
        'call,startedAt,from,to,result,waitedSeconds,connectedAt,endedAt,takenBy,legs',
        'CA1,s,f,t,open,4.3,c,e,b,Ann: answered machine_start; +14…43: bridged',
        'CA2,s,f,t,open,,c,e,b,',
        '',
      ].join('\r\n'),
    );
  });

  it('the CSV log puts an apostrophe before what a spreadsheet would run, in any column, and leaves numbers alone', async () => {
    const cell = async (from: string): Promise<string> => {
      const [, row = ''] = (await textOf(toCsv(list({ from })))).split('CA1,s,');
      return row.slice(0, row.indexOf(',t,open'));
    };
    for (const [given, written] of [
      ['=1', "'=1"],
      ['+1-2', "'+1-2"],
      ['-1', "'-1"],
      ['@SUM', "'@SUM"],
      ['\tx', "'\tx"],
      ['\nx', '"\'\nx"'],
      ['\rx', '"\'\rx"'],
      ['a=1', 'a=1'],
      ['+14155550142', '+14155550142'],
      ['+14…42', '+14…42'],
      ['+', "'+"],
      ['+1 ', "'+1 "],
      ['a"b', '"a""b"'],
      ['a\nb', '"a\nb"'],
    ] as const)
      expect(await cell(given), JSON.stringify(given)).toBe(written);
    expect(
      await textOf(toCsv(list({ takenBy: '=1', legs: [{ name: '=2', result: 'x', detail: '' } as never] }))),
    ).toContain(",'=1,'=2: x\r\n");
  });
});

describe('the log of events', () => {
  const event = (changes: Partial<EventParams> = {}): EventParams =>
    ({ type: 'task.created', happenedAt: null, worker: null, call: null, taskReason: null, ...changes }) as never;
  const clock = { now: () => 77 };

  it('the event log has what people want to read; missing fields are empty', () => {
    const log = createEventLog({ clock });
    log.hear(event());
    const worker = { sid: 'WK1', name: 'Ann', activityName: 'Offline' } as never;
    const call = { sid: 'CA1', from: '+12125550123' } as never;
    log.hear(event({ type: 'worker.activity.update', happenedAt: 5, worker, taskReason: 'no' }));
    log.hear(event({ type: 'task.canceled', worker, call, taskReason: 'hangup' }));
    log.hear(event({ type: 'worker.deleted', worker: { sid: 'WK1', name: null, activityName: null } as never }));
    expect(log.since().events).toEqual([
      { id: 1, at: 77, type: 'task.created', worker: '', caller: '', detail: '', call: null },
      { id: 2, at: 5, type: 'worker.activity.update', worker: 'Ann', caller: '', detail: 'Offline', call: null },
      { id: 3, at: 77, type: 'task.canceled', worker: 'Ann', caller: '+12125550123', detail: 'hangup', call: 'CA1' },
      { id: 4, at: 77, type: 'worker.deleted', worker: '', caller: '', detail: '', call: null },
    ]);
  });

  it('an event of a worker without details has none', () => {
    const log = createEventLog({ clock });
    log.hear(event({ type: 'worker.activity.update', taskReason: 'no' }));
    expect(log.since().events).toMatchObject([{ worker: '', detail: '' }]);
  });

  it('the event log keeps the newest 300 by default, and returns what came after one of them', () => {
    const log = createEventLog({ clock });
    for (let time = 0; time < 1000; time += 1) log.hear(event());
    const ids = log.since().events.map(({ id }) => id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([300, 701, 1000]);
    expect(log.since(998).events.map(({ id }) => id)).toEqual([999, 1000]);
    expect(log.since(1000).events).toEqual([]);
  });

  it('the event log notifies listeners of each event until they leave, and names each run of the process anew', () => {
    const log = createEventLog();
    let heard = 0;
    const off = log.on(() => (heard += 1));
    log.hear(event());
    log.hear(event());
    off();
    log.hear(event());
    expect(heard).toBe(2);
    expect(log.since().run).toBe(log.since(2).run);
    expect(createEventLog().since().run).not.toBe(log.since().run);
  });

  it('the event log shows at most 120 characters of foreign text', () => {
    const log = createEventLog({ clock });
    const long = 'x'.repeat(200);
    const worker = { sid: 'WK1', name: long, activityName: long } as never;
    log.hear(event({ type: 'worker.activity.update', worker, call: { sid: 'CA1', from: long } as never }));
    const [only] = log.since().events;
    expect([only?.worker.length, only?.caller.length, only?.detail.length]).toEqual([120, 120, 120]);
  });
});

describe('the totals of workers', () => {
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
  };

  it('the totals count each worker once: on a call as busy, wherever they are, otherwise by their activity', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    const write = workerWriter(store, () => clock.now());
    const lunch = `WA${'9'.repeat(32)}`;
    const activityNames = new Map([...SHOWN_WORKSPACE.activityNames, [lunch, 'Lunch']]);
    let known = true;
    const workspace = () => (known ? { ...SHOWN_WORKSPACE, activityNames } : undefined);
    const feed = createWorkerFeed({ store, clock, workspace });
    feed.start();
    const activities = [AVAILABLE, AVAILABLE, AVAILABLE, RESTING, RESTING, OFFLINE, lunch, null];
    for (const [index, sid] of activities.entries())
      await write.worker(index + 1, { activity: sid === null ? null : { sid, name: null } });
    await write.call('CA1', '+12125550123', [4]);
    await clock.advanceBy(300, settle);
    expect(feed.totals()).toMatchObject({
      workers: 8,
      ready: 3,
      busy: 1,
      coolingDown: 1,
      away: 3,
      calls: 1,
      waiting: 1,
    });
    expect(feed.totals().activities).toEqual([
      { sid: AVAILABLE, name: 'Available', role: 'available' },
      { sid: RESTING, name: 'Temporarily Unavailable', role: 'coolDown' },
      { sid: OFFLINE, name: 'Offline', role: 'offline' },
      { sid: lunch, name: 'Lunch', role: 'other' },
    ]);
    // Names are requested anew at every tick, and no worker is ready in an unknown activity.
    known = false;
    expect(feed.tick().totals).toMatchObject({
      activities: [],
      workers: 8,
      ready: 0,
      busy: 1,
      coolingDown: 0,
      away: 7,
    });
    feed.stop();
  });

  it('the feed keeps every worker, however few ended calls are held', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    const write = workerWriter(store, () => clock.now());
    const feed = createWorkerFeed({ store, clock, workspace: () => SHOWN_WORKSPACE, limit: 1 });
    feed.start();
    for (const index of [1, 2, 3]) await write.worker(index);
    await clock.advanceBy(300, settle);
    expect(feed.totals().workers).toBe(3);
    feed.stop();
  });

  it('the feed holds only the configured number of ended calls', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    for (const [sid, startedAt] of [
      ['CA1', 10],
      ['CA2', 20],
    ] as const) {
      const state = {
        kind: 'call',
        settings: {},
        call: { sid, from: '+12125550123', to: '+14155550199', token: 'x' },
        caller: { phase: 'ended' },
        task: { sid: null, over: false },
        winner: null,
        result: 'unanswered',
        timestamps: { startedAt },
        reservations: [],
        legs: [],
      };
      const data = encodeState({ schema: taskrouter.schema }, { state, at: clock.now() });
      const commit = { expected: 0, data, expiresAt: null, now: clock.now(), put: [], drop: [] };
      await store.commit({ key: `taskrouter:${sid}`, ...commit });
    }
    const feed = createWorkerFeed({ store, clock, workspace: () => SHOWN_WORKSPACE, limit: 1 });
    feed.start();
    await clock.advanceBy(300, settle);
    expect(feed.sync(null).rows.map(({ sid }) => sid)).toEqual(['CA2']);
    feed.stop();
  });
});
