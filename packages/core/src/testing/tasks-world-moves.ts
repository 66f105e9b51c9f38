import type { TwilioEffect } from '../flows/effects.js';
import type { Move, Violation } from './explore.js';
import { unfairTaskEnd } from './tasks-world-checks.js';
import { hear, tell, tellOutcome } from './tasks-world-hear.js';
import { request, requestEvent } from './tasks-world-requests.js';
import { taskFates, type TaskFate } from './tasks-world-rest.js';
import {
  allNotes,
  CALLER_SID,
  reservationSid,
  TASK_SID,
  WORKER_SID,
  type TaskWorld,
  type TaskWorldTask,
} from './tasks-world-state.js';
import {
  cancelTask,
  dequeue,
  endCallerCall,
  endLegCall,
  releaseTask,
  sendOfLeg,
  setReservation,
  withLeg,
  withReservation,
} from './tasks-world-twilio.js';
import type { TasksContext } from './tasks-world.js';
import { GREETED, START } from './world-state.js';

type AddMove = (name: string, forced: boolean, run: Move<TaskWorld>['run']) => void;

/** Everything that may happen next. The order counts: the first forced move is what happens when nobody helps. */
export function tasksMoves(context: TasksContext): (world: TaskWorld) => Move<TaskWorld>[] {
  const notes = allNotes(context.reservations).filter(({ kind }) => context.hears.includes(kind));
  return (world) => {
    const list: Move<TaskWorld>[] = [];
    const add: AddMove = (name, forced, run) => {
      list.push({ name, forced, run });
    };
    restMoves(context, world, add);
    // A fetch is answered with what is true now: nothing comes in between.
    if (world.tasks.some(isFetch)) return list;
    callMoves(context, world, add);
    routerMoves(context, world, add);
    timerMoves(context, world, add, (timer) => timer !== 'heartbeat');
    const isQuiet = !list.some(({ forced }) => forced);
    giveUpMoves(world, add);
    // Last: it comes round again for ever, and left alone nothing else would happen.
    if (!context.quietHeartbeats || isQuiet) {
      timerMoves(context, world, add, (timer) => timer === 'heartbeat');
    }
    peopleMoves(world, add);
    for (const one of notes) {
      if ((world.notes & (1 << one.number)) === 0) continue;
      add(`hears ${one.name}`, false, () => tell(context, world, one.key(world), () => one.event(world)));
    }
    return list;
  };
}

/** Unchanged but for the event: the flow hears nothing of it. */
function quiet(world: TaskWorld): TaskWorld {
  return { ...world, event: null };
}

function callMoves(context: TasksContext, world: TaskWorld, add: AddMove): void {
  [world.caller, ...world.legs].forEach(({ call, doing }, who) => {
    const name = who === 0 ? 'caller' : `leg ${String(who)}`;
    if (call === 'over') return;
    if (doing.startsWith('asks:')) add(`${name} ${doing}`, true, () => request(context, quiet(world), who, doing));
    else if (doing === 'dialing') add(`${name} takes the caller`, true, () => quiet(dequeue(world, who)));
    else if (doing === 'speaking') {
      add(`${name} has heard it`, true, () =>
        quiet(who === 0 ? endCallerCall(world) : endLegCall(world, who, 'completed')),
      );
    } else if (doing === 'gather') {
      add(`${name} presses no key until it is too late`, true, () =>
        quiet(withLeg(world, who, { doing: 'asks:leg.round', late: true })),
      );
    } else if (who > 0 && call === 'queued') {
      add(`${name} is dialled`, true, () => quiet(sendOfLeg(withLeg(world, who, { call: 'ringing' }), who, 'ringing')));
    } else if (who > 0 && call === 'ringing') {
      add(`${name} is not answered`, true, () => quiet(endLegCall(world, who, 'no-answer')));
    } else if (doing === 'detecting') {
      for (const verdict of context.answers) {
        add(`${name} is ${verdict}`, true, () => quiet(withLeg(world, who, { verdict, doing: 'asks:leg.answered' })));
      }
    }
  });
  world.stale.forEach((entry, index) => {
    add(`late ${entry}`, false, () => {
      const [who = '0', type = ''] = entry.split(':');
      const rest = { ...world, stale: world.stale.filter((_, at) => at !== index) };
      return tell(context, rest, `late ${entry}`, () => requestEvent(context, world, Number(who), type));
    });
  });
}

