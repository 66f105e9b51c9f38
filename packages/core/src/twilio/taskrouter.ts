import { isActivitySid, isCallSid, isReservationSid, isTaskSid, isWorkerSid, isWorkspaceSid } from '../kernel/ids.js';
import { parseAssignmentStatus, parseReservationStatus } from '../wire/taskrouter.js';
import type { TaskRouterEffect, TaskRouterOutcome } from '../flows/effects.js';
import type { Execution } from '../runtime/executor.js';
import { headerIn, isObject } from './classify.js';
import type { TwilioClient, TwilioWorkspaceContext } from './client.js';

/**
 * Carries out an effect of TaskRouter. A success counts only when it can be read.
 * @throws what the client throws
 */
export async function sendToTaskRouter(client: TwilioClient, effect: TaskRouterEffect): Promise<Execution> {
  const wrong = wrongSid(effect);
  if (wrong !== null) return outcome({ kind: 'refused', code: null, reason: `not a SID of a ${wrong}` });
  if (client.taskrouter === undefined) {
    return outcome({
      kind: 'refused',
      code: null,
      reason: 'the Twilio client has no TaskRouter: pass the official one',
    });
  }
  const workspace = client.taskrouter.v1.workspaces(effect.workspace);
  switch (effect.type) {
    case 'reservation.update':
      await workspace.tasks(effect.task).reservations(effect.reservation).update({
        reservationStatus: effect.status,
        workerActivitySid: effect.activity,
      });
      return outcome({ kind: 'done' });
    case 'reservation.fetch': {
      const found = await workspace.tasks(effect.task).reservations(effect.reservation).fetch();
      const status = parseReservationStatus(found.reservationStatus);
      return status === undefined
        ? unreadable('the status of the reservation')
        : outcome({ kind: 'reservation', status });
    }
    case 'task.update':
      await workspace.tasks(effect.task).update({ assignmentStatus: effect.status, reason: effect.reason });
      return outcome({ kind: 'done' });
    case 'task.fetch':
      return taskOf(await workspace.tasks(effect.task).fetch());
    case 'task.find':
      return findTask(workspace, effect.call);
    case 'worker.update':
      await workspace.workers(effect.worker).update({ activitySid: effect.activity, ifMatch: effect.version });
      return outcome({ kind: 'done' });
    case 'worker.fetch':
      return fetchWorker(client, effect);
    case 'reservation.coolDown': {
      const worker = workspace.workers(effect.worker);
      // Two others would do: one of them is not this one.
      const accepted = await worker.reservations.list({ reservationStatus: 'accepted', limit: 2 });
      if (accepted.some(({ sid }) => sid !== effect.reservation)) return outcome({ kind: 'elsewhere' });
      await worker.update({ activitySid: effect.activity });
      return outcome({ kind: 'done' });
    }
  }
}

/** The newest task of a call; a call that was enqueued again has more than one. */
async function findTask(workspace: TwilioWorkspaceContext, call: string): Promise<Execution> {
  const found = await workspace.tasks.list({
    evaluateTaskAttributes: `call_sid == "${call}"`,
    ordering: 'DateCreated:desc',
    limit: 1,
  });
  const [task] = found;
  return task === undefined ? outcome({ kind: 'gone' }) : taskOf(task);
}

function taskOf({ sid, assignmentStatus }: { readonly sid: string; readonly assignmentStatus: string }): Execution {
  const status = parseAssignmentStatus(assignmentStatus);
  return status === undefined || !isTaskSid(sid)
    ? unreadable('the status of the task')
    : outcome({ kind: 'task', sid, status });
}

/**
 * With its ETag, which `If-Match` needs and the client's own resources do not show
 * (twilio.com/docs/taskrouter/api/worker#update-a-worker-resource).
 */
async function fetchWorker(
  client: TwilioClient,
  { workspace, worker }: Extract<TaskRouterEffect, { type: 'worker.fetch' }>,
): Promise<Execution> {
  if (client.request === undefined)
    return outcome({ kind: 'refused', code: null, reason: 'the Twilio client has no "request"' });
  const uri = `https://taskrouter.twilio.com/v1/Workspaces/${workspace}/Workers/${worker}`;
  const response = await client.request({ method: 'get', uri });
  const body = readBody(response.body);
  if (response.statusCode < 200 || response.statusCode > 299) {
    // As the client itself would throw it.
    throw Object.assign(new Error(text(body['message']) ?? `HTTP ${String(response.statusCode)}`), {
      status: response.statusCode,
      code: body['code'],
      response: { headers: response.headers },
    });
  }
  const activity = body['activity_sid'];
  if (!isActivitySid(activity)) return unreadable('the activity of the worker');
  return outcome({
    kind: 'worker',
    activity,
    enteredAt: timeOf(body['date_status_changed']),
    // Without an ETag nothing can be said of the version; any is as good.
    version: headerIn(response.headers, 'etag')?.replaceAll('"', '') ?? '*',
  });
}

function readBody(body: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = typeof body === 'string' ? JSON.parse(body) : body;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function timeOf(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The first SID that is none, before it becomes part of a path. */
function wrongSid(effect: TaskRouterEffect): string | null {
  if (!isWorkspaceSid(effect.workspace)) return 'workspace';
  if ('task' in effect && !isTaskSid(effect.task)) return 'task';
  if ('reservation' in effect && !isReservationSid(effect.reservation)) return 'reservation';
  if ('worker' in effect && !isWorkerSid(effect.worker)) return 'worker';
  if ('activity' in effect && !isActivitySid(effect.activity)) return 'activity';
  if ('call' in effect && !isCallSid(effect.call)) return 'call';
  return null;
}

function outcome(result: TaskRouterOutcome): Execution {
  return { kind: 'outcome', outcome: result };
}

function unreadable(what: string): Execution {
  return { kind: 'ambiguous', reason: `Twilio did not say ${what}` };
}
