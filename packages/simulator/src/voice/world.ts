import type { SimulatorClock } from '../clock/clock.js';
import type { PendingWork } from '../clock/pending-work.js';
import type { Person } from '../people/person.js';
import type { Identifiers } from '../random.js';
import type { RepeatHook } from '../repeats.js';
import type { Workspace } from '../taskrouter/model.js';
import type { Toggles } from '../toggles.js';
import type { Params, SharedKey } from '../wire/signature.js';
import type { WebhookTransport } from '../wire/transport.js';
import type { Call } from './call.js';
import type { Conference } from './conference.js';
import type { DebuggerEntry } from './debugger.js';
import type { TimelineEntry, TimelineKind } from './timeline.js';

/** A phone number of the account. */
export interface PhoneNumber {
  phoneNumber: string;
  sid: string;
  voiceUrl?: string | undefined;
  voiceMethod?: 'GET' | 'POST' | undefined;
  voiceFallbackUrl?: string | undefined;
  voiceFallbackMethod?: 'GET' | 'POST' | undefined;
  statusCallback?: string | undefined;
  statusCallbackMethod?: 'GET' | 'POST' | undefined;
}

/** Random faults of notifications, the same for the same seed. Requests for TwiML have an option of their own: `repeats`. */
export interface Disorder {
  seed: number;
  /** Each notification is late by up to this many ms, so independent ones overtake each other (default 2000). */
  maxDelayMs?: number;
  /** Probability (0–1) that a notification is never sent (default 0). */
  lose?: number;
  /** Probability (0–1) that a notification is sent twice with the same idempotency token (default 0). */
  duplicate?: number;
}

/** A notification to send. */
export interface Notification {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: Params;
  /** CallSid or ConferenceSid. */
  readonly about: string;
  readonly name: string;
  /** Code of the debugger entry when it cannot be delivered. */
  readonly failureCode: number;
}

/** Moments of a leg that a caller may react to. */
export type LegMoment = 'leg-ringing' | 'leg-detecting' | 'leg-human' | 'bridged';

/** State shared by all parts of the simulator. */
export interface World {
  readonly accountSid: string;
  readonly authToken: string;
  /** Signs webhooks in place of the auth token. */
  sharedKey: SharedKey | undefined;
  readonly clock: SimulatorClock;
  readonly pending: PendingWork;
  readonly ids: Identifiers;
  readonly toggles: Toggles;
  /** ISO codes of countries that may not be called. */
  readonly forbiddenCountries: ReadonlySet<string>;
  readonly trial: boolean;
  readonly transport: WebhookTransport;
  readonly repeats: RepeatHook | undefined;
  /** Cancel functions of retries and late copies of TwiML requests not yet sent. */
  readonly underway: Set<() => void>;
  readonly numbers: Map<string, PhoneNumber>;
  readonly callerIds: Set<string>;
  /** Inbound calls by the token they were sent with. */
  readonly tokens: Map<string, Call>;
  readonly calls: Map<string, Call>;
  readonly liveInbound: Set<Call>;
  readonly conferences: Map<string, Conference>;
  /** Conferences that can be entered, by name. */
  readonly rooms: Map<string, Conference>;
  /** TaskRouter's workspaces, by SID. */
  readonly workspaces: Map<string, Workspace>;
  readonly person: (to: string) => Person | undefined;
  /** When the next created call leaves the queue (epoch ms). */
  nextDeparture: () => number;
  /** Calls not yet over. */
  live: number;
  closed: boolean;
  notify(notification: Notification): void;
  record(kind: TimelineKind, about: string | undefined, text: string, detail?: TimelineEntry['detail']): void;
  debug(entry: Omit<DebuggerEntry, 'at'>): void;
  moment(moment: LegMoment, leg: Call): void;
}

/** Runs an action later on the simulator's clock, unless the call has ended by then. */
export function after(world: World, call: Call, ms: number, run: () => void): () => void {
  const cancel = world.clock.wakeAt(world.clock.now() + ms, () => {
    forget();
    run();
  });
  const forget = call.keep(cancel);
  return () => {
    forget();
    cancel();
  };
}
