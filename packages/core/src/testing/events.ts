import type { CallSid, ConferenceSid } from '../kernel/ids.js';
import type { EpochMs } from '../kernel/flow.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { CallStatus } from '../wire/call-status.js';
import type { RecordingMade } from '../flows/caller/events.js';
import type { Recording } from '../flows/call/call.js';
import type { Effect, Outcome, OutcomeEvent, CallEffect, TimerEvent } from '../flows/effects.js';
import type { ConferenceEvent, ForwardingEvent } from '../flows/forwarding/events.js';
import { callSettings, type CallOptions } from '../flows/forwarding/options.js';
import type { ForwardingState } from '../flows/forwarding/state.js';
import { NUMBERS, START } from './defaults.js';
import { sids } from './sids.js';

type Listening = Extract<ForwardingEvent, { type: 'caller.wait' | 'caller.whisper' }>;
type Typed<Type extends ForwardingEvent['type']> = Extract<ForwardingEvent, { type: Type }>;

interface Timed {
  readonly at?: EpochMs;
}
interface OfCaller extends Timed {
  readonly status?: CallStatus;
}
interface OfVisit extends OfCaller {
  /** The visit that its reference names; the current one if absent. */
  readonly visit?: number;
}
interface OfPart extends OfVisit {
  /** The part of the fallback that the redirect leads to; default 1. `null`: none. */
  readonly part?: number | null;
}
interface OfLeg extends OfCaller {
  /** Starts at 1; decides the SID unless that is given. */
  readonly leg?: number;
  readonly sid?: CallSid;
}
/** An inbound call; what is left out is as usual. `at` is in epoch ms. */
export interface InboundOptions extends OfCaller {
  readonly sid?: CallSid;
  readonly from?: string;
  readonly to?: string;
  readonly token?: string;
  /** Whom to ring and how; one person by default. */
  readonly options?: CallOptions;
}

