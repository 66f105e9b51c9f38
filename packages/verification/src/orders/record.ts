import type { Effect, Flow, Outcome, Step, TaskRouterOutcome, Tells, TwilioEffect } from '@amd/core';
import type { Order } from './order.js';
import { difference, effectOf, isSame, read, shown, shownEffect, shownReply, written } from './shown.js';
import type { Told } from './told.js';

type AnyOutcome = Outcome | TaskRouterOutcome;

/** Two kinds of events: what Twilio reports, which changes nothing the second time; and the outcomes of our own requests. */
type Teller = 'webhook' | 'work';

/** Any flow, whatever its events. */
type AnyFlow<State, Config> = Flow<State, never, Effect<TwilioEffect>, { readonly kind: string }, Config> &
  Partial<Tells<State>>;
type AnyStep<State> = Step<State, Effect<TwilioEffect>, { readonly kind: string }>;

export interface RecordOptions<State, Config> {
  readonly order: Order;
  readonly flow: AnyFlow<State, Config>;
  readonly config: Config;
  /** Executes a request at Twilio, now; it was decided at `askedAt`, ms. */
  readonly carryOut: (effect: TwilioEffect, askedAt: number) => AnyOutcome;
  readonly send?: (effect: Extract<Effect, { type: 'flow.send' }>) => void;
  /** True for an event that may mean something else when repeated. */
  readonly mayDiffer?: (event: Told, state: State) => boolean;
  /** Called after every commit. */
  readonly look?: (state: State, event: Told, effects: readonly Effect<TwilioEffect>[]) => void;
}

/** One record of a flow in a store, and the executor of its work: as in a runtime, but any of it may be late or repeated. */
export interface FlowRecord<State, Reply> {
  readonly state: () => State;
  /** Decides and commits. */
  readonly tell: (event: Told, teller?: Teller) => Reply;
  /** Hooks that were run, by their ids. */
  readonly hooks: ReadonlyMap<string, { readonly hook: string; readonly data: unknown }>;
  readonly steps: () => number;
}

interface Task {
  readonly askedAt: number;
  readonly effect: Exclude<Effect<TwilioEffect>, { type: 'timer.start' }> | null;
  readonly timer: { readonly timer: string; readonly dueAt: number } | null;
}

/** Requests that are not visible from outside, or that write nothing. */
const UNSEEN = new Set(['call.fetch', 'task.fetch', 'task.find', 'reservation.fetch', 'worker.fetch']);
const isSeen = ({ type }: { readonly type: string }): boolean =>
  !UNSEEN.has(type) && !type.startsWith('timer.') && type !== 'effect.drop';

/**
 * True for requests that take effect once, however often they are sent: ending, rejecting, completing, or moving a worker of one
 * version.
 */
const isSeenTwice = ({ type }: { readonly type: string }): boolean =>
  ['call.create', 'call.redirect', 'call.announce', 'flow.send', 'hook.run'].includes(type);

const ATTEMPTS = 4;
const LEASE_MS = 15_000;