/** What people are free to do. */
function peopleMoves(world: TaskWorld, add: AddMove): void {
  if (world.caller.call !== 'over') add('caller hangs up', false, () => quiet(endCallerCall(world)));
  world.legs.forEach(({ call, doing }, index) => {
    const who = index + 1;
    const name = `leg ${String(who)}`;
    if (call === 'queued') add(`${name} fails`, false, () => quiet(endLegCall(world, who, 'failed')));
    if (call === 'ringing') {
      add(`${name} answers`, false, () =>
        quiet(sendOfLeg(withLeg(world, who, { call: 'in-progress', doing: 'detecting' }), who, 'answered')),
      );
    }
    if (doing === 'gather')
      add(`${name} presses #`, false, () => quiet(withLeg(world, who, { doing: 'asks:leg.key' })));
    if (call === 'in-progress') add(`${name} hangs up`, false, () => quiet(endLegCall(world, who, 'completed')));
  });
}

function routerMoves(context: TasksContext, world: TaskWorld, add: AddMove): void {
  world.reservations.forEach(({ status, assigning }, at) => {
    const index = at + 1;
    if (assigning) {
      add(`assignment ${String(index)}`, true, () => assign(context, quiet(world), index));
      // Answered too late, or not at all: the reservation stays pending.
      if (world.faults > 0) {
        add(`assignment ${String(index)} is lost`, false, () => ({
          ...quiet(withReservation(world, index, { assigning: false })),
          faults: world.faults - 1,
        }));
      }
    }
    const isNext = status === 'none' && world.reservations.slice(0, at).every((one) => one.status !== 'none');
    const isFree = context.atOnce || world.reservations.every((one) => one.status !== 'pending');
    if (isNext && isFree && (world.task === 'pending' || world.task === 'reserved')) {
      add(`a worker is reserved (${String(index)})`, true, () =>
        quiet(withReservation({ ...world, task: 'reserved' }, index, { status: 'pending', assigning: true })),
      );
    }
  });
}

/** What happens when nothing else does: reservations and the task run out of time. */
function giveUpMoves(world: TaskWorld, add: AddMove): void {
  world.reservations.forEach(({ status }, at) => {
    if (status !== 'pending') return;
    add(`reservation ${String(at + 1)} times out`, true, () =>
      quiet(releaseTask(setReservation(world, at + 1, 'timeout', 'timeout'))),
    );
  });
  if (world.task === 'pending' || world.task === 'reserved') {
    add('the workflow times out', true, () => quiet(cancelTask(world)));
  }
}

function assign(context: TasksContext, world: TaskWorld, index: number): TaskWorld | Violation {
  const heard = hear(
    context,
    withReservation(world, index, { assigning: false }),
    `assignment ${String(index)}`,
    () => ({
      type: 'assignment',
      at: START,
      task: TASK_SID,
      reservation: reservationSid(index),
      worker: WORKER_SID,
      workerName: null,
      phone: `+1415555010${String(index)}`,
      call: { sid: CALLER_SID, from: '+12125550123', to: '+14155550199', round: 1 },
      settings: context.settings,
    }),
  );
  if ('violation' in heard) return heard;
  const { reply, world: after } = heard;
  if (reply.kind !== 'instruction') return after;
  const isPending = after.reservations[index - 1]?.status === 'pending';
  return isPending ? releaseTask(setReservation(after, index, 'rejected', 'rejected')) : after;
}

function isFetch(task: TaskWorldTask): boolean {
  return 'effect' in task.work && /\.(fetch|find)$/.test(task.work.effect.type);
}

