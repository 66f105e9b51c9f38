import { given, events, NUMBERS, START } from '@amd/core/testing';
import {
  forwarding,
  type CallOptions,
  type Leg,
  type LiveForwarding,
  type LiveTaskCall,
  type LiveWorker,
} from '@amd/core';
import { describe, expect, it } from 'vitest';
import { presentCalls } from '../src/shared/workers.js';
import type { CallRow, LegRow } from '../src/shared/protocol.js';
import { toTaskCallRow, toWorkerRow } from '../src/server/data/worker-row.js';
import { endedCallSince } from '../src/server/data/call-feed.js';
import { short, toCallRow, toLegRow } from '../src/server/data/call-row.js';
import { totalsOf } from '../src/server/data/totals.js';

const OPTIONS: CallOptions = { forwardTo: [{ to: NUMBERS.ann, name: 'Ann' }] };
/** A leg with these fields; the others are those of one that was only requested. */
const leg = (changes: object = {}): Leg =>
  ({
    id: 1,
    target: { to: '+14155550142' },
    phase: 'requested',
    answeredBy: null,
    screened: null,
    result: null,
    timestamps: { requestedAt: 10 },
    ...changes,
  }) as never;

const call = (changes: object = {}): LiveForwarding =>
  ({
    kind: 'call',
    call: { sid: 'CA1', from: '+12125550123', to: '+14155550199', token: 'secret' },
    caller: { phase: 'held', recording: null },
    legs: [],
    winner: null,
    result: null,
    timestamps: { startedAt: 5 },
    ...changes,
  }) as never;

describe('the row of a leg', () => {
  it('the row of a requested leg has nothing that has not happened', () => {
    expect(toLegRow(leg(), null)).toEqual({
      id: 1,
      name: '',
      to: '+14155550142',
      phase: 'requested',
      answeredBy: null,
      result: null,
      detail: '',
      won: false,
      reservation: null,
      requestedAt: 10,
      queuedMs: null,
      ringingAt: null,
      answeredAt: null,
      greetedAt: null,
      verdictAt: null,
      keyAt: null,
      screened: false,
      joinedAt: null,
      endedAt: null,
    } satisfies LegRow);
  });

  it('the row of a leg has every moment of its timeline, each in its place', () => {
    const timestamps = {
      requestedAt: 10,
      placedAt: 11,
      initiatedAt: 15,
      ringingAt: 20,
      answeredAt: 30,
      greetedAt: 31,
      verdictAt: 40,
      keyAt: 41,
      joinedAt: 50,
      endedAt: 60,
    };
    const target = { to: '+14155550142', name: 'Ann' };
    expect(toLegRow(leg({ target, timestamps, answeredBy: 'human', screened: 'heard' }), 1)).toMatchObject({
      name: 'Ann',
      answeredBy: 'human',
      screened: true,
      won: true,
      requestedAt: 10,
      queuedMs: 4,
      ringingAt: 20,
      answeredAt: 30,
      greetedAt: 31,
      verdictAt: 40,
      keyAt: 41,
      joinedAt: 50,
      endedAt: 60,
    });
  });

  it('the row of a leg has the time in the queue only if both ends of it are known', () => {
    expect(toLegRow(leg({ timestamps: { requestedAt: 10, placedAt: 11 } }), null).queuedMs).toBeNull();
    expect(toLegRow(leg({ timestamps: { requestedAt: 10, initiatedAt: 15 } }), null).queuedMs).toBeNull();
  });

  it.each([
    [{ kind: 'answered', by: 'machine_start' }, 'machine_start'],
    [{ kind: 'notReached', status: 'busy', sipCode: null }, 'busy'],
    [{ kind: 'notReached', status: 'failed', sipCode: 404 }, 'failed (SIP 404)'],
    [{ kind: 'refused', reason: 'not allowed' }, 'not allowed'],
    ...['bridged', 'declined', 'hungUp', 'stopped', 'lost'].map((kind) => [{ kind }, ''] as const),
  ] as const)('the row of a leg with result %j has the detail "%s"', (result, detail) => {
    expect(toLegRow(leg({ result }), null)).toMatchObject({ result: result.kind, detail });
  });

  it('a leg won when it has the caller, or had them; others have not', () => {
    expect(toLegRow(leg({ id: 2 }), 2).won).toBe(true);
    expect(toLegRow(leg({ id: 1 }), 2).won).toBe(false);
    expect(toLegRow(leg({ result: { kind: 'bridged' } }), null).won).toBe(true);
    expect(toLegRow(leg({ result: { kind: 'stopped' } }), null).won).toBe(false);
  });
});

