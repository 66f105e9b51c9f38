import { AmdError } from '../kernel/errors.js';
import type { EpochMs, Flow, FlowEvent } from '../kernel/flow.js';
import type { Effect, OutcomeEvent, TaskRouterOutcomeEvent, TimerEvent, TwilioEffect } from '../flows/effects.js';
import { encodeState } from '../store/envelope.js';
import { sameState } from '../store/same-state.js';
import type { Store, Task } from '../store/store.js';
import type { Measured } from '../flows/measurements.js';
import type { Watched } from '../flows/problems.js';
import type { Alarm } from './alarm.js';
import type { Clock } from './clock.js';
import type { Emit } from './events.js';
import { measureStep, tellProblems } from './measure-step.js';
import type { Log } from './log.js';
import type { Metrics } from './measurement.js';
import { sidOf } from './record-key.js';
import type { ReadState } from './records.js';
import type { Untimed } from './runtime.js';

/** What is in a task: an effect, or a timer to tell the flow of. */
export type TaskData = { readonly effect: Effect<TwilioEffect> } | { readonly timer: string; readonly dueAt: EpochMs };

/** Everything a flow hears: webhooks, outcomes of its effects, its timers. */
export type Heard<Event extends FlowEvent> = Untimed<Event | OutcomeEvent | TaskRouterOutcomeEvent | TimerEvent>;

/** One event, once: the reply, after everything it leads to is written down. `dropTask`: written together with that task's end. */
export type Apply<Event extends FlowEvent, Reply> = (
  key: string,
  event: Heard<Event>,
  dropTask?: string,
) => Promise<Reply>;

const COMMIT_TRIES = 20;

/** 1 read → 2 decide → 3 compare-and-set of state, effects and timers → 4 reply. A conflict decides anew. */
export function createCommitter<State, Event extends FlowEvent, Reply, Config>(parts: {
  readonly flow: Flow<State, Event, Effect<TwilioEffect>, Reply, Config> & Partial<Measured<State> & Watched<State>>;
  readonly config: Config;
  readonly store: Store;
  readonly read: ReadState<State>;
  readonly clock: Clock;
  readonly alarm: Pick<Alarm, 'at'>;
  readonly emit: Emit<State, Event | OutcomeEvent | TimerEvent>;
  readonly metrics: Metrics | null;
  readonly log: Log;
}): Apply<Event, Reply> {
  const { flow, config, store, read, clock, alarm, emit, metrics, log } = parts;
  return async (key, event, dropTask) => {
    for (let tries = 0; tries < COMMIT_TRIES; tries += 1) {
      const record = await read(key);
      const before = record?.envelope;
      const now = clock.now();
      // Time never falls below what the record has seen, however the clocks of several machines differ.
      const at = Math.max(now, before?.at ?? 0);
      const state = before?.state ?? flow.initial();
      const timed = { ...event, at } as unknown as Event;
      const step = flow.transition(state, timed, config);
      const { put, drop } = workOf(step.effects, at, now);
      if (dropTask !== undefined) drop.push(dropTask);
      if (put.length === 0 && drop.length === 0 && sameState(step.state, state)) {
        metrics?.({ type: 'event.unchanged', flow: flow.name });
        return step.reply;
      }

      const committed = await store.commit({
        key,
        expected: record?.revision ?? 0,
        data: encodeState(flow.schema, { state: step.state, at }),
        expiresAt: step.keepForMs === null ? null : at + step.keepForMs,
        now,
        put,
        drop,
      });
      if (committed.ok) {
        emit('committed', { key, event: timed, state: step.state, effects: step.effects });
        measureStep(metrics, flow, { before: state, event: timed, after: step.state });
        tellProblems(flow, { before: state, event: timed, after: step.state }, ({ code, message }) => {
          log({ level: 'error', code, call: sidOf(key), message });
        });
        for (const task of put) alarm.at(task.dueAt);
        return step.reply;
      }
      emit('conflict', { key, type: event.type });
      metrics?.({ type: 'store.conflict', flow: flow.name });
    }
    throw new AmdError('ERR_STORE_CONFLICT', `"${key}" was changed by others ${String(COMMIT_TRIES)} times in a row`);
  };
}

/**
 * Effects in the order they were asked for: what one step asks for and drops again never becomes a task. What is due at once
 * is due now, and a timer as long from now as it was to be from the event, also where the record has seen a later time.
 */
function workOf(effects: readonly Effect<TwilioEffect>[], at: EpochMs, now: EpochMs): { put: Task[]; drop: string[] } {
  const put = new Map<string, Task>();
  const drop: string[] = [];
  for (const effect of effects) {
    if (effect.type === 'timer.stop' || effect.type === 'effect.drop') {
      put.delete(effect.id);
      drop.push(effect.id);
      continue;
    }
    const isTimer = effect.type === 'timer.start';
    const dueAt = isTimer ? now + Math.max(0, effect.dueAt - at) : now;
    const data: TaskData = isTimer ? { timer: effect.timer, dueAt: effect.dueAt } : { effect };
    put.set(effect.id, { id: effect.id, dueAt, data: JSON.stringify(data) });
  }
  return { put: [...put.values()], drop };
}
