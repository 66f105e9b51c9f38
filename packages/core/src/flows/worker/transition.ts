import type { ActivitySid, WorkerSid, WorkspaceSid } from '../../kernel/brand.js';
import { unreachable, type Draft } from '../../kernel/draft.js';
import { AmdError } from '../../kernel/errors.js';
import type { EpochMs, Flow, Step } from '../../kernel/flow.js';
import { NOTHING, type Reply } from '../../wire/twiml.js';
import type { Effect, TaskRouterEffect, TaskRouterOutcomeEvent } from '../effects.js';
import { nextId, startTimer, stopTimer } from '../leg/work.js';
import { timerEffects } from '../timers.js';
import type { WorkerConfig } from './config.js';
import type { WorkerEvent } from './events.js';
import type { CoolDown, LiveWorker, WorkerState } from './state.js';

type WorkerStep = Step<WorkerState, Effect<TaskRouterEffect>, Reply>;

/**
 * A worker of TaskRouter: where they are, and the rest that ends by itself. It ends only what it knows to be a rest, and
 * never moves somebody whom a person has moved. Keyed by the worker's SID.
 */
export const worker: Flow<WorkerState, WorkerEvent, Effect<TaskRouterEffect>, Reply, WorkerConfig> = {
  name: 'worker',
  schema: 1,
  migrate: (data, from) => {
    if (from === 1) return data as WorkerState;
    throw new AmdError('ERR_STATE_VERSION', `worker cannot read a state of schema ${String(from)}`);
  },
  initial: () => ({ kind: 'nothing' }),
  transition,
};

interface Work {
  readonly at: EpochMs;
  readonly config: WorkerConfig;
  readonly effects: Effect<TaskRouterEffect>[];
  readonly s: Draft<Omit<LiveWorker, 'kind'>> & { kind: 'worker' };
}

