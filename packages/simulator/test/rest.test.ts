import { describe, expect, it } from 'vitest';
import twilio from 'twilio';
import { createSimulator, human, noAnswer, refused } from '../src/index.js';
import { BASE, CALLER, NUMBER, PHONE, conference, world, xml } from './app.js';

const TWIML = xml('<Say>Hello</Say>');
const refusal = async (promise: Promise<unknown>): Promise<{ status: unknown; code: unknown; message: string }> => {
  const error = (await promise.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  )) as { status: unknown; code: unknown; message: string };
  return { status: error.status, code: error.code, message: error.message };
};

describe('creating a call', () => {
  const good = { to: PHONE, from: NUMBER, twiml: TWIML };

  it('creating a call answers 201 with what Twilio would show', async () => {
    const { client, sim } = world({}, { person: human() });
    const call = await client.calls.create(good);
    expect(call).toMatchObject({
      status: 'queued',
      direction: 'outbound-api',
      to: PHONE,
      answeredBy: null,
      queueTime: '0',
    });
    expect(call.sid).toMatch(/^CA[0-9a-f]{32}$/);
    expect(call.startTime).toBeNull();
    await sim.settle();
    const later = await client.calls(call.sid).fetch();
    expect(later).toMatchObject({ status: 'completed', duration: '1' });
    expect(later.endTime).toBeInstanceOf(Date);
  });

  it.each([
    [21201, { to: '' }],
    [21213, { from: '' }],
    [21211, { to: '555' }],
    [21217, { to: NUMBER }],
    [21212, { from: 'anonymous' }],
    [21210, { from: '+12125550999' }],
    [21205, { twiml: undefined }],
    [21205, { url: 'app.example.com/x' }],
    [21205, { url: 'https://my_app.example.com/x' }],
    [21208, { timeout: 601 }],
    [21234, { machineDetection: 'Maybe' }],
    [21234, { machineDetection: 'Enable', machineDetectionTimeout: 60 }],
    [21234, { machineDetection: 'Enable', machineDetectionSpeechThreshold: 900 }],
    [21234, { machineDetection: 'Enable', machineDetectionSpeechEndThreshold: 5001 }],
    [21234, { machineDetection: 'Enable', machineDetectionSilenceTimeout: 1999 }],
    [21609, { statusCallback: 'nowhere' }],
    [21626, { statusCallback: `${BASE}/s`, statusCallbackEvent: ['finished'] }],
    [32018, { twiml: xml(`<Say>${'x'.repeat(4000)}</Say>`) }],
    [20001, { record: true }],
  ])('creating a call is refused with %i', async (code, change) => {
    const { client, sim } = world({}, { person: human() });
    const got = await refusal(client.calls.create({ ...good, ...(change as object) }));
    expect(got).toMatchObject({ status: 400, code });
    if (code === 20001) expect(got.message).toContain('Record');
    expect(sim.calls).toEqual([]);
  });

  it('creating a call is refused for a person configured to refuse', async () => {
    const { client } = world({}, { person: refused(21215) });
    expect(await refusal(client.calls.create(good))).toMatchObject({ status: 400, code: 21215 });
  });

  it('the caller’s number may be shown with the token of their call, while it lasts', async () => {
    const tokens: string[] = [];
    const { client, sim } = world(
      {
        '/inbound': ({ params }) => {
          tokens.push(params['CallToken'] ?? '');
          return xml('<Pause length="5"/>');
        },
      },
      { person: noAnswer() },
    );
    sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.advance(1000);
    const withToken = { ...good, from: CALLER, callToken: tokens[0] as string };
    expect(tokens[0]).toMatch(/^%7B%22parentCallInfoToken/);
    expect((await client.calls.create(withToken)).status).toBe('queued');
    expect(await refusal(client.calls.create({ ...withToken, from: '+12125550124' }))).toMatchObject({ code: 21210 });
    expect(await refusal(client.calls.create({ ...good, from: CALLER }))).toMatchObject({ code: 21210 });
    await sim.settle();
    expect(await refusal(client.calls.create(withToken))).toMatchObject({ code: 21210 });
  });

  it('a create with both Url and Twiml is a warning, and Url is used', async () => {
    const { client, sim, paths } = world({ '/hello': () => TWIML }, { person: human() });
    await client.calls.create({ ...good, url: `${BASE}/hello` });
    await sim.settle();
    expect(sim.debugger).toMatchObject([{ code: 32019, level: 'warning' }]);
    expect(paths()).toEqual(['/hello']);
  });

  it('calls that exceed the calls per second are queued', async () => {
    const { client, sim } = world({}, { person: human(), cps: 1 });
    const calls = [];
    for (let n = 0; n < 3; n += 1) calls.push(await client.calls.create(good));
    expect(calls.map(({ queueTime }) => queueTime)).toEqual(['0', '1000', '2000']);
    await sim.settle();
    const ringing = sim.calls.map((call) => call.ringingAt ?? 0);
    expect(ringing.map((at) => at - (ringing[0] ?? 0))).toEqual([0, 1000, 2000]);
  });
});

