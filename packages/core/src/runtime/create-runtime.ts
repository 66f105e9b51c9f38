import { EventEmitter } from 'eventemitter3';
import { AmdError, isAmdError } from '../kernel/errors.js';
import type { EpochMs, Flow, FlowEvent } from '../kernel/flow.js';
import type { Effect, OutcomeEvent, RestEffect, TimerEvent } from '../flows/effects.js';
import { decodeState, encodeState } from '../store/envelope.js';
import type { Claim, Store, Task } from '../store/store.js';
import { systemClock, type Clock } from './clock.js';
import type { Execution, Executor } from './executor.js';
import type { RuntimeEvents } from './events.js';
import type { Runtime, Untimed } from './runtime.js';
import { ambiguousWait, hookWait, notExecutedWait, type RetrySchedule, DEFAULT_RETRY } from './retry.js';
import { Alarm } from './alarm.js';

export type Hooks = Readonly<Record<string, (data: unknown, id: string) => void | Promise<void>>>;

export interface RuntimeOptions<State, Event extends FlowEvent, Reply, Config> {
  readonly flow: Flow<State, Event, Effect, Reply, Config>;
  readonly config: Config;
  readonly store: Store;
  readonly execute: Executor;
  /** The user's own hooks, by name; at least once each, so use the id to tell repeats. */
  readonly hooks?: Hooks | undefined;
  readonly clock?: Clock | undefined;
  /** How long a task is ours, in ms; longer than the longest REST call. Default 15000. */
  readonly leaseMs?: number | undefined;
  /** How often the store is asked for work of other processes, in ms; `null`: never. Default 1000. */
  readonly pollMs?: number | null | undefined;
  /** Tasks under way at once. Default 64. */
  readonly concurrency?: number | undefined;
  readonly retry?: Partial<RetrySchedule> | undefined;
  /** From 0 to below 1; spreads retries. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** A runtime that can also be listened to. Events are for looking: lossy, of this process only. */
export type ObservableRuntime<State, Event extends FlowEvent, Reply> = Runtime<Event, Reply> & {
  readonly events: EventEmitter<RuntimeEvents<State, Event>>;
};

type TaskData = { readonly effect: Effect } | { readonly timer: string; readonly dueAt: EpochMs };

const COMMIT_TRIES = 20;

/** Acts, and never decides: what a flow asks for is kept with its state and carried out after the reply. */
export function createRuntime<State, Event extends FlowEvent, Reply, Config>(
  options: RuntimeOptions<State, Event, Reply, Config>,
): ObservableRuntime<State, Event | OutcomeEvent | TimerEvent, Reply> {
  const { flow, config, store, execute } = options;
  const clock = options.clock ?? systemClock;
  const leaseMs = options.leaseMs ?? 15_000;
  const concurrency = options.concurrency ?? 64;
  const random = options.random ?? Math.random;
  const retry: RetrySchedule = { ...DEFAULT_RETRY, ...options.retry };
  const events = new EventEmitter<RuntimeEvents<State, Event | OutcomeEvent | TimerEvent>>();
  const leaseId = Math.floor(random() * 2 ** 52).toString(36);
  const underWay = new Set<Promise<unknown>>();
  const running = new Set<Promise<void>>();
  const alarm = new Alarm(clock, options.pollMs === undefined ? 1000 : options.pollMs, () => {
    track(tick());
  });
  let leases = 0;
  let claimed = 0;
  let stopped = false;
  let ticking: Promise<void> | null = null;
  let again = false;

  /** 1 read → 2 decide → 3 compare-and-set of state, effects and timers → 4 reply. A conflict decides anew. */
  async function apply(
    key: string,
    event: Untimed<Event | OutcomeEvent | TimerEvent>,
    dropTask?: string,
  ): Promise<Reply> {
    for (let tries = 0; tries < COMMIT_TRIES; tries += 1) {
      const record = await store.read(key, clock.now());
      const before = record === undefined ? undefined : decodeState(flow, key, record.data);
      // Time never falls below what the record has seen, however the clocks of several machines differ.
      const at = Math.max(clock.now(), before?.at ?? 0);
      const state = before?.state ?? flow.initial();
      const step = flow.transition(state, { ...event, at } as unknown as Event, config);
      const drop = step.effects.flatMap(dropped);
      if (dropTask !== undefined) drop.push(dropTask);
      const put = step.effects.flatMap((effect) => taskOf(effect, at));
      const unchanged = JSON.stringify(step.state) === JSON.stringify(state);
      if (unchanged && put.length === 0 && drop.length === 0) return step.reply;

      const committed = await store.commit({
        key,
        expected: record?.revision ?? 0,
        data: encodeState(flow.schema, { state: step.state, at }),
        expiresAt: step.keepForMs === null ? null : at + step.keepForMs,
        now: at,
        put,
        drop,
      });
      if (committed.ok) {
        emit('committed', { key, event: { ...event, at } as never, state: step.state, effects: step.effects });
        for (const task of put) alarm.at(task.dueAt);
        return step.reply;
      }
      emit('conflict', { key, type: event.type });
    }
    throw new AmdError('ERR_STORE_CONFLICT', `"${key}" was changed by others ${String(COMMIT_TRIES)} times in a row`);
  }

  /** Tells listeners. Their own trouble must not fail a webhook, nor lose an outcome. */
  const emit: typeof events.emit = (name, ...args) => {
    try {
      return events.emit(name, ...args);
    } catch {
      return true;
    }
  };

  /** One task: carried out, and its outcome told to the flow in the commit that drops it. */
  async function perform(claim: Claim): Promise<void> {
    const data = JSON.parse(claim.data) as TaskData;
    if ('timer' in data) {
      await apply(claim.key, { type: 'timer', timer: data.timer, dueAt: data.dueAt } as never, claim.id);
      return;
    }
    const { effect } = data;
    // Before anything is sent: the outcome could not be kept.
    if (await isNewer(claim.key)) {
      await settle(claim, { as: 'retry', dueAt: clock.now() + leaseMs, counts: false });
      return;
    }
    switch (effect.type) {
      case 'call.create':
      case 'call.end':
      case 'call.redirect':
      case 'call.fetch':
        await performRest(claim, effect);
        return;
      case 'hook.run':
        await performHook(claim, effect);
        return;
      case 'timer.start':
      case 'timer.stop':
      case 'effect.drop':
        await store.settle(claim, { as: 'done' });
    }
  }

  /** A record that a newer process wrote: its work is left to whoever understands it. */
  async function isNewer(key: string): Promise<boolean> {
    try {
      const record = await store.read(key, clock.now());
      if (record !== undefined) decodeState(flow, key, record.data);
      return false;
    } catch (error) {
      if (isAmdError(error) && error.code === 'ERR_STATE_VERSION') return true;
      throw error;
    }
  }

  async function performRest(claim: Claim, effect: RestEffect): Promise<void> {
    // A create whose first try may have reached Twilio is never sent again.
    const execution: Execution =
      effect.type === 'call.create' && claim.attempt > 1
        ? { as: 'outcome', outcome: { as: 'unknown', reason: 'an earlier try was interrupted' } }
        : await safely(() => execute(effect));
    emit('executed', { key: claim.key, effect, attempt: claim.attempt, execution });
    if (execution.as === 'notExecuted') {
      const dueAt = clock.now() + notExecutedWait(retry, execution.afterMs, random);
      await settle(claim, { as: 'retry', dueAt, counts: false });
    } else if (execution.as === 'outcome') {
      await apply(claim.key, { type: 'effect.outcome', effect, outcome: execution.outcome } as never, claim.id);
    } else if (effect.type === 'call.create') {
      const outcome = { as: 'unknown', reason: execution.reason };
      await apply(claim.key, { type: 'effect.outcome', effect, outcome } as never, claim.id);
    } else if (claim.attempt < retry.attempts) {
      await settle(claim, {
        as: 'retry',
        dueAt: clock.now() + ambiguousWait(retry, claim.attempt, random),
        counts: true,
      });
    } else {
      const outcome = { as: 'failed', reason: execution.reason };
      await apply(claim.key, { type: 'effect.outcome', effect, outcome } as never, claim.id);
    }
  }

  async function performHook(claim: Claim, effect: Extract<Effect, { type: 'hook.run' }>): Promise<void> {
    try {
      await options.hooks?.[effect.hook]?.(effect.data, effect.id);
      await store.settle(claim, { as: 'done' });
    } catch (error) {
      emit('failure', { key: claim.key, task: claim.id, error });
      if (claim.attempt >= retry.hookAttempts) await store.settle(claim, { as: 'done' });
      else
        await settle(claim, { as: 'retry', dueAt: clock.now() + hookWait(retry, claim.attempt, random), counts: true });
    }
  }

  async function settle(claim: Claim, settlement: { as: 'retry'; dueAt: EpochMs; counts: boolean }): Promise<void> {
    if (await store.settle(claim, settlement)) alarm.at(settlement.dueAt);
  }

  async function safePerform(claim: Claim): Promise<void> {
    try {
      await perform(claim);
    } catch (error) {
      // The lease runs out and the task is claimed again: by whom, and how often, is the store's count.
      alarm.at(claim.leaseUntil);
      emit('failure', { key: claim.key, task: claim.id, error });
    }
  }

  async function drain(): Promise<void> {
    while (!stopped) {
      leases += 1;
      const room = concurrency - running.size;
      const lease = `${leaseId}:${String(leases)}`;
      const claims = room === 0 ? [] : await store.claim({ now: clock.now(), limit: room, leaseMs, lease });
      claimed += claims.length;
      for (const claim of claims) {
        const work = safePerform(claim).finally(() => running.delete(work));
        running.add(work);
        track(work);
      }
      if (claims.length < room) break;
      await Promise.race(running);
    }
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
          emit('failure', { key: '', task: '', error });
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

  function track(work: Promise<unknown>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  return {
    events,
    async handle(key, event) {
      if (stopped) throw new AmdError('ERR_STOPPED', 'the runtime was stopped');
      const work = apply(key, event);
      track(work.catch(() => undefined));
      return work;
    },
    tick: async () => {
      // Outcomes may ask for more that is due now.
      let before: number;
      do {
        before = claimed;
        await tick();
        await Promise.all(underWay);
      } while (claimed !== before);
    },
    start() {
      alarm.start();
    },
    async stop() {
      stopped = true;
      alarm.stop();
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

async function safely(run: () => Promise<Execution>): Promise<Execution> {
  try {
    return await run();
  } catch (error) {
    return { as: 'ambiguous', reason: error instanceof Error ? error.message : String(error) };
  }
}

function dropped(effect: Effect): string[] {
  return effect.type === 'timer.stop' || effect.type === 'effect.drop' ? [effect.id] : [];
}

function taskOf(effect: Effect, at: EpochMs): Task[] {
  if (effect.type === 'timer.stop' || effect.type === 'effect.drop') return [];
  const dueAt = effect.type === 'timer.start' ? effect.dueAt : at;
  const data: TaskData = effect.type === 'timer.start' ? { timer: effect.timer, dueAt } : { effect };
  return [{ id: effect.id, dueAt, data: JSON.stringify(data) }];
}
