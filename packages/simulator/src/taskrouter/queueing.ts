import { RestRefusal } from '../rest/errors.js';
import type { Call } from '../voice/call.js';
import type { World } from '../voice/world.js';
import { objectOf } from './attributes.js';
import { emit } from './events.js';
import { isOver, type Reservation, type Task, type Workflow, type Workspace } from './model.js';
import { accept, wrap } from './reservations.js';
import { cancelTask, completeTask, createTask, setTask } from './tasks.js';
import { moveWorker } from './workers.js';

interface Failure {
  readonly ok: false;
  readonly code: number;
  readonly message: string;
}

function findWorkflow(world: World, sid: string): { workspace: Workspace; workflow: Workflow } | undefined {
  for (const workspace of world.workspaces.values()) {
    const workflow = workspace.workflows.get(sid);
    if (workflow !== undefined) return { workspace, workflow };
  }
  return undefined;
}

/** Returns what Twilio says about a call in the attributes of its task (twilio.com/docs/taskrouter/queueing-twilio-calls). */
function attributesOfCall(world: World, call: Call): Record<string, string> {
  const country = (number: string): string => (number.startsWith('+1') ? 'US' : '');
  const place = (party: string, number: string): Record<string, string> => ({
    [`${party}_city`]: '',
    [`${party}_state`]: '',
    [`${party}_zip`]: '',
    [`${party}_country`]: country(number),
  });
  return {
    ...place('from', call.from),
    ...place('caller', call.from),
    ...place('to', call.to),
    ...place('called', call.to),
    from: call.from,
    caller: call.from,
    to: call.to,
    called: call.to,
    call_sid: call.sid,
    account_sid: world.accountSid,
    direction: call.direction,
    call_status: call.status,
    api_version: '2010-04-01',
  };
}

/** Puts a call into a workflow (twilio.com/docs/voice/twiml/enqueue). */
export function enqueueCall(
  world: World,
  call: Call,
  request: { workflowSid: string; task: string; priority: number | undefined; timeout: number | undefined },
): { readonly ok: true; readonly task: Task } | Failure {
  const found = findWorkflow(world, request.workflowSid);
  if (found === undefined) {
    return { ok: false, code: 14220, message: `Invalid workflowSid: ${request.workflowSid}` };
  }
  const own = request.task.trim() === '' ? {} : objectOf(request.task);
  if (own === undefined) return { ok: false, code: 14221, message: 'The attributes of <Task> are not a JSON object' };
  const attributes = JSON.stringify({ ...attributesOfCall(world, call), ...own });
  try {
    const { priority, timeout } = request;
    const task = createTask(world, found.workspace, {
      workflow: found.workflow,
      attributes,
      priority,
      timeout,
      channel: 'voice',
      call,
    });
    return { ok: true, task };
  } catch (error) {
    if (!(error instanceof RestRefusal)) throw error;
    return { ok: false, code: 14222, message: error.message };
  }
}

/** Cancels the task of a caller who hung up or was taken out of the queue, unless a worker has it. */
export function callerLeft(world: World, task: Task, reason: string): void {
  if (task.status === 'pending' || task.status === 'reserved') cancelTask(world, task, reason);
}

function findReservation(world: World, sid: string): Reservation | undefined {
  for (const workspace of world.workspaces.values()) {
    const reservation = workspace.reservations.get(sid);
    if (reservation !== undefined) return reservation;
  }
  return undefined;
}

/**
 * Gives the caller to a worker's leg, which accepts the reservation; that has to be pending (twilio.com/docs/voice/twiml/queue).
 */
export function dequeue(
  world: World,
  sid: string,
  leg: Call,
  postWorkActivitySid: string | undefined,
): { readonly ok: true; readonly caller: Call; readonly reservation: Reservation } | Failure {
  const reservation = findReservation(world, sid);
  if (reservation === undefined) return { ok: false, code: 14217, message: `Reservation ${sid} was not found` };
  const { status, task } = reservation;
  if (status === 'canceled' || status === 'rescinded') {
    return { ok: false, code: 14217, message: `Reservation ${sid} is ${status}` };
  }
  const caller = task.call;
  if (status !== 'pending') {
    return { ok: false, code: 14215, message: `Reservation ${sid} is not pending: it is ${status}` };
  }
  if (caller?.queued?.task !== task) {
    return { ok: false, code: 14217, message: `The caller of reservation ${sid} is not in the queue` };
  }
  const activity = postWorkActivitySid === undefined ? undefined : task.workspace.activities.get(postWorkActivitySid);
  if (postWorkActivitySid !== undefined && activity === undefined) {
    world.debug({
      code: 14218,
      level: 'warning',
      message: `Invalid postWorkActivitySid: ${postWorkActivitySid}`,
      url: undefined,
      callSid: leg.sid,
    });
  }
  reservation.leg = leg;
  reservation.postWorkActivity = activity;
  accept(world, reservation);
  return { ok: true, caller, reservation };
}

/** Ends a bridge. In a multitasking workspace the task waits for the application to complete it. */
export function bridgeEnded(world: World, reservation: Reservation): void {
  const { task, worker, postWorkActivity } = reservation;
  const { workspace } = task;
  const to = postWorkActivity ?? (workspace.multiTask ? undefined : reservation.before);
  if (to !== undefined) moveWorker(world, workspace, worker, to);
  if (isOver(task.status)) return;
  if (workspace.multiTask && world.toggles.wrapAfterBridge === 'multitask') {
    if (task.status !== 'assigned') return;
    setTask(world, task, 'wrapping');
    wrap(world, reservation);
    emit(world, workspace, 'task.wrapup', { task, worker, reservation }, `Task ${task.sid} moved to wrapup`);
  } else completeTask(world, task, 'hangup');
}
