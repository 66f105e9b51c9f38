import { describe, expect, it } from 'vitest';
import { busy, human, noAnswer } from '../src/index.js';
import { BASE, CALLER, NUMBER, world, xml } from './app.js';
import type { World } from './app.js';
import { ANN, dial, dialled, dialTo, number } from './dialling.js';

const TOLD = 'recordingStatusCallback="/recorded"';
const recorded = ({ find }: World) => find('/recorded').map(({ params }) => params);

describe('a recorded Dial', () => {
  it('a recorded Dial has a file of the talk, which the action and the callback report', async () => {
    const app = await dialled(dialTo(number(ANN), `record="record-from-answer-dual" ${TOLD}`), {
      [ANN]: human({ talkMs: 12_000 }),
    });
    const [told, ...more] = recorded(app);
    expect(more).toEqual([]);
    expect(told).toEqual({
      AccountSid: app.sim.accountSid,
      CallSid: app.caller.sid,
      RecordingSid: expect.stringMatching(/^RE[0-9a-f]{32}$/) as string,
      RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${app.sim.accountSid}/Recordings/${told?.['RecordingSid'] ?? ''}`,
      RecordingStatus: 'completed',
      RecordingDuration: '12',
      RecordingChannels: '2',
      RecordingStartTime: 'Mon, 02 Jun 2025 17:40:07 +0000',
      RecordingSource: 'DialVerb',
      RecordingTrack: 'both',
    });
    expect(app.ended()['RecordingUrl']).toBe(told?.['RecordingUrl']);
    expect((app.find('/recorded')[0]?.at ?? 0) - (app.leg(ANN).endedAt ?? 0)).toBe(800);
    expect(app.sim.debugger).toEqual([]);
  });

  it('a Dial recording may begin at ringing, and report its beginning too', async () => {
    const events = 'recordingStatusCallbackEvent="in-progress completed absent" recordingStatusCallbackMethod="GET"';
    const app = await dialled(dialTo(number(ANN), `record="record-from-ringing" ${TOLD} ${events}`), {
      [ANN]: human({ ringMs: 6000, talkMs: 12_000 }),
    });
    expect(recorded(app)).toMatchObject([
      { RecordingStatus: 'in-progress', RecordingChannels: '1' },
      { RecordingStatus: 'completed', RecordingDuration: '18' },
    ]);
    expect(recorded(app)[0]).not.toHaveProperty('RecordingDuration');
    expect(app.find('/recorded')[0]).toMatchObject({ request: { method: 'GET' }, at: app.leg(ANN).ringingAt });
  });

  it.each([
    ['nothing asked for', 'record="do-not-record"', human()],
    ['nobody there', 'record="record-from-answer"', noAnswer()],
    ['engaged', 'record="record-from-ringing"', busy()],
  ])('a Dial recording has no file: %s', async (_, attributes, person) => {
    const app = await dialled(dialTo(number(ANN), `${attributes} ${TOLD}`), { [ANN]: person });
    expect(recorded(app)).toEqual([]);
    expect(app.ended()).not.toHaveProperty('RecordingUrl');
  });

  it('a Dial recording reports that there is none if configured: rung in vain, or a whisper that ended the leg', async () => {
    const rung = await dialled(
      dialTo(number(ANN), `record="record-from-ringing" ${TOLD} recordingStatusCallbackEvent="absent"`),
      { [ANN]: noAnswer() },
    );
    expect(recorded(rung)).toMatchObject([{ RecordingStatus: 'absent' }]);
    const refused = await dialled(
      dialTo(
        number(ANN, 'url="/whisper"'),
        `record="record-from-answer" ${TOLD} recordingStatusCallbackEvent="completed absent"`,
      ),
      { [ANN]: human() },
      { handlers: { '/whisper': () => xml('<Say>No</Say><Hangup/>') } },
    );
    expect(recorded(refused)).toMatchObject([{ RecordingStatus: 'absent' }]);
    expect(refused.ended()).not.toHaveProperty('RecordingUrl');
  });

  it('a Dial recording ends when the caller hangs up or is redirected', async () => {
    const verb = dialTo(number(ANN), `record="record-from-answer" ${TOLD}`);
    const hungUp = await dialled(verb, { [ANN]: human() }, { call: { hangUp: { when: 'bridged', afterMs: 4000 } } });
    expect(recorded(hungUp)).toMatchObject([{ RecordingDuration: '4' }]);
    expect(hungUp.ended()['RecordingUrl']).toBe(recorded(hungUp)[0]?.['RecordingUrl']);
    const moved = dial(verb, { [ANN]: human({ ringMs: 1000 }) });
    await moved.sim.advance(20 + 2000 + 5000);
    await moved.client.calls(moved.caller.sid).update({ twiml: xml('<Pause length="30"/>') });
    await moved.sim.settle();
    expect(recorded(moved)).toMatchObject([{ RecordingDuration: '5' }]);
  });

  it.each([
    '<Dial record="yes">+14155550142</Dial>',
    '<Dial><Conference record="record-from-answer">room</Conference></Dial>',
  ])('a record attribute is warned about with 12200: %s', async (verb) => {
    const { sim } = await dialled(verb, {}, { call: { hangUp: { afterMs: 5000 } } });
    expect(sim.debugger).toMatchObject([{ code: 12_200, level: 'warning' }]);
  });
});

describe('a recorded conference', () => {
  const room = (attributes: string, outside = ''): string =>
    `<Dial action="${BASE}/ended" ${outside}><Conference beep="false" endConferenceOnExit="true" ${attributes}>room</Conference></Dial>`;

  /** Two callers who hear these documents, the second ten seconds after the first; they talk for twenty. */
  async function meet(first: string, second: string): Promise<World> {
    const app = world({
      '/inbound': ({ params }) => xml(params['From'] === CALLER ? first : second),
      '/ended': () => xml('<Hangup/>'),
    });
    app.sim.placeCall({ from: CALLER, to: NUMBER });
    await app.sim.advance(10_000);
    app.sim.placeCall({ from: '+12125550124', to: NUMBER, hangUp: { afterMs: 20_020 } });
    await app.sim.settle(app.sim.clock.now() + 60_000);
    return app;
  }

  it('a recorded conference has a file from its start to its end', async () => {
    const app = await meet(room(`record="record-from-start" ${TOLD}`), room(''));
    expect(recorded(app)).toMatchObject([
      {
        ConferenceSid: app.sim.conferences[0]?.sid,
        CallSid: app.sim.calls[0]?.sid,
        RecordingSource: 'Conference',
        RecordingStatus: 'completed',
        RecordingDuration: '20',
        RecordingChannels: '1',
      },
    ]);
    expect(app.find('/ended')[0]?.params).not.toHaveProperty('RecordingUrl');
  });

  it('a recorded conference obeys only the first participant', async () => {
    expect(recorded(await meet(room(''), room(`record="record-from-start" ${TOLD}`)))).toEqual([]);
    const other = await meet(room(`record="record-from-start" ${TOLD}`), room('recordingStatusCallback="/other"'));
    expect(other.find('/other')).toEqual([]);
    expect(recorded(other)).toHaveLength(1);
  });

  it('a conference that never starts has no recording', async () => {
    const app = world({ '/inbound': () => xml(room(`record="record-from-start" ${TOLD}`)) });
    app.sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 30_000 } });
    await app.sim.settle();
    expect(recorded(app)).toEqual([]);
  });

  it('a conference may be recorded by a Dial instead, for the call that asks for it', async () => {
    const app = await meet(room('', `record="record-from-answer" ${TOLD}`), room(''));
    expect(recorded(app)).toMatchObject([
      { RecordingSource: 'DialVerb', CallSid: app.sim.calls[0]?.sid, RecordingDuration: '30' },
    ]);
    expect(recorded(app)[0]).not.toHaveProperty('ConferenceSid');
    const told = app.find('/ended').map(({ params }) => params['RecordingUrl']);
    expect(told.filter((url) => url !== undefined)).toEqual([recorded(app)[0]?.['RecordingUrl']]);
  });
});

describe('Record', () => {
  it('Record has the same callback, and keeps what was said when the call is redirected', async () => {
    const app = world({
      '/inbound': () => xml(`<Say>Speak</Say><Record action="/after" ${TOLD}/>`),
      '/after': () => xml(''),
    });
    const caller = app.sim.placeCall({ from: CALLER, to: NUMBER });
    await app.sim.settle();
    expect(recorded(app)).toMatchObject([
      { RecordingSource: 'RecordVerb', RecordingDuration: '11', RecordingChannels: '1', CallSid: caller.sid },
    ]);
    const other = app.sim.placeCall({ from: CALLER, to: NUMBER });
    await app.sim.advance(4720);
    await app.client.calls(other.sid).update({ twiml: xml('<Pause length="60"/>') });
    await app.sim.settle();
    expect(recorded(app)[1]).toMatchObject({ CallSid: other.sid, RecordingDuration: '4' });
    expect(app.find('/after')).toHaveLength(1);
  });
});
