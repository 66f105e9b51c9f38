import { AmdError } from '../kernel/errors.js';
import type { Clock } from './clock.js';

/**
 * The work's result, or `ERR_TIMEOUT` when it takes longer. The work itself goes on.
 * @throws AmdError `ERR_TIMEOUT`, or what the work throws
 */
export async function within<T>(clock: Clock, ms: number, what: string, work: () => Promise<T>): Promise<T> {
  let cancel = (): void => undefined;
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.wakeAt(clock.now() + ms, () => {
      reject(new AmdError('ERR_TIMEOUT', `${what} took longer than ${String(ms)} ms`));
    });
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    cancel();
  }
}
