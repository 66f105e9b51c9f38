import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { AmdError } from '@amd/core';
import { createWorkspaceDirectory, type WorkspaceDirectoryOptions } from '@amd/core/twilio';
import { createSimulator, type WorkspaceSetUp } from '@amd/simulator';

const CUSTOM = { friendlyName: 'Temporarily Unavailable', available: false };

/** A directory on the simulated TaskRouter and the official client. */
function scene(setUp: WorkspaceSetUp | null, options: Partial<WorkspaceDirectoryOptions> = {}) {
  let requests = 0;
  let down = false;
  const sim = createSimulator({
    rest: () => {
      requests += 1;
      return down ? { status: 503 } : undefined;
    },
  });
  const sids = setUp === null ? undefined : sim.addWorkspace(setUp);
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  const errors: unknown[] = [];
  const directory = createWorkspaceDirectory({
    client,
    clock: sim.clock,
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    sim,
    sids,
    directory,
    errors,
    inside: client.taskrouter.v1.workspaces(sids?.workspace ?? ''),
    requests: () => requests,
    takeDown: () => {
      down = true;
    },
  };
}

async function problem(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AmdError);
  expect((error as AmdError).code).toBe('ERR_WORKSPACE');
  return (error as AmdError).message;
}

describe('a workspace is found by names', () => {
  it('a workspace of the newer generation is found', async () => {
    const { directory, sids } = scene({
      activities: [CUSTOM],
      reservationTimeout: 90,
      assignmentCallbackUrl: 'https://a.example/assign',
    });
    expect(await directory.load()).toMatchObject({
      sid: sids?.workspace,
      multiTask: true,
      workflow: {
        sid: sids?.workflow,
        name: 'AMD',
        reservationTimeoutSeconds: 90,
        assignmentUrl: 'https://a.example/assign',
      },
      eventUrl: null,
      activities: {
        available: sids?.activities['Available'],
        unavailable: sids?.activities['Temporarily Unavailable'],
        offline: sids?.activities['Offline'],
      },
      timeoutActivity: sids?.activities['Offline'],
    });
    expect(directory.current()?.activityNames.size).toBe(4);
  });

  it('a workspace of the older generation is found by SID, with names of its own', async () => {
    const made = scene({ multiTask: false });
    const { inside, sids } = made;
    const directory = createWorkspaceDirectory({
      client: { taskrouter: { v1: { workspaces: Object.assign(() => inside, { list: () => Promise.resolve([]) }) } } },
      workspace: sids?.workspace,
      activities: { unavailable: 'Busy' },
    });
    expect((await directory.load()).activities).toMatchObject({
      available: sids?.activities['Idle'],
      unavailable: sids?.activities['Busy'],
    });
  });

  it('a workspace with only Unavailable for the cool-down is found', async () => {
    const { directory, sids } = scene({});
    expect((await directory.load()).activities.unavailable).toBe(sids?.activities['Unavailable']);
  });

  it('a workspace is found with its current workers', async () => {
    const { directory, sim, sids } = scene({
      workers: [{ friendlyName: 'Ann', attributes: { phone: ' +14155550142 ' } }, { friendlyName: 'Ben' }],
    });
    sim.setWorkerActivity(sids?.workers['Ben'] ?? '', 'Offline');
    expect(await directory.workers()).toMatchObject([
      { name: 'Ann', phone: '+14155550142', activity: sids?.activities['Available'] },
      { name: 'Ben', phone: null, activity: sids?.activities['Offline'] },
    ]);
  });
});

describe('what is missing is named, with the command that creates it', () => {
  it('a missing workspace is named, with the command that creates it', async () => {
    expect(await problem(scene(null).directory.load())).toBe(
      'there is no workspace named "AMD"; there is none at all. Make it with: twilio api:taskrouter:v1:workspaces:create --friendly-name "AMD"',
    );
    expect(await problem(scene({ friendlyName: 'Sales' }).directory.load())).toMatch(/there are "Sales"/);
  });

  it('a missing activity, or one of the wrong kind, is named', async () => {
    const missing = scene({}, { activities: { unavailable: 'Rest' } });
    expect(await problem(missing.directory.load())).toMatch(
      /no activity named "Rest" for "activities.unavailable"; there are "Offline", "Available", "Unavailable"\. Make it with: .*activities:create --workspace-sid WS[0-9a-f]{32} --friendly-name "Rest" --no-available$/,
    );
    const wrong = scene({}, { activities: { unavailable: 'Available' } });
    expect(await problem(wrong.directory.load())).toMatch(
      /"Available".*cannot be "activities.unavailable": it is available, and that can never be changed/,
    );
  });

  it('a missing workflow is named, or which of several to choose', async () => {
    const { directory, inside, sids } = scene({});
    await inside.workflows.create({
      friendlyName: 'Night',
      configuration: JSON.stringify({ task_routing: { default_filter: { queue: sids?.queue } } }),
    });
    expect(await problem(directory.load())).toMatch(
      /several workflows: name one of them as "workflow"; there are "AMD", "Night"/,
    );
    const named = scene({}, { workflow: 'Day' });
    expect(await problem(named.directory.load())).toMatch(
      /no workflow named "Day"; there are "AMD"\. Make it with: .*workflows:create/,
    );
  });
});

describe('updates without a restart', () => {
  it('the directory learns of new activities and of a changed configuration, once a second at most', async () => {
    const { sim, directory, inside, requests } = scene({});
    await directory.load();
    const before = requests();
    directory.learn({ type: 'worker.activity.update', activity: directory.current()?.activities.offline });
    directory.learn({ type: 'workflow.entered' });
    await directory.idle();
    expect(requests()).toBe(before);
    const made = await inside.activities.create({ friendlyName: 'Lunch' });
    for (let index = 0; index < 5; index += 1)
      directory.learn({ type: 'worker.activity.update', activity: made.sid as never });
    await directory.idle();
    expect(directory.current()?.activityNames.get(made.sid as never)).toBe('Lunch');
    expect(requests()).toBe(before + 1 + 3);
    directory.learn({ type: 'workflow.updated' });
    await directory.idle();
    expect(requests()).toBe(before + 1 + 3);
    await sim.advance(1000);
    directory.learn({ type: 'workflow.updated' });
    await directory.idle();
    expect(requests()).toBe(before + 1 + 6);
  });

  it('the directory keeps what it knew when Twilio is down', async () => {
    const { directory, errors, takeDown } = scene({});
    const known = await directory.load();
    takeDown();
    directory.learn({ type: 'activity.created' });
    await directory.idle();
    expect(directory.current()).toBe(known);
    expect(errors).toHaveLength(1);
  });
});
