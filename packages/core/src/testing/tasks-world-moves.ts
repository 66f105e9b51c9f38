import type { Outcome, TaskRouterOutcome, TwilioEffect } from '../flows/effects.js';
import type { TaskRouterEvent } from '../flows/taskrouter/events.js';
import type { TaskRouterReply } from '../flows/taskrouter/transition.js';
import type { Move, Violation } from './explore.js';
import { legOf, unfairTaskEnd } from './tasks-world-checks.js';
import { taskFates, type TaskFate } from './tasks-world-rest.js';
import {
  allNotes,
  CALLER_SID,
  note,
  reservationIndex,
  reservationSid,
  TASK_SID,
  WORKER_SID,
  type TaskDoing,
  type TaskWorld,
  type TaskWorldTask,
} from './tasks-world-state.js';
import {
  cancelTask,
  dequeue,
  endCallerCall,
  endLegCall,
  releaseTask,
  send,
  sendOfLeg,
  setReservation,
  withLeg,
  withReservation,
} from './tasks-world-twilio.js';
import type { TasksContext } from './tasks-world.js';
import { GREETED, sid, START } from './world-state.js';

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

// --- what calls do by themselves

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

// --- what TaskRouter does by itself

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

// --- our REST calls, our crashes, our timers

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

// --- what the flow hears

interface Heard {
  readonly world: TaskWorld;
  readonly reply: TaskRouterReply;
}

/** The flow hears an event: its state and tasks are changed together, and a repeat must change nothing. */
function hear(
  { memory }: TasksContext,
  world: TaskWorld,
  name: string,
  event: () => TaskRouterEvent,
  doneTask?: string,
): Heard | Violation {
  const step = memory.step(world.state, name, event, doneTask === undefined);
  if (step.violation !== null) return { violation: step.violation };
  if (doneTask === undefined && step.effects.length === 0 && step.state === world.state) {
    return { world, reply: step.reply };
  }
  const { state } = step;
  const anew =
    step.event.type === 'timer' && state.kind === 'call' && state.timers[step.event.timer] === step.event.dueAt;
  let tasks = world.tasks.filter((task) => anew || task.id !== doneTask);
  for (const effect of step.effects) {
    switch (effect.type) {
      case 'timer.stop':
        tasks = tasks.filter((task) => task.id !== effect.id);
        break;
      case 'effect.drop':
        // What is under way is not stopped by it.
        tasks = tasks.filter((task) => task.id !== effect.id || task.outcome !== null);
        break;
      case 'timer.start':
        tasks.push({ id: effect.id, dueAt: effect.dueAt, work: { timer: effect.timer }, attempt: 1, outcome: null });
        break;
      case 'hook.run':
      case 'flow.send':
        break;
      case 'call.create':
      case 'call.end':
      case 'call.redirect':
      case 'call.fetch':
      case 'reservation.update':
      case 'reservation.fetch':
      case 'task.update':
      case 'task.fetch':
      case 'task.find':
      case 'worker.update':
      case 'worker.fetch':
        tasks.push({ id: effect.id, dueAt: 0, work: { effect }, attempt: 1, outcome: null });
    }
  }
  return { world: { ...world, state, tasks, event: step.event }, reply: step.reply };
}

function tell(
  context: TasksContext,
  world: TaskWorld,
  name: string,
  event: () => TaskRouterEvent,
  doneTask?: string,
): TaskWorld | Violation {
  const heard = hear(context, world, name, event, doneTask);
  return 'violation' in heard ? heard : heard.world;
}

function tellOutcome(
  context: TasksContext,
  world: TaskWorld,
  id: string,
  effect: TwilioEffect,
  outcome: Outcome | TaskRouterOutcome,
): TaskWorld | Violation {
  const detail = `${'status' in outcome ? String(outcome.status) : ''}${'code' in outcome ? String(outcome.code) : ''}`;
  const event = { type: 'effect.outcome', at: START, effect, outcome } as unknown as TaskRouterEvent;
  return tell(context, world, `${id} ${outcome.as} ${detail}`, () => event, id);
}

