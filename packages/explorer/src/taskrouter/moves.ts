import type { Move, Violation } from '../explore.js';
import { isOpen, legOf } from './checks.js';
import { hear, tell } from './hear.js';
import { request, requestEvent } from './requests.js';
import {
  allNotifications,
  CALLER_SID,
  OTHER_KEY,
  reservationSid,
  TASK_SID,
  WORKER_SID,
  type Notification,
  type TaskWorld,
} from './state.js';
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
} from './twilio.js';
import type { TasksContext } from './options.js';
import { isFetch, restMoves, timerMoves, type AddMove } from './work.js';
import { DECLINING_KEY, START } from '../forwarding/state.js';

/** Returns everything that may happen next. The order counts: the first forced move happens when nobody acts. */
export function tasksMoves(context: TasksContext): (world: TaskWorld) => Move<TaskWorld>[] {
  const notifications = allNotifications(context.reservations).filter(({ kind }) => context.hears.includes(kind));
  return (world) => {
    const list: Move<TaskWorld>[] = [];
    const add: AddMove = (name, forced, run) => {
      list.push({ name, forced, run });
    };
    restMoves(context, world, add);
    // A fetch returns what is true now: nothing comes in between.
    if (world.tasks.some(isFetch)) return list;
    callMoves(context, world, add);
    routerMoves(context, world, add);
    timerMoves(context, world, add, (timer) => timer !== 'heartbeat');
    const isQuiet = !list.some(({ forced }) => forced);
    giveUpMoves(world, add);
    // Last: it recurs forever, and first in the list it would keep all else from happening.
    if (!context.quietHeartbeats || isQuiet) {
      timerMoves(context, world, add, (timer) => timer === 'heartbeat');
    }
    peopleMoves(context, world, add);
    verdictMoves(context, world, add);
    for (const one of notifications) {
      if ((world.notifications & (1 << one.number)) === 0) continue;
      add(`hears ${one.name}`, false, () => hearNotification(context, world, one));
    }
    return list;
  };
}

/** The world after something that the flow does not learn of: unchanged but for the event. */
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
        quiet(withLeg(world, who, { doing: 'asks:leg.poll', late: true })),
      );
      if (context.amd === 'async') {
        add(`${name} presses no key in this poll`, false, () => quiet(withLeg(world, who, { doing: 'asks:leg.poll' })));
      }
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

const PICKED_UP = {
  sync: { doing: 'detecting' },
  async: { doing: 'asks:leg.answered', listening: true },
} as const;

/** Adds the verdict of asynchronous detection while the call goes on. */
function verdictMoves(context: TasksContext, world: TaskWorld, add: AddMove): void {
  world.legs.forEach(({ listening, human }, index) => {
    if (!listening) return;
    const who = index + 1;
    for (const verdict of context.answers) {
      const change = { verdict, listening: false, human: human || verdict === 'human' };
      add(`leg ${String(who)} is ${verdict}`, false, () =>
        quiet(sendOfLeg(withLeg(world, who, change), who, 'verdict')),
      );
    }
  });
}

/** From a human verdict on, the worker must get the caller or an explanation. */
function hearNotification(context: TasksContext, world: TaskWorld, one: Notification): TaskWorld | Violation {
  const event = one.event(world);
  const after = tell(context, world, one.key(world), () => event);
  if ('violation' in after || event.type !== 'leg.verdict' || event.answeredBy !== 'human') return after;
  const leg = legOf(world, event.leg);
  const isNews = leg?.answeredBy === null && !['farewell', 'ending', 'ended'].includes(leg.phase);
  const isThere = after.legs[event.leg - 1]?.call === 'in-progress';
  return isNews && isThere ? withLeg(after, event.leg, { owed: true }) : after;
}

/** Adds what people may freely do. */
function peopleMoves({ amd, declines }: TasksContext, world: TaskWorld, add: AddMove): void {
  if (world.caller.call !== 'over') add('caller hangs up', false, () => quiet(endCallerCall(world)));
  world.legs.forEach(({ call, doing }, index) => {
    const who = index + 1;
    const name = `leg ${String(who)}`;
    if (call === 'queued') add(`${name} fails`, false, () => quiet(endLegCall(world, who, 'failed')));
    if (call === 'ringing') {
      add(`${name} answers`, false, () =>
        quiet(sendOfLeg(withLeg(world, who, { call: 'in-progress', ...PICKED_UP[amd] }), who, 'answered')),
      );
    }
    if (doing === 'gather') {
      add(`${name} presses #`, false, () => quiet(withLeg(world, who, { doing: 'asks:leg.key' })));
      for (const key of declines ? ([DECLINING_KEY, OTHER_KEY] as const) : []) {
        add(`${name} presses ${key}`, false, () => quiet(withLeg(world, who, { doing: `asks:leg.key#${key}` })));
      }
    }
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

/** Adds what happens when nothing else does: reservations and the task time out. */
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

/** Returns the leg that was rung for a reservation. */
function legRungFor({ state }: TaskWorld, index: number): number | null {
  const known = state.kind === 'call' ? state.reservations.find(({ sid }) => sid === reservationSid(index)) : undefined;
  return known?.leg ?? null;
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
      call: { sid: CALLER_SID, from: '+12125550123', to: '+14155550199', visit: 1 },
      settings: context.settings,
    }),
  );
  if ('violation' in heard) return heard;
  const { reply, world: after } = heard;
  if (context.declines && isOpen(world) && legRungFor(after, index) === null) {
    return { violation: 'P1: a worker is not rung whom the caller waits for' };
  }
  if (reply.kind !== 'instruction') return after;
  const isPending = after.reservations[index - 1]?.status === 'pending';
  return isPending ? releaseTask(setReservation(after, index, 'rejected', 'rejected')) : after;
}
