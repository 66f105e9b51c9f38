import { describe, expect, it } from 'vitest';
import twilio from 'twilio';
import { createSimulator } from '@amd/simulator';

const OURS = '+14155550199';

function scene() {
  const sim = createSimulator({
    numbers: [{ phoneNumber: OURS }],
    transport: () => Promise.resolve({ status: 200, headers: {}, body: '' }),
  });
  const sids = sim.addWorkspace({
    assignmentCallbackUrl: 'https://app.example.com/assign',
    workers: [
      { friendlyName: 'Ann', attributes: { phone: '+14155550142' } },
      { friendlyName: 'Ben', activity: 'Offline' },
    ],
  });
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  const { workspaces } = client.taskrouter.v1;
  return { sim, sids, workspaces, inside: workspaces(sids.workspace) };
}

/** The error that the client throws. */
async function refusal(run: Promise<unknown>): Promise<{ status?: number; code?: number; message: string }> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it was not refused');
  return error;
}

const CONFIGURATION = (queue: string) => JSON.stringify({ task_routing: { default_filter: { queue } } });

describe('every collection, through the official client', () => {
  it('workspaces can be managed', async () => {
    const { workspaces } = scene();
    const made = await workspaces.create({
      friendlyName: 'Second',
      eventCallbackUrl: 'https://app.example.com/events',
    });
    expect(made).toMatchObject({ friendlyName: 'Second', multiTaskEnabled: true, timeoutActivityName: 'Offline' });
    expect(made.dateCreated).toBeInstanceOf(Date);
    expect((await workspaces.list()).map(({ friendlyName }) => friendlyName)).toEqual(['AMD', 'Second']);
    expect(await workspaces.list({ friendlyName: 'Second' })).toHaveLength(1);
    const activities = await workspaces(made.sid).activities.list();
    const unavailable = activities.find(({ friendlyName }) => friendlyName === 'Unavailable');
    const changed = await workspaces(made.sid).update({
      timeoutActivitySid: unavailable?.sid ?? '',
      friendlyName: 'Third',
    });
    expect(changed).toMatchObject({ friendlyName: 'Third', timeoutActivityName: 'Unavailable' });
    expect(await workspaces(made.sid).remove()).toBe(true);
    expect(await refusal(workspaces(made.sid).fetch())).toMatchObject({ status: 404, code: 20404 });
  });

  it('activities keep their availability', async () => {
    const { inside, sids } = scene();
    const made = await inside.activities.create({ friendlyName: 'Break', available: false });
    expect(await inside.activities(made.sid).update({ friendlyName: 'Lunch' })).toMatchObject({
      friendlyName: 'Lunch',
      available: false,
    });
    expect((await inside.activities.list({ available: 'true' })).map(({ friendlyName }) => friendlyName)).toEqual([
      'Available',
    ]);
    expect(await inside.activities(made.sid).remove()).toBe(true);
    expect(await refusal(inside.activities(sids.activities['Offline'] ?? '').remove())).toMatchObject({
      status: 400,
      code: 20001,
    });
    expect(await refusal(inside.activities.create({ friendlyName: 'Offline' }))).toMatchObject({ code: 20001 });
  });

  it('workers have an ETag', async () => {
    const { sim, inside, sids } = scene();
    const made = await inside.workers.create({ friendlyName: 'Cara', attributes: '{"phone":"+14155550144"}' });
    expect(made).toMatchObject({ activityName: 'Offline', available: false });
    expect((await inside.workers.list({ activityName: 'Available' })).map(({ friendlyName }) => friendlyName)).toEqual([
      'Ann',
    ]);
    expect(
      (await inside.workers.list({ targetWorkersExpression: 'phone == "+14155550144"' })).map(({ sid }) => sid),
    ).toEqual([made.sid]);
    expect(await refusal(inside.workers.create({ friendlyName: 'ANN' }))).toMatchObject({ status: 400, code: 20001 });
    expect(await refusal(inside.workers(made.sid).update({ attributes: 'no' }))).toMatchObject({ code: 20001 });
    const path = `/v1/Workspaces/${sids.workspace}/Workers/${made.sid}`;
    const authorization = `Basic ${btoa(`${sim.accountSid}:${sim.authToken}`)}`;
    const response = await sim.fetch(
      new Request(`https://taskrouter.twilio.com${path}`, { headers: { authorization } }),
    );
    expect(response.headers.get('etag')).toBe('"0"');
    const available = sids.activities['Available'] ?? '';
    expect(await inside.workers(made.sid).update({ activitySid: available, ifMatch: '0' })).toMatchObject({
      available: true,
    });
    const stale = inside.workers(made.sid).update({ activitySid: sids.activities['Offline'] ?? '', ifMatch: '0' });
    expect(await refusal(stale)).toMatchObject({ status: 412, code: 20412 });
    expect(await refusal(inside.workers(made.sid).remove())).toMatchObject({ code: 20001 });
    await inside.workers(made.sid).update({ activitySid: sids.activities['Offline'] ?? '', ifMatch: '*' });
    expect(await inside.workers(made.sid).remove()).toBe(true);
  });

  it('channels of a worker and of the workspace can be read', async () => {
    const { inside, sids } = scene();
    const ann = inside.workers(sids.workers['Ann'] ?? '');
    const channels = await ann.workerChannels.list();
    expect(channels.map(({ taskChannelUniqueName }) => taskChannelUniqueName)).toContain('voice');
    const changed = await ann.workerChannels('voice').update({ capacity: 2, available: true });
    expect(changed).toMatchObject({ configuredCapacity: 2, available: true, assignedTasks: 0 });
    expect(await ann.workerChannels('voice').fetch()).toMatchObject({ configuredCapacity: 2 });
    expect((await inside.taskChannels.list()).map(({ uniqueName }) => uniqueName)).toEqual([
      'default',
      'voice',
      'chat',
      'sms',
      'video',
    ]);
    expect(await inside.taskChannels('voice').fetch()).toMatchObject({ uniqueName: 'voice' });
  });

  it('task queues and workflows can be managed', async () => {
    const { inside, sids } = scene();
    const queue = await inside.taskQueues.create({
      friendlyName: 'German',
      targetWorkers: 'languages HAS "de"',
      maxReservedWorkers: 3,
    });
    expect(queue).toMatchObject({ maxReservedWorkers: 3, targetWorkers: 'languages HAS "de"' });
    expect(await inside.taskQueues(queue.sid).update({ targetWorkers: '1==1' })).toMatchObject({
      targetWorkers: '1==1',
    });
    expect(await refusal(inside.taskQueues(queue.sid).update({ targetWorkers: 'languages LIKE 1' }))).toMatchObject({
      code: 20001,
    });
    const workflow = await inside.workflows.create({
      friendlyName: 'Night',
      configuration: CONFIGURATION(queue.sid),
      assignmentCallbackUrl: 'https://app.example.com/assign',
      taskReservationTimeout: 60,
    });
    expect(workflow).toMatchObject({
      taskReservationTimeout: 60,
      assignmentCallbackUrl: 'https://app.example.com/assign',
    });
    expect(await inside.workflows(workflow.sid).update({ taskReservationTimeout: 90 })).toMatchObject({
      taskReservationTimeout: 90,
    });
    expect(await refusal(inside.workflows(workflow.sid).update({ configuration: '{}' }))).toMatchObject({
      code: 20001,
    });
    expect(await refusal(inside.taskQueues(queue.sid).remove())).toMatchObject({ code: 20001 });
    expect((await inside.workflows.list({ friendlyName: 'Night' })).map(({ sid }) => sid)).toEqual([workflow.sid]);
    expect(await inside.workflows(workflow.sid).remove()).toBe(true);
    expect(await inside.taskQueues(queue.sid).remove()).toBe(true);
    expect((await inside.taskQueues.list()).map(({ sid }) => sid)).toEqual([sids.queue]);
  });

  it('tasks, and reservations under both of their parents, can be managed', async () => {
    const { sim, inside, sids } = scene();
    const task = await inside.tasks.create({
      attributes: '{"call_sid":"CA1"}',
      taskChannel: 'voice',
      workflowSid: sids.workflow,
    });
    expect(task).toMatchObject({ assignmentStatus: 'pending', taskChannelUniqueName: 'voice' });
    await sim.advance(1000);
    const [reservation] = await inside.tasks(task.sid).reservations.list();
    expect(reservation).toMatchObject({ reservationStatus: 'pending', workerName: 'Ann' });
    const sid = reservation?.sid ?? '';
    expect(
      await inside
        .workers(sids.workers['Ann'] ?? '')
        .reservations(sid)
        .fetch(),
    ).toMatchObject({ taskSid: task.sid });
    expect(await inside.tasks.list({ evaluateTaskAttributes: 'call_sid == "CA1"', limit: 1 })).toHaveLength(1);
    expect(await inside.tasks.list({ assignmentStatus: ['reserved'] })).toHaveLength(1);
    expect(await refusal(inside.tasks(task.sid).update({ assignmentStatus: 'completed', reason: 'x' }))).toMatchObject({
      status: 400,
      message: expect.stringMatching(/not currently assigned/) as string,
    });
    const offline = sids.activities['Offline'] ?? '';
    const reject = () =>
      inside.tasks(task.sid).reservations(sid).update({ reservationStatus: 'rejected', workerActivitySid: offline });
    expect(await reject()).toMatchObject({ reservationStatus: 'rejected' });
    expect(await refusal(reject())).toMatchObject({
      status: 400,
      message: expect.stringMatching(/rejected/) as string,
    });
    expect(await inside.workers(sids.workers['Ann'] ?? '').fetch()).toMatchObject({ activityName: 'Offline' });
    expect(await refusal(inside.tasks(task.sid).update({ assignmentStatus: 'canceled' }))).toMatchObject({
      message: expect.stringMatching(/Reason/) as string,
    });
    expect(await inside.tasks(task.sid).update({ assignmentStatus: 'canceled', reason: 'enough' })).toMatchObject({
      assignmentStatus: 'canceled',
      reason: 'enough',
    });
    expect(await inside.tasks(task.sid).remove()).toBe(true);
    expect(await refusal(inside.tasks(task.sid).fetch())).toMatchObject({ code: 20404 });
  });

  it('an accepted reservation is completed with its task, and frees the slot', async () => {
    const { sim, inside, sids } = scene();
    const task = await inside.tasks.create({ attributes: '{}', taskChannel: 'voice' });
    await sim.advance(1000);
    const [reservation] = await inside.tasks(task.sid).reservations.list();
    await inside
      .tasks(task.sid)
      .reservations(reservation?.sid ?? '')
      .update({ reservationStatus: 'accepted' });
    expect(await refusal(inside.tasks(task.sid).update({ assignmentStatus: 'canceled', reason: 'x' }))).toMatchObject({
      message: `Cannot cancel task ${task.sid} because it is not pending or reserved.`,
    });
    expect(
      await inside
        .workers(sids.workers['Ann'] ?? '')
        .workerChannels('voice')
        .fetch(),
    ).toMatchObject({ assignedTasks: 1 });
    await inside.tasks(task.sid).update({ assignmentStatus: 'completed', reason: 'done' });
    expect(
      await inside
        .tasks(task.sid)
        .reservations(reservation?.sid ?? '')
        .fetch(),
    ).toMatchObject({ reservationStatus: 'completed' });
    expect(
      await inside
        .workers(sids.workers['Ann'] ?? '')
        .workerChannels('voice')
        .fetch(),
    ).toMatchObject({ assignedTasks: 0 });
  });
});