describe('ending and redirecting', () => {
  async function at(moment: 'queued' | 'initiated' | 'ringing' | 'in-progress' | 'over') {
    const { client, sim, log } = world({}, { person: human() });
    const { sid } = await client.calls.create({
      to: PHONE,
      from: NUMBER,
      twiml: xml('<Pause length="60"/>'),
      statusCallback: `${BASE}/status`,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    });
    const ms = { queued: 0, initiated: 500, ringing: 3000, 'in-progress': 9000, over: 120_000 }[moment];
    await sim.advance(ms);
    return { client, sim, sid, log };
  }

  it('a queued call is cancelled without any callback', async () => {
    for (const status of ['canceled', 'completed'] as const) {
      const { client, sim, sid, log } = await at('queued');
      expect((await client.calls(sid).update({ status })).status).toBe('canceled');
      await sim.settle();
      expect(log()).toEqual([]);
    }
  });

  it('a call that is dialled or rings can be cancelled', async () => {
    for (const moment of ['initiated', 'ringing'] as const) {
      const { client, sim, sid, log } = await at(moment);
      await client.calls(sid).update({ status: 'canceled' });
      await sim.settle();
      expect(log().at(-1)).toBe('S:canceled');
    }
  });

  it('a call in progress cannot be cancelled, but completed', async () => {
    const { client, sim, sid, log } = await at('in-progress');
    expect((await client.calls(sid).update({ status: 'canceled' })).status).toBe('in-progress');
    expect((await client.calls(sid).update({ status: 'completed' })).status).toBe('completed');
    await sim.settle();
    expect(log().at(-1)).toBe('S:completed');
  });

  it('a call that is over cannot be changed', async () => {
    const { client, sid } = await at('over');
    expect(await refusal(client.calls(sid).update({ status: 'completed' }))).toMatchObject({
      status: 400,
      code: 21220,
    });
    expect(await refusal(client.calls(sid).update({ twiml: TWIML }))).toMatchObject({
      code: 21220,
      message: 'Call is not in-progress. Cannot redirect.',
    });
    expect(await client.calls(sid).remove()).toBe(true);
    expect(await refusal(client.calls(sid).fetch())).toMatchObject({ status: 404, code: 20404 });
  });

  it('only a call in progress can be redirected', async () => {
    for (const moment of ['queued', 'ringing'] as const) {
      const { client, sid } = await at(moment);
      expect(await refusal(client.calls(sid).update({ twiml: TWIML }))).toMatchObject({ status: 400, code: 21220 });
    }
    const { client, sim, sid } = await at('in-progress');
    await client.calls(sid).update({ twiml: TWIML });
    await sim.settle();
    expect(sim.call(sid)?.heard).toEqual(['Hello']);
  });
});

