import type { EpochMs } from '../kernel/flow.js';
import type { Metrics } from './metrics.js';
import type { ProblemCode } from './problem-code.js';

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

/** One line for each entry, on standard error: what nobody asked to be told is said all the same. */
export const consoleLog: Log = ({ level, code, message, path, call }) => {
  const line = ['amd', code, path, call, message].filter((part) => part !== undefined && part !== '').join(' ');
  // Whoever sends a request chooses some of these words: they must not make lines of their own.
  console[level](line.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '));
};

/**
 * A log must not be able to fail a webhook. What it says is counted, too.
 * @throws TypeError naming the option
 */
export function guarded(log: Log | undefined, metrics: Metrics | null): Log {
  if (log !== undefined && typeof log !== 'function') throw new TypeError('"log" must be a function');
  const tell = log ?? consoleLog;
  return (entry) => {
    metrics?.({ type: 'problem', code: entry.code });
    try {
      tell({ ...entry, message: maskNumbers(entry.message) });
    } catch {
      // There is nobody left to tell.
    }
  };
}

const REMEMBERED = 1000;

/**
 * Whether something is to be said now: each by its name, once in so many ms (`Infinity`: once). Of more than a thousand the
 * oldest are forgotten.
 */
export function rarely(now: () => EpochMs, ms: number): (name: string) => boolean {
  const saidAt = new Map<string, EpochMs>();
  return (name) => {
    const at = now();
    // A clock that was set back keeps nobody silent.
    if (Math.abs(at - (saidAt.get(name) ?? -Infinity)) < ms) return false;
    saidAt.delete(name);
    saidAt.set(name, at);
    for (const oldest of saidAt.size > REMEMBERED ? saidAt.keys() : []) {
      saidAt.delete(oldest);
      break;
    }
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
