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

/** Writes down when something first happened to a leg. */
export function stamp(leg: LegDraft, moment: keyof LegTimestamps, at: number): void {
  if (leg.timestamps[moment] === undefined) leg.timestamps = { ...leg.timestamps, [moment]: at };
}

export function findLeg(legs: LegDrafts, id: number): LegDraft | undefined {
  return legs.find((candidate) => candidate.id === id);
}

/**
 * One outbound call to one person.
 * `requested → placed → ringing → detecting → confirming → joining → bridged`; `farewell` from any of these for a callee who hears
 * why they cannot have the caller; `ending → ended` from anywhere. With asynchronous detection a callee is in `confirming` as soon as
 * they pick up: they hear who is calling while detection listens.
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

export type LegPhase = (typeof LEG_PHASES)[number];

/** How a leg came out, for pages and logs. */
export type LegResult =
  | { readonly kind: 'bridged' }
  /** Answered, but not by somebody who gets the caller. */
  | { readonly kind: 'answered'; readonly by: AnsweredBy }
  /** Hung up before we knew who answered. */
  | { readonly kind: 'hungUp' }
  | { readonly kind: 'notReached'; readonly status: FinalCallStatus; readonly sipCode: number | null }
  | { readonly kind: 'refused'; readonly code: number | null; readonly reason: string }
  /** Ended by us before anybody answered. */
  | { readonly kind: 'stopped' }
  /** Twilio never told us whether the call was made. */
  | { readonly kind: 'lost' };

export interface LegTarget {
  readonly to: E164;
  readonly name?: string;
  /** How long it rings, in seconds; the call's setting when absent, as for all that follows. */
  readonly ringSeconds?: number;
  /** Whose number this person sees. */
  readonly callerId?: 'caller' | E164;
  readonly detection?: Detection;
  /** Whether this person is asked for a key. */
  readonly confirm?: Confirm;
}

export interface Leg {
  /** From 1; part of every reference to the leg. */
  readonly id: number;
  readonly target: LegTarget;
  readonly phase: LegPhase;
  /** Whose number it shows. */
  readonly callerId: 'caller' | 'own';
  /** The create that rings it; `null`: it came too late to be sent, and waits until the caller is known to be there. */
  readonly creating: string | null;
  /** Known from the REST response or from the first callback, whichever comes first. */
  readonly sid: CallSid | null;
  readonly answeredBy: AnsweredBy | null;
  /** A human verdict or a key was committed: this person is bridged, or told why not. */
  readonly human: boolean;
  readonly farewell: Farewell | null;
  /** The farewell was handed out. */
  readonly farewellDelivered: boolean;
  /** How often we asked Twilio to fetch the farewell. */
  readonly farewellTries: number;
  /** When a key no longer counts. */
  readonly confirmUntil: EpochMs | null;
  /** Seen in the room. */
  readonly joined: boolean;
  /** Heard alive by a fetch when it had to be in the room. */
  readonly seenAlive: boolean;
  /** Its time for detection or confirmation is up. */
  readonly overdue: boolean;
  /** Its redirect leads to the farewell, or brings it to the caller: then, until its document is asked for, nothing else may. */
  readonly inFlight: InFlight;
  /** Was given the document that brings it to the caller. */
  readonly joinTwimlSent: boolean;
  /** When that document has been heard up to the room, also in an answer to a retry: no look before shows it there. */
  readonly inRoomBy?: EpochMs;
  /** It came by a redirect: requests it made before the redirect no longer count. */
  readonly wasRedirected: boolean;
  /** A robot screens the call for its owner; `answered`: we have told it who calls. */
  readonly screened: 'heard' | 'answered' | null;
  readonly result: LegResult | null;
  /** Written for people to read; no decision looks at it. */
  readonly timestamps: LegTimestamps;
}

export interface LegTimestamps {
  readonly requestedAt: EpochMs;
  /** Twilio has accepted it: from here it may be in Twilio's queue. */
  readonly placedAt?: EpochMs;
  /** Twilio took it off its queue and began to dial. */
  readonly initiatedAt?: EpochMs;
  readonly ringingAt?: EpochMs;
  readonly answeredAt?: EpochMs;
  /** When they first heard something. */
  readonly greetedAt?: EpochMs;
  readonly verdictAt?: EpochMs;
  /** How long detection listened, in ms. */
  readonly detectionMs?: number;
  /** A key took the call. */
  readonly keyAt?: EpochMs;
  readonly joinedAt?: EpochMs;
  readonly endedAt?: EpochMs;
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

/** May still turn out to be the one who takes the call. */
export function canStillAnswer(phase: LegPhase): boolean {
  return isUnanswered(phase) || phase === 'detecting' || phase === 'confirming';
}

/** Nobody has picked up yet. */
export function isUnanswered(phase: LegPhase): boolean {
  return phase === 'requested' || phase === 'placed' || phase === 'ringing';
}

/** On its way out, or out: it no longer comes to the caller. */
export function isLeaving(phase: LegPhase): boolean {
  return phase === 'farewell' || phase === 'ending' || phase === 'ended';
}

/** In the room, as far as we know. */
export function isInRoom(phase: LegPhase): boolean {
  return phase === 'joining' || phase === 'bridged';
}

export type LegDraft = Draft<Omit<Leg, 'target'>> & { target: Leg['target'] };

/**
 * The legs of one transition. Most events are about one leg, and a call may have 200: a leg is copied when it is first handed
 * out, and those that nobody has changed stay the objects they were, so that they are neither compared nor written down anew.
 */
export interface LegDrafts extends Iterable<LegDraft> {
  /** The first that passes the test, to be changed. */
  find(test: (leg: Leg) => boolean): LegDraft | undefined;
  some(test: (leg: Leg) => boolean): boolean;
  push(leg: LegDraft): void;
  remove(id: number): void;
  /** What has become of them. */
  after(): readonly Leg[];
}

/** `before`: those of the state that the transition begins with. */
export function legDrafts(before: readonly Leg[]): LegDrafts {
  let legs = before;
  const originals = new Map<Leg, Leg>();

  /** The list of this transition, which it may write to. */
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
