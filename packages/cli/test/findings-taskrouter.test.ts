import type { ActualWorkflow, ActualWorkspace, Finding, DoctorTarget } from '@amd/cli';
import { TASKROUTER_EVENTS, webhookUrls } from '@amd/core/http';
import { describe, expect, it } from 'vitest';
import { findActivities, timeoutActivity } from '../src/doctor/taskrouter/activities.js';
import { checkTaskRouter } from '../src/doctor/taskrouter/check.js';
import { eventAddress, events } from '../src/doctor/taskrouter/events.js';
import { timers } from '../src/doctor/taskrouter/timers.js';
import { workers } from '../src/doctor/taskrouter/workers.js';
import { assignment, findWorkflow, foreignTasks, queue } from '../src/doctor/taskrouter/workflow.js';
import { ANN, APPLY, BASE, OURS, QUEUE, WORKFLOW, WORKSPACE, line, lines, doctorTarget } from './doctor-target.js';

describe('the workflow', () => {
  const found = (workflows: readonly ActualWorkflow[], wanted?: string) => {
    const findings: Finding[] = [];
    const workflow = findWorkflow({ ...WORKSPACE, workflows }, wanted, findings);
    return [workflow?.sid ?? null, ...lines(findings)];
  };
  const OTHER = { ...WORKFLOW, sid: 'WW2', name: 'Other' };
  const SKIPPED = ['assignment-url', 'tasks', 'queue'].map((one) => `skipped ${one}: there is no workflow`);

  it('the workflow is the only one, or the one of that name or SID', () => {
    expect(found([WORKFLOW])).toEqual(['WW1', 'ok workflow: Workflow "Ours" is there']);
    for (const wanted of ['Other', 'WW2'])
      expect(found([WORKFLOW, OTHER], wanted)).toEqual(['WW2', 'ok workflow: Workflow "Other" is there']);
  });

  it('the workflow must be named when there are several', () => {
    expect(found([WORKFLOW, OTHER])).toEqual([
      null,
      'error workflow: Workspace "AMD" has several workflows: "Ours", "Other" → Set TWILIO_WORKFLOW to one of them',
      ...SKIPPED,
    ]);
  });

  it('the workflow must exist: what there is instead is named', () => {
    expect(found([])).toEqual([
      null,
      `error workflow: Workspace "AMD" has no workflow; there is none → Create one, ${APPLY}`,
      ...SKIPPED,
    ]);
    expect(found([WORKFLOW, OTHER], 'Third')[1]).toBe(
      `error workflow: Workspace "AMD" has no workflow named "Third"; there is "Ours", "Other" → Create one, ${APPLY}`,
    );
  });

  it('the workflow must ask the app about every reservation, and a second time when that fails', () => {
    const said = (changes: Partial<ActualWorkflow>): string =>
      line(assignment({ ...WORKFLOW, ...changes }, doctorTarget()));
    expect(said({ fallbackUrl: 'https://theirs.example.com' })).toBe(
      'ok assignment-url: TaskRouter sends every reservation to the app',
    );
    expect(said({ fallbackUrl: '' })).toBe(
      `warning assignment-url: Workflow "Ours" has no fallback for its assignment callback: an assignment that fails moves its worker to Offline → Set it to ${BASE}/assign as well, ${APPLY}`,
    );
    for (const [assignmentUrl, is] of [
      ['', 'is not set'],
      ['https://old.example.com', 'is https://old.example.com'],
    ] as const)
      expect(said({ assignmentUrl })).toBe(
        `error assignment-url: The assignment callback URL of workflow "Ours" ${is}: no worker is ever rung → Set it to ${BASE}/assign, ${APPLY}`,
      );
  });

  it('the workflow is for calls only: other tasks are counted by their channel', () => {
    expect(line(foreignTasks(WORKFLOW))).toBe('ok tasks: Only calls pass through the workflow');
    const mixed = new Map([
      ['chat', 3],
      ['', 1],
    ]);
    expect(line(foreignTasks({ ...WORKFLOW, foreignTasks: mixed }))).toBe(
      'warning tasks: Tasks that are not our calls pass through workflow "Ours" (3 × chat, 1 × no channel): they are left alone, and unless another application accepts such a reservation, it times out and Twilio moves its worker to the timeout activity → Give the calls a workflow and a queue of their own (TWILIO_WORKFLOW), and set the assignment URL of the app only there',
    );
  });
});

