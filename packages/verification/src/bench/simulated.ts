import { createMemoryStore, createRuntime, DEFAULT_FORWARDING_CONFIG, forwarding } from '@amd/core';
import { callbackUrls, createForwardingEndpoint } from '@amd/core/http';
import { NUMBERS, playCall } from '@amd/core/testing';
import { createTwilioExecutor } from '@amd/core/twilio';
import { createSimulator, human } from '@amd/simulator';
import twilio from 'twilio';
import { BASE } from './calls.js';
import type { Section } from './figure.js';
import { atLeast, cpuMs, interleave, perSecond, warmUp } from './samples.js';

const WHOLE = 'simulated calls, signed and with the real client';
const FLOW = 'simulated calls, the flow alone';

export const simulated: Section = {
  name: 'simulated calls',
  figures: [WHOLE, FLOW],
  async run({ quick }) {
    const contenders = {
      flow: () => perSecond(playOne, quick ? 200 : 500),
      whole: () => wholeCalls(quick ? 100 : 300),
    };
    await warmUp(contenders);
    const { flow, whole } = await interleave(quick ? 2 : 5, contenders);
    return [
      atLeast(WHOLE, whole, 200, '/s', 'caller, leg, human, room and hang-up over the simulator, on its virtual clock'),
      atLeast(FLOW, flow, 5000, '/s', 'the same call by playCall: plain data'),
    ];
  },
};

function playOne(): void {
  const call = playCall({ forwardTo: [NUMBERS.ann] });
  call.leg(1).answers('human');
  call.callerHangsUp();
  if (call.result !== 'connected') throw new Error(`the call came out as ${String(call.result)}`);
}

/** Measures calls per second of CPU time; each is over before the next begins. */
async function wholeCalls(calls: number): Promise<number> {
  const sim = createSimulator({
    people: { [NUMBERS.ann]: human() },
    numbers: [{ phoneNumber: NUMBERS.ours, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` }],
    // As our Node adapter does: a web-standard Request for each webhook would be a quarter of the time.
    transport: ({ method, url, headers, body }) => {
      const { pathname, search } = new URL(url);
      const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      return endpoint.handle({ method, path: pathname, query: search.slice(1), headers: lower, body });
    },
    idle: () => runtime.idle(),
  });
  const runtime = createRuntime({
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    store: createMemoryStore(),
    clock: sim.clock,
    execute: createTwilioExecutor({
      client: twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient }),
      url: callbackUrls(BASE),
      mayDial: (to) => to === NUMBERS.ann,
    }),
  });
  const endpoint = createForwardingEndpoint({
    runtime,
    publicBaseUrl: BASE,
    accountSid: sim.accountSid,
    authTokens: [sim.authToken],
    resolve: () => ({ forwardTo: [NUMBERS.ann] }),
    clock: sim.clock,
  });
  runtime.start();
  const begin = cpuMs();
  for (let n = 0; n < calls; n += 1) {
    const call = sim.placeCall({ from: NUMBERS.caller, to: NUMBERS.ours, hangUp: { when: 'bridged', afterMs: 1000 } });
    await sim.advance(60_000);
    if (call.status !== 'completed' || call.bridgedWith.length !== 1) throw new Error('a call was not bridged');
  }
  const seconds = (cpuMs() - begin) / 1000;
  await runtime.stop();
  sim.close();
  return calls / seconds;
}
