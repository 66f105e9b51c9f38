import {
  DEFAULT_TASKROUTER_CONFIG,
  isTaskCallFinal,
  taskrouter,
  taskSettings,
  type CallEffect,
  type TaskRouterState,
  type TaskRouterWorkspace,
  type TaskSettings,
} from '@amd/core';
import { ofTaskEvent, translateTaskCallback } from '../../../core/src/http/taskrouter/events.js';
import { isOver, type Call } from './call.js';
import { createCalls } from './calls.js';
import { CALLER, hangUps, isScreening, legOptions, meaningOf, OURS } from './choices.js';
import { expectSoon, judgeCaller, judgeJoin, judgeLeg, noteDelivered, repeatsOf, tellWithKeys } from './judge.js';
import { createOrder, type Order, type OrderOptions } from './order.js';
import { somebody, type Person } from './people.js';
import { AVAILABLE, createQueue, of, OFFLINE, UNAVAILABLE, type HeldWorker, type QueueWorker } from './queue.js';
import { createRecord } from './record.js';
import type { Told } from './told.js';

const LONGEST_MS = 45 * 60_000;
const REST_MS = 60_000;

/** Plays one call in a queue, from its first request to its last, with everything that may happen. */
export function playTaskRouter(options: OrderOptions): Order {
  const order = createOrder(options);
  const reservationSeconds = order.pick([30, 120, 120]);
  const settings = settingsOf(order, reservationSeconds);
  const workers = workersOf(order);
  const people = new Map<string, Person>();
  const noteRepeats = repeatsOf(order);
  /** Workers whose own flow was notified, by reservation. */
  const sent = new Set<string>();
  const record = createRecord<TaskRouterState, { kind: string }, typeof DEFAULT_TASKROUTER_CONFIG>({
    order,
    flow: taskrouter,
    config: DEFAULT_TASKROUTER_CONFIG,
    carryOut: (effect, askedAt) =>
      effect.type.startsWith('call.') ? calls.carryOut(effect as CallEffect, askedAt) : queue.carryOut(effect as never),
    mayDiffer: (event, state) => event.type === 'inbound' && state.kind === 'call' && state.result === 'handedOff',
    look: (state, event) => noteRepeats(event, state),
    send({ id, event }) {
      const { worker, reservation } = event as unknown as { worker: string; reservation: string };
      if (sent.has(id)) order.broke('the flow of a worker is told twice of one thing', id);
      sent.add(id).add(`${event.type}:${reservation}`);
      // That flow brings them back.
      order.after(REST_MS, () => queue.back(worker));
    },
  });
  const queue = createQueue({
    order,
    calls: () => calls,
    reservationSeconds,
    workers,
    assign: (held) => assign(held),
    event(type, task, held) {
      const call = { sid: caller.sid as never, from: CALLER, to: OURS, visit: task.visit };
      const told = ofTaskEvent({
        ...{ type, workspace: settings.workspace.sid, happenedAt: order.now(), worker: null },
        ...{ task: task.sid as never, taskStatus: task.status, taskReason: null, call },
        reservation: (held?.sid ?? null) as never,
      });
      return told;
    },
  });
  const calls = createCalls({
    order,
    people(to) {
      const known = people.get(to) ?? somebody(order);
      people.set(to, known);
      return known;
    },
    translate(ref, params) {
      const translated = translateTaskCallback(ref, params);
      if (!translated.ok) order.broke('a webhook of Twilio is refused', translated.problem);
      return translated.ok ? translated.event : null;
    },
    tell: tellWithKeys(order, settings, record.state, record.tell),
    special: queue.special,
    joined: (leg) => judgeJoin(order, settings, leg, 'queue'),
    over(call) {
      if (call.leg === 0) callerIsOver();
      judgeLeg(order, call);
    },
    longestWaitMs: () => Math.max(240, settings.deadlineSeconds ?? 0) * 1000 + 5 * 60_000 + order.heldUp(),
    delivered(call, ref, params, askedAt) {
      const { declined } = call;
      noteDelivered(order, settings, call, ref, params, askedAt);
      if (call.declined && !declined) expectFreed(call);
    },
    meaningOf: (digits) => meaningOf(settings, digits),
    isScreening: (speech) => isScreening(settings, speech),
    elsewhere,
  });
  const caller = calls.add({ leg: 0, visit: 0, to: CALLER, person: null, status: 'ringing' });

  function assign({ sid, task, worker }: HeldWorker): { readonly kind: string } {
    const reply = record.tell({
      ...{ type: 'assignment', task: task.sid, reservation: sid, worker: worker.sid, workerName: worker.name },
      ...{ phone: worker.phone, call: { sid: caller.sid, from: CALLER, to: OURS, visit: task.visit }, settings },
    });
    if (reply.kind !== 'instruction' && reply.kind !== 'later')
      order.broke(`an assignment is answered with ${reply.kind}`);
    return reply;
  }

  /** A worker who has declined is kept no longer, so that the next one can be held. */
  function expectFreed({ to, visit }: Call): void {
    const held = queue.reservations.find(
      ({ status, worker, task }) => status === 'pending' && worker.phone === to && task.visit === visit,
    );
    if (held === undefined) return;
    const isFree = (): boolean => held.status !== 'pending' || !queue.isWaitedIn(held.task);
    expectSoon(order, isFree, 'a worker is kept who has declined');
  }

  function inbound(): void {
    const call = { sid: caller.sid, from: CALLER, to: OURS, status: caller.status, token: 'token' };
    calls.request(caller, { type: 'inbound', call, settings } as Told, 'inbound');
  }

  function callerIsOver(): void {
    judgeCaller(order, settings, caller);
    order.after(4 * 60_000 + order.heldUp(), () => {
      for (const leg of calls.all) {
        if (leg.leg > 0 && leg.answeredAt !== null && !isOver(leg)) order.broke('a leg is left on the line for nobody');
      }
    });
  }

  function elsewhere(call: Call): void {
    calls.later(call, order.between(500, 20_000), () => {
      if (!order.chance(0.4)) {
        calls.finish(call, 'completed', 'themselves');
        return;
      }
      order.meet('a caller who was handed on comes back');
      call.heard.length = 0;
      calls.waits(call);
      inbound();
    });
  }

  order.say(() => JSON.stringify({ ...settings, texts: undefined, workers }));
  inbound();
  for (const at of hangUps(order)) order.after(at, () => calls.finish(caller, 'completed', 'themselves'));
  order.run(LONGEST_MS);
  if (order.broken.length > 0) return order;

  order.say(() => 'the end');
  for (const call of calls.all) {
    if (!isOver(call)) order.broke(call.leg === 0 ? 'a caller never gets out' : 'a leg never ends', call.status);
  }
  const state = record.state();
  if (order.broken.length === 0 && state.kind === 'call' && !isTaskCallFinal(state)) {
    order.broke('the record lives on though every call is over');
  }
  for (const held of queue.reservations) judgeWorker(order, held, sent);
  for (const { status } of queue.tasks) {
    if (status === 'assigned' || status === 'wrapping')
      order.broke('a task is never completed: its worker gets no more calls', status);
    if (status === 'pending' || status === 'reserved') order.broke('a task lives on without its caller', status);
  }
  return order;
}

