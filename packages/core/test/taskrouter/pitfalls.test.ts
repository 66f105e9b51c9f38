import { describe, expect, it } from 'vitest';
import {
  AmdError,
  DEFAULT_WORKER_CONFIG,
  worker,
  type Effect,
  type TaskRouterEffect,
  type TaskRouterReply,
  type WorkerEvent,
  type WorkerState,
} from '@amd/core';
import { createTaskRouterEndpoint, sign } from '@amd/core/http';
import { callIn, createWorkspaceDirectory, phoneIn, type TwilioTaskRouter } from '@amd/core/twilio';
import { events, given, sids, START, type Given, taskEvents, taskSids, WORKSPACE } from '@amd/core/testing';
import { at, scene, type Step } from './scenes.js';
import { silent } from '../helpers/silent.js';

/** A caller waits and the first worker's phone rings. */
const ringing: readonly Step[] = [
  taskEvents.inbound(),
  taskEvents.assignment(1, { at: at(1) }),
  taskEvents.outcomeOf('call.create', { kind: 'created', sid: events.answered().sid, status: 'queued' }, { at: at(2) }),
  events.status({ status: 'ringing', at: at(3) }),
];
/** A human was offered the caller. */
const offered: readonly Step[] = [...ringing, events.answered({ at: at(9) })];
const talking: readonly Step[] = [...offered, taskEvents.reservation('accepted', 1, { at: at(9.5) })];

const BASE = 'https://amd.example.com';
const TOKEN = 'a token of the account';

interface Edge {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

/** One signed webhook through the endpoint, on a runtime that does what the test says. */
async function post(path: string, form: Record<string, string>, handle: () => Promise<TaskRouterReply>): Promise<Edge> {
  const endpoint = createTaskRouterEndpoint({
    runtime: { handle },
    workers: { handle: () => Promise.resolve({ kind: 'nothing' }) },
    directory: { current: () => WORKSPACE, load: () => Promise.resolve(WORKSPACE), learn: () => undefined },
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    log: silent,
  });
  const params = { AccountSid: `AC${'0'.repeat(32)}`, WorkspaceSid: WORKSPACE.sid, ...form };
  const response = await endpoint.handle({
    method: 'POST',
    path,
    query: '',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': sign(TOKEN, BASE + path, new Map(Object.entries(params))),
    },
    body: new URLSearchParams(params).toString(),
  });
  return { status: response.status, type: response.headers['content-type'], body: response.body };
}

const ASSIGNMENT = {
  TaskSid: taskSids.task(),
  ReservationSid: taskSids.reservation(1),
  WorkerSid: taskSids.worker(1),
  WorkerAttributes: '{"phone":"+14155550142"}',
  TaskAttributes: JSON.stringify({ call_sid: `CA${'0'.repeat(32)}`, from: '+12125550123', to: '+14155550199' }),
};

