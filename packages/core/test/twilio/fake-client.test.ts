import { describe, expect, it } from 'vitest';
import type { CreateCall, Execution, LogEntry, TwilioEffect } from '@amd/core';
import { callbackUrls } from '@amd/core/http';
import {
  createTwilioExecutor,
  createWorkspaceDirectory,
  type TwilioClient,
  type TwilioExecutorOptions,
  type TwilioWorkspaceContext,
  type WorkspaceDirectoryOptions,
} from '@amd/core/twilio';
import { manualClock, NUMBERS, sids, START, taskSids } from '@amd/core/testing';
import { classifyFailure, headerIn } from '../../src/twilio/classify.js';
import { BASE } from '../helpers/webhooks.js';

const LEG = sids.call(1);
const ref = { flow: 'forwarding', key: sids.call(0), visit: 1, leg: 1 } as const;
const create: CreateCall = {
  type: 'call.create',
  id: 'create:1',
  leg: 1,
  to: NUMBERS.ann as CreateCall['to'],
  from: NUMBERS.ours as CreateCall['from'],
  answered: { ...ref, purpose: 'leg.answered' },
  status: { ...ref, purpose: 'leg.status' },
  ringSeconds: 20,
  timeLimitSeconds: 14_400,
  detection: null,
};
const end: TwilioEffect = { type: 'call.end', id: 'end:1', leg: 1, sid: LEG };
const of = { id: 'one', workspace: taskSids.workspace } as const;
const rest: TwilioEffect = {
  type: 'reservation.coolDown',
  ...of,
  worker: taskSids.worker(1),
  reservation: taskSids.reservation(1),
  activity: taskSids.unavailable,
};
const lookAtWorker: TwilioEffect = { type: 'worker.fetch', ...of, worker: taskSids.worker(1) };

/** The official client, as far as it is used; `workspace`: the contents of the only workspace. */
function fakeClient(change: Partial<TwilioClient> = {}, workspace: Partial<TwilioWorkspaceContext> = {}) {
  const asked: unknown[] = [];
  const tell = <T>(what: unknown, answer: T): Promise<T> => {
    asked.push(what);
    return Promise.resolve(answer);
  };
  const call = { sid: LEG, status: 'queued' };
  const client: TwilioClient = {
    calls: Object.assign(
      (sid: string) => ({
        update: (params: unknown) => tell(['update', sid, params], call),
        fetch: () => tell(['fetch', sid], call),
      }),
      { create: (params: unknown) => tell(params, call) },
    ),
    taskrouter: {
      v1: {
        workspaces: Object.assign(() => workspace as TwilioWorkspaceContext, { list: () => Promise.resolve([]) }),
      },
    },
    ...change,
  };
  return { client, asked, tell };
}

function executor(client: TwilioClient, change: Partial<TwilioExecutorOptions> = {}) {
  const log: LogEntry[] = [];
  const clock = manualClock();
  const execute = createTwilioExecutor({
    client,
    clock,
    url: callbackUrls(BASE),
    mayDial: () => true,
    log: (entry) => log.push(entry),
    ...change,
  });
  return { execute, log, clock };
}

