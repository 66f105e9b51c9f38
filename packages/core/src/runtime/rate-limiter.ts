import type { EpochMs } from '../kernel/flow.js';

/** When each of several may go, so that no more than so many go in a second. */
export interface RateLimiter {
  /** How long to wait, in ms; 0: now. Whoever waits keeps their place by their id. */
  waitFor(id: string, now: EpochMs): number;
}

/** Places of work that was dropped while it waited are forgotten so long after their time, in ms. */
const FORGET_AFTER_MS = 60_000;

/** @throws RangeError naming `callsPerSecond` */
export function createRateLimiter(callsPerSecond: number): RateLimiter {
  if (!(callsPerSecond > 0 && callsPerSecond <= 1000)) {
    throw new RangeError(`"callsPerSecond" must be a number above 0 and at most 1000; got ${String(callsPerSecond)}`);
  }
  const apart = 1000 / callsPerSecond;
  const places = new Map<string, EpochMs>();
  let next = Number.NEGATIVE_INFINITY;

  return {
    waitFor(id, now) {
      const place = places.get(id) ?? Math.max(now, next);
      if (place <= now) {
        places.delete(id);
        if (place >= next) next = place + apart;
        return 0;
      }
      if (!places.has(id)) {
        for (const [other, at] of places) if (at < now - FORGET_AFTER_MS) places.delete(other);
        places.set(id, place);
        next = place + apart;
      }
      return Math.ceil(place - now);
    },
  };
}
