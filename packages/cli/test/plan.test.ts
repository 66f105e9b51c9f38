import { parseSetUp, plan, type ActualNumber, type ActualWorkspace, type Change, type Kind, type Plan } from '@amd/cli';
import { TASKROUTER_EVENTS, webhookUrls } from '@amd/core/http';
import { describe, expect, it } from 'vitest';
import { queuesIn, readRouting, writeRouting } from '../src/taskrouter/routing.js';
import { showPlan, summary, title } from '../src/taskrouter/show.js';
import { ANN, BASE, OURS, QUEUE, WORKFLOW, WORKSPACE } from './doctor-target.js';

const ADDRESSES = webhookUrls(BASE);
const WHOLE: ActualWorkspace = {
  ...WORKSPACE,
  eventUrl: ADDRESSES.events,
  workflows: [{ ...WORKFLOW, assignmentUrl: ADDRESSES.assign, fallbackUrl: ADDRESSES.assign }],
  workers: [],
};

/** Plans a workspace that differs from the correct one only in what is given here. */
function planned(
  file: string,
  changes: Partial<ActualWorkspace> | null = {},
  number: ActualNumber | null = null,
): Plan {
  return plan(parseSetUp(file, 'x'), changes === null ? null : { ...WHOLE, ...changes }, number, ADDRESSES);
}
const words = ({ fields, ...change }: Change): string[] => [
  title(change),
  ...fields.map(({ field, from, to }) => `${field}: ${from ?? '–'} → ${to}`),
];
const changesOf = (one: Plan, kind: Kind): string[] =>
  one.changes.filter((change) => change.kind === kind).flatMap(words);
const requestsOf = (one: Plan, kind: Kind): unknown[] =>
  one.changes.filter((change) => change.kind === kind).map(({ request }) => request);
const names = (things: Plan['same']): string[] => things.map(({ kind, name }) => `${kind} ${name}`);

describe('a plan', () => {
  it('a plan of a correct workspace is empty, and names what is correct and what is left alone', () => {
    const one = planned('', { workers: [{ sid: 'WK1', name: 'Zoe', attributes: '{}', activity: 'WA1' }] });
    expect(one).toMatchObject({ workspace: WORKSPACE.sid, changes: [], notes: [], problems: [] });
    expect(names(one.same)).toEqual([
      'activity Available',
      'activity Temporarily Unavailable',
      'activity Offline',
      'workspace AMD',
      'queue Everybody',
      'workflow Ours',
    ]);
    expect(names(one.alone)).toEqual(['worker Zoe']);
  });

  it('a plan from nothing creates everything, in the order in which objects need each other', () => {
    const one = planned(`workers: [{ name: Ann, phone: "${ANN}" }]`, null);
    expect(one.workspace).toBeNull();
    expect(one.changes.flatMap(words)).toEqual([
      'create workspace "AMD"',
      `event callback URL: – → ${ADDRESSES.events}`,
      'events: – → those that are needed',
      'create activity "Temporarily Unavailable"',
      'for: – → workers cool down',
      'update workspace "AMD"',
      'timeout activity: Offline → Temporarily Unavailable',
      'create queue "Everybody"',
      'workers: – → 1==1',
      'create workflow "Forward calls"',
      `assignment callback URL: – → ${ADDRESSES.assign}`,
      `assignment fallback URL: – → ${ADDRESSES.assign}`,
      'reservation timeout: – → 120 s',
      'callers wait in: – → Everybody',
      'create worker "Ann"',
      `phone: – → ${ANN}`,
      'begins in: – → Available',
    ]);
    expect(one.changes.map(({ request }) => request)).toEqual([
      {
        kind: 'workspace',
        friendlyName: 'AMD',
        eventCallbackUrl: ADDRESSES.events,
        eventsFilter: TASKROUTER_EVENTS.join(','),
      },
      { kind: 'activity', available: false },
      { kind: 'workspace', timeoutActivity: 'Temporarily Unavailable' },
      { kind: 'queue', targetWorkers: '1==1' },
      {
        kind: 'workflow',
        assignmentCallbackUrl: ADDRESSES.assign,
        fallbackAssignmentCallbackUrl: ADDRESSES.assign,
        taskReservationTimeout: 120,
        routing: { queue: 'Everybody', wait: null },
      },
      { kind: 'worker', attributes: JSON.stringify({ phone: ANN }), activity: 'Available' },
    ]);
    // Created by Twilio in every new workspace without being requested.
    expect(names(one.alone)).toEqual(['activity Unavailable']);
  });

  it('a plan from nothing can ask for all events, which is no filter', () => {
    const one = planned('events: all', null);
    expect(changesOf(one, 'workspace')[2]).toBe('events: – → all');
    expect(requestsOf(one, 'workspace')[0]).not.toHaveProperty('eventsFilter');
  });
});

