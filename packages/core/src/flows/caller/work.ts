import type { CallSid } from '../../kernel/brand.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallbackRef } from '../../wire/callbacks.js';
import type { Effect, Outcome } from '../effects.js';
import { callbackRef, nextId, startTimer, stopTimer, type Addressed, type Timed } from '../leg/work.js';

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
  /** A fetch is under way. */
  readonly fetching: boolean;
  /** An end is under way. */
  readonly hangingUp: boolean;
  /** The redirect to the fallback that is under way. */
  readonly redirecting: string | null;
  readonly redirectTries: number;
  /** The fallback's document was asked for: it is never given by a redirect again. */
  readonly fallbackGiven: boolean;
  /** The number that was the fallback did not answer: what follows it. */
  readonly otherwise: boolean;
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
  fallbackGiven: false,
  otherwise: false,
  recorded: false,
  recording: null,
  talks: [],
} as const;

/** One transition at work, as far as the caller's call is concerned. Its timer is `caller`. */
export interface CallerWork extends Timed {
  /** The caller asks in this very step: what they are to do next is in the reply. */
  readonly isAsked: boolean;
  readonly config: { readonly graceMs: number; readonly redirectRetryMs: readonly number[] };
  readonly effects: Pick<Effect[], 'push'>;
  readonly flow: string;
  readonly s: {
    readonly round: number;
    readonly call: { readonly sid: CallSid };
    readonly caller: { -readonly [Key in keyof WaitingCaller]: WaitingCaller[Key] };
    timers: Readonly<Record<string, EpochMs>>;
    asked: number;
  };
}

/** A request for TwiML that the caller's own call makes, and carries out. */
export function isCallerRequest({ type }: { readonly type: string }): boolean {
  return ['inbound', 'caller.ended', 'caller.document', 'caller.fallback', 'caller.key'].includes(type);
}

export function askCaller(w: CallerWork): void {
  if (w.s.caller.fetching) return;
  w.s.caller.fetching = true;
  w.effects.push({ type: 'call.fetch', id: nextId(w, 'fetch', 0), leg: 0, sid: w.s.call.sid });
}

export function endCaller(w: CallerWork): void {
  if (w.s.caller.hangingUp) return;
  w.s.caller.hangingUp = true;
  w.effects.push({ type: 'call.end', id: nextId(w, 'end', 0), leg: 0, sid: w.s.call.sid });
}

/** The caller is told: by the reply if they ask, otherwise they are fetched, now or as soon as they can be. */
export function offerFallback(w: CallerWork): void {
  if (w.isAsked) expectAtFallback(w);
  else if (w.s.caller.held) redirectCaller(w);
  else startTimer(w, 'caller', w.config.redirectRetryMs[0] ?? w.config.graceMs);
}

/**
 * The caller asks what to do, and is answered with the way to the fallback. A reply is no proof that anybody heard it
 * (twilio.com/docs/usage/webhooks/webhooks-overview): whoever has not come by then is fetched.
 */
export function expectAtFallback(w: CallerWork): void {
  const { caller, timers } = w.s;
  if (caller.fallbackGiven || caller.redirecting !== null || timers['caller'] !== undefined) return;
  startTimer(w, 'caller', w.config.graceMs);
}

export function redirectCaller(w: CallerWork): void {
  const { caller, call } = w.s;
  if (caller.fallbackGiven || caller.redirecting !== null) return;
  const id = nextId(w, 'redirect', 0);
  caller.redirecting = id;
  caller.redirectTries += 1;
  w.effects.push({
    type: 'call.redirect',
    id,
    leg: 0,
    sid: call.sid,
    document: fallbackRef(w, 'caller.document'),
  });
}

/** The caller has heard, or is hearing, that nobody can be reached. */
export function isTold({ fallbackGiven, goodbye }: Pick<WaitingCaller, 'fallbackGiven' | 'goodbye'>): boolean {
  return fallbackGiven || goodbye === true;
}

/** Which part of the fallback it is the turn of, from 1. */
export function partOf({ otherwise, recorded }: Pick<WaitingCaller, 'otherwise' | 'recorded'>): number {
  return 1 + Number(otherwise) + Number(recorded);
}

/** A reference of the present part's own: whoever uses it was sent there, and has heard what came before. */
export function fallbackRef(
  w: Addressed & { readonly s: { readonly caller: Pick<WaitingCaller, 'otherwise' | 'recorded'> } },
  purpose: 'caller.document' | 'caller.fallback',
): CallbackRef {
  return { ...callbackRef(w, 0, purpose), part: partOf(w.s.caller) };
}

/**
 * How a redirect to the fallback went. Refused while the call is not in progress yet (21220): again after 1, 2 and 4 s,
 * then at each heartbeat. Returns whether the call is now known to be in progress.
 */
export function callerRedirected(w: CallerWork, id: string, result: Outcome): boolean {
  const { caller } = w.s;
  if (caller.redirecting !== id) return false;
  caller.redirecting = null;
  if (result.as === 'done') return true;
  if (result.as === 'refused') {
    const wait = w.config.redirectRetryMs[caller.redirectTries - 1];
    if (wait !== undefined) startTimer(w, 'caller', wait);
  }
  return false;
}

/** The fallback's document is handed out, to a request that only who was sent there can make. */
export function giveFallback(w: CallerWork): void {
  const { caller } = w.s;
  caller.fallbackGiven = true;
  stopTimer(w, 'caller');
  if (caller.redirecting === null) return;
  // Its document was asked for: the redirect happened, or is no longer needed.
  w.effects.push({ type: 'effect.drop', id: caller.redirecting });
  caller.redirecting = null;
}