/** Creates the forwarding flow's events, with defaults for everything that a test does not care about. */
export const events = {
  inbound: (o: InboundOptions = {}): Typed<'inbound'> => ({
    type: 'inbound',
    at: o.at ?? START,
    call: {
      sid: o.sid ?? sids.call(0),
      from: o.from ?? NUMBERS.caller,
      to: o.to ?? NUMBERS.ours,
      status: o.status ?? 'ringing',
      ...(o.token === undefined ? {} : { token: o.token }),
    },
    settings: callSettings(o.options ?? { forwardTo: [NUMBERS.ann] }),
  }),
  callerEnded: (o: OfVisit = {}): Typed<'caller.ended'> => ({ type: 'caller.ended', ...ofCaller(o), ...visitOf(o) }),
  callerDocument: (o: OfPart = {}): Typed<'caller.document'> => ({
    type: 'caller.document',
    ...ofCaller(o),
    ...visitOf(o),
    ...partOf(o),
  }),
  callerFallback: (
    o: OfPart & { readonly recording?: Recording; readonly answered?: boolean | null } = {},
  ): Typed<'caller.fallback'> => ({
    type: 'caller.fallback',
    ...ofCaller(o),
    ...visitOf(o),
    ...partOf(o),
    recording: o.recording ?? null,
    answered: o.answered === undefined ? (o.recording === undefined ? false : null) : o.answered,
  }),
  recording: (o: Timed & { readonly visit?: number; readonly recording?: Recording } = {}): RecordingMade => ({
    type: 'caller.recording',
    at: o.at ?? START,
    ...visitOf(o),
    recording: o.recording ?? null,
  }),
  /** Requests what plays on hold, for the first time or (`again`) after a while. */
  callerWait: (o: Timed & { readonly visit?: number; readonly again?: boolean } = {}): Listening => ({
    type: 'caller.wait',
    at: o.at ?? START,
    ...visitOf(o),
    again: o.again ?? false,
  }),
  callerWhisper: (o: Timed & { readonly visit?: number } = {}): Listening => ({
    type: 'caller.whisper',
    at: o.at ?? START,
    ...visitOf(o),
  }),
  /** Reports a recorded talk. */
  talkRecorded: (o: Timed & { readonly visit?: number; readonly recording?: Recording } = {}): RecordingMade => ({
    type: 'talk.recording',
    at: o.at ?? START,
    ...visitOf(o),
    recording: o.recording ?? null,
  }),
  callerStatus: (o: OfCaller = {}): Typed<'caller.status'> => ({
    type: 'caller.status',
    ...ofCaller({ status: 'completed', ...o }),
  }),
  answered: (o: OfLeg & { readonly answeredBy?: AnsweredBy | null } = {}): Typed<'leg.answered'> => ({
    type: 'leg.answered',
    ...ofLeg(o),
    answeredBy: o.answeredBy === undefined ? 'human' : o.answeredBy,
  }),
  /** Reports the verdict of asynchronous detection. */
  verdict: (
    o: Omit<OfLeg, 'status'> & { readonly answeredBy?: AnsweredBy; readonly durationMs?: number } = {},
  ): Typed<'leg.verdict'> => ({
    type: 'leg.verdict',
    at: o.at ?? START,
    leg: o.leg ?? 1,
    sid: o.sid ?? sids.call(o.leg ?? 1),
    answeredBy: o.answeredBy ?? 'human',
    durationMs: o.durationMs ?? null,
  }),
  key: (o: OfLeg & { readonly digits?: string; readonly speech?: string } = {}): Typed<'leg.key'> => ({
    type: 'leg.key',
    ...ofLeg(o),
    digits: o.digits ?? (o.speech === undefined ? '1' : ''),
    ...(o.speech === undefined ? {} : { speech: o.speech }),
  }),
  poll: (o: OfLeg = {}): Typed<'leg.poll'> => ({ type: 'leg.poll', ...ofLeg(o) }),
  /** Requests the TwiML of a redirect. `part` 1: to the leg's farewell. Default: to the caller. */
  legDocument: (o: OfLeg & { readonly part?: number } = {}): Typed<'leg.document'> => ({
    type: 'leg.document',
    ...ofLeg(o),
    ...(o.part === undefined ? {} : { part: o.part }),
  }),
  legEnded: (o: OfLeg = {}): Typed<'leg.ended'> => ({ type: 'leg.ended', ...ofLeg(o) }),
  status: (
    o: OfLeg & { readonly status: CallStatus; readonly answeredBy?: AnsweredBy; readonly sipCode?: number },
  ): Typed<'leg.status'> => ({
    type: 'leg.status',
    ...ofLeg(o),
    answeredBy: o.answeredBy ?? null,
    sipCode: o.sipCode ?? null,
  }),
  /** `leg` 0, the default, is the caller. */
  conference: (
    o: Timed & {
      readonly event: ConferenceEvent;
      readonly leg?: number;
      readonly reason?: string;
      readonly status?: CallStatus;
      readonly visit?: number;
      readonly conference?: ConferenceSid;
    },
  ): Typed<'conference'> => ({
    type: 'conference',
    at: o.at ?? START,
    event: o.event,
    sid: o.event === 'start' || o.event === 'end' ? null : sids.call(o.leg ?? 0),
    reason: o.reason ?? null,
    status: o.status ?? null,
    ...(o.conference === undefined ? {} : { conference: o.conference }),
    ...visitOf(o),
  }),
  /** Reports how an effect went; take the effect from an earlier step. */
  outcome: (effect: CallEffect, outcome: Outcome, at: EpochMs = START): OutcomeEvent => ({
    type: 'effect.outcome',
    at,
    effect,
    outcome,
  }),
  /** The same for the newest effect of a kind among all requested so far; for `given` and `when`. */
  outcomeOf:
    (type: CallEffect['type'], outcome: Outcome, o: Timed & { readonly leg?: number } = {}) =>
    ({ effects }: { readonly effects: readonly Effect[] }): OutcomeEvent => {
      const asked = effects.filter(
        (effect): effect is CallEffect => effect.type === type && (o.leg === undefined || effect.leg === o.leg),
      );
      const effect = asked.at(-1);
      if (effect === undefined) throw new Error(`no ${type} was asked for`);
      return { type: 'effect.outcome', at: o.at ?? START, effect, outcome };
    },
  /** Fires a timer that the state wants, when it is due; for `given` and `when`. */
  due:
    (timer: string) =>
    ({ state }: { readonly state: ForwardingState }): TimerEvent => {
      const dueAt = state.kind === 'call' ? state.timers[timer] : undefined;
      if (dueAt === undefined) throw new Error(`no timer "${timer}" is wanted`);
      return { type: 'timer', at: dueAt, timer, dueAt };
    },
  /** Fires a timer at its time, or later if `at` says so. */
  timer: (timer: string, dueAt: EpochMs, at: EpochMs = dueAt): TimerEvent => ({ type: 'timer', at, timer, dueAt }),
};

function ofCaller(o: OfCaller): { at: EpochMs; status: CallStatus } {
  return { at: o.at ?? START, status: o.status ?? 'in-progress' };
}

function visitOf({ visit }: OfVisit): { readonly visit?: number } {
  return visit === undefined ? {} : { visit };
}

function partOf({ part = 1 }: OfPart): { readonly part?: number } {
  return part === null ? {} : { part };
}

function ofLeg(o: OfLeg): { at: EpochMs; leg: number; sid: CallSid; status: CallStatus } {
  const leg = o.leg ?? 1;
  return { ...ofCaller(o), leg, sid: o.sid ?? sids.call(leg) };
}
