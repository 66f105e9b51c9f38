import type { EpochMs, Flow, FlowEvent } from '../kernel/flow.js';
import { recordKey, sidOf } from '../kernel/record-key.js';
import type { Effect, OutcomeEvent, TimerEvent, TwilioEffect } from '../flows/effects.js';
import type { Claim, Store } from '../store/store.js';
import { type Clock, stopwatch } from './clock.js';
import type { Apply, TaskData } from './commit.js';
import type { Execution, Executor } from './executor.js';
import { createFailures } from './failures.js';
import { createHeld, type Next } from './held.js';
import { type Log, rarely } from './log.js';
import type { Metrics } from './metrics.js';
import type { RateLimiter } from './rate-limiter.js';
import { isUnreadable, type Records } from './records.js';
import { ambiguousWait, notExecutedWait, type RetrySchedule } from './retry.js';
import { createHookRunner, type Hooks } from './run-hooks.js';
import { CREATE_MS, HURRY_MS, WRITE_MS } from './windows.js';
import type { Emit, Runtime } from './runtime.js';
import type { Scheduler } from './scheduler.js';

/** Runtimes of other flows, by the flow's name: they take what is sent by `flow.send`. */
export type Peers = Readonly<Record<string, Pick<Runtime<never, unknown>, 'handle'>>>;

/** What keeps one request from being sent keeps many: it is said so often, in ms. */
const COMPLAIN_EVERY_MS = 60_000;

/** What could be read so long ago, in ms, is not read again before a request that takes as long. */
const JUST_NOW_MS = 1_000;

interface Performer {
  readonly perform: (claim: Claim) => Promise<void>;
  /** Asks the store again what it failed; resolves when it has answered. */
  readonly again: () => Promise<void>;
}

