import { describe, expect, it } from 'vitest';
import { createSimulator, handlerTransport, human } from '../src/index.js';
import type { Disorder, WebhookResponse } from '../src/index.js';
import { BASE, CALLER, NUMBER, PHONE, world, xml } from './app.js';

const refused = (): never => {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
};
const ok = xml('<Say>Hi</Say>');

/** One inbound call to this voice URL, whose handler gives these answers in turn. */
async function ring(voiceUrl: string, answers: (() => string | Partial<WebhookResponse>)[], more: object = {}) {
  let turn = 0;
  const app = world(
    { '/voice': () => (answers[turn++] ?? (() => ok))(), '/fallback': () => xml('<Say>Fallback</Say>') },
    { numbers: [{ phoneNumber: NUMBER, voiceUrl: `${BASE}${voiceUrl}`, ...more }] },
  );
  const caller = app.sim.placeCall({ from: CALLER, to: NUMBER });
  await app.sim.settle();
  return { ...app, caller, codes: app.sim.debugger.map(({ code }) => code), times: app.find('/voice').length };
}

describe('a TwiML request', () => {
  it('a TwiML request is tried once more when the connection fails, with the same idempotency token', async () => {
    const { caller, codes, find } = await ring('/voice', [refused]);
    expect(caller.heard).toEqual(['Hi']);
    expect(codes).toEqual([]);
    const tokens = find('/voice').map(({ request }) => request.headers['i-twilio-idempotency-token']);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
    expect((await ring('/voice', [refused, refused])).codes).toEqual([11205]);
  });

  it('a TwiML request is not repeated on 5xx unless its URL asks for that', async () => {
    expect((await ring('/voice', [() => ({ status: 500 })])).times).toBe(1);
    const patient = await ring('/voice?a=1#rc=3&rp=5xx,ct', [
      () => ({ status: 500 }),
      refused,
      () => ({ status: 503 }),
    ]);
    expect(patient).toMatchObject({ times: 4, codes: [] });
    expect(patient.find('/voice')[0]?.url).toBe(`${BASE}/voice?a=1`);
    expect((await ring('/voice#rc=0', [refused])).times).toBe(1);
    expect((await ring('/voice#rc=2&rp=4xx', [() => ({ status: 404 }), () => ({ status: 404 })])).codes).toEqual([]);
  });

  it('a TwiML request times out after 15 s of the simulator’s clock, sooner if its URL says so', async () => {
    const slow = await ring('/voice', [() => ({ body: ok, delayMs: 16_000 })]);
    expect(slow.codes).toEqual([11205]);
    expect((slow.sim.debugger[0]?.at ?? 0) - slow.caller.createdAt).toBeGreaterThanOrEqual(15_000);
    expect((await ring('/voice', [() => ({ body: ok, delayMs: 14_000 })])).codes).toEqual([]);
    const again = await ring('/voice#rt=1000&rc=1&rp=rt', [() => ({ body: ok, delayMs: 1500 })]);
    expect(again).toMatchObject({ times: 2, codes: [] });
  });

  it('a TwiML request times out in real time when the application never answers', async () => {
    const never = () => new Promise<string>(() => undefined);
    expect((await ring('/voice#rt=100', [never as never])).codes).toEqual([11205]);
  });

  it('a failed TwiML request goes to the fallback URL with the error', async () => {
    const { caller, find } = await ring('/voice', [() => ({ status: 502 })], { voiceFallbackUrl: `${BASE}/fallback` });
    expect(caller.heard).toEqual(['Fallback']);
    expect(find('/fallback')[0]?.params).toMatchObject({
      ErrorCode: '11200',
      ErrorUrl: `${BASE}/voice`,
      CallSid: caller.sid,
    });
  });

  it('a failed TwiML request of an outbound call goes to its FallbackUrl', async () => {
    const { client, sim, find } = world(
      { '/leg': () => ({ status: 500 }), '/fallback': () => xml('<Say>Sorry</Say>') },
      { person: human() },
    );
    const { sid } = await client.calls.create({
      to: PHONE,
      from: NUMBER,
      url: `${BASE}/leg`,
      fallbackUrl: `${BASE}/fallback`,
      machineDetection: 'Enable',
    });
    await sim.settle();
    expect(sim.call(sid)?.heard).toEqual(['Sorry']);
    expect(find('/fallback')[0]?.params).toMatchObject({ AnsweredBy: 'human', ErrorCode: '11200' });
  });

  it('a TwiML request follows HTTP redirects, up to ten', async () => {
    const away = () => ({ status: 302, headers: { location: '/voice' } });
    const { caller, find } = await ring('/voice', [away, away]);
    expect(caller.heard).toEqual(['Hi']);
    expect(find('/voice').map(({ request }) => request.method)).toEqual(['POST', 'GET', 'GET']);
    expect((await ring('/voice', Array(20).fill(away))).codes).toEqual([11215]);
  });
});

