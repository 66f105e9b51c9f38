/** Every code an error of this library can carry. Codes are stable: switch on them, never on messages. */
export type AmdErrorCode =
  'ERR_STATE_VERSION' | 'ERR_STORE_CONFLICT' | 'ERR_STORE_CORRUPT' | 'ERR_STOPPED' | 'ERR_TIMEOUT' | 'ERR_WORKSPACE';

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
