import type { ActivitySid, ReservationSid, TaskSid, WorkerSid, WorkflowSid, WorkspaceSid } from '../kernel/ids.js';
import type { EpochMs } from '../kernel/flow.js';
import type {
  Effect,
  Outcome,
  OutcomeEvent,
  TaskRouterOutcome,
  TaskRouterOutcomeEvent,
  TimerEvent,
  TwilioEffect,
} from '../flows/effects.js';
import type { QueueResult, ReservationNews, TaskNews, TaskRouterEvent } from '../flows/taskrouter/events.js';
import { taskSettings, type TaskOptions, type TaskRouterWorkspace } from '../flows/taskrouter/options.js';
import type { TaskRouterState } from '../flows/taskrouter/state.js';
import type { CallStatus } from '../wire/call-status.js';
import { NUMBERS, numberOf, START } from './defaults.js';
import { sids } from './sids.js';

type Typed<Type extends TaskRouterEvent['type']> = Extract<TaskRouterEvent, { type: Type }>;

interface Timed {
  readonly at?: EpochMs;
}

const of = (prefix: string, n: number): string => `${prefix}${String(n).padStart(32, '0')}`;

/** SIDs of TaskRouter for tests: the same number always gives the same SID. */
export const taskSids = {
  workspace: of('WS', 0) as WorkspaceSid,
  workflow: of('WW', 0) as WorkflowSid,
  task: (n = 0): TaskSid => of('WT', n) as TaskSid,
  reservation: (n: number): ReservationSid => of('WR', n) as ReservationSid,
  worker: (n: number): WorkerSid => of('WK', n) as WorkerSid,
  available: of('WA', 1) as ActivitySid,
  unavailable: of('WA', 2) as ActivitySid,
  offline: of('WA', 3) as ActivitySid,
};

/** A workspace as a directory would return it: reservations time out after 120 s, to Offline. */
export const WORKSPACE: TaskRouterWorkspace = {
  sid: taskSids.workspace,
  workflow: { sid: taskSids.workflow, reservationTimeoutSeconds: 120 },
  activities: { available: taskSids.available, unavailable: taskSids.unavailable, offline: taskSids.offline },
  timeoutActivity: taskSids.offline,
};

/**
 * Creates the taskrouter flow's own events, with defaults for everything that a test does not care about. Events of legs are in
 * `events`: `events.answered()`, `events.status({ status: 'busy' })`.
 */
export const taskEvents = {
  inbound: (
    o: Timed & { readonly status?: CallStatus; readonly options?: TaskOptions; readonly token?: string } = {},
  ): Typed<'inbound'> => ({
    type: 'inbound',
    at: o.at ?? START,
    call: {
      sid: sids.call(0),
      from: NUMBERS.caller,
      to: NUMBERS.ours,
      status: o.status ?? 'ringing',
      ...(o.token === undefined ? {} : { token: o.token }),
    },
    settings: taskSettings(o.options ?? {}, WORKSPACE),
  }),
  /** Reservation `n`, from 1, of worker `n`. */
  assignment: (
    n = 1,
    o: Timed & {
      readonly phone?: string | null;
      readonly task?: number;
      readonly visit?: number | null;
      readonly options?: TaskOptions;
    } = {},
  ): Typed<'assignment'> => ({
    type: 'assignment',
    at: o.at ?? START,
    task: taskSids.task(o.task),
    reservation: taskSids.reservation(n),
    worker: taskSids.worker(n),
    workerName: null,
    phone: o.phone === undefined ? numberOf(n) : o.phone,
    call: { sid: sids.call(0), from: NUMBERS.caller, to: NUMBERS.ours, visit: o.visit === undefined ? 1 : o.visit },
    settings: taskSettings(o.options ?? {}, WORKSPACE),
  }),
  reservation: (
    news: ReservationNews,
    n = 1,
    o: Timed & { readonly task?: number; readonly visit?: number } = {},
  ): Typed<'reservation'> => ({
    type: 'reservation',
    at: o.at ?? START,
    news,
    reservation: taskSids.reservation(n),
    task: taskSids.task(o.task),
    ...(o.visit === undefined ? {} : { visit: o.visit }),
  }),
  task: (news: TaskNews, o: Timed & { readonly task?: number; readonly visit?: number } = {}): Typed<'task'> => ({
    type: 'task',
    at: o.at ?? START,
    news,
    task: taskSids.task(o.task),
    visit: o.visit ?? 1,
  }),
  /** The action of the caller's Enqueue; `part`: of which stay. */
  callerEnded: (
    queueResult: QueueResult | null,
    o: Timed & { readonly status?: CallStatus; readonly part?: number } = {},
  ): Typed<'caller.ended'> => ({
    type: 'caller.ended',
    at: o.at ?? START,
    ...(o.part === undefined ? {} : { part: o.part }),
    status: o.status ?? 'in-progress',
    queueResult,
  }),
  /** The action of a worker's Dial. */
  legEnded: (
    o: Timed & { readonly leg?: number; readonly bridged?: boolean; readonly status?: CallStatus } = {},
  ): Extract<TaskRouterEvent, { type: 'leg.ended' }> => ({
    type: 'leg.ended',
    at: o.at ?? START,
    leg: o.leg ?? 1,
    sid: sids.call(o.leg ?? 1),
    status: o.status ?? 'in-progress',
    bridged: o.bridged ?? false,
  }),
  /** Reports how the newest effect of a kind went; for `given` and `when`. */
  outcomeOf:
    (type: TwilioEffect['type'], outcome: Outcome | TaskRouterOutcome, o: Timed & { readonly leg?: number } = {}) =>
    ({ effects }: { readonly effects: readonly Effect<TwilioEffect>[] }): OutcomeEvent | TaskRouterOutcomeEvent => {
      const asked = effects.filter(
        (effect) => effect.type === type && (o.leg === undefined || ('leg' in effect && effect.leg === o.leg)),
      );
      const effect = asked.at(-1);
      if (effect === undefined) throw new Error(`no ${type} was asked for`);
      return { type: 'effect.outcome', at: o.at ?? START, effect, outcome } as unknown as OutcomeEvent;
    },
  /** Fires a timer that the state wants, when it is due; for `given` and `when`. */
  due:
    (timer: string) =>
    ({ state }: { readonly state: TaskRouterState }): TimerEvent => {
      const dueAt = state.kind === 'call' ? state.timers[timer] : undefined;
      if (dueAt === undefined) throw new Error(`no timer "${timer}" is wanted`);
      return { type: 'timer', at: dueAt, timer, dueAt };
    },
};
