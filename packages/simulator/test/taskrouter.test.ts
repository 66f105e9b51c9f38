import { describe, expect, it } from 'vitest';
import twilio from 'twilio';
import {
  createSimulator,
  handlerTransport,
  human,
  noAnswer,
  type SimulatorOptions,
  type WorkspaceSetUp,
} from '@amd/simulator';
import { checkExpression, evaluate } from '../src/taskrouter/expression.js';

const OURS = '+14155550199';
const CALLER = '+12125550123';
const ANN = '+14155550142';
const BASE = 'https://app.example.com';

interface Request {
  readonly path: string;
  readonly form: URLSearchParams;
}

/** An application that enqueues, and otherwise answers as the test says. */
function scene(
  answers: Readonly<Record<string, (request: Request) => string | { status: number; type: string; body: string }>>,
  workspace: WorkspaceSetUp = {},
  options: SimulatorOptions = {},
) {
  const requests: Request[] = [];
  const sim = createSimulator({
    numbers: [{ phoneNumber: OURS, voiceUrl: `${BASE}/voice`, statusCallback: `${BASE}/status` }],
    people: { [ANN]: human({ talkMs: 5000 }) },
    transport: handlerTransport(async (request) => {
      const { pathname } = new URL(request.url);
      const asked = { path: pathname, form: new URLSearchParams(await request.text()) };
      requests.push(asked);
      const enqueue = `<Enqueue workflowSid="${sids.workflow}" action="${BASE}/enqueued"><Task>{"skill":"sales"}</Task></Enqueue>`;
      const answer = answers[pathname]?.(asked) ?? (pathname === '/voice' ? `<Response>${enqueue}</Response>` : '');
      if (typeof answer !== 'string') {
        return new Response(answer.body, { status: answer.status, headers: { 'content-type': answer.type } });
      }
      if (pathname === '/assign') return new Response(answer, { headers: { 'content-type': 'application/json' } });
      return new Response(answer === '' ? '<Response/>' : answer, { headers: { 'content-type': 'text/xml' } });
    }),
    ...options,
  });
  const sids = sim.addWorkspace({
    eventCallbackUrl: `${BASE}/events`,
    assignmentCallbackUrl: `${BASE}/assign`,
    workers: [{ friendlyName: 'Ann', attributes: { phone: ANN } }],
    ...workspace,
  });
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  const events = (): string[] =>
    requests.filter(({ path }) => path === '/events').map(({ form }) => form.get('EventType') ?? '');
  const form = (path: string): URLSearchParams | undefined => requests.find((one) => one.path === path)?.form;
  return { sim, sids, client, requests, events, form };
}

const call = { from: CALLER, to: OURS };

