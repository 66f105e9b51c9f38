import type { EpochMs } from '../kernel/flow.js';
import type { TimerEffect } from './effects.js';

/** A context with timers. */
export interface Timed {
  readonly at: EpochMs;
  /** The timers of this transition, if it has changed any; otherwise those of the state apply. */
  ownTimers?: Record<string, EpochMs>;
  readonly state: { timers: Readonly<Record<string, EpochMs>> };
}

/** Creates an id for an effect that may be requested again. */
export function nextId(ctx: { readonly state: { effectSeq: number } }, name: string, leg: number | string): string {
  ctx.state.effectSeq += 1;
  return `${name}:${String(leg)}:${String(ctx.state.effectSeq)}`;
}

/** Returns the counter value in an id of `nextId`, which is its last part. */
export function numberOfId(id: string): number {
  return Number(id.slice(id.lastIndexOf(':') + 1));
}

export function startTimer(ctx: Timed, timer: string, afterMs: number): void {
  takeTimers(ctx)[timer] = ctx.at + afterMs;
}

export function stopTimer(ctx: Timed, timer: string): void {
  if (ctx.state.timers[timer] === undefined) return;
  // A rest pattern would copy the record for each of several stops.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete takeTimers(ctx)[timer];
}

/** Returns the timers for writing. Most transitions leave them unchanged: the first change copies them. */
function takeTimers(ctx: Timed): Record<string, EpochMs> {
  if (ctx.ownTimers === undefined || ctx.ownTimers !== ctx.state.timers) ctx.ownTimers = { ...ctx.state.timers };
  ctx.state.timers = ctx.ownTimers;
  return ctx.ownTimers;
}

/** The timers a state wants, by name. Flows keep them in their state, so that none can be forgotten or left behind. */
export type Timers = Readonly<Record<string, EpochMs>>;

export function timerId(timer: string, dueAt: EpochMs): string {
  return `timer:${timer}@${String(dueAt)}`;
}

/** Returns the difference between two states' timers, as effects. */
export function timerEffects(before: Timers, after: Timers): TimerEffect[] {
  if (before === after) return [];
  const effects: TimerEffect[] = [];
  for (const timer in before) {
    const dueAt = before[timer] as EpochMs;
    if (after[timer] !== dueAt) effects.push({ type: 'timer.stop', id: timerId(timer, dueAt) });
  }
  for (const timer in after) {
    const dueAt = after[timer] as EpochMs;
    if (before[timer] !== dueAt) effects.push({ type: 'timer.start', id: timerId(timer, dueAt), timer, dueAt });
  }
  return effects;
}
