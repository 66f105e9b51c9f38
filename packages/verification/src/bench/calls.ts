import {
  createCallLimits,
  createMemoryStore,
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  formatRef,
  CALLBACKS,
  type CallbackPurpose,
  type CallLimitsOptions,
  type CallSid,
  type Clock,
  type Execution,
  type ForwardingConfig,
  type ForwardingEvent,
  type OutcomeEvent,
  type Reply,
  type CallEffect,
  type Runtime,
  type Store,
  type TimerEvent,
} from '@amd/core';
import { createForwardingEndpoint, sign, type Endpoint, type HttpRequest } from '@amd/core/http';
import { executions, NUMBERS, payloads, sids, type Payload } from '@amd/core/testing';

export const BASE = 'https://example.com';
export const TOKEN = 'a token of no account, for the bench';
export const ACCOUNT = sids.account();

const FIRST_CALLER = 1_000_000;
const FIRST_LEG = 500_000_000;

/** Returns the SID of the n-th caller. */
export function callerSid(n: number): string {
  return sids.call(FIRST_CALLER + n);
}

function legSid(n: number): string {
  return sids.call(FIRST_LEG + n);
}

function callerNumber(n: number): string {
  return `+1212${String(5_550_000 + (n % 10_000))}`;
}

/** Returns the SID of a caller's only leg, from the digits of the caller's SID. */
export function legSidOf(caller: number): string {
  return legSid(caller - FIRST_CALLER);
}

/** Everything from the endpoint to the memory store, and a Twilio that accepts everything at once. */
export interface Bench {
  readonly endpoint: Endpoint;
  readonly runtime: Runtime<ForwardingEvent | OutcomeEvent | TimerEvent, Reply>;
  readonly store: Store;
}

export interface BenchOptions {
  readonly clock?: Clock | undefined;
  readonly config?: Partial<ForwardingConfig>;
  /** Default: a memory store. */
  readonly store?: Store;
  /** Default: no limits. */
  readonly limits?: Omit<CallLimitsOptions, 'store' | 'clock'>;
  /** Default: the store is never asked for work of other processes. */
  readonly pollMs?: number | null;
}

export function createBench(options: BenchOptions = {}): Bench {
  const { clock, config, store = createMemoryStore(), limits, pollMs = null } = options;
  const log = (): void => undefined;
  const runtime = createRuntime({
    flow: forwarding,
    config: { ...DEFAULT_FORWARDING_CONFIG, ...config },
    store,
    clock,
    pollMs,
    log,
    execute: (effect) => Promise.resolve(answerOf(effect)),
  });
  const endpoint = createForwardingEndpoint({
    runtime,
    publicBaseUrl: BASE,
    accountSid: ACCOUNT,
    authTokens: [TOKEN],
    resolve: () => ({ forwardTo: [NUMBERS.ann] }),
    clock,
    log,
    limits: limits && createCallLimits({ ...limits, store, clock }),
  });
  return { endpoint, runtime, store };
}

function answerOf(effect: CallEffect): Execution {
  switch (effect.type) {
    case 'call.create':
      return executions.created(legSidOf(Number(effect.answered.key.slice(2))) as CallSid);
    case 'call.fetch':
      return executions.fetched('in-progress');
    case 'call.end':
    case 'call.redirect':
    case 'call.announce':
      return executions.done();
  }
}

/** A webhook as Twilio posts it. */
export interface Signed {
  readonly path: string;
  readonly query: string;
  readonly signature: string;
  readonly body: string;
}

export function signed(path: string, query: string, payload: Payload): Signed {
  const body = new URLSearchParams(payload).toString();
  const url = BASE + path + (query === '' ? '' : `?${query}`);
  return { path, query, signature: sign(TOKEN, url, new Map(Object.entries(payload))), body };
}

export function plain({ path, query, signature, body }: Signed): HttpRequest {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
  return { method: 'POST', path, query, headers, body };
}

/** The webhooks of the n-th call, by what they report. */
export const webhooks = {
  inbound: (n: number): Signed =>
    signed('/inbound', '', payloads.inbound({ sid: callerSid(n), from: callerNumber(n) })),
  initiated: (n: number): Signed => leg(n, 'leg.status', payloads.status({ sid: legSid(n), status: 'initiated' })),
  ringing: (n: number): Signed => leg(n, 'leg.status', payloads.status({ sid: legSid(n), status: 'ringing' })),
  answered: (n: number): Signed => leg(n, 'leg.answered', payloads.answered({ sid: legSid(n) })),
  machine: (n: number): Signed =>
    leg(n, 'leg.answered', payloads.answered({ sid: legSid(n), answeredBy: 'machine_start' })),
  legCanceled: (n: number): Signed => leg(n, 'leg.status', payloads.status({ sid: legSid(n), status: 'canceled' })),
  legCompleted: (n: number): Signed => leg(n, 'leg.status', payloads.status({ sid: legSid(n), status: 'completed' })),
  callerDocument: (n: number): Signed =>
    signed(
      CALLBACKS['caller.document'].path,
      refQuery(n, 0, 'caller.document'),
      payloads.callerDocument({ sid: callerSid(n) }),
    ),
  callerCompleted: (n: number): Signed => signed('/inbound/status', '', payloads.callerStatus({ sid: callerSid(n) })),
  joined: (n: number, who: 'caller' | 'leg'): Signed =>
    signed(
      CALLBACKS.conference.path,
      refQuery(n, 0, 'conference'),
      payloads.conference({ event: 'join', sid: who === 'caller' ? callerSid(n) : legSid(n) }),
    ),
};

function leg(n: number, purpose: CallbackPurpose, payload: Payload): Signed {
  return signed(CALLBACKS[purpose].path, refQuery(n, 1, purpose), payload);
}

function refQuery(n: number, legId: number, purpose: CallbackPurpose): string {
  return `ref=${formatRef({ flow: 'forwarding', key: callerSid(n), visit: 1, leg: legId, purpose })}`;
}
