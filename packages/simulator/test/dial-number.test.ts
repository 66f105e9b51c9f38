import { describe, expect, it } from 'vitest';
import { busy, fax, human, noAnswer, refused, silent, unreachable, voicemail, you } from '../src/index.js';
import { BASE, CALLER, NUMBER, world, xml } from './app.js';
import { ANN, dial, dialled, dialTo, number } from './dialling.js';

describe('a dialled number', () => {
  it('a dialled number has the caller from pick-up on, and the action reports it', async () => {
    const { sim, caller, leg, ended, at } = await dialled(dialTo(number(ANN)), { [ANN]: human({ talkMs: 20_000 }) });
    expect(leg(ANN)).toMatchObject({
      direction: 'outbound-dial',
      from: CALLER,
      parentSid: caller.sid,
      status: 'completed',
      duration: 20,
      bridgedWith: [{ sid: caller.sid, since: leg(ANN).answeredAt, ms: 20_000 }],
    });
    expect(at(leg(ANN).ringingAt)).toBe(20 + 1000);
    expect(ended()).toMatchObject({
      CallSid: caller.sid,
      CallStatus: 'in-progress',
      DialCallStatus: 'completed',
      DialCallSid: leg(ANN).sid,
      DialCallDuration: '20',
      DialBridged: 'true',
    });
    expect(caller.heard).toEqual(['Over']);
    expect(sim.debugger).toEqual([]);
  });

  it('a dialled number may be the text of the Dial, and the next verb follows without an action', async () => {
    const { caller, leg } = await dialled(`<Dial>${ANN}</Dial><Say>Next</Say>`, { [ANN]: human() });
    expect(leg(ANN).bridgedWith).toHaveLength(1);
    expect(caller.heard).toEqual(['Next']);
  });

  it.each([
    ['busy', busy()],
    ['no-answer', noAnswer()],
    ['failed', unreachable()],
  ])('a dialled number that is %s bridges nobody', async (status, person) => {
    const { caller, leg, ended, sim } = await dialled(dialTo(number(ANN)), { [ANN]: person });
    expect(ended()).toMatchObject({
      DialCallStatus: status,
      DialCallSid: leg(ANN).sid,
      DialCallDuration: '0',
      DialBridged: 'false',
    });
    expect(caller).toMatchObject({ bridgedWith: [], heard: ['Over'] });
    expect(sim.debugger).toEqual([]);
  });

  it('a dialled number rings 30 seconds by default', async () => {
    for (const [attributes, ms] of [
      ['', 30_000],
      ['timeout="12"', 12_000],
    ] as const) {
      const { leg } = await dialled(dialTo(number(ANN), attributes), { [ANN]: noAnswer() });
      expect((leg(ANN).endedAt ?? 0) - (leg(ANN).ringingAt ?? 0)).toBe(ms);
    }
  });

  it('a dialled call is cut off by the time limit, and by a caller who presses *', async () => {
    const limited = await dialled(dialTo(number(ANN), 'timeLimit="7"'), { [ANN]: human() });
    expect(limited.ended()).toMatchObject({ DialCallDuration: '7', DialCallStatus: 'completed' });
    const starred = dial(dialTo(number(ANN), 'hangupOnStar="true"'), { [ANN]: human() });
    await starred.sim.advance(10_000);
    starred.caller.press('1*');
    await starred.sim.settle();
    expect(starred.leg(ANN).bridgedWith[0]?.ms).toBeLessThan(5000);
    expect(starred.caller.heard).toEqual(['Over']);
  });

  it.each([
    ['a bad number', '<Dial action="/ended">415 555</Dial>', {}, 13_223],
    ['a country not allowed', '<Dial action="/ended">+442079460000</Dial>', { forbiddenCountries: ['GB'] }, 13_227],
    ['a strange caller id', `<Dial action="/ended" callerId="+12125550999">${ANN}</Dial>`, {}, 13_214],
    ['a number Twilio refuses', `<Dial action="/ended">${ANN}</Dial>`, { people: { [ANN]: refused(21_214) } }, 13_224],
    ['a number Twilio blocks', `<Dial action="/ended">${ANN}</Dial>`, { people: { [ANN]: refused(21_216) } }, 13_225],
  ])('a dialled number that fails leaves an entry in the debugger: %s', async (_, verb, simulator, code) => {
    const { sim, ended } = await dialled(verb, { [ANN]: human() }, { simulator });
    expect(sim.debugger.map((entry) => entry.code)).toEqual([code]);
    expect(ended()).toMatchObject({ DialCallStatus: 'failed', DialBridged: 'false' });
  });

  it('a dialled number sees the given caller id: the number called, or a verified one', async () => {
    for (const callerId of [NUMBER, '+12125550100']) {
      const { sim, leg } = await dialled(
        dialTo(number(ANN), `callerId="${callerId}"`),
        { [ANN]: human() },
        { simulator: { callerIds: ['+12125550100'] } },
      );
      expect(leg(ANN).from).toBe(callerId);
      expect(sim.debugger).toEqual([]);
    }
  });

  it('a dialled number has its own status callback, for the end or for what was subscribed', async () => {
    const only = await dialled(dialTo(number(ANN, `statusCallback="${BASE}/status"`)), { [ANN]: human() });
    expect(only.find('/status').map(({ params }) => params['CallStatus'])).toEqual(['completed']);
    const all = await dialled(
      dialTo(
        number(
          ANN,
          'statusCallback="/status" statusCallbackEvent="initiated ringing answered completed" statusCallbackMethod="GET"',
        ),
      ),
      { [ANN]: human({ talkMs: 61_000 }) },
    );
    const told = all.find('/status');
    expect(told.map(({ params }) => [params['CallStatus'], params['SequenceNumber']])).toEqual([
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ]);
    expect(told[0]?.request.method).toBe('GET');
    expect(told[3]?.params).toMatchObject({
      CallSid: all.leg(ANN).sid,
      ParentCallSid: all.caller.sid,
      Direction: 'outbound-dial',
      From: CALLER,
      To: ANN,
      CallbackSource: 'call-progress-events',
      CallDuration: '61',
      Duration: '2',
      SipResponseCode: '200',
    });
    expect(all.find('/number')[0]?.params).not.toHaveProperty('ParentCallSid');
  });

  it('a dialled number can be you', async () => {
    const { sim, leg, caller } = dial(dialTo(number(ANN)), { [ANN]: you() });
    await sim.advance(3000);
    expect(leg(ANN).answer()).toBe(true);
    expect(caller.bridgedWith).toMatchObject([{ sid: leg(ANN).sid }]);
    leg(ANN).hangUp();
    await sim.settle();
    expect(caller.heard).toEqual(['Over']);
  });

  it('a leg that REST created can dial, too', async () => {
    const { sim, client } = world({}, { people: { [ANN]: human(), '+14155550150': human({ ringMs: 100 }) } });
    await client.calls.create({ to: '+14155550150', from: NUMBER, twiml: xml(`<Dial>${ANN}</Dial>`) });
    await sim.settle();
    expect(sim.calls.map(({ direction, parentSid }) => [direction, parentSid])).toEqual([
      ['outbound-api', undefined],
      ['outbound-dial', sim.calls[0]?.sid],
    ]);
    expect(sim.calls[1]?.bridgedWith).toMatchObject([{ sid: sim.calls[0]?.sid, ms: 30_000 }]);
  });
});

