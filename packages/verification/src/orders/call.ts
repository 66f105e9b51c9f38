import type { CallbackRef, Outcome, CallEffect, Verb } from '@amd/core';
import type { Order } from './order.js';
import type { Person } from './people.js';
import type { Told } from './told.js';

/** One call at Twilio, with the truth about it that the flow may not know. */
export interface Call {
  readonly sid: string;
  /** 0: the caller's. */
  readonly leg: number;
  readonly visit: number;
  readonly to: string;
  readonly person: Person | null;
  status:
    'queued' | 'initiated' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';
  /** Counts its documents: what an earlier one planned is off. */
  turn: number;
  /** Takes the call out of what it is in. A call that is over requests its Dial's action; a redirected one does not. */
  leave: ((why: 'redirected' | 'over') => void) | null;
  /** When its last redirect by REST was decided, ms. */
  redirectedAt: number;
  /** Requests its wait document again once it has been played; `null`: it is in no queue. */
  again: (() => void) | null;
  answeredBy: string | null;
  /** The SIDs of calls it has talked with. */
  readonly talkedWith: Set<string>;
  talking: boolean;
  /** What it has heard, sentences and more. */
  readonly heard: string[];
  /** When it last heard something, or went to the caller, ms. */
  heardAt: number;
  /** What the flow was told: verdicts, keys, the words of a robot, each in a request that reached us. */
  readonly verdicts: Set<string>;
  /** Detection listened before the callee heard anything. */
  listenedFirst: boolean;
  /** A key that takes the call. */
  keyed: boolean;
  /** A key that declines the call, while nothing else had made it theirs. */
  declined: boolean;
  screened: boolean;
  /** When the words of a robot reached us for the first time, ms. */
  screenedAt: number;
  /** When the document that it executes was decided, ms. */
  decidedAt: number;
  /** When the last redirect of it was decided, ms. */
  fetchedBackAt: number;
  /** Human as far as we know, and not told anything since. */
  owed: boolean;
  /** When the present stretch alone on hold began, ms. */
  waitsSince: number | null;
  endedBy: 'themselves' | 'document' | 'REST' | null;
  answeredAt: number | null;
  /** When they were told goodbye, and it was recorded. */
  goodbyeAt: number;
  /** When what made them ours reached us. */
  acceptedAt: number | null;
}

/** What the key of a callee means who is asked for one. */
export type KeyMeaning = 'accept' | 'decline' | 'nothing';

export type Params = ReadonlyMap<string, string>;
export type VerbOf<Name extends Verb['verb']> = Extract<Verb, { verb: Name }>;
export interface TwimlReply {
  readonly kind: string;
  readonly verbs?: readonly Verb[];
}

/** What the model's calls need from outside: the order, the people, the flow, and what is specific to one flow. */
export interface CallEnvironment {
  readonly order: Order;
  readonly people: (to: string) => Person;
  /** Turns a form to one of our addresses into an event, as the HTTP endpoint does; `null`: none. */
  readonly translate: (ref: CallbackRef, params: Params) => Told | null;
  readonly tell: (event: Told) => TwimlReply;
  /** Runs a verb that only one flow has; returns `true` if it did. */
  readonly special: (call: Call, verb: Verb, next: () => void) => boolean;
  /** Called when a leg and the caller are about to hear each other. */
  readonly joined: (leg: Call, caller: Call) => void;
  readonly over: (call: Call) => void;
  /** The longest that a caller may still be on hold. */
  readonly longestWaitMs: () => number;
  /** Called when the request or notification of a leg has reached the flow. */
  readonly delivered: (call: Call, ref: CallbackRef, params: Params, askedAt: number) => void;
  readonly meaningOf: (digits: string) => KeyMeaning;
  readonly isScreening: (speech: string) => boolean;
  /** Called when the user's own TwiML takes the caller. */
  readonly elsewhere: (call: Call) => void;
}

type Given = Pick<Call, 'leg' | 'visit' | 'to' | 'person' | 'status'>;

export interface Calls {
  readonly all: readonly Call[];
  readonly caller: () => Call;
  readonly add: (call: Given) => Call;
  readonly ask: (call: Call, ref: CallbackRef, more?: Readonly<Record<string, string>>) => void;
  /** Like `ask`, for requests without a reference. */
  readonly request: (call: Call, event: Told | null, name: string, delivered?: () => void) => void;
  readonly notify: (ref: CallbackRef, more: Readonly<Record<string, string>>, call?: Call) => void;
  /** Sends a notification without a reference. */
  readonly send: (event: Told, name: string, delivered?: () => void) => void;
  /** Its TwiML. */
  readonly run: (call: Call, verbs: readonly Verb[]) => void;
  /** Its TwiML has arrived: Twilio answers the call. */
  readonly begin: (call: Call, verbs: readonly Verb[]) => void;
  readonly later: (call: Call, ms: number, what: () => void) => void;
  readonly finish: (call: Call, status: Call['status'], by: Call['endedBy']) => void;
  /** `askedAt`: when it was decided, ms. */
  readonly carryOut: (effect: CallEffect, askedAt: number) => Outcome;
  /** Like `ask`, but the reply is not used. */
  readonly mention: (call: Call, ref: CallbackRef, more: Readonly<Record<string, string>>) => void;
  /** Plays something to the call beside its own document. */
  readonly overhear: (call: Call, ref: CallbackRef) => void;
  /** Marks that what it is owed is on its way. */
  readonly settled: (call: Call) => void;
  readonly join: (leg: Call, caller: Call) => void;
  /** The caller is on hold. */
  readonly waits: (call: Call) => void;
  readonly talk: (leg: Call, caller: Call, end: (who: Call) => void) => void;
}

const FINAL = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];
export const isOver = ({ status }: Call): boolean => FINAL.includes(status);
export const nameOf = ({ leg }: Call): string => (leg === 0 ? 'the caller' : `leg ${String(leg)}`);

export function newCall(number: number, given: Given): Call {
  return {
    ...given,
    sid: `CA${String(number).padStart(32, '0')}`,
    turn: 0,
    leave: null,
    redirectedAt: 0,
    again: null,
    answeredBy: null,
    talkedWith: new Set(),
    talking: false,
    heard: [],
    heardAt: 0,
    verdicts: new Set(),
    listenedFirst: false,
    keyed: false,
    declined: false,
    screened: false,
    screenedAt: Infinity,
    decidedAt: 0,
    fetchedBackAt: 0,
    owed: false,
    waitsSince: null,
    endedBy: null,
    answeredAt: null,
    goodbyeAt: Infinity,
    acceptedAt: null,
  };
}
