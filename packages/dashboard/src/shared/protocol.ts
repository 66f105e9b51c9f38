/**
 * The protocol between server and page. Plain data; the socket only carries it: the sequence numbers decide. Times in ms since
 * the epoch.
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

/** One outbound call to one callee, as a bar in time. */
export interface LegRow {
  /** Starts at 1. */
  readonly id: number;
  /** Empty when the person has no name. */
  readonly name: string;
  readonly to: string;
  readonly phase: LegPhase;
  /** One of Twilio's `AnsweredBy` values, once known. */
  readonly answeredBy: string | null;
  /** `bridged`, `answered`, `hungUp`, `notReached`, `refused`, `stopped`, `lost`; `null` while it is live. */
  readonly result: string | null;
  /** Details of the result for people: `busy`, `no-answer`, why Twilio refused. Empty if there are none. */
  readonly detail: string;
  /** This leg has, or had, the caller. */
  readonly won: boolean;
  /** The worker that TaskRouter reserved; `null` without TaskRouter. A worker without a phone has no call. */
  readonly reservation: {
    readonly worker: string;
    /** `accepted`, `rejected`, `timeout`, `canceled`, `rescinded`; `null` while it is open. */
    readonly result: string | null;
    /** Where the worker goes when the reservation is rejected. */
    readonly sends: 'coolDown' | 'offline' | null;
    readonly assignedAt: number;
    readonly endedAt: number | null;
  } | null;
  readonly requestedAt: number;
  /** How long it was in Twilio's queue before Twilio began to dial, ms. */
  readonly queuedMs: number | null;
  readonly ringingAt: number | null;
  readonly answeredAt: number | null;
  /** When they first heard something. */
  readonly greetedAt: number | null;
  readonly verdictAt: number | null;
  /** When they took the call with a key. */
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
  /** Increases with every change; a row with a lower one is outdated. */
  readonly version: number;
  /** As reported by the network: any text. */
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
  /** Length of the message that the caller left, in seconds. */
  readonly messageSeconds: number | null;
  /** Over for the caller and for every leg. */
  readonly final: boolean;
  readonly legs: readonly LegRow[];
}

/** Figures over the calls that the feed holds. */
export interface Totals {
  /** Calls whose caller is still on the line. */
  readonly live: number;
  /** Of these, callers not connected yet. */
  readonly waiting: number;
  /** When the longest waiting caller called; `null` if no one waits. */
  readonly waitingSince: number | null;
  /** Calls held by the feed, live and ended. */
  readonly calls: number;
  readonly connected: number;
  /** Legs that were answered and judged, by what answered. */
  readonly answered: number;
  readonly humans: number;
  readonly machines: number;
}

/** A row of a feed, identified by its SID. */
export interface Keyed {
  readonly sid: string;
  readonly version: number;
}

/** The complete state: the answer to a first `sync`, and to one that changes cannot answer. */
export interface Snapshot<Row extends Keyed = CallRow, Figures = Totals> {
  readonly kind: 'snapshot';
  /** Identifies the feed that counts; changes after a restart. */
  readonly epoch: string;
  readonly seq: number;
  /** Server time, used to show elapsed times. */
  readonly now: number;
  readonly rows: readonly Row[];
  readonly totals: Figures;
}

/** What changed after `from` up to `seq`: rows that replace those with the same `sid`, and SIDs to forget. */
export interface Delta<Row extends Keyed = CallRow, Figures = Totals> {
  readonly kind: 'delta';
  readonly epoch: string;
  /** The sequence number that the receiver must have; otherwise it requests `sync`. */
  readonly from: number;
  readonly seq: number;
  readonly now: number;
  readonly rows: readonly Row[];
  readonly gone: readonly string[];
  readonly totals: Figures;
}

export type Update<Row extends Keyed = CallRow, Figures = Totals> = Snapshot<Row, Figures> | Delta<Row, Figures>;

/** A person to ring. */
export interface ListedPerson {
  readonly name: string;
  /** E.164. */
  readonly to: string;
}

/** Whom to ring for calls to one inbound number; `*` is the list for every other number. */
export interface PeopleList {
  readonly inbound: string;
  /** For `save`: the revision that the editor has seen. 0: never saved, so the configured list applies. */
  readonly revision: number;
  /** `configured`: from the environment; `saved`: edited here. */
  readonly source: 'configured' | 'saved';
  readonly people: readonly ListedPerson[];
  readonly savedAt: number | null;
}

