import type { Clock } from '@amd/core';

/** One log line for operators. It contains no secret and no full phone number. */
export interface DashboardLogEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** What happened, for machines; stable. */
  readonly code: string;
  /** What happened and what to do about it, for people. */
  readonly message: string;
}

/** Gets every line of the log. */
export type DashboardLog = (entry: DashboardLogEntry) => void;

export const quiet: DashboardLog = () => undefined;

/**
 * Wraps a log for events that strangers can cause: at most one entry a second per code, which says how many were left out before
 * it.
 */
export function oncePerSecond(log: DashboardLog, clock: Clock): DashboardLog {
  const last = new Map<string, { at: number; leftOut: number }>();
  return (entry) => {
    const now = clock.now();
    const { at, leftOut } = last.get(entry.code) ?? { at: -Infinity, leftOut: 0 };
    if (Math.abs(now - at) < 1000) {
      last.set(entry.code, { at, leftOut: leftOut + 1 });
      return;
    }
    last.set(entry.code, { at: now, leftOut: 0 });
    log(leftOut === 0 ? entry : { ...entry, message: `${entry.message} (and ${String(leftOut)} more before)` });
  };
}
