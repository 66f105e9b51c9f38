import {
  createMemoryStore,
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  type CallLimits,
  type CallOptions,
  type Clock,
  type ForwardingState,
  type Hooks,
  type LiveForwarding,
  type Store,
} from '@amd/core';
import { callbackUrls, createForwardingEndpoint, type ArrivingCall, type Log, type LogEntry } from '@amd/core/http';
import { createTwilioExecutor, lostCallers, recoverLostCallers } from '@amd/core/twilio';
import {
  createSimulator,
  handlerTransport,
  type Simulator,
  type SimulatorHttpClient,
  type SimulatorOptions,
} from '@amd/simulator';
import twilio from 'twilio';
import { elsewhere } from './elsewhere.js';

export const BASE = 'https://amd.example.com';
export const OUR_NUMBER = '+14155550199';
export const CALLER = '+12125550123';

export interface TestApp {
  readonly sim: Simulator;
  readonly store: Store;
  /** Newest state of every call, by the caller's SID. */
  readonly states: ReadonlyMap<string, LiveForwarding>;
  readonly log: readonly LogEntry[];
  readonly failures: readonly unknown[];
  stop(): Promise<void>;
}

/** The parts of one node. */
export interface ForwardingNodeParts {
  readonly sim: Simulator;
  readonly store: Store;
  readonly clock: Clock;
  readonly httpClient: SimulatorHttpClient;
  readonly pollMs: number | null;
  readonly settings: CallOptions | ((call: ArrivingCall) => CallOptions);
  readonly hooks?: Hooks | undefined;
  readonly limits?: Pick<CallLimits, 'admit'> | undefined;
  readonly log: (entry: LogEntry) => void;
}

/** Leaves out what a scenario makes Twilio refuse: the application is not at fault. */
export function besidesRefusals(log: Log): Log {
  return (entry) => {
    if (entry.code !== 'rest.refused' && entry.code !== 'rest.failed') log(entry);
  };
}

/** Creates one process of the product, without its port: endpoint, runtime, official client. */
export function forwardingNode(parts: ForwardingNodeParts) {
  const { sim, store, clock, settings } = parts;
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: parts.httpClient as never });
  const url = callbackUrls(BASE);
  const log = besidesRefusals(parts.log);
  const runtime = createRuntime({
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    store,
    clock,
    pollMs: parts.pollMs,
    hooks: parts.hooks,
    random: () => 0.5,
    log,
    execute: createTwilioExecutor({
      client,
      url,
      mayDial: () => true,
      ownNumbers: [OUR_NUMBER],
      clock,
      log,
    }),
  });
  const endpoint = createForwardingEndpoint({
    runtime,
    publicBaseUrl: BASE,
    authTokens: [sim.authToken],
    accountSid: sim.accountSid,
    resolve: (call) => (typeof settings === 'function' ? settings(call) : settings),
    limits: parts.limits,
    log: parts.log,
    resolveBudgetMs: 500,
    clock,
  });
  /** Looks for callers without a record. */
  const lost = { client, store, url, publicBaseUrl: BASE, clock };
  const recover = () => recoverLostCallers(lost);
  /** The same, repeatedly: each check remembers what the last one has seen. */
  const look = lostCallers(lost);
  return { runtime, endpoint, recover, look };
}

/** Creates the whole product on one virtual clock: simulator, official client, signed webhooks, endpoint, runtime, memory. */
export function forwardingApp(
  settings: CallOptions | ((call: ArrivingCall) => CallOptions),
  {
    hooks,
    clockOf = (clock) => clock,
    ...simulator
  }: Partial<SimulatorOptions> & { readonly hooks?: Hooks; readonly clockOf?: (clock: Clock) => Clock } = {},
): TestApp {
  const states = new Map<string, LiveForwarding>();
  const log: LogEntry[] = [];
  const failures: unknown[] = [];
  const sim = createSimulator({
    numbers: [{ phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` }],
    transport: handlerTransport((request) => elsewhere(request) ?? endpoint.fetch(request)),
    idle: () => runtime.idle(),
    ...simulator,
  });
  const store = createMemoryStore();
  const { runtime, endpoint } = forwardingNode({
    sim,
    store,
    clock: clockOf(sim.clock),
    httpClient: sim.httpClient,
    pollMs: null,
    settings,
    hooks,
    log: (entry) => log.push(entry),
  });
  runtime.events.on('committed', ({ key, state }: { key: string; state: ForwardingState }) => {
    if (state.kind === 'call') states.set(key.slice(key.indexOf(':') + 1), state);
  });
  runtime.events.on('failure', ({ error }) => failures.push(error));
  runtime.start();
  return {
    sim,
    store,
    states,
    log,
    failures,
    stop: async () => {
      sim.close();
      await runtime.stop();
    },
  };
}