describe('a new call', () => {
  it('a call without detection has no detection options, verdict address or token', async () => {
    const { client, asked } = fakeClient();
    await executor(client).execute(create);
    expect(Object.keys(asked[0] as object).sort()).toEqual(
      [
        ...['fallbackMethod', 'fallbackUrl', 'from', 'method', 'statusCallback', 'statusCallbackEvent'],
        ...['statusCallbackMethod', 'timeLimit', 'timeout', 'to', 'url'],
      ].sort(),
    );
  });

  it('a call with asynchronous detection has a verdict address, and does not wait for the verdict', async () => {
    const { client, asked } = fakeClient();
    const detection = { mode: 'Enable', timeoutSeconds: 30 } as const;
    await executor(client).execute({ ...create, detection, verdict: { ...ref, purpose: 'leg.verdict' } });
    expect(asked).toMatchObject([
      {
        machineDetection: 'Enable',
        asyncAmd: 'true',
        asyncAmdStatusCallback: `${BASE}/outbound/amd?ref=forwarding.${sids.call(0)}.1.1#rc=3&rp=5xx,ct,rt`,
        asyncAmdStatusCallbackMethod: 'POST',
      },
    ]);
  });

  it.each(['+442071838750', '+493012345678', '+33142685300'])('a new call may go to any country: %s', async (to) => {
    const { client, asked } = fakeClient();
    await executor(client).execute({ ...create, to: to as CreateCall['to'] });
    expect(asked).toMatchObject([{ to }]);
  });

  it('a new call whose status cannot be read counts as queued', async () => {
    const { client } = fakeClient();
    const odd = { sid: LEG, status: 'of a kind unheard of' };
    const calls = Object.assign(client.calls, { create: () => Promise.resolve(odd) });
    const { execute } = executor({ ...client, calls });
    expect(await execute(create)).toEqual({
      kind: 'outcome',
      outcome: { kind: 'created', sid: LEG, status: 'queued' },
    });
  });
});

describe('an announcement to one participant of a conference', () => {
  const announce: TwilioEffect = {
    type: 'call.announce',
    id: 'announce',
    leg: 0,
    sid: sids.call(0),
    conference: sids.conference() as never,
    document: { ...ref, leg: 0, purpose: 'caller.whisper' },
    once: true,
  };

  it('an announcement names the conference, the participant and what is played', async () => {
    const { client, asked, tell } = fakeClient();
    const conferences = (room: string) => ({
      participants: (sid: string) => ({ update: (params: object) => tell([room, sid, params], {}) }),
    });
    const { execute } = executor({ ...client, conferences });
    expect(await execute(announce)).toEqual({ kind: 'outcome', outcome: { kind: 'done', status: 'in-progress' } });
    const announceUrl = `${BASE}/inbound/whisper?ref=forwarding.${sids.call(0)}.1.0#rc=3&rp=5xx,ct,rt`;
    expect(asked).toEqual([[sids.conference(), sids.call(0), { announceUrl, announceMethod: 'POST' }]]);
  });

  it('an announcement by a client without conferences is unknown', async () => {
    const { client } = fakeClient();
    expect(await executor(client).execute(announce)).toEqual({
      kind: 'ambiguous',
      reason: 'this client has no "conferences"',
    });
  });
});

describe('refusals', () => {
  it.each<[TwilioEffect, string, string | undefined]>([
    [create, `calling +14…42 was refused`, sids.call(0)],
    [{ ...end, sid: 'CA1' as never }, 'call.end of leg 1 was refused', 'CA1'],
    [{ ...end, leg: 0, sid: 'CA1' as never }, 'call.end of the caller was refused', 'CA1'],
    [{ type: 'task.find', ...of, call: 'CA1' as never }, 'task.find was refused', 'CA1'],
    [{ ...lookAtWorker, worker: 'WK1' as never }, 'worker.fetch was refused: not a SID of a worker', undefined],
  ])('a refusal is logged with the call that it is about: %j', async (effect, message, call) => {
    const { client, asked } = fakeClient();
    const { execute, log } = executor(client, { mayDial: () => false });
    await execute(effect);
    expect([asked, log.length]).toEqual([[], 1]);
    expect(log[0]).toMatchObject({ level: 'warn', code: 'rest.refused' });
    expect(log[0]?.message).toContain(message);
    expect(log[0]?.call).toBe(call);
  });

  it('an outcome that is done or only unknown is not logged', async () => {
    const { client } = fakeClient();
    const { execute, log } = executor(client);
    await execute(end);
    await execute(create);
    expect(log).toEqual([]);
  });
});