describe('the queue', () => {
  const SECOND = `WQ${'2'.repeat(32)}`;
  async function said(
    changes: Partial<ActualWorkspace>,
    configuration: string = WORKFLOW.configuration,
    fitting: readonly string[] = [QUEUE],
  ): Promise<[string[], unknown[]]> {
    const asked: unknown[] = [];
    const inside = (sid: string) => ({
      workers: {
        list: (options: { readonly taskQueueSid: string }) => {
          asked.push([sid, options]);
          return Promise.resolve(fitting.includes(options.taskQueueSid) ? [{}] : []);
        },
      },
    });
    const client = { taskrouter: { v1: { workspaces: inside } } };
    const workflow = { ...WORKFLOW, configuration };
    return [lines(await queue({ ...WORKSPACE, ...changes }, workflow, doctorTarget({ client }))), asked];
  }
  const both = JSON.stringify({ filters: [QUEUE, SECOND] });
  const queues = [...WORKSPACE.queues, { sid: SECOND, name: 'Second', workers: 'team == "red"' }];

  it('the queue is fine when it exists and a worker matches', async () => {
    expect(await said({})).toEqual([
      ['ok queue: Callers wait in "Everybody", and workers match'],
      [[WORKSPACE.sid, { taskQueueSid: QUEUE, limit: 1 }]],
    ]);
    expect((await said({ queues }, both, [QUEUE, SECOND]))[0]).toEqual([
      'ok queue: Callers wait in "Everybody", "Second", and workers match',
    ]);
  });

  it('every queue that the rules name must exist', async () => {
    const gone = [
      `error queue: Workflow "Ours" leads to a queue that does not exist → Choose a queue in the workflow, ${APPLY}`,
    ];
    expect((await said({}, both))[0]).toEqual(gone);
    expect((await said({}, '{}'))[0]).toEqual(gone);
    expect((await said({ queues: [] }))[0]).toEqual(gone);
  });

  it('the queue must match a worker, if there are any', async () => {
    expect((await said({ queues }, both))[0]).toEqual([
      'error queue: No worker matches queue "Second" (team == "red"): its callers wait in vain → Change the expression of the queue (1==1 matches every worker), or the attributes of the workers',
    ]);
    expect(await said({ workers: [] })).toEqual([['skipped queue: there are no workers'], []]);
  });
});

