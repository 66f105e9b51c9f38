import type { CallSid, E164 } from '../../kernel/brand.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallbackPurpose, CallbackRef } from '../../wire/callbacks.js';
import type { Detection, Effect } from '../effects.js';
import type { LegDraft, LegDrafts } from './drafts.js';
import type { LegStory, Notice } from './leg.js';
import type { AmdMode, AnswerPolicy, Confirm, Screening } from './policy.js';

/** What a call's settings say about every leg. */
export interface LegSettings {
  readonly policy: AnswerPolicy;
  readonly amd: { readonly mode: AmdMode };
  readonly confirm: Confirm;
  /** `null`: a robot that screens calls is a machine like any other. */
  readonly screening: Screening | null;
  /** `caller`: the caller's own number where that is possible. A number: always that one. */
  readonly callerId: 'caller' | E164;
  /** Our number, shown when the caller's cannot be; `null`: the number that was called. */
  readonly ownNumber: E164 | null;
  readonly ringSeconds: number;
  readonly detection: Detection;
  readonly confirmSeconds: number;
  readonly timeLimitSeconds: number;
  /** The talk is recorded, and they are told so before it. */
  readonly record: boolean;
  readonly texts: Readonly<
    Record<Notice | 'confirm' | 'announce' | 'screened' | 'consent' | 'withheld' | 'you', string>
  >;
  readonly voice: string | null;
  readonly language: string | null;
}

/** Times of the machinery, in ms. */
export interface LegConfig {
  readonly graceMs: number;
  readonly noticeMs: number;
  readonly noticeTries: number;
}

/** One transition at work, as far as its legs are concerned. */
export interface LegWork extends Timed {
  readonly config: LegConfig;
  readonly effects: Pick<Effect[], 'push'>;
  readonly flow: string;
  readonly ringBy?: EpochMs;
  readonly s: {
    readonly round: number;
    readonly call: {
      readonly sid: CallSid;
      readonly from: string;
      readonly to: string;
      readonly token: string | null;
      /** `false`: Twilio would not let us show their number. */
      readonly showable?: false;
    };
    readonly settings: LegSettings;
    readonly legs: LegDrafts;
    timers: Readonly<Record<string, EpochMs>>;
    asked: number;
    lastLeg: number;
  };
}

/** Anything with timers. */
export interface Timed {
  readonly at: EpochMs;
  /** Those of this transition, if it has changed any: others are the state's from before. */
  ownTimers?: Record<string, EpochMs>;
  readonly s: { timers: Readonly<Record<string, EpochMs>> };
}

/** A transition of a call, as far as it gives out addresses. */
export interface Addressed {
  /** Its name. */
  readonly flow: string;
  readonly s: { readonly round: number; readonly call: { readonly sid: CallSid } };
}

/** Where Twilio asks or tells about a leg of the call; leg 0 is the caller. */
export function callbackRef({ flow, s }: Addressed, leg: number, purpose: CallbackPurpose): CallbackRef {
  return { flow, key: s.call.sid, round: s.round, leg, purpose };
}

/** An id for an effect that may be asked for again. */
export function nextId(w: { readonly s: { asked: number } }, name: string, leg: number | string): string {
  w.s.asked += 1;
  return `${name}:${String(leg)}:${String(w.s.asked)}`;
}

/** Which of all that was asked for it is: the last part of an id of `nextId`. */
export function numberOfId(id: string): number {
  return Number(id.slice(id.lastIndexOf(':') + 1));
}

export function legTimer(leg: { readonly id: number }): string {
  return `leg${String(leg.id)}`;
}

export function startTimer(w: Timed, timer: string, afterMs: number): void {
  takeTimers(w)[timer] = w.at + afterMs;
}

export function stopTimer(w: Timed, timer: string): void {
  if (w.s.timers[timer] === undefined) return;
  // A rest pattern would copy the record for each of several stops.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete takeTimers(w)[timer];
}

/** Most transitions leave the timers as they are: they are copied by the first one that does not. */
function takeTimers(w: Timed): Record<string, EpochMs> {
  if (w.ownTimers === undefined || w.ownTimers !== w.s.timers) w.ownTimers = { ...w.s.timers };
  w.s.timers = w.ownTimers;
  return w.ownTimers;
}

/** Writes down when something first happened to a leg. */
export function stamp(leg: LegDraft, moment: keyof LegStory, at: number): void {
  if (leg.story[moment] === undefined) leg.story = { ...leg.story, [moment]: at };
}

export function findLeg(legs: LegDrafts, id: number): LegDraft | undefined {
  return legs.find((candidate) => candidate.id === id);
}
