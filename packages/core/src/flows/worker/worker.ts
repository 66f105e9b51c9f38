import type { ReservationSid, WorkerSid, WorkspaceSid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import type { EpochMs, Flow, Step } from '../../kernel/flow.js';
import { NOTHING, type Reply } from '../../wire/twiml.js';
import type { Effect, TaskRouterEffect, TaskRouterOutcomeEvent } from '../effects.js';
import { type FlowMeasurement, type Measured, type MeasuredStep, measureTimer, secondsBetween } from '../metrics.js';
import { numberOfId, startTimer, stopTimer, timerEffects } from '../timers.js';
import { forgetWish, isWished, isWishTimer, switched, wishAnswered, wishTimedOut } from './activity-change.js';
import {
  ask,
  endRest,
  endRestsBefore,
  isResting,
  look,
  moved,
  rest,
  restIn,
  restTimer,
  type Work,
} from './cool-downs.js';
import type { WorkerEvent } from './events.js';
import type { CoolDown, LiveWorker, WorkerConfig, WorkerState } from './state.js';

/**
 * A worker of TaskRouter: where they are, and the rest that ends by itself. It ends only what it knows to be a rest, and
 * never moves somebody whom a person has moved. Keyed by the worker's SID.
 */
export const worker: Flow<WorkerState, WorkerEvent, Effect<TaskRouterEffect>, Reply, WorkerConfig> &
  Measured<WorkerState> = {
  name: 'worker',
  schema: 1,
  initial: () => ({ kind: 'nothing' }),
  transition,
  measure: measureWorker,
};

function transition(state: WorkerState, event: WorkerEvent, config: WorkerConfig): WorkerStep {
  if (state.kind === 'nothing') {
    switch (event.type) {
      case 'effect.outcome':
      case 'timer':
      case 'worker.deleted':
      case 'worker.switched':
        return { state, effects: [], reply: NOTHING, keepForMs: config.keepForMs };
      case 'worker.event':
        return heard(state, work(newWorker(event.worker.sid, event.workspace, event.at), event.at, config), event);
      case 'worker.parked':
      case 'worker.timedOut':
        return heard(state, work(newWorker(event.worker, event.workspace, event.at), event.at, config), event);
      default:
        return unreachable(event);
    }
  }
  return heard(state, work(state, event.at, config), event);
}

/** How many reservations are told apart from repeats. */
const REMEMBERED = 20;

type WorkerStep = Step<WorkerState, Effect<TaskRouterEffect>, Reply>;

function heard(before: WorkerState, w: Work, event: WorkerEvent): WorkerStep {
  const { s } = w;
  switch (event.type) {
    case 'worker.event':
      told(w, event);
      break;
    case 'worker.parked':
      if (s.deleted || isRepeat(s, event.reservation)) break;
      rest(w, event.activity, event.activities.available);
      // Told before or after TaskRouter's own event, or instead of it: the worker is looked at.
      ask(w);
      break;
    case 'worker.timedOut': {
      const { timeout, unavailable, available: back } = event.activities;
      if (s.deleted || timeout === back || isRepeat(s, event.reservation)) break;
      s.timedOut = { timeout, unavailable, back, noticedAt: event.noticedAt, after: s.asked };
      ask(w);
      break;
    }
    case 'worker.switched':
      switched(w, event);
      break;
    case 'worker.deleted':
      isGone(w);
      break;
    case 'effect.outcome':
      outcome(w, event);
      break;
    case 'timer':
      if (s.timers[event.timer] !== event.dueAt) break;
      stopTimer(w, event.timer);
      if (!wishTimedOut(w, event.timer) && isResting(s)) ask(w);
      break;
    default:
      unreachable(event);
  }
  // Whoever rests is waited for or looked at, whatever came in between.
  const isRestOver = s.switching === null && s.coolDowns.some((one) => s.timers[restTimer(one)] === undefined);
  const isUnattended = s.timedOut !== null || isRestOver;
  if (isUnattended && !s.asking && s.timers['retry'] === undefined) ask(w);
  if (!isResting(s)) for (const timer of Object.keys(s.timers)) if (!isWishTimer(timer)) stopTimer(w, timer);
  return {
    state: s,
    effects: [...w.effects, ...timerEffects(before.kind === 'worker' ? before.timers : {}, s.timers)],
    reply: NOTHING,
    keepForMs: isResting(s) || s.asking || s.switching !== null ? null : w.config.keepForMs,
  };
}

function isRepeat(s: Work['s'], reservation: ReservationSid): boolean {
  if (s.heard.includes(reservation)) return true;
  s.heard = [...s.heard, reservation].slice(-REMEMBERED);
  return false;
}

/** What TaskRouter says of them, unless we know something newer. */
function told(
  w: Work,
  { worker: params, happenedAt, activities }: Extract<WorkerEvent, { type: 'worker.event' }>,
): void {
  const { s } = w;
  if (params.version !== null && s.version !== null && params.version <= s.version) return;
  s.version = params.version ?? s.version;
  s.name = params.name ?? s.name;
  s.phone = params.phone ?? s.phone;
  s.deleted = false;
  if (params.activity === null) return;
  const entered = s.activity?.sid !== params.activity;
  if (entered) moved(w, params.activity, params.activityName, happenedAt ?? w.at);
  else if (s.activity !== null && params.activityName !== null) s.activity.name = params.activityName;
  if (params.activity === activities.unavailable) {
    const known = restIn(w, params.activity);
    if (entered || known === undefined) {
      // Of a rest that nobody has seen yet this may be the event, or a late one of an earlier stay: only a look tells.
      const isUnseen = known?.seenAt === null;
      const what = isUnseen ? { after: known.after } : { seenAt: params.version };
      rest(w, params.activity, activities.available, what);
    }
  }
  for (const other of s.coolDowns) {
    if (other.activity === params.activity) continue;
    // Somebody has moved them; unless this is from before the rest, and comes late.
    if (other.seenAt !== null && params.version !== null && params.version > other.seenAt) endRest(w, other);
    else ask(w);
  }
}

function outcome(w: Work, { effect, outcome: result }: TaskRouterOutcomeEvent): void {
  const { s } = w;
  if (effect.type !== 'worker.fetch' && effect.type !== 'worker.update') return;
  if (effect.type === 'worker.update' && wishAnswered(w, effect.id, effect.activity, result)) {
    if (result.as === 'gone') isGone(w);
    return;
  }
  s.asking = false;
  switch (result.as) {
    case 'worker':
      seen(w, numberOfId(effect.id), result);
      return;
    case 'done':
      if (effect.type !== 'worker.update') return;
      endRestsBefore(w, numberOfId(effect.id));
      moved(w, effect.activity, null, w.at);
      return;
    case 'gone':
      isGone(w);
      return;
    case 'changed':
      // Somebody touched them between our look and our change: look again.
      if (isResting(s)) ask(w);
      return;
    case 'refused':
    case 'failed':
      // They must come back when Twilio can be reached again.
      if (isResting(s)) startTimer(w, 'retry', w.config.retryMs);
      return;
    case 'task':
    case 'reservation':
    case 'elsewhere':
      return;
    default:
      unreachable(result);
  }
}

/** What a fetch says, which is newer than anything we were told. */
function seen(w: Work, asked: number, result: Extract<TaskRouterOutcomeEvent['outcome'], { as: 'worker' }>): void {
  const { s } = w;
  const { activity, enteredAt, version } = result;
  const number = /^"?([0-9]{1,15})"?$/.exec(version)?.[1];
  const seenAt = number === undefined ? null : Number(number);
  if (seenAt !== null && s.version !== null && seenAt < s.version) {
    // An event that overtook the answer knows better.
    if (isResting(s)) ask(w);
    return;
  }
  s.version = seenAt ?? s.version;
  if (s.activity?.sid !== activity) moved(w, activity, null, w.at);
  // A look that was asked for before they timed out says nothing about that: there will be another one.
  if (s.timedOut !== null && asked > s.timedOut.after) {
    const { timeout, unavailable, back, noticedAt } = s.timedOut;
    s.timedOut = null;
    const isInTime = enteredAt === null || enteredAt <= noticedAt + w.config.skewMs;
    const isOurs = isInTime && !isWished(w, activity, enteredAt);
    const running = restIn(w, activity);
    // A rest of an earlier stay there ends with this look.
    const isNew = running === undefined || (running.enteredAt !== null && running.enteredAt !== enteredAt);
    const known = { seenAt, after: asked - 1 };
    if (isNew && activity === unavailable) rest(w, activity, back, known);
    else if (isNew && activity === timeout && isOurs) rest(w, activity, back, { ...known, enteredAt });
  }
  for (const one of s.coolDowns) look(w, asked, one, result, seenAt);
}

function isGone(w: Work): void {
  w.s.deleted = true;
  w.s.coolDowns = [];
  w.s.timedOut = null;
  forgetWish(w);
}

function newWorker(sid: WorkerSid, workspace: WorkspaceSid, at: EpochMs): LiveWorker {
  return {
    kind: 'worker',
    sid,
    workspace,
    name: null,
    phone: null,
    activity: null,
    since: at,
    version: null,
    coolDowns: [],
    timedOut: null,
    wish: null,
    switching: null,
    heard: [],
    asking: false,
    askedAt: at,
    deleted: false,
    timers: {},
    asked: 0,
  };
}

function work(state: LiveWorker, at: EpochMs, config: WorkerConfig): Work {
  return {
    at,
    config,
    effects: [],
    s: {
      ...state,
      activity: state.activity === null ? null : { ...state.activity },
      coolDowns: state.coolDowns.map((one) => ({ ...one })),
      timedOut: state.timedOut === null ? null : { ...state.timedOut },
      wish: state.wish === null ? null : { ...state.wish },
      heard: [...state.heard],
    },
  };
}

/** What one committed step of a worker is counted as: rests, whichever activity they are spent in. */
function measureWorker(step: MeasuredStep<WorkerState>): readonly FlowMeasurement[] {
  const { before, event, after } = step;
  const [earlier, later] = [restsOf(before), restsOf(after)];
  const isIn = (rests: readonly CoolDown[], rest: CoolDown): boolean =>
    rests.some(({ activity }) => activity === rest.activity);
  return [
    ...(before.kind === 'worker' ? measureTimer('worker', before.timers, event) : []),
    ...later.filter((rest) => !isIn(earlier, rest)).map(() => ({ type: 'coolDown.begun' }) as const),
    ...earlier
      .filter((rest) => !isIn(later, rest))
      .map((rest) => ({ type: 'coolDown.ended', seconds: secondsBetween(rest.startedAt, event.at) }) as const),
  ];
}

function restsOf(state: WorkerState): readonly CoolDown[] {
  return state.kind === 'worker' ? state.coolDowns : [];
}