describe('the caller', () => {
  const ring = dialTo(number(ANN), 'answerOnBridge="true"');

  it('with answerOnBridge the caller hears ringing until they are connected', async () => {
    const { sim, caller, leg } = dial(ring, { [ANN]: human({ ringMs: 6000 }) });
    await sim.advance(7000);
    expect([caller.status, leg(ANN).status]).toEqual(['ringing', 'ringing']);
    await sim.settle();
    expect(caller.answeredAt).toBe(leg(ANN).answeredAt);
    expect(caller.bridgedWith).toMatchObject([{ since: caller.answeredAt }]);
  });

  it('a caller who heard something before has already been answered', async () => {
    const { caller, leg } = await dialled(`<Say>Hello</Say>${ring}`, { [ANN]: human() });
    expect(caller.answeredAt).toBeLessThan(leg(ANN).createdAt);
  });

  it('a caller is still ringing when the dialled number was engaged', async () => {
    const { sim, caller, find } = dial(ring, { [ANN]: busy() }, { handlers: { '/ended': () => xml('<Reject/>') } });
    await sim.settle();
    expect(find('/ended')[0]?.params).toMatchObject({ CallStatus: 'ringing', DialCallStatus: 'busy' });
    expect(caller).toMatchObject({ status: 'no-answer', answeredAt: undefined });
  });

  it.each([
    ['while it rings', 4000, 'completed', 'canceled', 'canceled', 'false'],
    ['while they talk', 12_000, 'completed', 'completed', 'completed', 'true'],
  ])('a caller who hangs up %s ends the leg, and the action is told', async (_, ms, status, leg, told, bridged) => {
    const app = await dialled(dialTo(number(ANN)), { [ANN]: human() }, { call: { hangUp: { afterMs: ms } } });
    expect(app.caller).toMatchObject({ status, heard: [] });
    expect(app.leg(ANN)).toMatchObject({ status: leg, endedAt: app.caller.endedAt });
    expect(app.ended()).toMatchObject({ CallStatus: status, DialCallStatus: told, DialBridged: bridged });
  });

  it('a caller may give up before they were answered', async () => {
    const app = await dialled(ring, { [ANN]: human() }, { call: { hangUp: { when: 'leg-ringing', afterMs: 500 } } });
    expect(app.ended()).toMatchObject({ CallStatus: 'no-answer', DialCallStatus: 'canceled' });
    expect(app.leg(ANN)).toMatchObject({ status: 'canceled', sipCode: 487 });
  });
});

