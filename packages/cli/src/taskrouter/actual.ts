import type { Twilio } from 'twilio';
import { isWorkspaceSid } from '@amd/core';
import { callIn } from '@amd/core/twilio';

/** An activity of a workspace, as it is at Twilio now. */
export interface ActualActivity {
  readonly sid: string;
  readonly name: string;
  readonly available: boolean;
}

/** A task queue, as it is at Twilio now. `workers` is its target expression. */
export interface ActualQueue {
  readonly sid: string;
  readonly name: string;
  readonly workers: string;
}

/** A workflow, as it is at Twilio now. `assignmentUrl` is asked which phone to ring. */
export interface ActualWorkflow {
  readonly sid: string;
  readonly name: string;
  readonly assignmentUrl: string;
  /** Requested when the other one does not answer in time. */
  readonly fallbackUrl: string;
  /** Seconds. */
  readonly reservationTimeout: number;
  /** JSON, unchecked. */
  readonly configuration: string;
  /** Those of its newest tasks that are not calls of ours: how many, by channel. */
  readonly foreignTasks: ReadonlyMap<string, number>;
}

/** A worker, as they are at Twilio now. `activity` is the name of their activity. */
export interface ActualWorker {
  readonly sid: string;
  readonly name: string;
  /** JSON, unchecked. */
  readonly attributes: string;
  readonly activity: string;
}

/** A phone number of the account, as it is at Twilio now: who is asked when it is called. */
export interface ActualNumber {
  readonly sid: string;
  readonly phone: string;
  readonly voiceUrl: string;
  readonly voiceMethod: string;
  readonly fallbackUrl: string;
  readonly statusUrl: string;
  readonly statusMethod: string;
  /** An application or a trunk that answers in place of the addresses; `null`: none. */
  readonly answeredBy: string | null;
  readonly voice: boolean;
}

/** A workspace as it is at Twilio. */
export interface ActualWorkspace {
  readonly sid: string;
  readonly name: string;
  /** `false`: created before 2019-12-19, with Idle, Busy and Reserved. */
  readonly multiTask: boolean;
  readonly eventUrl: string;
  /** Empty: all events. */
  readonly eventsFilter: readonly string[];
  /** SID of the activity. */
  readonly timeoutActivity: string;
  readonly activities: readonly ActualActivity[];
  readonly queues: readonly ActualQueue[];
  readonly workflows: readonly ActualWorkflow[];
  readonly workers: readonly ActualWorker[];
}

/** Looks a workspace up by name or SID; `null`: there is none. */
export async function readWorkspace(
  client: Twilio,
  wanted: string,
  progress: (text: string) => void = () => undefined,
): Promise<ActualWorkspace | null> {
  const { workspaces } = client.taskrouter.v1;
  progress(`Looking for workspace ${JSON.stringify(wanted)}`);
  const found = isWorkspaceSid(wanted)
    ? await workspaces(wanted).fetch()
    : (await workspaces.list({ friendlyName: wanted, limit: 1 }))[0];
  if (found === undefined) return null;
  const inside = workspaces(found.sid);
  progress('Reading activities, queues, workflows and workers');
  const [activities, queues, workflows, workers, tasks] = await Promise.all([
    inside.activities.list({ pageSize: 100 }),
    inside.taskQueues.list({ pageSize: 100 }),
    inside.workflows.list({ pageSize: 100 }),
    inside.workers.list({ pageSize: 100 }),
    inside.tasks.list({ ordering: 'DateCreated:desc', limit: TASKS, pageSize: TASKS }),
  ]);
  return {
    sid: found.sid,
    name: found.friendlyName,
    multiTask: found.multiTaskEnabled,
    eventUrl: text(found.eventCallbackUrl),
    eventsFilter: text(found.eventsFilter)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
    timeoutActivity: text(found.timeoutActivitySid),
    activities: activities.map((one) => ({ sid: one.sid, name: one.friendlyName, available: one.available })),
    queues: queues.map((one) => ({ sid: one.sid, name: one.friendlyName, workers: text(one.targetWorkers) })),
    workflows: workflows.map((one) => ({
      sid: one.sid,
      name: one.friendlyName,
      assignmentUrl: text(one.assignmentCallbackUrl),
      fallbackUrl: text(one.fallbackAssignmentCallbackUrl),
      reservationTimeout: one.taskReservationTimeout,
      configuration: text(one.configuration),
      foreignTasks: foreignTasks(tasks.filter(({ workflowSid }) => workflowSid === one.sid)),
    })),
    workers: workers.map((one) => ({
      sid: one.sid,
      name: one.friendlyName,
      attributes: text(one.attributes),
      activity: one.activitySid,
    })),
  };
}

/** How many of the newest tasks are read. */
const TASKS = 200;

function foreignTasks(
  tasks: readonly { readonly attributes: string; readonly taskChannelUniqueName: string }[],
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { attributes, taskChannelUniqueName: channel } of tasks) {
    if (callIn(text(attributes), text(channel)) === null) found.set(text(channel), (found.get(text(channel)) ?? 0) + 1);
  }
  return found;
}

/** Reads one number of the account; `null`: the account does not have it. */
export async function readNumber(client: Twilio, phone: string): Promise<ActualNumber | null> {
  // The filter also finds longer numbers that contain this one.
  const found = (await client.incomingPhoneNumbers.list({ phoneNumber: phone, limit: 20 })).find(
    (one) => one.phoneNumber === phone,
  );
  if (found === undefined) return null;
  const { voiceApplicationSid, trunkSid } = found as { voiceApplicationSid?: string | null; trunkSid?: string | null };
  const capabilities = found.capabilities as { voice?: boolean } | undefined;
  return {
    sid: found.sid,
    phone,
    voiceUrl: text(found.voiceUrl),
    voiceMethod: text(found.voiceMethod) || 'POST',
    fallbackUrl: text(found.voiceFallbackUrl),
    statusUrl: text(found.statusCallback),
    statusMethod: text(found.statusCallbackMethod) || 'POST',
    answeredBy: text(trunkSid) || text(voiceApplicationSid) || null,
    voice: capabilities?.voice !== false,
  };
}

/** Reads a text; Twilio uses both `null` and empty for nothing. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