describe('time, by the clock that was given', () => {
  const forever = (): Promise<never> => new Promise(() => undefined);
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };

  it.each<[string, Partial<TwilioExecutorOptions>, number, string]>([
    ['two seconds for "mayDial"', { mayDial: forever }, 2000, '"mayDial" took longer than 2000 ms'],
    ['eight seconds for a request', {}, 8000, 'Twilio took longer than 8000 ms'],
    ['as long for a request as was said', { timeoutMs: 300 }, 300, 'Twilio took longer than 300 ms'],
  ])('the time limit is %s', async (_, options, ms, reason) => {
    const { client } = fakeClient();
    const calls = Object.assign(client.calls, { create: forever });
    const { execute, clock } = executor({ ...client, calls }, options);
    const told: unknown[] = [];
    void execute(create).then((execution) => told.push(execution));
    await turns();
    await clock.advanceBy(ms - 1, turns);
    expect(told).toEqual([]);
    await clock.advanceBy(1, turns);
    expect(JSON.stringify(told)).toContain(JSON.stringify(reason).slice(1, -1));
  });
});

describe('what a failure means', () => {
  const classify = (error: unknown, effect: TwilioEffect['type'] = 'call.end', hint: string | null = null): Execution =>
    classifyFailure(error, effect, hint, START);

  it.each<[string, unknown, TwilioEffect['type'], unknown]>([
    ['of Axios: the status of the response', { response: { status: 503 } }, 'call.end', { kind: 'ambiguous' }],
    ['that did not reach Twilio, by its cause', { cause: { code: 'ENOTFOUND' } }, 'call.end', { kind: 'notExecuted' }],
    ['that was cut', { code: 'ECONNRESET', message: 'cut' }, 'call.end', { kind: 'ambiguous', reason: 'cut' }],
    ['that says nothing', { message: '' }, 'call.end', { kind: 'ambiguous', reason: 'no reason was given' }],
    ['with a status that is none', { status: '404' }, 'call.end', { kind: 'ambiguous' }],
    [
      'below 400',
      { status: 399 },
      'call.end',
      { kind: 'ambiguous', reason: 'Twilio answered 399: no reason was given' },
    ],
    ['400', { status: 400 }, 'call.end', { outcome: { kind: 'refused', code: null } }],
    ['499', { status: 499 }, 'call.end', { outcome: { kind: 'refused', code: null } }],
    ['500', { status: 500 }, 'call.end', { kind: 'ambiguous' }],
    ['404 of a new call', { status: 404, code: 20404 }, 'call.create', { outcome: { kind: 'refused', code: 20404 } }],
    ['404 of anything else', { status: 404, code: 20404 }, 'task.fetch', { outcome: { kind: 'gone' } }],
    ['412 of a worker', { status: 412 }, 'worker.update', { outcome: { kind: 'changed' } }],
    ['400 of a worker', { status: 400, code: 20001 }, 'worker.update', { outcome: { kind: 'refused', code: 20001 } }],
    ['412 of a task', { status: 412 }, 'task.update', { outcome: { kind: 'refused' } }],
    ['a code that is none', { status: 400, code: 0 }, 'call.end', { outcome: { kind: 'refused', code: null } }],
    ['a code in words', { status: 400, code: 'E' }, 'call.end', { outcome: { kind: 'refused', code: null } }],
    ['21220 of an end', { status: 400, code: 21220 }, 'call.end', { outcome: { kind: 'gone' } }],
    ['21220 of a fetch', { status: 400, code: 21220 }, 'call.fetch', { outcome: { kind: 'refused', code: 21220 } }],
  ])('the failure means: %s', (_, error, effect, expected) => {
    expect(classify(error, effect)).toMatchObject(expected as object);
  });

  it.each<[unknown, number | null]>([
    ['3', 3000],
    [3, 3000],
    ['12', 12_000],
    ['0', 0],
    [new Date(START + 7000).toUTCString(), 7000],
    [new Date(START - 7000).toUTCString(), 0],
    ['soon', null],
    ['1234567890', null],
    [['3'], null],
  ])('a 429 says how long to wait: %j', (value, afterMs) => {
    const headers = { 'RETRY-After': value, other: '9' };
    expect(classify({ status: 429, response: { headers } })).toMatchObject({ kind: 'notExecuted', afterMs });
  });

  it('a 429 that says nothing waits as long as the last response said, its own word first', () => {
    expect(classify({ status: 429 }, 'call.end', '4')).toMatchObject({ afterMs: 4000 });
    expect(classify({ status: 429, response: { headers: { 'retry-after': '2' } } }, 'call.end', '4')).toMatchObject({
      afterMs: 2000,
    });
  });

  it('a header is read in any case, and missing without headers', () => {
    expect(headerIn({ ETag: '"7"' }, 'etag')).toBe('"7"');
    for (const headers of [null, undefined, 'etag', {}, { etag: ['7'] }]) expect(headerIn(headers, 'etag')).toBeNull();
  });

  it.each([
    [429, 5000],
    [503, null],
  ])('the hint of the last response is used only if that was a 429: %i', async (statusCode, afterMs) => {
    const { client } = fakeClient();
    const slow = Object.assign(new Error('slow down'), { status: 429 });
    const calls = Object.assign(client.calls, { create: () => Promise.reject(slow) });
    const httpClient = { lastResponse: { statusCode, headers: { 'Retry-After': '5' } } };
    const { execute } = executor({ ...client, calls, httpClient });
    expect(await execute(create)).toEqual({ kind: 'notExecuted', reason: 'slow down', afterMs });
  });
});