function restMoves(context: TasksContext, world: TaskWorld, add: AddMove): void {
  const onlyFetches = world.tasks.some(isFetch);
  for (const task of world.tasks) {
    if ('timer' in task.work || (onlyFetches && !isFetch(task))) continue;
    const { effect } = task.work;
    if (task.outcome === null) effectMoves(context, world, add, task, effect);
    else {
      const { outcome } = task;
      add(`${task.id} → ${outcome.as}`, true, () => tellOutcome(context, world, task.id, effect, outcome));
    }
  }
}

function effectMoves(
  context: TasksContext,
  world: TaskWorld,
  add: AddMove,
  task: TaskWorldTask,
  effect: TwilioEffect,
): void {
  // Only these outcomes can be overtaken by what they cause in a way that matters; the others are told at once.
  const split =
    effect.type === 'call.create' || effect.type === 'call.redirect' || effect.type === 'reservation.update';
  for (const fate of taskFates(world, effect, task.attempt)) {
    if (fate.fault && world.faults === 0) continue;
    add(`${task.id} ${fate.name}`, fate.good, () => {
      const after = carriedOut(context, world, effect, fate);
      if ('violation' in after) return after;
      if (split) return { ...after, tasks: [...without(world, task), { ...task, outcome: fate.outcome }] };
      return tellOutcome(context, after, task.id, effect, fate.outcome);
    });
    if (fate.good && !isFetch(task) && world.faults > 0) {
      add(`${task.id} ${fate.name}, then a crash`, false, () => {
        const after = carriedOut(context, world, effect, fate);
        if ('violation' in after) return after;
        const tasks = [...without(world, task), { ...task, attempt: task.attempt + 1 }];
        return { ...after, tasks, faults: world.faults - 1 };
      });
    }
  }
}

function carriedOut(
  context: TasksContext,
  world: TaskWorld,
  effect: TwilioEffect,
  fate: TaskFate,
): TaskWorld | Violation {
  if (effect.type === 'call.end' && effect.leg > 0 && fate.world !== world) {
    const unfair = unfairTaskEnd(context, world, effect.leg);
    if (unfair !== undefined) return { violation: unfair };
  }
  return { ...fate.world, event: null, faults: world.faults - (fate.fault ? 1 : 0) };
}

function without(world: TaskWorld, task: TaskWorldTask): TaskWorldTask[] {
  return world.tasks.filter((other) => other !== task);
}

const RANKS = ['caller', 'deadline', 'heartbeat'];
const rank = (timer: string): number => RANKS.indexOf(timer);

/** Twilio ends this stage by itself, 10 s before we would look: ringing, detection, a Gather, a sentence. */
function isTimed({ call, doing }: TaskWorld['legs'][number]): boolean {
  return call === 'ringing' || ['detecting', 'gather', 'speaking', 'dialing'].includes(doing);
}

/** Timers in any order, but watchdogs (10 s and more) never overtake a REST call that is under way (8 s at the most). */
function timerMoves(context: TasksContext, world: TaskWorld, add: AddMove, counts: (timer: string) => boolean): void {
  const timers = world.tasks.flatMap((task) =>
    'timer' in task.work && counts(task.work.timer) ? [{ task, timer: task.work.timer }] : [],
  );
  timers.sort((a, b) => rank(a.timer) - rank(b.timer) || (a.task.id < b.task.id ? -1 : 1));
  const busy = world.tasks.some((other) => 'effect' in other.work);
  for (const { task, timer } of timers) {
    if (busy && rank(timer) < RANKS.indexOf('deadline')) continue;
    if (world.legs.some((leg, at) => timer === `leg${String(at + 1)}` && isTimed(leg))) continue;
    // A heartbeat comes when every greeting is over: all that a clock decides here.
    const at = timer === 'heartbeat' ? GREETED : START;
    add(`timer ${timer}`, true, () =>
      tell(context, world, task.id, () => ({ type: 'timer', at, timer, dueAt: task.dueAt }), task.id),
    );
  }
}
