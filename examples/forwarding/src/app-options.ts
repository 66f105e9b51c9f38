import type { RequestListener, Server } from 'node:http';
import type { CallHooks, CallOptions, Clock, Store } from '@amd/core';
import type { ArrivingCall, CallForwarding, TwilioClient } from '@amd/core/twilio';
import type { CallFeed, ListedPerson, PageAssets, PeopleLists, PhonePanel } from '@amd/dashboard';
import type { Logger } from 'pino';

export interface AppOptions {
  readonly client: TwilioClient;
  readonly accountSid: string;
  /** The current auth token and, during a rotation, the previous one. */
  readonly authTokens: readonly string[];
  readonly publicBaseUrl: string;
  /** Whom to ring, by inbound number, `*` for all others; the page edits it. */
  readonly configured: ReadonlyMap<string, readonly ListedPerson[]>;
  /** Settings of every call. */
  readonly callSettings?: Omit<CallOptions, 'forwardTo'> | undefined;
  /** Overrides the page and `callSettings` for a call. */
  readonly callOptions?: ((call: ArrivingCall) => CallOptions | undefined) | undefined;
  readonly hooks?: CallHooks | undefined;
  /** Calls started per second; default: no limit. */
  readonly callsPerSecond?: number | undefined;
  /** Numbers and prefixes that may be dialled. */
  readonly dialAllow: readonly string[];
  readonly ownNumbers: readonly string[];
  readonly limits?: {
    readonly atOnce: number;
    readonly perCaller: { readonly calls: number; readonly seconds: number };
  };
  /** How long ended calls stay on the page and in the log. */
  readonly callLogDays: number;
  /** For the page; `null`: it is open on this machine while `publicBaseUrl` is an address of this machine, otherwise off. */
  readonly password: string | null;
  /** For `/metrics`; without it, the page's rule applies. */
  readonly metricsToken?: string | null | undefined;
  readonly phone?: PhonePanel | null | undefined;
  readonly store?: Store | undefined;
  readonly clock?: Clock | undefined;
  /** How often callers whom no process serves are looked for, in ms; default: never. */
  readonly recoverEveryMs?: number | undefined;
  /** The page's files; default: the built ones. */
  readonly assets?: PageAssets | undefined;
  readonly logger: Logger;
}

export interface App {
  /** For `createServer`: answers the webhooks, and passes everything else to Express. */
  readonly listener: RequestListener;
  readonly runtime: CallForwarding['runtime'];
  readonly store: Store;
  readonly feed: CallFeed;
  readonly lists: PeopleLists;
  /** Begins to do what is due. */
  start(): void;
  /** Serves the page's socket on the server that has the listener. */
  attach(server: Server): void;
  /** Makes `/readyz` say no from now on. */
  unready(): void;
  /** Does the same and disconnects the pages; stops the work once `closed` (no webhook is in progress). */
  drain(closed: Promise<void>): Promise<void>;
}
