import type { CallStatus } from '@amd/core';
import { createForwardingEndpoint, redirect, reject, type ArrivingCall, type Resolve } from '@amd/core/http';
import { createCallForwarding, type StartOptions } from '@amd/core/twilio';
import { NUMBERS, payloads } from '@amd/core/testing';
import { describe, expect, it } from 'vitest';
import { edge } from '../flow/edge.js';
import { CALLER, common, webhook } from '../helpers/webhooks.js';
import { scene, verbsOf } from './scene.js';

const COMMON = common(CALLER, { CallStatus: 'ringing' });

describe('what "resolve" sees of a call', () => {
  it('is its names and cities, attestation, keys, SIP headers and the query of the voice URL', async () => {
    const seen: ArrivingCall[] = [];
    const { endpoint } = scene({ resolve: (call) => (seen.push(call), { forwardTo: [] }) });
    const told = {
      ...COMMON,
      CallerName: 'ADA LOVELACE',
      FromCity: 'NEW YORK',
      FromState: '',
      StirVerstat: 'TN-Validation-Passed-A',
      Digits: '3',
      'SipHeader_X-Customer': '42',
      CallToken: 'secret',
    };
    const request = webhook('/inbound', told, { query: 'team=sales&failingSince=1790000000000' });
    expect((await endpoint.handle(request)).status).toBe(200);
    expect(seen).toMatchObject([
      {
        callerName: 'ADA LOVELACE',
        fromCity: 'NEW YORK',
        stirVerstat: 'TN-Validation-Passed-A',
        digits: '3',
        sipHeaders: { 'X-Customer': '42' },
        query: { team: 'sales' },
      },
    ]);
    expect(seen[0]).not.toHaveProperty('fromState');
    expect(JSON.stringify(seen)).not.toContain('secret');
  });
});

describe('what "resolve" may say instead of whom to ring', () => {
  const answers = async (decision: ReturnType<Resolve>, status: CallStatus = 'ringing') => {
    const { post } = edge({ resolve: () => decision });
    return verbsOf(await post('/inbound', payloads.inbound({ status })));
  };

  it('rejects a call that rings, and tells a caller who is on the line', async () => {
    expect(await answers(reject())).toEqual(['Reject']);
    expect(await answers(reject('busy'), 'in-progress')).toEqual(['Say', 'Hangup']);
    expect(await answers(Promise.resolve(reject('rejected')), 'in-progress')).toEqual(['Say', 'Hangup']);
  });

  it('bug: a later copy of the request of a caller who was served already was rejected, and they were hung up on', async () => {
    let isOpen = true;
    const { post, state } = edge({ resolve: () => (isOpen ? { forwardTo: [NUMBERS.ann] } : reject()) });
    const first = verbsOf(await post('/inbound', payloads.inbound({ status: 'ringing' })));
    isOpen = false;
    expect(first).toContainEqual(['Dial', 'Conference']);
    expect(verbsOf(await post('/inbound', payloads.inbound({ status: 'ringing' })))).toEqual(first);
    expect(verbsOf(await post('/inbound', payloads.inbound({ status: 'in-progress' })))).toContainEqual([
      'Dial',
      'Conference',
    ]);
    expect((await state()).kind).toBe('call');
  });

  it('writes nothing down: the next request of the call is decided anew', async () => {
    const decisions = [reject(), { forwardTo: [NUMBERS.ann] }];
    const { post, state } = edge({ resolve: () => decisions.shift() ?? { forwardTo: [] } });
    expect(verbsOf(await post('/inbound', payloads.inbound({ status: 'ringing' })))).toEqual(['Reject']);
    expect(await state()).toEqual({ kind: 'nothing' });
    expect(verbsOf(await post('/inbound', payloads.inbound({ status: 'ringing' })))).toContainEqual([
      'Dial',
      'Conference',
    ]);
  });

  it('hands the call to TwiML of the user, over https', async () => {
    expect(await answers(redirect('https://example.com/menu'))).toEqual(['Redirect']);
    expect(() => redirect('http://example.com/menu')).toThrow('"url" must be an absolute https URL');
    expect(() => reject('no' as never)).toThrow('"reason" must be "busy" or "rejected"');
  });

  it('does not compile with an option that is none, here or at the start', () => {
    const runtime = { handle: () => Promise.reject(new Error('nobody asks')) };
    const options = { runtime, publicBaseUrl: 'https://example.com', authTokens: ['secret'] };
    // @ts-expect-error: "fallbak" is no option of a call
    createForwardingEndpoint({ ...options, resolve: () => ({ forwardTo: [], fallbak: 1 }) });
    // @ts-expect-error: nor in an async function
    createForwardingEndpoint({ ...options, resolve: () => Promise.resolve({ forwardTo: [], fallbak: 1 }) });
    createForwardingEndpoint({
      ...options,
      resolve: ({ from }) => (from === 'anonymous' ? reject() : { forwardTo: [], fallback: { kind: 'say' } }),
    });
    // Never called: it would need an account.
    const start = (begin: StartOptions): unknown[] => [
      createCallForwarding({ ...begin, forwardTo: ['+14155550142'], policy: 'strict' }),
      createCallForwarding({
        ...begin,
        mayDial: [],
        resolve: ({ from }) => (from === '' ? reject() : { forwardTo: [] }),
      }),
      createCallForwarding({
        ...begin,
        forwardTo: [],
        hooks: { ended: ({ result }) => expect(result).toBe('connected') },
      }),
      // @ts-expect-error: there is no such hook
      createCallForwarding({ ...begin, forwardTo: [], hooks: { voiceMail: () => undefined } }),
      // @ts-expect-error: whoever resolves says what may be dialled
      createCallForwarding({ ...begin, resolve: () => ({ forwardTo: [] }) }),
      // @ts-expect-error: "fallbak" is no option of a call
      createCallForwarding({ ...begin, mayDial: [], resolve: () => ({ forwardTo: [], fallbak: 1 }) }),
      createCallForwarding({
        accountSid: '',
        authToken: '',
        publicBaseUrl: '',
        ownNumber: '',
        forwardTo: [],
        // @ts-expect-error: nor here
        fallbak: 1,
      }),
    ];
    expect(start).toBeTypeOf('function');
  });
});
