import type { CallSid, E164 } from '../../kernel/ids.js';
import type { Draft } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import { sameState } from '../../kernel/same-state.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import type { FinalCallStatus } from '../../wire/call-status.js';
import type { Detection } from '../effects.js';
import type { Confirm } from '../settings/policy.js';
import type { Farewell } from '../settings/texts.js';
import { type InFlight, NOTHING_IN_FLIGHT } from './party.js';

export function legTimer(leg: { readonly id: number }): string {
  return `leg${String(leg.id)}`;
}

/** Records when something first happened to a leg. */
export function stamp(leg: LegDraft, moment: keyof LegTimestamps, at: number): void {
  if (leg.timestamps[moment] === undefined) leg.timestamps = { ...leg.timestamps, [moment]: at };
}

export function findLeg(legs: LegDrafts, id: number): LegDraft | undefined {
  return legs.find((candidate) => candidate.id === id);
}

/**
 * One outbound call to one callee.
 * `requested → placed → ringing → detecting → confirming → joining → bridged`; `farewell` from any of these for a callee who
 * hears why they cannot have the caller; `ending → ended` from anywhere. With asynchronous detection a callee is in `confirming`
 * as soon as they pick up: they hear who is calling while detection listens.
 */
export const LEG_PHASES = [
  'requested',
  'placed',
  'ringing',
  'detecting',
  'confirming',
  'farewell',
  'joining',
  'bridged',
  'ending',
  'ended',
] as const;

/** Where a leg is, from the request to its end; one of `LEG_PHASES`. */
export type LegPhase = (typeof LEG_PHASES)[number];

/** How a leg ended, for pages and logs. */
export type LegResult =
  | { readonly kind: 'bridged' }
  /** Answered, but by someone or something that does not get the caller. */
  | { readonly kind: 'answered'; readonly by: AnsweredBy }
  /** Declined with a key. */
  | { readonly kind: 'declined' }
  /** Hung up before detection said who answered. */
  | { readonly kind: 'hungUp' }
  | { readonly kind: 'notReached'; readonly status: FinalCallStatus; readonly sipCode: number | null }
  | { readonly kind: 'refused'; readonly code: number | null; readonly reason: string }
  /** Ended by us before it was answered. */
  | { readonly kind: 'stopped' }
  /** Twilio never reported whether the call was created. */
  | { readonly kind: 'lost' };

/** The person whom a leg rings, with the settings that differ from those of the call. */
export interface LegTarget {
  readonly to: E164;
  readonly name?: string;
  /** Ring time in seconds. This option and all that follow default to the setting of the whole call. */
  readonly ringSeconds?: number;
  /** The number this callee sees. */
  readonly callerId?: 'caller' | E164;
  readonly detection?: Detection;
  /** Whether this callee is asked for a key. */
  readonly confirm?: Confirm;
}

/** The stored state of one leg: an outbound call to one person. */
export interface Leg {
  /** Starts at 1; part of every reference to the leg. */
  readonly id: number;
  readonly target: LegTarget;
  readonly phase: LegPhase;
  /** Which number it shows. */
  readonly callerId: 'caller' | 'own';
  /** Id of the effect that creates the call; `null`: it was too late to send, and waits until the caller is known to be there. */
  readonly creating: string | null;
  /** Known from the REST response or from the first callback, whichever comes first. */
  readonly sid: CallSid | null;
  readonly answeredBy: AnsweredBy | null;
  /** A human verdict or a key that counts was committed: this callee is bridged, or told why not. */
  readonly human: boolean;
  readonly farewell: Farewell | null;
  /** The farewell's TwiML was served. */
  readonly farewellDelivered: boolean;
  /** How often we redirected the leg to its farewell. */
  readonly farewellTries: number;
  /** From then on a key no longer counts. */
  readonly confirmUntil: EpochMs | null;
  /** A conference event reported it in the room. */
  readonly joined: boolean;
  /** A fetch found it in progress at a time when it had to be in the room. */
  readonly seenAlive: boolean;
  /** Its time for detection or confirmation is over. */
  readonly overdue: boolean;
  /**
   * Its redirect leads to the farewell or to the caller. Until the TwiML of that redirect is requested, nothing else may bring
   * the leg there.
   */
  readonly inFlight: InFlight;
  /** It was served the TwiML that brings it to the caller. */
  readonly joinTwimlSent: boolean;
  /**
   * By then that TwiML has been played up to the room, even if Twilio acted on a retry. An earlier fetch does not prove that it
   * is there.
   */
  readonly inRoomBy?: EpochMs;
  /** A redirect took effect: requests it made before no longer count. */
  readonly wasRedirected: boolean;
  /** A robot screens the call for its owner; `answered`: we have told it who is calling. */
  readonly screened: 'heard' | 'answered' | null;
  readonly result: LegResult | null;
  /** For people to read; no decision depends on it. */
  readonly timestamps: LegTimestamps;
}