/** Checks that every worker who was reserved comes back to work. */
function judgeWorker(
  order: Order,
  { sid, status, by, worker, told, seen }: HeldWorker,
  sent: ReadonlySet<string>,
): void {
  if (status === 'pending') order.broke('a worker is held for ever');
  // Their own flow learns of a cool-down from TaskRouter as well; of a timeout only from us.
  const isParked = seen || sent.has(`worker.parked:${sid}`);
  if (status === 'rejected' && by === 'us' && worker.activity === UNAVAILABLE && !isParked) {
    order.broke('a worker rests, and nobody brings them back', 'after a rejection');
  }
  if (status === 'timeout' && told && !sent.has(`worker.timedOut:${sid}`)) {
    order.broke('a worker is parked by a time-out, and nobody brings them back');
  }
  if (status === 'completed' && by === 'us' && worker.activity === UNAVAILABLE && !isParked) {
    order.broke('a worker rests, and nobody brings them back', 'after a talk');
  }
}

function workersOf(order: Order): QueueWorker[] {
  return Array.from({ length: order.between(1, 3) }, (_, n) => ({
    sid: of('WK', n + 1),
    name: ['Ann', 'Bob', 'Cleo'][n] ?? '',
    phone: order.chance(0.92) ? `+1415555014${String(n + 1)}` : order.pick([null, '', 'client:ann', '112']),
    activity: order.chance(0.85) ? AVAILABLE : OFFLINE,
  }));
}

function settingsOf(order: Order, reservationTimeoutSeconds: number): TaskSettings {
  const workspace = {
    sid: of('WS', 0),
    workflow: { sid: of('WW', 0), reservationTimeoutSeconds },
    activities: { available: AVAILABLE, unavailable: UNAVAILABLE, offline: OFFLINE },
    timeoutActivity: OFFLINE,
  } as TaskRouterWorkspace;
  const options = legOptions(order);
  return taskSettings(
    {
      ...options,
      afterCall: order.pick(['coolDown', 'available'] as const),
      ...(order.chance(0.5) ? { deadlineSeconds: order.pick([10, 60]) } : {}),
      ...(options.fallback?.kind === 'voicemail' && order.chance(0.5) ? { offerMessage: true } : {}),
      ...(order.chance(0.2) ? { texts: { connected: 'You are connected with {name}.' } } : {}),
    },
    workspace,
  );
}
