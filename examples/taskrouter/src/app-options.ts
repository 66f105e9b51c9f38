import type { Server } from 'node:http';
import type { CallHooks, Clock, EventParams, Store, TaskOptions } from '@amd/core';
import type { TaskRouterForwarding, TwilioClient, WorkspaceDirectory } from '@amd/core/twilio';
import type { PageAssets, PhonePanel, WorkerFeed } from '@amd/dashboard';
import type { Logger } from 'pino';

export interface AppOptions {
  readonly client: TwilioClient;
  readonly directory: WorkspaceDirectory;
  readonly accountSid: string;
  /** The current auth token and, during a rotation, the previous one. */
  readonly authTokens: readonly string[];
  readonly publicBaseUrl: string;
  /** Settings of every call. */
  readonly settings?: TaskOptions | undefined;
  /** Attributes of a worker that may hold their number; the directory gets the same list. */
  readonly phoneAttributes?: readonly string[] | undefined;
  /** How long a worker cools down, in seconds. */
  readonly coolDownSeconds: number;
  /** Calls started per second; default: no limit. */
  readonly callsPerSecond?: number | undefined;
  readonly hooks?: CallHooks | undefined;
  /** Numbers and prefixes that may be dialled. */
  readonly dialAllow: readonly string[];
  readonly ownNumbers: readonly string[];
  readonly limits?: {
    readonly atOnce: number;
    readonly perCaller: { readonly calls: number; readonly seconds: number };
  };
  /** How long ended calls are remembered. */
  readonly callLogDays: number;
  /** For the page; `null`: it is open on this machine while `publicBaseUrl` is an address of this machine, otherwise off. */
  readonly password: string | null;
  /** For `/metrics`; without it, the page's rule applies. */
  readonly metricsToken?: string | null | undefined;
  readonly phone?: PhonePanel | null | undefined;
  /** Called with every TaskRouter event. */
  readonly onEvent?: ((event: EventParams) => void) | undefined;
  readonly store?: Store | undefined;
  readonly clock?: Clock | undefined;
  /** How often callers whom no process serves are looked for, in ms; default: never. */
  readonly recoverEveryMs?: number | undefined;
  /** The page's files; default: the built ones. */
  readonly assets?: PageAssets | undefined;
  readonly logger: Logger;
}

export interface App {
  /** For `createServer`: answers the webhooks, and hands everything else to Express. */
  readonly listener: TaskRouterForwarding['listener'];
  readonly calls: TaskRouterForwarding['runtime'];
  readonly workers: TaskRouterForwarding['workers'];
  readonly store: Store;
  readonly feed: WorkerFeed;
  /** Serves the page's socket on the server that has the listener. */
  attach(server: Server): void;
  start(): void;
  /** `/readyz` says no from now on. */
  unready(): void;
  /** Not ready either, and the pages are cut; once `closed` (no webhook is under way), so is the work. */
  drain(closed: Promise<void>): Promise<void>;
}
