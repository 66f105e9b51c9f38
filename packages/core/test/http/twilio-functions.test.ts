import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toTwilioFunctionsHandler, type TwilioFunctionEvent, type TwilioFunctionsOptions } from '@amd/core/http';
import type { HttpRequest } from '../../src/http/message.js';
import { parseForm } from '../../src/wire/params.js';
import { eventOf, FunctionResponse } from '../helpers/twilio-functions.js';
import { CALLER, common, LEG, webhook } from '../helpers/webhooks.js';
import { CALLER_REF, LEG_REF, scene } from './scene.js';

beforeAll(() => {
  vi.stubGlobal('Twilio', { Response: FunctionResponse });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

type Scene = ReturnType<typeof scene>;

/** Calls a function, and returns what it answered with. */
async function call(
  { endpoint }: Pick<Scene, 'endpoint'>,
  { path, event, options }: { path: string; event: TwilioFunctionEvent; options?: TwilioFunctionsOptions },
): Promise<FunctionResponse> {
  return new Promise((resolve, reject) => {
    void toTwilioFunctionsHandler(endpoint, options)({ PATH: path }, event, (error, response) => {
      if (error === null) resolve(response as FunctionResponse);
      else reject(error);
    });
  });
}

const send = (to: Scene, request: HttpRequest, options: TwilioFunctionsOptions = {}): Promise<FunctionResponse> =>
  call(to, { path: request.path, event: eventOf(request), options });

/** The same event with its names in another order, which is nowhere promised. */
function reversed(event: TwilioFunctionEvent): TwilioFunctionEvent {
  return Object.fromEntries(Object.entries(event).reverse());
}

/** What the endpoint is handed. */
async function made(request: HttpRequest, options: TwilioFunctionsOptions = {}): Promise<HttpRequest | undefined> {
  const { endpoint } = scene();
  let seen: HttpRequest | undefined;
  const handle = (given: HttpRequest) => {
    seen = given;
    return Promise.resolve({ status: 200, headers: {}, body: '' });
  };
  await send({ ...scene(), endpoint: { ...endpoint, handle } }, request, options);
  return seen;
}

describe('query and body of a Twilio Function are told apart', () => {
  const leg = common(LEG, { AnsweredBy: 'human' });
  const OWN: readonly (readonly [path: string, query: string])[] = [
    ['/outbound', LEG_REF],
    ['/outbound', `${LEG_REF}&failingSince=1`],
    ['/outbound', `${LEG_REF}&answeredBy=machine_end_beep&failingSince=1`],
    ['/outgoing', `${LEG_REF}&answeredBy=human`],
    ['/outbound/status', LEG_REF],
    ['/inbound/document', CALLER_REF],
    ['/inbound', ''],
    ['/inbound', 'failingSince=1'],
  ];

  it.each(OWN)('an address of ours is known, in whatever order the event has it: %s?%s', async (path, query) => {
    const request = webhook(path, leg, { query });
    expect(await made(request)).toMatchObject({ method: 'POST', path, query });
    for (const event of [eventOf(request), reversed(eventOf(request))]) {
      expect((await call(scene(), { path, event })).status).toBeLessThan(300);
    }
  });

  it('names and values of a body may be anything, and all of them are verified', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const name = fc
      .oneof(text, fc.constantFrom('__proto__', 'constructor', '0', '7', 'cookies', 'a[b]', 'SipHeader_X-Ref'))
      .filter((key) => !['', 'request', 'ref', 'failingSince', 'answeredBy', 'bodySHA256'].includes(key));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, text), { maxLength: 6 }), async (pairs) => {
        const params = { ...leg, ...Object.fromEntries(pairs) };
        const request = webhook('/outbound', params, { query: LEG_REF });
        const seen = await made(request);
        expect(seen?.query).toBe(LEG_REF);
        expect(parseForm(seen?.body ?? '')).toEqual(parseForm(request.body));
        expect((await send(scene(), request)).status).toBe(200);
        const [first] = pairs;
        if (first === undefined) return;
        // Nobody signed this.
        const event = { ...eventOf(request), [first[0]]: `${first[1]}x` };
        expect((await call(scene(), { path: '/outbound', event })).status).toBe(403);
      }),
      { numRuns: 60 },
    );
  });

  it('a parameter that is repeated is signed like one value, as on any host, unless it is one of Twilio', async () => {
    const body = `${new URLSearchParams(leg).toString()}&SipHeader_X-A=2&SipHeader_X-A=1`;
    const params = { ...leg, 'SipHeader_X-A': '1SipHeader_X-A2' };
    expect((await send(scene(), webhook('/outbound', params, { query: LEG_REF, body }))).status).toBe(200);
    const to = scene();
    const twice = webhook('/outbound', leg, { query: LEG_REF, body: `${body}&CallSid=${LEG}` });
    expect((await send(to, twice)).status).toBe(403);
    expect(to.log[0]?.message).toContain('parameter "CallSid" is there twice');
  });

  it('an address of ours that has a parameter twice, or one more, is refused', async () => {
    for (const query of [`${LEG_REF}&${LEG_REF}`, `${LEG_REF}&x=1`, `${LEG_REF}&bodySHA256=x`]) {
      const to = scene();
      expect((await send(to, webhook('/outbound', leg, { query }))).status, query).toBe(403);
      expect(to.heard).toEqual([]);
    }
  });

  it('a parameter in both has the value of the body alone, so its signature cannot be right', async () => {
    const to = scene();
    const both = webhook('/outbound', { ...leg, ref: 'of the body' }, { query: LEG_REF });
    expect((await send(to, both)).status).toBe(403);
    expect(to.heard).toEqual([]);
  });

  it('another reference than the one that was signed is refused', async () => {
    const to = scene();
    const other = webhook('/outbound', leg, { query: LEG_REF.replace(/2$/, '3'), signedQuery: LEG_REF });
    expect((await send(to, other)).status).toBe(403);
    expect(to.heard).toEqual([]);
  });
});

