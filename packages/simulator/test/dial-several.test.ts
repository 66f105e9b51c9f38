import { describe, expect, it } from 'vitest';
import { busy, human, noAnswer, voicemail } from '../src/index.js';
import { BASE, NUMBER, world, xml } from './app.js';
import { ANN, BEN, CARA, dial, dialled, dialTo, number } from './dialling.js';

const three = number(ANN) + number(BEN) + number(CARA);

describe('several numbers', () => {
  it('several numbers ring at once: the first to pick up has the caller, the others are cancelled', async () => {
    const { leg, caller, ended } = await dialled(dialTo(three), {
      [ANN]: human({ ringMs: 9000 }),
      [BEN]: human({ ringMs: 4000, talkMs: 11_000 }),
      [CARA]: noAnswer(),
    });
    expect(new Set([ANN, BEN, CARA].map((to) => leg(to).ringingAt)).size).toBe(1);
    for (const to of [ANN, CARA]) {
      expect(leg(to)).toMatchObject({ status: 'canceled', sipCode: 487, endedAt: leg(BEN).answeredAt });
    }
    expect(caller.bridgedWith).toMatchObject([{ sid: leg(BEN).sid, ms: 11_000 }]);
    expect(ended()).toMatchObject({ DialCallSid: leg(BEN).sid, DialCallStatus: 'completed', DialCallDuration: '11' });
  });

  it('a person loses to a voicemail that is faster', async () => {
    const { leg, caller } = await dialled(dialTo(three), {
      [ANN]: human({ ringMs: 9000 }),
      [BEN]: voicemail({ ringMs: 1000 }),
      [CARA]: human(),
    });
    expect(leg(ANN).status).toBe('canceled');
    expect(caller.bridgedWith).toMatchObject([{ sid: leg(BEN).sid, ms: 75_000 }]);
  });

  it('several numbers go on while one is engaged; when all failed, the last to end is reported', async () => {
    const people = { [ANN]: busy(), [BEN]: noAnswer(), [CARA]: human({ ringMs: 5000 }) };
    const good = await dialled(dialTo(three), people);
    expect(good.ended()).toMatchObject({ DialCallSid: good.leg(CARA).sid, DialCallStatus: 'completed' });
    const bad = await dialled(dialTo(three, 'timeout="5"'), { ...people, [CARA]: busy() });
    expect(bad.ended()).toMatchObject({ DialCallSid: bad.leg(BEN).sid, DialCallStatus: 'no-answer' });
  });

  it('several numbers have their own callbacks', async () => {
    const nouns = [ANN, BEN].map((to) =>
      number(to, `statusCallback="/status" statusCallbackEvent="answered completed"`),
    );
    const { find, leg } = await dialled(dialTo(nouns.join('')), { [ANN]: human(), [BEN]: noAnswer() });
    expect(find('/status').map(({ params }) => [params['To'], params['CallStatus']])).toEqual([
      [ANN, 'in-progress'],
      [BEN, 'canceled'],
      [ANN, 'completed'],
    ]);
    expect(leg(BEN).answeredAt).toBeUndefined();
  });

  it('several numbers ring one after the other with sequential', async () => {
    const { leg, caller, ended } = await dialled(dialTo(three, 'sequential="true" timeout="8"'), {
      [ANN]: noAnswer(),
      [BEN]: busy(),
      [CARA]: human({ talkMs: 5000 }),
    });
    expect(leg(BEN).createdAt).toBe(leg(ANN).endedAt);
    expect(leg(CARA).createdAt).toBe(leg(BEN).endedAt);
    expect([ANN, BEN, CARA].map((to) => leg(to).status)).toEqual(['no-answer', 'busy', 'completed']);
    expect(caller.bridgedWith).toMatchObject([{ sid: leg(CARA).sid, ms: 5000 }]);
    expect(ended()).toMatchObject({ DialCallSid: leg(CARA).sid });
  });

  it('numbers after the one who answered are not rung', async () => {
    const { sim, ended } = await dialled(dialTo(three, 'sequential="true"'), { [ANN]: human({ talkMs: 1000 }) });
    expect(sim.calls).toHaveLength(2);
    expect(ended()).toMatchObject({ DialCallStatus: 'completed' });
  });

  it('all numbers are released when the caller hangs up', async () => {
    const { sim, ended } = await dialled(dialTo(three), {}, { call: { hangUp: { afterMs: 300 } } });
    expect(sim.calls.slice(1).map(({ status }) => status)).toEqual(['canceled', 'canceled', 'canceled']);
    expect(ended()).toMatchObject({ DialCallStatus: 'canceled' });
  });

  const asked = [ANN, BEN].map((to) => number(to, 'url="/whisper"')).join('');
  const gate = xml('<Gather numDigits="1" action="/pressed" timeout="2"><Say>Press</Say></Gather><Hangup/>');
  const handlers = { '/whisper': () => gate, '/pressed': () => xml('<Say>Thanks</Say>') };
  const machineFirst = {
    [ANN]: voicemail({ ringMs: 1000 }),
    [BEN]: human({ ringMs: 3000, key: '1', keyAfterMs: 500 }),
  };

  it('with a document, the first to pick up stops the others, whatever they do with it', async () => {
    const { caller, leg, ended } = await dialled(dialTo(asked), machineFirst, { handlers });
    expect(leg(BEN).status).toBe('canceled');
    expect(caller.bridgedWith).toEqual([]);
    expect(ended()).toMatchObject({ DialCallSid: leg(ANN).sid, DialCallStatus: 'completed', DialBridged: 'false' });
  });

  it('with a document and dialRace = first-connected, the first to get through it wins', async () => {
    const simulator = { toggles: { dialRace: 'first-connected' } } as const;
    const { caller, leg } = await dialled(dialTo(asked), machineFirst, { handlers, simulator });
    expect(caller.bridgedWith).toMatchObject([{ sid: leg(BEN).sid }]);
    const both = await dialled(
      dialTo(asked),
      {
        [ANN]: human({ ringMs: 1000, key: '1', keyAfterMs: 3000 }),
        [BEN]: human({ ringMs: 2000, key: '1', keyAfterMs: 500 }),
      },
      { handlers, simulator },
    );
    expect(both.caller.bridgedWith).toMatchObject([{ sid: both.leg(BEN).sid }]);
    expect(both.leg(ANN)).toMatchObject({ status: 'completed', bridgedWith: [] });
  });
});