describe('a notification', () => {
  it('a notification that fails is a warning in the debugger and nothing else', async () => {
    const { sim } = world({ '/inbound': () => ok, '/number': () => ({ status: 500 }) });
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settle();
    expect(caller.heard).toEqual(['Hi']);
    expect(sim.debugger).toMatchObject([{ code: 15003, level: 'warning', url: `${BASE}/number` }]);
  });

  it('a conference notification that fails is an error 16011', async () => {
    const { sim } = world({
      '/inbound': () =>
        xml(`<Dial><Conference statusCallback="/c" statusCallbackEvent="join">room</Conference></Dial>`),
      '/c': () => ({ status: 404 }),
    });
    sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 3000 } });
    await sim.settle();
    expect(sim.debugger).toMatchObject([{ code: 16011, level: 'error' }]);
  });

  it('a notification is sent only for subscribed events, numbered from 0 among them', async () => {
    for (const [events, sent] of [
      [undefined, ['completed']],
      [
        ['ringing', 'completed'],
        ['ringing', 'completed'],
      ],
    ] as const) {
      const { client, sim, seen } = world({}, { person: human() });
      await client.calls.create({
        to: PHONE,
        from: NUMBER,
        twiml: ok,
        statusCallback: `${BASE}/status`,
        ...(events === undefined ? {} : { statusCallbackEvent: [...events] }),
      });
      await sim.settle();
      expect(seen.map(({ params }) => params['CallStatus'])).toEqual(sent);
      expect(seen.map(({ params }) => params['SequenceNumber'])).toEqual(sent.map((_, index) => String(index)));
    }
  });

  it('a notification carries what Twilio documents', async () => {
    const { client, sim, seen } = world({}, { person: human({ ringMs: 1000 }) });
    const { sid } = await client.calls.create({
      to: PHONE,
      from: NUMBER,
      twiml: xml('<Pause length="65"/>'),
      statusCallback: `${BASE}/status`,
    });
    await sim.settle();
    expect(seen[0]?.params).toEqual({
      AccountSid: sim.accountSid,
      ApiVersion: '2010-04-01',
      CallSid: sid,
      CallStatus: 'completed',
      CallDuration: '65',
      Duration: '2',
      CallbackSource: 'call-progress-events',
      SequenceNumber: '0',
      SipResponseCode: '200',
      Timestamp: 'Mon, 02 Jun 2025 17:41:07 +0000',
      Direction: 'outbound-api',
      From: NUMBER,
      To: PHONE,
      Caller: NUMBER,
      Called: PHONE,
      ...Object.fromEntries(
        ['From', 'To', 'Caller', 'Called'].flatMap((party) => [
          [`${party}City`, ''],
          [`${party}State`, ''],
          [`${party}Zip`, ''],
          [`${party}Country`, 'US'],
        ]),
      ),
      SimulatorUnknownParameter: 'ignore me',
    });
  });
});

describe('disorder', () => {
  async function storm(disorder: Disorder) {
    const { client, sim, seen } = world({}, { person: human(), disorder });
    for (let n = 0; n < 30; n += 1) {
      await client.calls.create({
        to: PHONE,
        from: NUMBER,
        twiml: ok,
        statusCallback: `${BASE}/status?n=${n}`,
        statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      });
    }
    await sim.settle();
    return seen.map(
      ({ url, params, request }) =>
        `${url} ${params['SequenceNumber']} ${request.headers['i-twilio-idempotency-token']}`,
    );
  }

  it('disorder is the same for the same seed, and different for another', async () => {
    const first = await storm({ seed: 1 });
    expect(await storm({ seed: 1 })).toEqual(first);
    expect(await storm({ seed: 2 })).not.toEqual(first);
    expect([...first].sort()).not.toEqual(first);
    expect(new Set(first).size).toBe(120);
  });

  it('disorder loses and repeats notifications, a repeat with the same token', async () => {
    const lossy = await storm({ seed: 3, lose: 0.3 });
    expect(lossy.length).toBeGreaterThan(60);
    expect(lossy.length).toBeLessThan(110);
    const doubled = await storm({ seed: 4, duplicate: 0.5 });
    expect(doubled.length).toBeGreaterThan(150);
    expect(new Set(doubled).size).toBe(120);
  });

  it('disorder leaves TwiML requests alone', async () => {
    const { sim, paths } = world({ '/inbound': () => ok }, { disorder: { seed: 1, lose: 1 } });
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settle();
    expect(caller.heard).toEqual(['Hi']);
    expect(paths()).toEqual(['/inbound']);
  });
});

it('a web-standard handler in process gets the webhooks', async () => {
  const bodies: string[] = [];
  const sim = createSimulator({
    numbers: [{ phoneNumber: NUMBER, voiceUrl: 'https://app.example.com/voice' }],
    transport: handlerTransport(async (request) => {
      bodies.push(await request.text());
      return new Response(ok, { headers: { 'content-type': 'text/xml' } });
    }),
  });
  const caller = sim.placeCall({ from: CALLER, to: NUMBER });
  await sim.settle();
  expect(caller.heard).toEqual(['Hi']);
  expect(new URLSearchParams(bodies[0]).get('CallSid')).toBe(caller.sid);
});
