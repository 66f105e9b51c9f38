import type { AssignmentStatus, ReservationStatus, Workspace } from './model.js';

/** A worker of the simulated workspace, as they are now. */
export interface SimulatedWorker {
  readonly sid: string;
  readonly friendlyName: string;
  /** Name of the activity. */
  readonly activity: string;
  readonly available: boolean;
  /** Since when they are in it, epoch ms. */
  readonly since: number;
  /** Parsed. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Pending, accepted and wrapping reservations. */
  readonly holding: number;
}

/** A task of the simulated workspace, as it is now. `call` is the SID of its call. */
export interface SimulatedTask {
  readonly sid: string;
  readonly status: AssignmentStatus;
  readonly reason: string | undefined;
  readonly call: string | undefined;
  readonly reservations: readonly {
    readonly sid: string;
    readonly status: ReservationStatus;
    readonly worker: string;
  }[];
}

/** A snapshot of a workspace. */
export interface SimulatedWorkspace {
  readonly sid: string;
  readonly friendlyName: string;
  readonly workers: readonly SimulatedWorker[];
  readonly tasks: readonly SimulatedTask[];
}

export function viewWorkspace(workspace: Workspace): SimulatedWorkspace {
  return {
    sid: workspace.sid,
    friendlyName: workspace.friendlyName,
    workers: [...workspace.workers.values()].map((worker) => ({
      sid: worker.sid,
      friendlyName: worker.friendlyName,
      activity: worker.activity.friendlyName,
      available: worker.activity.available,
      since: worker.activitySince,
      attributes: JSON.parse(worker.attributes) as Record<string, unknown>,
      holding: worker.holding.size,
    })),
    tasks: [...workspace.tasks.values()].map((task) => ({
      sid: task.sid,
      status: task.status,
      reason: task.reason,
      call: task.call?.sid,
      reservations: [...task.reservations.values()].map(({ sid, status, worker }) => ({
        sid,
        status,
        worker: worker.sid,
      })),
    })),
  };
}