describe('the row of a call', () => {
  it('the row of a call has nothing that has not happened, and never its token', () => {
    const row = toCallRow(call(), 7);
    expect(row).toEqual({
      kind: 'call',
      sid: 'CA1',
      version: 7,
      from: '+12125550123',
      to: '+14155550199',
      phase: 'held',
      result: null,
      startedAt: 5,
      heldAt: null,
      wonAt: null,
      connectedAt: null,
      fallbackAt: null,
      endedAt: null,
      messageSeconds: null,
      final: false,
      legs: [],
    } satisfies CallRow);
  });

  it('the row of a call has every moment of its timeline, each in its place, and the length of a message', () => {
    const timestamps = { startedAt: 1, heldAt: 2, wonAt: 3, connectedAt: 4, fallbackAt: 5, endedAt: 6 };
    const caller = { phase: 'ended', recording: { seconds: 12 } };
    expect(toCallRow(call({ timestamps, caller, result: 'unanswered' }), 1)).toMatchObject({
      ...timestamps,
      result: 'unanswered',
      messageSeconds: 12,
      final: true,
    });
  });

  it('the row of a call is final when the caller and every leg have ended', () => {
    const ended = { phase: 'ended', recording: null };
    const [over, alive] = [leg({ phase: 'ended' }), leg({ phase: 'ringing' })];
    expect(toCallRow(call({ caller: ended, legs: [over, over] }), 1).final).toBe(true);
    expect(toCallRow(call({ caller: ended, legs: [over, alive] }), 1).final).toBe(false);
    expect(toCallRow(call({ legs: [over, over] }), 1).final).toBe(false);
  });

  it('the row of a call shows at most 120 characters of what a caller may choose', () => {
    const [longest, longer] = ['x'.repeat(120), 'x'.repeat(121)];
    expect(short(longest)).toBe(longest);
    expect(short(longer)).toBe(`${'x'.repeat(119)}…`);
    const row = toCallRow(call({ call: { sid: 'CA1', from: longer, to: longer } }), 1);
    expect([row.from.length, row.to.length]).toEqual([120, 120]);
    const rows = [{ name: longer, to: longer }].map((target) =>
      toLegRow(leg({ target, result: { kind: 'refused', reason: longer } }), null),
    );
    expect(rows.map(({ name, to, detail }) => [name.length, to.length, detail.length])).toEqual([[120, 120, 120]]);
  });

  it('the row of a call misses nothing of what the flow leaves', () => {
    const { state } = given(forwarding, [events.inbound({ options: OPTIONS })]);
    expect(toCallRow(state as LiveForwarding, 1)).toMatchObject({ phase: 'arriving', startedAt: START, final: false });
  });

  it('the row of a call ends when it is final, ordered by when it began', () => {
    expect(endedCallSince({ final: true, startedAt: 5 } as CallRow)).toBe(5);
    expect(endedCallSince({ final: false, startedAt: 5 } as CallRow)).toBeNull();
  });
});

describe('the row of a worker', () => {
  const worker = (changes: object = {}): LiveWorker =>
    ({
      kind: 'worker',
      sid: 'WK1',
      name: null,
      phone: null,
      activity: null,
      since: 100,
      coolDowns: [],
      requestedActivity: null,
      deleted: false,
      ...changes,
    }) as never;

  it('the row of an unknown worker has nothing', () => {
    expect(toWorkerRow(worker(), 3)).toEqual({
      kind: 'worker',
      sid: 'WK1',
      version: 3,
      name: '',
      phone: '',
      activity: null,
      since: 100,
      coolDown: null,
      requested: null,
    });
  });

  it('a deleted worker has no row', () => {
    expect(toWorkerRow(worker({ deleted: true }), 3)).toBeNull();
  });

  it('the row of a worker has the cool-down of their activity, and no other', () => {
    const coolDown = { activity: 'WA2', startedAt: 5, until: 9 };
    const coolingDown = worker({
      activity: { sid: 'WA2', name: null },
      coolDowns: [coolDown],
      name: 'Ann',
      phone: '+1',
    });
    expect(toWorkerRow(coolingDown, 1)).toMatchObject({
      name: 'Ann',
      phone: '+1',
      activity: 'WA2',
      coolDown: { startedAt: 5, until: 9 },
    });
    expect(
      toWorkerRow(worker({ activity: { sid: 'WA1', name: null }, coolDowns: [coolDown] }), 1)?.coolDown,
    ).toBeNull();
  });

  it.each([
    ['pending', 100, { on: true, status: 'pending', reason: '' }],
    ['done', 100, null],
    // A refusal is shown until they have moved all the same.
    ['refused', 100, { on: true, status: 'refused', reason: 'no such activity' }],
    ['refused', 101, null],
    ['pending', 101, { on: true, status: 'pending', reason: '' }],
  ])(
    'a requested change that was %s, of a worker who has been there since %d, is shown as %j',
    (status, since, shown) => {
      const reason = status === 'refused' ? 'no such activity' : null;
      expect(
        toWorkerRow(worker({ since, requestedActivity: { on: true, askedAt: 100, status, reason } }), 1)?.requested,
      ).toEqual(shown);
    },
  );

  it('the row of a worker shows at most 120 characters of foreign text', () => {
    const long = 'x'.repeat(200);
    const request = { on: true, askedAt: 1, status: 'pending', reason: long };
    const row = toWorkerRow(worker({ name: long, phone: long, requestedActivity: request }), 1);
    expect([row?.name.length, row?.phone.length, row?.requested?.reason.length]).toEqual([120, 120, 120]);
  });
});

