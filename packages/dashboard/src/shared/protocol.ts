/**
 * What the server and the page say to each other. Plain data; the socket only carries it: the truth is in the sequence
 * numbers. Times in ms since the epoch.
 */

import type { WorkersEvents, SwitchResult } from './worker-events.js';

export type LegPhase =
  | 'requested'
  | 'placed'
  | 'ringing'
  | 'detecting'
  | 'confirming'
  | 'farewell'
  | 'joining'
  | 'bridged'
  | 'ending'
  | 'ended';

export type CallerPhase = 'arriving' | 'held' | 'joining' | 'connected' | 'fallingBack' | 'ended';

/** One outbound call to one person, as a bar in time. */
export interface LegRow {
  /** From 1. */
  readonly id: number;
  /** Empty when the person has no name. */
  readonly name: string;
  readonly to: string;
  readonly phase: LegPhase;
  /** One of Twilio's `AnsweredBy` values, once known. */
  readonly answeredBy: string | null;
  /** `bridged`, `answered`, `hungUp`, `notReached`, `refused`, `stopped`, `lost`; `null` while it lives. */
  readonly result: string | null;
  /** What to add to the result for people: `busy`, `no-answer`, why Twilio refused. Empty when there is nothing. */
  readonly detail: string;
  /** This leg has, or had, the caller. */
  readonly won: boolean;
  /** The worker that TaskRouter held for it; `null` when there is no TaskRouter. A worker without a phone has no call. */
  readonly reservation: {
    readonly worker: string;
    /** `accepted`, `rejected`, `timeout`, `canceled`, `rescinded`; `null` while it is open. */
    readonly result: string | null;
    /** Where the worker goes when it is rejected. */
    readonly sends: 'coolDown' | 'offline' | null;
    readonly assignedAt: number;
    readonly endedAt: number | null;
  } | null;
  readonly requestedAt: number;
  /** How long it was in Twilio's queue before Twilio began to dial, ms. */
  readonly queuedMs: number | null;
  readonly ringingAt: number | null;
  readonly answeredAt: number | null;
  /** They first heard something. */
  readonly greetedAt: number | null;
  readonly verdictAt: number | null;
  /** They took the call by a key. */
  readonly keyAt: number | null;
  /** A robot screened the call for them. */
  readonly screened: boolean;
  readonly joinedAt: number | null;
  readonly endedAt: number | null;
}

/** One inbound call. */
export interface CallRow {
  readonly kind: 'call';
  /** The inbound CallSid. */
  readonly sid: string;
  /** Rises with every change; a row with a lower one is old news. */
  readonly version: number;
  /** As the network said it: any text. */
  readonly from: string;
  readonly to: string;
  readonly phase: CallerPhase;
  /** `connected`, `unanswered`, `handedOff`, `callerLeft`; `null` while it is open. */
  readonly result: string | null;
  readonly startedAt: number;
  readonly heldAt: number | null;
  readonly wonAt: number | null;
  readonly connectedAt: number | null;
  readonly fallbackAt: number | null;
  readonly endedAt: number | null;
  /** How long a message the caller left, s. */
  readonly messageSeconds: number | null;
  /** Over for the caller and for every leg. */
  readonly final: boolean;
  readonly legs: readonly LegRow[];
}

/** Figures over the calls that the feed holds. */
export interface Totals {
  /** Calls whose caller is still on the line. */
  readonly live: number;
  /** Of these, callers not connected to anybody yet. */
  readonly waiting: number;
  /** When the longest waiting caller called; `null` when nobody waits. */
  readonly waitingSince: number | null;
  /** Calls held by the feed, live and ended. */
  readonly calls: number;
  readonly connected: number;
  /** Legs that were answered and judged, by what answered. */
  readonly answered: number;
  readonly humans: number;
  readonly machines: number;
}

/** What a feed holds, by its SID. */
export interface Keyed {
  readonly sid: string;
  readonly version: number;
}

/** Everything there is: the answer to a first `sync`, and to one that cannot be answered by what changed. */
export interface Snapshot<Row extends Keyed = CallRow, Figures = Totals> {
  readonly kind: 'snapshot';
  /** Names the feed that counts; another one after a restart. */
  readonly epoch: string;
  readonly seq: number;
  /** Server time, to show elapsed times by. */
  readonly now: number;
  readonly rows: readonly Row[];
  readonly totals: Figures;
}

/** What changed after `from` up to `seq`: rows to put in place of those with the same `sid`, and SIDs to forget. */
export interface Delta<Row extends Keyed = CallRow, Figures = Totals> {
  readonly kind: 'delta';
  readonly epoch: string;
  /** The sequence number that the receiver must be at; otherwise it asks for `sync`. */
  readonly from: number;
  readonly seq: number;
  readonly now: number;
  readonly rows: readonly Row[];
  readonly gone: readonly string[];
  readonly totals: Figures;
}

export type Update<Row extends Keyed = CallRow, Figures = Totals> = Snapshot<Row, Figures> | Delta<Row, Figures>;

/** Somebody to ring. */
export interface ListedPerson {
  readonly name: string;
  /** E.164. */
  readonly to: string;
}

