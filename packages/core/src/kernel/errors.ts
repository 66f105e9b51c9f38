/** Every code an error of this library can carry. Codes are stable: switch on them, never on messages. */
export type AmdErrorCode =
  | 'ERR_STATE_VERSION'
  | 'ERR_STOPPED'
  | 'ERR_STORE_CONFLICT'
  | 'ERR_STORE_CORRUPT'
  /** No driver of a database was found, or one was given that cannot do what is needed. */
  | 'ERR_STORE_DRIVER'
  /** Another process has the database. */
  | 'ERR_STORE_LOCKED'
  /** The database would lose or evict what is written to it, as it is set up. */
  | 'ERR_STORE_SETTINGS'
  /** The database did not answer in time, or not at all. What was asked of it may have been done. */
  | 'ERR_STORE_UNAVAILABLE'
  /** The database was written by a newer version of its package. */
  | 'ERR_STORE_VERSION'
  | 'ERR_TIMEOUT'
  | 'ERR_WORKSPACE';

/** Base of the library's own errors. A wrong argument is a `TypeError` or `RangeError` that names the option instead. */
export class AmdError extends Error {
  override readonly name = 'AmdError';
  readonly code: AmdErrorCode;

  constructor(code: AmdErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** True for errors of this library, also when two copies of it are loaded. */
export function isAmdError(error: unknown): error is AmdError {
  return error instanceof Error && error.name === 'AmdError' && 'code' in error;
}