// --- requests for documents

function request(context: TasksContext, world: TaskWorld, who: number, doing: TaskDoing): TaskWorld | Violation {
  const type = doing.slice('asks:'.length);
  const leg = world.legs[who - 1];
  const before = legOf(world, who)?.phase;
  const name = `${type} ${String(who)} ${leg?.verdict ?? ''} ${leg?.late === true ? 'late' : ''} ${String(leg?.bridged)} ${world.caller.queueResult ?? ''}`;
  const heard = hear(context, world, name, () => requestEvent(context, world, who, type));
  if ('violation' in heard) return heard;
  if (who === 0) return obey(context, heard.world, who, heard.reply);
  const human = type === 'leg.answered' ? leg?.verdict === 'human' : type === 'leg.key';
  const owed = human && before !== 'told' && before !== 'ending' && before !== 'ended';
  const after = withLeg(heard.world, who, { verdict: null, ...(human ? { human } : {}), ...(owed ? { owed } : {}) });
  return obey(context, after, who, heard.reply);
}

function requestEvent(context: TasksContext, world: TaskWorld, who: number, type: string): TaskRouterEvent {
  const leg = world.legs[who - 1];
  // Whether the time for a key is up.
  const at = leg?.late === true ? START + context.settings.confirmSeconds * 1000 : START;
  if (type === 'inbound') {
    const call = { sid: CALLER_SID, from: '+12125550123', to: '+14155550199', status: 'ringing' } as const;
    return { type, at, settings: context.settings, call };
  }
  if (type === 'caller.ended') {
    return { type, at, status: 'in-progress', queueResult: world.caller.queueResult };
  }
  if (type === 'caller.document') return { type, at, status: 'in-progress' };
  const of = { at, leg: who, sid: sid(who), status: 'in-progress' } as const;
  if (type === 'leg.answered') return { ...of, type, answeredBy: leg?.verdict ?? 'unknown' };
  if (type === 'leg.key') return { ...of, type, digits: '#' };
  if (type === 'leg.ended') return { ...of, type, bridged: leg?.bridged ?? false };
  return { ...of, type: type as 'leg.round' };
}

/** The call does what its document says. */
function obey(context: TasksContext, world: TaskWorld, who: number, reply: TaskRouterReply): TaskWorld | Violation {
  if (reply.kind !== 'twiml') return { violation: 'P9: a request for TwiML was answered without any' };
  for (const verb of reply.verbs) {
    switch (verb.verb) {
      case 'enqueue': {
        if (world.task !== 'none') return { violation: 'P1: the caller is enqueued a second time' };
        const caller = { ...world.caller, call: 'in-progress', doing: 'queue' } as const;
        return send({ ...world, caller, task: 'pending' }, note('task.created'));
      }
      case 'dial.queue': {
        const leg = world.legs[who - 1];
        if (leg?.human !== true) return { violation: 'P2: somebody is bridged who is not known as a human' };
        return withLeg(world, who, { doing: 'dialing', takes: reservationIndex(verb.reservation) });
      }
      case 'gather':
        return withLeg(world, who, { doing: 'gather' });
      case 'redirect':
        return withLeg(world, who, { doing: 'asks:leg.round' });
      case 'hangup':
      case 'reject':
        return hangUp(context, world, who, reply);
      case 'say':
      case 'pause':
      case 'play':
      case 'dial.conference':
    }
  }
  return hangUp(context, world, who, reply);
}

function hangUp(context: TasksContext, world: TaskWorld, who: number, reply: TaskRouterReply): TaskWorld | Violation {
  const speaks = reply.kind === 'twiml' && reply.verbs.some(({ verb }) => verb === 'say');
  if (who === 0) {
    return speaks ? { ...world, caller: { ...world.caller, doing: 'speaking' } } : endCallerCall(world);
  }
  if (speaks) return withLeg(world, who, { doing: 'speaking', told: true });
  const unfair = unfairTaskEnd(context, world, who);
  return unfair === undefined ? endLegCall(world, who, 'completed') : { violation: unfair };
}