describe('the activities', () => {
  const found = (variables: DoctorTarget['variables'] = {}, activities = WORKSPACE.activities) => {
    const findings: Finding[] = [];
    const roles = findActivities({ ...WORKSPACE, activities }, doctorTarget({ variables }), findings);
    return { roles: Object.values(roles).map((one) => one?.sid ?? null), said: lines(findings) };
  };

  it('the activities are found by their usual names, or by those of the settings', () => {
    expect(found()).toEqual({
      roles: ['WA1', 'WA2', 'WA3'],
      said: ['ok activities: Activities for work, for cool-downs and for absence exist'],
    });
    const lunch = { sid: 'WA4', name: 'Lunch', available: false };
    expect(found({ ACTIVITY_UNAVAILABLE: 'Lunch' }, [...WORKSPACE.activities, lunch]).roles).toEqual([
      'WA1',
      'WA4',
      'WA3',
    ]);
  });

  it('missing activities are named, with their role and what to create', () => {
    const { roles, said } = found({ ACTIVITY_AVAILABLE: 'A', ACTIVITY_UNAVAILABLE: 'B', ACTIVITY_OFFLINE: 'C' });
    expect(roles).toEqual([null, null, null]);
    expect(said).toEqual([
      `error activities: There is no activity named "A": workers get calls in it → Create it (available), ${APPLY}`,
      `error activities: There is no activity named "B": workers spend a cool-down in it after a voicemail, and come back automatically → Create it (not available), ${APPLY}`,
      `error activities: There is no activity named "C": a worker with a broken number is moved there → Create it (not available), ${APPLY}`,
    ]);
    expect(found({}, []).said[0]).toContain('There is no activity named "Available" or "Idle": ');
  });

  it('activities of the wrong kind cannot be changed, so another one has to be named', () => {
    const { roles, said } = found({ ACTIVITY_AVAILABLE: 'Offline', ACTIVITY_OFFLINE: 'Available' });
    expect(roles).toEqual([null, 'WA2', null]);
    expect(said).toEqual([
      'error activities: Activity "Offline" is not available, but workers get calls in it → Twilio does not allow a change of that: name another one as ACTIVITY_AVAILABLE, or delete it and create it again',
      'error activities: Activity "Available" is available, but a worker with a broken number is moved there → Twilio does not allow a change of that: name another one as ACTIVITY_OFFLINE, or delete it and create it again',
    ]);
  });

  it('the timeout activity is the cool-down activity', () => {
    const resting = WORKSPACE.activities[1] ?? null;
    const said = (activity: string): string =>
      line(timeoutActivity({ ...WORKSPACE, timeoutActivity: activity }, resting));
    expect(said('WA2')).toBe(
      'ok timeout-activity: A worker whose reservation times out gets a cool-down, and comes back',
    );
    for (const [activity, name] of [
      ['WA1', 'Available'],
      ['gone', 'Offline'],
    ] as const)
      expect(said(activity)).toBe(
        `warning timeout-activity: A reservation that times out, while the app is down for example, moves its worker to "${name}": only the app, while it runs, brings them back → Set the workspace's timeout activity to "Temporarily Unavailable", ${APPLY}`,
      );
    expect(line(timeoutActivity(WORKSPACE, null))).toBe(
      'skipped timeout-activity: there is no activity for cool-downs',
    );
  });
});

describe('the events', () => {
  it('the events must be sent to the app', () => {
    const said = (eventUrl: string): string => line(eventAddress({ ...WORKSPACE, eventUrl }, doctorTarget()));
    expect(said(`${BASE}/trevents#rc=1`)).toBe('ok event-url: The app gets the events of the workspace');
    for (const [url, is] of [
      ['', 'is not set'],
      ['https://old.example.com', 'is https://old.example.com'],
    ] as const)
      expect(said(url)).toBe(
        `error event-url: The event callback URL of the workspace ${is}: the app does not learn that a caller hung up or a worker changed activity → Set it to ${webhookUrls(BASE).events}, ${APPLY}`,
      );
  });

  it('the events must include all that the app needs', () => {
    const said = (eventsFilter: readonly string[]): string => line(events({ ...WORKSPACE, eventsFilter }));
    const [first = '', second = '', ...others] = TASKROUTER_EVENTS;
    for (const all of [[], TASKROUTER_EVENTS])
      expect(said(all)).toBe('ok events: All events that the app needs are sent');
    expect(said(others)).toBe(
      `error events: The workspace does not send ${first}, ${second} → Switch these events on at the workspace, ${APPLY}`,
    );
  });
});

