import { human, voicemail, type Person } from '@amd/simulator';
import twilio from 'twilio';
import { generator } from './crowd.js';
import { OUR_NUMBER } from './forwarding-app.js';
import { phoneOf, taskRouterApp, type TaskRouterApp } from './taskrouter-app.js';

export interface GuestCrowd {
  readonly calls: number;
  readonly workers: number;
  readonly seed: number;
}

export interface GuestResult {
  /** Foreign tasks that were played. */
  readonly foreign: number;
  readonly problems: readonly string[];
}

const CALL = `CA${'7'.repeat(32)}`;

/** What else passes through a workflow that Flex uses, with attributes as Flex writes them. */
const FOREIGN = [
  {
    taskChannel: 'chat',
    attributes: { channelType: 'web', channelSid: `CH${'1'.repeat(32)}` },
  },
  {
    taskChannel: 'sms',
    attributes: { channelType: 'sms', from: '+12125550177', conversationSid: `CH${'2'.repeat(32)}` },
  },
  { taskChannel: 'email', attributes: { channelType: 'email', name: 'ann@example.com' } },
  { taskChannel: 'default', attributes: { type: 'callback', to: '+12125550178' } },
  { taskChannel: 'default', attributes: { direction: 'outbound', call_sid: CALL, outbound_to: '+12125550179' } },
  {
    taskChannel: 'default',
    attributes: { client_call: true, from: 'client:ann', to: 'client:ben', autoAnswer: 'false' },
  },
] as const;

/**
 * Plays callers in a shared workspace: agents accept chats, e-mails, callbacks and calls of their own in Flex while we ring their
 * phones. Names every foreign task that was touched, and every caller who waited longer than they would if foreign tasks went
 * through a workflow without us.
 */
export async function playGuests(crowd: GuestCrowd): Promise<GuestResult> {
  const apart = await play(crowd, 'apart');
  const shared = await play(crowd, 'shared');
  const problems = [...apart.problems, ...shared.problems];
  shared.waits.forEach((wait, index) => {
    const without = apart.waits[index] ?? Infinity;
    if (wait > without + 1000)
      problems.push(`caller ${String(index)} waits ${String(wait)} ms, with a workflow apart ${String(without)} ms`);
  });
  return { foreign: shared.foreign, problems: problems.slice(0, 20) };
}

async function play({ calls, workers, seed }: GuestCrowd, workflow: 'shared' | 'apart') {
  const random = generator(seed);
  const voicemails = new Set(Array.from({ length: workers }, (_, index) => index).filter(() => random() < 0.3));
  const people = (to: string): Person =>
    voicemails.has(Number(to.slice(-4)) - 1000) ? voicemail() : human({ ringMs: 3000, talkMs: 20_000 });
  const app = await taskRouterApp(
    {
      workers: Array.from({ length: workers }, (_, index) => ({
        name: `Worker ${String(index)}`,
        phone: phoneOf(index),
      })),
    },
    { people, random: seed },
  );
  const agents = await openFlex(app, workflow);
  const sids: string[] = [];
  for (let index = 0; index < calls; index += 1) {
    await agents.create(FOREIGN[index % FOREIGN.length] ?? FOREIGN[0]);
    const from = `+1212${String(5_550_000 + index).padStart(7, '0')}`;
    sids.push(app.sim.placeCall({ from, to: OUR_NUMBER }).sid);
    for (let second = 0; second < 15; second += 1) {
      await app.sim.advance(1000);
      await agents.work();
    }
  }
  for (let second = 0; second < 120; second += 1) {
    await app.sim.advance(1000);
    await agents.work();
  }
  await app.sim.settle();
  const waits = sids.map((sid) => {
    const call = app.sim.call(sid);
    return (call?.bridgedWith[0]?.since ?? Infinity) - (call?.createdAt ?? 0);
  });
  const problems = judge(app, sids);
  await app.stop();
  return { waits, problems, foreign: agents.count() };
}

/** Plays agents in Flex: their own tasks are accepted after a moment, and completed after half a minute. */
async function openFlex(app: TaskRouterApp, workflow: 'shared' | 'apart') {
  const client = twilio(app.sim.accountSid, app.sim.authToken, { httpClient: app.sim.httpClient });
  const { tasks, taskChannels, workflows } = client.taskrouter.v1.workspaces(app.sids.workspace);
  const ours = await workflows(app.sids.workflow).fetch();
  const { configuration, taskReservationTimeout } = ours;
  const theirs =
    workflow === 'shared'
      ? ours
      : await workflows.create({ friendlyName: 'Flex', configuration, taskReservationTimeout });
  const there = new Set((await taskChannels.list()).map(({ uniqueName }) => uniqueName));
  const open = new Map<string, number>();
  let created = 0;
  return {
    count: () => created,
    async create({ taskChannel, attributes }: (typeof FOREIGN)[number]): Promise<void> {
      const channel = there.has(taskChannel) ? taskChannel : 'chat';
      const { sid } = await tasks.create({
        workflowSid: theirs.sid,
        taskChannel: channel,
        attributes: JSON.stringify(attributes),
      });
      open.set(sid, app.sim.clock.now());
      created += 1;
    },
    async work(): Promise<void> {
      for (const [sid, since] of open) {
        const age = app.sim.clock.now() - since;
        const [pending] = age < 2000 ? [] : await tasks(sid).reservations.list({ reservationStatus: 'pending' });
        if (pending !== undefined) {
          await tasks(sid).reservations(pending.sid).update({ reservationStatus: 'accepted' });
          open.set(sid, app.sim.clock.now());
        } else if (age >= 30_000 && (await tasks(sid).fetch()).assignmentStatus === 'assigned') {
          await tasks(sid).update({ assignmentStatus: 'completed', reason: 'done' });
          open.delete(sid);
        }
      }
    },
  };
}

function judge(app: TaskRouterApp, sids: readonly string[]): string[] {
  const problems: string[] = app.failures.map((failure) => `a task failed: ${String(failure)}`);
  for (const { code, message } of app.log) if (code !== 'task.foreign') problems.push(`log: ${message}`);
  for (const sid of sids) {
    if (app.states.get(sid)?.result !== 'connected') problems.push(`${sid}: ${String(app.states.get(sid)?.result)}`);
  }
  if (app.states.has(CALL)) problems.push('a state was written for a call of somebody else');
  for (const { workers, tasks } of app.sim.workspaces) {
    for (const { friendlyName, activity, holding } of workers) {
      if (activity !== 'Available' || holding > 0)
        problems.push(`${friendlyName} is ${activity}, holds ${String(holding)}`);
    }
    for (const task of tasks) {
      if (task.call !== undefined) continue;
      if (task.status !== 'completed') problems.push(`${task.sid} of somebody else is ${task.status}`);
      for (const one of task.reservations) {
        if (one.status !== 'completed') problems.push(`${one.sid} of somebody else is ${one.status}`);
      }
    }
  }
  return problems;
}