describe('a call in a workflow', () => {
  it('a queued call becomes a task that says who calls, and sends events in the documented order', async () => {
    const { sim, events, form } = scene({});
    sim.placeCall(call);
    await sim.advance(1000);
    expect(events()).toEqual([
      'workflow.entered',
      'task-queue.entered',
      'workflow.target-matched',
      'task.created',
      'reservation.created',
    ]);
    const attributes = JSON.parse(form('/assign')?.get('TaskAttributes') ?? '') as Record<string, string>;
    expect(attributes).toMatchObject({ from: CALLER, to: OURS, direction: 'inbound', skill: 'sales' });
    expect(attributes['call_sid']).toBe(sim.calls[0]?.sid);
    expect(form('/assign')?.get('WorkerAttributes')).toBe(`{"phone":"${ANN}"}`);
  });

  it('a queued call is joined with the leg that dequeues it: accepted, then wrapping until it is completed', async () => {
    const { sim, client, sids, events, form } = scene({
      '/leg': () =>
        `<Response><Dial action="${BASE}/dialled"><Queue reservationSid="${reservation()}"/></Dial></Response>`,
    });
    const reservation = (): string => sim.workspaces[0]?.tasks[0]?.reservations[0]?.sid ?? '';
    const caller = sim.placeCall(call);
    await sim.advance(1000);
    await client.calls.create({ to: ANN, from: OURS, url: `${BASE}/leg` });
    await sim.settle(sim.clock.now() + 60_000);
    expect(caller.bridgedWith).toHaveLength(1);
    expect(form('/dialled')?.get('DialBridged')).toBe('true');
    expect(form('/enqueued')?.get('QueueResult')).toBe('bridged');
    expect(sim.workspaces[0]?.tasks[0]?.status).toBe('wrapping');
    expect(sim.workspaces[0]?.workers[0]?.holding).toBe(1);
    const task = client.taskrouter.v1.workspaces(sids.workspace).tasks(sim.workspaces[0]?.tasks[0]?.sid ?? '');
    await task.update({ assignmentStatus: 'completed', reason: 'done' });
    await sim.settle(sim.clock.now() + 1000);
    expect(sim.workspaces[0]?.workers[0]?.holding).toBe(0);
    expect(events()).toEqual(
      expect.arrayContaining(['reservation.accepted', 'task.wrapup', 'task.completed', 'reservation.completed']),
    );
  });

  it('a queued caller who hangs up: the task and its reservation are cancelled, and the action is told', async () => {
    const { sim, events, form } = scene({});
    const caller = sim.placeCall(call);
    await sim.advance(1000);
    caller.hangUp();
    await sim.settle();
    expect(form('/enqueued')?.get('QueueResult')).toBe('hangup');
    expect(events()).toEqual(expect.arrayContaining(['task.canceled', 'reservation.canceled']));
    expect(sim.workspaces[0]?.workers[0]).toMatchObject({ holding: 0, activity: 'Available' });
  });

  it('a queued call redirected by REST goes on elsewhere, and its task is cancelled', async () => {
    const { sim, client, form } = scene({ '/elsewhere': () => '<Response><Say>Hello</Say></Response>' });
    const caller = sim.placeCall(call);
    await sim.advance(1000);
    await client.calls(caller.sid).update({ url: `${BASE}/elsewhere` });
    await sim.settle();
    expect(caller.heard).toEqual(['Hello']);
    expect(form('/enqueued')?.get('QueueResult')).toBe('redirected');
    expect(sim.workspaces[0]?.tasks[0]?.status).toBe('canceled');
  });

  it.each([
    ['an unknown workflow', '<Enqueue workflowSid="WW1" action="/enqueued"><Task>{}</Task></Enqueue>', 14220],
    ['attributes that are no JSON', '<Enqueue workflowSid="$" action="/enqueued"><Task>{oops</Task></Enqueue>', 14221],
  ])('%s: the action is told of an error', async (_name, verb, code) => {
    const { sim, sids, form } = scene({
      '/voice': () => `<Response>${verb.replace('$', sids.workflow)}</Response>`,
    });
    sim.placeCall(call);
    await sim.settle();
    expect(form('/enqueued')?.get('QueueResult')).toBe('error');
    expect(sim.debugger.map((entry) => entry.code)).toContain(code);
  });

  it('a leg that comes too late goes on at its action, and the debugger says why', async () => {
    const { sim, client, form } = scene({
      '/leg': () =>
        `<Response><Dial action="${BASE}/dialled"><Queue reservationSid="WR${'0'.repeat(32)}"/></Dial></Response>`,
    });
    await client.calls.create({ to: ANN, from: OURS, url: `${BASE}/leg` });
    await sim.settle();
    expect(form('/dialled')?.get('DialCallStatus')).toBe('failed');
    expect(sim.debugger.map(({ code }) => code)).toEqual([14217]);
  });

  it('the wait document is requested again whenever it is over', async () => {
    const { sim, sids, requests } = scene({
      '/voice': () => `<Response><Enqueue workflowSid="${sids.workflow}" waitUrl="${BASE}/wait"/></Response>`,
      '/wait': () => '<Response><Say>You are number one.</Say><Pause length="5"/></Response>',
    });
    const caller = sim.placeCall(call);
    await sim.advance(30_000);
    expect(requests.filter(({ path }) => path === '/wait').length).toBeGreaterThan(2);
    caller.hangUp();
    await sim.settle();
  });
});

