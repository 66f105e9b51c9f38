import { expect, it } from 'vitest';
import { createSimulator, human } from '../src/index.js';
import { xml } from './app.js';

/** Ten thousand calls, each with a leg that is bridged, take well under a minute; this plays a thousand. */
it('the simulator plays many calls, and bridges every one', async () => {
  const calls = 1000;
  const phone = (n: number): string => `+1415${String(5_550_000 + n)}`;
  const caller = (n: number): string => `+1212${String(5_550_000 + n)}`;
  const base = 'https://app.example.com';
  const sim = createSimulator({
    numbers: [{ phoneNumber: '+14155559999', voiceUrl: `${base}/inbound` }],
    people: () => human(),
    transport: async (request) => {
      const form = new URLSearchParams(request.body);
      const url = new URL(request.url);
      const answer = (body: string, status = 200) => ({ status, headers: { 'content-type': 'text/xml' }, body });
      if (url.pathname === '/inbound') {
        const sid = form.get('CallSid') ?? '';
        await sim.httpClient.request({
          method: 'post',
          uri: `https://api.twilio.com/2010-04-01/Accounts/${sim.accountSid}/Calls.json`,
          username: sim.accountSid,
          password: sim.authToken,
          data: {
            To: phone(Number((form.get('From') ?? '').slice(-7)) - 5_550_000),
            From: '+14155559999',
            Url: `${base}/outbound?room=${sid}`,
            MachineDetection: 'Enable',
            StatusCallback: `${base}/status`,
            StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          },
        });
        return answer(xml(room(sid)));
      }
      if (url.pathname === '/outbound') return answer(xml(room(url.searchParams.get('room') ?? '')));
      return answer('', 204);
    },
  });
  const room = (sid: string): string =>
    `<Dial><Conference endConferenceOnExit="true" statusCallback="${base}/conference" statusCallbackEvent="start end join leave">${sid}</Conference></Dial>`;
  const start = sim.clock.now();
  for (let n = 0; n < calls; n += 1) {
    sim.clock.wakeAt(start + n * 250, () => void sim.placeCall({ from: caller(n), to: '+14155559999' }));
  }
  await sim.settle();
  const bridged = sim.calls.filter(({ bridgedWith }) => bridgedWith.length === 1).length;
  expect(bridged).toBe(2 * calls);
  expect(sim.debugger).toEqual([]);
});
