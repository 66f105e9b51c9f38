import type { EpochMs } from '../kernel/flow.js';
import type { TimerEffect } from './effects.js';

/** The timers a state wants, by name. Flows keep them in their state, so that none can be forgotten or left behind. */
export type Timers = Readonly<Record<string, EpochMs>>;

export function timerId(timer: string, dueAt: EpochMs): string {
  return `timer:${timer}@${String(dueAt)}`;
}

/** The difference between two states' timers, as effects. */
export function timerEffects(before: Timers, after: Timers): TimerEffect[] {
  const effects: TimerEffect[] = [];
  for (const [timer, dueAt] of Object.entries(before)) {
    if (after[timer] !== dueAt) effects.push({ type: 'timer.stop', id: timerId(timer, dueAt) });
  }
  for (const [timer, dueAt] of Object.entries(after)) {
    if (before[timer] !== dueAt) effects.push({ type: 'timer.start', id: timerId(timer, dueAt), timer, dueAt });
  }
  return effects;
}
