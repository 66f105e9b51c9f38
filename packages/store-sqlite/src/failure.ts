import { AmdError, isAmdError } from '@amd/core';

/** Explains why opening failed, and what to do. */
export function openFailure(error: unknown, file: string): AmdError {
  if (isAmdError(error)) return error;
  const text = messageOf(error);
  if (/locked|busy/i.test(text)) {
    return new AmdError(
      'ERR_STORE_LOCKED',
      `"${file}" is in use by another process: one file serves one process. Stop the other one, name another file, or use @amd/store-redis for several processes`,
      { cause: error },
    );
  }
  if (/not a database|malformed|encrypted/i.test(text)) {
    return new AmdError('ERR_STORE_SETTINGS', `"${file}" is not a SQLite database of ours: ${text}`, { cause: error });
  }
  return new AmdError('ERR_STORE_UNAVAILABLE', `"${file}" cannot be opened: ${text}`, { cause: error });
}

/** Explains why the database refused work: a full or broken disk. */
export function workFailure(error: unknown): AmdError {
  if (isAmdError(error)) return error;
  return new AmdError('ERR_STORE_UNAVAILABLE', `SQLite: ${messageOf(error)}`, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
