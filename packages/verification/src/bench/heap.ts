import { setImmediate } from 'node:timers/promises';

/** Bytes in use once everything that can go has gone. Needs `--expose-gc`. */
export async function heapAfterGc(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    await setImmediate();
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
