import type { EpochMs } from '../kernel/flow.js';
import { sidOf } from '../kernel/record-key.js';
import type { HookRun } from '../flows/tells.js';
import type { Claim } from '../store/store.js';
import { type Clock, within } from './clock.js';
import { type Log, rarely, reasonOf } from './log.js';
import { hookWait, type RetrySchedule } from './retry.js';
import { HURRY_MS } from './windows.js';

/** The user's own hooks, by name. */
export type Hooks = Readonly<Record<string, (data: unknown, id: string) => void | Promise<void>>>;

/** Hooks that run at once; more wait. They take no place of other work: a CRM that hangs keeps no phone from ringing. */
const AT_ONCE = 64;

/** How long a hook waits for its place, in ms. */
const PLACE_MS = 500;

/** A task's lease lasts at least so much longer, in ms, than a try at its hook: the end of the try is still ours to write down. */
const MARGIN_MS = 1_000;

/** How often retries of one hook are logged, in ms. */
const COMPLAIN_EVERY_MS = 60_000;

/** Runs the user's hooks: each until it resolves, at most for the time of a try, at most so many tries. */
export function createHookRunner(parts: {
  readonly clock: Clock;
  readonly hooks: Hooks | undefined;
  readonly retry: RetrySchedule;
  readonly random: () => number;
  readonly log: Log;
  /** How long this process goes on, in ms. */
  readonly leftMs: () => number;
  readonly end: (claim: Claim) => Promise<void>;
  readonly putOff: (claim: Claim, dueAt: EpochMs, counts: boolean) => Promise<void>;
  /** Tells listeners and metrics. */
  readonly failed: (claim: Claim, error: unknown, isGivenUp: boolean) => void;
}): (claim: Claim, run: HookRun) => Promise<void> {
  const { clock, hooks, retry, random, log, leftMs, end, putOff, failed } = parts;
  const mayComplain = rarely(() => clock.now(), COMPLAIN_EVERY_MS);
  let running = 0;

  async function runOnce(claim: Claim, { hook, data, id }: HookRun): Promise<void> {
    const ms = Math.max(1, Math.min(retry.hookTimeoutMs, claim.leaseUntil - clock.now() - MARGIN_MS, leftMs()));
    await within(clock, ms, 'it', async () => hooks?.[hook]?.(data, id));
  }

  function complain(claim: Claim, { hook, id }: HookRun, error: unknown, isGivenUp: boolean): void {
    const about = { code: 'hook.failed', call: sidOf(claim.key) } as const;
    const tries = `${String(claim.attempt)} of ${String(retry.hookAttempts)}`;
    if (isGivenUp) {
      const message = `the hook "${hook}" is given up after try ${tries}; the event "failure" has what it was to be told, ${id}: ${reasonOf(error)}`;
      log({ ...about, level: 'error', message });
    } else if (mayComplain(hook)) {
      const message = `the hook "${hook}" failed and will be tried again, try ${tries}: ${reasonOf(error)}`;
      log({ ...about, level: 'warn', message });
    }
  }

  return async (claim, run) => {
    const left = leftMs();
    if (running >= AT_ONCE || left < HURRY_MS) {
      const wait = left < HURRY_MS ? Math.max(1, left) : Math.ceil(PLACE_MS * (1 + random()));
      await putOff(claim, clock.now() + wait, false);
      return;
    }
    running += 1;
    try {
      await runOnce(claim, run);
    } catch (error) {
      const isGivenUp = claim.attempt >= retry.hookAttempts;
      failed(claim, error, isGivenUp);
      complain(claim, run, error, isGivenUp);
      if (isGivenUp) await end(claim);
      else await putOff(claim, clock.now() + hookWait(retry, claim.attempt, random), true);
      return;
    } finally {
      running -= 1;
    }
    await end(claim);
  };
}
