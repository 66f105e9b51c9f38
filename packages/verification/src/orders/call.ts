import type { CallbackRef, Outcome, CallEffect, Verb } from '@amd/core';
import type { Order } from './order.js';
import type { Person } from './people.js';
import type { Told } from './told.js';

/** One call at Twilio, and what is true of it whoever knows. */
export interface Call {
  readonly sid: string;
  /** 0: the caller's. */
  readonly leg: number;
  readonly visit: number;
  readonly to: string;
  readonly person: Person | null;
  status:
    'queued' | 'initiated' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';
  /** Counts its documents: what an earlier one wanted is off. */
  turn: number;
  /** Takes it out of whatever it is in; whose call is over asks by its Dial's action, who was redirected does not. */
  leave: ((why: 'redirected' | 'over') => void) | null;
  /** When its last redirect by REST was decided, ms. */
  redirectedAt: number;
  /** What its wait document is asked for again by, when it has been heard; `null`: it is in no queue. */
  again: (() => void) | null;
  answeredBy: string | null;
  /** With whom it has talked, by their SIDs. */
  readonly talkedWith: Set<string>;
  talking: boolean;
  /** What it has heard, sentences and more. */
  readonly heard: string[];
  /** When it last heard something, or went to the caller, ms. */
  heardAt: number;
  /** As the flow has been told: verdicts, keys, the words of a robot, each in a request that reached us. */
  readonly verdicts: Set<string>;
  /** Detection listens before anybody hears anything. */
  listenedFirst: boolean;
  keyed: boolean;
  screened: boolean;
  /** When the words of a robot reached us for the first time, ms. */
  screenedAt: number;
  /** When the document that it carries out was decided, ms. */
  decidedAt: number;
  /** When it was last decided to fetch it by a redirect, ms. */
  fetchedBackAt: number;
  /** They are human, as far as we know, and nobody has told them anything since. */
  owed: boolean;
  /** When it was alone on hold for the first time in this stretch, ms. */
  waitsSince: number | null;
  endedBy: 'themselves' | 'document' | 'REST' | null;
  answeredAt: number | null;
  /** When they were told goodbye, and it was written down. */
  goodbyeAt: number;
  /** When what made them ours reached us. */
  acceptedAt: number | null;
}

export type Params = ReadonlyMap<string, string>;
export type VerbOf<Name extends Verb['verb']> = Extract<Verb, { verb: Name }>;
export interface TwimlReply {
  readonly kind: string;
  readonly verbs?: readonly Verb[];
}

/** What the model's calls need from outside: the order, the people, the flow, and what one flow adds. */
export interface CallEnvironment {
  readonly order: Order;
  readonly people: (to: string) => Person;
  /** Turns a form to one of our addresses into an event, as the edge does; `null`: none. */
  readonly translate: (ref: CallbackRef, params: Params) => Told | null;
  readonly tell: (event: Told) => TwimlReply;
  /** Runs a verb that only one flow has; `true`: it did. */
  readonly special: (call: Call, verb: Verb, next: () => void) => boolean;
  /** Called when a leg and the caller are about to hear each other. */
  readonly joined: (leg: Call, caller: Call) => void;
  readonly over: (call: Call) => void;
  /** The longest that a caller may be on hold from now on. */
  readonly longestWaitMs: () => number;
  /** Called when the request or notification of a leg has reached the flow. */
  readonly delivered: (call: Call, ref: CallbackRef, params: Params, askedAt: number) => void;
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
  /** As `ask`, for what needs no reference. */
  readonly request: (call: Call, event: Told | null, name: string, delivered?: () => void) => void;
  readonly notify: (ref: CallbackRef, more: Readonly<Record<string, string>>, call?: Call) => void;
  /** A notification that needs no reference. */
  readonly send: (event: Told, name: string, delivered?: () => void) => void;
  /** Its TwiML. */
  readonly run: (call: Call, verbs: readonly Verb[]) => void;
  /** Its TwiML has come: Twilio answers. */
  readonly begin: (call: Call, verbs: readonly Verb[]) => void;
  readonly later: (call: Call, ms: number, what: () => void) => void;
  readonly finish: (call: Call, status: Call['status'], by: Call['endedBy']) => void;
  /** `askedAt`: when it was decided, ms. */
  readonly carryOut: (effect: CallEffect, askedAt: number) => Outcome;
  /** As `ask`, while nobody acts on the reply. */
  readonly mention: (call: Call, ref: CallbackRef, more: Readonly<Record<string, string>>) => void;
  /** Something is played to it beside its own document. */
  readonly overhear: (call: Call, ref: CallbackRef) => void;
  /** What it is owed is on its way. */
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
