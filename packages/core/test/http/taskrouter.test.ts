import { describe, expect, it } from 'vitest';
import type { EventParams, TaskRouterReply } from '@amd/core';
import { createTaskRouterEndpoint, sign, type LogEntry, type TaskRouterEndpointOptions } from '@amd/core/http';
import { taskSids, WORKSPACE } from '@amd/core/testing';
import { ACCOUNT, BASE, CALLER } from '../helpers/webhooks.js';
import { silent } from '../helpers/silent.js';

const TOKEN = 'the token of the account';
const LATER: TaskRouterReply = { kind: 'later' };
const NOTHING = { kind: 'nothing' } as const;
const REJECTED = { instruction: 'reject', activity_sid: taskSids.unavailable };

interface Asked {
  readonly key: string;
  readonly event: { readonly type: string };
}

function scene(options: Partial<TaskRouterEndpointOptions> = {}) {
  const calls: Asked[] = [];
  const workers: Asked[] = [];
  const learnt: unknown[] = [];
  const endpoint = createTaskRouterEndpoint({
    runtime: {
      handle: (key, event) => {
        calls.push({ key, event });
        return Promise.resolve(event.type === 'assignment' ? LATER : NOTHING);
      },
    },
    workers: {
      handle: (key, event) => {
        workers.push({ key, event });
        return Promise.resolve(NOTHING);
      },
    },
    directory: {
      current: () => WORKSPACE,
      load: () => Promise.resolve(WORKSPACE),
      learn: (event) => learnt.push(event),
    },
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    accountSid: ACCOUNT,
    log: silent,
    ...options,
  });
  const post = async (path: string, form: Readonly<Record<string, string>>, signed = true) => {
    const params = { AccountSid: ACCOUNT, WorkspaceSid: WORKSPACE.sid, ...form };
    const response = await endpoint.handle({
      method: 'POST',
      path,
      query: '',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(signed ? { 'x-twilio-signature': sign(TOKEN, BASE + path, new Map(Object.entries(params))) } : {}),
      },
      body: new URLSearchParams(params).toString(),
    });
    const isJson = response.status === 200 && response.body !== '';
    return { status: response.status, body: isJson ? (JSON.parse(response.body) as unknown) : null };
  };
  return { post, calls, workers, learnt };
}

const ASSIGNMENT = {
  TaskSid: taskSids.task(),
  ReservationSid: taskSids.reservation(1),
  WorkerSid: taskSids.worker(1),
  WorkerName: 'Ann',
  WorkerAttributes: '{"phone":" +14155550142 "}',
  TaskAttributes: JSON.stringify({ call_sid: CALLER, from: '+12125550123', to: '+14155550199', amd_visit: 2 }),
};
const EVENT = {
  EventType: 'reservation.accepted',
  ...ASSIGNMENT,
  WorkerActivitySid: taskSids.available,
  WorkerVersion: '7',
};

