import { createCallForwarding, type CallForwardingOptions } from '@amd/core/twilio';
import { createSimulator, createTestApp, handlerTransport, human, voicemail, type Person } from '@amd/simulator';
import { describe, expect, it } from 'vitest';

const [OURS, CALLER, ANN, BEN] = ['+14155550199', '+12125550123', '+14155550142', '+14155550143'];
const BASE = 'https://app.example.com/voice';

interface Said {
  readonly code: string;
  readonly message: string;
}

/** An app as README starts it, on a Twilio in this process. */
function started(
  people: Readonly<Record<string, Person>>,
  options: (start: { accountSid: string; authToken: string }) => Partial<CallForwardingOptions>,
) {
  const said: Said[] = [];
  const sim = createSimulator({
    numbers: [{ phoneNumber: OURS, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` }],
    people,
    transport: handlerTransport((request) => calls.fetch(request)),
    idle: () => calls.idle(),
  });
  const { accountSid, authToken, httpClient, clock } = sim;
  const calls = createCallForwarding({
    ...{ accountSid, authToken, publicBaseUrl: BASE, ownNumber: OURS, httpClient, clock },
    log: (entry: Said) => said.push(entry),
    ...options({ accountSid, authToken }),
  } as CallForwardingOptions);
  return { sim, calls, said };
}

describe('README on createTestApp', () => {
  it('shows an app of which the second person talks with the caller', async () => {
    const app = createTestApp(({ number, ...parts }) =>
      createCallForwarding({ ...parts, ownNumber: number, forwardTo: [ANN, BEN] }),
    );
    const story = await app.call({ people: { [ANN]: voicemail(), [BEN]: human() } });
    expect(story).toMatchObject({ rung: [ANN, BEN], talkedWith: BEN, problems: [] });
    await app.close();
  });
});

describe('createCallForwarding', () => {
  it('hangs up on a voicemail and connects the first human of the list', async () => {
    const { sim, calls, said } = started({ [ANN]: voicemail(), [BEN]: human({ talkMs: 20_000 }) }, () => ({
      forwardTo: [ANN, BEN],
    }));
    await calls.ready;
    const caller = sim.placeCall({ from: CALLER, to: OURS });
    await sim.settle();
    expect(caller.bridgedWith).toHaveLength(1);
    expect(sim.calls.filter(({ direction }) => direction === 'outbound-api').map(({ to }) => to)).toEqual([ANN, BEN]);
    expect(said).toEqual([]);
    await calls.stop();
  });

  it('shows our own number where resolve says nothing, and dials only what "mayDial" has', async () => {
    const { sim, calls, said } = started({ [ANN]: human(), [BEN]: human() }, () => ({
      resolve: () => ({ forwardTo: [ANN, BEN] }),
      mayDial: [BEN],
    }));
    const caller = sim.placeCall({ from: 'anonymous', to: OURS });
    await sim.settle();
    const [rung, ...others] = sim.calls.filter(({ direction }) => direction === 'outbound-api');
    expect([rung?.to, rung?.from, others.length]).toEqual([BEN, OURS, 0]);
    expect(caller.bridgedWith).toHaveLength(1);
    expect(said.map(({ code }) => code)).toEqual(['rest.refused']);
    await calls.stop();
  });

  it('says once that no webhook has come in 10 minutes, and where the number has to lead', async () => {
    const { sim, calls, said } = started({}, () => ({ forwardTo: [ANN] }));
    await sim.advance(599_000);
    expect(said).toEqual([]);
    await sim.advance(3_600_000);
    expect(said).toMatchObject([{ code: 'webhook.none', message: expect.stringContaining(`${BASE}/inbound`) }]);
    await calls.stop();
  });
});