/** Carries out claimed tasks: effects, hooks and timers. Acts, and never decides. */
export function createEffectRunner<State, Event extends FlowEvent, Reply, Config>(parts: {
  readonly flow: Flow<State, Event, Effect<TwilioEffect>, Reply, Config>;
  readonly store: Store;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, 'at'>;
  readonly emit: Emit<State, Event | OutcomeEvent | TimerEvent>;
  readonly metrics: Metrics | null;
  readonly log: Log;
  readonly records: Pick<Records<State>, 'read' | 'recall'>;
  readonly apply: Apply<Event, Reply>;
  readonly execute: Executor<TwilioEffect>;
  readonly hooks: Hooks | undefined;
  readonly peers: Peers | undefined;
  readonly retry: RetrySchedule;
  readonly pace: RateLimiter | null;
  readonly leaseMs: number;
  readonly random: () => number;
  /** How long this process goes on, in ms; `Infinity`: nobody has said that it is frozen. */
  readonly leftMs: () => number;
  /** Counts work as under way. */
  readonly track: (work: Promise<unknown>) => void;
}): Performer {
  const {
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
    peers,
    retry,
    pace,
    leaseMs,
    random,
    leftMs,
    track,
  } = parts;

  const mayComplain = rarely(() => clock.now(), COMPLAIN_EVERY_MS);

  const failures = createFailures({ flow: flow.name, emit: emit, metrics, log });
  const { failed } = failures;

  const { ask, again } = createHeld({ clock, scheduler, random, track, failed });

  const runHook = createHookRunner({ ...parts, end, putOff, failed: failures.tell });

  /** One task: carried out, and its outcome told to the flow in the commit that drops it. */
  async function perform(claim: Claim): Promise<void> {
    const data = JSON.parse(claim.data) as TaskData;
    if ('timer' in data) await tell(claim, { type: 'timer', timer: data.timer, dueAt: data.dueAt });
    else await ask(claim, () => look(claim, data.effect));
  }

  /** Before anything is sent: the outcome could not be kept, or would come when somebody else has claimed the task. */
  async function look(claim: Claim, effect: Effect<TwilioEffect>): Promise<Next> {
    const foreign = await isForeign(claim.key);
    const now = clock.now();
    if (!foreign && now < claim.leaseUntil - leaseMs / 2) return () => guarded(claim, () => carryOut(claim, effect));
    await settle(claim, { kind: 'retry', dueAt: foreign ? now + leaseMs : now, counts: false });
    return null;
  }

  async function carryOut(claim: Claim, effect: Effect<TwilioEffect>): Promise<void> {
    switch (effect.type) {
      case 'call.create':
      case 'call.end':
      case 'call.redirect':
      case 'call.fetch':
      case 'call.announce':
      case 'reservation.update':
      case 'reservation.fetch':
      case 'task.update':
      case 'task.fetch':
      case 'task.find':
      case 'worker.update':
      case 'worker.fetch':
      case 'reservation.coolDown':
        await performRest(claim, effect);
        return;
      case 'flow.send':
        await performSend(claim, effect);
        return;
      case 'hook.run':
        // It takes no place of other work.
        track(guarded(claim, () => runHook(claim, effect)));
        return;
      case 'timer.start':
      case 'timer.stop':
      case 'effect.drop':
        await end(claim);
    }
  }

  async function tell(claim: Claim, event: object): Promise<void> {
    await ask(claim, async () => {
      await apply(claim.key, event as never, { dropTask: claim.id });
      return null;
    });
  }

  async function end(claim: Claim): Promise<void> {
    await ask(claim, async () => {
      await store.settle(claim, { kind: 'done' });
      return null;
    });
  }

  async function putOff(claim: Claim, dueAt: EpochMs, counts: boolean): Promise<void> {
    await ask(claim, async () => {
      await settle(claim, { kind: 'retry', dueAt, counts });
      return null;
    });
  }

  /** A record that a newer process wrote, say: its work is left to whoever understands it. */
  async function isForeign(key: string): Promise<boolean> {
    if (records.recall(key, JUST_NOW_MS) !== undefined) return false;
    try {
      await records.read(key);
      return false;
    } catch (error) {
      if (isUnreadable(error)) return true;
      throw error;
    }
  }

  async function performRest(claim: Claim, effect: TwilioEffect): Promise<void> {
    // What may have reached Twilio by its first try is never sent again.
    const withheld = isOnce(effect) && claim.attempt > 1;
    const late = !withheld && isLate(claim, effect, clock.now());
    const left = leftMs();
    if (left < timeFor(effect) && !withheld && !late) {
      await putOff(claim, clock.now() + Math.max(1, left), false);
      return;
    }
    const wait =
      effect.type === 'call.create' && claim.attempt === 1 && !late ? (pace?.waitFor(claim.id, clock.now()) ?? 0) : 0;
    if (wait > 0) {
      await putOff(claim, clock.now() + wait, false);
      return;
    }
    const seconds = stopwatch(clock);
    const execution: Execution = withheld
      ? notAgain(effect, 'an earlier try was interrupted')
      : late
        ? LATE
        : await safely(() => (left === Infinity ? execute(effect) : execute(effect, left - WRITE_MS)));
    const result = execution.kind === 'outcome' ? execution.outcome.kind : execution.kind;
    metrics?.({ type: 'twilio', effect: effect.type, result, seconds: withheld || late ? null : seconds() });
    emit('executed', { key: claim.key, effect, attempt: claim.attempt, execution });
    if (execution.kind === 'notExecuted' && !isFleeting(effect)) {
      const dueAt = clock.now() + notExecutedWait(retry, execution.afterMs, random);
      if (mayComplain(execution.reason)) {
        const message = `${effect.type} could not be sent, and will be tried again until it can: ${execution.reason}`;
        log({ level: 'warn', code: 'rest.failed', call: sidOf(claim.key), message });
      }
      await putOff(claim, dueAt, false);
    } else if (execution.kind === 'outcome') {
      await tell(claim, { type: 'effect.outcome', effect, outcome: execution.outcome });
    } else if (effect.type === 'call.create') {
      const outcome = { kind: 'unknown', reason: execution.reason };
      doubted(claim, effect, execution.reason);
      await tell(claim, { type: 'effect.outcome', effect, outcome });
    } else if (claim.attempt < retry.attempts && !isOnce(effect)) {
      await putOff(claim, clock.now() + ambiguousWait(retry, claim.attempt, random), true);
    } else {
      const outcome = { kind: 'failed', reason: execution.reason };
      if (!isFleeting(effect)) doubted(claim, effect, execution.reason);
      await tell(claim, { type: 'effect.outcome', effect, outcome });
    }
  }

  /** Kept until the other flow has written it down; what it gets twice changes nothing there. */
  async function performSend(claim: Claim, effect: Extract<Effect, { type: 'flow.send' }>): Promise<void> {
    const peer = peers?.[effect.flow];
    if (peer === undefined) {
      throw new TypeError(
        `no runtime is named "${effect.flow}" in "peers": what "${flow.name}" sends it is kept until there is one`,
      );
    }
    await ask(claim, async () => {
      await peer.handle(recordKey(effect.flow, effect.key), effect.event as never);
      await store.settle(claim, { kind: 'done' });
      return null;
    });
  }

  async function settle(claim: Claim, settlement: { kind: 'retry'; dueAt: EpochMs; counts: boolean }): Promise<void> {
    if (await store.settle(claim, settlement)) scheduler.at(settlement.dueAt);
  }

  function doubted({ key }: Claim, { type }: TwilioEffect, reason: string): void {
    const message = `nobody knows whether ${type} was carried out, and it is not sent again: ${reason}`;
    log({ level: 'warn', code: 'rest.failed', call: sidOf(key), message });
  }

  /** The lease runs out and the task is claimed again: by whom, and how often, is the store's count. */
  async function guarded(claim: Claim, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      scheduler.at(claim.leaseUntil);
      failed(claim, error);
    }
  }

  return { perform: (claim) => guarded(claim, () => perform(claim)), again };
}

/** How long a request needs, in ms: one that is cut off leaves a phone ringing whose call nobody knows by its SID. */
function timeFor(effect: TwilioEffect): number {
  return effect.type === 'call.create' ? CREATE_MS : HURRY_MS;
}

function isOnce(effect: TwilioEffect): boolean {
  return effect.type === 'call.create' || isFleeting(effect);
}

function notAgain(effect: TwilioEffect, reason: string): Execution {
  return { kind: 'outcome', outcome: { kind: effect.type === 'call.create' ? 'unknown' : 'failed', reason } };
}

const LATE: Execution = { kind: 'outcome', outcome: { kind: 'late' } };

/** It was due in time, and only we or the store were away; what Twilio or our own pace has put off is not late. */
function isLate({ dueAt }: Claim, effect: TwilioEffect, now: EpochMs): boolean {
  return effect.type === 'call.create' && effect.by !== undefined && dueAt <= effect.by && effect.by < now;
}

/** Of use at once or not at all, so that it is not even waited for. */
function isFleeting(effect: TwilioEffect): boolean {
  return 'once' in effect && effect.once;
}

async function safely(run: () => Promise<Execution>): Promise<Execution> {
  try {
    return await run();
  } catch (error) {
    return { kind: 'ambiguous', reason: error instanceof Error ? error.message : String(error) };
  }
}
