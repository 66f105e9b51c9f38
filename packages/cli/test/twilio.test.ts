import { apply, readNumber, readWorkspace, type ActualWorkspace, type Change, type Plan, type Request } from '@amd/cli';
import { createServer } from 'node:http';
import type { Twilio } from 'twilio';
import { describe, expect, it } from 'vitest';
import { exportSetUp } from '../src/taskrouter/export.js';
import { createClient, statusOf, twilioReason } from '../src/twilio-client.js';
import { ANN, failing, list, OURS, QUEUE, WORKFLOW, WORKSPACE } from './doctor-target.js';
import { closed, listening } from './simulated-twilio.js';

const SID = WORKSPACE.sid;

/** A client that records its requests, and fails where told to. */
function recording(fails: string | null = null) {
  const asked: unknown[][] = [];
  const ask = (what: string, params?: object): Promise<{ sid: string }> => {
    asked.push(params === undefined ? [what] : [what, params]);
    return what === fails ? failing(400, 'no', 20001) : Promise.resolve({ sid: `new ${what}` });
  };
  const things = (kind: string) =>
    Object.assign((sid: string) => ({ update: (params: object) => ask(`update ${kind} ${sid}`, params) }), {
      create: (params: object) => ask(`create ${kind}`, params),
    });
  const workspace = (sid: string) => ({
    update: (params: object) => ask(`update workspace ${sid}`, params),
    activities: Object.assign(things('activity'), {
      list: () => Promise.resolve([{ friendlyName: 'Offline', sid: 'WA-new-offline' }]),
    }),
    taskQueues: things('queue'),
    workflows: things('workflow'),
    workers: things('worker'),
  });
  const workspaces = Object.assign(workspace, { create: (params: object) => ask('create workspace', params) });
  const client = { taskrouter: { v1: { workspaces } }, incomingPhoneNumbers: things('number') };
  return { client: client as unknown as Twilio, asked };
}

const change = (name: string, sid: string | null, request: Request): Change => ({
  do: sid === null ? 'create' : 'update',
  kind: request.kind,
  name,
  sid,
  fields: [],
  request,
});

async function applied(
  changes: readonly Change[],
  actual: ActualWorkspace | null = WORKSPACE,
  fails: string | null = null,
) {
  const { client, asked } = recording(fails);
  const told: unknown[] = [];
  const plan: Plan = { workspace: null, changes, same: [], alone: [], notes: [], problems: [] };
  const result = await apply(client, plan, actual, ({ name }, at) => told.push([name, at]));
  return { asked, told, result };
}