describe('a plan for the workspace', () => {
  it('the plan sets the event address and the timeout activity, and nothing else', () => {
    const one = planned('', { eventUrl: 'https://old.example.com', timeoutActivity: 'WA3' });
    expect(changesOf(one, 'workspace')).toEqual([
      'update workspace "AMD"',
      'timeout activity: Offline → Temporarily Unavailable',
      `event callback URL: https://old.example.com → ${ADDRESSES.events}`,
    ]);
    expect(requestsOf(one, 'workspace')).toEqual([
      { kind: 'workspace', timeoutActivity: 'Temporarily Unavailable', eventCallbackUrl: ADDRESSES.events },
    ]);
    expect(changesOf(planned('', { eventUrl: '' }), 'workspace')[1]).toBe(
      `event callback URL: – → ${ADDRESSES.events}`,
    );
  });

  it('the plan adds missing events to those that were chosen', () => {
    const [first = '', ...others] = TASKROUTER_EVENTS;
    const one = planned('', { eventsFilter: ['task.updated', first] });
    expect(changesOf(one, 'workspace')[1]).toBe(`events: 2 kinds → also ${others.join(', ')}`);
    expect(requestsOf(one, 'workspace')).toEqual([
      { kind: 'workspace', eventsFilter: ['task.updated', first, ...others].join(',') },
    ]);
    expect(planned('', { eventsFilter: [...TASKROUTER_EVENTS, 'x'] }).changes).toEqual([]);
  });

  it('the plan says how to get all events where only some are sent, and says nothing otherwise', () => {
    const eventsFilter = [...TASKROUTER_EVENTS];
    expect(planned('events: all', { eventsFilter }).notes).toEqual([
      'workspace "AMD" sends only some kinds of events: remove its filter at the console to get all of them',
    ]);
    expect(planned('events: all').notes).toEqual([]);
    expect(planned('events: needed', { eventsFilter }).notes).toEqual([]);
  });
});

describe('a plan for the activities', () => {
  const activity = (name: string, available: boolean) => ({ sid: `WA-${name}`, name, available });

  it('the plan creates missing activities, and says the role of each', () => {
    const one = planned('activities: { available: A, unavailable: B, offline: C }', { activities: [] });
    expect(changesOf(one, 'activity')).toEqual([
      'create activity "A"',
      'for: – → workers get calls',
      'create activity "B"',
      'for: – → workers cool down',
      'create activity "C"',
      'for: – → workers are away',
    ]);
    expect(requestsOf(one, 'activity')).toEqual([
      { kind: 'activity', available: true },
      { kind: 'activity', available: false },
      { kind: 'activity', available: false },
    ]);
  });

  it("the plan cannot change an activity's kind: a person has to choose", () => {
    const activities = [
      activity('Available', false),
      activity('Temporarily Unavailable', true),
      activity('Offline', false),
    ];
    const mend =
      'and Twilio does not allow a change of that. Name another one in the file, or delete it at the console';
    expect(planned('', { activities }).problems).toEqual([
      `activity "Available" cannot be "activities.available": it is not available, ${mend}`,
      `activity "Temporarily Unavailable" cannot be "activities.unavailable": it is available, ${mend}`,
    ]);
  });

  it("the plan accepts the names of the older generation where today's do not exist", () => {
    const activities = [activity('Idle', true), activity('Offline', false), activity('Temporarily Unavailable', false)];
    const one = planned('', { activities });
    expect(changesOf(one, 'activity')).toEqual([]);
    expect(names(one.same)).toContain('activity Idle');
  });
});

