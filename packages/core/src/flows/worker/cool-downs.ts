import type { ActivitySid } from '../../kernel/brand.js';
import type { Draft } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { Effect, TaskRouterEffect, TaskRouterOutcomeEvent } from '../effects.js';
import { nextId, startTimer, stopTimer } from '../timers.js';
import type { CoolDown, LiveWorker, WorkerConfig } from './state.js';

/** One transition at work: a private copy of the state, and what it asks for. */
export interface Work {
  readonly at: EpochMs;
  readonly config: WorkerConfig;
  readonly effects: Effect<TaskRouterEffect>[];
  readonly s: Draft<Omit<LiveWorker, 'kind'>> & { kind: 'worker' };
}

export function moved(w: Work, activity: ActivitySid, name: string | null, at: EpochMs): void {
  w.s.activity = { sid: activity, name };
  w.s.since = Math.min(at, w.at);
}

/** Begins, or begins anew. */
export function rest(
  w: Work,
  activity: ActivitySid,
  back: ActivitySid,
  known: Partial<Pick<CoolDown, 'enteredAt' | 'seenAt' | 'after'>> = {},
): void {
  if (activity === back) return;
  const until = w.at + w.config.coolDownMs;
  const begun = { activity, back, enteredAt: null, seenAt: null, after: w.s.asked, startedAt: w.at, until, ...known };
  w.s.coolDowns = [...w.s.coolDowns.filter((other) => other.activity !== activity), begun];
  startTimer(w, restTimer(begun), w.config.coolDownMs);
}

/** The rests that were known when the change of that number was asked for: it has ended them. */
export function endRestsBefore(w: Work, number: number): void {
  for (const one of w.s.coolDowns) if (one.after < number) endRest(w, one);
}

export function endRest(w: Work, ended: CoolDown): void {
  w.s.coolDowns = w.s.coolDowns.filter((other) => other.activity !== ended.activity);
  stopTimer(w, restTimer(ended));
}

export function restIn(w: Work, activity: ActivitySid): CoolDown | undefined {
  return w.s.coolDowns.find((one) => one.activity === activity);
}

export function restTimer({ activity }: CoolDown): string {
  return `rest:${activity}`;
}

export function isResting({ coolDowns, timedOut }: Work['s']): boolean {
  return coolDowns.length > 0 || timedOut !== null;
}

/** Where are they now? One request at a time. */
export function ask(w: Work): void {
  const { s } = w;
  if (s.asking) return;
  s.asking = true;
  s.askedAt = w.at;
  w.effects.push({ type: 'worker.fetch', id: nextId(w, 'worker', 'fetch'), workspace: s.workspace, worker: s.sid });
}

/** What a look at the worker, by its number, means for one of their rests. */
export function look(
  w: Work,
  number: number,
  coolDown: CoolDown,
  { activity, enteredAt, version }: Extract<TaskRouterOutcomeEvent['outcome'], { as: 'worker' }>,
  seenAt: number | null,
): void {
  const { s } = w;
  if (number <= coolDown.after) {
    ask(w);
    return;
  }
  const isThere = activity === coolDown.activity && (coolDown.enteredAt === null || coolDown.enteredAt === enteredAt);
  const isOver = w.at >= coolDown.until;
  if (!isThere) {
    // Before the end, they may be on their way there; afterwards, or once they were seen there, somebody has moved them.
    if (coolDown.seenAt !== null || (isOver && s.askedAt >= coolDown.until)) endRest(w, coolDown);
    else if (isOver) ask(w);
    return;
  }
  if (!isOver) {
    s.coolDowns = s.coolDowns.map((one) => (one === coolDown ? { ...one, seenAt: one.seenAt ?? seenAt } : one));
    return;
  }
  // Another look is under way already, or a person's own wish: either will come back to this.
  if (s.asking || s.switching !== null) return;
  s.asking = true;
  w.effects.push({
    type: 'worker.update',
    id: nextId(w, 'worker', 'back'),
    workspace: s.workspace,
    worker: s.sid,
    activity: coolDown.back,
    version,
  });
}
