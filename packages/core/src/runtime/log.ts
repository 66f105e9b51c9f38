import type { EpochMs } from '../kernel/flow.js';
import type { Metrics } from './metrics.js';
import type { ProblemCode } from './problem-code.js';

/** One line of the log: what happened, for machines and for people. */
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

/** Gets every line of the log. What it throws is ignored. */
export type Log = (entry: LogEntry) => void;

/** A logger that takes an object and a text, such as pino; or the console. */
export interface Logger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What `log` may be: a function, a logger that takes an object and a text, or the console. */
export type LogOption = Log | Logger;

/** Writes one line for each entry to the console, on standard error. */
export const consoleLog: Log = onConsole(console);

/** A console, as far as it takes lines. */
type Lines = Record<'warn' | 'error', (line: string) => void>;

function onConsole(target: Lines): Log {
  return ({ level, code, message, path, call }) => {
    const line = ['amd', code, path, call, message].filter((part) => part !== undefined && part !== '').join(' ');
    // The sender of a request chooses some of these words: they must not make lines of their own.
    target[level](line.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '));
  };
}

/**
 * The log that an option names. A console is known by its `table`: it takes one line; any other logger takes an object and a text.
 * @throws TypeError naming the option
 */
export function logFrom(option: LogOption | undefined): Log {
  if (option === undefined) return consoleLog;
  if (typeof option === 'function') return option;
  if (!isLogger(option)) {
    throw new TypeError('"log" must be a function, the console, or a logger with "warn" and "error", such as pino');
  }
  if ('table' in option) return onConsole(option as unknown as Lines);
  return ({ level, message, ...fields }) => {
    option[level](fields, message);
  };
}

function isLogger(value: unknown): value is Logger {
  if (typeof value !== 'object' || value === null) return false;
  return ['warn', 'error'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/**
 * Makes a log that cannot fail a webhook. What it is told is counted, too.
 * @throws TypeError naming the option
 */
export function guarded(option: LogOption | undefined, metrics: Metrics | null): Log {
  const tell = logFrom(option);
  return (entry) => {
    metrics?.({ type: 'problem', code: entry.code });
    try {
      tell({ ...entry, message: maskNumbers(entry.message) });
    } catch {
      // The log itself failed; there is no other place to report it.
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
