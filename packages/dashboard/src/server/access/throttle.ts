import { RateLimiterMemory } from 'rate-limiter-flexible';

export interface Throttle {
  /** Seconds to wait, or 0: try. Every try counts. */
  wait(address: string): Promise<number>;
  /** The password was right: forget the tries of this address. */
  forgive(address: string): Promise<void>;
}

/** Guessing a password is slow work: 10 tries in 5 minutes from one address, 100 from all. */
export function createThrottle(): Throttle {
  const each = new RateLimiterMemory({ keyPrefix: 'address', points: 10, duration: 300 });
  const all = new RateLimiterMemory({ keyPrefix: 'all', points: 100, duration: 300 });
  return {
    async wait(address) {
      const waits = await Promise.all([consume(each, address), consume(all, 'all')]);
      return Math.max(...waits);
    },
    async forgive(address) {
      await each.delete(address);
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal;
    return Math.max(1, Math.ceil((refusal as { msBeforeNext: number }).msBeforeNext / 1000));
  }
}
