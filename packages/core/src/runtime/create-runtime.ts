import { onlyKnown } from '../kernel/check.js';
import { EventEmitter } from 'eventemitter3';
import { AmdError } from '../kernel/errors.js';
import { configOf, type Flow, type FlowEvent } from '../kernel/flow.js';
import type { Effect, OutcomeEvent, CallEffect, TimerEvent, TwilioEffect } from '../flows/effects.js';
import type { WithMetrics } from '../flows/metrics.js';
import type { Watched } from '../flows/problems.js';
import type { Tells } from '../flows/tells.js';
import { checkedStore, type Claim, type Store } from '../store/store.js';
import { Scheduler } from './scheduler.js';
import { clockFrom, type Clock } from './clock.js';
import { createWindows, HURRY_MS } from './windows.js';
import { createCommit } from './commit.js';
import type { Emit, RuntimeEvents } from './runtime.js';
import type { Executor } from './executor.js';
import { guarded, reasonOf, type LogOption } from './log.js';
import { safeMetrics, type Metrics } from './metrics.js';
import { createRateLimiter } from './rate-limiter.js';
import { createEffectRunner, type Peers } from './run-effects.js';
import type { Hooks } from './run-hooks.js';
import { createRecords } from './records.js';
import { DEFAULT_RETRY, type RetrySchedule } from './retry.js';
import type { Runtime } from './runtime.js';
import { watched } from './watched.js';

