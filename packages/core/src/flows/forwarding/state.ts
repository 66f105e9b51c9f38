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

export type CallerPhase = (typeof CALLER_PHASES)[number];

/** How the whole call came out; exactly one for every visit. */
export type CallResult =
  /** A human and the caller talked. */
  | 'connected'
  /** Nobody could be reached and the caller was told so. */
  | 'unanswered'
  /** Nobody could be reached and the caller went on to TwiML of the user's. */
  | 'handedOff'
  /** The caller hung up first. */
  | 'callerLeft';

export interface Caller extends WaitingCaller {
  readonly phase: CallerPhase;
  /** Seen in the room, or alive when the greeting must be over: only then can anybody talk to them. */
  readonly inRoom: boolean;
  /** When the document that brings them to the room has been heard to its end, whatever its voice, also in an answer to a retry. */
  readonly inRoomBy: EpochMs;
  /** The conference that they were last told to have left. */
  readonly left?: ConferenceSid;
  /** Last seen alive by a fetch since somebody won them. */
  readonly seenAlive: boolean;
  /** Something hints that the caller may be gone: nobody new is rung until a fetch says otherwise. */
  readonly isUnverified: boolean;
}

export interface LiveForwarding {
  readonly kind: 'call';
  readonly visit: number;
  readonly call: KeptCall;
  readonly settings: CallSettings;
  readonly caller: Caller;
  readonly legs: readonly Leg[];
  /** The room, as its events have named it; needed to speak into it. */
  readonly conference: ConferenceSid | null;
  /** The leg that has the caller. */
  readonly winner: number | null;
  /** Id of the newest leg, over all visits. */
  readonly lastLeg: number;
  /** Next step of the plan. */
  readonly nextStep: number;
  /** The first leg of the step that was started last. */
  readonly firstLegOfStep: number;
  readonly deadlinePassed: boolean;
  readonly result: CallResult | null;
  readonly timers: Timers;
  /** Numbers the effects that may be asked for more than once. */
  readonly effectSeq: number;
  /** Written for people to read; no decision looks at it. */
  readonly timestamps: CallTimestamps;
}

export interface CallTimestamps {
  readonly startedAt: EpochMs;
  readonly heldAt?: EpochMs;
  readonly wonAt?: EpochMs;
  readonly connectedAt?: EpochMs;
  readonly fallbackAt?: EpochMs;
  readonly endedAt?: EpochMs;
}

/** `goodbye`: a caller of whom nothing was written down was told goodbye, and is no longer served. */
export type ForwardingState = { readonly kind: 'nothing'; readonly goodbye?: true } | LiveForwarding;

/** Over for the caller and for every leg. */
export function isFinal(state: ForwardingState): boolean {
  if (state.kind === 'nothing') return state.goodbye === true;
  return state.caller.phase === 'ended' && state.legs.every((leg) => leg.phase === 'ended');
}

/** The room is named after the inbound call: unique in the account, and found again after anything. */
export function roomOf(sid: CallSid): string {
  return `amd-${sid}`;
}

/** One transition at work: a private copy of the state, and what it asks for. */
export interface ForwardingContext {
  readonly at: EpochMs;
  readonly isAsked: boolean;
  readonly config: ForwardingConfig;
  readonly effects: Effect[];
  readonly flow: 'forwarding';
  /** Whoever is rung in this step is not rung later than this, unless the caller was looked at. */
  ringBy?: EpochMs;
  readonly state: Omit<Draft<Omit<LiveForwarding, 'call' | 'settings' | 'legs'>>, 'kind'> & {
    kind: 'call';
    call: KeptCallDraft;
    settings: LiveForwarding['settings'];
    readonly legs: LegDrafts;
  };
}

/** The caller waits and nobody has them. */
export function isWaiting(ctx: ForwardingContext): boolean {
  return ctx.state.winner === null && (ctx.state.caller.phase === 'arriving' || ctx.state.caller.phase === 'held');
}