describe('everything else of REST', () => {
  it('REST refuses wrong credentials and unknown resources', async () => {
    const { sim } = world({});
    const stranger = twilio(sim.accountSid, 'wrong', { httpClient: sim.httpClient });
    expect(await refusal(stranger.calls.list())).toMatchObject({ status: 401, code: 20003 });
    const { client } = world({});
    expect(await refusal(client.calls('CA' + '0'.repeat(32)).fetch())).toMatchObject({ status: 404, code: 20404 });
    expect((await refusal(client.messages.list())).message).toContain('simulator');
  });

  it('REST accepts API keys', async () => {
    const key = 'SK' + 'a'.repeat(32);
    const sim = createSimulator({ apiKeys: { [key]: 'secret' } });
    const client = twilio(key, 'secret', { accountSid: sim.accountSid, httpClient: sim.httpClient });
    expect(await client.calls.list()).toEqual([]);
  });

  it('REST lists calls, page by page', async () => {
    const { client, sim } = world({}, { person: noAnswer() });
    for (let n = 0; n < 5; n += 1) await client.calls.create({ to: PHONE, from: NUMBER, twiml: TWIML });
    await sim.advance(2000);
    expect(await client.calls.list({ pageSize: 2 })).toHaveLength(5);
    expect(await client.calls.list({ status: 'ringing', to: PHONE })).toHaveLength(5);
    expect(await client.calls.list({ status: 'completed' })).toHaveLength(0);
    expect(await client.calls.list({ startTimeAfter: new Date(0) })).toHaveLength(0);
  });

  it('REST shows, changes and empties conferences', async () => {
    const { client, sim, log } = world({
      '/inbound': () => xml(conference('room', '/ended')),
      '/ended': () => xml('<Say>Bye</Say>'),
    });
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.advance(1000);
    const [room] = await client.conferences.list({ friendlyName: 'room' });
    expect(room).toMatchObject({ status: 'init', friendlyName: 'room' });
    const sid = room?.sid as string;
    expect(await client.conferences(sid).participants.list()).toMatchObject([{ callSid: caller.sid, muted: false }]);
    const muted = await client
      .conferences(sid)
      .participants(caller.sid)
      .update({ muted: true, endConferenceOnExit: false });
    expect(muted).toMatchObject({ muted: true, endConferenceOnExit: false });
    expect((await client.conferences(sid).update({ status: 'completed' })).status).toBe('completed');
    await sim.settle();
    expect(caller.heard).toEqual(['Bye']);
    expect(log()).toContain('ended:answered/in-progress');
    expect(sim.conferences).toMatchObject([{ reasonEnded: 'conference-ended-via-api' }]);
  });

  it('REST removes a participant, who goes on at the action', async () => {
    const { client, sim, find } = world({
      '/inbound': () => xml(conference('room', '/ended')),
      '/ended': () => xml('<Say>Bye</Say>'),
    });
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.advance(1000);
    const sid = sim.conferences[0]?.sid as string;
    expect(await client.conferences(sid).participants(caller.sid).remove()).toBe(true);
    await sim.settle();
    expect(caller.heard).toEqual(['Bye']);
    expect(find('/conference').at(-1)?.params).toMatchObject({
      ReasonConferenceEnded: 'participant-with-end-conference-on-exit-kicked',
    });
  });

  it('REST is the same over web-standard requests, with or without the host in the path', async () => {
    const { sim } = world({}, { person: noAnswer() });
    const authorization = `Basic ${Buffer.from(`${sim.accountSid}:${sim.authToken}`).toString('base64')}`;
    for (const host of ['', '/api.twilio.com']) {
      const response = await sim.fetch(
        new Request(`http://127.0.0.1:4010${host}/2010-04-01/Accounts/${sim.accountSid}/Calls.json`, {
          method: 'POST',
          headers: { authorization },
          body: new URLSearchParams({ To: PHONE, From: NUMBER, Twiml: TWIML }),
        }),
      );
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ status: 'queued' });
    }
    expect((await sim.fetch(new Request('http://127.0.0.1/2010-04-01/Accounts/AC1/Calls.json'))).status).toBe(401);
  });
});