describe('reservations', () => {
  it('a reservation times out to the timeout activity, and the worker stays there', async () => {
    const { sim, events } = scene({}, { reservationTimeout: 10 });
    const caller = sim.placeCall(call);
    await sim.advance(15_000);
    expect(sim.workspaces[0]?.workers[0]?.activity).toBe('Offline');
    expect(events()).toEqual(expect.arrayContaining(['reservation.timeout', 'worker.activity.update']));
    caller.hangUp();
    await sim.settle();
  });

  it('a reservation rejected without an activity is made again at once, for the same worker', async () => {
    let count = 0;
    const { sim } = scene({
      '/assign': () => {
        count += 1;
        return count > 3 ? '' : JSON.stringify({ instruction: 'reject', activity_sid: 'WA1' });
      },
    });
    const caller = sim.placeCall(call);
    await sim.advance(3000);
    expect(count).toBe(4);
    expect(sim.debugger.map(({ code }) => code)).toEqual([40100, 40100, 40100]);
    caller.hangUp();
    await sim.settle();
  });

  it('of several workers, all but the one who takes the call are released', async () => {
    const { sim, client, events } = scene(
      { '/leg': () => `<Response><Dial><Queue reservationSid="${first()}"/></Dial></Response>` },
      { maxReservedWorkers: 2, workers: [{ friendlyName: 'Ann' }, { friendlyName: 'Ben' }] },
    );
    const first = (): string => sim.workspaces[0]?.tasks[0]?.reservations[0]?.sid ?? '';
    sim.placeCall(call);
    await sim.advance(1000);
    expect(sim.workspaces[0]?.tasks[0]?.reservations).toHaveLength(2);
    await client.calls.create({ to: ANN, from: OURS, url: `${BASE}/leg` });
    await sim.settle(sim.clock.now() + 60_000);
    expect(sim.workspaces[0]?.tasks[0]?.reservations.map(({ status }) => status)).toEqual(['wrapping', 'rescinded']);
    expect(events()).toContain('reservation.rescinded');
  });

  it.each([
    ['JSON that is none', { status: 200, type: 'application/json', body: '{' }, 40001],
    ['no instruction', { status: 200, type: 'application/json', body: '{}' }, 40005],
    ['an unknown instruction', { status: 200, type: 'application/json', body: '{"instruction":"dance"}' }, 55555],
    ['an instruction it has not', { status: 200, type: 'application/json', body: '{"instruction":"dequeue"}' }, 0],
    ['an error', { status: 500, type: 'text/plain', body: '' }, 40000],
  ])('an assignment answered by %s is reported, and stays pending', async (_name, answer, code) => {
    const { sim } = scene({ '/assign': () => answer });
    const caller = sim.placeCall(call);
    await sim.advance(2000);
    expect(sim.debugger.map((entry) => entry.code)).toEqual([code]);
    expect(sim.workspaces[0]?.tasks[0]?.reservations[0]?.status).toBe('pending');
    caller.hangUp();
    await sim.settle();
  });

  it('after five seconds without an answer the fallback URL is requested', async () => {
    const late = { status: 200, type: 'application/json', body: '', delayMs: 6000 };
    const { sim } = scene(
      {},
      { fallbackAssignmentCallbackUrl: `${BASE}/assign-again` },
      { transport: () => Promise.resolve({ headers: {}, ...late }) },
    );
    const asked: string[] = [];
    sim.on('entry', ({ detail }) => {
      if (detail?.['event'] === 'assignment') asked.push(String(detail['url']));
    });
    const { client } = { client: twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient }) };
    const [workspace] = await client.taskrouter.v1.workspaces.list({ limit: 1 });
    await client.taskrouter.v1
      .workspaces(workspace?.sid ?? '')
      .tasks.create({ attributes: '{}', taskChannel: 'voice' });
    await sim.advance(12_000);
    expect(asked).toEqual([`${BASE}/assign`, `${BASE}/assign-again`]);
  });
});