/** What a runtime is made of: the flow, the store, who carries out effects, and its times in ms. */
export interface RuntimeOptions<State, Event extends FlowEvent, Reply, Config, Rest extends TwilioEffect = CallEffect> {
  readonly flow: Flow<State, Event, Effect<Rest>, Reply, Config> &
    Partial<WithMetrics<State> & Watched<State> & Tells<State>>;
  /** Times of the machinery, in ms; what is left out is as the flow says. */
  readonly config?: Partial<Config> | undefined;
  readonly store: Store;
  readonly execute: Executor<Rest>;
  /** The user's own hooks, by name; at least once each, so use the id to tell repeats. */
  readonly hooks?: Hooks | undefined;
  /** The runtimes of other flows on this store, by name: `{ worker: workerRuntime }` for the TaskRouter flow. */
  readonly peers?: Peers | undefined;
  readonly clock?: Clock | undefined;
  /** How long a task is ours, in ms; longer than the longest REST call. Default 15000. */
  readonly leaseMs?: number | undefined;
  /** How often the store is asked for work of other processes, in ms; `null`: never. Default 1000. */
  readonly pollMs?: number | null | undefined;
  /** Tasks under way at once. Default 64. */
  readonly concurrency?: number | undefined;
  /**
   * Calls that this process starts in a second; default: as fast as they are asked for. Twilio lets an account start one a
   * second unless told otherwise, and queues the others (twilio.com/docs/voice/api/call-resource).
   */
  readonly callsPerSecond?: number | undefined;
  readonly retry?: Partial<RetrySchedule> | undefined;
  /** Told what failed and what to do about it. Default: the console. */
  readonly log?: LogOption | undefined;
  /** Told of everything worth counting or timing. Its own trouble stays its own. */
  readonly metrics?: Metrics | undefined;
  /** From 0 to below 1; spreads retries. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** A runtime that can also be listened to. Events are for looking: lossy, of this process only. */
export type ObservableRuntime<State, Event extends FlowEvent, Reply, Rest extends TwilioEffect = CallEffect> = Runtime<
  Event,
  Reply
> & {
  readonly events: EventEmitter<RuntimeEvents<State, Event, Rest>>;
};

const OPTIONS = {
  flow: true,
  config: true,
  store: true,
  execute: true,
  hooks: true,
  peers: true,
  clock: true,
  leaseMs: true,
  pollMs: true,
  concurrency: true,
  callsPerSecond: true,
  retry: true,
  log: true,
  metrics: true,
  random: true,
} as const satisfies Record<keyof RuntimeOptions<unknown, FlowEvent, unknown, unknown>, true>;

/** Acts, and never decides: what a flow asks for is kept with its state and carried out after the reply. */
export function createRuntime<State, Event extends FlowEvent, Reply, Config, Rest extends TwilioEffect = CallEffect>(
  options: RuntimeOptions<State, Event, Reply, Config, Rest>,
): ObservableRuntime<State, Event | OutcomeEvent | TimerEvent, Reply, Rest> {
  onlyKnown(options, 'createRuntime', OPTIONS);
  const config = configOf(options.flow, options.config);
  // A flow asks only for what its executor can do, as the types of the options say; from here on it is one kind of work.
  const flow = options.flow as Flow<State, Event, Effect<TwilioEffect>, Reply, Config> &
    Partial<WithMetrics<State> & Watched<State> & Tells<State>>;
  const execute = options.execute as Executor<TwilioEffect>;
  const clock = clockFrom(options.clock);
  const leaseMs = options.leaseMs ?? 15_000;
  const concurrency = options.concurrency ?? 64;
  const random = options.random ?? Math.random;
  const metrics = safeMetrics(options.metrics);
  const log = guarded(options.log, metrics);
  const retry: RetrySchedule = { ...DEFAULT_RETRY, ...options.retry };
  const events = new EventEmitter<RuntimeEvents<State, Event | OutcomeEvent | TimerEvent, Rest>>();
  const leaseId = Math.floor(random() * 2 ** 52).toString(36);
  const underWay = new Set<Promise<unknown>>();
  const running = new Set<Promise<void>>();
  const scheduler = new Scheduler(clock, options.pollMs === undefined ? 1000 : options.pollMs, () => {
    track(tick());
  });
  const store = watched(checkedStore(options.store), scheduler);
  checkHooks(options.flow, options.hooks);
  let leases = 1;
  let lost = false;
  let claimed = 0;
  let stopped = false;
  let ticking: Promise<void> | null = null;
  let again = false;
  /** Somebody has seen to it that work is done. */
  let begun = false;
  let reminding = false;

  /** Tells listeners. Their own trouble must not fail a webhook, nor lose an outcome. */
  const emit: Emit<State, Event | OutcomeEvent | TimerEvent> = (name, ...args) => {
    try {
      return events.emit(name, ...(args as never));
    } catch {
      return true;
    }
  };

  const windows = createWindows(clock);
  const records = createRecords({ flow, store, clock, log });
  const apply = createCommit({ flow, config, store, records, clock, emit, metrics, log, hooks: options.hooks });
  const { perform, again: askAgain } = createEffectRunner({
    flow,
    store,
    clock,
    scheduler,
    emit,
    metrics,
    log,
    records,
    apply,
    execute,
    hooks: options.hooks,
    peers: options.peers,
    retry,
    pace: options.callsPerSecond === undefined ? null : createRateLimiter(options.callsPerSecond),
    leaseMs,
    random,
    leftMs: windows.leftMs,
    track,
  });

  async function drain(): Promise<void> {
    // What is known of a task is told before anybody can claim it anew.
    await askAgain();
    while (!stopped && windows.leftMs() >= HURRY_MS) {
      const room = concurrency - running.size;
      const claims = room === 0 ? [] : await claim(room);
      claimed += claims.length;
      for (const claim of claims) {
        const work = perform(claim).finally(() => running.delete(work));
        running.add(work);
        track(work);
      }
      if (claims.length < room) break;
      await Promise.race(running);
    }
  }

  /** An answer that was lost on the way is asked for again: nobody else has carried out what it gave us. */
  async function claim(limit: number): Promise<readonly Claim[]> {
    const lease = `${leaseId}:${String(leases)}`;
    const again = lost ? { again: true } : {};
    lost = true;
    const claims = await store.claim({
      now: clock.now(),
      prefix: `${flow.name}:`,
      limit,
      leaseMs,
      lease,
      ...again,
    });
    lost = false;
    leases += 1;
    return claims;
  }

  async function tick(): Promise<void> {
    if (ticking !== null) {
      again = true;
      return ticking;
    }
    ticking = (async () => {
      do {
        again = false;
        try {
          await drain();
        } catch (error) {
          emit('failure', { key: '', task: '', error, isGivenUp: false, hook: null });
          metrics?.({ type: 'task.failed', flow: flow.name, task: 'claim' });
          const message = `the store could not be asked for work of "${flow.name}": ${reasonOf(error)}`;
          log({ level: 'error', code: 'task.failed', message });
        }
      } while (oneMore());
    })();
    try {
      await ticking;
    } finally {
      ticking = null;
    }
  }

  function oneMore(): boolean {
    return again && !stopped;
  }

  /** Without `start` nobody is ever rung, and nothing fails. */
  function remindToStart(): void {
    if (begun || reminding) return;
    reminding = true;
    clock.wakeAt(clock.now() + FORGOTTEN_MS, () => {
      reminding = false;
      if (begun || stopped) return;
      const message = `"${flow.name}" was told of a call ${String(FORGOTTEN_MS / 1000)} s ago, but start() was never called, so nobody is rung: call start(), or tick() after each request where there is no running process`;
      log({ level: 'error', code: 'start.forgotten', message });
    });
  }

  function track(work: Promise<unknown>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  return {
    events,
    async handle(key, event, turn) {
      if (stopped) throw new AmdError('ERR_STOPPED', 'the runtime was stopped');
      remindToStart();
      const work = apply(key, event, turn);
      track(work.catch(() => undefined));
      return work;
    },
    tick: async ({ by = Infinity } = {}) => {
      begun = true;
      await windows.within(by, async () => {
        // Outcomes may ask for more that is due now.
        let before: number;
        do {
          before = claimed;
          await tick();
          await Promise.all(underWay);
        } while (claimed !== before);
      });
    },
    start() {
      begun = true;
      windows.runOn();
      scheduler.start();
    },
    async stop() {
      stopped = true;
      scheduler.stop();
      while (underWay.size > 0) await Promise.all(underWay);
      // The last chance: what is held here nobody else knows.
      await askAgain();
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** How long after a call work may be left undone, in ms, before somebody is reminded of `start`. */
const FORGOTTEN_MS = 10_000;

/** @throws TypeError naming the hook that the flow never runs */
function checkHooks(
  { name, hooks: known }: { readonly name: string; readonly hooks?: readonly string[] },
  hooks: Hooks | undefined,
): void {
  for (const [hook, run] of Object.entries(hooks ?? {})) {
    if (known?.includes(hook) === false) {
      throw new TypeError(`"hooks.${hook}" is never run by "${name}"; there are ${known.join(', ') || 'no hooks'}`);
    }
    if (typeof run !== 'function') throw new TypeError(`"hooks.${hook}" must be a function`);
  }
}
