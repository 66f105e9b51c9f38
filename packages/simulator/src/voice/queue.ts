import type { Element } from '../twiml/element.js';
import { bridgeEnded, callerLeft, enqueueCall } from '../taskrouter/queueing.js';
import type { Reservation, Task } from '../taskrouter/model.js';
import { askForTwiml } from './ask.js';
import { closeBridges } from './bridge.js';
import type { Call, DocumentUrl } from './call.js';
import type { Execution } from './execution.js';
import { commonParams } from './params.js';
import { goTo, methodOf, NEXT, numberOf, resolveUrl } from './verbs.js';
import type { VerbContext, Step } from './verbs.js';
import { playQueueWait } from './queue-wait.js';
import type { World } from './world.js';

/** `QueueResult` of an Enqueue's action (twilio.com/docs/voice/twiml/enqueue). */
export type QueueResult =
  | 'bridged'
  | 'bridging-in-process'
  | 'hangup'
  | 'leave'
  | 'redirected'
  | 'redirected-from-bridged'
  | 'queue-full'
  | 'error'
  | 'system-error';

/** A caller in a queue, or out of it and with a worker. */
export interface Queued {
  readonly sid: string;
  readonly task: Task;
  /** Epoch ms. */
  readonly since: number;
  readonly action: DocumentUrl | undefined;
  waiting: Execution | undefined;
  /** The worker who has them, or will once the whisper is over. */
  with: { readonly leg: Call; readonly reservation: Reservation; readonly bridged: boolean } | undefined;
  /** The caller goes on at the action. */
  release(result: QueueResult): void;
}

/** A worker's leg that has a caller. */
export interface Dequeued {
  readonly caller: Call;
  readonly reservation: Reservation;
  /** The leg goes on at the action of its Dial. */
  release(): void;
}

const queueParams = (world: World, queued: Pick<Queued, 'sid' | 'since'>, result: QueueResult): [string, string][] => [
  ['QueueResult', result],
  ['QueueSid', queued.sid],
  ['QueueTime', String(Math.round((world.clock.now() - queued.since) / 1000))],
];

/** Executes `<Enqueue workflowSid>` (twilio.com/docs/voice/twiml/enqueue). */
export async function playEnqueue(ctx: VerbContext, verb: Element): Promise<Step> {
  const { world, call, run } = ctx;
  const workflowSid = verb.attributes['workflowSid'];
  const action = verb.attributes['action'];
  const url = action === undefined || action === '' ? undefined : resolveUrl(ctx, action);
  if (action !== undefined && action !== '' && url === undefined) return { to: 'error' };
  const method = methodOf(verb);
  const onwards = (queued: Pick<Queued, 'sid' | 'since'>, result: QueueResult): Step =>
    url === undefined ? NEXT : goTo(ctx, url, method, queueParams(world, queued, result));
  const sid = world.ids.sid('QU');
  const since = world.clock.now();
  const refuse = (code: number, message: string): Step => {
    world.debug({ code, level: 'error', message, url: ctx.base, callSid: call.sid });
    return onwards({ sid, since }, 'error');
  };
  if (workflowSid === undefined) return refuse(0, 'The simulator does not support <Enqueue> without workflowSid');
  if (verb.text.trim() !== '') return refuse(14204, '<Enqueue workflowSid> must not name a queue');
  const task = verb.children.find((child) => child.name === 'Task');
  const asked = (name: string): number | undefined =>
    task?.attributes[name] === undefined ? undefined : numberOf(task, name, 0);
  const result = enqueueCall(world, call, {
    workflowSid,
    task: task?.text ?? '',
    priority: asked('priority'),
    timeout: asked('timeout'),
  });
  if (!result.ok) return refuse(result.code, result.message);
  world.record('verb', call.sid, `Enqueue as ${result.task.sid}`, { verb: 'Enqueue', task: result.task.sid });
  const ended = await new Promise<QueueResult>((resolve) => {
    const queued: Queued = {
      sid,
      task: result.task,
      since,
      action: url === undefined ? undefined : { url, method },
      waiting: undefined,
      with: undefined,
      release(how) {
        queued.waiting?.cancel();
        if (call.queued === queued) call.queued = undefined;
        if (run.alive) resolve(how);
      },
    };
    call.queued = queued;
    playQueueWait(ctx, verb, queued);
  });
  // Taken out by its own wait document, or by the queue: no worker should be reserved for it.
  if (ended === 'leave') callerLeft(world, result.task, 'leave');
  return onwards({ sid, since }, ended);
}

/** Sends the caller to the action of their Enqueue; the task is to be wrapped up. */
export function part(world: World, leg: Call, caller: Call, reservation: Reservation): void {
  closeBridges(world, leg);
  bridgeEnded(world, reservation);
  const partner = caller.queued?.with;
  if (partner?.leg === leg) caller.queued?.release(partner.bridged ? 'bridged' : 'bridging-in-process');
}

/** `bridged`: undefined if no worker had them, false if the whisper was still playing. */
function resultOf(how: 'hangup' | 'redirected', bridged: boolean | undefined): QueueResult {
  if (bridged === undefined) return how;
  if (how === 'redirected') return bridged ? 'redirected-from-bridged' : 'redirected';
  return bridged ? 'bridged' : 'bridging-in-process';
}

/** Handles the effect of a call's end or redirect on its queue, or on the caller it has. */
export function leaveQueue(world: World, call: Call, how: 'hangup' | 'redirected'): void {
  const { queued, dequeued } = call;
  if (dequeued !== undefined) {
    call.dequeued = undefined;
    part(world, call, dequeued.caller, dequeued.reservation);
  }
  if (queued === undefined) return;
  call.queued = undefined;
  queued.waiting?.cancel();
  const partner = queued.with;
  if (partner === undefined) callerLeft(world, queued.task, how === 'hangup' ? world.toggles.taskCanceledReason : how);
  else {
    closeBridges(world, call);
    bridgeEnded(world, partner.reservation);
    partner.leg.dequeued?.release();
  }
  if (queued.action === undefined) return;
  if (how === 'redirected' && world.toggles.enqueueActionOnRedirect === 'none') return;
  const result = resultOf(how, partner?.bridged);
  // The call no longer listens to the answer.
  const params = commonParams(world.accountSid, call, call.status);
  params.push(...queueParams(world, queued, result));
  world.record('request', call.sid, `enqueue action (${result}) → ${queued.action.url}`, {
    event: 'enqueue-action',
    url: queued.action.url,
  });
  void askForTwiml(world, { ...queued.action, params, callSid: call.sid }).then((delivery) => {
    if (delivery.ok) return;
    world.debug({
      code: delivery.code,
      level: 'error',
      message: delivery.message,
      url: delivery.url,
      callSid: call.sid,
    });
  });
}