describe('apply', () => {
  it('apply creates a workspace and everything in it, and finds what it has created by name', async () => {
    const changes = [
      change('AMD', null, { kind: 'workspace', friendlyName: 'AMD', eventCallbackUrl: 'https://x' }),
      change('Rest', null, { kind: 'activity', available: false }),
      change('AMD', 'new', { kind: 'workspace', timeoutActivity: 'Rest' }),
      change('Everybody', null, { kind: 'queue', targetWorkers: '1==1' }),
      change('Ours', null, {
        kind: 'workflow',
        assignmentCallbackUrl: 'https://a',
        fallbackAssignmentCallbackUrl: 'https://f',
        taskReservationTimeout: 120,
        routing: { queue: 'Everybody', wait: null },
      }),
      change('Ann', null, { kind: 'worker', attributes: '{}', activity: 'Offline' }),
    ];
    const { asked, told, result } = await applied(changes, null);
    expect(asked).toEqual([
      ['create workspace', { friendlyName: 'AMD', eventCallbackUrl: 'https://x' }],
      ['create activity', { friendlyName: 'Rest', available: false }],
      ['update workspace new create workspace', { timeoutActivitySid: 'new create activity' }],
      ['create queue', { friendlyName: 'Everybody', targetWorkers: '1==1' }],
      [
        'create workflow',
        {
          friendlyName: 'Ours',
          assignmentCallbackUrl: 'https://a',
          fallbackAssignmentCallbackUrl: 'https://f',
          taskReservationTimeout: 120,
          configuration: JSON.stringify({ task_routing: { default_filter: { queue: 'new create queue' } } }),
        },
      ],
      ['create worker', { friendlyName: 'Ann', attributes: '{}', activitySid: 'WA-new-offline' }],
    ]);
    expect(told).toEqual(changes.map(({ name }, at) => [name, at]));
    expect(result).toEqual({ ok: true, done: changes });
  });

  it('apply creates no activity that Twilio has put into a new workspace', async () => {
    const { asked } = await applied(
      [change('AMD', null, { kind: 'workspace' }), change('Offline', null, { kind: 'activity', available: false })],
      null,
    );
    expect(asked).toEqual([['create workspace', { friendlyName: 'AMD' }]]);
  });

  it('apply changes only what it was told to', async () => {
    const { asked } = await applied([
      change('AMD', SID, { kind: 'workspace', eventsFilter: 'a,b' }),
      change('AMD', SID, { kind: 'workspace', timeoutActivity: 'Offline' }),
      change('Everybody', QUEUE, { kind: 'queue', targetWorkers: 'vip' }),
      change('Ours', 'WW1', { kind: 'workflow', taskReservationTimeout: 90 }),
      change('Ours', 'WW1', { kind: 'workflow', routing: { queue: 'Everybody', wait: null } }),
      change('Ann', 'WK1', { kind: 'worker', attributes: '{"a":1}' }),
      change(OURS, 'PN1', { kind: 'number', voiceUrl: 'https://v' }),
    ]);
    expect(asked).toEqual([
      [`update workspace ${SID}`, { eventsFilter: 'a,b' }],
      [`update workspace ${SID}`, { timeoutActivitySid: 'WA3' }],
      [`update queue ${QUEUE}`, { targetWorkers: 'vip' }],
      ['update workflow WW1', { taskReservationTimeout: 90 }],
      ['update workflow WW1', { configuration: WORKFLOW.configuration }],
      ['update worker WK1', { attributes: '{"a":1}' }],
      ['update number PN1', { voiceUrl: 'https://v' }],
    ]);
  });

  it('apply creates a worker without an activity by default, and a workflow without rules', async () => {
    const { asked } = await applied([
      change('Ann', null, { kind: 'worker', attributes: '{}' }),
      change('Ours', null, { kind: 'workflow' }),
    ]);
    expect(asked).toEqual([
      ['create worker', { friendlyName: 'Ann', attributes: '{}' }],
      ['create workflow', { friendlyName: 'Ours', configuration: '' }],
    ]);
  });

  it('apply stops at a refusal, says what and why, and what was done before', async () => {
    const changes = [
      change('Everybody', null, { kind: 'queue', targetWorkers: '1==1' }),
      change('Ann', 'WK1', { kind: 'worker', attributes: '{}' }),
      change('Ben', null, { kind: 'worker', attributes: '{}' }),
    ];
    const { asked, result } = await applied(changes, WORKSPACE, 'update worker WK1');
    expect(asked).toHaveLength(2);
    expect(result).toEqual({
      ok: false,
      done: [changes[0]],
      failed: changes[1],
      reason: 'no (Twilio error 20001)',
    });
  });

  it('apply names what a change needs and does not exist', async () => {
    const { result } = await applied([change('AMD', SID, { kind: 'workspace', timeoutActivity: 'Lunch' })]);
    expect(result).toMatchObject({ ok: false, reason: '"Lunch" is not there' });
  });
});

