import type { Metrics } from '../runtime/measurement.js';
import type { ProblemCode } from '../runtime/problem-code.js';

export interface LogEntry {
  readonly level: 'warn' | 'error';
  /** What happened, for machines; stable. */
  readonly code: ProblemCode;
  /** What happened and what to do about it, for people. Phone numbers are masked. */
  readonly message: string;
  readonly path?: string;
  /** The call it is about. */
  readonly call?: string;
}

export type Log = (entry: LogEntry) => void;

export const silent: Log = () => undefined;

/** A log must not be able to fail a webhook. What it says is counted, too. */
export function guarded(log: Log, metrics: Metrics | null): Log {
  return (entry) => {
    metrics?.({ type: 'problem', code: entry.code });
    try {
      log({ ...entry, message: maskNumbers(entry.message) });
    } catch {
      // There is nobody left to tell.
    }
  };
}

/** `+14155550142` becomes `+14…42`. */
export function maskNumbers(text: string): string {
  return text.replace(/(?<![0-9A-Za-z])(\+?[0-9]{2})[0-9]{3,}([0-9]{2})(?![0-9A-Za-z])/g, '$1…$2');
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