/** What is wrong with a list of people, and with which field. */
export interface PeopleProblem {
  /** Position in the list; `null`: the list as a whole. */
  readonly index: number | null;
  readonly field: 'name' | 'to' | 'list';
  /** A sentence that says what to do. */
  readonly message: string;
}

/** What came of saving a list of people: the stored list, or why nothing was written. */
export type SaveResult =
  | { readonly ok: true; readonly list: PeopleList }
  /** Another person saved first: nothing was written; `list` is what is stored now. */
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
  /** You are on this call: `press` and `hangUp` take effect. */
  readonly yours: boolean;
  /** The last sentence this party heard. */
  readonly heard: string;
  readonly startedAt: number;
}

/** A person at one number. */
export interface PhonePerson {
  readonly to: string;
  readonly name: string;
  /** One of `PhoneState.kinds`. */
  readonly answers: string;
}

/** Everything the panel of simulated phones shows. */
export interface PhoneState {
  /** Numbers of ours that can be called. */
  readonly numbers: readonly string[];
  /** What may answer, such as `you`, `human`, `voicemail`; `label` for people. */
  readonly kinds: readonly { readonly kind: string; readonly label: string }[];
  readonly people: readonly PhonePerson[];
  /** Live calls, oldest first. */
  readonly calls: readonly PhoneCall[];
}

/** What a visitor does with a simulated phone. */
export type PhoneCommand =
  | { readonly do: 'call'; readonly from: string; readonly to: string }
  | { readonly do: 'choose'; readonly to: string; readonly answers: string }
  | { readonly do: 'answer' | 'decline' | 'hangUp'; readonly sid: string }
  | { readonly do: 'press'; readonly sid: string; readonly digits: string };

/** Whether a command was carried out; if not, a sentence that says why. */
export type PhoneResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** What the page learns about itself when it connects. */
export interface Welcome {
  /** The simulator's phones can be used. */
  readonly phone: boolean;
  /** A password was required, so a logout is possible. */
  readonly canLogOut: boolean;
}

export interface ServerToPage<Row extends Keyed = CallRow, Figures = Totals> {
  welcome: (welcome: Welcome) => void;
  update: (update: Update<Row, Figures>) => void;
  /** A list was saved, by anyone. */
  people: (lists: readonly PeopleList[]) => void;
  phone: (state: PhoneState) => void;
  /** New TaskRouter events, to a page that requested them. */
  events: (news: WorkersEvents) => void;
}

export interface PageToServer<Row extends Keyed = CallRow, Figures = Totals> {
  /** Requests what happened after `seq` of `epoch`; the answer is an `Update`. Before it, no `update` is sent. */
  sync: (since: { epoch: string; seq: number } | null, answer: (update: Update<Row, Figures>) => void) => void;
  peopleLists: (answer: (lists: readonly PeopleList[]) => void) => void;
  savePeople: (
    save: { inbound: string; revision: number; people: readonly ListedPerson[] | null },
    answer: (result: SaveResult) => void,
  ) => void;
  phoneState: (answer: (state: PhoneState | null) => void) => void;
  phone: (command: PhoneCommand, answer: (result: PhoneResult) => void) => void;
  /** `ok`: the request is recorded. The worker's row tells whether TaskRouter grants it. */
  switchWorker: (request: { worker: string; on: boolean }, answer: (result: SwitchResult) => void) => void;
  /** The answer to `true` is the events so far; `null` if there are none available. */
  watchEvents: (on: boolean, answer: (events: WorkersEvents | null) => void) => void;
}

/** Why a page cannot connect, as far as the server knows. */
export interface DoorState {
  /** `out`: log in first, or the page is off. `elsewhere`: the page was opened at a foreign address. */
  readonly door: 'open' | 'out' | 'elsewhere';
  /** The page's own address. */
  readonly address: string;
}

/** The page's path, and the others beside it. */
export const PATHS = {
  page: '/',
  /** Leads to the page. */
  front: '/dashboard',
  script: '/dashboard/app.js',
  style: '/dashboard/app.css',
  login: '/dashboard/login',
  logout: '/dashboard/logout',
  /** Requested by a page that cannot connect, to learn why: see `DoorState`. */
  door: '/dashboard/door',
  doorStyle: '/dashboard/door.css',
  doorScript: '/dashboard/door.js',
  socket: '/dashboard/socket',
  callsJson: '/calls.json',
  callsCsv: '/calls.csv',
} as const;
