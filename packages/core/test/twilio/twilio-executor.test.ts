import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import nock from 'nock';
import twilio from 'twilio';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallSid, E164 } from '../../src/kernel/ids.js';
import { createTwilioExecutor, type TwilioClient, type TwilioExecutorOptions } from '../../src/twilio/index.js';
import type { CreateCall, CallEffect } from '../../src/flows/effects.js';
import { callbackUrls } from '../../src/http/index.js';
import type { Clock } from '../../src/runtime/clock.js';
import type { Execution } from '../../src/runtime/executor.js';
import { ACCOUNT, BASE, CALLER, LEG } from '../helpers/webhooks.js';
import { silent } from '../helpers/silent.js';
import { apiError, twilioApi } from '../helpers/twilio-api.js';

const CALLS = `/2010-04-01/Accounts/${ACCOUNT}/Calls.json`;
const CALL = `/2010-04-01/Accounts/${ACCOUNT}/Calls/${LEG}.json`;
const ref = { flow: 'forwarding', key: CALLER, visit: 1, leg: 2 } as const;
const create: CreateCall = {
  type: 'call.create',
  id: 'create:2:caller',
  leg: 2,
  to: '+14155550142' as E164,
  from: '+12125550123' as E164,
  answered: { ...ref, purpose: 'leg.answered' },
  status: { ...ref, purpose: 'leg.status' },
  ringSeconds: 20,
  timeLimitSeconds: 14_400,
  detection: { mode: 'Enable', timeoutSeconds: 30 },
};
const sid = LEG as CallSid;
const end: CallEffect = { type: 'call.end', id: 'end:2', leg: 2, sid };
const redirect: CallEffect = {
  type: 'call.redirect',
  id: 'redirect:2:0',
  leg: 2,
  sid,
  document: { ...ref, purpose: 'leg.document' },
};
const fetch: CallEffect = { type: 'call.fetch', id: 'fetch:2:1', leg: 2, sid };

const client = twilio(ACCOUNT, 'secret');
const executor = (options: Partial<TwilioExecutorOptions> = {}): ((effect: CallEffect) => Promise<Execution>) =>
  createTwilioExecutor({ client, url: callbackUrls(BASE), mayDial: () => true, log: silent, ...options });
const execute = executor();

beforeAll(() => {
  nock.disableNetConnect();
});
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

/** Every timer fires as soon as it is awaited. */
const impatient: Clock = {
  now: () => 0,
  wakeAt: (_, run) => {
    const timer = setImmediate(run);
    return () => {
      clearImmediate(timer);
    };
  },
};