describe('a plan for the queue', () => {
  const second = { sid: `WQ${'2'.repeat(32)}`, name: 'Second', workers: 'team == "red"' };

  it('the plan changes whom a queue is for only when the file says so', () => {
    expect(changesOf(planned('queue: { workers: "vip == 1" }'), 'queue')).toEqual([
      'update queue "Everybody"',
      'workers: 1==1 → vip == 1',
    ]);
    expect(requestsOf(planned('queue: { workers: "vip == 1" }'), 'queue')).toEqual([
      { kind: 'queue', targetWorkers: 'vip == 1' },
    ]);
    expect(planned('queue: { workers: "1==1" }').changes).toEqual([]);
    expect(planned('', { queues: [{ ...second, sid: QUEUE }] }).changes).toEqual([]);
  });

  it('the plan finds a queue by name or SID, creates another one, and leads callers into it', () => {
    const queues = [...WORKSPACE.queues, second];
    for (const name of ['Second', second.sid]) {
      const one = planned(`queue: { name: ${name} }`, { queues });
      expect(changesOf(one, 'workflow')).toEqual(['update workflow "Ours"', 'callers wait in: Everybody → Second']);
      expect(names(one.alone)).toEqual(['queue Everybody']);
    }
    const made = planned('queue: { name: Third }', { queues });
    expect(changesOf(made, 'queue')).toEqual(['create queue "Third"', 'workers: – → 1==1']);
    expect(names(made.alone)).toEqual(['queue Everybody', 'queue Second']);
  });
});

describe('a plan for the workflow', () => {
  const [workflow = WORKFLOW] = WHOLE.workflows;
  const of = (file: string, changes: Partial<typeof workflow>): Plan =>
    planned(file, { workflows: [{ ...workflow, ...changes }] });

  it('the plan sets the assignment address and the reservation timeout, and nothing that is correct', () => {
    const one = of('', { assignmentUrl: '', reservationTimeout: 60 });
    expect(changesOf(one, 'workflow')).toEqual([
      'update workflow "Ours"',
      `assignment callback URL: – → ${ADDRESSES.assign}`,
      'reservation timeout: 60 s → 120 s',
    ]);
    expect(requestsOf(one, 'workflow')).toEqual([
      { kind: 'workflow', assignmentCallbackUrl: ADDRESSES.assign, taskReservationTimeout: 120 },
    ]);
  });

  it('the plan sets the assignment fallback where there is none, and never removes one', () => {
    expect(changesOf(of('', { fallbackUrl: '' }), 'workflow')).toEqual([
      'update workflow "Ours"',
      `assignment fallback URL: – → ${ADDRESSES.assign}`,
    ]);
    expect(of('', { fallbackUrl: 'https://theirs.example.com/assign' }).changes).toEqual([]);
  });

  it('the plan sets how long callers wait, and leaves that unchanged when the file does not say', () => {
    const configuration = writeRouting({ queue: QUEUE, wait: 300 });
    expect(of('', { configuration }).changes).toEqual([]);
    const one = of('workflow: { callerWaits: 60 }', { configuration });
    expect(changesOf(one, 'workflow')[1]).toBe(
      'callers wait in: Everybody, for at most 300 s → Everybody, for at most 60 s',
    );
    expect(requestsOf(one, 'workflow')).toEqual([{ kind: 'workflow', routing: { queue: 'Everybody', wait: 60 } }]);
    const gone = writeRouting({ queue: 'WQ-gone', wait: 300 });
    expect(changesOf(of('', { configuration: gone }), 'workflow')[1]).toBe(
      'callers wait in: a deleted queue, for at most 300 s → Everybody, for at most 300 s',
    );
  });

  it('the plan leaves rules that an operator wrote, and says so', () => {
    const one = of('workflow: { callerWaits: 60 }', { configuration: '{"something":"else"}' });
    expect(one.changes).toEqual([]);
    expect(one.notes).toEqual(['workflow "Ours" has rules made by hand: they are left unchanged']);
  });

  it('the plan says that other tasks than calls pass through the workflow, and what to do', () => {
    const { notes, changes } = of('', { foreignTasks: new Map([['chat', 2]]) });
    expect(changes).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(
        /"Ours" \(2 × chat\): they are left alone, .* activity\. Give the calls a workflow .* of their own/,
      ),
    ]);
  });

  it('a workflow created beside others has to be named to the app', () => {
    const others = ['Sales', 'Help'].map((name) => ({ ...workflow, sid: `WW-${name}`, name }));
    expect(planned('', { workflows: others }).notes).toEqual([
      'with several workflows, set the one that the app uses: TWILIO_WORKFLOW=Forward calls. To use an existing one, name it in the file as "workflow.name"',
    ]);
    const named = planned('workflow: { name: Help }', { workflows: others });
    expect([named.notes, named.changes, names(named.alone)]).toEqual([[], [], ['workflow Sales']]);
    const made = planned('workflow: { name: Third }', { workflows: others });
    expect(changesOf(made, 'workflow')[0]).toBe('create workflow "Third"');
    expect(planned('', { workflows: [] }).notes).toEqual([]);
  });
});