describe('a workspace', () => {
  const found = {
    sid: SID,
    friendlyName: 'AMD',
    multiTaskEnabled: true,
    eventCallbackUrl: 'https://e',
    eventsFilter: ' a, b,,',
    timeoutActivitySid: 'WA2',
  };
  const workflow = {
    sid: 'WW1',
    friendlyName: 'Ours',
    assignmentCallbackUrl: 'https://a',
    fallbackAssignmentCallbackUrl: 'https://f',
    taskReservationTimeout: 90,
    configuration: '{}',
  };
  const task = (workflowSid: string, attributes: unknown, taskChannelUniqueName: string | null) => ({
    workflowSid,
    attributes,
    taskChannelUniqueName,
  });
  function client(workspace: object | null, parts: Readonly<Record<string, readonly object[]>> = {}) {
    const asked: unknown[] = [];
    const listing = (kind: string) => ({
      list: (options: unknown) => {
        asked.push([kind, options]);
        return Promise.resolve(parts[kind] ?? []);
      },
    });
    const inside = (sid: string) => ({
      fetch: () => {
        asked.push(['fetch', sid]);
        return Promise.resolve(workspace);
      },
      ...Object.fromEntries(
        ['activities', 'taskQueues', 'workflows', 'workers', 'tasks'].map((kind) => [kind, listing(kind)] as const),
      ),
    });
    const workspaces = Object.assign(inside, {
      list: (options: unknown) => {
        asked.push(['list', options]);
        return Promise.resolve(workspace === null ? [] : [workspace]);
      },
    });
    return { client: { taskrouter: { v1: { workspaces } } } as unknown as Twilio, asked };
  }

  it('a workspace is read with everything in it, each in its place', async () => {
    const call = JSON.stringify({ call_sid: `CA${'1'.repeat(32)}`, from: ANN, to: OURS });
    const { client: there } = client(found, {
      activities: [{ sid: 'WA1', friendlyName: 'Available', available: true }],
      taskQueues: [{ sid: QUEUE, friendlyName: 'Everybody', targetWorkers: '1==1' }],
      workflows: [workflow, { ...workflow, sid: 'WW2' }],
      workers: [{ sid: 'WK1', friendlyName: 'Ann', attributes: '{}', activitySid: 'WA1' }],
      tasks: [
        task('WW1', call, 'voice'),
        task('WW1', '{}', 'chat'),
        task('WW1', '{}', 'chat'),
        task('WW1', null, null),
        task('WW2', '{}', 'sms'),
      ],
    });
    const said: string[] = [];
    expect(await readWorkspace(there, 'AMD', (text) => said.push(text))).toEqual({
      sid: SID,
      name: 'AMD',
      multiTask: true,
      eventUrl: 'https://e',
      eventsFilter: ['a', 'b'],
      timeoutActivity: 'WA2',
      activities: [{ sid: 'WA1', name: 'Available', available: true }],
      queues: [{ sid: QUEUE, name: 'Everybody', workers: '1==1' }],
      workflows: [
        {
          sid: 'WW1',
          name: 'Ours',
          assignmentUrl: 'https://a',
          fallbackUrl: 'https://f',
          reservationTimeout: 90,
          configuration: '{}',
          foreignTasks: new Map([
            ['chat', 2],
            ['', 1],
          ]),
        },
        expect.objectContaining({ sid: 'WW2', foreignTasks: new Map([['sms', 1]]) }),
      ],
      workers: [{ sid: 'WK1', name: 'Ann', attributes: '{}', activity: 'WA1' }],
    });
    expect(said).toEqual(['Looking for workspace "AMD"', 'Reading activities, queues, workflows and workers']);
  });

  it('a workspace is read by name, or by SID', async () => {
    const byName = client(found);
    await readWorkspace(byName.client, 'AMD');
    expect(byName.asked).toEqual([
      ['list', { friendlyName: 'AMD', limit: 1 }],
      ...['activities', 'taskQueues', 'workflows', 'workers'].map((kind) => [kind, { pageSize: 100 }]),
      ['tasks', { ordering: 'DateCreated:desc', limit: 200, pageSize: 200 }],
    ]);
    const bySid = client(found);
    await readWorkspace(bySid.client, SID);
    expect(bySid.asked[0]).toEqual(['fetch', SID]);
  });

  it('a missing workspace is null, and nothing in it is requested', async () => {
    const nothing = client(null);
    expect(await readWorkspace(nothing.client, 'AMD')).toBeNull();
    expect(nothing.asked).toHaveLength(1);
  });

  it('a workspace has empty text where Twilio has null', async () => {
    const bare = { ...found, eventCallbackUrl: null, eventsFilter: null, timeoutActivitySid: null };
    expect(await readWorkspace(client(bare).client, 'AMD')).toMatchObject({
      eventUrl: '',
      eventsFilter: [],
      timeoutActivity: '',
    });
  });
});

describe('a number', () => {
  it('a number is read with its addresses; the default method is POST', async () => {
    const number = {
      sid: 'PN1',
      phoneNumber: OURS,
      voiceUrl: 'https://v',
      voiceMethod: 'GET',
      voiceFallbackUrl: 'https://f',
      statusCallback: 'https://s',
      statusCallbackMethod: 'GET',
      capabilities: { voice: false },
    };
    const of = (changes: object) =>
      readNumber({ incomingPhoneNumbers: list({ ...number, ...changes }) } as unknown as Twilio, OURS);
    expect(await of({})).toEqual({
      sid: 'PN1',
      phone: OURS,
      voiceUrl: 'https://v',
      voiceMethod: 'GET',
      fallbackUrl: 'https://f',
      statusUrl: 'https://s',
      statusMethod: 'GET',
      answeredBy: null,
      voice: false,
    });
    const bare = { voiceUrl: null, voiceMethod: null, statusCallbackMethod: '', capabilities: undefined };
    expect(await of(bare)).toMatchObject({ voiceUrl: '', voiceMethod: 'POST', statusMethod: 'POST', voice: true });
  });
});

