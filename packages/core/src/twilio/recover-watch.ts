import { type Clock, systemClock } from '../runtime/clock.js';
import { guarded, type LogOption, reasonOf } from '../runtime/log.js';
import type { LostCallers } from './recover-callers.js';

/** How often to look for lost callers, and where. */
export interface WatchOptions {
  /** `lostCallers(…)` or `queuedCallers(…)`. */
  readonly look: () => Promise<LostCallers>;
  /** From one look to the next, in ms. Default 60000. */
  readonly everyMs?: number | undefined;
  /** Told what was found. Default: the console. */
  readonly log?: LogOption | undefined;
  readonly clock?: Clock | undefined;
}

/** A watch over lost callers that runs until it is stopped. */
export interface LostCallersWatch {
  /** Looks no more; what is under way is finished. */
  stop(): Promise<void>;
  /** Resolves when no look is under way. */
  idle(): Promise<void>;
}

/** Looks for lost callers now and every minute, and says what it found. Never fails. */
export function watchLostCallers(options: WatchOptions): LostCallersWatch {
  const { look, everyMs = 60_000, clock = systemClock } = options;
  if (!(everyMs > 0)) throw new RangeError(`"everyMs" must be above 0; got ${String(everyMs)}`);
  const log = guarded(options.log, null);
  let stopped = false;
  let cancel = (): void => undefined;
  let underWay = Promise.resolve();

  function begin(): void {
    underWay = once().finally(() => {
      if (!stopped) cancel = clock.wakeAt(clock.now() + everyMs, begin);
    });
  }

  async function once(): Promise<void> {
    try {
      const { recovered, failed } = await look();
      for (const call of recovered) {
        log({
          level: 'warn',
          code: 'lost.recovered',
          call,
          message: 'the caller is served anew: no process served them',
        });
      }
      for (const { sid, error } of failed) {
        const message = `a caller whom nobody serves could not be served anew, which is tried again: ${reasonOf(error)}`;
        log({ level: 'error', code: 'lost.failed', call: sid, message });
      }
    } catch (error) {
      const message = `it could not be asked who waits, so callers whom nobody serves stay where they are: ${reasonOf(error)}`;
      log({ level: 'warn', code: 'lost.unknown', message });
    }
  }

  begin();
  return {
    async stop() {
      stopped = true;
      cancel();
      await underWay;
    },
    idle: () => underWay,
  };
}
