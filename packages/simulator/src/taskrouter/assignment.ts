import { deliver } from '../voice/deliver.js';
import { startExecution } from '../voice/run.js';
import type { World } from '../voice/world.js';
import { header, type WebhookResponse } from '../wire/transport.js';
import { objectOf } from './attributes.js';
import { taskParams, workerParams } from './events.js';
import type { Reservation } from './model.js';
import { accept, reject } from './reservations.js';

/** How long an application may take (twilio.com/docs/taskrouter/handle-assignment-callbacks). */
const ASSIGNMENT_MS = 5000;

/** Asks the application what to do with a reservation; without a usable answer it stays pending until it times out. */
export async function assign(world: World, reservation: Reservation): Promise<void> {
  const { task } = reservation;
  const { assignmentCallbackUrl, fallbackAssignmentCallbackUrl } = task.workflow;
  for (const url of [assignmentCallbackUrl, fallbackAssignmentCallbackUrl]) {
    if (url === undefined) continue;
    const params: [string, string][] = [
      ['AccountSid', world.accountSid],
      ['WorkspaceSid', task.workspace.sid],
      ['ReservationSid', reservation.sid],
      ['Timestamp', String(Math.floor(world.clock.now() / 1000))],
      ...workerParams(reservation.worker).filter(([name]) => name !== 'WorkerVersion'),
      ...taskParams(task, world.clock.now()).filter(([name]) => name !== 'TaskVersion'),
      ['SimulatorUnknownParameter', 'ignore me'],
    ];
    world.record('request', task.call?.sid, `assignment ${reservation.sid} → ${url}`, {
      event: 'assignment',
      url,
      reservation: reservation.sid,
    });
    const delivery = await deliver(world, { url, method: 'POST', params, limitMs: ASSIGNMENT_MS });
    if (delivery.ok) {
      obey(world, reservation, delivery.response, delivery.url);
      return;
    }
    complain(world, reservation, 40000, `assignment callback: ${delivery.message}`, delivery.url);
  }
}

function complain(
  world: World,
  reservation: Reservation,
  code: number,
  message: string,
  url: string,
  level: 'warning' | 'error' = 'error',
): void {
  world.debug({ code, level, message, url, callSid: reservation.task.call?.sid ?? reservation.task.sid });
}

function obey(world: World, reservation: Reservation, response: WebhookResponse, url: string): void {
  const say = (code: number, message: string, level?: 'warning' | 'error'): void => {
    complain(world, reservation, code, message, url, level);
  };
  if (response.status === 204 && world.toggles.emptyAssignment204 === 'warning') {
    say(40005, 'assignment callback answered 204 instead of 200 with an empty body', 'warning');
  }
  // "I will decide later".
  if (response.body.trim() === '') return;
  if (!/\bjson\b/i.test(header(response, 'content-type') ?? '')) {
    say(40001, 'the answer to an assignment callback must be application/json', 'warning');
  }
  const answer = objectOf(response.body);
  if (answer === undefined) {
    say(40001, 'Could not parse the assignment instruction: JSON is expected');
    return;
  }
  const instruction = answer['instruction'];
  if (typeof instruction !== 'string') {
    say(40005, 'the answer to an assignment callback has no instruction', 'warning');
    return;
  }
  if (reservation.status !== 'pending') {
    say(40135, 'an instruction can only be issued on a currently pending reservation', 'warning');
    return;
  }
  const { workspace, call } = reservation.task;
  switch (instruction) {
    case 'accept':
      accept(world, reservation);
      return;
    case 'reject': {
      const sid = answer['activity_sid'];
      const activity = typeof sid === 'string' ? workspace.activities.get(sid) : undefined;
      if (activity === undefined) say(40100, `reject needs the activity_sid of an activity: ${String(sid)}`, 'warning');
      reject(world, reservation, activity);
      return;
    }
    case 'redirect': {
      const to = answer['url'];
      if (typeof to !== 'string' || !URL.canParse(to) || call?.live !== true || answer['call_sid'] !== call.sid) {
        say(40140, 'redirect needs the call_sid of the waiting call and an absolute url');
        return;
      }
      if (answer['accept'] === true || answer['accept'] === 'true') accept(world, reservation);
      startExecution(world, call, { url: to, method: 'POST', params: [] });
      return;
    }
    case 'dequeue':
    case 'call':
    case 'conference':
      say(0, `The simulator does not support the assignment instruction "${instruction}"`);
      return;
    default:
      say(55555, `Unknown assignment instruction: ${instruction}`);
  }
}
