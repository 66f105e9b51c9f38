import { expect, test } from 'vitest';
import {
  createMemoryStore,
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  type Store,
} from '../../src/index.js';
import { createForwardingEndpoint } from '../../src/http/index.js';
import type { HttpRequest } from '../../src/http/message.js';
import { sign } from '../../src/http/security/signature.js';
import { manualClock, payloads } from '../../src/testing/index.js';
import { BASE, TOKEN, webhook } from '../helpers/webhooks.js';
import { silent } from '../helpers/silent.js';

/**
 * One captured, correctly signed webhook, and what an attacker without a token can make of it. All variants keep its signature or
 * go without one; the official middleware answered 200 to most.
 */
function scene(): { store: Store; send: (request: HttpRequest) => Promise<number>; snapshot: () => Promise<string> } {
  const store = createMemoryStore();
  const clock = manualClock();
  const runtime = createRuntime({
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    store,
    clock,
    pollMs: null,
    execute: () => Promise.resolve({ kind: 'notExecuted', reason: 'not here', afterMs: 60_000 }),
    log: silent,
  });
  const endpoint = createForwardingEndpoint({
    runtime,
    clock,
    publicBaseUrl: BASE,
    authTokens: [TOKEN, 'previous'],
    resolve: () => ({ forwardTo: ['+14155550142'] }),
    log: silent,
  });
  return {
    store,
    send: async (request) => (await endpoint.handle(request)).status,
    snapshot: async () => JSON.stringify((await store.list({ prefix: '', limit: 100 })).records),
  };
}

const key = payloads.inbound()['CallSid'] ?? '';
const LEG = `ref=forwarding.${key}.1.1`;
const params = payloads.answered();
const captured = webhook('/outbound', { ...params }, { query: LEG });
const form = (pairs: readonly [string, string][]): string => new URLSearchParams(pairs).toString();
const entries = Object.entries(params);
const without = (...names: string[]): [string, string][] => entries.filter(([name]) => !names.includes(name));
const folded = [...entries]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, value]) => name + value)
  .join('');

test.each<readonly [string, HttpRequest]>([
  ['a parameter repeated', { ...captured, body: `${captured.body}&CallStatus=in-progress` }],
  [
    'a value shifted into its name',
    { ...captured, body: form([...without('AnsweredBy'), [`AnsweredBy${params['AnsweredBy'] ?? ''}`, '']]) },
  ],
  ['everything folded into one name', { ...captured, body: form([[folded, '']]) }],
  ['all parameters moved to the address, the body empty', { ...captured, query: LEG + folded, body: '' }],
  ['a JSON body', { ...captured, headers: { ...captured.headers, 'content-type': 'application/json' }, body: '{}' }],
  [
    'a body that only bodySHA256 covers',
    webhook('/outbound', {}, { query: `${LEG}&bodySHA256=${'0'.repeat(64)}`, body: captured.body }),
  ],
  ['__proto__ as a name', { ...captured, body: `${captured.body}&__proto__=x` }],
  ['constructor as a name', { ...captured, body: `${captured.body}&constructor=x` }],
  ['no signature', { ...captured, headers: { ...captured.headers, 'x-twilio-signature': undefined } }],
  ['an empty signature', { ...captured, headers: { ...captured.headers, 'x-twilio-signature': '' } }],
  ['another key', webhook('/outbound', { ...params }, { query: LEG, token: 'another' })],
  ['another host', webhook('/outbound', { ...params }, { query: LEG, base: 'https://evil.example.net' })],
])('%s is refused and changes nothing', async (_, mutant) => {
  const { send, snapshot } = scene();
  expect(await send(webhook('/inbound', payloads.inbound()))).toBe(200);
  const before = await snapshot();
  const status = await send(mutant);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(await snapshot()).toBe(before);
});

test('a replay leaves the state unchanged', async () => {
  const { send, snapshot } = scene();
  const inbound = webhook('/inbound', payloads.inbound());
  await send(inbound);
  for (const request of [
    inbound,
    webhook('/outbound/status', payloads.status({ status: 'ringing' }), { query: LEG }),
    captured,
  ]) {
    expect(await send(request)).toBeLessThan(300);
    const before = await snapshot();
    expect(await send(request)).toBeLessThan(300);
    expect(await snapshot()).toBe(before);
  }
});

test('the current and the previous token are both accepted during a rotation', async () => {
  const { send } = scene();
  expect(await send(webhook('/inbound', payloads.inbound()))).toBe(200);
  expect(await send(webhook('/inbound', payloads.inbound(), { token: 'previous' }))).toBe(200);
  expect(sign('previous', BASE, new Map())).not.toBe(sign(TOKEN, BASE, new Map()));
});