describe('requests to Twilio', () => {
  test('a new call carries everything that lets it be found again', async () => {
    let body: unknown;
    twilioApi()
      .post(CALLS, (sent: unknown) => {
        body = sent;
        return true;
      })
      .basicAuth({ user: ACCOUNT, pass: 'secret' })
      .reply(201, { sid: LEG, status: 'queued' });
    expect(await execute(create)).toEqual({
      kind: 'outcome',
      outcome: { kind: 'created', sid: LEG, status: 'queued' },
    });
    const asked = `ref=forwarding.${CALLER}.1.2`;
    expect(body).toEqual({
      To: '+14155550142',
      From: '+12125550123',
      Url: `${BASE}/outbound?${asked}#rc=3&rp=5xx,ct,rt`,
      Method: 'POST',
      FallbackUrl: `${BASE}/outbound?${asked}#rc=3&rp=5xx,ct,rt`,
      FallbackMethod: 'POST',
      StatusCallback: `${BASE}/outbound/status?${asked}#rc=3&rp=5xx,ct,rt`,
      StatusCallbackMethod: 'POST',
      StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      Timeout: '20',
      TimeLimit: '14400',
      MachineDetection: 'Enable',
      MachineDetectionTimeout: '30',
    });
  });

  test('a new call carries the detection options and its own fallback address', async () => {
    const detection = {
      mode: 'DetectMessageEnd',
      timeoutSeconds: 5,
      speechThresholdMs: 1900,
      speechEndThresholdMs: 1400,
      silenceTimeoutMs: 4000,
    } as const;
    let body: Record<string, string> = {};
    twilioApi()
      .post(CALLS, (sent: Record<string, string>) => {
        body = sent;
        return true;
      })
      .reply(201, { sid: LEG, status: 'queued' });
    await executor({ fallbackUrl: () => 'https://static.example/sorry.xml' })({ ...create, detection });
    expect(body).toMatchObject({
      MachineDetection: 'DetectMessageEnd',
      MachineDetectionTimeout: '5',
      MachineDetectionSpeechThreshold: '1900',
      MachineDetectionSpeechEndThreshold: '1400',
      MachineDetectionSilenceTimeout: '4000',
      FallbackUrl: 'https://static.example/sorry.xml',
    });
  });

  test('the caller’s token is sent as received: still percent-encoded once decoded', async () => {
    const callToken = '%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9.sig%22%7D';
    const onTheWire = `CallToken=${encodeURIComponent(callToken)}`;
    expect(onTheWire).toContain('=%257B%2522parent');
    twilioApi()
      .post(CALLS, new RegExp(`(^|&)${onTheWire}(&|$)`))
      .reply(201, { sid: LEG, status: 'queued' });
    expect(await execute({ ...create, callToken })).toMatchObject({ outcome: { kind: 'created' } });
  });

  test('an end, a redirect and a fetch are sent', async () => {
    twilioApi().post(CALL, { Status: 'completed' }).reply(200, { sid: LEG, status: 'completed' });
    expect(await execute(end)).toEqual({ kind: 'outcome', outcome: { kind: 'done', status: 'completed' } });
    const Url = `${BASE}/outbound/document?ref=forwarding.${CALLER}.1.2#rc=3&rp=5xx,ct,rt`;
    twilioApi().post(CALL, { Url, Method: 'POST' }).reply(200, { sid: LEG, status: 'in-progress' });
    expect(await execute(redirect)).toEqual({ kind: 'outcome', outcome: { kind: 'done', status: 'in-progress' } });
    twilioApi().get(CALL).reply(200, { sid: LEG, status: 'completed', answered_by: 'machine_start' });
    expect(await execute(fetch)).toEqual({
      kind: 'outcome',
      outcome: { kind: 'fetched', status: 'completed', answeredBy: 'machine_start' },
    });
    twilioApi().get(CALL).reply(200, { sid: LEG, status: 'ringing', answered_by: null });
    expect(await execute(fetch)).toEqual({
      kind: 'outcome',
      outcome: { kind: 'fetched', status: 'ringing', answeredBy: null },
    });
  });
});

describe('failures: certainly not executed', () => {
  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])('%s means not executed', async (code) => {
    twilioApi()
      .post(CALLS)
      .replyWithError(Object.assign(new Error(`connect ${code}`), { code }));
    expect(await execute(create)).toEqual({
      kind: 'notExecuted',
      reason: expect.stringContaining(code) as string,
      afterMs: null,
    });
  });

  test('a 429 that says for how long waits that long', async () => {
    twilioApi()
      .post(CALLS)
      .reply(429, apiError(429, 20429, 'Too Many Requests'), { 'Retry-After': '3' });
    expect(await execute(create)).toEqual({ kind: 'notExecuted', reason: 'Too Many Requests', afterMs: 3000 });
  });

  test('a 429 that says until when waits until then', async () => {
    const now = Date.UTC(2026, 0, 1, 12, 0, 0);
    const clock: Clock = { now: () => now, wakeAt: () => () => undefined };
    twilioApi().post(CALL).reply(429, apiError(429, 20429), { 'Retry-After': 'Thu, 01 Jan 2026 12:00:07 GMT' });
    expect(await executor({ clock })(end)).toMatchObject({ kind: 'notExecuted', afterMs: 7000 });
  });

  test('a 429 that says nothing waits the default', async () => {
    twilioApi().get(CALL).reply(429, apiError(429, 20429));
    expect(await execute(fetch)).toMatchObject({ kind: 'notExecuted', afterMs: null });
  });

  test('a 429 without a readable body means not executed', async () => {
    twilioApi().post(CALLS).reply(429, '<html>slow down</html>');
    expect(await execute(create)).toMatchObject({ kind: 'notExecuted' });
  });
});

