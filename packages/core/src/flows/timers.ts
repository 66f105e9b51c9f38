import type { EpochMs } from '../kernel/flow.js';
import type { TimerEffect } from './effects.js';

/** The timers a state wants, by name. Flows keep them in their state, so that none can be forgotten or left behind. */
export type Timers = Readonly<Record<string, EpochMs>>;

export function timerId(timer: string, dueAt: EpochMs): string {
  return `timer:${timer}@${String(dueAt)}`;
}

/** The difference between two states' timers, as effects. */
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
