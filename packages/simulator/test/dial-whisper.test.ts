import { describe, expect, it } from 'vitest';
import { fax, human, screening, voicemail } from '../src/index.js';
import { xml } from './app.js';
import { ANN, dial, dialled, dialTo, number } from './dialling.js';

const QUESTION = 'Press a key to take the call';
const gate = xml(
  `<Gather numDigits="1" action="/pressed" timeout="4"><Say>${QUESTION}</Say></Gather><Say>Goodbye</Say><Hangup/>`,
);
const whisper = dialTo(number(ANN, 'url="/whisper"'), 'answerOnBridge="true"');

describe('the document of a number', () => {
  it("a number's document is requested at pick-up, with a child leg's parameters", async () => {
    const { find, leg, caller } = await dialled(
      whisper,
      { [ANN]: human() },
      { handlers: { '/whisper': () => xml('<Say>A call for Ann</Say>') } },
    );
    const [asked, ...more] = find('/whisper');
    expect(more).toEqual([]);
    expect(asked?.at).toBe(leg(ANN).answeredAt);
    expect(asked?.request.method).toBe('POST');
    expect(asked?.params).toMatchObject({
      CallSid: leg(ANN).sid,
      ParentCallSid: caller.sid,
      CallStatus: 'in-progress',
      Direction: 'outbound-dial',
      To: ANN,
    });
    expect(asked?.params).not.toHaveProperty('CallToken');
  });

  it("a number's document is heard by the callee alone, while the caller’s phone rings; then the two are connected", async () => {
    const { sim, caller, leg } = dial(
      whisper,
      { [ANN]: human({ ringMs: 2000, talkMs: 9000 }) },
      { handlers: { '/whisper': () => xml('<Play>/ding.mp3</Play><Say>A call for Ann</Say><Pause length="3"/>') } },
    );
    await sim.advance(8000);
    expect(leg(ANN)).toMatchObject({ status: 'in-progress', bridgedWith: [] });
    expect(caller).toMatchObject({ status: 'ringing', heard: [], bridgedWith: [] });
    await sim.settle();
    expect(leg(ANN).heard).toEqual(['https://app.example.com/ding.mp3', 'A call for Ann']);
    expect((leg(ANN).bridgedWith[0]?.since ?? 0) - (leg(ANN).answeredAt ?? 0)).toBe(20 + 5000 + 1240 + 3000);
    expect(caller.bridgedWith).toMatchObject([{ sid: leg(ANN).sid, ms: 9000 }]);
    expect(caller.heard).toEqual(['Over']);
  });

  it("a number's document may ask for a key: with it they are connected once the answer is over", async () => {
    const { leg, find, caller, ended } = await dialled(
      whisper,
      { [ANN]: human({ key: '5', talkMs: 9000 }) },
      { handlers: { '/whisper': () => gate, '/pressed': () => xml('<Say>Thank you</Say>') } },
    );
    expect(find('/pressed')[0]?.params).toMatchObject({ Digits: '5', CallSid: leg(ANN).sid });
    expect(leg(ANN).heard).toEqual([QUESTION, 'Thank you']);
    expect(caller.bridgedWith).toMatchObject([{ sid: leg(ANN).sid, ms: 9000 }]);
    expect(ended()).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'true' });
  });

  it.each([
    ['somebody who presses none', human()],
    ['a voicemail', voicemail({ ringMs: 3000 })],
    ['a fax', fax()],
    ['a screening robot', screening()],
  ])("a number's document ends the leg without a key: %s never has the caller", async (_, person) => {
    const { sim, leg, caller, ended } = await dialled(
      whisper,
      { [ANN]: person },
      { handlers: { '/whisper': () => gate } },
    );
    expect(leg(ANN).heard).toEqual([QUESTION, 'Goodbye']);
    expect(caller).toMatchObject({ bridgedWith: [], heard: ['Over'] });
    // They did answer, and it did end: only DialBridged tells the difference (twilio.com/docs/voice/twiml/dial#action).
    expect(ended()).toMatchObject({ CallStatus: 'ringing', DialCallStatus: 'completed', DialBridged: 'false' });
    expect(sim.debugger).toEqual([]);
  });

  it("a number's document may lead elsewhere, by GET too", async () => {
    const { leg, find, caller } = await dialled(
      dialTo(number(ANN, 'url="/whisper" method="GET"')),
      { [ANN]: human() },
      {
        handlers: {
          '/whisper': () => xml('<Redirect method="GET">/more</Redirect>'),
          '/more': () => xml('<Say>More</Say>'),
        },
      },
    );
    expect(find('/whisper')[0]?.request.method).toBe('GET');
    expect(leg(ANN).heard).toEqual(['More']);
    expect(caller.bridgedWith).toHaveLength(1);
  });

  it.each(['Dial', 'Record', 'Enqueue', 'Reject'])("a number's document may not contain <%s>", async (verb) => {
    const { sim, caller, leg } = await dialled(
      whisper,
      { [ANN]: human() },
      { handlers: { '/whisper': () => xml(`<${verb}/>`) } },
    );
    expect(sim.debugger).toMatchObject([{ code: 0, callSid: leg(ANN).sid }]);
    expect(sim.debugger[0]?.message).toContain(`<${verb}> in the document of a <Number url>`);
    expect(caller.bridgedWith).toEqual([]);
  });

  it("a number's document that is not available ends the leg", async () => {
    const { sim, caller, leg, ended } = await dialled(
      whisper,
      { [ANN]: human() },
      { handlers: { '/whisper': () => ({ status: 500 }) } },
    );
    expect(sim.debugger).toMatchObject([{ code: 11_200, callSid: leg(ANN).sid }]);
    expect(caller.bridgedWith).toEqual([]);
    expect(ended()).toMatchObject({ DialBridged: 'false' });
  });

  it("a number's document stops when the caller hangs up meanwhile, and nobody is connected", async () => {
    const { leg, caller, ended } = await dialled(
      whisper,
      { [ANN]: human({ ringMs: 1000 }) },
      { handlers: { '/whisper': () => xml('<Pause length="20"/>') }, call: { hangUp: { afterMs: 5000 } } },
    );
    expect(leg(ANN)).toMatchObject({ status: 'completed', endedAt: caller.endedAt, bridgedWith: [] });
    expect(ended()).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'false' });
  });

  it("a number's document stops when the callee hangs up", async () => {
    const { sim, leg, caller } = dial(
      whisper,
      { [ANN]: human({ ringMs: 1000 }) },
      { handlers: { '/whisper': () => xml('<Pause length="20"/>') } },
    );
    await sim.advance(5000);
    leg(ANN).hangUp();
    await sim.settle();
    expect(caller).toMatchObject({ bridgedWith: [], heard: ['Over'] });
  });

  it("a number's document plays beside detection, whose verdict may come first or last", async () => {
    for (const [seconds, bridgedFirst] of [
      [1, true],
      [9, false],
    ] as const) {
      const { find, leg } = await dialled(
        dialTo(number(ANN, 'url="/whisper" machineDetection="Enable" amdStatusCallback="/amd"')),
        { [ANN]: human() },
        { handlers: { '/whisper': () => xml(`<Pause length="${seconds}"/>`) } },
      );
      const verdictAt = find('/amd')[0]?.at ?? 0;
      expect(verdictAt - (leg(ANN).answeredAt ?? 0)).toBe(2600);
      expect((leg(ANN).bridgedWith[0]?.since ?? 0) < verdictAt).toBe(bridgedFirst);
    }
  });
});
