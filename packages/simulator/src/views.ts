import type { AnsweredBy } from './people/person.js';
import { press } from './people/behaviour.js';
import type { Call, CallStatus } from './voice/call.js';
import type { Conference } from './voice/conference.js';
import { hangUp } from './voice/hang-up.js';
import { byHand } from './voice/outbound.js';
import { durationSeconds } from './voice/status-callback.js';
import type { World } from './voice/world.js';

/** A stretch of time in which two calls could hear each other. */
export interface BridgedWith {
  readonly sid: string;
  /** Epoch ms. */
  readonly since: number;
  /** Up to now if it still lasts. */
  readonly ms: number;
}

/** One call as seen by a test or a page. Times in epoch ms, undefined if it never happened. */
export interface SimulatedCall {
  readonly sid: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  readonly from: string;
  readonly to: string;
  /** The call whose `<Dial>` made this one. */
  readonly parentSid: string | undefined;
  /** The inbound call for which this one was made, as far as can be told from its addresses and its `CallToken`. */
  readonly callerSid: string | undefined;
  readonly status: CallStatus;
  readonly answeredBy: AnsweredBy | undefined;
  readonly createdAt: number;
  readonly ringingAt: number | undefined;
  readonly answeredAt: number | undefined;
  readonly verdictAt: number | undefined;
  readonly endedAt: number | undefined;
  /**
   * From the answer to the first sound from us or from another party, ms, without the time the application took to answer (which
   * a clock faster than real time would magnify).
   */
  readonly silenceMs: number | undefined;
  /** Final SIP code. */
  readonly sipCode: number | undefined;
  /** From answer to end, seconds. */
  readonly duration: number;
  /** Texts said and URLs played to this party, in order. */
  readonly heard: readonly string[];
  /** The same, with when each began. */
  readonly sounds: readonly { readonly at: number; readonly text: string }[];
  readonly bridgedWith: readonly BridgedWith[];
  /** The conference this call is in now. */
  readonly conference: { readonly sid: string; readonly name: string; readonly since: number } | undefined;
  /** Resolves when the call is over. */
  readonly done: Promise<void>;
  /** Picks up a ringing call in place of its person; false if it does not ring. */
  answer(): boolean;
  /** Declines a ringing call: `busy`, SIP 486; false if it does not ring. */
  decline(): boolean;
  /** This party hangs up. */
  hangUp(): void;
  /** This party presses keys; they are lost unless a verb listens. */
  press(digits: string): void;
}

/** One conference, for inspection. */
export interface SimulatedConference {
  readonly sid: string;
  readonly name: string;
  readonly status: 'init' | 'in-progress' | 'completed';
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly reasonEnded: string | undefined;
  /** CallSids of the current participants. */
  readonly participants: readonly string[];
}

/** Returns a live view of a call. */
export function viewCall(world: World, call: Call): SimulatedCall {
  let done: Promise<void> | undefined;
  return {
    sid: call.sid,
    direction: call.direction,
    from: call.from,
    to: call.to,
    parentSid: call.parent?.sid,
    callerSid: call.caller?.sid,
    createdAt: call.createdAt,
    get status() {
      return call.status;
    },
    get answeredBy() {
      return call.answeredBy;
    },
    get ringingAt() {
      return call.ringingAt;
    },
    get answeredAt() {
      return call.answeredAt;
    },
    get verdictAt() {
      return call.verdictAt;
    },
    get endedAt() {
      return call.endedAt;
    },
    get silenceMs() {
      const sounds = [call.firstHeardAt, call.bridges[0]?.since].filter((at) => at !== undefined);
      if (call.answeredAt === undefined || sounds.length === 0) return undefined;
      return Math.max(0, Math.min(...sounds) - call.answeredAt - call.fetchingMs);
    },
    get sipCode() {
      return call.sipCode;
    },
    get duration() {
      return durationSeconds(call);
    },
    get heard() {
      return call.sounds.map(({ text }) => text);
    },
    get sounds() {
      return [...call.sounds];
    },
    get bridgedWith() {
      return call.bridges.map(({ with: sid, since, until }) => ({
        sid,
        since,
        ms: (until ?? world.clock.now()) - since,
      }));
    },
    get conference() {
      const member = call.membership;
      return member && { sid: member.conference.sid, name: member.conference.name, since: member.since };
    },
    get done() {
      return (done ??= new Promise((resolve) => call.onEnd(resolve)));
    },
    answer: () => byHand(world, call, 'answer'),
    decline: () => byHand(world, call, 'decline'),
    hangUp: () => hangUp(world, call),
    press: (digits) => void press(world, call, digits),
  };
}

/** Returns a snapshot of a conference. */
export function viewConference(conference: Conference): SimulatedConference {
  const { sid, name, status, createdAt, startedAt, endedAt, reasonEnded } = conference;
  return {
    sid,
    name,
    status,
    createdAt,
    startedAt,
    endedAt,
    reasonEnded,
    participants: [...conference.members.keys()],
  };
}
