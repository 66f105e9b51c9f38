import type { FinalCallStatus, ReservationStatus } from '@amd/core';
import { documentAsked } from '../forwarding/calls.js';
import {
  NEW_TASK_LEG,
  notification,
  reservationNotification,
  taskLegNotification,
  type ReservationNotification,
  type TaskLegNotification,
  type TaskWorld,
  type TaskWorldLeg,
  type WorldReservation,
} from './state.js';

/** Twilio's calls, queue and TaskRouter as far as a flow can notice them. Each function returns the world after. */

export function withLeg(world: TaskWorld, leg: number, change: Partial<TaskWorldLeg>): TaskWorld {
  return { ...world, legs: world.legs.map((old, index) => (index === leg - 1 ? { ...old, ...change } : old)) };
}

export function withReservation(world: TaskWorld, index: number, change: Partial<WorldReservation>): TaskWorld {
  return {
    ...world,
    reservations: world.reservations.map((old, at) => (at === index - 1 ? { ...old, ...change } : old)),
  };
}

export function send(world: TaskWorld, ...notifications: readonly number[]): TaskWorld {
  return { ...world, notifications: notifications.reduce((bits, bit) => bits | (1 << bit), world.notifications) };
}

export function sendOfLeg(world: TaskWorld, leg: number, name: TaskLegNotification): TaskWorld {
  return send(world, taskLegNotification(world.reservations.length, leg, name));
}

/** Changes a reservation's status, which TaskRouter reports. */
export function setReservation(
  world: TaskWorld,
  index: number,
  status: ReservationStatus,
  news: ReservationNotification,
): TaskWorld {
  return send(withReservation(world, index, { status }), reservationNotification(index, news));
}

const indices = ({ reservations }: TaskWorld, status: WorldReservation['status']): number[] =>
  reservations.flatMap((one, at) => (one.status === status ? [at + 1] : []));

/** Puts the task back into the queue, with no worker reserved. */
export function releaseTask(world: TaskWorld): TaskWorld {
  return world.task === 'reserved' && indices(world, 'pending').length === 0 ? { ...world, task: 'pending' } : world;
}

export function cancelTask(world: TaskWorld): TaskWorld {
  if (world.task !== 'pending' && world.task !== 'reserved') return world;
  let after = send({ ...world, task: 'canceled' }, notification('task.canceled'));
  for (const index of indices(after, 'pending')) after = setReservation(after, index, 'canceled', 'canceled');
  return after;
}

/** Ends the bridge: the task waits to be completed. */
function wrap(world: TaskWorld): TaskWorld {
  if (world.task !== 'assigned') return world;
  let after = send({ ...world, task: 'wrapping' }, notification('task.wrapup'));
  for (const index of indices(after, 'accepted')) after = setReservation(after, index, 'wrapping', 'wrapup');
  return after;
}

export function completeTask(world: TaskWorld): TaskWorld {
  let after = send({ ...world, task: 'completed' }, notification('task.completed'));
  for (const status of ['accepted', 'wrapping'] as const) {
    for (const index of indices(after, status)) after = setReservation(after, index, 'completed', 'completed');
  }
  return after;
}

/** Gives the caller to a worker's leg if its reservation is pending and the caller waits; otherwise its Dial fails. */
export function dequeue(world: TaskWorld, leg: number): TaskWorld {
  const index = world.legs[leg - 1]?.takes ?? 0;
  const isPending = world.reservations[index - 1]?.status === 'pending';
  if (!isPending || world.caller.doing !== 'queue') return withLeg(world, leg, { doing: 'asks:leg.ended' });
  let after = setReservation({ ...world, task: 'assigned' }, index, 'accepted', 'accepted');
  for (const other of indices(after, 'pending')) after = setReservation(after, other, 'rescinded', 'rescinded');
  after = { ...after, caller: { ...after.caller, doing: 'talk' } };
  return withLeg(after, leg, { doing: 'talk', bridged: true });
}

/** Ends a talk: the party that stays goes on at an action of ours. `who` left, 0 being the caller. */
function part(world: TaskWorld, who: number): TaskWorld {
  let after = wrap(world);
  if (who !== 0 && after.caller.doing === 'talk') {
    after = { ...after, caller: { ...after.caller, doing: 'asks:caller.ended', queueResult: 'bridged' } };
  }
  after.legs.forEach(({ doing }, at) => {
    if (doing === 'talk' && at + 1 !== who) after = withLeg(after, at + 1, { doing: 'asks:leg.ended' });
  });
  return after;
}

/** Ends a leg's call, whichever side ends it. */
export function endLegCall(
  world: TaskWorld,
  leg: number,
  final: FinalCallStatus,
  options: { silent?: boolean } = {},
): TaskWorld {
  const before = world.legs[leg - 1];
  if (before === undefined || before.call === 'over') return world;
  const { bridged } = before;
  // A verdict that was reached may still be reported.
  const told = (world.notifications & (1 << taskLegNotification(world.reservations.length, leg, 'verdict'))) !== 0;
  const verdict = told ? before.verdict : null;
  let after = withLeg(world, leg, { ...NEW_TASK_LEG, call: 'over', final, bridged, verdict });
  if (options.silent !== true) after = sendOfLeg(after, leg, 'final');
  if (before.doing !== 'talk') return after;
  return part(sendOfLeg(after, leg, 'dialFinal'), leg);
}

/** Ends the caller's call. */
export function endCallerCall(world: TaskWorld): TaskWorld {
  if (world.caller.call === 'over') return world;
  const { doing } = world.caller;
  const over = { call: 'over', final: 'completed', doing: 'nothing', queueResult: null } as const;
  const after = send({ ...world, caller: over }, notification('callerFinal'));
  if (doing === 'queue') return cancelTask(send(after, notification('queueHangup')));
  return doing === 'talk' ? part(send(after, notification('queueBridgedFinal')), 0) : after;
}

/** Makes REST redirect a call to another document; its own request may still be in transit. */
export function redirectCall(world: TaskWorld, who: number, document: number | undefined): TaskWorld {
  const doing = who === 0 ? world.caller.doing : world.legs[who - 1]?.doing;
  let after = world;
  if (doing?.startsWith('asks:') === true) {
    after = { ...after, stale: [...new Set([...after.stale, `${String(who)}:${doing.slice('asks:'.length)}`])].sort() };
  }
  if (who === 0) {
    after = { ...after, caller: { ...after.caller, doing: documentAsked(who, document), queueResult: null } };
    if (doing === 'queue') after = cancelTask(send(after, notification('queueRedirected')));
    return doing === 'talk' ? part(after, 0) : after;
  }
  after = withLeg(after, who, { doing: documentAsked(who, document) });
  return doing === 'talk' ? part(after, who) : after;
}
