import type { Clock } from '../runtime/clock.js';
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

/** Kinds that are remembered at once: whoever sends many kinds makes us say no more than these. */
const KINDS = 200;

/** Whether something of a kind may be said again: a second after it was said last. */
export function oncePerSecond(clock: Clock): (kind: string) => boolean {
  const said = new Map<string, number>();
  return (kind) => {
    const now = clock.now();
    const last = said.get(kind);
    // A clock that was set back keeps nobody silent.
    if (last !== undefined && now >= last && now - last < 1000) return false;
    if (last === undefined && said.size >= KINDS) said.clear();
    said.set(kind, now);
    return true;
  };
}

/** `+14155550142` becomes `+14…42`. */
export function maskNumbers(text: string): string {
  return text.replace(/(?<![0-9A-Za-z])(\+?[0-9]{2})[0-9]{3,}([0-9]{2})(?![0-9A-Za-z])/g, '$1…$2');
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
