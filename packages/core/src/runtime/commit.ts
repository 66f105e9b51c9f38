import { AmdError } from '../kernel/errors.js';
import type { EpochMs, Flow, FlowEvent, Step } from '../kernel/flow.js';
import { sidOf } from '../kernel/record-key.js';
import { sameState } from '../kernel/same-state.js';
import type { Effect, OutcomeEvent, TaskRouterOutcomeEvent, TimerEvent, TwilioEffect } from '../flows/effects.js';
import type { WithMetrics } from '../flows/metrics.js';
import type { Watched } from '../flows/problems.js';
import type { Tells } from '../flows/tells.js';
import { encodeState } from '../store/envelope.js';
import type { Store, Task } from '../store/store.js';
import type { Clock } from './clock.js';
import { createGuesses } from './guesses.js';
import { createLines, type InLine } from './lines.js';
import type { Log } from './log.js';
import { measureStep, type Metrics, tellProblems } from './metrics.js';
import type { ReadRecord, Records } from './records.js';
import type { Emit, Turn, Untimed } from './runtime.js';
import { REAL_WAITS, type Waits } from './waits.js';

/** What is in a task: an effect, or a timer to tell the flow of. */
export type TaskData = { readonly effect: Effect<TwilioEffect> } | { readonly timer: string; readonly dueAt: EpochMs };

/** Everything a flow hears: webhooks, outcomes of its effects, its timers. */
type Heard<Event extends FlowEvent> = Untimed<Event | OutcomeEvent | TaskRouterOutcomeEvent | TimerEvent>;

/** One event, once: the reply, after everything it leads to is written down. `dropTask`: written together with that task's end. */
export type Apply<Event extends FlowEvent, Reply> = (
  key: string,
  event: Heard<Event>,
  turn?: Turn & { readonly dropTask?: string },
) => Promise<Reply>;

/** The longest wait after a conflict with another process, in ms: at first it is shorter. */
const WAIT_MS = 100;

/** So long, in ms, an event is tried for that nobody waits for. */
const TRY_FOR_MS = 10_000;

