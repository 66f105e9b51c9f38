import { isVirtual } from './clock.js';
import type { SimulatorClock, VirtualClock } from './clock.js';
import type { CountedClock } from './counted-clock.js';
import { endless, watchTimers } from './endless.js';
import type { PendingWork } from './pending-work.js';

/** Virtual time after which `settle()` without an end throws: a run that never ends is a mistake (30 days, in ms). */
const LONGEST_RUN_MS = 30 * 24 * 3600 * 1000;
/** The end of that time, in which the code that sets timers is recorded (ms). */
const WATCHED_MS = 24 * 3600 * 1000;
/**
 * Consecutive wake-ups without anything happening at Twilio after which `settle()` throws. After all calls are over an
 * application has a few timers for each call (archiving a record, a cool-down, a last retry), and they come to an end.
 */
const QUIET_TURNS = 10_000;
const QUIET_TURNS_PER_CALL = 100;
/** The last of them, in which the code that sets timers is recorded. */
const WATCHED_TURNS = 100;
/** Macrotasks the application may use after work was in progress: what it starts next must begin before time moves. */
const ROUNDS = 3;

/** Rounds without any change after which work in progress must be waiting for the clock. */
const STALLED_ROUNDS = 10;

const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What has happened at Twilio so far; a REST request counts only if it changes something. */
export interface History {
  count(): number;
  last(): string | undefined;
  calls(): number;
}

export interface SettleLoop {
  /** Runs until nothing is left to happen, or until `until` (epoch ms) with the clock left there. */
  run(until?: number): Promise<void>;
  /** Runs until nothing is left to happen at Twilio; timers of the application may be left. */
  runCalls(): Promise<void>;
}

/**
 * Creates the loop behind `settle()` and `advance()`. It moves a virtual clock only when no work in progress could continue
 * without it; with a real clock it waits.
 */
export function createSettleLoop(options: {
  clock: SimulatorClock;
  /** The same clock as used by Twilio's side. */
  own: CountedClock;
  pending: PendingWork;
  idle?: (() => Promise<void>) | undefined;
  /** True while any call is going on. */
  busy: () => boolean;
  history: History;
}): SettleLoop {
  const { clock, own, pending, idle, busy, history } = options;
  let last: Promise<void> = Promise.resolve();

  /** Waits for work in progress; returns true if that waits for the clock, directly or through an answer that does. */
  async function stalled(): Promise<boolean> {
    while (pending.count > 0) {
      if (pending.sleeping === 0) {
        await pending.whenIdle();
        continue;
      }
      pending.untouch();
      const before = pending.count;
      for (let round = 0; round < STALLED_ROUNDS; round += 1) await macrotask();
      if (pending.held === 0 && pending.sleeping > 0 && !pending.touched && pending.count === before) return true;
    }
    return false;
  }

  /**
   * Waits for the application's own work, except while an answer sleeps on the clock, which the application may be waiting for.
   * Then it gets some macrotasks instead.
   */
  async function applicationIdle(idle: () => Promise<void>): Promise<void> {
    if (pending.sleeping > 0) {
      do for (let round = 0; round < STALLED_ROUNDS; round += 1) await macrotask();
      while (pending.held > 0);
      return;
    }
    try {
      await new Promise<void>((resolve, reject) => {
        pending.onAsleep = resolve;
        idle().then(resolve, reject);
      });
    } finally {
      pending.onAsleep = undefined;
    }
  }

  async function quiet(): Promise<void> {
    do {
      pending.untouch();
      await macrotask();
      if (pending.touched || pending.count > 0) {
        if (await stalled()) return;
        for (let round = 0; round < ROUNDS; round += 1) await macrotask();
      }
      if (idle !== undefined) await applicationIdle(idle);
    } while (pending.touched || pending.count > 0);
  }

  /** True if nothing is left to happen at Twilio. */
  const callsOver = (): boolean => !busy() && pending.count === 0 && own.planned() === 0;

  async function runVirtual(virtual: VirtualClock, until: number | undefined, over: () => boolean): Promise<void> {
    const began = virtual.now();
    const limit = until ?? began + LONGEST_RUN_MS;
    const watch = watchTimers(virtual, () => own.isSetting());
    let turns = 0;
    let before = history.count();
    const giveUp = (why: string): Error =>
      endless({ why, ms: virtual.now() - began, timers: watch.lines(), last: history.last() });
    try {
      for (;;) {
        await quiet();
        const next = virtual.next();
        // What the application is to do at once, it does: the end of a call may have asked for it.
        if (next === undefined || (over() && next > virtual.now())) break;
        if (next > limit) {
          if (until === undefined) throw giveUp('still busy after 30 days');
          break;
        }
        const count = history.count();
        // Time brings something planned at Twilio closer, or the requested end.
        const nearer = next > virtual.now() && (until !== undefined || own.planned() > 0);
        if (count !== before || nearer) turns = 0;
        before = count;
        turns += 1;
        const most = QUIET_TURNS + QUIET_TURNS_PER_CALL * history.calls();
        if (turns > most) throw giveUp(`nothing has happened at Twilio in ${most} turns`);
        const isSuspect = turns > most - WATCHED_TURNS || (until === undefined && next > limit - WATCHED_MS);
        if (isSuspect) watch.begin();
        virtual.step();
      }
    } finally {
      watch.end();
    }
    if (until !== undefined && until > virtual.now()) virtual.moveTo(until);
  }

  async function runReal(until: number | undefined): Promise<void> {
    const done = (): boolean => (until === undefined ? pending.count === 0 && !busy() : clock.now() >= until);
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
    await idle?.();
  }

  /** Runs one after the other, in the order in which they were requested. */
  function inLine(run: () => Promise<void>): Promise<void> {
    const result = last.then(run);
    last = result.catch(() => undefined);
    return result;
  }
  const never = (): boolean => false;

  return {
    run: (until) => inLine(() => (isVirtual(clock) ? runVirtual(clock, until, never) : runReal(until))),
    runCalls: () => inLine(() => (isVirtual(clock) ? runVirtual(clock, undefined, callsOver) : runReal(undefined))),
  };
}