describe('the row of a call that waits for workers', () => {
  const waiting = (changes: object = {}): LiveTaskCall =>
    ({
      ...call(),
      caller: { phase: 'waiting', recording: null },
      task: { sid: null, over: false },
      reservations: [],
      ...changes,
    }) as never;
  const reservation = (changes: object = {}) => ({
    id: 4,
    worker: 'WK1',
    workerName: 'Ann',
    leg: 1,
    phase: 'pending',
    rejectTo: null,
    coolDown: 'no',
    result: null,
    timestamps: { assignedAt: 50 },
    ...changes,
  });

  it.each([
    ['waiting', null, 'held'],
    ['waiting', 1, 'joining'],
    ['connected', 1, 'connected'],
    ['fallingBack', null, 'fallingBack'],
    ['ended', 1, 'ended'],
  ])('the row of a queued caller who is %s, with the winner %j, is %s', (phase, claim, shown) => {
    expect(toTaskCallRow(waiting({ caller: { phase, recording: null }, winner: claim }), 1).phase).toBe(shown);
  });

  it('the row of a queued call has nothing that has not happened, and the timeline of what has', () => {
    expect(toTaskCallRow(waiting(), 7)).toEqual({ ...toCallRow(call(), 7), phase: 'held' });
    const timestamps = { startedAt: 1, wonAt: 3, connectedAt: 4, fallbackAt: 5, endedAt: 6 };
    const caller = { phase: 'ended', recording: { seconds: 12 } };
    expect(toTaskCallRow(waiting({ timestamps, caller, result: 'connected' }), 1)).toMatchObject({
      ...timestamps,
      heldAt: null,
      result: 'connected',
      messageSeconds: 12,
      final: true,
    });
    const long = { sid: 'CA1', from: 'x'.repeat(200), to: 'x'.repeat(200) };
    const { from, to } = toTaskCallRow(waiting({ call: long }), 1);
    expect([from.length, to.length]).toEqual([120, 120]);
  });

  it('the row of a queued call is final only when Twilio has no open reservation and no task of it any more', () => {
    const over = { caller: { phase: 'ended', recording: null } };
    expect(toTaskCallRow(waiting({ ...over, reservations: [reservation()] }), 1).final).toBe(false);
    expect(toTaskCallRow(waiting({ ...over, task: { sid: 'WT1', over: false } }), 1).final).toBe(false);
  });

  it('the row of a queued call has one leg for each reservation, with its number and the name of its worker', () => {
    const legs = [leg({ id: 9, phase: 'ringing' }), leg({ id: 1, phase: 'ended' })];
    const ended = reservation({ result: 'rejected', timestamps: { assignedAt: 50, endedAt: 60 }, rejectTo: 'offline' });
    const row = toTaskCallRow(waiting({ legs, winner: 9, reservations: [ended, reservation({ id: 5, leg: 9 })] }), 1);
    expect(row.legs).toMatchObject([
      {
        id: 4,
        name: 'Ann',
        phase: 'ended',
        won: false,
        reservation: { worker: 'WK1', result: 'rejected', sends: 'offline', assignedAt: 50, endedAt: 60 },
      },
      { id: 5, name: 'Ann', phase: 'ringing', won: true, reservation: { result: null, sends: null, endedAt: null } },
    ]);
  });

  it('the row of a queued call calls the activity after a voicemail a cool-down', () => {
    const row = toTaskCallRow(waiting({ legs: [leg()], reservations: [reservation({ rejectTo: 'unavailable' })] }), 1);
    expect(row.legs[0]?.reservation?.sends).toBe('coolDown');
  });

  it('the row of a queued call shows a worker without a phone as a leg refused at once, by name or by SID', () => {
    const [named, unnamed] = [reservation({ leg: null }), reservation({ leg: null, workerName: null })];
    const row = toTaskCallRow(waiting({ reservations: [named, unnamed] }), 1);
    expect(row.legs.map(({ name }) => name)).toEqual(['Ann', 'WK1']);
    expect(row.legs[0]).toEqual({
      id: 4,
      name: 'Ann',
      to: '',
      phase: 'ended',
      answeredBy: null,
      result: 'refused',
      detail: 'no usable phone number',
      won: false,
      reservation: { worker: 'WK1', result: null, sends: null, assignedAt: 50, endedAt: null },
      requestedAt: 50,
      queuedMs: null,
      ringingAt: null,
      answeredAt: null,
      greetedAt: null,
      verdictAt: null,
      keyAt: null,
      screened: false,
      joinedAt: null,
      endedAt: 50,
    });
    const ended = reservation({ leg: null, timestamps: { assignedAt: 50, endedAt: 60 } });
    expect(toTaskCallRow(waiting({ reservations: [ended] }), 1).legs[0]?.endedAt).toBe(60);
  });
});

