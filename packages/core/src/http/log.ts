export interface LogEntry {
  readonly level: 'warn' | 'error';
  /** What happened, for machines; stable. */
  readonly code:
    | 'refused'
    | 'signature'
    | 'limited'
    | 'resolve.failed'
    | 'reply.failed'
    | 'reply.late'
    | 'render.failed'
    | 'body.unverifiable'
    | 'adapter.failed'
    /** Ringing, detection and confirmation do not fit the reservation's time-out. */
    | 'times';
  /** What happened and what to do about it, for people. Phone numbers are masked. */
  readonly message: string;
  readonly path?: string;
  /** The call it is about. */
  readonly call?: string;
}

export type Log = (entry: LogEntry) => void;

export const silent: Log = () => undefined;

/** A log must not be able to fail a webhook. */
export function guarded(log: Log): Log {
  return (entry) => {
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