/** An event in its call's line. */
interface Waiting<Event, Reply> extends InLine {
  readonly event: Event;
  readonly dropTask: string | undefined;
  readonly by: EpochMs | undefined;
  readonly isNew: boolean;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** What an event leads to, decided and not yet written down. */
interface Decided<State, Event, Reply, Entry> {
  readonly entry: Entry;
  readonly event: Event;
  readonly before: State;
  readonly step: Step<State, Effect<TwilioEffect>, Reply>;
  readonly isChanged: boolean;
}

/**
 * 1 recall or read → 2 decide → 3 compare-and-set of state, effects and timers → 4 reply. One call, one line: what comes
 * meanwhile waits, and is decided together and written down in one commit. A conflict, with another process, decides anew.
 */
export function createCommit<State, Event extends FlowEvent, Reply, Config>(parts: {
  readonly flow: Flow<State, Event, Effect<TwilioEffect>, Reply, Config> &
    Partial<WithMetrics<State> & Watched<State> & Tells<State>>;
  readonly config: Config;
  readonly store: Store;
  readonly records: Records<State>;
  readonly clock: Clock;
  readonly emit: Emit<State, Event | OutcomeEvent | TimerEvent>;
  readonly metrics: Metrics | null;
  readonly log: Log;
  /** What has no name here is not written down: nobody wants to be told. */
  readonly hooks?: Readonly<Record<string, unknown>> | undefined;
  readonly waits?: Waits | undefined;
}): Apply<Event, Reply> {
  type Entry = Waiting<Heard<Event>, Reply>;
  type Decision = Decided<State, Event, Reply, Entry>;
  const { flow, config, store, records, clock, emit, metrics, log, hooks, waits = REAL_WAITS } = parts;
  const texts = new WeakMap<object, string>();
  const guesses = createGuesses();
  const line = createLines<Entry>(clock, serve);

  async function serve(key: string, entries: readonly Entry[]): Promise<void> {
    const begun = waits.elapsed();
    let waiting = entries;
    try {
      for (let conflicts = 0; ; conflicts += 1) {
        waiting = inTime(key, waiting, conflicts === 0 ? 0 : waits.elapsed() - begun);
        if (waiting.length === 0) return;
        if (await attempt(key, waiting, conflicts === 0)) return;
        for (const { event } of waiting) emit('conflict', { key, type: event.type });
        metrics?.({ type: 'store.conflict', flow: flow.name });
        await waits.pause(waits.random() * Math.min(WAIT_MS, 2 ** conflicts));
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  /** Whoever asked for a reply and was answered without it is not decided about; nor is anything tried for ever. */
  function inTime(key: string, entries: readonly Entry[], triedForMs: number): readonly Entry[] {
    const now = clock.now();
    return entries.filter(({ by, reject }) => {
      if (by !== undefined && now > by) {
        const message = `"${key}" had so much to decide that the time for this reply is over: it was not decided`;
        reject(new AmdError('ERR_TIMEOUT', message));
        return false;
      }
      if (triedForMs >= TRY_FOR_MS) {
        const message = `"${key}" was changed by others whenever it was to be changed, for ${String(TRY_FOR_MS)} ms`;
        reject(new AmdError('ERR_STORE_CONFLICT', message));
        return false;
      }
      return true;
    });
  }

  /** Whether everything that waits is decided and written down. `mayGuess`: nothing says yet that others have been here. */
  async function attempt(key: string, waiting: readonly Entry[], mayGuess: boolean): Promise<boolean> {
    const known = mayGuess ? records.recall(key) : undefined;
    let isGuess = mayGuess && isLikely(known, waiting);
    const read = async (): Promise<ReadRecord<State> | undefined> => {
      const stored = await records.read(key);
      if (known !== undefined) guesses.was(stored === known);
      return stored;
    };
    let record = isGuess ? known : await read();
    let decisions = decide(record, waiting);
    if (isGuess && !decisions.some(changes)) {
      // Where nothing is written nothing is compared: others may have changed what was not read.
      record = await read();
      isGuess = false;
      if (record !== known) decisions = decide(record, waiting);
    }
    if (decisions.some(changes)) {
      const isTaken = await commit(key, record, decisions);
      if (isGuess && known !== undefined) guesses.was(isTaken);
      if (!isTaken) return false;
    }
    tell(key, decisions);
    return true;
  }

  /** Whether this is most likely stored, or nothing. Whatever is written on top of it is refused if it is not. */
  function isLikely(known: ReadRecord<State> | undefined, waiting: readonly Entry[]): boolean {
    return known === undefined ? waiting.every(({ isNew }) => isNew) : guesses.areGood();
  }

  function decide(record: ReadRecord<State> | undefined, waiting: readonly Entry[]): Decision[] {
    const before = record?.envelope;
    // Time never falls below what the record has seen, however the clocks of several machines differ.
    const at = Math.max(clock.now(), before?.at ?? 0);
    let state = before?.state ?? flow.initial();
    const decisions: Decision[] = [];
    for (const entry of waiting) {
      const event = { ...entry.event, at } as unknown as Event;
      let step: Decision['step'];
      try {
        step = flow.transition(state, event, config);
      } catch (error) {
        // Whatever is wrong with it, the others are decided.
        entry.reject(error);
        continue;
      }
      const isChanged = entry.dropTask !== undefined || step.effects.length > 0 || !sameState(step.state, state);
      if (isChanged) step = withHooks(step, state, event);
      decisions.push({ entry, event, before: state, step, isChanged });
      if (isChanged) state = step.state;
    }
    return decisions;
  }

  /** Adds what the user's hooks are told of the step, so that it is written down with it. */
  function withHooks(step: Decision['step'], before: State, event: Event): Decision['step'] {
    const runs = hooks === undefined ? [] : (flow.tells?.({ before, event, after: step.state }) ?? []);
    return runs.length === 0 ? step : { ...step, effects: [...step.effects, ...runs] };
  }

  async function commit(key: string, record: ReadRecord<State> | undefined, decisions: Decision[]): Promise<boolean> {
    const written = decisions.filter(changes);
    const { event, step } = written[written.length - 1] as Decision;
    const { at } = event;
    const now = clock.now();
    const { put, drop } = workOf(written, { at, now, hooks });
    const data = encodeState(flow, { state: step.state, at }, texts);
    const expiresAt = step.keepForMs === null ? null : at + step.keepForMs;
    const expected = record?.revision ?? 0;
    const committed = await store.commit({ key, expected, data, expiresAt, now, put, drop });
    if (!committed.ok) return false;
    records.keep(key, { revision: committed.revision, envelope: { state: step.state, at } }, data, expiresAt);
    return true;
  }

  function tell(key: string, decisions: readonly Decision[]): void {
    for (const { entry, event, before, step, isChanged } of decisions) {
      if (isChanged) {
        emit('committed', { key, event, state: step.state, effects: step.effects });
        measureStep(metrics, flow, { before, event, after: step.state });
        tellProblems(flow, { before, event, after: step.state }, ({ code, message }) => {
          log({ level: 'error', code, call: sidOf(key), message });
        });
      } else metrics?.({ type: 'event.unchanged', flow: flow.name });
      entry.resolve(step.reply);
    }
  }

  return (key, event, { first = false, by, isNew = false, dropTask } = {}) =>
    new Promise((resolve, reject) => {
      line(key, { event, first, by, isNew, dropTask, resolve, reject });
    });
}

function changes({ isChanged }: { readonly isChanged: boolean }): boolean {
  return isChanged;
}

/**
 * Effects in the order they were asked for: what one step asks for and it or a later one drops again never becomes a task. What
 * is due at once is due now, and a timer as long from now as it was to be from the event, also where the record has seen a later
 * time.
 */
function workOf(
  decisions: readonly {
    readonly entry: { readonly dropTask: string | undefined };
    readonly step: { readonly effects: readonly Effect<TwilioEffect>[] };
  }[],
  {
    at,
    now,
    hooks,
  }: { readonly at: EpochMs; readonly now: EpochMs; readonly hooks: Readonly<Record<string, unknown>> | undefined },
): { put: Task[]; drop: string[] } {
  const put = new Map<string, Task>();
  const drop = new Set<string>();
  const remove = (id: string): void => {
    put.delete(id);
    drop.add(id);
  };
  for (const { entry, step } of decisions) {
    if (entry.dropTask !== undefined) remove(entry.dropTask);
    for (const effect of step.effects) {
      if (effect.type === 'timer.stop' || effect.type === 'effect.drop') {
        remove(effect.id);
        continue;
      }
      // Nobody wants to be told of it.
      if (effect.type === 'hook.run' && hooks?.[effect.hook] === undefined) continue;
      const isTimer = effect.type === 'timer.start';
      const dueAt = isTimer ? now + Math.max(0, effect.dueAt - at) : now;
      const data: TaskData = isTimer ? { timer: effect.timer, dueAt: effect.dueAt } : { effect };
      put.set(effect.id, { id: effect.id, dueAt, data: JSON.stringify(data) });
    }
  }
  return { put: [...put.values()], drop: [...drop] };
}
