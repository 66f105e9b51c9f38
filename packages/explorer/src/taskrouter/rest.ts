import type { Outcome, TaskRouterOutcome, TwilioEffect } from '@amd/core';
import { assertNever } from '@amd/core/internal';
import {
  cancelTask,
  completeTask,
  endCallerCall,
  endLegCall,
  redirectCall,
  releaseTask,
  setReservation,
  withLeg,
} from './twilio.js';
import { reservationIndex, TASK_SID, type TaskWorld } from './state.js';
import type { TasksContext } from './options.js';
import { sid } from '../forwarding/state.js';

type Result = Outcome | TaskRouterOutcome;

/** One way Twilio's REST may handle an effect: what happens there, and what we learn of it. */
export interface TaskFate {
  readonly name: string;
  /** Costs one of the faults. */
  readonly fault: boolean;
  /** The usual way, without faults. */
  readonly good: boolean;
  readonly world: TaskWorld;
  readonly outcome: Result;
}

const FAILED = { kind: 'failed', reason: 'REST is down' } as const;
const refused = { kind: 'refused', code: 20001, reason: 'not in that state' } as const;
const UNKNOWN: Outcome = { kind: 'unknown', reason: 'the answer was lost' };

/** Returns the ways an effect may go, the usual one first. A create whose first try was interrupted is never sent again. */
export function taskFates(
  { finds }: Pick<TasksContext, 'finds'>,
  world: TaskWorld,
  effect: TwilioEffect,
  attempt: number,
): TaskFate[] {
  switch (effect.type) {
    case 'call.create': {
      if (attempt > 1) return [{ name: 'not sent again', fault: false, good: true, world, outcome: UNKNOWN }];
      const made = withLeg(world, effect.leg, { call: 'queued' });
      return [
        {
          name: 'made',
          fault: false,
          good: true,
          world: made,
          outcome: { kind: 'created', sid: sid(effect.leg), status: 'queued' },
        },
        {
          name: 'refused',
          fault: true,
          good: false,
          world,
          outcome: { kind: 'refused', code: effect.callToken === undefined ? 21211 : 21210, reason: 'refused' },
        },
        { name: 'made, answer lost', fault: true, good: false, world: made, outcome: UNKNOWN },
        { name: 'not made, answer lost', fault: true, good: false, world, outcome: UNKNOWN },
      ];
    }
    case 'call.end':
      return withFailure(world, ended(world, effect.leg));
    case 'call.redirect':
      if (effect.once === true && attempt > 1) {
        return [{ name: 'done not again', fault: false, good: true, world, outcome: FAILED }];
      }
      return withFailure(world, redirected(world, effect.leg, effect.document.part));
    case 'call.fetch':
      return looked(world, fetched(world, effect.leg));
    case 'reservation.update':
      return withFailure(world, rejected(world, reservationIndex(effect.reservation)));
    case 'reservation.fetch': {
      const { status = 'none' } = world.reservations[reservationIndex(effect.reservation) - 1] ?? {};
      return looked(world, status === 'none' ? { kind: 'gone' } : { kind: 'reservation', status });
    }
    case 'task.update':
      return withFailure(world, updated(world, effect.status));
    case 'task.find':
      if (finds === 'refused') return [{ name: 'refused', fault: false, good: true, world, outcome: refused }];
      return looked(
        world,
        world.task === 'none' ? { kind: 'gone' } : { kind: 'task', sid: TASK_SID, status: world.task },
      );
    case 'task.fetch':
      return looked(
        world,
        world.task === 'none' ? { kind: 'gone' } : { kind: 'task', sid: TASK_SID, status: world.task },
      );
    case 'reservation.coolDown': {
      const elsewhere = {
        name: 'talks elsewhere',
        fault: false,
        good: false,
        world,
        outcome: { kind: 'elsewhere' },
      } as const;
      return [...withFailure(world, { world, outcome: { kind: 'done' } }), elsewhere];
    }
    case 'call.announce':
    case 'worker.update':
    case 'worker.fetch':
      return [];
    default:
      return assertNever(effect);
  }
}

function looked(world: TaskWorld, outcome: Result): TaskFate[] {
  return [
    { name: 'fetched', fault: false, good: true, world, outcome },
    { name: 'fails', fault: true, good: false, world, outcome: FAILED },
  ];
}

function withFailure(world: TaskWorld, good: { world: TaskWorld; outcome: Result }): TaskFate[] {
  return [
    { name: 'done', fault: false, good: true, ...good },
    { name: 'fails', fault: true, good: false, world, outcome: FAILED },
    { name: 'done, answer lost', fault: true, good: false, world: good.world, outcome: FAILED },
  ];
}

function rejected(world: TaskWorld, index: number): { world: TaskWorld; outcome: Result } {
  if (world.reservations[index - 1]?.status !== 'pending') return { world, outcome: refused };
  return { world: releaseTask(setReservation(world, index, 'rejected', 'rejected')), outcome: { kind: 'done' } };
}

function updated(world: TaskWorld, status: 'completed' | 'canceled'): { world: TaskWorld; outcome: Result } {
  const { task } = world;
  if (status === 'completed') {
    return task === 'assigned' || task === 'wrapping'
      ? { world: completeTask(world), outcome: { kind: 'done' } }
      : { world, outcome: refused };
  }
  return task === 'pending' || task === 'reserved'
    ? { world: cancelTask(world), outcome: { kind: 'done' } }
    : { world, outcome: refused };
}

function ended(world: TaskWorld, who: number): { world: TaskWorld; outcome: Result } {
  const call = who === 0 ? world.caller.call : world.legs[who - 1]?.call;
  if (call === undefined || call === 'over' || call === 'none') return { world, outcome: { kind: 'gone' } };
  const outcome: Outcome = { kind: 'done', status: 'completed' };
  if (who === 0) return { world: endCallerCall(world), outcome };
  // Cancelled while queued: no callback at all.
  if (call === 'queued') return { world: endLegCall(world, who, 'canceled', { silent: true }), outcome };
  return { world: endLegCall(world, who, call === 'ringing' ? 'canceled' : 'completed'), outcome };
}

function redirected(world: TaskWorld, who: number, part: number | undefined): { world: TaskWorld; outcome: Result } {
  const call = who === 0 ? world.caller.call : world.legs[who - 1]?.call;
  if (call !== 'in-progress') return { world, outcome: { kind: 'refused', code: 21220, reason: 'not in progress' } };
  return { world: redirectCall(world, who, part), outcome: { kind: 'done', status: 'in-progress' } };
}

function fetched(world: TaskWorld, who: number): Outcome {
  const call = who === 0 ? world.caller : world.legs[who - 1];
  if (call === undefined || call.call === 'none') return { kind: 'gone' };
  return { kind: 'fetched', status: call.call === 'over' ? (call.final ?? 'completed') : call.call, answeredBy: null };
}