describe('/assign', () => {
  it("an assignment is passed to the flow of the task's call, and answered later", async () => {
    const { post, calls } = scene();
    expect(await post('/assign', ASSIGNMENT)).toEqual({ status: 200, body: null });
    expect(calls).toMatchObject([
      {
        key: `taskrouter:${CALLER}`,
        event: { type: 'assignment', phone: '+14155550142', workerName: 'Ann', call: { visit: 2 } },
      },
    ]);
  });

  it.each([
    ['no reservation', { ReservationSid: '' }],
    ['a worker that is none', { WorkerSid: 'WK' }],
  ])('%s: the assignment is rejected without asking a flow', async (_name, change) => {
    const { post, calls } = scene();
    expect(await post('/assign', { ...ASSIGNMENT, ...change })).toEqual({ status: 200, body: REJECTED });
    expect(calls).toEqual([]);
  });

  const AWAY: Partial<TaskRouterEndpointOptions> = {
    runtime: { handle: () => Promise.reject(new Error('away')) },
    directory: { current: () => undefined, load: () => Promise.reject(new Error('away')), learn: () => undefined },
  };
  const attributes = (more: object): string => JSON.stringify({ call_sid: CALLER, from: '+12125550123', ...more });

  it.each([
    ['a task that is not about a call', { TaskAttributes: '{"skill":"chat"}' }],
    ['no attributes', { TaskAttributes: '' }],
    ['attributes that are no JSON', { TaskAttributes: '{' }],
    ['attributes that are no object', { TaskAttributes: '[]' }],
    ['a call SID that is none', { TaskAttributes: '{"call_sid":"CA1"}' }],
    ['a call that an agent makes', { TaskAttributes: attributes({ direction: 'outbound' }) }],
    ['a chat that came out of a call', { TaskChannelUniqueName: 'chat' }],
    ['a chat whose reservation cannot be read', { TaskChannelUniqueName: 'chat', ReservationSid: 'WR' }],
  ])('%s: the assignment is left alone, even if everything of ours is down', async (_name, change) => {
    for (const options of [{}, AWAY]) {
      const { post, calls, workers } = scene(options);
      expect(await post('/assign', { ...ASSIGNMENT, ...change })).toEqual({ status: 200, body: null });
      expect([calls, workers]).toEqual([[], []]);
    }
  });

  it('an assignment of another workspace is left alone, as its activities are not ours', async () => {
    const { post, calls } = scene();
    const elsewhere = { ...ASSIGNMENT, WorkspaceSid: `WS${'9'.repeat(32)}` };
    expect(await post('/assign', elsewhere)).toEqual({ status: 200, body: null });
    expect(calls).toEqual([]);
  });

  it('foreign tasks are logged once for each workflow they pass through', async () => {
    const log: LogEntry[] = [];
    const { post } = scene({ log: (entry) => log.push(entry) });
    const chat = { ...ASSIGNMENT, TaskChannelUniqueName: 'chat', WorkflowName: 'Support' };
    const [first, second] = [`WW${'1'.repeat(32)}`, `WW${'2'.repeat(32)}`];
    for (const WorkflowSid of [first, first, second]) await post('/assign', { ...chat, WorkflowSid });
    expect(log).toMatchObject([{ level: 'warn', code: 'task.foreign' }, { code: 'task.foreign' }]);
    expect(log[0]?.message).toMatch(/"Support".*"chat".*times out.*a workflow of their own/);
  });

  it('an unreadable worker number is logged with its attribute, but not the number', async () => {
    const log: LogEntry[] = [];
    const { post, calls } = scene({ log: (entry) => log.push(entry), phoneAttributes: ['mobile', 'contact_uri'] });
    await post('/assign', { ...ASSIGNMENT, WorkerAttributes: '{"contact_uri":"client:ann","phone":"+14155550142"}' });
    await post('/assign', { ...ASSIGNMENT, WorkerAttributes: '{}' });
    await post('/assign', { ...ASSIGNMENT, WorkerAttributes: '{"contact_uri":"+1 (415) 555-0142"}' });
    expect(calls.map(({ event }) => (event as { phone?: unknown }).phone)).toEqual([null, null, '+14155550142']);
    expect(log.map(({ code }) => code)).toEqual(['worker.phone', 'worker.phone']);
    expect(log[0]?.message).toMatch(/worker "Ann" \(WK\d+…?\d*\).*"contact_uri"/);
    expect(log[1]?.message).toMatch(/no attribute "mobile" or "contact_uri"/);
  });

  it('an assignment is rejected if the store does not answer in time', async () => {
    const { post } = scene({
      runtime: { handle: () => new Promise(() => undefined) },
      clock: { now: () => 0, wakeAt: (_at, ring) => (queueMicrotask(ring), () => undefined) },
    });
    expect(await post('/assign', ASSIGNMENT)).toEqual({ status: 200, body: REJECTED });
  });

  it('an assignment stays pending if the workspace was never found, as there is no activity to name', async () => {
    const { post } = scene({
      directory: { current: () => undefined, load: () => Promise.reject(new Error('away')), learn: () => undefined },
    });
    expect(await post('/assign', ASSIGNMENT)).toEqual({ status: 200, body: null });
  });
});

