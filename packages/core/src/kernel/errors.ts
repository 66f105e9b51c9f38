/** All error codes of this library. Codes are stable: switch on them, never on messages. */
export type AmdErrorCode =
  /** A package that is needed here is not installed. */
  | 'ERR_PEER_MISSING'
  | 'ERR_STATE_VERSION'
  | 'ERR_STOPPED'
  | 'ERR_STORE_CONFLICT'
  | 'ERR_STORE_CORRUPT'
  /** No database driver was found, or the given one lacks something that is needed. */
  | 'ERR_STORE_DRIVER'
  /** Another process has locked the database. */
  | 'ERR_STORE_LOCKED'
  /** With its present settings, the database would lose or evict data. */
  | 'ERR_STORE_SETTINGS'
  /** The database did not answer, or not in time. The request may have been executed. */
  | 'ERR_STORE_UNAVAILABLE'
  /** The database was written by a newer version of its package. */
  | 'ERR_STORE_VERSION'
  | 'ERR_TIMEOUT'
  | 'ERR_WORKSPACE';

/** Base class of the library's own errors. A wrong argument is a `TypeError` or `RangeError` that names the option instead. */
export class AmdError extends Error {
  override readonly name = 'AmdError';
  readonly code: AmdErrorCode;

  constructor(code: AmdErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** True for errors of this library, even if two copies of it are loaded. */
export function isAmdError(error: unknown): error is AmdError {
  return error instanceof Error && error.name === 'AmdError' && 'code' in error;
}
