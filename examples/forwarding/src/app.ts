import express, { type Express } from 'express';
import {
  createMemoryStore,
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  type CallOptions,
  type Clock,
  type ForwardingEvent,
  type ForwardingState,
  type ObservableRuntime,
  type OutcomeEvent,
  type Reply,
  type TimerEvent,
} from '@amd/core';
import { callbackUrls, createForwardingEndpoint, type ArrivingCall, toNodeListener } from '@amd/core/http';
import { createTwilioExecutor, type TwilioClient } from '@amd/core/twilio';
import { overview } from './overview.js';

export interface AppOptions {
  readonly client: TwilioClient;
  readonly accountSid: string;
  /** The present auth token and, during a rotation, the previous one. */
  readonly authTokens: readonly string[];
  readonly publicBaseUrl: string;
  /** Whom to ring, and how, for each inbound call. */
  readonly resolve: (call: ArrivingCall) => CallOptions;
  /** What may ever be dialled. */
  readonly mayDial: (to: string) => boolean;
  readonly ownNumbers: readonly string[];
  readonly clock?: Clock | undefined;
  readonly log: (entry: { level: 'warn' | 'error'; code: string; message: string }) => void;
}

export interface App {
  readonly express: Express;
  readonly runtime: ObservableRuntime<ForwardingState, ForwardingEvent | OutcomeEvent | TimerEvent, Reply>;
}

/** Wiring only: what happens to a call is decided by the flow. */
export function createApp(options: AppOptions): App {
  const { client, accountSid, authTokens, publicBaseUrl, resolve, mayDial, ownNumbers, clock, log } = options;
  const store = createMemoryStore();
  const runtime = createRuntime({
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    store,
    clock,
    execute: createTwilioExecutor({ client, url: callbackUrls(publicBaseUrl), mayDial, ownNumbers }),
  });
  runtime.events.on('failure', ({ error }) => {
    log({ level: 'error', code: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
  const endpoint = createForwardingEndpoint({ runtime, publicBaseUrl, accountSid, authTokens, resolve, log });

  const app = express();
  app.disable('x-powered-by');
  app.use(toNodeListener(endpoint));
  app.get(['/', '/index'], overview(store));
  return { express: app, runtime };
}
