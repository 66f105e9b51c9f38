import { createMemoryStore, type Store } from '@amd/core';
import {
  createForwardingEndpoint,
  callbackUrls,
  sign,
  type ForwardingEndpointOptions,
  type LogEntry,
} from '@amd/core/http';
import { recordKey } from '@amd/core';
import { manualClock, NUMBERS, type Payload, recorder, sids } from '@amd/core/testing';
import { setup, type Options } from '../runtime/setup.js';

export const BASE = 'https://voice.example.com';
export const TOKEN = '0123456789abcdef0123456789abcdef';
export const url = callbackUrls(BASE);
export const CALL_KEY = recordKey('forwarding', sids.call(0));

/** All of core except Twilio: endpoint, runtime, memory store and recorder, on a clock that stands still. */
export function edge(
  { store = createMemoryStore(), ...change }: { store?: Store } & Partial<ForwardingEndpointOptions> = {},
  runtimeChange: Omit<Partial<Options>, 'clock'> = {},
) {
  const clock = manualClock();
  const log: LogEntry[] = [];
  const scene = setup({ clock, store, execute: recorder(), ...runtimeChange });
  const endpoint = createForwardingEndpoint({
    runtime: scene.runtime,
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    accountSid: sids.account(),
    resolve: () => ({ forwardTo: [NUMBERS.ann, NUMBERS.ben] }),
    log: (entry) => log.push(entry),
    clock,
    ...change,
  });

  interface Bend {
    readonly ref?: string;
    /** Replaces the reference. */
    readonly query?: string;
    readonly signedFor?: string;
    readonly token?: string | null;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  }
  /** Posts a payload as Twilio would; `bend` changes it as an attacker might. */
  async function post(path: string, payload: Payload, bend: Bend = {}) {
    const query = bend.query ?? (bend.ref === undefined ? '' : `ref=${bend.ref}`);
    const address = `${bend.signedFor ?? BASE}${path}${query === '' ? '' : `?${query}`}`;
    const signature =
      bend.token === null
        ? {}
        : { 'x-twilio-signature': sign(bend.token ?? TOKEN, address, new Map(Object.entries(payload))) };
    return endpoint.handle({
      method: 'POST',
      path,
      query,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        host: 'evil.example.net',
        ...signature,
        ...bend.headers,
      },
      body: bend.body ?? new URLSearchParams(payload).toString(),
    });
  }
  const refOf = (leg: number): string => `forwarding.${sids.call(0)}.1.${String(leg)}`;
  return { ...scene, endpoint, log, post, refOf };
}