describe('failures: unknown whether executed', () => {
  test('a reset connection is ambiguous', async () => {
    twilioApi()
      .post(CALLS)
      .replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    expect(await execute(create)).toEqual({ kind: 'ambiguous', reason: 'socket hang up' });
  });

  test('the client’s own timeout is ambiguous', async () => {
    twilioApi().post(CALLS).delay(200).reply(201, { sid: LEG, status: 'queued' });
    const hurried = twilio(ACCOUNT, 'secret', { timeout: 20 });
    expect(await executor({ client: hurried })(create)).toMatchObject({ kind: 'ambiguous' });
  });

  test('our timeout is ambiguous, however long the client waits', async () => {
    const never: TwilioClient = {
      calls: Object.assign(() => ({ update: forever, fetch: forever }), { create: forever }),
    };
    for (const effect of [create, end, redirect, fetch]) {
      const result = await executor({ client: never, clock: impatient })(effect);
      expect(result).toEqual({ kind: 'ambiguous', reason: 'Twilio took longer than 8000 ms' });
    }
  });

  test.each([500, 502, 503, 504])('HTTP %i is ambiguous', async (status) => {
    for (const body of [apiError(status, 20500), '<html>']) {
      twilioApi().post(CALLS).reply(status, body);
      expect(await execute(create)).toMatchObject({ kind: 'ambiguous' });
    }
  });

  test('an HTTP redirect is ambiguous', async () => {
    twilioApi().post(CALLS).reply(302, '', { Location: 'https://elsewhere.example' });
    expect(await execute(create)).toMatchObject({ kind: 'ambiguous' });
  });

  test('a 201 with malformed JSON is ambiguous', async () => {
    twilioApi().post(CALLS).reply(201, '{"sid":"CA222');
    expect(await execute(create)).toMatchObject({ kind: 'ambiguous' });
  });

  test('a 201 without a SID is ambiguous', async () => {
    twilioApi().post(CALLS).reply(201, { status: 'queued' });
    expect(await execute(create)).toMatchObject({
      kind: 'ambiguous',
      reason: expect.stringContaining('SID') as string,
    });
  });

  test('a fetch without a status is ambiguous', async () => {
    twilioApi().get(CALL).reply(200, { sid: LEG });
    expect(await execute(fetch)).toMatchObject({ kind: 'ambiguous' });
  });

  test('an exception of unknown form is ambiguous', async () => {
    for (const thrown of [null, 'text', {}, new TypeError('?')]) {
      const broken: TwilioClient = {
        calls: Object.assign(() => ({ update: forever, fetch: forever }), {
          create: () => {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- a client may throw anything
            throw thrown;
          },
        }),
      };
      expect(await executor({ client: broken })(create)).toMatchObject({ kind: 'ambiguous' });
    }
  });

  describe('on a real socket', () => {
    let server: Server;
    const sockets = new Set<Socket>();
    let answer: (socket: Socket) => void;
    beforeEach(async () => {
      nock.enableNetConnect('127.0.0.1');
      server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('data', () => {
          answer(socket);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    afterEach(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      nock.disableNetConnect();
    });

    /** The official HTTP client, connected to our server. */
    function nearby(port: number): TwilioClient {
      const http = new twilio.RequestClient({ keepAlive: false });
      const send = http.request.bind(http);
      http.request = (options) =>
        send({ ...options, uri: options.uri.replace('https://api.twilio.com', `http://127.0.0.1:${String(port)}`) });
      return twilio(ACCOUNT, 'secret', { httpClient: http });
    }

    test.each<[string, (socket: Socket) => void]>([
      ['reset after it was sent', (socket) => socket.resetAndDestroy()],
      ['closed without an answer', (socket) => socket.end()],
      [
        '201 whose body is cut',
        (socket) => {
          const head = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n';
          socket.write(`${head}{"sid":"${LEG}"`, () => socket.destroy());
        },
      ],
    ])('on a real socket: %s', async (_, how) => {
      answer = how;
      const { port } = server.address() as AddressInfo;
      expect(await executor({ client: nearby(port) })(create)).toMatchObject({ kind: 'ambiguous' });
    });

    test('a closed port means not executed', async () => {
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      expect(await executor({ client: nearby(port) })(create)).toMatchObject({ kind: 'notExecuted' });
    });
  });
});

describe('failures: refused for good', () => {
  test.each([
    [400, 21210, 'owned nor verified'],
    [400, 21211, 'not valid'],
    [400, 21212, 'not a phone number'],
    [400, 21214, 'cannot be reached'],
    [400, 21215, 'Geo Permissions'],
    [400, 21216, 'blocked'],
    [400, 21217, 'country code'],
    [400, 21219, 'trial account'],
    [400, 22005, 'queue'],
    [400, 10004, 'too many calls'],
    [400, 13223, 'wrong form'],
    [401, 20003, 'credentials'],
    [403, 20005, 'not active'],
    [404, 20404, 'no such account'],
    [400, 99999, 'as Twilio words it'],
  ])('HTTP %i with code %i is refused', async (status, code, reason) => {
    twilioApi().post(CALLS).reply(status, apiError(status, code));
    expect(await execute(create)).toEqual({
      kind: 'outcome',
      outcome: { kind: 'refused', code, reason: expect.stringContaining(reason) as string },
    });
  });

  test('the newer form of errors is refused', async () => {
    const body = { type: 'https://x', title: 'Invalid number', status: 400, code: 21211 };
    twilioApi().post(CALLS).reply(400, body);
    expect(await execute(create)).toMatchObject({ outcome: { kind: 'refused', code: 21211 } });
  });

  test('a 4xx of an intermediary is handled', async () => {
    twilioApi().post(CALLS).reply(403, '<html>Forbidden</html>');
    expect(await execute(create)).toMatchObject({ outcome: { kind: 'refused', code: null } });
  });

  test('a 404 means that the call is gone', async () => {
    for (const effect of [end, redirect, fetch]) {
      const scope = twilioApi();
      (effect.type === 'call.fetch' ? scope.get(CALL) : scope.post(CALL)).reply(404, apiError(404, 20404));
      expect(await execute(effect)).toEqual({ kind: 'outcome', outcome: { kind: 'gone' } });
    }
  });

  test('21220: an ended call is gone, one that is not in progress cannot be redirected', async () => {
    twilioApi()
      .post(CALL)
      .times(2)
      .reply(400, apiError(400, 21220, 'Call is not in-progress. Cannot redirect.'));
    expect(await execute(end)).toEqual({ kind: 'outcome', outcome: { kind: 'gone' } });
    expect(await execute(redirect)).toMatchObject({ outcome: { kind: 'refused', code: 21220 } });
  });
});

describe('requests that are never sent', () => {
  const refusedCall = async (effect: CallEffect, options: Partial<TwilioExecutorOptions> = {}): Promise<string> => {
    const result = await executor(options)(effect);
    expect(result).toMatchObject({ kind: 'outcome', outcome: { kind: 'refused', code: null } });
    return JSON.stringify(result);
  };

  test.each([
    ...['911', '112', '999', '+911', '+1911', '+44999', '+49112', '+33112', '0014155550142', '4155550142'],
    ...[
      '+19115550142',
      '+12115550142',
      '+14159110142',
      '+1415555014',
      '+141555501422',
      '+1415555010０',
      '+14155550142;ext=9',
    ],
    ...['', 'client:anna', 'sip:a@b.example', '../Accounts'],
  ])('a call to %j is never sent', async (to) => {
    await refusedCall({ ...create, to: to as E164 });
  });

  test('a call to a number that is shown, or is ours, is never sent', async () => {
    expect(await refusedCall({ ...create, to: create.from })).toContain('would be shown');
    expect(await refusedCall(create, { ownNumbers: ['+14155550142'] })).toContain('ours');
  });

  test.each<[string, NonNullable<TwilioExecutorOptions['mayDial']>, Clock?]>([
    ['says no', () => false],
    ['says no in the end', () => Promise.resolve(false)],
    ['says something else', () => 'yes' as never],
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['hangs', () => new Promise<never>(() => undefined), impatient],
  ])('a call for which mayDial %s is never sent', async (_, mayDial, clock) => {
    expect(await refusedCall(create, { mayDial, ...(clock === undefined ? {} : { clock }) })).toContain('mayDial');
  });

  test('mayDial is asked for every call, and for nothing else', async () => {
    const asked: string[] = [];
    const careful = executor({ mayDial: (to) => asked.push(to) > 0 });
    twilioApi().post(CALLS).times(2).reply(201, { sid: LEG, status: 'queued' });
    twilioApi().post(CALL).reply(200, { sid: LEG, status: 'completed' });
    for (const effect of [create, create, end]) await careful(effect);
    expect(asked).toEqual(['+14155550142', '+14155550142']);
  });

  test.each(['', 'CA1', '../../Accounts', `${LEG}/Recordings`])('a path with %j in it is never sent', async (bad) => {
    for (const effect of [end, redirect, fetch]) await refusedCall({ ...effect, sid: bad } as CallEffect);
  });
});

test('options are checked', () => {
  expect(() => executor({ timeoutMs: 0 })).toThrow('"timeoutMs"');
  expect(() => executor({ ownNumbers: ['4155550142'] })).toThrow('"ownNumbers"');
});

function forever(): Promise<never> {
  return new Promise<never>(() => undefined);
}

test('an executor is not created without a mayDial rule: nothing is dialled by default', () => {
  const url = callbackUrls(BASE);
  expect(() => createTwilioExecutor({ client, url } as unknown as TwilioExecutorOptions)).toThrow('"mayDial" must be');
});