describe('routing', () => {
  it('routing chooses the longest idle of those who are available, match the queue and have a slot', async () => {
    const { sim, sids } = scene(
      {},
      {
        workers: [{ friendlyName: 'Ann', activity: 'Unavailable' }, { friendlyName: 'Ben' }, { friendlyName: 'Cara' }],
      },
    );
    await sim.advance(1000);
    sim.setWorkerActivity(sids.workers['Ben'] ?? '', 'Offline');
    await sim.advance(1000);
    sim.setWorkerActivity(sids.workers['Ben'] ?? '', 'Available');
    const callers = [
      sim.placeCall(call),
      sim.placeCall({ ...call, from: '+12125550124' }),
      sim.placeCall({ ...call, from: '+12125550125' }),
    ];
    await sim.advance(1000);
    const named = Object.fromEntries(Object.entries(sids.workers).map(([name, sid]) => [sid, name]));
    expect(sim.workspaces[0]?.tasks.map(({ reservations }) => named[reservations[0]?.worker ?? ''])).toEqual([
      'Cara',
      'Ben',
      undefined,
    ]);
    for (const caller of callers) caller.hangUp();
    await sim.settle();
  });

  it('a workflow runs off its last target: the task is cancelled, and the caller stays', async () => {
    const { sim, events } = scene({}, { workflowTimeout: 20, workers: [] });
    const caller = sim.placeCall(call);
    await sim.advance(30_000);
    expect(events()).toEqual(expect.arrayContaining(['workflow.timeout', 'task.canceled']));
    expect(sim.workspaces[0]?.tasks[0]).toMatchObject({
      status: 'canceled',
      reason: 'Task canceled on Workflow timeout',
    });
    expect(caller.status).toBe('in-progress');
    caller.hangUp();
    await sim.settle();
  });

  it('a task lives no longer than configured', async () => {
    const { sim, sids } = scene(
      {
        '/voice': () =>
          `<Response><Enqueue workflowSid="${sids.workflow}"><Task timeout="5">{}</Task></Enqueue></Response>`,
      },
      { workers: [] },
    );
    const caller = sim.placeCall(call);
    await sim.advance(10_000);
    expect(sim.workspaces[0]?.tasks[0]).toMatchObject({ status: 'canceled', reason: 'Task TTL Exceeded' });
    caller.hangUp();
    await sim.settle();
  });

  it('the higher priority is served first, then the older task', async () => {
    const { sim, sids } = scene(
      {
        '/voice': ({ form }) => {
          const priority = form.get('From') === CALLER ? 0 : 5;
          return `<Response><Enqueue workflowSid="${sids.workflow}"><Task priority="${priority}">{}</Task></Enqueue></Response>`;
        },
      },
      { workers: [{ friendlyName: 'Ann', activity: 'Offline' }] },
    );
    const callers = [sim.placeCall(call), sim.placeCall({ ...call, from: '+12125550124' })];
    await sim.advance(1000);
    sim.setWorkerActivity(sids.workers['Ann'] ?? '', 'Available');
    await sim.advance(1000);
    const reserved = sim.workspaces[0]?.tasks.find(({ status }) => status === 'reserved');
    expect(reserved?.call).toBe(callers[1]?.sid);
    for (const caller of callers) caller.hangUp();
    await sim.settle();
  });

  it("the queue and the workflow's target say who may be reserved", async () => {
    const { sim, sids, client } = scene(
      {},
      {
        workers: [
          { friendlyName: 'Ann', attributes: { skills: ['support'] } },
          { friendlyName: 'Ben', attributes: { skills: ['sales'], level: 2 } },
        ],
      },
    );
    const configuration = {
      task_routing: {
        filters: [
          {
            expression: 'skill == "sales"',
            targets: [{ queue: sids.queue, expression: 'worker.skills HAS task.skill AND level > 1' }],
          },
        ],
      },
    };
    await client.taskrouter.v1
      .workspaces(sids.workspace)
      .workflows(sids.workflow)
      .update({ configuration: JSON.stringify(configuration) });
    const caller = sim.placeCall(call);
    await sim.advance(1000);
    expect(sim.workspaces[0]?.tasks[0]?.reservations.map(({ worker }) => worker)).toEqual([sids.workers['Ben']]);
    caller.hangUp();
    await sim.settle();
  });

  it('an older, single-tasking workspace moves its workers to Reserved and Busy, and completes by itself', async () => {
    const { sim, client } = scene(
      { '/leg': () => `<Response><Dial><Queue reservationSid="${first()}"/></Dial></Response>` },
      { multiTask: false },
    );
    const first = (): string => sim.workspaces[0]?.tasks[0]?.reservations[0]?.sid ?? '';
    sim.placeCall(call);
    await sim.advance(1000);
    expect(sim.workspaces[0]?.workers[0]?.activity).toBe('Reserved');
    await client.calls.create({ to: ANN, from: OURS, url: `${BASE}/leg` });
    await sim.advance(9000);
    expect(sim.workspaces[0]?.workers[0]?.activity).toBe('Busy');
    await sim.settle(sim.clock.now() + 60_000);
    expect(sim.workspaces[0]?.tasks[0]?.status).toBe('completed');
    expect(sim.workspaces[0]?.workers[0]?.activity).toBe('Idle');
  });
});

describe('expressions', () => {
  const scope = {
    worker: { languages: ['en', 'de'], level: 3, name: "O'Hara", vip: true, address: { city: 'Ulm' } },
    task: { language: 'de', amount: '12' },
    plain: 'worker',
  } as const;

  it.each([
    ['1==1', true],
    ['languages HAS "de"', true],
    ['languages NOT HAS "fr"', true],
    ["name == 'O\\'Hara'", true],
    ['"de" IN languages AND level > 2', true],
    ['level IN [1, 2]', false],
    ['level NOT IN [1, 2]', true],
    ['languages HAS task.language', true],
    ['worker.address.city = "Ulm"', true],
    ['task.amount >= 12', true],
    ['NOT (vip == true) OR level == 4', false],
    ['name CONTAINS "Har"', true],
    ['nobody == null', true],
  ])('the expression %s is evaluated', (text, expected) => {
    expect(evaluate(text, scope)).toBe(expected);
  });

  it.each(['level ==', '(1==1', 'level LIKE 3', '1==1 1', 'a @ b', '[1,'])(
    'the expression %s is refused, with the reason',
    (text) => {
      expect(() => {
        checkExpression(text);
      }).toThrow(/Invalid expression/);
    },
  );
});

it('a number that is not answered leaves the reservation to the application', async () => {
  const { sim } = scene({}, {}, { people: { [ANN]: noAnswer() } });
  const caller = sim.placeCall(call);
  await sim.advance(60_000);
  expect(sim.workspaces[0]?.tasks[0]?.reservations[0]?.status).toBe('pending');
  caller.hangUp();
  await sim.settle();
});