describe('a worker who is to cool down after a talk', () => {
  function resting(accepted: readonly string[]) {
    const { client, asked, tell } = fakeClient(
      {},
      {
        workers: Object.assign(
          (sid: string) => ({
            update: (params: object) => tell(['update', sid, params], {}),
            reservations: {
              list: (params: object) =>
                tell(
                  ['list', params],
                  accepted.map((one) => ({ sid: one })),
                ),
            },
          }),
          { list: () => Promise.resolve([]) },
        ),
      },
    );
    return { execute: executor(client).execute, asked };
  }
  const list = ['list', { reservationStatus: 'accepted', limit: 2 }];

  it.each([[[]], [[taskSids.reservation(1)]]])('a worker is moved if they have accepted %j', async (accepted) => {
    const { execute, asked } = resting(accepted);
    expect(await execute(rest)).toEqual({ kind: 'outcome', outcome: { kind: 'done' } });
    expect(asked).toEqual([list, ['update', taskSids.worker(1), { activitySid: taskSids.unavailable }]]);
  });

  it.each([[[taskSids.reservation(2)]], [[taskSids.reservation(1), taskSids.reservation(2)]]])(
    'a worker stays where they are if they have accepted %j',
    async (accepted) => {
      const { execute, asked } = resting(accepted);
      expect(await execute(rest)).toEqual({ kind: 'outcome', outcome: { kind: 'elsewhere' } });
      expect(asked).toEqual([list]);
    },
  );
});

