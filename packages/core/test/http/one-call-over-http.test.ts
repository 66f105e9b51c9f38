import { afterEach, expect, test } from 'vitest';
import nock from 'nock';
import twilio from 'twilio';
import { createTwilioExecutor } from '../../src/twilio/index.js';
import { DEFAULT_FORWARDING_CONFIG } from '../../src/flows/forwarding/options.js';
import { forwarding } from '../../src/flows/forwarding/forwarding.js';
import { callbackUrls, createForwardingEndpoint } from '../../src/http/index.js';
import { recordKey } from '../../src/kernel/record-key.js';
import { createRuntime } from '../../src/runtime/create-runtime.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { ACCOUNT, BASE, CALLER, common, LEG, TOKEN, webhook } from '../helpers/webhooks.js';
import { twilioApi } from '../helpers/twilio-api.js';
import { parseXml } from '../helpers/xml.js';

afterEach(() => {
  nock.cleanAll();
  nock.restore();
});

test('a caller, a leg and a human: from webhook to REST and back', async () => {
  const url = callbackUrls(BASE);
  const store = createMemoryStore();
  const runtime = createRuntime({
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    store,
    execute: createTwilioExecutor({ client: twilio(ACCOUNT, 'secret'), mayDial: () => true, url }),
    pollMs: null,
  });
  const endpoint = createForwardingEndpoint({
    runtime,
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    accountSid: ACCOUNT,
    resolve: () => ({ forwardTo: ['+14155550142'] }),
  });
  const room = (body: string): unknown => parseXml(body).children.at(-1)?.children[0];

  const first = await endpoint.handle(
    webhook('/inbound', common(CALLER, { CallStatus: 'ringing', CallToken: 'to%2Fken' })),
  );
  expect(room(first.body)).toMatchObject({
    name: 'Conference',
    text: `amd-${CALLER}`,
    attributes: { beep: 'false', statusCallback: `${BASE}/conference?ref=forwarding.${CALLER}.1.0#rc=3&rp=5xx,ct,rt` },
  });

  let asked = '';
  twilioApi()
    .post(`/2010-04-01/Accounts/${ACCOUNT}/Calls.json`, (sent: { Url: string; CallToken: string }) => {
      asked = sent.Url;
      return sent.CallToken === 'to%2Fken';
    })
    .reply(201, { sid: LEG, status: 'queued' });
  await runtime.tick();
  expect(nock.isDone()).toBe(true);

  // Twilio then requests the address we gave, without its fragment.
  const { pathname, search } = new URL(asked);
  const leg = common(LEG, { Direction: 'outbound-api', AnsweredBy: 'human', To: '+14155550142' });
  const joined = await endpoint.handle(webhook(pathname, leg, { query: search.slice(1) }));
  expect(room(joined.body)).toMatchObject({ name: 'Conference', text: `amd-${CALLER}`, attributes: { waitUrl: '' } });

  const ended = await endpoint.handle(webhook('/inbound/status', common(CALLER, { CallStatus: 'completed' })));
  expect(ended.status).toBe(204);
  expect((await store.read(recordKey('forwarding', CALLER), Date.now()))?.data).toContain('"phase":"ended"');
  await runtime.stop();
});
