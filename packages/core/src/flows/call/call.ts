import type { CallSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { CallbackPurpose, CallbackRef } from '../../wire/callbacks.js';
import type { Effect } from '../effects.js';
import type { Fallback } from '../settings/fallback.js';
import type { Timed } from '../timers.js';
import type { InFlight } from './party.js';

/** An incoming call, as its webhook request describes it. */
export interface InboundCall {
  readonly sid: CallSid;
  /** As received: a number, `anonymous`, `client:…`, anything. */
  readonly from: string;
  readonly to: string;
  readonly status: CallStatus;
  /** The party that forwarded the call to us, as received. */
  readonly forwardedFrom?: string;
  readonly calledVia?: string;
  /** A credential: shows the caller's number on our outbound calls. */
  readonly token?: string;
  /** When we first failed this caller, by the clock of the process that did. Default: we have not. */
  readonly since?: EpochMs;
}

/** What the state keeps of the caller's call. */
export interface KeptCall {
  readonly sid: CallSid;
  readonly from: string;
  readonly to: string;
  /** A credential: shows the caller's number on our outbound calls. */
  readonly token: string | null;
  /** `false`: Twilio refuses to show the caller's number. */
  readonly showable?: false;
  /** The parties that forwarded the call to us; absent when it was not forwarded. */
  readonly forwardedBy?: readonly string[];
}

export type KeptCallDraft = { -readonly [Key in keyof KeptCall]: KeptCall[Key] };

/**
 * Takes over what the state keeps. A later request of the same call may come without its token; Twilio would then refuse the
 * caller's number (21210), so it is not tried.
 */
export function keptCall({ sid, from, to, status, token, since, forwardedFrom, calledVia }: InboundCall): KeptCall {
  const by = [forwardedFrom, calledVia].filter((party) => party !== undefined);
  const forwarded = by.length === 0 ? {} : { forwardedBy: by };
  if (token !== undefined) return { sid, from, to, token, ...forwarded };
  const isLater = status === 'in-progress' || since !== undefined;
  return { sid, from, to, token: null, ...(isLater ? { showable: false } : {}), ...forwarded };
}

/** True if the number is the caller's own or one that forwarded the call to us. */
export function cameFrom({ from, forwardedBy = [] }: Pick<KeptCall, 'from' | 'forwardedBy'>, number: string): boolean {
  return [from, ...forwardedBy].some((party) => digits(party) === digits(number));
}

/** Carriers may leave out the plus or insert blanks. */
function digits(party: string): string {
  return /^[+0-9 ().-]+$/.test(party) ? party.replace(/[^0-9]/g, '') : party;
}

/** True if the fallback number is the one the caller dialled or one that the call came from: it would lead back to us. */
export function wouldLoop(fallback: Fallback, call: Pick<KeptCall, 'from' | 'to' | 'forwardedBy'>): boolean {
  return fallback.kind === 'number' && (digits(fallback.to) === digits(call.to) || cameFrom(call, fallback.to));
}

/**
 * How long, in ms, a caller is asked to wait while the store or our code fails, counted from the first failure. No caller is told
 * goodbye earlier, so a callee who is rung within that time finds the caller still there.
 */
export const PATIENCE_MS = 20_000;

/**
 * How long, in ms, Twilio may retry a request for TwiML and act on the second answer instead of the first. Until then a call in
 * progress may not have heard our answer (twilio.com/docs/usage/webhooks/webhooks-overview).
 */
export const RETRIED_MS = 15_000;

/** A message left by the caller, or a recorded talk. */
export interface Recording {
  /** Its SID, or its address if Twilio names no SID. */
  readonly sid: string;
  /**
   * Twilio's https address, which may answer 404 at first (twilio.com/docs/voice/twiml/record). Empty when recording failed and
   * there is none.
   */
  readonly url: string;
  /** `null`: Twilio did not say. */
  readonly seconds: number | null;
  /** Twilio could not create the file. */
  readonly failed?: true;
}

/** What both flows know of a waiting caller's call. */
export interface WaitingCaller {
  /** The call is known to be in progress, so Twilio accepts a redirect. */
  readonly held: boolean;
  /** Its redirect leads to the fallback. */
  readonly inFlight: InFlight;
  readonly redirectTries: number;
  /** The fallback's TwiML was requested: no redirect leads to it again. */
  readonly fallbackServed: boolean;
  /** The fallback number did not answer: `ifUnanswered` is next. */
  readonly useIfUnanswered: boolean;
  /** The caller has left their message. */
  readonly recorded: boolean;
  readonly recording: Recording | null;
  /** Recordings of this caller's talks that the hook has been told of. */
  readonly talks: readonly string[];
  /**
   * The caller was told goodbye and not seen since. The goodbye may have answered a repeated request, and so never been heard.
   */
  readonly goodbye?: true;
  /** Handed off to the user's TwiML, and since reported as over by Twilio: the caller does not come back. */
  readonly over?: true;
}

/** No fallback and no talk so far. */
export const NO_FALLBACK = {
  fallbackServed: false,
  useIfUnanswered: false,
  recorded: false,
  recording: null,
  talks: [],
} as const;

/** The part of a transition's context that concerns the caller's call. Its timer is `caller`. */
export interface CallerContext extends Timed {
  /** This event is a request of the caller's own call: the reply says what to do next. */
  readonly isAsked: boolean;
  readonly config: { readonly graceMs: number; readonly redirectRetryMs: readonly number[] };
  readonly effects: Pick<Effect[], 'push'>;
  readonly flow: string;
  readonly state: {
    readonly visit: number;
    readonly call: { readonly sid: CallSid };
    readonly caller: { -readonly [Key in keyof WaitingCaller]: WaitingCaller[Key] };
    timers: Readonly<Record<string, EpochMs>>;
    effectSeq: number;
  };
}

/** What a transition needs to create callback references. */
export interface Addressed {
  readonly flow: string;
  readonly state: { readonly visit: number; readonly call: { readonly sid: CallSid } };
}

/** Creates the reference for a callback about a leg of the call; leg 0 is the caller. */
export function callbackRef({ flow, state }: Addressed, leg: number, purpose: CallbackPurpose): CallbackRef {
  return { flow, key: state.call.sid, visit: state.visit, leg, purpose };
}