describe('lists and refusals', () => {
  it('pages are followed by their address, as the client does', async () => {
    const { inside } = scene();
    for (let index = 0; index < 5; index += 1) await inside.workers.create({ friendlyName: `Worker ${String(index)}` });
    expect(await inside.workers.list({ pageSize: 2 })).toHaveLength(7);
    const page = await inside.workers.page({ pageSize: 3 });
    expect(page.instances).toHaveLength(3);
    expect((await page.nextPage())?.instances).toHaveLength(3);
    expect(await inside.workers.list({ limit: 4, pageSize: 3 })).toHaveLength(4);
    expect(await refusal(inside.workers.page({ pageNumber: 2, pageSize: 2 }))).toMatchObject({ code: 40153 });
  });

  it.each([
    ['statistics', (inside: ReturnType<typeof scene>['inside']) => inside.realTimeStatistics().fetch()],
    ['events', (inside: ReturnType<typeof scene>['inside']) => inside.events.list()],
    ['statistics of workers', (inside: ReturnType<typeof scene>['inside']) => inside.workers.statistics().fetch()],
  ])("unsupported %s are refused in Twilio's format", async (_name, run) => {
    const { inside } = scene();
    expect(await refusal(run(inside))).toMatchObject({ status: 404, code: 20404 });
  });

  it('tasks and workers are listed in the requested order', async () => {
    const { sim, inside, sids } = scene();
    for (const priority of [5, 1, 3]) {
      await inside.tasks.create({ workflowSid: sids.workflow, priority, taskChannel: 'chat', attributes: '{}' });
      await sim.advance(1000);
    }
    const by = async (ordering: string) =>
      (await inside.tasks.list({ ordering, limit: 3 })).map(({ priority }) => priority);
    expect(await by('DateCreated:asc')).toEqual([5, 1, 3]);
    expect(await by('DateCreated:desc')).toEqual([3, 1, 5]);
    expect(await by('Priority:desc')).toEqual([5, 3, 1]);
    await inside.workers(sids.workers['Ann'] ?? '').update({ activitySid: sids.activities['Offline'] ?? '' });
    const workers = await inside.workers.list({ ordering: 'DateStatusChanged:desc' });
    expect(workers.map(({ friendlyName }) => friendlyName)).toEqual(['Ann', 'Ben']);
    for (const ordering of ['Age:asc', 'DateCreated:down', 'DateCreated:asc:x', 'constructor:asc']) {
      expect(await refusal(inside.tasks.list({ ordering }))).toMatchObject({ status: 400, code: 20001 });
    }
  });

  it('a filter with several values matches any of them', async () => {
    const { sim, inside, sids } = scene();
    for (let index = 0; index < 2; index += 1) {
      await inside.tasks.create({ workflowSid: sids.workflow, taskChannel: 'chat', attributes: '{}' });
    }
    await sim.advance(1000);
    const statuses = async (...assignmentStatus: string[]) =>
      (await inside.tasks.list({ assignmentStatus })).map((task) => task.assignmentStatus);
    expect(await statuses('pending')).toEqual(['pending']);
    expect(await statuses('pending', 'reserved')).toEqual(['reserved', 'pending']);
    expect(await inside.tasks.list({ hasAddons: true })).toEqual([]);
  });

  it("every filter and parameter of Twilio's description is accepted where our own requests go", async () => {
    const { inside, sids } = scene();
    // twilio_taskrouter_v1.json, the lists of these resources; `Page` and `PageToken` belong to paging.
    await inside.tasks.list({
      priority: 0,
      assignmentStatus: ['pending'],
      workflowSid: sids.workflow,
      workflowName: 'AMD',
      taskQueueSid: sids.queue,
      taskQueueName: 'Everyone',
      evaluateTaskAttributes: 'call_sid == "CA"',
      routingTarget: sids.workflow,
      ordering: 'VirtualStartTime:asc',
      hasAddons: false,
      pageSize: 20,
    });
    await inside.workers.list({
      activityName: 'Available',
      activitySid: sids.activities['Available'] ?? '',
      available: 'true',
      friendlyName: 'Ann',
      targetWorkersExpression: '1==1',
      taskQueueName: 'Everyone',
      taskQueueSid: sids.queue,
      ordering: 'DateStatusChanged:asc',
    });
    const worker = inside.workers(sids.workers['Ann'] ?? '');
    await worker.reservations.list({ reservationStatus: 'accepted' });
    await inside.activities.list({ friendlyName: 'Available', available: 'true' });
    await inside.workflows.list({ friendlyName: 'AMD' });
    const task = await inside.tasks.create({ workflowSid: sids.workflow, attributes: '{}' });
    await inside
      .tasks(task.sid)
      .reservations.list({ reservationStatus: 'pending', workerSid: sids.workers['Ann'] ?? '' });
  });

  it('an unknown parameter or filter is named', async () => {
    const { inside, sids } = scene();
    expect(
      await refusal(
        inside.tasks.create({ attributes: '{}', workflowSid: sids.workflow, virtualStartTime: new Date(0) }),
      ),
    ).toMatchObject({
      status: 400,
      message: expect.stringMatching(/VirtualStartTime/) as string,
    });
    expect(await refusal(inside.taskQueues.list({ evaluateWorkerAttributes: '{}' }))).toMatchObject({
      message: expect.stringMatching(/EvaluateWorkerAttributes/) as string,
    });
    expect(await refusal(inside.workers.create({ friendlyName: '' }))).toMatchObject({
      message: expect.stringMatching(/FriendlyName/) as string,
    });
  });

  it('requests need the credentials of the account', async () => {
    const { sim, sids } = scene();
    const stranger = twilio(sim.accountSid, 'wrong', { httpClient: sim.httpClient });
    expect(await refusal(stranger.taskrouter.v1.workspaces(sids.workspace).fetch())).toMatchObject({
      status: 401,
      code: 20003,
    });
  });
});
