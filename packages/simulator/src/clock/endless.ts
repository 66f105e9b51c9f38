import type { VirtualClock } from './clock.js';

/** Where a wake-up was set, and how long it waits each time (ms). */
interface Source {
  readonly place: string;
  readonly waits: Set<number>;
}

const MOST_SOURCES = 5;
const MOST_WAITS = 3;

/** Records which code sets wake-ups, so that an error can name it. */
export interface TimerWatch {
  begin(): void;
  end(): void;
  /** Describes what was set since `begin()`, one line each. */
  lines(): string[];
}

/** Watches the wake-ups that are set on a clock, except those that `ignore` selects. */
export function watchTimers(clock: VirtualClock, ignore: () => boolean): TimerWatch {
  const sources = new Map<string, Source>();
  return {
    begin() {
      clock.onWakeAt ??= (at, place) => {
        if (ignore()) return;
        const found = sources.get(place) ?? { place, waits: new Set() };
        sources.set(place, found);
        found.waits.add(Math.max(0, at - clock.now()));
      };
    },
    end() {
      clock.onWakeAt = undefined;
      sources.clear();
    },
    lines() {
      const lines = [...sources.values()].map(({ place, waits }) => {
        const some = [...waits]
          .sort((a, b) => a - b)
          .slice(0, MOST_WAITS)
          .join(', ');
        return `  every ${some}${waits.size > MOST_WAITS ? ' …' : ''} ms  ${place}`;
      });
      const left = lines.length - MOST_SOURCES;
      return left > 0 ? [...lines.slice(0, MOST_SOURCES), `  and ${left} more`] : lines;
    },
  };
}

/** Formats a duration for people. */
function span(ms: number): string {
  if (ms < 60_000) return `${ms / 1000} s`;
  return ms < 3_600_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

/** Explains why `settle()` gives up, what keeps it busy, and what to set. */
export function endless(what: { why: string; ms: number; timers: readonly string[]; last: string | undefined }): Error {
  const timers =
    what.timers.length === 0 ? [] : ['These timers of the application are started again and again:', ...what.timers];
  return new Error(
    [
      `settle() does not come to an end: ${what.why}. Virtual time has moved by ${span(what.ms)}.`,
      `The last thing that happened at Twilio: ${what.last ?? 'nothing'}.`,
      ...timers,
      'What to set:',
      '  createRuntime of @amd/core asks its store once a second, unless it gets { clock: sim.clock, pollMs: null }.',
      '  Stop timers of your own when the call is over, or keep them off the clock of the simulator.',
      '  Or say how far to go: settleCalls(), settle(until), or advance(ms).',
    ].join('\n'),
  );
}
