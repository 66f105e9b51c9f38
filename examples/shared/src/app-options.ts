import type { Server } from 'node:http';
import type { CallHooks, Clock, Store } from '@amd/core';
import type { Started, TwilioClient } from '@amd/core/twilio';
import type { PageAssets, PhonePanel } from '@amd/dashboard';
import type { Logger } from 'pino';

/** What both examples are started with. */
export interface CommonOptions {
  readonly client: TwilioClient;
  readonly accountSid: string;
  /** The current auth token and, during a rotation, the previous one. */
  readonly authTokens: readonly string[];
  /** Secrets of shared keys by id. */
  readonly sharedKeys?: Readonly<Record<string, string>> | undefined;
  readonly publicBaseUrl: string;
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
  /** How long ended calls are remembered, and stay on the page and in the log. */
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

/** What both examples are, for the server that has them. */
export interface CommonApp {
  /** For `createServer`: answers the webhooks, and passes everything else to Express. */
  readonly listener: Started['listener'];
  readonly store: Store;
  /** Begins to do what is due. */
  start(): void;
  /** Serves the page's socket on the server that has the listener. */
  attach(server: Server): void;
  /** Makes `/readyz` say no from now on. */
  unready(): void;
  /** Does the same and disconnects the pages; stops the work once `closed` (no webhook is in progress). */
  drain(closed: Promise<void>): Promise<void>;
}