export function createRecord<State, Reply extends { readonly kind: string }, Config>(
  options: RecordOptions<State, Config>,
): FlowRecord<State, Reply> {
  const { order, flow, config, carryOut, send, mayDiffer, look } = options;
  const tasks = new Map<string, Task>();
  const hooks = new Map<string, { hook: string; data: unknown }>();
  // Clocks of two machines differ a little, and one may take over from the other.
  let clock = 0;
  let state = flow.initial();
  let json = written(state);
  let at = 0;
  let steps = 0;
  // Refused connections, or no answers, for a while: both end with it.
  const outage = order.chance(0.15)
    ? { from: order.now() + order.below(60_000), ms: order.between(1000, 45_000), refuses: order.chance(0.5) }
    : null;

  function transition(of: State, event: Told): AnyStep<State> | null {
    try {
      const step = flow.transition(of, event as never, config);
      // As a runtime with every hook: what they are told is work like any other.
      const runs = flow.tells?.({ before: of, event: event as never, after: step.state }) ?? [];
      return { ...step, effects: [...step.effects, ...runs] };
    } catch (error) {
      order.broke(
        `it throws on ${event.type}`,
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
      return null;
    }
  }

  function tell(told: Told, teller: Teller = 'webhook'): Reply {
    steps += 1;
    at = Math.max(order.now() + clock, at);
    const event = { ...told, at };
    const before = state;
    const step = transition(before, event);
    if (step === null) return { kind: 'nothing' } as Reply;
    const deep = steps % 4 === 0;
    if (deep && written(before) !== json) order.broke(`it changes the state it was given, on ${event.type}`);
    json = written(step.state);
    state = read(json, step.state);
    if (deep && !isSame(step.state, state)) order.broke(`the state does not survive being stored, after ${event.type}`);
    order.say(
      () => `    ${shown(event)} → ${shownReply(step.reply)}${step.effects.filter(isSeen).map(shownEffect).join('')}`,
    );
    twice(event, step.reply, teller);
    schedule(step.effects);
    look?.(state, told, step.effects);
    return step.reply as Reply;
  }

  /** Repeats an event at once, and to a process that has just read the record. */
  function twice(event: Told & { readonly at: number }, reply: { readonly kind: string }, teller: Teller): void {
    if (mayDiffer?.(event, state) === true || isEarly(event)) return;
    const again = transition(state, event);
    if (again === null) return;
    const what = teller === 'webhook' ? event.type : `the outcome of ${effectOf(event)}`;
    const seen = again.effects.filter(teller === 'webhook' ? isSeen : isSeenTwice);
    if (seen.length > 0) order.broke(`told twice, ${what} does something`, seen.map(shownEffect).join(''));
    if (again.reply.kind !== reply.kind) order.broke(`told twice, ${what} is answered by another kind of reply`);
    if (teller !== 'webhook') return;
    if (again.effects.length > 0) order.broke(`told twice, ${what} asks for something`, JSON.stringify(again.effects));
    else if (written(again.state) !== json && !isSame(again.state, state)) {
      order.broke(`told twice, ${what} changes the state`, difference(state, again.state));
    }
  }

  function schedule(effects: readonly Effect<TwilioEffect>[]): void {
    const fresh: string[] = [];
    for (const effect of effects) {
      if (effect.type === 'timer.stop' || effect.type === 'effect.drop') {
        tasks.delete(effect.id);
      } else if (effect.type === 'timer.start') {
        const { timer, dueAt } = effect;
        tasks.set(effect.id, { askedAt: order.now(), effect: null, timer: { timer, dueAt } });
        rings(effect.id, { timer, dueAt });
      } else {
        if (isOnce(effect) && tasks.has(effect.id))
          order.broke(`"${effect.type}" is asked for twice under one id`, effect.id);
        tasks.set(effect.id, { askedAt: order.now(), effect, timer: null });
        fresh.push(effect.id);
      }
    }
    for (const id of fresh) {
      const task = tasks.get(id);
      if (task?.effect === undefined || task.effect === null) continue;
      order.after(delay('work is taken up late'), () => perform(id, 1));
    }
  }

  function delay(late: string): number {
    return order.trouble(late, 0.02) ? LEASE_MS + order.below(5000) : order.below(order.chance(0.2) ? 600 : 60);
  }

  function rings(id: string, { timer, dueAt }: { timer: string; dueAt: number }): void {
    const inMs = dueAt - (order.now() + clock);
    const early = order.trouble('a timer rings early', 0.01) ? Math.min(inMs, 3000) : 0;
    const late = order.trouble('a timer rings late', 0.02) ? order.below(20_000) : order.below(50);
    order.after(inMs - early + late, () => ring(id, { timer, dueAt }));
  }

  function ring(id: string, { timer, dueAt }: { timer: string; dueAt: number }): void {
    const isWanted = tasks.has(id);
    if (!isWanted && !(order.chance(0.02) && order.trouble('a timer rings that was stopped', 0.5))) return;
    tasks.delete(id);
    const event = { type: 'timer', timer, dueAt };
    tell(event, 'work');
    if (order.trouble('a timer rings twice', 0.02)) order.after(order.below(LEASE_MS), () => tell(event, 'work'));
  }

  function perform(id: string, attempt: number): void {
    const { effect = null, askedAt = 0 } = tasks.get(id) ?? {};
    if (effect === null) return;
    if (effect.type === 'hook.run') {
      if (hooks.has(id)) order.broke(`the hook "${effect.hook}" is run twice for one thing`, id);
      hooks.set(id, { hook: effect.hook, data: effect.data });
      tasks.delete(id);
    } else if (effect.type === 'flow.send') {
      send?.(effect);
      tasks.delete(id);
    } else if (effect.type !== 'timer.stop' && effect.type !== 'effect.drop') rest(id, effect, attempt, askedAt);
  }

  function rest(id: string, effect: TwilioEffect, attempt: number, askedAt: number): void {
    const once = isOnce(effect);
    const again = (ms: number, next = attempt + 1): void => order.after(ms, () => perform(id, next));
    const learn = (outcome: AnyOutcome, ms: number): void =>
      order.after(ms, () => {
        tasks.delete(id);
        tell({ type: 'effect.outcome', effect, outcome } as Told, 'work');
      });
    const unclear = (): void => {
      if (effect.type === 'call.create') learn({ kind: 'unknown', reason: 'no answer' }, 8000);
      else if (attempt < ATTEMPTS && !once) again(8000 + 500 * 2 ** (attempt - 1));
      else learn({ kind: 'failed', reason: 'no answer' }, 8000);
    };
    if (once && attempt > 1) {
      learn(
        effect.type === 'call.create' ? { kind: 'unknown', reason: 'interrupted' } : { kind: 'failed', reason: 'x' },
        5,
      );
      return;
    }
    const sinceMs = outage === null ? -1 : order.now() - outage.from;
    if (outage !== null && sinceMs >= 0 && sinceMs < outage.ms && order.trouble("Twilio's REST is down", 1)) {
      order.holdUp(outage.ms + 60_000);
      if (!outage.refuses) unclear();
      else if ('once' in effect) learn({ kind: 'failed', reason: 'no connection' }, 5);
      else again(order.between(1000, 1500), attempt);
      return;
    }
    if (order.trouble('a process dies before it sends', 0.01)) again(LEASE_MS);
    else if (order.trouble('a request of ours is lost', 0.01)) unclear();
    else {
      const outcome = carryOut(effect, askedAt);
      order.say(() => `  Twilio: ${shownEffect(effect).slice(2)} = ${JSON.stringify(outcome)}`);
      if (order.trouble('the answer to a request of ours is lost', 0.015)) unclear();
      else if (order.trouble('a process dies before it hears the answer', 0.01)) again(LEASE_MS);
      else {
        learn(outcome, order.trouble('Twilio answers slowly', 0.04) ? order.below(7500) : order.below(300));
        if (once || !order.trouble('two processes do the same', 0.025)) return;
        order.after(order.below(3000), () => {
          if (tasks.has(id)) learn(carryOut(effect, askedAt), order.below(3000));
        });
      }
    }
  }

  if (order.trouble('the clock of another process', 0.2)) {
    const another = (): void => {
      clock = order.between(-2000, 2000);
      order.after(order.between(5000, 60_000), another);
    };
    order.after(order.below(20_000), another);
  }
  return { state: () => state, tell, hooks, steps: () => steps };
}

function isOnce(effect: { readonly type: string }): boolean {
  return effect.type === 'call.create' || 'once' in effect;
}

/**
 * True for a timer that fired before its time, by the clock of another process: the next of its name may be due at the same
 * moment.
 */
function isEarly(event: Told & { readonly at: number; readonly dueAt?: number }): boolean {
  return event.dueAt !== undefined && event.at < event.dueAt;
}