// docs/pitfalls.md tells the story of each.
describe('pitfalls of TaskRouter', () => {
  it('P-61 a worker whose Dial comes too late hears so, and the reservation is fetched to see how it ended', () => {
    scene(...offered)
      .when(taskEvents.legEnded({ at: at(10) }))
      .then({ verbs: ['say', 'hangup'], asks: [{ type: 'reservation.fetch' }] });
  });

  it('P-62 a reservation is rejected before it times out, and a worker whom a time-out moved comes back', () => {
    scene(...ringing)
      .when(taskEvents.due('reservation1'))
      .then({
        asks: [
          { type: 'call.end', leg: 1 },
          { type: 'reservation.update', status: 'rejected' },
        ],
      });
    scene(...ringing)
      .when(taskEvents.reservation('timeout', 1, { at: at(121) }))
      .then({
        asks: [{ type: 'flow.send', flow: 'worker', event: { type: 'worker.timedOut' } }, { type: 'call.end' }],
      });
  });

  it('P-63 a rejection always names an activity that gets no calls', () => {
    for (const status of ['busy', 'no-answer', 'failed', 'completed', 'canceled'] as const) {
      const { result } = scene(...ringing).when(events.status({ status, at: at(5) }));
      const rejected = result.effects.find((effect) => effect.type === 'reservation.update');
      expect(rejected?.activity, status).toBe(taskSids.unavailable);
    }
  });

  it('P-64 the task is completed after the talk, and again until Twilio accepts it', () => {
    const ends = [
      taskEvents.legEnded({ bridged: true, at: at(40) }),
      taskEvents.outcomeOf('reservation.coolDown', { kind: 'done' }, { at: at(40) }),
    ];
    const over = scene(...[...talking, ...ends]);
    expect(over.effects.filter(({ type }) => type === 'task.update')).toHaveLength(1);
    scene(
      ...[
        ...talking,
        ...ends,
        taskEvents.outcomeOf('task.update', { kind: 'refused', code: 20001, reason: 'not yet' }, { at: at(41) }),
        taskEvents.outcomeOf('task.fetch', { kind: 'task', sid: taskSids.task(), status: 'assigned' }, { at: at(42) }),
      ],
    )
      .when(taskEvents.task('wrapup', { at: at(43) }))
      .then({ asks: [{ type: 'task.update', status: 'completed' }] });
  });

  it('P-65 a timer ends only its own cool-down, with If-Match, and overrides nobody', () => {
    const parked: WorkerEvent = {
      type: 'worker.parked',
      at: START,
      workspace: WORKSPACE.sid,
      worker: taskSids.worker(1),
      reservation: taskSids.reservation(1),
      activity: taskSids.unavailable,
      activities: WORKSPACE.activities,
    };
    type Before = Parameters<
      Extract<Given<WorkerState, WorkerEvent, Effect<TaskRouterEffect>>, (before: never) => unknown>
    >[0];
    const seen =
      (activity: typeof taskSids.offline, version: string, seconds: number) =>
      ({ effects }: Before): WorkerEvent => {
        const effect = effects.filter((one) => one.type === 'worker.fetch').at(-1);
        if (effect === undefined) throw new Error('nobody looked');
        const outcome = { kind: 'worker', activity, enteredAt: null, version } as const;
        return { type: 'effect.outcome', at: at(seconds), effect, outcome };
      };
    const due = ({ state }: Before): WorkerEvent => {
      const [timer = '', dueAt = 0] = Object.entries(state.kind === 'worker' ? state.timers : {})[0] ?? [];
      return { type: 'timer', at: dueAt, timer, dueAt };
    };
    const rested = [parked, seen(taskSids.unavailable, '7', 1), due];
    given(worker, rested, DEFAULT_WORKER_CONFIG)
      .when(seen(taskSids.unavailable, '7', 60))
      .then({ asks: [{ type: 'worker.update', activity: taskSids.available, version: '7' }] });
    given(worker, rested, DEFAULT_WORKER_CONFIG)
      .when(seen(taskSids.offline, '8', 60))
      .then({ asks: [], state: { coolDowns: [] } });
  });

  it('P-66 a caller whose task is cancelled while they wait gets the fallback', () => {
    scene(...[taskEvents.inbound(), taskEvents.task('canceled', { at: at(60) })])
      .when(
        taskEvents.outcomeOf(
          'call.fetch',
          { kind: 'fetched', status: 'in-progress', answeredBy: null },
          { leg: 0, at: at(61) },
        ),
      )
      .then({ asks: [{ type: 'call.redirect', leg: 0 }], state: { caller: { phase: 'fallingBack' } } });
  });

  it('P-67 an assignment that we cannot take is rejected, never answered with an error', async () => {
    const down = () => Promise.reject(new Error('the store is away'));
    const answer = await post('/assign', ASSIGNMENT, down);
    expect(answer).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' });
    expect(JSON.parse(answer.body)).toEqual({ instruction: 'reject', activity_sid: taskSids.unavailable });
  });

  it('P-68 a cancellation that comes late, after the bridge, changes nothing', () => {
    scene(...talking)
      .when(taskEvents.reservation('canceled', 1, { at: at(20) }))
      .then({ asks: [], state: { caller: { phase: 'connected' }, legs: [{ phase: 'bridged' }] } });
    scene(...talking)
      .when(taskEvents.task('canceled', { at: at(20) }))
      .then({ asks: [], state: { caller: { phase: 'connected' }, legs: [{ phase: 'bridged' }] } });
  });

  it('P-69 only the number itself sends its worker Offline: an outage does not', () => {
    const refusal = (code: number | null) =>
      taskEvents.outcomeOf('call.create', { kind: 'refused', code, reason: '' }, { at: at(2) });
    const begun = [taskEvents.inbound(), taskEvents.assignment(1, { at: at(1) })];
    for (const [code, activity] of [
      [21211, taskSids.offline],
      [21214, taskSids.offline],
      [21217, taskSids.offline],
      [21215, taskSids.unavailable],
      [20003, taskSids.unavailable],
      [null, taskSids.unavailable],
    ] as const) {
      scene(...begun)
        .when(refusal(code))
        .then({ asks: [{ type: 'reservation.update', activity }] });
    }
    for (const [sipCode, activity] of [
      [404, taskSids.offline],
      [484, taskSids.offline],
      [604, taskSids.offline],
      [503, taskSids.unavailable],
    ] as const) {
      scene(...ringing)
        .when(events.status({ status: 'failed', sipCode, at: at(4) }))
        .then({ asks: [{ type: 'reservation.update', activity }] });
    }
  });

  it('P-70 "I will decide later" is 200, JSON and an empty body', async () => {
    const answer = await post('/assign', ASSIGNMENT, () => Promise.resolve({ kind: 'later' }));
    expect(answer).toEqual({ status: 200, type: 'application/json; charset=utf-8', body: '' });
  });

  it('P-71 an assignment that comes twice rings nobody twice', () => {
    scene(...ringing)
      .when(taskEvents.assignment(1, { at: at(4) }))
      .then({ asks: [], reply: { kind: 'later' } });
  });

  it('P-72 the reservation is accepted by the Dial alone, never by us first', () => {
    const { result } = scene(...ringing).when(events.answered({ at: at(9) }));
    expect(result.reply).toMatchObject({
      verbs: [{ verb: 'dial.queue', reservation: taskSids.reservation(1) }],
    });
    expect(result.effects.map(({ type }) => type)).not.toContain('reservation.update');
  });

  it('P-73 a worker without a usable phone is rejected at once, and goes Offline', () => {
    for (const phone of [null, '', 'reception', '4155550142', '+1', '<Dial>']) {
      scene(...[taskEvents.inbound()])
        .when(taskEvents.assignment(1, { phone, at: at(1) }))
        .then({ asks: [], reply: { instruction: { instruction: 'reject', activity: taskSids.offline } } });
    }
  });

  it('P-74 the error for a missing activity names the command that creates it', async () => {
    const workspaces = Object.assign(
      () => ({
        activities: {
          list: () => Promise.resolve([{ sid: taskSids.offline, friendlyName: 'Offline', available: false }]),
        },
        workflows: {
          list: () =>
            Promise.resolve([{ sid: WORKSPACE.workflow.sid, friendlyName: 'AMD', taskReservationTimeout: 120 }]),
        },
      }),
      { list: () => Promise.resolve([{ sid: WORKSPACE.sid, friendlyName: 'AMD', multiTaskEnabled: true }]) },
    );
    const directory = createWorkspaceDirectory({
      client: { taskrouter: { v1: { workspaces } } as unknown as TwilioTaskRouter },
    });
    const error: unknown = await directory.load().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AmdError);
    expect(String(error)).toMatch(/no activity named "Available" or "Idle".*activities:create --workspace-sid WS0+ /);
  });

  it('P-75 an event about an unknown activity is accepted', async () => {
    const form = {
      EventType: 'worker.activity.update',
      WorkerSid: taskSids.worker(1),
      WorkerActivitySid: `WA${'f'.repeat(32)}`,
    };
    expect(await post('/trevents', form, () => Promise.resolve({ kind: 'nothing' }))).toMatchObject({ status: 204 });
  });

  it('P-76 a fax, or a machine by whatever name, never gets the caller out of the queue', () => {
    for (const answeredBy of [
      'machine_start',
      'machine_end_beep',
      'machine_end_silence',
      'machine_end_other',
      'fax',
    ] as const) {
      scene(...ringing)
        .when(events.answered({ answeredBy, at: at(9) }))
        .then({ verbs: ['hangup'], asks: [{ type: 'reservation.update', activity: taskSids.unavailable }] });
    }
  });

  it("P-77 the task has the caller under the original's name, and the visit that made it", () => {
    const { result } = scene().when(taskEvents.inbound());
    expect(result.reply).toMatchObject({
      verbs: [{ verb: 'say' }, { verb: 'enqueue', attributes: { caller_id: '+12125550123', amd_visit: 1 } }],
    });
  });

  it('P-78 a worker who hangs up during detection does not leave the reservation pending', () => {
    scene(...[...ringing, events.status({ status: 'in-progress', at: at(8) })])
      .when(events.status({ status: 'completed', at: at(9) }))
      .then({ asks: [{ type: 'reservation.update', status: 'rejected' }] });
  });

  it('P-79 an assignment of an unknown call is served', () => {
    scene()
      .when(taskEvents.assignment(1))
      .then({ asks: [{ type: 'call.create', leg: 1 }], reply: { kind: 'later' } });
  });

  it('P-80 a caller whom another application took out of the queue is left there', () => {
    scene(
      ...[...ringing, taskEvents.callerEnded('redirected', { at: at(5) }), taskEvents.task('canceled', { at: at(5) })],
    )
      .when(
        taskEvents.outcomeOf(
          'call.fetch',
          { kind: 'fetched', status: 'in-progress', answeredBy: null },
          { leg: 0, at: at(6) },
        ),
      )
      .then({ asks: [] });
  });

  it('P-95 the answer to a fetch from before a cool-down says nothing about that cool-down', () => {
    const parked = (n: number, seconds: number): WorkerEvent => ({
      type: 'worker.parked',
      at: at(seconds),
      workspace: WORKSPACE.sid,
      worker: taskSids.worker(1),
      reservation: taskSids.reservation(n),
      activity: taskSids.unavailable,
      activities: WORKSPACE.activities,
    });
    const twice = [parked(1, 0), parked(2, 2)];
    const { effects } = given(worker, twice, DEFAULT_WORKER_CONFIG);
    const [effect] = effects.filter((one) => one.type === 'worker.fetch');
    if (effect === undefined) throw new Error('nobody looked');
    const outcome = { kind: 'worker', activity: taskSids.available, enteredAt: null, version: '1' } as const;
    given(worker, twice, DEFAULT_WORKER_CONFIG)
      .when({ type: 'effect.outcome', at: at(3), effect, outcome })
      .then({
        state: { coolDowns: [{ activity: taskSids.unavailable, until: at(62) }] },
        asks: [{ type: 'worker.fetch' }],
      });
  });

  it('P-102 a task that is not a call of ours is recognised by its parameters alone', () => {
    const call = { call_sid: sids.call(0), direction: 'inbound' };
    const of = (attributes: object, channel: string) =>
      callIn(JSON.stringify(attributes), channel === '' ? undefined : channel);
    for (const channel of ['', 'voice', 'default']) expect(of(call, channel)).toMatchObject({ sid: sids.call(0) });
    for (const channel of ['chat', 'email', 'sms']) expect(of(call, channel)).toBeNull();
    expect(of({ ...call, direction: 'outbound' }, 'voice')).toBeNull();
    expect(of({ client_call: true, from: 'client:ann', to: 'client:ben' }, 'voice')).toBeNull();
  });

  it('P-103 the caller gets the fallback when Twilio refuses the search for their task three times', () => {
    const refused = { kind: 'refused', code: 20001, reason: 'Ordering is not supported' } as const;
    const search = (second: number) =>
      [taskEvents.due('heartbeat'), taskEvents.outcomeOf('task.find', refused, { at: at(second) })] as const;
    const begun = taskEvents.inbound({ status: 'in-progress', options: { texts: { greeting: '' } } });
    const twice = [begun, ...search(31), ...search(42)];
    expect(scene(...twice).state).toMatchObject({ caller: { phase: 'waiting' } });
    expect(scene(...twice, ...search(53)).state).toMatchObject({ caller: { phase: 'fallingBack' } });
  });

  it('P-104 a number is read from phone, then contact_uri, as people write it', () => {
    const read = (attributes: object) => phoneIn(JSON.stringify(attributes));
    expect(read({ contact_uri: '+1 (415) 555-0142' })).toEqual({ phone: '+14155550142', attribute: 'contact_uri' });
    expect(read({ phone: '+1.415.555.0143', contact_uri: '+14155550142' }).phone).toBe('+14155550143');
    expect(read({ contact_uri: 'client:ann' })).toEqual({ phone: null, attribute: 'contact_uri' });
  });

  it('P-105 a worker who has accepted something else gets no cool-down after a talk', () => {
    const ends = taskEvents.legEnded({ bridged: true, at: at(40) });
    scene(...[...talking, ends])
      .when(taskEvents.outcomeOf('reservation.coolDown', { kind: 'elsewhere' }, { at: at(41) }))
      .then({
        asks: [{ type: 'task.update', status: 'completed' }],
        state: { reservations: [{ workerNotified: false }] },
      });
  });

  it('P-106 a caller whom a worker accepted in Flex stays with them, deadline and transfers included', () => {
    const inbound = taskEvents.inbound({ status: 'in-progress', options: { deadlineSeconds: 10 } });
    const taken = [inbound, ...ringing.slice(1), taskEvents.reservation('accepted', 1, { at: at(5) })];
    scene(...taken)
      .when(taskEvents.due('deadline'))
      .then({ asks: [], state: { caller: { phase: 'waiting', takenElsewhere: true }, legs: [{ phase: 'ending' }] } });
    scene(...taken)
      .when(taskEvents.assignment(2, { phone: 'client:ben', at: at(20) }))
      .then({ asks: [], reply: { kind: 'later' }, state: { lastReservation: 1 } });
  });
});
