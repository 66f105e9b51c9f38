import type { CallSid, ConferenceSid } from '../../kernel/ids.js';
import type { Draft } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { KeptCall, KeptCallDraft, WaitingCaller } from '../call/call.js';
import type { Leg, LegDrafts } from '../call/leg.js';
import type { Effect } from '../effects.js';
import type { Timers } from '../timers.js';
import type { CallSettings, ForwardingConfig } from './options.js';

/** `arriving → held → joining → connected | fallingBack → ended`. */
export const CALLER_PHASES = ['arriving', 'held', 'joining', 'connected', 'fallingBack', 'ended'] as const;

/** Where the caller of a forwarded call is; one of `CALLER_PHASES`. */
export type CallerPhase = (typeof CALLER_PHASES)[number];

/** How the whole call ended; exactly one result for every visit. */
export type CallResult =
  /** A human and the caller talked. */
  | 'connected'
  /** Nobody could be reached, and the caller was told so. */
  | 'unanswered'
  /** Nobody could be reached, and the caller went on to TwiML of the user's. */
  | 'handedOff'
  /** The caller hung up first. */
  | 'callerLeft';

export interface Caller extends WaitingCaller {
  readonly phase: CallerPhase;
  /** Reported in the room, or found alive after the greeting must be over: only then can a callee talk to them. */
  readonly inRoom: boolean;
  /**
   * By then the TwiML that brings the caller to the room has been played to its end, whatever the voice, even if Twilio acted on
   * a retry.
   */
  readonly inRoomBy: EpochMs;
  /** The conference that the caller last left. */
  readonly left?: ConferenceSid;
  /** A fetch found the caller alive since a leg won them. */
  readonly seenAlive: boolean;
  /** Something suggests that the caller may be gone: no new leg is rung until a fetch says otherwise. */
  readonly isUnverified: boolean;
}

/** The stored state of a forwarded call: the caller, every leg, and what was decided so far. */
export interface LiveForwarding {
  readonly kind: 'call';
  readonly visit: number;
  readonly call: KeptCall;
  readonly settings: CallSettings;
  readonly caller: Caller;
  readonly legs: readonly Leg[];
  /** SID of the room, from its events; needed to play something into it. */
  readonly conference: ConferenceSid | null;
  /** The leg that has the caller. */
  readonly winner: number | null;
  /** Id of the newest leg, over all visits. */
  readonly lastLeg: number;
  /** Index of the next step of the plan. */
  readonly nextStep: number;
  /** Id of the first leg of the step that was started last. */
  readonly firstLegOfStep: number;
  readonly deadlinePassed: boolean;
  readonly result: CallResult | null;
  readonly timers: Timers;
  /** Counter that numbers the effects which may be requested more than once. */
  readonly effectSeq: number;
  /** For people to read; no decision depends on it. */
  readonly timestamps: CallTimestamps;
}

/** When a call reached each point, in epoch ms; absent: not yet, or never. */
export interface CallTimestamps {
  readonly startedAt: EpochMs;
  readonly heldAt?: EpochMs;
  readonly wonAt?: EpochMs;
  readonly connectedAt?: EpochMs;
  readonly fallbackAt?: EpochMs;
  readonly endedAt?: EpochMs;
}

/** `goodbye`: a caller without a record was told goodbye, and is no longer served. */
export type ForwardingState = { readonly kind: 'nothing'; readonly goodbye?: true } | LiveForwarding;

/** True once the call has ended for the caller and for every leg. */
export function isFinal(state: ForwardingState): boolean {
  if (state.kind === 'nothing') return state.goodbye === true;
  return state.caller.phase === 'ended' && state.legs.every((leg) => leg.phase === 'ended');
}

/** Names the room after the inbound call: unique in the account, and found again after a restart. */
export function roomOf(sid: CallSid): string {
  return `amd-${sid}`;
}

/** Context of one transition: a private copy of the state, and the effects it asks for. */
export interface ForwardingContext {
  readonly at: EpochMs;
  readonly isAsked: boolean;
  readonly config: ForwardingConfig;
  readonly effects: Effect[];
  readonly flow: 'forwarding';
  /** Legs created in this step are not sent after this time unless the caller was fetched first. */
  ringBy?: EpochMs;
  readonly state: Omit<Draft<Omit<LiveForwarding, 'call' | 'settings' | 'legs'>>, 'kind'> & {
    kind: 'call';
    call: KeptCallDraft;
    settings: LiveForwarding['settings'];
    readonly legs: LegDrafts;
  };
}

/** True while the caller waits and no leg has won them. */
export function isWaiting(ctx: ForwardingContext): boolean {
  return ctx.state.winner === null && (ctx.state.caller.phase === 'arriving' || ctx.state.caller.phase === 'held');
}
