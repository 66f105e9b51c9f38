import type { CallRow, Totals } from './protocol.js';

/** What an activity is for: where workers get calls, where they cool down until we bring them back, where they are away. */
export type ActivityRole = 'available' | 'coolDown' | 'offline' | 'other';

/** An activity of the workspace, as the page of workers shows it. */
export interface ActivityInfo {
  /** WA… */
  readonly sid: string;
  readonly name: string;
  readonly role: ActivityRole;
}

/** One worker of TaskRouter. */
export interface WorkerRow {
  readonly kind: 'worker';
  /** WK… */
  readonly sid: string;
  /** Rises with every change; a row with a lower one is out of date. */
  readonly version: number;
  /** Empty when it is not known. */
  readonly name: string;
  /** The worker's attribute: any text, empty if there is none. */
  readonly phone: string;
  /** WA…; `null` when it is not known. */
  readonly activity: string | null;
  /** When they entered the activity. */
  readonly since: number;
  /** The cool-down that ends by itself. */
  readonly coolDown: { readonly startedAt: number; readonly until: number } | null;
  /** A switch on or off that Twilio has not answered yet, or has refused. */
  readonly requested: { readonly on: boolean; readonly status: 'pending' | 'refused'; readonly reason: string } | null;
}

/** A row of the page of workers: a worker, or a call in the queue. */
export type WorkersRow = WorkerRow | CallRow;

/** Figures over workers and calls, and the workspace's activities. */
export interface WorkerTotals extends Totals {
  readonly activities: readonly ActivityInfo[];
  readonly workers: number;
  /** Ready for a call: in the available activity, and on no call. */
  readonly ready: number;
  /** Rung, asked or talking. */
  readonly busy: number;
  readonly coolingDown: number;
  /** Offline, or in an unknown activity. */
  readonly away: number;
}

/** The call, and its leg, that a worker is on now. */
export interface PresentCall {
  readonly call: CallRow;
  readonly leg: CallRow['legs'][number];
}

/** Finds the call that each worker is on, by the worker's SID. */
export function presentCalls(rows: Iterable<WorkersRow>): Map<string, PresentCall> {
  const found = new Map<string, PresentCall>();
  for (const call of rows) {
    if (call.kind !== 'call' || call.final) continue;
    for (const leg of call.legs) {
      const { reservation } = leg;
      if (reservation !== null && leg.phase !== 'ended') found.set(reservation.worker, { call, leg });
    }
  }
  return found;
}