function transition(state: WorkerState, event: WorkerEvent, config: WorkerConfig): WorkerStep {
  if (state.kind === 'nothing') {
    switch (event.type) {
      case 'effect.outcome':
      case 'timer':
      case 'worker.deleted':
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

function heard(before: WorkerState, w: Work, event: WorkerEvent): WorkerStep {
  const { s } = w;
  switch (event.type) {
    case 'worker.event':
      told(w, event);
      break;
    case 'worker.parked':
      if (s.deleted) break;
      if (s.coolDown?.activity !== event.activity || s.activity?.sid !== event.activity) {
        rest(w, event.activity, event.activities.available);
      }
      // Told before or after TaskRouter's own event, or instead of it: the worker is looked at.
      ask(w);
      break;
    case 'worker.timedOut': {
      const { timeout, unavailable, available: back } = event.activities;
      if (s.deleted || timeout === back) break;
      s.timedOut = { timeout, unavailable, back };
      ask(w);
      break;
    }
    case 'worker.deleted':
      s.deleted = true;
      s.coolDown = null;
      s.timedOut = null;
      break;
    case 'effect.outcome':
      outcome(w, event);
      break;
    case 'timer':
      if (s.timers[event.timer] !== event.dueAt) break;
      stopTimer(w, event.timer);
      if (s.coolDown !== null || s.timedOut !== null) ask(w);
      break;
    default:
      unreachable(event);
  }
  if (s.coolDown === null && s.timedOut === null) {
    stopTimer(w, 'coolDown');
    stopTimer(w, 'retry');
  }
  const isResting = s.coolDown !== null || s.timedOut !== null || s.asking;
  return {
    state: s,
    effects: [...w.effects, ...timerEffects(before.kind === 'worker' ? before.timers : {}, s.timers)],
    reply: NOTHING,
    keepForMs: isResting ? null : w.config.keepForMs,
  };
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
  const { coolDown } = s;
  if (params.activity === activities.unavailable) {
    if (entered || coolDown === null) rest(w, params.activity, activities.available, { seenAt: params.version });
  } else if (coolDown !== null && coolDown.activity !== params.activity) {
    // Somebody has moved them; unless this is from before the rest, and comes late.
    if (coolDown.seenAt !== null && params.version !== null && params.version > coolDown.seenAt) s.coolDown = null;
    else ask(w);
  }
}

function moved(w: Work, activity: ActivitySid, name: string | null, at: EpochMs): void {
  w.s.activity = { sid: activity, name };
  w.s.since = Math.min(at, w.at);
}

function rest(
  w: Work,
  activity: ActivitySid,
  back: ActivitySid,
  known: Partial<Pick<CoolDown, 'enteredAt' | 'seenAt'>> = {},
): void {
  if (activity === back) return;
  const until = w.at + w.config.coolDownMs;
  w.s.coolDown = { activity, back, enteredAt: null, seenAt: null, ...known, startedAt: w.at, until };
  startTimer(w, 'coolDown', w.config.coolDownMs);
}

/** Where are they now? One request at a time. */
function ask(w: Work): void {
  const { s } = w;
  if (s.asking) return;
  s.asking = true;
  w.effects.push({ type: 'worker.fetch', id: nextId(w, 'worker', 'fetch'), workspace: s.workspace, worker: s.sid });
}

function outcome(w: Work, { effect, outcome: result }: TaskRouterOutcomeEvent): void {
  const { s } = w;
  if (effect.type !== 'worker.fetch' && effect.type !== 'worker.update') return;
  s.asking = false;
  switch (result.as) {
    case 'worker':
      seen(w, result);
      return;
    case 'done':
      if (effect.type !== 'worker.update') return;
      s.coolDown = null;
      moved(w, effect.activity, null, w.at);
      return;
    case 'gone':
      s.deleted = true;
      s.coolDown = null;
      s.timedOut = null;
      return;
    case 'changed':
      // Somebody touched them between our look and our change: look again.
      if (s.coolDown !== null) ask(w);
      return;
    case 'refused':
    case 'failed':
      // They must come back when Twilio can be reached again.
      if (s.coolDown !== null || s.timedOut !== null) startTimer(w, 'retry', w.config.retryMs);
      return;
    case 'task':
    case 'reservation':
      return;
    default:
      unreachable(result);
  }
}

/** What a fetch says, which is newer than anything we were told. */
function seen(w: Work, result: Extract<TaskRouterOutcomeEvent['outcome'], { as: 'worker' }>): void {
  const { s } = w;
  const { activity, enteredAt, version } = result;
  const number = /^"?([0-9]{1,15})"?$/.exec(version)?.[1];
  const seenAt = number === undefined ? null : Number(number);
  s.version = Math.max(s.version ?? 0, seenAt ?? 0) || null;
  if (s.activity?.sid !== activity) moved(w, activity, null, w.at);
  if (s.timedOut !== null) {
    const { timeout, unavailable, back } = s.timedOut;
    s.timedOut = null;
    if (s.coolDown === null && activity === unavailable) rest(w, activity, back, { seenAt });
    else if (s.coolDown === null && activity === timeout) rest(w, activity, back, { seenAt, enteredAt });
  }
  const { coolDown } = s;
  if (coolDown === null) return;
  const isThere = activity === coolDown.activity && (coolDown.enteredAt === null || coolDown.enteredAt === enteredAt);
  if (isThere) coolDown.seenAt ??= seenAt;
  // Before the end, they may be on their way there; afterwards, or once they were seen there, somebody has moved them.
  else if (w.at >= coolDown.until || coolDown.seenAt !== null) {
    s.coolDown = null;
    return;
  }
  if (w.at < coolDown.until) return;
  s.asking = true;
  w.effects.push({
    type: 'worker.update',
    id: nextId(w, 'worker', 'back'),
    workspace: s.workspace,
    worker: s.sid,
    activity: coolDown.back,
    version,
  });
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
    coolDown: null,
    timedOut: null,
    asking: false,
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
      coolDown: state.coolDown === null ? null : { ...state.coolDown },
      timedOut: state.timedOut === null ? null : { ...state.timedOut },
      timers: { ...state.timers },
    },
  };
}