/** When a leg reached each point, in epoch ms; absent: not yet, or never. */
export interface LegTimestamps {
  readonly requestedAt: EpochMs;
  /** Twilio accepted the call and may keep it in its queue. */
  readonly placedAt?: EpochMs;
  /** Twilio took it off its queue and began to dial. */
  readonly initiatedAt?: EpochMs;
  readonly ringingAt?: EpochMs;
  readonly answeredAt?: EpochMs;
  /** When the callee first heard something. */
  readonly greetedAt?: EpochMs;
  readonly verdictAt?: EpochMs;
  /** How long detection listened, in ms. */
  readonly detectionMs?: number;
  /** The callee pressed a key to take the call, or to decline it. */
  readonly keyAt?: EpochMs;
  readonly joinedAt?: EpochMs;
  readonly endedAt?: EpochMs;
}

/**
 * How long detection listened, in ms: Twilio's figure if there is one, otherwise ours, which needs the answer to be reported before
 * the verdict.
 */
export function listenedMs({ detectionMs, answeredAt, verdictAt }: LegTimestamps): number | null {
  if (detectionMs !== undefined) return detectionMs;
  if (answeredAt === undefined || verdictAt === undefined || verdictAt <= answeredAt) return null;
  return verdictAt - answeredAt;
}

export function newLeg(id: number, target: LegTarget, callerId: Leg['callerId'], at: EpochMs): Leg {
  return {
    id,
    target,
    phase: 'requested',
    callerId,
    creating: null,
    sid: null,
    answeredBy: null,
    human: false,
    farewell: null,
    farewellDelivered: false,
    farewellTries: 0,
    confirmUntil: null,
    joined: false,
    seenAlive: false,
    overdue: false,
    inFlight: NOTHING_IN_FLIGHT,
    joinTwimlSent: false,
    wasRedirected: false,
    screened: null,
    result: null,
    timestamps: { requestedAt: at },
  };
}

/** True while the leg may still win the caller. */
export function canStillAnswer(phase: LegPhase): boolean {
  return isUnanswered(phase) || phase === 'detecting' || phase === 'confirming';
}

/** True until the callee picks up. */
export function isUnanswered(phase: LegPhase): boolean {
  return phase === 'requested' || phase === 'placed' || phase === 'ringing';
}

/** True once the leg can no longer join the caller: it is ending, or has ended. */
export function isLeaving(phase: LegPhase): boolean {
  return phase === 'farewell' || phase === 'ending' || phase === 'ended';
}

/** True while the leg is in the room, as far as we know. */
export function isInRoom(phase: LegPhase): boolean {
  return phase === 'joining' || phase === 'bridged';
}

export type LegDraft = Draft<Omit<Leg, 'target'>> & { target: Leg['target'] };

/**
 * The legs of one transition. Most events concern one leg, and a call may have 200: a leg is copied when it is first accessed,
 * and unchanged legs stay the same objects, so they are neither compared nor written again.
 */
export interface LegDrafts extends Iterable<LegDraft> {
  /** Returns a draft of the first leg that passes the test. */
  find(test: (leg: Leg) => boolean): LegDraft | undefined;
  some(test: (leg: Leg) => boolean): boolean;
  push(leg: LegDraft): void;
  remove(id: number): void;
  /** Returns the legs after the transition. */
  after(): readonly Leg[];
}

/** `before`: the legs of the state that the transition starts from. */
export function legDrafts(before: readonly Leg[]): LegDrafts {
  let legs = before;
  const originals = new Map<Leg, Leg>();

  /** Returns the list of this transition, which may be written to. */
  function own(): Leg[] {
    if (legs === before) legs = [...before];
    return legs as Leg[];
  }

  function take(index: number): LegDraft {
    const leg = legs[index] as Leg;
    if (originals.has(leg)) return leg;
    const draft = { ...leg };
    originals.set(draft, leg);
    own()[index] = draft;
    return draft;
  }

  return {
    *[Symbol.iterator]() {
      for (let index = 0; index < legs.length; index += 1) yield take(index);
    },
    find: (test) => {
      const index = legs.findIndex(test);
      return index === -1 ? undefined : take(index);
    },
    some: (test) => legs.some(test),
    push: (leg) => {
      originals.set(leg, leg);
      own().push(leg);
    },
    remove: (id) => {
      legs = legs.filter((leg) => leg.id !== id);
    },
    after: () => {
      if (legs === before) return before;
      const after = legs.map((leg) => {
        const original = originals.get(leg);
        return original !== undefined && sameState(original, leg) ? original : leg;
      });
      return after.length === before.length && after.every((leg, index) => leg === before[index]) ? before : after;
    },
  };
}
