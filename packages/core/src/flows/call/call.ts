import type { CallSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { CallbackPurpose, CallbackRef } from '../../wire/callbacks.js';
import type { Effect } from '../effects.js';
import type { Fallback } from '../settings/fallback.js';
import type { Timed } from '../timers.js';
import type { InFlight } from './party.js';

/** A call that arrives, as its request says. */
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
  /** When we first failed them, by the clock of whichever process it was. Default: we have not. */
  readonly since?: EpochMs;
}

/** The caller's call, as it is written down. */
export interface KeptCall {
  readonly sid: CallSid;
  readonly from: string;
  readonly to: string;
  /** A credential: shows the caller's number on our outbound calls. */
  readonly token: string | null;
  /** `false`: Twilio would not let us show their number. */
  readonly showable?: false;
  /** Whose phones have forwarded the call to us; absent: nobody's. */
  readonly forwardedBy?: readonly string[];
}

export type KeptCallDraft = { -readonly [Key in keyof KeptCall]: KeptCall[Key] };

/** A later request of the same call may come without its token; Twilio then refuses their number (21210), so it is not tried. */
export function keptCall({ sid, from, to, status, token, since, forwardedFrom, calledVia }: InboundCall): KeptCall {
  const by = [forwardedFrom, calledVia].filter((party) => party !== undefined);
  const forwarded = by.length === 0 ? {} : { forwardedBy: by };
  if (token !== undefined) return { sid, from, to, token, ...forwarded };
  const isLater = status === 'in-progress' || since !== undefined;
  return { sid, from, to, token: null, ...(isLater ? { showable: false } : {}), ...forwarded };
}

/** True if this number is the caller's own, or one that forwarded the call to us. */
export function cameFrom({ from, forwardedBy = [] }: Pick<KeptCall, 'from' | 'forwardedBy'>, number: string): boolean {
  return [from, ...forwardedBy].some((party) => digits(party) === digits(number));
}

/** Carriers leave the plus out, or put blanks in. */
function digits(party: string): string {
  return /^[+0-9 ().-]+$/.test(party) ? party.replace(/[^0-9]/g, '') : party;
}

/** True if a last number is the one they called, or one that the call came from: it would only lead back to us. */
export function wouldLoop(fallback: Fallback, call: Pick<KeptCall, 'from' | 'to' | 'forwardedBy'>): boolean {
  return fallback.kind === 'number' && (digits(fallback.to) === digits(call.to) || cameFrom(call, fallback.to));
}

/**
 * So long, in ms, a caller is asked to wait while the store or our code fails, from the first failure. No caller is told goodbye
 * before that. So a person who is rung in that time finds the caller still there.
 */
export const PATIENCE_MS = 20_000;

/**
 * So long, in ms, Twilio may retry a request for TwiML and act on the second answer instead of the first. Until then a call in
 * progress may not have heard what we answered (twilio.com/docs/usage/webhooks/webhooks-overview).
 */
export const RETRIED_MS = 15_000;

/** A message that the caller left. */
export interface Recording {
  /** Its SID; its address where Twilio names no SID. */
  readonly sid: string;
  /** The https address that Twilio tells; for a moment it answers 404 (twilio.com/docs/voice/twiml/record). Empty when it failed and has none. */
  readonly url: string;
  /** `null`: Twilio does not say. */
  readonly seconds: number | null;
  /** Twilio could not make the file. */
  readonly failed?: true;
}

/** What is known of a waiting caller's call, whichever flow holds it. */
export interface WaitingCaller {
  /** Known to be in progress, so that a redirect is taken. */
  readonly held: boolean;
  /** Its redirect leads to the fallback. */
  readonly inFlight: InFlight;
  readonly redirectTries: number;
  /** The fallback's document was asked for: it is never given by a redirect again. */
  readonly fallbackServed: boolean;
  /** The number that was the fallback did not answer: what follows it. */
  readonly useIfUnanswered: boolean;
  /** They have said what they had to say. */
  readonly recorded: boolean;
  readonly recording: Recording | null;
  /** Recordings of their talks that the hook was told of. */
  readonly talks: readonly string[];
  /** They were told goodbye, and not seen since. It may have been the answer to a copy that they never heard. */
  readonly goodbye?: true;
  /** They were handed on, and Twilio has said since that their call is over: they do not come back. */
  readonly over?: true;
}

/** Nothing of a fallback yet, and no talk. */
export const NO_FALLBACK = {
  fallbackServed: false,
  useIfUnanswered: false,
  recorded: false,
  recording: null,
  talks: [],
} as const;

/** One transition at work, as far as the caller's call is concerned. Its timer is `caller`. */
export interface CallerContext extends Timed {
  /** The caller asks in this very step: what they are to do next is in the reply. */
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

/** A transition of a call, as far as it gives out addresses. */
export interface Addressed {
  /** Its name. */
  readonly flow: string;
  readonly state: { readonly visit: number; readonly call: { readonly sid: CallSid } };
}

/** Where Twilio asks or tells about a leg of the call; leg 0 is the caller. */
export function callbackRef({ flow, state }: Addressed, leg: number, purpose: CallbackPurpose): CallbackRef {
  return { flow, key: state.call.sid, visit: state.visit, leg, purpose };
}