describe('a fetch of a worker', () => {
  const body = { activity_sid: taskSids.available, date_status_changed: '2025-06-02T17:40:00Z' };
  const looked = async (response: { statusCode: number; body: unknown; headers?: unknown }): Promise<Execution> => {
    const { client } = fakeClient({ request: () => Promise.resolve(response) });
    return executor(client).execute(lookAtWorker);
  };

  it('a fetch requests that worker of that workspace', async () => {
    const asked: unknown[] = [];
    const request = (options: unknown) => {
      asked.push(options);
      return Promise.resolve({ statusCode: 200, body });
    };
    await executor(fakeClient({ request }).client).execute(lookAtWorker);
    const uri = `https://taskrouter.twilio.com/v1/Workspaces/${taskSids.workspace}/Workers/${taskSids.worker(1)}`;
    expect(asked).toEqual([{ method: 'get', uri }]);
  });

  it.each<[string, unknown, unknown]>([
    ['as an object', body, { etag: 'W/"7"' }],
    ['as a text', JSON.stringify(body), { ETAG: 'W/"7"' }],
  ])('a fetch is understood when the client returns the body %s', async (_, given, headers) => {
    expect(await looked({ statusCode: 200, body: given, headers })).toEqual({
      kind: 'outcome',
      outcome: {
        kind: 'worker',
        activity: taskSids.available,
        enteredAt: Date.UTC(2025, 5, 2, 17, 40),
        version: 'W/7',
      },
    });
  });

  it('a fetch without an ETag matches any version, and without a time has no time of entry', async () => {
    for (const since of [undefined, null, 7, 'noon']) {
      const seen = await looked({ statusCode: 299, body: { ...body, date_status_changed: since } });
      expect(seen).toMatchObject({ outcome: { kind: 'worker', version: '*', enteredAt: null } });
    }
  });

  it.each([null, 'not JSON', '7', { activity_sid: 'WA1' }, {}])('a fetch fails when the body is %j', async (given) => {
    expect(await looked({ statusCode: 200, body: given })).toEqual({
      kind: 'ambiguous',
      reason: 'Twilio did not say the activity of the worker',
    });
  });

  it('a fetch fails as any other request does', async () => {
    const away = { statusCode: 429, body: { message: 'slow down', code: 20429 }, headers: { 'Retry-After': '2' } };
    expect(await looked(away)).toEqual({ kind: 'notExecuted', reason: 'slow down', afterMs: 2000 });
    expect(await looked({ statusCode: 404, body: '' })).toEqual({ kind: 'outcome', outcome: { kind: 'gone' } });
    expect(await looked({ statusCode: 302, body: null })).toEqual({
      kind: 'ambiguous',
      reason: 'Twilio answered 302: HTTP 302',
    });
    expect(await looked({ statusCode: 199, body: null })).toMatchObject({ kind: 'ambiguous' });
    expect(await looked({ statusCode: 400, body: { message: 'no', code: 20001 } })).toMatchObject({
      outcome: { kind: 'refused', code: 20001 },
    });
  });

  it('a fetch is refused by a client that cannot make requests', async () => {
    const { client } = fakeClient();
    expect(await executor(client).execute(lookAtWorker)).toMatchObject({
      outcome: { kind: 'refused', reason: 'the Twilio client has no "request"' },
    });
  });
});

