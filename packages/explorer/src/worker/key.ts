import type { TaskRouterEffect, TaskRouterOutcome, WorkerState } from '@amd/core';
import { numberOfId } from '@amd/core/internal';

export type Where = 'available' | 'unavailable' | 'offline';

/** Where a worker is, and who put them there. */
export interface Stay {
  readonly at: Where;
  /** `page`: an operator switched them to where they already were. */
  readonly by: 'person' | 'page' | 'rejection' | 'timeout' | 'us';
  readonly version: number;
}

export interface WorkerTask {
  readonly id: string;
  readonly effect: TaskRouterEffect;
  /** Executed, with its outcome in transit. */
  readonly outcome: TaskRouterOutcome | null;
}

export interface WorkerNode {
  readonly stay: Stay;
  /** TaskRouter's events so far: each may arrive late, never, or repeatedly. */
  readonly told: readonly Stay[];
  /** Sent by the call's flow: delivered at least once, and again at any time. */
  readonly sent: readonly {
    readonly type: 'worker.parked' | 'worker.timedOut';
    readonly due: boolean;
    /** The version at that time. */
    readonly noticed: number;
  }[];
  readonly people: number;
  readonly rejections: number;
  readonly timeouts: number;
  readonly switches: number;
  readonly faults: number;
  /** The clock, in cool-downs: time matters only for the end of a cool-down. */
  readonly now: number;
  readonly tasks: readonly WorkerTask[];
  readonly state: WorkerState;
}

/** Returns everything that the future depends on, with times relative to now. */
export function workerKey(node: WorkerNode): string {
  const { state, now, tasks } = node;
  return JSON.stringify({
    ...node,
    now: 0,
    state: keyOf(state, now),
    tasks: tasks.map((task) => taskKey(task, state)),
  });
}

/** True for a change by an operator on a page, who is a person; recognised by its id, as the flow does. */
export function isSwitch({ id }: TaskRouterEffect): boolean {
  return id.startsWith('worker:switch:');
}

function taskKey({ id, effect, outcome }: WorkerTask, state: WorkerState): unknown {
  const number = numberOfId(id);
  const isNews =
    state.kind === 'worker' && [...state.coolDowns, state.timedOut].map((one) => one && one.after < number);
  if (effect.type !== 'worker.update') return [effect.type, isNews, outcome];
  const isAwaited = state.kind === 'worker' && state.changeInFlight === id;
  return [effect.type, effect.version, isSwitch(effect) ? [effect.activity, isAwaited] : [], isNews, outcome];
}

/** Only the fields of a worker: a field by another name would be added beside it, and the world would grow. */
type KeyOfWorker = Partial<Record<keyof Extract<WorkerState, { kind: 'worker' }>, unknown>>;

/** Returns the state's key with times relative to now; past times are all alike. */
function keyOf(state: WorkerState, now: number): unknown {
  if (state.kind === 'nothing') return null;
  const left = (at: number): number => Math.max(0, at - now);
  const timers = Object.entries(state.timers).map(([timer, dueAt]) => [timer, left(dueAt)]);
  const coolDowns = state.coolDowns.map((one) => ({
    ...one,
    startedAt: 0,
    after: 0,
    until: left(one.until),
  }));
  const timedOut = state.timedOut && { ...state.timedOut, after: 0 };
  const isStale = state.coolDowns.map((one) => state.askedAt >= one.until);
  const requestedActivity = state.requestedActivity && { ...state.requestedActivity, askedAt: 0, answeredAt: 0 };
  const changeInFlight = state.changeInFlight !== null;
  const counted = { effectSeq: 0, askedAt: isStale, since: 0, timers, coolDowns, timedOut } satisfies KeyOfWorker;
  return { ...state, ...counted, requestedActivity, changeInFlight };
}
