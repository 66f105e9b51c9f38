import type { CallRow, Totals } from './protocol.js';

/** What an activity is for: where workers get calls, where they rest until we bring them back, where they are away. */
export type ActivityRole = 'available' | 'rest' | 'offline' | 'other';

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
  /** Rises with every change; a row with a lower one is old news. */
  readonly version: number;
  /** Empty when it is not known. */
  readonly name: string;
  /** As the worker's attribute says it: any text, empty when there is none. */
  readonly phone: string;
  /** WA…; `null` when it is not known. */
  readonly activity: string | null;
  /** When they entered the activity. */
  readonly since: number;
  /** The cool-down that ends by itself. */
  readonly rest: { readonly startedAt: number; readonly until: number } | null;
  /** Somebody switched them on or off, and Twilio has not answered, or refused. */
  readonly wish: { readonly on: boolean; readonly as: 'asked' | 'refused'; readonly reason: string } | null;
}

export type AgentRow = WorkerRow | CallRow;

/** Figures over workers and calls, and the workspace's activities. */
export interface AgentTotals extends Totals {
  readonly activities: readonly ActivityInfo[];
  readonly workers: number;
  /** Ready for a call: in the available activity, and on no call. */
  readonly ready: number;
  /** Rung, asked or talking. */
  readonly busy: number;
  readonly resting: number;
  /** Offline, or in an activity of which we know nothing. */
  readonly away: number;
}

/** One event of TaskRouter, as a line to read. */
export interface AgentEvent {
  /** Rises by one with every event that this process heard. */
  readonly id: number;
  /** When it happened, by Twilio's clock; else when it was heard. */
  readonly at: number;
  /** As TaskRouter names it: `reservation.rejected`. */
  readonly type: string;
  readonly worker: string;
  /** The caller's number, whatever it is. */
  readonly caller: string;
  /** What there is to add: the activity, the reason. */
  readonly detail: string;
  /** The inbound CallSid, when the event is about a call. */
  readonly call: string | null;
}

/** The newest events of one process, oldest first. `run` is another one after a restart. */
export interface AgentEvents {
  readonly run: string;
  readonly events: readonly AgentEvent[];
}

export type SwitchResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Who of the worker's reservations holds them: the call and the leg. */
export interface PresentCall {
  readonly call: CallRow;
  readonly leg: CallRow['legs'][number];
}

/** Which worker is on which call, by the worker's SID. */
export function presentCalls(rows: Iterable<AgentRow>): Map<string, PresentCall> {
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
