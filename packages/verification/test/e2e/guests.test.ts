import { human, type WorkspaceSetUp } from '@amd/simulator';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { CALLER, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';
import { playGuests } from '../../src/crowds/guests-crowd.js';
import { taskRouterApp, type TaskRouterApp, type TaskRouterScenario } from '../../src/crowds/taskrouter-app.js';

const ANN = { name: 'Ann', person: human({ ringMs: 4000, talkMs: 30_000 }) };

async function scenario(workspace: WorkspaceSetUp = {}, more: Partial<TaskRouterScenario> = {}) {
  const app = await taskRouterApp({ workers: [ANN], workspace, ...more });
  const client = twilio(app.sim.accountSid, app.sim.authToken, { httpClient: app.sim.httpClient });
  const { tasks } = client.taskrouter.v1.workspaces(app.sids.workspace);
  const chat = async (timeout = 3600) =>
    (await tasks.create({ workflowSid: app.sids.workflow, taskChannel: 'chat', attributes: '{}', timeout })).sid;
  const accept = async (task: string) => {
    const [held] = await tasks(task).reservations.list({ reservationStatus: 'pending' });
    await tasks(task)
      .reservations(held?.sid ?? '')
      .update({ reservationStatus: 'accepted' });
  };
  return { app, tasks, chat, accept };
}

const activity = (app: TaskRouterApp): string | undefined => app.sim.workspaces[0]?.workers[0]?.activity;
const call = (app: TaskRouterApp) => app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });

describe('as a guest in a shared workspace', () => {
  it('a chat that is not accepted: we move nobody, and Twilio parks the worker at the timeout for good', async () => {
    const { app, chat } = await scenario({ reservationTimeout: 60 });
    await chat();
    await app.sim.advance(50_000);
    expect(activity(app)).toBe('Available');
    await app.sim.advance(20_000);
    expect(activity(app)).toBe('Offline');
    await app.sim.advance(600_000);
    expect(activity(app)).toBe('Offline');
    expect(app.log.filter(({ code }) => code === 'task.foreign')).toHaveLength(1);
    expect(app.states.size).toBe(0);
    await app.stop();
  });

  it('a chat that is not accepted, where the timeout leads to the cool-down activity: the cool-down ends by itself', async () => {
    const { app, chat } = await scenario({ reservationTimeout: 60, timeoutActivity: 'Temporarily Unavailable' });
    await chat(80);
    await app.sim.advance(70_000);
    expect(activity(app)).toBe('Temporarily Unavailable');
    await app.sim.advance(70_000);
    expect(activity(app)).toBe('Available');
    await app.stop();
  });

  it.each([
    ['before the call', 1000],
    ['while they talk', 20_000],
  ])('a worker who has accepted a chat %s is not moved after the talk', async (_when, ms) => {
    const { app, chat, accept } = await scenario();
    const task = await chat();
    const caller = ms < 10_000 ? undefined : call(app);
    await app.sim.advance(ms);
    await accept(task);
    const later = caller ?? call(app);
    const seen = new Set<string | undefined>();
    for (let second = 0; second < 120; second += 1) {
      await app.sim.advance(1000);
      seen.add(activity(app));
    }
    expect(later.bridgedWith).toHaveLength(1);
    expect([...seen]).toEqual(['Available']);
    expect(app.sim.workspaces[0]?.workers[0]?.holding).toBe(1);
    await app.stop();
  });

  it('an agent who accepts our reservation in Flex has the caller: the phone stops, and no deadline takes them back', async () => {
    const { app, tasks } = await scenario({}, { settings: { deadlineSeconds: 10 } });
    const caller = call(app);
    await app.sim.advance(3000);
    const [task] = await tasks.list();
    const [held] = await tasks(task?.sid ?? '').reservations.list();
    await tasks(task?.sid ?? '')
      .reservations(held?.sid ?? '')
      .update({ reservationStatus: 'accepted' });
    await app.sim.advance(60_000);
    expect(caller.endedAt).toBeUndefined();
    expect(app.sim.calls.filter(({ direction }) => direction === 'outbound-api').map(({ status }) => status)).toEqual([
      'canceled',
    ]);
    expect(activity(app)).toBe('Available');
    await app.stop();
  });

  it('lost events and a refused search: the caller is told within two minutes', async () => {
    const app = await taskRouterApp(
      { workers: [{ ...ANN, activity: 'Offline' }], workspace: { eventCallbackUrl: '', workflowTimeout: 45 } },
      { rest: ({ method, path }) => (method === 'GET' && path.endsWith('/Tasks') ? { status: 400 } : undefined) },
    );
    const caller = call(app);
    await app.sim.settle();
    expect(app.states.get(caller.sid)).toMatchObject({ result: 'unanswered', task: { sid: null, refusals: 3 } });
    expect((caller.endedAt ?? Infinity) - caller.createdAt).toBeLessThan(120_000);
    await app.stop();
  });

  it('three callers and three foreign tasks: no foreign task is touched, and no caller waits longer', async () => {
    const seed = Number(process.env['AMD_SEED'] ?? 1);
    const { problems, foreign } = await playGuests({ calls: 3, workers: 4, seed });
    expect(problems, `AMD_SEED=${String(seed)}`).toEqual([]);
    expect(foreign).toBe(3);
  });
});