describe('workers on a call', () => {
  const held = (worker: string, phase: string) => ({ phase, reservation: { worker } });
  const row = (changes: object): CallRow => ({ kind: 'call', final: false, legs: [], ...changes }) as never;

  it('a worker is on a call with a live leg, if that call is not final', () => {
    const calls = [
      row({ sid: 'CA1', legs: [held('WK1', 'ended'), held('WK2', 'ringing')] }),
      row({ sid: 'CA2', final: true, legs: [held('WK3', 'ringing')] }),
      row({ sid: 'CA3', legs: [{ phase: 'ringing', reservation: null }, held('WK4', 'bridged')] }),
      { kind: 'worker', sid: 'WK5' } as never,
    ];
    const found = [...presentCalls(calls)].map(([worker, { call: on, leg: by }]) => [worker, on.sid, by.phase]);
    expect(found).toEqual([
      ['WK2', 'CA1', 'ringing'],
      ['WK4', 'CA3', 'bridged'],
    ]);
  });
});

describe('the totals of calls', () => {
  const row = (changes: object = {}): CallRow =>
    ({ phase: 'held', startedAt: 10, connectedAt: null, result: null, legs: [], ...changes }) as never;

  it('the totals of no calls are zero, and no one waits', () => {
    expect(totalsOf([])).toEqual({
      live: 0,
      waiting: 0,
      waitingSince: null,
      calls: 0,
      connected: 0,
      answered: 0,
      humans: 0,
      machines: 0,
    });
  });

  it.each([
    ['arriving', 1, 1],
    ['held', 1, 1],
    ['joining', 1, 1],
    ['connected', 1, 0],
    ['fallingBack', 1, 0],
    ['ended', 0, 0],
  ])('a caller who is %s counts as %d on the line and %d who wait', (phase, live, waiting) => {
    const waitingSince = waiting === 1 ? 10 : null;
    expect(totalsOf([row({ phase })])).toMatchObject({ calls: 1, live, waiting, waitingSince });
  });

  it('the totals know since when the longest waiting caller waits, in whatever order they come', () => {
    const rows = [20, 10, 30].map((startedAt) => row({ startedAt }));
    expect(totalsOf(rows).waitingSince).toBe(10);
    expect(totalsOf([row({ phase: 'connected', startedAt: 1 }), ...rows])).toMatchObject({
      waiting: 3,
      waitingSince: 10,
    });
  });

  it('the totals count a call as connected once, by its moment or by its result', () => {
    const connected = (changes: object): number => totalsOf([row(changes)]).connected;
    expect(connected({ connectedAt: 11 })).toBe(1);
    expect(connected({ result: 'connected' })).toBe(1);
    expect(connected({ connectedAt: 11, result: 'connected' })).toBe(1);
    expect(connected({ result: 'unanswered' })).toBe(0);
  });

  it.each([
    [null, 0, 0, 0],
    ['human', 1, 1, 0],
    ['machine_start', 1, 0, 1],
    ['machine_end_beep', 1, 0, 1],
    ['fax', 1, 0, 1],
    // An unknown party counts as neither.
    ['unknown', 1, 0, 0],
  ])(
    'the totals count a leg that %s answered as %d answered, %d humans and %d machines',
    (answeredBy, answered, humans, machines) => {
      expect(totalsOf([row({ legs: [{ answeredBy }] })])).toMatchObject({ answered, humans, machines });
      const twice = totalsOf([row({ legs: [{ answeredBy }, { answeredBy }] })]);
      expect(twice).toMatchObject({ answered: 2 * answered, humans: 2 * humans, machines: 2 * machines });
    },
  );
});
