import type { Target } from './balancer.js';

/** Which processes say that they are ready for calls; asked repeatedly, as by a load balancer. */
export interface Readiness {
  readonly isReady: (target: Target) => boolean;
  /** Asks all of them now. */
  look(): Promise<void>;
  stop(): void;
}

export function watchReadiness(targets: readonly Target[], everyMs = 1000): Readiness {
  const ready = new Set<Target>();

  async function look(): Promise<void> {
    await Promise.all(
      targets.map(async (target) => {
        try {
          const url = `http://127.0.0.1:${String(target.port)}/readyz`;
          const { ok } = await fetch(url, { signal: AbortSignal.timeout(1000) });
          if (ok) ready.add(target);
          else ready.delete(target);
        } catch {
          ready.delete(target);
        }
      }),
    );
  }

  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return {
    isReady: (target) => ready.has(target),
    look,
    stop: () => {
      clearInterval(timer);
    },
  };
}