describe('a plan for the workers', () => {
  const worker = (name: string, attributes: unknown) => ({
    sid: `WK-${name}`,
    name,
    attributes: typeof attributes === 'string' ? attributes : JSON.stringify(attributes),
    activity: 'WA3',
  });
  const file = (more = ''): string => `workers: [{ name: Ann, phone: "${ANN}"${more} }]`;

  it('the plan changes what the file says about workers, and keeps everything else', () => {
    const one = planned(file(', attributes: { team: red, langs: [en] }'), {
      workers: [worker('Ann', { phone: '+1', team: 'blue', langs: ['en'], desk: 4 })],
    });
    expect(changesOf(one, 'worker')).toEqual(['update worker "Ann"', 'team: blue → red', `phone: +1 → ${ANN}`]);
    expect(requestsOf(one, 'worker')).toEqual([
      { kind: 'worker', attributes: JSON.stringify({ phone: ANN, team: 'red', langs: ['en'], desk: 4 }) },
    ]);
  });

  it('the plan moves no existing worker; a new one begins where the file says', () => {
    const workers = [worker('Ann', { phone: ANN })];
    expect(planned(`newWorkers: offline\n${file()}`, { workers }).changes).toEqual([]);
    const one = planned(`newWorkers: offline\n${file()}`);
    expect(changesOf(one, 'worker').at(-1)).toBe('begins in: – → Offline');
    expect(requestsOf(one, 'worker')).toMatchObject([{ activity: 'Offline' }]);
  });

  it('the plan writes a number once: in another attribute that the app reads, it stays', () => {
    expect(planned(file(), { workers: [worker('Ann', { contact_uri: ANN })] }).changes).toEqual([]);
    const other = planned(file(), { workers: [worker('Ann', { contact_uri: OURS })] });
    expect(changesOf(other, 'worker')).toEqual(['update worker "Ann"', `phone: – → ${ANN}`]);
  });

  it('the plan replaces attributes that cannot be read', () => {
    for (const attributes of ['no JSON', '7', 'null'])
      expect(requestsOf(planned(file(), { workers: [worker('Ann', attributes)] }), 'worker')).toEqual([
        { kind: 'worker', attributes: JSON.stringify({ phone: ANN }) },
      ]);
  });
});