describe('detection', () => {
  const detect = 'machineDetection="Enable" amdStatusCallback="/amd"';

  it.each([
    ['human', human(), 2600],
    ['machine_start', voicemail({ ringMs: 2000 }), 3800],
    ['fax', fax(), 3200],
    ['unknown', silent(), 5000],
  ])('detection of a dialled number says %s while the two hear each other', async (answeredBy, person, ms) => {
    const { find, leg, caller, sim } = await dialled(dialTo(number(ANN, detect)), { [ANN]: person });
    const [verdict, ...more] = find('/amd');
    expect(more).toEqual([]);
    expect(verdict?.params).toEqual({
      AccountSid: sim.accountSid,
      CallSid: leg(ANN).sid,
      AnsweredBy: answeredBy,
      MachineDetectionDuration: String(ms),
    });
    expect((verdict?.at ?? 0) - (leg(ANN).answeredAt ?? 0)).toBe(ms);
    expect(caller.bridgedWith).toMatchObject([{ sid: leg(ANN).sid, since: leg(ANN).answeredAt }]);
    expect(caller.bridgedWith[0]?.ms).toBeGreaterThan(ms);
    expect(leg(ANN).answeredBy).toBe(answeredBy);
    expect(sim.debugger).toEqual([]);
  });

  it('detection of a dialled number obeys its own settings', async () => {
    const settings =
      'machineDetection="DetectMessageEnd" machineDetectionTimeout="10" amdStatusCallback="/amd" amdStatusCallbackMethod="GET"';
    const end = await dialled(dialTo(number(ANN, settings)), { [ANN]: voicemail({ ringMs: 0 }) });
    expect(end.find('/amd')[0]?.params).toMatchObject({
      AnsweredBy: 'machine_end_other',
      MachineDetectionDuration: '10000',
    });
    expect(end.find('/amd')[0]?.request.method).toBe('GET');
    const quiet = `${detect} machineDetectionSilenceTimeout="2000"`;
    const soon = await dialled(dialTo(number(ANN, quiet)), { [ANN]: silent() });
    expect(soon.find('/amd')[0]?.params).toMatchObject({ MachineDetectionDuration: '2000' });
  });

  it.each([
    ['machineDetection="yes"', [12_200]],
    [`${detect} machineDetectionTimeout="2"`, [12_200]],
    [`${detect} machineDetectionSilenceTimeout="100"`, [12_200]],
    [`${detect} asyncAmd="true"`, [12_200, 21_263]],
    [`${detect} asyncAmdStatusCallback="/amd"`, [12_200, 21_263]],
  ])('detection attributes are warned about: %s', async (attributes, codes) => {
    const { sim, find } = await dialled(dialTo(number(ANN, attributes)), { [ANN]: human() });
    expect(sim.debugger.map(({ code, level }) => [code, level])).toEqual(codes.map((code) => [code, 'warning']));
    expect(find('/amd').length).toBe(attributes.startsWith(detect) ? 1 : 0);
  });

  it('detection says nothing about a call that ended before, unless the toggle says so', async () => {
    for (const [asyncResultAfterHangup, results] of [
      ['none', []],
      ['unknown', ['unknown']],
    ] as const) {
      const { find } = await dialled(
        dialTo(number(ANN, detect)),
        { [ANN]: human({ verdictMs: 9000, talkMs: 1000 }) },
        { simulator: { toggles: { asyncResultAfterHangup } } },
      );
      expect(find('/amd').map(({ params }) => params['AnsweredBy'])).toEqual(results);
    }
  });
});
