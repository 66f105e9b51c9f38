import type { CallbackRef, CallEffect, TaskRouterOutcome, TwilioEffect, Verb } from '@amd/core';
import { isOver, type Call, type Calls } from './call.js';
import type { Order } from './order.js';
import type { Told } from './told.js';

type VerbOf<Name extends Verb['verb']> = Extract<Verb, { verb: Name }>;
type Activity = string;

export const of = (prefix: string, n: number): string => `${prefix}${String(n).padStart(32, '0')}`;
export const AVAILABLE = of('WA', 1);
export const UNAVAILABLE = of('WA', 2);
export const OFFLINE = of('WA', 3);

export interface QueueWorker {
  readonly sid: string;
  readonly name: string;
  /** The attribute, unchecked. */
  readonly phone: string | null;
  activity: Activity;
}

interface Task {
  readonly sid: string;
  readonly visit: number | null;
  status: 'pending' | 'reserved' | 'assigned' | 'wrapping' | 'completed' | 'canceled';
  /** Deleted some minutes after its end. */
  deleted: boolean;
}

export interface HeldWorker {
  readonly sid: string;
  readonly task: Task;
  readonly worker: QueueWorker;
  status: 'pending' | 'accepted' | 'rejected' | 'timeout' | 'canceled' | 'rescinded' | 'wrapping' | 'completed';
  /** The assignment has reached us. */
  told: boolean;
  /** The worker's own event has reported where they are. */
  seen: boolean;
  /** By whom it was rejected or accepted. */
  by: 'us' | 'others' | null;
  /** When its acceptance was reported to us, ms. */
  toldAccepted: number;
}

export interface QueueOptions {
  readonly order: Order;
  readonly calls: () => Calls;
  readonly reservationSeconds: number;
  /** Asks the flow what to do with a worker. */
  readonly assign: (reservation: HeldWorker) => { readonly kind: string };
  readonly event: (type: string, task: Task, reservation: HeldWorker | null) => Told | null;
  readonly workers: readonly QueueWorker[];
}

export interface Queue {
  readonly special: (call: Call, verb: Verb, next: () => void) => boolean;
  readonly carryOut: (effect: Exclude<TwilioEffect, CallEffect>) => TaskRouterOutcome;
  readonly reservations: readonly HeldWorker[];
  /** The caller of a task is in the queue. */
  readonly isWaitedIn: (task: Task) => boolean;
  readonly tasks: readonly Task[];
  /** A cool-down is over. */
  readonly back: (worker: string) => void;
}

