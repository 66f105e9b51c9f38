import { createSimulator, handlerTransport, type SimulatedCall } from '@amd/simulator';
import { describe, expect, it } from 'vitest';
import { recordingsCut, stranded } from '../../src/crowds/stranded.js';

const call = (sid: string, createdAt: number, endedAt: number, talkMs = 0): SimulatedCall =>
  ({ sid, createdAt, endedAt, bridgedWith: [{ sid: 'CA9', since: 0, ms: talkMs }] }) as unknown as SimulatedCall;

describe('the judge of crowds', () => {
  it('the judge sees who waited too long, who had no outcome or two, and who was rung for in vain', () => {
    const outcomes = (...ids: string[]): ReadonlySet<string> => new Set(ids);
    const served = [
      { caller: call('CA1', 0, 90_000, 60_000), legs: [call('CA11', 20_000, 0)], outcomes: outcomes('one') },
      { caller: call('CA2', 0, 90_000), legs: [], outcomes: outcomes() },
      { caller: call('CA3', 0, 1000), legs: [call('CA13', 20_000, 0)], outcomes: outcomes('one', 'two') },
      { caller: call('CA4', 0, 500), legs: [], outcomes: undefined },
    ];
    expect(stranded([], served, 60_000)).toEqual([
      'CA2 was on the line 90 s with nobody',
      'CA2 had 0 outcomes',
      'CA3 had 2 outcomes',
      'CA13 rang for CA3, who had hung up',
    ]);
  });

  it.each([
    ['Twiml', '<Response><Hangup/></Response>', 1],
    ['Status', 'completed', 1],
    ['TimeLimit', '600', 0],
  ])('the judge sees whose message was interrupted by REST: %s', async (name, value, times) => {
    const document = '<Response><Record action="/over"/></Response>';
    const sim = createSimulator({
      numbers: [{ phoneNumber: '+14155550199', voiceUrl: 'https://app.example.com/voice' }],
      transport: handlerTransport(({ url }) => {
        const body = url.endsWith('/over') ? '<Response/>' : document;
        return new Response(body, { headers: { 'content-type': 'text/xml' } });
      }),
    });
    const [cut, whole] = ['+12125550123', '+12125550124'].map((from) => sim.placeCall({ from, to: '+14155550199' }));
    await sim.advance(2000);
    const url = `https://api.twilio.com/2010-04-01/Accounts/${sim.accountSid}/Calls/${cut?.sid ?? ''}.json`;
    const authorization = `Basic ${btoa(`${sim.accountSid}:${sim.authToken}`)}`;
    const body = new URLSearchParams({ [name]: value });
    expect((await sim.fetch(new Request(url, { method: 'POST', headers: { authorization }, body }))).status).toBe(200);
    await sim.settle();
    expect([...recordingsCut(sim.timeline)]).toEqual(times === 0 ? [] : [cut?.sid]);
    expect(whole?.status).toBe('completed');
  });
});