describe('the workers', () => {
  const said = (
    all: readonly (readonly [string, object | string, string?])[],
    variables: DoctorTarget['variables'] = {},
  ) => {
    const findings: Finding[] = [];
    const list_ = all.map(([name, attributes, activity = 'WA1']) => ({
      sid: `WK-${name}`,
      name,
      attributes: typeof attributes === 'string' ? attributes : JSON.stringify(attributes),
      activity,
    }));
    const destinations = workers({ ...WORKSPACE, workers: list_ }, { variables }, findings);
    return { destinations: destinations.map(({ phone, where }) => `${where} ${phone}`), said: lines(findings) };
  };

  it('the workers are fine when all have a phone and one is available', () => {
    expect(
      said([
        ['Ann', { phone: ANN }],
        ['Ben', { phone: OURS }, 'WA3'],
      ]),
    ).toEqual({
      destinations: [`worker "Ann" ${ANN}`, `worker "Ben" ${OURS}`],
      said: ['ok workers: 1 of 2 workers are available, all with a phone'],
    });
  });

  it('the workers must exist, each with the attribute that the app reads', () => {
    expect(said([])).toEqual({
      destinations: [],
      said: [
        `error workers: The workspace has no workers: nobody can be rung → Create some, each with the attribute "phone", ${APPLY}`,
      ],
    });
    expect(said([], { PHONE_ATTRIBUTES: ' mobile , phone' }).said[0]).toContain('each with the attribute "mobile"');
    expect(said([['Ann', { mobile: ANN }]], { PHONE_ATTRIBUTES: 'phone, mobile' }).destinations).toEqual([
      `worker "Ann" ${ANN}`,
    ]);
  });

  it('workers without a phone are named, five of them, with what they have instead', () => {
    const found = said(
      [
        ['Ann', { phone: 'home' }],
        ['Ben', '{}'],
        ['Cara', 'no JSON'],
        ['Dora', { phone: 7 }],
        ['Eva', {}],
        ['Fay', {}],
        ['Gil', { phone: ANN }],
      ],
      { PHONE_ATTRIBUTES: 'phone,mobile' },
    );
    expect(found.said).toEqual([
      'error workers: worker "Ann" ("phone" is not a number), worker "Ben", worker "Cara", worker "Dora" ("phone" is not a number), worker "Eva" and 1 more: no phone number in phone or mobile, so they are moved to Offline when a call is offered → Give each the attribute {"phone": "+14155550142"}, or delete them',
    ]);
    expect(found.destinations).toEqual([`worker "Gil" ${ANN}`]);
    const five = said(['A', 'B', 'C', 'D', 'E'].map((name) => [name, {}] as const)).said[0];
    expect(five).toMatch(/worker "E": no phone number in /);
  });

  it('workers with half a number or an extension are checked with the numbers', () => {
    for (const phone of ['0415', ' (0415) 5', `${ANN}x12`])
      expect(said([['Ann', { phone }]])).toEqual({
        destinations: [`worker "Ann" ${phone.trim()}`],
        said: ['ok workers: 1 of 1 workers are available, all with a phone'],
      });
    expect(said([['Ann', { phone: 'sip:12@example.com' }]]).destinations).toEqual([]);
  });

  it('workers who are all away are a warning, also beside one without a phone', () => {
    const away =
      'warning workers: None of the 1 workers is available: callers wait → Switch a worker on, on the page or at the console';
    for (const activity of ['WA3', 'gone']) expect(said([['Ann', { phone: ANN }, activity]]).said).toEqual([away]);
    expect(said([['Ann', {}, 'WA3']]).said).toEqual([expect.stringMatching(/^error workers: worker "Ann"/), away]);
  });
});

