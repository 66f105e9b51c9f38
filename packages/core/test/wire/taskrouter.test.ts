import { describe, expect, it } from 'vitest';
import {
  parseAssignment,
  parseAssignmentStatus,
  parseEvent,
  parseReservationStatus,
} from '../../src/wire/taskrouter.js';
import { CALLER } from '../helpers/webhooks.js';

const of = (prefix: string): string => `${prefix}${'0b'.repeat(16)}`;
const [WORKSPACE, TASK, RESERVATION, WORKER, ACTIVITY] = ['WS', 'WT', 'WR', 'WK', 'WA'].map(of) as [
  string,
  string,
  string,
  string,
  string,
];
const CALL = { call_sid: CALLER, from: '+12125550123', to: '+14155550199', amd_visit: 2 };
const ASSIGNMENT = {
  WorkspaceSid: WORKSPACE,
  TaskSid: TASK,
  ReservationSid: RESERVATION,
  WorkerSid: WORKER,
  WorkerName: 'Ann',
  WorkerAttributes: '{"phone":" +14155550142 "}',
  TaskAttributes: JSON.stringify(CALL),
};
const EVENT = {
  EventType: 'reservation.accepted',
  WorkspaceSid: WORKSPACE,
  TimestampMs: '1764100000123',
  WorkerSid: WORKER,
  WorkerName: 'Ann',
  WorkerAttributes: '{"phone":"+14155550142"}',
  WorkerActivitySid: ACTIVITY,
  WorkerActivityName: 'Available',
  WorkerVersion: '7',
  TaskSid: TASK,
  TaskAssignmentStatus: 'assigned',
  TaskAttributes: JSON.stringify(CALL),
  ReservationSid: RESERVATION,
};
const without = (fields: Record<string, string>, ...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const assignment = (fields: Record<string, string>) => parseAssignment(new Map(Object.entries(fields)));
const event = (fields: Record<string, string>) => parseEvent(new Map(Object.entries(fields)));
const refusal = (problem: string) => ({ ok: false, problem: expect.stringMatching(`^${problem}`) as string });

describe('an assignment', () => {
  it('an assignment is a worker with a phone, reserved for a call', () => {
    expect(assignment(ASSIGNMENT)).toEqual({
      ok: true,
      workspace: WORKSPACE,
      task: TASK,
      reservation: RESERVATION,
      worker: WORKER,
      workerName: 'Ann',
      phone: '+14155550142',
      phoneAttribute: 'phone',
      call: { sid: CALLER, from: '+12125550123', to: '+14155550199', visit: 2 },
    });
    expect(assignment(without(ASSIGNMENT, 'WorkerName', 'WorkerAttributes', 'TaskAttributes'))).toMatchObject({
      ok: true,
      workerName: null,
      phone: null,
      call: null,
    });
  });

  it.each(['WorkspaceSid', 'TaskSid', 'ReservationSid', 'WorkerSid'])(
    'an assignment without a valid %s is refused',
    (name) => {
      const problem = `${name} is missing or not a SID of a ${name.slice(0, -3)}$`;
      expect(assignment(without(ASSIGNMENT, name))).toMatchObject(refusal(problem));
      expect(assignment({ ...ASSIGNMENT, [name]: ACTIVITY })).toMatchObject(refusal(problem));
    },
  );

  it.each([
    ['WorkerAttributes', { TaskVersion: '0WorkerAttributes{}' }],
    ['TaskAttributes', { ReservationX: 'TaskAttributes{}' }],
    ['WorkerName', { WorkerAttributes: '{}WorkerNameAnn' }],
  ])('an assignment with a hidden %s is refused', (name, fields) => {
    expect(assignment({ ...without(ASSIGNMENT, name), ...(fields as Record<string, string>) })).toMatchObject({
      ok: false,
    });
  });
});

describe('the call that a task is about', () => {
  const callIn = (attributes: unknown) => {
    const parsed = assignment({ ...ASSIGNMENT, TaskAttributes: JSON.stringify(attributes) });
    return parsed.ok ? parsed.call : parsed;
  };

  it.each([null, 5, 'CA', [], {}, { call_sid: 5 }, { call_sid: 'CA12' }])(
    'a task with attributes %j is about no call',
    (attributes) => {
      expect(callIn(attributes)).toBeNull();
    },
  );

  it('a task without JSON is about no call', () => {
    expect(assignment({ ...ASSIGNMENT, TaskAttributes: '{' })).toMatchObject({ ok: true, call: null });
  });

  it('a task may say anything about its parties', () => {
    expect(callIn({ ...CALL, from: { a: 1 }, to: 'x'.repeat(2000) })).toMatchObject({ from: '', to: 'x'.repeat(1024) });
  });

  it.each([
    [1, 1],
    [99_999, 99_999],
    [100_000, null],
    [0, null],
    [-1, null],
    [1.5, null],
    ['2', null],
    [undefined, null],
  ])('a task of visit %j is read', (visit, expected) => {
    expect(callIn({ ...CALL, amd_visit: visit })).toMatchObject({ visit: expected });
  });
});

describe('ownership of a task', () => {
  const of = (attributes: object, more: Record<string, string> = {}) => {
    const parsed = assignment({ ...ASSIGNMENT, TaskAttributes: JSON.stringify(attributes), ...more });
    return parsed.ok ? (parsed.call?.sid ?? null) : parsed.problem;
  };

  it.each(['voice', 'default', ''])('a call on channel "%s" is ours', (channel) => {
    expect(of(CALL, { TaskChannelUniqueName: channel })).toBe(CALLER);
    expect(of({ ...CALL, direction: 'inbound' }, { TaskChannelUniqueName: channel })).toBe(CALLER);
  });

  it.each(['chat', 'email', 'sms', 'video', 'Voice ', 'callback'])('a task on channel "%s" is not ours', (channel) => {
    expect(of(CALL, { TaskChannelUniqueName: channel })).toBeNull();
  });

  it('a call that an agent makes is theirs', () => {
    expect(of({ ...CALL, direction: 'outbound', outbound_to: '+12125550123' })).toBeNull();
  });
});

describe('an event', () => {
  it('an event says what happened to which object', () => {
    expect(event(EVENT)).toEqual({
      ok: true,
      type: 'reservation.accepted',
      workspace: WORKSPACE,
      happenedAt: 1_764_100_000_123,
      worker: {
        sid: WORKER,
        name: 'Ann',
        phone: '+14155550142',
        activity: ACTIVITY,
        activityName: 'Available',
        version: 7,
      },
      task: TASK,
      taskStatus: 'assigned',
      taskReason: null,
      reservation: RESERVATION,
      call: { sid: CALLER, from: '+12125550123', to: '+14155550199', visit: 2 },
    });
  });

  it('an event may concern nothing of ours', () => {
    expect(event({ EventType: 'workflow.timeout', WorkspaceSid: WORKSPACE })).toEqual({
      ok: true,
      type: 'workflow.timeout',
      workspace: WORKSPACE,
      happenedAt: null,
      worker: null,
      task: null,
      taskStatus: null,
      taskReason: null,
      reservation: null,
      call: null,
    });
    expect(event({ EventType: 'worker.activity.update', WorkspaceSid: WORKSPACE, WorkerSid: WORKER })).toMatchObject({
      worker: { sid: WORKER, name: null, phone: null, activity: null, activityName: null, version: null },
    });
  });

  it.each([
    ['TaskCanceledReason', { TaskCanceledReason: 'hangup', TaskCompletedReason: 'x' }, 'hangup'],
    ['TaskCompletedReason', { TaskCompletedReason: 'talked' }, 'talked'],
  ])('an event has the reason of %s', (_, fields, taskReason) => {
    expect(event({ ...EVENT, ...(fields as Record<string, string>) })).toMatchObject({ taskReason });
  });

  it.each(['', '-1', 'now', '1234567890123456', '1e3', ' 1', '1 '])(
    'the time or version %j of an event is none',
    (number) => {
      expect(event({ ...EVENT, TimestampMs: number, WorkerVersion: number })).toMatchObject({
        happenedAt: null,
        worker: { version: null },
      });
    },
  );

  it.each(['task-queue.entered', `a${'b'.repeat(63)}`, 'x', 'worker.activity_update.2'])(
    'an event may have the type %s',
    (type) => {
      expect(event({ ...EVENT, EventType: type })).toMatchObject({ ok: true, type });
    },
  );

  it.each<[string, Record<string, string>]>([
    ['EventType is missing or not a type of event', without(EVENT, 'EventType')],
    ...['Task.created', '.created', 'a b', `a${'b'.repeat(64)}`, '1task'].map(
      (type): [string, Record<string, string>] => [
        'EventType is missing or not a type of event',
        { ...EVENT, EventType: type },
      ],
    ),
    ['WorkspaceSid is missing or not a SID of a Workspace', without(EVENT, 'WorkspaceSid')],
    ['TaskSid is missing or not a SID of a Task', { ...EVENT, TaskSid: WORKER }],
    ['ReservationSid is missing or not a SID of a Reservation', { ...EVENT, ReservationSid: WORKER }],
    ['WorkerSid is missing or not a SID of a Worker', { ...EVENT, WorkerSid: TASK }],
    ['WorkerActivitySid is missing or not a SID of a Activity', { ...EVENT, WorkerActivitySid: TASK }],
    ['TimestampMs has the next parameter in it', { ...EVENT, TimestampMs: '1764100000123WorkerActivity' }],
    ['TaskAttributes has the next parameter in it', { ...EVENT, TaskAttributes: '{}TaskChannelUniqueNamevoice' }],
    ...[
      ['WorkerSid', WORKER, 'WorkerP'],
      ['WorkerActivitySid', ACTIVITY, 'WorkerActivityO'],
      ['WorkerVersion', '7', 'WorkerTimeInPreviousActivityMs'],
      ['TaskSid', TASK, 'TaskPriority'],
      ['TaskAttributes', '{}', 'TaskAt'],
      ['ReservationSid', RESERVATION, 'OperatingUnitSid'],
      ['TaskCanceledReason', 'hangup', 'TaskC'],
    ].map(([name = '', value = '', other = '']): [string, Record<string, string>] => [
      `${name} is missing, but hidden`,
      { ...without(EVENT, name), [other]: `0${name}${value}` },
    ]),
  ])('%s', (problem, fields) => {
    expect(event(fields)).toMatchObject(refusal(problem));
  });

  it('an event is genuine whatever other applications call their attributes and themselves', () => {
    const bare = without(EVENT, 'ReservationSid', 'WorkerSid', 'WorkerActivitySid', 'WorkerVersion', 'WorkerName');
    const attributes = { ...CALL, targetWorkerSid: WORKER, WorkerSid: `WorkerSid${WORKER}`, lastTaskSid: TASK };
    expect(event({ ...bare, TaskAttributes: JSON.stringify(attributes) })).toMatchObject({ ok: true, worker: null });
    const named = { ...EVENT, WorkerName: `ReservationSid${RESERVATION}`, WorkspaceName: 'TaskSid WorkerVersion7' };
    expect(event(without(named, 'ReservationSid', 'WorkerVersion'))).toMatchObject({ ok: true, reservation: null });
  });
});

it('statuses are Twilio’s words, and nothing else', () => {
  expect(['pending', 'wrapping', 'canceled'].map(parseAssignmentStatus)).toEqual(['pending', 'wrapping', 'canceled']);
  expect(['timeout', 'rescinded'].map(parseReservationStatus)).toEqual(['timeout', 'rescinded']);
  for (const parse of [parseAssignmentStatus, parseReservationStatus]) {
    expect(['', 'Pending', undefined, 5].map(parse)).toEqual([undefined, undefined, undefined, undefined]);
  }
});
