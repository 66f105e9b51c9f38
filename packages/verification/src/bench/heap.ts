import { setImmediate } from 'node:timers/promises';

/** Returns the bytes in use after garbage collection. Needs `--expose-gc`. */
export async function heapAfterGc(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    await setImmediate();
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