describe('a query of the user', () => {
  const query = 'tenant=a%20b&lang=';
  const arriving = webhook('/inbound', common(CALLER, { CallStatus: 'ringing', app: 'x' }), { query });
  const options = { query: ['tenant', 'lang', 'unused'] };

  it('a query of the user is verified if its names are given, in their order, and stays there', async () => {
    expect(await made(arriving, options)).toMatchObject({ query });
    const to = scene();
    expect((await send(to, arriving, options)).status).toBe(200);
    expect(to.log).toEqual([]);
    const again = webhook('/inbound', common(CALLER), { query: `${query}&failingSince=1` });
    expect((await send(scene(), again, options)).status).toBe(200);
    const reverse = { query: ['lang', 'tenant'] };
    expect((await send(scene(), arriving, reverse)).status).toBe(403);
  });

  it('without its names it is refused, and the log says once to give them', async () => {
    const to = scene();
    const handler = toTwilioFunctionsHandler(to.endpoint);
    for (let time = 0; time < 2; time += 1) {
      await handler({ PATH: '/inbound' }, eventOf(arriving), (_, response) => {
        expect((response as FunctionResponse).status).toBe(403);
      });
    }
    const hints = to.log.filter(({ message }) => message.includes('toTwilioFunctionsHandler'));
    expect(hints).toMatchObject([{ code: 'signature', message: expect.stringContaining('"tenant"') as string }]);
  });

  it('no hint is given where an address is ours, or all names are of Twilio', async () => {
    const to = scene();
    for (const request of [
      webhook('/outbound', common(LEG, { extra: '1' }), { query: LEG_REF, token: 'another' }),
      webhook('/inbound', common(CALLER), { token: 'another' }),
    ]) {
      expect((await send(to, request)).status).toBe(403);
    }
    expect(to.log.filter(({ message }) => message.includes('toTwilioFunctionsHandler'))).toEqual([]);
  });

  it.each([[['']], [['request']], [[1]], ['tenant'], [null]])('names that are none are refused: %j', (names) => {
    expect(() => toTwilioFunctionsHandler(scene().endpoint, { query: names as never })).toThrow('"query" must be');
  });
});

describe('what a Twilio Function cannot verify', () => {
  const request = webhook('/inbound', common(CALLER));

  it.each<[string, Record<string, unknown>, string]>([
    ['a parameter hides the headers', { request: 'x' }, 'hides the headers'],
    ['there are no headers', { request: undefined }, '@twilio/runtime-handler 1.2.0'],
    ['a query has names with brackets', { a: { b: '1' } }, '"a"'],
    ['a list has something else than texts', { a: ['1', { b: '2' }] }, '"a"'],
  ])('%s: 500, and the log says why', async (_, change, why) => {
    const to = scene();
    const got = await call(to, { path: '/inbound', event: { ...eventOf(request), ...change } });
    expect([got.status, got.body]).toEqual([500, expect.stringContaining('<Hangup/>')]);
    expect(to.log).toMatchObject([{ code: 'body.unverifiable', message: expect.stringContaining(why) as string }]);
    expect(to.heard).toEqual([]);
  });

  it.each<[number, string, Partial<HttpRequest>]>([
    [405, 'a request without a body', { method: 'GET', headers: {}, body: '' }],
    [415, 'JSON', { headers: { ...request.headers, 'content-type': 'application/json' } }],
    [413, 'a body of more than 64 KiB', { headers: { ...request.headers, 'content-length': '65537' } }],
    [404, 'a path of somebody else', { path: '/wake' }],
  ])('answers %i to %s', async (status, _, change) => {
    const to = scene();
    expect((await send(to, { ...request, ...change })).status).toBe(status);
    expect(to.log).toHaveLength(1);
  });

  it('headers may come more than once, and with capitals', async () => {
    const { request: sent, ...params } = eventOf(request);
    const { headers } = sent as { headers: Record<string, string> };
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    const event = { ...params, request: { headers: { ...upper, 'X-MORE': ['1', '2'] } } };
    expect((await call(scene(), { path: '/inbound', event })).status).toBe(200);
  });
});

describe('the answer of a Twilio Function', () => {
  const request = webhook('/inbound', common(CALLER));

  it('is made with Twilio.Response, sounds as bytes', async () => {
    const got = await send(scene(), request);
    expect(got).toMatchObject({ status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' } });
    const sound = await send(scene(), { ...request, method: 'GET', path: '/audio/ringback-us.wav', headers: {} });
    expect([sound.headers['content-type'], Buffer.isBuffer(sound.body)]).toEqual(['audio/wav', true]);
  });

  it('is an error where the host is another, or the endpoint fails', async () => {
    const { endpoint } = scene();
    const failing = { ...endpoint, handle: () => Promise.reject(new Error('a bug')) };
    await expect(send({ ...scene(), endpoint: failing }, request)).rejects.toThrow('a bug');
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- JavaScript may reject with anything
    const odd = { ...endpoint, handle: () => Promise.reject('a text') };
    await expect(send({ ...scene(), endpoint: odd }, request)).rejects.toThrow(new Error('a text'));
    vi.stubGlobal('Twilio', {});
    await expect(send(scene(), request)).rejects.toThrow('there is no global Twilio.Response');
    vi.stubGlobal('Twilio', { Response: FunctionResponse });
  });
});
