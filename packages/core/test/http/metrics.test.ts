import { expect, test } from 'vitest';
import type { Measurement } from '../../src/runtime/metrics.js';
import { createForwardingEndpoint, type ForwardingEndpointOptions } from '../../src/http/index.js';
import { manualClock } from '../../src/testing/index.js';
import { twiml } from '../../src/wire/twiml.js';
import { ACCOUNT, BASE, CALLER, common, LEG, TOKEN, webhook } from '../helpers/webhooks.js';
import { silent } from '../helpers/silent.js';

const REF = `ref=forwarding.${CALLER}.1.2`;

function measured(change: Partial<ForwardingEndpointOptions> = {}) {
  const clock = manualClock();
  const told: Measurement[] = [];
  const endpoint = createForwardingEndpoint({
    runtime: {
      handle: async () => {
        await clock.advanceBy(250);
        return twiml({ verb: 'hangup' });
      },
    },
    clock,
    publicBaseUrl: `${BASE}/voice`,
    authTokens: [TOKEN],
    accountSid: ACCOUNT,
    resolve: () => ({ forwardTo: ['+14155550142'] }),
    log: silent,
    metrics: (measurement) => told.push(measurement),
    ...change,
  });
  return { endpoint, told };
}

const inVoice = { base: `${BASE}/voice` };

test('every webhook is measured with its path (without prefix and query), its status and its time', async () => {
  const { endpoint, told } = measured();
  await endpoint.handle(webhook('/inbound', common(CALLER, { CallStatus: 'ringing' }), inVoice));
  const leg = webhook('/outbound', common(LEG, { AnsweredBy: 'human' }), { ...inVoice, query: REF });
  await endpoint.handle({ ...leg, path: '/voice/outbound' });
  expect(told).toEqual([
    { type: 'webhook', path: '/inbound', status: 200, seconds: 0.25 },
    { type: 'webhook', path: '/outbound', status: 200, seconds: 0.25 },
  ]);
});

test('a refusal is measured with its reason; foreign paths and sounds do not count as webhooks', async () => {
  const { endpoint, told } = measured();
  const forged = webhook('/inbound', common(CALLER), { ...inVoice, token: 'another' });
  expect((await endpoint.handle(forged)).status).toBe(403);
  const plain = { method: 'GET', query: '', headers: {}, body: '' };
  await endpoint.handle({ ...plain, path: '/wp-login.php' });
  expect((await endpoint.handle({ ...plain, path: '/audio/ringback-us.wav' })).status).toBe(200);
  expect(told).toEqual([
    { type: 'problem', code: 'signature' },
    { type: 'webhook', path: '/inbound', status: 403, seconds: 0 },
    { type: 'problem', code: 'refused' },
  ]);
});

test('a failed reply says so, and is measured as what was answered', async () => {
  const { endpoint, told } = measured({ runtime: { handle: () => Promise.reject(new Error('store away')) } });
  await endpoint.handle(webhook('/inbound', common(CALLER, { CallStatus: 'ringing' }), inVoice));
  expect(told).toEqual([
    { type: 'problem', code: 'reply.failed' },
    { type: 'webhook', path: '/inbound', status: 200, seconds: 0 },
  ]);
});

test('a metrics hook that throws makes no webhook fail', async () => {
  const { endpoint } = measured({
    metrics: () => {
      throw new Error('a bug');
    },
  });
  const request = webhook('/inbound', common(CALLER, { CallStatus: 'ringing' }), inVoice);
  expect((await endpoint.handle(request)).status).toBe(200);
  expect(() => measured({ metrics: 'prometheus' as never })).toThrow(new TypeError('"metrics" must be a function'));
});
