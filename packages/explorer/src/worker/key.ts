import type { TaskRouterEffect, TaskRouterOutcome, WorkerState } from '@amd/core';
import { numberOfId } from '@amd/core/internal';

export type Where = 'available' | 'unavailable' | 'offline';

/** Where somebody is, and who put them there. */
export interface Stay {
  readonly at: Where;
  /** `page`: somebody switched them to where they were already. */
  readonly by: 'person' | 'page' | 'rejection' | 'timeout' | 'us';
  readonly version: number;
}

export interface WorkerTask {
  readonly id: string;
  readonly effect: TaskRouterEffect;
  /** Carried out, and its outcome on the way to us. */
  readonly outcome: TaskRouterOutcome | null;
}

export interface WorkerNode {
  readonly stay: Stay;
  /** TaskRouter's events so far: each may be heard late, never, or again and again. */
  readonly told: readonly Stay[];
  /** Sent by the call's flow: heard once at least, and again at any time. */
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
  /** The clock, in cool-downs: time only matters to the end of a rest. */
  readonly now: number;
  readonly tasks: readonly WorkerTask[];
  readonly state: WorkerState;
}

/** Everything that the future depends on, with times that count from now on. */
export function workerKey(node: WorkerNode): string {
  const { state, now, tasks } = node;
  return JSON.stringify({
    ...node,
    now: 0,
    state: keyOf(state, now),
    tasks: tasks.map((task) => taskKey(task, state)),
  });
}

/** A change for somebody at a page, who is a person; told apart by its id, as the flow does. */
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

/** Only what a worker has: a field by another name would stand beside it, and the world would grow. */
type KeyOfWorker = Partial<Record<keyof Extract<WorkerState, { kind: 'worker' }>, unknown>>;

/** Times count from now on; what is past is past. */
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