describe('a plan for the number', () => {
  const well: ActualNumber = {
    sid: 'PN1',
    phone: OURS,
    voiceUrl: ADDRESSES.voice,
    voiceMethod: 'POST',
    fallbackUrl: 'https://handler.twilio.com/twiml/EH1',
    statusUrl: ADDRESSES.status,
    statusMethod: 'POST',
    answeredBy: null,
    voice: true,
  };
  const of = (changes: Partial<ActualNumber> | null, file = `number: "${OURS}"`): Plan =>
    planned(file, {}, changes === null ? null : { ...well, ...changes });

  it('the plan for a correct number is empty', () => {
    expect(of({})).toMatchObject({ changes: [], notes: [], problems: [] });
    expect(names(of({}).same)).toContain(`number ${OURS}`);
  });

  it("the plan sets a number's addresses and methods, each by itself", () => {
    expect(
      changesOf(of({ voiceUrl: '', voiceMethod: 'GET', statusUrl: 'https://x', statusMethod: 'GET' }), 'number'),
    ).toEqual([
      `update number "${OURS}"`,
      `voice URL: – → ${ADDRESSES.voice}`,
      'voice method: GET → POST',
      `status callback: https://x → ${ADDRESSES.status}`,
      'status method: GET → POST',
    ]);
    for (const [changes, request] of [
      [{ voiceUrl: '' }, { voiceUrl: ADDRESSES.voice }],
      [{ voiceMethod: 'GET' }, { voiceMethod: 'POST' }],
      [{ statusUrl: '' }, { statusCallback: ADDRESSES.status }],
      [{ statusMethod: 'GET' }, { statusCallbackMethod: 'POST' }],
    ] as const)
      expect(requestsOf(of(changes), 'number')).toEqual([{ kind: 'number', ...request }]);
  });

  it('the plan sets a fallback only when the file has one, and says where there is none', () => {
    const bin = 'https://handler.twilio.com/twiml/EH2';
    const asked = `number: { phone: "${OURS}", fallbackUrl: "${bin}" }`;
    const { fallbackUrl: old } = well;
    expect(changesOf(of({}, asked), 'number')[1]).toBe(`fallback URL: ${old} → ${bin}`);
    expect(requestsOf(of({}, asked), 'number')).toEqual([{ kind: 'number', voiceFallbackUrl: bin }]);
    expect(of({ fallbackUrl: bin }, asked).changes).toEqual([]);
    expect(of({ fallbackUrl: '' }, asked).notes).toEqual([]);
    expect(of({ fallbackUrl: '' })).toMatchObject({
      changes: [],
      notes: [`${OURS} has no fallback URL: when your server is down, callers hear an error. Set "number.fallbackUrl"`],
    });
  });

  it('the plan needs a number of this account that answers by its addresses', () => {
    expect(of(null).problems).toEqual([`"number": ${OURS} is not a number of this account`]);
    expect(of({ answeredBy: 'AP1' }).problems).toEqual([
      `"number": ${OURS} is answered by AP1 instead of by addresses: remove that at the console first`,
    ]);
    expect(planned('', {}, null).problems).toEqual([]);
  });
});

describe('a printed plan', () => {
  const paint = (style: unknown, text: string): string => `<${String(style)}>${text}</>`;
  const empty: Plan = { workspace: null, changes: [], same: [], alone: [], notes: [], problems: [] };
  const change = (what: Change['do'], fields: Change['fields']): Change => ({
    do: what,
    kind: 'queue',
    name: 'Everybody',
    sid: null,
    fields,
    request: { kind: 'queue', targetWorkers: '' },
  });
  const things = (count: number): Plan['same'] =>
    Array.from({ length: count }, (_, at) => ({ kind: 'worker' as const, name: String(at) }));

  it('a printed plan has each change with its fields, then what is correct, left alone, additional, and to be solved', () => {
    const one: Plan = {
      ...empty,
      changes: [
        change('create', [{ field: 'workers', from: null, to: '1==1' }]),
        change('update', [{ field: 'workers', from: 'a', to: 'b' }]),
      ],
      same: things(1),
      alone: things(2),
      notes: ['n'],
      problems: ['p'],
    };
    const field = `    workers${' '.repeat(17)} `;
    expect(showPlan(one, { paint })).toEqual([
      '<green>+</> create queue "Everybody"',
      `${field}1==1`,
      '<yellow>~</> update queue "Everybody"',
      `${field}<dim>a</> → b`,
      '<dim>= already right: worker "0"</>',
      '<dim>  not in the file, left alone: worker "0", worker "1"</>',
      '  note: n',
      '<red>✕</> p',
    ]);
    expect(showPlan(empty, { paint })).toEqual([]);
  });

  it('a printed plan names eight of many objects', () => {
    const [eight = ''] = showPlan({ ...empty, same: things(8) }, { paint });
    expect(eight).toMatch(/worker "7"<\/>$/);
    const [nine = ''] = showPlan({ ...empty, same: things(9) }, { paint });
    expect(nine).toMatch(/worker "7", 1 more<\/>$/);
  });

  it('a printed plan is counted in one line', () => {
    const of = (...does: readonly Change['do'][]): string =>
      summary({ ...empty, changes: does.map((one) => change(one, [])) });
    expect([of(), of('create'), of('update'), of('create', 'create', 'update')]).toEqual([
      'Nothing to change.',
      '1 to create, nothing to delete.',
      '1 to update, nothing to delete.',
      '2 to create, 1 to update, nothing to delete.',
    ]);
  });
});