describe('a child leg over REST', () => {
  const talk = dialTo(number(ANN, `statusCallback="${BASE}/status"`));

  it('a child leg is a call like any other over REST, and names its parent', async () => {
    const { sim, client, caller, leg } = dial(talk, { [ANN]: human() });
    await sim.advance(10_000);
    const fetched = await client.calls(leg(ANN).sid).fetch();
    expect(fetched).toMatchObject({
      direction: 'outbound-dial',
      parentCallSid: caller.sid,
      status: 'in-progress',
      to: ANN,
    });
    expect((await client.calls.list({ parentCallSid: caller.sid })).map(({ sid }) => sid)).toEqual([leg(ANN).sid]);
    expect((await client.calls(caller.sid).fetch()).parentCallSid).toBeNull();
  });

  it.each([
    ['ringing', 3000, 'canceled', 'canceled', 'false'],
    ['talking', 10_000, 'completed', 'completed', 'true'],
  ])('a child leg ended while %s sends the parent on to its action', async (_, ms, status, told, bridged) => {
    const { sim, client, caller, leg, ended, find } = dial(talk, { [ANN]: human() });
    await sim.advance(ms);
    expect((await client.calls(leg(ANN).sid).update({ status: 'completed' })).status).toBe(status);
    await sim.settle();
    expect(ended()).toMatchObject({ DialCallStatus: told, DialBridged: bridged, CallStatus: 'in-progress' });
    expect(find('/status')).toHaveLength(1);
    expect(caller.heard).toEqual(['Over']);
  });

  it('a child leg ended before it was dialled sends nothing', async () => {
    const { sim, client, leg, find, ended } = dial(talk, { [ANN]: human() });
    await sim.advance(100);
    await client.calls(leg(ANN).sid).update({ status: 'canceled' });
    await sim.settle();
    expect(find('/status')).toEqual([]);
    expect(ended()).toMatchObject({ DialCallStatus: 'canceled' });
  });

  it('a redirected child leg goes its own way, and the parent goes on without its duration', async () => {
    const { sim, client, caller, leg, ended } = dial(talk, { [ANN]: human({ talkMs: 90_000 }) });
    await sim.advance(10_000);
    await client.calls(leg(ANN).sid).update({ twiml: xml('<Say>Elsewhere</Say><Pause length="30"/>') });
    await sim.advance(2000);
    expect(leg(ANN)).toMatchObject({ status: 'in-progress', heard: ['Elsewhere'] });
    expect(ended()).toMatchObject({ DialCallSid: leg(ANN).sid, DialBridged: 'true' });
    expect(ended()).not.toHaveProperty('DialCallDuration');
    await sim.settle();
    expect(caller.heard).toEqual(['Over']);
    expect(leg(ANN).duration).toBeGreaterThan(30);
  });

  it('a redirected child leg may dial itself', async () => {
    const { sim, client, leg } = dial(talk, { [ANN]: human(), [BEN]: human({ ringMs: 1000, talkMs: 4000 }) });
    await sim.advance(10_000);
    await client.calls(leg(ANN).sid).update({ twiml: xml(`<Dial>${BEN}</Dial>`) });
    await sim.settle();
    expect(leg(BEN)).toMatchObject({ parentSid: leg(ANN).sid, bridgedWith: [{ sid: leg(ANN).sid, ms: 4000 }] });
    expect(sim.debugger).toEqual([]);
  });

  it('a ringing child leg cannot be redirected, and is released when its parent is redirected', async () => {
    const { sim, client, caller, leg } = dial(talk, { [ANN]: human() });
    await sim.advance(3000);
    await expect(client.calls(leg(ANN).sid).update({ url: `${BASE}/x` })).rejects.toMatchObject({ code: 21_220 });
    await client.calls(caller.sid).update({ twiml: xml('<Say>Changed</Say>') });
    await sim.settle();
    expect(leg(ANN).status).toBe('canceled');
    expect(caller.heard).toEqual(['Changed']);
  });

  it('a child leg does not count for the calls per second', async () => {
    const app = world({ '/inbound': () => xml(`<Dial>${three}</Dial>`) }, { people: { [ANN]: noAnswer() }, cps: 1 });
    app.sim.placeCall({ from: BEN, to: NUMBER });
    await app.client.calls.create({ to: ANN, from: NUMBER, twiml: xml('') });
    const second = await app.client.calls.create({ to: ANN, from: NUMBER, twiml: xml('') });
    await app.sim.advance(1500);
    expect(second.queueTime).toBe('1000');
    const children = app.sim.calls.filter(({ direction }) => direction === 'outbound-dial');
    expect(children).toHaveLength(3);
    for (const { sid } of children) expect((await app.client.calls(sid).fetch()).queueTime).toBe('0');
  });
});