describe('a directory of a workspace', () => {
  const activity = (sid: string, friendlyName: string, available: boolean) => ({ sid, friendlyName, available });
  const workflow = {
    sid: taskSids.workflow,
    friendlyName: 'AMD',
    taskReservationTimeout: 120,
    assignmentCallbackUrl: '',
  };

  function directory(
    change: Partial<WorkspaceDirectoryOptions> = {},
    given: { eventCallbackUrl?: string; timeoutActivitySid?: string; sid?: string; workflows?: object[] } = {},
  ) {
    const asked: unknown[] = [];
    const clock = manualClock();
    const workspace = {
      sid: taskSids.workspace as string,
      friendlyName: 'AMD',
      multiTaskEnabled: true,
      timeoutActivitySid: taskSids.offline as string,
      eventCallbackUrl: '',
      ...given,
    };
    const inside = {
      fetch: () => Promise.resolve(workspace),
      activities: {
        list: () =>
          Promise.resolve([
            activity(taskSids.available, 'Available', true),
            activity(taskSids.unavailable, 'Unavailable', false),
            activity(taskSids.offline, 'Offline', false),
          ]),
      },
      workflows: { list: () => Promise.resolve(given.workflows ?? [workflow]) },
      workers: {
        list: () =>
          Promise.resolve([
            {
              sid: taskSids.worker(1),
              friendlyName: 'Ann',
              attributes: '{"mobile":"+14155550142"}',
              activitySid: taskSids.available,
            },
          ]),
      },
    };
    const workspaces = Object.assign((sid: string) => (asked.push(sid), inside), {
      list: (params: object) => {
        asked.push(params);
        return Promise.resolve([workspace]);
      },
    });
    const made = createWorkspaceDirectory({
      client: { taskrouter: { v1: { workspaces } } } as never,
      clock,
      ...change,
    });
    return { made, asked, clock };
  }

  it('the directory requests one workspace of that name, or the one with that SID', async () => {
    const named = directory({ workspace: 'Sales' });
    await named.made.load();
    expect(named.asked).toEqual([{ friendlyName: 'Sales', limit: 1 }, taskSids.workspace]);
    const bySid = directory({ workspace: taskSids.workspace });
    await bySid.made.load();
    expect(bySid.asked).toEqual([taskSids.workspace, taskSids.workspace]);
    const usual = directory();
    await usual.made.load();
    expect(usual.asked[0]).toEqual({ friendlyName: 'AMD', limit: 1 });
  });

  it('the directory knows where events and assignments go, or that they go nowhere', async () => {
    expect(await directory().made.load()).toMatchObject({ eventUrl: null, workflow: { assignmentUrl: null } });
    const set = directory(
      {},
      { eventCallbackUrl: `${BASE}/trevents`, workflows: [{ ...workflow, assignmentCallbackUrl: `${BASE}/assign` }] },
    );
    expect(await set.made.load()).toMatchObject({
      eventUrl: `${BASE}/trevents`,
      workflow: { assignmentUrl: `${BASE}/assign` },
    });
  });

  it('the directory finds a workflow by its name or SID, and the only one without either', async () => {
    const night = { ...workflow, sid: `WW${'9'.repeat(32)}`, friendlyName: 'Night' };
    for (const wanted of ['Night', night.sid]) {
      const { made } = directory({ workflow: wanted }, { workflows: [workflow, night] });
      expect((await made.load()).workflow.name).toBe('Night');
    }
    await expect(directory({}, { workflows: [] }).made.load()).rejects.toThrow(
      /^workspace "AMD" has no workflow; there is none at all\. Make it with: .*--friendly-name "AMD"/,
    );
  });

  it.each([
    ['timeout activity', { timeoutActivitySid: 'of a kind unheard of' }],
    ['workspace', { sid: 'WS1' }],
    ['workflow', { workflows: [{ ...workflow, sid: 'WW1' }] }],
  ])('the directory refuses a %s whose SID is malformed', async (what, given) => {
    await expect(directory({}, given).made.load()).rejects.toMatchObject({
      code: 'ERR_WORKSPACE',
      message: `Twilio gave no usable SID for the ${what}`,
    });
  });

  it('the directory accepts one name or several for an activity, and takes the first that exists', async () => {
    const { made } = directory({
      activities: { unavailable: ['Rest', 'Offline', 'Unavailable'], offline: 'Unavailable' },
    });
    expect((await made.load()).activities).toEqual({
      available: taskSids.available,
      unavailable: taskSids.offline,
      offline: taskSids.unavailable,
    });
  });

  it('the directory fetches the workspace once before its workers, and reads their number where configured', async () => {
    const { made, asked } = directory({ phoneAttributes: ['mobile'] });
    expect(made.current()).toBeUndefined();
    const ann = { sid: taskSids.worker(1), name: 'Ann', phone: '+14155550142', activity: taskSids.available };
    expect(await made.workers()).toEqual([ann]);
    const before = asked.length;
    await made.workers();
    expect(asked.slice(before)).toEqual([taskSids.workspace]);
    expect((await directory().made.workers())[0]?.phone).toBeNull();
  });

  it.each([
    [
      'an activity not heard of yet',
      { type: 'worker.activity.update', activity: `WA${'9'.repeat(32)}` as never },
      true,
    ],
    ['no activity', { type: 'worker.activity.update', activity: null }, false],
    ['a known activity', { type: 'worker.activity.update', activity: taskSids.offline }, false],
    ['a change of activities', { type: 'activity.updated' }, true],
    ['a change of the workspace', { type: 'workspace.updated' }, true],
    ['a new workflow', { type: 'workflow.created' }, true],
    ['a workflow that is gone', { type: 'workflow.deleted' }, true],
    ['a task in the workflow', { type: 'workflow.timeout' }, false],
    ['a worker, who is no activity', { type: 'worker.activity.update' }, false],
  ])('the directory refreshes after %s: %s', async (_, event, looks) => {
    const { made, asked } = directory();
    await made.load();
    const before = asked.length;
    made.learn(event);
    await made.idle();
    expect(asked.length > before).toBe(looks);
  });
});
