import type { VirtualClock } from './clock.js';
import { WakeUpHeap } from './heap.js';
import type { WakeUp } from './heap.js';

/** Default start of virtual time: 2025-06-02T17:40:00Z. */
export const DEFAULT_START: number = Date.UTC(2025, 5, 2, 17, 40, 0);

/** Creates a clock that moves only when the simulator (or a test) steps it. `start` is in epoch ms. */
export function virtualClock(options: { start?: number } = {}): VirtualClock {
  const heap = new WakeUpHeap();
  let now = options.start ?? DEFAULT_START;
  let order = 0;
  const wakeAt: VirtualClock['wakeAt'] = (at, run) => {
    clock.onWakeAt?.(at, callerOf(wakeAt));
    const wakeUp: WakeUp = { at: Math.max(at, now), order: order++, run };
    heap.push(wakeUp);
    return () => {
      wakeUp.run = undefined;
    };
  };
  const clock: VirtualClock = {
    virtual: true,
    now: () => now,
    wakeAt,
    next: () => heap.peek()?.at,
    step() {
      const wakeUp = heap.pop();
      if (wakeUp === undefined) return false;
      now = Math.max(now, wakeUp.at);
      const run = wakeUp.run;
      wakeUp.run = undefined;
      run?.();
      return true;
    },
    moveTo(at) {
      const next = heap.peek()?.at;
      if (at < now) throw new RangeError('virtual time cannot go back');
      if (next !== undefined && next < at) throw new RangeError('virtual time cannot jump over a wake-up');
      now = at;
    },
  };
  return clock;
}

/** Returns the line of code that called a function, skipping clocks that only pass the call on. */
function callerOf(called: (at: number, run: () => void) => () => void): string {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, called);
  const frames = (here.stack ?? '').split('\n').slice(1);
  const frame = frames.find((line) => !/\bwakeAt\b/.test(line)) ?? frames[0];
  return frame?.trim() ?? 'somewhere';
}
