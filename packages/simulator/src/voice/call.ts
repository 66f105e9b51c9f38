import type { AnsweredBy, Person } from '../people/person.js';
import type { Params } from '../wire/signature.js';
import type { Execution } from './execution.js';
import type { Membership } from './conference.js';
import type { Dialling, Tie } from './dialling.js';
import type { Dequeued, Queued } from './queue.js';
import type { StatusSubscription } from './status-callback.js';

/** Call states of REST (twilio.com/docs/voice/api/call-resource); `initiated` occurs only in webhooks. */
export type CallStatus =
  'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';

const FINAL: ReadonlySet<CallStatus> = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

/** True if a call with this status is over. */
export const isFinal = (status: CallStatus): boolean => FINAL.has(status);

/** An address that TwiML is requested from. */
export interface DocumentUrl {
  readonly url: string;
  readonly method: 'GET' | 'POST';
}

/** The requested detection; times in ms. */
export interface DetectionRequest {
  readonly mode: 'Enable' | 'DetectMessageEnd';
  readonly timeoutMs: number;
  readonly silenceMs: number;
  /** Undefined: synchronous. */
  readonly asynchronous: { readonly callback: DocumentUrl | undefined } | undefined;
}

/** A stretch of time in which two calls could hear each other. */
export interface Bridge {
  readonly with: string;
  /** Epoch ms. */
  readonly since: number;
  until: number | undefined;
}

export interface CallOptions {
  sid: string;
  direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  from: string;
  to: string;
  status: CallStatus;
  createdAt: number;
  /** The call whose `<Dial>` makes this one. */
  parent?: Call;
}

/** One leg, with everything the simulator knows about it. The application sees it through REST and webhooks only. */
export class Call {
  readonly sid: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  readonly from: string;
  readonly to: string;
  status: CallStatus;
  /** Left the queue: from now on it has status callbacks. */
  initiated = false;
  answeredBy: AnsweredBy | undefined;
  detectionMs: number | undefined;
  /** Detection is running. */
  detecting = false;
  readonly createdAt: number;
  queueMs = 0;
  ringingAt: number | undefined;
  answeredAt: number | undefined;
  verdictAt: number | undefined;
  endedAt: number | undefined;
  sipCode: number | undefined;
  /** Everything said and played to this party, in order. */
  readonly sounds: { readonly at: number; readonly text: string }[] = [];
  readonly bridges: Bridge[] = [];
  person: Person | undefined;
  /** Documents loaded so far. */
  documents = 0;
  /** From answer to the forced end, ms. */
  timeLimitMs = 4 * 3600 * 1000;
  detection: DetectionRequest | undefined;
  document: DocumentUrl | { readonly twiml: string } | undefined;
  fallback: DocumentUrl | undefined;
  subscription: StatusSubscription | undefined;
  /** Extra parameters of an inbound call: CallToken, CallerName, ForwardedFrom, StirVerstat. */
  extra: Params = [];
  execution: Execution | undefined;
  /** The conference this leg is in. */
  membership: Membership | undefined;
  /** The queue this caller is in, or was taken from by the worker they talk with. */
  queued: Queued | undefined;
  /** The caller that this leg took from a queue. */
  dequeued: Dequeued | undefined;
  /** Takes a digit while a verb listens; returns whether it was used. */
  listener: ((digit: string) => boolean) | undefined;
  /** Takes speech while a verb listens for it. */
  hears: ((words: string) => void) | undefined;
  /** How long the call waited for documents before it heard anything, ms. */
  fetchingMs = 0;
  /** When they first heard something from us. */
  firstHeardAt: number | undefined;
  /** The `<Dial>` being executed. */
  dialling: Dialling | undefined;
  /** The call whose `<Dial>` made this one. */
  readonly parent: Call | undefined;
  /** What still ties it to that `<Dial>`. */
  tie: Tie | undefined;
  /** The inbound call this leg was made for, as far as that can be determined. */
  caller: Call | undefined;
  readonly #timers = new Set<() => void>();
  readonly #ends: (() => void)[] = [];

  constructor(options: CallOptions) {
    this.sid = options.sid;
    this.direction = options.direction;
    this.from = options.from;
    this.to = options.to;
    this.status = options.status;
    this.createdAt = options.createdAt;
    this.parent = options.parent;
  }

  get live(): boolean {
    return !isFinal(this.status);
  }

  /** Keeps a cancel function until the call ends; the returned function forgets it. */
  keep(cancel: () => void): () => void {
    this.#timers.add(cancel);
    return () => this.#timers.delete(cancel);
  }

  cancelTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  onEnd(run: () => void): void {
    if (this.live) this.#ends.push(run);
    else run();
  }

  announceEnd(): void {
    for (const run of this.#ends.splice(0)) run();
  }
}