describe('/trevents', () => {
  it('an event is passed to the flow of the call, and to the directory', async () => {
    const { post, calls, workers, learnt } = scene();
    expect((await post('/trevents', EVENT)).status).toBe(204);
    expect(calls).toMatchObject([{ key: `taskrouter:${CALLER}`, event: { type: 'reservation', news: 'accepted' } }]);
    expect(workers).toEqual([]);
    expect(learnt).toEqual([{ type: 'reservation.accepted', activity: taskSids.available }]);
  });

  it.each(['worker.activity.update', 'worker.created', 'worker.attributes.update'])(
    "the worker's flow gets %s",
    async (type) => {
      const { post, workers } = scene();
      await post('/trevents', { ...EVENT, EventType: type, TimestampMs: '1717350131204' });
      expect(workers).toMatchObject([
        {
          key: `worker:${taskSids.worker(1)}`,
          event: { type: 'worker.event', happenedAt: 1_717_350_131_204, worker: { version: 7, phone: '+14155550142' } },
        },
      ]);
    },
  );

  it.each([
    ['task.canceled', 'canceled'],
    ['workflow.timeout', 'canceled'],
    ['task.wrapup', 'wrapup'],
    ['task.system-deleted', 'deleted'],
  ])('%s is passed on as task news: %s', async (type, news) => {
    const { post, calls } = scene();
    await post('/trevents', { ...EVENT, EventType: type });
    expect(calls).toMatchObject([{ event: { type: 'task', news, visit: 2 } }]);
  });

  it('an event that does not concern us changes nothing, but pages may see it', async () => {
    const seen: EventParams[] = [];
    const { post, calls, workers } = scene({
      onEvent: (event) => {
        seen.push(event);
        throw new Error('the page is broken');
      },
    });
    for (const EventType of [
      'task.updated',
      'task.transfer-initiated',
      'activity.created',
      'reservation.created',
      'something.new',
    ]) {
      expect((await post('/trevents', { ...EVENT, EventType })).status).toBe(204);
    }
    expect((await post('/trevents', { ...EVENT, WorkspaceSid: `WS${'9'.repeat(32)}` })).status).toBe(204);
    expect([calls, workers]).toEqual([[], []]);
    expect(seen).toHaveLength(5);
  });

  it('an event of a foreign task writes nothing, moves no worker, and cannot fail', async () => {
    const types = [
      'reservation.created',
      'reservation.timeout',
      'reservation.rejected',
      'task.canceled',
      'task.wrapup',
    ];
    const foreign: Record<string, string>[] = [
      { TaskAttributes: '{"channelType":"web"}', TaskChannelUniqueName: 'chat' },
      { TaskAttributes: JSON.stringify({ call_sid: CALLER, direction: 'outbound' }), TaskChannelUniqueName: 'voice' },
    ];
    const lost = { current: () => undefined, load: () => Promise.reject(new Error('away')), learn: () => undefined };
    for (const options of [{}, { directory: lost }]) {
      const { post, calls, workers } = scene(options);
      for (const EventType of types) {
        for (const change of foreign)
          expect((await post('/trevents', { ...EVENT, ...change, EventType })).status).toBe(204);
      }
      expect([calls, workers]).toEqual([[], []]);
    }
  });

  it('an event asks to be repeated when the store is down', async () => {
    const { post } = scene({ runtime: { handle: () => Promise.reject(new Error('away')) } });
    expect((await post('/trevents', EVENT)).status).toBe(503);
  });
});

describe('signatures', () => {
  it.each(['/assign', '/trevents'])('%s without a signature is refused, and writes nothing', async (path) => {
    const { post, calls, workers } = scene();
    expect((await post(path, EVENT, false)).status).toBe(403);
    expect([calls, workers]).toEqual([[], []]);
  });

  it('an event whose JSON was cut in two is refused, even if its rest contains a name of ours', async () => {
    const { post } = scene();
    const WorkerAttributes = '{"note":"WorkerAttributes","phone":"+14155550142"}';
    expect((await post('/trevents', { ...EVENT, WorkerAttributes })).status).toBe(204);
    const [begin, middle, end] = ['{"note":"', 'WorkerAttributes","pho', 'ne":"+14155550142"}'];
    const cut = { ...EVENT, WorkerAttributes: begin, [middle]: end };
    expect((await post('/trevents', cut)).status).toBe(403);
    // Attributes that are not JSON, if Twilio ever sent any, are accepted.
    expect((await post('/trevents', { ...EVENT, WorkerAttributes: '{"note":' })).status).toBe(204);
  });

  it.each(['WorkerSid', 'WorkerVersion', 'WorkerActivitySid', 'TaskSid', 'TaskAttributes', 'ReservationSid'])(
    'an event whose %s was shifted into a name is refused',
    async (name) => {
      const { post, calls } = scene();
      const { [name as 'TaskSid']: value, ...rest } = EVENT;
      // Twilio's signature has no separators: `Name=value` and `Namevalue=` are signed alike.
      const shifted = { ...rest, [`${name}${value}`]: '' };
      expect((await post('/trevents', shifted)).status).toBe(403);
      expect(calls).toEqual([]);
    },
  );
});
