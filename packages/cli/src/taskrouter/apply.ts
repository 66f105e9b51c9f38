import type { Twilio } from 'twilio';
import { twilioReason } from '../twilio-client.js';
import type { ActualWorkspace } from './actual.js';
import type { Change, Plan, Request } from './plan/change.js';
import { writeRouting } from './routing.js';

/** What `apply` did: all changes of the plan, or those before the first that failed. */
export type Applied =
  | { readonly ok: true; readonly done: readonly Change[] }
  /** What was done before stays; running the same again continues from there. */
  | { readonly ok: false; readonly done: readonly Change[]; readonly failed: Change; readonly reason: string };

/** Applies the changes of a plan, one after the other. */
export async function apply(
  client: Twilio,
  plan: Plan,
  actual: ActualWorkspace | null,
  onChange: (change: Change, at: number) => void = () => undefined,
): Promise<Applied> {
  const { workspaces } = client.taskrouter.v1;
  const done: Change[] = [];
  const activities = new Map(actual?.activities.map(({ name, sid }) => [name, sid]));
  const queues = new Map(actual?.queues.map(({ name, sid }) => [name, sid]));
  let workspace = actual?.sid ?? '';

  const need = (things: ReadonlyMap<string, string>, name: string): string => {
    const sid = things.get(name);
    if (sid === undefined) throw new Error(`"${name}" is not there`);
    return sid;
  };

  async function make({ do: what, name, sid, request }: Change): Promise<void> {
    switch (request.kind) {
      case 'workspace': {
        const { kind: _kind, timeoutActivity, friendlyName = name, ...params } = request;
        if (what === 'create') {
          workspace = (await workspaces.create({ friendlyName, ...params })).sid;
          const made = await workspaces(workspace).activities.list({ pageSize: 100 });
          for (const one of made) activities.set(one.friendlyName, one.sid);
          return;
        }
        const timeout = timeoutActivity === undefined ? {} : { timeoutActivitySid: need(activities, timeoutActivity) };
        await workspaces(workspace).update({ ...params, ...timeout });
        return;
      }
      case 'activity': {
        // A new workspace may already have it.
        if (activities.has(name)) return;
        const made = await workspaces(workspace).activities.create({
          friendlyName: name,
          available: request.available,
        });
        activities.set(name, made.sid);
        return;
      }
      case 'queue': {
        const { targetWorkers } = request;
        const { taskQueues } = workspaces(workspace);
        if (sid !== null) await taskQueues(sid).update({ targetWorkers });
        else queues.set(name, (await taskQueues.create({ friendlyName: name, targetWorkers })).sid);
        return;
      }
      case 'workflow': {
        const { workflows } = workspaces(workspace);
        const params = workflowParams(request);
        if (sid !== null) await workflows(sid).update(params);
        else await workflows.create({ friendlyName: name, configuration: '', ...params });
        return;
      }
      case 'worker': {
        const { attributes, activity } = request;
        const { workers } = workspaces(workspace);
        if (sid !== null) await workers(sid).update({ attributes });
        else {
          const begins = activity === undefined ? {} : { activitySid: need(activities, activity) };
          await workers.create({ friendlyName: name, attributes, ...begins });
        }
        return;
      }
      case 'number': {
        const { kind: _kind, ...params } = request;
        await client.incomingPhoneNumbers(sid ?? '').update(params);
      }
    }
  }

  function workflowParams({
    assignmentCallbackUrl,
    fallbackAssignmentCallbackUrl,
    taskReservationTimeout,
    routing,
  }: Extract<Request, { kind: 'workflow' }>) {
    return {
      ...(assignmentCallbackUrl === undefined ? {} : { assignmentCallbackUrl }),
      ...(fallbackAssignmentCallbackUrl === undefined ? {} : { fallbackAssignmentCallbackUrl }),
      ...(taskReservationTimeout === undefined ? {} : { taskReservationTimeout }),
      ...(routing === undefined
        ? {}
        : { configuration: writeRouting({ queue: need(queues, routing.queue), wait: routing.wait }) }),
    };
  }

  for (const [index, change] of plan.changes.entries()) {
    onChange(change, index);
    try {
      await make(change);
    } catch (error) {
      return { ok: false, done, failed: change, reason: twilioReason(error) };
    }
    done.push(change);
  }
  return { ok: true, done };
}