describe('the times', () => {
  const [available = null, unavailable = null, offline = null] = WORKSPACE.activities;
  const roles = { available, unavailable, offline };
  const said = (
    { wait, ...changes }: Partial<ActualWorkflow> & { readonly wait?: number } = {},
    variables: DoctorTarget['variables'] = {},
  ): string[] => {
    const target = { queue: QUEUE, timeout: wait };
    const rules = { task_routing: { filters: [{ expression: '1==1', targets: [target] }] } };
    const configuration = wait === undefined ? WORKFLOW.configuration : JSON.stringify(rules);
    return lines(timers(WORKSPACE, { ...WORKFLOW, configuration, ...changes }, roles, doctorTarget({ variables })));
  };

  it('the times are fine when what a worker may take fits, to the second', () => {
    expect(said()).toEqual(['ok timers: Ringing, detection and confirmation fit into the 120 s of a reservation']);
    expect(said({ reservationTimeout: 72, wait: 72 })).toEqual([
      'ok timers: Ringing, detection and confirmation fit into the 72 s of a reservation',
    ]);
  });

  it('times too short for a reservation, and for waiting callers, are each reported with what to raise', () => {
    const [short, waits] = said({ reservationTimeout: 71, wait: 71 });
    expect(short).toMatch(
      /^error timers: A worker may need 72 s .*71 s → Raise the task reservation timeout of the workflow \(120 s\), or lower RING_SECONDS$/,
    );
    expect(waits).toMatch(
      /^warning timers: Callers wait for at most 71 s, but a worker may need 72 s.*: that may be too short to reach a worker → Raise the time-out of the workflow's filter \(callerWaits\), or lower RING_SECONDS$/,
    );
    expect(said({ wait: 71 })).toEqual([waits]);
  });

  it('the times depend on how long callees ring', () => {
    expect(said({ reservationTimeout: 72 }, { RING_SECONDS: '21' })[0]).toContain('may need 73 s');
    expect(said({ reservationTimeout: 57 }, { RING_SECONDS: '5' })[0]).toMatch(/^ok/);
  });

  it.each([
    ['RING_SECONDS', '4', 'from 5 to 60'],
    ['RING_SECONDS', '61', 'from 5 to 60'],
    ['RING_SECONDS', '20.5', 'from 5 to 60'],
    ['TEMP_UNAVAILABLE_SECONDS', '0', 'from 1 to 86400'],
    ['TEMP_UNAVAILABLE_SECONDS', '86401', 'from 1 to 86400'],
  ])('%s = %s is reported, as the app refuses it at its start', (name, given, range) => {
    expect(said({}, { [name]: given })).toEqual([
      `error timers: ${name} is "${given}" → Set ${name} to a whole number of seconds ${range}`,
    ]);
  });

  it.each([
    ['RING_SECONDS', '5'],
    ['RING_SECONDS', '60'],
    ['TEMP_UNAVAILABLE_SECONDS', '1'],
    ['TEMP_UNAVAILABLE_SECONDS', '86400'],
  ])('%s = %s is accepted', (name, given) => {
    expect(said({}, { [name]: given })[0]).toMatch(/^ok/);
  });

  it('the times cannot be checked without workflow and activities', () => {
    const skipped = ['skipped timers: it needs the workflow and the activities'];
    expect(lines(timers(WORKSPACE, null, roles, doctorTarget()))).toEqual(skipped);
    for (const role of ['available', 'unavailable', 'offline'])
      expect(lines(timers(WORKSPACE, WORKFLOW, { ...roles, [role]: null }, doctorTarget()))).toEqual(skipped);
  });
});

describe('a missing workspace', () => {
  const check = async (others: readonly string[], variables: DoctorTarget['variables'] = {}) => {
    const workspaces = {
      list: ({ friendlyName }: { readonly friendlyName?: string }) =>
        Promise.resolve(friendlyName === undefined ? others.map((name) => ({ friendlyName: name })) : []),
    };
    const client = { taskrouter: { v1: { workspaces } } };
    return checkTaskRouter(doctorTarget({ client, variables }));
  };

  it('a missing workspace is named, with what there is instead, and everything in it is skipped', async () => {
    const { findings, destinations } = await check(['Sales', 'Help'], { TWILIO_WORKSPACE: 'Calls' });
    expect(destinations).toEqual([]);
    expect(lines(findings)).toEqual([
      'error workspace: There is no workspace named "Calls"; there are Sales, Help → Create it: amd taskrouter init, then amd taskrouter apply',
      ...'workflow assignment-url tasks event-url events activities timeout-activity timers queue workers'
        .split(' ')
        .map((one) => `skipped ${one}: there is no workspace`),
    ]);
    expect(lines((await check([])).findings)[0]).toContain('no workspace named "AMD"; there is none');
  });
});