describe('export', () => {
  const second = { sid: `WQ${'2'.repeat(32)}`, name: 'Second', workers: 'vip' };
  const rules = (queue: string, wait?: number): string =>
    JSON.stringify({ task_routing: { filters: [{ expression: '1==1', targets: [{ queue, timeout: wait }] }] } });

  it('export describes workspace, queue, workflow, cool-down and workers', () => {
    expect(
      exportSetUp({ ...WORKSPACE, workflows: [{ ...WORKFLOW, configuration: rules(QUEUE, 60) }] }, undefined),
    ).toBe(
      `workspace: AMD
queue:
  name: Everybody
  workers: 1==1
workflow:
  name: Ours
  reservationTimeout: 120
  callerWaits: 60
activities:
  unavailable: Temporarily Unavailable
workers:
  - name: Ann
    phone: "${ANN}"
`,
    );
  });

  it('export takes the named workflow, by name or SID, otherwise the first; and the queue that its callers wait in', () => {
    const workflows = [WORKFLOW, { ...WORKFLOW, sid: 'WW2', name: 'Other', configuration: rules(second.sid) }];
    const actual = { ...WORKSPACE, workflows, queues: [...WORKSPACE.queues, second] };
    for (const named of ['Other', 'WW2']) {
      const text = exportSetUp(actual, named);
      expect(text).toContain('queue:\n  name: Second\n  workers: vip\nworkflow:\n  name: Other\n');
      expect(text).not.toContain('callerWaits');
    }
    for (const other of [undefined, 'Nowhere'])
      expect(exportSetUp(actual, other)).toContain('workflow:\n  name: Ours\n');
    const byHand = [{ ...WORKFLOW, configuration: '{}' }];
    expect(exportSetUp({ ...actual, workflows: byHand }, undefined)).toContain('queue:\n  name: Everybody\n');
  });

  it('export omits what does not exist', () => {
    const bare = { ...WORKSPACE, queues: [], workflows: [], activities: [], workers: [] };
    expect(exportSetUp(bare, undefined)).toBe('workspace: AMD\nworkers: []\n');
  });

  it('export has the attributes of workers without their phone, and names those without one at the top', () => {
    const worker = (name: string, attributes: unknown) => ({
      sid: name,
      name,
      attributes: JSON.stringify(attributes),
      activity: '',
    });
    const workers = [
      worker('Ann', { phone: ANN, team: 'blue' }),
      worker('Ben', { phone: 'x' }),
      worker('Cara', null),
      worker('Dora', { contact_uri: ANN }),
    ];
    const text = exportSetUp({ ...WORKSPACE, workers }, undefined);
    expect(text.split('\n')[0]).toBe('# Without a phone number that can be called: Ben, Cara');
    expect(text).toContain(`  - name: Ann\n    phone: "${ANN}"\n    attributes:\n      team: blue\n  - name: Dora\n`);
    expect(text).not.toMatch(/- name: (Ben|Cara)/);
  });
});

describe("Twilio's errors", () => {
  it('an error of Twilio is shown with its code', () => {
    expect(twilioReason(Object.assign(new Error('no'), { code: 20003 }))).toBe('no (Twilio error 20003)');
    expect(twilioReason(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))).toBe('no');
    expect(twilioReason('a text')).toBe('a text');
  });

  it('an error of Twilio has a status, or none', () => {
    expect([statusOf({ status: 404 }), statusOf({ status: '404' }), statusOf(new Error('x')), statusOf(null)]).toEqual([
      404,
      null,
      null,
      null,
    ]);
  });
});

describe('a client', () => {
  it('a client of a region asks its host, whatever the environment says', async () => {
    const sid = `AC${'1'.repeat(32)}`;
    const asked: unknown[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url?.split('/')[1]);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    const apiUrl = await listening(server);
    for (const region of [{}, { region: 'ie1', edge: 'dublin' }, { region: 'au1', edge: 'sydney' }] as const) {
      const client = createClient({ accountSid: sid, username: sid, password: 'secret', apiUrl, region });
      await client.api.v2010.accounts(sid).fetch();
    }
    await closed(server);
    expect(asked).toEqual(['api.twilio.com', 'api.dublin.ie1.twilio.com', 'api.sydney.au1.twilio.com']);
  });

  it('a client sends requests to Twilio, or to another server with the host name first in the path', async () => {
    const options = { accountSid: `AC${'1'.repeat(32)}`, username: `AC${'1'.repeat(32)}`, password: 'secret' };
    expect(createClient(options).username).toBe(options.username);
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      asked.push([
        request.url,
        request.headers.authorization,
        String(request.headers['user-agent']).includes('amd-cli'),
      ]);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    const apiUrl = await listening(server);
    const client = createClient({ ...options, apiUrl: `${apiUrl}/` });
    await client.api.v2010.accounts(options.accountSid).fetch();
    await closed(server);
    expect(asked).toEqual([
      [
        `/api.twilio.com/2010-04-01/Accounts/${options.accountSid}.json`,
        `Basic ${Buffer.from(`${options.username}:secret`).toString('base64')}`,
        true,
      ],
    ]);
  });
});
