import { monotonicClock, systemClock, type Clock } from '@amd/core';
import type { Commands } from './commands.js';

export interface ServerClockOptions {
  readonly commands: Commands;
  /** This machine's clock. Default: the system's. */
  readonly local?: Clock | undefined;
  /** How often the server is asked again, in ms. */
  readonly syncEveryMs: number;
}

/** The server's time, as exactly as it can be known here: the error is at most half a round trip. */
export interface ServerClock extends Clock {
  /** Asks the server for its time. @throws AmdError `ERR_STORE_UNAVAILABLE` */
  sync(): Promise<void>;
  stop(): void;
}

/** Of this many answers the quickest counts: it has the smallest error. */
const SAMPLES = 3;

/** Creates the clock. Machines that share a store share its time, so no lease ends early because a clock is fast. */
export function serverClock({ commands, local: machine = systemClock, syncEveryMs }: ServerClockOptions): ServerClock {
  const local = monotonicClock(machine);
  const elapsed = (): number => local.elapsed?.() ?? local.now();
  let ahead: number | null = null;
  const known: Clock = {
    now: () => local.now() + (ahead ?? 0),
    wakeAt: (at, run) => local.wakeAt(at - (ahead ?? 0), run),
    elapsed,
  };
  let time = known;
  let cancel = (): void => undefined;
  let stopped = false;

  async function sync(): Promise<void> {
    let best = { tookMs: Infinity, ahead: ahead ?? 0 };
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const before = local.now();
      const reply = await commands.command('TIME');
      const after = local.now();
      const [seconds, micros] = reply as [unknown, unknown];
      const server = Number(seconds) * 1000 + Number(micros) / 1000;
      const tookMs = after - before;
      if (tookMs < best.tookMs) best = { tookMs, ahead: Math.round(server - (before + after) / 2) };
    }
    const isFirst = ahead === null;
    ahead = best.ahead;
    // From the first answer on, neither a better estimate nor a step of the server's clock turns time back.
    if (isFirst) time = monotonicClock(known);
  }

  function again(): void {
    if (stopped) return;
    cancel = local.wakeAt(local.now() + syncEveryMs, () => {
      // While the server is unreachable, the known offset stays accurate enough.
      void sync()
        .catch(() => undefined)
        .finally(again);
    });
  }

  again();
  return {
    now: () => time.now(),
    elapsed,
    wakeAt: (at, run) => time.wakeAt(at, run),
    sync,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