/** Whom to ring for calls to one inbound number; `*` is the list for every other number. */
export interface PeopleList {
  readonly inbound: string;
  /** For `save`: what the editor has seen. 0: never saved, so the configured list is in force. */
  readonly revision: number;
  /** `configured`: from the environment; `saved`: edited here. */
  readonly source: 'configured' | 'saved';
  readonly people: readonly ListedPerson[];
  readonly savedAt: number | null;
}

export interface PeopleProblem {
  /** Position in the list; `null`: the list as a whole. */
  readonly index: number | null;
  readonly field: 'name' | 'to' | 'list';
  /** A sentence that says what to do. */
  readonly message: string;
}

export type SaveResult =
  | { readonly ok: true; readonly list: PeopleList }
  /** Somebody else saved first: nothing was written; `list` is what is stored now. */
  | { readonly ok: false; readonly code: 'conflict'; readonly list: PeopleList }
  | { readonly ok: false; readonly code: 'invalid'; readonly problems: readonly PeopleProblem[] }
  | { readonly ok: false; readonly code: 'failed'; readonly message: string };

/** One phone of the simulator. */
export interface PhoneCall {
  readonly sid: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  /** Twilio's call status. */
  readonly status: string;
  /** It rings for you: `answer` or `decline` it. */
  readonly ringsForYou: boolean;
  /** You are on this call: `press` and `hangUp` do something. */
  readonly yours: boolean;
  /** The last sentence this party heard. */
  readonly heard: string;
  readonly startedAt: number;
}

/** Who may answer at one number. */
export interface PhonePerson {
  readonly to: string;
  readonly name: string;
  /** One of `PhoneState.kinds`. */
  readonly answers: string;
}

export interface PhoneState {
  /** Numbers of ours that can be called. */
  readonly numbers: readonly string[];
  /** What may answer, such as `you`, `human`, `voicemail`; `label` for people. */
  readonly kinds: readonly { readonly kind: string; readonly label: string }[];
  readonly people: readonly PhonePerson[];
  /** Live calls, oldest first. */
  readonly calls: readonly PhoneCall[];
}

export type PhoneCommand =
  | { readonly do: 'call'; readonly from: string; readonly to: string }
  | { readonly do: 'choose'; readonly to: string; readonly answers: string }
  | { readonly do: 'answer' | 'decline' | 'hangUp'; readonly sid: string }
  | { readonly do: 'press'; readonly sid: string; readonly digits: string };

export type PhoneResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** What the page is told about itself when it connects. */
export interface Welcome {
  /** The simulator's phones can be used. */
  readonly phone: boolean;
  /** A password was asked for, so one can log out. */
  readonly canLogOut: boolean;
}

export interface ServerToPage<Row extends Keyed = CallRow, Figures = Totals> {
  welcome: (welcome: Welcome) => void;
  update: (update: Update<Row, Figures>) => void;
  /** Some list was saved, by anybody. */
  people: (lists: readonly PeopleList[]) => void;
  phone: (state: PhoneState) => void;
  /** New events of TaskRouter, to a page that asked for them. */
  events: (news: WorkersEvents) => void;
}

export interface PageToServer<Row extends Keyed = CallRow, Figures = Totals> {
  /** Asks for what happened after `seq` of `epoch`; the answer is an `Update`. Before it, no `update` is sent. */
  sync: (since: { epoch: string; seq: number } | null, answer: (update: Update<Row, Figures>) => void) => void;
  peopleLists: (answer: (lists: readonly PeopleList[]) => void) => void;
  savePeople: (
    save: { inbound: string; revision: number; people: readonly ListedPerson[] | null },
    answer: (result: SaveResult) => void,
  ) => void;
  phoneState: (answer: (state: PhoneState | null) => void) => void;
  phone: (command: PhoneCommand, answer: (result: PhoneResult) => void) => void;
  /** `ok`: the request is written down. Whether TaskRouter grants it is told in the worker's row. */
  switchWorker: (request: { worker: string; on: boolean }, answer: (result: SwitchResult) => void) => void;
  /** The events so far are the answer to `true`; `null` when there are none to be had. */
  watchEvents: (on: boolean, answer: (events: WorkersEvents | null) => void) => void;
}

/** Why a page cannot connect, as far as the server knows. */
export interface DoorState {
  /** `out`: log in first, or the page is off. `elsewhere`: the page was opened at an address that is not its own. */
  readonly door: 'open' | 'out' | 'elsewhere';
  /** Where the page is at home. */
  readonly address: string;
}

/** Where the page is, and what else answers beside it. */
export const PATHS = {
  page: '/',
  /** Leads to the page. */
  front: '/dashboard',
  script: '/dashboard/app.js',
  style: '/dashboard/app.css',
  login: '/dashboard/login',
  logout: '/dashboard/logout',
  /** Asked by a page that cannot connect, to learn why: see `DoorState`. */
  door: '/dashboard/door',
  doorStyle: '/dashboard/door.css',
  doorScript: '/dashboard/door.js',
  socket: '/dashboard/socket',
  callsJson: '/calls.json',
  callsCsv: '/calls.csv',
} as const;