describe('the rules of a workflow', () => {
  const rules = (routing: unknown): string => JSON.stringify({ task_routing: routing });
  const filter = (changes: object = {}, target: object = {}) => ({
    expression: '1==1',
    targets: [{ queue: QUEUE, timeout: 60, ...target }],
    ...changes,
  });

  it('rules that we wrote are read back', () => {
    for (const routing of [
      { queue: QUEUE, wait: null },
      { queue: QUEUE, wait: 60 },
    ])
      expect(readRouting(writeRouting(routing))).toEqual(routing);
    expect(JSON.parse(writeRouting({ queue: QUEUE, wait: 60 }))).toEqual({
      task_routing: {
        filters: [{ filter_friendly_name: 'Everybody', expression: '1==1', targets: [{ queue: QUEUE, timeout: 60 }] }],
      },
    });
  });

  it.each([
    [{ filters: [], default_filter: { queue: QUEUE } }, null],
    [{ filters: [filter()] }, 60],
    [{ filters: [filter({ expression: ' 1 == 1 ' })] }, 60],
    [{ filters: [filter({ expression: 'TRUE' })] }, 60],
    [{ filters: [filter({}, { timeout: undefined })] }, null],
    [{ filters: [filter({}, { timeout: '60' })] }, null],
  ])('equivalent rules count as ours as well: %j', (routing, wait) => {
    expect(readRouting(rules(routing))).toEqual({ queue: QUEUE, wait });
  });

  it.each([
    [{}],
    [{ filters: [] }],
    [{ default_filter: { queue: 7 } }],
    [{ filters: 'x' }],
    [{ filters: [filter(), filter()] }],
    [{ filters: [filter()], default_filter: { queue: QUEUE } }],
    [{ filters: [filter({ expression: 'vip' })] }],
    [{ filters: [filter({ expression: 'x 1==1' })] }],
    [{ filters: [filter({ expression: '1==1 x' })] }],
    [{ filters: [filter({ targets: 'x' })] }],
    [{ filters: [filter({ targets: [] })] }],
    [{ filters: [filter({ targets: [{ queue: QUEUE }, { queue: QUEUE }] })] }],
    [{ filters: [filter({ targets: [null] })] }],
    [{ filters: [filter({ targets: ['x'] })] }],
    [{ filters: [filter({}, { priority: 1 })] }],
    [{ filters: [filter({}, { queue: 7 })] }],
    [{ filters: [null] }],
  ])('rules that an operator wrote are not ours: %j', (routing) => {
    expect(readRouting(rules(routing))).toBeNull();
  });

  it('rules that are malformed or missing are not ours', () => {
    for (const text of ['', 'x', '7', 'null']) expect(readRouting(text)).toBeNull();
  });

  it('rules name queues, each once', () => {
    const second = `WQ${'A'.repeat(32)}`;
    expect(queuesIn(`${QUEUE} ${second} ${QUEUE} WQ${'1'.repeat(31)} WQ${'g'.repeat(32)}`)).toEqual([QUEUE, second]);
    expect(queuesIn('')).toEqual([]);
  });
});
