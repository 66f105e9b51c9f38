import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import twilio from 'twilio';
import { human, signedUrl, twilioSignature } from '../src/index.js';
import { CALLER, NUMBER, forwarding } from './app.js';

const URL_OF_CALL = 'https://demo.example.com/twilio/voice/inbound';
const CALL = {
  AccountSid: `AC${'0'.repeat(32)}`,
  ApiVersion: '2010-04-01',
  CallSid: `CA${'1'.repeat(32)}`,
  CallStatus: 'ringing',
  Direction: 'inbound',
  From: '+14155550100',
  To: '+14155550199',
};

it('signatures agree with the published examples', () => {
  expect(
    twilioSignature('12345', 'https://example.com/myapp.php?foo=1&bar=2', {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    }),
  ).toBe('L/OH5YylLD5NRKLltdqwSvS0BnU=');
  const token = '0123456789abcdef0123456789abcdef';
  expect(twilioSignature(token, URL_OF_CALL, CALL)).toBe('igjzWjrbPbd0lU1FoDHnesxlUYY=');
  const body = '{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}';
  const hash = createHash('sha256').update(body).digest('hex');
  expect(twilioSignature(token, `https://demo.example.com/twilio/json?bodySHA256=${hash}`)).toBe(
    'wApfXFz9VBQittR7fJ5iNqc/I6M=',
  );
});

it('signatures with a shared key agree with the official library in both algorithms', () => {
  const secret = 'shared-secret-1';
  expect(twilioSignature(secret, URL_OF_CALL, CALL, 'HMAC_SHA256')).toBe(
    'Mh71gSmWf7Cu60n81dOLRkd+pe2JW/l9DiJVNNlT/yY=',
  );
  expect(twilioSignature(secret, URL_OF_CALL, CALL, 'HMAC_SHA1')).toBe('ZyFyKpp0G48bek1D5zYMeQ1DzhE=');
});

/** `twilio` knows shared keys since 6.3.1; before, the header meant nothing to it. */
const knowsSharedKeys = 'getSignatureAlgorithm' in twilio;

it.each(['HMAC_SHA1', 'HMAC_SHA256'] as const)('webhooks signed with a shared key and %s', async (algorithm) => {
  const { sim, seen } = forwarding({ person: human() });
  const key = { id: 'webhooks_sharedkey_1', secret: 'shared-secret-1', algorithm };
  sim.signWith(key);
  sim.placeCall({ from: CALLER, to: NUMBER });
  await sim.settle();
  expect(seen.length).toBeGreaterThan(10);
  for (const { request, params } of seen) {
    const signature = request.headers['x-twilio-signature'] ?? '';
    const settings = request.headers['x-twilio-webhooks-signature-settings'];
    expect(settings).toBe(`key=webhooks_sharedkey_1,algorithm=${algorithm}`);
    if (knowsSharedKeys) {
      expect(settings === undefined ? '' : twilio.getSignatureAlgorithm(settings)).toBe(algorithm);
      expect(twilio.validateRequest(key.secret, signature, request.url, params, algorithm)).toBe(true);
    } else expect(signature).toBe(twilioSignature(key.secret, request.url, params, algorithm));
    expect(twilio.validateRequest(sim.authToken, signature, request.url, params)).toBe(false);
  }
  sim.signWith(null);
  seen.length = 0;
  sim.placeCall({ from: CALLER, to: NUMBER });
  await sim.settle();
  for (const { request, params } of seen) {
    expect(request.headers).not.toHaveProperty('x-twilio-webhooks-signature-settings');
    const signature = request.headers['x-twilio-signature'] ?? '';
    expect(twilio.validateRequest(sim.authToken, signature, request.url, params)).toBe(true);
  }
});

it('signatures cover neither fragment nor user info, no port of https, and repeated values once and sorted', () => {
  expect(signedUrl('https://me:secret@a.example:8443/x?y=1#rc=2')).toBe('https://a.example/x?y=1');
  expect(signedUrl('http://127.0.0.1:3000/x#rc=2')).toBe('http://127.0.0.1:3000/x');
  expect(twilioSignature('t', 'https://a.example/', { b: ['2', '1', '2'], a: 'x' })).toBe(
    twilioSignature('t', 'https://a.example/', [
      ['b', '1'],
      ['a', 'x'],
      ['b', '2'],
    ]),
  );
});

it('every webhook is signed so that the official library accepts it', async () => {
  const { sim, seen } = forwarding({ person: human() });
  sim.placeCall({ from: CALLER, to: NUMBER, callerName: "O'Brien & Söhne", forwardedFrom: '+14155550100' });
  await sim.settle();
  expect(seen.length).toBeGreaterThan(10);
  for (const { request, params } of seen) {
    const signature = request.headers['x-twilio-signature'] ?? '';
    expect(twilio.validateRequest(sim.authToken, signature, request.url, params)).toBe(true);
    expect(request.headers['i-twilio-idempotency-token']).toMatch(/^[0-9a-f-]{36}$/);
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=UTF-8');
    expect(params['SimulatorUnknownParameter']).toBe('ignore me');
  }
  expect(new Set(seen.map(({ request }) => request.headers['i-twilio-idempotency-token'])).size).toBe(seen.length);
});