/** Creates TaskRouter as one caller sees it: their task, workers who are reserved for it, and the notifications about both. */
export function createQueue(options: QueueOptions): Queue {
  const { order, workers, assign, event } = options;
  const tasks: Task[] = [];
  const reservations: HeldWorker[] = [];
  let queued: { call: Call; verb: VerbOf<'enqueue'>; task: Task } | null = null;
  // Properties of a workspace.
  const isDeaf = order.trouble('no event of TaskRouter ever arrives', 0.06);
  const isUnasked = order.trouble('no assignment ever arrives', isDeaf ? 0.4 : 0.03);
  const findIsRefused = order.trouble('a task cannot be looked for', 0.1);
  const mostHeld = order.pick([1, 1, 2]);
  const workflowMs = order.between(20_000, 240_000);

  /** Moves a worker, with an event that may be lost. */
  function move(held: HeldWorker, activity: Activity): void {
    held.worker.activity = activity;
    held.seen = !isDeaf && !order.trouble('an event of a worker is lost', 0.05);
  }

  function tell(type: string, task: Task, reservation: HeldWorker | null = null): void {
    if (isDeaf) return;
    const told = event(type, task, reservation);
    if (told === null) return;
    options.calls().send(told, type, () => {
      if (type === 'reservation.accepted' && reservation !== null) reservation.toldAccepted = order.now();
    });
  }

  // ---- the caller

  function special(call: Call, verb: Verb, _next: () => void): boolean {
    if (verb.verb === 'enqueue' && call.leg === 0) enqueue(call, verb);
    else if (verb.verb === 'leave' && queued?.call === call) dequeue('leave', true);
    else if (verb.verb === 'dial.queue' && call.leg > 0) dialQueue(call, verb);
    else return false;
    return true;
  }

  function enqueue(call: Call, verb: VerbOf<'enqueue'>): void {
    const calls = options.calls();
    if (order.trouble('the queue takes nobody', 0.04)) {
      calls.ask(call, verb.action as CallbackRef, { QueueResult: order.pick(['queue-full', 'error', 'system-error']) });
      return;
    }
    const visit = Number(verb.attributes['amd_visit']);
    const fresh: Task = { sid: of('WT', tasks.length + 1), visit, status: 'pending', deleted: false };
    tasks.push(fresh);
    queued = { call, verb, task: fresh };
    calls.waits(call);
    call.leave = (why) => dequeue(why === 'over' ? 'hangup' : 'redirected', why === 'over');
    call.again = null;
    if (verb.wait !== undefined && 'purpose' in verb.wait) {
      const { wait } = verb;
      call.again = () => calls.ask(call, wait);
      calls.ask(call, wait);
    }
    tell('task.created', fresh);
    order.after(order.between(100, 1500), () => reserve(fresh));
    order.after(workflowMs, () => {
      if (fresh.status !== 'pending' && fresh.status !== 'reserved') return;
      order.meet('the workflow gives up on a caller who is still in the queue');
      if (order.chance(0.5)) tell('workflow.timeout', fresh);
      cancel(fresh);
    });
  }

  /** Takes the caller out of the queue, but not to a worker of ours. */
  function dequeue(result: string, asks: boolean): void {
    if (queued === null) return;
    const { call, verb, task } = queued;
    queued = null;
    call.leave = null;
    call.again = null;
    const calls = options.calls();
    if (asks) calls.ask(call, verb.action as CallbackRef, { QueueResult: result });
    else if (order.chance(0.7)) calls.mention(call, verb.action as CallbackRef, { QueueResult: result });
    // A call that hangs up, or goes elsewhere, takes its task with it; now and then that is not noticed.
    if (result === 'hangup' || order.chance(0.6)) order.after(order.below(400), () => cancel(task));
  }

  function cancel(task: Task): void {
    if (task.status !== 'pending' && task.status !== 'reserved') return;
    for (const one of reservations) {
      if (one.task !== task || one.status !== 'pending') continue;
      one.status = 'canceled';
      tell('reservation.canceled', task, one);
    }
    over(task, 'canceled');
  }

  function over(task: Task, status: 'completed' | 'canceled'): void {
    task.status = status;
    tell(`task.${status}`, task);
    order.after(5 * 60_000, () => {
      task.deleted = true;
      tell('task.deleted', task);
    });
  }

  // ---- workers

  function reserve(task: Task): void {
    if (task.status !== 'pending' && task.status !== 'reserved') return;
    const pending = reservations.filter((one) => one.task === task && one.status === 'pending');
    const free = workers.filter(
      (worker) =>
        worker.activity === AVAILABLE &&
        !reservations.some((one) => one.worker === worker && ['pending', 'accepted', 'wrapping'].includes(one.status)),
    );
    const worker = free[0];
    if (worker === undefined || pending.length >= mostHeld) return;
    const fresh: HeldWorker = {
      sid: of('WR', reservations.length + 1),
      task,
      worker,
      status: 'pending',
      told: false,
      seen: false,
      by: null,
      toldAccepted: Infinity,
    };
    reservations.push(fresh);
    task.status = 'reserved';
    order.say(() => `TaskRouter holds ${worker.name} (${fresh.sid.slice(-2)})`);
    tell('reservation.created', task, fresh);
    if (!isUnasked) askFor(fresh);
    order.after(options.reservationSeconds * 1000, () => {
      if (fresh.status !== 'pending') return;
      order.meet('a reservation times out');
      fresh.status = 'timeout';
      move(fresh, OFFLINE);
      tell('reservation.timeout', task, fresh);
      freed(task);
    });
    if (mostHeld > 1) order.after(order.between(50, 1000), () => reserve(task));
    if (order.trouble('a worker takes the call in another application', 0.03)) {
      order.after(order.between(500, 15_000), () => takenByOthers(fresh));
    } else if (order.trouble('a worker declines in another application', 0.03)) {
      order.after(order.between(500, 15_000), () => reject(fresh, UNAVAILABLE, 'others'));
    }
  }

  function freed(task: Task): void {
    const isHeld = reservations.some((one) => one.task === task && one.status === 'pending');
    if (task.status === 'reserved' && !isHeld) task.status = 'pending';
    order.after(order.between(50, 1000), () => reserve(task));
  }

  /** Requests an instruction: JSON within five seconds, tried twice at most. */
  function askFor(reservation: HeldWorker): void {
    const deliver = (): { readonly kind: string } => {
      reservation.told = true;
      order.say(() => `TaskRouter asks about ${reservation.worker.name}`);
      return assign(reservation);
    };
    const act = (reply: { readonly kind: string }): void => {
      if (reply.kind !== 'instruction') return;
      const { instruction } = reply as unknown as { instruction: { instruction: string; activity: string } };
      order.after(order.below(100), () => reject(reservation, instruction.activity, 'us'));
    };
    if (order.trouble('an assignment is lost', 0.03)) return;
    const first = order.between(5, 300);
    if (order.trouble('an assignment is told twice', 0.06)) {
      const second = order.chance(0.5);
      order.after(first, () => {
        const reply = deliver();
        if (!second) act(reply);
      });
      order.after(first + order.below(10_000), () => {
        const reply = deliver();
        if (second) act(reply);
      });
    } else order.after(first, () => act(deliver()));
  }

  function reject(reservation: HeldWorker, activity: Activity, by: 'us' | 'others'): boolean {
    if (reservation.status !== 'pending') return false;
    reservation.status = 'rejected';
    reservation.by = by;
    move(reservation, activity);
    tell('reservation.rejected', reservation.task, reservation);
    freed(reservation.task);
    return true;
  }

  /** Lets the worker's own client take the caller out of the queue. */
  function takenByOthers(reservation: HeldWorker): void {
    if (reservation.status !== 'pending' || queued?.task !== reservation.task) return;
    const { call } = queued;
    accept(reservation, 'others');
    dequeue('redirected', false);
    call.turn += 1;
    call.waitsSince = null;
    call.heard.push('→ elsewhere');
    const calls = options.calls();
    call.leave = (why) => {
      call.leave = null;
      // Before it was reported, we cannot know.
      if (why === 'redirected' && reservation.toldAccepted < call.redirectedAt)
        order.broke('a caller is taken away from a worker of another application');
      reservation.status = 'completed';
      tell('reservation.completed', reservation.task, reservation);
      over(reservation.task, 'completed');
    };
    calls.later(call, order.between(1000, 30_000), () => calls.finish(call, 'completed', 'themselves'));
  }

  function accept(reservation: HeldWorker, by: 'us' | 'others'): void {
    reservation.status = 'accepted';
    reservation.by = by;
    reservation.task.status = 'assigned';
    tell('reservation.accepted', reservation.task, reservation);
    for (const one of reservations) {
      if (one === reservation || one.task !== reservation.task || one.status !== 'pending') continue;
      order.meet('a worker is held who is not needed any more');
      one.status = 'rescinded';
      tell('reservation.rescinded', one.task, one);
    }
  }

  /** Accepts the reservation and connects, if it is still pending and the caller is there. */
  function dialQueue(leg: Call, verb: VerbOf<'dial.queue'>): void {
    const calls = options.calls();
    const reservation = reservations.find(({ sid }) => sid === verb.reservation);
    const asks = (more: Readonly<Record<string, string>>): void => calls.ask(leg, verb.action as CallbackRef, more);
    calls.settled(leg);
    if (reservation?.status !== 'pending' || queued?.task !== reservation.task || isOver(queued.call)) {
      order.meet('somebody is told to take a caller who is not there any more');
      calls.later(leg, order.below(400), () => asks({ DialCallStatus: 'failed', DialBridged: 'false' }));
      return;
    }
    const { call, verb: enqueued } = queued;
    queued = null;
    call.turn += 1;
    call.again = null;
    accept(reservation, 'us');
    if (verb.whisper !== undefined) calls.overhear(call, verb.whisper as CallbackRef);
    calls.join(leg, call);
    let isOpen = true;
    const close = (why: 'redirected' | 'over', who: Call): void => {
      if (!isOpen) return;
      isOpen = false;
      leg.leave = call.leave = null;
      leg.talking = call.talking = false;
      if (verb.postWorkActivity !== undefined) move(reservation, verb.postWorkActivity);
      reservation.status = 'wrapping';
      reservation.task.status = 'wrapping';
      tell('task.wrapup', reservation.task, reservation);
      tell('reservation.wrapup', reservation.task, reservation);
      const wasRedirected = why === 'redirected';
      const result = { QueueResult: wasRedirected && who === call ? 'redirected-from-bridged' : 'bridged' };
      const bridged = { DialCallStatus: 'completed', DialBridged: 'true' };
      if (!(wasRedirected && who === leg)) asks(bridged);
      if (wasRedirected && who === call) calls.mention(call, enqueued.action as CallbackRef, result);
      else calls.ask(call, enqueued.action as CallbackRef, result);
    };
    leg.leave = (why) => close(why, leg);
    call.leave = (why) => close(why, call);
    calls.talk(leg, call, (who) => calls.finish(who, 'completed', 'themselves'));
  }

  // ---- REST

  function carryOut(effect: Exclude<TwilioEffect, CallEffect>): TaskRouterOutcome {
    const no = { kind: 'refused', code: 20001, reason: 'not in that state' } as const;
    switch (effect.type) {
      case 'reservation.update': {
        const found = reservations.find(({ sid }) => sid === effect.reservation);
        if (found === undefined) return { kind: 'gone' };
        return reject(found, effect.activity, 'us') ? { kind: 'done' } : no;
      }
      case 'reservation.fetch': {
        const found = reservations.find(({ sid }) => sid === effect.reservation);
        return found === undefined || found.task.deleted
          ? { kind: 'gone' }
          : { kind: 'reservation', status: found.status };
      }
      case 'task.update': {
        const task = tasks.find(({ sid }) => sid === effect.task);
        if (task === undefined || task.deleted) return { kind: 'gone' };
        const isTaken = task.status === 'assigned' || task.status === 'wrapping';
        const isOpen = task.status === 'pending' || task.status === 'reserved';
        if (effect.status === 'canceled' ? !isOpen : !isTaken) return no;
        if (effect.status === 'canceled') cancel(task);
        else {
          if (reservations.some((one) => one.task === task && one.by === 'others' && one.status === 'accepted')) {
            order.broke("somebody else's task is completed by us");
          }
          for (const one of reservations) {
            if (one.task !== task || (one.status !== 'accepted' && one.status !== 'wrapping')) continue;
            one.status = 'completed';
            tell('reservation.completed', task, one);
          }
          over(task, 'completed');
        }
        return { kind: 'done' };
      }
      case 'task.fetch': {
        const task = tasks.find(({ sid }) => sid === effect.task);
        return task === undefined || task.deleted
          ? { kind: 'gone' }
          : { kind: 'task', sid: task.sid as never, status: task.status };
      }
      case 'task.find': {
        if (findIsRefused) return { kind: 'refused', code: 20001, reason: 'refused' };
        const task = tasks.filter(({ deleted }) => !deleted).at(-1);
        return task === undefined ? { kind: 'gone' } : { kind: 'task', sid: task.sid as never, status: task.status };
      }
      case 'reservation.coolDown': {
        const found = reservations.find(({ sid }) => sid === effect.reservation);
        if (found === undefined) return { kind: 'gone' };
        const talksElsewhere = reservations.some(
          (one) => one !== found && one.worker === found.worker && one.status === 'accepted',
        );
        if (talksElsewhere) return { kind: 'elsewhere' };
        move(found, effect.activity);
        return { kind: 'done' };
      }
      case 'worker.fetch':
      case 'worker.update':
        return { kind: 'failed', reason: 'not played' };
    }
  }

  return {
    special,
    carryOut,
    reservations,
    isWaitedIn: (task) => queued?.task === task,
    tasks,
    back(sid) {
      const worker = workers.find((one) => one.sid === sid);
      if (worker === undefined) return;
      worker.activity = AVAILABLE;
      const waiting = tasks.find(({ status }) => status === 'pending');
      if (waiting !== undefined) reserve(waiting);
    },
  };
}

export type { Task as QueueTask };
